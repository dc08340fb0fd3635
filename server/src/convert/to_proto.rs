//! From bytes and plain data to the protocol.

use std::collections::HashMap;

use dockstage_core::TextRange;
use dockstage_core::assists::ActionKind;
use dockstage_core::ide::definition::NavigationTarget;
use dockstage_core::ide::highlight::{Highlight, HighlightKind};
use dockstage_core::ide::hover::Hover;
use dockstage_core::ide::rename::RenameTarget;
use dockstage_core::lint::{Diagnostic, Severity, Source};
use dockstage_core::model::Instruction;
use dockstage_core::text::{LineTable, PositionEncoding, SourceChange, TextDocument, TextEdit};
use dockstage_core::workspace::IgnoreFile;
use tower_lsp_server::ls_types as lsp;

use crate::capabilities::DiagnosticSupport;
use crate::state::Snapshot;

impl Snapshot {
    fn text(&self) -> &TextDocument {
        self.analysis.file().text()
    }

    /// Makes ready for an answer with many places: each is then found in less time.
    pub(crate) fn expect_many_places(&self) {
        self.kept.lines.get_or_init(|| LineTable::of(self.text()));
    }

    /// A place between two characters of the document.
    pub(crate) fn position(&self, offset: dockstage_core::TextSize) -> lsp::Position {
        let (text, encoding) = (self.text(), self.client.encoding);
        let at = match self.kept.lines.get() {
            Some(lines) => lines.line_col(text, offset, encoding),
            None => text.line_col(offset, encoding),
        };
        lsp::Position::new(at.line, at.col)
    }

    /// Where an instruction starts.
    pub(crate) fn start_of(&self, instruction: Instruction<'_>) -> lsp::Position {
        let at = self.kept.lines.get().and_then(|lines| lines.col_in_row(instruction.row, instruction.start));
        match at {
            Some(column) => lsp::Position::new(instruction.row, column),
            None => self.position(instruction.start),
        }
    }

    /// A place in the document, by lines and columns.
    pub(crate) fn range(&self, range: TextRange) -> lsp::Range {
        lsp::Range::new(self.position(range.start()), self.position(range.end()))
    }

    /// A place in the document.
    pub(crate) fn location(&self, range: TextRange) -> lsp::Location {
        lsp::Location::new(self.uri.clone(), self.range(range))
    }

    /// A card.
    pub(crate) fn hover(&self, hover: Hover) -> lsp::Hover {
        lsp::Hover {
            contents: lsp::HoverContents::Markup(markup(hover.markdown, self.client.markdown_hover)),
            range: Some(self.range(hover.range)),
        }
    }

    /// A definition, with the word asked about where the client can tell it apart.
    pub(crate) fn definition(&self, target: NavigationTarget) -> lsp::GotoDefinitionResponse {
        if !self.client.definition_links {
            return lsp::GotoDefinitionResponse::Scalar(self.location(target.focus));
        }
        self.definitions(&[target])
    }

    /// A highlighted place.
    pub(crate) fn highlight(&self, highlight: Highlight) -> lsp::DocumentHighlight {
        let kind = match highlight.kind {
            HighlightKind::Write => lsp::DocumentHighlightKind::WRITE,
            HighlightKind::Read => lsp::DocumentHighlightKind::READ,
        };
        lsp::DocumentHighlight { range: self.range(highlight.range), kind: Some(kind) }
    }

    /// What would be renamed.
    pub(crate) fn rename_target(&self, target: RenameTarget) -> lsp::PrepareRenameResponse {
        lsp::PrepareRenameResponse::RangeWithPlaceholder {
            range: self.range(target.range),
            placeholder: target.placeholder,
        }
    }

    /// The edits of a change. They carry the document's version where the client minds it, so that
    /// edits that come too late are refused instead of applied to another text.
    pub(crate) fn workspace_edit(&self, change: &SourceChange) -> lsp::WorkspaceEdit {
        let edits = change.edits().iter().map(|edit| self.text_edit(edit));
        if !self.client.versioned_edits {
            #[allow(clippy::mutable_key_type)] // A URI's hash is that of its text, which never changes.
            let changes = HashMap::from([(self.uri.clone(), edits.collect())]);
            return lsp::WorkspaceEdit { changes: Some(changes), ..lsp::WorkspaceEdit::default() };
        }
        let document = lsp::OptionalVersionedTextDocumentIdentifier {
            uri: self.uri.clone(),
            version: Some(self.version),
        };
        let edit =
            lsp::TextDocumentEdit { text_document: document, edits: edits.map(lsp::OneOf::Left).collect() };
        lsp::WorkspaceEdit {
            document_changes: Some(lsp::DocumentChanges::Edits(vec![edit])),
            ..lsp::WorkspaceEdit::default()
        }
    }

    /// The edits of a change.
    pub(crate) fn text_edits(&self, change: &SourceChange) -> Vec<lsp::TextEdit> {
        change.edits().iter().map(|edit| self.text_edit(edit)).collect()
    }

    fn text_edit(&self, edit: &TextEdit) -> lsp::TextEdit {
        lsp::TextEdit::new(self.range(edit.range), edit.new_text.clone())
    }

