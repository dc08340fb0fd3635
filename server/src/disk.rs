//! Reading and writing files, walking folders: the only place that touches the file system.

use std::ffi::OsStr;
use std::fs::{DirEntry, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use dockstage_core::assists::split_stage::ContextFiles;
use dockstage_core::workspace::{Entry, IgnoreFile, Listing, WantedFolder, build_context};
use ignore::{Walk, WalkBuilder};

/// A file this long is no Dockerfile, and reading it would help nobody.
const MAX_LEN: u64 = 64 * 1024 * 1024;
/// Nor is one this long an ignore file.
const MAX_IGNORE_LEN: u64 = 1024 * 1024;
/// How many entries of a folder of the workspace are looked at.
const MAX_WALKED: usize = 100_000;
/// How many entries of a build context are looked at.
const MAX_ENTRIES: usize = 5_000;

/// What a path given on the command line holds.
#[derive(Debug)]
pub(crate) struct Input {
    /// The path as given; for a file found in a folder, that folder's path and what is below it.
    pub(crate) path: String,
    /// Where it lies; standard input lies nowhere.
    pub(crate) file: Option<PathBuf>,
    /// Its text, or why there is none.
    pub(crate) text: Result<Text, String>,
}

/// A file's text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Text {
    /// The text, without a byte order mark, as editors show it.
    pub(crate) text: String,
    /// Whether bytes were replaced because they are no UTF-8.
    pub(crate) lossy: bool,
    /// Whether there was a byte order mark.
    marked: bool,
}

const MARK: char = '\u{feff}';

impl Text {
    /// What has to be written for this file to hold `text`: the byte order mark stays.
    pub(crate) fn with_mark(&self, text: &str) -> String {
        if self.marked { format!("{MARK}{text}") } else { text.to_owned() }
    }
}

/// Reads what `paths` name, in order: files, the Dockerfiles of folders, and `-` for standard input.
/// Folders without a Dockerfile are told to `empty_folder`.
pub(crate) fn inputs<'a>(
    paths: &'a [PathBuf],
    mut empty_folder: impl FnMut(&Path) + 'a,
) -> impl Iterator<Item = Input> + 'a {
    paths.iter().flat_map(move |path| {
        let found = files_of(path);
        if found.is_empty() {
            empty_folder(path);
        }
        found.into_iter().map(|file| match file {
            Ok(path) => self::file(&path),
            Err((path, reason)) => Input { path, file: None, text: Err(reason) },
        })
    })
}

/// Reads one file, or standard input for `-`.
pub(crate) fn file(path: &Path) -> Input {
    Input {
        path: path.to_string_lossy().into_owned(),
        file: (path != Path::new("-")).then(|| path.to_owned()),
        text: read(path),
    }
}

/// The ignore file that counts for a Dockerfile in this build context, or else in its own folder; none where
/// there is none that can be read.
pub(crate) fn ignore_file(dockerfile: Option<&Path>, context: Option<&Path>) -> Option<IgnoreFile> {
    let name = dockerfile.and_then(Path::file_name).map(|name| name.to_string_lossy());
    let [own, of_context] = build_context::ignore_file_names(name.as_deref().unwrap_or_default());
    let own = dockerfile.map(|dockerfile| dockerfile.with_file_name(own));
    let context = context.or_else(|| dockerfile?.parent());
    let candidates = own.into_iter().chain(context.map(|context| context.join(of_context)));
    candidates.into_iter().find_map(|path| read_ignore_file(&path))
}

/// Reads an ignore file. Only a regular file is opened: anything else could wait for ever.
pub(crate) fn read_ignore_file(path: &Path) -> Option<IgnoreFile> {
    let is_short_file = std::fs::metadata(path).is_ok_and(|it| it.is_file() && it.len() <= MAX_IGNORE_LEN);
    if !is_short_file {
        return None;
    }
    read(path).ok().map(|text| IgnoreFile::parse(&text.text))
}

