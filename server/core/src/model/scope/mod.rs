//! Variables: where ARG and ENV define them, where they are used, and which definition a use sees.
//!
//! BuildKit keeps one environment for a stage, and ARG and ENV both write to it: the later one wins.
//! A stage starts with the environment that the stage it is built from ends with, ARGs included, but ENV
//! comes back over an ARG of the same name: the image keeps it. Then the stage runs the ONBUILDs of the one
//! it is built from. FROM sees the global ARGs only.

mod collect;
mod predefined;
mod resolve;
mod visible;

pub use predefined::{is_automatic, is_proxy, predefined};
pub use visible::{visible_before, visible_in_stage};

use collect::Collected;
use resolve::Resolver;

use super::dockerfile::Placed;
use super::instruction::InstructionId;
use super::open_base::{MOST_TRIED, OpenBase};
use super::stage::{Base, Stage, StageId};
use crate::{TextRange, TextSize};

/// Index of a definition in [`Scopes::defs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VarDefId(pub u32);

/// How a variable comes to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VarDefKind {
    /// ARG before the first FROM: seen by FROM, and by a stage that declares it again.
    GlobalArg,
    /// ARG in a stage.
    Arg,
    /// ENV.
    Env,
}

/// A definition of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VarDef {
    /// Its index.
    pub id: VarDefId,
    /// How it is defined.
    pub kind: VarDefKind,
    /// Its name, quotes resolved.
    pub name: String,
    /// Where the name stands, without quotes.
    pub name_range: TextRange,
    /// Its value as written, quotes included; none for `ARG name`.
    pub value: Option<String>,
    /// Where the value stands.
    pub value_range: Option<TextRange>,
    /// The instruction.
    pub instruction: InstructionId,
    /// The stage; none for a global ARG.
    pub stage: Option<StageId>,
    /// Inside ONBUILD: it takes effect in stages built `FROM` this one only.
    pub onbuild: bool,
    /// For `ARG name` without a value: the definition whose value it takes over as long as the build is
    /// given none. That is the global ARG where there is one, else the one that was visible before.
    pub redeclares: Option<VarDefId>,
}

/// What a use of a variable sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResolvedVar {
    /// A definition of this file.
    Def(VarDefId),
    /// One that BuildKit defines itself and that is in scope here: platform ARGs in FROM and in global
    /// ARGs, proxies in RUN.
    Predefined,
    /// None that this file tells of: the base image or the shell may define it.
    Unknown,
}

/// A use of a variable, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VarRef {
    /// The name.
    pub name: String,
    /// Where the name stands.
    pub range: TextRange,
    /// The whole expansion.
    pub whole: TextRange,
    /// The instruction.
    pub instruction: InstructionId,
    /// The stage; none before the first FROM. A FROM's uses belong to no stage: it sees global ARGs.
    pub stage: Option<StageId>,
    /// Whether it is the shell that expands it.
    pub shell: bool,
    /// What it sees.
    pub target: ResolvedVar,
}

/// All variables of a Dockerfile.
#[derive(Debug, Clone, Default)]
pub struct Scopes {
    /// Definitions in order of the text.
    pub defs: Vec<VarDef>,
    /// Uses in order of the text.
    pub refs: Vec<VarRef>,
}

impl Scopes {
    /// Finds the variables of these instructions and stages; which instructions a POSIX shell runs is given.
    ///
    /// It is linear, also for stages that are built from each other.
    pub fn build(placed: &[Placed], stages: &[Stage], posix_shells: &[bool]) -> Self {
        let collected = Collected::of(placed, stages, posix_shells);
        let (targets, redeclares) = Resolver::new(&collected, placed, stages).run();
        let Collected { mut defs, mut refs, .. } = collected;
        for (it, target) in refs.iter_mut().zip(targets) {
            it.target = target;
        }
        for (def, redeclares) in defs.iter_mut().zip(redeclares) {
            def.redeclares = redeclares;
        }
        Self { defs, refs }
    }

    /// The definition with this index.
    pub fn def(&self, id: VarDefId) -> &VarDef {
        &self.defs[id.0 as usize]
    }

    /// The definition whose name `offset` touches.
    pub fn def_at(&self, offset: TextSize) -> Option<&VarDef> {
        self.defs.iter().find(|def| def.name_range.contains_inclusive(offset))
    }

    /// The use whose name or expansion `offset` touches, the innermost one.
    pub fn ref_at(&self, offset: TextSize) -> Option<&VarRef> {
        let touching = self.refs.iter().filter(|it| it.whole.contains_inclusive(offset));
        touching.min_by_key(|it| (!it.range.contains_inclusive(offset), it.whole.len()))
    }

    /// The uses that see this definition, in order of the text.
    pub fn refs_of(&self, def: VarDefId) -> impl Iterator<Item = &VarRef> {
        self.refs.iter().filter(move |it| it.target == ResolvedVar::Def(def))
    }

    /// The uses in an instruction, in order of the text.
    pub fn refs_in(&self, id: InstructionId) -> &[VarRef] {
        let start = self.refs.partition_point(|it| it.instruction < id);
        let end = self.refs.partition_point(|it| it.instruction <= id);
        self.refs.get(start..end).unwrap_or_default()
    }

    /// The definitions in these instructions, in order of the text.
    pub fn defs_in(&self, from: InstructionId, end: InstructionId) -> &[VarDef] {
        let start = self.defs.partition_point(|def| def.instruction < from);
        let end = self.defs.partition_point(|def| def.instruction < end);
        self.defs.get(start..end).unwrap_or_default()
    }

    /// The definitions in this instruction, in order of the text.
    pub fn defs_of(&self, id: InstructionId) -> &[VarDef] {
        self.defs_in(id, InstructionId(id.0.saturating_add(1)))
    }

    /// The definition that gives this one its value: itself, or for `ARG name` the one it takes over.
    pub fn source_of(&self, def: VarDefId) -> &VarDef {
        // A definition takes over an earlier one, or a global ARG, so this ends.
        let mut def = self.def(def);
        while let Some(before) = def.redeclares.filter(|_| def.value.is_none()) {
            def = self.def(before);
        }
        def
    }
}

/// The earlier stage that each stage is built from. Where the build decides that, as in
/// `FROM base-$TARGETARCH`, it is the last one that it could be: such stages stand in for each other.
pub(crate) fn bases(stages: &[Stage]) -> Vec<Option<usize>> {
    let mut left = MOST_TRIED;
    let bases = stages.iter().enumerate().map(|(index, stage)| match stage.base {
        Base::Stage(base) => Some(base.index()).filter(|&base| base < index),
        Base::Unresolved if stage.base_word.is_some() => {
            let open = OpenBase::of(stage)?;
            let tried = stages[..index].iter().rev().take(left).inspect(|_| left -= 1);
            let found = { tried }.position(|earlier| open.may_be(earlier))?;
            Some(index - 1 - found)
        }
        _ => None,
    });
    bases.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SourceFile;

    #[test]
    fn a_definition_knows_its_uses_and_its_source() {
        let file = SourceFile::new("ARG V=1\nFROM a\nARG V\nUSER $V\nWORKDIR $V\n");
        let scopes = file.dockerfile().scopes();
        assert_eq!(scopes.refs_of(VarDefId(1)).count(), 2);
        assert_eq!(scopes.refs_of(VarDefId(0)).count(), 0);
        assert_eq!(scopes.source_of(VarDefId(1)).id, VarDefId(0));
    }
}
