//! What curators write, as people see it: links and emoji, answers that are said once, overdue reviews, and servers with a knowledge base of
//! their own.

use crate::bot::{Bot, command};
use crate::fake::{Fake, Place, Written};
use crate::operating::get;
use serde_json::{Value, json};
use std::path::Path;

/// A knowledge base about the giraffe of a zoo, in a folder of its own.
fn zoo(name: &str, facts: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    write(folder.path(), name, facts);
    folder
}

fn write(folder: &Path, name: &str, facts: &str) {
    let text = format!("format = 2\n[source.log]\ntitle = \"Log of {name}\"\nparagraphs = 3\n{facts}");
    std::fs::write(folder.join("zoo.toml"), text).expect("a writable folder");
}

/// A fact with one question.
fn fact(statement: &str, question: &str, more: &str) -> String {
    format!("[[fact]]\nstatement = \"{statement}\"\nparagraphs = 1\n{more}\n[[fact.question]]\nask = \"{question}\"\n")
}

const FAMILY: &str = "👨\u{200d}👩\u{200d}👧";

async fn asked(fake: &Fake, place: Place, question: &str) -> Value {
    let asked = fake.ask(place, question, None);
    fake.response(&asked).await["data"].clone()
}

pub(crate) async fn what_curators_write_works(fake: Fake) {
    let place = format!("The giraffe lives in <#33>: see [its page](https://zoo.example/a_b) or https://zoo.example/c_d {FAMILY}.");
    let rude = "The giraffe greets @everyone, @here, <@1>, <@!2> and <@&3>.";
    let facts = [fact(&place, "Where does the giraffe live?", ""), fact(rude, "Whom does the giraffe greet?", "")].concat();
    let folder = zoo("the zoo", &facts);
    let path = folder.path().display().to_string();
    let _bot = Bot::ready(&fake, &[("FACTOTUM_KNOWLEDGE", &path)]).await;
    let message = asked(&fake, Place::default(), "Where does the giraffe live?").await;
    assert_eq!(message["content"], json!(place));
    let message = asked(&fake, Place::default(), "Whom does the giraffe greet?").await;
    let visible = message["content"].as_str().unwrap_or_default().replace('\u{2060}', "");
    assert_eq!(visible, rude, "as it is written, but for what cannot be seen: `openapi::rules` looks for pings");
    // The words of strangers stay words.
    let message = asked(&fake, Place::default(), "does the giraffe [swim](https://evil.example) with <@&3> **fast** in quagmires").await;
    let content = message["content"].as_str().unwrap_or_default();
    assert!(!content.contains("](") && !content.contains("://") && !content.contains("**"), "{content}");
    // On the command line a link shows where it leads.
    let output = command(&["ask", "Where does the giraffe live?"], &[("FACTOTUM_KNOWLEDGE", &path)]).output().expect("it runs");
    let output = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.contains(&format!("see its page (https://zoo.example/a_b) or https://zoo.example/c_d {FAMILY}.")), "{output}");
}

pub(crate) async fn nothing_is_said_twice(fake: Fake) {
    let answered = |statement: &str, question: &str, answer: &str| fact(statement, question, "") + &format!("answer = \"{answer}\"\n");
    let facts = [
        fact("The giraffe eats hay.", "What does the giraffe eat?", ""),
        answered("The giraffe sleeps in the barn.", "Where does the giraffe sleep?", "In the barn: the giraffe sleeps in the barn."),
        answered("The giraffe is 8 years old.", "How old is the giraffe?", "8 years."),
    ];
    let folder = zoo("the zoo", &facts.concat());
    let path = folder.path().display().to_string();
    let _bot = Bot::ready(&fake, &[("FACTOTUM_KNOWLEDGE", &path)]).await;
    for (question, content, description, console) in [
        ("What does the giraffe eat?", "The giraffe eats hay.", Value::Null, "The giraffe eats hay.\n"),
        (
            "Where does the giraffe sleep?",
            "In the barn: the giraffe sleeps in the barn.",
            Value::Null,
            "In the barn: the giraffe sleeps in the barn.\n",
        ),
        ("How old is the giraffe?", "8 years.", json!("The giraffe is 8 years old."), "8 years. The giraffe is 8 years old.\n"),
    ] {
        let message = asked(&fake, Place::default(), question).await;
        assert_eq!((&message["content"], &message["embeds"][0]["description"]), (&json!(content), &description), "{message}");
        assert!(message["embeds"][0]["fields"].as_array().is_some_and(|fields| !fields.is_empty()), "the source is there: {message}");
        let output = command(&["ask", question], &[("FACTOTUM_KNOWLEDGE", &path)]).output().expect("it runs");
        let output = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(output.starts_with(console), "{output}");
    }
}

