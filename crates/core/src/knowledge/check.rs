//! From files to a [`KnowledgeBase`]: every mistake is found and reported together.

use super::file::{EntityEntry, FactEntry, IntentEntry, NearMissEntry, RelationEntry, SmallTalkEntry, SourceEntry, Text, keys};
use super::{
    AnswerType, Derived, Entity, EntityId, FORMAT, Fact, FactId, Find, Intent, IntentId, KnowledgeBase, MAX_PARAGRAPHS, Office, Paraphrase,
    Relation, RelationId, RelationUse, RoleId, Row, SmallTalk, Source, SourceId, Unanswerable, UnanswerableReason, WordSet,
};
use crate::diagnostic::{Code, Diagnostic, Place, SourceFile};
use crate::pack::{Loaded, version};
use crate::text;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::{HashMap, HashSet, hash_map};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Longest phrase, statement or answer in bytes: what fits a Discord message with room to spare.
const MAX_TEXT: usize = 1_500;
/// Most syntax errors told of one file: behind the first few, one mistake tends to show in many places.
const MAX_SYNTAX: usize = 10;
/// Most dangling references that get a "did you mean": each is compared with every id there is.
const MAX_SUGGESTED: usize = 100;

/// An entry with its id and the places of both.
struct Entry<T> {
    id: String,
    place: Place,
    value: T,
}

/// The tables of a pack as they are read, before anything is looked up.
#[derive(Default)]
struct Tables {
    sources: Vec<Entry<SourceEntry>>,
    entities: Vec<Entry<EntityEntry>>,
    facts: Vec<Entry<FactEntry>>,
    intents: Vec<Entry<IntentEntry>>,
    unanswerables: Vec<Entry<NearMissEntry>>,
    small_talk: Vec<Entry<SmallTalkEntry>>,
    relations: Vec<Entry<RelationEntry>>,
    synonyms: Vec<Entry<Vec<Text>>>,
    roles: Vec<Entry<Vec<Text>>>,
    names: Vec<Entry<Vec<Text>>>,
    spellings: Vec<Entry<Text>>,
}

/// Reads and checks a pack in format 1.
///
/// Never fails as a whole: with errors there is no base, and `diagnostics` says why.
pub(crate) fn load(files: &[SourceFile]) -> Loaded {
    let mut checker = Checker::default();
    let mut tables = Tables::default();
    for (index, file) in files.iter().enumerate() {
        checker.read(index, &file.text, &mut tables);
    }
    let mut base = checker.resolve(files, tables);
    base.version = version(files);
    let mut diagnostics = checker.found;
    diagnostics.sort_by(|a, b| (&a.place, a.code).cmp(&(&b.place, b.code)));
    let failed = diagnostics.iter().any(|d| d.severity() == crate::diagnostic::Severity::Error);
    Loaded { base: (!failed).then_some(base), diagnostics, counts: crate::pack::Counts::default() }
}

/// A name with the entity that it stands for, kept until all names are known.
struct Name {
    entity: usize,
    /// As written.
    text: String,
    /// Its folded words: what has to differ.
    key: String,
    place: Place,
}

/// A phrase that was seen.
struct Claim {
    /// Which intent, near miss or small talk has it, counted over all of them.
    group: usize,
    /// It is an intent's `question`, which may stand among its phrases again.
    question: bool,
    place: Place,
}

#[derive(Default)]
struct Checker {
    found: Vec<Diagnostic>,
    names: Vec<Name>,
    claims: HashMap<String, Claim>,
    groups: usize,
    suggested: usize,
}

impl Checker {
    fn say(&mut self, code: Code, place: Place, message: impl Into<String>, help: impl Into<String>) {
        self.found.push(Diagnostic::new(code, place, message, help));
    }

