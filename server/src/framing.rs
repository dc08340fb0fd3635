//! The client's messages, with what is none of them put right.
//!
//! The framework stops reading at the first message that it cannot decode, and the server ends with
//! it. So what arrives is looked at first: every message goes on as it is, and in the place of one that
//! cannot be decoded goes a request that is answered with the parse error that the protocol asks for.

use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};
use tower_lsp_server::jsonrpc::{Error, Request, Result};

use crate::server::Server;

/// The method that stands for a message that cannot be decoded.
pub(crate) const UNREADABLE: &str = "dockstage/unreadable";

/// Its answer.
pub(crate) async fn unreadable(_: &Server) -> Result<()> {
    Err(Error::parse_error())
}

/// What one read asks for: as much as a pipe holds. Each read is a way to another thread and back.
const CHUNK: usize = 64 * 1024;

/// A stream of messages in which every one can be decoded.
#[derive(Debug)]
pub(crate) struct Messages<R> {
    source: R,
    chunk: Box<[u8]>,
    /// What was read and not looked at yet.
    raw: Vec<u8>,
    /// What can be handed on, and how much of it was.
    ready: Vec<u8>,
    handed_on: usize,
}

impl<R> Messages<R> {
    pub(crate) fn new(source: R) -> Self {
        Self { source, chunk: vec![0; CHUNK].into(), raw: Vec::new(), ready: Vec::new(), handed_on: 0 }
    }

    /// Moves the messages that have arrived in full from `raw` to `ready`.
    fn take_messages(&mut self) {
        self.ready.clear();
        self.handed_on = 0;
        let mut done = 0;
        while let Some((body, end)) = next_message(&self.raw[done..]) {
            match body.and_then(|body| self.raw.get(done + body.start..done + body.end)) {
                Some(body) if serde_json::from_slice::<Request>(body).is_ok() => {
                    push(&mut self.ready, &[body])
                }
                _ => {
                    tracing::error!("the client sent something that is no message");
                    let stand_in = format!(r#"{{"jsonrpc":"2.0","id":null,"method":"{UNREADABLE}"}}"#);
                    push(&mut self.ready, &[stand_in.as_bytes()]);
                }
            }
            done += end;
        }
        self.raw.drain(..done);
    }
}

/// What stands before a body of this length.
pub(crate) fn header(len: usize) -> String {
    format!("Content-Length: {len}\r\n\r\n")
}

/// Adds a message to `ready`, whose body comes in parts.
pub(crate) fn push(ready: &mut Vec<u8>, body: &[&[u8]]) {
    let len: usize = body.iter().map(|part| part.len()).sum();
    let header = header(len);
    ready.reserve(header.len() + len);
    ready.extend_from_slice(header.as_bytes());
    body.iter().for_each(|part| ready.extend_from_slice(part));
}

/// Where the body of the first message lies and where the message ends. No body where the header does
/// not tell its length: then everything up to the next header is left out. None as long as the message
/// has not arrived in full.
pub(crate) fn next_message(raw: &[u8]) -> Option<(Option<Range<usize>>, usize)> {
    const END_OF_HEADER: &[u8] = b"\r\n\r\n";
    let header = find(raw, END_OF_HEADER)?;
    let start = header + END_OF_HEADER.len();
    let Some(len) = content_length(&raw[..header]) else {
        let next = find(&raw[1..], b"Content-Length").map(|at| at + 1);
        return Some((None, next.unwrap_or(raw.len())));
    };
    let end = start.saturating_add(len);
    (end <= raw.len()).then_some((Some(start..end), end))
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|it| it == wanted)
}

fn content_length(header: &[u8]) -> Option<usize> {
    let header = std::str::from_utf8(header).ok()?;
    let mut fields = header.split("\r\n").filter_map(|line| line.split_once(':'));
    let (_, value) = fields.find(|(name, _)| name.trim().eq_ignore_ascii_case("content-length"))?;
    value.trim().parse().ok()
}

impl<R: AsyncRead + Unpin> AsyncRead for Messages<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        while this.handed_on == this.ready.len() {
            let mut chunk = ReadBuf::new(&mut this.chunk);
            ready!(Pin::new(&mut this.source).poll_read(context, &mut chunk))?;
            if chunk.filled().is_empty() {
                // The end; what has not arrived in full never will.
                return Poll::Ready(Ok(()));
            }
            this.raw.extend_from_slice(chunk.filled());
            this.take_messages();
        }
        let rest = this.ready.get(this.handed_on..).unwrap_or_default();
        let len = rest.len().min(out.remaining());
        out.put_slice(&rest[..len]);
        this.handed_on += len;
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;
    use tokio::io::AsyncReadExt;

    /// A source that gives its pieces one by one.
    struct Pieces(VecDeque<Vec<u8>>);

    impl AsyncRead for Pieces {
        fn poll_read(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            out: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            out.put_slice(&self.0.pop_front().unwrap_or_default());
            Poll::Ready(Ok(()))
        }
    }

    /// The messages that go on when these bytes arrive in pieces of this length.
    fn messages(bytes: &str, piece: usize) -> Vec<String> {
        let pieces = bytes.as_bytes().chunks(piece).map(<[u8]>::to_vec).collect();
        let mut out = String::new();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(Messages::new(Pieces(pieces)).read_to_string(&mut out)).unwrap();
        let bodies = out.split("Content-Length: ").skip(1).map(|it| it.split_once("\r\n\r\n").unwrap().1);
        bodies.map(str::to_owned).collect()
    }

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    const A: &str = r#"{"jsonrpc":"2.0","method":"a","params":{"é":"🐳"}}"#;
    const B: &str = r#"{"jsonrpc":"2.0","id":"x","result":[1]}"#;

    fn stand_in() -> String {
        format!(r#"{{"jsonrpc":"2.0","id":null,"method":"{UNREADABLE}"}}"#)
    }

    #[test]
    fn messages_go_on_as_they_are_however_they_arrive() {
        let odd_header = format!("content-type: x\r\ncontent-length:{}\r\n\r\n{B}", B.len());
        let bytes = format!("{}{odd_header}{}", framed(A), framed(A));
        for piece in [1, 7, 64, 4096] {
            assert_eq!(messages(&bytes, piece), [A, B, A]);
        }
    }

    #[test]
    fn what_is_no_message_is_stood_in_for() {
        for bad in
            ["not json!", "", "[]", r#"{"jsonrpc":"1.0"}"#, r#"{"jsonrpc":"2.0","id":{},"method":"a"}"#]
        {
            let bytes = format!("{}{}{}", framed(A), framed(bad), framed(B));
            assert_eq!(messages(&bytes, 4096), [A, &stand_in(), B], "{bad}");
        }
    }

    #[test]
    fn after_a_header_without_a_length_comes_the_next_header() {
        let bytes = format!("Length: 3\r\n\r\nabc{}{}", framed(A), framed(B));
        assert_eq!(messages(&bytes, 4096), [&stand_in(), A, B]);
    }

    #[test]
    fn half_a_message_at_the_end_is_nothing() {
        let bytes = format!("{}{}", framed(A), &framed(B)[..30]);
        assert_eq!(messages(&bytes, 4096), [A]);
    }
}
