//! The files and folders that instructions make, where all of them are known.

use super::super::split_stage::commands::{Argument, certain_commands, path_from};
use crate::model::{Arguments, Dockerfile, Instruction, InstructionId, state};
use crate::syntax::Keyword;

/// The paths that the instructions from `first` to `last` make, none inside another; none where they may make more.
pub(super) fn of(dockerfile: &Dockerfile, first: InstructionId, last: InstructionId) -> Option<Vec<String>> {
    let state = state::before(dockerfile, first);
    if dockerfile.escape != '\\' || !(first.0..=last.0).all(|id| dockerfile.is_posix_shell(InstructionId(id)))
    {
        return None;
    }
    let workdir = state.workdir.filter(|it| it.starts_with('/') && is_plain(it));
    // A stage for what is only copied would be copied for nothing.
    let mut ids = (first.0..=last.0).map(InstructionId);
    ids.any(|id| dockerfile.instruction(id).keyword() == Keyword::Run).then_some(())?;
    let mut made = Made { workdir, files: Vec::new(), folders: Vec::new() };
    for id in (first.0..=last.0).map(InstructionId) {
        made.add(dockerfile.instruction(id))?;
    }
    made.paths()
}

struct Made {
    workdir: Option<String>,
    /// What is written or filled.
    files: Vec<String>,
    /// Folders that are made.
    folders: Vec<String>,
}

impl Made {
    fn add(&mut self, instruction: Instruction<'_>) -> Option<()> {
        let data = instruction.data;
        if !data.faults.is_empty() {
            return None;
        }
        match (data.keyword, &data.arguments) {
            (Keyword::Copy | Keyword::Add, arguments) => {
                let to = self.path(&arguments.words().last()?.text)?;
                self.files.push(to);
            }
            (Keyword::Run, Arguments::Text(text)) if data.heredocs.is_empty() => {
                for command in certain_commands(&text.text)? {
                    self.command(&command)?;
                }
                // What is written into a mount stays there.
                for mount in data.mounts() {
                    let target = mount.get(&["target", "dst", "destination"])?.value.as_ref()?;
                    let target = self.path(&target.text)?;
                    let inside = |it: &String| it.starts_with(&target);
                    if self.files.iter().chain(&self.folders).any(inside) {
                        return None;
                    }
                }
            }
            _ => return None,
        }
        Some(())
    }

    fn command(&mut self, words: &[Argument]) -> Option<()> {
        let (program, arguments) = words.split_first()?;
        let arguments: Vec<&Argument> = arguments.iter().collect();
        match program.exact()? {
            "curl" => self.written(&arguments, "AbdeEFHmQrtuUwxXyYzC", "OJcDK", &["--output"]),
            "wget" => self.written(&arguments, "tTUwQ", "oaiPx", &["--output-document"]),
            "go" if arguments.first()?.exact()? == "build" => self.to(&arguments[1..], &["-o"]),
            "gcc" | "cc" | "g++" | "c++" | "clang" | "clang++" => {
                let more = |it: &&Argument| it.text.starts_with("-M") || it.text.contains("save-temps");
                if arguments.iter().copied().any(|it| more(&it)) {
                    return None;
                }
                self.to(&arguments, &["-o"])
            }
            "mkdir" => {
                for word in
                    arguments.iter().filter(|it| !matches!(it.text.as_str(), "-p" | "-v" | "--parents"))
                {
                    let path = self.path(word.exact().filter(|it| !it.starts_with('-'))?)?;
                    self.folders.push(path);
                }
                Some(())
            }
            "chmod" => {
                let paths = arguments.iter().filter(|it| !it.text.starts_with('-')).skip(1);
                for word in paths {
                    let path = self.path(word.exact()?)?;
                    self.is_ours(&path).then_some(())?;
                }
                Some(())
            }
            "tar" => self.unpacked(&arguments),
            "rm" => {
                for word in
                    arguments.iter().filter(|it| !matches!(it.text.as_str(), "-f" | "-r" | "-rf" | "-fr"))
                {
                    let path = self.path(word.exact()?)?;
                    let at = self.files.iter().position(|it| *it == path)?;
                    self.files.remove(at);
                }
                Some(())
            }
            _ => None,
        }
    }

