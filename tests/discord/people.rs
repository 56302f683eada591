//! Forum posts, questions for a person, and teaching.

use crate::bot::Bot;
use crate::fake::{FORUM, Fake, How, PEOPLE, Place, ROLE, Seen, US, Written};
use crate::interactions::Served;
use crate::words;
use factotum_discord::messages;
use serde_json::{Value, json};
use std::path::Path;

const TITLE: &str = "How high is the tower of the lighthouse?";
const REFUSED: &str = "when is the lighthouse open to visitors";
const FORUMS: &[(&str, &str)] = &[
    ("FACTOTUM_DISCORD_FORUMS_CHANNELS", "91"),
    ("FACTOTUM_DISCORD_FORUMS_SOLVED_TAGS", "5,6"),
    ("FACTOTUM_DISCORD_FORUMS_SILENT_ROLES", "81"),
];
const PERSON: &[(&str, &str)] = &[("FACTOTUM_DISCORD_ASK_A_PERSON_CHANNEL", "71"), ("FACTOTUM_DISCORD_ASK_A_PERSON_ROLE", "81")];

/// The text of a response or message.
fn content(message: &Value) -> &str {
    message["content"].as_str().unwrap_or_default()
}

/// The custom ids of a message's buttons.
fn buttons(message: &Value) -> Vec<String> {
    let rows = message["components"].as_array().into_iter().flatten();
    let components = rows.flat_map(|row| row["components"].as_array().into_iter().flatten());
    components.filter_map(|c| c["custom_id"].as_str()).map(str::to_owned).collect()
}

/// The button whose id begins like this.
fn button(message: &Value, start: &str) -> String {
    buttons(message).into_iter().find(|id| id.starts_with(start)).unwrap_or_else(|| panic!("{start}: {message}"))
}

pub(crate) async fn a_post_is_answered_once(fake: Fake) {
    let mut bot = Bot::ready(&fake, FORUMS).await;
    let intents = fake
        .wait("a session", |seen| seen.iter().find_map(|s| if let Seen::Identified { intents, .. } = s { Some(*intents) } else { None }))
        .await;
    assert_eq!(intents, 1 | (1 << 9) | (1 << 12), "guilds, messages on servers, direct ones: none is privileged");
    // Discord refuses replies until the first message is there, and says so.
    let early = json!({"code": 40_058, "message": "Cannot message this thread until after the post author has sent an initial message"});
    fake.fault("/channels/ messages", 1, How::Status(403, early));
    let written = Written::default();
    let post = fake.post(TITLE, &[], &written);
    let reply = fake.posted(post, 0).await;
    assert!(content(&reply).starts_with("31 metres.") && content(&reply).contains("A person may still reply."), "{reply}");
    assert_eq!(reply["message_reference"]["message_id"], json!(post.to_string()));
    assert_eq!((&reply["nonce"], &reply["enforce_nonce"]), (&json!(post.to_string()), &json!(true)));
    // The two events in the other order.
    let other = fake.new_id();
    fake.begin_thread(other, &written);
    bot.says("silent", 1).await;
    fake.order(0, crate::fake::Order::Dispatch("THREAD_CREATE", fake.thread(other, FORUM, TITLE, &[])));
    fake.posted(other, 0).await;
    // Again, as after a resumed session.
    let asked = fake.all_asked("/channels/ messages").len();
    fake.order(0, crate::fake::Order::Dispatch("THREAD_CREATE", fake.thread(post, FORUM, TITLE, &[])));
    fake.begin_thread(post, &written);
    bot.says("outcome=\"repeated\"", 1).await;
    fake.settle().await;
    assert_eq!(fake.all_asked("/channels/ messages").len(), asked, "nothing is said again");
    // Another process gets the same two events: Discord posts nothing twice under one nonce.
    bot.stop("TERM").await;
    let _other = Bot::ready(&fake, FORUMS).await;
    fake.order(0, crate::fake::Order::Dispatch("THREAD_CREATE", fake.thread(post, FORUM, TITLE, &[])));
    fake.begin_thread(post, &written);
    fake.posted(post, 1).await;
    assert_eq!(fake.messages_in(post), 1);
}

