//! Pages that Node builds beside an application: a service in another directory, or in another language, serves them.

use super::{is_node_command, package, site, steps};
use crate::assists::split_stage::paths;
use crate::assists::split_stage::shell::Command;
use crate::assists::split_stage::tools_and_sources::fetches_toolchain;
use crate::assists::split_stage::view::View;
use crate::model::{Instruction, InstructionId};
use crate::syntax::Keyword;

/// What builds of Node leave for an application that does not run on Node.
pub(in crate::assists::split_stage::profile) struct Pages {
    /// The directories that they make.
    pub(in crate::assists::split_stage::profile) outputs: Vec<String>,
    /// The RUNs that do nothing else, those that install Node included.
    pub(in crate::assists::split_stage::profile) runs: Vec<InstructionId>,
}

/// The pages that Node builds in a stage which starts something else; none where it is not certain what they are, or
/// that nothing else needs Node.
pub(in crate::assists::split_stage::profile) fn built_beside(view: &View<'_>) -> Option<Pages> {
    let builds = steps(view).1;
    let starts = [Keyword::Cmd, Keyword::Entrypoint, Keyword::Healthcheck];
    let is_run = |it: &Instruction<'_>| {
        starts.contains(&it.keyword())
            && ["node", "npm", "npx", "yarn"].iter().any(|tool| view.says(*it, tool))
    };
    if builds.is_empty() || view.instructions().any(|it| is_run(&it)) {
        return None;
    }
    let runs: Vec<InstructionId> =
        view.all(Keyword::Run).filter(|run| is_only_node(view, *run)).map(|it| it.id).collect();
    let outputs: Option<Vec<String>> =
        builds.iter().map(|it| output(view, &it.dir).filter(|_| runs.contains(&it.run.id))).collect();
    // What only calls Node elsewhere would lack it.
    let calls = |run: &Instruction<'_>| {
        let commands = view.script(*run).unwrap_or_default();
        commands.iter().any(|it| is_node_command(it) || it.program() == "node")
    };
    let others = view.all(Keyword::Run).any(|run| calls(&run) && !runs.contains(&run.id));
    Some(Pages { outputs: outputs.filter(|_| !others)?, runs })
}

/// The directory that the build of the project in `dir` makes, as its own files say.
pub(super) fn output(view: &View<'_>, dir: &str) -> Option<String> {
    let package = package(view, dir)?;
    let script = package.script("build")?;
    let output = match script {
        _ if script.contains("vite build") => site::output_of_vite(view, dir).ok()?,
        _ if script.contains("react-scripts build") => "build".to_owned(),
        _ => return None,
    };
    Some(paths::join(dir, &output))
}

/// Whether a RUN installs Node, or builds with it, and does nothing else.
fn is_only_node(view: &View<'_>, run: Instruction<'_>) -> bool {
    let is_node = |it: &Command| fetches_toolchain(it) || is_node_command(it) || installs_node(it);
    let is_aside = |it: &Command| {
        let words: Vec<&str> = it.argv().iter().map(|word| word.text.as_str()).collect();
        matches!(words.as_slice(), ["cd", _] | ["bash" | "sh", "-"] | ["bash" | "sh"] | ["rm", ..])
            || matches!(words.as_slice(), ["apt-get" | "apt", "update" | "clean", ..])
    };
    let commands = view.script(run).unwrap_or_default();
    commands.iter().any(is_node) && commands.iter().all(|it| is_node(it) || is_aside(it))
}

/// Whether a command installs packages of the system for Node alone.
fn installs_node(command: &Command) -> bool {
    let mut words =
        command.argv().iter().skip(1).map(|it| it.text.as_str()).filter(|it| !it.starts_with('-'));
    matches!(command.program(), "apt-get" | "apt" | "apk")
        && matches!(words.next(), Some("install" | "add"))
        && words.all(|it| matches!(it, "nodejs" | "npm" | "yarn"))
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::tests::check_with;
    use expect_test::expect;

    const VITE: &str = r#"{"scripts": {"build": "tsc && vite build"}, "devDependencies": {"vite": "6"}}"#;

    #[test]
    fn pages_for_a_server_in_python() {
        check_with(
            &[("ui/package.json", VITE)],
            r#"FROM python:3.12
RUN curl -fsSL https://deb.nodesource.com/setup_22.x | bash - && apt-get install -y nodejs
WORKDIR /app
COPY . .
RUN cd ui && npm ci && npm run build
RUN pip install -r requirements.txt
CMD ["gunicorn", "shop:app"]
"#,
            expect![[r#"
                FROM python:3.12 AS builder
                RUN curl -fsSL https://deb.nodesource.com/setup_22.x | bash - && apt-get install -y nodejs
                WORKDIR /app
                COPY . .
                RUN cd ui && npm ci && npm run build
                RUN python -m venv /opt/venv
                ENV VIRTUAL_ENV=/opt/venv
                ENV PATH=/opt/venv/bin:$PATH
                RUN pip install -r requirements.txt

                FROM python:3.12-slim AS final
                ENV PATH=/opt/venv/bin:$PATH
                WORKDIR /app
                COPY . .
                COPY --from=builder /opt/venv /opt/venv
                COPY --from=builder /app/ui/dist ui/dist
                CMD ["gunicorn", "shop:app"]
            "#]],
        );
    }

    #[test]
    fn pages_that_nobody_knows_are_built_again() {
        check_with(
            &[],
            r#"FROM python:3.12
RUN apt-get update && apt-get install -y nodejs npm
WORKDIR /app
COPY . .
RUN pip install -r requirements.txt
RUN cd ui && npm ci && npm run build
CMD ["gunicorn", "shop:app"]
"#,
            expect![[r#"
                FROM python:3.12 AS builder
                RUN apt-get update && apt-get install -y nodejs npm
                WORKDIR /app
                COPY . .
                RUN python -m venv /opt/venv
                ENV VIRTUAL_ENV=/opt/venv
                ENV PATH=/opt/venv/bin:$PATH
                RUN pip install -r requirements.txt

                FROM python:3.12-slim AS final
                RUN apt-get update && apt-get install -y --no-install-recommends nodejs npm && rm -rf /var/lib/apt/lists/*
                ENV PATH=/opt/venv/bin:$PATH
                WORKDIR /app
                COPY . .
                COPY --from=builder /opt/venv /opt/venv
                RUN cd ui && npm ci && npm run build
                CMD ["gunicorn", "shop:app"]
            "#]],
        );
    }

    #[test]
    fn pages_for_a_server_of_node() {
        check_with(
            &[
                ("client/package.json", VITE),
                ("client/vite.config.ts", "export default { build: { outDir: 'out' } }"),
            ],
            r#"FROM node:22
WORKDIR /app
COPY . .
RUN cd client && npm ci && npm run build
RUN cd server && npm ci && npm run build
WORKDIR /app/server
CMD ["node", "dist/index.js"]
"#,
            expect![[r#"
                FROM node:22 AS builder
                WORKDIR /app
                COPY . .
                RUN cd client && npm ci && npm run build
                RUN cd server && npm ci && npm run build
                RUN cd /app/server && npm prune --omit=dev

                FROM node:22-slim AS final
                COPY --from=builder /app/server/dist /app/server/dist
                COPY --from=builder /app/server/node_modules /app/server/node_modules
                COPY --from=builder /app/server/package.json /app/server/package.json
                COPY --from=builder /app/client/out /app/client/out
                WORKDIR /app/server
                CMD ["node", "dist/index.js"]
            "#]],
        );
    }
}
