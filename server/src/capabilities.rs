//! What the client can do, and what we tell it that we can.

use crate::convert::folding::FoldSupport;
use crate::convert::symbols::SymbolSupport;
use crate::convert::to_proto::REFACTOR_MOVE;
use crate::convert::tokens::TokenSupport;
use dockstage_core::format;
use dockstage_core::text::PositionEncoding;
use tower_lsp_server::ls_types::*;

/// The command of a client that shows places: takes a document, a position in it, and places.
pub(crate) const SHOW_REFERENCES: &str = "dockstage.showReferences";

/// The command of a client that copies a command line: takes its text.
pub(crate) const COPY_BUILD_COMMAND: &str = "dockstage.copyBuildCommand";

/// The command of a client that shows what is to be known of edits that were made: takes a title and the notes.
pub(crate) const SHOW_NOTES: &str = "dockstage.showNotes";

/// Our own command that makes the edits of a code action: takes a document, its version, and the edits.
pub(crate) const APPLY_EDIT: &str = "dockstage.applyEdit";

/// What a client makes of diagnostics: told apart for those it pulls and those it is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct DiagnosticSupport {
    pub(crate) related: bool,
    pub(crate) tags: bool,
    pub(crate) links: bool,
}

/// What a client makes of completions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct CompletionSupport {
    pub(crate) markdown: bool,
    pub(crate) snippets: bool,
    /// The client asks for the documentation of the one item that is selected.
    pub(crate) resolves_documentation: bool,
    pub(crate) label_details: bool,
    /// The user chooses whether the rest of the word goes.
    pub(crate) inserts_or_replaces: bool,
    /// Lines can be inserted without the indentation of the line they go to.
    pub(crate) inserts_as_is: bool,
    pub(crate) commits: bool,
    pub(crate) tags: bool,
    /// The older way to say that something is deprecated.
    pub(crate) deprecated: bool,
}

/// What a client supports, as far as our answers depend on it. What it does not name it does not get.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ClientSupport {
    pub(crate) encoding: PositionEncoding,
    /// What it understands of semantic tokens, if it asks for them.
    pub(crate) tokens: Option<TokenSupport>,
    pub(crate) markdown_hover: bool,
    pub(crate) completion: CompletionSupport,
    pub(crate) markdown_signatures: bool,
    /// The parts of a signature by their place in its label.
    pub(crate) label_offsets: bool,
    /// A part at the cursor for each signature, not one for all.
    pub(crate) active_parameters: bool,
    /// The client asks for the address of a link that comes without.
    pub(crate) resolves_links: bool,
    pub(crate) link_tooltips: bool,
    pub(crate) symbols: SymbolSupport,
    pub(crate) definition_links: bool,
    /// Edits with the version they are meant for.
    pub(crate) versioned_edits: bool,
    /// Code actions as such, not only as commands.
    pub(crate) action_literals: bool,
    /// The client makes edits that it is sent.
    pub(crate) applies_edits: bool,
    /// Edits with a word about them.
    pub(crate) change_annotations: bool,
    /// The client asks first whether something can be renamed.
    prepares_renames: bool,
    pub(crate) disabled_actions: bool,
    pub(crate) preferred_actions: bool,
    pub(crate) folds: FoldSupport,
    /// The client asks for diagnostics, and can be told to ask again; it is then sent none, as editors
    /// keep what they ask for and what they are sent in two places and would show everything twice. One
    /// that cannot be told (Neovim 0.11) would show outdated ones after a change of settings: such a
    /// client is sent diagnostics like one that never asks, and answered if it asks all the same.
    pub(crate) pulls_diagnostics: bool,
    pub(crate) pushed: DiagnosticSupport,
    pub(crate) pulled: DiagnosticSupport,
    /// The commands that the client has for us to run.
    commands: Vec<String>,
    /// The client can be told to ask for code lenses again.
    pub(crate) refreshes_lenses: bool,
    /// The client can be told to ask for inlay hints again.
    pub(crate) refreshes_hints: bool,
    /// The client can be told to ask for semantic tokens again.
    pub(crate) refreshes_tokens: bool,
    /// The client answers `workspace/configuration`.
    pub(crate) answers_configuration: bool,
    /// The client has to be asked for `workspace/didChangeConfiguration`.
    pub(crate) registers_configuration: bool,
    /// The client tells of changed files when it is asked to.
    pub(crate) watches_files: bool,
}

