//! The second coat: what the names in an instruction mean in the whole file.

use rustc_hash::FxHashSet;

use super::{Modifiers, Token, TokenKind};
use crate::model::scope::predefined;
use crate::model::{
    Dockerfile, Instruction, InstructionId, RefTarget, ResolvedVar, Scopes, Stage, StageRef, VarDef,
    VarDefId, VarDefKind, VarRef,
};
use crate::syntax::{Keyword, RelRange};
use crate::{TextRange, TextSize};

/// The names of a file.
#[derive(Debug)]
pub(super) struct Names<'a> {
    scopes: &'a Scopes,
    /// Definitions that something in the file uses or takes over.
    used: FxHashSet<VarDefId>,
    /// For each stage whether no build takes it.
    unused_stages: &'a [bool],
    /// Where the last instruction was looked for.
    stages: Cursor<'a, Stage>,
    refs: Cursor<'a, StageRef>,
    defs: Cursor<'a, VarDef>,
    vars: Cursor<'a, VarRef>,
}

/// Finds what belongs to an instruction in a list in order of the text: at once for one that comes soon behind the
/// one before.
#[derive(Debug)]
struct Cursor<'a, T> {
    items: &'a [T],
    instruction: fn(&T) -> InstructionId,
    at: usize,
}

impl<'a, T> Cursor<'a, T> {
    fn new(items: &'a [T], instruction: fn(&T) -> InstructionId) -> Self {
        Self { items, instruction, at: 0 }
    }

    fn of(&mut self, id: InstructionId) -> &'a [T] {
        let rest = self.items.get(self.at..).unwrap_or_default();
        let is_before = |it: &T| (self.instruction)(it) < id;
        let is_near = rest.get(NEAR).is_none_or(|it| !is_before(it))
            && self.at.checked_sub(1).and_then(|at| self.items.get(at)).is_none_or(is_before);
        self.at = match is_near {
            true => self.at + rest.iter().take_while(|it| is_before(it)).count(),
            false => self.items.partition_point(is_before),
        };
        let rest = self.items.get(self.at..).unwrap_or_default();
        let count = rest.iter().take_while(|it| (self.instruction)(it) == id).count();
        &rest[..count]
    }
}

/// So far a cursor looks one by one.
const NEAR: usize = 64;

impl<'a> Names<'a> {
    pub(super) fn of(dockerfile: &'a Dockerfile, unused_stages: &'a [bool]) -> Self {
        let scopes = dockerfile.scopes();
        let uses = scopes.refs.iter().filter_map(|it| match it.target {
            ResolvedVar::Def(id) => Some(id),
            _ => None,
        });
        let taken_over = scopes.defs.iter().filter_map(|it| it.redeclares);
        Self {
            scopes,
            used: uses.chain(taken_over).collect(),
            unused_stages,
            stages: Cursor::new(&dockerfile.stages, |it| it.from),
            refs: Cursor::new(&dockerfile.refs, |it| it.instruction),
            defs: Cursor::new(&scopes.defs, |it| it.instruction),
            vars: Cursor::new(&scopes.refs, |it| it.instruction),
        }
    }

    /// The names in an instruction, in order, none over another and none over a continuation.
    pub(super) fn of_instruction(&mut self, instruction: Instruction<'_>) -> Vec<Token> {
        let mut found = Vec::new();
        let marks = instruction.marks;
        if !marks.has_vars && !marks.has_stage_refs && instruction.keyword() != Keyword::From {
            return found;
        }
        for stage in self.stages.of(instruction.id) {
            found.extend(self.stage_name(stage));
        }
        for it in self.refs.of(instruction.id) {
            reference(it, &mut found);
        }
        let (defs, vars) = (self.defs.of(instruction.id), self.vars.of(instruction.id));
        found.extend(defs.iter().map(|it| self.definition(it)));
        found.extend(vars.iter().filter_map(|it| self.usage(it)));
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

/// Adds what a reference names: a stage, or an image with its tag.
fn reference(reference: &StageRef, found: &mut Vec<Token>) {
    let token = |range, kind, modifiers| Token { range, kind, modifiers };
    let range = reference.range;
    let image = match &reference.target {
        target if target.stage().is_some() => {
            return found.push(token(range, TokenKind::Stage, Modifiers::default()));
        }
        RefTarget::External(image) => image,
        _ => return,
    };
    if reference.text.eq_ignore_ascii_case("scratch") {
        return found.push(token(range, TokenKind::Image, Modifiers::BUILTIN));
    }
    let external = Modifiers::EXTERNAL;
    // The variables of a base are put in, quotes may stand around it.
    let is_literal = reference.text == image.written
        && !reference.text.contains('$')
        && usize::from(range.len()) == reference.text.len();
    if !is_literal {
        return found.push(token(range, TokenKind::Image, external));
    }
    let tag_len = |part: &Option<String>| part.as_ref().map_or(0, |it| it.len() + 1);
    let name_len = reference.text.len() - tag_len(&image.tag) - tag_len(&image.digest);
    let size = |len: usize| TextSize::try_from(len).unwrap_or_default();
    found.push(token(TextRange::at(range.start(), size(name_len)), TokenKind::Image, external));
    let mut at = range.start() + size(name_len);
    for part in [&image.tag, &image.digest].into_iter().flatten() {
        let part = TextRange::at(at + size(1), size(part.len()));
        found.push(token(part, TokenKind::Choice, external));
        at = part.end();
    }
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
