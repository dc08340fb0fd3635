//! The settings of section `dockstage`: read from what a client sends, with a reason for what is wrong.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use dockstage_core::analysis::Settings;
use dockstage_core::format::{Indent, KeywordCase, Style};
use dockstage_core::ide::{code_lens, inlay_hints};
use serde_json::Value;

pub(crate) mod file;
mod per_file;

/// The section's name in a client's settings.
pub(crate) const SECTION: &str = "dockstage";

/// Everything that can be set, as it holds now.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Config {
    /// `diagnostics.enable`: whether diagnostics are given at all.
    pub(crate) diagnostics: bool,
    /// `build.context`: the build context where it is not the folder of the Dockerfile.
    pub(crate) context: Option<PathBuf>,
    /// `codeLens`: the lenses that are shown.
    pub(crate) lenses: code_lens::Wanted,
    /// `inlayHints`: the hints that are shown.
    pub(crate) hints: inlay_hints::Wanted,
    /// What the analysis needs to know.
    pub(crate) analysis: Arc<Settings>,
}

impl Default for Config {
    fn default() -> Self {
        Layer::default().resolve()
    }
}

/// What one source says: nothing about what it does not name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Layer {
    diagnostics_enable: Option<bool>,
    diagnostics_unreachable_stages: Option<bool>,
    diagnostics_assume_empty_base: Option<bool>,
    split_hint: Option<bool>,
    split_runtime: BTreeMap<String, String>,
    format_indent: Option<Indent>,
    format_keyword_case: Option<KeywordCase>,
    format_shell: Option<bool>,
    lens_uses: Option<bool>,
    lens_targets: Option<bool>,
    lens_build_command: Option<bool>,
    hint_stage_indices: Option<bool>,
    hint_variable_values: Option<bool>,
    hint_directories: Option<bool>,
    pub(crate) build: Build,
}

/// How a Dockerfile is built.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Build {
    pub(crate) context: Option<PathBuf>,
    /// The stage; empty for the last one.
    pub(crate) target: Option<String>,
    pub(crate) args: BTreeMap<String, String>,
}

impl Layer {
    /// Reads a layer, and says what is wrong with it, one sentence each. `value` is the section itself
    /// or an object with the section in it: clients send both. What we do not know is left alone: an
    /// editor keeps settings of its own in the section. None when it has nothing to say at all.
    pub(crate) fn read(value: &Value) -> Option<(Self, Vec<String>)> {
        let section = match value {
            Value::Object(object) => object.get(SECTION).unwrap_or(value),
            _ => value,
        };
        match section {
            Value::Null => return None,
            Value::Object(_) => (),
            other => {
                let problem = format!("`{SECTION}` must be an object, not {}.", show(other));
                return Some((Self::default(), vec![problem]));
            }
        }
        let mut reader = Reader::new(section);
        let layer = Self::take(&mut reader);
        let prefix = format!("{SECTION}.");
        Some((layer, reader.problems.iter().map(|it| it.sentence(&prefix, "an object")).collect()))
    }

    /// Every setting there is.
    fn take(reader: &mut Reader<'_>) -> Self {
        Self {
            diagnostics_enable: reader.flag("diagnostics", "enable"),
            diagnostics_unreachable_stages: reader.flag("diagnostics", "unreachableStages"),
            diagnostics_assume_empty_base: reader.flag("diagnostics", "assumeEmptyBase"),
            split_hint: reader.flag("split", "hint"),
            split_runtime: reader.texts("split", "runtime"),
            format_indent: reader
                .value("format", "indent", "\"tab\" or a number of spaces up to 16", indent)
                .flatten(),
            format_keyword_case: reader.value(
                "format",
                "keywordCase",
                "\"keep\", \"upper\" or \"lower\"",
                keyword_case,
            ),
            format_shell: reader.flag("format", "shell"),
            lens_uses: reader.flag("codeLens", "uses"),
            lens_targets: reader.flag("codeLens", "targets"),
            lens_build_command: reader.flag("codeLens", "buildCommand"),
            hint_stage_indices: reader.flag("inlayHints", "stageIndices"),
            hint_variable_values: reader.flag("inlayHints", "variableValues"),
            hint_directories: reader.flag("inlayHints", "directories"),
            build: Build {
                // An editor's form sends an empty text for what was never filled in.
                context: reader.text("build", "context").filter(|it| !it.is_empty()).map(PathBuf::from),
                target: reader.text("build", "target"),
                args: reader.texts("build", "args"),
            },
        }
    }

