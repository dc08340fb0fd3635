//! Rename a stage, a variable or a heredoc, with every place that names it.
//!
//! **Stages.** The name in FROM changes, and every `FROM`, `COPY --from` and `RUN --mount=from=` that
//! BuildKit resolves to this stage, those inside ONBUILD included. An index stays: it still counts. A
//! name with capitals is written as typed, except in `FROM name`, where BuildKit knows lower case
//! only. Refused are names that BuildKit would not take, names of other stages, and names that would
//! make an image that the file uses mean this stage. So is a stage that a FROM reaches through a
//! variable (`FROM base-$VARIANT`): no edit of names can keep that true.
//!
//! **Variables.** What [`super::symbol_at`] counts as one variable changes together: a global ARG with
//! the stages that declare it again and with every use, or the ENVs of a stage and of those built from
//! it. Uses in shell commands are included where nothing but this definition can be meant. Refused are
//! variables that BuildKit or the outside defines, and names that are already in use where the
//! renamed variable would be seen. A variable that is used in FROM and declared nowhere can only be misspelt, so its
//! uses there can be renamed too.
//!
//! **Heredocs.** The name where it is announced and where it ends; refused where a line of the content
//! would then end it early.

use super::symbol_at::{Form, SymbolId, VariableGroup, occurrences, symbol_at};
use crate::model::open_base::OpenBase;
use crate::model::{
    Base, Dockerfile, InstructionId, RefTarget, ResolvedVar, SourceFile, Stage, StageId, StageRef,
    StageRefKind, VarDef, VarDefId, VarDefKind, is_valid_stage_name, scope,
};
use crate::text::{PositionEncoding, SourceChange, TextEdit};
use crate::{TextRange, TextSize};

/// What would be renamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameTarget {
    /// The word under the cursor.
    pub range: TextRange,
    /// The name to start from.
    pub placeholder: String,
}

/// Why a rename is refused; the text is for the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameError(pub String);

impl std::fmt::Display for RenameError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RenameError {}

/// What would be renamed at `offset`.
///
/// # Errors
/// Why nothing here can be renamed.
pub fn prepare(file: &SourceFile, offset: TextSize) -> Result<RenameTarget, RenameError> {
    let symbol = symbol_at(file, offset)
        .ok_or_else(|| RenameError("Only stages and variables can be renamed.".to_owned()))?;
    let name = current_name(file, symbol.id)?;
    Ok(RenameTarget { range: symbol.range, placeholder: name })
}

/// Renames the stage or variable at `offset`.
///
/// # Errors
/// Why the new name is refused, or nothing here can be renamed.
pub fn rename(file: &SourceFile, offset: TextSize, new_name: &str) -> Result<SourceChange, RenameError> {
    let old_name = prepare(file, offset)?.placeholder;
    let Some(symbol) = symbol_at(file, offset) else { return Ok(SourceChange::default()) };
    let new_name = new_name.trim();
    if new_name == old_name {
        return Ok(SourceChange::default());
    }
    match symbol.id {
        SymbolId::Stage(stage) => check_stage_name(file, stage, new_name)?,
        SymbolId::Var(def) => check_variable_name(file, def, new_name)?,
        SymbolId::Heredoc(id, index) => check_heredoc_name(file, id, index, new_name)?,
        // None of them has a name to start from.
        SymbolId::Account(_) => return Ok(SourceChange::default()),
        SymbolId::OutsideVar(_) if !is_variable_name(new_name) => return refuse(no_variable_name(new_name)),
        SymbolId::OutsideVar(_) => {}
    }
    let mut edits = Vec::new();
    for place in occurrences(file, symbol.id) {
        match place.form {
            Form::Name => edits.push(TextEdit::replace(place.range, new_name)),
            Form::BaseName => edits.push(TextEdit::replace(place.range, new_name.to_lowercase())),
            Form::Index | Form::Expansion | Form::Keyword => {}
        }
    }
    SourceChange::new(edits).map_err(|_| RenameError("The places to rename overlap.".to_owned()))
}

