//! Ways of asking, and the replies.

use crate::bot::{Bot, command};
use crate::fake::{APPLICATION, Fake, How, Place, Seen, US, Written};
use crate::words;
use serde_json::{Value, json};

const QUESTION: &str = "how tall is the tower of the lighthouse";

pub(crate) async fn by_command(fake: Fake) {
    let _bot = Bot::ready(&fake, &[]).await;
    let asked = fake.ask(Place::default(), QUESTION, None);
    let response = fake.response(&asked).await;
    assert_eq!(response["type"], 4, "at once, with no deferral");
    let message = &response["data"];
    assert_eq!(message["content"], "31 metres.");
    assert!(message["flags"].is_null(), "everybody sees it");
    let embed = &message["embeds"][0];
    assert_eq!(embed["description"], "The tower of the Skerry Light is 31 metres high.");
    let fields: Vec<_> = embed["fields"].as_array().into_iter().flatten().map(|f| (f["name"].clone(), f["value"].clone())).collect();
    let expected = [("As of", "June 2019"), ("Source", "Log of the Skerry Light, Skerry Light Trust, June 2019, paragraph 2")];
    assert_eq!(fields, expected.map(|(name, value)| (json!(name), json!(value))));
}

pub(crate) async fn in_private(fake: Fake) {
    let _bot = Bot::ready(&fake, &[]).await;
    let asked = fake.ask(Place { server: None, ..Place::default() }, QUESTION, Some(true));
    assert_eq!(fake.response(&asked).await["data"]["flags"], 64);
}

pub(crate) async fn by_direct_message(fake: Fake) {
    let _bot = Bot::ready(&fake, &[]).await;
    let id = fake.write(&Written { text: QUESTION.to_owned(), ..Written::default() });
    let message = fake.posted(33, 0).await;
    assert_eq!(message["content"], "31 metres.");
    assert_eq!(message["message_reference"], json!({"message_id": id.to_string(), "fail_if_not_exists": false}));
    fake.write(&Written { text: "help".to_owned(), ..Written::default() });
    assert!(fake.posted(33, 1).await["content"].as_str().is_some_and(|t| t.contains("/topics")));
}

pub(crate) async fn by_mention(fake: Fake) {
    let _bot = Bot::ready(&fake, &[]).await;
    let text = format!("<@{US}> {QUESTION}?");
    fake.write(&Written { text, server: Some(22), mentions: vec![US], channel: 34, ..Written::default() });
    assert_eq!(fake.posted(34, 0).await["content"], "31 metres.");
}

/// Custom ids of a message's buttons and menus.
pub(crate) fn custom_ids(message: &Value) -> Vec<String> {
    let rows = message["components"].as_array().into_iter().flatten();
    let components = rows.flat_map(|row| row["components"].as_array().into_iter().flatten());
    components.filter_map(|c| c["custom_id"].as_str()).map(str::to_owned).collect()
}

pub(crate) async fn by_reply_to_the_bot(fake: Fake) {
    let _bot = Bot::ready(&fake, &[]).await;
    let written = Written {
        text: QUESTION.to_owned(),
        server: Some(22),
        mentions: vec![US],
        kind: 19,
        replies_to: Some(US),
        channel: 35,
        ..Written::default()
    };
    fake.write(&written);
    assert_eq!(fake.posted(35, 0).await["content"], "31 metres.");
}

pub(crate) async fn by_the_context_menu(fake: Fake) {
    let _bot = Bot::ready(&fake, &[]).await;
    let theirs = Written { text: QUESTION.to_owned(), person: 12, ..Written::default() };
    let this = |id: u64, written: &Written| {
        let messages = json!({id.to_string(): fake.message(id, written)});
        json!({"id": "9", "name": "Answer this", "type": 3, "target_id": id.to_string(), "resolved": {"messages": messages}})
    };
    let asked = fake.interact(Place::default(), 2, this(88, &theirs));
    let response = fake.response(&asked).await;
    assert_eq!((&response["data"]["content"], &response["data"]["flags"]), (&json!("31 metres."), &json!(64)));
    let asked = fake.interact(Place::default(), 2, this(89, &Written { text: String::new(), ..theirs }));
    assert_eq!(fake.response(&asked).await["data"]["content"], words().no_text);
}

