//! The card of a stage.

use super::super::markdown::{code, prose};
use super::{Build, line_of, list, start};
use crate::model::state::{StageState, at_end, base_chain};
use crate::model::{
    Base, Comment, Dockerfile, RefTarget, SourceFile, Stage, StageId, StageRef, StageRefKind,
};
use crate::workspace::BuiltTarget;

/// The most entries of a list; further ones are counted.
const MOST: usize = 8;

/// What there is to say about a stage: description, bases, what holds at its end, users, reach.
pub(super) fn card(file: &SourceFile, build: Build<'_>, id: StageId) -> String {
    let dockerfile = file.dockerfile();
    let stage = dockerfile.stage(id);
    let line = line_of(file, stage.range.start());
    let size = match stage.instructions().skip(1).count() {
        0 => "no instructions".to_owned(),
        1 => "1 instruction".to_owned(),
        count => format!("{count} instructions"),
    };
    let mut card = match &stage.name {
        Some(name) => format!("**Stage {}** (index {}, line {line}, {size})", code(&name.written), id.0),
        None => format!("**Stage {}** (unnamed, line {line}, {size})", id.0),
    };
    if let Some(text) = description(file, stage) {
        card.push_str(&format!("\n\n{text}"));
    }
    card.push_str("\n\n");
    let mut facts = vec![bases(file, stage)];
    facts.extend(platform(dockerfile, id));
    facts.extend(state(dockerfile, &at_end(dockerfile, id)));
    facts.extend(users(file, id));
    facts.push(reach(dockerfile, build, stage));
    facts.extend(others(dockerfile, build.others, id));
    card.push_str(&list(&facts));
    card
}

/// What is wrong with a reference to a stage that BuildKit refuses.
pub(super) fn note(reference: &StageRef) -> Option<String> {
    match reference.target {
        RefTarget::LaterStage(_) => {
            Some("It stands further down: BuildKit takes only stages above this line.".to_owned())
        }
        RefTarget::SelfReference(_) => Some("It is the stage that this line belongs to.".to_owned()),
        _ => None,
    }
}

/// The comment above FROM. With the form `# name text` that BuildKit takes as a description, what
/// stands before it is left out, and the name too.
fn description(file: &SourceFile, stage: &Stage) -> Option<String> {
    let comments = file.dockerfile().comments_above(stage.from);
    let lines: Vec<String> = comments.iter().filter_map(|comment| comment_text(file, comment)).collect();
    let described = stage.name.as_ref().and_then(|name| {
        lines.iter().enumerate().rev().find_map(|(index, line)| {
            let (first, rest) = line.split_once(char::is_whitespace)?;
            (first.to_lowercase() == name.lower).then(|| (index, rest.trim_start()))
        })
    });
    let text = match described {
        Some((index, first)) => {
            let rest = lines[index + 1..].iter().map(String::as_str);
            std::iter::once(first).chain(rest).collect::<Vec<_>>().join(" ")
        }
        None => lines.join(" "),
    };
    (!text.trim().is_empty()).then(|| prose(&text))
}

/// The words of a comment; none when it is a setting of some tool or a mere rule.
fn comment_text(file: &SourceFile, comment: &Comment) -> Option<String> {
    let line = file.text().slice(comment.range);
    let text = line.trim_start_matches('#').trim().trim_end_matches(['#', '-', '=', '*']).trim();
    let is_setting = ["check=", "hadolint ", "syntax=", "escape=", "dockerfile-utils:", "tally "]
        .iter()
        .any(|it| text.starts_with(it));
    (!is_setting && text.contains(char::is_alphanumeric)).then(|| text.to_owned())
}

