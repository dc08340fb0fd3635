//! Where lines begin, for those who ask for many positions of one text.

use super::document::{LineCol, PositionEncoding, TextDocument};
use crate::{TextRange, TextSize};

/// The lines of one text: what [`TextDocument::line_col`] says, in a fraction of the time once the table is made.
#[derive(Debug, Clone)]
pub struct LineTable {
    starts: Vec<TextSize>,
    is_ascii: bool,
}

impl LineTable {
    /// Goes through a text once.
    pub fn of(text: &TextDocument) -> Self {
        Self { starts: text.line_starts(), is_ascii: text.is_ascii() }
    }

    /// The column of an offset that may stand in this line, where that can be told without a look at the text.
    pub fn col_in_row(&self, line: u32, offset: TextSize) -> Option<u32> {
        let (start, next) = (self.starts.get(line as usize)?, self.starts.get(line as usize + 1));
        let is_inside = *start <= offset && next.is_none_or(|next| offset < *next);
        (self.is_ascii && is_inside).then(|| u32::from(offset - *start))
    }

    /// The position of `offset` in the text that the table was made of; cut like that of [`TextDocument::line_col`].
    pub fn line_col(&self, text: &TextDocument, offset: TextSize, encoding: PositionEncoding) -> LineCol {
        let offset = offset.min(text.len());
        let line = self.starts.partition_point(|&start| start <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or_default();
        let col = if self.is_ascii {
            usize::from(offset - start)
        } else {
            let before = text.slice(TextRange::new(start, offset));
            match encoding {
                PositionEncoding::Utf8 => before.len(),
                PositionEncoding::Utf16 => before.encode_utf16().count(),
                PositionEncoding::Utf32 => before.chars().count(),
            }
        };
        let number = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
        LineCol { line: number(line), col: number(col) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_those_of_the_text() {
        for text in
            ["", "a", "a\n", "FROM a\r\nRUN b\n\n\rc", "ü\n🐳 x\u{2028}y\r\nß\r", "\r\n\r\n", "\n\r\n\r"]
        {
            let document = TextDocument::from(text);
            let table = LineTable::of(&document);
            for offset in 0..text.len() + 3 {
                let offset = TextSize::try_from(offset).unwrap();
                for encoding in [PositionEncoding::Utf8, PositionEncoding::Utf16, PositionEncoding::Utf32] {
                    let expected = document.line_col(offset, encoding);
                    assert_eq!(table.line_col(&document, offset, encoding), expected, "{text:?} {offset:?}");
                    for line in 0..5 {
                        let col = table.col_in_row(line, offset.min(document.len()));
                        assert!(
                            col.is_none_or(|col| LineCol { line, col } == expected),
                            "{text:?} {offset:?}"
                        );
                    }
                }
            }
        }
    }
}
