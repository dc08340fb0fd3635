//! What a RUN makes: its commands one after the other, with the directory and the variables that hold for each.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::kept::Around;
use super::walk::Sink;
use super::{How, Kind, builds, commands, downloads};
use crate::model::instruction::InstructionData;
use crate::model::shell::{is_foreign, is_script};
use crate::model::{Arguments, paths};
use crate::syntax::RelRange;
use crate::syntax::shell::{self, Command, Join, Word};

/// How deep scripts in scripts are read: `sh -c "sh -c …"`.
const DEEPEST: usize = 4;

/// The commands of a RUN while they are read.
pub(super) struct Script<'w, 'a, 'b, 'f> {
    pub(super) sink: &'w mut Sink<'b, 'f>,
    around: &'w mut Around<'a>,
    /// Where the bytes of the text that is read stand in the instruction.
    place: &'w dyn Fn(Range<usize>) -> RelRange,
    /// The directory, and those that hold again behind the brackets around it.
    dirs: Vec<String>,
    /// How many brackets were opened so far.
    opened: usize,
    /// Whether the directory may be another one: a `cd` stands in a condition.
    is_lost: bool,
    /// Variables that the script sets; none where the value is not known.
    variables: FxHashMap<String, Option<String>>,
    level: usize,
}

impl<'w, 'a, 'b, 'f> Script<'w, 'a, 'b, 'f> {
    /// Adds what a RUN makes.
    pub(super) fn run(sink: &'w mut Sink<'b, 'f>, around: &'w mut Around<'a>, data: &InstructionData) {
        let instruction = sink.instruction;
        let whole = data.arguments_range;
        if !around.has_posix_shell() {
            return unknown(sink, whole);
        }
        let heredocs = &instruction.data.heredocs;
        match &data.arguments {
            Arguments::Json(words) => {
                let words: Vec<Word> = words.iter().map(|it| Word::literal(&it.text, 0..0)).collect();
                let place = |_: Range<usize>| whole;
                let mut script = Script::new(sink, around, &place);
                script.command(&Command::exec(words));
            }
            Arguments::Text(_) if is_script(instruction.data) => {
                let Some(heredoc) = heredocs.first() else { return };
                if is_foreign(&heredoc.content.text) {
                    return unknown(sink, whole);
                }
                let content = heredoc.content.range;
                let place = |range: Range<usize>| {
                    let at = |offset: usize| {
                        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
                        content.start().saturating_add(offset).min(content.end())
                    };
                    RelRange::new(at(range.start), at(range.end))
                };
                Script::new(sink, around, &place).text(&heredoc.content.text);
            }
            Arguments::Text(text) => {
                let line = &instruction.data.line;
                let base = line.offset_of_source(text.range.start());
                let is_as_written = line.text().get(base..base + text.text.len()) == Some(text.text.as_str());
                let place = |range: Range<usize>| match is_as_written {
                    true => line.source_range(base + range.start, base + range.end),
                    false => whole,
                };
                Script::new(sink, around, &place).text(&text.text);
            }
            _ => {}
        }
    }

    fn new(
        sink: &'w mut Sink<'b, 'f>,
        around: &'w mut Around<'a>,
        place: &'w dyn Fn(Range<usize>) -> RelRange,
    ) -> Self {
        let dirs = vec![sink.workdir.clone()];
        Self {
            sink,
            around,
            place,
            dirs,
            opened: 0,
            is_lost: false,
            variables: FxHashMap::default(),
            level: 0,
        }
    }

    fn text(&mut self, text: &str) {
        let script = shell::read(text);
        for command in &script.commands {
            self.enter(command);
            let may_fail = command.before == Join::Or || command.after == Join::Or;
            self.sink.is_guess = command.is_conditional || may_fail || self.is_lost;
            self.command(command);
        }
        self.sink.is_guess = false;
        if !script.is_whole {
            self.unknown(0..text.len());
        }
    }

    /// Brings the directory of a command: that of a bracket is forgotten behind it.
    fn enter(&mut self, command: &Command) {
        let is_new = command.opened.saturating_sub(self.opened);
        self.opened = command.opened;
        let depth = command.depth + 1;
        self.dirs.truncate(depth.saturating_sub(is_new).max(1));
        while self.dirs.len() < depth {
            self.dirs.push(self.dir());
        }
    }

    pub(super) fn command(&mut self, command: &Command) {
        let range = command.range();
        self.sink.command = (self.place)(range.clone());
        for word in command.outputs() {
            self.make(word, Kind::File, How::Command);
        }
        let argv = without_prefix(command.argv());
        if argv.is_empty() {
            for (name, value) in command.environment_words() {
                self.set(name, &value);
            }
            return;
        }
        let call = Call { argv, command };
        match call.program() {
            "cd" | "pushd" => self.change_directory(&call),
            "export" | "local" | "readonly" | "declare" => {
                for word in &argv[1..] {
                    if let Some((name, value)) = word.split_assignment() {
                        self.set(name, &value);
                    }
                }
            }
            "read" => call
                .operands(&[])
                .into_iter()
                .for_each(|it| drop(self.variables.insert(it.text.clone(), None))),
            "." | "source" if self.activates(&call) => {}
            "for" => drop(argv.get(1).map(|it| self.variables.insert(it.text.clone(), None))),
            program if shell::is_posix_shell(program) => self.inner_script(&call),
            _ => {
                let known =
                    commands::run(self, &call) || downloads::run(self, &call) || builds::run(self, &call);
                if !known {
                    self.unknown_call(&call, range);
                }
            }
        }
    }

