//! What differs from one way to build to the next.
//!
//! A profile knows how its builds are recognised, what they leave behind, what runs that, and what of the
//! stage only the build needs. Everything else (names, order, what the final stage carries, the text) is
//! the same for all and stands outside.

mod binary;
mod c;
mod dart;
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

    /// Whether a command that somebody else gives to the container cannot run in the final stage.
    fn needs_builder(&self, command: &Command) -> bool {
        self.is_build_command(command) || self.is_builder_tool(command.program())
    }

    /// Whether its applications often call others over TLS without more than their program.
    fn calls_others(&self) -> bool {
        true
    }

    /// Whether the build puts directories such as `static` and `templates` into its artifact.
    fn bundles_assets(&self) -> bool {
        false
    }

    /// Whether what the build makes is files that another program serves, so that nothing of it runs.
    fn makes_pages(&self) -> bool {
        false
    }

    /// Whether the build gathers all that the application reads, so that nothing else has to be copied.
    fn gathers_all(&self) -> bool {
        self.makes_pages()
    }

    /// Whether its applications know the time zones by themselves.
    fn brings_time_zones(&self) -> bool {
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
    &dart::Dart,
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

/// Whether a command builds something in a way of its own, so that it may build a part of another application:
/// pages for a server, say.
pub(super) fn any_builds(command: &Command) -> bool {
    let ways: [&dyn Profile; 5] = [&node::Built, &java::Java, &go::Go, &rust::Rust, &dotnet::Dotnet];
    ways.iter().any(|it| it.is_build_command(command))
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

/// Refuses where a split leaves nothing behind: the runtime image is the same, and no packages are for builds alone.
fn refuse_without_gain(view: &View<'_>, profile: &dyn Profile, runtime: &Runtime) -> Result<(), Refusal> {
    let base = view.stage.base_text.split('@').next().unwrap_or("");
    let other = runtime.image != base && runtime.image.trim_end_matches(":latest") != base;
    let manager = super::runtime::system(&ImageRef::parse(&view.stage.base_text));
    let is_for_build = |package: &str| {
        profile.is_build_package(package)
            || super::packages::role(package, manager) != super::packages::Role::Runtime
    };
    let installs_for_build = |command: &Command| {
        let words = || command.argv().iter().skip(1).map(|it| it.text.as_str());
        matches!(command.program(), "apt-get" | "apt" | "apk" | "yum" | "dnf" | "microdnf")
            && words().any(|it| matches!(it, "install" | "add"))
            && words().skip(1).any(|it| !it.starts_with('-') && it != "install" && is_for_build(it))
    };
    if other || view.runs(installs_for_build) {
        return Ok(());
    }
    Err(Refusal::not_offered(
        "there is nothing to gain: the base image is small, and no compilers are installed".to_owned(),
    ))
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
    /// A sentence on what the artifact needs beside it, where no other note tells what stays behind.
    pub(super) alone: Option<String>,
    /// Whether the build is told to make programs for the C library of the runtime image.
    pub(super) for_runtime: bool,
    /// Runtimes that other files are offered and this one is not, with the reason.
    pub(super) impossible: Vec<(&'static str, String)>,
    /// A port to expose when the stage exposes none.
    pub(super) port: Option<String>,
    /// What the split assumes, one sentence each.
    pub(super) notes: Vec<String>,
}
