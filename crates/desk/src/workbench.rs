//! What the desk works on: the folder as it is now, what it would become, and what can be taken back. The page and the terminal share it.

use crate::gaps::{GapSource, Group, Wording};
use factotum_core::answering::{Answerer, Outcome, Reason, Reply};
use factotum_core::diagnostic::{Code, Diagnostic, Severity, SourceFile};
use factotum_core::interpretation::{Mention, Span};
use factotum_core::knowledge::{KnowledgeBase, Today};
use factotum_core::question::Question;
use factotum_core::{pack, text};
use factotum_curator::edit::disk::{self, WriteError, Written};
use factotum_curator::edit::{self, Edit, NewFact, Prepared, Refusal};
use factotum_curator::effect::{Baseline, Effect, candidate};
use factotum_curator::golden::{self, CannotAdd, GoldenSet, SAVED, Said, Verdict};
use factotum_curator::{audit, grounding, quality};
use factotum_service::files::{self, Links};
use factotum_service::pack::{MAX_FILE, PackError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::SystemTime;

/// Effects that are kept: those of the choices of some groups.
const EFFECTS: usize = 64;
/// Candidates that are kept, so that a change whose effect was shown is made at once. Each is as large as the knowledge base.
const CANDIDATES: usize = 6;
/// Steps that can be taken back: more than an afternoon's work. Each keeps a file as it was and as it is.
const UNDO: usize = 200;
/// Wordings of a group that are shown and asked: more than anybody ticks.
const MAX_WORDINGS: usize = 20;

/// Where the desk's parts are.
#[derive(Debug)]
pub struct Places {
    /// The folder of the knowledge base.
    pub folder: PathBuf,
    /// The folder of golden questions; it need not exist.
    pub questions: PathBuf,
    /// The text of a source, with its name.
    pub source: Option<(String, Vec<u8>)>,
}

/// All that the desk works on.
#[derive(Debug)]
pub struct Workbench {
    places: Places,
    gaps: Box<dyn GapSource>,
    current: Mutex<Arc<Current>>,
    done: Mutex<Vec<Done>>,
    /// Effects take all processors, so one is worked out after the other.
    working: Mutex<()>,
}

/// The knowledge base as it is now, or as it was when it had no errors last.
#[derive(Debug)]
pub struct Current {
    /// Its files.
    pub files: Vec<SourceFile>,
    /// What answers from it.
    pub answerer: Arc<Answerer>,
    /// The golden questions.
    pub golden: Vec<GoldenSet>,
    /// What is wrong with the files now, if anything; then nothing can be changed from here.
    pub broken: Option<Broken>,
    baseline: OnceLock<Baseline>,
    findings: OnceLock<Vec<Diagnostic>>,
    asking: AtomicBool,
    asked: OnceLock<Asked>,
    effects: Mutex<Vec<KnownEffect>>,
    candidates: Mutex<Vec<(String, Arc<Answerer>)>>,
}

/// A change and the questions that it was asked, with its effect.
type KnownEffect = (Edit, Vec<String>, Arc<Effect>);

/// Why the folder cannot be used as it is.
#[derive(Debug)]
pub struct Broken {
    /// In a sentence without a full stop.
    pub message: String,
    /// The errors, if the files could be read.
    pub found: Vec<Diagnostic>,
    /// The files in which they are.
    pub files: Vec<SourceFile>,
}

/// Something that was done and can be taken back.
#[derive(Debug)]
struct Done {
    summary: String,
    what: DoneWhat,
}

#[derive(Debug)]
enum DoneWhat {
    /// A file was written, and a group was dealt with by it.
    Written(Written, Option<Group>),
    /// A group was dismissed.
    Dismissed(Group),
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It would not be sound, or the files are not as they were shown.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The knowledge base would be larger than one may be.
    #[error(transparent)]
    TooLarge(#[from] PackError),
    /// The golden question cannot be added.
    #[error(transparent)]
    Golden(#[from] CannotAdd),
    /// Something else, in words.
    #[error("{0}")]
    Other(String),
}

impl Failure {
    /// Whether it failed because the files are not as they were shown.
    pub(crate) fn is_changed(&self) -> bool {
        matches!(self, Failure::Refused(Refusal::Changed) | Failure::Write(WriteError::Changed(_)))
    }
}

/// Why the desk cannot start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder cannot be read.
    #[error(transparent)]
    Folder(#[from] PackError),
    /// It has errors.
    #[error("the knowledge base has errors; `factotum check` shows them")]
    Errors(Vec<Diagnostic>, Vec<SourceFile>),
}

/// Locks; nothing is done under these locks that a panic could leave half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

impl Workbench {
    /// Reads the folder and learns what is in it.
    ///
    /// # Errors
    /// [`OpenError`] if it cannot be used as it is.
    pub fn open(places: Places, gaps: Box<dyn GapSource>, learn: impl FnOnce(KnowledgeBase) -> Answerer) -> Result<Workbench, OpenError> {
        let files = factotum_service::pack::read(&places.folder)?;
        let loaded = pack::load(&files);
        let Some(base) = loaded.base else {
            return Err(OpenError::Errors(errors(loaded.diagnostics), files));
        };
        let learned = Arc::new(learn(base));
        let golden = read_golden(&places, learned.base());
        let current = Current::new(files, learned, golden, None);
        Ok(Workbench { places, gaps, current: Mutex::new(Arc::new(current)), done: Mutex::default(), working: Mutex::default() })
    }

    /// Where its parts are.
    pub(crate) fn places(&self) -> &Places {
        &self.places
    }

    /// The folder as it is now: it is read again, and learned where it has changed.
    pub fn current(&self) -> Arc<Current> {
        let mut current = lock(&self.current);
        let next = match factotum_service::pack::read(&self.places.folder) {
            Ok(files) => self.refreshed(&current, files),
            Err(error) => Some(current.but_broken(Broken { message: error.to_string(), found: Vec::new(), files: Vec::new() })),
        };
        if let Some(next) = next {
            *current = Arc::new(next);
        }
        current.clone()
    }

    /// What has become of the folder; `None` where that is nothing new.
    fn refreshed(&self, current: &Current, files: Vec<SourceFile>) -> Option<Current> {
        let version = pack::version(&files);
        if version == current.version() {
            let golden = read_golden(&self.places, current.answerer.base());
            let same = current.broken.is_none() && asked(&golden) == asked(&current.golden);
            return (!same).then(|| Current::new(files, current.answerer.clone(), golden, None));
        }
        let same_mistakes = current.broken.as_ref().is_some_and(|broken| pack::version(&broken.files) == version);
        if same_mistakes {
            return None;
        }
        let loaded = pack::load(&files);
        let Some(base) = loaded.base else {
            let message = "the knowledge files have errors; nothing can be changed from here until they are corrected".to_owned();
            return Some(current.but_broken(Broken { message, found: errors(loaded.diagnostics), files }));
        };
        let learned = current.kept(&version).unwrap_or_else(|| Arc::new(candidate(&current.answerer, base)));
        let golden = read_golden(&self.places, learned.base());
        let next = Current::new(files, learned, golden, None);
        // Where the change is taken back, nothing is learned again.
        next.keep(current.version().to_owned(), current.answerer.clone());
        Some(next)
    }

    /// The groups of questions that are to be looked at.
    ///
    /// # Errors
    /// In words, where they cannot be read.
    pub fn gaps(&self, current: &Current) -> Result<Vec<Group>, Failure> {
        self.gaps.groups(&current.answerer).map_err(Failure::Other)
    }

    /// What a change would do, to these questions above all.
    ///
    /// # Errors
    /// [`Failure`] where the change would be refused.
    pub fn effect(&self, current: &Current, edit: &Edit, wordings: &[String]) -> Result<Arc<Effect>, Failure> {
        let known =
            |effects: &[KnownEffect]| effects.iter().find(|(e, w, _)| e == edit && w == wordings).map(|(_, _, effect)| effect.clone());
        if let Some(effect) = known(&lock(&current.effects)) {
            return Ok(effect);
        }
        let prepared = current.prepare(&current.fitted(edit))?;
        let _turn = lock(&self.working);
        // Somebody may have worked it out while this waited.
        if let Some(effect) = known(&lock(&current.effects)) {
            return Ok(effect);
        }
        let version = prepared.base.version.clone();
        let candidate = current.kept(&version).unwrap_or_else(|| Arc::new(candidate(&current.answerer, prepared.base)));
        current.keep(version, candidate.clone());
        let effect = Arc::new(current.baseline().compare(&current.answerer, &candidate, wordings, threads()));
        let mut effects = lock(&current.effects);
        if effects.len() >= EFFECTS {
            effects.remove(0);
        }
        effects.push((edit.clone(), wordings.to_vec(), effect.clone()));
        Ok(effect)
    }

    /// Makes a change, if the files are those of `version`. A group of which every wording is then dealt with is put away.
    ///
    /// # Errors
    /// [`Failure`]; nothing was written then.
    pub fn commit(&self, version: &str, edit: &Edit, group: Option<&Group>) -> Result<String, Failure> {
        let current = self.current();
        if let Some(broken) = &current.broken {
            return Err(Failure::Other(broken.message.clone()));
        }
        if current.version() != version {
            return Err(Refusal::Changed.into());
        }
        let edit = &current.fitted(edit);
        let Prepared { change, files, .. } = current.prepare(edit)?;
        factotum_service::pack::fits(&files)?;
        let written = disk::write(change.name.as_ref(), change.before.as_deref().map(str::as_bytes), change.after.as_bytes())?;
        let summary = format!("{} in {}", edit.summary(), file_name(&change.name));
        let now = self.current();
        let mut dealt_with = None;
        if let Some(group) = group
            .filter(|group| group.wordings.iter().all(|wording| wording.redacted || is_dealt_with(&now.answerer.answer(&wording.text))))
        {
            match self.gaps.mark_answered(group) {
                Ok(()) => dealt_with = Some(group.clone()),
                Err(error) => tracing::warn!(%error, "the change was made, but its group of questions could not be put away"),
            }
        }
        self.remember(Done { summary: summary.clone(), what: DoneWhat::Written(written, dealt_with) });
        Ok(summary)
    }

    /// Asks a question and writes it down as a golden question, with what should come of it by what is said of the reply.
    ///
    /// # Errors
    /// [`Failure`]; nothing was written then.
    pub(crate) fn save_golden(&self, question: &str, said: Said) -> Result<String, Failure> {
        let folder = &self.places.questions;
        let path = folder.join(SAVED);
        let before = match files::read(&path, MAX_FILE, Links::Follow) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.is_not_found() => None,
            Err(error) => return Err(PackError::File(error).into()),
        };
        let text = before.clone().map(String::from_utf8).transpose().map_err(|_| Refusal::Unusual(path.display().to_string()))?;
        let (answerer, ask) = (&self.current().answerer, edit::tidy(question));
        let after = golden::add(answerer.base(), &path.display().to_string(), text.as_deref(), &ask, &answerer.answer(&ask), said)?;
        std::fs::create_dir_all(folder).map_err(|source| WriteError::Io { path: folder.clone(), source })?;
        let written = disk::write(&path, before.as_deref(), after.as_bytes())?;
        let summary = format!("saved the golden question “{ask}” in {SAVED}");
        self.remember(Done { summary: summary.clone(), what: DoneWhat::Written(written, None) });
        Ok(summary)
    }

    /// Puts a group away for good.
    ///
    /// # Errors
    /// [`Failure`], in words.
    pub fn dismiss(&self, group: &Group) -> Result<String, Failure> {
        self.gaps.dismiss(group).map_err(Failure::Other)?;
        let summary = format!("dismissed “{}”", group.wordings.first().map_or("", |wording| wording.text.as_str()));
        self.remember(Done { summary: summary.clone(), what: DoneWhat::Dismissed(group.clone()) });
        Ok(summary)
    }

    /// What would be taken back next; `None` if nothing was done since the start. Steps are kept in memory only.
    pub(crate) fn last_done(&self) -> Option<String> {
        lock(&self.done).last().map(|done| done.summary.clone())
    }

    /// Takes the last step back.
    ///
    /// # Errors
    /// [`Failure`] where there is none, or its file was changed since.
    pub fn undo(&self) -> Result<String, Failure> {
        let mut all = lock(&self.done);
        let Some(done) = all.last() else {
            return Err(Failure::Other("nothing was done since this was started, so there is nothing to take back".to_owned()));
        };
        match &done.what {
            DoneWhat::Written(written, group) => {
                written.undo()?;
                if let Some(Err(error)) = group.as_ref().map(|group| self.gaps.reopen(group)) {
                    tracing::warn!(%error, "the change was taken back, but its group of questions could not be brought back");
                }
            }
            DoneWhat::Dismissed(group) => self.gaps.restore(group).map_err(Failure::Other)?,
        }
        let summary = format!("taken back: {}", done.summary);
        all.pop();
        Ok(summary)
    }

    fn remember(&self, done: Done) {
        let mut all = lock(&self.done);
        if all.len() >= UNDO {
            all.remove(0);
        }
        all.push(done);
    }

    /// How a fact that is being written stands against the text of the source: what it says that its paragraphs do not. `None` where no text was
    /// given.
    pub(crate) fn grounded(&self, current: &Current, fact: &NewFact) -> Option<Result<Grounded, Failure>> {
        let (name, text) = self.places.source.as_ref()?;
        // Without its question it can be checked too.
        let lines = if fact.lines.is_empty() { vec![format!("{} ?", fact.statement)] } else { fact.lines.clone() };
        let prepared = match current.prepare(&Edit::Fact(NewFact { lines, ..fact.clone() })) {
            Ok(prepared) => prepared,
            Err(error) => return Some(Err(error)),
        };
        let statement = edit::tidy(&fact.statement);
        let own = prepared.base.facts.iter().find(|f| f.statement == statement)?;
        let found = grounding::check(&prepared.base, &prepared.files, name, text);
        let of_it = |d: &Diagnostic| match d.code {
            Code::UngroundedName | Code::UngroundedNumber => {
                d.place.file == own.place.file && own.place.start <= d.place.start && d.place.end <= own.place.end
            }
            Code::SourceMismatch => true,
            _ => false,
        };
        let found = found.into_iter().filter(of_it).collect();
        Some(Ok(Grounded { found, files: prepared.files }))
    }

    /// What `check` finds in the files without asking anything, once for each state of them.
    pub(crate) fn findings<'c>(&self, current: &'c Current) -> &'c [Diagnostic] {
        current.findings.get_or_init(|| {
            let mut found = pack::load(&current.files).diagnostics;
            found.extend(quality::notes(&current.answerer, &current.files, None));
            found.extend(quality::overdue(current.base(), &Today::of(SystemTime::now())));
            if let Some((name, text)) = &self.places.source {
                found.extend(grounding::check(current.base(), &current.files, name, text));
            }
            found.sort_by(|a, b| (&a.place, a.code).cmp(&(&b.place, b.code)));
            found
        })
    }

    /// What asking every wording and golden question showed; `None` while they are still being asked. The first call begins with it.
    pub(crate) fn asked(current: &Arc<Current>) -> Option<&Asked> {
        if !current.asking.swap(true, Ordering::Relaxed) {
            let working = current.clone();
            std::thread::spawn(move || working.asked.set(Asked::all(&working)));
        }
        current.asked.get()
    }
}

