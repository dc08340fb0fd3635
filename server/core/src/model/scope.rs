//! Variables: where ARG and ENV define them, where they are used, and which definition a use sees.
//!
//! BuildKit keeps one environment for a stage, and ARG and ENV both write to it: the later one wins.
//! A stage starts with the environment that the stage it is built from ends with, ARGs included, and
//! then runs that stage's ONBUILDs. FROM sees the global ARGs only.

use rustc_hash::{FxHashMap, FxHashSet};

use super::args::Arguments;
use super::dockerfile::{Dockerfile, Placed};
use super::expand::expand;
use super::instruction::{InstructionData, InstructionId};
use super::stage::{Base, Stage, StageId};
use crate::syntax::{Keyword, RelRange, Spanned};
use crate::{TextRange, TextSize};

/// Index of a definition in [`Scopes::defs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VarDefId(pub u32);

/// How a variable comes to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VarDefKind {
    /// ARG before the first FROM: seen by FROM, and by a stage that declares it again.
    GlobalArg,
    /// ARG in a stage.
    Arg,
    /// ENV.
    Env,
}

/// A definition of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VarDef {
    /// Its index.
    pub id: VarDefId,
    /// How it is defined.
    pub kind: VarDefKind,
    /// Its name, quotes resolved.
    pub name: String,
    /// Where the name stands, without quotes.
    pub name_range: TextRange,
    /// Its value as written, quotes included; none for `ARG name`.
    pub value: Option<String>,
    /// Where the value stands.
    pub value_range: Option<TextRange>,
    /// The instruction.
    pub instruction: InstructionId,
    /// The stage; none for a global ARG.
    pub stage: Option<StageId>,
    /// Inside ONBUILD: it takes effect in stages built `FROM` this one only.
    pub onbuild: bool,
    /// For `ARG name` without a value: the definition whose value it takes over as long as the build is
    /// given none. That is the global ARG where there is one, else the one that was visible before.
    pub redeclares: Option<VarDefId>,
}

/// What a use of a variable sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResolvedVar {
    /// A definition of this file.
    Def(VarDefId),
    /// One that BuildKit defines itself and that is in scope here: platform ARGs in FROM and in global
    /// ARGs, proxies in RUN.
    Predefined,
    /// None that this file tells of: the base image or the shell may define it.
    Unknown,
}

/// A use of a variable, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VarRef {
    /// The name.
    pub name: String,
    /// Where the name stands.
    pub range: TextRange,
    /// The whole expansion.
    pub whole: TextRange,
    /// The instruction.
    pub instruction: InstructionId,
    /// The stage; none before the first FROM. A FROM's uses belong to no stage: it sees global ARGs.
    pub stage: Option<StageId>,
    /// Whether it is the shell that expands it.
    pub shell: bool,
    /// What it sees.
    pub target: ResolvedVar,
}

/// All variables of a Dockerfile.
#[derive(Debug, Clone, Default)]
pub struct Scopes {
    /// Definitions in order of the text.
    pub defs: Vec<VarDef>,
    /// Uses in order of the text.
    pub refs: Vec<VarRef>,
}

impl Scopes {
    /// Finds the variables of these instructions and stages.
    ///
    /// This runs on every keystroke: it is linear, also for stages that are built from each other.
    pub fn build(placed: &[Placed], stages: &[Stage]) -> Self {
        let collected = Collected::of(placed, stages);
        let (targets, redeclares) = Resolver::new(&collected, placed, stages).run();
        let Collected { mut defs, mut refs, .. } = collected;
        for (it, target) in refs.iter_mut().zip(targets) {
            it.target = target;
        }
        for (def, redeclares) in defs.iter_mut().zip(redeclares) {
            def.redeclares = redeclares;
        }
        Self { defs, refs }
    }

    /// The definition with this index.
    pub fn def(&self, id: VarDefId) -> &VarDef {
        &self.defs[id.0 as usize]
    }

    /// The definition whose name `offset` touches.
    pub fn def_at(&self, offset: TextSize) -> Option<&VarDef> {
        self.defs.iter().find(|def| def.name_range.contains_inclusive(offset))
    }

    /// The use whose name or expansion `offset` touches, the innermost one.
    pub fn ref_at(&self, offset: TextSize) -> Option<&VarRef> {
        let touching = self.refs.iter().filter(|it| it.whole.contains_inclusive(offset));
        touching.min_by_key(|it| (!it.range.contains_inclusive(offset), it.whole.len()))
    }

