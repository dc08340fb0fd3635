//! Definitions of paths.

use std::path::Path;

use dockstage_core::TextRange;
use dockstage_core::ide::definition::NavigationTarget;
use tower_lsp_server::ls_types::{GotoDefinitionResponse, Location, LocationLink, Range, Uri};

use crate::state::Snapshot;

impl Snapshot {
    /// Definitions in the document, the best one first.
    pub(crate) fn definitions(&self, targets: &[NavigationTarget]) -> GotoDefinitionResponse {
        if !self.client.definition_links {
            let places = targets.iter().map(|it| self.location(it.focus));
            return GotoDefinitionResponse::Array(places.collect());
        }
        let links = targets.iter().map(|target| LocationLink {
            origin_selection_range: Some(self.range(target.origin)),
            target_uri: self.uri.clone(),
            target_range: self.range(target.full),
            target_selection_range: self.range(target.focus),
        });
        GotoDefinitionResponse::Link(links.collect())
    }

    /// A file as the definition of the word at `origin`.
    pub(crate) fn file_definition(&self, origin: TextRange, file: &Path) -> Option<GotoDefinitionResponse> {
        let uri = Uri::from_file_path(file)?;
        if !self.client.definition_links {
            return Some(GotoDefinitionResponse::Scalar(Location::new(uri, Range::default())));
        }
        Some(GotoDefinitionResponse::Link(vec![LocationLink {
            origin_selection_range: Some(self.range(origin)),
            target_uri: uri,
            target_range: Range::default(),
            target_selection_range: Range::default(),
        }]))
    }
}
