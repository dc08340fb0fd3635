//! Semantic tokens: what each word of a Dockerfile is.
//!
//! They are put on in two coats. The first one is what an instruction says by itself, which its data tells; the
//! shell's part of it is remembered there. The second one is what names mean in the whole file: stages and
//! variables. It covers the first one where they meet, so that `"$VERSION"` is a text with a variable in it.

mod names;
mod words;

use crate::model::{Dockerfile, Instruction, InstructionId, SourceFile};
use crate::syntax::RelRange;
use crate::syntax::bash::ShellKind;
use crate::{TextRange, TextSize};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// A comment.
    Comment,
    /// A parser directive's name.
    Directive,
    /// An instruction's keyword, and the words of the language inside.
    Keyword,
    /// A word of the shell's language.
    ShellKeyword,
    /// A flag, a key of a mount or label, an option of a command.
    Property,
    /// A value.
    String,
    /// A number.
    Number,
    /// One of a few values: a tag, a protocol, a signal, a type of mount.
    Choice,
    /// What joins commands in a shell's text.
    Operator,
    /// A build stage.
    Stage,
    /// An image, or a build context.
    Image,
    /// A build argument.
    Argument,
    /// An environment variable, or one of the shell.
    Variable,
    /// A command or a function in a shell's text.
    Command,
    /// The name of a heredoc.
    Label,
}

impl TokenKind {
    /// Every kind.
    pub const ALL: [Self; 15] = [
        Self::Comment,
        Self::Directive,
        Self::Keyword,
        Self::ShellKeyword,
        Self::Property,
        Self::String,
        Self::Number,
        Self::Choice,
        Self::Operator,
        Self::Stage,
        Self::Image,
        Self::Argument,
        Self::Variable,
        Self::Command,
        Self::Label,
    ];
}

/// What else there is to say about a token: a set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Modifiers(u8);

impl Modifiers {
    /// Here it gets its name.
    pub const DECLARATION: Self = Self(1);
    /// Here it is set anew.
    pub const MODIFICATION: Self = Self(1 << 1);
    /// It cannot be set.
    pub const READONLY: Self = Self(1 << 2);
    /// BuildKit defines it.
    pub const BUILTIN: Self = Self(1 << 3);
    /// It should not be used any more.
    pub const DEPRECATED: Self = Self(1 << 4);
    /// Nothing uses it.
    pub const UNUSED: Self = Self(1 << 5);
    /// It comes from outside of this file.
    pub const EXTERNAL: Self = Self(1 << 6);

    /// Each single one with its name.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::DECLARATION, "declaration"),
        (Self::MODIFICATION, "modification"),
        (Self::READONLY, "readonly"),
        (Self::BUILTIN, "defaultLibrary"),
        (Self::DEPRECATED, "deprecated"),
        (Self::UNUSED, "unused"),
        (Self::EXTERNAL, "external"),
    ];

    /// Both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `other` is in it.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// A word with its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Where it stands. It may go over several lines, but never over a continuation.
    pub range: TextRange,
    /// What it is.
    pub kind: TokenKind,
    /// What else it is.
    pub modifiers: Modifiers,
}

/// The tokens of a file, or those that touch a part of it: in order, none over another. `unused` says of each stage
/// whether no build takes it.
pub fn tokens(file: &SourceFile, within: Option<TextRange>, unused: &[bool]) -> Vec<Token> {
    let dockerfile = file.dockerfile();
    let mut painter = Painter::of(file, unused);
    let mut found = Vec::new();
    for part in painter.parts(within) {
        match part {
            Part::Outside(token) => found.push(token),
            Part::Instruction(id) => {
                let names = painter.names(id);
                paint(dockerfile.instruction(id), &names, &mut found);
            }
        }
    }
    if let Some(within) = within {
        found.retain(|it| it.range.intersect(within).is_some_and(|it| !it.is_empty()));
    }
    found
}

/// What the tokens of a file belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A comment or a piece of a directive.
    Outside(Token),
    /// An instruction.
    Instruction(InstructionId),
}

/// The instructions that touch a part of the file.
fn instructions_in(dockerfile: &Dockerfile, within: Option<TextRange>) -> (u32, u32) {
    let placed = &dockerfile.placed;
    let (first, end) = match within {
        Some(within) => (
            placed.partition_point(|it| it.range().end() < within.start()),
            placed.partition_point(|it| it.start <= within.end()),
        ),
        None => (0, placed.len()),
    };
    let number = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
    (number(first), number(end))
}

