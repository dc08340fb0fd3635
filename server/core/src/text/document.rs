//! A document's text as a rope, with positions as editors count them.

use std::borrow::Cow;

use ropey::Rope;

use crate::{TextRange, TextSize};

/// The unit in which a position's column counts, as agreed on with the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PositionEncoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units: the protocol's default.
    #[default]
    Utf16,
    /// Unicode scalar values.
    Utf32,
}

/// A position: line and column from 0, the column in units of a [`PositionEncoding`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineCol {
    /// Line from 0. Lines end at `\n`, `\r\n` or `\r`, as in the language server protocol.
    pub line: u32,
    /// Column from 0.
    pub col: u32,
}

/// The text of one document. Cloning is cheap: clones share their content.
#[derive(Debug, Clone, Default)]
pub struct TextDocument {
    rope: Rope,
    /// How many `\r` stand without a `\n` behind them: line ends to the protocol, but not to the parser.
    /// Nearly always 0, and then lines and rows are the same.
    lone_crs: usize,
}

impl From<&str> for TextDocument {
    fn from(text: &str) -> Self {
        let rope = Rope::from_str(text);
        let lone_crs = lone_crs(&rope, 0, rope.len_bytes());
        Self { rope, lone_crs }
    }
}

impl std::fmt::Display for TextDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.rope.chunks().try_for_each(|chunk| f.write_str(chunk))
    }
}

impl TextDocument {
    /// Length in bytes.
    pub fn len(&self) -> TextSize {
        TextSize::try_from(self.rope.len_bytes()).unwrap_or(TextSize::new(u32::MAX))
    }

