//! Which instructions make a path, the best answer first.

use std::ops::Bound;

use rustc_hash::FxHashSet;

use super::copy::looks_like_file;
use super::pattern::{Lies, depth, has_wildcard, is_loose, lies, parts};
use super::{HidingMount, How, Kind, Made, Part, StageFiles};
use crate::model::paths::{self, is_within};
use crate::model::{Base, InstructionId};

/// How many answers are given: more are no help.
const MOST_ANSWERS: usize = 8;

/// How many folders with unknown content are looked at for links.
const MOST_FILLED: usize = 64;

/// What is known about a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance<'a> {
    /// What makes it, the nearest first; at most one for each instruction.
    pub makers: Vec<Made<'a>>,
    /// How the makers stand to the path.
    pub relation: Relation,
}

/// How what is made stands to the path that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// It is the path itself.
    Itself,
    /// It lies in the path: the folder comes with what is in it.
    Inside,
    /// It is a folder that the path lies in, with files of which we know nothing.
    Around,
}

/// Whether a stage can hold a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holds<'a> {
    /// It does, or it may.
    Maybe,
    /// Nothing can have made it.
    Never,
    /// It is made in a mount, which does not stay, and nothing else makes it.
    InMount(Made<'a>, &'a HidingMount),
}

impl StageFiles {
    /// What makes `path`. Of the instruction `before` and those behind it nothing is taken.
    pub fn find(&self, path: &str, before: Option<InstructionId>) -> Provenance<'_> {
        let mut found = Found::default();
        for made in self.before(before).rev() {
            if made.kind == Kind::Gone {
                if found.is_gone(&made, path) {
                    break;
                }
                continue;
            }
            found.add(made, path);
        }
        found.answer(path)
    }

    /// What is made before an instruction, in order.
    pub fn before(&self, before: Option<InstructionId>) -> impl DoubleEndedIterator<Item = Made<'_>> {
        let last = |id| self.parts.iter().rposition(|it| it.instruction < id).map_or(0, |at| at + 1);
        let end = before.map_or(self.parts.len(), last);
        self.parts.get(..end).unwrap_or_default().iter().flat_map(Part::made)
    }

    /// What is made and not removed again, the last first.
    pub fn remaining(&self) -> impl Iterator<Item = Made<'_>> {
        let mut gone = Gone::default();
        self.made().rev().filter(move |made| match made.kind {
            Kind::Gone => {
                gone.note(made);
                false
            }
            _ => !gone.takes(made.path),
        })
    }

    /// Calls of the system's package managers and the like that may well have brought `path`, in order.
    pub fn installers(&self, path: &str) -> impl Iterator<Item = Made<'_>> {
        let is_packaged = PACKAGED.iter().any(|dir| is_within(path, dir));
        self.made().filter(move |it| is_packaged && *it.how == How::System && it.path == "/")
    }

    /// Whether the stage can hold `path` at its end. Each look at what is made takes one of the `steps`; without
    /// any left it may.
    pub fn holds(&self, path: &str, steps: &mut usize) -> Holds<'_> {
        let Some(left) = steps.checked_sub(self.count) else { return Holds::Maybe };
        *steps = left;
        if is_loose(path) {
            return Holds::Maybe;
        }
        let mut in_mount = None;
        for made in self.made().rev().filter(|it| it.kind != Kind::Gone) {
            let mount = self.mount_over(made.instruction, path);
            if let Some(mount) = mount {
                let makes = made.is_known() && may_make(&made, path);
                in_mount = in_mount.or(makes.then_some((made, mount)));
                continue;
            }
            if may_make(&made, path) && !self.is_input(&made, path) {
                return Holds::Maybe;
            }
        }
        match in_mount {
            Some((made, mount)) if mount.kind != "bind" => Holds::InMount(made, mount),
            Some(_) => Holds::Maybe,
            None if self.root == Base::Scratch
                && !self.may_hold_by_mounts(path)
                && !self.may_follow_links() =>
            {
                Holds::Never
            }
            None => Holds::Maybe,
        }
    }

    /// Whether the place of a mount, or a folder that leads there, lies at a path.
    fn may_hold_by_mounts(&self, path: &str) -> bool {
        self.mounts.values().flatten().any(|it| is_within(&it.target, path) || is_within(path, &it.target))
    }

    /// Whether something is put into a folder that may be a link: one that came with others before.
    fn may_follow_links(&self) -> bool {
        let mut filled: Vec<Made<'_>> = Vec::new();
        for made in self.made() {
            let leads_through =
                |it: &Made<'_>| it.instruction != made.instruction && lies(it.path, made.path) == Lies::Above;
            // More of them than anyone writes may hold anything.
            if filled.len() > MOST_FILLED || filled.iter().any(leads_through) {
                return true;
            }
            if is_filled(&made) && made.is_known() {
                filled.push(made);
            }
        }
        false
    }

    /// Whether something is what a build starts from: a folder of the build context with everything below it, around
    /// a mount that a RUN puts over `path`. What is built there is not in the context.
    fn is_input(&self, made: &Made<'_>, path: &str) -> bool {
        let later = (Bound::Excluded(made.instruction), Bound::Unbounded);
        let mut over = self.mounts.range(later).flat_map(|it| it.1).filter(|it| is_within(path, &it.target));
        matches!(made.how, How::Context(_))
            && lies(made.path, path) == Lies::Above
            && over.any(|it| lies(made.path, &it.target) == Lies::Above)
    }
}

