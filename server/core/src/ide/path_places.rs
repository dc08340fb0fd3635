//! Every place of a path: the words that make it in a stage, and those that take it from there.
//!
//! `RUN go build -o /out/app` in one stage and `COPY --from=build /out/app` in another one are about the same file. What
//! a path stands for is what go to definition says of it: a word takes what it leads to.

use rustc_hash::FxHashSet;

use super::stage_path::{StagePath, Written, provenance, resolved, stage_path_at, written_in};
use super::symbol_at::{Form, Occurrence};
use crate::model::SourceFile;
use crate::model::files::{Kind, Made};
use crate::model::scope::bases;
use crate::syntax::Keyword;
use crate::{TextRange, TextSize};

/// How many things that stages hold are looked at: more than anyone writes.
const MOST_STEPS: usize = 1 << 20;

/// The places that make what the path at `offset` stands for, and those that take it. None where nothing takes it.
pub(super) fn path_places(file: &SourceFile, offset: TextSize) -> Vec<Occurrence> {
    let mut makers = made_at(file, offset);
    let asked = stage_path_at(file, offset);
    if let Some((_, answer)) = asked.and_then(|it| provenance(file, &it)) {
        makers.extend(answer.makers.into_iter().filter(Made::is_known));
    }
    let Taken { places, mut made } = taken(file, &makers);
    // What is copied on is a source there, whatever it makes.
    made.retain(|range| !places.contains(range));
    let occurrence = |range, is_definition| Occurrence { range, is_definition, form: Form::Name };
    let made = made.into_iter().map(|range| occurrence(range, true));
    made.chain(places.into_iter().map(|range| occurrence(range, false))).collect()
}

/// What the words at `offset` are known to make. For a whole command its first word stands, for a copy into a folder
/// its destination.
fn made_at(file: &SourceFile, offset: TextSize) -> Vec<Made<'_>> {
    let dockerfile = file.dockerfile();
    let Some(instruction) = dockerfile.instruction_at(offset) else { return Vec::new() };
    let Some(stage) = dockerfile.stage_of(instruction.id) else { return Vec::new() };
    let mut found: Vec<Made<'_>> = dockerfile.files(stage.id).made_by(instruction.id).collect();
    found.retain(|it| it.is_known() && it.kind != Kind::Gone);
    let copies = matches!(instruction.keyword(), Keyword::Copy | Keyword::Add);
    let to = instruction.data.arguments.words().last().filter(|_| copies);
    if to.is_some_and(|it| instruction.abs(it.range).contains_inclusive(offset)) {
        return found;
    }
    found.retain(|it| first_word(file, it.range).contains_inclusive(offset));
    let shortest = found.iter().map(|it| it.range.len()).min();
    found.retain(|it| Some(it.range.len()) == shortest);
    found
}

/// The first word of a range.
fn first_word(file: &SourceFile, range: TextRange) -> TextRange {
    let text = file.text().slice(range);
    let end = text.find(char::is_whitespace).and_then(|end| TextSize::try_from(end).ok());
    TextRange::at(range.start(), end.unwrap_or(range.len()))
}

/// What is taken of what some instructions make.
#[derive(Default)]
struct Taken {
    /// The words that take something.
    places: FxHashSet<TextRange>,
    /// The words that make it.
    made: FxHashSet<TextRange>,
}

