//! Loading: what is written, what follows from it by default, and what is said about mistakes.

use super::{Counts, load};
use crate::diagnostic::SourceFile;
use crate::knowledge::{AnswerType, Find, KnowledgeBase, UnanswerableReason};
use factotum_wording::Language;

const LIBRARY: &str = r#"
format = 2

[defaults]
speaker = "marsh"
derived = { "2024" = "the notice is of 2024" }

[source.notice-board]
title = "Notice board of the town library"
date = "2024-03"
paragraphs = 5

[entity.marsh]
kind = "person"
name = "Ada Marsh"
aliases = "Mrs Marsh, the head"

[entity.red-ship]
kind = "ship"
name = "the Red Ship"
in = "museum-ships"

[[fact]]
id = "hours"
statement = "The town library is open from 9 to 18 o'clock in 2024."
paragraphs = 2

[[fact.question]]
ask = """
When is the town library open?
opening hours of the library
"""
answer = "From 9 to 18 o'clock."

[[fact.unanswerable]]
missing = "what a late return costs"
ask = "how much is the fine"

[relation.arrived]
subject = "ship"
complete = true
complete_for = "museum-ships"
rows = [{ subject = "red-ship", value = "1990", fact = "ships" }]

[[relation.arrived.question]]
find = "value"
ask = "When did {subject} arrive?"
if_unknown = "One ship is on record."

[[fact]]
id = "ships"
statement = "The Red Ship came in 1990."
as_of = "2020"
paragraphs = [1, 3]
contradicts = "hours"

[[fact.question]]
id = "ship"
ask = "Is there a ship?"
also = ["hours"]

[[fact.question]]
ask = "tell me about ships"

[[unanswerable]]
missing = "what comes next"
reason = "prediction"
near = "ship, hours"
ask = "what comes next"

[[small_talk]]
ask = "hello"
reply = "Hello."

[names]
organisation = "Maritime Hall|the Hall, Town Museum"
[synonyms]
open = "open, found, set up"
[spellings]
musuem = "museum"
"#;

fn files(texts: &[&str]) -> Vec<SourceFile> {
    texts.iter().enumerate().map(|(n, text)| SourceFile { name: format!("data/{n}.toml"), text: (*text).to_owned() }).collect()
}

fn base(text: &str) -> KnowledgeBase {
    let loaded = load(&files(&[text]));
    loaded.base.unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics))
}

#[test]
fn a_file_becomes_a_knowledge_base() {
    let base = base(LIBRARY);
    assert_eq!(load(&files(&[LIBRARY])).counts, Counts { facts: 2, questions: 4, paraphrases: 5, unanswerables: 2 });
    let ids: Vec<&str> = base.intents.iter().map(|i| i.id.as_str()).collect();
    assert_eq!(ids, ["when-is-the-town-library-open", "when-did-subject-arrive", "ship", "tell-me-about-ships"], "as written");
    let types: Vec<AnswerType> = base.intents.iter().map(|i| i.answer_type).collect();
    assert_eq!(types, [AnswerType::Date, AnswerType::Date, AnswerType::YesNo, AnswerType::Statement]);
    let hours = &base.facts[0];
    assert_eq!((hours.as_of.as_deref(), &hours.paragraphs), (Some("2024-03"), &vec![2]), "the date of its source");
    assert_eq!(hours.speaker.map(|e| base[e].name.as_str()), Some("Ada Marsh"), "the default of the file");
    assert_eq!(hours.derived.len(), 1, "its statement has the words");
    assert_eq!(base.facts[1].as_of.as_deref(), Some("2020"));
    assert!(base.facts[1].derived.is_empty());
    assert_eq!(base[base.facts[1].contradicts[0]].id, "hours");
    assert_eq!(base.entities[0].aliases, ["Ada Marsh", "Ada Marsh", "Mrs Marsh", "the head"]);
    assert_eq!(base.entities[2].aliases, ["Maritime Hall", "the Hall"]);
    assert!(!base.entities[3].on_record);
    assert_eq!(base.intents[0].paraphrases.len(), 2, "the question is the first of them");
    assert_eq!(base.intents[2].facts.len(), 2, "its own fact, then others");
    let arrived = base.intents[1].relation.as_ref().expect("it has rows");
    assert_eq!((arrived.find, arrived.if_unknown.as_str()), (Find::Value, "One ship is on record."));
    assert_eq!(base[base.intents[1].facts[0]].id, "ships", "the facts of the rows");
    let near = |n: usize| base.unanswerables[n].near.iter().map(|i| base[*i].id.as_str()).collect::<Vec<_>>();
    assert_eq!(near(0), ["when-is-the-town-library-open"], "the questions of the fact that it stands beside");
    assert_eq!(near(1), ["ship", "when-is-the-town-library-open"], "a question, and the questions of a fact");
    assert_eq!(base.unanswerables[1].reason, UnanswerableReason::Prediction);
    assert_eq!((base.unanswerables[0].id.as_str(), base.small_talk[0].id.as_str()), ("what-a-late-return-costs", "hello"));
    assert_eq!(base.intents[0].topic, "0");
}

