//! The plan of a split: where each instruction goes, and why.

use super::Refusal;
use super::carry::{self, Carried};
use super::changes::{self, Change};
use super::needs;
use super::profile::{self, Profile, Recipe};
use super::runtime::{Runtime, asked, own};
use super::start::Start;
use super::users;
use super::view::View;
use crate::model::{ImageRef, InstructionId, Stage, VarRef};
use crate::syntax::Keyword;

/// Where an instruction goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// It stays in the builder.
    Builder,
    /// It moves to the final stage.
    Final,
    /// It stays in the builder, and the final stage has it too.
    Both,
    /// It moves to the final stage and reads so there.
    FinalAs(String),
    /// It stays in the builder, and the final stage has it with this text.
    BothAs(String),
    /// It has no effect any more.
    Dropped,
}

impl Place {
    /// Whether the final stage has it.
    pub fn is_in_final(&self) -> bool {
        !matches!(self, Self::Builder | Self::Dropped)
    }
}

/// What happens to one instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The instruction.
    pub instruction: InstructionId,
    /// Where it goes.
    pub place: Place,
    /// Why, in a few words.
    pub why: &'static str,
}

/// An instruction that the builder gets in addition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// The instruction it stands behind; none for the builder's end.
    pub after: Option<InstructionId>,
    /// The whole instruction.
    pub text: String,
}

/// What goes over from the builder to the final stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Its path in the builder.
    pub from: String,
    /// Its path in the final stage.
    pub to: String,
    /// How the COPY names it in the final stage.
    pub written: String,
}

impl Artifact {
    /// What goes over from one path to another.
    pub(super) fn new(from: impl Into<String>, to: impl Into<String>) -> Self {
        let to = to.into();
        Self { from: from.into(), written: to.clone(), to }
    }

    /// What goes over and stays at its path.
    pub(super) fn same(path: impl Into<String>) -> Self {
        let path = path.into();
        Self { from: path.clone(), written: path.clone(), to: path }
    }
}

/// The plan of a split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitPlan {
    /// One step for each instruction of the stage, its FROM first.
    pub steps: Vec<Step>,
    /// The last instruction that the builder needs. What stands behind it is the final stage's already.
    pub builder_end: InstructionId,
    /// The name of the first stage.
    pub builder: String,
    /// The name of the final stage.
    pub final_name: String,
    /// The final stage's base image.
    pub runtime: String,
    /// What the builder gets in addition.
    pub added: Vec<Added>,
    /// The instruction that makes the artifact; none when it is the added one at the builder's end.
    pub made_by: Option<InstructionId>,
    /// What the final stage gets from the builder.
    pub artifacts: Vec<Artifact>,
    /// Instructions that the final stage begins with.
    pub opening: Vec<String>,
    /// The owner of the artifact, for `--chown`.
    pub owner: Option<String>,
    /// Instructions behind the artifacts in the final stage.
    pub closing: Vec<String>,
    /// A port to expose.
    pub expose: Option<String>,
    /// What the image is configured with otherwise than before.
    pub changes: Vec<Change>,
    /// What the split assumes and what to look at afterwards, one sentence each.
    pub notes: Vec<String>,
}

/// An ENTRYPOINT that passes on to the command stays in front of it, whatever becomes of that.
fn keep_entry(view: &View<'_>, start: &Start, recipe: &mut Recipe) -> Result<(), Refusal> {
    let Some(entry) = start.arguments.filter(|_| start.entry.is_some()) else { return Ok(()) };
    let is_entry = |text: &str| text.to_ascii_uppercase().starts_with(Keyword::Entrypoint.as_str());
    let is_taken =
        |place: &Place| matches!(place, Place::FinalAs(text) | Place::BothAs(text) if is_entry(text));
    if recipe.places.iter().any(|(id, place)| *id == start.instruction && is_taken(place)) {
        let line = view.dockerfile.instruction(entry).row + 1;
        return Err(Refusal::new(format!(
            "the ENTRYPOINT on line {line} starts what CMD says, which the split would make an ENTRYPOINT, too"
        )));
    }
    if !recipe.places.iter().any(|(id, _)| *id == entry) {
        recipe.places.push((entry, Place::Final));
    }
    Ok(())
}

