//! Rust.
//!
//! Signals: `cargo` in a RUN or as the command. Artifact: the program that the command names, in
//! `target/…/release` or where `cargo install` puts it. Runtime: the release of Debian that the builder stands
//! on, with the libraries that the program loads; Alpine for Alpine; distroless for programs linked against musl.
//! Command: kept; `cargo run` becomes the program where `Cargo.toml` or `--bin` tells its name.
//! Hazards: a cache mount over `target` hides the program, libraries of `-sys` crates, `target-cpu=native`.

use super::binary;
use super::{Profile, Recipe};
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::plan::{Added, Artifact, Place};
use crate::assists::split_stage::project::cargo::Manifest;
use crate::assists::split_stage::runtime::{self, Runtime, System};
use crate::assists::split_stage::shell::{self, Command, Word};
use crate::assists::split_stage::start::{Main, Start};
use crate::assists::split_stage::view::View;
use crate::model::ImageRef;
use crate::model::tools::{is_cargo_build as is_build, made_by_cargo, option};
use crate::syntax::Keyword;

pub(super) struct Rust;

impl Profile for Rust {
    fn ships(&self) -> &'static str {
        "Rust toolchain"
    }

    fn applies(&self, view: &View<'_>) -> bool {
        let calls = |keyword| view.all(keyword).any(|it| view.says(it, "cargo"));
        calls(Keyword::Run) && view.runs(is_build) || calls(Keyword::Cmd) || calls(Keyword::Entrypoint)
    }

    fn recipe(&self, view: &View<'_>) -> Result<Recipe, Refusal> {
        let runtimes = runtimes(view)?;
        let start = Start::of(view)?;
        let main = start.main()?;
        let mut recipe = if main.program() == "cargo" {
            cargo_run(view, &start, &main, runtimes)?
        } else {
            let builds = binary::builds(view, &is_build, &made_by_cargo);
            let program = binary::program(view, &main, &builds)?;
            binary::recipe(view, &start, program, runtimes)?
        };
        libraries(view, &mut recipe);
        let native = view.instructions().any(|it| view.says(it, "target-cpu=native"));
        if native {
            recipe.notes.push(
                "`target-cpu=native` is the builder's processor: the program may not start on another one."
                    .to_owned(),
            );
        }
        Ok(recipe)
    }

    fn is_build_command(&self, command: &Command) -> bool {
        matches!(command.program(), "cargo" | "rustup" | "rustc" | "trunk" | "wasm-pack" | "strip" | "diesel")
    }

    fn is_build_env(&self, name: &str) -> bool {
        name.starts_with("CARGO_")
            || matches!(
                name,
                "RUSTFLAGS" | "RUSTUP_HOME" | "RUSTUP_TOOLCHAIN" | "SQLX_OFFLINE" | "CC" | "CXX"
            )
    }

    fn is_build_path(&self, path: &str) -> bool {
        matches!(paths::file_name(path), "Cargo.toml" | "Cargo.lock" | ".cargo" | "build.rs")
            || path.ends_with(".rs")
    }

    fn is_builder_tool(&self, program: &str) -> bool {
        matches!(program, "cargo" | "rustc")
    }
}

/// Whether the program is linked against musl, which is done statically.
fn is_musl(view: &View<'_>) -> bool {
    view.instructions().any(|it| view.says(it, "-unknown-linux-musl"))
}

fn runtimes(view: &View<'_>) -> Result<Vec<Runtime>, Refusal> {
    let base = ImageRef::parse(&view.stage.base_text);
    let slim = runtime::of(&base, "slim")?;
    let distroless = |image: String| {
        let mut it = Runtime::plain("distroless", image);
        it.notes.push(
            "It has no shell, and runs as the user nonroot (65532), who cannot write into WORKDIR."
                .to_owned(),
        );
        it
    };
    if slim.system() != System::Apk && is_musl(view) {
        return Ok(vec![distroless("gcr.io/distroless/static-debian13:nonroot".to_owned()), slim]);
    }
    let release = runtime::distroless_debian(runtime::debian(&base)).filter(|_| slim.system() == System::Apt);
    let cc = release.map(|it| distroless(format!("gcr.io/distroless/cc-debian{it}:nonroot")));
    Ok([slim].into_iter().chain(cc).collect())
}

