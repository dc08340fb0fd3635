//! Files beside a Dockerfile that have a say in what its build sees.

pub mod build_context;
pub mod dockerignore;
mod listing;
mod targets;

pub use dockerignore::IgnoreFile;
pub use listing::{Entry, Listing, WantedFolder};
pub use targets::BuiltTarget;
