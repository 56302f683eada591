//! Every key of a knowledge file does something: without it, or with another value, people see something else.
//!
//! The list of keys comes from the shapes that files are read into, so that a new key fails here until it has a row.

use factotum_core::answering::Answerer;
use factotum_core::diagnostic::SourceFile;
use factotum_core::hash::sha256_hex;
use factotum_core::knowledge::Today;
use factotum_core::pack;
use factotum_core::render::{console, explain, json};
use factotum_curator::{grounding, quality};
use factotum_wording::Language;
use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

/// The text that the facts of [`BASE`] were taken from.
const SOURCE: &str = "[1] Ada Marsh opened the Harbour Museum in 1987, after the harbour fire of 1985.\n\
    [2] Red Ship and Blue Ship are in the museum; the Blue Ship came in 1995.\n\
    [3] The museum closes at 18 o'clock. It is closed on Sunday.\n";

/// A knowledge base with every key.
const BASE: &str = r#"
format = 2

[defaults]
source = "guide"
as_of = "2021"
speaker = "marsh"
derived = { "1990" = "the plate on its bow" }
review_after = "2025"

[source.guide]
title = "Guide to the Harbour Museum"
publisher = "Friends of the Museum"
url = "https://museum.example/guide"
date = "2024-05"
date_note = "printed on its cover"
paragraphs = 3
sha256 = "SHA256"
limits = "Nothing after May 2024."
review_after = "2025-06"

[source.leaflet]
title = "Leaflet"
paragraphs = 1

[roles]
curator = "curator"
guard = "guard"

[entity.marsh]
kind = "person"
name = "Ada Marsh"
short = "Marsh"
description = "head of the museum"
aliases = "Mrs M"
sounds_like = "aida marche"
offices = [{ role = "curator", of = "museum" }]

[entity.museum]
kind = "organisation"
name = "the Harbour Museum"
aliases = "museum, Harbour Museum"

[entity.red-ship]
kind = "ship"
name = "the Red Ship"
aliases = "Red Ship"
in = "museum-ships"

[entity.blue-ship]
kind = "ship"
name = "the Blue Ship"
aliases = "Blue Ship"
in = "museum-ships"

[entity.green-ship]
kind = "ship"
name = "the Green Ship"
aliases = "Green Ship"
in = ["museum-ships", "green-things"]

[entity.museum-ship]
kind = "ship"
name = "the Museum Ship"
in = "museum-ships"

[entity.opening]
kind = "event"
name = "the opening of the museum"
cues = "marsh opened"

[entity.fire]
kind = "event"
name = "the harbour fire"
aliases = "harbour fire"

[[fact]]
id = "opening"
statement = "Ada Marsh opened the Harbour Museum in 1987, after the harbour fire of 1985."
paragraphs = 1
source = "guide"
as_of = "2023"
speaker = "museum"
contradicts = "leaflet"
review_after = "2024-11"
derived = { "after" = "the order of the dates" }

[[fact.question]]
id = "when-opened"
ask = """
When did the museum open?
opening year of the museum
"""
answer = "In 1987."
answer_type = "date"
also = "hours"

[[fact.question]]
id = "not-the-city"
ask = """
Why did the city found the museum?
what made the city set up a museum
"""
answer = "Ada Marsh opened it."
false_premise = true

[[fact.question]]
ask = """
Who opened the museum?
name of the person behind the museum
"""

[[fact.unanswerable]]
missing = "what a ticket costs"
reason = "later"
near = "when-closed"
ask = """
price of a ticket
how much is it to get in
"""

[[fact]]
id = "leaflet"
statement = "Ada Marsh opened the Harbour Museum in 1988."
source = "leaflet"
paragraphs = 1

[[fact.question]]
ask = "what does the leaflet say"

[[fact]]
id = "ships"
statement = "The museum has two ships: the Red Ship came in 1990, the Blue Ship in 1995."
paragraphs = 2

[[fact.question]]
ask = "tell me about the ships"

[[fact]]
id = "hours"
statement = "The museum closes at 18 o'clock, and on Sunday it is closed."
paragraphs = 3

[[fact.question]]
id = "when-closed"
ask = """
At what time does the museum close?
closing time
"""
answer = "At 18 o'clock."

[relation.arrived]
subject = "ship"
object = "museum-ship"
complete = true
complete_for = "museum-ships"
rows = [
  { subject = "red-ship", value = "1990", values = { berth = "berth 4" }, fact = "ships" },
  { subject = "blue-ship", value = "1995", values = { berth = "berth 7" }, fact = "ships" },
]

