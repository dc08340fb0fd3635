//! Files beside a Dockerfile that have a say in what its build sees.

pub mod build_context;
pub mod dockerignore;
mod listing;

pub use dockerignore::IgnoreFile;
pub use listing::{Entry, Listing, WantedFolder};
