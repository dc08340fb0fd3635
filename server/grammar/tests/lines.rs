//! The bytes of an instruction are partitioned as the README says: out of the nodes comes BuildKit's logical
//! line.

mod support;

use support::{Random, constructs, logical_line, parse, parser, random_text};
use tree_sitter::{Node, Tree};

/// The escape character that the directives of a file set.
fn escape(tree: &Tree, text: &[u8]) -> u8 {
    let root = tree.root_node();
    let mut cursor = root.walk();
    let value =
        |node: Node<'_>, field| node.child_by_field_name(field).map(|child| &text[child.byte_range()]);
    root.children(&mut cursor)
        .filter(|node| node.kind() == "parser_directive")
        .find(|node| value(*node, "name").is_some_and(|name| name.eq_ignore_ascii_case(b"escape")))
        .filter(|node| value(*node, "value") == Some(b"`"))
        .map_or(b'\\', |_| b'`')
}

/// What BuildKit makes of the lines from byte `start` on: continuations joined, comments and blank lines left
/// out. Written from its description, without the tree.
fn join(text: &[u8], start: usize, escape: u8) -> String {
    let mut joined = Vec::new();
    for (at, line) in text[start..].split(|byte| *byte == b'\n').enumerate() {
        let line = &line[..line.len() - line.iter().rev().take_while(|byte| **byte == b'\r').count()];
        let content = String::from_utf8_lossy(line);
        if at > 0 && (content.trim().is_empty() || content.trim_start().starts_with('#')) {
            continue;
        }
        let blanks = line.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let bare = &line[..line.len() - blanks];
        let continues = bare.last() == Some(&escape) && (bare.len() < 2 || bare[bare.len() - 2] != escape);
        joined.extend_from_slice(if continues { &bare[..bare.len() - 1] } else { line });
        if !continues {
            break;
        }
    }
    String::from_utf8_lossy(&joined).trim().to_owned()
}

fn check(text: &[u8], name: &str) -> usize {
    let tree = parse(&mut parser(), text, None);
    let escape = escape(&tree, text);
    let root = tree.root_node();
    let mut cursor = root.walk();
    let mut count = 0;
    for node in root.children(&mut cursor).filter(|node| node.kind().ends_with("_instruction")) {
        let ours = String::from_utf8_lossy(&logical_line(node, text)).trim().to_owned();
        assert_eq!(ours, join(text, node.start_byte(), escape), "{name}: {}", text.escape_ascii());
        count += 1;
    }
    count
}

#[test]
fn of_constructs() {
    for (name, text) in constructs() {
        check(&text, &name);
    }
}

#[test]
fn of_random_texts() {
    let mut count = 0;
    for seed in 0..3_000 {
        let mut random = Random::new(seed);
        let pieces = 1 + random.below(25);
        count += check(&random_text(&mut random, pieces), &format!("seed {seed}"));
    }
    assert!(count > 10_000, "only {count} instructions");
}
