//! Dart.
//!
//! Signals: `dart compile exe` in a RUN. Artifact: the program that the command names. Runtime: a plain Debian, whose C
//! library the program loads. Command: kept. `dart run` needs the SDK and is refused.

use super::binary;
use super::{Profile, Recipe};
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::runtime;
use crate::assists::split_stage::shell::Command;
use crate::assists::split_stage::start::Start;
use crate::assists::split_stage::view::View;
use crate::model::ImageRef;
use crate::model::tools::option;

pub(super) struct Dart;

impl Profile for Dart {
    fn ships(&self) -> &'static str {
        "Dart SDK"
    }

    fn applies(&self, view: &View<'_>) -> bool {
        runtime::name(&ImageRef::parse(&view.stage.base_text)) == "dart"
            && view.runs(|command| self.is_build_command(command))
    }

    fn recipe(&self, view: &View<'_>) -> Result<Recipe, Refusal> {
        let runtime = runtime::of(&ImageRef::parse(&view.stage.base_text), "slim")?;
        let start = Start::of(view)?;
        if start.main()?.program() == "dart" {
            return Err(Refusal::new(
                "`dart run` needs the SDK when it runs: build a program with `dart compile exe` first"
                    .to_owned(),
            ));
        }
        binary::usual(view, self, &makes, vec![runtime])
    }

    fn is_build_command(&self, command: &Command) -> bool {
        matches!(command.program(), "dart" | "pub")
    }

    fn is_build_env(&self, name: &str) -> bool {
        name == "PUB_CACHE"
    }

    fn is_build_path(&self, path: &str) -> bool {
        paths::file_name(path).starts_with("pubspec.") || path.ends_with(".dart")
    }

    fn is_builder_tool(&self, program: &str) -> bool {
        program == "dart"
    }
}

/// `dart compile exe FILE -o PROGRAM`
fn makes(command: &Command, dir: &str) -> Option<String> {
    Some(paths::join(dir, option(command.argv(), &["-o", "--output"])?))
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::tests::check;
    use expect_test::expect;

    #[test]
    fn a_program_goes_over() {
        check(
            r#"FROM dart:3.6
WORKDIR /app
COPY pubspec.* ./
RUN dart pub get
COPY . .
RUN dart compile exe bin/server.dart -o bin/server
CMD ["/app/bin/server"]
"#,
            expect![[r#"
                FROM dart:3.6 AS builder
                WORKDIR /app
                COPY pubspec.* ./
                RUN dart pub get
                COPY . .
                RUN dart compile exe bin/server.dart -o bin/server

                FROM debian:trixie-slim AS final
                WORKDIR /app
                COPY --from=builder /app/bin/server bin/server
                COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
                CMD ["/app/bin/server"]
            "#]],
        );
    }

    #[test]
    fn the_sdk_cannot_be_left_behind() {
        check(
            "FROM dart:3.6\nWORKDIR /app\nCOPY . .\nRUN dart pub get\nCMD [\"dart\", \"run\"]\n",
            expect![[r#"
                refused: `dart run` needs the SDK when it runs: build a program with `dart compile exe` first
            "#]],
        );
    }
}
