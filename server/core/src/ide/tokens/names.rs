//! The second coat: what the names in an instruction mean in the whole file.

use rustc_hash::FxHashSet;

use super::{Modifiers, Token, TokenKind};
use crate::model::scope::predefined;
use crate::model::{
    Dockerfile, Instruction, RefTarget, ResolvedVar, Scopes, Stage, StageRef, VarDef, VarDefId, VarDefKind,
    VarRef,
};
use crate::syntax::RelRange;
use crate::{TextRange, TextSize};

/// The names of a file.
pub(super) struct Names<'a> {
    dockerfile: &'a Dockerfile,
    scopes: &'a Scopes,
    /// Definitions that something in the file uses or takes over.
    used: FxHashSet<VarDefId>,
    /// For each stage whether no build takes it.
    unused_stages: &'a [bool],
}

impl<'a> Names<'a> {
    pub(super) fn of(dockerfile: &'a Dockerfile, unused_stages: &'a [bool]) -> Self {
        let scopes = dockerfile.scopes();
        let uses = scopes.refs.iter().filter_map(|it| match it.target {
            ResolvedVar::Def(id) => Some(id),
            _ => None,
        });
        let taken_over = scopes.defs.iter().filter_map(|it| it.redeclares);
        Self { dockerfile, scopes, used: uses.chain(taken_over).collect(), unused_stages }
    }

    /// The names in an instruction, in order, none over another and none over a continuation.
    pub(super) fn of_instruction(&self, instruction: Instruction<'_>) -> Vec<Token> {
        let mut found = Vec::new();
        if let Some(stage) = self.dockerfile.stage_of(instruction.id).filter(|it| it.from == instruction.id) {
            found.extend(self.stage_name(stage));
        }
        for it in self.dockerfile.refs_in(instruction.id) {
            found.extend(reference(it));
        }
        found.extend(self.scopes.defs_of(instruction.id).iter().map(|it| self.definition(it)));
        found.extend(self.scopes.refs_in(instruction.id).iter().filter_map(|it| self.usage(it)));
        if found.len() > 1 {
            found.sort_by_key(|it| (it.range.start(), it.range.end()));
        }
        let in_one_piece = instruction.last_row() == instruction.row;
        if in_one_piece { cover(found) } else { cover(pieces(instruction, found)) }
    }

    fn stage_name(&self, stage: &Stage) -> Option<Token> {
        let name = stage.name.as_ref()?;
        let is_unused = self.unused_stages.get(stage.id.index()).copied().unwrap_or(false);
        let unused = if is_unused { Modifiers::UNUSED } else { Modifiers::default() };
        let modifiers = Modifiers::DECLARATION.and(unused);
        Some(Token { range: name.range, kind: TokenKind::Stage, modifiers })
    }

    fn definition(&self, def: &VarDef) -> Token {
        let kind = kind_of(def.kind);
        let mut modifiers = Modifiers::DECLARATION;
        if kind == TokenKind::Argument && predefined(&def.name).is_some() {
            modifiers = modifiers.and(Modifiers::BUILTIN);
        } else if def.kind == VarDefKind::GlobalArg && !self.used.contains(&def.id) {
            // What is set in a stage, programs may read.
            modifiers = modifiers.and(Modifiers::UNUSED);
        }
        Token { range: def.name_range, kind, modifiers }
    }

    fn usage(&self, var: &VarRef) -> Option<Token> {
        let (kind, modifiers) = match var.target {
            ResolvedVar::Def(id) => (kind_of(self.scopes.def(id).kind), Modifiers::default()),
            ResolvedVar::Predefined => (TokenKind::Argument, Modifiers::BUILTIN.and(Modifiers::READONLY)),
            // To the first coat it is a variable of the shell.
            ResolvedVar::Unknown if var.shell => return None,
            ResolvedVar::Unknown => (TokenKind::Variable, Modifiers::EXTERNAL),
        };
        Some(Token { range: var.range, kind, modifiers })
    }
}

fn kind_of(kind: VarDefKind) -> TokenKind {
    match kind {
        VarDefKind::GlobalArg | VarDefKind::Arg => TokenKind::Argument,
        VarDefKind::Env => TokenKind::Variable,
    }
}

/// What a reference names: a stage, or an image with its tag.
fn reference(reference: &StageRef) -> Vec<Token> {
    let token = |range, kind, modifiers| Token { range, kind, modifiers };
    let range = reference.range;
    let image = match &reference.target {
        target if target.stage().is_some() => {
            return vec![token(range, TokenKind::Stage, Modifiers::default())];
        }
        RefTarget::External(image) => image,
        _ => return Vec::new(),
    };
    if reference.text.eq_ignore_ascii_case("scratch") {
        return vec![token(range, TokenKind::Image, Modifiers::BUILTIN)];
    }
    let external = Modifiers::EXTERNAL;
    // The variables of a base are put in, quotes may stand around it.
    let is_literal = reference.text == image.written
        && !reference.text.contains('$')
        && usize::from(range.len()) == reference.text.len();
    if !is_literal {
        return vec![token(range, TokenKind::Image, external)];
    }
    let tag_len = |part: &Option<String>| part.as_ref().map_or(0, |it| it.len() + 1);
    let name_len = reference.text.len() - tag_len(&image.tag) - tag_len(&image.digest);
    let size = |len: usize| TextSize::try_from(len).unwrap_or_default();
    let mut found = vec![token(TextRange::at(range.start(), size(name_len)), TokenKind::Image, external)];
    let mut at = range.start() + size(name_len);
    for part in [&image.tag, &image.digest].into_iter().flatten() {
        let part = TextRange::at(at + size(1), size(part.len()));
        found.push(token(part, TokenKind::Choice, external));
        at = part.end();
    }
    found
}

/// What goes over a continuation, in pieces.
fn pieces(instruction: Instruction<'_>, tokens: Vec<Token>) -> Vec<Token> {
    let mut found = Vec::with_capacity(tokens.len());
    let body = instruction.data.heredocs.first().map(|it| it.content.range.start());
    for token in tokens {
        let at = |offset: TextSize| u32::from(offset - instruction.start.min(offset));
        let range = RelRange::new(at(token.range.start()), at(token.range.end()));
        if body.is_some_and(|body| range.start() >= body) {
            found.push(token);
            continue;
        }
        let pieces = instruction.data.line.pieces_of(range);
        found.extend(pieces.map(|piece| Token { range: instruction.abs(piece), ..token }));
    }
    found
}

/// Leaves the inner ones where some stand in others: the variables of a base.
fn cover(tokens: Vec<Token>) -> Vec<Token> {
    let overlaps = tokens.windows(2).any(|pair| pair[0].range.end() > pair[1].range.start());
    if !overlaps {
        return tokens;
    }
    let mut found: Vec<Token> = Vec::with_capacity(tokens.len() + 2);
    // What is left of the outer ones, the innermost last.
    let mut outer: Vec<Token> = Vec::new();
    let close = |found: &mut Vec<Token>, outer: &mut Vec<Token>, up_to: Option<TextSize>| {
        while let Some(last) = outer.pop() {
            let at = found.last().map_or(TextSize::default(), |it| it.range.end()).max(last.range.start());
            let end = up_to.map_or(last.range.end(), |it| it.min(last.range.end()));
            if at < end {
                found.push(Token { range: TextRange::new(at, end), ..last });
            }
            if up_to.is_some_and(|it| it < last.range.end()) {
                outer.push(last);
                break;
            }
        }
    };
    for token in tokens {
        close(&mut found, &mut outer, Some(token.range.start()));
        outer.push(token);
    }
    close(&mut found, &mut outer, None);
    found
}
