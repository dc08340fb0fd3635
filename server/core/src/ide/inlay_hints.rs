//! Inlay hints: what a reader would have to count or look up.
//!
//! The index of a stage without a name, and what `--from=0` means; the value of a variable where BuildKit puts it
//! in; the directory that a relative path leads to. What is not known for sure is not shown, nor what a shell
//! makes of a variable, nor the values of ARG and ENV, which are there to be read.

use super::hover::line_of;
use super::markdown::one_line;
use super::symbol_at::seen_definition;
use super::symbols::stage_name;
use crate::model::{Dockerfile, SourceFile};
use crate::{TextRange, TextSize};

/// The longest value that is shown in the text; the tooltip has all of it.
const LONGEST: usize = 32;

/// The longest tooltip.
const LONGEST_TOOLTIP: usize = 600;

/// Which hints a user wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Wanted {
    /// Indices of stages.
    pub stage_indices: bool,
    /// Values of variables.
    pub variable_values: bool,
    /// Where relative paths lead.
    pub directories: bool,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { stage_indices: true, variable_values: true, directories: true }
    }
}

/// What is known in the part of the file that is looked at: places, and what is known of them.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Expansions of variables.
    pub values: &'a [(TextRange, String)],
    /// Relative paths.
    pub directories: &'a [(TextRange, String)],
}

/// A text to show between those of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InlayHint {
    /// Behind what it is shown.
    pub offset: TextSize,
    /// The text.
    pub label: String,
    /// More about it, in plain text.
    pub tooltip: String,
    /// Whether a blank is to stand before it.
    pub padded: bool,
}

/// The hints in `range`, in order of the text.
pub fn hints(file: &SourceFile, range: TextRange, wanted: Wanted, known: Known<'_>) -> Vec<InlayHint> {
    let dockerfile = file.dockerfile();
    let mut hints = Vec::new();
    if wanted.stage_indices {
        hints.extend(unnamed_stages(dockerfile));
        hints.extend(indices(file));
    }
    if wanted.variable_values {
        hints.extend(known.values.iter().filter_map(|(place, text)| value(file, *place, text)));
    }
    if wanted.directories {
        hints.extend(known.directories.iter().map(|(place, text)| directory(*place, text)));
    }
    hints.retain(|hint| range.contains_inclusive(hint.offset));
    // A value belongs to its variable, a directory to the whole path.
    hints.sort_by_key(|hint| (hint.offset, hint.padded));
    hints
}

/// The indices of stages without a name. Nothing can use the last stage.
fn unnamed_stages(dockerfile: &Dockerfile) -> impl Iterator<Item = InlayHint> + '_ {
    let behind_last = dockerfile.stages.len().saturating_sub(1);
    let unnamed = dockerfile.stages[..behind_last].iter().filter(|stage| stage.name.is_none());
    unnamed.filter_map(|stage| {
        let index = stage.id.0;
        Some(InlayHint {
            offset: stage.base_word.as_ref()?.1.end(),
            label: format!("#{index}"),
            tooltip: format!("Stage {index}: COPY --from={index} copies from it."),
            padded: true,
        })
    })
}

/// The stages that indices mean: by name, else by what they are built from.
fn indices(file: &SourceFile) -> impl Iterator<Item = InlayHint> + '_ {
    let dockerfile = file.dockerfile();
    let numeric = dockerfile.refs.iter().filter(|it| it.numeric);
    numeric.filter_map(move |it| {
        let stage = dockerfile.stage(it.target.stage()?);
        let shown = stage.name.as_ref().map_or(stage.base_text.as_str(), |name| name.written.as_str());
        let line = line_of(file, stage.range.start());
        Some(InlayHint {
            offset: it.range.end(),
            label: format!("={}", one_line(shown, LONGEST)),
            tooltip: format!("{}, line {line}: FROM {}", stage_name(stage), stage.base_text),
            padded: false,
        })
    })
}

