//! What the system tells a program by signals: an interrupt, a mapped file that lost its end, a file that is too large.
//!
//! A handler may do next to nothing, so ours only wake a thread, which says what happened, removes what is unfinished and
//! ends the program.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::thread;
use std::time::Duration;

use conformance::files::leftovers;
use conformance::files::shortened::shortened;
use signal_hook::consts::{SIGBUS, SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;
use signal_hook::low_level::{exit, register};

/// From now on signals end the program with a message and status 2, and without unfinished files. SIGXFSZ, which says
/// what the failed write says too, is let go.
///
/// # Errors
/// What the system says to handlers, a thread or a copy of standard error.
pub(crate) fn watch() -> io::Result<()> {
    let ignored = ignored();
    let wanted = [SIGBUS, SIGXFSZ, SIGHUP, SIGINT, SIGTERM];
    let wanted = wanted
        .into_iter()
        .filter(|signal| ignored >> (signal - 1) & 1 == 0);
    let mut signals = Signals::new(wanted)?;
    stay_in_sigbus()?;
    // Its own: who is interrupted may hold the lock of standard error.
    let mut errors = File::from(io::stderr().as_fd().try_clone_to_owned()?);
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            for signal in signals.forever() {
                let sentence = match signal {
                    SIGXFSZ => continue,
                    SIGBUS => lost(),
                    _ => "error: interrupted; nothing unfinished is left behind".to_owned(),
                };
                leftovers::sweep();
                let _ = writeln!(errors, "{sentence}");
                exit(2);
            }
        })?;
    Ok(())
}

/// Keeps whoever read behind the end of a mapped file from trying it again, until the program has ended.
///
/// What is safe does not do: to note the signal and return is to read again, and the standard library has let go of the signal by then;
/// to end at once (`flag::register_conditional_shutdown`) is to end without the sentence that names the file, and with what is
/// unfinished left behind.
fn stay_in_sigbus() -> io::Result<()> {
    let wait = || loop {
        thread::sleep(Duration::from_secs(1));
    };
    #[expect(
        unsafe_code,
        reason = "whatever a handler calls must be allowed in one, which nothing checks. This one is needed because the standard \
                  library's own for SIGBUS, which runs before ours, takes the read for an overflow of the stack or for a bug, \
                  and lets the next one end the process without a word."
    )]
    // SAFETY: `wait` takes no lock, allocates nothing and does not unwind: a sleep is clock_nanosleep, which is
    // async-signal-safe (signal-safety(7)). It runs after the handler that wakes our thread, which was registered first.
    let registered = unsafe { register(SIGBUS, wait) };
    registered.map(|_| ())
}

/// The signals that whoever started us does not want to end us, a bit each: `nohup`, or a shell's `&`.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .map(str::trim);
    mask.and_then(|mask| u64::from_str_radix(mask, 16).ok())
        .unwrap_or_default()
}

/// Which file cannot be read at a place where it was when it was mapped.
fn lost() -> String {
    match shortened() {
        Some((path, sentence)) => format!("error: {}: {sentence}", path.display()),
        None => {
            "error: an input could not be read to its end: its disk or its network fails".to_owned()
        }
    }
}
