//! How often the grammar objects where it must not and where it should, on texts that lie outside the repository. Not run by default:
//!
//! ```text
//! FACTOTUM_KNOWLEDGE=knowledge cargo test -p factotum-core --lib grammar::measure -- --ignored --nocapture
//! FACTOTUM_PAIRS=train.jsonl   (lines with statement, answerable, unanswerable)
//! ```
#![allow(clippy::print_stdout)]

use super::*;
use crate::diagnostic::SourceFile;
use crate::interpretation::{Interpreter, Mention};
use crate::knowledge::KnowledgeBase;
use crate::vectors::Table;
use std::collections::BTreeMap;

/// Counts by kind, with a few examples each.
#[derive(Default)]
struct Tally(BTreeMap<String, (usize, Vec<String>)>);

/// Most examples that are shown of a kind.
const SHOWN: usize = 40;

impl Tally {
    fn add(&mut self, kind: &str, example: impl FnOnce() -> String) {
        let entry = self.0.entry(kind.to_owned()).or_default();
        entry.0 += 1;
        // Not only those of the first file.
        let stride = if kind == "none" { 13 } else { 1 };
        if entry.1.len() < SHOWN && entry.0.is_multiple_of(stride) {
            entry.1.push(example());
        }
    }

    fn print(&self, of: usize) {
        for (kind, (count, examples)) in &self.0 {
            println!("== {kind}: {count} of {of}, {:.2} %", 100.0 * *count as f32 / of.max(1) as f32);
            examples.iter().for_each(|e| println!("     {e}"));
        }
    }
}

fn label(objection: &RoleObjection) -> &'static str {
    match objection {
        RoleObjection::Exchanged { .. } => "exchanged",
        RoleObjection::Polarity { question_denies: true } => "question denies",
        RoleObjection::Polarity { .. } => "candidate denies",
        RoleObjection::Qualifier(_) => "qualifier",
        RoleObjection::Excepted(_) => "excepted",
        RoleObjection::Opposite(..) => "opposite",
    }
}

fn shape(frame: &Frame) -> String {
    let roles: Vec<String> = frame.roles.iter().map(|r| format!("{:?} {:?}", r.place, r.name)).collect();
    format!("{}{}({})", frame.act.stem, if frame.passive { " passive" } else { "" }, roles.join(", "))
}

fn why(objection: &RoleObjection) -> String {
    match objection {
        RoleObjection::Exchanged { asked, told, settles, .. } => format!("{} / {} {settles}", shape(asked), shape(told)),
        other => format!("{other:?}"),
    }
}

/// Entities of a text, by the kinds of their names.
fn kinds<'a>(base: &'a KnowledgeBase, interpretation: &Interpretation) -> Vec<&'a str> {
    interpretation.entities(false).map(|e| base[e].kind.as_str()).collect()
}

