//! Sites that a build of Node makes and a server of files serves.
//!
//! Signals: a build, and `serve -s build`, `http-server dist` or `vite preview` as the command. Artifact: the
//! directory that is served. Runtime: nginx. Command: nginx starts by itself; pages of the application that are
//! no files get `index.html`, where the old server did so. The port becomes 80.

use super::{Starts, is_for_development, is_node, is_node_command, package, starts, steps};
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::plan::{Artifact, Place};
use crate::assists::split_stage::profile::{Profile, Recipe};
use crate::assists::split_stage::project::script_config::{Property, property};
use crate::assists::split_stage::runtime::Runtime;
use crate::assists::split_stage::shell::Command;
use crate::assists::split_stage::start::Start;
use crate::assists::split_stage::view::View;
use crate::syntax::Keyword;

pub(in crate::assists::split_stage::profile) struct Site;

impl Profile for Site {
    fn ships(&self) -> &'static str {
        "Node, packages and sources"
    }

    fn applies(&self, view: &View<'_>) -> bool {
        if !is_node(view) || steps(view).1.is_empty() {
            return false;
        }
        let Ok(start) = Start::of(view) else { return false };
        let Ok(main) = start.main() else { return false };
        let dir = main.dir(view.workdir_at_end().unwrap_or("/"));
        matches!(starts(main.argv(), package(view, &dir).as_ref()), Starts::Files { .. })
    }

    fn recipe(&self, view: &View<'_>) -> Result<Recipe, Refusal> {
        let start = Start::of(view)?;
        let main = start.main()?;
        let workdir = view.workdir()?;
        let dir = main.dir(workdir);
        let Starts::Files { dir: served, single_page, of_vite } =
            starts(main.argv(), package(view, &dir).as_ref())
        else {
            return Err(Refusal::new("the image serves no files".to_owned()));
        };
        let (_, builds) = steps(view);
        let build = builds.last().ok_or_else(|| Refusal::new("no build step is found".to_owned()))?;
        let served = match served {
            None if of_vite => Some(output_of_vite(view, &dir)?),
            served => served,
        };
        let served = served.ok_or_else(|| {
            Refusal::new("the command does not name the directory that it serves".to_owned())
        })?;
        let output = paths::join(&dir, &served);
        if output == build.dir || !paths::is_within(&output, &build.dir) {
            return Err(Refusal::new(format!("`{served}` is not what the build makes")));
        }
        let mut places = Vec::new();
        for keyword in [Keyword::Cmd, Keyword::Entrypoint, Keyword::Expose] {
            places.extend(view.all(keyword).map(|it| (it.id, Place::Dropped)));
        }
        for keyword in [Keyword::Env, Keyword::Arg, Keyword::User, Keyword::Workdir] {
            places.extend(view.all(keyword).map(|it| (it.id, Place::Builder)));
        }
        if let Some(check) = view.all(Keyword::Healthcheck).next_back() {
            return Err(Refusal::new(format!(
                "HEALTHCHECK on line {} asks the old server: move it to port 80 first",
                check.row + 1
            )));
        }
        let mut closing = Vec::new();
        if single_page {
            let run = view.keyword(Keyword::Run);
            closing.push(format!(
                "{run} printf 'server {{\\n  listen 80;\\n  root /usr/share/nginx/html;\\n  location / {{\\n    try_files $uri \
                 $uri/ /index.html;\\n  }}\\n}}\\n' > /etc/nginx/conf.d/default.conf"
            ));
        }
        Ok(Recipe {
            build_dir: build.dir.clone(),
            runtimes: vec![Runtime::plain("nginx", "nginx:stable-alpine")],
            made_by: Some(build.run.id),
            artifacts: vec![Artifact::new(output, "/usr/share/nginx/html")],
            places,
            closing,
            port: Some("80".to_owned()),
            notes: vec![
                "nginx serves the files now, on port 80: change the port where the image is started."
                    .to_owned(),
                "Variables that the build puts into the pages are those of the build, not of the container."
                    .to_owned(),
            ],
            ..Recipe::default()
        })
    }

    fn is_build_command(&self, command: &Command) -> bool {
        is_node_command(command) || command.program() == "npm"
    }

    fn needs_builder(&self, command: &Command) -> bool {
        is_for_development(command)
    }

    fn is_build_env(&self, _name: &str) -> bool {
        true
    }

    fn is_build_path(&self, _path: &str) -> bool {
        true
    }

    fn is_build_package(&self, _package: &str) -> bool {
        true
    }

    fn makes_pages(&self) -> bool {
        true
    }
}

/// Where `vite build` puts the site: `dist`, unless the configuration says otherwise.
pub(super) fn output_of_vite(view: &View<'_>, dir: &str) -> Result<String, Refusal> {
    let names = ["ts", "js", "mjs", "mts", "cjs"].map(|it| format!("vite.config.{it}"));
    let config = names.iter().find_map(|it| view.project_file(&paths::join(dir, it)));
    match config.map_or(Property::Unset, |text| property(text, "outDir")) {
        Property::Unset => Ok("dist".to_owned()),
        Property::To(dir) => Ok(dir),
        Property::Unknown => {
            Err(Refusal::new("vite.config computes `outDir`, where the build puts the site".to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::tests::check;
    use expect_test::expect;

    #[test]
    fn nginx_serves_the_pages() {
        check(
            r#"FROM node:22
ARG VITE_API=/api
WORKDIR /app
COPY . .
RUN npm ci && npm run build
LABEL team=web
EXPOSE 3000
CMD ["npx", "serve", "-s", "dist", "-l", "3000"]
"#,
            expect![[r#"
                FROM node:22 AS builder
                ARG VITE_API=/api
                WORKDIR /app
                COPY . .
                RUN npm ci && npm run build

                FROM nginx:stable-alpine AS final
                COPY --from=builder /app/dist /usr/share/nginx/html
                RUN printf 'server {\n  listen 80;\n  root /usr/share/nginx/html;\n  location / {\n    try_files $uri $uri/ /index.html;\n  }\n}\n' > /etc/nginx/conf.d/default.conf
                EXPOSE 80
                LABEL team=web
            "#]],
        );
    }

    #[test]
    fn a_variable_of_a_label_keeps_its_last_value() {
        check(
            r#"FROM node:22
WORKDIR /app
ENV RELEASE=1.0
LABEL release=$RELEASE
COPY . .
ENV NAME=shop RELEASE=$RELEASE-$NAME
ENV MODE=all
RUN npm ci && npm run build
CMD ["npx", "serve", "dist"]
"#,
            expect![[r#"
                FROM node:22 AS builder
                WORKDIR /app
                ENV RELEASE=1.0
                COPY . .
                ENV NAME=shop RELEASE=$RELEASE-$NAME
                ENV MODE=all
                RUN npm ci && npm run build

                FROM nginx:stable-alpine AS final
                ENV RELEASE=1.0
                LABEL release=$RELEASE
                ENV NAME=shop RELEASE=$RELEASE-$NAME
                COPY --from=builder /app/dist /usr/share/nginx/html
                EXPOSE 80
            "#]],
        );
    }
}
