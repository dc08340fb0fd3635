//! Which stage needs which.
//!
//! BuildKit takes three things as a dependency of a stage: the stage in its FROM, the stages that its
//! COPYs copy from, and those that its RUNs mount. What stands in ONBUILD is a dependency of the
//! stages that are built `FROM` the one it stands in, and of them only: it is not carried further.
//!
//! A hostile file can have thousands of stages in a row, so nothing here recurses, and all of it is
//! linear in the stages and references.

use std::collections::VecDeque;

use rustc_hash::{FxHashMap, FxHashSet};

use super::open_base::{MOST_TRIED, OpenBase};
use super::stage::{Base, Stage, StageId, StageRef, StageRefKind};

/// How many edges the ONBUILDs of a file can make in all. Each child of a stage gets every edge of that
/// stage's ONBUILDs, which is the one thing here that can grow faster than the file does.
const ONBUILD_EDGES: usize = 1 << 16;

/// The stages as nodes; an edge for every reference that BuildKit takes as a dependency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StageGraph {
    /// For each stage the stages it needs, without repetition, in order of first use.
    pub needs: Vec<Vec<StageId>>,
    /// For each stage, whether a build of the last stage needs it; true for the last stage itself. Where a
    /// FROM holds variables, every earlier stage that they could name counts: `FROM base-$TARGETARCH`.
    pub reached: Vec<bool>,
    /// Circles of dependencies: each a list of stages, the first one needs the second and so on, the
    /// last one needs the first. A stage that needs itself is a circle of one.
    ///
    /// As in BuildKit, only COPY and RUN make circles: a FROM leads to an earlier stage always, and
    /// ONBUILD is looked at later. Every circle therefore holds a reference to a later stage or to the
    /// stage itself. Of circles that share stages one is listed, the shortest through the first stage.
    pub cycles: Vec<Vec<StageId>>,
}

/// A mount that names no stage in a file with a stage `scratch`, which it needs then.
#[derive(Debug, Clone, Copy)]
pub struct ScratchMount {
    /// Whose RUN it is.
    pub stage: StageId,
    /// The stage `scratch`.
    pub scratch: StageId,
    /// Whether it stands in ONBUILD.
    pub onbuild: bool,
}

impl StageGraph {
    /// Builds the graph of `stages`, whose references are `refs`.
    pub fn build(stages: &[Stage], refs: &[StageRef], mounts: &[ScratchMount]) -> Self {
        let mut own = copies_and_mounts(stages.len(), refs, false);
        let mut onbuild = copies_and_mounts(stages.len(), refs, true);
        for mount in mounts {
            let lists = if mount.onbuild { &mut onbuild } else { &mut own };
            lists[mount.stage.index()].push(mount.scratch);
        }
        let needs = needs(stages, &own, &onbuild);
        let reached = match stages.last() {
            Some(last) => reached(stages, &needs, last.id),
            None => Vec::new(),
        };
        let cycles = cycles(&own);
        Self { needs, reached, cycles }
    }

    /// The stages that a build of `target` needs, itself included, as [`StageGraph::reached`] has them for the
    /// last one: for each of `stages`, which the graph was built of.
    pub fn reached_from(&self, stages: &[Stage], target: StageId) -> Vec<bool> {
        reached(stages, &self.needs, target)
    }

    /// The stages whose builds need `stage`, itself included: for each of `stages`, which the graph was built of.
    pub fn needed_by(&self, stages: &[Stage], stage: StageId) -> Vec<bool> {
        let mut users = vec![Vec::new(); stages.len()];
        for (user, needs) in self.needs.iter().enumerate() {
            needs.iter().for_each(|need| users[need.index()].push(user));
        }
        let open: Vec<_> = stages.iter().filter_map(|it| Some((it.id.index(), OpenBase::of(it)?))).collect();
        let mut left = MOST_TRIED;
        let mut needed = vec![false; stages.len()];
        let mut waiting = vec![stage.index()];
        while let Some(stage) = waiting.pop() {
            if std::mem::replace(&mut needed[stage], true) {
                continue;
            }
            waiting.extend(users[stage].iter().filter(|&&user| !needed[user]));
            let Some(rest) = left.checked_sub(open.len()) else { return vec![true; stages.len()] };
            left = rest;
            let could_be = |(user, base): &&(usize, OpenBase<'_>)| {
                *user > stage && !needed[*user] && base.may_be(&stages[stage])
            };
            waiting.extend(open.iter().filter(could_be).map(|(user, _)| *user));
        }
        needed
    }

