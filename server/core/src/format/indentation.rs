//! Indentation of the lines that continue an instruction.

use rustc_hash::FxHashMap;

use super::Planned;
use super::lines::{Line, LineKind, Lines};
use super::style::{EditorStyle, Indent, Style};
use crate::TextRange;
use crate::model::{Arguments, Instruction, InstructionData};
use crate::syntax::{Keyword, RelRange};
use crate::text::TextEdit;

/// One step: what is set, else what the file has, else what the editor asks for.
pub(super) fn unit(lines: &Lines<'_>, style: &Style, editor: &EditorStyle) -> Indent {
    let unit = style.indent.clone().or_else(|| prevailing(lines));
    unit.unwrap_or_else(|| editor.indent.clone())
}

/// The indentation that the first continuations of the file have most often; of equals the first one.
fn prevailing(lines: &Lines<'_>) -> Option<Indent> {
    let mut counts: FxHashMap<&str, usize> = FxHashMap::default();
    let mut best: Option<(&str, usize)> = None;
    for instruction in lines.dockerfile.instructions().filter(|it| it.data.newlines > 0) {
        let first = lines.of(instruction).iter().find(|it| {
            matches!(it.kind, LineKind::Continuation(_))
                && (is_shell_text(instruction.data) || !is_in_a_word(instruction, **it))
        });
        let Some(blanks) = first.map(|it| lines.indent(*it)).filter(|it| !it.is_empty()) else { continue };
        let count = counts.entry(blanks).or_default();
        *count += 1;
        if best.is_none_or(|(_, most)| *count > most) {
            best = Some((blanks, *count));
        }
    }
    best.map(|(blanks, _)| Indent::written(blanks))
}

/// Moves the continuations of every instruction.
pub(super) fn continuations(lines: &Lines<'_>, style: &Style, unit: &Indent, planned: &mut Vec<Planned>) {
    for instruction in lines.dockerfile.instructions().filter(|it| it.data.newlines > 0) {
        let continued = lines.of(instruction);
        if !is_shell_text(instruction.data) {
            one_column(lines, instruction, continued, unit, planned);
        } else if style.shell {
            as_a_block(lines, instruction, continued, unit, planned);
        }
    }
}

/// Whether blanks at the start of a line would be part of a command.
pub(super) fn is_shell_text(data: &InstructionData) -> bool {
    let data = data.effective();
    match &data.arguments {
        Arguments::Json(_) => false,
        Arguments::Healthcheck { command, .. } => matches!(**command, Arguments::Text(_)),
        _ => matches!(data.keyword, Keyword::Run | Keyword::Cmd | Keyword::Entrypoint | Keyword::Shell),
    }
}

/// All lines stand in one column: in the one that they are in already, or one step in.
fn one_column(
    lines: &Lines<'_>,
    instruction: Instruction<'_>,
    continued: &[Line],
    unit: &Indent,
    planned: &mut Vec<Planned>,
) {
    let is_free =
        |line: &Line| matches!(line.kind, LineKind::Continuation(_)) && !is_in_a_word(instruction, *line);
    let mut indents =
        continued.iter().filter(|it| is_free(it) && !is_closing(lines, **it)).map(|it| lines.indent(*it));
    let first = indents.next().unwrap_or_default();
    let is_one = !first.is_empty() && indents.all(|it| it == first);
    let column = if is_one { first } else { unit.as_str() };
    for line in continued {
        let wanted = match line.kind {
            LineKind::InnerComment(_) => column,
            _ if !is_free(line) => continue,
            _ if is_closing(lines, *line) => "",
            _ => column,
        };
        planned.push(moved(instruction, *line, wanted.to_owned()));
    }
}

/// Whether a word goes on in a line: one in quotes, or one that the line end cuts in two.
fn is_in_a_word(instruction: Instruction<'_>, line: Line) -> bool {
    let data = instruction.data.effective();
    let holds = |range: RelRange| {
        let range = instruction.abs(range);
        range.start() < line.start && line.text < range.end()
    };
    let pairs = match &data.arguments {
        Arguments::Pairs(pairs) => pairs.as_slice(),
        _ => &[],
    };
    pairs.iter().any(|it| holds(it.name.range.cover(it.value.range)))
        || data.arguments.words().iter().any(|it| holds(it.range))
        || data.flags.iter().any(|it| holds(it.whole.range))
}

/// Whether a line begins with what closes an array: it stands below the instruction.
fn is_closing(lines: &Lines<'_>, line: Line) -> bool {
    lines.content(line).starts_with(']')
}

/// The lines keep their layout among each other, and the outermost one stands one step in.
fn as_a_block(
    lines: &Lines<'_>,
    instruction: Instruction<'_>,
    continued: &[Line],
    unit: &Indent,
    planned: &mut Vec<Planned>,
) {
    let mut indents = continued
        .iter()
        .filter(|it| matches!(it.kind, LineKind::Continuation(_)))
        .map(|it| lines.indent(*it));
    let Some(first) = indents.next() else { return };
    let common = indents.fold(first, |common, it| &common[..shared(common, it)]);
    for line in continued {
        let indent = lines.indent(*line);
        let wanted = match (line.kind, indent.strip_prefix(common)) {
            (LineKind::Continuation(_), Some(rest)) => format!("{}{rest}", unit.as_str()),
            (LineKind::InnerComment(_), Some(rest)) if !indent.is_empty() => {
                format!("{}{rest}", unit.as_str())
            }
            (LineKind::InnerComment(_), _) => unit.as_str().to_owned(),
            _ => continue,
        };
        planned.push(moved(instruction, *line, wanted));
    }
}

/// How many bytes two texts of spaces and tabs share at their start.
fn shared(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count()
}

fn moved(instruction: Instruction<'_>, line: Line, wanted: String) -> Planned {
    let edit = TextEdit::replace(TextRange::new(line.start, line.text), wanted);
    Planned { edit, instruction: Some(instruction.id), moves: true }
}
