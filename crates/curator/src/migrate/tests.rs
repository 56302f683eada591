//! Random folders of format 1 say the same once they are converted; what is not format 1 is reported.

use super::migrate;
use factotum_core::diagnostic::{Severity, SourceFile};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;
use toml::{Table, Value};

/// Numbers from which a folder is made: each field is taken modulo what there is.
#[derive(Debug, Clone)]
struct Folder {
    files: usize,
    sources: usize,
    texts: Vec<String>,
    /// File, source, as of, paragraphs, speaker, derived, contradicts.
    facts: Vec<(usize, usize, usize, usize, usize, usize, usize)>,
    /// File, facts, kind, answer, paraphrases, relation.
    intents: Vec<(usize, Vec<usize>, usize, bool, usize, usize)>,
    /// File, intents, reason, paraphrases.
    near_misses: Vec<(usize, Vec<usize>, usize, usize)>,
}

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z ,.'?é]{0,12}",
        1 => Just("\"".to_owned()),
        1 => Just("\"\"\"'''".to_owned()),
        1 => Just("\\".to_owned()),
        1 => Just("\n".to_owned()),
        1 => Just("\t\u{1b}#=[]".to_owned()),
        1 => any::<char>().prop_filter("braces are gaps, the mark is for bytes that are no text", |c| !['{', '}', '|', '\u{fffd}'].contains(c)).prop_map(String::from),
    ];
    vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn folder() -> impl Strategy<Value = Folder> {
    let n = 0usize..1000;
    let fact = (n.clone(), n.clone(), n.clone(), n.clone(), n.clone(), n.clone(), n.clone());
    let intent = (n.clone(), vec(n.clone(), 1..3), n.clone(), any::<bool>(), 1usize..4, n.clone());
    let near_miss = (n.clone(), vec(n.clone(), 0..4), n.clone(), 1usize..4);
    (1usize..4, 1usize..3, vec(text(), 20), vec(fact, 1..6), vec(intent, 1..10), vec(near_miss, 0..6))
        .prop_map(|(files, sources, texts, facts, intents, near_misses)| Folder { files, sources, texts, facts, intents, near_misses })
}

fn strings(items: impl IntoIterator<Item = String>) -> Value {
    Value::Array(items.into_iter().map(Value::String).collect())
}

