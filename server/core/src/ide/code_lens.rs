//! Code lenses: what stands above a FROM.
//!
//! How often the stage is used, which targets need it, and the command that builds it. In a file with one stage
//! only the command is left to say.

use rustc_hash::{FxHashMap, FxHashSet};

use super::symbol_at::stage_word;
use super::symbols::stage_name;
use crate::TextRange;
use crate::model::scope::predefined;
use crate::model::{Dockerfile, SourceFile, Stage, StageId, VarDefKind};
use crate::syntax::shell::quote;
use crate::workspace::BuiltTarget;

/// The most targets that are named.
const MOST_TARGETS: usize = 3;

/// Which lenses a user wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Wanted {
    /// How often a stage is used.
    pub uses: bool,
    /// Which targets need a stage.
    pub targets: bool,
    /// The command that builds a stage.
    pub build_command: bool,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { uses: true, targets: true, build_command: true }
    }
}

/// The build that the settings tell of.
#[derive(Debug, Clone, Copy)]
pub struct Build<'a> {
    /// The target that they name, if it is there.
    pub target: Option<StageId>,
    /// For each stage whether the target needs it: this one, or else the last stage.
    pub needed: &'a [bool],
    /// Build arguments.
    pub args: &'a [(String, String)],
    /// What files of the project build.
    pub others: &'a [BuiltTarget],
}

/// A lens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lens {
    /// The keyword of the FROM that it stands above.
    pub range: TextRange,
    /// The text.
    pub title: String,
    /// What happens on a click.
    pub action: LensAction,
}

/// What happens on a click on a lens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LensAction {
    /// Nothing.
    Nothing,
    /// Places are shown.
    Show {
        /// The word that they name.
        focus: TextRange,
        /// The places, in order of the text.
        places: Vec<TextRange>,
    },
    /// A command is copied.
    CopyBuildCommand(BuildCommand),
}

/// How a stage is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildCommand {
    /// The name of the stage; none for the last one where it has none.
    pub target: Option<String>,
    /// The build arguments that the file declares.
    pub args: Vec<(String, String)>,
}

impl BuildCommand {
    /// The command for a shell, with these paths of the Dockerfile and of the build context.
    pub fn line(&self, file: &str, context: &str) -> String {
        let mut words = vec!["docker".to_owned(), "build".to_owned()];
        if let Some(target) = &self.target {
            words.extend(["--target".to_owned(), quote(target)]);
        }
        for (name, value) in &self.args {
            words.extend(["--build-arg".to_owned(), quote(&format!("{name}={value}"))]);
        }
        words.extend(["-f".to_owned(), quote(file), quote(context)]);
        words.join(" ")
    }
}

/// The lenses of a file, in order of the text.
pub fn lenses(file: &SourceFile, wanted: Wanted, build: Build<'_>) -> Vec<Lens> {
    let dockerfile = file.dockerfile();
    let has_several = dockerfile.stages.len() > 1;
    let places = if wanted.uses && has_several { places(dockerfile) } else { Vec::new() };
    // One more than are named tells that there are more.
    let ends =
        if wanted.targets && has_several { dockerfile.graph.ends(MOST_TARGETS + 2) } else { Vec::new() };
    let builders = if has_several { builders(dockerfile, build.others) } else { FxHashMap::default() };
    let commands =
        if wanted.build_command { Commands::of(dockerfile, build.args) } else { Commands::default() };
    let mut lenses = Vec::new();
    for stage in &dockerfile.stages {
        let range = dockerfile.instruction(stage.from).keyword_range();
        let mut add = |title, action| lenses.push(Lens { range, title, action });
        if let Some(places) = places.get(stage.id.index()).filter(|it| !it.is_empty()) {
            let plural = if places.len() == 1 { "" } else { "s" };
            let focus = stage_word(dockerfile, stage.id);
            let action = LensAction::Show { focus, places: places.clone() };
            add(format!("{} use{plural}", places.len()), action);
        }
        if let Some(ends) = ends.get(stage.id.index())
            && let facts =
                reach(dockerfile, stage, ends, build).into_iter().chain(builders.get(&stage.id).cloned())
            && let title = facts.collect::<Vec<_>>().join(", ")
            && !title.is_empty()
        {
            add(title, LensAction::Nothing);
        }
        if let Some(command) = commands.command(stage) {
            add("Copy build command".to_owned(), LensAction::CopyBuildCommand(command));
        }
    }
    lenses
}

/// For each stage the places that name it.
fn places(dockerfile: &Dockerfile) -> Vec<Vec<TextRange>> {
    let mut places = vec![Vec::new(); dockerfile.stages.len()];
    for reference in &dockerfile.refs {
        if let Some(list) = reference.target.stage().and_then(|stage| places.get_mut(stage.index())) {
            list.push(reference.range);
        }
    }
    places
}

