//! Call hierarchy: items, and what finds them again.

use dockstage_core::ide::call_hierarchy::{Call, Callable, Item};
use serde_json::{Value, json};
use tower_lsp_server::ls_types as lsp;

use crate::state::Snapshot;

impl Snapshot {
    /// A stage or an image.
    pub(crate) fn call_hierarchy_item(&self, item: Item) -> lsp::CallHierarchyItem {
        lsp::CallHierarchyItem {
            name: item.name,
            kind: match item.id {
                Callable::Stage { .. } => lsp::SymbolKind::CLASS,
                Callable::Image(_) => lsp::SymbolKind::MODULE,
            },
            tags: None,
            detail: (!item.detail.is_empty()).then_some(item.detail),
            uri: self.uri.clone(),
            range: self.range(item.range),
            selection_range: self.range(item.focus),
            data: Some(data(&item.id)),
        }
    }

    /// A stage that takes from another item.
    pub(crate) fn incoming_call(&self, call: Call) -> lsp::CallHierarchyIncomingCall {
        let from_ranges = call.ranges.iter().map(|&range| self.range(range)).collect();
        lsp::CallHierarchyIncomingCall { from: self.call_hierarchy_item(call.item), from_ranges }
    }

    /// A stage or an image that a stage needs.
    pub(crate) fn outgoing_call(&self, call: Call) -> lsp::CallHierarchyOutgoingCall {
        let from_ranges = call.ranges.iter().map(|&range| self.range(range)).collect();
        lsp::CallHierarchyOutgoingCall { to: self.call_hierarchy_item(call.item), from_ranges }
    }

    /// What an item of ours stands for. A client that loses our data still knows the place.
    pub(crate) fn callable(&self, item: &lsp::CallHierarchyItem) -> Option<Callable> {
        let known = item.data.as_ref().and_then(read);
        known.or_else(|| {
            let at = self.offset(item.selection_range.start)?;
            self.analysis.call_hierarchy(at).map(|item| item.id)
        })
    }
}

fn data(id: &Callable) -> Value {
    match id {
        Callable::Stage { name, index, base } => json!({ "stage": name, "index": index, "base": base }),
        Callable::Image(name) => json!({ "image": name }),
    }
}

fn read(data: &Value) -> Option<Callable> {
    if let Some(name) = data.get("image") {
        return Some(Callable::Image(name.as_str()?.to_owned()));
    }
    Some(Callable::Stage {
        name: data.get("stage")?.as_str().map(str::to_owned),
        index: u32::try_from(data.get("index")?.as_u64()?).ok()?,
        base: data.get("base")?.as_str()?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_comes_back_as_it_went() {
        let stage = |name: Option<&str>| Callable::Stage {
            name: name.map(str::to_owned),
            index: 3,
            base: "alpine".to_owned(),
        };
        for id in [stage(Some("builder")), stage(None), Callable::Image("alpine".to_owned())] {
            assert_eq!(read(&data(&id)), Some(id));
        }
        for other in [json!(null), json!({}), json!({ "stage": "a", "index": -1, "base": "" })] {
            assert_eq!(read(&other), None, "{other}");
        }
    }
}