    /// A download: the file behind `-o` of curl and `-O` of wget. Options of one letter can be joined; of those that
    /// take a value the value follows, and some write files that nobody named.
    fn written(&mut self, words: &[&Argument], valued: &str, refused: &str, long: &[&str]) -> Option<()> {
        let letter = if long.contains(&"--output") { 'o' } else { 'O' };
        let before = self.files.len();
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            if let Some(option) = word.text.strip_prefix("--") {
                let (name, value) =
                    option.split_once('=').map_or((option, None), |(name, value)| (name, Some(value)));
                if long.iter().any(|it| it.strip_prefix("--") == Some(name)) {
                    let value = match value {
                        Some(value) => word.exact().map(|_| value)?,
                        None => rest.next()?.exact()?,
                    };
                    let path = self.path(value)?;
                    self.files.push(path);
                } else if !is_harmless(name) {
                    return None;
                }
                continue;
            }
            let Some(letters) = word.text.strip_prefix('-') else { continue };
            for (at, option) in letters.char_indices() {
                let value = &letters[at + option.len_utf8()..];
                if refused.contains(option) {
                    return None;
                }
                let takes_value = valued.contains(option) || option == letter;
                if !takes_value {
                    continue;
                }
                let value = if value.is_empty() { rest.next()?.value(option == letter)? } else { value };
                if option == letter {
                    let path = self.path(value)?;
                    self.files.push(path);
                }
                break;
            }
        }
        (self.files.len() == before + 1).then_some(())
    }

    /// A compiler: the file behind its option.
    fn to(&mut self, words: &[&Argument], options: &[&str]) -> Option<()> {
        let at = words.iter().position(|it| options.contains(&it.text.as_str()))?;
        let path = self.path(words.get(at + 1)?.exact()?)?;
        self.files.push(path);
        Some(())
    }

    /// `tar`, into a folder that was made for it.
    fn unpacked(&mut self, words: &[&Argument]) -> Option<()> {
        let mode = words.first()?.exact()?.trim_start_matches('-');
        let extracts = mode == "extract" || mode.contains('x') && !mode.contains(['c', 'r', 'u', 'C']);
        let named = words.iter().find_map(|it| it.text.strip_prefix("--directory="));
        let directory = match named {
            Some(directory) => directory,
            None => {
                let at = words.iter().position(|it| it.text == "-C")?;
                words.get(at + 1)?.exact()?
            }
        };
        let path = self.path(directory)?;
        (extracts && self.folders.contains(&path)).then(|| self.files.push(path))
    }

    /// The absolute path, in letters that need no quotes.
    fn path(&self, written: &str) -> Option<String> {
        if !is_plain(written) {
            return None;
        }
        let base = if written.starts_with('/') { "/" } else { self.workdir.as_deref()? };
        Some(path_from(base, written)).filter(|it| it != "/")
    }

    fn is_ours(&self, path: &str) -> bool {
        self.files.iter().chain(&self.folders).any(|it| is_within(path, it))
    }

    /// What has to be brought back: a folder that something known lies in is made by the COPY of that.
    fn paths(mut self) -> Option<Vec<String>> {
        let files = &self.files;
        self.folders.retain(|folder| !files.iter().any(|it| is_within(it, folder)));
        let mut paths = self.files;
        paths.append(&mut self.folders);
        paths.sort();
        let mut kept: Vec<String> = Vec::new();
        for path in paths {
            // Sorted, a folder comes before what lies in it.
            if !kept.iter().any(|it| is_within(&path, it)) {
                kept.push(path);
            }
        }
        (!kept.is_empty()).then_some(kept)
    }
}

fn is_within(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn is_plain(path: &str) -> bool {
    let plain = |it: u8| it.is_ascii_alphanumeric() || b"/._-+@".contains(&it);
    !path.is_empty() && path.bytes().all(plain)
}

/// Long options of curl and wget that take no value behind a blank and write nothing.
fn is_harmless(name: &str) -> bool {
    matches!(
        name,
        "fail"
            | "silent"
            | "show-error"
            | "location"
            | "compressed"
            | "create-dirs"
            | "insecure"
            | "quiet"
            | "no-verbose"
            | "progress"
            | "tlsv1.2"
            | "no-check-certificate"
            | "https-only"
    )
}