pub(crate) async fn other_posts_are_left_alone(fake: Fake) {
    let mut bot = Bot::ready(&fake, FORUMS).await;
    let usual = Written::default();
    let mut posts = vec![
        fake.post(TITLE, &[4, 5], &usual),
        fake.post(TITLE, &[], &Written { roles: vec![7, ROLE], ..usual.clone() }),
        fake.post(TITLE, &[], &Written { bot: true, ..usual.clone() }),
        fake.post(TITLE, &[], &Written { webhook: true, ..usual.clone() }),
        fake.post("Lighthouse party on Friday", &[], &usual),
        fake.post("when is the lighthouse open to visitors", &[], &usual),
        fake.post("", &[], &usual),
    ];
    bot.says("kind=\"post\" outcome=\"unsure\"", 2).await;
    // In another channel.
    let elsewhere = fake.new_id();
    fake.order(0, crate::fake::Order::Dispatch("THREAD_CREATE", fake.thread(elsewhere, 92, TITLE, &[])));
    fake.begin_thread(elsewhere, &usual);
    bot.says("outcome=\"not-a-forum\"", 1).await;
    // A thread that is shown to the bot, but not new.
    let old = fake.new_id();
    fake.order(0, crate::fake::Order::Dispatch("THREAD_CREATE", fake.thread(old, FORUM, TITLE, &[])));
    bot.says("outcome=\"waiting\"", 1).await;
    posts.extend([elsewhere, old]);
    fake.settle().await;
    assert!(posts.iter().all(|post| fake.messages_in(*post) == 0), "{:?}", fake.all_asked("messages"));
    // A post that mentions the bot is a question to it, and gets one reply.
    let mention = Written { text: format!("<@{US}> how tall is the lighthouse"), mentions: vec![US], ..usual.clone() };
    let asked = fake.post(TITLE, &[], &mention);
    let reply = fake.posted(asked, 0).await;
    assert!(!content(&reply).contains("A person may still reply."), "{reply}");
    fake.settle().await;
    assert_eq!(fake.messages_in(asked), 1);
    // Halves that a restart has kept apart.
    let half = fake.new_id();
    fake.order(0, crate::fake::Order::Dispatch("THREAD_CREATE", fake.thread(half, FORUM, TITLE, &[])));
    bot.says("outcome=\"waiting\"", 2).await;
    bot.stop("TERM").await;
    let bot = Bot::ready(&fake, &[FORUMS, &[("FACTOTUM_DISCORD_ALLOW_CHANNELS", "33")]].concat()).await;
    fake.begin_thread(half, &usual);
    // The lists of channels hold for forums too.
    let not_listed = fake.post(TITLE, &[], &usual);
    bot.says("kind=\"post\" outcome=\"not-allowed\"", 1).await;
    fake.settle().await;
    assert_eq!((fake.messages_in(half), fake.messages_in(not_listed)), (0, 0));
}

pub(crate) async fn threads_are_not_asked_for_by_default(fake: Fake) {
    let bot = Bot::ready(&fake, &[]).await;
    let post = fake.post(TITLE, &[], &Written::default());
    bot.says("outcome=\"not-a-forum\"", 1).await;
    fake.settle().await;
    assert_eq!(fake.messages_in(post), 0);
}

/// A reply to a post for people.
fn answer(post: &Value) -> Written {
    Written {
        person: 12,
        channel: PEOPLE,
        server: Some(22),
        text: format!("<@{US}> Every *Sunday* at nine, says @everyone. zebra"),
        mentions: vec![US],
        kind: 19,
        replies_to: Some(US),
        replied_text: Some(content(post).to_owned()),
        roles: vec![ROLE],
        ..Written::default()
    }
}

