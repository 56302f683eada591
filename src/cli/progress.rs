//! A progress bar for long tasks: on terminals only, and only after a second.

use indicatif::{ProgressBar, ProgressStyle};
use std::time::{Duration, Instant};

/// Shorter tasks get no bar: it would only flash by.
const PATIENCE: Duration = Duration::from_secs(1);
/// Steps of the bar: more than a terminal has columns.
const STEPS: f32 = 1000.0;

/// The progress of a long task.
pub(super) struct Progress {
    label: &'static str,
    begun: Instant,
    /// The bar, once it shows.
    bar: Option<ProgressBar>,
}

impl Progress {
    /// The task starts.
    pub(super) fn new(label: &'static str) -> Progress {
        Progress { label, begun: Instant::now(), bar: None }
    }

    /// This share of the task is done, from 0 to 1.
    pub(super) fn at(&mut self, share: f32) {
        if self.bar.is_none() && self.begun.elapsed() >= PATIENCE {
            // Draws on standard error, and only if that is a terminal.
            let style = ProgressStyle::with_template("{msg} {wide_bar} {percent} %, {eta} left").expect("a template of our own");
            self.bar = Some(ProgressBar::new(STEPS as u64).with_style(style).with_message(self.label).with_elapsed(self.begun.elapsed()));
        }
        if let Some(bar) = &self.bar {
            bar.set_position((share * STEPS) as u64);
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
