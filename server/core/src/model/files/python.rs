//! Python's package managers and modules.

use super::builds::{below, put, site, told};
use super::script::{Call, Script};
use super::{How, Kind};
use crate::model::paths;

/// Whether a program is Python, of whatever version.
pub(super) fn is_python(program: &str) -> bool {
    program.strip_prefix("python").is_some_and(|it| it.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
}

/// Adds what a call of a package manager makes, if it is one that is known here; whether it is.
pub(super) fn python(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) -> bool {
    let verb = call.verb();
    match (call.program(), verb) {
        ("virtualenv", _) => virtual_environment(script, call, 0),
        ("uv", "venv") => virtual_environment(script, call, 1),
        ("uv", "sync") => {
            let set = script.variable("UV_PROJECT_ENVIRONMENT").map(|it| paths::join(&script.dir(), &it));
            match set {
                Some(path) => put(script, call, &path, Kind::Tree, false),
                None => below(script, call, ".venv", &["--directory", "--project"]),
            }
        }
        ("uv" | "poetry" | "pdm" | "rye" | "hatch" | "flit", "build") => {
            site(script, call, "dist", &["-o", "--out-dir", "--output"])
        }
        ("poetry" | "pipenv" | "pdm" | "rye", "install" | "sync") => {
            script.may_put(call, &paths::join(&script.dir(), ".venv"), Kind::Tree, How::Convention);
            script.may_put(call, "/", Kind::Tree, How::System);
        }
        (_, "export" | "config" | "lock" | "cache" | "self" | "list" | "freeze" | "check") => {
            let _ = told(script, call, &["-o", "--output"], Kind::File);
        }
        (_, "wheel") => {
            if !told(script, call, &["-w", "--wheel-dir"], Kind::Tree) {
                put(script, call, &format!("{}/*.whl", script.dir()), Kind::File, false);
            }
        }
        (_, "download") => {
            if !told(script, call, &["-d", "--dest"], Kind::Tree) {
                put(script, call, &format!("{}/*", script.dir()), Kind::File, false);
            }
        }
        (_, "install" | "pip") => packages(script, call),
        _ => return false,
    }
    true
}

/// `pip install`: into what is named, or where Python looks for packages.
fn packages(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) {
    let told_target = told(script, call, &["-t", "--target"], Kind::Tree);
    let told_prefix = told(script, call, &["--prefix", "--root"], Kind::Tree);
    if told_target || told_prefix {
        return;
    }
    let set = script.variable("VIRTUAL_ENV").or_else(|| script.variable("UV_PROJECT_ENVIRONMENT"));
    if call.says(&["--user"]) {
        let home = script.variable("PYTHONUSERBASE").unwrap_or_else(|| format!("{}/.local", script.home()));
        put(script, call, &home, Kind::Tree, false);
    } else if let Some(home) = set {
        put(script, call, &home, Kind::Tree, false);
    } else if let Some((home, _)) = call.argv.first().and_then(|it| it.text.rsplit_once("/bin/")) {
        let home = home.to_owned();
        put(script, call, &paths::join(&script.dir(), &home), Kind::Tree, false);
    } else {
        script.may_put(call, "/usr/local/lib/python*/site-packages", Kind::Tree, How::Convention);
        script.may_put(call, "/usr/local/bin", Kind::Tree, How::Convention);
        script.may_put(call, "/", Kind::Tree, How::System);
    }
}

/// The folder of a virtual environment, behind so many other operands.
fn virtual_environment(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>, skipped: usize) {
    match call.operands(&["-p", "--python", "--prompt", "--seed"]).get(skipped) {
        Some(folder) => script.make(folder, Kind::Tree, How::Command),
        None => below(script, call, ".venv", &[]),
    }
}

/// `python -m …`
pub(super) fn python_module(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) -> bool {
    let Some(at) = call.argv.iter().position(|it| it.text == "-m") else { return false };
    let inner = Call { argv: call.argv.get(at + 1..).unwrap_or_default(), command: call.command };
    match inner.program() {
        "venv" => virtual_environment(script, &inner, 0),
        "pip" | "uv" | "poetry" | "pipenv" | "virtualenv" => return python(script, &inner),
        "build" => site(script, &inner, "dist", &["-o", "--outdir"]),
        "compileall" => {}
        _ => return false,
    }
    true
}
