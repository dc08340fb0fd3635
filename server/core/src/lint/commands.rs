//! What BuildKit runs, stage by stage: the instructions of a stage, behind the triggers of its base.
//!
//! Several checks look at an instruction as it is when its stage is built: with variables put in, and
//! knowing what the stages below have set. This is worked out once for all of them, in time that is
//! proportional to the file: stages are visited in the way they are built from each other, with one
//! environment that is rolled back behind each.

pub(in crate::lint) mod known;

use std::borrow::Cow;
use std::cell::OnceCell;

use rustc_hash::FxHashMap;

use known::Watch;

use super::expanded::{Word, heredocs, words};
use super::globals::{Evaluated, Found, Globals, Var, evaluate, evaluate_words, given};
use super::near::nearest;
use super::platform;
use super::target::Target;
use crate::TextRange;
use crate::analysis::Settings;
use crate::model::expand::ExpandError;
use crate::model::open_base::{MOST_TRIED, OpenBase};
use crate::model::{Arguments, Base, Dockerfile, Instruction, InstructionData, Stage, StageId};
use crate::syntax::{Keyword, RelRange, Spanned};

/// How many triggers of bases run in all stages together: each child of a stage runs all of them.
const MOST_TRIGGERS: usize = 1 << 14;

/// How many bytes the values of variables can have in all; see [`crate::model::state`].
const MAX_VALUES: usize = 1 << 22;

/// How many of the definitions above a use are looked at for a near name.
const NEAREST_NAMES: usize = 64;

/// What BuildKit puts into an environment without PATH.
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// An instruction as BuildKit runs it.
pub(super) struct Command<'a> {
    /// What it says; for a trigger, what ONBUILD holds.
    pub(super) data: &'a InstructionData,
    /// Where it stands.
    pub(super) instruction: Instruction<'a>,
    /// What BuildKit names as its place: the FROM of the stage for a trigger of its base.
    pub(super) blamed: Instruction<'a>,
    /// The stage that runs it.
    pub(super) stage: StageId,
    /// Whether SHELL is set before it, here or in a stage below.
    pub(super) shell_set: bool,
    /// Whether WORKDIR is.
    pub(super) workdir_set: bool,
    /// How many directories lead from the root to the one that it runs in; none where that is not known.
    pub(super) depth: Option<usize>,
    /// What it runs on.
    pub(super) system: System,
    /// Which instruction it is.
    pub(super) keyword: Keyword,
    /// Whether it holds no variables: its words are what they are, whatever is set.
    pub(super) is_plain: bool,
    escape: char,
    words: OnceCell<Vec<CommandWord<'a>>>,
}

/// A word that BuildKit expands.
pub(super) struct CommandWord<'a> {
    /// Where it stands.
    pub(super) range: RelRange,
    /// As written.
    pub(super) written: &'a str,
    /// What it becomes; none where that is not known.
    pub(super) text: Option<Cow<'a, str>>,
    /// The words that EXPOSE makes of it; none for other instructions, and where they are not known.
    pub(super) parts: Vec<String>,
    /// Its variables that nothing defines.
    pub(super) undefined: Vec<Undefined>,
    /// Why BuildKit refuses it, where that is known.
    pub(super) error: Option<ExpandError>,
    /// Whether it is the content of a heredoc; then its place is where that is announced.
    pub(super) is_heredoc: bool,
}

/// A variable that nothing defines.
pub(super) struct Undefined {
    pub(super) name: String,
    /// A defined one of nearly the same name.
    pub(super) near: Option<String>,
    /// Whether the base image cannot define it either.
    pub(super) certain: bool,
}

impl<'a> Command<'a> {
    /// Its words with variables put in, for the instructions in which they matter.
    pub(super) fn words(&self) -> &[CommandWord<'a>] {
        self.words.get_or_init(|| words(self.data).into_iter().map(|word| self.plain_word(word)).collect())
    }

    /// A word of a plain command.
    fn plain_word(&self, word: Word<'a>) -> CommandWord<'a> {
        let evaluated = evaluate_plain(word.text, self.escape);
        CommandWord {
            range: word.range,
            written: word.text,
            text: evaluated.0,
            parts: Vec::new(),
            undefined: Vec::new(),
            error: evaluated.1,
            is_heredoc: false,
        }
    }

    /// The paths that COPY or ADD reads, heredocs apart.
    pub(super) fn sources(&self) -> impl Iterator<Item = &CommandWord<'a>> {
        let words = self.data.arguments.words();
        let start = words.first().map_or(u32::MAX, |first| first.range.start());
        let end = words.last().map_or(0, |destination| destination.range.start());
        let is_source = move |word: &&CommandWord<'_>| (start..end).contains(&word.range.start());
        self.words().iter().filter(|word| !word.is_heredoc).filter(is_source)
    }

