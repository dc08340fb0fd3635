//! `java -jar` as the command: the jar comes over from the builder, the command keeps its words.

use super::{Build, copy_out, refuse_mounted, several_modules, spring_port, unknown_workdir};
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::plan::{Artifact, Place};
use crate::assists::split_stage::profile::Recipe;
use crate::assists::split_stage::profile::java;
use crate::assists::split_stage::profile::maven::Call;
use crate::assists::split_stage::shell::{Command, Word};
use crate::assists::split_stage::start::Start;
use crate::assists::split_stage::view::View;
use crate::model::Instruction;
use crate::syntax::Keyword;

/// `java … -jar FILE`: the file comes over from the builder, the command keeps its words.
pub(super) fn recipe(
    view: &View<'_>,
    start: &Start,
    builds: &[Build<'_>],
    dir: &str,
    command: &Command,
) -> Result<Recipe, Refusal> {
    let command_words = command.argv();
    let Some(word) = java::jar(command) else {
        return Err(Refusal::new("the command starts no jar: only `java -jar` can be split".to_owned()));
    };
    if word.text.contains('$') {
        return Err(Refusal::new(format!("the path of the jar, `{}`, depends on a variable", word.text)));
    }
    if word.text.contains('*') && !start.has_shell() {
        return Err(Refusal::new(format!(
            "`{}` is taken literally here: no shell replaces the wildcard",
            word.text
        )));
    }
    let path = paths::join(dir, &word.text);
    if path.contains("/quarkus-app/") || path.ends_with("-runner.jar") {
        return Err(Refusal::new("Quarkus applications need the files beside their jar".to_owned()));
    }
    let workdir = view.workdir_at_end().ok_or_else(unknown_workdir)?;
    if !paths::is_within(workdir, dir) {
        return Err(Refusal::new(format!("the command changes to {dir}, which the final stage would lack")));
    }
    let (made_by, build) =
        if word.glob { built_pattern(builds, &path)? } else { maker(view, builds, &path)? };

    let mut notes = Vec::new();
    let extension = path.rsplit_once('.').map_or("jar", |(_, extension)| extension);
    let app = format!("app.{extension}");
    let in_target = path.contains("/target/");
    let (added, from) = if word.glob {
        if build.picks_modules {
            return Err(several_modules(build));
        }
        notes.push(format!(
            "Assumes that one file matches `{}`; `cp` stops the build when there are several.",
            word.text
        ));
        let (added, from) = copy_out(view, made_by, &path, &app)?;
        (Some(added), from)
    } else {
        refuse_mounted(view, made_by, &path)?;
        (None, path.clone())
    };
    notes.push("Assumes that the jar is executable and holds all it needs.".to_owned());

    // A file that the builder already put where the command looks for it stays at its place.
    let to = if in_target || word.glob { paths::join(workdir, &app) } else { path };
    let mut command = vec![(start.instruction, Place::Final)];
    command.extend(start.arguments.map(|id| (id, Place::Final)));
    if in_target || word.glob {
        let new = if word.text.starts_with('/') || dir != workdir { to.as_str() } else { app.as_str() };
        let unclear = || Refusal::new("the command is not simple enough to change it".to_owned());
        let (id, range, text) = start.replace(view, word, new).ok_or_else(unclear)?;
        let changed = view.with_replaced(id, range, &text);
        command.iter_mut().filter(|it| it.0 == id).for_each(|it| it.1 = Place::FinalAs(changed.clone()));
    }
    // A CMD that an ENTRYPOINT with a shell ignores is part of the image all the same.
    let ignored = view.all(Keyword::Cmd).next_back().map(|it| (it.id, Place::Final));
    command.extend(ignored.filter(|it| command.iter().all(|other| other.0 != it.0)));
    let spring = view.all(Keyword::Run).any(|run| {
        view.script(run).is_some_and(|it| it.iter().filter_map(Call::of).any(|call| call.names_spring_boot()))
    });
    let words = command_words.iter().map(|word| word.text.as_str());
    let port = spring.then(|| spring_port(view, words)).flatten();
    Ok(Recipe {
        build_dir: build.dir.clone(),
        added,
        made_by: Some(made_by.id),
        artifact: Artifact { from, to },
        command,
        port,
        notes,
    })
}

/// The build that a wildcard path belongs to.
fn built_pattern<'b, 'a>(
    builds: &'b [Build<'a>],
    path: &str,
) -> Result<(Instruction<'a>, &'b Build<'a>), Refusal> {
    let found = builds.iter().rev().find(|build| paths::is_within(path, &paths::join(&build.dir, "target")));
    let found = found.ok_or_else(|| Refusal::new(format!("no build step in the file makes `{path}`")))?;
    Ok((found.run, found))
}

/// The last instruction that makes the file at `path`, and the build that it comes from.
fn maker<'b, 'a>(
    view: &View<'a>,
    builds: &'b [Build<'a>],
    path: &str,
) -> Result<(Instruction<'a>, &'b Build<'a>), Refusal> {
    let in_context = |it: &Instruction<'_>| {
        matches!(it.keyword(), Keyword::Copy | Keyword::Add) && it.data.flag("from").is_none()
    };
    if let Some(copy) = view.instructions().find(|it| in_context(it) && view.copies_to(*it, path)) {
        let line = copy.row + 1;
        return Err(Refusal::new(format!(
            "the jar that the image starts comes from the build context (line {line}), not from the build"
        )));
    }
    let moved = view.all(Keyword::Run).rfind(|run| moves_to(view, *run, path));
    let built = builds.iter().rfind(|it| path.contains("/target/") && paths::is_within(path, &it.dir));
    let made = moved.into_iter().chain(built.map(|it| it.run)).max_by_key(|it| it.id);
    let unknown = || Refusal::new(format!("no build step in the file makes `{path}`"));
    let made = made.ok_or_else(unknown)?;
    let build = builds.iter().rfind(|it| it.run.id <= made.id).ok_or_else(unknown)?;
    Ok((made, build))
}

/// Whether a RUN copies or moves something to `path`.
fn moves_to(view: &View<'_>, run: Instruction<'_>, path: &str) -> bool {
    let Some(commands) = view.script_with_dirs(run) else { return false };
    commands.iter().any(|(command, dir)| {
        let operands: Vec<&Word> =
            command.argv().iter().skip(1).filter(|it| !it.text.starts_with('-')).collect();
        let (Some((to, from)), Some(dir)) = (operands.split_last(), dir) else { return false };
        if !matches!(command.program(), "cp" | "mv" | "install") || to.exact().is_none() {
            return false;
        }
        let to = paths::join(dir, &to.text);
        let into = |it: &&Word| {
            let name = paths::file_name(&it.text);
            let suffix = name.rsplit('*').next().unwrap_or("");
            if it.glob { path.ends_with(suffix) } else { paths::file_name(path) == name }
        };
        to == path || (paths::parent(path) == to && from.iter().any(into))
    })
}
