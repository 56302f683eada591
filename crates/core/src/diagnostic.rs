//! Something to tell a curator: what is wrong, where, under a stable code, and what to do next.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// It works; what could make it better.
    Note,
    /// It works, but hardly as intended.
    Warning,
    /// The files cannot be used.
    Error,
}

/// Which part of the program finds something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading a file: its syntax, its keys, the kinds of its values.
    Reading,
    /// The checks of a whole knowledge base, [`crate::pack::CHECKS`].
    Checks,
    /// Comparing the facts with the text of their source.
    Grounding,
    /// Asking the knowledge base its own paraphrases.
    Audit,
    /// Looking for what is weak though nothing is wrong.
    Quality,
}

/// What there is to know about a code.
struct Described {
    name: &'static str,
    severity: Severity,
    stage: Stage,
    explanation: &'static str,
    advice: &'static str,
}

macro_rules! codes {
    ($($(#[doc = $explanation:literal])+ $variant:ident = $name:literal, $severity:ident, $stage:ident, $advice:literal;)+) => {
        /// The stable name of a kind of finding. `docs/diagnostics.md` is made from this table and `tests/diagnostics/<code>/`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[doc = $explanation])+ $variant,)+ }

        impl Code {
            /// Every code.
            pub const ALL: &[Code] = &[$(Code::$variant,)+];

            const fn described(self) -> Described {
                match self {
                    $(Code::$variant => Described {
                        name: $name,
                        severity: Severity::$severity,
                        stage: Stage::$stage,
                        explanation: concat!($($explanation),+),
                        advice: $advice,
                    },)+
                }
            }
        }
    };
}

impl Code {
    /// The name as it is printed.
    pub fn as_str(self) -> &'static str {
        self.described().name
    }

    /// How bad a finding with this code is.
    pub fn severity(self) -> Severity {
        self.described().severity
    }

    /// What finds it.
    pub fn stage(self) -> Stage {
        self.described().stage
    }

    /// One sentence on what it means.
    pub fn explanation(self) -> &'static str {
        self.described().explanation.trim_ascii()
    }

    /// What to do about it.
    pub fn advice(self) -> &'static str {
        self.described().advice
    }
}

