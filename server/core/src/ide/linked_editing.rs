//! Linked editing: places that change together while one of them is typed at.
//!
//! A stage's name with every name that refers to it, a heredoc's beginning with its end. Only where all of them are
//! written alike: an editor puts the same text everywhere.

use super::symbol_at::{Form, Occurrence, SymbolId, occurrences, symbol_at};
use crate::model::SourceFile;
use crate::{TextRange, TextSize};

/// Places that change together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedRanges {
    /// The places, in order of the text; at least two.
    pub ranges: Vec<TextRange>,
    /// What may be typed there, as a regular expression.
    pub pattern: &'static str,
}

/// The places that change together with the one at `offset`.
pub fn linked_ranges(file: &SourceFile, offset: TextSize) -> Option<LinkedRanges> {
    let symbol = symbol_at(file, offset)?;
    let pattern = match symbol.id {
        SymbolId::Stage(_) => "[A-Za-z][A-Za-z0-9_.-]*",
        SymbolId::Heredoc(..) => "[A-Za-z0-9_]+",
        // A use of a variable in a shell's text may be another one than it seems.
        // And files of the image name users, too.
        SymbolId::Var(_) | SymbolId::OutsideVar(_) | SymbolId::Account(_) => return None,
    };
    let places = occurrences(file, symbol.id);
    if places.iter().any(|it| matches!(it.form, Form::Expansion | Form::Keyword)) {
        return None;
    }
    let is_named = |it: &Occurrence| it.form != Form::Index;
    let ranges: Vec<TextRange> = places.into_iter().filter(is_named).map(|it| it.range).collect();
    let written = file.text().slice(*ranges.first()?);
    let alike = ranges.iter().all(|&it| file.text().slice(it) == written);
    (alike && ranges.len() > 1 && ranges.contains(&symbol.range)).then_some(LinkedRanges { ranges, pattern })
}

#[cfg(test)]
mod tests {
    use dockstage_fixture::cursor;

    use super::*;

    /// The text with `[…]` around the places; `nothing` where there are none.
    fn linked(fixture: &str) -> String {
        let (mut text, at) = cursor(fixture);
        let file = SourceFile::new(&text);
        let Some(linked) = linked_ranges(&file, TextSize::try_from(at).unwrap()) else {
            return "nothing".to_owned();
        };
        for range in linked.ranges.iter().rev() {
            text.insert(range.end().into(), ']');
            text.insert(range.start().into(), '[');
        }
        text
    }

    #[test]
    fn a_stage_with_all_names_that_refer_to_it() {
        let expected = "FROM a AS [b]\nFROM [b]\nCOPY --from=[b] / /\nRUN --mount=from=[b],target=/a x\nCOPY --from=0 / /\n";
        for fixture in [
            "FROM a AS <|>b\nFROM b\nCOPY --from=b / /\nRUN --mount=from=b,target=/a x\nCOPY --from=0 / /\n",
            "FROM a AS b\nFROM b\nCOPY --from=b<|> / /\nRUN --mount=from=b,target=/a x\nCOPY --from=0 / /\n",
        ] {
            assert_eq!(linked(fixture), expected);
        }
    }

    #[test]
    fn a_heredoc_with_its_end() {
        assert_eq!(
            linked("FROM a\nRUN cat <<-\"EO<|>F\"\n\tx\n\tEOF\n"),
            "FROM a\nRUN cat <<-\"[EOF]\"\n\tx\n\t[EOF]\n"
        );
    }

    #[test]
    fn nothing_where_one_text_does_not_fit_all() {
        for fixture in [
            "FROM a AS <|>b\nFROM c\n",
            "FROM a AS <|>b\nFROM c\nCOPY --from=B / /\n",
            "FROM a AS b\nFROM c\nCOPY --from=<|>0 / /\nCOPY --from=b / /\n",
            "FR<|>OM a\nFROM b\nCOPY --from=0 / /\n",
            "ARG V=1\nFROM a AS <|>b-1\nFROM b-$V\nCOPY --from=b-1 / /\n",
            "ARG <|>A\nFROM a:$A\n",
            "FROM a\nRUN cat <<E<|>OF\nx\n",
        ] {
            assert_eq!(linked(fixture), "nothing", "{fixture}");
        }
    }
}
