//! What can be folded, in the protocol's words.

use dockstage_core::ide::folding::{Fold, FoldKind};
use tower_lsp_server::ls_types as lsp;

use crate::state::Snapshot;

/// What a client makes of folds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct FoldSupport {
    pub(crate) whole_lines: bool,
    pub(crate) limit: Option<usize>,
    /// It shows a text of ours for what is folded.
    pub(crate) collapsed_text: bool,
}

impl FoldSupport {
    /// Reads a client's capabilities.
    pub(crate) fn of(client: &lsp::FoldingRangeClientCapabilities) -> Self {
        let range = client.folding_range.as_ref();
        Self {
            whole_lines: client.line_folding_only.unwrap_or(false),
            limit: client.range_limit.map(|limit| limit as usize),
            collapsed_text: range.and_then(|it| it.collapsed_text).unwrap_or(false),
        }
    }
}

impl Snapshot {
    /// The folds, as many as the client wants.
    pub(crate) fn folds(&self) -> Vec<lsp::FoldingRange> {
        self.expect_many_places();
        let found = self.analysis.folding_ranges(self.client.folds.limit.unwrap_or(usize::MAX));
        found.into_iter().map(|it| self.fold(it)).collect()
    }

    fn fold(&self, fold: Fold) -> lsp::FoldingRange {
        let support = self.client.folds;
        let range = self.range(fold.range);
        let character = |it: u32| (!support.whole_lines).then_some(it);
        lsp::FoldingRange {
            start_line: range.start.line,
            start_character: character(range.start.character),
            end_line: range.end.line,
            end_character: character(range.end.character),
            kind: match fold.kind {
                FoldKind::Comment => Some(lsp::FoldingRangeKind::Comment),
                FoldKind::Region => Some(lsp::FoldingRangeKind::Region),
                FoldKind::Stage | FoldKind::Instruction | FoldKind::Heredoc => None,
            },
            collapsed_text: support.collapsed_text.then_some(fold.collapsed),
        }
    }
}
