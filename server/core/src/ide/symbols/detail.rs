//! A few words beside an instruction of the outline: the command, the path, the ports.

use super::LONGEST;
use crate::ide::markdown::one_line;
use crate::model::{Arguments, Instruction, InstructionData};
use crate::syntax::{Keyword, Spanned};

/// What an instruction works on, without its flags; for a copy where from and where to.
pub(super) fn detail(instruction: Instruction<'_>) -> String {
    let data = instruction.data.effective();
    match (data.keyword, &data.arguments) {
        (Keyword::Copy | Keyword::Add, Arguments::Words(words) | Arguments::Json(words)) => copy(data, words),
        _ => written(instruction),
    }
}

/// `builder: /app/a.jar → /a.jar`
fn copy(data: &InstructionData, words: &[Spanned]) -> String {
    let Some((destination, sources)) = words.split_last().filter(|(_, sources)| !sources.is_empty()) else {
        return words.first().map_or_else(String::new, |word| one_line(&word.text, LONGEST));
    };
    let from = data.flag("from").and_then(|flag| flag.value.as_ref());
    let from = from.map_or_else(String::new, |from| format!("{}: ", from.text));
    let sources: Vec<&str> = sources.iter().map(|word| word.text.as_str()).collect();
    one_line(&format!("{from}{} → {}", sources.join(" "), destination.text), LONGEST)
}

/// The arguments as written.
fn written(instruction: Instruction<'_>) -> String {
    let line = &instruction.data.line;
    let start = line.offset_of_source(instruction.data.effective().arguments_range.start());
    one_line(line.text().get(start..).unwrap_or_default(), LONGEST)
}