/// What a fact that is being written says that its paragraphs do not.
#[derive(Debug)]
pub(crate) struct Grounded {
    /// The findings.
    pub(crate) found: Vec<Diagnostic>,
    /// The files in which they are, with the fact in one of them.
    pub(crate) files: Vec<SourceFile>,
}

/// What asking every wording and golden question showed.
#[derive(Debug)]
pub(crate) struct Asked {
    /// Wordings that lead elsewhere, and questions that nearly collide.
    pub(crate) found: Vec<Diagnostic>,
    /// Golden questions.
    pub(crate) golden: usize,
    /// Of these, the right ones.
    pub(crate) golden_right: usize,
}

impl Asked {
    fn all(current: &Current) -> Asked {
        let (base, answerer) = (current.base(), &current.answerer);
        let golden: Vec<_> = current.golden.iter().flat_map(|set| &set.questions).collect();
        let right = golden.iter().filter(|q| golden::judge(base, q, &answerer.answer(&q.ask)) == Verdict::Right).count();
        let audit = audit::run(answerer);
        Asked { found: [audit.stolen, audit.close].concat(), golden: golden.len(), golden_right: right }
    }
}

impl Current {
    fn new(files: Vec<SourceFile>, answerer: Arc<Answerer>, golden: Vec<GoldenSet>, broken: Option<Broken>) -> Current {
        Current {
            files,
            answerer,
            golden,
            broken,
            baseline: OnceLock::new(),
            findings: OnceLock::new(),
            asking: AtomicBool::new(false),
            asked: OnceLock::new(),
            effects: Mutex::default(),
            candidates: Mutex::default(),
        }
    }

