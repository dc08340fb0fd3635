//! `HEALTHCHECK`: its type, its command, its durations.

use super::duration::{Duration, parse_duration};
use super::{Faults, flags, span};
use crate::model::args::Arguments;
use crate::model::instruction::{FaultKind, InstructionData};
use crate::syntax::casing;

const MILLISECOND: i64 = 1_000_000;

pub(super) fn check(data: &InstructionData, faults: &mut Faults) {
    let Arguments::Healthcheck { kind, command } = &data.arguments else {
        return faults.add(FaultKind::NoArguments, data.keyword_word.range);
    };
    let words = command.words();
    let upper = casing::upper(&kind.text);
    if upper == "NONE" {
        // BuildKit does not look at the flags of NONE.
        if !words.is_empty() {
            faults.add(FaultKind::HealthcheckNoneArguments, span(words, kind.range));
        }
        return;
    }
    flags::check(data, faults);
    if !faults.is_empty() {
        return;
    }
    if upper != "CMD" {
        return faults.add(FaultKind::HealthcheckType { written: kind.text.clone() }, kind.range);
    }
    if words.is_empty() {
        return faults.add(FaultKind::HealthcheckNoCommand, kind.range);
    }
    for flag in ["interval", "timeout", "start-period", "start-interval"] {
        duration(data, flag, faults);
    }
    retries(data, faults);
}

/// A duration is none (empty or 0) or at least a millisecond.
fn duration(data: &InstructionData, name: &str, faults: &mut Faults) {
    let Some(value) = data.flag(name).and_then(|flag| flag.value.as_ref()) else { return };
    if value.text.is_empty() {
        return;
    }
    let (flag, text) = (name.to_owned(), value.text.clone());
    match parse_duration(&value.text) {
        Ok(Duration(0)) => {}
        Ok(Duration(nanoseconds)) if nanoseconds < MILLISECOND => {
            faults.add(FaultKind::DurationTooShort { flag, value: text }, value.range);
        }
        Ok(_) => {}
        Err(_) => faults.add(FaultKind::BadDuration { flag, value: text }, value.range),
    }
}

/// Retries are a whole number that fits 32 bits and is not negative.
fn retries(data: &InstructionData, faults: &mut Faults) {
    let Some(value) = data.flag("retries").and_then(|flag| flag.value.as_ref()) else { return };
    if value.text.is_empty() {
        return;
    }
    let text = value.text.clone();
    match value.text.parse::<i32>() {
        Ok(number) if number < 0 => faults.add(FaultKind::NegativeRetries { value: text }, value.range),
        Ok(_) => {}
        Err(_) => faults.add(FaultKind::BadRetries { value: text }, value.range),
    }
}
