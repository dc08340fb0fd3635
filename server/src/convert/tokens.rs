//! Semantic tokens: the words of the core in the protocol's numbers.

use dockstage_core::ide::tokens::{Modifiers, Token, TokenKind};
use dockstage_core::text::PositionEncoding;
use tower_lsp_server::ls_types::{
    SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokensClientCapabilities,
    SemanticTokensEdit, SemanticTokensFullOptions, SemanticTokensLegend, SemanticTokensOptions,
    SemanticTokensServerCapabilities, WorkDoneProgressOptions,
};

use crate::state::Snapshot;

/// What a client understands of semantic tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TokenSupport {
    /// Names of types and modifiers, in the order of their numbers.
    types: Vec<&'static str>,
    modifiers: Vec<&'static str>,
    /// A token may go over several lines.
    multiline: bool,
    delta: bool,
}

impl TokenSupport {
    /// Reads a client's capabilities: what it does not name it is not sent.
    pub(crate) fn of(client: &SemanticTokensClientCapabilities) -> Self {
        let mut types = Vec::new();
        for kind in TokenKind::ALL {
            let known =
                names(kind).iter().find(|name| client.token_types.iter().any(|it| it.as_str() == **name));
            types.extend(known.copied().filter(|name| !types.contains(name)));
        }
        let modifiers = Modifiers::ALL.into_iter().map(|(_, name)| name);
        let is_known = |name: &&str| client.token_modifiers.iter().any(|it| it.as_str() == *name);
        Self {
            types,
            modifiers: modifiers.filter(is_known).collect(),
            multiline: client.multiline_token_support == Some(true),
            delta: matches!(
                client.requests.full,
                Some(SemanticTokensFullOptions::Delta { delta: Some(true) })
            ),
        }
    }

    /// What we offer to such a client.
    pub(crate) fn options(&self) -> SemanticTokensServerCapabilities {
        let full = match self.delta {
            true => SemanticTokensFullOptions::Delta { delta: Some(true) },
            false => SemanticTokensFullOptions::Bool(true),
        };
        SemanticTokensServerCapabilities::SemanticTokensOptions(SemanticTokensOptions {
            legend: SemanticTokensLegend {
                token_types: self.types.iter().map(|&it| SemanticTokenType::new(it)).collect(),
                token_modifiers: self.modifiers.iter().map(|&it| SemanticTokenModifier::new(it)).collect(),
            },
            range: Some(true),
            full: Some(full),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        })
    }

    /// The number of a type, if the client knows it or one that will do.
    fn type_of(&self, kind: TokenKind) -> Option<u32> {
        names(kind).iter().find_map(|name| number(&self.types, name))
    }

    fn bits_of(&self, modifiers: Modifiers) -> u32 {
        let present = Modifiers::ALL.into_iter().filter(|(it, _)| modifiers.has(*it));
        present.filter_map(|(_, name)| number(&self.modifiers, name)).map(|bit| 1 << bit).sum()
    }
}

fn number(names: &[&str], name: &str) -> Option<u32> {
    names.iter().position(|it| *it == name).and_then(|at| u32::try_from(at).ok())
}

/// The protocol's names for a kind, the best one first.
fn names(kind: TokenKind) -> &'static [&'static str] {
    match kind {
        TokenKind::Comment => &["comment"],
        TokenKind::Directive => &["macro", "keyword"],
        TokenKind::Keyword | TokenKind::ShellKeyword => &["keyword"],
        TokenKind::Property => &["property"],
        TokenKind::String => &["string"],
        TokenKind::Number => &["number"],
        TokenKind::Choice => &["enumMember", "string"],
        TokenKind::Operator => &["operator"],
        TokenKind::Stage => &["class", "type"],
        TokenKind::Image => &["namespace", "type"],
        TokenKind::Argument => &["parameter", "variable"],
        TokenKind::Variable => &["variable"],
        TokenKind::Command => &["function"],
        TokenKind::Label => &["label", "string"],
    }
}

impl Snapshot {
    /// Tokens in the numbers that the client was told of.
    pub(crate) fn semantic_tokens(&self, tokens: &[Token]) -> Vec<SemanticToken> {
        let Some(support) = &self.client.tokens else { return Vec::new() };
        let text = self.analysis.file().text().to_string();
        let mut encoder = Encoder::new(&text, support, self.client.encoding);
        tokens.iter().for_each(|token| encoder.add(token));
        encoder.found
    }
}

/// A line and a column, from 0.
pub(super) type LineColumn = (u32, u32);

/// Puts tokens into numbers, one after the other.
pub(super) struct Encoder<'a> {
    support: &'a TokenSupport,
    types: [Option<u32>; TokenKind::ALL.len()],
    place: Place<'a>,
    /// Where the last token begins: the next one is counted from there.
    pub(super) last: LineColumn,
    pub(super) found: Vec<SemanticToken>,
}

