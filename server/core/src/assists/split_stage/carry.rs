//! What the final stage carries over from the stage that is split.
//!
//! The rule: the image that comes out is configured as before, except for what the plan says. So what
//! configures the image moves; environment, directory, user and shell are in both stages where both need
//! them; what prepares the system is done in both; and the rest is the builder's.

mod copies;
mod fewer;
mod owner;
mod system;

use super::paths;
use super::plan::{Artifact, Place, Step};
use super::profile::{Profile, Recipe};
use super::runtime::{Runtime, System, directory, jdk, system};
use super::setup::{self, Purpose, Setup};
use super::view::View;
use super::{Refusal, TO_DECIDE};
use crate::model::scope::{ResolvedVar, VarDefKind};
use crate::model::{Arguments, ImageRef, Instruction, InstructionId, Pair};
use crate::syntax::{Keyword, RelRange, Spanned};
use rustc_hash::{FxHashMap, FxHashSet};

/// Where everything goes.
pub(super) struct Carried {
    pub(super) steps: Vec<Step>,
    pub(super) builder_end: InstructionId,
    pub(super) artifacts: Vec<Artifact>,
    pub(super) opening: Vec<String>,
    pub(super) closing: Vec<String>,
    pub(super) owner: Option<String>,
    pub(super) notes: Vec<String>,
}

/// Decides for every instruction of the stage, for one runtime image.
pub(super) fn carry(
    view: &View<'_>,
    profile: &dyn Profile,
    recipe: &Recipe,
    runtime: &Runtime,
) -> Result<Carried, Refusal> {
    let mut carrier = Carrier {
        view,
        profile,
        recipe,
        runtime,
        base: system(&ImageRef::parse(&view.stage.base_text)),
        steps: Vec::new(),
        lists: None,
        dirs: recipe.needs.iter().cloned().collect(),
        users: Vec::new(),
        packages: Vec::new(),
        install: recipe.packages.clone(),
        numbered: None,
        fetchers: fetchers(view, profile),
        decided: decided(recipe, runtime),
        files: Vec::new(),
        prints: Vec::new(),
        says_part: false,
        notes: Vec::new(),
        comments: Vec::new(),
    };
    carrier.place_all()?;
    if let Some(alone) = recipe.alone.as_ref().filter(|_| !carrier.says_part) {
        carrier.notes.insert(0, alone.clone());
    }
    let end = carrier.builder_end();
    carrier.release_tail(end);
    carrier.settle(Keyword::Workdir, end);
    carrier.settle(Keyword::User, end);
    carrier.settle(Keyword::Shell, end);
    carrier.number_users();
    carrier.settle_variables(end);
    carrier.check_user()?;
    carrier.check_healthcheck();
    carrier.check_shell()?;
    carrier.certificates();
    carrier.time_zones();
    carrier.note_libc();
    carrier.note_prints();
    let opening = carrier.opening()?;
    let builder_end = carrier.steps[end].instruction;
    Ok(Carried {
        builder_end,
        artifacts: carrier.artifacts(builder_end),
        opening,
        closing: carrier.writable_directory(builder_end),
        owner: carrier.owner(builder_end),
        steps: carrier.steps,
        notes: carrier.notes,
    })
}

struct Carrier<'v, 'a> {
    view: &'v View<'a>,
    profile: &'v dyn Profile,
    recipe: &'v Recipe,
    runtime: &'v Runtime,
    /// How the builder's base image installs packages.
    base: System,
    steps: Vec<Step>,
    /// The RUN that fetches lists of packages, until one is known that needs it.
    lists: Option<usize>,
    /// Directories that the final stage has.
    dirs: FxHashSet<String>,
    /// Words of the commands that create the final stage's users.
    users: Vec<String>,
    /// Packages that RUNs of the final stage install.
    packages: Vec<String>,
    /// Packages that it needs beside these.
    install: Vec<String>,
    /// A user of the builder's image that the final stage knows by its number.
    numbered: Option<(&'static str, &'static str)>,
    /// Programs that the build fetches with, and nothing else calls.
    fetchers: Vec<&'static str>,
    /// What the recipe decided.
    decided: FxHashMap<InstructionId, &'v Place>,
    /// Files that come from the builder beside the artifacts.
    files: Vec<Artifact>,
    /// Lines of RUNs that only print something.
    prints: Vec<String>,
    /// Whether a note says that only a part of the build's directory goes over.
    says_part: bool,
    notes: Vec<String>,
    /// What the user has to decide, as comments for the final stage.
    comments: Vec<String>,
}

