//! Parser directives: `# syntax=`, `# escape=`, `# check=` at the head of a file.

use crate::{TextRange, TextSize};

/// A parser directive's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DirectiveName {
    /// The frontend that builds the file.
    Syntax,
    /// The escape character.
    Escape,
    /// Settings of the build checks.
    Check,
}

impl DirectiveName {
    /// Reads a name, in any case.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Syntax, Self::Escape, Self::Check]
            .into_iter()
            .find(|it| it.as_str().eq_ignore_ascii_case(text))
    }

    /// The name in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Escape => "escape",
            Self::Check => "check",
        }
    }
}

/// A parser directive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// Which one.
    pub name: DirectiveName,
    /// Its value, without white space around it.
    pub value: String,
    /// From `#` to the end of its line.
    pub range: TextRange,
    /// Where the value stands.
    pub value_range: TextRange,
    /// Where the name stands.
    pub name_range: TextRange,
    /// Its line, from 0, counted by `\n`.
    pub row: u32,
}

impl Directive {
    /// Reads `# name = value`, which begins at `start` and in `row`; the tree has made sure of its form.
    pub(crate) fn read(line: &str, start: TextSize, row: u32) -> Self {
        let (before, value) = line.split_once('=').unwrap_or((line, ""));
        let word = before.trim_start_matches('#').trim_start();
        let name_start = start + TextSize::of(&before[..before.len() - word.len()]);
        let name_range = TextRange::at(name_start, TextSize::of(word.trim_end()));
        let name = DirectiveName::parse(word.trim_end()).unwrap_or(DirectiveName::Syntax);
        // BuildKit takes ASCII white space away here, and nothing else.
        let blank = |c: char| matches!(c, '\t' | '\n' | '\x0c' | '\r' | ' ');
        let blanks = value.len() - value.trim_start_matches(blank).len();
        let value_start = start + TextSize::of(&line[..line.len() - value.len() + blanks]);
        let value = value.trim_matches(blank);
        Self {
            name,
            value: value.to_owned(),
            range: TextRange::at(start, TextSize::of(line)),
            value_range: TextRange::at(value_start, TextSize::of(value)),
            name_range,
            row,
        }
    }
}
