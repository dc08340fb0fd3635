//! Commands that fetch and unpack.

use super::script::{Call, Script};
use super::{How, Kind};
use crate::model::paths;
use crate::syntax::shell::Word;

/// Adds what a call makes, if it is one that fetches or unpacks; whether it is.
pub(super) fn run(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) -> bool {
    match call.program() {
        "curl" => curl(script, call),
        "wget" => wget(script, call),
        "git" => return git(script, call),
        "tar" | "bsdtar" => tar(script, call),
        "unzip" => unzip(script, call),
        "zip" => {
            if let Some(file) = call.operands(&[]).first() {
                script.make(file, Kind::File, How::Command);
            }
        }
        "gunzip" | "bunzip2" | "unxz" => {
            for file in call.operands(&[]) {
                if let Some((stem, _)) = file.text.rsplit_once('.') {
                    script.make(&file.with_text(stem), Kind::File, How::Command);
                }
            }
        }
        "openssl" => outputs(script, call, &["-out", "-keyout"]),
        "gpg" => outputs(script, call, &["-o", "--output"]),
        "ssh-keyscan" => {}
        _ => return false,
    }
    true
}

/// The files behind options.
fn outputs(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>, options: &[&str]) {
    for option in options {
        if let Some(file) = call.value(&[option]) {
            script.make(&file, Kind::File, How::Command);
        }
    }
}

/// The options of a call whose letters can be joined: each with its value, if it takes one.
fn letters<'c>(call: &Call<'c>, valued: &str, long: &[&str]) -> Vec<(String, Option<Word>)> {
    let mut found = Vec::new();
    let mut words = call.argv.iter().skip(1);
    while let Some(word) = words.next() {
        if let Some(option) = word.text.strip_prefix("--") {
            match option.split_once('=') {
                Some((name, value)) => found.push((name.to_owned(), Some(word.with_text(value)))),
                None if long.contains(&option) => found.push((option.to_owned(), words.next().cloned())),
                None => found.push((option.to_owned(), None)),
            }
            continue;
        }
        let Some(options) = word.text.strip_prefix('-').filter(|it| !it.is_empty()) else {
            found.push((String::new(), Some(word.clone())));
            continue;
        };
        for (at, letter) in options.char_indices() {
            let rest = &options[at + letter.len_utf8()..];
            if !valued.contains(letter) {
                found.push((letter.to_string(), None));
                continue;
            }
            let value = if rest.is_empty() { words.next().cloned() } else { Some(word.with_text(rest)) };
            found.push((letter.to_string(), value));
            break;
        }
    }
    found
}

/// The name of the file that an address ends with.
fn remote_name(word: &Word) -> Option<Word> {
    let path = word.text.split(['?', '#']).next().unwrap_or_default();
    let name = paths::file_name(path.split_once("://").map_or(path, |(_, rest)| rest));
    (path.contains('/') && !name.is_empty() && word.text.ends_with(name)).then(|| word.with_text(name))
}

fn curl(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) {
    const LONG: [&str; 12] = [
        "output",
        "output-dir",
        "header",
        "data",
        "request",
        "retry",
        "connect-timeout",
        "max-time",
        "user",
        "proxy",
        "cacert",
        "retry-delay",
    ];
    let options = letters(call, "AbcCdDeEFhHKmoPQrtTuUwxXyYz", &LONG);
    let folder = options.iter().find(|it| it.0 == "output-dir").and_then(|it| it.1.as_ref());
    let folder = folder.and_then(|it| script.path(it)).unwrap_or_else(|| script.dir());
    let mut put = |word: &Word, name: &Word| {
        if let Some(name) = script.fill(name).filter(|it| it != "-") {
            script.put(&paths::join(&folder, &name), Kind::File, How::Command, word);
        }
    };
    let by_remote = options.iter().any(|it| matches!(it.0.as_str(), "O" | "remote-name" | "remote-name-all"));
    for (name, value) in &options {
        match (name.as_str(), value) {
            ("o" | "output", Some(file)) => put(file, file),
            ("", Some(address)) if by_remote => {
                if let Some(name) = remote_name(address) {
                    put(&name, &name);
                }
            }
            _ => {}
        }
    }
}