    /// The same with something wrong in the folder.
    fn but_broken(&self, broken: Broken) -> Current {
        Current::new(self.files.clone(), self.answerer.clone(), self.golden.clone(), Some(broken))
    }

    /// The version of its files.
    pub fn version(&self) -> &str {
        &self.answerer.base().version
    }

    /// What is on record.
    pub fn base(&self) -> &KnowledgeBase {
        self.answerer.base()
    }

    /// The first wordings of a group, each with its reply, and the place of the one to look at: the first without a good answer. Where all have
    /// one, people did not like it, and it is the first of which nothing was taken out.
    pub fn wordings<'g>(&self, group: &'g Group) -> (Vec<(&'g Wording, Reply)>, usize) {
        let wordings = group.wordings.iter().take(MAX_WORDINGS).map(|wording| (wording, self.answerer.answer(&wording.text)));
        let wordings: Vec<(&Wording, Reply)> = wordings.collect();
        let open = wordings.iter().position(|(wording, reply)| !wording.redacted && !is_dealt_with(reply));
        let whole = || wordings.iter().position(|(wording, _)| !wording.redacted);
        let at = open.or_else(whole).unwrap_or(0);
        (wordings, at)
    }

    /// The change as it is written: see [`fitted`].
    pub fn fitted(&self, edit: &Edit) -> Edit {
        fitted(&self.answerer, edit)
    }

    fn prepare(&self, edit: &Edit) -> Result<Prepared, Failure> {
        Ok(edit::prepare(&self.files, self.base(), edit)?)
    }

    fn baseline(&self) -> &Baseline {
        self.baseline.get_or_init(|| Baseline::new(self.base(), &self.golden))
    }

    fn kept(&self, version: &str) -> Option<Arc<Answerer>> {
        lock(&self.candidates).iter().find(|(v, _)| v == version).map(|(_, answerer)| answerer.clone())
    }

    fn keep(&self, version: String, answerer: Arc<Answerer>) {
        let mut all = lock(&self.candidates);
        if all.iter().any(|(v, _)| *v == version) {
            return;
        }
        if all.len() >= CANDIDATES {
            all.remove(0);
        }
        all.push((version, answerer));
    }
}

