//! The parts of an instruction: flags, arguments, pairs, mounts, heredocs.

use crate::syntax::{RelRange, Spanned, casing};

/// An instruction's arguments, in the form that BuildKit reads them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arguments {
    /// There are none.
    None,
    /// Words between white space: FROM, COPY, ADD, EXPOSE, VOLUME, ARG; quotes are kept.
    Words(Vec<Spanned>),
    /// One text to the end of the line: shell form, USER, WORKDIR, STOPSIGNAL, MAINTAINER.
    Text(Spanned),
    /// JSON form: the strings of the array, unescaped. Each range covers the string with its quotes.
    Json(Vec<Spanned>),
    /// Names and values: ENV and LABEL.
    Pairs(Vec<Pair>),
    /// HEALTHCHECK's type (`CMD`, `NONE`, or what stands there) and its command.
    Healthcheck {
        /// The type as written.
        kind: Spanned,
        /// The command: none, text or JSON.
        command: Box<Arguments>,
    },
    /// ONBUILD's arguments are an instruction of its own: see [`super::InstructionData::trigger`].
    Trigger,
}

impl Arguments {
    /// The words of the instruction, whatever its form: words, JSON strings, or the one text.
    /// Empty for pairs and triggers; for HEALTHCHECK those of its command.
    pub fn words(&self) -> &[Spanned] {
        match self {
            Self::Words(words) | Self::Json(words) => words,
            Self::Text(text) => std::slice::from_ref(text),
            Self::Healthcheck { command, .. } => command.words(),
            Self::None | Self::Pairs(_) | Self::Trigger => &[],
        }
    }

    /// Whether this is the JSON form, also as HEALTHCHECK's command.
    pub fn is_json(&self) -> bool {
        match self {
            Self::Json(_) => true,
            Self::Healthcheck { command, .. } => command.is_json(),
            _ => false,
        }
    }
}

/// A flag before the arguments: `--name` or `--name=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// The whole flag as BuildKit sees it, quotes and escapes resolved; its range covers the source.
    pub whole: Spanned,
    /// The name without dashes.
    pub name: Spanned,
    /// What stands behind the first `=`, if there is one.
    pub value: Option<Spanned>,
    /// For `--mount`, its fields.
    pub mount: Option<Mount>,
}

/// The value of a `--mount` flag.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mount {
    /// Comma-separated fields in order; empty when the list is no valid CSV line.
    pub fields: Vec<MountField>,
}

impl MountField {
    /// Whether it has a value that is not empty.
    pub fn has_value(&self) -> bool {
        self.value.as_ref().is_some_and(|value| !value.text.is_empty())
    }
}

impl Mount {
    /// The last field with one of these keys, as BuildKit takes it.
    pub fn get(&self, keys: &[&str]) -> Option<&MountField> {
        self.fields.iter().rev().find(|field| keys.contains(&casing::lower(&field.key.text).as_str()))
    }

    /// The mount's type in lower case: `bind` when none is given.
    pub fn kind(&self) -> String {
        let kind = self.get(&["type"]).and_then(|field| field.value.as_ref());
        kind.map_or_else(|| "bind".to_owned(), |value| casing::lower(&value.text))
    }
}

/// One field of a mount: `key` or `key=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountField {
    /// The key as written.
    pub key: Spanned,
    /// What stands behind `=`, if there is one.
    pub value: Option<Spanned>,
}

/// A name and a value of ENV or LABEL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The name, with its quotes.
    pub name: Spanned,
    /// The value, with its quotes.
    pub value: Spanned,
    /// Whether `=` stands between them; false for the legacy form `ENV name value`.
    pub equals: bool,
}

/// A heredoc of RUN, COPY or ADD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heredoc {
    /// The name without quotes.
    pub name: String,
    /// Where `<<NAME` stands.
    pub redirect: RelRange,
    /// Whether variables in its content are expanded: the name is not quoted.
    pub expand: bool,
    /// `<<-`: leading tabs are removed when the content is used.
    pub chomp: bool,
    /// The content as written, line ends included.
    pub content: Spanned,
    /// The line that ends it; none when it runs to the end of the file.
    pub terminator: Option<RelRange>,
}
