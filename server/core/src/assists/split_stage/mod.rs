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
mod changes;
mod context;
mod needs;
mod packages;

mod plan;
mod profile;
mod project;
mod rebase;
mod render;
mod runtime;
mod setup;

mod start;
mod tools_and_sources;
mod users;
mod vendor;
mod view;

pub(super) mod commands;

use super::{ActionKind, CodeAction};
use crate::TextRange;
use crate::lint::{Diagnostic, Fix, Heeds, Severity, Source};
use crate::model::{Base, SourceFile, paths};
use crate::syntax::shell;
use crate::text::{Applicability, SourceChange};

pub use changes::{Change, Setting, differences};
pub use context::ContextFiles;
pub use plan::{Added, Artifact, Place, SplitPlan, Step};

/// What a comment in the result begins with that says what nobody but the user can decide.
pub const TO_DECIDE: &str = "# To decide:";

const TITLE: &str = "Split into builder and final stage";

/// Why a file is not split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The reason, as the end of a sentence: "cannot be split: …".
    pub reason: String,
    /// Whether the file is one that a user may want to split, so that the reason is worth showing unasked.
    pub is_worth_showing: bool,
}

impl Refusal {
    fn new(reason: String) -> Self {
        Self { reason, is_worth_showing: true }
    }

    /// There is nothing to split.
    fn not_offered(reason: String) -> Self {
        Self { reason, is_worth_showing: false }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Refusal {}

/// How a file is to be split.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The project's own files, as far as they are known.
    pub context: &'a ContextFiles,
    /// Runtime images of the user's own, each behind the repository of ours, or the image of ours, whose place it takes.
    pub images: &'a [(String, String)],
    /// The runtime image by the name of its kind (`jre`, `slim`, `distroless` …); none for the preferred one.
    pub runtime: Option<&'a str>,
}

impl<'a> Request<'a> {
    /// The preferred split of a project with these files.
    pub fn of(context: &'a ContextFiles) -> Self {
        Self { context, images: &[], runtime: None }
    }
}

/// A file split in two stages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// What is done, as an imperative.
    pub title: &'static str,
    /// The edits.
    pub change: SourceChange,
    /// What the image is configured with otherwise than before.
    pub changes: Vec<Change>,
    /// What the split assumes and what to look at afterwards, one sentence each.
    pub notes: Vec<String>,
}

/// Splits the file's only stage, without the project's files.
///
/// # Errors
/// Why it is not split.
pub fn split(file: &SourceFile) -> Result<Split, Refusal> {
    split_with(file, Request::of(&ContextFiles::default()))
}

/// Whether the project's own files may have a say in how a file is split. It is cheap to ask.
pub fn asks_for_context(file: &SourceFile) -> bool {
    let stages = &file.dockerfile().stages;
    let may_split = match stages.as_slice() {
        [] => false,
        [_] => true,
        [.., last] => matches!(last.base, Base::Stage(_)),
    };
    may_split && profile::looks_familiar(file)
}

/// Splits the file's only stage.
///
/// # Errors
/// Why it is not split.
pub fn split_with(file: &SourceFile, request: Request<'_>) -> Result<Split, Refusal> {
    if file.dockerfile().stages.len() > 1 {
        return rebase::last_stage(file, request);
    }
    let view = view::View::new(file, request)
        .map_err(|refusal| Refusal { is_worth_showing: profile::looks_familiar(file), ..refusal })?;
    match plan::plan(&view, request.runtime) {
        Ok((plan, _)) => {
            let (change, notes) = (render::render(&view, &plan)?, explain(&plan));
            Ok(Split { title: TITLE, change, changes: plan.changes, notes })
        }
        Err(refusal) => {
            let other = if vendor::applies(&view) { vendor::split } else { rebase::only_stage };
            other(file, request).map_err(|instead| match instead.is_worth_showing {
                true if !refusal.is_worth_showing => instead,
                _ => refusal,
            })
        }
    }
}

