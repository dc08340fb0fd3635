//! Every name that a finding can have: the rules, and the hint that comes with a refactoring.

use dockstage_core::lint::{FixKind, Rule, Severity, Source, nearest, rules};

/// The hint that offers the split. It belongs to the refactoring, so it is no rule of the list.
const SPLIT_STAGE: Entry = Entry {
    code: "SplitStage",
    severity: Severity::Hint,
    source: Source::Dockstage,
    fix: FixKind::Always,
    url: None,
    page: Page::Here(SPLIT_STAGE_PAGE),
};

const SPLIT_STAGE_PAGE: &str = r#"## What it does
Marks the base image of a stage that ships what only its build needs, where Dockstage can split it: the only stage of a file, or a last stage that is built from the builder or stands on a JDK or SDK without need. The setting `split.hint` turns the hint off; the refactoring and `dockstage split` stay.

## Why it matters
A compiler and a package manager in the image that runs make it larger, and give more to whoever breaks in.

## Example
```dockerfile
FROM eclipse-temurin:21-jdk
WORKDIR /app
COPY . .
CMD ["./mvnw", "spring-boot:run"]
```

## Use instead
Take the fix, or run `dockstage split`: a first stage that builds, and a final one that starts from a runtime image and copies the artifact. `--runtime NAME` chooses another runtime image, such as `distroless` or `jlink`.
"#;

/// What a finding of one name is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) code: &'static str,
    pub(crate) severity: Severity,
    pub(crate) source: Source,
    pub(crate) fix: FixKind,
    /// BuildKit's page about it.
    pub(crate) url: Option<&'static str>,
    page: Page,
}

#[derive(Debug, Clone, Copy)]
enum Page {
    Rule(&'static Rule),
    Here(&'static str),
}

impl Entry {
    fn of(rule: &'static Rule) -> Self {
        let Rule { code, severity, source, fix, url, .. } = *rule;
        Self { code, severity, source, fix, url, page: Page::Rule(rule) }
    }

    /// Its page, in Markdown.
    pub(crate) fn page(&self) -> String {
        match self.page {
            Page::Rule(rule) => rule.page(),
            Page::Here(page) => page.to_owned(),
        }
    }

    /// What it does, in one sentence.
    pub(crate) fn summary(&self) -> String {
        match self.page {
            Page::Rule(rule) => rule.summary(),
            Page::Here(_) => "Marks a build in one stage that can be split in two.".to_owned(),
        }
    }
}

/// Every entry, by name.
pub(crate) fn all() -> Vec<Entry> {
    let mut all: Vec<Entry> = rules::all().iter().map(|rule| Entry::of(rule)).chain([SPLIT_STAGE]).collect();
    all.sort_by_key(|entry| entry.code);
    all
}

/// The entry with this name, in any case.
pub(crate) fn find(code: &str) -> Option<Entry> {
    all().into_iter().find(|entry| entry.code.eq_ignore_ascii_case(code))
}

/// Who may say something.
const SOURCES: [&str; 3] = ["buildkit", "hadolint", "dockstage"];

/// Reads a source or the name of a rule, in any case, into lower case.
///
/// # Errors
/// What is wrong with it: a name that nothing has would make a check pass by saying nothing.
pub(crate) fn source_or_rule(name: &str) -> Result<String, String> {
    let lower = name.trim().to_ascii_lowercase();
    if SOURCES.contains(&lower.as_str()) || find(&lower).is_some() {
        return Ok(lower);
    }
    let (name, entries) = (name.trim(), all());
    let names = SOURCES.into_iter().chain(entries.iter().map(|entry| entry.code));
    let cure = match nearest(name, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {} and what `dockstage explain` lists", SOURCES.join(", ")),
    };
    Err(format!("there is no source or rule `{name}`; {cure}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finding_has_an_entry() {
        let text = SPLIT_STAGE_PAGE.split("```dockerfile\n").nth(1).and_then(|it| it.split("```").next());
        let file = dockstage_core::model::SourceFile::new(text.unwrap());
        let hint = dockstage_core::assists::split_stage::hint(
            &file,
            dockstage_core::assists::split_stage::Request::of(&Default::default()),
        )
        .unwrap();
        let entry = find(hint.code).unwrap();
        assert_eq!((entry.severity, entry.source), (hint.severity, hint.source));
        assert!(rules::all().iter().all(|rule| find(rule.code).is_some()));
    }

    #[test]
    fn a_name_is_read_in_any_case_and_a_near_one_is_offered() {
        assert_eq!(source_or_rule(" UnknownStage"), Ok("unknownstage".to_owned()));
        assert_eq!(source_or_rule("Hadolint"), Ok("hadolint".to_owned()));
        assert!(source_or_rule("UnknowStage").unwrap_err().ends_with("did you mean `UnknownStage`?"));
        assert!(
            source_or_rule("xyz")
                .unwrap_err()
                .contains("`xyz`; there are buildkit, hadolint, dockstage and ")
        );
    }
}