/// Folders of the system, where package managers write.
const SYSTEM: [&str; 13] = [
    "/usr", "/etc", "/bin", "/sbin", "/lib", "/lib64", "/lib32", "/var", "/opt", "/run", "/home", "/tmp",
    "/root",
];

/// Those of them that packages are there to fill.
const PACKAGED: [&str; 8] = ["/usr", "/etc", "/bin", "/sbin", "/lib", "/lib64", "/lib32", "/var"];

/// Whether a path lies in a folder of the system, or around one.
fn is_of_system(path: &str) -> bool {
    SYSTEM.iter().any(|dir| is_within(path, dir) || is_within(dir, path))
}

fn may_make(made: &Made<'_>, path: &str) -> bool {
    match made.how {
        How::Unknown => true,
        How::System => is_of_system(path),
        _ if made.path.contains('$') => true,
        _ => match lies(made.path, path) {
            Lies::Same | Lies::Below => true,
            Lies::Above => is_filled(made),
            Lies::Apart => false,
        },
    }
}

/// Whether more may lie in it than others say.
fn is_filled(made: &Made<'_>) -> bool {
    match made.kind {
        Kind::Tree | Kind::Either => true,
        // What is copied may be a folder, whatever its name.
        Kind::File => matches!(made.how, How::Context(_) | How::Stage(..) | How::Image(_)),
        Kind::Folder | Kind::Gone => false,
    }
}

/// Whether the stage is sure to hold it.
fn is_sure(made: &Made<'_>) -> bool {
    made.is_known() && !made.is_guess && made.mount.is_none()
}

/// Whether it says nothing about `path`, which it lies below: only a wildcard brings a guess there, or what tools write
/// by convention lies somewhere in the image.
fn is_vague(made: &Made<'_>, path: &str) -> bool {
    made.is_guess && parts(made.path).take(depth(path)).any(is_loose)
        || path == "/" && *made.how == How::Convention
}

/// Whether it would come with a folder whose name is that of a file.
fn is_unlikely(made: &Made<'_>) -> bool {
    match made.how {
        How::Context(from) | How::Stage(_, from) => {
            made.is_guess && made.kind == Kind::Tree && looks_like_file(paths::file_name(from))
        }
        _ => false,
    }
}

#[derive(Default)]
struct Found<'a> {
    same: Vec<Made<'a>>,
    inside: Vec<Made<'a>>,
    around: Vec<Made<'a>>,
    gone: Gone<'a>,
}

/// Paths that are removed later on.
#[derive(Default)]
struct Gone<'a>(FxHashSet<&'a str>);

