//! Provisional: splits a text into directives, comments and instructions, line by line.

use super::directive::DirectiveName;
use super::heredoc::heredoc_words;
use super::keyword::Keyword;
use super::logical_line::LogicalLine;
use super::span::RelRange;
use super::tree::{Cut, HeredocNode, Parts, TopKind};
use super::words;
use crate::{TextRange, TextSize};

#[derive(Debug, Clone)]
pub(super) struct Segment {
    pub(super) kind: TopKind,
    pub(super) range: TextRange,
    pub(super) row: u32,
    pub(super) last_row: u32,
    pub(super) parts: Parts,
}

pub(super) fn segments(text: &str) -> Vec<Segment> {
    let mut out = Vec::new();
    let mut escape = '\\';
    let mut head = true;
    let mut lines = Vec::new();
    let mut at = if text.starts_with('\u{feff}') { 3 } else { 0 };
    for line in text[at..].split_inclusive('\n') {
        lines.push((at, line.trim_end_matches(['\r', '\n'])));
        at += line.len();
    }
    let mut row = 0;
    while row < lines.len() {
        let (start, line) = lines[row];
        let content = line.trim_start();
        let begin = start + line.len() - content.len();
        let mut push = |kind, end, last_row: usize, parts| {
            let range = TextRange::new(TextSize::new(begin as u32), TextSize::new(end as u32));
            out.push(Segment { kind, range, row: row as u32, last_row: last_row as u32, parts });
        };
        if content.starts_with('#') {
            let directive = head.then(|| directive(content)).flatten();
            head = directive.is_some();
            if let Some((DirectiveName::Escape, value)) = directive {
                escape = if value == "`" { '`' } else { '\\' };
            }
            let kind = if head { TopKind::Directive } else { TopKind::Comment };
            push(kind, start + line.len(), row, Parts::default());
            row += 1;
            continue;
        }
        head = false;
        if content.is_empty() || continuation(content, escape) == Some(0) {
            row += 1;
            continue;
        }
        let mut parts = Parts::default();
        let mut logical = LogicalLine::default();
        let rel = |from: usize, to: usize| RelRange::new((from - begin) as u32, (to - begin) as u32);
        let mut last = row;
        let mut current = (begin, content);
        loop {
            let (at, physical) = current;
            let next = lines.get(last + 1).map_or(text.len(), |it| it.0);
            let open = if last > row && physical.trim_start().starts_with('#') {
                let indent = physical.len() - physical.trim_start().len();
                parts.cuts.push(Cut::Comment(rel(at + indent, at + physical.len())));
                true
            } else if last > row && physical.trim_start().is_empty() {
                parts.cuts.push(Cut::EmptyLine(rel(at, at + physical.len())));
                true
            } else if let Some(cut) = continuation(physical, escape) {
                logical.push(&physical[..cut], (at - begin) as u32);
                parts.cuts.push(Cut::Continuation(rel(at + cut, next)));
                true
            } else {
                logical.push(physical, (at - begin) as u32);
                false
            };
            if !open || last + 1 == lines.len() {
                break;
            }
            last += 1;
            current = lines[last];
        }
        for word in heredocs(logical.text()) {
            let body = lines.get(last + 1).map_or(text.len(), |it| it.0);
            let is_end = |line: &str| {
                let line = if word.1 { line.trim_start_matches('\t') } else { line };
                line == word.0
            };
            let end = (last + 1..lines.len()).find(|&it| is_end(lines[it].1));
            let (body_end, end_range) = match end {
                Some(end) => {
                    last = end;
                    (lines[end].0, Some(rel(lines[end].0, lines[end].0 + lines[end].1.len())))
                }
                None => {
                    last = lines.len() - 1;
                    (text.len(), None)
                }
            };
            parts.heredocs.push(HeredocNode { body: rel(body, body_end), end: end_range });
        }
        let (last_start, last_line) = lines[last];
        push(TopKind::Instruction, last_start + last_line.len(), last, parts);
        row = last + 1;
    }
    out
}

fn directive(line: &str) -> Option<(DirectiveName, &str)> {
    let (name, value) = line.strip_prefix('#')?.trim_start().split_once('=')?;
    Some((DirectiveName::parse(name.trim_end())?, Some(value.trim()).filter(|it| !it.is_empty())?))
}

/// Where the escape character stands that continues the line.
fn continuation(line: &str, escape: char) -> Option<usize> {
    let cut = line.trim_end_matches([' ', '\t']).strip_suffix(escape)?;
    (!cut.ends_with(escape)).then_some(cut.len())
}

fn heredocs(line: &str) -> Vec<(String, bool)> {
    let (mut keyword, mut rest) = words::split_keyword(line);
    let mut kind = Keyword::parse(&line[keyword.clone()]);
    if kind == Keyword::Onbuild {
        (keyword, rest) = words::split_keyword(&line[rest]);
        let _ = rest;
        let (_, outer) = words::split_keyword(line);
        kind = Keyword::parse(&line[outer][keyword]);
    }
    if !matches!(kind, Keyword::Run | Keyword::Copy | Keyword::Add) {
        return Vec::new();
    }
    let words = heredoc_words(line).unwrap_or_default();
    words.into_iter().map(|word| (word.name, word.chomp)).collect()
}
