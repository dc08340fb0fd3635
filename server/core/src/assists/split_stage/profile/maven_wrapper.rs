//! Java, built by the Maven wrapper.
//!
//! Signals: `mvnw` in a RUN, or as the command. Artifact: the one executable jar in `target/`. Runtime: the
//! JRE image of the same vendor, version and system. Command: `spring-boot:run` becomes
//! `java -jar app.jar`; a `java -jar target/….jar` keeps its words and its instruction, with the new path.
//! Hazards: tests that need services, more than one jar, jars that need files beside them.

use super::maven::{self, Call};
use super::spring_boot_run::RunGoal;
use super::{Profile, Recipe, java};
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::plan::{Added, Artifact, Place};
use crate::assists::split_stage::runtime;
use crate::assists::split_stage::shell::{self, Command, Word};
use crate::assists::split_stage::start::Start;
use crate::assists::split_stage::view::View;
use crate::model::{Arguments, ImageRef, Instruction, InstructionId};
use crate::syntax::Keyword;

pub(super) struct MavenWrapper;

impl Profile for MavenWrapper {
    fn ships(&self) -> &'static str {
        "JDK and Maven wrapper"
    }

    fn applies(&self, view: &View<'_>) -> bool {
        let may_call = [Keyword::Run, Keyword::Cmd, Keyword::Entrypoint];
        view.instructions().any(|it| may_call.contains(&it.keyword()) && view.says(it, "mvnw"))
    }

    fn recipe(&self, view: &View<'_>) -> Result<Recipe, Refusal> {
        let runtime = runtime::of_jdk(&ImageRef::parse(&view.stage.base_text))?;
        let start = Start::of(view)?;
        let builds = Build::all(view)?;
        let (dir, command) = sole_command(view, &start)?;
        let mut recipe = match Call::of(command) {
            Some(call) => run_goal(view, &start, &builds, &dir, command, &call)?,
            None if command.program() == "java" => java_command(view, &start, &builds, &dir, command)?,
            None => {
                let what = command.argv().first().map_or("", |word| word.text.as_str());
                return Err(Refusal::new(format!(
                    "the image starts `{what}`: only `java -jar` and `mvnw spring-boot:run` can be split"
                )));
            }
        };
        refuse_lost_agent(view, command, &recipe)?;
        recipe.notes.extend(runtime.notes);
        note_runtime_options(view, &recipe.command, &mut recipe.notes);
        recipe.runtime_tag = runtime.tag;
        Ok(recipe)
    }

    fn is_build_command(&self, command: &Command) -> bool {
        let named = |word: &Word| matches!(paths::file_name(&word.text), "mvnw" | "mvn" | "pom.xml" | ".mvn");
        command.argv().iter().any(named)
    }

    fn is_build_env(&self, name: &str) -> bool {
        ["MAVEN_", "MVNW_", "M2_"].iter().any(|it| name.starts_with(it))
            || matches!(name, "M2" | "JAVA_HOME" | "JDK_HOME")
    }

    fn is_build_path(&self, path: &str) -> bool {
        path.split('/').any(|part| matches!(part, ".m2" | ".mvn" | "mvnw" | "pom.xml" | "settings.xml"))
    }

    fn is_builder_tool(&self, program: &str) -> bool {
        matches!(program, "jps" | "jcmd" | "jstack" | "jmap" | "jstat" | "jinfo" | "javac" | "jar" | "jshell")
    }
}

/// A RUN that calls the wrapper so that it leaves an artifact.
struct Build<'a> {
    run: Instruction<'a>,
    /// The project's directory.
    dir: String,
    picks_modules: bool,
}

