//! Answers with many places, written past the framework.
//!
//! The framework makes a tree of values of every answer before it writes it: for the outline or the tokens of a long
//! file, or a long list of completions, a hundred thousand small pieces of memory, many times the time and memory that
//! the text itself takes. So such an answer is written as text by the thread that worked it out. A stand-in of its type
//! goes through the framework, and gives way to the text on its way out.

use std::collections::HashMap;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use serde_json::Value;
use tokio::io::AsyncWrite;
use tower_lsp_server::ls_types::{
    CompletionItem, CompletionResponse, DocumentSymbolResponse, Location, Range, SemanticTokens,
    SemanticTokensResult, SymbolInformation, SymbolKind, Uri,
};

use crate::framing::{header, next_message};
use crate::outlet::{Bytes, Outlet};

/// What the names of stand-ins begin with.
const STAND_IN: &str = "dockstage/large/";

/// No message with a stand-in is longer.
const LONGEST_STAND_IN: usize = 1024;

/// The texts of answers that wait for their stand-ins, in parts. Clones are the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct LargeAnswers {
    texts: Arc<Mutex<HashMap<String, Vec<Bytes>>>>,
    count: Arc<AtomicU64>,
}

impl LargeAnswers {
    /// The stand-in of an outline.
    #[allow(deprecated)] // The field has to be filled in.
    pub(crate) fn symbols(&self, text: Vec<Bytes>, uri: Uri) -> DocumentSymbolResponse {
        DocumentSymbolResponse::Flat(vec![SymbolInformation {
            name: self.keep(text),
            kind: SymbolKind::FILE,
            tags: None,
            deprecated: None,
            location: Location::new(uri, Range::default()),
            container_name: None,
        }])
    }

    /// The stand-in of a document's tokens.
    pub(crate) fn tokens(&self, text: Bytes) -> SemanticTokensResult {
        let tokens = SemanticTokens { result_id: Some(self.keep(vec![text])), data: Vec::new() };
        SemanticTokensResult::Tokens(tokens)
    }

    /// The stand-in of a list of completions.
    pub(crate) fn completions(&self, text: Bytes) -> CompletionResponse {
        CompletionResponse::Array(vec![CompletionItem {
            label: self.keep(vec![text]),
            ..CompletionItem::default()
        }])
    }

    /// Keeps the text of an answer, under a name that no other has.
    fn keep(&self, text: Vec<Bytes>) -> String {
        let name = format!("{STAND_IN}{}", self.count.fetch_add(1, Ordering::Relaxed));
        self.texts.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone(), text);
        name
    }

    /// The id and the text of the answer that a message with a stand-in is about; none for any other message.
    fn instead_of(&self, body: &[u8]) -> Option<(Value, Vec<Bytes>)> {
        if body.len() > LONGEST_STAND_IN {
            return None;
        }
        let mut message: Value = serde_json::from_slice(body).ok()?;
        let result = message.get("result")?;
        let first = || result.get(0).and_then(|it| it.get("name").or_else(|| it.get("label")));
        let name = result.get("resultId").or_else(first)?.as_str()?;
        let text = self.texts.lock().unwrap_or_else(PoisonError::into_inner).remove(name)?;
        Some((message.get_mut("id").map(Value::take)?, text))
    }
}

/// A sink of messages in which every stand-in gives way to its answer.
#[derive(Debug)]
pub(crate) struct Answers<O> {
    outlet: O,
    large: LargeAnswers,
    /// What was written and is no whole message yet.
    raw: Vec<u8>,
    /// What can go out.
    ready: Vec<Bytes>,
}

impl<O: Outlet> Answers<O> {
    pub(crate) fn new(outlet: O, large: LargeAnswers) -> Self {
        Self { outlet, large, raw: Vec::new(), ready: Vec::new() }
    }

    /// Moves the messages that are whole from `raw` to `ready`.
    fn take_messages(&mut self) {
        let mut done = 0;
        while let Some((body, end)) = next_message(&self.raw[done..]) {
            let message = &self.raw[done..done + end];
            match body.and_then(|body| self.large.instead_of(message.get(body)?)) {
                Some((id, text)) => {
                    let start = format!(r#"{{"jsonrpc":"2.0","id":{id},"result":"#);
                    let end = Bytes::from_static(b"}");
                    let len: usize = text.iter().map(Bytes::len).sum();
                    let head = header(start.len() + len + end.len()) + &start;
                    self.ready.push(head.into());
                    self.ready.extend(text);
                    self.ready.push(end);
                }
                None => self.ready.push(Bytes::copy_from_slice(message)),
            }
            done += end;
        }
        self.raw.drain(..done);
    }

    /// Lets go out what can; ready when all of it is out.
    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.outlet.poll_idle(context))?;
            if self.ready.is_empty() {
                return Poll::Ready(Ok(()));
            }
            self.outlet.begin(std::mem::take(&mut self.ready));
        }
    }
}

impl<O: Outlet> AsyncWrite for Answers<O> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_send(context))?;
        self.raw.extend_from_slice(bytes);
        self.take_messages();
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_send(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_send(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;

    use super::*;
    use crate::framing::push;
    use crate::outlet::Stream;

    /// What goes out when these messages are written in pieces of this length.
    fn sent(bodies: &[String], large: &LargeAnswers, piece: usize) -> Vec<String> {
        let mut written = Vec::new();
        bodies.iter().for_each(|body| push(&mut written, &[body.as_bytes()]));
        let mut answers = Answers::new(Stream::new(Vec::new()), large.clone());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            for piece in written.chunks(piece) {
                answers.write_all(piece).await.unwrap();
                answers.flush().await.unwrap();
            }
        });
        let out = String::from_utf8(answers.outlet.into_sink()).unwrap();
        let whole = out.split("Content-Length: ").skip(1).map(|it| it.split_once("\r\n\r\n").unwrap());
        whole
            .map(|(len, body)| {
                assert_eq!(len.parse(), Ok(body.len()));
                body.to_owned()
            })
            .collect()
    }

    fn response(result: impl serde::Serialize) -> String {
        serde_json::json!({ "jsonrpc": "2.0", "result": result, "id": "a\"b" }).to_string()
    }

    #[test]
    fn a_stand_in_gives_way_to_its_answer() {
        for piece in [1, 7, 100_000] {
            let large = LargeAnswers::default();
            let uri = "file:///a".parse().unwrap();
            let bodies = [
                response(large.symbols(vec![b"["[..].into(), b"1]"[..].into()], uri)),
                response("é"),
                response(large.tokens(b"{\"data\":[]}"[..].into())),
                response(large.completions(b"[2]"[..].into())),
            ];
            assert_eq!(
                sent(&bodies, &large, piece),
                [
                    r#"{"jsonrpc":"2.0","id":"a\"b","result":[1]}"#.to_owned(),
                    bodies[1].clone(),
                    r#"{"jsonrpc":"2.0","id":"a\"b","result":{"data":[]}}"#.to_owned(),
                    r#"{"jsonrpc":"2.0","id":"a\"b","result":[2]}"#.to_owned(),
                ]
            );
            assert!(large.texts.lock().unwrap().is_empty(), "nothing is kept");
        }
    }

    #[test]
    fn what_only_looks_like_one_goes_out_as_it_is() {
        let large = LargeAnswers::default();
        let name = format!("{STAND_IN}0");
        let bodies = [
            response(serde_json::json!({ "resultId": name })),
            response(serde_json::json!([{ "name": name }])),
            response(name),
            "no json".to_owned(),
        ];
        assert_eq!(sent(&bodies, &large, 10), bodies);
    }
}
