//! What holds at a point of a stage: directory, user, shell, environment, ports, command.
//!
//! It is worked out on demand, from the bottom of the chain of stages up, one instruction after the
//! other, as BuildKit does it. Values are those of a build with the arguments of [`Dockerfile::build_args`].

use rustc_hash::FxHashMap;

use super::args::{Arguments, Pair};
use super::dockerfile::Dockerfile;
use super::expand::expand;
use super::global_args::GlobalArgs;
use super::instruction::{InstructionData, InstructionId};
use super::scope::{VarDef, VarDefId, VarDefKind, is_automatic};
use super::shell;
use super::stage::{Base, Stage, StageId};
use crate::syntax::Keyword;
use crate::syntax::shell::starts_posix_shell;

/// How many bytes the values of one state can have in all. Definitions can double each other's values,
/// so a short file can ask for more than a machine holds; what goes beyond this is not known.
const MAX_VALUES: usize = 1 << 22;

/// What holds after an instruction, as far as the file tells. What comes from the base image is not
/// known here and stays empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StageState {
    /// WORKDIR: absolute, or relative to what the base image sets when it starts without `/`.
    /// Variables are put in where the file gives their value.
    pub workdir: Option<String>,
    /// USER as written, variables put in where known.
    pub user: Option<String>,
    /// SHELL's words.
    pub shell: Option<Vec<String>>,
    /// ENV in order of first definition: name, value with known variables put in, definition. A value
    /// with a variable that the file does not know stays as written, quotes included.
    pub env: Vec<(String, String, VarDefId)>,
    /// ENTRYPOINT.
    pub entrypoint: Option<Start>,
    /// CMD. An ENTRYPOINT resets that of the base, and leaves alone that of its own stage.
    pub cmd: Option<Start>,
    /// EXPOSE's words in order.
    pub expose: Vec<String>,
    /// VOLUME's words in order.
    pub volumes: Vec<String>,
    /// LABEL in order of first definition: name and value, with known variables put in.
    pub labels: Vec<(String, String)>,
    /// STOPSIGNAL, with known variables put in.
    pub stopsignal: Option<String>,
    /// The instruction that sets HEALTHCHECK.
    pub healthcheck: Option<InstructionId>,
    /// The base at the bottom of the chain: an image, scratch or unresolved.
    pub root: Option<Base>,
}

/// An ENTRYPOINT or a CMD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// The instruction that sets it; an ONBUILD where its trigger does.
    pub instruction: InstructionId,
    /// SHELL as it is there: the shell form goes through it.
    pub shell: Option<Vec<String>>,
}

/// Build arguments: names and values, of which the last one counts.
pub type BuildArgs = [(String, String)];

/// The value that a build is given for an argument.
pub fn given<'a>(args: &'a BuildArgs, name: &str) -> Option<&'a str> {
    args.iter().rev().find(|it| it.0 == name).map(|it| it.1.as_str())
}

/// What holds at the end of `stage`, inherited state included.
pub fn at_end(dockerfile: &Dockerfile, stage: StageId) -> StageState {
    match dockerfile.stages.get(stage.index()) {
        Some(stage) => Walk::up_to(dockerfile, stage, stage.end, &mut |_, _| {}),
        None => StageState::default(),
    }
}

/// What holds behind `instruction`, which need not be the last one of its stage. What an ONBUILD holds changes nothing
/// in its own stage.
pub fn behind(dockerfile: &Dockerfile, instruction: InstructionId) -> StageState {
    match dockerfile.stage_of(instruction) {
        Some(stage) => {
            let end = InstructionId(instruction.0.saturating_add(1));
            Walk::up_to(dockerfile, stage, end, &mut |_, _| {})
        }
        None => StageState::default(),
    }
}

/// What holds before `instruction` runs. Before a FROM and before the first stage, nothing does.
pub fn before(dockerfile: &Dockerfile, instruction: InstructionId) -> StageState {
    match dockerfile.stage_of(instruction) {
        Some(stage) if stage.from != instruction => {
            Walk::up_to(dockerfile, stage, instruction, &mut |_, _| {})
        }
        _ => StageState::default(),
    }
}