fn wget(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) {
    const LONG: [&str; 7] =
        ["output-document", "directory-prefix", "tries", "timeout", "user", "password", "header"];
    let options = letters(call, "OPtTUwQaoieD", &LONG);
    let value = |names: [&str; 2]| {
        options.iter().rfind(|it| names.contains(&it.0.as_str())).and_then(|it| it.1.clone())
    };
    if let Some(file) = value(["O", "output-document"]) {
        return script.make(&file, Kind::File, How::Command);
    }
    let folder =
        value(["P", "directory-prefix"]).and_then(|it| script.path(&it)).unwrap_or_else(|| script.dir());
    for (_, address) in options.iter().filter(|it| it.0.is_empty()) {
        if let Some(name) = address.as_ref().and_then(remote_name)
            && let Some(text) = script.fill(&name)
        {
            script.put(&paths::join(&folder, &text), Kind::File, How::Command, &name);
        }
    }
}

/// `git clone`; of the others, most change files that are there.
fn git(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) -> bool {
    const VALUED: [&str; 14] = [
        "-b",
        "--branch",
        "--depth",
        "-c",
        "--config",
        "-o",
        "--origin",
        "-j",
        "--jobs",
        "--reference",
        "--shallow-since",
        "-u",
        "--filter",
        "-C",
    ];
    let operands = call.operands(&VALUED);
    match operands.split_first() {
        Some((verb, rest)) if verb.text == "clone" => {
            let here = call.value(&["-C"]).and_then(|it| script.path(&it)).unwrap_or_else(|| script.dir());
            match rest {
                [_, folder, ..] => {
                    if let Some(name) = script.fill(folder) {
                        script.put(&paths::join(&here, &name), Kind::Tree, How::Command, folder);
                    }
                }
                [address] => {
                    let name = address.text.trim_end_matches('/').trim_end_matches(".git");
                    let name = name.rsplit(['/', ':']).next().unwrap_or(name);
                    let Some(name) = script.fill(&address.with_text(name)) else { return true };
                    script.put(&paths::join(&here, &name), Kind::Tree, How::Command, address);
                }
                [] => {}
            }
        }
        Some((verb, _))
            if matches!(
                verb.text.as_str(),
                "config" | "rev-parse" | "log" | "describe" | "status" | "lfs"
            ) => {}
        _ => return false,
    }
    true
}

fn tar(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) {
    const LONG: [&str; 5] = ["file", "directory", "exclude", "strip-components", "strip"];
    let joined = call.argv.get(1).filter(|it| !it.text.starts_with('-'));
    let mode = joined.map_or("", |it| it.text.as_str());
    let options = letters(call, "fCTXIbgHLN", &LONG);
    let has = |letter: char, long: &[&str]| {
        mode.contains(letter)
            || options
                .iter()
                .any(|it| it.0.len() == 1 && it.0.starts_with(letter) || long.contains(&it.0.as_str()))
    };
    let value = |names: [&str; 2]| {
        options.iter().rfind(|it| names.contains(&it.0.as_str())).and_then(|it| it.1.clone())
    };
    let folder = value(["C", "directory"]);
    if has('x', &["extract", "get"]) {
        match folder {
            Some(folder) => script.make(&folder, Kind::Tree, How::Command),
            None => {
                let dir = script.dir();
                script.put_by(call, &dir, Kind::Tree, How::Command);
            }
        }
    } else if has('c', &["create"]) {
        let operands: Vec<&Word> =
            options.iter().filter(|it| it.0.is_empty()).filter_map(|it| it.1.as_ref()).collect();
        // `tar cf file …`: the first word is the letters.
        let second = operands.get(1).copied().filter(|_| mode.contains('f'));
        if let Some(file) = value(["f", "file"]).or(second.cloned()) {
            script.make(&file, Kind::File, How::Command);
        }
    }
}

fn unzip(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) {
    if call.says(&["-l", "-p", "-t", "-v"]) {
        return;
    }
    match call.value(&["-d"]) {
        Some(folder) => script.make(&folder, Kind::Tree, How::Command),
        None => {
            let dir = script.dir();
            script.put_by(call, &dir, Kind::Tree, How::Command);
        }
    }
}
