//! The corpus tests of `test/corpus`, in the format of `tree-sitter test`, without that tool.

mod support;

use std::path::Path;

use support::{first_error, parse, parser};

struct Case {
    name: String,
    source: String,
    expected: String,
}

/// The cases of a file: a name between two lines of `=`, the source, a line of `-`, the tree.
fn cases(text: &str) -> Vec<Case> {
    let is_rule = |line: &str, of: char| line.len() >= 3 && line.chars().all(|c| c == of);
    let lines: Vec<_> = text.lines().collect();
    let heads: Vec<_> = (0..lines.len().saturating_sub(2))
        .filter(|at| is_rule(lines[*at], '=') && is_rule(lines[at + 2], '=') && !is_rule(lines[at + 1], '='))
        .collect();
    let ends = heads.iter().skip(1).copied().chain([lines.len()]);
    heads
        .iter()
        .zip(ends)
        .map(|(head, end)| {
            let body = &lines[head + 3..end];
            let rule = body.iter().rposition(|line| is_rule(line, '-')).expect("a line of dashes");
            Case {
                name: lines[head + 1].to_owned(),
                source: body[..rule].join("\n"),
                expected: squeeze(&body[rule + 1..].join(" ")),
            }
        })
        .collect()
}

/// A tree on one line, with one blank between nodes and without the names of fields.
fn squeeze(tree: &str) -> String {
    tree.split_whitespace()
        .filter(|word| !word.ends_with(':'))
        .collect::<Vec<_>>()
        .join(" ")
        .replace("( ", "(")
}

#[test]
fn trees_are_those_of_the_corpus() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("test/corpus");
    let mut parser = parser();
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("the corpus is part of the crate") {
        let path = entry.expect("the folder can be read").path();
        let text = std::fs::read_to_string(&path).expect("corpus files are text");
        for case in cases(&text) {
            let tree = parse(&mut parser, case.source.as_bytes(), None);
            assert_eq!(first_error(&tree), None, "{}: {}", path.display(), case.name);
            assert_eq!(
                squeeze(&tree.root_node().to_sexp()),
                case.expected,
                "{}: {}",
                path.display(),
                case.name
            );
            count += 1;
        }
    }
    assert!(count > 50, "only {count} cases");
}
