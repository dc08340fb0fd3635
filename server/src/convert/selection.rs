//! Selections that grow, and places that change together.

use dockstage_core::TextRange;
use dockstage_core::ide::linked_editing::LinkedRanges;
use tower_lsp_server::ls_types::{LinkedEditingRanges, SelectionRange};

use crate::state::Snapshot;

impl Snapshot {
    /// The steps of a selection, the smallest first.
    pub(crate) fn selection(&self, steps: Vec<TextRange>) -> Option<SelectionRange> {
        steps.into_iter().rev().fold(None, |parent, range| {
            Some(SelectionRange { range: self.range(range), parent: parent.map(Box::new) })
        })
    }

    /// Places that change together.
    pub(crate) fn linked_ranges(&self, linked: LinkedRanges) -> LinkedEditingRanges {
        LinkedEditingRanges {
            ranges: linked.ranges.into_iter().map(|range| self.range(range)).collect(),
            word_pattern: Some(linked.pattern.to_owned()),
        }
    }
}
