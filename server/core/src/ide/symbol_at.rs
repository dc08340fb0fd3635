//! What stands at an offset, and where else it stands: shared by definition, references, highlight,
//! rename and hover.

use crate::TextRange;
use crate::TextSize;
use crate::model::{SourceFile, StageId, VarDefId};

/// A stage or a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolId {
    /// A stage, by its name or its index.
    Stage(StageId),
    /// A variable, by its definition.
    Var(VarDefId),
}

/// A symbol at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SymbolAt {
    /// What it is.
    pub id: SymbolId,
    /// The word that names it here.
    pub range: TextRange,
}

/// The symbol whose name `offset` touches.
pub fn symbol_at(_file: &SourceFile, _offset: TextSize) -> Option<SymbolAt> {
    None
}
