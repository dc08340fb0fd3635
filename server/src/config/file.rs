//! `dockstage.toml`: the settings of a project, with the place of what is wrong with them.

use std::ops::Range;
use std::path::Path;

use dockstage_core::lint::nearest;
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::per_file::{self, PerFile};
use super::{Layer, Problem, Reader, SECTION};
use crate::catalogue::source_or_rule;

/// The name of the file.
pub(crate) const NAME: &str = "dockstage.toml";

/// What such a file says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ConfigFile {
    /// The settings that editors have too, under the same names.
    layer: Layer,
    /// `[[file]]`: what some Dockerfiles have for themselves.
    files: Vec<PerFile>,
    /// `check.select`: what `--select` says when it is not given.
    pub(crate) select: Option<Vec<String>>,
    /// `check.ignore`: the same for `--ignore`.
    pub(crate) ignore: Option<Vec<String>>,
}

impl ConfigFile {
    /// What it says about one Dockerfile. `folder` is where the file lies, and places in it count from there;
    /// standard input has no path.
    pub(crate) fn layer_of(&self, dockerfile: Option<&Path>, folder: &Path) -> Layer {
        let path = dockerfile.and_then(|it| it.strip_prefix(folder).ok());
        let matching = self.files.iter().filter(|it| path.is_some_and(|path| it.matches(path)));
        let build = matching.fold(self.layer.build.clone(), |build, it| build.under(&it.build));
        Layer { build: build.counted_from(folder), ..self.layer.clone() }
    }
}

/// Something wrong in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Where, in bytes.
    pub(crate) range: Range<usize>,
    pub(crate) message: String,
    /// Line and column from 1, the column in characters.
    line: usize,
    column: usize,
}

impl Fault {
    /// What is wrong, as a sentence of its own.
    pub(crate) fn sentence(&self) -> String {
        let mut rest = self.message.chars();
        let first: String = rest.next().into_iter().flat_map(char::to_uppercase).collect();
        let end = if self.message.ends_with('?') { "" } else { "." };
        format!("{first}{}{end}", rest.as_str())
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

/// Reads the file's text: what is right in it, and all that is not. `is_folder` is asked about the build
/// contexts.
pub(crate) fn parse(text: &str, is_folder: impl Fn(&Path) -> bool) -> (ConfigFile, Vec<Fault>) {
    let mut faults = Faults { text, found: Vec::new() };
    let table = match DeTable::parse(text) {
        Ok(table) => table.into_inner(),
        Err(error) => {
            faults.add(error.span().unwrap_or(0..0), error.message().replace('\n', ", "));
            return (ConfigFile::default(), faults.in_order());
        }
    };
    let section = object(&table);
    let mut reader = Reader::new(&section);
    let layer = Layer::take(&mut reader);
    let mut names = |key| {
        let strings = reader.strings("check", key)?;
        check_names(&table, key, &mut faults);
        Some(strings.into_iter().filter_map(|name| source_or_rule(&name).ok()).collect())
    };
    let (select, ignore) = (names("select"), names("ignore"));
    for problem in &reader.problems {
        let message = problem.sentence("", "a table").trim_end_matches('.').to_owned();
        faults.add(place(&table, problem), message);
    }
    let files = per_file::read(&table, &mut faults);
    check_keys(&table, &reader.asked, &mut faults);
    check_contexts(&table, &is_folder, &mut faults);
    (ConfigFile { layer, files, select, ignore }, faults.in_order())
}

/// Where a value stands.
fn place(table: &DeTable<'_>, problem: &Problem) -> Range<usize> {
    let keys = [Some(problem.group), problem.key, problem.item.as_deref()];
    let mut found = None;
    let mut table = Some(table);
    for key in keys.into_iter().flatten() {
        let Some(value) = table.and_then(|table| table.get(key)) else { break };
        found = Some(value.span());
        table = value.get_ref().as_table();
    }
    found.unwrap_or(0..0)
}

/// Notes build contexts that are no folders.
fn check_contexts(root: &DeTable<'_>, is_folder: &dyn Fn(&Path) -> bool, faults: &mut Faults<'_>) {
    let build = root.get("build").and_then(|it| it.get_ref().as_table());
    let files = root.get(per_file::NAME).and_then(|it| it.get_ref().as_array()).into_iter().flatten();
    let tables = build.into_iter().chain(files.filter_map(|it| it.get_ref().as_table()));
    for value in tables.filter_map(|table| table.get("context")) {
        if let Some(context) = value.get_ref().as_str().filter(|it| !is_folder(Path::new(it))) {
            faults.add(value.span(), format!("there is no folder `{context}`, counted from this file's"));
        }
    }
}

/// Notes names in a list of sources and rules that nothing has.
fn check_names(table: &DeTable<'_>, key: &str, faults: &mut Faults<'_>) {
    let list = table.get("check").and_then(|it| it.get_ref().as_table()?.get(key)?.get_ref().as_array());
    for name in list.into_iter().flatten() {
        let checked = name.get_ref().as_str().map(source_or_rule);
        if let Some(Err(reason)) = checked {
            faults.add(name.span(), reason);
        }
    }
}

/// Notes the keys that nothing asked for.
fn check_keys(table: &DeTable<'_>, known: &[(&str, &str)], faults: &mut Faults<'_>) {
    for (group, holder) in table.iter() {
        let name = group.get_ref().as_ref();
        let groups = known.iter().map(|&(group, _)| group);
        if name == SECTION {
            let message = format!("here the settings stand without `{SECTION}.` before them");
            faults.add(group.span(), message);
        } else if name == per_file::NAME {
        } else if groups.clone().all(|known| known != name) {
            faults.unknown(group, name, groups.chain([per_file::NAME]));
        } else if let Some(keys) = holder.get_ref().as_table() {
            let inside = known.iter().filter(|&&(group, _)| group == name).map(|&(_, key)| key);
            for key in keys.keys().filter(|key| inside.clone().all(|known| known != key.get_ref().as_ref())) {
                faults.unknown(key, &format!("{name}.{}", key.get_ref()), inside.clone());
            }
        }
    }
}

/// What is wrong, with where it starts.
pub(super) struct Faults<'a> {
    text: &'a str,
    found: Vec<(Range<usize>, String)>,
}

impl Faults<'_> {
    pub(super) fn add(&mut self, at: Range<usize>, message: String) {
        self.found.push((at, message));
    }

