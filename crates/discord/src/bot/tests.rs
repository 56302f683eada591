use super::*;
use crate::components::Key;
use crate::event::Enclosed;
use crate::event::PressedOn;

use proptest::prelude::*;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

static BOT: LazyLock<Bot> = LazyLock::new(|| Bot::new(IndexedKnowledge::of(factotum_built_in::answerer()), generous()));

/// Settings with which these tests never reach a limit.
fn generous() -> config::Discord {
    let most = config::Limit::MAX;
    config::Discord { user_limit: most, channel_limit: most, ..config::Discord::default() }
}

fn written(text: &str) -> MessageEvent {
    MessageEvent {
        id: 1,
        origin: Origin { user: 2, channel: 3, guild: Some(4) },
        text: text.to_owned(),
        from_bot: false,
        regular: true,
        mentions_everyone: false,
        mentions_bot: true,
        replies_to_bot: false,
        enclosed: Enclosed::default(),
        roles: Vec::new(),
    }
}

fn used(kind: InteractionKind) -> Incoming {
    Incoming::Interaction(Interaction {
        id: 1,
        token: InteractionToken("secret".to_owned()),
        origin: Origin { user: 2, channel: 3, guild: Some(4) },
        kind,
        roles: Vec::new(),
        present: true,
        language: None,
    })
}

fn pressed(custom_id: &str, chosen: Option<&str>) -> Decision {
    let what = InteractionKind::Component {
        custom_id: custom_id.to_owned(),
        chosen: chosen.map(str::to_owned),
        message: 9,
        answers: None,
        on: PressedOn::default(),
    };
    BOT.decide(&used(what), Instant::now())
}

fn decide(written: MessageEvent) -> Decision {
    BOT.decide(&Incoming::Message(written), Instant::now())
}

#[test]
fn replies_only_when_asked() {
    const ASKED: &str = "<@77> who is the president of Serbia?";
    let silent = [
        MessageEvent { from_bot: true, ..written(ASKED) },
        MessageEvent { regular: false, ..written(ASKED) },
        MessageEvent { mentions_everyone: true, ..written(ASKED) },
        MessageEvent { mentions_bot: false, ..written("who is the president of Serbia?") },
        MessageEvent { mentions_bot: false, replies_to_bot: true, ..written(" ") },
    ];
    for silent in silent {
        assert_eq!(decide(silent.clone()).actions, [], "{silent:?}");
    }
    let spoken = [
        written(ASKED),
        MessageEvent { mentions_bot: false, replies_to_bot: true, ..written("who is the president of Serbia?") },
        MessageEvent {
            mentions_bot: false,
            origin: Origin { guild: None, ..written("").origin },
            ..written("who is the president of Serbia?")
        },
    ];
    for spoken in spoken {
        let decision = decide(spoken.clone());
        assert_eq!((decision.actions.len(), decision.outcome), (1, "answer"), "{spoken:?}");
    }
}

#[test]
fn help_for_an_empty_question() {
    for text in ["", "help", "HELP", "<@77>", "<@77> help"] {
        assert_eq!(decide(written(text)).outcome, "help", "{text}");
    }
}

#[test]
fn allow_and_deny_lists() {
    let origin = written("").origin;
    let rules = |change: &dyn Fn(&mut config::Discord)| {
        let mut rules = config::Discord::default();
        change(&mut rules);
        Bot::new(IndexedKnowledge::of(factotum_built_in::answerer()), rules)
    };
    let ids = |id: &str| id.parse::<config::Ids>().expect("ids");
    assert!(rules(&|_| ()).allowed(&origin));
    assert!(rules(&|r| r.allow_guilds = ids("4,5")).allowed(&origin));
    assert!(!rules(&|r| r.allow_guilds = ids("5")).allowed(&origin));
    assert!(!rules(&|r| r.deny_guilds = ids("4")).allowed(&origin));
    assert!(!rules(&|r| r.allow_channels = ids("9")).allowed(&origin));
    let denied = rules(&|r| r.deny_channels = ids("3"));
    assert!(!denied.allowed(&origin));
    assert_eq!(denied.decide(&Incoming::Message(written("hello")), Instant::now()).actions, []);
    let response = denied.decide(&used(InteractionKind::Command("help".to_owned())), Instant::now());
    assert_eq!((response.actions.len(), response.outcome), (1, "not-allowed"));
    assert!(!rules(&|r| r.answer_direct_messages = false).allowed(&Origin { guild: None, ..origin }));
}

