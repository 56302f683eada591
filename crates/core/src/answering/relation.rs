//! Answers read off a relation: whether it holds, which value, who has a value, how many, who came first, by how much.

use super::timeline::{self, EventPair};
use super::{AnswerPart, Reason};
use crate::grammar;
use crate::interpretation::{Interpretation, Mention};
use crate::knowledge::{
    AnswerType, EntityId, FactId, Find, Intent, IntentId, KnowledgeBase, MONTHS, Number, Relation, RelationUse, Row, Value,
};
use crate::text::fold;
use std::cmp::Ordering;

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
    Lookup { base, intent, used, relation, interpretation, subjects: subjects(base, relation, interpretation) }.answer()
}

/// The names of a question that a relation may have as subjects, in order.
pub(super) fn subjects(base: &KnowledgeBase, relation: &Relation, interpretation: &Interpretation) -> Vec<EntityId> {
    let mut subjects: Vec<EntityId> = Vec::new();
    for e in interpretation.subjects() {
        if base[e].kind == relation.subject && Some(e) != relation.object && !subjects.contains(&e) {
            subjects.push(e);
        }
    }
    subjects
}

/// What fills the gaps of an intent's own question so that it asks the same: the subjects, or one that has the value asked for.
pub(super) fn fillers(base: &KnowledgeBase, intent: IntentId, used: &RelationUse, interpretation: &Interpretation) -> Vec<EntityId> {
    let relation = &base[used.relation];
    let lookup = Lookup { base, intent, used, relation, interpretation, subjects: subjects(base, relation, interpretation) };
    match used.find {
        Find::Subjects => lookup.rows_with_value(&Asked::of(interpretation)).next().map(|row| row.subject).into_iter().collect(),
        _ => lookup.subjects,
    }
}

/// The names in a question by which an intent's relation is looked up: as many as it takes, those that a list joins counting as one; none where
/// the intent shows all rows. Names of rows and of their values are never strange to it.
pub(super) fn looked_up(base: &KnowledgeBase, intent: &Intent, interpretation: &Interpretation) -> Vec<EntityId> {
    let Some(used) = &intent.relation else { return Vec::new() };
    let relation = &base[used.relation];
    let takes = match used.find {
        Find::Holds | Find::Value => 1,
        Find::Order | Find::Difference => 2,
        Find::List | Find::Count | Find::First | Find::Last | Find::Subjects => 0,
    };
    let listed = relation.rows.iter().flat_map(|row| {
        let values = row.values.iter().filter_map(|(_, value)| if let Value::Entity(entity) = value { Some(*entity) } else { None });
        values.chain([row.subject])
    });
    let mut out: Vec<EntityId> = listed.chain(relation.object).collect();
    let mut taken = 0;
    let mut behind = None;
    for span in &interpretation.spans {
        let Mention::Entity(entity) = span.mention else { continue };
        if base[entity].kind != relation.subject || Some(entity) == relation.object {
            continue;
        }
        // "Spain, Greece and Cyprus" is one list.
        let joined = behind.is_some_and(|to: usize| {
            interpretation.question.words[to..span.from].iter().all(|word| matches!(word.text.as_str(), "and" | "or" | "nor" | "the"))
        });
        behind = Some(span.to);
        if !joined {
            taken += 1;
        }
        if taken <= takes {
            out.push(entity);
        }
    }
    out
}

/// What a question looks up in a relation.
struct Lookup<'a> {
    base: &'a KnowledgeBase,
    intent: IntentId,
    used: &'a RelationUse,
    relation: &'a Relation,
    interpretation: &'a Interpretation,
    /// The subjects that it names, in order.
    subjects: Vec<EntityId>,
}