impl<'a> Carrier<'_, 'a> {
    fn instruction(&self, index: usize) -> Instruction<'a> {
        self.view.dockerfile.instruction(self.steps[index].instruction)
    }

    /// The indices of the instructions with this keyword.
    fn all(&self, keyword: Keyword) -> Vec<usize> {
        (0..self.steps.len()).filter(|index| self.instruction(*index).keyword() == keyword).collect()
    }

    /// A first place for each instruction, looked at alone.
    fn place_all(&mut self) -> Result<(), Refusal> {
        for instruction in self.view.instructions() {
            let decided = self.decided.get(&instruction.id).copied();
            let (place, why) = match (decided, instruction.keyword()) {
                (Some(place), Keyword::Cmd | Keyword::Entrypoint) => {
                    (place.clone(), "starts the application")
                }
                (Some(place), _) => (place.clone(), "is what the split changes"),
                (None, Keyword::From) => (Place::Builder, "begins the builder"),
                (None, Keyword::Run) => self.run(instruction)?,
                (None, Keyword::Copy | Keyword::Add) => self.copy(instruction),
                (None, Keyword::Env) => self.env(instruction),
                (None, Keyword::Cmd | Keyword::Entrypoint) => (Place::Dropped, "has no effect any more"),
                (
                    None,
                    Keyword::Label
                    | Keyword::Maintainer
                    | Keyword::Expose
                    | Keyword::Volume
                    | Keyword::Healthcheck
                    | Keyword::Stopsignal,
                ) => (Place::Final, "configures the image"),
                _ => (Place::Builder, "is needed by the build"),
            };
            self.steps.push(Step { instruction: instruction.id, place, why });
        }
        Ok(())
    }

    fn run(&mut self, run: Instruction<'_>) -> Result<(Place, &'static str), Refusal> {
        let line = run.row + 1;
        let placed = match setup::purpose(self.view, self.profile, run, &self.recipe.build_dir, &self.dirs) {
            Purpose::Build(setup) => {
                self.install_needed(&setup, line)?;
                if setup.prepares {
                    self.notes.push(format!(
                        "The RUN on line {line} stays in the builder: look whether the application needs what else it does."
                    ));
                }
                (Place::Builder, "builds")
            }
            Purpose::Setup(setup) => self.setup(run, setup)?,
            Purpose::Lists => {
                self.lists = Some(self.steps.len());
                (Place::Builder, "fetches lists of packages")
            }
            Purpose::Nothing => {
                if setup::only_prints(self.view, run) {
                    self.prints.push(line.to_string());
                }
                (Place::Builder, "leaves nothing that the application needs")
            }
            Purpose::Unknown(setup) if self.profile.runs_sources() => {
                self.check_tools(run)?;
                self.packages.extend(setup.packages);
                self.users.extend(setup.users);
                (Place::Both, "may be for the application")
            }
            Purpose::Unknown(setup) => {
                self.install_needed(&setup, line)?;
                if self.recipe.made_by == Some(run.id) {
                    return Ok((Place::Builder, "makes the artifact"));
                }
                self.notes.push(format!(
                    "The RUN on line {line} stays in the builder: if the application needs what it does, the final \
                     stage needs it too."
                ));
                if self.comments.len() < 8 {
                    self.comments.push(comment_on(self.view, run));
                }
                (Place::Builder, "is taken for a part of the build")
            }
        };
        Ok(placed)
    }

    /// The final stage installs what the application needs of the packages that a RUN of the builder installs.
    fn install_needed(&mut self, setup: &Setup, line: u32) -> Result<(), Refusal> {
        let needed = setup.needed(self.profile, &self.fetchers);
        if !needed.unknown.is_empty() {
            self.notes.push(format!(
                "Line {line} installs {}: install the libraries that the application loads in the final stage.",
                needed.unknown.join(", ")
            ));
        }
        let stranger = setup.manager.filter(|it| !self.is_kin(*it)).and_then(|manager| {
            let foreign = needed.packages.iter().find(|it| !SAME_NAME.contains(&it.as_str()))?;
            Some((manager, foreign))
        });
        if let Some((manager, package)) = stranger.filter(|_| self.runtime.system() != System::None) {
            return Err(Refusal::new(format!(
                "line {line} installs {package} with {}, which `{}` does not have",
                manager_name(manager),
                self.runtime.image
            )));
        }
        self.install.extend(needed.packages);
        Ok(())
    }

    fn setup(&mut self, run: Instruction<'_>, mut setup: Setup) -> Result<(Place, &'static str), Refusal> {
        let line = run.row + 1;
        if let Some(path) = jdk::path_of_jdk(self.view, run) {
            return Err(Refusal::new(format!("line {line} names `{path}`, which only a JDK has")));
        }
        let needed = setup.needed(self.profile, &self.fetchers);
        let fits = setup
            .manager
            .is_none_or(|it| it == self.runtime.system() || self.runtime.system() == System::Unknown);
        let as_it_is = setup.packages.is_empty() || setup.prepares || (needed.all && fits);
        if !as_it_is {
            self.install_needed(&setup, line)?;
            return Ok((Place::Builder, "installs what the build needs"));
        }
        if let Some(manager) = setup.manager.filter(|_| !fits && self.runtime.has_shell()) {
            return Err(Refusal::new(format!(
                "line {line} uses {}, which `{}` does not have",
                manager_name(manager),
                self.runtime.image
            )));
        }
        let fewer = (!needed.all && fits)
            .then(|| {
                fewer::packages(self.view, run, &self.runtime.image, &|it| {
                    setup.role(it, self.profile, &self.fetchers)
                })
            })
            .flatten();
        if fewer.is_some() {
            setup.packages = needed.packages;
        }
        if !setup.packages.is_empty() {
            let packages = setup.packages.join(", ");
            self.notes.push(format!("Both stages install {packages}: drop what only one of them needs."));
        }
        if let Some(lists) = self.lists.filter(|_| !setup.packages.is_empty() && !setup.lists) {
            self.steps[lists].place = Place::Both;
        }
        for tool in ["curl", "wget"] {
            if !setup.downloads.is_empty() && self.runtime.lacks(tool) && self.view.says(run, tool) {
                self.install.push(tool.to_owned());
            }
        }
        self.dirs.extend(setup.dirs);
        self.dirs.extend(setup.downloads);
        self.users.extend(setup.users);
        self.packages.extend(setup.packages);
        Ok((fewer.map_or(Place::Both, Place::BothAs), "prepares the system that the application runs in"))
    }

    /// Whether packages of this manager have the same names in the runtime image.
    fn is_kin(&self, manager: System) -> bool {
        let rpm = |it| matches!(it, System::Rpm | System::Microdnf);
        let has = self.runtime.system();
        has == manager || has == System::Unknown || (rpm(has) && rpm(manager))
    }

    fn env(&mut self, env: Instruction<'_>) -> (Place, &'static str) {
        let Arguments::Pairs(pairs) = &env.data.arguments else {
            return (Place::Both, "sets the environment");
        };
        match pairs.iter().filter(|pair| self.is_for_build(&pair.name.text)).count() {
            0 => (self.modern(pairs).map_or(Place::Both, Place::BothAs), "sets the environment"),
            count if count == pairs.len() => (Place::Builder, "is for the build alone"),
            _ => (
                Place::BothAs(self.without_build_variables(env, pairs)),
                "sets the environment, in part for the build alone",
            ),
        }
    }

    /// An ENV of the old form in the new one, where its value is simple: a copy of it brings no new warning.
    fn modern(&self, pairs: &[Pair]) -> Option<String> {
        let [pair] = pairs else { return None };
        let value = pair.value.text.as_str();
        let quoted = value.len() > 1
            && value.starts_with('"')
            && value.find('"').map(|at| value[at + 1..].find('"')) == Some(Some(value.len() - 2));
        let plain = !value.is_empty() && !value.contains(['"', '\'', '\\', '`']);
        if pair.equals || value.contains('\n') || !(plain || quoted) {
            return None;
        }
        let value =
            if plain && value.contains([' ', '\t']) { format!("\"{value}\"") } else { value.to_owned() };
        Some(format!("{} {}={value}", self.view.keyword(Keyword::Env), pair.name.text))
    }

    /// An ENV without the variables that only the build reads, with the line breaks that it has.
    fn without_build_variables(&self, env: Instruction<'_>, pairs: &[Pair]) -> String {
        let slice = |start, end| self.view.slice(env.abs(RelRange::new(start, end)));
        let mut text = self.view.keyword(Keyword::Env) + " ";
        // What stands between two pairs goes with the second one.
        let mut gap = String::new();
        for (at, pair) in pairs.iter().enumerate() {
            if !self.is_for_build(&pair.name.text) {
                text.push_str(&gap);
                text.push_str(&slice(pair.name.range.start(), pair.value.range.end()));
                gap.clear();
            }
            if let Some(next) = pairs.get(at + 1)
                && gap.is_empty()
                && text.len() > "ENV ".len()
            {
                gap = slice(pair.value.range.end(), next.name.range.start()).into_owned();
            }
        }
        text
    }

    /// The index of the last instruction that the builder needs.
    fn builder_end(&self) -> usize {
        let needed = |keyword| matches!(keyword, Keyword::Run | Keyword::Copy | Keyword::Add | Keyword::From);
        let last = (0..self.steps.len()).rfind(|index| {
            self.steps[*index].place == Place::Builder && needed(self.instruction(*index).keyword())
        });
        let mut end = last.unwrap_or(0);
        if self.recipe.made_by.is_none() && self.recipe.added.iter().any(|it| it.after.is_none()) {
            // The step that is added runs where the command would have run.
            end = end.max(self.all(Keyword::Workdir).last().copied().unwrap_or(0));
        }
        end
    }

    /// Behind the builder's end everything is the final stage's.
    fn release_tail(&mut self, end: usize) {
        for index in end + 1..self.steps.len() {
            let keyword = self.instruction(index).keyword();
            let whole = matches!(&self.instruction(index).data.arguments, Arguments::Pairs(pairs)
                if !pairs.iter().any(|pair| self.is_for_build(&pair.name.text)));
            let step = &mut self.steps[index];
            step.place = match (std::mem::replace(&mut step.place, Place::Dropped), keyword) {
                (Place::Both, _) => Place::Final,
                (Place::BothAs(_), Keyword::Env) if whole => Place::Final,
                (Place::BothAs(text), _) => Place::FinalAs(text),
                (Place::Builder, Keyword::Env) => Place::Dropped,
                (Place::Builder, _) => Place::Final,
                (place, _) => place,
            };
        }
    }

    /// WORKDIR, USER and SHELL: the final stage has the last one, and those that something between it and
    /// the next one depends on.
    fn settle(&mut self, keyword: Keyword, end: usize) {
        let all = self.all(keyword);
        let mut all_carried = true;
        for (nth, &index) in all.iter().enumerate() {
            if index > end {
                break;
            }
            if self.decided.contains_key(&self.steps[index].instruction) {
                continue;
            }
            let next = all.get(nth + 1).copied();
            let depends = |it: usize| {
                let dependent = match self.instruction(it).keyword() {
                    Keyword::Run => true,
                    Keyword::Copy | Keyword::Add => keyword == Keyword::Workdir,
                    _ => false,
                };
                dependent && self.steps[it].place.is_in_final()
            };
            // A relative WORKDIR behind the cut keeps its words, and so needs the one before it.
            let continues =
                |next: usize| next > end && keyword == Keyword::Workdir && !self.is_absolute(next);
            if next.is_some_and(|next| !continues(next) && !(index + 1..next).any(depends)) {
                all_carried = false;
                continue;
            }
            // The first one may count from a directory that only the builder's image starts in.
            let lacks = || !all_carried || nth == 0 && self.base_dir() != "/";
            let absolute = (keyword == Keyword::Workdir && lacks()).then(|| self.absolute_workdir(index));
            self.steps[index].place = absolute.flatten().map_or(Place::Both, Place::BothAs);
            self.steps[index].why = "holds for both stages";
        }
    }

    fn is_absolute(&self, workdir: usize) -> bool {
        let written = self.instruction(workdir).data.arguments.words().first();
        written.is_some_and(|it| it.text.starts_with('/'))
    }

    /// A relative WORKDIR with the whole path, for a stage that lacks the one before it.
    fn absolute_workdir(&self, index: usize) -> Option<String> {
        if self.is_absolute(index) {
            return None;
        }
        let workdir = self.instruction(index);
        let next = InstructionId(workdir.id.0 + 1);
        let dir = if next < self.view.stage.end {
            self.view.workdir_before(next)
        } else {
            self.view.workdir_at_end()
        };
        Some(format!("{} {}", self.view.keyword(Keyword::Workdir), dir?))
    }

    /// Variables that the final stage uses are defined there, and have the value there that they had at the end.
    fn settle_variables(&mut self, end: usize) {
        self.define_used(end);
        // What is defined anew may use further variables.
        while self.define_anew(end) {
            self.define_used(end);
        }
    }

    /// Brings over the definitions that the final stage refers to.
    fn define_used(&mut self, end: usize) {
        let first = self.view.stage.from.index();
        let scopes = self.view.dockerfile.scopes();
        let mut looked_at: FxHashSet<(usize, &str)> = FxHashSet::default();
        // A variable is defined before it is used, so one way back finds what definitions need in turn.
        for reference in scopes.refs.iter().rev() {
            let ResolvedVar::Def(def) = reference.target else { continue };
            let def = scopes.def(def);
            let Some(user) = reference.instruction.index().checked_sub(first) else { continue };
            let Some(index) = def.instruction.index().checked_sub(first) else { continue };
            if !self.steps[user].place.is_in_final() {
                continue;
            }
            // A container knows no ARG, so its own shell cannot mean one.
            let at_run_time = reference.shell && self.instruction(user).keyword() != Keyword::Run;
            if at_run_time && def.kind == VarDefKind::Arg {
                continue;
            }
            if self.lacks(index, &def.name) {
                self.define(index, end);
            }
            if def.kind == VarDefKind::Arg && looked_at.insert((index, def.name.as_str())) {
                self.define_earlier_args(&def.name, index, end);
            }
        }
    }

    /// Brings over each ENV that gives another value to a variable which an earlier one sets in the final stage; whether
    /// there was one.
    fn define_anew(&mut self, end: usize) -> bool {
        let mut set: FxHashSet<&str> = FxHashSet::default();
        let mut found = false;
        for index in self.all(Keyword::Env) {
            let Arguments::Pairs(pairs) = &self.instruction(index).data.arguments else { continue };
            let names = || pairs.iter().map(|pair| pair.name.text.as_str());
            if names().any(|name| set.contains(name) && self.lacks(index, name)) {
                self.define(index, end);
                found = true;
            }
            set.extend(names().filter(|name| !self.lacks(index, name)));
        }
        found
    }

    /// Whether the final stage is without a variable that an instruction defines.
    fn lacks(&self, index: usize, variable: &str) -> bool {
        match self.steps[index].place {
            Place::Both | Place::Final => false,
            // An ENV that goes over in part has all but the build's variables.
            Place::BothAs(_) | Place::FinalAs(_) => self.is_for_build(variable),
            Place::Builder | Place::Dropped => true,
        }
    }

    fn define(&mut self, index: usize, end: usize) {
        let step = &mut self.steps[index];
        step.place = if index > end { Place::Final } else { Place::Both };
        step.why = "defines what the final stage uses";
    }

    /// An ARG without a default leaves the variable as an earlier one defined it, so that one is needed, too.
    fn define_earlier_args(&mut self, name: &str, index: usize, end: usize) {
        for at in (0..=index).rev() {
            let instruction = self.instruction(at);
            let Arguments::Words(words) = &instruction.data.arguments else { continue };
            let defines = |it: &&Spanned| it.text.split('=').next() == Some(name);
            let Some(word) = words.iter().find(defines).filter(|_| instruction.keyword() == Keyword::Arg)
            else {
                continue;
            };
            if self.lacks(at, name) {
                self.define(at, end);
            }
            if word.text.contains('=') {
                return;
            }
        }
    }

    fn is_for_build(&self, variable: &str) -> bool {
        variable == "DEBIAN_FRONTEND" || self.profile.is_build_env(variable)
    }

    /// The directory that the builder's image starts in.
    fn base_dir(&self) -> &'static str {
        directory(&ImageRef::parse(&self.view.stage.base_text))
    }

    /// The directory of the builder's image, where the runtime image starts in another one and it matters.
    fn other_directory(&self) -> Option<&'static str> {
        let dir = self.base_dir();
        let same = dir == directory(&ImageRef::parse(&self.runtime.image));
        let workdirs = self.all(Keyword::Workdir);
        let carried = workdirs.iter().find(|index| self.steps[**index].place.is_in_final());
        // A profile that takes the WORKDIRs away has a directory of its own in mind.
        let decided = self.recipe.port.is_some() && self.profile.makes_pages();
        let is_rewritten =
            |index: usize| matches!(self.steps[index].place, Place::BothAs(_) | Place::FinalAs(_));
        let is_set = carried.is_some_and(|index| self.is_absolute(*index) || is_rewritten(*index));
        (!same && !is_set && !decided).then_some(dir)
    }

    /// The artifacts, each with its path as the final stage's COPY names it: relative where its WORKDIR is that
    /// of the end.
    fn artifacts(&self, builder_end: InstructionId) -> Vec<Artifact> {
        let made_by = self.recipe.made_by.unwrap_or(builder_end);
        let carried = self.all(Keyword::Workdir).into_iter().rfind(|index| {
            self.steps[*index].instruction <= made_by && self.steps[*index].place.is_in_final()
        });
        let here = match carried {
            Some(index) => self.view.workdir_before(InstructionId(self.steps[index].instruction.0 + 1)),
            None => self.other_directory(),
        };
        let at_end = here.filter(|here| self.view.workdir_at_end() == Some(*here) && *here != "/");
        let artifacts = self.recipe.artifacts.iter().chain(&self.files).map(|artifact| {
            let to = artifact.to.as_str();
            let written = match at_end {
                Some(here) if here == to => "./".to_owned(),
                Some(here) => paths::relative_to(to, here).to_owned(),
                None => to.to_owned(),
            };
            Artifact { written, ..artifact.clone() }
        });
        artifacts.collect()
    }
}

