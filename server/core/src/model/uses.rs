//! Where an instruction names stages and uses variables.

use super::args::{Arguments, Flag};
use super::instruction::{InstructionData, RawStageRef, VarUse};
use super::shell::{is_foreign, is_script, json_inside, shell_string};
use super::stage::StageRefKind;
use crate::syntax::expansion::{Expander, Expansion, expansions};
use crate::syntax::{Keyword, LogicalLine, RelRange, Spanned};

/// The places of an instruction that name a stage, those of its trigger included.
pub(super) fn stage_refs(data: &InstructionData) -> Vec<RawStageRef> {
    let onbuild = data.trigger.is_some();
    let data = data.effective();
    let mut refs = Vec::new();
    let mut add = |kind, word: &Spanned| {
        if !word.text.is_empty() {
            refs.push(RawStageRef { kind, onbuild, word: word.clone() });
        }
    };
    match data.keyword {
        // BuildKit refuses FROM inside ONBUILD.
        Keyword::From if !onbuild => {
            if let Some(base) = data.arguments.words().first() {
                add(StageRefKind::From, base);
            }
        }
        Keyword::Copy => {
            // BuildKit refuses the flag when it is given twice.
            if let Some(value) = data.flag("from").and_then(|flag| flag.value.as_ref()) {
                add(StageRefKind::CopyFrom, value);
            }
        }
        Keyword::Run => {
            for mount in data.mounts() {
                if let Some(value) = mount.get(&["from"]).and_then(|field| field.value.as_ref()) {
                    add(StageRefKind::MountFrom, value);
                }
            }
        }
        _ => {}
    }
    refs
}

/// The uses of variables in an instruction, those of its trigger included, in order of the text.
pub(super) fn var_uses(data: &InstructionData, line: &LogicalLine, escape: char) -> Vec<VarUse> {
    if !line.text().contains('$') && data.heredocs.iter().all(|it| !it.content.text.contains('$')) {
        return Vec::new();
    }
    let mut collector = Collector { line, escape, uses: Vec::new() };
    collector.instruction(data.effective());
    collector.heredocs(data);
    collector.uses
}

struct Collector<'a> {
    line: &'a LogicalLine,
    escape: char,
    uses: Vec<VarUse>,
}

impl Collector<'_> {
    fn instruction(&mut self, data: &InstructionData) {
        for flag in &data.flags {
            self.flag(data.keyword, flag);
        }
        match data.keyword {
            Keyword::From => {
                if let Some(base) = data.arguments.words().first() {
                    self.word(base.range, false);
                }
            }
            Keyword::Cmd | Keyword::Entrypoint | Keyword::Run | Keyword::Healthcheck => {
                self.command(&data.arguments);
            }
            Keyword::Shell | Keyword::Maintainer | Keyword::Unknown | Keyword::Onbuild => {}
            _ => self.arguments(&data.arguments),
        }
    }

    fn arguments(&mut self, arguments: &Arguments) {
        match arguments {
            Arguments::Pairs(pairs) => {
                for pair in pairs {
                    self.word(pair.name.range, false);
                    self.word(pair.value.range, false);
                }
            }
            Arguments::Json(strings) => strings.iter().for_each(|it| self.json_string(it)),
            other => other.words().iter().for_each(|it| self.word(it.range, false)),
        }
    }

    /// Shell form, and JSON form that names a shell: the shell expands it. Whether it is one to which `$` means a
    /// variable depends on what stands above.
    fn command(&mut self, arguments: &Arguments) {
        match arguments {
            Arguments::Text(text) => self.shell_text(text.range),
            Arguments::Json(strings) => {
                if let Some(span) = shell_string(strings).and_then(|it| json_inside(self.line, it)) {
                    self.shell_text(self.line.source_range(span.start, span.end));
                }
            }
            Arguments::Healthcheck { command, .. } => self.command(command),
            _ => {}
        }
    }

    fn flag(&mut self, keyword: Keyword, flag: &Flag) {
        match (keyword, flag.name.text.as_str()) {
            (Keyword::From, "platform")
            | (Keyword::Copy | Keyword::Add, "chown" | "chmod" | "exclude" | "checksum")
            | (Keyword::Run, "device") => {
                if let Some(value) = &flag.value {
                    self.word(value.range, true);
                }
            }
            (Keyword::Run, "mount") => {
                let fields = flag.mount.iter().flat_map(|mount| &mount.fields);
                for field in fields.filter(|field| !field.key.text.eq_ignore_ascii_case("from")) {
                    if let Some(value) = &field.value {
                        self.word(value.range, true);
                    }
                }
            }
            _ => {}
        }
    }

    /// A word that BuildKit expands.
    fn word(&mut self, range: RelRange, in_flag: bool) {
        self.scan(range, Expander::Buildkit(self.escape), in_flag);
    }

    fn shell_text(&mut self, range: RelRange) {
        self.scan(range, Expander::Shell, false);
    }

    /// A string of a JSON array that BuildKit expands; one with escapes of JSON's own is left alone,
    /// since places in it are not places in its value.
    fn json_string(&mut self, string: &Spanned) {
        if let Some(span) = json_inside(self.line, string) {
            self.word(self.line.source_range(span.start, span.end), false);
        }
    }

    /// The joined text that stands at `range` of the source.
    fn text(&self, range: RelRange) -> &str {
        let (start, end) = self.span(range);
        self.line.text().get(start..end).unwrap_or("")
    }

    fn span(&self, range: RelRange) -> (usize, usize) {
        let start = self.line.offset_of_source(range.start());
        let end = self.line.offset_of_source(range.end());
        (start, end.max(start))
    }

    fn scan(&mut self, range: RelRange, expander: Expander, in_flag: bool) {
        let (start, _) = self.span(range);
        let text = self.text(range);
        let shell = expander == Expander::Shell;
        let found: Vec<_> = expansions(text, expander)
            .into_iter()
            .map(|it| {
                let at = |range: std::ops::Range<usize>| {
                    self.line.source_range(start + range.start, start + range.end)
                };
                var_use(text, &it, at, shell, in_flag)
            })
            .collect();
        self.uses.extend(found);
    }

    /// Heredocs: BuildKit expands those of COPY and ADD unless their name is quoted. Those of RUN are
    /// the shell's: a script where nothing else is on the line, else input with the same rule.
    fn heredocs(&mut self, data: &InstructionData) {
        let run = data.effective().keyword == Keyword::Run;
        let script = is_script(data);
        for heredoc in &data.heredocs {
            let text = heredoc.content.text.as_str();
            let expander = match run {
                true if script && is_foreign(text) => continue,
                true if script => Expander::Shell,
                true if heredoc.expand => Expander::ShellHeredoc,
                false if heredoc.expand => Expander::BuildkitHeredoc(self.escape),
                _ => continue,
            };
            let base = heredoc.content.range.start();
            let at = |range: std::ops::Range<usize>| {
                RelRange::new(base + range.start as u32, base + range.end as u32)
            };
            let found = expansions(text, expander);
            self.uses.extend(found.iter().map(|it| var_use(text, it, at, run, false)));
        }
    }
}

fn var_use(
    text: &str,
    found: &Expansion,
    at: impl Fn(std::ops::Range<usize>) -> RelRange,
    shell: bool,
    in_flag: bool,
) -> VarUse {
    VarUse {
        name: Spanned { text: text[found.name.clone()].to_owned(), range: at(found.name.clone()) },
        whole: at(found.whole.clone()),
        operator: found.operator,
        shell,
        in_flag,
    }
}
