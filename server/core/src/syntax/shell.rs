//! A careful reader of simple shell commands.
//!
//! It understands lists of simple commands (`a && b; c || d | e`) with quotes, escapes and redirections; a
//! command substitution is a part of a word whose value is unknown. For everything else (subshells, loops,
//! background jobs) [`parse`] says that it does not understand, so that nobody guesses. [`read`] reads the commands in
//! there, too, says which of them need not run, and stops where it does not understand.

use std::ops::Range;

use super::casing;

/// How a command is joined to its neighbour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Join {
    /// The list begins or ends here.
    Edge,
    /// `&&`
    And,
    /// `;` or a new line.
    Then,
    /// `||`
    Or,
    /// `|`
    Pipe,
}

/// One word of a command.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Word {
    /// Its value, quotes and escapes resolved; variables stay as written.
    pub(crate) text: String,
    /// Where it stands in the text that was read.
    pub(crate) range: Range<usize>,
    /// Whether a variable, a command substitution or `~` in it makes the value unknown.
    pub(crate) dynamic: bool,
    /// Whether it holds an unquoted wildcard.
    pub(crate) glob: bool,
    /// Whether some of it is quoted.
    quoted: bool,
}

/// A file that a command's output goes to, or its input comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Redirect {
    /// The file.
    pub(crate) word: Word,
    /// Whether it is written.
    writes: bool,
}

impl Word {
    /// A word that stands for exactly this value, such as a string of a JSON array.
    pub(crate) fn literal(text: &str, range: Range<usize>) -> Self {
        Self { text: text.to_owned(), range, ..Self::default() }
    }

    /// The value, unless a variable or a wildcard makes it unknown.
    pub(crate) fn exact(&self) -> Option<&str> {
        (!self.dynamic && !self.glob).then_some(self.text.as_str())
    }

    fn is_assignment(&self) -> bool {
        self.split_assignment().is_some()
    }

    /// `name=value` taken apart.
    pub(crate) fn split_assignment(&self) -> Option<(&str, Self)> {
        let (name, value) = self.text.split_once('=')?;
        let is_name = !name.is_empty()
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        is_name.then(|| (name, self.with_text(value)))
    }

    /// The same word with the end of its text, or another one, as its text.
    pub(crate) fn with_text(&self, text: &str) -> Self {
        let is_plain = self.range.len() == self.text.len();
        let skipped = self.text.strip_suffix(text).filter(|_| is_plain).map_or(0, str::len);
        let dynamic = self.dynamic && text.contains(['$', '`', '~']);
        Self {
            text: text.to_owned(),
            range: self.range.start + skipped..self.range.end,
            dynamic,
            ..self.clone()
        }
    }
}

/// A simple command with the words it is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    /// All words, leading assignments included, redirections not.
    words: Vec<Word>,
    /// The files that its output goes to or its input comes from.
    pub(crate) redirects: Vec<Redirect>,
    /// How the command before is joined to it.
    pub(crate) before: Join,
    /// How it is joined to the command behind it.
    pub(crate) after: Join,
    /// How many brackets it stands in.
    pub(crate) depth: usize,
    /// How many brackets are opened before it, those that are closed again included.
    pub(crate) opened: usize,
    /// Whether it stands in `if`, a loop or the like.
    pub(crate) is_conditional: bool,
}

impl Command {
    /// A command that the system starts without a shell.
    pub(crate) fn exec(words: Vec<Word>) -> Self {
        Self {
            words,
            redirects: Vec::new(),
            before: Join::Edge,
            after: Join::Edge,
            depth: 0,
            opened: 0,
            is_conditional: false,
        }
    }

    /// The files that its output goes to.
    pub(crate) fn outputs(&self) -> impl Iterator<Item = &Word> {
        self.redirects.iter().filter(|it| it.writes).map(|it| &it.word)
    }

