//! Writing without anybody waiting for it: a bounded queue to one thread, which is the only one that touches the file.

use crate::askers::{Asker, Askers, Tag};
use crate::file::{Day, Journal, JournalError, Limits};
use crate::gap::Gap;
use std::fmt;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

/// Entries that wait to be written: a burst of some seconds, in less than a megabyte.
const QUEUE: usize = 1_000;
/// How long the end of the program waits for what is still to be written.
const FINISH: Duration = Duration::from_secs(2);

/// What became of an entry, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// It was written.
    Written,
    /// It was not: too many were waiting.
    Dropped,
    /// It was not: the file could not be written.
    Failed,
}

/// Hands gaps to the journal. Copies share one queue; the last one to go waits until all is written.
#[derive(Clone)]
pub struct Recorder(Arc<Inner>);

struct Inner {
    askers: Askers,
    clock: fn() -> SystemTime,
    observe: Arc<dyn Fn(Event) + Send + Sync>,
    /// `None` once it is to end.
    queue: Option<SyncSender<Item>>,
    finished: Mutex<Receiver<()>>,
}

/// What waits to be written.
struct Item {
    gap: Gap,
    tag: Option<Tag>,
    day: Day,
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recorder")
    }
}

impl Recorder {
    /// Starts to record into a file, which is made with the first entry. `observe` learns what becomes of each.
    ///
    /// # Errors
    /// If the system has no room for another thread.
    pub fn start(path: PathBuf, limits: Limits, observe: impl Fn(Event) + Send + Sync + 'static) -> std::io::Result<Recorder> {
        let (queue, waiting) = sync_channel(QUEUE);
        let (finish, finished) = sync_channel(1);
        let observe: Arc<dyn Fn(Event) + Send + Sync> = Arc::new(observe);
        let mut writer = Writer { path, limits, open: None, complained: None, observe: observe.clone() };
        std::thread::Builder::new().name("journal".to_owned()).spawn(move || {
            waiting.into_iter().for_each(|item: Item| writer.write(&item));
            // The other side may have stopped waiting.
            let _ = finish.send(());
        })?;
        Ok(Recorder(Arc::new(Inner {
            askers: Askers::new(),
            clock: SystemTime::now,
            observe,
            queue: Some(queue),
            finished: Mutex::new(finished),
        })))
    }

    /// Hands over gaps. Returns at once, whether they will be written or not.
    pub fn record(&self, asker: Asker, gaps: Vec<Gap>) {
        if gaps.is_empty() {
            return;
        }
        let day = Day::of((self.0.clock)());
        let tag = self.0.askers.tag(asker, day);
        for gap in gaps {
            let dropped = self.0.queue.as_ref().is_none_or(|queue| queue.try_send(Item { gap, tag, day }).is_err());
            if dropped {
                (self.0.observe)(Event::Dropped);
            }
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The thread ends when nobody can send any more.
        drop(self.queue.take());
        let finished = self.finished.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Err(RecvTimeoutError::Timeout) = finished.recv_timeout(FINISH) {
            tracing::warn!("the last entries of the gaps journal were not written in time");
        }
    }
}

/// The thread's side.
struct Writer {
    path: PathBuf,
    limits: Limits,
    /// The journal, and the day on which it was tidied last.
    open: Option<(Journal, Day)>,
    /// What was said last, so that a lasting problem is not said with every entry.
    complained: Option<String>,
    observe: Arc<dyn Fn(Event) + Send + Sync>,
}

impl Writer {
    fn write(&mut self, item: &Item) {
        match self.attempt(item) {
            Ok(()) => {
                if self.complained.take().is_some() {
                    tracing::warn!(path = %self.path.display(), "the gaps journal can be written again");
                }
                (self.observe)(Event::Written);
            }
            Err(error) => {
                // The next entry tries from the beginning: the file may have been replaced.
                self.open = None;
                let problem = chain(&error);
                if self.complained.as_ref() != Some(&problem) {
                    tracing::error!("the gaps journal is not written, and questions are answered all the same: {problem}");
                }
                self.complained = Some(problem);
                (self.observe)(Event::Failed);
            }
        }
    }

    fn attempt(&mut self, item: &Item) -> Result<(), JournalError> {
        if self.open.as_ref().is_none_or(|(journal, _)| !journal.is_in_place()) {
            self.open = Some((Journal::create(&self.path)?, Day(i64::MIN)));
        }
        let Some((journal, tidied)) = &mut self.open else { return Ok(()) };
        if *tidied != item.day {
            journal.tidy(item.day, self.limits)?;
            *tidied = item.day;
        }
        journal.record(&item.gap, item.tag, item.day, self.limits)
    }
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
