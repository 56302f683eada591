//! Answers read off a relation: whether it holds, which value, how many, who came first.

use super::timeline::EventPair;
use super::{AnswerPart, Reason};
use crate::interpretation::Interpretation;
use crate::knowledge::{AnswerType, EntityId, FactId, Find, IntentId, KnowledgeBase, Relation, RelationUse, Row, date_in_words};

/// Numbers up to ten in words, as running text has them.
pub fn number_in_words(number: usize) -> String {
    const WORDS: [&str; 11] = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    WORDS.get(number).map_or_else(|| number.to_string(), |w| (*w).to_owned())
}

/// "A, B and C".
pub fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// First letter in upper case.
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

/// The answer of an intent that rests on a relation.
pub(super) fn answer(
    base: &KnowledgeBase,
    intent: IntentId,
    used: &RelationUse,
    interpretation: &Interpretation,
) -> Result<AnswerPart, Reason> {
    let relation = &base[used.relation];
    let subjects: Vec<EntityId> = {
        let mut out = Vec::new();
        for e in interpretation.subjects() {
            if base[e].kind == relation.subject && Some(e) != relation.object && !out.contains(&e) {
                out.push(e);
            }
        }
        out
    };
    let name = |e: EntityId| base[e].short.as_str();
    let row = |e: EntityId| relation.rows.iter().find(|r| r.subject == e);
    let part = |direct: String, facts: Vec<FactId>| Ok(AnswerPart { intent, direct, facts });
    let unlisted = |e: EntityId| Reason::NotListed { entity: e, if_unknown: used.if_unknown.clone() };
    let fill = |template: &str, subjects: &[EntityId]| {
        let names: Vec<&str> = subjects.iter().map(|e| name(*e)).collect();
        let template = if names.len() > 1 { plural(template) } else { template.to_owned() };
        sentence(&template.replace("{subject}", &listed(&names)))
    };
    let all_facts = || {
        let mut facts: Vec<FactId> = relation.rows.iter().map(|r| r.fact).collect();
        facts.dedup();
        facts
    };
    match used.find {
        Find::Holds => {
            let Some(&first) = subjects.first() else { return Err(Reason::NothingClose) };
            // "Which of A, B and C": those of them that are on the list are in its statement.
            let choice = subjects.len() > 1 && interpretation.question.expected != Some(AnswerType::YesNo);
            if choice && subjects.iter().any(|e| row(*e).is_some()) && subjects.iter().any(|e| row(*e).is_none()) {
                return part(String::new(), all_facts().into_iter().take(1).collect());
            }
            if let Some(&other) = subjects.iter().find(|e| row(**e).is_none() && !is_complete_for(base, relation, **e)) {
                return Err(unlisted(other));
            }
            // "Did it join in 2020?" of one that joined in another year: no "yes", the statement puts it right.
            let another_year = |value: &str| {
                let asked = interpretation.question.words.iter().map(|w| w.text.as_str());
                let is_year = |w: &&str| w.len() == 4 && w.bytes().all(|b| b.is_ascii_digit());
                is_year(&value.get(..4).unwrap_or_default()) && asked.filter(is_year).any(|year| !value.starts_with(year))
            };
            match row(first) {
                Some(found) if another_year(&found.value) => part(String::new(), vec![found.fact]),
                Some(found) if subjects.iter().all(|e| row(*e).is_some()) => part(fill(&used.if_yes, &subjects), vec![found.fact]),
                None if subjects.iter().all(|e| row(*e).is_none()) && !used.if_no.is_empty() => {
                    part(fill(&used.if_no, &subjects), all_facts().into_iter().take(1).collect())
                }
                // Some are on the list and some are not: the statement says which.
                _ => part(String::new(), all_facts().into_iter().take(1).collect()),
            }
        }
        Find::Value => {
            let Some(&first) = subjects.first() else { return Err(Reason::NothingClose) };
            match row(first) {
                Some(found) => part(format!("{}.", sentence(&date_in_words(&found.value))), vec![found.fact]),
                None => Err(unlisted(first)),
            }
        }
        Find::List | Find::Count => {
            let names: Vec<&str> = relation.rows.iter().map(|r| name(r.subject)).collect();
            part(format!("{}: {}.", sentence(&number_in_words(names.len())), listed(&names)), all_facts().into_iter().take(1).collect())
        }
        Find::First | Find::Last => {
            let mut rows: Vec<_> = relation.rows.iter().collect();
            rows.sort_by(|a, b| a.value.cmp(&b.value));
            let found = if used.find == Find::First { rows.first() } else { rows.last() };
            found.map_or(Err(Reason::NothingClose), |r| {
                part(format!("{}, in {}.", sentence(name(r.subject)), date_in_words(&r.value)), vec![r.fact])
            })
        }
        Find::Difference | Find::Order => Err(Reason::NothingClose),
    }
}

