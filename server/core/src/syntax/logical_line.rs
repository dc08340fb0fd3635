//! A logical line: the physical lines of an instruction joined as BuildKit joins them.

use super::span::RelRange;

/// The text of an instruction with continuations joined and comments and empty lines dropped, and
/// the way back to the source. Both sides count bytes; the source from the instruction's start.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogicalLine {
    text: String,
    /// Where each piece begins: (byte in `text`, byte in the source), both ascending.
    pieces: Vec<(u32, u32)>,
}

impl LogicalLine {
    /// Adds a piece of the source that begins at `source_start`.
    pub fn push(&mut self, piece: &str, source_start: u32) {
        if piece.is_empty() {
            return;
        }
        self.pieces.push((to_u32(self.text.len()), source_start));
        self.text.push_str(piece);
    }

    /// The joined text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the byte at `offset` stands in the source. An offset between two pieces belongs to the
    /// second one; one behind the text to the last one.
    pub fn source_of(&self, offset: usize) -> u32 {
        let offset = to_u32(offset);
        let index = self.pieces.partition_point(|&(start, _)| start <= offset);
        match index.checked_sub(1).and_then(|index| self.pieces.get(index)) {
            Some(&(start, source)) => source + (offset - start),
            None => 0,
        }
    }

    /// The source of `start..end`: from its first byte to behind its last one.
    pub fn source_range(&self, start: usize, end: usize) -> RelRange {
        if start >= end {
            let at = self.source_of(start);
            return RelRange::new(at, at);
        }
        RelRange::new(self.source_of(start), self.source_of(end - 1) + 1)
    }

    /// The source of `start..end` in pieces, without what was dropped between them.
    pub fn source_ranges(&self, start: usize, end: usize) -> impl Iterator<Item = RelRange> {
        let first = self.pieces.partition_point(|&(piece, _)| piece as usize <= start).saturating_sub(1);
        let pieces = self.pieces.iter().enumerate().skip(first);
        let spans = pieces.map(|(index, &(piece, source))| {
            let next = self.pieces.get(index + 1).map_or(self.text.len(), |&(next, _)| next as usize);
            (piece as usize, next, source)
        });
        spans.take_while(move |&(piece, ..)| piece < end).filter_map(move |(piece, next, source)| {
            let (from, to) = (start.max(piece), end.min(next));
            let at = |offset: usize| source + to_u32(offset - piece);
            (from < to).then(|| RelRange::new(at(from), at(to)))
        })
    }

    /// The same for a range of the source that may hold what was dropped.
    pub fn pieces_of(&self, source: RelRange) -> impl Iterator<Item = RelRange> {
        self.source_ranges(self.offset_of_source(source.start()), self.offset_of_source(source.end()))
    }

    /// The part `start..end` of the joined text as a line of its own.
    #[must_use]
    pub fn part(&self, start: usize, end: usize) -> Self {
        let mut part = Self::default();
        let mut at = start;
        for range in self.source_ranges(start, end) {
            let len = (range.end() - range.start()) as usize;
            part.push(self.text.get(at..at + len).unwrap_or(""), range.start());
            at += len;
        }
        part
    }

    /// Puts blanks in place of `start..end` of the joined text.
    pub fn blank(&mut self, start: usize, end: usize) {
        if self.text.get(start..end).is_some() {
            self.text.replace_range(start..end, &" ".repeat(end - start));
        }
    }

    /// Whether the byte `source` of the source stands on the first line that has text.
    pub fn is_on_first_line(&self, source: u32) -> bool {
        self.pieces.get(1).is_none_or(|&(_, start)| source < start)
    }

    /// The byte of the joined text that stands at `source`; where that was dropped, the one after it.
    pub fn offset_of_source(&self, source: u32) -> usize {
        let index = self.pieces.partition_point(|&(_, start)| start <= source);
        let Some(&(start, from)) = index.checked_sub(1).and_then(|index| self.pieces.get(index)) else {
            return 0;
        };
        let end = self.pieces.get(index).map_or(to_u32(self.text.len()), |&(next, _)| next);
        (start + (source - from)).min(end) as usize
    }
}

fn to_u32(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_joined_text_to_its_source_and_back() {
        // RUN a \⏎  b
        let mut line = LogicalLine::default();
        line.push("RUN a ", 0);
        line.push("  b", 8);
        assert_eq!(line.text(), "RUN a   b");
        assert_eq!(line.source_of(4), 4);
        assert_eq!(line.source_of(8), 10);
        assert_eq!(line.source_range(4, 9), RelRange::new(4, 11));
        assert_eq!(line.offset_of_source(10), 8);
        assert_eq!(line.offset_of_source(7), 6, "inside the continuation");
        let pieces = |start, end| line.source_ranges(start, end).collect::<Vec<_>>();
        assert_eq!(pieces(4, 9), [RelRange::new(4, 6), RelRange::new(8, 11)]);
        assert_eq!(pieces(7, 9), [RelRange::new(9, 11)]);
        assert!(pieces(4, 4).is_empty());
        assert_eq!(pieces(0, 99).len(), 2);
        assert_eq!(line.pieces_of(RelRange::new(7, 9)).collect::<Vec<_>>(), [RelRange::new(8, 9)]);
        let mut part = line.part(4, 9);
        assert_eq!((part.text(), part.source_of(4)), ("a   b", 10));
        part.blank(0, 3);
        assert_eq!(part.text(), "    b");
    }
}
