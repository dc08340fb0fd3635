//! Which image runs what another image builds, and what that image has in it.

pub(super) mod asked;
pub(super) mod jdk;
pub(super) mod own;
mod table;

use super::Refusal;
use super::plan::{Added, Artifact, Place};
use crate::model::{ImageRef, InstructionId};

/// How an image installs packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum System {
    /// Debian, Ubuntu.
    Apt,
    /// Alpine.
    Apk,
    /// Fedora and its kin.
    Rpm,
    /// The small images of Red Hat.
    Microdnf,
    /// There is no shell and no package manager.
    None,
    /// It is not known.
    Unknown,
}

/// An image for the final stage and what to know about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Runtime {
    /// What users call this choice: `jre`, `slim`, `distroless`, …
    pub(super) name: &'static str,
    /// The whole reference.
    pub(super) image: String,
    /// What the user should know, one sentence each.
    pub(super) notes: Vec<String>,
    /// Whether the tag of the builder's image does not fix the version that this one has.
    pub(super) floating: bool,
    /// What else this choice changes.
    pub(super) extra: Option<Extra>,
}

/// What a choice of a runtime image changes beside the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Extra {
    /// What it is, for the title of an action.
    pub(super) title: &'static str,
    /// What the builder gets in addition.
    pub(super) added: Vec<Added>,
    /// What goes over instead.
    pub(super) artifacts: Vec<Artifact>,
    /// Instructions that the final stage begins with.
    pub(super) opening: Vec<String>,
    /// Where instructions go instead.
    pub(super) places: Vec<(InstructionId, Place)>,
}

impl Runtime {
    /// A runtime without anything to note.
    pub(super) fn plain(name: &'static str, image: impl Into<String>) -> Self {
        Self { name, image: image.into(), notes: Vec::new(), floating: false, extra: None }
    }

    /// How it installs packages.
    pub(super) fn system(&self) -> System {
        system(&ImageRef::parse(&self.image))
    }

    /// What the choice is, for the title of an action.
    pub(super) fn title(&self) -> &str {
        self.extra.as_ref().map_or(self.name, |it| it.title)
    }

    /// Whether its own ENTRYPOINT would take a CMD for its arguments.
    pub(super) fn has_entrypoint(&self) -> bool {
        ["distroless/java", "distroless/nodejs", "distroless/python"].iter().any(|it| self.image.contains(it))
    }

    /// Whether it has a user of this name.
    pub(super) fn has_user(&self, user: &str) -> bool {
        const EVERYWHERE: [&str; 3] = ["root", "nobody", "daemon"];
        let own: &[&str] = match name(&ImageRef::parse(&self.image)) {
            "node" => &["node"],
            "aspnet" | "runtime" | "runtime-deps" => &["app"],
            "nginx" => &["nginx"],
            "jetty" => &["jetty"],
            "php" => &["www-data"],
            _ if self.image.contains("distroless") => &["nonroot"],
            _ if self.system() == System::Apt => &["www-data", "games", "mail"],
            _ => &[],
        };
        EVERYWHERE.contains(&user) || own.contains(&user)
    }

    /// Whether its user is not root.
    pub(super) fn is_nonroot(&self) -> bool {
        is_nonroot(&self.image)
    }

    /// Whether it has a shell.
    pub(super) fn has_shell(&self) -> bool {
        self.system() != System::None
    }

    /// Whether it is known to lack a program.
    pub(super) fn lacks(&self, program: &str) -> bool {
        let image = ImageRef::parse(&self.image);
        let tag = image.tag.as_deref().unwrap_or("");
        let jre = matches!(name(&image), "eclipse-temurin" | "tomcat");
        match (self.system(), program) {
            (System::None, _) => true,
            (System::Apk, "curl" | "bash") => true,
            (System::Apt, "curl" | "wget") => !(jre || name(&image) == "buildpack-deps" || is_full(&image)),
            (System::Microdnf, "wget") => true,
            (System::Rpm, "wget") => tag.contains("al2"),
            _ => false,
        }
    }