    fn set(&mut self, name: &str, value: &Word) {
        let is_certain = !self.sink.is_guess;
        let value = self.fill(value).filter(|it| is_certain && !it.contains('$'));
        self.variables.insert(name.to_owned(), value);
    }

    fn change_directory(&mut self, call: &Call<'_>) {
        let operands = call.operands(&[]);
        let to = match operands.first() {
            Some(word) => self.path(word).unwrap_or_else(|| "/$_".to_owned()),
            None => self.around.home(),
        };
        // `cd x || exit` goes on in x only.
        self.is_lost |= call.command.is_conditional || call.command.before == Join::Or;
        if let Some(last) = self.dirs.last_mut() {
            *last = to;
        }
    }

    /// `. venv/bin/activate`: what is installed behind it goes there. Whether it is that.
    fn activates(&mut self, call: &Call<'_>) -> bool {
        let script = call.operands(&[]).first().and_then(|it| self.path(it));
        let Some(home) = script.as_deref().and_then(|it| it.strip_suffix("/bin/activate")) else {
            return false;
        };
        let is_known = !self.sink.is_guess && !home.contains('$');
        self.variables.insert("VIRTUAL_ENV".to_owned(), is_known.then(|| home.to_owned()));
        true
    }

    /// `sh -c "…"`, or a script of which we do not know what it does.
    fn inner_script(&mut self, call: &Call<'_>) {
        let flag = call
            .argv
            .iter()
            .position(|it| it.text.starts_with('-') && !it.text.starts_with("--") && it.text.ends_with('c'));
        let script = flag.and_then(|at| call.argv.get(at + 1)).filter(|_| self.level < DEEPEST);
        let range = call.range();
        let Some(script) = script else {
            // `bash ./gradlew build`, `sh install.sh /opt/x`
            let inner = call.argv.get(1..).unwrap_or_default();
            let inner = Call {
                argv: &inner[inner.iter().take_while(|it| it.text.starts_with('-')).count()..],
                command: call.command,
            };
            let known = !inner.argv.is_empty() && builds::run(self, &inner);
            if !known {
                self.unknown_call(call, range);
            }
            return;
        };
        let (text, outer) = (script.text.clone(), (self.place)(script.range.clone()));
        let place = |_: Range<usize>| outer;
        let dirs = vec![self.dir()];
        let is_guess = self.sink.is_guess;
        let mut inner = Script {
            sink: self.sink,
            around: self.around,
            place: &place,
            dirs,
            opened: 0,
            is_lost: is_guess,
            variables: self.variables.clone(),
            level: self.level + 1,
        };
        inner.text(&text);
        self.sink.is_guess = is_guess;
    }

    /// A command that may do anything: most write below the directory that they run in, and to what they are told.
    pub(super) fn unknown_call(&mut self, call: &Call<'_>, range: Range<usize>) {
        self.unknown(range);
        for word in call.argv.iter().skip(1) {
            let value = word.text.split_once('=').map_or(word.text.as_str(), |(_, value)| value);
            if value.starts_with('/') && value.len() > 1 || !word.text.starts_with('-') && value.contains('/')
            {
                let word = word.with_text(value);
                if let Some(path) = self.path(&word) {
                    let range = (self.place)(word.range.clone());
                    self.sink.add_at(&path, Kind::Either, How::Unknown, range, true);
                }
            }
        }
    }

    fn unknown(&mut self, range: Range<usize>) {
        let dir = self.dir();
        let range = (self.place)(range);
        self.sink.add_at(&dir, Kind::Tree, How::Unknown, range, true);
    }

    /// The home directory.
    pub(super) fn home(&self) -> String {
        self.around.home()
    }

    /// The directory that the command runs in.
    pub(super) fn dir(&self) -> String {
        self.dirs.last().cloned().unwrap_or_else(|| "/".to_owned())
    }

    /// What the file gives as the value of a variable of the environment.
    pub(super) fn variable(&mut self, name: &str) -> Option<String> {
        match self.variables.get(name) {
            Some(value) => value.clone(),
            None => self.around.variable(name),
        }
    }

    /// The value of a word, with `$name` for what is not known; none for nothing.
    pub(super) fn fill(&mut self, word: &Word) -> Option<String> {
        if !word.dynamic {
            return Some(word.text.clone());
        }
        let home = self.around.home();
        let text = match word.text.strip_prefix('~') {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("{home}{rest}"),
            Some(_) => return None,
            None => word.text.clone(),
        };
        let filled = shell::fill(&text, &mut |name| match name {
            "PWD" => Some(self.dir()),
            "HOME" => Some(self.variable(name).unwrap_or_else(|| home.clone())),
            _ => self.variable(name),
        });
        Some(filled)
    }

