//! Interactions that Discord posts over HTTP, to `factotum serve-interactions`: the fake signs them as Discord does.

use crate::bot::{Bot, command};
use crate::fake::{Asked, Fake, Place, Written};
use crate::operating::get;
use crate::signer::{Signer, now};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::time::Duration;

const TINY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/packs/tiny");
const QUESTION: &str = "how tall is the lighthouse";

/// A running `factotum serve-interactions`, and Discord's side.
pub(crate) struct Served {
    pub bot: Bot,
    pub address: String,
    fake: Fake,
    signer: Signer,
    client: reqwest::Client,
}

impl Served {
    pub(crate) async fn start(fake: &Fake, settings: &[(&str, &str)]) -> Served {
        Self::started(fake, settings, false).await
    }

    /// The same with the bot's token, which it needs only to post in other channels.
    pub(crate) async fn start_with_token(fake: &Fake, settings: &[(&str, &str)]) -> Served {
        Self::started(fake, settings, true).await
    }

    async fn started(fake: &Fake, settings: &[(&str, &str)], with_token: bool) -> Served {
        let signer = Signer::new(1);
        let key = signer.public_key();
        let usual = [
            ("FACTOTUM_DISCORD_API_PROXY", fake.rest.as_str()),
            ("FACTOTUM_INTERACTIONS_LISTEN", "127.0.0.1:0"),
            ("FACTOTUM_INTERACTIONS_PUBLIC_KEY", &key),
        ];
        let mut command = command(&["serve-interactions"], &[&usual, settings].concat());
        if !with_token {
            command.env_remove("DISCORD_TOKEN");
        }
        let bot = Bot::spawn(command);
        bot.says("serving interactions on http://", 1).await;
        let line = bot.lines("serving interactions on http://").remove(0);
        let address = line.split("http://").nth(1).expect("the line has an address").to_owned();
        Served { bot, address, fake: fake.clone(), signer, client: reqwest::Client::new() }
    }

    /// Posts this with these headers; returns status and body.
    async fn send(&self, timestamp: &str, signature: &str, body: Vec<u8>) -> (u16, Vec<u8>) {
        let request = self.client.post(format!("http://{}", self.address)).header("content-type", "application/json");
        let request = request.header("x-signature-timestamp", timestamp).header("x-signature-ed25519", signature).body(body);
        let response = request.send().await.expect("it answers");
        (response.status().as_u16(), response.bytes().await.expect("a whole answer").to_vec())
    }

    pub(crate) async fn signed(&self, body: Vec<u8>) -> (u16, Vec<u8>) {
        let timestamp = now().to_string();
        self.send(&timestamp, &self.signer.sign(&timestamp, &body), body).await
    }

    /// A user uses something; returns the response.
    async fn used(&self, place: Place, kind: u8, data: Value) -> (u16, Vec<u8>) {
        let (id, token) = self.fake.begun();
        let body = self.fake.interaction(id, &token, place, kind, data).to_string().into_bytes();
        let (status, bytes) = self.signed(body).await;
        if status == 200 {
            // At once: what follows the response is sent meanwhile.
            self.fake.responded(&token);
            let body = serde_json::from_slice(&bytes).expect("the response is JSON");
            let (method, path) = ("POST".to_owned(), format!("/interactions/{id}/{token}/callback"));
            // The same rules hold as for a response over REST.
            crate::openapi::check(&Asked {
                method,
                path,
                query: String::new(),
                body,
                raw: bytes.clone(),
                status,
                at: std::time::Instant::now(),
            });
        }
        (status, bytes)
    }

    pub(crate) async fn ask(&self, place: Place, question: &str) -> Value {
        let (status, body) = self.used(place, 2, ask(question, None)).await;
        assert_eq!(status, 200);
        serde_json::from_slice(&body).expect("JSON")
    }

    pub(crate) async fn told(&self, path: &str) -> (u16, String) {
        get(&self.bot, path).await
    }
}

pub(crate) fn ask(question: &str, private: Option<bool>) -> Value {
    let mut options = vec![json!({"name": "question", "type": 3, "value": question})];
    options.extend(private.map(|private| json!({"name": "private", "type": 5, "value": private})));
    json!({"id": "9", "name": "ask", "type": 1, "options": options})
}

