//! Hover: a card for what stands under the cursor.

use crate::model::SourceFile;
use crate::{TextRange, TextSize};

/// A card, and the word it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// The word.
    pub range: TextRange,
    /// Markdown.
    pub markdown: String,
}

/// The card for what stands at `offset`.
pub fn hover(_file: &SourceFile, _offset: TextSize) -> Option<Hover> {
    None
}
