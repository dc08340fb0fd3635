//! What holds for every refactoring of stages: the text after it is as good as the one before, and what the last
//! stage runs is the same.

use proptest::prelude::*;

use super::*;
use crate::model::{Base, Dockerfile, RefTarget, StageId};
use crate::syntax::Keyword;

/// Names that nobody takes for a slip of each other.
const NAMES: [&str; 5] = ["tools", "server", "assets", "proofs", "worker"];

/// Instructions fit for any stage; they repeat on purpose, so that stages begin alike.
const BITS: [&str; 20] = [
    "RUN make",
    "RUN make",
    "# why\nRUN apk add git",
    "WORKDIR /app",
    "WORKDIR /app",
    "RUN mkdir -p /opt/tool && curl -fsSLo /opt/tool/x https://example.com/$V",
    "# the program\nRUN --mount=from=tools,target=/m go build -o app ./cmd",
    "COPY src /src",
    "COPY --from=0 /a /a",
    "COPY --from=1 /b /b",
    "COPY --from=2 /c /c",
    "COPY --from=server /d /d",
    "COPY --from=proofs /e /e",
    "RUN --mount=from=tools,target=/m ls",
    "ONBUILD COPY --from=0 /f /f",
    "ENV A=1 \\\n  # between\n  B=2",
    "ARG V",
    "CMD [\"a\"]",
    "ENTRYPOINT [\"b\"]",
    "RUN <<EOF\ncat\nEOF",
];

const BASES: [&str; 7] = ["alpine", "alpine", "golang", "scratch", "tools", "server", "assets"];

prop_compose! {
    fn dockerfile()(
        stages in prop::collection::vec(
            (prop::sample::select(&BASES[..]), any::<bool>(), prop::collection::vec(prop::sample::select(&BITS[..]), 0..5), any::<bool>()),
            1..6,
        ),
        crlf in any::<bool>(),
        newline in any::<bool>(),
    ) -> String {
        let mut text = "# syntax=docker/dockerfile:1\n".to_owned();
        for (index, (base, named, bits, blank)) in stages.into_iter().enumerate() {
            let name = if named { format!(" AS {}", NAMES[index]) } else { String::new() };
            text.push_str(&format!("{}FROM {base}{name}\n", if blank { "\n# a stage\n" } else { "" }));
            for bit in bits {
                text.push_str(bit);
                text.push('\n');
            }
        }
        let text = if newline { text } else { text.trim_end().to_owned() };
        if crlf { text.replace('\n', "\r\n") } else { text }
    }
}

/// What a stage does, from the bottom of its chain: bases by what they do themselves, and stages that are copied
/// from by what they do, so that no name and no index is in it.
fn story(file: &SourceFile, stage: StageId, depth: usize) -> String {
    let dockerfile = file.dockerfile();
    let found = dockerfile.stage(stage);
    let mut out = match &found.base {
        Base::Stage(base) => {
            let own = story(file, *base, depth);
            own + &triggers(file, *base, depth)
        }
        _ => format!("from {}\n", found.base_text),
    };
    for id in found.instructions().skip(1) {
        out.push_str(&instruction(file, id, depth));
    }
    out
}

/// The ONBUILDs of a base, as they run in a stage built from it.
fn triggers(file: &SourceFile, base: StageId, depth: usize) -> String {
    let instructions = file.dockerfile().stage(base).instructions();
    let onbuild = instructions.filter(|id| file.dockerfile().instruction(*id).keyword() == Keyword::Onbuild);
    onbuild.map(|id| instruction(file, id, depth)).collect()
}

fn instruction(file: &SourceFile, id: crate::model::InstructionId, depth: usize) -> String {
    let dockerfile = file.dockerfile();
    let instruction = dockerfile.instruction(id);
    let mut text = file.text().slice(instruction.range()).trim_end().replace("\r\n", "\n");
    let is_base = || {
        let own = dockerfile.stage_of(id).map(|it| it.id);
        dockerfile.stages.iter().any(|it| matches!(it.base, Base::Stage(base) if Some(base) == own))
    };
    for reference in dockerfile.refs_in(id) {
        let Some(target) = reference.target.stage().filter(|_| !reference.onbuild || is_base()) else {
            continue;
        };
        let told = match reference.target {
            RefTarget::Stage(_) if depth > 0 && !reference.onbuild => story(file, target, depth - 1),
            _ => "a stage".to_owned(),
        };
        text = text.replace(&format!("from={}", reference.text), &format!("from=({told})"));
    }
    text + "\n"
}