#[test]
fn one_notice_over_the_limit() {
    let rules = config::Discord { user_limit: "2".parse().expect("in range"), ..config::Discord::default() };
    let (bot, now) = (Bot::new(IndexedKnowledge::of(factotum_built_in::answerer()), rules), Instant::now());
    let outcomes = [0, 1, 2, 3, 61].map(|seconds| {
        let decision = bot.decide(&Incoming::Message(written("hello")), now + Duration::from_secs(seconds));
        (decision.actions.len(), decision.outcome)
    });
    assert_eq!(outcomes, [(1, "small-talk"), (1, "small-talk"), (1, "too-often"), (0, "too-often"), (1, "small-talk")]);
    // Autocomplete does not count.
    assert_eq!(bot.decide(&used(InteractionKind::Autocomplete("who".to_owned())), now + Duration::from_secs(62)).actions.len(), 1);
}

#[test]
fn our_buttons_work_and_forged_ones_do_not() {
    let knowledge = BOT.knowledge();
    let intent = &knowledge.base().intents[0];
    let (key, topic) = (Key::of(&intent.id), Key::of(&intent.topic));
    assert_eq!(pressed(&CustomId::Ask(key.clone()).custom_id(), None).outcome, "answer");
    assert_eq!(pressed(&CustomId::Pick.custom_id(), Some(key.as_str())).outcome, "answer");
    assert_eq!(pressed(&CustomId::Open.custom_id(), Some(topic.as_str())).outcome, "shown");
    assert_eq!(pressed(&CustomId::Rate(false, key.clone()).custom_id(), None).outcome, "not-helpful");
    assert_eq!(pressed(&CustomId::Rate(true, key).custom_id(), None).outcome, "counted-before");
    let nobody = Key::of("no such id");
    for (forged, chosen) in [
        ("", None),
        ("1:pick", None),
        ("1:pick", Some("zzz")),
        ("1:open", Some("0123456789abcdef")),
        (CustomId::Ask(nobody.clone()).custom_id().as_str(), None),
        (CustomId::Topic(nobody.clone(), 0).custom_id().as_str(), None),
        (CustomId::Rate(true, nobody).custom_id().as_str(), None),
    ] {
        let decision = pressed(forged, chosen);
        assert_eq!(decision.outcome, "stale", "{forged}");
        let [Action::Respond { response: Response::Message(message), .. }] = decision.actions.as_slice() else { panic!("{decision:?}") };
        assert!(message.is_private() && message.content == Language::English.wording().discord.stale);
    }
}

#[test]
fn chosen_suggestions_are_answered() {
    let knowledge = BOT.knowledge();
    let intent = knowledge.base().intents.iter().find(|i| !i.question.contains('{') && !i.false_premise).expect("there are some");
    let ask = |question: String| BOT.decide(&used(InteractionKind::Ask { question, private: true }), Instant::now());
    let by_key = ask(format!("#{}", Key::of(&intent.id).as_str()));
    assert_eq!(by_key.outcome, "answer");
    assert_eq!(by_key.actions, ask(intent.question.clone()).actions);
    assert_ne!(ask("#0123456789abcdef".to_owned()).outcome, "answer");
}

#[test]
fn tags_are_removed() {
    let cases = [
        ("<@1> hello", "hello"),
        ("hello <@!1>", "hello"),
        ("a <#2> b", "a   b"),
        ("1 < 2", "1 < 2"),
        ("<b>", "<b>"),
        ("<@", "<@"),
        ("<:x:1><a:y:2>", ""),
        ("é<@1>é", "é é"),
    ];
    for (text, expected) in cases {
        assert_eq!(without_tags(text), expected, "{text}");
    }
}

