//! The language server over an in-memory pipe: what crosses the wall between a client and us.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // In tests a panic is the answer.

mod client;
mod clients;
mod completion;

mod beside_the_text;
mod burst;
mod call_hierarchy;
mod configuration;
mod diagnostics;
mod features;
mod folder;
mod formatting;
mod ignore_file;
mod lifecycle;
mod links;
mod outline;
mod paths;
mod process;
mod project;
mod split;
mod sync;
mod tokens;
mod typing;
mod wall;
mod workspace_symbols;
