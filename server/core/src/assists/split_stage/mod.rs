//! Split into builder and final stage.
//!
//! On a file with one stage that ships what only its build needs, [`split`] makes two stages of it: the
//! first one builds as before, the final one starts from a runtime image and gets the artifact. A
//! [`profile`] recognises a way to build and knows its artifact, its runtime and its command; [`plan`]
//! decides for every instruction where it belongs, and why; [`render`] turns the plan into edits. Where
//! the result would not be right for certain the split is refused with the reason.
//!
//! Before:
//!
//! ```dockerfile
//! FROM eclipse-temurin:21-jdk
//! WORKDIR /app
//! COPY . .
//! CMD ["./mvnw", "spring-boot:run"]
//! ```
//!
//! After:
//!
//! ```dockerfile
//! FROM eclipse-temurin:21-jdk AS builder
//! WORKDIR /app
//! COPY . .
//! RUN ./mvnw -B package && cp target/*.jar /app/app.jar
//!
//! FROM eclipse-temurin:21-jre AS final
//! WORKDIR /app
//! COPY --from=builder /app/app.jar app.jar
//! EXPOSE 8080
//! ENTRYPOINT ["java", "-jar", "app.jar"]
//! ```

mod carry;
mod paths;
mod plan;
mod profile;
mod render;
mod runtime;
mod setup;
mod shell;
mod start;
mod view;

use super::{ActionKind, CodeAction};
use crate::TextRange;
use crate::lint::{Diagnostic, Fix, Heeds, Severity, Source};
use crate::model::SourceFile;
use crate::text::{Applicability, SourceChange};

pub use plan::{Added, Artifact, Place, SplitPlan, Step};

const TITLE: &str = "Split into builder and final stage";

/// Why a file is not split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The reason, as the end of a sentence: "cannot be split: …".
    pub reason: String,
}

impl Refusal {
    fn new(reason: String) -> Self {
        Self { reason }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Refusal {}

/// A file split in two stages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// The edits.
    pub change: SourceChange,
    /// What the split assumes and what to look at afterwards, one sentence each.
    pub notes: Vec<String>,
}

/// Splits the file's only stage.
///
/// # Errors
/// Why it is not split.
pub fn split(file: &SourceFile) -> Result<Split, Refusal> {
    let plan = plan(file)?;
    Ok(Split { change: render(file, &plan)?, notes: explain(&plan) })
}

/// Decides where every instruction belongs.
///
/// # Errors
/// Why the file is not split.
pub fn plan(file: &SourceFile) -> Result<SplitPlan, Refusal> {
    plan::plan(&view::View::new(file)?).map(|(plan, _)| plan)
}

/// The edits that carry out `plan`, which was made for `file`.
///
/// # Errors
/// When the plan belongs to another file.
pub fn render(file: &SourceFile, plan: &SplitPlan) -> Result<SourceChange, Refusal> {
    render::render(&view::View::new(file)?, plan)
}

/// What the plan assumes and what to look at afterwards, one sentence each.
pub fn explain(plan: &SplitPlan) -> Vec<String> {
    plan.notes.clone()
}

/// The hint on a FROM whose stage ships its build tools, with the split as its fix.
pub fn hint(file: &SourceFile) -> Option<Diagnostic> {
    let view = view::View::new(file).ok()?;
    let (plan, profile) = plan::plan(&view).ok()?;
    let change = render::render(&view, &plan).ok()?;
    let fix = Fix { title: TITLE.to_owned(), change, applicability: Applicability::Unsafe, preferred: true };
    let tools = profile.ships();
    Some(Diagnostic {
        source: Source::Dockstage,
        code: "SplitStage",
        severity: Severity::Hint,
        message: format!("Ships its build tools: {tools}. Split it into a builder and a final stage."),
        range: view.stage.base_word.as_ref()?.1,
        url: None,
        related: Vec::new(),
        fixes: vec![fix],
        unnecessary: false,
        heeds: Heeds::Place,
    })
}

/// The split as a refactoring, anywhere in the file's only stage. Where the stage builds Java and is not
/// split, the action is there with the reason.
pub fn assist(file: &SourceFile, range: TextRange) -> Option<CodeAction> {
    let [stage] = file.dockerfile().stages.as_slice() else { return None };
    let here = TextRange::new(stage.range.start(), stage.range.end().max(file.text().len()));
    here.intersect(range)?;
    let done = split(file);
    if done.is_err() && !profile::looks_familiar(file) {
        return None;
    }
    let (change, notes, disabled) = match done {
        Ok(split) => (Some(split.change), split.notes, None),
        Err(refusal) => (None, Vec::new(), Some(refusal.reason)),
    };
    Some(CodeAction {
        title: TITLE.to_owned(),
        kind: ActionKind::RefactorRewrite,
        change,
        diagnostic: None,
        preferred: false,
        disabled,
        notes,
    })
}

#[cfg(test)]
mod tests;
