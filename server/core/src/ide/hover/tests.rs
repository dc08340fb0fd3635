//! The cards.

use dockstage_fixture::cursor;
use expect_test::{Expect, expect};

use super::*;

fn card(fixture: &str) -> Option<(String, String)> {
    let (text, at) = cursor(fixture);
    let file = SourceFile::new(&text);
    let hover = hover(&file, Build::default(), TextSize::try_from(at).unwrap())?;
    Some((file.text().slice(hover.range).into_owned(), hover.markdown))
}

/// The word at the cursor and its card.
pub(super) fn shown(fixture: &str) -> String {
    match card(fixture) {
        Some((word, markdown)) => format!("{word}:\n{markdown}\n"),
        None => "nothing\n".to_owned(),
    }
}

pub(super) fn check(fixture: &str, expected: &Expect) {
    expected.assert_eq(&shown(fixture));
}

/// The first line of a card.
fn title(fixture: &str) -> String {
    card(fixture).map_or_else(|| "nothing".to_owned(), |it| it.1.lines().next().unwrap_or("").to_owned())
}

const APP: &str = r#"# syntax=docker/dockerfile:1
ARG JAVA=21
# The tools that every stage needs.
FROM eclipse-temurin:${JAVA}-jdk AS base
WORKDIR /src
ENV MAVEN_OPTS="-Xmx512m" LANG=C.UTF-8

# hadolint ignore=DL3006
# build compiles the application
# into one jar.
FROM base AS build
USER 1000
WORKDIR app
RUN ./mvnw package

FROM base AS lint
RUN ./mvnw checkstyle:check

FROM eclipse-temurin:${JAVA}-jre AS final
COPY --from=build /src/app/a.jar /app.jar
COPY --from=build /src/app/lib /lib
RUN --mount=from=build,target=/b cp /b/x /x
ONBUILD COPY --from=1 /a /b
"#;

/// The application with the cursor in front of `what`.
fn app(what: &str) -> String {
    APP.replacen(what, &format!("<|>{what}"), 1)
}

