//! The tokens of a document in numbers, of which a new version takes over what has not changed.
//!
//! A client asks for them after every key. What an instruction looks like depends on its own text and on what the
//! names in it mean, and the numbers tell one token's place from the one before it. So the numbers of an instruction
//! are those of the last time wherever both are as they were, but for the place of the first one.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use dockstage_core::TextSize;
use dockstage_core::ide::tokens::{NameTokens, Painter, Part, paint};
use dockstage_core::model::{Identity, Instruction};
use tower_lsp_server::ls_types::SemanticToken;

use super::outline::counterparts;
use super::tokens::{Encoder, LineColumn};
use crate::state::Snapshot;

/// The last tokens of a document. Clones are the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct LastTokens(Arc<Mutex<Option<Arc<Tokens>>>>);

impl LastTokens {
    /// What they are.
    pub(crate) fn get(&self) -> Option<Arc<Tokens>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, tokens: Arc<Tokens>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(tokens);
    }
}

/// The tokens of a document.
#[derive(Debug)]
pub(crate) struct Tokens {
    /// The name that they are sent under. What changed since is all that a client is sent when it still has them.
    pub(crate) id: String,
    pub(crate) numbers: Vec<SemanticToken>,
    /// For each instruction of the document.
    pieces: Vec<Piece>,
}

/// The tokens of an instruction.
#[derive(Debug)]
struct Piece {
    identity: Identity,
    names: NameTokens,
    /// The column where the instruction starts: its first line is counted from there.
    column: u32,
    numbers: Range<usize>,
    /// Where the first and the last one begin, by lines of the instruction.
    first: LineColumn,
    last: LineColumn,
}

impl Snapshot {
    /// The tokens of the document as it is now, which are remembered from here on.
    pub(crate) fn all_tokens(&self) -> Arc<Tokens> {
        let unused = self.analysis_with_targets().unused_stages();
        let (id, last) = (name(&self.text_id(), &unused), self.kept.last_tokens.get());
        if let Some(last) = last.as_ref().filter(|last| last.id == id) {
            return Arc::clone(last);
        }
        self.expect_many_places();
        let tokens = Arc::new(self.tokens_after(id, &unused, last.as_deref()));
        self.kept.last_tokens.set(Arc::clone(&tokens));
        tokens
    }

    fn tokens_after(&self, id: String, unused: &[bool], before: Option<&Tokens>) -> Tokens {
        let mut tokens = Tokens { id, numbers: Vec::new(), pieces: Vec::new() };
        let Some(support) = &self.client.tokens else { return tokens };
        let file = self.analysis.file();
        let (text, dockerfile) = (file.text().to_string(), file.dockerfile());
        let mut painter = Painter::of(file, unused);
        let mut encoder = Encoder::new(&text, support, self.client.encoding);
        encoder.found.reserve(before.map_or(0, |it| it.numbers.len() + 16));
        let mut painted = Vec::new();
        for part in painter.parts(None) {
            let id = match part {
                Part::Outside(token) => {
                    encoder.jump(token.range.start().into(), self.line_column(token.range.start()));
                    encoder.add(&token);
                    continue;
                }
                Part::Instruction(id) => id,
            };
            let (instruction, names) = (dockerfile.instruction(id), painter.names(id));
            let at = self.start_of(instruction);
            let (line, column) = (at.line, at.character);
            let known =
                before.and_then(|it| it.piece_of(instruction, &names, column, dockerfile.placed.len()));
            let (last, count) = (encoder.last, encoder.found.len());
            if let Some((piece, numbers)) = known {
                let from_here = |(down, column)| (line + down, column);
                encoder.add_again(numbers, from_here(piece.first), from_here(piece.last));
            } else {
                painted.clear();
                paint(instruction, &names, &mut painted);
                encoder.jump(instruction.start.into(), (line, column));
                painted.iter().for_each(|token| encoder.add(token));
            }
            let first = encoder.found.get(count).map_or(last, |token| place_behind(last, token));
            let from_start = |(at, column): LineColumn| (at.saturating_sub(line), column);
            tokens.pieces.push(Piece {
                identity: instruction.identity(),
                names,
                column,
                numbers: count..encoder.found.len(),
                first: from_start(first),
                last: from_start(encoder.last),
            });
        }
        tokens.numbers = encoder.found;
        tokens
    }

    fn line_column(&self, offset: TextSize) -> LineColumn {
        let position = self.position(offset);
        (position.line, position.character)
    }
}

impl Tokens {
    /// The answer to a request for all of them, as text.
    pub(crate) fn to_json(&self) -> Vec<u8> {
        let mut text = Vec::with_capacity(64 + 14 * self.numbers.len());
        // The name is one of ours: nothing in it has to be escaped.
        text.extend_from_slice(format!(r#"{{"resultId":"{}","data":["#, self.id).as_bytes());
        for token in &self.numbers {
            let SemanticToken { delta_line, delta_start, length, token_type, token_modifiers_bitset } =
                *token;
            for number in [delta_line, delta_start, length, token_type, token_modifiers_bitset] {
                push_number(&mut text, number);
                text.push(b',');
            }
        }
        text.pop_if(|it| *it == b',');
        text.extend_from_slice(b"]}");
        text
    }

    /// The tokens that an instruction had, when they are what it has now.
    fn piece_of(
        &self,
        instruction: Instruction<'_>,
        names: &NameTokens,
        column: u32,
        count: usize,
    ) -> Option<(&Piece, &[SemanticToken])> {
        let is_same =
            |it: &&Piece| it.identity == instruction.identity() && it.column == column && it.names == *names;
        let piece = counterparts(&self.pieces, instruction.id, count).find(is_same)?;
        Some((piece, self.numbers.get(piece.numbers.clone())?))
    }
}

/// A name for the tokens of a text. They depend on the text, and on which stages are built.
fn name(text: &str, unused_stages: &[bool]) -> String {
    let mut hasher = DefaultHasher::new();
    unused_stages.hash(&mut hasher);
    format!("{text}-{:x}", hasher.finish())
}

/// Where a token begins, when the one before it begins at `last`.
fn place_behind(last: LineColumn, token: &SemanticToken) -> LineColumn {
    match token.delta_line {
        0 => (last.0, last.1 + token.delta_start),
        down => (last.0 + down, token.delta_start),
    }
}

fn push_number(text: &mut Vec<u8>, number: u32) {
    // Nearly all of them are this small.
    match u8::try_from(number) {
        Ok(digit @ 0..10) => text.push(b'0' + digit),
        Ok(small @ 10..100) => text.extend([b'0' + small / 10, b'0' + small % 10]),
        _ => text.extend_from_slice(number.to_string().as_bytes()),
    }
}
