//! The incremental syntax tree.
//!
//! A file is kept as a row of pieces, each with a tree of its own, cut where an instruction begins. The
//! parser takes over the children of one long list singly, so that a tree of the whole file would cost
//! every edit some work for each instruction. With pieces an edit costs what its neighbourhood costs.
//! A cut is never guessed: a piece counts as closed only when the parser, shown an instruction behind it,
//! begins a new one there.

mod edit;
mod piece;
mod top_node;

use std::sync::Arc;

pub use edit::Edit;
pub use top_node::{Cut, HeredocNode, Parts, TopKind, TopNode};

use piece::{Piece, Place};

use crate::text::TextDocument;
use crate::{TextRange, TextSize};

/// The syntax tree of a document. Cloning is cheap: clones share their pieces.
#[derive(Debug, Clone)]
pub struct SyntaxTree {
    /// In order; together they are the text. All but the last one are closed, unless an edit awaits its
    /// [`SyntaxTree::reparse`].
    pieces: Vec<Arc<Piece>>,
    escape: char,
    fresh: TextRange,
}

impl SyntaxTree {
    /// Parses a text from scratch.
    pub fn parse(text: &TextDocument) -> Self {
        let text = text.to_string();
        let first = piece::first(&text);
        let escape = first.escape();
        let mut start = first.len();
        let mut pieces = vec![Arc::new(first)];
        while start < text.len() {
            let next = piece::next(&text[start..], escape);
            start += next.len();
            pieces.push(Arc::new(next));
        }
        Self { pieces, escape, fresh: range(0, start) }
    }

    /// Tells the tree of an edit, before it is parsed again.
    pub fn edit(&mut self, edit: &Edit) {
        let (old_start, old_end) = (usize::from(edit.old.start()), usize::from(edit.old.end()));
        let last = self.pieces.len().saturating_sub(1);
        let (mut at, mut start, mut row) = (0, 0, 0);
        while at < last && start + self.pieces[at].len() <= old_start {
            start += self.pieces[at].len();
            row += self.pieces[at].rows();
            at += 1;
        }
        while at + 1 < self.pieces.len() && start + self.pieces[at].len() < old_end {
            self.absorb_next(at);
        }
        if let Some(piece) = self.pieces.get_mut(at) {
            Arc::make_mut(piece).edit(edit, start, row);
        }
    }

    /// Parses the text after the edits, with what the old tree still knows.
    #[must_use]
    pub fn reparse(mut self, text: &TextDocument) -> Self {
        let (mut at, mut start) = (0, 0);
        let mut fresh: Option<(usize, usize)> = None;
        while at < self.pieces.len() {
            let mut end = start + self.pieces[at].len();
            if self.pieces[at].is_edited() {
                let behind = self.renew(at, start, text);
                end = start + self.pieces[at..behind].iter().map(|it| it.len()).sum::<usize>();
                fresh = Some((fresh.map_or(start, |it| it.0), end));
                at = behind;
            } else {
                at += 1;
            }
            start = end;
        }
        // Every line is cut by the escape character, which the head of the file decides.
        let escape = self.pieces.first().map_or(self.escape, |it| it.escape());
        if escape != self.escape || start != usize::from(text.len()) {
            return Self::parse(text);
        }
        let (start, end) = fresh.unwrap_or_default();
        self.fresh = range(start, end);
        self
    }

    /// Parses an edited piece again, with what follows as long as it reaches into that, and cuts it where
    /// it has grown. Gives the index behind what has come of it.
    fn renew(&mut self, at: usize, start: usize, text: &TextDocument) -> usize {
        loop {
            let len = self.pieces[at].len();
            let is_last = at + 1 == self.pieces.len();
            let place = Place { is_first: at == 0, is_last, escape: self.escape };
            let slice = text.slice(range(start, start + len));
            let parsed = self.pieces[at].parse_again(&slice, place);
            if is_last || (parsed.is_closed() && !parsed.is_small()) {
                let pieces = parsed.cut(&slice);
                let behind = at + pieces.len();
                self.pieces.splice(at..=at, pieces.into_iter().map(Arc::new));
                return behind;
            }
            // Twice as much each time, so that all tries together cost no more than the last one.
            while at + 1 < self.pieces.len() && self.pieces[at].len() <= 2 * len {
                self.absorb_next(at);
            }
        }
    }

    fn absorb_next(&mut self, at: usize) {
        let next = self.pieces.remove(at + 1);
        Arc::make_mut(&mut self.pieces[at]).absorb(&next);
    }

    /// What the last parse looked at. What lies outside has the nodes that it had before.
    pub fn fresh(&self) -> TextRange {
        self.fresh
    }