    /// The assignments before it, each with its value as a word.
    pub(crate) fn environment_words(&self) -> impl Iterator<Item = (&str, Word)> {
        self.words.iter().map_while(Word::split_assignment)
    }

    /// The bytes from its first word to its last one.
    pub(crate) fn range(&self) -> Range<usize> {
        let start = self.words.first().map_or(0, |word| word.range.start);
        start..self.words.last().map_or(start, |word| word.range.end)
    }

    /// Where its first word begins.
    pub(crate) fn start(&self) -> Option<usize> {
        self.words.first().map(|word| word.range.start)
    }

    /// Where its last word ends, redirections not counted; none where it has some.
    pub(crate) fn end(&self) -> Option<usize> {
        self.words.last().filter(|_| self.redirects.is_empty()).map(|word| word.range.end)
    }

    /// Program and arguments: without leading assignments and `exec`.
    pub(crate) fn argv(&self) -> &[Word] {
        let start = self.words.iter().take_while(|word| word.is_assignment()).count();
        let argv = &self.words[start..];
        match argv.first() {
            Some(word) if word.text == "exec" => &argv[1..],
            _ => argv,
        }
    }

    /// The variables that are set for it alone.
    pub(crate) fn assignments(&self) -> impl Iterator<Item = &str> {
        let assigned = self.words.iter().take_while(|word| word.is_assignment());
        assigned.filter_map(|word| word.text.split_once('=')).map(|(name, _)| name)
    }

    /// The assignments before it, which count for it alone: names and values.
    pub(crate) fn environment(&self) -> impl Iterator<Item = (&str, &str)> {
        let assigned = self.words.iter().take_while(|word| word.is_assignment());
        assigned.filter_map(|word| word.text.split_once('='))
    }

    /// The assignments before it.
    pub(crate) fn assigned(&self) -> &[Word] {
        let count = self.words.iter().take_while(|word| word.is_assignment()).count();
        &self.words[..count]
    }

    /// The program's name without its directory; empty when it is not known.
    pub(crate) fn program(&self) -> &str {
        program_name(self.argv().first())
    }

    /// Whether it runs for certain once those before it succeeded, and its failure stops what follows or
    /// the whole: no `||` and no `|` beside it.
    pub(crate) fn is_certain(&self) -> bool {
        ![self.before, self.after].iter().any(|join| matches!(join, Join::Or | Join::Pipe))
    }
}

/// Reads a list of simple commands; none when there is more in it than that.
pub(crate) fn parse(text: &str) -> Option<Vec<Command>> {
    let mut lexer = Lexer::new(text);
    lexer.read()?;
    Some(lexer.commands)
}

/// What [`read`] finds.
pub(crate) struct Script {
    /// The commands, in order, as far as they are understood.
    pub(crate) commands: Vec<Command>,
    /// Whether everything is understood.
    pub(crate) is_whole: bool,
}

/// Reads the commands of a script, those in brackets, conditions and loops included.
pub(crate) fn read(text: &str) -> Script {
    let mut lexer = Lexer { is_lenient: true, ..Lexer::new(text) };
    let is_whole = lexer.read().is_some();
    if !is_whole {
        // What stands in front of the trouble is a command still.
        lexer.redirecting = None;
        let _ = lexer.end_command(Join::Edge);
    }
    Script { commands: lexer.commands, is_whole }
}

/// `text` with the variables put in that `value` knows; the others stay, as `$name`. A command's output is `$_`.
pub(crate) fn fill(text: &str, value: &mut dyn FnMut(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['$', '`']) {
        out.push_str(&rest[..at]);
        let from = &rest[at..];
        let inner = from.get(1..).unwrap_or_default();
        let is_name = |it: char| it.is_ascii_alphanumeric() || it == '_';
        let (name, len) = if let Some(braced) = inner.strip_prefix('{') {
            let end = braced.find('}').unwrap_or(braced.len());
            let name = &braced[..end];
            (Some(name).filter(|it| it.chars().all(is_name)), (end + 3).min(from.len()))
        } else if from.starts_with('`') {
            (None, inner.find('`').map_or(from.len(), |end| end + 2))
        } else if inner.starts_with('(') {
            (None, closing(inner).map_or(from.len(), |end| end + 1))
        } else {
            let end = inner.find(|it| !is_name(it)).unwrap_or(inner.len());
            (Some(&inner[..end]), end + 1)
        };
        match name.and_then(&mut *value) {
            Some(value) => out.push_str(&value),
            None => {
                out.push('$');
                out.push_str(name.unwrap_or("_"));
            }
        }
        rest = &from[len..];
    }
    out + rest
}

