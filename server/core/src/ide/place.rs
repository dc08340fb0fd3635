//! Where in the language the cursor stands, also on a line that is not finished yet.

use std::ops::Range;

use crate::model::shell::is_foreign;
use crate::model::{Arguments, Dockerfile, Heredoc, Instruction, InstructionId, SourceFile};
use crate::syntax::{Keyword, LogicalLine};
use crate::{TextRange, TextSize};

/// Where the cursor stands.
#[derive(Debug)]
pub(super) enum Place<'a> {
    /// In a comment line at the head of the file, where a parser directive can stand: the text between
    /// its `#` and the cursor.
    Directive(Word),
    /// In a comment that stands above an instruction and begins in the first column: the same.
    Comment(Word),
    /// On a line of its own, in front of everything.
    LineStart(Word),
    /// In the keyword of an instruction.
    Keyword(Instruction<'a>, Word),
    /// In the keyword of ONBUILD's trigger.
    Trigger(Instruction<'a>, Word),
    /// In a heredoc, where something expands variables.
    Heredoc(Instruction<'a>, Word),
    /// In what follows a keyword.
    Arguments(Typed<'a>),
}

impl Place<'_> {
    fn word(&self) -> &Word {
        match self {
            Self::Directive(word) | Self::Comment(word) | Self::LineStart(word) => word,
            Self::Keyword(_, word) | Self::Trigger(_, word) | Self::Heredoc(_, word) => word,
            Self::Arguments(typed) => &typed.word,
        }
    }
}

/// A word that is being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// What stands of it in front of the cursor.
    pub(super) typed: String,
    /// Where it begins.
    pub(super) start: TextSize,
    /// The cursor.
    pub(super) cursor: TextSize,
    /// What follows the cursor on its line.
    pub(super) behind: String,
}

impl Word {
    /// The range from the word's start to the first character behind the cursor that `ends` it.
    pub(super) fn until(&self, ends: impl Fn(char) -> bool) -> TextRange {
        let tail = self.behind.find(|it: char| it.is_whitespace() || ends(it)).unwrap_or(self.behind.len());
        TextRange::new(self.start, self.cursor + TextSize::of(&self.behind[..tail]))
    }

    /// The same up to and with the next `=`, where one ends the word: what a name with `=` replaces.
    pub(super) fn with_equals(&self, ends: impl Fn(char) -> bool) -> TextRange {
        let range = self.until(|it| it == '=' || ends(it));
        let after = &self.behind[usize::from(range.end() - self.cursor)..];
        let equals = TextSize::new(u32::from(after.starts_with('=')));
        TextRange::new(range.start(), range.end() + equals)
    }

    /// The part of the word from byte `at` of what is typed.
    pub(super) fn from(&self, at: usize) -> Self {
        let typed = self.typed.get(at..).unwrap_or("").to_owned();
        // The word stands on one line.
        let start = self.cursor.checked_sub(TextSize::of(typed.as_str())).unwrap_or(self.start);
        Self { typed, start, ..self.clone() }
    }
}

/// What is typed behind a keyword.
#[derive(Debug)]
pub(super) struct Typed<'a> {
    /// The instruction.
    pub(super) instruction: Instruction<'a>,
    /// The keyword that the words belong to: ONBUILD's trigger, if there is one.
    pub(super) keyword: Keyword,
    /// Whether only flags stand in front of the cursor.
    pub(super) among_flags: bool,
    /// The words between flags and cursor.
    pub(super) words: Vec<String>,
    /// The word at the cursor; may be empty.
    pub(super) word: Word,
    /// Everything between flags and cursor, as one text.
    pub(super) text: String,
    /// Whether a single quote is open at the cursor.
    pub(super) in_single_quotes: bool,
}

/// Where `offset` lies; none where nothing of the language can be typed.
pub(super) fn place(file: &SourceFile, offset: TextSize) -> Option<Place<'_>> {
    let offset = offset.min(file.text().len());
    let line = file.text().line_range(offset);
    // Inside of a character is in front of it.
    let before = file.text().slice(TextRange::new(line.start(), offset.clamp(line.start(), line.end())));
    let offset = line.start() + TextSize::of(before.as_ref());
    let behind = file.text().slice(TextRange::new(offset, line.end())).into_owned();
    let found = match instruction_around(file, offset) {
        Some(instruction) => in_instruction(file, instruction, offset, behind),
        None => outside(file, &before, offset, behind),
    };
    // A word that goes over several lines cannot be replaced as one.
    found.filter(|place| place.word().start >= line.start())
}

