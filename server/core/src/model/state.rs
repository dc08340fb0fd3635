//! What holds at a point of a stage: directory, user, shell, environment, ports, command.

use super::dockerfile::Dockerfile;
use super::instruction::InstructionId;
use super::scope::VarDefId;
use super::stage::{Base, StageId};

/// What holds after an instruction, as far as the file tells. What comes from the base image is not
/// known here and stays empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StageState {
    /// WORKDIR: absolute, or relative to what the base image sets when it starts without `/`.
    /// Variables are put in where the file gives their value.
    pub workdir: Option<String>,
    /// USER as written, variables put in where known.
    pub user: Option<String>,
    /// SHELL's words.
    pub shell: Option<Vec<String>>,
    /// ENV in order of first definition: name, value with known variables put in, definition.
    pub env: Vec<(String, String, VarDefId)>,
    /// The instruction that sets ENTRYPOINT, and CMD; an ENTRYPOINT resets the CMD of the base only.
    pub entrypoint: Option<InstructionId>,
    /// The instruction that sets CMD.
    pub cmd: Option<InstructionId>,
    /// EXPOSE's words in order.
    pub expose: Vec<String>,
    /// The base at the bottom of the chain: an image, scratch or unresolved.
    pub root: Option<Base>,
}

/// What holds at the end of `stage`, inherited state included.
pub fn at_end(_dockerfile: &Dockerfile, _stage: StageId) -> StageState {
    StageState::default()
}

/// What holds before `instruction` runs.
pub fn before(_dockerfile: &Dockerfile, _instruction: InstructionId) -> StageState {
    StageState::default()
}