    /// Reads one file into the tables.
    fn read(&mut self, file: usize, text: &str, tables: &mut Tables) {
        if let Some(at) = text.find(char::REPLACEMENT_CHARACTER) {
            let place = Place::new(file, at..at + char::REPLACEMENT_CHARACTER.len_utf8());
            self.say(Code::Syntax, place, "here the file is not valid UTF-8", "save the file as UTF-8 and write this character again");
        }
        let (root, errors) = DeTable::parse_recoverable(text);
        let mut broken = 0;
        for error in &errors {
            let span = error.span().unwrap_or(0..text.len().min(1));
            let duplicate = error.message().contains("duplicate key");
            broken += usize::from(!duplicate);
            if broken > MAX_SYNTAX && !duplicate {
                continue;
            }
            let code = if duplicate { Code::DuplicateId } else { Code::Syntax };
            let help = if duplicate {
                "give each entry an id of its own, and each key once"
            } else {
                "mend the TOML at this place; https://toml.io explains the language"
            };
            self.say(code, Place::new(file, span), first_line(error.message()), help);
        }
        let mut format_seen = false;
        for (key, value) in root.into_inner() {
            let place = Place::new(file, key.span());
            match key.get_ref().as_ref() {
                "format" => {
                    format_seen = true;
                    if i64::deserialize(toml::de::ValueDeserializer::from(value.clone())).ok() != Some(FORMAT) {
                        self.say(Code::Format, Place::new(file, value.span()), "this program reads format 1 only", "write `format = 1`");
                    }
                }
                "sources" => self.entries(file, value, &mut tables.sources),
                "entities" => self.entries(file, value, &mut tables.entities),
                "facts" => self.entries(file, value, &mut tables.facts),
                "intents" => self.entries(file, value, &mut tables.intents),
                "near-misses" => self.entries(file, value, &mut tables.unanswerables),
                "small-talk" => self.entries(file, value, &mut tables.small_talk),
                "relations" => self.entries(file, value, &mut tables.relations),
                "synonyms" => self.entries(file, value, &mut tables.synonyms),
                "roles" => self.entries(file, value, &mut tables.roles),
                "names" => self.entries(file, value, &mut tables.names),
                "spellings" => self.entries(file, value, &mut tables.spellings),
                // Behind broken syntax, keys of an entry can seem to stand at the top.
                _ if broken > 0 => {}
                other => self.say(
                    Code::UnknownKey,
                    place,
                    format!("the format has no table `{}`", text::escape_control(other)),
                    "use sources, entities, facts, intents, near-misses, small-talk, relations, synonyms, roles, names or spellings",
                ),
            }
        }
        if !format_seen && errors.is_empty() {
            self.say(
                Code::Format,
                Place::new(file, 0..text.lines().next().map_or(0, str::len)),
                "the file does not say its format",
                "begin the file with `format = 1`",
            );
        }
    }

    /// Reads every entry of one table; a mistake in one leaves the others standing.
    fn entries<T: DeserializeOwned>(&mut self, file: usize, value: Spanned<DeValue<'_>>, out: &mut Vec<Entry<T>>) {
        let span = value.span();
        let DeValue::Table(table) = value.into_inner() else {
            return self.say(
                Code::InvalidValue,
                Place::new(file, span),
                "expected a table of entries",
                "write `[table.id]` with its keys below",
            );
        };
        let known = keys::<T>();
        for (key, mut value) in table {
            let place = Place::new(file, key.span());
            let id = key.into_inner().into_owned();
            let around = value.span();
            if let (Some(known), DeValue::Table(entry)) = (known, value.get_mut()) {
                let unknown: Vec<Spanned<_>> = entry.keys().filter(|key| !known.contains(&key.get_ref().as_ref())).cloned().collect();
                for key in unknown {
                    entry.remove(&key);
                    self.unknown_key(Place::new(file, key.span()), &id, key.get_ref(), known);
                }
            }
            match T::deserialize(toml::de::ValueDeserializer::from(value)) {
                Ok(value) => out.push(Entry { id, place, value }),
                Err(error) => {
                    let span = error.span().unwrap_or(around);
                    let message = first_line(error.message());
                    let (code, help) = match message.as_str() {
                        // Of a table inside an entry, such as an office or a row.
                        m if m.starts_with("unknown field") => {
                            (Code::UnknownKey, "remove the key, or mend its spelling; docs/knowledge.md lists all keys")
                        }
                        m if m.starts_with("missing key") => {
                            (Code::MissingKey, "add the key; docs/knowledge.md shows every entry with its keys")
                        }
                        _ => (Code::InvalidValue, "docs/knowledge.md says what may stand here"),
                    };
                    // A missing key has no place of its own: point at the entry's name.
                    let place = if code == Code::MissingKey { place } else { Place::new(file, span) };
                    self.say(code, place, format!("`{}`: {message}", text::escape_control(&id)), help);
                }
            }
        }
    }

    /// Reports a key that an entry does not have.
    fn unknown_key(&mut self, place: Place, id: &str, key: &str, known: &[&str]) {
        let help = match nearest(key, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("remove it; the keys of this table are {}", known.join(", ")),
        };
        self.say(
            Code::UnknownKey,
            place,
            format!("`{}` has an unknown key `{}`", text::escape_control(id), text::escape_control(key)),
            help,
        );
    }