pub(crate) async fn a_person_answers(fake: Fake) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let journal = folder.path().join("gaps.db").display().to_string();
    let settings = [PERSON, &[("FACTOTUM_JOURNAL_PATH", journal.as_str())]].concat();
    let mut bot = Bot::ready(&fake, &settings).await;
    let refusal = fake.response(&fake.ask(Place::default(), REFUSED, None)).await["data"].clone();
    // To the fake, the button belongs to no command, so what was asked is remembered under the message: as after a restart, it is asked for.
    let form = fake.response(&fake.press_on(Place::default(), &button(&refusal, "1:person"), fake.ours(44, &refusal))).await;
    assert_eq!((&form["type"], &form["data"]["custom_id"]), (&json!(9), &json!("1:question:44")), "{form}");
    let empty = fake.response(&fake.submit(Place::default(), "1:question:44", &[("question", " ")], fake.ours(44, &refusal))).await;
    assert_eq!(content(&empty["data"]), words().nothing_asked);
    let offered = fake.submit(Place::default(), "1:question:44", &[("question", REFUSED)], fake.ours(44, &refusal));
    let offered = fake.response(&offered).await["data"].clone();
    // The rest is on the other side of a restart.
    bot.stop("TERM").await;
    let bot = Bot::ready(&fake, &settings).await;
    let changed = fake.response(&fake.press_on(Place::default(), &button(&offered, "1:change:"), fake.ours(45, &offered))).await;
    assert_eq!(changed["data"]["components"][0]["components"][0]["value"], REFUSED, "{changed}");
    let done = fake.response(&fake.press_on(Place::default(), &button(&offered, "1:pass:"), fake.ours(45, &offered))).await;
    assert_eq!(done["type"], 7);
    let post = fake.posted(PEOPLE, 0).await;
    assert!(
        content(&post).starts_with("<@&81> Can anyone answer this?\n> when is the lighthouse open to visitors\nNearest on record:\n- "),
        "{post}"
    );
    assert!(content(&post).contains("(https://discord.com/channels/22/33/44)"), "{post}");
    assert_eq!(post["nonce"], "p44");
    // Once only.
    for custom_id in [button(&offered, "1:pass:"), "1:person".to_owned()] {
        let again = fake.response(&fake.press_on(Place::default(), &custom_id, fake.ours(44, &offered))).await;
        assert_eq!(
            content(&again["data"]),
            if custom_id == "1:person" { &words().stale } else { &words().passed_on_before },
            "{custom_id}"
        );
    }
    // Those without the role, without the mention, without a word.
    for (written, says) in [
        (Written { roles: vec![7], ..answer(&post) }, messages::NOT_A_PERSON),
        (Written { mentions: Vec::new(), ..answer(&post) }, messages::NOT_PINGED),
        (Written { text: format!("<@{US}>"), ..answer(&post) }, &words().no_text),
    ] {
        let before = fake.messages_in(PEOPLE);
        fake.write(&written);
        assert_eq!(content(&fake.posted(PEOPLE, before).await), says);
    }
    // Somebody else's message, or a message of the bot's elsewhere, is no post for people.
    fake.write(&Written { replies_to: Some(13), mentions: Vec::new(), ..answer(&post) });
    fake.write(&Written { channel: 72, mentions: Vec::new(), ..answer(&post) });
    fake.settle().await;
    assert_eq!((fake.messages_in(33), fake.messages_in(72)), (0, 0), "nothing reaches the asker");
    let before = fake.messages_in(PEOPLE);
    fake.write(&answer(&post));
    let answered = fake.posted(33, 0).await;
    assert!(
        content(&answered).starts_with(&words().a_person_answers) && content(&answered).contains("Every \\*Sunday\\* at nine"),
        "{answered}"
    );
    assert_eq!(answered["message_reference"]["message_id"], "44");
    assert_eq!(content(&fake.posted(PEOPLE, before).await), messages::DELIVERED);
    bot.says("kind=\"person\" outcome=\"delivered\"", 1).await;
    let mut bot = bot;
    bot.stop("TERM").await;
    let gaps = crate::bot::command(&["gaps"], &settings).output().expect("the program was built for this test");
    let gaps = String::from_utf8_lossy(&gaps.stdout).into_owned();
    assert!(gaps.contains("when is the lighthouse open to visitors") && gaps.contains("A person answered: Every"), "{gaps}");
}