pub(crate) async fn discord_accepts_the_endpoint(fake: Fake) {
    let served = Served::start(&fake, &[]).await;
    let ping = json!({"id": "1", "application_id": "2", "type": 1, "token": "interaction-secret", "version": 1}).to_string();
    assert_eq!(served.signed(ping.into_bytes()).await, (200, b"{\"type\":1}".to_vec()));
    // How Discord tests whether we check signatures.
    assert_eq!(served.send(&now().to_string(), &"0".repeat(128), b"{\"type\":1}".to_vec()).await.0, 401);
    assert_eq!(served.ask(Place::default(), QUESTION).await["data"]["content"], "31 metres.");
    served.bot.says("only `factotum run` receives them", 1).await;
    assert_eq!(served.told("/readyz").await.0, 200);
    assert!(fake.seen().is_empty(), "nothing of the gateway or the REST API is needed: {:?}", fake.seen());
}

/// Every kind of interaction, over the gateway and over HTTP.
fn everything(fake: &Fake) -> Vec<(u8, Value)> {
    let theirs = |text: &str| {
        let written = Written { text: text.to_owned(), person: 12, ..Written::default() };
        json!({"id": "9", "name": "Answer this", "type": 3, "target_id": "88", "resolved": {"messages": {"88": fake.message(88, &written)}}})
    };
    let typed = |text: &str| {
        let option = json!({"name": "question", "type": 3, "value": text, "focused": true});
        json!({"id": "9", "name": "ask", "type": 1, "options": [option]})
    };
    let mut all = Vec::new();
    for question in [QUESTION, "when is the lighthouse open to visitors", "who built the moon", "", "hello", "@everyone *lighthouse* <@1>"]
    {
        all.extend([None, Some(true), Some(false)].map(|private| (2, ask(question, private))));
        all.push((2, theirs(question)));
        all.push((4, typed(question)));
    }
    all.extend(["topics", "sources", "help", "about", "gone"].map(|name| (2, json!({"id": "9", "name": name, "type": 1}))));
    all.push((3, json!({"custom_id": "forged", "component_type": 2})));
    all.push((5, crate::talk::filled("1:further:0123456789abcdef", QUESTION)));
    all.push((5, crate::talk::filled("forged", QUESTION)));
    all.push((3, json!({"custom_id": "1:open", "component_type": 3, "values": ["forged"]})));
    all
}

/// How many interactions are compared: nearly all that there are. Buttons lead on to one question for each fact.
const MOST: usize = 300;

/// The interactions of the buttons and menus of a message.
fn offered(response: &Value) -> Vec<(u8, Value)> {
    let rows = response["data"]["components"].as_array().into_iter().flatten();
    let components = rows.flat_map(|row| row["components"].as_array().into_iter().flatten()).filter(|c| c["disabled"].is_null());
    components
        .map(|component| match component["options"][0]["value"].as_str() {
            Some(value) => (3, json!({"custom_id": component["custom_id"], "component_type": 3, "values": [value]})),
            None => (3, json!({"custom_id": component["custom_id"], "component_type": 2})),
        })
        .collect()
}

pub(crate) async fn the_same_bytes_as_over_the_gateway(fake: Fake) {
    let limits = [("FACTOTUM_DISCORD_USER_LIMIT", "100000"), ("FACTOTUM_DISCORD_CHANNEL_LIMIT", "100000")];
    // The built-in knowledge base, which has more questions.
    let unlimited = [&limits[..], &[("FACTOTUM_KNOWLEDGE", "")]].concat();
    let (served, gateway) = tokio::join!(Served::start(&fake, &unlimited), Bot::ready(&fake, &unlimited));
    let mut waiting = VecDeque::from(everything(&fake));
    let mut done: Vec<(u8, Value)> = Vec::new();
    let (mut kinds, mut message) = (BTreeSet::new(), 1_000);
    while let Some((kind, data)) = waiting.pop_front().filter(|_| done.len() < MOST) {
        message += 1;
        let place = Place { message, ..Place::default() };
        let (status, posted) = served.used(place, kind, data.clone()).await;
        assert_eq!(status, 200, "{data}");
        let sent = fake.interact(place, kind, data.clone());
        let sent = fake.callback(&sent).await.raw;
        assert_eq!(String::from_utf8_lossy(&posted), String::from_utf8_lossy(&sent), "{data}");
        let response: Value = serde_json::from_slice(&posted).expect("JSON");
        kinds.insert(response["type"].as_u64());
        done.push((kind, data));
        for next in offered(&response) {
            if !done.contains(&next) && !waiting.contains(&next) {
                waiting.push_back(next);
            }
        }
    }
    assert_eq!(kinds, [Some(4), Some(7), Some(8), Some(9)].into(), "messages, updates, choices and forms were compared");
    assert_eq!(done.len(), MOST, "so many were compared");
    drop(gateway);
}

