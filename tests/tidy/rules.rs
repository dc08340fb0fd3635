//! The pages of the rules in `server/docs/rules`: what `dockstage explain` prints, for people who read the repository.

use std::collections::BTreeMap;
use std::process::Command;

use crate::tree::{none, root};

const FOLDER: &str = "server/docs/rules";
const REGENERATE: &str = "UPDATE_EXPECT=1 cargo test --test tidy pages_of_rules_are_fresh";

#[test]
fn pages_of_rules_are_fresh() {
    let folder = root().join(FOLDER);
    let wanted = pages();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        for (name, text) in &wanted {
            std::fs::write(folder.join(name), text).unwrap();
        }
    }
    let mut there: BTreeMap<String, String> = BTreeMap::new();
    for entry in std::fs::read_dir(&folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        there.insert(name, std::fs::read_to_string(&path).unwrap());
    }
    let names = wanted.keys().chain(there.keys().filter(|name| !wanted.contains_key(*name)));
    let stale: Vec<String> = names
        .filter(|name| wanted.get(*name) != there.get(*name))
        .map(|name| format!("{FOLDER}/{name}"))
        .collect();
    none(&format!("these are not what `dockstage explain` says, so run `{REGENERATE}`"), &stale);
}

/// Every page and the index, by the names of their files.
fn pages() -> BTreeMap<String, String> {
    let list = explain(&[]);
    let mut pages = BTreeMap::new();
    let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in list.lines() {
        let (code, summary) = line.split_once(' ').unwrap();
        let page = explain(&[code]);
        let about = page.lines().find_map(|line| line.strip_prefix("Source: ")).unwrap();
        let (source, rest) = about.split_once(". Severity: ").unwrap();
        let (severity, fix) = rest.trim_end_matches('.').split_once(", ").unwrap();
        let fix = match fix {
            "no fix" => "",
            "with a fix" => "yes",
            _ => "sometimes",
        };
        let summary = summary.trim().replace('|', "\\|");
        let row = format!("| [{code}]({code}.md) | {severity} | {fix} | {summary} |\n");
        rows.entry(source.to_owned()).or_default().push(row);
        pages.insert(format!("{code}.md"), page);
    }
    pages.insert("README.md".to_owned(), index(&rows));
    pages
}

fn index(rows: &BTreeMap<String, Vec<String>>) -> String {
    let mut text = format!(
        "# Rules\n\nWhat `dockstage check` can find, one page each. `dockstage explain RULE` prints the same.\n\
         These files are generated from the sources of the rules in `server/core/src/lint/rules`: `{REGENERATE}`.\n"
    );
    for (source, rows) in rows {
        let says = match source.as_str() {
            "buildkit" => "BuildKit says the same: its build checks, and what it refuses",
            _ => "Only Dockstage says it",
        };
        text.push_str(&format!(
            "\n## {source}\n\n{says}.\n\n| rule | severity | fix | |\n|---|---|---|---|\n"
        ));
        rows.iter().for_each(|row| text.push_str(row));
    }
    text
}

fn explain(arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_dockstage")).arg("explain").args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
