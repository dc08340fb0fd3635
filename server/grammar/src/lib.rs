//! The Dockerfile grammar for [tree-sitter](https://tree-sitter.github.io).
//!
//! Every sequence of bytes has a tree without `ERROR` and `MISSING` nodes; logical lines, heredocs, JSON
//! form and parser directives are what BuildKit takes them for. The README describes the nodes.
//!
//! ```
//! let mut parser = tree_sitter::Parser::new();
//! parser.set_language(&tree_sitter_dockerfile::LANGUAGE.into())?;
//! let tree = parser.parse("FROM alpine AS base\n", None).expect("no timeout is set");
//! assert_eq!(tree.root_node().child(0).expect("one instruction").kind(), "from_instruction");
//! # Ok::<(), tree_sitter::LanguageError>(())
//! ```

use tree_sitter_language::LanguageFn;

unsafe extern "C" {
    fn tree_sitter_dockerfile() -> *const ();
}

/// The grammar, to be turned into a `tree_sitter::Language`.
// SAFETY: the function is the one that tree-sitter generated, in src/parser.c.
pub const LANGUAGE: LanguageFn = unsafe { LanguageFn::from_raw(tree_sitter_dockerfile) };

/// The query for syntax highlighting.
pub const HIGHLIGHTS_QUERY: &str = include_str!("../queries/highlights.scm");

/// The query for the languages that are embedded in a Dockerfile.
pub const INJECTIONS_QUERY: &str = include_str!("../queries/injections.scm");

/// The description of all nodes, as JSON.
pub const NODE_TYPES: &str = include_str!("node-types.json");