    /// Index of ids; doubled ones are reported.
    fn ids<T>(&mut self, what: &str, entries: &[Entry<T>]) -> HashMap<String, usize> {
        let mut ids: HashMap<String, usize> = HashMap::new();
        for (index, entry) in entries.iter().enumerate() {
            if let Some(&first) = ids.get(&entry.id) {
                let first = entries[first].place.clone();
                self.found.push(
                    Diagnostic::new(
                        Code::DuplicateId,
                        entry.place.clone(),
                        format!("{what} `{}` is given twice", text::escape_control(&entry.id)),
                        "give one of them another id",
                    )
                    .label("second time")
                    .also(first, "first time"),
                );
                continue;
            }
            ids.insert(entry.id.clone(), index);
        }
        ids
    }

    /// Facts, intents and the like have kebab-case ids. Labels of imported intents are kept letter for letter.
    fn kebab<T>(&mut self, entries: &[Entry<T>]) {
        for entry in entries {
            let good = !entry.id.is_empty()
                && entry.id.split('-').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
                && entry.id.len() <= 80;
            if !good {
                self.say(
                    Code::InvalidId,
                    entry.place.clone(),
                    format!("`{}` is not kebab-case", text::escape_control(&entry.id)),
                    "use lower-case letters, digits and single hyphens, 80 at most",
                );
            }
        }
    }

    /// Looks up one id, reporting one that does not exist with the nearest that does.
    fn find(&mut self, what: &str, ids: &HashMap<String, usize>, file: usize, name: &Text) -> Option<usize> {
        if let Some(&index) = ids.get(name.get_ref()) {
            return Some(index);
        }
        self.suggested += 1;
        let near = if self.suggested > MAX_SUGGESTED { None } else { nearest(name.get_ref(), ids.keys().map(String::as_str)) };
        let help = near.map_or_else(
            || format!("add the {what}, or name one that exists"),
            |near| format!("did you mean `{}`?", text::escape_control(near)),
        );
        self.say(
            Code::DanglingReference,
            Place::new(file, name.span()),
            format!("there is no {what} `{}`", text::escape_control(name.get_ref())),
            help,
        );
        None
    }

    /// Checks the length of a text that people will see.
    fn fits(&mut self, file: usize, text: &Text) {
        if text.get_ref().len() > MAX_TEXT || text.get_ref().trim().is_empty() {
            self.say(
                Code::InvalidValue,
                Place::new(file, text.span()),
                "this text is empty or too long",
                format!("write 1 to {MAX_TEXT} characters"),
            );
        }
    }

    fn resolve(&mut self, files: &[SourceFile], tables: Tables) -> KnowledgeBase {
        let Tables { sources, entities, facts, intents, unanswerables, small_talk, relations, synonyms, roles, names, spellings } = tables;
        let mut base = KnowledgeBase::default();
        let source_ids = self.ids("source", &sources);
        let entity_ids = self.ids("entity", &entities);
        let fact_ids = self.ids("fact", &facts);
        let intent_ids = self.ids("intent", &intents);
        self.ids("near miss", &unanswerables);
        self.ids("small talk", &small_talk);
        let relation_ids = self.ids("relation", &relations);
        self.ids("synonym set", &synonyms);
        let role_ids = self.ids("role", &roles);
        self.ids("spelling", &spellings);
        self.kebab(&sources);
        self.kebab(&entities);
        self.kebab(&facts);
        self.kebab(&unanswerables);
        self.kebab(&small_talk);
        self.kebab(&relations);

        base.sources = sources.into_iter().map(|e| self.source(e)).collect();
        base.synonyms = self.word_sets(synonyms);
        base.roles = self.word_sets(roles);
        base.entities = self.entities(entities, &entity_ids, &role_ids);
        base.spellings = spellings.into_iter().map(|e| (text::fold(&e.id), e.value.into_inner())).collect();
        self.names(files, names, &mut base);
        base.facts = self.facts(facts, &source_ids, &entity_ids, &fact_ids, &base.sources);
        base.relations = self.relations(relations, &entity_ids, &fact_ids, &base.entities);
        let phrases = intents.iter().map(|i| i.value.phrases.len() + 1).chain(unanswerables.iter().map(|n| n.value.phrases.len()));
        self.claims.reserve(phrases.chain(small_talk.iter().map(|s| s.value.phrases.len())).sum());
        base.intents = self.intents(files, intents, &fact_ids, &relation_ids, &base.relations);
        for entry in unanswerables {
            self.groups += 1;
            let file = entry.place.file;
            let near = entry.value.near.iter().filter_map(|n| self.find("intent", &intent_ids, file, n)).map(IntentId::new).collect();
            let reason = entry
                .value
                .reason
                .as_ref()
                .map_or(Some(UnanswerableReason::NotOnRecord), |r| UnanswerableReason::parse(&r.get_ref().replace('-', "_")));
            if let (None, Some(reason)) = (reason, &entry.value.reason) {
                self.say(
                    Code::InvalidValue,
                    Place::new(file, reason.span()),
                    "there is no such reason",
                    "use not-on-record, later, prediction, opinion, off-topic or instruction",
                );
            }
            self.fits(file, &entry.value.missing);
            let phrases = self.phrases(&entry.id, &entry.place, false, entry.value.phrases);
            base.unanswerables.push(Unanswerable {
                id: entry.id,
                near,
                missing: entry.value.missing.into_inner(),
                reason: reason.unwrap_or(UnanswerableReason::NotOnRecord),
                paraphrases: phrases,
            });
        }
        for entry in small_talk {
            self.groups += 1;
            self.fits(entry.place.file, &entry.value.reply);
            let phrases = self.phrases(&entry.id, &entry.place, false, entry.value.phrases);
            base.small_talk.push(SmallTalk { id: entry.id, reply: entry.value.reply.into_inner(), paraphrases: phrases });
        }
        self.aliases_shared(&base);
        self.unreachable(&base);
        base
    }

