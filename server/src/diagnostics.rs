//! Diagnostics for clients that wait for them to be sent.
//!
//! One task sends them all, so that an older set can never arrive after a newer one. There is no
//! delay: a document is looked at as soon as it changed, on a thread where the work holds nothing up,
//! and what became outdated meanwhile is not sent.
//!
//! Clients that ask for diagnostics (`textDocument/diagnostic`) are sent none, see
//! [`ClientSupport::pulls_diagnostics`]; only what is wrong in `dockstage.toml`, for which they never ask, is
//! sent to them too.
//!
//! [`ClientSupport::pulls_diagnostics`]: crate::capabilities::ClientSupport::pulls_diagnostics

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;
use tower_lsp_server::Client;
use tower_lsp_server::ls_types::Uri;

use crate::server::SharedState;

/// The queue of documents to look at.
#[derive(Debug, Default)]
pub(crate) struct Publisher {
    dirty: Mutex<VecDeque<Uri>>,
    wake: Notify,
}

impl Publisher {
    /// Something happened to a document: it was opened, changed, closed or lost, or is seen under
    /// other settings.
    pub(crate) fn mark_dirty(&self, uri: Uri) {
        let mut dirty = self.dirty.lock().unwrap_or_else(PoisonError::into_inner);
        if !dirty.contains(&uri) {
            dirty.push_back(uri);
        }
        drop(dirty);
        self.wake.notify_one();
    }

    fn next(&self) -> Option<Uri> {
        self.dirty.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    /// Sends diagnostics until the server ends.
    pub(crate) async fn run(&self, state: &SharedState, client: &Client) {
        loop {
            self.wake.notified().await;
            while let Some(uri) = self.next() {
                publish(state, client, uri).await;
            }
        }
    }
}

async fn publish(state: &SharedState, client: &Client, uri: Uri) {
    let faults = state.lock().faults_of(&uri);
    if let Some(faults) = faults {
        return client.publish_diagnostics(uri, faults, None).await;
    }
    let Some(snapshot) = state.lock().snapshot(&uri) else {
        // Closed or lost: what was said about it holds no more.
        return client.publish_diagnostics(uri, Vec::new(), None).await;
    };
    let (version, current) = (snapshot.version, snapshot.clone());
    let found = tokio::task::spawn_blocking(move || {
        let found = snapshot.diagnostics();
        found.into_iter().map(|it| snapshot.diagnostic(it, snapshot.client.pushed)).collect()
    });
    match found.await {
        // What is outdated already is marked dirty again, and is not worth sending.
        Ok(found) if state.lock().is_current(&current) => {
            client.publish_diagnostics(uri, found, Some(version)).await;
        }
        Ok(_) => (),
        Err(panic) => tracing::error!("no diagnostics for {}: {panic}", uri.as_str()),
    }
}
