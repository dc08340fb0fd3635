//! Resolves stages and the references between them over the instructions of a file.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::args::Mount;
use super::dockerfile::{Comment, Dockerfile, Placed, SyntaxFault};
use super::global_args::GlobalArgs;
use super::graph::{ScratchMount, StageGraph};
use super::image_ref::ImageRef;
use super::instruction::{InstructionId, RawStageRef};
use super::stage::{Base, RefTarget, Stage, StageId, StageName, StageRef, StageRefKind};
use super::state::BuildArgs;
use crate::TextRange;
use crate::syntax::expansion::{Expander, expansions};
use crate::syntax::{Directive, Keyword, Spanned, casing};

/// Builds the model on lowered instructions.
pub(super) fn resolve(
    escape: char,
    directives: Vec<Directive>,
    comments: Vec<Comment>,
    placed: Vec<Placed>,
    faults: Vec<SyntaxFault>,
    build_args: &BuildArgs,
) -> Dockerfile {
    let mut stages = stages(&placed);
    let names = StageNames::of(&stages);
    let globals = GlobalArgs::of(&placed, escape, build_args);
    let refs = refs(&placed, &mut stages, &names, &globals, escape);
    let graph = StageGraph::build(&stages, &refs, &scratch_mounts(&placed, &stages, &names));
    Dockerfile {
        escape,
        build_args: build_args.to_vec(),
        directives,
        comments,
        placed,
        stages,
        refs,
        graph,
        scopes: OnceLock::new(),
        posix_shells: OnceLock::new(),
        files: OnceLock::new(),
        faults,
    }
}

/// The same file in a build with these arguments: a FROM can be built from something else.
pub(super) fn in_build(file: &Dockerfile, build_args: &BuildArgs) -> Dockerfile {
    let file = file.clone();
    resolve(file.escape, file.directives, file.comments, file.placed, file.faults, build_args)
}

fn stages(placed: &[Placed]) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    for (index, it) in placed.iter().enumerate() {
        let id = InstructionId(index as u32);
        let range = it.range();
        if it.keyword == Keyword::From {
            let words = it.data.arguments.words();
            let base_word = words.first().map(|base| (base.text.clone(), base.range.at(it.start)));
            stages.push(Stage {
                id: StageId(stages.len() as u32),
                from: id,
                end: id,
                name: stage_name(words, it),
                base: Base::Unresolved,
                base_text: base_word.as_ref().map(|it| it.0.clone()).unwrap_or_default(),
                base_word,
                platform: it.data.flag("platform").and_then(|it| it.value.as_ref()).map(|it| it.text.clone()),
                range,
            });
        }
        if let Some(stage) = stages.last_mut() {
            stage.end = InstructionId(index as u32 + 1);
            stage.range = TextRange::new(stage.range.start(), range.end());
        }
    }
    stages
}

fn stage_name(words: &[Spanned], placed: &Placed) -> Option<StageName> {
    let [_, keyword, name, ..] = words else { return None };
    if !casing::equals(&keyword.text, "as") {
        return None;
    }
    let lower = casing::lower(&name.text);
    let valid = is_valid_stage_name(&lower);
    Some(StageName { written: name.text.clone(), lower, range: name.range.at(placed.start), valid })
}

/// Whether BuildKit takes `name`, in lower case, as the name of a stage.
pub fn is_valid_stage_name(name: &str) -> bool {
    let mut chars = name.chars();
    let rest = |ch: char| ch.is_ascii_lowercase() || ch.is_ascii_digit() || matches!(ch, '-' | '_' | '.');
    chars.next().is_some_and(|ch| ch.is_ascii_lowercase()) && chars.all(rest)
}

/// Stages by name in lower case, each list in order.
struct StageNames(FxHashMap<String, Vec<StageId>>);

impl StageNames {
    fn of(stages: &[Stage]) -> Self {
        let mut names: FxHashMap<String, Vec<StageId>> = FxHashMap::default();
        for stage in stages {
            if let Some(name) = &stage.name {
                names.entry(name.lower.clone()).or_default().push(stage.id);
            }
        }
        Self(names)
    }

    /// What `FROM name` sees: the nearest stage before `stage`. The name has to be in lower case.
    fn nearest_before(&self, name: &str, stage: StageId) -> Option<StageId> {
        let ids = self.0.get(name)?;
        ids[..ids.partition_point(|id| *id < stage)].last().copied()
    }

    /// What `--from=name` sees: the last stage of that name in the whole file, in any case.
    fn last(&self, name: &str) -> Option<StageId> {
        let ids = self.0.get(name).or_else(|| self.0.get(&casing::lower(name)))?;
        ids.last().copied()
    }
}

fn refs(
    placed: &[Placed],
    stages: &mut [Stage],
    names: &StageNames,
    globals: &GlobalArgs,
    escape: char,
) -> Vec<StageRef> {
    let mut refs = Vec::new();
    // Many stages are built from the same image.
    let mut bases: FxHashMap<&str, Option<String>> = FxHashMap::default();
    let mut next = 0;
    for (index, it) in placed.iter().enumerate() {
        let id = InstructionId(index as u32);
        if stages.get(next).is_some_and(|stage| stage.from == id) {
            next += 1;
        }
        // Before the first FROM there is no stage to refer from.
        let Some(current) = next.checked_sub(1) else { continue };
        let stage = StageId(current as u32);
        if !it.marks.has_stage_refs {
            continue;
        }
        for raw in &it.data.stage_refs {
            let target = match raw.kind {
                StageRefKind::From => {
                    let value = bases.entry(&raw.word.text).or_insert_with_key(|word| globals.evaluate(word));
                    let value = value.clone();
                    let (base, target) = resolve_base(&raw.word.text, value.as_deref(), stage, names);
                    stages[current].base_text = value.unwrap_or_else(|| raw.word.text.clone());
                    stages[current].base = base;
                    target
                }
                StageRefKind::CopyFrom | StageRefKind::MountFrom => {
                    source_stage(raw, stage, stages.len(), names, escape)
                }
            };
            refs.push(StageRef {
                kind: raw.kind,
                onbuild: raw.onbuild,
                instruction: id,
                stage,
                text: raw.word.text.clone(),
                range: raw.word.range.at(it.start),
                numeric: raw.kind == StageRefKind::CopyFrom && stage_index(&raw.word.text).is_some(),
                target,
            });
        }
    }
    refs
}

