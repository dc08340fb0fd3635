//! Which image runs what a JDK image builds.
//!
//! The rules are those of the tags that Docker's official images have really had; where no runtime image
//! exists for a tag, or none can be told from it, the answer is a refusal with the reason.

use super::{Runtime, name, note_origin, refuse_windows};
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::view::View;
use crate::model::{ImageRef, Instruction};

/// Repositories of JDK images that have a rule here.
const JDK_IMAGES: [&str; 6] =
    ["eclipse-temurin", "amazoncorretto", "ibm-semeru-runtimes", "sapmachine", "azul-zulu", "ibmjava"];

/// Repositories of other images that hold a JDK, in the table.
const IN_TABLE: [&str; 14] = [
    "openjdk8",
    "openjdk11",
    "openjdk",
    "adoptopenjdk",
    "java",
    "maven",
    "gradle",
    "scala-sbt",
    "clojure",
    "openjdk-11",
    "openjdk-17",
    "openjdk-21",
    "liberica-openjdk-debian",
    "liberica-openjdk-alpine",
];

/// Whether `image` holds a JDK, by its name, whatever registry it comes from.
pub(in crate::assists::split_stage) fn builds_java(image: &ImageRef) -> bool {
    let runs_only = image.tag.as_deref().is_some_and(|tag| tag.split('-').any(is_runtime_word));
    (JDK_IMAGES.contains(&name(image)) || IN_TABLE.contains(&name(image))) && !runs_only
}

/// A path of a JDK that no runtime image has, in an instruction of a stage: up to Java 8 a JDK has its runtime in `jre`.
pub(in crate::assists::split_stage) fn path_of_jdk(
    view: &View<'_>,
    instruction: Instruction<'_>,
) -> Option<&'static str> {
    const PATHS: [&str; 6] =
        ["JAVA_HOME/jre", "JAVA_HOME}/jre", "openjdk/jre", "lib/tools.jar", "lib/ct.sym", "JAVA_HOME/jmods"];
    PATHS.into_iter().find(|path| view.says(instruction, path))
}

/// What to say when Java is told to load an agent of its own.
pub(in crate::assists::split_stage) const AGENT: &str =
    "Java loads an agent with `-agentlib`: make sure that the runtime image has it.";

/// Whether a part of a tag says that the image lacks the compiler.
fn is_runtime_word(part: &str) -> bool {
    matches!(part, "jre" | "headless" | "headful" | "sfj")
}

/// The runtime image that fits the JDK image `image`.
pub(in crate::assists::split_stage) fn of(image: &ImageRef) -> Result<Runtime, Refusal> {
    let repository = name(image);
    if image.tag.as_deref().is_some_and(|tag| tag.split('-').any(is_runtime_word)) {
        return Err(Refusal::new(format!("the base image `{}` already is a runtime image", image.written)));
    }
    if IN_TABLE.contains(&repository) {
        return from_table(image);
    }
    if !JDK_IMAGES.contains(&repository) || !is_trusted_path(image) {
        return Err(Refusal::new(format!(
            "no runtime image is known for the base image `{}`",
            image.written
        )));
    }
    let tag = match image.tag.as_deref() {
        Some(tag) if tag != "latest" => tag,
        _ => {
            return Err(Refusal::new(format!(
                "`{}` does not name a Java version: give the base image a tag with a version first",
                image.written
            )));
        }
    };
    refuse_windows(image)?;
    let found = match repository {
        "eclipse-temurin" => temurin(tag),
        "amazoncorretto" => return corretto_runtime(image, tag),
        "ibm-semeru-runtimes" => semeru(tag),
        "sapmachine" => sapmachine(tag),
        "azul-zulu" => zulu(tag),
        _ => (tag == "8" || tag == "8-sdk").then(|| "8-jre".to_owned()),
    };
    let unknown = || Refusal::new(format!("no JRE image is known for `{}`", image.written));
    found.map(|tag| runtime(image, &tag)).ok_or_else(unknown)
}

fn from_table(image: &ImageRef) -> Result<Runtime, Refusal> {
    let deprecated = matches!(name(image), "openjdk" | "adoptopenjdk" | "java");
    if deprecated && image.tag.as_deref().is_none_or(|tag| tag == "latest") {
        return Err(Refusal::new(format!(
            "`{}` does not name a Java version: give the base image a tag with a version first",
            image.written
        )));
    }
    super::of(image, "jre")
}

