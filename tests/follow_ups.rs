//! Follow-ups, read with the question before: each shape of them, on a made-up league.

use factotum_core::answering::{Answerer, Outcome};
use factotum_core::diagnostic::SourceFile;
use factotum_core::pack;

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
    ("What is the best pizza?", "and the Terns?", Err("unsettled")),
];

/// Questions that are whole, after another one.
const WHOLE: &[&str] = &["Which clubs are in the league?", "Who coached the Otters last season?", "hello", "", "and?"];

#[test]
fn follow_ups_are_read_with_the_question_before() {
    let files = [SourceFile { name: "league.toml".to_owned(), text: include_str!("packs/league/league.toml").to_owned() }];
    let league = Answerer::new(pack::load(&files).base.expect("no mistakes"));
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
