//! The plan of a split: where each instruction goes, and why.

use super::Refusal;
use super::carry;
use super::profile::{self, Profile};
use super::view::View;
use crate::model::{ImageRef, InstructionId, VarRef};
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

/// A RUN that the builder gets in addition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// The instruction it stands behind; none for the builder's end.
    pub after: Option<InstructionId>,
    /// Its `--mount` flags, with a space behind each.
    pub mounts: String,
    /// Its command.
    pub text: String,
}

/// What goes over from the builder to the final stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Its path in the builder.
    pub from: String,
    /// Its path in the final stage.
    pub to: String,
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
    pub added: Option<Added>,
    /// The instruction that makes the artifact; none when it is the added one at the builder's end.
    pub made_by: Option<InstructionId>,
    /// What the final stage gets from the builder.
    pub artifact: Artifact,
    /// How the COPY of the artifact names it in the final stage.
    pub artifact_to: String,
    /// The owner of the artifact, for `--chown`.
    pub owner: Option<String>,
    /// A port to expose.
    pub expose: Option<String>,
    /// What the split assumes and what to look at afterwards, one sentence each.
    pub notes: Vec<String>,
}

/// Plans the split of a stage.
pub(super) fn plan(view: &View<'_>) -> Result<(SplitPlan, &'static dyn Profile), Refusal> {
    let profile = profile::find(view).ok_or_else(|| no_profile(view))?;
    let (recipe, tag) = profile.recipe(view)?;
    let (runtime, runtime_notes) = runtime_image(view, &tag);
    let carried = carry::carry(view, profile, &recipe, &tag)?;
    let (builder, final_name) = names(view);
    for name in [&builder, &final_name] {
        if view.dockerfile.refs.iter().any(|it| it.text.eq_ignore_ascii_case(name)) {
            return Err(Refusal::new(format!(
                "`{name}` would be a stage, and the file uses an image of that name"
            )));
        }
    }
    let exposed = carried
        .steps
        .iter()
        .any(|step| view.dockerfile.instruction(step.instruction).keyword() == Keyword::Expose);
    let mut notes = vec![format!("The final stage starts from `{runtime}`.")];
    notes.extend(runtime_notes);
    let in_workdir = |it: &VarRef| view.dockerfile.instruction(it.instruction).keyword() == Keyword::Workdir;
    if view.dockerfile.scopes().refs.iter().any(in_workdir) {
        notes.push(
            "WORKDIR depends on variables: the paths of the split are those of their defaults.".to_owned(),
        );
    }
    notes.extend(recipe.notes);
    notes.extend(carried.notes);
    let plan = SplitPlan {
        steps: carried.steps,
        builder_end: carried.builder_end,
        builder,
        final_name,
        runtime,
        added: recipe.added,
        made_by: recipe.made_by,
        artifact: recipe.artifact,
        artifact_to: carried.artifact_to,
        owner: carried.owner,
        expose: recipe.port.filter(|_| !exposed),
        notes,
    };
    Ok((plan, profile))
}

fn no_profile(view: &View<'_>) -> Refusal {
    const TOOLS: [&str; 6] = ["mvn", "gradle", "javac", "ant ", "sbt", "lein"];
    let builds = view.all(Keyword::Run).any(|run| TOOLS.iter().any(|tool| view.says(run, tool)));
    let mut copies = view.instructions().filter(|it| matches!(it.keyword(), Keyword::Copy | Keyword::Add));
    if !builds
        && copies.any(|copy| copy.data.arguments.words().iter().any(|word| word.text.ends_with(".jar")))
    {
        return Refusal::new("nothing is built here: the jar comes from the build context".to_owned());
    }
    Refusal::new("no build is found that can be split: so far the Maven wrapper is known".to_owned())
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

/// The final stage's base image: the stage's own with another tag. Variables in it stay where the part
/// that changes is written out, so that both stages follow them.
fn runtime_image(view: &View<'_>, tag: &str) -> (String, Vec<String>) {
    let resolved = &view.stage.base_text;
    let written = view.stage.base_word.as_ref().map_or(resolved.as_str(), |(text, _)| text.as_str());
    let tagged = resolved.split('@').next().unwrap_or(resolved);
    let image = ImageRef::parse(tagged);
    let repository = match &image.tag {
        Some(old) => &tagged[..tagged.len() - old.len() - 1],
        None => tagged,
    };
    let runtime = format!("{repository}:{tag}");
    if !written.contains('$') {
        return (runtime, Vec::new());
    }
    // The change lies behind what both have in common; what follows it must be written without variables.
    let same = resolved.bytes().zip(runtime.bytes()).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) =
        (resolved.get(same..).unwrap_or(resolved), runtime.get(same..).unwrap_or(&runtime));
    let plain_version = |tag: &str| tag.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'_');
    if let Some(kept) = written.strip_suffix(old_rest)
        && (!old_rest.is_empty() || image.tag.as_deref().is_some_and(plain_version))
    {
        return (format!("{kept}{new_rest}"), Vec::new());
    }
    let note =
        format!("`{runtime}` is taken from the defaults of the variables in FROM and does not follow them.");
    (runtime, vec![note])
}
