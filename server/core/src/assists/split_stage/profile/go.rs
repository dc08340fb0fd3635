//! Go.
//!
//! Signals: `go build`, `go install` or `go get` in a RUN, or `go run` as the command. Artifact: the program
//! that the command names. Runtime: for programs that are linked statically for certain (`CGO_ENABLED=0`) the
//! distroless image without a C library, where nothing in the final stage needs a shell; else the release of
//! Debian or Alpine that the builder stands on. Command: kept; `go run` becomes the program.
//! Hazards: files that the program reads from its WORKDIR, cgo, plugins.

use super::binary;
use super::{Profile, Recipe};
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::plan::{Added, Artifact, Place};
use crate::assists::split_stage::project::go_mod::Module;
use crate::assists::split_stage::runtime::{self, Runtime, System};
use crate::assists::split_stage::shell::{self, Command, Word};
use crate::assists::split_stage::start::{Main, Start};
use crate::assists::split_stage::view::View;
use crate::model::ImageRef;
use crate::model::tools::{is_go_build as is_build, made_by_go};
use crate::syntax::Keyword;

pub(super) struct Go;

impl Profile for Go {
    fn ships(&self) -> &'static str {
        "Go toolchain"
    }

    fn applies(&self, view: &View<'_>) -> bool {
        let on_go = runtime::name(&ImageRef::parse(&view.stage.base_text)) == "golang";
        let starts =
            || view.instructions().any(|it| matches!(it.keyword(), Keyword::Cmd | Keyword::Entrypoint));
        (on_go && starts())
            || view.runs(|command| self.is_build_command(command) && command.program() == "go")
    }

    fn recipe(&self, view: &View<'_>) -> Result<Recipe, Refusal> {
        let runtimes = runtimes(view)?;
        let start = Start::of(view)?;
        let main = start.main()?;
        if matches!(main.program(), "air" | "CompileDaemon" | "fresh" | "reflex" | "realize" | "dlv" | "gin")
        {
            return Err(Refusal::new(format!(
                "`{}` builds or debugs when it runs: it is for development",
                main.program()
            )));
        }
        if view.runs(|it| it.argv().iter().any(|word| word.text == "-buildmode=plugin")) {
            return Err(Refusal::new("a plugin must be built with the very Go that loads it".to_owned()));
        }
        if main.program() == "go" {
            return go_run(view, &start, &main, runtimes);
        }
        let builds = binary::builds(view, &is_build, &made_by_go);
        let program = binary::program(view, &main, &builds)?;
        let mut recipe = binary::recipe(view, &start, program, runtimes)?;
        note_cgo(view, &mut recipe);
        Ok(recipe)
    }

    fn is_build_command(&self, command: &Command) -> bool {
        matches!(command.program(), "go" | "gofmt" | "templ" | "swag" | "wire" | "protoc" | "qtc" | "upx")
    }

    fn is_build_env(&self, name: &str) -> bool {
        matches!(
            name,
            "GOFLAGS"
                | "GOPROXY"
                | "GO111MODULE"
                | "GOOS"
                | "GOARCH"
                | "GOARM"
                | "GOAMD64"
                | "CGO_ENABLED"
                | "GOSUMDB"
                | "GOPRIVATE"
                | "GONOSUMDB"
                | "GOCACHE"
                | "GOMODCACHE"
                | "CGO_CFLAGS"
                | "CGO_LDFLAGS"
                | "GOTOOLCHAIN"
        )
    }

    fn is_build_path(&self, path: &str) -> bool {
        matches!(paths::file_name(path), "go.mod" | "go.sum" | "vendor") || path.ends_with(".go")
    }

    fn is_builder_tool(&self, program: &str) -> bool {
        program == "go"
    }
}

/// Whether the program is linked statically for certain.
fn is_static(view: &View<'_>) -> bool {
    let by_command = |command: &Command| {
        is_build(command) && command.environment().any(|(name, value)| name == "CGO_ENABLED" && value == "0")
    };
    let by_flag = |command: &Command| {
        is_build(command)
            && command
                .argv()
                .iter()
                .any(|word| word.text.contains("-extldflags") && word.text.contains("-static"))
    };
    view.variable("CGO_ENABLED").as_deref() == Some("0") || view.runs(by_command) || view.runs(by_flag)
}

