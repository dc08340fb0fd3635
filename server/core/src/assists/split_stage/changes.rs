//! What the final image is configured with otherwise than before.
//!
//! A split keeps the configuration of the image, but for what it names: [`of`] reads that from the plan, and
//! [`differences`] finds it by comparing two files. Tests hold the one against the other.

use super::plan::{Place, Step};
use super::runtime::{Runtime, directory};
use super::view::View;
use crate::model::state::{self, StageState};
use crate::model::{Arguments, ImageRef, InstructionId, SourceFile};
use crate::syntax::Keyword;
use rustc_hash::FxHashMap;

/// Something that an image is configured with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setting {
    /// An environment variable, by its name.
    Env(String),
    /// The directory that the command runs in.
    Workdir,
    /// The user who runs it.
    User,
    /// The shell of commands in shell form.
    Shell,
    /// Ports.
    Expose,
    /// Volumes.
    Volume,
    /// A label, by its name.
    Label(String),
    /// The author.
    Maintainer,
    /// The check of the container's health.
    Healthcheck,
    /// The signal that stops the container.
    Stopsignal,
    /// ENTRYPOINT and CMD.
    Command,
}

/// A setting that a split changes, drops or adds on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What is changed.
    pub what: Setting,
    /// Why, in a few words.
    pub why: &'static str,
}

/// Why a variable is added.
const FOR_RUNTIME: &str = "is for the runtime";

impl Change {
    pub(super) fn new(what: Setting, why: &'static str) -> Self {
        Self { what, why }
    }
}

