//! Edits to a text: what every fix, rename and refactoring is made of.

use crate::{TextRange, TextSize};

/// One replacement: the text of `range` becomes `new_text`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextEdit {
    /// What is replaced, in bytes of the text before any edit of the same change.
    pub range: TextRange,
    /// What stands there afterwards.
    pub new_text: String,
}

impl TextEdit {
    /// Replaces `range` by `new_text`.
    pub fn replace(range: TextRange, new_text: impl Into<String>) -> Self {
        Self { range, new_text: new_text.into() }
    }

    /// Inserts `new_text` at `offset`.
    pub fn insert(offset: TextSize, new_text: impl Into<String>) -> Self {
        Self::replace(TextRange::empty(offset), new_text)
    }

    /// Deletes `range`.
    pub fn delete(range: TextRange) -> Self {
        Self::replace(range, "")
    }
}

/// How far a change may be trusted to keep what the Dockerfile means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applicability {
    /// The meaning is kept or becomes what was plainly intended: may be applied without a look.
    Safe,
    /// The user has to look at it.
    Unsafe,
}

/// Why a list of edits is no [`SourceChange`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditError {
    /// Two edits touch the same bytes.
    Overlap(TextRange, TextRange),
    /// An edit ends behind the end of the text it is applied to.
    OutOfBounds(TextRange),
}

impl std::fmt::Display for EditError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Overlap(a, b) => write!(f, "two edits overlap, at bytes {a:?} and {b:?}"),
            Self::OutOfBounds(range) => write!(f, "an edit at bytes {range:?} ends behind the text"),
        }
    }
}

impl std::error::Error for EditError {}

/// Edits of one document, sorted and disjoint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceChange {
    edits: Vec<TextEdit>,
}

impl SourceChange {
    /// Sorts `edits`.
    ///
    /// # Errors
    /// [`EditError::Overlap`] where two of them touch the same bytes; insertions at one place keep
    /// their order and do not count as touching.
    pub fn new(mut edits: Vec<TextEdit>) -> Result<Self, EditError> {
        edits.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
        match edits.windows(2).find(|pair| pair[1].range.start() < pair[0].range.end()) {
            Some(pair) => Err(EditError::Overlap(pair[0].range, pair[1].range)),
            None => Ok(Self { edits }),
        }
    }

    /// A change of one edit.
    pub fn single(edit: TextEdit) -> Self {
        Self { edits: vec![edit] }
    }

    /// The edits, sorted and disjoint.
    pub fn edits(&self) -> &[TextEdit] {
        &self.edits
    }

    /// The text after the change.
    ///
    /// # Errors
    /// [`EditError::OutOfBounds`] where an edit ends behind `text` or inside one of its characters.
    pub fn apply(&self, text: &str) -> Result<String, EditError> {
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for edit in &self.edits {
            let (start, end) = (usize::from(edit.range.start()), usize::from(edit.range.end()));
            let kept = text.get(done..start).ok_or(EditError::OutOfBounds(edit.range))?;
            text.get(start..end).ok_or(EditError::OutOfBounds(edit.range))?;
            out.push_str(kept);
            out.push_str(&edit.new_text);
            done = end;
        }
        out.push_str(&text[done..]);
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: u32, end: u32) -> TextRange {
        TextRange::new(start.into(), end.into())
    }

    #[test]
    fn edits_are_sorted_and_applied_to_the_text_before() {
        let change = SourceChange::new(vec![
            TextEdit::replace(range(7, 10), "y"),
            TextEdit::insert(0.into(), "# a\n"),
            TextEdit::delete(range(4, 5)),
        ])
        .unwrap();
        assert_eq!(change.apply("FROM  alpine\n").unwrap(), "# a\nFROM ayne\n");
    }

    #[test]
    fn overlapping_edits_are_refused() {
        let edits = vec![TextEdit::delete(range(0, 3)), TextEdit::delete(range(2, 4))];
        assert_eq!(SourceChange::new(edits), Err(EditError::Overlap(range(0, 3), range(2, 4))));
    }

    #[test]
    fn an_edit_behind_the_text_or_inside_a_character_is_refused() {
        for bad in [range(2, 9), range(1, 2)] {
            let change = SourceChange::single(TextEdit::delete(bad));
            assert_eq!(change.apply("é\n"), Err(EditError::OutOfBounds(bad)));
        }
    }
}