    /// Whether it has the files of time zones.
    pub(super) fn has_time_zones(&self) -> bool {
        has_time_zones(&ImageRef::parse(&self.image))
    }

    /// Whether it has the certificates of the authorities that the network trusts.
    pub(super) fn has_certificates(&self) -> bool {
        let image = ImageRef::parse(&self.image);
        if image.repository == "scratch" {
            return false;
        }
        // A Java that `jlink` makes brings its own.
        self.name == "jlink" || self.system() != System::Apt || !matches!(name(&image), "debian" | "ubuntu")
    }
}

/// Whether an image is known to run as another user than root.
pub(super) fn is_nonroot(image: &str) -> bool {
    image.contains("distroless") && image.ends_with("nonroot")
}

/// The directory that an image starts in.
pub(super) fn directory(image: &ImageRef) -> &'static str {
    match name(image) {
        "bun" => "/home/bun/app",
        "clojure" => "/tmp",
        "composer" => "/app",
        "golang" => "/go",
        "gradle" => "/home/gradle",
        "jetty" => "/var/lib/jetty",
        "native-image" | "native-image-community" => "/app",
        "php" => "/var/www/html",
        "scala-sbt" => "/root",
        "tomcat" => "/usr/local/tomcat",
        _ if is_nonroot(&image.written) => "/home/nonroot",
        _ => "/",
    }
}

/// Whether an image has the files of time zones. The plain ones of Alpine and Ubuntu do not.
pub(super) fn has_time_zones(image: &ImageRef) -> bool {
    image.repository != "scratch" && !matches!(name(image), "alpine" | "ubuntu")
}

/// Whether an image of a language is the full one, with all the tools of `buildpack-deps`.
fn is_full(image: &ImageRef) -> bool {
    let tag = image.tag.as_deref().unwrap_or("");
    matches!(
        name(image),
        "node"
            | "python"
            | "pypy"
            | "ruby"
            | "rust"
            | "golang"
            | "gcc"
            | "perl"
            | "php"
            | "elixir"
            | "haskell"
    ) && !tag.contains("slim")
        && !tag.contains("alpine")
}

/// How an image installs packages.
pub(super) fn system(image: &ImageRef) -> System {
    let tag = image.tag.as_deref().unwrap_or("");
    let repository = image.repository.as_str();
    if repository == "scratch" || repository.starts_with("distroless/") || repository.contains("/distroless/")
    {
        return System::None;
    }
    if tag.contains("chiseled")
        || tag.contains("distroless")
        || tag.contains("nanoserver")
        || tag.contains("windows")
    {
        return System::None;
    }
    if name(image).contains("alpine") || tag.contains("alpine") {
        return System::Apk;
    }
    if tag.contains("ubi") && tag.contains("minimal") || name(image).ends_with("-minimal") {
        return System::Microdnf;
    }
    match name(image) {
        "amazoncorretto" | "amazonlinux" | "fedora" | "centos" | "rockylinux" | "almalinux"
        | "oraclelinux" => System::Rpm,
        "openjdk-11"
        | "openjdk-17"
        | "openjdk-21"
        | "openjdk-11-runtime"
        | "openjdk-17-runtime"
        | "openjdk-21-runtime"
        | "native-image"
        | "native-image-community" => System::Microdnf,
        "openjdk" if tag.contains("oracle") => System::Microdnf,
        // From 12 on the plain tags stand on Oracle Linux.
        "openjdk"
            if !tag.contains("slim")
                && !table::DEBIAN.iter().any(|it| tag.contains(it))
                && jdk::major(tag) >= 12 =>
        {
            System::Microdnf
        }
        "cuda" if tag.contains("ubuntu") => System::Apt,
        "cuda" => System::Rpm,
        "ubi" | "ubi8" | "ubi9" | "ubi10" | "rhel" => System::Rpm,
        "sdk" | "aspnet" | "runtime" | "runtime-deps"
            if tag.contains("azurelinux") || tag.contains("mariner") =>
        {
            System::Unknown
        }
        "debian"
        | "ubuntu"
        | "buildpack-deps"
        | "eclipse-temurin"
        | "node"
        | "python"
        | "ruby"
        | "rust"
        | "golang"
        | "gcc"
        | "perl"
        | "php"
        | "maven"
        | "gradle"
        | "openjdk"
        | "java"
        | "tomcat"
        | "jetty"
        | "nginx"
        | "sdk"
        | "aspnet"
        | "runtime"
        | "runtime-deps"
        | "haskell"
        | "swift"
        | "elixir"
        | "ibm-semeru-runtimes"
        | "sapmachine"
        | "ibmjava"
        | "azul-zulu"
        | "adoptopenjdk"
        | "openjdk8"
        | "openjdk11"
        | "uv"
        | "bun"
        | "scala-sbt"
        | "clojure"
        | "dart"
        | "crystal"
        | "liberica-openjdk-debian"
        | "liberica-openjre-debian" => System::Apt,
        _ => System::Unknown,
    }
}

