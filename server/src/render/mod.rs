//! Diagnostics and models as text: for people and for tools.

pub(crate) mod human;
pub mod json;
