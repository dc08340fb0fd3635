//! Diagnostics for clients that wait for them to be sent.
//!
//! One thread works all of them out and sends them, so that an older set can never arrive after a newer
//! one, and a key does not wait for one thread to wake another. There is no delay: a document is looked at as
//! soon as it changed, and what became outdated meanwhile is not sent.
//!
//! Clients that ask for diagnostics (`textDocument/diagnostic`) are sent none, see
//! [`ClientSupport::pulls_diagnostics`]; only what is wrong in `dockstage.toml`, for which they never ask, is
//! sent to them too.
//!
//! [`ClientSupport::pulls_diagnostics`]: crate::capabilities::ClientSupport::pulls_diagnostics

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use dockstage_core::analysis::Analysis;
use dockstage_core::model::SourceFile;
use tokio::runtime::Handle;
use tower_lsp_server::Client;
use tower_lsp_server::ls_types::{Diagnostic, Uri};

use crate::server::SharedState;

/// Sends diagnostics for as long as it exists.
#[derive(Debug, Default)]
pub(crate) struct Publisher(Arc<Queue>);

/// The documents to look at.
#[derive(Debug, Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    wake: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    documents: VecDeque<Uri>,
    is_over: bool,
}

impl Publisher {
    /// Something happened to a document: it was opened, changed, closed or lost, or is seen under
    /// other settings.
    pub(crate) fn mark_dirty(&self, uri: Uri) {
        let mut waiting = self.0.lock();
        if !waiting.documents.contains(&uri) {
            waiting.documents.push_back(uri);
        }
        drop(waiting);
        self.0.wake.notify_one();
    }

    /// Begins to send. Called within the runtime that the client is served by.
    pub(crate) fn start(&self, state: SharedState, client: Client) {
        let (queue, runtime) = (Arc::clone(&self.0), Handle::current());
        let mut sender = Sender { state, client, runtime, last: None };
        let unseen = Arc::new(SourceFile::new(WARM_UP));
        let work = move || {
            // Only to have done it: nobody waits for this.
            let _ = catch_unwind(AssertUnwindSafe(|| Analysis::new(unseen, Arc::default()).diagnostics()));
            while let Some(uri) = queue.next() {
                sender.publish(uri);
            }
        };
        if let Err(error) = std::thread::Builder::new().name("diagnostics".to_owned()).spawn(work) {
            tracing::error!("no diagnostics will be sent, as no thread can be started: {error}");
        }
    }
}

/// A Dockerfile that is looked at when a client says hello, so that the first one which somebody sees does not
/// wait for the operating system to bring the program into memory.
const WARM_UP: &str = "# syntax=docker/dockerfile:1\nARG VERSION=1\nFROM alpine:$VERSION AS build\n\
    WORKDIR /src\nRUN --mount=type=cache,target=/c make \\\n  # all\n  all\nENV A=\"$VERSION\" B=b\n\
    FROM scratch\nCOPY --from=build --chown=1:1 /src /\nLABEL a=b\nEXPOSE 80\nUSER 1\nCMD [\"/a\"]\n";

impl Drop for Publisher {
    fn drop(&mut self) {
        self.0.lock().is_over = true;
        self.0.wake.notify_one();
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a document; none when it is over.
    fn next(&self) -> Option<Uri> {
        let idle = |it: &mut Waiting| it.documents.is_empty() && !it.is_over;
        let mut waiting = self.wake.wait_while(self.lock(), idle).unwrap_or_else(PoisonError::into_inner);
        waiting.documents.pop_front().filter(|_| !waiting.is_over)
    }
}

struct Sender {
    state: SharedState,
    client: Client,
    runtime: Handle,
    /// What was sent last: the document, and the name of what was said about it; empty where that was nothing,
    /// as its text is not known.
    last: Option<(Uri, String)>,
}

impl Sender {
    fn publish(&mut self, uri: Uri) {
        let faults = self.state.lock().faults_of(&uri);
        if let Some(faults) = faults {
            return self.send(uri, faults, None);
        }
        let state = self.state.lock();
        let snapshot = state.snapshot(&uri);
        let look = snapshot.as_ref().map_or(String::new(), |it| state.result_id(it));
        let look = Some((uri.clone(), look));
        drop(state);
        // Marked once more while the last look was about to be taken: it has seen that change already.
        if look == self.last {
            return;
        }
        let Some(snapshot) = snapshot else {
            // Closed or lost: what was said about it holds no more.
            self.send(uri, Vec::new(), None);
            self.last = look;
            return;
        };
        let found = catch_unwind(AssertUnwindSafe(|| {
            let found = snapshot.diagnostics().into_iter();
            found.map(|it| snapshot.diagnostic(it, snapshot.client.pushed)).collect()
        }));
        match found {
            // What is outdated already is marked dirty again, and is not worth sending.
            Ok(found) if self.state.lock().is_current(&snapshot) => {
                self.send(uri, found, Some(snapshot.version));
                self.last = look;
            }
            Ok(_) => (),
            Err(_) => {
                let uri = uri.as_str();
                tracing::error!("no diagnostics for {uri}: a panic, which is a bug in Dockstage");
            }
        }
    }

    fn send(&mut self, uri: Uri, found: Vec<Diagnostic>, version: Option<i32>) {
        self.last = None;
        self.runtime.block_on(self.client.publish_diagnostics(uri, found, version));
    }
}
