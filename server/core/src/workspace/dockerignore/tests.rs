//! What ignore files mean, case by case, and that no file takes long.

use proptest::prelude::*;

use super::*;

/// What becomes of a path: `kept`, `ignored` with the line that says so, or `unknown`.
fn decide(ignore: &str, path: &str) -> String {
    match IgnoreFile::parse(ignore).decide(path, &mut Steps::default()) {
        Decision::Kept => "kept".to_owned(),
        Decision::Ignored(pattern) => format!("ignored by line {}", pattern.row() + 1),
        Decision::Refused(pattern) => format!("stopped at line {}", pattern.row() + 1),
        Decision::Unknown => "unknown".to_owned(),
    }
}

/// Checks one pattern with the paths that it ignores and those that it does not.
#[track_caller]
fn check(pattern: &str, ignored: &[&str], kept: &[&str]) {
    for path in ignored {
        assert_eq!(decide(pattern, path), "ignored by line 1", "{pattern} on {path}");
    }
    for path in kept {
        assert_eq!(decide(pattern, path), "kept", "{pattern} on {path}");
    }
}

#[test]
fn lines() {
    assert_eq!(decide("# a\n\n  \n\t a \t\r\n", "a"), "ignored by line 4");
    assert_eq!(decide("\u{feff}a\n", "a"), "ignored by line 1");
    assert_eq!(decide("\u{feff}#a\n", "#a"), "kept", "a comment behind the mark");
    assert_eq!(decide("#a\n", "#a"), "kept");
    assert_eq!(decide(" #a\n", "#a"), "ignored by line 1", "only at the very start is it a comment");
    assert_eq!(decide("a # b\n", "a"), "kept", "nor is there one behind a pattern");
    assert_eq!(decide("a\rb", "a"), "kept", "a lone carriage return ends no line");
}

#[test]
fn patterns_are_taken_in_their_shortest_form() {
    for pattern in
        ["/a/b", "./a/b", "a//b/", "a/./b", "a/x/../b", "//a/b", "../../x/../../a/b/../../../../a/b"]
    {
        let same = pattern.starts_with("..");
        assert_eq!(decide(pattern, "a/b"), if same { "kept" } else { "ignored by line 1" }, "{pattern}");
    }
    assert_eq!(decide("/\n", "a"), "kept");
    assert_eq!(decide(".\n", "a"), "kept", "no path has `.` for a parent");
    assert_eq!(decide("! /a/\n", "a"), "kept");
    assert_eq!(decide("a\n! /a/\n", "a"), "kept");
    assert_eq!(decide("/!a\n", "a"), "kept");
    assert!(IgnoreFile::parse("/!a").has_exceptions(), "the slash goes before the mark is looked for");
    assert!(!IgnoreFile::parse("!../..").has_exceptions(), "`!..` is taken for a folder");
}

#[test]
fn plain_paths() {
    check("a", &["a", "a/b", "a/b/c", "./a", "a/", "x/../a"], &["b/a", "ab", "A", "", ".", "/a"]);
    check("a/b", &["a/b", "a/b/c"], &["a", "b", "x/a/b"]);
    check("Src", &["Src"], &["src", "SRC"]);
    check("a.b+c(d)|{e}$", &["a.b+c(d)|{e}$"], &["axb+c(d)|{e}$", "a"]);
    check("é/😀", &["é/😀", "é/😀/x"], &["é"]);
}

#[test]
fn stars_and_question_marks() {
    check("*", &["a", "a/b", ".a", "..", "/a"], &[]);
    check("*.md", &["a.md", ".md", "a.md/b"], &["a/b.md", "a.mdx"]);
    check("*/b", &["a/b", "a/b/c"], &["b", "a/a/b"]);
    check("a*", &["a", "ab", "ab/c"], &["ba", "b/a"]);
    check("a/*", &["a/b", "a/b/c"], &["a"]);
    check("?", &["a", "é", "a/bc", ""], &["ab", "a/../bc"]);
    check("a?c", &["abc", "a😀c"], &["a/c", "ac"]);
}

#[test]
fn double_stars() {
    check("**", &["a", "a/b/c", ".", "/"], &[]);
    check("**/a", &["a", "x/a", "x/y/a", "x/a/b"], &["ba", "x/ba"]);
    check("**a", &["a", "ba", "x/ba"], &["ab"]);
    check("**/*.md", &["a.md", "x/y/a.md"], &["a.mdx"]);
    check("**/a/b", &["a/b", "x/a/b/c"], &["a", "xa/b"]);
    check("a/**", &["a/b", "a/b/c"], &["a", "ab"]);
    check("a**", &["a", "ab", "a/b"], &["b"]);
    check("a/**/b", &["a/b", "a/x/b", "a/x/y/b"], &["a/xb", "ab"]);
    check("a**b", &["ab", "ax/b", "a/b"], &["axb"]);
    check("**/a/**", &["a/b", "x/a/b"], &["b"]);
    check("**/**", &["a", "a/b"], &[]);
    check("***", &["a", "a/b"], &[]);
    check("****a", &["a", "x/a"], &["b"]);
}

