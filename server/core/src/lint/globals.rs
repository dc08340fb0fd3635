//! The variables that FROM sees: ARGs before the first FROM, and those that BuildKit sets itself.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use super::expanded::words;
use crate::analysis::Settings;
use crate::model::expand::{ExpandError, expand, expand_words};
use crate::model::{Dockerfile, InstructionId, scope};
use crate::syntax::{Keyword, RelRange};

/// The argument that holds the time of the build.
pub(super) const EPOCH: &str = "SOURCE_DATE_EPOCH";

/// What is known of a variable that is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Var {
    /// Its value.
    Known(String),
    /// It has a value, or gets one, that nobody can tell from the file.
    Unknown,
    /// Declared by an ARG without a value.
    Unset,
}

/// What a name means where a word is expanded.
pub(super) enum Found<'a> {
    /// A variable that is declared.
    Declared(&'a Var),
    /// None is declared. `certain` is whether nothing else can set it either.
    Undeclared { certain: bool },
}

/// A word with its variables put in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Evaluated {
    /// The text; none where it cannot be known.
    pub(super) text: Option<String>,
    /// Variables of it that are not declared, in order of first use.
    pub(super) undeclared: Vec<String>,
    /// Why BuildKit refuses it; none where it does not, or where that depends on what is not known.
    pub(super) error: Option<ExpandError>,
}

/// Expands a word and splits it; none where what it becomes is not known, or refused.
pub(super) fn evaluate_words<'a>(
    word: &str,
    escape: char,
    look: &dyn Fn(&str) -> Found<'a>,
) -> Option<Vec<String>> {
    let mut known = true;
    let words = expand_words(word, escape, &mut |name| match look(name) {
        Found::Declared(Var::Known(value)) => Some(value.clone()),
        Found::Declared(Var::Unset) => None,
        Found::Declared(Var::Unknown) => {
            known = false;
            None
        }
        Found::Undeclared { certain } => {
            known &= certain;
            None
        }
    });
    words.ok().filter(|_| known)
}

/// Expands a word. Where BuildKit refuses it, there is no text.
pub(super) fn evaluate<'a>(word: &str, escape: char, look: &dyn Fn(&str) -> Found<'a>) -> Evaluated {
    let mut known = true;
    let mut undeclared: Vec<String> = Vec::new();
    let expanded = expand(word, escape, &mut |name| match look(name) {
        Found::Declared(Var::Known(value)) => Some(value.clone()),
        Found::Declared(Var::Unknown) => {
            known = false;
            Some("?".to_owned())
        }
        Found::Declared(Var::Unset) => None,
        Found::Undeclared { certain } => {
            known &= certain;
            if !undeclared.iter().any(|it| it == name) {
                undeclared.push(name.to_owned());
            }
            None
        }
    });
    let (text, error) = match expanded {
        _ if !known => (None, None),
        Ok(expanded) => (Some(expanded.text), None),
        Err(error) => (None, Some(error)),
    };
    Evaluated { text, undeclared, error }
}

/// The values of the variables that FROM sees.
pub(super) struct Globals {
    values: FxHashMap<String, Var>,
    /// Values of ARGs that BuildKit refuses: the instruction, where in it, and why.
    refused: Vec<(InstructionId, RelRange, ExpandError)>,
    /// SOURCE_DATE_EPOCH as the build or the last ARG gives it, where one declares it and its value is known.
    epoch: Option<String>,
    escape: char,
    /// Words that were expanded: many stages are built from the same image.
    expanded: RefCell<FxHashMap<String, Evaluated>>,
}

impl Globals {
    /// The variables in the build that the settings tell of.
    pub(super) fn of(dockerfile: &Dockerfile, settings: &Settings) -> Self {
        Self::build(dockerfile, settings, true)
    }

    /// The variables in a build without build arguments.
    pub(super) fn defaults(dockerfile: &Dockerfile, settings: &Settings) -> Self {
        Self::build(dockerfile, settings, false)
    }

