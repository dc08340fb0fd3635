//! What is offered where, and what accepting it makes of the text.

use dockstage_fixture::cursor;
use expect_test::{Expect, expect};

use super::*;
use crate::ide::hover::Build;

pub(super) fn at(fixture: &str) -> (String, Vec<Completion>) {
    let (text, offset) = cursor(fixture);
    let file = SourceFile::new(&text);
    let items = completions(&file, TextSize::try_from(offset).unwrap(), &Beside::default());
    (text, items)
}

/// The names of official images, which are many, have tests of their own.
fn is_no_image(item: &Completion) -> bool {
    item.kind != CompletionKind::Image
}

pub(super) fn labels(fixture: &str) -> String {
    at(fixture).1.into_iter().filter(is_no_image).map(|it| it.label).collect::<Vec<_>>().join(" ")
}

/// The text after the completion with this label is accepted.
pub(super) fn accept(fixture: &str, label: &str) -> String {
    let (mut text, items) = at(fixture);
    let item = items.iter().find(|it| it.label == label).unwrap_or_else(|| panic!("no {label} in {items:?}"));
    text.replace_range(usize::from(item.replace.start())..usize::from(item.replace.end()), &item.insert);
    text
}

pub(super) fn check(fixture: &str, expected: &Expect) {
    let shown = at(fixture).1.into_iter().filter(is_no_image).map(|it| match it.detail.as_str() {
        "" => format!("{}\n", it.label),
        detail => format!("{} ({detail})\n", it.label),
    });
    expected.assert_eq(&shown.collect::<String>());
}

const STAGES: &str = "FROM eclipse-temurin:21 AS Build\nFROM alpine\nFROM build AS test\n";

