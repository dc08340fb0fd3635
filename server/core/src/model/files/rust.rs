//! Cargo and its subcommands.

use super::builds::{command_of, put, told};
use super::script::{Call, Script};
use super::{How, Kind};
use crate::model::paths;
use crate::model::tools::made_by_cargo;
use crate::syntax::shell::Word;

/// Adds what a call of Cargo makes.
pub(super) fn cargo(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) {
    let command = command_of(call);
    let dir = script.dir();
    let home = script.variable("CARGO_HOME").unwrap_or_else(|| "/usr/local/cargo".to_owned());
    script.may_put(call, &home, Kind::Tree, How::Convention);
    match call.verb() {
        "install" => {
            if let Some(path) = made_by_cargo(&command, &dir) {
                let path =
                    path.strip_prefix("/usr/local/cargo/").map_or(path.clone(), |it| format!("{home}/{it}"));
                cargo_install(script, call, &path);
            }
        }
        "fetch" | "update" | "clean" | "fmt" | "tree" | "metadata" | "login" | "search" | "version" => {}
        "chef" if call.says(&["prepare"]) => {
            if !told(script, call, &["--recipe-path"], Kind::File) {
                put(script, call, &paths::join(&dir, "recipe.json"), Kind::File, false);
            }
        }
        "build" | "b" | "rustc" | "zigbuild" | "chef" | "test" | "check" | "auditable" | "leptos" => {
            cargo_build(script, call);
        }
        _ => script.unknown_call(call, call.range()),
    }
}

/// What `cargo install` makes: most programs have the name of their package, but for `wasm-bindgen-cli` and the like.
fn cargo_install(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>, path: &str) {
    const VALUED: [&str; 12] = [
        "--version",
        "--vers",
        "--git",
        "--branch",
        "--tag",
        "--rev",
        "--path",
        "--root",
        "--features",
        "-F",
        "--target",
        "-j",
    ];
    let Some(folder) = path.strip_suffix("/*") else { return put(script, call, path, Kind::File, false) };
    let packages = call.operands(&VALUED);
    for package in packages.iter().skip(1).filter(|it| !it.text.contains(['/', '+'])) {
        let name = package.text.split('@').next().unwrap_or_default();
        if !name.ends_with("cli") {
            put(script, call, &format!("{folder}/{name}"), Kind::File, false);
        }
    }
    put(script, call, path, Kind::File, true);
}

fn cargo_build(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) {
    let dir = script.dir();
    let said = call.value(&["--target-dir"]).and_then(|it| script.path(&it));
    let set = script.variable("CARGO_TARGET_DIR").map(|it| paths::join(&dir, &it));
    let target = said.or(set).unwrap_or_else(|| paths::join(&dir, "target"));
    // With --target there is a folder for it in between.
    let set = script.variable("CARGO_BUILD_TARGET").map(|it| Word::literal(&it, call.range()));
    let triple = call.value(&["--target"]).or(set).and_then(|it| script.fill(&it));
    let triple = triple.map_or_else(String::new, |it| format!("{it}/"));
    let profile = call.value(&["--profile"]).and_then(|it| script.fill(&it));
    let release = call.says(&["--release", "-r"]);
    let profile = profile.unwrap_or_else(|| if release { "release" } else { "debug" }.to_owned());
    let profile = if profile == "dev" { "debug".to_owned() } else { profile };
    let folder = format!("{target}/{triple}{profile}");
    for bin in call.values(&["--bin"]) {
        if let Some(bin) = script.fill(&bin) {
            put(script, call, &format!("{folder}/{bin}"), Kind::File, false);
        }
    }
    // `cargo chef cook` builds what the program needs, not the program.
    put(script, call, &folder, Kind::Tree, call.verb() == "chef");
    if call.verb() == "leptos" {
        put(script, call, &format!("{target}/site"), Kind::Tree, false);
    }
    script.may_put(call, &target, Kind::Tree, How::Convention);
}
