//! Heredoc words in a logical line: `<<EOF`, `<<-"EOF"`, `3<<EOF`.
//!
//! BuildKit splits the whole line like a shell and looks for words of that form; where the line cannot
//! be split (an open quote, `${` without an end), there is no heredoc in it. The escape character is
//! always `\` here, whatever the file's directive says (`parser/parser.go`, `shell/lex.go`).

use std::iter::Peekable;
use std::ops::Range;
use std::str::CharIndices;

use super::letters::{is_digit, is_name_letter};

/// A heredoc that a line announces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeredocWord {
    /// Its name without quotes: the line that ends it.
    pub name: String,
    /// Whether variables in its content are expanded: no part of the name is quoted.
    pub expand: bool,
    /// `<<-`: tabs in front of its end are skipped, and leading tabs of its lines are removed.
    pub chomp: bool,
    /// The bytes of the line that announce it.
    pub range: Range<usize>,
}

/// The heredocs that a logical line announces, in order; the error is the word whose name cannot be
/// read, which BuildKit refuses.
pub fn heredoc_words(line: &str) -> Result<Vec<HeredocWord>, Range<usize>> {
    if !line.contains("<<") {
        return Ok(Vec::new());
    }
    let Some(words) = Lexer::split(line, Mode { raw_quotes: true, raw_escapes: true }) else {
        return Ok(Vec::new());
    };
    let mut heredocs = Vec::new();
    for (word, range) in words {
        heredocs.extend(heredoc_of(&word, range)?);
    }
    Ok(heredocs)
}

/// Whether a single word announces a heredoc, as COPY and ADD ask of their arguments.
pub fn is_heredoc_word(word: &str) -> Option<HeredocWord> {
    heredoc_of(word, 0..word.len()).ok().flatten()
}

fn heredoc_of(word: &str, range: Range<usize>) -> Result<Option<HeredocWord>, Range<usize>> {
    let Some(rest) = word.trim_start_matches(|ch: char| ch.is_ascii_digit()).strip_prefix("<<") else {
        return Ok(None);
    };
    let (chomp, rest) = rest.strip_prefix('-').map_or((false, rest), |rest| (true, rest));
    let rest = rest.trim_start_matches(['\t', '\n', '\x0c', '\r', ' ']);
    if rest.is_empty() || rest.contains('<') {
        return Ok(None);
    }
    let split = |raw_quotes| Lexer::split(rest, Mode { raw_quotes, raw_escapes: false });
    let plain = split(false).ok_or_else(|| range.clone())?;
    let [(name, _)] = plain.as_slice() else { return Ok(None) };
    let raw = split(true).ok_or_else(|| range.clone())?;
    let [(raw, _)] = raw.as_slice() else { return Err(range) };
    let quotes = |text: &str| text.matches(['\'', '"']).count();
    Ok(Some(HeredocWord { name: name.clone(), expand: quotes(name) == quotes(raw), chomp, range }))
}

#[derive(Clone, Copy)]
struct Mode {
    /// Keep quotes in the words.
    raw_quotes: bool,
    /// Keep escapes in the words.
    raw_escapes: bool,
}

/// Splits a text into words like a shell in which no variable is set and unset ones stay as written.
struct Lexer<'a> {
    chars: Peekable<CharIndices<'a>>,
    len: usize,
    mode: Mode,
    /// The word being read, and where it began.
    word: String,
    start: usize,
    depth: usize,
}

/// Expansions nested deeper than this are no heredoc to us.
const MAX_DEPTH: usize = 100;

impl<'a> Lexer<'a> {
    fn split(text: &'a str, mode: Mode) -> Option<Vec<(String, Range<usize>)>> {
        let mut chars = text.char_indices().peekable();
        // The reader under BuildKit's lexer takes a byte order mark at the start away.
        chars.next_if(|&(_, ch)| ch == '\u{feff}');
        let mut lexer = Self { chars, len: text.len(), mode, word: String::new(), start: 0, depth: 0 };
        let mut words = Vec::new();
        lexer.until(None, mode.raw_escapes, &mut |word| words.push(word))?;
        Some(words)
    }

