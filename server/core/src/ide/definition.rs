//! Go to definition: from a name to the place that gives it.

use crate::model::SourceFile;
use crate::{TextRange, TextSize};

/// A place to go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NavigationTarget {
    /// The word that was asked about.
    pub origin: TextRange,
    /// The whole definition: a stage, an instruction.
    pub full: TextRange,
    /// The word in it to look at.
    pub focus: TextRange,
}

/// Where the stage or variable at `offset` is defined.
pub fn definition(_file: &SourceFile, _offset: TextSize) -> Option<NavigationTarget> {
    None
}
