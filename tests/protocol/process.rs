//! The real binary: how it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

struct Process {
    child: Child,
}

impl Process {
    fn start(args: &[&str]) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_dockstage"))
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { child }
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        let stdin = self.child.stdin.as_mut().unwrap();
        write!(stdin, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        stdin.flush().unwrap();
    }

    fn initialize(&mut self) {
        self.send(
            &json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": { "capabilities": {} } }),
        );
        assert_eq!(self.receive()["id"], 1);
        self.send(&json!({ "jsonrpc": "2.0", "method": "initialized", "params": {} }));
    }

    fn shut_down(&mut self) {
        self.send(&json!({ "jsonrpc": "2.0", "id": 2, "method": "shutdown" }));
        assert_eq!(self.receive()["id"], 2);
    }

    /// Reads one message. All it has to say is read in order, and these tests open no document.
    fn receive(&mut self) -> Value {
        let mut stdout = BufReader::with_capacity(1, self.child.stdout.as_mut().unwrap());
        let mut len = 0;
        loop {
            let mut header = String::new();
            stdout.read_line(&mut header).unwrap();
            match header.trim_end().split_once(": ") {
                Some((_, value)) => len = value.parse().unwrap(),
                None => break,
            }
        }
        let mut body = vec![0; len];
        stdout.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    fn code(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn exit_after_shutdown_is_0_though_the_client_keeps_the_pipe_open() {
    for args in [&["lsp"][..], &["lsp", "--stdio"], &["--stdio"]] {
        let mut server = Process::start(args);
        server.initialize();
        server.shut_down();
        server.send(&json!({ "jsonrpc": "2.0", "method": "exit" }));
        assert_eq!(server.code(), Some(0), "{args:?}");
    }
}

#[test]
fn exit_without_shutdown_is_1() {
    let mut server = Process::start(&["lsp"]);
    server.initialize();
    server.send(&json!({ "jsonrpc": "2.0", "method": "exit" }));
    assert_eq!(server.code(), Some(1));
}

#[test]
fn a_client_that_vanishes_ends_the_server() {
    let mut server = Process::start(&["lsp"]);
    server.initialize();
    drop(server.child.stdin.take());
    assert_eq!(server.code(), Some(1));

    let mut server = Process::start(&["lsp"]);
    server.initialize();
    server.shut_down();
    drop(server.child.stdin.take());
    assert_eq!(server.code(), Some(0));
}

#[test]
fn what_is_no_message_is_answered_and_does_not_end_the_server() {
    let mut server = Process::start(&["lsp"]);
    server.initialize();
    for bad in [&b"not json!"[..], b"[]", b"", b"\xff", br#"{"jsonrpc":"2.0","id":1.5,"method":"x"}"#] {
        let stdin = server.child.stdin.as_mut().unwrap();
        write!(stdin, "Content-Length: {}\r\n\r\n", bad.len()).unwrap();
        stdin.write_all(bad).unwrap();
        let answer = server.receive();
        assert_eq!((&answer["id"], &answer["error"]["code"]), (&Value::Null, &json!(-32700)));
    }
    server.shut_down();
}
