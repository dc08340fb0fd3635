//! The project's own files, interpreted: one file here for each kind of them.
//!
//! They are texts that somebody handed over ([`ContextFiles`](super::ContextFiles)), never run, and nothing of them is
//! believed that has to be computed. A reader says nothing where it is not sure.

mod literals;

pub(super) mod cargo;
pub(super) mod dotnet;
pub(super) mod gemfile;
pub(super) mod go_mod;
pub(super) mod gradle;
pub(super) mod maven;
pub(super) mod mix;
pub(super) mod package;
pub(super) mod python;
pub(super) mod script_config;
pub(super) mod tsconfig;
pub(super) mod users;
pub(super) mod versions;
