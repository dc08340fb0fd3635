//! What files and folders a stage is known to hold, and which instruction makes each.
//!
//! COPY, ADD and WORKDIR say it themselves. Of RUN we know what the usual commands do: some are told where to write,
//! others write where their tool always does, and the rest may write anywhere. What comes with an image is not known.
//! VOLUME makes nothing: BuildKit only notes it in the image.

mod builds;
mod commands;
mod copy;
mod downloads;
mod find;
mod go;
mod java;
mod kept;
mod pattern;
mod python;
mod rust;
mod script;
mod system;
mod walk;
mod web;

pub(crate) use copy::is_remote;
pub use find::{Holds, Provenance, Relation};
pub(crate) use kept::Kept;

use pattern::{Lies, lies};
use std::collections::BTreeMap;
use std::sync::Arc;

use super::dockerfile::Dockerfile;
use super::instruction::InstructionId;
use super::paths;
use super::stage::{Base, StageId};
use crate::syntax::RelRange;
use crate::{TextRange, TextSize};

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    File,
    /// A folder; what lies in it is made by others.
    Folder,
    /// A folder with files of which we know nothing.
    Tree,
    /// A file, or a folder with what is in it.
    Either,
    /// Nothing any more: it was removed.
    Gone,
}

/// How it is known that something is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// It is copied from the build context, from this path there.
    Context(String),
    /// It is copied from this path of another stage.
    Stage(StageId, String),
    /// It is copied from this path of an image.
    Image(String),
    /// ADD fetches it, or unpacks it.
    Added,
    /// Its content stands in the Dockerfile.
    Heredoc,
    /// WORKDIR makes it.
    Workdir,
    /// A command is told to make it.
    Command,
    /// A tool makes it there unless it is configured otherwise.
    Convention,
    /// A command of which we do not know all that it does: it may write anywhere. The path is its directory, where
    /// most of it goes, or `/`.
    Unknown,
    /// The system's package manager or the like: it writes into the folders of the system. The path is `/` where it
    /// brings new files, else where most of it goes.
    System,
}

/// A mount that hides what is made below it from the stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HidingMount {
    /// Its type: `cache`, `tmpfs`, `bind`.
    pub kind: String,
    /// Where it is mounted.
    pub target: String,
}

/// A file or folder that an instruction makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made<'a> {
    /// Where: absolute and clean. Wildcards, and `$name` for what the file does not tell.
    pub path: &'a str,
    /// What.
    pub kind: Kind,
    /// How this is known.
    pub how: &'a How,
    /// Whether it depends on what the file does not tell, such as whether a source is a folder, or on a condition.
    pub is_guess: bool,
    /// The instruction.
    pub instruction: InstructionId,
    /// The stage that runs the instruction.
    pub stage: StageId,
    /// The words that say so.
    pub range: TextRange,
    /// The command, or the instruction where it is the only one.
    pub command: TextRange,
    /// The mount that it is written into, if it is: then the stage does not hold it.
    pub mount: Option<&'a HidingMount>,
}

impl Made<'_> {
    /// Whether we know what makes it and where, be it by a convention.
    pub fn is_known(&self) -> bool {
        !matches!(self.how, How::Unknown | How::System)
    }

    /// Whether it can be the path, a folder around it, or something in it.
    pub fn meets(&self, path: &str) -> bool {
        lies(self.path, path) != Lies::Apart
    }
}

/// The same as it is kept: places count from the start of the instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    path: Box<str>,
    how: How,
    kind: Kind,
    is_guess: bool,
    range: RelRange,
    command: RelRange,
    mount: Option<Box<HidingMount>>,
}

/// What one instruction makes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    instruction: InstructionId,
    stage: StageId,
    /// Where the instruction begins.
    start: TextSize,
    entries: Arc<[Entry]>,
}

impl Part {
    fn made(&self) -> impl DoubleEndedIterator<Item = Made<'_>> {
        self.entries.iter().map(|it| Made {
            path: &it.path,
            kind: it.kind,
            how: &it.how,
            is_guess: it.is_guess,
            instruction: self.instruction,
            stage: self.stage,
            range: it.range.at(self.start),
            command: it.command.at(self.start),
            mount: it.mount.as_deref(),
        })
    }
}

/// What a stage holds, from the bottom of its base up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageFiles {
    /// What each instruction makes, in order.
    parts: Vec<Part>,
    /// How many things that are.
    count: usize,
    /// Mounts of RUNs that hide what is written below them.
    mounts: BTreeMap<InstructionId, Vec<HidingMount>>,
    /// What the bottom stage is built from.
    pub root: Base,
    /// The bottom stage.
    pub bottom: StageId,
}

/// How many entries are kept of a stage; more than that nobody writes.
const MOST_ENTRIES: usize = 1 << 14;

impl Dockerfile {
    /// What `stage` holds at its end.
    pub fn files(&self, stage: StageId) -> &StageFiles {
        let cells = self.files.get_or_init(|| self.stages.iter().map(|_| Default::default()).collect());
        match cells.get(stage.index()) {
            Some(cell) => cell.get_or_init(|| walk::files(self, stage)),
            None => &NONE,
        }
    }
}

/// Of a stage that is not there.
static NONE: StageFiles = StageFiles {
    parts: Vec::new(),
    count: 0,
    mounts: BTreeMap::new(),
    root: Base::Unresolved,
    bottom: StageId(0),
};

impl StageFiles {
    /// What is made, in the order in which it is made.
    pub fn made(&self) -> impl DoubleEndedIterator<Item = Made<'_>> {
        self.parts.iter().flat_map(Part::made)
    }

    /// What an instruction makes, in the stage or for those that are built from it.
    pub fn made_by(&self, id: InstructionId) -> impl Iterator<Item = Made<'_>> {
        self.parts.iter().filter(move |it| it.instruction == id).flat_map(Part::made)
    }

    /// How many things are made.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The mount of an instruction that a path lies in: the innermost one.
    fn mount_over(&self, id: InstructionId, path: &str) -> Option<&HidingMount> {
        innermost(self.mounts.get(&id)?, path)
    }
}

/// The innermost of these mounts that a path lies in.
fn innermost<'m>(mounts: &'m [HidingMount], path: &str) -> Option<&'m HidingMount> {
    let over = mounts.iter().filter(|it| paths::is_within(path, &it.target));
    over.max_by_key(|it| it.target.len())
}

#[cfg(test)]
mod tests;