/// The files of a Dockerfile's build context, its folder where none is given, that a split may want to read: by their
/// names alone, no deeper than a few folders, and no more than a few dozen.
pub(crate) fn project_files(dockerfile: Option<&Path>, context: Option<&Path>) -> ContextFiles {
    const DEPTH: usize = 3;
    const MOST: usize = 64;
    let mut files = ContextFiles::default();
    let Some(folder) = context.or_else(|| dockerfile?.parent()) else { return files };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let skipped =
        |name: &OsStr| matches!(name.to_str(), Some("node_modules" | "target" | "build" | "dist" | "vendor"));
    let walk = WalkBuilder::new(folder)
        .max_depth(Some(DEPTH))
        .standard_filters(false)
        .hidden(false)
        .filter_entry(move |entry| {
            let name = entry.file_name();
            let is_folder = entry.file_type().is_some_and(|it| it.is_dir());
            let is_hidden_folder = is_folder && name.as_encoded_bytes().starts_with(b".");
            entry.depth() == 0 || !(skipped(name) || is_hidden_folder)
        })
        .sort_by_file_path(Ord::cmp)
        .build();
    let entries = walk.flatten().take(MAX_ENTRIES);
    let wanted = entries.filter(|entry| {
        let is_file = entry.file_type().is_some_and(|it| it.is_file());
        is_file && entry.file_name().to_str().is_some_and(ContextFiles::wants)
    });
    for entry in wanted.take(MOST) {
        let Ok(below) = entry.path().strip_prefix(folder) else { continue };
        let Some(text) = File::open(entry.path()).ok().and_then(|file| read_text(file, MAX_IGNORE_LEN))
        else {
            continue;
        };
        let named = |path: &Path| path.to_string_lossy().replace('\\', "/");
        files.add(&named(below), &text);
        for name in ContextFiles::wanted_folders() {
            files.add_folder(&named(&below.with_file_name(name)), entry.path().with_file_name(name).is_dir());
        }
    }
    if let Some(dockerfile) = dockerfile {
        add_builders(&mut files, dockerfile);
    }
    files
}

/// Adds the files that may build a Dockerfile: those of Compose, Bake and CI in its folder and above, up to the top of
/// its repository. Without a repository the folder above is the last.
fn add_builders(files: &mut ContextFiles, dockerfile: &Path) {
    const FOLDERS: usize = 6;
    let folder = real_folder(dockerfile.parent().unwrap_or(Path::new("")));
    let above: Vec<&Path> = folder.ancestors().take(FOLDERS).collect();
    let count = above.iter().position(|it| it.join(".git").exists()).map_or(2, |at| at + 1);
    let above = &above[..count.min(above.len())];
    let (Some(top), Some(name)) = (above.last(), dockerfile.file_name()) else { return };
    let named = |path: &Path| Some(path.strip_prefix(top).ok()?.to_string_lossy().replace('\\', "/"));
    files.set_dockerfile(&named(&folder.join(name)).unwrap_or_default());
    for folder in above {
        add_builders_in(files, folder, &ContextFiles::may_build, &named);
    }
    let is_workflow = |name: &str| name.ends_with(".yml") || name.ends_with(".yaml");
    add_builders_in(files, &top.join(".github/workflows"), &is_workflow, &named);
}

fn add_builders_in(
    files: &mut ContextFiles,
    folder: &Path,
    wanted: &dyn Fn(&str) -> bool,
    named: &dyn Fn(&Path) -> Option<String>,
) {
    const MOST: usize = 32;
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let paths = entries.take(MAX_ENTRIES).flatten().map(|it| it.path());
    let wanted =
        |path: &PathBuf| path.file_name().and_then(OsStr::to_str).is_some_and(wanted) && path.is_file();
    let mut paths: Vec<PathBuf> = paths.filter(wanted).collect();
    paths.sort();
    for path in paths.into_iter().take(MOST) {
        let text = File::open(&path).ok().and_then(|file| read_text(file, MAX_IGNORE_LEN));
        if let (Some(text), Some(name)) = (text, named(&path)) {
            files.add_builder(&name, &text);
        }
    }
}

/// What lies in a folder of a build context: of many entries those whose names begin as typed. None for what is no
/// folder, or leads out of the context by a link.
pub(crate) fn listing(context: &Path, wanted: &WantedFolder) -> Option<Listing> {
    const MOST: usize = 500;
    let context = context.canonicalize().ok()?;
    let folder = context.join(&wanted.folder).canonicalize().ok().filter(|it| it.starts_with(&context))?;
    let begun = wanted.begun.to_lowercase();
    let mut entries: Vec<DirEntry> =
        std::fs::read_dir(&folder).ok()?.flatten().take(MAX_ENTRIES + 1).collect();
    let is_cut = entries.len() > MOST;
    if is_cut {
        entries.retain(|entry| entry.file_name().to_string_lossy().to_lowercase().starts_with(&begun));
        entries.sort_by_key(DirEntry::file_name);
        entries.truncate(MOST);
    }
    let entries = entries.into_iter().filter_map(|entry| {
        let is_folder = is_folder_inside(&context, &entry);
        // A name that is no text cannot be written into a Dockerfile.
        entry.file_name().into_string().ok().map(|name| Entry { name, is_folder })
    });
    Some(Listing { entries: entries.collect(), is_cut })
}

