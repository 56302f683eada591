//! A folder of format 1 becomes one of format 2: the facts with their questions, and the questions that must be declined beside them.
//!
//! Nothing has been released in format 1. This module can go after the first release.

mod format1;
mod same;
#[cfg(test)]
mod tests;

use crate::writing::{Writer, bare, inferred};
use factotum_core::diagnostic::{Code, Diagnostic, Place, SourceFile};
use factotum_core::render::escape_control;
use factotum_core::{pack, text};
use format1::{Entry, Fact, Intent, Old, Text};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

/// Headings that only kept apart what now stands together.
const HEADINGS: [&str; 6] = ["facts", "intents", "near misses", "near-misses", "relations", "questions"];

/// A converted folder.
#[derive(Debug)]
pub struct Migrated {
    /// Its files.
    pub files: Vec<SourceFile>,
    /// What checking them found.
    pub diagnostics: Vec<Diagnostic>,
    /// Where they say something else than the old ones; empty unless there is a mistake in this program.
    pub differences: Vec<String>,
}

/// Converts the files of a folder. Question ids are written only where something needs them, or all of them with `keep_ids`.
///
/// # Errors
/// Everything in the files that is not format 1, or that refers to nothing.
pub fn migrate(files: &[SourceFile], keep_ids: bool) -> Result<Migrated, Vec<Diagnostic>> {
    let old = Old::read(files)?;
    let plan = Plan::new(&old, keep_ids)?;
    let mut out = Vec::new();
    for (index, file) in files.iter().enumerate() {
        if let Some(text) = plan.file(index) {
            let name = file.name.rsplit(['/', '\\']).next().unwrap_or(&file.name).to_owned();
            out.push(SourceFile { name, text });
        }
    }
    let loaded = pack::load(&out);
    let differences = loaded.base.map_or_else(Vec::new, |base| same::differences(&plan, &base));
    Ok(Migrated { files: out, diagnostics: loaded.diagnostics, differences })
}

/// What a question stands below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Host {
    Fact(usize),
    Relation(usize),
}

/// A question that must be declined, and the ids that it has to name.
struct Declined {
    near_miss: usize,
    near: Vec<String>,
}

/// Where everything goes.
struct Plan<'a> {
    old: &'a Old,
    /// Intents by what they stand below.
    questions: HashMap<Host, Vec<usize>>,
    /// The facts of each intent, in its order.
    facts: Vec<Vec<usize>>,
    /// The intents that each near miss is near to.
    near: Vec<Vec<usize>>,
    /// Near misses by the fact that they stand beside.
    beside: HashMap<usize, Vec<Declined>>,
    /// Those that stand beside none.
    alone: HashMap<usize, Declined>,
    /// The ids of questions that are written.
    ids: HashMap<usize, String>,
}