#[test]
#[ignore = "needs a knowledge base"]
fn knowledge() {
    let Ok(folder) = std::env::var("FACTOTUM_KNOWLEDGE") else { return };
    let mut files: Vec<SourceFile> = std::fs::read_dir(folder)
        .expect("the folder can be read")
        .filter_map(|e| Some(e.ok()?.path()))
        .filter(|p| p.extension().is_some_and(|e| e == "toml"))
        .map(|p| SourceFile { name: p.display().to_string(), text: std::fs::read_to_string(&p).expect("the file can be read") })
        .collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let base = crate::pack::load(&files).base.expect("the knowledge base has no errors");
    let interpreter = Interpreter::new(&base, &Table::none());
    let interpret = |text: &str| {
        let (mut text, mut rest) = (String::new(), text);
        // As when a base is learned: a gap is a word of its own.
        while let Some((before, behind)) = rest.split_once('{').and_then(|(b, r)| Some((b, r.split_once('}')?.1))) {
            text += before;
            text += crate::interpretation::SLOT;
            rest = behind;
        }
        text += rest;
        Question::parse(&text).ok().map(|q| interpreter.interpret(&base, q))
    };
    let (mut own, mut swaps, mut near, mut lacking) = (Tally::default(), Tally::default(), Tally::default(), Tally::default());
    let (mut phrases_count, mut swap_count, mut near_count, mut agreed, mut framed) = (0, 0, 0, 0, 0);
    let mut by_intent = Vec::new();
    for intent in &base.intents {
        let phrases: Vec<Interpretation> = intent.paraphrases.iter().filter_map(|p| interpret(&p.text)).collect();
        let readings: Vec<Reading> = phrases.iter().map(read).collect();
        let text = intent.facts.iter().map(|f| base[*f].statement.as_str()).collect::<Vec<_>>().join(" ");
        let shown = format!("{} {text}", intent.answer);
        let told: Vec<Interpretation> =
            intent.facts.iter().filter_map(|f| interpret(&base[*f].statement)).chain(interpret(&intent.answer)).collect();
        let statements: Vec<Reading> = told.iter().map(read).collect();
        let shown = Shown::new(&shown, told.iter().flat_map(|i| kinds(&base, i)));
        by_intent.push((readings.clone(), statements.clone(), shown));
        let shown = &by_intent.last().expect("just pushed").2;
        for (at, phrase) in phrases.iter().enumerate() {
            phrases_count += 1;
            let others: Vec<Reading> = readings.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, r)| r.clone()).collect();
            let text = || intent.paraphrases[at].text.clone();
            let found = compare(&readings[at], &others, &statements);
            framed += usize::from(!readings[at].frames.is_empty());
            agreed += usize::from(found.agreement == 1.0);
            if let Some(objection) = &found.objection
                && !intent.false_premise
            {
                own.add(label(objection), || format!("{} <{}> {}", text(), intent.question, why(objection)));
            }
            let kind = asked(&phrase.question);
            if intent.relation.is_none() && !intent.false_premise && supplies(&kind, &phrase.question, shown) == Support::No {
                lacking.add(&format!("no {:?}", kind.kind), || format!("{} <{}>", text(), intent.answer));
            }
            let words: Vec<&[crate::english::Word]> = phrases
                .iter()
                .enumerate()
                .filter(|(i, _)| *i != at)
                .map(|(_, p)| p.question.words.as_slice())
                .chain([shown.words()])
                .collect();
            for lack in missing(&phrase.question.words, &words) {
                lacking.add(format!("{lack:?}").split('(').next().unwrap_or_default(), || format!("{} {lack:?}", text()));
            }
            // Exchange the first two names of one kind.
            let names: Vec<_> =
                phrase.spans.iter().filter_map(|s| if let Mention::Entity(e) = s.mention { Some((s, e)) } else { None }).collect();
            let pair = names.iter().enumerate().find_map(|(i, (a, x))| {
                names[i + 1..]
                    .iter()
                    .find(|(_, y)| y != x && (base[*x].kind == base[*y].kind || base[*x].kind != "event" && base[*y].kind != "event"))
                    .map(|(b, _)| (*a, *b))
            });
            if let Some((a, b)) = pair {
                let q = &phrase.question;
                let range =
                    |s: &crate::interpretation::Span| (q.tokens[q.words[s.from].token].start, q.tokens[q.words[s.to - 1].token].end);
                let ((a0, a1), (b0, b1)) = (range(a), range(b));
                let source = text();
                let cut = |from: usize, to: usize| source.get(from..to).unwrap_or_default();
                // "A and B" say the same exchanged.
                let joined = cut(a1, b0).split_whitespace().all(|w| matches!(w, "and" | "n" | "or" | "," | "&" | "the" | "with"));
                if source.contains('{') || b0 < a1 || joined {
                    continue;
                }
                let bare = |s: &str| s.trim_end_matches("'s").trim_end_matches("’s").to_owned();
                let tail = |s: &str| {
                    if s.ends_with("'s") {
                        "'s"
                    } else if s.ends_with("’s") {
                        "’s"
                    } else {
                        ""
                    }
                };
                let (x, y) = (cut(a0, a1), cut(b0, b1));
                let swapped = format!("{}{}{}{}{}{}{}", cut(0, a0), bare(y), tail(x), cut(a1, b0), bare(x), tail(y), cut(b1, source.len()));
                let Some(read_swapped) = interpret(&swapped) else { continue };
                swap_count += 1;
                let found = objection(&read(&read_swapped), &readings, &statements);
                swaps.add(found.as_ref().map_or("none", label), || {
                    format!(
                        "{swapped} {}",
                        found.as_ref().map(why).unwrap_or_else(|| read(&read_swapped)
                            .frames
                            .iter()
                            .map(shape)
                            .collect::<Vec<_>>()
                            .join("; "))
                    )
                });
            }
        }
    }
    for unanswerable in &base.unanswerables {
        for phrase in &unanswerable.paraphrases {
            let Some(read_phrase) = interpret(&phrase.text) else { continue };
            for id in unanswerable.near.iter().take(1) {
                let (phrases, statements, shown) = &by_intent[id.index()];
                near_count += 1;
                if let Some(objection) = objection(&read(&read_phrase), phrases, statements) {
                    near.add(label(&objection), || format!("{} <{}> {}", phrase.text, base[*id].question, why(&objection)));
                }
                let kind = asked(&read_phrase.question);
                if supplies(&kind, &read_phrase.question, shown) == Support::No {
                    near.add(&format!("no {:?}", kind.kind), || format!("{} <{}>", phrase.text, base[*id].question));
                }
            }
        }
    }
    println!("\n#### own paraphrases: {phrases_count}, with frames {framed}, agreed {agreed}");
    own.print(phrases_count);
    println!("#### lacking in what is shown");
    lacking.print(phrases_count);
    println!("#### exchanged names");
    swaps.print(swap_count);
    println!("#### near misses");
    near.print(near_count);
}