/// What the last stage is built from at the bottom.
fn bottom(file: &SourceFile) -> Option<String> {
    let dockerfile = file.dockerfile();
    let last = dockerfile.default_target()?;
    let chain = crate::model::state::base_chain(dockerfile, last.id);
    Some(dockerfile.stage(*chain.first()?).base_text.clone())
}

/// The instructions that a build runs, in their order, but for those that bind stages together.
fn reached(file: &SourceFile) -> Vec<String> {
    let dockerfile = file.dockerfile();
    let stages = dockerfile.stages.iter().filter(|it| dockerfile.graph.is_reached(it.id));
    let ids = stages.flat_map(|it| it.instructions().skip(1));
    let written = ids.map(|id| file.text().slice(dockerfile.instruction(id).range()).trim_end().to_owned());
    written.filter(|it| !it.to_lowercase().contains("copy --from=")).collect()
}

fn sound(dockerfile: &Dockerfile) -> bool {
    dockerfile.faults.is_empty() && dockerfile.instructions().all(|it| it.data.faults.is_empty())
}

fn codes(file: &Arc<SourceFile>) -> Vec<&'static str> {
    // A stage that nothing reaches is a hint of its own once it has a name.
    let settings = Settings { split_hint: false, unreachable_stages: false, ..Settings::default() };
    let analysis = Analysis::new(file.clone(), Arc::new(settings));
    let mut codes: Vec<_> = analysis.diagnostics().iter().map(|it| it.code).collect();
    codes.sort_unstable();
    codes
}

/// The codes of `after` that are not in `before`, each as often as there are more of it.
fn new_codes(before: &[&'static str], after: &[&'static str]) -> Vec<&'static str> {
    let mut left = before.to_vec();
    let is_new = |code: &&&str| match left.iter().position(|it| it == *code) {
        Some(at) => {
            left.swap_remove(at);
            false
        }
        None => true,
    };
    after.iter().filter(is_new).copied().collect()
}

fn lines(text: &str) -> Vec<&str> {
    let mut comments: Vec<&str> =
        text.lines().map(str::trim).filter(|line| line.starts_with("# ") && *line != "# between").collect();
    comments.sort_unstable();
    comments
}