fn runtimes(view: &View<'_>) -> Result<Vec<Runtime>, Refusal> {
    let base = ImageRef::parse(&view.stage.base_text);
    let found = runtime::of(&base, "slim")?;
    let is_alpine = found.system() == System::Apk;
    let mut runtimes = Vec::new();
    let distroless = |image: String| {
        let mut it = Runtime::plain("distroless", image);
        it.notes.push(
            "It has no shell, and runs as the user nonroot (65532), who cannot write into WORKDIR."
                .to_owned(),
        );
        it
    };
    match (is_static(view), is_alpine) {
        (true, false) => {
            runtimes.push(distroless("gcr.io/distroless/static-debian13:nonroot".to_owned()));
            runtimes.push(found);
        }
        (true, true) => {
            runtimes.push(found);
            runtimes.push(distroless("gcr.io/distroless/static-debian13:nonroot".to_owned()));
        }
        (false, true) => runtimes.push(found),
        (false, false) => {
            runtimes.push(found);
            if let Some(release) = runtime::distroless_debian(runtime::debian(&base)) {
                runtimes.push(distroless(format!("gcr.io/distroless/base-debian{release}:nonroot")));
            }
        }
    }
    if is_static(view) {
        let mut scratch = Runtime::plain("scratch", "scratch");
        scratch
            .notes
            .push("`scratch` has nothing at all: no certificates, no time zones, no users.".to_owned());
        runtimes.push(scratch);
    }
    Ok(runtimes)
}

/// The module in a directory, if it is at hand.
fn module(view: &View<'_>, dir: &str) -> Option<Module> {
    Module::read(view.project_file(&paths::join(dir, "go.mod"))?)
}

fn note_cgo(view: &View<'_>, recipe: &mut Recipe) {
    if is_static(view)
        && let Some(needs) = module(view, &recipe.build_dir).and_then(|it| it.needs_cgo())
    {
        recipe.notes.push(format!("`{needs}` needs cgo, which CGO_ENABLED=0 turns off: it may not work."));
    }
    if view.instructions().any(|it| view.says(it, "GOAMD64=v")) {
        recipe.notes.push(
            "GOAMD64 asks for a newer processor: the program does not start on an older one.".to_owned(),
        );
    }
    if !is_static(view) {
        recipe.notes.push(
            "Without CGO_ENABLED=0 the program may load the C library: the final stage has the builder's. With it, the \
             final stage could be a distroless image."
                .to_owned(),
        );
    }
}

