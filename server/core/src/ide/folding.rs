//! What can be folded: stages, instructions over several lines, heredocs, comment blocks.

use crate::TextRange;
use crate::model::SourceFile;

/// What is folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoldKind {
    /// A stage.
    Stage,
    /// An instruction over several lines.
    Instruction,
    /// A heredoc.
    Heredoc,
    /// Comment lines in a row.
    Comment,
}

/// Something that can be folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fold {
    /// From its first byte to the end of its last line.
    pub range: TextRange,
    /// What it is.
    pub kind: FoldKind,
}

/// What can be folded in a document, each over at least two lines, in order of their start.
pub fn folds(_file: &SourceFile) -> Vec<Fold> {
    Vec::new()
}
