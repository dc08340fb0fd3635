//! The only stage of a file, with the questions that a split asks about it.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

use super::Refusal;
use super::Request;
use super::context::ContextFiles;
use super::paths;
use super::runtime;
use super::shell::{self, Command, Word, is_posix_shell};
use super::start::json_string;
use crate::TextRange;
use crate::model::{
    Arguments, Base, Dockerfile, ImageRef, Instruction, InstructionId, RefTarget, SourceFile, Stage, state,
};
use crate::syntax::{Keyword, RelRange};

/// The only stage of a file.
pub(super) struct View<'a> {
    pub(super) file: &'a SourceFile,
    pub(super) dockerfile: &'a Dockerfile,
    pub(super) stage: &'a Stage,
    /// The project's own files, as far as they are known.
    pub(super) context: &'a ContextFiles,
    /// Runtime images of the user's own.
    pub(super) images: &'a [(String, String)],
    /// The directory in effect before each instruction of the stage, and at its end; none where it
    /// depends on something that the file does not tell.
    workdirs: Vec<Option<Arc<str>>>,
    /// The commands of each RUN, once they were asked for.
    scripts: Vec<OnceCell<Option<Vec<Command>>>>,
}

impl<'a> View<'a> {
    /// Looks at a file that has exactly one stage and that BuildKit would take.
    pub(super) fn new(file: &'a SourceFile, request: Request<'a>) -> Result<Self, Refusal> {
        let dockerfile = file.dockerfile();
        let stage = match dockerfile.stages.as_slice() {
            [] => return Err(Refusal::not_offered("there is no stage in the file".to_owned())),
            [stage] => stage,
            more => {
                return Err(Refusal::not_offered(format!("the file has {} stages already", more.len())));
            }
        };
        let broken = dockerfile.instructions().find(|it| !it.data.faults.is_empty());
        if let Some(instruction) = broken {
            let line = instruction.row + 1;
            return Err(Refusal::not_offered(format!("line {line} has an error: mend it first")));
        }
        if !dockerfile.faults.is_empty() {
            return Err(Refusal::not_offered("the file has an error: mend it first".to_owned()));
        }
        match stage.base {
            Base::Image(_) => {}
            Base::Scratch => return Err(Refusal::not_offered("the stage is built from scratch".to_owned())),
            Base::Stage(_) | Base::Unresolved => {
                return Err(Refusal::not_offered(
                    "the base image depends on a variable without a default".to_owned(),
                ));
            }
        }
        let bad = dockerfile.refs.iter().find(|it| !matches!(it.target, RefTarget::External(_)));
        if let Some(bad) = bad {
            let line = dockerfile.instruction(bad.instruction).row + 1;
            return Err(Refusal::not_offered(format!(
                "line {line} uses the stage itself or none: mend it first"
            )));
        }
        let mut view = Self::unread(file, request, stage);
        if let Some(onbuild) = view.instructions().find(|it| it.keyword() == Keyword::Onbuild) {
            return Err(Refusal::not_offered(format!(
                "ONBUILD on line {} is for images that are built from this one",
                onbuild.row + 1
            )));
        }
        view.workdirs = view.find_workdirs();
        Ok(view)
    }

    fn unread(file: &'a SourceFile, request: Request<'a>, stage: &'a Stage) -> Self {
        let Request { context, images, .. } = request;
        let (dockerfile, workdirs, scripts) = (file.dockerfile(), Vec::new(), no_scripts(stage));
        Self { file, dockerfile, stage, context, images, workdirs, scripts }
    }

    /// Looks at one stage of a file with several.
    pub(super) fn of_stage(
        file: &'a SourceFile,
        request: Request<'a>,
        stage: &'a Stage,
    ) -> Result<Self, Refusal> {
        let mut view = Self::unread(file, request, stage);
        if view.instructions().any(|it| it.keyword() == Keyword::Onbuild || !it.data.faults.is_empty()) {
            return Err(Refusal::not_offered("the stage has an error or an ONBUILD".to_owned()));
        }
        view.workdirs = view.find_workdirs();
        Ok(view)
    }

