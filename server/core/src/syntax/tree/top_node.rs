//! What the model looks at in a tree: where directives, comments and instructions lie, and what in an
//! instruction does not belong to its logical line.

use std::sync::OnceLock;

use tree_sitter::{Language, Node};

use crate::TextRange;
use crate::syntax::RelRange;

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
    pub(super) node: Node<'a>,
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
pub(super) struct Kinds {
    pub(super) directive: u16,
    pub(super) comment: u16,
    pub(super) line_continuation: u16,
    pub(super) empty_line: u16,
    pub(super) heredoc: u16,
}

pub(super) fn language() -> &'static Language {
    static LANGUAGE: OnceLock<Language> = OnceLock::new();
    LANGUAGE.get_or_init(|| tree_sitter_dockerfile::LANGUAGE.into())
}

pub(super) fn kinds() -> &'static Kinds {
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
