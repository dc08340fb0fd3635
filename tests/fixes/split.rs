//! Every split of a file: it configures the image as before, but for what it says.

use dockstage_core::assists::split_stage::{
    ContextFiles, Refusal, Request, Setting, Split, differences, split_with,
};
use dockstage_core::model::SourceFile;

/// The runtimes that some split or other offers, and the preferred one.
const RUNTIMES: [Option<&str>; 11] = [
    None,
    Some("jre"),
    Some("jlink"),
    Some("layered"),
    Some("distroless"),
    Some("slim"),
    Some("scratch"),
    Some("runtime"),
    Some("runtime-deps"),
    Some("chiseled"),
    Some("standalone"),
];

/// What was looked at.
#[derive(Default)]
pub(crate) struct Splits {
    /// Splits of files with one stage.
    pub(crate) of_one: usize,
    /// Of files with several, whose last stage gets another base image.
    pub(crate) of_several: usize,
}

/// Splits a file with every runtime image, or tells what is wrong with a result.
pub(crate) fn judge(text: &str, splits: &mut Splits) -> Result<(), String> {
    let (file, context) = (SourceFile::new(text), ContextFiles::default());
    for runtime in RUNTIMES {
        let split: Result<Split, Refusal> = split_with(&file, Request { runtime, ..Request::of(&context) });
        let Ok(split) = split else { continue };
        match file.dockerfile().stages.len() {
            1 => splits.of_one += 1,
            _ => splits.of_several += 1,
        }
        let result = split.change.apply(text).map_err(|error| error.to_string())?;
        let after = SourceFile::new(&result);
        let dockerfile = after.dockerfile();
        if !dockerfile.faults.is_empty() || dockerfile.instructions().any(|it| !it.data.faults.is_empty()) {
            return Err(format!("the result has a fault:\n{result}"));
        }
        let said: Vec<Setting> = split.changes.iter().map(|it| it.what.clone()).collect();
        let found = differences(&file, &after);
        if said != found {
            return Err(format!("it says that it changes {said:?}, it changes {found:?}:\n{result}"));
        }
        if split_with(&after, Request::of(&context)).is_ok() {
            return Err(format!("it is split again:\n{result}"));
        }
        if file.dockerfile().stages.len() > 1 {
            break;
        }
    }
    Ok(())
}
