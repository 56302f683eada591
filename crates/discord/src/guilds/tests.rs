use super::*;
use crate::bot::{Bot, Decision};
use crate::components::{CustomId, Key};
use crate::event::{Enclosed, Incoming, Interaction, InteractionKind, InteractionToken, MessageEvent, PostEvent, PressedOn};
use crate::payload;
use crate::teach::{Taught, Teacher, Wanted};
use factotum_core::answering::Answerer;
use factotum_core::diagnostic::SourceFile;
use factotum_journal::{Journal as JournalFile, Limits};
use factotum_service::config;
use std::time::{Duration, Instant};

/// A town with its own knowledge base. Its name and its mark stand in no other, nor in any id.
struct Town {
    name: &'static str,
    mark: &'static str,
}

const TOWNS: [Town; 4] = [
    Town { name: "Mainstead", mark: "heron" },
    Town { name: "Alderwick", mark: "otter" },
    Town { name: "Birchford", mark: "badger" },
    Town { name: "Cedarholm", mark: "weasel" },
];
/// The guild that Alderwick is for; its channel `CHANNEL` is Birchford's.
const FIRST: Id = 1;
const CHANNEL: Id = 50;
/// Cedarholm's guild.
const SECOND: Id = 2;
/// The role whose members may teach and answer, and the channel in which people see questions of the main knowledge base.
const ROLE: Id = 70;
const PEOPLE: Id = 60;
/// How many events are tried by default; `FACTOTUM_MUTATIONS` sets another number.
const USUAL: u64 = 2_000;

/// A pack of one fact whose id is the same in every town, and one whose id is not.
fn knowledge(Town { name, mark }: &Town) -> IndexedKnowledge {
    let slug = name.to_lowercase();
    let text = format!(
        "format = 2\n[source.log]\ntitle = \"Log of {name}\"\nparagraphs = 2\nlimits = \"Nothing but the {mark}.\"\n\
         [[fact]]\nid = \"founded\"\nstatement = \"{name} was founded in the year of the {mark}.\"\nparagraphs = 1\n\
         [[fact.question]]\nid = \"when-founded\"\nask = \"\"\"\nWhen was the town founded?\nfounding year of the town\n\"\"\"\nanswer = \"In the year of the {mark}.\"\n\
         [[fact.unanswerable]]\nmissing = \"who founded {name}\"\nask = \"who founded the town\"\n\
         [[fact]]\nid = \"{slug}\"\nstatement = \"The mill of {name} burned down in the year of the {mark}.\"\nparagraphs = 2\n\
         [[fact.question]]\nid = \"{slug}-mill\"\nask = \"\"\"\nWhen did the mill of {name} burn down?\nwhat became of the mill\n\"\"\"\n\
         [[small_talk]]\nask = \"hello\"\nreply = \"Hello from {name}.\"\n"
    );
    let files = [SourceFile { name: format!("{slug}.toml"), text }];
    let loaded = factotum_core::pack::load(&files);
    IndexedKnowledge::of(Answerer::new(loaded.base.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics))))
}

/// Which town answers here.
fn at_home(origin: &Origin) -> usize {
    match (origin.guild, origin.channel) {
        (Some(FIRST), CHANNEL) => 2,
        (Some(FIRST), _) => 1,
        (Some(SECOND), _) => 3,
        _ => 0,
    }
}

fn bot(journals: &[std::path::PathBuf; 3]) -> (Bot, Vec<Recorder>) {
    let limits = Limits { keep_days: 90, max_entries: 1_000, max_megabytes: 16 };
    let start = |number: usize| Recorder::start(journals[number].clone(), limits, |_| ()).expect("a thread");
    let recorders: Vec<Recorder> = (0..3).map(start).collect();
    let most = config::Limit::MAX;
    let ids = |id: Id| id.to_string().parse().expect("ids");
    let settings = config::Discord {
        user_limit: most,
        channel_limit: most,
        forums: config::Forums { channels: ids(CHANNEL), ..config::Forums::default() },
        ask_a_person: config::AskAPerson { channel: config::Optional(Some(config::Id(PEOPLE))), ..config::AskAPerson::default() },
        teach: config::Teach { roles: ids(ROLE) },
        ..config::Discord::default()
    };
    let mut guilds = Guilds::default();
    guilds.add(FIRST, &[], knowledge(&TOWNS[1]), Some((recorders[1].clone(), 90)));
    // Birchford keeps no journal.
    guilds.add(FIRST, &[CHANNEL], knowledge(&TOWNS[2]), None);
    guilds.add(SECOND, &[], knowledge(&TOWNS[3]), Some((recorders[2].clone(), 90)));
    let bot = Bot::new(knowledge(&TOWNS[0]), settings).with_journal(recorders[0].clone(), 90).with_guilds(guilds);
    let bases = [Base::Main, Base::Guild(0), Base::Guild(1), Base::Guild(2)];
    (bases.into_iter().fold(bot, |bot, base| bot.with_teacher(base, Arc::new(Refuses))), recorders)
}

