//! What `mvnw spring-boot:run` starts, without Maven.

use super::maven::{self, Call, Opt};
use crate::assists::split_stage::Refusal;

/// What the words of `mvnw … spring-boot:run` mean for the build and for the application.
#[derive(Default)]
pub(super) struct RunGoal {
    /// Options that the build needs.
    pub(super) build_options: Vec<String>,
    /// Options of the JVM.
    pub(super) jvm: Vec<String>,
    /// Arguments of the application.
    pub(super) arguments: Vec<String>,
    /// What was decided, one sentence each.
    pub(super) notes: Vec<String>,
}

impl RunGoal {
    /// Reads a call, or says why the application cannot be started without Maven.
    pub(super) fn of(call: &Call) -> Result<Self, Refusal> {
        if call.dynamic {
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
        let run = RunGoal::of(&Call::of(&commands[0]).unwrap()).unwrap();
        assert_eq!(run.build_options, build, "{words}");
        assert_eq!(run.jvm, jvm, "{words}");
        assert_eq!(run.arguments, arguments, "{words}");
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
