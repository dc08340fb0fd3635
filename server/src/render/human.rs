//! Diagnostics for people: the lines in question, what is wrong with them and what to do.

use std::io::{self, Write};
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};
use dockstage_core::TextRange;
use dockstage_core::lint::{Diagnostic, Fix, Severity};

use super::{Checked, Report};

/// Lines that may lie between two places shown in one excerpt; more, and they are shown apart.
const MAX_GAP: usize = 12;
/// Longer suggestions are named, not shown.
const MAX_PATCH_LINES: usize = 24;
/// A line is cut around the words in question when it is longer.
const TERMINAL_WIDTH: usize = 120;

/// Prints diagnostics, and at the end how many there were.
#[derive(Debug)]
pub(crate) struct Printer {
    renderer: Renderer,
    totals: Totals,
}

impl Printer {
    /// A printer, with or without colours.
    pub(crate) fn new(colours: bool) -> Self {
        let renderer = if colours { Renderer::styled() } else { Renderer::plain() };
        Self { renderer: renderer.term_width(TERMINAL_WIDTH), totals: Totals::default() }
    }

    fn print(&self, out: &mut dyn Write, path: &str, text: &str, found: &[Diagnostic]) -> io::Result<()> {
        if found.is_empty() {
            return Ok(());
        }
        let lines = Lines::of(text);
        for diagnostic in found {
            let report = report(path, &lines, diagnostic);
            writeln!(out, "{}\n", self.renderer.render(&report))?;
        }
        Ok(())
    }
}

impl Report for Printer {
    fn file(&mut self, out: &mut dyn Write, checked: &Checked<'_>) -> io::Result<()> {
        self.totals.add(checked.found);
        self.print(out, checked.path, checked.text, checked.found)
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.totals)
    }
}

fn report<'a>(path: &'a str, lines: &Lines<'a>, diagnostic: &'a Diagnostic) -> Vec<Group<'a>> {
    let title = level(diagnostic.severity).primary_title(&diagnostic.message).id(diagnostic.code);
    let title = match &diagnostic.url {
        Some(url) => title.id_url(url),
        None => title,
    };
    let mut places = vec![Place { range: span(diagnostic.range), label: None }];
    places.extend(
        diagnostic.related.iter().map(|it| Place { range: span(it.range), label: Some(it.message.as_str()) }),
    );
    let mut groups = vec![Group::with_title(title).elements(excerpts(path, lines, &places))];
    groups.extend(diagnostic.fixes.iter().map(|fix| suggestion(path, lines, fix)));
    groups
}

/// A place to show; the one without a label is what the diagnostic is about.
struct Place<'a> {
    range: Range<usize>,
    label: Option<&'a str>,
}

/// Excerpts with all places, those near each other in one. Only the lines shown are handed on: the
/// renderer looks at all it is given, and a long file has many diagnostics.
fn excerpts<'a>(
    path: &'a str,
    lines: &Lines<'a>,
    places: &[Place<'a>],
) -> Vec<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let mut parts: Vec<(Range<usize>, Vec<&Place<'a>>)> = Vec::new();
    for place in places {
        let shown = lines.touched(&place.range);
        let near = parts
            .iter_mut()
            .find(|(part, _)| shown.start <= part.end + MAX_GAP && part.start <= shown.end + MAX_GAP);
        match near {
            Some((part, inside)) => {
                *part = part.start.min(shown.start)..part.end.max(shown.end);
                inside.push(place);
            }
            None => parts.push((shown, vec![place])),
        }
    }
    parts.into_iter().map(|(shown, inside)| excerpt(path, lines, &shown, &inside)).collect()
}

fn excerpt<'a>(
    path: &'a str,
    lines: &Lines<'a>,
    shown: &Range<usize>,
    places: &[&Place<'a>],
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let (start, source) = lines.slice(shown);
    let annotations = places.iter().map(|place| {
        let kind = if place.label.is_none() { AnnotationKind::Primary } else { AnnotationKind::Context };
        let range = shift(&place.range, start, source.len());
        kind.span(range).label(place.label)
    });
    Snippet::source(source)
        .path(path)
        .line_start(shown.start + 1)
        .annotations(annotations.collect::<Vec<_>>())
}

/// A fix: the lines as they would be, or only its name where they would be many.
fn suggestion<'a>(path: &'a str, lines: &Lines<'a>, fix: &'a Fix) -> Group<'a> {
    let title = Level::HELP.secondary_title(&fix.title);
    let edits = fix.change.edits();
    let (Some(first), Some(last)) = (edits.first(), edits.last()) else { return Group::with_title(title) };
    let shown = lines.touched(&(usize::from(first.range.start())..usize::from(last.range.end())));
    let added: usize = edits.iter().map(|it| it.new_text.matches('\n').count()).sum();
    if shown.len() + added > MAX_PATCH_LINES {
        return Group::with_title(title);
    }
    let (start, source) = lines.slice(&shown);
    let patches =
        edits.iter().map(|it| Patch::new(shift(&span(it.range), start, source.len()), it.new_text.as_str()));
    let snippet =
        Snippet::source(source).path(path).line_start(shown.start + 1).patches(patches.collect::<Vec<_>>());
    Group::with_title(title).element(snippet)
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
        Severity::Hint => Level::NOTE.with_name("hint"),
    }
}

