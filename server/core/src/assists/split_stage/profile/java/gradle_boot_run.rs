//! `gradle bootRun` as the command: the jar of `bootJar` takes its place.

use super::gradle::Call;
use super::{
    Case, Java, Tool, copy_command, copy_out, mounts_of_last_call, named, refuse_mounted,
    refuse_without_sources, spring_port, usable_build,
};
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::plan::{Added, Artifact, Place};
use crate::assists::split_stage::profile::{Profile, Recipe};
use crate::assists::split_stage::shell::{self, Word};
use crate::syntax::Keyword;

/// `gradle bootRun`: the builder makes the jar, the final stage starts it.
pub(super) fn recipe(case: &Case<'_, '_>, call: &Call) -> Result<Recipe, Refusal> {
    let (view, start, command) = (case.view, case.start, case.main.command);
    if let Some(name) = command.assignments().find(|it| !Java.is_build_env(it)) {
        return Err(Refusal::new(format!("the command sets `{name}`: set it with ENV first")));
    }
    if call.dynamic || !command.redirects.is_empty() {
        return Err(Refusal::new("the command depends on what only the container knows".to_owned()));
    }
    let Some(task) = call.task("bootRun") else {
        let tasks = call.tasks.join(" ");
        if tasks.is_empty() {
            return Err(Refusal::not_offered("the image is a build tool itself".to_owned()));
        }
        return Err(Refusal::new(format!(
            "`gradle {tasks}` cannot run without the build tool: only `bootRun` can be split"
        )));
    };
    let arguments = application_arguments(case.main.argv())?;
    let prefix = task.strip_suffix("bootRun").unwrap_or("").to_owned();
    let project = call.project_dir(case.dir);
    let part = paths::join(&project, &prefix.trim_matches(':').replace(':', "/"));
    let jars = paths::join(&part, "build/libs/*.jar");
    let jar = paths::join(view.workdir()?, "app.jar");

    let built = usable_build(case, Tool::Gradle, &project)?;
    let made = match built {
        Some(build) => named::matching(view, build, &jars),
        None => named::jar_of_gradle(view, &project, &part, &["bootJar"], &call.properties()),
    };
    let (added, made_by, from) = match (built, &made) {
        (Some(build), Some(made)) => {
            refuse_mounted(view, build.run, made)?;
            (None, Some(build.run.id), made.clone())
        }
        (Some(build), None) => {
            let (added, from) = copy_out(view, build, &jars, "app.jar")?;
            (Some(added), Some(build.run.id), from)
        }
        (None, made) => {
            refuse_without_sources(view, &project)?;
            let workdir = view.workdir()?;
            let enter = match paths::relative_to(case.dir, workdir) {
                _ if case.dir == workdir => String::new(),
                dir => format!("cd {} && ", shell::quote(dir)),
            };
            let words = call.launcher.iter().map(String::as_str);
            let mut words: Vec<String> = words.map(shell::quote).collect();
            if project != case.dir {
                words.extend(["-p".to_owned(), shell::quote(&project)]);
            }
            words.push(format!("{prefix}bootJar"));
            words.extend(call.options.iter().map(|it| shell::quote(it)));
            words.push("--no-daemon".to_owned());
            let mounts = mounts_of_last_call(view, "gradle", &jar)?;
            let run = view.keyword(Keyword::Run);
            let build = words.join(" ");
            // What lies in a mount has to be copied out of it.
            let stays = made.as_ref().filter(|made| mounts_of_last_call(view, "gradle", made).is_ok());
            let (text, from) = match stays {
                Some(made) => (format!("{run} {mounts}{enter}{build}"), made.clone()),
                None => {
                    let copy = copy_command(made.as_deref().unwrap_or(&jars), case.dir, &jar, false);
                    (format!("{run} {mounts}{enter}{build} && {copy}"), jar.clone())
                }
            };
            (Some(Added { after: None, text }), None, from)
        }
    };
    let plain = made_by.is_some_and(|id| case.builds.iter().any(|it| it.run.id == id && it.plain_jars));
    let mut notes = vec![match &made {
        Some(made) => named::note(made),
        None => format!(
            "Assumes that {} gets one executable jar; `cp` stops the build when there are several.",
            paths::parent(&jars)
        ),
    }];
    if plain && made.is_none() {
        notes.push(super::jar::PLAIN.to_owned());
    }
    if view.dockerfile.instruction(start.instruction).keyword() == Keyword::Cmd {
        notes.push(
            "The command becomes an ENTRYPOINT: words behind `docker run IMAGE` are now arguments of the application."
                .to_owned(),
        );
    }
    let mut words = vec!["java".to_owned(), "-jar".to_owned(), "app.jar".to_owned()];
    words.extend(arguments);
    let port = spring_port(view, words.iter().map(String::as_str));
    Ok(Recipe {
        build_dir: project,
        added: added.into_iter().collect(),
        made_by,
        artifacts: vec![Artifact::new(from, jar)],
        places: vec![(start.instruction, Place::FinalAs(view.entrypoint(start.instruction, &words)))],
        port,
        notes,
        ..Recipe::default()
    })
}

/// What `--args=…` passes to the application.
fn application_arguments(argv: &[Word]) -> Result<Vec<String>, Refusal> {
    let mut words = argv.iter().map(|word| word.text.as_str());
    let mut value = "";
    while let Some(word) = words.next() {
        match word.strip_prefix("--args=") {
            Some(given) => value = given,
            None if word == "--args" => value = words.next().unwrap_or(""),
            None => {}
        }
    }
    let commands = shell::parse(value);
    let [command] = commands.as_deref().unwrap_or_default() else {
        return if value.is_empty() {
            Ok(Vec::new())
        } else {
            Err(Refusal::new(format!("`--args={value}` is not simple enough")))
        };
    };
    command
        .argv()
        .iter()
        .map(|word| word.exact().map(str::to_owned))
        .collect::<Option<_>>()
        .ok_or_else(|| Refusal::new(format!("`--args={value}` depends on a variable")))
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::tests::check;
    use expect_test::expect;

    #[test]
    fn the_jar_takes_its_place() {
        check(
            r#"FROM eclipse-temurin:21-jdk
WORKDIR /app
COPY . .
CMD ./gradlew bootRun --args=--server.port=9000
"#,
            expect![[r#"
                FROM eclipse-temurin:21-jdk AS builder
                WORKDIR /app
                COPY . .
                RUN ./gradlew bootJar --no-daemon && cp build/libs/*.jar /app/app.jar

                FROM eclipse-temurin:21-jre AS final
                WORKDIR /app
                COPY --from=builder /app/app.jar app.jar
                EXPOSE 9000
                ENTRYPOINT ["java", "-jar", "app.jar", "--server.port=9000"]
            "#]],
        );
    }

    #[test]
    fn plain_jars_are_left_out() {
        check(
            r#"FROM eclipse-temurin:21-jdk
WORKDIR /app
COPY . .
RUN ./gradlew build -x test
CMD ["./gradlew", "bootRun"]
"#,
            expect![[r#"
                FROM eclipse-temurin:21-jdk AS builder
                WORKDIR /app
                COPY . .
                RUN ./gradlew build -x test
                RUN cp $(ls build/libs/*.jar | grep -v -e '-plain\.jar$') /app/app.jar

                FROM eclipse-temurin:21-jre AS final
                WORKDIR /app
                COPY --from=builder /app/app.jar app.jar
                EXPOSE 8080
                ENTRYPOINT ["java", "-jar", "app.jar"]
            "#]],
        );
    }
}
