//! The definitions that a place of a Dockerfile sees, whether it uses them or not.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use super::{VarDef, VarDefId, VarDefKind, bases};
use crate::model::dockerfile::Dockerfile;
use crate::model::instruction::InstructionId;
use crate::model::stage::{Stage, StageId};
use crate::syntax::Keyword;

/// The definitions that are visible at the end of `stage`, nearest first: the stage's own, then those
/// it inherits from the stages it is built from.
pub fn visible_in_stage(dockerfile: &Dockerfile, stage: StageId) -> Vec<VarDefId> {
    let mut visible = Visible { dockerfile, ids: Vec::new(), names: FxHashMap::default() };
    if let Some(stage) = dockerfile.stages.get(stage.index()) {
        visible.add_stage(stage, stage.end, Level::Own);
    }
    visible.ids
}

/// The definitions that `instruction` sees, nearest first: what stands before it in its stage and what
/// the stage inherits. FROM sees global ARGs; what stands before the first FROM, all that stands above it.
pub fn visible_before(dockerfile: &Dockerfile, instruction: InstructionId) -> Vec<VarDefId> {
    let mut visible = Visible { dockerfile, ids: Vec::new(), names: FxHashMap::default() };
    match dockerfile.stage_of(instruction) {
        Some(stage) if stage.from == instruction => {
            let first = dockerfile.stages.first().map_or(instruction, |stage| stage.from);
            let defs = dockerfile.scopes().defs_in(InstructionId(0), first).iter().rev();
            let args = defs.filter(|def| def.kind == VarDefKind::GlobalArg);
            args.for_each(|def| visible.add_one(def, Level::Own));
        }
        Some(stage) => {
            let inside = dockerfile.placed.get(instruction.index());
            if inside.is_some_and(|it| it.data.keyword == Keyword::Onbuild) {
                // What it holds runs behind the whole stage and the triggers above it.
                visible.add(dockerfile.scopes().defs_in(stage.from, instruction), true, Level::Own);
                visible.add_stage(stage, stage.end, Level::Below);
            } else {
                visible.add_stage(stage, instruction, Level::Own);
            }
        }
        None => visible.add(dockerfile.scopes().defs_in(InstructionId(0), instruction), false, Level::Own),
    }
    visible.ids
}

/// Where a definition takes effect.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    /// In the stage that sees it.
    Own,
    /// In a stage below, the image of which keeps ENV only.
    Below,
}

struct Visible<'a> {
    dockerfile: &'a Dockerfile,
    ids: Vec<VarDefId>,
    /// The names that are found, and where in `ids` an ARG stands that an ENV of the same name comes back over.
    names: FxHashMap<&'a str, Option<usize>>,
}

impl<'a> Visible<'a> {
    fn add(&mut self, defs: &'a [VarDef], onbuild: bool, level: Level) {
        for def in defs.iter().rev().filter(|def| def.onbuild == onbuild) {
            self.add_one(def, level);
        }
    }

    fn add_one(&mut self, def: &'a VarDef, level: Level) {
        let is_env = def.kind == VarDefKind::Env;
        match self.names.entry(&def.name) {
            Entry::Vacant(name) => {
                name.insert(Some(self.ids.len()).filter(|_| level == Level::Below && !is_env));
                self.ids.push(def.id);
            }
            Entry::Occupied(mut name) if is_env => {
                if let Some(arg) = name.get_mut().take() {
                    self.ids[arg] = def.id;
                }
            }
            Entry::Occupied(_) => {}
        }
    }

    /// Adds what a stage defines before `end`, and what it inherits.
    fn add_stage(&mut self, stage: &'a Stage, end: InstructionId, mut level: Level) {
        let defs = self.dockerfile.scopes();
        self.add(defs.defs_in(stage.from, end), false, level);
        let bases = bases(&self.dockerfile.stages);
        let mut at = stage.id.index();
        while let Some(base) = bases.get(at).copied().flatten() {
            let stage = &self.dockerfile.stages[base];
            // Triggers take effect in the stage above theirs.
            self.add(defs.defs_in(stage.from, stage.end), true, level);
            level = Level::Below;
            self.add(defs.defs_in(stage.from, stage.end), false, level);
            at = base;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TextSize;
    use crate::model::SourceFile;

    /// The names and lines that `visible_before` gives at a cursor.
    fn before(fixture: &str) -> Vec<String> {
        let (text, offset) = dockstage_fixture::cursor(fixture);
        let file = SourceFile::new(&text);
        let dockerfile = file.dockerfile();
        let at = dockerfile.instruction_at(TextSize::try_from(offset).unwrap()).unwrap();
        let found = visible_before(dockerfile, at.id);
        let name = |id: VarDefId| {
            let def = dockerfile.scopes().def(id);
            format!("{}@{}", def.name, dockerfile.instruction(def.instruction).row + 1)
        };
        found.into_iter().map(name).collect()
    }

    #[test]
    fn env_comes_back_over_the_args_of_the_stages_below() {
        let text = "FROM a AS base\nENV A=1\nARG A=2\nONBUILD ARG A=3\nONBUILD USER x\nUSER y\n\
                    FROM base AS two\nARG B=1\nUSER z\nFROM two\nCMD w\n";
        let at = |line: &str| before(&text.replacen(line, &format!("{line}<|>"), 1));
        assert_eq!(at("USER y"), ["A@3"]);
        assert_eq!(at("USER x"), ["A@4"]);
        assert_eq!(at("ONBUILD ARG"), ["A@2"]);
        assert_eq!(at("USER z"), ["B@8", "A@4"]);
        assert_eq!(at("CMD"), ["B@8", "A@2"]);
    }

    #[test]
    fn visible_definitions_are_listed_nearest_first() {
        let text = "ARG G=1\nFROM a AS base\nENV A=1 B=1\nONBUILD ENV T=1\n\
                    FROM base\nARG A\nENV C=1 B=2\nUSER x\nENV Z=1\n";
        let at = |line: &str| before(&text.replacen(line, &format!("{line}<|>"), 1));
        assert_eq!(at("USER"), ["B@7", "C@7", "A@6", "T@4"]);
        assert_eq!(at("ARG A"), ["T@4", "B@3", "A@3"]);
        assert_eq!(at("FROM base"), ["G@1"]);
        assert_eq!(at("ARG G"), Vec::<String>::new());
        assert_eq!(at("ONBUILD"), ["B@3", "A@3"]);
        let file = SourceFile::new(text);
        let ids = visible_in_stage(file.dockerfile(), StageId(1));
        let names: Vec<_> = ids.iter().map(|&id| file.dockerfile().scopes().def(id).name.as_str()).collect();
        assert_eq!(names, ["Z", "B", "C", "A", "T"]);
        assert!(visible_in_stage(file.dockerfile(), StageId(9)).is_empty());
    }
}
