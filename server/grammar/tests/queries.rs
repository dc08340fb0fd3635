//! The queries fit the grammar and capture what they should.

mod support;

use support::{parse, parser};
use tree_sitter::{Query, QueryCursor, StreamingIterator};

const TEXT: &str = "\
# syntax=docker/dockerfile:1
# a comment
FROM --platform=$P reg.io/a:1 AS build
RUN --mount=type=cache,target=/c a && \\
  b <<EOF
text
EOF
ENV A=\"${B:-c}\"
CMD [\"d\"]
NONSENSE
";

/// `capture text` for every capture of a query, in the order of the text.
fn captures(query: &str) -> Vec<String> {
    let query =
        Query::new(&tree_sitter_dockerfile::LANGUAGE.into(), query).expect("the query fits the grammar");
    let tree = parse(&mut parser(), TEXT.as_bytes(), None);
    let mut cursor = QueryCursor::new();
    let mut captures = cursor.captures(&query, tree.root_node(), TEXT.as_bytes());
    let mut found = Vec::new();
    while let Some((matched, at)) = captures.next() {
        let capture = matched.captures()[*at];
        let name = query.capture_names()[capture.index as usize];
        found.push(format!("{name} {}", &TEXT[capture.node.byte_range()]));
    }
    found
}

#[test]
fn highlights() {
    let found = captures(tree_sitter_dockerfile::HIGHLIGHTS_QUERY);
    for expected in [
        "keyword.directive syntax",
        "comment # a comment",
        "keyword FROM",
        "attribute platform",
        "module reg.io",
        "type a",
        "constant 1",
        "keyword AS",
        "label build",
        "property target",
        "label EOF",
        "variable B",
        "operator :-",
        "string \"d\"",
        "punctuation.bracket [",
        "error NONSENSE",
    ] {
        assert!(found.iter().any(|capture| capture == expected), "no {expected} in {found:#?}");
    }
}

#[test]
fn injections() {
    let found = captures(tree_sitter_dockerfile::INJECTIONS_QUERY);
    for expected in ["injection.content a && \\\n  b <<EOF", "injection.content text\n"] {
        assert!(found.iter().any(|capture| capture == expected), "no {expected} in {found:#?}");
    }
}