/// `Built from base (line 1) → alpine:3`.
fn bases(file: &SourceFile, stage: &Stage) -> String {
    let dockerfile = file.dockerfile();
    let mut chain = base_chain(dockerfile, stage.id);
    chain.pop(); // The stage itself.
    let mut steps: Vec<String> = chain
        .iter()
        .rev()
        .take(MOST)
        .map(|&id| {
            let base = dockerfile.stage(id);
            format!("{} (line {})", stage_label(base), line_of(file, base.range.start()))
        })
        .collect();
    if chain.len() > MOST {
        steps.push(format!("{} more", chain.len() - MOST));
    }
    let bottom = chain.first().map_or(stage, |&id| dockerfile.stage(id));
    steps.push(match &bottom.base {
        Base::Scratch => "`scratch`".to_owned(),
        Base::Image(_) => with_variables(bottom),
        _ if bottom.base_word.is_none() => "nothing yet: the `FROM` has no base".to_owned(),
        _ => format!("{}, whose variables have no value here", code(&bottom.base_text)),
    });
    format!("Built from {}", steps.join(" → "))
}

/// An image as it is with the values of its variables, and as written where that differs.
fn with_variables(stage: &Stage) -> String {
    match &stage.base_word {
        Some((written, _)) if *written != stage.base_text => {
            format!("{} (written {})", code(&stage.base_text), code(written))
        }
        _ => code(&stage.base_text),
    }
}

/// `Used by test (FROM on line 5), final (COPY --from on lines 9, 10; RUN --mount on line 11)`.
fn users(file: &SourceFile, id: StageId) -> Option<String> {
    let dockerfile = file.dockerfile();
    let references: Vec<&StageRef> = dockerfile.references_to(id).collect();
    let users: Vec<&[&StageRef]> = references.chunk_by(|a, b| a.stage == b.stage).collect();
    let mut shown: Vec<String> = users
        .iter()
        .take(MOST)
        .map(|uses| {
            let kinds = uses.chunk_by(|a, b| how(a) == how(b));
            let kinds: Vec<String> = kinds.take(MOST).map(|uses| uses_of_kind(file, uses)).collect();
            format!("{} ({})", stage_label(dockerfile.stage(uses[0].stage)), kinds.join("; "))
        })
        .collect();
    if users.len() > MOST {
        shown.push(format!("{} more", users.len() - MOST));
    }
    (!shown.is_empty()).then(|| format!("Used by {}", shown.join(", ")))
}

/// `COPY --from on lines 9, 10`
fn uses_of_kind(file: &SourceFile, uses: &[&StageRef]) -> String {
    let mut lines: Vec<u32> = uses.iter().map(|it| line_of(file, it.range.start())).collect();
    lines.dedup();
    let plural = if lines.len() == 1 { "" } else { "s" };
    let more = if lines.len() > MOST { " …" } else { "" };
    let lines: Vec<String> = lines.iter().take(MOST).map(u32::to_string).collect();
    format!("{} on line{plural} {}{more}", how(uses[0]), lines.join(", "))
}

fn how(reference: &StageRef) -> &'static str {
    match (reference.kind, reference.onbuild) {
        (StageRefKind::From, _) => "`FROM`",
        (StageRefKind::CopyFrom, false) => "`COPY --from`",
        (StageRefKind::CopyFrom, true) => "`ONBUILD COPY --from`",
        (StageRefKind::MountFrom, false) => "`RUN --mount`",
        (StageRefKind::MountFrom, true) => "`ONBUILD RUN --mount`",
    }
}

/// The platform, which the stage at the bottom decides.
fn platform(dockerfile: &Dockerfile, id: StageId) -> Option<String> {
    let bottom = dockerfile.stage(*base_chain(dockerfile, id).first()?);
    bottom.platform.as_ref().filter(|it| !it.is_empty()).map(|it| format!("Platform {}", code(it)))
}