/// The name of what is to be renamed, or why it cannot be.
fn current_name(file: &SourceFile, id: SymbolId) -> Result<String, RenameError> {
    let dockerfile = file.dockerfile();
    match id {
        SymbolId::Stage(id) => match &dockerfile.stage(id).name {
            Some(name) => Ok(name.written.clone()),
            None => refuse(format!(
                "Stage {} has no name to change: add `AS <name>` to its FROM on line {}.",
                id.0,
                line_of(file, dockerfile.stage(id).range.start())
            )),
        },
        SymbolId::Var(id) => {
            let def = dockerfile.scopes().def(id);
            if def.kind != VarDefKind::Env && is_predefined(&def.name) {
                return refuse(format!("`{}` is set by BuildKit under this name only.", def.name));
            }
            Ok(def.name.clone())
        }
        SymbolId::Heredoc(id, index) => {
            let heredocs = &dockerfile.instruction(id).data.heredocs;
            Ok(heredocs.get(index as usize).map_or_else(String::new, |it| it.name.clone()))
        }
        SymbolId::Account(_) => refuse(
            "Scripts and files of the image can name a user or a group: change them by hand.".to_owned(),
        ),
        SymbolId::OutsideVar(index) => {
            let var = dockerfile.scopes().refs.get(index as usize);
            let name = var.map_or("", |var| var.name.as_str());
            match var.map(|var| &var.target) {
                Some(ResolvedVar::Predefined) => {
                    refuse(format!("`{name}` is set by BuildKit under this name only."))
                }
                // Outside of stages nothing but the file itself gives a value to other variables.
                Some(_) if var.is_some_and(|var| var.stage.is_none()) => Ok(name.to_owned()),
                _ => refuse(format!("`{name}` is not defined in this file, so it cannot be renamed here.")),
            }
        }
    }
}

fn check_stage_name(file: &SourceFile, id: StageId, new_name: &str) -> Result<(), RenameError> {
    let dockerfile = file.dockerfile();
    let lower = new_name.to_lowercase();
    if !is_valid_stage_name(&lower) {
        return refuse(format!(
            "`{new_name}` is no stage name: it has to begin with a letter and go on with letters, digits, `-`, `_` or `.`."
        ));
    }
    if lower == "scratch" || lower == "context" {
        return refuse(format!("`{new_name}` is reserved and cannot name a stage."));
    }
    let named =
        |stage: &&Stage| stage.id != id && stage.name.as_ref().is_some_and(|name| name.lower == lower);
    if let Some(other) = dockerfile.stages.iter().find(named) {
        let line = line_of(file, other.range.start());
        return refuse(format!("`{new_name}` is already the name of the stage on line {line}."));
    }
    if let Some(captured) = dockerfile.refs.iter().find(|it| would_capture(dockerfile, it, id, &lower)) {
        let line = line_of(file, captured.range.start());
        return refuse(format!(
            "`{}` on line {line} is an image or named context; with this name it would mean the stage.",
            captured.text
        ));
    }
    let old = dockerfile.stage(id).name.as_ref().map_or("", |name| name.lower.as_str());
    if let Some((word, range)) = open_base(dockerfile, id, old) {
        return refuse(format!(
            "`FROM {word}` on line {} can mean this stage through its variables, which a rename cannot change.",
            line_of(file, range.start())
        ));
    }
    match open_base(dockerfile, id, &lower) {
        Some((word, range)) => refuse(format!(
            "`FROM {word}` on line {} could mean the stage under this name.",
            line_of(file, range.start())
        )),
        None => Ok(()),
    }
}

/// Whether a reference that leads outside of the file would lead to `stage` under its new name.
fn would_capture(dockerfile: &Dockerfile, reference: &StageRef, stage: StageId, lower: &str) -> bool {
    if !matches!(reference.target, RefTarget::External(_) | RefTarget::Unknown) {
        return false;
    }
    match reference.kind {
        // With the defaults of its variables put in.
        StageRefKind::From => reference.stage > stage && dockerfile.stage(reference.stage).base_text == lower,
        StageRefKind::CopyFrom | StageRefKind::MountFrom => reference.text.to_lowercase() == lower,
    }
}

/// A later FROM whose base holds variables and is this stage, or can become its `name`. One that is
/// nothing but variables can become anything, which says nothing.
fn open_base<'a>(dockerfile: &'a Dockerfile, id: StageId, name: &str) -> Option<(&'a str, TextRange)> {
    let mut later = dockerfile.stages.iter().skip(id.index() + 1);
    let found = later.find(|stage| {
        let open = OpenBase::of(stage).filter(|_| stage.base_word.is_some());
        open.is_some_and(|open| {
            stage.base == Base::Stage(id) || (!open.is_anything() && open.may_become(name))
        })
    })?;
    found.base_word.as_ref().map(|(word, range)| (word.as_str(), *range))
}

