//! Between the protocol's types and ours: the only place that knows both.

mod call_hierarchy;
mod code_action;
mod code_lens;
pub(crate) mod completion;
pub(crate) mod folding;
pub(crate) mod from_proto;
mod inlay_hint;
pub(crate) mod links;
pub(crate) mod outline;
mod path_definition;
mod selection;
mod signature;
pub(crate) mod symbols;
pub(crate) mod to_proto;
pub(crate) mod token_pieces;
pub(crate) mod tokens;
