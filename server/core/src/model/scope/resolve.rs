//! Finds the definition that each use of a variable sees.

use rustc_hash::FxHashMap;

use super::collect::Collected;
use super::predefined::{is_automatic, is_proxy};
use super::{ResolvedVar, VarDef, VarDefId, VarDefKind, VarRef, bases};
use crate::TextSize;
use crate::model::dockerfile::Placed;
use crate::model::instruction::InstructionId;
use crate::model::stage::{Stage, StageId};
use crate::syntax::Keyword;

/// Walks the stages in the way they are built from each other, with one environment that is rolled back
/// behind each stage. So no stage needs a copy of its parent's environment, and every definition is
/// entered and taken back once.
pub(super) struct Resolver<'a> {
    found: &'a Collected,
    placed: &'a [Placed],
    stages: &'a [Stage],
    /// The stages that are built from no other, and for each stage those built from it.
    roots: Vec<usize>,
    children: Vec<Vec<usize>>,
    /// The stage that each is built from.
    bases: Vec<Option<usize>>,
    /// Where the walk is. Triggers run in a stage that is built from theirs, whichever that is.
    place: Place,
    /// The global ARGs, and the environment at the current place: the definition a name means.
    globals: FxHashMap<&'a str, VarDefId>,
    visible: FxHashMap<&'a str, VarDefId>,
    /// The same without ARGs: what there is when the image runs, and when a stage is built from it.
    env: FxHashMap<&'a str, VarDefId>,
    /// What was entered, and what the two maps held before.
    undo: Vec<(&'a str, Option<VarDefId>, Option<VarDefId>)>,
    targets: Vec<ResolvedVar>,
    redeclares: Vec<Option<VarDefId>>,
}

/// Whose instructions run.
#[derive(Clone, Copy)]
enum Place {
    Stage(usize),
    /// Any stage that is built from this one.
    Above(usize),
}

/// A step of the walk.
enum Step {
    Enter(usize),
    /// Roll back to this length of the undo log.
    Leave(usize),
}

impl<'a> Resolver<'a> {
    pub(super) fn new(found: &'a Collected, placed: &'a [Placed], stages: &'a [Stage]) -> Self {
        let mut children = vec![Vec::new(); stages.len()];
        let mut roots = Vec::new();
        let bases = bases(stages);
        for (index, base) in bases.iter().copied().enumerate() {
            base.map_or(&mut roots, |base| &mut children[base]).push(index);
        }
        Self {
            found,
            placed,
            stages,
            roots,
            children,
            bases,
            place: Place::Stage(0),
            globals: FxHashMap::default(),
            visible: FxHashMap::default(),
            env: FxHashMap::default(),
            undo: Vec::new(),
            targets: vec![ResolvedVar::Unknown; found.refs.len()],
            redeclares: vec![None; found.defs.len()],
        }
    }

    pub(super) fn run(mut self) -> (Vec<ResolvedVar>, Vec<Option<VarDefId>>) {
        let first = self.stages.first().map_or(self.placed.len(), |stage| stage.from.index());
        for instruction in 0..first.min(self.placed.len()) {
            self.global(instruction);
        }
        // No stage sees it.
        self.visible.clear();
        let mut steps: Vec<Step> = self.roots.iter().rev().map(|&stage| Step::Enter(stage)).collect();
        while let Some(step) = steps.pop() {
            match step {
                Step::Enter(stage) => {
                    steps.push(Step::Leave(self.undo.len()));
                    self.stage(stage);
                    steps.extend(self.children[stage].iter().rev().map(|&child| Step::Enter(child)));
                }
                Step::Leave(length) => self.roll_back(length),
            }
        }
        (self.targets, self.redeclares)
    }

