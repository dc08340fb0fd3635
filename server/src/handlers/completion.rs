//! Completion: what can be typed, and what there is to say about it when it is selected.

use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::*;

use crate::convert::completion::Origin;
use crate::outlet::Bytes;
use crate::server::Server;
use crate::state::Snapshot;

pub(crate) async fn completion(
    server: &Server,
    params: CompletionParams,
) -> Result<Option<CompletionResponse>> {
    let TextDocumentPositionParams { text_document, position } = params.text_document_position;
    let answer = move |it: &Snapshot| {
        let offset = it.offset(position)?;
        let listing = it.analysis.wanted_folder(offset).and_then(|wanted| it.listing(&wanted));
        let is_incomplete = listing.as_ref().is_some_and(|it| it.is_cut);
        // The ignore file counts for paths only.
        let found = match &listing {
            Some(_) => it.analysis_beside().completions(offset, listing.as_ref()),
            None => it.analysis.completions(offset, None),
        };
        let items = found.into_iter().map(|item| it.completion(item, offset)).collect();
        let list = match is_incomplete {
            true => CompletionResponse::List(CompletionList { is_incomplete, items }),
            false => CompletionResponse::Array(items),
        };
        serde_json::to_vec(&list).ok().map(Bytes::from)
    };
    let text = server.query("completion", &text_document.uri, answer).await?;
    Ok(text.map(|text| server.large.completions(text)))
}

/// Adds the documentation. An item that is not one of ours, or of a document that is closed, stays as it is.
pub(crate) async fn resolve(server: &Server, item: CompletionItem) -> Result<CompletionItem> {
    let Some(Origin { uri, topic }) = Origin::of(&item) else { return Ok(item) };
    let answer = move |it: &Snapshot| it.documentation(&topic);
    let documentation = server.query("resolve", &uri, answer).await?;
    Ok(CompletionItem { documentation, ..item })
}