    fn source(&mut self, entry: Entry<SourceEntry>) -> Source {
        let Entry { id, place, value } = entry;
        if !is_date(value.date.get_ref()) {
            self.say(Code::InvalidValue, Place::new(place.file, value.date.span()), "not a date", "write 2022, 2022-04 or 2022-04-03");
        }
        if *value.paragraphs.get_ref() == 0 {
            self.say(
                Code::InvalidValue,
                Place::new(place.file, value.paragraphs.span()),
                "a source without a paragraph",
                "write how many paragraphs or rows it has",
            );
        }
        if !(value.sha256.is_empty() || value.sha256.len() == 64 && value.sha256.bytes().all(|b| b.is_ascii_hexdigit())) {
            self.say(
                Code::InvalidValue,
                place.clone(),
                "`sha256` is not a SHA-256",
                "write the 64 hexadecimal digits that `sha256sum FILE` prints, or leave it out",
            );
        }
        Source {
            id,
            title: value.title.into_inner(),
            publisher: value.publisher,
            url: value.url,
            date: Some(value.date.into_inner()),
            date_note: value.date_note,
            paragraphs: value.paragraphs.into_inner(),
            sha256: value.sha256.to_ascii_lowercase(),
            limits: value.limits,
            place,
        }
    }

    fn word_sets(&mut self, entries: Vec<Entry<Vec<Text>>>) -> Vec<WordSet> {
        self.kebab(&entries);
        entries.into_iter().map(|e| WordSet { id: e.id, words: e.value.into_iter().map(Spanned::into_inner).collect() }).collect()
    }

    fn entities(
        &mut self,
        entries: Vec<Entry<EntityEntry>>,
        entity_ids: &HashMap<String, usize>,
        role_ids: &HashMap<String, usize>,
    ) -> Vec<Entity> {
        let mut out = Vec::with_capacity(entries.len());
        for Entry { id, place, value } in entries {
            let file = place.file;
            self.fits(file, &value.name);
            let offices = value
                .offices
                .iter()
                .filter_map(|o| {
                    let role = self.find("role", role_ids, file, &o.role);
                    let of = self.find("entity", entity_ids, file, &o.of);
                    if let Some(to) = &o.to {
                        self.find("entity", entity_ids, file, to);
                    }
                    Some(Office { role: RoleId::new(role?), of: EntityId::new(of?) })
                })
                .collect();
            for (key, texts) in [
                ("name", std::slice::from_ref(&value.name)),
                ("short", value.short.as_slice()),
                ("alias", &value.aliases),
                ("sound", &value.sounds_like),
            ] {
                for text in texts {
                    if !self.name(out.len(), text.get_ref(), Place::new(file, text.span())) {
                        self.say(
                            Code::InvalidValue,
                            Place::new(file, text.span()),
                            format!("this {key} has no word in it"),
                            "write it in letters, or remove it",
                        );
                    }
                }
            }
            let name = value.name.into_inner();
            let short = value.short.map_or_else(|| name.clone(), Spanned::into_inner);
            let mut aliases = vec![name.clone(), short.clone()];
            aliases.extend(value.aliases.into_iter().map(Spanned::into_inner));
            out.push(Entity {
                id,
                kind: value.kind.into_inner(),
                name,
                short,
                description: value.description,
                aliases,
                sounds_like: value.sounds_like.into_iter().map(Spanned::into_inner).collect(),
                cues: value.cues.into_iter().map(Spanned::into_inner).collect(),
                groups: value.r#in.into_iter().map(Spanned::into_inner).collect(),
                offices,
                on_record: true,
            });
        }
        out
    }