impl<'a> Plan<'a> {
    fn new(old: &'a Old, keep_ids: bool) -> Result<Plan<'a>, Vec<Diagnostic>> {
        let mut found = Vec::new();
        let fact_ids = index("fact", &old.facts, &mut found);
        let relation_ids = index("relation", &old.relations, &mut found);
        let intent_ids = index("intent", &old.intents, &mut found);
        let mut plan = Plan {
            old,
            questions: HashMap::new(),
            facts: Vec::with_capacity(old.intents.len()),
            near: Vec::with_capacity(old.near_misses.len()),
            beside: HashMap::new(),
            alone: HashMap::new(),
            ids: HashMap::new(),
        };
        let mut hosts = Vec::with_capacity(old.intents.len());
        for (at, intent) in old.intents.iter().enumerate() {
            let facts = find_all("fact", &fact_ids, intent.place.file, &intent.value.facts, &mut found);
            let relation = intent.value.relation.as_slice();
            let relation = find_all("relation", &relation_ids, intent.place.file, relation, &mut found).first().copied();
            let host = relation.map(Host::Relation).or_else(|| facts.first().copied().map(Host::Fact));
            match host {
                Some(host) => plan.questions.entry(host).or_default().push(at),
                None => found.push(Diagnostic::new(
                    Code::MissingKey,
                    intent.place.clone(),
                    format!("intent `{}` has no fact to stand below", escape_control(&intent.id)),
                    "add `facts = [\"id\"]` with the facts that answer it",
                )),
            }
            hosts.push(host);
            plan.facts.push(facts);
        }
        for miss in &old.near_misses {
            plan.near.push(find_all("intent", &intent_ids, miss.place.file, &miss.value.near, &mut found));
        }
        if !found.is_empty() {
            return Err(found);
        }
        plan.name(&hosts, keep_ids);
        for (near_miss, near) in plan.near.clone().iter().enumerate() {
            let fact = near.iter().find_map(|intent| if let Some(Host::Fact(fact)) = hosts[*intent] { Some(fact) } else { None });
            match fact {
                // The questions of the fact that it stands beside are the default.
                Some(fact) if near.iter().all(|intent| hosts[*intent] == Some(Host::Fact(fact))) => {
                    plan.beside.entry(fact).or_default().push(Declined { near_miss, near: Vec::new() });
                }
                _ => {
                    let ids = near.iter().map(|intent| plan.called(*intent, hosts[*intent])).collect();
                    let declined = Declined { near_miss, near: ids };
                    match fact {
                        Some(fact) => plan.beside.entry(fact).or_default().push(declined),
                        None => {
                            plan.alone.insert(near_miss, declined);
                        }
                    }
                }
            }
        }
        Ok(plan)
    }

    /// Gives ids to the questions that need one.
    fn name(&mut self, hosts: &[Option<Host>], keep_ids: bool) {
        let mut needed: HashSet<usize> = HashSet::new();
        for near in &self.near {
            let one_fact = near.iter().all(|i| matches!(hosts[*i], Some(Host::Fact(_))) && hosts[*i] == hosts[near[0]]);
            if !one_fact {
                needed.extend(near.iter().filter(|i| self.only_question(hosts[**i]).is_none()));
            }
        }
        for (at, intent) in self.old.intents.iter().enumerate().filter(|(at, _)| keep_ids || needed.contains(at)) {
            self.ids.insert(at, intent.id.clone());
        }
    }

    /// The fact that a question is the only one of: the fact's id will do for it.
    fn only_question(&self, host: Option<Host>) -> Option<usize> {
        let Some(Host::Fact(fact)) = host else { return None };
        // A question that is called like the fact would be meant first.
        let id = &self.old.facts[fact].id;
        let alone = self.questions.get(&Host::Fact(fact)).is_some_and(|questions| questions.len() == 1);
        (alone && self.old.intents.iter().all(|intent| intent.id != *id)).then_some(fact)
    }

    fn called(&self, intent: usize, host: Option<Host>) -> String {
        let fact = self.only_question(host).map(|fact| &self.old.facts[fact].id);
        fact.or_else(|| self.ids.get(&intent)).unwrap_or(&self.old.intents[intent].id).clone()
    }

    /// The text of a file; `None` if all that it had went elsewhere.
    fn file(&self, file: usize) -> Option<String> {
        let old = self.old;
        let mut parts: Vec<(usize, Part)> = Vec::new();
        let mut add = |places: Vec<&Place>, part: fn(usize) -> Part| {
            parts.extend(places.into_iter().enumerate().filter(|(_, p)| p.file == file).map(|(at, p)| (p.start, part(at))));
        };
        add(old.sources.iter().map(|e| &e.place).collect(), Part::Source);
        add(old.entities.iter().map(|e| &e.place).collect(), Part::Entity);
        add(old.facts.iter().map(|e| &e.place).collect(), Part::Fact);
        add(old.relations.iter().map(|e| &e.place).collect(), Part::Relation);
        add(old.near_misses.iter().map(|e| &e.place).collect(), Part::Unanswerable);
        add(old.small_talk.iter().map(|e| &e.place).collect(), Part::SmallTalk);
        add(old.words.iter().map(|w| &w.place).collect(), Part::Words);
        parts.retain(|(_, part)| !matches!(part, Part::Unanswerable(at) if !self.alone.contains_key(at)));
        parts.sort_by_key(|(start, _)| *start);
        if parts.is_empty() {
            return None;
        }
        let mut out = Writer::new(&old.heads[file]);
        let defaults = Defaults::of(old, file);
        defaults.write(&mut out);
        for (_, part) in parts {
            match part {
                Part::Source(at) => self.source(&mut out, at),
                Part::Entity(at) => self.entity(&mut out, at),
                Part::Fact(at) => self.fact(&mut out, at, &defaults),
                Part::Relation(at) => self.relation(&mut out, at),
                Part::Unanswerable(at) => self.unanswerable(&mut out, &self.alone[&at], "[[unanswerable]]"),
                Part::SmallTalk(at) => self.small_talk(&mut out, at),
                Part::Words(at) => self.words(&mut out, at),
            }
        }
        Some(out.finish())
    }

    fn source(&self, out: &mut Writer, at: usize) {
        let Entry { id, comment, value, .. } = &self.old.sources[at];
        out.table(&kept(comment), &format!("[source.{}]", bare(id)));
        out.text("title", &value.title);
        out.text("publisher", &value.publisher);
        out.text("url", &value.url);
        out.text("date", &value.date);
        out.text("date_note", &value.date_note);
        out.raw("paragraphs", &value.paragraphs.to_string());
        out.text("sha256", &value.sha256);
        out.text("limits", &value.limits);
    }

    fn entity(&self, out: &mut Writer, at: usize) {
        let Entry { id, comment, value, .. } = &self.old.entities[at];
        out.table(&kept(comment), &format!("[entity.{}]", bare(id)));
        out.text("kind", &value.kind);
        out.text("name", &value.name);
        out.text("short", &value.short);
        out.text("description", &value.description);
        out.list("aliases", &value.aliases);
        out.list("sounds_like", &value.sounds_like);
        out.list("cues", &value.cues);
        out.list("in", &value.r#in);
        let quoted = crate::writing::quoted;
        let office = |o: &format1::Office| format!("{{ role = {}, of = {} }}", quoted(&o.role), quoted(&o.of));
        if !value.offices.is_empty() {
            out.raw("offices", &format!("[{}]", value.offices.iter().map(office).collect::<Vec<_>>().join(", ")));
        }
    }

    fn fact(&self, out: &mut Writer, at: usize, defaults: &Defaults) {
        let Entry { id, comment, value, .. } = &self.old.facts[at];
        let questions = self.questions.get(&Host::Fact(at)).map_or(&[][..], Vec::as_slice);
        let mut comment = kept(comment);
        // What stood above its first question, a heading most often, stands above the fact if that has nothing of its own.
        let first = questions.first().filter(|_| comment.is_empty()).copied();
        comment.extend(first.iter().flat_map(|q| kept(&self.old.intents[*q].comment)));
        out.table(&comment, "[[fact]]");
        out.text("id", id);
        out.text("statement", &value.statement);
        match value.paragraphs.as_slice() {
            [one] => out.raw("paragraphs", &one.to_string()),
            several => out.raw("paragraphs", &format!("{several:?}")),
        }
        defaults.fact(out, self.old, value);
        out.list("contradicts", &value.contradicts);
        for question in questions {
            let comment = if first == Some(*question) { Vec::new() } else { kept(&self.old.intents[*question].comment) };
            self.question(out, *question, &comment, "[[fact.question]]", |out| {
                let also = &self.facts[*question][1..];
                out.list("also", &also.iter().map(|f| self.old.facts[*f].id.clone()).collect::<Vec<_>>());
            });
        }
        for declined in self.beside.get(&at).into_iter().flatten() {
            self.unanswerable(out, declined, "[[fact.unanswerable]]");
        }
    }

    fn question(&self, out: &mut Writer, at: usize, comment: &[String], header: &str, rest: impl FnOnce(&mut Writer)) {
        let Intent { question, kind, answer, phrases, corrects, .. } = &self.old.intents[at].value;
        out.table(comment, header);
        if let Some(id) = self.ids.get(&at) {
            out.text("id", id);
        }
        let find = &self.old.intents[at].value.ask;
        if !find.is_empty() {
            out.text("find", find);
        }
        out.block("ask", &lines(question, phrases));
        // A relation answers its questions itself: nothing ever showed their `answer`.
        if find.is_empty() {
            out.text("answer", answer);
        }
        let kind = kind.replace('-', "_");
        if inferred(question) != kind {
            out.text("answer_type", &kind);
        }
        if *corrects {
            out.raw("false_premise", "true");
        }
        rest(out);
    }

    fn unanswerable(&self, out: &mut Writer, declined: &Declined, header: &str) {
        let Entry { comment, value, .. } = &self.old.near_misses[declined.near_miss];
        out.table(&kept(comment), header);
        out.text("missing", &value.missing);
        if value.reason != "not-on-record" {
            out.text("reason", &value.reason.replace('-', "_"));
        }
        out.list("near", &declined.near);
        if let Some((first, rest)) = value.phrases.split_first() {
            out.block("ask", &lines(first, rest));
        }
    }

    fn relation(&self, out: &mut Writer, at: usize) {
        let Entry { id, comment, value, .. } = &self.old.relations[at];
        let mut comment = kept(comment);
        // A name for the list: a key in format 1 that nothing used.
        if !value.over.trim().is_empty() {
            comment.push(format!("# {}", escape_control(&value.over).replace('\n', " ")));
        }
        let header = format!("relation.{}", bare(id));
        out.table(&comment, &format!("[{header}]"));
        out.text("subject", &value.subject);
        out.text("object", &value.object);
        if value.complete {
            out.raw("complete", "true");
        }
        out.text("complete_for", &value.closed_for);
        let quoted = crate::writing::quoted;
        let mut rows = String::from("[\n");
        for row in &value.rows {
            let dated = if row.value.is_empty() { String::new() } else { format!("value = {}, ", quoted(&row.value)) };
            rows.push_str(&format!("  {{ subject = {}, {dated}fact = {} }},\n", quoted(&row.subject), quoted(&row.fact)));
        }
        rows.push(']');
        out.raw("rows", &rows);
        for question in self.questions.get(&Host::Relation(at)).into_iter().flatten() {
            let intent = &self.old.intents[*question];
            self.question(out, *question, &kept(&intent.comment), &format!("[[{header}.question]]"), |out| {
                // Other questions never showed these texts, and cannot have them now.
                if intent.value.ask == "holds" {
                    out.text("if_yes", &intent.value.holds);
                    out.text("if_no", &intent.value.lacks);
                }
                out.text("if_unknown", &intent.value.silent);
                out.list("facts", &self.facts[*question].iter().map(|f| self.old.facts[*f].id.clone()).collect::<Vec<_>>());
            });
        }
    }

    fn small_talk(&self, out: &mut Writer, at: usize) {
        let Entry { comment, value, .. } = &self.old.small_talk[at];
        out.table(&kept(comment), "[[small_talk]]");
        if let Some((first, rest)) = value.phrases.split_first() {
            out.block("ask", &lines(first, rest));
        }
        out.text("reply", &value.reply);
    }

    fn words(&self, out: &mut Writer, at: usize) {
        let words = &self.old.words[at];
        out.table(&kept(&words.comment), &format!("[{}]", words.table));
        for entry in &words.entries {
            out.comment(&kept(&entry.comment));
            match entry.value.as_slice() {
                [one] if words.table == "spellings" => out.text(&entry.id, one),
                several => out.list(&entry.id, several),
            }
        }
    }
}

/// What a file is made of.
enum Part {
    Source(usize),
    Entity(usize),
    Fact(usize),
    Relation(usize),
    Unanswerable(usize),
    SmallTalk(usize),
    Words(usize),
}

/// What a file's facts have in common.
#[derive(Default)]
struct Defaults {
    source: Option<String>,
    as_of: Option<String>,
    speaker: Option<String>,
    derived: BTreeMap<String, String>,
}

impl Defaults {
    fn of(old: &Old, file: usize) -> Defaults {
        let facts: Vec<&Fact> = old.facts.iter().filter(|f| f.place.file == file).map(|f| &f.value).collect();
        let sources: Vec<&str> = if old.sources.len() > 1 { facts.iter().filter_map(|f| source(f)).collect() } else { Vec::new() };
        let dates: Vec<&str> = facts.iter().filter(|f| !dated_by_source(old, f)).map(|f| f.as_of.as_str()).collect();
        // Each fact that goes by its source's date would have to say so.
        let plain = facts.len() - dates.len();
        let as_of = most(&dates).filter(|(_, times)| *times > plain + 1);
        let speakers: Vec<&str> = facts.iter().map(|f| f.speaker.as_str()).collect();
        // There is no way to say that a fact has no speaker.
        let speaker = most(&speakers).filter(|_| !speakers.contains(&""));
        let mut derived = BTreeMap::new();
        let pairs: Vec<(String, String)> = facts.iter().flat_map(|f| derivations(f)).collect();
        for (text, _) in &pairs {
            let having: Vec<&&Fact> = facts.iter().filter(|f| f.statement.contains(text.as_str())).collect();
            let froms: Vec<&str> = pairs.iter().filter(|(t, _)| t == text).map(|(_, from)| from.as_str()).collect();
            // A fact that has these words by its own right must not get them explained.
            if let Some((from, times)) = most(&froms)
                && times > 1
                && froms.len() == having.len()
            {
                derived.insert(text.clone(), from.to_owned());
            }
        }
        let chosen = |most: Option<(&str, usize)>| most.filter(|(_, times)| *times > 1).map(|(text, _)| text.to_owned());
        Defaults { source: chosen(most(&sources)), as_of: chosen(as_of), speaker: chosen(speaker), derived }
    }

    fn write(&self, out: &mut Writer) {
        if self.source.is_none() && self.as_of.is_none() && self.speaker.is_none() && self.derived.is_empty() {
            return;
        }
        out.table(&[], "[defaults]");
        out.text("source", self.source.as_deref().unwrap_or_default());
        out.text("as_of", self.as_of.as_deref().unwrap_or_default());
        out.text("speaker", self.speaker.as_deref().unwrap_or_default());
        write_derived(out, &self.derived);
    }

    /// What a fact has to say of itself.
    fn fact(&self, out: &mut Writer, old: &Old, fact: &Fact) {
        if old.sources.len() > 1 && source(fact) != self.source.as_deref() {
            out.text("source", source(fact).unwrap_or_default());
        }
        let default = self.as_of.as_deref().or_else(|| dated_by_source(old, fact).then_some(fact.as_of.as_str()));
        if default != Some(fact.as_of.as_str()) {
            out.text("as_of", &fact.as_of);
        }
        if Some(fact.speaker.as_str()) != self.speaker.as_deref() {
            out.text("speaker", &fact.speaker);
        }
        let own = derivations(fact).into_iter().filter(|(text, from)| self.derived.get(text) != Some(from)).collect();
        write_derived(out, &own);
    }
}

fn write_derived(out: &mut Writer, derived: &BTreeMap<String, String>) {
    if !derived.is_empty() {
        let pairs: Vec<String> = derived.iter().map(|(text, from)| format!("{} = {}", key(text), crate::writing::quoted(from))).collect();
        out.raw("derived", &format!("{{ {} }}", pairs.join(", ")));
    }
}

/// Words of a statement as a key: always in quotation marks, so that "2030" looks like words, not like a number.
fn key(text: &str) -> String {
    let bare = bare(text);
    if bare.starts_with('"') { bare } else { format!("\"{bare}\"") }
}

fn source(fact: &Fact) -> Option<&str> {
    fact.source.as_ref().map(|s| s.get_ref().as_str())
}

/// Whether a fact holds as of the date of its source, which then need not be said.
fn dated_by_source(old: &Old, fact: &Fact) -> bool {
    let source = match source(fact) {
        Some(id) => old.sources.iter().find(|s| s.id == id),
        None => old.sources.first(),
    };
    source.is_some_and(|s| s.value.date == fact.as_of)
}

/// What follows from what in a fact; said once of the same words.
fn derivations(fact: &Fact) -> BTreeMap<String, String> {
    let mut out: BTreeMap<String, String> = BTreeMap::new();
    for derived in &fact.derived {
        out.entry(derived.text.clone())
            .and_modify(|from| {
                if !from.contains(&derived.from) {
                    from.push_str("; ");
                    from.push_str(&derived.from);
                }
            })
            .or_insert_with(|| derived.from.clone());
    }
    out
}

/// The most frequent text, the first of several, and how often it comes.
fn most<'t>(texts: &[&'t str]) -> Option<(&'t str, usize)> {
    let mut out: Option<(&str, usize)> = None;
    for text in texts {
        let times = texts.iter().filter(|t| *t == text).count();
        if out.is_none_or(|(_, most)| times > most) {
            out = Some((text, times));
        }
    }
    out
}

