//! What profiles of compiled languages share: the program that the command names comes over, at its path.

use super::{Profile, Recipe};
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::plan::{Artifact, Place};
use crate::assists::split_stage::runtime::Runtime;
use crate::assists::split_stage::setup;
use crate::assists::split_stage::shell::{Command, Word};
use crate::assists::split_stage::start::{Main, Start};
use crate::assists::split_stage::tools_and_sources::is_project_build;
use crate::assists::split_stage::view::View;
use crate::model::{Instruction, InstructionId};
use crate::syntax::Keyword;

/// A RUN that compiles.
pub(super) struct Build<'a> {
    pub(super) run: Instruction<'a>,
    /// The directory that the compiler runs in.
    pub(super) dir: String,
    /// The program it makes, where the command says so.
    pub(super) makes: Option<String>,
}

/// The RUNs with a command that `compiles`, in order, or else those that build what the project says. `makes` tells the program from the words and the directory.
pub(super) fn builds<'a>(
    view: &View<'a>,
    compiles: &dyn Fn(&Command) -> bool,
    makes: &dyn Fn(&Command, &str) -> Option<String>,
) -> Vec<Build<'a>> {
    let found = commands(view, compiles, makes);
    // Where no compiler is called by its name, what the project's own files say calls one.
    if found.is_empty() { commands(view, &is_project_build, &|_, _| None) } else { found }
}

fn commands<'a>(
    view: &View<'a>,
    compiles: &dyn Fn(&Command) -> bool,
    makes: &dyn Fn(&Command, &str) -> Option<String>,
) -> Vec<Build<'a>> {
    let mut found = Vec::new();
    for run in view.all(Keyword::Run) {
        let Some(commands) = view.script_with_dirs(run) else { continue };
        for (command, dir) in commands.iter().filter(|(command, _)| compiles(command)) {
            let dir = dir.as_deref().or_else(|| view.workdir_before(run.id));
            let Some(dir) = dir else { continue };
            found.push(Build { run, dir: dir.to_owned(), makes: makes(command, dir) });
        }
    }
    found
}

/// The program that the image starts, which some build makes.
pub(super) struct Program {
    /// Its path in the image.
    pub(super) path: String,
    /// Its path in the final stage.
    pub(super) to: String,
    pub(super) made_by: InstructionId,
    pub(super) build_dir: String,
}

/// Finds what the command starts among what the builds make.
pub(super) fn program(view: &View<'_>, main: &Main<'_>, builds: &[Build<'_>]) -> Result<Program, Refusal> {
    let last = builds.last().ok_or_else(|| Refusal::new("no build step is found".to_owned()))?;
    let Some(written) = main.argv().first().and_then(Word::exact) else {
        return Err(Refusal::new("the path of the program depends on a variable".to_owned()));
    };
    let unknown = || Refusal::new(format!("no build step in the file makes `{written}`"));
    let workdir = view.workdir()?;
    let path = match written.contains('/') {
        true => paths::join(&main.dir(workdir), written),
        false => in_path(view, builds, written).ok_or_else(unknown)?,
    };
    let is_script = [".sh", ".py", ".js", ".rb", ".pl"].iter().any(|it| path.ends_with(it));
    if is_script || view.context_copies().any(|copy| view.copies_to(copy, &path) && !brings_folder(copy)) {
        return Err(Refusal::new(format!(
            "the image starts `{written}`, which comes from the build context: it is not known what that needs"
        )));
    }
    let made = builds.iter().rfind(|build| build.makes.as_deref().is_some_and(|it| may_be(it, &path)));
    let moved = view.all(Keyword::Run).rfind(|run| is_moved(view, *run, &path));
    let inside = builds.iter().rfind(|build| build.dir != "/" && paths::is_within(&path, &build.dir));
    // A build without a WORKDIR works in `/`, where everything lies inside.
    let at_root = || builds.iter().rfind(|build| build.dir == "/" && !setup::is_of_system(&path));
    let installed = || {
        let found = !written.contains('/') && path.starts_with("/usr/local/bin/");
        builds.last().filter(|_| found)
    };
    let build = made.or(inside).or_else(at_root).or_else(installed);
    let made_by = match (build, moved) {
        (Some(build), Some(run)) => build.run.id.max(run.id),
        (Some(build), None) => build.run.id,
        (None, Some(run)) => run.id,
        (None, None) => return Err(unknown()),
    };
    if let Some(target) = view.mount_over(view.dockerfile.instruction(made_by), &path) {
        let line = view.dockerfile.instruction(made_by).row + 1;
        return Err(Refusal::new(format!(
            "`{written}` lies in a mount ({target}, line {line}): copy it out in the same RUN first"
        )));
    }
    let build_dir = build.map_or(last, |it| it).dir.clone();
    // Where the builder's PATH leads, the final stage's may not.
    let everywhere = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"];
    let to = match written.contains('/') || everywhere.contains(&paths::parent(&path)) {
        true => path.clone(),
        false => paths::join("/usr/local/bin", written),
    };
    Ok(Program { path, to, made_by, build_dir })
}

/// Whether a build that makes `made` makes `path`: the name may be known only to its files.
fn may_be(made: &str, path: &str) -> bool {
    made == path || made.strip_suffix("/*").is_some_and(|dir| paths::parent(path) == dir)
}

/// Whether a COPY brings a whole directory, so that it need not bring a certain file.
fn brings_folder(copy: Instruction<'_>) -> bool {
    let words = copy.data.arguments.words();
    let sources = &words[..words.len().saturating_sub(1)];
    sources.iter().any(|it| matches!(it.text.as_str(), "." | "./") || it.text.ends_with('/'))
}

/// A program without a path: a build or a move puts it in a directory where programs are looked for.
fn in_path(view: &View<'_>, builds: &[Build<'_>], name: &str) -> Option<String> {
    let made = builds.iter().filter_map(|it| it.makes.as_deref());
    let made = made.filter(|path| matches!(paths::file_name(path), it if it == name || it == "*"));
    let mut made = made
        .filter(|path| paths::parent(path).ends_with("bin"))
        .map(|path| paths::join(paths::parent(path), name));
    let moved = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"]
        .into_iter()
        .map(|dir| format!("{dir}/{name}"))
        .find(|path| view.all(Keyword::Run).any(|run| is_moved(view, run, path)));
    let installed = view.runs(|command| {
        matches!(command.program(), "make" | "ninja" | "cmake" | "meson")
            && command.argv().iter().any(|it| it.text == "install" || it.text == "--install")
    });
    moved.or_else(|| made.next_back()).or_else(|| installed.then(|| format!("/usr/local/bin/{name}")))
}

