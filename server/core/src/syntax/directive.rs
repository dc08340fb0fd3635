//! Parser directives: `# syntax=`, `# escape=`, `# check=` at the head of a file.

use crate::TextRange;

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
    /// Its line, from 0, counted by `\n`.
    pub row: u32,
}
