//! What the container starts: ENTRYPOINT and CMD as one list of commands, and the way back to the source.

use super::Refusal;
use super::paths;
use super::plan::Place;
use super::shell::{self, Command, Join, Word, is_posix_shell};
use super::view::View;
use crate::model::{Arguments, Instruction, InstructionId};
use crate::syntax::{Keyword, RelRange, Spanned};

/// What the container starts: ENTRYPOINT and CMD as one list of commands.
pub(super) struct Start {
    /// The commands; one when no shell is involved.
    pub(super) commands: Vec<Command>,
    /// The instruction that says it: ENTRYPOINT where there is one, else CMD; also CMD in shell form behind an
    /// ENTRYPOINT that passes on to it.
    pub(super) instruction: InstructionId,
    /// The other one of the two, where both count.
    pub(super) arguments: Option<InstructionId>,
    /// The ENTRYPOINT that passes on to a CMD in shell form.
    pub(super) entry: Option<Command>,
    /// How many of the words are those of the ENTRYPOINT in front of such a CMD.
    entry_words: usize,
    source: StartSource,
}

/// The application's own command, without what only prepares it or passes on to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Main<'s> {
    /// The directory that it runs in, where that is known.
    dir_given: Option<(&'s str, bool)>,
    /// The command that holds it.
    pub(super) command: &'s Command,
    skipped: usize,
}

impl<'s> Main<'s> {
    /// Program and arguments.
    pub(super) fn argv(&self) -> &'s [Word] {
        self.command.argv().get(self.skipped..).unwrap_or_default()
    }

    /// The program's name without its directory; empty when it is not known.
    pub(super) fn program(&self) -> &'s str {
        shell::program_name(self.argv().first())
    }

    /// The directory that it runs in, for a stage that ends in `workdir`.
    pub(super) fn dir(&self, workdir: &str) -> String {
        self.dir_given.map_or_else(|| workdir.to_owned(), |(dir, _)| paths::join(workdir, dir))
    }

    /// The program as written.
    pub(super) fn written(&self) -> &'s str {
        self.argv().first().map_or("", |word| word.text.as_str())
    }
}

