//! The target of the build, and which stages it takes.
//!
//! Without `--target`, `docker build --check` looks at every stage. With it, BuildKit reads the whole file
//! and every FROM, but goes through the instructions of those stages only that the target needs.

use std::borrow::Cow;

use super::commands::{Below, bases};
use super::globals::Globals;
use crate::analysis::Settings;
use crate::model::open_base::{MOST_TRIED, OpenBase};
use crate::model::{Base, Dockerfile, SourceFile, Stage, StageId};

/// The target that the settings name, if it is there; and for each stage whether the target needs it: this one, or
/// else the last stage.
pub fn target(file: &SourceFile, settings: &Settings) -> (Option<StageId>, Vec<bool>) {
    let dockerfile = file.dockerfile();
    let globals = Globals::of(dockerfile, settings);
    let bases = bases(dockerfile, &globals);
    let target = Target::of(dockerfile, settings, || &bases);
    (target.chosen, target.reached.into_owned())
}

/// What is built.
pub(super) struct Target<'a> {
    /// The stage that the settings name; none where they name none, or one that is not there.
    pub(super) chosen: Option<StageId>,
    reached: Cow<'a, [bool]>,
    /// The same without what a base with variables may be, but need not.
    certain: Cow<'a, [bool]>,
}

impl<'a> Target<'a> {
    /// The target that the settings name, and what it needs.
    pub(super) fn of<'b>(
        dockerfile: &'a Dockerfile,
        settings: &Settings,
        bases: impl FnOnce() -> &'b [Below],
    ) -> Self {
        let chosen = settings.target().and_then(|name| dockerfile.stage_named(name)).map(|stage| stage.id);
        let has_variables =
            |stage: &Stage| stage.base_word.as_ref().is_some_and(|(word, _)| word.contains('$'));
        let is_open = dockerfile.stages.iter().any(has_variables);
        let plain = || Cow::Borrowed(dockerfile.graph.reached.as_slice());
        let Some(target) = chosen.or(dockerfile.stages.last().map(|stage| stage.id)) else {
            return Self { chosen, reached: plain(), certain: plain() };
        };
        if chosen.is_none() && !is_open {
            return Self { chosen, reached: plain(), certain: plain() };
        }
        let bases = bases();
        let reached = match chosen {
            Some(target) => Cow::Owned(reached(dockerfile, bases, [target])),
            None => plain(),
        };
        Self { chosen, reached, certain: Cow::Owned(certain(dockerfile, bases, target)) }
    }

    /// Whether the target needs a stage in this build, whatever else it is given.
    pub(super) fn surely_needs(&self, stage: StageId) -> bool {
        self.certain.get(stage.index()).copied().unwrap_or(true)
    }

    /// Whether the target needs a stage: the one that is chosen, or else the last one.
    pub(super) fn needs(&self, stage: StageId) -> bool {
        self.reached.get(stage.index()).copied().unwrap_or(true)
    }

    /// Whether BuildKit goes through all of them.
    pub(super) fn looks_at_all(&self) -> bool {
        self.chosen.is_none()
    }

    /// Whether BuildKit goes through a stage's instructions.
    pub(super) fn looks_at(&self, stage: StageId) -> bool {
        self.looks_at_all() || self.needs(stage)
    }
}

/// For each stage, whether one of the targets needs it. What a base with variables can be counts, as far as the
/// build does not say which one it is.
pub(super) fn reached(
    dockerfile: &Dockerfile,
    bases: &[Below],
    targets: impl IntoIterator<Item = StageId>,
) -> Vec<bool> {
    let stages = &dockerfile.stages;
    let mut reached = vec![false; stages.len()];
    let mut left = MOST_TRIED;
    let mut waiting: Vec<StageId> = targets.into_iter().collect();
    while let Some(stage) = waiting.pop() {
        if std::mem::replace(&mut reached[stage.index()], true) {
            continue;
        }
        waiting.extend(dockerfile.graph.needs[stage.index()].iter().filter(|it| !reached[it.index()]));
        let Some(open) = OpenBase::of(&stages[stage.index()]) else { continue };
        match bases[stage.index()] {
            Below::Stage(base) => {
                waiting.push(base);
                waiting.extend(triggered(dockerfile, base));
            }
            Below::Open => {
                // With more stages than anyone writes, say everything.
                let Some(rest) = left.checked_sub(stage.index()) else { return vec![true; stages.len()] };
                left = rest;
                let earlier = stages[..stage.index()].iter();
                waiting
                    .extend(earlier.filter(|it| !reached[it.id.index()] && open.may_be(it)).map(|it| it.id));
            }
            Below::Known | Below::Image => {}
        }
    }
    reached
}

