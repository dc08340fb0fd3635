//! One instruction, lowered: position-independent data, and a view of it in its Dockerfile.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::args::{Arguments, Flag, Heredoc, Mount};
use super::dockerfile::{Identity, Placed};
use super::files::Kept;
use super::shell::ShellParts;
use super::stage::StageRefKind;
use crate::syntax::{Keyword, LogicalLine, RelRange, Spanned, is_heredoc_word};
use crate::{TextRange, TextSize};

/// Index of an instruction in its Dockerfile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InstructionId(pub u32);

impl InstructionId {
    /// The index as a number.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// An instruction without its place: a function of its own text and the escape character only, so
/// that it can be kept while the text around it changes.
#[derive(Debug, Clone, PartialEq)]
pub struct InstructionData {
    /// Which instruction.
    pub keyword: Keyword,
    /// The keyword as written, and where.
    pub keyword_word: Spanned,
    /// The whole instruction: 0 to its length.
    pub range: RelRange,
    /// How many `\n` it spans: 0 for an instruction on one line.
    pub newlines: u32,
    /// The logical line: continuations joined, comments and empty lines dropped.
    pub line: LogicalLine,
    /// Flags in order.
    pub flags: Vec<Flag>,
    /// What follows the flags.
    pub arguments: Arguments,
    /// Where the arguments stand; empty, behind the flags, when there are none.
    pub arguments_range: RelRange,
    /// Heredocs in order.
    pub heredocs: Vec<Heredoc>,
    /// For ONBUILD: the instruction it holds. Its ranges count from the start of the ONBUILD too.
    pub trigger: Option<Box<InstructionData>>,
    /// Comments inside the continuations.
    pub comments: Vec<RelRange>,
    /// Empty lines inside the continuations.
    pub empty_lines: Vec<RelRange>,
    /// What BuildKit's parser refuses in it, the first one first.
    pub faults: Vec<ParseFault>,
    /// References to stages in it, those of its trigger included.
    pub stage_refs: Vec<RawStageRef>,
    /// Uses of variables in it, those of its trigger included.
    pub var_uses: Vec<VarUse>,
    /// The gist of the above.
    pub marks: Marks,
    /// What a shell reads in it.
    pub(super) shell: ShellParts,
}

/// What can be said of an instruction without a look at its data: it is kept where instructions are placed, so
/// that going through a long file for what is seldom does not go through all of its memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marks {
    /// BuildKit's parser refuses something in it.
    pub has_faults: bool,
    /// A `$` stands where BuildKit would expand a variable; what a shell expands does not count.
    pub has_dollar: bool,
    /// It is an ONBUILD that holds an instruction.
    pub has_trigger: bool,
    /// It names a stage.
    pub has_stage_refs: bool,
    /// It defines or uses a variable, or its shell's text may.
    pub has_vars: bool,
    /// Only a reading of its shell's whole text tells which variables it uses.
    pub hides_vars: bool,
    /// It is a RUN with mounts.
    pub has_mounts: bool,
    /// An empty line stands inside of it.
    pub has_empty_lines: bool,
    /// Its keyword is one of the language's, in upper case.
    pub is_upper_case: bool,
}

impl Marks {
    /// Those of an instruction that is complete otherwise.
    pub(super) fn of(data: &InstructionData) -> Self {
        let hides_vars = data.hides_vars();
        let defines = matches!(data.effective().keyword, Keyword::Arg | Keyword::Env);
        Self {
            has_vars: defines || hides_vars || !data.var_uses.is_empty(),
            hides_vars,
            has_faults: !data.faults.is_empty(),
            has_dollar: has_dollar(data),
            has_trigger: data.trigger.is_some(),
            has_stage_refs: !data.stage_refs.is_empty(),
            has_mounts: data.flags.iter().any(|flag| flag.mount.is_some()),
            has_empty_lines: !data.empty_lines.is_empty(),
            is_upper_case: data.keyword != Keyword::Unknown
                && data.keyword_word.text == data.keyword.as_str(),
        }
    }
}

fn has_dollar(data: &InstructionData) -> bool {
    let in_heredoc = || data.heredocs.iter().any(|it| it.content.text.contains('$'));
    let effective = data.effective();
    match effective.keyword {
        Keyword::Cmd
        | Keyword::Entrypoint
        | Keyword::Healthcheck
        | Keyword::Maintainer
        | Keyword::Onbuild
        | Keyword::Shell
        | Keyword::Unknown => false,
        Keyword::Run => effective.flags.iter().any(|flag| flag.whole.text.contains('$')),
        _ => data.line.text().contains('$') || in_heredoc(),
    }
}