    fn peek(&mut self) -> Option<char> {
        self.chars.peek().map(|&(_, ch)| ch)
    }

    fn next(&mut self) -> Option<char> {
        self.chars.next().map(|(_, ch)| ch)
    }

    fn offset(&mut self) -> usize {
        self.chars.peek().map_or(self.len, |&(at, _)| at)
    }

    /// Reads up to `stop`, or to the end of the text without one, and returns what it read. Words are
    /// told to `emit` as they end.
    fn until(
        &mut self,
        stop: Option<char>,
        raw_escapes: bool,
        emit: &mut dyn FnMut((String, Range<usize>)),
    ) -> Option<String> {
        let mut result = String::new();
        self.word.clear();
        loop {
            let at = self.offset();
            let Some(ch) = self.peek() else { break };
            if Some(ch) == stop {
                self.next();
                self.flush(at, emit);
                return Some(result);
            }
            match ch {
                '$' => {
                    let text = self.dollar()?;
                    result.push_str(&text);
                    // An expansion's white space splits words too.
                    for ch in text.chars() {
                        self.split_char(ch, at, emit);
                    }
                }
                '\'' | '"' | '<' => {
                    let text = match ch {
                        '\'' => self.single_quoted()?,
                        '"' => self.double_quoted(raw_escapes)?,
                        _ => self.less_than(),
                    };
                    result.push_str(&text);
                    self.begin(at);
                    self.word.push_str(&text);
                }
                '\\' => {
                    self.next();
                    if raw_escapes {
                        self.begin(at);
                        self.word.push(ch);
                        result.push(ch);
                    }
                    let Some(escaped) = self.next() else { break };
                    self.begin(at);
                    self.word.push(escaped);
                    result.push(escaped);
                }
                _ => {
                    self.next();
                    self.split_char(ch, at, emit);
                    result.push(ch);
                }
            }
        }
        if stop.is_some() {
            return None;
        }
        let end = self.offset();
        self.flush(end, emit);
        Some(result)
    }

    fn begin(&mut self, at: usize) {
        if self.word.is_empty() {
            self.start = at;
        }
    }

    fn split_char(&mut self, ch: char, at: usize, emit: &mut dyn FnMut((String, Range<usize>))) {
        if ch.is_whitespace() {
            self.flush(at, emit);
        } else {
            self.begin(at);
            self.word.push(ch);
        }
    }

    fn flush(&mut self, end: usize, emit: &mut dyn FnMut((String, Range<usize>))) {
        if !self.word.is_empty() {
            let start = self.start.min(end);
            emit((std::mem::take(&mut self.word), start..end));
        }
    }

    fn single_quoted(&mut self) -> Option<String> {
        let mut text = String::new();
        let quote = self.next()?;
        text.extend(self.mode.raw_quotes.then_some(quote));
        loop {
            match self.next()? {
                '\'' => break,
                ch => text.push(ch),
            }
        }
        text.extend(self.mode.raw_quotes.then_some(quote));
        Some(text)
    }

    fn double_quoted(&mut self, raw_escapes: bool) -> Option<String> {
        let mut text = String::new();
        let quote = self.next()?;
        text.extend(self.mode.raw_quotes.then_some(quote));
        loop {
            match self.peek()? {
                '"' => {
                    self.next();
                    text.extend(self.mode.raw_quotes.then_some(quote));
                    return Some(text);
                }
                '$' => text.push_str(&self.dollar()?),
                '\\' => {
                    self.next();
                    text.extend(raw_escapes.then_some('\\'));
                    match self.peek()? {
                        ch @ ('"' | '$' | '\\') => {
                            self.next();
                            text.push(ch);
                        }
                        _ => text.push('\\'),
                    }
                }
                ch => {
                    self.next();
                    text.push(ch);
                }
            }
        }
    }

    /// `<`, or `<<` with the white space behind it, which belongs to the word.
    fn less_than(&mut self) -> String {
        let mut text = String::from('<');
        self.next();
        if self.peek() != Some('<') {
            return text;
        }
        text.extend(self.next());
        while let Some(blank @ ('\t' | '\r' | ' ')) = self.peek() {
            text.push(blank);
            self.next();
        }
        text
    }