/// Programs that start another one, named behind their options.
const PASSES_ON: [&str; 12] = [
    "tini",
    "tini-static",
    "dumb-init",
    "catatonit",
    "docker-init",
    "nohup",
    "nice",
    "time",
    "numactl",
    "env",
    "stdbuf",
    "setarch",
];

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
        let alone = |commands, source| Self {
            commands,
            instruction: first.id,
            arguments: None,
            entry: None,
            entry_words: 0,
            source,
        };
        let words = match &first.data.arguments {
            Arguments::Json(words) => words,
            Arguments::Text(text) => {
                let (commands, source) = in_shell(first, text).ok_or_else(unclear)?;
                return Ok(alone(commands, source));
            }
            _ => return Err(unclear()),
        };
        if let [shell, flag, script] = words.as_slice()
            && is_posix_shell(&shell.text)
            && flag.text == "-c"
        {
            let commands = shell::parse(&script.text).ok_or_else(unclear)?;
            let source = StartSource::Script(script.text.clone(), script.range);
            return Ok(alone(commands, source));
        }
        let mut places: Vec<_> = words.iter().map(|word| (first.id, word)).collect();
        let own = places.len();
        let arguments = cmd.filter(|it| it.id != first.id);
        if let Some(cmd) = arguments {
            let words = match &cmd.data.arguments {
                Arguments::Json(words) => words,
                // It passes `/bin/sh -c …` as arguments: a script that starts what it is given starts that.
                Arguments::Text(text)
                    if words.iter().all(|it| is_script(&it.text) || passes_on(&it.text)) =>
                {
                    let (commands, source) = in_shell(cmd, text).ok_or_else(unclear)?;
                    let entry = words.iter().enumerate().map(|(at, it)| Word::literal(&it.text, at..at + 1));
                    return Ok(Self {
                        commands,
                        instruction: cmd.id,
                        arguments: Some(first.id),
                        entry: Some(Command::exec(entry.collect())),
                        entry_words: 0,
                        source,
                    });
                }
                _ => return Err(unclear()),
            };
            places.extend(words.iter().map(|word| (cmd.id, word)));
        }
        let words = places.iter().enumerate().map(|(at, (_, word))| Word::literal(&word.text, at..at + 1));
        Ok(Self {
            commands: vec![Command::exec(words.collect())],
            instruction: first.id,
            arguments: arguments.map(|it| it.id),
            entry: None,
            entry_words: if arguments.is_some() { own } else { 0 },
            source: StartSource::Exec(places.iter().map(|(id, word)| (*id, word.range)).collect()),
        })
    }

    /// ENTRYPOINT and CMD, kept as they are.
    pub(super) fn kept(&self) -> Vec<(InstructionId, Place)> {
        std::iter::once(self.instruction).chain(self.arguments).map(|id| (id, Place::Final)).collect()
    }

    /// The application's command: behind `cd`, `export` and the like, behind `tini --` and its kin, and
    /// behind an ENTRYPOINT that is a script and passes its arguments on.
    pub(super) fn main(&self) -> Result<Main<'_>, Refusal> {
        let (last, before) =
            self.commands.split_last().ok_or_else(|| Refusal::new("the command is empty".to_owned()))?;
        let mut main = Main { dir_given: None, command: last, skipped: 0 };
        for command in before {
            let joined = matches!(command.after, Join::And | Join::Then);
            match command.argv() {
                [cd, target]
                    if cd.text == "cd" && joined && main.dir_given.is_none() && target.exact().is_some() =>
                {
                    main.dir_given = Some((target.text.as_str(), true));
                }
                [] if joined => {}
                [first, ..]
                    if joined
                        && matches!(first.text.as_str(), "export" | "set" | "ulimit" | "echo" | "sleep") => {}
                _ => {
                    let program = command.program();
                    return Err(Refusal::new(format!(
                        "the image starts more than one program: `{program}` too"
                    )));
                }
            }
        }
        main.skipped = self.passed_over(last.argv());
        Ok(main)
    }

    /// How many words stand in front of the application's own.
    fn passed_over(&self, argv: &[Word]) -> usize {
        let mut at = 0;
        let script = argv.first().is_some_and(|word| is_script(&word.text));
        if script && self.entry_words > 0 && argv.len() > self.entry_words {
            at = self.entry_words;
        }
        while let Some(word) = argv.get(at) {
            let name = paths::file_name(&word.text);
            // `wait-for-it.sh db:5432 -- app` and its kin.
            if let Some(dashes) = argv[at..].iter().position(|it| it.text == "--")
                && name.starts_with("wait")
            {
                at += dashes + 1;
                continue;
            }
            let takes_one = matches!(name, "gosu" | "su-exec");
            if !passes_on(name) && !takes_one {
                break;
            }
            let rest = &argv[at + 1..];
            let options =
                rest.iter().take_while(|it| it.text.starts_with('-') || it.text.contains('=')).count();
            at += 1 + options + usize::from(takes_one);
        }
        if at < argv.len() { at } else { 0 }
    }

    /// Whether a shell reads it, which replaces variables and wildcards.
    pub(super) fn has_shell(&self) -> bool {
        !matches!(self.source, StartSource::Exec(_))
    }

    /// The words of the command when no shell is needed to read them: one command, every word known.
    pub(super) fn exact_words(&self) -> Option<Vec<String>> {
        let [command] = self.commands.as_slice() else { return None };
        let plain = command.redirects.is_empty() && command.assignments().next().is_none();
        let words =
            command.argv().iter().map(|word| word.exact().map(str::to_owned)).collect::<Option<Vec<_>>>();
        words.filter(|words| plain && !words.is_empty())
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

/// The commands of an instruction in shell form, and where its text stands.
fn in_shell(instruction: Instruction<'_>, text: &Spanned) -> Option<(Vec<Command>, StartSource)> {
    let commands = shell::parse(&text.text)?;
    let line = &instruction.data.line;
    let base = line.offset_of_source(text.range.start());
    let is_whole = line.text().get(base..base + text.text.len()) == Some(text.text.as_str());
    is_whole.then_some((commands, StartSource::Shell(base)))
}

/// Whether a program of this name starts another one.
fn passes_on(program: &str) -> bool {
    PASSES_ON.contains(&paths::file_name(program)) || program == "--"
}

/// Whether a path is that of a script which, in front of arguments, starts these.
fn is_script(path: &str) -> bool {
    path.ends_with(".sh") || path.ends_with("entrypoint")
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