pub(crate) async fn replies_only_when_asked(fake: Fake) {
    let bot = Bot::ready(&fake, &[]).await;
    let asked = |change: &dyn Fn(&mut Written)| {
        let mut written =
            Written { text: format!("<@{US}> {QUESTION}"), server: Some(22), mentions: vec![US], channel: 50, ..Written::default() };
        change(&mut written);
        fake.write(&written);
    };
    asked(&|w| w.mentions.clear());
    asked(&|w| w.bot = true);
    asked(&|w| w.webhook = true);
    asked(&|w| w.everyone = true);
    asked(&|w| w.person = US);
    asked(&|w| w.kind = 6);
    // Mentioned through a reply to someone else, not in the text.
    asked(&|w| (w.text, w.kind, w.replies_to) = (QUESTION.to_owned(), 19, Some(12)));
    // A reply to the bot without text.
    asked(&|w| (w.text, w.kind, w.replies_to) = (String::new(), 19, Some(US)));
    bot.says("silent", 8).await;
    fake.settle().await;
    assert_eq!(fake.messages_in(50), 0);
}

pub(crate) async fn asks_for_no_privileged_intent(fake: Fake) {
    let _bot = Bot::ready(&fake, &[]).await;
    let intents = fake
        .wait("a session", |seen| {
            seen.iter().find_map(|s| match s {
                Seen::Identified { intents, .. } => Some(*intents),
                _ => None,
            })
        })
        .await;
    assert_eq!(intents, (1 << 9) | (1 << 12), "messages on servers, and direct ones");
}

pub(crate) async fn declines_and_offers(fake: Fake) {
    let _bot = Bot::ready(&fake, &[]).await;
    let asked = fake.ask(Place::default(), "when is the lighthouse open to visitors", None);
    let message = fake.response(&asked).await["data"].clone();
    let text = message["content"].as_str().unwrap_or_default();
    assert!(text.starts_with("Not on record: when it is open to visitors.") && text.contains("- How high is the tower?"), "{text}");
    assert!(message["embeds"].is_null());
    let pressed = fake.press(Place::default(), &custom_ids(&message)[0]);
    let response = fake.response(&pressed).await;
    assert_eq!(
        (&response["data"]["content"], &response["data"]["flags"]),
        (&json!("31 metres."), &json!(64)),
        "only for the user who pressed it"
    );
}

pub(crate) async fn buttons_work_after_a_restart(fake: Fake) {
    let mut bot = Bot::ready(&fake, &[]).await;
    let asked = fake.ask(Place::default(), "when is the lighthouse open to visitors", None);
    let ids = custom_ids(&fake.response(&asked).await["data"]);
    bot.stop("TERM").await;
    let _bot = Bot::ready(&fake, &[]).await;
    let pressed = fake.press(Place::default(), &ids[0]);
    assert_eq!(fake.response(&pressed).await["data"]["content"], "31 metres.");
}

pub(crate) async fn forged_buttons_are_declined(fake: Fake) {
    let _bot = Bot::ready(&fake, &[]).await;
    for forged in ["1:ask:0123456789abcdef", "2:ask:x", "zebra", "1:topics:-1"] {
        let response = fake.response(&fake.press(Place::default(), forged)).await;
        assert!(response["data"]["content"].as_str().is_some_and(|t| t.starts_with("That button no longer works")), "{response}");
        assert_eq!(response["data"]["flags"], 64);
    }
    let response = fake.response(&fake.choose(Place::default(), "1:pick", "zebra")).await;
    assert!(response["data"]["content"].as_str().is_some_and(|t| t.starts_with("That button no longer works")));
}

