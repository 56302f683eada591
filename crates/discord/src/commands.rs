//! The commands as Discord is told about them, with their names in the languages that we have them in.

use serde_json::{Map, Value, json};

/// The context-menu command's name, in English; Discord sends it back, whatever the language.
pub const ANSWER_THIS: &str = "Answer this";

/// A word or sentence in the languages of Discord's locale list.
struct Words {
    en: &'static str,
    de: &'static str,
    hr: &'static str,
    el: &'static str,
}

impl Words {
    fn localised(&self) -> Value {
        json!({"de": self.de, "hr": self.hr, "el": self.el})
    }
}

/// A command without options: its name, and what it is for.
struct Plain {
    name: Words,
    purpose: Words,
}

const ASK: Plain = Plain {
    name: Words { en: "ask", de: "fragen", hr: "pitaj", el: "ρώτα" },
    purpose: Words {
        en: "Ask a question; the answer comes with its source",
        de: "Eine Frage stellen; die Antwort kommt mit ihrer Quelle (auf Englisch)",
        hr: "Postavi pitanje; odgovor dolazi s izvorom (na engleskom)",
        el: "Κάνε μια ερώτηση· η απάντηση έρχεται με την πηγή της (στα αγγλικά)",
    },
};
const QUESTION: Plain = Plain {
    name: Words { en: "question", de: "frage", hr: "pitanje", el: "ερώτηση" },
    purpose: Words {
        en: "Your question, in English",
        de: "Deine Frage, auf Englisch",
        hr: "Tvoje pitanje, na engleskom",
        el: "Η ερώτησή σου, στα αγγλικά",
    },
};
const PRIVATE: Plain = Plain {
    name: Words { en: "private", de: "privat", hr: "privatno", el: "ιδιωτικά" },
    purpose: Words {
        en: "Whether only you see the reply",
        de: "Ob nur du die Antwort siehst",
        hr: "Vidiš li odgovor samo ti",
        el: "Αν θα βλέπεις μόνο εσύ την απάντηση",
    },
};
const THIS: Words = Words { en: ANSWER_THIS, de: "Das beantworten", hr: "Odgovori na ovo", el: "Απάντησε σε αυτό" };
const OTHERS: [Plain; 4] = [
    Plain {
        name: Words { en: "topics", de: "themen", hr: "teme", el: "θέματα" },
        purpose: Words {
            en: "Browse what there are answers to",
            de: "Durchsehen, worauf es Antworten gibt",
            hr: "Pregledaj na što postoje odgovori",
            el: "Δες για ποια θέματα υπάρχουν απαντήσεις",
        },
    },
    Plain {
        name: Words { en: "sources", de: "quellen", hr: "izvori", el: "πηγές" },
        purpose: Words {
            en: "What the answers rest on, as of when, and what they do not cover",
            de: "Worauf die Antworten beruhen, von wann sie sind und was fehlt",
            hr: "Na čemu se odgovori temelje, iz kojeg su vremena i što nedostaje",
            el: "Πού βασίζονται οι απαντήσεις, από πότε είναι και τι δεν καλύπτουν",
        },
    },
    Plain {
        name: Words { en: "help", de: "hilfe", hr: "pomoć", el: "βοήθεια" },
        purpose: Words { en: "How to ask me", de: "Wie man mich fragt", hr: "Kako me pitati", el: "Πώς να με ρωτήσεις" },
    },
    Plain {
        name: Words { en: "about", de: "info", hr: "informacije", el: "σχετικά" },
        purpose: Words {
            en: "Version, size of the record, privacy",
            de: "Version, Umfang der Sammlung, Datenschutz",
            hr: "Verzija, veličina zbirke, privatnost",
            el: "Έκδοση, μέγεθος αρχείου, απόρρητο",
        },
    },
];

/// All commands: `global` ones may be installed by servers and by people, and used everywhere; Discord takes neither setting for a
/// single server.
pub fn definitions(global: bool) -> Vec<Value> {
    let mut ask = chat(&ASK);
    let mut question = described(&QUESTION, 3);
    // No shorter question means anything; the longest message that Discord lets people write has 2,000 characters.
    question.extend(object(json!({"required": true, "autocomplete": true, "min_length": 1, "max_length": 2_000})));
    let mut private = described(&PRIVATE, 5);
    private.insert("required".to_owned(), json!(false));
    ask.insert("options".to_owned(), json!([question, private]));
    let this = object(json!({"type": 3, "name": THIS.en, "name_localizations": THIS.localised()}));
    let mut all = vec![ask, this];
    all.extend(OTHERS.iter().map(chat));
    if global {
        for command in &mut all {
            // 0 is a server, 1 a person; 0 a server, 1 a direct message with the bot, 2 any other private channel.
            command.extend(object(json!({"integration_types": [0, 1], "contexts": [0, 1, 2]})));
        }
    }
    all.into_iter().map(Value::Object).collect()
}