pub(crate) async fn overdue_answers_say_so(fake: Fake) {
    let facts = [
        fact("The giraffe eats hay.", "What does the giraffe eat?", "review_after = \"2020-06-30\""),
        fact("The giraffe sleeps in the barn.", "Where does the giraffe sleep?", "review_after = \"9999\""),
    ];
    let folder = zoo("the zoo", &facts.concat());
    let path = folder.path().display().to_string();
    let _bot = Bot::ready(&fake, &[("FACTOTUM_KNOWLEDGE", &path)]).await;
    let message = asked(&fake, Place::default(), "What does the giraffe eat?").await;
    assert_eq!(message["content"], "The giraffe eats hay.\n-# This was due for review on 30 June 2020.");
    let message = asked(&fake, Place::default(), "Where does the giraffe sleep?").await;
    assert_eq!(message["content"], "The giraffe sleeps in the barn.");
    let checked = command(&["check"], &[("FACTOTUM_KNOWLEDGE", &path)]).output().expect("it runs");
    let checked = String::from_utf8(checked.stdout).expect("UTF-8");
    assert!(checked.contains("note[overdue]") && checked.contains("this fact was due for review on 30 June 2020"), "{checked}");
    assert_eq!(checked.matches("due for review on").count(), 1, "{checked}");
}

/// One question whose answer differs from place to place.
const FOOD: &str = "What does the giraffe eat?";

fn eats(what: &str) -> String {
    fact(&format!("The giraffe eats {what}."), FOOD, "") + UNKNOWN
}

/// What is certainly declined.
const UNKNOWN: &str = "[[fact.unanswerable]]\nmissing = \"its weight\"\nask = \"how heavy is the giraffe\"\n\
                       [[fact.unanswerable]]\nmissing = \"its height\"\nask = \"how tall is the giraffe\"\n";

pub(crate) async fn each_server_has_its_own(fake: Fake) {
    let folders = ["hay", "grass", "carrots"].map(|food| zoo(&format!("the zoo of {food}"), &eats(food)));
    let paths = folders.each_ref().map(|folder| folder.path().display().to_string());
    let [main, ours, channel] = &paths;
    let journal = folders[1].path().join("gaps.db");
    let guilds = format!(
        "[{{ guild = 22, knowledge = '{ours}', journal = '{}' }}, {{ guild = \"22\", channels = [36], knowledge = '{channel}' }}]",
        journal.display()
    );
    let settings = [
        ("FACTOTUM_KNOWLEDGE", main.as_str()),
        ("FACTOTUM_DISCORD_GUILDS", guilds.as_str()),
        ("FACTOTUM_RELOAD_POLL_INTERVAL_SECONDS", "1"),
        ("FACTOTUM_DISCORD_USER_LIMIT", "1000"),
    ];
    let mut bot = Bot::ready(&fake, &settings).await;
    let at = |server: Option<u64>, channel: u64| Place { server, channel, ..Place::default() };
    for (place, food) in [(at(Some(22), 33), "grass"), (at(Some(22), 36), "carrots"), (at(Some(23), 36), "hay"), (at(None, 36), "hay")] {
        assert_eq!(asked(&fake, place, FOOD).await["content"], format!("The giraffe eats {food}."));
        let shown = fake.command(place, "sources");
        let shown = fake.response(&shown).await["data"].to_string();
        for other in ["hay", "grass", "carrots"] {
            assert_eq!(shown.contains(other), other == food, "{shown}");
        }
    }
    fake.write(&Written { text: FOOD.to_owned(), channel: 40, ..Written::default() });
    assert_eq!(fake.posted(40, 0).await["content"], "The giraffe eats hay.", "a direct message");
    // What is missing in one is recorded there, and where there is no journal, nowhere.
    asked(&fake, at(Some(22), 33), "how heavy is the giraffe").await;
    asked(&fake, at(Some(22), 36), "how tall is the giraffe").await;
    // One of them changes; the others stay. A broken one stays as it was.
    write(folders[1].path(), "the zoo of grass", &eats("clover"));
    bot.says("knowledge base reloaded", 1).await;
    assert_eq!(asked(&fake, at(Some(22), 34), FOOD).await["content"], "The giraffe eats clover.");
    assert_eq!(asked(&fake, at(Some(22), 36), FOOD).await["content"], "The giraffe eats carrots.");
    write(folders[2].path(), "the zoo of carrots", "oops");
    bot.says("the knowledge base was rejected", 1).await;
    assert_eq!(asked(&fake, at(Some(22), 36), FOOD).await["content"], "The giraffe eats carrots.");
    let (_, ready) = get(&bot, "/readyz").await;
    let ready: Value = serde_json::from_str(&ready).expect("JSON");
    let result = |path: &String| ready["guild_bases"][path]["last_reload"]["result"].clone();
    assert_eq!((result(ours), result(channel), &ready["last_reload"]), (json!("accepted"), json!("rejected"), &Value::Null), "{ready}");
    let (_, metrics) = get(&bot, "/metrics").await;
    assert!(
        metrics.contains("factotum_last_reload_successful 0") && metrics.contains("factotum_knowledge_base_entries{kind=\"facts\"} 3"),
        "{metrics}"
    );
    let checked = command(&["check", "--format", "json"], &settings).output().expect("it runs");
    assert_eq!(checked.status.code(), Some(1), "one of the three is broken");
    assert_eq!(String::from_utf8_lossy(&checked.stdout).matches("{\"summary\":").count(), 3);
    bot.stop("TERM").await;
    let listed = command(&["gaps"], &[("FACTOTUM_JOURNAL_PATH", &journal.display().to_string()), ("FACTOTUM_KNOWLEDGE", ours)]).output();
    let listed = String::from_utf8(listed.expect("it runs").stdout).expect("UTF-8");
    assert!(listed.contains("heavy") && !listed.contains("tall"), "{listed}");
}

