//! `textDocument/semanticTokens`: of a document, of what has changed in it, of a part.

use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    SemanticTokens, SemanticTokensDelta, SemanticTokensDeltaParams, SemanticTokensFullDeltaResult,
    SemanticTokensParams, SemanticTokensRangeParams, SemanticTokensRangeResult, SemanticTokensResult,
};

use crate::convert::tokens::token_edits;
use crate::outlet::Bytes;
use crate::server::Server;
use crate::state::Snapshot;

pub(crate) async fn full(
    server: &Server,
    params: SemanticTokensParams,
) -> Result<Option<SemanticTokensResult>> {
    let answer = |it: &Snapshot| Some(Bytes::from(it.all_tokens().to_json()));
    let text = server.query("semanticTokens/full", &params.text_document.uri, answer).await?;
    Ok(text.map(|text| server.large.tokens(text)))
}

pub(crate) async fn delta(
    server: &Server,
    params: SemanticTokensDeltaParams,
) -> Result<Option<SemanticTokensFullDeltaResult>> {
    let previous = params.previous_result_id;
    let answer = move |it: &Snapshot| {
        let before = it.kept.last_tokens.get().filter(|last| last.id == previous);
        let now = it.all_tokens();
        let result_id = Some(now.id.clone());
        Some(match before {
            Some(before) => SemanticTokensFullDeltaResult::TokensDelta(SemanticTokensDelta {
                edits: token_edits(&before.numbers, &now.numbers),
                result_id,
            }),
            None => {
                SemanticTokensFullDeltaResult::Tokens(SemanticTokens { data: now.numbers.clone(), result_id })
            }
        })
    };
    server.query("semanticTokens/full/delta", &params.text_document.uri, answer).await
}

pub(crate) async fn range(
    server: &Server,
    params: SemanticTokensRangeParams,
) -> Result<Option<SemanticTokensRangeResult>> {
    let range = params.range;
    let answer = move |it: &Snapshot| {
        let found = it.analysis_with_targets().semantic_tokens(Some(it.text_range(range)?));
        let tokens = SemanticTokens { result_id: None, data: it.semantic_tokens(&found) };
        Some(SemanticTokensRangeResult::Tokens(tokens))
    };
    server.query("semanticTokens/range", &params.text_document.uri, answer).await
}
