//! Services of Node whose sources a build turns into others: TypeScript, Next, Nuxt and so on.
//!
//! Signals: `npm run build`, `tsc`, `next build` and the like. Artifact: the directory that the command names,
//! `node_modules` without what only development needs, and `package.json`; all of the project where the command
//! is a script that is not at hand. Runtime: the `-slim` image of the same version. Command: kept.
//! Hazards: native addons, what the generated client of Prisma lies in, scripts that call tools of development.

use super::{
    Job, Manager, Starts, Step, is_build_env, is_node, is_node_command, is_server_tool, job,
    note_host_packages, package, refuse_development, starts, steps, unknown_workdir,
};
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::plan::{Added, Artifact, Place};
use crate::assists::split_stage::profile::{Profile, Recipe};
use crate::assists::split_stage::runtime;
use crate::assists::split_stage::shell::Command;
use crate::assists::split_stage::start::Start;
use crate::assists::split_stage::view::View;
use crate::model::ImageRef;
use crate::syntax::Keyword;

pub(in crate::assists::split_stage::profile) struct Built;

impl Profile for Built {
    fn ships(&self) -> &'static str {
        "development packages and sources"
    }

    fn applies(&self, view: &View<'_>) -> bool {
        is_node(view) && !steps(view).1.is_empty()
    }

    fn recipe(&self, view: &View<'_>) -> Result<Recipe, Refusal> {
        let runtime = runtime::of(&ImageRef::parse(&view.stage.base_text), "slim")?;
        let start = Start::of(view)?;
        let main = start.main()?;
        let (installs, builds) = steps(view);
        let build = builds.last().ok_or_else(|| Refusal::new("no build step is found".to_owned()))?;
        let workdir = view.workdir_at_end().ok_or_else(unknown_workdir)?;
        let dir = main.dir(workdir);
        let package = package(view, &dir);
        let mut notes = Vec::new();
        let mut added = Vec::new();
        let mut artifacts = Vec::new();
        let made = match starts(main.argv(), package.as_ref()) {
            Starts::Development(what) => return Err(refuse_development(&what)),
            Starts::Files { .. } => {
                return Err(Refusal::new("the image serves files: see the profile for sites".to_owned()));
            }
            Starts::Other(what) => {
                return Err(Refusal::new(format!(
                    "the image starts `{what}`: it is not known what that needs of the build"
                )));
            }
            Starts::File(file) => output(&dir, &file),
            Starts::Next => Made::Parts(vec![".next", "public"]),
            Starts::Script(script) => {
                notes.push(format!(
                    "What `{script}` does stands in package.json, which is not at hand: all of the project goes over."
                ));
                Made::Everything
            }
        };
        let prune = !matches!(made, Made::Alone(_));
        match made {
            Made::Alone(output) => artifacts.push(Artifact::same(output)),
            Made::Directory(output) => {
                artifacts.extend(output.map(Artifact::same));
                artifacts.push(Artifact::same(paths::join(&dir, "node_modules")));
                artifacts.push(Artifact::same(paths::join(&dir, "package.json")));
            }
            Made::Parts(parts) => {
                artifacts.extend(parts.iter().map(|it| Artifact::same(paths::join(&dir, it))));
                artifacts.push(Artifact::same(paths::join(&dir, "node_modules")));
                artifacts.push(Artifact::same(paths::join(&dir, "package.json")));
            }
            Made::Everything if dir == "/" => {
                return Err(Refusal::new(
                    "the project lies in /, so it cannot go over as a whole: give it a WORKDIR of its own first".to_owned(),
                ));
            }
            Made::Everything => artifacts.push(Artifact::same(dir.as_str())),
        }
        let opening = package_manager(view, main.program(), &mut notes);
        let mut made_by = Some(build.run.id);
        if let Some(text) =
            prune_command(view, &installs, build, package.as_ref(), &mut notes).filter(|_| prune)
        {
            added.push(Added {
                after: Some(build.run.id),
                text: format!("{} {text}", view.keyword(Keyword::Run)),
            });
            notes.push(
                "Packages that only development needs stay behind: the command must not call them."
                    .to_owned(),
            );
        }
        if installs.iter().any(|it| it.run.id > build.run.id) {
            made_by = installs.iter().map(|it| it.run.id).chain(made_by).max();
        }
        note_host_packages(view, &installs, &mut notes);
        let mut places = vec![(start.instruction, Place::Final)];
        places.extend(start.arguments.map(|id| (id, Place::Final)));
        Ok(Recipe {
            build_dir: build.dir.clone(),
            runtimes: vec![runtime],
            added,
            made_by,
            artifacts,
            places,
            opening,
            notes,
            ..Recipe::default()
        })
    }

    fn is_build_command(&self, command: &Command) -> bool {
        is_node_command(command)
    }

    fn is_setup_command(&self, command: &Command) -> bool {
        matches!(job(command.argv()), Some((_, Job::Global(names))) if names.iter().any(|it| is_server_tool(it)))
    }

    fn is_build_env(&self, name: &str) -> bool {
        is_build_env(name)
    }

    fn is_build_path(&self, path: &str) -> bool {
        let name = paths::file_name(path);
        matches!(
            name,
            "package.json"
                | "package-lock.json"
                | "yarn.lock"
                | "pnpm-lock.yaml"
                | "tsconfig.json"
                | ".npmrc"
                | "src"
        ) || name.starts_with("package") && name.ends_with(".json")
    }

    fn is_build_package(&self, package: &str) -> bool {
        matches!(package, "python" | "python2" | "python3" | "nodejs")
    }
}