    /// For each stage the stages that need it, directly or not, and that no other stage needs: those that somebody
    /// builds for their own sake. The last ones first, at most so many; a stage that nothing needs has itself. Uses
    /// of later stages, which BuildKit refuses, do not count.
    pub fn ends(&self, most: usize) -> Vec<Vec<StageId>> {
        let mut ends: Vec<Vec<StageId>> = vec![Vec::new(); self.needs.len()];
        // A stage's users stand behind it, so its own list is complete when it is its turn.
        for (stage, needs) in self.needs.iter().enumerate().rev() {
            if ends[stage].is_empty() {
                ends[stage].push(id(stage));
            }
            for need in needs.iter().map(|need| need.index()).filter(|&need| need < stage) {
                let (below, above) = ends.split_at_mut(stage);
                let list = &mut below[need];
                list.extend_from_slice(&above[0]);
                list.sort_unstable_by(|a, b| b.cmp(a));
                list.dedup();
                list.truncate(most);
            }
        }
        ends
    }

    /// Whether a build without `--target` needs this stage.
    pub fn is_reached(&self, stage: StageId) -> bool {
        self.reached.get(stage.index()).copied().unwrap_or(true)
    }
}

/// For each stage the stages that COPYs and RUNs in it name, in order of the text: those inside ONBUILD
/// or those outside. Later stages and the stage itself are among them: BuildKit refuses them only when
/// it has looked for circles.
fn copies_and_mounts(stages: usize, refs: &[StageRef], onbuild: bool) -> Vec<Vec<StageId>> {
    let mut lists = vec![Vec::new(); stages];
    for it in refs.iter().filter(|it| it.kind != StageRefKind::From && it.onbuild == onbuild) {
        let target = it.target.stage().filter(|target| target.index() < stages);
        if let (Some(target), Some(list)) = (target, lists.get_mut(it.stage.index())) {
            list.push(target);
        }
    }
    lists
}

fn needs(stages: &[Stage], own: &[Vec<StageId>], onbuild: &[Vec<StageId>]) -> Vec<Vec<StageId>> {
    let mut left = ONBUILD_EDGES;
    let mut seen = FxHashSet::default();
    let edges = stages.iter().zip(own).map(|(stage, own)| {
        let base = match stage.base {
            Base::Stage(base) => Some(base),
            _ => None,
        };
        let triggers = base.and_then(|base| onbuild.get(base.index())).map_or(&[][..], Vec::as_slice);
        let triggers = &triggers[..triggers.len().min(left)];
        left -= triggers.len();
        seen.clear();
        // The triggers of the base run before the stage's own instructions.
        base.iter().chain(triggers).chain(own).copied().filter(|need| seen.insert(*need)).collect()
    });
    edges.collect()
}

fn reached(stages: &[Stage], needs: &[Vec<StageId>], target: StageId) -> Vec<bool> {
    let mut reached = vec![false; stages.len()];
    let mut left = MOST_TRIED;
    // How many of the first stages an open base has been compared with: many stages have the same base.
    let mut compared: FxHashMap<&str, usize> = FxHashMap::default();
    let mut waiting = vec![target.index()];
    while let Some(stage) = waiting.pop() {
        if std::mem::replace(&mut reached[stage], true) {
            continue;
        }
        waiting.extend(needs[stage].iter().map(|need| need.index()).filter(|&need| !reached[need]));
        let Some(open) = OpenBase::of(&stages[stage]) else { continue };
        let base = stages[stage].base_word.as_ref().map_or("", |(word, _)| word);
        let compared = compared.entry(base).or_default();
        let new = *compared..stage.max(*compared);
        *compared = new.end;
        // With more stages than anyone writes, say nothing.
        let Some(rest) = left.checked_sub(new.len()) else { return vec![true; stages.len()] };
        left = rest;
        waiting.extend(new.filter(|&earlier| !reached[earlier] && open.may_be(&stages[earlier])));
    }
    reached
}

/// Finds circles: each stage that needs itself, and one for each group of stages that reach each other.
fn cycles(edges: &[Vec<StageId>]) -> Vec<Vec<StageId>> {
    let to_itself = (0..edges.len()).filter(|&stage| edges[stage].contains(&id(stage)));
    let mut cycles: Vec<Vec<StageId>> = to_itself.map(|stage| vec![id(stage)]).collect();
    let groups = groups(edges);
    let mut search = Search { from: vec![None; edges.len()] };
    let mut done = FxHashSet::default();
    for stage in 0..edges.len() {
        // Groups of one have no circle but the one above.
        if groups.size[groups.of[stage]] > 1 && done.insert(groups.of[stage]) {
            cycles.extend(search.shortest_cycle(stage, edges, &groups.of));
        }
    }
    cycles.sort();
    cycles
}