[[relation.arrived.question]]
id = "when-arrived"
find = "value"
ask = """
When did {subject} come to the museum?
arrival year of {subject}
"""
answer_type = "date"
if_unknown = "Two ships came to the museum."

[[relation.arrived.question]]
find = "value"
column = "berth"
ask = """
Where does {subject} lie?
berth of {subject}
"""
answer = "At {value}."

[[relation.arrived.question]]
id = "is-there"
find = "holds"
ask = """
Does the museum have {subject}?
is {subject} one of the museum's
"""
answer_type = "yes_no"
if_yes = "Yes: the museum has {subject}."
if_no = "No: the museum does not have {subject}."

[[relation.arrived.question]]
id = "all-ships"
find = "list"
ask = """
Which ships does the museum have?
names of all the ships
"""
false_premise = false
facts = "ships"
also = "hours"

[relation.dates]
subject = "event"
rows = [
  { subject = "fire", value = "1985", fact = "opening" },
  { subject = "opening", value = "1987", fact = "opening" },
]

[[relation.dates.question]]
find = "order"
ask = """
Which came first, {subject} or {other}?
was {subject} before {other}
"""

[[small_talk]]
ask = "hello"
reply = "Hello. Ask me about the museum."

[[small_talk]]
ask = """
thank you
thanks
"""
reply = "You are welcome."
"#;

/// Translations of it, in a file of their own.
const TRANSLATIONS: &str = r#"
format = 2
lang = "de"

[entity_names]
marsh = "Ada Marsch"

[[translation]]
of = "Who opened the museum?"
ask = """
Wer hat das Museum eröffnet?
Name der Person hinter dem Museum
"""
answer = "Frau Marsh."
statement = "Ada Marsh eröffnete das Hafenmuseum 1987, nach dem Hafenbrand von 1985."

[[translation]]
of = "price of a ticket"
ask = "Was kostet der Eintritt ins Museum?"
missing = "was eine Karte kostet"

[[translation]]
of = "hello"
ask = "Guten Morgen, liebes Museum"
reply = "Guten Tag."
"#;
/// Between the files of a knowledge base that is written as one text.
const NEXT_FILE: &str = "\n---- next file ----\n";

/// What is asked of it.
const QUESTIONS: [&str; 26] = [
    "When did the museum open?",
    "opening year of the museum",
    "what made the city set up a museum",
    "Who opened the museum?",
    "what did Mrs M open",
    "what did aida marche open",
    "what did the museum's curator open",
    "price of a ticket",
    "what does the leaflet say",
    "tell me about the ships",
    "closing time",
    "arrival year of the Red Ship",
    "arrival year of the Green Ship",
    "berth of the Red Ship",
    "Does the museum have the Red Ship?",
    "Does the museum have the Green Ship?",
    "Does the museum have the Museum Ship?",
    "names of all the ships",
    "Which came first, the harbour fire or when Marsh opened the museum?",
    "was the opening of the museum before the harbour fire",
    "hello",
    "thanks",
    "Wer hat das Museum eröffnet?",
    "Name der Person hinter dem Museum",
    "Was kostet der Eintritt ins Museum?",
    "Guten Morgen, liebes Museum",
];

/// A key, and a change to [`BASE`] that takes it out or gives it another value.
type Row = (&'static str, &'static str, &'static str, &'static str);

