//! Making a text that shows a difference as small as it can be.

/// How many texts are tried at most.
const TRIES: usize = 1_000;

/// The smallest text found that still `shows` it: pieces are left out, halves first, lines before characters.
pub(crate) fn shrink(text: &str, mut shows: impl FnMut(&str) -> bool) -> String {
    let mut text = text.to_owned();
    let mut tries = TRIES;
    loop {
        let before = text.len();
        let lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
        text = without_pieces(lines, &mut tries, &mut shows);
        let characters: Vec<String> = text.chars().map(String::from).collect();
        text = without_pieces(characters, &mut tries, &mut shows);
        if text.len() == before || tries == 0 {
            return text;
        }
    }
}

fn without_pieces(
    mut pieces: Vec<String>,
    tries: &mut usize,
    shows: &mut impl FnMut(&str) -> bool,
) -> String {
    let mut size = pieces.len().div_ceil(2);
    while size > 0 {
        let mut at = 0;
        while at < pieces.len() && *tries > 0 {
            *tries -= 1;
            let end = (at + size).min(pieces.len());
            let shorter = [&pieces[..at], &pieces[end..]].concat();
            if shows(&shorter.concat()) {
                pieces = shorter;
            } else {
                at = end;
            }
        }
        size /= 2;
    }
    pieces.concat()
}