impl<'a> Build<'a> {
    fn all(view: &View<'a>) -> Result<Vec<Self>, Refusal> {
        let mut builds = Vec::new();
        for run in view.all(Keyword::Run).filter(|it| view.says(*it, "mvnw")) {
            let line = run.row + 1;
            let Some(commands) = view.script_with_dirs(run) else {
                let text = [run.data.line.text()];
                let heredocs = run.data.heredocs.iter().map(|it| it.content.text.as_str());
                if text.into_iter().chain(heredocs).any(maven::speaks_of_packaging) {
                    return Err(Refusal::new(format!(
                        "the RUN on line {line} is too complex to be sure what it builds"
                    )));
                }
                continue;
            };
            for (command, dir) in &commands {
                let Some(call) = Call::of(command).filter(Call::packages) else { continue };
                let Some(dir) = dir.as_deref().filter(|_| command.is_certain()) else {
                    return Err(Refusal::new(format!(
                        "the RUN on line {line} does not tell for certain what it builds"
                    )));
                };
                builds.push(Self { run, dir: call.project_dir(dir), picks_modules: call.picks_modules() });
            }
        }
        Ok(builds)
    }
}

/// The one command that the image starts, and its directory: `cd` may stand before it.
fn sole_command<'s>(view: &View<'_>, start: &'s Start) -> Result<(String, &'s Command), Refusal> {
    let workdir = view.workdir_at_end().ok_or_else(unknown_workdir)?;
    let mut dir = workdir.to_owned();
    let (last, before) =
        start.commands.split_last().ok_or_else(|| Refusal::new("the command is empty".to_owned()))?;
    for command in before {
        match command.argv() {
            [cd, target] if cd.text == "cd" && command.is_certain() && target.exact().is_some() => {
                dir = paths::join(&dir, &target.text);
            }
            _ => {
                let program = command.program();
                return Err(Refusal::new(format!("the image starts more than one program: `{program}` too")));
            }
        }
    }
    Ok((dir, last))
}

/// `mvnw spring-boot:run`: the builder packages, the final stage starts the jar.
fn run_goal(
    view: &View<'_>,
    start: &Start,
    builds: &[Build<'_>],
    dir: &str,
    command: &Command,
    call: &Call,
) -> Result<Recipe, Refusal> {
    if let Some(name) = command.assignments().find(|it| !MavenWrapper.is_build_env(it)) {
        return Err(Refusal::new(format!("the command sets `{name}`: set it with ENV first")));
    }
    if !command.redirects.is_empty() {
        return Err(Refusal::new("the command redirects its output".to_owned()));
    }
    let run = RunGoal::of(call)?;
    let project = call.project_dir(dir);
    let workdir = view.workdir_at_end().ok_or_else(unknown_workdir)?;
    let jar = paths::join(workdir, "app.jar");
    let mut notes = run.notes;

    let (added, made_by, from) = match usable_build(view, builds, &project)? {
        Some(build) => {
            let here = view.workdir_before(build.run.id).ok_or_else(unknown_workdir)?;
            let from = paths::join(here, "app.jar");
            let pattern = paths::join(&project, "target/*.jar");
            refuse_mounted(view, build.run, &pattern)?;
            let text = copy_command(&pattern, here, &from);
            (Some(Added { after: Some(build.run.id), mounts: String::new(), text }), Some(build.run.id), from)
        }
        None => {
            let mut copies =
                view.instructions().filter(|it| matches!(it.keyword(), Keyword::Copy | Keyword::Add));
            let is_source = |copy| {
                let to = view.destination(copy);
                to.is_none_or(|to| paths::is_within(&to, &project) || paths::is_within(&project, &to))
            };
            if !copies.any(is_source) {
                return Err(Refusal::new(format!(
                    "no sources are copied to {project}: there is nothing to build"
                )));
            }
            let mut text = String::new();
            if dir != workdir {
                text.push_str(&format!("cd {} && ", shell::quote(paths::relative_to(dir, workdir))));
            }
            let words = call.launcher.iter().map(String::as_str).chain(["-B", "package"]);
            let words = words.chain(run.build_options.iter().map(String::as_str)).map(shell::quote);
            text.push_str(&words.collect::<Vec<_>>().join(" "));
            let pattern = paths::join(&project, "target/*.jar");
            text.push_str(&format!(" && {}", copy_command(&pattern, dir, &jar)));
            let mounts = mounts_of_last_call(view, &jar)?;
            if !run
                .build_options
                .iter()
                .any(|it| it.starts_with("-DskipTests") || it.starts_with("-Dmaven.test.skip"))
            {
                notes.push(
                    "The new build step runs the tests: add `-DskipTests` to it if they need what the build lacks."
                        .to_owned(),
                );
            }
            (Some(Added { after: None, mounts, text }), None, jar.clone())
        }
    };
    notes.push(format!(
        "Assumes that the build leaves one executable jar in {}; `cp` stops the build when there are several.",
        paths::join(&project, "target")
    ));

    let mut words = vec!["java".to_owned()];
    words.extend(run.jvm);
    words.extend(["-jar".to_owned(), "app.jar".to_owned()]);
    let port = spring_port(view, words.iter().chain(&run.arguments).map(String::as_str));
    words.extend(run.arguments);
    if start.arguments.is_some() || view.dockerfile.instruction(start.instruction).keyword() == Keyword::Cmd {
        notes.push(
            "The command becomes an ENTRYPOINT: words behind `docker run IMAGE` are now arguments of the application."
                .to_owned(),
        );
    }
    if view.all(Keyword::Expose).next().is_none() {
        notes.push(match &port {
            Some(port) => format!("EXPOSE {port} is added: it is the port that Spring Boot listens on."),
            None => "No EXPOSE is added: the port depends on a variable.".to_owned(),
        });
    }
    let command = vec![(start.instruction, Place::FinalAs(view.entrypoint(start.instruction, &words)))];
    let artifact = Artifact { from, to: jar };
    Ok(Recipe {
        runtime_tag: String::new(),
        build_dir: project,
        added,
        made_by,
        artifact,
        command,
        port,
        notes,
    })
}

/// The last build of the project, unless sources are copied in behind it.
fn usable_build<'b, 'a>(
    view: &View<'_>,
    builds: &'b [Build<'a>],
    project: &str,
) -> Result<Option<&'b Build<'a>>, Refusal> {
    let Some(build) = builds.iter().rev().find(|it| it.dir == project) else { return Ok(None) };
    let stale = view
        .instructions()
        .filter(|it| it.id > build.run.id && matches!(it.keyword(), Keyword::Copy | Keyword::Add))
        .any(|copy| view.destination(copy).is_none_or(|to| paths::is_within(&to, project)));
    if stale {
        return Ok(None);
    }
    if build.picks_modules {
        return Err(several_modules(build));
    }
    Ok(Some(build))
}

