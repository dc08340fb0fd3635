//! One document at one moment, for those who answer questions about it.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use dockstage_core::analysis::Analysis;
use dockstage_core::assists::CodeAction;
use dockstage_core::assists::split_stage::ContextFiles;
use dockstage_core::lint::Diagnostic;
use dockstage_core::text::LineTable;
use dockstage_core::workspace::{Listing, WantedFolder};
use dockstage_core::{TextRange, TextSize};
use tokio::sync::Notify;
use tower_lsp_server::ls_types::Uri;

use crate::beside::Beside;
use crate::capabilities::ClientSupport;
use crate::config::Config;
use crate::convert::outline::LastOutline;
use crate::convert::token_pieces::LastTokens;
use crate::disk;

/// One document at one moment, with the settings of that moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub(crate) uri: Uri,
    pub(crate) version: i32,
    /// Of all texts that there have been, which one this is.
    pub(crate) revision: u64,
    pub(crate) analysis: Analysis,
    pub(crate) beside: Beside,
    /// The folder that is the build context, for a document that lies on disk.
    pub(crate) context: Option<PathBuf>,
    pub(crate) client: Arc<ClientSupport>,
    /// What holds for it.
    pub(crate) config: Config,
    /// The folder of the workspace that it lies in, if any.
    pub(crate) root: Option<PathBuf>,
    pub(crate) kept: Kept,
    /// How often something beside documents had changed by then.
    pub(crate) changes_beside: u64,
    pub(crate) cancelled: Arc<AtomicBool>,
}

/// No longer text is looked at before somebody asks: 1 MiB. Files that people write have less than a tenth of it.
const LONGEST_PREPARED: TextSize = TextSize::new(1 << 20);

impl Snapshot {
    /// What can be asked about the document.
    pub fn analysis(&self) -> &Analysis {
        &self.analysis
    }

    /// A name for its text alone. Another run of the server has other names.
    pub(crate) fn text_id(&self) -> String {
        format!("{}.{}", std::process::id(), self.revision)
    }

    /// Whether the client has lost interest in the answer.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Works out what the first questions about a document would wait for: what its shells' texts say, and the answers
    /// that are made anew after every key from those before.
    pub(crate) fn prepare(&self) {
        let file = self.analysis.file();
        if file.text().len() > LONGEST_PREPARED {
            return;
        }
        file.dockerfile().scopes();
        self.all_tokens();
        if self.client.symbols.nested {
            self.outline();
        }
    }

    /// Tells whoever works with this snapshot to stop, when it is dropped.
    pub(crate) fn cancel_on_drop(&self) -> CancelOnDrop {
        CancelOnDrop(Arc::clone(&self.cancelled))
    }

    /// The folder that is the build context, for a document that lies on disk.
    pub(crate) fn context_folder(&self) -> Option<&Path> {
        self.context.as_deref()
    }

    /// What is wrong with the document, as far as the user wants to know.
    pub(crate) fn diagnostics(&self) -> Vec<Diagnostic> {
        let found = self.config.diagnostics.then(|| self.analysis_with(Beside::project).diagnostics());
        if let Some(found) = &found {
            self.kept.last_diagnostics.set(self, found);
        }
        self.kept.looked.notify_one();
        found.unwrap_or_default()
    }

    /// What can be done about a part of the document. This may read the disk.
    pub(crate) fn code_actions(&self, range: TextRange) -> Vec<CodeAction> {
        let analysis = self.analysis_in_project();
        // The project's files may have changed since.
        let known = self.kept.last_diagnostics.of(self).filter(|_| !analysis.asks_for_project());
        match known {
            Some(known) => analysis.code_actions_for(known, range),
            None => analysis.code_actions(range),
        }
    }

    /// What lies in a folder of the build context. This reads the disk.
    pub(crate) fn listing(&self, wanted: &WantedFolder) -> Option<Listing> {
        disk::listing(self.context.as_ref()?, wanted)
    }

    /// What can be asked about the document where it depends on its ignore file. This may read the disk.
    pub(crate) fn analysis_beside(&self) -> Analysis {
        self.analysis.clone().with_ignore(self.beside.ignore_file())
    }

