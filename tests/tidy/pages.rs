//! What the pages for people say exists.

use std::process::Command;

use serde_json::Value;

use crate::tree::{File, files, none, read, root, rust};

#[test]
fn links_lead_somewhere() {
    let mut found = Vec::new();
    for page in files().iter().filter(|file| file.is(&[".md"])) {
        let folder = root().join(&page.path).parent().map(ToOwned::to_owned).unwrap_or_default();
        for target in links(page) {
            let file = target.split('#').next().unwrap_or_default();
            if !file.is_empty()
                && !target.contains("://")
                && !target.starts_with("mailto:")
                && !folder.join(file).exists()
            {
                found.push(format!("{}: {target}", page.path));
            }
        }
    }
    none("links to nothing", &found);
}

#[test]
fn readme_commands_exist() {
    let readme = read("README.md");
    let mut found = Vec::new();
    let (mut ran, mut called) = (0, 0);
    for line in shell_lines(&readme) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let arguments = match words.as_slice() {
            ["cargo", "run", "--release", "--", rest @ ..] | ["dockstage", rest @ ..] => rest,
            [program, ..] if program.contains('/') => {
                called += 1;
                if !root().join(program).is_file() {
                    found.push(format!("no {program}"));
                }
                continue;
            }
            _ => continue,
        };
        ran += 1;
        found.extend(unknown_to_the_binary(arguments).map(|error| format!("{line}: {error}")));
    }
    assert!(ran > 0, "README.md names no command of dockstage");
    assert!(called > 0, "README.md names no script");
    none("README.md names what does not exist", &found);
}

#[test]
fn readme_begins_with_two_commands() {
    let readme = read("README.md");
    let first: Vec<&str> = shell_lines(&readme).take(2).collect();
    assert_eq!(first, ["cargo run --release -- check examples", "tests/run"]);
    assert!(root().join("examples").is_dir(), "there are no examples to check");
}

#[test]
fn architecture_names_what_exists() {
    let page = read("server/ARCHITECTURE.md");
    let code = rust("");
    // A test is a function, or, in a harness of its own, the name that it prints.
    let is_test = |name: &str| {
        let forms = [format!("fn {name}("), format!("= \"{name}\";")];
        code.iter().any(|file| forms.iter().any(|form| file.text.contains(form)))
    };
    let mut found = Vec::new();
    for (n, line) in page.lines().enumerate() {
        for word in line.split('`').skip(1).step_by(2) {
            let missing = match word.split_once("::") {
                // `tests/tidy::core_is_pure`: a test, by its file or folder and its function.
                Some((place, test)) if place.contains('/') => !root().join(place).exists() || !is_test(test),
                None if word.contains('/') && !word.contains([' ', '<', '*', '…', '{']) => {
                    !["", "server", "server/core/src", "server/src"]
                        .iter()
                        .any(|folder| root().join(folder).join(word).exists())
                }
                _ => false,
            };
            if missing && !word.starts_with("textDocument/") {
                found.push(format!("server/ARCHITECTURE.md:{}: {word}", n + 1));
            }
        }
    }
    none("these do not exist", &found);
}

#[test]
fn every_invariant_names_its_test() {
    let page = read("server/ARCHITECTURE.md");
    let section = page.split("\n## ").find(|it| it.starts_with("Invariants")).unwrap();
    let rules: Vec<&str> = section.lines().filter(|line| line.starts_with("- ")).collect();
    assert!(rules.len() > 5, "the invariants are gone");
    let loose: Vec<String> = rules
        .iter()
        .filter(|rule| !rule.contains("`::") && !rule.contains("::"))
        .map(|it| (*it).to_owned())
        .collect();
    none("invariants that no test keeps", &loose);
}

/// Why the binary does not know this command, judged by `--help` after its first word.
fn unknown_to_the_binary(arguments: &[&str]) -> Option<String> {
    let command = arguments.first().filter(|word| !word.starts_with('-'))?;
    let help = Command::new(env!("CARGO_BIN_EXE_dockstage")).args([command, "--help"]).output().unwrap();
    if !help.status.success() {
        return Some(format!("no command {command}"));
    }
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    let options = arguments.iter().filter(|word| word.starts_with("--"));
    options
        .map(|it| it.split('=').next().unwrap_or(it))
        .find(|it| !help.contains(*it))
        .map(|it| format!("no option {it}"))
}

/// The commands in blocks marked as shell; comments behind them are cut off.
fn shell_lines(page: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    page.lines().filter_map(move |line| {
        if line.starts_with("```") {
            inside = line == "```sh";
            return None;
        }
        inside.then(|| line.split("  #").next().unwrap_or(line).trim()).filter(|it| !it.is_empty())
    })
}

/// The targets of `[text](target)`, outside of code.
fn links(page: &File) -> Vec<String> {
    let mut inside = false;
    let mut targets = Vec::new();
    for line in page.text.lines() {
        inside ^= line.trim_start().starts_with("```");
        if inside {
            continue;
        }
        let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        targets.extend(prose.split("](").skip(1).filter_map(|it| it.split(')').next()).map(str::to_owned));
    }
    targets
}

#[test]
fn settings_are_the_same_in_all_places() {
    let manifest: Value = serde_json::from_str(&read("editors/vscode/package.json")).unwrap();
    let declared = manifest["contributes"]["configuration"]["properties"].as_object().unwrap();
    let declared: Vec<&str> = declared.keys().map(String::as_str).collect();
    assert!(declared.len() > 5, "{declared:?}");
    let listed = |page: &str| -> Vec<String> {
        let rows = read(page);
        let rows = rows.lines().filter_map(|line| line.strip_prefix("| `dockstage."));
        rows.filter_map(|row| Some(format!("dockstage.{}", row.split_once('`')?.0))).collect()
    };
    assert_eq!(sorted(listed("editors/vscode/README.md")), sorted(&declared), "editors/vscode/README.md");
    // The log of messages is the extension's own.
    let own = |name: &&&str| **name != "dockstage.trace.server";
    let shared: Vec<&str> = declared.iter().filter(own).copied().collect();
    assert_eq!(sorted(listed("README.md")), sorted(&shared), "README.md");
    let help = read("editors/neovim/doc/dockstage.txt");
    let absent: Vec<String> = shared
        .iter()
        .filter_map(|name| name.rsplit_once('.').filter(|(group, _)| *group != "dockstage"))
        .filter(|(_, key)| !help.contains(&format!(" {key} = ")))
        .map(|(group, key)| format!("{group}.{key}"))
        .collect();
    none("settings that Neovim's help does not name", &absent);
}

fn sorted<T: ToString>(names: impl IntoIterator<Item = T>) -> Vec<String> {
    let mut names: Vec<String> = names.into_iter().map(|it| it.to_string()).collect();
    names.sort();
    names
}