    /// An instruction before the first FROM. Only ARG may stand there; what else does is a stage whose
    /// FROM is missing, and sees what stands above it.
    fn global(&mut self, instruction: usize) {
        let (defs, refs) = (self.defs(instruction), self.refs(instruction));
        if self.placed[instruction].data.effective().keyword != Keyword::Arg {
            for index in refs {
                let name = self.found.refs[index].name.as_str();
                match self.visible.get(name) {
                    Some(&def) => self.targets[index] = ResolvedVar::Def(def),
                    None => self.resolve_global(index),
                }
            }
            self.visible.extend(defs.map(|def| &self.found.defs[def]).map(|it| (it.name.as_str(), it.id)));
            return;
        }
        let mut waiting = refs;
        for def in defs {
            let end = value_end(&self.found.defs[def]);
            while waiting.start < waiting.end && self.found.refs[waiting.start].range.start() < end {
                self.resolve_global(waiting.start);
                waiting.start += 1;
            }
            let it = &self.found.defs[def];
            let before = self.globals.insert(&it.name, it.id);
            self.visible.insert(&it.name, it.id);
            self.redeclares[def] = before.filter(|_| it.value.is_none());
        }
        waiting.for_each(|it| self.resolve_global(it));
    }

    fn stage(&mut self, index: usize) {
        self.place = Place::Stage(index);
        let stage = &self.stages[index];
        let (from, end) = (stage.from.index(), stage.end.index().min(self.placed.len()));
        self.refs(from).for_each(|it| self.resolve_global(it));
        let inside = from + 1..end;
        let (mut triggers, mut at_run_time) = (Vec::new(), Vec::new());
        for instruction in inside {
            let it = &self.placed[instruction];
            if !it.marks.has_vars {
                continue;
            }
            match it.keyword {
                Keyword::Onbuild => triggers.push(instruction),
                _ => self.instruction(instruction, false),
            }
            if runs_in_container(it.keyword) {
                at_run_time.push(instruction);
            }
        }
        // What the image runs sees the ENVs of the whole stage, those behind it too.
        for instruction in at_run_time {
            for index in self.refs(instruction) {
                let it = &self.found.refs[index];
                let is_inherited = it.shell && !self.is_set_by_shell(it);
                if let Some(&def) = self.env.get(it.name.as_str()).filter(|_| is_inherited) {
                    self.targets[index] = ResolvedVar::Def(def);
                }
            }
        }
        // Triggers run in the children, all of which start with the same environment. When this file has
        // none, they run in builds from the image, which keeps ENV but no ARG.
        self.place = Place::Above(index);
        let only_env = self.children[index].is_empty();
        for instruction in triggers {
            self.instruction(instruction, only_env);
        }
    }

    fn instruction(&mut self, instruction: usize, only_env: bool) {
        let defs = self.defs(instruction);
        let mut waiting = self.refs(instruction);
        let one_by_one = self.placed[instruction].data.effective().keyword == Keyword::Arg;
        for def in defs {
            // ARG takes its words one after the other; ENV defines them all together at the end.
            let end = value_end(&self.found.defs[def]);
            while waiting.start < waiting.end
                && (!one_by_one || self.found.refs[waiting.start].range.start() < end)
            {
                self.resolve(waiting.start, only_env);
                waiting.start += 1;
            }
            self.define(def, only_env);
        }
        waiting.for_each(|it| self.resolve(it, only_env));
    }

    fn define(&mut self, def: usize, only_env: bool) {
        let it = &self.found.defs[def];
        let name = it.name.as_str();
        if it.value.is_none() {
            let before = if only_env { self.env.get(name).copied() } else { self.look(name) };
            self.redeclares[def] = self.globals.get(name).copied().filter(|_| !only_env).or(before);
        }
        let env = self.env.get(name).copied();
        if it.kind == VarDefKind::Env {
            self.env.insert(name, it.id);
        }
        self.undo.push((name, self.visible.insert(name, it.id), env));
    }

    fn roll_back(&mut self, length: usize) {
        for (name, visible, env) in self.undo.drain(length..).rev() {
            restore(&mut self.visible, name, visible);
            restore(&mut self.env, name, env);
        }
    }

