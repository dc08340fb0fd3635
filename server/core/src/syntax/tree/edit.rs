//! Edits, as the tree wants to know them.

use tree_sitter::{InputEdit, Point};

use crate::text::TextDocument;
use crate::{TextRange, TextSize};

/// One edit of a text, in bytes and in rows.
#[derive(Debug, Clone)]
pub struct Edit {
    /// What was replaced.
    pub old: TextRange,
    /// How long the new text is, in bytes.
    pub new_len: usize,
    pub(super) input: InputEdit,
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
