//! The commands that the bot registers at Discord, and the link that invites it.

use factotum_core::render::escape_control;
use factotum_service::config;
use factotum_wording::{Commands, Described, Language};
use serde_json::{Map, Value, json};

/// All commands. Global ones can be installed by guilds and by users, and used everywhere; for the commands of a single guild Discord accepts
/// neither setting.
pub fn definitions(global: bool) -> Vec<Value> {
    let mut ask = described(1, |commands| &commands.ask);
    let mut question = described(3, |commands| &commands.question);
    // As long as the longest message that people can write on Discord.
    question.extend(object(json!({"required": true, "autocomplete": true, "min_length": 1, "max_length": 2_000})));
    let mut private = described(5, |commands| &commands.private);
    private.insert("required".to_owned(), json!(false));
    ask.insert("options".to_owned(), json!([question, private]));
    let mut all = vec![ask, on_message(|commands| &commands.answer_this)];
    let others: [fn(&Commands) -> &Described; 4] = [|all| &all.topics, |all| &all.sources, |all| &all.help, |all| &all.about];
    all.extend(others.map(|command| described(1, command)));
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
        let mut teach = on_message(teach);
        if global {
            teach.extend(object(json!({"integration_types": [0], "contexts": [0]})));
        }
        all.push(Value::Object(teach));
    }
    all
}

/// The command for curators in the context menu of a message.
fn teach(commands: &Commands) -> &str {
    &commands.teach
}

/// The name under which "Teach" arrives, whatever it is called in the user's language.
pub(crate) fn teach_name() -> &'static str {
    english(&teach)
}

/// A command in the context menu of a message.
fn on_message(name: impl Fn(&Commands) -> &str) -> Map<String, Value> {
    object(json!({"type": 3, "name": english(&name), "name_localizations": localized(&name)}))
}

/// A command to type, or an option of one.
fn described(kind: u8, text: impl Fn(&Commands) -> &Described) -> Map<String, Value> {
    let name = |commands: &'static Commands| text(commands).name.as_str();
    let description = |commands: &'static Commands| text(commands).description.as_str();
    object(json!({
        "type": kind, "name": english(&name), "name_localizations": localized(&name),
        "description": english(&description), "description_localizations": localized(&description),
    }))
}

fn english(text: &dyn Fn(&'static Commands) -> &'static str) -> &'static str {
    Language::English.wording().commands.as_ref().map_or("", text)
}

/// A text in all other languages that Discord has, by locale.
fn localized(text: &dyn Fn(&'static Commands) -> &'static str) -> Value {
    let others = Language::ALL.into_iter().filter(|language| *language != Language::English).map(Language::wording);
    let texts = others.filter_map(|wording| Some((wording, text(wording.commands.as_ref()?))));
    let by_locale = texts.flat_map(|(wording, text)| wording.locales.iter().map(move |locale| (locale.clone(), json!(text))));
    Value::Object(by_locale.collect())
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// How the registered commands differ from our definitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// Our definitions that are not registered, or differently.
    pub missing: Vec<Value>,
    /// Registered commands that are as we define them, or an older form of that.
    pub ours: Vec<Value>,
    /// Registered commands of ours that the settings no longer ask for.
    pub unwanted: Vec<Value>,
    /// Registered commands that are none of ours: those of other programs of the application, and the entry point of its Activity.
    pub others: Vec<Value>,
}

/// Compares the registered commands with our definitions. Ids, versions and defaults, which Discord adds, do not count.
///
/// An application has one command of each type and name, so a command with a name of ours is ours.
pub fn compare(registered: &[Value], ours: &[Value]) -> Comparison {
    let key = |command: &Value| (kind(command), command["name"].as_str().unwrap_or_default().to_owned());
    let is_there = |ours: &Value| registered.iter().any(|theirs| key(theirs) == key(ours) && covers(theirs, ours));
    let is_ours = |theirs: &&Value| ours.iter().any(|ours| key(theirs) == key(ours));
    let (known, others) = registered.iter().cloned().partition::<Vec<Value>, _>(|theirs| is_ours(&theirs));
    let teach = Value::Object(on_message(teach));
    let (unwanted, others) = others.into_iter().partition::<Vec<Value>, _>(|theirs| key(theirs) == key(&teach));
    Comparison { missing: ours.iter().filter(|ours| !is_there(ours)).cloned().collect(), ours: known, unwanted, others }
}

/// The type of the command that opens an Activity. Discord adds it by itself.
const ENTRY_POINT: u64 = 4;

/// What people type or choose for a registered command, safe to print: "/ask", "Answer this", "launch (entry point)".
pub fn called(command: &Value) -> String {
    let name = escape_control(command["name"].as_str().unwrap_or_default());
    match kind(command) {
        1 => format!("/{name}"),
        ENTRY_POINT => format!("{name} (entry point)"),
        _ => name,
    }
}

fn kind(command: &Value) -> u64 {
    command["type"].as_u64().unwrap_or(1)
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
        let missing = |theirs: &[Value]| compare(theirs, &ours).missing.len();
        assert_eq!(missing(&theirs), 0);
        theirs[0]["description"] = json!("Something else");
        assert_eq!((missing(&theirs), compare(&theirs, &ours).ours.len()), (1, 6), "an older form of a command is ours");
        assert_eq!((missing(&ours[1..]), missing(&[])), (1, 6));
        assert_eq!(missing(&definitions(false)), 6);
    }

    #[test]
    fn others_are_told_apart() {
        let ours = definitions(true);
        // "ask" as an entry in the menu of a message is another command than `/ask`.
        let others = [json!({"type": 4, "name": "launch"}), json!({"name": "play"}), json!({"type": 3, "name": "ask\u{1b}"})];
        let compared = compare(&[&ours[..], &others[..]].concat(), &ours);
        assert_eq!((compared.missing.len(), compared.ours.len(), compared.others.as_slice()), (0, 6, &others[..]));
        let called: Vec<String> = compared.others.iter().map(called).collect();
        assert_eq!(called, ["launch (entry point)", "/play", "ask\\u{1b}"]);
    }

    #[test]
    fn the_invitation_asks_for_little() {
        assert_eq!(
            invitation(42),
            "https://discord.com/oauth2/authorize?client_id=42&scope=bot%20applications.commands&permissions=274877991936&integration_type=0"
        );
    }
}
