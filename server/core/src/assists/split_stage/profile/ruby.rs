//! Ruby, with Bundler.
//!
//! Signals: `bundle install` in a RUN of an image of Ruby. What goes over: the gems; the sources come from the
//! build context, as before. Runtime: the `-slim` image of the same version, with the libraries that native gems
//! load. Command: kept. Hazards: gems of databases need the client library, which the full image brings.

use super::{Profile, Recipe, refuse_without_gain};
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::plan::Artifact;
use crate::assists::split_stage::project::gemfile;
use crate::assists::split_stage::runtime::{self, System};
use crate::assists::split_stage::shell::Command;
use crate::assists::split_stage::start::Start;
use crate::assists::split_stage::view::{View, unknown_workdir};
use crate::model::ImageRef;
use crate::syntax::Keyword;

pub(super) struct Ruby;

impl Profile for Ruby {
    fn ships(&self) -> &'static str {
        "compilers for native gems"
    }

    fn applies(&self, view: &View<'_>) -> bool {
        runtime::name(&ImageRef::parse(&view.stage.base_text)) == "ruby" && view.runs(installs)
    }

    fn recipe(&self, view: &View<'_>) -> Result<Recipe, Refusal> {
        let base = ImageRef::parse(&view.stage.base_text);
        let start = Start::of(view)?;
        let runtime = runtime::of(&base, "slim")?;
        refuse_without_gain(view, self, &runtime)?;
        let install = view
            .all(Keyword::Run)
            .rfind(|run| view.script(*run).is_some_and(|commands| commands.iter().any(installs)));
        let install = install.ok_or_else(|| Refusal::new("no `bundle install` is found".to_owned()))?;
        let gems = gems(view, install.id)?;
        if let Some(target) = view.mount_over(install, &gems) {
            return Err(Refusal::new(format!("the gems lie in a mount ({target})")));
        }
        let mut notes =
            vec!["Native gems load libraries of the system: the final stage must have them.".to_owned()];
        let packages = libraries(view, &runtime, &mut notes);
        Ok(Recipe {
            build_dir: view.workdir_before(install.id).unwrap_or("/").to_owned(),
            runtimes: vec![runtime],
            made_by: Some(install.id),
            artifacts: vec![Artifact::same(gems)],
            places: start.kept(),
            packages,
            notes,
            ..Recipe::default()
        })
    }

    fn is_build_command(&self, command: &Command) -> bool {
        installs(command)
            || (command.program() == "bundle"
                && command
                    .argv()
                    .get(1)
                    .is_some_and(|it| matches!(it.text.as_str(), "config" | "package" | "clean")))
    }

    fn is_build_env(&self, name: &str) -> bool {
        matches!(name, "BUNDLE_FORCE_RUBY_PLATFORM" | "BUNDLE_JOBS" | "BUNDLE_RETRY" | "MAKEFLAGS")
    }

    fn is_build_path(&self, _path: &str) -> bool {
        false
    }

    fn runs_sources(&self) -> bool {
        true
    }
}

/// Whether a command installs gems.
fn installs(command: &Command) -> bool {
    let sub = command.argv().iter().skip(1).map(|it| it.text.as_str()).find(|it| !it.starts_with('-'));
    match command.program() {
        "bundle" | "bundler" => matches!(sub, None | Some("install")),
        "gem" => sub == Some("install"),
        _ => false,
    }
}

/// The directory that the gems and their settings lie in.
fn gems(view: &View<'_>, install: crate::model::InstructionId) -> Result<String, Refusal> {
    let dir = view.workdir_before(install).ok_or_else(unknown_workdir)?;
    if let Some(path) = view.variable("BUNDLE_PATH") {
        if path.contains('$') {
            return Err(Refusal::new(format!("BUNDLE_PATH is `{path}`, which depends on a variable")));
        }
        return Ok(paths::join(dir, &path));
    }
    let mut found = None;
    for run in view.all(Keyword::Run) {
        for command in view.script(run).unwrap_or_default() {
            let words: Vec<&str> = command.argv().iter().map(|it| it.text.as_str()).collect();
            let local = ["path", "deployment"].iter().find_map(|name| {
                let at = words.iter().position(|it| it == name || *it == format!("--{name}"))?;
                Some((*name, words.get(at + 1).copied()))
            });
            match local {
                Some(("path", Some(path))) if words.first() == Some(&"bundle") => {
                    found = Some(paths::join(dir, path))
                }
                Some(("deployment", _)) if words.first() == Some(&"bundle") => {
                    found = found.or_else(|| Some(paths::join(dir, "vendor/bundle")));
                }
                _ => {}
            }
        }
    }
    // The settings of Bundler lie beside the gems in the official images.
    Ok(found.unwrap_or_else(|| "/usr/local/bundle".to_owned()))
}