/// What is kept with an instruction for as long as its text stays: a bit for each rule that has found nothing to say
/// about it, and what it was found to make. It is no part of what the instruction is.
#[derive(Default)]
pub(crate) struct Memo {
    /// Rules that look at what is written.
    pub(crate) written: Bits,
    /// Rules that look at what it becomes when it runs.
    pub(crate) run: Bits,
    /// What it makes, where it is a RUN.
    pub(crate) made: Kept,
}

/// 64 bits.
#[derive(Default)]
pub(crate) struct Bits(AtomicU64);

impl Bits {
    /// Whether the bit is set.
    pub(crate) fn has(&self, bit: usize) -> bool {
        self.0.load(Ordering::Relaxed) >> bit & 1 == 1
    }

    /// Sets the bit. Whoever does so twice says the same thing twice, so no order is needed.
    pub(crate) fn set(&self, bit: usize) {
        self.0.fetch_or(1 << bit, Ordering::Relaxed);
    }

    fn copy(&self) -> Self {
        Self(AtomicU64::new(self.0.load(Ordering::Relaxed)))
    }
}

impl Clone for Memo {
    fn clone(&self) -> Self {
        Self { written: self.written.copy(), run: self.run.copy(), made: self.made.clone() }
    }
}

impl std::fmt::Debug for Memo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Memo")
    }
}

impl InstructionData {
    /// The last flag of this name.
    pub fn flag(&self, name: &str) -> Option<&Flag> {
        self.flags.iter().rev().find(|flag| flag.name.text == name)
    }

    /// The mounts of RUN, those of an ONBUILD's trigger included.
    pub fn mounts(&self) -> impl Iterator<Item = &Mount> {
        let own = self.flags.iter().filter_map(|flag| flag.mount.as_ref());
        own.chain(self.trigger.iter().flat_map(|it| it.flags.iter().filter_map(|flag| flag.mount.as_ref())))
    }

    /// The words that COPY or ADD reads, heredocs apart; empty for other instructions.
    pub fn sources(&self) -> impl Iterator<Item = &Spanned> {
        let words = match self.keyword {
            Keyword::Add | Keyword::Copy => self.arguments.words(),
            _ => &[],
        };
        let sources = words.get(..words.len().saturating_sub(1)).unwrap_or_default();
        sources.iter().filter(|word| is_heredoc_word(&word.text).is_none())
    }

    /// Whether it is a COPY or ADD from the build context, not from a stage or an image.
    pub fn reads_context(&self) -> bool {
        let from = self.flag("from").and_then(|flag| flag.value.as_ref());
        match self.keyword {
            Keyword::Copy => from.is_none_or(|from| from.text.is_empty()),
            Keyword::Add => true,
            _ => false,
        }
    }

    /// The instruction that does the work: an ONBUILD's trigger, else the instruction itself.
    pub fn effective(&self) -> &InstructionData {
        self.trigger.as_deref().unwrap_or(self)
    }
}

/// A place that names a stage, before it is known what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawStageRef {
    /// The kind of place.
    pub kind: StageRefKind,
    /// Whether it stands inside ONBUILD.
    pub onbuild: bool,
    /// The name as BuildKit reads it, and where.
    pub word: Spanned,
}

/// A use of a variable: `$name`, `${name…}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VarUse {
    /// The name, without `$` and braces.
    pub name: Spanned,
    /// The whole expansion, from `$` to the name's end or the closing brace.
    pub whole: RelRange,
    /// The operator behind the name in braces (`:-`, `+`, `#`, …); empty without one.
    pub operator: &'static str,
    /// Whether it is the shell that expands it when the build runs (RUN, CMD, ENTRYPOINT, HEALTHCHECK
    /// and heredocs of RUN), not BuildKit.
    pub shell: bool,
    /// Whether it stands in a flag.
    pub in_flag: bool,
}

/// Something that BuildKit refuses when it parses the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseFault {
    /// What is wrong.
    pub kind: FaultKind,
    /// The word at fault.
    pub range: RelRange,
}