/// An instruction on the way through a stage and its bases.
#[derive(Clone, Copy)]
pub(super) struct Step<'a> {
    /// The stage that runs it.
    pub(super) stage: StageId,
    /// Where it stands; a trigger stands in the stage below.
    pub(super) id: InstructionId,
    /// What it says; for a trigger, what ONBUILD holds.
    pub(super) data: &'a InstructionData,
}

/// Goes through all that makes up `stage`, from the bottom of its base up. `visit` sees each instruction with what holds
/// before it.
pub(super) fn walk<'a>(
    dockerfile: &'a Dockerfile,
    stage: &'a Stage,
    visit: &mut dyn FnMut(&mut Walk<'a>, Step<'a>),
) {
    Walk::up_to(dockerfile, stage, stage.end, visit);
}

/// Words of a stage with their variables put in; those that are not known stay, as `$name`. Each comes with its
/// instruction, in order. Words of triggers are not of this stage.
pub fn filled(
    dockerfile: &Dockerfile,
    stage: StageId,
    words: &[(InstructionId, &str)],
) -> Vec<Option<String>> {
    let mut found = Vec::with_capacity(words.len());
    let Some(stage) = dockerfile.stages.get(stage.index()).filter(|_| !words.is_empty()) else {
        return found;
    };
    walk(dockerfile, stage, &mut |walk, step| {
        while let Some((_, word)) = words.get(found.len()).filter(|it| it.0 == step.id) {
            let is_own = step.stage == stage.id && step.data.trigger.is_none();
            found.push(if is_own { walk.filled(word) } else { None });
        }
    });
    found.resize(words.len(), None);
    found
}

/// The stages that `stage` is built from and itself, the bottom one first.
pub fn base_chain(dockerfile: &Dockerfile, stage: StageId) -> Vec<StageId> {
    let mut chain = Vec::new();
    let mut next = dockerfile.stages.get(stage.index());
    while let Some(stage) = next {
        chain.push(stage.id);
        next = match stage.base {
            Base::Stage(base) if base < stage.id => dockerfile.stages.get(base.index()),
            _ => None,
        };
    }
    chain.reverse();
    chain
}

/// What is known of a variable's value.
#[derive(Clone)]
enum Value {
    Known(String),
    /// It is set, or may be, and the file does not say to what.
    Unknown,
}

/// Stages on the way to a point in one of them.
pub(super) struct Walk<'a> {
    dockerfile: &'a Dockerfile,
    state: StageState,
    /// Variables that ARG and ENV set, at the current place.
    values: FxHashMap<&'a str, Value>,
    /// What the image keeps of the names that ARGs of the current stage set. A stage built from it starts with that.
    shadowed: FxHashMap<&'a str, Value>,
    globals: GlobalArgs,
    /// Where each name stands in the state's ENV.
    env: FxHashMap<&'a str, usize>,
    /// Where each name stands in the state's labels.
    label: FxHashMap<String, usize>,
    /// What is left of [`MAX_VALUES`].
    left: usize,
    /// Whether the file or the stage at the bottom is for Windows.
    is_windows: bool,
    /// Whether the stage itself set CMD, so that its ENTRYPOINT keeps it.
    own_cmd: bool,
}

