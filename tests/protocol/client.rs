//! A client for tests. It waits for messages, never for time; the limit only ends a test that would
//! hang.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dockstage::server::{self, Server};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{TextDocumentIdentifier, Uri};

/// The document of most tests.
pub(crate) const URI: &str = "file:///project/Dockerfile";

/// No test needs this long; one that does is stuck.
const LIMIT: Duration = Duration::from_secs(60);

/// A client with a server of its own.
pub(crate) struct TestClient {
    output: WriteHalf<DuplexStream>,
    input: mpsc::UnboundedReceiver<Value>,
    /// Messages that arrived while another one was waited for.
    waiting: VecDeque<Value>,
    next_id: i64,
    server: JoinHandle<()>,
    shut_down: Arc<AtomicBool>,
}

impl TestClient {
    /// A client with these capabilities, its server initialized.
    pub(crate) async fn start(capabilities: Value) -> Self {
        let mut client = Self::connect();
        client.initialize(json!({ "capabilities": capabilities })).await;
        client
    }

    /// A client whose server has not been spoken to yet. Beside the protocol's own methods it has
    /// those of this file.
    pub(crate) fn connect() -> Self {
        let (near, far) = tokio::io::duplex(1 << 16);
        let (server_input, server_output) = tokio::io::split(far);
        let shut_down = Arc::new(AtomicBool::new(false));
        let service = server::build(Arc::clone(&shut_down))
            .custom_method("test/text", text)
            .custom_method("test/panic", panic)
            .custom_method("test/wait", crate::wall::wait)
            .finish();
        let server = tokio::spawn(server::serve(service, server_input, server_output));
        let (input, output) = tokio::io::split(near);
        let (sender, receiver) = mpsc::unbounded_channel();
        tokio::spawn(read_messages(input, sender));
        Self { output, input: receiver, waiting: VecDeque::new(), next_id: 0, server, shut_down }
    }

    /// Shakes hands; returns the server's answer.
    pub(crate) async fn initialize(&mut self, params: Value) -> Value {
        let answer = self.request("initialize", params).await.unwrap();
        self.notify("initialized", json!({})).await;
        answer
    }

    /// Sends a notification.
    pub(crate) async fn notify(&mut self, method: &str, params: Value) {
        self.send(json!({ "jsonrpc": "2.0", "method": method, "params": params })).await;
    }

    /// Sends a request and returns its id.
    pub(crate) async fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.next_id += 1;
        let id = self.next_id;
        self.send(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })).await;
        id
    }

    /// Waits for the answer to a request: its result, or its error.
    pub(crate) async fn answer(&mut self, id: i64) -> std::result::Result<Value, Value> {
        let answer = self.wait_for(|it| it.get("method").is_none() && it["id"] == id).await;
        match answer.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(answer["result"].clone()),
        }
    }

    /// Sends a request and waits for its answer.
    pub(crate) async fn request(&mut self, method: &str, params: Value) -> std::result::Result<Value, Value> {
        let id = self.ask(method, params).await;
        self.answer(id).await
    }

    /// Asks about a place in the document, which is in order.
    pub(crate) async fn ask_at(&mut self, method: &str, line: u32, character: u32) -> Value {
        self.request(&format!("textDocument/{method}"), at(line, character)).await.unwrap()
    }

    /// Waits for a notification or request of the server, and returns its parameters.
    pub(crate) async fn told(&mut self, method: &str) -> Value {
        self.wait_for(|it| it["method"] == method).await["params"].clone()
    }

    /// Waits for a request of the server, checks nothing, and answers it.
    pub(crate) async fn reply(&mut self, method: &str, result: Value) -> Value {
        let asked = self.wait_for(|it| it["method"] == method && it.get("id").is_some()).await;
        self.send(json!({ "jsonrpc": "2.0", "id": asked["id"], "result": result })).await;
        asked["params"].clone()
    }

    /// Everything that arrived up to the answer of a request sent now, without that answer. What the
    /// server had sent before is in it.
    pub(crate) async fn everything_so_far(&mut self) -> Vec<Value> {
        let _ = self.request("test/text", document()).await;
        self.waiting.drain(..).collect()
    }

    pub(crate) async fn open(&mut self, version: i32, text: &str) {
        let document = json!({ "uri": URI, "languageId": "dockerfile", "version": version, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document })).await;
    }

    pub(crate) async fn change(&mut self, version: i32, changes: Value) {
        let document = json!({ "uri": URI, "version": version });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }))
            .await;
    }

    pub(crate) async fn close(&mut self) {
        self.notify("textDocument/didClose", document()).await;
    }

    /// The text as the server has it; null when it does not know it.
    pub(crate) async fn text(&mut self) -> Value {
        self.request("test/text", document()).await.unwrap()
    }

    /// Leaves in the given way, and waits for the server to end: whether it was asked to before.
    pub(crate) async fn leave(mut self, say_exit: bool) -> bool {
        if say_exit {
            self.send(json!({ "jsonrpc": "2.0", "method": "exit" })).await;
        }
        self.output.shutdown().await.unwrap();
        tokio::time::timeout(LIMIT, self.server).await.expect("the server does not end").unwrap();
        self.shut_down.load(Ordering::SeqCst)
    }

    async fn send(&mut self, message: Value) {
        let body = message.to_string();
        let framed = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        self.output.write_all(framed.as_bytes()).await.unwrap();
    }

    async fn wait_for(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(index) = self.waiting.iter().position(&wanted) {
            return self.waiting.remove(index).unwrap();
        }
        loop {
            let message = tokio::time::timeout(LIMIT, self.input.recv()).await;
            let message = message.expect("the message never comes").expect("the server has ended");
            if wanted(&message) {
                return message;
            }
            self.waiting.push_back(message);
        }
    }
}

