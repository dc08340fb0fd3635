//! Java and its kin, built by Maven, Gradle, sbt, Leiningen, Ant or the compiler itself.
//!
//! Signals: a build tool in a RUN, or as the command. Artifact: the jar that is started, the directories on
//! the class path, the directory of a start script, or a native program. Runtime: the JRE image of the same
//! vendor, version and system, where there is one. Command: `spring-boot:run` and `bootRun` become
//! `java -jar app.jar`; everything else keeps its words and its instruction, with the new path.
//! Hazards: tests that need services, more than one jar, jars that need files beside them.

mod build;
mod class_path;
mod gradle_boot_run;
mod jar;
mod named;
mod native;
mod options;
mod spring_boot_run;
mod start_script;
mod variants;
mod war;

use self::build::{Build, Tool};
use super::{Profile, Recipe};
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::plan::{Added, Place};
use crate::assists::split_stage::runtime::{self, Runtime, asked, jdk};
use crate::assists::split_stage::shell::{self, Command, Word};
use crate::assists::split_stage::start::{Main, Start};
use crate::assists::split_stage::view::{View, unknown_workdir};
use crate::model::tools::{gradle, maven};
use crate::model::{Arguments, ImageRef, Instruction, InstructionId};
use crate::syntax::Keyword;

pub(super) struct Java;

impl Profile for Java {
    fn ships(&self) -> &'static str {
        "JDK and build tools"
    }

    fn applies(&self, view: &View<'_>) -> bool {
        let base = ImageRef::parse(&view.stage.base_text);
        let may_call = [Keyword::Run, Keyword::Cmd, Keyword::Entrypoint];
        let builds = view.instructions().filter(|it| may_call.contains(&it.keyword())).any(|it| {
            ["mvn", "gradle", "javac", "sbt ", "lein ", "mill ", "nativeCompile"]
                .iter()
                .any(|word| view.says(it, word))
        });
        let starts_java = || {
            let mut starts = view.instructions().filter(|it| may_call[1..].contains(&it.keyword()));
            starts.any(|it| view.says(it, "java") || view.says(it, ".jar"))
        };
        if war::is_base(&base) {
            return builds;
        }
        let on_java = jdk::builds_java(&base) || native::is_base(&base);
        (builds && (on_java || starts_java() || calls_tool(view))) || (on_java && starts_java())
    }

    fn recipe(&self, view: &View<'_>) -> Result<Recipe, Refusal> {
        let base = ImageRef::parse(&view.stage.base_text);
        if war::is_base(&base) {
            return war::recipe(view, &base);
        }
        let start = Start::of(view)?;
        let builds = Build::all(view)?;
        let main = start.main()?;
        let workdir = view.workdir()?;
        let dir = main.dir(workdir);
        if !main.program().is_empty() && native::is_native(view, &base, &main, &dir) {
            return native::recipe(view, &start, &main, &dir, &base);
        }
        let mut runtime = runtime_of(view, &base)?;
        asked::follow_java(view, builds.last().map_or(&dir, |it| &it.dir), &mut runtime);
        let case = Case { view, start: &start, main, builds: &builds, dir: &dir };
        let mut recipe = if let Some(call) = maven::Call::of(main.command) {
            spring_boot_run::recipe(&case, &call)?
        } else if let Some(call) = gradle::Call::of_words(main.argv()) {
            gradle_boot_run::recipe(&case, &call)?
        } else if main.program() == "java" {
            match options::starts(main.argv()) {
                options::Starts::Jar(word) => jar::recipe(&case, word)?,
                options::Starts::Paths { list, what, .. } => class_path::recipe(&case, list, what)?,
                options::Starts::Unclear => {
                    return Err(Refusal::new("the command starts no jar and no class".to_owned()));
                }
            }
        } else {
            start_script::recipe(&case)?
        };
        refuse_lost_agent(view, main.argv(), &mut recipe)?;
        variants::add(&case, &base, runtime, &mut recipe);
        note_runtime_options(view, &recipe.places, &mut recipe.notes);
        Ok(recipe)
    }

    fn is_build_command(&self, command: &Command) -> bool {
        let named = |word: &Word| {
            let name = paths::file_name(&word.text);
            build::PROGRAMS.contains(&name) || matches!(name, "pom.xml" | ".mvn" | "native-image" | "sdk")
        };
        command.argv().iter().any(named)
    }

    fn is_build_env(&self, name: &str) -> bool {
        ["MAVEN_", "MVNW_", "M2_", "GRADLE_", "SBT_", "ANT_"].iter().any(|it| name.starts_with(it))
            || matches!(name, "M2" | "JAVA_HOME" | "JDK_HOME" | "MAVEN_OPTS")
    }

    fn is_build_path(&self, path: &str) -> bool {
        const NAMES: [&str; 14] = [
            ".m2",
            ".mvn",
            "mvnw",
            "pom.xml",
            "settings.xml",
            "gradlew",
            "gradle",
            ".gradle",
            "build.gradle",
            "build.gradle.kts",
            "settings.gradle",
            "settings.gradle.kts",
            "build.sbt",
            "project.clj",
        ];
        path.split('/').any(|part| NAMES.contains(&part))
    }

    fn is_build_package(&self, package: &str) -> bool {
        matches!(package, "nodejs" | "npm" | "git" | "findutils")
    }

    fn is_builder_tool(&self, program: &str) -> bool {
        matches!(program, "jps" | "jcmd" | "jstack" | "jmap" | "jstat" | "jinfo" | "javac" | "jar" | "jshell")
    }

    fn bundles_assets(&self) -> bool {
        true
    }

    fn brings_time_zones(&self) -> bool {
        true
    }
}