fn check_variable_name(file: &SourceFile, id: VarDefId, new_name: &str) -> Result<(), RenameError> {
    let dockerfile = file.dockerfile();
    if !is_variable_name(new_name) {
        return refuse(no_variable_name(new_name));
    }
    let group = VariableGroup::of(dockerfile, id);
    let scope = Reach::of(dockerfile, &group);
    if scope.is_arg && is_predefined(new_name) {
        return refuse(format!("`{new_name}` is set by BuildKit and cannot be the name of another ARG."));
    }
    let definitions = dockerfile.scopes().defs.iter().filter(|def| def.name == new_name);
    if let Some(taken) = definitions.into_iter().find(|def| scope.touches_definition(def)) {
        let line = line_of(file, taken.name_range.start());
        return refuse(format!("`{new_name}` is already defined on line {line}."));
    }
    if let Some(captured) = group.uses(dockerfile).find(|var| dockerfile.shell_sets(var, new_name)) {
        let line = line_of(file, captured.range.start());
        return refuse(format!("On line {line} the shell sets a variable `{new_name}` of its own."));
    }
    let uses = dockerfile.scopes().refs.iter().filter(|var| var.name == new_name);
    if let Some(taken) = uses.into_iter().find(|var| scope.touches_use(var.stage)) {
        let line = line_of(file, taken.range.start());
        return refuse(format!(
            "`${new_name}` is already used on line {line}, with a value from outside of this file."
        ));
    }
    Ok(())
}

fn no_variable_name(name: &str) -> String {
    format!(
        "`{name}` is no variable name: it has to begin with a letter or `_` and go on with letters, digits or `_`."
    )
}

fn is_variable_name(name: &str) -> bool {
    name.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_')
        && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')
}

fn check_heredoc_name(
    file: &SourceFile,
    id: InstructionId,
    index: u32,
    new_name: &str,
) -> Result<(), RenameError> {
    if !is_variable_name(new_name) {
        return refuse(format!("`{new_name}` is no name for a heredoc: use letters, digits and `_`."));
    }
    let heredocs = &file.dockerfile().instruction(id).data.heredocs;
    let Some(heredoc) = heredocs.get(index as usize) else { return Ok(()) };
    let ends_early = |line: &str| {
        let line = if heredoc.chomp { line.trim_start_matches('\t') } else { line };
        line == new_name
    };
    if heredoc.content.text.lines().any(ends_early) {
        return refuse(format!("A line of the heredoc is `{new_name}`: it would end there."));
    }
    Ok(())
}

/// Where a variable can be seen, and so where another one of its name would get in its way.
struct Reach {
    is_arg: bool,
    global: bool,
    stages: Vec<bool>,
}

impl Reach {
    fn of(dockerfile: &Dockerfile, group: &VariableGroup<'_>) -> Self {
        let mut stages = vec![false; dockerfile.stages.len()];
        let mut mark = |stage: Option<StageId>| {
            if let Some(it) = stage.and_then(|stage| stages.get_mut(stage.index())) {
                *it = true;
            }
        };
        let (mut is_arg, mut global) = (false, false);
        for def in group.defs.iter().map(|&id| dockerfile.scopes().def(id)) {
            is_arg |= def.kind != VarDefKind::Env;
            global |= def.stage.is_none();
            mark(def.stage);
        }
        group.uses(dockerfile).for_each(|var| mark(var.stage));
        // Stages built from these see the variable, those that these are built from can shadow it.
        let bases = scope::bases(&dockerfile.stages).into_iter().enumerate();
        let based: Vec<(usize, usize)> = bases.filter_map(|(stage, base)| Some((stage, base?))).collect();
        for &(stage, base) in &based {
            stages[stage] |= stages.get(base).copied().unwrap_or(false);
        }
        for &(stage, base) in based.iter().rev() {
            if stages[stage] {
                stages[base] = true;
            }
        }
        Self { is_arg, global, stages }
    }