/// Plans the split of a stage, with the runtime image that the user asks for by name, or the first that fits.
pub(super) fn plan(
    view: &View<'_>,
    choice: Option<&str>,
) -> Result<(SplitPlan, &'static dyn Profile), Refusal> {
    let profile = profile::find(view).ok_or_else(|| profile::unknown(view))?;
    let dirs = view.instructions().map(|it| view.workdir_before(it.id)).chain([view.workdir_at_end()]);
    if dirs.flatten().any(|dir| dir.contains(char::is_whitespace)) {
        return Err(Refusal::new(
            "WORKDIR has white space in its path, which commands of the split would take for two words"
                .to_owned(),
        ));
    }
    let mut recipe = profile.recipe(view)?;
    if !profile.runs_sources()
        && let Ok(start) = Start::of(view)
    {
        needs::add_named_files(view, &start, &mut recipe)?;
        keep_entry(view, &start, &mut recipe)?;
    }
    let (builder, final_name) = names(view);
    for name in [&builder, &final_name] {
        if view.dockerfile.refs.iter().any(|it| it.text.eq_ignore_ascii_case(name)) {
            return Err(Refusal::new(format!(
                "`{name}` would be a stage, and the file uses an image of that name"
            )));
        }
    }
    let (runtime, recipe, carried) = choose(view, profile, recipe, choice)?;
    let (image, image_note) = runtime_image(view, &runtime.image);
    let exposed = carried.steps.iter().any(|step| {
        step.place.is_in_final() && view.dockerfile.instruction(step.instruction).keyword() == Keyword::Expose
    });
    let mut notes = vec![format!("The final stage starts from `{image}`.")];
    notes.extend(runtime.notes.iter().cloned());
    notes.extend(image_note);
    notes.extend(asked::older(view, &recipe.build_dir, &runtime.image));
    let in_workdir = |it: &VarRef| view.dockerfile.instruction(it.instruction).keyword() == Keyword::Workdir;
    if view.dockerfile.scopes().refs.iter().any(in_workdir) {
        notes.push(
            "WORKDIR depends on variables: the paths of the split are those of their defaults.".to_owned(),
        );
    }
    if recipe.build_dir == "/" && view.all(Keyword::Workdir).next().is_none() {
        notes.push(
            "There is no WORKDIR: the build works among the directories of the system. Give it one of its own."
                .to_owned(),
        );
    }
    notes.extend(recipe.notes);
    notes.extend(carried.notes);
    let expose = recipe.port.filter(|_| !exposed);
    let closing: Vec<String> = recipe.closing.into_iter().chain(carried.closing).collect();
    let added: Vec<String> = carried.opening.iter().chain(&closing).cloned().collect();
    let changes = changes::of(view, &carried.steps, &added, expose.as_deref(), &runtime);
    notes.extend(changes::note(&changes));
    let mut plan = SplitPlan {
        changes,
        steps: carried.steps,
        builder_end: carried.builder_end,
        builder,
        final_name,
        runtime: image,
        added: recipe.added,
        made_by: recipe.made_by,
        artifacts: carried.artifacts,
        opening: carried.opening,
        closing,
        owner: carried.owner,
        expose,
        notes,
    };
    let users = users::notes(view, profile, &plan);
    plan.notes.extend(users);
    Ok((plan, profile))
}

/// The runtime images that a stage can be split with, the preferred one first.
pub(super) fn variants(view: &View<'_>) -> Vec<Runtime> {
    let found = profile::find(view).and_then(|profile| profile.recipe(view).ok());
    found.map_or_else(Vec::new, |recipe| recipe.runtimes)
}

/// The first runtime image that can hold what the final stage carries, and the recipe for it.
fn choose(
    view: &View<'_>,
    profile: &dyn Profile,
    recipe: Recipe,
    choice: Option<&str>,
) -> Result<(Runtime, Recipe, Carried), Refusal> {
    let mut first_refusal = None;
    let wanted = recipe.runtimes.iter().filter(|it| match choice {
        Some(choice) => it.name == choice,
        None => it.extra.is_none(),
    });
    for runtime in wanted {
        let recipe = adapted(view, &recipe, runtime);
        match carry::carry(view, profile, &recipe, runtime) {
            Ok(carried) => return Ok((runtime.clone(), recipe, carried)),
            Err(refusal) => drop(first_refusal.get_or_insert(refusal)),
        }
    }
    Err(first_refusal.unwrap_or_else(|| {
        let impossible = recipe.impossible.iter().find(|(name, _)| Some(*name) == choice);
        if let Some((name, reason)) = impossible {
            return Refusal::new(format!("there is no runtime `{name}` for it: {reason}"));
        }
        let names: Vec<&str> = recipe.runtimes.iter().map(|it| it.name).collect();
        Refusal::new(format!(
            "there is no runtime `{}` for it: there is {}",
            choice.unwrap_or(""),
            names.join(", ")
        ))
    }))
}

