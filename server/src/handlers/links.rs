//! `textDocument/documentLink`. What it takes to resolve a link the link has with it.

use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{DocumentLink, DocumentLinkParams};

use crate::server::Server;
use crate::state::Snapshot;

pub(crate) async fn document_link(
    server: &Server,
    params: DocumentLinkParams,
) -> Result<Option<Vec<DocumentLink>>> {
    let answer = |it: &Snapshot| {
        it.expect_many_places();
        Some(it.analysis.links().into_iter().filter_map(|link| it.link(link)).collect())
    };
    server.query("documentLink", &params.text_document.uri, answer).await
}
