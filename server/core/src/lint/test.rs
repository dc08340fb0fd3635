//! What the tests of rules share.

use std::fmt::Write as _;

use dockstage_fixture::Annotation;
use expect_test::Expect;

use super::{Beside, Diagnostic, diagnostics, diagnostics_beside};
use crate::TextRange;
use crate::analysis::Settings;
use crate::model::SourceFile;
use crate::workspace::IgnoreFile;

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
    check_all(settings, None, fixture);
}

/// The same beside an ignore file with this text.
#[track_caller]
pub(super) fn check_beside(ignore: &str, fixture: &str) {
    let settings = Settings { unreachable_stages: false, ..Settings::default() };
    check_all(&settings, Some(&IgnoreFile::parse(ignore)), fixture);
}

#[track_caller]
fn check_all(settings: &Settings, ignore: Option<&IgnoreFile>, fixture: &str) {
    let (text, annotations) = dockstage_fixture::annotations(fixture);
    let file = SourceFile::new(&text);
    let found = diagnostics_beside(&file, settings, Beside { ignore, ..Beside::default() });
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

/// Pieces that texts full of mistakes are made of.
const PIECES: &[&str] = &[
    "FROM ",
    "FROM alpine AS a\n",
    "from A\n",
    "FROM a$X AS b\n",
    "COPY --from=a / /\n",
    "COPY --from=",
    "RUN ",
    "--mount=type=bind,from=b,target=/x ",
    "--mount=type=é,",
    "ENV ",
    "ARG ",
    "A=1 ",
    "=",
    "ONBUILD ",
    "EXPOSE 80\n",
    "EXPOSE x/é",
    "STOPSIGNAL ",
    "HEALTHCHECK ",
    "--interval=1 ",
    "CMD [\"a\", 1]\n",
    "SHELL a b\n",
    "<<EOF",
    "EOF\n",
    "--",
    "--link=é ",
    "\u{85}",
    "⅐",
    "😀",
    "\u{feff}",
    "ENV \u{feff}\"a\" b\n",
    "\\\n",
    "`\n",
    "# escape=`\n",
    "# escape=x\n",
    "\n",
    "\r\n",
    "\"",
    "'",
    "${",
    "}",
    "$",
    ",",
    " ",
    "a",
    "b",
    "0",
];

proptest::proptest! {
    #[test]
    fn diagnostics_and_fixes_stay_inside_any_text(
        picked in proptest::collection::vec(0..PIECES.len(), 0..40),
    ) {
        let text: String = picked.iter().map(|&index| PIECES[index]).collect();
        let found = diagnostics(&SourceFile::new(&text), &Settings::default());
        for it in &found {
            let ranges = std::iter::once(it.range).chain(it.related.iter().map(|related| related.range));
            for range in ranges {
                let bytes = usize::from(range.start())..usize::from(range.end());
                proptest::prop_assert!(text.get(bytes).is_some(), "{it:?}\n{text:?}");
            }
            for fix in &it.fixes {
                proptest::prop_assert!(fix.change.apply(&text).is_ok(), "{it:?}\n{text:?}");
            }
            proptest::prop_assert!(!it.message.is_empty());
        }
        proptest::prop_assert!(found.is_sorted_by_key(|it| (it.range.start(), it.range.end())));
    }
}
