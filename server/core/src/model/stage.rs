//! Stages and the references between them.

use super::image_ref::ImageRef;
use super::instruction::InstructionId;
use crate::TextRange;

/// Index of a stage in its Dockerfile, as BuildKit counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StageId(pub u32);

impl StageId {
    /// The index as a number.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The name that a FROM gives to its stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageName {
    /// As written.
    pub written: String,
    /// In lower case: what BuildKit compares.
    pub lower: String,
    /// Where it stands.
    pub range: TextRange,
    /// Whether BuildKit takes it: a letter, then letters, digits, `-`, `_`, `.`.
    pub valid: bool,
}

/// What a stage is built from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// `scratch`: nothing.
    Scratch,
    /// An earlier stage.
    Stage(StageId),
    /// An image.
    Image(ImageRef),
    /// Not known: no base is written, or it depends on a variable without a default.
    Unresolved,
}

/// A build stage: a FROM and what follows it up to the next one.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// Its index.
    pub id: StageId,
    /// Its FROM.
    pub from: InstructionId,
    /// Behind its last instruction.
    pub end: InstructionId,
    /// Its name, if it has one.
    pub name: Option<StageName>,
    /// What it is built from.
    pub base: Base,
    /// The base as written, and where; none on a half-typed FROM.
    pub base_word: Option<(String, TextRange)>,
    /// The base with the defaults of global ARGs put in; as written where that cannot be done.
    pub base_text: String,
    /// The value of `--platform`.
    pub platform: Option<String>,
    /// From the FROM's keyword to the end of its last instruction.
    pub range: TextRange,
}

impl Stage {
    /// Its instructions, its FROM first.
    pub fn instructions(&self) -> impl DoubleEndedIterator<Item = InstructionId> + use<> {
        (self.from.0..self.end.0).map(InstructionId)
    }

    /// What to call it in a message: its name as written, else its index.
    pub fn label(&self) -> String {
        self.name.as_ref().map_or_else(|| self.id.0.to_string(), |name| name.written.clone())
    }
}

/// The kind of place that names a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StageRefKind {
    /// `FROM name`
    From,
    /// `COPY --from=name` or `COPY --from=0`
    CopyFrom,
    /// `RUN --mount=from=name`
    MountFrom,
}

/// What a reference leads to, as BuildKit resolves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefTarget {
    /// A stage that may be used here.
    Stage(StageId),
    /// A later stage: BuildKit refuses it, with "needs to be defined before".
    LaterStage(StageId),
    /// The stage that the reference stands in.
    SelfReference(StageId),
    /// A number that is no index of an earlier stage.
    BadIndex(i64),
    /// It holds a variable, which BuildKit does not expand there.
    Variable,
    /// No stage: an image or a named context.
    External(ImageRef),
    /// Nothing is written, or it is not known.
    Unknown,
}

impl RefTarget {
    /// The stage that is meant, whether it may be used or not.
    pub fn stage(&self) -> Option<StageId> {
        match self {
            Self::Stage(id) | Self::LaterStage(id) | Self::SelfReference(id) => Some(*id),
            _ => None,
        }
    }
}

/// A place that names a stage, resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct StageRef {
    /// The kind of place.
    pub kind: StageRefKind,
    /// Whether it stands inside ONBUILD: then it takes effect in stages built `FROM` this one.
    pub onbuild: bool,
    /// The instruction it stands in.
    pub instruction: InstructionId,
    /// The stage it stands in: for FROM the stage that it begins.
    pub stage: StageId,
    /// The name as BuildKit reads it.
    pub text: String,
    /// Where the name stands.
    pub range: TextRange,
    /// Whether the name is an index.
    pub numeric: bool,
    /// What it leads to.
    pub target: RefTarget,
}
