//! Signature help, as much of it as the client shows.

use dockstage_core::ide::signature::{Parameter, Signature, SignatureHelp};
use tower_lsp_server::ls_types as lsp;

use super::to_proto::markup;
use crate::state::Snapshot;

impl Snapshot {
    /// The forms of what is typed.
    pub(crate) fn signature_help(&self, help: SignatureHelp) -> lsp::SignatureHelp {
        let active = help.signatures.get(help.active).and_then(|it| it.active_parameter);
        lsp::SignatureHelp {
            active_signature: u32::try_from(help.active).ok(),
            active_parameter: active.and_then(|it| u32::try_from(it).ok()),
            signatures: help.signatures.into_iter().map(|it| self.signature(it)).collect(),
        }
    }

    fn signature(&self, signature: Signature) -> lsp::SignatureInformation {
        let parameters = signature.parameters.iter().map(|it| self.parameter(&signature.label, it)).collect();
        let active = signature.active_parameter.filter(|_| self.client.active_parameters);
        lsp::SignatureInformation {
            documentation: self.signature_text(signature.documentation),
            parameters: Some(parameters),
            active_parameter: active.and_then(|it| u32::try_from(it).ok()),
            label: signature.label,
        }
    }

    fn parameter(&self, label: &str, parameter: &Parameter) -> lsp::ParameterInformation {
        let text = label.get(parameter.label.clone()).unwrap_or_default();
        let start = label.get(..parameter.label.start).map_or(0, utf16_len);
        lsp::ParameterInformation {
            label: match self.client.label_offsets {
                true => lsp::ParameterLabel::LabelOffsets([start, start + utf16_len(text)]),
                false => lsp::ParameterLabel::Simple(text.to_owned()),
            },
            documentation: self.signature_text(parameter.documentation.clone()),
        }
    }

    fn signature_text(&self, markdown: String) -> Option<lsp::Documentation> {
        let is_markdown = self.client.markdown_signatures;
        (!markdown.is_empty()).then(|| lsp::Documentation::MarkupContent(markup(markdown, is_markdown)))
    }
}

/// The length that offsets in a label are counted in, whatever positions are.
fn utf16_len(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX)
}