    pub(super) fn unknown<'k>(
        &mut self,
        key: &Spanned<impl AsRef<str>>,
        path: &str,
        known: impl Iterator<Item = &'k str> + Clone,
    ) {
        let cure = match nearest(key.get_ref().as_ref(), known.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                let mut known: Vec<&str> = known.collect();
                known.dedup();
                format!("there are {}", known.join(", "))
            }
        };
        self.add(key.span(), format!("there is no setting `{path}`; {cure}"));
    }

    fn in_order(mut self) -> Vec<Fault> {
        self.found.sort_by(|one, other| (one.0.start, &one.1).cmp(&(other.0.start, &other.1)));
        let faults = self.found.into_iter().map(|(range, message)| {
            let before = self.text.get(..range.start).unwrap_or(self.text);
            let start = before.rfind('\n').map_or(0, |newline| newline + 1);
            let (line, column) = (before.matches('\n').count() + 1, before[start..].chars().count() + 1);
            Fault { range, message, line, column }
        });
        faults.collect()
    }
}

fn object(table: &DeTable<'_>) -> Value {
    table.iter().map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref()))).collect()
}

pub(super) fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| number.as_str().into(), Value::from),
        DeValue::Float(number) => {
            number.as_str().parse::<f64>().map_or_else(|_| number.as_str().into(), Value::from)
        }
        DeValue::Boolean(flag) => (*flag).into(),
        DeValue::Datetime(time) => time.to_string().into(),
        DeValue::Array(array) => list(array),
        DeValue::Table(table) => object(table),
    }
}

