//! A RUN that prepares the system and installs packages, as the final stage needs it: without the packages that only
//! the build needs.

use crate::assists::split_stage::packages::{Role, in_release};
use crate::assists::split_stage::shell::{Command, Word};
use crate::assists::split_stage::view::View;
use crate::model::{Arguments, Instruction};
use crate::syntax::RelRange;

/// The source of `run` with the packages as `role` says, for the release under `image`; none where it cannot be told
/// what that leaves.
pub(super) fn packages(
    view: &View<'_>,
    run: Instruction<'_>,
    image: &str,
    role: &dyn Fn(&str) -> Role,
) -> Option<String> {
    let Arguments::Text(text) = &run.data.arguments else { return None };
    let line = &run.data.line;
    let base = line.offset_of_source(text.range.start());
    if !run.data.heredocs.is_empty()
        || line.text().get(base..base + text.text.len()) != Some(text.text.as_str())
    {
        return None;
    }
    let mut edits: Vec<(RelRange, String)> = Vec::new();
    for command in view.script(run)? {
        let names = names(command);
        let (had, mut left) = (!names.is_empty(), names.len());
        for (before, word) in names {
            let new = match role(word.exact()?) {
                Role::Runtime => continue,
                Role::Replaced(libraries) => {
                    libraries.iter().map(|it| in_release(it, image)).collect::<Vec<_>>().join(" ")
                }
                Role::Build | Role::Unknown => String::new(),
            };
            // What stands between a word that goes and the one before it goes, too.
            let start = if new.is_empty() { before.range.end } else { word.range.start };
            left -= usize::from(new.is_empty());
            edits.push((line.source_range(base + start, base + word.range.end), new));
        }
        // A command that installs nothing would stay.
        if had && left == 0 {
            return None;
        }
    }
    let mut out = String::new();
    let mut at = 0;
    for (range, new) in edits {
        out.push_str(&view.slice(run.abs(RelRange::new(at, range.start()))));
        out.push_str(&new);
        at = range.end();
    }
    let end = u32::from(run.range().len());
    out.push_str(&view.slice(run.abs(RelRange::new(at, end))));
    Some(out.trim_end().to_owned())
}

/// The packages that a command installs, each with the word before it.
fn names(command: &Command) -> Vec<(&Word, &Word)> {
    let argv = command.argv();
    let is_manager = matches!(command.program(), "apt-get" | "apt" | "apk" | "yum" | "dnf" | "microdnf");
    let verb = argv.iter().skip(1).position(|it| !it.text.starts_with('-')).map(|at| at + 1);
    let Some(verb) = verb.filter(|at| is_manager && matches!(argv[*at].text.as_str(), "install" | "add"))
    else {
        return Vec::new();
    };
    let words = argv.windows(2).skip(verb).map(|pair| (&pair[0], &pair[1]));
    words.filter(|(_, word)| !word.text.starts_with('-')).collect()
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::tests::check;
    use expect_test::expect;

    #[test]
    fn what_only_the_build_needs_is_not_installed_again() {
        check(
            r#"FROM golang:1.24-alpine
RUN apk add --no-cache git gcc \
        musl-dev \
        # for the pages
        tzdata ca-certificates \
    && adduser -D shop
WORKDIR /src
COPY . .
RUN go build -o /usr/local/bin/shop .
USER shop
CMD ["shop"]
"#,
            expect![[r#"
                FROM golang:1.24-alpine AS builder
                RUN apk add --no-cache git gcc \
                        musl-dev \
                        # for the pages
                        tzdata ca-certificates \
                    && adduser -D shop
                WORKDIR /src
                COPY . .
                RUN go build -o /usr/local/bin/shop .

                FROM alpine:3 AS final
                RUN apk add --no-cache libgcc \
                        # for the pages
                        tzdata ca-certificates \
                    && adduser -D shop
                WORKDIR /src
                COPY --from=builder /usr/local/bin/shop /usr/local/bin/shop
                USER shop
                CMD ["shop"]
            "#]],
        );
    }

    #[test]
    fn libraries_take_the_place_of_headers() {
        check(
            r#"FROM rust:1.88-bookworm
RUN apt-get update && apt-get install -y libpq-dev cmake tini && mkdir -p /var/shop
WORKDIR /src
COPY . .
RUN cargo build --release
CMD ["tini", "--", "/src/target/release/shop"]
"#,
            expect![[r#"
                FROM rust:1.88-bookworm AS builder
                RUN apt-get update && apt-get install -y libpq-dev cmake tini && mkdir -p /var/shop
                WORKDIR /src
                COPY . .
                RUN cargo build --release

                FROM debian:bookworm-slim AS final
                RUN apt-get update && apt-get install -y libpq5 tini && mkdir -p /var/shop
                WORKDIR /src
                COPY --from=builder /src/target/release/shop target/release/shop
                COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
                CMD ["tini", "--", "/src/target/release/shop"]
            "#]],
        );
    }

    #[test]
    fn certificates_of_the_file_itself_are_made_known() {
        check(
            r#"FROM golang:1.24-bookworm
RUN apt-get update && apt-get install -y git ca-certificates && update-ca-certificates
WORKDIR /src
COPY . .
RUN go build -o /usr/local/bin/shop .
CMD ["shop"]
"#,
            expect![[r#"
                FROM golang:1.24-bookworm AS builder
                RUN apt-get update && apt-get install -y git ca-certificates && update-ca-certificates
                WORKDIR /src
                COPY . .
                RUN go build -o /usr/local/bin/shop .

                FROM debian:bookworm-slim AS final
                RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
                WORKDIR /src
                COPY --from=builder /usr/local/bin/shop /usr/local/bin/shop
                CMD ["shop"]
            "#]],
        );
        check(
            r#"FROM golang:1.24-bookworm
COPY corp.crt /usr/local/share/ca-certificates/corp.crt
RUN apt-get update && apt-get install -y git ca-certificates && update-ca-certificates
WORKDIR /src
COPY . .
RUN go build -o /usr/local/bin/shop .
CMD ["shop"]
"#,
            expect![[r#"
                FROM golang:1.24-bookworm AS builder
                COPY corp.crt /usr/local/share/ca-certificates/corp.crt
                RUN apt-get update && apt-get install -y git ca-certificates && update-ca-certificates
                WORKDIR /src
                COPY . .
                RUN go build -o /usr/local/bin/shop .

                FROM debian:bookworm-slim AS final
                COPY corp.crt /usr/local/share/ca-certificates/corp.crt
                RUN apt-get update && apt-get install -y ca-certificates && update-ca-certificates
                WORKDIR /src
                COPY --from=builder /usr/local/bin/shop /usr/local/bin/shop
                CMD ["shop"]
            "#]],
        );
    }
}
