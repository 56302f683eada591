//! A progress bar for what takes long: on a terminal only, and not before a second has passed.

use indicatif::{ProgressBar, ProgressStyle};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// What takes less time gets no bar: one that flashes by only disturbs.
const PATIENCE: Duration = Duration::from_secs(1);

/// How far something is that takes long.
pub struct Progress {
    label: &'static str,
    steps: usize,
    begun: Instant,
    /// Steps done, and the bar once it shows.
    state: Mutex<(usize, Option<ProgressBar>)>,
}

impl Progress {
    /// So many steps are ahead.
    pub fn new(label: &'static str, steps: usize) -> Progress {
        Progress { label, steps, begun: Instant::now(), state: Mutex::new((0, None)) }
    }

    /// One more is done.
    pub fn step(&self) {
        // A thread that panicked while it drew leaves a bar that can still be drawn.
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        state.0 += 1;
        if state.1.is_none() && self.begun.elapsed() >= PATIENCE {
            // Draws to standard error, and nothing where that is no terminal.
            let style = ProgressStyle::with_template("{msg} {wide_bar} {pos} of {len}, {eta} left").expect("a template of our own");
            state.1 = Some(ProgressBar::new(self.steps as u64).with_style(style).with_message(self.label));
        }
        if let (done, Some(bar)) = &*state {
            bar.set_position(*done as u64);
        }
    }

    /// All is done: takes the bar off again.
    pub fn end(&self) {
        if let (_, Some(bar)) = &*self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner) {
            bar.finish_and_clear();
        }
    }
}
