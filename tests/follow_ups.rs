//! Follow-ups, read with the question before: each shape of them, on a made-up league.

use factotum_core::answering::{Answerer, Context, MAX_CARD, Outcome, Reason};
use factotum_core::diagnostic::SourceFile;
use factotum_core::pack;
use factotum_core::render::decline_text;

/// The question before, the follow-up, and as which question it is to be read, or the name of the reason for which it is declined.
const CASES: &[(&str, &str, Result<&str, &str>)] = &[
    ("When did the Gulls join the league?", "and the Terns?", Ok("When did the Terns join the league?")),
    ("When did the Gulls join the league?", "What about the Swans?", Err("not-listed")),
    ("Which clubs joined the league in 1994?", "and in 1990?", Ok("Which clubs joined the league in 1990?")),
    ("Which clubs joined the league in 1994?", "and in 1995?", Err("no-such-value")),
    ("Did the Gulls join the league?", "did the Otters as well?", Ok("Did the Otters join the league?")),
    ("When did the Terns join the league?", "why?", Err("unanswerable")),
    ("Did the Gulls join the league?", "when was that?", Ok("When did the Gulls join the league?")),
    ("How many goals did the Otters score last season?", "who coached them?", Ok("Who coached the Otters?")),
    ("When did the Gulls join the league?", "and her?", Err("unsettled")),
    ("When did the Gulls join the league?", "Terns?", Ok("When did the Terns join the league?")),
    ("When did the Gulls join the league?", "and what about the thing from before", Err("unsettled")),
    ("When did the Gulls join the league?", "and the Otters and the Terns?", Err("unsettled")),
    ("What is the best pizza?", "Terns?", Err("bare-name")),
    ("What is the best pizza?", "and the Terns?", Err("unsettled")),
];

/// Questions that are whole, after another one.
const WHOLE: &[&str] = &["Which clubs are in the league?", "Who coached the Otters last season?", "hello", "", "and?"];

