//! What the container starts: ENTRYPOINT and CMD as one list of commands, and the way back to the source.

use super::Refusal;
use super::shell::{self, Command, Word, is_shell};
use super::view::View;
use crate::model::{Arguments, Instruction, InstructionId};
use crate::syntax::{Keyword, RelRange};

/// What the container starts: ENTRYPOINT and CMD as one list of commands.
pub(super) struct Start {
    /// The commands; one when no shell is involved.
    pub(super) commands: Vec<Command>,
    /// The instruction that says it: ENTRYPOINT where there is one, else CMD.
    pub(super) instruction: InstructionId,
    /// The CMD whose words are part of it, behind an ENTRYPOINT.
    pub(super) arguments: Option<InstructionId>,
    source: StartSource,
}

enum StartSource {
    /// JSON form: a word's range is its index here.
    Exec(Vec<(InstructionId, RelRange)>),
    /// Shell form: ranges count in the text that begins at this byte of the logical line.
    Shell(usize),
    /// JSON form with a shell and a script: the script, and its string.
    Script(String, RelRange),
}

impl Start {
    /// Reads what the stage starts.
    pub(super) fn of(view: &View<'_>) -> Result<Self, Refusal> {
        let entrypoint = view.all(Keyword::Entrypoint).next_back().filter(|it| !is_empty(*it));
        let cmd = view.all(Keyword::Cmd).next_back().filter(|it| !is_empty(*it));
        let Some(first) = entrypoint.or(cmd) else {
            return Err(Refusal::new("the stage has no CMD and no ENTRYPOINT".to_owned()));
        };
        let unclear = || {
            let line = first.row + 1;
            Refusal::new(format!("the command on line {line} is not simple enough to be sure what it starts"))
        };
        let words = match &first.data.arguments {
            Arguments::Json(words) => words,
            Arguments::Text(text) => {
                let commands = shell::parse(&text.text).ok_or_else(unclear)?;
                let line = &first.data.line;
                let base = line.offset_of_source(text.range.start());
                if line.text().get(base..base + text.text.len()) != Some(text.text.as_str()) {
                    return Err(unclear());
                }
                let source = StartSource::Shell(base);
                return Ok(Self { commands, instruction: first.id, arguments: None, source });
            }
            _ => return Err(unclear()),
        };
        if let [shell, flag, script] = words.as_slice()
            && is_shell(&shell.text)
            && flag.text == "-c"
        {
            let commands = shell::parse(&script.text).ok_or_else(unclear)?;
            let source = StartSource::Script(script.text.clone(), script.range);
            return Ok(Self { commands, instruction: first.id, arguments: None, source });
        }
        let mut places: Vec<_> = words.iter().map(|word| (first.id, word)).collect();
        let arguments = cmd.filter(|it| it.id != first.id);
        if let Some(cmd) = arguments {
            // CMD in shell form behind an ENTRYPOINT in JSON form passes `/bin/sh -c …` as arguments.
            let Arguments::Json(words) = &cmd.data.arguments else { return Err(unclear()) };
            places.extend(words.iter().map(|word| (cmd.id, word)));
        }
        let words = places.iter().enumerate().map(|(at, (_, word))| Word::literal(&word.text, at..at + 1));
        Ok(Self {
            commands: vec![Command::exec(words.collect())],
            instruction: first.id,
            arguments: arguments.map(|it| it.id),
            source: StartSource::Exec(places.iter().map(|(id, word)| (*id, word.range)).collect()),
        })
    }

    /// Whether a shell reads it, which replaces variables and wildcards.
    pub(super) fn has_shell(&self) -> bool {
        !matches!(self.source, StartSource::Exec(_))
    }

    /// The edit that puts `new` in the place of `word`: the instruction, the place in it, the text.
    pub(super) fn replace(
        &self,
        view: &View<'_>,
        word: &Word,
        new: &str,
    ) -> Option<(InstructionId, RelRange, String)> {
        match &self.source {
            StartSource::Exec(places) => {
                let (id, range) = places.get(word.range.start)?;
                Some((*id, *range, json_string(new)))
            }
            StartSource::Shell(base) => {
                let line = &view.dockerfile.instruction(self.instruction).data.line;
                let range = line.source_range(base + word.range.start, base + word.range.end);
                Some((self.instruction, range, shell::quote(new)))
            }
            StartSource::Script(script, range) => {
                let mut script = script.clone();
                script.replace_range(word.range.clone(), &shell::quote(new));
                Some((self.instruction, *range, json_string(&script)))
            }
        }
    }
}

fn is_empty(instruction: Instruction<'_>) -> bool {
    instruction.data.arguments.words().iter().all(|word| word.text.trim().is_empty())
}

/// A string of a JSON array.
pub(super) fn json_string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
