//! Project files that are code: Gradle's scripts, `next.config`, `mix.exs`, a Gemfile.
//!
//! They are not run. They are cut into tokens, and the readers look for plain literals in plain places; whatever is
//! computed is not known.

/// A piece of such a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A name, a number or a keyword.
    Word(String),
    /// A string; none where its value is computed.
    Str(Option<String>),
    /// Anything else, a character at a time.
    Sign(char),
    /// The end of a line.
    Line,
}

impl Token {
    /// Whether it is this name.
    pub(super) fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(it) if it == word)
    }

    /// The value of a string that is not computed.
    pub(super) fn literal(&self) -> Option<&str> {
        match self {
            Self::Str(value) => value.as_deref(),
            _ => None,
        }
    }
}

/// How a language writes comments and computes strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// Groovy and Kotlin: `//` and `/* */`; a `$` between double quotes computes.
    Gradle,
    /// JavaScript and TypeScript: the same comments; backquotes compute.
    Script,
    /// HCL: `#` and `//` and `/* */`; `${` computes.
    Hcl,
    /// Elixir and Ruby: `#`; `#{` between double quotes computes.
    Hash,
}

/// Cuts a file into tokens.
pub(super) fn tokens(text: &str, language: Language) -> Vec<Token> {
    let mut reader = Reader { rest: text, language };
    let mut found = Vec::new();
    while let Some(token) = reader.next() {
        found.push(token);
    }
    found
}

struct Reader<'t> {
    rest: &'t str,
    language: Language,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<Token> {
        self.pass_over();
        let first = self.rest.chars().next()?;
        if matches!(first, '"' | '\'' | '`') {
            return Some(self.string(first));
        }
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let len = if is_word(first) {
            self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len())
        } else {
            first.len_utf8()
        };
        let (word, rest) = self.rest.split_at(len);
        self.rest = rest;
        Some(match first {
            '\n' => Token::Line,
            _ if is_word(first) => Token::Word(word.to_owned()),
            _ => Token::Sign(first),
        })
    }

    /// Passes over spaces and comments.
    fn pass_over(&mut self) {
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\u{feff}']);
            let comment = match self.language {
                Language::Hash => self.rest.starts_with('#'),
                Language::Hcl => self.rest.starts_with('#') || self.rest.starts_with("//"),
                _ => self.rest.starts_with("//"),
            };
            if comment {
                self.rest = &self.rest[self.rest.find('\n').unwrap_or(self.rest.len())..];
            } else if self.language != Language::Hash && self.rest.starts_with("/*") {
                let end = self.rest.find("*/").map_or(self.rest.len(), |it| it + 2);
                self.rest = &self.rest[end..];
            } else {
                return;
            }
        }
    }

    /// A string, its quote first.
    fn string(&mut self, quote: char) -> Token {
        let triple: String = std::iter::repeat_n(quote, 3).collect();
        let close = if self.rest.starts_with(&triple) { triple } else { quote.to_string() };
        self.rest = &self.rest[close.len()..];
        // What stands behind a backslash is rarely plain: such a string is not known.
        let (mut end, mut escaped) = (None, false);
        let mut chars = self.rest.char_indices();
        while let Some((at, c)) = chars.next() {
            if self.rest[at..].starts_with(&close) {
                end = Some(at);
                break;
            }
            match c {
                '\\' => {
                    escaped = true;
                    chars.next();
                }
                // An apostrophe in something that is no string must not swallow the file.
                '\n' if close.len() == 1 && quote != '`' => {
                    end = Some(at);
                    escaped = true;
                    break;
                }
                _ => {}
            }
        }
        let end = end.unwrap_or(self.rest.len());
        let (value, rest) = self.rest.split_at(end);
        self.rest = rest.strip_prefix(close.as_str()).unwrap_or(rest);
        let computes = match self.language {
            Language::Gradle => quote == '"' && value.contains('$'),
            Language::Script => quote == '`',
            Language::Hcl => value.contains("${"),
            Language::Hash => quote == '"' && value.contains("#{"),
        };
        Token::Str((!escaped && !computes).then(|| value.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_comments() {
        let text = "a = 'b' // c\n/* d */ e(\"f$g\") \"\"\"h\"\"\" 'i\\n'";
        let found = tokens(text, Language::Gradle);
        let word = |it: &str| Token::Word(it.to_owned());
        let string = |it: &str| Token::Str(Some(it.to_owned()));
        let wanted = [
            word("a"),
            Token::Sign('='),
            string("b"),
            Token::Line,
            word("e"),
            Token::Sign('('),
            Token::Str(None),
            Token::Sign(')'),
            string("h"),
            Token::Str(None),
        ];
        assert_eq!(found, wanted);
    }

    #[test]
    fn other_languages() {
        assert_eq!(tokens("# x\n\"a#{b}\"", Language::Hash), [Token::Line, Token::Str(None)]);
        assert_eq!(tokens("`a`", Language::Script), [Token::Str(None)]);
        assert_eq!(tokens("it's\nb", Language::Hash).len(), 4);
    }

    #[test]
    fn nothing_is_too_broken() {
        for text in ["'", "\"\"\"", "/*", "a'\\", "`\n", "🦀'é"] {
            for language in [Language::Gradle, Language::Script, Language::Hash] {
                tokens(text, language);
            }
        }
    }
}