#[test]
fn a_stage_by_its_name() {
    check(
        &app("build\nUSER"),
        &expect![[r#"
            build:
            **Stage `build`** (index 1, line 11, 3 instructions)

            compiles the application into one jar.

            - Built from `base` (line 4) → `eclipse-temurin:21-jdk` (written `eclipse-temurin:${JAVA}-jdk`)
            - `WORKDIR` `/src/app`
            - `USER` `1000`
            - `ENV` `MAVEN_OPTS=-Xmx512m`, `LANG=C.UTF-8`
            - Used by `final` (`COPY --from` on lines 20, 21; `RUN --mount` on line 22; `ONBUILD COPY --from` on line 23)
            - Built for the default target `final`
        "#]],
    );
}

#[test]
fn a_stage_by_every_reference() {
    let of_build = title(&app("build\nUSER"));
    for reference in ["build /src/app/a.jar", "build,target", "1 /a /b"] {
        assert_eq!(title(&app(reference)), of_build, "{reference}");
    }
    assert_eq!(title(&app("base AS build")), "**Stage `base`** (index 0, line 4, 2 instructions)");
}

#[test]
fn a_base_stage_and_the_default_target() {
    check(
        &app("base\nWORKDIR"),
        &expect![[r#"
            base:
            **Stage `base`** (index 0, line 4, 2 instructions)

            The tools that every stage needs.

            - Built from `eclipse-temurin:21-jdk` (written `eclipse-temurin:${JAVA}-jdk`)
            - `WORKDIR` `/src`
            - `ENV` `MAVEN_OPTS=-Xmx512m`, `LANG=C.UTF-8`
            - Used by `build` (`FROM` on line 11), `lint` (`FROM` on line 16)
            - Built for the default target `final`; `build`, `lint` need it too
        "#]],
    );
    check(
        &app("final\n"),
        &expect![[r#"
            final:
            **Stage `final`** (index 3, line 19, 4 instructions)

            - Built from `eclipse-temurin:21-jre` (written `eclipse-temurin:${JAVA}-jre`)
            - The default target
        "#]],
    );
}

#[test]
fn a_stage_that_is_not_reached() {
    check(
        &app("lint\n"),
        &expect![[r#"
            lint:
            **Stage `lint`** (index 2, line 16, 1 instruction)

            - Built from `base` (line 4) → `eclipse-temurin:21-jdk` (written `eclipse-temurin:${JAVA}-jdk`)
            - `WORKDIR` `/src`
            - `ENV` `MAVEN_OPTS=-Xmx512m`, `LANG=C.UTF-8`
            - Not built by default, only with `--target lint`
        "#]],
    );
}

#[test]
fn a_stage_with_everything() {
    check(
        r#"FROM --platform=linux/arm64 node:22 AS ba<|>se
WORKDIR /app
USER node
SHELL ["bash", "-c"]
ENV A=1 B=2 C=3 D=4 E=5 F=6 G=7 H=8 I=9
EXPOSE 80 443/tcp
STOPSIGNAL SIGINT
ENTRYPOINT ["tini", "--"]
CMD npm start
FROM base
FROM base AS test
"#,
        &expect![[r#"
            base:
            **Stage `base`** (index 0, line 1, 8 instructions)

            - Built from `node:22`
            - Platform `linux/arm64`
            - `WORKDIR` `/app`
            - `USER` `node`
            - `STOPSIGNAL` `SIGINT`
            - `SHELL` `bash -c`
            - `ENV` `A=1`, `B=2`, `C=3`, `D=4`, `E=5`, `F=6`, `G=7`, `H=8`, 1 more
            - `EXPOSE` `80`, `443/tcp`
            - Runs `tini -- bash -c 'npm start'`
            - Used by stage 1 (`FROM` on line 10), `test` (`FROM` on line 11)
            - Built for the default target `test`
        "#]],
    );
}

#[test]
fn the_target_of_the_settings_counts() {
    let text = "FROM a AS base\nFROM base AS test\nFROM base AS final\nFROM b AS alone\nFROM final AS last\n";
    let reach = |target: &str, stage: &str| {
        let file = SourceFile::new(text);
        let target = Some(target).filter(|it| !it.is_empty());
        let build = Build { target, ..Build::default() };
        let at = text.find(&format!("AS {stage}\n")).unwrap() + 3;
        let card = hover(&file, build, TextSize::try_from(at).unwrap()).unwrap().markdown;
        card.lines().last().unwrap().to_owned()
    };
    assert_eq!(reach("", "last"), "- The default target");
    assert_eq!(reach("", "base"), "- Built for the default target `last`; `test`, `final` need it too");
    assert_eq!(reach("nothing", "test"), "- Not built by default, only with `--target test`");
    assert_eq!(reach("TEST", "test"), "- The target");
    assert_eq!(reach("test", "base"), "- Built for the target `test`; `final`, `last` need it too");
    assert_eq!(
        reach("test", "final"),
        "- Not built for the target `test`, only with `--target final` or `--target last`"
    );
    assert_eq!(reach("final", "last"), "- Not built for the target `final`, only with `--target last`");
    assert_eq!(reach("test", "alone"), "- Not built for the target `test`, only with `--target alone`");
}

#[test]
fn a_stage_without_a_name() {
    check(
        "FROM scratch\nFROM b\nCOPY --from=<|>0 / /\n",
        &expect![[r#"
            0:
            **Stage 0** (unnamed, line 1, no instructions)

            - Built from `scratch`
            - Used by stage 1 (`COPY --from` on line 3)
            - Built for the default target stage 1
        "#]],
    );
}

#[test]
fn references_that_buildkit_refuses() {
    check(
        "FROM a AS x\nCOPY --from=<|>x / /\nFROM x AS y\n",
        &expect![[r#"
            x:
            **Stage `x`** (index 0, line 1, 1 instruction)

            - Built from `a`
            - Used by `x` (`COPY --from` on line 2), `y` (`FROM` on line 3)
            - Built for the default target `y`

            It is the stage that this line belongs to.
        "#]],
    );
    check(
        "FROM a\nCOPY --from=y<|> / /\nFROM b AS y\n",
        &expect![[r#"
            y:
            **Stage `y`** (index 1, line 3, no instructions)

            - Built from `b`
            - Used by stage 0 (`COPY --from` on line 2)
            - The default target

            It stands further down: BuildKit takes only stages above this line.
        "#]],
    );
    check(
        "FROM a\nCOPY --from=<|>7 / /\n",
        &expect![[r#"
        7:
        No stage has the index 7.
    "#]],
    );
    check(
        "FROM a\nCOPY --from=b-$<|>X / /\n",
        &expect![[r#"
        b-$X:
        `b-$X`: variables are not expanded here. Name a stage with `FROM` and the variable, and use that name.
    "#]],
    );
}

#[test]
fn images() {
    check(
        "FROM ecl<|>ipse-temurin:21-jdk\n",
        &expect![[r#"
            eclipse-temurin:21-jdk:
            **Image `eclipse-temurin:21-jdk`**

            - Registry: [Docker Hub](https://hub.docker.com/_/eclipse-temurin)
            - Repository: `eclipse-temurin`
            - Tag: `21-jdk`
            - Architectures: amd64, arm64v8, ppc64le, s390x, windows-amd64
            - Same image: `21`, `21.0.12_8-jdk`

            **Official image**, as of 2026-08-21. Official Images for OpenJDK binaries built by Eclipse Temurin.
        "#]],
    );
    check(
        "FROM <|>registry.example.com:5000/team/app@sha256:0123\n",
        &expect![[r#"
        registry.example.com:5000/team/app@sha256:0123:
        **Image `registry.example.com:5000/team/app@sha256:0123`**

        - Registry: `registry.example.com:5000`
        - Repository: `team/app`
        - Digest: `sha256:0123`
    "#]],
    );
    check(
        "ARG V=3.20\nFROM al<|>pine:${V}\n",
        &expect![[r#"
            alpine:${V}:
            **Image `alpine:3.20`** from `alpine:${V}`, with the values of its `ARG`s

            - Registry: [Docker Hub](https://hub.docker.com/_/alpine)
            - Repository: `alpine`
            - Tag: `3.20`
            - Not updated any more: last listed in 2026-04. Nearest to it: `alpine:3.21`.

            **Official image**, as of 2026-08-21. A minimal Docker image based on Alpine Linux with a complete package index and only 5 MB in size!
        "#]],
    );
    check(
        "FROM scr<|>atch\n",
        &expect![[r#"
        scratch:
        **`scratch`**: an empty base. It holds no files, so no shell either.
    "#]],
    );
    check(
        "FROM alp<|>ine:$NOWHERE\n",
        &expect![[r#"
        alpine:$NOWHERE:
        `alpine:$NOWHERE`: this file does not give all of its variables a value, so the base is not known here.
    "#]],
    );
    check(
        "FROM a\nCOPY --from=org/<|>tool /a /b\n",
        &expect![[r#"
        org/tool:
        **Image `org/tool`** or a named build context: no stage has this name

        - Registry: [Docker Hub](https://hub.docker.com/r/org/tool)
        - Repository: `org/tool`
        - Tag: `latest`, as none is given
    "#]],
    );
}

#[test]
fn variables() {
    check(
        &app("JAVA}-jre"),
        &expect![[r#"
            JAVA:
            **`JAVA`** = `21`

            - Global `ARG` on line 2
            - Set it with `--build-arg JAVA=…`

            ---

            **Image `eclipse-temurin:21-jre`** from `eclipse-temurin:${JAVA}-jre`, with the values of its `ARG`s

            - Registry: [Docker Hub](https://hub.docker.com/_/eclipse-temurin)
            - Repository: `eclipse-temurin`
            - Tag: `21-jre`
            - Architectures: amd64, arm64v8, ppc64le, s390x, windows-amd64
            - Same image: `21.0.12_8-jre`

            **Official image**, as of 2026-08-21. Official Images for OpenJDK binaries built by Eclipse Temurin.
        "#]],
    );
    check(
        "FROM a AS base\nENV HOME=/root DIR=/opt\nENV BIN=$DIR/bin\nFROM base\nRUN ls $<|>BIN\n",
        &expect![[r#"
        BIN:
        **`BIN`** = `/opt/bin`

        - `ENV` on line 3 in stage `base`
        - Inherited from stage `base`
    "#]],
    );
    check(
        "ARG V=1\nFROM a\nARG V\nLABEL v=${<|>V}\n",
        &expect![[r#"
        V:
        **`V`** = `1`

        - `ARG` on line 3 in stage 0
        - Takes over the value of the global `ARG` on line 1
        - Set it with `--build-arg V=…`
    "#]],
    );
    check(
        "FROM a\nARG TOK<|>EN\n",
        &expect![[r#"
        TOKEN:
        **`TOKEN`** has no value unless the build gives it one

        - `ARG` on line 2 in stage 0
        - Set it with `--build-arg TOKEN=…`
    "#]],
    );
    check(
        "FROM a\nARG TARGET<|>ARCH\n",
        &expect![[r#"
            TARGETARCH:
            **`TARGETARCH`**

            Architecture that the image is built for, such as `arm64`.

            [Dockerfile reference](https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope)

            - `ARG` on line 2 in stage 0
        "#]],
    );
    check(
        "FROM --platform=$BUILD<|>PLATFORM a\n",
        &expect![[r#"
            BUILDPLATFORM:
            **`BUILDPLATFORM`**

            Platform of the machine that builds, such as `linux/amd64`.

            [Dockerfile reference](https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope)
        "#]],
    );
    check(
        "FROM a\nRUN echo $PA<|>TH\n",
        &expect![[r#"
        PATH:
        **`PATH`** is not set in this file: the base image or the shell may define it.
    "#]],
    );
    check(
        "FROM a\nWORKDIR $TARGET<|>OS\n",
        &expect![[r#"
            TARGETOS:
            **`TARGETOS`** is not declared in this stage: `ARG TARGETOS` makes it known.

            Operating system that the image is built for.

            [Dockerfile reference](https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope)
        "#]],
    );
    check(
        "FROM a:$V<|>\n",
        &expect![[r#"
            V:
            **`V`** is not declared: `FROM` sees only the `ARG`s above the first `FROM`.
        "#]],
    );
}

#[test]
fn a_huge_value_is_cut_and_backticks_are_harmless() {
    let text = format!("FROM a\nENV A<|>=\"`{}`\"\n", "x".repeat(100_000));
    let (_, markdown) = card(&text).unwrap();
    assert!(markdown.len() < 400, "{}", markdown.len());
    assert!(markdown.starts_with("**`A`** = ``"), "{markdown}");
}

#[test]
fn words_of_the_language() {
    for (fixture, expected) in [
        ("FR<|>OM a", "FROM [--platform=<platform>] <image>[:<tag>][@<digest>] [AS <name>]"),
        ("FROM a\nONBUILD CO<|>PY a b\n", "COPY [flags] <source>… <destination>"),
        ("FROM a <|>AS b\n", "FROM <image> AS <name>"),
        ("FROM a\nCOPY --ch<|>own=1 a b\n", "COPY --chown=<user>[:<group>] <source>… <destination>"),
        ("FROM a\nCOPY --chown=<|>1 a b\n", "COPY --chown=<user>[:<group>] <source>… <destination>"),
        ("FROM a\nHEALTHCHECK --ret<|>ries=3 CMD a\n", "HEALTHCHECK --retries=<number> CMD <command>"),
        ("FROM a\nHEALTHCHECK CM<|>D a\n", "HEALTHCHECK [flags] CMD <command>"),
        (
            "FROM a\nRUN --mo<|>unt=type=cache,target=/c a\n",
            "RUN --mount=[type=<type>][,<key>=<value>…] <command>",
        ),
        (
            "FROM a\nRUN --mount=type=ca<|>che,target=/c a\n",
            "--mount=type=cache,target=<path>[,sharing=<shared|private|locked>]",
        ),
        ("FROM a\nRUN --mount=type=cache,tar<|>get=/c a\n", "target=<path>"),
        ("FROM a\nRUN --mount=type=cache,target=/<|>c a\n", "target=<path>"),
        ("FROM a\nRUN --mount=type=cache,sharing=loc<|>ked a\n", "sharing=locked"),
        ("FROM a\nRUN <<E<|>OF\nEOF\n", "<<[-]<name>"),
        ("# esc<|>ape=`\nFROM a\n", "# escape=<character>"),
    ] {
        let (_, markdown) = card(fixture).unwrap_or_else(|| panic!("nothing in {fixture}"));
        assert_eq!(markdown.lines().nth(1), Some(expected), "{fixture}");
        assert!(markdown.contains("](https://docs.docker.com/reference/dockerfile/#"), "{markdown}");
    }
}

#[test]
fn nothing_to_say() {
    for fixture in
        ["<|>", "FROM a\n<|>\n", "# com<|>ment\nFROM a\n", "FROM a\nRUN apt-<|>get\n", "FROM a\nFO<|>O\n"]
    {
        assert_eq!(card(fixture), None, "{fixture}");
    }
}

#[test]
fn what_is_known_of_official_images() {
    check(
        "FROM no<|>de:24-alpine\n",
        &expect![[r#"
        node:24-alpine:
        **Image `node:24-alpine`**

        - Registry: [Docker Hub](https://hub.docker.com/_/node)
        - Repository: `node`
        - Tag: `24-alpine`
        - Architectures: amd64, arm64v8, s390x
        - Same image: `24-alpine3.24`, `24.19-alpine`, `24.19-alpine3.24`, `krypton-alpine`, `lts-alpine`, `krypton-alpine3.24`, `lts-alpine3.24`, `24.19.0-alpine`, `24.19.0-alpine3.24`

        **Official image**, as of 2026-08-21. Node.js is a JavaScript-based platform for server-side and networking applications.
    "#]],
    );
    check(
        "FROM docker.io/library/openjdk:8-jdk<|>\n",
        &expect![[r#"
            docker.io/library/openjdk:8-jdk:
            **Image `docker.io/library/openjdk:8-jdk`**

            - Registry: [Docker Hub](https://hub.docker.com/_/openjdk)
            - Repository: `library/openjdk`
            - Tag: `8-jdk`
            - Not updated any more: last listed in 2022-08. Nearest to it: `eclipse-temurin:8-jdk`.

            **Official image**, as of 2026-08-21. Pre-release / non-production builds of OpenJDK

            **Not maintained any more.** Only early access builds are still made. Use `eclipse-temurin`.
        "#]],
    );
    check(
        "FROM alpine\nCOPY --from=<|>php:5.6-fpm /a /a\n",
        &expect![[r#"
        php:5.6-fpm:
        **Image `php:5.6-fpm`** or a named build context: no stage has this name

        - Registry: [Docker Hub](https://hub.docker.com/_/php)
        - Repository: `php`
        - Tag: `5.6-fpm`
        - Not updated any more: last listed in 2019-01. Nearest to it: `php:8.2-fpm`.

        **Official image**, as of 2026-08-21. While designed for web development, the PHP scripting language also provides general-purpose use.
    "#]],
    );
    // Nothing is said against what is not known.
    check(
        "FROM node:999<|>\n",
        &expect![[r#"
        node:999:
        **Image `node:999`**

        - Registry: [Docker Hub](https://hub.docker.com/_/node)
        - Repository: `node`
        - Tag: `999`

        **Official image**, as of 2026-08-21. Node.js is a JavaScript-based platform for server-side and networking applications.
    "#]],
    );
    assert!(!card("FROM me/node:18<|>\n").unwrap().1.contains("Official"));
    assert!(!card("FROM node:18@sha256:0<|>\n").unwrap().1.contains("last listed"));
}

#[test]
fn values_that_the_build_is_given() {
    let text = "ARG V=1\nFROM a\nARG V\nENV E=$V-$W W=$V\nRUN echo $<|>V $E\n";
    let card = |fixture: &str| {
        let (text, at) = cursor(fixture);
        let build_args = vec![("V".to_owned(), "9".to_owned()), ("W".to_owned(), "no".to_owned())];
        let file = std::sync::Arc::new(SourceFile::new(&text)).in_build(&build_args);
        hover(&file, Build::default(), TextSize::try_from(at).unwrap()).unwrap().markdown
    };
    let shown = card(text);
    assert!(shown.starts_with("**`V`** = `9`"), "{shown}");
    assert!(shown.contains("- Given by the build's arguments, over the default `1`"), "{shown}");
    assert!(!shown.contains("--build-arg"), "{shown}");
    let text = text.replace("<|>", "").replace(" W=$V", "");
    // No ARG declares W.
    let shown = card(&text.replace("ENV E", "ENV <|>E"));
    assert!(shown.starts_with("**`E`** = `$V-$W`"), "{shown}");
    let shown = card(&text.replace("ENV E=$V-$W", "ENV <|>E=$V-"));
    assert!(shown.starts_with("**`E`** = `9-`"), "{shown}");
}

#[test]
fn variables_of_the_shell_and_of_the_build_in_a_command() {
    let text = "FROM a\nARG V=1\nRUN x=1; echo $x\nCMD echo $V $Z\n";
    let at = |needle: &str| {
        card(&text.replacen(needle, &format!("{}<|>{}", &needle[..1], &needle[1..]), 1)).unwrap().1
    };
    assert_eq!(at("$x"), "**`x`** is set here by the shell's own text.");
    assert_eq!(
        at("$V"),
        "**`V`** is a build argument, which is gone when the container runs: `ENV V=$V` keeps it."
    );
    assert_eq!(at("$Z"), "**`Z`** is not set in this file: the base image or the shell may define it.");
}

#[test]
fn where_a_relative_path_leads() {
    assert_eq!(title("FROM a\nWORKDIR /w\nCOPY a .<|>/\n"), "To `/w/`");
    assert_eq!(title("FROM a\nWORKDIR /w\nWORKDIR su<|>b\n"), "`WORKDIR` `/w` → `/w/sub`");
    assert_eq!(title("FROM a\nWORKDIR /w\nCOPY a /<|>x\n"), "nothing");
    assert_eq!(title("FROM a\nCOPY a .<|>/\n"), "nothing");
    assert_eq!(title("FROM a\nWORKDIR /w<|>\n"), "nothing");
}

#[test]
fn usual_labels() {
    let card = "**`org.opencontainers.image.source`**: URL of the source code";
    assert_eq!(title("FROM a\nLABEL org.opencontainers.image.sou<|>rce=x y=z\n"), card);
    assert_eq!(title("FROM a\nLABEL org.example.so<|>urce=x\n"), "nothing");
}

#[test]
fn a_variable_that_nothing_sets() {
    assert_eq!(
        title("FROM scratch\nENV A=$<|>B\n"),
        "**`B`** is not set, and `scratch` sets nothing: it is empty here."
    );
    assert!(title("FROM a\nENV A=$<|>B\n").ends_with("the base image may define it."));
    assert!(title("FROM scratch\nENV A=$<|>PATH\n").ends_with("the base image may define it."));
}

#[test]
fn what_files_of_the_project_build() {
    let file = SourceFile::new("FROM a AS test\nFROM b\n");
    let target = |who: &str| BuiltTarget {
        stage: "Test".to_owned(),
        file: "compose.yaml".to_owned(),
        who: format!("the service `{who}`"),
    };
    let others = [target("a"), target("b"), BuiltTarget { stage: "no".to_owned(), ..target("c") }];
    let build = Build { others: &others, ..Build::default() };
    let card = hover(&file, build, TextSize::new(11)).unwrap().markdown;
    assert_eq!(
        card.lines().last(),
        Some("- Built by the service `a` of `compose.yaml`, the service `b` of `compose.yaml`")
    );
}

#[test]
fn values_of_arguments_that_are_made_of_others() {
    let text = "ARG A=1\nARG B=v$A\nFROM x:$B\nARG B\nARG C=$B-\nARG D=$PATH\nRUN echo $B $C $D\n";
    let card = |before: &str| title(&text.replacen(before, &format!("{before}<|>"), 1));
    assert_eq!(card("FROM x:$"), "**`B`** = `v1`");
    assert_eq!(card("echo $"), "**`B`** = `v1`");
    assert_eq!(card("$B $"), "**`C`** = `v1-`");
    assert_eq!(card("$C $"), "**`D`** = `$PATH`");
}