    /// Whether it is a trigger, that stands in the stage below.
    pub(super) fn is_trigger(&self) -> bool {
        self.blamed.id != self.instruction.id
    }

    /// What a word of it becomes; none where that is not known.
    pub(super) fn text_of(&self, word: &Spanned) -> Option<&str> {
        self.words().iter().find(|it| it.range == word.range)?.text.as_deref()
    }

    /// The place in the document of a range inside it.
    pub(super) fn abs(&self, range: RelRange) -> TextRange {
        self.instruction.abs(range)
    }
}

/// The commands of all stages that BuildKit goes through, those of one stage behind each other.
pub(super) fn commands<'a>(
    dockerfile: &'a Dockerfile,
    settings: &Settings,
    globals: &Globals,
    bases: &[Below],
    target: &Target<'_>,
) -> Vec<Command<'a>> {
    run(dockerfile, settings, globals, bases, target, None).found
}

/// Goes through all stages that BuildKit goes through.
fn run<'a, 'b>(
    dockerfile: &'a Dockerfile,
    settings: &'b Settings,
    globals: &'b Globals,
    bases: &'b [Below],
    target: &'b Target<'b>,
    watch: Option<Watch<'a>>,
) -> Run<'a, 'b> {
    let stages = &dockerfile.stages;
    let mut children: Vec<Vec<StageId>> = vec![Vec::new(); stages.len()];
    let mut steps = Vec::new();
    for stage in stages.iter().rev() {
        match bases[stage.id.index()] {
            Below::Stage(base) if target.looks_at(stage.id) => children[base.index()].push(stage.id),
            _ if target.looks_at(stage.id) => steps.push(Step::Enter(stage.id)),
            _ => {}
        }
    }
    let mut run = Run {
        dockerfile,
        settings,
        globals,
        target,
        bases,
        found: Vec::new(),
        env: FxHashMap::default(),
        undo: Vec::new(),
        ends: vec![Inherited::default(); stages.len()],
        now: Inherited::default(),
        path: Var::Known(DEFAULT_PATH.to_owned()),
        triggers_left: MOST_TRIGGERS,
        bytes_left: MAX_VALUES,
        watch,
    };
    while let Some(step) = steps.pop() {
        match step {
            Step::Enter(id) => {
                let start = run.undo.len();
                steps.push(Step::Leave(start));
                run.stage(dockerfile.stage(id));
                if !children[id.index()].is_empty() {
                    run.put_back(start);
                }
                steps.extend(children[id.index()].iter().map(|&child| Step::Enter(child)));
            }
            Step::Leave(length) => run.roll_back(length),
        }
    }
    run
}

/// What an image is for, as far as paths are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum System {
    /// Paths have drives and backslashes.
    Windows,
    NoWindows,
    #[default]
    Unknown,
}

/// What a stage is built from, as far as commands see it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Below {
    /// Nothing, or an image of which everything is known.
    Known,
    /// An image.
    Image,
    /// An earlier stage.
    Stage(StageId),
    /// Whatever the build says: it may be one of several stages.
    Open,
}

/// Bases that the build decides, and the stages that they may be.
struct OpenBases<'a> {
    stages: &'a [Stage],
    /// For each base as written how many stages it was compared with, and whether one fits: many stages have
    /// the same base.
    seen: FxHashMap<&'a str, (usize, bool)>,
    left: usize,
}

impl<'a> OpenBases<'a> {
    /// Whether the base of `stage`, which is written so, can be an earlier stage: `node:$TAG` is an image.
    fn may_be_stage(&mut self, stage: &'a Stage, word: &'a str) -> bool {
        let Some(open) = OpenBase::of(stage) else { return false };
        let (compared, fits) = self.seen.entry(word).or_default();
        for earlier in &self.stages[*compared..stage.id.index().max(*compared)] {
            // With more stages than anyone writes, say nothing.
            let Some(left) = self.left.checked_sub(1) else { return true };
            self.left = left;
            *fits |= open.may_be(earlier);
        }
        *compared = stage.id.index();
        *fits
    }
}