fn chat(command: &Plain) -> Map<String, Value> {
    described(command, 1)
}

fn described(what: &Plain, kind: u8) -> Map<String, Value> {
    object(json!({
        "type": kind, "name": what.name.en, "name_localizations": what.name.localised(),
        "description": what.purpose.en, "description_localizations": what.purpose.localised(),
    }))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Whether what is registered says the same as our definitions. Discord adds ids, versions and defaults, which do not count.
pub fn same(registered: &[Value], ours: &[Value]) -> bool {
    let key = |command: &Value| (command["type"].as_u64().unwrap_or(1), command["name"].as_str().unwrap_or_default().to_owned());
    registered.len() == ours.len() && ours.iter().all(|ours| registered.iter().any(|r| key(r) == key(ours) && covers(r, ours)))
}

/// Whether all that `ours` says stands in `theirs` as well.
fn covers(theirs: &Value, ours: &Value) -> bool {
    match (theirs, ours) {
        (Value::Object(theirs), Value::Object(ours)) => ours.iter().all(|(key, ours)| match theirs.get(key) {
            Some(theirs) => covers(theirs, ours),
            // Discord leaves out what is false.
            None => ours == &Value::Bool(false),
        }),
        // The order of options counts, and so does their number.
        (Value::Array(theirs), Value::Array(ours)) => theirs.len() == ours.len() && theirs.iter().zip(ours).all(|(t, o)| covers(t, o)),
        (theirs, ours) => theirs == ours,
    }
}

/// The link with which a bot is invited, with the least permissions that it needs: to view channels, and to send messages there and in
/// threads, with embeds.
pub fn invitation(application: u64) -> String {
    const VIEW: u64 = 1 << 10;
    const SEND: u64 = 1 << 11;
    const EMBED: u64 = 1 << 14;
    const HISTORY: u64 = 1 << 16;
    const SEND_IN_THREADS: u64 = 1 << 38;
    // Replying to a message takes the permission to read the history that it stands in.
    let permissions = VIEW | SEND | EMBED | HISTORY | SEND_IN_THREADS;
    format!(
        "https://discord.com/oauth2/authorize?client_id={application}&scope=bot%20applications.commands&permissions={permissions}&integration_type=0"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every name with its localisations, in the commands and their options.
    fn walk(value: &Value, seen: &mut dyn FnMut(&Map<String, Value>)) {
        match value {
            Value::Object(map) => {
                if map.contains_key("name") {
                    seen(map);
                }
                map.values().for_each(|v| walk(v, seen));
            }
            Value::Array(list) => list.iter().for_each(|v| walk(v, seen)),
            _ => {}
        }
    }

    #[test]
    fn within_discords_limits_in_every_language() {
        let all = definitions(true);
        assert_eq!(all.len(), 6);
        let mut count = 0;
        walk(&json!(all), &mut |map| {
            count += 1;
            let names = map["name_localizations"].as_object().into_iter().flat_map(Map::values).chain([&map["name"]]);
            for name in names.map(|n| n.as_str().unwrap_or_default()) {
                let lower = name == name.to_lowercase() && name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
                assert!(
                    (1..=32).contains(&name.chars().count()) && (lower || map["type"] == 3 && map.get("description").is_none()),
                    "{name}"
                );
            }
            let texts = map.get("description_localizations").and_then(Value::as_object).into_iter().flat_map(Map::values);
            for text in texts.chain(map.get("description")).map(|n| n.as_str().unwrap_or_default()) {
                assert!((1..=100).contains(&text.chars().count()), "{text}");
            }
        });
        assert_eq!(count, 8, "six commands and two options");
    }

    #[test]
    fn what_discord_adds_is_no_difference_and_what_we_change_is() {
        let ours = definitions(true);
        let mut theirs = ours.clone();
        theirs.reverse();
        for command in &mut theirs {
            command["id"] = json!("1");
            command["version"] = json!("2");
        }
        let options = theirs.iter_mut().find(|c| c["name"] == "ask").and_then(|c| c["options"].as_array_mut()).expect("/ask has options");
        options[1].as_object_mut().expect("an option").remove("required");
        assert!(same(&theirs, &ours));
        theirs[0]["description"] = json!("Something else");
        assert!(!same(&theirs, &ours));
        assert!(!same(&ours[1..], &ours) && !same(&[], &ours));
        assert!(!same(&definitions(false), &ours));
    }

    #[test]
    fn the_invitation_asks_for_little() {
        assert_eq!(
            invitation(42),
            "https://discord.com/oauth2/authorize?client_id=42&scope=bot%20applications.commands&permissions=274877991936&integration_type=0"
        );
    }
}
