//! Replacing the knowledge base while questions are answered. Nothing here reads files or looks at a clock.
//!
//! ```text
//! read the folder -> Watch: changed, and the same twice? -> attempt: check, train -> Current::replace, or rejected and the old one stays
//! ```

use crate::redaction::redacted;
use factotum_core::answering::Answerer;
use factotum_core::diagnostic::{Diagnostic, Severity, SourceFile};
use factotum_core::knowledge::KnowledgeBase;
use factotum_core::render::escape_control;
use serde_json::{Value, json};
use std::sync::{Arc, PoisonError, RwLock};

/// How many findings of a rejected knowledge base are kept: `factotum check` shows the rest.
const SHOWN: usize = 20;

/// A current value that can be replaced in one step. Those who have got the old one keep it for as long as they need it.
#[derive(Debug)]
pub struct Current<T>(RwLock<Arc<T>>);

impl<T> Current<T> {
    /// Starts with this value.
    pub fn new(first: T) -> Current<T> {
        Current(RwLock::new(Arc::new(first)))
    }

    /// The current value.
    pub fn get(&self) -> Arc<T> {
        // Nothing is done under this lock that a panic could leave half done.
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the value. The old one is dropped when nobody uses it any more.
    pub fn replace(&self, next: T) {
        let next = Arc::new(next);
        let old = std::mem::replace(&mut *self.0.write().unwrap_or_else(PoisonError::into_inner), next);
        // After the lock is released: dropping a knowledge base takes a while.
        drop(old);
    }
}

/// What reading the folder returned: its files, or why they cannot be read.
pub type FolderRead = Result<Vec<SourceFile>, String>;

/// What is in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Files with this [version](factotum_core::pack::version).
    Version(String),
    /// Nothing that can be read, for this reason.
    Unreadable(String),
}

impl Content {
    /// What the folder has in it.
    pub fn of(read: &FolderRead) -> Content {
        match read {
            Ok(files) => Content::Version(factotum_core::pack::version(files)),
            Err(problem) => Content::Unreadable(problem.clone()),
        }
    }
}

/// What to do after reading the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing: this is what was tried last.
    Same,
    /// Read it again: somebody may be in the middle of writing.
    Unsettled,
    /// Try to load it.
    Changed,
}

/// Detects changes by content, not by dates or events. So it does not matter how the files got there: through a link that now points
/// elsewhere, a network file system, or an editor.
#[derive(Debug)]
pub struct Watch {
    /// What was tried last, accepted or not; `None` if anything is to be tried.
    tried: Option<Content>,
    before: Option<Content>,
}

impl Watch {
    /// The knowledge base of this version is in use.
    pub fn new(version: &str) -> Watch {
        Watch { tried: Some(Content::Version(version.to_owned())), before: None }
    }

    /// Try whatever is in the folder, once two reads agree: somebody has asked for a reload.
    pub fn ask(&mut self) {
        *self = Watch { tried: None, before: None };
    }

    /// Takes note of what is in the folder.
    pub fn look(&mut self, found: Content) -> Verdict {
        let settled = self.before.as_ref() == Some(&found);
        let verdict = match &self.tried {
            Some(tried) if *tried == found => Verdict::Same,
            _ if settled => {
                self.tried = Some(found.clone());
                Verdict::Changed
            }
            _ => Verdict::Unsettled,
        };
        self.before = Some(found);
        verdict
    }
}

/// The result of an attempt to load.
#[derive(Debug)]
pub enum Attempt {
    /// It is already in use.
    Unchanged,
    /// It has errors or cannot be read.
    Rejected(Rejection),
    /// It can be used.
    Accepted(Box<Answerer>),
}

/// Why a knowledge base was rejected.
#[derive(Debug, Clone, PartialEq)]
pub struct Rejection {
    /// The problem in one line.
    pub problem: String,
    /// The first findings, as [`Diagnostic::json`] has them.
    pub findings: Vec<Value>,
}

impl Rejection {
    /// The folder cannot be read.
    pub fn unreadable(problem: &str) -> Rejection {
        Rejection { problem: redacted(&escape_control(problem)).into_owned(), findings: Vec::new() }
    }

    /// These errors in these files.
    pub fn of(errors: &[Diagnostic], files: &[SourceFile]) -> Rejection {
        let problem = if errors.len() == 1 { "1 error".to_owned() } else { format!("{} errors", errors.len()) };
        Rejection { problem, findings: errors.iter().take(SHOWN).map(|d| d.json(files)).collect() }
    }

