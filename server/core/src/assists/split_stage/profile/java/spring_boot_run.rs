//! `mvn spring-boot:run` as the command: the jar takes its place.

use super::maven::{self, Call, Opt};
use super::{
    Case, Java, Tool, copy_command, copy_out, mounts_of_last_call, named, refuse_mounted,
    refuse_without_sources, spring_port, usable_build,
};
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::plan::{Added, Artifact, Place};
use crate::assists::split_stage::profile::{Profile, Recipe};
use crate::assists::split_stage::shell;
use crate::syntax::Keyword;

/// `mvn spring-boot:run`: the builder packages, the final stage starts the jar.
pub(super) fn recipe(case: &Case<'_, '_>, call: &Call) -> Result<Recipe, Refusal> {
    let (view, start, command) = (case.view, case.start, case.main.command);
    if call.goals.is_empty() && call.options.is_empty() {
        return Err(Refusal::not_offered("the image is a build tool itself".to_owned()));
    }
    if let Some(name) = command.assignments().find(|it| !Java.is_build_env(it)) {
        return Err(Refusal::new(format!("the command sets `{name}`: set it with ENV first")));
    }
    if !command.redirects.is_empty() {
        return Err(Refusal::new("the command redirects its output".to_owned()));
    }
    let run = RunGoal::of(call, start.has_shell())?;
    let project = call.project_dir(case.dir);
    let pom = named::pom(view, &project, call.properties());
    if let Some(modules) = pom.as_ref().map(|it| it.modules()).filter(|it| !it.is_empty()) {
        return Err(Refusal::new(format!(
            "pom.xml holds modules together ({}): the command does not say which one runs",
            modules.join(", ")
        )));
    }
    let repackages = pom.as_ref().and_then(|it| it.repackages());
    let made = pom.as_ref().and_then(|it| named::jar_of_pom(it, &project));
    let app = if made.as_ref().is_some_and(|it| it.ends_with(".war")) { "app.war" } else { "app.jar" };
    let jar = paths::join(view.workdir()?, app);
    let mut notes = run.notes.clone();

    // A build that leaves a jar which cannot be started is of no use.
    let built = usable_build(case, Tool::Maven, &project)?.filter(|_| repackages != Some(false));
    let (added, made_by, from) = match (built, &made) {
        (Some(build), Some(made)) => {
            refuse_mounted(view, build.run, made)?;
            (None, Some(build.run.id), made.clone())
        }
        (Some(build), None) => {
            let (added, from) = copy_out(view, build, &paths::join(&project, "target/*.jar"), "app.jar")?;
            (Some(added), Some(build.run.id), from)
        }
        (None, made) => {
            if !run.skips_tests() {
                notes.push(
                    "The new build step runs the tests: add `-DskipTests` to it if they need what the build lacks."
                        .to_owned(),
                );
            }
            let step =
                BuildStep { call, run: &run, repackage: repackages == Some(false), made: made.as_deref() };
            let (added, from) = step.text(case, &project, &jar)?;
            (Some(Added { after: None, text: added }), None, from)
        }
    };
    notes.push(match &made {
        Some(made) => named::note(made),
        None => format!(
            "Assumes that the build leaves one executable jar in {}, as spring-boot-maven-plugin does with its goal \
             `repackage`; `cp` stops the build when there are several.",
            paths::join(&project, "target")
        ),
    });
    if repackages == Some(false) {
        notes.push(
            "No execution in pom.xml calls `repackage`, which makes the jar executable: the build step does."
                .to_owned(),
        );
    }

    let words = run.words(app);
    let port = spring_port(view, words.iter().map(String::as_str));
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
    Ok(Recipe {
        build_dir: project,
        added: added.into_iter().collect(),
        made_by,
        artifacts: vec![Artifact::new(from, jar)],
        places: vec![(
            start.instruction,
            Place::FinalAs(view.entrypoint(start.instruction, &for_shell(words))),
        )],
        port,
        notes,
        ..Recipe::default()
    })
}

