//! Go to definition on a path: to what makes it in the document, or to the file in the build context.

use std::path::Path;

use dockstage_core::TextSize;
use dockstage_core::ide::path_definition::PathTarget;
use tower_lsp_server::ls_types::GotoDefinitionResponse;

use crate::disk;
use crate::state::Snapshot;

/// Where the path at `offset` comes from. This may read the disk.
pub(super) fn path_definition(snapshot: &Snapshot, offset: TextSize) -> Option<GotoDefinitionResponse> {
    match snapshot.analysis.path_definition(offset)? {
        PathTarget::Made(targets) => Some(snapshot.definitions(&targets)),
        PathTarget::Context { origin, path } => {
            let file = snapshot.context_folder()?.join(Path::new(&path));
            // A folder is nothing that an editor shows.
            disk::is_file(&file).then(|| snapshot.file_definition(origin, &file))?
        }
    }
}
