//! What the RUNs of a stage build, whatever the tool.

use super::{gradle, maven};
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::shell::{Command, Word};
use crate::assists::split_stage::view::View;
use crate::model::Instruction;
use crate::syntax::Keyword;

/// A build tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tool {
    Maven,
    Gradle,
    Sbt,
    Leiningen,
    Mill,
    Ant,
    Javac,
}

/// Names of programs that build Java, and words that tell of packaging in scripts that cannot be read.
pub(super) const PROGRAMS: [&str; 13] = [
    "mvnw", "mvn", "mvnd", "gradlew", "gradle", "sbt", "lein", "ant", "javac", "kotlinc", "scalac", "mill",
    "millw",
];

impl Tool {
    /// Where it leaves artifacts, below the project's directory.
    fn output(self) -> &'static [&'static str] {
        match self {
            Self::Maven | Self::Sbt | Self::Leiningen => &["target"],
            Self::Gradle => &["build"],
            Self::Mill => &["out"],
            Self::Ant => &["dist", "build", "target"],
            Self::Javac => &["."],
        }
    }
}

/// A RUN that calls a build tool so that it leaves an artifact.
pub(super) struct Build<'a> {
    pub(super) run: Instruction<'a>,
    pub(super) tool: Tool,
    /// The project's directory.
    pub(super) dir: String,
    /// The directory of the part of the project that is built, if it is named.
    pub(super) part: Option<String>,
    pub(super) picks_modules: bool,
    /// Whether it leaves jars that cannot be run beside the one that can.
    pub(super) plain_jars: bool,
    /// What the command line sets for the project.
    pub(super) properties: Vec<(String, String)>,
    /// The tasks of Gradle, without their projects.
    pub(super) tasks: Vec<String>,
}

impl<'a> Build<'a> {
    /// All builds of a stage, in order.
    pub(super) fn all(view: &View<'a>) -> Result<Vec<Self>, Refusal> {
        let mut builds = Vec::new();
        for run in view.all(Keyword::Run) {
            let line = run.row + 1;
            let Some(commands) = view.script_with_dirs(run) else {
                let text = [run.data.line.text()];
                let heredocs = run.data.heredocs.iter().map(|it| it.content.text.as_str());
                let calls = ["mvn", "gradle"].iter().any(|it| view.says(run, it));
                if calls && text.into_iter().chain(heredocs).any(maven::speaks_of_packaging) {
                    return Err(Refusal::new(format!(
                        "the RUN on line {line} is too complex to be sure what it builds"
                    )));
                }
                continue;
            };
            for (command, dir) in &commands {
                let Some(found) = Self::of(run, command, dir.as_deref()) else { continue };
                let Some(build) = found.filter(|_| command.is_certain()) else {
                    return Err(Refusal::new(format!(
                        "the RUN on line {line} does not tell for certain what it builds"
                    )));
                };
                builds.push(build);
            }
        }
        Ok(builds)
    }

    /// The build that a command is; the inner option is none when its directory is not known.
    fn of(run: Instruction<'a>, command: &Command, dir: Option<&str>) -> Option<Option<Self>> {
        let plain = |tool, dir: String| Self {
            run,
            tool,
            dir,
            part: None,
            picks_modules: false,
            plain_jars: false,
            properties: Vec::new(),
            tasks: Vec::new(),
        };
        if let Some(call) = maven::Call::of(command) {
            let build = |dir| Self {
                picks_modules: call.picks_modules(),
                properties: call.properties(),
                ..plain(Tool::Maven, call.project_dir(dir))
            };
            return call.packages().then(|| dir.map(build));
        }
        if let Some(call) = gradle::Call::of(command) {
            let build = |dir| {
                let dir = call.project_dir(dir);
                let part = call.subproject().map(|it| paths::join(&dir, &it));
                Self {
                    part,
                    plain_jars: call.makes_plain_jar(),
                    tasks: call.tasks.iter().map(|it| gradle::name(it).to_owned()).collect(),
                    properties: call.properties(),
                    ..plain(Tool::Gradle, dir)
                }
            };
            return call.packages().then(|| dir.map(build));
        }
        let says = |words: &[&str]| command.argv().iter().skip(1).any(|it| words.contains(&it.text.as_str()));
        let tool = match command.program() {
            "sbt"
                if says(&["assembly", "stage", "pack", "package", "dist", "universal:packageBin"])
                    || command
                        .argv()
                        .iter()
                        .any(|it| it.text.ends_with("/assembly") || it.text.ends_with("/stage")) =>
            {
                Tool::Sbt
            }
            "mill" | "millw"
                if command.argv().iter().skip(1).any(|it| {
                    ["assembly", "jar", "launcher"].iter().any(|task| {
                        it.text.strip_suffix(task).is_some_and(|part| part.is_empty() || part.ends_with('.'))
                    })
                }) =>
            {
                Tool::Mill
            }
            "lein" if says(&["uberjar", "jar", "ring", "package"]) => Tool::Leiningen,
            "ant" => Tool::Ant,
            "javac" | "kotlinc" | "scalac" => Tool::Javac,
            _ => return None,
        };
        Some(dir.map(|dir| plain(tool, dir.to_owned())))
    }

    /// Whether it may have made what lies at `path`.
    pub(super) fn may_make(&self, path: &str) -> bool {
        if !paths::is_within(path, &self.dir) {
            return false;
        }
        let inside = paths::relative_to(path, &self.dir);
        self.tool == Tool::Javac
            || inside.split('/').any(|part| self.tool.output().contains(&part))
            || self.part.as_ref().is_some_and(|part| paths::is_within(path, part))
    }
}

/// The last build that may have made what lies at `path`.
pub(super) fn maker<'b, 'a>(builds: &'b [Build<'a>], path: &str) -> Option<&'b Build<'a>> {
    builds.iter().rfind(|it| it.may_make(path))
}

/// Whether a RUN copies or moves something to `path`.
pub(super) fn moves_to(view: &View<'_>, run: Instruction<'_>, path: &str) -> bool {
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