fn runtime(image: &ImageRef, tag: &str) -> Runtime {
    let mut runtime = Runtime::plain("jre", format!("{}:{tag}", repository_as_written(image)));
    note_origin(image, &mut runtime);
    runtime
}

fn repository_as_written(image: &ImageRef) -> &str {
    let name = image.written.split('@').next().unwrap_or("");
    match &image.tag {
        Some(tag) => name.strip_suffix(tag.as_str()).map_or(name, |name| name.trim_end_matches(':')),
        None => name,
    }
}

fn corretto_runtime(image: &ImageRef, tag: &str) -> Result<Runtime, Refusal> {
    if let Some(tag) = corretto(tag) {
        return Ok(runtime(image, &tag));
    }
    let java = major(tag);
    let (_, rest) = split_version(tag);
    if java >= 11 && rest.starts_with("-alpine") {
        let mut found = Runtime::plain("jre", format!("eclipse-temurin:{java}-jre-alpine"));
        found.notes.push(
            "Amazon Corretto has no runtime image for Alpine from Java 11 on: the final stage has Temurin, another \
             vendor's Java."
                .to_owned(),
        );
        return Ok(found);
    }
    if matches!(java, 11 | 17) && matches!(rest, "" | "-al2" | "-jdk") {
        let mut found = runtime(image, &format!("{java}-al2023-headless"));
        found.notes.push(format!(
            "`{tag}` has no runtime image of its own: the final stage has the latest Java {java}, on Amazon Linux 2023."
        ));
        return Ok(found);
    }
    Err(Refusal::new(format!("no runtime image is known for `amazoncorretto:{tag}`")))
}

/// Whether the repository can be the official image: on Docker Hub it has no owner, or `library`; other
/// registries mirror it under paths of their own.
fn is_trusted_path(image: &ImageRef) -> bool {
    let is_hub = |it: &str| matches!(it, "docker.io" | "index.docker.io" | "registry-1.docker.io");
    let owner = image.repository.rsplit_once('/').map(|(owner, _)| owner);
    matches!(owner, None | Some("library")) || image.registry.as_deref().is_some_and(|it| !is_hub(it))
}

/// `21.0.2_13-jdk-jammy`, `21-alpine`: the same with `-jre`.
fn temurin(tag: &str) -> Option<String> {
    let (version, rest) = split_version(tag);
    // Java 8 has its build number behind a dash: `8u392-b08`.
    let build = rest.strip_prefix('-').and_then(|rest| rest.split('-').next());
    let build = build.filter(|it| it.starts_with('b') && it[1..].starts_with(|c: char| c.is_ascii_digit()));
    let (version, rest) = tag.split_at(version.len() + build.map_or(0, |build| build.len() + 1));
    let system = rest.strip_prefix("-jdk").unwrap_or(rest);
    let known = match system.strip_prefix('-') {
        None => system.is_empty(),
        Some("noble" | "jammy" | "focal" | "resolute" | "centos7" | "alpine") => true,
        Some(other) => {
            let alpine = other.strip_prefix("alpine-").is_some_and(is_numeric);
            let ubi = other.strip_prefix("ubi").and_then(|it| it.strip_suffix("-minimal"));
            alpine || ubi.is_some_and(is_numeric)
        }
    };
    // The JREs of Java 16 and of the first builds of 17 and 18 were never published as images.
    let published = match major(version) {
        8 | 11 => true,
        17.. => !matches!(version, "17_35" | "18_36"),
        _ => false,
    };
    (known && published).then(|| format!("{version}-jre{system}"))
}

