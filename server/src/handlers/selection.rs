//! `textDocument/selectionRange` and `textDocument/linkedEditingRange`.

use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    LinkedEditingRangeParams, LinkedEditingRanges, SelectionRange, SelectionRangeParams,
    TextDocumentPositionParams,
};

use crate::server::Server;
use crate::state::Snapshot;

pub(crate) async fn selection_range(
    server: &Server,
    params: SelectionRangeParams,
) -> Result<Option<Vec<SelectionRange>>> {
    let positions = params.positions;
    // An answer for each position, or none at all.
    let answer = move |it: &Snapshot| {
        let steps = |&position| it.selection(it.analysis.selection_ranges(it.offset(position)?));
        positions.iter().map(steps).collect()
    };
    server.query("selectionRange", &params.text_document.uri, answer).await
}

pub(crate) async fn linked_editing_range(
    server: &Server,
    params: LinkedEditingRangeParams,
) -> Result<Option<LinkedEditingRanges>> {
    let TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
    let answer = move |it: &Snapshot| {
        it.analysis.linked_ranges(it.offset(position)?).map(|linked| it.linked_ranges(linked))
    };
    server.query("linkedEditingRange", &text_document.uri, answer).await
}
