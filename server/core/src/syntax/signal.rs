//! The signals that STOPSIGNAL knows: their names, and their numbers on Linux.

/// The names without `SIG`, and the numbers that they have on x86-64 and on most other machines.
pub const SIGNALS: [(&str, u32); 36] = [
    ("HUP", 1),
    ("INT", 2),
    ("QUIT", 3),
    ("ILL", 4),
    ("TRAP", 5),
    ("ABRT", 6),
    ("IOT", 6),
    ("BUS", 7),
    ("FPE", 8),
    ("KILL", 9),
    ("USR1", 10),
    ("SEGV", 11),
    ("USR2", 12),
    ("PIPE", 13),
    ("ALRM", 14),
    ("TERM", 15),
    ("STKFLT", 16),
    ("CHLD", 17),
    ("CLD", 17),
    ("CONT", 18),
    ("STOP", 19),
    ("TSTP", 20),
    ("TTIN", 21),
    ("TTOU", 22),
    ("URG", 23),
    ("XCPU", 24),
    ("XFSZ", 25),
    ("VTALRM", 26),
    ("PROF", 27),
    ("WINCH", 28),
    ("IO", 29),
    ("POLL", 29),
    ("PWR", 30),
    ("SYS", 31),
    ("RTMIN", RTMIN),
    ("RTMAX", RTMAX),
];

const RTMIN: u32 = 34;
const RTMAX: u32 = 64;

/// The real-time signals: `RTMIN+1` to `RTMIN+15`, `RTMAX-1` to `RTMAX-14`.
const ABOVE_RTMIN: u32 = 15;
const BELOW_RTMAX: u32 = 14;

/// A signal as STOPSIGNAL names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// Its number; any but 0 is taken, whether there is such a signal or not.
    pub number: i64,
    /// Its name without `SIG`; none for a number that no signal has.
    pub name: Option<String>,
}

impl Signal {
    /// Reads a number other than 0, or a name with or without `SIG`, in any case.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(number) = text.parse::<i64>() {
            return (number != 0).then(|| Self { number, name: name_of(number) });
        }
        let upper = text.to_uppercase();
        let name = upper.strip_prefix("SIG").unwrap_or(&upper);
        let offset = |prefix: &str, most: u32| {
            let digits = name.strip_prefix(prefix).filter(|it| !it.starts_with(['0', '+']))?;
            digits.parse().ok().filter(|it: &u32| (1..=most).contains(it))
        };
        let listed = || SIGNALS.iter().find(|it| it.0 == name).map(|it| it.1);
        let above = || offset("RTMIN+", ABOVE_RTMIN).map(|it| RTMIN + it);
        let below = || offset("RTMAX-", BELOW_RTMAX).map(|it| RTMAX - it);
        let number = listed().or_else(above).or_else(below)?;
        Some(Self { number: number.into(), name: Some(name.to_owned()) })
    }
}

fn name_of(number: i64) -> Option<String> {
    let listed = SIGNALS.iter().find(|it| i64::from(it.1) == number).map(|it| it.0.to_owned());
    listed.or_else(|| {
        let above = u32::try_from(number).ok()?.checked_sub(RTMIN)?;
        match above {
            1..=ABOVE_RTMIN => Some(format!("RTMIN+{above}")),
            _ => (1..=BELOW_RTMAX).contains(&RTMAX.checked_sub(RTMIN + above)?).then(|| {
                let below = RTMAX - RTMIN - above;
                format!("RTMAX-{below}")
            }),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals() {
        for good in ["SIGTERM", "term", "9", "-1", "+9", "SIGRTMIN+3", "rtmax-14", "RTMAX"] {
            assert!(Signal::parse(good).is_some(), "{good}");
        }
        for bad in ["", "0", "SIGTERM extra", "SIGSIGTERM", "RTMIN+16", "RTMIN+03", "RTMAX-0", "a"] {
            assert!(Signal::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn names_and_numbers_belong_together() {
        let both = |text: &str| Signal::parse(text).map(|it| (it.number, it.name.unwrap_or_default()));
        assert_eq!(both("sigquit"), Some((3, "QUIT".to_owned())));
        assert_eq!(both("28"), Some((28, "WINCH".to_owned())));
        assert_eq!(both("SIGRTMIN+3"), Some((37, "RTMIN+3".to_owned())));
        assert_eq!(both("37"), both("SIGRTMIN+3"));
        assert_eq!(both("rtmax-14"), Some((50, "RTMAX-14".to_owned())));
        assert_eq!(both("50"), both("rtmax-14"));
        assert_eq!(both("33").map(|it| it.1), Some(String::new()));
        assert_eq!(both("65").map(|it| it.1), Some(String::new()));
    }
}
