//! A part of a file with a syntax tree of its own.

use std::cell::RefCell;
use std::ops::Range;

use tree_sitter::{InputEdit, Node, Parser, Point, Tree};

use super::edit::Edit;
use super::top_node::{TopKind, TopNode, kinds, language};
use crate::syntax::{Directive, DirectiveName, Keyword};
use crate::{TextRange, TextSize};

/// How many bytes a piece has at least when a file is read.
const BYTES: usize = if cfg!(test) { 16 } else { 1024 };

/// How many nodes stand in a piece that is cut; one with more than twice as many is.
const NODES: usize = if cfg!(test) { 2 } else { 16 };

/// What is shown to the parser behind a piece that is not the last one.
const TAIL: &str = "FROM x\n";

/// Where a piece stands, as far as its parse depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) is_first: bool,
    pub(super) is_last: bool,
    /// The file's escape character; the first piece reads it itself.
    pub(super) escape: char,
}

impl Place {
    /// What is shown to the parser before a piece: the escape character, and that no directives follow.
    fn head(self) -> &'static str {
        match self.escape {
            _ if self.is_first => "",
            '`' => "# escape=`\n#\n",
            _ => "#\n",
        }
    }

    fn tail(self) -> &'static str {
        if self.is_last { "" } else { TAIL }
    }
}

/// A part of a file, from the start of a line on.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// Bytes, and `\n` among them.
    len: usize,
    rows: u32,
    place: Place,
    /// Whether an edit awaits its parse.
    edited: bool,
    /// Of [`Place::head`], the piece, and [`Place::tail`]. None where nobody has edited it yet, where pieces
    /// have been joined, or if the grammar were made for another version of the runtime, which a test excludes.
    tree: Option<Tree>,
    /// Set by the first piece's directive.
    escape: char,
    /// How many places the grammar could make nothing of.
    errors: usize,
}

/// The first piece of a text.
pub(super) fn first(text: &str) -> Piece {
    front(text, true, Place { is_first: true, is_last: false, escape: '\\' })
}

/// The next piece of what is left of a text, or of a part of it that does not go to the end. The last piece of
/// such a part need not be closed.
pub(super) fn next(text: &str, to_the_end: bool, escape: char) -> Piece {
    front(text, to_the_end, Place { is_first: false, is_last: false, escape })
}

fn front(text: &str, to_the_end: bool, place: Place) -> Piece {
    let mut least = BYTES;
    // Twice as much each time, so that all tries together cost no more than the last one.
    while let Some(end) = instruction_from(text, least) {
        let piece = Piece::parse(&text[..end], place, None);
        if piece.is_closed() {
            return piece;
        }
        least = 2 * end;
    }
    Piece::parse(text, Place { is_last: to_the_end, ..place }, None)
}

/// The first line behind `offset` that looks like the start of an instruction.
pub(super) fn instruction_from(text: &str, offset: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = offset;
    while at < bytes.len() {
        let end = at + bytes[at..].iter().position(|&byte| byte == b'\n')?;
        let rest = &bytes[end + 1..];
        let word = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let keyword = text.get(end + 1..end + 1 + word).map_or(Keyword::Unknown, Keyword::parse);
        let goes_on =
            bytes[..end].trim_ascii_end().ends_with(b"\\") || bytes[..end].trim_ascii_end().ends_with(b"`");
        if keyword != Keyword::Unknown && !goes_on {
            return Some(end + 1);
        }
        at = end + 1;
    }
    None
}

/// How many `\n` a text holds.
pub(super) fn rows(text: &str) -> u32 {
    u32::try_from(text.bytes().filter(|&byte| byte == b'\n').count()).unwrap_or(u32::MAX)
}

impl Piece {
    fn parse(text: &str, place: Place, old: Option<&Tree>) -> Self {
        let tree = parse(&[place.head(), text, place.tail()].concat(), old);
        let mut piece = Self {
            len: text.len(),
            rows: rows(text),
            place,
            edited: false,
            tree,
            escape: place.escape,
            errors: 0,
        };
        piece.errors = piece.tree.as_ref().map_or(0, error_count);
        if place.is_first {
            piece.escape = piece.read_escape(text);
        }
        piece
    }

