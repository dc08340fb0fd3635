//! Puts values in place of variables in a word, and takes its quotes and escapes away, as BuildKit
//! does for the arguments of FROM, ENV, COPY, WORKDIR and others.
//!
//! What a word means depends on which variables are set, so the one who asks says so. What BuildKit
//! refuses is an [`ExpandError`]; so is what no build could use, as one line can ask for a text that
//! no machine can hold.

use std::fmt;
use std::str::Chars;

use crate::syntax::letters::{is_digit, is_name_letter};

/// The longest text a word can become. Linux takes no longer one as a variable or an argument.
const MAX_LEN: usize = 128 * 1024;

/// How deep expansions can stand inside each other.
const MAX_DEPTH: u32 = 100;

/// How many steps the patterns of one word can take.
const MAX_STEPS: usize = 4_000_000;

/// What a word becomes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expanded {
    /// The text, without quotes; variables that are not set are empty in it, or their default.
    pub text: String,
    /// Variables of the word that are not set, in order of first use. As in BuildKit, those that have
    /// a default are among them.
    pub unknown: Vec<String>,
}

/// Why a word cannot be expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpandError {
    /// A quote is not closed: which one.
    UnclosedQuote(char),
    /// `${` without `}`.
    MissingBrace,
    /// `${name/pattern` without the second `/`.
    MissingSlash,
    /// `${}`, `${:…}` or `${{…}`: no name.
    BadSubstitution,
    /// What stands behind the name in braces is no operator.
    UnsupportedModifier(String),
    /// A pattern has an escape in it that means nothing.
    BadPattern(String),
    /// `${name?message}` or `${name:?message}`, and it is not set, or empty.
    Required {
        /// The variable.
        name: String,
        /// What the Dockerfile says to it; can be empty.
        message: String,
    },
    /// Deeper or longer than anything that can be built.
    TooLong,
}

impl fmt::Display for ExpandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnclosedQuote(quote) => write!(f, "a quote {quote} is not closed"),
            Self::MissingBrace => f.write_str("`${` is not closed with `}`"),
            Self::MissingSlash => f.write_str("the second `/` of `${name/pattern/text}` is missing"),
            Self::BadSubstitution => f.write_str("`${` is not followed by a name"),
            Self::UnsupportedModifier(it) => write!(f, "`{it}` is no operator behind a variable's name"),
            Self::BadPattern(it) => write!(f, "the pattern `{it}` escapes what need not be escaped"),
            Self::Required { name, message } if message.is_empty() => write!(f, "`{name}` needs a value"),
            Self::Required { name, message } => write!(f, "`{name}` needs a value: {message}"),
            Self::TooLong => f.write_str("the text gets too long"),
        }
    }
}

impl std::error::Error for ExpandError {}

/// Expands a word. `lookup` gives the value of a variable, or none when it is not set.
///
/// # Errors
/// What BuildKit refuses in the word, with these variables set.
pub fn expand(
    word: &str,
    escape: char,
    lookup: &mut dyn FnMut(&str) -> Option<String>,
) -> Result<Expanded, ExpandError> {
    // The scanner that BuildKit reads words with skips a byte order mark in front of them.
    let word = word.strip_prefix('\u{feff}').unwrap_or(word);
    // Most words are what they are.
    if word.len() <= MAX_LEN && !word.contains(['$', '\'', '"', escape]) {
        return Ok(Expanded { text: word.to_owned(), unknown: Vec::new() });
    }
    let mut expander = Expander::new(word, escape, lookup);
    let text = expander.until(None)?;
    Ok(Expanded { text, unknown: expander.unknown })
}

/// Expands a word and splits what it becomes at white space outside of quotes, as BuildKit does for EXPOSE.
///
/// # Errors
/// What BuildKit refuses in the word, with these variables set.
pub fn expand_words(
    word: &str,
    escape: char,
    lookup: &mut dyn FnMut(&str) -> Option<String>,
) -> Result<Vec<String>, ExpandError> {
    let word = word.strip_prefix('\u{feff}').unwrap_or(word);
    let mut expander = Expander::new(word, escape, lookup);
    expander.splits = true;
    let (_, words) = expander.words_until(None)?;
    Ok(words)
}