/// A comment on a RUN that nobody can tell the meaning of.
fn comment_on(view: &View<'_>, run: Instruction<'_>) -> String {
    const MOST: usize = 40;
    let source = view.source(run);
    let first = source.lines().next().unwrap_or("").trim_end_matches(['\\', ' ', '&', '|', ';']);
    let command: String = first.chars().skip("RUN ".len()).take(MOST).collect();
    let more =
        if source.trim_end().chars().count() > command.chars().count() + "RUN ".len() { " …" } else { "" };
    format!(
        "{TO_DECIDE} the builder runs `{}`{more}. If the application needs what it does, run it here, too.",
        command.trim()
    )
}

/// What a recipe decided, for one runtime image.
fn decided<'r>(recipe: &'r Recipe, runtime: &Runtime) -> FxHashMap<InstructionId, &'r Place> {
    let exec = recipe.exec_places.iter().filter(|_| !runtime.has_shell());
    recipe.places.iter().chain(exec).map(|(id, place)| (*id, place)).collect()
}

/// Programs that the build fetches with, and nothing else calls: they are for the build.
fn fetchers(view: &View<'_>, profile: &dyn Profile) -> Vec<&'static str> {
    if profile.runs_sources() {
        return Vec::new();
    }
    let kept = [Keyword::Healthcheck, Keyword::Cmd, Keyword::Entrypoint];
    let checked =
        |tool: &str| view.instructions().any(|it| kept.contains(&it.keyword()) && view.says(it, tool));
    let called = |tool: &str| view.runs(|it| it.program() == tool);
    ["curl", "wget"].into_iter().filter(|tool| called(tool) && !checked(tool)).collect()
}

/// Packages that bear one name everywhere.
const SAME_NAME: [&str; 9] =
    ["bash", "ca-certificates", "curl", "fontconfig", "hostname", "jq", "openssl", "tzdata", "wget"];

fn manager_name(manager: System) -> &'static str {
    match manager {
        System::Apk => "apk",
        System::Rpm => "dnf or yum",
        System::Microdnf => "microdnf",
        _ => "apt-get",
    }
}
