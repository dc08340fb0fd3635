//! Shell commands and paths, as the other refactorings see them.

use super::{paths, shell};

/// A word of a shell command, as other refactorings see it.
pub(in crate::assists) struct Argument {
    /// The word, quotes resolved.
    pub(in crate::assists) text: String,
    is_exact: bool,
}

impl Argument {
    /// Its value, where no variable makes it unknown.
    pub(in crate::assists) fn exact(&self) -> Option<&str> {
        self.value(true)
    }

    /// Its text, or its value where that is needed.
    pub(in crate::assists) fn value(&self, needed: bool) -> Option<&str> {
        (self.is_exact || !needed).then_some(self.text.as_str())
    }
}

/// The commands of a shell text that run one after the other as long as they succeed, each with its words. None where
/// there is anything more to it, or a word could be several.
pub(in crate::assists) fn certain_commands(text: &str) -> Option<Vec<Vec<Argument>>> {
    let argument = |word: &shell::Word| {
        let may_be_several = word.glob || word.dynamic && word.text.starts_with(['$', '~']);
        (!may_be_several).then(|| Argument { text: word.text.clone(), is_exact: word.exact().is_some() })
    };
    let is_plain = |it: &shell::Command| {
        let joins = [it.before, it.after];
        joins.iter().all(|join| matches!(join, shell::Join::Edge | shell::Join::And))
            && it.redirects.is_empty()
            && it.assignments().next().is_none()
    };
    let commands = shell::parse(text)?;
    let words = |it: &shell::Command| is_plain(it).then(|| it.argv().iter().map(argument).collect())?;
    commands.iter().map(words).collect()
}

/// `path` as an absolute one, seen from the directory `base`.
pub(in crate::assists) fn path_from(base: &str, path: &str) -> String {
    paths::join(base, path)
}
