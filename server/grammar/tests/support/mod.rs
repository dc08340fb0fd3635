//! What the tests share: parsing, walking, comparing, random edits.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::path::Path;

use dockstage_fixture::PIECES;
use tree_sitter::{InputEdit, Node, Parser, Point, Tree, TreeCursor};

/// A parser for Dockerfiles.
pub fn parser() -> Parser {
    let mut parser = Parser::new();
    parser
        .set_language(&tree_sitter_dockerfile::LANGUAGE.into())
        .expect("the runtime knows the grammar's ABI");
    parser
}

/// Parse `text`; `old` is the tree before an edit.
pub fn parse(parser: &mut Parser, text: &[u8], old: Option<&Tree>) -> Tree {
    parser.parse(text, old).expect("no timeout is set")
}

/// The files of `tests/constructs`, by name.
pub fn constructs() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/constructs");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder is part of the crate")
        .map(|entry| {
            let entry = entry.expect("the folder can be read");
            let name = entry.file_name().into_string().expect("names are ASCII");
            (name, std::fs::read(entry.path()).expect("the file can be read"))
        })
        .collect();
    files.sort();
    assert!(files.len() > 150, "only {} files", files.len());
    files
}

/// The first node that says that the grammar did not accept the text.
pub fn first_error(tree: &Tree) -> Option<String> {
    if !tree.root_node().has_error() {
        return None;
    }
    let mut found = tree.root_node().to_sexp();
    each_node(tree, |cursor| {
        let node = cursor.node();
        if node.is_error() || node.is_missing() {
            found = format!("{} at {}", node.kind(), node.start_position());
        }
    });
    Some(found)
}

