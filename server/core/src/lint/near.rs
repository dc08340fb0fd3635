//! Near misses: which known word was meant.

/// How many of the stages above a reference are looked at: the work has to stay in proportion to the
/// file.
pub(super) const NEAREST_STAGES: usize = 64;

/// The candidate that `word` most likely misspells: one that is the same but for case, or that is one
/// or two slips of the finger away. Short words have to be nearer. The first one wins a tie.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.to_lowercase().chars().collect();
    let allowed = match word.len() {
        0 | 1 => return None,
        2..=5 => 1,
        6..=30 => 2,
        _ => return None,
    };
    let distances = candidates.into_iter().map(|it| {
        let other: Vec<char> = it.to_lowercase().chars().collect();
        (distance(&word, &other), it)
    });
    let best = distances.filter(|&(distance, _)| distance <= allowed).min_by_key(|&(distance, _)| distance);
    best.map(|(_, it)| it)
}

/// How many letters have to be inserted, deleted, replaced or swapped with their neighbour.
fn distance(a: &[char], b: &[char]) -> usize {
    if a.len().abs_diff(b.len()) > 2 {
        return usize::MAX;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i);
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips() {
        let stages = ["build", "builder", "final"];
        assert_eq!(nearest("biulder", stages), Some("builder"));
        assert_eq!(nearest("Builder", stages), Some("builder"));
        assert_eq!(nearest("buld", stages), Some("build"));
        assert_eq!(nearest("builders", stages), Some("builder"));
        assert_eq!(nearest("finale", stages), Some("final"));
    }

    #[test]
    fn is_silent_when_it_is_another_word() {
        assert_eq!(nearest("nginx", ["build", "ngnx1"]), None);
        assert_eq!(nearest("node", ["deno", "dev"]), None);
        assert_eq!(nearest("a", ["b"]), None);
        assert_eq!(nearest("", [""]), None);
    }
}
