//! Go's commands.

use super::builds::{command_of, put, told};
use super::script::{Call, Script};
use super::{How, Kind};
use crate::model::paths;
use crate::model::tools::{go_programs, is_go_build, made_by_go};
use crate::syntax::shell::Word;

/// Adds what a call of Go makes.
pub(super) fn go(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) {
    let _ = told(script, call, &["-coverprofile", "--coverprofile"], Kind::File);
    if let Some(output) = call.value(&["-o"]) {
        return go_output(script, call, &output);
    }
    let command = command_of(call);
    let dir = script.dir();
    let home = script.variable("GOPATH").unwrap_or_else(|| "/go".to_owned());
    match call.verb() {
        "build" | "install" | "get" if is_go_build(&command) => match made_by_go(&command, &dir) {
            Some(path) => {
                let bin = script.variable("GOBIN").unwrap_or_else(|| format!("{home}/bin"));
                let path = path.strip_prefix("/go/bin/").map_or(path.clone(), |name| format!("{bin}/{name}"));
                put(script, call, &path, Kind::File, false);
            }
            // The name is the module's, which go.mod tells.
            None if call.verb() == "build" => put(script, call, &paths::join(&dir, "*"), Kind::File, true),
            None => {}
        },
        "mod" if call.says(&["vendor"]) => put(script, call, &paths::join(&dir, "vendor"), Kind::Tree, false),
        "mod" | "version" | "env" | "clean" | "vet" | "list" | "work" | "fmt" | "help" => {}
        _ => script.unknown_call(call, call.range()),
    }
    script.may_put(call, &format!("{home}/pkg"), Kind::Tree, How::Convention);
}

/// What `-o` names: a program, or a folder with a program for each package.
fn go_output(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>, output: &Word) {
    let programs = go_programs(&command_of(call));
    if !output.text.ends_with('/') && programs.len() < 2 {
        return script.make(output, Kind::Either, How::Command);
    }
    script.make(output, Kind::Tree, How::Command);
    for name in programs {
        if let Some(folder) = script.path(output) {
            put(script, call, &paths::join(&folder, &name), Kind::File, false);
        }
    }
}
