//! Go's command line.

use super::option;
use crate::model::paths;
use crate::syntax::shell::{Command, Word};

/// Whether a command is one of Go's that leave a program.
pub(crate) fn is_go_build(command: &Command) -> bool {
    let sub = command.argv().get(1).map_or("", |word| word.text.as_str());
    command.program() == "go" && matches!(sub, "build" | "install" | "get")
}

/// The program that `go build` or `go install` makes, where its words say so.
pub(crate) fn made_by_go(command: &Command, dir: &str) -> Option<String> {
    let argv = command.argv();
    let packages: Vec<&str> = packages(&argv[2..]);
    let last = packages.last().copied().or((argv[1].text == "install").then_some("."));
    if argv[1].text != "build" {
        let package = last?.split('@').next()?;
        let name = package.trim_end_matches("/...").rsplit('/').find(|it| !is_version(it))?;
        // The name of the directory, or of many: any program there may be meant.
        let name = if matches!(name, "." | ".." | "...") { "*" } else { name };
        let bin = command.environment().find(|(name, _)| *name == "GOBIN").map_or("/go/bin", |(_, dir)| dir);
        return Some(format!("{bin}/{name}"));
    }
    if let Some(output) = option(argv, &["-o"]) {
        let path = paths::join(dir, output);
        // A pattern such as `./...` may stand for one program.
        let into = output.ends_with('/') || packages.len() > 1;
        return Some(if into { paths::join(&path, last.and_then(name_of).unwrap_or("*")) } else { path });
    }
    Some(paths::join(dir, name_of(last?)?))
}

/// The programs that the packages of `go build` become, where their words say so.
pub(crate) fn go_programs(command: &Command) -> Vec<String> {
    let words = command.argv().get(2..).unwrap_or_default();
    packages(words).into_iter().filter_map(name_of).map(str::to_owned).collect()
}

/// `v2` at the end of a module's path is no name.
fn is_version(part: &str) -> bool {
    part.strip_prefix('v').is_some_and(|it| !it.is_empty() && it.bytes().all(|b| b.is_ascii_digit()))
}

/// The name of the program that a package or file becomes; none for the directory itself.
fn name_of(package: &str) -> Option<&str> {
    let name = paths::file_name(package);
    let name = name.strip_suffix(".go").unwrap_or(name);
    (!matches!(name, "." | ".." | "..." | "")).then_some(name)
}

/// The packages and files among the words behind `go build`.
fn packages(words: &[Word]) -> Vec<&str> {
    const WITH_VALUE: [&str; 14] = [
        "-o",
        "-p",
        "-asmflags",
        "-buildmode",
        "-compiler",
        "-gccgoflags",
        "-gcflags",
        "-installsuffix",
        "-ldflags",
        "-mod",
        "-modfile",
        "-overlay",
        "-pkgdir",
        "-tags",
    ];
    let mut found = Vec::new();
    let mut words = words.iter().map(|word| word.text.as_str());
    while let Some(word) = words.next() {
        if WITH_VALUE.contains(&word) {
            words.next();
        } else if !word.starts_with('-') {
            found.push(word);
        }
    }
    found
}