/// The capabilities of a client that knows code actions as such, and `more` of them.
pub(crate) fn knows_actions(more: Value) -> Value {
    let mut action = json!({ "codeActionLiteralSupport": { "codeActionKind": { "valueSet": [] } } });
    let more = more.as_object().cloned().unwrap_or_default();
    action.as_object_mut().unwrap().extend(more);
    json!({ "textDocument": { "codeAction": action } })
}

/// Parameters that name the document.
pub(crate) fn document() -> Value {
    json!({ "textDocument": { "uri": URI } })
}

/// Parameters that name a place in the document.
pub(crate) fn at(line: u32, character: u32) -> Value {
    json!({ "textDocument": { "uri": URI }, "position": { "line": line, "character": character } })
}

/// A change of one range.
pub(crate) fn edit(start: (u32, u32), end: (u32, u32), text: &str) -> Value {
    json!({
        "range": {
            "start": { "line": start.0, "character": start.1 },
            "end": { "line": end.0, "character": end.1 },
        },
        "text": text,
    })
}

async fn read_messages(input: ReadHalf<DuplexStream>, sender: mpsc::UnboundedSender<Value>) {
    let mut input = BufReader::new(input);
    loop {
        let mut len = 0;
        loop {
            let mut header = String::new();
            if input.read_line(&mut header).await.unwrap_or(0) == 0 {
                return;
            }
            match header.trim_end().split_once(": ") {
                Some(("Content-Length", value)) => len = value.parse().unwrap(),
                Some(_) => (),
                None => break,
            }
        }
        let mut body = vec![0; len];
        input.read_exact(&mut body).await.unwrap();
        if sender.send(serde_json::from_slice(&body).unwrap()).is_err() {
            return;
        }
    }
}

/// What the methods of the tests are asked about.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct DocumentParams {
    #[serde(rename = "textDocument")]
    text_document: TextDocumentIdentifier,
}

impl DocumentParams {
    pub(crate) fn uri(&self) -> &Uri {
        &self.text_document.uri
    }
}

async fn text(server: &Server, params: DocumentParams) -> Result<Option<String>> {
    server.query("text", params.uri(), |it| Some(it.analysis().file().text().to_string())).await
}

async fn panic(server: &Server, params: DocumentParams) -> Result<Option<()>> {
    server.query("panic", params.uri(), |_| panic!("as asked")).await
}