/// Whether a word can be expanded whatever its variables are: they stand in it as `$name` or `${name}`,
/// without quotes and escapes around them.
pub fn is_plain(word: &str, escape: char) -> bool {
    if word.contains(['\'', '"', escape]) {
        return false;
    }
    let is_name = |it: &str| it.starts_with(|ch: char| ch.is_ascii_alphabetic() || ch == '_');
    word.split('$').skip(1).all(|behind| match behind.strip_prefix('{') {
        Some(braced) => {
            let end = braced.find(|ch: char| !ch.is_ascii_alphanumeric() && ch != '_');
            is_name(braced) && end.is_some_and(|end| braced[end..].starts_with('}'))
        }
        None => is_name(behind),
    })
}

struct Expander<'a> {
    rest: Chars<'a>,
    escape: char,
    /// Escapes stay as they are: in patterns, which have escapes of their own.
    raw_escapes: bool,
    lookup: &'a mut dyn FnMut(&str) -> Option<String>,
    unknown: Vec<String>,
    depth: u32,
    /// What is left of [`MAX_STEPS`].
    steps: usize,
    /// Whether words are asked for.
    splits: bool,
    /// The word that is being read. As in BuildKit it is one for all depths: a default in braces takes the place
    /// of what stands in front of it.
    word: String,
}

/// The words at one depth.
#[derive(Default)]
struct Words {
    done: Vec<String>,
    is_inside: bool,
}

impl<'a> Expander<'a> {
    fn new(word: &'a str, escape: char, lookup: &'a mut dyn FnMut(&str) -> Option<String>) -> Self {
        Self {
            rest: word.chars(),
            escape,
            raw_escapes: false,
            lookup,
            unknown: Vec::new(),
            depth: 0,
            steps: MAX_STEPS,
            splits: false,
            word: String::new(),
        }
    }

    /// Adds a text at whose white space words end.
    fn split(&mut self, words: &mut Words, text: &str) {
        for ch in text.chars().filter(|_| self.splits) {
            if !ch.is_whitespace() {
                self.word.push(ch);
                words.is_inside = true;
            } else if words.is_inside && !self.word.is_empty() {
                words.done.push(std::mem::take(&mut self.word));
                words.is_inside = false;
            }
        }
    }

    /// Adds a text to the word as it is.
    fn keep(&mut self, words: &mut Words, text: &str) {
        if self.splits {
            self.word.push_str(text);
            words.is_inside = true;
        }
    }

    /// The words, with the one that is being read.
    fn finish(&mut self, mut words: Words) -> Vec<String> {
        if !self.word.is_empty() {
            words.done.push(std::mem::take(&mut self.word));
        }
        words.done
    }

    fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    /// Takes the next character if it is `wanted`.
    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.rest.next();
        }
        found
    }

    /// Expands up to `stop`, which is taken too, or to the end of the word.
    fn until(&mut self, stop: Option<char>) -> Result<String, ExpandError> {
        self.words_until(stop).map(|(text, _)| text)
    }

    /// The same, with the words that it consists of.
    fn words_until(&mut self, stop: Option<char>) -> Result<(String, Vec<String>), ExpandError> {
        let (mut out, mut words) = (String::new(), Words::default());
        self.word.clear();
        while let Some(ch) = self.rest.next() {
            if Some(ch) == stop {
                return Ok((out, self.finish(words)));
            }
            let start = out.len();
            match ch {
                '\'' => {
                    self.single_quoted(&mut out)?;
                    self.keep(&mut words, &out[start..]);
                }
                '"' => {
                    self.double_quoted(&mut out)?;
                    self.keep(&mut words, &out[start..]);
                }
                '$' => {
                    out.push_str(&self.dollar()?);
                    self.split(&mut words, &out[start..]);
                }
                '<' => {
                    out.push(ch);
                    // White space behind `<<` belongs to the word.
                    if self.eat('<') {
                        out.push(ch);
                        while let Some(blank) = self.peek().filter(|it| matches!(it, '\t' | '\r' | ' ')) {
                            out.push(blank);
                            self.rest.next();
                        }
                    }
                    self.keep(&mut words, &out[start..]);
                }
                ch if ch == self.escape => {
                    if self.raw_escapes {
                        out.push(ch);
                    }
                    out.extend(self.rest.next());
                    self.keep(&mut words, &out[start..]);
                }
                ch => {
                    out.push(ch);
                    self.split(&mut words, &out[start..]);
                }
            }
            if out.len() > MAX_LEN {
                return Err(ExpandError::TooLong);
            }
        }
        match stop {
            None => Ok((out, self.finish(words))),
            Some('/') => Err(ExpandError::MissingSlash),
            Some(_) => Err(ExpandError::MissingBrace),
        }
    }

    /// The same in a pattern, or in the text that replaces one.
    fn until_raw(&mut self, stop: char, raw_escapes: bool) -> Result<String, ExpandError> {
        let before = std::mem::replace(&mut self.raw_escapes, raw_escapes);
        let text = self.until(Some(stop));
        self.raw_escapes = before;
        text
    }

    fn single_quoted(&mut self, out: &mut String) -> Result<(), ExpandError> {
        loop {
            match self.rest.next() {
                Some('\'') => return Ok(()),
                Some(ch) => out.push(ch),
                None => return Err(ExpandError::UnclosedQuote('\'')),
            }
        }
    }

    fn double_quoted(&mut self, out: &mut String) -> Result<(), ExpandError> {
        loop {
            match self.rest.next() {
                Some('"') => return Ok(()),
                Some('$') => out.push_str(&self.dollar()?),
                Some(ch) if ch == self.escape => {
                    if self.raw_escapes {
                        out.push(ch);
                    }
                    // Only these can be escaped in double quotes; before others an escape is itself.
                    match self.peek() {
                        Some(next) if next == '"' || next == '$' || next == self.escape => {
                            self.rest.next();
                            out.push(next);
                        }
                        Some(_) => out.push(ch),
                        None => {}
                    }
                }
                Some(ch) => out.push(ch),
                None => return Err(ExpandError::UnclosedQuote('"')),
            }
            if out.len() > MAX_LEN {
                return Err(ExpandError::TooLong);
            }
        }
    }

    /// Expands what stands behind a `$`.
    fn dollar(&mut self) -> Result<String, ExpandError> {
        if self.eat('{') {
            if self.depth == MAX_DEPTH {
                return Err(ExpandError::TooLong);
            }
            self.depth += 1;
            let value = self.braces();
            self.depth -= 1;
            return value;
        }
        let name = self.name();
        if name.is_empty() {
            return Ok("$".to_owned());
        }
        Ok(self.value(&name).unwrap_or_default())
    }

    /// Expands what stands behind `${`, up to its `}`.
    fn braces(&mut self) -> Result<String, ExpandError> {
        match self.peek() {
            None => return Err(ExpandError::MissingBrace),
            Some('{' | '}' | ':') => return Err(ExpandError::BadSubstitution),
            Some(_) => {}
        }
        let name = self.name();
        match self.rest.next() {
            None => Err(ExpandError::MissingBrace),
            Some('}') => Ok(self.value(&name).unwrap_or_default()),
            Some(':') => match self.rest.next() {
                Some(operator @ ('-' | '+' | '?')) => self.alternative(&name, operator, true),
                other => Err(ExpandError::UnsupportedModifier(std::iter::once(':').chain(other).collect())),
            },
            Some(operator @ ('-' | '+' | '?')) => self.alternative(&name, operator, false),
            Some('#') => self.trim(&name, '#'),
            Some('%') => self.trim(&name, '%'),
            Some('/') => self.replace(&name),
            Some(other) => Err(ExpandError::UnsupportedModifier(other.to_string())),
        }
    }

    /// `${name-word}`, `${name+word}`, `${name?word}`; with a colon before, empty counts as not set.
    fn alternative(&mut self, name: &str, operator: char, colon: bool) -> Result<String, ExpandError> {
        let word = self.until_raw('}', false)?;
        let value = self.value(name).filter(|value| !(colon && value.is_empty()));
        match (operator, value) {
            ('+', Some(_)) => Ok(word),
            ('+', None) => Ok(String::new()),
            (_, Some(value)) => Ok(value),
            ('?', None) => Err(ExpandError::Required { name: name.to_owned(), message: word }),
            (_, None) => Ok(word),
        }
    }

    /// `${name#pattern}` takes a prefix off, `${name%pattern}` a suffix: the shortest one that fits,
    /// with the operator doubled the longest.
    fn trim(&mut self, name: &str, operator: char) -> Result<String, ExpandError> {
        let word = self.until_raw('}', true)?;
        let value = self.value(name).unwrap_or_default();
        let (pattern, longest) = match word.strip_prefix(operator) {
            Some(pattern) => (pattern, true),
            None => (word.as_str(), false),
        };
        let mut pattern = Pattern::parse(pattern)?;
        let mut text: Vec<char> = value.chars().collect();
        // A suffix is a prefix of the text that is read backwards.
        if operator == '%' {
            text.reverse();
            pattern.0.reverse();
        }
        let end = pattern.match_at(&text, 0, longest, &mut self.steps)?.unwrap_or(0);
        let mut kept = text.split_off(end);
        if operator == '%' {
            kept.reverse();
        }
        Ok(kept.into_iter().collect())
    }

    /// `${name/pattern/text}` replaces the first place that fits, `${name//pattern/text}` all of them.
    fn replace(&mut self, name: &str) -> Result<String, ExpandError> {
        let all = self.eat('/');
        let pattern = self.until_raw('/', true)?;
        let replacement = self.until_raw('}', true)?;
        let value = self.value(name).unwrap_or_default();
        let pattern = Pattern::parse(&pattern)?;
        let text: Vec<char> = value.chars().collect();
        let mut out = String::new();
        // How far the text is done, and from where the next place is looked for.
        let (mut done, mut from) = (0, 0);
        while let Some((start, end)) = pattern.find(&text, from, &mut self.steps)? {
            out.extend(&text[done..start]);
            // An empty place right behind the last one is none of its own.
            if end > done || start == 0 {
                out.push_str(&replacement);
            }
            (done, from) = (end, end.max(from + 1));
            if out.len() > MAX_LEN {
                return Err(ExpandError::TooLong);
            }
            if !all || from > text.len() {
                break;
            }
        }
        out.extend(&text[done..]);
        Ok(out)
    }

    /// Takes a name: letters, digits and `_`; only digits when it begins with one; or one special sign.
    fn name(&mut self) -> String {
        let rest = self.rest.as_str();
        let len = match self.peek() {
            Some('@' | '*' | '#' | '?' | '-' | '$' | '!') => 1,
            Some(first) if is_digit(first) => rest.find(|ch| !is_digit(ch)).unwrap_or(rest.len()),
            _ => rest.find(|ch| !is_name_letter(ch)).unwrap_or(rest.len()),
        };
        let (name, rest) = rest.split_at(len);
        self.rest = rest.chars();
        name.to_owned()
    }

    fn value(&mut self, name: &str) -> Option<String> {
        let value = (self.lookup)(name);
        if value.is_none() && !self.unknown.iter().any(|it| it == name) {
            self.unknown.push(name.to_owned());
        }
        value
    }
}

