//! `next start`: what Next makes, as `next.config` tells.
//!
//! With `output: 'standalone'` the build leaves a server with the packages that it uses; otherwise `next start` needs
//! the output, the packages and the configuration.

use super::{Package, Starts};
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::plan::{Artifact, Place};
use crate::assists::split_stage::project::script_config::{Property, property};
use crate::assists::split_stage::start::Start;
use crate::assists::split_stage::view::View;
use crate::model::{InstructionId, paths};
use crate::syntax::Keyword;

/// What goes over for `next start`.
pub(super) struct Next {
    pub(super) artifacts: Vec<Artifact>,
    /// Whether the packages must go over beside that.
    pub(super) needs_packages: bool,
    /// What becomes of the command, where it changes.
    pub(super) command: Option<(InstructionId, Place)>,
    pub(super) opening: Vec<String>,
    /// What the build must do in addition, for what goes over to be there.
    pub(super) prepare: Option<String>,
    pub(super) notes: Vec<String>,
}

const CONFIGS: [&str; 4] = ["next.config.js", "next.config.mjs", "next.config.ts", "next.config.cjs"];

/// What goes over for a project in `dir`, whose packages may be `linked` with those of a workspace.
pub(super) fn parts(
    view: &View<'_>,
    start: &Start,
    starts: &Starts,
    dir: &str,
    package: Option<&Package>,
    linked: bool,
) -> Result<Next, Refusal> {
    let config = CONFIGS.iter().find_map(|it| Some((*it, view.project_file(&paths::join(dir, it))?)));
    let of = |name: &str| config.map_or(Property::Unset, |(_, text)| property(text, name));
    let dist = match of("distDir") {
        Property::Unset => ".next".to_owned(),
        Property::To(dist) => dist.trim_start_matches("./").trim_end_matches('/').to_owned(),
        Property::Unknown => {
            return Err(Refusal::new(
                "next.config computes `distDir`, where the build puts its output".to_owned(),
            ));
        }
    };
    let output = of("output");
    if output == Property::To("export".to_owned()) {
        return Err(Refusal::new(
            "next.config has `output: 'export'`, which `next start` does not serve: serve the directory `out`".to_owned(),
        ));
    }
    let mut next = Next {
        artifacts: Vec::new(),
        needs_packages: true,
        command: None,
        opening: Vec::new(),
        prepare: None,
        notes: Vec::new(),
    };
    let has_root = of("outputFileTracingRoot") != Property::Unset;
    let is_standalone = output == Property::To("standalone".to_owned()) && !has_root;
    match standalone(view, start, starts).filter(|_| is_standalone && !linked) {
        Some((command, opening)) => {
            next.artifacts.push(Artifact::new(paths::join(dir, &format!("{dist}/standalone")), dir));
            next.artifacts.push(Artifact::same(paths::join(dir, &format!("{dist}/static"))));
            next.needs_packages = false;
            next.command = Some(command);
            next.opening = opening;
            next.notes.push(
                "next.config has `output: 'standalone'`: the server goes over with the packages that it uses, and \
                 `next start` becomes `node server.js`."
                    .to_owned(),
            );
        }
        None => {
            next.artifacts.push(Artifact::same(paths::join(dir, &dist)));
            next.artifacts.extend(config.map(|(name, _)| Artifact::same(paths::join(dir, name))));
            if config.is_none() && package.is_none() {
                next.notes.push("If there is a next.config, copy it into the final stage, too.".to_owned());
            }
        }
    }
    let public = paths::join(dir, "public");
    match view.project_folder(&public) {
        Some(false) => {}
        Some(true) => next.artifacts.push(Artifact::same(public)),
        None => {
            next.artifacts.push(Artifact::same(public));
            next.prepare = Some("mkdir -p public".to_owned());
        }
    }
    Ok(next)
}