impl<'a> Walk<'a> {
    fn up_to(
        dockerfile: &'a Dockerfile,
        stage: &'a Stage,
        end: InstructionId,
        visit: &mut dyn FnMut(&mut Self, Step<'a>),
    ) -> StageState {
        let mut run = Self {
            dockerfile,
            state: StageState::default(),
            values: FxHashMap::default(),
            shadowed: FxHashMap::default(),
            globals: GlobalArgs::of(&dockerfile.placed, dockerfile.escape, &dockerfile.build_args),
            env: FxHashMap::default(),
            label: FxHashMap::default(),
            left: MAX_VALUES,
            is_windows: dockerfile.escape != '\\',
            own_cmd: false,
        };
        let mut base: Option<&Stage> = None;
        for id in base_chain(dockerfile, stage.id) {
            let at = dockerfile.stage(id);
            run.own_cmd = false;
            run.values.extend(run.shadowed.drain());
            match base {
                Some(base) => run.triggers(base, at.id, visit),
                None => {
                    run.state.root = Some(at.base.clone());
                    run.is_windows |= shell::is_windows(at);
                }
            }
            let end = if id == stage.id { end } else { at.end };
            run.instructions(at, end, visit);
            base = Some(at);
        }
        run.state
    }

    /// The ONBUILDs of the stage that the next one is built from.
    fn triggers(&mut self, base: &Stage, stage: StageId, visit: &mut dyn FnMut(&mut Self, Step<'a>)) {
        for id in base.instructions() {
            let data = self.dockerfile.instruction(id).data;
            if let Some(trigger) = &data.trigger {
                visit(self, Step { stage, id, data: trigger });
                self.instruction(id, trigger);
            }
        }
    }

    fn instructions(
        &mut self,
        stage: &Stage,
        end: InstructionId,
        visit: &mut dyn FnMut(&mut Self, Step<'a>),
    ) {
        for id in stage.instructions().take_while(|&id| id < end) {
            let data = self.dockerfile.instruction(id).data;
            visit(self, Step { stage: stage.id, id, data });
            self.instruction(id, data);
        }
    }

    fn instruction(&mut self, id: InstructionId, data: &'a InstructionData) {
        match (data.keyword, &data.arguments) {
            (Keyword::Arg, _) => {
                for def in self.defs(id) {
                    self.arg(def);
                }
            }
            (Keyword::Env, _) => self.envs(self.defs(id)),
            (Keyword::Workdir, Arguments::Text(text)) => {
                self.state.workdir = Some(self.workdir_after(&text.text));
            }
            (Keyword::User, Arguments::Text(text)) => self.state.user = Some(self.text(&text.text)),
            (Keyword::Shell, Arguments::Json(words)) => {
                self.state.shell = Some(words.iter().map(|word| word.text.clone()).collect());
            }
            (Keyword::Expose, arguments) => {
                for word in arguments.words() {
                    let ports = self.text(&word.text);
                    self.state.expose.extend(ports.split_whitespace().map(str::to_owned));
                }
            }
            (Keyword::Volume, arguments) => {
                for word in arguments.words() {
                    let path = self.text(&word.text);
                    self.state.volumes.push(path);
                }
            }
            (Keyword::Label, Arguments::Pairs(pairs)) => self.labels(pairs),
            (Keyword::Stopsignal, Arguments::Text(text)) => {
                self.state.stopsignal = Some(self.text(&text.text));
            }
            (Keyword::Healthcheck, _) => self.state.healthcheck = Some(id),
            (Keyword::Entrypoint, _) => {
                self.state.entrypoint = Some(self.start(id));
                self.state.cmd = self.state.cmd.take().filter(|_| self.own_cmd);
            }
            (Keyword::Cmd, _) => {
                self.state.cmd = Some(self.start(id));
                self.own_cmd = true;
            }
            _ => {}
        }
    }

    fn labels(&mut self, pairs: &[Pair]) {
        for pair in pairs {
            let (name, value) = (self.text(&pair.name.text), self.text(&pair.value.text));
            match self.label.get(&name) {
                Some(&at) => self.state.labels[at].1 = value,
                None => {
                    self.label.insert(name.clone(), self.state.labels.len());
                    self.state.labels.push((name, value));
                }
            }
        }
    }

    fn start(&self, instruction: InstructionId) -> Start {
        Start { instruction, shell: self.state.shell.clone() }
    }

    /// The directory in effect, as [`StageState::workdir`] says it.
    pub(super) fn workdir(&self) -> Option<&str> {
        self.state.workdir.as_deref()
    }

    /// The directory behind a WORKDIR.
    pub(super) fn workdir_after(&mut self, word: &str) -> String {
        let path = self.text(word);
        let scratch = self.state.root == Some(Base::Scratch);
        let current = self.state.workdir.as_deref().or(scratch.then_some("/"));
        change_directory(current, &path)
    }

    /// Whether RUN's text is for a shell of the POSIX kind.
    pub(super) fn has_posix_shell(&self) -> bool {
        let is_posix = |it: &Vec<String>| starts_posix_shell(it.iter().map(String::as_str));
        !self.is_windows && self.state.shell.as_ref().is_none_or(is_posix)
    }

    /// The home directory, for an image that has the usual ones.
    pub(super) fn home(&self) -> String {
        match self.state.user.as_deref().map(|it| it.split(':').next().unwrap_or(it)) {
            None | Some("root" | "0") => "/root".to_owned(),
            Some(user) => format!("/home/{user}"),
        }
    }

    /// The value of a variable, where the file gives it.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        match self.values.get(name) {
            Some(Value::Known(value)) => Some(value),
            _ => None,
        }
    }

    /// A word with its variables put in; those that are not known stay, as `$name`. None where BuildKit refuses it.
    pub(super) fn filled(&mut self, word: &str) -> Option<String> {
        let expanded = expand(word, self.dockerfile.escape, &mut |name| match self.values.get(name) {
            Some(Value::Known(value)) => Some(value.clone()),
            None if self.is_empty_below(name) => None,
            _ => Some(format!("${name}")),
        });
        let text = expanded.ok()?.text;
        self.left = self.left.checked_sub(text.len())?;
        Some(text)
    }

    fn defs(&self, id: InstructionId) -> &'a [VarDef] {
        self.dockerfile.scopes().defs_of(id)
    }