    /// Where a piece of a RUN's script stands in the document, by the places of its words; none for scripts that
    /// are not written as they are read.
    pub(super) fn script_place(
        &self,
        run: Instruction<'a>,
    ) -> Option<impl Fn(usize, usize) -> Option<TextRange> + use<'a>> {
        let Arguments::Text(text) = &run.data.arguments else { return None };
        if !run.data.heredocs.is_empty() {
            return None;
        }
        let line = &run.data.line;
        let base = line.offset_of_source(text.range.start());
        if line.text().get(base..base + text.text.len()) != Some(text.text.as_str()) {
            return None;
        }
        Some(move |start, end| Some(run.abs(line.source_range(base + start, base + end))))
    }

    /// The instructions of the stage, its FROM first.
    pub(super) fn instructions(&self) -> impl DoubleEndedIterator<Item = Instruction<'a>> + use<'a> {
        let dockerfile = self.dockerfile;
        self.stage.instructions().map(move |id| dockerfile.instruction(id))
    }

    /// Those with this keyword.
    pub(super) fn all(&self, keyword: Keyword) -> impl DoubleEndedIterator<Item = Instruction<'a>> + use<'a> {
        self.instructions().filter(move |it| it.keyword() == keyword)
    }

    /// The directory in effect before `id`.
    pub(super) fn workdir_before(&self, id: InstructionId) -> Option<&str> {
        self.workdirs.get(id.index() - self.stage.from.index())?.as_deref()
    }

    /// The directory in effect at the end of the stage.
    pub(super) fn workdir_at_end(&self) -> Option<&str> {
        self.workdirs.last()?.as_deref()
    }

    /// The same, or the refusal of a split that cannot do without it.
    ///
    /// # Errors
    /// When the directory depends on a variable.
    pub(super) fn workdir(&self) -> Result<&str, Refusal> {
        self.workdir_at_end().ok_or_else(unknown_workdir)
    }

    /// The USER in effect before `id`.
    pub(super) fn user_before(&self, id: InstructionId) -> Option<&'a str> {
        let earlier = self.all(Keyword::User).take_while(|it| it.id < id);
        earlier.last().and_then(|it| it.data.arguments.words().first()).map(|word| word.text.trim())
    }

    /// The USER in effect at the end of the stage.
    pub(super) fn user_at_end(&self) -> Option<&'a str> {
        self.user_before(self.stage.end)
    }

    /// The source of an instruction, without its line end.
    pub(super) fn source(&self, instruction: Instruction<'_>) -> Cow<'a, str> {
        self.slice(instruction.range())
    }

    /// A piece of the source.
    pub(super) fn slice(&self, range: TextRange) -> Cow<'a, str> {
        self.file.text().slice(range)
    }

    /// The commands of a RUN of the stage; none when they are not simple.
    pub(super) fn script(&self, run: Instruction<'_>) -> Option<&[Command]> {
        let cell = self.scripts.get(run.id.index().checked_sub(self.stage.from.index())?)?;
        cell.get_or_init(|| read_script(run)).as_deref()
    }

    /// The commands of a RUN, each with the directory it runs in where that is known.
    pub(super) fn script_with_dirs(&self, run: Instruction<'_>) -> Option<Vec<(&Command, Option<String>)>> {
        let mut dir = self.workdir_before(run.id).map(str::to_owned);
        let commands = self.script(run)?.iter().map(|command| {
            let here = dir.clone();
            if command.program() == "cd" {
                let target = command.argv().get(1).and_then(Word::exact);
                dir = match (&here, target) {
                    (Some(base), Some(target)) if command.is_certain() => Some(paths::join(base, target)),
                    _ => None,
                };
            }
            (command, here)
        });
        Some(commands.collect())
    }

    /// Everything that an instruction says, heredocs included, for a search for words.
    pub(super) fn says(&self, instruction: Instruction<'_>, needle: &str) -> bool {
        let data = instruction.data;
        data.line.text().contains(needle) || data.heredocs.iter().any(|it| it.content.text.contains(needle))
    }

    /// Where a COPY or ADD puts its files; none when that depends on a variable.
    pub(super) fn destination(&self, copy: Instruction<'_>) -> Option<String> {
        let to = copy.data.arguments.words().last()?;
        let dir = self.workdir_before(copy.id)?;
        (!to.text.contains(['$', '"', '\''])).then(|| paths::join(dir, &to.text))
    }

    /// The COPY and ADD that bring files of the build context.
    pub(super) fn context_copies(&self) -> impl DoubleEndedIterator<Item = Instruction<'a>> + use<'a> {
        self.instructions().filter(|it| {
            matches!(it.keyword(), Keyword::Copy | Keyword::Add) && it.data.flag("from").is_none()
        })
    }

    /// The sources of a COPY or ADD, as written.
    pub(super) fn sources(&self, copy: Instruction<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
        let words = copy.data.arguments.words();
        words[..words.len().saturating_sub(1)].iter().map(|word| word.text.as_str())
    }

    /// Paths in the build context that `path` in the image may come from, the last COPY first.
    pub(super) fn context_paths(&self, path: &str) -> Vec<String> {
        let mut found = Vec::new();
        for copy in self.context_copies().rev() {
            let Some(to) = self.destination(copy) else { continue };
            for source in self.sources(copy) {
                let clean = paths::join("/", source);
                let clean = clean.trim_start_matches('/');
                if to == path
                    || paths::parent(path) == to && paths::file_name(clean) == paths::file_name(path)
                {
                    found.push(clean.to_owned());
                }
                if paths::is_within(path, &to) && path != to {
                    let inside = paths::relative_to(path, &to);
                    found.push(if clean.is_empty() {
                        inside.to_owned()
                    } else {
                        format!("{clean}/{inside}")
                    });
                }
            }
        }
        found
    }

    /// The text of the file of the build context that stands at `path` in the image, if it is known.
    pub(super) fn project_file(&self, path: &str) -> Option<&'a str> {
        self.context_paths(path).iter().find_map(|it| self.context.get(it))
    }

    /// Whether the build context brings a folder to `path` in the image, if that is known.
    pub(super) fn project_folder(&self, path: &str) -> Option<bool> {
        let found: Vec<bool> =
            self.context_paths(path).iter().filter_map(|it| self.context.has_folder(it)).collect();
        (!found.is_empty()).then(|| found.contains(&true))
    }

    /// Whether some RUN has a command for which this holds.
    pub(super) fn runs(&self, wanted: impl Fn(&Command) -> bool) -> bool {
        self.all(Keyword::Run)
            .any(|run| self.script(run).is_some_and(|commands| commands.iter().any(&wanted)))
    }

    /// The value of an environment variable or build argument, as the file last writes it.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        let mut found = None;
        for instruction in self.instructions() {
            match &instruction.data.arguments {
                Arguments::Pairs(pairs) if instruction.keyword() == Keyword::Env => {
                    let value = pairs.iter().rev().find(|pair| pair.name.text == name);
                    found = value.map(|it| it.value.text.trim_matches(['"', '\'']).to_owned()).or(found);
                }
                Arguments::Words(words) if instruction.keyword() == Keyword::Arg => {
                    let value = words.iter().find_map(|it| it.text.strip_prefix(name)?.strip_prefix('='));
                    found = value.map(|it| it.trim_matches(['"', '\'']).to_owned()).or(found);
                }
                _ => {}
            }
        }
        found
    }

    /// Whether a COPY or ADD puts a file at `path`.
    pub(super) fn copies_to(&self, copy: Instruction<'_>, path: &str) -> bool {
        let Some(to) = self.destination(copy) else { return false };
        let words = copy.data.arguments.words();
        let from = &words[..words.len().saturating_sub(1)];
        let named = |source: &str| {
            let name = paths::file_name(source);
            let wanted = paths::file_name(path);
            match name.rsplit_once('*') {
                Some((_, suffix)) => wanted.ends_with(suffix),
                None => name == wanted,
            }
        };
        to == path || (paths::parent(path) == to && from.iter().any(|it| named(&it.text)))
    }

    /// The target of a mount of `run` that hides what is written at `path` from the image.
    pub(super) fn mount_over(&self, run: Instruction<'_>, path: &str) -> Option<String> {
        let dir = self.workdir_before(run.id)?;
        let hiding =
            run.data.mounts().filter(|mount| matches!(mount.kind().as_str(), "bind" | "cache" | "tmpfs"));
        let targets = hiding.filter_map(|mount| mount.get(&["target", "dst", "destination"])?.value.as_ref());
        targets.map(|target| paths::join(dir, &target.text)).find(|target| paths::is_within(path, target))
    }

    /// A keyword in the case that the file uses.
    pub(super) fn keyword(&self, keyword: Keyword) -> String {
        let from = self.dockerfile.instruction(self.stage.from);
        let lower = from.data.keyword_word.text.chars().all(|c| c.is_ascii_lowercase());
        if lower { keyword.as_str().to_ascii_lowercase() } else { keyword.as_str().to_owned() }
    }

    /// An instruction in JSON form.
    pub(super) fn json_form(&self, keyword: Keyword, words: &[String]) -> String {
        let words: Vec<String> = words.iter().map(|word| json_string(word)).collect();
        format!("{} [{}]", self.keyword(keyword), words.join(", "))
    }

    /// An ENTRYPOINT in JSON form, spaced as the command that it takes the place of.
    pub(super) fn entrypoint(&self, instead_of: InstructionId, words: &[String]) -> String {
        let old = self.source(self.dockerfile.instruction(instead_of));
        let separator = if old.contains("\",\"") { "," } else { ", " };
        let words: Vec<String> = words.iter().map(|word| json_string(word)).collect();
        format!("{} [{}]", self.keyword(Keyword::Entrypoint), words.join(separator))
    }

    /// The source of an instruction with one place in it replaced.
    pub(super) fn with_replaced(&self, id: InstructionId, range: RelRange, text: &str) -> String {
        let instruction = self.dockerfile.instruction(id);
        let (whole, hole) = (instruction.range(), instruction.abs(range));
        let before = self.slice(TextRange::new(whole.start(), hole.start()));
        let after = self.slice(TextRange::new(hole.end(), whole.end()));
        format!("{before}{text}{after}")
    }

    fn find_workdirs(&self) -> Vec<Option<Arc<str>>> {
        let base = ImageRef::parse(&self.stage.base_text);
        let mut dir: Option<Arc<str>> = Some(Arc::from(runtime::directory(&base)));
        let mut dirs = Vec::new();
        let mut looks = 0;
        for instruction in self.instructions() {
            dirs.push(dir.clone());
            if instruction.keyword() != Keyword::Workdir {
                continue;
            }
            dir = match instruction.data.arguments.words().first().map(|word| word.text.trim()) {
                // Each look at the state walks through the stage; no file needs many.
                Some(path) if path.contains(['$', '"', '\'', '\\', '`']) => {
                    looks += 1;
                    (looks <= 16).then(|| self.workdir_after(instruction.id)).flatten()
                }
                Some(path) if path.starts_with('/') => Some(Arc::from(paths::join("/", path))),
                // A path longer than any system takes is not worth its length.
                Some(path) => {
                    dir.filter(|dir| dir.len() < 4096).map(|dir| Arc::from(paths::join(&dir, path)))
                }
                None => None,
            };
        }
        dirs.push(dir);
        dirs
    }

    /// The directory behind a WORKDIR with variables or quotes.
    fn workdir_after(&self, workdir: InstructionId) -> Option<Arc<str>> {
        let next = InstructionId(workdir.0 + 1);
        let state = if next < self.stage.end {
            state::before(self.dockerfile, next)
        } else {
            state::at_end(self.dockerfile, self.stage.id)
        };
        let dir = state.workdir.filter(|it| !it.contains('$'))?;
        let base = runtime::directory(&ImageRef::parse(&self.stage.base_text));
        Some(Arc::from(paths::join(base, &dir)))
    }
}

/// A split needs the directory, and the file does not tell it.
pub(super) fn unknown_workdir() -> Refusal {
    Refusal::new("WORKDIR depends on a variable whose value the file does not give".to_owned())
}

fn no_scripts(stage: &Stage) -> Vec<OnceCell<Option<Vec<Command>>>> {
    stage.instructions().map(|_| OnceCell::new()).collect()
}

/// The commands of a RUN; none when they are not simple.
fn read_script(run: Instruction<'_>) -> Option<Vec<Command>> {
    match &run.data.arguments {
        Arguments::Json(words) => {
            let words: Vec<Word> = words.iter().map(|it| Word::literal(&it.text, 0..0)).collect();
            match words.as_slice() {
                [shell, flag, script] if is_posix_shell(&shell.text) && flag.text == "-c" => {
                    shell::parse(&script.text)
                }
                _ => Some(vec![Command::exec(words)]),
            }
        }
        Arguments::Text(text) => match run.data.heredocs.as_slice() {
            [] => shell::parse(&text.text),
            [only] if text.text.trim().starts_with("<<") && !text.text.trim().contains(' ') => {
                shell::parse(&only.content.text)
            }
            _ => None,
        },
        _ => None,
    }
}
