//! What holds for each file that is checked: the nearest `dockstage.toml`, and the flags over it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use dockstage_core::lint::Diagnostic;

use super::check::Args;
use super::complain;
use crate::config::file::{self, ConfigFile};
use crate::config::{self, Config};
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

/// The settings of all files, each configuration read once.
#[derive(Debug)]
pub(super) struct AllSettings<'a> {
    /// The flags: what they say holds instead of what a file says.
    args: &'a Args,
    /// The configuration file for each folder.
    folders: HashMap<PathBuf, Option<PathBuf>>,
    /// What each configuration file comes to.
    files: HashMap<Option<PathBuf>, Option<Rc<Settings>>>,
}

impl<'a> AllSettings<'a> {
    /// Settings under these flags.
    pub(super) fn new(args: &'a Args) -> Self {
        Self { args, folders: HashMap::new(), files: HashMap::new() }
    }

    /// What holds for `file`, or for standard input. None when its configuration is wrong, which is told
    /// once.
    pub(super) fn of(&mut self, file: Option<&Path>) -> Option<Rc<Settings>> {
        let folder = file.and_then(Path::parent).unwrap_or(Path::new("")).to_owned();
        let nearest = self
            .folders
            .entry(folder)
            .or_insert_with_key(|folder| disk::nearest_above(&disk::real_folder(folder), file::NAME));
        if let Some(known) = self.files.get(nearest) {
            return known.clone();
        }
        let nearest = nearest.clone();
        let read = match &nearest {
            Some(path) => read(path),
            None => Some(ConfigFile::default()),
        };
        let settings = read.map(|file| Rc::new(self.under_flags(file)));
        self.files.insert(nearest, settings.clone());
        settings
    }

    fn under_flags(&self, file: ConfigFile) -> Settings {
        let or = |flag: &[String], file: Option<Vec<String>>| match flag {
            [] => file.unwrap_or_default(),
            flag => flag.to_owned(),
        };
        let mut config = config::resolve(&[file.layer]);
        let analysis = Arc::make_mut(&mut config.analysis);
        analysis.assume_empty_base = self.args.assume_empty_base;
        analysis.build_args.clone_from(&self.args.build_arg);
        Settings {
            config,
            select: or(&self.args.select, file.select),
            ignore: or(&self.args.ignore, file.ignore),
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
    let (file, faults) = file::parse(&text.text);
    faults.iter().for_each(|fault| complain(format_args!("{shown}:{fault}")));
    faults.is_empty().then_some(file)
}