    /// How many `\n` the text holds.
    pub fn rows(&self) -> u32 {
        self.pieces.iter().map(|it| it.rows()).sum()
    }

    /// The nodes at the top, in order.
    pub fn top_nodes(&self) -> impl Iterator<Item = TopNode<'_>> {
        self.top_nodes_in(range(0, usize::MAX))
    }

    /// The nodes at the top of the pieces that lie in a range, in order.
    pub fn top_nodes_in(&self, within: TextRange) -> impl Iterator<Item = TopNode<'_>> {
        let (mut start, mut row) = (0, 0);
        let placed = self.pieces.iter().map(move |piece| {
            let at = (start, row);
            start += piece.len();
            row += piece.rows();
            (at, piece)
        });
        let inside = placed
            .filter(move |((start, _), piece)| within.contains_range(range(*start, start + piece.len())));
        inside.flat_map(|((start, row), piece)| piece.top_nodes(start, row))
    }

    /// How many places the grammar could make nothing of; 0 for every text.
    pub fn error_count(&self) -> usize {
        self.pieces.iter().map(|it| it.error_count()).sum()
    }
}

fn range(start: usize, end: usize) -> TextRange {
    let size = |at: usize| TextSize::try_from(at).unwrap_or(TextSize::new(u32::MAX));
    TextRange::new(size(start), size(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the pieces of a text begin.
    fn starts(tree: &SyntaxTree) -> Vec<usize> {
        let ends = tree.pieces.iter().scan(0, |end, it| {
            *end += it.len();
            Some(*end - it.len())
        });
        ends.collect()
    }

    fn parsed(text: &str) -> SyntaxTree {
        SyntaxTree::parse(&TextDocument::from(text))
    }

    fn nodes(tree: &SyntaxTree) -> Vec<(TopKind, TextRange, u32)> {
        tree.top_nodes().map(|it| (it.kind, it.range, it.row)).collect()
    }

    #[test]
    fn a_long_file_is_cut_where_instructions_begin() {
        let text = "FROM alpine AS a\nRUN one && two\n".repeat(20);
        let starts = starts(&parsed(&text));
        assert!(starts.len() > 5, "{starts:?}");
        assert!(starts.iter().all(|&at| text[at..].starts_with(['F', 'R'])), "{starts:?}");
    }

    #[test]
    fn a_heredoc_is_not_cut() {
        let text = format!("FROM alpine\nRUN <<EOF\n{}EOF\nRUN b\n", "RUN not an instruction\n".repeat(50));
        let tree = parsed(&text);
        assert_eq!(tree.top_nodes().count(), 3);
        assert!(starts(&tree).iter().all(|&at| !text[at..].starts_with("RUN not")));
    }

    #[test]
    fn an_edit_looks_at_its_neighbourhood() {
        let mut text = TextDocument::from("FROM alpine AS a\nRUN one && two\n".repeat(100).as_str());
        let mut tree = parsed(&text.to_string());
        let edit = Edit::apply(&mut text, range(1_005, 1_005), "x\nRUN y");
        tree.edit(&edit);
        let tree = tree.reparse(&text);
        let fresh = tree.fresh();
        assert!(fresh.contains(1_005.into()) && fresh.len() < 200.into(), "{fresh:?}");
        assert_eq!(nodes(&tree), nodes(&parsed(&text.to_string())));
    }

    #[test]
    fn an_open_heredoc_takes_the_rest_and_gives_it_back() {
        let mut text = TextDocument::from("FROM alpine AS a\nRUN one && two\n".repeat(100).as_str());
        let mut tree = parsed(&text.to_string());
        let count = starts(&tree).len();
        let edit = Edit::apply(&mut text, range(20, 20), " <<EOF ");
        tree.edit(&edit);
        tree = tree.reparse(&text);
        assert_eq!(nodes(&tree).len(), 2);
        let edit = Edit::apply(&mut text, range(20, 27), "");
        tree.edit(&edit);
        tree = tree.reparse(&text);
        assert_eq!(nodes(&tree), nodes(&parsed(&text.to_string())));
        assert!(starts(&tree).len() * 2 >= count, "it is cut again");
    }

    #[test]
    fn another_escape_character_is_noticed_everywhere() {
        let mut text = TextDocument::from(format!("FROM a\n{}", "RUN a \\\n b\n".repeat(30)).as_str());
        let mut tree = parsed(&text.to_string());
        let edit = Edit::apply(&mut text, range(0, 0), "# escape=`\n");
        tree.edit(&edit);
        tree = tree.reparse(&text);
        assert_eq!(nodes(&tree).len(), 62);
    }
}