/// Which of two events came first, or what lay between them.
pub(super) fn order(base: &KnowledgeBase, pair: &EventPair) -> Option<AnswerPart> {
    let used = base[pair.intent].relation.as_ref()?;
    let relation = &base[used.relation];
    let row = |e: EntityId| relation.rows.iter().find(|r| r.subject == e);
    let (a, b) = (row(pair.first)?, row(pair.second)?);
    let (early, late) = if a.value <= b.value { (a, b) } else { (b, a) };
    // "February 2022" and "24 February 2022": neither is known to be first.
    let unclear = late.value.starts_with(&early.value);
    let name = |e: EntityId| base[e].name.as_str();
    let dated = |row: &Row| format!("{} ({})", name(row.subject), date_in_words(&row.value));
    let direct = match (used.find, unclear) {
        (_, true) => format!("Which came first is not on record: {} and {}.", dated(early), dated(late)),
        (Find::Difference, _) => format!("{}: {} and {}.", between(&early.value, &late.value), dated(early), dated(late)),
        _ => {
            let verdict = match pair.claims_before {
                Some(claimed) if claimed == (early.subject == pair.first) => "Yes: ",
                Some(_) => "No: ",
                None => "",
            };
            sentence(&format!("{verdict}{} came before {}.", dated(early), dated(late)))
        }
    };
    let mut facts = vec![early.fact, late.fact];
    facts.dedup();
    Some(AnswerPart { intent: pair.intent, direct, facts })
}

/// Whether a name off the list is known not to be on it.
fn is_complete_for(base: &KnowledgeBase, relation: &Relation, entity: EntityId) -> bool {
    relation.complete && relation.complete_for.as_ref().is_some_and(|group| base[entity].groups.contains(group))
}

/// What lies between two dates, as precisely as both are known.
fn between(early: &str, late: &str) -> String {
    let days = |d: &str| {
        let mut parts = d.split('-').map(|p| p.parse::<i64>().ok());
        Some((parts.next()??, parts.next()??, parts.next()??))
    };
    if let (Some(a), Some(b)) = (days(early), days(late)) {
        let number = |(y, m, d): (i64, i64, i64)| {
            // Days from civil (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
            let y = if m <= 2 { y - 1 } else { y };
            let era = y.div_euclid(400);
            let yoe = y - era * 400;
            let doy = (153 * (m + if m > 2 { -3 } else { 9 }) + 2) / 5 + d - 1;
            era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy
        };
        let n = usize::try_from(number(b) - number(a)).unwrap_or(0);
        return format!("{} {}", sentence(&number_in_words(n)), if n == 1 { "day" } else { "days" });
    }
    let year = |d: &str| d.split('-').next().and_then(|y| y.parse::<i64>().ok()).unwrap_or(0);
    let n = usize::try_from(year(late) - year(early)).unwrap_or(0);
    format!("{} {}", sentence(&number_in_words(n)), if n == 1 { "year" } else { "years" })
}

/// A template as it reads with several subjects: "{subject} has not" becomes "{subject} have not".
fn plural(template: &str) -> String {
    let forms = [("has", "have"), ("is", "are"), ("was", "were"), ("does", "do")];
    forms
        .iter()
        .fold(template.to_owned(), |text, (one, several)| text.replace(&format!("{{subject}} {one} "), &format!("{{subject}} {several} ")))
}