    /// The absolute path that a word stands for.
    pub(super) fn path(&mut self, word: &Word) -> Option<String> {
        let text = self.fill(word)?;
        if text.is_empty() || text == "-" || text.contains("://") {
            return None;
        }
        if text.starts_with(['/', '$']) {
            return Some(paths::join("/", &text));
        }
        Some(paths::join(&self.dir(), &text))
    }

    /// What stands where a word says.
    pub(super) fn make(&mut self, word: &Word, kind: Kind, how: How) {
        if let Some(path) = self.path(word) {
            self.put(&path, kind, how, word);
        }
    }

    /// What stands at an absolute path, which a word tells of.
    pub(super) fn put(&mut self, path: &str, kind: Kind, how: How, word: &Word) {
        if paths::is_within(path, "/dev") || paths::is_within(path, "/proc") {
            return;
        }
        let range = (self.place)(word.range.clone());
        self.sink.add_at(path, kind, how, range, false);
    }

    /// The same where the whole command tells.
    pub(super) fn put_by(&mut self, call: &Call<'_>, path: &str, kind: Kind, how: How) {
        let range = (self.place)(call.range());
        self.sink.add_at(path, kind, how, range, false);
    }

    /// The same where it may be at other places.
    pub(super) fn may_put(&mut self, call: &Call<'_>, path: &str, kind: Kind, how: How) {
        let range = (self.place)(call.range());
        self.sink.add_at(path, kind, how, range, true);
    }

    /// Whether a folder of this path is made before.
    pub(super) fn has_folder(&mut self, path: &str) -> bool {
        self.sink.makes_folder(path) || self.around.had_folder(self.sink, path)
    }
}

fn unknown(sink: &mut Sink<'_, '_>, range: RelRange) {
    sink.add_at("/", Kind::Tree, How::Unknown, range, true);
}

/// A program with its arguments.
pub(super) struct Call<'c> {
    /// The program first.
    pub(super) argv: &'c [Word],
    /// The command it is a part of.
    pub(super) command: &'c Command,
}

impl<'c> Call<'c> {
    /// The program's name without its directory.
    pub(super) fn program(&self) -> &'c str {
        shell::program_name(self.argv.first())
    }

    /// The bytes from its first to its last word.
    pub(super) fn range(&self) -> Range<usize> {
        let start = self.argv.first().map_or(0, |it| it.range.start);
        start..self.argv.last().map_or(start, |it| it.range.end)
    }

    /// Whether one of the words is among its arguments.
    pub(super) fn says(&self, words: &[&str]) -> bool {
        self.argv.iter().skip(1).any(|it| words.contains(&it.text.as_str()))
    }

    /// The first argument that is no option.
    pub(super) fn verb(&self) -> &'c str {
        let mut words = self.argv.iter().skip(1).filter(|it| !it.text.starts_with(['-', '+']));
        words.next().map_or("", |it| it.text.as_str())
    }

    /// The arguments that are no options; `valued` options take the next word.
    pub(super) fn operands(&self, valued: &[&str]) -> Vec<&'c Word> {
        let mut found = Vec::new();
        let mut words = self.argv.iter().skip(1);
        while let Some(word) = words.next() {
            if word.text == "--" {
                found.extend(words.by_ref());
            } else if valued.contains(&word.text.as_str()) {
                words.next();
            } else if !word.text.starts_with('-') || word.text == "-" {
                found.push(word);
            }
        }
        found
    }

    /// The value of the last option of one of these names: `-o P`, `-oP` and `--out=P`.
    pub(super) fn value(&self, names: &[&str]) -> Option<Word> {
        self.values(names).pop()
    }

    /// The values of all options of these names, in order.
    pub(super) fn values(&self, names: &[&str]) -> Vec<Word> {
        let mut words = self.argv.iter().skip(1);
        let mut found = Vec::new();
        while let Some(word) = words.next() {
            for name in names {
                if word.text == *name {
                    found.extend(words.next().cloned());
                    break;
                }
                let Some(value) = word.text.strip_prefix(name) else { continue };
                if let Some(value) = value.strip_prefix('=') {
                    found.push(word.with_text(value));
                    break;
                }
                if name.len() == 2 && !name.starts_with("--") && !word.text.starts_with("--") {
                    found.push(word.with_text(value));
                    break;
                }
            }
        }
        found
    }
}

/// The words behind `sudo`, `env A=b`, `time` and the like.
fn without_prefix(mut argv: &[Word]) -> &[Word] {
    loop {
        let Some(first) = argv.first() else { return argv };
        let skipped = match first.text.as_str() {
            "sudo" | "time" | "nice" | "nohup" | "command" | "exec" | "builtin" => 1,
            "env" => {
                1 + argv[1..]
                    .iter()
                    .take_while(|it| it.text.contains('=') || it.text.starts_with('-'))
                    .count()
            }
            "timeout" | "gosu" | "su-exec" => 2,
            _ => return argv,
        };
        argv = argv.get(skipped..).unwrap_or_default();
        let options = argv.iter().take_while(|it| it.text.starts_with('-')).count();
        argv = &argv[options..];
    }
}
