//! Words of a logical line, as BuildKit splits them.
//!
//! BuildKit has no single rule: flags, names with values and plain words each come with their own
//! quoting (`parser/split_command.go`, `parser/line_parsers.go`). All offsets here are bytes of the
//! logical line.

use std::ops::Range;

/// A value with the place in the logical line that each of its bytes comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapped {
    /// The value, quotes and escapes resolved where BuildKit resolves them.
    pub text: String,
    /// For each byte of `text`, its offset in the logical line.
    offsets: Vec<usize>,
    /// The bytes of the logical line that the value was read from, quotes included.
    pub span: Range<usize>,
}

impl Mapped {
    /// The bytes of the logical line that `range` of the value comes from.
    pub fn span_of(&self, range: Range<usize>) -> Range<usize> {
        let start = self.offsets.get(range.start).copied().unwrap_or(self.span.end);
        let last = range.end.checked_sub(1).filter(|&last| last >= range.start);
        match last.and_then(|last| self.offsets.get(last)) {
            Some(&last) => start..last + 1,
            None => start..start,
        }
    }

    /// Adds a character that comes from a single byte.
    fn push(&mut self, ch: char, offset: usize) {
        self.text.push(ch);
        self.offsets.extend(std::iter::repeat_n(offset, ch.len_utf8()));
    }
}

/// The white space that separates words.
pub fn is_separator(byte: u8) -> bool {
    matches!(byte, b'\t' | 0x0b | 0x0c | b'\r' | b' ')
}

/// `range` of `line` without white space around it, Unicode's included.
pub fn trim(line: &str, range: Range<usize>) -> Range<usize> {
    let text = &line[range.clone()];
    let start = range.start + (text.len() - text.trim_start().len());
    start..(range.start + text.trim_end().len()).max(start)
}

/// Splits a logical line into its keyword and what follows it.
pub fn split_keyword(line: &str) -> (Range<usize>, Range<usize>) {
    let whole = trim(line, 0..line.len());
    let bytes = line.as_bytes();
    let keyword_end = whole.clone().find(|&at| is_separator(bytes[at])).unwrap_or(whole.end);
    let rest = (keyword_end..whole.end).find(|&at| !is_separator(bytes[at])).unwrap_or(whole.end);
    (whole.start..keyword_end, rest..whole.end)
}

/// Takes the flags at the start of `rest` off: words that begin with `--`, up to a lone `--`.
/// Returns them, and the trimmed arguments behind them.
///
/// BuildKit reads this part byte by byte, so a byte of a multi-byte character stands for itself.
pub fn flags(line: &str, rest: Range<usize>, escape: char) -> (Vec<Mapped>, Range<usize>) {
    let bytes = line.as_bytes();
    let mut flags = Vec::new();
    let mut at = rest.start;
    loop {
        while at < rest.end && char::from(bytes[at]).is_whitespace() {
            at += 1;
        }
        if at == rest.end {
            return (flags, rest.end..rest.end);
        }
        if !bytes[at..rest.end].starts_with(b"--") {
            // What is left of a character that white space ended in its middle is an argument too.
            let floor = (0..=at).rev().find(|&it| line.is_char_boundary(it)).unwrap_or(at);
            return (flags, trim(line, floor..rest.end));
        }
        let (flag, end) = one_flag(bytes, at..rest.end, escape);
        at = end;
        if flag.text == "--" {
            return (flags, trim(line, at..rest.end));
        }
        flags.push(flag);
    }
}

/// Reads one flag; quotes may stand anywhere in it.
fn one_flag(bytes: &[u8], range: Range<usize>, escape: char) -> (Mapped, usize) {
    let mut flag = Mapped { span: range.clone(), ..Mapped::default() };
    let mut quote = None;
    let mut at = range.start;
    while at < range.end {
        let mut ch = char::from(bytes[at]);
        if quote == Some(ch) {
            quote = None;
            at += 1;
            continue;
        }
        if quote.is_none() {
            if ch.is_whitespace() {
                break;
            }
            if ch == '\'' || ch == '"' {
                quote = Some(ch);
                at += 1;
                continue;
            }
        }
        if ch == escape {
            at += 1;
            if at == range.end {
                break; // An escape at the very end is dropped.
            }
            ch = char::from(bytes[at]);
        }
        flag.push(ch, at);
        at += 1;
    }
    flag.span.end = at;
    (flag, at)
}

