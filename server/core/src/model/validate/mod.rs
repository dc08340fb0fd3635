//! What BuildKit refuses in one instruction, in the order in which it looks.
//!
//! BuildKit reads a file in two passes: its parser takes every line apart first, then its instruction
//! parser looks at every instruction. What only the parser can see (JSON that holds a number, a pair
//! without `=`, an open heredoc) is found while lowering; this module is the second pass.

mod duration;
mod flags;
mod healthcheck;
mod run;

use super::args::Arguments;
use super::instruction::{FaultKind, FaultPhase, InstructionData, ParseFault};
use super::resolve::is_valid_stage_name;
use crate::syntax::{Keyword, RelRange, Spanned, casing, is_heredoc_word};

/// What BuildKit's instruction parser refuses in `data`, the first one first.
///
/// Nothing when its parser refused the line already, as the second pass never comes to it then. Apart
/// from several flags or several values at fault there is one fault at most: what follows from the
/// first one helps nobody.
pub(super) fn validate(data: &InstructionData) -> Vec<ParseFault> {
    if data.faults.iter().any(|fault| fault.kind.phase() == FaultPhase::Parser) {
        return Vec::new();
    }
    let mut faults = Faults::default();
    match data.keyword {
        Keyword::Add | Keyword::Copy => copy(data, &mut faults),
        Keyword::Arg => arg(data, &mut faults),
        Keyword::Cmd | Keyword::Entrypoint => flags::check(data, &mut faults),
        Keyword::Env | Keyword::Label => pairs(data, &mut faults),
        Keyword::Expose => expose(data, &mut faults),
        Keyword::From => from(data, &mut faults),
        Keyword::Healthcheck => healthcheck::check(data, &mut faults),
        Keyword::Maintainer | Keyword::User | Keyword::Workdir => one_text(data, &mut faults),
        Keyword::Onbuild => onbuild(data, &mut faults),
        Keyword::Run => run::check(data, &mut faults),
        Keyword::Shell => shell(data, &mut faults),
        Keyword::Stopsignal => stopsignal(data, &mut faults),
        Keyword::Volume => volume(data, &mut faults),
        Keyword::Unknown => unknown(data, &mut faults),
    }
    faults.found
}

/// Collects faults.
#[derive(Debug, Default)]
struct Faults {
    found: Vec<ParseFault>,
}

impl Faults {
    fn add(&mut self, kind: FaultKind, range: RelRange) {
        self.found.push(ParseFault { kind, range });
    }

    fn is_empty(&self) -> bool {
        self.found.is_empty()
    }
}

fn unknown(data: &InstructionData, faults: &mut Faults) {
    let word = &data.keyword_word;
    faults.add(FaultKind::UnknownInstruction { written: word.text.clone() }, word.range);
}

/// `COPY` and `ADD`: at least a source and a destination, and the destination is no heredoc.
fn copy(data: &InstructionData, faults: &mut Faults) {
    let words = data.arguments.words();
    let [.., destination] = words else {
        return faults.add(FaultKind::NoDestination, data.keyword_word.range);
    };
    if words.len() < 2 {
        return faults.add(FaultKind::NoDestination, destination.range);
    }
    flags::check(data, faults);
    if faults.is_empty()
        && let Some(heredoc) = is_heredoc_word(&destination.text)
    {
        faults.add(FaultKind::HeredocDestination { name: heredoc.name }, destination.range);
    }
}

fn arg(data: &InstructionData, faults: &mut Faults) {
    let words = data.arguments.words();
    if words.is_empty() {
        return faults.add(FaultKind::NoArguments, data.keyword_word.range);
    }
    for word in words.iter().filter(|word| word.text.starts_with('=')) {
        faults.add(FaultKind::BlankName, word.range);
    }
}

fn pairs(data: &InstructionData, faults: &mut Faults) {
    flags::check(data, faults);
    if !faults.is_empty() {
        return;
    }
    let Arguments::Pairs(pairs) = &data.arguments else {
        return faults.add(FaultKind::NoArguments, data.keyword_word.range);
    };
    if pairs.is_empty() {
        return faults.add(FaultKind::NoArguments, data.keyword_word.range);
    }
    for pair in pairs.iter().filter(|pair| pair.name.text.is_empty()) {
        faults.add(FaultKind::BlankName, pair.name.range.cover(pair.value.range));
    }
}

