//! One pattern, and whether it matches a path or a parent of it.

use super::Steps;
use super::expression::Expression;

/// A pattern longer than this is not judged.
const LONG: usize = 1_000;

/// No answer: a pattern that Docker cannot read, or too much work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unreadable;

/// A pattern of an ignore file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    is_exception: bool,
    row: u32,
    kind: Kind,
}

/// How a pattern is compared. What looks like a simple case is not always one to Docker, and not every
/// simple case is seen: this is its choice.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// The path is the text.
    Exact,
    /// `text**`: the path begins with the text.
    Prefix,
    /// `**text`: the path ends with the text, or is what stands behind its `/`.
    Suffix,
    /// Anything else, translated; none if that makes no expression.
    Expression(Option<Expression>),
}

impl Pattern {
    /// Reads a pattern without `!`, in its shortest form.
    pub(super) fn new(text: &str, is_exception: bool, row: u32) -> Self {
        Self { text: text.to_owned(), is_exception, row, kind: Kind::of(text) }
    }

    /// The pattern as Docker takes it: in its shortest form, without `!` and without `/` in front.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it has a `!` in front, which takes paths back in.
    pub fn is_exception(&self) -> bool {
        self.is_exception
    }

    /// Its line in the file, from 0.
    pub fn row(&self) -> u32 {
        self.row
    }

    /// Whether it stands for everything at the top of the context, by its wording.
    pub fn is_everything(&self) -> bool {
        !self.is_exception && matches!(self.text.as_str(), "*" | "**" | "**/*")
    }

    /// Whether Docker fails to make an expression of it. Of one that names a set of Unicode (`\pL`), or is as
    /// long as nobody writes one, we do not know.
    pub(super) fn is_unusable(&self) -> bool {
        let is_beyond_us =
            || self.text.contains("\\p") || self.text.contains("\\P") || self.text.len() > LONG;
        matches!(self.kind, Kind::Expression(None)) && !is_beyond_us()
    }

    /// Whether it matches a path in its shortest form, or one of its parents.
    pub(super) fn matches(&self, path: &str, ends: &Ends, steps: &mut Steps) -> Result<bool, Unreadable> {
        steps.take(1 + self.text.len() / 16)?;
        match &self.kind {
            Kind::Exact => Ok(path.starts_with(&self.text) && ends.contains(self.text.len())),
            Kind::Prefix => Ok(path.starts_with(self.text.strip_suffix("**").unwrap_or(&self.text))),
            Kind::Suffix => self.matches_suffix(path, ends, steps),
            Kind::Expression(Some(expression)) => expression.matches(path, ends, steps),
            Kind::Expression(None) => Err(Unreadable),
        }
    }

    fn matches_suffix(&self, path: &str, ends: &Ends, steps: &mut Steps) -> Result<bool, Unreadable> {
        let suffix = self.text.strip_prefix("**").unwrap_or(&self.text);
        for end in ends.iter() {
            steps.take(1 + suffix.len() / 16)?;
            let path = &path[..end];
            if path.ends_with(suffix) || suffix.strip_prefix('/') == Some(path) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Kind {
    /// Translates a pattern into the expression that Docker makes of it, and finds its way to compare. In
    /// brackets nothing is different: there too `*` becomes `[^/]*`, whatever that means then.
    fn of(text: &str) -> Self {
        let mut expression = String::from("^");
        let mut kind = Self::Exact;
        let translated = Self::Expression(None);
        // A byte order mark in front is not seen.
        let mut signs = text.strip_prefix('\u{feff}').unwrap_or(text).chars().peekable();
        let mut is_first = true;
        while let Some(sign) = signs.next() {
            match sign {
                '*' if signs.next_if_eq(&'*').is_some() => {
                    // `**/` is `**`.
                    signs.next_if_eq(&'/');
                    let is_last = signs.peek().is_none();
                    expression.push_str(if is_last { ".*" } else { "(.*/)?" });
                    kind = match kind {
                        _ if is_first => Self::Suffix,
                        Self::Exact if is_last => Self::Prefix,
                        _ => translated.clone(),
                    };
                }
                '*' => {
                    expression.push_str("[^/]*");
                    kind = translated.clone();
                }
                '?' => {
                    expression.push_str("[^/]");
                    kind = translated.clone();
                }
                '\\' => {
                    expression.push('\\');
                    if let Some(escaped) = signs.next() {
                        expression.push(escaped);
                        kind = translated.clone();
                    }
                }
                // The others that mean something in an expression go unescaped into it: Docker means to
                // escape `{`, `|` and `}` as well, and fails to.
                '.' | '+' | '(' | ')' | '$' => expression.extend(['\\', sign]),
                '[' | ']' => {
                    expression.push(sign);
                    kind = translated.clone();
                }
                sign => expression.push(sign),
            }
            is_first = false;
        }
        expression.push('$');
        match kind {
            Self::Expression(_) => Self::Expression(Expression::parse(&expression)),
            simple => simple,
        }
    }
}

/// Where a path and its parents end, in bytes.
#[derive(Debug)]
pub(super) struct Ends(Vec<usize>);

impl Ends {
    /// Those of a path in its shortest form. With a `/` in front, the empty text is a parent too.
    pub(super) fn of(path: &str) -> Self {
        let mut ends: Vec<usize> = path.match_indices('/').map(|(at, _)| at).collect();
        // Right below the root, that is a parent with its `/`.
        if ends == [0] {
            ends.push(1);
        }
        if ends.last() != Some(&path.len()) {
            ends.push(path.len());
        }
        Self(ends)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().copied()
    }

    fn contains(&self, end: usize) -> bool {
        self.0.binary_search(&end).is_ok()
    }
}
