//! The build that a text is checked for: a function of the text, so that a smaller text has one too.

use std::collections::BTreeMap;
use std::panic::catch_unwind;

use dockstage_core::model::SourceFile;
use dockstage_core::syntax::Keyword;

/// What arguments get: images, names of stages, platforms, nothing, what has to be quoted.
const VALUES: [&str; 8] = ["alpine", "a", "", "linux/amd64", "x y", "8080", "Upper/Case", "b"];

/// More arguments say nothing new.
const MOST_ARGS: usize = 3;

/// What `docker build` is told.
#[derive(Debug, Default)]
pub(crate) struct Build {
    pub(crate) target: Option<String>,
    pub(crate) args: BTreeMap<String, String>,
}

impl Build {
    /// A target out of the stages with a name, or for one text in seven a name that is hardly there; values for
    /// the first arguments.
    pub(crate) fn of(text: &str) -> Self {
        let Ok(file) = catch_unwind(|| SourceFile::new(text)) else { return Self::default() };
        let dockerfile = file.dockerfile();
        let names: Vec<&str> =
            dockerfile.stages.iter().filter_map(|it| Some(it.name.as_ref()?.written.as_str())).collect();
        let target = match text.len() % 7 {
            0 => Some("stage-0".to_owned()),
            _ => names.get(names.len() / 3).map(|name| (*name).to_owned()),
        };
        let args = dockerfile.instructions().filter(|it| it.keyword() == Keyword::Arg);
        let declared = args.flat_map(|it| it.data.arguments.words());
        let name = |word: &str| word.split('=').next().unwrap_or_default().to_owned();
        let named = declared.map(|word| name(&word.text)).filter(|name| !name.is_empty()).take(MOST_ARGS);
        let values = VALUES.iter().cycle().skip(text.len() % VALUES.len());
        let args = named.zip(values).map(|(name, value)| (name, (*value).to_owned())).collect();
        Self { target, args }
    }
}