fn value(file: &SourceFile, place: TextRange, value: &str) -> Option<InlayHint> {
    if value.trim().is_empty() {
        return None;
    }
    let dockerfile = file.dockerfile();
    let refs = &dockerfile.scopes().refs;
    let first = refs.partition_point(|it| it.range.start() < place.start());
    let var = refs[first..].iter().find(|it| it.whole == place)?;
    let defined = match seen_definition(dockerfile, var) {
        Some(def) => format!(" (line {})", line_of(file, def.name_range.start())),
        None => String::new(),
    };
    let written = file.text().slice(place);
    Some(InlayHint {
        offset: place.end(),
        label: format!("={}", one_line(value, LONGEST)),
        tooltip: one_line(&format!("{written} is {value}{defined}"), LONGEST_TOOLTIP),
        padded: false,
    })
}

fn directory(place: TextRange, path: &str) -> InlayHint {
    InlayHint {
        offset: place.end(),
        label: format!("→ {}", one_line(path, LONGEST)),
        tooltip: one_line(&format!("Relative to WORKDIR: {path}"), LONGEST_TOOLTIP),
        padded: true,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use expect_test::{Expect, expect};

    use super::*;
    use crate::analysis::{Analysis, Settings};

    const TEXT: &str = r#"ARG GO=1.23
FROM golang:${GO}-alpine
WORKDIR /src
COPY go.mod .
RUN go build -o /app $GO
FROM busybox AS tools
FROM alpine
WORKDIR app
COPY --from=0 /app bin/
COPY --from=1 /t /t
"#;

    fn hints_in(text: &str, range: TextRange, wanted: Wanted) -> Vec<InlayHint> {
        let analysis = Analysis::new(Arc::new(SourceFile::new(text)), Arc::new(Settings::default()));
        analysis.inlay_hints(range, wanted)
    }

    /// The text with the hints in it.
    fn check(text: &str, wanted: Wanted, expected: &Expect) {
        let mut shown = text.to_owned();
        let all = TextRange::up_to(TextSize::of(text));
        for hint in hints_in(text, all, wanted).iter().rev() {
            let pad = if hint.padded { " " } else { "" };
            shown.insert_str(usize::from(hint.offset), &format!("{pad}‹{}›", hint.label));
        }
        expected.assert_eq(&shown);
    }

    #[test]
    fn what_one_would_have_to_count_or_look_up() {
        check(
            TEXT,
            Wanted::default(),
            &expect![[r#"
                ARG GO=1.23
                FROM golang:${GO}‹=1.23›-alpine ‹#0›
                WORKDIR /src
                COPY go.mod . ‹→ /src/›
                RUN go build -o /app $GO
                FROM busybox AS tools
                FROM alpine
                WORKDIR app
                COPY --from=0‹=golang:1.23-alpine› /app bin/
                COPY --from=1‹=tools› /t /t
            "#]],
        );
    }

    #[test]
    fn each_kind_can_be_switched_off_and_only_the_range_is_looked_at() {
        let none = Wanted { stage_indices: false, variable_values: false, directories: false };
        let all = TextRange::up_to(TextSize::of(TEXT));
        assert_eq!(hints_in(TEXT, all, none), []);
        for (wanted, count) in [
            (Wanted { stage_indices: true, ..none }, 3),
            (Wanted { variable_values: true, ..none }, 1),
            (Wanted { directories: true, ..none }, 1),
        ] {
            assert_eq!(hints_in(TEXT, all, wanted).len(), count);
        }
        let copy = TEXT.find("COPY go.mod").unwrap();
        let line = TextRange::at(TextSize::try_from(copy).unwrap(), TextSize::of("COPY go.mod ."));
        assert_eq!(hints_in(TEXT, line, Wanted::default()).len(), 1);
    }

    #[test]
    fn long_values_are_cut_and_empty_ones_left_out() {
        let text = format!("ARG A={} B=\nFROM a:$A$B\n", "x".repeat(100));
        let hints = hints_in(&text, TextRange::up_to(TextSize::of(text.as_str())), Wanted::default());
        assert_eq!(hints.len(), 1);
        assert_eq!(hints[0].label, format!("={}…", "x".repeat(LONGEST)));
        assert_eq!(hints[0].tooltip, format!("$A is {} (line 1)", "x".repeat(100)));
    }
}
