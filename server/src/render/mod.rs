//! Diagnostics and models as text: for people and for tools.

use std::io::{self, Write};

use dockstage_core::lint::Diagnostic;
use dockstage_core::text::TextDocument;

pub(crate) mod github;
pub(crate) mod human;
pub mod json;
pub(crate) mod sarif;

/// A file and what was found in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Checked<'a> {
    /// Its path as it was given.
    pub(crate) path: &'a str,
    pub(crate) text: &'a str,
    /// The same text, for positions in it.
    pub(crate) document: &'a TextDocument,
    pub(crate) found: &'a [Diagnostic],
}

/// One way to print what a check finds.
pub(crate) trait Report {
    /// A file was checked.
    fn file(&mut self, out: &mut dyn Write, checked: &Checked<'_>) -> io::Result<()>;

    /// A file was not checked, for this reason, which the user has been told.
    fn failure(&mut self, _path: &str, _reason: &str) {}

    /// That was the last file.
    fn end(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}
