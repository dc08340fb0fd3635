//! What files beside a Dockerfile build of it.

/// A stage that a file of the project builds: Compose, Bake, or what drives a CI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltTarget {
    /// The stage as the file names it.
    pub stage: String,
    /// The file's path.
    pub file: String,
    /// What in the file builds it, such as "the service `web`".
    pub who: String,
}