/// Java 8 has `-jre`; from 11 on the runtime is called `headless`, and Alpine has none.
fn corretto(tag: &str) -> Option<String> {
    let (version, rest) = split_version(tag);
    let system = rest.strip_prefix('-').unwrap_or(rest);
    let system = ["-generic-jdk", "-native-jdk", "-generic", "-jdk", "-full"]
        .iter()
        .find_map(|kind| system.strip_suffix(kind))
        .unwrap_or(if system == "jdk" { "" } else { system });
    let alpine = system.strip_prefix("alpine");
    let is_alpine = alpine.is_some_and(|it| it.is_empty() || is_numeric(it));
    match (major(version), system) {
        (8, "") if version == "8" => Some("8-al2023-jre".to_owned()),
        (8, "al2023") => Some(format!("{version}-al2023-jre")),
        (8, _) if is_alpine => Some(format!("{version}-{system}-jre")),
        (11 | 17, "al2") if is_integer(version) => Some(format!("{version}-al2-native-headless")),
        (11 | 17 | 21.., "" | "al2023") if has_headless(version) => {
            Some(format!("{version}-al2023-headless"))
        }
        _ => None,
    }
}

/// The headless images on Amazon Linux 2023 begin with the updates of spring 2023.
fn has_headless(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let (major, _, update) = (parts.next().unwrap_or(0), parts.next(), parts.next());
    match (major, update) {
        (11, Some(update)) => update >= 19,
        (17, Some(update)) => update >= 7,
        _ => true,
    }
}

/// `open-21-jdk-jammy`, `open-jdk-25.0.4.0-jdk`: `-jre` in the place of the last `-jdk`.
fn semeru(tag: &str) -> Option<String> {
    let rest = tag.strip_prefix("open-")?;
    let (version, system) = rest.rsplit_once("-jdk")?;
    let system_known = matches!(system, "" | "-noble" | "-jammy" | "-focal" | "-resolute");
    let plain = version.strip_prefix("jdk-").unwrap_or(version);
    (system_known && split_version(plain).1.is_empty() && !plain.is_empty())
        .then(|| format!("open-{version}-jre{system}"))
}

/// `21`, `21-jdk-ubuntu`, `lts-alpine`: `21-jre-ubuntu` and so on.
fn sapmachine(tag: &str) -> Option<String> {
    let (version, rest) = match tag.strip_prefix("lts") {
        Some(rest) => ("lts", rest),
        None => split_version(tag),
    };
    let plain = rest.strip_prefix("-jdk").unwrap_or(rest);
    match plain.strip_prefix('-') {
        Some(system) if system.starts_with("ubuntu") || system.starts_with("alpine") => {
            (!version.is_empty()).then(|| format!("{version}-jre-{system}"))
        }
        None if plain.is_empty() && (version == "11" || major(version) >= 17) => {
            Some(format!("{version}-jre-ubuntu"))
        }
        _ => None,
    }
}

/// `21`, `21-jdk`, `21-jdk-alpine`, `21-debian13`: with `-jre`.
fn zulu(tag: &str) -> Option<String> {
    let (version, rest) = split_version(tag);
    let system = rest.strip_prefix("-jdk").unwrap_or(rest);
    let known = match system.strip_prefix('-') {
        None => system.is_empty(),
        Some(name) => ["almalinux", "alpine", "debian"]
            .iter()
            .any(|it| name.strip_prefix(it).is_some_and(|rest| rest.is_empty() || is_numeric(rest))),
    };
    (known && is_integer(version)).then(|| format!("{version}-jre{system}"))
}

/// The version that a tag begins with (a digit, then letters, digits, `.` and `_`), and the rest.
fn split_version(tag: &str) -> (&str, &str) {
    if !tag.starts_with(|c: char| c.is_ascii_digit()) {
        return ("", tag);
    }
    let end = tag.find(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '_')).unwrap_or(tag.len());
    tag.split_at(end)
}

/// The Java version: the number that a version begins with; 0 when there is none.
pub(super) fn major(version: &str) -> u32 {
    let end = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
    version[..end].parse().unwrap_or(0)
}