/// For each stage, whether the target needs it for certain.
fn certain(dockerfile: &Dockerfile, bases: &[Below], target: StageId) -> Vec<bool> {
    let mut reached = vec![false; dockerfile.stages.len()];
    let mut waiting = vec![target];
    while let Some(id) = waiting.pop() {
        if std::mem::replace(&mut reached[id.index()], true) {
            continue;
        }
        // What a base with variables is without build arguments does not count.
        let guessed = match dockerfile.stage(id).base {
            Base::Stage(base) => Some(base),
            _ => None,
        };
        waiting.extend(dockerfile.graph.needs[id.index()].iter().filter(|it| Some(**it) != guessed));
        if let Below::Stage(base) = bases[id.index()] {
            waiting.push(base);
            waiting.extend(triggered(dockerfile, base));
        }
    }
    reached
}

/// The stages that the ONBUILDs of a stage name: whoever is built from it needs them.
fn triggered(dockerfile: &Dockerfile, stage: StageId) -> impl Iterator<Item = StageId> + '_ {
    // References are in order, and so are their stages.
    let start = dockerfile.refs.partition_point(|it| it.stage < stage);
    let own = dockerfile.refs[start..].iter().take_while(move |it| it.stage == stage);
    own.filter(|it| it.onbuild).filter_map(|it| it.target.stage())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::commands::bases;
    use crate::lint::globals::Globals;
    use crate::model::SourceFile;

    /// The stages that are looked at, by index.
    fn looked_at(text: &str, target: &str, args: &[(&str, &str)]) -> Vec<u32> {
        let file = SourceFile::new(text);
        let dockerfile = file.dockerfile();
        let settings = Settings {
            target: Some(target.to_owned()),
            build_args: args.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            ..Settings::default()
        };
        let globals = Globals::of(dockerfile, &settings);
        let bases = bases(dockerfile, &globals);
        let target = Target::of(dockerfile, &settings, || &bases);
        let stages = dockerfile.stages.iter().map(|stage| stage.id);
        stages.filter(|&id| target.looks_at(id)).map(|id| id.0).collect()
    }

    #[test]
    fn what_a_base_with_variables_may_be_is_not_certain() {
        let sure = |text: &str, settings: &Settings| -> Vec<u32> {
            let file = SourceFile::new(text);
            let globals = Globals::of(file.dockerfile(), settings);
            let bases = bases(file.dockerfile(), &globals);
            let target = Target::of(file.dockerfile(), settings, || &bases);
            let ids = file.dockerfile().stages.iter().map(|stage| stage.id);
            ids.filter(|&id| target.surely_needs(id)).map(|id| id.0).collect()
        };
        let open = Settings::default();
        let plain = Settings { assume_empty_base: true, ..Settings::default() };
        let text = "ARG A\nFROM x AS a\nFROM a AS b\nFROM ${A:-b}\n";
        assert_eq!(sure(text, &open), [2]);
        assert_eq!(sure(text, &plain), [0, 1, 2]);
        assert_eq!(sure("FROM x AS a\nFROM ${A-e}\n", &open), [1]);
    }

    #[test]
    fn a_target_takes_what_it_needs() {
        let text = "FROM a AS one\nFROM one AS two\nFROM b AS three\nCOPY --from=one / /\nFROM three\n";
        assert_eq!(looked_at(text, "Two", &[]), [0, 1]);
        assert_eq!(looked_at(text, "three", &[]), [0, 2]);
        assert_eq!(looked_at(text, "one", &[]), [0]);
        for none in ["four", "3", ""] {
            assert_eq!(looked_at(text, none, &[]), [0, 1, 2, 3], "{none:?} is no stage");
        }
    }

    #[test]
    fn of_two_stages_with_a_name_it_is_the_last_one() {
        assert_eq!(looked_at("FROM a AS x\nFROM b AS x\nFROM c\n", "x", &[]), [1]);
    }

    #[test]
    fn a_base_with_variables() {
        let text = "\
ARG V
FROM a AS tools
FROM a AS base-slim
ONBUILD COPY --from=tools / /
FROM a AS base-full
FROM base-$V AS final
";
        assert_eq!(looked_at(text, "final", &[]), [1, 2, 3]);
        assert_eq!(looked_at(text, "final", &[("V", "full")]), [2, 3]);
        assert_eq!(looked_at(text, "final", &[("V", "slim")]), [0, 1, 3]);
        assert_eq!(looked_at(text, "final", &[("V", "x")]), [3]);
    }
}
