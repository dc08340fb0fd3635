//! Document highlight: the places that name what stands under the cursor.

use super::symbol_at::places_at;
use crate::model::SourceFile;
use crate::{TextRange, TextSize};

/// What happens at a highlighted place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HighlightKind {
    /// The name is defined.
    Write,
    /// The name is used.
    Read,
}

/// A place to highlight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Highlight {
    /// The place.
    pub range: TextRange,
    /// What happens there.
    pub kind: HighlightKind,
}

/// The places that name what stands at `offset`.
pub fn highlights(file: &SourceFile, offset: TextSize) -> Vec<Highlight> {
    let places = places_at(file, offset).into_iter();
    places
        .map(|it| Highlight {
            range: it.range,
            kind: if it.is_definition { HighlightKind::Write } else { HighlightKind::Read },
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use dockstage_fixture::cursor;

    use super::*;

    /// The text with `w[…]` around definitions and `r[…]` around uses.
    fn marked(fixture: &str) -> String {
        let (mut text, at) = cursor(fixture);
        let file = SourceFile::new(&text);
        for highlight in highlights(&file, TextSize::try_from(at).unwrap()).into_iter().rev() {
            let kind = if highlight.kind == HighlightKind::Write { "w[" } else { "r[" };
            text.insert(highlight.range.end().into(), ']');
            text.insert_str(highlight.range.start().into(), kind);
        }
        text
    }

    #[test]
    fn definitions_are_written_and_uses_read() {
        assert_eq!(
            marked("FROM alpine AS b\nFROM b\nCOPY --from=<|>b /a /a\n"),
            "FROM alpine AS w[b]\nFROM r[b]\nCOPY --from=r[b] /a /a\n"
        );
        assert_eq!(
            marked("FROM alpine\nENV A<|>=1\nENV A=$A:2\n"),
            "FROM alpine\nENV w[A]=1\nENV w[A]=r[$A]:2\n".replace("r[$A]", "$r[A]")
        );
    }

    #[test]
    fn a_name_split_by_a_continuation_is_one_place() {
        assert_eq!(
            marked("FROM a\nENV port=1\nEXPOSE ${po\\\nr<|>t}\n"),
            "FROM a\nENV w[port]=1\nEXPOSE ${r[po\\\nrt]}\n"
        );
    }

    #[test]
    fn an_image_or_build_context_is_used_only() {
        assert_eq!(
            marked(
                "FROM tools\nFROM a AS b\nCOPY --from=t<|>ools /a /a\nRUN --mount=from=tools,target=/a x\nCOPY --from=Tools /a /a\n"
            ),
            "FROM r[tools]\nFROM a AS b\nCOPY --from=r[tools] /a /a\nRUN --mount=from=r[tools],target=/a x\nCOPY --from=Tools /a /a\n"
        );
    }

    #[test]
    fn other_words_highlight_nothing() {
        for fixture in [
            "FROM a <|>b c\n",
            "FROM a<|>\nFROM b\n",
            "FROM a\nRU<|>N b\n",
            "# FROM <|>a\nFROM a AS a\n",
            "<|>",
        ] {
            assert!(!marked(fixture).contains('['), "{fixture}");
        }
    }
}
