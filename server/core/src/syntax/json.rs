//! The JSON form of arguments: an array of strings.

use std::ops::Range;

/// What stands where an instruction may have a JSON array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonArray {
    /// An array of strings: each value, and its bytes with quotes.
    Strings(Vec<(String, Range<usize>)>),
    /// A valid array with something else than strings in it, which BuildKit refuses; its bytes.
    NotStrings(Range<usize>),
    /// No valid array: the text is taken as shell form or as words.
    None,
}

/// Deeper arrays are no JSON to Go's decoder.
const MAX_DEPTH: usize = 10_000;

/// Reads `text` as Go's JSON decoder does. Offsets count from the start of `text`.
pub fn parse_json_array(text: &str) -> JsonArray {
    let start = text.len() - text.trim_start().len();
    if !text[start..].starts_with('[') {
        return JsonArray::None;
    }
    let mut reader = Reader { text, at: start };
    let mut strings = Vec::new();
    let mut other = None;
    if reader.array(&mut strings, &mut other).is_none() {
        return JsonArray::None;
    }
    reader.blanks();
    match (reader.at == text.len(), other) {
        (false, _) => JsonArray::None,
        (true, Some(range)) => JsonArray::NotStrings(range),
        (true, None) => JsonArray::Strings(strings),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let eaten = self.peek() == Some(byte);
        self.at += usize::from(eaten);
        eaten
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// The outer array: its strings, and the first element that is none.
    fn array(
        &mut self,
        strings: &mut Vec<(String, Range<usize>)>,
        other: &mut Option<Range<usize>>,
    ) -> Option<()> {
        self.eat(b'[').then_some(())?;
        self.blanks();
        if self.eat(b']') {
            return Some(());
        }
        loop {
            self.blanks();
            let start = self.at;
            if self.peek() == Some(b'"') {
                let value = self.string()?;
                strings.push((value, start..self.at));
            } else {
                self.value()?;
                other.get_or_insert(start..self.at);
            }
            self.blanks();
            if self.eat(b']') {
                return Some(());
            }
            self.eat(b',').then_some(())?;
        }
    }

    /// Skips any value that is no string at the outermost level. A stack of brackets instead of
    /// recursion, since the text may hold a hundred thousand of them.
    fn value(&mut self) -> Option<()> {
        let mut open: Vec<u8> = Vec::new();
        loop {
            self.blanks();
            match self.peek()? {
                bracket @ (b'[' | b'{') => {
                    self.at += 1;
                    self.blanks();
                    let close = if bracket == b'[' { b']' } else { b'}' };
                    if !self.eat(close) {
                        open.push(close);
                        if open.len() > MAX_DEPTH {
                            return None;
                        }
                        if close == b'}' {
                            self.key()?;
                        }
                        continue;
                    }
                }
                b'"' => drop(self.string()?),
                b't' => self.literal("true")?,
                b'f' => self.literal("false")?,
                b'n' => self.literal("null")?,
                _ => self.number()?,
            }
            // Behind a value: close what ends here, or go on to the next element.
            loop {
                let Some(&close) = open.last() else { return Some(()) };
                self.blanks();
                if self.eat(close) {
                    open.pop();
                    continue;
                }
                self.eat(b',').then_some(())?;
                if close == b'}' {
                    self.key()?;
                }
                break;
            }
        }
    }

    fn key(&mut self) -> Option<()> {
        self.blanks();
        self.string()?;
        self.blanks();
        self.eat(b':').then_some(())
    }

    fn literal(&mut self, word: &str) -> Option<()> {
        self.text[self.at..].starts_with(word).then(|| self.at += word.len())
    }

    /// Skips a number. One that is too large for a double is an error to Go's decoder.
    fn number(&mut self) -> Option<()> {
        let start = self.at;
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _ = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        let value: f64 = self.text[start..self.at].parse().ok()?;
        value.is_finite().then_some(())
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    fn string(&mut self) -> Option<String> {
        self.eat(b'"').then_some(())?;
        let mut value = String::new();
        loop {
            let ch = self.text[self.at..].chars().next()?;
            self.at += ch.len_utf8();
            match ch {
                '"' => return Some(value),
                '\\' => value.push(self.escape()?),
                '\0'..='\x1f' => return None,
                _ => value.push(ch),
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        let byte = self.peek()?;
        self.at += 1;
        Some(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\x08',
            b'f' => '\x0c',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return None,
        })
    }

    /// `\uXXXX`; a pair of surrogates is one character, a lone one is replaced.
    fn unicode(&mut self) -> Option<char> {
        let first = self.hex4()?;
        if (0xd800..0xdc00).contains(&first) && self.text[self.at..].starts_with("\\u") {
            let back = self.at;
            self.at += 2;
            let second = self.hex4()?;
            if (0xdc00..0xe000).contains(&second) {
                return char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
            }
            self.at = back;
        }
        Some(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex4(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(text: &str) -> Option<Vec<String>> {
        match parse_json_array(text) {
            JsonArray::Strings(strings) => Some(strings.into_iter().map(|(value, _)| value).collect()),
            _ => None,
        }
    }

    #[test]
    fn arrays_of_strings() {
        assert_eq!(
            strings(r#" ["a", "b\n\u00e9\ud83d\ude00\ud83d"] "#),
            Some(vec!["a".into(), "b\né😀\u{fffd}".into()])
        );
        assert_eq!(strings("[]"), Some(vec![]));
        assert_eq!(strings("[ ]"), Some(vec![]));
    }

    #[test]
    fn what_is_no_json_is_left_to_the_shell() {
        for text in
            ["['a']", r#"["a",]"#, r#"["a"] b"#, "[ -f a ]", r#"["a\x"]"#, "[", r#"["a""#, "[01]", "[1,,2]"]
        {
            assert_eq!(parse_json_array(text), JsonArray::None, "{text}");
        }
    }

    #[test]
    fn valid_json_that_is_not_all_strings() {
        for text in ["[1]", "[\"a\", null]", "[[\"a\"]]", "[{\"a\": [1, {}]}]", "[-1.5e3, true]"] {
            assert!(matches!(parse_json_array(text), JsonArray::NotStrings(_)), "{text}");
        }
        assert_eq!(parse_json_array(r#"["a", 12]"#), JsonArray::NotStrings(6..8));
    }

    #[test]
    fn a_number_that_no_double_holds_is_no_json() {
        for text in ["[1e400]", "[\"a\", {\"b\": [-1e309]}]", "[1.8e308]"] {
            assert_eq!(parse_json_array(text), JsonArray::None, "{text}");
        }
        for text in ["[1e308]", "[1e-400]", "[1.797e308]"] {
            assert!(matches!(parse_json_array(text), JsonArray::NotStrings(_)), "{text}");
        }
    }

    #[test]
    fn deep_nesting_neither_overflows_nor_counts() {
        let deep = "[".repeat(200_000);
        assert_eq!(parse_json_array(&deep), JsonArray::None);
    }
}