/// Behind the bracket that closes the one that `text` begins with.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, char) in text.char_indices() {
        match char {
            '(' => depth += 1,
            ')' if depth == 1 => return Some(at + 1),
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// Words with which a compound command begins or ends.
const RESERVED: [&str; 17] = [
    "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "function",
    "{", "}", "!", "[[",
];

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    word: Option<Word>,
    words: Vec<Word>,
    redirects: Vec<Redirect>,
    /// The next word belongs to a redirection.
    redirecting: Option<Into>,
    before: Join,
    commands: Vec<Command>,
    /// Whether it goes on where there is more than simple commands.
    is_lenient: bool,
    /// How many brackets are open.
    depth: usize,
    /// How many were opened so far.
    opened: usize,
    /// How many conditions and loops are open.
    blocks: usize,
    /// Heredocs whose content begins on the next line.
    heredocs: Vec<String>,
}

/// What the word behind a redirection is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Into {
    /// A file that is written.
    Output,
    /// A file that is read, or a descriptor.
    Other,
    /// The name of a heredoc.
    Heredoc,
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            word: None,
            words: Vec::new(),
            redirects: Vec::new(),
            redirecting: None,
            before: Join::Edge,
            commands: Vec::new(),
            is_lenient: false,
            depth: 0,
            opened: 0,
            blocks: 0,
            heredocs: Vec::new(),
        }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn read(&mut self) -> Option<()> {
        while let Some(c) = self.peek() {
            let start = self.at;
            self.at += c.len_utf8();
            match c {
                ' ' | '\t' | '\r' => self.end_word()?,
                '\n' => {
                    self.end_command(Join::Then)?;
                    self.skip_heredocs();
                }
                '&' if self.is_lenient && self.peek() == Some('>') => {
                    self.at += 1;
                    self.redirection(start)?;
                }
                ';' if self.peek() == Some(';') => self.lenient(|lexer| {
                    lexer.at += 1;
                    lexer.end_command(Join::Then)
                })?,
                ';' => self.end_command(Join::Then)?,
                '&' if self.eat('&') => self.end_command(Join::And)?,
                '|' if self.eat('|') => self.end_command(Join::Or)?,
                '|' if self.peek() != Some('&') => self.end_command(Join::Pipe)?,
                '&' | '|' => self.lenient(|lexer| lexer.end_command(Join::Then))?,
                '(' | ')' => self.lenient(|lexer| lexer.bracket(c, start))?,
                '<' | '>' => self.redirection(start)?,
                '#' if self.word.is_none() => self.skip_comment(),
                _ => self.part_of_word(c, start)?,
            }
        }
        self.end_command(Join::Edge)?;
        if self.is_lenient {
            return Some(());
        }
        // `a &&` and `a |` want a command.
        let complete = self.commands.last().is_none_or(|last| matches!(last.after, Join::Edge | Join::Then));
        complete.then_some(())
    }

    /// Reads what only a lenient reader takes.
    fn lenient(&mut self, read: impl FnOnce(&mut Self) -> Option<()>) -> Option<()> {
        if self.is_lenient { read(self) } else { None }
    }

    /// A bracket of a subshell, or of an array or a function.
    fn bracket(&mut self, bracket: char, start: usize) -> Option<()> {
        if bracket == '(' && (self.word.is_some() || !self.words.is_empty()) {
            self.at = start;
            let mut skipped = Word::default();
            return self.substitution(&mut skipped);
        }
        self.end_command(Join::Then)?;
        if bracket == '(' {
            self.depth += 1;
            self.opened += 1;
        } else {
            self.depth = self.depth.saturating_sub(1);
        }
        Some(())
    }

    /// The lines of the heredocs that the line before announces; BuildKit has taken some out already.
    fn skip_heredocs(&mut self) {
        for name in std::mem::take(&mut self.heredocs) {
            let mut at = self.at;
            for line in self.text[self.at..].split_inclusive('\n') {
                at += line.len();
                if line.trim() == name {
                    self.at = at;
                    break;
                }
            }
        }
    }

    fn skip_comment(&mut self) {
        self.at += self.text[self.at..].find('\n').unwrap_or(self.text.len() - self.at);
    }

    /// `>`, `>>`, `2>`, `>&1`, `<`; a heredoc is not understood here.
    fn redirection(&mut self, start: usize) -> Option<()> {
        let descriptor = self.word.as_ref().is_some_and(|word| {
            !word.quoted && word.range.end == start && word.text.bytes().all(|b| b.is_ascii_digit())
        });
        if descriptor {
            self.word = None;
        }
        self.end_word()?;
        if self.redirecting.is_some() {
            return None;
        }
        if self.text[start..].starts_with("<<") {
            return self.lenient(|lexer| {
                lexer.at = start + 2;
                let is_string = lexer.eat('<');
                let _ = lexer.eat('-');
                lexer.redirecting = Some(if is_string { Into::Other } else { Into::Heredoc });
                Some(())
            });
        }
        let reads = self.text[start..].starts_with('<');
        let descriptor = !self.eat('>') && self.eat('&');
        let _ = !descriptor && self.eat('|');
        self.redirecting = Some(if reads || descriptor { Into::Other } else { Into::Output });
        Some(())
    }

    fn part_of_word(&mut self, c: char, start: usize) -> Option<()> {
        let mut word = self.word.take().unwrap_or_else(|| Word { range: start..start, ..Word::default() });
        match c {
            '\'' => {
                let len = self.text[self.at..].find('\'')?;
                word.text.push_str(&self.text[self.at..self.at + len]);
                self.at += len + 1;
                word.quoted = true;
            }
            '"' => self.double_quoted(&mut word)?,
            '\\' => match self.peek() {
                Some('\n') => self.at += 1,
                Some(escaped) => {
                    self.at += escaped.len_utf8();
                    word.text.push(escaped);
                    word.quoted = true;
                }
                None => {}
            },
            '$' => self.variable(&mut word)?,
            '`' => self.backticks(&mut word)?,
            '~' if word.text.is_empty() && !word.quoted => {
                word.dynamic = true;
                word.text.push(c);
            }
            '*' | '?' | '[' => {
                word.glob = true;
                word.text.push(c);
            }
            _ => word.text.push(c),
        }
        word.range.end = self.at;
        // A lone `\` before a line end is no word.
        if !word.text.is_empty() || word.quoted {
            self.word = Some(word);
        }
        Some(())
    }

    fn double_quoted(&mut self, word: &mut Word) -> Option<()> {
        word.quoted = true;
        loop {
            let c = self.peek()?;
            self.at += c.len_utf8();
            match c {
                '"' => return Some(()),
                '`' => self.backticks(word)?,
                '$' => self.variable(word)?,
                '\\' if matches!(self.peek(), Some('$' | '`' | '"' | '\\')) => {
                    word.text.extend(self.peek());
                    self.at += 1;
                }
                '\\' if self.peek() == Some('\n') => self.at += 1,
                _ => word.text.push(c),
            }
        }
    }

    /// A command between backticks: its output is not known.
    fn backticks(&mut self, word: &mut Word) -> Option<()> {
        let len = self.text[self.at..].find('`')? + 1;
        word.text.push('`');
        word.text.push_str(&self.text[self.at..self.at + len]);
        self.at += len;
        word.dynamic = true;
        Some(())
    }

    /// What stands between `$(` and its `)`: a command whose output is not known, or arithmetic.
    fn substitution(&mut self, word: &mut Word) -> Option<()> {
        let (start, mut depth, mut quote) = (self.at, 0_u32, None);
        loop {
            let c = self.peek()?;
            self.at += c.len_utf8();
            match (quote, c) {
                (None, '(') => depth += 1,
                (None, ')') => depth -= 1,
                (None, '\'' | '"') => quote = Some(c),
                (Some(open), _) if open == c => quote = None,
                (None | Some('"'), '\\') => self.at += self.peek().map_or(0, char::len_utf8),
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        word.text.push('$');
        word.text.push_str(&self.text[start..self.at]);
        word.dynamic = true;
        Some(())
    }

    /// What follows a `$`: a name, `${…}` or `$(…)`. `$'` is a quote of bash.
    fn variable(&mut self, word: &mut Word) -> Option<()> {
        match self.peek() {
            Some('\'') => return None,
            Some('(') => self.substitution(word)?,
            Some('{') => {
                let len = self.text[self.at..].find('}')? + 1;
                let inner = &self.text[self.at..self.at + len];
                if inner.contains(['`', '"', '\'', '(']) || inner.contains("${") {
                    self.lenient(|_| Some(()))?;
                }
                word.text.push('$');
                word.text.push_str(inner);
                self.at += len;
                word.dynamic = true;
            }
            Some(c) => {
                word.dynamic |= c.is_ascii_alphanumeric() || "_@*#?$!-".contains(c);
                word.text.push('$');
            }
            None => word.text.push('$'),
        }
        Some(())
    }

    fn end_word(&mut self) -> Option<()> {
        let Some(word) = self.word.take() else { return Some(()) };
        match self.redirecting.take() {
            Some(Into::Heredoc) => {
                self.heredocs.push(word.text);
                return Some(());
            }
            Some(into) => {
                self.redirects.push(Redirect { word, writes: into == Into::Output });
                return Some(());
            }
            None => {}
        }
        let first = self.words.is_empty() && !word.quoted;
        if first && RESERVED.contains(&word.text.as_str()) {
            if !self.is_lenient {
                return None;
            }
            match word.text.as_str() {
                "if" | "while" | "until" => self.blocks += 1,
                "fi" | "done" | "esac" => self.blocks = self.blocks.saturating_sub(1),
                // Their words are no command, but say what follows.
                "for" | "case" => {
                    self.blocks += 1;
                    self.words.push(word);
                }
                "[[" => self.words.push(word),
                _ => {}
            }
            return Some(());
        }
        self.words.push(word);
        Some(())
    }

    fn end_command(&mut self, join: Join) -> Option<()> {
        self.end_word()?;
        if self.redirecting.is_some() {
            return None;
        }
        if self.words.is_empty() && self.redirects.is_empty() {
            // Empty lines are fine, also behind `&&`; `; &&` is not.
            return (self.is_lenient || matches!(join, Join::Then | Join::Edge)).then_some(());
        }
        self.commands.push(Command {
            words: std::mem::take(&mut self.words),
            redirects: std::mem::take(&mut self.redirects),
            before: self.before,
            after: join,
            depth: self.depth,
            opened: self.opened,
            is_conditional: self.blocks > 0,
        });
        self.before = join;
        Some(())
    }
}

/// A program's name without its directory; empty when it is not known.
pub(crate) fn program_name(word: Option<&Word>) -> &str {
    // `$JAVA_HOME/bin/java`: the directory may be unknown as long as the name is not.
    let name = word.and_then(|word| word.text.rsplit('/').next()).unwrap_or("");
    if name.contains(['$', '*', '?', '~', '`']) { "" } else { name }
}

/// The shells that read the language of POSIX. fish, csh, PowerShell and cmd have others.
const POSIX_SHELLS: [&str; 11] =
    ["sh", "bash", "rbash", "dash", "ash", "ksh", "mksh", "pdksh", "posh", "yash", "zsh"];

/// Whether a word names a shell of the POSIX family, with or without its path and `.exe`. All of them take `-c`.
pub(crate) fn is_posix_shell(word: &str) -> bool {
    let name = casing::lower(word.rsplit(['/', '\\']).next().unwrap_or(word));
    let name = name.strip_suffix(".exe").unwrap_or(&name);
    // Debian's `ksh93`, Alpine's `bash5`.
    POSIX_SHELLS.contains(&name.trim_end_matches(|it: char| it.is_ascii_digit()))
}

/// Whether the words that run a command start a shell of the POSIX family, be it behind another program:
/// `busybox sh -c`, `/usr/bin/env bash -c`, `conda run -n env /bin/bash -c`.
pub(crate) fn starts_posix_shell<'a>(words: impl IntoIterator<Item = &'a str>) -> bool {
    words.into_iter().any(is_posix_shell)
}

