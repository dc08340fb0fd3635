//! What the final stage has of what COPY and ADD bring.

use super::Carrier;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::plan::{Artifact, Place};
use crate::assists::split_stage::setup;
use crate::model::Instruction;

impl<'a> Carrier<'_, 'a> {
    /// What is copied to where the build runs is its input; what is copied elsewhere, or later, is for the
    /// application.
    pub(super) fn copy(&mut self, copy: Instruction<'a>) -> (Place, &'static str) {
        const INPUT: (Place, &str) = (Place::Builder, "is input of the build");
        let words = copy.data.arguments.words();
        let for_build = words.iter().any(|it| self.profile.is_build_path(&it.text));
        if self.profile.runs_sources() {
            let only_for_build = self.view.sources(copy).all(|it| self.profile.is_build_path(it));
            return if only_for_build { INPUT } else { (Place::Both, "is the application") };
        }
        let Some(to) = self.view.destination(copy) else {
            self.notes.push(format!(
                "What line {} copies stays in the builder: look whether the application needs it.",
                copy.row + 1
            ));
            return INPUT;
        };
        if self.recipe.needs.iter().any(|it| self.view.copies_to(copy, it)) {
            return (Place::Both, "is what the command names");
        }
        // The build changes it, so it comes from there.
        let comes_over = |it: &Artifact| it.from == it.to && self.view.copies_to(copy, &it.from);
        if words.len() == 2 && to != "/" && self.recipe.artifacts.iter().any(comes_over) {
            return INPUT;
        }
        let later = self.recipe.made_by.is_some_and(|made_by| copy.id > made_by);
        let dir = &self.recipe.build_dir;
        // A build without a WORKDIR works in `/`, where the directories of the system are none of its own.
        let of_system = dir == "/" && setup::is_of_system(&to);
        let inside = !of_system && (paths::is_within(&to, dir) || paths::is_within(dir, &to));
        let asset = !for_build && dir != "/" && paths::is_within(&to, dir) && self.copies_assets(copy, &to);
        if for_build || (inside && !later && !asset) {
            let whole_context = words.iter().rev().skip(1).any(|it| matches!(it.text.as_str(), "." | "./"));
            let all = self.recipe.artifacts.iter().any(|it| it.from == *dir);
            if whole_context && !all && copy.data.flag("from").is_none() && !self.profile.gathers_all() {
                let made = self.recipe.artifacts.iter().filter(|it| paths::is_within(&it.to, dir));
                // What goes over into the directory itself is named as it was.
                let name = |it: &Artifact| {
                    paths::file_name(if it.to == *dir { &it.from } else { &it.to }).to_owned()
                };
                let names: Vec<_> = made.map(name).collect();
                let has = if names.is_empty() {
                    "nothing".to_owned()
                } else {
                    format!("only {}", names.join(", "))
                };
                self.says_part = true;
                // The build may run below the directory that the sources are copied to.
                let dir = if to != "/" && paths::is_within(dir, &to) { &to } else { dir };
                self.notes.push(format!(
                    "The final stage has {has} of what was in {dir}: copy what else the application reads there."
                ));
            }
            return INPUT;
        }
        let files = self.view.sources(copy).filter(|it| !it.contains(['*', '$']));
        self.dirs.extend(files.map(|it| paths::join(&to, paths::file_name(it))));
        self.dirs.insert(to);
        (Place::Both, if asset { "is read by the application" } else { "is for the application" })
    }

    /// Whether a COPY brings a directory that applications read when they run, by its name.
    pub(super) fn copies_assets(&self, copy: Instruction<'a>, to: &str) -> bool {
        const NAMES: [&str; 12] = [
            "assets",
            "certs",
            "fixtures",
            "i18n",
            "locales",
            "migrations",
            "public",
            "static",
            "templates",
            "translations",
            "views",
            "wwwroot",
        ];
        let is_asset = |path: &str| NAMES.contains(&paths::file_name(path));
        !self.profile.bundles_assets() && (is_asset(to) || self.view.sources(copy).all(is_asset))
    }
}