/// On a line that belongs to no instruction; `before` is what stands on it in front of the cursor.
fn outside<'a>(file: &SourceFile, before: &str, offset: TextSize, behind: String) -> Option<Place<'a>> {
    let line = offset - TextSize::of(before);
    let written = before.trim_start_matches('\u{feff}');
    let is_first_column = written.starts_with('#');
    let before = written.trim_start();
    let Some(comment) = before.strip_prefix('#') else {
        let word = Word { typed: before.to_owned(), start: offset, cursor: offset, behind };
        // An instruction on this line would have been found; in front of a comment there is room for none.
        let is_empty = before.is_empty() && word.behind.trim_start_matches('\u{feff}').trim().is_empty();
        return is_empty.then_some(Place::LineStart(word));
    };
    let typed = comment.trim_start().to_owned();
    let start = offset - TextSize::of(typed.as_str());
    let word = Word { typed, start, cursor: offset, behind };
    if is_at_head(file, file.dockerfile(), line) {
        return Some(Place::Directive(word));
    }
    let is_above = file.dockerfile().placed.last().is_some_and(|last| last.start > offset);
    (is_above && is_first_column).then_some(Place::Comment(word))
}

/// Whether nothing but parser directives stands above a line.
fn is_at_head(file: &SourceFile, dockerfile: &Dockerfile, line: TextSize) -> bool {
    let above = dockerfile.directives.iter().filter(|it| it.range.end() < line).count();
    file.text().newline_point(line).0 == above
}

/// The instruction that `offset` belongs to: also with blanks between them, or with line ends where
/// the instruction is still open.
fn instruction_around(file: &SourceFile, offset: TextSize) -> Option<Instruction<'_>> {
    let dockerfile = file.dockerfile();
    let index = dockerfile.placed.partition_point(|placed| placed.start <= offset).checked_sub(1)?;
    let found = dockerfile.instruction(InstructionId(u32::try_from(index).ok()?));
    let end = found.range().end();
    if offset <= end || found.data.heredocs.iter().any(|it| it.terminator.is_none()) {
        return Some(found);
    }
    let gap = file.text().slice(TextRange::new(end, offset));
    if !gap.chars().all(char::is_whitespace) {
        return None;
    }
    let is_open = !gap.contains(['\n', '\r']) || ends_open(file, found);
    is_open.then_some(found)
}

/// Whether the last line of an instruction is continued.
fn ends_open(file: &SourceFile, instruction: Instruction<'_>) -> bool {
    let last = file.text().line_range(instruction.range().end());
    instruction.data.heredocs.is_empty()
        && file.text().slice(last).trim_end().ends_with(file.dockerfile().escape)
}

fn in_instruction<'a>(
    file: &'a SourceFile,
    instruction: Instruction<'a>,
    offset: TextSize,
    behind: String,
) -> Option<Place<'a>> {
    let mut heredocs = instruction.data.heredocs.iter();
    if heredocs.any(|it| instruction.abs(it.content.range).start() <= offset) {
        return in_heredoc(file, instruction, offset, behind);
    }
    let prefix = Prefix::of(file, instruction, offset)?;
    // Behind the sign that continues the line no word goes on.
    if prefix.text().ends_with(file.dockerfile().escape) && behind.trim().is_empty() {
        return None;
    }
    // Nor is there room in front of a comment between the lines.
    let line = file.text().slice(TextRange::new(file.text().line_range(offset).start(), offset));
    if line.trim().is_empty() && behind.trim_start().starts_with('#') {
        return None;
    }
    let mut keyword = prefix.word(0);
    if keyword.end == prefix.text().len() {
        return Some(Place::Keyword(instruction, prefix.typed(keyword, behind)));
    }
    let mut kind = Keyword::parse(&prefix.text()[keyword.clone()]);
    if kind == Keyword::Onbuild {
        keyword = prefix.word(keyword.end);
        if keyword.end == prefix.text().len() {
            return Some(Place::Trigger(instruction, prefix.typed(keyword, behind)));
        }
        kind = Keyword::parse(&prefix.text()[keyword.clone()]);
    }
    let mut among_flags = true;
    let mut words = Vec::new();
    let mut word = prefix.word(keyword.end);
    let mut text_start = word.start;
    while word.end < prefix.text().len() {
        let text = &prefix.text()[word.clone()];
        among_flags &= text.starts_with("--") && text != "--";
        if !among_flags {
            words.push(text.to_owned());
        }
        word = prefix.word(word.end);
        if among_flags {
            text_start = word.start;
        }
    }
    let in_single_quotes = in_single_quotes(&prefix.text()[keyword.end..]);
    let word = prefix.typed(word, behind);
    let text = prefix.text()[text_start..].to_owned();
    Some(Place::Arguments(Typed {
        instruction,
        keyword: kind,
        among_flags,
        words,
        word,
        text,
        in_single_quotes,
    }))
}

