//! From the protocol to bytes.

use dockstage_core::model::ContentChange;
use dockstage_core::text::{LineCol, PositionEncoding, TextDocument};
use dockstage_core::{TextRange, TextSize};
use tower_lsp_server::ls_types::{Position, Range, TextDocumentContentChangeEvent};

use crate::state::{OutOfSync, Snapshot};

impl Snapshot {
    /// The byte at `position`; none behind the last line. A column behind the end of its line is the
    /// end of the line, as the protocol wants it.
    pub(crate) fn offset(&self, position: Position) -> Option<TextSize> {
        let text = self.analysis.file().text();
        (position.line < text.line_count()).then(|| offset(text, self.client.encoding, position))
    }

    /// The bytes of `range`, which may be given backwards; none when it starts behind the last line.
    pub(crate) fn text_range(&self, range: Range) -> Option<TextRange> {
        let text = self.analysis.file().text();
        let (first, last) = (range.start.min(range.end), range.start.max(range.end));
        let start = self.offset(first)?;
        Some(TextRange::new(start, offset(text, self.client.encoding, last).max(start)))
    }
}

/// The changes of one notification. Each one's range is a place in the text after the changes before
/// it.
pub(crate) fn content_changes(
    text: &TextDocument,
    encoding: PositionEncoding,
    events: &[TextDocumentContentChangeEvent],
) -> Result<Vec<ContentChange>, OutOfSync> {
    // A clone shares its content with the original, so this copies nothing.
    let mut text = text.clone();
    let mut changes = Vec::with_capacity(events.len());
    for event in events {
        let range = event.range.map(|range| changed_range(&text, encoding, range)).transpose()?;
        match range {
            Some(range) => drop(text.replace(range, &event.text)),
            None => text = TextDocument::from(event.text.as_str()),
        }
        changes.push(ContentChange { range, text: event.text.clone() });
    }
    Ok(changes)
}

/// The bytes that a change replaces. Only its end may lie behind the text: that is how some clients
/// say "to the end".
fn changed_range(
    text: &TextDocument,
    encoding: PositionEncoding,
    range: Range,
) -> Result<TextRange, OutOfSync> {
    if range.end < range.start {
        return Err(OutOfSync::InvertedRange);
    }
    if range.start.line >= text.line_count() {
        return Err(OutOfSync::BehindTheEnd);
    }
    let start = offset(text, encoding, range.start);
    Ok(TextRange::new(start, offset(text, encoding, range.end).max(start)))
}

fn offset(text: &TextDocument, encoding: PositionEncoding, position: Position) -> TextSize {
    text.offset(LineCol { line: position.line, col: position.character }, encoding)
}