/// Somebody who writes nothing down, and says for which knowledge base.
#[derive(Debug)]
struct Refuses;

impl Teacher for Refuses {
    fn teach(&self, answerer: &Answerer, _: &Wanted) -> Result<Taught, String> {
        Err(answerer.base().facts[0].statement.clone())
    }

    fn undo(&self, _: &str, _: Id) -> Result<String, String> {
        Err("nothing to undo".to_owned())
    }

    fn noticed_within(&self) -> Option<Duration> {
        None
    }
}

/// Pseudo-random numbers, the same in each run: a Lehmer generator.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(0xda94_2042_e4dd_58b5).wrapping_add(0x9e37_79b9);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit.max(1)
    }

    fn of<T: Clone>(&mut self, some: &[T]) -> T {
        some[self.below(some.len())].clone()
    }
}

/// Everything that a decision sends.
fn sent(bot: &Bot, decision: &Decision) -> String {
    let action = |action: &crate::bot::Action| match action {
        crate::bot::Action::Post { message, .. } => payload::json(message),
        crate::bot::Action::Respond { response, .. } => payload::json(response),
        crate::bot::Action::FollowUp { message, .. } => payload::json(message),
        crate::bot::Action::Work { base, work, .. } => payload::json(&bot.work(*base, work)),
    };
    decision.actions.iter().map(action).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect()
}

/// Something that anybody could do, in any place: nothing that is typed names a town, but buttons and choices may be those of any.
fn event(numbers: &mut Numbers, id: Id) -> Incoming {
    const TYPED: [&str; 9] = [
        "when was the town founded",
        "founding year of the town",
        "who founded the town",
        "what became of the mill",
        "did the mill burn",
        "when did it burn down",
        "hello",
        "who is the mayor",
        "",
    ];
    let origin = Origin {
        user: numbers.below(50) as Id,
        channel: numbers.of(&[CHANNEL, 51, 52]),
        guild: numbers.of(&[None, Some(FIRST), Some(FIRST), Some(SECOND), Some(3)]),
    };
    let town = numbers.below(TOWNS.len());
    let slug = TOWNS[town].name.to_lowercase();
    let key = Key::of(&numbers.of(&["when-founded".to_owned(), format!("{slug}-mill"), slug.clone()]));
    let text = numbers.of(&TYPED).to_owned();
    let kind = match numbers.below(10) {
        0 => {
            return Incoming::Message(MessageEvent {
                id,
                origin,
                text,
                from_bot: false,
                regular: true,
                mentions_everyone: false,
                mentions_bot: true,
                replies_to_bot: false,
                enclosed: Enclosed::default(),
                roles: vec![ROLE],
            });
        }
        1 => InteractionKind::Ask { question: text, private: false },
        2 => InteractionKind::Ask { question: format!("#{}", key.as_str()), private: true },
        3 => InteractionKind::Autocomplete(text),
        4 => InteractionKind::AnswerThis { text },
        8 => InteractionKind::Teach { text },
        9 => {
            return Incoming::Post(PostEvent {
                id: origin.channel,
                forum: CHANNEL,
                guild: origin.guild,
                user: origin.user,
                title: text,
                tags: Vec::new(),
            });
        }
        5 => InteractionKind::Command(numbers.of(&["topics", "sources", "about", "help"]).to_owned()),
        _ => {
            let custom_ids = [
                CustomId::Ask(key.clone()),
                CustomId::Rate(false, key.clone()),
                CustomId::Topic(key.clone(), 0),
                CustomId::Pick,
                CustomId::Open,
                CustomId::Topics(0),
            ];
            let further = [
                format!("1:teach:ask:{}", key.as_str()),
                "1:teach:fact".to_owned(),
                "1:person:5:6".to_owned(),
                format!("1:pass:{id}"),
                format!("1:why:wrong:{id}:6:{}", key.as_str()),
            ];
            let custom_id = if numbers.below(2) == 0 { numbers.of(&further) } else { numbers.of(&custom_ids).custom_id() };
            let on = PressedOn { text: format!("Which?\n> {text}"), ..PressedOn::default() };
            InteractionKind::Component { custom_id, chosen: Some(key.as_str().to_owned()), message: id, answers: Some(id / 2), on }
        }
    };
    let token = InteractionToken("secret".to_owned());
    Incoming::Interaction(Interaction { id, token, origin, kind, roles: vec![ROLE], present: true, language: None })
}