pub(crate) async fn a_mention_is_remembered_until_it_is_passed_on(fake: Fake) {
    let bot = Bot::ready(&fake, PERSON).await;
    let text = format!("<@{US}> {REFUSED}");
    let asked = fake.write(&Written { text: text.clone(), server: Some(22), mentions: vec![US], ..Written::default() });
    let refusal = fake.posted(33, 0).await;
    assert_eq!(button(&refusal, "1:person"), "1:person");
    let mut ours = fake.ours(44, &refusal);
    ours["message_reference"] = json!({"message_id": asked.to_string(), "channel_id": "33"});
    let offered = fake.response(&fake.press_on(Place::default(), "1:person", ours.clone())).await["data"].clone();
    // Two processes get the press on "Pass it on": the post appears once.
    let pass = button(&offered, "1:pass:");
    assert_eq!(pass, format!("1:pass:{asked}"), "the answer will be a reply to what was asked");
    fake.response(&fake.press_on(Place::default(), &pass, fake.ours(45, &offered))).await;
    fake.posted(PEOPLE, 0).await;
    drop(bot);
    let _other = Bot::ready(&fake, PERSON).await;
    fake.response(&fake.press_on(Place::default(), &pass, fake.ours(45, &offered))).await;
    fake.posted(PEOPLE, 1).await;
    assert_eq!(fake.messages_in(PEOPLE), 1);
    // After a restart, the question comes from the message that was replied to, if Discord sends that along.
    let asked = fake.new_id();
    let theirs = Written { text, server: Some(22), mentions: vec![US], ..Written::default() };
    ours["message_reference"]["message_id"] = json!(asked.to_string());
    ours["referenced_message"] = fake.message(asked, &theirs);
    let offered = fake.response(&fake.press_on(Place::default(), "1:person", ours)).await["data"].clone();
    assert!(content(&offered).contains("> when is the lighthouse open to visitors\n"), "{offered}");
}

pub(crate) async fn what_was_wrong_is_asked(fake: Fake) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let journal = folder.path().join("gaps.db").display().to_string();
    let settings = [PERSON, &[("FACTOTUM_JOURNAL_PATH", journal.as_str())]].concat();
    let mut bot = Bot::ready(&fake, &settings).await;
    let asked = fake.write(&Written {
        text: format!("<@{US}> how tall is the lighthouse"),
        server: Some(22),
        mentions: vec![US],
        ..Written::default()
    });
    let reply = fake.posted(33, 0).await;
    let mut ours = fake.ours(44, &reply);
    ours["message_reference"] = json!({"message_id": asked.to_string(), "channel_id": "33"});
    let why = fake.response(&fake.press_on(Place::default(), &button(&reply, "1:bad:"), ours)).await["data"].clone();
    assert_eq!((content(&why), why["flags"].as_u64(), buttons(&why).len()), (words().what_was_wrong.as_str(), Some(64), 4));
    let thanks = fake
        .response(&fake.press_on(Place { message: 46, ..Place::default() }, &button(&why, "1:why:out_of_date"), fake.ours(46, &why)))
        .await;
    assert_eq!((&thanks["type"], content(&thanks["data"])), (&json!(7), words().thanks_why.as_str()));
    let offered =
        fake.press_on(Place { message: 46, ..Place::default() }, &button(&thanks["data"], "1:person:"), fake.ours(46, &thanks["data"]));
    let offered = fake.response(&offered).await["data"].clone();
    assert!(
        content(&offered).contains("> how tall is the lighthouse") && button(&offered, "1:pass:") == format!("1:pass:{asked}"),
        "{offered}"
    );
    bot.says("outcome=\"out_of_date\"", 1).await;
    bot.stop("TERM").await;
    let gaps = crate::bot::command(&["gaps", "--json"], &settings).output().expect("the program was built for this test");
    let gaps: Value = serde_json::from_slice(&gaps.stdout).expect("one group");
    assert_eq!((&gaps["not_helpful"], &gaps["wordings"][0]["reason"]), (&json!(1), &json!("out_of_date")), "{gaps}");
}

