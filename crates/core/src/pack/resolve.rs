//! From what is written to a [`KnowledgeBase`], once the checks found no error: every id has become a position, and every default
//! a value. Nothing is reported here; what could be missing is left out.

use super::ids::{self, Ids, slug};
use super::list::{Block, List};
use super::written::{Entry, Fact as WrittenFact, Owner, Question as WrittenQuestion, Text, Written, sound};
use crate::diagnostic::Place;
use crate::knowledge::{
    AnswerType, Derived, Entity, EntityId, Fact, FactId, Find, Intent, IntentId, KnowledgeBase, Office, Original, Paraphrase, Relation,
    RelationId, RelationUse, RoleId, Row, SmallTalk, SmallTalkId, Source, SourceId, Translated, Translation, Unanswerable, UnanswerableId,
    UnanswerableReason, Value, WordSet,
};
use crate::question::Question;
use crate::text::fold;
use factotum_wording::Language;

/// The knowledge base that the files describe.
pub(super) fn resolve(written: &Written<'_>, ids: &Ids) -> KnowledgeBase {
    let resolver = Resolver { w: written, ids };
    let mut base = KnowledgeBase {
        sources: resolver.sources(),
        entities: resolver.entities(),
        relations: resolver.relations(),
        synonyms: resolver.word_sets(&written.synonyms),
        roles: resolver.word_sets(&written.roles),
        spellings: sound(&written.spellings).map(|(_, entry, text)| (fold(&entry.id), text.get_ref().clone())).collect(),
        small_talk: resolver.small_talk(),
        unanswerables: resolver.unanswerables(),
        translations: resolver.translations(),
        ..KnowledgeBase::default()
    };
    base.facts = resolver.facts(&base.sources);
    base.intents = resolver.intents(&base.relations);
    base
}

/// A text, empty where it is left out.
fn text(text: Option<&Text>) -> String {
    text.map_or_else(String::new, |text| text.get_ref().clone())
}

struct Resolver<'w> {
    w: &'w Written<'w>,
    ids: &'w Ids,
}