impl Lookup<'_> {
    fn answer(&self) -> Result<AnswerPart, Reason> {
        match self.used.find {
            Find::Holds => self.holds(),
            Find::Value => self.values(),
            Find::Subjects => self.subjects_of(),
            Find::List | Find::Count => {
                let names = self.names(self.relation.rows.iter());
                let composed = format!("{}: {}.", sentence(&number_in_words(names.len())), listed(&names));
                let direct = if self.used.answer.is_empty() { composed } else { self.used.answer.clone() };
                self.part(direct, self.facts(self.relation.rows.iter().take(1)))
            }
            Find::First => self.outermost(Ordering::Less),
            Find::Last => self.outermost(Ordering::Greater),
            Find::Order | Find::Difference => match self.subjects[..] {
                [first, second] => {
                    let at = |e| self.interpretation.spans.iter().find(|span| span.mention == Mention::Entity(e)).map(|span| span.from);
                    let claims_first = at(first).zip(at(second)).and_then(|(a, b)| timeline::claims_before(self.interpretation, a, b));
                    self.compared(first, second, claims_first).ok_or(Reason::NothingClose)
                }
                _ => Err(Reason::NothingClose),
            },
        }
    }

    fn part(&self, direct: String, facts: Vec<FactId>) -> Result<AnswerPart, Reason> {
        Ok(AnswerPart { intent: self.intent, direct, facts })
    }

    fn name(&self, entity: EntityId) -> &str {
        &self.base[entity].short
    }

    /// The names of the subjects of some rows, each once.
    fn names<'r>(&self, rows: impl Iterator<Item = &'r Row>) -> Vec<&str> {
        let mut subjects: Vec<EntityId> = Vec::new();
        for row in rows {
            if !subjects.contains(&row.subject) {
                subjects.push(row.subject);
            }
        }
        subjects.into_iter().map(|subject| self.name(subject)).collect()
    }

    fn rows(&self, subject: EntityId) -> impl Iterator<Item = &Row> + Clone {
        self.relation.rows.iter().filter(move |row| row.subject == subject)
    }

    fn on_list(&self, subject: EntityId) -> bool {
        self.rows(subject).next().is_some()
    }

    fn value<'r>(&self, row: &'r Row) -> Option<&'r Value> {
        row.value(&self.used.column)
    }

    /// The facts of some rows, each once.
    fn facts<'r>(&self, rows: impl Iterator<Item = &'r Row>) -> Vec<FactId> {
        let mut facts: Vec<FactId> = Vec::new();
        for row in rows {
            if !facts.contains(&row.fact) {
                facts.push(row.fact);
            }
        }
        facts
    }

    fn unlisted(&self, entity: EntityId) -> Reason {
        Reason::NotListed { entity, if_unknown: self.used.if_unknown.clone() }
    }

    /// A template with these subjects, and a value, in its gaps.
    fn fill(&self, template: &str, subjects: &[&str], value: &str) -> String {
        let template = if subjects.len() > 1 { plural(template) } else { template.to_owned() };
        // "In 1990", but "on 2 May 1990".
        let day = value.starts_with(|c: char| c.is_ascii_digit()) && MONTHS.iter().any(|month| value.contains(month));
        let template = if day { template.replace("in {value}", "on {value}") } else { template };
        sentence(&template.replace("{subject}", &listed(subjects)).replace("{value}", value))
    }

    /// Whether it is so.
    fn holds(&self) -> Result<AnswerPart, Reason> {
        let subjects = &self.subjects;
        let Some(&first) = subjects.first() else { return Err(Reason::NothingClose) };
        let any_fact = || self.facts(self.relation.rows.iter().take(1));
        // "Which of A, B and C": those of them that are on the list are in its statement.
        let choice = subjects.len() > 1 && self.interpretation.question.expected != Some(AnswerType::YesNo);
        let on_list = subjects.iter().filter(|e| self.on_list(**e)).count();
        if choice && on_list > 0 && on_list < subjects.len() {
            return self.part(String::new(), any_fact());
        }
        if let Some(&other) = subjects.iter().find(|e| !self.on_list(**e) && !is_complete_for(self.base, self.relation, **e)) {
            return Err(self.unlisted(other));
        }
        let names: Vec<&str> = subjects.iter().map(|e| self.name(*e)).collect();
        match (on_list, self.rows(first).next()) {
            (_, Some(row)) if on_list == subjects.len() => {
                let fits = |subject: &EntityId| self.rows(*subject).any(|row| !self.asks_for_another(row));
                // "Did it join in 2020?" of one that joined in another year: no "yes", the statement puts it right.
                let direct = if subjects.iter().all(fits) { self.fill(&self.used.if_yes, &names, "") } else { String::new() };
                self.part(direct, vec![row.fact])
            }
            (0, _) if !self.used.if_no.is_empty() => self.part(self.fill(&self.used.if_no, &names, ""), any_fact()),
            // Some are on the list and some are not: the statement says which.
            _ => self.part(String::new(), any_fact()),
        }
    }

    /// Whether a question has a year, a figure or a name where a row has another one.
    fn asks_for_another(&self, row: &Row) -> bool {
        let asked = Asked::of(self.interpretation);
        let values: Vec<&Value> = match self.used.column.as_str() {
            "" => row.values.iter().map(|(_, value)| value).collect(),
            _ => self.value(row).into_iter().collect(),
        };
        let dates: Vec<&str> =
            values.iter().filter_map(|value| if let Value::Date(date) = value { Some(date.as_str()) } else { None }).collect();
        let other_year = !dates.is_empty() && asked.years().any(|year| !dates.iter().any(|date| date.starts_with(year)));
        let numbers: Vec<&Number> =
            values.iter().filter_map(|value| if let Value::Number(number) = value { Some(number) } else { None }).collect();
        let other_figure = !numbers.is_empty() && asked.figures().any(|figure| !numbers.iter().any(|number| number.is(figure)));
        let entities: Vec<EntityId> =
            values.iter().filter_map(|value| if let Value::Entity(id) = value { Some(*id) } else { None }).collect();
        let kind = |e: &EntityId| entities.iter().any(|value| self.base[*value].kind == self.base[*e].kind);
        let named = || self.interpretation.entities(true).filter(|e| *e != row.subject && Some(*e) != self.relation.object);
        other_year || other_figure || named().any(|e| kind(&e) && !entities.contains(&e))
    }

    /// The values of the subjects.
    fn values(&self) -> Result<AnswerPart, Reason> {
        let Some(&first) = self.subjects.first() else { return Err(Reason::NothingClose) };
        if let Some(&other) = self.subjects.iter().find(|e| !self.on_list(**e)) {
            return Err(self.unlisted(other));
        }
        let of = |subject: EntityId| -> String {
            let shown: Vec<String> = self.rows(subject).filter_map(|row| Some(self.value(row)?.shown(self.base))).collect();
            listed(&shown.iter().map(String::as_str).collect::<Vec<_>>())
        };
        let facts = self.facts(self.subjects.iter().flat_map(|e| self.rows(*e)));
        if self.subjects.len() > 1 {
            let each: Vec<String> = self.subjects.iter().map(|e| format!("{}: {}", self.name(*e), of(*e))).collect();
            return self.part(sentence(&format!("{}.", each.join("; "))), facts);
        }
        let direct = match self.used.answer.as_str() {
            "" => format!("{}.", sentence(&of(first))),
            template => self.fill(template, &[self.name(first)], &of(first)),
        };
        self.part(direct, facts)
    }

    /// The subjects that have the value of the question.
    fn subjects_of(&self) -> Result<AnswerPart, Reason> {
        let asked = Asked::of(self.interpretation);
        let found: Vec<&Row> = self.rows_with_value(&asked).collect();
        let Some(value) = found.first().and_then(|row| self.value(row)) else {
            return Err(Reason::NoSuchValue { year: asked.years.into_iter().next(), if_unknown: self.used.if_unknown.clone() });
        };
        let names = self.names(found.iter().copied());
        let direct = match self.used.answer.as_str() {
            "" if names.len() > 1 => format!("{}: {}.", sentence(&number_in_words(names.len())), listed(&names)),
            "" => format!("{}.", sentence(&listed(&names))),
            template => self.fill(template, &names, &asked.shown(value, self.base)),
        };
        self.part(direct, self.facts(found.into_iter()))
    }

    /// The rows with a value that is asked for.
    fn rows_with_value<'a>(&'a self, asked: &'a Asked) -> impl Iterator<Item = &'a Row> {
        self.relation.rows.iter().filter(|row| self.value(row).is_some_and(|value| asked.has(value, self.base, self.interpretation)))
    }

    /// The subjects with the least or the greatest value.
    fn outermost(&self, side: Ordering) -> Result<AnswerPart, Reason> {
        let mut rows = self.relation.rows.iter().filter_map(|row| Some((row, self.value(row)?)));
        let Some(first) = rows.next() else { return Err(Reason::NothingClose) };
        let mut best = vec![first];
        for (row, value) in rows {
            match value.compare(best[0].1) {
                Some(order) if order == side => best = vec![(row, value)],
                Some(Ordering::Equal) => best.push((row, value)),
                Some(_) => {}
                // "2022" beside "2022-04": which is first is not on record.
                None => return Err(Reason::NothingClose),
            }
        }
        let (names, value) = (self.names(best.iter().map(|(row, _)| *row)), best[0].1);
        let direct = match self.used.answer.as_str() {
            "" => {
                let link = if matches!(value, Value::Date(_)) { "in" } else { "with" };
                // "On" a day, "in" a month or a year.
                let link = if matches!(value, Value::Date(date) if date.len() == 10) { "on" } else { link };
                sentence(&format!("{}, {link} {}.", listed(&names), value.shown(self.base)))
            }
            template => self.fill(template, &names, &value.shown(self.base)),
        };
        self.part(direct, self.facts(best.iter().map(|(row, _)| *row)))
    }

    /// Which of two subjects comes first, or by how much they differ. `claims_first` is what the question claims of the first one.
    fn compared(&self, first: EntityId, second: EntityId, claims_first: Option<bool>) -> Option<AnswerPart> {
        let row = |subject: EntityId| self.rows(subject).find_map(|row| Some((row, self.value(row)?)));
        let ((a_row, a), (b_row, b)) = (row(first)?, row(second)?);
        let name = |e: EntityId| self.base[e].name.as_str();
        let direct = match (a, b) {
            (Value::Date(a_date), Value::Date(b_date)) => {
                let a_first = a_date <= b_date;
                let dated = |is_a: bool| {
                    let (subject, value) = if is_a { (first, a) } else { (second, b) };
                    format!("{} ({})", name(subject), value.shown(self.base))
                };
                let (early, late) = (dated(a_first), dated(!a_first));
                let (early_date, late_date) = if a_first { (a_date, b_date) } else { (b_date, a_date) };
                // "February 2022" and "24 February 2022": neither is known to be first.
                match self.used.find {
                    _ if late_date.starts_with(early_date.as_str()) => format!("Which came first is not on record: {early} and {late}."),
                    Find::Difference => format!("{}: {early} and {late}.", between(early_date, late_date)),
                    _ => {
                        let verdict = match claims_first {
                            Some(claimed) if claimed == a_first => "Yes: ",
                            Some(_) => "No: ",
                            None => "",
                        };
                        sentence(&format!("{verdict}{early} came before {late}."))
                    }
                }
            }
            (Value::Number(a_number), Value::Number(b_number)) => {
                let both = format!("{}: {}; {}: {}.", name(first), a_number.written, name(second), b_number.written);
                match (self.used.find, a_number.difference(b_number)?) {
                    (Find::Difference, difference) => sentence(&format!("{difference} ({}).", both.trim_end_matches('.'))),
                    _ => sentence(&both),
                }
            }
            _ => return None,
        };
        Some(AnswerPart { intent: self.intent, direct, facts: self.facts([a_row, b_row].into_iter()) })
    }
}