pub(crate) async fn feedback_counts_once(fake: Fake) {
    let bot = Bot::ready(&fake, &[]).await;
    let asked = fake.ask(Place::default(), QUESTION, None);
    let ids = custom_ids(&fake.response(&asked).await["data"]);
    let [.., good, bad, _further] = ids.as_slice() else { panic!("{ids:?}") };
    let press = async |person, message, id: &str| {
        let response = fake.response(&fake.press(Place { person, message, ..Place::default() }, id)).await;
        response["data"]["content"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(press(11, 70, good).await, "Thank you. Your rating was counted.");
    assert_eq!(press(11, 70, bad).await, "You have already rated this answer. Thank you.");
    assert_eq!(press(12, 70, bad).await, "Thank you. Your rating was counted.");
    assert_eq!(press(11, 71, bad).await, "Thank you. Your rating was counted.");
    bot.says("outcome=\"not-helpful\"", 2).await;
}

pub(crate) async fn questions_are_suggested_while_typing(fake: Fake) {
    let bot = Bot::ready(&fake, &[]).await;
    let response = fake.response(&fake.type_(Place::default(), "higt of towr")).await;
    assert_eq!(response["data"]["choices"][0], json!({"name": "How high is the tower?", "value": "How high is the tower?"}), "{response}");
    let response = fake.response(&fake.type_(Place::default(), "")).await;
    assert_eq!(response["data"]["choices"].as_array().map(Vec::len), Some(3));
    bot.says("kind=\"autocomplete\"", 2).await;
}

pub(crate) async fn browsing_leads_to_an_answer(fake: Fake) {
    let _bot = Bot::ready(&fake, &[]).await;
    let topics = fake.response(&fake.command(Place::default(), "topics")).await["data"].clone();
    let menu = &topics["components"][0]["components"][0];
    let value = |menu: &Value, label: &str| {
        let options = menu["options"].as_array().cloned().unwrap_or_default();
        options
            .iter()
            .find(|o| o["label"].as_str().is_some_and(|l| l.starts_with(label)))
            .map(|o| o["value"].as_str().unwrap_or_default().to_owned())
    };
    let topic = value(menu, "lighthouse").expect("the topic is offered");
    let chosen = fake.choose(Place::default(), menu["custom_id"].as_str().unwrap_or_default(), &topic);
    let questions = fake.response(&chosen).await;
    assert_eq!(questions["type"], 7, "the same message, changed");
    let menu = &questions["data"]["components"][0]["components"][0];
    let question = value(menu, "How high").expect("the question is offered");
    let chosen = fake.choose(Place::default(), menu["custom_id"].as_str().unwrap_or_default(), &question);
    assert_eq!(fake.response(&chosen).await["data"]["content"], "31 metres.");
}

pub(crate) async fn plain_commands(fake: Fake) {
    let _bot = Bot::ready(&fake, &[]).await;
    for (name, words) in
        [("help", "/ask"), ("about", "Privacy:"), ("sources", "Log of the Skerry Light"), ("forgotten", "I no longer have that command")]
    {
        let response = fake.response(&fake.command(Place::default(), name)).await;
        assert!(response["data"]["content"].as_str().is_some_and(|t| t.contains(words)), "{response}");
        assert_eq!(response["data"]["flags"], 64, "only for the user who asked");
    }
}

/// A knowledge base with two answers that together do not fit into one message; returns its folder.
pub(crate) fn long_pack() -> String {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("long-answers");
    std::fs::create_dir_all(&folder).expect("the build folder is writable");
    let question = |question: &str, phrase: &str| {
        let answer = "It is as it has always been. ".repeat(50);
        format!(
            "[[fact]]\nstatement = \"It is.\"\nparagraphs = 1\n[[fact.question]]\nask = \"\"\"\n{question}\n{phrase}\n\"\"\"\n\
             answer = \"{answer}\"\n"
        )
    };
    let pack = format!(
        "format = 2\n[source.s]\ntitle = \"Log\"\ndate = \"2020\"\nparagraphs = 1\n{}{}",
        question("What does the lamp burn?", "fuel of the lamp"),
        question("What are the stairs made of?", "material of the stairs")
    );
    std::fs::write(folder.join("long.toml"), pack).expect("the build folder is writable");
    folder.display().to_string()
}

pub(crate) async fn long_answers_take_several_messages(fake: Fake) {
    let _bot = Bot::ready(&fake, &[("FACTOTUM_KNOWLEDGE", &long_pack())]).await;
    let question = "What does the lamp burn? What are the stairs made of?";
    fake.write(&Written { text: question.to_owned(), channel: 60, ..Written::default() });
    let messages = [fake.posted(60, 0).await, fake.posted(60, 1).await];
    assert!(messages.iter().all(|m| m["content"].as_str().is_some_and(|t| t.ends_with("has always been."))), "{messages:?}");
    assert!(messages[0]["embeds"].is_null() && messages[1]["embeds"].is_array());
    let asked = fake.ask(Place::default(), question, None);
    fake.response(&asked).await;
    fake.asked("POST /webhooks", 0).await;
}

pub(crate) async fn commands_are_registered_when_they_differ(fake: Fake) {
    let mut bot = Bot::ready(&fake, &[]).await;
    bot.says("commands registered", 1).await;
    let names: Vec<String> = fake.commands(None).iter().filter_map(|c| c["name"].as_str()).map(str::to_owned).collect();
    assert_eq!(names, ["ask", "Answer this", "topics", "sources", "help", "about"]);
    let ask = &fake.commands(None)[0];
    assert_eq!(
        (&ask["name_localizations"]["de"], &ask["integration_types"], &ask["contexts"]),
        (&json!("fragen"), &json!([0, 1]), &json!([0, 1, 2]))
    );
    bot.stop("TERM").await;
    let bot = Bot::ready(&fake, &[]).await;
    bot.says("registered already", 1).await;
    assert_eq!(fake.all_asked("POST /commands").len(), 6, "each once");
}

/// Commands that another program registered for the same application, and the one that opens its Activity.
fn of_others() -> [Value; 2] {
    [json!({"type": 4, "name": "launch", "description": ""}), json!({"type": 1, "name": "play", "description": "Play a game"})]
}

fn names(commands: &[Value]) -> Vec<&str> {
    commands.iter().filter_map(|command| command["name"].as_str()).collect()
}

pub(crate) async fn commands_of_others_are_left_alone(fake: Fake) {
    fake.has_commands(None, &of_others());
    // An older form of one of ours.
    fake.has_commands(None, &[json!({"type": 1, "name": "ask", "description": "Ask"})]);
    let mut bot = Bot::ready(&fake, &[]).await;
    bot.says("commands registered", 1).await;
    assert_eq!(names(&fake.commands(None)), ["launch", "play", "ask", "Answer this", "topics", "sources", "help", "about"]);
    assert_eq!(fake.commands(None)[2]["description"], "Ask a question and get an answer with its source");
    bot.stop("TERM").await;
    let bot = Bot::ready(&fake, &[]).await;
    bot.says("registered already", 1).await;
    assert_eq!((fake.all_asked("POST /commands").len(), fake.all_asked("DELETE /commands").len()), (6, 0));
}

pub(crate) async fn two_processes_register_at_once(fake: Fake) {
    let (first, second) = (Bot::start(&fake, &[]), Bot::start(&fake, &[]));
    for bot in [first, second] {
        bot.says(" ready counts", 1).await;
        bot.says("registered", 1).await;
    }
    assert_eq!(fake.commands(None).len(), 6);
}

pub(crate) async fn registering_commands_can_be_turned_off(fake: Fake) {
    let _bot = Bot::ready(&fake, &[("FACTOTUM_DISCORD_REGISTER_COMMANDS", "false")]).await;
    fake.settle().await;
    assert!(fake.all_asked("/commands").is_empty());
}

pub(crate) async fn without_commands_messages_are_answered(fake: Fake) {
    fake.fault("/commands", 99, How::Status(500, json!({})));
    let bot = Bot::ready(&fake, &[]).await;
    bot.says("cannot register the commands", 1).await;
    fake.write(&Written { text: QUESTION.to_owned(), ..Written::default() });
    assert_eq!(fake.posted(33, 0).await["content"], "31 metres.");
}

/// What a command prints, and its exit code.
async fn prints(fake: &Fake, arguments: &[&str]) -> (String, Option<i32>) {
    let mut command = command(arguments, &[("FACTOTUM_DISCORD_API_PROXY", &fake.rest)]);
    let output =
        tokio::task::spawn_blocking(move || command.output().expect("the program was built for this test")).await.expect("it ends");
    (String::from_utf8_lossy(&output.stdout).trim().to_owned(), output.status.code())
}

pub(crate) async fn the_command_line_shows_registers_and_clears(fake: Fake) {
    assert!(prints(&fake, &["commands"]).await.0.contains("out of date"));
    assert_eq!(prints(&fake, &["commands", "register"]).await, ("commands registered".to_owned(), Some(0)));
    assert!(prints(&fake, &["commands", "register"]).await.0.contains("nothing to do"));
    let (shown, _) = prints(&fake, &["commands", "show"]).await;
    assert!(shown.contains("/ask  Ask a question") && shown.contains("The commands are up to date."), "{shown}");
    assert_eq!(prints(&fake, &["commands", "register", "--guild", "22"]).await.0, "commands registered");
    assert_eq!(fake.commands(Some(22)).len(), 6);
    assert!(fake.commands(Some(22))[0]["integration_types"].is_null());
    fake.has_commands(None, &of_others());
    let left = "left alone, because they are not this bot's: launch (entry point), /play (--replace-all removes them)";
    assert_eq!(prints(&fake, &["commands", "register"]).await.0, format!("nothing to do: the commands are up to date\n{left}"));
    let (shown, _) = prints(&fake, &["commands"]).await;
    assert!(
        shown.ends_with("Not this bot's, and left alone:\n/play  Play a game\nlaunch (entry point)\nThe commands are up to date."),
        "{shown}"
    );
    assert!(prints(&fake, &["commands", "clear"]).await.0.ends_with(&format!("commands removed\n{left}")));
    assert_eq!(names(&fake.commands(None)), ["launch", "play"]);
    assert_eq!(prints(&fake, &["commands", "clear"]).await.0, format!("nothing to do: the bot has no commands\n{left}"));
    let (replaced, status) = prints(&fake, &["commands", "register", "--replace-all"]).await;
    assert_eq!((replaced.as_str(), status), ("removed: launch (entry point), /play\ncommands registered", Some(0)));
    fake.fault("DELETE /commands", 1, How::DoAndDrop);
    assert!(prints(&fake, &["commands", "clear"]).await.0.ends_with("commands removed"));
    fake.fault("POST /commands", 1, How::Status(400, json!({"code": 30_032, "message": "Maximum number of application commands reached"})));
    let full = command(&["commands", "register"], &[("FACTOTUM_DISCORD_API_PROXY", fake.rest.as_str())]);
    let full = tokio::task::spawn_blocking(move || {
        let mut full = full;
        full.output()
    })
    .await
    .expect("no panic")
    .expect("it runs");
    assert!(full.status.code() == Some(2) && String::from_utf8_lossy(&full.stderr).contains("--replace-all"), "{full:?}");
    assert_eq!((fake.commands(None).len(), fake.commands(Some(22)).len()), (0, 6));
    assert_eq!(prints(&fake, &["commands", "show", "--guild", "0"]).await.1, Some(2));
}

pub(crate) async fn the_command_line_prints_an_invitation(fake: Fake) {
    let (link, status) = prints(&fake, &["invite"]).await;
    assert_eq!(status, Some(0));
    assert!(
        link.starts_with(&format!("https://discord.com/oauth2/authorize?client_id={APPLICATION}&scope=bot%20applications.commands")),
        "{link}"
    );
}

pub(crate) async fn one_notice_over_the_limit(fake: Fake) {
    let bot = Bot::ready(&fake, &[("FACTOTUM_DISCORD_USER_LIMIT", "2")]).await;
    for _ in 0..6 {
        fake.write(&Written { text: QUESTION.to_owned(), channel: 61, ..Written::default() });
    }
    // Other users are not affected.
    fake.write(&Written { text: QUESTION.to_owned(), channel: 62, person: 12, ..Written::default() });
    fake.posted(62, 0).await;
    bot.says("silent", 3).await;
    fake.posted(61, 2).await;
    let told = fake
        .all_asked("/channels/61/messages")
        .iter()
        .filter(|a| a.body["content"].as_str().is_some_and(|t| t.starts_with("That is a lot")))
        .count();
    assert_eq!((fake.messages_in(61), told), (3, 1));
}

pub(crate) async fn allow_and_deny_lists(fake: Fake) {
    let lists = [
        ("FACTOTUM_DISCORD_ALLOW_GUILDS", "22,23"),
        ("FACTOTUM_DISCORD_DENY_CHANNELS", "51"),
        ("FACTOTUM_DISCORD_ANSWER_DIRECT_MESSAGES", "false"),
    ];
    let bot = Bot::ready(&fake, &lists).await;
    let mention = |server, channel| {
        let text = format!("<@{US}> {QUESTION}");
        fake.write(&Written { text, server, channel, mentions: vec![US], ..Written::default() });
    };
    mention(Some(24), 50);
    mention(Some(22), 51);
    mention(None, 52);
    mention(Some(22), 53);
    assert_eq!(fake.posted(53, 0).await["content"], "31 metres.");
    bot.says("not-allowed", 3).await;
    assert_eq!([50, 51, 52].map(|c| fake.messages_in(c)), [0, 0, 0]);
    let asked = fake.ask(Place { server: Some(24), ..Place::default() }, QUESTION, None);
    let response = fake.response(&asked).await;
    assert_eq!((&response["data"]["content"], &response["data"]["flags"]), (&json!("I am not set up to answer here."), &json!(64)));
}

pub(crate) async fn each_reply_is_logged_with_its_durations(fake: Fake) {
    let bot = Bot::ready(&fake, &[]).await;
    let asked = fake.ask(Place::default(), QUESTION, None);
    fake.response(&asked).await;
    bot.says(&format!("replied trace={}", asked.0), 1).await;
    let line = bot.lines("replied").join("");
    assert!(
        line.contains("kind=\"ask\" outcome=\"answer\" about=how-high ")
            && line.contains("decided_us=")
            && line.contains("acknowledged_us="),
        "{line}"
    );
}
