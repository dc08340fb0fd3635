//! The outline of a document: a tree of stages.
//!
//! Global ARGs come first, then each stage with its instructions. An ARG, ENV or LABEL shows as what it defines: as
//! that itself where it is one thing, else with an entry below it for each. Heredocs lie below their instruction.

mod detail;
mod query;

pub use query::{Fit, fit};

use std::borrow::Cow;

use super::markdown::one_line;
use crate::TextRange;
use crate::analysis::Settings;
use crate::model::{
    Arguments, Dockerfile, Heredoc, Instruction, Pair, SourceFile, Stage, StageId, VarDef, VarDefKind,
};
use crate::syntax::Keyword;

/// The longest detail.
const LONGEST: usize = 60;

/// The kind of an entry of the outline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolKind {
    /// A build stage.
    Stage,
    /// An instruction, for ONBUILD that which it holds.
    Instruction(Keyword),
    /// A variable that ARG defines.
    Arg,
    /// A variable that ENV defines.
    Env,
    /// A label.
    Label,
    /// A heredoc.
    Heredoc,
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
    /// Whether BuildKit advises against it.
    pub deprecated: bool,
    /// All of it.
    pub range: TextRange,
    /// The word to go to, inside of `range`.
    pub focus: TextRange,
    /// What lies in it.
    pub children: Vec<Symbol>,
}

/// The outline of a document.
pub fn symbols(file: &SourceFile, settings: &Settings) -> Vec<Symbol> {
    let outline = Outline::of(file, settings);
    let mut symbols: Vec<Symbol> = outline.before_stages().map(|it| outline.instruction(it)).collect();
    symbols.extend(outline.stages().map(|(head, _, inside)| {
        let children = inside.map(|it| outline.instruction(it)).collect();
        Symbol { children, ..head }
    }));
    symbols
}

/// The outline in its parts, for those who keep what they have made of it.
#[derive(Debug)]
pub struct Outline<'a> {
    dockerfile: &'a Dockerfile,
    /// The stage that is built.
    target: Option<StageId>,
    /// For each stage whether that one needs it.
    reached: Cow<'a, [bool]>,
}

impl<'a> Outline<'a> {
    /// That of a document.
    pub fn of(file: &'a SourceFile, settings: &Settings) -> Self {
        let dockerfile = file.dockerfile();
        let chosen = settings.target().and_then(|name| dockerfile.stage_named(name));
        let reached = chosen.map(|target| dockerfile.graph.reached_from(&dockerfile.stages, target.id));
        Self {
            dockerfile,
            target: chosen.or(dockerfile.default_target()).map(|target| target.id),
            reached: reached.map_or(Cow::Borrowed(&dockerfile.graph.reached), Cow::Owned),
        }
    }

    /// The instructions above the first stage.
    pub fn before_stages(&self) -> impl Iterator<Item = Instruction<'a>> + use<'a> {
        let dockerfile = self.dockerfile;
        let first = dockerfile.stages.first().map_or(dockerfile.placed.len(), |stage| stage.from.index());
        dockerfile.instructions().take(first)
    }

    /// Each stage without what lies in it, its FROM, and the other instructions.
    pub fn stages(
        &self,
    ) -> impl Iterator<Item = (Symbol, Instruction<'a>, impl Iterator<Item = Instruction<'a>>)> {
        let dockerfile = self.dockerfile;
        dockerfile.stages.iter().map(move |stage| {
            let inside = stage.instructions().skip(1).map(|id| dockerfile.instruction(id));
            (head(dockerfile, stage, self.role(stage)), dockerfile.instruction(stage.from), inside)
        })
    }

    /// What an instruction shows. But for its place that depends on its own text alone.
    pub fn instruction(&self, it: Instruction<'_>) -> Symbol {
        instruction(self.dockerfile, it)
    }

    fn role(&self, stage: &Stage) -> Option<&'static str> {
        match self.reached.get(stage.id.index()) {
            _ if self.dockerfile.stages.len() == 1 => None,
            _ if self.target == Some(stage.id) => Some("target"),
            Some(false) => Some("not built"),
            _ => None,
        }
    }
}

