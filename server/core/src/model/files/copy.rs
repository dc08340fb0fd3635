//! What COPY and ADD make.
//!
//! BuildKit copies a file to the destination, or into it where that ends with `/` or is a folder; of a folder it
//! copies the content. Whether a source of the build context is a file or a folder, its name can only hint at.

use super::walk::Sink;
use super::{How, Kind, pattern};
use crate::model::instruction::InstructionData;
use crate::model::paths;
use crate::model::stage::RefTarget;
use crate::model::state::{Walk, clean};
use crate::syntax::{Keyword, RelRange, is_heredoc_word};

/// Adds what a COPY or ADD makes.
pub(super) fn copy(sink: &mut Sink<'_, '_>, walk: &mut Walk<'_>, data: &InstructionData) {
    let Some((to, sources)) = data.arguments.words().split_last() else { return };
    let Some(written) = walk.filled(&to.text) else { return };
    let into = sources.len() > 1
        || matches!(written.as_str(), "" | ".")
        || written.ends_with(['/'])
        || written.ends_with("/.");
    let target = Target { path: sink.path(&written), into, range: to.range };
    if into {
        sink.add(&target.path, Kind::Folder, how_of_folder(sink, data), to.range);
    }
    for source in sources {
        if let Some(heredoc) = is_heredoc_word(&source.text) {
            target.file(sink, &heredoc.name, How::Heredoc, source.range);
        } else if let Some(text) = walk.filled(&source.text) {
            one(sink, data, &target, &text, source.range);
        }
    }
}

/// The folder that files are copied into is made with them.
fn how_of_folder(sink: &Sink<'_, '_>, data: &InstructionData) -> How {
    let source = data.arguments.words().first().map_or("", |it| it.text.as_str());
    if is_heredoc_word(source).is_some() { How::Heredoc } else { origin(sink, data, source) }
}

/// Where a source is copied from.
fn origin(sink: &Sink<'_, '_>, data: &InstructionData, source: &str) -> How {
    let path = clean(&format!("/{source}"));
    let Some(from) = data.flag("from").and_then(|it| it.value.as_ref()).filter(|it| !it.text.is_empty())
    else {
        return How::Context(path);
    };
    let refs = sink.dockerfile.refs_in(sink.instruction.id);
    match refs.first().map(|it| &it.target) {
        Some(RefTarget::Stage(stage)) if *stage < sink.stage => How::Stage(*stage, path),
        _ => How::Image(from.text.clone()),
    }
}

fn one(sink: &mut Sink<'_, '_>, data: &InstructionData, target: &Target, source: &str, range: RelRange) {
    let adds = data.keyword == Keyword::Add;
    if adds && is_remote(source) {
        return remote(sink, data, target, source, range);
    }
    let how = origin(sink, data, source);
    if data.flag("parents").is_some_and(|it| it.value.as_ref().is_none_or(|it| it.text != "false")) {
        let below = source.split_once("/./").map_or(source, |(_, below)| below);
        let path = paths::join("/", below);
        sink.add(&format!("{}{path}", target.path.trim_end_matches('/')), Kind::Either, how, range);
        return;
    }
    let unpack = data.flag("unpack").map(|it| it.value.as_ref().is_none_or(|it| it.text != "false"));
    if unpack.unwrap_or(adds) {
        if is_archive(source) {
            sink.add(&target.path, Kind::Tree, How::Added, range);
            return;
        }
        // What is an archive, its content tells.
        sink.guess(&target.path, Kind::Tree, How::Added, range);
    }
    let path = clean(&format!("/{source}"));
    let name = paths::file_name(&path).trim_start_matches('/');
    if name.is_empty() || source.ends_with('/') || source.ends_with("/.") {
        sink.add(&target.path, Kind::Tree, how, range);
        return;
    }
    if looks_like_file(name) {
        target.file(sink, name, how.clone(), range);
        sink.guess(&target.path, Kind::Tree, how, range);
    } else {
        target.either(sink, name, how, range);
    }
}

