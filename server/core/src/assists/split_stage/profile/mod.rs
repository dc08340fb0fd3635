//! What differs from one way to build to the next.
//!
//! A profile knows how its builds are recognised, what they leave behind, what runs that, and what of the
//! stage only the build needs. Everything else (names, order, what the final stage carries, the text) is
//! the same for all and stands outside.

mod binary;
mod c;
mod dotnet;
mod elixir;
mod go;
mod haskell;
mod java;
mod node;
mod python;
mod ruby;
mod rust;
mod swift;
mod zig;

use super::Refusal;
use super::plan::{Added, Artifact, Place};
use super::runtime::Runtime;
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

    /// How to split it.
    fn recipe(&self, view: &View<'_>) -> Result<Recipe, Refusal>;

    /// Whether a command of a RUN belongs to the build.
    fn is_build_command(&self, command: &Command) -> bool;

    /// Whether only the build reads this environment variable.
    fn is_build_env(&self, name: &str) -> bool;

    /// Whether what lies at this path is for the build tool alone.
    fn is_build_path(&self, path: &str) -> bool;

    /// Whether this package of the system is for this build alone, beside what every build takes.
    fn is_build_package(&self, _package: &str) -> bool {
        false
    }

    /// Whether a command of a RUN installs what the application runs with.
    fn is_setup_command(&self, _command: &Command) -> bool {
        false
    }

    /// Whether this program comes with the builder's base image and not with the runtime's.
    fn is_builder_tool(&self, _program: &str) -> bool {
        false
    }

    /// Whether its applications often call others over TLS without more than their program.
    fn calls_others(&self) -> bool {
        true
    }

    /// Whether the build puts directories such as `static` and `templates` into its artifact.
    fn bundles_assets(&self) -> bool {
        false
    }

    /// Whether the application is what was copied in, with what the build adds; otherwise it is what the
    /// build makes of it.
    fn runs_sources(&self) -> bool {
        false
    }
}

/// Every profile; the first one that applies is taken.
const PROFILES: &[&dyn Profile] = &[
    &node::Site,
    &node::Built,
    &node::Plain,
    &python::Python,
    &ruby::Ruby,
    &dotnet::Dotnet,
    &elixir::Elixir,
    &java::Java,
    &go::Go,
    &rust::Rust,
    &swift::Swift,
    &haskell::Haskell,
    &zig::Zig,
    &c::C,
];

/// The profile for a stage.
pub(super) fn find(view: &View<'_>) -> Option<&'static dyn Profile> {
    PROFILES.iter().copied().find(|profile| profile.applies(view))
}

/// A profile for a stage that none is made for: it knows the commands of the most common builds.
pub(super) fn any() -> &'static dyn Profile {
    &java::Java
}

/// Why a stage that no profile knows is not split.
pub(super) fn unknown(view: &View<'_>) -> Refusal {
    if let Err(refusal) = super::runtime::refuse_windows(&ImageRef::parse(&view.stage.base_text)) {
        return refusal;
    }
    Refusal::not_offered("no build is found that can be split".to_owned())
}

/// Whether a file that nobody can look at closely calls a build tool.
pub(super) fn looks_familiar(file: &SourceFile) -> bool {
    const CALLS: [&str; 13] = [
        "mvn",
        "gradle",
        "javac",
        "npm ",
        "yarn ",
        "go build",
        "go run",
        "cargo ",
        "dotnet ",
        "pip install",
        "bundle install",
        "composer install",
        "mix release",
    ];
    let may_call = [Keyword::Run, Keyword::Cmd, Keyword::Entrypoint];
    let mut lines = file.dockerfile().instructions().filter(|it| may_call.contains(&it.keyword()));
    lines.any(|it| CALLS.iter().any(|word| it.data.line.text().contains(word)))
}

/// Whether a split leaves something behind: the runtime image is another one, or packages are for builds alone.
fn gains(view: &View<'_>, profile: &dyn Profile, runtime: &Runtime) -> bool {
    let base = view.stage.base_text.split('@').next().unwrap_or("");
    let other = runtime.image != base && runtime.image.trim_end_matches(":latest") != base;
    other
        || view.runs(|command| {
            matches!(command.program(), "apt-get" | "apt" | "apk" | "yum" | "dnf" | "microdnf")
                && command.argv().iter().any(|it| matches!(it.text.as_str(), "install" | "add"))
                && command.argv().iter().skip(2).any(|it| {
                    let manager = super::runtime::system(&ImageRef::parse(&view.stage.base_text));
                    !it.text.starts_with('-')
                        && it.text != "install"
                        && (profile.is_build_package(&it.text)
                            || super::packages::role(&it.text, manager) != super::packages::Role::Runtime)
                })
        })
}

/// What a profile makes of a stage.
#[derive(Debug, Clone, Default)]
pub(super) struct Recipe {
    /// The directory that the build runs in: what is copied into it is the build's input.
    pub(super) build_dir: String,
    /// Images for the final stage, the preferred one first.
    pub(super) runtimes: Vec<Runtime>,
    /// What the builder gets in addition.
    pub(super) added: Vec<Added>,
    /// The instruction that makes the artifact; none when it is the added one at the builder's end.
    pub(super) made_by: Option<InstructionId>,
    /// What goes over to the final stage.
    pub(super) artifacts: Vec<Artifact>,
    /// Where ENTRYPOINT, CMD and others go that the profile decides about; an ENTRYPOINT or CMD that is not
    /// named is dropped.
    pub(super) places: Vec<(InstructionId, Place)>,
    /// The same for an image without a shell, where that differs.
    pub(super) exec_places: Vec<(InstructionId, Place)>,
    /// Files that the application needs beside its artifact, by their path in the image.
    pub(super) needs: Vec<String>,
    /// Packages that the final stage needs.
    pub(super) packages: Vec<String>,
    /// Instructions that the final stage begins with.
    pub(super) opening: Vec<String>,
    /// Instructions behind the artifacts in the final stage.
    pub(super) closing: Vec<String>,
    /// A port to expose when the stage exposes none.
    pub(super) port: Option<String>,
    /// What the split assumes, one sentence each.
    pub(super) notes: Vec<String>,
}