/// What holds at the stage's end.
fn state(dockerfile: &Dockerfile, state: &StageState) -> Vec<String> {
    let mut facts = Vec::new();
    let texts = [("WORKDIR", &state.workdir), ("USER", &state.user), ("STOPSIGNAL", &state.stopsignal)];
    for (keyword, text) in texts {
        facts.extend(text.as_ref().map(|text| format!("`{keyword}` {}", code(text))));
    }
    facts.extend(state.shell.as_ref().map(|words| format!("`SHELL` {}", code(&words.join(" ")))));
    let env = state.env.iter().map(|(name, value, _)| code(&format!("{name}={value}")));
    facts.extend(some_of("ENV", env));
    facts.extend(some_of("EXPOSE", state.expose.iter().map(|port| code(port))));
    facts.extend(start::runs(dockerfile, state));
    facts
}

/// The first entries of a list behind a keyword; further ones are counted.
fn some_of(keyword: &str, mut entries: impl ExactSizeIterator<Item = String>) -> Option<String> {
    let mut shown: Vec<String> = entries.by_ref().take(MOST).collect();
    if entries.len() > 0 {
        shown.push(format!("{} more", entries.len()));
    }
    (!shown.is_empty()).then(|| format!("`{keyword}` {}", shown.join(", ")))
}

/// Whether the build needs the stage, and which targets do.
fn reach(dockerfile: &Dockerfile, build: Build<'_>, stage: &Stage) -> String {
    let stages = &dockerfile.stages;
    let chosen = build.target.and_then(|name| dockerfile.stage_named(name));
    let target = chosen.or(dockerfile.default_target());
    let what = if chosen.is_some() { "target" } else { "default target" };
    let needed_by = dockerfile.graph.needed_by(stages, stage.id);
    let is_needed = target.is_some_and(|it| needed_by.get(it.id.index()).copied().unwrap_or(true));
    let is_target = |it: &Stage| target.is_some_and(|target| target.id == it.id);
    let others = stages.iter().filter(|it| it.name.is_some() && !is_target(it) && needed_by[it.id.index()]);
    let others: Vec<&Stage> = others.collect();
    match target {
        Some(target) if target.id == stage.id => format!("The {what}"),
        Some(target) if is_needed => {
            let users: Vec<&Stage> = others.into_iter().filter(|it| it.id != stage.id).collect();
            let also = match users.len() {
                0 => String::new(),
                1 => format!("; {} needs it too", stage_label(users[0])),
                _ => format!("; {} need it too", some(&users, stage_label).join(", ")),
            };
            format!("Built for the {what} {}{also}", stage_label(target))
        }
        _ => {
            let how = match chosen {
                Some(target) => format!("Not built for the target {}", stage_label(target)),
                None => "Not built by default".to_owned(),
            };
            let targets = some(&others, |it| code(&format!("--target {}", it.label())));
            match targets.split_last() {
                None => how,
                Some((last, [])) => format!("{how}, only with {last}"),
                Some((last, rest)) => format!("{how}, only with {} or {last}", rest.join(", ")),
            }
        }
    }
}

/// ``Built by the service `web` of compose.yaml``
fn others(dockerfile: &Dockerfile, built: &[BuiltTarget], id: StageId) -> Option<String> {
    let is_this = |it: &&BuiltTarget| dockerfile.stage_named(&it.stage).is_some_and(|stage| stage.id == id);
    let mut found: Vec<String> =
        built.iter().filter(is_this).map(|it| format!("{} of {}", it.who, code(&it.file))).collect();
    if found.len() > MOST {
        let more = found.len() - MOST;
        found.truncate(MOST);
        found.push(format!("{more} more"));
    }
    (!found.is_empty()).then(|| format!("Built by {}", found.join(", ")))
}

/// What to write for the first stages of a list; further ones are counted.
fn some(stages: &[&Stage], shown: impl Fn(&Stage) -> String) -> Vec<String> {
    let mut names: Vec<String> = stages.iter().take(MOST).map(|it| shown(it)).collect();
    if stages.len() > MOST {
        names.push(format!("{} more", stages.len() - MOST));
    }
    names
}

/// A stage in a sentence: its name as code, or its index.
pub(super) fn stage_label(stage: &Stage) -> String {
    match &stage.name {
        Some(name) => code(&name.written),
        None => format!("stage {}", stage.id.0),
    }
}
