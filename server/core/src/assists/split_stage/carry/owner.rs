//! Whose files the final stage's are.

use super::Carrier;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::plan::Place;
use crate::assists::split_stage::shell::Command;
use crate::model::{Instruction, InstructionId};
use crate::syntax::Keyword;

impl<'a> Carrier<'_, 'a> {
    /// Gives the directory of the command to the user to whom the builder gives it: only its files come over with
    /// their owner.
    pub(super) fn writable_directory(&mut self, builder_end: InstructionId) -> Vec<String> {
        let made_by = self.recipe.made_by.unwrap_or(builder_end);
        let Some(dir) = self.view.workdir_at_end().filter(|dir| *dir != "/") else { return Vec::new() };
        let Some(user) = self.last_user().filter(|it| it.id > made_by) else { return Vec::new() };
        let name = user.data.arguments.words().first().map_or("", |it| it.text.trim());
        let name = name.split(':').next().unwrap_or("");
        let left = |run: &Instruction<'_>| {
            let step = self.steps.iter().find(|step| step.instruction == run.id);
            step.is_some_and(|step| step.place == Place::Builder)
        };
        let mut given = self.view.all(Keyword::Run).filter(left).filter_map(|run| {
            let commands = self.view.script_with_dirs(run)?.into_iter();
            let mut owners = commands.filter_map(|(command, here)| chown_of(command, &here?));
            owners.find(|(owner, path)| {
                owner.split(':').next() == Some(name) && paths::is_within(dir, path) && path != "/"
            })
        });
        let Some((owner, _)) = given.next_back() else { return Vec::new() };
        if !self.runtime.has_shell() {
            self.notes.push(format!("{name} cannot write into {dir} in the final stage, as it can so far."));
            return Vec::new();
        }
        vec![format!("{} chown {owner} {dir}", self.view.keyword(Keyword::Run))]
    }

    /// Who owned the artifact so far, when that was not root and the final stage has the user by then.
    pub(super) fn owner(&self, builder_end: InstructionId) -> Option<String> {
        let made_by = self.recipe.made_by.unwrap_or(builder_end);
        // Pages belong to the server that the runtime image has.
        let is_known = |owner: &&str| !self.profile.makes_pages() && !owner.contains('$');
        let owner = self.made_as(made_by).or_else(|| self.given_to(made_by)).filter(is_known)?;
        let name = owner.split(':').next();
        (!matches!(name, Some("root" | "0"))).then(|| match self.numbered {
            Some((user, number)) if name == Some(user) => number.to_owned(),
            _ => owner.to_owned(),
        })
    }

    /// The user that makes the artifact and stays the user.
    pub(super) fn made_as(&self, made_by: InstructionId) -> Option<&str> {
        let user = self.view.user_before(made_by)?;
        let last = self.last_user()?;
        let is_last = last.id < made_by && last.data.arguments.words().first()?.text.trim() == user;
        is_last.then_some(user)
    }

    /// The user of the container whom the directory of the build was given, by COPY or by `chown`. One that the
    /// file makes behind the build is not there yet when the artifact is copied.
    pub(super) fn given_to(&self, made_by: InstructionId) -> Option<&str> {
        let user = self.last_user()?.data.arguments.words().first()?.text.trim().split(':').next()?;
        let makes_user = |it: &Instruction<'_>| {
            ["useradd", "adduser"].iter().any(|tool| self.view.says(*it, tool)) && self.view.says(*it, user)
        };
        if self.view.instructions().filter(|it| it.id >= made_by).any(|it| makes_user(&it)) {
            return None;
        }
        let artifacts = &self.recipe.artifacts;
        let holds_all = |dir: &str| artifacts.iter().all(|it| paths::is_within(&it.from, dir));
        let copies = self.view.context_copies().filter_map(|copy| {
            let owner = copy.data.flag("chown")?.value.as_ref()?.text.as_str();
            holds_all(&self.view.destination(copy)?).then_some(owner)
        });
        let given = self.view.all(Keyword::Run).filter_map(|run| {
            let commands = self.view.script_with_dirs(run)?.into_iter();
            commands.filter_map(|(command, dir)| chown_of(command, &dir?)).find(|(_, dir)| holds_all(dir))
        });
        let mut owners = copies.chain(given.map(|(owner, _)| owner));
        owners.rfind(|owner| owner.split(':').next() == Some(user))
    }

    pub(super) fn last_user(&self) -> Option<Instruction<'a>> {
        self.all(Keyword::User).last().map(|index| self.instruction(*index))
    }
}

/// The owner that `chown -R` gives to a directory with all that is in it, and the directory.
fn chown_of<'c>(command: &'c Command, dir: &str) -> Option<(&'c str, String)> {
    if command.program() != "chown" {
        return None;
    }
    let words: Vec<&str> = command.argv().get(1..)?.iter().map(|word| word.exact()).collect::<Option<_>>()?;
    let (flags, operands): (Vec<&str>, Vec<&str>) = words.into_iter().partition(|word| word.starts_with('-'));
    match (flags.as_slice(), operands.as_slice()) {
        (["-R" | "--recursive"], [owner, path]) => Some((owner, paths::join(dir, path))),
        _ => None,
    }
}
