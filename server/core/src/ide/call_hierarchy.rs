//! Call hierarchy of stages: who takes from a stage, and what a stage needs.
//!
//! A call is a place that names a stage: FROM, `COPY --from`, `RUN --mount=from=`, also inside ONBUILD. The
//! caller is the stage that this place stands in. Images are what nothing here defines: an image has callers
//! and needs nothing, and stands at the first place that names it.

use rustc_hash::FxHashMap;

use super::symbol_at::{SymbolId, stage_ref_at, stage_word, symbol_at};
use super::symbols::stage_name;
use crate::model::{Dockerfile, RefTarget, SourceFile, Stage, StageId, StageRef, StageRefKind};
use crate::{TextRange, TextSize};

/// What finds an item again in a later text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Callable {
    /// A stage.
    Stage {
        /// Its name in lower case, if it has one.
        name: Option<String>,
        /// Its index: of several stages that fit, the nearest is meant.
        index: u32,
        /// Its base, which tells stages without a name apart.
        base: String,
    },
    /// An image, by its name with the defaults of variables put in.
    Image(String),
}

/// A stage or an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What finds it again.
    pub id: Callable,
    /// What to show.
    pub name: String,
    /// What to show beside it.
    pub detail: String,
    /// All of it; for an image the place that names it.
    pub range: TextRange,
    /// The word to go to, inside of `range`.
    pub focus: TextRange,
}

/// A stage or an image at the other end of some references.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Who takes, or what is taken from.
    pub item: Item,
    /// The references, in order of the text. They stand in the stage that takes.
    pub ranges: Vec<TextRange>,
}

/// The stage or image that is named at `offset`; on the other words of a FROM, the stage that it begins.
pub fn prepare(file: &SourceFile, offset: TextSize) -> Option<Item> {
    let dockerfile = file.dockerfile();
    if let Some(SymbolId::Stage(stage)) = symbol_at(file, offset).map(|it| it.id) {
        return Some(stage_item(dockerfile, dockerfile.stage(stage)));
    }
    if let Some(reference) = stage_ref_at(dockerfile, offset) {
        return callee(dockerfile, reference);
    }
    let instruction = dockerfile.instruction_at(offset)?;
    let stage = dockerfile.stage_of(instruction.id).filter(|stage| stage.from == instruction.id)?;
    Some(stage_item(dockerfile, stage))
}

/// The stages that take from an item, in order of the text.
pub fn incoming(file: &SourceFile, callable: &Callable) -> Vec<Call> {
    let dockerfile = file.dockerfile();
    let asked = match callable {
        Callable::Stage { .. } => find(dockerfile, callable).map(Asked::Stage),
        Callable::Image(name) => Some(Asked::Image(name)),
    };
    let Some(asked) = asked else { return Vec::new() };
    let takes = |it: &&StageRef| match asked {
        Asked::Stage(stage) => it.target.stage() == Some(stage),
        Asked::Image(name) => image(dockerfile, it) == Some(name),
    };
    // References are in order, and so are their stages.
    let references: Vec<&StageRef> = dockerfile.refs.iter().filter(takes).collect();
    let callers = references.chunk_by(|a, b| a.stage == b.stage);
    let calls = callers.map(|references| Call {
        item: stage_item(dockerfile, dockerfile.stage(references[0].stage)),
        ranges: references.iter().map(|it| it.range).collect(),
    });
    calls.collect()
}

/// What a stage needs, in order of first use. An image needs nothing.
pub fn outgoing(file: &SourceFile, callable: &Callable) -> Vec<Call> {
    let dockerfile = file.dockerfile();
    let Some(stage) = find(dockerfile, callable) else { return Vec::new() };
    let start = dockerfile.refs.partition_point(|it| it.stage < stage);
    let own = dockerfile.refs[start..].iter().take_while(|it| it.stage == stage);
    let mut calls: Vec<Call> = Vec::new();
    let mut known: FxHashMap<Callable, usize> = FxHashMap::default();
    for reference in own {
        let Some(item) = callee(dockerfile, reference) else { continue };
        let at = *known.entry(item.id.clone()).or_insert(calls.len());
        match calls.get_mut(at) {
            Some(call) => call.ranges.push(reference.range),
            None => calls.push(Call { item, ranges: vec![reference.range] }),
        }
    }
    calls
}

/// Whose callers are asked for.
#[derive(Clone, Copy)]
enum Asked<'a> {
    Stage(StageId),
    Image(&'a str),
}

/// The stage that an item stands for in this text.
fn find(dockerfile: &Dockerfile, callable: &Callable) -> Option<StageId> {
    let Callable::Stage { name, index, base } = callable else { return None };
    let fits = |stage: &&Stage| match (&stage.name, name) {
        (Some(own), Some(name)) => own.lower == *name,
        (None, None) => stage.base_text == *base,
        _ => false,
    };
    let found = dockerfile.stages.iter().filter(fits);
    found.min_by_key(|stage| stage.id.0.abs_diff(*index)).map(|stage| stage.id)
}

/// What a reference leads to.
fn callee(dockerfile: &Dockerfile, reference: &StageRef) -> Option<Item> {
    if let Some(stage) = reference.target.stage() {
        return Some(stage_item(dockerfile, dockerfile.stage(stage)));
    }
    let name = image(dockerfile, reference)?;
    Some(Item {
        id: Callable::Image(name.to_owned()),
        name: name.to_owned(),
        detail: "image".to_owned(),
        range: reference.range,
        focus: reference.range,
    })
}

