//! The direction of dependencies inside the core, and the wall around it.

use crate::tree::{File, none, read, rust};

const CORE: &str = "server/core/src/";

/// The modules of the core from the bottom up. Those on one level do not know each other.
const LEVELS: &[&[&str]] = &[
    &["text"],
    &["syntax"],
    &["model"],
    &["workspace", "images"],
    &["ide", "lint", "assists", "format"],
    &["analysis"],
];

/// What may point sideways or up all the same, and only to these items: plain data that one module hands to another.
const EXCEPTIONS: &[(&str, &str, &[&str])] = &[
    ("ide", "analysis", &["Settings"]),
    ("lint", "analysis", &["Settings"]),
    ("lint", "assists", &["CodeAction"]),
    ("assists", "lint", &["Diagnostic", "Fix", "Heeds", "Related", "Severity", "Source"]),
];

/// What pure analysis has no use for.
const IMPURE: &[&str] = &[
    "std::env",
    "std::fs",
    "std::io",
    // Addresses are plain values; what opens a connection is not.
    "std::net::Tcp",
    "std::net::Udp",
    "ToSocketAddrs",
    "std::process",
    "std::thread",
    "std::time",
    "SystemTime",
    "Instant",
];

#[test]
fn core_modules_point_downwards() {
    let mut found = Vec::new();
    for file in rust(CORE) {
        let Some(here) = module(&file) else { continue };
        for import in imports(file.product()) {
            if !is_allowed(here, &import) {
                found.push(format!("{} uses crate::{import}", file.path));
            }
        }
    }
    none(
        "against the direction text ← syntax ← model ← {workspace, images} ← {ide, lint, assists, format} ← analysis",
        &found,
    );
}

#[test]
fn every_core_module_has_a_level() {
    let modules: Vec<String> = rust(CORE)
        .iter()
        .filter_map(module)
        .filter(|name| level(name).is_none())
        .map(str::to_owned)
        .collect();
    none("give these modules a level", &modules);
}

#[test]
fn exceptions_are_needed() {
    let is_idle = |(from, to, _): &&(&str, &str, &[&str])| {
        let files = rust(&format!("{CORE}{from}"));
        let mut used = files.iter().flat_map(|file| imports(file.product()));
        !used.any(|it| it.split("::").next() == Some(to))
    };
    let idle =
        EXCEPTIONS.iter().filter(is_idle).map(|(from, to, _)| format!("{from} does not use {to} any more"));
    none("take these exceptions off the list", &idle.collect::<Vec<_>>());
}

#[test]
fn core_is_pure() {
    let mut found = Vec::new();
    for file in rust(CORE) {
        let lines = file.code().filter(|(_, line)| IMPURE.iter().any(|word| line.contains(word)));
        found.extend(lines.map(|(n, line)| format!("{}:{n}: {}", file.path, line.trim())));
    }
    none("the core has no I/O, no clock, no environment, no threads", &found);
}

#[test]
fn nothing_opens_a_connection_or_starts_a_program() {
    const REACHING_OUT: [&str; 6] = [
        "std::net::Tcp",
        "std::net::Udp",
        "ToSocketAddrs",
        "tokio::net",
        "std::process::Command",
        "tokio::process",
    ];
    let mut found = Vec::new();
    for file in rust("server/src/") {
        let lines = file.code().filter(|(_, line)| REACHING_OUT.iter().any(|word| line.contains(word)));
        found.extend(lines.map(|(n, line)| format!("{}:{n}: {}", file.path, line.trim())));
    }
    none("the server stays on its machine, and alone", &found);
    let manifest = read("Cargo.toml");
    let tokio = manifest.lines().find(|line| line.starts_with("tokio = ")).unwrap();
    assert!(
        !tokio.contains("\"net\"") && !tokio.contains("\"process\"") && !tokio.contains("full"),
        "{tokio}"
    );
}

#[test]
fn the_disk_is_touched_in_one_place() {
    let mut found = Vec::new();
    for file in rust("server/src/").iter().filter(|file| !file.path.ends_with("/disk.rs")) {
        let lines = file.code().filter(|(_, line)| line.contains("std::fs") || line.contains("fs::"));
        found.extend(lines.map(|(n, line)| format!("{}:{n}: {}", file.path, line.trim())));
    }
    none("only server/src/disk.rs reads and writes files", &found);
}

fn level(module: &str) -> Option<usize> {
    LEVELS.iter().position(|level| level.contains(&module))
}

fn is_allowed(here: &str, import: &str) -> bool {
    let (there, item) = import.split_once("::").unwrap_or((import, ""));
    // What is no module, like `TextRange`, is re-exported by `lib.rs` and comes from below them all.
    let (Some(from), Some(to)) = (level(here), level(there)) else { return true };
    let item = item.split("::").next().unwrap_or_default();
    let is_excepted =
        EXCEPTIONS.iter().any(|(from, to, items)| (*from, *to) == (here, there) && items.contains(&item));
    here == there || to < from || is_excepted
}

/// The module of the core that a file belongs to: its first folder, or its name.
fn module(file: &File) -> Option<&str> {
    let path = file.path.strip_prefix(CORE)?;
    let first = path.split('/').next()?;
    Some(first.strip_suffix(".rs").unwrap_or(first)).filter(|name| *name != "lib")
}

/// Every path below `crate::` that a text names, groups in braces taken apart.
fn imports(text: &str) -> Vec<String> {
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|it| format!("{it}\n"))
        .collect();
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        expand("", &code[at + "crate::".len()..], &mut found);
    }
    found
}

/// Reads one path or group at the start of `text`; returns what is left.
fn expand<'a>(prefix: &str, text: &'a str, found: &mut Vec<String>) -> &'a str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').unwrap_or(text.len());
    let path = format!("{prefix}{}", &text[..end]);
    let Some(mut rest) = text[end..].strip_prefix('{') else {
        found.push(path.trim_end_matches(':').to_owned());
        return &text[end..];
    };
    loop {
        rest = rest.trim_start_matches([' ', '\n', ',']);
        if rest.is_empty() || rest.starts_with('}') {
            return rest.get(1..).unwrap_or_default();
        }
        let left = expand(&path, rest, found);
        if left.len() == rest.len() {
            return left;
        }
        rest = left;
    }
}

#[test]
fn groups_are_taken_apart() {
    let text = "use crate::{text::{self, A}, lint::B};\nfn f(x: crate::ide::hover::C) {} // crate::no\n// crate::comment\n";
    assert_eq!(imports(text), ["text::self", "text::A", "lint::B", "ide::hover::C", "no"]);
}
