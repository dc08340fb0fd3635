//! Formatting: a document, a range, and the line that is being typed.

use dockstage_core::format::{EditorStyle, Indent};
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::*;

use crate::server::Server;
use crate::state::Snapshot;

pub(crate) async fn document(
    server: &Server,
    params: DocumentFormattingParams,
) -> Result<Option<Vec<TextEdit>>> {
    let editor = editor_style(&params.options);
    let answer = move |it: &Snapshot| Some(it.text_edits(&it.analysis.format(None, &editor)));
    server.query("formatting", &params.text_document.uri, answer).await
}

pub(crate) async fn range(
    server: &Server,
    params: DocumentRangeFormattingParams,
) -> Result<Option<Vec<TextEdit>>> {
    let (range, editor) = (params.range, editor_style(&params.options));
    let answer = move |it: &Snapshot| {
        let range = it.text_range(range)?;
        Some(it.text_edits(&it.analysis.format(Some(range), &editor)))
    };
    server.query("rangeFormatting", &params.text_document.uri, answer).await
}

pub(crate) async fn on_type(
    server: &Server,
    params: DocumentOnTypeFormattingParams,
) -> Result<Option<Vec<TextEdit>>> {
    let TextDocumentPositionParams { text_document, position } = params.text_document_position;
    let editor = editor_style(&params.options);
    let answer = move |it: &Snapshot| {
        let change = it.analysis.format_on_type(it.offset(position)?, &params.ch, &editor);
        Some(it.text_edits(&change))
    };
    server.query("onTypeFormatting", &text_document.uri, answer).await
}

/// What the client asks for. A client that says nothing about the ends of lines and of the file gets them in order.
fn editor_style(options: &FormattingOptions) -> EditorStyle {
    let spaces = || Indent::spaces(options.tab_size.clamp(1, Indent::WIDEST));
    let indent = options.insert_spaces.then(spaces).flatten().unwrap_or_else(Indent::tab);
    EditorStyle {
        indent,
        trim_line_ends: options.trim_trailing_whitespace.unwrap_or(true),
        final_newline: options.insert_final_newline.unwrap_or(true),
        trim_final_newlines: options.trim_final_newlines.unwrap_or(true),
    }
}