impl<'a> Encoder<'a> {
    pub(super) fn new(text: &'a str, support: &'a TokenSupport, encoding: PositionEncoding) -> Self {
        Self {
            support,
            types: TokenKind::ALL.map(|kind| support.type_of(kind)),
            place: Place { text: text.as_bytes(), encoding, at: 0, line: 0, column: 0 },
            last: (0, 0),
            found: Vec::new(),
        }
    }

    /// Goes on behind what needs no look, to a place whose line and column are known.
    pub(super) fn jump(&mut self, offset: usize, (line, column): LineColumn) {
        self.place = Place { at: offset, line, column, ..self.place };
    }

    pub(super) fn add(&mut self, token: &Token) {
        let Some(token_type) = self.types[token.kind as usize] else { return };
        let modifiers = token.modifiers;
        let bits = if modifiers == Modifiers::default() { 0 } else { self.support.bits_of(modifiers) };
        let end = usize::from(token.range.end());
        self.place.go_to(token.range.start().into());
        while self.place.at < end {
            let here = (self.place.line, self.place.column);
            let length = if self.support.multiline { self.place.go_over(end) } else { self.place.go_on(end) };
            if length > 0 {
                let (delta_line, delta_start) = distance(self.last, here);
                let token_modifiers_bitset = bits;
                self.found.push(SemanticToken {
                    delta_line,
                    delta_start,
                    length,
                    token_type,
                    token_modifiers_bitset,
                });
                self.last = here;
            }
            self.place.skip_line_end(end);
        }
    }

    /// Adds tokens that are in numbers already. The first and the last of them begin here.
    pub(super) fn add_again(&mut self, tokens: &[SemanticToken], first: LineColumn, last: LineColumn) {
        let Some((one, rest)) = tokens.split_first() else { return };
        let (delta_line, delta_start) = distance(self.last, first);
        self.found.push(SemanticToken { delta_line, delta_start, ..*one });
        self.found.extend_from_slice(rest);
        self.last = last;
    }
}

/// How far it is from one token to the next: lines, and columns from that token or from the start of its line.
fn distance(from: LineColumn, to: LineColumn) -> LineColumn {
    let is_same = from.0 == to.0;
    (to.0 - from.0, if is_same { to.1 - from.1 } else { to.1 })
}

/// A place that moves through a text, with its line and column.
#[derive(Clone, Copy)]
struct Place<'a> {
    text: &'a [u8],
    encoding: PositionEncoding,
    at: usize,
    line: u32,
    column: u32,
}

impl Place<'_> {
    fn go_to(&mut self, offset: usize) {
        while self.at < offset {
            self.go_on(offset);
            self.skip_line_end(offset);
        }
    }

    /// Goes on to `end`, or to the end of the line: how far that is.
    fn go_on(&mut self, end: usize) -> u32 {
        let before = self.column;
        while let Some(&byte) = self.text[..end.min(self.text.len())].get(self.at) {
            if matches!(byte, b'\n' | b'\r') {
                break;
            }
            self.column += self.units(byte);
            self.at += 1;
        }
        self.column - before
    }

    /// Goes over line ends too: how far that is, when they count as characters.
    fn go_over(&mut self, end: usize) -> u32 {
        let mut length = 0;
        while self.at < end.min(self.text.len()) {
            length += self.go_on(end);
            let line_end = self.at;
            self.skip_line_end(end);
            length += u32::try_from(self.at - line_end).unwrap_or_default();
        }
        length
    }

    /// Goes over one line end, if there is one here.
    fn skip_line_end(&mut self, end: usize) {
        let is_at = |at: usize, byte: u8| at < end && self.text.get(at) == Some(&byte);
        let len = match (is_at(self.at, b'\r'), is_at(self.at + 1, b'\n'), is_at(self.at, b'\n')) {
            (true, true, _) => 2,
            (true, false, _) | (_, _, true) => 1,
            _ => return,
        };
        self.at += len;
        // A token that ends between `\r` and `\n` has not ended its line.
        if self.text.get(self.at - 1) == Some(&b'\n') || self.text.get(self.at) != Some(&b'\n') {
            (self.line, self.column) = (self.line + 1, 0);
        }
    }

    /// What the first byte of a character, or another one, adds to a column.
    fn units(&self, byte: u8) -> u32 {
        match (self.encoding, byte) {
            (PositionEncoding::Utf8, _) | (_, ..0x80) => 1,
            (_, 0x80..0xc0) => 0,
            (PositionEncoding::Utf16, 0xf0..) => 2,
            _ => 1,
        }
    }
}

