//! What stands at an offset, and where else it stands: shared by definition, references, highlight,
//! rename and hover.
//!
//! A *stage* is named by its FROM and by every reference that BuildKit resolves to it, also by one
//! that it then refuses (a later stage, the stage itself): the reader means that stage all the same.
//!
//! A *variable* is more than one definition. What belongs together:
//! - all global ARGs of a name and every ARG of that name in a stage: `--build-arg` sets them at once,
//!   and the FROM lines and stages that use them mean the same thing;
//! - without a global one, the ARGs of a name in one stage and in the stages built `FROM` it;
//! - the ENVs of a name in one stage and in the stages built `FROM` it: the later ones overwrite the
//!   same environment variable.
//!
//! An ENV beside an ARG of its name shadows it and is a symbol of its own, so that `ENV A=$A` can be
//! told apart; only `ARG A` without a value behind `ENV A=1`, which goes on with that value, is the
//! same. Two stages that do not inherit from each other do not share a variable, unless through
//! a global ARG, or where `FROM base-$VARIANT` can be built from either.
//!
//! A *user* or a *group* is told apart by [`super::accounts`].

use rustc_hash::{FxHashMap, FxHashSet};

use super::accounts::{self, Account, account_at};
use super::path_places::path_places;
use crate::model::open_base::{MOST_TRIED, OpenBase};
use crate::model::scope::bases;
use crate::model::{
    Base, Dockerfile, Instruction, InstructionId, RefTarget, ResolvedVar, SourceFile, Stage, StageId,
    StageRef, StageRefKind, VarDef, VarDefId, VarDefKind, VarRef,
};
use crate::{TextRange, TextSize};

/// What can be named at several places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolId {
    /// A stage, by its name or its index.
    Stage(StageId),
    /// A variable, by one of its definitions.
    Var(VarDefId),
    /// A variable that the file uses but does not define, by the index of a use in
    /// [`Scopes::refs`](crate::model::scope::Scopes::refs).
    OutsideVar(u32),
    /// The name of a heredoc, by its instruction and its place among the heredocs there.
    Heredoc(InstructionId, u32),
    /// A user or a group, by where a word that names it begins.
    Account(TextSize),
}

/// A symbol at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SymbolAt {
    /// What it is.
    pub id: SymbolId,
    /// The word that names it here.
    pub range: TextRange,
}

/// How a symbol is named at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// By its name.
    Name,
    /// By its name as the base of a FROM, where BuildKit knows stages in lower case only.
    BaseName,
    /// By a stage's index.
    Index,
    /// By a FROM whose base holds variables: `FROM base-$VARIANT`.
    Expansion,
    /// By the FROM keyword that begins a stage without a name.
    Keyword,
}

/// A place that names a symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    /// The place.
    pub range: TextRange,
    /// Whether the symbol is defined here.
    pub is_definition: bool,
    /// How it is named.
    pub form: Form,
}

/// The symbol whose name `offset` touches.
pub fn symbol_at(file: &SourceFile, offset: TextSize) -> Option<SymbolAt> {
    let dockerfile = file.dockerfile();
    // `FROM base-$VARIANT`: on the variable it is the variable.
    variable_at(dockerfile, offset)
        .or_else(|| stage_at(dockerfile, offset))
        .or_else(|| heredoc_at(file, offset))
        .or_else(|| account_at(dockerfile, offset).map(account_symbol))
}

/// Every place that names a symbol, in order of the text.
pub fn occurrences(file: &SourceFile, id: SymbolId) -> Vec<Occurrence> {
    let dockerfile = file.dockerfile();
    in_order(match id {
        SymbolId::Stage(stage) => stage_occurrences(dockerfile, stage),
        SymbolId::Var(def) => variable_occurrences(dockerfile, def),
        SymbolId::OutsideVar(index) => outside_occurrences(dockerfile, index),
        SymbolId::Heredoc(id, index) => heredoc_occurrences(file, dockerfile.instruction(id), index),
        SymbolId::Account(at) => account_occurrences(dockerfile, at),
    })
}

/// Every place that names what stands at `offset`, in order of the text: a symbol, an image or build context, which
/// is defined outside of the file, or a path in a stage.
pub(super) fn places_at(file: &SourceFile, offset: TextSize) -> Vec<Occurrence> {
    if let Some(symbol) = symbol_at(file, offset) {
        return occurrences(file, symbol.id);
    }
    let external = external_places(file.dockerfile(), offset);
    if external.is_empty() { in_order(path_places(file, offset)) } else { external }
}