    /// Whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.rope.len_bytes() == 0
    }

    /// Number of lines as the protocol counts them: one more than there are line ends.
    pub fn line_count(&self) -> u32 {
        u32::try_from(self.rope.len_lines()).unwrap_or(u32::MAX)
    }

    /// Where each line begins.
    pub(super) fn line_starts(&self) -> Vec<TextSize> {
        let mut starts = Vec::with_capacity(self.rope.len_lines());
        let mut start = 0;
        if self.lone_crs > 0 {
            starts.extend(self.rope.lines().map(|line| {
                let here = start;
                start += line.len_bytes();
                TextSize::new(saturate(here))
            }));
            return starts;
        }
        starts.push(TextSize::new(0));
        for chunk in self.rope.chunks() {
            starts.extend(chunk.match_indices('\n').map(|(at, _)| TextSize::new(saturate(start + at + 1))));
            start += chunk.len();
        }
        starts
    }

    /// Whether every character is one byte.
    pub(super) fn is_ascii(&self) -> bool {
        self.rope.len_chars() == self.rope.len_bytes()
    }

    /// The text of `range`, cut to the document and to whole characters; borrowed where it lies in
    /// one piece.
    pub fn slice(&self, range: TextRange) -> Cow<'_, str> {
        let start = self.floor_char(usize::from(range.start()));
        let end = self.floor_char(usize::from(range.end())).max(start);
        Cow::from(self.rope.byte_slice(start..end))
    }

    /// The position of `offset`, which is cut to the document and to a whole character.
    pub fn line_col(&self, offset: TextSize, encoding: PositionEncoding) -> LineCol {
        let byte = self.floor_char(usize::from(offset));
        let line = self.rope.byte_to_line(byte);
        let start = self.rope.line_to_byte(line);
        let col = match encoding {
            PositionEncoding::Utf8 => byte - start,
            PositionEncoding::Utf16 => {
                let utf16 = |at| self.rope.char_to_utf16_cu(self.rope.byte_to_char(at));
                utf16(byte) - utf16(start)
            }
            PositionEncoding::Utf32 => self.rope.byte_to_char(byte) - self.rope.byte_to_char(start),
        };
        LineCol { line: saturate(line), col: saturate(col) }
    }

    /// The offset of `position`. A column behind the end of its line is the end of that line (before
    /// its line end), one inside a character is that character's start; a line behind the last one
    /// is the end of the text.
    pub fn offset(&self, position: LineCol, encoding: PositionEncoding) -> TextSize {
        let line = position.line as usize;
        if line >= self.rope.len_lines() {
            return self.len();
        }
        let start = self.rope.line_to_byte(line);
        let end = self.line_content_end(line);
        let col = position.col as usize;
        let byte = match encoding {
            PositionEncoding::Utf8 => self.floor_char(start.saturating_add(col)),
            PositionEncoding::Utf16 => {
                let unit = self.rope.char_to_utf16_cu(self.rope.byte_to_char(start)).saturating_add(col);
                let unit = unit.min(self.rope.len_utf16_cu());
                self.rope.char_to_byte(self.rope.utf16_cu_to_char(unit))
            }
            PositionEncoding::Utf32 => {
                let char = self.rope.byte_to_char(start).saturating_add(col).min(self.rope.len_chars());
                self.rope.char_to_byte(char)
            }
        };
        TextSize::new(saturate(byte.min(end)))
    }

    /// The bytes of the line that holds `offset`, without its line end.
    pub fn line_range(&self, offset: TextSize) -> TextRange {
        let line = self.rope.byte_to_line(self.floor_char(usize::from(offset)));
        let (start, end) = (self.rope.line_to_byte(line), self.line_content_end(line));
        TextRange::new(TextSize::new(saturate(start)), TextSize::new(saturate(end)))
    }

    /// Replaces `range`, cut to the document and to whole characters, by `text`. Returns the range
    /// that was really replaced.
    pub fn replace(&mut self, range: TextRange, text: &str) -> TextRange {
        let start = self.floor_char(usize::from(range.start()));
        let end = self.floor_char(usize::from(range.end())).max(start);
        let first = self.rope.byte_to_char(start);
        // What stands before the range may be a `\r` that gains or loses its `\n`.
        let around = self.floor_char(start.saturating_sub(1));
        self.lone_crs -= lone_crs(&self.rope, around, end);
        self.rope.remove(first..self.rope.byte_to_char(end));
        self.rope.insert(first, text);
        self.lone_crs += lone_crs(&self.rope, around, start + text.len());
        TextRange::new(TextSize::new(saturate(start)), TextSize::new(saturate(end)))
    }

    /// Row and column in bytes of `byte`, with rows that end at `\n` alone: what tree-sitter calls a
    /// point, and how BuildKit counts lines.
    pub fn newline_point(&self, offset: TextSize) -> (usize, usize) {
        let byte = self.floor_char(usize::from(offset));
        if self.lone_crs == 0 {
            let row = self.rope.byte_to_line(byte);
            return (row, byte - self.rope.line_to_byte(row));
        }
        // Some of the protocol's lines are no rows; count them one by one.
        let (mut row, mut start, mut at) = (0, 0, 0);
        for chunk in self.rope.byte_slice(..byte).chunks() {
            row += chunk.bytes().filter(|&byte| byte == b'\n').count();
            start = chunk.rfind('\n').map_or(start, |newline| at + newline + 1);
            at += chunk.len();
        }
        (row, byte - start)
    }

    /// Where the content of `line` ends, before its line end.
    fn line_content_end(&self, line: usize) -> usize {
        let start = self.rope.line_to_byte(line);
        let slice = self.rope.line(line);
        let mut end = start + slice.len_bytes();
        // At most two characters can belong to a line end.
        for _ in 0..2 {
            match (end > start).then(|| self.rope.byte(end - 1)) {
                Some(b'\n' | b'\r') => end -= 1,
                _ => break,
            }
        }
        end
    }

    /// The start of the character that `byte` lies in, cut to the text's length.
    fn floor_char(&self, byte: usize) -> usize {
        if byte >= self.rope.len_bytes() {
            return self.rope.len_bytes();
        }
        let (chunk, start, _, _) = self.rope.chunk_at_byte(byte);
        let inside = (0..=byte - start).rev().find(|&at| chunk.is_char_boundary(at));
        start + inside.unwrap_or(0)
    }
}

/// How many `\r` in the bytes `start..end` have no `\n` behind them, be it inside or outside.
fn lone_crs(rope: &Rope, start: usize, end: usize) -> usize {
    let mut count = 0;
    let mut after_cr = false;
    for chunk in rope.byte_slice(start..end).chunks() {
        count += usize::from(after_cr && !chunk.starts_with('\n'));
        let inside = chunk.match_indices('\r');
        let lone = inside.filter(|(at, _)| chunk[at + 1..].bytes().next().is_some_and(|next| next != b'\n'));
        count += lone.count();
        after_cr = chunk.ends_with('\r');
    }
    count + usize::from(after_cr && rope.get_byte(end) != Some(b'\n'))
}