/// `go run PACKAGE ARGUMENTS` as the command: the builder builds, the final stage starts the program.
fn go_run(
    view: &View<'_>,
    start: &Start,
    main: &Main<'_>,
    runtimes: Vec<Runtime>,
) -> Result<Recipe, Refusal> {
    let words: Option<Vec<&str>> = main.argv().iter().map(Word::exact).collect();
    let words = words.ok_or_else(|| {
        Refusal::new("the command depends on variables that only the container knows".to_owned())
    })?;
    let [_, "run", rest @ ..] = words.as_slice() else {
        return Err(Refusal::new(format!("`{}` starts no application", words.join(" "))));
    };
    let flags = rest.iter().take_while(|word| word.starts_with('-')).count();
    let files = rest[flags..].iter().take_while(|word| word.ends_with(".go")).count().max(1);
    let end = (flags + files).min(rest.len());
    let (build, arguments) = rest.split_at(end);
    if build.len() == flags {
        return Err(Refusal::new("`go run` names no package".to_owned()));
    }
    let workdir = view.workdir()?;
    if main.dir(workdir) != workdir {
        return Err(Refusal::new("the command changes its directory".to_owned()));
    }
    let build: Vec<String> = build.iter().map(|it| shell::quote(it)).collect();
    let module = module(view, workdir);
    let name = module.as_ref().and_then(Module::program).filter(|_| build.last().is_some_and(|it| it == "."));
    let name = name.unwrap_or("app").to_owned();
    let program = format!("/usr/local/bin/{name}");
    let text = format!("{} go build -o {program} {}", view.keyword(Keyword::Run), build.join(" "));
    let mut command = vec![name];
    command.extend(arguments.iter().map(|it| (*it).to_owned()));
    let keyword = view.dockerfile.instruction(start.instruction).keyword();
    let mut recipe = Recipe {
        build_dir: workdir.to_owned(),
        runtimes,
        added: vec![Added { after: None, text }],
        made_by: None,
        artifacts: vec![Artifact::same(program)],
        places: vec![(start.instruction, Place::FinalAs(view.json_form(keyword, &command)))],
        notes: vec!["The program is built once, in the image, and no more when it starts.".to_owned()],
        ..Recipe::default()
    };
    note_cgo(view, &mut recipe);
    Ok(recipe)
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::tests::{check, check_with};
    use expect_test::expect;

    #[test]
    fn the_module_names_the_program() {
        check_with(
            &[("go.mod", "module example.com/shop/v2\n\ngo 1.25\n")],
            "FROM golang:1.25\nWORKDIR /src\nCOPY . .\nCMD [\"go\", \"run\", \".\"]\n",
            expect![[r#"
                FROM golang:1.25 AS builder
                WORKDIR /src
                COPY . .
                RUN go build -o /usr/local/bin/shop .

                FROM debian:trixie-slim AS final
                WORKDIR /src
                COPY --from=builder /usr/local/bin/shop /usr/local/bin/shop
                COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
                CMD ["shop"]
            "#]],
        );
    }

    #[test]
    fn a_program_that_may_load_the_c_library_gets_a_debian() {
        check(
            r#"FROM golang:1.24.2
WORKDIR /src
COPY . .
RUN go mod download && go build -o server .
EXPOSE 8080
CMD ./server
"#,
            expect![[r#"
                FROM golang:1.24.2 AS builder
                WORKDIR /src
                COPY . .
                RUN go mod download && go build -o server .

                FROM debian:bookworm-slim AS final
                WORKDIR /src
                COPY --from=builder /src/server server
                COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
                EXPOSE 8080
                CMD ./server
            "#]],
        );
    }

    #[test]
    fn a_static_program_needs_nothing() {
        check(
            r#"FROM golang:1.25-bookworm AS build
WORKDIR /src
COPY . .
ENV CGO_ENABLED=0 GIN_MODE=release
RUN go build -o /bin/server ./cmd/server
CMD /bin/server --port 80
"#,
            expect![[r#"
                FROM golang:1.25-bookworm AS build
                WORKDIR /src
                COPY . .
                ENV CGO_ENABLED=0 GIN_MODE=release
                RUN go build -o /bin/server ./cmd/server

                FROM gcr.io/distroless/static-debian13:nonroot AS final
                WORKDIR /src
                ENV GIN_MODE=release
                COPY --from=build /bin/server /bin/server
                CMD ["/bin/server", "--port", "80"]
            "#]],
        );
    }

    #[test]
    fn what_needs_a_shell_gets_one() {
        check(
            r#"FROM golang:1.25
RUN apt-get update && apt-get install -y tzdata gcc
WORKDIR /src
COPY . .
COPY templates ./templates
RUN CGO_ENABLED=0 go build -o server .
RUN useradd -m app
USER app
CMD ["./server"]
"#,
            expect![[r#"
                FROM golang:1.25 AS builder
                RUN apt-get update && apt-get install -y tzdata gcc
                WORKDIR /src
                COPY . .
                COPY templates ./templates
                RUN CGO_ENABLED=0 go build -o server .

                FROM debian:trixie-slim AS final
                RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates tzdata && rm -rf /var/lib/apt/lists/*
                WORKDIR /src
                COPY templates ./templates
                COPY --from=builder /src/server server
                RUN useradd -m app
                USER app
                CMD ["./server"]
            "#]],
        );
    }

    #[test]
    fn go_run_becomes_the_program() {
        check(
            r#"FROM golang:1.25-alpine3.22
WORKDIR /src
COPY . .
CMD ["go", "run", "main.go", "--port", "80"]
"#,
            expect![[r#"
                FROM golang:1.25-alpine3.22 AS builder
                WORKDIR /src
                COPY . .
                RUN go build -o /usr/local/bin/app main.go

                FROM alpine:3.22 AS final
                WORKDIR /src
                COPY --from=builder /usr/local/bin/app /usr/local/bin/app
                CMD ["app", "--port", "80"]
            "#]],
        );
    }

    #[test]
    fn what_nobody_can_tell_is_left_to_decide() {
        check(
            "FROM golang:1.24-bookworm\nWORKDIR /src\nCOPY . .\nRUN ./prepare.sh --all && \\\n    ./more.sh\nRUN go build -o server .\nCMD [\"./server\"]\n",
            expect![[r#"
                FROM golang:1.24-bookworm AS builder
                WORKDIR /src
                COPY . .
                RUN ./prepare.sh --all && \
                    ./more.sh
                RUN go build -o server .

                FROM debian:bookworm-slim AS final
                # To decide: the builder runs `./prepare.sh --all` …. If the application needs what it does, run it here, too.
                WORKDIR /src
                COPY --from=builder /src/server server
                COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
                CMD ["./server"]
            "#]],
        );
    }

    #[test]
    fn what_is_for_development_is_refused() {
        check(
            r#"FROM golang:1.25
WORKDIR /src
COPY . .
CMD ["air"]
"#,
            expect![[r#"
                refused: `air` builds or debugs when it runs: it is for development
            "#]],
        );
    }

    #[test]
    fn several_programs_in_one_directory() {
        check(
            r#"FROM golang:1.24
WORKDIR /src
COPY . .
RUN go build -o bin/ ./cmd/...
COPY shop.yaml /etc/shop/shop.yaml
ENV PATH="/src/bin:${PATH}"
ENTRYPOINT ["shop"]
"#,
            expect![[r#"
                FROM golang:1.24 AS builder
                WORKDIR /src
                COPY . .
                RUN go build -o bin/ ./cmd/...

                FROM debian:trixie-slim AS final
                WORKDIR /src
                COPY --from=builder /src/bin/shop /usr/local/bin/shop
                COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
                COPY shop.yaml /etc/shop/shop.yaml
                ENV PATH="/src/bin:${PATH}"
                ENTRYPOINT ["shop"]
            "#]],
        );
    }

    #[test]
    fn a_script_that_waits() {
        check(
            r#"FROM golang:1.24
WORKDIR /src
COPY . .
ADD https://example.com/wait-for-it.sh /wait-for-it.sh
RUN chmod +x /wait-for-it.sh
RUN CGO_ENABLED=0 go build -o shop .
CMD /wait-for-it.sh $DB_HOST:5432 -- ./shop
"#,
            expect![[r#"
                FROM golang:1.24 AS builder
                WORKDIR /src
                COPY . .
                ADD https://example.com/wait-for-it.sh /wait-for-it.sh
                RUN chmod +x /wait-for-it.sh
                RUN CGO_ENABLED=0 go build -o shop .

                FROM debian:trixie-slim AS final
                WORKDIR /src
                ADD https://example.com/wait-for-it.sh /wait-for-it.sh
                RUN chmod +x /wait-for-it.sh
                COPY --from=builder /src/shop shop
                COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
                CMD /wait-for-it.sh $DB_HOST:5432 -- ./shop
            "#]],
        );
    }

    #[test]
    fn what_make_builds() {
        check(
            r#"FROM golang:1.24
WORKDIR /src
COPY . .
RUN make build
COPY start.sh .
RUN chmod +x start.sh
ENTRYPOINT ["/src/start.sh"]
CMD ["/src/bin/shop"]
"#,
            expect![[r#"
                FROM golang:1.24 AS builder
                WORKDIR /src
                COPY . .
                RUN make build
                COPY start.sh .
                RUN chmod +x start.sh

                FROM debian:trixie-slim AS final
                WORKDIR /src
                COPY --from=builder /src/bin/shop bin/shop
                COPY --from=builder /src/start.sh start.sh
                COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
                ENTRYPOINT ["/src/start.sh"]
                CMD ["/src/bin/shop"]
            "#]],
        );
    }

    #[test]
    fn a_pattern_that_stands_for_one_program() {
        check(
            r#"FROM golang:1.24
WORKDIR /usr/src/app
COPY . .
RUN go build -v -o /usr/local/bin/app ./...
CMD ["app"]
"#,
            expect![[r#"
                FROM golang:1.24 AS builder
                WORKDIR /usr/src/app
                COPY . .
                RUN go build -v -o /usr/local/bin/app ./...

                FROM debian:trixie-slim AS final
                WORKDIR /usr/src/app
                COPY --from=builder /usr/local/bin/app /usr/local/bin/app
                COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
                CMD ["app"]
            "#]],
        );
    }
}