/// Questions, parts of questions, noise, and text that must not get through.
fn texts() -> impl Strategy<Value = String> {
    let bits = prop::sample::select(vec![
        "who is ",
        "Serbia ",
        "@everyone ",
        "@here",
        "<@77>",
        "<@&5>",
        "<#",
        "help",
        "\\",
        "**",
        "https://x.example ",
        "\u{202e}",
        "\u{1f642}",
        "?\n",
        "`",
        "\u{0}",
        "NATO",
    ]);
    prop_oneof![prop::collection::vec(bits, 0..12).prop_map(|v| v.concat()), "\\PC{0,60}", ".{0,40}"]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: std::env::var("FACTOTUM_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(512), ..ProptestConfig::default() })]

    /// Whatever arrives: no panic, no reply unless asked, no pings, nothing longer than Discord accepts.
    #[test]
    fn any_message(
        text in texts(),
        user in any::<u64>(),
        in_guild in any::<bool>(),
        [from_bot, regular, mentions_everyone, mentions_bot, replies_to_bot] in any::<[bool; 5]>(),
    ) {
        let origin = Origin { user, channel: user, guild: in_guild.then_some(4) };
        let enclosed = Enclosed::default();
        let roles = Vec::new();
        let written = MessageEvent { id: u64::MAX, origin, text, from_bot, regular, mentions_everyone, mentions_bot, replies_to_bot, enclosed, roles };
        let decision = decide(written);
        let addressed = !from_bot && regular && !mentions_everyone && (!in_guild || mentions_bot || replies_to_bot);
        prop_assert!(addressed || decision.actions.is_empty());
        harmless(&decision)?;
    }

    #[test]
    fn any_interaction(text in texts(), chosen in prop::option::of(texts()), user in any::<u64>(), which in 0..7) {
        let what = match which {
            0 => InteractionKind::Ask { question: text, private: false },
            1 => InteractionKind::AnswerThis { text },
            2 => InteractionKind::Command(text),
            3 => InteractionKind::Autocomplete(text),
            4 => InteractionKind::Component { custom_id: text, chosen, message: user, answers: None, on: PressedOn::default() },
            5 => InteractionKind::Component { custom_id: "1:pick".to_owned(), chosen, message: user, answers: Some(user), on: PressedOn::default() },
            _ => InteractionKind::Other,
        };
        let decision = BOT.decide(&used(what), Instant::now());
        let responds = matches!(decision.actions.first(), Some(Action::Respond { .. }));
        prop_assert!(responds);
        harmless(&decision)?;
    }
}

/// Nothing that is sent pings anyone or exceeds Discord's limits.
fn harmless(decision: &Decision) -> Result<(), TestCaseError> {
    for action in &decision.actions {
        let message = match action {
            Action::Post { message, .. } => {
                prop_assert!(message.nonce.len() <= 25);
                &message.message
            }
            Action::FollowUp { message, .. } | Action::Respond { response: Response::Message(message) | Response::Update(message), .. } => {
                message
            }
            Action::Respond { response: Response::Modal(form), .. } => {
                prop_assert!((1..=45).contains(&form.title.chars().count()) && form.components.len() == 1);
                continue;
            }
            Action::Respond { response: Response::Deferred, .. } | Action::Work { .. } => continue,
            Action::Respond { response: Response::Choices(choices), .. } => {
                let fits = |text: &str| (1..=100).contains(&text.chars().count());
                prop_assert!(choices.len() <= 25 && choices.iter().all(|c| fits(&c.name) && fits(&c.value)));
                continue;
            }
        };
        let json = serde_json::to_value(message).expect("plain values");
        prop_assert_eq!(&json["allowed_mentions"], &serde_json::json!({"parse": [], "replied_user": false}));
        prop_assert!(!message.content.trim().is_empty() && message.content.chars().count() <= 2_000);
        let text = json.to_string();
        prop_assert!(!text.contains("@everyone") && !text.contains("@here") && !text.contains("<@"), "{}", text);
    }
    Ok(())
}

/// A bot with a journal in a folder, and what the journal has once the bot was asked.
struct Journaled {
    folder: tempfile::TempDir,
    recorder: factotum_journal::Recorder,
    bot: Bot,
}

impl Journaled {
    fn new() -> Journaled {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let limits = factotum_journal::Limits { keep_days: 90, max_entries: 1_000, max_megabytes: 16 };
        let recorder = factotum_journal::Recorder::start(folder.path().join("gaps.db"), limits, |_| ()).expect("a thread");
        let bot = Bot::new(IndexedKnowledge::of(factotum_built_in::answerer()), generous()).with_journal(recorder.clone(), 90);
        Journaled { folder, recorder, bot }
    }

    fn ask(&self, id: Id, user: Id, kind: InteractionKind) -> Decision {
        let origin = Origin { user, channel: 3, guild: Some(4) };
        let token = InteractionToken("secret".to_owned());
        let interaction = Interaction { id, token, origin, kind, roles: Vec::new(), present: true, language: None };
        self.bot.decide(&Incoming::Interaction(interaction), Instant::now())
    }

    /// Question, kind, times, people and ratings of each entry.
    fn entries(&self) -> Vec<(String, &'static str, u32, u32, u32)> {
        self.recorder.finish();
        let mut entries = Vec::new();
        let Ok(journal) = factotum_journal::Journal::open(&self.folder.path().join("gaps.db")) else { return entries };
        let each = |w: factotum_journal::Wording| {
            entries.push((w.question, w.kind.as_str(), w.times, w.people, w.not_helpful));
            Ok::<(), factotum_journal::JournalError>(())
        };
        journal.export(each).expect("it can be read");
        entries.sort();
        entries
    }
}

fn asking(question: &str) -> InteractionKind {
    InteractionKind::Ask { question: question.to_owned(), private: false }
}

#[test]
fn gaps_are_recorded_and_nothing_else() {
    let journaled = Journaled::new();
    journaled.ask(1, 10, asking("Who is the president of Serbia?"));
    journaled.ask(2, 10, asking("hello"));
    journaled.ask(3, 10, InteractionKind::Autocomplete("how many soldiers does Bosnia".to_owned()));
    journaled.ask(4, 10, InteractionKind::AnswerThis { text: "how many soldiers does Bosnia have".to_owned() });
    journaled.ask(5, 10, InteractionKind::Command("topics".to_owned()));
    assert_eq!(journaled.entries(), [], "answered, small talk, not asked");
    assert!(!journaled.folder.path().join("gaps.db").exists());
    journaled.ask(6, 10, asking("how many soldiers does Bosnia have"));
    let origin = Origin { user: 11, channel: 3, guild: None };
    let message = MessageEvent { origin, ..written("<@77> How many soldiers does Bosnia have?") };
    journaled.bot.decide(&Incoming::Message(message), Instant::now());
    journaled.ask(7, 11, asking("is Piotr Kowalski at https://example.com a spy"));
    journaled.bot.answer_json("What is the capital of Albania?");
    let expected = [
        ("What is the capital of Albania?".to_owned(), "declined", 1, 1, 0),
        ("how many soldiers does Bosnia have".to_owned(), "declined", 2, 2, 0),
        ("is [name] at [link] a spy".to_owned(), "declined", 1, 1, 0),
    ];
    assert_eq!(journaled.entries(), expected);
}

#[test]
fn a_rating_is_recorded_with_the_wording_that_was_asked() {
    let journaled = Journaled::new();
    let question = "tell me who is president of Serbia";
    let answered = journaled.ask(1, 10, asking(question));
    let about = answered.about.expect("it is answered").id;
    let rate = |helped: bool, user: Id, answers: Option<Id>| {
        let custom_id = super::CustomId::Rate(helped, Key::of(&about)).custom_id();
        journaled
            .ask(9, user, InteractionKind::Component { custom_id, chosen: None, message: 100, answers, on: PressedOn::default() })
            .outcome
    };
    assert_eq!(rate(true, 11, Some(1)), "helpful");
    assert_eq!(journaled.entries(), []);
    assert_eq!((rate(false, 10, Some(1)), rate(false, 10, Some(1))), ("not-helpful", "counted-before"));
    // Of an answer that nobody remembers: the entry's own question.
    assert_eq!(rate(false, 12, Some(999)), "not-helpful");
    let own = journaled.bot.knowledge().base().find_intent(&about).expect("it is on record").question.clone();
    let mut expected = [(question.to_owned(), "not_helpful", 1, 1, 1), (own, "not_helpful", 1, 1, 1)];
    expected.sort();
    assert_eq!(journaled.entries(), expected);
}

#[test]
fn about_says_what_is_kept() {
    let about = |decision: Decision| format!("{:?}", decision.actions);
    let command = || InteractionKind::Command("about".to_owned());
    assert!(about(BOT.decide(&used(command()), Instant::now())).contains("I keep no messages"));
    let kept = about(Journaled::new().ask(1, 10, command()));
    assert!(kept.contains("I keep the question for up to 90 days") && !kept.contains("I keep no messages"), "{kept}");
}
