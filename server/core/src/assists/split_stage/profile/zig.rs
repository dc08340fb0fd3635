//! Zig.
//!
//! Signals: `zig build` in a RUN. Artifact: the program that the command names, in `zig-out/bin`. Runtime: the
//! builder's own system without the toolchain. Command: kept.

use super::binary;
use super::{Profile, Recipe};
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::runtime;
use crate::assists::split_stage::shell::Command;
use crate::assists::split_stage::view::View;
use crate::model::ImageRef;
use crate::model::tools::option;

pub(super) struct Zig;

impl Profile for Zig {
    fn ships(&self) -> &'static str {
        "Zig toolchain"
    }

    fn applies(&self, view: &View<'_>) -> bool {
        view.runs(|command| {
            self.is_build_command(command)
                && command.argv().get(1).is_some_and(|it| it.text.starts_with("build"))
        })
    }

    fn recipe(&self, view: &View<'_>) -> Result<Recipe, Refusal> {
        let runtime = runtime::of(&ImageRef::parse(&view.stage.base_text), "slim")?;
        binary::usual(view, self, &makes, vec![runtime])
    }

    fn is_build_command(&self, command: &Command) -> bool {
        command.program() == "zig"
    }

    fn is_build_env(&self, name: &str) -> bool {
        name.starts_with("ZIG_")
    }

    fn is_build_path(&self, path: &str) -> bool {
        matches!(paths::file_name(path), "build.zig" | "build.zig.zon") || path.ends_with(".zig")
    }

    fn is_builder_tool(&self, program: &str) -> bool {
        program == "zig"
    }
}

/// `zig build-exe … -femit-bin=P`; what `zig build` makes, the command names.
fn makes(command: &Command, dir: &str) -> Option<String> {
    Some(paths::join(dir, option(command.argv(), &["-femit-bin"])?))
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::tests::check;
    use expect_test::expect;

    #[test]
    fn the_program_goes_over() {
        check(
            r#"FROM debian:bookworm
RUN apt-get update && apt-get install -y xz-utils curl
WORKDIR /src
COPY . .
RUN zig build -Doptimize=ReleaseFast
CMD ["zig-out/bin/shop"]
"#,
            expect![[r#"
                FROM debian:bookworm AS builder
                RUN apt-get update && apt-get install -y xz-utils curl
                WORKDIR /src
                COPY . .
                RUN zig build -Doptimize=ReleaseFast

                FROM debian:bookworm-slim AS final
                RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
                WORKDIR /src
                COPY --from=builder /src/zig-out/bin/shop zig-out/bin/shop
                CMD ["zig-out/bin/shop"]
            "#]],
        );
    }

    #[test]
    fn a_toolchain_of_alpine() {
        check(
            r#"FROM alpine:3.22
RUN apk add --no-cache zig
WORKDIR /src
COPY . .
RUN zig build
CMD ["./zig-out/bin/shop"]
"#,
            expect![[r#"
                FROM alpine:3.22 AS builder
                RUN apk add --no-cache zig
                WORKDIR /src
                COPY . .
                RUN zig build

                FROM alpine:3.22 AS final
                WORKDIR /src
                COPY --from=builder /src/zig-out/bin/shop zig-out/bin/shop
                CMD ["./zig-out/bin/shop"]
            "#]],
        );
    }
}