fn is_integer(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_numeric(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runtime_of(image: &str) -> Result<String, String> {
        of(&ImageRef::parse(image)).map(|it| it.image).map_err(|it| it.reason)
    }

    #[test]
    fn jdk_images_have_twins() {
        for (jdk, jre) in [
            ("eclipse-temurin:21.0.2_13-jdk-jammy", "eclipse-temurin:21.0.2_13-jre-jammy"),
            ("eclipse-temurin:21", "eclipse-temurin:21-jre"),
            ("eclipse-temurin:21-jdk", "eclipse-temurin:21-jre"),
            ("eclipse-temurin:21-alpine", "eclipse-temurin:21-jre-alpine"),
            ("eclipse-temurin:17-jdk-alpine-3.21", "eclipse-temurin:17-jre-alpine-3.21"),
            ("eclipse-temurin:21-jdk-ubi9-minimal", "eclipse-temurin:21-jre-ubi9-minimal"),
            ("eclipse-temurin:8u392-b08-jdk", "eclipse-temurin:8u392-b08-jre"),
            ("eclipse-temurin:8u392-b08", "eclipse-temurin:8u392-b08-jre"),
            ("docker.io/library/eclipse-temurin:17-jdk", "docker.io/library/eclipse-temurin:17-jre"),
            (
                "registry.example.com/mirror/eclipse-temurin:17-jdk",
                "registry.example.com/mirror/eclipse-temurin:17-jre",
            ),
            ("amazoncorretto:8", "amazoncorretto:8-al2023-jre"),
            ("amazoncorretto:8-alpine3.20-jdk", "amazoncorretto:8-alpine3.20-jre"),
            ("amazoncorretto:21", "amazoncorretto:21-al2023-headless"),
            ("amazoncorretto:17-al2023-jdk", "amazoncorretto:17-al2023-headless"),
            ("amazoncorretto:17-al2-generic-jdk", "amazoncorretto:17-al2-native-headless"),
            ("amazoncorretto:17.0.9", "amazoncorretto:17.0.9-al2023-headless"),
            ("ibm-semeru-runtimes:open-21-jdk-jammy", "ibm-semeru-runtimes:open-21-jre-jammy"),
            ("ibm-semeru-runtimes:open-jdk-25.0.4.0-jdk", "ibm-semeru-runtimes:open-jdk-25.0.4.0-jre"),
            ("sapmachine:21", "sapmachine:21-jre-ubuntu"),
            ("sapmachine:21-jdk-alpine", "sapmachine:21-jre-alpine"),
            ("sapmachine:lts-jdk-ubuntu", "sapmachine:lts-jre-ubuntu"),
            ("azul-zulu:21", "azul-zulu:21-jre"),
            ("azul-zulu:21-jdk-alpine3.23", "azul-zulu:21-jre-alpine3.23"),
            ("azul-zulu:17-debian", "azul-zulu:17-jre-debian"),
            ("ibmjava:8-sdk", "ibmjava:8-jre"),
            ("amazoncorretto:17-alpine", "eclipse-temurin:17-jre-alpine"),
            ("amazoncorretto:17.0.2", "amazoncorretto:17-al2023-headless"),
            ("openjdk:17", "eclipse-temurin:17-jre"),
            ("maven:3.9-eclipse-temurin-21", "eclipse-temurin:21-jre"),
        ] {
            assert_eq!(runtime_of(jdk).as_deref(), Ok(jre), "{jdk}");
        }
    }

    #[test]
    fn what_has_no_twin_is_refused_with_the_reason() {
        for (image, part) in [
            ("eclipse-temurin", "does not name a Java version"),
            ("eclipse-temurin:latest", "does not name a Java version"),
            ("eclipse-temurin:21-jre", "already is a runtime image"),
            ("eclipse-temurin:16-jdk", "no JRE image is known"),
            ("eclipse-temurin:21-jdk-mine", "no JRE image is known"),
            ("eclipse-temurin:21-jdk-nanoserver", "Windows"),
            ("amazoncorretto:20", "no runtime image is known"),
            ("sapmachine:12", "no JRE image is known"),
            ("openjdk:16", "Java 16"),
            ("openjdk", "does not name a Java version"),
            ("someone/eclipse-temurin:21-jdk", "no runtime image is known"),
            ("ubuntu:24.04", "no runtime image is known"),
        ] {
            let reason = runtime_of(image).unwrap_err();
            assert!(reason.contains(part), "{image}: {reason}");
        }
    }

    #[test]
    fn a_mirror_and_a_digest_are_noted() {
        let image = ImageRef::parse("quay.example/x/eclipse-temurin:21-jdk@sha256:0123");
        assert_eq!(of(&image).unwrap().notes.len(), 2);
    }
}
