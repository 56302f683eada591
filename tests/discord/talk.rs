//! Conversation: replies, direct conversations, forms, single words, and messages that point to others.

use crate::answers::custom_ids;
use crate::bot::Bot;
use crate::fake::{Fake, Order, Place, US, Written};
use crate::words;
use serde_json::{Value, json};

/// A league, with tables.
const LEAGUE: (&str, &str) = ("FACTOTUM_KNOWLEDGE", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/packs/league"));
const QUESTION: &str = "when did the Gulls join the league?";
const NEXT: &str = "and the Terns?";

/// Keys of a message that replies to one of this author's, which has these keys of its own.
pub(crate) fn replying(fake: &Fake, author: u64, keys: &Value) -> Value {
    let replied = fake.message(55, &Written { person: author, bot: author == US, also: keys.clone(), ..Written::default() });
    json!({"type": 19, "message_reference": {"type": 0, "message_id": "55", "channel_id": "33"}, "referenced_message": replied})
}

/// Keys of a message that forwards this text.
pub(crate) fn forwarding(text: &str) -> Value {
    let snapshot = json!({"message": {
        "content": text, "timestamp": "2026-07-01T12:00:00.000000+00:00", "edited_timestamp": null, "mentions": [], "mention_roles": [],
        "attachments": [], "embeds": [], "type": 0, "flags": 0, "components": [],
    }});
    json!({"message_reference": {"type": 1, "message_id": "66", "channel_id": "36", "guild_id": "22"}, "message_snapshots": [snapshot]})
}

/// Keys of a message with a button of each of these ids, as Discord writes them.
pub(crate) fn buttons(ids: &[&str]) -> Value {
    let button = |(n, id): (usize, &&str)| json!({"type": 2, "id": n + 2, "style": 2, "label": "?", "custom_id": id});
    json!({"components": [{"type": 1, "id": 1, "components": ids.iter().enumerate().map(button).collect::<Vec<_>>()}]})
}

/// The data of a form that was filled in.
pub(crate) fn filled(custom_id: &str, text: &str) -> Value {
    json!({"custom_id": custom_id, "components": [{"type": 1, "id": 1, "components": [{"type": 4, "id": 2, "custom_id": "question", "value": text}]}]})
}

/// Somebody fills in a form that was opened from a message with these flags; returns the interaction's id and token.
fn fill(fake: &Fake, place: Place, custom_id: &str, text: &str, flags: u64) -> (u64, String) {
    let (id, token) = fake.begun();
    let mut interaction = fake.interaction(id, &token, place, 5, filled(custom_id, text));
    interaction["message"] =
        fake.message(place.message, &Written { person: US, bot: true, also: json!({"flags": flags}), ..Written::default() });
    fake.order(0, Order::Dispatch("INTERACTION_CREATE", interaction));
    (id, token)
}

fn further(message: &Value) -> String {
    custom_ids(message).into_iter().find(|id| id.starts_with("1:further:")).expect("an answer has the button")
}

/// A mention in this channel.
fn mention(text: &str, channel: u64, also: Value) -> Written {
    Written { text: format!("<@{US}> {text}"), server: Some(22), mentions: vec![US], channel, also, ..Written::default() }
}

fn content(message: &Value) -> &str {
    message["content"].as_str().unwrap_or_default()
}

pub(crate) async fn a_reply_goes_on_after_a_restart(fake: Fake) {
    let mut first = Bot::ready(&fake, &[LEAGUE]).await;
    fake.write(&mention(QUESTION, 40, Value::Null));
    let answer = fake.posted(40, 0).await;
    assert_eq!(content(&answer), "The Gulls joined in 1990.");
    first.stop("TERM").await;
    let _second = Bot::ready(&fake, &[LEAGUE]).await;
    let ours = json!({"components": answer["components"]});
    fake.write(&mention(NEXT, 40, replying(&fake, US, &ours)));
    let next = fake.posted(40, 1).await;
    assert!(content(&next).starts_with("The Terns joined in March 1994."), "{next}");
    assert!(content(&next).ends_with("-# I read that as: When did the Terns join the league?"), "{next}");
    // And on: that answer says what it was about as well.
    let ours = json!({"components": next["components"]});
    fake.write(&mention("what about the Otters", 40, replying(&fake, US, &ours)));
    assert!(content(&fake.posted(40, 2).await).starts_with("The Otters joined in March 1994."));
}

pub(crate) async fn forged_ids_settle_nothing(fake: Fake) {
    let _bot = Bot::ready(&fake, &[LEAGUE]).await;
    let forged = ["1:further:0123456789abcdef", "1:further:", "1:missed:0123456789abcdef:0123456789abcdef", "zebra"];
    for (nth, id) in forged.into_iter().enumerate() {
        fake.write(&mention("who said so?", 41, replying(&fake, US, &buttons(&[id]))));
        let reply = fake.posted(41, nth).await;
        assert!(content(&reply).starts_with("I cannot tell what that refers to."), "{id}: {reply}");
        let filled = fake.response(&fill(&fake, Place::default(), id, "who said so?", 0)).await;
        let refused = content(&filled["data"]);
        assert!(refused.starts_with("I cannot tell") || refused.starts_with("That button no longer works"), "{id}: {filled}");
    }
    // What stands alone needs nothing.
    fake.write(&mention(QUESTION, 42, replying(&fake, US, &buttons(&[forged[0]]))));
    assert_eq!(content(&fake.posted(42, 0).await), "The Gulls joined in 1990.");
}

pub(crate) async fn a_direct_conversation_goes_on(fake: Fake) {
    let say = |text: &str, person| fake.write(&Written { text: text.to_owned(), person, channel: 43, ..Written::default() });
    let mut first = Bot::ready(&fake, &[LEAGUE]).await;
    say(QUESTION, 11);
    fake.posted(43, 0).await;
    say(NEXT, 11);
    assert!(content(&fake.posted(43, 1).await).starts_with("The Terns joined in March 1994."));
    first.stop("TERM").await;
    // Another process knows nothing of it, and says so.
    let _second = Bot::ready(&fake, &[LEAGUE]).await;
    say("who said so?", 11);
    assert!(content(&fake.posted(43, 2).await).starts_with("I cannot tell what that refers to."));
}

pub(crate) async fn a_form_asks_further(fake: Fake) {
    let _bot = Bot::ready(&fake, &[LEAGUE]).await;
    for (private, flags) in [(None, 0), (Some(true), 64)] {
        let asked = fake.ask(Place::default(), QUESTION, private);
        let answer = fake.response(&asked).await["data"].clone();
        let id = further(&answer);
        let form = fake.response(&fake.press(Place::default(), &id)).await;
        assert_eq!((&form["type"], &form["data"]["custom_id"]), (&json!(9), &json!(id)));
        let next = fake.response(&fill(&fake, Place::default(), &id, NEXT, flags)).await["data"].clone();
        assert!(content(&next).starts_with("The Terns joined in March 1994."), "{next}");
        assert_eq!(next["flags"].as_u64().unwrap_or_default(), flags, "private stays private");
    }
}

pub(crate) async fn one_word_is_no_question(fake: Fake) {
    let _bot = Bot::ready(&fake, &[LEAGUE]).await;
    fake.write(&Written { text: "otters?".to_owned(), channel: 44, ..Written::default() });
    let card = fake.posted(44, 0).await;
    assert!(content(&card).starts_with("What would you like to know about Sandhaven Otters?"), "{card}");
    let ids = custom_ids(&card);
    assert!((1..=5).contains(&ids.len()) && ids.iter().all(|id| id.starts_with("1:ask:")), "{ids:?}");
    let pressed = fake.response(&fake.press(Place::default(), &ids[0])).await;
    assert!(pressed["data"]["embeds"].is_array(), "{pressed}");
}

pub(crate) async fn other_messages_are_answered_where_asked(fake: Fake) {
    let _bot = Bot::ready(&fake, &[LEAGUE]).await;
    let theirs = json!({"content": QUESTION});
    for (nth, text) in ["", "can you answer this?"].into_iter().enumerate() {
        fake.write(&mention(text, 45, replying(&fake, 12, &theirs)));
        assert_eq!(content(&fake.posted(45, nth).await), "The Gulls joined in 1990.");
    }
    // What Discord does not let the bot read.
    fake.write(&mention("", 46, replying(&fake, 12, &json!({"content": ""}))));
    assert_eq!(content(&fake.posted(46, 0).await), words().cannot_read_it);
    fake.write(&Written { channel: 47, also: forwarding(QUESTION), ..Written::default() });
    assert_eq!(content(&fake.posted(47, 0).await), "The Gulls joined in 1990.");
    let forward = fake.message(88, &Written { person: 12, also: forwarding(QUESTION), ..Written::default() });
    let this = json!({"id": "9", "name": "Answer this", "type": 3, "target_id": "88", "resolved": {"messages": {"88": forward}}});
    let response = fake.response(&fake.interact(Place::default(), 2, this)).await;
    assert_eq!((content(&response["data"]), &response["data"]["flags"]), ("The Gulls joined in 1990.", &json!(64)));
    fake.write(&mention(&format!("> {QUESTION}\n{NEXT}"), 48, Value::Null));
    assert!(content(&fake.posted(48, 0).await).starts_with("The Terns joined in March 1994."));
}
