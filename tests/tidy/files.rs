//! How a file looks, and where it may lie.

use std::collections::BTreeSet;

use crate::tree::{files, none, paths, rust};

/// What lies at the top, and nothing else.
const TOP: &[&str] = &[
    ".ci",
    ".gitignore",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "clippy.toml",
    "editors",
    "examples",
    "rustfmt.toml",
    "server",
    "tests",
];

/// Lines of code, tests not counted, after which a file is asked to become two.
const LONG: usize = 700;

/// Files that may be longer, each with the reason.
const LONG_WITH_REASON: &[(&str, &str)] = &[];

#[test]
fn top_level_is_what_was_agreed() {
    let top: BTreeSet<String> =
        paths().iter().map(|path| path.split('/').next().unwrap_or_default().to_owned()).collect();
    let strangers: Vec<String> = top.into_iter().filter(|name| !TOP.contains(&name.as_str())).collect();
    none("these do not belong at the top", &strangers);
}

#[test]
fn every_module_says_what_it_is() {
    let silent: Vec<String> =
        rust("").into_iter().filter(|file| !file.text.starts_with("//! ")).map(|file| file.path).collect();
    none("these modules do not start with a `//!` line", &silent);
}

#[test]
fn no_line_ends_in_white_space() {
    let sources =
        [".rs", ".md", ".toml", ".ts", ".mjs", ".lua", ".vim", ".scm", ".sh", ".py", "/run", "/install"];
    let mut found = Vec::new();
    for file in files().iter().filter(|file| file.is(&sources)) {
        let ends = file.text.split('\n').enumerate();
        let ends = ends.filter(|(_, line)| line.ends_with([' ', '\t', '\r']));
        found.extend(ends.map(|(n, _)| format!("{}:{}", file.path, n + 1)));
        if !file.text.is_empty() && !file.text.ends_with('\n') {
            found.push(format!("{} has no line end at its end", file.path));
        }
    }
    none("white space at the end of a line (in a string, write \\x20 for it)", &found);
}

#[test]
fn files_stay_short_enough_to_read() {
    let mut found = Vec::new();
    for file in rust("") {
        let lines = file.product().lines().count();
        let excused = LONG_WITH_REASON.iter().any(|(path, _)| *path == file.path);
        match (lines > LONG, excused) {
            (true, false) => found.push(format!("{}: {lines} lines, {LONG} are enough", file.path)),
            (false, true) => found.push(format!("{} is short again: take it off the list", file.path)),
            _ => {}
        }
    }
    none("split these, or list them with a reason", &found);
}

#[test]
fn nothing_tells_of_the_machine_it_was_written_on() {
    let telling = [
        concat!("/work", "/wt"),
        concat!("/work", "/main"),
        concat!("/work", "/shared"),
        concat!("/tmp", "/target"),
    ];
    let mut found = Vec::new();
    for file in files() {
        let lines = file.text.lines().enumerate();
        let lines = lines.filter(|(_, line)| telling.iter().any(|word| line.contains(word)));
        found.extend(lines.map(|(n, line)| format!("{}:{}: {}", file.path, n + 1, line.trim())));
    }
    none("paths of one machine", &found);
}
