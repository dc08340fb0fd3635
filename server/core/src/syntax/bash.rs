//! What a POSIX shell reads in a text: words of different kinds, and the variables that the text sets itself.
//!
//! The grammar is tree-sitter's of Bash, which is close enough to the other shells of its family. What it cannot
//! read stays without a kind, so a wrong guess costs a colour and nothing more.

use std::cell::RefCell;
use std::ops::Range;

use tree_sitter::{Node, Parser};

/// Texts longer than this are not read: nobody writes them, and a grammar may take long over them.
const MOST: usize = 1 << 16;

/// What a part of a shell's text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ShellKind {
    /// A word of the language: `if`, `for`, `export`.
    Keyword,
    /// From `#` to the end of the line.
    Comment,
    /// A text in quotes, or the body of a heredoc.
    String,
    /// A number.
    Number,
    /// What joins commands, redirects or compares.
    Operator,
    /// The name of a variable that is used.
    Variable,
    /// The name of a variable that is set.
    Assigned,
    /// The name of a command.
    Command,
    /// The name of a function that is defined.
    Function,
    /// An option of a command: `-y`.
    Option,
    /// The name of a heredoc.
    Label,
}

/// A part of a shell's text, in bytes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShellToken {
    /// Where it stands.
    pub range: Range<usize>,
    /// What it is.
    pub kind: ShellKind,
}

/// A variable that a shell's text sets itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShellVar {
    /// Its name.
    pub name: String,
    /// The part of the text where the name means this variable, and no longer what the shell was started with.
    pub scope: Range<usize>,
}

/// A use of a variable in a shell's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShellUse {
    /// Its name.
    pub name: Range<usize>,
    /// The whole expansion; the name alone where there is no `$`.
    pub whole: Range<usize>,
    /// Whether it stands without a `$`: in arithmetic, behind `export`.
    pub is_bare: bool,
}

/// What there is in a shell's text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShellReading {
    /// In order, none over another.
    pub tokens: Vec<ShellToken>,
    /// In no order.
    pub vars: Vec<ShellVar>,
    /// In order.
    pub uses: Vec<ShellUse>,
}

thread_local! {
    /// Made when the first text is read. None if the grammar were made for another version of the runtime.
    static PARSER: RefCell<Option<Parser>> = RefCell::new(parser());
}

fn parser() -> Option<Parser> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_bash::LANGUAGE.into()).ok()?;
    Some(parser)
}

/// Reads a shell's text.
pub fn read(text: &str) -> ShellReading {
    if text.len() > MOST {
        return ShellReading::default();
    }
    let tree = PARSER.with_borrow_mut(|parser| parser.as_mut()?.parse(text, None));
    let Some(tree) = tree else { return ShellReading::default() };
    let mut reader = Reader { text, found: ShellReading::default(), left: Vec::new() };
    reader.left.push(Step::Look(tree.root_node(), Around { scope: text.len(), ..Around::default() }));
    reader.run();
    reader.found
}

/// What stands around a node.
#[derive(Debug, Clone, Copy, Default)]
struct Around {
    /// Where what is set here is forgotten: the end of the innermost subshell.
    scope: usize,
    /// Where the outermost loop begins: what it sets is seen from there on the next time around.
    repeated: Option<usize>,
    /// The innermost function, to which `local` is confined.
    function: Option<(usize, usize)>,
}

enum Step<'t> {
    Look(Node<'t>, Around),
    Token(Range<usize>, ShellKind),
}

struct Reader<'a, 't> {
    text: &'a str,
    found: ShellReading,
    /// What is left to do, the next last. Texts can be nested deeper than a stack of calls.
    left: Vec<Step<'t>>,
}

impl<'a, 't> Reader<'a, 't> {
    fn run(&mut self) {
        while let Some(step) = self.left.pop() {
            match step {
                Step::Token(range, kind) => self.token(range, kind),
                Step::Look(node, around) => self.look(node, around),
            }
        }
    }

    fn token(&mut self, range: Range<usize>, kind: ShellKind) {
        let end = self.found.tokens.last().map_or(0, |last| last.range.end);
        let range = range.start.max(end)..range.end;
        let is_text = self.text.get(range.clone()).is_some_and(|it| !it.trim().is_empty());
        if is_text {
            self.found.tokens.push(ShellToken { range, kind });
        }
    }

