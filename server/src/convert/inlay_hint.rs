//! Inlay hints.

use dockstage_core::ide::inlay_hints::InlayHint;
use tower_lsp_server::ls_types as lsp;

use crate::state::Snapshot;

impl Snapshot {
    /// A text between those of the document.
    pub(crate) fn inlay_hint(&self, hint: InlayHint) -> lsp::InlayHint {
        lsp::InlayHint {
            position: self.position(hint.offset),
            label: lsp::InlayHintLabel::String(hint.label),
            kind: None,
            text_edits: None,
            tooltip: Some(lsp::InlayHintTooltip::String(hint.tooltip)),
            padding_left: hint.padded.then_some(true),
            padding_right: None,
            data: None,
        }
    }
}