    /// Names that nothing is on record about become entities of their kind, so that they are never taken for another.
    fn names(&mut self, files: &[SourceFile], entries: Vec<Entry<Vec<Text>>>, base: &mut KnowledgeBase) {
        for Entry { id: kind, place, value } in entries {
            for names in value {
                let mut all = names.get_ref().split('|').map(str::trim).filter(|n| !n.is_empty()).map(str::to_owned);
                let around = Place::new(place.file, names.span());
                for name in all.clone() {
                    let at = around.narrowed(files, &name);
                    if !self.name(base.entities.len(), &name, at.clone()) {
                        self.say(Code::InvalidValue, at, "this name has no word in it", "write it in letters, or remove it");
                    }
                }
                let Some(name) = all.next() else { continue };
                let mut aliases = vec![name.clone()];
                aliases.extend(all);
                base.entities.push(Entity {
                    id: text::fold(&name)
                        .split(|c: char| !c.is_ascii_alphanumeric())
                        .filter(|p| !p.is_empty())
                        .collect::<Vec<_>>()
                        .join("-"),
                    kind: kind.clone(),
                    short: name.clone(),
                    name,
                    description: String::new(),
                    aliases,
                    sounds_like: Vec::new(),
                    cues: Vec::new(),
                    groups: Vec::new(),
                    offices: Vec::new(),
                    on_record: false,
                });
            }
        }
    }

    /// Keeps a name for [`Checker::aliases_shared`]; false if there is no word in it.
    fn name(&mut self, entity: usize, name: &str, place: Place) -> bool {
        let key = key_of(name);
        let good = !key.is_empty();
        self.names.push(Name { entity, text: name.to_owned(), key, place });
        good
    }

    fn facts(
        &mut self,
        entries: Vec<Entry<FactEntry>>,
        source_ids: &HashMap<String, usize>,
        entity_ids: &HashMap<String, usize>,
        fact_ids: &HashMap<String, usize>,
        sources: &[Source],
    ) -> Vec<Fact> {
        let mut out = Vec::with_capacity(entries.len());
        for Entry { id, place, value } in entries {
            let file = place.file;
            self.fits(file, &value.statement);
            if !is_date(value.as_of.get_ref()) {
                self.say(Code::InvalidValue, Place::new(file, value.as_of.span()), "not a date", "write 2022, 2022-04 or 2022-04-03");
            }
            let source = match &value.source {
                Some(name) => self.find("source", source_ids, file, name),
                None if sources.len() == 1 => Some(0),
                None => {
                    self.say(
                        Code::FactWithoutCitation,
                        place.clone(),
                        format!("fact `{id}` names no source"),
                        "add `source`; the pack has more than one, or none",
                    );
                    None
                }
            };
            let count = value.paragraphs.len();
            if count == 0 || count > MAX_PARAGRAPHS {
                let help = format!("add `paragraphs = [..]` with one to {MAX_PARAGRAPHS} paragraphs of the source");
                self.say(Code::FactWithoutCitation, place.clone(), format!("fact `{id}` cites {count} paragraphs"), help);
            }
            if let Some(source) = source.and_then(|s| sources.get(s)) {
                for paragraph in &value.paragraphs {
                    if *paragraph.get_ref() == 0 || *paragraph.get_ref() > source.paragraphs {
                        let message = format!("source `{}` has no paragraph {}", source.id, paragraph.get_ref());
                        self.say(
                            Code::ParagraphOutOfRange,
                            Place::new(file, paragraph.span()),
                            message,
                            format!("its paragraphs are 1 to {}", source.paragraphs),
                        );
                    }
                }
            }
            let speaker = value.speaker.as_ref().and_then(|s| self.find("entity", entity_ids, file, s)).map(EntityId::new);
            let contradicts = value.contradicts.iter().filter_map(|f| self.find("fact", fact_ids, file, f)).map(FactId::new).collect();
            for derived in &value.derived {
                if !value.statement.get_ref().contains(derived.text.get_ref().as_str()) {
                    self.say(
                        Code::InvalidValue,
                        Place::new(file, derived.text.span()),
                        "the statement does not have these words",
                        "copy them from the statement letter for letter",
                    );
                }
                if derived.text.get_ref().trim().is_empty() || derived.from.trim().is_empty() {
                    self.say(
                        Code::InvalidValue,
                        Place::new(file, derived.text.span()),
                        "what is derived, or what from, is left empty",
                        "say both, as in `{ text = \"2022\", from = \"the year of the article\" }`",
                    );
                }
            }
            out.push(Fact {
                id,
                statement: value.statement.into_inner(),
                as_of: Some(value.as_of.into_inner()),
                source: SourceId::new(source.unwrap_or(0)),
                paragraphs: value.paragraphs.into_iter().map(Spanned::into_inner).collect(),
                speaker,
                derived: value.derived.into_iter().map(|d| Derived { text: d.text.into_inner(), from: d.from }).collect(),
                contradicts,
                place,
            });
        }
        out
    }