    /// The uses that see this definition, in order of the text.
    pub fn refs_of(&self, def: VarDefId) -> impl Iterator<Item = &VarRef> {
        self.refs.iter().filter(move |it| it.target == ResolvedVar::Def(def))
    }

    /// The definitions in these instructions, in order of the text.
    pub fn defs_in(&self, from: InstructionId, end: InstructionId) -> &[VarDef] {
        let start = self.defs.partition_point(|def| def.instruction < from);
        let end = self.defs.partition_point(|def| def.instruction < end);
        self.defs.get(start..end).unwrap_or_default()
    }

    /// The definition that gives this one its value: itself, or for `ARG name` the one it takes over.
    pub fn source_of(&self, def: VarDefId) -> &VarDef {
        // A definition takes over an earlier one, or a global ARG, so this ends.
        let mut def = self.def(def);
        while let Some(before) = def.redeclares.filter(|_| def.value.is_none()) {
            def = self.def(before);
        }
        def
    }
}

/// The definitions that are visible at the end of `stage`, nearest first: the stage's own, then those
/// it inherits from the stages it is built from.
pub fn visible_in_stage(dockerfile: &Dockerfile, stage: StageId) -> Vec<VarDefId> {
    let mut visible = Visible { dockerfile, ids: Vec::new(), names: FxHashSet::default() };
    if let Some(stage) = dockerfile.stages.get(stage.index()) {
        visible.add_stage(stage, stage.end);
    }
    visible.ids
}

/// The definitions that `instruction` sees, nearest first: what stands before it in its stage and what
/// the stage inherits. FROM, and what stands before the first FROM, sees global ARGs.
pub fn visible_before(dockerfile: &Dockerfile, instruction: InstructionId) -> Vec<VarDefId> {
    let mut visible = Visible { dockerfile, ids: Vec::new(), names: FxHashSet::default() };
    match dockerfile.stage_of(instruction) {
        Some(stage) if stage.from == instruction => {
            let first = dockerfile.stages.first().map_or(instruction, |stage| stage.from);
            visible.add(dockerfile.scopes.defs_in(InstructionId(0), first), false);
        }
        Some(stage) => {
            let inside = dockerfile.placed.get(instruction.index());
            if inside.is_some_and(|it| it.data.keyword == Keyword::Onbuild) {
                // What it holds runs behind the whole stage and the triggers above it.
                visible.add(dockerfile.scopes.defs_in(stage.from, instruction), true);
                visible.add_stage(stage, stage.end);
            } else {
                visible.add_stage(stage, instruction);
            }
        }
        None => visible.add(dockerfile.scopes.defs_in(InstructionId(0), instruction), false),
    }
    visible.ids
}

struct Visible<'a> {
    dockerfile: &'a Dockerfile,
    ids: Vec<VarDefId>,
    names: FxHashSet<&'a str>,
}

impl<'a> Visible<'a> {
    fn add(&mut self, defs: &'a [VarDef], onbuild: bool) {
        for def in defs.iter().rev().filter(|def| def.onbuild == onbuild) {
            if self.names.insert(&def.name) {
                self.ids.push(def.id);
            }
        }
    }

    /// Adds what a stage defines before `end`, and what it inherits.
    fn add_stage(&mut self, stage: &'a Stage, end: InstructionId) {
        let defs = &self.dockerfile.scopes;
        self.add(defs.defs_in(stage.from, end), false);
        let mut at = stage;
        while let Some(base) = base_of(at).and_then(|base| self.dockerfile.stages.get(base)) {
            self.add(defs.defs_in(base.from, base.end), true);
            self.add(defs.defs_in(base.from, base.end), false);
            at = base;
        }
    }
}

/// The earlier stage that a stage is built from.
fn base_of(stage: &Stage) -> Option<usize> {
    match stage.base {
        Base::Stage(base) if base < stage.id => Some(base.index()),
        _ => None,
    }
}

