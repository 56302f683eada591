//! Whether a converted folder says the same as the old one.

use super::format1::Old;
use super::{Host, Plan, derivations, lines, source};
use crate::writing::one_line;
use factotum_core::knowledge::{Find, Intent, IntentId, KnowledgeBase};
use std::collections::BTreeMap;

/// What one of the two has and the other has not; empty if both say the same. Ids of questions do not count, nor does their order.
pub(super) fn differences(plan: &Plan<'_>, base: &KnowledgeBase) -> Vec<String> {
    let mut times: BTreeMap<String, i32> = BTreeMap::new();
    old(plan).into_iter().for_each(|line| *times.entry(line).or_default() += 1);
    new(base).into_iter().for_each(|line| *times.entry(line).or_default() -= 1);
    let differing = times.into_iter().filter(|(_, times)| *times != 0);
    differing.map(|(line, times)| format!("{}: {line}", if times > 0 { "lost" } else { "not in the old files" })).collect()
}

/// A list in which order and repetition do not matter.
fn set(items: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut items: Vec<String> = items.into_iter().collect();
    items.sort();
    items.dedup();
    items
}

fn asked(lines: &[String]) -> Vec<String> {
    set(lines.iter().map(|line| one_line(line)).filter(|line| !line.is_empty()))
}

/// A value in which white space at the ends was never meant.
fn trimmed(items: &[String]) -> Vec<String> {
    items.iter().map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
}