fn list(array: &DeArray<'_>) -> Value {
    array.iter().map(|value| json(value.get_ref())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn faults(text: &str) -> Vec<String> {
        parse(text, |it| it != Path::new("nowhere")).1.iter().map(ToString::to_string).collect()
    }

    fn config_of(file: &ConfigFile, dockerfile: &str) -> Config {
        file.layer_of(Some(&Path::new("/p").join(dockerfile)), Path::new("/p")).resolve()
    }

    #[test]
    fn the_keys_are_those_of_the_editor() {
        let text = "\
split.hint = false
[diagnostics]
enable = true
unreachableStages = false # not these
[check]
select = ['buildkit', \"UnknownStage\"]
ignore = []
";
        let (file, faults) = parse(text, |_| true);
        assert_eq!(faults, []);
        let config = config_of(&file, "Dockerfile");
        assert!(config.diagnostics && !config.analysis.split_hint && !config.analysis.unreachable_stages);
        assert_eq!(file.select, Some(vec!["buildkit".to_owned(), "unknownstage".to_owned()]));
        assert_eq!(file.ignore, Some(Vec::new()));
        assert_eq!(parse("", |_| true), (ConfigFile::default(), Vec::new()));
    }

    #[test]
    fn files_have_builds_of_their_own() {
        let text = "\
[build]
context = '.'
args = { A = '1', B = '2' }
[[file]]
match = 'services/*/Dockerfile'
target = 'release'
args.B = '3'
[[file]]
match = 'services/api/'
context = './tools/../services/api'
target = ''
";
        let (file, faults) = parse(text, |_| true);
        assert_eq!(faults, []);
        let built = |dockerfile: &str| {
            let config = config_of(&file, dockerfile);
            let args = config.analysis.build_args.iter().map(|(name, value)| format!(" {name}={value}"));
            let target = config.analysis.target.as_deref().unwrap_or("-");
            format!("{} {target}{}", config.context.unwrap().display(), args.collect::<String>())
        };
        assert_eq!(built("Dockerfile"), "/p - A=1 B=2");
        assert_eq!(built("services/web/Dockerfile"), "/p release A=1 B=3");
        assert_eq!(built("services/api/Dockerfile"), "/p/services/api - A=1 B=3");
        assert_eq!(file.layer_of(None, Path::new("/p")).build.target, None, "standard input has no path");
    }

    #[test]
    fn what_is_wrong_with_a_build_is_shown_where_it_stands() {
        let text = "\
[build]
context = 'nowhere'
args = { A = 1.10 }
taget = 'x'
[[file]]
target = 'test'
[[file]]
match = 'a['
context = 'nowhere'
[[file]]
match = '!a'
args = ['A']
[[file]]
math = 'a'
match = 3
";
        assert_eq!(
            faults(text),
            [
                "2:11: there is no folder `nowhere`, counted from this file's",
                "3:14: `build.args.A` must be a string, not 1.1",
                "4:1: there is no setting `build.taget`; did you mean `target`?",
                "6:1: this `[[file]]` has no `match`, which says for which files it holds",
                "8:9: error parsing glob 'a[': unclosed character class; missing ']'",
                "9:11: there is no folder `nowhere`, counted from this file's",
                "11:9: `!a` matches no file; write a path or a pattern as in .gitignore, without `!`",
                "12:8: `file.args` must be a table, not [\"A\"]",
                "14:1: there is no setting `file.math`; did you mean `match`?",
                "15:9: `file.match` must be a string, not 3",
            ]
        );
        for text in ["file = 1", "[file]\nmatch = 'a'", "file = [1]"] {
            assert_eq!(faults(text).len(), 1, "{text}");
        }
    }

    #[test]
    fn unknown_keys_are_named_with_a_near_one() {
        assert_eq!(
            faults("[diagnostic]\nenable = true\n[split]\nhints = 1\n\n  zzz = 1\n"),
            [
                "1:2: there is no setting `diagnostic`; did you mean `diagnostics`?",
                "4:1: there is no setting `split.hints`; did you mean `hint`?",
                "6:3: there is no setting `split.zzz`; there are hint, runtime",
            ]
        );
        assert_eq!(
            faults("x = 1"),
            [
                "1:1: there is no setting `x`; there are diagnostics, split, format, codeLens, inlayHints, build, check, file"
            ]
        );
        assert_eq!(
            faults("dockstage.split.hint = true"),
            ["1:1: here the settings stand without `dockstage.` before them"]
        );
    }

    #[test]
    fn wrong_types_and_names_are_shown_where_they_stand() {
        assert_eq!(
            faults(
                "check.select = ['é', 'UnknwonStage']\ncheck.ignore = 'a'\nsplit.hint = 0x1F\ndiagnostics = 1.5\n"
            ),
            [
                "1:17: there is no source or rule `é`; there are buildkit, hadolint, dockstage and what `dockstage explain` lists",
                "1:22: there is no source or rule `UnknwonStage`; did you mean `UnknownStage`?",
                "2:16: `check.ignore` must be a list of strings, not \"a\"",
                "3:14: `split.hint` must be true or false, not 31",
                "4:15: `diagnostics` must be a table, not 1.5",
            ]
            .map(str::to_owned)
        );
    }

    #[test]
    fn what_is_no_toml_is_shown_where_it_ends_to_be() {
        for (text, place) in
            [("a = \n", "1:"), ("[split]\nhint = true\nhint = false\n", "3:1: "), ("[", "1:")]
        {
            let found = faults(text);
            assert!(found[0].starts_with(place), "{text}: {found:?}");
            assert!(!found[0].contains('\n'), "{found:?}");
        }
    }

    #[test]
    fn nothing_in_it_makes_it_fail() {
        let text = "é = [{ a = 1979-05-27 }, nan, -inf, 0o7, 99999999999999999999]\n[check]\nselect = [[]]\n";
        for end in (0..=text.len()).filter(|&end| text.is_char_boundary(end)) {
            parse(&text[..end], |_| true);
        }
    }
}