/// The last part of the repository's path.
pub(super) fn name(image: &ImageRef) -> &str {
    image.repository.rsplit('/').next().unwrap_or("")
}

/// Whether two systems use the same C library; unknown ones do not count.
pub(super) fn is_same_libc(one: System, other: System) -> bool {
    let unknown = |it| matches!(it, System::Unknown | System::None);
    unknown(one) || unknown(other) || (one == System::Apk) == (other == System::Apk)
}

/// The release of Debian that an image stands on, by the table or by its tag.
pub(super) fn debian(image: &ImageRef) -> Option<&'static str> {
    let tag = image.tag.as_deref().unwrap_or("");
    let named = table::DEBIAN.into_iter().find(|it| tag.split('-').any(|part| part == *it));
    named.or_else(|| table::debian_of(name(image), tag.split('-').next()?))
}

/// The runtime image that the table has for `image`, under the name of its choice.
pub(super) fn of(image: &ImageRef, choice: &'static str) -> Result<Runtime, Refusal> {
    refuse_windows(image)?;
    let row = table::find(name(image), image.tag.as_deref()).ok_or_else(|| {
        Refusal::new(format!("no runtime image is known for the base image `{}`", image.written))
    })?;
    let beside = row.image.strip_prefix("~/").map(|rest| {
        let written = image.written.split('@').next().map_or("", without_tag);
        written.rsplit_once('/').map_or_else(|| rest.to_owned(), |(path, _)| format!("{path}/{rest}"))
    });
    let is_beside = beside.is_some();
    let mut runtime = Runtime::plain(choice, beside.unwrap_or(row.image));
    let on_java = runtime.image.contains("eclipse-temurin") || runtime.image.contains("-jre");
    if let Some(java) = row.major.filter(|it| on_java && !matches!(it, 8 | 11 | 17..)) {
        return Err(Refusal::new(format!("no maintained runtime image is known for Java {java}")));
    }
    if row.vendor {
        let new = runtime.image.split(':').next().unwrap_or("");
        runtime.notes.push(format!(
            "The Java of the final stage is that of `{new}`, another vendor than that of `{}`.",
            image.written
        ));
    }
    runtime.floating = row.floating;
    if row.floating {
        runtime.notes.push(format!(
            "`{}` does not fix a version: what it means was looked up on 2026-08-21. Give it a tag with a version.",
            image.written
        ));
    }
    if row.inferred && runtime.image.contains('/') {
        runtime
            .notes
            .push(format!("Assumes that `{}` exists: its tags could not be looked up.", runtime.image));
    } else if row.inferred {
        runtime.notes.push(format!(
            "Assumes that `{}` stands on the same system as `{}`, which could not be looked up.",
            image.written, runtime.image
        ));
    }
    if !is_beside {
        note_origin(image, &mut runtime);
    }
    Ok(runtime)
}

