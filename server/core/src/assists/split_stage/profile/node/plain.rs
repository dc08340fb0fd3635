//! Services of Node that run as they are.
//!
//! Signals: `npm install` and a command such as `node server.js`, without a build. What goes over: `node_modules`;
//! the sources come from the build context, as before. Runtime: the `-slim` image of the same version. Worth it
//! where the image is the full one, or compilers were installed for native addons; else there is nothing to gain.

use super::{
    Job, Starts, is_build_env, is_for_development, is_node, is_server_tool, job, note_host_packages, package,
    refuse_development, starts, steps,
};
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::plan::Artifact;
use crate::assists::split_stage::profile::{Profile, Recipe, refuse_without_gain};
use crate::assists::split_stage::runtime;
use crate::assists::split_stage::shell::Command;
use crate::assists::split_stage::start::Start;
use crate::assists::split_stage::view::View;
use crate::model::ImageRef;

pub(in crate::assists::split_stage::profile) struct Plain;

impl Profile for Plain {
    fn ships(&self) -> &'static str {
        "compilers for native addons"
    }

    fn applies(&self, view: &View<'_>) -> bool {
        let (installs, builds) = steps(view);
        is_node(view) && builds.is_empty() && !installs.is_empty()
    }

    fn recipe(&self, view: &View<'_>) -> Result<Recipe, Refusal> {
        let base = ImageRef::parse(&view.stage.base_text);
        let start = Start::of(view)?;
        let main = start.main()?;
        let workdir = view.workdir()?;
        let package = package(view, &main.dir(workdir));
        match starts(main.argv(), package.as_ref()) {
            Starts::File(_) => {}
            Starts::Development(what) => return Err(refuse_development(&what)),
            Starts::Next { .. } | Starts::Files { .. } => {
                return Err(Refusal::new(
                    "nothing is built in the image that the command could start".to_owned(),
                ));
            }
            Starts::Script(script) => {
                return Err(Refusal::new(format!(
                    "there is no build step, and what `{script}` does stands in package.json, which is not at hand"
                )));
            }
            Starts::Other(what) => {
                return Err(Refusal::new(format!(
                    "the image starts `{what}`: it is not known what that needs of the build"
                )));
            }
        }
        let runtime = runtime::of(&base, "slim")?;
        refuse_without_gain(view, self, &runtime)?;
        let (installs, _) = steps(view);
        let last = installs.last().ok_or_else(|| Refusal::new("no `npm install` is found".to_owned()))?;
        let modules = paths::join(&last.dir, "node_modules");
        if let Some(target) = view.mount_over(last.run, &modules) {
            return Err(Refusal::new(format!("the packages lie in a mount ({target})")));
        }
        let mut notes =
            vec!["Native addons load libraries of the system: the final stage must have them.".to_owned()];
        note_host_packages(view, &installs, &mut notes);
        Ok(Recipe {
            build_dir: last.dir.clone(),
            runtimes: vec![runtime],
            made_by: Some(last.run.id),
            artifacts: vec![Artifact::same(modules)],
            places: start.kept(),
            notes,
            ..Recipe::default()
        })
    }

    fn is_build_command(&self, command: &Command) -> bool {
        matches!(job(command.argv()), Some((_, Job::Install { .. } | Job::Other)))
    }

    fn is_setup_command(&self, command: &Command) -> bool {
        matches!(job(command.argv()), Some((_, Job::Global(names))) if names.iter().any(|it| is_server_tool(it)))
    }

    fn needs_builder(&self, command: &Command) -> bool {
        is_for_development(command)
    }

    fn is_build_env(&self, name: &str) -> bool {
        is_build_env(name)
    }

    fn is_build_path(&self, path: &str) -> bool {
        matches!(paths::file_name(path), ".npmrc" | "yarn.lock" | "pnpm-lock.yaml" | "package-lock.json")
    }

    fn is_build_package(&self, package: &str) -> bool {
        matches!(package, "python" | "python2" | "python3")
    }

    fn runs_sources(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::tests::check;
    use expect_test::expect;

    #[test]
    fn packages_go_over() {
        check(
            r#"FROM node:22
RUN apt-get update && apt-get install -y python3 make g++ libvips-dev
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev && npm install -g pm2
COPY . .
HEALTHCHECK CMD curl -f http://localhost:3000/ || exit 1
CMD ["node", "server.js"]
"#,
            expect![[r#"
                FROM node:22 AS builder
                RUN apt-get update && apt-get install -y python3 make g++ libvips-dev
                WORKDIR /app
                COPY package*.json ./
                RUN npm ci --omit=dev && npm install -g pm2

                FROM node:22-slim AS final
                RUN apt-get update && apt-get install -y --no-install-recommends libvips42 curl && rm -rf /var/lib/apt/lists/*
                WORKDIR /app
                COPY package*.json ./
                COPY --from=builder /app/node_modules node_modules
                COPY . .
                HEALTHCHECK CMD curl -f http://localhost:3000/ || exit 1
                CMD ["node", "server.js"]
            "#]],
        );
    }

    #[test]
    fn a_small_image_gains_nothing() {
        check(
            r#"FROM node:22-slim
WORKDIR /app
COPY . .
RUN npm ci
CMD ["node", "server.js"]
"#,
            expect![[r#"
                refused: there is nothing to gain: the base image is small, and no compilers are installed
            "#]],
        );
    }
}
