//! Services of Node whose sources a build turns into others: TypeScript, Next, Nuxt and so on.
//!
//! Signals: `npm run build`, `tsc`, `next build` and the like. Artifact: the directory that the command names,
//! `node_modules` without what only development needs, and `package.json`; all of the project where the command
//! is a script that is not at hand. Runtime: the `-slim` image of the same version. Command: kept.
//! Hazards: native addons, what the generated client of Prisma lies in, scripts that call tools of development.

use super::{
    Job, Manager, Starts, Step, is_build_env, is_for_development, is_node, is_node_command, is_server_tool,
    job, next, note_host_packages, package, pages, refuse_development, starts, steps, workspace,
};
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::plan::{Added, Artifact, Place};
use crate::assists::split_stage::profile::{Profile, Recipe};
use crate::assists::split_stage::project::{package::Package, tsconfig};
use crate::assists::split_stage::runtime::{self, Extra, Runtime, System};
use crate::assists::split_stage::shell::Command;
use crate::assists::split_stage::start::{Main, Start};
use crate::assists::split_stage::view::View;
use crate::model::{ImageRef, InstructionId};
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
        let workdir = view.workdir()?;
        let dir = main.dir(workdir);
        let package = package(view, &dir);
        let mut notes = Vec::new();
        let starts = starts(main.argv(), package.as_ref());
        let linked = workspace(view, &dir, package.as_ref(), &installs);
        let yarn = Yarn::of(view, &dir, package.as_ref());
        let whole = match linked {
            Some(root) => Some((root, "The project has workspaces, whose packages are links")),
            None if yarn == Yarn::Modern || yarn == Yarn::WithFolder && main.program() == "yarn" => {
                Some((dir.clone(), "Yarn finds its packages through files of the project"))
            }
            None => None,
        };
        let made = made(view, &start, starts, &dir, package.as_ref(), whole, &mut notes)?;
        let mut recipe = Recipe {
            build_dir: build.dir.clone(),
            runtimes: vec![runtime],
            made_by: Some(build.run.id),
            artifacts: made.artifacts,
            opening: made.opening,
            ..Recipe::default()
        };
        if made.needs_packages {
            recipe.artifacts.push(Artifact::same(paths::join(&dir, "node_modules")));
            recipe.artifacts.push(Artifact::same(paths::join(&dir, "package.json")));
        }
        for other in builds.iter().filter(|it| is_apart(&it.dir, &dir)) {
            match pages::output(view, &other.dir) {
                Some(output) => recipe.artifacts.push(Artifact::same(output)),
                None => notes.push(format!(
                    "Line {} builds {}, too: copy what the application reads of that.",
                    other.run.row + 1,
                    other.dir
                )),
            }
        }
        let program = if made.command.is_some() { "node" } else { main.program() };
        recipe.opening.extend(package_manager(view, program, yarn, &mut notes));
        let prune = (made.needs_packages || made.is_everything)
            .then(|| {
                let project = Project { dir: &dir, package: package.as_ref(), yarn, linked: made.is_linked };
                prune_command(view, &installs, build, &project, &mut notes)
            })
            .flatten();
        if prune.is_some() {
            notes.push(
                "Packages that only development needs stay behind: the command must not call them."
                    .to_owned(),
            );
        }
        let after: Vec<String> = prune.into_iter().chain(made.prepare).collect();
        if !after.is_empty() {
            let text = format!("{} {}", view.keyword(Keyword::Run), after.join(" && "));
            recipe.added.push(Added { after: Some(build.run.id), text });
        }
        if installs.iter().any(|it| it.run.id > build.run.id) {
            recipe.made_by = installs.iter().map(|it| it.run.id).chain(recipe.made_by).max();
        }
        note_host_packages(view, &installs, &mut notes);
        recipe.places = vec![made.command.unwrap_or((start.instruction, Place::Final))];
        recipe.places.extend(start.arguments.map(|id| (id, Place::Final)));
        recipe.runtimes.extend(distroless(view, &start, &main, &recipe));
        recipe.notes = notes;
        Ok(recipe)
    }

    fn is_build_command(&self, command: &Command) -> bool {
        is_node_command(command)
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
fn package_manager(view: &View<'_>, program: &str, yarn: Yarn, notes: &mut Vec<String>) -> Vec<String> {
    let is_bun = runtime::name(&ImageRef::parse(&view.stage.base_text)) == "bun";
    if !is_bun && program == "yarn" && yarn != Yarn::Classic {
        notes.push(
            "The command calls yarn in the version of the project: the final stage has it from Corepack."
                .to_owned(),
        );
        return vec![format!("{} corepack enable", view.keyword(Keyword::Run))];
    }
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

/// Whether two directories lie beside each other.
fn is_apart(one: &str, other: &str) -> bool {
    !paths::is_within(one, other) && !paths::is_within(other, one)
}

/// What a build makes, as far as the command tells.
#[derive(Default)]
struct Made {
    artifacts: Vec<Artifact>,
    /// Whether the packages go over beside that.
    needs_packages: bool,
    /// Whether all of the project goes over.
    is_everything: bool,
    /// Whether that is because packages of the project are links.
    is_linked: bool,
    /// What becomes of the command, where it changes.
    command: Option<(InstructionId, Place)>,
    opening: Vec<String>,
    /// What the build must do in addition.
    prepare: Option<String>,
}

impl Made {
    /// Something that needs nothing else.
    fn alone(path: String) -> Self {
        Self { artifacts: vec![Artifact::same(path)], ..Self::default() }
    }

    /// Something that needs the packages.
    fn with_packages(path: String) -> Self {
        Self { needs_packages: true, ..Self::alone(path) }
    }

    /// Nobody can tell what is needed.
    fn everything(dir: &str) -> Result<Self, Refusal> {
        if dir == "/" {
            return Err(Refusal::new(
                "the project lies in /, so it cannot go over as a whole: give it a WORKDIR of its own first"
                    .to_owned(),
            ));
        }
        Ok(Self { is_everything: true, ..Self::alone(dir.to_owned()) })
    }
}

/// What goes over for what the command starts.
fn made(
    view: &View<'_>,
    start: &Start,
    starts: Starts,
    dir: &str,
    package: Option<&Package>,
    whole: Option<(String, &str)>,
    notes: &mut Vec<String>,
) -> Result<Made, Refusal> {
    let made = match starts {
        Starts::Development(what) => return Err(refuse_development(&what)),
        Starts::Files { .. } => {
            return Err(Refusal::new("the image serves files: see the profile for sites".to_owned()));
        }
        Starts::Other(what) => {
            return Err(Refusal::new(format!(
                "the image starts `{what}`: it is not known what that needs of the build"
            )));
        }
        Starts::Script(script) => {
            notes.push(format!(
                "What `{script}` does stands in package.json, which is not at hand: all of the project goes over."
            ));
            return Made::everything(whole.as_ref().map_or(dir, |(root, _)| root));
        }
        Starts::File(file) => output(view, dir, &file, package),
        Starts::Next { .. } => {
            let next = next::parts(view, start, &starts, dir, package, whole.is_some())?;
            notes.extend(next.notes);
            Some(Made {
                artifacts: next.artifacts,
                needs_packages: next.needs_packages,
                is_everything: false,
                is_linked: false,
                command: next.command,
                opening: next.opening,
                prepare: next.prepare,
            })
        }
    };
    match (made, whole) {
        (Some(made), whole) if !made.needs_packages || whole.is_none() => Ok(made),
        (_, Some((root, why))) => {
            notes.push(format!("{why}: all of the project goes over."));
            Ok(Made { is_linked: true, ..Made::everything(&root)? })
        }
        (_, None) => Made::everything(dir),
    }
}

/// The directory of the build's output that holds `file`; none where all of the project may be needed.
fn output(view: &View<'_>, dir: &str, file: &str, package: Option<&Package>) -> Option<Made> {
    // `node .` starts what package.json names.
    let file = if matches!(file, "." | "./") { package?.main()? } else { file };
    let path = paths::join(dir, file);
    let inside = (path != dir && paths::is_within(&path, dir)).then(|| paths::relative_to(&path, dir))?;
    let inside = inside.trim_start_matches('/');
    let Some((first, _)) = inside.split_once('/') else {
        // `node dist` starts `dist/index.js`.
        let folder = matches!(inside, "dist" | "build" | "lib" | "out");
        return folder.then(|| Made::with_packages(path));
    };
    for alone in [".output", ".next/standalone"] {
        if inside.strip_prefix(alone).is_some_and(|rest| rest.starts_with('/')) {
            return Some(Made::alone(paths::join(dir, alone)));
        }
    }
    let out_dir = view.project_file(&paths::join(dir, "tsconfig.json")).and_then(tsconfig::out_dir);
    let is_output = out_dir.is_some_and(|it| it.split('/').next() == Some(first));
    let of_sources = ["src", "bin", "server", "app", "scripts", "apps", "packages", "node_modules"];
    if of_sources.contains(&first) && !is_output {
        return None;
    }
    Some(Made::with_packages(paths::join(dir, first)))
}

/// The image without a shell, for a command that is Node itself. Its program has another place there.
fn distroless(view: &View<'_>, start: &Start, main: &Main<'_>, recipe: &Recipe) -> Option<Runtime> {
    let base = ImageRef::parse(&view.stage.base_text);
    let tag = base.tag.as_deref().unwrap_or("");
    let major: u32 = tag.split(['.', '-']).next()?.parse().ok()?;
    let fits = matches!(major, 22 | 24 | 26) && runtime::system(&base) == System::Apt;
    let (id, place) = recipe.places.first()?;
    let words = match place {
        Place::FinalAs(_) => vec!["node".to_owned(), "server.js".to_owned()],
        _ if main.program() == "node" => {
            start.exact_words().filter(|it| it.first().is_some_and(|it| it == "node"))?
        }
        _ => return None,
    };
    if !fits || start.arguments.is_some() {
        return None;
    }
    let words: Vec<String> =
        ["/nodejs/bin/node".to_owned()].into_iter().chain(words.into_iter().skip(1)).collect();
    let mut found = Runtime::plain("distroless", format!("gcr.io/distroless/nodejs{major}-debian13:nonroot"));
    found.notes.push(
        "It has no shell, and runs as the user nonroot (65532), who cannot write into WORKDIR.".to_owned(),
    );
    found.extra = Some(Extra {
        title: "distroless",
        added: Vec::new(),
        artifacts: recipe.artifacts.clone(),
        opening: Vec::new(),
        places: vec![(*id, Place::FinalAs(view.json_form(Keyword::Entrypoint, &words)))],
    });
    Some(found)
}

/// The project whose packages of development are removed.
struct Project<'p> {
    dir: &'p str,
    package: Option<&'p Package>,
    yarn: Yarn,
    linked: bool,
}

/// The Yarn of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Yarn {
    /// The old one, or none at all.
    Classic,
    /// A newer one that keeps its packages in `node_modules`.
    WithFolder,
    /// A newer one that may keep them elsewhere.
    Modern,
}