/// What a variable is for that BuildKit knows by itself: the platform ARGs, the stage that is built, the
/// proxies, and the arguments that steer the build.
pub fn predefined(name: &str) -> Option<&'static str> {
    Some(match name {
        "BUILDPLATFORM" => "Platform of the machine that builds, such as `linux/amd64`",
        "BUILDOS" => "Operating system of the machine that builds",
        "BUILDOSVERSION" => "Version of the operating system of the machine that builds",
        "BUILDARCH" => "Architecture of the machine that builds, such as `amd64`",
        "BUILDVARIANT" => "Variant of the architecture of the machine that builds, such as `v7`",
        "TARGETPLATFORM" => "Platform that the image is built for, such as `linux/arm64`",
        "TARGETOS" => "Operating system that the image is built for",
        "TARGETOSVERSION" => "Version of the operating system that the image is built for",
        "TARGETARCH" => "Architecture that the image is built for, such as `arm64`",
        "TARGETVARIANT" => "Variant of the architecture that the image is built for, such as `v7`",
        "TARGETSTAGE" => "Name of the stage that is built; `default` when that has no name",
        "HTTP_PROXY" | "http_proxy" => "Proxy for HTTP, passed to RUN when the build is given it",
        "HTTPS_PROXY" | "https_proxy" => "Proxy for HTTPS, passed to RUN when the build is given it",
        "FTP_PROXY" | "ftp_proxy" => "Proxy for FTP, passed to RUN when the build is given it",
        "NO_PROXY" | "no_proxy" => "Hosts to reach without a proxy, passed to RUN when the build is given it",
        "ALL_PROXY" | "all_proxy" => "Proxy for every protocol, passed to RUN when the build is given it",
        "SOURCE_DATE_EPOCH" => {
            "Seconds since 1970 that the build takes as the time of the image and its files"
        }
        "BUILDKIT_BUILD_NAME" => "Name of the build in the build history",
        "BUILDKIT_CACHE_MOUNT_NS" => "Name space that cache mounts are kept apart by",
        "BUILDKIT_CONTEXT_KEEP_GIT_DIR" => "Keeps `.git` in a build context that is a Git repository",
        "BUILDKIT_DOCKERFILE_CHECK" => "Settings of the build checks, in place of `# check=`",
        "BUILDKIT_INLINE_CACHE" => "Writes cache metadata into the image's configuration",
        "BUILDKIT_MULTI_PLATFORM" => "Writes a multi-platform result even for one platform",
        "BUILDKIT_SANDBOX_HOSTNAME" => "Host name that RUN sees",
        "BUILDKIT_SBOM_SCAN_CONTEXT" => "Whether the build context is scanned for the bill of materials",
        "BUILDKIT_SBOM_SCAN_STAGE" => "Whether this stage is scanned for the bill of materials, or which are",
        "BUILDKIT_SYNTAX" => "Frontend that builds the file, in place of `# syntax=`",
        _ => return None,
    })
}

/// Whether FROM and global ARGs see this variable without a declaration.
pub fn is_automatic(name: &str) -> bool {
    match name.strip_prefix("TARGET").or_else(|| name.strip_prefix("BUILD")) {
        Some("PLATFORM" | "OS" | "OSVERSION" | "ARCH" | "VARIANT") => true,
        _ => name == "TARGETSTAGE",
    }
}

/// Whether RUN gets this variable from the build without a declaration.
pub fn is_proxy(name: &str) -> bool {
    name.strip_suffix("_proxy").is_some_and(|it| matches!(it, "http" | "https" | "ftp" | "no" | "all"))
        || name.strip_suffix("_PROXY").is_some_and(|it| matches!(it, "HTTP" | "HTTPS" | "FTP" | "NO" | "ALL"))
}

/// Definitions and uses in order of the text, not resolved yet.
#[derive(Default)]
struct Collected {
    defs: Vec<VarDef>,
    refs: Vec<VarRef>,
    /// For each instruction where its definitions and its uses begin; one entry more than instructions.
    starts: Vec<(usize, usize)>,
}

impl Collected {
    fn of(placed: &[Placed], stages: &[Stage]) -> Self {
        let mut found = Self::default();
        let mut begun = 0;
        for (index, it) in placed.iter().enumerate() {
            let instruction = InstructionId(u32::try_from(index).unwrap_or(u32::MAX));
            let is_from = stages.get(begun).is_some_and(|stage| stage.from == instruction);
            begun += usize::from(is_from);
            let stage = stages[..begun].last().map(|stage| stage.id);
            found.starts.push((found.defs.len(), found.refs.len()));
            found.add_uses(it, instruction, stage.filter(|_| !is_from));
            match it.data.effective().keyword {
                Keyword::Arg => found.add_args(it, instruction, stage),
                // Before the first FROM there can be none.
                Keyword::Env if stage.is_some() => found.add_envs(it, instruction, stage),
                _ => {}
            }
        }
        found.starts.push((found.defs.len(), found.refs.len()));
        found
    }

