//! What differs from one way to build to the next.
//!
//! A profile knows how its builds are recognised, what they leave behind, what runs that, and what of the
//! stage only the build needs. Everything else (names, order, what the final stage carries, the text) is
//! the same for all and stands outside.

mod java;
mod maven;
mod maven_wrapper;

use super::Refusal;
use super::plan::{Added, Artifact, Place};
use super::runtime;
use super::shell::Command;
use super::view::View;
use crate::model::{ImageRef, InstructionId, SourceFile};
use crate::syntax::Keyword;

/// A way to build.
pub(super) trait Profile: Sync {
    /// The build tools that the stage ships, for the hint.
    fn ships(&self) -> &'static str;

    /// Whether the stage builds this way.
    fn applies(&self, view: &View<'_>) -> bool;

    /// How to split it, and the tag of the runtime image.
    fn recipe(&self, view: &View<'_>) -> Result<(Recipe, String), Refusal>;

    /// Whether a command of a RUN belongs to the build.
    fn is_build_command(&self, command: &Command) -> bool;

    /// Whether only the build reads this environment variable.
    fn is_build_env(&self, name: &str) -> bool;

    /// Whether what lies at this path is for the build tool alone.
    fn is_build_path(&self, path: &str) -> bool;

    /// Whether this program comes with the builder's base image and not with the runtime's.
    fn is_builder_tool(&self, program: &str) -> bool;
}

/// Every profile; the first one that applies is taken.
const PROFILES: [&dyn Profile; 1] = [&maven_wrapper::MavenWrapper];

/// The profile for a stage.
pub(super) fn find(view: &View<'_>) -> Option<&'static dyn Profile> {
    PROFILES.into_iter().find(|profile| profile.applies(view))
}

/// What a profile makes of a stage.
pub(super) struct Recipe {
    /// The directory that the build runs in: what is copied into it is the build's input.
    pub(super) build_dir: String,
    /// A RUN that the builder gets in addition.
    pub(super) added: Option<Added>,
    /// The instruction that makes the artifact; none when it is the added one at the builder's end.
    pub(super) made_by: Option<InstructionId>,
    /// What goes over to the final stage.
    pub(super) artifact: Artifact,
    /// What becomes of ENTRYPOINT and CMD; those that are not named are dropped.
    pub(super) command: Vec<(InstructionId, Place)>,
    /// A port to expose when the stage exposes none.
    pub(super) port: Option<String>,
    /// What the split assumes, one sentence each.
    pub(super) notes: Vec<String>,
}

/// Whether a file that cannot be split looks as if it were one to be split: it calls the Maven wrapper, or
/// stands on a JDK and builds something, or starts a jar.
pub(super) fn looks_familiar(file: &SourceFile) -> bool {
    let dockerfile = file.dockerfile();
    let may_call = [Keyword::Run, Keyword::Cmd, Keyword::Entrypoint];
    let says = |words: &[&str]| {
        let mut lines = dockerfile.instructions().filter(|it| may_call.contains(&it.keyword()));
        lines.any(|it| words.iter().any(|word| it.data.line.text().contains(word)))
    };
    let mut stages = dockerfile.stages.iter();
    let on_jdk = stages.any(|stage| runtime::builds_java(&ImageRef::parse(&stage.base_text)));
    says(&["mvnw"]) || (on_jdk && says(&["gradle", "mvn", "javac", ".jar"]))
}
