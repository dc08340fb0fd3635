//! What a stage inherits from the builder that it was built from, written out as instructions of its own.

use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::changes::{Change, Setting};
use crate::assists::split_stage::packages;
use crate::assists::split_stage::profile::Profile;
use crate::assists::split_stage::runtime::{Runtime, System, directory};
use crate::assists::split_stage::setup::{self, Purpose};
use crate::assists::split_stage::view::View;
use crate::model::{Arguments, ImageRef, Instruction, InstructionId, ResolvedVar, VarDefKind};
use crate::syntax::Keyword;
use rustc_hash::FxHashSet;

/// What a stage inherits from the builder that it was built from.
pub(super) struct Inherited {
    /// The instructions that take the place of what was inherited.
    pub(super) lines: Vec<String>,
    /// What is not the same any more.
    pub(super) changes: Vec<Change>,
    /// What to look at.
    pub(super) notes: Vec<String>,
}

impl Inherited {
    /// What `last` inherits from `builder`, for a `runtime` that takes the builder's place.
    pub(super) fn of<'a>(
        builder: &View<'a>,
        last: &View<'a>,
        profile: &dyn Profile,
        runtime: &Runtime,
    ) -> Result<Self, Refusal> {
        let count = builder.stage.instructions().count();
        let mut collector = Collector {
            view: builder,
            last,
            profile,
            runtime,
            lines: vec![None; count],
            dirs: FxHashSet::default(),
            users: Vec::new(),
            builds: false,
            changes: Vec::new(),
            notes: Vec::new(),
        };
        collector.instructions()?;
        if !collector.builds {
            return Err(Refusal::not_offered(
                "nothing is built in the stage that the last one is built from".to_owned(),
            ));
        }
        collector.variables();
        collector.variables_left_behind();
        collector.user()?;
        let dir = collector.directory()?;
        let mut changes = collector.changes;
        changes.sort_by(|a, b| a.what.cmp(&b.what));
        changes.dedup_by(|a, b| a.what == b.what);
        let lines = collector.lines.into_iter().flatten().chain(dir).collect();
        Ok(Self { lines, changes, notes: collector.notes })
    }
}

struct Collector<'v, 'a> {
    view: &'v View<'a>,
    last: &'v View<'a>,
    profile: &'v dyn Profile,
    runtime: &'v Runtime,
    /// For each instruction of the builder what the last stage gets of it.
    lines: Vec<Option<String>>,
    /// Directories that it has.
    dirs: FxHashSet<String>,
    /// Words of the commands that create its users.
    users: Vec<String>,
    /// Whether the builder builds anything.
    builds: bool,
    changes: Vec<Change>,
    notes: Vec<String>,
}

impl Collector<'_, '_> {
    fn instructions(&mut self) -> Result<(), Refusal> {
        for (at, instruction) in self.view.instructions().enumerate().skip(1) {
            self.lines[at] = match instruction.keyword() {
                Keyword::Run => self.run(instruction)?,
                Keyword::Env if self.is_for_build(instruction) => None,
                Keyword::Env | Keyword::Label | Keyword::Volume | Keyword::Expose => {
                    Some(self.source(instruction))
                }
                Keyword::Maintainer => Some(self.author(instruction)),
                Keyword::User | Keyword::Healthcheck | Keyword::Stopsignal | Keyword::Shell => {
                    self.unless_set_again(instruction, &[])
                }
                Keyword::Entrypoint => self.unless_set_again(instruction, &[]),
                // An ENTRYPOINT resets the CMD that is inherited.
                Keyword::Cmd => self.unless_set_again(instruction, &[Keyword::Entrypoint]),
                _ => None,
            };
        }
        Ok(())
    }

    fn source(&self, instruction: Instruction<'_>) -> String {
        self.view.source(instruction).trim_end().to_owned()
    }

    /// What an instruction sets, unless one behind it, or the last stage before it does anything, sets it again.
    fn unless_set_again(&self, instruction: Instruction<'_>, or_by: &[Keyword]) -> Option<String> {
        let keyword = instruction.keyword();
        let later = self.view.all(keyword).any(|it| it.id > instruction.id);
        let needed_between = matches!(keyword, Keyword::User | Keyword::Shell);
        let in_last = || {
            let mut own = self.last.instructions().skip(1);
            match needed_between {
                true => own.next().is_some_and(|it| it.keyword() == keyword),
                false => own.any(|it| it.keyword() == keyword || or_by.contains(&it.keyword())),
            }
        };
        (!later && !in_last()).then(|| self.source(instruction))
    }

    /// MAINTAINER is deprecated; a second one would be one more finding.
    fn author(&mut self, maintainer: Instruction<'_>) -> String {
        const NAME: &str = "org.opencontainers.image.authors";
        let words = maintainer.data.arguments.words();
        let author = words.first().map_or("", |it| it.text.trim()).replace('"', "'");
        self.changes.push(Change::new(Setting::Maintainer, "is deprecated"));
        self.changes.push(Change::new(Setting::Label(NAME.to_owned()), "takes the place of MAINTAINER"));
        format!("{} {NAME}=\"{author}\"", self.view.keyword(Keyword::Label))
    }

