//! Writing without anybody waiting for it: a bounded queue to one thread, which is the only one that touches the file.

use crate::askers::{Asker, Askers, Tag};
use crate::file::{Day, Journal, JournalError, Limits};
use crate::gap::Gap;
use std::fmt;
use std::path::PathBuf;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
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
    QueueFull,
    /// It was not: the file cannot be written.
    WriteFailed,
}

impl Event {
    /// Why it was not written, in metrics.
    pub fn dropped(self) -> Option<&'static str> {
        match self {
            Event::Written => None,
            Event::QueueFull => Some("queue-full"),
            Event::WriteFailed => Some("write-failed"),
        }
    }
}

/// Hands gaps to the journal. Copies share one queue.
#[derive(Clone)]
pub struct Recorder(Arc<Inner>);

struct Inner {
    askers: Askers,
    observe: Arc<Observe>,
    queue: SyncSender<Item>,
    waiting: Arc<Waiting>,
}

type Observe = dyn Fn(Event) + Send + Sync;

/// How many entries wait to be written, the one that is being written included.
#[derive(Debug, Default)]
struct Waiting {
    count: Mutex<usize>,
    changed: Condvar,
}

/// What waits to be written.
struct Item {
    what: What,
    day: Day,
}

enum What {
    Gap(Gap, Option<Tag>),
    /// A rating: helpful or not.
    Rating(bool),
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recorder")
    }
}

impl Waiting {
    fn change(&self, change: impl FnOnce(&mut usize)) {
        change(&mut self.count.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_all();
    }
}

impl Recorder {
    /// Starts to record into a file, which is made with the first entry. `observe` learns what becomes of each.
    ///
    /// # Errors
    /// If the system has no room for another thread.
    pub fn start(path: PathBuf, limits: Limits, observe: impl Fn(Event) + Send + Sync + 'static) -> std::io::Result<Recorder> {
        let (queue, items) = sync_channel(QUEUE);
        let observe: Arc<Observe> = Arc::new(observe);
        let waiting = Arc::new(Waiting::default());
        let mut writer = Writer { path, limits, open: None, complained: None, observe: observe.clone() };
        let written = waiting.clone();
        // The thread ends with the last recorder.
        std::thread::Builder::new().name("journal".to_owned()).spawn(move || {
            writer.look();
            for item in items {
                writer.write(&item);
                written.change(|count| *count = count.saturating_sub(1));
            }
        })?;
        Ok(Recorder(Arc::new(Inner { askers: Askers::new(), observe, queue, waiting })))
    }

    /// Hands over gaps. Returns at once, whether they will be written or not.
    pub fn record(&self, asker: Asker, gaps: Vec<Gap>) {
        if gaps.is_empty() {
            return;
        }
        let day = Day::of(SystemTime::now());
        let tag = self.0.askers.tag(asker, day);
        gaps.into_iter().for_each(|gap| self.hand_over(Item { what: What::Gap(gap, tag), day }));
    }

    /// Counts a rating of an answer. Returns at once, as [`Recorder::record`] does.
    pub fn rate(&self, helpful: bool) {
        self.hand_over(Item { what: What::Rating(helpful), day: Day::of(SystemTime::now()) });
    }

    fn hand_over(&self, item: Item) {
        // Ahead of sending: the thread may be quicker than this one.
        self.0.waiting.change(|count| *count += 1);
        if self.0.queue.try_send(item).is_err() {
            self.0.waiting.change(|count| *count = count.saturating_sub(1));
            (self.0.observe)(Event::QueueFull);
        }
    }

    /// Waits until everything is written, but not for long: what a program does before it ends.
    pub fn finish(&self) {
        let waiting = &self.0.waiting;
        let count = waiting.count.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, _) = waiting.changed.wait_timeout_while(count, FINISH, |count| *count > 0).unwrap_or_else(PoisonError::into_inner);
        if *count > 0 {
            tracing::warn!(entries = *count, "the last entries of the gaps journal could not be written in time");
        }
    }
}

/// The thread's side.
struct Writer {
    path: PathBuf,
    limits: Limits,
    /// The journal, and the day on which it was tidied last.
    open: Option<(Journal, Option<Day>)>,
    /// What was said last, so that a lasting problem is not said with every entry.
    complained: Option<String>,
    observe: Arc<Observe>,
}

impl Writer {
    fn write(&mut self, item: &Item) {
        match self.attempt(item) {
            Ok(()) => {
                if self.complained.take().is_some() {
                    tracing::warn!(path = %self.path.display(), "the gaps journal can be written again");
                }
                if matches!(item.what, What::Gap(..)) {
                    (self.observe)(Event::Written);
                }
            }
            Err(error) => {
                // The next entry tries from the beginning: the file may have been replaced.
                self.open = None;
                self.complain(chain(&error));
                (self.observe)(Event::WriteFailed);
            }
        }
    }

    /// Looks whether the file can be used, so that anyone who starts the program learns of a problem before somebody asks in vain.
    fn look(&mut self) {
        match Journal::open(&self.path) {
            Ok(journal) => self.open = Some((journal, None)),
            Err(JournalError::Missing(path)) => {
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
                if folder.is_some_and(|folder| !folder.is_dir()) {
                    self.complain(chain(&JournalError::NoFolder(path)));
                }
            }
            Err(error) => self.complain(chain(&error)),
        }
    }

    fn complain(&mut self, problem: String) {
        if self.complained.as_ref() != Some(&problem) {
            tracing::error!("the gaps journal is not written, and questions are answered all the same: {problem}");
        }
        self.complained = Some(problem);
    }

    fn attempt(&mut self, item: &Item) -> Result<(), JournalError> {
        let open = match self.open.take().filter(|(journal, _)| journal.is_in_place()) {
            Some(open) => open,
            None => (Journal::create(&self.path)?, None),
        };
        let (journal, tidied) = self.open.insert(open);
        if *tidied != Some(item.day) {
            journal.tidy(item.day, self.limits)?;
            *tidied = Some(item.day);
        }
        match &item.what {
            What::Gap(gap, tag) => journal.record(gap, *tag, item.day, self.limits),
            What::Rating(helpful) => journal.rate(*helpful),
        }
    }
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