#[test]
fn an_undated_source_gives_no_date() {
    assert_eq!(base(&LIBRARY.replace("date = \"2024-03\"", "")).facts[0].as_of, None);
}

/// Texts in which one thing is changed, and what is then found.
#[test]
fn each_mistake_is_found_once_and_named() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("fact = \"ships\"", "fact = \"ship\"", &["there is no fact `ship` | that is a question; its fact is `ships`"]),
        ("near = \"ship, hours\"", "near = \"ships, hour\"", &["there is no question or fact `hour` | did you mean `hours`?"]),
        (
            "contradicts = \"hours\"",
            "contradicts = \"when-is-the-town-library-open\"",
            &["there is no fact `when-is-the-town-library-open` | that is a question; its fact is `hours`"],
        ),
        (
            "speaker = \"marsh\"",
            "speaker = \"arrived\"",
            &["there is no entity `arrived` | that is the id of a relation; name an entity here"],
        ),
        ("paragraphs = 2", "paragraphs = 9", &["source `notice-board` has no paragraph 9 | its paragraphs are 1 to 5"]),
        ("paragraphs = 2", "", &["fact `hours` cites no paragraph | add `paragraphs = 1`, or up to 3 as in `paragraphs = [1, 2]`"]),
        ("paragraphs = 2\n", "paragraf = 2\n", &["fact `hours` has no key `paragraf` | did you mean `paragraphs`?"]),
        (
            "answer = \"From",
            "speaker = \"marsh\"\nanswer = \"From",
            &["this question has no key `speaker` | it belongs to `[defaults]` or `[[fact]]`, above its first question"],
        ),
        (
            "ask = \"how much is the fine\"",
            "phrases = \"how much\"",
            &["this unanswerable question has no key `phrases` | write every way of asking as a line of `ask`"],
        ),
        (
            "value = \"1990\", ",
            "",
            &[
                "`value` needs a value in every row, and relation `arrived` has none for `red-ship` | add it to the rows, or find something else",
            ],
        ),
        (
            "\"2024\" = \"the",
            "\"2023\" = \"the",
            &["no statement in this file has the words `2023` | copy them from the statement letter for letter"],
        ),
        (
            "find = \"value\"",
            "find = \"value\"\ncolumn = \"year\"",
            &["relation `arrived` has no column `year` | write the values of the rows as `values = { <column> = \"...\" }`"],
        ),
        (
            "value = \"1990\", fact",
            "values = { year = \"1990\" }, fact",
            &[
                "`value` needs a value in every row, and relation `arrived` has none for `red-ship` | write `column = \"year\"` or another column, or add `value` to the rows",
            ],
        ),
        (
            "find = \"value\"\nask = \"When did {subject} arrive?\"",
            "find = \"count\"\nanswer = \"One.\"\nif_yes = \"Yes.\"\nask = \"How many ships?\"",
            &["`count` never shows `if_yes` | write `answer`, or leave it out"],
        ),
        (
            "find = \"value\"\nask = \"When did {subject} arrive?\"",
            "find = \"holds\"\nanswer = \"Yes.\"\nask = \"Did {subject} arrive?\"",
            &["`holds` never shows `answer` | write `if_yes` and `if_no`"],
        ),
        (
            "fact = \"ships\" }]\n\n[[relation.arrived.question]]\nfind = \"value\"",
            "fact = \"ships\" }, { subject = \"marsh\", value = \"90 tons\", fact = \"ships\" }]\n\n[[relation.arrived.question]]\nfind = \"last\"",
            &[
                "`last` compares values, and relation `arrived` has some that cannot be compared | write all of them as dates, or all as numbers with one unit",
            ],
        ),
        (
            "ask = \"When did {subject} arrive?\"",
            "ask = \"When did {subject} arrive in {value}?\"",
            &["nothing fills the gap `{value}` | use {subject} or {other}"],
        ),
        ("find = \"value\"", "find = \"values\"", &["there is no `find` `values` | did you mean `value`?"]),
        ("kind = \"person\"", "kind = \"persn\"", &["only this entity is a `persn` | did you mean `person`?"]),
        (
            "[[fact]]\nid = \"hours\"",
            "[fact]\nid = \"hours\"",
            &[
                "`fact` is written in two brackets, without an id | write `[[fact]]` above its keys",
                "this key or table is here twice | give each table its own id, and write each key once",
            ],
        ),
        ("[source.notice-board]", "[source]", &["this source has no id | write `[source.<id>]`, with an id of your own"]),
        (
            "[[small_talk]]",
            "[small_talk]",
            &["`small_talk` is written in two brackets, without an id | write `[[small_talk]]` above its keys"],
        ),
        ("[[small_talk]]", "[[small-talk]]", &["a knowledge file has no `small-talk` | did you mean `small_talk`?"]),
        ("format = 2", "format = 1", &["this is format 1 | `factotum migrate OLD --out NEW` converts a folder to format 2"]),
        ("format = 2", "", &["the file does not say its format | begin the file with `format = 2`"]),
        (
            "ask = \"what comes next\"",
            "ask = \"opening hours of the library!\"",
            &["this way of asking is in two places | keep it where the reply fits it best"],
        ),
        (
            "ask = \"what comes next\"",
            "ask = \"\"",
            &["this unanswerable question asks nothing | write at least one line, each a way of asking"],
        ),
        (
            "ask = \"what comes next\"",
            "ask = [\"what comes next\"]",
            &[
                "this unanswerable question: sequence, expected one text between triple quotes, with one question a line | write a value of the kind that is expected here",
            ],
        ),
        (
            "ask = \"what comes next\"",
            "ask = \"what {subject} is next\"",
            &["nothing fills the gap `{subject}` | only what stands below a relation has gaps"],
        ),
        (
            "complete_for = \"museum-ships\"",
            "complete_for = \"museum-ship\"",
            &["no entity is in `museum-ship` | did you mean `museum-ships`?"],
        ),
    ];
    let mut wrong = Vec::new();
    for (from, to, expected) in cases {
        assert!(LIBRARY.contains(from), "{from}");
        let loaded = load(&files(&[&LIBRARY.replacen(from, to, 1)]));
        let found: Vec<String> = loaded.diagnostics.iter().map(|d| format!("{} | {}", d.message, d.help)).collect();
        if found != *expected {
            wrong.push(format!("{from} -> {to}\n{found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn gaps_of_different_kinds_do_not_collide() {
    let second = LIBRARY.replace("[[small_talk]]", "[relation.born]\nsubject = \"person\"\nrows = [{ subject = \"marsh\", value = \"1980\", fact = \"hours\" }]\n[[relation.born.question]]\nfind = \"value\"\nask = \"When did {subject} arrive?\"\n[[small_talk]]");
    assert_eq!(load(&files(&[&second])).diagnostics.iter().map(|d| &d.message).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn a_question_of_one_file_supports_itself_on_another() {
    let other =
        "format = 2\n[[fact]]\nid = \"x\"\nstatement = \"X.\"\nparagraphs = 1\n[[fact.question]]\nask = \"what is x\"\nalso = \"hours\"\n";
    let loaded = load(&files(&[other, LIBRARY]));
    let base = loaded.base.unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics));
    assert_eq!(base.intents[0].facts.len(), 2);
    assert_eq!((base.intents[0].topic.as_str(), base.intents[1].topic.as_str()), ("0", "1"));
}

/// A translation of [`LIBRARY`].
const GERMAN: &str = r#"
format = 2
lang = "de"

[entity_names]
marsh = "Frau Marsh"

[[translation]]
of = "When is the town library open?"
ask = "Wann ist die Bücherei offen?"
answer = "Von 9 bis 18 Uhr."
statement = "Die Stadtbücherei ist 2024 von 9 bis 18 Uhr offen."

[[translation]]
of = "what comes next"
ask = "Was kommt als Nächstes?"
missing = "was als Nächstes kommt"
"#;

#[test]
fn translations_are_found_by_what_they_translate() {
    let loaded = load(&files(&[LIBRARY, GERMAN]));
    let base = loaded.base.unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics));
    let translation = base.translation(Language::German).expect("it was loaded");
    assert_eq!(base.languages(), [Language::English, Language::German]);
    assert_eq!(translation.questions.len(), 2);
    assert_eq!(base.statement(crate::knowledge::FactId::new(0), Language::German), "Die Stadtbücherei ist 2024 von 9 bis 18 Uhr offen.");
    assert_eq!(base.question(crate::knowledge::IntentId::new(0), Language::German), "Wann ist die Bücherei offen?");
    assert_eq!(base.question(crate::knowledge::IntentId::new(0), Language::Greek), "When is the town library open?");
    assert_eq!(base.missing(crate::knowledge::UnanswerableId::new(1), Language::German), "was als Nächstes kommt");
    assert_eq!(base.name(crate::knowledge::EntityId::new(0), Language::German), "Frau Marsh");
}

#[test]
fn mistakes_in_translations() {
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "lang = \"de\"",
            "lang = \"fr\"",
            &["`fr` is no language that a knowledge base can be translated to | write one of de, hr, sq, el, es"],
        ),
        (
            "lang = \"de\"",
            "lang = \"en\"",
            &[
                "`en` is no language that a knowledge base can be translated to | a knowledge base is in English; leave `lang` out, or name the language that this file translates to",
            ],
        ),
        (
            "of = \"When is the town library open?\"",
            "of = \"When is the town library opened?\"",
            &["nothing on record asks \"When is the town library opened?\" | did you mean \"when is the town library open?\"?"],
        ),
        (
            "missing = \"was als Nächstes kommt\"",
            "answer = \"Nichts.\"",
            &[
                "this translates an unanswerable question, and does not say what the reply is | add `missing`",
                "`answer` does nothing here | an unanswerable question has `missing`",
            ],
        ),
        (
            "[entity_names]",
            "[entity]",
            &["a file of translations has no `entity` | only translations stand in a file that says its `lang`; move it to another file"],
        ),
        ("marsh = ", "march = ", &["there is no entity `march` | did you mean `marsh`?"]),
        (
            "ask = \"Was kommt als Nächstes?\"",
            "ask = \"\"",
            &["this translation asks nothing | write at least one line, each a way of asking"],
        ),
        (
            "ask = \"Was kommt als Nächstes?\"",
            "ask = \"wann ist die bücherei offen\"",
            &["two translations have this way of asking | keep it in the translation that it belongs to"],
        ),
        (
            "of = \"what comes next\"\nask = \"Was kommt als Nächstes?\"\nmissing = \"was als Nächstes kommt\"",
            "of = \"opening hours of the library\"\nask = \"Wie lange?\"\nanswer = \"Bis 18 Uhr.\"",
            &[
                "nothing on record asks \"opening hours of the library\" | copy the first line of the `ask` that it translates, or the question's id",
            ],
        ),
        (
            "of = \"what comes next\"\nask = \"Was kommt als Nächstes?\"\nmissing = \"was als Nächstes kommt\"",
            "of = \"when is the town library open\"\nask = \"Wie lange?\"\nstatement = \"Bis 18 Uhr.\"",
            &["nothing on record asks \"when is the town library open\" | did you mean \"when is the town library open?\"?"],
        ),
        (
            "of = \"what comes next\"\nask = \"Was kommt als Nächstes?\"\nmissing = \"was als Nächstes kommt\"",
            "of = \"When is the town library open?\"\nask = \"Wie lange?\"\nstatement = \"Bis 18 Uhr.\"",
            &[
                "this question is translated twice | put both into one `[[translation]]`",
                "this fact's statement is translated in two ways | both questions show the same fact: leave one of the two statements out",
            ],
        ),
    ];
    let mut wrong = Vec::new();
    for (from, to, expected) in cases {
        assert!(GERMAN.contains(from), "{from}");
        let loaded = load(&files(&[LIBRARY, &GERMAN.replacen(from, to, 1)]));
        let found: Vec<String> = loaded.diagnostics.iter().map(|d| format!("{} | {}", d.message, d.help)).collect();
        if found != *expected {
            wrong.push(format!("{from} -> {to}\n{found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let outside = load(&files(&[LIBRARY, "format = 2\n[[translation]]\nof = \"what comes next\"\nask = \"Was?\"\nmissing = \"was\"\n"]));
    assert_eq!(
        outside.diagnostics.iter().map(|d| d.help.as_str()).collect::<Vec<_>>(),
        ["say which language they are in: begin the file with `lang = \"de\"`, for example"]
    );
}
