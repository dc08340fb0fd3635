//! A document in lines, each with what it is part of.

use crate::model::{Dockerfile, Instruction, InstructionId, SourceFile};
use crate::syntax::RelRange;
use crate::{TextRange, TextSize};

/// What a line is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineKind {
    /// Nothing but blanks, between instructions.
    Empty,
    /// A comment or a parser directive, outside of instructions.
    Comment,
    /// The first line of an instruction.
    First(InstructionId),
    /// A later line of an instruction.
    Continuation(InstructionId),
    /// A comment between the lines of an instruction.
    InnerComment(InstructionId),
    /// Nothing but blanks, between the lines of an instruction.
    InnerEmpty(InstructionId),
    /// A line of a heredoc, or the one that ends it.
    Heredoc(InstructionId),
}

impl LineKind {
    pub(super) fn instruction(self) -> Option<InstructionId> {
        match self {
            Self::Empty | Self::Comment => None,
            Self::First(id)
            | Self::Continuation(id)
            | Self::InnerComment(id)
            | Self::InnerEmpty(id)
            | Self::Heredoc(id) => Some(id),
        }
    }

    pub(super) fn is_heredoc(self) -> bool {
        matches!(self, Self::Heredoc(_))
    }
}

/// A line: lines end at `\n` alone, as BuildKit counts them, and blanks are spaces and tabs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// Its number, from 0.
    pub(super) row: u32,
    pub(super) kind: LineKind,
    pub(super) start: TextSize,
    /// Behind the blanks that it begins with.
    pub(super) text: TextSize,
    /// Before the blanks that it ends with.
    pub(super) text_end: TextSize,
    /// Before its line end.
    pub(super) end: TextSize,
    /// Behind its line end.
    pub(super) next: TextSize,
    /// Whether it ends its heredoc.
    pub(super) closes: bool,
}

/// The lines of a document.
pub(super) struct Lines<'a> {
    pub(super) dockerfile: &'a Dockerfile,
    pub(super) text: String,
    /// The line end that the document uses.
    pub(super) newline: &'static str,
    lines: Vec<Line>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(file: &'a SourceFile) -> Self {
        let dockerfile = file.dockerfile();
        let text = file.text().to_string();
        let newline = crate::text::line_end(&text);
        let mut instructions = dockerfile.instructions().peekable();
        let mut current: Option<Instruction<'_>> = None;
        let (mut start, mut lines) = (TextSize::new(0), Vec::new());
        for (row, line) in text.split_inclusive('\n').enumerate() {
            let row = u32::try_from(row).unwrap_or(u32::MAX);
            while let Some(next) = instructions.next_if(|it| it.row <= row) {
                current = Some(next);
            }
            lines.push(measure(row, start, line, current));
            start += TextSize::of(line);
        }
        Self { dockerfile, text, newline, lines }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Line> {
        self.lines.iter().copied()
    }

    /// The line that `offset` lies in; none behind the last line end.
    pub(super) fn at(&self, offset: TextSize) -> Option<Line> {
        let index = self.lines.partition_point(|line| line.next <= offset);
        let last = self.lines.last().filter(|it| it.next == it.end && it.end == offset);
        self.lines.get(index).or(last).copied()
    }

    /// The lines of an instruction.
    pub(super) fn of(&self, instruction: Instruction<'_>) -> &[Line] {
        let rows = instruction.row as usize..=instruction.last_row() as usize;
        self.lines.get(rows).unwrap_or_default()
    }

    pub(super) fn slice(&self, range: TextRange) -> &str {
        self.text.get(usize::from(range.start())..usize::from(range.end())).unwrap_or_default()
    }

    /// The blanks that a line begins with.
    pub(super) fn indent(&self, line: Line) -> &str {
        self.slice(TextRange::new(line.start, line.text))
    }

    /// What stands in a line, without the blanks around it.
    pub(super) fn content(&self, line: Line) -> &str {
        self.slice(TextRange::new(line.text, line.text_end))
    }

    /// The lines that a range touches, without the line end of the last one.
    pub(super) fn whole(&self, range: TextRange) -> TextRange {
        let first = self.lines.partition_point(|line| line.next <= range.start());
        let behind = self.lines.partition_point(|line| line.start < range.end()).max(first + 1);
        match (self.lines.get(first), self.lines.get(behind - 1)) {
            (Some(first), Some(last)) => TextRange::new(first.start, last.end),
            _ => TextRange::empty(TextSize::of(self.text.as_str())),
        }
    }

    /// Whether a line at the head of the file looks like a parser directive: what stands before it, and blanks in
    /// front of it, decide whether it is one.
    pub(super) fn may_become_directive(&self, line: Line) -> bool {
        let is_head = self.dockerfile.placed.first().is_none_or(|first| line.start < first.start);
        let name = self.content(line).strip_prefix('#').and_then(|rest| rest.split_once('='));
        let is_name = |name: &str| name.trim().bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_head && line.kind == LineKind::Comment && name.is_some_and(|(name, _)| is_name(name))
    }
}

fn measure(row: u32, start: TextSize, line: &str, current: Option<Instruction<'_>>) -> Line {
    const BLANKS: [char; 2] = [' ', '\t'];
    let content = line.strip_suffix('\n').unwrap_or(line);
    let content = content.strip_suffix('\r').unwrap_or(content);
    // A mark of the byte order is no blank, but nothing stands before what follows it.
    let mark = if start == 0.into() && content.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let blanks = content.len() - mark - content[mark..].trim_start_matches(BLANKS).len();
    let end = start + TextSize::of(content);
    let trimmed = content.trim_end_matches(BLANKS).len().max(mark + blanks);
    let (kind, closes) = match current.filter(|it| row <= it.last_row()) {
        Some(instruction) => inside(instruction, row, start, end),
        None if trimmed == mark + blanks => (LineKind::Empty, false),
        None => (LineKind::Comment, false),
    };
    let at = |offset: usize| start + TextSize::of(&content[..offset]);
    Line {
        row,
        kind,
        start: at(mark),
        text: at(mark + blanks),
        text_end: at(trimmed),
        end,
        next: start + TextSize::of(line),
        closes,
    }
}

/// What a line of an instruction is, and whether it ends a heredoc.
fn inside(instruction: Instruction<'_>, row: u32, start: TextSize, end: TextSize) -> (LineKind, bool) {
    let (id, data) = (instruction.id, instruction.data);
    if row == instruction.row {
        return (LineKind::First(id), false);
    }
    let line = TextRange::new(start, end);
    let holds = |ranges: &[RelRange]| {
        let first = ranges.partition_point(|it| instruction.abs(*it).start() < line.start());
        ranges.get(first).is_some_and(|it| instruction.abs(*it).start() <= line.end())
    };
    for heredoc in &data.heredocs {
        let closes = heredoc.terminator.is_some_and(|it| instruction.abs(it).start() >= start);
        let last = heredoc.terminator.unwrap_or(heredoc.content.range);
        let whole = instruction.abs(heredoc.content.range.cover(last));
        if whole.start() <= start && start <= whole.end() {
            return (LineKind::Heredoc(id), closes);
        }
    }
    let kind = if holds(&data.comments) {
        LineKind::InnerComment(id)
    } else if holds(&data.empty_lines) {
        LineKind::InnerEmpty(id)
    } else {
        LineKind::Continuation(id)
    };
    (kind, false)
}
