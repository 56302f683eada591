//! What must hold whatever is asked, written or imported. Each law panics where it is broken.

use factotum_core::answering::{Answerer, MAX_SUGGESTIONS, Outcome, Reason, Reply};
use factotum_core::diagnostic::{Place, Severity, SourceFile, line_column};
use factotum_core::knowledge::IntentId;
use factotum_core::question::{MAX_BYTES, Unreadable};
use factotum_core::render::{console, escape_control, explain, json, message};
use factotum_core::text;
use factotum_curator::export;
use factotum_curator::import::{self, Table, pack};
use std::collections::BTreeSet;

/// Most characters of a reply: the longest message that Discord takes.
const MAX_MESSAGE: usize = 2_000;
/// What Markdown or Discord would obey, and the braces of slots; the record has none of it, so a reply would have it from the
/// asker, or from a slot that nothing filled.
const OBEYED: [char; 9] = ['@', '<', '>', '`', '[', ']', '|', '{', '}'];

/// A question and its reply, in every form that it is shown in.
pub(crate) fn answer(answerer: &Answerer, question: &str) {
    let reply = answerer.answer(question);
    let shown = renderings(answerer, question, &reply);
    assert_eq!(shown, renderings(answerer, question, &answerer.answer(question)), "the same question, the same bytes");
    sound(answerer, question, &reply);

    let [message, console, object, human, reading] = &shown;
    assert!(message.chars().count() <= MAX_MESSAGE, "{} characters: {message}", message.chars().count());
    assert!(!message.contains(OBEYED), "{message:?}");
    assert_eq!(&escape_control(message), message, "nothing in it is obeyed");
    assert_eq!(&anstream::adapter::strip_str(console).to_string(), message, "styles apart");
    for line in [object, reading] {
        assert!(escape_control(line) == *line && !line.contains('\n'), "one line without anything that a terminal obeys: {line:?}");
    }
    assert_eq!(&escape_control(human), human);

    let object: serde_json::Value = serde_json::from_str(object).expect("a reply is JSON");
    assert_eq!(object["question"], question);
    assert_eq!(object["message"], message.as_str());
    assert_eq!(object["answer"].is_null(), object["outcome"] != "answer");
    assert_eq!(object["reason"].is_null(), object["outcome"] != "no_answer");
    serde_json::from_str::<serde_json::Value>(reading).expect("an explanation is JSON");
}

/// Message, console, JSON, explanation for people and for programs.
fn renderings(answerer: &Answerer, question: &str, reply: &Reply) -> [String; 5] {
    let base = answerer.base();
    let explained = serde_json::json!([explain::interpretation(answerer.base(), reply), explain::evidence(answerer.base(), reply)]);
    [
        message(base, reply),
        console::reply(base, reply),
        json::line(&json::reply(base, question, reply)),
        explain::human(answerer.base(), reply),
        json::line(&explained),
    ]
}

/// The reply is one that the record can stand for.
fn sound(answerer: &Answerer, question: &str, reply: &Reply) {
    let base = answerer.base();
    let share = |x: f32| (0.0..=1.0).contains(&x);
    assert!(share(reply.confidence), "{}", reply.confidence);
    assert_eq!(reply.candidates.len(), reply.evidence.len());
    for (candidate, evidence) in reply.candidates.iter().zip(&reply.evidence) {
        assert!(share(candidate.probability) && share(evidence.confidence) && share(evidence.coverage), "{candidate:?} {evidence:?}");
    }
    let offered: BTreeSet<IntentId> = reply.suggestions.iter().copied().collect();
    assert!(offered.len() == reply.suggestions.len() && offered.len() <= MAX_SUGGESTIONS, "{:?}", reply.suggestions);
    assert!(offered.iter().all(|i| !base[*i].question.contains('{')));

    let readable = question.len() <= MAX_BYTES && !text::tokens(question).is_empty();
    match &reply.outcome {
        Outcome::Answer(parts) => {
            assert!(readable && !parts.is_empty());
            for part in parts {
                assert!(!part.facts.is_empty(), "an answer cites");
                for fact in &part.facts {
                    let fact = &base[*fact];
                    let last = base[fact.source].paragraphs;
                    assert!(!fact.paragraphs.is_empty() && fact.paragraphs.iter().all(|p| (1..=last).contains(p)), "{}", fact.id);
                }
            }
            assert!(message(base, reply).contains("\nSource: \""), "an answer shows its source");
        }
        Outcome::Clarify(intents) => assert!(readable && intents.len() == 2 && intents[0] != intents[1]),
        Outcome::SmallTalk(talk) => assert!(readable && !base[*talk].reply.is_empty()),
        Outcome::NoAnswer(Reason::Unreadable(why)) => {
            assert!(!readable);
            assert_eq!(*why == Unreadable::TooLong, question.len() > MAX_BYTES);
        }
        Outcome::NoAnswer(_) => assert!(readable),
    }
    assert!(reply.unanswered.is_empty() || matches!(reply.outcome, Outcome::Answer(_)));
}

