//! Stages that no build takes, as far as anybody can tell: the hint on them and the colour of their names ask here.
//!
//! A build takes what its target needs: the last stage, or the one that the settings name, and every stage that a file
//! of Compose, of Bake or of a CI builds by its name. A stage that is only missed because its name is misspelt
//! somewhere counts as taken: that has a diagnostic of its own.

use rustc_hash::FxHashSet;

use super::commands::{Below, bases};
use super::globals::Globals;
use super::rules::unknown_stage;
use super::target::{Target, reached};
use crate::analysis::Settings;
use crate::model::{Dockerfile, RefTarget, SourceFile, StageId, StageRef};
use crate::workspace::BuiltTarget;

/// For each stage whether no build takes it.
pub fn unused_stages(file: &SourceFile, settings: &Settings, built: &[BuiltTarget]) -> Vec<bool> {
    let dockerfile = file.dockerfile();
    let globals = Globals::of(dockerfile, settings);
    let bases = bases(dockerfile, &globals);
    let target = Target::of(dockerfile, settings, || &bases);
    unused(dockerfile, &target, built, || &bases)
}

/// The same where the target is known.
pub(super) fn unused<'b>(
    dockerfile: &Dockerfile,
    target: &Target<'_>,
    built: &[BuiltTarget],
    bases: impl FnOnce() -> &'b [Below],
) -> Vec<bool> {
    let mut taken: Vec<bool> = dockerfile.stages.iter().map(|stage| target.needs(stage.id)).collect();
    if taken.iter().all(|&it| it) {
        return vec![false; taken.len()];
    }
    let also: FxHashSet<StageId> =
        built.iter().filter_map(|it| dockerfile.stage_named(&it.stage)).map(|it| it.id).collect();
    if !also.is_empty() {
        let also = reached(dockerfile, bases(), also);
        taken.iter_mut().zip(also).for_each(|(taken, also)| *taken |= also);
    }
    take_what_is_missed(dockerfile, &mut taken);
    taken.into_iter().map(|it| !it).collect()
}

/// Adds the stages that a build would take, were it not for a misspelt name.
fn take_what_is_missed(dockerfile: &Dockerfile, taken: &mut [bool]) {
    let stages = dockerfile.stages.iter().map(|stage| stage.id);
    let mut waiting: Vec<StageId> = stages.filter(|id| taken[id.index()]).collect();
    while let Some(id) = waiting.pop() {
        let refs = refs_of(dockerfile, id).iter().filter(|it| matches!(it.target, RefTarget::External(_)));
        let meant = refs.filter_map(|reference| unknown_stage::meant(dockerfile, reference));
        let needs = dockerfile.graph.needs.get(id.index()).into_iter().flatten().copied();
        for next in meant.chain(needs) {
            if !std::mem::replace(&mut taken[next.index()], true) {
                waiting.push(next);
            }
        }
    }
}

/// The references that stand in a stage.
fn refs_of(dockerfile: &Dockerfile, id: StageId) -> &[StageRef] {
    let start = dockerfile.refs.partition_point(|it| it.stage < id);
    let end = dockerfile.refs.partition_point(|it| it.stage <= id);
    dockerfile.refs.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The labels of the stages that no build takes.
    fn check(text: &str, target: Option<&str>, built: &[&str]) -> String {
        let file = SourceFile::new(text);
        let settings = Settings { target: target.map(str::to_owned), ..Settings::default() };
        let built = built.iter().map(|it| BuiltTarget {
            stage: (*it).to_owned(),
            file: String::new(),
            who: String::new(),
        });
        let unused = unused_stages(&file, &settings, &built.collect::<Vec<_>>());
        let stages = file.dockerfile().stages.iter().filter(|stage| unused[stage.id.index()]);
        stages.map(|stage| stage.label()).collect::<Vec<_>>().join(" ")
    }

    const TEXT: &str = "FROM a AS base\nFROM a AS tools\nFROM base AS test\nCOPY --from=tools /a /a\nFROM a AS lint\nFROM base AS final\n";

    #[test]
    fn every_target_that_is_built_takes_its_stages() {
        assert_eq!(check(TEXT, None, &[]), "tools test lint");
        assert_eq!(check(TEXT, None, &["Test"]), "lint");
        assert_eq!(check(TEXT, None, &["test", "lint"]), "");
        assert_eq!(check(TEXT, None, &["nothing"]), "tools test lint");
        assert_eq!(check(TEXT, Some("lint"), &[]), "base tools test final");
        assert_eq!(check(TEXT, Some("lint"), &["test"]), "final");
    }

    #[test]
    fn what_a_misspelt_name_means_is_taken() {
        assert_eq!(check("FROM a AS builder\nFROM a\nCOPY --from=bulider /a /a\n", None, &[]), "");
    }
}
