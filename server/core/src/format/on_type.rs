//! Formatting of the line that is being typed.

use super::indentation;
use super::lines::{Line, LineKind, Lines};
use super::style::{EditorStyle, Style};
use crate::model::SourceFile;
use crate::syntax::Keyword;
use crate::text::{SourceChange, TextEdit};
use crate::{TextRange, TextSize};

/// The signs behind which a line is looked at: a new line, and the two escape characters.
pub const TRIGGERS: [&str; 3] = ["\n", "\\", "`"];

/// What becomes of the line at `offset`, behind which `typed` was just typed.
///
/// A new line below a continued one is indented as the continuations above it, or by one step. One below the end
/// of an instruction begins at the margin: editors carry the indentation of the line above over to it. An escape
/// character at the end of a line makes the next one a continuation; that is indented if it has no indentation
/// and does not begin with a keyword, which nobody wants to continue.
pub fn on_type(
    file: &SourceFile,
    offset: TextSize,
    typed: &str,
    style: &Style,
    editor: &EditorStyle,
) -> SourceChange {
    let offset = offset.min(file.text().len());
    let lines = Lines::new(file);
    let edit = match typed {
        "\n" => new_line(&lines, offset, style, editor),
        _ if typed.starts_with(lines.dockerfile.escape) => next_line(&lines, offset, style, editor),
        _ => None,
    };
    edit.filter(|it| lines.slice(it.range) != it.new_text).map(SourceChange::single).unwrap_or_default()
}

fn new_line(lines: &Lines<'_>, offset: TextSize, style: &Style, editor: &EditorStyle) -> Option<TextEdit> {
    let line = lines.at(offset);
    let (start, text) = line.map_or((offset, offset), |it| (it.start, it.text));
    let above = lines.iter().take_while(|it| it.next <= start && it.end < start).last()?;
    let range = TextRange::new(start, text);
    if continues(lines, above) {
        let id = above.kind.instruction()?;
        let mut block = lines.of(lines.dockerfile.instruction(id)).iter();
        let last = block.rfind(|it| it.row <= above.row && matches!(it.kind, LineKind::Continuation(_)));
        let indent = match last {
            Some(line) => lines.indent(*line).to_owned(),
            None => indentation::unit(lines, style, editor).into_string(),
        };
        return Some(TextEdit::replace(range, indent));
    }
    // Only a line with nothing in it: what somebody put there is not ours to move.
    let is_empty = line.is_none_or(|it| it.text == it.end && it.kind == LineKind::Empty);
    (is_empty && above.kind != LineKind::Empty).then(|| TextEdit::delete(range))
}

fn next_line(lines: &Lines<'_>, offset: TextSize, style: &Style, editor: &EditorStyle) -> Option<TextEdit> {
    let line = lines.at(offset)?;
    if line.text_end != offset || !continues(lines, line) {
        return None;
    }
    let next = lines.at(line.next).filter(|it| it.row > line.row && it.text < it.text_end)?;
    let word = lines.content(next).split([' ', '\t']).next().unwrap_or_default();
    let is_free = lines.indent(next).is_empty() && Keyword::parse(word) == Keyword::Unknown;
    let is_continuation = matches!(next.kind, LineKind::Continuation(_) | LineKind::InnerComment(_));
    (is_free && is_continuation)
        .then(|| TextEdit::insert(next.start, indentation::unit(lines, style, editor).into_string()))
}

/// Whether the instruction of a line goes on in the next one.
fn continues(lines: &Lines<'_>, line: Line) -> bool {
    match line.kind {
        LineKind::First(_) | LineKind::Continuation(_) => {
            lines.content(line).ends_with(lines.dockerfile.escape)
        }
        LineKind::InnerComment(_) | LineKind::InnerEmpty(_) => true,
        LineKind::Empty | LineKind::Comment | LineKind::Heredoc(_) => false,
    }
}