    fn add_uses(&mut self, placed: &Placed, instruction: InstructionId, stage: Option<StageId>) {
        let first = self.refs.len();
        self.refs.extend(placed.data.var_uses.iter().map(|it| VarRef {
            name: it.name.text.clone(),
            range: it.name.range.at(placed.start),
            whole: it.whole.at(placed.start),
            instruction,
            stage,
            shell: it.shell,
            target: ResolvedVar::Unknown,
        }));
        self.refs[first..].sort_by_key(|it| it.range.start());
    }

    /// ARG's words are `name` or `name=value`; BuildKit takes the name as it stands, quotes included.
    fn add_args(&mut self, placed: &Placed, instruction: InstructionId, stage: Option<StageId>) {
        let data = placed.data.effective();
        let Arguments::Words(words) = &data.arguments else { return };
        for word in words {
            let (name, value) = match word.text.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (word.text.as_str(), None),
            };
            if name.is_empty() {
                continue;
            }
            let value_range = value.map(|value| part(data, word, name.len() + 1, value));
            self.defs.push(VarDef {
                id: VarDefId(u32::try_from(self.defs.len()).unwrap_or(u32::MAX)),
                kind: if stage.is_some() { VarDefKind::Arg } else { VarDefKind::GlobalArg },
                name: name.to_owned(),
                name_range: part(data, word, 0, name).at(placed.start),
                value: value.map(str::to_owned),
                value_range: value_range.map(|range| range.at(placed.start)),
                instruction,
                stage,
                onbuild: placed.data.trigger.is_some(),
                redeclares: None,
            });
        }
    }

    fn add_envs(&mut self, placed: &Placed, instruction: InstructionId, stage: Option<StageId>) {
        let data = placed.data.effective();
        let Arguments::Pairs(pairs) = &data.arguments else { return };
        for pair in pairs {
            let Some((name, range)) = env_name(&pair.name) else { continue };
            self.defs.push(VarDef {
                id: VarDefId(u32::try_from(self.defs.len()).unwrap_or(u32::MAX)),
                kind: VarDefKind::Env,
                name,
                name_range: range.at(placed.start),
                value: Some(pair.value.text.clone()),
                value_range: Some(pair.value.range.at(placed.start)),
                instruction,
                stage,
                onbuild: placed.data.trigger.is_some(),
                redeclares: None,
            });
        }
    }
}

/// Where the part `text` of `word` stands, which begins at byte `at` of it.
fn part(data: &InstructionData, word: &Spanned, at: usize, text: &str) -> RelRange {
    let start = data.line.offset_of_source(word.range.start()) + at;
    if data.line.text().get(start..start + text.len()) == Some(text) {
        return data.line.source_range(start, start + text.len());
    }
    let start = word.range.start().saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
    let len = u32::try_from(text.len()).unwrap_or(u32::MAX);
    RelRange::new(start, start.saturating_add(len).min(word.range.end()))
}

/// The name that ENV defines, and where it stands without quotes around it. None when it depends on
/// variables, or is empty: nobody can tell what it is.
fn env_name(word: &Spanned) -> Option<(String, RelRange)> {
    let text = word.text.as_str();
    if !text.contains(['"', '\'', '$', '\\', '`']) {
        return (!text.is_empty()).then(|| (text.to_owned(), word.range));
    }
    if text.contains('$') {
        return None;
    }
    let name = expand(text, '\\', &mut |_| None).ok()?.text;
    let quotes = text.len().checked_sub(name.len()) == Some(2) && text[1..].starts_with(&name);
    let unbroken = (word.range.end() - word.range.start()) as usize == text.len();
    let range = match quotes && unbroken {
        true => RelRange::new(word.range.start() + 1, word.range.end() - 1),
        false => word.range,
    };
    (!name.is_empty()).then_some((name, range))
}

