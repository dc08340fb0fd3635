//! Requests: each takes its parameters apart, asks once, and puts the answer together.

use tower_lsp_server::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp_server::ls_types::*;

use super::path_definition::path_definition;
use crate::convert::to_proto::action_kind;
use crate::server::Server;
use crate::state::Snapshot;

/// The protocol's `RequestFailed`: a request that is in order but cannot be done, with a reason for
/// the user.
const REQUEST_FAILED: ErrorCode = ErrorCode::ServerError(-32803);

/// The answer to a request that is refused, with the reason for the user.
pub(super) fn refused(reason: impl std::fmt::Display) -> Error {
    Error { code: REQUEST_FAILED, message: reason.to_string().into(), data: None }
}

pub(crate) async fn hover(server: &Server, params: HoverParams) -> Result<Option<Hover>> {
    let TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
    let answer = move |it: &Snapshot| {
        it.analysis_with_builders().hover(it.offset(position)?).map(|card| it.hover(card))
    };
    server.query("hover", &text_document.uri, answer).await
}

pub(crate) async fn definition(
    server: &Server,
    params: GotoDefinitionParams,
) -> Result<Option<GotoDefinitionResponse>> {
    let TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
    let answer = move |it: &Snapshot| {
        let offset = it.offset(position)?;
        let named = it.analysis.definition(offset).map(|target| it.definition(target));
        named.or_else(|| path_definition(it, offset))
    };
    server.query("definition", &text_document.uri, answer).await
}

pub(crate) async fn references(server: &Server, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
    let TextDocumentPositionParams { text_document, position } = params.text_document_position;
    let answer = move |it: &Snapshot| {
        let found = it.analysis.references(it.offset(position)?, params.context.include_declaration);
        Some(found.into_iter().map(|range| it.location(range)).collect())
    };
    server.query("references", &text_document.uri, answer).await
}

pub(crate) async fn document_highlight(
    server: &Server,
    params: DocumentHighlightParams,
) -> Result<Option<Vec<DocumentHighlight>>> {
    let TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
    let answer = move |it: &Snapshot| {
        let found = it.analysis.highlights(it.offset(position)?);
        Some(found.into_iter().map(|place| it.highlight(place)).collect())
    };
    server.query("documentHighlight", &text_document.uri, answer).await
}

pub(crate) async fn prepare_rename(
    server: &Server,
    params: TextDocumentPositionParams,
) -> Result<Option<PrepareRenameResponse>> {
    let TextDocumentPositionParams { text_document, position } = params;
    let answer = move |it: &Snapshot| {
        let target = it.analysis.prepare_rename(it.offset(position)?);
        Some(target.map(|target| it.rename_target(target)))
    };
    let answer = server.query("prepareRename", &text_document.uri, answer).await?;
    answer.transpose().map_err(refused)
}

pub(crate) async fn rename(server: &Server, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
    let TextDocumentPositionParams { text_document, position } = params.text_document_position;
    let answer = move |it: &Snapshot| {
        let change = it.analysis.rename(it.offset(position)?, &params.new_name);
        Some(change.map(|change| it.workspace_edit(&change)))
    };
    let answer = server.query("rename", &text_document.uri, answer).await?;
    answer.transpose().map_err(refused)
}

pub(crate) async fn document_symbol(
    server: &Server,
    params: DocumentSymbolParams,
) -> Result<Option<DocumentSymbolResponse>> {
    let uri = params.text_document.uri;
    let text = server.query("documentSymbol", &uri, Snapshot::outline).await?;
    Ok(text.map(|text| server.large.symbols(text, uri)))
}

pub(crate) async fn folding_range(
    server: &Server,
    params: FoldingRangeParams,
) -> Result<Option<Vec<FoldingRange>>> {
    let answer = |it: &Snapshot| Some(it.folds());
    server.query("foldingRange", &params.text_document.uri, answer).await
}

pub(crate) async fn code_action(
    server: &Server,
    params: CodeActionParams,
) -> Result<Option<CodeActionResponse>> {
    let (range, only) = (params.range, params.context.only.unwrap_or_default());
    let answer = move |it: &Snapshot| {
        let found = it.code_actions(it.text_range(range)?);
        let wanted = found.into_iter().filter(|action| is_wanted(&action_kind(action.kind), &only));
        Some(wanted.filter_map(|action| it.code_action(action)).collect())
    };
    server.query("codeAction", &params.text_document.uri, answer).await
}

/// Whether a kind is one of those asked for, or below one of them: `refactor` stands for
/// `refactor.rewrite` too. Nothing asked for is everything.
fn is_wanted(kind: &CodeActionKind, only: &[CodeActionKind]) -> bool {
    let is_below = |wanted: &CodeActionKind| {
        let rest = kind.as_str().strip_prefix(wanted.as_str());
        rest.is_some_and(|rest| wanted.as_str().is_empty() || rest.is_empty() || rest.starts_with('.'))
    };
    only.is_empty() || only.iter().any(is_below)
}

pub(crate) async fn diagnostic(
    server: &Server,
    params: DocumentDiagnosticParams,
) -> Result<DocumentDiagnosticReportResult> {
    // The one request that is not answered at once: what is said first shall not be taken back. The answer
    // may be about a newer text than the client asked about, never about an older one.
    server.wait_for_settings(&params.text_document.uri).await;
    let result_id = {
        let state = server.state.lock();
        state.snapshot(&params.text_document.uri).map(|snapshot| state.result_id(&snapshot))
    };
    if let Some(result_id) = &result_id
        && params.previous_result_id.as_ref() == Some(result_id)
    {
        return Ok(unchanged(result_id.clone()));
    }
    if let Some(faults) = server.state.lock().faults_of(&params.text_document.uri) {
        return Ok(full(None, faults));
    }
    let answer = |it: &Snapshot| {
        let found = it.diagnostics();
        Some(found.into_iter().map(|found| it.diagnostic(found, it.client.pulled)).collect())
    };
    let items = server.query("diagnostic", &params.text_document.uri, answer).await?;
    Ok(full(result_id, items.unwrap_or_default()))
}

fn unchanged(result_id: String) -> DocumentDiagnosticReportResult {
    let report = RelatedUnchangedDocumentDiagnosticReport {
        related_documents: None,
        unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id },
    };
    DocumentDiagnosticReportResult::Report(DocumentDiagnosticReport::Unchanged(report))
}

fn full(result_id: Option<String>, items: Vec<Diagnostic>) -> DocumentDiagnosticReportResult {
    let report = RelatedFullDocumentDiagnosticReport {
        related_documents: None,
        full_document_diagnostic_report: FullDocumentDiagnosticReport { result_id, items },
    };
    DocumentDiagnosticReportResult::Report(DocumentDiagnosticReport::Full(report))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_wanted_by_itself_and_by_what_it_lies_below() {
        let wanted = |only: &[&'static str]| {
            let only: Vec<_> = only.iter().map(|&it| CodeActionKind::new(it)).collect();
            is_wanted(&CodeActionKind::REFACTOR_REWRITE, &only)
        };
        assert!(
            wanted(&[])
                && wanted(&[""])
                && wanted(&["refactor"])
                && wanted(&["quickfix", "refactor.rewrite"])
        );
        assert!(!wanted(&["quickfix"]) && !wanted(&["refactor.rewrite.now"]) && !wanted(&["ref"]));
    }
}