pub(crate) async fn the_digest_is_sent_once(fake: Fake) {
    const DIGEST: &str = "POST /channels/90/messages$";
    let folder = zoo("the zoo", &(fact("The giraffe eats hay.", FOOD, "review_after = \"2020\"") + UNKNOWN));
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (knowledge, journal) = (folder.path().display().to_string(), path("gaps.db"));
    // It was due at the beginning of this hour.
    let hours = std::time::SystemTime::UNIX_EPOCH.elapsed().expect("a clock after 1970").as_secs() / 3_600;
    let weekday =
        ["thursday", "friday", "saturday", "sunday", "monday", "tuesday", "wednesday"][usize::try_from(hours / 24 % 7).expect("a day")];
    let hour = (hours % 24).to_string();
    let without = [("FACTOTUM_KNOWLEDGE", knowledge.as_str()), ("FACTOTUM_JOURNAL_PATH", journal.as_str())];
    let with = [
        &without[..],
        &[("FACTOTUM_DISCORD_DIGEST_CHANNEL", "90"), ("FACTOTUM_DISCORD_DIGEST_WEEKDAY", weekday), ("FACTOTUM_DISCORD_DIGEST_HOUR", &hour)],
    ]
    .concat();
    let mut bot = Bot::ready(&fake, &without).await;
    asked(&fake, Place::default(), "how heavy is the giraffe").await;
    let message = asked(&fake, Place::default(), FOOD).await;
    let helpful = message["components"][0]["components"][0]["custom_id"].as_str().expect("a button").to_owned();
    let pressed = fake.press(Place::default(), &helpful);
    fake.response(&pressed).await;
    bot.stop("TERM").await;
    assert_eq!(fake.all_asked(DIGEST).len(), 0, "nobody has asked for it");
    // Two processes, of which one sends it; and none after a restart.
    let mut bots = [Bot::ready(&fake, &with).await, Bot::ready(&fake, &with).await];
    for bot in &mut bots {
        bot.says("weekly digest: sent", 1).await;
        bot.stop("TERM").await;
    }
    let mut again = Bot::ready(&fake, &with).await;
    again.says("weekly digest: sent before", 1).await;
    again.stop("TERM").await;
    let sent = fake.all_asked(DIGEST);
    assert_eq!(sent.len(), 1);
    let expected = "Weekly digest\n- No good answer in the last seven days: 1 group of questions. `factotum gaps` lists them.\n\
                    - Due for review: 1 source or fact. `factotum check` lists them.\n- Ratings since the last digest: 1 helpful, 0 not helpful.";
    assert_eq!(sent[0].body["content"], expected);
    // Without a journal nobody would know what was sent.
    let mut refused = Bot::start(&fake, &[&with[2..], &[("FACTOTUM_KNOWLEDGE", knowledge.as_str())]].concat());
    assert_eq!(refused.ended().await.code(), Some(2));
    assert!(refused.log().contains("set `path` of [journal]"), "{}", refused.log());
}

pub(crate) async fn no_digest_without_news(fake: Fake) {
    let folder = zoo("the zoo", &eats("hay"));
    let (knowledge, journal) = (folder.path().display().to_string(), folder.path().join("gaps.db").display().to_string());
    let days = std::time::SystemTime::UNIX_EPOCH.elapsed().expect("a clock after 1970").as_secs() / 86_400;
    let weekday = ["thursday", "friday", "saturday", "sunday", "monday", "tuesday", "wednesday"][usize::try_from(days % 7).expect("a day")];
    let settings = [
        ("FACTOTUM_KNOWLEDGE", knowledge.as_str()),
        ("FACTOTUM_JOURNAL_PATH", journal.as_str()),
        ("FACTOTUM_DISCORD_DIGEST_CHANNEL", "90"),
        ("FACTOTUM_DISCORD_DIGEST_WEEKDAY", weekday),
        ("FACTOTUM_DISCORD_DIGEST_HOUR", "0"),
    ];
    let bot = Bot::ready(&fake, &settings).await;
    bot.says("weekly digest: there is nothing to tell", 1).await;
    assert_eq!(fake.messages_in(90), 0);
}