    /// An expansion, as written; none where it is no valid one.
    fn dollar(&mut self) -> Option<String> {
        self.next();
        if self.peek() != Some('{') {
            return Some(format!("${}", self.name()));
        }
        self.next();
        if matches!(self.peek()?, '{' | '}' | ':') {
            return None;
        }
        let name = self.name();
        let mut operator = self.next()?;
        let mut written = String::from(operator);
        if operator == '}' {
            return Some(format!("${{{name}}}"));
        }
        if operator == '/' {
            return self.replacement(&name);
        }
        if operator == ':' {
            operator = self.next()?;
            written.push(operator);
            if matches!(operator, '#' | '%') {
                return None;
            }
        } else if !matches!(operator, '+' | '-' | '?' | '#' | '%') {
            return None;
        }
        let word = self.nested('}', matches!(operator, '#' | '%'))?;
        Some(format!("${{{name}{written}{word}}}"))
    }

    fn replacement(&mut self, name: &str) -> Option<String> {
        if self.peek() == Some('/') {
            self.next();
        }
        let pattern = self.nested('/', true)?;
        let replacement = self.nested('}', true)?;
        Some(format!("${{{name}/{pattern}/{replacement}}}"))
    }

    fn nested(&mut self, stop: char, raw_escapes: bool) -> Option<String> {
        self.depth += 1;
        let word = (self.depth <= MAX_DEPTH).then(|| self.until(Some(stop), raw_escapes, &mut |_| ()))?;
        self.depth -= 1;
        word
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(ch) = self.peek() {
            if name.is_empty() && is_digit(ch) {
                while let Some(digit) = self.peek().filter(|&ch| is_digit(ch)) {
                    name.push(digit);
                    self.next();
                }
                return name;
            }
            let special = name.is_empty() && matches!(ch, '@' | '*' | '#' | '?' | '-' | '$' | '!');
            if !special && !is_name_letter(ch) {
                return name;
            }
            name.push(ch);
            self.next();
            if special {
                return name;
            }
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(line: &str) -> Vec<String> {
        let words = heredoc_words(line).unwrap();
        words
            .into_iter()
            .map(|it| {
                format!(
                    "{}{}{}",
                    it.name,
                    if it.expand { "" } else { " raw" },
                    if it.chomp { " chomp" } else { "" }
                )
            })
            .collect()
    }

    #[test]
    fn finds_heredocs() {
        assert_eq!(names("RUN <<EOF"), ["EOF"]);
        assert_eq!(names("RUN <<-'EOF' cat 3<<\"B\""), ["EOF raw chomp", "B raw"]);
        assert_eq!(names("RUN cat << EOF > f"), ["EOF"]);
        assert_eq!(names("COPY <<a <<b /dst/"), ["a", "b"]);
        assert_eq!(names("RUN <<EOF|sh"), ["EOF|sh"]);
    }

    #[test]
    fn a_byte_order_mark_at_the_start_is_none_of_the_name() {
        assert_eq!(names("RUN <<\u{feff}A"), ["A"]);
        assert_eq!(names("RUN <<A\u{feff}"), ["A\u{feff}"]);
        assert_eq!(names("RUN <<\u{feff}"), Vec::<String>::new());
        assert_eq!(heredoc_words("\u{feff}<<A").unwrap()[0].range, 3..6);
    }

    #[test]
    fn what_is_no_heredoc() {
        for line in [
            "RUN cat <<<word",
            "RUN echo $((1<<2))",
            "RUN echo it's <<EOF",
            "RUN a<<EOF",
            "RUN echo '<<EOF'",
            "RUN <<",
        ] {
            assert_eq!(names(line), Vec::<String>::new(), "{line}");
        }
    }

    #[test]
    fn the_range_covers_the_word() {
        let words = heredoc_words("RUN cat << 'E F' > f").unwrap();
        assert_eq!((words[0].range.clone(), words[0].name.as_str()), (8..16, "E F"));
    }
}
