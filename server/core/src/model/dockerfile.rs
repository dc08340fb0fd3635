//! The model of one Dockerfile.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use super::files::StageFiles;
use super::global_args::GlobalArgs;
use super::graph::StageGraph;
use super::instruction::{Instruction, InstructionData, InstructionId, Marks, Memo};
use super::scope::{Scopes, VarRef};
use super::shell;
use super::stage::{Stage, StageId, StageRef};
use crate::syntax::{Directive, Keyword, casing};
use crate::{TextRange, TextSize};

/// A comment outside of instructions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment {
    /// From its `#` to the end of its line.
    pub range: TextRange,
    /// Its line, from 0, counted by `\n`.
    pub row: u32,
    /// Whether a `=` stands in it: only then can it say something about checks.
    pub has_equals: bool,
}

/// Tells an instruction from all others that there have been: those with the same identity say the same, in whatever
/// version of a document they stand. It is no part of what an instruction is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Identity(u64);

impl Identity {
    fn next() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self(LAST.fetch_add(1, Ordering::Relaxed))
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity")
    }
}

/// An instruction's data and its place.
#[derive(Debug, Clone)]
pub struct Placed {
    /// First byte.
    pub start: TextSize,
    /// First line, from 0, counted by `\n`.
    pub row: u32,
    /// Its length.
    pub len: TextSize,
    /// Which instruction.
    pub keyword: Keyword,
    /// The gist of its data.
    pub marks: Marks,
    /// Which of all instructions it is.
    pub identity: Identity,
    /// What is remembered of it.
    pub(crate) memo: Memo,
    /// What it says.
    pub data: Arc<InstructionData>,
}

impl Placed {
    /// An instruction at its place.
    pub(super) fn new(start: TextSize, row: u32, data: Arc<InstructionData>) -> Self {
        let (len, keyword, marks) = (data.range.at(start).len(), data.keyword, data.marks);
        Self { start, row, len, keyword, marks, identity: Identity::next(), memo: Memo::default(), data }
    }

    /// Where it stands.
    pub fn range(&self) -> TextRange {
        TextRange::at(self.start, self.len)
    }

    /// The same at another place.
    pub(super) fn moved(&self, start: TextSize, row: u32) -> Self {
        Self { start, row, ..self.clone() }
    }
}

/// Something wrong with the file as a whole or with its head, which BuildKit refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyntaxFault {
    /// There is no instruction in it.
    NoInstructions,
    /// The same parser directive twice.
    DuplicateDirective(Directive),
    /// `# escape=` with something else than `\` or a backtick.
    BadEscape(Directive),
    /// A line longer than 65,535 bytes; the range is that line's, the row its number from 0.
    LineTooLong(TextRange, u32),
    /// An instruction before the first FROM that is no ARG.
    BeforeFrom(InstructionId),
    /// There is no FROM.
    NoStage,
}

/// A Dockerfile: what BuildKit would make of it.
#[derive(Debug, Clone)]
pub struct Dockerfile {
    /// The escape character: `\` unless a directive says otherwise.
    pub escape: char,
    /// What the build is given; nothing in a file that is looked at by itself.
    pub build_args: Vec<(String, String)>,
    /// The parser directives at its head.
    pub directives: Vec<Directive>,
    /// Comments outside of instructions, in order.
    pub comments: Vec<Comment>,
    /// Instructions in order; look at them through [`Dockerfile::instruction`].
    pub placed: Vec<Placed>,
    /// Stages in order.
    pub stages: Vec<Stage>,
    /// Every place that may name a stage, in order.
    pub refs: Vec<StageRef>,
    /// Which stage needs which.
    pub graph: StageGraph,
    /// Worked out when somebody asks: diagnostics do not, so a keystroke does not wait for it.
    pub(super) scopes: OnceLock<Scopes>,
    /// What each stage holds; worked out for a stage when somebody asks.
    pub(super) files: OnceLock<Box<[OnceLock<StageFiles>]>>,
    /// For each instruction whether a POSIX shell runs it, worked out when somebody asks.
    pub(super) posix_shells: OnceLock<Vec<bool>>,
    /// What is wrong with the file as a whole.
    pub faults: Vec<SyntaxFault>,
}

