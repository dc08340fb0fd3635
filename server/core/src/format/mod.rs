//! Formatting: what can be put in order without a change of what BuildKit reads.
//!
//! Put in order are the indentation of instructions, comments and continuations, blanks at line ends, empty lines in
//! a row and the end of the file; the case of keywords where that is wanted. Left alone are heredocs, shell text (its
//! layout is somebody's work, and its blanks are part of the command), and continuations that all stand in one
//! column already, whichever that is. Line ends stay as they are.
//!
//! The result is read again before it is given away: an instruction that would be read otherwise, such as one with
//! blanks inside of quotes over several lines, keeps its layout.

mod indentation;
mod keep;
mod keywords;
mod lines;
mod on_type;
mod style;

use crate::TextRange;
use crate::model::{InstructionId, SourceFile};
use crate::text::{SourceChange, TextEdit};
use lines::{Line, LineKind, Lines};
pub use on_type::{TRIGGERS, on_type};
pub use style::{EditorStyle, Indent, KeywordCase, Style};

/// The edits that format a document; none where it is in order.
pub fn format(file: &SourceFile, style: &Style, editor: &EditorStyle) -> SourceChange {
    let lines = Lines::new(file);
    keep::what_is_read(&lines, style, edits(&lines, style, editor))
}

/// The same for the lines that `range` touches: nothing outside of them changes. A range that ends at the start of a
/// line does not touch that line.
pub fn format_range(
    file: &SourceFile,
    range: TextRange,
    style: &Style,
    editor: &EditorStyle,
) -> SourceChange {
    let lines = Lines::new(file);
    let touched = lines.whole(range);
    let inside = edits(&lines, style, editor).into_iter().filter(|it| touched.contains_range(it.edit.range));
    keep::what_is_read(&lines, style, inside.collect())
}

/// One edit, and what it is for.
#[derive(Debug, Clone)]
struct Planned {
    edit: TextEdit,
    /// The instruction that it changes; none between instructions.
    instruction: Option<InstructionId>,
    /// Whether it moves a continuation: what is given up first where an instruction would be read otherwise.
    moves: bool,
}

fn edits(lines: &Lines<'_>, style: &Style, editor: &EditorStyle) -> Vec<Planned> {
    let mut planned = Vec::new();
    let unit = indentation::unit(lines, style, editor);
    for line in lines.iter() {
        planned.extend(line_start(lines, line));
        planned.extend(line_end(line, editor));
    }
    indentation::continuations(lines, style, &unit, &mut planned);
    keywords::keywords(lines, style, &mut planned);
    empty_lines(lines, editor, &mut planned);
    planned.extend(final_newline(lines, editor));
    planned.retain(|it| lines.slice(it.edit.range) != it.edit.new_text);
    planned
}

/// Instructions and comments begin where the line does.
fn line_start(lines: &Lines<'_>, line: Line) -> Option<Planned> {
    let instruction = match line.kind {
        LineKind::First(id) => Some(id),
        LineKind::Comment if !lines.may_become_directive(line) => None,
        _ => return None,
    };
    let edit = TextEdit::delete(TextRange::new(line.start, line.text));
    Some(Planned { edit, instruction, moves: false })
}

/// No line ends in blanks, but for those of heredocs. Of the lines between instructions that hold nothing else,
/// [`empty_lines`] knows which stay.
fn line_end(line: Line, editor: &EditorStyle) -> Option<Planned> {
    let from = match line.kind {
        LineKind::Empty | LineKind::Heredoc(_) => return None,
        LineKind::InnerEmpty(_) => line.start,
        _ => line.text_end,
    };
    let edit = TextEdit::delete(TextRange::new(from, line.end));
    editor.trim_line_ends.then_some(Planned { edit, instruction: line.kind.instruction(), moves: false })
}

/// One empty line separates as well as two. None stands at the head of a file, and none at its end.
fn empty_lines(lines: &Lines<'_>, editor: &EditorStyle, planned: &mut Vec<Planned>) {
    let all: Vec<Line> = lines.iter().collect();
    for block in all.chunk_by(|a, b| a.kind == b.kind).filter(|block| block[0].kind == LineKind::Empty) {
        let is_first = block[0].start == 0.into();
        let next = all.get(block[block.len() - 1].row as usize + 1);
        let kept = match next {
            // A line that is empty because the text ends: the block ends in a newline.
            None if editor.trim_final_newlines => 0,
            Some(next) if is_first && !lines.may_become_directive(*next) => 0,
            _ => 1,
        };
        let blanks = block[..kept].iter().filter(|_| editor.trim_line_ends);
        let blanks = blanks.map(|line| TextRange::new(line.start, line.end));
        let lines = block[kept..].iter().map(|line| TextRange::new(line.start, line.next));
        planned.extend(blanks.chain(lines).map(|range| Planned {
            edit: TextEdit::delete(range),
            instruction: None,
            moves: false,
        }));
    }
}

fn final_newline(lines: &Lines<'_>, editor: &EditorStyle) -> Option<Planned> {
    let last = lines.iter().last()?;
    // Nothing is added to a heredoc without an end, nor to an empty file.
    if !editor.final_newline
        || last.next > last.end
        || last.kind == LineKind::Empty
        || last.kind.is_heredoc() && !last.closes
    {
        return None;
    }
    let edit = TextEdit::insert(last.end, lines.newline);
    Some(Planned { edit, instruction: last.kind.instruction(), moves: false })
}

#[cfg(test)]
mod tests;
