//! YAML as a tree: `compose.yaml` and what drives a CI.

use std::collections::HashMap;
use std::rc::Rc;

use saphyr_parser::{Event, Parser};

/// How deep collections may lie in each other.
const DEPTH: usize = 64;

/// A value. Texts, numbers and the like are all texts: nobody here computes with them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Value {
    #[default]
    Null,
    Text(String),
    List(Vec<Rc<Value>>),
    Map(Vec<(String, Rc<Value>)>),
}

impl Value {
    /// Reads the first document of a text; none where it is no YAML.
    pub(super) fn read(text: &str) -> Option<Rc<Self>> {
        let mut loader = Loader::default();
        for event in Parser::new_from_str(text) {
            match event.ok()?.0 {
                Event::DocumentEnd => break,
                event => loader.take(event)?,
            }
        }
        loader.root
    }

    /// What a map has under a name, also by `<<`.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        self.get_up_to(name, 4)
    }

    fn get_up_to(&self, name: &str, depth: usize) -> Option<&Self> {
        let Self::Map(entries) = self else { return None };
        if let Some((_, value)) = entries.iter().find(|it| it.0 == name) {
            return Some(value);
        }
        let merged = entries.iter().filter(|it| it.0 == "<<").flat_map(|(_, it)| match &**it {
            Self::List(all) => all.iter().map(|it| &**it).collect(),
            one => vec![one],
        });
        let depth = depth.checked_sub(1)?;
        merged.into_iter().find_map(|it| it.get_up_to(name, depth))
    }

    /// The text, where it is one.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The values of a list.
    pub(super) fn list(&self) -> impl Iterator<Item = &Self> {
        let all = match self {
            Self::List(all) => all.as_slice(),
            _ => &[],
        };
        all.iter().map(|it| &**it)
    }

    /// The entries of a map.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, &Self)> {
        let all = match self {
            Self::Map(all) => all.as_slice(),
            _ => &[],
        };
        all.iter().map(|(name, value)| (name.as_str(), &**value))
    }
}

/// A collection that is being read.
struct Open {
    anchor: usize,
    value: Value,
    /// The name that waits for its value, in a map.
    name: Option<String>,
}

#[derive(Default)]
struct Loader {
    open: Vec<Open>,
    /// What anchors stand for. It is shared, not copied: an alias costs nothing.
    anchors: HashMap<usize, Rc<Value>>,
    root: Option<Rc<Value>>,
}

impl Loader {
    fn take(&mut self, event: Event<'_>) -> Option<()> {
        match event {
            Event::Scalar(text, _, anchor, _) => {
                self.add(anchor, Rc::new(Value::Text(text.into_owned())));
            }
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned().unwrap_or_default();
                self.add(0, value);
            }
            Event::SequenceStart(anchor, _) => self.begin(anchor, Value::List(Vec::new()))?,
            Event::MappingStart(anchor, _) => self.begin(anchor, Value::Map(Vec::new()))?,
            Event::SequenceEnd | Event::MappingEnd => {
                let done = self.open.pop()?;
                self.add(done.anchor, Rc::new(done.value));
            }
            _ => {}
        }
        Some(())
    }

    fn begin(&mut self, anchor: usize, value: Value) -> Option<()> {
        self.open.push(Open { anchor, value, name: None });
        (self.open.len() <= DEPTH).then_some(())
    }

    fn add(&mut self, anchor: usize, value: Rc<Value>) {
        if anchor != 0 {
            self.anchors.insert(anchor, Rc::clone(&value));
        }
        let Some(open) = self.open.last_mut() else {
            self.root.get_or_insert(value);
            return;
        };
        match &mut open.value {
            Value::List(all) => all.push(value),
            Value::Map(all) => match open.name.take() {
                Some(name) => all.push((name, value)),
                None => open.name = Some(value.text().unwrap_or_default().to_owned()),
            },
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_with_anchors() {
        let text = "x: &b\n  target: build\nservices:\n  web:\n    build:\n      <<: *b\n      context: .\n    ports: [80, '81:81']\n";
        let tree = Value::read(text).unwrap();
        let web = tree.get("services").and_then(|it| it.get("web")).unwrap();
        let build = web.get("build").unwrap();
        assert_eq!(build.get("target").and_then(Value::text), Some("build"));
        assert_eq!(build.get("context").and_then(Value::text), Some("."));
        let ports: Vec<_> = web.get("ports").unwrap().list().filter_map(Value::text).collect();
        assert_eq!(ports, ["80", "81:81"]);
    }

    #[test]
    fn nothing_is_too_bad() {
        for text in ["", "a: [", "a: *b", "&a [*a]", "- - - a", ": :", "\t", &"[".repeat(10_000)] {
            let _ = Value::read(text);
        }
        let mut bomb = "a: &a [x,x]\n".to_owned();
        for (one, two) in ('a'..='y').zip('b'..='z') {
            bomb.push_str(&format!("{two}: &{two} [*{one},*{one},*{one}]\n"));
        }
        assert!(Value::read(&bomb).is_some());
    }
}
