//! One instruction: from its text and the parts that the tree found in it to its data.

use std::ops::Range;

use super::args::{Arguments, Flag, Heredoc, Mount, MountField, Pair};
use super::instruction::{FaultKind, InstructionData, Marks, ParseFault};
use super::shell::ShellParts;
use super::{uses, validate};
use crate::syntax::words::{self, Mapped};
use crate::syntax::{
    Cut, JsonArray, Keyword, LogicalLine, Parts, RelRange, Spanned, heredoc_words, parse_json_array,
};

/// Lowers the instruction `source`, which spans `newlines` line ends.
pub(super) fn lower_instruction(source: &str, parts: &Parts, newlines: u32, escape: char) -> InstructionData {
    let line = join(source, parts);
    let whole = RelRange::new(0, to_u32(source.len()));
    let mut data = Lowering { line: &line, escape }.instruction(0..line.text().len(), 0);
    data.range = whole;
    data.newlines = newlines;
    for cut in &parts.cuts {
        match *cut {
            Cut::Comment(range) => data.comments.push(range),
            Cut::EmptyLine(range) => data.empty_lines.push(range),
            Cut::Continuation(_) => {}
        }
    }
    heredocs(source, &line, parts, &mut data);
    data.stage_refs = uses::stage_refs(&data);
    data.var_uses = uses::var_uses(&data, &line, escape);
    data.line = line;
    let faults = validate::validate(&data);
    data.faults.extend(faults);
    data.marks = Marks::of(&data);
    shrink(&mut data);
    data
}

/// Gives back the room that lists have left to grow: nothing is added any more, and it is kept for as long as the text
/// stays.
fn shrink(data: &mut InstructionData) {
    data.var_uses.shrink_to_fit();
    data.stage_refs.shrink_to_fit();
    data.heredocs.shrink_to_fit();
    match &mut data.arguments {
        Arguments::Words(words) | Arguments::Json(words) => words.shrink_to_fit(),
        Arguments::Pairs(pairs) => pairs.shrink_to_fit(),
        _ => {}
    }
}

/// Joins the physical lines: without continuations, comment lines and empty lines.
fn join(source: &str, parts: &Parts) -> LogicalLine {
    let mut line = LogicalLine::default();
    let heredocs =
        parts.heredocs.first().map_or(source.len(), |it| it.body.start() as usize).min(source.len());
    let mut at = 0;
    for cut in &parts.cuts {
        match *cut {
            Cut::Continuation(range) => {
                line.push(source.get(at..range.start() as usize).unwrap_or(""), to_u32(at));
                at = range.end() as usize;
            }
            // The node of an empty line holds its line end, that of a comment does not.
            Cut::EmptyLine(range) => at = range.end() as usize,
            Cut::Comment(range) => {
                let end = range.end() as usize;
                at = source
                    .get(end..)
                    .and_then(|rest| rest.find('\n'))
                    .map_or(source.len(), |it| end + it + 1);
            }
        }
    }
    let last = source.get(at..heredocs).unwrap_or("").trim_end_matches(['\r', '\n']);
    line.push(last, to_u32(at));
    line
}

/// Heredocs announced in the line, with the lines that the tree gave them.
fn heredocs(source: &str, line: &LogicalLine, parts: &Parts, data: &mut InstructionData) {
    let effective = data.effective();
    if !matches!(effective.keyword, Keyword::Run | Keyword::Copy | Keyword::Add)
        || effective.arguments.is_json()
    {
        return;
    }
    let words = match heredoc_words(line.text()) {
        Ok(words) => words,
        Err(range) => {
            let fault = FaultKind::BadHeredocName { word: line.text()[range.clone()].to_owned() };
            data.faults.push(ParseFault { kind: fault, range: line.source_range(range.start, range.end) });
            return;
        }
    };
    for (index, word) in words.into_iter().enumerate() {
        let redirect = line.source_range(word.range.start, word.range.end);
        let end = to_u32(source.len());
        let node = parts.heredocs.get(index);
        let body = node.map_or(RelRange::new(end, end), |node| node.body);
        let terminator = node.and_then(|node| node.end);
        if terminator.is_none() {
            let kind = FaultKind::UnterminatedHeredoc { name: word.name.clone() };
            data.faults.push(ParseFault { kind, range: redirect });
        }
        let body = RelRange::new(body.start().min(end), body.end().min(end));
        let text = source.get(body.start() as usize..body.end() as usize).unwrap_or("").to_owned();
        data.heredocs.push(Heredoc {
            name: word.name,
            redirect,
            expand: word.expand,
            chomp: word.chomp,
            content: Spanned { text, range: body },
            terminator,
        });
    }
}