/// What BuildKit's parser and instruction parser refuse. The texts are in [`crate::lint`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // The fields are the words at fault; the variants say what is wrong.
pub enum FaultKind {
    UnknownInstruction {
        written: String,
    },
    NoArguments,
    ExactlyOneArgument,
    NoDestination,
    FromArguments,
    BadStageName {
        name: String,
    },
    MissingEquals {
        word: String,
    },
    EnvTwoArguments,
    BlankName,
    JsonNotStrings,
    ShellNotJson,
    UnterminatedHeredoc {
        name: String,
    },
    HeredocDestination {
        name: String,
    },
    UnknownFlag {
        name: String,
    },
    DuplicateFlag {
        name: String,
    },
    FlagNeedsValue {
        name: String,
    },
    FlagNotBoolean {
        name: String,
        value: String,
    },
    BadFlagValue {
        name: String,
        value: String,
    },
    BadMount {
        reason: MountFault,
    },
    BadDevice {
        reason: DeviceFault,
    },
    OnbuildChain,
    OnbuildForbidden {
        trigger: String,
    },
    HealthcheckType {
        written: String,
    },
    HealthcheckNoneArguments,
    HealthcheckNoCommand,
    BadDuration {
        flag: String,
        value: String,
    },
    DurationTooShort {
        flag: String,
        value: String,
    },
    BadRetries {
        value: String,
    },
    NegativeRetries {
        value: String,
    },
    EmptyVolume,
    BadHeredocName {
        word: String,
    },
    /// In the instruction that an ONBUILD holds.
    InTrigger(Box<FaultKind>),
}

/// When BuildKit comes to see a fault. It finishes one phase for the whole file before the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FaultPhase {
    /// While it takes the lines apart.
    Parser,
    /// While it reads the instructions.
    Instruction,
    /// While it prepares a stage that is built from the one with the ONBUILD; never without such.
    Trigger,
}

impl FaultKind {
    /// When BuildKit comes to see it.
    pub fn phase(&self) -> FaultPhase {
        match self {
            Self::MissingEquals { .. }
            | Self::EnvTwoArguments
            | Self::JsonNotStrings
            | Self::UnterminatedHeredoc { .. }
            | Self::BadHeredocName { .. } => FaultPhase::Parser,
            Self::InTrigger(_) => FaultPhase::Trigger,
            _ => FaultPhase::Instruction,
        }
    }
}

/// What is wrong with a `--mount` before variables are expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MountFault {
    /// Quotes of the comma-separated list are not closed or stand in the middle of a field.
    BadCsv,
    /// `from=` holds a variable.
    VariableInFrom(String),
}

/// What is wrong with a `--device`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeviceFault {
    /// It is empty, or quotes are not closed or stand in the middle of a field.
    BadCsv,
    /// A second name; the first one.
    TwoNames(String),
    /// A field that is neither name nor `required`.
    UnknownField(String),
    /// `required=` with something that is no truth value.
    NotBoolean(String),
}

/// An instruction at its place in a Dockerfile: how everything outside the model looks at it.
#[derive(Debug, Clone, Copy)]
pub struct Instruction<'a> {
    /// Its index.
    pub id: InstructionId,
    /// Its first byte in the document.
    pub start: TextSize,
    /// Its first line, from 0; lines end at `\n` alone, as BuildKit counts.
    pub row: u32,
    /// What it says.
    pub data: &'a Arc<InstructionData>,
    /// The gist of that.
    pub marks: Marks,
    pub(super) placed: &'a Placed,
}

impl<'a> Instruction<'a> {
    /// Where it stands: from its keyword to the end of its last line, heredocs included.
    pub fn range(self) -> TextRange {
        TextRange::at(self.start, self.placed.len)
    }

    /// What is remembered of it.
    pub(crate) fn memo(self) -> &'a Memo {
        &self.placed.memo
    }

    /// The place in the document of a range inside this instruction.
    pub fn abs(self, range: RelRange) -> TextRange {
        range.at(self.start)
    }

    /// Which instruction it is.
    pub fn keyword(self) -> Keyword {
        self.placed.keyword
    }

    /// Which of all instructions that there have been it is.
    pub fn identity(self) -> Identity {
        self.placed.identity
    }

    /// Where its keyword stands.
    pub fn keyword_range(self) -> TextRange {
        self.abs(self.data.keyword_word.range)
    }

    /// Its last line, from 0, as BuildKit counts.
    pub fn last_row(self) -> u32 {
        self.row + self.data.newlines
    }
}