#[test]
fn brackets() {
    check("[ab]", &["a", "b", "a/c"], &["c", "ab", "[ab]"]);
    check("[a-cx]?", &["b1", "xx"], &["d1"]);
    check("[^a]b", &["bb", "xb"], &["ab"]);
    check("a[^b]c", &["axc", "a/c"], &["abc"]);
    check("[!a]b", &["ab", "!b"], &["cb"]);
    check("[.]x", &[".x"], &["ax"]);
    check("[\\]]", &["]"], &["a"]);
    check("[[:digit:]]x", &["1x"], &["dx", ":x"]);
    check("[[:^digit:]]x", &["dx"], &["1x"]);
    // In brackets too, a star becomes `[^/]*`: this is `[x[^/]*]`.
    check("[x*]", &["xx]", "]", "^]"], &["*", "y]"]);
    check("[x?]", &["x]", "/]"], &["?"]);
    check("]", &["]"], &[]);
    check("a]b", &["a]b"], &[]);
}

#[test]
fn backslashes() {
    check("\\*", &["*"], &["a"]);
    check("a\\?", &["a?"], &["ab"]);
    check("\\[a]", &["[a]"], &["a"]);
    check("\\!a", &["!a"], &["a"]);
    check("\\#a", &["#a"], &["a"]);
    check("\\\\a", &["\\a"], &["a"]);
    // A letter behind a backslash is read as in an expression.
    check("\\d\\D", &["1a"], &["aa", "11"]);
    check("\\w\\s\\S", &["a b"], &["ab "]);
    check("\\x41\\101\\060", &["AA0"], &["x41"]);
    check("\\Qa*\\Eb", &["a[^/]*b"], &["ab"]);
    check("a\\Qb", &["ab$"], &["ab"]);
    check("a\\bb", &[], &["ab", "a b"]);
    check("a\\b?b", &["a-b"], &["aab"]);
    check("\\Aa\\z", &["a", "a/b"], &["ab"]);
    check("a^b?", &[], &["a^bc", "abc"]);
}

/// Docker means to take these signs for themselves, and does so only where the pattern is plain.
#[test]
fn bars_and_braces() {
    check("a|b", &["a|b"], &["a", "b"]);
    check("a*|b", &["ax", "xb", "x/ab"], &["xa", "bx"]);
    check("a{2}?", &["aab"], &["ab", "a{2}b"]);
    check("[ab]{1,2}", &["a", "ba", "ab/c"], &["aaa", "c"]);
    check("a{0}b{2,}c{0,1}?", &["bbx", "bbbcx"], &["bx", "abbx", "bbccx"]);
    check("a{}?{b", &["a{}x{b"], &["a"]);
    check("a{01}?", &["a{01}x"], &["ax"]);
    check("a?\\x{41}", &["axA"], &["ax41"]);
    for unreadable in ["a*{2}", "a?|{2}", "a?{2}{2}", "a?{1001}", "a?{2,1}", "**/a{2}**{3}"] {
        assert_eq!(decide(unreadable, "b"), "stopped at line 1", "{unreadable}");
    }
}

#[test]
fn the_last_match_counts() {
    let ignore = "*\n!docs\ndocs/*.md\n!docs/readme.md\n";
    assert_eq!(decide(ignore, "a"), "ignored by line 1");
    assert_eq!(decide(ignore, "docs"), "kept");
    assert_eq!(decide(ignore, "docs/a"), "kept");
    assert_eq!(decide(ignore, "docs/a.md"), "ignored by line 3");
    assert_eq!(decide(ignore, "docs/readme.md"), "kept");
    assert_eq!(decide("!a\n*\n", "a"), "ignored by line 2");
    assert_eq!(decide("a\n*\n", "a"), "ignored by line 1", "the first one that decides is named");
}

#[test]
fn what_docker_refuses() {
    let is_refused = |text: &str| IgnoreFile::parse(text).is_refused();
    assert!(is_refused("!\n") && is_refused("a\n!  \n") && is_refused("[\n") && is_refused("a\\\n"));
    assert!(is_refused(&"a".repeat(TOO_LONG)) && !is_refused(&"a".repeat(TOO_LONG - 1)));
    assert!(is_refused(&format!("#{}\n", "a".repeat(TOO_LONG))), "in a comment too");
    assert!(!is_refused("") && !is_refused("#!\n\n!a\n"));
    assert_eq!(decide("a\n!\n", "a"), "unknown");
}