/// Libraries that crates load, as far as the project's files or words in the Dockerfile tell.
fn libraries(view: &View<'_>, recipe: &mut Recipe) {
    if is_musl(view) || runtime::system(&ImageRef::parse(&view.stage.base_text)) != System::Apt {
        return;
    }
    // Crates of a workspace stand in the manifests of its members, which the program may be linked from.
    let manifest = manifest(view, &recipe.build_dir);
    if let Some(manifest) = &manifest {
        recipe.packages.extend(manifest.libraries().into_iter().map(str::to_owned));
    }
    if manifest.is_some_and(|it| it.package().is_some()) {
        return;
    }
    if view.instructions().any(|it| view.says(it, "diesel")) {
        recipe.packages.push("libpq5".to_owned());
        recipe
            .notes
            .push("Diesel loads the client library of its database: libpq5 is for PostgreSQL.".to_owned());
    } else {
        recipe.notes.push(
            "If a crate loads a library of the system (openssl, diesel, rdkafka and others), install that in the final \
             stage: libssl3, libpq5 and so on."
                .to_owned(),
        );
    }
}

/// The manifest of the package or workspace in a directory, if it is at hand.
fn manifest(view: &View<'_>, dir: &str) -> Option<Manifest> {
    Manifest::read(view.project_file(&paths::join(dir, "Cargo.toml"))?)
}

/// The program that `cargo run` starts, as the manifests at hand tell: that of the package which `-p` names, or of
/// the one where it runs.
fn program_name(view: &View<'_>, dir: &str, package: Option<&str>) -> Option<String> {
    let manifest = match package {
        Some(package) => {
            let mut all = view.context.ending("Cargo.toml").filter_map(|(_, text)| Manifest::read(text));
            all.find(|it| it.package() == Some(package))?
        }
        None => manifest(view, dir)?,
    };
    manifest.program().map(str::to_owned)
}

