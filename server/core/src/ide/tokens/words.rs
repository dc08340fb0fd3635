//! The first coat: what an instruction says by itself.

use super::{Local, Modifiers, TokenKind};
use crate::model::{Arguments, Flag, Instruction, InstructionData, MountField, Pair};
use crate::syntax::bash::ShellKind;
use crate::syntax::{Keyword, LogicalLine, RelRange, Spanned};

/// The words of an instruction in order, none over another and none over a continuation.
pub(super) fn words(instruction: Instruction<'_>, is_posix: bool) -> Vec<Local> {
    let data: &InstructionData = instruction.data;
    let mut words = Words { line: &data.line, found: Vec::new() };
    // In COPY and ADD what announces one is a word, too; what comes first stays.
    words.heredocs(data, is_posix);
    words.instruction(data);
    words.found.extend(data.comments.iter().map(|it| plain(*it, TokenKind::Comment)));
    if is_posix {
        words.shell(data);
    }
    if !words.found.is_sorted_by_key(|it| it.0.start()) {
        words.found.sort_by_key(|it| it.0.start());
    }
    words.found
}

fn plain(range: RelRange, kind: TokenKind) -> Local {
    (range, kind, Modifiers::default())
}

struct Words<'a> {
    line: &'a LogicalLine,
    found: Vec<Local>,
}

impl Words<'_> {
    fn add(&mut self, range: RelRange, kind: TokenKind) {
        self.add_with(range, kind, Modifiers::default());
    }

    fn add_with(&mut self, range: RelRange, kind: TokenKind, modifiers: Modifiers) {
        self.found.extend(self.line.pieces_of(range).map(|piece| (piece, kind, modifiers)));
    }

    fn value(&mut self, value: &Spanned) {
        let is_number = !value.text.is_empty() && value.text.bytes().all(|it| it.is_ascii_digit());
        self.add(value.range, if is_number { TokenKind::Number } else { TokenKind::String });
    }

    fn instruction(&mut self, data: &InstructionData) {
        if data.keyword != Keyword::Unknown {
            let is_old = data.keyword == Keyword::Maintainer;
            let modifiers = if is_old { Modifiers::DEPRECATED } else { Modifiers::default() };
            self.add_with(data.keyword_word.range, TokenKind::Keyword, modifiers);
        }
        data.flags.iter().for_each(|flag| self.flag(flag));
        match (data.keyword, &data.arguments) {
            (_, Arguments::Trigger) => {
                if let Some(trigger) = &data.trigger {
                    self.instruction(trigger);
                }
            }
            (Keyword::From, Arguments::Words(words)) => self.from(words),
            (Keyword::Expose, Arguments::Words(words)) => words.iter().for_each(|it| self.port(it)),
            (Keyword::Arg, Arguments::Words(words)) => words.iter().for_each(|it| self.argument(it)),
            (Keyword::Stopsignal, Arguments::Text(text)) => self.choice(text),
            (_, arguments) => self.arguments(data.keyword, arguments),
        }
    }

    fn arguments(&mut self, keyword: Keyword, arguments: &Arguments) {
        match arguments {
            Arguments::Healthcheck { kind, command } => {
                self.add(kind.range, TokenKind::Keyword);
                self.arguments(keyword, command);
            }
            Arguments::Pairs(pairs) => pairs.iter().for_each(|it| self.pair(keyword, it)),
            Arguments::Words(words) | Arguments::Json(words) => words.iter().for_each(|it| self.value(it)),
            // The shell's text is another matter.
            Arguments::Text(text) if !is_command(keyword) => self.value(text),
            Arguments::Text(_) | Arguments::None | Arguments::Trigger => {}
        }
    }

    fn flag(&mut self, flag: &Flag) {
        let name = RelRange::new(flag.whole.range.start(), flag.name.range.end());
        self.add(name, TokenKind::Property);
        match (&flag.mount, &flag.value) {
            (Some(mount), _) if !mount.fields.is_empty() => {
                mount.fields.iter().for_each(|it| self.mount_field(it));
            }
            (_, Some(value)) if matches!(flag.name.text.as_str(), "network" | "security") => {
                self.choice(value)
            }
            (_, Some(value)) => self.value(value),
            _ => {}
        }
    }

    fn mount_field(&mut self, field: &MountField) {
        self.add(field.key.range, TokenKind::Property);
        match (&field.value, field.key.text.as_str()) {
            (Some(value), "type" | "sharing") => self.choice(value),
            (Some(value), _) => self.value(value),
            _ => {}
        }
    }

    /// One of a few values, unless it is a number or holds a variable.
    fn choice(&mut self, value: &Spanned) {
        match value.text.bytes().all(|it| it.is_ascii_alphabetic() || it == b'+' || it == b'-') {
            true => self.add(value.range, TokenKind::Choice),
            false => self.value(value),
        }
    }

    /// The base and the stage's name are names.
    fn from(&mut self, words: &[Spanned]) {
        if let Some(base) = words.first() {
            self.add(base.range, TokenKind::Image);
        }
        if let Some(word) = words.get(1).filter(|it| it.text.eq_ignore_ascii_case("as")) {
            self.add(word.range, TokenKind::Keyword);
        }
    }

    /// `8080/tcp`
    fn port(&mut self, word: &Spanned) {
        let Some(slash) = word.text.rfind('/').filter(|_| !word.text.contains('$')) else {
            return self.value(word);
        };
        let start = self.line.offset_of_source(word.range.start());
        let range = |from: usize, to: usize| self.line.source_range(start + from, start + to);
        let (port, protocol) = (range(0, slash), range(slash + 1, word.text.len()));
        self.add(port, TokenKind::Number);
        self.add(protocol, TokenKind::Choice);
    }

    /// The name is a name.
    fn argument(&mut self, word: &Spanned) {
        let Some(equals) = word.text.find('=') else { return };
        let start = self.line.offset_of_source(word.range.start()) + equals + 1;
        let end = self.line.offset_of_source(word.range.end());
        let text = word.text[equals + 1..].to_owned();
        self.value(&Spanned { text, range: self.line.source_range(start, end) });
    }

    fn pair(&mut self, keyword: Keyword, pair: &Pair) {
        // ENV's name is a name, if it can be told.
        let kind = if keyword == Keyword::Env { TokenKind::Variable } else { TokenKind::Property };
        self.add(pair.name.range, kind);
        self.value(&pair.value);
    }

    fn shell(&mut self, data: &InstructionData) {
        self.found.extend(data.shell_tokens().iter().map(|&(range, kind)| {
            let modifiers = match kind {
                ShellKind::Assigned => Modifiers::MODIFICATION,
                ShellKind::Function => Modifiers::DECLARATION,
                _ => Modifiers::default(),
            };
            (range, kind.into(), modifiers)
        }));
    }

    fn heredocs(&mut self, data: &InstructionData, is_posix: bool) {
        for heredoc in &data.heredocs {
            self.add(heredoc.redirect, TokenKind::Label);
            if !(is_posix && data.is_shell_script()) {
                let (content, newline) = (heredoc.content.range, heredoc.content.text.ends_with('\n'));
                let end = content.end() - u32::from(newline);
                self.found.push(plain(RelRange::new(content.start(), end), TokenKind::String));
            }
            self.found.extend(heredoc.terminator.map(|it| plain(it, TokenKind::Label)));
        }
    }
}

/// Whether the shell form of an instruction is a shell's text.
fn is_command(keyword: Keyword) -> bool {
    matches!(keyword, Keyword::Run | Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck)
}