/// `built by compose.yaml`: the files of the project that build a stage as their target.
fn builders(dockerfile: &Dockerfile, built: &[BuiltTarget]) -> FxHashMap<StageId, String> {
    let mut found: FxHashMap<StageId, Vec<&str>> = FxHashMap::default();
    for it in built {
        let Some(stage) = dockerfile.stage_named(&it.stage) else { continue };
        let files = found.entry(stage.id).or_default();
        if !files.contains(&it.file.as_str()) {
            files.push(&it.file);
        }
    }
    let title = |files: Vec<&str>| {
        let more = if files.len() > MOST_TARGETS { ", …" } else { "" };
        format!("built by {}{more}", files[..files.len().min(MOST_TARGETS)].join(", "))
    };
    found.into_iter().map(|(stage, files)| (stage, title(files))).collect()
}

/// `reachable from final, test`: which targets need a stage, and whether the build does.
fn reach(dockerfile: &Dockerfile, stage: &Stage, ends: &[StageId], build: Build<'_>) -> Option<String> {
    let default = dockerfile.default_target()?.id;
    let target = build.target.unwrap_or(default);
    if stage.id == target {
        return Some(if build.target.is_some() { "target" } else { "default target" }.to_owned());
    }
    let is_needed = build.needed.get(stage.id.index()).copied().unwrap_or(true);
    let mut facts = Vec::new();
    if !is_needed {
        facts.push(match build.target {
            Some(target) => format!("not built for target {}", stage_name(dockerfile.stage(target))),
            None => "not built by default".to_owned(),
        });
    }
    let chosen = build.target.filter(|_| is_needed);
    let others = ends.iter().copied().filter(|&end| end != stage.id && Some(end) != chosen);
    let users: Vec<StageId> = chosen.into_iter().chain(others).collect();
    if !users.is_empty() {
        let names = users.iter().take(MOST_TARGETS).map(|id| stage_name(dockerfile.stage(*id)));
        let more = if users.len() > MOST_TARGETS { ", …" } else { "" };
        facts.push(format!("reachable from {}{more}", names.collect::<Vec<_>>().join(", ")));
    }
    (!facts.is_empty()).then(|| facts.join(", "))
}

/// What the commands of all stages have in common.
#[derive(Default)]
struct Commands<'a> {
    /// The stage that `--target` finds, by name in lower case: the last one that has it.
    targets: FxHashMap<&'a str, StageId>,
    args: Vec<(String, String)>,
    /// The stage that is built without `--target`.
    last: Option<StageId>,
}

impl<'a> Commands<'a> {
    fn of(dockerfile: &'a Dockerfile, args: &[(String, String)]) -> Self {
        let named = dockerfile.stages.iter().filter_map(|stage| Some((stage.name.as_ref()?, stage.id)));
        let targets = named.filter(|(name, _)| name.valid).map(|(name, id)| (name.lower.as_str(), id));
        let defs = dockerfile.scopes().defs.iter().filter(|def| def.kind != VarDefKind::Env);
        let declared: FxHashSet<&str> = defs.map(|def| def.name.as_str()).collect();
        // BuildKit warns of others, except those that it defines itself.
        let is_used = |name: &str| declared.contains(name) || predefined(name).is_some();
        let args = args.iter().filter(|(name, _)| is_used(name)).cloned().collect();
        let last = dockerfile.default_target().map(|stage| stage.id);
        Self { targets: targets.collect(), args, last }
    }

