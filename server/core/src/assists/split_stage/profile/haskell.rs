//! Haskell.
//!
//! Signals: `stack` or `cabal` in a RUN. Artifact: the program that the command names: what `stack install` or
//! `cabal install` puts among the programs, or what a RUN copies out of the build. Runtime: the release of Debian
//! under the image, with libgmp. Command: kept; `stack exec` needs the tool and is refused.

use super::binary;
use super::{Profile, Recipe};
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::runtime::{self, System};
use crate::assists::split_stage::shell::Command;
use crate::assists::split_stage::start::Start;
use crate::assists::split_stage::view::View;
use crate::model::ImageRef;
use crate::model::tools::option;

pub(super) struct Haskell;

impl Profile for Haskell {
    fn ships(&self) -> &'static str {
        "Haskell toolchain"
    }

    fn applies(&self, view: &View<'_>) -> bool {
        view.runs(|command| self.is_build_command(command))
    }

    fn recipe(&self, view: &View<'_>) -> Result<Recipe, Refusal> {
        let start = Start::of(view)?;
        let main = start.main()?;
        if self.is_build_command(main.command) {
            return Err(Refusal::new(format!(
                "`{}` starts the program through the build tool: start the program itself first",
                main.program()
            )));
        }
        let runtime = runtime::of(&ImageRef::parse(&view.stage.base_text), "slim")?;
        let gmp = match runtime.system() {
            System::Apk => "gmp",
            _ => "libgmp10",
        };
        let mut recipe = binary::usual(view, self, &makes, vec![runtime])?;
        recipe.packages.push(gmp.to_owned());
        Ok(recipe)
    }

    fn is_build_command(&self, command: &Command) -> bool {
        matches!(command.program(), "stack" | "cabal" | "ghc" | "hpack")
    }

    fn is_build_env(&self, name: &str) -> bool {
        name.starts_with("STACK_") || name.starts_with("CABAL_")
    }

    fn is_build_path(&self, path: &str) -> bool {
        let name = paths::file_name(path);
        matches!(name, "stack.yaml" | "cabal.project" | "package.yaml" | "Setup.hs")
            || name.ends_with(".cabal")
            || name.ends_with(".hs")
    }

    fn is_builder_tool(&self, program: &str) -> bool {
        matches!(program, "stack" | "cabal" | "ghc")
    }
}

/// `cabal install NAME`, `stack install --local-bin-path DIR NAME`, `ghc -o P`.
fn makes(command: &Command, dir: &str) -> Option<String> {
    let argv = command.argv();
    if command.program() == "ghc" {
        return Some(paths::join(dir, option(argv, &["-o"])?));
    }
    if !argv.iter().any(|word| matches!(word.text.as_str(), "install" | "--copy-bins")) {
        return None;
    }
    let home = if command.program() == "cabal" { "/root/.cabal/bin" } else { "/root/.local/bin" };
    let bin = option(argv, &["--local-bin-path", "--installdir"])
        .map_or_else(|| home.to_owned(), |it| paths::join(dir, it));
    let mut words = argv.iter().skip(1).map(|word| word.text.as_str());
    let mut name = None;
    while let Some(word) = words.next() {
        match word {
            "--local-bin-path" | "--installdir" | "--install-method" | "--flag" | "-w" => {
                words.next();
            }
            "install" | "build" | "new-install" | "v2-install" => {}
            _ if word.starts_with('-') => {}
            _ => name = Some(word.rsplit(':').next().unwrap_or(word)),
        }
    }
    // Without a name it is what the project's own file calls its programs.
    let name = name.map(paths::file_name).filter(|it| !matches!(*it, "" | "." | "all")).unwrap_or("*");
    Some(paths::join(&bin, name))
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::tests::check;
    use expect_test::expect;

    #[test]
    fn what_is_installed_goes_over() {
        check(
            r#"FROM haskell:9.6
WORKDIR /src
COPY . .
RUN stack install --local-bin-path /usr/local/bin shop
CMD ["shop"]
"#,
            expect![[r#"
                FROM haskell:9.6 AS builder
                WORKDIR /src
                COPY . .
                RUN stack install --local-bin-path /usr/local/bin shop

                FROM debian:bookworm-slim AS final
                RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libgmp10 && rm -rf /var/lib/apt/lists/*
                WORKDIR /src
                COPY --from=builder /usr/local/bin/shop /usr/local/bin/shop
                CMD ["shop"]
            "#]],
        );
    }

    #[test]
    fn stack_exec_is_refused() {
        check(
            r#"FROM haskell:9.6
WORKDIR /src
COPY . .
RUN stack build
CMD stack exec shop
"#,
            expect![[r#"
                refused: `stack` starts the program through the build tool: start the program itself first
            "#]],
        );
    }

    #[test]
    fn cabal_knows_the_name() {
        check(
            r#"FROM haskell:9.6
WORKDIR /src
COPY . .
RUN cabal update && cabal install --installdir=/usr/local/bin --install-method=copy
CMD ["shop"]
"#,
            expect![[r#"
                FROM haskell:9.6 AS builder
                WORKDIR /src
                COPY . .
                RUN cabal update && cabal install --installdir=/usr/local/bin --install-method=copy

                FROM debian:bookworm-slim AS final
                RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libgmp10 && rm -rf /var/lib/apt/lists/*
                WORKDIR /src
                COPY --from=builder /usr/local/bin/shop /usr/local/bin/shop
                CMD ["shop"]
            "#]],
        );
    }
}