/// What ADD fetches: a Git repository's files, or a file.
fn remote(sink: &mut Sink<'_, '_>, data: &InstructionData, target: &Target, source: &str, range: RelRange) {
    let without_query = source.split(['?', '#']).next().unwrap_or(source);
    let is_git = !source.starts_with("http") || without_query.ends_with(".git");
    let unpacks = data.flag("unpack").is_some_and(|it| it.value.as_ref().is_none_or(|it| it.text != "false"));
    if is_git || unpacks {
        sink.add(&target.path, Kind::Tree, How::Added, range);
        return;
    }
    let path = without_query.split_once("://").map_or(without_query, |(_, rest)| rest);
    match path.split_once('/').map(|(_, path)| paths::file_name(path)) {
        Some(name) if !name.is_empty() => target.file(sink, name, How::Added, range),
        _ => sink.guess(&target.path, Kind::Either, How::Added, range),
    }
}

/// Where a COPY goes to.
struct Target {
    path: String,
    /// Whether it is a folder for certain.
    into: bool,
    range: RelRange,
}

impl Target {
    fn inside(&self, name: &str) -> String {
        format!("{}/{name}", self.path.trim_end_matches('/'))
    }

    /// A file of this name.
    fn file(&self, sink: &mut Sink<'_, '_>, name: &str, how: How, range: RelRange) {
        if self.into {
            sink.add(&self.inside(name), Kind::File, how, range);
            return;
        }
        if sink.has_folder(&self.path) {
            sink.add(&self.inside(name), Kind::File, how, range);
        } else {
            // A folder that the image holds takes it in.
            sink.guess(&self.inside(name), Kind::File, how.clone(), range);
            sink.add(&self.path, Kind::File, how, self.range);
        }
    }

    /// A file of this name, or the files of a folder of this name.
    fn either(&self, sink: &mut Sink<'_, '_>, name: &str, how: How, range: RelRange) {
        sink.guess(&self.inside(name), Kind::File, how.clone(), range);
        if self.into || sink.has_folder(&self.path) {
            sink.guess(&self.path, Kind::Tree, how, range);
        } else {
            sink.add(&self.path, Kind::Either, how, self.range);
        }
    }
}

/// Whether a source is fetched: a URL, or a Git repository as in `git@example.com:path`.
pub(crate) fn is_remote(source: &str) -> bool {
    if let Some((scheme, _)) = source.split_once("://")
        && ["http", "https", "git", "ssh"].iter().any(|it| scheme.eq_ignore_ascii_case(it))
    {
        return true;
    }
    let Some((user, rest)) = source.split_once('@') else { return false };
    let is_name = |name: &str, more: &[char]| {
        !name.is_empty() && name.chars().all(|sign| sign.is_ascii_alphanumeric() || more.contains(&sign))
    };
    rest.split_once(':').is_some_and(|(host, _)| is_name(user, &['-', '_']) && is_name(host, &['-', '.']))
}

/// Whether ADD unpacks a file of this name.
fn is_archive(name: &str) -> bool {
    const ENDS: [&str; 9] =
        [".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2", ".tbz", ".tar.zst"];
    ENDS.iter().any(|end| name.ends_with(end))
}

/// Whether a name looks like that of a file, not of a folder.
pub(super) fn looks_like_file(name: &str) -> bool {
    const FILES: [&str; 15] = [
        "Makefile",
        "Dockerfile",
        "Gemfile",
        "Rakefile",
        "Procfile",
        "Pipfile",
        "Jenkinsfile",
        "Caddyfile",
        "Justfile",
        "LICENSE",
        "README",
        "VERSION",
        "gradlew",
        "mvnw",
        "artisan",
    ];
    if FILES.contains(&name) {
        return true;
    }
    match name.rsplit_once('.') {
        // `.env` is a file, `.git` a folder.
        Some(("", rest)) => {
            rest.ends_with("rc")
                || rest.ends_with("ignore")
                || rest.starts_with("env")
                || rest == "tool-versions"
        }
        Some((_, end)) => {
            let plain = pattern::has_wildcard(end) || end.bytes().all(|it| it.is_ascii_alphanumeric());
            let version = end.bytes().all(|it| it.is_ascii_digit());
            plain && !version && !end.is_empty() && end.len() <= 10 && end != "d"
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_by_their_names() {
        for name in ["app.jar", "package*.json", "*.csproj", ".env", ".npmrc", "mvnw", "a.tar.gz", "x.py"] {
            assert!(looks_like_file(name), "{name}");
        }
        for name in ["src", "conf.d", ".git", ".mvn", "app-1.2", "*", "dist", "libfoo.so.1"] {
            assert!(!looks_like_file(name), "{name}");
        }
    }
}