#[test]
fn no_guild_sees_what_another_has_on_record() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let journals = ["main.db", "alderwick.db", "cedarholm.db"].map(|name| folder.path().join(name));
    let (bot, recorders) = bot(&journals);
    let tries = std::env::var("FACTOTUM_MUTATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(USUAL);
    let (mut numbers, start) = (Numbers(1), Instant::now());
    let mut told = [0_u64; TOWNS.len()];
    for id in 1..=tries {
        let event = event(&mut numbers, id);
        let home = at_home(&event.origin());
        let decision = bot.decide(&event, start + Duration::from_secs(id));
        let sent = sent(&bot, &decision);
        for action in &decision.actions {
            let elsewhere = matches!(action, crate::bot::Action::Post { channel, .. } if *channel == PEOPLE);
            assert!(!elsewhere || home == 0, "a question of {} goes to people of another guild", TOWNS[home].name);
        }
        for (number, town) in TOWNS.iter().enumerate() {
            if number == home {
                told[number] += u64::from(sent.contains(town.mark));
            } else {
                assert!(
                    !sent.contains(town.mark) && !sent.contains(town.name),
                    "{} shows in {}: {event:?} {sent}",
                    town.name,
                    TOWNS[home].name
                );
                let about = decision.about.as_ref().map(ToString::to_string).unwrap_or_default();
                assert!(!about.contains(&town.name.to_lowercase()), "{about}");
            }
        }
    }
    assert!(told.iter().all(|told| *told > tries / 100), "each town answers: {told:?} of {tries}");
    recorders.iter().for_each(Recorder::finish);
    let towns = [0, 1, 3];
    for (path, home) in journals.iter().zip(towns) {
        let groups = JournalFile::open(path).and_then(|mut journal| journal.groups(knowledge(&TOWNS[home]).answerer())).expect("a journal");
        assert!(!groups.is_empty());
        let kept = format!("{groups:?}");
        for (_, town) in TOWNS.iter().enumerate().filter(|(number, _)| *number != home) {
            assert!(!kept.contains(town.name) && !kept.contains(&town.name.to_lowercase()), "{kept}");
        }
    }
}

#[test]
fn a_button_of_another_guild_means_nothing() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let (bot, _recorders) = bot(&["a.db", "b.db", "c.db"].map(|name| folder.path().join(name)));
    let press = |guild: Option<Id>, id: &str| {
        let custom_id = CustomId::Ask(Key::of(id)).custom_id();
        let kind = InteractionKind::Component { custom_id, chosen: None, message: 1, answers: None, on: PressedOn::default() };
        let origin = Origin { user: 1, channel: 9, guild };
        let token = InteractionToken("secret".to_owned());
        let event = Incoming::Interaction(Interaction { id: 1, token, origin, kind, roles: Vec::new(), present: true, language: None });
        bot.decide(&event, Instant::now()).outcome
    };
    assert_eq!((press(Some(SECOND), "cedarholm-mill"), press(Some(FIRST), "cedarholm-mill")), ("answer", "stale"));
    assert_eq!((press(None, "cedarholm-mill"), press(Some(3), "mainstead-mill")), ("stale", "answer"));
}

#[test]
fn one_is_replaced_and_keeps_its_place() {
    let mut guilds = Guilds::default();
    let base = guilds.add(FIRST, &[], knowledge(&TOWNS[1]), None);
    let bot = Bot::new(knowledge(&TOWNS[0]), config::Discord::default()).with_guilds(guilds);
    let there = Origin { user: 1, channel: 9, guild: Some(FIRST) };
    bot.replace_base(base, knowledge(&TOWNS[2]));
    assert!(bot.knowledge_at(&there).base().facts[0].statement.starts_with("Birchford"));
    assert!(matches!(bot.knowledge_at(&there).journal, Journal::Own(None)), "gaps still go nowhere");
    assert!(bot.knowledge_at(&Origin { guild: Some(8), ..there }).base().facts[0].statement.starts_with("Mainstead"));
}
