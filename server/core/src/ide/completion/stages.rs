//! Stages by name and by index: those that stand above, as BuildKit looks for no others.

use super::{CompletionKind, List, Topic, images};
use crate::TextRange;
use crate::ide::markdown::one_line;
use crate::ide::place::{Typed, Word};
use crate::model::{Dockerfile, Stage, StageId};

/// What a FROM can begin with: an earlier stage, nothing at all, or an image.
pub(super) fn from(list: &mut List<'_>, typed: &Typed<'_>) {
    if !typed.words.is_empty() {
        return;
    }
    let replace = typed.word.until(|it| it == list.dockerfile().escape);
    // What holds one of these is the name of an image.
    if !typed.word.typed.contains([':', '/', '@']) {
        let before = before(list.dockerfile(), typed);
        names(list, &before, replace, true);
        let scratch = list.add(CompletionKind::Value, "scratch", replace);
        scratch.detail = "an empty base".to_owned();
    }
    images::images(list, &typed.word, replace);
}

/// What `COPY --from=` can name: a stage by name or index, or an image.
pub(super) fn copy_from(list: &mut List<'_>, typed: &Typed<'_>, word: &Word, replace: TextRange) {
    if !images::is_tag(word) {
        let before = before(list.dockerfile(), typed);
        names(list, &before, replace, false);
        indices(list, &before, replace);
    }
    images::images(list, word, replace);
}

/// What `from=` of a mount can name: a stage by name, or an image.
pub(super) fn mount_from(list: &mut List<'_>, typed: &Typed<'_>, word: &Word, replace: TextRange) {
    if !images::is_tag(word) {
        let before = before(list.dockerfile(), typed);
        names(list, &before, replace, false);
    }
    images::images(list, word, replace);
}

/// The stages that can be referred to in an instruction: those before its own, nearest first.
fn before<'a>(dockerfile: &'a Dockerfile, typed: &Typed<'_>) -> Vec<&'a Stage> {
    let own = dockerfile.stage_of(typed.instruction.id).map_or(StageId(0), |stage| stage.id);
    dockerfile.stages[..own.index().min(dockerfile.stages.len())].iter().rev().collect()
}

/// Stages by name. A FROM finds them in lower case only.
fn names(list: &mut List<'_>, stages: &[&Stage], replace: TextRange, lower: bool) {
    let mut seen = rustc_hash::FxHashSet::default();
    for stage in stages {
        let Some(name) = stage.name.as_ref().filter(|it| it.valid && seen.insert(it.lower.as_str())) else {
            continue;
        };
        let label = if lower { &name.lower } else { &name.written };
        add(list, stage, label, format!("stage {}, {}", stage.id.0, base_of(stage)), replace);
    }
}

/// Stages by index, the unnamed ones first.
fn indices(list: &mut List<'_>, stages: &[&Stage], replace: TextRange) {
    let (unnamed, named): (Vec<&Stage>, Vec<&Stage>) = stages.iter().partition(|stage| stage.name.is_none());
    for stage in unnamed.into_iter().chain(named) {
        let detail = match &stage.name {
            Some(name) => format!("stage {}, {}", name.written, base_of(stage)),
            None => format!("unnamed stage, {}", base_of(stage)),
        };
        add(list, stage, &stage.id.0.to_string(), detail, replace);
    }
}

fn add(list: &mut List<'_>, stage: &Stage, label: &str, detail: String, replace: TextRange) {
    let item = list.add(CompletionKind::Stage, label, replace);
    item.detail = detail;
    item.topic = Some(Topic::Stage(stage.id));
}

fn base_of(stage: &Stage) -> String {
    match &stage.base_word {
        Some((base, _)) => format!("from {}", one_line(base, 60)),
        None => "without a base".to_owned(),
    }
}
