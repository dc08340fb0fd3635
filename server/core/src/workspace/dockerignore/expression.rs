//! The regular expressions that patterns become, in Go's dialect as far as a pattern can reach it.
//!
//! All ways through an expression are followed at once, sign by sign of the path, so the time is bounded by
//! the lengths of both: there is nothing to go back to.

use super::Steps;
use super::class::Class;
use super::pattern::{Ends, Unreadable};

/// More steps than any pattern of a sane file has.
const MAX_PROGRAM: usize = 200_000;

/// Go repeats nothing more often than this.
const MAX_REPEAT: usize = 1_000;

/// An expression, ready to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expression {
    program: Vec<Op>,
    /// Whether a match may begin behind the start of the path: behind a `|` there is no `^`.
    is_anywhere: bool,
}

/// One step of a program; the next one follows it unless it says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Op {
    /// Takes this sign.
    Sign(char),
    /// Takes a sign of the set.
    Class(Class),
    /// Takes any sign but a line end.
    Any,
    /// Goes on here and there.
    Split(usize),
    /// Goes on there.
    Jump(usize),
    /// Goes on at the start of the text only.
    Start,
    /// Goes on at the end of the text only.
    End,
    /// Goes on between a sign of a word and another one, or anywhere else.
    WordBoundary(bool),
}

impl Expression {
    /// Reads an expression; none if Go would not take it, or if it names a set of Unicode (`\pL`).
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parser = Parser::new(text);
        while let Some(sign) = parser.next() {
            parser.item(sign)?;
            if parser.program.len() > MAX_PROGRAM {
                return None;
            }
        }
        Some(parser.finish())
    }

    /// Whether it matches a path or one of its parents.
    pub(super) fn matches(&self, path: &str, ends: &Ends, steps: &mut Steps) -> Result<bool, Unreadable> {
        let mut ends = ends.iter().peekable();
        let mut threads = Threads::new(self.program.len());
        let mut waiting = vec![0];
        // Where a match begins is up to `^`, and where it ends up to `$`.
        let mut before = None;
        let mut signs = path.char_indices();
        loop {
            let at = path.len() - signs.as_str().len();
            let next = signs.next().map(|(_, sign)| sign);
            if ends.next_if_eq(&at).is_some() && self.advance(&waiting, before, None, &mut threads, steps)? {
                return Ok(true);
            }
            let Some(sign) = next else { return Ok(false) };
            if self.advance(&waiting, before, next, &mut threads, steps)? {
                return Ok(true);
            }
            waiting.clear();
            for &op in &threads.ready {
                if self.takes(op, sign, steps)? {
                    waiting.push(op + 1);
                }
            }
            if self.is_anywhere {
                waiting.push(0);
            }
            if waiting.is_empty() {
                return Ok(false);
            }
            before = next;
        }
    }

    fn takes(&self, op: usize, sign: char, steps: &mut Steps) -> Result<bool, Unreadable> {
        Ok(match &self.program[op] {
            Op::Sign(wanted) => *wanted == sign,
            Op::Class(class) => {
                steps.take(class.len())?;
                class.has(sign)
            }
            Op::Any => sign != '\n',
            _ => false,
        })
    }

    /// Follows `waiting` to the steps that take a sign, between the signs `before` and `next`: whether one
    /// gets to the end of the program.
    fn advance(
        &self,
        waiting: &[usize],
        before: Option<char>,
        next: Option<char>,
        threads: &mut Threads,
        steps: &mut Steps,
    ) -> Result<bool, Unreadable> {
        threads.clear();
        threads.open.extend(waiting);
        while let Some(at) = threads.open.pop() {
            if !threads.enter(at) {
                continue;
            }
            steps.take(1)?;
            match self.program.get(at) {
                None => return Ok(true),
                Some(Op::Split(other)) => threads.open.extend([*other, at + 1]),
                Some(Op::Jump(to)) => threads.open.push(*to),
                Some(Op::Start) if before.is_none() => threads.open.push(at + 1),
                Some(Op::End) if next.is_none() => threads.open.push(at + 1),
                Some(Op::WordBoundary(wanted)) if (is_word(before) != is_word(next)) == *wanted => {
                    threads.open.push(at + 1);
                }
                Some(Op::Start | Op::End | Op::WordBoundary(_)) => {}
                Some(Op::Sign(_) | Op::Class(_) | Op::Any) => threads.ready.push(at),
            }
        }
        Ok(false)
    }
}

fn is_word(sign: Option<char>) -> bool {
    sign.is_some_and(|sign| sign.is_ascii_alphanumeric() || sign == '_')
}