/// `java … -jar FILE`: the file comes over from the builder, the command keeps its words.
fn java_command(
    view: &View<'_>,
    start: &Start,
    builds: &[Build<'_>],
    dir: &str,
    command: &Command,
) -> Result<Recipe, Refusal> {
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
    refuse_mounted(view, made_by, &path)?;

    let mut notes = Vec::new();
    let extension = path.rsplit_once('.').map_or("jar", |(_, extension)| extension);
    let app = format!("app.{extension}");
    let in_target = path.contains("/target/");
    let (added, from) = if word.glob {
        if build.picks_modules {
            return Err(several_modules(build));
        }
        let here = view.workdir_before(made_by.id).ok_or_else(unknown_workdir)?;
        let from = paths::join(here, &app);
        let text = copy_command(&path, here, &from);
        notes.push(format!(
            "Assumes that one file matches `{}`; `cp` stops the build when there are several.",
            word.text
        ));
        (Some(Added { after: Some(made_by.id), mounts: String::new(), text }), from)
    } else {
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
    let port = spring.then(|| spring_port(view, std::iter::empty())).flatten();
    let artifact = Artifact { from, to };
    let build_dir = build.dir.clone();
    Ok(Recipe {
        runtime_tag: String::new(),
        build_dir,
        added,
        made_by: Some(made_by.id),
        artifact,
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
        if !matches!(command.program(), "cp" | "mv" | "install" | "ln") || to.exact().is_none() {
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

/// Refuses when a mount of `run` hides what it writes at `path` from the image.
fn refuse_mounted(view: &View<'_>, run: Instruction<'_>, path: &str) -> Result<(), Refusal> {
    match view.mount_over(run, path) {
        Some(target) => Err(Refusal::new(format!(
            "the jar lies in a mount ({target}, line {}): copy it out in the same RUN first",
            run.row + 1
        ))),
        None => Ok(()),
    }
}

/// The `--mount` flags of the last RUN that calls the wrapper, for the added build step.
fn mounts_of_last_call(view: &View<'_>, jar: &str) -> Result<String, Refusal> {
    let Some(run) = view.all(Keyword::Run).rfind(|it| view.says(*it, "mvnw")) else {
        return Ok(String::new());
    };
    refuse_mounted(view, run, jar)?;
    let flags = run.data.flags.iter().filter(|flag| flag.mount.is_some());
    Ok(flags.map(|flag| format!("{} ", view.slice(run.abs(flag.whole.range)))).collect())
}

/// The command that gives the one file matching `pattern` the name `to`, for a shell in `dir`.
fn copy_command(pattern: &str, dir: &str, to: &str) -> String {
    let pattern = paths::relative_to(pattern, dir).replace(' ', "\\ ");
    format!("cp {pattern} {}", shell::quote(to))
}

/// Notes on options that may mean something else in the final stage.
fn note_runtime_options(view: &View<'_>, command: &[(InstructionId, Place)], notes: &mut Vec<String>) {
    let says = |needle: &str| {
        let kept = command.iter().any(|(id, place)| match place {
            Place::FinalAs(text) => text.contains(needle),
            _ => view.says(view.dockerfile.instruction(*id), needle),
        });
        kept || view.all(Keyword::Env).any(|env| view.says(env, needle))
    };
    if says("-agentlib:") {
        notes.push(
            "Java loads an agent with `-agentlib`: make sure that the runtime image has it.".to_owned(),
        );
    }
    let own_entrypoint = command.iter().any(|(_, place)| matches!(place, Place::FinalAs(text) if text.to_ascii_uppercase().starts_with("ENTRYPOINT")));
    if says("USE_SYSTEM_CA_CERTS") && own_entrypoint {
        notes.push(
            "USE_SYSTEM_CA_CERTS works through the base image's ENTRYPOINT, which the new one replaces."
                .to_owned(),
        );
    }
}

/// Refuses when Java is told to load an agent that the final stage would not have.
fn refuse_lost_agent(view: &View<'_>, command: &Command, recipe: &Recipe) -> Result<(), Refusal> {
    let envs = view.all(Keyword::Env).filter_map(|env| match &env.data.arguments {
        Arguments::Pairs(pairs) => Some(pairs),
        _ => None,
    });
    let values = envs.flatten().map(|pair| pair.value.text.as_str());
    let words = command.argv().iter().map(|word| word.text.as_str());
    for agent in values.chain(words).flat_map(java::agents) {
        let mut copies =
            view.instructions().filter(|it| matches!(it.keyword(), Keyword::Copy | Keyword::Add));
        let kept =
            !paths::is_within(agent, &recipe.build_dir) && copies.any(|copy| view.copies_to(copy, agent));
        if !kept {
            return Err(Refusal::new(format!(
                "Java loads the agent `{agent}`, which the final stage would lack"
            )));
        }
    }
    Ok(())
}

/// The port that Spring Boot listens on; none when it depends on a variable.
fn spring_port<'w>(view: &View<'_>, words: impl Iterator<Item = &'w str>) -> Option<String> {
    let mut port = "8080";
    for env in view.all(Keyword::Env) {
        if let Arguments::Pairs(pairs) = &env.data.arguments {
            let found = pairs.iter().rev().find(|pair| pair.name.text == "SERVER_PORT");
            port = found.map_or(port, |pair| pair.value.text.trim_matches('"'));
        }
    }
    for word in words {
        let value = word.strip_prefix("--server.port=").or_else(|| word.strip_prefix("-Dserver.port="));
        port = value.unwrap_or(port);
    }
    port.bytes().all(|b| b.is_ascii_digit()).then(|| port.to_owned())
}

fn several_modules(build: &Build<'_>) -> Refusal {
    Refusal::new(format!(
        "line {} builds modules of a project: the artifact cannot be told",
        build.run.row + 1
    ))
}

fn unknown_workdir() -> Refusal {
    Refusal::new("WORKDIR depends on a variable whose value the file does not give".to_owned())
}
