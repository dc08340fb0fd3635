//! What BuildKit's parser refuses: one error for each cause, at the words at fault.

mod cures;
mod texts;

use rustc_hash::FxHashSet;

use crate::lint::rule::{Context, declare_rule, head_of};
use crate::lint::{Diagnostic, Severity, Source};
use crate::model::{
    Dockerfile, FaultKind, FaultPhase, Instruction, InstructionData, ParseFault, StageId, SyntaxFault,
};
use crate::syntax::{Directive, Keyword};
use crate::{TextRange, TextSize};

pub(in crate::lint) use texts::{message, syntax_message};

declare_rule! {
    /// ## What it does
    /// Reports what BuildKit's parser refuses: unknown instructions and flags, missing arguments,
    /// values that are none, open heredocs, instructions before the first FROM.
    ///
    /// What is wrong inside an ONBUILD instruction fails only in a stage that is built from it: it is an
    /// error when there is such a stage in the file, else a warning.
    ///
    /// ## Why it matters
    /// BuildKit stops at the first of these before it builds anything.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM alpine
    /// COPPY app /usr/local/bin/
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM alpine
    /// COPY app /usr/local/bin/
    /// ```
    ParseError {
        severity: Error,
        source: Buildkit,
        fix: Sometimes,
    }
}

/// How much of a line that is too long is marked.
const TOO_LONG_MARK: u32 = 80;

fn check(cx: &mut Context<'_>) {
    let dockerfile = cx.dockerfile;
    let triggered = cx.triggered();
    let mut after_unknown = false;
    for instruction in dockerfile.instructions() {
        let unknown = is_no_instruction(instruction);
        // Lines that were cut off from the instruction above, or a file that is no Dockerfile: the first
        // line tells it.
        if !(unknown && after_unknown) {
            for fault in &instruction.data.faults {
                report(cx, triggered, instruction, fault);
            }
        }
        after_unknown = unknown;
    }
    for fault in &dockerfile.faults {
        if matches!(fault, SyntaxFault::BeforeFrom(_) | SyntaxFault::NoStage) && lacks_only_a_word(dockerfile)
        {
            continue;
        }
        let found = cx.report(syntax_range(dockerfile, fault), syntax_message(dockerfile, fault));
        if let SyntaxFault::DuplicateDirective(second) = fault
            && let Some(first) = first_directive(dockerfile, second)
        {
            found.relate(first.range, "set here first");
        }
    }
}

/// Whether a line begins with a word that is no instruction and resembles none.
fn is_no_instruction(instruction: Instruction<'_>) -> bool {
    instruction.keyword() == Keyword::Unknown
        && cures::misread_keyword(&instruction.data.keyword_word.text).is_none()
}

/// Whether a line in front of the first FROM is no instruction: then that is what is wrong, and most
/// likely the FROM itself is misspelled.
fn lacks_only_a_word(dockerfile: &Dockerfile) -> bool {
    let mut head = dockerfile.instructions().take_while(|it| it.keyword() != Keyword::From);
    head.any(|it| it.keyword() == Keyword::Unknown)
}

fn report(
    cx: &mut Context<'_>,
    triggered: &FxHashSet<StageId>,
    instruction: Instruction<'_>,
    fault: &ParseFault,
) {
    let trigger = matches!(fault.kind, FaultKind::InTrigger(_));
    let stage = cx.dockerfile.stage_of(instruction.id);
    let runs_here = stage.is_some_and(|stage| triggered.contains(&stage.id));
    let found = cx.report(instruction.abs(fault.range), message(&fault.kind, instruction.data));
    if trigger && !runs_here {
        found.severity = Severity::Warning;
        found.source = Source::Dockstage;
    }
    let (kind, data) = innermost(&fault.kind, instruction.data);
    relate(found, kind, data, instruction);
    found.fixes.extend(cures::fix(kind, data, instruction, found.range));
}

/// The fault itself and the instruction it is in: for ONBUILD, the one it holds.
fn innermost<'a>(kind: &'a FaultKind, data: &'a InstructionData) -> (&'a FaultKind, &'a InstructionData) {
    match kind {
        FaultKind::InTrigger(inner) => (inner, data.effective()),
        kind if kind.phase() == FaultPhase::Parser => (kind, data.effective()),
        kind => (kind, data),
    }
}

/// Points at the other flag where two are one too many.
fn relate(found: &mut Diagnostic, kind: &FaultKind, data: &InstructionData, instruction: Instruction<'_>) {
    if let FaultKind::DuplicateFlag { name } = kind
        && let Some(first) = data.flags.iter().find(|flag| flag.name.text == *name)
    {
        found.relate(instruction.abs(first.whole.range), "given here first");
    }
}

fn first_directive<'a>(dockerfile: &'a Dockerfile, second: &Directive) -> Option<&'a Directive> {
    let mut same = dockerfile.directives.iter().filter(|it| it.name == second.name);
    same.find(|it| it.range.start() < second.range.start())
}

fn syntax_range(dockerfile: &Dockerfile, fault: &SyntaxFault) -> TextRange {
    match fault {
        SyntaxFault::NoInstructions => TextRange::empty(TextSize::new(0)),
        SyntaxFault::DuplicateDirective(directive) => directive.range,
        SyntaxFault::BadEscape(directive) => directive.value_range,
        SyntaxFault::LineTooLong(range, _) => head_of(*range, TOO_LONG_MARK),
        SyntaxFault::BeforeFrom(id) => dockerfile.instruction(*id).keyword_range(),
        SyntaxFault::NoStage => {
            let first = dockerfile.instructions().next();
            first.map_or(TextRange::empty(TextSize::new(0)), Instruction::keyword_range)
        }
    }
}

#[cfg(test)]
mod tests;
