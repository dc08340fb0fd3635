//! What holds for each file that is checked: the nearest `dockstage.toml`, and the flags over it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use dockstage_core::lint::Diagnostic;

use super::complain;
use crate::config::file::{self, ConfigFile};
use crate::config::{Build, Config, Layer};
use crate::disk;

/// What holds for a file.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) config: Config,
    select: Vec<String>,
    ignore: Vec<String>,
}

impl Settings {
    /// Whether a diagnostic is wanted.
    pub(super) fn take(&self, diagnostic: &Diagnostic) -> bool {
        let code = diagnostic.code.to_ascii_lowercase();
        let named = |names: &[String]| names.iter().any(|it| it == diagnostic.source.as_str() || *it == code);
        self.config.diagnostics && (self.select.is_empty() || named(&self.select)) && !named(&self.ignore)
    }
}

/// What the flags of a command say: it holds instead of what a file says.
#[derive(Debug, Default)]
pub(super) struct Flags {
    pub(super) select: Vec<String>,
    pub(super) ignore: Vec<String>,
    pub(super) build: Build,
    pub(super) assume_empty_base: bool,
}

/// The settings of all files, each configuration read once.
#[derive(Debug)]
pub(super) struct AllSettings {
    flags: Flags,
    /// For each folder where it really lies, and its configuration file.
    folders: HashMap<PathBuf, (PathBuf, Option<PathBuf>)>,
    /// What each configuration file says; none where it is wrong.
    files: HashMap<PathBuf, Option<Rc<ConfigFile>>>,
}

impl AllSettings {
    /// Settings under these flags.
    pub(super) fn new(flags: Flags) -> Self {
        Self { flags, folders: HashMap::new(), files: HashMap::new() }
    }

    /// What holds for `file`, or for standard input. None when its configuration is wrong, which is told
    /// once.
    pub(super) fn of(&mut self, file: Option<&Path>) -> Option<Settings> {
        let folder = file.and_then(Path::parent).unwrap_or(Path::new("")).to_owned();
        let (folder, nearest) = self.folders.entry(folder).or_insert_with_key(|folder| {
            let folder = disk::real_folder(folder);
            let nearest = disk::nearest_above(&folder, file::NAME);
            (folder, nearest)
        });
        let Some(nearest) = nearest else { return Some(self.under_flags(Layer::default(), None)) };
        let read = self.files.entry(nearest.clone()).or_insert_with_key(|path| read(path).map(Rc::new));
        let said = Rc::clone(read.as_ref()?);
        let dockerfile = file.and_then(Path::file_name).map(|name| folder.join(name));
        let layer = said.layer_of(dockerfile.as_deref(), nearest.parent().unwrap_or(nearest));
        Some(self.under_flags(layer, Some(&said)))
    }

    fn under_flags(&self, layer: Layer, file: Option<&ConfigFile>) -> Settings {
        let Flags { select, ignore, build, assume_empty_base } = &self.flags;
        let or = |flag: &[String], file: Option<&Vec<String>>| match flag {
            [] => file.cloned().unwrap_or_default(),
            flag => flag.to_owned(),
        };
        let flags = Layer::of_flags(build.clone(), *assume_empty_base);
        Settings {
            config: layer.under(&flags).resolve(),
            select: or(select, file.and_then(|file| file.select.as_ref())),
            ignore: or(ignore, file.and_then(|file| file.ignore.as_ref())),
        }
    }
}

/// Reads a configuration file, and says what is wrong with it.
fn read(path: &Path) -> Option<ConfigFile> {
    let shown = disk::short(path);
    let text = match disk::file(path).text {
        Ok(text) => text,
        Err(reason) => {
            complain(format_args!("{shown}: {reason}"));
            return None;
        }
    };
    if text.lossy {
        complain(format_args!("{shown}: not valid UTF-8"));
        return None;
    }
    let folder = path.parent().unwrap_or(path);
    let (file, faults) = file::parse(&text.text, |context| disk::is_folder(&folder.join(context)));
    faults.iter().for_each(|fault| complain(format_args!("{shown}:{fault}")));
    faults.is_empty().then_some(file)
}
