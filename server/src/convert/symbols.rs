//! The outline, and the stages of a workspace, in the protocol's words.

use dockstage_core::ide::symbols::{Symbol, SymbolKind};
use dockstage_core::syntax::Keyword;
use tower_lsp_server::ls_types as lsp;

use crate::state::Snapshot;

/// What a client makes of the outline.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct SymbolSupport {
    /// It shows a tree.
    pub(crate) nested: bool,
    /// It shows what is deprecated as such, by a tag.
    pub(crate) tags: bool,
}

impl SymbolSupport {
    /// Reads a client's capabilities.
    pub(crate) fn of(client: &lsp::DocumentSymbolClientCapabilities) -> Self {
        let tags = client.tag_support.as_ref().map(|it| it.value_set.as_slice()).unwrap_or_default();
        Self {
            nested: client.hierarchical_document_symbol_support.unwrap_or(false),
            tags: tags.contains(&lsp::SymbolTag::DEPRECATED),
        }
    }

    /// The tags of a symbol, and the older way to say the same.
    fn deprecated(self, symbol: &Symbol) -> (Option<Vec<lsp::SymbolTag>>, Option<bool>) {
        let tags = (symbol.deprecated && self.tags).then(|| vec![lsp::SymbolTag::DEPRECATED]);
        (tags, (symbol.deprecated && !self.tags).then_some(true))
    }
}

impl Snapshot {
    /// The outline of a client that shows no tree: a list in order of the text.
    pub(super) fn flat_symbols(&self, symbols: Vec<Symbol>) -> Vec<lsp::SymbolInformation> {
        let mut flat = Vec::new();
        self.flatten_symbols(symbols, None, &mut flat);
        flat
    }

    /// An entry with what lies in it.
    #[allow(deprecated)] // The field has to be filled in.
    pub(super) fn nested_symbol(&self, symbol: Symbol) -> lsp::DocumentSymbol {
        let (tags, deprecated) = self.client.symbols.deprecated(&symbol);
        let children: Vec<_> = symbol.children.into_iter().map(|it| self.nested_symbol(it)).collect();
        lsp::DocumentSymbol {
            name: symbol.name,
            detail: (!symbol.detail.is_empty()).then_some(symbol.detail),
            kind: symbol_kind(symbol.kind),
            tags,
            deprecated,
            range: self.range(symbol.range),
            selection_range: self.range(symbol.focus),
            children: (!children.is_empty()).then_some(children),
        }
    }

    #[allow(deprecated)] // The field has to be filled in.
    fn flatten_symbols(
        &self,
        symbols: Vec<Symbol>,
        container: Option<&str>,
        flat: &mut Vec<lsp::SymbolInformation>,
    ) {
        for symbol in symbols {
            let (tags, deprecated) = self.client.symbols.deprecated(&symbol);
            flat.push(lsp::SymbolInformation {
                name: symbol.name.clone(),
                kind: symbol_kind(symbol.kind),
                tags,
                deprecated,
                location: self.location(symbol.range),
                container_name: container.map(str::to_owned),
            });
            self.flatten_symbols(symbol.children, Some(&symbol.name), flat);
        }
    }
}

/// The protocol's kinds are those of programming languages; what matters is that different things look different.
fn symbol_kind(kind: SymbolKind) -> lsp::SymbolKind {
    match kind {
        SymbolKind::Stage => lsp::SymbolKind::CLASS,
        SymbolKind::Arg => lsp::SymbolKind::CONSTANT,
        SymbolKind::Env => lsp::SymbolKind::VARIABLE,
        SymbolKind::Label => lsp::SymbolKind::PROPERTY,
        SymbolKind::Heredoc => lsp::SymbolKind::STRING,
        SymbolKind::Instruction(keyword) => match keyword {
            Keyword::Add | Keyword::Copy => lsp::SymbolKind::FILE,
            Keyword::Cmd | Keyword::Entrypoint => lsp::SymbolKind::METHOD,
            Keyword::Expose => lsp::SymbolKind::INTERFACE,
            Keyword::Healthcheck | Keyword::Stopsignal => lsp::SymbolKind::EVENT,
            Keyword::Volume | Keyword::Workdir => lsp::SymbolKind::NAMESPACE,
            Keyword::Label | Keyword::Maintainer | Keyword::Shell | Keyword::User => {
                lsp::SymbolKind::PROPERTY
            }
            Keyword::Arg => lsp::SymbolKind::CONSTANT,
            Keyword::Env => lsp::SymbolKind::VARIABLE,
            Keyword::From | Keyword::Onbuild | Keyword::Run | Keyword::Unknown => lsp::SymbolKind::FUNCTION,
        },
    }
}
