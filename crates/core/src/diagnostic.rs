//! Something to tell a curator: what is wrong, where, under a stable code, and what to do next.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Works, but surely not as meant.
    Warning,
    /// The pack cannot be used.
    Error,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $severity:ident;)+) => {
        /// The stable name of a kind of finding. Each is explained in `docs/diagnostics.md`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[doc = $doc])+ $variant,)+ }

        impl Code {
            /// Every code there is.
            pub const ALL: &[Code] = &[$(Code::$variant,)+];

            /// The name as it is printed.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $name,)+ }
            }

            /// How bad a finding with this code is.
            pub fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity,)+ }
            }

            /// One sentence on what it means.
            pub fn explanation(self) -> &'static str {
                match self { $(Code::$variant => concat!($($doc),+).trim_ascii(),)+ }
            }
        }
    };
}

codes! {
    /// The file is not valid TOML, or not valid UTF-8.
    Syntax = "syntax", Error;
    /// The file does not begin with `format = 1`, or names a format that this program does not read.
    Format = "format", Error;
    /// A key or table that the format does not have.
    UnknownKey = "unknown-key", Error;
    /// A key that must be there is missing.
    MissingKey = "missing-key", Error;
    /// A value has the wrong type or is out of its range.
    InvalidValue = "invalid-value", Error;
    /// An id is not kebab-case: lower-case letters, digits and single hyphens.
    InvalidId = "invalid-id", Error;
    /// One id is given twice.
    DuplicateId = "duplicate-id", Error;
    /// Something is named that does not exist.
    DanglingReference = "dangling-reference", Error;
    /// A fact cites nothing, or more than three paragraphs.
    FactWithoutCitation = "fact-without-citation", Error;
    /// A paragraph that the source does not have.
    ParagraphOutOfRange = "paragraph-out-of-range", Error;
    /// An intent, near miss or small talk without any phrase.
    IntentWithoutPhrases = "intent-without-phrases", Error;
    /// An intent that leads to no fact.
    IntentWithoutFacts = "intent-without-facts", Error;
    /// A slot whose type no entity has, or a slot where no relation fills it.
    SlotUnfilled = "slot-unfilled", Error;
    /// One phrase stands in two places that lead to different replies.
    PhraseClaimedTwice = "phrase-claimed-twice", Error;
    /// The source text at hand is not the one that the pack was made from.
    SourceMismatch = "source-mismatch", Error;
    /// A statement has a name that the cited paragraphs do not have.
    UngroundedName = "ungrounded-name", Error;
    /// A statement has a figure that the cited paragraphs do not have.
    UngroundedNumber = "ungrounded-number", Error;
    /// A paragraph has a name or figure that no fact citing it has.
    UncoveredParagraph = "uncovered-paragraph", Error;
    /// A fact that no intent and no relation leads to.
    UnreachableFact = "unreachable-fact", Warning;
    /// One alias for two entities: a question that uses it can mean either.
    AliasShared = "alias-shared", Warning;
    /// A phrase that the whole base answers with something else than its own intent.
    PhraseStolen = "phrase-stolen", Warning;
    /// A phrase longer than the program reads, or with no word in it.
    PhraseUnusable = "phrase-unusable", Warning;
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

    /// Warning or error.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// The form for people, with the text in question underlined.
    pub fn human(&self, files: &[SourceFile], colour: bool) -> String {
        let level = match self.severity() {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
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