impl Resolver<'_> {
    fn texts(&self, file: usize, list: Option<&List>) -> Vec<String> {
        self.w.items(file, list).into_iter().map(|item| item.text).collect()
    }

    fn paraphrases(&self, file: usize, ask: &Block) -> Vec<Paraphrase> {
        self.w.lines(file, ask).into_iter().map(|line| Paraphrase { text: line.text, place: line.place }).collect()
    }

    fn entity(&self, id: &str) -> Option<EntityId> {
        self.ids.entities.get(id).copied().map(EntityId::new)
    }

    fn fact(&self, id: &str) -> Option<FactId> {
        self.ids.facts.get(id).copied().map(FactId::new)
    }

    fn facts_of(&self, file: usize, list: Option<&List>) -> Vec<FactId> {
        self.w.items(file, list).iter().filter_map(|item| self.fact(&item.text)).collect()
    }

    fn sources(&self) -> Vec<Source> {
        let sources = sound(&self.w.sources).map(|(_, entry, source)| Source {
            id: entry.id.clone(),
            title: source.title.get_ref().clone(),
            publisher: source.publisher.clone(),
            url: source.url.clone(),
            date: source.date.as_ref().map(|date| date.get_ref().clone()),
            date_note: source.date_note.clone(),
            paragraphs: *source.paragraphs.get_ref(),
            sha256: text(source.sha256.as_ref()).to_ascii_lowercase(),
            limits: source.limits.clone(),
            review_after: source.review_after.as_ref().map(|date| date.get_ref().clone()),
            place: entry.place.clone(),
        });
        sources.collect()
    }

    /// The entities, then the names that nothing is on record about: they are entities too, so that they are never taken for others.
    fn entities(&self) -> Vec<Entity> {
        let on_record = sound(&self.w.entities).map(|(_, entry, entity)| {
            let file = entry.place.file;
            let name = entity.name.get_ref().clone();
            let short = entity.short.as_ref().map_or_else(|| name.clone(), |short| short.get_ref().clone());
            let mut aliases = vec![name.clone(), short.clone()];
            aliases.extend(self.texts(file, entity.aliases.as_ref()));
            let office = |office: &super::written::Office| {
                let role = self.ids.roles.get(office.role.get_ref()).copied().map(RoleId::new)?;
                Some(Office { role, of: self.entity(office.of.get_ref())? })
            };
            Entity {
                id: entry.id.clone(),
                kind: entity.kind.get_ref().clone(),
                name,
                short,
                description: entity.description.clone(),
                aliases,
                sounds_like: self.texts(file, entity.sounds_like.as_ref()),
                cues: self.texts(file, entity.cues.as_ref()),
                groups: self.texts(file, entity.r#in.as_ref()),
                offices: entity.offices.iter().filter_map(office).collect(),
                on_record: true,
            }
        });
        let names = sound(&self.w.names).flat_map(|(_, entry, list)| {
            self.texts(entry.place.file, Some(list)).into_iter().filter_map(|names| {
                let aliases: Vec<String> = names.split('|').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
                let name = aliases.first()?.clone();
                Some(Entity {
                    id: slug(&name),
                    kind: entry.id.clone(),
                    short: name.clone(),
                    name,
                    description: String::new(),
                    aliases,
                    sounds_like: Vec::new(),
                    cues: Vec::new(),
                    groups: Vec::new(),
                    offices: Vec::new(),
                    on_record: false,
                })
            })
        });
        on_record.chain(names).collect()
    }

    fn facts(&self, sources: &[Source]) -> Vec<Fact> {
        sound(&self.w.facts).map(|(_, entry, fact)| self.one_fact(entry, fact, sources)).collect()
    }

    fn one_fact(&self, entry: &Entry<WrittenFact>, fact: &WrittenFact, sources: &[Source]) -> Fact {
        let file = entry.place.file;
        let defaults = self.w.defaults.get(file).and_then(Option::as_ref);
        let source = self.w.source_of(file, fact).and_then(|id| self.ids.sources.get(id.get_ref())).copied().unwrap_or_default();
        let as_of = fact.as_of.as_ref().or(defaults.and_then(|d| d.as_of.as_ref())).map(|date| date.get_ref().clone());
        let review_after = fact.review_after.as_ref().or(defaults.and_then(|d| d.review_after.as_ref())).map(|date| date.get_ref().clone());
        let speaker = fact.speaker.as_ref().or(defaults.and_then(|d| d.speaker.as_ref()));
        let statement = fact.statement.get_ref();
        let by_default = defaults.into_iter().flat_map(|d| &d.derived);
        let by_default = by_default.filter(|(words, _)| statement.contains(words.get_ref().as_str()) && !fact.derived.contains_key(*words));
        Fact {
            id: entry.id.clone(),
            statement: statement.clone(),
            as_of: as_of.or_else(|| sources.get(source)?.date.clone()),
            source: SourceId::new(source),
            paragraphs: fact.paragraphs.iter().flat_map(|p| &p.0).map(|number| *number.get_ref()).collect(),
            speaker: speaker.and_then(|id| self.entity(id.get_ref())),
            derived: fact
                .derived
                .iter()
                .chain(by_default)
                .map(|(words, from)| Derived { text: words.get_ref().clone(), from: from.get_ref().clone() })
                .collect(),
            contradicts: self.facts_of(file, fact.contradicts.as_ref()),
            review_after: review_after.or_else(|| sources.get(source)?.review_after.clone()),
            place: Place::new(file, fact.statement.span()),
        }
    }

    fn relations(&self) -> Vec<Relation> {
        let relations = sound(&self.w.relations).map(|(position, entry, relation)| Relation {
            id: entry.id.clone(),
            subject: relation.subject.get_ref().clone(),
            complete: relation.complete,
            complete_for: relation.complete_for.as_ref().map(|group| group.get_ref().clone()),
            object: relation.object.as_ref().and_then(|id| self.entity(id.get_ref())),
            rows: self.w.rows[position]
                .iter()
                .flatten()
                .filter_map(|row| {
                    let (subject, fact) = (self.entity(row.subject.get_ref())?, self.fact(row.fact.get_ref())?);
                    let value = |written: &str| Value::parse(written, |id| self.entity(id));
                    let values = row.columns().map(|(column, written)| (column.to_owned(), value(written.get_ref()))).collect();
                    Some(Row { subject, values, fact })
                })
                .collect(),
        });
        relations.collect()
    }

    fn intents(&self, relations: &[Relation]) -> Vec<Intent> {
        self.w.sound_questions().map(|(owner, entry, question)| self.intent(owner, entry, question, relations)).collect()
    }

    fn intent(&self, owner: Owner, entry: &Entry<WrittenQuestion>, question: &WrittenQuestion, relations: &[Relation]) -> Intent {
        let file = entry.place.file;
        let lookup = question.lookup.as_ref();
        let mut facts = match owner {
            Owner::Fact(fact) => vec![FactId::new(fact)],
            Owner::Relation(relation) => {
                let named = self.facts_of(file, lookup.and_then(|l| l.facts.as_ref()));
                if named.is_empty() { relations[relation].rows.iter().map(|row| row.fact).collect() } else { named }
            }
        };
        facts.dedup();
        for fact in self.facts_of(file, question.also.as_ref()) {
            if !facts.contains(&fact) {
                facts.push(fact);
            }
        }
        let relation = match (owner, lookup) {
            (Owner::Relation(relation), Some(lookup)) => Find::parse(lookup.find.get_ref()).map(|find| RelationUse {
                relation: RelationId::new(relation),
                find,
                column: lookup.column().to_owned(),
                answer: text(question.answer.as_ref()),
                if_yes: text(lookup.if_yes.as_ref()),
                if_no: text(lookup.if_no.as_ref()),
                if_unknown: text(lookup.if_unknown.as_ref()),
            }),
            _ => None,
        };
        let written = question.answer_type.as_ref().and_then(|name| AnswerType::parse(name.get_ref()));
        Intent {
            id: entry.id.clone(),
            question: question.ask.first().to_owned(),
            answer_type: written.unwrap_or_else(|| answer_type(question.ask.first())),
            // Of a relation, it has gaps to fill.
            answer: if lookup.is_some() { String::new() } else { text(question.answer.as_ref()) },
            facts,
            paraphrases: self.paraphrases(file, &question.ask),
            false_premise: question.false_premise,
            relation,
            topic: self.w.files.get(file).map_or("", |f| super::file_name(&f.name)).trim_end_matches(".toml").to_owned(),
        }
    }

    fn unanswerables(&self) -> Vec<Unanswerable> {
        let unanswerables = self.w.sound_unanswerables().map(|(owner, entry, value)| {
            let file = entry.place.file;
            let near = match &value.near {
                Some(list) => self.w.items(file, Some(list)).iter().flat_map(|item| self.near(&item.text)).collect(),
                // Beside a fact or a relation: its own questions.
                None => match owner {
                    None => Vec::new(),
                    Some(Owner::Fact(fact)) => self.ids.of_fact[fact].clone(),
                    Some(Owner::Relation(_)) => {
                        (0..self.w.questions.len()).filter(|question| Some(self.w.questions[*question].0) == owner).collect()
                    }
                },
            };
            Unanswerable {
                id: entry.id.clone(),
                near: near.into_iter().map(IntentId::new).collect(),
                missing: value.missing.get_ref().clone(),
                reason: value
                    .reason
                    .as_ref()
                    .and_then(|r| UnanswerableReason::parse(r.get_ref()))
                    .unwrap_or(UnanswerableReason::NotOnRecord),
                relation: if let Some(Owner::Relation(relation)) = owner { Some(RelationId::new(relation)) } else { None },
                paraphrases: self.paraphrases(file, &value.ask),
            }
        });
        unanswerables.collect()
    }

    /// What is said in further languages, in the order of the languages.
    fn translations(&self) -> Vec<Translation> {
        let of_file = |file: usize| self.w.languages.get(file)?.as_ref().and_then(|language| Language::parse(language.get_ref()));
        let translation = |language| {
            let mut all = Translation { language, ..Translation::default() };
            for (_, entry, list) in sound(&self.w.entity_names).filter(|(_, entry, _)| of_file(entry.place.file) == Some(language)) {
                if let Some(entity) = self.entity(&entry.id) {
                    all.names.entry(entity).or_default().extend(self.texts(entry.place.file, Some(list)));
                }
            }
            for (_, entry, written) in sound(&self.w.translations).filter(|(_, entry, _)| of_file(entry.place.file) == Some(language)) {
                let Some(original) = self.ids.original(written.of.get_ref()) else { continue };
                let paraphrases = self.texts_of(entry.place.file, &written.ask);
                let (of, answer) = match original {
                    ids::Original::Question(question, _) => (Original::Intent(IntentId::new(question)), &written.answer),
                    ids::Original::Unanswerable(miss) => (Original::Unanswerable(UnanswerableId::new(miss)), &written.missing),
                    ids::Original::SmallTalk(talk) => (Original::SmallTalk(SmallTalkId::new(talk)), &written.reply),
                };
                let asked = self.ids.questions.get(written.of.get_ref()).and_then(|at| self.w.questions[*at].1.value.as_ref());
                let as_asked = asked.map_or(written.of.get_ref().as_str(), |question| question.ask.first()).to_owned();
                all.questions.push(Translated { of, original: as_asked, paraphrases, answer: text(answer.as_ref()) });
                if let (Some(statement), Some(fact)) = (&written.statement, self.ids.shown_fact(self.w, original)) {
                    all.statements.insert(FactId::new(fact), statement.get_ref().clone());
                }
            }
            all
        };
        let mut languages: Vec<Language> = (0..self.w.files.len()).filter_map(of_file).collect();
        languages.sort_unstable();
        languages.dedup();
        languages.into_iter().map(translation).collect()
    }

    fn texts_of(&self, file: usize, ask: &Block) -> Vec<String> {
        self.w.lines(file, ask).into_iter().map(|line| line.text).collect()
    }

    /// The questions that an id stands for: itself, or all of a fact.
    fn near(&self, id: &str) -> Vec<usize> {
        match self.ids.questions.get(id) {
            Some(question) => vec![*question],
            None => self.ids.facts.get(id).map_or_else(Vec::new, |fact| self.ids.of_fact[*fact].clone()),
        }
    }

    fn small_talk(&self) -> Vec<SmallTalk> {
        let talks = sound(&self.w.small_talk).map(|(_, entry, value)| SmallTalk {
            id: entry.id.clone(),
            reply: value.reply.get_ref().clone(),
            paraphrases: self.paraphrases(entry.place.file, &value.ask),
        });
        talks.collect()
    }

    fn word_sets(&self, entries: &[Entry<List>]) -> Vec<WordSet> {
        let sets = sound(entries).map(|(_, entry, list)| WordSet { id: entry.id.clone(), words: self.texts(entry.place.file, Some(list)) });
        sets.collect()
    }
}

/// What a question plainly asks for: what the engine makes of it when somebody asks it.
fn answer_type(question: &str) -> AnswerType {
    Question::parse(question).ok().and_then(|question| question.expected).unwrap_or(AnswerType::Statement)
}