/// What can be built of a document: the stages with a name and the last one, without what lies in them.
pub fn targets(file: &SourceFile) -> Vec<Symbol> {
    let dockerfile = file.dockerfile();
    let last = dockerfile.default_target().map(|stage| stage.id);
    let targets = dockerfile.stages.iter().filter(|stage| stage.name.is_some() || last == Some(stage.id));
    targets.map(|stage| head(dockerfile, stage, None)).collect()
}

/// A stage without its instructions: its name, its base, and what the build has to do with it.
fn head(dockerfile: &Dockerfile, stage: &Stage, role: Option<&str>) -> Symbol {
    let from = dockerfile.instruction(stage.from);
    let focus = stage.name.as_ref().map_or(from.keyword_range(), |name| name.range);
    let base = stage.base_word.as_ref().map(|(base, _)| one_line(base, LONGEST));
    let parts: Vec<String> = base.into_iter().chain(role.map(|role| format!("({role})"))).collect();
    Symbol {
        name: stage_name(stage),
        detail: parts.join(" "),
        kind: SymbolKind::Stage,
        deprecated: false,
        range: stage.range.cover(focus),
        focus,
        children: Vec::new(),
    }
}

/// What a list calls a stage: its name as written, else its index.
pub(super) fn stage_name(stage: &Stage) -> String {
    stage.name.as_ref().map_or_else(|| format!("stage {}", stage.id.0), |name| name.written.clone())
}

/// An instruction, or the one thing that it defines.
fn instruction(dockerfile: &Dockerfile, instruction: Instruction<'_>) -> Symbol {
    let mut defined = defined(dockerfile, instruction);
    if defined.len() == 1
        && let Some(only) = defined.pop()
    {
        return only;
    }
    let names: Vec<&str> = defined.iter().map(|it| it.name.as_str()).collect();
    let detail = match names.is_empty() {
        true => detail::detail(instruction),
        false => one_line(&names.join(", "), LONGEST),
    };
    let keyword = instruction.data.effective().keyword;
    let heredocs = instruction.data.heredocs.iter().map(|it| heredoc(instruction, it));
    Symbol {
        name: name(instruction),
        detail,
        kind: SymbolKind::Instruction(keyword),
        deprecated: keyword == Keyword::Maintainer,
        range: instruction.range(),
        focus: instruction.keyword_range(),
        children: defined.into_iter().chain(heredocs).collect(),
    }
}

/// The variables or labels that an instruction defines.
fn defined(dockerfile: &Dockerfile, instruction: Instruction<'_>) -> Vec<Symbol> {
    match (instruction.keyword(), &instruction.data.arguments) {
        (Keyword::Arg | Keyword::Env, _) => {
            dockerfile.scopes().defs_of(instruction.id).iter().map(variable).collect()
        }
        (Keyword::Label, Arguments::Pairs(pairs)) => {
            pairs.iter().map(|pair| label(instruction, pair)).collect()
        }
        _ => Vec::new(),
    }
}

fn variable(def: &VarDef) -> Symbol {
    let (keyword, kind) = match def.kind {
        VarDefKind::Env => ("ENV", SymbolKind::Env),
        VarDefKind::Arg | VarDefKind::GlobalArg => ("ARG", SymbolKind::Arg),
    };
    let value =
        def.value.as_ref().map_or_else(String::new, |value| format!(" = {}", one_line(value, LONGEST)));
    Symbol {
        // An editor refuses an entry without a name.
        name: if def.name.is_empty() { keyword.to_owned() } else { def.name.clone() },
        detail: format!("{keyword}{value}"),
        kind,
        deprecated: false,
        range: def.value_range.map_or(def.name_range, |value| value.cover(def.name_range)),
        focus: def.name_range,
        children: Vec::new(),
    }
}