    /// The first `# escape=` counts, if it is one of the two that there are.
    fn read_escape(&self, text: &str) -> char {
        let directives = self.top_nodes(0, 0).take_while(|it| it.kind != TopKind::Instruction);
        let directives = directives.filter(|it| it.kind == TopKind::Directive);
        // In a piece that is not closed the last one reaches into the tail; it will be read again.
        let own = directives.filter_map(|it| Some((text.get(Range::<usize>::from(it.range))?, it)));
        let read = own.map(|(line, it)| Directive::read(line, it.range.start(), it.row));
        let escape = { read }.find(|it| it.name == DirectiveName::Escape);
        if escape.is_some_and(|it| it.value == "`") { '`' } else { '\\' }
    }

    /// Parses an edited piece, with what the old tree still knows.
    pub(super) fn parse_again(&self, text: &str, place: Place) -> Self {
        let old = self.tree.as_ref().filter(|_| self.place == place);
        Self::parse(text, place, old)
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn rows(&self) -> u32 {
        self.rows
    }

    pub(super) fn is_last(&self) -> bool {
        self.place.is_last
    }

    pub(super) fn is_edited(&self) -> bool {
        self.edited
    }

    /// The escape character that holds in it.
    pub(super) fn escape(&self) -> char {
        self.escape
    }

    /// How many places the grammar could make nothing of; 0 for every text.
    pub(super) fn errors(&self) -> usize {
        self.errors
    }

    /// The same without its tree, which the next edit makes again.
    pub(super) fn without_tree(self) -> Self {
        Self { tree: None, ..self }
    }

    pub(super) fn has_tree(&self) -> bool {
        self.tree.is_some()
    }

    /// Has it parsed again though its text is the same.
    pub(super) fn ask_for_tree(&mut self) {
        self.edited = true;
    }

    /// Whether it is too small to stand alone.
    pub(super) fn is_small(&self) -> bool {
        self.len < BYTES / 8
    }

    /// Takes in the piece behind it.
    pub(super) fn absorb(&mut self, next: &Self) {
        self.len += next.len;
        self.rows += next.rows;
        self.place.is_last = next.place.is_last;
        self.tree = None;
        self.edited = true;
    }

    /// Notes an edit of the text; the piece begins at this byte and in this row.
    pub(super) fn edit(&mut self, edit: &Edit, start: usize, row: u32) {
        let head = self.place.head();
        let (rows_before, bytes_before) = (row as usize, start);
        let head_rows = head.matches('\n').count();
        let byte = |at: usize| at + head.len() - bytes_before;
        let point = |at: Point| Point { row: at.row + head_rows - rows_before, column: at.column };
        let input = &edit.input;
        self.len = self.len + input.new_end_byte - input.old_end_byte;
        let rows = self.rows as usize + input.new_end_position.row - input.old_end_position.row;
        self.rows = u32::try_from(rows).unwrap_or(u32::MAX);
        self.edited = true;
        if let Some(tree) = &mut self.tree {
            tree.edit(&InputEdit {
                start_byte: byte(input.start_byte),
                old_end_byte: byte(input.old_end_byte),
                new_end_byte: byte(input.new_end_byte),
                start_position: point(input.start_position),
                old_end_position: point(input.old_end_position),
                new_end_position: point(input.new_end_position),
            });
        }
    }

    /// Whether an instruction can begin behind it: the one in the tail was read as such. The directives of
    /// the file's head end with an instruction, so the first piece needs one of its own.
    pub(super) fn is_closed(&self) -> bool {
        let Some(tree) = &self.tree else { return false };
        let root = tree.root_node();
        let last = root.child_count().checked_sub(1).and_then(|last| root.child(last));
        let end = self.place.head().len() + self.len;
        let begins = last.is_some_and(|it| it.start_byte() == end && kind(it) == TopKind::Instruction);
        begins && (!self.place.is_first || self.top_nodes(0, 0).any(|it| it.kind == TopKind::Instruction))
    }

    /// Cuts a piece that has grown.
    pub(super) fn cut(self, text: &str) -> Vec<Self> {
        let nodes = self.tree.as_ref().map_or(0, |tree| tree.root_node().child_count());
        if nodes as usize <= 2 * NODES {
            return vec![self];
        }
        let starts = self.top_nodes(0, 0).filter(|it| it.kind == TopKind::Instruction);
        let starts: Vec<usize> = starts.map(|it| it.range.start().into()).collect();
        if starts.len() <= 2 * NODES {
            return vec![self];
        }
        let line_start = |at: usize| text[..at].rfind('\n').map_or(0, |before| before + 1);
        let mut cuts: Vec<usize> = starts.iter().step_by(NODES).skip(1).map(|&at| line_start(at)).collect();
        cuts.push(text.len());
        let mut start = 0;
        let pieces = cuts.iter().map(|&end| {
            let place = Place {
                is_first: self.place.is_first && start == 0,
                is_last: self.place.is_last && end == text.len(),
                escape: self.escape,
            };
            Self::parse(&text[std::mem::replace(&mut start, end)..end], place, None)
        });
        pieces.collect()
    }

    /// Its nodes, where it begins at this byte and in this row.
    pub(super) fn top_nodes(&self, start: usize, row: u32) -> impl Iterator<Item = TopNode<'_>> {
        let head = self.place.head();
        let head_rows = head.matches('\n').count() as u32;
        let (from, end) = (head.len(), head.len() + self.len);
        let mut cursor = self.tree.as_ref().map(Tree::walk);
        let mut more = cursor.as_mut().is_some_and(tree_sitter::TreeCursor::goto_first_child);
        let nodes = std::iter::from_fn(move || {
            let cursor = cursor.as_mut().filter(|_| more)?;
            let node = cursor.node();
            more = cursor.goto_next_sibling();
            Some(node)
        });
        let own =
            nodes.skip_while(move |it| it.start_byte() < from).take_while(move |it| it.start_byte() < end);
        own.map(move |node| {
            let offset =
                |byte: usize| TextSize::try_from(start + byte - from).unwrap_or(TextSize::new(u32::MAX));
            let at = |point: Point| u32::try_from(point.row).unwrap_or(u32::MAX) - head_rows + row;
            TopNode {
                kind: kind(node),
                range: TextRange::new(offset(node.start_byte()), offset(node.end_byte())),
                row: at(node.start_position()),
                last_row: at(node.end_position()),
                node,
            }
        })
    }
}

