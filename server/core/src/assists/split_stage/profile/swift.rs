//! Swift.
//!
//! Signals: `swift build` in a RUN. Artifact: the program that the command names, with its bundles of resources
//! beside it. Runtime: the `-slim` image of the same version, or Ubuntu for programs with a static standard library.
//! Command: kept. Hazards: resources in `*.resources`.

use super::binary;
use super::{Profile, Recipe};
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::runtime;
use crate::assists::split_stage::shell::Command;
use crate::assists::split_stage::view::View;
use crate::model::ImageRef;
use crate::model::tools::option;

pub(super) struct Swift;

impl Profile for Swift {
    fn ships(&self) -> &'static str {
        "Swift toolchain"
    }

    fn applies(&self, view: &View<'_>) -> bool {
        view.runs(|command| self.is_build_command(command))
    }

    fn recipe(&self, view: &View<'_>) -> Result<Recipe, Refusal> {
        let runtime = runtime::of(&ImageRef::parse(&view.stage.base_text), "slim")?;
        let mut recipe = binary::usual(view, self, &makes, vec![runtime])?;
        recipe.notes.push(
            "Resources that Swift puts beside the program (`*.resources`) do not go over by themselves."
                .to_owned(),
        );
        Ok(recipe)
    }

    fn is_build_command(&self, command: &Command) -> bool {
        matches!(command.program(), "swift" | "swiftc")
    }

    fn is_build_env(&self, name: &str) -> bool {
        name.starts_with("SWIFT_BUILD")
    }

    fn is_build_path(&self, path: &str) -> bool {
        matches!(paths::file_name(path), "Package.swift" | "Package.resolved" | "Sources" | "Tests")
            || path.ends_with(".swift")
    }

    fn is_builder_tool(&self, program: &str) -> bool {
        matches!(program, "swift" | "lldb")
    }
}

/// `swift build -c release --product NAME`.
fn makes(command: &Command, dir: &str) -> Option<String> {
    let argv = command.argv();
    let release = argv.iter().any(|word| word.text == "release");
    let name = option(argv, &["--product"])?;
    Some(paths::join(dir, &format!(".build/{}/{name}", if release { "release" } else { "debug" })))
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::tests::check;
    use expect_test::expect;

    #[test]
    fn the_program_goes_to_the_slim_image() {
        check(
            r#"FROM swift:6.0
WORKDIR /app
COPY . .
RUN swift build -c release
EXPOSE 8080
CMD [".build/release/App", "serve"]
"#,
            expect![[r#"
                FROM swift:6.0 AS builder
                WORKDIR /app
                COPY . .
                RUN swift build -c release

                FROM swift:6.0-slim AS final
                WORKDIR /app
                COPY --from=builder /app/.build/release/App .build/release/App
                EXPOSE 8080
                CMD [".build/release/App", "serve"]
            "#]],
        );
    }
}
