//! Document links.
//!
//! A client that says that it knows links is given those to Docker Hub without their address and asks for it when one
//! is followed, as it is used to from other servers for Dockerfiles. One that says nothing may not know how to ask.

use dockstage_core::ide::links::{Link, LinkTarget};
use dockstage_core::images::DOCKER_HUB;
use serde_json::Value;
use tower_lsp_server::ls_types::{DocumentLink, Uri};

use crate::disk;
use crate::state::Snapshot;

impl Snapshot {
    /// A link; none to a file that does not exist. This may look at the disk.
    pub(crate) fn link(&self, link: Link) -> Option<DocumentLink> {
        let is_late = self.client.resolves_links
            && matches!(&link.target, LinkTarget::Image(page) if page.registry == DOCKER_HUB);
        let target: Uri = match link.target {
            LinkTarget::Image(page) => page.url.parse().ok()?,
            LinkTarget::Url(url) => url.parse().ok()?,
            LinkTarget::ContextFile(path) => {
                let path = self.context.as_ref()?.join(path);
                disk::is_file(&path).then(|| Uri::from_file_path(path))??
            }
        };
        Some(DocumentLink {
            range: self.range(link.range),
            data: is_late.then(|| Value::String(target.as_str().to_owned())),
            target: (!is_late).then_some(target),
            tooltip: self.client.link_tooltips.then_some(link.tooltip),
        })
    }
}

/// A link with the address that was kept for it.
pub(crate) fn resolved(link: DocumentLink) -> DocumentLink {
    let kept = link.data.as_ref().and_then(Value::as_str).and_then(|it| it.parse().ok());
    DocumentLink { target: link.target.or(kept), data: None, ..link }
}
