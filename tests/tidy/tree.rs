//! The files of the repository: everything that git would take, and nothing that a build leaves behind.

use std::fs;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

/// A text file: its path from the top with forward slashes, and its content.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    /// Whether the path ends in one of these endings.
    pub(crate) fn is(&self, endings: &[&str]) -> bool {
        endings.iter().any(|ending| self.path.ends_with(ending))
    }

    /// Whether it is nothing but tests.
    pub(crate) fn is_test(&self) -> bool {
        self.path.starts_with("tests/")
            || self.path.contains("/tests/")
            || self.is(&["/tests.rs", "/test.rs"])
    }

    /// What is compiled into the product: the text up to the first module of tests.
    pub(crate) fn product(&self) -> &str {
        let end = self.text.find("\n#[cfg(test)]").unwrap_or(self.text.len());
        if self.is_test() { "" } else { &self.text[..end] }
    }

    /// The product's lines of code with their numbers: comments are left out.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.product().lines().enumerate();
        lines.map(|(n, line)| (n + 1, line)).filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file that is not ignored, the paths from the top.
pub(crate) fn paths() -> Vec<String> {
    let walk = WalkBuilder::new(root())
        .hidden(false)
        .parents(false)
        .git_global(false)
        .require_git(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build();
    let files = walk.map(Result::unwrap).filter(|entry| entry.file_type().is_some_and(|it| it.is_file()));
    let mut paths: Vec<String> = files.map(|entry| relative(entry.path())).collect();
    paths.sort();
    paths
}

/// Every text file.
pub(crate) fn files() -> Vec<File> {
    let read = |path: String| Some(File { text: fs::read_to_string(root().join(&path)).ok()?, path });
    paths().into_iter().filter_map(read).collect()
}

/// The Rust files below a folder.
pub(crate) fn rust(folder: &str) -> Vec<File> {
    files().into_iter().filter(|file| file.is(&[".rs"]) && file.path.starts_with(folder)).collect()
}

pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Fails with all that was found, each on its line.
#[track_caller]
pub(crate) fn none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

fn relative(path: &Path) -> String {
    let path: PathBuf = path.strip_prefix(root()).unwrap_or(path).to_owned();
    path.to_string_lossy().replace('\\', "/")
}