codes! {
    /// The file is not valid TOML, or not valid UTF-8.
    Syntax = "syntax", Error, Reading,
        "Correct the text at the place shown. Most often a bracket, a quotation mark or a comma is missing there or just before. If the \
         file is not UTF-8, save it as UTF-8 in your editor and type the character again.";
    /// The file does not begin with `format = 2`, or is in a format that this program does not read.
    Format = "format", Error, Reading,
        "Write `format = 2` on the first line. `factotum migrate OLD --out NEW` converts a folder in format 1. A higher number belongs to \
         a newer version of the program.";
    /// A key or table that does not exist.
    UnknownKey = "unknown-key", Error, Reading,
        "Check the spelling; [knowledge.md](knowledge.md) lists the keys of every table. In TOML a key belongs to the table above it, so \
         the keys of a fact come before its first question. Nothing is ignored silently: a mistyped key cannot lose what you wrote.";
    /// A required key is missing.
    MissingKey = "missing-key", Error, Reading,
        "Add the key; [knowledge.md](knowledge.md) marks required keys with a star.";
    /// A value of the wrong type, or out of range.
    InvalidValue = "invalid-value", Error, Checks,
        "Write what the message asks for. Dates are `2024`, `2024-05` or `2024-05-31`; texts are neither empty nor longer than a message \
         can be; the words of `derived` are copied from the statement letter for letter.";
    /// An id is not kebab-case: lower-case letters, digits and single hyphens.
    InvalidId = "invalid-id", Error, Checks,
        "Rename it, for example to `old-port`, also where it is used.";
    /// One id, or one key, is given twice.
    DuplicateId = "duplicate-id", Error, Checks,
        "Give one of the two another id, or merge them. All files share their ids.";
    /// Something is named that does not exist.
    DanglingReference = "dangling-reference", Error, Checks,
        "Correct the spelling, or add what is named. To refer to a fact or question, give it an `id`.";
    /// A fact cites nothing, or more than three paragraphs.
    FactWithoutCitation = "fact-without-citation", Error, Checks,
        "Add `paragraphs` with the one to three paragraphs that say it, and `source` if there are several sources. What no paragraph says \
         is not a fact. A fact that needs more than three paragraphs is usually two facts.";
    /// A paragraph that the source does not have.
    ParagraphOutOfRange = "paragraph-out-of-range", Error, Checks,
        "Cite a paragraph that exists, or correct `paragraphs` of the source if that is what is wrong.";
    /// A question, an unanswerable question or small talk whose `ask` has no line.
    NothingAsked = "nothing-asked", Error, Checks,
        "Write the question as people are shown it on the first line of `ask`, and other ways of asking it on the lines below.";
    /// A relation without rows.
    RelationWithoutRows = "relation-without-rows", Error, Checks,
        "Add `rows`, one for each name, with the fact that it rests on. A question about a single fact belongs below that fact.";
    /// A gap such as `{subject}` that nothing fills.
    SlotUnfilled = "slot-unfilled", Error, Checks,
        "Use `{subject}` and `{other}` only in questions of a relation, and give the relation a `subject` that is the `kind` of some \
         entity.";
    /// One way of asking in two places that lead to different replies.
    ParaphraseClaimedTwice = "paraphrase-claimed-twice", Error, Checks,
        "Keep it where the reply fits best, and remove it elsewhere. Case, accents and punctuation make no difference.";
    /// The text given with `--source` is not one that the facts were taken from.
    SourceMismatch = "source-mismatch", Error, Grounding,
        "Use the text that the facts were taken from. If it has changed, check every fact against it, then put its new `sha256` into the \
         source.";
    /// A statement has a name that the cited paragraphs do not have.
    UngroundedName = "ungrounded-name", Error, Grounding,
        "Cite the paragraph that has the name, correct the statement, or declare the words in `derived` with what they follow from. If \
         the source uses another name for the same thing, add that name to the entity's `aliases`.";
    /// A statement has a figure that the cited paragraphs do not have.
    UngroundedNumber = "ungrounded-number", Error, Grounding,
        "Cite the paragraph that has the figure, correct it, or declare it in `derived` with what it is worked out from.";
    /// A paragraph has a name or figure that no fact citing it has.
    UncoveredParagraph = "uncovered-paragraph", Error, Grounding,
        "Add what is missing to a fact that cites the paragraph, or write a fact for it. Headings and lines without a number do not count.";
    /// A golden question that is not right, in a file with more of them than its `min_percent` allows. Only where golden questions are asked for.
    GoldenQuestionBroken = "golden-question-broken", Error, Quality,
        "Undo the change that broke it, or correct what the golden question expects. `factotum check --golden` and reloads with \
         `check_golden_questions` refuse a knowledge base that breaks one.";
    /// A fact that no question leads to.
    UnreachableFact = "unreachable-fact", Warning, Checks,
        "Add `[[fact.question]]` below it, use it in a row of a relation or in the `also` of another question, or remove it: nobody can \
         get it as an answer.";
    /// One name for two entities: a question that uses it can mean either.
    AliasShared = "alias-shared", Warning, Checks,
        "Leave the name with the entity that people mean by it. A name in `[names]` that is also an alias of an entity is not needed there.";
    /// A kind of entity that looks like a misspelling of another.
    KindMisspelt = "kind-misspelt", Warning, Checks,
        "Correct the spelling. A kind of your own is fine; it counts as meant once two entities, a relation or `[names]` have it.";
    /// A paraphrase that the knowledge base answers with something else.
    ParaphraseStolen = "paraphrase-stolen", Warning, Audit,
        "Every paraphrase is asked, and this one went elsewhere: `factotum ask --explain \"...\"` shows why. Make it say what sets it \
         apart, move it to where it went, or give its own question more paraphrases like it.";
    /// A paraphrase that is longer than a question may be, or has no word in it.
    ParaphraseUnusable = "paraphrase-unusable", Warning, Checks,
        "Write words, and fewer of them.";
    /// A direct answer or the value of a row has a figure or a name that its facts do not have.
    UngroundedAnswer = "ungrounded-answer", Warning, Quality,
        "Correct it: it is what people read first. If it is right, say it in the statement too, or declare it in `derived`.";
    /// A name by which its entity cannot be recognised, because its words are read as something else.
    AliasUnread = "alias-unread", Warning, Quality,
        "Remove it, or write it as people type it. A `[spellings]` entry can tell how a word is to be read.";
    /// A source without a fingerprint: nothing shows that the text given with `--source` is the right one.
    UnsignedSource = "unsigned-source", Note, Grounding,
        "If it is the text that the facts were taken from, `--accept-source` writes the `sha256` into the source.";
    /// Lines that begin with `# TODO`, such as `factotum new` writes them.
    Unfinished = "unfinished", Note, Quality,
        "Do what the line says, then remove it.";
    /// A question of the knowledge base with something exchanged (a name, a year, a figure, what is asked for, who did it to whom) is answered,
    /// although no fact covers it.
    SwappedQuestion = "swapped-question", Note, Quality,
        "Write it below the fact as an unanswerable question; the finding has the lines to paste. If the answer is right, say so in the \
         statement. `factotum check --swap` tries more questions, and takes longer.";
    /// A statement says when, where, who, how many or why, and no question asks for it.
    Unasked = "unasked", Note, Quality,
        "Paste the question that the finding shows, in your own words. Leave it if nobody will ask.";
    /// Two questions with different facts are so close that other wordings of one may be taken for the other.
    CloseQuestions = "close-questions", Note, Quality,
        "Give each paraphrases that say what sets it apart from the other. If both come to the same, make them one question with `also`.";
    /// A kind of one's own that only entities have: answers are not held against names of it as they are against persons and countries.
    KindUndeclared = "kind-undeclared", Note, Quality,
        "Use one of the kinds that the program knows where one fits: country, person, organisation, place, event, thing, group. A kind that a \
         relation or `[names]` uses counts as declared.";
    /// A role that no entity holds.
    RoleWithoutHolder = "role-without-holder", Note, Quality,
        "Give it to an entity in `offices`. Keep it without one if people ask for the office and the holder is not on record.";
    /// A source or fact whose `review_after` is over.
    Overdue = "overdue", Note, Quality,
        "Look whether it still holds. If it does, write the date of the next review; if not, correct it. Until then, answers that rest on it \
         say that they were due for review.";
    /// A sentence of the source on which no fact rests.
    UnusedSentence = "unused-sentence", Note, Grounding,
        "Write a fact that says it in your own words, or leave it if nobody will ask. `--coverage` lists every sentence with its facts.";
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A file that somebody wrote, kept for quoting from it.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Its path as the curator knows it.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// A stretch of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Index into the files that were read.
    pub file: usize,
    /// Bytes of its text, start and end.
    pub start: usize,
    /// Byte behind the last.
    pub end: usize,
}