fn old(plan: &Plan<'_>) -> Vec<String> {
    let old: &Old = plan.old;
    let mut out = Vec::new();
    for e in &old.sources {
        let s = &e.value;
        let sha256 = s.sha256.to_ascii_lowercase();
        out.push(format!("source {:?}", (&e.id, &s.title, &s.publisher, &s.url, &s.date, &s.date_note, s.paragraphs, sha256, &s.limits)));
    }
    for e in &old.entities {
        let n = &e.value;
        let short = if n.short.is_empty() { &n.name } else { &n.short };
        let offices: Vec<(&str, &str)> = n.offices.iter().map(|o| (o.role.as_str(), o.of.as_str())).collect();
        let lists = [trimmed(&n.aliases), trimmed(&n.sounds_like), trimmed(&n.cues), trimmed(&n.r#in)];
        out.push(format!("entity {:?}", (&e.id, &n.kind, &n.name, short, &n.description, lists, offices)));
    }
    for e in &old.facts {
        let f = &e.value;
        let source = source(f).or_else(|| old.sources.first().map(|s| s.id.as_str())).unwrap_or_default();
        let parts = (&e.id, &f.statement, &f.as_of, source, &f.paragraphs, &f.speaker, derivations(f), &f.contradicts);
        out.push(format!("fact {parts:?}"));
    }
    let fact = |at: &usize| old.facts[*at].id.clone();
    for e in &old.relations {
        let r = &e.value;
        let rows: Vec<[&str; 3]> = r.rows.iter().map(|row| [row.subject.as_str(), &row.value, &row.fact]).collect();
        out.push(format!("relation {:?}", (&e.id, &r.subject, &r.object, r.complete, &r.closed_for, rows)));
    }
    for (host, questions) in &plan.questions {
        for at in questions {
            let i = &old.intents[*at].value;
            let mut facts: Vec<String> = plan.facts[*at].iter().map(fact).collect();
            let mut relation = None;
            if let Host::Relation(r) = host {
                let r = &old.relations[*r];
                if facts.is_empty() {
                    facts = r.value.rows.iter().map(|row| row.fact.clone()).collect();
                }
                let empty = String::new();
                let [yes, no] = if i.ask == "holds" { [&i.holds, &i.lacks] } else { [&empty, &empty] };
                relation = Some([&r.id, &i.ask, yes, no, &i.silent].map(String::clone));
            }
            let first = one_line(&i.question);
            let kind = i.kind.replace('-', "_");
            let asked = asked(&lines(&i.question, &i.phrases));
            let answer = if relation.is_some() { "" } else { i.answer.as_str() };
            out.push(format!("question {:?}", (first, asked, kind, answer, i.corrects, once(facts), relation)));
        }
    }
    let question = |at: &usize| one_line(&old.intents[*at].value.question);
    for (at, e) in old.near_misses.iter().enumerate() {
        let m = &e.value;
        let beside = plan.beside.iter().find(|(_, list)| list.iter().any(|declined| declined.near_miss == at && declined.near.is_empty()));
        let near = match beside {
            Some((fact, _)) => set(plan.questions[&Host::Fact(*fact)].iter().map(question)),
            None => set(plan.near[at].iter().map(question)),
        };
        let reason = if m.reason.is_empty() { "not_on_record".to_owned() } else { m.reason.replace('-', "_") };
        out.push(format!("unanswerable {:?}", (&m.missing, reason, near, asked(&m.phrases))));
    }
    for e in &old.small_talk {
        out.push(format!("small talk {:?}", (&e.value.reply, asked(&e.value.phrases))));
    }
    for words in &old.words {
        for e in &words.entries {
            match words.table {
                "spellings" => out.push(format!("spelling {:?}", (factotum_core::text::fold(&e.id), &e.value[0]))),
                "names" => {
                    out.extend(e.value.iter().map(|names| names.split('|').map(str::to_owned).collect::<Vec<_>>()).filter_map(|names| {
                        let names = trimmed(&names);
                        (!names.is_empty()).then(|| format!("names {:?}", (&e.id, names)))
                    }))
                }
                table => out.push(format!("{table} {:?}", (&e.id, trimmed(&e.value)))),
            }
        }
    }
    out
}

/// Without what comes again, in order.
fn once(items: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::with_capacity(items.len());
    for item in items {
        if !out.contains(&item) {
            out.push(item);
        }
    }
    out
}

fn new(base: &KnowledgeBase) -> Vec<String> {
    let mut out = Vec::new();
    let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
    for s in &base.sources {
        let date = or_empty(&s.date);
        out.push(format!("source {:?}", (&s.id, &s.title, &s.publisher, &s.url, &date, &s.date_note, s.paragraphs, &s.sha256, &s.limits)));
    }
    for n in &base.entities {
        if !n.on_record {
            out.push(format!("names {:?}", (&n.kind, &n.aliases)));
            continue;
        }
        let offices: Vec<(&str, &str)> = n.offices.iter().map(|o| (base[o.role].id.as_str(), base[o.of].id.as_str())).collect();
        // Name and short name are aliases as well.
        let lists = [trimmed(&n.aliases[2..]), n.sounds_like.clone(), n.cues.clone(), n.groups.clone()];
        out.push(format!("entity {:?}", (&n.id, &n.kind, &n.name, &n.short, &n.description, lists, offices)));
    }
    for f in &base.facts {
        let derived: BTreeMap<&str, &str> = f.derived.iter().map(|d| (d.text.as_str(), d.from.as_str())).collect();
        let speaker = f.speaker.map_or("", |e| base[e].id.as_str());
        let contradicts: Vec<&str> = f.contradicts.iter().map(|f| base[*f].id.as_str()).collect();
        let parts = (&f.id, &f.statement, or_empty(&f.as_of), base[f.source].id.as_str(), &f.paragraphs, speaker, derived, contradicts);
        out.push(format!("fact {parts:?}"));
    }
    for r in &base.relations {
        let rows: Vec<[&str; 3]> = r
            .rows
            .iter()
            .map(|row| [base[row.subject].id.as_str(), row.value("").map_or("", |v| v.written(base)), &base[row.fact].id])
            .collect();
        let object = r.object.map_or("", |e| base[e].id.as_str());
        out.push(format!("relation {:?}", (&r.id, &r.subject, object, r.complete, or_empty(&r.complete_for), rows)));
    }
    let texts = |intent: &Intent| set(intent.paraphrases.iter().map(|p| p.text.clone()));
    for i in &base.intents {
        let relation = i.relation.as_ref().map(|r| {
            let find = Find::ALL.iter().find(|(_, find)| *find == r.find).map_or("", |(name, _)| *name);
            [base[r.relation].id.as_str(), find, &r.if_yes, &r.if_no, &r.if_unknown]
        });
        let facts = once(i.facts.iter().map(|f| base[*f].id.clone()).collect());
        let kind = i.answer_type.as_str();
        out.push(format!("question {:?}", (&i.question, texts(i), kind, &i.answer, i.false_premise, facts, relation)));
    }
    let question = |id: &IntentId| base[*id].question.clone();
    for u in &base.unanswerables {
        let near = set(u.near.iter().map(question));
        let asked = set(u.paraphrases.iter().map(|p| p.text.clone()));
        out.push(format!("unanswerable {:?}", (&u.missing, u.reason.as_str(), near, asked)));
    }
    for t in &base.small_talk {
        out.push(format!("small talk {:?}", (&t.reply, set(t.paraphrases.iter().map(|p| p.text.clone())))));
    }
    for (from, to) in &base.spellings {
        out.push(format!("spelling {:?}", (from, to)));
    }
    for (table, sets) in [("synonyms", &base.synonyms), ("roles", &base.roles)] {
        out.extend(sets.iter().map(|s| format!("{table} {:?}", (&s.id, &s.words))));
    }
    out
}