/// The command that starts the server which stands alone, and the environment that says where it listens; none
/// where the old command says more than that.
fn standalone(
    view: &View<'_>,
    start: &Start,
    starts: &Starts,
) -> Option<((InstructionId, Place), Vec<String>)> {
    let Starts::Next { port, host } = starts else { return None };
    if start.arguments.is_some() || start.commands.len() != 1 {
        return None;
    }
    let instruction = view.dockerfile.instruction(start.instruction);
    let words = ["node".to_owned(), "server.js".to_owned()];
    let command = Place::FinalAs(view.json_form(instruction.keyword(), &words));
    let env = view.keyword(Keyword::Env);
    let mut opening = Vec::new();
    // Otherwise it listens on the container's name, as HOSTNAME says it.
    if view.variable("HOSTNAME").is_none() || host.is_some() {
        opening.push(format!("{env} HOSTNAME={}", host.as_deref().unwrap_or("0.0.0.0")));
    }
    if let Some(port) = port {
        if view.variable("PORT").is_some_and(|it| it != *port) {
            return None;
        }
        opening.push(format!("{env} PORT={port}"));
    }
    Some(((start.instruction, command), opening))
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::tests::check_with;
    use expect_test::expect;

    const PACKAGE: &str = r#"{"scripts": {"build": "next build", "start": "next start -p 8080"}}"#;
    const FILE: &str = r#"FROM node:22
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build
EXPOSE 8080
USER node
CMD ["npm", "start"]
"#;

    #[test]
    fn a_server_that_stands_alone() {
        check_with(
            &[
                ("package.json", PACKAGE),
                ("next.config.mjs", "export default { output: 'standalone' };"),
                ("public/", ""),
            ],
            FILE,
            expect![[r#"
                FROM node:22 AS builder
                WORKDIR /app
                COPY package*.json ./
                RUN npm ci
                COPY . .
                RUN npm run build

                FROM node:22-slim AS final
                ENV HOSTNAME=0.0.0.0
                ENV PORT=8080
                WORKDIR /app
                COPY --from=builder /app/.next/standalone ./
                COPY --from=builder /app/.next/static .next/static
                COPY --from=builder /app/public public
                EXPOSE 8080
                USER node
                CMD ["node", "server.js"]
            "#]],
        );
    }

    #[test]
    fn a_server_with_its_packages() {
        check_with(
            &[
                ("package.json", PACKAGE),
                ("next.config.ts", "const c = { distDir: 'build' };\nexport default c;"),
            ],
            FILE,
            expect![[r#"
                FROM node:22 AS builder
                WORKDIR /app
                COPY package*.json ./
                RUN npm ci
                COPY . .
                RUN npm run build
                RUN npm prune --omit=dev && mkdir -p public

                FROM node:22-slim AS final
                WORKDIR /app
                COPY --from=builder /app/build build
                COPY --from=builder /app/next.config.ts next.config.ts
                COPY --from=builder /app/public public
                COPY --from=builder /app/node_modules node_modules
                COPY --from=builder /app/package.json package.json
                EXPOSE 8080
                USER node
                CMD ["npm", "start"]
            "#]],
        );
    }

    #[test]
    fn without_the_files_of_the_project() {
        check_with(
            &[],
            "FROM node:22-alpine\nWORKDIR /app\nCOPY . .\nRUN npm ci && npx next build\nCMD [\"npx\", \"next\", \"start\"]\n",
            expect![[r#"
                FROM node:22-alpine AS builder
                WORKDIR /app
                COPY . .
                RUN npm ci && npx next build
                RUN npm prune --omit=dev && mkdir -p public

                FROM node:22-alpine AS final
                WORKDIR /app
                COPY --from=builder /app/.next .next
                COPY --from=builder /app/public public
                COPY --from=builder /app/node_modules node_modules
                COPY --from=builder /app/package.json package.json
                CMD ["npx", "next", "start"]
            "#]],
        );
    }

    #[test]
    fn an_exported_site_is_not_served_by_next() {
        check_with(
            &[("package.json", PACKAGE), ("next.config.js", "module.exports = { output: 'export' }")],
            FILE,
            expect![[r#"
                refused: next.config has `output: 'export'`, which `next start` does not serve: serve the directory `out`
            "#]],
        );
    }
}