/// What each stage is built from, in this build.
pub(super) fn bases(dockerfile: &Dockerfile, globals: &Globals) -> Vec<Below> {
    let mut names: FxHashMap<&str, StageId> = FxHashMap::default();
    let mut bases = Vec::with_capacity(dockerfile.stages.len());
    let mut open = OpenBases { stages: &dockerfile.stages, seen: FxHashMap::default(), left: MOST_TRIED };
    for stage in &dockerfile.stages {
        let word = stage.base_word.as_ref().map_or("", |(word, _)| word.as_str());
        bases.push(match (&stage.base, word.contains('$')) {
            (_, true) => match globals.evaluate(word).text {
                Some(name) => match names.get(name.as_str()) {
                    Some(&base) => Below::Stage(base),
                    None if name == "scratch" => Below::Known,
                    None => Below::Image,
                },
                None if open.may_be_stage(stage, word) => Below::Open,
                None => Below::Image,
            },
            (Base::Stage(base), _) if *base < stage.id => Below::Stage(*base),
            (Base::Scratch, _) => Below::Known,
            _ => Below::Image,
        });
        if let Some(name) = &stage.name {
            names.insert(&name.lower, stage.id);
        }
    }
    bases
}

enum Step {
    Enter(StageId),
    /// Roll back to this length of the undo log.
    Leave(usize),
}

/// What a stage hands on to those built from it, variables apart.
#[derive(Debug, Clone, Copy, Default)]
struct Inherited {
    shell_set: bool,
    workdir_set: bool,
    /// How many directories lead from the root to the current one; none where that is not known.
    depth: Option<usize>,
    system: System,
    /// Whether everything that the base image defines is known.
    base_known: bool,
    /// Whether the stage below is decided by the build, so that nothing is known of it.
    base_open: bool,
}

/// A variable of the environment.
#[derive(Debug, Clone)]
struct Variable {
    value: Var,
    /// Whether the image keeps it: ENV does that, ARG does not.
    kept: bool,
}

struct Run<'a, 'b> {
    dockerfile: &'a Dockerfile,
    settings: &'b Settings,
    globals: &'b Globals,
    target: &'b Target<'b>,
    bases: &'b [Below],
    found: Vec<Command<'a>>,
    env: FxHashMap<Cow<'a, str>, Variable>,
    /// Names that were entered, and what they were before.
    undo: Vec<(Cow<'a, str>, Option<Variable>)>,
    ends: Vec<Inherited>,
    now: Inherited,
    /// PATH, where the base image does not set it.
    path: Var,
    triggers_left: usize,
    bytes_left: usize,
    watch: Option<Watch<'a>>,
}

impl<'a> Run<'a, '_> {
    fn stage(&mut self, stage: &'a Stage) {
        let from = self.dockerfile.instruction(stage.from);
        let below = self.bases[stage.id.index()];
        let base_known = self.settings.assume_empty_base || matches!(below, Below::Known);
        let system = self.system(stage, below);
        self.now = match below {
            Below::Stage(base) => self.ends[base.index()],
            Below::Open => {
                let base_open = true;
                Inherited { shell_set: true, workdir_set: true, system, base_open, ..Inherited::default() }
            }
            Below::Known | Below::Image => {
                let depth = base_known.then_some(0);
                Inherited { base_known, depth, system, ..Inherited::default() }
            }
        };
        if let Some(watch) = &mut self.watch {
            watch.enter(below, base_known);
        }
        // BuildKit prepares triggers for the stages that the target needs only.
        let reached = self.target.surely_needs(stage.id);
        if let (Below::Stage(base), true) = (below, reached) {
            for id in self.dockerfile.stage(base).instructions() {
                let instruction = self.dockerfile.instruction(id);
                if let Some(trigger) = instruction.data.trigger.as_deref() {
                    if self.triggers_left == 0 {
                        break;
                    }
                    self.triggers_left -= 1;
                    self.command(stage.id, instruction, trigger, from);
                }
            }
        }
        for id in stage.instructions().skip(1) {
            let instruction = self.dockerfile.instruction(id);
            self.command(stage.id, instruction, instruction.data, instruction);
        }
        self.ends[stage.id.index()] = self.now;
        if let Some(watch) = &mut self.watch {
            watch.leave(stage.id);
        }
    }

