//! Signals that are none.

use crate::lint::Fix;
use crate::lint::near::nearest;
use crate::lint::rule::{Context, declare_rule};
use crate::syntax::Keyword;

declare_rule! {
    /// ## What it does
    /// Reports a STOPSIGNAL that is no signal of Linux. What holds a variable is not looked at.
    ///
    /// ## Why it matters
    /// BuildKit stops there when it comes to build the stage.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM alpine
    /// STOPSIGNAL SIGTREM
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM alpine
    /// STOPSIGNAL SIGTERM
    /// ```
    InvalidStopSignal {
        severity: Error,
        source: Buildkit,
        fix: Sometimes,
    }
}

const SIGNALS: &[&str] = &[
    "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE",
    "POLL", "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU",
    "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "RTMIN", "RTMAX",
];

/// The real-time signals: `RTMIN+1` to `RTMIN+15`, `RTMAX-1` to `RTMAX-14`.
const ABOVE_RTMIN: u32 = 15;
const BELOW_RTMAX: u32 = 14;

fn check(cx: &mut Context<'_>) {
    for command in cx.commands_once(Keyword::Stopsignal) {
        for word in command.words() {
            let Some(signal) = word.text.as_deref().filter(|it| !is_signal(it)) else { continue };
            let range = command.abs(word.range);
            match near(signal) {
                Some(known) => {
                    let message = format!("There is no signal `{signal}`. Did you mean `{known}`?");
                    cx.report(range, message).fixes.push(Fix::change_to(range, &known));
                }
                None => {
                    let message =
                        format!("There is no signal `{signal}`. Write one name, such as `SIGTERM`.");
                    cx.report(range, message);
                }
            }
        }
    }
}

/// A number other than 0, or a name with or without `SIG`, in any case.
fn is_signal(text: &str) -> bool {
    if let Ok(number) = text.parse::<i64>() {
        return number != 0;
    }
    let upper = text.to_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    let offset = |prefix: &str, most: u32| {
        let digits = name.strip_prefix(prefix).filter(|it| !it.starts_with(['0', '+']));
        digits.and_then(|it| it.parse().ok()).is_some_and(|it: u32| (1..=most).contains(&it))
    };
    SIGNALS.contains(&name) || offset("RTMIN+", ABOVE_RTMIN) || offset("RTMAX-", BELOW_RTMAX)
}

/// The signal that a name misspells, with `SIG`.
fn near(text: &str) -> Option<String> {
    let full: Vec<String> = SIGNALS.iter().map(|name| format!("SIG{name}")).collect();
    let text = text.trim().to_uppercase();
    let text = if text.starts_with("SIG") { text } else { format!("SIG{text}") };
    nearest(&text, full.iter().map(String::as_str)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::is_signal;
    use crate::lint::test::check;

    #[test]
    fn signals() {
        for good in ["SIGTERM", "term", "9", "-1", "+9", "SIGRTMIN+3", "rtmax-14", "RTMAX"] {
            assert!(is_signal(good), "{good}");
        }
        for bad in ["", "0", "SIGTERM extra", "SIGSIGTERM", "RTMIN+16", "RTMIN+03", "RTMAX-0", "a"] {
            assert!(!is_signal(bad), "{bad}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        check("FROM alpine\nSTOPSIGNAL \u{feff}9\n");
    }

    #[test]
    fn a_signal_that_is_none() {
        check(
            r#"
FROM alpine
STOPSIGNAL trem
#          ^^^^ InvalidStopSignal: There is no signal `trem`. Did you mean `SIGTERM`?
STOPSIGNAL SIGTERM now
#          ^^^^^^^^^^^ InvalidStopSignal: There is no signal `SIGTERM now`. Write one name, such as `SIGTERM`.
STOPSIGNAL $S
STOPSIGNAL "SIGKILL"
"#,
        );
    }
}
