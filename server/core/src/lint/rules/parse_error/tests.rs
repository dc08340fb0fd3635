//! Every fault, with its range and its text.

use expect_test::expect;

use crate::lint::test::{check, fixed};
use crate::lint::{Settings, Severity, Source, diagnostics};
use crate::model::SourceFile;

#[test]
fn instructions_that_are_none() {
    check(
        r"
FROM alpine
RUNN ls
#<^^ ParseError: There is no instruction `RUNN`. Did you mean `RUN`?
RUNTIME=1
#<^^^^^^^ ParseError: There is no instruction `RUNTIME=1`. If the line belongs to the one above, that has to end with the escape character.
WORKDIR/app
USER/app
RUNN ls
#<^^ ParseError: There is no instruction `RUNN`. Did you mean `RUN`?
WORKDIR/app
#<^^^^^^^^^ ParseError: There is no instruction `WORKDIR/app`. If the line belongs to the one above, that has to end with the escape character.
",
    );
    check(
        r"
FROMalpine
#<^^^^^^^^ ParseError: A space is missing behind `FROM`.
RUN ls
",
    );
}

#[test]
fn missing_arguments() {
    check(
        r#"
FROM alpine
ENV
#<^ ParseError: `ENV` needs a name and a value: `ENV NAME=value`.
ARG
#<^ ParseError: `ARG` needs a name: `ARG VERSION` or `ARG VERSION=1.0`.
LABEL
#<^^^ ParseError: `LABEL` needs a name and a value: `LABEL name=value`.
EXPOSE
#<^^^^ ParseError: `EXPOSE` needs a port: `EXPOSE 8080`.
VOLUME
#<^^^^ ParseError: `VOLUME` needs a path: `VOLUME /data`.
VOLUME []
#<^^^^ ParseError: `VOLUME` needs a path: `VOLUME /data`.
VOLUME ["/a", " "]
#             ^^^ ParseError: A volume needs a path: `VOLUME /data`.
WORKDIR
#<^^^^^ ParseError: `WORKDIR` needs a directory: `WORKDIR /app`.
USER
#<^^ ParseError: `USER` needs a user: `USER app`.
STOPSIGNAL
#<^^^^^^^^ ParseError: `STOPSIGNAL` needs a signal: `STOPSIGNAL SIGTERM`.
MAINTAINER
#<^^^^^^^^ ParseError: `MAINTAINER` needs a name; better, write `LABEL org.opencontainers.image.authors=name`.
SHELL
#<^^^ ParseError: `SHELL` needs a shell in JSON form: `SHELL ["/bin/bash", "-c"]`.
SHELL /bin/bash -c
#     ^^^^^^^^^^^^ ParseError: `SHELL` takes its words in JSON form: `SHELL ["/bin/bash", "-c"]`.
HEALTHCHECK
#<^^^^^^^^^ ParseError: `HEALTHCHECK` needs `CMD` and a command, or `NONE`.
ONBUILD
#<^^^^^ ParseError: `ONBUILD` needs an instruction: `ONBUILD RUN make`.
COPY
#<^^ ParseError: `COPY` needs a source and a destination: `COPY app ./`.
ADD app
#   ^^^ ParseError: `ADD` needs a destination behind `app`, such as `./`.
COPY --from=x app
#             ^^^ ParseError: `COPY` needs a destination behind `app`, such as `./`.
RUN
CMD []
ENTRYPOINT []
"#,
    );
}