    fn look(&mut self, node: Node<'t>, around: Around) {
        let range = node.byte_range();
        match node.kind() {
            "string" | "translated_string" | "heredoc_body" => self.filled(node, around),
            "command_name" if is_plain(node) => self.token(range, ShellKind::Command),
            "variable_name" => {
                let sets = self.sets(node, around);
                self.token(range, if sets { ShellKind::Assigned } else { ShellKind::Variable });
                // `V++` uses it, too, but what is set here is the shell's own.
                if !sets {
                    self.found.uses.push(usage(node));
                }
            }
            "word" if node.parent().is_some_and(|it| it.kind() == "function_definition") => {
                self.token(range, ShellKind::Function);
            }
            "word" => {
                if range.len() > 1 && self.text[range.clone()].starts_with('-') && begins_word(node) {
                    self.token(range, ShellKind::Option);
                }
            }
            kind => match leaf_kind(kind, node.is_named()) {
                Some(kind) => self.token(range, kind),
                None => self.children(node, around),
            },
        }
    }

    fn children(&mut self, node: Node<'t>, mut around: Around) {
        let range = node.byte_range();
        match node.kind() {
            "for_statement" | "while_statement" | "c_style_for_statement" => {
                around.repeated = around.repeated.or(Some(range.start));
            }
            "function_definition" => {
                around.function = Some((range.start, range.end));
                // Nobody can tell when it is called.
                around.repeated = Some(0);
            }
            "subshell" | "command_substitution" | "process_substitution" => around.scope = range.end,
            "command" => self.command(node, around),
            _ => {}
        }
        let first = self.left.len();
        let mut cursor = node.walk();
        self.left.extend(node.children(&mut cursor).map(|child| Step::Look(child, around)));
        self.left[first..].reverse();
    }

    /// A text that is a string where nothing in it is expanded.
    fn filled(&mut self, node: Node<'t>, around: Around) {
        let (first, mut at) = (self.left.len(), node.start_byte());
        let mut cursor = node.walk();
        for child in node.children(&mut cursor).filter(|child| is_expanded(child.kind())) {
            self.left.push(Step::Token(at..child.start_byte(), ShellKind::String));
            self.left.push(Step::Look(child, around));
            at = child.end_byte();
        }
        self.left.push(Step::Token(at..node.end_byte(), ShellKind::String));
        self.left[first..].reverse();
    }

    /// Whether this name of a variable stands where it is set; notes that then.
    fn sets(&mut self, name: Node<'t>, around: Around) -> bool {
        let Some(mut holder) = name.parent() else { return false };
        if holder.kind() == "subscript" {
            let Some(outer) = holder.parent().filter(|it| it.kind() == "variable_assignment") else {
                return false;
            };
            holder = outer;
        }
        let is_first = holder.child(0).is_some_and(|it| it.start_byte() == name.start_byte());
        match holder.kind() {
            "variable_assignment" if is_first => {
                // `V=x command` sets it for the command alone, which expands its arguments before.
                let outer = holder.parent();
                if outer.is_none_or(|it| it.kind() != "command") {
                    let local = outer.is_some_and(|it| self.is_local(it));
                    self.set(self.text_of(name), holder.end_byte(), local, around);
                }
                true
            }
            "for_statement" => {
                self.set(self.text_of(name), name.end_byte(), false, around);
                true
            }
            "declaration_command" if self.is_local(holder) => {
                self.set(self.text_of(name), name.end_byte(), true, around);
                true
            }
            "unset_command" | "postfix_expression" => {
                self.set(self.text_of(name), name.end_byte(), false, around);
                true
            }
            "unary_expression" if holder.child(0).is_some_and(|it| matches!(it.kind(), "++" | "--")) => {
                self.set(self.text_of(name), name.end_byte(), false, around);
                true
            }
            "binary_expression" if is_first && holder.child(1).is_some_and(|it| is_assignment(it.kind())) => {
                self.set(self.text_of(name), holder.end_byte(), false, around);
                true
            }
            _ => false,
        }
    }

    fn is_local(&self, declaration: Node<'t>) -> bool {
        let keyword = declaration.child(0).map(|it| it.kind());
        declaration.kind() == "declaration_command"
            && matches!(keyword, Some("local" | "declare" | "typeset"))
    }

    /// Commands that set the variables they are given the names of.
    fn command(&mut self, command: Node<'t>, around: Around) {
        let Some(name) = command.child_by_field_name("name").map(|it| self.text_of(it)) else { return };
        if !matches!(name, "read" | "getopts" | "mapfile" | "readarray" | "printf" | "let") {
            return;
        }
        let mut cursor = command.walk();
        let words: Vec<_> = command.children_by_field_name("argument", &mut cursor).collect();
        let texts: Vec<&str> = words.iter().map(|it| self.text_of(*it)).collect();
        let named = match name {
            "getopts" => texts.get(1..2).unwrap_or_default().to_vec(),
            "printf" => {
                let variable = texts.iter().position(|it| *it == "-v").and_then(|at| texts.get(at + 1));
                variable.into_iter().copied().collect()
            }
            _ => texts,
        };
        for word in named {
            let end = word.find(|ch: char| !ch.is_ascii_alphanumeric() && ch != '_').unwrap_or(word.len());
            if end > 0 {
                self.set(&word[..end], command.end_byte(), false, around);
            }
        }
    }