    fn relations(
        &mut self,
        entries: Vec<Entry<RelationEntry>>,
        entity_ids: &HashMap<String, usize>,
        fact_ids: &HashMap<String, usize>,
        entities: &[Entity],
    ) -> Vec<Relation> {
        let mut out = Vec::with_capacity(entries.len());
        for Entry { id, place, value } in entries {
            let file = place.file;
            if !entities.iter().any(|e| e.kind == *value.subject.get_ref()) {
                let message = format!("no entity is a `{}`", text::escape_control(value.subject.get_ref()));
                self.say(
                    Code::SlotUnfilled,
                    Place::new(file, value.subject.span()),
                    message,
                    "use the `kind` of the entities that can stand there",
                );
            }
            if let Some(group) = &value.closed_for
                && !entities.iter().any(|e| e.groups.contains(group.get_ref()))
            {
                let message = format!("no entity is in `{}`", text::escape_control(group.get_ref()));
                self.say(
                    Code::DanglingReference,
                    Place::new(file, group.span()),
                    message,
                    "name a group that stands in the `in` of entities",
                );
            }
            let rows = value
                .rows
                .iter()
                .filter_map(|row| {
                    let subject = self.find("entity", entity_ids, file, &row.subject);
                    let fact = self.find("fact", fact_ids, file, &row.fact);
                    Some(Row {
                        subject: EntityId::new(subject?),
                        value: row.value.as_ref().map_or_else(String::new, |v| v.get_ref().clone()),
                        fact: FactId::new(fact?),
                    })
                })
                .collect();
            out.push(Relation {
                id,
                subject: value.subject.into_inner(),
                complete: value.complete,
                complete_for: value.closed_for.map(Spanned::into_inner),
                object: value.object.as_ref().and_then(|o| self.find("entity", entity_ids, file, o)).map(EntityId::new),
                rows,
            });
        }
        out
    }