/// Mounts without `from`. BuildKit looks for a stage `scratch` for them: where a file has one, they need it, even if
/// it is not what they mount.
fn scratch_mounts(placed: &[Placed], stages: &[Stage], names: &StageNames) -> Vec<ScratchMount> {
    let Some(scratch) = names.last("scratch") else { return Vec::new() };
    let mut found = Vec::new();
    for stage in stages {
        for it in &placed[stage.from.index() + 1..stage.end.index()] {
            let mut mounts = it.data.effective().flags.iter().filter_map(|flag| flag.mount.as_ref());
            let has_source = |mount: &Mount| mount.get(&["from"]).is_some_and(|from| from.has_value());
            if mounts.any(|mount| !has_source(mount)) {
                let onbuild = it.data.trigger.is_some();
                found.push(ScratchMount { stage: stage.id, scratch, onbuild });
            }
        }
    }
    found
}

fn resolve_base(written: &str, value: Option<&str>, stage: StageId, names: &StageNames) -> (Base, RefTarget) {
    let Some(value) = value.filter(|it| !it.is_empty()) else {
        return (Base::Unresolved, RefTarget::Unknown);
    };
    if let Some(base) = names.nearest_before(value, stage) {
        return (Base::Stage(base), RefTarget::Stage(base));
    }
    let image = ImageRef { written: written.to_owned(), ..ImageRef::parse(value) };
    let base = if value == "scratch" { Base::Scratch } else { Base::Image(image.clone()) };
    (base, RefTarget::External(image))
}

/// What `COPY --from` or a mount's `from` leads to. Inside ONBUILD it takes effect in a later stage, so
/// that a stage of the file is never too late there.
fn source_stage(
    raw: &RawStageRef,
    stage: StageId,
    count: usize,
    names: &StageNames,
    escape: char,
) -> RefTarget {
    let text = raw.word.text.as_str();
    if !expansions(text, Expander::Buildkit(escape)).is_empty() {
        return RefTarget::Variable;
    }
    let index = (raw.kind == StageRefKind::CopyFrom).then(|| stage_index(text)).flatten();
    let found = match index {
        Some(index) => match u32::try_from(index).ok().filter(|&it| (it as usize) < count) {
            Some(index) => Some(StageId(index)),
            None => return RefTarget::BadIndex(index),
        },
        None => names.last(text),
    };
    match found {
        None => RefTarget::External(ImageRef::parse(text)),
        Some(id) if raw.onbuild || id < stage => RefTarget::Stage(id),
        Some(id) if id == stage => RefTarget::SelfReference(id),
        Some(id) => RefTarget::LaterStage(id),
    }
}

/// A stage's index as BuildKit reads it: decimal, with an optional sign.
fn stage_index(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use crate::model::SourceFile;

    /// Each reference of a file: `text -> target`.
    fn resolved(text: &str) -> Vec<String> {
        let file = SourceFile::new(text);
        let refs = file.dockerfile().refs.iter();
        refs.map(|it| format!("{} -> {:?}", it.text, it.target))
            .map(|it| it.split(" { ").next().unwrap_or("").to_owned())
            .collect()
    }

    #[test]
    fn from_sees_earlier_stages_in_lower_case_only() {
        let text = "FROM alpine AS Build\nFROM build\nFROM Build\nFROM later\nFROM alpine AS later\n";
        assert_eq!(
            resolved(text),
            [
                "alpine -> External(ImageRef",
                "build -> Stage(StageId(0))",
                "Build -> External(ImageRef",
                "later -> External(ImageRef",
                "alpine -> External(ImageRef"
            ]
        );
    }

    #[test]
    fn copy_sees_every_stage_and_indices() {
        let text = "FROM a AS one\nFROM b AS two\nCOPY --from=ONE . .\nCOPY --from=0 . .\nCOPY --from=two . .\nCOPY --from=three . .\nCOPY --from=7 . .\nCOPY --from=$X . .\nFROM c AS three\n";
        assert_eq!(
            resolved(text)[2..],
            [
                "ONE -> Stage(StageId(0))",
                "0 -> Stage(StageId(0))",
                "two -> SelfReference(StageId(1))",
                "three -> LaterStage(StageId(2))",
                "7 -> BadIndex(7)",
                "$X -> Variable",
                "c -> External(ImageRef"
            ]
        );
    }

    #[test]
    fn mounts_take_names_only() {
        let text =
            "FROM a AS one\nFROM b\nRUN --mount=type=bind,from=one,target=/x --mount=from=0,target=/y ls\n";
        assert_eq!(resolved(text)[2..], ["one -> Stage(StageId(0))", "0 -> External(ImageRef"]);
    }

    #[test]
    fn a_base_may_come_from_a_global_arg() {
        let text = "ARG BASE=one\nFROM a AS one\nFROM ${BASE}\nFROM ${NONE}\n";
        assert_eq!(resolved(text)[1..], ["${BASE} -> Stage(StageId(0))", "${NONE} -> Unknown"]);
    }
}
