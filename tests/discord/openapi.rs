//! Validates requests against Discord's OpenAPI description, and against the rules that it lacks.

use crate::fake::{Asked, PEOPLE, ROLE};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock};

/// The path of the description.
const VARIABLE: &str = "DISCORD_OPENAPI";
const DOCUMENT: &str = "urn:discord";

struct Judge {
    document: Value,
    validators: Mutex<BTreeMap<String, Arc<jsonschema::Validator>>>,
}

fn judge() -> Option<&'static Judge> {
    static JUDGE: OnceLock<Option<Judge>> = OnceLock::new();
    JUDGE
        .get_or_init(|| {
            let path = std::env::var_os(VARIABLE).filter(|p| !p.is_empty())?;
            let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{VARIABLE}: {}: {error}", path.display()));
            let mut document = serde_json::from_str(&text).expect("the description is JSON");
            make_strict(&mut document);
            Some(Judge { document, validators: Mutex::default() })
        })
        .as_ref()
}

/// Whether there is a description.
pub(crate) fn available() -> bool {
    judge().is_some()
}

/// Makes the description strict: objects have only the fields that it describes, and unions mean "exactly one of these".
fn make_strict(schema: &mut Value) {
    if let Value::Object(map) = schema {
        if map.get("properties").is_some_and(Value::is_object) && map.get("type").is_some() && !map.contains_key("allOf") {
            map.entry("additionalProperties").or_insert(json!(false));
        }
        map.values_mut().for_each(make_strict);
    } else if let Value::Array(list) = schema {
        list.iter_mut().for_each(make_strict);
    }
}

/// The path in the description for the path of a request.
fn template(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    match parts.as_slice() {
        ["gateway"] | ["gateway", "bot"] | ["oauth2", "applications", "@me"] | ["users", "@me", "guilds"] => path.to_owned(),
        ["applications", _, "commands"] => "/applications/{application_id}/commands".to_owned(),
        ["applications", _, "guilds", _, "commands"] => "/applications/{application_id}/guilds/{guild_id}/commands".to_owned(),
        ["applications", _, "commands", _] => "/applications/{application_id}/commands/{command_id}".to_owned(),
        ["applications", _, "guilds", _, "commands", _] => {
            "/applications/{application_id}/guilds/{guild_id}/commands/{command_id}".to_owned()
        }
        ["interactions", _, _, "callback"] => "/interactions/{interaction_id}/{interaction_token}/callback".to_owned(),
        ["webhooks", _, _] => "/webhooks/{webhook_id}/{webhook_token}".to_owned(),
        ["channels", _, "messages"] => "/channels/{channel_id}/messages".to_owned(),
        _ => panic!("a request that this program has no business making: {path}"),
    }
}

/// Validates a request against the description, if there is one, and against the rules that it lacks.
pub(crate) fn check(asked: &Asked) {
    let path = template(&asked.path);
    if let Some(findings) = judge().map(|judge| judge.findings(&path, asked)).filter(|f| !f.is_empty()) {
        panic!("{} {}: {}\n{:#}", asked.method, asked.path, findings.join("\n"), asked.body);
    }
    rules(asked);
}

impl Judge {
    fn findings(&self, path: &str, asked: &Asked) -> Vec<String> {
        let method = asked.method.to_lowercase();
        let Some(operation) = self.document["paths"][path].get(&method) else { return vec!["there is no such operation".to_owned()] };
        if operation.get("requestBody").is_none() {
            return if asked.body.is_null() { Vec::new() } else { vec!["this operation takes no body".to_owned()] };
        }
        let validator = self.validator(path, &method);
        validator.iter_errors(&asked.body).map(|error| format!("{}: {error}", error.instance_path)).collect()
    }

    fn validator(&self, path: &str, method: &str) -> Arc<jsonschema::Validator> {
        let escaped = path.replace('~', "~0").replace('/', "~1").replace('{', "%7B").replace('}', "%7D");
        let reference = format!("{DOCUMENT}#/paths/{escaped}/{method}/requestBody/content/application~1json/schema");
        let mut validators = self.validators.lock().expect("no thread panics while it holds the lock");
        let make = || {
            let resource = jsonschema::Resource::from_contents(self.document.clone()).expect("a JSON document");
            let validator = jsonschema::options().with_draft(jsonschema::Draft::Draft202012).with_resource(DOCUMENT, resource);
            Arc::new(validator.build(&json!({"$ref": reference})).expect("the description is a schema"))
        };
        validators.entry(reference.clone()).or_insert_with(make).clone()
    }
}

/// Further rules of Discord, and our own.
pub(crate) fn rules(asked: &Asked) {
    let message = match asked.path.split('/').nth(1) {
        Some("channels" | "webhooks") => &asked.body,
        Some("interactions") if asked.body["type"] == 8 => {
            assert!(asked.body["data"].as_object().is_some_and(|d| d.len() == 1), "choices and nothing else: {}", asked.body);
            return;
        }
        Some("interactions") if asked.body["type"] == 9 => {
            let form = &asked.body["data"];
            let length = |value: &Value| value.as_str().unwrap_or_default().chars().count();
            assert!((1..=45).contains(&length(&form["title"])) && (1..=100).contains(&length(&form["custom_id"])), "{form}");
            let rows = form["components"].as_array().cloned().unwrap_or_default();
            assert!((1..=5).contains(&rows.len()), "{form}");
            for field in rows.iter().map(|row| &row["components"][0]) {
                assert!((1..=45).contains(&length(&field["label"])) && length(&field["placeholder"]) <= 100, "{field}");
                assert!(field["max_length"].as_u64().is_some_and(|most| length(&field["value"]) <= most as usize), "{field}");
            }
            return;
        }
        Some("interactions") if asked.body["type"] == 5 => return,
        Some("interactions") => &asked.body["data"],
        _ => return,
    };
    let text = message["content"].as_str().unwrap_or_default();
    // One role, at the beginning of a post for people, and nothing else anywhere.
    let ping = format!("<@&{ROLE}> ");
    let for_people = text.starts_with(&ping) && asked.path == format!("/channels/{PEOPLE}/messages");
    let pinged = if for_people {
        json!({"parse": [], "replied_user": false, "roles": [ROLE.to_string()]})
    } else {
        json!({"parse": [], "replied_user": false})
    };
    assert_eq!(message["allowed_mentions"], pinged, "nobody else is ever pinged: {message}");
    assert!(!text.trim().is_empty() && text.chars().count() <= 2_000, "text that can be read without embeds: {message}");
    let all = if for_people { message.to_string().replacen(&ping, "", 1) } else { message.to_string() };
    assert!(!all.contains("<@") && !all.contains("@everyone") && !all.contains("@here"), "no mention: {message}");
    let mut ids = BTreeSet::new();
    for component in
        message["components"].as_array().into_iter().flatten().flat_map(|row| row["components"].as_array().into_iter().flatten())
    {
        let id = component["custom_id"].as_str().unwrap_or_default();
        assert!((1..=100).contains(&id.chars().count()) && ids.insert(id), "a custom id of its own: {component}");
    }
    let length = |value: &Value| value.as_str().unwrap_or_default().chars().count();
    let embeds = message["embeds"].as_array().into_iter().flatten();
    let total: usize = embeds
        .map(|embed| {
            let fields: usize = embed["fields"].as_array().into_iter().flatten().map(|f| length(&f["name"]) + length(&f["value"])).sum();
            length(&embed["title"]) + length(&embed["description"]) + fields
        })
        .sum();
    assert!(total <= 6_000, "embeds of at most 6,000 characters: {message}");
}