/// A change as it is written: where a question is asked about many names, "does Spain recognise it" becomes "does {subject} recognise it".
pub fn fitted(answerer: &Answerer, edit: &Edit) -> Edit {
    let Edit::Paraphrases { of: edit::Asked::Question(id), lines } = edit else { return edit.clone() };
    let base = answerer.base();
    let relation = base.find_intent(id).filter(|intent| intent.paraphrases.iter().any(|p| p.text.contains("{subject}")));
    let Some(relation) = relation.and_then(|intent| intent.relation.as_ref()).map(|used| &base[used.relation]) else {
        return edit.clone();
    };
    let fit = |line: &String| {
        let Ok(question) = Question::parse(line) else { return line.clone() };
        let interpretation = answerer.matcher().interpret(base, question);
        let names =
            |span: &&Span| matches!(span.mention, Mention::Entity(e) if base[e].kind == relation.subject && Some(e) != relation.object);
        let mut spans = interpretation.spans.iter().filter(names);
        // Of two names, only a person can say which is meant.
        let (Some(span), None) = (spans.next(), spans.next()) else { return line.clone() };
        let words = interpretation.question.words.get(span.from..span.to).unwrap_or_default();
        let tokens = text::tokens(line);
        // What surrounds a question, such as a link, is taken out before it is cut into words; then the places are others.
        let same = tokens.len() == interpretation.question.tokens.len();
        let ends = words.first().zip(words.last()).and_then(|(first, last)| Some((tokens.get(first.token)?, tokens.get(last.token)?)));
        let parts = ends
            .filter(|_| same && !line.contains('{'))
            .and_then(|(first, last)| Some((line.get(..first.start)?, line.get(first.start..last.end)?, line.get(last.end..)?)));
        let Some((before, name, behind)) = parts else { return line.clone() };
        let owner = ["'s", "’s"].into_iter().find(|ending| name.ends_with(ending)).unwrap_or_default();
        format!("{before}{{subject}}{owner}{behind}")
    };
    Edit::Paraphrases { of: edit::Asked::Question(id.clone()), lines: lines.iter().map(fit).collect() }
}