/// What changes one list of tokens into another: at most one edit. It counts in numbers, five for each token.
pub(crate) fn token_edits(before: &[SemanticToken], after: &[SemanticToken]) -> Vec<SemanticTokensEdit> {
    let same = before.iter().zip(after).take_while(|(one, other)| one == other).count();
    if same == before.len() && same == after.len() {
        return Vec::new();
    }
    let (before, after) = (&before[same..], &after[same..]);
    let behind = before.iter().rev().zip(after.iter().rev()).take_while(|(one, other)| one == other).count();
    let (before, after) = (&before[..before.len() - behind], &after[..after.len() - behind]);
    let numbers = |tokens: usize| u32::try_from(5 * tokens).unwrap_or(u32::MAX);
    vec![SemanticTokensEdit {
        start: numbers(same),
        delete_count: numbers(before.len()),
        data: (!after.is_empty()).then(|| after.to_vec()),
    }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use dockstage_core::{TextRange, TextSize};
    use serde_json::json;

    fn support(types: &[&str], multiline: bool) -> TokenSupport {
        let client = json!({
            "requests": {}, "tokenTypes": types, "tokenModifiers": ["declaration", "external"],
            "formats": ["relative"], "multilineTokenSupport": multiline,
        });
        TokenSupport::of(&serde_json::from_value(client).unwrap())
    }

    fn token(start: u32, end: u32) -> Token {
        let range = TextRange::new(TextSize::new(start), TextSize::new(end));
        let modifiers = Modifiers::UNUSED.and(Modifiers::EXTERNAL);
        Token { range, kind: TokenKind::String, modifiers }
    }

    fn encoded(text: &str, tokens: &[Token], multiline: bool, encoding: PositionEncoding) -> Vec<[u32; 3]> {
        let support = support(&["string"], multiline);
        let mut encoder = Encoder::new(text, &support, encoding);
        tokens.iter().for_each(|token| encoder.add(token));
        let found = encoder.found;
        assert!(found.iter().all(|it| it.token_modifiers_bitset == 0b10 && it.token_type == 0));
        found.iter().map(|it| [it.delta_line, it.delta_start, it.length]).collect()
    }

    #[test]
    fn columns_count_in_the_agreed_unit() {
        // é: 2 bytes, 1 unit; 🐳: 4 bytes, 2 units.
        let tokens = [token(2, 6), token(6, 8)];
        for (encoding, expected) in [
            (PositionEncoding::Utf8, [[0, 2, 4], [0, 4, 2]]),
            (PositionEncoding::Utf16, [[0, 1, 2], [0, 2, 1]]),
            (PositionEncoding::Utf32, [[0, 1, 1], [0, 1, 1]]),
        ] {
            assert_eq!(encoded("é🐳é", &tokens, false, encoding), expected);
        }
    }

    #[test]
    fn tokens_over_lines_are_split_unless_the_client_takes_them() {
        let text = "ab\r\n\ncd\re\nf";
        let tokens = [token(1, 9), token(10, 11)];
        assert_eq!(
            encoded(text, &tokens, false, PositionEncoding::Utf16),
            [[0, 1, 1], [2, 0, 2], [1, 0, 1], [1, 0, 1]]
        );
        assert_eq!(encoded(text, &tokens, true, PositionEncoding::Utf16), [[0, 1, 8], [4, 0, 1]]);
    }

    #[test]
    fn a_client_gets_what_it_knows() {
        let plain = support(&["type", "string", "x"], false);
        assert_eq!(
            (plain.types.clone(), plain.modifiers.clone()),
            (vec!["string", "type"], vec!["declaration", "external"])
        );
        assert_eq!(plain.type_of(TokenKind::Stage), Some(1));
        assert_eq!(plain.type_of(TokenKind::Label), Some(0));
        assert_eq!(plain.type_of(TokenKind::Command), None);
        assert_eq!(plain.bits_of(Modifiers::EXTERNAL.and(Modifiers::UNUSED)), 0b10);
    }

    #[test]
    fn an_edit_makes_the_new_list_of_the_old_one() {
        let token = |length| SemanticToken { length, ..SemanticToken::default() };
        let lists: Vec<Vec<SemanticToken>> =
            [&[][..], &[1], &[1, 2], &[1, 2, 3], &[1, 1], &[1, 3, 2, 3], &[2, 3]]
                .iter()
                .map(|list| list.iter().map(|&it| token(it)).collect())
                .collect();
        for before in &lists {
            for after in &lists {
                let mut list = before.clone();
                for edit in token_edits(before, after) {
                    assert_eq!((edit.start % 5, edit.delete_count % 5), (0, 0));
                    let (start, count) = (edit.start as usize / 5, edit.delete_count as usize / 5);
                    list.splice(start..start + count, edit.data.unwrap_or_default());
                }
                assert_eq!(&list, after);
            }
        }
    }
}