/// Places in order of the text, each once.
fn in_order(mut places: Vec<Occurrence>) -> Vec<Occurrence> {
    places.sort_by_key(|it| (it.range.start(), it.range.end(), !it.is_definition));
    places.dedup_by_key(|it| it.range);
    places
}

fn external_places(dockerfile: &Dockerfile, offset: TextSize) -> Vec<Occurrence> {
    let is_external = |it: &&StageRef| matches!(it.target, RefTarget::External(_));
    let Some(asked) = stage_ref_at(dockerfile, offset).filter(is_external) else { return Vec::new() };
    let same: Vec<&StageRef> =
        dockerfile.refs.iter().filter(is_external).filter(|it| it.text == asked.text).collect();
    // The base of one stage alone has no other place to show.
    if asked.kind == StageRefKind::From && same.len() == 1 {
        return Vec::new();
    }
    let place = |it: &StageRef| Occurrence { range: it.range, is_definition: false, form: Form::Name };
    same.into_iter().map(place).collect()
}

/// The word that stands for a stage: its name, else the keyword of its FROM.
pub(super) fn stage_word(dockerfile: &Dockerfile, stage: StageId) -> TextRange {
    let stage = dockerfile.stage(stage);
    match &stage.name {
        Some(name) => name.range,
        None => dockerfile.instruction(stage.from).keyword_range(),
    }
}

/// The stage reference that `offset` touches.
pub(super) fn stage_ref_at(dockerfile: &Dockerfile, offset: TextSize) -> Option<&StageRef> {
    dockerfile.refs.iter().find(|it| it.range.contains_inclusive(offset))
}

/// The use of a variable whose `$`, brace or name `offset` touches; not its default.
pub(super) fn var_ref_at(dockerfile: &Dockerfile, offset: TextSize) -> Option<(usize, &VarRef)> {
    let uses = dockerfile.scopes().refs.iter().enumerate();
    let touching = uses.filter(|(_, it)| it.whole.start() <= offset && offset <= it.range.end());
    touching.max_by_key(|(_, it)| it.whole.start())
}

/// The definition that a use sees in this file.
pub(super) fn seen_definition<'a>(dockerfile: &'a Dockerfile, var: &VarRef) -> Option<&'a VarDef> {
    match var.target {
        ResolvedVar::Def(id) => Some(dockerfile.scopes().def(id)),
        ResolvedVar::Predefined | ResolvedVar::Unknown => None,
    }
}

fn stage_at(dockerfile: &Dockerfile, offset: TextSize) -> Option<SymbolAt> {
    let instruction = dockerfile.instruction_at(offset)?;
    let stage = dockerfile.stage_of(instruction.id)?;
    if stage.from == instruction.id {
        let range = stage_word(dockerfile, stage.id);
        if range.contains_inclusive(offset) {
            return Some(SymbolAt { id: SymbolId::Stage(stage.id), range });
        }
    }
    let reference = stage_ref_at(dockerfile, offset)?;
    let stage = reference.target.stage()?;
    Some(SymbolAt { id: SymbolId::Stage(stage), range: reference.range })
}

fn stage_occurrences(dockerfile: &Dockerfile, id: StageId) -> Vec<Occurrence> {
    let form = if dockerfile.stage(id).name.is_some() { Form::Name } else { Form::Keyword };
    let definition = Occurrence { range: stage_word(dockerfile, id), is_definition: true, form };
    let references = dockerfile.references_to(id).map(|it| Occurrence {
        range: it.range,
        is_definition: false,
        form: reference_form(it),
    });
    std::iter::once(definition).chain(references).collect()
}

fn reference_form(reference: &StageRef) -> Form {
    if reference.numeric {
        return Form::Index;
    }
    match reference.kind {
        StageRefKind::From if reference.text.contains('$') => Form::Expansion,
        StageRefKind::From => Form::BaseName,
        StageRefKind::CopyFrom | StageRefKind::MountFrom => Form::Name,
    }
}

fn variable_at(dockerfile: &Dockerfile, offset: TextSize) -> Option<SymbolAt> {
    if let Some(def) = dockerfile.scopes().def_at(offset) {
        return Some(SymbolAt { id: SymbolId::Var(def.id), range: def.name_range });
    }
    let (index, var) = var_ref_at(dockerfile, offset)?;
    let id = match seen_definition(dockerfile, var) {
        Some(def) => SymbolId::Var(def.id),
        None => SymbolId::OutsideVar(u32::try_from(index).ok()?),
    };
    Some(SymbolAt { id, range: var.range })
}

