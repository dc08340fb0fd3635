//! The incremental syntax tree.
//!
//! A file is kept as a row of pieces, each with a tree of its own, cut where an instruction begins. The
//! parser takes over the children of one long list singly, so that a tree of the whole file would cost
//! every edit some work for each instruction. With pieces an edit costs what its neighbourhood costs.
//! A cut is never guessed: a piece counts as closed only when the parser, shown an instruction behind it,
//! begins a new one there.
//!
//! Who reads a file looks at each node once, and edits come close to each other. So a long file keeps the
//! trees of the pieces that are being edited; the others get theirs back with the first edit in them.

mod edit;
mod piece;
mod top_node;

use std::sync::Arc;

pub use edit::Edit;
pub use top_node::{Cut, HeredocNode, Parts, TopKind, TopNode};

use piece::{Piece, Place};

use crate::text::TextDocument;
use crate::{TextRange, TextSize};

/// Does two pieces of work, and comes back when both are done: at the same time, if it can. Whoever has threads
/// gives it; there are none in here.
pub type Both = fn(&mut (dyn FnMut() + Send), &mut (dyn FnMut() + Send));

/// How many bytes a file has whose halves are read at the same time.
const LONG: usize = if cfg!(test) { 64 } else { 32 * 1024 };

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
    /// Parses a text from scratch, and makes something of each node at its top, in order. The escape character
    /// that holds is given with it. With `both`, the halves of a long text are read at the same time.
    pub fn parse<T: Send>(
        text: &str,
        both: Option<Both>,
        see: impl Fn(TopNode<'_>, char) -> T + Sync,
    ) -> (Self, Vec<T>) {
        let first = piece::first(text);
        let escape = first.escape();
        let mut read = Stretch::default();
        read.add(first, (0, 0), &see, escape);
        let middle = both.filter(|_| text.len() >= LONG).and_then(|both| {
            let middle = piece::instruction_from(text, text.len() / 2)?;
            (middle > read.len()).then_some((both, middle))
        });
        if let Some((both, middle)) = middle {
            let start = (middle, piece::rows(&text[..middle]));
            let mut behind = Stretch { start, ..Stretch::default() };
            both(&mut || read.go_on(text, middle, &see, escape), &mut || {
                behind.go_on(text, text.len(), &see, escape);
            });
            // Whether the second half may begin there shows when the first one is there.
            if read.is_closed {
                read.pieces.extend(behind.pieces);
                read.seen.extend(behind.seen);
            } else {
                read.go_back();
            }
        }
        read.go_on(text, text.len(), &see, escape);
        (Self { pieces: read.pieces, escape, fresh: range(0, text.len()) }, read.seen)
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
        self.grow(at, old_end.saturating_sub(start));
        if let Some(piece) = self.pieces.get_mut(at) {
            Arc::make_mut(piece).edit(edit, start, row);
        }
    }

    /// Parses the text after the edits, with what the old tree still knows. None where that is nothing: the
    /// escape character is another one, which decides on every line.
    #[must_use]
    pub fn reparse(mut self, text: &TextDocument) -> Option<Self> {
        self.ask_for_trees();
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
        let escape = self.pieces.first().map_or(self.escape, |it| it.escape());
        let (start, end) = fresh.unwrap_or_default();
        self.fresh = range(start, end);
        (escape == self.escape).then_some(self)
    }

    /// What lies between the first edit and the last one is looked at as a whole.
    fn ask_for_trees(&mut self) {
        let first = self.pieces.iter().position(|it| it.is_edited());
        let last = self.pieces.iter().rposition(|it| it.is_edited());
        let (Some(first), Some(last)) = (first, last) else { return };
        for piece in self.pieces[first..=last].iter_mut().filter(|it| !it.has_tree()) {
            Arc::make_mut(piece).ask_for_tree();
        }
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
            self.grow(at, 2 * len + 1);
        }
    }

    /// Joins a piece with those behind it until it is so long, or nothing is left. They are taken out all at once:
    /// a heredoc that is opened at the top of a large file takes thousands.
    fn grow(&mut self, at: usize, len: usize) {
        let (mut end, mut grown) = (at + 1, self.pieces.get(at).map_or(len, |it| it.len()));
        while grown < len && end < self.pieces.len() {
            grown += self.pieces[end].len();
            end += 1;
        }
        if end == at + 1 {
            return;
        }
        let behind: Vec<_> = self.pieces.drain(at + 1..end).collect();
        let piece = Arc::make_mut(&mut self.pieces[at]);
        behind.iter().for_each(|next| piece.absorb(next));
    }

    /// The escape character of the file.
    pub fn escape(&self) -> char {
        self.escape
    }

    /// What the last parse looked at. What lies outside has the nodes that it had before.
    pub fn fresh(&self) -> TextRange {
        self.fresh
    }

    /// How many `\n` the text holds.
    pub fn rows(&self) -> u32 {
        self.pieces.iter().map(|it| it.rows()).sum()
    }

    /// The nodes at the top of what the last parse looked at, in order.
    pub fn fresh_nodes(&self) -> impl Iterator<Item = TopNode<'_>> {
        let (mut start, mut row) = (0, 0);
        let placed = self.pieces.iter().map(move |piece| {
            let at = (start, row);
            start += piece.len();
            row += piece.rows();
            (at, piece)
        });
        let inside = placed
            .filter(move |((start, _), piece)| self.fresh.contains_range(range(*start, start + piece.len())));
        inside.flat_map(|((start, row), piece)| piece.top_nodes(start, row))
    }

    /// How many places the grammar could make nothing of; 0 for every text.
    pub fn error_count(&self) -> usize {
        self.pieces.iter().map(|it| it.errors()).sum()
    }
}