/// In the text of a heredoc: where BuildKit or a shell expands it.
fn in_heredoc<'a>(
    file: &'a SourceFile,
    instruction: Instruction<'a>,
    offset: TextSize,
    behind: String,
) -> Option<Place<'a>> {
    let data = instruction.data;
    let is_in = |it: &&Heredoc| {
        let content = instruction.abs(it.content.range);
        let is_open = it.terminator.is_none();
        content.start() <= offset && (offset < content.end() || (offset == content.end() && is_open))
    };
    let heredoc = data.heredocs.iter().find(is_in)?;
    // A heredoc that is the whole command is a script: the shell expands it, whether its name has quotes or not.
    let redirect = instruction.abs(heredoc.redirect);
    let is_script =
        matches!(&data.arguments, Arguments::Text(text) if instruction.abs(text.range) == redirect);
    if !heredoc.expand && !is_script || is_script && is_foreign(&heredoc.content.text) {
        return None;
    }
    let line = file.text().slice(TextRange::new(file.text().line_range(offset).start(), offset));
    let in_quotes = data.keyword == Keyword::Run && in_single_quotes(&line);
    let typed = line.rsplit(char::is_whitespace).next().unwrap_or_default().to_owned();
    let start = offset - TextSize::of(typed.as_str());
    (!in_quotes).then_some(Place::Heredoc(instruction, Word { typed, start, cursor: offset, behind }))
}

/// Whether a single quote is open at the end of a text.
fn in_single_quotes(text: &str) -> bool {
    let mut open = None;
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match (open, char) {
            (Some('\''), '\\') => {}
            (_, '\\') => drop(chars.next()),
            (Some(quote), char) if quote == char => open = None,
            (None, '\'' | '"') => open = Some(char),
            _ => {}
        }
    }
    open == Some('\'')
}

/// The text of an instruction around the cursor, its lines joined.
pub(super) struct Around<'a> {
    /// The instruction.
    pub(super) instruction: Instruction<'a>,
    /// What stands in front of the cursor.
    pub(super) before: String,
    /// What stands behind it.
    pub(super) after: String,
}

/// The instruction that is typed at `offset`; none in comments and in the text of heredocs.
pub(super) fn around(file: &SourceFile, offset: TextSize) -> Option<Around<'_>> {
    let offset = offset.min(file.text().len());
    let instruction = instruction_around(file, offset)?;
    let mut heredocs = instruction.data.heredocs.iter();
    if heredocs.any(|it| instruction.abs(it.content.range).start() <= offset) {
        return None;
    }
    let prefix = Prefix::of(file, instruction, offset)?;
    let line = &instruction.data.line;
    let at = line.offset_of_source(u32::from(offset - instruction.start));
    let after = line.text().get(at..).unwrap_or_default().to_owned();
    Some(Around { instruction, before: prefix.text().to_owned(), after })
}

/// An instruction's text in front of the cursor, its lines joined.
struct Prefix {
    line: LogicalLine,
    start: TextSize,
    cursor: TextSize,
}

impl Prefix {
    /// None where the cursor is in a comment between the lines.
    fn of(file: &SourceFile, instruction: Instruction<'_>, cursor: TextSize) -> Option<Self> {
        let escape = file.dockerfile().escape;
        let text = file.text().slice(TextRange::new(instruction.start, cursor));
        let mut line = LogicalLine::default();
        let mut at = 0;
        for (row, physical) in text.split_inclusive('\n').enumerate() {
            let is_whole = physical.ends_with('\n');
            let is_comment = row > 0 && physical.trim_start().starts_with('#');
            if is_comment && !is_whole {
                return None;
            }
            if !is_comment {
                let mut piece = physical;
                if is_whole {
                    piece = piece.trim_end();
                    piece = piece.strip_suffix(escape).unwrap_or(piece);
                }
                line.push(piece, at);
            }
            at += u32::try_from(physical.len()).ok()?;
        }
        Some(Self { line, start: instruction.start, cursor })
    }

    fn text(&self) -> &str {
        self.line.text()
    }

    /// The next word from byte `from` on; it ends at the text's end when the cursor is in it.
    fn word(&self, from: usize) -> Range<usize> {
        let rest = &self.text()[from..];
        let start = from + (rest.len() - rest.trim_start().len());
        let word = &self.text()[start..];
        start..start + word.find(char::is_whitespace).unwrap_or(word.len())
    }

    fn typed(&self, range: Range<usize>, behind: String) -> Word {
        let start = match range.is_empty() {
            true => self.cursor,
            false => self.start + TextSize::new(self.line.source_of(range.start)),
        };
        Word {
            typed: self.text()[range].to_owned(),
            start: start.min(self.cursor),
            cursor: self.cursor,
            behind,
        }
    }
}