/// Whether an entry is a folder, or a link to one that leads nowhere outside of `context`.
fn is_folder_inside(context: &Path, entry: &DirEntry) -> bool {
    match entry.file_type() {
        Ok(kind) if kind.is_symlink() => {
            let target = entry.path().canonicalize();
            target.is_ok_and(|target| target.starts_with(context) && target.is_dir())
        }
        Ok(kind) => kind.is_dir(),
        Err(_) => false,
    }
}

/// The text of a file that is no longer than `most`.
fn read_text(file: File, most: u64) -> Option<String> {
    let mut text = String::new();
    file.take(most + 1).read_to_string(&mut text).ok()?;
    (text.len() as u64 <= most).then_some(text)
}

fn files_of(path: &Path) -> Vec<Result<PathBuf, (String, String)>> {
    if path == Path::new("-") || !path.is_dir() {
        return vec![Ok(path.to_owned())];
    }
    walk(path)
        .filter_map(|entry| match entry {
            Ok(entry) => is_dockerfile(&entry).then(|| Ok(entry.into_path())),
            Err(error) => Some(Err((path.to_string_lossy().into_owned(), error.to_string()))),
        })
        .collect()
}

/// Everything in a folder that is part of the project.
fn walk(folder: &Path) -> Walk {
    // Hidden folders are walked: `.devcontainer` holds Dockerfiles. `.gitignore` counts outside of a
    // repository too: a copy without `.git` is the same project.
    WalkBuilder::new(folder)
        .hidden(false)
        .require_git(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .sort_by_file_name(OsStr::cmp)
        .build()
}

fn is_dockerfile(entry: &ignore::DirEntry) -> bool {
    let is_file = entry.file_type().is_some_and(|it| !it.is_dir());
    is_file && is_dockerfile_name(entry.file_name())
}

/// The Dockerfiles in a folder of the workspace, no more than `most`. What lies in a very large one is not found.
pub(crate) fn dockerfiles(folder: &Path, most: usize) -> Vec<PathBuf> {
    let entries = walk(folder).take(MAX_WALKED).flatten();
    entries.filter(is_dockerfile).take(most).map(ignore::DirEntry::into_path).collect()
}

/// The text of a Dockerfile that is not very long. Only a regular file is opened: anything else could wait for ever.
pub(crate) fn dockerfile(path: &Path) -> Option<String> {
    let is_short_file = std::fs::metadata(path).is_ok_and(|it| it.is_file() && it.len() <= MAX_IGNORE_LEN);
    if !is_short_file {
        return None;
    }
    read(path).ok().map(|text| text.text)
}

/// Whether a file found in a folder is a Dockerfile, by its name: `Dockerfile`, `Containerfile`,
/// `Dockerfile.dev`, `api.Dockerfile`, in any case. Templates and ignore files are none.
pub(crate) fn is_dockerfile_name(name: &OsStr) -> bool {
    const BASES: [&str; 2] = ["dockerfile", "containerfile"];
    const NOT_THESE: [&str; 16] = [
        "dockerignore",
        "containerignore",
        "j2",
        "jinja",
        "jinja2",
        "tmpl",
        "tpl",
        "template",
        "erb",
        "in",
        "md",
        "bak",
        "orig",
        "rej",
        "swp",
        "lock",
    ];
    let Some(name) = name.to_str() else { return false };
    let name = name.to_ascii_lowercase();
    let mut parts = name.split('.');
    let first = parts.next().unwrap_or_default();
    let Some(last) = parts.next_back() else { return BASES.contains(&first) };
    BASES.contains(&last) || (BASES.contains(&first) && !NOT_THESE.contains(&last) && !last.ends_with('~'))
}

fn read(path: &Path) -> Result<Text, String> {
    let bytes = if path == Path::new("-") {
        read_all(io::stdin().lock())
    } else {
        File::open(path).and_then(read_all)
    };
    let bytes = bytes.map_err(|error| reason(&error))?;
    if bytes.len() as u64 > MAX_LEN {
        return Err(format!("longer than {} MiB, not read", MAX_LEN / 1024 / 1024));
    }
    Ok(decode(bytes))
}

fn read_all(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(MAX_LEN + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The error without the `(os error 2)` that nobody needs.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((reason, _)) => reason.to_owned(),
        None => text,
    }
}

/// Bytes to text. BuildKit takes any bytes; what is no UTF-8 becomes U+FFFD, one a byte.
fn decode(bytes: Vec<u8>) -> Text {
    let (mut text, lossy) = match String::from_utf8(bytes) {
        Ok(text) => (text, false),
        Err(error) => {
            let mut text = String::with_capacity(error.as_bytes().len());
            for chunk in error.as_bytes().utf8_chunks() {
                text.push_str(chunk.valid());
                text.extend(std::iter::repeat_n(char::REPLACEMENT_CHARACTER, chunk.invalid().len()));
            }
            (text, true)
        }
    };
    let marked = text.starts_with(MARK);
    if marked {
        text.drain(..MARK.len_utf8());
    }
    Text { text, lossy, marked }
}

/// Makes `text` the content of a file that exists, at once: whoever reads the file meanwhile sees the
/// old text or the new one, and nothing is lost when this ends half-way.
///
/// # Errors
/// Why it is not written.
pub(crate) fn overwrite(path: &Path, text: &str) -> Result<(), String> {
    replace(path, text).map_err(|error| format!("cannot be written: {}", reason(&error)))
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    // A link stays a link: what it points to is replaced.
    let path = path.canonicalize()?;
    let metadata = path.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    // Replacing a file takes rights on its folder only. Who may not write the file shall not do it either.
    OpenOptions::new().write(true).open(&path)?;
    let (new, file) = file_beside(&path)?;
    let replaced = fill(file, &metadata, text).and_then(|()| std::fs::rename(&new, &path));
    if replaced.is_err() {
        // The error that led here is the one to tell.
        let _ = std::fs::remove_file(&new);
    }
    replaced
}

/// A new file in the folder of `path`: only there it can take its place in one step.
fn file_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut last = io::Error::from(ErrorKind::AlreadyExists);
    for attempt in 0..16 {
        let new = path.with_file_name(format!(".{name}.{}-{attempt}.tmp", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&new) {
            Ok(file) => return Ok((new, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

fn fill(mut file: File, like: &Metadata, text: &str) -> io::Result<()> {
    file.write_all(text.as_bytes())?;
    keep_owner(&file, like);
    file.set_permissions(like.permissions())?;
    file.sync_all()
}

/// Gives a file the owner and the group of another one, as far as this is allowed: root may.
#[cfg(unix)]
fn keep_owner(file: &File, like: &Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    let _ = fchown(file, Some(like.uid()), Some(like.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) {}

/// Whether a path is a folder.
pub(crate) fn is_folder(path: &Path) -> bool {
    path.is_dir()
}

/// Whether a path is a file that can be read like one.
pub(crate) fn is_file(path: &Path) -> bool {
    path.is_file()
}

/// Where a folder really lies; an empty path is the current one.
pub(crate) fn real_folder(folder: &Path) -> PathBuf {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}

/// The nearest file of this name in `folder` or above it.
pub(crate) fn nearest_above(folder: &Path, name: &str) -> Option<PathBuf> {
    folder.ancestors().map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// A path as it is short: from the current folder where it lies below it.
pub(crate) fn short(path: &Path) -> String {
    let here = std::env::current_dir().and_then(|it| it.canonicalize()).unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).to_string_lossy().into_owned()
}

/// Standard output without the buffer that the standard library puts before it: that one ends with each line,
/// so every message would go out in two parts.
pub(crate) fn standard_output() -> io::Result<impl io::Write + Send + Unpin + 'static> {
    #[cfg(unix)]
    let owned = std::os::fd::AsFd::as_fd(&io::stdout()).try_clone_to_owned()?;
    #[cfg(windows)]
    let owned = std::os::windows::io::AsHandle::as_handle(&io::stdout()).try_clone_to_owned()?;
    Ok(File::from(owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dockerfiles_are_known_by_their_name() {
        let yes = [
            "Dockerfile",
            "dockerfile",
            "Containerfile",
            "Dockerfile.dev",
            "api.Dockerfile",
            "x.containerfile",
        ];
        let no = [
            "Dockerfile.j2",
            "Dockerfile.dockerignore",
            "Dockerfile.tmpl",
            "dockerfiles",
            "my-dockerfile",
            "a.txt",
        ];
        for name in yes {
            assert!(is_dockerfile_name(OsStr::new(name)), "{name}");
        }
        for name in no {
            assert!(!is_dockerfile_name(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_become_one_sign_each_and_a_mark_goes() {
        let text = |bytes: &[u8]| decode(bytes.to_vec());
        assert_eq!(
            text(b"\xef\xbb\xbfFROM a"),
            Text { text: "FROM a".to_owned(), lossy: false, marked: true }
        );
        assert_eq!(
            text(b"# \xe2\x82 \xff"),
            Text { text: "# \u{fffd}\u{fffd} \u{fffd}".to_owned(), lossy: true, marked: false }
        );
    }
}