/// Whether nobody needs to look at a question any more: it is answered, or declined as one that is written down.
pub(crate) fn is_dealt_with(reply: &Reply) -> bool {
    matches!(reply.outcome, Outcome::Answer(_) | Outcome::NoAnswer(Reason::Unanswerable(_)) | Outcome::SmallTalk(_))
}

fn errors(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    found.into_iter().filter(|d| d.severity() == Severity::Error).collect()
}

fn asked(golden: &[GoldenSet]) -> Vec<&str> {
    golden.iter().flat_map(|set| &set.questions).map(|q| q.ask.as_str()).collect()
}

/// The golden questions that can be used; what is wrong with the others is for `factotum test` to say.
fn read_golden(places: &Places, base: &KnowledgeBase) -> Vec<GoldenSet> {
    let paths = factotum_service::pack::listed(&places.questions).unwrap_or_default();
    let read = |path: &Path| {
        let text = String::from_utf8(files::read(path, MAX_FILE, Links::Follow).ok()?).ok()?;
        Some(SourceFile { name: path.display().to_string(), text })
    };
    let files: Vec<SourceFile> = paths.iter().filter_map(|path| read(path)).collect();
    files.iter().filter_map(|file| golden::parse(std::slice::from_ref(file), base).ok()).flatten().collect()
}

/// A path's last part.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}
