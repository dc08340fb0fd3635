//! What Compose, Bake and CI say about the image that is split: they may name its stage, start what only the builder
//! has, or hide what the build puts into it.

use super::plan::SplitPlan;
use super::profile::Profile;
use super::project::users::{BuildUse, Mount};
use super::shell::{self, Command, Word};
use super::view::View;
use crate::model::paths;

/// Notes on the files that build or start the image, where the split changes what they say.
pub(super) fn notes(view: &View<'_>, profile: &dyn Profile, plan: &SplitPlan) -> Vec<String> {
    let mut found = Vec::new();
    for user in view.context.uses() {
        let notes = [target(user, plan), command(user, profile, plan), mount(user, view, plan)];
        for note in notes.into_iter().flatten() {
            if !found.contains(&note) {
                found.push(note);
            }
        }
    }
    found
}

/// The name by which the builder is asked for.
fn builder<'u>(user: &'u BuildUse, plan: &SplitPlan) -> Option<&'u str> {
    user.target.as_deref().filter(|it| *it == "0" || it.eq_ignore_ascii_case(&plan.builder))
}

/// A stage that was the image and is the builder now.
fn target(user: &BuildUse, plan: &SplitPlan) -> Option<String> {
    let BuildUse { file, who, .. } = user;
    let target = builder(user, plan)?;
    Some(format!(
        "{file} builds the stage `{target}` for {who}: that is the builder now. Name `{}` there, or no stage.",
        plan.final_name
    ))
}

/// A command that the final stage cannot run.
fn command(user: &BuildUse, profile: &dyn Profile, plan: &SplitPlan) -> Option<String> {
    let BuildUse { file, who, command, .. } = user;
    let words = command.as_deref().filter(|_| builder(user, plan).is_none())?;
    let commands = match words {
        [text] => shell::parse(text)?,
        [shell, flag, script] if shell::is_posix_shell(shell) && flag.starts_with('-') => {
            shell::parse(script)?
        }
        words => vec![Command::exec(words.iter().map(|it| Word::literal(it, 0..0)).collect())],
    };
    let missing = commands.iter().find(|it| profile.needs_builder(it))?;
    let shown: Vec<&str> = missing.argv().iter().take(3).map(|it| it.text.as_str()).collect();
    Some(format!(
        "{file} starts `{}` in {who}, which the final stage does not have: let that build the stage `{}`.",
        shown.join(" "),
        plan.builder
    ))
}

/// A folder of the host over what the build makes.
fn mount(user: &BuildUse, view: &View<'_>, plan: &SplitPlan) -> Option<String> {
    let BuildUse { file, who, mounts, .. } = user;
    if builder(user, plan).is_some() {
        return None;
    }
    let hidden = plan.artifacts.iter().find_map(|artifact| {
        let over = |it: &&Mount| {
            it.target.starts_with('/') && paths::is_within(&artifact.to, it.target.trim_end_matches('/'))
        };
        let nearest = mounts.iter().filter(over).max_by_key(|it| it.target.len())?;
        nearest.of_host.then_some((nearest, artifact))
    });
    let (mount, artifact) = hidden?;
    let dir = view.workdir_at_end().unwrap_or("/");
    Some(format!(
        "{file} mounts a folder of the host over {} in {who}: it hides {}, which the build puts there.",
        mount.target,
        paths::relative_to(&artifact.to, dir)
    ))
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::{ContextFiles, Request, split_with};
    use crate::model::SourceFile;
    use expect_test::{Expect, expect};

    /// The notes that speak of `file`, for a Dockerfile at `api/Dockerfile`.
    fn check(file: &str, text: &str, dockerfile: &str, expected: Expect) {
        let mut context = ContextFiles::default();
        context.set_dockerfile("api/Dockerfile");
        context.add_builder(file, text);
        let split = split_with(&SourceFile::new(dockerfile), Request::of(&context)).unwrap();
        let notes: Vec<String> = split.notes.into_iter().filter(|it| it.starts_with(file)).collect();
        expected.assert_eq(&notes.join("\n"));
    }

    const SPRING: &str =
        "FROM eclipse-temurin:21 AS build\nWORKDIR /app\nCOPY . .\nCMD [\"./mvnw\", \"spring-boot:run\"]\n";

    #[test]
    fn a_service_of_compose() {
        check(
            "compose.yaml",
            "services:\n  web:\n    build: {context: api, target: build}\n    volumes: ['./api:/app']\n  dev:\n    build: ./api\n    command: ./mvnw spring-boot:run\n    volumes: ['./api:/app']\n",
            SPRING,
            expect![[r#"
                compose.yaml builds the stage `build` for the service `web`: that is the builder now. Name `final` there, or no stage.
                compose.yaml starts `./mvnw spring-boot:run` in the service `dev`, which the final stage does not have: let that build the stage `build`.
                compose.yaml mounts a folder of the host over /app in the service `dev`: it hides app.jar, which the build puts there."#]],
        );
        let stays = "services:\n  web:\n    build: {context: api}\n    command: java -jar app.jar --debug\n    volumes: ['./api:/app', /app/app.jar, 'data:/app/data']\n";
        check("compose.yaml", stays, SPRING, expect![[r#""#]]);
    }

    #[test]
    fn bake_and_ci() {
        check(
            "docker-bake.hcl",
            "target \"app\" {\n  context = \"api\"\n  target = \"build\"\n}\n",
            SPRING,
            expect![
                "docker-bake.hcl builds the stage `build` for the target `app` of Bake: that is the builder now. Name `final` there, or no stage."
            ],
        );
        check(
            ".github/workflows/image.yml",
            "jobs:\n  image:\n    steps:\n      - run: docker build --target 0 api\n",
            SPRING,
            expect![
                ".github/workflows/image.yml builds the stage `0` for the job `image`: that is the builder now. Name `final` there, or no stage."
            ],
        );
    }

    #[test]
    fn commands_of_development() {
        let node = "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nCMD [\"node\", \"dist/a.js\"]\n";
        let with = |command: &str| format!("services: {{web: {{build: api, command: {command}}}}}");
        check(
            "compose.yml",
            &with("npm run dev"),
            node,
            expect![
                "compose.yml starts `npm run dev` in the service `web`, which the final stage does not have: let that build the stage `builder`."
            ],
        );
        check("compose.yml", &with("npm start"), node, expect![[r#""#]]);
        let net = "FROM mcr.microsoft.com/dotnet/sdk:9.0\nWORKDIR /a\nCOPY . .\nRUN dotnet publish -o /out\nCMD [\"dotnet\", \"/out/a.dll\"]\n";
        check(
            "compose.yml",
            &with("dotnet watch run"),
            net,
            expect![
                "compose.yml starts `dotnet watch run` in the service `web`, which the final stage does not have: let that build the stage `builder`."
            ],
        );
        check("compose.yml", &with("dotnet /out/a.dll"), net, expect![[r#""#]]);
    }
}
