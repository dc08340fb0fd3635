//! Dockerfiles over the whole language: every instruction, with the words, flags, quotes, continuations and heredocs
//! that a parser can stumble over. How wild a text is, is drawn first: one mistake hides what stands behind it.

use crate::random::Random;

#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
    "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
];

#[rustfmt::skip]
const HEADS: &[&str] = &[
    "# syntax=docker/dockerfile:1\n", "# escape=`\n", "# Escape = \\\n", "#escape=`\r\n", "# check=skip=all\n",
    "# unknown=1\n", "# a comment\n",
];

#[rustfmt::skip]
const WILD_HEADS: &[&str] = &[
    "#syntax = a b \n", "# check=error=true;skip=JSONArgsRecommended\n", "\u{feff}", "\n", "  # escape=`\n", "# escape=x\n",
    "#!/usr/bin/env docker\n", "# escape=\n", "# escape= `x\n", "#\tescape\u{b}=`\n", "# escape=`\u{a0}\n", "#\u{a0}escape=`\n",
    "# check = \n", "# syntax", "# 1=2\n", "# é=`\n", "#escape=`\r\r\n", "#escape=\\\u{c}\n", "# eſcape=`\n", "# eſcape=x\n",
];

#[rustfmt::skip]
const WORDS: &[&str] = &[
    "a", "b", "/c", ".", "./d/", "x=1", "alpine:3", "base", "80/tcp", "root:0", "SIGTERM", "$A", "${A}", "${A:-b}", "\"q r\"",
    "'q r'", "é", "日本", "&&", "|", ";", "a=b=c", "a=\"b c\"", "a='b c'", "a=b\\ c", "\\\"", "\\$A", "\"q\\\"r\"", "a\"b c\"d",
    "8080-8090", "[", "]", "#c", "-x", "\"\"", "''",
];

#[rustfmt::skip]
const WILD_WORDS: &[&str] = &[
    "${A:-\"b c\"}", "${A#*/}", "${A//x/y}", "$", "${", "$$", "\"", "'", "'q\\'", "\\", "\\ ", "`", "` ", "`\"", "à", "\u{a0}",
    "\u{85}", "\u{2003}", "\u{b}", "\u{c}", "\r", "\t", "#", "[]", "[\"a\"]", "[ \"a\" , \"b\" ]", "[\"a\", 1]", "[a]", "[\"a\"] x",
    "{}", "[[\"a\"]]", "[null]", "=", "a=", "=b", "a.b-c=d", "--", "--x", "--from=b", "-", "<<", "<", "<<<a", "<<A", "2<<A", "<<-A",
    "AS", "as", "CMD", "NONE", "1s", "0", "-1", "😀", "EOF", "\\\\", "\"a\\", "'a`", "\u{180e}", "\u{200b}", "\u{2028}", "\0", "<<$A",
    "<<${A}B", "<<\\A", "<<\"A", "<<A\\", "x<<A", "<<A<<B", "\"<<A\"", "'<<A", "\\<<A", "$<<A", "${A<<A}", "${A:-<<A}", "<<A=",
];

#[rustfmt::skip]
const FLAGS: &[(&str, &[&str])] = &[
    ("FROM", &["--platform=linux/amd64", "--platform=$BUILDPLATFORM", "--platform=\"a b\""]),
    ("COPY", &["--from=b", "--from=0", "--from=", "--chown=1:2", "--chown=\"a b\"", "--chmod=755", "--link", "--link=true",
        "--link=False", "--parents", "--exclude=*.a", "--exclude=b"]),
    ("ADD", &["--checksum=sha256:0", "--keep-git-dir", "--unpack", "--unpack=false", "--chown=a", "--link", "--exclude=*"]),
    ("RUN", &["--mount=type=cache,target=/c", "--mount=type=bind,from=b,source=/a,target=/b,ro", "--mount=type=secret,id=x",
        "--mount=\"type=tmpfs,target=/a b\"", "--mount=type=ssh,required", "--mount=target=/a", "--network=none", "--network=host",
        "--mount=type=cache,sharing=locked,target=$A", "--mount=type=bind,target=/", "--mount=type=tmpfs,target=/a,size=1g",
        "--mount=type=secret,id=x,env=Y", "--device=a.b/c=d", "--security=sandbox", "--mount='type=cache,\"target=/a,b\"'"]),
    ("HEALTHCHECK", &["--interval=5s", "--timeout=1m30s", "--start-period=1h", "--start-interval=.5s", "--retries=3"]),
];