    fn arg(&mut self, def: &'a VarDef) {
        let name = def.name.as_str();
        let value = match (given(&self.dockerfile.build_args, name), &def.value, self.globals.value(name)) {
            (Some(given), ..) => Value::Known(given.to_owned()),
            (None, Some(value), _) => self.value(value),
            (None, None, Some(value)) => Value::Known(value.to_owned()),
            (None, None, None) if is_automatic(name) => Value::Unknown,
            // Without a value anywhere it leaves alone what ARG or ENV set before.
            (None, None, None) => self.values.get(name).cloned().unwrap_or(Value::Unknown),
        };
        let before = self.values.insert(name, value);
        let kept = match before {
            Some(before) if self.env.contains_key(name) => before,
            _ if self.is_empty_below(name) => return,
            _ => Value::Unknown,
        };
        self.shadowed.entry(name).or_insert(kept);
    }

    /// Whether what no ENV of the file sets is not set: nothing is in scratch, but PATH has a default there too.
    fn is_empty_below(&self, name: &str) -> bool {
        self.state.root == Some(Base::Scratch) && name != "PATH"
    }

    fn envs(&mut self, defs: &'a [VarDef]) {
        let envs = defs.iter().filter(|def| def.kind == VarDefKind::Env);
        let written = |def: &'a VarDef| def.value.as_deref().unwrap_or("");
        // None of them sees another one of the same instruction.
        let values: Vec<_> = envs.map(|def| (def, self.value(written(def)))).collect();
        for (def, value) in values {
            let shown = match &value {
                Value::Known(value) => value.clone(),
                Value::Unknown => written(def).to_owned(),
            };
            self.values.insert(&def.name, value);
            self.shadowed.remove(def.name.as_str());
            let entry = (def.name.clone(), shown, def.id);
            match self.env.get(def.name.as_str()) {
                Some(&at) => self.state.env[at] = entry,
                None => {
                    self.env.insert(&def.name, self.state.env.len());
                    self.state.env.push(entry);
                }
            }
        }
    }

    /// A word with its variables put in where all of them are known, else as written.
    fn text(&mut self, word: &str) -> String {
        match self.value(word) {
            Value::Known(value) => value,
            Value::Unknown => word.to_owned(),
        }
    }

    /// The value of a word, if it is known.
    fn value(&mut self, word: &str) -> Value {
        // An image may set any variable.
        let mut known = true;
        let expanded = expand(word, self.dockerfile.escape, &mut |name| match self.values.get(name) {
            Some(Value::Known(value)) => Some(value.clone()),
            None if self.is_empty_below(name) => None,
            _ => {
                known = false;
                None
            }
        });
        match expanded {
            Ok(expanded) if known && expanded.text.len() <= self.left => {
                self.left -= expanded.text.len();
                Value::Known(expanded.text)
            }
            _ => Value::Unknown,
        }
    }
}

/// Where WORKDIR `path` leads from `current`, which is none as long as the base image decides.
pub(crate) fn change_directory(current: Option<&str>, path: &str) -> String {
    let variable = |path: &str| path.contains('$');
    match current {
        // BuildKit leaves absolute paths as they are. A variable in front holds such a path, if any.
        _ if !is_relative(path) => path.to_owned(),
        Some(current) if is_windows(current) => format!("{}\\{path}", current.trim_end_matches(['\\', '/'])),
        Some(current) if variable(current) || variable(path) => {
            format!("{}/{path}", current.trim_end_matches('/'))
        }
        Some(current) => clean(&format!("{current}/{path}")),
        None if variable(path) => path.to_owned(),
        None => clean(path),
    }
}