    /// What flags say.
    pub(crate) fn of_flags(build: Build, assume_empty_base: bool) -> Self {
        let diagnostics_assume_empty_base = assume_empty_base.then_some(true);
        Self { diagnostics_assume_empty_base, build, ..Self::default() }
    }

    /// This layer, and a later one over it.
    #[must_use]
    pub(crate) fn under(&self, later: &Self) -> Self {
        Self {
            diagnostics_enable: later.diagnostics_enable.or(self.diagnostics_enable),
            diagnostics_unreachable_stages: later
                .diagnostics_unreachable_stages
                .or(self.diagnostics_unreachable_stages),
            diagnostics_assume_empty_base: later
                .diagnostics_assume_empty_base
                .or(self.diagnostics_assume_empty_base),
            split_hint: later.split_hint.or(self.split_hint),
            split_runtime: merged(&self.split_runtime, &later.split_runtime),
            format_indent: later.format_indent.clone().or_else(|| self.format_indent.clone()),
            format_keyword_case: later.format_keyword_case.or(self.format_keyword_case),
            format_shell: later.format_shell.or(self.format_shell),
            lens_uses: later.lens_uses.or(self.lens_uses),
            lens_targets: later.lens_targets.or(self.lens_targets),
            lens_build_command: later.lens_build_command.or(self.lens_build_command),
            hint_stage_indices: later.hint_stage_indices.or(self.hint_stage_indices),
            hint_variable_values: later.hint_variable_values.or(self.hint_variable_values),
            hint_directories: later.hint_directories.or(self.hint_directories),
            build: self.build.under(&later.build),
        }
    }

    /// The configuration that this makes, with defaults for the rest.
    pub(crate) fn resolve(self) -> Config {
        let default = Settings::default();
        let (lenses, hints) = (code_lens::Wanted::default(), inlay_hints::Wanted::default());
        Config {
            diagnostics: self.diagnostics_enable.unwrap_or(true),
            context: self.build.context,
            lenses: code_lens::Wanted {
                uses: self.lens_uses.unwrap_or(lenses.uses),
                targets: self.lens_targets.unwrap_or(lenses.targets),
                build_command: self.lens_build_command.unwrap_or(lenses.build_command),
            },
            hints: inlay_hints::Wanted {
                stage_indices: self.hint_stage_indices.unwrap_or(hints.stage_indices),
                variable_values: self.hint_variable_values.unwrap_or(hints.variable_values),
                directories: self.hint_directories.unwrap_or(hints.directories),
            },
            analysis: Arc::new(Settings {
                unreachable_stages: self.diagnostics_unreachable_stages.unwrap_or(default.unreachable_stages),
                split_hint: self.split_hint.unwrap_or(default.split_hint),
                // An empty text takes back what another source says.
                runtime_images: self.split_runtime.into_iter().filter(|(_, it)| !it.is_empty()).collect(),
                assume_empty_base: self.diagnostics_assume_empty_base.unwrap_or(default.assume_empty_base),
                build_args: self.build.args.into_iter().collect(),
                target: self.build.target.filter(|name| !name.is_empty()),
                style: Style {
                    indent: self.format_indent,
                    keyword_case: self.format_keyword_case.unwrap_or_default(),
                    shell: self.format_shell.unwrap_or_default(),
                },
            }),
        }
    }
}

impl Build {
    /// This, and what a later source says over it: arguments one by one.
    #[must_use]
    pub(crate) fn under(&self, later: &Self) -> Self {
        Self {
            context: later.context.as_ref().or(self.context.as_ref()).cloned(),
            target: later.target.as_ref().or(self.target.as_ref()).cloned(),
            args: merged(&self.args, &later.args),
        }
    }

    /// The same with the context's place counted from `folder`.
    #[must_use]
    pub(crate) fn counted_from(mut self, folder: &Path) -> Self {
        self.context = self.context.map(|context| shortest(&folder.join(context)));
        self
    }
}

/// Values by name, and what a later source says over them, one by one.
fn merged(earlier: &BTreeMap<String, String>, later: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let all = earlier.iter().chain(later);
    all.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// A path without `.` and `..`, by its wording.
fn shortest(path: &Path) -> PathBuf {
    let mut short = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => (),
            Component::ParentDir if short.file_name().is_some() => drop(short.pop()),
            part => short.push(part),
        }
    }
    short
}

