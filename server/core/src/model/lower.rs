//! From the syntax tree to the model.
//!
//! What an edit does not touch is taken over: an instruction's data depends on its own text and the
//! escape character only, so an instruction that lies outside of the edits keeps its data and moves.

use std::sync::Arc;

use super::dockerfile::{Comment, Dockerfile, Placed, SyntaxFault};
use super::lower_instruction::lower_instruction;
use super::{InstructionData, resolve};
use crate::syntax::{Directive, DirectiveName, Edit, Keyword, SyntaxTree, TopKind, TopNode};
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
}

/// The model of a text.
pub(super) fn lower(text: &TextDocument, tree: &SyntaxTree) -> Dockerfile {
    build(text, tree, |_, _| None)
}

/// The model of a text after edits, with what `old` still knows.
pub(super) fn relower(
    text: &TextDocument,
    tree: &SyntaxTree,
    old: &Dockerfile,
    touched: &Touched,
) -> Dockerfile {
    build(text, tree, |node, escape| {
        let before = touched.before(node.range).filter(|_| old.escape == escape)?;
        let index = old.placed.binary_search_by_key(&before.start(), |it| it.start).ok()?;
        let data = &old.placed[index].data;
        (data.range.at(TextSize::default()).len() == before.len()).then(|| Arc::clone(data))
    })
}

fn build(
    text: &TextDocument,
    tree: &SyntaxTree,
    reuse: impl Fn(&TopNode<'_>, char) -> Option<Arc<InstructionData>>,
) -> Dockerfile {
    let mut directives: Vec<Directive> = Vec::new();
    let mut comments = Vec::new();
    let mut placed = Vec::new();
    let mut faults: Vec<SyntaxFault> = too_long_line(text).into_iter().collect();
    let mut escape = '\\';
    for node in tree.top_nodes() {
        match node.kind {
            TopKind::Comment => comments.push(Comment { range: node.range, row: node.row }),
            TopKind::Directive => {
                let directive = directive(text, &node);
                if directives.iter().any(|it| it.name == directive.name) {
                    faults.push(SyntaxFault::DuplicateDirective(directive.clone()));
                } else if directive.name == DirectiveName::Escape {
                    match directive.value.as_str() {
                        "`" => escape = '`',
                        "\\" => {}
                        _ => faults.push(SyntaxFault::BadEscape(directive.clone())),
                    }
                }
                directives.push(directive);
            }
            TopKind::Instruction => {
                let data = reuse(&node, escape).unwrap_or_else(|| {
                    let newlines = node.last_row - node.row;
                    Arc::new(lower_instruction(&text.slice(node.range), &node.parts(), newlines, escape))
                });
                placed.push(Placed { start: node.range.start(), row: node.row, data });
            }
        }
    }
    file_faults(&placed, &mut faults);
    resolve::resolve(escape, directives, comments, placed, faults)
}

/// Faults that concern the order of instructions: a file needs one, and all but ARG need a stage.
fn file_faults(placed: &[Placed], faults: &mut Vec<SyntaxFault>) {
    if placed.is_empty() {
        faults.push(SyntaxFault::NoInstructions);
        return;
    }
    let from = placed.iter().position(|it| it.data.keyword == Keyword::From);
    let before = placed[..from.unwrap_or(placed.len())]
        .iter()
        .position(|it| !matches!(it.data.keyword, Keyword::Arg | Keyword::Unknown));
    if let Some(index) = before {
        faults.push(SyntaxFault::BeforeFrom(super::InstructionId(index as u32)));
    } else if from.is_none() {
        faults.push(SyntaxFault::NoStage);
    }
}

/// The first line that is longer than BuildKit reads, white space included.
fn too_long_line(text: &TextDocument) -> Option<SyntaxFault> {
    if usize::from(text.len()) <= MAX_LINE {
        return None;
    }
    let content = text.to_string();
    let mut start = TextSize::default();
    for (row, line) in content.split('\n').enumerate() {
        let len = TextSize::of(line);
        if usize::from(len) > MAX_LINE {
            let row = u32::try_from(row).unwrap_or(u32::MAX);
            return Some(SyntaxFault::LineTooLong(TextRange::at(start, len), row));
        }
        start += len + TextSize::of('\n');
    }
    None
}

/// Reads `# name = value`; the tree has made sure of its form.
fn directive(text: &TextDocument, node: &TopNode<'_>) -> Directive {
    let line = text.slice(node.range);
    let (name, value) = line.split_once('=').unwrap_or((&line, ""));
    let name = DirectiveName::parse(name.trim_start_matches('#').trim()).unwrap_or(DirectiveName::Syntax);
    // BuildKit takes ASCII white space away here, and nothing else.
    let blank = |c: char| matches!(c, '\t' | '\n' | '\x0c' | '\r' | ' ');
    let blanks = value.len() - value.trim_start_matches(blank).len();
    let start = node.range.start() + TextSize::of(&line[..line.len() - value.len() + blanks]);
    let value = value.trim_matches(blank);
    Directive {
        name,
        value: value.to_owned(),
        range: node.range,
        value_range: TextRange::at(start, TextSize::of(value)),
        row: node.row,
    }
}