impl Place {
    /// A place in a file.
    pub fn new(file: usize, span: Range<usize>) -> Self {
        Self { file, start: span.start, end: span.end }
    }

    /// The first occurrence of some words inside this place, or the place itself where they are written otherwise.
    #[must_use]
    pub fn narrowed(&self, files: &[SourceFile], words: &str) -> Place {
        let inside = files.get(self.file).and_then(|f| f.text.get(self.start..self.end));
        match inside.and_then(|text| text.find(words)) {
            Some(at) => Place::new(self.file, self.start + at..self.start + at + words.len()),
            None => self.clone(),
        }
    }
}

/// One finding.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// Its kind.
    pub code: Code,
    /// What is wrong, in a sentence without a full stop.
    pub message: String,
    /// Where.
    pub place: Place,
    /// Said under the place.
    pub label: String,
    /// A second place that belongs to it, with what to say there.
    pub also: Option<(Place, String)>,
    /// What to do next.
    pub help: String,
}

impl Diagnostic {
    /// A finding with its place; label and second place are added with the other methods.
    pub fn new(code: Code, place: Place, message: impl Into<String>, help: impl Into<String>) -> Self {
        let mut message = message.into();
        if message.len() > MAX_MESSAGE {
            // It quotes something that is no name.
            message.truncate(crate::text::truncate(&message, MAX_MESSAGE).len());
            message.push_str(" ...");
        }
        Self { code, message, place, label: String::new(), also: None, help: help.into() }
    }