/// Whether a path counts from somewhere: it begins neither with `/`, nor with a variable that may hold that, nor is it
/// an absolute one of Windows.
pub(crate) fn is_relative(path: &str) -> bool {
    !path.starts_with(['/', '$']) && !is_windows(path)
}

/// Whether a path is an absolute one of Windows: `C:\…`, `C:/…`, `\…`.
fn is_windows(path: &str) -> bool {
    let drive = path.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) && path.get(1..2) == Some(":");
    drive || path.starts_with('\\')
}

/// The shortest path that leads to the same place: no `.`, no empty part, no `..` that can be resolved.
pub(crate) fn clean(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|&last| last != "..") => drop(parts.pop()),
            ".." if absolute => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match absolute {
        true => format!("/{joined}"),
        false if joined.is_empty() => ".".to_owned(),
        false => joined,
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;
    use crate::TextSize;
    use crate::model::SourceFile;

    /// Checks what holds before the instruction with the cursor, or at the end of the file's last stage.
    fn check(fixture: &str, expected: Expect) {
        let fixture = fixture.strip_prefix('\n').unwrap_or(fixture);
        let (text, offset) = match fixture.contains("<|>") {
            true => dockstage_fixture::cursor(fixture),
            false => (fixture.to_owned(), fixture.len()),
        };
        let file = SourceFile::new(&text);
        let dockerfile = file.dockerfile();
        let state = match fixture.contains("<|>") {
            true => {
                let at = TextSize::try_from(offset).unwrap();
                before(dockerfile, dockerfile.instruction_at(at).unwrap().id)
            }
            false => at_end(dockerfile, dockerfile.default_target().unwrap().id),
        };
        expected.assert_eq(&shown(dockerfile, &state));
    }

    fn shown(dockerfile: &Dockerfile, state: &StageState) -> String {
        let mut out = String::new();
        let line = |id: InstructionId| format!("line {}", dockerfile.instruction(id).row + 1);
        let root = match &state.root {
            Some(Base::Image(image)) => image.written.clone(),
            other => format!("{other:?}"),
        };
        let _ = writeln!(out, "root: {root}");
        let fields = [
            ("workdir", state.workdir.clone()),
            ("user", state.user.clone()),
            ("shell", state.shell.as_ref().map(|it| it.join(" "))),
            ("entrypoint", state.entrypoint.as_ref().map(|it| line(it.instruction))),
            ("cmd", state.cmd.as_ref().map(|it| line(it.instruction))),
            ("expose", (!state.expose.is_empty()).then(|| state.expose.join(" "))),
            ("volumes", (!state.volumes.is_empty()).then(|| state.volumes.join(" "))),
            ("stopsignal", state.stopsignal.clone()),
            ("healthcheck", state.healthcheck.map(line)),
        ];
        for (name, value) in fields {
            if let Some(value) = value {
                let _ = writeln!(out, "{name}: {value}");
            }
        }
        for (name, value) in &state.labels {
            let _ = writeln!(out, "label {name}: {value}");
        }
        for (name, value, def) in &state.env {
            let at = line(dockerfile.scopes().def(*def).instruction);
            let _ = writeln!(out, "{name}={value} of {at}");
        }
        out
    }

    #[test]
    fn everything_is_inherited_from_the_end_of_the_base_stage() {
        check(
            r#"
FROM alpine AS base
WORKDIR /app
USER "app"
SHELL ["bash", "-c"]
ENV A=1 B=2
EXPOSE 80 443/tcp
CMD ["a"]
FROM busybox AS other
FROM base AS mid
ENV A=3
WORKDIR sub/../x
FROM mid
EXPOSE 81
"#,
            expect![[r#"
                root: alpine
                workdir: /app/x
                user: app
                shell: bash -c
                cmd: line 7
                expose: 80 443/tcp 81
                A=3 of line 10
                B=2 of line 5
            "#]],
        );
    }

    #[test]
    fn only_what_stands_before_an_instruction_holds() {
        check(
            "FROM a\nWORKDIR /x\nRUN l<|>s\nWORKDIR /y\n",
            expect![[r#"
            root: a
            workdir: /x
        "#]],
        );
        check(
            "FROM a AS b\nUSER x\nFROM <|>b\nUSER y\n",
            expect![[r#"
            root: None
        "#]],
        );
    }

    #[test]
    fn known_variables_are_put_in() {
        check(
            r#"
ARG ROOT=/srv DEEP=${ROOT}/deep
ARG NONE
FROM a
ARG DEEP
ARG VERSION=1.2.3
ENV HOME=$DEEP MINOR=${VERSION%.*} NEXT=$HOME
ENV BOTH="$HOME and '$MINOR'" ESCAPED=\$HOME SINGLE='$HOME'
WORKDIR ${HOME}/$MINOR
USER ${NOBODY:-app}:$MINOR
EXPOSE $VERSION ${MINOR}
"#,
            expect![[r#"
                root: a
                workdir: /srv/deep/1.2
                user: ${NOBODY:-app}:$MINOR
                expose: 1.2.3 1.2
                HOME=/srv/deep of line 6
                MINOR=1.2 of line 6
                NEXT=$HOME of line 6
                BOTH=/srv/deep and '1.2' of line 7
                ESCAPED=$HOME of line 7
                SINGLE=$HOME of line 7
            "#]],
        );
    }

    #[test]
    fn what_the_file_does_not_know_stays_as_written() {
        check(
            r#"
ARG UNSET
ARG P=$TARGETARCH
FROM a
ARG UNSET P
ARG TARGETARCH
ENV PATH=/bin:$PATH A="$UNSET" B="$P" C="$TARGETARCH" D="${A?}"
ENV E=$A F=fine
WORKDIR $UNSET/x
WORKDIR y
"#,
            expect![[r#"
                root: a
                workdir: $UNSET/x/y
                PATH=/bin:$PATH of line 6
                A="$UNSET" of line 6
                B="$P" of line 6
                C="$TARGETARCH" of line 6
                D="${A?}" of line 6
                E=$A of line 7
                F=fine of line 7
            "#]],
        );
    }

    #[test]
    fn scratch_sets_nothing_but_path() {
        check(
            "FROM scratch\nENV A=x$B C=$PATH\nWORKDIR app\n",
            expect![[r#"
            root: Some(Scratch)
            workdir: /app
            A=x of line 2
            C=$PATH of line 2
        "#]],
        );
    }

    #[test]
    fn an_arg_without_value_keeps_what_was_set() {
        check(
            "ARG G=1\nFROM a\nENV V=1 G=2\nARG V G\nENV R=$V$G\n",
            expect![[r#"
            root: a
            V=1 of line 3
            G=2 of line 3
            R=11 of line 5
        "#]],
        );
    }

    #[test]
    fn env_comes_back_over_the_args_of_the_base_stage() {
        check(
            "
FROM scratch AS base
ENV A=1
ARG A=2
ARG B=3 PATH=4
ENV HERE=$A$B$PATH
ONBUILD ENV ON=$A
ONBUILD ARG A=5
FROM base AS child
ENV CHILD=$A
FROM child
ENV C=$A$B D=$PATH
ARG A
ENV E=$A
",
            expect![[r#"
                root: Some(Scratch)
                A=1 of line 2
                HERE=234 of line 5
                ON=1 of line 6
                CHILD=5 of line 9
                C=13 of line 11
                D=$PATH of line 11
                E=1 of line 13
            "#]],
        );
    }

    #[test]
    fn an_image_may_set_what_an_arg_of_the_base_stage_does() {
        check(
            "FROM node AS base\nARG NODE_VERSION=1\nENV A=$NODE_VERSION\nFROM base\nENV B=$NODE_VERSION\n",
            expect![[r#"
                root: node
                A=1 of line 3
                B=$NODE_VERSION of line 5
            "#]],
        );
    }

    #[test]
    fn triggers_run_in_the_children_of_their_stage_only() {
        check(
            "
FROM a AS base
WORKDIR /base
ONBUILD WORKDIR on
ONBUILD ENV A=1
FROM base AS child
ENV B=$A
WORKDIR own
FROM child
",
            expect![[r#"
                root: a
                workdir: /base/on/own
                A=1 of line 4
                B=1 of line 6
            "#]],
        );
        check(
            "FROM a\nONBUILD USER x\n",
            expect![[r#"
            root: a
        "#]],
        );
    }

    #[test]
    fn an_entrypoint_resets_an_inherited_command_only() {
        check(
            "FROM a AS b\nCMD x\nFROM b\nENTRYPOINT y\n",
            expect![[r#"
            root: a
            entrypoint: line 4
        "#]],
        );
        check(
            "FROM a AS b\nCMD x\nENTRYPOINT y\n",
            expect![[r#"
            root: a
            entrypoint: line 3
            cmd: line 2
        "#]],
        );
    }

    #[test]
    fn build_arguments_give_values() {
        let text = "ARG G=1\nARG H=$G\nFROM a\nARG G\nARG H V=2 U\nENV E=$G$H$V$U W=$V\nARG W=4\nENV X=$W\n";
        let file = SourceFile::new(text);
        let args = [("G", "0"), ("G", "7"), ("U", "u"), ("W", "w"), ("E", "no")];
        let args = args.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let state = at_end(std::sync::Arc::new(file).in_build(&args).dockerfile(), StageId(0));
        let values: Vec<_> = state.env.iter().map(|(name, value, _)| format!("{name}={value}")).collect();
        assert_eq!(values, ["E=772u", "W=2", "X=w"]);
        assert_eq!(given(&args, "V"), None);
    }

    #[test]
    fn directories_are_joined() {
        let after = |current, path| change_directory(current, path);
        assert_eq!(after(None, "app"), "app");
        assert_eq!(after(None, "./a//b/."), "a/b");
        assert_eq!(after(None, "../x"), "../x");
        assert_eq!(after(Some("app"), ".."), ".");
        assert_eq!(after(Some("/app"), "../../x"), "/x");
        assert_eq!(after(Some("/app"), ""), "/app");
        assert_eq!(after(Some("/app"), "/a/../b/"), "/a/../b/");
        assert_eq!(after(Some("/app"), "$X"), "$X");
        assert_eq!(after(Some("/app/"), "a$X/.."), "/app/a$X/..");
        assert_eq!(after(Some("/app"), r"C:\x"), r"C:\x");
        assert_eq!(after(Some(r"C:\x"), "y"), r"C:\x\y");
        assert_eq!(after(Some(r"\x"), r"\y"), r"\y");
    }

    #[test]
    fn windows_files_have_their_own_escape() {
        check(
            "# escape=`\nFROM a\nENV A=C:\\x\nWORKDIR $A\\y\n",
            expect![[r#"
            root: a
            workdir: C:\x\y
            A=C:\x of line 3
        "#]],
        );
    }

    #[test]
    fn the_chain_of_bases_starts_at_the_bottom() {
        let file = SourceFile::new("FROM x AS a\nFROM y\nFROM a AS b\nFROM b\n");
        let chain = base_chain(file.dockerfile(), StageId(3));
        assert_eq!(chain, [StageId(0), StageId(2), StageId(3)]);
        assert!(base_chain(file.dockerfile(), StageId(4)).is_empty());
        assert_eq!(at_end(file.dockerfile(), StageId(4)), StageState::default());
    }

    #[test]
    fn values_that_double_each_other_end_somewhere() {
        let mut text = format!("FROM a\nENV V0={}\n", "x".repeat(50_000));
        for at in 1..400 {
            let _ = writeln!(text, "ENV V{at}=$V{}", (at - 1) / 2);
            let _ = writeln!(text, "ENV W=$V{at}$V{at} W=$W$W");
        }
        let file = SourceFile::new(&text);
        let state = at_end(file.dockerfile(), StageId(0));
        assert!(state.env.iter().map(|(_, value, _)| value.len()).sum::<usize>() < MAX_VALUES + 100_000);
    }

    proptest! {
        #[test]
        fn never_panics(lines in proptest::collection::vec("[A-Z$ {}=\"'a-c/.\\\\:-]{0,12}", 0..8)) {
            let keywords = ["FROM", "WORKDIR", "ENV", "ONBUILD ENV", "ARG", "USER", "EXPOSE", "FROM a AS"];
            let text: String =
                keywords.iter().cycle().zip(&lines).map(|(word, rest)| format!("{word} {rest}\n")).collect();
            let file = SourceFile::new(&text);
            for it in file.dockerfile().instructions() {
                before(file.dockerfile(), it.id);
            }
            for stage in &file.dockerfile().stages {
                at_end(file.dockerfile(), stage.id);
            }
        }
    }
}
