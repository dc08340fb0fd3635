//! The command line: what it prints, and how it ends.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // In tests a panic is the answer.

mod sandbox;

mod bad_input;
mod build;
mod check;
mod configuration;
mod explain;
mod fix;
mod format;
mod outputs;
mod parse;
mod split;
mod usage;