/// Walks the stages in the way they are built from each other, with one environment that is rolled back
/// behind each stage. So no stage needs a copy of its parent's environment, and every definition is
/// entered and taken back once.
struct Resolver<'a> {
    found: &'a Collected,
    placed: &'a [Placed],
    stages: &'a [Stage],
    /// For each stage the stages built from it.
    children: Vec<Vec<usize>>,
    /// The global ARGs, and the environment at the current place: the definition a name means.
    globals: FxHashMap<&'a str, VarDefId>,
    visible: FxHashMap<&'a str, VarDefId>,
    /// The same without ARGs: what there is when the image runs.
    env: FxHashMap<&'a str, VarDefId>,
    /// What was entered, and what the two maps held before.
    undo: Vec<(&'a str, Option<VarDefId>, Option<VarDefId>)>,
    targets: Vec<ResolvedVar>,
    redeclares: Vec<Option<VarDefId>>,
}

/// A step of the walk.
enum Step {
    Enter(usize),
    /// Roll back to this length of the undo log.
    Leave(usize),
}

impl<'a> Resolver<'a> {
    fn new(found: &'a Collected, placed: &'a [Placed], stages: &'a [Stage]) -> Self {
        let mut children = vec![Vec::new(); stages.len()];
        for (index, stage) in stages.iter().enumerate() {
            if let Some(base) = base_of(stage).filter(|&base| base < index) {
                children[base].push(index);
            }
        }
        Self {
            found,
            placed,
            stages,
            children,
            globals: FxHashMap::default(),
            visible: FxHashMap::default(),
            env: FxHashMap::default(),
            undo: Vec::new(),
            targets: vec![ResolvedVar::Unknown; found.refs.len()],
            redeclares: vec![None; found.defs.len()],
        }
    }

    fn run(mut self) -> (Vec<ResolvedVar>, Vec<Option<VarDefId>>) {
        let first = self.stages.first().map_or(self.placed.len(), |stage| stage.from.index());
        for instruction in 0..first.min(self.placed.len()) {
            self.global(instruction);
        }
        let roots = (0..self.stages.len()).filter(|&stage| base_of(&self.stages[stage]).is_none());
        let mut steps: Vec<Step> = roots.rev().map(Step::Enter).collect();
        while let Some(step) = steps.pop() {
            match step {
                Step::Enter(stage) => {
                    steps.push(Step::Leave(self.undo.len()));
                    self.stage(stage);
                    steps.extend(self.children[stage].iter().rev().map(|&child| Step::Enter(child)));
                }
                Step::Leave(length) => self.roll_back(length),
            }
        }
        (self.targets, self.redeclares)
    }

    /// An instruction before the first FROM.
    fn global(&mut self, instruction: usize) {
        let (defs, refs) = (self.defs(instruction), self.refs(instruction));
        let mut waiting = refs;
        for def in defs {
            let end = value_end(&self.found.defs[def]);
            while waiting.start < waiting.end && self.found.refs[waiting.start].range.start() < end {
                self.resolve_global(waiting.start);
                waiting.start += 1;
            }
            let it = &self.found.defs[def];
            let before = self.globals.insert(&it.name, it.id);
            self.redeclares[def] = before.filter(|_| it.value.is_none());
        }
        waiting.for_each(|it| self.resolve_global(it));
    }

    fn stage(&mut self, index: usize) {
        let stage = &self.stages[index];
        let (from, end) = (stage.from.index(), stage.end.index().min(self.placed.len()));
        self.refs(from).for_each(|it| self.resolve_global(it));
        let inside = from + 1..end;
        let (mut triggers, mut at_run_time) = (Vec::new(), Vec::new());
        for instruction in inside {
            let data = &self.placed[instruction].data;
            match data.keyword {
                Keyword::Onbuild => triggers.push(instruction),
                _ => self.instruction(instruction, false),
            }
            if runs_in_container(data.keyword) {
                at_run_time.push(instruction);
            }
        }
        // What the image runs sees the ENVs of the whole stage, those behind it too.
        for instruction in at_run_time {
            for index in self.refs(instruction) {
                let it = &self.found.refs[index];
                if let Some(&def) = self.env.get(it.name.as_str()).filter(|_| it.shell) {
                    self.targets[index] = ResolvedVar::Def(def);
                }
            }
        }
        // Triggers run in the children, all of which start with the same environment. When this file has
        // none, they run in builds from the image, which keeps ENV but no ARG.
        let only_env = self.children[index].is_empty();
        for instruction in triggers {
            self.instruction(instruction, only_env);
        }
    }

