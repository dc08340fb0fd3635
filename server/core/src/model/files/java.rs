//! Maven, Gradle, and what comes with a JDK.

use super::builds::{below, command_of, put};
use super::script::{Call, Script};
use super::{How, Kind};
use crate::model::paths;
use crate::model::tools::{gradle, maven};

/// Adds what a build tool makes, if it is one that is known here; whether it is.
pub(super) fn java(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) -> bool {
    let command = command_of(call);
    let dir = script.dir();
    if let Some(found) = maven::Call::of(&command) {
        let project = found.project_dir(&dir);
        let written = if found.packages() { "target" } else { "target/classes" };
        if found.packages() {
            // Of a project of several modules each has its own.
            for module in ["", "*/"] {
                let target = paths::join(&project, &format!("{module}target"));
                let is_module = !module.is_empty();
                for end in ["*.jar", "*.war"] {
                    put(script, call, &format!("{target}/{end}"), Kind::File, is_module);
                }
                put(script, call, &target, Kind::Tree, is_module);
            }
        } else if found.goals.iter().any(|it| it.contains("compile") || it == "test") {
            put(script, call, &paths::join(&project, written), Kind::Tree, false);
        }
        script.may_put(call, &format!("{}/.m2", script.home()), Kind::Tree, How::Convention);
        if let Some(folder) =
            found.options.iter().find_map(|it| it.value.as_deref()?.strip_prefix("outputDirectory="))
        {
            put(script, call, &paths::join(&project, folder), Kind::Tree, false);
        }
        return true;
    }
    if let Some(found) = gradle::Call::of(&command) {
        let project = found.project_dir(&dir);
        let part = found.subproject();
        if found.packages() {
            for module in ["", "*/"] {
                let here = part.as_ref().map_or(project.clone(), |it| paths::join(&project, it));
                let build = paths::join(&here, &format!("{module}build"));
                put(script, call, &format!("{build}/libs/*.jar"), Kind::File, !module.is_empty());
                put(script, call, &build, Kind::Tree, !module.is_empty());
            }
        }
        script.may_put(call, &format!("{}/.gradle", script.home()), Kind::Tree, How::Convention);
        return true;
    }
    if matches!(call.program(), "sbt" | "lein") {
        below(script, call, "target", &[]);
        return true;
    }
    false
}

/// `jar -xf` unpacks into the directory, `jar -cf` makes an archive.
pub(super) fn jar(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) -> bool {
    let operands = call.operands(&["-C", "--dir"]);
    let letters = call.argv.get(1).map_or("", |it| it.text.trim_start_matches('-'));
    if letters.starts_with('x') || call.says(&["--extract"]) {
        let dir =
            call.value(&["-C", "--dir"]).and_then(|it| script.path(&it)).unwrap_or_else(|| script.dir());
        script.put_by(call, &dir, Kind::Tree, How::Command);
        return true;
    }
    // The operands stand in the order of their letters: `jar -cmf manifest archive`.
    let bare = usize::from(!call.argv.get(1).is_some_and(|it| it.text.starts_with('-')));
    let at = letters.chars().filter(|it| "fme".contains(*it)).position(|it| it == 'f');
    let file = at.and_then(|at| operands.get(at + bare)).filter(|_| letters.starts_with('c'));
    if let Some(file) = file {
        script.make(file, Kind::File, How::Command);
    }
    true
}
