//! What the signals of STOPSIGNAL are for.

/// What a signal is for, by its name without `SIG`; none for a real-time one, which each program uses as it likes.
pub(in crate::ide) fn signal(name: &str) -> Option<&'static str> {
    Some(match name {
        "HUP" => "The terminal is gone. Servers often read their settings again.",
        "INT" => "Interrupt, as Ctrl+C sends it.",
        "QUIT" => "Quit, as Ctrl+\\ sends it. Some servers, such as nginx, end gracefully.",
        "ILL" => "An instruction that the processor does not know.",
        "TRAP" => "A breakpoint.",
        "ABRT" | "IOT" => "The program gave up: `abort()`.",
        "BUS" => "An access to memory that is not there.",
        "FPE" => "A calculation that cannot be done, such as a division by zero.",
        "KILL" => "Ends the program at once. It cannot be caught, so nothing is cleaned up.",
        "USR1" | "USR2" => "For the program's own use.",
        "SEGV" => "An access to memory that is not allowed.",
        "PIPE" => "Nobody reads the pipe that is written to.",
        "ALRM" => "A timer ran out.",
        "TERM" => "Asks the program to end. It is sent when `STOPSIGNAL` is not set.",
        "STKFLT" => "A stack fault of the coprocessor. Linux does not use it.",
        "CHLD" | "CLD" => "A child process ended or stopped.",
        "CONT" => "Goes on after a stop.",
        "STOP" => "Stops the program until `SIGCONT`. It cannot be caught.",
        "TSTP" => "Stop, as Ctrl+Z sends it.",
        "TTIN" => "A background process reads from the terminal.",
        "TTOU" => "A background process writes to the terminal.",
        "URG" => "Urgent data on a socket.",
        "XCPU" => "The limit of processor time is reached.",
        "XFSZ" => "The limit of a file's size is reached.",
        "VTALRM" => "A timer of the process's own time ran out.",
        "PROF" => "A timer for profiling ran out.",
        "WINCH" => "The terminal's window has another size. Apache httpd ends gracefully.",
        "IO" | "POLL" => "A file can be read or written.",
        "PWR" => "The power fails.",
        "SYS" => "A system call that is not allowed.",
        "RTMIN+3" => "A real-time signal, for the program's own use. systemd as init shuts down.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::SIGNALS;

    #[test]
    fn every_signal_with_a_meaning_of_its_own_has_a_text() {
        for (name, _) in SIGNALS {
            assert_eq!(signal(name).is_none(), name.starts_with("RT"), "{name}");
        }
    }
}