    fn intents(
        &mut self,
        files: &[SourceFile],
        entries: Vec<Entry<IntentEntry>>,
        fact_ids: &HashMap<String, usize>,
        relation_ids: &HashMap<String, usize>,
        relations: &[Relation],
    ) -> Vec<Intent> {
        let mut out = Vec::with_capacity(entries.len());
        for Entry { id, place, value } in entries {
            let file = place.file;
            self.fits(file, &value.question);
            if let Some(answer) = &value.answer {
                self.fits(file, answer);
            }
            let kind = AnswerType::parse(&value.kind.get_ref().replace('-', "_"));
            if kind.is_none() {
                self.say(
                    Code::InvalidValue,
                    Place::new(file, value.kind.span()),
                    "there is no such kind",
                    "use person, date, place, number, list, reason, yes-no or statement",
                );
            }
            let mut facts: Vec<FactId> = value.facts.iter().filter_map(|f| self.find("fact", fact_ids, file, f)).map(FactId::new).collect();
            let relation = value.relation.as_ref().and_then(|r| self.find("relation", relation_ids, file, r));
            let ask = match &value.ask {
                Some(ask) => {
                    let parsed = Find::parse(ask.get_ref());
                    if parsed.is_none() {
                        self.say(
                            Code::InvalidValue,
                            Place::new(file, ask.span()),
                            "a relation cannot be asked that",
                            "use holds, value, list, count, first, last, difference or order",
                        );
                    }
                    parsed
                }
                None => None,
            };
            if value.relation.is_some() != value.ask.is_some() {
                self.say(Code::MissingKey, place.clone(), format!("intent `{id}` has one of `relation` and `ask`"), "give both or neither");
            }
            if let (Some(relation), Some(ask), Some(written)) = (relation.and_then(|r| relations.get(r)), ask, &value.ask)
                && matches!(ask, Find::Value | Find::First | Find::Last | Find::Difference | Find::Order)
                && relation.rows.iter().any(|row| row.value.is_empty())
            {
                let message =
                    format!("`{}` needs a value in every row, and relation `{}` has rows without", written.get_ref(), relation.id);
                self.say(Code::InvalidValue, Place::new(file, written.span()), message, "add `value` to the rows, or ask something else");
            }
            let relation = relation.zip(ask).map(|(relation, ask)| RelationUse {
                relation: RelationId::new(relation),
                find: ask,
                if_yes: value.holds.as_ref().map_or_else(String::new, |t| t.get_ref().clone()),
                if_no: value.lacks.as_ref().map_or_else(String::new, |t| t.get_ref().clone()),
                if_unknown: value.silent.as_ref().map_or_else(String::new, |t| t.get_ref().clone()),
            });
            if let Some(used) = &relation
                && facts.is_empty()
            {
                facts = relations.get(used.relation.index()).map_or_else(Vec::new, |r| r.rows.iter().map(|row| row.fact).collect());
                facts.dedup();
            }
            if facts.is_empty() && value.facts.is_empty() {
                self.say(
                    Code::RelationWithoutRows,
                    place.clone(),
                    format!("intent `{}` leads to no fact", text::escape_control(&id)),
                    "add `facts = [\"id\"]` with the facts that answer it",
                );
            }
            let slots: &[&str] = if value.relation.is_some() { &["subject", "other"] } else { &[] };
            self.slots(file, &value.question, slots);
            value.answer.iter().for_each(|answer| self.slots(file, answer, &[]));
            value.holds.iter().chain(&value.lacks).for_each(|direct| self.slots(file, direct, &["subject"]));
            self.groups += 1;
            let question = Place::new(file, value.question.span());
            if !self.claim(&id, value.question.get_ref(), true, &question) {
                self.say(Code::ParaphraseUnusable, question.clone(), "a question without a word", "write it in letters");
            }
            let mut phrases = vec![Paraphrase { text: value.question.get_ref().clone(), place: question }];
            phrases.extend(self.phrases(&id, &place, value.relation.is_some(), value.phrases));
            let name = files.get(file).map_or("", |f| f.name.as_str());
            let topic = name.rsplit(['/', '\\']).next().unwrap_or(name).trim_end_matches(".toml").to_owned();
            out.push(Intent {
                id,
                question: value.question.into_inner(),
                answer_type: kind.unwrap_or(AnswerType::Statement),
                answer: value.answer.map_or_else(String::new, Spanned::into_inner),
                facts,
                paraphrases: phrases,
                false_premise: value.corrects,
                relation,
                topic,
            });
        }
        out
    }

    fn phrases(&mut self, id: &str, place: &Place, slotted: bool, phrases: Vec<Text>) -> Vec<Paraphrase> {
        let file = place.file;
        if phrases.is_empty() {
            let message = format!("`{}` has no phrases", text::visible(id));
            self.say(Code::NothingAsked, place.clone(), message, "add `phrases = [..]` with a few ways of saying it");
        }
        let mut out = Vec::with_capacity(phrases.len());
        for phrase in phrases {
            self.slots(file, &phrase, if slotted { &["subject", "other"] } else { &[] });
            let at = Place::new(file, phrase.span());
            let text = phrase.into_inner();
            let wordless = !self.claim(id, &text, false, &at);
            if wordless || text.len() > crate::question::MAX_BYTES {
                self.say(
                    Code::ParaphraseUnusable,
                    at.clone(),
                    "a phrase without a word, or longer than a question may be",
                    "shorten or remove it",
                );
            }
            out.push(Paraphrase { text, place: at });
        }
        out
    }

    /// Reports gaps that nothing fills.
    fn slots(&mut self, file: usize, text: &Text, filled: &[&str]) {
        for slot in slots(text.get_ref()).filter(|slot| !filled.contains(slot)) {
            let message = format!("nothing fills the slot `{{{}}}`", text::escape_control(slot));
            let help = "{subject} and {other} are filled in questions and phrases of intents with a relation, {subject} in their `holds` and `lacks`";
            self.say(Code::SlotUnfilled, Place::new(file, text.span()), message, help);
        }
    }

