//! What is extracted, and what is left alone.

use expect_test::expect;

use super::super::test::{check, documented, is_not_offered};
use super::assist;

#[test]
fn the_documentation_is_right() {
    documented(include_str!("../extract_stage.rs"), assist);
}

#[test]
fn right_below_from_the_base_is_the_same() {
    check(
        assist,
        r"
FROM alpine AS tools
# the program
from --platform=$BUILDPLATFORM golang as build
# sources
<|>copy . /src

run go build -o /bin/app ./cmd<|>

cmd a
FROM scratch
COPY --from=1 /bin/app /app
COPY --from=0 /x /x
",
        &expect![[r#"
            Extract 2 instructions into stage `extracted`:
            FROM alpine AS tools
            # the program
            from --platform=$BUILDPLATFORM golang as extracted
            # sources
            copy . /src

            run go build -o /bin/app ./cmd

            from --platform=$BUILDPLATFORM golang as build
            copy --from=extracted /bin/app /bin/app
            copy --from=extracted /src /src

            cmd a
            FROM scratch
            COPY --from=2 /bin/app /app
            COPY --from=0 /x /x
        "#]],
    );
}

#[test]
fn what_is_made_is_copied_back() {
    let below = |instructions: &str| format!("FROM a\r\nWORKDIR /w\r\n<|>{instructions}<|>\r\nCMD x");
    check(
        assist,
        &below("RUN wget -qO tool.tar https://x/$V && mkdir d e && tar -xf tool.tar -C d && rm tool.tar"),
        &expect![[r#"
            Extract this instruction into stage `extracted`:
            FROM a AS base\r
            WORKDIR /w\r
            \r
            FROM base AS extracted\r
            RUN wget -qO tool.tar https://x/$V && mkdir d e && tar -xf tool.tar -C d && rm tool.tar\r
            \r
            FROM base\r
            COPY --from=extracted /w/d /w/d\r
            COPY --from=extracted /w/e /w/e\r
            CMD x"#]],
    );
    check(
        assist,
        &below("COPY a b ./\r\nADD https://x/y /z\r\nRUN curl -sSLo/y/x x && mkdir -p /y"),
        &expect![[r#"
            Extract 3 instructions into stage `extracted`:
            FROM a AS base\r
            WORKDIR /w\r
            \r
            FROM base AS extracted\r
            COPY a b ./\r
            ADD https://x/y /z\r
            RUN curl -sSLo/y/x x && mkdir -p /y\r
            \r
            FROM base\r
            COPY --from=extracted /w /w\r
            COPY --from=extracted /y/x /y/x\r
            COPY --from=extracted /z /z\r
            CMD x"#]],
    );
    check(
        assist,
        "FROM a AS b\nENV A=b\n<|>RUN gcc -O2 -o /bin/a a.c<|>",
        &expect![[r#"
        Extract this instruction into stage `extracted`:
        FROM a AS base
        ENV A=b

        FROM base AS extracted
        RUN gcc -O2 -o /bin/a a.c

        FROM base AS b
        COPY --from=extracted /bin/a /bin/a"#]],
    );
}

#[test]
fn what_else_it_makes_is_not_known() {
    for instruction in [
        "RUN make",
        "RUN curl -O https://x/y",
        "RUN curl https://x/y -o y",
        "RUN curl $OPTIONS -o /y x",
        "RUN curl -o /y x || true",
        "RUN curl -o /y x > /log",
        "RUN curl -o /$Y x",
        "RUN curl -o /y --dump-header /h x",
        "RUN tar -xf /a.tar -C /usr",
        "RUN chmod +x /bin/other",
        "RUN rm /bin/other",
        "RUN --mount=type=cache,target=/y curl -o /y/z x",
        "RUN go build",
        "RUN [\"curl\", \"-o\", \"/y\", \"x\"]",
        "RUN <<EOF\ncurl -o /y x\nEOF",
        "COPY a /b",
        "COPY a /\nRUN mkdir /b",
        "COPY a $B\nRUN mkdir /b",
        "COPY a b\nRUN mkdir /b",
        "ENV A=b\nRUN mkdir /b",
        "RUN mkdir /b\nCMD a",
        "RUN mkdir /b\nUSER x",
    ] {
        is_not_offered(assist, &format!("FROM a\n<|>{instruction}<|>\nRUN b\n"));
    }
}

#[test]
fn where_the_stage_cannot_be_cut() {
    for text in [
        "FROM a\nONBUILD RUN x\n<|>RUN mkdir /b<|>\n",
        "FROM a AS a\n<|>RUN mkdir /b<|>\n",
        "FROM a\nCMD x\n<|>RUN mkdir /b<|>\n",
        "FROM --platform=linux/amd64 a\n<|>RUN mkdir /b<|>\n",
        "<|>FROM a\nRUN mkdir /b<|>\n",
        "FROM a\n<|>RUN mkdir /b\nFROM b\nRUN mkdir /b<|>\n",
        "FROM a\n<|><|>RUN mkdir /b\n",
        "FROM a\nSHELL [\"powershell\"]\n<|>RUN mkdir /b<|>\n",
    ] {
        is_not_offered(assist, text);
    }
}
