//! From the syntax tree to the model.

use super::dockerfile::Dockerfile;
use crate::syntax::{Edit, SyntaxTree};
use crate::text::TextDocument;

/// What edits touched.
#[derive(Debug, Default)]
pub(super) struct Touched {}

impl Touched {
    pub(super) fn add(&mut self, _edit: &Edit) {}
}

pub(super) fn lower(_text: &TextDocument, _tree: &SyntaxTree) -> Dockerfile {
    Dockerfile {
        escape: '\\',
        directives: Vec::new(),
        comments: Vec::new(),
        placed: Vec::new(),
        stages: Vec::new(),
        refs: Vec::new(),
        graph: super::StageGraph::default(),
        scopes: super::scope::Scopes::default(),
        faults: Vec::new(),
    }
}

pub(super) fn relower(
    text: &TextDocument,
    tree: &SyntaxTree,
    _old: &Dockerfile,
    _touched: &Touched,
) -> Dockerfile {
    lower(text, tree)
}