#[test]
fn the_words_of_from() {
    check(
        r"
FROM
#<^^ ParseError: `FROM` needs a base image: `FROM alpine`.
FROM alpine builder
#           ^^^^^^^ ParseError: `FROM` takes one image. To name the stage, write `FROM alpine AS builder`.
FROM alpine AS
#           ^^ ParseError: A stage name is missing behind `AS`.
FROM AS builder
#       ^^^^^^^ ParseError: A base image is missing in front of `AS`.
FROM alpine AS a b c
#                ^^^ ParseError: Nothing can follow the stage name. Remove the rest.
FROM alpine is a
#           ^^^^ ParseError: `FROM` takes an image, and perhaps `AS` and a stage name. Remove the rest.
FROM alpine AS 1s
#              ^^ ParseError: `1s` cannot name a stage. A name begins with a letter; letters, digits, `-`, `_` and `.` follow.
FROM alpine AS build-$arch
#              ^^^^^^^^^^^ ParseError: A stage name holds no variables: `build-$arch` is not expanded.
FROM --platform alpine
#    ^^^^^^^^^^ ParseError: `--platform` needs a value: `--platform=linux/amd64`.
",
    );
    fixed(
        "FROM alpine builder\n",
        "ParseError",
        &expect![[r"
        FROM alpine AS builder
    "]],
    );
}

#[test]
fn pairs() {
    check(
        r"
FROM alpine
ENV A
#   ^ ParseError: A value is missing. Write `ENV name=value`.
ENV A=1 B C=3
#       ^ ParseError: `B` has no `=`. `ENV` takes `name=value` pairs; put quotes around a value with spaces.
LABEL =a b=c
#     ^^ ParseError: A name is missing in front of `=`.
ARG =a
#   ^^ ParseError: A name is missing in front of `=`.
",
    );
}

#[test]
fn flags() {
    check(
        r#"
FROM alpine
COPY --form=a . .
#    ^^^^^^ ParseError: `COPY` has no flag `--form`. Did you mean `--from`?
COPY --CHOWN=a . .
#    ^^^^^^^ ParseError: `COPY` has no flag `--CHOWN`. Did you mean `--chown`?
ADD --parents . .
#   ^^^^^^^^^ ParseError: `ADD` has no flag `--parents`; `COPY` has.
USER --bogus a
#    ^^^^^^^ ParseError: `USER` takes no flags.
CMD --help
#   ^^^^^^ ParseError: `CMD` takes no flags. To run a command of that name, write `CMD ["--help"]`.
RUN --bogus=1 ls
#   ^^^^^^^ ParseError: `RUN` has no flag `--bogus`. It knows `--mount`, `--network`, `--security`, `--device`.
COPY --chown=a --chown=b . .
#    ^^^^^^^^^ … given here first
#              ^^^^^^^^^ ParseError: `--chown` is given twice. Keep one.
COPY --link= --parents=maybe . .
#    ^^^^^^^ ParseError: `--link` needs a value: `--link=true`.
#                      ^^^^^ ParseError: `--parents` is `true` or `false`, not `maybe`.
COPY --exclude=a --exclude=b --link --parents=FALSE . .
COPY -- --from .
RUN --network=fake ls
#             ^^^^ ParseError: `--network` is `default`, `none` or `host`, not `fake`.
RUN --security= ls
#   ^^^^^^^^^^^ ParseError: `--security` is `sandbox` or `insecure`.
STOPSIGNAL --bogus TERM
ARG --bogus a
"#,
    );
    fixed(
        "FROM a\nCOPY --form=a . .\n",
        "ParseError",
        &expect![[r"
        FROM a
        COPY --from=a . .
    "]],
    );
}

#[test]
fn mounts_and_devices() {
    check(
        r#"
FROM alpine
RUN --mount=from=$a,target=/a ls
#                ^^ ParseError: `from` takes no variables. Give the image a stage of its own, `FROM $a AS name`, and write `from=name`.
RUN --mount=type=\"bind\" ls
#           ^^^^^^^^^^^^^ ParseError: `--mount` takes `key=value` fields between commas; double quotes can only enclose a whole field.
RUN --mount= ls
#   ^^^^^^^^ ParseError: `--mount` takes `key=value` fields between commas; double quotes can only enclose a whole field.
RUN --mount=type=$t,ro ls
RUN --device=a,b ls
#            ^^^ ParseError: `--device` has no field `b`. It knows `name` and `required`.
"#,
    );
}

#[test]
fn health_checks() {
    check(
        r"
FROM alpine
HEALTHCHECK curl -f localhost
#           ^^^^ ParseError: `curl` is no health check. Write `HEALTHCHECK CMD` and the command, or `HEALTHCHECK NONE`.
HEALTHCHECK CMD
#           ^^^ ParseError: A command is missing: `HEALTHCHECK CMD curl -f http://localhost/`.
HEALTHCHECK --bogus NONE x
#                        ^ ParseError: `HEALTHCHECK NONE` takes nothing more. Remove the rest.
HEALTHCHECK --interval=10 --timeout=1d CMD ls
#                      ^^ ParseError: `10` is no duration. Write a number with a unit, such as `30s` or `1m30s`.
#                                   ^^ ParseError: `1d` is no duration. Write a number with a unit, such as `30s` or `1m30s`.
HEALTHCHECK --interval=0 --start-period=1us CMD ls
#                                       ^^^ ParseError: `--start-period` is at least `1ms`, or `0`.
HEALTHCHECK --retries=a CMD ls
#                     ^ ParseError: `--retries` is a whole number, not `a`.
HEALTHCHECK --retries=-1 CMD ls
#                     ^^ ParseError: `--retries` cannot be negative.
HEALTHCHECK --interval= --retries= CMD ls
",
    );
    fixed(
        "FROM a\nHEALTHCHECK --interval=10 CMD ls\n",
        "ParseError",
        &expect![[r"
        FROM a
        HEALTHCHECK --interval=10s CMD ls
    "]],
    );
    fixed(
        "FROM a\nHEALTHCHECK curl a\n",
        "ParseError",
        &expect![[r"
        FROM a
        HEALTHCHECK CMD curl a
    "]],
    );
    fixed(
        "FROM a\nSHELL /bin/bash -c\n",
        "ParseError",
        &expect![[r#"
        FROM a
        SHELL ["/bin/bash", "-c"]
    "#]],
    );
}

#[test]
fn json_and_heredocs() {
    check(
        r#"
FROM alpine
CMD ["a", 1]
#         ^ ParseError: A list in JSON form holds strings only. Put every element in double quotes.
COPY a <<EOF
#      ^^^^^ ParseError: The destination cannot be a heredoc. Add a path behind it: `COPY <<EOF /path`.
EOF
RUN <<EOF
#   ^^^^^ ParseError: This heredoc has no end. Close it with a line that holds only `EOF`.
echo
"#,
    );
}

#[test]
fn an_element_of_a_list_gets_its_quotes() {
    fixed(
        "FROM a\nONBUILD CMD [\"a\", \\\n  -1.5]\n",
        "ParseError",
        &expect![[r#"
        FROM a
        ONBUILD CMD ["a", \
          "-1.5"]
    "#]],
    );
}

#[test]
fn onbuild() {
    check(
        r"
FROM alpine
ONBUILD ONBUILD RUN a
#       ^^^^^^^ ParseError: An ONBUILD cannot hold another one. Remove one of them.
ONBUILD from alpine
#       ^^^^ ParseError: `FROM` is not allowed in ONBUILD.
ONBUILD ENV a
#           ^ ParseError: A value is missing. Write `ENV name=value`.
ONBUILD RUN --bogus a
#           ^^^^^^^ ParseError: `RUN` has no flag `--bogus`. It knows `--mount`, `--network`, `--security`, `--device`. This fails in a stage that is built FROM this one.
",
    );
}

#[test]
fn a_trigger_is_mended_unless_that_breaks_the_file() {
    let titles = |text: &str| {
        let found = diagnostics(&SourceFile::new(text), &Settings::default());
        found.iter().flat_map(|it| &it.fixes).map(|fix| fix.title.clone()).collect::<Vec<_>>()
    };
    assert_eq!(titles("FROM a\nONBUILD ENVV a=b\n"), ["Change to `ENV`"]);
    for text in ["FROM a\nONBUILD ENVV a\n", "FROM a\nONBUILD ONBULD RUN a\n", "FROM a\nONBUILD FORM a\n"] {
        assert!(titles(text).is_empty(), "{text}");
    }
}

#[test]
fn a_trigger_is_an_error_where_a_stage_of_the_file_runs_it() {
    let severities = |text: &str| {
        let found = diagnostics(&SourceFile::new(text), &crate::analysis::Settings::default());
        found.iter().map(|it| (it.severity, it.source)).collect::<Vec<_>>()
    };
    let parent = "FROM alpine AS a\nONBUILD COPY --bogus . .\n";
    assert_eq!(severities(parent), [(Severity::Warning, Source::Dockstage)]);
    let child = format!("{parent}FROM a\n");
    assert_eq!(severities(&child), [(Severity::Error, Source::Buildkit)]);
}

#[test]
fn the_file_as_a_whole() {
    check(
        r"
# syntax=docker/dockerfile:1
#<^^^^^^^^^^^^^^^^^^^^^^^^^^ … set here first
# syntax=docker/dockerfile:2
#<^^^^^^^^^^^^^^^^^^^^^^^^^^ ParseError: The directive `syntax` is set twice. Keep one.
# escape=x
#        ^ ParseError: `x` cannot be the escape character. Use `\` or `` ` ``.
RUN ls
#<^ ParseError: `RUN` stands before the first FROM, where only ARG may stand. Move it into a stage.
COPY . .
",
    );
    check("ARG A\n#<^ ParseError: There is no stage to build. Add a FROM.\n");
    let found = diagnostics(&SourceFile::new("# a\n"), &crate::analysis::Settings::default());
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].message.starts_with("There is no instruction"));
}

#[test]
fn a_misspelled_from_is_one_error() {
    check(
        r"
FORM alpine
#<^^ ParseError: There is no instruction `FORM`. Did you mean `FROM`?
RUN ls
",
    );
}

#[test]
fn ranges_hold_with_other_line_ends_a_byte_order_mark_and_wide_characters() {
    let text = "\u{feff}FROM alpine\r\n# 😀\r\nCOPY --form=😀 \\\r\n  --chwon=b . .\r\n";
    let found = diagnostics(&SourceFile::new(text), &crate::analysis::Settings::default());
    let at: Vec<&str> = found.iter().map(|it| &text[std::ops::Range::<usize>::from(it.range)]).collect();
    assert_eq!(at, ["--form", "--chwon"]);
}

#[test]
fn a_flag_that_buildkit_ends_inside_a_character() {
    // The second byte of the fraction is white space to BuildKit.
    let text = "FROM alpine\nCOPY --a\u{2150}b c d\nCOPY --link=\u{a0}x c d\n";
    let found = diagnostics(&SourceFile::new(text), &crate::analysis::Settings::default());
    let at: Vec<&str> = found.iter().map(|it| &text[std::ops::Range::<usize>::from(it.range)]).collect();
    assert_eq!(at, ["--a\u{2150}", "\u{a0}"]);
}

#[test]
fn a_half_typed_line_is_one_error_and_leaves_its_neighbours_alone() {
    let lines = [
        "FROM alpine AS builder",
        "COPY --from=builder /a /b",
        "RUN --mount=type=cache,target=/a ls",
        "ENV A=1 B=2",
        "LABEL a=\"b c\"",
        "HEALTHCHECK --interval=30s CMD curl localhost",
        "ONBUILD COPY --chown=a . .",
        "SHELL [\"/bin/bash\", \"-c\"]",
        "EXPOSE 8080/tcp",
        "STOPSIGNAL SIGTERM",
    ];
    for line in lines {
        for end in 1..=line.len() {
            let text = format!("FROM alpine\nRUN before\n{}\nRUN after\n", &line[..end]);
            let start = "FROM alpine\nRUN before\n".len();
            let settings = crate::analysis::Settings {
                unreachable_stages: false,
                split_hint: false,
                ..Default::default()
            };
            let found = diagnostics(&SourceFile::new(&text), &settings);
            let errors: Vec<_> = found.iter().filter(|it| it.severity == Severity::Error).collect();
            assert!(errors.len() <= 1, "{text}{errors:#?}");
            for it in found {
                let range = usize::from(it.range.start())..usize::from(it.range.end());
                assert!(range.start >= start && range.end <= start + end, "{text}{it:#?}");
            }
        }
    }
}
