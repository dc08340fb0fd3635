//! What the whole repository keeps to, as far as a machine can see it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on has failed

mod dependencies;
mod features;
mod files;
mod layers;
mod pages;
mod rules;
mod tree;
