//! What we depend on, and under which licences.

use std::collections::BTreeSet;
use std::process::Command;

use crate::tree::{none, read, root};

/// The crates that the core may use. A further one needs a reason as good as theirs.
const CORE: &[&str] = &[
    "ropey",                  // the text: cheap clones, cheap edits
    "roxmltree",              // pom.xml and *.csproj, which are handed over as text
    "rustc-hash",             // hashing of short keys
    "saphyr-parser",          // Compose files and what drives a CI
    "serde_json",             // package.json and its like
    "text-size",              // offsets that are not numbers
    "toml",                   // Cargo.toml and pyproject.toml
    "tree-sitter",            // the incremental tree
    "tree-sitter-bash",       // what the shell reads in RUN
    "tree-sitter-dockerfile", // our grammar
];

const LOCKED: usize = 150;

/// Licences that a dependency may offer us; one of those it offers is enough.
const LICENCES: &[&str] = &[
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
    "CC0-1.0",
];

#[test]
fn core_depends_on_little() {
    let strangers: Vec<String> = dependencies("server/core/Cargo.toml")
        .into_iter()
        .filter(|name| !CORE.contains(&name.as_str()))
        .collect();
    none("server/core may not depend on these", &strangers);
}

#[test]
fn fixture_depends_on_nothing() {
    none("server/fixture has dependencies", &dependencies("server/fixture/Cargo.toml"));
}

#[test]
fn lock_file_stays_small() {
    let packages = read("Cargo.lock").matches("[[package]]").count();
    assert!(packages < LOCKED, "{packages} packages in Cargo.lock, fewer than {LOCKED} were agreed on");
}

#[test]
fn licences_are_free() {
    let found: BTreeSet<String> = packages()
        .into_iter()
        .filter(|(_, licence)| !is_free(licence))
        .map(|(package, licence)| format!("{package}: {licence:?}"))
        .collect();
    none("dependencies under other licences", &found.into_iter().collect::<Vec<_>>());
}

#[test]
fn a_licence_is_free_when_what_it_demands_is() {
    assert!(is_free("MIT/Apache-2.0"));
    assert!(is_free("MIT OR Apache-2.0 OR LGPL-2.1-or-later"));
    assert!(is_free("(MIT OR Apache-2.0) AND Unicode-3.0"));
    assert!(is_free("Apache-2.0 WITH LLVM-exception"));
    assert!(!is_free("GPL-3.0"));
    assert!(!is_free("MIT AND GPL-3.0"));
    assert!(!is_free(""));
}

/// Every package that a build or a test of ours needs on this machine, with its licence.
fn packages() -> Vec<(String, String)> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--workspace",
            "--offline",
            "--edges",
            "all",
            "--prefix",
            "none",
            "--format",
            "{p}\t{l}",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let rows = text.lines().filter_map(|line| line.split_once('\t'));
    rows.map(|(package, licence)| (package.to_owned(), licence.trim_end_matches(" (*)").to_owned())).collect()
}

/// Whether each part that is demanded (`AND`) offers (`OR`, formerly `/`) a licence of the list.
fn is_free(licence: &str) -> bool {
    let licence = licence.replace(['(', ')'], "").replace('/', " OR ");
    let offers = |part: &str| {
        part.split(" OR ").any(|it| LICENCES.contains(&it.trim().split(" WITH ").next().unwrap_or_default()))
    };
    licence.split(" AND ").all(offers)
}

/// The names below `[dependencies]` and `[dependencies.…]` of a manifest.
fn dependencies(manifest: &str) -> Vec<String> {
    let text = read(manifest);
    let mut names = Vec::new();
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            inside = section == "dependencies]";
            names.extend(section.strip_prefix("dependencies.").map(|it| it.trim_end_matches(']').to_owned()));
        } else if inside && !line.is_empty() && !line.starts_with('#') {
            names.extend(line.split(['.', '=', ' ']).next().map(str::to_owned));
        }
    }
    names
}
