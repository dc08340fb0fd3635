//! What the final stage's system must have: users, programs, a shell, certificates, packages.

use super::Carrier;
use crate::assists::split_stage::plan::{Artifact, Place};
use crate::assists::split_stage::runtime::{self, System, is_same_libc};
use crate::assists::split_stage::{Refusal, packages, shell};
use crate::model::{Arguments, ImageRef, Instruction, ResolvedVar, VarRef};
use crate::syntax::Keyword;
use rustc_hash::FxHashSet;

impl Carrier<'_, '_> {
    /// What a RUN calls that the final stage has, too, must be there.
    pub(super) fn check_tools(&mut self, run: Instruction<'_>) -> Result<(), Refusal> {
        const FETCH: [&str; 3] = ["curl", "unzip", "wget"];
        const BUILD: [&str; 10] =
            ["cmake", "g++", "gcc", "git", "go", "cargo", "make", "mvn", "patch", "svn"];
        let calls = |tool: &str| match self.view.script(run) {
            Some(commands) => {
                commands.iter().any(|it| it.argv().iter().take(2).any(|word| word.text == tool))
            }
            None => self.view.says(run, &format!("{tool} ")),
        };
        let lacks = |tool: &str| {
            !self.packages.iter().any(|it| it == tool) && (self.runtime.lacks(tool) || tool == "unzip")
        };
        if let Some(tool) = BUILD.into_iter().find(|tool| calls(tool)) {
            return Err(Refusal::new(format!(
                "the RUN on line {} calls `{tool}`, which `{}` does not have, and may be for the application",
                run.row + 1,
                self.runtime.image
            )));
        }
        let missing: Vec<String> =
            FETCH.into_iter().filter(|tool| calls(tool) && lacks(tool)).map(str::to_owned).collect();
        self.install.extend(missing);
        // Packages that builds alone need elsewhere.
        let installs = |tool: &str| {
            let names = |it: &shell::Command| it.argv().iter().skip(2).any(|word| word.text == tool);
            self.view.runs(|it| matches!(it.program(), "apt-get" | "apt" | "apk") && names(it))
        };
        let called = ["npm", "yarn"].into_iter().filter(|tool| calls(tool) && installs(tool));
        let called: Vec<String> = called.map(str::to_owned).collect();
        self.install.extend(called);
        Ok(())
    }

    /// A user that the builder's image brings is known in the final stage by its number alone.
    pub(super) fn number_users(&mut self) {
        const BROUGHT: [(&str, &str, &str); 2] =
            [("gradle", "gradle", "1000"), ("scala-sbt", "sbtuser", "1001")];
        let (base, end) = (ImageRef::parse(&self.view.stage.base_text), ImageRef::parse(&self.runtime.image));
        let found = BROUGHT
            .iter()
            .find(|(image, _, _)| *image == runtime::name(&base) && *image != runtime::name(&end));
        let Some((_, name, number)) = found else { return };
        for index in self.all(Keyword::User) {
            let user = self.instruction(index).data.arguments.words().first().map_or("", |it| it.text.trim());
            if user.split(':').next() != Some(name) {
                continue;
            }
            let text = format!("{} {number}", self.view.keyword(Keyword::User));
            let step = &mut self.steps[index];
            step.place = match std::mem::replace(&mut step.place, Place::Dropped) {
                Place::Both | Place::BothAs(_) => Place::BothAs(text),
                Place::Final | Place::FinalAs(_) => Place::FinalAs(text),
                place => place,
            };
            self.numbered = Some((name, number));
        }
    }

