//! Between the protocol's types and ours: the only place that knows both.

mod call_hierarchy;
pub(crate) mod from_proto;
pub(crate) mod to_proto;