fn saturate(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ENCODINGS: [PositionEncoding; 3] =
        [PositionEncoding::Utf8, PositionEncoding::Utf16, PositionEncoding::Utf32];

    fn at(line: u32, col: u32) -> LineCol {
        LineCol { line, col }
    }

    fn range(start: u32, end: u32) -> TextRange {
        TextRange::new(start.into(), end.into())
    }

    #[test]
    fn lines_end_as_in_the_protocol_and_at_nothing_else() {
        let text = TextDocument::from("a\nb\r\nc\rd\u{2028}e\u{85}f\u{b}g\u{c}h");
        assert_eq!(text.line_count(), 4);
        assert_eq!(text.line_col(text.len(), PositionEncoding::Utf32), at(3, 9));
        assert_eq!(text.line_range(3.into()), range(2, 3), "without its line end");
        assert_eq!(TextDocument::from("").line_count(), 1);
        assert_eq!(TextDocument::from("a\n").line_count(), 2);
    }

    #[test]
    fn columns_count_in_the_agreed_unit() {
        // é: 2 bytes, 1 unit; 🐳: 4 bytes, 2 units.
        let text = TextDocument::from("é🐳x");
        let cols = |offset: u32| ENCODINGS.map(|encoding| text.line_col(offset.into(), encoding).col);
        assert_eq!(cols(2), [2, 1, 1]);
        assert_eq!(cols(6), [6, 3, 2]);
        assert_eq!(cols(4), [2, 1, 1], "inside a character is its start");
        assert_eq!(text.offset(at(0, 3), PositionEncoding::Utf16), 6.into());
        assert_eq!(text.offset(at(0, 2), PositionEncoding::Utf16), 2.into(), "between surrogates");
        assert_eq!(text.offset(at(0, 3), PositionEncoding::Utf8), 2.into(), "inside a character");
    }

    #[test]
    fn what_is_out_of_range_is_cut() {
        let mut text = TextDocument::from("ab\r\ncd");
        for encoding in ENCODINGS {
            assert_eq!(text.offset(at(0, 99), encoding), 2.into(), "before the line end");
            assert_eq!(text.offset(at(0, u32::MAX), encoding), 2.into());
            assert_eq!(text.offset(at(1, 99), encoding), 6.into());
            assert_eq!(text.offset(at(u32::MAX, 0), encoding), 6.into());
            assert_eq!(text.line_col(99.into(), encoding), at(1, 2));
        }
        assert_eq!(text.slice(range(4, 99)), "cd");
        assert_eq!(text.slice(range(98, 99)), "");
        assert_eq!(text.replace(range(5, 99), "!"), range(5, 6));
        assert_eq!(text.to_string(), "ab\r\nc!");
        assert_eq!(text.line_range(99.into()), range(4, 6));
        assert_eq!(text.newline_point(99.into()), (1, 2));
    }

    #[test]
    fn edits_keep_to_whole_characters() {
        let mut text = TextDocument::from("é🐳x");
        assert_eq!(text.replace(range(1, 5), "y"), range(0, 2), "cut to the start of what they lie in");
        assert_eq!(text.to_string(), "y🐳x");
    }

    #[test]
    fn rows_end_at_a_newline_alone() {
        let mut text = TextDocument::from("a\rb\r\nc");
        assert_eq!(text.newline_point(3.into()), (0, 3));
        assert_eq!(text.newline_point(5.into()), (1, 0));
        // The lone `\r` becomes half of a line end, and loses it again.
        text.replace(range(2, 2), "\n");
        assert_eq!(text.newline_point(4.into()), (1, 1));
        text.replace(range(2, 3), "");
        assert_eq!(text.newline_point(3.into()), (0, 3));
    }

    #[test]
    fn clones_do_not_change_with_the_original() {
        let mut text = TextDocument::from("a");
        let before = text.clone();
        text.replace(range(0, 1), "b");
        assert_eq!((before.to_string(), text.to_string()), ("a".to_owned(), "b".to_owned()));
    }

    #[test]
    fn large_texts_lie_in_several_chunks() {
        let content = "RUN echo é\r\n".repeat(5_000);
        let mut text = TextDocument::from(content.as_str());
        assert!(text.to_string() == content);
        assert_eq!(text.lone_crs, 0);
        text.replace(range(0, 0), "\r");
        assert_eq!(text.newline_point(text.len()), (5_000, 0));
    }

    /// Where the lines of a text start, and where their content ends.
    fn lines(text: &str) -> Vec<(usize, usize)> {
        let mut lines = Vec::new();
        let (mut start, mut at) = (0, 0);
        let bytes = text.as_bytes();
        while at < bytes.len() {
            let end = at;
            match bytes[at] {
                b'\n' => at += 1,
                b'\r' => at += 1 + usize::from(bytes.get(at + 1) == Some(&b'\n')),
                _ => {
                    at += 1;
                    continue;
                }
            }
            lines.push((start, end));
            start = at;
        }
        lines.push((start, text.len()));
        lines
    }

    fn width(text: &str, encoding: PositionEncoding) -> u32 {
        saturate(match encoding {
            PositionEncoding::Utf8 => text.len(),
            PositionEncoding::Utf16 => text.encode_utf16().count(),
            PositionEncoding::Utf32 => text.chars().count(),
        })
    }

    fn floor(text: &str, mut at: usize) -> usize {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    /// Compares everything a document says with what follows from its text as a string.
    fn agrees(document: &TextDocument, text: &str) -> Result<(), TestCaseError> {
        prop_assert_eq!(document.to_string(), text);
        prop_assert_eq!(usize::from(document.len()), text.len());
        prop_assert_eq!(document.is_empty(), text.is_empty());
        let lines = lines(text);
        prop_assert_eq!(document.line_count() as usize, lines.len());
        for offset in 0..=text.len() + 1 {
            let size = TextSize::try_from(offset).unwrap();
            let byte = floor(text, offset);
            let line = lines.iter().rposition(|&(start, _)| start <= byte).unwrap_or(0);
            let (start, end) = lines[line];
            prop_assert_eq!(document.line_range(size), range(saturate(start), saturate(end)));
            for encoding in ENCODINGS {
                let position = at(saturate(line), width(&text[start..byte], encoding));
                prop_assert_eq!(document.line_col(size, encoding), position);
                // Back again; between `\r` and `\n` there is no position.
                prop_assert_eq!(usize::from(document.offset(position, encoding)), byte.min(end));
            }
            let row = text[..byte].matches('\n').count();
            let column = byte - text[..byte].rfind('\n').map_or(0, |newline| newline + 1);
            prop_assert_eq!(document.newline_point(size), (row, column));
        }
        Ok(())
    }

    const TEXT: &str = "[a\n\ré🐳\u{2028} ]{0,12}";

    proptest! {
        #[test]
        fn a_document_is_a_string_under_edits(
            text in TEXT,
            edits in proptest::collection::vec((0u32..20, 0u32..20, TEXT), 0..6),
        ) {
            let (mut document, mut model) = (TextDocument::from(text.as_str()), text);
            agrees(&document, &model)?;
            for (a, b, new) in edits {
                let (start, end) = (floor(&model, a.min(b) as usize), floor(&model, a.max(b) as usize));
                prop_assert_eq!(document.slice(range(a.min(b), a.max(b))), &model[start..end]);
                let replaced = document.replace(range(a.min(b), a.max(b)), &new);
                prop_assert_eq!(replaced, range(saturate(start), saturate(end)));
                model.replace_range(start..end, &new);
                agrees(&document, &model)?;
            }
        }

        #[test]
        fn any_position_is_an_offset_of_the_text(text in TEXT, line in 0u32..9, col in 0u32..20) {
            let document = TextDocument::from(text.as_str());
            for encoding in ENCODINGS {
                let offset = usize::from(document.offset(at(line, col), encoding));
                prop_assert!(text.is_char_boundary(offset));
                // The position is kept, or cut to the line.
                let found = document.line_col(TextSize::try_from(offset).unwrap(), encoding);
                prop_assert!(found <= at(line, col));
            }
        }
    }
}
