//! Pure analysis of Dockerfiles, with build stages exactly as BuildKit sees them.
//!
//! Text goes in, plain data comes out. Positions are byte offsets. Nothing in this crate performs
//! I/O, knows a protocol or waits, so nothing in it can fail: what is wrong with a Dockerfile is
//! data too. The direction of dependencies is `text ← syntax ← model ← {workspace, images} ← {ide, lint, assists, format} ← analysis`.

pub mod analysis;
pub mod assists;
pub mod format;
pub mod ide;
pub mod images;
pub mod lint;
pub mod model;
pub mod syntax;
pub mod text;
pub mod workspace;

pub use text_size::{TextRange, TextSize};
