//! The build context of a Dockerfile, and which ignore file counts for it.
//!
//! The context is the folder of the Dockerfile, as in `docker build .` there, unless the user says
//! otherwise. The ignore file that
//! bears the Dockerfile's own name lies beside the Dockerfile and counts alone; only without it, and be it
//! an empty one, `.dockerignore` at the top of the context counts.

/// The ignore file of a whole build context.
const OF_THE_CONTEXT: &str = ".dockerignore";

/// The ignore files of a Dockerfile with this file name, the one that counts before the other first.
pub fn ignore_file_names(dockerfile: &str) -> [String; 2] {
    [format!("{dockerfile}{OF_THE_CONTEXT}"), OF_THE_CONTEXT.to_owned()]
}

/// The same for the path or URI of a Dockerfile, in which `/` parts folders, whose folder is the context.
pub fn ignore_files(dockerfile: &str) -> [String; 2] {
    let (folder, name) = dockerfile.split_at(dockerfile.rfind('/').map_or(0, |slash| slash + 1));
    ignore_file_names(name).map(|name| format!("{folder}{name}"))
}

/// Whether a path or URI names an ignore file of some Dockerfile or context.
pub fn is_ignore_file(path: &str) -> bool {
    path.ends_with(OF_THE_CONTEXT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_with_the_name_of_the_dockerfile_comes_first() {
        let files = |path| ignore_files(path).join(" ");
        assert_eq!(files("Dockerfile"), "Dockerfile.dockerignore .dockerignore");
        assert_eq!(files("/a/b/api.Dockerfile"), "/a/b/api.Dockerfile.dockerignore /a/b/.dockerignore");
        assert_eq!(files("file:///a%20b/x"), "file:///a%20b/x.dockerignore file:///a%20b/.dockerignore");
        assert_eq!(files("untitled:One"), "untitled:One.dockerignore .dockerignore");
    }

    #[test]
    fn ignore_files_are_known_by_their_name() {
        assert!(is_ignore_file(".dockerignore") && is_ignore_file("file:///a/Dockerfile.dockerignore"));
        assert!(!is_ignore_file("file:///a/Dockerfile") && !is_ignore_file("a/.gitignore"));
    }
}