pub(crate) async fn nobody_is_offered_without_a_channel(fake: Fake) {
    let bot = Bot::ready(&fake, &[]).await;
    let refusal = fake.response(&fake.ask(Place::default(), REFUSED, None)).await["data"].clone();
    assert!(buttons(&refusal).iter().all(|id| !id.starts_with("1:person")), "{refusal}");
    for forged in ["1:person", "1:pass:44", "1:why:wrong:1:2:0123456789abcdef", "1:change:1"] {
        let response = fake.response(&fake.press_on(Place::default(), forged, fake.ours(44, &json!({"content": "> what now"})))).await;
        assert_eq!(content(&response["data"]), words().stale, "{forged}");
    }
    drop(bot);
    // With one: not below what only one user sees, nor where the bot itself is not.
    let bot = Bot::ready(&fake, PERSON).await;
    let private = fake.response(&fake.ask(Place::default(), REFUSED, Some(true))).await["data"].clone();
    assert!(buttons(&private).iter().all(|id| !id.starts_with("1:person")), "{private}");
    let (id, token) = fake.begun();
    let mut elsewhere = fake.interaction(id, &token, Place::default(), 2, crate::interactions::ask(REFUSED, None));
    elsewhere["authorizing_integration_owners"] = json!({"1": "11"});
    fake.order(0, crate::fake::Order::Dispatch("INTERACTION_CREATE", elsewhere));
    let elsewhere = fake.response(&(id, token)).await["data"].clone();
    assert!(buttons(&elsewhere).iter().all(|id| !id.starts_with("1:person")), "{elsewhere}");
    // Only so many an hour.
    for n in 50..55 {
        let place = Place { message: n, ..Place::default() };
        fake.response(&fake.press_on(place, &format!("1:pass:{n}"), fake.ours(n, &json!({"content": "> zebra"})))).await;
    }
    let sixth = fake.response(&fake.press_on(Place::default(), "1:pass:55", fake.ours(55, &json!({"content": "> zebra"})))).await;
    assert_eq!(content(&sixth["data"]), words().passed_on_often);
    bot.says("outcome=\"passed-on\"", 5).await;
}

pub(crate) async fn a_person_over_http(fake: Fake) {
    let refused = crate::bot::command(
        &["serve-interactions"],
        &[PERSON, &[("FACTOTUM_INTERACTIONS_PUBLIC_KEY", "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a")]].concat(),
    )
    .env_remove("DISCORD_TOKEN")
    .output()
    .expect("the program was built for this test");
    assert_eq!(refused.status.code(), Some(2), "posting in a channel needs the token");
    let served = Served::start_with_token(&fake, PERSON).await;
    let (id, token) = fake.begun();
    let mut pass = fake.interaction(id, &token, Place::default(), 3, json!({"custom_id": "1:pass:44", "component_type": 2}));
    pass["message"] = fake.ours(45, &json!({"content": "> when is it open"}));
    assert_eq!(served.signed(pass.to_string().into_bytes()).await.0, 200);
    let post = fake.posted(PEOPLE, 0).await;
    assert!(content(&post).contains("> when is it open"), "{post}");
}

/// A copy of the tiny pack.
fn pack() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let tiny = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/packs/tiny"));
    for file in factotum_service::pack::read(tiny).expect("a pack of the tests") {
        let name = Path::new(&file.name).file_name().expect("it is a file").to_string_lossy();
        // The log may name the file, and must not name what people write about.
        std::fs::write(folder.path().join(name.replace("lighthouse", "light")), file.text).expect("a writable folder");
    }
    folder
}

/// "Teach" on a message of this text.
fn teach(fake: &Fake, place: Place, text: &str) -> (u64, String) {
    let theirs = Written { text: text.to_owned(), person: 12, ..Written::default() };
    let messages = json!({"88": fake.message(88, &theirs)});
    fake.interact(place, 2, json!({"id": "9", "name": "Teach", "type": 3, "target_id": "88", "resolved": {"messages": messages}}))
}