/// Call `visit` on every node, parents first.
pub fn each_node(tree: &Tree, mut visit: impl FnMut(&TreeCursor<'_>)) {
    let mut cursor = tree.walk();
    loop {
        visit(&cursor);
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}

/// The first difference between two trees: kinds, fields, flags, byte ranges, points.
pub fn first_difference(left: &Tree, right: &Tree) -> Option<String> {
    fn describe(cursor: &TreeCursor<'_>) -> String {
        let node = cursor.node();
        let flags = (node.is_named(), node.is_extra(), node.is_missing(), node.is_error());
        let field = cursor.field_name().unwrap_or("-");
        format!("{field}: {} {:?} {:?} {flags:?}", node.kind(), node.byte_range(), node.range())
    }
    let (mut a, mut b) = (left.walk(), right.walk());
    loop {
        let (ours, theirs) = (describe(&a), describe(&b));
        if ours != theirs {
            return Some(format!("{ours}\nis not\n{theirs}"));
        }
        let (down, also_down) = (a.goto_first_child(), b.goto_first_child());
        if down != also_down {
            return Some(format!("{ours}: only one tree has children"));
        }
        if down {
            continue;
        }
        loop {
            let (next, also_next) = (a.goto_next_sibling(), b.goto_next_sibling());
            if next != also_next {
                return Some(format!("{ours}: only one tree has a next sibling"));
            }
            if next {
                break;
            }
            let (up, also_up) = (a.goto_parent(), b.goto_parent());
            if up != also_up {
                return Some(format!("{ours}: depths differ"));
            }
            if !up {
                return None;
            }
        }
    }
}

/// An instruction as the tree has it.
#[derive(Debug, PartialEq, Eq)]
pub struct Instruction {
    pub kind: String,
    pub keyword: String,
    pub first_line: usize,
    pub last_line: usize,
    pub heredocs: usize,
    pub json: bool,
}

/// The instructions of a tree, lines counted from 1.
pub fn instructions(tree: &Tree, text: &[u8]) -> Vec<Instruction> {
    let root = tree.root_node();
    let mut cursor = root.walk();
    root.children(&mut cursor)
        .filter(|node| node.kind().ends_with("_instruction"))
        .map(|node| {
            let inner = node.child_by_field_name("trigger").unwrap_or(node);
            let mut cursor = inner.walk();
            let kinds: Vec<_> = inner.children(&mut cursor).map(|child| child.kind()).collect();
            Instruction {
                kind: node.kind().to_owned(),
                keyword: node
                    .child_by_field_name("keyword")
                    .map_or_else(String::new, |keyword| without_children(keyword, text)),
                first_line: node.start_position().row + 1,
                last_line: node.end_position().row + 1,
                heredocs: kinds.iter().filter(|kind| **kind == "heredoc").count(),
                json: kinds.contains(&"json_array"),
            }
        })
        .collect()
}

/// The text of a node without that of its children, white space at both ends left out.
fn without_children(node: Node<'_>, text: &[u8]) -> String {
    let mut cursor = node.walk();
    let (mut bytes, mut at) = (Vec::new(), node.start_byte());
    for child in node.children(&mut cursor) {
        bytes.extend_from_slice(&text[at..child.start_byte()]);
        at = child.end_byte();
    }
    bytes.extend_from_slice(&text[at..node.end_byte()]);
    String::from_utf8_lossy(&bytes).replace(['\n', ' ', '\t'], "")
}

/// A small deterministic generator (xorshift64*).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// Bytes that make no valid UTF-8, alone or in a row.
const BROKEN: &[&[u8]] =
    &[b"\xff", b"\xc3", b"\xe2\x80", b"\xf0\x9f\x98", b"\x80", b"\xed\xa0\x80", b"\xc0\xaf"];

/// A few random pieces in a row.
pub fn random_text(random: &mut Random, pieces: usize) -> Vec<u8> {
    let mut text = Vec::new();
    for _ in 0..pieces {
        match random.below(20) {
            0 => text.extend_from_slice(BROKEN[random.below(BROKEN.len())]),
            1 => text.push(random.below(256) as u8),
            _ => text.extend_from_slice(random.pick(PIECES).as_bytes()),
        }
    }
    text
}

/// The point of a byte, as tree-sitter counts: rows end at line feeds, columns are bytes.
pub fn point(text: &[u8], byte: usize) -> Point {
    let before = &text[..byte];
    let row = before.iter().filter(|b| **b == b'\n').count();
    let column = before.iter().rev().take_while(|b| **b != b'\n').count();
    Point { row, column }
}

/// Replace a random range of `text` and say so to `tree`. The range does not begin inside of a character: for
/// tree-sitter a token has looked at no more than the first byte of the character that follows it.
pub fn random_edit(random: &mut Random, text: &mut Vec<u8>, tree: &mut Tree) {
    let mut start = random.below(text.len() + 1);
    while start > 0 && start < text.len() && text[start] & 0xC0 == 0x80 {
        start -= 1;
    }
    let longest = [0, 1, 1, 4, 30][random.below(5)].min(text.len() - start);
    let old_end = start + random.below(longest + 1);
    let pieces = [0, 1, 1, 1, 2, 4][random.below(6)];
    let inserted = random_text(random, pieces);
    replace(text, tree, start, old_end, &inserted);
}

/// Replace `start..old_end` of `text` with `inserted` and say so to `tree`.
pub fn replace(text: &mut Vec<u8>, tree: &mut Tree, start: usize, old_end: usize, inserted: &[u8]) {
    let (start_position, old_end_position) = (point(text, start), point(text, old_end));
    text.splice(start..old_end, inserted.iter().copied());
    let new_end = start + inserted.len();
    tree.edit(&InputEdit {
        start_byte: start,
        old_end_byte: old_end,
        new_end_byte: new_end,
        start_position,
        old_end_position,
        new_end_position: point(text, new_end),
    });
}

/// The logical line of an instruction, put together from its nodes as the README says.
pub fn logical_line(instruction: Node<'_>, text: &[u8]) -> Vec<u8> {
    let mut dropped = Vec::new();
    let mut end = instruction.end_byte();
    let mut stack = vec![instruction];
    while let Some(node) = stack.pop() {
        match node.kind() {
            "line_continuation" | "comment" | "empty_line" => dropped.push(node),
            "heredoc" => {
                end = end.min(node.prev_sibling().map_or(node.start_byte(), |before| before.end_byte()))
            }
            _ => stack.extend(node.children(&mut node.walk())),
        }
    }
    let mut line = Vec::new();
    let mut start = instruction.start_byte();
    for (at, physical) in text[start..end].split(|byte| *byte == b'\n').enumerate() {
        let row = instruction.start_position().row + at;
        let mut nodes = dropped.iter().filter(|node| node.start_position().row == row);
        match nodes.next() {
            None => line.extend_from_slice(physical),
            Some(node) if node.kind() == "line_continuation" => {
                line.extend_from_slice(&text[start..node.start_byte()]);
            }
            Some(_) => {}
        }
        start += physical.len() + 1;
    }
    line
}