/// One part of a pattern.
enum Part {
    /// `*`: any text.
    Any,
    /// `?`: any character.
    One,
    /// This character.
    Char(char),
}

/// A pattern as in the shell, without brackets. As in BuildKit, `*` and `?` end at the end of a line.
struct Pattern(Vec<Part>);

impl Pattern {
    fn parse(text: &str) -> Result<Self, ExpandError> {
        let mut parts = Vec::new();
        let mut rest = text.chars().peekable();
        while let Some(ch) = rest.next() {
            parts.push(match ch {
                '*' => Part::Any,
                '?' => Part::One,
                '\\' => match rest.peek() {
                    // They had to be escaped because of the braces; the escape is no part of the pattern.
                    Some('}' | '/') => continue,
                    Some(&next @ ('*' | '?' | '\\')) => {
                        rest.next();
                        Part::Char(next)
                    }
                    _ => return Err(ExpandError::BadPattern(text.to_owned())),
                },
                ch => Part::Char(ch),
            });
        }
        Ok(Self(parts))
    }

    /// Where the first place that fits begins and ends, from `from` on; the longest one there.
    fn find(
        &self,
        text: &[char],
        from: usize,
        steps: &mut usize,
    ) -> Result<Option<(usize, usize)>, ExpandError> {
        for start in from..=text.len() {
            if let Some(end) = self.match_at(text, start, true, steps)? {
                return Ok(Some((start, end)));
            }
        }
        Ok(None)
    }

