//! What is shown at many places, little Dockerfiles each.

use dockstage_fixture::cursor;
use expect_test::{Expect, expect};

use super::*;
use crate::TextSize;

/// The forms, a line each, the part at the cursor between `«` and `»`; `*` in front of the likeliest.
fn shown(fixture: &str) -> String {
    let (text, at) = cursor(fixture);
    let file = SourceFile::new(&text);
    let Some(help) = signature_help(&file, TextSize::try_from(at).unwrap()) else {
        return "nothing".to_owned();
    };
    let lines = help.signatures.iter().enumerate().map(|(index, signature)| {
        let mut line = signature.label.clone();
        if let Some(part) = signature.active_parameter.map(|it| &signature.parameters[it]) {
            line.insert(part.label.end, '»');
            line.insert(part.label.start, '«');
        }
        let several = help.signatures.len() > 1;
        format!("{}{line}", if several && index == help.active { "* " } else { "" })
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What is shown at each of several places.
fn check(fixtures: &[&str], expected: &Expect) {
    let all: Vec<String> = fixtures.iter().map(|it| format!("{it}\n{}\n", shown(it))).collect();
    expected.assert_eq(&all.join("\n"));
}

#[test]
fn nothing_in_keywords_comments_and_heredocs() {
    for fixture in [
        "<|>",
        "FR<|>OM a",
        "FROM<|>",
        "FROM a\n# COPY <|>",
        "FROM a\nRUN <<EOF\nCOPY <|>\nEOF\n",
        "FROM a\nRUN a \\\n  # b <|>\n  c\n",
        "FROM a\nFOO <|>\n",
        "FROM a\nFOO --x=<|>\n",
        "FROM a\nRUN b\n<|>",
        "# synt<|>\n",
        "# other=<|>\n",
    ] {
        assert_eq!(shown(fixture), "nothing", "{fixture}");
    }
}

#[test]
fn from() {
    check(
        &[
            "FROM <|>",
            "FROM a AS b\nFROM <|>",
            "FROM a AS b\nFROM node<|>",
            "FROM node:<|>",
            "FROM localhost:5000/nod<|>e",
            "FROM ${A:-b}<|>",
            "FROM node:1@sha<|>",
            "FROM node <|>",
            "FROM node A<|>S b",
            "FROM node AS <|>",
            "FROM --<|>",
            "FROM --pla<|>",
            "FROM --platform=linux/<|> node",
            "FROM a AS build\nFROM bui<|>ld AS c",
            "FROM a AS build\nFROM build AS <|>",
        ],
        &expect![[r#"
            FROM <|>
            FROM [--platform=<platform>] «<image>»[:<tag>][@<digest>] [AS <name>]

            FROM a AS b
            FROM <|>
            * FROM [--platform=<platform>] «<image>»[:<tag>][@<digest>] [AS <name>]
            FROM [--platform=<platform>] «<stage>» [AS <name>]

            FROM a AS b
            FROM node<|>
            * FROM [--platform=<platform>] «<image>»[:<tag>][@<digest>] [AS <name>]
            FROM [--platform=<platform>] «<stage>» [AS <name>]

            FROM node:<|>
            FROM [--platform=<platform>] <image>[:«<tag>»][@<digest>] [AS <name>]

            FROM localhost:5000/nod<|>e
            FROM [--platform=<platform>] «<image>»[:<tag>][@<digest>] [AS <name>]

            FROM ${A:-b}<|>
            FROM [--platform=<platform>] «<image>»[:<tag>][@<digest>] [AS <name>]

            FROM node:1@sha<|>
            FROM [--platform=<platform>] <image>[:<tag>][@«<digest>»] [AS <name>]

            FROM node <|>
            FROM [--platform=<platform>] <image>[:<tag>][@<digest>] [«AS» <name>]

            FROM node A<|>S b
            FROM [--platform=<platform>] <image>[:<tag>][@<digest>] [«AS» <name>]

            FROM node AS <|>
            FROM [--platform=<platform>] <image>[:<tag>][@<digest>] [AS «<name>»]

            FROM --<|>
            FROM [--platform=«<platform>»] <image>[:<tag>][@<digest>] [AS <name>]

            FROM --pla<|>
            * FROM [--platform=«<platform>»] <image>[:<tag>][@<digest>] [AS <name>]
            FROM [--platform=«<platform>»] <stage> [AS <name>]

            FROM --platform=linux/<|> node
            FROM --platform=«<platform>» <image> [AS <name>]

            FROM a AS build
            FROM bui<|>ld AS c
            FROM [--platform=<platform>] «<image>»[:<tag>][@<digest>] [AS <name>]
            * FROM [--platform=<platform>] «<stage>» [AS <name>]

            FROM a AS build
            FROM build AS <|>
            FROM [--platform=<platform>] <image>[:<tag>][@<digest>] [AS «<name>»]
            * FROM [--platform=<platform>] <stage> [AS «<name>»]
        "#]],
    );
}

#[test]
fn copy_and_add() {
    check(
        &[
            "COPY <|>",
            "COPY a<|>",
            "COPY a <|>",
            "COPY a <|> b",
            "COPY a b<|> c",
            "COPY a b <|>",
            "COPY -<|>",
            "COPY --<|> a b",
            "COPY --from=b --li<|>nk a b",
            "COPY --from=<|>",
            "COPY --chown=a<|> b c",
            "COPY --chown=a:<|>",
            "COPY --nope=<|>",
            "COPY --from=b \\\n  a \\\n  <|>",
            "COPY [<|>",
            "COPY [\"a,b<|>\"]",
            "COPY [\"a\", <|>",
            "COPY [\"a\", \"b<|>\", \"c\"]",
            "COPY --link <|> [\"a\", \"b\"]",
            "ADD --checksum=<|>",
            "ONBUILD ADD a <|>",
        ],
        &expect![[r#"
            COPY <|>
            * COPY [flags] «<source>»… <destination>
            COPY [flags] ["«<source>»"…, "<destination>"]

            COPY a<|>
            COPY [flags] «<source>»… <destination>

            COPY a <|>
            COPY [flags] <source>… «<destination>»

            COPY a <|> b
            COPY [flags] «<source>»… <destination>

            COPY a b<|> c
            COPY [flags] «<source>»… <destination>

            COPY a b <|>
            COPY [flags] <source>… «<destination>»

            COPY -<|>
            * COPY [«flags»] <source>… <destination>
            COPY [«flags»] ["<source>"…, "<destination>"]

            COPY --<|> a b
            COPY [«flags»] <source>… <destination>

            COPY --from=b --li<|>nk a b
            COPY [«flags»] <source>… <destination>

            COPY --from=<|>
            COPY --from=«<stage|image|context>» <source>… <destination>

            COPY --chown=a<|> b c
            COPY --chown=«<user>»[:<group>] <source>… <destination>

            COPY --chown=a:<|>
            COPY --chown=<user>[:«<group>»] <source>… <destination>

            COPY --nope=<|>
            * COPY [«flags»] <source>… <destination>
            COPY [«flags»] ["<source>"…, "<destination>"]

            COPY --from=b \
              a \
              <|>
            COPY [flags] <source>… «<destination>»

            COPY [<|>
            COPY [flags] ["«<source>»"…, "<destination>"]

            COPY ["a,b<|>"]
            COPY [flags] ["«<source>»"…, "<destination>"]

            COPY ["a", <|>
            COPY [flags] ["<source>"…, "«<destination>»"]

            COPY ["a", "b<|>", "c"]
            COPY [flags] ["«<source>»"…, "<destination>"]

            COPY --link <|> ["a", "b"]
            COPY [flags] ["«<source>»"…, "<destination>"]

            ADD --checksum=<|>
            ADD --checksum=«<hash>» <url|git repository> <destination>

            ONBUILD ADD a <|>
            ADD [flags] <source>… «<destination>»
        "#]],
    );
}

#[test]
fn commands() {
    check(
        &[
            "RUN <|>",
            "RUN mak<|>e",
            "RUN make <|>all",
            "RUN <<<|>",
            "RUN [ -f <|>a ]",
            "RUN [\"a\", \"<|>\"]",
            "CMD <|>",
            "CMD [<|>",
            "CMD [\"a\"<|>]",
            "CMD [\"a\", <|>]",
            "CMD echo <|>",
            "ENTRYPOINT [ \"a\" , <|>",
            "SHELL <|>",
            "SHELL bash<|>",
            "SHELL [\"a\", <|>",
            "RUN --network=<|>",
            "HEALTHCHECK <|>",
            "HEALTHCHECK N<|>",
            "HEALTHCHECK CM<|>D a",
            "HEALTHCHECK CMD <|>",
            "HEALTHCHECK CMD [\"a\", <|>",
            "HEALTHCHECK --retries=<|>",
            "HEALTHCHECK --in<|>",
        ],
        &expect![[r#"
            RUN <|>
            * RUN [flags] «<command>»
            RUN [flags] «<<EOF»
            RUN [flags] ["«<program>»", "<argument>"…]

            RUN mak<|>e
            RUN [flags] «<command>»

            RUN make <|>all
            RUN [flags] «<command>»

            RUN <<<|>
            RUN [flags] «<<EOF»

            RUN [ -f <|>a ]
            RUN [flags] «<command>»

            RUN ["a", "<|>"]
            RUN [flags] ["<program>", "«<argument>»"…]

            CMD <|>
            * CMD ["«<program>»", "<argument>"…]
            CMD ["«<default argument>»"…]
            CMD «<command>»

            CMD [<|>
            * CMD ["«<program>»", "<argument>"…]
            CMD ["«<default argument>»"…]

            CMD ["a"<|>]
            * CMD ["«<program>»", "<argument>"…]
            CMD ["«<default argument>»"…]

            CMD ["a", <|>]
            * CMD ["<program>", "«<argument>»"…]
            CMD ["«<default argument>»"…]

            CMD echo <|>
            CMD «<command>»

            ENTRYPOINT [ "a" , <|>
            ENTRYPOINT ["<program>", "«<argument>»"…]

            SHELL <|>
            SHELL ["«<program>»", "<argument>"…]

            SHELL bash<|>
            SHELL ["«<program>»", "<argument>"…]

            SHELL ["a", <|>
            SHELL ["<program>", "«<argument>»"…]

            RUN --network=<|>
            RUN --network=«<default|none|host>» <command>

            HEALTHCHECK <|>
            * HEALTHCHECK [flags] «CMD» <command>
            HEALTHCHECK «NONE»

            HEALTHCHECK N<|>
            HEALTHCHECK «NONE»

            HEALTHCHECK CM<|>D a
            HEALTHCHECK [flags] «CMD» <command>

            HEALTHCHECK CMD <|>
            HEALTHCHECK [flags] CMD «<command>»

            HEALTHCHECK CMD ["a", <|>
            HEALTHCHECK [flags] CMD «<command>»

            HEALTHCHECK --retries=<|>
            HEALTHCHECK --retries=«<number>» CMD <command>

            HEALTHCHECK --in<|>
            HEALTHCHECK [«flags»] CMD <command>
        "#]],
    );
}

#[test]
fn mounts() {
    check(
        &[
            "RUN --mount=<|>",
            "RUN --mount=type=<|>",
            "RUN --mount=type=cache<|>",
            "RUN --mount=type=cache,<|> make",
            "RUN --mount=type=cache,target=/a,<|>",
            "RUN --mount=type=cache,dst=/a,sha<|>",
            "RUN --mount=type=secret,id=<|>a,env=B",
            "RUN --mount=ds<|>t=/a,type=ssh b",
            "RUN --mount=type=tmpfs,nope=<|>",
            "ONBUILD RUN --mount=type=tmpfs,size=<|>",
        ],
        &expect![[r#"
            RUN --mount=<|>
            * RUN --mount=«type=bind»[,source=<path>],target=<path>[,from=<stage|image|context>][,readwrite] <command>
            RUN --mount=«type=cache»,target=<path>[,id=<id>][,sharing=<shared|private|locked>][,from=<stage|image|context>][,source=<path>][,mode=<octal>][,uid=<number>][,gid=<number>][,readonly] <command>
            RUN --mount=«type=secret»[,id=<id>][,target=<path>][,env=<name>][,required][,mode=<octal>][,uid=<number>][,gid=<number>] <command>
            RUN --mount=«type=ssh»[,id=<id>][,target=<path>][,required][,mode=<octal>][,uid=<number>][,gid=<number>] <command>
            RUN --mount=«type=tmpfs»,target=<path>[,size=<bytes>] <command>

            RUN --mount=type=<|>
            * RUN --mount=«type=bind»[,source=<path>],target=<path>[,from=<stage|image|context>][,readwrite] <command>
            RUN --mount=«type=cache»,target=<path>[,id=<id>][,sharing=<shared|private|locked>][,from=<stage|image|context>][,source=<path>][,mode=<octal>][,uid=<number>][,gid=<number>][,readonly] <command>
            RUN --mount=«type=secret»[,id=<id>][,target=<path>][,env=<name>][,required][,mode=<octal>][,uid=<number>][,gid=<number>] <command>
            RUN --mount=«type=ssh»[,id=<id>][,target=<path>][,required][,mode=<octal>][,uid=<number>][,gid=<number>] <command>
            RUN --mount=«type=tmpfs»,target=<path>[,size=<bytes>] <command>

            RUN --mount=type=cache<|>
            RUN --mount=«type=bind»[,source=<path>],target=<path>[,from=<stage|image|context>][,readwrite] <command>
            * RUN --mount=«type=cache»,target=<path>[,id=<id>][,sharing=<shared|private|locked>][,from=<stage|image|context>][,source=<path>][,mode=<octal>][,uid=<number>][,gid=<number>][,readonly] <command>
            RUN --mount=«type=secret»[,id=<id>][,target=<path>][,env=<name>][,required][,mode=<octal>][,uid=<number>][,gid=<number>] <command>
            RUN --mount=«type=ssh»[,id=<id>][,target=<path>][,required][,mode=<octal>][,uid=<number>][,gid=<number>] <command>
            RUN --mount=«type=tmpfs»,target=<path>[,size=<bytes>] <command>

            RUN --mount=type=cache,<|> make
            RUN --mount=type=cache,«target=<path>»[,id=<id>][,sharing=<shared|private|locked>][,from=<stage|image|context>][,source=<path>][,mode=<octal>][,uid=<number>][,gid=<number>][,readonly] <command>

            RUN --mount=type=cache,target=/a,<|>
            RUN --mount=type=cache,target=<path>[,«id=<id>»][,sharing=<shared|private|locked>][,from=<stage|image|context>][,source=<path>][,mode=<octal>][,uid=<number>][,gid=<number>][,readonly] <command>

            RUN --mount=type=cache,dst=/a,sha<|>
            RUN --mount=type=cache,target=<path>[,id=<id>][,«sharing=<shared|private|locked>»][,from=<stage|image|context>][,source=<path>][,mode=<octal>][,uid=<number>][,gid=<number>][,readonly] <command>

            RUN --mount=type=secret,id=<|>a,env=B
            RUN --mount=type=secret[,«id=<id>»][,target=<path>][,env=<name>][,required][,mode=<octal>][,uid=<number>][,gid=<number>] <command>

            RUN --mount=ds<|>t=/a,type=ssh b
            RUN --mount=type=ssh[,id=<id>][,«target=<path>»][,required][,mode=<octal>][,uid=<number>][,gid=<number>] <command>

            RUN --mount=type=tmpfs,nope=<|>
            RUN --mount=type=tmpfs,target=<path>[,size=<bytes>] <command>

            ONBUILD RUN --mount=type=tmpfs,size=<|>
            RUN --mount=type=tmpfs,target=<path>[,«size=<bytes>»] <command>
        "#]],
    );
}

#[test]
fn pairs() {
    check(
        &[
            "ARG <|>",
            "ARG a=<|>",
            "ARG a=1 b<|>",
            "ENV a<|>",
            "ENV a <|>",
            "ENV a b c<|>",
            "ENV a=\"b <|>c\"",
            "ENV a=b <|>",
            "ENV a=b c=<|>",
            "ENV a=b\\ <|>",
            "LABEL a=b \\\n  c=<|>d",
        ],
        &expect![[r#"
            ARG <|>
            ARG «<name>»[=<default>] …

            ARG a=<|>
            ARG <name>[=«<default>»] …

            ARG a=1 b<|>
            ARG «<name>»[=<default>] …

            ENV a<|>
            ENV «<name>»=<value> …

            ENV a <|>
            ENV <name>=«<value>» …

            ENV a b c<|>
            ENV <name>=«<value>» …

            ENV a="b <|>c"
            ENV <name>=«<value>» …

            ENV a=b <|>
            ENV «<name>»=<value> …

            ENV a=b c=<|>
            ENV <name>=«<value>» …

            ENV a=b\ <|>
            ENV <name>=«<value>» …

            LABEL a=b \
              c=<|>d
            LABEL <name>=«<value>» …
        "#]],
    );
}

#[test]
fn the_others() {
    check(
        &[
            "EXPOSE <|>",
            "EXPOSE 80 443/<|>tcp",
            "EXPOSE 80/tcp <|>",
            "USER a<|>",
            "USER a:<|>b",
            "VOLUME /a <|>",
            "VOLUME [\"/a\", <|>",
            "WORKDIR <|>",
            "STOPSIGNAL <|>",
            "MAINTAINER <|>",
            "ONBUILD <|>",
            "ONBUILD COP<|>",
            "ONBUILD ONBUILD <|>",
        ],
        &expect![[r#"
            EXPOSE <|>
            EXPOSE «<port>»[/<protocol>] …

            EXPOSE 80 443/<|>tcp
            EXPOSE <port>[/«<protocol>»] …

            EXPOSE 80/tcp <|>
            EXPOSE «<port>»[/<protocol>] …

            USER a<|>
            USER «<user>»[:<group>]

            USER a:<|>b
            USER <user>[:«<group>»]

            VOLUME /a <|>
            VOLUME «<path>» …

            VOLUME ["/a", <|>
            VOLUME ["«<path>»"…]

            WORKDIR <|>
            WORKDIR «<path>»

            STOPSIGNAL <|>
            STOPSIGNAL «<signal>»

            MAINTAINER <|>
            MAINTAINER «<name>»

            ONBUILD <|>
            ONBUILD «<instruction>»

            ONBUILD COP<|>
            ONBUILD «<instruction>»

            ONBUILD ONBUILD <|>
            ONBUILD «<instruction>»
        "#]],
    );
}

#[test]
fn directives() {
    check(
        &["# syntax=<|>", "# escape = <|>", "#check=skip=A,<|>", "# check=skip=A;error=<|>"],
        &expect![[r#"
            # syntax=<|>
            # syntax=«<image>»

            # escape = <|>
            # escape=«<character>»

            #check=skip=A,<|>
            # check=skip=«<check>»[,<check>…][;error=<boolean>]

            # check=skip=A;error=<|>
            # check=skip=<check>[,<check>…][;error=«<boolean>»]
        "#]],
    );
}

#[test]
fn parts_and_forms_are_explained() {
    let file = SourceFile::new("FROM a\nCOPY --from=b ");
    let help = signature_help(&file, file.text().len()).unwrap();
    let form = &help.signatures[0];
    let parts =
        form.parameters.iter().map(|it| format!("{}: {}\n", &form.label[it.label.clone()], it.documentation));
    expect![[r#"
        Copies files into the image: from the build context, or with `--from` from another stage or image. A relative destination counts from `WORKDIR`.

        [Dockerfile reference](https://docs.docker.com/reference/dockerfile/#copy)

        flags: Options: `--chown`, `--from`, `--chmod`, `--link`, `--exclude`, `--parents`.
        <source>: A path in the build context, or with `--from` in that stage or image; or `<<EOF` for text that follows. Wildcards such as `*.txt` are expanded.
        <destination>: Where it goes in the image. It ends in `/` when it is a folder, which it has to be for several sources. A relative path counts from `WORKDIR`.
    "#]].assert_eq(&format!("{}\n\n{}", form.documentation, parts.collect::<String>()));
}

#[test]
fn help_need_not_come_up_in_a_command() {
    let is_free = |fixture: &str| {
        let (text, at) = cursor(fixture);
        signature_help(&SourceFile::new(&text), TextSize::try_from(at).unwrap()).unwrap().in_free_text
    };
    for fixture in ["RUN a <|>", "CMD a b<|>", "HEALTHCHECK CMD a <|>", "ONBUILD RUN a \\\n <|>"] {
        assert!(is_free(fixture), "{fixture}");
    }
    for fixture in
        ["RUN <|>", "RUN a<|>", "HEALTHCHECK CMD <|>", "RUN [\"a\", <|>", "COPY a <|>", "ENV a <|>"]
    {
        assert!(!is_free(fixture), "{fixture}");
    }
}