fn expose(data: &InstructionData, faults: &mut Faults) {
    if data.arguments.words().is_empty() {
        return faults.add(FaultKind::NoArguments, data.keyword_word.range);
    }
    flags::check(data, faults);
}

/// A base, or a base, `AS` and a name.
fn from(data: &InstructionData, faults: &mut Faults) {
    match data.arguments.words() {
        [_] => {}
        [_, r#as, name] if casing::equals(&r#as.text, "as") => {
            if !is_valid_stage_name(&casing::lower(&name.text)) {
                return faults.add(FaultKind::BadStageName { name: name.text.clone() }, name.range);
            }
        }
        words => return faults.add(FaultKind::FromArguments, from_range(data, words)),
    }
    flags::check(data, faults);
}

/// What is too much in a FROM, or where something is missing.
fn from_range(data: &InstructionData, words: &[Spanned]) -> RelRange {
    match words {
        [] => data.keyword_word.range,
        [_, r#as, _, extra @ ..] if casing::equals(&r#as.text, "as") => span(extra, r#as.range),
        [base, rest @ ..] => span(rest, base.range),
    }
}

fn span(words: &[Spanned], otherwise: RelRange) -> RelRange {
    match words {
        [] => otherwise,
        [first, ..] => words.iter().fold(first.range, |range, word| range.cover(word.range)),
    }
}

fn one_text(data: &InstructionData, faults: &mut Faults) {
    stopsignal(data, faults);
    if faults.is_empty() {
        flags::check(data, faults);
    }
}

/// `STOPSIGNAL` needs its argument; BuildKit never looks at its flags.
fn stopsignal(data: &InstructionData, faults: &mut Faults) {
    if data.arguments.words().is_empty() {
        faults.add(FaultKind::ExactlyOneArgument, data.keyword_word.range);
    }
}

fn shell(data: &InstructionData, faults: &mut Faults) {
    flags::check(data, faults);
    if !faults.is_empty() {
        return;
    }
    match data.arguments.words() {
        [] => faults.add(FaultKind::NoArguments, data.keyword_word.range),
        _ if !data.arguments.is_json() => faults.add(FaultKind::ShellNotJson, data.arguments_range),
        _ => {}
    }
}

fn volume(data: &InstructionData, faults: &mut Faults) {
    let words = data.arguments.words();
    if words.is_empty() {
        return faults.add(FaultKind::NoArguments, data.keyword_word.range);
    }
    flags::check(data, faults);
    if faults.is_empty()
        && let Some(word) = words.iter().find(|word| word.text.trim().is_empty())
    {
        faults.add(FaultKind::EmptyVolume, word.range);
    }
}

/// `ONBUILD`: the trigger's line is parsed with the file, but its instruction only where a stage is
/// built from this one; what is wrong there is a [`FaultKind::InTrigger`].
fn onbuild(data: &InstructionData, faults: &mut Faults) {
    let Some(trigger) = data.trigger.as_deref() else {
        return faults.add(FaultKind::NoArguments, data.keyword_word.range);
    };
    let own = |fault: &&ParseFault| fault.kind.phase() == FaultPhase::Parser;
    faults.found.extend(trigger.faults.iter().filter(own).cloned());
    if !faults.is_empty() {
        return;
    }
    flags::check(data, faults);
    if !faults.is_empty() {
        return;
    }
    let word = &trigger.keyword_word;
    // Upper case, where BuildKit compares keywords in lower case elsewhere: some letters tell these apart.
    match casing::upper(word.text.trim()).as_str() {
        "ONBUILD" => faults.add(FaultKind::OnbuildChain, word.range),
        "FROM" | "MAINTAINER" => {
            faults.add(FaultKind::OnbuildForbidden { trigger: word.text.clone() }, word.range);
        }
        _ => {
            for fault in validate(trigger) {
                faults.add(FaultKind::InTrigger(Box::new(fault.kind)), fault.range);
            }
        }
    }
}
