//! Java, built by the Maven wrapper.
//!
//! Signals: `mvnw` in a RUN, or as the command. Artifact: the one executable jar in `target/`. Runtime: the
//! JRE image of the same vendor, version and system. Command: `spring-boot:run` becomes
//! `java -jar app.jar`; a `java -jar target/….jar` keeps its words and its instruction, with the new path.
//! Hazards: tests that need services, more than one jar, jars that need files beside them.

mod jar;
mod spring_boot_run;

use super::maven::{self, Call};
use super::{Profile, Recipe, java};
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::plan::{Added, Place};
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

    fn recipe(&self, view: &View<'_>) -> Result<(Recipe, String), Refusal> {
        let runtime = runtime::of_jdk(&ImageRef::parse(&view.stage.base_text))?;
        let start = Start::of(view)?;
        let builds = Build::all(view)?;
        let (dir, command) = sole_command(view, &start)?;
        let mut recipe = match Call::of(command) {
            Some(call) => spring_boot_run::recipe(view, &start, &builds, &dir, command, &call)?,
            None if command.program() == "java" => jar::recipe(view, &start, &builds, &dir, command)?,
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
        Ok((recipe, runtime.tag))
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

/// A RUN behind `made_by` that gives the one file matching `pattern` the name `name` in the directory that
/// is in effect there, and the file's path.
fn copy_out(
    view: &View<'_>,
    made_by: Instruction<'_>,
    pattern: &str,
    name: &str,
) -> Result<(Added, String), Refusal> {
    refuse_mounted(view, made_by, pattern)?;
    let here = view.workdir_before(made_by.id).ok_or_else(unknown_workdir)?;
    let to = paths::join(here, name);
    let text = copy_command(pattern, here, &to);
    Ok((Added { after: Some(made_by.id), mounts: String::new(), text }, to))
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