    fn set(&mut self, name: &str, from: usize, local: bool, around: Around) {
        let scope = match around.function.filter(|_| local) {
            Some((start, end)) => start..end,
            None => around.repeated.unwrap_or(from)..around.scope.max(from),
        };
        self.found.vars.push(ShellVar { name: name.to_owned(), scope });
    }

    fn text_of(&self, node: Node<'t>) -> &'a str {
        self.text.get(node.byte_range()).unwrap_or("")
    }
}

fn usage(name: Node<'_>) -> ShellUse {
    let expansion =
        name.parent().filter(|it| matches!(it.kind(), "simple_expansion" | "expansion" | "subscript"));
    let whole = expansion.filter(|it| it.kind() != "subscript").unwrap_or(name);
    ShellUse { name: name.byte_range(), whole: whole.byte_range(), is_bare: expansion.is_none() }
}

/// Whether a command's name is written out.
fn is_plain(name: Node<'_>) -> bool {
    name.child_count() == 1 && name.child(0).is_some_and(|it| it.kind() == "word")
}

/// Whether a node begins a word of a command.
fn begins_word(node: Node<'_>) -> bool {
    let parent = node.parent();
    parent.is_none_or(|it| it.kind() != "concatenation" || it.start_byte() == node.start_byte())
}

fn is_expanded(kind: &str) -> bool {
    matches!(kind, "simple_expansion" | "expansion" | "command_substitution" | "arithmetic_expansion")
}

fn is_assignment(operator: &str) -> bool {
    let comparison = matches!(operator, "==" | "!=" | "<=" | ">=" | "=~");
    operator.ends_with('=') && !comparison
}

/// What a node is that is not looked into.
fn leaf_kind(kind: &str, is_named: bool) -> Option<ShellKind> {
    let kind = match (is_named, kind) {
        (true, "comment") => ShellKind::Comment,
        (true, "raw_string" | "ansi_c_string" | "regex" | "extglob_pattern") => ShellKind::String,
        (true, "number" | "file_descriptor") => ShellKind::Number,
        (true, "special_variable_name") => ShellKind::Variable,
        (true, "heredoc_start" | "heredoc_end") => ShellKind::Label,
        (true, "test_operator") => ShellKind::Operator,
        (
            false,
            "if" | "then" | "elif" | "else" | "fi" | "for" | "in" | "do" | "done" | "while" | "until"
            | "case" | "esac" | "function" | "select" | "export" | "declare" | "local" | "readonly"
            | "typeset" | "unset" | "unsetenv",
        ) => ShellKind::Keyword,
        (
            false,
            "&&" | "||" | "|" | "|&" | "&" | ">" | ">>" | "<" | "<<" | "<<-" | "<<<" | ">&" | "<&" | "&>"
            | "&>>" | ">|" | "<(" | ">(" | "!" | "==" | "!=" | "=~" | ";;",
        ) => ShellKind::Operator,
        _ => return None,
    };
    Some(kind)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// The words that have a kind, and the variables that are set with what they are set in.
    fn check(text: &str, expected: Expect) {
        let found = read(text);
        let mut shown = String::new();
        for it in &found.tokens {
            shown.push_str(&format!("{:?} {:?}\n", it.kind, &text[it.range.clone()]));
        }
        for it in &found.vars {
            shown.push_str(&format!("{} is set in {:?}\n", it.name, &text[it.scope.clone()]));
        }
        expected.assert_eq(&shown);
    }

    #[test]
    fn commands_options_and_operators() {
        check(
            "apt-get install -y curl=\"$V\" > /dev/null 2>&1 || exit 1 # c",
            expect![[r##"
                Command "apt-get"
                Option "-y"
                String "\""
                Variable "V"
                String "\""
                Operator ">"
                Number "2"
                Operator ">&"
                Number "1"
                Operator "||"
                Command "exit"
                Number "1"
                Comment "# c"
            "##]],
        );
    }

    #[test]
    fn texts_are_strings_but_for_what_is_expanded() {
        check(
            "echo \"a $X ${Y:-z} $(ls -l '$Z') b\" 'c $X'",
            expect![[r#"
            Command "echo"
            String "\"a "
            Variable "X"
            Variable "Y"
            Command "ls"
            Option "-l"
            String "'$Z'"
            String " b\""
            String "'c $X'"
        "#]],
        );
        check(
            "cat <<E\na $X b\nE\ncat <<'E'\na $X\nE\n",
            expect![[r#"
            Command "cat"
            Operator "<<"
            Label "E"
            String "a "
            Variable "X"
            String " b\n"
            Label "E"
            Command "cat"
            Operator "<<"
            Label "'E'"
            String "a $X\n"
            Label "E"
        "#]],
        );
    }

    #[test]
    fn words_of_the_language() {
        check(
            "if [ -f x ]; then f() { :; }; else case a in b) ;; esac; fi",
            expect![[r#"
            Keyword "if"
            Operator "-f"
            Keyword "then"
            Function "f"
            Command ":"
            Keyword "else"
            Keyword "case"
            Keyword "in"
            Operator ";;"
            Keyword "esac"
            Keyword "fi"
        "#]],
        );
    }

    /// The uses of `V` that mean what the shell was started with, in brackets.
    fn outer(text: &str) -> String {
        let vars = read(text).vars;
        let mut shown = text.to_owned();
        for (at, _) in text.rmatch_indices("$V") {
            if !vars.iter().any(|var| var.name == "V" && var.scope.contains(&at)) {
                shown.insert(at + 2, ']');
                shown.insert(at, '[');
            }
        }
        shown
    }

    #[test]
    fn what_is_set_is_its_own_from_there_on() {
        assert_eq!(outer("echo $V; V=$V:x; echo $V"), "echo [$V]; V=[$V]:x; echo $V");
        assert_eq!(outer("V=1 make $V; echo $V"), "V=1 make [$V]; echo [$V]");
        assert_eq!(outer("make V=$V && echo $V"), "make V=[$V] && echo [$V]");
        assert_eq!(outer("export V=1; echo $V"), "export V=1; echo $V");
        assert_eq!(outer("export V; echo $V"), "export V; echo [$V]");
        assert_eq!(outer("unset V; echo $V"), "unset V; echo $V");
        assert_eq!(outer("read -r V; echo $V"), "read -r V; echo $V");
        assert_eq!(outer("printf -v V x; echo $V"), "printf -v V x; echo $V");
        assert_eq!(outer("echo ${V:=x} $V"), "echo ${V:=x} [$V]");
    }

    #[test]
    fn a_subshell_forgets_and_a_loop_comes_back() {
        assert_eq!(outer("(V=1; echo $V); echo $V"), "(V=1; echo $V); echo [$V]");
        assert_eq!(outer("x=$(V=1; echo $V)$V"), "x=$(V=1; echo $V)[$V]");
        assert_eq!(outer("echo $V; for V in a; do $V; done; $V"), "echo [$V]; for V in a; do $V; done; $V");
        assert_eq!(outer("$V; while $V; do V=1; done"), "[$V]; while $V; do V=1; done");
        assert_eq!(
            outer("$V; while :; do V=$((V+1)); done"),
            "$V; while :; do V=$((V+1)); done".replacen("$V", "[$V]", 1)
        );
        assert_eq!(outer("$V; f() { V=1; }; $V"), "$V; f() { V=1; }; $V");
        assert_eq!(outer("$V; f() { local V=1; $V; }; $V"), "[$V]; f() { local V=1; $V; }; [$V]");
        assert_eq!(outer("$V; : $((V++)); $V"), "[$V]; : $((V++)); $V");
    }

    #[test]
    fn names_are_used_without_a_dollar_too() {
        let bare = |text: &str| {
            let uses = read(text).uses.into_iter().filter(|it| it.is_bare);
            uses.map(|it| text[it.name].to_owned()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(bare("echo $((A + 2 * $B)) ${C:-D}"), "A");
        assert_eq!(bare("export A B=1; readonly C; unset D; E=1 f G"), "A C");
        assert_eq!(bare("(( A > 1 )) && [ A = B ]; A[1]=2; for B in A; do :; done"), "A");
    }

    #[test]
    fn odd_texts_are_read() {
        for text in
            ["", "'", "\"", "$(", "${", "`", "<<", "<<E", "((", "case", "\u{0}", "🐳 ${🐳}", "{ { { (", "]]"]
        {
            read(text);
            read(&text.repeat(500));
        }
        assert_eq!(read(&"a ".repeat(MOST)), ShellReading::default());
    }
}
