//! One document: its text, its tree and its model, immutable and shared.

use super::dockerfile::Dockerfile;
use super::lower;
use crate::TextRange;
use crate::syntax::{Edit, SyntaxTree};
use crate::text::TextDocument;

/// One change of a document, in terms of the text before it (but after the changes listed before it).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentChange {
    /// What is replaced; none replaces the whole text.
    pub range: Option<TextRange>,
    /// What stands there afterwards.
    pub text: String,
}

/// A document with everything that is known about it alone.
#[derive(Debug, Clone)]
pub struct SourceFile {
    text: TextDocument,
    tree: SyntaxTree,
    dockerfile: Dockerfile,
}

impl SourceFile {
    /// Parses and lowers a text.
    pub fn new(text: &str) -> Self {
        let text = TextDocument::from(text);
        let tree = SyntaxTree::parse(&text);
        let dockerfile = lower::lower(&text, &tree);
        Self { text, tree, dockerfile }
    }

    /// The document after `changes`, applied in order. Only what they touch is parsed and lowered
    /// again.
    #[must_use]
    pub fn edited(&self, changes: &[ContentChange]) -> Self {
        if changes.iter().any(|change| change.range.is_none()) {
            return Self::new(&self.text_after(changes).to_string());
        }
        let mut text = self.text.clone();
        let mut tree = self.tree.clone();
        let mut touched = lower::Touched::default();
        for change in changes {
            let Some(range) = change.range else { continue };
            let edit = Edit::apply(&mut text, range, &change.text);
            touched.add(&edit);
            tree.edit(&edit);
        }
        let tree = tree.reparse(&text);
        let dockerfile = lower::relower(&text, &tree, &self.dockerfile, &touched);
        Self { text, tree, dockerfile }
    }

    /// The text.
    pub fn text(&self) -> &TextDocument {
        &self.text
    }

    /// The syntax tree.
    pub fn tree(&self) -> &SyntaxTree {
        &self.tree
    }

    /// The model.
    pub fn dockerfile(&self) -> &Dockerfile {
        &self.dockerfile
    }

    fn text_after(&self, changes: &[ContentChange]) -> TextDocument {
        let mut text = self.text.clone();
        for change in changes {
            match change.range {
                Some(range) => drop(text.replace(range, &change.text)),
                None => text = TextDocument::from(change.text.as_str()),
            }
        }
        text
    }
}
