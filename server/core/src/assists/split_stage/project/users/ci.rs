//! Workflows of GitHub and jobs of GitLab: which builds of a Dockerfile name a stage.

use super::BuildUse;
use super::yaml::Value;
use crate::model::paths;
use crate::model::tools::option;
use crate::syntax::shell::{self, Word};

/// The builds in a file that are of the Dockerfile at `dockerfile` and name a stage. They run at the top.
pub(super) fn uses(text: &str, dockerfile: &str) -> Vec<BuildUse> {
    let Some(tree) = Value::read(text) else { return Vec::new() };
    let mut found = Vec::new();
    for (name, job) in tree.get("jobs").into_iter().flat_map(Value::entries) {
        for step in job.get("steps").into_iter().flat_map(Value::list) {
            let moved = step.get("working-directory").is_some()
                || [job, &tree].iter().any(|it| it.get("defaults").is_some());
            let target = of_action(step, dockerfile)
                .or_else(|| of_script(step.get("run")?.text().filter(|_| !moved)?, dockerfile));
            found.extend(target.map(|target| of_job(name, target)));
        }
    }
    // GitLab: every entry may be a job.
    for (name, job) in tree.entries() {
        let lines = ["before_script", "script"].iter().filter_map(|it| job.get(it));
        let texts = lines.flat_map(|it| it.text().into_iter().chain(it.list().filter_map(Value::text)));
        let script = texts.collect::<Vec<_>>().join("\n");
        found.extend(of_script(&script, dockerfile).map(|target| of_job(name, target)));
    }
    found
}

fn of_job(name: &str, target: String) -> BuildUse {
    BuildUse { who: format!("the job `{name}`"), target: Some(target), ..BuildUse::default() }
}

/// The stage that a step with Docker's own action names.
fn of_action(step: &Value, dockerfile: &str) -> Option<String> {
    let action = step.get("uses")?.text()?;
    let with = step.get("with").filter(|_| action.starts_with("docker/build-push-action"))?;
    let text = |key: &str| with.get(key).and_then(Value::text);
    let context = text("context").unwrap_or(".");
    let file = match text("file") {
        Some(file) => paths::join("/", file),
        None => paths::join(&paths::join("/", context), "Dockerfile"),
    };
    let is_plain = ![context, &file].iter().any(|it| it.contains("${{") || it.contains("://"));
    let target = text("target").filter(|it| !it.contains("${{") && !it.is_empty())?;
    (is_plain && file == dockerfile).then(|| target.to_owned())
}

/// The stage that a `docker build` in a script names.
fn of_script(script: &str, dockerfile: &str) -> Option<String> {
    // A script that changes its directory builds who knows what.
    let commands = script.lines().filter_map(|line| shell::parse(line.trim()));
    let commands: Vec<_> = commands.flatten().collect();
    if commands.iter().any(|it| matches!(it.program(), "cd" | "pushd")) {
        return None;
    }
    commands.iter().find_map(|command| {
        let argv = command.argv();
        let words: Vec<&str> = argv.iter().map(Word::exact).collect::<Option<_>>()?;
        let builds = matches!(
            words.as_slice(),
            ["docker" | "podman" | "buildah", "build" | "bud", ..]
                | ["docker", "buildx", "build", ..]
                | ["docker", "image", "build", ..]
        );
        let target = option(argv, &["--target"]).filter(|_| builds)?;
        let file = option(argv, &["-f", "--file"]);
        let context = words.last().filter(|it| !it.starts_with('-') && !it.contains("://"))?;
        let file = match file {
            Some(file) => paths::join("/", file),
            None => paths::join(&paths::join("/", context), "Dockerfile"),
        };
        (file == dockerfile).then(|| target.to_owned())
    })
}