impl Yarn {
    fn of(view: &View<'_>, dir: &str, package: Option<&Package>) -> Self {
        const SIGNS: [&str; 4] =
            [".yarnrc.yml", ".pnp.", "yarn set version berry", "yarn set version stable"];
        let config = view.project_file(&paths::join(dir, ".yarnrc.yml"));
        let is_modern = config.is_some()
            || package.and_then(Package::manager).is_some_and(is_modern_yarn)
            || view.instructions().any(|it| SIGNS.iter().any(|sign| view.says(it, sign)));
        let value =
            |line: &str| Some(line.strip_prefix("nodeLinker:")?.trim().trim_matches(['"', '\'']).to_owned());
        let linker = config.and_then(|it| it.lines().find_map(value));
        match linker.as_deref() {
            _ if !is_modern => Self::Classic,
            Some("node-modules") => Self::WithFolder,
            _ => Self::Modern,
        }
    }
}

/// The command that removes the packages of development.
fn prune_command(
    view: &View<'_>,
    installs: &[Step<'_>],
    build: &Step<'_>,
    project: &Project<'_>,
    notes: &mut Vec<String>,
) -> Option<String> {
    let Project { dir, package, .. } = *project;
    // Other parts of the project may have packages of their own.
    let nearest = |it: &&Step<'_>| paths::is_within(dir, &it.dir);
    let last = installs.iter().filter(nearest).max_by_key(|it| it.dir.len()).or(installs.last())?;
    if last.production || prunes(view, &last.dir) {
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
        Manager::Yarn if project.yarn != Yarn::Classic => "yarn workspaces focus --all --production",
        Manager::Yarn if package.is_none() => {
            notes.push(
                "Yarn also removes what was generated into node_modules, such as the client of Prisma: generate that again \
                 behind it."
                    .to_owned(),
            );
            "yarn install --production --ignore-scripts --prefer-offline"
        }
        Manager::Yarn => "yarn install --production --ignore-scripts --prefer-offline",
        Manager::Pnpm if project.linked => {
            notes.push("pnpm prunes no workspaces, so packages of development go over, too.".to_owned());
            return None;
        }
        Manager::Pnpm => "pnpm prune --prod",
        Manager::Bun => "rm -rf node_modules && bun install --production",
    };
    let here = view.workdir_before(build.run.id)?;
    let enter = if last.dir == here { String::new() } else { format!("cd {} && ", last.dir) };
    Some(format!("{enter}{command}"))
}

/// Whether the file removes the packages of development from this directory by itself.
fn prunes(view: &View<'_>, dir: &str) -> bool {
    view.all(Keyword::Run).any(|run| {
        let commands = view.script_with_dirs(run).unwrap_or_default();
        commands.iter().any(|(command, here)| {
            let words = command.argv();
            let prunes = words.get(1).is_some_and(|it| it.text == "prune");
            matches!(command.program(), "npm" | "pnpm") && prunes && here.as_deref() == Some(dir)
        })
    })
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
    use crate::assists::split_stage::tests::{check, check_with, result_with};
    use expect_test::expect;

    #[test]
    fn node_without_a_shell() {
        let text = "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nCMD [\"node\", \"dist/main.js\"]\n";
        expect![[r#"
            FROM node:22 AS builder
            WORKDIR /app
            COPY . .
            RUN npm ci && npm run build
            RUN npm prune --omit=dev

            FROM gcr.io/distroless/nodejs22-debian13:nonroot AS final
            WORKDIR /app
            COPY --from=builder /app/dist dist
            COPY --from=builder /app/node_modules node_modules
            COPY --from=builder /app/package.json package.json
            ENTRYPOINT ["/nodejs/bin/node", "dist/main.js"]
        "#]]
        .assert_eq(&result_with(&[], Some("distroless"), text));
    }

    #[test]
    fn where_the_compiler_puts_it() {
        check_with(
            &[
                ("tsconfig.json", "{\"compilerOptions\": {\"outDir\": \"./server\",}}"),
                ("package.json", "{\"main\": \"server/main.js\"}"),
            ],
            r#"FROM node:22-slim
WORKDIR /app
COPY . .
RUN npm ci && npx tsc
CMD ["node", "."]
"#,
            expect![[r#"
                FROM node:22-slim AS builder
                WORKDIR /app
                COPY . .
                RUN npm ci && npx tsc
                RUN npm prune --omit=dev

                FROM node:22-slim AS final
                WORKDIR /app
                COPY --from=builder /app/server server
                COPY --from=builder /app/node_modules node_modules
                COPY --from=builder /app/package.json package.json
                CMD ["node", "."]
            "#]],
        );
    }

    #[test]
    fn workspaces_go_over_whole() {
        check_with(
            &[("package.json", "{\"workspaces\": [\"packages/*\"]}")],
            r#"FROM node:22
WORKDIR /app
COPY . .
RUN npm ci && npm run build
CMD ["node", "dist/main.js"]
"#,
            expect![[r#"
                FROM node:22 AS builder
                WORKDIR /app
                COPY . .
                RUN npm ci && npm run build
                RUN npm prune --omit=dev

                FROM node:22-slim AS final
                WORKDIR /app
                COPY --from=builder /app ./
                CMD ["node", "dist/main.js"]
            "#]],
        );
    }

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
                RUN corepack enable
                WORKDIR /app
                COPY --from=builder /app ./
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

    #[test]
    fn packages_are_pruned_where_the_application_is() {
        check(
            r#"FROM node:22
WORKDIR /app
COPY . .
RUN cd server && npm ci && npm run build
RUN cd client && npm ci
WORKDIR /app/server
CMD ["node", "dist/index.js"]
"#,
            expect![[r#"
                FROM node:22 AS builder
                WORKDIR /app
                COPY . .
                RUN cd server && npm ci && npm run build
                RUN cd /app/server && npm prune --omit=dev
                RUN cd client && npm ci

                FROM node:22-slim AS final
                COPY --from=builder /app/server/dist /app/server/dist
                COPY --from=builder /app/server/node_modules /app/server/node_modules
                COPY --from=builder /app/server/package.json /app/server/package.json
                WORKDIR /app/server
                CMD ["node", "dist/index.js"]
            "#]],
        );
    }

    #[test]
    fn packages_are_pruned_once() {
        check(
            r#"FROM node:22
WORKDIR /app
COPY . .
RUN npm ci
RUN npm run build && npm prune --production
CMD ["node", "dist/index.js"]
"#,
            expect![[r#"
                FROM node:22 AS builder
                WORKDIR /app
                COPY . .
                RUN npm ci
                RUN npm run build && npm prune --production

                FROM node:22-slim AS final
                WORKDIR /app
                COPY --from=builder /app/dist dist
                COPY --from=builder /app/node_modules node_modules
                COPY --from=builder /app/package.json package.json
                CMD ["node", "dist/index.js"]
            "#]],
        );
    }

    #[test]
    fn bun_runs_files() {
        check(
            r#"FROM oven/bun:1
WORKDIR /app
COPY . .
RUN bun install && bun run build
CMD ["bun", "dist/index.js"]
"#,
            expect![[r#"
                FROM oven/bun:1 AS builder
                WORKDIR /app
                COPY . .
                RUN bun install && bun run build
                RUN rm -rf node_modules && bun install --production

                FROM oven/bun:1-slim AS final
                WORKDIR /app
                COPY --from=builder /app/dist dist
                COPY --from=builder /app/node_modules node_modules
                COPY --from=builder /app/package.json package.json
                CMD ["bun", "dist/index.js"]
            "#]],
        );
    }

    #[test]
    fn a_package_of_a_workspace_above() {
        check_with(
            &[(
                "pnpm-workspace.yaml",
                r#"packages:
  - apps/*
"#,
            )],
            r#"FROM node:22
RUN npm install -g pnpm
WORKDIR /repo
COPY . .
RUN pnpm install --frozen-lockfile
RUN pnpm --filter web build
WORKDIR /repo/apps/web
CMD ["node", "dist/index.js"]
"#,
            expect![[r#"
                FROM node:22 AS builder
                RUN npm install -g pnpm
                WORKDIR /repo
                COPY . .
                RUN pnpm install --frozen-lockfile
                RUN pnpm --filter web build

                FROM node:22-slim AS final
                COPY --from=builder /repo /repo
                WORKDIR /repo/apps/web
                CMD ["node", "dist/index.js"]
            "#]],
        );
    }

    #[test]
    fn a_newer_yarn_that_keeps_its_packages_in_a_folder() {
        check_with(
            &[
                ("package.json", r#"{"packageManager": "yarn@4.5.0", "scripts": {"build": "tsc"}}"#),
                (
                    ".yarnrc.yml",
                    r#"nodeLinker: node-modules
"#,
                ),
            ],
            r#"FROM node:22
WORKDIR /app
COPY . .
RUN corepack enable && yarn install --immutable && yarn build
CMD ["node", "dist/index.js"]
"#,
            expect![[r#"
                FROM node:22 AS builder
                WORKDIR /app
                COPY . .
                RUN corepack enable && yarn install --immutable && yarn build
                RUN yarn workspaces focus --all --production

                FROM node:22-slim AS final
                WORKDIR /app
                COPY --from=builder /app/dist dist
                COPY --from=builder /app/node_modules node_modules
                COPY --from=builder /app/package.json package.json
                CMD ["node", "dist/index.js"]
            "#]],
        );
    }
}
