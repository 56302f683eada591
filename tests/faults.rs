//! What was once answered wrongly on other people's records, one mistake of each kind. For our own, see `tests/questions/faults.toml`.

use factotum_core::answering::{Answerer, Outcome};
use factotum_core::diagnostic::SourceFile;
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
    #[serde(default)]
    answered: Vec<Answered>,
    #[serde(default)]
    declined: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PackFaults {
    pack: Vec<PackCase>,
}

/// A small knowledge base, and what is asked of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PackCase {
    kind: String,
    /// A knowledge file.
    knowledge: String,
    answered: Vec<Answered>,
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

/// A question and a part of its answer.
type Answered = [String; 2];

/// What is asked wrongly, as messages.
fn wrong(answerer: &Answerer, kind: &str, answered: &[Answered], declined: &[String]) -> Vec<String> {
    let ask = |question: &str| {
        let reply = answerer.answer(question);
        let text = message(answerer.base(), &reply).to_string();
        (matches!(reply.outcome, Outcome::Answer(_)), text)
    };
    let missed = answered.iter().map(|[question, part]| (question, Some(part)));
    let all = missed.chain(declined.iter().map(|question| (question, None)));
    let judged = all.filter_map(|(question, part)| {
        let (answered, text) = ask(question);
        let right = part.map_or(!answered, |part| answered && text.contains(part.as_str()));
        (!right).then(|| format!("{kind}: {question}: {text}"))
    });
    judged.collect()
}

fn read<T: serde::de::DeserializeOwned>(name: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults").join(name);
    toml::from_str(&fs::read_to_string(path).expect("it is part of the repository")).expect("it is TOML")
}

#[test]
fn tables_answer_what_is_meant_and_nothing_else() {
    let faults: Faults = read("tables.toml");
    let wrong = faults.table.iter().flat_map(|case| wrong(&answerer(case), &case.kind, &case.answered, &case.declined));
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn knowledge_bases_answer_what_is_meant_and_nothing_else() {
    let faults: PackFaults = read("packs.toml");
    let wrong = faults.pack.iter().flat_map(|case| {
        let file = SourceFile { name: "knowledge.toml".to_owned(), text: case.knowledge.clone() };
        let answerer = Answerer::new(pack::load(&[file]).base.unwrap_or_else(|| panic!("{} has errors", case.kind)));
        wrong(&answerer, &case.kind, &case.answered, &case.declined)
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
