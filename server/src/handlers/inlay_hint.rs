//! Inlay hints of a part of a document.

use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{InlayHint, InlayHintParams};

use crate::server::Server;
use crate::state::Snapshot;

pub(crate) async fn inlay_hint(server: &Server, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
    let range = params.range;
    let answer = move |it: &Snapshot| {
        let hints = it.analysis.inlay_hints(it.text_range(range)?, it.config.hints);
        Some(hints.into_iter().map(|hint| it.inlay_hint(hint)).collect())
    };
    server.query("inlayHint", &params.text_document.uri, answer).await
}