impl ClientSupport {
    /// Reads a client's capabilities.
    pub(crate) fn of(client: &ClientCapabilities) -> Self {
        let workspace = client.workspace.clone().unwrap_or_default();
        let text = client.text_document.clone().unwrap_or_default();
        let completion = text.completion.unwrap_or_default().completion_item.unwrap_or_default();
        let signature = text.signature_help.unwrap_or_default().signature_information.unwrap_or_default();
        let action = text.code_action.unwrap_or_default();
        let edits = workspace.workspace_edit.clone().unwrap_or_default();
        let pushed = text.publish_diagnostics.unwrap_or_default();
        let pulled = text.diagnostic.clone().unwrap_or_default();
        let yes = |it: Option<bool>| it.unwrap_or(false);
        Self {
            encoding: position_encoding(client),
            tokens: text.semantic_tokens.as_ref().map(TokenSupport::of),
            markdown_hover: knows_markdown(text.hover.unwrap_or_default().content_format),
            completion: CompletionSupport::of(completion),
            label_offsets: yes(signature
                .parameter_information
                .as_ref()
                .and_then(|it| it.label_offset_support)),
            active_parameters: yes(signature.active_parameter_support),
            markdown_signatures: knows_markdown(signature.documentation_format),
            resolves_links: text.document_link.is_some(),
            link_tooltips: yes(text.document_link.and_then(|it| it.tooltip_support)),
            symbols: SymbolSupport::of(&text.document_symbol.unwrap_or_default()),
            definition_links: yes(text.definition.unwrap_or_default().link_support),
            versioned_edits: yes(edits.document_changes),
            action_literals: action.code_action_literal_support.is_some(),
            applies_edits: yes(workspace.apply_edit),
            change_annotations: yes(edits.document_changes) && edits.change_annotation_support.is_some(),
            prepares_renames: yes(text.rename.unwrap_or_default().prepare_support),
            disabled_actions: yes(action.disabled_support),
            preferred_actions: yes(action.is_preferred_support),
            folds: FoldSupport::of(&text.folding_range.unwrap_or_default()),
            pulls_diagnostics: text.diagnostic.is_some()
                && yes(workspace.diagnostics.unwrap_or_default().refresh_support),
            pushed: DiagnosticSupport {
                related: yes(pushed.related_information),
                tags: pushed.tag_support.is_some(),
                links: yes(pushed.code_description_support),
            },
            pulled: DiagnosticSupport {
                related: yes(pulled.related_information),
                tags: pulled.tag_support.is_some(),
                links: yes(pulled.code_description_support),
            },
            commands: client_commands(client),
            refreshes_lenses: yes(workspace.code_lens.and_then(|it| it.refresh_support)),
            refreshes_hints: yes(workspace.inlay_hint.and_then(|it| it.refresh_support)),
            refreshes_tokens: yes(workspace.semantic_tokens.and_then(|it| it.refresh_support)),
            answers_configuration: yes(workspace.configuration),
            registers_configuration: yes(workspace
                .did_change_configuration
                .unwrap_or_default()
                .dynamic_registration),
            watches_files: yes(workspace.did_change_watched_files.unwrap_or_default().dynamic_registration),
        }
    }
}

impl CompletionSupport {
    fn of(item: CompletionItemCapability) -> Self {
        let yes = |it: Option<bool>| it.unwrap_or(false);
        let resolved = item.resolve_support.map(|it| it.properties).unwrap_or_default();
        let modes = item.insert_text_mode_support.map(|it| it.value_set).unwrap_or_default();
        let tags = item.tag_support.map(|it| it.value_set).unwrap_or_default();
        Self {
            markdown: knows_markdown(item.documentation_format),
            snippets: yes(item.snippet_support),
            resolves_documentation: resolved.iter().any(|it| it == "documentation"),
            label_details: yes(item.label_details_support),
            inserts_or_replaces: yes(item.insert_replace_support),
            inserts_as_is: modes.contains(&InsertTextMode::AS_IS),
            commits: yes(item.commit_characters_support),
            tags: tags.contains(&CompletionItemTag::DEPRECATED),
            deprecated: yes(item.deprecated_support),
        }
    }
}

impl ClientSupport {
    /// Whether the client has a command.
    pub(crate) fn has_command(&self, name: &str) -> bool {
        self.commands.iter().any(|it| it == name)
    }
}

/// What a client names in `experimental.commands.commands`: editors cannot tell of their commands otherwise.
fn client_commands(client: &ClientCapabilities) -> Vec<String> {
    let names = client.experimental.as_ref().and_then(|it| it.pointer("/commands/commands")?.as_array());
    names.into_iter().flatten().filter_map(|it| it.as_str().map(str::to_owned)).collect()
}

/// The first of the client's encodings that we know, which is all of them; UTF-16 when it names none.
fn position_encoding(client: &ClientCapabilities) -> PositionEncoding {
    let offered = client.general.as_ref().and_then(|it| it.position_encodings.as_deref()).unwrap_or(&[]);
    let known = offered.iter().find_map(|kind| match kind.as_str() {
        "utf-8" => Some(PositionEncoding::Utf8),
        "utf-16" => Some(PositionEncoding::Utf16),
        "utf-32" => Some(PositionEncoding::Utf32),
        _ => None,
    });
    known.unwrap_or_default()
}

fn knows_markdown(formats: Option<Vec<MarkupKind>>) -> bool {
    formats.is_some_and(|it| it.contains(&MarkupKind::Markdown))
}

