//! What a rule is: its name, its page, its check.

use std::cell::{OnceCell, RefCell};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::analysis::Settings;
use crate::lint::commands::{Below, Command, bases, commands};
use crate::lint::globals::Globals;
use crate::lint::image_name::{self, NameFault};
use crate::lint::rules::consistent_instruction_casing;
use crate::lint::suppression::Suppression;
use crate::lint::target::Target;
use crate::lint::unused::unused;
use crate::lint::{Beside, Diagnostic, Fix, Heeds, Severity, Source, rules};
use crate::model::{Dockerfile, Instruction, InstructionData, SourceFile, StageId, StageRef};
use crate::syntax::{Keyword, RelRange};
use crate::text::{Applicability, SourceChange, TextDocument, TextEdit};
use crate::workspace::IgnoreFile;
use crate::{TextRange, TextSize};

/// Whether a rule offers fixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FixKind {
    /// Never.
    None,
    /// Where the cure is known.
    Sometimes,
    /// Always, and it is always right. Only a word that goes on over several lines is left alone.
    Always,
}

/// A rule: one kind of finding.
#[derive(Debug)]
pub struct Rule {
    /// Its name, in the form `StageNameCasing`; BuildKit's own name where it has one.
    pub code: &'static str,
    /// How bad its findings are, unless one says otherwise.
    pub severity: Severity,
    /// Who says it.
    pub source: Source,
    /// Whether it offers fixes.
    pub fix: FixKind,
    /// BuildKit's page about it.
    pub url: Option<&'static str>,
    /// The lines of its page, each with the space that stands behind `///`.
    pub(super) page: &'static str,
    pub(super) check: fn(&mut Context<'_>),
}

impl Rule {
    /// Its page, in Markdown: what it does, why it matters, an example, and what to use instead.
    pub fn page(&self) -> String {
        let lines = self.page.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned() + "\n");
        lines.collect()
    }

    /// What it does, in one sentence: the first one of its page.
    pub fn summary(&self) -> String {
        let paragraph = self.paragraph("## What it does");
        match paragraph.find(". ") {
            Some(end) => paragraph[..=end].to_owned(),
            None => paragraph,
        }
    }

    /// Why it matters: what its page says first.
    pub fn reason(&self) -> String {
        self.paragraph("## Why it matters")
    }