    /// What a stage's image is for: its FROM may say it, and a plain build is one for Linux. An empty image is for
    /// whatever is built.
    fn system(&self, stage: &Stage, below: Below) -> System {
        match (stage.platform.as_ref(), below) {
            (Some(word), Below::Image) => {
                let text = self.globals.evaluate(word).text;
                match text.and_then(|text| platform::parse(&text)) {
                    Some(platform) if platform.os == "windows" => System::Windows,
                    Some(_) => System::NoWindows,
                    None => System::Unknown,
                }
            }
            _ if self.settings.assume_empty_base => System::NoWindows,
            _ => System::Unknown,
        }
    }

    fn command(
        &mut self,
        stage: StageId,
        instruction: Instruction<'a>,
        data: &'a InstructionData,
        blamed: Instruction<'a>,
    ) {
        let is_trigger = blamed.id != instruction.id;
        let (keyword, has_faults, has_mounts) = match is_trigger {
            true => (data.keyword, !data.faults.is_empty(), has_mounts(data)),
            false => (instruction.keyword(), instruction.marks.has_faults, instruction.marks.has_mounts),
        };
        if has_faults {
            return;
        }
        self.watch(instruction, data, is_trigger);
        let Inherited { shell_set, workdir_set, depth, system, .. } = self.now;
        let is_plain = !instruction.marks.has_dollar;
        // Those of a plain one are made when somebody asks for them; many a rule remembers that it need not.
        let is_lazy =
            is_plain && matches!(keyword, Keyword::Add | Keyword::Copy | Keyword::Run | Keyword::Volume);
        let words = match keyword {
            _ if is_lazy => Vec::new(),
            Keyword::Arg => self.args(data),
            _ => self.words(instruction, data, keyword, has_mounts),
        };
        match keyword {
            Keyword::Env => self.envs(data, &words),
            Keyword::Shell => self.now.shell_set = true,
            Keyword::Workdir => {
                self.now.workdir_set = true;
                let path = words.first().and_then(|word| word.text.as_deref());
                self.now.depth = path.and_then(|path| depth_below(depth, path, system));
            }
            _ => {}
        }
        let looked_at = matches!(
            keyword,
            Keyword::Add
                | Keyword::Arg
                | Keyword::Cmd
                | Keyword::Copy
                | Keyword::Entrypoint
                | Keyword::Env
                | Keyword::Expose
                | Keyword::Healthcheck
                | Keyword::Label
                | Keyword::Stopsignal
                | Keyword::Volume
                | Keyword::Workdir
        );
        let is_odd = |word: &CommandWord<'_>| !word.undefined.is_empty() || word.error.is_some();
        if looked_at || has_mounts || words.iter().any(is_odd) {
            let words = if is_lazy { OnceCell::new() } else { OnceCell::from(words) };
            self.found.push(Command {
                data,
                instruction,
                blamed,
                stage,
                shell_set,
                workdir_set,
                depth,
                system,
                keyword,
                is_plain,
                escape: self.dockerfile.escape,
                words,
            });
        }
    }

