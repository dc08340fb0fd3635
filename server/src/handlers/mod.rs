//! What each message of the protocol does: take it apart, one call, put the answer together.

pub(crate) mod call_hierarchy;
pub(crate) mod code_lens;
pub(crate) mod command;
pub(crate) mod completion;
pub(crate) mod formatting;
pub(crate) mod inlay_hint;
pub(crate) mod links;
pub(crate) mod notification;
mod path_definition;
pub(crate) mod request;
pub(crate) mod selection;
pub(crate) mod signature;
pub(crate) mod tokens;
pub(crate) mod workspace_symbol;