    /// The first paragraph under a heading of its page.
    fn paragraph(&self, heading: &str) -> String {
        let page = self.page();
        let text = page.lines().skip_while(|line| !line.starts_with(heading)).skip(1);
        text.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// The Dockerfiles under a heading of its page.
    pub fn examples(&self, heading: &str) -> Vec<String> {
        self.blocks(heading, "dockerfile\n")
    }

    /// The ignore file that goes with the Dockerfiles under a heading of its page.
    pub fn ignore_file(&self, heading: &str) -> Option<IgnoreFile> {
        self.blocks(heading, "dockerignore\n").first().map(|text| IgnoreFile::parse(text))
    }

    /// The target that a command under a heading of its page names.
    pub fn target(&self, heading: &str) -> Option<String> {
        let command = self.blocks(heading, "sh\n").pop()?;
        let mut words = command.split_whitespace().skip_while(|word| *word != "--target").skip(1);
        words.next().map(str::to_owned)
    }

    fn blocks(&self, heading: &str, language: &str) -> Vec<String> {
        let page = self.page();
        let section = page.split("\n## ").find(|section| section.starts_with(heading)).unwrap_or_default();
        let blocks = section.split("```").skip(1).step_by(2);
        blocks.filter_map(|block| block.strip_prefix(language)).map(str::to_owned).collect()
    }
}

/// Declares a rule. The doc comment is its page; the file holds its `fn check`.
macro_rules! declare_rule {
    (
        $(#[doc = $page:literal])+
        $code:ident {
            severity: $severity:ident,
            source: $source:ident,
            fix: $fix:ident,
            $(url: $url:literal,)?
        }
    ) => {
        $(#[doc = $page])+
        pub(in crate::lint) static RULE: crate::lint::Rule = crate::lint::Rule {
            code: stringify!($code),
            severity: crate::lint::Severity::$severity,
            source: crate::lint::Source::$source,
            fix: crate::lint::FixKind::$fix,
            url: declare_rule!(@url $($url)?),
            page: concat!($($page, "\n"),+),
            check,
        };
    };
    (@url) => { None };
    (@url $url:literal) => { Some($url) };
}
pub(super) use declare_rule;

/// How many keywords there are, and how many are written in one case.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Casing {
    pub(super) all: usize,
    pub(super) lower: usize,
    pub(super) upper: usize,
}

impl Casing {
    /// Whether lower case is the right one. Where both are equally frequent, upper case is.
    pub(super) fn is_lower(self) -> bool {
        self.lower > self.upper
    }

    /// A keyword, which is given in upper case, in the right one.
    pub(super) fn in_case(self, keyword: &str) -> String {
        if self.is_lower() { keyword.to_lowercase() } else { keyword.to_owned() }
    }
}

/// What several checks need, worked out once and only when one asks for it.
pub(super) struct Shared<'a> {
    file: &'a SourceFile,
    settings: &'a Settings,
    beside: Beside<'a>,
    globals: OnceCell<Globals>,
    bases: OnceCell<Vec<Below>>,
    target: OnceCell<Target<'a>>,
    commands: OnceCell<Vec<Command<'a>>>,
    triggered: OnceCell<FxHashSet<StageId>>,
    /// Names of images that were looked at: many stages are built from the same one.
    names: RefCell<FxHashMap<String, Option<NameFault>>>,
    casing: OnceCell<Casing>,
    pub(super) suppression: Suppression,
}

impl<'a> Shared<'a> {
    pub(super) fn new(file: &'a SourceFile, settings: &'a Settings, beside: Beside<'a>) -> Self {
        let suppression = Suppression::of(file, settings);
        Self {
            file,
            settings,
            beside,
            globals: OnceCell::new(),
            bases: OnceCell::new(),
            target: OnceCell::new(),
            commands: OnceCell::new(),
            triggered: OnceCell::new(),
            names: RefCell::default(),
            casing: OnceCell::new(),
            suppression,
        }
    }
}

/// What a check looks at, and where it puts what it finds.
pub(super) struct Context<'a> {
    pub(super) dockerfile: &'a Dockerfile,
    pub(super) settings: &'a Settings,
    /// The ignore file that counts for the Dockerfile, where there is one.
    pub(super) ignore: Option<&'a IgnoreFile>,
    shared: &'a Shared<'a>,
    rule: &'static Rule,
    found: Vec<Diagnostic>,
    /// What was said once; see [`Self::report_once`].
    said: FxHashSet<(&'static str, TextRange)>,
}

impl<'a> Context<'a> {
    /// Runs rules, and returns what they find.
    pub(super) fn run(rules: &[&'static Rule], shared: &'a Shared<'a>) -> Vec<Diagnostic> {
        let (dockerfile, settings) = (shared.file.dockerfile(), shared.settings);
        let Some(&rule) = rules.first() else { return Vec::new() };
        let (found, said) = (Vec::new(), FxHashSet::default());
        let mut context =
            Self { dockerfile, settings, ignore: shared.beside.ignore, shared, rule, found, said };
        for rule in rules {
            context.rule = rule;
            (rule.check)(&mut context);
        }
        context.found
    }

    /// The document's text.
    pub(super) fn text(&self) -> &'a TextDocument {
        self.shared.file.text()
    }

    /// The lines of an instruction, with the end of the last one.
    pub(super) fn lines_of(&self, instruction: Instruction<'_>) -> TextRange {
        let (text, range) = (self.text(), instruction.range());
        TextRange::new(line_start(text, range.start()), behind_line(text, range.end()))
    }

    /// In which case the keywords of the file are written.
    pub(super) fn casing(&self) -> Casing {
        let dockerfile = self.dockerfile;
        *self.shared.casing.get_or_init(|| consistent_instruction_casing::casing(dockerfile))
    }

    /// The variables that FROM sees.
    pub(super) fn globals(&self) -> &'a Globals {
        let shared = self.shared;
        shared.globals.get_or_init(|| Globals::of(shared.file.dockerfile(), shared.settings))
    }

    /// What is built.
    pub(super) fn target(&self) -> &'a Target<'a> {
        let shared = self.shared;
        let target = || Target::of(shared.file.dockerfile(), shared.settings, || self.bases());
        shared.target.get_or_init(target)
    }

    /// For each stage whether no build takes it.
    pub(super) fn unused_stages(&self) -> Vec<bool> {
        unused(self.dockerfile, self.target(), self.shared.beside.targets, || self.bases())
    }