fn label(instruction: Instruction<'_>, pair: &Pair) -> Symbol {
    let name = one_line(pair.name.text.trim_matches(['"', '\'']), LONGEST);
    Symbol {
        name: if name.is_empty() { "LABEL".to_owned() } else { name },
        detail: format!("LABEL = {}", one_line(&pair.value.text, LONGEST)),
        kind: SymbolKind::Label,
        deprecated: false,
        range: instruction.abs(pair.name.range.cover(pair.value.range)),
        focus: instruction.abs(pair.name.range),
        children: Vec::new(),
    }
}

fn heredoc(instruction: Instruction<'_>, heredoc: &Heredoc) -> Symbol {
    let first = heredoc.content.text.lines().find(|line| !line.trim().is_empty());
    let end = heredoc.terminator.unwrap_or(heredoc.content.range);
    Symbol {
        name: if heredoc.name.trim().is_empty() { "<<".to_owned() } else { one_line(&heredoc.name, LONGEST) },
        detail: one_line(first.unwrap_or_default(), LONGEST),
        kind: SymbolKind::Heredoc,
        deprecated: false,
        range: instruction.abs(heredoc.redirect.cover(end)),
        focus: instruction.abs(heredoc.redirect),
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

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, expected: &Expect) {
        let file = SourceFile::new(text);
        let mut shown = String::new();
        for symbol in symbols(&file, &Settings::default()) {
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
                ARG · VERSION, OTHER @ ARG
                  VERSION · ARG = 21 @ VERSION
                  OTHER · ARG @ OTHER
                builder · eclipse-temurin:${VERSION} @ builder
                  WORKDIR · /app @ WORKDIR
                  ENV · A, B @ ENV
                    A · ENV = 1 @ A
                    B · ENV = "two words" @ B
                  RUN · ./mvnw package @ RUN
                stage 1 · alpine (target) @ FROM
                  COPY · builder: /app/target/application.jar → /opt/application/appl… @ COPY
                  ONBUILD COPY · . → . @ ONBUILD
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
                stage 0 · (not built) @ FROM
                  ENV ·  @ ENV
                  ARG · = @ ARG
                  FOO · bar @ FOO
                  ONBUILD ·  @ ONBUILD
                stage 1 · a (target) @ FROM
            "#]],
        );
    }

    #[test]
    fn labels_heredocs_and_healthchecks() {
        check(
            r#"FROM a
LABEL one="1" "two"=2
LABEL three=3
RUN --network=none <<ONE cat <<-TWO
set -e
ONE
	x
	TWO
COPY --chmod=1 <<EOF /x
EOF
COPY ["a", "b c", "/d"]
ADD https://a.b/c /d
HEALTHCHECK --interval=3s CMD curl localhost
EXPOSE 80/tcp
MAINTAINER me
"#,
            &expect![[r#"
                stage 0 · a @ FROM
                  LABEL · one, two @ LABEL
                    one · LABEL = "1" @ one
                    two · LABEL = 2 @ "two"
                  three · LABEL = 3 @ three
                  RUN · <<ONE cat <<-TWO @ RUN
                    ONE · set -e @ <<ONE
                    TWO · x @ <<-TWO
                  COPY · <<EOF → /x @ COPY
                    EOF ·  @ <<EOF
                  COPY · a b c → /d @ COPY
                  ADD · https://a.b/c → /d @ ADD
                  HEALTHCHECK · CMD curl localhost @ HEALTHCHECK
                  EXPOSE · 80/tcp @ EXPOSE
                  MAINTAINER · me @ MAINTAINER
            "#]],
        );
    }

    #[test]
    fn the_role_of_a_stage_is_that_of_the_target() {
        let file = SourceFile::new("FROM x AS a\nFROM a AS b\nFROM y AS c\n");
        let details = |target: &str| -> Vec<String> {
            let settings = Settings { target: Some(target.to_owned()), ..Settings::default() };
            symbols(&file, &settings).into_iter().map(|it| it.detail).collect()
        };
        assert_eq!(details(""), ["x (not built)", "a (not built)", "y (target)"]);
        assert_eq!(details("B"), ["x", "a (target)", "y (not built)"]);
    }
}
