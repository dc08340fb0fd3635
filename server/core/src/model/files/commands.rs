//! Commands that are told which files to make, and those that make none.

use super::script::{Call, Script};
use super::{How, Kind, system};
use crate::model::paths;
use crate::syntax::shell::Word;

/// Adds what a call makes, if it is a call of a plain command; whether it is.
pub(super) fn run(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) -> bool {
    if system::run(script, call) {
        return true;
    }
    match call.program() {
        "mkdir" => each(script, call, &["-m", "--mode"], Kind::Folder),
        "touch" => each(script, call, &["-d", "-r", "-t", "--date", "--reference"], Kind::File),
        "tee" => each(script, call, &[], Kind::File),
        "cp" => copied(script, call, &["-t", "--target-directory", "-S", "--suffix"], false),
        "mv" => copied(script, call, &["-t", "--target-directory", "-S", "--suffix"], true),
        "rsync" => copied(script, call, &["-e", "--rsh", "--exclude", "--include"], false),
        "install" => installed(script, call),
        "ln" => linked(script, call),
        "rm" | "rmdir" | "unlink" => each(script, call, &[], Kind::Gone),
        "dd" => {
            for word in call.argv.iter().skip(1) {
                if let Some(file) = word.text.strip_prefix("of=") {
                    script.make(&word.with_text(file), Kind::File, How::Command);
                }
            }
        }
        "find" => return !call.says(&["-exec", "-execdir", "-ok", "-fprint"]),
        "chmod" | "chown" | "chgrp" | "echo" | "printf" | "true" | "false" | "test" | "[" | "[[" | ":"
        | "set" | "unset" | "exit" | "return" | "ls" | "cat" | "grep" | "egrep" | "sed" | "awk" | "head"
        | "tail" | "sort" | "uniq" | "wc" | "which" | "type" | "sleep" | "date" | "uname" | "id"
        | "whoami" | "pwd" | "hash" | "trap" | "umask" | "ulimit" | "shopt" | "shift" | "case"
        | "basename" | "dirname" | "realpath" | "readlink" | "du" | "df" | "stat" | "file" | "md5sum"
        | "sha1sum" | "sha256sum" | "sha512sum" | "cut" | "tr" | "strip" | "upx" | "popd" | "dir" | "env"
        | "nproc" | "getconf" | "ldd" | "tree" | "diff" | "cmp" | "expr" | "jq" | "usleep" | "wait"
        | "break" | "continue" | "ps" | "kill" => {}
        _ => return false,
    }
    true
}

/// Every operand is made, or removed.
fn each(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>, valued: &[&str], kind: Kind) {
    for word in call.operands(valued) {
        for word in braces(word) {
            script.make(&word, kind, How::Command);
        }
    }
}

/// `cp` and `mv`: sources and where they go.
fn copied(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>, valued: &[&str], moves: bool) {
    let mut operands = call.operands(valued);
    let folder = call.value(&["-t", "--target-directory"]);
    let to = match &folder {
        Some(word) => word,
        None => match operands.pop() {
            Some(word) => word,
            None => return,
        },
    };
    let Some(target) = script.path(to) else { return };
    let into = folder.is_some()
        || operands.len() > 1
        || to.text.ends_with('/')
        || matches!(to.text.as_str(), "." | "..")
        || script.has_folder(&target);
    let folders = has_letter(call, &['r', 'R', 'a']) || moves || call.says(&["--recursive", "--archive"]);
    for source in operands {
        let name = paths::file_name(&source.text).to_owned();
        let content = matches!(name.as_str(), "." | "" | "*");
        let kind = if folders { Kind::Either } else { Kind::File };
        if content && into {
            script.put(&target, Kind::Tree, How::Command, source);
        } else if into {
            let name = script.fill(&source.with_text(&name)).unwrap_or_default();
            script.put(&format!("{target}/{name}"), kind, How::Command, source);
        } else if source.glob || content {
            script.put(&target, Kind::Tree, How::Command, to);
        } else {
            script.put(&target, kind, How::Command, to);
        }
        if moves && !source.glob {
            script.make(source, Kind::Gone, How::Command);
        }
    }
}

/// Whether an option of one letter is given, joined with others or not.
fn has_letter(call: &Call<'_>, letters: &[char]) -> bool {
    let mut options = call.argv.iter().skip(1).map(|it| it.text.as_str());
    options.any(|it| it.starts_with('-') && !it.starts_with("--") && it.contains(letters))
}

/// `install`, which copies or makes folders.
fn installed(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) {
    const VALUED: [&str; 8] = ["-m", "--mode", "-o", "--owner", "-g", "--group", "-t", "-S"];
    if has_letter(call, &['d']) {
        return each(script, call, &VALUED, Kind::Folder);
    }
    copied(script, call, &VALUED, false);
}

/// `ln -s target link`.
fn linked(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) {
    let operands = call.operands(&["-t", "--target-directory", "-S"]);
    match operands.as_slice() {
        [target, link] => {
            let Some(path) = script.path(link) else { return };
            let into = link.text.ends_with('/') || link.text == "." || script.has_folder(&path);
            let name = paths::file_name(&target.text);
            let path = if into { format!("{path}/{name}") } else { path };
            script.put(&path, Kind::Either, How::Command, link);
        }
        [target] => {
            let name = target.with_text(paths::file_name(&target.text));
            script.make(&name, Kind::Either, How::Command);
        }
        [targets @ .., folder] => {
            let Some(path) = script.path(folder) else { return };
            for target in targets {
                let name = paths::file_name(&target.text);
                script.put(&format!("{path}/{name}"), Kind::Either, How::Command, target);
            }
        }
        [] => {}
    }
}

/// `a/{b,c}` is several words.
fn braces(word: &Word) -> Vec<Word> {
    let parts = word.text.split_once('{').and_then(|(before, rest)| {
        let (inner, after) = rest.split_once('}')?;
        let is_list = inner.contains(',') && !before.ends_with('$') && !inner.contains('{');
        is_list.then_some((before, inner, after))
    });
    match parts {
        Some((before, inner, after)) => {
            inner.split(',').map(|it| word.with_text(&format!("{before}{it}{after}"))).collect()
        }
        None => vec![word.clone()],
    }
}
