//! Completions as the protocol has them: as much of them as the client can take.

use dockstage_core::TextSize;
use dockstage_core::ide::completion::{Completion, CompletionKind, Topic};
use serde_json::json;
use tower_lsp_server::ls_types as lsp;

use super::to_proto::markup;
use crate::state::Snapshot;

/// So many stages come with their cards, where the client cannot ask for one later. A card follows the chain of bases,
/// so with many more of them all together would take long.
const MOST_CARDS: u32 = 64;

/// What an item brings back when it is resolved: its document, and what it is about.
pub(crate) struct Origin {
    pub(crate) uri: lsp::Uri,
    pub(crate) topic: Topic,
}

impl Origin {
    /// Reads what [`Snapshot::completion`] wrote into an item.
    pub(crate) fn of(item: &lsp::CompletionItem) -> Option<Self> {
        let data = item.data.as_ref()?;
        Some(Self {
            uri: data.get("uri")?.as_str()?.parse().ok()?,
            topic: Topic::parse(data.get("topic")?.as_str()?)?,
        })
    }
}

impl Snapshot {
    /// Something that can be typed at `cursor`.
    pub(crate) fn completion(&self, item: Completion, cursor: TextSize) -> lsp::CompletionItem {
        let support = &self.client.completion;
        let edit = self.completion_edit(&item, cursor);
        let snippet = item.snippet.is_some() && support.snippets;
        let deprecated = item.deprecated && support.deprecated && !support.tags;
        let detail = Some(item.detail).filter(|it| !it.is_empty());
        let (documentation, data) = match &item.topic {
            Some(topic) if support.resolves_documentation => {
                (None, Some(json!({ "uri": self.uri, "topic": topic.to_string() })))
            }
            Some(Topic::Stage(_)) if item.rank >= MOST_CARDS => (None, None),
            Some(topic) => (self.documentation(topic), None),
            None => (None, None),
        };
        let filter = item.filter.or_else(|| (item.label != item.insert).then_some(item.insert));
        lsp::CompletionItem {
            kind: Some(kind(item.kind)),
            label_details: detail
                .clone()
                .filter(|_| support.label_details)
                .map(|detail| lsp::CompletionItemLabelDetails { detail: None, description: Some(detail) }),
            detail,
            documentation,
            data,
            sort_text: Some(format!("{:06}", item.rank)),
            filter_text: filter,
            insert_text_format: snippet.then_some(lsp::InsertTextFormat::SNIPPET),
            // A heredoc has to end in the first column.
            insert_text_mode: support.inserts_as_is.then_some(lsp::InsertTextMode::AS_IS),
            text_edit: Some(edit),
            commit_characters: (support.commits && !item.commits.is_empty())
                .then(|| item.commits.iter().map(char::to_string).collect()),
            tags: (item.deprecated && support.tags).then(|| vec![lsp::CompletionItemTag::DEPRECATED]),
            deprecated: deprecated.then_some(true),
            label: item.label,
            ..lsp::CompletionItem::default()
        }
    }

    fn completion_edit(&self, item: &Completion, cursor: TextSize) -> lsp::CompletionTextEdit {
        let new_text = match &item.snippet {
            Some(snippet) if self.client.completion.snippets => snippet.clone(),
            _ => item.insert.clone(),
        };
        let replace = self.range(item.replace);
        if !self.client.completion.inserts_or_replaces {
            return lsp::CompletionTextEdit::Edit(lsp::TextEdit::new(replace, new_text));
        }
        let insert = match self.can_be_inserted(item, cursor) {
            true => lsp::Range::new(replace.start, self.position(cursor)),
            false => replace,
        };
        lsp::CompletionTextEdit::InsertAndReplace(lsp::InsertReplaceEdit { new_text, insert, replace })
    }

    /// Whether what stands behind the cursor can stay. A sign that the item brings itself, such as the `=` of a flag
    /// or the `}` of a variable, cannot.
    fn can_be_inserted(&self, item: &Completion, cursor: TextSize) -> bool {
        let end = item.replace.end();
        if cursor < item.replace.start() || cursor > end {
            return false;
        }
        let behind = self.analysis.file().text().slice(dockstage_core::TextRange::new(cursor, end));
        behind.chars().all(|it| it.is_alphanumeric() || matches!(it, '_' | '-' | '.'))
    }

    /// What there is to say about a topic.
    pub(crate) fn documentation(&self, topic: &Topic) -> Option<lsp::Documentation> {
        let text = self.analysis.documentation(topic);
        let markdown = self.client.completion.markdown;
        (!text.is_empty()).then(|| lsp::Documentation::MarkupContent(markup(text, markdown)))
    }
}

fn kind(kind: CompletionKind) -> lsp::CompletionItemKind {
    match kind {
        CompletionKind::Keyword => lsp::CompletionItemKind::KEYWORD,
        CompletionKind::Flag => lsp::CompletionItemKind::PROPERTY,
        CompletionKind::Stage => lsp::CompletionItemKind::CLASS,
        CompletionKind::Key => lsp::CompletionItemKind::FIELD,
        CompletionKind::Value => lsp::CompletionItemKind::VALUE,
        CompletionKind::Variable => lsp::CompletionItemKind::VARIABLE,
        CompletionKind::Image => lsp::CompletionItemKind::MODULE,
        CompletionKind::Tag => lsp::CompletionItemKind::ENUM_MEMBER,
        CompletionKind::Folder => lsp::CompletionItemKind::FOLDER,
        CompletionKind::File => lsp::CompletionItemKind::FILE,
        CompletionKind::Snippet => lsp::CompletionItemKind::SNIPPET,
    }
}
