//! What lies in one folder of the build context, as whoever reads the disk tells it.

/// The entries of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// The entries, in any order.
    pub entries: Vec<Entry>,
    /// Whether there are more.
    pub is_cut: bool,
}

/// A file or folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Whether it is a folder.
    pub is_folder: bool,
}

/// A folder whose entries are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedFolder {
    /// Its path from the top of the build context, with `/` between names; empty for the top itself.
    pub folder: String,
    /// What is typed of an entry's name. Where there are many entries, those that begin like this are wanted.
    pub begun: String,
}
