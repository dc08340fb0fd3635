//! A careful reader of simple shell commands.
//!
//! It understands lists of simple commands (`a && b; c || d | e`) with quotes, escapes and redirections; a
//! command substitution is a part of a word whose value is unknown. For everything else (subshells, loops,
//! background jobs) it says that it does not understand, so that nobody guesses.

use std::ops::Range;

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
        self.text.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty()
                && !name.starts_with(|c: char| c.is_ascii_digit())
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        })
    }
}

/// A simple command with the words it is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    /// All words, leading assignments included, redirections not.
    words: Vec<Word>,
    /// The files that its output goes to or its input comes from.
    pub(crate) redirects: Vec<Word>,
    /// How the command before is joined to it.
    pub(crate) before: Join,
    /// How it is joined to the command behind it.
    pub(crate) after: Join,
}

impl Command {
    /// A command that the system starts without a shell.
    pub(crate) fn exec(words: Vec<Word>) -> Self {
        Self { words, redirects: Vec::new(), before: Join::Edge, after: Join::Edge }
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
    redirects: Vec<Word>,
    /// The next word belongs to a redirection.
    redirecting: bool,
    before: Join,
    commands: Vec<Command>,
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            word: None,
            words: Vec::new(),
            redirects: Vec::new(),
            redirecting: false,
            before: Join::Edge,
            commands: Vec::new(),
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
                '\n' => self.end_command(Join::Then)?,
                ';' if self.peek() == Some(';') => return None,
                ';' => self.end_command(Join::Then)?,
                '&' if self.eat('&') => self.end_command(Join::And)?,
                '|' if self.eat('|') => self.end_command(Join::Or)?,
                '|' if self.peek() != Some('&') => self.end_command(Join::Pipe)?,
                '&' | '|' | '(' | ')' => return None,
                '<' | '>' => self.redirection(start)?,
                '#' if self.word.is_none() => self.skip_comment(),
                _ => self.part_of_word(c, start)?,
            }
        }
        self.end_command(Join::Edge)?;
        // `a &&` and `a |` want a command.
        let complete = self.commands.last().is_none_or(|last| matches!(last.after, Join::Edge | Join::Then));
        complete.then_some(())
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
        if self.redirecting || self.text[start..].starts_with("<<") {
            return None;
        }
        let _ = self.eat('>') || self.eat('&') || self.eat('|');
        self.redirecting = true;
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
                    return None;
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
        if std::mem::take(&mut self.redirecting) {
            self.redirects.push(word);
            return Some(());
        }
        let first = self.words.is_empty() && !word.quoted;
        if first && RESERVED.contains(&word.text.as_str()) {
            return None;
        }
        self.words.push(word);
        Some(())
    }

    fn end_command(&mut self, join: Join) -> Option<()> {
        self.end_word()?;
        if self.redirecting {
            return None;
        }
        if self.words.is_empty() && self.redirects.is_empty() {
            // Empty lines are fine, also behind `&&`; `; &&` is not.
            return matches!(join, Join::Then | Join::Edge).then_some(());
        }
        self.commands.push(Command {
            words: std::mem::take(&mut self.words),
            redirects: std::mem::take(&mut self.redirects),
            before: self.before,
            after: join,
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

/// Whether a program is a shell that takes `-c`.
pub(crate) fn is_shell(program: &str) -> bool {
    matches!(program.rsplit('/').next(), Some("sh" | "bash" | "ash" | "dash"))
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
            for word in &command.redirects {
                out.push_str(&format!("redirect[{}] ", word.text));
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
    fn quoting_round_trips() {
        for word in ["-Pprod", "a b", "it's", "", "$x", "a;b"] {
            let commands = parse(&format!("x {}", quote(word))).unwrap();
            assert_eq!(commands[0].argv()[1].exact(), Some(word));
        }
    }
}
