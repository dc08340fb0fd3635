//! The syntax tree.

use crate::TextRange;
use crate::text::TextDocument;

/// One edit, in bytes and points.
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

/// The syntax tree of a document.
#[derive(Debug, Clone)]
pub struct SyntaxTree {}

impl SyntaxTree {
    /// Parses a text from scratch.
    pub fn parse(_text: &TextDocument) -> Self {
        Self {}
    }

    /// Tells the tree of an edit, before it is parsed again.
    pub fn edit(&mut self, _edit: &Edit) {}

    /// Parses the text after the edits, with what the old tree still knows.
    #[must_use]
    pub fn reparse(self, text: &TextDocument) -> Self {
        Self::parse(text)
    }
}
