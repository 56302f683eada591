//! Titles of forum posts, which are answered unasked: hardly ever wrongly, and often enough to be of use.
//!
//! tests/heldout/titles.jsonl has 300 titles of posts, half of them questions on record, written by others than those who chose the threshold. Nobody
//! looks at single ones of them.

use factotum_core::answering::{Answerer, Outcome, Reply};
use factotum_core::render;
use factotum_discord::bot::is_sure;
use serde_json::Value;

/// Right answers among the answers, and answers among the titles that have one, in per cent.
const PRECISION: f32 = 99.0;
const ANSWERED: f32 = 60.0;

struct Title {
    reply: Reply,
    /// Whether an answer to it would be right.
    right: bool,
}

fn titles(answerer: &Answerer) -> (Vec<Title>, usize) {
    let lines: Vec<Value> =
        include_str!("heldout/titles.jsonl").lines().map(|line| serde_json::from_str(line).expect("a JSON object a line")).collect();
    let title = |line: &Value| {
        let reply = answerer.answer(line["title"].as_str().expect("a title"));
        let said: String = render::lines(answerer.base(), &reply).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        let expected: Vec<&str> = line["must_contain"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        let right = line["expect"] == "answer" && expected.iter().any(|words| said.to_lowercase().contains(&words.to_lowercase()));
        Title { reply, right }
    };
    let answerable = lines.iter().filter(|line| line["expect"] == "answer").count();
    (lines.iter().map(title).collect(), answerable)
}

/// Precision and share answered, in per cent, of what `sure` lets through.
fn score(titles: &[Title], answerable: usize, sure: impl Fn(&Reply) -> bool) -> (f32, f32, usize) {
    let answered: Vec<&Title> = titles.iter().filter(|title| sure(&title.reply)).collect();
    let right = answered.iter().filter(|title| title.right).count();
    let share = |of: usize| 100.0 * right as f32 / of.max(1) as f32;
    (share(answered.len()), share(answerable), answered.len() - right)
}

#[test]
fn titles_are_answered_surely_or_not_at_all() {
    let answerer = factotum_built_in::answerer();
    let (titles, answerable) = titles(&answerer);
    let mut table = String::new();
    for percent in [0, 50, 60, 70, 80, 85, 90, 95, 98, 99] {
        let least = percent as f32 / 100.0;
        let at = |reply: &Reply| matches!(reply.outcome, Outcome::Answer(_)) && reply.unanswered.is_empty() && reply.confidence >= least;
        let (precision, answered, wrong) = score(&titles, answerable, at);
        table.push_str(&format!("from {percent} %: precision {precision:.1} % ({wrong} wrong), answered {answered:.1} %\n"));
    }
    let (precision, answered, _) = score(&titles, answerable, is_sure);
    assert_eq!((titles.len(), answerable), (300, 150));
    // TITLES=show prints the table in any case.
    assert!(std::env::var_os("TITLES").is_none(), "as set: precision {precision:.1} %, answered {answered:.1} %\n{table}");
    assert!(precision >= PRECISION && answered >= ANSWERED, "precision {precision:.1} %, answered {answered:.1} %\n{table}");
}