/// Names by their capitals, with each of their words.
fn capitals(text: &str, words: bool) -> Vec<String> {
    let tokens = crate::text::tokens(text);
    let mut runs: Vec<Vec<String>> = Vec::new();
    let mut open = false;
    for (at, token) in tokens.iter().enumerate() {
        let word = token.text.trim_end_matches("'s").to_owned();
        let first = at == 0 || tokens[at - 1].ends_clause;
        let name = token.capitalised
            && word.len() > 1
            && !word.starts_with(|c: char| c.is_ascii_digit())
            && !(first && crate::english::english().class(&word) != crate::english::WordClass::Content)
            && !lexicon::lexicon().months.has(&word)
            && !lexicon::lexicon().days.has(&word)
            && !(first && lexicon::lexicon().verb(&word, &word).is_some());
        match runs.last_mut().filter(|_| name && open) {
            Some(run) => run.push(word),
            None if name => runs.push(vec![word]),
            None => {}
        }
        open = name && !token.comma && !token.ends_clause && !token.text.ends_with("'s");
    }
    let mut all: Vec<String> =
        runs.iter().map(|r| r.join(" ")).chain(runs.iter().filter(|r| words && r.len() > 1).flatten().cloned()).collect();
    all.sort();
    all.dedup();
    all
}

#[test]
#[ignore = "needs pairs of questions and texts"]
fn pairs() {
    let Ok(file) = std::env::var("FACTOTUM_PAIRS") else { return };
    let text = std::fs::read_to_string(file).expect("the file can be read");
    let (mut right, mut wrong, mut swaps) = (Tally::default(), Tally::default(), Tally::default());
    let (mut rights, mut wrongs, mut swapped_count, mut agree_right, mut agree_wrong) = (0, 0, 0, 0, 0);
    for line in text.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).expect("each line is an object");
        let list = |key: &str| -> Vec<String> {
            entry[key].as_array().into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)).collect()
        };
        let field = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        let statement = if entry["statement"].is_string() { field("statement") } else { field("answer") };
        let mut answerable = list("answerable");
        answerable.extend(entry["question"].as_str().map(str::to_owned));
        let (runs, names) = (capitals(&statement, false), capitals(&statement, true));
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let readings: Vec<Reading> = answerable.iter().map(|q| read_text(q, &names)).collect();
        let statements = [read_text(&statement, &names)];
        let shown = Shown::new(&statement, []);
        let judge = |text: &str, reading: &Reading, others: &[Reading], tally: &mut Tally| {
            let found = compare(reading, others, &statements);
            if let Some(objection) = &found.objection {
                tally.add(label(objection), || format!("{text} <{statement}> {}", why(objection)));
            }
            if let Ok(question) = Question::parse(text) {
                let kind = asked(&question);
                if supplies(&kind, &question, &shown) == Support::No {
                    tally.add(&format!("no {:?}", kind.kind), || format!("{text} <{statement}>"));
                }
                for lack in missing(&question.words, &[shown.words()]) {
                    tally.add(format!("{lack:?}").split('(').next().unwrap_or_default(), || format!("{text} {lack:?} <{statement}>"));
                }
            }
            usize::from(found.agreement == 1.0)
        };
        for (at, text) in answerable.iter().enumerate() {
            rights += 1;
            let others: Vec<Reading> = readings.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, r)| r.clone()).collect();
            agree_right += judge(text, &readings[at], &others, &mut right);
            let last = |n: &str| n.rsplit(' ').next().unwrap_or_default().to_owned();
            let found: Vec<String> =
                runs.iter().filter_map(|n| [n.clone(), last(n)].into_iter().find(|n| text.to_lowercase().contains(n.as_str()))).collect();
            let pair = found.iter().enumerate().find_map(|(i, a)| {
                found[i + 1..].iter().find(|b| !a.contains(b.as_str()) && !b.contains(a.as_str())).map(|b| (a.as_str(), b.as_str()))
            });
            if let Some((a, b)) = pair {
                let swapped = text.to_lowercase().replace(a, "\u{1}").replace(b, a).replace('\u{1}', b);
                swapped_count += 1;
                let reading = read_text(&swapped, &names);
                let found = objection(&reading, &readings, &statements);
                swaps.add(found.as_ref().map_or("none", label), || {
                    format!(
                        "{swapped} <{statement}> {}",
                        found.as_ref().map(why).unwrap_or_else(|| reading.frames.iter().map(shape).collect::<Vec<_>>().join("; "))
                    )
                });
            }
        }
        for text in list("unanswerable") {
            wrongs += 1;
            agree_wrong += judge(&text, &read_text(&text, &names), &readings, &mut wrong);
        }
    }
    println!("\n#### answerable {rights}, agreed {agree_right}");
    right.print(rights);
    println!("#### unanswerable {wrongs}, agreed {agree_wrong}");
    wrong.print(wrongs);
    println!("#### exchanged");
    swaps.print(swapped_count);
}
