//! The outline as text, of which a new version takes over what has not changed.
//!
//! The outline of a long file is half a megabyte of text, and a client asks for it after every key. What an
//! instruction shows depends on its own text and on where it starts. So the text of each instruction is remembered, and
//! goes out again with the next answer as it is, without being copied.

use std::sync::{Arc, Mutex, PoisonError};

use dockstage_core::ide::symbols::Symbol;
use dockstage_core::model::{Identity, Instruction, InstructionId};
use tower_lsp_server::ls_types::Position;

use crate::outlet::Bytes;
use crate::state::Snapshot;

/// The outline of a document that was sent last. Clones are the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct LastOutline(Arc<Mutex<Option<Arc<Written>>>>);

impl LastOutline {
    fn get(&self) -> Option<Arc<Written>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, written: Written) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(written));
    }
}

/// What is remembered of an outline.
#[derive(Debug)]
struct Written {
    /// For each instruction of the document.
    pieces: Vec<Piece>,
}

/// What an instruction shows. A FROM shows nothing: it is its stage.
#[derive(Debug)]
struct Piece {
    identity: Identity,
    /// Where the instruction starts.
    at: Position,
    /// A comma and its entry; empty for a FROM.
    text: Bytes,
}

impl Written {
    /// What an instruction showed, when it stood at the same place.
    fn text_of(&self, instruction: Instruction<'_>, at: Position, count: usize) -> Option<Bytes> {
        let is_same = |it: &&Piece| it.at == at && it.identity == instruction.identity();
        let piece = counterparts(&self.pieces, instruction.id, count).find(is_same)?;
        Some(piece.text.clone()).filter(|text| !text.is_empty())
    }
}

impl Snapshot {
    /// The outline as the text of an answer, in parts.
    pub(crate) fn outline(&self) -> Option<Vec<Bytes>> {
        self.expect_many_places();
        if !self.client.symbols.nested {
            let flat = serde_json::to_vec(&self.flat_symbols(self.analysis.symbols()));
            return flat.ok().map(|text| vec![text.into()]);
        }
        let before = self.kept.last_outline.get();
        let (parts, written) = Writer::new(self, before.as_deref()).write().ok()?;
        self.kept.last_outline.set(written);
        Some(parts)
    }
}

struct Writer<'a> {
    snapshot: &'a Snapshot,
    before: Option<&'a Written>,
    /// How many instructions there are.
    count: usize,
    parts: Vec<Bytes>,
    /// What goes behind the last part.
    text: Vec<u8>,
    /// Whether the next entry is the first one of its list.
    is_first: bool,
    pieces: Vec<Piece>,
}

impl<'a> Writer<'a> {
    fn new(snapshot: &'a Snapshot, before: Option<&'a Written>) -> Self {
        let count = snapshot.analysis.file().dockerfile().placed.len();
        let (parts, pieces) = (Vec::with_capacity(count), Vec::with_capacity(count));
        Self { snapshot, before, count, parts, text: Vec::new(), is_first: true, pieces }
    }

    fn write(mut self) -> serde_json::Result<(Vec<Bytes>, Written)> {
        let outline = self.snapshot.analysis.outline();
        self.text.push(b'[');
        for instruction in outline.before_stages() {
            self.instruction(instruction, |it| outline.instruction(it))?;
        }
        for (head, from, inside) in outline.stages() {
            if !self.is_first {
                self.text.push(b',');
            }
            serde_json::to_writer(&mut self.text, &self.snapshot.nested_symbol(head))?;
            self.keep(from, self.snapshot.start_of(from), Bytes::new());
            // The stage is opened again for what lies in it.
            self.text.pop();
            self.text.extend_from_slice(br#","children":["#);
            self.is_first = true;
            for instruction in inside {
                self.instruction(instruction, |it| outline.instruction(it))?;
            }
            self.text.extend_from_slice(b"]}");
            self.is_first = false;
        }
        self.text.push(b']');
        self.end_part();
        Ok((self.parts, Written { pieces: self.pieces }))
    }

    fn instruction(
        &mut self,
        instruction: Instruction<'_>,
        symbol: impl FnOnce(Instruction<'_>) -> Symbol,
    ) -> serde_json::Result<()> {
        let at = self.snapshot.start_of(instruction);
        let text = match self.before.and_then(|it| it.text_of(instruction, at, self.count)) {
            Some(text) => text,
            None => {
                let mut text = vec![b','];
                serde_json::to_writer(&mut text, &self.snapshot.nested_symbol(symbol(instruction)))?;
                text.into()
            }
        };
        self.end_part();
        self.parts.push(text.slice(usize::from(self.is_first)..));
        self.is_first = false;
        self.keep(instruction, at, text);
        Ok(())
    }

    /// Makes a part of what was written since the last one.
    fn end_part(&mut self) {
        if !self.text.is_empty() {
            self.parts.push(std::mem::take(&mut self.text).into());
        }
    }

    /// Remembers what was written of an instruction.
    fn keep(&mut self, instruction: Instruction<'_>, at: Position, text: Bytes) {
        self.pieces.push(Piece { identity: instruction.identity(), at, text });
    }
}

/// Of what is remembered for each instruction of the last text, that for one of the text of now, if a change in one
/// place made the one of the other: that with as many instructions before it, and that with as many behind it.
pub(super) fn counterparts<T>(last: &[T], id: InstructionId, count: usize) -> impl Iterator<Item = &T> {
    let from_the_end = (id.index() + last.len()).checked_sub(count);
    [Some(id.index()), from_the_end].into_iter().flatten().filter_map(|index| last.get(index))
}
