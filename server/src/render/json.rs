//! JSON for tools: one object a file, one line each. The shape is fixed: other tools read it.

use std::io::{self, Write};

use dockstage_core::TextRange;
use dockstage_core::lint::{self, Diagnostic, Fix};
use dockstage_core::model::{Arguments, Heredoc, Instruction, InstructionData, SourceFile, Stage};
use dockstage_core::syntax::Keyword;
use dockstage_core::text::{Applicability, PositionEncoding, TextDocument};
use serde::Serialize;

use super::{Checked, Report};

/// Prints what was found in each file. Lines and columns count from 0, columns in UTF-16 units, as in
/// the language server protocol.
#[derive(Debug, Default)]
pub(crate) struct Objects;

impl Report for Objects {
    fn file(&mut self, out: &mut dyn Write, checked: &Checked<'_>) -> io::Result<()> {
        let diagnostics = checked.found.iter().map(|it| diagnostic_json(checked.document, it)).collect();
        line(out, &CheckJson { path: checked.path, diagnostics })
    }
}

/// Prints the instructions and stages of a file, as BuildKit sees them. Lines count from 1.
pub fn parse(out: &mut dyn Write, path: &str, file: &SourceFile) -> io::Result<()> {
    let dockerfile = file.dockerfile();
    let error = lint::buildkit_error(file);
    let stages = dockerfile.stages.iter().map(|stage| {
        let from = dockerfile.instruction(stage.from);
        stage_json(stage, from.row + 1)
    });
    line(
        out,
        &ParseJson {
            path,
            ok: error.is_none(),
            error: error.map(|it| ErrorJson { line: it.row.map(|row| row + 1), message: it.message }),
            escape: dockerfile.escape,
            syntax_errors: file.tree().error_count(),
            instructions: dockerfile.instructions().map(instruction_json).collect(),
            stages: stages.collect(),
        },
    )
}

fn line(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct CheckJson<'a> {
    path: &'a str,
    diagnostics: Vec<DiagnosticJson<'a>>,
}

#[derive(Serialize)]
struct DiagnosticJson<'a> {
    source: &'a str,
    code: &'a str,
    severity: &'a str,
    message: &'a str,
    range: RangeJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<RelatedJson<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<FixJson<'a>>,
}

#[derive(Serialize)]
struct RelatedJson<'a> {
    message: &'a str,
    range: RangeJson,
}

#[derive(Serialize)]
struct FixJson<'a> {
    title: &'a str,
    applicability: &'a str,
    preferred: bool,
    edits: Vec<EditJson<'a>>,
}

#[derive(Serialize)]
struct EditJson<'a> {
    range: RangeJson,
    #[serde(rename = "newText")]
    new_text: &'a str,
}

#[derive(Serialize)]
struct RangeJson {
    start: PositionJson,
    end: PositionJson,
}

#[derive(Serialize)]
struct PositionJson {
    line: u32,
    character: u32,
}

fn diagnostic_json<'a>(text: &TextDocument, diagnostic: &'a Diagnostic) -> DiagnosticJson<'a> {
    let related = diagnostic
        .related
        .iter()
        .map(|it| RelatedJson { message: &it.message, range: range_json(text, it.range) });
    DiagnosticJson {
        source: diagnostic.source.as_str(),
        code: diagnostic.code,
        severity: diagnostic.severity.as_str(),
        message: &diagnostic.message,
        range: range_json(text, diagnostic.range),
        url: diagnostic.url.as_deref(),
        related: related.collect(),
        fixes: diagnostic.fixes.iter().map(|it| fix_json(text, it)).collect(),
    }
}

fn fix_json<'a>(text: &TextDocument, fix: &'a Fix) -> FixJson<'a> {
    let edits = fix.change.edits().iter();
    FixJson {
        title: &fix.title,
        applicability: match fix.applicability {
            Applicability::Safe => "safe",
            Applicability::Unsafe => "unsafe",
        },
        preferred: fix.preferred,
        edits: edits
            .map(|it| EditJson { range: range_json(text, it.range), new_text: &it.new_text })
            .collect(),
    }
}

fn range_json(text: &TextDocument, range: TextRange) -> RangeJson {
    let position = |offset| {
        let at = text.line_col(offset, PositionEncoding::Utf16);
        PositionJson { line: at.line, character: at.col }
    };
    RangeJson { start: position(range.start()), end: position(range.end()) }
}

#[derive(Serialize)]
struct ParseJson<'a> {
    path: &'a str,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorJson>,
    escape: char,
    syntax_errors: usize,
    instructions: Vec<InstructionJson<'a>>,
    stages: Vec<StageJson<'a>>,
}

#[derive(Serialize)]
struct ErrorJson {
    line: Option<u32>,
    message: String,
}

#[derive(Serialize)]
struct InstructionJson<'a> {
    keyword: &'a str,
    start_line: u32,
    end_line: u32,
    flags: Vec<&'a str>,
    args: Vec<&'a str>,
    json: bool,
    heredocs: Vec<HeredocJson<'a>>,
}

#[derive(Serialize)]
struct HeredocJson<'a> {
    name: &'a str,
    expand: bool,
    chomp: bool,
    content: &'a str,
}

#[derive(Serialize)]
struct StageJson<'a> {
    index: u32,
    name: &'a str,
    base: &'a str,
    platform: &'a str,
    line: u32,
}

fn instruction_json(instruction: Instruction<'_>) -> InstructionJson<'_> {
    let data = instruction.data;
    InstructionJson {
        keyword: &data.keyword_word.text,
        start_line: instruction.row + 1,
        end_line: instruction.last_row() + 1,
        flags: data.flags.iter().map(|it| it.whole.text.as_str()).collect(),
        args: args(data),
        json: data.arguments.is_json(),
        heredocs: data.heredocs.iter().map(heredoc_json).collect(),
    }
}

/// Arguments as BuildKit's instruction parser sees them: names and values with what stands between
/// them, HEALTHCHECK's type before its command, ONBUILD's trigger before the trigger's own.
fn args(data: &InstructionData) -> Vec<&str> {
    if data.keyword == Keyword::Unknown {
        // Nothing is read behind a keyword that BuildKit does not know.
        return vec![""];
    }
    let words = data.arguments.words().iter().map(|it| it.text.as_str());
    match &data.arguments {
        Arguments::Pairs(pairs) => pairs
            .iter()
            .flat_map(|it| [it.name.text.as_str(), it.value.text.as_str(), if it.equals { "=" } else { "" }])
            .collect(),
        Arguments::Healthcheck { kind, .. } => std::iter::once(kind.text.as_str()).chain(words).collect(),
        Arguments::Trigger => data.trigger.iter().flat_map(|it| trigger_args(it)).collect(),
        Arguments::None | Arguments::Words(_) | Arguments::Text(_) | Arguments::Json(_) => words.collect(),
    }
}

fn trigger_args(trigger: &InstructionData) -> impl Iterator<Item = &str> {
    std::iter::once(trigger.keyword_word.text.as_str()).chain(args(trigger))
}

fn heredoc_json(heredoc: &Heredoc) -> HeredocJson<'_> {
    HeredocJson {
        name: &heredoc.name,
        expand: heredoc.expand,
        chomp: heredoc.chomp,
        content: &heredoc.content.text,
    }
}

fn stage_json(stage: &Stage, line: u32) -> StageJson<'_> {
    StageJson {
        index: stage.id.0,
        name: stage.name.as_ref().map_or("", |it| &it.lower),
        base: stage.base_word.as_ref().map_or("", |(text, _)| text),
        platform: stage.platform.as_deref().unwrap_or(""),
        line,
    }
}
