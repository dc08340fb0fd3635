//! From the syntax tree to the model.
//!
//! What an edit does not touch is taken over: an instruction's data depends on its own text and the
//! escape character only, so an instruction that lies outside of the edits keeps its data and moves.

use std::ops::Range;
use std::sync::Arc;

use super::dockerfile::{Comment, Dockerfile, Placed, SyntaxFault};
use super::lower_instruction::lower_instruction;
use super::{InstructionData, resolve};
use crate::syntax::{Both, Directive, DirectiveName, Edit, Keyword, SyntaxTree, TopKind, TopNode};
use crate::text::TextDocument;
use crate::{TextRange, TextSize};

/// The longest line that BuildKit reads, in bytes without its line end.
const MAX_LINE: usize = 65_535;

/// What a series of edits touched: one range that holds them all, before and after.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// `(old, new)`: what was, and what stands in its place.
    hull: Option<(TextRange, TextRange)>,
}

impl Touched {
    /// Adds an edit of the text that the edits before it have made.
    pub(super) fn add(&mut self, edit: &Edit) {
        let inserted = TextSize::try_from(edit.new_len).unwrap_or(TextSize::new(u32::MAX));
        let (start, end) = (edit.old.start(), edit.old.end());
        let (old, new) = self.hull.unwrap_or((edit.old, edit.old));
        let left = new.start().checked_sub(start).unwrap_or_default();
        let right = end.checked_sub(new.end()).unwrap_or_default();
        let old = TextRange::new(old.start() - left, old.end() + right);
        let new = TextRange::new(new.start() - left, new.end() + right - edit.old.len() + inserted);
        self.hull = Some((old, new));
    }

    /// Where `range` of the new text stood in the old one; none if an edit touched it.
    fn before(&self, range: TextRange) -> Option<TextRange> {
        let Some((old, new)) = self.hull else { return Some(range) };
        if range.end() <= new.start() {
            return Some(range);
        }
        (range.start() >= new.end()).then(|| range - new.end() + old.end())
    }

    /// Where a place behind the edits stood in the old text.
    fn end_before(&self, offset: TextSize) -> TextSize {
        self.hull.map_or(offset, |(old, new)| offset.max(new.end()) - new.end() + old.end())
    }
}

/// Parses a text, and the model of it.
pub(super) fn lower(text: &TextDocument, both: Option<Both>) -> (SyntaxTree, Dockerfile) {
    let content = text.to_string();
    let lower = |node: TopNode<'_>, escape| Lowered::of(&node, &content[node.range], escape, None);
    let (tree, lowered) = SyntaxTree::parse(&content, both, lower);
    let mut lowering = Lowering::default();
    lowered.into_iter().for_each(|it| lowering.add(it));
    (tree, lowering.finish(text, TextRange::up_to(text.len())))
}

/// The model of a text after edits, with what `old` still knows.
pub(super) fn relower(
    text: &TextDocument,
    tree: &SyntaxTree,
    old: &Dockerfile,
    old_tree: &SyntaxTree,
    touched: &Touched,
) -> Dockerfile {
    let fresh = tree.fresh();
    let behind = TextRange::new(touched.end_before(fresh.end()), TextSize::new(u32::MAX));
    let row = |row: u32| row.wrapping_add(tree.rows()).wrapping_sub(old_tree.rows());
    let mut lowering = Lowering::default();
    lowering.take_over(old, TextRange::up_to(fresh.start()), |at| at, |row| row);
    for node in tree.fresh_nodes() {
        let data = reuse(&node, tree.escape(), old, touched);
        lowering.add(Lowered::of(&node, &text.slice(node.range), tree.escape(), data));
    }
    lowering.take_over(old, behind, |at| at - behind.start() + fresh.end(), row);
    // A line lies in one piece of the tree, and pieces that were there had none.
    let had_long = old.faults.iter().any(|it| matches!(it, SyntaxFault::LineTooLong(..)));
    lowering.finish(text, if had_long { TextRange::up_to(text.len()) } else { fresh })
}

/// Where an instruction lies outside of the edits it keeps its data.
fn reuse(
    node: &TopNode<'_>,
    escape: char,
    old: &Dockerfile,
    touched: &Touched,
) -> Option<Arc<InstructionData>> {
    let before = touched.before(node.range).filter(|_| old.escape == escape)?;
    let index = old.placed.binary_search_by_key(&before.start(), |it| it.start).ok()?;
    let found = &old.placed[index];
    (found.len == before.len()).then(|| Arc::clone(&found.data))
}

/// A node at the top of a tree, lowered.
enum Lowered {
    Comment(Comment),
    Directive(Directive),
    Instruction(Placed),
}