/// The name of the image that a reference leads to, with the defaults of variables put in. What depends on the
/// build may be a stage, and `scratch` is nothing.
fn image<'a>(dockerfile: &'a Dockerfile, reference: &'a StageRef) -> Option<&'a str> {
    let RefTarget::External(_) = reference.target else { return None };
    let name = match reference.kind {
        StageRefKind::From => dockerfile.stage(reference.stage).base_text.as_str(),
        StageRefKind::CopyFrom | StageRefKind::MountFrom => reference.text.as_str(),
    };
    let is_nothing = name.is_empty() || (name == "scratch" && reference.kind == StageRefKind::From);
    (!is_nothing).then_some(name)
}

fn stage_item(dockerfile: &Dockerfile, stage: &Stage) -> Item {
    let focus = stage_word(dockerfile, stage.id);
    Item {
        id: Callable::Stage {
            name: stage.name.as_ref().map(|name| name.lower.clone()),
            index: stage.id.0,
            base: stage.base_text.clone(),
        },
        name: stage_name(stage),
        detail: stage.base_text.clone(),
        range: stage.range.cover(focus),
        focus,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    const TEXT: &str = r#"ARG GO=1.23
FROM golang:${GO} AS build
RUN go build
FROM alpine
COPY --from=build /a /a
COPY --from=Build /b /b
RUN --mount=type=bind,from=build,target=/b --mount=from=busybox,target=/c true
FROM build AS test
ONBUILD COPY --from=1 /a /a
FROM scratch
COPY --from=busybox /bin/sh /
COPY --from=build /a /
COPY --from=busybox /bin/ls /
"#;

    fn at(text: &str, word: &str) -> Option<Item> {
        let offset = text.find(word).expect("the word is there");
        prepare(&SourceFile::new(text), TextSize::try_from(offset).unwrap())
    }

    fn shown(file: &SourceFile, calls: &[Call]) -> String {
        let place = |range: TextRange| {
            let row = file.text().slice(TextRange::up_to(range.start())).matches('\n').count() + 1;
            format!("{row}:{}", file.text().slice(range))
        };
        let call = |call: &Call| {
            assert!(call.item.range.contains_range(call.item.focus));
            let ranges: Vec<String> = call.ranges.iter().map(|&it| place(it)).collect();
            let Item { name, detail, focus, .. } = &call.item;
            format!("{name} ({detail}) @ {} by {}\n", place(*focus), ranges.join(" "))
        };
        calls.iter().map(call).collect()
    }

    fn check(text: &str, word: &str, expected: &Expect) {
        let file = SourceFile::new(text);
        let item = at(text, word).expect("there is something");
        let (taken, needed) = (incoming(&file, &item.id), outgoing(&file, &item.id));
        let (taken, needed) = (shown(&file, &taken), shown(&file, &needed));
        expected.assert_eq(&format!("{}\nincoming:\n{taken}outgoing:\n{needed}", item.name));
    }

    #[test]
    fn a_stage_from_each_of_its_names() {
        let expected = expect![[r#"
            build
            incoming:
            stage 1 (alpine) @ 4:FROM by 5:build 6:Build 7:build
            test (build) @ 8:test by 8:build
            stage 3 (scratch) @ 10:FROM by 12:build
            outgoing:
            golang:1.23 (image) @ 2:golang:${GO} by 2:golang:${GO}
        "#]];
        for word in ["build\nRUN", "build /a", "Build", "build,", "build AS test", "AS build", "FROM golang"]
        {
            check(TEXT, word, &expected);
        }
    }

    #[test]
    fn a_stage_without_a_name_and_one_that_only_onbuild_takes_from() {
        check(
            TEXT,
            "FROM alpine",
            &expect![[r#"
                stage 1
                incoming:
                test (build) @ 8:test by 9:1
                outgoing:
                alpine (image) @ 4:alpine by 4:alpine
                build (golang:1.23) @ 2:build by 5:build 6:Build 7:build
                busybox (image) @ 7:busybox by 7:busybox
            "#]],
        );
        check(
            TEXT,
            "FROM scratch",
            &expect![[r#"
                stage 3
                incoming:
                outgoing:
                busybox (image) @ 11:busybox by 11:busybox 13:busybox
                build (golang:1.23) @ 2:build by 12:build
            "#]],
        );
    }

    #[test]
    fn an_image_has_callers_only() {
        check(
            TEXT,
            "busybox /bin/sh",
            &expect![[r#"
                busybox
                incoming:
                stage 1 (alpine) @ 4:FROM by 7:busybox
                stage 3 (scratch) @ 10:FROM by 11:busybox 13:busybox
                outgoing:
            "#]],
        );
    }

    #[test]
    fn a_stage_is_found_again_after_edits() {
        let file = SourceFile::new("FROM x AS first\nFROM alpine\nFROM busybox\nCOPY --from=1 /a /\n");
        let unnamed = Callable::Stage { name: None, index: 0, base: "alpine".to_owned() };
        let [call] = incoming(&file, &unnamed).try_into().expect("one stage");
        assert_eq!(call.item.name, "stage 2");
        let named = Callable::Stage { name: Some("first".to_owned()), index: 2, base: "y".to_owned() };
        assert_eq!(outgoing(&file, &named)[0].item.name, "x");
        let gone = Callable::Stage { name: Some("gone".to_owned()), index: 0, base: "x".to_owned() };
        assert_eq!((incoming(&file, &gone), outgoing(&file, &gone)), (Vec::new(), Vec::new()));
    }

    #[test]
    fn what_is_neither_stage_nor_image_has_no_hierarchy() {
        for word in ["go build", "/a /a", "ARG", "scratch"] {
            assert_eq!(at(TEXT, word), None, "{word}");
        }
        assert_eq!(at("FROM base-$TARGETARCH\n", "base"), None, "it may be a stage");
    }
}