    /// The definition that a name means. The image of the stage below keeps ENV, which comes back over ARGs of the
    /// same name when a stage is built from it.
    fn look(&self, name: &str) -> Option<VarDefId> {
        let def = *self.visible.get(name)?;
        let env = self.env.get(name).filter(|_| !self.is_own(&self.found.defs[def.0 as usize]));
        Some(env.copied().unwrap_or(def))
    }

    /// Whether a definition takes effect in the stage that runs, be it as a trigger, not in one below.
    fn is_own(&self, def: &VarDef) -> bool {
        let triggers_of = match self.place {
            Place::Stage(stage) if !def.onbuild => return def.stage.is_some_and(|it| it.index() == stage),
            Place::Stage(stage) => self.bases[stage],
            Place::Above(stage) => Some(stage),
        };
        def.onbuild && def.stage.map(StageId::index) == triggers_of
    }

    fn resolve(&mut self, index: usize, only_env: bool) {
        let it = &self.found.refs[index];
        if it.shell && self.is_set_by_shell(it) {
            return;
        }
        let def = match it.shell && runs_in_container(self.effective(it.instruction)) {
            // No ARG outlives the build.
            true => self.env.get(it.name.as_str()).copied(),
            false => self.look(&it.name),
        };
        // An ARG of the stage itself does not outlive it, one of a trigger above does.
        let trigger = |def: &VarDef| def.onbuild && def.stage == it.stage;
        let def = def.filter(|&def| !only_env || trigger(&self.found.defs[def.0 as usize]));
        let def = def.or_else(|| self.env.get(it.name.as_str()).copied().filter(|_| only_env));
        self.targets[index] = match def {
            Some(def) => ResolvedVar::Def(def),
            None if it.shell && is_proxy(&it.name) && self.effective(it.instruction) == Keyword::Run => {
                ResolvedVar::Predefined
            }
            None => ResolvedVar::Unknown,
        };
    }

    /// Whether the shell's text has set a variable of this name itself.
    fn is_set_by_shell(&self, var: &VarRef) -> bool {
        let placed = &self.placed[var.instruction.index()];
        placed.data.is_set_by_shell(&var.name, u32::from(var.range.start() - placed.start))
    }

    /// The keyword of what an instruction does.
    fn effective(&self, instruction: InstructionId) -> Keyword {
        self.placed[instruction.index()].data.effective().keyword
    }

    fn resolve_global(&mut self, index: usize) {
        let name = self.found.refs[index].name.as_str();
        self.targets[index] = match self.globals.get(name) {
            Some(&def) => ResolvedVar::Def(def),
            None if is_automatic(name) => ResolvedVar::Predefined,
            None => ResolvedVar::Unknown,
        };
    }

    fn defs(&self, instruction: usize) -> std::ops::Range<usize> {
        let starts = &self.found.starts;
        starts[instruction].0..starts[instruction + 1].0
    }

    fn refs(&self, instruction: usize) -> std::ops::Range<usize> {
        let starts = &self.found.starts;
        starts[instruction].1..starts[instruction + 1].1
    }
}

fn restore<'a>(map: &mut FxHashMap<&'a str, VarDefId>, name: &'a str, before: Option<VarDefId>) {
    match before {
        Some(before) => drop(map.insert(name, before)),
        None => drop(map.remove(name)),
    }
}

fn value_end(def: &VarDef) -> TextSize {
    def.value_range.unwrap_or(def.name_range).end()
}