const ROWS: &[Row] = &[
    ("[defaults]", "source", "[defaults]\nsource = \"guide\"\n", "[defaults]\n"),
    ("[defaults]", "as_of", "as_of = \"2021\"\n", ""),
    ("[defaults]", "speaker", "speaker = \"marsh\"\n", ""),
    ("[defaults]", "derived", "derived = { \"1990\" = \"the plate on its bow\" }\n", ""),
    ("[defaults]", "review_after", "review_after = \"2025\"\n", ""),
    ("[source.<id>]", "title", "title = \"Guide to", "title = \"Leaflet of"),
    ("[source.<id>]", "publisher", "publisher = \"Friends of the Museum\"\n", ""),
    ("[source.<id>]", "url", "url = \"https://museum.example/guide\"\n", ""),
    ("[source.<id>]", "date", "date = \"2024-05\"\n", ""),
    ("[source.<id>]", "date_note", "date_note = \"printed on its cover\"\n", ""),
    ("[source.<id>]", "paragraphs", "paragraphs = 3\nsha256", "paragraphs = 4\nsha256"),
    ("[source.<id>]", "sha256", "sha256 = \"SHA256\"\n", ""),
    ("[source.<id>]", "limits", "limits = \"Nothing after May 2024.\"\n", ""),
    ("[source.<id>]", "review_after", "review_after = \"2025-06\"\n", ""),
    ("[entity.<id>]", "kind", "kind = \"ship\"\nname = \"the Red", "kind = \"thing\"\nname = \"the Red"),
    ("[entity.<id>]", "name", "name = \"Ada Marsh\"", "name = \"Ada Marshall\""),
    ("[entity.<id>]", "short", "short = \"Marsh\"\n", ""),
    ("[entity.<id>]", "description", "description = \"head of the museum\"\n", ""),
    ("[entity.<id>]", "aliases", "aliases = \"Mrs M\"\n", ""),
    ("[entity.<id>]", "sounds_like", "sounds_like = \"aida marche\"\n", ""),
    ("[entity.<id>]", "cues", "cues = \"marsh opened\"\n", ""),
    ("[entity.<id>]", "in", "in = [\"museum-ships\", \"green-things\"]\n", ""),
    ("[entity.<id>]", "offices", "offices = [{ role = \"curator\", of = \"museum\" }]\n", ""),
    ("offices", "role", "role = \"curator\"", "role = \"guard\""),
    ("offices", "of", "of = \"museum\"", "of = \"red-ship\""),
    ("[[fact]]", "id", "id = \"hours\"", "id = \"closing\""),
    ("[[fact]]", "statement", "statement = \"The museum has two", "statement = \"The museum has 2"),
    ("[[fact]]", "paragraphs", "paragraphs = 1\nsource = \"guide\"", "paragraphs = 2\nsource = \"guide\""),
    ("[[fact]]", "source", "source = \"leaflet\"\n", ""),
    ("[[fact]]", "as_of", "as_of = \"2023\"\n", ""),
    ("[[fact]]", "speaker", "speaker = \"museum\"\n", ""),
    ("[[fact]]", "derived", "derived = { \"after\" = \"the order of the dates\" }\n", "derived = { \"1988\" = \"a guess\" }\n"),
    ("[[fact]]", "contradicts", "contradicts = \"leaflet\"\n", ""),
    ("[[fact]]", "review_after", "review_after = \"2024-11\"\n", ""),
    ("[[fact.question]]", "id", "id = \"when-opened\"\n", ""),
    ("[[fact.question]]", "ask", "closing time\n", "when it shuts\n"),
    ("[[fact.question]]", "answer", "answer = \"In 1987.\"\n", ""),
    (
        "[[fact.question]]",
        "answer_type",
        "answer = \"In 1987.\"\nanswer_type = \"date\"",
        "answer = \"In 1987.\"\nanswer_type = \"person\"",
    ),
    ("[[fact.question]]", "false_premise", "false_premise = true\n", ""),
    ("[[fact.question]]", "also", "answer_type = \"date\"\nalso = \"hours\"\n", ""),
    ("[[unanswerable]]", "missing", "missing = \"what a ticket costs\"", "missing = \"the price\""),
    ("[[unanswerable]]", "reason", "reason = \"later\"\n", ""),
    ("[[unanswerable]]", "near", "near = \"when-closed\"\n", ""),
    ("[[unanswerable]]", "ask", "price of a ticket\n", "cost of a visit\n"),
    ("[relation.<id>]", "subject", "subject = \"ship\"", "subject = \"organisation\""),
    ("[relation.<id>]", "object", "object = \"museum-ship\"\n", ""),
    ("[relation.<id>]", "complete", "complete = true\n", ""),
    ("[relation.<id>]", "complete_for", "complete_for = \"museum-ships\"\n", ""),
    ("rows", "subject", "subject = \"red-ship\"", "subject = \"green-ship\""),
    ("rows", "value", "value = \"1990\"", "value = \"1991\""),
    ("rows", "values", "berth = \"berth 4\"", "berth = \"berth 5\""),
    ("rows", "fact", "\"berth 4\" }, fact = \"ships\"", "\"berth 4\" }, fact = \"hours\""),
    ("[[relation.<id>.question]]", "id", "id = \"when-arrived\"\n", ""),
    ("[[relation.<id>.question]]", "find", "find = \"list\"", "find = \"first\""),
    ("[[relation.<id>.question]]", "ask", "names of all the ships\n", "every hull\n"),
    ("[[relation.<id>.question]]", "column", "column = \"berth\"\n", ""),
    ("[[relation.<id>.question]]", "answer", "answer = \"At {value}.\"\n", ""),
    ("[[relation.<id>.question]]", "answer_type", "answer_type = \"yes_no\"", "answer_type = \"place\""),
    ("[[relation.<id>.question]]", "false_premise", "false_premise = false", "false_premise = true"),
    ("[[relation.<id>.question]]", "facts", "facts = \"ships\"\nalso", "facts = \"opening\"\nalso"),
    ("[[relation.<id>.question]]", "also", "facts = \"ships\"\nalso = \"hours\"\n", "facts = \"ships\"\n"),
    ("[[relation.<id>.question]]", "if_yes", "if_yes = \"Yes: the museum has {subject}.\"\n", ""),
    ("[[relation.<id>.question]]", "if_no", "if_no = \"No: the museum does not have {subject}.\"\n", ""),
    ("[[relation.<id>.question]]", "if_unknown", "if_unknown = \"Two ships came to the museum.\"\n", ""),
    ("[[small_talk]]", "ask", "thank you\nthanks\n", "thank you\ncheers\n"),
    ("[[small_talk]]", "reply", "You are welcome.", "My pleasure."),
    ("[[translation]]", "of", "of = \"Who opened the museum?\"", "of = \"When did the museum open?\""),
    ("[[translation]]", "ask", "Name der Person hinter dem Museum\n", "Wessen Museum das ist\n"),
    ("[[translation]]", "answer", "answer = \"Frau Marsh.\"\n", ""),
    ("[[translation]]", "statement", "eröffnete das Hafenmuseum 1987", "hat das Hafenmuseum 1987 eröffnet"),
    ("[[translation]]", "missing", "missing = \"was eine Karte kostet\"", "missing = \"der Preis\""),
    ("[[translation]]", "reply", "reply = \"Guten Tag.\"", "reply = \"Hallo.\""),
];

