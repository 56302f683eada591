//! Languages: everybody reads the program's own words in the language of their Discord, and gets answers in the language of the question where it is
//! translated.

use crate::answers::custom_ids;
use crate::bot::Bot;
use crate::fake::{Fake, Place, Written};
use factotum_wording::Language;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const GERMAN: &str = r#"
format = 2
lang = "de"

[[translation]]
of = "How high is the tower?"
ask = """
Wie hoch ist der Turm?
Wie hoch ist der Leuchtturm?
"""
answer = "31 Meter."
statement = "Der Turm des Skerry-Leuchtturms ist 31 Meter hoch."

[[translation]]
of = "Who keeps the lighthouse?"
ask = """
Wer hütet den Leuchtturm?
Wer ist der Wärter des Turms?
"""
answer = "Ada Marlow."

[[translation]]
of = "opening hours of the lighthouse"
ask = "Wann ist der Leuchtturm geöffnet?"
missing = "wann er für Besucher offen ist"
"#;

/// The lighthouse with a few questions in German.
fn lighthouse() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packs/tiny");
    for file in fs::read_dir(tiny).expect("the pack is there") {
        let file = file.expect("it can be listed");
        fs::copy(file.path(), folder.path().join(file.file_name())).expect("a writable folder");
    }
    fs::write(folder.path().join("german.toml"), GERMAN).expect("a writable folder");
    folder
}

/// Somebody with Discord in a language; another person for each, since nobody may ask much in a minute.
fn with(locale: &'static str) -> Place {
    let person = locale.bytes().fold(1_000, |person, byte| person * 7 + u64::from(byte));
    Place { person, locale, ..Place::default() }
}

fn content(message: &Value) -> &str {
    message["content"].as_str().unwrap_or_default()
}

async fn asked(fake: &Fake, locale: &'static str, question: &str) -> Value {
    fake.response(&fake.ask(with(locale), question, None)).await["data"].clone()
}

fn labels(message: &Value) -> Vec<&str> {
    let rows = message["components"].as_array().into_iter().flatten();
    let buttons = rows.flat_map(|row| row["components"].as_array().into_iter().flatten());
    buttons.filter_map(|button| button["label"].as_str()).collect()
}

pub(crate) async fn words_are_in_the_users_language(fake: Fake) {
    let folder = lighthouse();
    let path = folder.path().display().to_string();
    let _bot = Bot::ready(&fake, &[("FACTOTUM_KNOWLEDGE", &path), ("FACTOTUM_DISCORD_LANGUAGE", "sq")]).await;
    for (locale, language) in [
        ("de", Language::German),
        ("hr", Language::Croatian),
        ("el", Language::Greek),
        ("es-419", Language::Spanish),
        ("en-US", Language::English),
        // No words in it: those of the settings.
        ("fr", Language::Albanian),
    ] {
        let words = &language.wording().discord;
        for command in ["help", "about", "sources", "topics"] {
            let shown = fake.response(&fake.command(with(locale), command)).await["data"].clone();
            assert!(!content(&shown).is_empty() && !content(&shown).contains(['{', '}']), "{locale} {command}: {shown}");
            if command == "help" {
                assert_eq!(content(&shown), words.help);
            }
        }
        // The question is in the language of the record, and so is the answer.
        let answer = asked(&fake, locale, "How high is the tower?").await;
        assert_eq!(content(&answer), "31 metres.", "{locale}");
        let expected = [&words.ask_further, &words.helpful, &words.not_helpful].map(String::as_str);
        assert!(expected.iter().all(|label| labels(&answer).contains(label)), "{locale}: {:?}", labels(&answer));
        assert_eq!(answer["embeds"][0]["title"], json!(words.on_record), "{locale}");
        let refused = asked(&fake, locale, "opening hours of the lighthouse").await;
        let missing = if language == Language::German { "wann er für Besucher offen ist" } else { "when it is open to visitors" };
        let missing = language.wording().reply.not_on_record.with([("missing", missing)]);
        assert!(content(&refused).starts_with(&missing), "{locale}: {refused}");
    }
    // A message does not say in which language its author has Discord.
    fake.write(&Written { text: String::new(), channel: 51, ..Written::default() });
    assert_eq!(content(&fake.posted(51, 0).await), Language::Albanian.wording().discord.help);
}

pub(crate) async fn a_question_is_answered_in_its_language(fake: Fake) {
    let folder = lighthouse();
    let path = folder.path().display().to_string();
    let mut first = Bot::ready(&fake, &[("FACTOTUM_KNOWLEDGE", &path)]).await;
    let answer = asked(&fake, "de", "wie hoch ist der leuchtturm").await;
    assert_eq!(content(&answer), "31 Meter.");
    assert!(answer["embeds"][0]["description"].as_str().is_some_and(|text| text.contains("31 Meter hoch")), "{answer}");
    // Whatever language their Discord is in.
    let answer = asked(&fake, "en-GB", "Wie hoch ist denn der Leuchtturm?").await;
    assert_eq!((content(&answer), labels(&answer).contains(&"Hilfreich")), ("31 Meter.", true), "{answer}");
    fake.write(&Written { text: "Wie hoch ist der Turm?".to_owned(), channel: 52, ..Written::default() });
    assert_eq!(content(&fake.posted(52, 0).await), "31 Meter.");
    // A statement that nobody translated.
    let answer = asked(&fake, "de", "Wer hütet den Leuchtturm?").await;
    assert!(content(&answer).starts_with("Ada Marlow.\n-# Das liegt nur auf Englisch vor."), "{answer}");
    let declined = asked(&fake, "de", "Wann ist der Leuchtturm geöffnet?").await;
    assert!(content(&declined).starts_with("Dazu liegt nichts vor: wann er für Besucher offen ist."), "{declined}");
    // Near, and not the same; its buttons lead to German answers after a restart.
    let near = asked(&fake, "de", "Wo ist der Leuchtturm hoch?").await;
    assert!(content(&near).starts_with(&Language::German.wording().reply.nothing_close), "{near}");
    assert_eq!(labels(&near)[0], "Wie hoch ist der Turm?");
    let id = custom_ids(&near)[0].clone();
    first.stop("TERM").await;
    let _second = Bot::ready(&fake, &[("FACTOTUM_KNOWLEDGE", &path)]).await;
    assert_eq!(content(&fake.response(&fake.press(with("de"), &id)).await["data"]), "31 Meter.");
    assert_eq!(content(&fake.response(&fake.press(with("es-ES"), &id)).await["data"]), "31 metres.");
    // Suggestions while typing.
    let choices = fake.response(&fake.type_(with("de"), "hoch turm")).await["data"]["choices"].clone();
    assert_eq!(choices[0]["name"], "Wie hoch ist der Turm?", "{choices}");
    let choices = fake.response(&fake.type_(with("hr"), "how high")).await["data"]["choices"].clone();
    assert_eq!(choices[0]["name"], "How high is the tower?", "{choices}");
    // A language that the record is not in.
    let refused = asked(&fake, "hr", "Koliko je visok ovaj svjetionik na otoku?").await;
    assert!(content(&refused).starts_with("Zasad razumijem samo engleski i njemački."), "{refused}");
}