impl Dockerfile {
    /// All instructions in order.
    pub fn instructions(&self) -> impl DoubleEndedIterator<Item = Instruction<'_>> + ExactSizeIterator {
        self.placed.iter().enumerate().map(|(index, placed)| view(index, placed))
    }

    /// The instruction with this index.
    ///
    /// Panics when the index is of another Dockerfile, as indexing does.
    pub fn instruction(&self, id: InstructionId) -> Instruction<'_> {
        view(id.index(), &self.placed[id.index()])
    }

    /// The instruction that `offset` lies in or right behind.
    pub fn instruction_at(&self, offset: TextSize) -> Option<Instruction<'_>> {
        let index = self.placed.partition_point(|placed| placed.start <= offset).checked_sub(1)?;
        let found = view(index, &self.placed[index]);
        found.range().contains_inclusive(offset).then_some(found)
    }

    /// What a global ARG holds where FROM reads it, as far as the file and the build's arguments give it.
    pub fn global_value(&self, name: &str) -> Option<String> {
        GlobalArgs::of(&self.placed, self.escape, &self.build_args).value(name).map(str::to_owned)
    }

    /// Variables: where they are defined and used.
    pub fn scopes(&self) -> &Scopes {
        self.scopes.get_or_init(|| Scopes::build(&self.placed, &self.stages, self.posix_shells()))
    }

    /// Whether the shell form of an instruction is run by a shell of the POSIX family, as far as the file tells.
    pub fn is_posix_shell(&self, id: InstructionId) -> bool {
        self.posix_shells().get(id.index()).copied().unwrap_or(false)
    }

    /// Whether a use of a variable means one that the shell's text has set itself.
    pub fn is_set_by_shell(&self, var: &VarRef) -> bool {
        self.shell_sets(var, &var.name)
    }

    /// Whether the shell's text that a use stands in has set a variable of this name before.
    pub(crate) fn shell_sets(&self, var: &VarRef, name: &str) -> bool {
        let Some(placed) = self.placed.get(var.instruction.index()).filter(|_| var.shell) else {
            return false;
        };
        placed.data.is_set_by_shell(name, u32::from(var.range.start() - placed.start))
    }

    fn posix_shells(&self) -> &[bool] {
        self.posix_shells.get_or_init(|| shell::posix_shells(&self.placed, &self.stages, self.escape))
    }

    /// The stage with this index.
    pub fn stage(&self, id: StageId) -> &Stage {
        &self.stages[id.index()]
    }

    /// The stage that an instruction belongs to; none before the first FROM.
    pub fn stage_of(&self, id: InstructionId) -> Option<&Stage> {
        let index = self.stages.partition_point(|stage| stage.from <= id).checked_sub(1)?;
        self.stages.get(index)
    }

    /// The stage that a build without `--target` ends with: the last one.
    pub fn default_target(&self) -> Option<&Stage> {
        self.stages.last()
    }

    /// The stage that `--target` finds: the last one of this name, in any case. An index finds none.
    pub fn stage_named(&self, name: &str) -> Option<&Stage> {
        let lower = casing::lower(name);
        let named = |stage: &&Stage| stage.name.as_ref().is_some_and(|name| name.lower == lower);
        self.stages.iter().rev().find(named)
    }

    /// The references that lead to `stage`, in order.
    pub fn references_to(&self, stage: StageId) -> impl Iterator<Item = &StageRef> {
        self.refs.iter().filter(move |it| it.target.stage() == Some(stage))
    }

    /// The references that stand in an instruction, in order.
    pub fn refs_in(&self, id: InstructionId) -> &[StageRef] {
        let start = self.refs.partition_point(|it| it.instruction < id);
        let end = self.refs.partition_point(|it| it.instruction <= id);
        &self.refs[start..end]
    }

    /// The block of comment lines that stands right above an instruction, top to bottom.
    pub fn comments_above(&self, id: InstructionId) -> &[Comment] {
        let row = self.instruction(id).row;
        let end = self.comments.partition_point(|comment| comment.row < row);
        let mut start = end;
        let mut next = row;
        while start > 0 && self.comments[start - 1].row + 1 == next {
            start -= 1;
            next -= 1;
        }
        &self.comments[start..end]
    }
}

fn view(index: usize, placed: &Placed) -> Instruction<'_> {
    let (start, row, marks) = (placed.start, placed.row, placed.marks);
    Instruction { id: InstructionId(index as u32), start, row, data: &placed.data, marks, placed }
}