#[rustfmt::skip]
const WILD_FLAGS: &[&str] = &[
    "--link=x", "--link=", "--platform", "--mount=type=x", "--mount=target=/a,from=$B", "--mount=\"a", "--mount=a\"b", "--mount=",
    "--mount", "--mount=type=bind", "--mount=type=cache,target=/a,mode=0x,uid=a", "--mount=type=bind,target=/a,readwrite=maybe",
    "--network=x", "--security=insecure", "--security=x", "--device=a,required=1", "--device=", "--device=a,b", "--interval=1",
    "--interval=1ms", "--timeout=-1s", "--retries=x", "--retries=-1", "--retries=", "--x", "--x=1", "--", "---", "--a=\"b c\"d",
    "--a='b\\'", "--a=b\\ c", "--a=b` c", "--a=\"", "--é=à", "--a=\u{a0}b", "--from=a\\", "--\"from\"=b", "--FROM=b", "--from=é",
    "--from='a'\"b\"c", "--from=\\\"a", "--from=\"", "--from=日本", "--from=a\u{85}b", "--chown=\"\\\\\"", "--link\"\"", "-\\-link",
    "--mount=type=cache,,target=a", "--mount=type=cache, target=a", "--mount==", "--mount=type", "--mount=TYPE=cache,target=/a",
    "--mount=type=cache\\,target=/a", "--interval=1h1m1s1ms1us1ns", "--interval=+1s", "--interval=1.5.5s", "--interval=µ",
    "--interval=10µs", "--interval=10μs", "--interval=10000μs", "--interval=9999999h", "--interval=0", "--interval=1d", "--retries=+1", "--retries=01", "--retries=0x1",
    "--retries=99999999999", "--retries=1_0", "--interval=", "--link=TRUE", "--link=1", "--parents=t",
];

#[rustfmt::skip]
const SPACES: &[&str] = &[" ", " ", " ", " ", " ", "  ", "\t"];

#[rustfmt::skip]
const WILD_SPACES: &[&str] = &["\u{b}", "\u{c}", "\r", "\u{a0}", "\u{85}", "\u{3000}", "", " \u{a0} ", "\u{2028}", "\u{1680}"];

#[rustfmt::skip]
const COMMENTS: &[&str] = &["# escape=`", "# check=skip=all", "#", "# c", "   # c", "\t#c \\", "# c `", "#\u{a0}", "\u{a0}# c"];

const NAMES: &[&str] = &["EOF", "A", "b", "E F", "é", "a.b", "1", "EOF;", "A'B", "$A"];

/// Writes one text.
struct Writer<'a> {
    random: &'a mut Random,
    text: String,
    /// One choice in so many is a wild one.
    wild: usize,
    escape: &'static str,
}

/// A Dockerfile.
pub(crate) fn dockerfile(random: &mut Random) -> String {
    let wild = [3, 10, 30, 100][random.below(4)];
    let mut writer = Writer { random, text: String::new(), wild, escape: "\\" };
    writer.file();
    writer.text
}