/// The word as it must be written for a shell to read exactly it.
pub(crate) fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, expected: Expect) {
        let Some(commands) = parse(text) else { return expected.assert_eq("not understood") };
        let mut out = String::new();
        for command in &commands {
            for word in &command.words {
                assert!(text.get(word.range.clone()).is_some(), "{word:?}");
                let mark = match (word.dynamic, word.glob) {
                    (true, _) => "$",
                    (_, true) => "*",
                    _ => "",
                };
                out.push_str(&format!("{mark}[{}] ", word.text));
            }
            for it in &command.redirects {
                out.push_str(&format!("redirect[{}] ", it.word.text));
            }
            out.push_str(&format!("{:?}\n", command.after));
        }
        expected.assert_eq(&out);
    }

    #[test]
    fn lists_of_simple_commands() {
        check(
            "cd /app && ./mvnw -B package; cp target/*.jar app.jar || true | tee log",
            expect![[r#"
                [cd] [/app] And
                [./mvnw] [-B] [package] Then
                [cp] *[target/*.jar] [app.jar] Or
                [true] Pipe
                [tee] [log] Edge
            "#]],
        );
    }

    #[test]
    fn quotes_escapes_and_variables() {
        check(
            r#"A=1 java "-Dx=$HOME y" '-Dz=$no' a\ b ${C:-d} "" \$x ~/m"#,
            expect![[r#"
                [A=1] [java] $[-Dx=$HOME y] [-Dz=$no] [a b] $[${C:-d}] [] [$x] $[~/m] Edge
            "#]],
        );
    }

    #[test]
    fn the_output_of_a_command_is_not_known() {
        check(
            "make -j$(nproc) \"v=$(git describe --tags | tr -d ')')\" `date` $(( $(nproc) * 2 ))",
            expect![[r#"
                [make] $[-j$(nproc)] $[v=$(git describe --tags | tr -d ')')] $[`date`] $[$(( $(nproc) * 2 ))] Edge
            "#]],
        );
    }

    #[test]
    fn redirections_and_comments() {
        check(
            "# first\necho x >> /etc/timezone 2>&1 # note\nls 2>/dev/null\n",
            expect![[r#"
                [echo] [x] redirect[/etc/timezone] redirect[1] Then
                [ls] redirect[/dev/null] Then
            "#]],
        );
    }

    #[test]
    fn what_is_not_simple_is_not_understood() {
        for text in [
            "(cd a && b)",
            "echo $(date",
            "echo `date",
            "if a; then b; fi",
            "a; for x in y; do z; done",
            "a &",
            "a &&",
            "&& a",
            "a | | b",
            "cat <<EOF",
            "a 'open",
            "a \"open",
            "a ;; b",
            "a >",
            "{ a; }",
            "! a",
            "${a:-$(b)}",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn argv_skips_assignments_and_exec() {
        let commands = parse("JAVA_OPTS=-Xmx1g exec $JAVA_HOME/bin/java -jar a.jar").unwrap();
        let words: Vec<_> = commands[0].argv().iter().map(|word| word.text.as_str()).collect();
        assert_eq!(words, ["$JAVA_HOME/bin/java", "-jar", "a.jar"]);
        assert_eq!(commands[0].program(), "java");
        assert_eq!(parse("$JAVA -jar x").unwrap()[0].program(), "");
    }

    #[test]
    fn shells_of_the_posix_family() {
        for shell in
            ["sh", "/bin/sh", "/usr/bin/bash", "dash", "ash", "ksh93", "zsh", "mksh", "C:\\x\\BASH.exe"]
        {
            assert!(is_posix_shell(shell), "{shell}");
        }
        for other in
            ["fish", "csh", "tcsh", "pwsh", "powershell", "cmd", "cmd.exe", "/bin/push", "busybox", "-c", ""]
        {
            assert!(!is_posix_shell(other), "{other}");
        }
        for words in ["busybox sh -c", "/usr/bin/env bash -c", "conda run -n a /bin/bash -c", "zsh -c"] {
            assert!(starts_posix_shell(words.split(' ')), "{words}");
        }
        assert!(!starts_posix_shell(["fish", "-c"]));
    }

    #[test]
    fn quoting_round_trips() {
        for word in ["-Pprod", "a b", "it's", "", "$x", "a;b"] {
            let commands = parse(&format!("x {}", quote(word))).unwrap();
            assert_eq!(commands[0].argv()[1].exact(), Some(word));
        }
    }

    /// What [`read`] makes of a text, one command on a line.
    fn read_all(text: &str) -> String {
        let script = read(text);
        let lines = script.commands.iter().map(|command| {
            let words: Vec<_> = command.words.iter().map(|word| word.text.as_str()).collect();
            let mark = if command.is_conditional { "?" } else { "" };
            let outputs: String = command.outputs().map(|it| format!(" >{}", it.text)).collect();
            format!("{}{mark}{}{outputs}", "(".repeat(command.depth), words.join(" "))
        });
        let rest = if script.is_whole { "" } else { " …" };
        lines.collect::<Vec<_>>().join(" | ") + rest
    }

    #[test]
    fn the_lenient_reader_goes_on() {
        for (text, commands) in [
            ("(cd a && b) && c", "(cd a | (b | c"),
            ("if a; then b; else c; fi; d", "?a | ?b | ?c | d"),
            ("for x in 1 2; do y $x; done", "?for x in 1 2 | ?y $x"),
            ("case $x in a) b ;; *) c ;; esac; d", "?case $x in a | ?b | ?* | ?c | d"),
            ("a & b", "a | b"),
            ("a > x 2>&1 >>y < z &> w", "a >x >y >w"),
            ("cat <<EOF > x\na b\nEOF\nc", "cat >x | c"),
            ("cat <<EOF > x", "cat >x"),
            ("a \"${X:-\"b\"}\" c", "a ${X:-\"b\"} c"),
            ("f() { a; }; f", "f { a | f"),
            ("a && b 'open", "a | b …"),
            ("! [[ -f a ]] || b", "[[ -f a ]] | b"),
        ] {
            assert_eq!(read_all(text), commands, "{text}");
        }
    }

    #[test]
    fn variables_are_put_in() {
        let mut value = |name: &str| (name == "A").then(|| "1".to_owned());
        for (text, filled) in [
            ("/x/$A/y", "/x/1/y"),
            ("${A}b$B", "1b$B"),
            ("a-${B:-c}", "a-$_"),
            ("$(uname -m)/$A", "$_/1"),
            ("`x`$", "$_$"),
            ("${A", "1"),
        ] {
            assert_eq!(fill(text, &mut value), filled, "{text}");
        }
    }
}