/// A file of a record: either a record that can be asked, or errors with their places.
pub(crate) fn record(bytes: &[u8]) {
    let files = [SourceFile { name: "record.toml".to_owned(), text: String::from_utf8_lossy(bytes).into_owned() }];
    let found = factotum_core::pack::load(&files);
    for diagnostic in &found.diagnostics {
        let within = |p: &Place| files[p.file].text.get(p.start..p.end).is_some();
        assert!(within(&diagnostic.place) && diagnostic.also.iter().all(|(p, _)| within(p)), "{diagnostic:?}");
        assert!(!diagnostic.message.is_empty() && !diagnostic.help.is_empty(), "{diagnostic:?}");
        let (line, column) = line_column(&files[0].text, diagnostic.place.start);
        let object = diagnostic.json(&files);
        assert_eq!((&object["at"]["line"], &object["at"]["column"]), (&line.into(), &column.into()));
        let human = diagnostic.human(&files, false);
        assert!(human.starts_with(&format!(
            "{}[{}]",
            if diagnostic.severity() == Severity::Error { "error" } else { "warning" },
            diagnostic.code
        )));
        assert!(!human.contains('\x1b'), "{human:?}");
    }
    let errors = found.diagnostics.iter().any(|d| d.severity() == Severity::Error);
    assert_eq!(found.base.is_none(), errors, "a record or errors, never both, never neither");
    let Some(base) = found.base else { return };
    let asked: Vec<String> = base.intents.iter().map(|i| i.question.clone()).collect();
    let answerer = Answerer::new(base);
    for question in asked {
        let reply = answerer.answer(&question);
        sound(&answerer, &question, &reply);
        renderings(&answerer, &question, &reply);
    }
}

/// Something to import, by its file name: either a record that loads without an error, which comes back from every export, or bad rows with their
/// places.
pub(crate) fn import(name: &str, bytes: &[u8]) {
    match pack(Table { name, bytes, date: "2024-05-31" }) {
        Ok(imported) => {
            let found = factotum_core::pack::load(&imported.files);
            let errors: Vec<_> =
                found.diagnostics.iter().filter(|d| d.severity() == Severity::Error).map(|d| d.human(&imported.files, false)).collect();
            assert!(errors.is_empty(), "{}\n{}", errors.join("\n"), imported.files[0].text);
            let base = found.base.expect("there are no errors");
            assert!(base.intents.len() == imported.intents && imported.intents <= imported.rows);
            let again = import::merge(&imported.files, Some(&imported.files[0]), &imported.files[0]).expect("it is TOML");
            assert!(again.files.is_empty() && again.kept.is_empty() && again.unchanged == imported.intents, "{again:?}");
            comes_back(&export::entries(&base).0);
            assert!(imported.warnings.is_sorted_by_key(|w| w.place));
            imported.notes.iter().chain(imported.warnings.iter().map(|w| &w.message)).for_each(|text| printable(text));
        }
        Err(problems) => {
            let lines = bytes.iter().filter(|b| matches!(b, b'\n' | b'\r')).count() + 1;
            assert!(!problems.is_empty() && problems.is_sorted_by_key(|p| p.place));
            for problem in problems {
                if let import::Place::Line(line) = problem.place {
                    assert!((1..=lines).contains(&line), "{problem:?} of {lines} lines");
                }
                printable(&problem.message);
            }
        }
    }
}

fn printable(text: &str) {
    assert_eq!(escape_control(text).replace('\n', " "), text);
}

/// What was exported is imported as the same.
fn comes_back(entries: &[export::Entry]) {
    for (name, text) in
        [("x.csv", export::csv(entries)), ("x.md", export::markdown(entries, "Questions")), ("x.json", export::json_ld(entries))]
    {
        let imported =
            pack(Table { name, bytes: text.as_bytes(), date: "2024-05-31" }).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
        let base = factotum_core::pack::load(&imported.files).base.expect("an import has no errors");
        assert_eq!(export::entries(&base).0, entries, "{text}");
    }
}
