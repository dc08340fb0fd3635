//! What the tests of refactorings share.

use dockstage_fixture::{cursor, selection};
use expect_test::Expect;

use super::stages::Assist;
use crate::model::SourceFile;
use crate::{TextRange, TextSize};

/// What a refactoring makes of a fixture with a cursor or a selection: its title and the text after it.
fn run(assist: Assist, fixture: &str) -> Option<String> {
    let (text, range) = match fixture.matches("<|>").count() {
        2 => selection(fixture),
        _ => {
            let (text, cursor) = cursor(fixture);
            (text, cursor..cursor)
        }
    };
    let size = |at| TextSize::try_from(at).unwrap();
    let range = TextRange::new(size(range.start), size(range.end));
    let action = assist(&SourceFile::new(&text), range)?;
    let after = action.change.unwrap().apply(&text).unwrap();
    // What stands in a file of Rust has no such line ends.
    let after = after.replace('\r', "\\r");
    let notes: String = action.notes.iter().map(|note| format!("({note})\n")).collect();
    Some(format!("{}:\n{notes}{after}", action.title))
}

/// Checks what a refactoring makes of a fixture with a cursor or a selection.
#[track_caller]
pub(super) fn check(assist: Assist, fixture: &str, expected: &Expect) {
    let Some(shown) = run(assist, fixture) else { panic!("not offered in:\n{fixture}") };
    expected.assert_eq(&shown);
}

/// Checks that a refactoring is not offered.
#[track_caller]
pub(super) fn is_not_offered(assist: Assist, fixture: &str) {
    assert_eq!(run(assist, fixture), None, "offered in:\n{fixture}");
}

/// Checks that a refactoring makes the second Dockerfile of its module's documentation of the first one.
#[track_caller]
pub(super) fn documented(source: &str, assist: Assist) {
    let docs: String = source
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .map(|it| format!("{}\n", it.trim()))
        .collect();
    let blocks: Vec<&str> =
        docs.split("```").skip(1).step_by(2).filter_map(|it| it.strip_prefix("dockerfile\n")).collect();
    let [before, after] = blocks[..] else { panic!("two Dockerfiles are needed: {blocks:?}") };
    let file = SourceFile::new(before);
    let places: Vec<TextRange> = file.dockerfile().instructions().map(|it| it.range()).collect();
    let cursors = (0..=before.len()).map(|at| TextRange::empty(TextSize::try_from(at).unwrap()));
    let selections = places.iter().flat_map(|from| places.iter().map(|to| from.cover(*to)));
    let everywhere = cursors.chain(selections).filter_map(|range| assist(&file, range));
    let mut results = everywhere.map(|it| it.change.unwrap().apply(before).unwrap());
    assert!(results.any(|it| it == after), "nowhere in:\n{before}");
}
