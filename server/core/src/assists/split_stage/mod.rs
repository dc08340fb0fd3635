//! Split into builder and final stage.

use super::CodeAction;
use crate::TextRange;
use crate::lint::Diagnostic;
use crate::model::SourceFile;

/// The hint on a FROM whose stage ships its build tools, with the split as its fix.
pub fn hint(_file: &SourceFile) -> Option<Diagnostic> {
    None
}

/// The split as a refactoring, where it applies.
pub fn assist(_file: &SourceFile, _range: TextRange) -> Option<CodeAction> {
    None
}
