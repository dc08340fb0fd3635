//! The fields and texts of nodes that features read.

mod support;

use support::{each_node, parse, parser};

/// `field=text` for every field in the tree, outermost first.
fn fields(text: &str) -> Vec<String> {
    let tree = parse(&mut parser(), text.as_bytes(), None);
    let mut found = Vec::new();
    each_node(&tree, |cursor| {
        if let Some(field) = cursor.field_name() {
            found.push(format!("{field}={}", &text[cursor.node().byte_range()]));
        }
    });
    found
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(fields(text), expected);
}

#[test]
fn directive() {
    check("#  Escape = ` \nFROM a\n", &["name=Escape", "value=`", "keyword=FROM", "image=a", "repository=a"]);
}

#[test]
fn image() {
    check(
        "from --platform=$P reg.io:80/a/b:1@sha256:0 as c \n",
        &[
            "keyword=from",
            "name=platform",
            "value=$P",
            "name=P",
            "image=reg.io:80/a/b:1@sha256:0",
            "registry=reg.io:80",
            "repository=a/b",
            "tag=1",
            "digest=sha256:0",
            "as=as",
            "name=c",
        ],
    );
}

#[test]
fn image_out_of_variables() {
    check(
        "FROM ${R:-docker.io}/a:${T}-slim\n",
        &[
            "keyword=FROM",
            "image=${R:-docker.io}/a:${T}-slim",
            "repository=${R:-docker.io}/a",
            "name=R",
            "operator=:-",
            "operand=docker.io",
            "tag=${T}-slim",
            "name=T",
        ],
    );
}

#[test]
fn mount() {
    check(
        "RUN --mount=type=bind,\"from=a b\",rw x\n",
        &[
            "keyword=RUN",
            "name=mount",
            "value=type=bind,\"from=a b\",rw",
            "key=type",
            "value=bind",
            "key=\"from",
            "value=a b\"",
            "key=rw",
        ],
    );
}

#[test]
fn pairs() {
    check(
        "ENV A=1 \"B\"='2 3' C=\\ d\n",
        &["keyword=ENV", "key=A", "value=1", "key=\"B\"", "value='2 3'", "key=C", "value=\\ d"],
    );
    check("LABEL a b  c\n", &["keyword=LABEL", "key=a", "value=b  c"]);
}

#[test]
fn arguments() {
    check("EXPOSE 80/tcp\n", &["keyword=EXPOSE", "port=80", "protocol=tcp"]);
    check("USER a:b\n", &["keyword=USER", "user=a", "group=b"]);
    check("HEALTHCHECK --retries=1 CMD x\n", &["keyword=HEALTHCHECK", "name=retries", "value=1", "type=CMD"]);
}

#[test]
fn heredoc() {
    check(
        "ONBUILD COPY <<-\"A B\" c\n\tx\n\tA B\n",
        &[
            "keyword=ONBUILD",
            "trigger=COPY <<-\"A B\" c\n\tx\n\tA B",
            "keyword=COPY",
            "operator=<<-",
            "delimiter=\"A B\"",
            "body=\tx\n",
            "end=A B",
        ],
    );
}