    fn touches_definition(&self, def: &VarDef) -> bool {
        match def.stage {
            // An ARG in any stage may take over a global one's value.
            Some(stage) => self.stage(stage) || (self.global && def.kind == VarDefKind::Arg),
            None => self.global || self.is_arg,
        }
    }

    fn touches_use(&self, stage: Option<StageId>) -> bool {
        stage.map_or(self.global, |stage| self.stage(stage))
    }

    fn stage(&self, stage: StageId) -> bool {
        self.stages.get(stage.index()).copied().unwrap_or(false)
    }
}

/// Whether BuildKit gives an ARG of this name its value.
fn is_predefined(name: &str) -> bool {
    scope::predefined(name).is_some()
}

fn line_of(file: &SourceFile, offset: TextSize) -> u32 {
    file.text().line_col(offset, PositionEncoding::Utf8).line + 1
}

fn refuse<T>(reason: String) -> Result<T, RenameError> {
    Err(RenameError(reason))
}

#[cfg(test)]
mod tests {
    use dockstage_fixture::cursor;
    use expect_test::{Expect, expect};

    use super::*;

    fn renamed(fixture: &str, new_name: &str) -> Result<String, String> {
        let (text, at) = cursor(fixture);
        let file = SourceFile::new(&text);
        let change = rename(&file, TextSize::try_from(at).unwrap(), new_name).map_err(|it| it.0)?;
        Ok(change.apply(&text).unwrap())
    }

    fn check(fixture: &str, new_name: &str, expected: &Expect) {
        expected.assert_eq(&renamed(fixture, new_name).unwrap_or_else(|reason| format!("refused: {reason}")));
    }