pub(crate) async fn long_replies_follow(fake: Fake) {
    let folder = crate::answers::long_pack();
    let served = Served::start(&fake, &[("FACTOTUM_KNOWLEDGE", &folder)]).await;
    // The first attempt arrives before Discord has read the response.
    fake.fault("/webhooks/", 1, crate::fake::How::Status(404, json!({"code": 10_015, "message": "Unknown Webhook"})));
    let response = served.ask(Place::default(), "What does the lamp burn? What are the stairs made of?").await;
    assert!(response["data"]["content"].as_str().is_some_and(|t| t.ends_with("has always been.")), "{response}");
    let follow_up =
        fake.wait("a follow-up", |seen| crate::fake::requests(seen).find(|a| a.names("/webhooks/") && a.status == 200).cloned()).await;
    assert!(follow_up.body["content"].as_str().is_some_and(|t| t.ends_with("has always been.")), "{follow_up:?}");
    assert_eq!(fake.all_asked("/webhooks/").len(), 2);
}

pub(crate) async fn only_signed_requests_are_answered(fake: Fake) {
    let served = Served::start(&fake, &[]).await;
    let (id, token) = fake.begun();
    let body = fake.interaction(id, &token, Place::default(), 2, ask(QUESTION, None)).to_string().into_bytes();
    let (time, stranger) = (now(), Signer::new(2));
    let at = |time: u64| (time.to_string(), served.signer.sign(&time.to_string(), &body));
    let (fresh, signature) = at(time);
    let refused = [
        ("forged", 401, fresh.clone(), stranger.sign(&fresh, &body), body.clone()),
        ("forged", 401, fresh.clone(), signature.clone(), body[..body.len() - 1].to_vec()),
        ("forged", 401, fresh.clone(), signature.clone(), Vec::new()),
        ("forged", 401, fresh.clone(), signature.clone(), body.iter().map(u8::to_ascii_uppercase).collect()),
        ("stale", 401, at(time - 3_600).0, at(time - 3_600).1, body.clone()),
        ("stale", 401, at(time + 3_600).0, at(time + 3_600).1, body.clone()),
        ("unsigned", 401, fresh.clone(), String::new(), body.clone()),
        ("unsigned", 401, "yesterday".to_owned(), signature.clone(), body.clone()),
        ("unsigned", 401, fresh.clone(), signature[..127].to_owned(), body.clone()),
        ("too-large", 413, fresh.clone(), signature.clone(), vec![b' '; 300_000]),
    ];
    let mut counts = BTreeMap::new();
    for (reason, status, timestamp, signature, body) in refused {
        assert_eq!(served.send(&timestamp, &signature, body).await, (status, Vec::new()), "{reason}");
        *counts.entry(reason).or_insert(0) += 1;
    }
    for unreadable in ["", "{}", "zebra", "{\"type\": 2}", "{\"type\": 99}", "[1]", "\"\\ud800\""] {
        assert_eq!(served.signed(unreadable.into()).await.0, 400, "{unreadable}");
        *counts.entry("unreadable").or_insert(0) += 1;
    }
    // Without a Content-Length.
    let chunks = futures_util::stream::iter((0..300).map(|_| Ok::<_, std::io::Error>(vec![b' '; 1_000])));
    let request = served.client.post(format!("http://{}", served.address)).header("x-signature-timestamp", &fresh);
    let response = request.header("x-signature-ed25519", &signature).body(reqwest::Body::wrap_stream(chunks)).send().await;
    // A client that is still sending may see the connection closed before it reads the response.
    assert!(response.is_err() || response.is_ok_and(|r| r.status() == 413));
    *counts.entry("too-large").or_insert(0) += 1;
    assert_eq!(served.client.get(format!("http://{}", served.address)).send().await.map(|r| r.status().as_u16()).ok(), Some(405));
    let metrics = served.told("/metrics").await.1;
    for (reason, count) in counts {
        assert!(
            metrics.contains(&format!("factotum_rejected_requests_total{{reason=\"{reason}\"}} {count}\n")),
            "{reason} {count}: {metrics}"
        );
    }
    assert!(!metrics.contains("factotum_questions_total{"), "none of these was answered: {metrics}");
    assert_eq!(served.signed(body).await.0, 200);
    served.bot.says("replied", 1).await;
}

