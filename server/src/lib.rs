//! Dockstage: the language server and the command line around the analysis in `dockstage-core`.
//!
//! This is the only crate that knows the protocol, the disk and the terminal. Everything it answers
//! comes from [`dockstage_core::analysis::Analysis`].

pub mod cli;
pub mod render;
pub mod server;

mod beside;
mod capabilities;
mod catalogue;
mod config;
mod convert;
mod diagnostics;
mod disk;
mod framing;
mod handlers;
mod large;
mod outlet;
mod project;
mod snapshot;
mod state;
mod workspace;
