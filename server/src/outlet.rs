//! Where messages leave: whole ones, in the order in which they are given.
//!
//! A message can be long. It is handed over and not copied, and a slow client holds up nothing but the next message.

use std::collections::VecDeque;
use std::io::{self, IoSlice, Write};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::AsyncWrite;
use tokio::task::{JoinHandle, spawn_blocking};

/// Shared bytes of messages.
pub(crate) type Bytes = bytes::Bytes;

/// Takes messages in parts.
pub(crate) trait Outlet: Unpin {
    /// Ready when everything that was given is on its way.
    fn poll_idle(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// Takes more. Only when idle.
    fn begin(&mut self, parts: Vec<Bytes>);
}

/// Writes on a thread for what may wait.
#[derive(Debug)]
pub(crate) struct Blocking<W> {
    /// None while it is being written to.
    sink: Option<W>,
    writing: Option<JoinHandle<(W, io::Result<()>)>>,
}

impl<W: Write + Send + Unpin + 'static> Blocking<W> {
    pub(crate) fn new(sink: W) -> Self {
        Self { sink: Some(sink), writing: None }
    }
}

impl<W: Write + Send + Unpin + 'static> Outlet for Blocking<W> {
    fn poll_idle(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(writing) = &mut self.writing else { return Poll::Ready(Ok(())) };
        let written = ready!(Pin::new(writing).poll(context));
        self.writing = None;
        let (sink, result) = written.map_err(io::Error::other)?;
        self.sink = Some(sink);
        Poll::Ready(result)
    }

    fn begin(&mut self, parts: Vec<Bytes>) {
        if let Some(mut sink) = self.sink.take() {
            self.writing = Some(spawn_blocking(move || {
                let result = write_all(&mut sink, &parts);
                (sink, result)
            }));
        }
    }
}

/// Writes all parts, as many at once as the system takes.
fn write_all(sink: &mut impl Write, parts: &[Bytes]) -> io::Result<()> {
    let mut slices: Vec<IoSlice<'_>> = parts.iter().map(|part| IoSlice::new(part)).collect();
    let mut left = slices.as_mut_slice();
    // What is empty counts as written.
    IoSlice::advance_slices(&mut left, 0);
    while !left.is_empty() {
        match sink.write_vectored(left) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut left, written),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    sink.flush()
}

/// Any other sink.
#[derive(Debug)]
pub(crate) struct Stream<W> {
    sink: W,
    parts: VecDeque<Bytes>,
}

impl<W: AsyncWrite + Unpin> Stream<W> {
    pub(crate) fn new(sink: W) -> Self {
        Self { sink, parts: VecDeque::new() }
    }

    /// Where the messages have gone.
    #[cfg(test)]
    pub(crate) fn into_sink(self) -> W {
        self.sink
    }
}

impl<W: AsyncWrite + Unpin> Outlet for Stream<W> {
    fn poll_idle(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(part) = self.parts.front_mut() {
            if !part.is_empty() {
                let written = ready!(Pin::new(&mut self.sink).poll_write(context, part))?;
                if written == 0 {
                    return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
                }
                drop(part.split_to(written));
            }
            if part.is_empty() {
                self.parts.pop_front();
            }
        }
        Pin::new(&mut self.sink).poll_flush(context)
    }

    fn begin(&mut self, parts: Vec<Bytes>) {
        self.parts.extend(parts);
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    /// Takes three bytes at a time, and is interrupted before each.
    #[derive(Default)]
    struct Slow {
        taken: Vec<u8>,
        interrupted: bool,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.interrupted = !self.interrupted;
            if self.interrupted {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let len = bytes.len().min(3);
            self.taken.extend_from_slice(&bytes[..len]);
            Ok(len)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A client that has gone.
    struct Gone;

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Ok(0)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn parts(parts: &[&'static str]) -> Vec<Bytes> {
        parts.iter().map(|part| Bytes::from_static(part.as_bytes())).collect()
    }

    fn run<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
    }

    #[test]
    fn every_part_goes_out_in_order() {
        run(async {
            let mut outlet = Blocking::new(Slow::default());
            for message in [&["", "one ", "", "and two"][..], &[], &["three", ""]] {
                outlet.begin(parts(message));
                poll_fn(|context| outlet.poll_idle(context)).await.unwrap();
            }
            assert_eq!(outlet.sink.unwrap().taken, b"one and twothree");
        });
    }

    #[test]
    fn a_client_that_has_gone_is_an_error() {
        run(async {
            let mut outlet = Blocking::new(Gone);
            outlet.begin(parts(&["x"]));
            let error = poll_fn(|context| outlet.poll_idle(context)).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::WriteZero);
        });
    }
}