    /// A diagnostic, with what the client can show of it.
    pub(crate) fn diagnostic(&self, diagnostic: Diagnostic, support: DiagnosticSupport) -> lsp::Diagnostic {
        let related = diagnostic.related.into_iter().map(|it| lsp::DiagnosticRelatedInformation {
            location: self.location(it.range),
            message: it.message,
        });
        let related: Vec<_> = if support.related { related.collect() } else { Vec::new() };
        let link = diagnostic.url.filter(|_| support.links).and_then(|it| it.parse().ok());
        lsp::Diagnostic {
            range: self.range(diagnostic.range),
            severity: Some(severity(diagnostic.severity)),
            code: Some(lsp::NumberOrString::String(diagnostic.code.to_owned())),
            code_description: link.map(|href| lsp::CodeDescription { href }),
            source: Some(diagnostic.source.as_str().to_owned()),
            message: diagnostic.message,
            related_information: (!related.is_empty()).then_some(related),
            tags: (diagnostic.unnecessary && support.tags).then(|| vec![lsp::DiagnosticTag::UNNECESSARY]),
            data: None,
        }
    }
}

/// What is wrong with an ignore file, as diagnostics of that file.
pub(crate) fn ignore_faults(
    file: &IgnoreFile,
    text: &TextDocument,
    encoding: PositionEncoding,
) -> Vec<lsp::Diagnostic> {
    let position = |offset| {
        let at = text.line_col(offset, encoding);
        lsp::Position::new(at.line, at.col)
    };
    let faults = file.faults().iter().map(|fault| lsp::Diagnostic {
        range: lsp::Range::new(position(fault.range.start()), position(fault.range.end())),
        severity: Some(match fault.refuses_all() {
            true => lsp::DiagnosticSeverity::ERROR,
            false => lsp::DiagnosticSeverity::WARNING,
        }),
        code: Some(lsp::NumberOrString::String(IGNORE_FAULT.to_owned())),
        source: Some(Source::Buildkit.as_str().to_owned()),
        message: match fault.refuses_all() {
            true => format!("{} Docker refuses every build with this line.", fault.message()),
            false => fault.message(),
        },
        ..lsp::Diagnostic::default()
    });
    faults.collect()
}

/// The rule that reports the same where the Dockerfile is looked at.
const IGNORE_FAULT: &str = "InvalidIgnoreFile";

/// A kind that the protocol has had since its version 3.18.
pub(crate) const REFACTOR_MOVE: lsp::CodeActionKind = lsp::CodeActionKind::new("refactor.move");

/// The protocol's name for a kind of action.
pub(crate) fn action_kind(kind: ActionKind) -> lsp::CodeActionKind {
    match kind {
        ActionKind::QuickFix => lsp::CodeActionKind::QUICKFIX,
        ActionKind::RefactorExtract => lsp::CodeActionKind::REFACTOR_EXTRACT,
        ActionKind::RefactorInline => lsp::CodeActionKind::REFACTOR_INLINE,
        ActionKind::RefactorMove => REFACTOR_MOVE,
        ActionKind::RefactorRewrite => lsp::CodeActionKind::REFACTOR_REWRITE,
    }
}

fn severity(severity: Severity) -> lsp::DiagnosticSeverity {
    match severity {
        Severity::Error => lsp::DiagnosticSeverity::ERROR,
        Severity::Warning => lsp::DiagnosticSeverity::WARNING,
        Severity::Info => lsp::DiagnosticSeverity::INFORMATION,
        Severity::Hint => lsp::DiagnosticSeverity::HINT,
    }
}

pub(super) fn markup(markdown: String, knows_markdown: bool) -> lsp::MarkupContent {
    if knows_markdown {
        lsp::MarkupContent { kind: lsp::MarkupKind::Markdown, value: markdown }
    } else {
        lsp::MarkupContent { kind: lsp::MarkupKind::PlainText, value: plain_text(&markdown) }
    }
}

/// Our own Markdown without its signs: fences, code ticks, stars, and links as `text (address)`.
fn plain_text(markdown: &str) -> String {
    let mut plain = String::with_capacity(markdown.len());
    let mut in_fence = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            in_fence = !in_fence;
            continue;
        }
        if in_fence {
            plain.push_str(line);
        } else {
            plain_line(line.trim_start_matches('#').trim_start(), &mut plain);
        }
        plain.push('\n');
    }
    plain.truncate(plain.trim_end().len());
    plain
}

fn plain_line(line: &str, plain: &mut String) {
    let mut rest = line;
    let mut in_code = false;
    while let Some(next) = rest.chars().next() {
        if !in_code && let Some((text, address, after)) = link(rest) {
            plain_line(text, plain);
            plain.push_str(" (");
            plain.push_str(address);
            plain.push(')');
            rest = after;
            continue;
        }
        let len = match next {
            '`' => {
                in_code = !in_code;
                1
            }
            '*' if !in_code && rest.starts_with("**") => 2,
            '\\' if !in_code && rest[1..].starts_with(|it: char| it.is_ascii_punctuation()) => {
                plain.push_str(&rest[1..2]);
                2
            }
            other => {
                plain.push(other);
                other.len_utf8()
            }
        };
        rest = &rest[len..];
    }
}

/// The link that `text` begins with, taken apart: `[text](address)` and what follows.
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let (text, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (address, rest) = rest.split_once(')')?;
    (!text.contains('[')).then_some((text, address, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_loses_its_signs_for_clients_that_show_plain_text() {
        let markdown = "### Stage `builder`\n\nFrom **`golang:1.23`**, see [`FROM`](https://a.b/c).\n```dockerfile\nRUN a ** b\n```\nA \\* `*` b\n";
        assert_eq!(
            plain_text(markdown),
            "Stage builder\n\nFrom golang:1.23, see FROM (https://a.b/c).\nRUN a ** b\nA * * b"
        );
    }
}