    /// A user with a name must exist in the final stage.
    pub(super) fn check_user(&self) -> Result<(), Refusal> {
        let Some(&last) = self.all(Keyword::User).last() else { return Ok(()) };
        if !self.steps[last].place.is_in_final() {
            return Ok(());
        }
        let user = self.instruction(last);
        let written = user.data.arguments.words().first().map_or("", |word| word.text.trim());
        let name = written.split(':').next().unwrap_or("");
        let is_of_base = |it: &VarRef| it.instruction == user.id && !matches!(it.target, ResolvedVar::Def(_));
        if name.contains('$')
            && !name.contains(":-")
            && self.view.dockerfile.scopes().refs.iter().any(is_of_base)
        {
            return Err(Refusal::new(format!(
                "USER on line {} names a variable that the file does not define",
                user.row + 1
            )));
        }
        let is_known = name.bytes().all(|b| b.is_ascii_digit())
            || name.contains('$')
            || self.numbered.is_some_and(|(numbered, _)| numbered == name)
            || self.runtime.has_user(name)
            || self.users.iter().any(|it| it == name);
        if is_known {
            return Ok(());
        }
        Err(Refusal::new(format!(
            "it is not clear which RUN creates the user `{name}` (line {}), whom the final stage needs too",
            user.row + 1
        )))
    }

    /// Says when a HEALTHCHECK calls what the final stage may lack.
    pub(super) fn check_healthcheck(&mut self) {
        let Some(&last) = self.all(Keyword::Healthcheck).last() else { return };
        let Arguments::Healthcheck { command, .. } = &self.instruction(last).data.arguments else { return };
        let programs: Vec<String> = match command.as_ref() {
            Arguments::Json(words) => words.first().map(|it| it.text.clone()).into_iter().collect(),
            Arguments::Text(text) => shell::parse(&text.text)
                .map(|it| it.iter().map(|command| command.program().to_owned()).collect())
                .unwrap_or_default(),
            _ => Vec::new(),
        };
        const IN_EVERY_SHELL: [&str; 8] = ["", "[", "cd", "echo", "exit", "false", "test", "true"];
        let called = programs.iter().filter(|it| !IN_EVERY_SHELL.contains(&it.as_str()));
        let lost: Vec<String> = called
            .take(8)
            .filter(|program| {
                let left_behind = || {
                    let runs =
                        self.all(Keyword::Run).into_iter().map(|index| (index, self.instruction(index)));
                    let mut left = runs.filter(|(index, _)| self.steps[*index].place == Place::Builder);
                    left.any(|(_, run)| {
                        let installs = ["install", " add ", "bin/"].iter().any(|it| self.view.says(run, it));
                        installs && self.view.says(run, program)
                    })
                };
                let missing =
                    self.profile.is_builder_tool(program) || self.runtime.lacks(program) || left_behind();
                missing && !self.packages.contains(program) && !self.install.contains(program)
            })
            .cloned()
            .collect();
        for program in lost {
            if matches!(program.as_str(), "curl" | "wget")
                && packages::install(self.runtime.system(), &[]).is_some()
            {
                self.notes.push(format!(
                    "HEALTHCHECK calls `{program}`, which `{}` lacks: the final stage installs it.",
                    self.runtime.image
                ));
                self.install.push(program);
            } else {
                self.notes
                    .push(format!("HEALTHCHECK calls `{program}`: make sure that the final stage has it."));
            }
        }
    }

    /// An image without a shell can hold no RUN, and starts nothing in shell form.
    pub(super) fn check_shell(&self) -> Result<(), Refusal> {
        if self.runtime.has_shell() {
            return Ok(());
        }
        for step in &self.steps {
            let instruction = self.view.dockerfile.instruction(step.instruction);
            let needs = match instruction.keyword() {
                Keyword::Run => step.place.is_in_final(),
                Keyword::Cmd | Keyword::Entrypoint => match &step.place {
                    Place::Final | Place::Both => !instruction.data.arguments.is_json(),
                    Place::FinalAs(text) | Place::BothAs(text) => !text.contains('['),
                    Place::Builder | Place::Dropped => false,
                },
                Keyword::Healthcheck => {
                    step.place.is_in_final()
                        && !instruction.data.arguments.words().is_empty()
                        && !instruction.data.arguments.is_json()
                }
                _ => false,
            };
            if needs {
                return Err(Refusal::new(format!(
                    "`{}` has no shell, which line {} needs",
                    self.runtime.image,
                    instruction.row + 1
                )));
            }
        }
        Ok(())
    }