fn taken(file: &SourceFile, makers: &[Made<'_>]) -> Taken {
    let dockerfile = file.dockerfile();
    let holders = holders(file, makers);
    let is_held = |it: &Written| it.place.stage().is_some_and(|stage| holders[stage.index()]);
    let mut steps = MOST_STEPS;
    let mut found = Taken::default();
    for stage in dockerfile.stages.iter().filter(|_| holders.contains(&true)) {
        let instructions = stage.instructions().map(|id| dockerfile.instruction(id));
        let written = instructions.flat_map(|it| written_in(file, it)).filter(is_held);
        for path in resolved(file, stage.id, written.collect()) {
            let made = made_for(file, &path, makers, &mut steps);
            if !made.is_empty() {
                found.places.insert(path.range);
                found.made.extend(made);
            }
        }
    }
    found
}

/// For each stage whether it holds something of what these make: it runs the instruction, or its base does.
fn holders(file: &SourceFile, makers: &[Made<'_>]) -> Vec<bool> {
    let stages = &file.dockerfile().stages;
    let mut holders = vec![false; stages.len()];
    for (at, base) in bases(stages).into_iter().enumerate() {
        let runs = makers.iter().any(|it| it.stage == stages[at].id);
        holders[at] = runs || base.is_some_and(|base| holders[base]);
    }
    holders
}

/// The words of those that make what a path stands for.
fn made_for(file: &SourceFile, path: &StagePath, makers: &[Made<'_>], steps: &mut usize) -> Vec<TextRange> {
    let stage = path.place.stage().filter(|_| makers.iter().any(|it| it.meets(&path.path)));
    let files = stage.map(|stage| file.dockerfile().files(stage));
    let Some((files, left)) = files.and_then(|it| Some((it, steps.checked_sub(it.count())?))) else {
        return Vec::new();
    };
    *steps = left;
    let found = files.find(&path.path, None).makers;
    let same =
        |a: &Made<'_>, b: &Made<'_>| (a.instruction, a.range, a.path) == (b.instruction, b.range, b.path);
    let of_these = found.iter().filter(|it| makers.iter().any(|maker| same(it, maker)));
    of_these.map(|it| it.range).collect()
}

#[cfg(test)]
mod tests {
    use dockstage_fixture::cursor;
    use expect_test::{Expect, expect};

    use super::*;
    use crate::ide::symbol_at::places_at;

    /// The text with `w[…]` around what makes the path, and `r[…]` around what takes it.
    fn check(fixture: &str, expected: Expect) {
        let (mut text, at) = cursor(fixture.trim_start());
        let file = SourceFile::new(&text);
        let places = places_at(&file, TextSize::try_from(at).unwrap());
        for place in places.iter().rev() {
            text.insert(place.range.end().into(), ']');
            text.insert_str(place.range.start().into(), if place.is_definition { "w[" } else { "r[" });
        }
        let shown: Vec<&str> = text.lines().filter(|it| it.contains("w[") || it.contains("r[")).collect();
        expected.assert_eq(&shown.join("\n"));
    }

    const FILE: &str = r#"
FROM golang:1.24 AS build
WORKDIR /src
COPY . .
RUN mkdir -p /out && go build -o /out/app . && cp LICENSE /out/
RUN cargo build --release
FROM build AS test
RUN --mount=from=build,source=/out/app,target=/app true
FROM alpine
ENV OUT=/out
COPY --from=build $OUT/app /usr/local/bin/
COPY --from=test /out/LICENSE /src/target/release/tool /src/README.md /
COPY --from=build /etc/passwd /etc/
ENTRYPOINT ["/usr/local/bin/app"]
"#;

    fn at(word: &str, expected: Expect) {
        assert_eq!(FILE.matches(&word.replace("<|>", "")).count(), 1);
        check(&FILE.replace(&word.replace("<|>", ""), word), expected);
    }

    #[test]
    fn from_what_makes_it() {
        at(
            "-o /out<|>/app",
            expect![[r#"
            RUN mkdir -p /out && go build -o w[/out/app] . && cp LICENSE /out/
            RUN --mount=from=build,source=r[/out/app],target=/app true
            COPY --from=build r[$OUT/app] /usr/local/bin/"#]],
        );
        at(
            "cp LIC<|>ENSE",
            expect![[r#"
            RUN mkdir -p /out && go build -o /out/app . && cp w[LICENSE] /out/
            COPY --from=test r[/out/LICENSE] /src/target/release/tool /src/README.md /"#]],
        );
        at(
            "$OUT/app /usr/local/<|>bin/",
            expect![[r#"
            COPY --from=build w[$OUT/app] /usr/local/bin/
            ENTRYPOINT [r["/usr/local/bin/app"]]"#]],
        );
    }

    #[test]
    fn from_what_takes_it() {
        at(
            "$OUT/a<|>pp",
            expect![[r#"
            RUN mkdir -p /out && go build -o w[/out/app] . && cp LICENSE /out/
            RUN --mount=from=build,source=r[/out/app],target=/app true
            COPY --from=build r[$OUT/app] /usr/local/bin/
            ENTRYPOINT [r["/usr/local/bin/app"]]"#]],
        );
        at(
            "test /out/<|>LICENSE",
            expect![[r#"
            RUN mkdir -p /out && go build -o /out/app . && cp w[LICENSE] /out/
            COPY --from=test r[/out/LICENSE] /src/target/release/tool /src/README.md /"#]],
        );
        at(
            "/src/READ<|>ME.md",
            expect![[r#"
            COPY w[.] .
            COPY --from=test /out/LICENSE /src/target/release/tool r[/src/README.md] /"#]],
        );
        at(
            "\"/usr/local/bin/a<|>pp\"",
            expect![[r#"
            COPY --from=build w[$OUT/app] /usr/local/bin/
            ENTRYPOINT [r["/usr/local/bin/app"]]"#]],
        );
    }

    #[test]
    fn a_command_stands_for_what_it_makes_by_convention() {
        at(
            "RUN car<|>go",
            expect![[r#"
            RUN w[cargo build --release]
            COPY --from=test /out/LICENSE r[/src/target/release/tool] /src/README.md /"#]],
        );
        at("RUN cargo bui<|>ld", expect![""]);
    }

    #[test]
    fn what_nothing_takes_has_no_places() {
        at("mkdir -p /o<|>ut", expect![""]);
        at("/etc/pass<|>wd", expect![""]);
        at("WORKDIR /s<|>rc", expect![""]);
    }

    #[test]
    fn what_a_base_makes_is_taken_from_all_that_are_built_from_it() {
        check(
            r"
FROM alpine AS base
COPY conf /e<|>tc/app
FROM base AS a
FROM a AS b
RUN rm -r /etc/app
FROM scratch
COPY --from=base /etc/app /1
COPY --from=a /etc/app /2
COPY --from=b /etc/app /3
",
            expect![[r#"
                COPY conf w[/etc/app]
                COPY --from=base r[/etc/app] /1
                COPY --from=a r[/etc/app] /2"#]],
        );
    }

    #[test]
    fn a_trigger_takes_and_makes_elsewhere() {
        check(
            r"
FROM alpine AS build
RUN touch /out/x<|>
FROM alpine AS base
ONBUILD COPY --from=build /out/x /y
FROM base AS next
FROM scratch
COPY --from=next /y /z
",
            expect![[r#"
                RUN touch w[/out/x]
                ONBUILD COPY --from=build r[/out/x] /y"#]],
        );
    }
}
