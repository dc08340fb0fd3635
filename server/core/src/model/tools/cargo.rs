//! Cargo's command line.

use super::option;
use crate::model::paths;
use crate::syntax::shell::Command;

/// Whether a command is one of cargo's that leave a program.
pub(crate) fn is_cargo_build(command: &Command) -> bool {
    let sub =
        command.argv().iter().skip(1).map(|word| word.text.as_str()).find(|it| !it.starts_with(['+', '-']));
    command.program() == "cargo"
        && matches!(sub, Some("build" | "install" | "rustc" | "b" | "zigbuild" | "leptos"))
}

/// Where `cargo install` puts a program; what `cargo build` makes, the command names.
pub(crate) fn made_by_cargo(command: &Command, dir: &str) -> Option<String> {
    let argv = command.argv();
    let installs = argv.iter().any(|word| word.text == "install");
    if installs {
        let root = option(argv, &["--root"])
            .map_or_else(|| "/usr/local/cargo".to_owned(), |it| paths::join(dir, it));
        let path = option(argv, &["--path"]);
        let name = option(argv, &["--bin"])
            .or_else(|| path.and_then(|it| it.trim_end_matches('/').rsplit('/').next()));
        // `cargo install --path .` takes the name from the manifest.
        let name = name.filter(|it| !matches!(*it, "." | "")).unwrap_or("*");
        return Some(format!("{root}/bin/{name}"));
    }
    let target = option(argv, &["--target"]).map_or_else(String::new, |it| format!("{it}/"));
    let release = argv.iter().any(|word| matches!(word.text.as_str(), "--release" | "-r"));
    let profile = option(argv, &["--profile"]).unwrap_or(if release { "release" } else { "debug" });
    Some(paths::join(dir, &format!("target/{target}{profile}/{}", option(argv, &["--bin"])?)))
}