    /// Reports a phrase that stands somewhere already; false if there is no word in it.
    fn claim(&mut self, id: &str, text: &str, question: bool, place: &Place) -> bool {
        let key = key_of(text);
        if key.is_empty() {
            return false;
        }
        let group = self.groups;
        match self.claims.entry(key) {
            hash_map::Entry::Vacant(free) => {
                free.insert(Claim { group, question, place: place.clone() });
            }
            hash_map::Entry::Occupied(taken) => {
                let first = taken.get();
                if first.group == group && (first.question || question) {
                    return true;
                }
                let message = format!("the phrase is claimed twice, here by `{}`", text::escape_control(id));
                self.found.push(
                    Diagnostic::new(Code::ParaphraseClaimedTwice, place.clone(), message, "leave it where the reply fits it best")
                        .label("second time")
                        .also(first.place.clone(), "first time"),
                );
            }
        }
        true
    }

    /// One name for two entities. Each pair is told once.
    fn aliases_shared(&mut self, base: &KnowledgeBase) {
        let mut seen: HashMap<&str, &Name> = HashMap::new();
        let mut told: HashSet<(usize, usize)> = HashSet::new();
        for name in self.names.iter().filter(|n| !n.key.is_empty()) {
            let first = *seen.entry(&name.key).or_insert(name);
            if first.entity == name.entity || !told.insert((first.entity, name.entity)) {
                continue;
            }
            let called = |name: &Name| base.entities.get(name.entity).map_or("", |e| e.name.as_str());
            let escape_control = text::escape_control;
            let message = format!(
                "`{}` is a name of {} and of {}",
                escape_control(&name.text),
                escape_control(called(first)),
                escape_control(called(name))
            );
            self.found.push(
                Diagnostic::new(Code::AliasShared, name.place.clone(), message, "leave it with the one that people mean by it")
                    .label("second time")
                    .also(first.place.clone(), "first time"),
            );
        }
    }

    fn unreachable(&mut self, base: &KnowledgeBase) {
        let mut reached = vec![false; base.facts.len()];
        let from_intents = base.intents.iter().flat_map(|i| i.facts.iter().copied());
        let from_relations = base.relations.iter().flat_map(|r| r.rows.iter().map(|row| row.fact));
        from_intents.chain(from_relations).for_each(|fact| reached[fact.index()] = true);
        for (fact, _) in base.facts.iter().zip(reached).filter(|(_, reached)| !reached) {
            self.say(
                Code::UnreachableFact,
                fact.place.clone(),
                format!("nothing leads to fact `{}`", fact.id),
                "name it in the `facts` of an intent",
            );
        }
    }
}

/// What makes two names or phrases the same: their folded words.
fn key_of(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    for token in text::tokens(text) {
        if !key.is_empty() {
            key.push(' ');
        }
        key.push_str(&token.text);
    }
    key
}

/// The nearest of some ids or keys, if any is near enough to be meant.
fn nearest<'a>(wrong: &str, right: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let scored = right.map(|id| (id, strsim::jaro_winkler(id, wrong))).filter(|(_, score)| *score > 0.8);
    scored.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(a.0))).map(|(id, _)| id)
}

/// The first line of another library's message, in the words of docs/knowledge.md.
fn first_line(message: &str) -> String {
    let line = text::escape_control(message.lines().next().unwrap_or_default());
    let line = line.strip_prefix("missing field").map_or(line.clone(), |rest| format!("missing key{rest}"));
    line.replace("expected u32", "expected a whole number")
}

/// The slots of a phrase: what stands in braces.
pub fn slots(phrase: &str) -> impl Iterator<Item = &str> {
    phrase.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(slot, _)| slot))
}

/// `2022`, `2022-04` or `2022-04-03`.
fn is_date(date: &str) -> bool {
    let parts: Vec<&str> = date.split('-').collect();
    let number = |p: &str, digits: usize| p.len() == digits && p.bytes().all(|b| b.is_ascii_digit());
    let between = |p: &str, low: u32, high: u32| p.parse::<u32>().is_ok_and(|n| (low..=high).contains(&n));
    match parts.as_slice() {
        [y] => number(y, 4),
        [y, m] => number(y, 4) && number(m, 2) && between(m, 1, 12),
        [y, m, d] => number(y, 4) && number(m, 2) && between(m, 1, 12) && number(d, 2) && between(d, 1, 31),
        _ => false,
    }
}