    /// The same where it also depends on the project's own files as they are now. This may read the disk.
    pub(crate) fn analysis_in_project(&self) -> Analysis {
        self.analysis_with(Beside::project_now)
    }

    /// The same where it depends on which stages the project's files build. This may read the disk.
    pub(crate) fn analysis_with_targets(&self) -> Cow<'_, Analysis> {
        match self.analysis.asks_for_targets() {
            true => Cow::Owned(self.analysis.clone().with_project(self.beside.project())),
            false => Cow::Borrowed(&self.analysis),
        }
    }

    /// The same where it says which files of the project build a stage. This may read the disk.
    pub(crate) fn analysis_with_builders(&self) -> Cow<'_, Analysis> {
        match self.analysis.file().dockerfile().stages.len() {
            0 | 1 => Cow::Borrowed(&self.analysis),
            _ => Cow::Owned(self.analysis.clone().with_project(self.beside.project())),
        }
    }

    fn analysis_with(&self, project: impl Fn(&Beside) -> Arc<ContextFiles>) -> Analysis {
        let analysis = self.analysis_beside();
        match analysis.asks_for_project() {
            true => analysis.with_project(project(&self.beside)),
            false => analysis,
        }
    }
}

/// What is remembered of a document from one answer to the next. Clones are the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept {
    pub(crate) last_tokens: LastTokens,
    pub(crate) last_outline: LastOutline,
    last_diagnostics: LastDiagnostics,
    /// Tells that diagnostics were worked out.
    pub(crate) looked: Arc<Notify>,
    /// Where the lines of this text begin, once somebody has asked for many places.
    pub(crate) lines: Arc<OnceLock<LineTable>>,
}

/// What was found wrong with a document last. A client asks what can be done about it at every move of the cursor.
#[derive(Debug, Clone, Default)]
struct LastDiagnostics(Arc<Mutex<Option<Findings>>>);

/// What was found, and with which look.
type Findings = (Look, Vec<Diagnostic>);

/// What a document was looked at with.
#[derive(Debug, PartialEq, Eq)]
struct Look {
    revision: u64,
    changes_beside: u64,
    config: Config,
}

impl Look {
    fn of(snapshot: &Snapshot) -> Self {
        let Snapshot { revision, changes_beside, config, .. } = snapshot;
        Self { revision: *revision, changes_beside: *changes_beside, config: config.clone() }
    }
}

impl LastDiagnostics {
    fn lock(&self) -> MutexGuard<'_, Option<Findings>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, snapshot: &Snapshot, found: &[Diagnostic]) {
        *self.lock() = Some((Look::of(snapshot), found.to_vec()));
    }

    /// What was found when the document was looked at as this snapshot does.
    fn of(&self, snapshot: &Snapshot) -> Option<Vec<Diagnostic>> {
        self.lock().as_ref().filter(|(look, _)| *look == Look::of(snapshot)).map(|(_, found)| found.clone())
    }
}

impl Kept {
    /// What holds when the text changes.
    pub(crate) fn for_next_text(&self) -> Self {
        Self { lines: Arc::default(), ..self.clone() }
    }
}