impl<'a> Gone<'a> {
    /// Notes a path that is removed for certain; whether it is.
    fn note(&mut self, made: &Made<'a>) -> bool {
        let is_certain = !made.is_guess && !is_loose(made.path) && made.mount.is_none();
        if is_certain {
            self.0.insert(made.path);
        }
        is_certain
    }

    /// Whether what stands at a path, or a folder around it, is removed.
    fn takes(&self, path: &str) -> bool {
        !self.0.is_empty() && (self.0.contains(path) || paths::parents(path).any(|it| self.0.contains(it)))
    }
}

impl<'a> Found<'a> {
    /// Notes what is removed; whether that leaves nothing of what stood at `path` before.
    fn is_gone(&mut self, made: &Made<'a>, path: &str) -> bool {
        self.gone.note(made) && matches!(lies(made.path, path), Lies::Same | Lies::Above)
    }

    fn add(&mut self, made: Made<'a>, path: &str) {
        let is_left = || !self.gone.takes(made.path);
        match lies(made.path, path) {
            Lies::Same if is_left() => self.same.push(made),
            Lies::Below if is_left() && !is_vague(&made, path) => self.inside.push(made),
            Lies::Above if matches!(made.kind, Kind::Tree | Kind::Either) && !is_unlikely(&made) => {
                self.around.push(made);
            }
            _ => {}
        }
    }

    fn answer(mut self, path: &str) -> Provenance<'a> {
        let several = has_wildcard(path) || self.same.iter().any(|it| it.path == path) && is_loose(path);
        self.same.sort_by_key(|it| (!it.is_known(), it.mount.is_some()));
        let folder_only = self.same.first().is_some_and(|it| it.kind == Kind::Folder);
        if folder_only && !self.inside.is_empty() {
            let folder = self.same.into_iter().filter(|it| it.is_known()).take(1);
            let makers = self.inside.into_iter().filter(|it| it.is_known()).chain(folder);
            return answer(makers, Relation::Inside);
        }
        // A guess at what lies in it says less than a folder around it that is sure to be there.
        let is_around = self.around.iter().any(is_sure);
        let known_inside = self.inside.iter().any(|it| it.is_known() && (!it.is_guess || !is_around));
        let is_known = self.same.first().is_some_and(|it| it.is_known());
        if !self.same.is_empty() && (is_known || !known_inside) {
            // The last one that is certain holds, whatever stood there before.
            let certain = self.same.iter().position(|it| !it.is_guess).filter(|_| !several);
            let same = self.same.into_iter().take(certain.map_or(usize::MAX, |at| at + 1));
            return answer(same.filter(|it| it.is_known() == is_known), Relation::Itself);
        }
        if known_inside {
            return answer(self.inside.into_iter().filter(|it| it.is_known()), Relation::Inside);
        }
        answer(self.nearest_around().into_iter(), Relation::Around)
    }

    /// Those around the path that are nearest to it, and with what may write there the nearest that is known.
    fn nearest_around(mut self) -> Vec<Made<'a>> {
        // What may write anywhere is no answer.
        self.around.retain(|it| it.is_known() || *it.how == How::Unknown && it.path != "/");
        let deepest = |it: &[Made<'_>], known: bool| {
            it.iter().filter(|it| it.is_known() || !known).map(|it| depth(it.path)).max()
        };
        let nearest = [deepest(&self.around, false), deepest(&self.around, true)];
        self.around.retain(|it| {
            let at = Some(depth(it.path));
            at == nearest[0] || it.is_known() && at == nearest[1]
        });
        // What the stage is sure to hold comes before what it may hold.
        if self.around.iter().any(is_sure) {
            self.around.retain(|it| is_sure(it) || !it.is_known());
        }
        self.around
    }
}

/// The first makers, one for each instruction.
fn answer<'a>(makers: impl Iterator<Item = Made<'a>>, relation: Relation) -> Provenance<'a> {
    let mut seen = FxHashSet::default();
    let makers = makers.filter(|it| seen.insert(it.instruction)).take(MOST_ANSWERS).collect();
    Provenance { makers, relation }
}
