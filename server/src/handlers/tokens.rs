//! `textDocument/semanticTokens`: of a document, of what has changed in it, of a part.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    SemanticToken, SemanticTokens, SemanticTokensDelta, SemanticTokensDeltaParams,
    SemanticTokensFullDeltaResult, SemanticTokensParams, SemanticTokensRangeParams,
    SemanticTokensRangeResult, SemanticTokensResult,
};

use crate::convert::tokens::token_edits;
use crate::server::Server;
use crate::state::Snapshot;

/// The last tokens of a document, with the name that they were sent under. What changed since is all that a
/// client is sent when it still has them.
#[derive(Debug, Clone, Default)]
pub(crate) struct LastTokens(Arc<Mutex<Option<Named>>>);

#[derive(Debug, Clone)]
struct Named {
    id: String,
    tokens: Arc<[SemanticToken]>,
}

impl LastTokens {
    fn get(&self) -> Option<Named> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, tokens: Named) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(tokens);
    }
}

pub(crate) async fn full(
    server: &Server,
    params: SemanticTokensParams,
) -> Result<Option<SemanticTokensResult>> {
    let answer = |it: &Snapshot| serde_json::to_vec(&whole(now(it))).ok();
    let text = server.query("semanticTokens/full", &params.text_document.uri, answer).await?;
    Ok(text.map(|text| server.large.tokens(text)))
}

pub(crate) async fn delta(
    server: &Server,
    params: SemanticTokensDeltaParams,
) -> Result<Option<SemanticTokensFullDeltaResult>> {
    let previous = params.previous_result_id;
    let answer = move |it: &Snapshot| {
        let before = it.last_tokens.get().filter(|last| last.id == previous);
        let now = now(it);
        Some(match before {
            Some(before) => SemanticTokensFullDeltaResult::TokensDelta(SemanticTokensDelta {
                edits: token_edits(&before.tokens, &now.tokens),
                result_id: Some(now.id),
            }),
            None => SemanticTokensFullDeltaResult::Tokens(whole(now)),
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

/// The tokens of a document as it is now, which are remembered from here on.
fn now(snapshot: &Snapshot) -> Named {
    let analysis = snapshot.analysis_with_targets();
    let id = id(&snapshot.text_id(), &analysis.unused_stages());
    if let Some(last) = snapshot.last_tokens.get().filter(|last| last.id == id) {
        return last;
    }
    let tokens = snapshot.semantic_tokens(&analysis.semantic_tokens(None));
    let now = Named { id, tokens: tokens.into() };
    snapshot.last_tokens.set(now.clone());
    now
}

/// A name for the tokens of a text. They depend on the text, and on which stages are built.
fn id(text: &str, unused_stages: &[bool]) -> String {
    let mut hasher = DefaultHasher::new();
    unused_stages.hash(&mut hasher);
    format!("{text}-{:x}", hasher.finish())
}

fn whole(named: Named) -> SemanticTokens {
    SemanticTokens { result_id: Some(named.id), data: named.tokens.to_vec() }
}
