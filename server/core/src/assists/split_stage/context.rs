//! The project's own files, as text: what the build context holds beside the Dockerfile.
//!
//! The core reads no disk. Whoever calls it hands over the texts it may look at, by their path in the build
//! context; what is not handed over is not known, and then a plan says what it assumes.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::project::users::{self, BuildUse};
use crate::workspace::BuiltTarget;

/// Names of files that a split may want to read, in any directory.
const WANTED: &[&str] = &[
    ".yarnrc.yml",
    "Cargo.toml",
    "Gemfile",
    "angular.json",
    "build.gradle",
    "build.gradle.kts",
    "composer.json",
    "go.mod",
    "gradle.properties",
    "mix.exs",
    "next.config.cjs",
    "next.config.js",
    "next.config.mjs",
    "next.config.ts",
    "package.json",
    "pnpm-workspace.yaml",
    "pom.xml",
    "pyproject.toml",
    "settings.gradle",
    "settings.gradle.kts",
    "tsconfig.json",
    "vite.config.js",
    "vite.config.mjs",
    "vite.config.mts",
    "vite.config.ts",
];

/// What such names may end with, too.
const WANTED_ENDS: &[&str] = &[".csproj", ".fsproj", ".vbproj", ".cabal"];

/// Names of folders that a split wants to know of, beside such files.
const WANTED_FOLDERS: &[&str] = &["public"];

/// Files of the build context.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContextFiles {
    files: BTreeMap<String, String>,
    /// Whether there is a folder at a path, for those that somebody looked for.
    folders: BTreeMap<String, bool>,
    /// Files that may build the image, by their path from the top of the project.
    users: BTreeMap<String, String>,
    /// The Dockerfile's path from there.
    dockerfile: String,
    uses: OnceLock<Vec<BuildUse>>,
}

impl ContextFiles {
    /// Whether a file of this name is worth handing over.
    pub fn wants(name: &str) -> bool {
        WANTED.contains(&name)
            || (name.starts_with("requirements") && name.ends_with(".txt"))
            || WANTED_ENDS.iter().any(|it| name.ends_with(it))
    }

    /// The names of folders worth looking for, beside each file that is handed over.
    pub fn wanted_folders() -> impl Iterator<Item = &'static str> {
        WANTED_FOLDERS.iter().copied()
    }

    /// Whether a file of this name may build images: Compose, Bake, GitLab.
    pub fn may_build(name: &str) -> bool {
        users::is_one(name)
    }

    /// The patterns, as editors write them, of all such names in any folder.
    pub fn patterns() -> Vec<String> {
        let [names, ends] = [WANTED, WANTED_ENDS].map(|it| it.join(","));
        let others = [
            "**/requirements*.txt",
            "**/*compose*.{yaml,yml}",
            "**/docker-bake.*",
            "**/.gitlab-ci.yml",
            "**/.github/workflows/*.{yaml,yml}",
        ];
        let own = [format!("**/{{{names}}}"), format!("**/*{{{ends}}}")];
        own.into_iter().chain(others.map(str::to_owned)).collect()
    }

    /// Says where the Dockerfile lies, counted from the top of the project.
    pub fn set_dockerfile(&mut self, path: &str) {
        clean(path).clone_into(&mut self.dockerfile);
    }

    /// Adds a file that may build the image, by its path from the top of the project.
    pub fn add_builder(&mut self, path: &str, text: &str) {
        self.users.insert(clean(path).to_owned(), text.to_owned());
    }

    /// What builds the image.
    pub(super) fn uses(&self) -> &[BuildUse] {
        self.uses.get_or_init(|| {
            let all = self.users.iter().filter(|_| !self.dockerfile.is_empty());
            all.flat_map(|(path, text)| users::uses(path, text, &self.dockerfile)).collect()
        })
    }

    /// The stages that files of the project build by their names.
    pub fn built_targets(&self) -> Vec<BuiltTarget> {
        let named = self.uses().iter().filter_map(|it| Some((it, it.target.clone()?)));
        named.map(|(it, stage)| BuiltTarget { stage, file: it.file.clone(), who: it.who.clone() }).collect()
    }

    /// Adds a file by its path from the top of the build context, with `/` between folders.
    pub fn add(&mut self, path: &str, text: &str) {
        self.files.insert(clean(path).to_owned(), text.to_owned());
    }

    /// Adds that there is, or is not, a folder at a path.
    pub fn add_folder(&mut self, path: &str, exists: bool) {
        self.folders.insert(clean(path).to_owned(), exists);
    }

    /// The text of a file.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.files.get(clean(path)).map(String::as_str)
    }

    /// Whether there is a folder at a path, if somebody has looked.
    pub fn has_folder(&self, path: &str) -> Option<bool> {
        self.folders.get(clean(path)).copied()
    }

    /// The files whose name ends so, with their paths.
    pub fn ending<'a>(&'a self, suffix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files
            .iter()
            .filter(move |(path, _)| path.ends_with(suffix))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// A path without what it may begin and end with.
fn clean(path: &str) -> &str {
    path.trim_start_matches("./").trim_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_by_their_path() {
        let mut files = ContextFiles::default();
        files.add("./web/package.json", "{}");
        assert_eq!(files.get("web/package.json"), Some("{}"));
        assert_eq!(files.get("/web/package.json"), Some("{}"));
        assert_eq!(files.ending("package.json").count(), 1);
        files.add_folder("web/public/", true);
        assert_eq!((files.has_folder("web/public"), files.has_folder("public")), (Some(true), None));
        assert!(
            ContextFiles::wants("pom.xml")
                && ContextFiles::wants("App.csproj")
                && !ContextFiles::wants("id_rsa")
        );
    }
}