/// Everything that people see of a knowledge base: what is found in its files, its lists, its replies.
fn seen(text: &str) -> String {
    let text = text.replace("SHA256", &sha256_hex(SOURCE.as_bytes()));
    let file = |(at, text): (usize, &str)| SourceFile { name: format!("museum-{at}.toml"), text: text.to_owned() };
    let files: Vec<SourceFile> = text.split(NEXT_FILE).enumerate().map(file).collect();
    let loaded = pack::load(&files);
    let mut seen: Vec<String> = loaded.diagnostics.iter().map(|d| format!("{} {}", d.code, d.message)).collect();
    let Some(base) = loaded.base else { return seen.join("\n") };
    seen.extend(grounding::check(&base, &files, "source.txt", SOURCE.as_bytes()).iter().map(|d| format!("{} {}", d.code, d.message)));
    seen.push(format!("{:?}", factotum_discord::messages::sources(&base, base.language())));
    seen.extend(console::topics(&base).iter().flat_map(|(_, intents)| intents.iter().map(|intent| console::question(intent))));
    let today = Today::of(SystemTime::UNIX_EPOCH + Duration::from_secs(1_796_083_200));
    seen.extend(quality::overdue(&base, &today).iter().map(|d| format!("{} {}", d.code, d.message)));
    let answerer = Answerer::new(base);
    for question in QUESTIONS {
        let reply = answerer.answer_for(question, Language::German).shown_on(answerer.base(), &today);
        seen.push(console::reply(answerer.base(), &reply));
        seen.push(json::reply(answerer.base(), question, &reply).to_string());
        seen.push(explain::human(answerer.base(), &reply));
    }
    seen.join("\n")
}

#[test]
fn every_key_does_something() {
    let written: BTreeSet<(&str, &str)> =
        pack::keys().into_iter().flat_map(|(table, keys)| keys.iter().map(move |key| (table, *key))).collect();
    let rows: BTreeSet<(&str, &str)> = ROWS.iter().map(|(table, key, _, _)| (*table, *key)).collect();
    assert_eq!(rows, written, "each key has a row, and each row a key");
    let whole = [BASE, TRANSLATIONS].join(NEXT_FILE);
    let before = seen(&whole);
    assert!(before.contains("You are welcome."), "{before}");
    let idle: Vec<String> = ROWS
        .iter()
        .filter(|(_, _, from, to)| {
            assert_eq!(whole.matches(from).count().min(1), 1, "{from}");
            seen(&whole.replacen(from, to, 1)) == before
        })
        .map(|(table, key, _, _)| format!("{table} {key}"))
        .collect();
    assert!(idle.is_empty(), "these keys do nothing: {idle:?}");
}
