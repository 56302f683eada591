//! Another base in the place of the one in force, while questions are answered. Nothing here reads files or looks at a clock.
//!
//! ```text
//! look -> Watch: changed, and the same twice? -> attempt: check, learn -> InForce::replace, or refused and the old one stays
//! ```

use factotum_core::answering::Answerer;
use factotum_core::diagnostic::{Diagnostic, Severity, SourceFile};
use factotum_core::knowledge::KnowledgeBase;
use factotum_core::render::escape_control;
use serde_json::{Value, json};
use std::sync::{Arc, PoisonError, RwLock};

/// Findings of a refused base that are kept and told: whoever mends it has `factotum check` for the others.
const SHOWN: usize = 20;

/// What is in force, and can be replaced in one step. Whoever takes it keeps what they took for as long as they need it.
#[derive(Debug)]
pub struct InForce<T>(RwLock<Arc<T>>);

impl<T> InForce<T> {
    /// The first one.
    pub fn new(first: T) -> InForce<T> {
        InForce(RwLock::new(Arc::new(first)))
    }

    /// What is in force now.
    pub fn get(&self) -> Arc<T> {
        // Nothing is done under this lock that could be left half-done.
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts another one in its place. The old one goes when the last who took it is done.
    pub fn replace(&self, next: T) {
        let next = Arc::new(next);
        let old = std::mem::replace(&mut *self.0.write().unwrap_or_else(PoisonError::into_inner), next);
        // Not under the lock: a base has a hundred thousand pieces.
        drop(old);
    }
}

/// What a look at the knowledge has found: its files, or why they cannot be read.
pub type Look = Result<Vec<SourceFile>, String>;

/// Which content a look has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Files with this [version](factotum_core::pack::version).
    Version(String),
    /// None, for this reason.
    Unreadable(String),
}

impl Content {
    /// Of a look.
    pub fn of(look: &Look) -> Content {
        match look {
            Ok(files) => Content::Version(factotum_core::pack::version(files)),
            Err(problem) => Content::Unreadable(problem.clone()),
        }
    }
}

/// What is to be done after a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing: it is what was tried last.
    Same,
    /// Look again: somebody may be in the middle of writing.
    Unsettled,
    /// Try it.
    Changed,
}

/// Tells changes of content by what is read, not by dates or events: so it does not matter how files got there, be it a link that now points
/// elsewhere, a network's file system, or an editor.
#[derive(Debug)]
pub struct Watch {
    /// What was tried last, taken or not; nothing if whatever is there is to be tried.
    tried: Option<Content>,
    before: Option<Content>,
}

impl Watch {
    /// A base of this version is in force.
    pub fn new(version: &str) -> Watch {
        Watch { tried: Some(Content::Version(version.to_owned())), before: None }
    }

    /// Whatever is there is to be tried, once two looks agree: somebody wants to know what becomes of it.
    pub fn ask(&mut self) {
        *self = Watch { tried: None, before: None };
    }

    /// Takes note of a look.
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

/// What came of an attempt.
#[derive(Debug)]
pub enum Attempt {
    /// It is what is in force already.
    Unchanged,
    /// It cannot be used.
    Refused(Refusal),
    /// It can.
    Accepted(Box<Answerer>),
}

/// Why a base was refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// In a line.
    pub problem: String,
    /// The first of the findings, as [`Diagnostic::json`] has them.
    pub findings: Vec<Value>,
}

impl Refusal {
    /// It cannot be read.
    pub fn unreadable(problem: &str) -> Refusal {
        Refusal { problem: escape_control(problem), findings: Vec::new() }
    }

    fn of(errors: &[Diagnostic], files: &[SourceFile]) -> Refusal {
        let problem = if errors.len() == 1 { "1 error".to_owned() } else { format!("{} errors", errors.len()) };
        Refusal { problem, findings: errors.iter().take(SHOWN).map(|d| d.json(files)).collect() }
    }

