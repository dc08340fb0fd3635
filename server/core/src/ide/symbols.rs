//! The outline of a document: a tree of stages.
//!
//! Global ARGs come first, then each stage with its instructions. An ARG or ENV shows as the variables
//! that it defines.

use super::markdown::one_line;
use crate::TextRange;
use crate::model::{Dockerfile, Instruction, InstructionId, SourceFile, Stage, VarDef, VarDefKind};
use crate::syntax::Keyword;

/// The longest detail.
const LONGEST: usize = 60;

/// The kind of an entry of the outline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolKind {
    /// A build stage.
    Stage,
    /// An instruction.
    Instruction,
    /// A variable that ARG or ENV defines.
    Variable,
}

/// An entry of the outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// What to show.
    pub name: String,
    /// What to show beside it.
    pub detail: String,
    /// What it is.
    pub kind: SymbolKind,
    /// All of it.
    pub range: TextRange,
    /// The word to go to, inside of `range`.
    pub focus: TextRange,
    /// What lies in it.
    pub children: Vec<Symbol>,
}

/// The outline of a document.
pub fn symbols(file: &SourceFile) -> Vec<Symbol> {
    let dockerfile = file.dockerfile();
    let first = dockerfile.stages.first().map_or(dockerfile.placed.len(), |stage| stage.from.index());
    let mut outline = Vec::new();
    for index in 0..first {
        outline.extend(instruction(dockerfile, index));
    }
    outline.extend(dockerfile.stages.iter().map(|stage| self::stage(dockerfile, stage)));
    outline
}

fn stage(dockerfile: &Dockerfile, stage: &Stage) -> Symbol {
    let from = dockerfile.instruction(stage.from);
    let focus = stage.name.as_ref().map_or(from.keyword_range(), |name| name.range);
    let children = stage.instructions().skip(1).flat_map(|id| instruction(dockerfile, id.index()));
    Symbol {
        name: stage_name(stage),
        detail: stage.base_word.as_ref().map_or_else(String::new, |(base, _)| one_line(base, LONGEST)),
        kind: SymbolKind::Stage,
        range: stage.range.cover(focus),
        focus,
        children: children.collect(),
    }
}

/// What a list calls a stage: its name as written, else its index.
pub(super) fn stage_name(stage: &Stage) -> String {
    stage.name.as_ref().map_or_else(|| format!("stage {}", stage.id.0), |name| name.written.clone())
}

/// An instruction as one entry, or as the variables that it defines.
fn instruction(dockerfile: &Dockerfile, index: usize) -> Vec<Symbol> {
    let Ok(index) = u32::try_from(index) else { return Vec::new() };
    let id = InstructionId(index);
    let instruction = dockerfile.instruction(id);
    let defs = dockerfile.scopes().defs_of(id);
    if !defs.is_empty() && matches!(instruction.keyword(), Keyword::Arg | Keyword::Env) {
        return defs.iter().map(variable).collect();
    }
    vec![Symbol {
        name: name(instruction),
        detail: detail(instruction),
        kind: SymbolKind::Instruction,
        range: instruction.range(),
        focus: instruction.keyword_range(),
        children: Vec::new(),
    }]
}

fn variable(def: &VarDef) -> Symbol {
    let keyword = if def.kind == VarDefKind::Env { "ENV" } else { "ARG" };
    let value =
        def.value.as_ref().map_or_else(String::new, |value| format!(" = {}", one_line(value, LONGEST)));
    Symbol {
        // An editor refuses an entry without a name.
        name: if def.name.is_empty() { keyword.to_owned() } else { def.name.clone() },
        detail: format!("{keyword}{value}"),
        kind: SymbolKind::Variable,
        range: def.value_range.map_or(def.name_range, |value| value.cover(def.name_range)),
        focus: def.name_range,
        children: Vec::new(),
    }
}

/// The keyword, with the trigger's for ONBUILD.
fn name(instruction: Instruction<'_>) -> String {
    let data = instruction.data;
    let word = |keyword: Keyword, written: &str| match keyword {
        Keyword::Unknown => one_line(written, LONGEST),
        known => known.as_str().to_owned(),
    };
    let own = word(data.keyword, &data.keyword_word.text);
    match data.trigger.as_deref() {
        Some(trigger) if !trigger.keyword_word.text.is_empty() => {
            format!("{own} {}", word(trigger.keyword, &trigger.keyword_word.text))
        }
        _ => own,
    }
}

/// What stands behind the keyword, flags included.
fn detail(instruction: Instruction<'_>) -> String {
    let data = instruction.data;
    let keyword = data.effective().keyword_word.range;
    let behind = data.line.offset_of_source(keyword.end());
    one_line(data.line.text().get(behind..).unwrap_or(""), LONGEST)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, expected: &Expect) {
        let file = SourceFile::new(text);
        let mut shown = String::new();
        for symbol in symbols(&file) {
            show(&file, &symbol, 0, &mut shown);
        }
        expected.assert_eq(&shown);
    }

    fn show(file: &SourceFile, symbol: &Symbol, depth: usize, out: &mut String) {
        assert!(symbol.range.contains_range(symbol.focus));
        let focus = file.text().slice(symbol.focus);
        out.push_str(&format!("{}{} · {} @ {focus}\n", "  ".repeat(depth), symbol.name, symbol.detail));
        for child in &symbol.children {
            assert!(symbol.range.contains_range(child.range));
            show(file, child, depth + 1, out);
        }
    }

    #[test]
    fn stages_hold_their_instructions() {
        check(
            r#"# syntax=docker/dockerfile:1
ARG VERSION=21 OTHER
FROM eclipse-temurin:${VERSION} AS builder
WORKDIR /app
ENV A=1 \
    B="two words"
RUN --mount=type=cache,target=/root/.m2 \
    ./mvnw package

FROM alpine
COPY --from=builder /app/target/application.jar /opt/application/application.jar
ONBUILD COPY . .
CMD ["java", "-jar"]
"#,
            &expect![[r#"
                VERSION · ARG = 21 @ VERSION
                OTHER · ARG @ OTHER
                builder · eclipse-temurin:${VERSION} @ builder
                  WORKDIR · /app @ WORKDIR
                  A · ENV = 1 @ A
                  B · ENV = "two words" @ B
                  RUN · --mount=type=cache,target=/root/.m2 ./mvnw package @ RUN
                stage 1 · alpine @ FROM
                  COPY · --from=builder /app/target/application.jar /opt/application/… @ COPY
                  ONBUILD COPY · . . @ ONBUILD
                  CMD · ["java", "-jar"] @ CMD
            "#]],
        );
    }

    #[test]
    fn half_typed_and_misplaced_instructions() {
        check(
            "RUN too early\nFROM\nENV\nARG =\nFOO bar\nONBUILD\nFROM a AS\n",
            &expect![[r#"
                RUN · too early @ RUN
                stage 0 ·  @ FROM
                  ENV ·  @ ENV
                  ARG · = @ ARG
                  FOO · bar @ FOO
                  ONBUILD ·  @ ONBUILD
                stage 1 · a @ FROM
            "#]],
        );
    }
}
