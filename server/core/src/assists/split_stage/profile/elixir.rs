//! Elixir.
//!
//! Signals: `mix release` in a RUN. Artifact: the release in `_build/prod/rel/NAME`, which brings Erlang along.
//! Runtime: the release of Debian, or Alpine, under the image, with the libraries that Erlang loads. Command: kept.
//! `mix phx.server` and `mix run` need the build tool and are refused. Hazards: the locale must be UTF-8.

use super::{Profile, Recipe};
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::plan::Artifact;
use crate::assists::split_stage::project::mix;
use crate::assists::split_stage::runtime::{self, Runtime, System};
use crate::assists::split_stage::shell::{Command, Word};
use crate::assists::split_stage::start::Start;
use crate::assists::split_stage::view::View;
use crate::model::ImageRef;
use crate::syntax::Keyword;

pub(super) struct Elixir;

impl Profile for Elixir {
    fn ships(&self) -> &'static str {
        "Elixir and its build tool"
    }

    fn applies(&self, view: &View<'_>) -> bool {
        let starts = [Keyword::Cmd, Keyword::Entrypoint]
            .into_iter()
            .any(|it| view.all(it).any(|line| view.says(line, "mix")));
        view.runs(|command| command.program() == "mix") || starts
    }

    fn recipe(&self, view: &View<'_>) -> Result<Recipe, Refusal> {
        let start = Start::of(view)?;
        let main = start.main()?;
        if matches!(main.program(), "mix" | "iex" | "elixir") {
            return Err(Refusal::new(format!(
                "`{}` needs the build tool when it runs: make a release with `mix release` first",
                main.argv().iter().map(|it| it.text.as_str()).collect::<Vec<_>>().join(" ")
            )));
        }
        let releases = |command: &Command| {
            command.program() == "mix"
                && command.argv().iter().any(|it| it.text == "release" || it.text.starts_with("distillery."))
        };
        let run =
            view.all(Keyword::Run).rfind(|run| view.script(*run).is_some_and(|it| it.iter().any(releases)));
        let run = run.ok_or_else(|| Refusal::new("no RUN makes a release with `mix release`".to_owned()))?;
        let workdir = view.workdir()?;
        let program = main.argv().first().and_then(Word::exact).unwrap_or("");
        let path = paths::join(&main.dir(workdir), program);
        let (release, name) = path
            .split_once("/rel/")
            .and_then(|(before, rest)| Some((before.to_owned(), rest.split('/').next()?.to_owned())))
            .ok_or_else(|| {
                Refusal::new(format!("the image starts `{program}`, which is no release of mix"))
            })?;
        let mix = view.workdir_before(run.id).and_then(|dir| view.project_file(&paths::join(dir, "mix.exs")));
        if let Some(known) = mix.and_then(mix::releases).filter(|it| !it.contains(&name)) {
            return Err(Refusal::new(format!(
                "the image starts the release `{name}`, and mix.exs makes {}",
                known.join(", ")
            )));
        }
        let base = ImageRef::parse(&view.stage.base_text);
        let runtime = runtime(&base)?;
        let packages: &[&str] = match runtime.system() {
            System::Apk => &["libstdc++", "libgcc", "openssl", "ncurses-libs"],
            _ => &["libstdc++6", "openssl", "libncurses6", "locales", "ca-certificates"],
        };
        let mut opening = Vec::new();
        if view.variable("LANG").is_none() {
            opening.push(format!("{} LANG=C.UTF-8", view.keyword(Keyword::Env)));
        }
        Ok(Recipe {
            build_dir: view.workdir_before(run.id).unwrap_or("/").to_owned(),
            runtimes: vec![runtime],
            made_by: Some(run.id),
            artifacts: vec![Artifact::same(format!("{release}/rel/{name}"))],
            places: start.kept(),
            packages: packages.iter().map(|it| (*it).to_owned()).collect(),
            opening,
            notes: vec![
                "A release runs on the system that it was made on: keep both stages on one release."
                    .to_owned(),
            ],
            ..Recipe::default()
        })
    }

    fn is_build_command(&self, command: &Command) -> bool {
        matches!(command.program(), "mix" | "rebar3" | "npm" | "npx" | "yarn" | "node")
    }

    fn is_build_env(&self, name: &str) -> bool {
        name.starts_with("HEX_") || name == "MIX_HOME"
    }

    fn gathers_all(&self) -> bool {
        true
    }

    fn is_build_path(&self, path: &str) -> bool {
        matches!(
            paths::file_name(path),
            "mix.exs" | "mix.lock" | "config" | "lib" | "priv" | "assets" | "rel" | "deps"
        )
    }

    fn is_build_package(&self, package: &str) -> bool {
        matches!(package, "nodejs" | "npm" | "inotify-tools")
    }

    fn is_builder_tool(&self, program: &str) -> bool {
        matches!(program, "mix" | "iex" | "elixir" | "erl")
    }

    fn bundles_assets(&self) -> bool {
        true
    }
}

/// The system under an image of Elixir: `hexpm/elixir` says it in the tag.
fn runtime(base: &ImageRef) -> Result<Runtime, Refusal> {
    let tag = base.tag.as_deref().unwrap_or("");
    for (mark, image) in [("-debian-", "debian"), ("-ubuntu-", "ubuntu"), ("-alpine-", "alpine")] {
        if let Some((_, rest)) = tag.split_once(mark) {
            return Ok(Runtime::plain("slim", format!("{image}:{rest}")));
        }
    }
    runtime::of(base, "slim")
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::tests::{check, check_with};
    use expect_test::expect;

    #[test]
    fn a_release_of_another_name_is_refused() {
        check_with(
            &[("mix.exs", "def project, do: [app: :store]")],
            "FROM elixir:1.17\nWORKDIR /app\nCOPY . .\nRUN mix release\nCMD [\"_build/prod/rel/shop/bin/shop\", \"start\"]\n",
            expect![[r#"
                refused: the image starts the release `shop`, and mix.exs makes store
            "#]],
        );
    }

    #[test]
    fn a_release_goes_over() {
        check(
            r#"FROM elixir:1.17
ENV MIX_ENV=prod
WORKDIR /app
COPY . .
RUN mix deps.get --only prod && mix release
CMD ["/app/_build/prod/rel/shop/bin/shop", "start"]
"#,
            expect![[r#"
                FROM elixir:1.17 AS builder
                ENV MIX_ENV=prod
                WORKDIR /app
                COPY . .
                RUN mix deps.get --only prod && mix release

                FROM debian:bookworm-slim AS final
                RUN apt-get update && apt-get install -y --no-install-recommends libstdc++6 openssl libncurses6 locales ca-certificates && rm -rf /var/lib/apt/lists/*
                ENV LANG=C.UTF-8
                ENV MIX_ENV=prod
                WORKDIR /app
                COPY --from=builder /app/_build/prod/rel/shop _build/prod/rel/shop
                CMD ["/app/_build/prod/rel/shop/bin/shop", "start"]
            "#]],
        );
    }

    #[test]
    fn phoenix_without_a_release_is_refused() {
        check(
            r#"FROM elixir:1.17
WORKDIR /app
COPY . .
RUN mix deps.get
CMD ["mix", "phx.server"]
"#,
            expect![[r#"
                refused: `mix phx.server` needs the build tool when it runs: make a release with `mix release` first
            "#]],
        );
    }
}