/// The years and other figures in what is asked.
struct Asked {
    years: Vec<String>,
    /// In thousandths.
    figures: Vec<u64>,
}

impl Asked {
    fn of(interpretation: &Interpretation) -> Asked {
        let question = &interpretation.question;
        let (years, figures): (Vec<_>, Vec<_>) =
            grammar::numbers(&question.words).into_iter().filter(|number| question.focus[number.from]).partition(|number| number.is_year());
        Asked {
            years: years.into_iter().map(|year| (year.thousandths / 1000).to_string()).collect(),
            figures: figures.into_iter().map(|figure| figure.thousandths).collect(),
        }
    }

    fn years(&self) -> impl Iterator<Item = &str> {
        self.years.iter().map(String::as_str)
    }

    fn figures(&self) -> impl Iterator<Item = u64> + '_ {
        self.figures.iter().copied()
    }

    /// Whether a question asks for a value.
    fn has(&self, value: &Value, base: &KnowledgeBase, interpretation: &Interpretation) -> bool {
        let words = &interpretation.question.words;
        match value {
            Value::Date(date) => {
                let mut parts = date.split('-');
                let year = parts.next().is_some_and(|year| self.years().any(|asked| asked == year));
                // "In April 2022" is not in March 2022; a year alone is all of it.
                let month = months(interpretation);
                year && (month.is_empty() || parts.next().and_then(|m| m.parse().ok()).is_some_and(|m: usize| month.contains(&m)))
            }
            Value::Number(number) => self.figures().any(|figure| number.is(figure)),
            Value::Entity(id) => interpretation.entities(true).any(|e| e == *id),
            Value::Text(_) => {
                let text = fold(&value.shown(base));
                let said: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
                let wanted: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
                !wanted.is_empty() && said.windows(wanted.len()).any(|window| window == wanted)
            }
        }
    }

    /// A value as precisely as it was asked for: a year where only the year was.
    fn shown(&self, value: &Value, base: &KnowledgeBase) -> String {
        match value {
            Value::Date(date) => date.get(..4).unwrap_or(date).to_owned(),
            _ => value.shown(base),
        }
    }
}

/// The months that a question names, from 1.
fn months(interpretation: &Interpretation) -> Vec<usize> {
    let month = |word: &crate::english::Word| MONTHS.iter().position(|name| name.eq_ignore_ascii_case(&word.text));
    interpretation.question.words.iter().filter_map(month).map(|at| at + 1).collect()
}

/// Which of two events came first, or what lay between them.
pub(super) fn order(base: &KnowledgeBase, interpretation: &Interpretation, pair: &EventPair) -> Option<AnswerPart> {
    let used = base[pair.intent].relation.as_ref()?;
    let lookup = Lookup { base, intent: pair.intent, used, relation: &base[used.relation], interpretation, subjects: Vec::new() };
    lookup.compared(pair.first, pair.second, pair.claims_before)
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