/// `cargo run` as the command: the builder builds, the final stage starts the program.
fn cargo_run(
    view: &View<'_>,
    start: &Start,
    main: &Main<'_>,
    runtimes: Vec<Runtime>,
) -> Result<Recipe, Refusal> {
    let argv = main.argv();
    let words: Option<Vec<&str>> = argv.iter().map(Word::exact).collect();
    let words = words.ok_or_else(|| {
        Refusal::new("the command depends on variables that only the container knows".to_owned())
    })?;
    if !matches!(words.get(1), Some(&("run" | "r"))) {
        return Err(Refusal::new(format!("`{}` starts no application", words.join(" "))));
    }
    let workdir = view.workdir()?;
    let named = option(argv, &["--bin"]).map(str::to_owned);
    let package = option(argv, &["-p", "--package"]);
    let name = named.or_else(|| program_name(view, workdir, package)).ok_or_else(|| {
        Refusal::new("`cargo run` does not name its program, and no Cargo.toml at hand does".to_owned())
    })?;
    let behind = words.iter().position(|it| *it == "--").unwrap_or(words.len());
    let release = words[..behind].iter().any(|it| matches!(*it, "--release" | "-r"));
    let program =
        paths::join(workdir, &format!("target/{}/{name}", if release { "release" } else { "debug" }));
    let builds = binary::builds(view, &is_build, &|_, _| None);
    let stale = |run: crate::model::InstructionId| view.context_copies().any(|copy| copy.id > run);
    let same = |command: &Command| {
        is_build(command)
            && release == command.argv().iter().any(|it| matches!(it.text.as_str(), "--release" | "-r"))
    };
    let built = builds
        .iter()
        .rfind(|build| !stale(build.run.id) && view.script(build.run).is_some_and(|it| it.iter().any(same)));
    let build: Vec<String> = words[2..behind].iter().map(|it| shell::quote(it)).collect();
    let text = format!(
        "{} {}",
        view.keyword(Keyword::Run),
        ["cargo build".to_owned()].into_iter().chain(build).collect::<Vec<_>>().join(" ")
    );
    let to = paths::join("/usr/local/bin", &name);
    let mut command = vec![name];
    command.extend(words.iter().skip(behind + 1).map(|it| (*it).to_owned()));
    let keyword = view.dockerfile.instruction(start.instruction).keyword();
    if let Some(target) = built.and_then(|it| view.mount_over(it.run, &program)) {
        return Err(Refusal::new(format!(
            "the program lies in a mount ({target}): copy it out in the same RUN first"
        )));
    }
    Ok(Recipe {
        build_dir: workdir.to_owned(),
        runtimes,
        added: if built.is_some() { Vec::new() } else { vec![Added { after: None, text }] },
        made_by: built.map(|it| it.run.id),
        artifacts: vec![Artifact::new(program, to)],
        places: vec![(start.instruction, Place::FinalAs(view.json_form(keyword, &command)))],
        notes: vec!["The program is built once, in the image, and no more when it starts.".to_owned()],
        ..Recipe::default()
    })
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::tests::{check, check_with, result_with};
    use expect_test::expect;

    #[test]
    fn a_program_keeps_its_place() {
        check(
            r#"FROM rust:1.85-slim
WORKDIR /src
COPY . .
RUN apt-get update && apt-get install -y pkg-config libssl-dev
RUN cargo build --release
ENV ROCKET_ADDRESS=0.0.0.0
CMD ["./target/release/shop"]
"#,
            expect![[r#"
                FROM rust:1.85-slim AS builder
                WORKDIR /src
                COPY . .
                RUN apt-get update && apt-get install -y pkg-config libssl-dev
                RUN cargo build --release

                FROM debian:bookworm-slim AS final
                RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libssl3 && rm -rf /var/lib/apt/lists/*
                WORKDIR /src
                COPY --from=builder /src/target/release/shop target/release/shop
                ENV ROCKET_ADDRESS=0.0.0.0
                CMD ["./target/release/shop"]
            "#]],
        );
    }

    #[test]
    fn the_manifest_tells_program_and_libraries() {
        check_with(
            &[(
                "Cargo.toml",
                "[package]\nname = \"shop\"\n[dependencies]\ndiesel = { version = \"2\", features = [\"postgres\"] }\n",
            )],
            r#"FROM rust:1.85
WORKDIR /src
COPY . .
CMD ["cargo", "run", "--release"]
"#,
            expect![[r#"
                FROM rust:1.85 AS builder
                WORKDIR /src
                COPY . .
                RUN cargo build --release

                FROM debian:bookworm-slim AS final
                RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libpq5 && rm -rf /var/lib/apt/lists/*
                WORKDIR /src
                COPY --from=builder /src/target/release/shop /usr/local/bin/shop
                CMD ["shop"]
            "#]],
        );
    }

    #[test]
    fn a_member_of_a_workspace_is_named() {
        check_with(
            &[
                ("Cargo.toml", "[workspace]\nmembers = [\"crates/*\"]\n"),
                ("crates/web/Cargo.toml", "[package]\nname = \"web\"\n[[bin]]\nname = \"server\"\n"),
            ],
            r#"FROM rust:1.85
WORKDIR /src
COPY . .
CMD ["cargo", "run", "--release", "-p", "web", "--", "--port", "80"]
"#,
            expect![[r#"
                FROM rust:1.85 AS builder
                WORKDIR /src
                COPY . .
                RUN cargo build --release -p web

                FROM debian:bookworm-slim AS final
                WORKDIR /src
                COPY --from=builder /src/target/release/server /usr/local/bin/server
                COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
                CMD ["server", "--port", "80"]
            "#]],
        );
    }

    #[test]
    fn what_is_installed_goes_where_the_path_leads() {
        check(
            "FROM rust:1.85\nWORKDIR /src\nCOPY . .\nRUN cargo install --path .\nCMD [\"shop\"]\n",
            expect![[r#"
                FROM rust:1.85 AS builder
                WORKDIR /src
                COPY . .
                RUN cargo install --path .

                FROM debian:bookworm-slim AS final
                WORKDIR /src
                COPY --from=builder /usr/local/cargo/bin/shop /usr/local/bin/shop
                COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
                CMD ["shop"]
            "#]],
        );
    }

    #[test]
    fn a_program_in_a_cache_is_refused() {
        check(
            r#"FROM rust:1.85
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/src/target cargo build --release
CMD ["./target/release/shop"]
"#,
            expect![[r#"
                refused: `./target/release/shop` lies in a mount (/src/target, line 4): copy it out in the same RUN first
            "#]],
        );
    }

    #[test]
    fn a_program_linked_against_musl_needs_nothing() {
        check(
            r#"FROM rust:1.85
WORKDIR /src
COPY . .
RUN cargo build --release --target x86_64-unknown-linux-musl
ENTRYPOINT ["/src/target/x86_64-unknown-linux-musl/release/shop"]
"#,
            expect![[r#"
                FROM rust:1.85 AS builder
                WORKDIR /src
                COPY . .
                RUN cargo build --release --target x86_64-unknown-linux-musl

                FROM gcr.io/distroless/static-debian13:nonroot AS final
                WORKDIR /src
                COPY --from=builder /src/target/x86_64-unknown-linux-musl/release/shop target/x86_64-unknown-linux-musl/release/shop
                ENTRYPOINT ["/src/target/x86_64-unknown-linux-musl/release/shop"]
            "#]],
        );
    }

    #[test]
    fn a_build_without_a_workdir() {
        check(
            r#"FROM rust:1.88
COPY . .
RUN cargo build --release
CMD ["./target/release/shop"]
"#,
            expect![[r#"
                FROM rust:1.88 AS builder
                COPY . .
                RUN cargo build --release

                FROM debian:bookworm-slim AS final
                COPY --from=builder /target/release/shop /target/release/shop
                COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
                CMD ["./target/release/shop"]
            "#]],
        );
    }

    #[test]
    fn a_script_that_a_folder_gets() {
        check(
            r#"FROM rust:1.88-bookworm
WORKDIR /app
COPY . .
RUN cargo build --release
COPY docker-entrypoint.sh /
RUN chmod +x /docker-entrypoint.sh
ENTRYPOINT ["/docker-entrypoint.sh"]
CMD /app/target/release/shop --port $PORT
"#,
            expect![[r#"
                FROM rust:1.88-bookworm AS builder
                WORKDIR /app
                COPY . .
                RUN cargo build --release

                FROM debian:bookworm-slim AS final
                WORKDIR /app
                COPY --from=builder /app/target/release/shop target/release/shop
                COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
                COPY docker-entrypoint.sh /
                RUN chmod +x /docker-entrypoint.sh
                ENTRYPOINT ["/docker-entrypoint.sh"]
                CMD /app/target/release/shop --port $PORT
            "#]],
        );
    }

    #[test]
    fn nightly_builders() {
        let text = |tag: &str| {
            format!(
                "FROM rustlang/rust:{tag}\nWORKDIR /src\nCOPY . .\nRUN cargo build -r\nCMD [\"target/release/shop\"]\n"
            )
        };
        for (tag, runtime) in [
            ("nightly-bookworm-slim", "debian:bookworm-slim"),
            ("nightly", "debian:trixie-slim"),
            ("nightly-alpine3.22", "alpine:3.22"),
        ] {
            let result = result_with(&[], None, &text(tag));
            assert!(result.contains(&format!("\nFROM {runtime} AS final\n")), "{result}");
        }
    }
}