/// What the recipes of Java look at.
pub(super) struct Case<'s, 'a> {
    view: &'s View<'a>,
    start: &'s Start,
    main: Main<'s>,
    builds: &'s [Build<'a>],
    /// The directory that the command runs in.
    dir: &'s str,
}

/// Whether the command itself is a build tool.
fn calls_tool(view: &View<'_>) -> bool {
    let Ok(start) = Start::of(view) else { return false };
    start.commands.iter().any(|it| maven::Call::of(it).is_some() || gradle::Call::of(it).is_some())
}

/// The images that can run it: the JRE of the base image; on a plain system that system, which installs a JRE.
fn runtime_of(view: &View<'_>, base: &ImageRef) -> Result<Runtime, Refusal> {
    let found = jdk::of(base);
    let plain = matches!(runtime::name(base), "debian" | "ubuntu" | "alpine" | "buildpack-deps");
    let installs_jdk = || view.all(Keyword::Run).any(|run| view.says(run, "-jdk"));
    let runtime = match found {
        Err(_) if plain && installs_jdk() => runtime::of(base, "jre")?,
        found => found?,
    };
    Ok(runtime)
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

/// A RUN behind a build that gives the one file matching `pattern` the name `name` in the directory that is in
/// effect there, and the file's path.
fn copy_out(
    view: &View<'_>,
    build: &Build<'_>,
    pattern: &str,
    name: &str,
) -> Result<(Added, String), Refusal> {
    let run = build.run;
    refuse_mounted(view, run, pattern)?;
    let here = view.workdir_before(run.id).ok_or_else(unknown_workdir)?;
    let to = paths::join(here, name);
    let plain = build.plain_jars && pattern.ends_with("/*.jar");
    let text = format!("{} {}", view.keyword(Keyword::Run), copy_command(pattern, here, &to, plain));
    Ok((Added { after: Some(run.id), text }, to))
}

/// The command that gives the one file matching `pattern` the name `to`, for a shell in `dir`. Gradle's plain
/// jars lie beside the one that can be run.
fn copy_command(pattern: &str, dir: &str, to: &str, plain_jars: bool) -> String {
    let pattern = paths::relative_to(pattern, dir).replace(' ', "\\ ");
    let to = shell::quote(to);
    if plain_jars {
        return format!("cp $(ls {pattern} | grep -v -e '-plain\\.jar$') {to}");
    }
    format!("cp {pattern} {to}")
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
        notes.push(jdk::AGENT.to_owned());
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
fn refuse_lost_agent(view: &View<'_>, argv: &[Word], recipe: &mut Recipe) -> Result<(), Refusal> {
    let envs = view.all(Keyword::Env).filter_map(|env| match &env.data.arguments {
        Arguments::Pairs(pairs) => Some(pairs),
        _ => None,
    });
    let values = envs.flatten().map(|pair| pair.value.text.as_str());
    let words = argv.iter().map(|word| word.text.as_str());
    let workdir = view.workdir_at_end().unwrap_or("/");
    for agent in values.chain(words).flat_map(options::agents) {
        let path = paths::join(workdir, agent);
        let copied = view.context_copies().any(|copy| view.copies_to(copy, &path));
        let carried = recipe.artifacts.iter().any(|it| paths::is_within(&path, &it.to));
        if copied {
            recipe.needs.push(path);
        } else if !carried {
            return Err(Refusal::new(format!(
                "Java loads the agent `{agent}`, which the final stage would lack"
            )));
        }
    }
    Ok(())
}

/// Whether the file says anywhere that it is about Spring Boot.
fn names_spring_boot_anywhere(view: &View<'_>) -> bool {
    view.instructions()
        .any(|it| ["spring-boot:", "bootJar", "bootRun"].iter().any(|word| view.says(it, word)))
        || ["pom.xml", "build.gradle", "build.gradle.kts"]
            .iter()
            .any(|name| view.context.ending(name).any(|(_, text)| text.contains("spring-boot")))
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

/// The last build of the project in `project`, unless sources are copied in behind it.
fn usable_build<'b, 'a>(
    case: &Case<'b, 'a>,
    tool: Tool,
    project: &str,
) -> Result<Option<&'b Build<'a>>, Refusal> {
    let found = case.builds.iter().rev().find(|it| it.dir == project && it.tool == tool);
    let Some(build) = found else { return Ok(None) };
    let stale = case
        .view
        .instructions()
        .filter(|it| it.id > build.run.id && matches!(it.keyword(), Keyword::Copy | Keyword::Add))
        .any(|copy| case.view.destination(copy).is_none_or(|to| paths::is_within(&to, project)));
    if stale {
        return Ok(None);
    }
    if build.picks_modules {
        return Err(several_modules(build));
    }
    Ok(Some(build))
}

/// Refuses when nothing is copied to where the project is to be built.
fn refuse_without_sources(view: &View<'_>, project: &str) -> Result<(), Refusal> {
    let mut copies = view.instructions().filter(|it| matches!(it.keyword(), Keyword::Copy | Keyword::Add));
    let is_source = |copy| {
        let to = view.destination(copy);
        to.is_none_or(|to| paths::is_within(&to, project) || paths::is_within(project, &to))
    };
    if !copies.any(is_source) {
        return Err(Refusal::new(format!("no sources are copied to {project}: there is nothing to build")));
    }
    Ok(())
}

/// The `--mount` flags of the last RUN that calls the tool, for an added build step.
fn mounts_of_last_call(view: &View<'_>, tool: &str, jar: &str) -> Result<String, Refusal> {
    let Some(run) = view.all(Keyword::Run).rfind(|it| view.says(*it, tool)) else {
        return Ok(String::new());
    };
    refuse_mounted(view, run, jar)?;
    let flags = run.data.flags.iter().filter(|flag| flag.mount.is_some());
    Ok(flags.map(|flag| format!("{} ", view.slice(run.abs(flag.whole.range)))).collect())
}
