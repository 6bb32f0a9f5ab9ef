//! Progress, on a terminal only.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar on standard error that shows itself when the work turns out to be long.
pub(crate) struct Progress {
    total: Option<u64>,
    start: Instant,
    bar: Option<ProgressBar>,
    shown: bool,
}

impl Progress {
    const PATIENCE: Duration = Duration::from_millis(400);

    /// Over so many bytes, or over an unknown number; never shown where nobody looks.
    pub(crate) fn new(total: Option<u64>, shown: bool) -> Self {
        Self {
            total,
            start: Instant::now(),
            bar: None,
            shown,
        }
    }

    /// So many bytes are done.
    pub(crate) fn at(&mut self, done: u64) {
        if !self.shown {
            return;
        }
        if self.bar.is_none() && self.start.elapsed() > Self::PATIENCE {
            self.bar = Some(Self::bar(self.total));
        }
        if let Some(bar) = &self.bar {
            bar.set_position(done);
        }
    }

    fn bar(total: Option<u64>) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
        let template = match total {
            Some(_) => "{bar:40} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
            None => "{spinner} {bytes} {bytes_per_sec}",
        };
        match ProgressStyle::with_template(template) {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