/// The command as it is, or for a shell where it depends on variables of the container.
fn for_shell(words: Vec<String>) -> Vec<String> {
    if !words.iter().any(|word| word.contains('$')) {
        return words;
    }
    let quoted =
        words.iter().map(|word| if word.contains('$') { format!("\"{word}\"") } else { shell::quote(word) });
    let script = format!("exec {}", quoted.collect::<Vec<_>>().join(" "));
    vec!["sh".to_owned(), "-c".to_owned(), script]
}

/// The build step for a stage that has none: what the command did, up to the jar.
struct BuildStep<'c> {
    call: &'c Call,
    run: &'c RunGoal,
    /// Whether the jar has to be made executable.
    repackage: bool,
    /// The jar that the build leaves, where its name is known.
    made: Option<&'c str>,
}

impl BuildStep<'_> {
    /// The instruction, and where the jar is behind it: in `target`, or at `jar` where its name is not known.
    fn text(&self, case: &Case<'_, '_>, project: &str, jar: &str) -> Result<(String, String), Refusal> {
        let (view, dir) = (case.view, case.dir);
        refuse_without_sources(view, project)?;
        let workdir = view.workdir()?;
        let enter = match paths::relative_to(dir, workdir) {
            _ if dir == workdir => String::new(),
            dir => format!("cd {} && ", shell::quote(dir)),
        };
        let goals = ["-B", "package"].into_iter().chain(self.repackage.then_some("spring-boot:repackage"));
        let words = self.call.launcher.iter().map(String::as_str).chain(goals);
        let words = words.chain(self.run.build_options.iter().map(String::as_str)).map(shell::quote);
        let package = words.collect::<Vec<_>>().join(" ");
        let mounts = mounts_of_last_call(view, "mvn", jar)?;
        let run = view.keyword(Keyword::Run);
        // What lies in a mount has to be copied out of it.
        let stays = self.made.filter(|made| mounts_of_last_call(view, "mvn", made).is_ok());
        if let Some(made) = stays {
            return Ok((format!("{run} {mounts}{enter}{package}"), made.to_owned()));
        }
        let pattern = paths::join(project, "target/*.jar");
        let copy = copy_command(self.made.unwrap_or(&pattern), dir, jar, false);
        Ok((format!("{run} {mounts}{enter}{package} && {copy}"), jar.to_owned()))
    }
}

/// What the words of `mvnw … spring-boot:run` mean for the build and for the application.
#[derive(Default)]
struct RunGoal {
    /// Options that the build needs.
    build_options: Vec<String>,
    /// Options of the JVM.
    jvm: Vec<String>,
    /// Arguments of the application.
    arguments: Vec<String>,
    /// What was decided, one sentence each.
    notes: Vec<String>,
}

impl RunGoal {
    /// What starts the application.
    fn words(&self, app: &str) -> Vec<String> {
        let fixed = ["-jar".to_owned(), app.to_owned()];
        let start = std::iter::once("java".to_owned()).chain(self.jvm.iter().cloned());
        start.chain(fixed).chain(self.arguments.iter().cloned()).collect()
    }

    fn skips_tests(&self) -> bool {
        self.build_options
            .iter()
            .any(|it| it.starts_with("-DskipTests") || it.starts_with("-Dmaven.test.skip"))
    }

    /// Reads a call, or says why the application cannot be started without Maven.
    fn of(call: &Call, has_shell: bool) -> Result<Self, Refusal> {
        if call.dynamic && !(has_shell && call.depends_on_plain_variables()) {
            return Err(Refusal::new(
                "the command depends on variables that only the container knows".to_owned(),
            ));
        }
        let is_run = |goal: &str| {
            goal == "spring-boot:run"
                || (goal.starts_with("org.springframework.boot:spring-boot-maven-plugin:")
                    && goal.ends_with(":run"))
        };
        if let Some(other) = call.goals.iter().find(|goal| !is_run(goal) && !maven::is_phase(goal)) {
            return Err(Refusal::new(format!(
                "`{other}` cannot run without the build tool: only `spring-boot:run` can be split"
            )));
        }
        if !call.goals.iter().any(|goal| is_run(goal)) {
            let goals = call.goals.join(" ");
            return Err(Refusal::new(format!(
                "the command runs `mvnw {goals}`, which starts no application"
            )));
        }
        if call.picks_modules() {
            return Err(Refusal::new(
                "the command picks modules of a project: the artifact cannot be told".to_owned(),
            ));
        }
        let mut run = Self::default();
        for option in &call.options {
            run.read_option(option)?;
        }
        Ok(run)
    }

