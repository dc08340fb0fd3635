//! `.dockerignore`: which paths of a build context a build does not see, exactly as Docker reads it.
//!
//! It is no `.gitignore`: patterns count from the top of the context, and a path is ignored when the last
//! pattern that matches it or one of its parents has no `!`. A pattern that Docker cannot read makes it
//! refuse the build, or gives no answer for the paths that it is asked about; see [`IgnoreFile::decide`].

mod class;
mod expression;
mod glob;
mod pattern;

use crate::model::state::clean;
pub use pattern::Pattern;
use pattern::{Ends, Unreadable};

/// Docker reads no line as long as this, in bytes.
const TOO_LONG: usize = 64 * 1024;

/// An ignore file. Lines without a pattern are not in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IgnoreFile {
    patterns: Vec<Pattern>,
    has_exceptions: bool,
    is_refused: bool,
}

/// How much work matching may be, so that no file can make it long: a step is about a look at one sign of
/// a path with one sign of a pattern in mind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Steps(usize);

impl Default for Steps {
    fn default() -> Self {
        Self(4_000_000)
    }
}

impl Steps {
    /// Takes some away.
    fn take(&mut self, steps: usize) -> Result<(), Unreadable> {
        self.0 = self.0.checked_sub(steps).ok_or(Unreadable)?;
        Ok(())
    }
}

/// What an ignore file says about a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision<'a> {
    /// It is in the build context.
    Kept,
    /// It is not: because of this pattern.
    Ignored(&'a Pattern),
    /// Docker has no answer: a pattern that it cannot read comes first. Or it is too much work.
    Unknown,
}

impl IgnoreFile {
    /// Reads the text of an ignore file. Nothing in it is wrong enough to stop: what Docker refuses is
    /// kept in mind, see [`IgnoreFile::is_refused`].
    pub fn parse(text: &str) -> Self {
        let mut file = Self::default();
        for (row, line) in (0..).zip(text.split('\n')) {
            file.is_refused |= line.len() >= TOO_LONG;
            let line = if row == 0 { line.strip_prefix('\u{feff}').unwrap_or(line) } else { line };
            if let Some(pattern) = relative(line) {
                file.add(row, pattern.trim());
            }
        }
        file
    }

    fn add(&mut self, row: u32, pattern: &str) {
        if pattern.is_empty() {
            return;
        }
        let cleaned = clean(pattern);
        let (is_exception, text) = match cleaned.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, cleaned.as_str()),
        };
        self.is_refused |= text.is_empty() || glob::is_malformed(text);
        self.has_exceptions |= is_exception;
        self.patterns.push(Pattern::new(text, is_exception, row));
    }

    /// The patterns in order.
    pub fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    /// Whether there is a pattern with `!`.
    pub fn has_exceptions(&self) -> bool {
        self.has_exceptions
    }

    /// Whether Docker refuses to build with this file: for a line that is too long, a `!` without a
    /// pattern, or a pattern that it finds to be malformed.
    pub fn is_refused(&self) -> bool {
        self.is_refused
    }

    /// What becomes of a path, which counts from the top of the context. It is taken in its shortest form
    /// (`./a/../b` is `b`), but a `/` in front stays, and then only patterns made for one match.
    pub fn decide(&self, path: &str, steps: &mut Steps) -> Decision<'_> {
        if self.is_refused {
            return Decision::Unknown;
        }
        let path = clean(path);
        let ends = Ends::of(&path);
        let mut decided = Decision::Kept;
        for pattern in &self.patterns {
            let is_ignored = decided != Decision::Kept;
            // Only a pattern that would change something is looked at.
            if pattern.is_exception() != is_ignored {
                continue;
            }
            decided = match pattern.matches(&path, &ends, steps) {
                Ok(false) => decided,
                Ok(true) if is_ignored => Decision::Kept,
                Ok(true) => Decision::Ignored(pattern),
                Err(Unreadable) => return Decision::Unknown,
            };
        }
        decided
    }
}

/// The pattern in a line, relative to the context; none in a comment and in a blank line.
fn relative(line: &str) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let line = line.trim();
    let (mark, pattern) = match line.strip_prefix('!') {
        Some(rest) => ("!", rest.trim()),
        None => ("", line),
    };
    if pattern.is_empty() {
        // A `!` alone stays one.
        return (!mark.is_empty()).then(|| mark.to_owned());
    }
    let cleaned = clean(pattern);
    let from_top = cleaned.strip_prefix('/').filter(|rest| !rest.is_empty()).unwrap_or(&cleaned);
    Some(format!("{mark}{from_top}"))
}

#[cfg(test)]
mod tests;