    /// What BuildKit runs.
    pub(super) fn commands(&self) -> &'a [Command<'a>] {
        let (globals, target) = (self.globals(), self.target());
        let shared = self.shared;
        let bases = self.bases();
        let build = || commands(shared.file.dockerfile(), shared.settings, globals, bases, target);
        shared.commands.get_or_init(build)
    }

    /// What each stage is built from, with the variables of its FROM put in.
    fn bases(&self) -> &'a [Below] {
        let (shared, globals) = (self.shared, self.globals());
        shared.bases.get_or_init(|| bases(shared.file.dockerfile(), globals))
    }

    /// The instructions of one kind that run, each once: a trigger runs in every stage built from its own.
    pub(super) fn commands_once(&self, keyword: Keyword) -> impl Iterator<Item = &'a Command<'a>> + use<'a> {
        let mut seen = FxHashSet::default();
        let all = self.commands().iter().filter(move |it| it.keyword == keyword);
        all.filter(move |it| seen.insert(it.instruction.id))
    }

    /// What is said about checks in directives and comments.
    pub(super) fn suppression(&self) -> &'a Suppression {
        &self.shared.suppression
    }

    /// Adds a finding about a word of an instruction. BuildKit says the instruction's first line: where
    /// the word stands on another one, the finding is at the keyword, and the word a related place.
    pub(super) fn report_in(
        &mut self,
        instruction: Instruction<'_>,
        word: RelRange,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        if instruction.data.line.is_on_first_line(word.start()) {
            return self.report(instruction.abs(word), message);
        }
        let found = self.report(instruction.keyword_range(), message);
        found.relate(instruction.abs(word), "here");
        found
    }

    /// The same for an instruction as it runs: what a trigger does wrong is found where it runs.
    pub(super) fn report_run(
        &mut self,
        command: &Command<'_>,
        word: RelRange,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        if !command.is_trigger() {
            return self.report_in(command.instruction, word, message);
        }
        let found = self.report(command.blamed.keyword_range(), message);
        // BuildKit reads a trigger anew, without what stands above it.
        found.heeds = Heeds::Nothing;
        found.relate(command.abs(word), "in the ONBUILD of its base");
        found
    }

    /// The stages whose ONBUILDs run: those that a stage which is built is built from.
    pub(super) fn triggered(&self) -> &'a FxHashSet<StageId> {
        let (shared, dockerfile) = (self.shared, self.dockerfile);
        let bases = self.bases();
        shared.triggered.get_or_init(|| {
            let stages = dockerfile.stages.iter().zip(bases);
            let target = self.target();
            let built = stages.filter(|(stage, _)| target.surely_needs(stage.id));
            let bases = built.filter_map(|(_, below)| match *below {
                Below::Stage(base) => Some(base),
                _ => None,
            });
            bases.collect()
        })
    }

    /// Instructions without a parse error that BuildKit goes through, each with what runs: for an ONBUILD that
    /// is the instruction it holds, and it is left out where no stage of the file runs it.
    fn executed(&self) -> impl Iterator<Item = (Instruction<'a>, &'a InstructionData)> + use<'a> {
        let (dockerfile, target, triggered) = (self.dockerfile, self.target(), self.triggered());
        let sound = dockerfile.instructions().filter(|it| !it.marks.has_faults);
        let looked_at = sound.filter(move |it| {
            // FROM is read in any case.
            target.looks_at_all()
                || it.keyword() == Keyword::From
                || dockerfile.stage_of(it.id).is_none_or(|stage| target.looks_at(stage.id))
        });
        looked_at.filter_map(move |it| {
            match it.marks.has_trigger.then(|| it.data.trigger.as_deref()).flatten() {
                None => Some((it, &**it.data)),
                Some(trigger) => {
                    let stage = dockerfile.stage_of(it.id)?;
                    triggered.contains(&stage.id).then_some((it, trigger))
                }
            }
        })
    }

    /// Runs a check that looks at one instruction and at nothing else, on all that [`Context::executed`]
    /// gives. Where it has found nothing, it is not run again as long as the instruction's text stays.
    pub(super) fn each_executed(&mut self, check: impl Fn(&mut Self, Instruction<'a>, &'a InstructionData)) {
        let bit = self.bit();
        for (instruction, data) in self.executed() {
            if instruction.memo().written.has(bit) {
                continue;
            }
            let before = self.found.len();
            check(self, instruction, data);
            // A given value may hide what is wrong with an ARG, and another time there is none.
            let may_hide = data.keyword == Keyword::Arg && !self.settings.build_args.is_empty();
            if self.found.len() == before && !may_hide {
                instruction.memo().written.set(bit);
            }
        }
    }

    /// Runs a check that looks at one command, its words included, on those that are `wanted`. Where it has found
    /// nothing in one without variables, it is not run again as long as the instruction's text stays, if
    /// `alone` says that nothing else around it matters.
    pub(super) fn each_command(
        &mut self,
        wanted: impl Fn(&Command<'a>) -> bool,
        alone: impl Fn(&Command<'a>) -> bool,
        check: impl Fn(&mut Self, &'a Command<'a>),
    ) {
        let bit = self.bit();
        for command in self.commands().iter().filter(|it| wanted(it)) {
            let memo = &command.instruction.memo().run;
            if command.is_plain && memo.has(bit) {
                continue;
            }
            let before = self.found.len();
            check(self, command);
            if self.found.len() == before && command.is_plain && alone(command) {
                memo.set(bit);
            }
        }
    }

    /// The bit of the rule that runs.
    fn bit(&self) -> usize {
        let bit = rules::all().iter().position(|it| std::ptr::eq(*it, self.rule)).unwrap_or_default();
        debug_assert!(bit < 64, "a bit for each rule");
        bit
    }

    /// Why BuildKit does not take a text as the name of an image.
    pub(super) fn name_fault(&self, text: &str) -> Option<NameFault> {
        if let Some(&known) = self.shared.names.borrow().get(text) {
            return known;
        }
        let fault = image_name::fault(text);
        self.shared.names.borrow_mut().insert(text.to_owned(), fault);
        fault
    }

    /// References to stages that bind in this file: all but those in an ONBUILD that no stage of it runs.
    pub(super) fn binding_refs(&self) -> impl Iterator<Item = &'a StageRef> + use<'a> {
        let triggered = self.triggered();
        self.dockerfile.refs.iter().filter(move |it| !it.onbuild || triggered.contains(&it.stage))
    }

    /// Adds a finding unless the rule has one at this place: a trigger runs in every stage built from its own.
    pub(super) fn report_once(
        &mut self,
        range: TextRange,
        message: impl Into<String>,
    ) -> Option<&mut Diagnostic> {
        let is_new = self.said.insert((self.rule.code, range));
        is_new.then(|| self.report(range, message))
    }

    /// Adds a finding; what differs from the rule's defaults can be set on it.
    pub(super) fn report(&mut self, range: TextRange, message: impl Into<String>) -> &mut Diagnostic {
        let at = self.found.len();
        self.found.push(Diagnostic {
            source: self.rule.source,
            code: self.rule.code,
            severity: self.rule.severity,
            message: message.into(),
            range,
            url: self.rule.url.map(str::to_owned),
            related: Vec::new(),
            fixes: Vec::new(),
            unnecessary: false,
            heeds: Heeds::Place,
        });
        &mut self.found[at]
    }
}

impl Fix {
    /// A fix of one edit that may be applied without a look.
    pub(super) fn safe(title: impl Into<String>, edit: TextEdit) -> Self {
        Self::of(title, edit, Applicability::Safe)
    }

    /// A fix of one edit that the user has to look at: a guess.
    pub(super) fn guess(title: impl Into<String>, edit: TextEdit) -> Self {
        Self::of(title, edit, Applicability::Unsafe)
    }

    fn of(title: impl Into<String>, edit: TextEdit, applicability: Applicability) -> Self {
        Self { title: title.into(), change: SourceChange::single(edit), applicability, preferred: true }
    }

    /// A fix of several edits that may be applied without a look; none where they overlap.
    pub(super) fn safe_edits(title: impl Into<String>, edits: Vec<TextEdit>) -> Option<Self> {
        let change = SourceChange::new(edits).ok()?;
        Some(Self { title: title.into(), change, applicability: Applicability::Safe, preferred: true })
    }

    /// The guess that a word should read otherwise.
    pub(super) fn change_to(range: TextRange, word: &str) -> Self {
        Self::guess(format!("Change to `{word}`"), TextEdit::replace(range, word))
    }
}

/// Where the line starts that holds `offset`, as BuildKit counts lines: a lone `\r` ends none.
pub(super) fn line_start(text: &TextDocument, offset: TextSize) -> TextSize {
    let mut start = text.line_range(offset).start();
    while let Some(before) = start.checked_sub(TextSize::of('\n')) {
        if text.slice(TextRange::new(before, start)) == "\n" {
            break;
        }
        start = text.line_range(before).start();
    }
    start
}

/// Behind the end of the line that holds `offset`, where the next one starts.
pub(super) fn behind_line(text: &TextDocument, offset: TextSize) -> TextSize {
    let mut at = offset;
    loop {
        let end = text.line_range(at).end();
        let rest = text.slice(TextRange::new(end, (end + TextSize::new(2)).min(text.len())));
        match rest.as_bytes() {
            [] => return end,
            [b'\r', b'\n', ..] => return end + TextSize::new(2),
            [b'\n', ..] => return end + TextSize::new(1),
            _ => at = end + TextSize::new(1),
        }
    }
}

/// The line end that a file uses.
pub(super) fn line_end(text: &TextDocument) -> &'static str {
    let end = text.line_range(0.into()).end();
    let rest = text.slice(TextRange::new(end, (end + TextSize::new(2)).min(text.len())));
    if rest == "\r\n" { "\r\n" } else { "\n" }
}

/// The first `len` bytes of a range, for files without anything to point at.
pub(super) fn head_of(range: TextRange, len: u32) -> TextRange {
    TextRange::new(range.start(), range.end().min(range.start() + TextSize::new(len)))
}
