//! The settings of section `dockstage`: read from what a client sends, with a reason for what is wrong.

use std::sync::Arc;

use dockstage_core::analysis::Settings;
use serde_json::Value;

pub(crate) mod file;

/// The section's name in a client's settings.
pub(crate) const SECTION: &str = "dockstage";

/// Everything that can be set, as it holds now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Config {
    /// `diagnostics.enable`: whether diagnostics are given at all.
    pub(crate) diagnostics: bool,
    /// What the analysis needs to know.
    pub(crate) analysis: Arc<Settings>,
}

impl Default for Config {
    fn default() -> Self {
        Self { diagnostics: true, analysis: Arc::new(Settings::default()) }
    }
}

/// What one source says: nothing about what it does not name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Layer {
    diagnostics_enable: Option<bool>,
    diagnostics_unreachable_stages: Option<bool>,
    split_hint: Option<bool>,
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
            split_hint: reader.flag("split", "hint"),
        }
    }
}

/// The configuration that `layers` make, later ones over earlier ones.
pub(crate) fn resolve(layers: &[Layer]) -> Config {
    let last = |get: fn(&Layer) -> Option<bool>| layers.iter().rev().find_map(get);
    let default = Settings::default();
    Config {
        diagnostics: last(|it| it.diagnostics_enable).unwrap_or(true),
        analysis: Arc::new(Settings {
            unreachable_stages: last(|it| it.diagnostics_unreachable_stages)
                .unwrap_or(default.unreachable_stages),
            split_hint: last(|it| it.split_hint).unwrap_or(default.split_hint),
            ..default
        }),
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
            let problem = Problem { group, key: None, expected: None, given: show(holder) };
            if !self.problems.contains(&problem) {
                self.problems.push(problem);
            }
            return None;
        }
        let value = holder.get(key).filter(|it| !it.is_null())?;
        let read = read(value);
        if read.is_none() {
            let problem = Problem { group, key: Some(key), expected: Some(expected), given: show(value) };
            self.problems.push(problem);
        }
        read
    }
}

/// A value of the wrong type.
#[derive(Debug, PartialEq, Eq)]
struct Problem {
    group: &'static str,
    /// None where the whole group is none.
    key: Option<&'static str>,
    /// What the key takes; a group takes keys.
    expected: Option<&'static str>,
    given: String,
}

impl Problem {
    /// What is wrong, with `prefix` before the name; `object` is what the format calls a value with keys.
    fn sentence(&self, prefix: &str, object: &str) -> String {
        let Self { group, key, expected, given } = self;
        let key = key.map(|key| format!(".{key}")).unwrap_or_default();
        format!("`{prefix}{group}{key}` must be {}, not {given}.", expected.unwrap_or(object))
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
        resolve(&layers)
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
    fn a_wrong_type_is_named_with_the_expected_one() {
        assert_eq!(
            problems(json!({"diagnostics": {"enable": "yes"}, "split": 3})),
            [
                "`dockstage.diagnostics.enable` must be true or false, not \"yes\".",
                "`dockstage.split` must be an object, not 3."
            ]
        );
        assert_eq!(problems(json!({"dockstage": []})), ["`dockstage` must be an object, not []."]);
        assert_eq!(problems(json!({"diagnostics": 1})).len(), 1, "once, not once a key");
    }
}
