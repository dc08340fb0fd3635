//! Variables: where ARG and ENV define them, where they are used, and which definition a use sees.

use super::dockerfile::{Dockerfile, Placed};
use super::instruction::InstructionId;
use super::stage::{Stage, StageId};
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
    /// For `ARG name` in a stage: the global ARG whose value it takes over.
    pub redeclares: Option<VarDefId>,
}

/// What a use of a variable sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResolvedVar {
    /// A definition of this file.
    Def(VarDefId),
    /// One that BuildKit defines itself and that is in scope here (platform ARGs in FROM or declared
    /// again, proxies in RUN).
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
    /// Finds the variables of these instructions and stages.
    pub fn build(_placed: &[Placed], _stages: &[Stage]) -> Self {
        Self::default()
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
}

/// The definitions that are visible at the end of `stage`, nearest first: the stage's own, then those
/// it inherits from the stages it is built from.
pub fn visible_in_stage(_dockerfile: &Dockerfile, _stage: StageId) -> Vec<VarDefId> {
    Vec::new()
}