    #[test]
    fn a_stage_with_every_reference() {
        check(
            r#"
# The build stage.
FROM eclipse-temurin:21 AS build
RUN ./mvnw package
FROM build AS test
FROM alpine
COPY --from=<|>build /a /b
COPY --from=BUILD --chown=1:1 /a /b
COPY --from=0 /c /d
RUN --mount=type=cache,target=/c --mount=from=build,target=/b cp -r /b build
ONBUILD COPY --from=build /a /b
ONBUILD RUN --mount=type=bind,from=build,target=/b build
COPY --from=builder /e /f
"#,
            "maven",
            &expect![[r#"
                # The build stage.
                FROM eclipse-temurin:21 AS maven
                RUN ./mvnw package
                FROM maven AS test
                FROM alpine
                COPY --from=maven /a /b
                COPY --from=maven --chown=1:1 /a /b
                COPY --from=0 /c /d
                RUN --mount=type=cache,target=/c --mount=from=maven,target=/b cp -r /b build
                ONBUILD COPY --from=maven /a /b
                ONBUILD RUN --mount=type=bind,from=maven,target=/b build
                COPY --from=builder /e /f
            "#]],
        );
    }

    #[test]
    fn a_name_with_capitals_stays_findable_for_from() {
        check(
            "FROM a AS b<|>\nFROM b\nCOPY --from=b /x /y\n",
            "Base",
            &expect![[r#"
                FROM a AS Base
                FROM base
                COPY --from=Base /x /y
            "#]],
        );
    }

    #[test]
    fn the_nearest_duplicate_and_its_references_only() {
        check(
            "FROM one AS a\nFROM a AS b\nFROM two AS <|>a\nFROM a\nCOPY --from=a /x /y\n",
            "c",
            &expect![[r#"
                FROM one AS a
                FROM a AS b
                FROM two AS c
                FROM c
                COPY --from=c /x /y
            "#]],
        );
    }

    #[test]
    fn refused_stage_names_say_why() {
        let text = "FROM alpine AS a\nFROM debian AS b\nFROM <|>a\nCOPY --from=Nginx /x /y\nRUN --mount=from=tools,target=/t true\n";
        let reason = |name| renamed(text, name).unwrap_err();
        let mut shown = String::new();
        for name in ["1st", "", "a b", "bür", "scratch", "Context", "B", "nginx", "tools"] {
            shown.push_str(&format!("{name}: {}\n", reason(name)));
        }
        expect![[r#"
            1st: `1st` is no stage name: it has to begin with a letter and go on with letters, digits, `-`, `_` or `.`.
            : `` is no stage name: it has to begin with a letter and go on with letters, digits, `-`, `_` or `.`.
            a b: `a b` is no stage name: it has to begin with a letter and go on with letters, digits, `-`, `_` or `.`.
            bür: `bür` is no stage name: it has to begin with a letter and go on with letters, digits, `-`, `_` or `.`.
            scratch: `scratch` is reserved and cannot name a stage.
            Context: `Context` is reserved and cannot name a stage.
            B: `B` is already the name of the stage on line 2.
            nginx: `Nginx` on line 4 is an image or named context; with this name it would mean the stage.
            tools: `tools` on line 5 is an image or named context; with this name it would mean the stage.
        "#]]
        .assert_eq(&shown);
    }

    #[test]
    fn a_base_image_is_captured_only_below_the_stage() {
        let text = "ARG N=nginx\nFROM a AS <|>b\nFROM $N\n";
        assert_eq!(
            renamed(text, "nginx").unwrap_err(),
            "`$N` on line 3 is an image or named context; with this name it would mean the stage."
        );
        let text = "FROM alpine AS a\nFROM debian AS <|>b\nFROM debian\nFROM Alpine\n";
        assert_eq!(
            renamed(text, "debian").unwrap_err(),
            "`debian` on line 3 is an image or named context; with this name it would mean the stage."
        );
        assert_eq!(
            renamed(text, "alpine").unwrap(),
            "FROM alpine AS a\nFROM debian AS alpine\nFROM debian\nFROM Alpine\n"
        );
    }

    #[test]
    fn a_stage_that_a_variable_selects_is_refused() {
        let text = "ARG VARIANT=amd64\nFROM a AS <|>base-amd64\nFROM b AS base-arm64\nFROM base-${VARIANT} AS final\n";
        assert_eq!(
            renamed(text, "x86").unwrap_err(),
            "`FROM base-${VARIANT}` on line 4 can mean this stage through its variables, which a rename cannot change."
        );
        let text = text.replace("base-${", "other-${");
        assert!(renamed(&text, "x86").is_ok());
        assert_eq!(
            renamed(&text, "other-x86").unwrap_err(),
            "`FROM other-${VARIANT}` on line 4 could mean the stage under this name."
        );
    }

    #[test]
    fn a_stage_without_a_name_is_refused() {
        assert_eq!(
            renamed("FROM alpine\nFROM b\nCOPY --from=<|>0 /a /b\n", "a").unwrap_err(),
            "Stage 0 has no name to change: add `AS <name>` to its FROM on line 1."
        );
    }

    #[test]
    fn a_build_argument_everywhere() {
        check(
            r#"
ARG <|>VERSION=21
FROM eclipse-temurin:${VERSION}-jdk AS build
ARG VERSION
RUN echo $VERSION "${VERSION:-8}"
FROM build
LABEL java=$VERSION
FROM alpine
RUN echo $VERSION
"#,
            "JAVA_VERSION",
            &expect![[r#"
                ARG JAVA_VERSION=21
                FROM eclipse-temurin:${JAVA_VERSION}-jdk AS build
                ARG JAVA_VERSION
                RUN echo $JAVA_VERSION "${JAVA_VERSION:-8}"
                FROM build
                LABEL java=$JAVA_VERSION
                FROM alpine
                RUN echo $VERSION
            "#]],
        );
    }

    #[test]
    fn what_the_shell_expands_and_nothing_else() {
        check(
            r#"
FROM alpine AS base
ENV <|>PORT=80 OTHER=$PORT
RUN echo "$PORT" '$PORT' \$PORT ${PORT:-1} $((PORT + 1)) && awk '{ print $PORT }' x && \
    # $PORT
    PORT=${PORT}0 && echo $PORT
RUN <<'A'
echo $PORT; cat <<'B' <<C
$PORT
B
it's $PORT
C
A
RUN for PORT in 1 2; do echo $PORT; done
RUN python - <<'A'
print("$PORT")
A
CMD ["sh", "-c", "exec app --port $PORT"]
FROM base
ENTRYPOINT ["app", "$PORT"]
HEALTHCHECK CMD curl localhost:$PORT
"#,
            "LISTEN",
            &expect![[r#"
                FROM alpine AS base
                ENV LISTEN=80 OTHER=$PORT
                RUN echo "$LISTEN" '$PORT' \$PORT ${LISTEN:-1} $((LISTEN + 1)) && awk '{ print $PORT }' x && \
                    # $PORT
                    PORT=${LISTEN}0 && echo $PORT
                RUN <<'A'
                echo $LISTEN; cat <<'B' <<C
                $PORT
                B
                it's $PORT
                C
                A
                RUN for PORT in 1 2; do echo $PORT; done
                RUN python - <<'A'
                print("$PORT")
                A
                CMD ["sh", "-c", "exec app --port $LISTEN"]
                FROM base
                ENTRYPOINT ["app", "$PORT"]
                HEALTHCHECK CMD curl localhost:$LISTEN
            "#]],
        );
    }

    #[test]
    fn a_name_that_the_shell_sets_is_refused() {
        let text = "FROM a\nENV <|>V=1\nRUN x=2; echo $V\nRUN y=3\nSHELL [\"cmd\"]\nRUN echo $V\n";
        assert_eq!(renamed(text, "x").unwrap_err(), "On line 3 the shell sets a variable `x` of its own.");
        let renamed = renamed(text, "y").unwrap();
        assert_eq!(renamed, "FROM a\nENV y=1\nRUN x=2; echo $y\nRUN y=3\nSHELL [\"cmd\"]\nRUN echo $V\n");
    }

    #[test]
    fn an_environment_variable_with_the_stages_that_inherit_it() {
        check(
            r#"
FROM a AS base
ENV APP_HOME=/app OTHER=$APP_HOME
WORKDIR $APP_HOME
FROM base
ENV APP_HOME=$APP_HOME/bin
COPY . ${<|>APP_HOME}/
FROM other
WORKDIR $APP_HOME
"#,
            "HOME_DIR",
            &expect![[r#"
                FROM a AS base
                ENV HOME_DIR=/app OTHER=$APP_HOME
                WORKDIR $HOME_DIR
                FROM base
                ENV HOME_DIR=$HOME_DIR/bin
                COPY . ${HOME_DIR}/
                FROM other
                WORKDIR $APP_HOME
            "#]],
        );
    }

    #[test]
    fn an_env_beside_an_arg_of_its_name() {
        check(
            "FROM a\nARG V\nENV V=$V\nRUN echo $<|>V\n",
            "W",
            &expect![[r#"
                FROM a
                ARG V
                ENV W=$V
                RUN echo $W
            "#]],
        );
    }

    #[test]
    fn refused_variable_names_say_why() {
        let text = "ARG G=1\nFROM a AS base\nENV P=1\nFROM base\nARG <|>V=1\nENV E=$V\nRUN echo $HOME\nFROM c\nENV FAR=1\n";
        let mut shown = String::new();
        for name in ["1V", "A-B", "", "E", "P", "G", "HOME", "TARGETARCH", "FAR"] {
            let answer = match renamed(text, name) {
                Ok(_) => "allowed".to_owned(),
                Err(reason) => reason,
            };
            shown.push_str(&format!("{name}: {answer}\n"));
        }
        expect![[r#"
            1V: `1V` is no variable name: it has to begin with a letter or `_` and go on with letters, digits or `_`.
            A-B: `A-B` is no variable name: it has to begin with a letter or `_` and go on with letters, digits or `_`.
            : `` is no variable name: it has to begin with a letter or `_` and go on with letters, digits or `_`.
            E: `E` is already defined on line 6.
            P: `P` is already defined on line 3.
            G: `G` is already defined on line 1.
            HOME: `$HOME` is already used on line 7, with a value from outside of this file.
            TARGETARCH: `TARGETARCH` is set by BuildKit and cannot be the name of another ARG.
            FAR: allowed
        "#]]
        .assert_eq(&shown);
    }

    #[test]
    fn what_is_not_ours_is_refused() {
        for (text, reason) in [
            ("FROM a\nARG <|>TARGETARCH\n", "`TARGETARCH` is set by BuildKit under this name only."),
            (
                "FROM a\nARG TARGETARCH\nRUN $TARGET<|>ARCH\n",
                "`TARGETARCH` is set by BuildKit under this name only.",
            ),
            ("FROM a:$TARGET<|>ARCH\n", "`TARGETARCH` is set by BuildKit under this name only."),
            ("FROM a\nRUN $HO<|>ME\n", "`HOME` is not defined in this file, so it cannot be renamed here."),
            ("FROM al<|>pine\n", "Only stages and variables can be renamed."),
        ] {
            assert_eq!(renamed(text, "x").unwrap_err(), reason, "{text}");
        }
    }

    #[test]
    fn a_misspelt_variable_of_from() {
        let text = "ARG TAG=1\nFROM a:$T<|>GA\nFROM b:${TGA:-2}\nRUN echo $TGA\n";
        assert_eq!(
            renamed(text, "TAG").unwrap(),
            "ARG TAG=1\nFROM a:$TAG\nFROM b:${TAG:-2}\nRUN echo $TGA\n"
        );
        assert!(renamed(text, "T-A").unwrap_err().starts_with("`T-A` is no variable name"));
    }

    #[test]
    fn a_heredoc_with_its_end() {
        let text = "FROM a\nRUN cat <<-\"EO<|>F\" <<B\n\tEOT\n\tEOF\nEOF\nB\n";
        assert_eq!(renamed(text, "END").unwrap(), "FROM a\nRUN cat <<-\"END\" <<B\n\tEOT\n\tEND\nEOF\nB\n");
        assert_eq!(renamed(text, "EOT").unwrap_err(), "A line of the heredoc is `EOT`: it would end there.");
        assert_eq!(
            renamed(text, "E T").unwrap_err(),
            "`E T` is no name for a heredoc: use letters, digits and `_`."
        );
    }

    #[test]
    fn the_same_name_changes_nothing() {
        assert_eq!(renamed("FROM a AS <|>b\n", " b ").unwrap(), "FROM a AS b\n");
    }

    /// Lines that name stages and variables `a`, `b` and `c` in many ways.
    const LINES: [&str; 28] = [
        "FROM a",
        "FROM b AS a",
        "FROM a AS B",
        "FROM c AS b",
        "FROM a AS c",
        "FROM $a AS c",
        "FROM a-$b",
        "FROM x AS a-b",
        "FROM ${c:-a}",
        "COPY --from=a / /",
        "COPY --from=B / /",
        "COPY --from=c$a / /",
        "COPY --from=1 / /",
        "ONBUILD COPY --from=b / /",
        "RUN --mount=from=a,target=/$b echo $c",
        "ONBUILD RUN --mount=type=bind,from=C,target=/x echo $a",
        "ARG a",
        "ARG a=b",
        "ARG b=$a c",
        "ARG c=a",
        "ENV a=1",
        "ENV b=$a c=$b",
        "ENV a $c",
        "ONBUILD ENV b=$c",
        "ONBUILD ARG a",
        "WORKDIR /$a/${b}/${c:-$a}",
        "CMD echo $a $b",
        "RUN echo ${a} '$b' \"$c\"",
    ];

    proptest::proptest! {
        /// After a rename every reference means what it meant before.
        #[test]
        fn a_rename_keeps_every_meaning(
            lines in proptest::collection::vec(proptest::sample::select(&LINES[..]), 1..14),
            new_name in proptest::sample::select(vec!["a", "b", "c", "d", "a-b", "D"]),
        ) {
            let text = lines.join("\n");
            let file = SourceFile::new(&text);
            let mut asked: Vec<TextSize> = file.dockerfile().scopes().defs.iter().map(|it| it.name_range.start()).collect();
            asked.extend(file.dockerfile().stages.iter().filter_map(|it| Some(it.name.as_ref()?.range.start())));
            for offset in asked {
                let Ok(change) = rename(&file, offset, new_name) else { continue };
                let renamed = change.apply(&text).unwrap();
                let after = SourceFile::new(&renamed);
                proptest::prop_assert_eq!(meaning(&file), meaning(&after), "{}\n->\n{}", text, renamed);
            }
        }
    }

    /// What every reference of a file leads to.
    fn meaning(file: &SourceFile) -> String {
        let dockerfile = file.dockerfile();
        let stages: Vec<_> = dockerfile.refs.iter().map(|it| it.target.stage()).collect();
        let bases: Vec<_> = dockerfile.stages.iter().map(|it| matches!(it.base, Base::Stage(_))).collect();
        let uses: Vec<_> = dockerfile.scopes().refs.iter().map(|it| &it.target).collect();
        let takes_over: Vec<_> = dockerfile.scopes().defs.iter().map(|it| it.redeclares).collect();
        format!("{stages:?}\n{bases:?}\n{uses:?}\n{takes_over:?}")
    }
}
