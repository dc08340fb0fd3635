//! The definitions that a place of a Dockerfile sees, whether it uses them or not.

use rustc_hash::FxHashSet;

use super::{VarDef, VarDefId, VarDefKind, bases};
use crate::model::dockerfile::Dockerfile;
use crate::model::instruction::InstructionId;
use crate::model::stage::{Stage, StageId};
use crate::syntax::Keyword;

/// The definitions that are visible at the end of `stage`, nearest first: the stage's own, then those
/// it inherits from the stages it is built from.
pub fn visible_in_stage(dockerfile: &Dockerfile, stage: StageId) -> Vec<VarDefId> {
    let mut visible = Visible { dockerfile, ids: Vec::new(), names: FxHashSet::default() };
    if let Some(stage) = dockerfile.stages.get(stage.index()) {
        visible.add_stage(stage, stage.end);
    }
    visible.ids
}

/// The definitions that `instruction` sees, nearest first: what stands before it in its stage and what
/// the stage inherits. FROM sees global ARGs; what stands before the first FROM, all that stands above it.
pub fn visible_before(dockerfile: &Dockerfile, instruction: InstructionId) -> Vec<VarDefId> {
    let mut visible = Visible { dockerfile, ids: Vec::new(), names: FxHashSet::default() };
    match dockerfile.stage_of(instruction) {
        Some(stage) if stage.from == instruction => {
            let first = dockerfile.stages.first().map_or(instruction, |stage| stage.from);
            let defs = dockerfile.scopes().defs_in(InstructionId(0), first).iter().rev();
            defs.filter(|def| def.kind == VarDefKind::GlobalArg).for_each(|def| visible.add_one(def));
        }
        Some(stage) => {
            let inside = dockerfile.placed.get(instruction.index());
            if inside.is_some_and(|it| it.data.keyword == Keyword::Onbuild) {
                // What it holds runs behind the whole stage and the triggers above it.
                visible.add(dockerfile.scopes().defs_in(stage.from, instruction), true);
                visible.add_stage(stage, stage.end);
            } else {
                visible.add_stage(stage, instruction);
            }
        }
        None => visible.add(dockerfile.scopes().defs_in(InstructionId(0), instruction), false),
    }
    visible.ids
}

struct Visible<'a> {
    dockerfile: &'a Dockerfile,
    ids: Vec<VarDefId>,
    names: FxHashSet<&'a str>,
}

impl<'a> Visible<'a> {
    fn add(&mut self, defs: &'a [VarDef], onbuild: bool) {
        for def in defs.iter().rev().filter(|def| def.onbuild == onbuild) {
            self.add_one(def);
        }
    }

    fn add_one(&mut self, def: &'a VarDef) {
        if self.names.insert(&def.name) {
            self.ids.push(def.id);
        }
    }

    /// Adds what a stage defines before `end`, and what it inherits.
    fn add_stage(&mut self, stage: &'a Stage, end: InstructionId) {
        let defs = self.dockerfile.scopes();
        self.add(defs.defs_in(stage.from, end), false);
        let bases = bases(&self.dockerfile.stages);
        let mut at = stage.id.index();
        while let Some(base) = bases.get(at).copied().flatten() {
            let stage = &self.dockerfile.stages[base];
            self.add(defs.defs_in(stage.from, stage.end), true);
            self.add(defs.defs_in(stage.from, stage.end), false);
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