fn id(stage: usize) -> StageId {
    StageId(u32::try_from(stage).unwrap_or(u32::MAX))
}

/// A breadth-first search, with its memory kept between searches in disjoint groups.
struct Search {
    /// For each stage seen, the stage it was first reached from.
    from: Vec<Option<usize>>,
}

impl Search {
    /// The shortest circle from `start` through the stages of its group.
    fn shortest_cycle(
        &mut self,
        start: usize,
        edges: &[Vec<StageId>],
        group: &[usize],
    ) -> Option<Vec<StageId>> {
        let mut waiting = VecDeque::from([start]);
        while let Some(stage) = waiting.pop_front() {
            for next in edges[stage].iter().map(|next| next.index()) {
                if next == start && stage != start {
                    return Some(self.path(start, stage));
                }
                if next != start && group[next] == group[start] && self.from[next].is_none() {
                    self.from[next] = Some(stage);
                    waiting.push_back(next);
                }
            }
        }
        None
    }

    fn path(&self, start: usize, end: usize) -> Vec<StageId> {
        let mut path = vec![id(end)];
        let mut at = end;
        while let Some(before) = self.from[at].filter(|_| at != start) {
            path.push(id(before));
            at = before;
        }
        path.reverse();
        path
    }
}

/// The groups of stages in which each reaches each other.
struct Groups {
    /// The group of each stage.
    of: Vec<usize>,
    /// How many stages a group has.
    size: Vec<usize>,
}

