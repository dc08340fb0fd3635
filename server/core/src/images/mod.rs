//! What is known of Docker's official images without a network: names, tags, and tags that are gone.
//!
//! All of it is as of one day, [`snapshot`]: an image or a tag that is not in here may exist all the same, so nothing
//! is ever said against it. Tags that are gone are known for some images only, and only those that did move with
//! releases, as `18-alpine` did, not those of one release. The table is made by `derive.py`; it is read when somebody
//! asks, and an image's tags when somebody asks for that image.

mod nearest;
mod page;
mod table;

use std::borrow::Cow;

use crate::model::ImageRef;
use table::{TABLE, Tag};

pub use page::{DOCKER_HUB, Page, page};
pub use table::Image;

/// The day of the facts: `2026-08-21`.
pub fn snapshot() -> &'static str {
    TABLE.snapshot
}

/// The names of the official images, those that are not maintained any more last.
pub fn names() -> impl Iterator<Item = &'static str> {
    let (ended, current): (Vec<_>, Vec<_>) = TABLE.images.iter().partition(|it| it.ended.is_some());
    current.into_iter().chain(ended).map(|it| it.name)
}

/// The official image that a reference names.
pub fn official(image: &ImageRef) -> Option<&'static Image> {
    let hub = image.registry.as_deref().is_none_or(|it| matches!(it, "docker.io" | "index.docker.io"));
    let name = image.repository.strip_prefix("library/").unwrap_or(&image.repository);
    TABLE.image(name).filter(|_| hub)
}

/// The month in which an image's tag was last listed, as `2022-08`; none where it is listed still, or not known.
/// With a digest the tag says nothing.
pub fn gone_since(image: &ImageRef) -> Option<String> {
    let tag = image.tag.as_deref().filter(|_| image.digest.is_none())?;
    official(image)?.gone_since(tag)
}

/// A name and a tag that are maintained and come nearest to one that is gone.
pub fn nearest(image: &ImageRef) -> Option<(&'static str, Cow<'static, str>)> {
    let (found, tag) = (official(image)?, image.tag.as_deref()?);
    match found.successor.and_then(|name| TABLE.image(name)) {
        Some(successor) => Some((successor.name, nearest::java(successor, tag)?.into())),
        None => Some((found.name, nearest::tag(found, tag)?.into())),
    }
}

