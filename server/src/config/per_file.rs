//! `[[file]]` in `dockstage.toml`: how some Dockerfiles of a project are built.

use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::file::Faults;
use super::{Build, show};

/// The name of such a table.
pub(super) const NAME: &str = "file";
const KEYS: [&str; 4] = ["match", "context", "target", "args"];

/// What holds for the Dockerfiles that a pattern matches.
#[derive(Debug)]
pub(crate) struct PerFile {
    pattern: String,
    matcher: Gitignore,
    pub(super) build: Build,
}

impl PartialEq for PerFile {
    fn eq(&self, other: &Self) -> bool {
        self.pattern == other.pattern && self.build == other.build
    }
}

impl Eq for PerFile {}

impl PerFile {
    /// Whether it holds for a file, by its path from the folder of `dockstage.toml`.
    pub(super) fn matches(&self, path: &Path) -> bool {
        self.matcher.matched_path_or_any_parents(path, false).is_ignore()
    }
}

/// Reads the tables, in order; one without a good pattern is left out.
pub(super) fn read(root: &DeTable<'_>, faults: &mut Faults<'_>) -> Vec<PerFile> {
    let Some(value) = root.get(NAME) else { return Vec::new() };
    let tables: Option<Vec<&DeTable<'_>>> =
        value.get_ref().as_array().and_then(|array| array.iter().map(|it| it.get_ref().as_table()).collect());
    let Some(tables) = tables else {
        faults.add(value.span(), format!("write `[[{NAME}]]`, one for each pattern"));
        return Vec::new();
    };
    tables.into_iter().filter_map(|table| read_one(table, value, faults)).collect()
}

fn read_one(table: &DeTable<'_>, all: &Spanned<DeValue<'_>>, faults: &mut Faults<'_>) -> Option<PerFile> {
    for key in table.keys().filter(|key| !KEYS.contains(&key.get_ref().as_ref())) {
        faults.unknown(key, &format!("{NAME}.{}", key.get_ref()), KEYS.into_iter());
    }
    let build = Build {
        context: text(table, "context", faults).filter(|it| !it.is_empty()).map(Into::into),
        target: text(table, "target", faults),
        args: args(table, faults),
    };
    let Some(value) = table.get("match") else {
        let first = table.keys().next().map_or(all.span(), Spanned::span);
        faults.add(first, format!("this `[[{NAME}]]` has no `match`, which says for which files it holds"));
        return None;
    };
    let pattern = text(table, "match", faults)?;
    match matcher(&pattern) {
        Ok(matcher) => Some(PerFile { pattern, matcher, build }),
        Err(reason) => {
            faults.add(value.span(), reason);
            None
        }
    }
}

/// Reads a pattern, which is one of `.gitignore`.
fn matcher(pattern: &str) -> Result<Gitignore, String> {
    let mut builder = GitignoreBuilder::new("");
    builder.allow_unclosed_class(false);
    let added = builder.add_line(None, pattern).map(|_| ());
    let built = added.and_then(|()| builder.build()).map_err(|error| error.to_string())?;
    match built.num_ignores() {
        1 => Ok(built),
        _ => Err(format!(
            "`{pattern}` matches no file; write a path or a pattern as in .gitignore, without `!`"
        )),
    }
}

fn text(table: &DeTable<'_>, key: &str, faults: &mut Faults<'_>) -> Option<String> {
    let value = table.get(key)?;
    let text = string(value);
    if text.is_none() {
        wrong_type(key, "a string", value, faults);
    }
    text
}

fn args(table: &DeTable<'_>, faults: &mut Faults<'_>) -> std::collections::BTreeMap<String, String> {
    let Some(value) = table.get("args") else { return Default::default() };
    let Some(args) = value.get_ref().as_table() else {
        wrong_type("args", "a table", value, faults);
        return Default::default();
    };
    let mut found = std::collections::BTreeMap::new();
    for (name, value) in args {
        match string(value) {
            Some(text) => drop(found.insert(name.get_ref().to_string(), text)),
            None => wrong_type(&format!("args.{}", name.get_ref()), "a string", value, faults),
        }
    }
    found
}

fn string(value: &Spanned<DeValue<'_>>) -> Option<String> {
    value.get_ref().as_str().map(str::to_owned)
}

fn wrong_type(key: &str, expected: &str, value: &Spanned<DeValue<'_>>, faults: &mut Faults<'_>) {
    let given = show(&super::file::json(value.get_ref()));
    faults.add(value.span(), format!("`{NAME}.{key}` must be {expected}, not {given}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_a_gitignore() {
        let matches = |pattern: &str, path: &str| {
            PerFile {
                pattern: pattern.to_owned(),
                matcher: matcher(pattern).unwrap(),
                build: Build::default(),
            }
            .matches(Path::new(path))
        };
        for (pattern, path) in [
            ("Dockerfile", "Dockerfile"),
            ("Dockerfile.dev", "services/api/Dockerfile.dev"),
            ("services/*/Dockerfile", "services/api/Dockerfile"),
            ("services/", "services/api/v2/Dockerfile"),
            ("/services/api", "services/api/Dockerfile"),
            ("**/test.Dockerfile", "a/b/test.Dockerfile"),
            ("{a,b}/Dockerfile", "b/Dockerfile"),
        ] {
            assert!(matches(pattern, path), "{pattern} on {path}");
        }
        for (pattern, path) in [
            ("/Dockerfile", "a/Dockerfile"),
            ("services/*/Dockerfile", "services/api/v2/Dockerfile"),
            ("Dockerfile", "Dockerfile.dev"),
        ] {
            assert!(!matches(pattern, path), "{pattern} on {path}");
        }
        for bad in ["", "!a", "# a", "a[", "{a"] {
            assert!(matcher(bad).is_err(), "{bad:?}");
        }
    }
}
