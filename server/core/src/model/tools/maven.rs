//! Maven's command line.

use crate::model::paths;
use crate::syntax::shell::{Command, Word, is_posix_shell};

/// A call of Maven or its wrapper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// The words that start it: `mvn`, `./mvnw`, `sh mvnw`.
    pub(crate) launcher: Vec<String>,
    /// Phases and goals, in order.
    pub(crate) goals: Vec<String>,
    /// Options, in order.
    pub(crate) options: Vec<Opt>,
    /// Whether a variable or wildcard hides some of it.
    pub(crate) dynamic: bool,
}

/// An option: its name as Maven's short form where it has one, and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Opt {
    pub(crate) name: String,
    pub(crate) value: Option<String>,
}

/// Options with a value, short and long.
const WITH_VALUE: [(&str, &str); 14] = [
    ("-D", "--define"),
    ("-P", "--activate-profiles"),
    ("-f", "--file"),
    ("-pl", "--projects"),
    ("-s", "--settings"),
    ("-gs", "--global-settings"),
    ("-t", "--toolchains"),
    ("-gt", "--global-toolchains"),
    ("-T", "--threads"),
    ("-l", "--log-file"),
    ("-rf", "--resume-from"),
    ("-b", "--builder"),
    ("-ep", "--encrypt-password"),
    ("-emp", "--encrypt-master-password"),
];

/// The phases from `package` on.
const PACKAGING: [&str; 7] = [
    "package",
    "pre-integration-test",
    "integration-test",
    "post-integration-test",
    "verify",
    "install",
    "deploy",
];

/// The phases before `package`, and `clean`: they leave no artifact.
const EARLIER: [&str; 16] = [
    "clean",
    "validate",
    "initialize",
    "generate-sources",
    "process-sources",
    "generate-resources",
    "process-resources",
    "compile",
    "process-classes",
    "generate-test-sources",
    "process-test-sources",
    "generate-test-resources",
    "process-test-resources",
    "test-compile",
    "process-test-classes",
    "test",
];

impl Call {
    /// Reads a command that calls Maven or the wrapper, by whatever path, itself or through a shell.
    pub(crate) fn of(command: &Command) -> Option<Self> {
        let argv = command.argv();
        let is_wrapper = |word: &Word| matches!(paths::file_name(&word.text), "mvnw" | "mvn" | "mvnd");
        let at = match argv {
            [first, ..] if is_wrapper(first) => 0,
            [shell, second, ..] if is_posix_shell(&shell.text) && is_wrapper(second) => 1,
            _ => return None,
        };
        let mut call = Self {
            launcher: argv[..=at].iter().map(|word| word.text.clone()).collect(),
            goals: Vec::new(),
            options: Vec::new(),
            dynamic: argv.iter().any(|word| word.exact().is_none()),
        };
        let mut words = argv[at + 1..].iter().map(|word| word.text.as_str());
        while let Some(word) = words.next() {
            if word.starts_with('-') {
                call.options.push(option(word, &mut words));
            } else {
                call.goals.push(word.to_owned());
            }
        }
        Some(call)
    }

    /// Whether it leaves the artifact in `target/`.
    pub(crate) fn packages(&self) -> bool {
        let by_goal = |goal: &str| {
            ["assembly:", "shade:", "jar:", "war:"].iter().any(|it| goal.starts_with(it))
                || goal == "spring-boot:repackage"
        };
        self.goals.iter().any(|goal| PACKAGING.contains(&goal.as_str()) || by_goal(goal))
    }

    /// Whether all that hides of it are variables, in the values of properties.
    pub(crate) fn depends_on_plain_variables(&self) -> bool {
        let plain = |text: &str| !text.contains(['(', '`', '*', '"', '\\']);
        let property = |it: &Opt| it.name == "-D" && it.value.as_deref().is_some_and(plain);
        !self.goals.iter().any(|it| it.contains('$'))
            && self.options.iter().all(|it| {
                property(it) || !it.value.as_deref().unwrap_or("").contains('$') && !it.name.contains('$')
            })
    }

