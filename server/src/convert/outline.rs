//! The outline as text, of which a new version takes over what has not changed.
//!
//! The outline of a long file is half a megabyte of text, and a client asks for it after every key. What an
//! instruction shows depends on its own text and on where it starts. So the text that was sent last is remembered with
//! the place of each instruction in it, and goes into the next one piece by piece.

use std::sync::{Arc, Mutex, PoisonError};

use dockstage_core::ide::symbols::Symbol;
use dockstage_core::model::{Instruction, InstructionData, InstructionId};
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

/// An outline, and where the instructions are in it.
#[derive(Debug)]
struct Written {
    text: Bytes,
    /// For each instruction of the document.
    pieces: Vec<Piece>,
}

/// What an instruction shows. A FROM shows nothing: it is its stage.
#[derive(Debug)]
struct Piece {
    data: Arc<InstructionData>,
    /// Where the instruction starts.
    at: Position,
    /// Its part of the text.
    start: usize,
    end: usize,
}

impl Written {
    /// What an instruction showed, when it stood at the same place.
    fn piece_of(&self, instruction: Instruction<'_>, at: Position, count: usize) -> Option<&[u8]> {
        let is_same = |it: &&Piece| it.at == at && Arc::ptr_eq(&it.data, instruction.data);
        let piece = counterparts(&self.pieces, instruction.id, count).find(is_same)?;
        self.text.get(piece.start..piece.end).filter(|text| !text.is_empty())
    }
}

impl Snapshot {
    /// The outline as the text of an answer.
    pub(crate) fn outline(&self) -> Option<Bytes> {
        self.expect_many_places();
        if !self.client.symbols.nested {
            return serde_json::to_vec(&self.flat_symbols(self.analysis.symbols())).ok().map(Bytes::from);
        }
        let before = self.kept.last_outline.get();
        let written = Writer::new(self, before.as_deref()).write().ok()?;
        let text = written.text.clone();
        self.kept.last_outline.set(written);
        Some(text)
    }
}

struct Writer<'a> {
    snapshot: &'a Snapshot,
    before: Option<&'a Written>,
    /// How many instructions there are.
    count: usize,
    text: Vec<u8>,
    pieces: Vec<Piece>,
}

impl<'a> Writer<'a> {
    fn new(snapshot: &'a Snapshot, before: Option<&'a Written>) -> Self {
        let count = snapshot.analysis.file().dockerfile().placed.len();
        let expected = before.map_or(USUAL * count, |it| it.text.len() + USUAL);
        let text = Vec::with_capacity(expected);
        Self { snapshot, before, count, text, pieces: Vec::with_capacity(count) }
    }

    fn write(mut self) -> serde_json::Result<Written> {
        let outline = self.snapshot.analysis.outline();
        self.text.push(b'[');
        for instruction in outline.before_stages() {
            self.instruction(instruction, |it| outline.instruction(it))?;
        }
        for (head, from, inside) in outline.stages() {
            self.separate();
            self.symbol(head)?;
            self.keep(from, self.snapshot.start_of(from), self.text.len());
            // The stage is opened again for what lies in it.
            self.text.pop();
            self.text.extend_from_slice(br#","children":["#);
            for instruction in inside {
                self.instruction(instruction, |it| outline.instruction(it))?;
            }
            self.text.extend_from_slice(b"]}");
        }
        self.text.push(b']');
        Ok(Written { text: self.text.into(), pieces: self.pieces })
    }

    fn instruction(
        &mut self,
        instruction: Instruction<'_>,
        symbol: impl FnOnce(Instruction<'_>) -> Symbol,
    ) -> serde_json::Result<()> {
        self.separate();
        let start = self.text.len();
        let at = self.snapshot.start_of(instruction);
        match self.before.and_then(|it| it.piece_of(instruction, at, self.count)) {
            Some(piece) => self.text.extend_from_slice(piece),
            None => self.symbol(symbol(instruction))?,
        }
        self.keep(instruction, at, start);
        Ok(())
    }

    /// Remembers what was written of an instruction.
    fn keep(&mut self, instruction: Instruction<'_>, at: Position, start: usize) {
        let data = Arc::clone(instruction.data);
        self.pieces.push(Piece { data, at, start, end: self.text.len() });
    }

    /// Begins the next one of several.
    fn separate(&mut self) {
        if !self.text.ends_with(b"[") {
            self.text.push(b',');
        }
    }

    fn symbol(&mut self, symbol: Symbol) -> serde_json::Result<()> {
        serde_json::to_writer(&mut self.text, &self.snapshot.nested_symbol(symbol))
    }
}

/// Of what is remembered for each instruction of the last text, that for one of the text of now, if a change in one
/// place made the one of the other: that with as many instructions before it, and that with as many behind it.
pub(super) fn counterparts<T>(last: &[T], id: InstructionId, count: usize) -> impl Iterator<Item = &T> {
    let from_the_end = (id.index() + last.len()).checked_sub(count);
    [Some(id.index()), from_the_end].into_iter().flatten().filter_map(|index| last.get(index))
}

/// About what an instruction takes in an outline, in bytes.
const USUAL: usize = 300;
