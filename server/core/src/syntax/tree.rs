//! The incremental syntax tree, and the little of it that the model looks at: where directives,
//! comments and instructions lie, and what in an instruction does not belong to its logical line.

use std::cell::RefCell;
use std::sync::OnceLock;

use tree_sitter::{InputEdit, Language, Node, Parser, Point, Tree, TreeCursor};

use super::span::RelRange;
use crate::text::TextDocument;
use crate::{TextRange, TextSize};

/// One edit of a text, in bytes and in rows.
#[derive(Debug, Clone)]
pub struct Edit {
    /// What was replaced.
    pub old: TextRange,
    /// How long the new text is, in bytes.
    pub new_len: usize,
    input: InputEdit,
}

impl Edit {
    /// Replaces `range` in `text` and says what happened.
    pub fn apply(text: &mut TextDocument, range: TextRange, new_text: &str) -> Self {
        let point = |text: &TextDocument, at: TextSize| {
            let (row, column) = text.newline_point(at);
            Point { row, column }
        };
        let start_position = point(text, range.start());
        let old_end_position = point(text, range.end());
        let old = text.replace(range, new_text);
        let new_end_byte = usize::from(old.start()) + new_text.len();
        let new_end = TextSize::try_from(new_end_byte).unwrap_or(TextSize::new(u32::MAX));
        let input = InputEdit {
            start_byte: old.start().into(),
            old_end_byte: old.end().into(),
            new_end_byte,
            start_position,
            old_end_position,
            new_end_position: point(text, new_end),
        };
        Self { old, new_len: new_text.len(), input }
    }
}

/// What stands at the top of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TopKind {
    /// `# escape=…` and its like, at the head.
    Directive,
    /// A comment outside of instructions.
    Comment,
    /// An instruction, known or not.
    Instruction,
}

/// A node at the top of a tree.
#[derive(Debug, Clone, Copy)]
pub struct TopNode<'a> {
    /// What it is.
    pub kind: TopKind,
    /// Its bytes.
    pub range: TextRange,
    /// Its first line, from 0; lines end at `\n` alone.
    pub row: u32,
    /// Its last line.
    pub last_row: u32,
    node: Node<'a>,
}

/// Something between the pieces of a logical line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The escape character with blanks and the line end behind it.
    Continuation(RelRange),
    /// A comment line inside the continuation, from its `#` on, without its line end.
    Comment(RelRange),
    /// The line end of an empty line inside the continuation; blanks in front of it are not part.
    EmptyLine(RelRange),
}

/// A heredoc's lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeredocNode {
    /// Its content, line ends included.
    pub body: RelRange,
    /// The line that ends it.
    pub end: Option<RelRange>,
}

/// What an instruction consists of beside its logical line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    /// In order.
    pub cuts: Vec<Cut>,
    /// In order.
    pub heredocs: Vec<HeredocNode>,
}

impl TopNode<'_> {
    /// The parts of an instruction that do not belong to its logical line.
    pub fn parts(&self) -> Parts {
        let mut parts = Parts::default();
        let mut cursor = self.node.walk();
        // Depth first without recursion: the tree of a hostile file is deep.
        let mut descend = true;
        loop {
            if descend && self.visit(cursor.node(), &mut parts) && cursor.goto_first_child() {
                continue;
            }
            if cursor.goto_next_sibling() {
                descend = true;
                continue;
            }
            if !cursor.goto_parent() {
                return parts;
            }
            descend = false;
        }
    }

    /// Takes down what a node is; whether to look at its children.
    fn visit(&self, node: Node<'_>, parts: &mut Parts) -> bool {
        let kinds = kinds();
        let kind = node.kind_id();
        if kind == kinds.line_continuation {
            parts.cuts.push(Cut::Continuation(self.relative(node)));
        } else if kind == kinds.comment {
            parts.cuts.push(Cut::Comment(self.relative(node)));
        } else if kind == kinds.empty_line {
            parts.cuts.push(Cut::EmptyLine(self.relative(node)));
        } else if kind == kinds.heredoc {
            parts.heredocs.push(self.heredoc(node));
        } else {
            // What lies on one line holds none of these, but for an escape at the very end.
            let one_line = node.start_position().row == node.end_position().row;
            return !one_line || node.end_byte() == self.node.end_byte();
        }
        false
    }

    fn heredoc(&self, node: Node<'_>) -> HeredocNode {
        let body = node.child_by_field_name("body").map(|it| self.relative(it));
        let end = node.child_by_field_name("end").map(|it| self.relative(it));
        let whole = self.relative(node);
        HeredocNode { body: body.unwrap_or(RelRange::new(whole.start(), whole.start())), end }
    }

    fn relative(&self, node: Node<'_>) -> RelRange {
        let base = self.node.start_byte();
        let rel = |byte: usize| u32::try_from(byte - base).unwrap_or(u32::MAX);
        RelRange::new(rel(node.start_byte()), rel(node.end_byte()))
    }
}

