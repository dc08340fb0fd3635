//! From the instructions of a stage and its bases to what they make.

use std::collections::BTreeMap;

use super::script::Script;
use super::{HidingMount, How, Kind, MOST_ENTRIES, Made, StageFiles, copy};
use crate::TextRange;
use crate::model::instruction::{Instruction, InstructionData};
use crate::model::stage::{Base, StageId};
use crate::model::state::{self, Step, Walk};
use crate::model::{Arguments, Dockerfile, paths};
use crate::syntax::{Keyword, RelRange};

/// What `stage` holds at its end.
pub(super) fn files(dockerfile: &Dockerfile, stage: StageId) -> StageFiles {
    let bottom = state::base_chain(dockerfile, stage).first().copied().unwrap_or(stage);
    let root = dockerfile.stage(bottom).base.clone();
    let mut found = StageFiles { made: Vec::new(), mounts: BTreeMap::new(), root, bottom };
    state::walk(dockerfile, dockerfile.stage(stage), &mut |walk, step| {
        if found.made.len() < MOST_ENTRIES {
            instruction(dockerfile, walk, step, &mut found);
        }
    });
    found
}

fn instruction(dockerfile: &Dockerfile, walk: &mut Walk<'_>, step: Step<'_>, found: &mut StageFiles) {
    let mut sink = Sink::new(dockerfile, walk, step, found);
    match step.data.keyword {
        Keyword::Copy | Keyword::Add => copy::copy(&mut sink, walk, step.data),
        Keyword::Workdir => {
            if let Arguments::Text(text) = &step.data.arguments {
                let dir = walk.workdir_after(&text.text);
                sink.add(&dir, Kind::Folder, How::Workdir, text.range);
            }
        }
        Keyword::Run => {
            sink.mounts(walk, step.data);
            Script::run(&mut sink, walk, step.data);
        }
        _ => {}
    }
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
    /// The command that runs, where it is a part of the instruction.
    pub(super) command: TextRange,
    /// Whether what runs need not run.
    pub(super) is_guess: bool,
    found: &'f mut StageFiles,
}

impl<'a, 'f> Sink<'a, 'f> {
    fn new(dockerfile: &'a Dockerfile, walk: &Walk<'_>, step: Step<'a>, found: &'f mut StageFiles) -> Self {
        let instruction = dockerfile.instruction(step.id);
        // What the image does not set is `/`, and most images set none.
        let workdir = absolute(walk.workdir().unwrap_or("/"));
        let knows_workdir =
            found.root == Base::Scratch || walk.workdir().is_some_and(|it| it.starts_with(['/', '$']));
        let command = instruction.abs(step.data.range);
        Self {
            dockerfile,
            instruction,
            stage: step.stage,
            workdir,
            knows_workdir,
            command,
            is_guess: false,
            found,
        }
    }

    /// A path seen from the directory that the instruction runs in.
    pub(super) fn path(&self, written: &str) -> String {
        paths::join(&self.workdir, &plain_names(written))
    }

    /// Adds what stands at a path.
    pub(super) fn add(&mut self, path: &str, kind: Kind, how: How, range: RelRange) {
        self.add_at(path, kind, how, self.instruction.abs(range), false);
    }

    /// The same where it is a guess.
    pub(super) fn guess(&mut self, path: &str, kind: Kind, how: How, range: RelRange) {
        self.add_at(path, kind, how, self.instruction.abs(range), true);
    }

    /// The same for a place in the document.
    pub(super) fn add_at(&mut self, path: &str, kind: Kind, how: How, range: TextRange, is_guess: bool) {
        let path = self.path(path);
        let id = self.instruction.id;
        self.found.made.push(Made {
            mount: self.found.mount_over(id, &path).cloned(),
            kind,
            how,
            is_guess: is_guess || self.is_guess,
            instruction: id,
            stage: self.stage,
            range,
            command: self.command,
            path,
        });
    }

    /// Notes the mounts of a RUN: what is written below them does not stay.
    fn mounts(&mut self, walk: &mut Walk<'_>, data: &InstructionData) {
        for mount in data.mounts() {
            let kind = mount.kind();
            if !matches!(kind.as_str(), "cache" | "tmpfs" | "bind") {
                continue;
            }
            let Some(field) = mount.get(&["target", "dst", "destination"]) else { continue };
            let Some(target) = field.value.as_ref().and_then(|it| walk.filled(&it.text)) else { continue };
            // Below a directory that nobody knows it lies nobody knows where.
            if !self.knows_workdir && !target.starts_with('/') {
                continue;
            }
            let target = self.path(&target);
            let mounts = self.found.mounts.entry(self.instruction.id).or_default();
            mounts.push(HidingMount { kind, target });
        }
    }

    /// The folder of this path is known to be made.
    pub(super) fn has_folder(&self, path: &str) -> bool {
        let mut made = self.found.made.iter().rev().take(64);
        made.any(|it| matches!(it.kind, Kind::Folder | Kind::Tree) && it.path == path)
    }
}

/// A path with its variables written in one way.
fn plain_names(path: &str) -> String {
    path.replace("${", "$").replace('}', "")
}

/// The directory as an absolute path. A variable in front holds one.
fn absolute(dir: &str) -> String {
    paths::join("/", &plain_names(dir))
}