    /// Says something under the place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Names a second place.
    #[must_use]
    pub fn also(mut self, place: Place, label: impl Into<String>) -> Self {
        self.also = Some((place, label.into()));
        self
    }

    /// Note, warning or error.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// The form for people, with the text in question underlined.
    pub fn human(&self, files: &[SourceFile], colour: bool) -> String {
        let level = match self.severity() {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let title = level.primary_title(self.message.as_str()).id(self.code.as_str());
        let snippet = |place: &Place, kind: AnnotationKind, label: &str| {
            let file = files.get(place.file);
            let text = file.map_or("", |f| f.text.as_str());
            let (lines, start, end) = lines_around(text, place);
            let annotation = kind.span(start - lines.start..end - lines.start);
            let annotation = if label.is_empty() { annotation } else { annotation.label(label.to_owned()) };
            let path = file.map_or_else(|| "?".to_owned(), |f| crate::text::escape_control(&f.name));
            let (line, _) = line_column(text, lines.start);
            Snippet::source(text[lines].to_owned()).line_start(line).path(path).annotation(annotation)
        };
        let mut group = Group::with_title(title).element(snippet(&self.place, AnnotationKind::Primary, &self.label));
        if let Some((place, label)) = &self.also {
            group = group.element(snippet(place, AnnotationKind::Context, label));
        }
        let group = group.element(Level::HELP.message(self.help.as_str()));
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&[group])
    }

    /// The form for editors: one JSON object.
    pub fn json(&self, files: &[SourceFile]) -> serde_json::Value {
        let place = |p: &Place| {
            let file = files.get(p.file);
            let text = file.map_or("", |f| f.text.as_str());
            let (start, end) = clamp(text, p);
            let (line, column) = line_column(text, start);
            let (end_line, end_column) = line_column(text, end);
            serde_json::json!({"file": file.map_or("?", |f| f.name.as_str()), "line": line, "column": column, "end_line": end_line, "end_column": end_column})
        };
        serde_json::json!({
            "severity": self.severity(), "code": self.code.as_str(), "message": self.message, "at": place(&self.place), "label": self.label,
            "also": self.also.as_ref().map(|(p, label)| serde_json::json!({"at": place(p), "label": label})), "help": self.help,
        })
    }
}

/// Keeps a place inside its text and on character boundaries.
fn clamp(text: &str, place: &Place) -> (usize, usize) {
    let fit = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = fit(place.start);
    (start, fit(place.end).max(start))
}

/// Longest message in bytes: every honest one is shorter, and nobody reads on.
const MAX_MESSAGE: usize = 400;
/// Most lines that are underlined; of a longer stretch only the first is shown.
const MAX_LINES: usize = 6;

/// The lines that a place touches, with its bounds: quoting only these keeps the cost off the size of the file.
fn lines_around(text: &str, place: &Place) -> (Range<usize>, usize, usize) {
    let (start, mut end) = clamp(text, place);
    let from = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = |at: usize| text[at..].find('\n').map_or(text.len(), |n| at + n);
    if text[start..end].bytes().filter(|b| *b == b'\n').count() >= MAX_LINES {
        end = line_end(start);
    }
    (from..line_end(end), start, end)
}

/// Line and column of a byte, both from 1; columns count characters.
pub fn line_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1;
    (line, column)
}
