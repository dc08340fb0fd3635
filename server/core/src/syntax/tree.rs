//! The syntax tree, as far as the model looks at it.

use super::segment::{self, Segment};
use super::span::RelRange;
use crate::TextRange;
use crate::text::TextDocument;

/// One edit, in bytes.
#[derive(Debug, Clone)]
pub struct Edit {
    /// What was replaced.
    pub old: TextRange,
    /// How long the new text is, in bytes.
    pub new_len: usize,
}

impl Edit {
    /// Replaces `range` in `text` and says what happened.
    pub fn apply(text: &mut TextDocument, range: TextRange, new_text: &str) -> Self {
        let old = text.replace(range, new_text);
        Self { old, new_len: new_text.len() }
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
    segment: &'a Segment,
}

impl TopNode<'_> {
    /// The parts of an instruction that do not belong to its logical line.
    pub fn parts(&self) -> Parts {
        self.segment.parts.clone()
    }
}

/// Something between the pieces of a logical line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The escape character with blanks and the line end behind it.
    Continuation(RelRange),
    /// A comment line inside the continuation, from its `#` on, without its line end.
    Comment(RelRange),
    /// An empty line inside the continuation.
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

/// The syntax tree of a document.
#[derive(Debug, Clone)]
pub struct SyntaxTree {
    segments: Vec<Segment>,
}

impl SyntaxTree {
    /// Parses a text from scratch.
    pub fn parse(text: &TextDocument) -> Self {
        Self { segments: segment::segments(&text.to_string()) }
    }

    /// Tells the tree of an edit, before it is parsed again.
    pub fn edit(&mut self, _edit: &Edit) {}

    /// Parses the text after the edits, with what the old tree still knows.
    #[must_use]
    pub fn reparse(self, text: &TextDocument) -> Self {
        Self::parse(text)
    }

    /// The nodes at the top, in order.
    pub fn top_nodes(&self) -> impl Iterator<Item = TopNode<'_>> {
        self.segments.iter().map(|segment| TopNode {
            kind: segment.kind,
            range: segment.range,
            row: segment.row,
            last_row: segment.last_row,
            segment,
        })
    }

    /// How many places the grammar could make nothing of; 0 for every text.
    pub fn error_count(&self) -> usize {
        0
    }
}
