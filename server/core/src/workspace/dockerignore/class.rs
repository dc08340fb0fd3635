//! Sets of signs in the expressions that patterns become.

/// A set of signs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Class {
    pub(super) ranges: Vec<(char, char)>,
    pub(super) is_negated: bool,
}

const DIGIT: &[(char, char)] = &[('0', '9')];
const WORD: &[(char, char)] = &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];
const SPACE: &[(char, char)] = &[('\t', '\n'), ('\x0c', '\r'), (' ', ' ')];

/// Named sets, their ranges in order.
const NAMED: &[(&str, &[(char, char)])] = &[
    ("alnum", &[('0', '9'), ('A', 'Z'), ('a', 'z')]),
    ("alpha", &[('A', 'Z'), ('a', 'z')]),
    ("ascii", &[('\0', '\x7f')]),
    ("blank", &[('\t', '\t'), (' ', ' ')]),
    ("cntrl", &[('\0', '\x1f'), ('\x7f', '\x7f')]),
    ("digit", DIGIT),
    ("graph", &[('!', '~')]),
    ("lower", &[('a', 'z')]),
    ("print", &[(' ', '~')]),
    ("punct", &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')]),
    ("space", &[('\t', '\r'), (' ', ' ')]),
    ("upper", &[('A', 'Z')]),
    ("word", WORD),
    ("xdigit", &[('0', '9'), ('A', 'F'), ('a', 'f')]),
];

impl Class {
    /// Whether `sign` is in it.
    pub(super) fn has(&self, sign: char) -> bool {
        self.ranges.iter().any(|&(low, high)| (low..=high).contains(&sign)) != self.is_negated
    }

    /// How much work it is to look.
    pub(super) fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Adds a range; none if it ends before it starts.
    pub(super) fn add(&mut self, low: char, high: char) -> Option<()> {
        self.ranges.push((low, high));
        (low <= high).then_some(())
    }

    /// Adds what `\d`, `\D`, `\s`, `\S`, `\w` or `\W` stands for, by the letter; none for another one.
    pub(super) fn add_letter(&mut self, letter: char) -> Option<()> {
        let ranges = match letter.to_ascii_lowercase() {
            'd' => DIGIT,
            's' => SPACE,
            'w' => WORD,
            _ => return None,
        };
        self.add_all(ranges, letter.is_ascii_uppercase());
        Some(())
    }

    /// Adds a named set such as `alpha`, or all but it for `^alpha`; none if there is no such set.
    pub(super) fn add_named(&mut self, name: &str) -> Option<()> {
        let (name, is_negated) = match name.strip_prefix('^') {
            Some(name) => (name, true),
            None => (name, false),
        };
        let (_, ranges) = NAMED.iter().find(|(named, _)| *named == name)?;
        self.add_all(ranges, is_negated);
        Some(())
    }

    /// Adds ranges, which are in order and apart, or everything between them.
    fn add_all(&mut self, ranges: &[(char, char)], is_negated: bool) {
        if !is_negated {
            return self.ranges.extend(ranges);
        }
        // All of them are ASCII, so there is a sign right before and behind.
        let beside = |sign: char, by: i32| char::from_u32((sign as u32).saturating_add_signed(by));
        let mut low = Some('\0');
        for &(first, last) in ranges {
            if first > '\0' {
                self.ranges.extend(low.zip(beside(first, -1)));
            }
            low = beside(last, 1);
        }
        self.ranges.extend(low.map(|low| (low, char::MAX)));
    }
}
