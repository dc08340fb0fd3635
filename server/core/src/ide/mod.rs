//! What an editor asks: one file a feature.

mod accounts;
pub mod call_hierarchy;
pub mod code_lens;
pub mod completion;
pub mod definition;
pub mod folding;
pub mod highlight;
pub mod hover;
pub mod inlay_hints;
pub mod linked_editing;
pub mod links;
mod markdown;
pub mod path_definition;
mod path_places;
mod place;
pub mod references;
pub mod rename;
pub mod selection;
pub mod signature;
mod stage_path;
pub mod symbol_at;
pub mod symbols;
#[cfg(test)]
mod tests;
mod texts;
pub mod tokens;