/// Where the ways through a program are.
struct Threads {
    /// Steps that take a sign.
    ready: Vec<usize>,
    /// Steps still to be followed.
    open: Vec<usize>,
    /// In which round each step was last come by.
    seen: Vec<u32>,
    round: u32,
}

impl Threads {
    fn new(len: usize) -> Self {
        Self { ready: Vec::new(), open: Vec::new(), seen: vec![0; len + 1], round: 0 }
    }

    fn clear(&mut self) {
        self.ready.clear();
        self.open.clear();
        self.round += 1;
    }

    /// Comes by a step: whether for the first time.
    fn enter(&mut self, at: usize) -> bool {
        std::mem::replace(&mut self.seen[at], self.round) != self.round
    }
}

struct Parser<'a> {
    rest: &'a str,
    program: Vec<Op>,
    /// Whether `{2}` may come next: behind a single step.
    is_repeatable: bool,
    /// Where the part between two `|` begins.
    branch: usize,
    /// Ends of such parts.
    branch_ends: Vec<usize>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        let program = vec![Op::Jump(1)];
        Self { rest: text, program, is_repeatable: false, branch: 0, branch_ends: Vec::new() }
    }

    fn finish(mut self) -> Expression {
        let end = self.program.len();
        for &at in &self.branch_ends {
            self.program[at] = Op::Jump(end);
        }
        Expression { program: self.program, is_anywhere: !self.branch_ends.is_empty() }
    }

    fn next(&mut self) -> Option<char> {
        let sign = self.rest.chars().next()?;
        self.rest = &self.rest[sign.len_utf8()..];
        Some(sign)
    }

    fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn item(&mut self, sign: char) -> Option<()> {
        match sign {
            '^' => self.push(Op::Start),
            '$' => self.push(Op::End),
            '.' => self.one_or_many(Op::Any),
            '[' => {
                let class = self.class()?;
                self.one_or_many(Op::Class(class));
            }
            // The one group there is, and it is optional.
            '(' => {
                if !self.eat(".*/)?") {
                    return None;
                }
                let at = self.program.len();
                self.program.push(Op::Split(at + 5));
                self.many(Op::Any);
                self.program.push(Op::Sign('/'));
                self.is_repeatable = false;
            }
            '|' => self.branch(),
            '{' => match bounds(self.rest) {
                Some((least, most, rest)) => {
                    self.rest = rest;
                    self.repeat(least, most)?;
                }
                None => self.push(Op::Sign('{')),
            },
            '\\' => self.escape()?,
            '*' | '+' | '?' | ')' => return None,
            sign => self.push(Op::Sign(sign)),
        }
        Some(())
    }

    fn push(&mut self, op: Op) {
        self.program.push(op);
        self.is_repeatable = true;
    }

    /// Ends a part at `|` and begins the next one.
    fn branch(&mut self) {
        let next = self.program.len() + 1;
        self.branch_ends.push(next - 1);
        self.program[self.branch] = Op::Split(next);
        self.program.extend([Op::Jump(next), Op::Jump(next + 1)]);
        self.branch = next;
        self.is_repeatable = false;
    }

    /// Repeats the last step.
    fn repeat(&mut self, least: usize, most: Option<usize>) -> Option<()> {
        if !self.is_repeatable || least > MAX_REPEAT {
            return None;
        }
        let op = self.program.pop()?;
        self.program.extend(std::iter::repeat_n(op.clone(), least));
        match most {
            None => self.many(op),
            Some(most) if most < least || most > MAX_REPEAT => return None,
            Some(most) => {
                for _ in least..most {
                    self.program.extend([Op::Split(self.program.len() + 2), op.clone()]);
                }
            }
        }
        self.is_repeatable = false;
        Some(())
    }

    /// Something that takes a sign, or with a star any number of them.
    fn one_or_many(&mut self, op: Op) {
        if self.eat("*") {
            self.many(op);
        } else {
            self.push(op);
        }
    }

    fn many(&mut self, op: Op) {
        let at = self.program.len();
        self.program.extend([Op::Split(at + 3), op, Op::Jump(at)]);
        self.is_repeatable = false;
    }

    /// What stands behind a backslash outside of brackets.
    fn escape(&mut self) -> Option<()> {
        let op = match self.rest.chars().next()? {
            'A' => Op::Start,
            'z' => Op::End,
            'b' => Op::WordBoundary(true),
            'B' => Op::WordBoundary(false),
            'Q' => {
                self.quoted();
                return Some(());
            }
            letter @ ('d' | 'D' | 's' | 'S' | 'w' | 'W') => {
                let mut class = Class::default();
                class.add_letter(letter)?;
                self.rest = &self.rest[1..];
                self.one_or_many(Op::Class(class));
                return Some(());
            }
            _ => {
                let sign = self.escaped_sign()?;
                self.push(Op::Sign(sign));
                return Some(());
            }
        };
        self.rest = &self.rest[1..];
        self.push(op);
        Some(())
    }

    /// `\Q…\E`, or to the end: every sign for itself.
    fn quoted(&mut self) {
        let (quoted, rest) = self.rest[1..].split_once("\\E").unwrap_or((&self.rest[1..], ""));
        quoted.chars().for_each(|sign| self.push(Op::Sign(sign)));
        self.rest = rest;
    }

    /// The sign that an escape stands for, the backslash taken already.
    fn escaped_sign(&mut self) -> Option<char> {
        match self.next()? {
            // A digit alone would refer back to a group.
            digit @ '1'..='7' if self.rest.starts_with(|next| matches!(next, '0'..='7')) => self.octal(digit),
            '0' => self.octal('0'),
            'x' => self.hexadecimal(),
            'a' => Some('\x07'),
            'f' => Some('\x0c'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'v' => Some('\x0b'),
            sign if sign.is_ascii() && !sign.is_ascii_alphanumeric() => Some(sign),
            _ => None,
        }
    }

    /// `41` or `{1F600}`.
    fn hexadecimal(&mut self) -> Option<char> {
        let (digits, rest) = match self.rest.strip_prefix('{') {
            Some(rest) => rest.split_once('}')?,
            None => self.rest.split_at_checked(2)?,
        };
        self.rest = rest;
        let is_hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        // Zeros in front may be any number of them.
        let code = digits.trim_start_matches('0');
        let code = if code.len() < digits.len() && code.is_empty() { "0" } else { code };
        char::from_u32(u32::from_str_radix(code, 16).ok()?).filter(|_| is_hexadecimal)
    }

    /// A number of up to three digits, the first one taken already.
    fn octal(&mut self, first: char) -> Option<char> {
        let mut code = first.to_digit(8)?;
        for _ in 0..2 {
            let Some(digit) = self.rest.chars().next().and_then(|next| next.to_digit(8)) else { break };
            code = code * 8 + digit;
            self.rest = &self.rest[1..];
        }
        char::from_u32(code)
    }

    /// What stands in brackets, the first one taken already.
    fn class(&mut self) -> Option<Class> {
        let mut class = Class { is_negated: self.eat("^"), ..Class::default() };
        let mut is_first = true;
        while is_first || !self.eat("]") {
            is_first = false;
            if self.named(&mut class)? {
                continue;
            }
            let low = self.class_sign()?;
            let is_range = self.rest.starts_with('-') && self.rest.len() >= 2 && !self.rest.starts_with("-]");
            let high = if is_range && self.eat("-") { self.class_sign()? } else { low };
            class.add(low, high)?;
        }
        Some(class)
    }

    /// Adds `[:alpha:]` or `\d` to a class, if such a thing comes next.
    fn named(&mut self, class: &mut Class) -> Option<bool> {
        if let Some((name, rest)) = self.rest.strip_prefix("[:").and_then(|rest| rest.split_once(":]")) {
            class.add_named(name)?;
            self.rest = rest;
            return Some(true);
        }
        let Some(behind) = self.rest.strip_prefix('\\') else { return Some(false) };
        let is_set = behind.chars().next().is_some_and(|letter| class.add_letter(letter).is_some());
        if is_set {
            self.rest = &behind[1..];
        }
        Some(is_set)
    }

    fn class_sign(&mut self) -> Option<char> {
        match self.next()? {
            '\\' => self.escaped_sign(),
            sign => Some(sign),
        }
    }
}

/// Reads `2}`, `2,}` or `2,4}`: the bounds and what follows; none if it is something else, and then the brace
/// stands for itself.
fn bounds(text: &str) -> Option<(usize, Option<usize>, &str)> {
    let (inside, rest) = text.split_once('}')?;
    let number = |digits: &str| {
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let has_zero = digits.len() > 1 && digits.starts_with('0');
        (is_number && !has_zero).then(|| digits.parse().unwrap_or(usize::MAX))
    };
    match inside.split_once(',') {
        None => number(inside).map(|both| (both, Some(both), rest)),
        Some((least, "")) => number(least).map(|least| (least, None, rest)),
        Some((least, most)) => Some((number(least)?, Some(number(most)?), rest)),
    }
}