/// The recipe with what a choice changes.
fn adapted(view: &View<'_>, recipe: &Recipe, runtime: &Runtime) -> Recipe {
    let mut recipe = recipe.clone();
    if let Some(extra) = &runtime.extra {
        recipe.added.extend(extra.added.iter().cloned());
        recipe.artifacts.clone_from(&extra.artifacts);
        recipe.opening.extend(extra.opening.iter().cloned());
        let others =
            recipe.places.into_iter().filter(|(id, _)| extra.places.iter().all(|(other, _)| other != id));
        recipe.places = extra.places.iter().cloned().chain(others).collect();
    }
    let entrypoint = view.all(Keyword::Entrypoint).next().is_some();
    if runtime.has_entrypoint() && !entrypoint {
        for (id, place) in &mut recipe.places {
            let instruction = view.dockerfile.instruction(*id);
            let text = match place {
                Place::FinalAs(text) => text.clone(),
                Place::Final => view.source(instruction).trim_end().to_owned(),
                _ => continue,
            };
            if instruction.keyword() == Keyword::Cmd && text.to_ascii_uppercase().starts_with("CMD") {
                *place = Place::FinalAs(format!("{}{}", view.keyword(Keyword::Entrypoint), &text[3..]));
            }
        }
    }
    recipe
}

/// The names of both stages. A name that the stage has already is the image's, and so the final stage
/// keeps it for `--target`, unless it speaks of building.
fn names(view: &View<'_>) -> (String, String) {
    match &view.stage.name {
        Some(name) if name.lower.contains("build") || name.lower == "compile" => {
            (name.written.clone(), "final".to_owned())
        }
        Some(name) => ("builder".to_owned(), name.written.clone()),
        None => ("builder".to_owned(), "final".to_owned()),
    }
}

/// How the final stage's base image is written. Where it is the stage's own image with another tag, variables
/// stay where the part that changes is written out, so that both stages follow them.
fn runtime_image(view: &View<'_>, runtime: &str) -> (String, Option<String>) {
    runtime_image_of(view, view.stage, runtime)
}

/// The same for any stage.
pub(super) fn runtime_image_of(view: &View<'_>, stage: &Stage, runtime: &str) -> (String, Option<String>) {
    let (written, note) = written_image(stage, runtime);
    match own::in_place_of(view.images, runtime, &written) {
        Some(theirs) => {
            let note = format!(
                "`{theirs}` takes the place of `{runtime}`, as `split.runtime` says: it must hold what that one holds."
            );
            (theirs, Some(note))
        }
        None => (written, note),
    }
}

/// A runtime image as the FROM of a stage would write it.
fn written_image(stage: &Stage, runtime: &str) -> (String, Option<String>) {
    let resolved = &stage.base_text;
    let written = stage.base_word.as_ref().map_or(resolved.as_str(), |(text, _)| text.as_str());
    let tagged = resolved.split('@').next().unwrap_or(resolved);
    if !written.contains('$') {
        return (runtime.to_owned(), None);
    }
    let image = ImageRef::parse(tagged);
    let repository = match &image.tag {
        Some(old) => &tagged[..tagged.len() - old.len() - 1],
        None => tagged,
    };
    if runtime.strip_prefix(repository).is_some_and(|rest| rest.starts_with(':')) {
        // The change lies behind what both have in common; what follows it must be written without variables.
        let same = resolved.bytes().zip(runtime.bytes()).take_while(|(a, b)| a == b).count();
        let (old_rest, new_rest) =
            (resolved.get(same..).unwrap_or(resolved), runtime.get(same..).unwrap_or(runtime));
        let plain_version = |tag: &str| tag.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'_');
        if let Some(kept) = written.strip_suffix(old_rest)
            && (!old_rest.is_empty() || image.tag.as_deref().is_some_and(plain_version))
        {
            return (format!("{kept}{new_rest}"), None);
        }
        if runtime == resolved {
            return (written.to_owned(), None);
        }
    }
    let note =
        format!("`{runtime}` is taken from the defaults of the variables in FROM and does not follow them.");
    (runtime.to_owned(), Some(note))
}
