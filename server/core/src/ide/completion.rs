//! Completion: what can be typed here.

use crate::model::SourceFile;
use crate::{TextRange, TextSize};

/// The kind of a completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletionKind {
    /// An instruction's keyword.
    Keyword,
    /// A flag.
    Flag,
    /// A stage, by name or by index.
    Stage,
    /// A key of a mount.
    Key,
    /// A fixed value.
    Value,
}

/// Something that can be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What to show.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// A few words beside it.
    pub detail: String,
    /// Markdown to show when it is selected; may be empty.
    pub documentation: String,
    /// What it replaces.
    pub replace: TextRange,
    /// The text that it puts there.
    pub insert: String,
    /// The same with tab stops (`$1`, `${1:name}`, `$0`), for clients that know snippets.
    pub snippet: Option<String>,
    /// Position in the list; small first.
    pub rank: u32,
}

/// What can be typed at `offset`.
pub fn completions(_file: &SourceFile, _offset: TextSize) -> Vec<Completion> {
    Vec::new()
}