/// What was read of a text: pieces one behind the other.
struct Stretch<T> {
    /// Its first byte and row.
    start: (usize, u32),
    pieces: Vec<Arc<Piece>>,
    seen: Vec<T>,
    /// Whether its last piece is closed, and how much of `seen` came before that.
    is_closed: bool,
    before_last: usize,
}

impl<T> Default for Stretch<T> {
    fn default() -> Self {
        Self { start: (0, 0), pieces: Vec::new(), seen: Vec::new(), is_closed: false, before_last: 0 }
    }
}

impl<T> Stretch<T> {
    fn len(&self) -> usize {
        self.pieces.iter().map(|it| it.len()).sum()
    }

    /// Byte and row behind it.
    fn end(&self) -> (usize, u32) {
        let rows: u32 = self.pieces.iter().map(|it| it.rows()).sum();
        (self.start.0 + self.len(), self.start.1 + rows)
    }

    /// Reads on, up to this byte.
    fn go_on(&mut self, text: &str, end: usize, see: &impl Fn(TopNode<'_>, char) -> T, escape: char) {
        let mut at = self.end();
        while at.0 < end {
            let piece = piece::next(&text[at.0..end], end == text.len(), escape);
            let next = (at.0 + piece.len(), at.1 + piece.rows());
            self.add(piece, at, see, escape);
            at = next;
        }
    }

    fn add(&mut self, piece: Piece, at: (usize, u32), see: &impl Fn(TopNode<'_>, char) -> T, escape: char) {
        self.before_last = self.seen.len();
        self.seen.extend(piece.top_nodes(at.0, at.1).map(|node| see(node, escape)));
        self.is_closed = piece.is_closed();
        // A file of one piece keeps its tree.
        let is_all = self.pieces.is_empty() && piece.is_last();
        self.pieces.push(Arc::new(if is_all { piece } else { piece.without_tree() }));
    }

    /// Takes back the last piece.
    fn go_back(&mut self) {
        self.pieces.pop();
        self.seen.truncate(self.before_last);
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

    type Seen = Vec<(TopKind, TextRange, u32)>;

    fn seen(node: TopNode<'_>) -> (TopKind, TextRange, u32) {
        (node.kind, node.range, node.row)
    }

    fn parsed(text: &str) -> (SyntaxTree, Seen) {
        SyntaxTree::parse(text, None, |node, _| seen(node))
    }

    /// The nodes after an edit, which are the same as those of a parse from scratch.
    fn edited(tree: SyntaxTree, text: &mut TextDocument, at: TextRange, new: &str) -> (SyntaxTree, Seen) {
        let before = parsed(&text.to_string()).1;
        let mut tree = tree;
        let edit = Edit::apply(text, at, new);
        tree.edit(&edit);
        let tree = tree.reparse(text).expect("the same escape character");
        let (fresh, all) = (tree.fresh(), parsed(&text.to_string()).1);
        let end = fresh.end() + edit.old.len() - TextSize::of(new);
        let behind = before.iter().filter(|it| it.1.start() >= end).count();
        let kept = all.iter().filter(|it| it.1.start() >= fresh.end()).count();
        assert_eq!(behind, kept, "what stands behind has only moved");
        let inside: Seen = all.iter().copied().filter(|it| fresh.contains(it.1.start())).collect();
        assert_eq!(tree.fresh_nodes().map(seen).collect::<Seen>(), inside);
        (tree, all)
    }

    #[test]
    fn a_long_file_is_cut_where_instructions_begin() {
        let text = "FROM alpine AS a\nRUN one && two\n".repeat(20);
        let starts = starts(&parsed(&text).0);
        assert!(starts.len() > 5, "{starts:?}");
        assert!(starts.iter().all(|&at| text[at..].starts_with(['F', 'R'])), "{starts:?}");
    }

    #[test]
    fn a_heredoc_is_not_cut() {
        let text = format!("FROM alpine\nRUN <<EOF\n{}EOF\nRUN b\n", "RUN not an instruction\n".repeat(50));
        let (tree, nodes) = parsed(&text);
        assert_eq!(nodes.len(), 3);
        assert!(starts(&tree).iter().all(|&at| !text[at..].starts_with("RUN not")));
    }

    #[test]
    fn an_edit_looks_at_its_neighbourhood() {
        let mut text = TextDocument::from("FROM alpine AS a\nRUN one && two\n".repeat(100).as_str());
        let tree = parsed(&text.to_string()).0;
        let (tree, _) = edited(tree, &mut text, range(1_005, 1_005), "x\nRUN y");
        let fresh = tree.fresh();
        assert!(fresh.contains(1_005.into()) && fresh.len() < 200.into(), "{fresh:?}");
    }

    #[test]
    fn an_open_heredoc_takes_the_rest_and_gives_it_back() {
        let mut text = TextDocument::from("FROM alpine AS a\nRUN one && two\n".repeat(100).as_str());
        let tree = parsed(&text.to_string()).0;
        let count = starts(&tree).len();
        let (tree, nodes) = edited(tree, &mut text, range(20, 20), " <<EOF ");
        assert_eq!(nodes.len(), 2);
        let (tree, nodes) = edited(tree, &mut text, range(20, 27), "");
        assert_eq!(nodes.len(), 200);
        assert!(starts(&tree).len() * 2 >= count, "it is cut again");
    }

    #[test]
    fn halves_make_the_same_whole() {
        let one_by_one: Both = |one, other| {
            one();
            other();
        };
        let instructions = "FROM alpine AS a\n# b\nRUN one && two \\\n  three\n".repeat(20);
        let heredoc = format!("FROM a\nRUN <<EOF\n{}EOF\nRUN b\n", "RUN no\n".repeat(60));
        let open = format!("FROM a\nRUN <<EOF\n{}", "RUN no\n".repeat(60));
        for text in [instructions, heredoc, open] {
            let halves = SyntaxTree::parse(&text, Some(one_by_one), |node, _| seen(node));
            assert_eq!(halves.1, parsed(&text).1);
            assert_eq!(halves.0.pieces.iter().map(|it| it.len()).sum::<usize>(), text.len());
        }
    }

    #[test]
    fn another_escape_character_is_noticed() {
        let mut text = TextDocument::from(format!("FROM a\n{}", "RUN a \\\n b\n".repeat(30)).as_str());
        let mut tree = parsed(&text.to_string()).0;
        tree.edit(&Edit::apply(&mut text, range(0, 0), "# escape=`\n"));
        assert!(tree.reparse(&text).is_none());
    }
}