pub(crate) async fn no_reply_over_the_limit(fake: Fake) {
    let served = Served::start(&fake, &[("FACTOTUM_DISCORD_USER_LIMIT", "1")]).await;
    assert_eq!(served.ask(Place::default(), QUESTION).await["data"]["content"], "31 metres.");
    assert_eq!(served.ask(Place::default(), QUESTION).await["data"]["flags"], 64, "told once");
    assert_eq!(served.used(Place::default(), 2, ask(QUESTION, None)).await, (202, Vec::new()));
    assert_eq!(served.ask(Place { person: 12, ..Place::default() }, QUESTION).await["data"]["content"], "31 metres.");
}

pub(crate) async fn copies_are_independent(fake: Fake) {
    let (one, other) = tokio::join!(Served::start(&fake, &[]), Served::start(&fake, &[]));
    let response = one.ask(Place::default(), "when is the lighthouse open to visitors").await;
    let (kind, data) = offered(&response).remove(0);
    drop(one);
    let (status, pressed) = other.used(Place::default(), kind, data).await;
    let pressed: Value = serde_json::from_slice(&pressed).expect("JSON");
    assert_eq!((status, &pressed["data"]["content"]), (200, &json!("31 metres.")));
}

pub(crate) async fn drains_before_it_stops(fake: Fake) {
    let mut served = Served::start(&fake, &[("FACTOTUM_INTERACTIONS_DRAIN_TIMEOUT_SECONDS", "600")]).await;
    assert_eq!(served.told("/readyz").await.0, 200);
    served.bot.signal("TERM");
    while served.told("/readyz").await.0 != 503 {
        tokio::task::yield_now().await;
    }
    assert_eq!(served.told("/livez").await.0, 200);
    assert_eq!(served.ask(Place::default(), QUESTION).await["data"]["content"], "31 metres.", "who has not noticed is still answered");
    let took = served.bot.stop("TERM").await;
    assert!(took < Duration::from_secs(5), "told twice, it does not wait: {took:?}");
    let mut served = Served::start(&fake, &[("FACTOTUM_INTERACTIONS_DRAIN_TIMEOUT_SECONDS", "0")]).await;
    let took = served.bot.stop("INT").await;
    assert!(took < Duration::from_secs(5), "{took:?}");
}

pub(crate) async fn its_knowledge_is_reloaded(fake: Fake) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let pack = |height: &str| {
        for file in factotum_service::pack::read(Path::new(TINY)).expect("a pack of the tests") {
            let name = Path::new(&file.name).file_name().expect("it is a file");
            std::fs::write(folder.path().join(name), file.text.replace("31 metres", height)).expect("a writable folder");
        }
    };
    pack("31 metres");
    let served = Served::start(&fake, &[("FACTOTUM_KNOWLEDGE", &folder.path().display().to_string())]).await;
    pack("32 metres");
    served.bot.signal("HUP");
    served.bot.says("knowledge base reloaded", 1).await;
    assert_eq!(served.ask(Place::default(), QUESTION).await["data"]["content"], "32 metres.");
}

pub(crate) async fn what_it_needs_to_start(fake: Fake) {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("it is bound").to_string();
    let key = Signer::new(1).public_key();
    for (settings, says) in [
        (vec![], "`public_key` of [interactions] is not set"),
        (vec![("FACTOTUM_INTERACTIONS_PUBLIC_KEY", "0a")], "64 hexadecimal digits"),
        (vec![("FACTOTUM_INTERACTIONS_PUBLIC_KEY", &*key), ("FACTOTUM_INTERACTIONS_LISTEN", "off")], "is off"),
        (vec![("FACTOTUM_INTERACTIONS_PUBLIC_KEY", &*key), ("FACTOTUM_INTERACTIONS_LISTEN", &*address)], "cannot listen on 127.0.0.1"),
    ] {
        let mut bot = Bot::spawn(command(&["serve-interactions"], &settings));
        assert_eq!(bot.ended().await.code(), Some(2), "{says}");
        assert!(bot.log().contains(says), "{says}: {}", bot.log());
    }
    assert!(fake.seen().is_empty());
}