    fn read_option(&mut self, option: &Opt) -> Result<(), Refusal> {
        let value = option.value.as_deref().unwrap_or("");
        match option.name.as_str() {
            "-D" => self.read_property(value)?,
            "-P" => {
                self.notes.push(format!("The Maven profile `{value}` moves to the build step."));
                self.build_options.push(format!("-P{value}"));
            }
            name @ ("-f" | "-s" | "-gs" | "-t" | "-gt") => {
                self.build_options.extend([name.to_owned(), value.to_owned()]);
            }
            // What is left says how Maven itself talks and downloads.
            _ => {}
        }
        Ok(())
    }

    fn read_property(&mut self, property: &str) -> Result<(), Refusal> {
        let (key, value) = property.split_once('=').unwrap_or((property, ""));
        let words = || value.split_whitespace().map(str::to_owned);
        match key {
            "spring-boot.run.profiles" => self.arguments.push(format!("--spring.profiles.active={value}")),
            "spring-boot.run.arguments" if !value.contains(['"', '\'', ',']) => {
                self.arguments.extend(words())
            }
            "spring-boot.run.jvmArguments" if !value.contains(['"', '\'']) => self.jvm.extend(words()),
            "spring-boot.run.fork" => {}
            _ if key.starts_with("skip") || key.starts_with("maven.") => {
                self.build_options.push(format!("-D{property}"));
            }
            _ if ["spring.", "server.", "logging.", "management."].iter().any(|it| key.starts_with(it)) => {
                self.notes.push(format!("`-D{property}` was given to Maven; now Java gets it."));
                self.jvm.push(format!("-D{property}"));
            }
            _ => {
                return Err(Refusal::new(format!("it is not known what `-D{property}` means without Maven")));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assists::split_stage::shell;

    fn check(words: &str, build: &[&str], jvm: &[&str], arguments: &[&str]) {
        let commands = shell::parse(&format!("./mvnw {words}")).unwrap();
        let run = RunGoal::of(&Call::of(&commands[0]).unwrap(), false).unwrap();
        assert_eq!(run.build_options, build, "{words}");
        assert_eq!(run.jvm, jvm, "{words}");
        assert_eq!(run.arguments, arguments, "{words}");
    }

    #[test]
    fn variables_of_the_container_keep_their_shell() {
        crate::assists::split_stage::tests::check(
            r#"FROM maven:3.9-eclipse-temurin-17
WORKDIR /src
COPY . .
CMD ["sh", "-c", "mvn -Dserver.port=${PORT} spring-boot:run"]
"#,
            expect_test::expect![[r#"
                FROM maven:3.9-eclipse-temurin-17 AS builder
                WORKDIR /src
                COPY . .
                RUN mvn -B package && cp target/*.jar /src/app.jar

                FROM eclipse-temurin:17-jre AS final
                WORKDIR /src
                COPY --from=builder /src/app.jar app.jar
                ENTRYPOINT ["sh", "-c", "exec java \"-Dserver.port=${PORT}\" -jar app.jar"]
            "#]],
        );
    }

    #[test]
    fn every_word_goes_where_it_belongs() {
        check("clean spring-boot:run -q -ntp", &[], &[], &[]);
        check("spring-boot:run -Pdev -f web -DskipTests", &["-Pdev", "-f", "web", "-DskipTests"], &[], &[]);
        check("spring-boot:run -Dspring-boot.run.profiles=a,b", &[], &[], &["--spring.profiles.active=a,b"]);
        check(
            "spring-boot:run -Dspring-boot.run.jvmArguments='-Xmx1g -Da=b'",
            &[],
            &["-Xmx1g", "-Da=b"],
            &[],
        );
        check("spring-boot:run -Dspring-boot.run.arguments='--a=b c'", &[], &[], &["--a=b", "c"]);
        check("spring-boot:run -Dserver.port=80", &[], &["-Dserver.port=80"], &[]);
        check("org.springframework.boot:spring-boot-maven-plugin:3.5.0:run", &[], &[], &[]);
    }
}