impl Image {
    /// The tags that are listed, those that people mean first: few words, moving with releases, newest first.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.current().iter().map(|it| it.name.as_str())
    }

    /// Whether a tag is listed.
    pub fn has(&self, tag: &str) -> bool {
        self.tag(tag).is_some()
    }

    /// The listed tags of the same builds, in the order of [`Image::tags`].
    pub fn same_as(&self, tag: &str) -> Vec<&str> {
        let Some(found) = self.tag(tag) else { return Vec::new() };
        let others = self.current().iter().filter(|it| it.builds == found.builds && it.name != tag);
        others.map(|it| it.name.as_str()).collect()
    }

    /// The architectures that a listed tag is built for, as the images' library writes them.
    pub fn architectures(&self, tag: &str) -> Vec<&'static str> {
        let builds = self.tag(tag).map_or(&[][..], |it| &it.builds);
        let sets =
            builds.iter().filter_map(|it| TABLE.architectures.get(*self.sets.get(*it as usize)? as usize));
        let mut found: Vec<&str> = sets.flat_map(|set| set.split(',')).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    fn tag(&self, tag: &str) -> Option<&Tag> {
        self.current().iter().find(|it| it.name == tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(name: &str) -> &'static Image {
        official(&ImageRef::parse(name)).unwrap_or_else(|| panic!("no {name}"))
    }

    #[test]
    fn the_table_can_be_read() {
        assert_eq!(snapshot().len(), "2026-08-21".len());
        assert!(names().count() > 140);
        assert!(names().all(|name| image(name).name == name));
        let listed: usize = names().map(|name| image(name).tags().count()).sum();
        let gone: usize = names().map(|name| image(name).all_gone().len()).sum();
        assert_eq!((listed, gone), (9849, 16136));
        for name in names() {
            let image = image(name);
            for tag in image.tags() {
                assert_eq!(image.gone_since(tag), None, "{name}:{tag}");
                assert!(!image.architectures(tag).is_empty(), "{name}:{tag}");
            }
        }
    }

    #[test]
    fn official_is_what_the_hub_has_without_an_owner() {
        let is_official = |name: &str| official(&ImageRef::parse(name)).is_some();
        for name in
            ["node", "node:24", "library/node", "docker.io/library/node@sha256:0", "index.docker.io/node"]
        {
            assert!(is_official(name), "{name}");
        }
        for name in ["ghcr.io/node", "me/node", "localhost/node", "nodes", "", "scratch"] {
            assert!(!is_official(name), "{name}");
        }
    }

    #[test]
    fn people_mean_the_first_tags() {
        let first = |name: &str, count| image(name).tags().take(count).collect::<Vec<_>>().join(" ");
        expect_test::expect![
            "latest 26 24 22 26.7 24.19 22.23 alpine alpine3.24 alpine3.23 trixie bookworm bullseye current"
        ]
        .assert_eq(&first("node", 14));
        expect_test::expect!["latest 3 3.24 3.23 3.22 3.21 20260805 3.24.1 3.23.5 3.22.5 3.21.7 edge"]
            .assert_eq(&first("alpine", 14));
        expect_test::expect![
            "latest 26 25 21 17 11 8 26-alpine 26-resolute 26-noble 26-jammy 26-jdk 26-jre 26-nanoserver"
        ]
        .assert_eq(&first("eclipse-temurin", 14));
        expect_test::expect!["latest 1 1.27 1.26 alpine alpine3.24 alpine3.23 trixie bookworm nanoserver tip windowsservercore 1-alpine 1-alpine3.24"].assert_eq(&first("golang", 14));
    }

    #[test]
    fn tags_of_one_build() {
        assert_eq!(image("alpine").same_as("3"), ["latest", "3.24", "3.24.1"]);
        assert_eq!(image("alpine").same_as("0"), Vec::<&str>::new());
        assert_eq!(image("caddy").architectures("2-alpine").first(), Some(&"amd64"));
        // Shared by builds for Linux and for Windows.
        assert!(image("eclipse-temurin").architectures("21").contains(&"windows-amd64"));
        assert!(!image("eclipse-temurin").same_as("21").contains(&"21-jdk-resolute"));
    }

    #[test]
    fn what_is_gone_since_when() {
        let since = |name: &str| gone_since(&ImageRef::parse(name));
        assert_eq!(since("openjdk:8-jdk").as_deref(), Some("2022-08"));
        assert_eq!(since("docker.io/library/debian:7.2").as_deref(), Some("2013-11"));
        for name in
            ["openjdk:8-jdk@sha256:0", "node:24", "node:999", "node", "me/openjdk:8-jdk", "node:18.20.4"]
        {
            assert_eq!(since(name), None, "{name}");
        }
    }

    #[test]
    fn what_comes_nearest() {
        let nearest = |name: &str| nearest(&ImageRef::parse(name)).map(|(name, tag)| format!("{name}:{tag}"));
        let shown: String = [
            "node:18-alpine",
            "node:18",
            "node:lts-buster",
            "node:18-alpine3.18",
            "node:20-bullseye-slim",
            "python:3.12-slim-buster",
            "python:3.8-slim",
            "python:2.7",
            "golang:1.20",
            "golang:1.27rc3-alpine",
            "debian:stretch-slim",
            "debian:buster",
            "alpine:3.9",
            "maven:3-openjdk-17",
            "maven:3-jdk-8-slim",
            "maven:3-jdk-8-onbuild",
            "gradle:7-jdk11",
            "openjdk:8-jdk-alpine",
            "openjdk:17-jdk-slim",
            "openjdk:8u212-jdk",
            "openjdk:11.0-jre-slim",
            "openjdk:jre",
            "adoptopenjdk:11-jdk-hotspot",
            "adoptopenjdk:11-jdk-openj9",
            "nginx:1.9",
            "php:5.6-fpm",
            "rust:1-stretch",
            "tomcat:8-jre8",
            "python:3-onbuild",
            "caddy:windowsservercore-1809",
            "eclipse-temurin:11-focal",
        ]
        .iter()
        .map(|name| {
            let image = ImageRef::parse(name);
            let mark = if gone_since(&image).is_some() { "" } else { " (not gone)" };
            format!("{name}{mark} -> {}\n", nearest(name).unwrap_or_else(|| "nothing".to_owned()))
        })
        .collect();
        expect_test::expect![[r#"
            node:18-alpine -> node:22-alpine
            node:18 -> node:22
            node:lts-buster -> node:lts-bullseye
            node:18-alpine3.18 -> node:22-alpine3.23
            node:20-bullseye-slim -> node:22-bullseye-slim
            python:3.12-slim-buster (not gone) -> python:3.12-slim-bookworm
            python:3.8-slim -> python:3.10-slim
            python:2.7 -> python:3.10
            golang:1.20 -> golang:1.26
            golang:1.27rc3-alpine -> golang:1.27-alpine
            debian:stretch-slim -> debian:bullseye-slim
            debian:buster -> debian:bullseye
            alpine:3.9 -> alpine:3.21
            maven:3-openjdk-17 -> maven:3-eclipse-temurin-17
            maven:3-jdk-8-slim -> maven:3-eclipse-temurin-8
            maven:3-jdk-8-onbuild -> nothing
            gradle:7-jdk11 (not gone) -> gradle:8-jdk11
            openjdk:8-jdk-alpine -> eclipse-temurin:8-jdk-alpine
            openjdk:17-jdk-slim -> eclipse-temurin:17-jdk
            openjdk:8u212-jdk (not gone) -> eclipse-temurin:8-jdk
            openjdk:11.0-jre-slim -> eclipse-temurin:11-jre
            openjdk:jre -> nothing
            adoptopenjdk:11-jdk-hotspot -> eclipse-temurin:11-jdk
            adoptopenjdk:11-jdk-openj9 -> nothing
            nginx:1.9 -> nginx:1.30
            php:5.6-fpm -> php:8.2-fpm
            rust:1-stretch -> rust:1-bullseye
            tomcat:8-jre8 -> tomcat:9-jre8
            python:3-onbuild -> nothing
            caddy:windowsservercore-1809 -> caddy:windowsservercore-ltsc2022
            eclipse-temurin:11-focal -> eclipse-temurin:11-jammy
        "#]]
        .assert_eq(&shown);
    }

    #[test]
    fn the_nearest_is_always_listed() {
        for image in names().filter_map(|name| TABLE.image(name)) {
            for tag in image.all_gone().keys() {
                let gone = ImageRef::parse(&format!("{}:{tag}", image.name));
                if let Some((name, tag)) = nearest(&gone) {
                    assert!(TABLE.image(name).is_some_and(|it| it.has(&tag)), "{gone:?} -> {name}:{tag}");
                }
            }
        }
    }
}