impl Lowered {
    /// Lowers a node; an instruction may have its data already.
    fn of(node: &TopNode<'_>, source: &str, escape: char, data: Option<Arc<InstructionData>>) -> Self {
        match node.kind {
            TopKind::Comment => {
                let has_equals = source.contains('=');
                Self::Comment(Comment { range: node.range, row: node.row, has_equals })
            }
            TopKind::Directive => Self::Directive(Directive::read(source, node.range.start(), node.row)),
            TopKind::Instruction => {
                let data = data.unwrap_or_else(|| {
                    let newlines = node.last_row - node.row;
                    Arc::new(lower_instruction(source, &node.parts(), newlines, escape))
                });
                Self::Instruction(Placed::new(node.range.start(), node.row, data))
            }
        }
    }
}

/// What is gathered from top to bottom.
struct Lowering {
    directives: Vec<Directive>,
    comments: Vec<Comment>,
    placed: Vec<Placed>,
    faults: Vec<SyntaxFault>,
    escape: char,
}

impl Default for Lowering {
    fn default() -> Self {
        let (directives, comments, placed, faults) = Default::default();
        Self { directives, comments, placed, faults, escape: '\\' }
    }
}

impl Lowering {
    fn add(&mut self, lowered: Lowered) {
        match lowered {
            Lowered::Comment(it) => self.comments.push(it),
            Lowered::Directive(it) => self.directive(it),
            Lowered::Instruction(it) => self.placed.push(it),
        }
    }

    fn directive(&mut self, directive: Directive) {
        if self.directives.iter().any(|it| it.name == directive.name) {
            self.faults.push(SyntaxFault::DuplicateDirective(directive.clone()));
        } else if directive.name == DirectiveName::Escape {
            match directive.value.as_str() {
                "`" => self.escape = '`',
                "\\" => {}
                _ => self.faults.push(SyntaxFault::BadEscape(directive.clone())),
            }
        }
        self.directives.push(directive);
    }

    /// Takes over what begins in a part of the old text that the edits have at most moved.
    fn take_over(
        &mut self,
        old: &Dockerfile,
        part: TextRange,
        offset: impl Fn(TextSize) -> TextSize,
        row: impl Fn(u32) -> u32,
    ) {
        let directives = old.directives.iter().filter(|it| part.contains(it.range.start()));
        directives.for_each(|it| self.directive(it.clone()));
        let comments = &old.comments[indices(&old.comments, part, |it| it.range.start())];
        self.comments.extend(comments.iter().map(|it| {
            let range = TextRange::at(offset(it.range.start()), it.range.len());
            Comment { range, row: row(it.row), ..*it }
        }));
        let placed = &old.placed[indices(&old.placed, part, |it| it.start)];
        self.placed.extend(placed.iter().map(|it| it.moved(offset(it.start), row(it.row))));
    }

    /// The rest of the model; `unread` is where nobody has looked for long lines yet.
    fn finish(mut self, text: &TextDocument, unread: TextRange) -> Dockerfile {
        self.faults.extend(too_long_line(text, unread));
        file_faults(&self.placed, &mut self.faults);
        resolve::resolve(self.escape, self.directives, self.comments, self.placed, self.faults, &[])
    }
}

/// Which of these, that are in order, begin in a part of the text.
fn indices<T>(all: &[T], part: TextRange, start: impl Fn(&T) -> TextSize) -> Range<usize> {
    let first = all.partition_point(|it| start(it) < part.start());
    first..all.partition_point(|it| start(it) < part.end())
}

/// Faults that concern the order of instructions: a file needs one, and all but ARG need a stage.
fn file_faults(placed: &[Placed], faults: &mut Vec<SyntaxFault>) {
    if placed.is_empty() {
        faults.push(SyntaxFault::NoInstructions);
        return;
    }
    let from = placed.iter().position(|it| it.keyword == Keyword::From);
    let before = placed[..from.unwrap_or(placed.len())]
        .iter()
        .position(|it| !matches!(it.keyword, Keyword::Arg | Keyword::Unknown));
    if let Some(index) = before {
        faults.push(SyntaxFault::BeforeFrom(super::InstructionId(index as u32)));
    } else if from.is_none() {
        faults.push(SyntaxFault::NoStage);
    }
}

/// The first line in `within` that is longer than BuildKit reads, white space included.
fn too_long_line(text: &TextDocument, within: TextRange) -> Option<SyntaxFault> {
    if usize::from(within.len()) <= MAX_LINE {
        return None;
    }
    let content = text.slice(within);
    let mut start = within.start();
    let (first_row, _) = text.newline_point(start);
    for (row, line) in content.split('\n').enumerate() {
        let len = TextSize::of(line);
        if usize::from(len) > MAX_LINE {
            let row = u32::try_from(first_row + row).unwrap_or(u32::MAX);
            return Some(SyntaxFault::LineTooLong(TextRange::at(start, len), row));
        }
        start += len + TextSize::of('\n');
    }
    None
}