    /// The findings, one per line, with control characters escaped.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.findings.iter().map(|finding| {
            let text = |pointer: &str| finding.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
            let number = |pointer: &str| finding.pointer(pointer).and_then(Value::as_u64).unwrap_or_default();
            let place = format!("{}:{}:{}", text("/at/file"), number("/at/line"), number("/at/column"));
            escape_control(&format!("error[{}] {place}: {}; {}", text("/code"), text("/message"), text("/help")))
        })
    }

    /// As JSON.
    pub fn json(&self) -> Value {
        json!({"problem": self.problem, "findings": self.findings})
    }
}

/// Checks and trains what was read. The knowledge base in use has the version `current`.
pub fn attempt(read: FolderRead, current: &str, train: impl FnOnce(KnowledgeBase) -> Answerer) -> Attempt {
    let files = match read {
        Ok(files) => files,
        Err(problem) => return Attempt::Rejected(Rejection::unreadable(&problem)),
    };
    if factotum_core::pack::version(&files) == current {
        return Attempt::Unchanged;
    }
    let loaded = factotum_core::pack::load(&files);
    match loaded.base {
        Some(base) => Attempt::Accepted(Box::new(train(base))),
        None => {
            let errors: Vec<Diagnostic> = loaded.diagnostics.into_iter().filter(|d| d.severity() == Severity::Error).collect();
            Attempt::Rejected(Rejection::of(&errors, &files))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack;
    use std::path::Path;

    fn tiny() -> Vec<SourceFile> {
        pack::read(Path::new("../../tests/packs/tiny")).expect("a pack of the tests")
    }

    fn version(name: &str) -> Content {
        Content::Version(name.to_owned())
    }

    #[test]
    fn a_change_counts_once_it_stays() {
        let mut watch = Watch::new("a");
        let mut look = |name: &str| watch.look(version(name));
        assert_eq!(look("a"), Verdict::Same);
        assert_eq!(
            [look("half"), look("b"), look("b"), look("b")],
            [Verdict::Unsettled, Verdict::Unsettled, Verdict::Changed, Verdict::Same]
        );
        // Back to the first one: tried again, so that the status no longer shows the problem with the one in between.
        assert_eq!([look("a"), look("a"), look("a")], [Verdict::Unsettled, Verdict::Changed, Verdict::Same]);
        // There only for a moment.
        assert_eq!([look("b"), look("a"), look("a")], [Verdict::Unsettled, Verdict::Same, Verdict::Same]);
        let gone = Content::Unreadable("gone".to_owned());
        assert_eq!(
            [watch.look(gone.clone()), watch.look(gone.clone()), watch.look(gone)],
            [Verdict::Unsettled, Verdict::Changed, Verdict::Same]
        );
    }

    #[test]
    fn a_reload_on_request_is_tried() {
        let mut watch = Watch::new("a");
        watch.look(version("a"));
        watch.ask();
        assert_eq!([watch.look(version("a")), watch.look(version("a"))], [Verdict::Unsettled, Verdict::Changed]);
        assert_eq!(watch.look(version("a")), Verdict::Same);
    }

    #[test]
    fn good_ones_are_accepted_bad_ones_rejected() {
        let in_use = Answerer::new(factotum_core::pack::load(&tiny()).base.expect("no mistakes"));
        let tried = |read: FolderRead| attempt(read, &in_use.base().version, Answerer::new);
        assert!(matches!(tried(Ok(tiny())), Attempt::Unchanged));
        let changed = |from: &str, to: &str| {
            let mut files = tiny();
            files.iter_mut().for_each(|file| file.text = file.text.replace(from, to));
            files
        };
        let Attempt::Accepted(next) = tried(Ok(changed("31 metres", "32 metres"))) else { panic!("nothing is wrong with it") };
        assert_ne!(next.base().version, in_use.base().version);
        let Attempt::Rejected(rejection) = tried(Ok(changed("\nanswer = ", "\nalso = \"nowhere\"\nanswer = "))) else {
            panic!("facts are missing")
        };
        assert!(
            rejection.lines().next().is_some_and(|l| l.starts_with("error[dangling-reference] ../../tests/packs/tiny/lighthouse.toml:"))
        );
        assert!(rejection.problem.ends_with("errors") && rejection.lines().all(|l| !l.contains('\n')), "{rejection:?}");
        assert!(matches!(tried(Err("gone".to_owned())), Attempt::Rejected(r) if r.problem == "gone"));
    }

    #[test]
    fn the_old_value_stays_with_those_who_have_it() {
        let current = Current::new(1);
        let old = current.get();
        current.replace(2);
        assert_eq!((*old, *current.get()), (1, 2));
    }
}
