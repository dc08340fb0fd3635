//! The incremental syntax tree, and the words that BuildKit makes of a logical line.

pub mod bash;
pub mod casing;
pub mod checks;
mod directive;
pub mod expansion;
mod heredoc;
mod json;
mod keyword;
pub mod letters;
mod logical_line;
mod port;
pub(crate) mod shell;
mod signal;
mod span;
mod tree;
pub mod words;

pub use directive::{Directive, DirectiveName};
pub use heredoc::{HeredocWord, heredoc_words, is_heredoc_word};
pub use json::{JsonArray, parse_json_array};
pub use keyword::Keyword;
pub use logical_line::LogicalLine;
pub use port::{port_parts, port_range};
pub use signal::{SIGNALS, Signal};
pub use span::{RelRange, Spanned};
pub use tree::{Both, Cut, Edit, HeredocNode, Parts, SyntaxTree, TopKind, TopNode};
