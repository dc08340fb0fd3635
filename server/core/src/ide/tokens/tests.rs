//! Little Dockerfiles with all their tokens.

use std::sync::Arc;

use expect_test::{Expect, expect};

use super::*;
use crate::analysis::Analysis;

/// Each line of a file with its tokens below: the word, its kind and modifiers.
fn check(text: &str, expected: Expect) {
    let text = text.strip_prefix('\n').unwrap_or(text);
    let analysis = Analysis::new(Arc::new(SourceFile::new(text)), Arc::default());
    expected.assert_eq(&shown(text, &analysis.semantic_tokens(None)));
}

fn shown(text: &str, tokens: &[Token]) -> String {
    let mut out = String::new();
    for it in tokens {
        let line = text[..usize::from(it.range.start())].matches('\n').count() + 1;
        out.push_str(&format!("{line}: {:?} {:?}", &text[it.range], it.kind));
        for (modifier, name) in Modifiers::ALL {
            if it.modifiers.has(modifier) {
                out.push_str(&format!(" {name}"));
            }
        }
        out.push('\n');
    }
    out
}

#[test]
fn stages_images_and_variables() {
    check(
        r#"
# syntax=docker/dockerfile:1
# A comment
ARG TAG=3 UNUSED
FROM --platform=$BUILDPLATFORM alpine:$TAG AS base
ARG TARGETARCH
ENV A=1 B="x$A" C=$HOME
FROM ghcr.io/a/b:1@sha256:00 AS other
FROM base
COPY --from=base --chown=1000:$A --from=tools /a /b
RUN --mount=type=cache,from=other,target=/c,sharing=locked --network=none make $A $Z
"#,
        expect![[r##"
            1: "#" Comment
            1: "syntax" Directive
            1: "docker/dockerfile:1" String
            2: "# A comment" Comment
            3: "ARG" Keyword
            3: "TAG" Argument declaration
            3: "3" Number
            3: "UNUSED" Argument declaration unused
            4: "FROM" Keyword
            4: "--platform" Property
            4: "$" String
            4: "BUILDPLATFORM" Argument readonly defaultLibrary
            4: "alpine:$" Image external
            4: "TAG" Argument
            4: "AS" Keyword
            4: "base" Stage declaration
            5: "ARG" Keyword
            5: "TARGETARCH" Argument declaration defaultLibrary
            6: "ENV" Keyword
            6: "A" Variable declaration
            6: "1" Number
            6: "B" Variable declaration
            6: "\"x$" String
            6: "A" Variable external
            6: "\"" String
            6: "C" Variable declaration
            6: "$" String
            6: "HOME" Variable external
            7: "FROM" Keyword
            7: "ghcr.io/a/b" Image external
            7: ":" Image
            7: "1" Choice external
            7: "@" Image
            7: "sha256:00" Choice external
            7: "AS" Keyword
            7: "other" Stage declaration
            8: "FROM" Keyword
            8: "base" Stage
            9: "COPY" Keyword
            9: "--from" Property
            9: "base" String
            9: "--chown" Property
            9: "1000:$" String
            9: "A" Variable
            9: "--from" Property
            9: "tools" Image external
            9: "/a" String
            9: "/b" String
            10: "RUN" Keyword
            10: "--mount" Property
            10: "type" Property
            10: "cache" Choice
            10: "from" Property
            10: "other" Stage
            10: "target" Property
            10: "/c" String
            10: "sharing" Property
            10: "locked" Choice
            10: "--network" Property
            10: "none" Choice
            10: "make" Command
            10: "A" Variable
            10: "Z" Variable
        "##]],
    );
}

#[test]
fn other_instructions() {
    check(
        r#"
FROM a AS used
MAINTAINER me
LABEL "a b"=c d=12
EXPOSE 80 443/tcp $P/udp
STOPSIGNAL SIGTERM
USER app:1
WORKDIR /srv
VOLUME ["/a", "/b"]
HEALTHCHECK --interval=5s CMD curl -f localhost || exit 1
ONBUILD COPY . /x
SHELL ["/bin/bash", "-c"]
ENTRYPOINT ["a"]
FRM x
"#,
        expect![[r#"
            1: "FROM" Keyword
            1: "a" Image external
            1: "AS" Keyword
            1: "used" Stage declaration
            2: "MAINTAINER" Keyword deprecated
            2: "me" String
            3: "LABEL" Keyword
            3: "\"a b\"" Property
            3: "c" String
            3: "d" Property
            3: "12" Number
            4: "EXPOSE" Keyword
            4: "80" Number
            4: "443" Number
            4: "tcp" Choice
            4: "$" String
            4: "P" Variable external
            4: "/udp" String
            5: "STOPSIGNAL" Keyword
            5: "SIGTERM" Choice
            6: "USER" Keyword
            6: "app:1" String
            7: "WORKDIR" Keyword
            7: "/srv" String
            8: "VOLUME" Keyword
            8: "\"/a\"" String
            8: "\"/b\"" String
            9: "HEALTHCHECK" Keyword
            9: "--interval" Property
            9: "5s" String
            9: "CMD" Keyword
            9: "curl" Command
            9: "-f" Property
            9: "||" Operator
            9: "exit" Command
            9: "1" Number
            10: "ONBUILD" Keyword
            10: "COPY" Keyword
            10: "." String
            10: "/x" String
            11: "SHELL" Keyword
            11: "\"/bin/bash\"" String
            11: "\"-c\"" String
            12: "ENTRYPOINT" Keyword
            12: "\"a\"" String
        "#]],
    );
}

#[test]
fn the_shell_where_there_is_one() {
    check(
        r#"
FROM a
ENV V=1
RUN if [ -n "$V" ]; then apt-get install -y \
    # why
    curl=${V%.*} && x=1; fi
SHELL ["pwsh", "-Command"]
RUN Get-Item $V
CMD echo $V
"#,
        expect![[r##"
            1: "FROM" Keyword
            1: "a" Image external
            2: "ENV" Keyword
            2: "V" Variable declaration
            2: "1" Number
            3: "RUN" Keyword
            3: "if" ShellKeyword
            3: "-n" Operator
            3: "\"" String
            3: "V" Variable
            3: "\"" String
            3: "then" ShellKeyword
            3: "apt-get" Command
            3: "-y" Property
            4: "# why" Comment
            5: "V" Variable
            5: ".*" String
            5: "&&" Operator
            5: "x" Variable modification
            5: "1" Number
            5: "fi" ShellKeyword
            6: "SHELL" Keyword
            6: "\"pwsh\"" String
            6: "\"-Command\"" String
            7: "RUN" Keyword
            8: "CMD" Keyword
        "##]],
    );
}

#[test]
fn heredocs_are_scripts_or_texts() {
    check(
        r#"
FROM a
ENV V=1
RUN <<A
echo "$V" # c
A
RUN <<B
#!/usr/bin/env python
print("$V")
B
RUN cat <<C <<-"D" > x && ls -l
a $V
C
	b $V
	D
COPY <<E /e
it's $V
E
"#,
        expect![[r##"
            1: "FROM" Keyword
            1: "a" Image external
            2: "ENV" Keyword
            2: "V" Variable declaration
            2: "1" Number
            3: "RUN" Keyword
            3: "<<A" Label
            4: "echo" Command
            4: "\"" String
            4: "V" Variable
            4: "\"" String
            4: "# c" Comment
            5: "A" Label
            6: "RUN" Keyword
            6: "<<B" Label
            7: "#!/usr/bin/env python\nprint(\"$V\")" String
            9: "B" Label
            10: "RUN" Keyword
            10: "cat" Command
            10: "<<C" Label
            10: "<<-\"D\"" Label
            10: ">" Operator
            10: "&&" Operator
            10: "ls" Command
            10: "-l" Property
            11: "a $" String
            11: "V" Variable
            12: "C" Label
            13: "\tb $V" String
            14: "D" Label
            15: "COPY" Keyword
            15: "<<E" Label
            15: "/e" String
            16: "it's $" String
            16: "V" Variable
            17: "E" Label
        "##]],
    );
}

#[test]
fn a_continued_word_is_in_pieces() {
    check(
        "FROM a AS b\\\nc\nENV V=1\nRUN ec\\\nho $\\\nV \"a \\\n # c\n $V\"\nCOPY --from=b\\\nc a b\n",
        expect![[r##"
            1: "FROM" Keyword
            1: "a" Image external
            1: "AS" Keyword
            1: "b" Stage declaration
            2: "c" Stage declaration
            3: "ENV" Keyword
            3: "V" Variable declaration
            3: "1" Number
            4: "RUN" Keyword
            4: "ec" Command
            5: "ho" Command
            6: "V" Variable
            6: "\"a " String
            7: "# c" Comment
            8: " " String
            8: "V" Variable
            8: "\"" String
            9: "COPY" Keyword
            9: "--from" Property
            9: "b" Stage
            10: "c" Stage
            10: "a" String
            10: "b" String
        "##]],
    );
}

#[test]
fn a_part_has_the_tokens_of_the_whole_that_touch_it() {
    let text = "# a\nFROM a AS b\nRUN x \"y\nz\"\n\n# c\nUSER d\n";
    let file = SourceFile::new(text);
    let all = tokens(&file, None, &[]);
    for start in 0..=text.len() {
        for end in start + 1..=text.len() {
            let size = |at: usize| TextSize::try_from(at).unwrap();
            let within = TextRange::new(size(start), size(end));
            let touching = |it: &&Token| it.range.start() < within.end() && within.start() < it.range.end();
            let expected: Vec<Token> = all.iter().filter(touching).copied().collect();
            assert_eq!(tokens(&file, Some(within), &[]), expected, "{within:?}");
        }
    }
}
