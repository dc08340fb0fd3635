//! Text of a document: a rope, the protocol's lines, positions in three encodings, edits.

mod document;
mod edit;
mod line_table;

pub use document::{LineCol, PositionEncoding, TextDocument};
pub use edit::{Applicability, EditError, SourceChange, TextEdit};
pub use line_table::LineTable;

/// The line end that a text uses: `\r\n` where it has one.
pub fn line_end(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}