/// Waits for the nth message after a first response.
async fn follow_up(fake: &Fake, nth: usize) -> Value {
    fake.wait("a follow-up", |seen| {
        crate::fake::requests(seen).filter(|a| a.names("/webhooks/") && a.status == 200).nth(nth).map(|a| a.body.clone())
    })
    .await
}

pub(crate) async fn a_wording_is_taught_and_taken_back(fake: Fake) {
    let folder = pack();
    let path = folder.path().display().to_string();
    let settings = [
        ("FACTOTUM_KNOWLEDGE", path.as_str()),
        ("FACTOTUM_DISCORD_TEACH_ROLES", "80,81"),
        ("FACTOTUM_RELOAD_POLL_INTERVAL_SECONDS", "1"),
        ("FACTOTUM_DISCORD_USER_LIMIT", "1000"),
    ];
    let bot = Bot::ready(&fake, &settings).await;
    let registers = |asked: &crate::fake::Asked| asked.names("POST /commands") && asked.body["name"] == "Teach";
    fake.wait("the command", |seen| crate::fake::requests(seen).any(registers).then_some(())).await;
    let curator = Place { role: Some(ROLE), ..Place::default() };
    let wording = "what elevation does the zebra beacon have";
    let read = || std::fs::read_to_string(folder.path().join("light.toml")).expect("it is there");
    let original = read();
    // Everybody else is refused, at each step.
    let refused = fake.response(&teach(&fake, Place::default(), wording)).await["data"].clone();
    assert_eq!((content(&refused), refused["flags"].as_u64()), (words().not_a_teacher.as_str(), Some(64)));
    let offered = fake.response(&teach(&fake, curator, wording)).await["data"].clone();
    assert!(content(&offered).contains(&format!("> {wording}\n")) && offered["flags"] == 64, "{offered}");
    let ask = button(&offered, "1:teach:ask:");
    for forged in [ask.as_str(), "1:teach:missing", "1:teach:fact", "1:undo:0123456789abcdef", "1:teach:anyway:0123456789abcdef"] {
        let refused = fake.response(&fake.press_on(Place::default(), forged, fake.ours(44, &offered))).await;
        assert_eq!(content(&refused["data"]), words().not_a_teacher, "{forged}");
    }
    assert_eq!(read(), original);
    // Forged ids mean nothing, and a message without text is nothing to learn from.
    for forged in ["1:teach:ask:0123456789abcdef", "1:teach:no:0123456789abcdef", "1:teach:anyway:0123456789abcdef"] {
        let stale = fake.response(&fake.press_on(curator, forged, fake.ours(44, &offered))).await;
        assert_eq!(content(&stale["data"]), words().stale, "{forged}");
    }
    assert_eq!(content(&fake.response(&teach(&fake, curator, "")).await["data"]), words().no_text);
    // The wording is written, and answered after the reload.
    let deferred = fake.response(&fake.press_on(curator, &ask, fake.ours(44, &offered))).await;
    assert_eq!((&deferred["type"], &deferred["data"]["flags"]), (&json!(5), &json!(64)));
    let taught = follow_up(&fake, 0).await;
    assert!(content(&taught).starts_with("Done: added the wording") && content(&taught).contains("within 2 seconds"), "{taught}");
    assert!(read().contains(wording) && read().len() > original.len());
    bot.says("knowledge base reloaded", 1).await;
    let line = bot.lines("taught from Discord").remove(0);
    assert!(line.contains("who=11") && line.contains("kind=\"wording\"") && line.contains("undo="), "{line}");
    // Taken back once, by whoever has the role.
    let undo = button(&taught, "1:undo:");
    fake.response(&fake.press_on(Place { person: 13, ..curator }, &undo, fake.ours(47, &taught))).await;
    assert!(content(&follow_up(&fake, 1).await).starts_with("Taken back: added the wording"), "{taught}");
    assert_eq!(read(), original);
    fake.response(&fake.press_on(curator, &undo, fake.ours(47, &taught))).await;
    assert!(content(&follow_up(&fake, 2).await).contains("no longer know that change"));
    bot.says("knowledge base reloaded", 2).await;
    // What would be answered already, and files that somebody is changing.
    let offered = fake.response(&teach(&fake, curator, "How high is the tower?")).await["data"].clone();
    fake.response(&fake.press_on(curator, &button(&offered, "1:teach:ask:"), fake.ours(48, &offered))).await;
    assert!(content(&follow_up(&fake, 3).await).starts_with("I have not added it: all of these wordings"));
}