/// The image of Node has npm and the old Yarn: another manager that the command calls must be installed.
fn package_manager(view: &View<'_>, program: &str, notes: &mut Vec<String>) -> Vec<String> {
    let is_bun = runtime::name(&ImageRef::parse(&view.stage.base_text)) == "bun";
    let installed = matches!(program, "pnpm")
        || (program == "yarn" && view.instructions().any(|it| view.says(it, "corepack")));
    if is_bun || !installed {
        return Vec::new();
    }
    notes.push(format!(
        "The command calls {program}, so the final stage installs it: give it the version of the builder."
    ));
    vec![format!("{} npm install -g {program}", view.keyword(Keyword::Run))]
}

/// What a build makes, as far as the command tells.
enum Made {
    /// A directory that needs nothing else.
    Alone(String),
    /// A directory that needs the packages; none where the command is a file beside them.
    Directory(Option<String>),
    /// Parts of the project that need the packages.
    Parts(Vec<&'static str>),
    /// Nobody can tell.
    Everything,
}

/// The directory of the build's output that holds `file`.
fn output(dir: &str, file: &str) -> Made {
    let path = paths::join(dir, file);
    let Some(inside) = (path != dir && paths::is_within(&path, dir)).then(|| paths::relative_to(&path, dir))
    else {
        return Made::Everything;
    };
    let inside = inside.trim_start_matches('/');
    let Some((first, _)) = inside.split_once('/') else {
        // `node dist` starts `dist/index.js`.
        let folder = matches!(inside, "dist" | "build" | "lib" | "out");
        return if folder { Made::Directory(Some(path)) } else { Made::Everything };
    };
    if inside.starts_with(".output/") {
        return Made::Alone(paths::join(dir, ".output"));
    }
    if matches!(first, "src" | "bin" | "server" | "app" | "scripts" | "apps" | "packages" | "node_modules") {
        return Made::Everything;
    }
    Made::Directory(Some(paths::join(dir, first)))
}

/// The command that removes the packages of development.
fn prune_command(
    view: &View<'_>,
    installs: &[Step<'_>],
    build: &Step<'_>,
    package: Option<&super::package::Package>,
    notes: &mut Vec<String>,
) -> Option<String> {
    let last = installs.last()?;
    if last.production {
        return None;
    }
    let manager = last.manager.or(build.manager)?;
    let prisma = view.instructions().any(|it| view.says(it, "prisma"))
        || package.is_some_and(|it| it.depends_on("@prisma/client"));
    let command = match manager {
        Manager::Npm if old_npm(view) => "npm prune --production",
        Manager::Npm => "npm prune --omit=dev",
        Manager::Yarn if prisma => {
            notes.push(
                "Yarn would remove the generated client of Prisma, so packages of development go over, too."
                    .to_owned(),
            );
            return None;
        }
        Manager::Yarn if package.and_then(|it| it.manager.as_deref()).is_some_and(is_modern_yarn) => {
            "yarn workspaces focus --all --production"
        }
        Manager::Yarn if package.is_none() => {
            notes.push(
                "Yarn also removes what was generated into node_modules, such as the client of Prisma: generate that again \
                 behind it."
                    .to_owned(),
            );
            "yarn install --production --ignore-scripts --prefer-offline"
        }
        Manager::Yarn => "yarn install --production --ignore-scripts --prefer-offline",
        Manager::Pnpm => "pnpm prune --prod",
        Manager::Bun => "rm -rf node_modules && bun install --production",
    };
    let here = view.workdir_before(build.run.id)?;
    let enter = if last.dir == here { String::new() } else { format!("cd {} && ", last.dir) };
    Some(format!("{enter}{command}"))
}

fn is_modern_yarn(manager: &str) -> bool {
    manager.strip_prefix("yarn@").is_some_and(|it| !it.starts_with("1.") && !it.starts_with('0'))
}

/// Up to Node 14 npm knows `--production` alone.
fn old_npm(view: &View<'_>) -> bool {
    let tag = ImageRef::parse(&view.stage.base_text).tag.unwrap_or_default();
    let major = tag.split(['.', '-']).next().and_then(|it| it.parse::<u32>().ok());
    major.is_some_and(|it| it <= 14)
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::tests::{check, check_with};
    use expect_test::expect;

    #[test]
    fn the_output_and_the_packages_go_over() {
        check(
            r#"FROM node:22
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build
USER node
CMD ["node", "dist/main.js"]
"#,
            expect![[r#"
                FROM node:22 AS builder
                WORKDIR /app
                COPY package*.json ./
                RUN npm ci
                COPY . .
                RUN npm run build
                RUN npm prune --omit=dev

                FROM node:22-slim AS final
                WORKDIR /app
                COPY --from=builder /app/dist dist
                COPY --from=builder /app/node_modules node_modules
                COPY --from=builder /app/package.json package.json
                USER node
                CMD ["node", "dist/main.js"]
            "#]],
        );
    }

    #[test]
    fn the_script_is_read() {
        check_with(
            &[(
                "package.json",
                "{\"scripts\": {\"start\": \"next start\"}, \"packageManager\": \"yarn@4.1.0\"}",
            )],
            r#"FROM node:22-alpine
WORKDIR /app
COPY . .
RUN yarn install && yarn build
CMD ["yarn", "start"]
"#,
            expect![[r#"
                FROM node:22-alpine AS builder
                WORKDIR /app
                COPY . .
                RUN yarn install && yarn build
                RUN yarn workspaces focus --all --production

                FROM node:22-alpine AS final
                WORKDIR /app
                COPY --from=builder /app/.next .next
                COPY --from=builder /app/public public
                COPY --from=builder /app/node_modules node_modules
                COPY --from=builder /app/package.json package.json
                CMD ["yarn", "start"]
            "#]],
        );
    }

    #[test]
    fn without_the_script_all_goes_over() {
        check(
            r#"FROM node:20-alpine
WORKDIR /app
COPY . .
RUN npm ci && npm run build
CMD ["npm", "start"]
"#,
            expect![[r#"
                FROM node:20-alpine AS builder
                WORKDIR /app
                COPY . .
                RUN npm ci && npm run build
                RUN npm prune --omit=dev

                FROM node:20-alpine AS final
                WORKDIR /app
                COPY --from=builder /app ./
                CMD ["npm", "start"]
            "#]],
        );
    }

    #[test]
    fn an_output_that_needs_nothing() {
        check(
            r#"FROM node:22
WORKDIR /app
COPY . .
RUN npm i && npm run build
CMD ["node", ".output/server/index.mjs"]
"#,
            expect![[r#"
                FROM node:22 AS builder
                WORKDIR /app
                COPY . .
                RUN npm i && npm run build

                FROM node:22-slim AS final
                WORKDIR /app
                COPY --from=builder /app/.output .output
                CMD ["node", ".output/server/index.mjs"]
            "#]],
        );
    }

    #[test]
    fn a_server_for_development_is_refused() {
        check(
            r#"FROM node:22
WORKDIR /app
COPY . .
RUN npm i && npm run build
CMD ["npm", "run", "dev"]
"#,
            expect![[r#"
                refused: the image starts `dev`, a server for development: start what the build makes instead
            "#]],
        );
    }
}