/// What we offer to such a client.
pub(crate) fn server_capabilities(client: &ClientSupport) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(match client.encoding {
            PositionEncoding::Utf8 => PositionEncodingKind::UTF8,
            PositionEncoding::Utf16 => PositionEncodingKind::UTF16,
            PositionEncoding::Utf32 => PositionEncodingKind::UTF32,
        }),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
        inlay_hint_provider: Some(OneOf::Left(true)),
        call_hierarchy_provider: Some(CallHierarchyServerCapability::Simple(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        rename_provider: Some(if client.prepares_renames {
            OneOf::Right(RenameOptions {
                prepare_provider: Some(true),
                work_done_progress_options: WorkDoneProgressOptions::default(),
            })
        } else {
            OneOf::Left(true)
        }),
        completion_provider: Some(CompletionOptions {
            // Letters and digits open the list in every editor; these are the signs a flag
            // (`--`), its value (`--from=`), the fields of a mount (`type=bind,`), a tag, a name in a folder,
            // the protocol of a port, a string, an array and a directive begin after.
            // Not the space: a list after each word of a RUN would be in the way.
            trigger_characters: Some(
                ["-", "=", ",", "$", "{", ":", "/", "\"", "[", "#"].map(str::to_owned).to_vec(),
            ),
            resolve_provider: Some(true),
            completion_item: Some(CompletionOptionsCompletionItem { label_details_support: Some(true) }),
            ..CompletionOptions::default()
        }),
        selection_range_provider: Some(SelectionRangeProviderCapability::Simple(true)),
        linked_editing_range_provider: Some(LinkedEditingRangeServerCapabilities::Simple(true)),
        document_link_provider: Some(DocumentLinkOptions {
            resolve_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }),
        signature_help_provider: Some(SignatureHelpOptions {
            // What an argument, a flag, its value, a JSON array and its elements begin after.
            trigger_characters: Some([" ", "-", "=", ",", "[", "\""].map(str::to_owned).to_vec()),
            // What parts a word: a tag, a group, a protocol, a digest.
            retrigger_characters: Some([":", "/", "@", "]"].map(str::to_owned).to_vec()),
            ..SignatureHelpOptions::default()
        }),
        document_formatting_provider: Some(OneOf::Left(true)),
        document_range_formatting_provider: Some(OneOf::Left(true)),
        document_on_type_formatting_provider: on_type_formatting(),
        code_action_provider: Some(code_actions(client)),
        execute_command_provider: (!client.action_literals && client.applies_edits).then(|| {
            ExecuteCommandOptions {
                commands: vec![APPLY_EDIT.to_owned()],
                work_done_progress_options: WorkDoneProgressOptions::default(),
            }
        }),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: None,
        }),
        semantic_tokens_provider: client.tokens.as_ref().map(TokenSupport::options),
        diagnostic_provider: client.pulls_diagnostics.then(|| {
            DiagnosticServerCapabilities::Options(DiagnosticOptions {
                identifier: Some("dockstage".to_owned()),
                inter_file_dependencies: false,
                workspace_diagnostics: false,
                work_done_progress_options: WorkDoneProgressOptions::default(),
            })
        }),
        ..ServerCapabilities::default()
    }
}

fn on_type_formatting() -> Option<DocumentOnTypeFormattingOptions> {
    let [first, more @ ..] = format::TRIGGERS.map(str::to_owned);
    Some(DocumentOnTypeFormattingOptions {
        first_trigger_character: first,
        more_trigger_character: Some(more.to_vec()),
    })
}

/// The kinds of code actions, for a client that knows kinds.
fn code_actions(client: &ClientSupport) -> CodeActionProviderCapability {
    if !client.action_literals {
        return CodeActionProviderCapability::Simple(true);
    }
    CodeActionProviderCapability::Options(CodeActionOptions {
        code_action_kinds: Some(vec![
            CodeActionKind::QUICKFIX,
            CodeActionKind::REFACTOR_EXTRACT,
            CodeActionKind::REFACTOR_INLINE,
            REFACTOR_MOVE,
            CodeActionKind::REFACTOR_REWRITE,
        ]),
        ..CodeActionOptions::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn support(capabilities: Value) -> ClientSupport {
        ClientSupport::of(&serde_json::from_value(capabilities).unwrap())
    }

    #[test]
    fn a_client_that_names_nothing_gets_the_plainest_answers() {
        assert_eq!(support(json!({})), ClientSupport::default());
        assert_eq!(server_capabilities(&ClientSupport::default()).diagnostic_provider, None);
    }

    #[test]
    fn the_clients_first_known_encoding_is_taken() {
        let encoding = |kinds: Value| support(json!({"general": {"positionEncodings": kinds}})).encoding;
        assert_eq!(encoding(json!(["utf-8", "utf-16"])), PositionEncoding::Utf8);
        assert_eq!(encoding(json!(["ebcdic", "utf-32", "utf-8"])), PositionEncoding::Utf32);
        assert_eq!(encoding(json!([])), PositionEncoding::Utf16);
    }
}
