//! The outline of a document: a tree of stages.

use crate::TextRange;
use crate::model::SourceFile;

/// The kind of an entry of the outline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolKind {
    /// A build stage.
    Stage,
    /// An instruction.
    Instruction,
    /// A variable that ARG or ENV defines.
    Variable,
}

/// An entry of the outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// What to show.
    pub name: String,
    /// What to show beside it.
    pub detail: String,
    /// What it is.
    pub kind: SymbolKind,
    /// All of it.
    pub range: TextRange,
    /// The word to go to, inside of `range`.
    pub focus: TextRange,
    /// What lies in it.
    pub children: Vec<Symbol>,
}

/// The outline of a document.
pub fn symbols(_file: &SourceFile) -> Vec<Symbol> {
    Vec::new()
}