/// Comments and directives, in order.
fn outside_of_instructions(dockerfile: &Dockerfile) -> Vec<Token> {
    let token = |range, kind| Token { range, kind, modifiers: Modifiers::default() };
    let mut found = Vec::new();
    for directive in &dockerfile.directives {
        found.push(token(TextRange::at(directive.range.start(), TextSize::of('#')), TokenKind::Comment));
        found.push(token(directive.name_range, TokenKind::Directive));
        found.push(token(directive.value_range, TokenKind::String));
    }
    found.retain(|it| !it.range.is_empty());
    found.extend(dockerfile.comments.iter().map(|it| token(it.range, TokenKind::Comment)));
    found
}

/// A token inside of an instruction.
type Local = (RelRange, TokenKind, Modifiers);

/// Paints a file part by part, for those who keep what they have made of a part.
#[derive(Debug)]
pub struct Painter<'a> {
    dockerfile: &'a Dockerfile,
    names: names::Names<'a>,
}

/// The second coat of an instruction. What an instruction looks like depends on its own text, on this, and on
/// nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NameTokens {
    tokens: Box<[Local]>,
    /// Whether a shell of the POSIX family runs it.
    is_posix: bool,
}

impl<'a> Painter<'a> {
    /// One for a file. `unused` says of each stage whether no build takes it.
    pub fn of(file: &'a SourceFile, unused: &'a [bool]) -> Self {
        let dockerfile = file.dockerfile();
        Self { dockerfile, names: names::Names::of(dockerfile, unused) }
    }

    /// The parts of a file, or those that touch a range, in order.
    pub fn parts(&self, within: Option<TextRange>) -> Vec<Part> {
        let is_wanted = |range: TextRange| within.is_none_or(|it| it.intersect(range).is_some());
        let outside = outside_of_instructions(self.dockerfile).into_iter();
        let mut outside = outside.filter(|it| is_wanted(it.range)).peekable();
        let (first, end) = instructions_in(self.dockerfile, within);
        let mut parts = Vec::with_capacity(end.saturating_sub(first) as usize);
        for id in (first..end).map(InstructionId) {
            let start = self.dockerfile.instruction(id).start;
            while let Some(token) = outside.next_if(|it| it.range.start() < start) {
                parts.push(Part::Outside(token));
            }
            parts.push(Part::Instruction(id));
        }
        parts.extend(outside.map(Part::Outside));
        parts
    }

    /// What the names in an instruction mean.
    pub fn names(&mut self, id: InstructionId) -> NameTokens {
        let instruction = self.dockerfile.instruction(id);
        let at = |offset: TextSize| u32::from(offset - instruction.start.min(offset));
        let tokens = self.names.of_instruction(instruction);
        let local =
            |it: &Token| (RelRange::new(at(it.range.start()), at(it.range.end())), it.kind, it.modifiers);
        NameTokens {
            tokens: tokens.iter().map(local).collect(),
            is_posix: self.dockerfile.is_posix_shell(id),
        }
    }
}

/// Adds the tokens of an instruction, with both coats.
pub fn paint(instruction: Instruction<'_>, names: &NameTokens, found: &mut Vec<Token>) {
    let mut push = |(range, kind, modifiers): Local| {
        // What is covered already stays so.
        let range = instruction.abs(range);
        let covered = found.last().map_or(TextSize::default(), |it| it.range.end());
        let start = range.start().max(covered);
        if start < range.end() {
            found.push(Token { range: TextRange::new(start, range.end()), kind, modifiers });
        }
    };
    let words = words::words(instruction, names.is_posix);
    let mut names = names.tokens.iter().copied().peekable();
    for (mut range, kind, modifiers) in words {
        while let Some(name) = names.next_if(|it| it.0.start() < range.end()) {
            let (start, end) = (name.0.start(), name.0.end());
            push((RelRange::new(range.start().min(start), start), kind, modifiers));
            push(name);
            range = RelRange::new(end.max(range.start()).min(range.end()), range.end());
        }
        push((range, kind, modifiers));
    }
    names.for_each(push);
}

impl From<ShellKind> for TokenKind {
    fn from(kind: ShellKind) -> Self {
        match kind {
            ShellKind::Keyword => Self::ShellKeyword,
            ShellKind::Comment => Self::Comment,
            ShellKind::String => Self::String,
            ShellKind::Number => Self::Number,
            ShellKind::Operator => Self::Operator,
            ShellKind::Variable | ShellKind::Assigned => Self::Variable,
            ShellKind::Command | ShellKind::Function => Self::Command,
            ShellKind::Option => Self::Property,
            ShellKind::Label => Self::Label,
        }
    }
}

#[cfg(test)]
mod tests;
