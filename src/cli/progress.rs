//! A progress bar for what takes long: on a terminal only, and not before a second has passed.

use indicatif::{ProgressBar, ProgressStyle};
use std::time::{Duration, Instant};

/// What takes less time gets no bar: one that flashes by only disturbs.
const PATIENCE: Duration = Duration::from_secs(1);
/// Steps of a bar: finer than any terminal is wide.
const STEPS: f32 = 1000.0;

/// How far something is that takes long.
pub(super) struct Progress {
    label: &'static str,
    begun: Instant,
    /// The bar, once it shows.
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Something begins.
    pub(super) fn new(label: &'static str) -> Progress {
        Progress { label, begun: Instant::now(), bar: None }
    }

    /// That much of it is done, 0 to 1.
    pub(super) fn at(&mut self, share: f32) {
        if self.bar.is_none() && self.begun.elapsed() >= PATIENCE {
            // Draws to standard error, and nothing where that is no terminal.
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