    fn run(&mut self, run: Instruction<'_>) -> Result<Option<String>, Refusal> {
        let line = run.row + 1;
        let dir = self.view.workdir_at_end().unwrap_or("/");
        match setup::purpose(self.view, self.profile, run, dir, &self.dirs) {
            Purpose::Setup(setup) => {
                let known = self.runtime.system();
                let foreign = setup.manager.is_some_and(|it| it != known && known != System::Unknown);
                if foreign {
                    return Err(Refusal::new(format!(
                        "line {line} installs packages in a way that `{}` does not know",
                        self.runtime.image
                    )));
                }
                let needed = setup.needed(self.profile, &[]);
                if !setup.packages.is_empty() {
                    let packages = setup.packages.join(", ");
                    self.notes
                        .push(format!("Both stages install {packages}: drop what only one of them needs."));
                }
                self.dirs.extend(setup.dirs);
                self.users.extend(setup.users);
                if needed.all || setup.prepares {
                    return Ok(Some(self.source(run)));
                }
                let install = packages::install(self.runtime.system(), &needed.packages);
                let install = install.filter(|_| !needed.packages.is_empty());
                Ok(install.map(|it| format!("{} {it}", self.view.keyword(Keyword::Run))))
            }
            Purpose::Unknown(_) => {
                self.builds = true;
                self.notes.push(format!(
                    "The RUN on line {line} stays in the builder: if the application needs what it does, the last \
                     stage needs it too."
                ));
                Ok(None)
            }
            Purpose::Build(_) => {
                self.builds = true;
                Ok(None)
            }
            Purpose::Lists | Purpose::Nothing => Ok(None),
        }
    }

    /// What the last stage, or something that it gets, uses of the builder's variables is defined there.
    fn variables(&mut self) {
        let first = self.view.stage.from.index();
        let scopes = self.view.dockerfile.scopes();
        let last = self.last.stage.from..self.last.stage.end;
        // A variable is defined before it is used, so one way back finds what definitions need in turn.
        for reference in scopes.refs.iter().rev() {
            let ResolvedVar::Def(def) = reference.target else { continue };
            let def = scopes.def(def);
            let carried = |id: InstructionId| {
                let at = id.index().checked_sub(first)?;
                self.lines.get(at).map(Option::is_some)
            };
            let used = last.contains(&reference.instruction) || carried(reference.instruction) == Some(true);
            let instruction = self.view.dockerfile.instruction(reference.instruction);
            let at_run_time = reference.shell && instruction.keyword() != Keyword::Run;
            let is_unknown_there = at_run_time && def.kind == VarDefKind::Arg;
            if used && !is_unknown_there && carried(def.instruction) == Some(false) {
                let text = self.source(self.view.dockerfile.instruction(def.instruction));
                self.lines[def.instruction.index() - first] = Some(text);
                if def.kind == VarDefKind::Arg {
                    self.earlier_args(&def.name, def.instruction.index() - first);
                }
            }
        }
    }

    /// An ARG without a default leaves the variable as an earlier one defined it, so that one goes over, too.
    fn earlier_args(&mut self, name: &str, at: usize) {
        for (at, arg) in
            self.view.instructions().enumerate().take(at + 1).collect::<Vec<_>>().into_iter().rev()
        {
            let is_arg = arg.keyword() == Keyword::Arg;
            let words = arg.data.arguments.words().iter().filter(|_| is_arg);
            let Some(word) = words.map(|it| it.text.as_str()).find(|it| it.split('=').next() == Some(name))
            else {
                continue;
            };
            self.lines[at] = Some(self.source(arg));
            if word.contains('=') {
                return;
            }
        }
    }

    fn variables_left_behind(&mut self) {
        for (at, env) in self.view.instructions().enumerate() {
            if let (Keyword::Env, Arguments::Pairs(pairs), None) =
                (env.keyword(), &env.data.arguments, &self.lines[at])
            {
                let names = pairs.iter().map(|it| Setting::Env(it.name.text.clone()));
                self.changes.extend(names.map(|it| Change::new(it, "is for the build alone")));
            }
        }
    }

    /// A user with a name must exist in the runtime image.
    fn user(&self) -> Result<(), Refusal> {
        let Some(user) = self.view.user_at_end() else { return Ok(()) };
        let name = user.split(':').next().unwrap_or("");
        let known = name.bytes().all(|b| b.is_ascii_digit())
            || name.contains('$')
            || self.runtime.has_user(name)
            || self.users.iter().any(|it| it == name);
        if known {
            return Ok(());
        }
        Err(Refusal::new(format!(
            "the last stage runs as `{name}`, whom `{}` does not know",
            self.runtime.image
        )))
    }

    /// The directory, unless the last stage begins with one of its own.
    fn directory(&self) -> Result<Option<String>, Refusal> {
        let dir = self.view.workdir()?;
        let own = self.last.all(Keyword::Workdir).next().and_then(|it| it.data.arguments.words().first());
        let replaced = own.is_some_and(|word| word.text.trim().starts_with('/'));
        let given = directory(&ImageRef::parse(&self.runtime.image));
        Ok((dir != given && !replaced).then(|| format!("{} {dir}", self.view.keyword(Keyword::Workdir))))
    }

    fn is_for_build(&self, env: Instruction<'_>) -> bool {
        let Arguments::Pairs(pairs) = &env.data.arguments else { return false };
        pairs
            .iter()
            .all(|pair| pair.name.text == "DEBIAN_FRONTEND" || self.profile.is_build_env(&pair.name.text))
    }
}