/// Whether a RUN copies, moves or installs something to `path`.
fn is_moved(view: &View<'_>, run: Instruction<'_>, path: &str) -> bool {
    let Some(commands) = view.script_with_dirs(run) else { return false };
    commands.iter().any(|(command, dir)| {
        if !matches!(command.program(), "cp" | "mv" | "install" | "ln") {
            return false;
        }
        let operands: Vec<&Word> =
            command.argv().iter().skip(1).filter(|it| !it.text.starts_with('-')).collect();
        let Some((to, from)) = operands.split_last() else { return false };
        let to = match dir {
            Some(dir) => paths::join(dir, &to.text),
            None if to.text.starts_with('/') => paths::join("/", &to.text),
            None => return false,
        };
        let name = paths::file_name(path);
        to == path
            || (paths::parent(path) == to
                && from.iter().any(|it| it.glob || paths::file_name(&it.text) == name))
    })
}

/// The recipe for a program that starts alone.
pub(super) fn recipe(
    view: &View<'_>,
    start: &Start,
    program: Program,
    runtimes: Vec<Runtime>,
) -> Result<Recipe, Refusal> {
    let mut exec_places = Vec::new();
    if start.has_shell()
        && start.entry.is_none()
        && let Some(words) = start.exact_words()
    {
        let instruction = view.dockerfile.instruction(start.instruction);
        exec_places.push((start.instruction, Place::FinalAs(view.json_form(instruction.keyword(), &words))));
    }
    let name = paths::file_name(&program.path);
    let alone = Some(format!("Assumes that `{name}` needs no other file of the build."));
    Ok(Recipe {
        build_dir: program.build_dir,
        runtimes,
        made_by: Some(program.made_by),
        artifacts: vec![Artifact::new(program.path.as_str(), program.to)],
        places: start.kept(),
        exec_places,
        alone,
        ..Recipe::default()
    })
}

/// The whole of a usual compiled language: the builds are what its profile calls a build command.
pub(super) fn usual(
    view: &View<'_>,
    profile: &dyn Profile,
    makes: &dyn Fn(&Command, &str) -> Option<String>,
    runtimes: Vec<Runtime>,
) -> Result<Recipe, Refusal> {
    let start = Start::of(view)?;
    let builds = builds(view, &|command| profile.is_build_command(command), makes);
    let main = start.main()?;
    let program = program(view, &main, &builds)?;
    recipe(view, &start, program, runtimes)
}