    fn instruction(&mut self, instruction: usize, only_env: bool) {
        let defs = self.defs(instruction);
        let mut waiting = self.refs(instruction);
        let one_by_one = self.placed[instruction].data.effective().keyword == Keyword::Arg;
        for def in defs {
            // ARG takes its words one after the other; ENV defines them all together at the end.
            let end = value_end(&self.found.defs[def]);
            while waiting.start < waiting.end
                && (!one_by_one || self.found.refs[waiting.start].range.start() < end)
            {
                self.resolve(waiting.start, only_env);
                waiting.start += 1;
            }
            self.define(def, only_env);
        }
        waiting.for_each(|it| self.resolve(it, only_env));
    }

    fn define(&mut self, def: usize, only_env: bool) {
        let it = &self.found.defs[def];
        let name = it.name.as_str();
        if it.value.is_none() {
            let before = if only_env { &self.env } else { &self.visible }.get(name);
            self.redeclares[def] = self.globals.get(name).filter(|_| !only_env).or(before).copied();
        }
        let env = self.env.get(name).copied();
        if it.kind == VarDefKind::Env {
            self.env.insert(name, it.id);
        }
        self.undo.push((name, self.visible.insert(name, it.id), env));
    }

    fn roll_back(&mut self, length: usize) {
        for (name, visible, env) in self.undo.drain(length..).rev() {
            restore(&mut self.visible, name, visible);
            restore(&mut self.env, name, env);
        }
    }

    fn resolve(&mut self, index: usize, only_env: bool) {
        let it = &self.found.refs[index];
        let def = self.visible.get(it.name.as_str()).copied();
        // An ARG of the stage itself does not outlive it, one of a trigger above does.
        let trigger = |def: &VarDef| def.onbuild && def.stage == it.stage;
        let def = def.filter(|&def| !only_env || trigger(&self.found.defs[def.0 as usize]));
        let def = def.or_else(|| self.env.get(it.name.as_str()).copied().filter(|_| only_env));
        let data = self.placed[it.instruction.index()].data.effective();
        self.targets[index] = match def {
            Some(def) => ResolvedVar::Def(def),
            None if it.shell && data.keyword == Keyword::Run && is_proxy(&it.name) => {
                match assigned_by_shell(data.line.text(), &it.name) {
                    true => ResolvedVar::Unknown,
                    false => ResolvedVar::Predefined,
                }
            }
            None => ResolvedVar::Unknown,
        };
    }

    fn resolve_global(&mut self, index: usize) {
        let name = self.found.refs[index].name.as_str();
        self.targets[index] = match self.globals.get(name) {
            Some(&def) => ResolvedVar::Def(def),
            None if is_automatic(name) => ResolvedVar::Predefined,
            None => ResolvedVar::Unknown,
        };
    }

    fn defs(&self, instruction: usize) -> std::ops::Range<usize> {
        let starts = &self.found.starts;
        starts[instruction].0..starts[instruction + 1].0
    }

    fn refs(&self, instruction: usize) -> std::ops::Range<usize> {
        let starts = &self.found.starts;
        starts[instruction].1..starts[instruction + 1].1
    }
}

fn restore<'a>(map: &mut FxHashMap<&'a str, VarDefId>, name: &'a str, before: Option<VarDefId>) {
    match before {
        Some(before) => drop(map.insert(name, before)),
        None => drop(map.remove(name)),
    }
}

fn value_end(def: &VarDef) -> TextSize {
    def.value_range.unwrap_or(def.name_range).end()
}

/// Whether what an instruction holds runs when the image does, not when it is built.
fn runs_in_container(keyword: Keyword) -> bool {
    matches!(keyword, Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck)
}

/// Whether a shell text sets this variable: `name=`, `for name`, `read name`.
fn assigned_by_shell(text: &str, name: &str) -> bool {
    let word = |ch: char| ch.is_ascii_alphanumeric() || ch == '_';
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        let alone = !before.ends_with(|ch| word(ch) || ch == '$' || ch == '{') && !after.starts_with(word);
        let command = before.trim_end().rsplit(|ch: char| !word(ch)).next();
        alone && (after.starts_with('=') || matches!(command, Some("for" | "read")))
    })
}
