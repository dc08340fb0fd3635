//! Go to definition: from a name to the place that gives it.
//!
//! A stage's name or index leads to its FROM, a use of a variable to the ARG or ENV that it sees. From
//! `ARG name` in a stage it goes on to the global ARG whose value that takes over. The end of a heredoc
//! leads to where it is announced, a user or a group to the command that makes it.

use super::accounts::{account_at, maker};
use super::symbol_at::{SymbolId, occurrences, seen_definition, stage_word, symbol_at, var_ref_at};
use crate::model::{Dockerfile, SourceFile, VarDef};
use crate::{TextRange, TextSize};

/// A place to go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NavigationTarget {
    /// The word that was asked about.
    pub origin: TextRange,
    /// The whole definition: a stage, an instruction.
    pub full: TextRange,
    /// The word in it to look at.
    pub focus: TextRange,
}

/// Where the stage or variable at `offset` is defined.
pub fn definition(file: &SourceFile, offset: TextSize) -> Option<NavigationTarget> {
    let dockerfile = file.dockerfile();
    let symbol = symbol_at(file, offset)?;
    let (full, focus) = match symbol.id {
        SymbolId::Stage(stage) => (dockerfile.stage(stage).range, stage_word(dockerfile, stage)),
        SymbolId::Var(id) => {
            let def = variable_definition(dockerfile, offset, dockerfile.scopes().def(id));
            (dockerfile.instruction(def.instruction).range(), def.name_range)
        }
        SymbolId::Heredoc(id, _) => {
            let announced = occurrences(file, symbol.id).into_iter().find(|it| it.is_definition)?;
            (dockerfile.instruction(id).range(), announced.range)
        }
        SymbolId::Account(at) => {
            let made = maker(dockerfile, &account_at(dockerfile, at)?)?;
            (dockerfile.instruction(made.instruction).range(), made.range)
        }
        SymbolId::OutsideVar(_) => return None,
    };
    Some(NavigationTarget { origin: symbol.range, full: full.cover(focus), focus })
}

fn variable_definition<'a>(dockerfile: &'a Dockerfile, offset: TextSize, def: &'a VarDef) -> &'a VarDef {
    if def.name_range.contains_inclusive(offset) {
        // On a declaration that only takes over a value, the place that gives it.
        return def.redeclares.map_or(def, |global| dockerfile.scopes().def(global));
    }
    let seen = var_ref_at(dockerfile, offset).and_then(|(_, var)| seen_definition(dockerfile, var));
    seen.unwrap_or(def)
}

#[cfg(test)]
mod tests {
    use dockstage_fixture::cursor;

    use super::*;

    /// The line that the definition stands on, with `[…]` around the word.
    fn goto(fixture: &str) -> String {
        let (text, at) = cursor(fixture);
        let file = SourceFile::new(&text);
        let Some(target) = definition(&file, TextSize::try_from(at).unwrap()) else {
            return "nothing".to_owned();
        };
        assert!(target.full.contains_range(target.focus));
        let line = file.text().line_range(target.focus.start());
        let (start, end) = (target.focus.start() - line.start(), target.focus.end() - line.start());
        let mut shown = file.text().slice(line).into_owned();
        shown.insert(end.into(), ']');
        shown.insert(start.into(), '[');
        shown
    }

    #[test]
    fn a_stage_from_every_kind_of_reference() {
        let stages = "FROM alpine AS builder\nFROM scratch\n";
        for reference in [
            "COPY --from=bui<|>lder /a /b",
            "COPY --from=BUILD<|>ER /a /b",
            "COPY --from=<|>0 /a /b",
            "COPY --from=builder<|>",
            "ONBUILD COPY --from=build<|>er /a /b",
            "RUN --mount=type=bind,from=buil<|>der,target=/b true",
            "ONBUILD RUN --mount=from=buil<|>der,target=/b true",
            "FROM bui<|>lder",
        ] {
            assert_eq!(goto(&format!("{stages}{reference}\n")), "FROM alpine AS [builder]", "{reference}");
        }
    }

    #[test]
    fn a_stage_without_a_name_is_its_from() {
        assert_eq!(goto("FROM alpine\nFROM scratch\nCOPY --from=<|>0 /a /b\n"), "[FROM] alpine");
    }

    #[test]
    fn an_image_has_no_definition() {
        assert_eq!(goto("FROM alp<|>ine\nFROM scratch AS alpine\n"), "nothing");
        assert_eq!(goto("FROM alpine AS base\nFROM Ba<|>se\n"), "nothing");
        assert_eq!(goto("FROM alpine AS a\nFROM b\nRUN --mount=from=<|>0,target=/a true\n"), "nothing");
    }

    #[test]
    fn duplicate_names_lead_where_buildkit_looks() {
        let text = "FROM one AS a\nFROM two AS a\nFROM <|>a\nCOPY --from=a /x /y\nFROM three AS a\n";
        assert_eq!(goto(text), "FROM two AS [a]");
        let text = "FROM one AS a\nFROM two AS a\nFROM b\nCOPY --from=<|>a /x /y\n";
        assert_eq!(goto(text), "FROM two AS [a]");
    }

    #[test]
    fn a_variable_leads_to_the_definition_it_sees() {
        assert_eq!(goto("ARG V=1\nFROM a:$<|>V\n"), "ARG [V]=1");
        assert_eq!(goto("ARG V=1\nFROM a:${V<|>}\n"), "ARG [V]=1");
        assert_eq!(goto("FROM a\nENV A=1\nWORKDIR /${<|>A}\n"), "ENV [A]=1");
        assert_eq!(goto("FROM a AS b\nENV A=1\nFROM b\nRUN echo $<|>A\n"), "ENV [A]=1");
        assert_eq!(goto("FROM a\nRUN echo $<|>A\n"), "nothing");
    }

    #[test]
    fn the_end_of_a_heredoc_leads_to_its_beginning() {
        assert_eq!(goto("FROM a\nRUN cat <<-'EOF'\n\tx\n\tE<|>OF\n"), "RUN cat <<-'[EOF]'");
        assert_eq!(goto("FROM a\nCOPY <<a <<b /x\na\nb<|>\n"), "COPY <<a <<[b] /x");
        assert_eq!(goto("FROM a\nRUN cat <<EOF\nx<|>\nEOF\n"), "nothing");
    }

    #[test]
    fn a_declaration_leads_to_the_global_arg() {
        assert_eq!(goto("ARG V=1\nFROM a\nARG <|>V\nRUN echo $V\n"), "ARG [V]=1");
        assert_eq!(goto("ARG V=1\nFROM a\nARG V\nRUN echo $<|>V\n"), "ARG [V]");
    }
}
