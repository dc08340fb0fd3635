//! Signals that are none.

use crate::lint::Fix;
use crate::lint::near::nearest;
use crate::lint::rule::{Context, declare_rule};
use crate::syntax::{Keyword, SIGNALS, Signal};

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

fn check(cx: &mut Context<'_>) {
    for command in cx.commands_once(Keyword::Stopsignal) {
        for word in command.words() {
            let Some(signal) = word.text.as_deref().filter(|it| Signal::parse(it).is_none()) else {
                continue;
            };
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

/// The signal that a name misspells, with `SIG`.
fn near(text: &str) -> Option<String> {
    let full: Vec<String> = SIGNALS.iter().map(|(name, _)| format!("SIG{name}")).collect();
    let text = text.trim().to_uppercase();
    let text = if text.starts_with("SIG") { text } else { format!("SIG{text}") };
    nearest(&text, full.iter().map(String::as_str)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use crate::lint::test::check;

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