fn table<const N: usize>(pairs: [(&str, Value); N]) -> Table {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

impl Folder {
    /// The folder as it was written.
    fn write(&self) -> Vec<SourceFile> {
        let mut next = 0;
        let mut text = || {
            next += 1;
            // Each has a word of its own, since no two may ask the same.
            format!("w{next}x {}", self.texts[next % self.texts.len()]).trim().to_owned()
        };
        let mut files: Vec<BTreeMap<&str, Table>> = vec![BTreeMap::new(); self.files];
        let mut add = |file: usize, table: &'static str, id: String, entry: Value| {
            files[file % self.files].entry(table).or_default().insert(id, entry);
        };
        for at in 0..self.sources {
            let entry = table([
                ("title", text().into()),
                ("date", ["2020", "2021-05"][at].into()),
                ("date-note", text().into()),
                ("paragraphs", 9.into()),
                ("limits", text().into()),
            ]);
            add(at, "sources", format!("s{at}"), entry.into());
        }
        for at in 0..3 {
            let mut entry = table([
                ("kind", "person".into()),
                ("name", text().into()),
                ("description", text().into()),
                ("aliases", strings([text(), text()])),
                ("in", strings(["all".to_owned()])),
            ]);
            if at == 1 {
                entry.extend(table([
                    ("short", text().into()),
                    ("cues", strings([text()])),
                    ("offices", Value::Array(vec![table([("role", "head".into()), ("of", "e0".into())]).into()])),
                ]));
            }
            add(at, "entities", format!("e{at}"), entry.into());
        }
        for (at, fact) in self.facts.iter().enumerate() {
            let (file, source, as_of, paragraphs, speaker, derived, contradicts) = *fact;
            let statement = format!("{} by 2030", text());
            let mut entry = table([
                ("statement", statement.into()),
                ("as-of", ["2020", "2021-05", "1999-12-31"][as_of % 3].into()),
                ("source", format!("s{}", source % self.sources).into()),
                ("paragraphs", Value::Array((1..=1 + (paragraphs % 3) as i64).map(Value::from).collect())),
            ]);
            if speaker % 3 > 0 {
                entry.insert("speaker".to_owned(), format!("e{}", speaker % 3).into());
            }
            if derived % 3 > 0 {
                let from = ["", "the year of the source", "said so"][derived % 3];
                let derived = table([("text", "2030".into()), ("from", from.into())]);
                entry.insert("derived".to_owned(), Value::Array(vec![derived.into()]));
            }
            if contradicts % 4 == 0 && self.facts.len() > 1 {
                entry.insert("contradicts".to_owned(), strings([format!("f{}", (at + 1) % self.facts.len())]));
            }
            add(file, "facts", format!("f{at}"), entry.into());
        }
        let rows = [("e0", "1990"), ("e1", "1991-02")]
            .map(|(subject, value)| table([("subject", subject.into()), ("value", value.into()), ("fact", "f0".into())]).into());
        let relation = table([
            ("subject", "person".into()),
            ("over", text().into()),
            ("verbs", strings(["come".to_owned()])),
            ("complete", true.into()),
            ("closed-for", "all".into()),
            ("rows", Value::Array(rows.to_vec())),
        ]);
        add(0, "relations", "r".to_owned(), relation.into());
        const KINDS: [&str; 8] = ["person", "date", "place", "number", "list", "reason", "yes-no", "statement"];
        for (at, (file, facts, kind, answer, paraphrases, relation)) in self.intents.iter().enumerate() {
            let mut entry = table([
                ("question", text().into()),
                ("kind", KINDS[kind % 8].into()),
                ("corrects", (kind % 5 == 0).into()),
                ("phrases", strings((0..*paraphrases).map(|_| text()))),
            ]);
            let facts = || {
                let mut facts: Vec<String> = facts.iter().map(|f| format!("f{}", f % self.facts.len())).collect();
                facts.dedup();
                strings(facts)
            };
            if relation % 4 == 0 {
                let find = ["holds", "value", "list", "first"][relation / 4 % 4];
                entry.extend(table([
                    ("relation", "r".into()),
                    ("ask", find.into()),
                    ("question", format!("{} {{subject}}", text()).into()),
                    ("holds", text().into()),
                    ("silent", text().into()),
                ]));
                if relation % 3 == 0 {
                    entry.insert("facts".to_owned(), facts());
                }
            } else {
                entry.insert("facts".to_owned(), facts());
            }
            if *answer {
                entry.insert("answer".to_owned(), text().into());
            }
            // Facts and intents could share an id.
            let id = if at % 3 == 0 { format!("f{at}") } else { format!("i{at}") };
            add(*file, "intents", id, entry.into());
        }
        let reasons = ["not-on-record", "later", "prediction", "opinion", "off-topic", "instruction"];
        for (at, (file, near, reason, paraphrases)) in self.near_misses.iter().enumerate() {
            let id = |i: &usize| {
                if (i % self.intents.len()).is_multiple_of(3) {
                    format!("f{}", i % self.intents.len())
                } else {
                    format!("i{}", i % self.intents.len())
                }
            };
            let entry = table([
                ("near", strings(near.iter().map(id))),
                ("missing", text().into()),
                ("reason", reasons[reason % 6].into()),
                ("phrases", strings((0..*paraphrases).map(|_| text()))),
            ]);
            add(*file, "near-misses", format!("n{at}"), entry.into());
        }
        add(1, "small-talk", "hello".to_owned(), table([("reply", text().into()), ("phrases", strings([text(), text()]))]).into());
        add(0, "synonyms", "open".to_owned(), strings([text(), text()]));
        add(0, "roles", "head".to_owned(), strings([text(), text()]));
        add(2, "names", "person".to_owned(), strings([format!("{}|{}", text(), text()), text()]));
        add(2, "spellings", "w\"ierd".to_owned(), text().into());
        let written = files.iter().enumerate().map(|(at, tables)| {
            let tables: Table = tables.iter().map(|(name, table)| ((*name).to_owned(), Value::Table(table.clone()))).collect();
            let text = format!("# File {at}.\nformat = 1\n\n{}", toml::to_string(&tables).expect("it is TOML"));
            SourceFile { name: format!("old/{at}.toml"), text }
        });
        written.collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_converted_folder_says_the_same(folder in folder(), keep_ids in any::<bool>()) {
        let old = folder.write();
        let migrated = migrate(&old, keep_ids).map_err(|found| {
            TestCaseError::fail(found.iter().map(|d| d.human(&old, false)).collect::<Vec<_>>().join("\n"))
        })?;
        let shown = || migrated.files.iter().map(|f| f.text.as_str()).collect::<Vec<_>>().join("\n----\n");
        for finding in migrated.diagnostics.iter().filter(|d| d.severity() == Severity::Error) {
            prop_assert!(false, "{}\n{}", finding.human(&migrated.files, false), shown());
        }
        prop_assert!(migrated.differences.is_empty(), "{:#?}\n{}", migrated.differences, shown());
    }
}

#[test]
fn comments_move_with_what_they_stand_above() {
    let old = r#"# The lighthouse.

# Not in any book.
format = 1

# ---- facts ----

# About the tower.
[facts.height]
statement = "It is 31 metres high." # measured
as-of = "2020"
paragraphs = [1]

[facts.lamp]
statement = "It has a lamp."
as-of = "2020"
paragraphs = [1]

# ---- intents ----

# ---- The lamp ----

[intents.lamp]
question = "Is there # a lamp?"
kind = "yes-no"
facts = ["lamp"]
phrases = [
  # as children ask
  "has it got a lamp",
]

[sources.log]
title = "Log"
date = "2020"
paragraphs = 1

# On its height.
[intents.high]
question = "How high is it?"
kind = "number"
facts = ["height"]
phrases = ["its height"]

# ---- near misses ----
[near-misses.cost]
near = ["high"]
missing = "what it cost"
phrases = ["cost of it"]
# The end.
"#;
    let new = r#"# The lighthouse.

# Not in any book.
format = 2

# About the tower.
# measured
[[fact]]
id = "height"
statement = "It is 31 metres high."
paragraphs = 1

# On its height.
[[fact.question]]
ask = """
How high is it?
its height
"""

# The end.
[[fact.unanswerable]]
missing = "what it cost"
ask = "cost of it"

# ---- The lamp ----

# as children ask
[[fact]]
id = "lamp"
statement = "It has a lamp."
paragraphs = 1

[[fact.question]]
ask = """
Is there # a lamp?
has it got a lamp
"""

[source.log]
title = "Log"
date = "2020"
paragraphs = 1
"#;
    let file = |text: &str| SourceFile { name: "tower.toml".to_owned(), text: text.to_owned() };
    let migrated = migrate(&[file(old)], false).expect("it is format 1");
    assert_eq!(migrated.files[0].text, new);
    assert!(migrated.diagnostics.is_empty() && migrated.differences.is_empty(), "{:?}", migrated.differences);

    let wrong = old.replace("facts = [\"lamp\"]", "facts = [\"lmap\"]").replace("near = [", "nera = [");
    let found = migrate(&[file(&wrong)], false).map(|_| ()).expect_err("it has mistakes");
    let lines: Vec<usize> = found.iter().map(|d| factotum_core::diagnostic::line_column(&wrong, d.place.start).0).collect();
    assert_eq!(lines, [46], "{found:?}");
    assert!(migrate(&[file(new)], false).is_err(), "it is format 2 already");
}