    /// The properties that `-D` sets.
    pub(crate) fn properties(&self) -> Vec<(String, String)> {
        let values = self.options.iter().filter(|it| it.name == "-D").filter_map(|it| it.value.as_deref());
        let pairs = values.map(|it| it.split_once('=').unwrap_or((it, "true")));
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// Whether it builds only some of a project's modules.
    pub(crate) fn picks_modules(&self) -> bool {
        self.options.iter().any(|it| matches!(it.name.as_str(), "-pl" | "-rf"))
    }

    /// The directory of the project, for a call in `dir`.
    pub(crate) fn project_dir(&self, dir: &str) -> String {
        let file = self.options.iter().rev().find(|it| it.name == "-f").and_then(|it| it.value.as_deref());
        match file.map(|file| paths::join(dir, file)) {
            Some(file) if file.ends_with(".xml") => paths::parent(&file).to_owned(),
            Some(project) => project,
            None => dir.to_owned(),
        }
    }

    /// Whether a goal of Spring Boot's plugin is called.
    pub(crate) fn names_spring_boot(&self) -> bool {
        self.goals
            .iter()
            .any(|goal| goal.starts_with("spring-boot:") || goal.contains(":spring-boot-maven-plugin:"))
    }
}

/// Whether a goal is a phase of Maven's life cycles.
pub(crate) fn is_phase(goal: &str) -> bool {
    PACKAGING.contains(&goal) || EARLIER.contains(&goal)
}

/// Whether a text speaks of packaging at all: for scripts that cannot be read.
pub(crate) fn speaks_of_packaging(text: &str) -> bool {
    let mut words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    words.any(|word| PACKAGING.contains(&word))
}

fn option<'a>(word: &'a str, rest: &mut impl Iterator<Item = &'a str>) -> Opt {
    for (short, long) in WITH_VALUE {
        if word == short || word == long {
            return Opt { name: short.to_owned(), value: rest.next().map(str::to_owned) };
        }
        if let Some(value) = word.strip_prefix(long).and_then(|it| it.strip_prefix('=')) {
            return Opt { name: short.to_owned(), value: Some(value.to_owned()) };
        }
    }
    // `-Dkey=value`, `-Pname`, `-T1C`: the value may stand right behind these.
    for short in ["-D", "-P", "-T"] {
        if let Some(value) = word.strip_prefix(short) {
            return Opt { name: short.to_owned(), value: Some(value.to_owned()) };
        }
    }
    Opt { name: word.to_owned(), value: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::shell;

    fn call(text: &str) -> Option<Call> {
        Call::of(&shell::parse(text).unwrap()[0])
    }

    #[test]
    fn the_wrapper_is_found_by_any_path() {
        for text in [
            "./mvnw test",
            "mvnw test",
            "/app/mvnw test",
            "sh mvnw test",
            "bash ./mvnw test",
            "exec ./mvnw test",
        ] {
            assert_eq!(call(text).unwrap().goals, ["test"], "{text}");
        }
        assert_eq!(call("mvn package").unwrap().launcher, ["mvn"]);
        assert_eq!(call("chmod +x mvnw"), None);
    }

    #[test]
    fn goals_and_options() {
        let call =
            call("./mvnw -B clean package -Pprod -f web/pom.xml -DskipTests --projects=a,b -T 1C").unwrap();
        assert_eq!(call.goals, ["clean", "package"]);
        let options: Vec<_> = call
            .options
            .iter()
            .map(|it| format!("{} {}", it.name, it.value.as_deref().unwrap_or("-")))
            .collect();
        assert_eq!(options, ["-B -", "-P prod", "-f web/pom.xml", "-D skipTests", "-pl a,b", "-T 1C"]);
        assert!(call.packages() && call.picks_modules());
        assert_eq!(call.project_dir("/app"), "/app/web");
    }

    #[test]
    fn packaging_in_a_text() {
        assert!(speaks_of_packaging("for m in a b; do ./mvnw -B install; done"));
        assert!(!speaks_of_packaging("./mvnw dependency:go-offline || exit 1"));
    }
}
