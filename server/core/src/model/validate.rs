//! What BuildKit's instruction parser refuses in one instruction.

use super::instruction::{InstructionData, ParseFault};

pub(super) fn validate(_data: &InstructionData, _escape: char) -> Vec<ParseFault> {
    Vec::new()
}
