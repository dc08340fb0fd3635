//! Code actions, in the form that the client takes them.

use std::collections::HashMap;

use dockstage_core::assists::CodeAction;
use serde_json::json;
use tower_lsp_server::ls_types as lsp;

use super::to_proto::action_kind;
use crate::capabilities::{APPLY_EDIT, SHOW_NOTES};
use crate::state::Snapshot;

/// The name of the one annotation that an edit has. The parts of a refactoring are worth nothing alone, so that they
/// are confirmed together.
const ANNOTATION: &str = "dockstage";

impl Snapshot {
    /// A code action; none when the client can neither take it nor show why it cannot be done.
    pub(crate) fn code_action(&self, action: CodeAction) -> Option<lsp::CodeActionOrCommand> {
        if !self.client.action_literals {
            return self.edit_command(&action).map(lsp::CodeActionOrCommand::Command);
        }
        if action.disabled.is_some() && !self.client.disabled_actions {
            return None;
        }
        let support = if self.client.pulls_diagnostics { self.client.pulled } else { self.client.pushed };
        let (edit, command) = (self.annotated_edit(&action), self.notes_command(&action));
        Some(lsp::CodeActionOrCommand::CodeAction(lsp::CodeAction {
            title: action.title,
            kind: Some(action_kind(action.kind)),
            diagnostics: action.diagnostic.map(|it| vec![self.diagnostic(it, support)]),
            edit,
            command,
            is_preferred: (action.preferred && self.client.preferred_actions).then_some(true),
            disabled: action.disabled.map(|reason| disabled(&reason)),
            ..lsp::CodeAction::default()
        }))
    }

    /// The edits. What is to be known of them stands beside them in the editor's preview; it opens by itself where the
    /// user has something to decide.
    fn annotated_edit(&self, action: &CodeAction) -> Option<lsp::WorkspaceEdit> {
        let change = action.change.as_ref()?;
        let mut edit = self.workspace_edit(change);
        if !self.client.change_annotations || action.notes.is_empty() {
            return Some(edit);
        }
        let Some(lsp::DocumentChanges::Edits(documents)) = &mut edit.document_changes else {
            return Some(edit);
        };
        for edit in documents.iter_mut().flat_map(|document| &mut document.edits) {
            if let lsp::OneOf::Left(plain) = edit {
                let (text_edit, annotation_id) = (plain.clone(), ANNOTATION.to_owned());
                *edit = lsp::OneOf::Right(lsp::AnnotatedTextEdit { text_edit, annotation_id });
            }
        }
        let annotation = lsp::ChangeAnnotation {
            label: action.title.clone(),
            needs_confirmation: Some(action.needs_decision()),
            description: Some(action.notes.join(" ")),
        };
        edit.change_annotations = Some(HashMap::from([(ANNOTATION.to_owned(), annotation)]));
        Some(edit)
    }

    /// What shows the notes when the edits are made. Only a client that has such a command is given it: some do nothing
    /// but the command where there is one.
    fn notes_command(&self, action: &CodeAction) -> Option<lsp::Command> {
        let is_shown =
            action.change.is_some() && !action.notes.is_empty() && self.client.has_command(SHOW_NOTES);
        is_shown.then(|| lsp::Command {
            title: "Show notes".to_owned(),
            command: SHOW_NOTES.to_owned(),
            arguments: Some(vec![json!(action.title), json!(action.notes)]),
        })
    }

    /// For a client that knows commands only: one that has us send the edits. None where it does not take them.
    fn edit_command(&self, action: &CodeAction) -> Option<lsp::Command> {
        let change = action.change.as_ref().filter(|_| self.client.applies_edits)?;
        Some(lsp::Command {
            title: action.title.clone(),
            command: APPLY_EDIT.to_owned(),
            arguments: Some(vec![json!(self.uri), json!(self.version), json!(self.workspace_edit(change))]),
        })
    }
}

/// Why an action is shown but cannot be taken. Only the split has such reasons, which are half sentences.
fn disabled(reason: &str) -> lsp::CodeActionDisabled {
    let end = if reason.ends_with(['.', '?', '!']) { "" } else { "." };
    lsp::CodeActionDisabled { reason: format!("Cannot be split: {reason}{end}") }
}