    /// The findings, one a line, with control characters made escape_control.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.findings.iter().map(|finding| {
            let text = |pointer: &str| finding.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
            let number = |pointer: &str| finding.pointer(pointer).and_then(Value::as_u64).unwrap_or_default();
            let place = format!("{}:{}:{}", text("/at/file"), number("/at/line"), number("/at/column"));
            escape_control(&format!("error[{}] {place}: {}; {}", text("/code"), text("/message"), text("/help")))
        })
    }

    /// For programs.
    pub fn json(&self) -> Value {
        json!({"problem": self.problem, "findings": self.findings})
    }
}

/// Checks and learns what was found, beside the base in force, which has the given version.
pub fn attempt(look: Look, in_force: &str, learn: impl FnOnce(KnowledgeBase) -> Answerer) -> Attempt {
    let files = match look {
        Ok(files) => files,
        Err(problem) => return Attempt::Refused(Refusal::unreadable(&problem)),
    };
    if factotum_core::pack::version(&files) == in_force {
        return Attempt::Unchanged;
    }
    let loaded = factotum_core::pack::load(&files);
    match loaded.base {
        Some(base) => Attempt::Accepted(Box::new(learn(base))),
        None => {
            let errors: Vec<Diagnostic> = loaded.diagnostics.into_iter().filter(|d| d.severity() == Severity::Error).collect();
            Attempt::Refused(Refusal::of(&errors, &files))
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
        // Back to what was in force at first: tried again, which ends what was said of the one in between.
        assert_eq!([look("a"), look("a"), look("a")], [Verdict::Unsettled, Verdict::Changed, Verdict::Same]);
        // There for a moment only.
        assert_eq!([look("b"), look("a"), look("a")], [Verdict::Unsettled, Verdict::Same, Verdict::Same]);
        let gone = Content::Unreadable("gone".to_owned());
        assert_eq!(
            [watch.look(gone.clone()), watch.look(gone.clone()), watch.look(gone)],
            [Verdict::Unsettled, Verdict::Changed, Verdict::Same]
        );
    }

    #[test]
    fn whoever_asks_gets_it_tried() {
        let mut watch = Watch::new("a");
        watch.look(version("a"));
        watch.ask();
        assert_eq!([watch.look(version("a")), watch.look(version("a"))], [Verdict::Unsettled, Verdict::Changed]);
        assert_eq!(watch.look(version("a")), Verdict::Same);
    }

    #[test]
    fn good_ones_are_taken_bad_ones_refused() {
        let in_force = Answerer::new(factotum_core::pack::load(&tiny()).base.expect("no mistakes"));
        let tried = |look: Look| attempt(look, &in_force.base().version, Answerer::new);
        assert!(matches!(tried(Ok(tiny())), Attempt::Unchanged));
        let changed = |from: &str, to: &str| {
            let mut files = tiny();
            files.iter_mut().for_each(|file| file.text = file.text.replace(from, to));
            files
        };
        let Attempt::Accepted(next) = tried(Ok(changed("31 metres", "32 metres"))) else { panic!("nothing is wrong with it") };
        assert_ne!(next.base().version, in_force.base().version);
        let Attempt::Refused(refusal) = tried(Ok(changed("facts = [\"", "facts = [\"no-"))) else { panic!("facts are missing") };
        assert!(refusal.lines().next().is_some_and(|l| l.starts_with("error[dangling-reference] ../../tests/packs/tiny/lighthouse.toml:")));
        assert!(refusal.problem.ends_with("errors") && refusal.lines().all(|l| !l.contains('\n')), "{refusal:?}");
        assert!(matches!(tried(Err("gone".to_owned())), Attempt::Refused(r) if r.problem == "gone"));
    }

    #[test]
    fn who_has_taken_it_keeps_it() {
        let in_force = InForce::new(1);
        let taken = in_force.get();
        in_force.replace(2);
        assert_eq!((*taken, *in_force.get()), (1, 2));
    }
}