/// Splits at white space alone: FROM, COPY, ADD, EXPOSE, VOLUME.
pub fn plain(line: &str, args: Range<usize>) -> Vec<Range<usize>> {
    let bytes = line.as_bytes();
    let mut words = Vec::new();
    let mut at = args.start;
    while at < args.end {
        let end = (at..args.end).find(|&it| is_separator(bytes[it])).unwrap_or(args.end);
        if end > at {
            words.push(at..end);
        }
        at = end + 1;
    }
    words
}

/// Splits at white space outside of quotes and not behind an escape; quotes and escapes are kept: ENV,
/// LABEL, ARG. An escape at the very end belongs to no word.
pub fn quoted(line: &str, args: Range<usize>, escape: char) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = None;
    let mut quote: Option<char> = None;
    let mut end = args.end;
    let mut chars = line[args.clone()].char_indices().map(|(at, ch)| (args.start + at, ch));
    while let Some((at, ch)) = chars.next() {
        match quote {
            None if ch.is_whitespace() => {
                words.extend(start.take().map(|start| start..at));
                continue;
            }
            None if ch == '\'' || ch == '"' => quote = Some(ch),
            Some(open) if ch == open => quote = None,
            _ => {}
        }
        start.get_or_insert(at);
        if ch == escape && quote != Some('\'') && chars.next().is_none() {
            end = at;
        }
    }
    words.extend(start.map(|start| start..end).filter(|word| !word.is_empty()));
    words
}

/// The fields of one comma-separated line, as Go's CSV reader splits it; none where quotes are wrong.
pub fn csv_fields(value: &str) -> Option<Vec<CsvField>> {
    let mut fields = Vec::new();
    let mut at = 0;
    loop {
        let (field, end) = csv_field(value, at)?;
        fields.push(field);
        if end >= value.len() {
            return Some(fields);
        }
        at = end + 1;
    }
}

/// A field of a comma-separated line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvField {
    /// Its value, quotes resolved.
    pub text: String,
    /// For each byte of `text` its offset in the line; one more for its end.
    pub offsets: Vec<usize>,
}

fn csv_field(value: &str, start: usize) -> Option<(CsvField, usize)> {
    let bytes = value.as_bytes();
    let mut field = CsvField { text: String::new(), offsets: Vec::new() };
    if bytes.get(start) != Some(&b'"') {
        let end = value[start..].find(',').map_or(value.len(), |at| start + at);
        if value[start..end].contains('"') {
            return None;
        }
        field.text.push_str(&value[start..end]);
        field.offsets.extend(start..=end);
        return Some((field, end));
    }
    let mut at = start + 1;
    loop {
        let close = at + value[at..].find('"')?;
        field.text.push_str(&value[at..close]);
        field.offsets.extend(at..close);
        match bytes.get(close + 1) {
            Some(b'"') => {
                field.text.push('"');
                field.offsets.push(close + 1);
                at = close + 2;
            }
            None | Some(b',') => {
                field.offsets.push(close);
                return Some((field, close + 1));
            }
            Some(_) => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slices(line: &str, words: Vec<Range<usize>>) -> Vec<&str> {
        words.into_iter().map(|word| &line[word]).collect()
    }

    #[test]
    fn keyword_and_rest() {
        assert_eq!(split_keyword("RUN\t  a b "), (0..3, 6..9));
        assert_eq!(split_keyword("RUN"), (0..3, 3..3));
    }

    #[test]
    fn flags_lose_their_quotes_and_keep_their_place() {
        let line = r#"--a="x y" --b -- --c d"#;
        let (flags, args) = flags(line, 0..line.len(), '\\');
        assert_eq!(flags.iter().map(|flag| flag.text.as_str()).collect::<Vec<_>>(), ["--a=x y", "--b"]);
        assert_eq!(flags[0].span, 0..9);
        assert_eq!(flags[0].span_of(4..7), 5..8);
        assert_eq!(&line[args], "--c d");
    }

    #[test]
    fn quoted_words_keep_quotes_and_escapes() {
        let line = r#"a="b c" d=e\ f g='\' h\"#;
        assert_eq!(slices(line, quoted(line, 0..line.len(), '\\')), [r#"a="b c""#, r"d=e\ f", r"g='\'", "h"]);
    }

    #[test]
    fn csv() {
        let fields = |value| csv_fields(value).map(|it| it.into_iter().map(|f| f.text).collect::<Vec<_>>());
        assert_eq!(fields("a=b,c"), Some(vec!["a=b".into(), "c".into()]));
        assert_eq!(fields("a,"), Some(vec!["a".into(), String::new()]));
        assert_eq!(fields(r#""a,""b""",c"#), Some(vec![r#"a,"b""#.into(), "c".into()]));
        assert_eq!(fields(r#"a"b"#), None);
        assert_eq!(fields(r#""a"#), None);
    }
}