    /// Images of languages bring the certificates of the authorities; the plain ones of Debian do not.
    pub(super) fn certificates(&mut self) {
        let plain =
            matches!(runtime::name(&ImageRef::parse(&self.view.stage.base_text)), "debian" | "ubuntu");
        let installed = self.packages.iter().chain(&self.install).any(|it| it == "ca-certificates");
        if plain || installed || self.runtime.has_certificates() || !self.profile.calls_others() {
            return;
        }
        let from_builder = self.install.is_empty();
        self.notes.push(format!(
            "`{}` has no certificates of authorities: {}.",
            self.runtime.image,
            if from_builder { "they come from the builder" } else { "the final stage installs them" }
        ));
        if from_builder {
            let file = match self.base {
                System::Rpm | System::Microdnf => "/etc/pki/tls/certs/ca-bundle.crt",
                _ => "/etc/ssl/certs/ca-certificates.crt",
            };
            self.files.push(Artifact::new(file, "/etc/ssl/certs/ca-certificates.crt"));
        } else {
            self.install.insert(0, "ca-certificates".to_owned());
        }
    }

    /// A TZ means nothing where there are no time zones.
    pub(super) fn time_zones(&mut self) {
        let Some(zone) = self.view.variable("TZ").filter(|zone| zone.contains('/')) else { return };
        let installed = self.packages.iter().chain(&self.install).any(|it| it == "tzdata");
        let had = ImageRef::parse(&self.view.stage.base_text);
        if installed
            || self.profile.brings_time_zones()
            || self.runtime.has_time_zones()
            || !runtime::has_time_zones(&had)
        {
            return;
        }
        let image = &self.runtime.image;
        if self.runtime.has_shell() {
            self.notes.push(format!(
                "`{image}` has no time zones, and TZ is {zone}: the final stage installs them."
            ));
            self.install.push("tzdata".to_owned());
        } else if self.base == System::Apk {
            self.notes.push(format!("`{image}` has no time zones, and TZ is {zone}: copy them into it."));
        } else {
            self.notes
                .push(format!("`{image}` has no time zones, and TZ is {zone}: they come from the builder."));
            self.files.push(Artifact::same("/usr/share/zoneinfo"));
        }
    }

    /// Says of RUNs that only print something that they stay behind.
    pub(super) fn note_prints(&mut self) {
        match self.prints.as_slice() {
            [] => {}
            [line] => {
                self.notes.push(format!("The RUN on line {line} only prints: it stays in the builder."))
            }
            lines => self.notes.push(format!(
                "The RUNs on lines {} only print: they stay in the builder.",
                lines.join(", ")
            )),
        }
    }

    pub(super) fn note_libc(&mut self) {
        if !self.profile.makes_pages()
            && !self.recipe.for_runtime
            && !is_same_libc(self.base, self.runtime.system())
        {
            self.notes.push(
                "The final stage has another C library than the builder: native code that is built there does not run."
                    .to_owned(),
            );
        }
    }

    /// What the final stage begins with.
    pub(super) fn opening(&mut self) -> Result<Vec<String>, Refusal> {
        let mut install: Vec<String> = Vec::new();
        let mut known: FxHashSet<String> = self.packages.iter().cloned().collect();
        for package in std::mem::take(&mut self.install) {
            let has = !known.insert(package.clone());
            // Images without a shell bring these two.
            let brought = !self.runtime.has_shell()
                && self.runtime.image != "scratch"
                && matches!(package.as_str(), "ca-certificates" | "tzdata" | "netbase");
            if !has && !brought {
                install.push(packages::in_release(&package, &self.runtime.image));
            }
        }
        let mut opening = std::mem::take(&mut self.comments);
        if let Some(dir) = self.other_directory() {
            opening.push(format!("{} {dir}", self.view.keyword(Keyword::Workdir)));
        }
        if !install.is_empty() {
            let Some(command) = packages::install(self.runtime.system(), &install) else {
                return Err(Refusal::new(format!(
                    "the final stage needs {}, and `{}` can install no packages",
                    install.join(", "),
                    self.runtime.image
                )));
            };
            opening.push(format!("{} {command}", self.view.keyword(Keyword::Run)));
        }
        opening.extend(self.recipe.opening.iter().cloned());
        Ok(opening)
    }
}