pub(crate) async fn facts_and_gaps_are_taught_by_form(fake: Fake) {
    let folder = pack();
    let path = folder.path().display().to_string();
    let settings = [
        ("FACTOTUM_KNOWLEDGE", path.as_str()),
        ("FACTOTUM_DISCORD_TEACH_ROLES", "81"),
        ("FACTOTUM_RELOAD_POLL_INTERVAL_SECONDS", "1"),
        ("FACTOTUM_DISCORD_USER_LIMIT", "1000"),
    ];
    let mut bot = Bot::ready(&fake, &settings).await;
    let curator = Place { role: Some(ROLE), ..Place::default() };
    let offered = fake.response(&teach(&fake, curator, "what does a zebra ticket for the lighthouse cost")).await["data"].clone();
    let form = fake.response(&fake.press_on(curator, "1:teach:missing", fake.ours(44, &offered))).await;
    assert_eq!((&form["type"], &form["data"]["custom_id"]), (&json!(9), &json!("1:teach:missing")));
    fake.response(&fake.submit(curator, "1:teach:missing", &[("missing", "what a ticket costs")], fake.ours(44, &offered))).await;
    let taught = follow_up(&fake, 0).await;
    assert!(content(&taught).starts_with("Done: added the unanswerable question"), "{taught}");
    bot.says("knowledge base reloaded", 1).await;
    let asked = fake.response(&fake.ask(curator, "what does a zebra ticket for the lighthouse cost", None)).await;
    assert!(content(&asked["data"]).starts_with("Not on record: what a ticket costs."), "{asked}");
    // A fact.
    let offered = fake.response(&teach(&fake, curator, "what does the lamp up there burn")).await["data"].clone();
    let form = fake.response(&fake.press_on(curator, "1:teach:fact", fake.ours(44, &offered))).await;
    assert_eq!(form["data"]["components"].as_array().map(Vec::len), Some(4), "{form}");
    let fields = |paragraphs| {
        [
            ("statement", "The lamp of the Skerry Light is electric."),
            ("paragraphs", paragraphs),
            ("topic", "light"),
            ("answer", "Electric."),
        ]
    };
    let wrong = fake.response(&fake.submit(curator, "1:teach:fact", &fields("two"), fake.ours(44, &offered))).await;
    assert_eq!(content(&wrong["data"]), messages::NO_PARAGRAPHS);
    fake.response(&fake.submit(curator, "1:teach:fact", &fields("999"), fake.ours(44, &offered))).await;
    assert!(content(&follow_up(&fake, 1).await).starts_with("I have not added it: "), "there is no such paragraph");
    fake.response(&fake.submit(curator, "1:teach:fact", &fields("1"), fake.ours(44, &offered))).await;
    let taught = follow_up(&fake, 2).await;
    assert!(content(&taught).starts_with("Done: added the fact"), "{taught}");
    bot.says("knowledge base reloaded", 2).await;
    assert_eq!(content(&fake.response(&fake.ask(curator, "what does the lamp up there burn", None)).await["data"]), "Electric.");
    // After a restart, nobody knows any more what there was to take back.
    bot.stop("TERM").await;
    let mut bot = Bot::ready(&fake, &settings).await;
    fake.response(&fake.press_on(curator, &button(&taught, "1:undo:"), fake.ours(44, &taught))).await;
    assert!(content(&follow_up(&fake, 3).await).contains("by hand"));
    bot.stop("TERM").await;
    // The built-in knowledge base has no folder.
    let _bot = Bot::ready(&fake, &[("FACTOTUM_KNOWLEDGE", ""), ("FACTOTUM_DISCORD_TEACH_ROLES", "81")]).await;
    assert_eq!(content(&fake.response(&teach(&fake, curator, "lighthouse")).await["data"]), messages::NO_FOLDER);
}