    fn build(dockerfile: &Dockerfile, settings: &Settings, given: bool) -> Self {
        let mut globals = Self {
            values: automatic(dockerfile, settings),
            refused: Vec::new(),
            epoch: None,
            escape: dockerfile.escape,
            expanded: RefCell::default(),
        };
        let before = dockerfile.instructions().take_while(|it| it.keyword() != Keyword::From);
        for arg in before.filter(|it| it.keyword() == Keyword::Arg) {
            let mut values = words(arg.data).into_iter();
            for word in arg.data.arguments.words() {
                let (name, value) = match word.text.split_once('=') {
                    Some((name, _)) => (name, values.next()),
                    None => (word.text.as_str(), None),
                };
                let value = match (settings.build_arg(name).filter(|_| given), value) {
                    (Some(value), _) => Var::Known(value.to_owned()),
                    (None, Some(value)) => {
                        let Evaluated { text, error, .. } = globals.evaluate(value.text);
                        globals.refused.extend(error.map(|error| (arg.id, value.range, error)));
                        text.map_or(Var::Unknown, Var::Known)
                    }
                    // Without a value it keeps the one that it has.
                    (None, None) if globals.values.contains_key(name) => continue,
                    // Whoever builds it may give one.
                    (None, None) if given && !settings.assume_empty_base => Var::Unknown,
                    (None, None) => Var::Unset,
                };
                globals.values.insert(name.to_owned(), value);
                globals.expanded.get_mut().clear();
            }
        }
        if given {
            globals.read_epoch(settings);
        }
        globals
    }

    /// BuildKit reads SOURCE_DATE_EPOCH behind all ARGs and before all FROMs.
    fn read_epoch(&mut self, settings: &Settings) {
        let Some(Var::Known(value)) = self.values.get(EPOCH) else { return };
        self.epoch = Some(value.clone());
        // An empty value is dropped when the build gives it, and kept when the file does.
        if !value.is_empty() || settings.build_arg(EPOCH).is_some() {
            let time = time(value, settings);
            self.values.insert(EPOCH.to_owned(), time);
            self.expanded.get_mut().clear();
        }
    }

    /// SOURCE_DATE_EPOCH as it is given, if it is declared and known.
    pub(super) fn epoch(&self) -> Option<&str> {
        self.epoch.as_deref()
    }

    /// What is known of a variable, if it is declared.
    pub(super) fn get(&self, name: &str) -> Option<&Var> {
        self.values.get(name)
    }

    /// Values of ARGs that BuildKit refuses: the instruction, where in it, and why.
    pub(super) fn refused(&self) -> &[(InstructionId, RelRange, ExpandError)] {
        &self.refused
    }

    /// The names of all of them.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    /// Expands a word of FROM. What is not declared there cannot be set by anything else.
    pub(super) fn evaluate(&self, word: &str) -> Evaluated {
        if let Some(known) = self.expanded.borrow().get(word) {
            return known.clone();
        }
        let found = evaluate(word, self.escape, &|name| match self.values.get(name) {
            Some(var) => Found::Declared(var),
            None => Found::Undeclared { certain: true },
        });
        self.expanded.borrow_mut().insert(word.to_owned(), found.clone());
        found
    }
}

/// What the build gives to an argument of a stage.
pub(super) fn given(settings: &Settings, name: &str) -> Option<Var> {
    let value = settings.build_arg(name)?;
    match name {
        EPOCH => Some(time(value, settings)).filter(|time| *time != Var::Unset),
        _ => Some(Var::Known(value.to_owned())),
    }
}

/// What BuildKit makes of a value of SOURCE_DATE_EPOCH: a number of seconds. Whatever else it names is asked for its
/// time, and in a plain build has none.
fn time(value: &str, settings: &Settings) -> Var {
    match value.parse::<i64>() {
        Ok(seconds) => Var::Known(seconds.to_string()),
        Err(_) if value.is_empty() || settings.assume_empty_base => Var::Unset,
        Err(_) => Var::Unknown,
    }
}

