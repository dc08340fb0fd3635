//! Code lenses above the stages.

use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{CodeLens, CodeLensParams};

use crate::server::Server;
use crate::state::Snapshot;

pub(crate) async fn code_lens(server: &Server, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
    let answer = |it: &Snapshot| {
        let lenses = it.analysis_with_builders().code_lenses(it.config.lenses);
        Some(lenses.into_iter().filter_map(|lens| it.code_lens(lens)).collect())
    };
    server.query("codeLens", &params.text_document.uri, answer).await
}