#[test]
fn a_stage_as_base() {
    check(
        &format!("{STAGES}FROM <|>"),
        &expect![[r#"
            test (stage 2, from build)
            build (stage 0, from eclipse-temurin:21)
            scratch (an empty base)
            --platform
        "#]],
    );
    assert_eq!(labels(&format!("{STAGES}FROM te<|>")), "test build scratch");
    assert_eq!(labels(&format!("{STAGES}FROM --platform=linux/amd64 <|>")), "test build scratch");
    assert_eq!(accept(&format!("{STAGES}FROM te<|>xt AS a\n"), "test"), format!("{STAGES}FROM test AS a\n"));
    assert_eq!(
        accept(&format!("{STAGES}FROM <|>\nRUN a\n"), "build"),
        format!("{STAGES}FROM build\nRUN a\n")
    );
}

#[test]
fn a_stage_comes_with_its_card() {
    let (text, items) = at(&format!("{STAGES}COPY --from=<|>"));
    let card = documentation(&SourceFile::new(&text), Build::default(), items[0].topic.as_ref().unwrap());
    assert!(card.starts_with("**Stage `Build`** (index 0, line 1,"), "{items:?}");
}

#[test]
fn the_first_from_has_no_stage_to_start_from() {
    assert_eq!(labels("FROM <|>"), "scratch --platform");
    assert_eq!(labels("ARG A\nFROM al<|>\nFROM b AS later\n"), "scratch");
}

#[test]
fn the_name_of_an_image_is_no_stage() {
    for typed in ["ghcr.io/<|>", "node@<|>"] {
        assert_eq!(labels(&format!("{STAGES}FROM {typed}\n")), "", "{typed}");
    }
}

#[test]
fn a_check_has_one_command() {
    assert!(labels("FROM a\nHEALTHCHECK <|>\n").starts_with("CMD NONE --interval"));
    assert!(labels("FROM a\nHEALTHCHECK \\\n  <|>\n  CMD x\n").starts_with("--interval"));
    assert_eq!(labels("FROM a\nHEALTHCHECK N<|>\n"), "CMD NONE");
}

#[test]
fn an_empty_line_inside_of_an_instruction() {
    let inside = |line: &str, rest: &str| labels(&format!("FROM a\n{line} \\\n  <|>\n{rest}"));
    for (line, rest) in [
        ("RUN make &&", "  x\n"),
        ("RUN --mount=type=cache,target=/x make", ""),
        ("RUN [\"a\",", "  \"b\"]\n"),
        ("ENV A=1", "  B=2\n"),
        ("EXPOSE 80", ""),
        ("HEALTHCHECK CMD x", ""),
        ("CMD x", ""),
        ("FROM b AS c", ""),
        ("USER x", ""),
        ("ONBUILD RUN make", ""),
    ] {
        assert_eq!(inside(line, rest), "", "{line}");
    }
    assert_eq!(inside("COPY a", "  b\n"), "./");
    assert_eq!(inside("RUN --network=none", "  make\n"), "--mount --security --device");
    assert_eq!(inside("FROM b", ""), "AS");
}

#[test]
fn destinations_in_json_form() {
    let text = "FROM a\nWORKDIR /w\n";
    assert_eq!(labels(&format!("{text}COPY [\"a\", \"<|>\"]\n")), "./ /w/");
    assert_eq!(labels(&format!("{text}COPY [\"<|>\", \"b\"]\n")), "");
    assert_eq!(labels(&format!("{text}COPY [\"a\", \"<|>\", \"b\"]\n")), "");
    assert_eq!(
        accept(&format!("{text}COPY [\"a\", \"/<|>x\"]\n"), "/w/"),
        format!("{text}COPY [\"a\", \"/w/\"]\n")
    );
}

#[test]
fn a_stage_to_copy_from() {
    let fixture = format!("{STAGES}FROM scratch\nCOPY --from=<|>\nFROM later AS later\n");
    check(
        &fixture,
        &expect![[r#"
            test (stage 2, from build)
            Build (stage 0, from eclipse-temurin:21)
            1 (unnamed stage, from alpine)
            2 (stage test, from build)
            0 (stage Build, from eclipse-temurin:21)
        "#]],
    );
    let copy = format!("{STAGES}COPY --chown=1 --from=Bu<|>ilds /a /b\n");
    assert_eq!(accept(&copy, "Build"), format!("{STAGES}COPY --chown=1 --from=Build /a /b\n"));
    assert_eq!(labels(&format!("{STAGES}ONBUILD COPY --from=<|> /a /b")), "Build 1 0");
    assert_eq!(labels(&format!("{STAGES}copy \\\n  --from=b<|>")), "Build 1 0");
    assert_eq!(labels(&format!("{STAGES}COPY --from=<|>\\\n /a /b")), "Build 1 0");
}

#[test]
fn a_stage_to_mount_from() {
    let mount = |typed: &str| format!("{STAGES}RUN --mount=type=bind,{typed} true\n");
    assert_eq!(labels(&mount("from=<|>")), "Build");
    assert_eq!(labels(&mount("target=/x,from=B<|>,rw")), "Build");
    assert_eq!(accept(&mount("from=B<|>u,rw"), "Build"), mount("from=Build,rw"));
    assert_eq!(labels(&format!("{STAGES}ONBUILD RUN --mount=from=<|>")), "Build");
    assert_eq!(
        accept(&format!("{STAGES}RUN --mount=\"from=<|>\" a"), "Build"),
        format!("{STAGES}RUN --mount=\"from=Build\" a")
    );
}

#[test]
fn duplicate_names_are_offered_once() {
    assert_eq!(labels("FROM a AS x\nFROM b AS X\nFROM <|>"), "x scratch --platform");
}

#[test]
fn keywords_of_a_stage() {
    assert_eq!(
        labels("FROM a\n<|>"),
        "FROM RUN COPY WORKDIR ENV ARG ADD CMD ENTRYPOINT EXPOSE HEALTHCHECK LABEL ONBUILD SHELL STOPSIGNAL USER VOLUME"
    );
    assert_eq!(labels("FROM a\nCO<|>"), labels("FROM a\n<|>"));
    assert_eq!(labels("FROM a\n   <|>\nRUN b\n"), labels("FROM a\n<|>"));
    assert_eq!(accept("FROM a\nco<|>p a b\n", "COPY"), "FROM a\nCOPY a b\n");
    assert_eq!(accept("FROM a\nco<|>\n", "COPY"), "FROM a\nCOPY \n");
}

#[test]
fn keywords_before_the_first_stage() {
    assert_eq!(labels("<|>"), "FROM ARG");
    assert_eq!(labels("\u{feff}<|>"), "FROM ARG");
    assert_eq!(labels("AR<|>\nFROM a\n"), "FROM ARG");
    assert_eq!(labels("F<|>ROM a\n"), "FROM ARG");
    assert_eq!(labels("# c\n<|>\n"), "FROM ARG");
}

#[test]
fn keywords_follow_the_case_of_the_file() {
    assert!(labels("from a\nrun b\nWORKDIR /c\n<|>").starts_with("from run copy"));
    assert!(labels("from a\nRUN b\n<|>").starts_with("FROM RUN COPY"));
    assert_eq!(at("from a\nr<|>").1[1].snippet.as_deref(), Some("run ${1:command}"));
}

#[test]
fn keywords_behind_onbuild() {
    assert_eq!(
        labels("FROM a\nONBUILD <|>"),
        "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE HEALTHCHECK LABEL RUN SHELL STOPSIGNAL USER VOLUME WORKDIR"
    );
    assert_eq!(accept("FROM a\nONBUILD C<|>P a b\n", "COPY"), "FROM a\nONBUILD COPY a b\n");
    assert!(labels("FROM a\nonbuild c<|>").starts_with("add arg"));
}

#[test]
fn flags_that_are_not_there_yet() {
    assert_eq!(labels("FROM a\nCOPY --<|>"), "--chown --from --chmod --link --exclude --parents");
    assert_eq!(
        labels("FROM a\nCOPY --from=b -<|> --chmod=1 --exclude=x a b\n"),
        "--chown --link --exclude --parents"
    );
    assert_eq!(
        labels("FROM a\nONBUILD ADD <|>"),
        ". --chown --chmod --link --keep-git-dir --checksum --unpack --exclude"
    );
    assert_eq!(
        labels("FROM a\nHEALTHCHECK --retries=1 --<|> CMD b\n"),
        "--interval --timeout --start-period --start-interval"
    );
    assert_eq!(labels("FROM a\nRUN --mount=type=ssh --<|>"), "--mount --network --security --device");
    assert_eq!(labels("FROM a\nWORKDIR --<|>"), "");
}

#[test]
fn a_flag_brings_its_equals_sign() {
    assert_eq!(accept("FROM a\nCOPY --fr<|>\n", "--from"), "FROM a\nCOPY --from=\n");
    assert_eq!(accept("FROM a\nCOPY --ch<|>=1:1 a b\n", "--chown"), "FROM a\nCOPY --chown=1:1 a b\n");
    assert_eq!(accept("FROM a\nCOPY --<|> a b\n", "--link"), "FROM a\nCOPY --link a b\n");
    assert_eq!(accept("FROM a\nCOPY --l<|>nk=true a b\n", "--link"), "FROM a\nCOPY --link=true a b\n");
}

#[test]
fn values_of_flags() {
    assert_eq!(labels("FROM a\nCOPY --link=<|> a b\n"), "true false");
    assert_eq!(labels("FROM a\nRUN --network=<|>"), "default none host");
    assert_eq!(labels("FROM a\nRUN --security=<|>"), "sandbox insecure");
    assert_eq!(
        labels("FROM --platform=<|>"),
        "$BUILDPLATFORM linux/amd64 linux/arm64 linux/arm/v7 windows/amd64 linux/riscv64 $TARGETPLATFORM"
    );
    assert_eq!(
        labels("FROM a\nHEALTHCHECK <|>"),
        "CMD NONE --interval --timeout --start-period --start-interval --retries"
    );
}

#[test]
fn keys_and_values_of_mounts() {
    assert_eq!(labels("FROM a\nRUN --mount=<|>"), "type source target from readwrite");
    assert_eq!(labels("FROM a\nRUN --mount=type=<|>"), "bind cache secret ssh tmpfs");
    assert_eq!(
        labels("FROM a\nRUN --mount=type=cache,dst=/x,<|>"),
        "id sharing from source mode uid gid readonly"
    );
    assert_eq!(labels("FROM a\nRUN --mount=t<|>,type=secret,id=x y\n"), "target env required mode uid gid");
    assert_eq!(labels("FROM a\nRUN --mount=type=cache,sharing=<|>"), "shared private locked");
    assert_eq!(
        accept("FROM a\nRUN --mount=type=cache,ta<|>=/x y\n", "target"),
        "FROM a\nRUN --mount=type=cache,target=/x y\n"
    );
    assert_eq!(
        accept("FROM a\nRUN --mount=type=ca<|>,target=/x y\n", "cache"),
        "FROM a\nRUN --mount=type=cache,target=/x y\n"
    );
    assert_eq!(labels("FROM a\nRUN --mount=target=<|>"), "");
}

#[test]
fn the_name_of_a_stage_is_introduced_by_as() {
    assert_eq!(labels("FROM a <|>"), "AS");
    assert_eq!(accept("from a a<|>\n", "as"), "from a as \n");
    assert_eq!(labels("FROM a <|> AS b\n"), "");
    assert_eq!(labels("FROM a AS <|>"), "");
}

#[test]
fn directives_at_the_head() {
    assert_eq!(labels("#<|>"), "syntax escape check");
    assert_eq!(labels("\u{feff}# s<|>\nFROM a\n"), "syntax escape check");
    assert_eq!(labels("# syntax=docker/dockerfile:1\r\n# <|>\r\nFROM a\r\n"), "escape check");
    assert_eq!(accept("# es<|>=`\nFROM a\n", "escape"), "# escape=`\nFROM a\n");
    assert_eq!(labels("# escape=<|>"), "` \\");
    assert_eq!(labels("# check=skip=all;<|>"), "error experimental");
    assert!(labels("# check=skip=all,J<|>;error=true\n").contains("JSONArgsRecommended"));
    assert_eq!(
        accept("# check=skip=all,J<|>x;error=true\n", "JSONArgsRecommended"),
        "# check=skip=all,JSONArgsRecommended;error=true\n"
    );
    assert_eq!(labels("# check=error=<|>"), "true false");
    assert_eq!(labels("# a comment\n# <|>\nFROM a\n"), "");
    assert_eq!(labels("\n\n# <|>\nFROM a\n"), "");
    assert_eq!(labels("FROM a\n# <|>"), "");
}

#[test]
fn variables_that_are_visible() {
    let text = "ARG G=1\nFROM a AS base\nARG A\nENV E=\"x y\"\nFROM base\nENV E=2 F=3\n";
    check(
        &format!("{text}WORKDIR /$<|>\n"),
        &expect![[r#"
            $F (ENV 3)
            $E (ENV 2)
            $A (ARG)
        "#]],
    );
    assert_eq!(labels(&format!("{text}RUN echo \"${{<|>\"\n")), "${F} ${E} ${A} ${PATH}");
    assert_eq!(labels(&format!("{text}RUN echo ${{n<|>")), "${F} ${E} ${A} ${NO_PROXY} ${no_proxy} ${PATH}");
    assert_eq!(labels(&format!("{text}CMD echo $<|>")), "$F $E $PATH");
    assert_eq!(labels(&format!("{text}COPY --chown=$<|> a b\n")), "$F $E $A");
    assert_eq!(labels(&format!("{text}RUN --mount=target=/$<|>")), "$F $E $A $PATH");
    assert!(labels(&format!("{text}FROM x:$<|>")).starts_with("$G $TARGETPLATFORM"));
    assert_eq!(
        accept(&format!("{text}WORKDIR /${{<|>X}}/b\n"), "${E}"),
        format!("{text}WORKDIR /${{E}}/b\n")
    );
    assert_eq!(accept(&format!("{text}WORKDIR /$<|>X/b\n"), "$E"), format!("{text}WORKDIR /$E/b\n"));
}

#[test]
fn no_variables_where_nothing_expands_them() {
    let text = "FROM a\nENV E=2\n";
    for line in [
        "RUN echo '$<|>'",
        "RUN echo \\$<|>",
        "RUN echo $$<|>",
        "CMD [\"$<|>\"]",
        "CMD [\"$<|>",
        "COPY --from=$<|> a b",
        "RUN --mount=type=bind,from=$<|>",
        "SHELL [\"$<|>\"]",
        "FROM a AS $<|>",
    ] {
        assert_eq!(labels(&format!("{text}{line}\n")), "", "{line}");
    }
}

#[test]
fn nothing_where_nothing_of_the_language_stands() {
    for fixture in [
        "FROM a\nRUN apt-get <|>",
        "FROM a\nRUN apt-get --<|>",
        "FROM a\nRUN a && \\\n  <|>",
        "FROM a\nRUN a && \\\n<|>",
        "FROM a\nRUN a && \\\n\n<|>\n",
        "FROM a\nRUN a && \\\n  # co<|>\n  b\n",
        "FROM a\nRUN <<EOF\nFR<|>\nEOF\n",
        "FROM a\nRUN <<EOF\n<|>",
        "FROM a\nCOPY <<a <<b /x\n1\na\n<|>\nb\n",
        "FROM a\nCOPY a --<|>",
        "FROM a\nENV A=<|>",
        "FROM a\nWORKDIR <|>",
        "FROM a\nFOO <|>",
        "FROM a\nCMD [\"<|>\"]\n",
        "FROM a\nLABEL a=\"b <|>",
        // Over several lines there is no one word to replace.
        "FROM a AS build\nFROM b\nCOPY --from=bu\\\nil<|>d / /\n",
        "FROM a\nCO\\\nP<|>",
    ] {
        assert_eq!(labels(fixture), "", "{fixture}");
    }
}

/// The first names of images, or tags, that are offered, and how many more.
fn images(fixture: &str) -> String {
    let (_, items) = at(fixture);
    let images: Vec<_> =
        items.iter().filter(|it| matches!(it.kind, CompletionKind::Image | CompletionKind::Tag)).collect();
    let first: Vec<_> = images.iter().take(4).map(|it| it.label.as_str()).collect();
    format!("{} +{}", first.join(" "), images.len().saturating_sub(4) / 10 * 10)
}

#[test]
fn official_images_behind_the_stages() {
    for text in [
        "FROM <|>",
        "FROM no<|>",
        "FROM a AS b\nCOPY --from=<|> / /",
        "FROM a\nRUN --mount=type=bind,from=n<|>,target=/n ls",
    ] {
        assert_eq!(images(text), "adminer aerospike almalinux alpine +140", "{text}");
    }
    let (_, items) = at("FROM a AS b\nFROM <|>");
    let kinds: Vec<_> = items.iter().map(|it| it.kind).collect();
    assert_eq!(kinds[..3], [CompletionKind::Stage, CompletionKind::Value, CompletionKind::Image]);
    assert_eq!(
        accept("FROM docker.io/library/no<|>x AS a\n", "docker.io/library/node"),
        "FROM docker.io/library/node AS a\n"
    );
    assert_eq!(images("FROM me/<|>"), " +0");
    assert_eq!(images("FROM $<|>"), " +0");
}

#[test]
fn tags_of_an_official_image() {
    assert_eq!(images("FROM alpine:<|>"), "latest 3 3.24 3.23 +0");
    assert_eq!(images("FROM a\nCOPY --from=library/alpine:3<|> / /"), "latest 3 3.24 3.23 +0");
    assert_eq!(images("FROM a\nRUN --mount=from=alpine:<|>"), "latest 3 3.24 3.23 +0");
    assert_eq!(accept("FROM node:2<|>0-x AS b\n", "24-alpine"), "FROM node:24-alpine AS b\n");
    assert_eq!(
        accept("FROM --platform=linux/amd64 alpine:<|>", "3.24"),
        "FROM --platform=linux/amd64 alpine:3.24"
    );
    for text in [
        "FROM nobody:<|>",
        "FROM me/alpine:<|>",
        "FROM localhost:5000/<|>",
        "FROM alpine:3@<|>",
        "FROM alpine:$V<|>",
        "FROM a:1\nRUN alpine:<|>",
    ] {
        assert_eq!(images(text), " +0", "{text}");
    }
}

#[test]
fn heredocs_end_where_they_have_to() {
    assert_eq!(accept("FROM a\nRUN <|>\nCMD b\n", "<<EOF"), "FROM a\nRUN <<EOF\n\nEOF\nCMD b\n");
    assert_eq!(accept("FROM a\nCOPY <<|>\nCMD b\n", "<<EOF"), "FROM a\nCOPY <<EOF ./\n\nEOF\nCMD b\n");
    for text in ["  RUN <<|>", "RUN <<|> x", "RUN a <<|>", "ONBUILD RUN <<|>", "RUN \\\n  <<|>", "COPY <|>a"]
    {
        assert!(!labels(&format!("FROM a\n{text}\n")).contains("EOF"), "{text}");
    }
}