#[test]
fn follow_ups_are_read_with_the_question_before() {
    let league = league();
    let mut wrong = Vec::new();
    for (before, follow_up, expected) in CASES {
        let reply = league.answer_after(before, follow_up);
        let right = match (expected, &reply.outcome) {
            (Ok(full), Outcome::Answer(_)) => reply.read_as.as_deref() == Some(*full) && reply.outcome == league.answer(full).outcome,
            (Err(reason), Outcome::NoAnswer(found)) => found.as_str() == *reason,
            _ => false,
        };
        if !right {
            wrong.push(format!("{before} {follow_up}\n  expected {expected:?}\n  read as {:?}: {:?}", reply.read_as, reply.outcome));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for whole in WHOLE {
        let (alone, after) = (league.answer(whole), league.answer_after("When did the Gulls join the league?", whole));
        assert!(alone.outcome == after.outcome, "{whole}: {:?}", after.outcome);
    }
    // Whoever said what no speaker said: the source.
    let said = league.answer_after("Which clubs are in the league?", "who said so?");
    let Outcome::Answer(parts) = said.outcome else { panic!("{:?}", said.outcome) };
    assert_eq!(parts[0].direct, "The source itself: \"Yearbook of the Harbour League\".");
}

fn league() -> Answerer {
    let files = [SourceFile { name: "league.toml".to_owned(), text: include_str!("packs/league/league.toml").to_owned() }];
    Answerer::new(pack::load(&files).base.expect("no mistakes"))
}

/// A question, and the one that its context says it was; `None` where that is not settled.
const CONTEXTS: &[(&str, Option<&str>)] = &[
    ("since when are the Gulls in the league", Some("When did the Gulls join the league?")),
    ("did the otters join?", Some("Did the Otters join the league?")),
    ("who came into the league in 1994?", Some("Which clubs joined the league in 1994?")),
    ("which clubs are in the league", Some("Which clubs are in the league?")),
    ("When did the Swans join the league?", Some("When did Northgate Swans join the league?")),
    ("which clubs joined the league in 1995?", None),
    ("What is the best pizza?", None),
    ("gulls?", None),
    ("", None),
];

#[test]
fn a_context_is_the_question_on_record() {
    let league = league();
    for (question, expected) in CONTEXTS {
        let reply = league.answer(question);
        let context = league.context(&reply);
        let again = context.as_ref().and_then(|context| league.question_of(context));
        assert_eq!(again.as_deref(), *expected, "{question}: {:?}", reply.outcome);
        if let (Some(context), Some(again)) = (context, again) {
            assert_eq!(league.context(&league.answer(&again)), Some(context), "{question}: the same from its own question");
        }
    }
}

#[test]
fn names_that_do_not_fill_the_gaps_are_no_context() {
    let league = league();
    let reply = league.answer("When did the Gulls join the league?");
    let context = league.context(&reply).expect("it is settled");
    let other = |names| Context { names, ..context.clone() };
    assert_eq!(league.question_of(&other(Vec::new())), None);
    let listed = league.answer("Which clubs are in the league?");
    let list = league.context(&listed).expect("it is settled");
    assert_eq!(league.question_of(&Context { names: context.names.clone(), ..list }), None);
}

/// The built-in knowledge base has a context for nearly every answer, and it leads back to the facts of the answer.
#[test]
fn built_in_answers_have_a_context() {
    let answerer = factotum_built_in::answerer();
    let (mut with, mut without) = (0, Vec::new());
    for intent in answerer.base().intents.iter().filter(|intent| !intent.question.contains('{')) {
        let reply = answerer.answer(&intent.question);
        let question = answerer.context(&reply).and_then(|context| answerer.question_of(&context));
        match (&reply.outcome, question) {
            (Outcome::Answer(parts), Some(question)) => {
                let Outcome::Answer(again) = answerer.answer(&question).outcome else { panic!("{question} has an answer") };
                assert_eq!(parts[0].facts, again[0].facts, "{} {question}", intent.question);
                with += 1;
            }
            _ => without.push(&intent.question),
        }
    }
    assert!(without.len() * 20 <= with, "{with} have one, but not {without:#?}");
}

/// Bare names, and what the card says of each; `None` where it is answered, since it stands on record or asks who that is, or where nothing is on
/// record.
const CARDS: &[(&str, Option<&str>)] = &[
    ("gulls", Some("What would you like to know about Westport Gulls?")),
    ("the Otters?", Some("What would you like to know about Sandhaven Otters?")),
    ("goals", Some("What would you like to know about \"goals\"?")),
    ("marsh", Some("What would you like to know about Ida Marsh?")),
    ("holt", Some("Do you mean Ann Holt or Paul Holt?")),
    ("zebras", None),
    ("hello", None),
    ("how many goals did the Otters score", None),
];

#[test]
fn one_word_is_offered_questions() {
    let people = "\n[entity.ida-marsh]\nkind = \"person\"\nname = \"Ida Marsh\"\n[entity.ann-holt]\nkind = \"person\"\nname = \"Ann Holt\"\n\
        [entity.paul-holt]\nkind = \"person\"\nname = \"Paul Holt\"\n\
        [[fact]]\nstatement = \"Paul Holt rings the bell.\"\nparagraphs = 4\n[[fact.question]]\nask = \"Who rings the bell?\"\nanswer = \"Paul Holt.\"\n";
    let text = format!("{}{people}", include_str!("packs/league/league.toml"));
    let loaded = pack::load(&[SourceFile { name: "league.toml".to_owned(), text }]);
    let league = Answerer::new(loaded.base.unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics)));
    for (text, expected) in CARDS {
        let reply = league.answer(text);
        let card = match &reply.outcome {
            Outcome::NoAnswer(reason @ Reason::BareName { .. }) => Some(decline_text(league.base(), reason, league.base().language())),
            _ => None,
        };
        assert_eq!(card.as_deref(), *expected, "{text}: {:?}", reply.outcome);
        if card.is_some() {
            assert!((1..=MAX_CARD).contains(&reply.suggestions.len()), "{text}: {:?}", reply.suggestions);
            assert!(
                reply.suggestions.iter().all(|i| matches!(league.answer(&league.base()[*i].question).outcome, Outcome::Answer(_))),
                "{text}"
            );
        }
    }
}
