//! From the instructions of a stage and its bases to what they make.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::kept::Around;
use super::script::Script;
use super::{Entry, HidingMount, How, Kind, MOST_ENTRIES, Part, StageFiles, copy, innermost};
use crate::model::instruction::{Instruction, InstructionData};
use crate::model::stage::{Base, StageId};
use crate::model::state::{self, Step, Walk};
use crate::model::{Arguments, Dockerfile, paths};
use crate::syntax::{Keyword, RelRange};

/// What `stage` holds at its end.
pub(super) fn files(dockerfile: &Dockerfile, stage: StageId) -> StageFiles {
    let bottom = state::base_chain(dockerfile, stage).first().copied().unwrap_or(stage);
    let root = dockerfile.stage(bottom).base.clone();
    let mut found = StageFiles { parts: Vec::new(), count: 0, mounts: BTreeMap::new(), root, bottom };
    state::walk(dockerfile, dockerfile.stage(stage), &mut |walk, step| {
        if found.count < MOST_ENTRIES {
            instruction(dockerfile, walk, step, &mut found);
        }
    });
    found
}

fn instruction(dockerfile: &Dockerfile, walk: &mut Walk<'_>, step: Step<'_>, found: &mut StageFiles) {
    let mut sink = Sink::new(dockerfile, walk, step, found);
    let entries = match step.data.keyword {
        Keyword::Copy | Keyword::Add => {
            copy::copy(&mut sink, walk, step.data);
            sink.entries.into()
        }
        Keyword::Workdir => {
            if let Arguments::Text(text) = &step.data.arguments {
                let dir = walk.workdir_after(&text.text);
                sink.add(&dir, Kind::Folder, How::Workdir, text.range);
            }
            sink.entries.into()
        }
        Keyword::Run => {
            sink.mounts = mounts(&sink, walk, step.data);
            let entries = run(&mut sink, walk, step.data);
            if !sink.mounts.is_empty() {
                let mounts = std::mem::take(&mut sink.mounts);
                found.mounts.entry(step.id).or_default().extend(mounts);
            }
            entries
        }
        _ => return,
    };
    if !entries.is_empty() {
        let start = dockerfile.instruction(step.id).start;
        found.count += entries.len();
        found.parts.push(Part { instruction: step.id, stage: step.stage, start, entries });
    }
}

/// What a RUN makes, taken over from the last look at it where it still holds. What a trigger makes depends on the
/// stage that runs it, so that is not kept.
fn run(sink: &mut Sink<'_, '_>, walk: &Walk<'_>, data: &InstructionData) -> Arc<[Entry]> {
    let kept = sink.instruction.data.trigger.is_none().then(|| &sink.instruction.memo().made);
    if let Some(entries) = kept.and_then(|it| it.find(walk, sink)) {
        return entries;
    }
    let mut around = Around::new(walk, sink);
    Script::run(sink, &mut around, data);
    let entries = std::mem::take(&mut sink.entries).into();
    if let Some(kept) = kept {
        kept.keep(around.asked, &entries);
    }
    entries
}

/// The mounts of a RUN that hide what is written below them: that does not stay.
fn mounts(sink: &Sink<'_, '_>, walk: &mut Walk<'_>, data: &InstructionData) -> Vec<HidingMount> {
    let mut found = Vec::new();
    for mount in data.mounts() {
        let kind = mount.kind();
        if !matches!(kind.as_str(), "cache" | "tmpfs" | "bind") {
            continue;
        }
        let Some(field) = mount.get(&["target", "dst", "destination"]) else { continue };
        let Some(target) = field.value.as_ref().and_then(|it| walk.filled(&it.text)) else { continue };
        // Below a directory that nobody knows it lies nobody knows where.
        if !sink.knows_workdir && !target.starts_with('/') {
            continue;
        }
        found.push(HidingMount { kind, target: sink.path(&target) });
    }
    found
}

/// Where an instruction puts what it makes.
pub(super) struct Sink<'a, 'f> {
    pub(super) dockerfile: &'a Dockerfile,
    pub(super) instruction: Instruction<'a>,
    pub(super) stage: StageId,
    /// The directory that it runs in.
    pub(super) workdir: String,
    /// Whether it is certain; otherwise the base image may set another one.
    knows_workdir: bool,
    /// Mounts that hide what is written below them.
    pub(super) mounts: Vec<HidingMount>,
    /// The command that runs, where it is a part of the instruction.
    pub(super) command: RelRange,
    /// Whether what runs need not run.
    pub(super) is_guess: bool,
    /// What it makes.
    entries: Vec<Entry>,
    /// What is made before.
    before: &'f StageFiles,
}

impl<'a, 'f> Sink<'a, 'f> {
    fn new(dockerfile: &'a Dockerfile, walk: &Walk<'_>, step: Step<'a>, before: &'f StageFiles) -> Self {
        // What the image does not set is `/`, and most images set none.
        let workdir = absolute(walk.workdir().unwrap_or("/"));
        let knows_workdir =
            before.root == Base::Scratch || walk.workdir().is_some_and(|it| it.starts_with(['/', '$']));
        Self {
            dockerfile,
            instruction: dockerfile.instruction(step.id),
            stage: step.stage,
            workdir,
            knows_workdir,
            mounts: Vec::new(),
            command: step.data.range,
            is_guess: false,
            entries: Vec::new(),
            before,
        }
    }

    /// A path seen from the directory that the instruction runs in.
    pub(super) fn path(&self, written: &str) -> String {
        paths::join(&self.workdir, &plain_names(written))
    }

    /// Adds what stands at a path.
    pub(super) fn add(&mut self, path: &str, kind: Kind, how: How, range: RelRange) {
        self.add_at(path, kind, how, range, false);
    }

    /// The same where it is a guess.
    pub(super) fn guess(&mut self, path: &str, kind: Kind, how: How, range: RelRange) {
        self.add_at(path, kind, how, range, true);
    }

    /// Adds what stands at a path for certain, or perhaps.
    pub(super) fn add_at(&mut self, path: &str, kind: Kind, how: How, range: RelRange, is_guess: bool) {
        let path = self.path(path);
        self.entries.push(Entry {
            mount: innermost(&self.mounts, &path).cloned().map(Box::new),
            kind,
            how,
            is_guess: is_guess || self.is_guess,
            range,
            command: self.command,
            path: path.into(),
        });
    }

    /// A folder of this path is known to be made, by this instruction or before.
    pub(super) fn has_folder(&self, path: &str) -> bool {
        self.makes_folder(path) || self.had_folder(path)
    }

    /// The instruction itself makes a folder of this path.
    pub(super) fn makes_folder(&self, path: &str) -> bool {
        let mut made = self.entries.iter().rev().take(NEAREST);
        made.any(|it| matches!(it.kind, Kind::Folder | Kind::Tree) && *it.path == *path)
    }

    /// An instruction before makes a folder of this path.
    pub(super) fn had_folder(&self, path: &str) -> bool {
        let mut made = self.before.made().rev().take(NEAREST);
        made.any(|it| matches!(it.kind, Kind::Folder | Kind::Tree) && it.path == path)
    }
}

/// How far back a folder is looked for.
const NEAREST: usize = 64;

/// A path with its variables written in one way.
fn plain_names(path: &str) -> String {
    path.replace("${", "$").replace('}', "")
}

/// The directory as an absolute path. A variable in front holds one.
fn absolute(dir: &str) -> String {
    paths::join("/", &plain_names(dir))
}