/// ONBUILDs in a chain that are read. A longer chain would end at the end of the stack.
const MAX_TRIGGERS: usize = 50;

struct Lowering<'a> {
    line: &'a LogicalLine,
    escape: char,
}

impl Lowering<'_> {
    /// Lowers what stands at `span` of the logical line: an instruction, or the trigger of so many ONBUILDs.
    fn instruction(&self, span: Range<usize>, depth: usize) -> InstructionData {
        let text = self.line.text();
        let (keyword, rest) = words::split_keyword(&text[span.clone()]);
        let shift = |range: Range<usize>| range.start + span.start..range.end + span.start;
        let (keyword, rest) = (shift(keyword), shift(rest));
        let (flags, args) = words::flags(text, rest, self.escape);
        let keyword_word = self.spanned(keyword.clone());
        let mut data = InstructionData {
            keyword: Keyword::parse(&keyword_word.text),
            keyword_word,
            range: self.line.source_range(keyword.start, span.end),
            newlines: 0,
            line: LogicalLine::default(),
            flags: Vec::new(),
            arguments: Arguments::None,
            arguments_range: self.line.source_range(args.start, args.end),
            heredocs: Vec::new(),
            trigger: None,
            comments: Vec::new(),
            empty_lines: Vec::new(),
            faults: Vec::new(),
            stage_refs: Vec::new(),
            var_uses: Vec::new(),
            marks: Marks::default(),
            shell: ShellParts::default(),
        };
        data.flags = flags.iter().map(|flag| self.flag(data.keyword, flag)).collect();
        data.arguments = self.arguments(&mut data, args, depth);
        data
    }

    fn arguments(&self, data: &mut InstructionData, args: Range<usize>, depth: usize) -> Arguments {
        if args.is_empty() {
            return Arguments::None;
        }
        match data.keyword {
            Keyword::Unknown => Arguments::None,
            Keyword::Maintainer | Keyword::Stopsignal | Keyword::User | Keyword::Workdir => {
                Arguments::Text(self.spanned(args))
            }
            Keyword::Expose | Keyword::From => self.plain(args),
            Keyword::Arg => {
                let words = words::quoted(self.line.text(), args, self.escape);
                Arguments::Words(words.into_iter().map(|word| self.spanned(word)).collect())
            }
            Keyword::Env | Keyword::Label => self.pairs(data, args),
            Keyword::Add | Keyword::Copy | Keyword::Volume => {
                self.json(data, args.clone()).unwrap_or_else(|| self.plain(args))
            }
            Keyword::Cmd | Keyword::Entrypoint | Keyword::Run | Keyword::Shell => self.command(data, args),
            Keyword::Healthcheck => self.healthcheck(data, args),
            // BuildKit refuses an ONBUILD in an ONBUILD, but only after it has read the chain to its end.
            Keyword::Onbuild if depth == MAX_TRIGGERS => Arguments::Text(self.spanned(args)),
            Keyword::Onbuild => {
                let trigger = self.instruction(args, depth + 1);
                data.faults.extend(trigger.faults.iter().cloned());
                data.trigger = Some(Box::new(trigger));
                Arguments::Trigger
            }
        }
    }

    fn plain(&self, args: Range<usize>) -> Arguments {
        let words = words::plain(self.line.text(), args);
        Arguments::Words(words.into_iter().map(|word| self.spanned(word)).collect())
    }

    fn command(&self, data: &mut InstructionData, args: Range<usize>) -> Arguments {
        self.json(data, args.clone()).unwrap_or_else(|| Arguments::Text(self.spanned(args)))
    }

    /// The JSON form, if `args` is one. A valid array of other things than strings is a fault, and kept
    /// as text.
    fn json(&self, data: &mut InstructionData, args: Range<usize>) -> Option<Arguments> {
        match parse_json_array(&self.line.text()[args.clone()]) {
            JsonArray::None => None,
            JsonArray::Strings(strings) => Some(Arguments::Json(
                strings
                    .into_iter()
                    .map(|(text, at)| Spanned {
                        text,
                        range: self.range(args.start + at.start..args.start + at.end),
                    })
                    .collect(),
            )),
            JsonArray::NotStrings(at) => {
                let range = self.range(args.start + at.start..args.start + at.end);
                data.faults.push(ParseFault { kind: FaultKind::JsonNotStrings, range });
                Some(Arguments::Text(self.spanned(args)))
            }
        }
    }

    fn pairs(&self, data: &mut InstructionData, args: Range<usize>) -> Arguments {
        let text = self.line.text();
        let words = words::quoted(text, args.clone(), self.escape);
        let Some(first) = words.first() else { return Arguments::None };
        if !text[first.clone()].contains('=') {
            return self.legacy_pair(data, args);
        }
        let mut pairs = Vec::new();
        for word in words {
            match text[word.clone()].find('=') {
                Some(at) => pairs.push(Pair {
                    name: self.spanned(word.start..word.start + at),
                    value: self.spanned(word.start + at + 1..word.end),
                    equals: true,
                }),
                None => {
                    let word = self.spanned(word);
                    let kind = FaultKind::MissingEquals { word: word.text.clone() };
                    data.faults.push(ParseFault { kind, range: word.range });
                }
            }
        }
        Arguments::Pairs(pairs)
    }

    /// `ENV name value`: everything behind the first white space is the value.
    fn legacy_pair(&self, data: &mut InstructionData, args: Range<usize>) -> Arguments {
        let bytes = self.line.text().as_bytes();
        let name_end = args.clone().find(|&at| words::is_separator(bytes[at])).unwrap_or(args.end);
        let value = (name_end..args.end).find(|&at| !words::is_separator(bytes[at])).unwrap_or(args.end);
        let name = self.spanned(args.start..name_end);
        if name_end == args.end {
            data.faults.push(ParseFault { kind: FaultKind::EnvTwoArguments, range: name.range });
        }
        Arguments::Pairs(vec![Pair { name, value: self.spanned(value..args.end), equals: false }])
    }

    fn healthcheck(&self, data: &mut InstructionData, args: Range<usize>) -> Arguments {
        let bytes = self.line.text().as_bytes();
        let blank = |at: &usize| char::from(bytes[*at]).is_whitespace();
        let kind_end = args.clone().find(blank).unwrap_or(args.end);
        let command = (kind_end..args.end).find(|at| !blank(at)).unwrap_or(args.end);
        // BuildKit looks at single bytes here; stay on whole characters.
        let whole =
            |at: usize| (at..=args.end).find(|&it| self.line.text().is_char_boundary(it)).unwrap_or(args.end);
        let (kind_end, command) = (whole(kind_end), whole(command));
        let kind = self.spanned(args.start..kind_end);
        let command = match command..args.end {
            rest if rest.is_empty() => Arguments::None,
            rest => self.command(data, rest),
        };
        Arguments::Healthcheck { kind, command: Box::new(command) }
    }

    fn flag(&self, keyword: Keyword, flag: &Mapped) -> Flag {
        let text = &flag.text;
        let part = |range: Range<usize>| Spanned {
            text: text[range.clone()].to_owned(),
            range: self.range(flag.span_of(range)),
        };
        let equals = text.find('=');
        let name = part(2..equals.unwrap_or(text.len()).max(2));
        let value = equals.map(|at| match part(at + 1..text.len()) {
            // An empty value stands behind its `=`, not at the end of what quotes may follow.
            value if value.text.is_empty() => {
                let end = self.range(flag.span_of(at..at + 1)).end();
                Spanned { range: RelRange::new(end, self.range(flag.span.clone()).end()), ..value }
            }
            value => value,
        });
        let is_mount = keyword == Keyword::Run && name.text == "mount";
        let mount = equals.filter(|_| is_mount).map(|at| self.mount(flag, at + 1));
        let whole = Spanned { text: text.clone(), range: self.range(flag.span.clone()) };
        Flag { whole, name, value, mount }
    }

    fn mount(&self, flag: &Mapped, value_start: usize) -> Mount {
        let fields = words::csv_fields(&flag.text[value_start..]).unwrap_or_default();
        let part = |field: &words::CsvField, range: Range<usize>| {
            let at = |offset: usize| value_start + field.offsets.get(offset).copied().unwrap_or(0);
            let end = if range.is_empty() { at(range.start) } else { at(range.end - 1) + 1 };
            Spanned {
                text: field.text[range.clone()].to_owned(),
                range: self.range(flag.span_of(at(range.start)..end)),
            }
        };
        let fields = fields.iter().map(|field| match field.text.find('=') {
            Some(at) => {
                MountField { key: part(field, 0..at), value: Some(part(field, at + 1..field.text.len())) }
            }
            None => MountField { key: part(field, 0..field.text.len()), value: None },
        });
        Mount { fields: fields.collect() }
    }

    fn spanned(&self, span: Range<usize>) -> Spanned {
        Spanned { text: self.line.text()[span.clone()].to_owned(), range: self.range(span) }
    }

    /// The source of a span of the logical line, in whole characters: BuildKit reads flags byte by byte,
    /// and takes some bytes in the middle of a character for white space.
    fn range(&self, span: Range<usize>) -> RelRange {
        let text = self.line.text();
        let start = (0..=span.start).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        let end = (span.end..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
        self.line.source_range(start, end)
    }
}

fn to_u32(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
