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
}

impl From<&str> for TextDocument {
    fn from(text: &str) -> Self {
        Self { rope: Rope::from_str(text) }
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

    /// The chunk that holds the byte at `offset`, from that byte on; empty at the end of the text.
    /// This is how the parser reads the text without copying it.
    pub fn chunk_from(&self, offset: usize) -> &str {
        if offset >= self.rope.len_bytes() {
            return "";
        }
        let (chunk, start, _, _) = self.rope.chunk_at_byte(offset);
        chunk.get(offset - start..).unwrap_or("")
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
        self.rope.remove(first..self.rope.byte_to_char(end));
        self.rope.insert(first, text);
        TextRange::new(TextSize::new(saturate(start)), TextSize::new(saturate(end)))
    }

    /// Row and column in bytes of `byte`, with rows that end at `\n` alone: what tree-sitter calls a
    /// point, and how BuildKit counts lines.
    pub fn newline_point(&self, offset: TextSize) -> (usize, usize) {
        let byte = self.floor_char(usize::from(offset));
        // The protocol's lines also end at `\r`; those rows have to be taken off again.
        let (mut row, mut start) = (0, 0);
        let mut at = 0;
        for chunk in self.rope.byte_slice(..byte).chunks() {
            for newline in memchr_newlines(chunk) {
                row += 1;
                start = at + newline + 1;
            }
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
        let byte = byte.min(self.rope.len_bytes());
        self.rope.char_to_byte(self.rope.byte_to_char(byte))
    }
}

fn memchr_newlines(chunk: &str) -> impl Iterator<Item = usize> + '_ {
    chunk.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').map(|(at, _)| at)
}

fn saturate(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