fn holds(text: &str, range: TextRange) -> Result<usize, TestCaseError> {
    let file = Arc::new(SourceFile::new(text));
    let analysis = Analysis::new(file.clone(), Arc::default());
    let actions = analysis.code_actions(range);
    let ours = actions
        .iter()
        .filter(|it| it.kind != assists::ActionKind::QuickFix || it.title.starts_with("Move stage"));
    let mut count = 0;
    // What makes another image has a property of its own.
    let makes_another = ["Split", "Build the final", "Install Composer"];
    for action in ours.filter(|it| !makes_another.iter().any(|title| it.title.starts_with(title))) {
        count += 1;
        let change = action.change.as_ref().ok_or_else(|| TestCaseError::fail("no change"))?;
        let result = change.apply(text).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let after = Arc::new(SourceFile::new(&result));
        let shown = format!("{}:\n{text}\n=>\n{result}", action.title);
        prop_assert!(sound(after.dockerfile()), "{shown}");
        prop_assert_eq!(text.contains("\r\n"), result.contains("\r\n"), "{}", shown);
        prop_assert_eq!(
            result.matches("\r\n").count() * usize::from(text.contains("\r\n")),
            if text.contains("\r\n") { result.matches('\n').count() } else { 0 },
            "{}",
            shown
        );
        if !action.title.starts_with("Introduce") {
            prop_assert_eq!(lines(text), lines(&result), "{}", shown);
        }
        let is_move = action.title.starts_with("Move");
        let is_cut = action.title.starts_with("Extract");
        if is_cut {
            prop_assert_eq!(bottom(&file), bottom(&after), "{}", shown);
            prop_assert_eq!(reached(&file), reached(&after), "{}", shown);
        }
        if !is_move {
            let mut now = codes(&after);
            if is_cut {
                // What is wrong with a FROM is wrong with its copy.
                now.dedup();
            }
            prop_assert_eq!(new_codes(&codes(&file), &now), Vec::<&str>::new(), "{}", shown);
        }
        if !is_move && !is_cut {
            let last = |file: &SourceFile| file.dockerfile().default_target().map(|it| story(file, it.id, 3));
            prop_assert_eq!(last(&file), last(&after), "{}", shown);
        }
        let change = after.dockerfile().stages.len() as i64 - file.dockerfile().stages.len() as i64;
        let is_below_from = is_cut && result.matches(" AS base").count() == text.matches(" AS base").count();
        let expected = match action.title.split(' ').next() {
            Some("Extract") if !is_below_from => 2,
            Some("Extract") => 1,
            Some("Inline") => -1,
            Some("Introduce") => 1,
            _ => 0,
        };
        prop_assert_eq!(change, expected, "{}", shown);
    }
    Ok(count)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_refactoring_keeps_what_is_built(text in dockerfile()) {
        // At every FROM and every reference, and with every selection of instructions.
        let file = SourceFile::new(&text);
        let mut places: Vec<TextRange> =
            file.dockerfile().refs.iter().map(|it| TextRange::empty(it.range.start())).collect();
        places.dedup();
        for stage in &file.dockerfile().stages {
            let ranges: Vec<TextRange> =
                stage.instructions().skip(1).map(|id| file.dockerfile().instruction(id).range()).collect();
            let pairs = ranges.iter().enumerate().flat_map(|(at, from)| ranges[at..].iter().map(|to| from.cover(*to)));
            places.extend(pairs);
        }
        for range in places {
            holds(&text, range)?;
        }
    }
}

#[test]
fn every_refactoring_is_looked_at() {
    let texts = [
        "FROM a\nFROM b\nCOPY --from=0 / /\n",
        "FROM a AS x\nRUN 1\nFROM x\n",
        "FROM b\nCOPY --from=x / /\nFROM a AS x\n",
        "FROM a\nRUN 1\nFROM a\nRUN 1\n",
    ];
    for text in texts {
        let places = (0..text.len()).map(|at| TextRange::empty(TextSize::try_from(at).unwrap()));
        assert!(places.filter(|at| holds(text, *at).unwrap() > 0).count() > 0, "{text}");
    }
    let text = "FROM a\nRUN mkdir /x\n";
    assert_eq!(holds(text, TextRange::new(7.into(), 9.into())).unwrap(), 1);
}

#[test]
fn what_a_stage_needs_to_be_found_is_a_fix() {
    for (text, code, title) in [
        ("FROM b AS x\nCOPY --from=tool / /\nFROM a AS tool\n", "LaterStage", "Move stage `tool` above `x`"),
        (
            "FROM tool AS x\nFROM a AS tool\nFROM b\nCOPY --from=x / /\n",
            "LaterBase",
            "Move stage `tool` above `x`",
        ),
        (
            "FROM a\nFROM b\nRUN --mount=from=0,target=/x ls\nCOPY --from=0 / /\n",
            "UnknownStage",
            "Name stage 0 `builder`",
        ),
    ] {
        let file = Arc::new(SourceFile::new(text));
        let analysis = Analysis::new(file.clone(), Arc::default());
        let found = analysis.diagnostics().into_iter().find(|it| it.code == code).expect(text);
        let actions = analysis.code_actions(TextRange::empty(found.range.start()));
        let fix = actions
            .iter()
            .find(|it| it.diagnostic.as_ref().is_some_and(|it| it.range == found.range) && it.preferred);
        let Some(fix) = fix.filter(|it| it.title == title) else { panic!("no fix in {actions:?}") };
        let result = fix.change.as_ref().unwrap().apply(text).unwrap();
        assert!(!codes(&Arc::new(SourceFile::new(&result))).contains(&code), "{result}");
    }
}
