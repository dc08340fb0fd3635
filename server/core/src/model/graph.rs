//! Which stage needs which.

use super::stage::StageId;

/// The stages as nodes; an edge for every reference that BuildKit takes as a dependency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StageGraph {
    /// For each stage the stages it needs, without repetition, in order of first use.
    pub needs: Vec<Vec<StageId>>,
    /// For each stage, whether a build of the last stage needs it; true for the last stage itself.
    pub reached: Vec<bool>,
    /// Circles of dependencies: each a list of stages, the first one needs the second and so on, the
    /// last one needs the first. A stage that needs itself is a circle of one.
    pub cycles: Vec<Vec<StageId>>,
}

impl StageGraph {
    /// Whether a build without `--target` needs this stage.
    pub fn is_reached(&self, stage: StageId) -> bool {
        self.reached.get(stage.index()).copied().unwrap_or(true)
    }
}
