//! Values of the ARGs before the first FROM, as in a build without build arguments unless some are given.

use rustc_hash::FxHashMap;

use super::dockerfile::Placed;
use super::expand::expand;
use super::scope::is_automatic;
use super::state::{BuildArgs, given};
use crate::syntax::Keyword;
use crate::syntax::expansion::{Expander, expansions};

/// What global ARGs hold, as far as the file gives it.
pub(super) struct GlobalArgs {
    /// By name; none for an ARG without a value, or one that cannot be known.
    values: FxHashMap<String, Option<String>>,
    escape: char,
}

impl GlobalArgs {
    /// Evaluates the ARGs in front of the first FROM, one after the other, in a build with these arguments.
    pub(super) fn of(placed: &[Placed], escape: char, given_args: &BuildArgs) -> Self {
        let mut args = Self { values: FxHashMap::default(), escape };
        let before = placed.iter().take_while(|it| it.keyword != Keyword::From);
        for arg in before.filter(|it| it.keyword == Keyword::Arg) {
            for word in arg.data.arguments.words() {
                let name = word.text.split('=').next().unwrap_or_default();
                if let Some(given) = given(given_args, name) {
                    args.values.insert(name.to_owned(), Some(given.to_owned()));
                    continue;
                }
                match word.text.split_once('=') {
                    Some((name, value)) => {
                        let value = args.evaluate(value);
                        args.values.insert(name.to_owned(), value);
                    }
                    // Without a value it keeps the one that an ARG above gave it.
                    None => drop(args.values.entry(word.text.clone()).or_insert(None)),
                }
            }
        }
        args.read_epoch();
        args
    }

    /// BuildKit reads SOURCE_DATE_EPOCH before it reads FROM: it takes a number, and asks what else it names for its
    /// time, which the file does not tell.
    fn read_epoch(&mut self) {
        let Some(value) = self.values.get_mut("SOURCE_DATE_EPOCH") else { return };
        if let Some(written) = value.as_deref().filter(|it| !it.is_empty()) {
            *value = written.parse().ok().map(|seconds: i64| seconds.to_string());
        }
    }

    /// The value of a global ARG.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name)?.as_deref()
    }

    /// The value of a word of FROM. None where it cannot be known: where it depends on a platform, or on
    /// an ARG without a value for which it has no default. What no ARG declares is empty to BuildKit,
    /// but that is hardly meant, and seldom makes the name of an image.
    pub(super) fn evaluate(&self, word: &str) -> Option<String> {
        if !word.contains('$') {
            return Some(expand(word, self.escape, &mut |_| None).ok()?.text);
        }
        let unknown = expansions(word, Expander::Buildkit(self.escape)).into_iter().any(|it| {
            let name = &word[it.name];
            let has_default = matches!(it.operator, "-" | ":-" | "+" | ":+");
            self.value(name).is_none() && (!has_default || is_automatic(name))
        });
        if unknown {
            return None;
        }
        Some(expand(word, self.escape, &mut |name| self.value(name).map(str::to_owned)).ok()?.text)
    }
}

#[cfg(test)]
mod tests {
    use crate::model::SourceFile;

    /// The base of the first stage with its variables put in; as written where that cannot be done.
    fn base(text: &str) -> String {
        SourceFile::new(text).dockerfile().stages[0].base_text.clone()
    }

    #[test]
    fn values_and_defaults_are_put_in() {
        assert_eq!(base("ARG A=alpine T=3\nARG B=$A:$T\nFROM $B-x\n"), "alpine:3-x");
        assert_eq!(base("ARG A=1\nARG A=2\nFROM a:$A\n"), "a:2");
        assert_eq!(base("ARG A=1\nARG A\nFROM a:$A\n"), "a:1", "without a value it keeps the one above");
        assert_eq!(base("ARG A\nFROM a:${A:-3}\n"), "a:3");
        assert_eq!(base("ARG A\nFROM a${A:+:x}\n"), "a");
        assert_eq!(base("FROM a${B:-c}\n"), "ac", "what no ARG declares is not set");
    }

    #[test]
    fn the_time_of_the_build_is_a_number() {
        let base_of =
            |value: &str| base(&format!("ARG SOURCE_DATE_EPOCH={value}\nFROM a:$SOURCE_DATE_EPOCH\n"));
        assert_eq!(base_of("+007"), "a:7");
        assert_eq!(base_of(""), "a:");
        assert_eq!(base_of("context"), "a:$SOURCE_DATE_EPOCH");
        assert_eq!(base("ARG SOURCE_DATE_EPOCH=x\nARG B=$SOURCE_DATE_EPOCH\nFROM a:$B\n"), "a:x");
    }

    #[test]
    fn what_depends_on_the_build_stays_as_written() {
        assert_eq!(base("ARG A\nFROM a:$A\n"), "a:$A");
        assert_eq!(base("ARG A\nARG B=$A\nFROM a:$B\n"), "a:$B");
        assert_eq!(base("FROM a:$A\n"), "a:$A");
        assert_eq!(base("FROM a-$TARGETARCH\n"), "a-$TARGETARCH");
        assert_eq!(base("FROM a-${BUILDOS:-x}\n"), "a-${BUILDOS:-x}");
        assert_eq!(base("ARG TARGETARCH=arm64\nFROM a-$TARGETARCH\n"), "a-arm64", "unless the file sets it");
        assert_eq!(base("FROM a-${X\n"), "a-${X", "nor does what BuildKit refuses");
    }
}
