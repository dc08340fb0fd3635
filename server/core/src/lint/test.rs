//! What the tests of rules share.

use std::fmt::Write as _;

use dockstage_fixture::Annotation;
use expect_test::Expect;

use super::{Diagnostic, diagnostics};
use crate::TextRange;
use crate::analysis::Settings;
use crate::model::SourceFile;

/// Checks a Dockerfile whose annotations say every diagnostic there is: `Code: message` at its place,
/// `… message` where a related place is. Hints on unreachable stages are off: little examples are full of
/// such stages.
#[track_caller]
pub(super) fn check(fixture: &str) {
    check_under(&Settings { unreachable_stages: false, ..Settings::default() }, fixture);
}

/// The same, under some settings.
#[track_caller]
pub(super) fn check_under(settings: &Settings, fixture: &str) {
    let (text, annotations) = dockstage_fixture::annotations(fixture);
    let file = SourceFile::new(&text);
    let found = diagnostics(&file, settings);
    let mut actual: Vec<Annotation> = found.iter().flat_map(|it| annotations_of(&text, it)).collect();
    let mut expected = annotations;
    actual.sort();
    expected.sort();
    assert!(actual == expected, "\nexpected:\n{}\nactual:\n{}\nin:\n{text}", list(&expected), list(&actual));
}

/// Checks what the first fix of the first diagnostic with this code makes of a text.
#[track_caller]
pub(super) fn fixed(text: &str, code: &str, expected: &Expect) {
    let file = SourceFile::new(text);
    let found = diagnostics(&file, &Settings::default());
    let Some(found) = found.iter().find(|it| it.code == code) else { panic!("no {code} in:\n{text}") };
    let Some(fix) = found.fixes.first() else { panic!("no fix for {}", found.message) };
    expected.assert_eq(&fix.change.apply(text).expect("a fix stays inside the text"));
}

fn annotations_of(text: &str, diagnostic: &Diagnostic) -> Vec<Annotation> {
    let own = at(text, diagnostic.range, format!("{}: {}", diagnostic.code, diagnostic.message));
    let related = diagnostic.related.iter().map(|it| at(text, it.range, format!("… {}", it.message)));
    std::iter::once(own).chain(related).collect()
}

fn at(text: &str, range: TextRange, says: String) -> Annotation {
    let (start, end) = (usize::from(range.start()), usize::from(range.end()));
    let line_start = text[..start].rfind('\n').map_or(0, |it| it + 1);
    let line = text[..start].matches('\n').count();
    Annotation { line, start: start - line_start, end: end - line_start, text: says }
}

fn list(annotations: &[Annotation]) -> String {
    annotations.iter().fold(String::new(), |mut out, it| {
        let _ = writeln!(out, "  {}:{}-{} {}", it.line, it.start, it.end, it.text);
        out
    })
}
