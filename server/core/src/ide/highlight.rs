//! Document highlight: the places that name what stands under the cursor.

use crate::model::SourceFile;
use crate::{TextRange, TextSize};

/// What happens at a highlighted place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HighlightKind {
    /// The name is defined.
    Write,
    /// The name is used.
    Read,
}

/// A place to highlight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Highlight {
    /// The place.
    pub range: TextRange,
    /// What happens there.
    pub kind: HighlightKind,
}

/// The places that name what stands at `offset`.
pub fn highlights(_file: &SourceFile, _offset: TextSize) -> Vec<Highlight> {
    Vec::new()
}
