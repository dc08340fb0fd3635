//! Finds the definitions and uses of variables in order of the text.

use super::{ResolvedVar, VarDef, VarDefId, VarDefKind, VarRef};
use crate::model::args::Arguments;
use crate::model::dockerfile::Placed;
use crate::model::expand::expand;
use crate::model::instruction::InstructionId;
use crate::model::stage::{Stage, StageId};
use crate::syntax::{Keyword, LogicalLine, RelRange, Spanned};

/// Definitions and uses in order of the text, not resolved yet.
#[derive(Default)]
pub(super) struct Collected {
    pub(super) defs: Vec<VarDef>,
    pub(super) refs: Vec<VarRef>,
    /// For each instruction where its definitions and its uses begin; one entry more than instructions.
    pub(super) starts: Vec<(usize, usize)>,
}

impl Collected {
    pub(super) fn of(placed: &[Placed], stages: &[Stage], posix_shells: &[bool]) -> Self {
        let mut found = Self::default();
        found.starts.reserve(placed.len() + 1);
        let mut begun = 0;
        for (index, it) in placed.iter().enumerate() {
            let instruction = InstructionId(u32::try_from(index).unwrap_or(u32::MAX));
            let is_from = stages.get(begun).is_some_and(|stage| stage.from == instruction);
            begun += usize::from(is_from);
            let stage = stages[..begun].last().map(|stage| stage.id);
            found.starts.push((found.defs.len(), found.refs.len()));
            if !it.marks.has_vars {
                continue;
            }
            let is_posix = posix_shells.get(index).copied().unwrap_or(false);
            found.add_uses(it, instruction, stage.filter(|_| !is_from), is_posix);
            match it.data.effective().keyword {
                Keyword::Arg => found.add_args(it, instruction, stage),
                // BuildKit refuses one before the first FROM; the reader means it all the same.
                Keyword::Env => found.add_envs(it, instruction, stage),
                _ => {}
            }
        }
        found.starts.push((found.defs.len(), found.refs.len()));
        found
    }

    fn add_uses(
        &mut self,
        placed: &Placed,
        instruction: InstructionId,
        stage: Option<StageId>,
        is_posix: bool,
    ) {
        let data = &placed.data;
        let first = self.refs.len();
        let mut add = |name: &Spanned, whole: RelRange, shell| {
            self.refs.push(VarRef {
                name: name.text.clone(),
                range: name.range.at(placed.start),
                whole: whole.at(placed.start),
                instruction,
                stage,
                shell,
                target: ResolvedVar::Unknown,
            });
        };
        for it in &data.var_uses {
            // To other shells `$` means something else.
            if !it.shell || (is_posix && !data.is_read_as_a_whole(it.name.range.start())) {
                add(&it.name, it.whole, it.shell);
            }
        }
        if is_posix {
            data.other_shell_uses().iter().for_each(|it| add(&it.name, it.whole, true));
        }
        if !self.refs[first..].is_sorted_by_key(|it| it.range.start()) {
            self.refs[first..].sort_by_key(|it| it.range.start());
        }
    }

    /// ARG's words are `name` or `name=value`; BuildKit takes the name as it stands, quotes included.
    fn add_args(&mut self, placed: &Placed, instruction: InstructionId, stage: Option<StageId>) {
        let Arguments::Words(words) = &placed.data.effective().arguments else { return };
        let line = &placed.data.line;
        for word in words {
            let (name, value) = match word.text.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (word.text.as_str(), None),
            };
            if name.is_empty() {
                continue;
            }
            let value_range = value.map(|value| part(line, word, name.len() + 1, value));
            self.defs.push(VarDef {
                id: VarDefId(u32::try_from(self.defs.len()).unwrap_or(u32::MAX)),
                kind: if stage.is_some() { VarDefKind::Arg } else { VarDefKind::GlobalArg },
                name: name.to_owned(),
                name_range: part(line, word, 0, name).at(placed.start),
                value: value.map(str::to_owned),
                value_range: value_range.map(|range| range.at(placed.start)),
                instruction,
                stage,
                onbuild: placed.data.trigger.is_some(),
                redeclares: None,
            });
        }
    }

    fn add_envs(&mut self, placed: &Placed, instruction: InstructionId, stage: Option<StageId>) {
        let Arguments::Pairs(pairs) = &placed.data.effective().arguments else { return };
        for pair in pairs {
            let Some((name, range)) = env_name(&pair.name) else { continue };
            self.defs.push(VarDef {
                id: VarDefId(u32::try_from(self.defs.len()).unwrap_or(u32::MAX)),
                kind: VarDefKind::Env,
                name,
                name_range: range.at(placed.start),
                value: Some(pair.value.text.clone()),
                value_range: Some(pair.value.range.at(placed.start)),
                instruction,
                stage,
                onbuild: placed.data.trigger.is_some(),
                redeclares: None,
            });
        }
    }
}

/// Where the part `text` of `word` stands, which begins at byte `at` of it.
fn part(line: &LogicalLine, word: &Spanned, at: usize, text: &str) -> RelRange {
    let start = line.offset_of_source(word.range.start()) + at;
    if line.text().get(start..start + text.len()) == Some(text) {
        return line.source_range(start, start + text.len());
    }
    let start = word.range.start().saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
    let len = u32::try_from(text.len()).unwrap_or(u32::MAX);
    RelRange::new(start, start.saturating_add(len).min(word.range.end()))
}

/// The name that ENV defines, and where it stands without quotes around it. None when it depends on
/// variables, or is empty: nobody can tell what it is.
fn env_name(word: &Spanned) -> Option<(String, RelRange)> {
    let text = word.text.as_str();
    if !text.bytes().any(|byte| matches!(byte, b'"' | b'\'' | b'$' | b'\\')) {
        return (!text.is_empty()).then(|| (text.to_owned(), word.range));
    }
    if text.contains('$') {
        return None;
    }
    let name = expand(text, '\\', &mut |_| None).ok()?.text;
    let inner = text.get(1..).is_some_and(|rest| rest.starts_with(&name));
    let quotes = inner && text.len().checked_sub(name.len()) == Some(2);
    let unbroken = (word.range.end() - word.range.start()) as usize == text.len();
    let range = match quotes && unbroken {
        true => RelRange::new(word.range.start() + 1, word.range.end() - 1),
        false => word.range,
    };
    (!name.is_empty()).then_some((name, range))
}

#[cfg(test)]
mod tests {
    use crate::model::SourceFile;

    #[test]
    fn values_are_kept_as_written() {
        let text = "FROM a\nARG X=\"1 2\" Y= Z\nENV A=\"b\"'c' D='$X'\n";
        let file = SourceFile::new(text);
        let defs = &file.dockerfile().scopes().defs;
        let values = defs.iter().map(|def| (def.name.as_str(), def.value.as_deref()));
        let expected = [
            ("X", Some("\"1 2\"")),
            ("Y", Some("")),
            ("Z", None),
            ("A", Some("\"b\"'c'")),
            ("D", Some("'$X'")),
        ];
        assert_eq!(values.collect::<Vec<_>>(), expected);
        for def in defs {
            assert_eq!(def.value.as_deref(), def.value_range.map(|range| &text[range]));
        }
    }
}
