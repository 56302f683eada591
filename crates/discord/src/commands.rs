//! The commands that the bot registers at Discord, and the link that invites it.

use crate::messages::{ANSWER_THIS, ASK, CommandText, OTHER_COMMANDS, PRIVATE, QUESTION, TEACH, Translated};
use factotum_service::config;
use serde_json::{Map, Value, json};

/// All commands. Global ones can be installed by guilds and by users, and used everywhere; for the commands of a single guild Discord accepts
/// neither setting.
pub fn definitions(global: bool) -> Vec<Value> {
    let mut ask = chat(&ASK);
    let mut question = described(&QUESTION, 3);
    // As long as the longest message that people can write on Discord.
    question.extend(object(json!({"required": true, "autocomplete": true, "min_length": 1, "max_length": 2_000})));
    let mut private = described(&PRIVATE, 5);
    private.insert("required".to_owned(), json!(false));
    ask.insert("options".to_owned(), json!([question, private]));
    let this = on_message(&ANSWER_THIS);
    let mut all = vec![ask, this];
    all.extend(OTHER_COMMANDS.iter().map(chat));
    if global {
        for command in &mut all {
            // Installed by 0 a guild, 1 a user; used in 0 a guild, 1 a direct message with the bot, 2 any other private channel.
            command.extend(object(json!({"integration_types": [0, 1], "contexts": [0, 1, 2]})));
        }
    }
    all.into_iter().map(Value::Object).collect()
}

/// All commands with these settings: "Teach" only where somebody may, and only on servers that have the bot, because elsewhere nobody has roles.
pub fn for_settings(global: bool, discord: &config::Discord) -> Vec<Value> {
    let mut all = definitions(global);
    if !discord.teach.roles.is_empty() {
        let mut teach = on_message(&TEACH);
        if global {
            teach.extend(object(json!({"integration_types": [0], "contexts": [0]})));
        }
        all.push(Value::Object(teach));
    }
    all
}

/// A command in the context menu of a message.
fn on_message(name: &Translated) -> Map<String, Value> {
    object(json!({"type": 3, "name": name.en, "name_localizations": localized(name)}))
}

fn chat(command: &CommandText) -> Map<String, Value> {
    described(command, 1)
}

fn described(text: &CommandText, kind: u8) -> Map<String, Value> {
    object(json!({
        "type": kind, "name": text.name.en, "name_localizations": localized(&text.name),
        "description": text.description.en, "description_localizations": localized(&text.description),
    }))
}

fn localized(text: &Translated) -> Value {
    json!({"de": text.de, "hr": text.hr, "el": text.el})
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Whether the registered commands are the same as our definitions. Ids, versions and defaults, which Discord adds, do not count.
pub fn same(registered: &[Value], ours: &[Value]) -> bool {
    let key = |command: &Value| (command["type"].as_u64().unwrap_or(1), command["name"].as_str().unwrap_or_default().to_owned());
    registered.len() == ours.len() && ours.iter().all(|ours| registered.iter().any(|r| key(r) == key(ours) && covers(r, ours)))
}

/// Whether `theirs` has everything that is in `ours`.
fn covers(theirs: &Value, ours: &Value) -> bool {
    match (theirs, ours) {
        (Value::Object(theirs), Value::Object(ours)) => ours.iter().all(|(key, ours)| match theirs.get(key) {
            Some(theirs) => covers(theirs, ours),
            // Discord leaves out values that are false.
            None => ours == &Value::Bool(false),
        }),
        // The order and the number of options count.
        (Value::Array(theirs), Value::Array(ours)) => theirs.len() == ours.len() && theirs.iter().zip(ours).all(|(t, o)| covers(t, o)),
        (theirs, ours) => theirs == ours,
    }
}

/// The fewest permissions that the bot needs, with their names at Discord. Replying to a message needs the history.
pub const PERMISSIONS: [(u64, &str); 5] = [
    (1 << 10, "View Channels"),
    (1 << 11, "Send Messages"),
    (1 << 14, "Embed Links"),
    (1 << 16, "Read Message History"),
    (1 << 38, "Send Messages in Threads"),
];

/// The link that invites a bot with the [`PERMISSIONS`].
pub fn invitation(application: u64) -> String {
    let permissions = PERMISSIONS.iter().fold(0, |all, (bit, _)| all | bit);
    format!(
        "https://discord.com/oauth2/authorize?client_id={application}&scope=bot%20applications.commands&permissions={permissions}&integration_type=0"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls `seen` for every object with a name: commands and their options.
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
    fn texts_fit_in_every_language() {
        let teaching = config::Discord { teach: config::Teach { roles: "5".parse().expect("an id") }, ..config::Discord::default() };
        assert_eq!((definitions(true).len(), for_settings(true, &config::Discord::default()).len()), (6, 6));
        let all = for_settings(true, &teaching);
        assert_eq!(all.len(), 7);
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
        assert_eq!(count, 9, "seven commands and two options");
    }

    #[test]
    fn additions_of_discord_are_no_difference() {
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