fn variable_occurrences(dockerfile: &Dockerfile, id: VarDefId) -> Vec<Occurrence> {
    let group = VariableGroup::of(dockerfile, id);
    let definitions = group.defs.iter().map(|&id| Occurrence {
        range: dockerfile.scopes().def(id).name_range,
        is_definition: true,
        form: Form::Name,
    });
    let uses = group.uses(dockerfile).map(|var| Occurrence {
        range: var.range,
        is_definition: false,
        form: Form::Name,
    });
    definitions.chain(uses).collect()
}

fn outside_occurrences(dockerfile: &Dockerfile, index: u32) -> Vec<Occurrence> {
    let Some(asked) = dockerfile.scopes().refs.get(index as usize) else { return Vec::new() };
    let uses = dockerfile.scopes().refs.iter();
    let same = uses.filter(|it| {
        it.name == asked.name && it.stage == asked.stage && !matches!(it.target, ResolvedVar::Def(_))
    });
    same.map(|it| Occurrence { range: it.range, is_definition: false, form: Form::Name }).collect()
}

fn account_symbol(account: Account) -> SymbolAt {
    SymbolAt { id: SymbolId::Account(account.range.start()), range: account.range }
}

fn account_occurrences(dockerfile: &Dockerfile, at: TextSize) -> Vec<Occurrence> {
    let Some(asked) = accounts::account_at(dockerfile, at) else { return Vec::new() };
    let place =
        |it: Account| Occurrence { range: it.range, is_definition: it.made.is_some(), form: Form::Name };
    accounts::same(dockerfile, &asked).into_iter().map(place).collect()
}

fn heredoc_at(file: &SourceFile, offset: TextSize) -> Option<SymbolAt> {
    let instruction = file.dockerfile().instruction_at(offset)?;
    let count = u32::try_from(instruction.data.heredocs.len()).ok()?;
    (0..count).find_map(|index| {
        let names = heredoc_occurrences(file, instruction, index);
        let touched = names.iter().find(|it| it.range.contains_inclusive(offset))?;
        Some(SymbolAt { id: SymbolId::Heredoc(instruction.id, index), range: touched.range })
    })
}

/// A heredoc's name where it is announced and where it ends. None where quotes or continuations stand
/// in the middle of the name.
fn heredoc_occurrences(file: &SourceFile, instruction: Instruction<'_>, index: u32) -> Vec<Occurrence> {
    let Some(heredoc) = instruction.data.heredocs.get(index as usize) else { return Vec::new() };
    let places = std::iter::once((heredoc.redirect, true)).chain(heredoc.terminator.map(|it| (it, false)));
    let found: Option<Vec<Occurrence>> = places
        .map(|(place, is_definition)| {
            let place = instruction.abs(place);
            let at = TextSize::try_from(file.text().slice(place).rfind(&heredoc.name)?).ok()?;
            let range = TextRange::at(place.start() + at, TextSize::of(heredoc.name.as_str()));
            Some(Occurrence { range, is_definition, form: Form::Name })
        })
        .collect();
    found.unwrap_or_default()
}

/// The definitions of one variable: see the head of this file.
pub(super) struct VariableGroup<'a> {
    /// The variable's name.
    pub(super) name: &'a str,
    /// Its definitions, in order of the text.
    pub(super) defs: Vec<VarDefId>,
}

impl<'a> VariableGroup<'a> {
    /// The variable that a definition belongs to. Looks at each definition and each stage once.
    pub(super) fn of(dockerfile: &'a Dockerfile, id: VarDefId) -> Self {
        let asked = dockerfile.scopes().def(id);
        let namesakes = dockerfile.scopes().defs.iter().filter(|def| def.name == asked.name);
        let mut groups = Groups::default();
        for (is_env, defs) in split_by_kind(namesakes) {
            let everywhere = defs.iter().any(|def| def.kind == VarDefKind::GlobalArg);
            let roots = RootStages::of(dockerfile, &defs);
            for def in defs {
                let root = if everywhere { None } else { roots.root(def.stage) };
                groups.add(def.id, (is_env, root));
            }
            for &(a, b) in &roots.joined {
                groups.join_keys((is_env, Some(a)), (is_env, Some(b)));
            }
        }
        // `ARG A` without a value behind `ENV A=1` goes on with that value.
        let defs = groups.ids().map(|id| dockerfile.scopes().def(id));
        let links: Vec<_> = defs.filter_map(|def| Some((def.id, def.redeclares?))).collect();
        for (def, before) in links {
            groups.join(def, before);
        }
        Self { name: &asked.name, defs: groups.with(id) }
    }