fn span(range: TextRange) -> Range<usize> {
    range.into()
}

fn shift(range: &Range<usize>, start: usize, len: usize) -> Range<usize> {
    range.start.saturating_sub(start).min(len)..range.end.saturating_sub(start).min(len)
}

/// A text and where its lines start; lines end at `\n`, as for the renderer.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let after_ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(after_ends).collect() }
    }

    fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset).saturating_sub(1)
    }

    /// The lines that `range` touches.
    fn touched(&self, range: &Range<usize>) -> Range<usize> {
        self.line(range.start)..self.line(range.end) + 1
    }

    /// Where `lines` start, and their text.
    fn slice(&self, lines: &Range<usize>) -> (usize, &'a str) {
        let at = |line: usize| self.starts.get(line).copied().unwrap_or(self.text.len());
        let (start, end) = (at(lines.start), at(lines.end));
        (start, self.text.get(start..end).unwrap_or(""))
    }
}

/// How much was found, for the last line.
#[derive(Debug, Default, PartialEq, Eq)]
struct Totals {
    files: usize,
    errors: usize,
    warnings: usize,
    infos: usize,
    hints: usize,
}

impl Totals {
    /// Counts what was found in a file.
    fn add(&mut self, found: &[Diagnostic]) {
        let count = |severity| found.iter().filter(|it| it.severity == severity).count();
        self.files += 1;
        self.errors += count(Severity::Error);
        self.warnings += count(Severity::Warning);
        self.infos += count(Severity::Info);
        self.hints += count(Severity::Hint);
    }
}

impl std::fmt::Display for Totals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counts =
            [(self.errors, "error"), (self.warnings, "warning"), (self.infos, "info"), (self.hints, "hint")];
        let named: Vec<String> =
            counts.iter().filter(|(count, _)| *count > 0).map(|&(count, name)| number(count, name)).collect();
        let found = if named.is_empty() { "nothing to mend".to_owned() } else { named.join(", ") };
        write!(f, "{found} in {}", number(self.files, "file"))
    }
}

fn number(count: usize, name: &str) -> String {
    format!("{count} {name}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use dockstage_core::lint::{Heeds, Related, Source};
    use dockstage_core::text::{Applicability, SourceChange, TextEdit};
    use expect_test::expect;

    fn range(text: &str, word: &str) -> TextRange {
        let start = text.find(word).unwrap();
        TextRange::new(
            u32::try_from(start).unwrap().into(),
            u32::try_from(start + word.len()).unwrap().into(),
        )
    }

    #[test]
    fn a_diagnostic_shows_its_places_and_its_fix() {
        let text = "FROM golang AS builder\nRUN a\nFROM scratch\nCOPY --from=bulider /a /a\n";
        let diagnostic = Diagnostic {
            source: Source::Dockstage,
            code: "UnknownStage",
            severity: Severity::Warning,
            message: "There is no stage `bulider`.".to_owned(),
            range: range(text, "bulider"),
            url: None,
            related: vec![Related { range: range(text, "builder"), message: "this one is near".to_owned() }],
            fixes: vec![Fix {
                title: "Change to `builder`".to_owned(),
                change: SourceChange::single(TextEdit::replace(range(text, "bulider"), "builder")),
                applicability: Applicability::Unsafe,
                preferred: true,
            }],
            unnecessary: false,
            heeds: Heeds::Place,
        };
        let mut out = Vec::new();
        Printer::new(false).print(&mut out, "Dockerfile", text, &[diagnostic]).unwrap();
        expect![[r#"
            warning[UnknownStage]: There is no stage `bulider`.
             --> Dockerfile:4:13
              |
            1 | FROM golang AS builder
              |                ------- this one is near
            ...
            4 | COPY --from=bulider /a /a
              |             ^^^^^^^
              |
            help: Change to `builder`
              |
            4 - COPY --from=bulider /a /a
            4 + COPY --from=builder /a /a
              |

        "#]]
        .assert_eq(&String::from_utf8(out).unwrap());
    }

    #[test]
    fn the_last_line_counts() {
        assert_eq!(Totals::default().to_string(), "nothing to mend in 0 files");
        let totals = Totals { files: 2, errors: 1, warnings: 3, infos: 0, hints: 1 };
        assert_eq!(totals.to_string(), "1 error, 3 warnings, 1 hint in 2 files");
    }
}
