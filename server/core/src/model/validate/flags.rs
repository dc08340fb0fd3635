//! Flags: known to the instruction, given once, with the value that they need.

use super::Faults;
use crate::model::args::Flag;
use crate::model::instruction::{FaultKind, InstructionData};
use crate::syntax::{Keyword, RelRange, casing};

/// What a flag's value has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FlagType {
    /// None, `true` or `false`.
    Bool,
    /// Any text, once.
    Text,
    /// Any text, as often as one likes.
    List,
}

fn flag_type(name: &str) -> FlagType {
    match name {
        "link" | "keep-git-dir" | "unpack" | "parents" => FlagType::Bool,
        "exclude" | "mount" | "device" => FlagType::List,
        _ => FlagType::Text,
    }
}

/// Checks all flags; every one at fault is reported, as each has a cure of its own.
pub(super) fn check(data: &InstructionData, faults: &mut Faults) {
    for (index, flag) in data.flags.iter().enumerate() {
        let earlier = data.flags.get(..index).unwrap_or_default();
        if let Some((kind, range)) = fault_of(data.keyword, flag, earlier) {
            faults.add(kind, range);
        }
    }
}

fn fault_of(keyword: Keyword, flag: &Flag, earlier: &[Flag]) -> Option<(FaultKind, RelRange)> {
    let name = flag.name.text.clone();
    if !keyword.flags().contains(&name.as_str()) {
        return Some((FaultKind::UnknownFlag { name }, name_range(flag)));
    }
    let kind = flag_type(&name);
    if kind != FlagType::List && earlier.iter().any(|it| it.name.text == name) {
        return Some((FaultKind::DuplicateFlag { name }, flag.whole.range));
    }
    let value = flag.value.as_ref();
    match kind {
        FlagType::Bool => match value.map(|value| (casing::lower(&value.text), value)) {
            None => None,
            Some((lower, _)) if lower == "true" || lower == "false" => None,
            Some((lower, _)) if lower.is_empty() => {
                Some((FaultKind::FlagNeedsValue { name }, flag.whole.range))
            }
            Some((_, value)) => {
                Some((FaultKind::FlagNotBoolean { name, value: value.text.clone() }, value.range))
            }
        },
        FlagType::Text | FlagType::List => match value {
            Some(_) => None,
            None => Some((FaultKind::FlagNeedsValue { name }, flag.whole.range)),
        },
    }
}

/// The flag up to its `=`; the whole flag where its name stands nowhere.
fn name_range(flag: &Flag) -> RelRange {
    let (whole, name) = (flag.whole.range, flag.name.range);
    if name.end() > whole.start() { RelRange::new(whole.start(), name.end()) } else { whole }
}
