//! What was once answered wrongly on other people's records, one mistake of each kind. For our own, see `tests/questions/faults.toml`.

use factotum_core::answering::{Answerer, Outcome};
use factotum_core::pack;
use factotum_core::render::message;
use factotum_curator::import::{self, Table};
use serde::Deserialize;
use std::fs;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Faults {
    table: Vec<Case>,
}

/// A small table, as people bring them, and what is asked of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    kind: String,
    rows: Vec<[String; 2]>,
    /// A question and a part of its answer.
    #[serde(default)]
    answered: Vec<[String; 2]>,
    #[serde(default)]
    declined: Vec<String>,
}

fn answerer(case: &Case) -> Answerer {
    let quoted = |field: &str| format!("\"{}\"", field.replace('"', "\"\""));
    let rows = case.rows.iter().map(|[question, answer]| format!("{},{}\n", quoted(question), quoted(answer)));
    let text = format!("question,answer\n{}", rows.collect::<String>());
    let table = Table { name: "faq.csv", bytes: text.as_bytes(), date: "2026-11" };
    let imported = import::pack(table).unwrap_or_else(|problems| panic!("{}: {problems:?}", case.kind));
    Answerer::new(pack::load(&imported.files).base.expect("an imported pack has no errors"))
}

#[test]
fn tables_answer_what_is_meant_and_nothing_else() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/tables.toml");
    let faults: Faults = toml::from_str(&fs::read_to_string(path).expect("it is part of the repository")).expect("it is TOML");
    let mut wrong = Vec::new();
    for case in &faults.table {
        let answerer = answerer(case);
        let ask = |question: &str| {
            let reply = answerer.answer(question);
            let text = message(answerer.base(), &reply).to_string();
            (matches!(reply.outcome, Outcome::Answer(_)), text)
        };
        for [question, part] in &case.answered {
            let (answered, text) = ask(question);
            if !answered || !text.contains(part) {
                wrong.push(format!("{}: {question}: {text}", case.kind));
            }
        }
        for question in &case.declined {
            let (answered, text) = ask(question);
            if answered {
                wrong.push(format!("{}: {question}: {text}", case.kind));
            }
        }
    }

    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