/// The client libraries of databases that the file or the Gemfile speaks of.
fn libraries(view: &View<'_>, runtime: &runtime::Runtime, notes: &mut Vec<String>) -> Vec<String> {
    // The database, its gem, words of it in a Dockerfile, and the packages of Debian and Alpine.
    const CLIENTS: [(&str, &str, &str, &str, &str); 3] = [
        ("PostgreSQL", "pg", "postgres", "libpq5", "libpq"),
        ("MySQL", "mysql2", "mysql", "libmariadb3", "mariadb-connector-c"),
        ("SQLite", "sqlite3", "sqlite", "libsqlite3-0", "sqlite-libs"),
    ];
    const OTHERS: [(&str, &str, &str); 2] =
        [("ruby-vips", "libvips42", "vips"), ("mini_magick", "imagemagick", "imagemagick")];
    let gems = view.context.ending("Gemfile").next().map(|(_, text)| gemfile::gems(text));
    let is_alpine = runtime.system() == System::Apk;
    let has = |gem: &str| gems.as_ref().is_some_and(|it| it.iter().any(|it| it == gem));
    let mut found = Vec::new();
    for (gem, debian, alpine) in OTHERS.into_iter().filter(|it| has(it.0)) {
        found.push(if is_alpine { alpine } else { debian }.to_owned());
        notes.push(format!("The gem {gem} needs what the final stage installs for it."));
    }
    for (database, gem, word, debian, alpine) in CLIENTS {
        let said = match &gems {
            Some(_) => has(gem),
            None => view.instructions().any(|line| view.says(line, word)),
        };
        if said {
            found.push(if is_alpine { alpine } else { debian }.to_owned());
            notes.push(format!(
                "The gem of {database} loads its client library: the final stage installs it."
            ));
        }
    }
    if gems.is_none() && found.is_empty() {
        notes.push(
            "A gem of a database needs its client library in the final stage: libpq5, libmariadb3 and so on."
                .to_owned(),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::tests::{check, check_with};
    use expect_test::expect;

    #[test]
    fn the_gemfile_tells_the_libraries() {
        check_with(
            &[("Gemfile", "gem 'mysql2'\n# gem 'pg'\ngem 'ruby-vips'\n")],
            "FROM ruby:3.4\nWORKDIR /app\nCOPY . .\nRUN bundle install\nCMD [\"bundle\", \"exec\", \"puma\"]\n",
            expect![[r#"
                FROM ruby:3.4 AS builder
                WORKDIR /app
                COPY . .
                RUN bundle install

                FROM ruby:3.4-slim AS final
                RUN apt-get update && apt-get install -y --no-install-recommends libvips42 libmariadb3 && rm -rf /var/lib/apt/lists/*
                WORKDIR /app
                COPY . .
                COPY --from=builder /usr/local/bundle /usr/local/bundle
                CMD ["bundle", "exec", "puma"]
            "#]],
        );
    }

    #[test]
    fn gems_go_over() {
        check(
            r#"FROM ruby:3.4
RUN apt-get update && apt-get install -y --no-install-recommends libjemalloc2
ENV LD_PRELOAD=libjemalloc.so.2 BUNDLE_WITH=postgresql
WORKDIR /app
COPY Gemfile Gemfile.lock ./
RUN bundle install
COPY . .
CMD bundle exec puma -p $PORT
"#,
            expect![[r#"
                FROM ruby:3.4 AS builder
                RUN apt-get update && apt-get install -y --no-install-recommends libjemalloc2
                ENV LD_PRELOAD=libjemalloc.so.2 BUNDLE_WITH=postgresql
                WORKDIR /app
                COPY Gemfile Gemfile.lock ./
                RUN bundle install

                FROM ruby:3.4-slim AS final
                RUN apt-get update && apt-get install -y --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*
                RUN apt-get update && apt-get install -y --no-install-recommends libjemalloc2
                ENV LD_PRELOAD=libjemalloc.so.2 BUNDLE_WITH=postgresql
                WORKDIR /app
                COPY Gemfile Gemfile.lock ./
                COPY --from=builder /usr/local/bundle /usr/local/bundle
                COPY . .
                CMD bundle exec puma -p $PORT
            "#]],
        );
    }
}
