//! Ranges relative to the start of an instruction.
//!
//! An instruction that an edit does not touch keeps its lowered form and only moves, so what is
//! inside it is kept relative to its start. [`RelRange`] is a type of its own so that the compiler
//! finds a forgotten conversion.

use crate::{TextRange, TextSize};

/// A range in bytes from the start of an instruction's keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RelRange {
    start: u32,
    end: u32,
}

impl RelRange {
    /// The range `start..end`; an end before the start counts as the start.
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, end: end.max(start) }
    }

    /// The absolute range, for an instruction that starts at `base`.
    pub fn at(self, base: TextSize) -> TextRange {
        TextRange::new(base + TextSize::new(self.start), base + TextSize::new(self.end))
    }

    /// First byte, from the instruction's start.
    pub fn start(self) -> u32 {
        self.start
    }

    /// Behind the last byte, from the instruction's start.
    pub fn end(self) -> u32 {
        self.end
    }

    /// The smallest range that holds both.
    #[must_use]
    pub fn cover(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.end.max(other.end))
    }
}

/// A value that BuildKit reads, with the source it comes from. `text` need not be the source's text:
/// continuations are joined, and in flags quotes and escapes are resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned {
    /// The value.
    pub text: String,
    /// Where it stands.
    pub range: RelRange,
}