/// The variables that BuildKit sets itself.
fn automatic(dockerfile: &Dockerfile, settings: &Settings) -> FxHashMap<String, Var> {
    let last = dockerfile.default_target().and_then(|stage| stage.name.as_ref());
    let target = settings.target().or(last.map(|name| name.lower.as_str())).unwrap_or("default");
    let sides = ["BUILD", "TARGET"].into_iter().flat_map(|side| {
        let parts = [
            ("PLATFORM", "linux/amd64"),
            ("OS", "linux"),
            ("OSVERSION", ""),
            ("ARCH", "amd64"),
            ("VARIANT", ""),
        ];
        parts.map(|(part, value)| (format!("{side}{part}"), value))
    });
    let all = sides.chain([("TARGETSTAGE".to_owned(), target)]);
    all.map(|(name, plain)| {
        debug_assert!(scope::is_automatic(&name));
        let value = match settings.build_arg(&name) {
            Some(value) => Var::Known(value.to_owned()),
            None if settings.assume_empty_base => Var::Known(plain.to_owned()),
            None => Var::Unknown,
        };
        (name, value)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SourceFile;

    fn base(text: &str, settings: &Settings) -> (Option<String>, Vec<String>) {
        let file = SourceFile::new(text);
        let dockerfile = file.dockerfile();
        let word = dockerfile.stages[0].base_word.clone().unwrap().0;
        let found = Globals::of(dockerfile, settings).evaluate(&word);
        (found.text, found.undeclared)
    }

    #[test]
    fn what_is_not_given_is_not_known() {
        let plain = Settings { assume_empty_base: true, ..Settings::default() };
        let open = Settings::default();
        let text = "ARG A\nARG B=b-$A\nFROM x-$B\n";
        assert_eq!(base(text, &open), (None, Vec::new()));
        assert_eq!(base(text, &plain), (Some("x-b-".to_owned()), Vec::new()));
        let given = Settings { build_args: vec![("A".to_owned(), "1".to_owned())], ..open.clone() };
        assert_eq!(base(text, &given), (Some("x-b-1".to_owned()), Vec::new()));
        let text = "FROM x-$TARGETARCH$NONE\n";
        assert_eq!(base(text, &open), (None, vec!["NONE".to_owned()]));
        assert_eq!(base(text, &plain), (Some("x-amd64".to_owned()), vec!["NONE".to_owned()]));
    }

    #[test]
    fn the_time_of_the_build_is_a_number() {
        let settings = |given: Option<&str>, plain| Settings {
            assume_empty_base: plain,
            build_args: given.map(|it| (EPOCH.to_owned(), it.to_owned())).into_iter().collect(),
            ..Settings::default()
        };
        let from = |value: &str, given, plain| {
            let text = format!("ARG {EPOCH}={value}\nFROM x${{{EPOCH}:-none}}${{{EPOCH}+set}}\n");
            let (text, undeclared) = base(&text, &settings(given, plain));
            assert!(undeclared.is_empty());
            text
        };
        for (value, given) in [("+007", None), ("3", Some("+007"))] {
            assert_eq!(from(value, given, true).as_deref(), Some("x7set"));
            assert_eq!(from(value, given, false).as_deref(), Some("x7set"));
        }
        for (value, given) in [("context", None), ("3", Some("context"))] {
            assert_eq!(from(value, given, true).as_deref(), Some("xnone"));
            assert_eq!(from(value, given, false), None);
        }
        assert_eq!(from("", None, true).as_deref(), Some("xnoneset"));
        assert_eq!(from("3", Some(""), true).as_deref(), Some("xnone"));
    }

    #[test]
    fn the_same_word_can_become_another() {
        let text = "ARG A=${A:-x}\nFROM ${A:-x}\n";
        assert_eq!(base(text, &Settings::default()), (Some("x".to_owned()), Vec::new()));
    }
}