/// The value of `format.indent`: `"tab"`, or a number of spaces. An editor's form has an empty text for none.
fn indent(value: &Value) -> Option<Option<Indent>> {
    match value.as_str() {
        Some("") => Some(None),
        Some("tab") => Some(Some(Indent::tab())),
        Some(number) => number.parse().ok().and_then(Indent::spaces).map(Some),
        None => value.as_u64().and_then(|it| Indent::spaces(u32::try_from(it).ok()?)).map(Some),
    }
}

/// The value of `format.keywordCase`.
fn keyword_case(value: &Value) -> Option<KeywordCase> {
    match value.as_str()? {
        "keep" => Some(KeywordCase::Keep),
        "upper" => Some(KeywordCase::Upper),
        "lower" => Some(KeywordCase::Lower),
        _ => None,
    }
}

/// Takes settings out of a section, and remembers what is wrong with them and which ones there are.
struct Reader<'a> {
    section: &'a Value,
    asked: Vec<(&'static str, &'static str)>,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    fn new(section: &'a Value) -> Self {
        Self { section, asked: Vec::new(), problems: Vec::new() }
    }

    /// True or false.
    fn flag(&mut self, group: &'static str, key: &'static str) -> Option<bool> {
        self.value(group, key, "true or false", Value::as_bool)
    }

    /// Some strings.
    fn strings(&mut self, group: &'static str, key: &'static str) -> Option<Vec<String>> {
        self.value(group, key, "a list of strings", |value| {
            value.as_array()?.iter().map(|it| it.as_str().map(str::to_owned)).collect()
        })
    }

    /// A string.
    fn text(&mut self, group: &'static str, key: &'static str) -> Option<String> {
        self.value(group, key, "a string", |value| value.as_str().map(str::to_owned))
    }

    /// Strings by name. One that is none is left out.
    fn texts(&mut self, group: &'static str, key: &'static str) -> BTreeMap<String, String> {
        let mut texts = BTreeMap::new();
        let none = serde_json::Map::new();
        // Lua writes an empty table as an empty list.
        let is_empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
        let read = |value: &'a Value| match value.as_object() {
            None if is_empty(value) => Some(None),
            object => object.map(Some),
        };
        let found = self.value(group, key, OBJECT, read).flatten();
        for (name, value) in found.unwrap_or(&none) {
            match value.as_str() {
                Some(text) => drop(texts.insert(name.clone(), text.to_owned())),
                None => self.problems.push(Problem {
                    group,
                    key: Some(key),
                    item: Some(name.clone()),
                    expected: Some("a string"),
                    given: show(value),
                }),
            }
        }
        texts
    }

    fn value<T>(
        &mut self,
        group: &'static str,
        key: &'static str,
        expected: &'static str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Option<T> {
        self.asked.push((group, key));
        let holder = self.section.get(group)?;
        if !holder.is_object() && !holder.is_null() {
            let problem = Problem { group, key: None, item: None, expected: None, given: show(holder) };
            if !self.problems.contains(&problem) {
                self.problems.push(problem);
            }
            return None;
        }
        let value = holder.get(key).filter(|it| !it.is_null())?;
        let read = read(value);
        if read.is_none() {
            let expected = Some(expected).filter(|it| *it != OBJECT);
            let given = show(value);
            self.problems.push(Problem { group, key: Some(key), item: None, expected, given });
        }
        read
    }
}

/// Stands for what each format calls otherwise: something with keys.
const OBJECT: &str = "";

/// A value of the wrong type.
#[derive(Debug, PartialEq, Eq)]
struct Problem {
    group: &'static str,
    /// None where the whole group is none.
    key: Option<&'static str>,
    /// What is wrong inside of the key's value, by its name there.
    item: Option<String>,
    /// What is taken; none for something with keys, which each format calls otherwise.
    expected: Option<&'static str>,
    given: String,
}

impl Problem {
    /// What is wrong, with `prefix` before the name; `object` is what the format calls a value with keys.
    fn sentence(&self, prefix: &str, object: &str) -> String {
        let Self { group, key, item, expected, given } = self;
        let key = key.map(|key| format!(".{key}")).unwrap_or_default();
        let item = item.as_ref().map(|item| format!(".{item}")).unwrap_or_default();
        format!("`{prefix}{group}{key}{item}` must be {}, not {given}.", expected.unwrap_or(object))
    }
}