/// The numbers of the node kinds that the model looks at.
struct Kinds {
    directive: u16,
    comment: u16,
    line_continuation: u16,
    empty_line: u16,
    heredoc: u16,
}

fn language() -> &'static Language {
    static LANGUAGE: OnceLock<Language> = OnceLock::new();
    LANGUAGE.get_or_init(|| tree_sitter_dockerfile::LANGUAGE.into())
}

fn kinds() -> &'static Kinds {
    static KINDS: OnceLock<Kinds> = OnceLock::new();
    KINDS.get_or_init(|| {
        let id = |kind| language().id_for_node_kind(kind, true);
        Kinds {
            directive: id("parser_directive"),
            comment: id("comment"),
            line_continuation: id("line_continuation"),
            empty_line: id("empty_line"),
            heredoc: id("heredoc"),
        }
    })
}

/// The syntax tree of a document.
#[derive(Debug, Clone)]
pub struct SyntaxTree {
    /// None only if the grammar were made for another version of the runtime, which a test excludes.
    tree: Option<Tree>,
}

impl SyntaxTree {
    /// Parses a text from scratch.
    pub fn parse(text: &TextDocument) -> Self {
        Self { tree: parse(text, None) }
    }

    /// Tells the tree of an edit, before it is parsed again.
    pub fn edit(&mut self, edit: &Edit) {
        if let Some(tree) = &mut self.tree {
            tree.edit(&edit.input);
        }
    }

    /// Parses the text after the edits, with what the old tree still knows.
    #[must_use]
    pub fn reparse(self, text: &TextDocument) -> Self {
        Self { tree: parse(text, self.tree.as_ref()) }
    }

    /// The nodes at the top, in order.
    pub fn top_nodes(&self) -> impl Iterator<Item = TopNode<'_>> {
        let mut cursor = self.tree.as_ref().map(|tree| tree.walk());
        let mut more = cursor.as_mut().is_some_and(TreeCursor::goto_first_child);
        std::iter::from_fn(move || {
            let cursor = cursor.as_mut().filter(|_| more)?;
            let node = cursor.node();
            more = cursor.goto_next_sibling();
            Some(top_node(node))
        })
    }

    /// How many places the grammar could make nothing of; 0 for every text.
    pub fn error_count(&self) -> usize {
        let Some(tree) = self.tree.as_ref().filter(|tree| tree.root_node().has_error()) else { return 0 };
        let mut cursor = tree.walk();
        let mut count = 0;
        loop {
            let node = cursor.node();
            count += usize::from(node.is_error() || node.is_missing());
            if node.has_error() && cursor.goto_first_child() {
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return count;
                }
            }
        }
    }
}

fn parse(text: &TextDocument, old: Option<&Tree>) -> Option<Tree> {
    // A parser keeps pools that the next parse takes from.
    thread_local!(static PARSER: RefCell<Option<Parser>> = RefCell::new(parser()));
    PARSER.with_borrow_mut(|parser| {
        parser.as_mut()?.parse_with_options(&mut |byte, _| text.chunk_from(byte), old, None)
    })
}

fn parser() -> Option<Parser> {
    let mut parser = Parser::new();
    parser.set_language(language()).ok()?;
    Some(parser)
}

fn top_node(node: Node<'_>) -> TopNode<'_> {
    let kinds = kinds();
    let kind = match node.kind_id() {
        id if id == kinds.directive => TopKind::Directive,
        id if id == kinds.comment => TopKind::Comment,
        _ => TopKind::Instruction,
    };
    let offset = |byte: usize| TextSize::try_from(byte).unwrap_or(TextSize::new(u32::MAX));
    let row = |row: usize| u32::try_from(row).unwrap_or(u32::MAX);
    TopNode {
        kind,
        range: TextRange::new(offset(node.start_byte()), offset(node.end_byte())),
        row: row(node.start_position().row),
        last_row: row(node.end_position().row),
        node,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_fits_the_runtime() {
        assert!(SyntaxTree::parse(&TextDocument::from("FROM alpine\n")).tree.is_some());
        let kinds = kinds();
        for id in [kinds.directive, kinds.comment, kinds.line_continuation, kinds.empty_line, kinds.heredoc] {
            assert_ne!(id, 0);
        }
    }
}
