//! `.dockerignore`: which paths of a build context a build does not see, exactly as Docker reads it.
//!
//! It is no `.gitignore`: patterns count from the top of the context, and a path is ignored when the last
//! pattern that matches it or one of its parents has no `!`. A pattern that Docker cannot read makes it
//! refuse the build, or gives no answer for the paths that it is asked about; see [`IgnoreFile::decide`].

mod class;
mod expression;
mod fault;
mod glob;
mod pattern;

use crate::model::state::clean;
use crate::{TextRange, TextSize};
pub use fault::{IgnoreFault, IgnoreFaultKind};
pub use pattern::Pattern;
use pattern::{Ends, Unreadable};

/// Docker reads no line as long as this, in bytes.
const TOO_LONG: usize = 64 * 1024;

/// An ignore file. Lines without a pattern are not in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IgnoreFile {
    patterns: Vec<Pattern>,
    has_exceptions: bool,
    faults: Vec<IgnoreFault>,
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
    /// Docker stops at this pattern, which it cannot use.
    Refused(&'a Pattern),
    /// Docker has no answer as it refuses the whole file. Or we have none, as it is too much work.
    Unknown,
}

impl IgnoreFile {
    /// Reads the text of an ignore file. Nothing in it is wrong enough to stop: what Docker refuses is
    /// kept in mind, see [`IgnoreFile::faults`].
    pub fn parse(text: &str) -> Self {
        let mut file = Self::default();
        let mut start = 0;
        for (row, whole) in (0..).zip(text.split('\n')) {
            let line = if row == 0 { whole.strip_prefix('\u{feff}').unwrap_or(whole) } else { whole };
            let shown = line.trim();
            let at = start + whole.len() - line.len() + line.len() - line.trim_start().len();
            let range = TextRange::at(size(at), size(shown.len()));
            if whole.len() >= TOO_LONG {
                file.faults.push(IgnoreFault { range, row, kind: IgnoreFaultKind::LineTooLong });
            }
            if let Some(pattern) = relative(line) {
                let fault = file.add(row, pattern.trim());
                file.faults.extend(fault.map(|kind| IgnoreFault { range, row, kind }));
            }
            start += whole.len() + 1;
        }
        file
    }

    /// Adds a pattern, and returns what is wrong with it.
    fn add(&mut self, row: u32, pattern: &str) -> Option<IgnoreFaultKind> {
        if pattern.is_empty() {
            return None;
        }
        let cleaned = clean(pattern);
        let (is_exception, text) = match cleaned.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, cleaned.as_str()),
        };
        self.has_exceptions |= is_exception;
        let pattern = Pattern::new(text, is_exception, row);
        let is_unusable = pattern.is_unusable();
        self.patterns.push(pattern);
        if text.is_empty() {
            return Some(IgnoreFaultKind::NothingBehindMark);
        }
        if glob::is_malformed(text) {
            return Some(fault::malformed(text));
        }
        is_unusable.then_some(IgnoreFaultKind::Unusable)
    }

    /// The patterns in order.
    pub fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    /// Whether there is a pattern with `!`.
    pub fn has_exceptions(&self) -> bool {
        self.has_exceptions
    }

    /// What Docker does not take, in order.
    pub fn faults(&self) -> &[IgnoreFault] {
        &self.faults
    }

    /// Whether Docker refuses to build with this file: for a line that is too long, a `!` without a
    /// pattern, or a pattern that it finds to be malformed.
    pub fn is_refused(&self) -> bool {
        self.faults.iter().any(IgnoreFault::refuses_all)
    }

    /// What becomes of a path, which counts from the top of the context. It is taken in its shortest form
    /// (`./a/../b` is `b`), but a `/` in front stays, and then only patterns made for one match.
    pub fn decide(&self, path: &str, steps: &mut Steps) -> Decision<'_> {
        if self.is_refused() {
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
                Err(Unreadable) if pattern.is_unusable() => return Decision::Refused(pattern),
                Err(Unreadable) => return Decision::Unknown,
            };
        }
        decided
    }
}

fn size(bytes: usize) -> TextSize {
    TextSize::try_from(bytes).unwrap_or_default()
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