/// Decides where every instruction belongs.
///
/// # Errors
/// Why the file is not split.
pub fn plan(file: &SourceFile, request: Request<'_>) -> Result<SplitPlan, Refusal> {
    plan::plan(&view::View::new(file, request)?, request.runtime).map(|(plan, _)| plan)
}

/// The edits that carry out `plan`, which was made for `file`.
///
/// # Errors
/// When the plan belongs to another file.
pub fn render(file: &SourceFile, plan: &SplitPlan) -> Result<SourceChange, Refusal> {
    render::render(&view::View::new(file, Request::of(&ContextFiles::default()))?, plan)
}

/// What the plan assumes and what to look at afterwards, one sentence each.
pub fn explain(plan: &SplitPlan) -> Vec<String> {
    plan.notes.clone()
}

/// The hint on a FROM whose stage ships its build tools, with the split as its fix.
pub fn hint(file: &SourceFile, request: Request<'_>) -> Option<Diagnostic> {
    let split = split_with(file, request).ok()?;
    let stage = file.dockerfile().stages.last()?;
    let message = match split.title {
        TITLE => {
            let view = view::View::new(file, request).ok()?;
            let tools = profile::find(&view)?.ships();
            format!("Ships its build tools: {tools}. Split it into a builder and a final stage.")
        }
        vendor::TITLE => "Ships Composer. Install its packages in a stage of their own.".to_owned(),
        _ => "Ships build tools that it does not use. Build it from the runtime image.".to_owned(),
    };
    let fix = Fix {
        title: split.title.to_owned(),
        change: split.change,
        applicability: Applicability::Unsafe,
        preferred: true,
    };
    Some(Diagnostic {
        source: Source::Dockstage,
        code: "SplitStage",
        severity: Severity::Hint,
        message,
        range: stage.base_word.as_ref()?.1,
        url: None,
        related: Vec::new(),
        fixes: vec![fix],
        unnecessary: false,
        heeds: Heeds::Place,
    })
}

/// The split as a refactoring, anywhere in the file's last stage. Where the stage builds something and is not
/// split, the action is there with the reason.
pub fn assist(file: &SourceFile, range: TextRange, request: Request<'_>) -> Option<CodeAction> {
    let stage = file.dockerfile().stages.last()?;
    let here = TextRange::new(stage.range.start(), stage.range.end().max(file.text().len()));
    here.intersect(range)?;
    let (title, change, notes, disabled) = match split_with(file, request) {
        Ok(split) => (split.title, Some(split.change), split.notes, None),
        Err(refusal) if refusal.is_worth_showing => (TITLE, None, Vec::new(), Some(refusal.reason)),
        Err(_) => return None,
    };
    Some(CodeAction {
        title: title.to_owned(),
        kind: ActionKind::RefactorRewrite,
        change,
        diagnostic: None,
        preferred: false,
        disabled,
        notes,
    })
}

/// The same split with other runtime images, by their names, for a cursor on the FROM of the file's only stage.
pub fn variants(file: &SourceFile, range: TextRange, request: Request<'_>) -> Vec<CodeAction> {
    let [stage] = file.dockerfile().stages.as_slice() else { return Vec::new() };
    if file.dockerfile().instruction(stage.from).range().intersect(range).is_none() {
        return Vec::new();
    }
    let Ok(view) = view::View::new(file, request) else { return Vec::new() };
    let preferred = plan::plan(&view, None).map(|(plan, _)| plan);
    let choices = plan::variants(&view);
    let actions = choices.iter().filter_map(|runtime| {
        let (plan, _) = plan::plan(&view, Some(runtime.name)).ok()?;
        if preferred.as_ref().is_ok_and(|it| *it == plan) {
            return None;
        }
        Some(CodeAction {
            title: format!("{TITLE} ({})", runtime.title()),
            kind: ActionKind::RefactorRewrite,
            change: Some(render::render(&view, &plan).ok()?),
            diagnostic: None,
            preferred: false,
            disabled: None,
            notes: plan.notes,
        })
    });
    actions.collect()
}

#[cfg(test)]
mod tests;