/// Sets a snapshot's flag when the future that waits for its answer is dropped.
#[derive(Debug)]
pub(crate) struct CancelOnDrop(Arc<AtomicBool>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use tower_lsp_server::ls_types::{ClientCapabilities, TextDocumentContentChangeEvent};

    use super::*;
    use crate::state::State;

    /// Pieces that change how a Dockerfile is cut into lines, stages and words, and what its names mean.
    const PIECES: [&str; 18] = [
        "FROM alpine AS a\n",
        "FROM a AS b\n",
        "COPY --from=a /x /y\n",
        "  COPY --from=b . .\n",
        "ARG X=1\n",
        "ENV Y=$X Z='é'\n",
        "RUN echo $X \\\n  # why\n  && ls | wc\n",
        "RUN <<EOF\necho \"$Y\"\nEOF\n",
        "SHELL [\"pwsh\"]\n",
        "# a comment\n",
        "LABEL a=b \"c d\"=e\n",
        "EXPOSE 80/tcp\n",
        "\r\n",
        "\n",
        "  ",
        "😀",
        "x",
        "\\\n",
    ];

    fn state(multiline: bool) -> State {
        let client = json!({ "textDocument": {
            "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
            "semanticTokens": {
                "requests": { "full": true }, "formats": ["relative"], "multilineTokenSupport": multiline,
                "tokenTypes": ["keyword", "string", "type", "variable", "parameter", "comment", "function"],
                "tokenModifiers": ["declaration", "unused", "external"],
            },
        }});
        let client: ClientCapabilities = serde_json::from_value(client).unwrap();
        let mut state = State::default();
        state.set_client(ClientSupport::of(&client));
        state
    }

    fn uri() -> Uri {
        "file:///Dockerfile".parse().unwrap()
    }

    /// What a snapshot answers.
    fn answers(snapshot: &Snapshot) -> (Value, Vec<u32>) {
        let outline = serde_json::from_slice(&snapshot.outline().unwrap().concat()).unwrap();
        let tokens: Value = serde_json::from_slice(&snapshot.all_tokens().to_json()).unwrap();
        let numbers = tokens["data"].as_array().unwrap().iter().map(|it| it.as_u64().unwrap() as u32);
        (outline, numbers.collect())
    }

    /// What one answers that has seen no text before.
    fn answers_anew(text: &str, multiline: bool) -> (Value, Vec<u32>) {
        let mut state = state(multiline);
        state.open(uri(), 1, text).unwrap();
        answers(&state.snapshot(&uri()).unwrap())
    }

    #[test]
    fn answers_made_of_the_last_ones_are_those_made_anew() {
        // A simple row of numbers without a pattern.
        let mut seed = 1_u64;
        let mut next = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(seed >> 33).unwrap() % below
        };
        for multiline in [false, true] {
            let mut state = state(multiline);
            let mut text: String = (0..30).map(|_| PIECES[next(PIECES.len())]).collect();
            state.open(uri(), 0, &text).unwrap();
            for version in 1..300 {
                let lines: Vec<&str> = text.split_inclusive('\n').collect();
                let first = next(lines.len().max(1));
                let count = next(3).min(lines.len() - first.min(lines.len()));
                // Whole lines, so that no position has to be counted in characters.
                let new = if next(3) == 0 { "" } else { PIECES[next(PIECES.len())] };
                let change: TextDocumentContentChangeEvent = serde_json::from_value(json!({
                    "text": new,
                    "range": { "start": { "line": first, "character": 0 }, "end": { "line": first + count, "character": 0 } },
                }))
                .unwrap();
                let at = lines[..first].concat().len();
                let len = lines[first..first + count].concat().len();
                text.replace_range(at..at + len, new);
                state.change(&uri(), version, &[change]).unwrap();
                let snapshot = state.snapshot(&uri()).unwrap();
                assert_eq!(snapshot.analysis().file().text().to_string(), text);
                // Not after every change: what is remembered may be older.
                if next(4) > 0 {
                    let (outline, tokens) = answers(&snapshot);
                    let (outline_anew, tokens_anew) = answers_anew(&text, multiline);
                    assert_eq!(outline, outline_anew, "{text}");
                    assert_eq!(tokens, tokens_anew, "{text}");
                }
            }
        }
    }

    #[test]
    fn actions_are_for_what_is_wrong_now() {
        let mut state = state(false);
        state.open(uri(), 0, "from alpine\nRUN x\n").unwrap();
        let all = TextRange::new(0.into(), 4.into());
        let titles = |state: &State, looks: bool| -> Vec<String> {
            let snapshot = state.snapshot(&uri()).unwrap();
            if looks {
                snapshot.diagnostics();
            }
            snapshot.code_actions(all).into_iter().map(|it| it.title).collect()
        };
        let before = titles(&state, false);
        assert!(!before.is_empty());
        assert_eq!(titles(&state, true), before, "what was found is remembered");
        state
            .change(
                &uri(),
                1,
                &serde_json::from_value::<Vec<_>>(json!([{ "text": "FROM alpine\nRUN x\n" }])).unwrap(),
            )
            .unwrap();
        assert!(!titles(&state, false).iter().any(|it| before.contains(it)), "and forgotten with the text");
    }
}