#[test]
fn faults_stand_where_the_pattern_does() {
    let shown = |text: &str| -> Vec<String> {
        let file = IgnoreFile::parse(text);
        let faults = file.faults().iter();
        faults.map(|it| format!("{}: {:?} {:?}", it.row + 1, &text[it.range], it.kind)).collect()
    };
    assert_eq!(
        shown("\u{feff}[a\r\n# [\n\n \té[ \r\n! \nb\\\n[z-a]\n"),
        [
            "1: \"[a\" BadBrackets",
            "4: \"é[\" BadBrackets",
            "5: \"!\" NothingBehindMark",
            "6: \"b\\\\\" NothingBehindBackslash",
            "7: \"[z-a]\" Unusable",
        ]
    );
    assert_eq!(shown("\\pL\n\\p{Greek}*\na**b\n"), [""; 0]);
}

#[test]
fn what_docker_cannot_read_hides_what_comes_behind() {
    for unreadable in ["[z-a]*x", "a\\ybc", "x*[", "\\1", "\\pL", "\\p", "[[:none:]]", "a\\E", "\\C", "\\xg1"]
    {
        let ignore = format!("first\n{unreadable}\nlast\n");
        let is_refused = IgnoreFile::parse(&ignore).is_refused();
        assert_eq!(decide(&ignore, "first"), if is_refused { "unknown" } else { "ignored by line 1" });
        let is_known = !is_refused && unreadable != "\\pL" && unreadable != "\\p";
        let decided = if is_known { "stopped at line 2" } else { "unknown" };
        assert_eq!(decide(&ignore, "last"), decided, "{unreadable}");
    }
}

#[test]
fn everything_is_known_by_its_wording() {
    let is_everything = |text: &str| IgnoreFile::parse(text).patterns()[0].is_everything();
    assert!(is_everything("*") && is_everything("/**") && is_everything("**/*/") && is_everything("./*"));
    assert!(!is_everything("***") && !is_everything("!*") && !is_everything("*/*") && !is_everything(".*"));
}

/// Pairs that take a matcher which goes back and forth longer than the universe lasts.
#[test]
fn hostile_patterns_end_soon() {
    let long = "a".repeat(4_000);
    let deep = "a/".repeat(2_000) + "x";
    for (pattern, path) in [
        ("*a".repeat(1_000) + "b", &long),
        ("**/a".repeat(1_000) + "b", &deep),
        ("**a".repeat(1_000) + "b", &long),
        ("a*".repeat(1_000) + "b", &long),
        ("[a-z]*".repeat(1_000) + "?b", &long),
        ("**/".to_owned() + &"a/".repeat(2_000) + "b", &deep),
    ] {
        let mut steps = Steps::default();
        let file = IgnoreFile::parse(&pattern);
        let decision = file.decide(path, &mut steps);
        assert!(!file.is_refused() && !matches!(decision, Decision::Ignored(_)), "{}", &pattern[..20]);
        assert!(decision == Decision::Kept || steps.0 < 10_000, "it stops for want of steps");
    }
}

#[test]
fn work_has_an_end() {
    let file = IgnoreFile::parse("a*b\nlast\n");
    assert_eq!(file.decide("a", &mut Steps(3)), Decision::Unknown);
    assert!(matches!(file.decide("last", &mut Steps(100)), Decision::Ignored(_)));
}

/// Pieces of patterns, and of paths.
const PIECES: &[&str] = &[
    "a",
    "b",
    ".",
    "/",
    "*",
    "**",
    "?",
    "[",
    "]",
    "^",
    "-",
    "!",
    "\\",
    "é",
    "😀",
    " ",
    "\n",
    "\r",
    "#",
    "\u{feff}",
    "[a-b]",
    "[^a]",
    "[:alpha:]",
    "\\Q",
    "\\E",
    "\\x",
    "\\0",
    "\\pL",
    "$",
    "(",
    ")",
    "{",
    "}",
    "{1,3}",
    "+",
    "|",
    "1",
];

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_file_decides_about_any_path(ignore in text(), path in text()) {
        let file = IgnoreFile::parse(&ignore);
        let mut steps = Steps::default();
        let decided = file.decide(&path, &mut steps);
        prop_assert!(Steps::default().0 - steps.0 < 100_000, "steps: {}", Steps::default().0 - steps.0);
        // What is ignored takes along what lies in it, unless there are exceptions. The root of the disk is a
        // parent to Docker only of what lies right below it.
        let cleaned = clean(&path);
        let is_plain = !cleaned.starts_with('/') && !cleaned.ends_with('.');
        if matches!(decided, Decision::Ignored(_)) && !file.has_exceptions() && is_plain {
            let below = file.decide(&format!("{path}/x/y"), &mut steps);
            prop_assert!(below != Decision::Kept, "{below:?}");
        }
    }

    #[test]
    fn a_path_without_signs_is_its_own_pattern(path in "[a-zé]{1,4}(/[a-zé.]{1,4}[a-z]){0,3}") {
        let file = IgnoreFile::parse(&path);
        prop_assert!(matches!(file.decide(&path, &mut Steps::default()), Decision::Ignored(_)));
        let but_for_it = format!("**\n!{path}\n");
        let file = IgnoreFile::parse(&but_for_it);
        prop_assert_eq!(file.decide(&path, &mut Steps::default()), Decision::Kept);
    }
}