/// A value as a user would write it, cut when it is long.
fn show(value: &Value) -> String {
    let mut text = value.to_string();
    if let Some((cut, _)) = text.char_indices().nth(40) {
        text.truncate(cut);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn resolved(values: &[Value]) -> Config {
        let layers: Vec<Layer> = values.iter().filter_map(Layer::read).map(|(layer, _)| layer).collect();
        layers.iter().fold(Layer::default(), |all, layer| all.under(layer)).resolve()
    }

    fn problems(value: Value) -> Vec<String> {
        Layer::read(&value).unwrap().1
    }

    #[test]
    fn the_section_is_read_with_and_without_its_name() {
        for value in
            [json!({"split": {"hint": false}}), json!({"dockstage": {"split": {"hint": false}}, "other": 1})]
        {
            assert!(!resolved(&[value]).analysis.split_hint);
        }
    }

    #[test]
    fn later_layers_win_and_say_nothing_about_what_they_do_not_name() {
        let config = resolved(&[
            json!({"diagnostics": {"enable": false, "unreachableStages": false}}),
            json!({"diagnostics": {"enable": true}, "path": "/opt/dockstage"}),
            json!(null),
        ]);
        assert!(config.diagnostics);
        assert!(!config.analysis.unreachable_stages);
        assert!(config.analysis.split_hint);
    }

    #[test]
    fn a_build_is_made_of_what_each_layer_says() {
        let config = resolved(&[
            json!({"build": {"context": "api", "target": "test", "args": {"A": "1", "B": "2"}}}),
            json!({"build": {"context": "", "target": "", "args": {"B": "3"}},
                   "diagnostics": {"assumeEmptyBase": true}}),
        ]);
        assert_eq!(config.context.as_deref(), Some(Path::new("api")), "an empty one is none");
        assert_eq!(config.analysis.target, None, "an empty one is the last stage");
        let args = [("A", "1"), ("B", "3")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(config.analysis.build_args, args);
        assert!(config.analysis.assume_empty_base);
    }

    #[test]
    fn runtime_images_are_those_of_all_layers() {
        let config = resolved(&[
            json!({"split": {"runtime": {"node": "a", "debian": "b"}}}),
            json!({"split": {"runtime": {"node": "c", "debian": ""}}}),
        ]);
        assert_eq!(config.analysis.runtime_images, [("node".to_owned(), "c".to_owned())]);
        assert_eq!(
            problems(json!({"split": {"runtime": {"node": 1}}})),
            ["`dockstage.split.runtime.node` must be a string, not 1."]
        );
    }

    #[test]
    fn the_style_of_formatting() {
        let style = |value: Value| resolved(&[json!({"format": value})]).analysis.style.clone();
        assert_eq!(style(json!({"indent": "tab"})).indent, Some(Indent::tab()));
        assert_eq!(style(json!({"indent": 2})).indent, Indent::spaces(2));
        assert_eq!(style(json!({"indent": "2"})).indent, Indent::spaces(2), "from a form of text");
        assert_eq!(style(json!({"indent": "", "keywordCase": "keep"})), Style::default());
        let upper = Style { keyword_case: KeywordCase::Upper, shell: true, ..Style::default() };
        assert_eq!(style(json!({"keywordCase": "upper", "shell": true})), upper);
        assert_eq!(
            problems(json!({"format": {"indent": 40, "keywordCase": "title", "shell": 1}})),
            [
                "`dockstage.format.indent` must be \"tab\" or a number of spaces up to 16, not 40.",
                "`dockstage.format.keywordCase` must be \"keep\", \"upper\" or \"lower\", not \"title\".",
                "`dockstage.format.shell` must be true or false, not 1.",
            ]
        );
    }

    #[test]
    fn a_wrong_type_is_named_with_the_expected_one() {
        assert_eq!(
            problems(json!({"diagnostics": {"enable": "yes"}, "split": 3})),
            [
                "`dockstage.diagnostics.enable` must be true or false, not \"yes\".",
                "`dockstage.split` must be an object, not 3."
            ]
        );
        assert_eq!(
            problems(json!({"build": {"context": 1, "args": {"A": "a", "B": 1.10, "C": null}}})),
            [
                "`dockstage.build.context` must be a string, not 1.",
                "`dockstage.build.args.B` must be a string, not 1.1.",
                "`dockstage.build.args.C` must be a string, not null."
            ]
        );
        assert_eq!(
            problems(json!({"build": {"args": ["A=1"]}})),
            ["`dockstage.build.args` must be an object, not [\"A=1\"]."]
        );
        assert_eq!(problems(json!({"build": {"args": []}})), [""; 0], "an empty table of Lua");
        assert_eq!(problems(json!({"dockstage": []})), ["`dockstage` must be an object, not []."]);
        assert_eq!(problems(json!({"diagnostics": 1})).len(), 1, "once, not once a key");
    }
}
