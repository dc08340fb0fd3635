//! `go.mod`: the name of the module, which its program has too, and what it requires.

/// A module of Go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::assists::split_stage) struct Module {
    path: String,
    requires: Vec<String>,
}

/// Modules that are nothing without the C compiler.
const CGO: [&str; 5] = [
    "github.com/mattn/go-sqlite3",
    "github.com/confluentinc/confluent-kafka-go",
    "github.com/h2non/bimg",
    "github.com/davidbyttow/govips",
    "gopkg.in/gographics/imagick",
];

impl Module {
    /// Reads the text; none where it names no module.
    pub(in crate::assists::split_stage) fn read(text: &str) -> Option<Self> {
        let mut path = None;
        let mut requires = Vec::new();
        let mut in_requires = false;
        for line in text.lines() {
            let line = line.split("//").next().unwrap_or("").trim();
            let mut words = line.split_whitespace().map(|it| it.trim_matches('"'));
            match (words.next(), words.next()) {
                (Some("module"), Some(name)) => path = Some(name.to_owned()),
                (Some("require"), Some("(")) => in_requires = true,
                (Some("require"), Some(name)) => requires.push(name.to_owned()),
                (Some(")"), _) => in_requires = false,
                (Some(name), Some(_)) if in_requires => requires.push(name.to_owned()),
                _ => {}
            }
        }
        Some(Self { path: path?, requires })
    }

    /// The name of the program in the module's own directory.
    pub(in crate::assists::split_stage) fn program(&self) -> Option<&str> {
        let is_version = |it: &str| {
            it.strip_prefix('v').is_some_and(|it| !it.is_empty() && it.bytes().all(|b| b.is_ascii_digit()))
        };
        let name = self.path.rsplit('/').find(|it| !is_version(it))?;
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "._-".contains(c));
        is_name.then_some(name)
    }

    /// A module that it requires and that needs the C compiler.
    pub(in crate::assists::split_stage) fn needs_cgo(&self) -> Option<&'static str> {
        let is = |name: &str, wanted: &str| {
            name.strip_prefix(wanted).is_some_and(|it| it.is_empty() || it.starts_with(['/', '.']))
        };
        CGO.into_iter().find(|wanted| self.requires.iter().any(|it| is(it, wanted)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_requirements() {
        let text = "module example.com/team/shop/v2 // the shop\n\ngo 1.24\n\nrequire (\n\tgithub.com/confluentinc/confluent-kafka-go/v2 v2.3.0\n)\n";
        let module = Module::read(text).unwrap();
        assert_eq!(module.program(), Some("shop"));
        assert_eq!(module.needs_cgo(), Some("github.com/confluentinc/confluent-kafka-go"));
        let one = Module::read("module shop\nrequire github.com/a/b v1.0.0\n").unwrap();
        assert_eq!((one.program(), one.needs_cgo()), (Some("shop"), None));
        assert_eq!(Module::read("go 1.24"), None);
    }
}