/// How many places the grammar could make nothing of.
fn error_count(tree: &Tree) -> usize {
    if !tree.root_node().has_error() {
        return 0;
    }
    let mut cursor = tree.walk();
    let mut count = 0;
    loop {
        let node = cursor.node();
        count += usize::from(node.is_error() || node.is_missing());
        if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return count;
            }
        }
    }
}

fn parse(text: &str, old: Option<&Tree>) -> Option<Tree> {
    // A parser keeps pools that the next parse takes from.
    thread_local!(static PARSER: RefCell<Option<Parser>> = RefCell::new(parser()));
    PARSER.with_borrow_mut(|parser| parser.as_mut()?.parse(text, old))
}

fn parser() -> Option<Parser> {
    let mut parser = Parser::new();
    parser.set_language(language()).ok()?;
    Some(parser)
}

fn kind(node: Node<'_>) -> TopKind {
    let kinds = kinds();
    match node.kind_id() {
        id if id == kinds.directive => TopKind::Directive,
        id if id == kinds.comment => TopKind::Comment,
        _ => TopKind::Instruction,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_fits_the_runtime() {
        assert!(parse("FROM alpine\n", None).is_some());
        let kinds = kinds();
        for id in [kinds.directive, kinds.comment, kinds.line_continuation, kinds.empty_line, kinds.heredoc] {
            assert_ne!(id, 0);
        }
    }

    #[test]
    fn a_piece_is_closed_where_an_instruction_can_begin() {
        let place = Place { is_first: false, is_last: false, escape: '\\' };
        let closed = |text: &str| Piece::parse(text, place, None).is_closed();
        for text in ["RUN a\n", "RUN <<E\nb\nE\n", "RUN a \\\n b\n", "\n\n", "# a\n", "", "RUN a `\n"] {
            assert!(closed(text), "{text:?}");
        }
        for text in
            ["RUN a \\\n", "RUN a \\\n\n", "RUN a \\\n# b\n", "RUN <<E\nb\n", "RUN <<\"FROM x\"\n", "RUN a"]
        {
            assert!(!closed(text), "{text:?}");
        }
        let backtick = Place { escape: '`', ..place };
        assert!(!Piece::parse("RUN a `\n", backtick, None).is_closed());
        let first = Place { is_first: true, ..place };
        assert!(!Piece::parse("# syntax=a\n", first, None).is_closed(), "more directives can follow");
        assert!(Piece::parse("# syntax=a\nFROM a\n", first, None).is_closed());
    }
}
