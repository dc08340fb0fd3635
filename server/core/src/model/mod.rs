//! What a Dockerfile means: instructions, stages, references between stages, variables.
//!
//! Everything is plain data, built eagerly and immutable afterwards. [`Dockerfile`] is the root.

mod args;
mod dockerfile;
pub mod expand;
pub mod files;
mod global_args;
pub mod graph;
mod image_ref;
mod instruction;
mod lower;
mod lower_instruction;
pub(crate) mod open_base;
pub(crate) mod paths;
pub(crate) mod remote;
mod resolve;
pub mod scope;
pub(crate) mod shell;
mod source_file;
mod stage;
pub mod state;
pub(crate) mod tools;
mod uses;
mod validate;

pub use args::{Arguments, Flag, Heredoc, Mount, MountField, Pair};
pub use dockerfile::{Comment, Dockerfile, Identity, Placed, SyntaxFault};
pub use graph::StageGraph;
pub use image_ref::ImageRef;
pub use instruction::{
    DeviceFault, FaultKind, FaultPhase, Instruction, InstructionData, InstructionId, MountFault, ParseFault,
    RawStageRef, VarUse,
};
pub use resolve::is_valid_stage_name;
pub use scope::{ResolvedVar, Scopes, VarDef, VarDefId, VarDefKind, VarRef};
pub use source_file::{ContentChange, SourceFile};
pub use stage::{Base, RefTarget, Stage, StageId, StageName, StageRef, StageRefKind};