/// Finds the strongly connected components, after Tarjan, with a stack of our own for the recursion.
fn groups(edges: &[Vec<StageId>]) -> Groups {
    const NONE: usize = usize::MAX;
    let count = edges.len();
    let mut groups = Groups { of: vec![NONE; count], size: Vec::new() };
    // In which order the stages are met, and the earliest of them known to be reached from each.
    let mut order = vec![NONE; count];
    let mut earliest = vec![NONE; count];
    let mut open = Vec::new();
    let mut met = 0;
    for root in 0..count {
        // Stages on the way, each with the number of its edges that were followed.
        let mut way: Vec<(usize, usize)> = Vec::new();
        if order[root] == NONE {
            way.push((root, 0));
        }
        while let Some((stage, followed)) = way.last_mut() {
            let stage = *stage;
            if *followed == 0 && order[stage] == NONE {
                (order[stage], earliest[stage]) = (met, met);
                met += 1;
                open.push(stage);
            }
            if let Some(next) = edges[stage].get(*followed) {
                *followed += 1;
                let next = next.index();
                if order[next] == NONE {
                    way.push((next, 0));
                } else if groups.of[next] == NONE {
                    earliest[stage] = earliest[stage].min(order[next]);
                }
                continue;
            }
            way.pop();
            if let Some(&(before, _)) = way.last() {
                earliest[before] = earliest[before].min(earliest[stage]);
            }
            if earliest[stage] == order[stage] {
                let first = open.iter().rposition(|&it| it == stage).unwrap_or(0);
                for member in open.drain(first..) {
                    groups.of[member] = groups.size.len();
                }
                groups.size.push(0);
            }
        }
    }
    for &group in &groups.of {
        groups.size[group] += 1;
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ImageRef, InstructionId, RefTarget};
    use crate::{TextRange, TextSize};

    /// Builds a graph of stages with these bases; references are `(stage, target, onbuild)`.
    fn graph(bases: &[Option<u32>], refs: &[(u32, u32, bool)]) -> StageGraph {
        let empty = TextRange::empty(TextSize::new(0));
        let stage = |(index, base): (usize, &Option<u32>)| Stage {
            id: id(index),
            from: InstructionId(0),
            end: InstructionId(0),
            name: None,
            base: base.map_or(Base::Image(ImageRef::parse("alpine")), |base| Base::Stage(StageId(base))),
            base_word: Some(("alpine".to_owned(), empty)),
            base_text: String::new(),
            platform: None,
            range: empty,
        };
        let stages: Vec<Stage> = bases.iter().enumerate().map(stage).collect();
        let reference = |&(stage, target, onbuild): &(u32, u32, bool)| StageRef {
            kind: if target % 2 == 0 { StageRefKind::CopyFrom } else { StageRefKind::MountFrom },
            onbuild,
            instruction: InstructionId(0),
            stage: StageId(stage),
            text: String::new(),
            range: empty,
            numeric: false,
            target: match target.cmp(&stage) {
                std::cmp::Ordering::Less => RefTarget::Stage(StageId(target)),
                std::cmp::Ordering::Equal => RefTarget::SelfReference(StageId(target)),
                std::cmp::Ordering::Greater => RefTarget::LaterStage(StageId(target)),
            },
        };
        let refs: Vec<StageRef> = refs.iter().map(reference).collect();
        StageGraph::build(&stages, &refs, &[])
    }

    fn numbers(lists: &[Vec<StageId>]) -> Vec<Vec<u32>> {
        lists.iter().map(|list| list.iter().map(|it| it.0).collect()).collect()
    }

    #[test]
    fn no_stage_is_a_graph_too() {
        assert_eq!(graph(&[], &[]), StageGraph::default());
        assert!(StageGraph::default().is_reached(StageId(0)));
    }

    #[test]
    fn a_stage_needs_its_base_and_what_it_copies_or_mounts() {
        let found =
            graph(&[None, None, Some(0), None, Some(2)], &[(4, 1, false), (4, 2, false), (4, 1, false)]);
        assert_eq!(numbers(&found.needs), [vec![], vec![], vec![0], vec![], vec![2, 1]]);
        assert_eq!(found.reached, [true, true, true, false, true]);
        assert_eq!(found.cycles, Vec::<Vec<StageId>>::new());
    }

    #[test]
    fn ends_are_what_is_built_for_its_own_sake() {
        // 1 and 2 are built from 0, 3 from 1; 4 needs itself, and 2 a later stage.
        let found =
            graph(&[None, Some(0), Some(0), Some(1), None], &[(4, 4, false), (2, 4, false), (3, 2, true)]);
        assert_eq!(numbers(&found.ends(9)), [vec![3, 2], vec![3], vec![2], vec![3], vec![4]]);
        assert_eq!(numbers(&found.ends(1))[0], [3]);
    }

    #[test]
    fn onbuild_binds_in_the_children_and_is_not_carried_further() {
        // Stage 1's trigger copies from 0: stage 2 is built from 1, stage 3 from 2, stage 4 from 3.
        let found = graph(&[None, None, Some(1), Some(2), Some(3)], &[(1, 0, true)]);
        assert_eq!(numbers(&found.needs), [vec![], vec![], vec![1, 0], vec![2], vec![3]]);
        assert!(found.is_reached(StageId(0)));
        // Without a child, nothing needs it.
        assert_eq!(graph(&[None, None], &[(1, 0, true)]).reached, [false, true]);
    }

    #[test]
    fn onbuild_makes_no_circle() {
        assert!(graph(&[None, Some(0)], &[(0, 1, true), (0, 0, true)]).cycles.is_empty());
    }

    #[test]
    fn from_makes_no_circle() {
        // Stage 0 copies from 1, which is built from 0: BuildKit complains of the later stage only.
        assert!(graph(&[None, Some(0)], &[(0, 1, false)]).cycles.is_empty());
    }

    #[test]
    fn a_stage_that_needs_itself_is_a_circle_of_one() {
        assert_eq!(numbers(&graph(&[None, None], &[(1, 1, false), (1, 1, false)]).cycles), [vec![1]]);
    }

    #[test]
    fn circles_have_their_path() {
        let refs = [(0, 2, false), (2, 1, false), (1, 0, false), (3, 4, false), (4, 3, false), (5, 0, false)];
        assert_eq!(numbers(&graph(&[None; 6], &refs).cycles), [vec![0, 2, 1], vec![3, 4]]);
    }

    #[test]
    fn the_shortest_circle_through_the_first_stage_is_given() {
        let refs = [(0, 1, false), (1, 2, false), (2, 0, false), (1, 0, false), (2, 2, false)];
        assert_eq!(numbers(&graph(&[None; 3], &refs).cycles), [vec![0, 1], vec![2]]);
    }

    /// The names of the stages that a build of the last one reaches.
    fn reached_names(text: &str) -> Vec<String> {
        let file = crate::model::SourceFile::new(text);
        let dockerfile = file.dockerfile();
        let reached = dockerfile.stages.iter().filter(|stage| dockerfile.graph.is_reached(stage.id));
        reached.map(Stage::label).collect()
    }

    #[test]
    fn a_base_with_variables_reaches_every_stage_that_it_could_name() {
        let stages =
            "ARG ENV=prod\nFROM x AS base-amd64\nFROM x AS base-arm64\nFROM x AS test\nFROM x AS prod\n";
        let last = |from: &str| {
            reached_names(&format!("{stages}{from} AS last\nFROM x AS later\nFROM last AS end\n"))
        };
        assert_eq!(last("FROM base-$TARGETARCH"), ["base-amd64", "base-arm64", "last", "end"]);
        assert_eq!(last("FROM base-arm${BITS}"), ["base-arm64", "last", "end"]);
        assert_eq!(last("FROM ba${X}-${Y:-$Z}64"), ["base-amd64", "base-arm64", "last", "end"]);
        assert_eq!(last("FROM ba${X}-arm$Y"), ["base-arm64", "last", "end"]);
        assert_eq!(last("FROM $ENV"), ["base-amd64", "base-arm64", "test", "prod", "last", "end"]);
        assert_eq!(last("FROM alpine:$ENV"), ["last", "end"]);
        assert_eq!(last("FROM alpine"), ["last", "end"]);
    }

    #[test]
    fn a_base_that_is_not_written_yet_could_be_any_stage() {
        assert_eq!(reached_names("FROM x AS a\nFROM x AS b\nFROM\n"), ["a", "b", "2"]);
    }

    #[test]
    fn what_needs_a_stage_is_what_reaches_it() {
        let text = "FROM x AS base\nFROM base AS a\nONBUILD COPY --from=base / /\nFROM x AS b\nCOPY --from=a / /\n\
                    FROM ba${X} AS open\nFROM y AS alone\nFROM a AS last\nCOPY --from=open / /\n";
        let file = crate::model::SourceFile::new(text);
        let (stages, graph) = (&file.dockerfile().stages, &file.dockerfile().graph);
        for stage in stages {
            let needed = graph.needed_by(stages, stage.id);
            for target in stages {
                let reached = graph.reached_from(stages, target.id);
                let both = (stage.label(), target.label());
                assert_eq!(needed[target.id.index()], reached[stage.id.index()], "{both:?}");
            }
        }
        assert_eq!(graph.reached_from(stages, StageId(5)), graph.reached);
    }

    #[test]
    fn many_open_bases_reach_everything() {
        let text: String = (0..3_000).map(|at| format!("FROM $A AS s{at}\n")).collect();
        assert_eq!(reached_names(&text).len(), 3_000);
        let file = crate::model::SourceFile::new(&text);
        let stages = &file.dockerfile().stages;
        assert!(file.dockerfile().graph.needed_by(stages, StageId(0)).iter().all(|&it| it));
    }

    #[test]
    fn ten_thousand_stages_in_a_row_are_no_problem() {
        let count = 10_000;
        let bases: Vec<Option<u32>> = (0..count).map(|stage: u32| stage.checked_sub(1)).collect();
        // Every stage copies from the next, the last one from the first: one long circle.
        let refs: Vec<_> = (0..count).map(|stage| (stage, (stage + 1) % count, false)).collect();
        let found = graph(&bases, &refs);
        assert!(found.reached.iter().all(|&reached| reached));
        assert_eq!(found.cycles.len(), 1);
        assert_eq!(found.cycles[0].len(), count as usize);
    }

    #[test]
    fn many_triggers_for_many_children_are_cut() {
        let count = 6_000;
        let bases: Vec<Option<u32>> = (0..count).map(|stage| (stage > 2_000).then_some(2_000)).collect();
        let refs: Vec<_> = (0..2_000).map(|target| (2_000, target, true)).collect();
        let found = graph(&bases, &refs);
        assert!(found.needs.iter().map(Vec::len).sum::<usize>() <= ONBUILD_EDGES + 6_000);
    }

    proptest::proptest! {
        #[test]
        fn every_circle_is_one_and_every_circle_is_noticed(
            refs in proptest::collection::vec((0u32..7, 0u32..7, proptest::bool::ANY), 0..20)
        ) {
            let found = graph(&[None; 7], &refs);
            let edge = |a: StageId, b: StageId| refs.contains(&(a.0, b.0, false));
            for cycle in &found.cycles {
                for (at, &stage) in cycle.iter().enumerate() {
                    proptest::prop_assert!(edge(stage, cycle[(at + 1) % cycle.len()]));
                }
            }
            // Transitive closure the slow way: a stage that reaches itself is in a group with a circle.
            let mut closure: Vec<Vec<bool>> =
                (0..7).map(|a| (0..7).map(|b| edge(StageId(a), StageId(b))).collect()).collect();
            for k in 0..7 {
                for a in 0..7 {
                    for b in 0..7 {
                        closure[a][b] |= closure[a][k] && closure[k][b];
                    }
                }
            }
            for (stage, reaches) in closure.iter().enumerate() {
                let noticed = found.cycles.iter().any(|cycle| {
                    let first = cycle[0].index();
                    first == stage || (closure[first][stage] && closure[stage][first])
                });
                proptest::prop_assert_eq!(reaches[stage], noticed);
            }
        }
    }
}