/// What a mirror and a digest mean for the runtime image.
fn note_origin(image: &ImageRef, runtime: &mut Runtime) {
    let known =
        ["docker.io", "index.docker.io", "registry-1.docker.io", "mcr.microsoft.com", "ghcr.io", "gcr.io"];
    if let Some(registry) = image.registry.as_deref().filter(|it| !known.contains(it)) {
        let same = ImageRef::parse(&runtime.image).repository == name(image);
        if same {
            runtime.image = format!(
                "{}:{}",
                image.written.split('@').next().map_or("", without_tag),
                tag_of(&runtime.image)
            );
            runtime
                .notes
                .push(format!("Assumes that {registry} has the tag `{}` too.", tag_of(&runtime.image)));
        } else {
            runtime
                .notes
                .push(format!("`{}` comes from its own registry, not from {registry}.", runtime.image));
        }
    }
    if image.digest.is_some() {
        runtime
            .notes
            .push("The base image's digest belongs to the builder: pin the runtime image anew.".to_owned());
    }
}

fn tag_of(image: &str) -> &str {
    image.rsplit_once(':').map_or("latest", |(_, tag)| tag)
}

fn without_tag(image: &str) -> &str {
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => image,
    }
}

/// Refuses the images of Windows: their paths, shells and bases follow other rules.
pub(super) fn refuse_windows(image: &ImageRef) -> Result<(), Refusal> {
    let tag = image.tag.as_deref().unwrap_or("");
    let is_windows = ["windowsservercore", "nanoserver", "ltsc20"].iter().any(|it| tag.contains(it))
        || image.repository.contains("windows")
        || matches!(name(image), "nanoserver" | "servercore" | "iis");
    if is_windows {
        return Err(Refusal::new("the base image is a Windows image".to_owned()));
    }
    Ok(())
}

/// The last release of Debian that the distroless images are built for, by its number, for a release that
/// programs were linked on.
pub(super) fn distroless_debian(codename: Option<&str>) -> Option<u32> {
    match codename {
        Some("bookworm") => Some(12),
        Some("trixie") | None => Some(13),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_are_told_by_name_and_tag() {
        for (image, expected) in [
            ("debian:bookworm-slim", System::Apt),
            ("eclipse-temurin:21-jre", System::Apt),
            ("eclipse-temurin:21-jre-alpine", System::Apk),
            ("eclipse-temurin:21-jre-ubi9-minimal", System::Microdnf),
            ("amazoncorretto:21-al2023-headless", System::Rpm),
            ("gcr.io/distroless/static-debian13:nonroot", System::None),
            ("scratch", System::None),
            ("mcr.microsoft.com/dotnet/aspnet:8.0-noble-chiseled", System::None),
            ("openjdk:17", System::Microdnf),
            ("openjdk:11", System::Apt),
            ("someone/thing:1", System::Unknown),
        ] {
            assert_eq!(system(&ImageRef::parse(image)), expected, "{image}");
        }
    }

    #[test]
    fn an_image_beside_another_keeps_its_registry() {
        let found = |image: &str| of(&ImageRef::parse(image), "jre").unwrap().image;
        assert_eq!(
            found("registry.access.redhat.com/ubi9/openjdk-21:1.20"),
            "registry.access.redhat.com/ubi9/openjdk-21-runtime:1.20"
        );
        assert_eq!(found("nvidia/cuda:12.4.1-devel-ubuntu22.04"), "nvidia/cuda:12.4.1-runtime-ubuntu22.04");
        assert_eq!(found("caddy:2.8-builder"), "caddy:2.8-alpine");
    }

    #[test]
    fn what_is_missing_is_known() {
        assert!(Runtime::plain("slim", "node:20-slim").lacks("curl"));
        assert!(!Runtime::plain("slim", "node:20").lacks("curl"));
        assert!(!Runtime::plain("jre", "eclipse-temurin:21-jre").lacks("curl"));
        assert!(Runtime::plain("jre", "eclipse-temurin:21-jre-alpine").lacks("curl"));
        assert!(!Runtime::plain("slim", "alpine:3").lacks("wget"));
    }
}