    /// How to build a stage; none where nothing builds it alone.
    fn command(&self, stage: &Stage) -> Option<BuildCommand> {
        let target =
            stage.name.as_ref().filter(|name| self.targets.get(name.lower.as_str()) == Some(&stage.id));
        if target.is_none() && self.last != Some(stage.id) {
            return None;
        }
        Some(BuildCommand { target: target.map(|name| name.written.clone()), args: self.args.clone() })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use expect_test::{Expect, expect};

    use super::*;
    use crate::analysis::{Analysis, Settings};

    fn lenses_of(text: &str, settings: Settings, wanted: Wanted) -> Vec<Lens> {
        Analysis::new(Arc::new(SourceFile::new(text)), Arc::new(settings)).code_lenses(wanted)
    }

    fn check(text: &str, settings: Settings, expected: &Expect) {
        let mut shown = String::new();
        for lens in lenses_of(text, settings, Wanted::default()) {
            let row = text[..usize::from(lens.range.start())].matches('\n').count() + 1;
            let action = match lens.action {
                LensAction::Nothing => String::new(),
                LensAction::Show { focus, places } => {
                    let places: Vec<&str> = places.iter().map(|&it| &text[it]).collect();
                    format!(": {} by {}", &text[focus], places.join(" "))
                }
                LensAction::CopyBuildCommand(command) => format!(": {}", command.line("Dockerfile", ".")),
            };
            shown.push_str(&format!("{row} {}{action}\n", lens.title));
        }
        expected.assert_eq(&shown);
    }

    const TEXT: &str = r#"ARG GO=1.23
FROM golang:${GO} AS builder
FROM builder AS test
FROM busybox
FROM alpine AS Final
COPY --from=builder /a /a
COPY --from=2 /b /b
FROM builder AS lint
FROM lint AS lint-all
FROM final
"#;

    #[test]
    fn uses_targets_and_commands() {
        check(
            TEXT,
            Settings::default(),
            &expect![[r#"
            2 3 uses: builder by builder builder builder
            2 reachable from stage 6, lint-all, test
            2 Copy build command: docker build --target builder -f Dockerfile .
            3 not built by default
            3 Copy build command: docker build --target test -f Dockerfile .
            4 1 use: FROM by 2
            4 reachable from stage 6
            5 1 use: Final by final
            5 reachable from stage 6
            5 Copy build command: docker build --target Final -f Dockerfile .
            8 1 use: lint by lint
            8 not built by default, reachable from lint-all
            8 Copy build command: docker build --target lint -f Dockerfile .
            9 not built by default
            9 Copy build command: docker build --target lint-all -f Dockerfile .
            10 default target
            10 Copy build command: docker build -f Dockerfile .
        "#]],
        );
    }

    #[test]
    fn the_target_and_the_arguments_of_the_settings_count() {
        let arg = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let settings = Settings {
            target: Some("TEST".to_owned()),
            build_args: vec![arg("GO", "1.24 rc"), arg("OTHER", "x"), arg("HTTP_PROXY", "p")],
            ..Settings::default()
        };
        check(
            TEXT,
            settings,
            &expect![[r#"
            2 3 uses: builder by builder builder builder
            2 reachable from test, stage 6, lint-all
            2 Copy build command: docker build --target builder --build-arg 'GO=1.24 rc' --build-arg HTTP_PROXY=p -f Dockerfile .
            3 target
            3 Copy build command: docker build --target test --build-arg 'GO=1.24 rc' --build-arg HTTP_PROXY=p -f Dockerfile .
            4 1 use: FROM by 2
            4 not built for target test, reachable from stage 6
            5 1 use: Final by final
            5 not built for target test, reachable from stage 6
            5 Copy build command: docker build --target Final --build-arg 'GO=1.24 rc' --build-arg HTTP_PROXY=p -f Dockerfile .
            8 1 use: lint by lint
            8 not built for target test, reachable from lint-all
            8 Copy build command: docker build --target lint --build-arg 'GO=1.24 rc' --build-arg HTTP_PROXY=p -f Dockerfile .
            9 not built for target test
            9 Copy build command: docker build --target lint-all --build-arg 'GO=1.24 rc' --build-arg HTTP_PROXY=p -f Dockerfile .
            10 not built for target test
            10 Copy build command: docker build --build-arg 'GO=1.24 rc' --build-arg HTTP_PROXY=p -f Dockerfile .
        "#]],
        );
    }

    #[test]
    fn files_of_the_project_that_build_a_stage() {
        let file = SourceFile::new("FROM a AS test\nFROM a AS final\n");
        let target = |stage: &str, file: &str| BuiltTarget {
            stage: stage.to_owned(),
            file: file.to_owned(),
            who: String::new(),
        };
        let others = [
            target("test", "compose.yaml"),
            target("Test", "compose.yaml"),
            target("test", "docker-bake.hcl"),
            target("final", "compose.yaml"),
            target("none", "compose.yaml"),
        ];
        let build = Build { target: None, needed: &[false, true], args: &[], others: &others };
        let wanted = Wanted { build_command: false, ..Wanted::default() };
        let titles: Vec<_> = lenses(&file, wanted, build).into_iter().map(|it| it.title).collect();
        assert_eq!(
            titles,
            [
                "not built by default, built by compose.yaml, docker-bake.hcl",
                "default target, built by compose.yaml"
            ]
        );
    }

    #[test]
    fn one_stage_has_its_command_and_none_that_no_target_finds() {
        check(
            "FROM alpine\n",
            Settings::default(),
            &expect![[r#"
            1 Copy build command: docker build -f Dockerfile .
        "#]],
        );
        check(
            "FROM alpine AS x\nFROM alpine AS x\nFROM a AS 1x\n",
            Settings::default(),
            &expect![[r#"
            1 not built by default
            2 not built by default
            2 Copy build command: docker build --target x -f Dockerfile .
            3 default target
            3 Copy build command: docker build -f Dockerfile .
        "#]],
        );
    }

    #[test]
    fn what_a_base_with_variables_may_be_is_not_called_unneeded() {
        check(
            "FROM a AS base-arm64\nFROM b AS other\nFROM base-$TARGETARCH\n",
            Settings::default(),
            &expect![[r#"
                1 Copy build command: docker build --target base-arm64 -f Dockerfile .
                2 not built by default
                2 Copy build command: docker build --target other -f Dockerfile .
                3 default target
                3 Copy build command: docker build -f Dockerfile .
            "#]],
        );
    }

    #[test]
    fn each_kind_can_be_switched_off() {
        let none = Wanted { uses: false, targets: false, build_command: false };
        let count = |wanted| lenses_of(TEXT, Settings::default(), wanted).len();
        assert_eq!(count(none), 0);
        assert_eq!(count(Wanted { uses: true, ..none }), 4);
        assert_eq!(count(Wanted { targets: true, ..none }), 7);
        assert_eq!(count(Wanted { build_command: true, ..none }), 6);
    }
}