    /// The uses that see one of the definitions.
    pub(super) fn uses(&self, dockerfile: &'a Dockerfile) -> impl Iterator<Item = &'a VarRef> {
        let defs: FxHashSet<VarDefId> = self.defs.iter().copied().collect();
        let name = self.name;
        let uses = dockerfile.scopes().refs.iter().filter(move |it| it.name == name);
        uses.filter(move |it| matches!(it.target, ResolvedVar::Def(id) if defs.contains(&id)))
    }
}

/// Definitions, ARGs apart from ENVs.
fn split_by_kind<'a>(defs: impl Iterator<Item = &'a VarDef>) -> [(bool, Vec<&'a VarDef>); 2] {
    let (envs, args) = defs.partition(|def| def.kind == VarDefKind::Env);
    [(false, args), (true, envs)]
}

/// What brings definitions together: the kind, and the stage that their stages inherit from.
type GroupKey = (bool, Option<StageId>);

/// Definitions in groups; groups can be joined.
#[derive(Default)]
struct Groups {
    keys: FxHashMap<VarDefId, GroupKey>,
    joined: FxHashMap<GroupKey, GroupKey>,
}

impl Groups {
    fn add(&mut self, id: VarDefId, key: GroupKey) {
        self.keys.insert(id, key);
    }

    fn ids(&self) -> impl Iterator<Item = VarDefId> {
        self.keys.keys().copied()
    }

    fn join(&mut self, a: VarDefId, b: VarDefId) {
        if let (Some(&a), Some(&b)) = (self.keys.get(&a), self.keys.get(&b)) {
            self.join_keys(a, b);
        }
    }

    fn join_keys(&mut self, a: GroupKey, b: GroupKey) {
        let (a, b) = (self.joint(a), self.joint(b));
        if a != b {
            self.joined.insert(a, b);
        }
    }

    /// The group of a definition, after all joins.
    fn find(&mut self, id: VarDefId) -> Option<GroupKey> {
        let key = *self.keys.get(&id)?;
        Some(self.joint(key))
    }

    fn joint(&mut self, first: GroupKey) -> GroupKey {
        let mut key = first;
        while let Some(&next) = self.joined.get(&key) {
            key = next;
        }
        if first != key {
            self.joined.insert(first, key);
        }
        key
    }

    /// The definitions in the group of `id`, in order of the text.
    fn with(mut self, id: VarDefId) -> Vec<VarDefId> {
        let Some(key) = self.find(id) else { return vec![id] };
        let mut ids: Vec<VarDefId> = self.ids().collect();
        ids.retain(|&it| self.find(it) == Some(key));
        ids.sort_unstable();
        ids
    }
}

/// For each stage the first stage, down its chain of bases, that defines some variable: stages with
/// the same one share it.
struct RootStages {
    roots: Vec<Option<StageId>>,
    /// Roots that stand in for each other: both can be what `FROM base-$VARIANT` is built from.
    joined: Vec<(StageId, StageId)>,
}

impl RootStages {
    fn of(dockerfile: &Dockerfile, defs: &[&VarDef]) -> Self {
        let defining: FxHashSet<StageId> = defs.iter().filter_map(|def| def.stage).collect();
        let mut found = Self { roots: Vec::with_capacity(dockerfile.stages.len()), joined: Vec::new() };
        let mut left = MOST_TRIED;
        for (stage, base) in dockerfile.stages.iter().zip(bases(&dockerfile.stages)) {
            // A base is an earlier stage, so its answer is known.
            let inherited = base.and_then(|base| found.roots.get(base).copied().flatten());
            if let (Base::Unresolved, Some(inherited)) = (&stage.base, inherited) {
                found.join_open_base(dockerfile, stage, inherited, &mut left);
            }
            found.roots.push(inherited.or(defining.contains(&stage.id).then_some(stage.id)));
        }
        found
    }

    /// The stages that a base with variables can be are one from here on.
    fn join_open_base(&mut self, dockerfile: &Dockerfile, stage: &Stage, root: StageId, left: &mut usize) {
        let Some(open) = OpenBase::of(stage).filter(|it| stage.base_word.is_some() && !it.is_anything())
        else {
            return;
        };
        let earlier = &dockerfile.stages[..self.roots.len()];
        let tried = earlier.iter().take(*left).inspect(|_| *left -= 1);
        let bases = tried.filter(|earlier| open.may_be(earlier));
        let roots = bases.filter_map(|base| self.roots.get(base.id.index()).copied().flatten());
        self.joined.extend(roots.map(|other| (root, other)));
    }

    fn root(&self, stage: Option<StageId>) -> Option<StageId> {
        self.roots.get(stage?.index()).copied().flatten()
    }
}
