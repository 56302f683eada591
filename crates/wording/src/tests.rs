//! That every language says the same as the original.

use super::*;
use toml::{Table, Value};

fn files() -> Vec<(Language, Table)> {
    let files = [
        include_str!("wording/en.toml"),
        include_str!("wording/de.toml"),
        include_str!("wording/hr.toml"),
        include_str!("wording/sq.toml"),
        include_str!("wording/el.toml"),
        include_str!("wording/es.toml"),
    ];
    Language::ALL.into_iter().zip(files.map(|file| file.parse().expect("TOML"))).collect()
}

/// The texts of a table with the paths of their keys.
fn texts(at: &str, value: &Value, out: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => out.push((at.to_owned(), text.clone())),
        Value::Table(table) => table.iter().for_each(|(key, value)| texts(&format!("{at}.{key}"), value, out)),
        Value::Array(list) => list.iter().enumerate().for_each(|(index, value)| texts(&format!("{at}.{index}"), value, out)),
        _ => panic!("{at} is no text"),
    }
}

fn gaps(text: &str) -> Vec<String> {
    let template: Template = Value::String(text.to_owned()).try_into().expect("a text");
    template.gaps().into_iter().map(str::to_owned).collect()
}

#[test]
fn every_language_fills_the_same_gaps() {
    let mut english = Vec::new();
    let files = files();
    texts("", &Value::Table(files[0].1.clone()), &mut english);
    for (language, table) in &files {
        let mut theirs = Vec::new();
        texts("", &Value::Table(table.clone()), &mut theirs);
        for (key, text) in &theirs {
            assert!(!text.trim().is_empty() && text.trim_end() == text, "{} {key}: {text:?}", language.code());
            // A form that English has not got is one of a number.
            let original = key.strip_suffix(".few").map_or(key.clone(), |counted| format!("{counted}.other"));
            if let Some((_, original)) = english.iter().find(|(key, _)| *key == original) {
                assert_eq!(gaps(text), gaps(original), "{} {key}", language.code());
            }
        }
        for (key, _) in english.iter().filter(|(key, _)| !key.starts_with(".locales") && !key.starts_with(".commands")) {
            assert!(theirs.iter().any(|(theirs, _)| theirs == key), "{} lacks {key}", language.code());
        }
    }
}

#[test]
fn a_number_has_the_forms_that_its_language_needs() {
    for language in Language::ALL {
        let Wording { reply, discord, locales, commands, .. } = language.wording();
        for counted in [&reply.paragraphs, &discord.questions, &discord.topics, &discord.facts, &discord.paragraphs, &discord.gaps_kept] {
            assert_eq!(counted.has_few(), language == Language::Croatian, "{} {counted:?}", language.code());
            assert!(counted.forms().all(|form| form.gaps().len() == 1), "{counted:?}");
        }
        assert_eq!(locales.is_empty(), commands.is_none(), "{}: commands are for locales of Discord's", language.code());
        assert!(Language::ALL.iter().all(|other| language.wording().languages.contains_key(other)), "{}", language.code());
    }
}

#[test]
fn codes_and_locales() {
    for language in Language::ALL {
        assert_eq!(Language::parse(language.code()), Some(language));
        assert!(language.wording().locales.iter().all(|locale| Language::of_locale(locale) == Some(language)));
    }
    for (locale, language) in [
        ("de-AT", Some(Language::German)),
        ("sr-Latn-RS", Some(Language::Croatian)),
        ("bs", Some(Language::Croatian)),
        ("es_419", Some(Language::Spanish)),
        ("sq-XK", Some(Language::Albanian)),
        ("fr", None),
        ("", None),
        ("design", None),
    ] {
        assert_eq!(Language::of_locale(locale), language, "{locale}");
    }
}

#[test]
fn dates_and_lists() {
    let [en, de, hr, es] = [Language::English, Language::German, Language::Croatian, Language::Spanish].map(Language::wording);
    for (date, expected) in [
        ("2022-02-07", ["7 February 2022", "7. Februar 2022", "7. veljače 2022.", "7 de febrero de 2022"]),
        ("2022-04", ["April 2022", "April 2022", "travanj 2022.", "abril de 2022"]),
        ("2022", ["2022"; 4]),
        ("2022-13", ["2022"; 4]),
        ("2022-00-01", ["2022"; 4]),
        ("", [""; 4]),
    ] {
        assert_eq!([en, de, hr, es].map(|wording| wording.date(date)), expected);
    }
    let list = |names: &[&str]| de.reply.and(names);
    assert_eq!([list(&[]), list(&["A"]), list(&["A", "B", "C"])], ["", "A", "A, B und C"]);
    assert_eq!(en.reply.or(&["A", "B"]), "A or B");
}

#[test]
fn languages_are_told_apart() {
    for (text, language) in [
        ("Welche Mitglieder haben die Unabhängigkeit bisher nicht anerkannt?", Some(Language::German)),
        ("Koje članice do sada nisu priznale neovisnost?", Some(Language::Croatian)),
        ("Ποια μέλη δεν έχουν αναγνωρίσει την ανεξαρτησία;", Some(Language::Greek)),
        ("¿Qué miembros no han reconocido hasta ahora la independencia?", Some(Language::Spanish)),
        ("Which members have not recognised its independence so far?", Some(Language::English)),
        ("Quels membres n'ont pas encore reconnu son indépendance ?", None),
        ("Какие страны до сих пор не признали независимость?", None),
        ("", None),
        ("123 ?!", None),
    ] {
        assert_eq!(recognise(text).language, language, "{text}");
    }
}