/// The lines of `ask`: the question, then the paraphrases. One that has the same words as another was allowed beside the question.
fn lines(first: &str, rest: &[String]) -> Vec<String> {
    let mut seen: HashSet<Vec<String>> = HashSet::new();
    let words = |line: &str| text::tokens(line).into_iter().map(|token| token.text).collect::<Vec<_>>();
    std::iter::once(first).chain(rest.iter().map(String::as_str)).filter(|line| seen.insert(words(line))).map(str::to_owned).collect()
}

/// The comment lines that are worth keeping: not the headings that kept facts, intents and near misses apart.
fn kept(comment: &[String]) -> Vec<String> {
    let heading = |line: &String| {
        let words = line.trim_matches(['#', '-', '=', ' ']).to_lowercase();
        HEADINGS.contains(&words.as_str())
    };
    let mut out: Vec<String> = comment.iter().filter(|line| !heading(line)).cloned().collect();
    out.dedup_by(|a, b| a.is_empty() && b.is_empty());
    let blank: Range<usize> = 0..out.iter().take_while(|line| line.is_empty()).count();
    out.drain(blank);
    out
}

/// Entries by id; doubled ids are reported.
fn index<T>(what: &str, entries: &[Entry<T>], found: &mut Vec<Diagnostic>) -> HashMap<String, usize> {
    let mut ids = HashMap::new();
    for (at, entry) in entries.iter().enumerate() {
        if let Some(first) = ids.insert(entry.id.clone(), at) {
            let first: &Entry<T> = &entries[first];
            let message = format!("{what} `{}` is given twice", escape_control(&entry.id));
            found.push(
                Diagnostic::new(Code::DuplicateId, entry.place.clone(), message, "give one of them another id")
                    .label("second time")
                    .also(first.place.clone(), "first time"),
            );
        }
    }
    ids
}

/// Looks up ids; those that do not exist are reported.
fn find_all(what: &str, ids: &HashMap<String, usize>, file: usize, names: &[Text], found: &mut Vec<Diagnostic>) -> Vec<usize> {
    let mut out = Vec::with_capacity(names.len());
    for name in names {
        match ids.get(name.get_ref()) {
            Some(at) => out.push(*at),
            None => found.push(Diagnostic::new(
                Code::DanglingReference,
                Place::new(file, name.span()),
                format!("there is no {what} `{}`", escape_control(name.get_ref())),
                format!("add the {what}, or name one that exists"),
            )),
        }
    }
    out
}