impl Writer<'_> {
    fn file(&mut self) {
        while self.random.once_in(3) {
            self.put(HEADS, WILD_HEADS);
        }
        if self.text.contains("scape=`") {
            self.escape = "`";
        }
        while self.random.once_in(5) {
            self.line("ARG");
        }
        for _ in 0..[1, 1, 1, 2, 3][self.random.below(5)] {
            if !self.wildly() {
                self.line("FROM");
            }
            for _ in 0..self.random.below(5) {
                let keyword = self.random.pick(KEYWORDS);
                self.line(keyword);
            }
        }
        if self.random.once_in(8) {
            self.text.pop();
        }
    }

    fn wildly(&mut self) -> bool {
        self.random.once_in(self.wild)
    }

    fn put(&mut self, tame: &[&str], wild: &[&str]) {
        let of = if self.wildly() { wild } else { tame };
        let piece = self.random.pick(of);
        self.text.push_str(piece);
    }

    fn space(&mut self) {
        self.put(SPACES, WILD_SPACES);
    }

    fn word(&mut self) {
        self.put(WORDS, WILD_WORDS);
    }

    /// An instruction, with what may stand above it.
    fn line(&mut self, keyword: &str) {
        if self.random.once_in(6) {
            self.put(COMMENTS, COMMENTS);
            self.text.push('\n');
        }
        if self.random.once_in(10) {
            self.put(&["\n", " \n", "\t\r\n"], &["\u{a0}\n", "\\\n", "\\ \n", "`\n", "\r\r\n", "\u{b}\\\n"]);
        }
        if self.random.once_in(12) {
            self.put(&[" ", "\t"], &["\u{b}", "\u{a0}", "\r", "\u{feff}", "\u{3000}"]);
        }
        let start = self.text.len();
        let names = self.instruction(keyword, true);
        let written = self.text.split_off(start);
        self.lay_out(&written);
        let tame = if self.random.once_in(6) { "\r\n" } else { "\n" };
        let end =
            if self.wildly() { self.random.pick(&[" \n", " \r\n", "\r\r\n", "\u{a0}\n"]) } else { tame };
        self.text.push_str(end);
        for (name, chomp) in names {
            self.heredoc(name, chomp, end);
        }
    }

    /// Writes an instruction on one line, and gives the heredocs that it announces.
    fn instruction(&mut self, keyword: &str, outer: bool) -> Vec<(&'static str, bool)> {
        let start = self.text.len();
        match self.random.below(8) {
            0 => self.text.push_str(&keyword.to_lowercase()),
            1 if self.wildly() => {
                let end = 1 + self.random.below(keyword.len());
                self.text.push_str(&keyword[..end]);
            }
            2 => {
                let end = self.random.below(keyword.len());
                self.text.push_str(&keyword[..end]);
                self.text.push_str(&keyword[end..].to_lowercase());
            }
            _ => self.text.push_str(keyword),
        }
        if self.wildly() && self.random.once_in(3) {
            return Vec::new();
        }
        if self.wildly() && self.random.once_in(3) {
            self.fold(start);
        }
        self.space();
        self.flags(keyword);
        let wildly = self.wildly();
        match keyword {
            "FROM" if !wildly => self.from(),
            "ENV" | "LABEL" if !wildly && self.random.once_in(6) => {
                self.put(&["A", "b.c", "\"d e\""], &["\u{a0}", "=", "'"]);
                self.space();
                self.words();
            }
            "ENV" | "LABEL" | "ARG" if !wildly => {
                for _ in 0..1 + self.random.below(3) {
                    self.put(
                        &["A=", "b=", "c.d=", "\"e f\"=", "h\\ i="],
                        &["g", "=", "\"=", "'=' =", "\u{a0}="],
                    );
                    self.word();
                    self.space();
                }
            }
            "ONBUILD" if outer && !wildly => {
                let keyword = self.random.pick(KEYWORDS);
                return self.instruction(keyword, self.wild < 10);
            }
            "HEALTHCHECK" if !wildly => {
                self.put(
                    &["CMD", "cmd", "Cmd", "NONE"],
                    &["NONE ", "CMD\u{a0}", "é", "C", "nOne", "N\u{f8}NE"],
                );
                if !self.text.ends_with("NONE") {
                    self.space();
                    self.word();
                    self.words();
                }
            }
            "STOPSIGNAL" | "USER" | "WORKDIR" | "MAINTAINER" if !wildly => self.word(),
            "SHELL" if !wildly => self.array(),
            "COPY" | "ADD" | "RUN" if self.random.once_in(3) => {
                self.words();
                return self.redirections();
            }
            "COPY" | "ADD" if !wildly => {
                self.words();
                self.text.push_str(" a b");
            }
            _ if self.random.once_in(4) => self.array(),
            _ => {
                self.word();
                self.words();
            }
        }
        Vec::new()
    }

    /// Writes a letter of the keyword that stands at `start` as another one that may fold to it.
    fn fold(&mut self, start: usize) {
        let folds = [
            ('K', "\u{212a}"),
            ('k', "\u{212a}"),
            ('I', "\u{130}"),
            ('i', "\u{131}"),
            ('S', "ſ"),
            ('s', "ſ"),
        ];
        let (from, to) = folds[self.random.below(folds.len())];
        let folded = self.text.split_off(start).replace(from, to);
        self.text.push_str(&folded);
    }

    fn flags(&mut self, keyword: &str) {
        let own = FLAGS.iter().find(|(name, _)| *name == keyword).map(|(_, flags)| *flags);
        if self.random.once_in(if own.is_some() { 3 } else { self.wild * 5 }) {
            for _ in 0..1 + self.random.below(2) {
                self.put(own.unwrap_or(&["--"]), WILD_FLAGS);
                self.space();
            }
        }
    }

    fn from(&mut self) {
        self.put(&["alpine", "scratch", "base", "$A", "a/b:c@sha256:0"], &["é", "\"a\"", "[\"a\"]"]);
        if self.random.once_in(2) {
            self.space();
            self.put(&["AS", "as", "As"], &["IS", "AS\u{a0}", "Aſ"]);
            self.space();
            self.put(
                &["b", "Base", "a.b_c-d"],
                &["1", "é", "scratch", "b c", "\u{212a}", "ſ", "\u{130}", "a b"],
            );
        }
    }

    fn words(&mut self) {
        for _ in 0..self.random.below(5) {
            self.space();
            self.word();
        }
    }

    #[rustfmt::skip]
    fn array(&mut self) {
        self.put(&["["], &["\u{a0}[", "[[", "", "\u{b}["]);
        for index in 0..1 + self.random.below(3) {
            if index > 0 {
                self.put(&[", ", ","], &[" ,\t", ",\u{c}", ",,", ",\u{a0}", " "]);
            }
            self.put(
                &["\"a\"", "\"/b c\"", "\"\\u00e9\\n\"", "\"\\\\d\"", "\"é\"", "\"$A\"", "\"\"", "\"\\/\""],
                &["\"\\x\"", "1", "null", "'a'", "\"\\ud83d\"", "\"\\ud83d\\ude00\"", "\"\t\"", "[]", "\"a\" \"b\"", "-0", "1e3", "01",
                  "true", "\"\\ude00\\ud83d\"", "\"\\u00E\"", "\"\\ud83dx\"", "\"\u{7f}\"", "\"\u{1}\"", "{}", "{\"a\":1}", "{\"a\"}",
                  "1.", "-", "1e", "\"\\ud83d\\n\"", "\"\\U0041\"", "\"\\'\"", "tru", "[[[1]]]", "\"\\\"", "1e400", "-0.0e-1"],
            );
        }
        self.put(&["]"], &["] ", "", "] x", ",]", "]]", "]\u{a0}", "]\r", "]#"]);
    }

    fn redirections(&mut self) -> Vec<(&'static str, bool)> {
        let mut names = Vec::new();
        for _ in 0..1 + self.random.below(2) {
            let chomp = self.random.once_in(3);
            let name = if self.wildly() { self.random.pick(NAMES) } else { self.random.pick(&NAMES[..3]) };
            self.put(&[" ", " ", " 3"], &["", " \"", " x", " \\", " $"]);
            self.text.push_str(if chomp { "<<-" } else { "<<" });
            self.put(&[""], &[" ", "\\", "\t", "-", "\u{a0}"]);
            match self.random.below(5) {
                0 => self.text.push_str(&format!("'{name}'")),
                1 => self.text.push_str(&format!("\"{name}\"")),
                2 if self.wildly() => self.text.push_str(&format!("\"\"{name}''")),
                _ => self.text.push_str(name),
            }
            self.put(&["", " "], &[" x", ";", " | cat", "\\", "\u{a0}", "$A", "\"", "\\ "]);
            names.push((name, chomp));
        }
        if self.random.once_in(2) {
            self.text.push_str(" /to");
        }
        names
    }

    /// The lines of a heredoc, most of the time up to its end.
    fn heredoc(&mut self, name: &str, chomp: bool, end: &str) {
        for _ in 0..self.random.below(3) {
            self.put(
                &["x", "\ty", "", "# c", "RUN z", "a \\", "$A"],
                &["EOF x", " EOF", "\tEOF", "EOF ", "<<A", "\r", "EOF\\", "\u{a0}EOF", "EOF\r"],
            );
            self.text.push_str(end);
        }
        if chomp && self.random.once_in(2) {
            self.text.push('\t');
        }
        if !(self.wildly() && self.random.once_in(3)) {
            self.text.push_str(name);
            self.text.push_str(end);
        }
    }

    /// Writes a line, broken at some of its white space, and sometimes elsewhere.
    fn lay_out(&mut self, line: &str) {
        if !self.random.once_in(3) {
            self.text.push_str(line);
            return;
        }
        for ch in line.chars() {
            self.text.push(ch);
            if !self.random.once_in(if ch == ' ' { 3 } else { 40 }) {
                continue;
            }
            self.text.push_str(self.escape);
            self.put(
                &["\n", "\n", " \n", "\r\n"],
                &["\t\r\n", "\u{b}\n", "\r\r\n", "\u{a0}\n", "\\\n", "`\n", "\r"],
            );
            while self.random.once_in(4) {
                self.put(
                    &["# c\n", "  # c \\\n", "\n", " \n", "  "],
                    &["\r\n", "#\r\n", "\u{a0}\n", "\u{b}# c\n", "\\\n", "`\n"],
                );
            }
        }
    }
}