/// What a plan changes, each setting once, in order.
pub(super) fn of(
    view: &View<'_>,
    steps: &[Step],
    added: &[String],
    port: Option<&str>,
    runtime: &Runtime,
) -> Vec<Change> {
    let mut changes = Vec::new();
    // Whether the last step that defines a variable brings it into the final stage, and why not.
    let mut env: Vec<(String, Option<&'static str>)> = Vec::new();
    let mut known: FxHashMap<String, usize> = FxHashMap::default();
    // The last WORKDIR, USER and so on with its step.
    let mut last: FxHashMap<Keyword, &Step> = FxHashMap::default();
    for step in steps {
        let instruction = view.dockerfile.instruction(step.instruction);
        let keyword = instruction.keyword();
        match (keyword, &instruction.data.arguments) {
            (Keyword::Env, Arguments::Pairs(pairs)) => {
                let kept = match &step.place {
                    Place::Final | Place::Both => None,
                    Place::FinalAs(text) | Place::BothAs(text) => Some(names_of_env(view, text)),
                    Place::Builder | Place::Dropped => Some(Vec::new()),
                };
                for pair in pairs {
                    let name = &pair.name.text;
                    let lost = kept.as_ref().is_some_and(|kept| !kept.contains(name)).then_some(step.why);
                    match known.get(name) {
                        Some(&at) => env[at].1 = lost,
                        None => {
                            known.insert(name.clone(), env.len());
                            env.push((name.clone(), lost));
                        }
                    }
                }
            }
            (Keyword::Expose | Keyword::Volume | Keyword::Label | Keyword::Maintainer, _)
                if !step.place.is_in_final() =>
            {
                changes.extend(lost(keyword, &instruction.data.arguments, step.why));
            }
            _ => drop(last.insert(keyword, step)),
        }
    }
    // What the final stage begins with is what its own definitions, which stand behind it, may build on.
    let is_own = |name: &String| known.get(name).is_some_and(|at| env[*at].1.is_none());
    let added_env = added.iter().flat_map(|it| names_of_env(view, it)).filter(|name| !is_own(name));
    changes.extend(added_env.map(|name| Change::new(Setting::Env(name), FOR_RUNTIME)));
    changes.extend(env.into_iter().filter_map(|(name, why)| Some(Change::new(Setting::Env(name), why?))));
    let same = |step: &&Step| {
        let instruction = view.dockerfile.instruction(step.instruction);
        match &step.place {
            Place::Final | Place::Both => true,
            // A relative WORKDIR that is written out is the same one.
            Place::BothAs(_) if instruction.keyword() == Keyword::Workdir => true,
            Place::FinalAs(text) | Place::BothAs(text) => *text == view.source(instruction).trim_end(),
            // What every image starts with is no loss.
            Place::Builder | Place::Dropped => match instruction.keyword() {
                Keyword::Workdir => {
                    view.workdir_at_end() == Some(directory(&ImageRef::parse(&runtime.image)))
                }
                Keyword::User => view.user_at_end() == Some("root"),
                _ => false,
            },
        }
    };
    for (keyword, what) in [
        (Keyword::Workdir, Setting::Workdir),
        (Keyword::User, Setting::User),
        (Keyword::Shell, Setting::Shell),
        (Keyword::Healthcheck, Setting::Healthcheck),
        (Keyword::Stopsignal, Setting::Stopsignal),
        (Keyword::Entrypoint, Setting::Command),
        (Keyword::Cmd, Setting::Command),
    ] {
        if let Some(step) = last.get(&keyword).filter(|step| !same(step)) {
            changes.push(Change::new(what, step.why));
        }
    }
    let base = directory(&ImageRef::parse(&view.stage.base_text));
    let set_anew = added.iter().any(|it| it.to_ascii_uppercase().starts_with("WORKDIR"));
    if base != directory(&ImageRef::parse(&runtime.image))
        && !last.contains_key(&Keyword::Workdir)
        && !set_anew
    {
        changes.push(Change::new(Setting::Workdir, "is that of the runtime image"));
    }
    if port.is_some() {
        changes.push(Change::new(Setting::Expose, "is where the application listens"));
    }
    if runtime.is_nonroot() && !last.contains_key(&Keyword::User) {
        changes.push(Change::new(Setting::User, "is the user of the runtime image"));
    }
    changes.sort_by(|a, b| a.what.cmp(&b.what));
    changes.dedup_by(|a, b| a.what == b.what);
    changes
}

/// What goes with an instruction that stays behind.
fn lost(keyword: Keyword, arguments: &Arguments, why: &'static str) -> Vec<Change> {
    match (keyword, arguments) {
        (Keyword::Expose, _) => vec![Change::new(Setting::Expose, why)],
        (Keyword::Volume, _) => vec![Change::new(Setting::Volume, why)],
        (Keyword::Maintainer, _) => vec![Change::new(Setting::Maintainer, why)],
        (_, Arguments::Pairs(pairs)) => {
            pairs.iter().map(|it| Change::new(Setting::Label(it.name.text.clone()), why)).collect()
        }
        _ => Vec::new(),
    }
}

/// The variables that an instruction sets, by its text.
fn names_of_env(view: &View<'_>, text: &str) -> Vec<String> {
    let file = SourceFile::new(&format!("# escape={}\n{text}", view.dockerfile.escape));
    let instructions = file.dockerfile().instructions();
    let pairs =
        instructions.filter(|it| it.keyword() == Keyword::Env).filter_map(|it| match &it.data.arguments {
            Arguments::Pairs(pairs) => Some(pairs),
            _ => None,
        });
    pairs.flatten().map(|pair| pair.name.text.clone()).collect()
}

/// What to say of the variables that stay in the builder.
pub(super) fn note(changes: &[Change]) -> Option<String> {
    let lost = changes.iter().filter(|it| it.why != FOR_RUNTIME).filter_map(|it| match &it.what {
        Setting::Env(name) => Some(name.as_str()),
        _ => None,
    });
    let lost: Vec<&str> = lost.collect();
    (!lost.is_empty()).then(|| format!("The final stage does not have {}.", lost.join(", ")))
}

/// What the image of a file is configured with otherwise than that of another, in order.
pub fn differences(before: &SourceFile, after: &SourceFile) -> Vec<Setting> {
    let (before, after) = (Image::of(before), Image::of(after));
    let mut found = Vec::new();
    found.extend(keys(&before.env, &after.env).map(Setting::Env));
    found.extend(keys(&before.state.labels, &after.state.labels).map(Setting::Label));
    for (what, is_same) in [
        (Setting::Workdir, is_same(&before.workdir, &after.workdir)),
        (Setting::User, before.user == after.user),
        (Setting::Shell, before.state.shell == after.state.shell),
        (Setting::Expose, are_same(&before.state.expose, &after.state.expose)),
        (Setting::Volume, are_same(&before.state.volumes, &after.state.volumes)),
        (
            Setting::Stopsignal,
            are_same(before.state.stopsignal.as_slice(), after.state.stopsignal.as_slice()),
        ),
        (Setting::Healthcheck, before.healthcheck == after.healthcheck),
        (Setting::Maintainer, before.maintainer == after.maintainer),
        (Setting::Command, before.command == after.command),
    ] {
        if !is_same {
            found.push(what);
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The image that comes of a file's last stage.
struct Image {
    state: StageState,
    workdir: String,
    env: Vec<(String, String)>,
    user: String,
    maintainer: Option<String>,
    healthcheck: Option<String>,
    command: [Option<String>; 2],
}

impl Image {
    fn of(file: &SourceFile) -> Self {
        let dockerfile = file.dockerfile();
        let Some(last) = dockerfile.default_target() else {
            return Self {
                state: StageState::default(),
                workdir: String::new(),
                env: Vec::new(),
                user: String::new(),
                maintainer: None,
                healthcheck: None,
                command: [None, None],
            };
        };
        let state = state::at_end(dockerfile, last.id);
        let source = |id: InstructionId| {
            file.text().slice(dockerfile.instruction(id).range()).trim_end().replace("\r\n", "\n")
        };
        let chain = state::base_chain(dockerfile, last.id);
        let ids = chain.iter().flat_map(|id| dockerfile.stage(*id).instructions());
        let maintainer = ids.filter(|id| dockerfile.instruction(*id).keyword() == Keyword::Maintainer).last();
        let bottom = chain.first().map_or("", |id| dockerfile.stage(*id).base_text.as_str());
        let by_base = if super::runtime::is_nonroot(bottom) { "nonroot" } else { "root" };
        let directory = directory(&ImageRef::parse(bottom));
        Self {
            workdir: super::paths::join(directory, state.workdir.as_deref().unwrap_or(directory)),
            env: state.env.iter().map(|(name, value, _)| (name.clone(), value.clone())).collect(),
            user: state.user.clone().unwrap_or_else(|| by_base.to_owned()),
            maintainer: maintainer.map(source),
            healthcheck: state.healthcheck.map(source),
            command: [&state.entrypoint, &state.cmd].map(|it| it.as_ref().map(|it| source(it.instruction))),
            state,
        }
    }
}

/// Whether two values are the same. One with a variable that the file does not know may be any.
fn is_same(before: &str, after: &str) -> bool {
    before == after || before.contains('$')
}

fn are_same(before: &[String], after: &[String]) -> bool {
    let (unknown, known): (Vec<&String>, Vec<&String>) = before.iter().partition(|it| it.contains('$'));
    before == after || (!unknown.is_empty() && known.iter().all(|it| after.contains(it)))
}

/// The names whose values differ.
fn keys<'a>(
    before: &'a [(String, String)],
    after: &'a [(String, String)],
) -> impl Iterator<Item = String> + use<'a> {
    let map = |list: &'a [(String, String)]| -> FxHashMap<&'a str, &'a str> {
        list.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    };
    let (old, new) = (map(before), map(after));
    let names = before.iter().chain(after).map(|(name, _)| name.as_str());
    let differs = move |name: &&str| match (old.get(name), new.get(name)) {
        // What a base image sets stays a variable in both; what a stage inherits is written out.
        (Some(old), Some(new)) => old != new && (new.contains('$') || !old.contains('$')),
        _ => true,
    };
    names.filter(differs).map(str::to_owned)
}