    /// The words of an instruction other than ARG: all of them see what was there before it.
    fn words(
        &self,
        instruction: Instruction<'a>,
        data: &'a InstructionData,
        keyword: Keyword,
        has_mounts: bool,
    ) -> Vec<CommandWord<'a>> {
        let always = match keyword {
            Keyword::Add
            | Keyword::Copy
            | Keyword::Env
            | Keyword::Expose
            | Keyword::Stopsignal
            | Keyword::Volume
            | Keyword::Workdir => true,
            Keyword::Run => has_mounts,
            _ => false,
        };
        let mut found: Vec<CommandWord<'a>> = Vec::new();
        if always || (keyword != Keyword::Run && instruction.marks.has_dollar) {
            found.extend(words(data).into_iter().map(|word| self.word(word.text, word.range, None)));
        }
        if keyword == Keyword::Expose {
            for word in &mut found {
                let escape = self.dockerfile.escape;
                let parts = evaluate_words(word.written, escape, &|name| self.look(name));
                word.parts = parts.unwrap_or_default();
            }
        }
        if matches!(keyword, Keyword::Copy | Keyword::Add) {
            // Those of a trigger are kept with its ONBUILD.
            let heredocs = heredocs(instruction.data);
            found.extend(
                heredocs
                    .map(|(it, last)| self.word(&last.content.text, last.content.range, Some(it.redirect))),
            );
        }
        found
    }

    /// A word, or the content of a heredoc, in which quotes mean nothing.
    fn word(&self, written: &'a str, range: RelRange, heredoc: Option<RelRange>) -> CommandWord<'a> {
        let escape = self.dockerfile.escape;
        let is_heredoc = heredoc.is_some();
        if !written.contains(['$', '\'', '"', '\u{feff}', escape]) {
            let text = Some(Cow::Borrowed(written));
            let (undefined, parts, error) = (Vec::new(), Vec::new(), None);
            return CommandWord { range, written, text, parts, undefined, error, is_heredoc };
        }
        let evaluated = match heredoc {
            Some(_) => self.evaluate(&super::expanded::without_quoting(written), '\\'),
            None => self.evaluate(written, escape),
        };
        let certain = self.now.base_known;
        let names = evaluated.undeclared.into_iter();
        let near = |name: &str| if self.now.base_open { None } else { self.near(name) };
        let undefined = names.map(|name| Undefined { near: near(&name), name, certain }).collect();
        let text = evaluated.text.filter(|_| !is_heredoc).map(Cow::Owned);
        let error = evaluated.error;
        let (range, parts) = (heredoc.unwrap_or(range), Vec::new());
        CommandWord { range, written, text, parts, undefined, error, is_heredoc }
    }

    fn evaluate(&self, word: &str, escape: char) -> Evaluated {
        evaluate(word, escape, &|name| self.look(name))
    }

    fn look(&self, name: &str) -> Found<'_> {
        match self.env.get(name).map(|it| &it.value) {
            Some(Var::Unset) if !self.now.base_known => Found::Declared(&Var::Unknown),
            Some(var) => Found::Declared(var),
            None if name == "PATH" => Found::Declared(self.path()),
            None if is_for_scan(name) && self.now.base_known => Found::Declared(&Var::Unset),
            None if is_for_scan(name) => Found::Declared(&Var::Unknown),
            None => Found::Undeclared { certain: self.now.base_known },
        }
    }

    /// PATH, where nothing in the file sets it.
    fn path(&self) -> &Var {
        if self.now.base_known { &self.path } else { &Var::Unknown }
    }

    /// A name that is defined and nearly the same.
    fn near(&self, name: &str) -> Option<String> {
        let defined = self.undo.iter().rev().take(NEAREST_NAMES).map(|(name, _)| &**name);
        // Other names that end in PATH are variables of their own: GOPATH.
        let path = Some("PATH").filter(|path| path.len() == name.len());
        nearest(name, defined.chain(path)).map(str::to_owned)
    }

    /// ARG takes its words one after the other.
    fn args(&mut self, data: &'a InstructionData) -> Vec<CommandWord<'a>> {
        let mut found = Vec::new();
        let mut values = words(data).into_iter();
        for word in data.arguments.words() {
            let (name, has_default) = match word.text.split_once('=') {
                Some((name, _)) => (name, true),
                None => (word.text.as_str(), false),
            };
            let default = if has_default { values.next() } else { None };
            let value = match (given(self.settings, name), default) {
                (Some(value), _) => value,
                (None, Some(value)) => {
                    let value = self.word(value.text, value.range, None);
                    let var = value.text.as_deref().map_or(Var::Unknown, |it| Var::Known(it.to_owned()));
                    found.push(value);
                    var
                }
                (None, None) => match self.before(name) {
                    Some(var) => var.clone(),
                    // Whoever builds it may give a value.
                    None if !self.settings.assume_empty_base => Var::Unknown,
                    None => Var::Unset,
                },
            };
            if !is_for_scan(name) {
                self.define(Cow::Borrowed(name), value, false);
            }
        }
        found
    }

    /// What an ARG without a value takes over.
    fn before(&self, name: &str) -> Option<&Var> {
        let global = self.globals.get(name).filter(|&var| *var != Var::Unset);
        global
            .or_else(|| self.env.get(name).map(|it| &it.value))
            .or_else(|| (name == "PATH").then(|| self.path()))
    }

    /// ENV defines all its names at its end.
    fn envs(&mut self, data: &InstructionData, words: &[CommandWord<'a>]) {
        let Arguments::Pairs(_) = data.arguments else { return };
        for pair in words.chunks_exact(2) {
            if let Some(name) = &pair[0].text {
                let value = pair[1].text.as_deref();
                let value = value.map_or(Var::Unknown, |it| Var::Known(it.to_owned()));
                self.define(name.clone(), value, true);
            }
        }
    }

    fn define(&mut self, name: Cow<'a, str>, value: Var, kept: bool) {
        let value = match value {
            Var::Known(text) if text.len() > self.bytes_left => Var::Unknown,
            value => value,
        };
        if let Var::Known(text) = &value {
            self.bytes_left -= text.len();
        }
        let before = self.env.insert(name.clone(), Variable { value, kept });
        self.undo.push((name, before));
    }

    /// Puts back what the image keeps over ARGs of the same name, where the stage ends whose names begin there in
    /// the undo log: the stages built from it start with the environment of its image.
    fn put_back(&mut self, start: usize) {
        for index in (start..self.undo.len()).rev() {
            let (name, before) = &self.undo[index];
            if self.env.get(name).is_none_or(|now| now.kept) {
                continue;
            }
            let value = match before {
                Some(before) if before.kept => before.value.clone(),
                // The ARG above it is looked at in its turn.
                Some(_) => continue,
                None if name == "PATH" => self.path().clone(),
                None if self.now.base_known => continue,
                // The base image may set it.
                None => Var::Unknown,
            };
            self.define(name.clone(), value, true);
        }
    }

    fn roll_back(&mut self, length: usize) {
        for (name, before) in self.undo.drain(length..).rev() {
            match before {
                Some(before) => drop(self.env.insert(name, before)),
                None => drop(self.env.remove(&name)),
            }
        }
    }
}

/// Whether an ARG of this name tells BuildKit what to scan, and defines no variable. Nor does BuildKit mind its use.
fn is_for_scan(name: &str) -> bool {
    matches!(name, "BUILDKIT_SBOM_SCAN_CONTEXT" | "BUILDKIT_SBOM_SCAN_STAGE")
}

/// How many directories lead from the root to `path`, seen from a directory with so many above it.
pub(super) fn depth_below(depth: Option<usize>, path: &str, system: System) -> Option<usize> {
    // On Windows these tell where a path begins.
    if system != System::NoWindows && path.contains(['\\', ':']) {
        return None;
    }
    let start = if path.starts_with('/') { 0 } else { depth? };
    Some(path.split('/').fold(start, |depth, part| match part {
        "" | "." => depth,
        ".." => depth.saturating_sub(1),
        _ => depth + 1,
    }))
}

fn has_mounts(data: &InstructionData) -> bool {
    data.flags.iter().any(|flag| flag.mount.is_some())
}

/// What a word without variables becomes, or why BuildKit refuses it.
fn evaluate_plain(written: &str, escape: char) -> (Option<Cow<'_, str>>, Option<ExpandError>) {
    if !written.contains(['\'', '"', '\u{feff}', escape]) {
        return (Some(Cow::Borrowed(written)), None);
    }
    let evaluated = evaluate(written, escape, &|_| Found::Undeclared { certain: true });
    (evaluated.text.map(Cow::Owned), evaluated.error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SourceFile;

    /// What the word of the last WORKDIR becomes, in this build and where it is not known what the base image sets.
    fn last(text: &str, build_args: &[(&str, &str)]) -> (Option<String>, Option<String>) {
        let of = |assume_empty_base| {
            let given = build_args.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            let settings = Settings { assume_empty_base, build_args: given.collect(), ..Settings::default() };
            let file = SourceFile::new(text);
            let dockerfile = file.dockerfile();
            let globals = Globals::of(dockerfile, &settings);
            let bases = bases(dockerfile, &globals);
            let target = Target::of(dockerfile, &settings, || &bases);
            let commands = commands(dockerfile, &settings, &globals, &bases, &target);
            let last = commands.iter().rfind(|it| it.data.keyword == Keyword::Workdir).unwrap();
            last.words()[0].text.as_deref().map(str::to_owned)
        };
        (of(true), of(false))
    }

    /// The same where both are one.
    fn last_known(text: &str) -> String {
        let (plain, open) = last(text, &[]);
        assert_eq!(plain, open);
        plain.unwrap()
    }

    #[test]
    fn a_stage_starts_with_the_env_that_its_base_ends_with() {
        assert_eq!(last_known("FROM x AS a\nENV A=1\nARG A=2\nWORKDIR $A\n"), "2");
        assert_eq!(last_known("FROM x AS a\nENV A=1\nARG A=2\nFROM a\nWORKDIR $A\n"), "1");
        assert_eq!(last_known("FROM x AS a\nENV A=1\nARG A=2\nFROM a\nARG A\nWORKDIR $A\n"), "1");
        assert_eq!(
            last_known("FROM x AS a\nENV A=1\nARG A=2\nENV A=4\nARG A=5 A=6\nFROM a\nWORKDIR $A\n"),
            "4"
        );
        assert_eq!(last_known("ARG A=3\nFROM x AS a\nENV A=1\nFROM a\nARG A\nWORKDIR $A\n"), "3");
        let chain = "FROM x AS a\nENV A=1\nFROM a AS b\nARG A=2\nFROM b AS c\nFROM c\nWORKDIR $A\n";
        assert_eq!(last_known(chain), "1");
        let siblings = "FROM x AS a\nENV A=1\nARG A=2\nFROM a\nENV A=3\nFROM a\nWORKDIR $A\n";
        assert_eq!(last_known(siblings), "1");
    }

    #[test]
    fn a_trigger_runs_in_the_stage_that_is_built_from_its_own() {
        let trigger = "FROM x AS a\nENV A=1\nARG A=2\nONBUILD WORKDIR $A\nFROM a\n";
        assert_eq!(last_known(trigger), "1");
        let arg = "FROM x AS a\nENV A=1\nONBUILD ARG A=2\nFROM a AS b\n";
        assert_eq!(last_known(&format!("{arg}WORKDIR $A\n")), "2");
        assert_eq!(last_known(&format!("{arg}FROM b\nWORKDIR $A\n")), "1");
    }

    #[test]
    fn an_arg_of_the_base_stage_is_seen_unless_the_image_sets_the_same() {
        assert_eq!(last_known("FROM scratch AS a\nARG A=2\nFROM a\nWORKDIR $A\n"), "2");
        let text = "FROM x AS a\nARG A=2\nFROM a\nWORKDIR $A\n";
        assert_eq!(last(text, &[]), (Some("2".to_owned()), None));
    }

    #[test]
    fn path_is_set_in_every_image() {
        assert_eq!(last_known("FROM scratch AS a\nARG PATH=2\nFROM a\nWORKDIR $PATH\n"), DEFAULT_PATH);
        let text = "FROM x AS a\nARG PATH=2\nFROM a\nWORKDIR $PATH\n";
        assert_eq!(last(text, &[]), (Some(DEFAULT_PATH.to_owned()), None));
        let text = "FROM x AS a\nARG PATH=2\nENV PATH=${PATH}9\nARG PATH=7\nFROM a\nWORKDIR $PATH\n";
        assert_eq!(last_known(text), "29");
    }

    #[test]
    fn an_arg_that_tells_what_to_scan_is_no_variable() {
        let last = |text: &str| last(&text.replace("SCAN", "BUILDKIT_SBOM_SCAN_STAGE"), &[]);
        let is = |plain: &str| (Some(plain.to_owned()), None);
        assert_eq!(last("ARG SCAN=1\nFROM x\nARG SCAN\nWORKDIR v${SCAN+x}\n"), is("v"));
        assert_eq!(last("FROM x\nARG SCAN=1 B=v$SCAN\nWORKDIR $B\n"), is("v"));
        assert_eq!(last("FROM x\nENV SCAN=3\nARG SCAN=1\nWORKDIR v$SCAN\n").1.unwrap(), "v3");
    }

    #[test]
    fn the_time_of_the_build_is_a_number() {
        let last = |text: &str, given: &[&str]| {
            let given: Vec<_> = given.iter().map(|it| ("SOURCE_DATE_EPOCH", *it)).collect();
            last(&text.replace("TIME", "SOURCE_DATE_EPOCH"), &given).0.unwrap()
        };
        assert_eq!(last("ARG TIME=007\nFROM x\nARG TIME\nWORKDIR v$TIME\n", &[]), "v7");
        assert_eq!(last("FROM x\nARG TIME=008\nWORKDIR v$TIME\n", &[]), "v008");
        assert_eq!(last("FROM x\nARG TIME=008\nWORKDIR v$TIME\n", &["009"]), "v9");
        assert_eq!(last("FROM x\nARG TIME=008\nWORKDIR v$TIME\n", &["context"]), "v008");
        assert_eq!(last("ARG TIME=\nFROM x\nENV TIME=5\nARG TIME\nWORKDIR v$TIME\n", &[]), "v");
        assert_eq!(last("ARG TIME=\nFROM x\nENV TIME=5\nARG TIME\nWORKDIR v$TIME\n", &[""]), "v5");
    }
}
