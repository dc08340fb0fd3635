//! Gradle's command line, with and without its wrapper.

use crate::model::paths;
use crate::syntax::shell::{Command, Word, is_posix_shell};

/// A call of Gradle or its wrapper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// The words that start it: `gradle`, `./gradlew`, `sh gradlew`.
    pub(crate) launcher: Vec<String>,
    /// Tasks, in order, with the project in front.
    pub(crate) tasks: Vec<String>,
    /// Options that change what is built, in order.
    pub(crate) options: Vec<String>,
    /// The value of `-p`.
    project: Option<String>,
    /// Whether a variable or wildcard hides some of it.
    pub(crate) dynamic: bool,
}

/// Options whose value is the next word.
const WITH_VALUE: [&str; 16] = [
    "-b",
    "--build-file",
    "-c",
    "--settings-file",
    "-g",
    "--gradle-user-home",
    "-I",
    "--init-script",
    "-x",
    "--exclude-task",
    "--project-cache-dir",
    "--include-build",
    "--max-workers",
    "--console",
    "--warning-mode",
    "-F",
];

/// Tasks that leave something to run.
const PACKAGING: [&str; 22] = [
    "assemble",
    "bootJar",
    "bootWar",
    "build",
    "buildFatJar",
    "buildNative",
    "distTar",
    "distZip",
    "fatJar",
    "installBootDist",
    "installDist",
    "installShadowDist",
    "jar",
    "jlink",
    "nativeBuild",
    "nativeCompile",
    "nativeImage",
    "quarkusBuild",
    "shadowJar",
    "stage",
    "uberJar",
    "war",
];

impl Call {
    /// Reads a command that calls Gradle or the wrapper, by whatever path, itself or through a shell.
    pub(crate) fn of(command: &Command) -> Option<Self> {
        Self::of_words(command.argv())
    }

    /// The same for the words of a command.
    pub(crate) fn of_words(argv: &[Word]) -> Option<Self> {
        let is_gradle = |word: &Word| matches!(paths::file_name(&word.text), "gradlew" | "gradle");
        let at = match argv {
            [first, ..] if is_gradle(first) => 0,
            [shell, second, ..] if is_posix_shell(&shell.text) && is_gradle(second) => 1,
            _ => return None,
        };
        let mut call = Self {
            launcher: argv[..=at].iter().map(|word| word.text.clone()).collect(),
            tasks: Vec::new(),
            options: Vec::new(),
            project: None,
            dynamic: argv.iter().any(|word| word.exact().is_none()),
        };
        let mut words = argv[at + 1..].iter().map(|word| word.text.as_str());
        while let Some(word) = words.next() {
            match word {
                "-p" | "--project-dir" => call.project = words.next().map(str::to_owned),
                "-x" | "--exclude-task" => drop(words.next()),
                "--args" => drop(words.next()),
                _ if word.starts_with("-P") || word.starts_with("-D") => call.options.push(word.to_owned()),
                _ if WITH_VALUE.contains(&word) => {
                    call.options.push(word.to_owned());
                    call.options.extend(words.next().map(str::to_owned));
                }
                _ if word.starts_with('-') => {}
                _ => call.tasks.push(word.to_owned()),
            }
        }
        Some(call)
    }

    /// Whether it leaves something to run.
    pub(crate) fn packages(&self) -> bool {
        self.tasks.iter().any(|task| PACKAGING.contains(&name(task)))
    }

    /// Whether it also makes the plain jar, without what the application depends on.
    pub(crate) fn makes_plain_jar(&self) -> bool {
        self.tasks.iter().any(|task| matches!(name(task), "build" | "assemble" | "jar"))
    }

    /// The properties that `-P` sets.
    pub(crate) fn properties(&self) -> Vec<(String, String)> {
        let values = self.options.iter().filter_map(|it| it.strip_prefix("-P")?.split_once('='));
        values.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// The directory of the whole project, for a call in `dir`.
    pub(crate) fn project_dir(&self, dir: &str) -> String {
        self.project.as_ref().map_or_else(|| dir.to_owned(), |project| paths::join(dir, project))
    }

    /// The directory of the subproject that the last packaging task is for, below the project's.
    pub(crate) fn subproject(&self) -> Option<String> {
        let task = self.tasks.iter().rev().find(|task| PACKAGING.contains(&name(task)))?;
        let (path, _) = task.rsplit_once(':')?;
        let path = path.trim_start_matches(':').replace(':', "/");
        (!path.is_empty()).then_some(path)
    }

    /// The task of this name, with its project.
    pub(crate) fn task(&self, wanted: &str) -> Option<&str> {
        self.tasks.iter().map(String::as_str).find(|task| name(task) == wanted)
    }
}

/// A task's name without its project.
pub(crate) fn name(task: &str) -> &str {
    task.rsplit(':').next().unwrap_or(task)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::shell;

    fn call(text: &str) -> Option<Call> {
        Call::of(&shell::parse(text).unwrap()[0])
    }

    #[test]
    fn tasks_and_projects() {
        let build = call("./gradlew -x test -p /src/app :web:bootJar -Pv=1 --no-daemon").unwrap();
        assert_eq!(build.tasks, [":web:bootJar"]);
        assert_eq!(build.options, ["-Pv=1"]);
        assert!(build.packages() && !build.makes_plain_jar());
        assert_eq!(build.project_dir("/"), "/src/app");
        assert_eq!(build.subproject().as_deref(), Some("web"));
        assert_eq!(call("gradle jetty:shadowJar").unwrap().subproject().as_deref(), Some("jetty"));
        assert_eq!(call("sh gradlew build").unwrap().subproject(), None);
        assert!(!call("gradle dependencies").unwrap().packages());
        assert_eq!(call("chmod +x gradlew"), None);
    }
}