/// Whether what an instruction holds runs when the image does, not when it is built.
fn runs_in_container(keyword: Keyword) -> bool {
    matches!(keyword, Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Base, Dockerfile, SourceFile};

    /// Says of each use in a Dockerfile what it sees, and of each `ARG name` what it takes over: a line
    /// from 1 and the definition there.
    fn check(text: &str, expected: Expect) {
        let text = text.strip_prefix('\n').unwrap_or(text);
        let file = SourceFile::new(text);
        let scopes = file.dockerfile().scopes();
        let line = |at: TextSize| text[..usize::from(at)].matches('\n').count() + 1;
        let def = |id: VarDefId| {
            let def = scopes.def(id);
            assert_eq!(&text[def.name_range], def.name, "the name's range");
            format!("{:?} of line {}", def.kind, line(def.name_range.start()))
        };
        let mut said: Vec<(TextSize, String)> = Vec::new();
        for it in &scopes.refs {
            assert_eq!(&text[it.range], it.name, "the use's range");
            let target = match it.target {
                ResolvedVar::Def(id) => def(id),
                ResolvedVar::Predefined => "predefined".to_owned(),
                ResolvedVar::Unknown => "?".to_owned(),
            };
            said.push((it.range.start(), format!("${} -> {target}", it.name)));
        }
        for it in &scopes.defs {
            if let Some(before) = it.redeclares {
                said.push((it.name_range.start(), format!("ARG {} takes over {}", it.name, def(before))));
            }
        }
        said.sort();
        let mut lines = String::new();
        for (at, it) in said {
            let _ = writeln!(lines, "{}: {it}", line(at));
        }
        expected.assert_eq(&lines);
    }

    #[test]
    fn a_stage_whose_from_is_missing_sees_what_stands_above() {
        check(
            "
ARG A=1
ENV E=$A F=$E
WORKDIR $E/$A
ARG B=$E
FRM $A
RUN echo $F $TARGETOS
FROM $E:$A
WORKDIR $E
",
            expect![[r#"
                2: $A -> GlobalArg of line 1
                2: $E -> ?
                3: $E -> Env of line 2
                3: $A -> GlobalArg of line 1
                4: $E -> ?
                6: $F -> Env of line 2
                6: $TARGETOS -> predefined
                7: $E -> ?
                7: $A -> GlobalArg of line 1
                8: $E -> ?
            "#]],
        );
    }

    #[test]
    fn from_sees_global_args_and_platforms() {
        check(
            "
ARG TAG=3
ARG BASE=alpine:$TAG TAG=4 X=$TAG
FROM --platform=$BUILDPLATFORM $BASE AS a
ARG INNER=1
FROM $INNER:$TAG
FROM $TARGETSTAGE$HTTP_PROXY
",
            expect![[r#"
                2: $TAG -> GlobalArg of line 1
                2: $TAG -> GlobalArg of line 2
                3: $BUILDPLATFORM -> predefined
                3: $BASE -> GlobalArg of line 2
                5: $INNER -> ?
                5: $TAG -> GlobalArg of line 2
                6: $TARGETSTAGE -> predefined
                6: $HTTP_PROXY -> ?
            "#]],
        );
    }

    #[test]
    fn a_stage_sees_a_global_arg_when_it_declares_it_again() {
        check(
            "
ARG V=1
FROM alpine
RUN echo $V
ARG V
RUN echo $V $TARGETARCH
ARG TARGETARCH
RUN echo $TARGETARCH
FROM alpine
COPY $V /
ARG V=2
COPY $V /
",
            expect![[r#"
                3: $V -> ?
                4: ARG V takes over GlobalArg of line 1
                5: $V -> Arg of line 4
                5: $TARGETARCH -> ?
                7: $TARGETARCH -> Arg of line 6
                9: $V -> ?
                11: $V -> Arg of line 10
            "#]],
        );
    }

    #[test]
    fn the_later_of_arg_and_env_wins() {
        check(
            "
FROM alpine
ARG V=1
USER $V
ENV V=$V
USER $V
ARG V=3
USER $V
ARG V
USER $V
",
            expect![[r#"
                3: $V -> Arg of line 2
                4: $V -> Arg of line 2
                5: $V -> Env of line 4
                7: $V -> Arg of line 6
                8: ARG V takes over Arg of line 6
                9: $V -> Arg of line 8
            "#]],
        );
    }

    #[test]
    fn env_defines_its_pairs_together_and_arg_one_after_the_other() {
        check(
            "
FROM alpine
ENV A=1 B=$A
ENV A=2 B=${A:-$B}
ARG C=1 D=$C E=${D}$F F=1
ENV old $old $A
",
            expect![[r#"
                2: $A -> ?
                3: $A -> Env of line 2
                3: $B -> Env of line 2
                4: $C -> Arg of line 4
                4: $D -> Arg of line 4
                4: $F -> ?
                5: $old -> ?
                5: $A -> Env of line 3
            "#]],
        );
    }

    #[test]
    fn env_and_args_are_inherited_from_the_end_of_the_parent_stage() {
        check(
            "
FROM alpine AS a
ENV E=1
ARG V=1
FROM busybox
USER $E$V
FROM a AS b
USER $E$V
ENV E=2
FROM a
USER $E
FROM b
USER $E$V
ARG V
",
            expect![[r#"
                5: $E -> ?
                5: $V -> ?
                7: $E -> Env of line 2
                7: $V -> Arg of line 3
                10: $E -> Env of line 2
                12: $E -> Env of line 8
                12: $V -> Arg of line 3
                13: ARG V takes over Arg of line 3
            "#]],
        );
    }

    #[test]
    fn env_comes_back_over_the_args_of_the_parent_stage() {
        check(
            "
FROM alpine AS a
ENV E=1 F=1
ARG E=2
ARG F=2
ONBUILD ARG F=3
ONBUILD USER $E$F
USER $E
FROM a AS b
USER $E$F
ARG E
USER $E
FROM b
USER $E$F
",
            expect![[r#"
                6: $E -> Env of line 2
                6: $F -> Arg of line 5
                7: $E -> Arg of line 3
                9: $E -> Env of line 2
                9: $F -> Arg of line 5
                10: ARG E takes over Env of line 2
                11: $E -> Arg of line 10
                13: $E -> Env of line 2
                13: $F -> Env of line 2
            "#]],
        );
    }

    #[test]
    fn a_base_with_variables_is_the_last_stage_that_it_could_be() {
        check(
            "
FROM alpine AS base
ARG V=1
FROM base AS base-amd64
ARG SUFFIX=
FROM base AS base-arm64
ARG SUFFIX=-aarch64
FROM x AS other
ARG OTHER=1
FROM base-$TARGETARCH
ENV V=$V$SUFFIX$OTHER
",
            expect![[r#"
                9: $TARGETARCH -> predefined
                10: $V -> Arg of line 2
                10: $SUFFIX -> Arg of line 6
                10: $OTHER -> ?
            "#]],
        );
    }

    #[test]
    fn onbuild_takes_effect_in_the_children() {
        check(
            "
ARG G=1
FROM alpine AS a
ARG V=1
ONBUILD ARG G
ONBUILD ENV T=$V$G LATE=$LATE
ENV LATE=1
USER $T
FROM a
USER $T$G
",
            expect![[r#"
                4: ARG G takes over GlobalArg of line 1
                5: $V -> Arg of line 3
                5: $G -> Arg of line 4
                5: $LATE -> Env of line 6
                7: $T -> ?
                9: $T -> Env of line 5
                9: $G -> Arg of line 4
            "#]],
        );
    }

    #[test]
    fn onbuild_without_children_sees_what_the_image_keeps() {
        check(
            "
ARG G=1
FROM alpine
ARG V=1
ENV E=1
ONBUILD ARG G
ONBUILD USER $V$E$G
",
            expect![[r#"
                6: $V -> ?
                6: $E -> Env of line 4
                6: $G -> Arg of line 5
            "#]],
        );
    }

    #[test]
    fn what_the_image_runs_sees_its_final_environment() {
        check(
            r#"
FROM alpine
ARG PORT=1
ENV A=1
CMD echo $A $B $PORT
HEALTHCHECK CMD curl $A
RUN echo $A
ENV A=2 B=2
"#,
            expect![[r#"
                4: $A -> Env of line 7
                4: $B -> Env of line 7
                4: $PORT -> ?
                5: $A -> Env of line 7
                6: $A -> Env of line 3
            "#]],
        );
    }

    #[test]
    fn what_the_shell_sets_itself_is_its_own() {
        check(
            r#"
FROM alpine
ENV V=1 W=1
RUN echo $V; V=$V:$W; echo $V
RUN for W in a; do echo $W; done; echo $((V + 1))
RUN <<EOF
echo $V
read W
echo "$W" '$V'
cat <<X <<'Y'
it's $V
X
$V
Y
EOF
RUN cat <<X
it's $V
X
CMD ["bash", "-ec", "V=1; echo $V $W"]
CMD ["echo", "$W"]
"#,
            expect![[r#"
                3: $V -> Env of line 2
                3: $V -> Env of line 2
                3: $W -> Env of line 2
                3: $V -> ?
                4: $W -> ?
                4: $V -> Env of line 2
                6: $V -> Env of line 2
                8: $W -> ?
                10: $V -> Env of line 2
                12: $V -> Env of line 2
                16: $V -> Env of line 2
                18: $V -> ?
                18: $W -> Env of line 2
            "#]],
        );
    }

    #[test]
    fn other_shells_have_other_variables() {
        check(
            r#"
FROM alpine
ENV V=1
SHELL ["pwsh", "-Command"]
RUN echo $V
RUN ["sh", "-c", "echo $V"]
RUN <<EOF
#!/bin/sh
echo $V
EOF
SHELL ["bash", "-c"]
RUN echo $V
"#,
            expect![[r#"
                5: $V -> Env of line 2
                8: $V -> Env of line 2
                11: $V -> Env of line 2
            "#]],
        );
    }

    #[test]
    fn run_gets_the_proxies() {
        check(
            "
FROM alpine
RUN curl -x $http_proxy $HTTPS_PROXY $Http_Proxy
RUN no_proxy=x; for ftp_proxy in a b; do echo $no_proxy $ftp_proxy $all_proxy; done
ENV X=$http_proxy
ENV http_proxy=x
RUN echo $http_proxy
",
            expect![[r#"
                2: $http_proxy -> predefined
                2: $HTTPS_PROXY -> predefined
                2: $Http_Proxy -> ?
                3: $no_proxy -> ?
                3: $ftp_proxy -> ?
                3: $all_proxy -> predefined
                4: $http_proxy -> ?
                6: $http_proxy -> Env of line 5
            "#]],
        );
    }

    #[test]
    fn names_are_found_in_quotes_and_over_lines() {
        check(
            r#"
FROM alpine
ENV "A"=5 'B'=6 \
    C=7 $D=8
ARG X=1 \
  Y="a b" \
  Z
USER $A$B$C$D$X$Y$Z
"#,
            expect![[r#"
                3: $D -> ?
                7: $A -> Env of line 2
                7: $B -> Env of line 2
                7: $C -> Env of line 3
                7: $D -> ?
                7: $X -> Arg of line 4
                7: $Y -> Arg of line 5
                7: $Z -> Arg of line 6
            "#]],
        );
    }

    #[test]
    fn from_and_global_args_see_no_env() {
        check(
            "ENV A=1\nARG B=$A$C\nUSER $B\nONBUILD ARG C=1\nFROM $A$B\n",
            expect![[r#"
            2: $A -> ?
            2: $C -> ?
            3: $B -> GlobalArg of line 2
            5: $A -> ?
            5: $B -> GlobalArg of line 2
        "#]],
        );
    }

    #[test]
    fn stages_built_from_each_other_are_linear() {
        let mut text = String::from("FROM a AS s0\nENV V=0\n");
        for stage in 1..3_000 {
            let _ = write!(text, "FROM s{} AS s{stage}\nENV V{stage}=$V\nONBUILD ENV T=$V\n", stage - 1);
        }
        let file = SourceFile::new(&text);
        let scopes = file.dockerfile().scopes();
        assert!(scopes.refs.iter().all(|it| it.target == ResolvedVar::Def(VarDefId(0))));
    }

    /// The definition that a use sees, found by following BuildKit's words literally: a stage at a time,
    /// each with a whole copy of its environment. ONBUILD is left out.
    fn slowly(dockerfile: &Dockerfile) -> Vec<Option<VarDefId>> {
        type Env = FxHashMap<String, VarDefId>;
        let scopes = dockerfile.scopes();
        let mut targets = Vec::new();
        let (mut globals, mut image, mut ends) = (Env::default(), Env::default(), Vec::<(Env, Env)>::new());
        // What stands before the first FROM and is no ARG sees `env` until the first stage empties it.
        let mut env = Env::default();
        for it in dockerfile.instructions() {
            let stage = dockerfile.stage_of(it.id);
            if let Some(stage) = stage.filter(|stage| stage.from == it.id) {
                if stage.id.index() > 0 {
                    ends.push((std::mem::take(&mut env), std::mem::take(&mut image)));
                }
                (env, image) = match stage.base {
                    Base::Stage(base) => ends[base.index()].clone(),
                    _ => Default::default(),
                };
                env.extend(image.clone());
            }
            let is_global = stage.map_or(it.keyword() == Keyword::Arg, |stage| stage.from == it.id);
            let current = if is_global { &mut globals } else { &mut env };
            let uses: Vec<_> = scopes.refs.iter().filter(|use_| use_.instruction == it.id).collect();
            let defs = scopes.defs_in(it.id, InstructionId(it.id.0 + 1));
            let mut done = 0;
            if it.keyword() == Keyword::Arg {
                for def in defs {
                    while done < uses.len() && uses[done].range.start() < value_end(def) {
                        targets.push(current.get(&uses[done].name).copied());
                        done += 1;
                    }
                    current.insert(def.name.clone(), def.id);
                }
            }
            targets.extend(uses[done..].iter().map(|it| current.get(&it.name).copied()));
            current.extend(defs.iter().map(|def| (def.name.clone(), def.id)));
            let kept = defs.iter().filter(|def| def.kind == VarDefKind::Env && stage.is_some());
            image.extend(kept.map(|def| (def.name.clone(), def.id)));
            if stage.is_none() {
                env.extend(defs.iter().map(|def| (def.name.clone(), def.id)));
            }
        }
        targets
    }

    proptest! {
        #[test]
        fn agrees_with_a_whole_copy_of_the_environment_for_each_stage(
            lines in proptest::collection::vec(0usize..14, 0..30)
        ) {
            let kinds = [
                "ARG A=1", "ARG A", "ARG B=$A A=$B", "ENV A=$B", "ENV A=1 B=$A C=$C", "USER $A$B$C",
                "WORKDIR ${A:-$B}", "LABEL a=$C", "FROM x AS s", "FROM s AS t", "FROM t AS s", "FROM t",
                "FROM x:$A$B", "ARG C=$A",
            ];
            let text: String = lines.iter().map(|&line| format!("{}\n", kinds[line])).collect();
            let file = SourceFile::new(&text);
            let found = file.dockerfile().scopes().refs.iter().map(|it| match it.target {
                ResolvedVar::Def(id) => Some(id),
                _ => None,
            });
            prop_assert_eq!(found.collect::<Vec<_>>(), slowly(file.dockerfile()));
        }

        #[test]
        fn never_panics(lines in proptest::collection::vec("[A-Z$ {}=\"'a-c\\\\:-]{0,12}", 0..8)) {
            let keywords = ["FROM", "ARG", "ENV", "ONBUILD ENV", "ONBUILD ARG", "RUN", "COPY --from=", "CMD"];
            let text: String =
                keywords.iter().cycle().zip(&lines).map(|(word, rest)| format!("{word} {rest}\n")).collect();
            let file = SourceFile::new(&text);
            let dockerfile = file.dockerfile();
            for it in dockerfile.instructions() {
                super::super::visible_before(dockerfile, it.id);
            }
            for def in &dockerfile.scopes().defs {
                dockerfile.scopes().source_of(def.id);
            }
        }
    }
}
