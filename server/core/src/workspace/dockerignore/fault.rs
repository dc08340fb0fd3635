//! What Docker does not take in an ignore file.

use super::TOO_LONG;
use crate::TextRange;

/// Something in an ignore file that Docker does not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoreFault {
    /// The pattern, or the line.
    pub range: TextRange,
    /// Its line, from 0.
    pub row: u32,
    /// What is wrong with it.
    pub kind: IgnoreFaultKind,
}

/// What is wrong with a line of an ignore file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IgnoreFaultKind {
    /// The line is too long to be read.
    LineTooLong,
    /// A `!` without a pattern.
    NothingBehindMark,
    /// A `\` at the end.
    NothingBehindBackslash,
    /// Brackets that are not closed, or hold what they cannot.
    BadBrackets,
    /// It is read, but nothing can be compared with it.
    Unusable,
}

impl IgnoreFault {
    /// Whether Docker refuses every build, and not only one that compares a path with the pattern.
    pub fn refuses_all(&self) -> bool {
        self.kind != IgnoreFaultKind::Unusable
    }

    /// What is wrong, and the cure.
    pub fn message(&self) -> String {
        match self.kind {
            IgnoreFaultKind::LineTooLong => {
                format!("Docker reads no line as long as this one. Write fewer than {TOO_LONG} bytes.")
            }
            IgnoreFaultKind::NothingBehindMark => {
                "Nothing stands behind `!`. Write what to take back in.".to_owned()
            }
            IgnoreFaultKind::NothingBehindBackslash => {
                "Nothing stands behind `\\`. Write `/` between folders.".to_owned()
            }
            IgnoreFaultKind::BadBrackets => {
                "The brackets are not closed, or empty. Write a set as in `[a-z]`, and `\\[` for the sign."
                    .to_owned()
            }
            IgnoreFaultKind::Unusable => {
                "Docker stops when it compares a path with this pattern. Look at its \
                                          ranges, as in `[a-z]`, and at what stands behind `\\`."
                    .to_owned()
            }
        }
    }
}

/// What is wrong with a pattern that the form of patterns does not allow.
pub(super) fn malformed(pattern: &str) -> IgnoreFaultKind {
    let backslashes = pattern.len() - pattern.trim_end_matches('\\').len();
    match backslashes % 2 {
        1 => IgnoreFaultKind::NothingBehindBackslash,
        _ => IgnoreFaultKind::BadBrackets,
    }
}
