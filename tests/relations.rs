//! Questions that are answered from tables, on a made-up league: each way of looking something up, and what must not be answered.

use factotum_core::answering::{Answerer, Outcome};
use factotum_core::diagnostic::SourceFile;
use factotum_core::pack;

/// A question, and its direct answer or how its refusal begins.
const QUESTIONS: &[(&str, Result<&str, &str>)] = &[
    ("When did the Gulls join the league?", Ok("The Gulls joined in 1990.")),
    ("when did the Herons come into the league", Ok("The Herons joined on 2 May 2003.")),
    ("When did the Gulls and the Otters join the league?", Ok("The Gulls: 1990; the Otters: March 1994.")),
    ("When did the Swans join the league?", Err("Nothing on record about Northgate Swans in this matter. Four clubs")),
    ("Which clubs joined the league in 1994?", Ok("Two: the Otters and the Terns.")),
    ("which club entered in 1990?", Ok("The Gulls.")),
    ("Which clubs joined the league in March 1994?", Ok("Two: the Otters and the Terns.")),
    ("Which clubs joined the league in 1995?", Err("Nothing on record for 1995 in this matter. Clubs joined in 1990")),
    ("Which clubs joined the league in May 1994?", Err("Nothing on record for 1994 in this matter.")),
    ("Did the Gulls join the league?", Ok("Yes: the Gulls joined the league.")),
    ("Did the Gulls join the league in 1990?", Ok("Yes: the Gulls joined the league.")),
    // The statement puts it right.
    ("Did the Gulls join the league in 1994?", Ok("")),
    ("Which club joined the league first?", Ok("The Gulls, in 1990.")),
    ("Which club joined the league last?", Ok("The Herons, on 2 May 2003.")),
    (
        "How many years lie between the entries of the Gulls and the Otters?",
        Ok("Four years: Westport Gulls (1990) and Sandhaven Otters (March 1994)."),
    ),
    ("Did the Gulls join the league before the Otters?", Ok("Yes: Westport Gulls (1990) came before Sandhaven Otters (March 1994).")),
    (
        "Did the Herons join the league before the Otters?",
        Ok("No: Sandhaven Otters (March 1994) came before Eastmere Herons (2 May 2003)."),
    ),
    ("Which clubs are in the league?", Ok("Four: the Gulls, the Otters, the Terns and the Herons.")),
    ("How many clubs are in the league?", Ok("Four clubs.")),
    ("Why did the Terns join the league?", Err("Not on record: why a club joined the league")),
    ("How many goals did the Gulls score last season?", Ok("88 goals.")),
    ("Which club scored 88 goals?", Ok("The Gulls.")),
    ("which clubs had 66 goals last season", Ok("Two: the Otters and the Terns.")),
    ("Which club scored 70 goals?", Err("")),
    ("Which club scored the most goals last season?", Ok("The Gulls, with 88 goals.")),
    ("Which club scored the fewest goals last season?", Ok("The Otters and the Terns, with 66 goals.")),
    ("By how many goals did the Gulls and the Otters differ?", Ok("22 goals (Westport Gulls: 88 goals; Sandhaven Otters: 66 goals).")),
    ("How many more goals than the Otters did the Gulls score?", Ok("22 goals (Sandhaven Otters: 66 goals; Westport Gulls: 88 goals).")),
    ("Who scored more goals, the Gulls or the Otters?", Ok("Westport Gulls: 88 goals; Sandhaven Otters: 66 goals.")),
    ("Did the Gulls score 70 goals last season?", Ok("")),
    ("Who coached the Otters last season?", Ok("Tom Reed.")),
    ("Which club did Ann Holt coach?", Ok("The Terns.")),
    ("Which club did Bob Stone coach?", Err("")),
    ("Whom did the Gulls play in the cup?", Ok("The Terns and the Otters.")),
    (
        "How much larger is the stadium of the Gulls than that of the Otters?",
        Ok("300,000 crabs (Westport Gulls: 1.2 million crabs; Sandhaven Otters: 900 thousand crabs)."),
    ),
];

fn league() -> Answerer {
    let files = [SourceFile { name: "league.toml".to_owned(), text: include_str!("packs/league/league.toml").to_owned() }];
    let loaded = pack::load(&files);
    let found: Vec<String> = loaded.diagnostics.iter().map(|d| d.human(&files, false)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
    Answerer::new(loaded.base.expect("no mistakes"))
}

#[test]
fn tables_answer_what_is_looked_up_in_them() {
    let league = league();
    let mut wrong = Vec::new();
    for (question, expected) in QUESTIONS {
        let reply = league.answer(question);
        let said = match &reply.outcome {
            Outcome::Answer(parts) => Ok(parts.iter().map(|part| part.direct.as_str()).collect::<Vec<_>>().join(" ")),
            _ => Err(factotum_core::render::message(league.base(), &reply).to_string()),
        };
        let right = match (expected, &said) {
            (Ok(direct), Ok(said)) => said == direct,
            (Err(begins), Err(said)) => said.starts_with(begins),
            _ => false,
        };
        if !right {
            wrong.push(format!("{question}\n  expected {expected:?}\n  but said {said:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