    /// Where the shortest or longest text ends that begins at `start` and fits.
    fn match_at(
        &self,
        text: &[char],
        start: usize,
        longest: bool,
        steps: &mut usize,
    ) -> Result<Option<usize>, ExpandError> {
        // `alive[i]`: the text so far fits the first `i` parts.
        let mut alive = vec![false; self.0.len() + 1];
        alive[0] = true;
        let mut found = None;
        for at in start..=text.len() {
            *steps = steps.checked_sub(alive.len()).ok_or(ExpandError::TooLong)?;
            for (index, part) in self.0.iter().enumerate() {
                alive[index + 1] |= alive[index] && matches!(part, Part::Any);
            }
            if alive[self.0.len()] {
                found = Some(at);
            }
            let done = found.is_some() && !longest;
            let Some(&ch) = text.get(at).filter(|_| !done && alive.contains(&true)) else { break };
            alive[self.0.len()] = false;
            for (index, part) in self.0.iter().enumerate().rev() {
                let was = std::mem::take(&mut alive[index]);
                match part {
                    Part::Any => alive[index] = was && ch != '\n',
                    Part::One => alive[index + 1] |= was && ch != '\n',
                    Part::Char(wanted) => alive[index + 1] |= was && ch == *wanted,
                }
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Expands with `V=1.2.3`, `EMPTY=`, `P=/usr/local/bin:/bin` and `S=a*b` set.
    fn with_values(word: &str) -> Result<Expanded, ExpandError> {
        let values =
            [("V", "1.2.3"), ("EMPTY", ""), ("P", "/usr/local/bin:/bin"), ("S", "a*b"), ("L", "x\ny")];
        let mut lookup = |name: &str| {
            values.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        expand(word, '\\', &mut lookup)
    }

    #[track_caller]
    fn check(word: &str, expected: &str) {
        assert_eq!(with_values(word).map(|it| it.text), Ok(expected.to_owned()), "{word}");
    }

    #[track_caller]
    fn refused(word: &str, expected: &ExpandError) {
        assert_eq!(with_values(word).as_ref(), Err(expected), "{word}");
    }

    #[test]
    fn plain_words_stay() {
        check("", "");
        check("alpine:3.20", "alpine:3.20");
        check("a<<b é", "a<<b é");
    }

    #[test]
    fn variables_get_their_value() {
        check("node:$V-slim", "node:1.2.3-slim");
        check("${V}${V}", "1.2.31.2.3");
        check("$EMPTY", "");
        check("$missing.", ".");
        check("$ $. $", "$ $. $");
        check("$1a$@b", "ab");
        check("$V_x", "");
    }

    #[test]
    fn digits_of_any_script_make_a_name_and_other_numbers_none() {
        check("$٣a", "a");
        check("$½", "$½");
        refused("${½}", &ExpandError::UnsupportedModifier("½".to_owned()));
    }

    #[test]
    fn words_end_at_white_space_outside_of_quotes() {
        let words = |word: &str| {
            let mut lookup = |name: &str| (name == "V").then(|| " 1 2 ".to_owned());
            expand_words(word, '\\', &mut lookup)
        };
        assert_eq!(words("80"), Ok(vec!["80".to_owned()]));
        assert_eq!(words("a$V"), Ok(vec!["a".to_owned(), "1".to_owned(), "2".to_owned()]));
        assert_eq!(words("\"a$V\"b"), Ok(vec!["a 1 2 b".to_owned()]));
        assert_eq!(words("a\u{a0}b\\\u{a0}c"), Ok(vec!["a".to_owned(), "b\u{a0}c".to_owned()]));
        assert_eq!(words("a<< b"), Ok(vec!["a<< b".to_owned()]));
        assert_eq!(words("\"\"$NONE"), Ok(Vec::new()));
        // What BuildKit makes of a default: the word in front of it is lost.
        assert_eq!(words("a${NONE:-b}c"), Ok(vec!["bc".to_owned()]));
        assert_eq!(words("'a"), Err(ExpandError::UnclosedQuote('\'')));
    }

    #[test]
    fn what_is_not_set_is_told_once_in_order() {
        let found = with_values("$b ${a:-$c} $b $V").unwrap();
        assert_eq!(found.text, "   1.2.3");
        assert_eq!(found.unknown, ["b", "c", "a"]);
    }

    #[test]
    fn quotes_and_escapes_go() {
        check(r#"'$V' "$V" "a'b" '"'"#, r#"$V 1.2.3 a'b ""#);
        check(r"\$V \' a\b\\", r"$V ' ab\");
        check(r#""\$V \" \\ \a""#, r#"$V " \ \a"#);
        check("a\\", "a");
        assert_eq!(expand("`$V C:\\x", '`', &mut |_| None).unwrap().text, "$V C:\\x");
    }

    #[test]
    fn defaults_and_alternatives() {
        check("${V:-x}${EMPTY:-x}${EMPTY-x}${no:-x}${no-x}", "1.2.3xxx");
        check("${V:+x}${EMPTY:+x}${EMPTY+x}${no:+y}${no+y}", "xx");
        check("${V:?m}${EMPTY?m}", "1.2.3");
        check("${no:-${EMPTY:-$V}}", "1.2.3");
        check(r#"${no:-"a } b"}${no:-a\}b}"#, "a } ba}b");
        check("${no:-a b}", "a b");
    }

    #[test]
    fn prefixes_and_suffixes_are_taken_off() {
        check("${V#*.}", "2.3");
        check("${V##*.}", "3");
        check("${V%.*}", "1.2");
        check("${V%%.*}", "1");
        check("${V#?.}", "2.3");
        check("${V#2}", "1.2.3");
        check("${V#}", "1.2.3");
        check("${V#1.2.3}", "");
        check(r"${S#a\*}${S%\*b}", "ba");
        check(r"${P#\/usr}", "/local/bin:/bin");
        check("${L#*}${L##*}", "x\ny\ny");
        check("${no#*}", "");
    }

    #[test]
    fn places_are_replaced() {
        check("${V/./-}", "1-2.3");
        check("${V//./-}", "1-2-3");
        check("${V//./}", "123");
        check(r"${P//\//_}", "_usr_local_bin:_bin");
        check("${V/*/x}", "x");
        check("${V//*/x}", "x");
        check("${V/2*/$EMPTY}", "1.");
        check("${V//?./x}", "xx3");
        check("${EMPTY//*/x}", "x");
        check("${V///x}", "x1x.x2x.x3x");
    }

    #[test]
    fn what_buildkit_refuses() {
        refused("'a", &ExpandError::UnclosedQuote('\''));
        refused("a\"$V", &ExpandError::UnclosedQuote('"'));
        for word in ["${", "${V", "${V:-a", "${V#a", "${V/a/b", "${V:-${no}"] {
            refused(word, &ExpandError::MissingBrace);
        }
        refused("${V/a", &ExpandError::MissingSlash);
        for word in ["${}", "${:-a}", "${{V}}"] {
            refused(word, &ExpandError::BadSubstitution);
        }
        refused("${V:=a}", &ExpandError::UnsupportedModifier(":=".to_owned()));
        refused("${V:#a}", &ExpandError::UnsupportedModifier(":#".to_owned()));
        refused("${V^}", &ExpandError::UnsupportedModifier("^".to_owned()));
        refused("${V V}", &ExpandError::UnsupportedModifier(" ".to_owned()));
        refused(r"${V#\a}", &ExpandError::BadPattern(r"\a".to_owned()));
        let required =
            |name: &str, message: &str| ExpandError::Required { name: name.into(), message: message.into() };
        refused("${no?}", &required("no", ""));
        refused("${EMPTY:?give $V}", &required("EMPTY", "give 1.2.3"));
    }

    #[test]
    fn what_no_machine_can_hold_is_refused() {
        let long = "x".repeat(60_000);
        let mut lookup = |_: &str| Some(long.clone());
        assert_eq!(expand("$a$a$a", '\\', &mut lookup), Err(ExpandError::TooLong));
        assert_eq!(expand("\"$a$a$a\"", '\\', &mut lookup), Err(ExpandError::TooLong));
        assert_eq!(expand("${a//x/$a}", '\\', &mut lookup), Err(ExpandError::TooLong));
        assert_eq!(
            expand(&format!("${{a//{}y/}}", "*x".repeat(5_000)), '\\', &mut lookup),
            Err(ExpandError::TooLong)
        );
        assert_eq!(expand(&"${a:-".repeat(20_000), '\\', &mut lookup), Err(ExpandError::TooLong));
        assert_eq!(expand(&"\"${a-".repeat(20_000), '\\', &mut lookup), Err(ExpandError::TooLong));
    }

    #[test]
    fn every_refusal_has_a_text() {
        assert_eq!(with_values("${no:?set it}").unwrap_err().to_string(), "`no` needs a value: set it");
        assert_eq!(with_values("${V").unwrap_err().to_string(), "`${` is not closed with `}`");
    }

    proptest! {
        #[test]
        fn never_panics(word in r#"[$ {}:\-+?#%/*a-cV"'\\é\n]{0,30}"#) {
            let _ = with_values(&word);
            let _ = expand(&word, '`', &mut |name| Some(name.repeat(2)));
        }

        #[test]
        fn patterns_match_as_the_definition_says(pattern in "[ab*?]{0,6}", text in "[ab]{0,8}") {
            let fits = |end: usize| slowly(&pattern, &text[..end]);
            let ends: Vec<usize> = (0..=text.len()).filter(|&end| fits(end)).collect();
            let chars: Vec<char> = text.chars().collect();
            let pattern = Pattern::parse(&pattern).unwrap();
            let mut steps = MAX_STEPS;
            prop_assert_eq!(pattern.match_at(&chars, 0, false, &mut steps).unwrap(), ends.first().copied());
            prop_assert_eq!(pattern.match_at(&chars, 0, true, &mut steps).unwrap(), ends.last().copied());
        }
    }

    /// Whether a pattern fits a whole text, by its definition.
    fn slowly(pattern: &str, text: &str) -> bool {
        match pattern.split_at_checked(1) {
            None => text.is_empty(),
            Some(("*", rest)) => (0..=text.len()).any(|at| slowly(rest, &text[at..])),
            Some((first, rest)) => text
                .split_at_checked(1)
                .is_some_and(|(ch, text)| (first == "?" || first == ch) && slowly(rest, text)),
        }
    }
}
