//! A question as the knowledge base understands it: typing errors corrected, names, offices and synonym sets found.
//!
//! Paraphrases are read the same way when a knowledge base is loaded, so that both sides speak of the same things.

use crate::english::{English, Word, WordClass, english};
use crate::knowledge::{EntityId, KnowledgeBase, RoleId, SynonymSetId};
use crate::question::{Question, asks};
use crate::spelling::Speller;
use crate::text::{self, Token};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What one stretch of a question stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Mention {
    /// An entity, by index into the base.
    Entity(EntityId),
    /// A gap in a paraphrase, to be filled by an entity of a kind.
    Slot,
    /// An office, by index into the base.
    Role(RoleId),
    /// Words that mean the same.
    SynonymSet(SynonymSetId),
    /// A plain word.
    Word,
}

/// A mention with the words that it covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// What it stands for.
    pub mention: Mention,
    /// First word.
    pub from: usize,
    /// Behind the last word.
    pub to: usize,
}

/// A word that was read as another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// As typed.
    pub from: String,
    /// As read.
    pub to: String,
}

/// An office asked for whose holder is not on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenOffice {
    /// What it is called.
    pub role: RoleId,
    /// The entity that the office belongs to.
    pub of: EntityId,
}

/// A question as the knowledge base understands it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpretation {
    /// The question itself, with its words corrected.
    pub question: Question,
    /// Its spans in order; every word belongs to exactly one.
    pub spans: Vec<Span>,
    /// Entities that are meant without being named: holders of offices.
    pub implied: Vec<EntityId>,
    /// Parts that name whose office a holder has ("Kosovo" in "Kosovo's president"), by index: the holder is meant, not they.
    pub owners: Vec<usize>,
    /// Offices whose holder is not on record.
    pub open_offices: Vec<OpenOffice>,
    /// What was corrected.
    pub corrections: Vec<Correction>,
}

impl Interpretation {
    /// The words of one of its spans, as read.
    pub fn words(&self, span: &Span) -> String {
        let words = self.question.words.get(span.from..span.to).unwrap_or_default();
        words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Entities that what is asked is about, in order: those named in it, but for owners of offices, then holders of these.
    pub fn subjects(&self) -> impl Iterator<Item = EntityId> + '_ {
        let named = self.spans.iter().enumerate().filter_map(|(at, span)| match span.mention {
            Mention::Entity(e) if self.question.focus[span.from] && !self.owners.contains(&at) => Some(e),
            _ => None,
        });
        named.chain(self.implied.iter().copied())
    }

    /// Entities named in it, in order; with `focus_only` those in what is asked.
    pub fn entities(&self, focus_only: bool) -> impl Iterator<Item = EntityId> + '_ {
        self.spans.iter().filter(move |p| !focus_only || self.question.focus[p.from]).filter_map(|p| match p.mention {
            Mention::Entity(e) => Some(e),
            _ => None,
        })
    }
}

/// A multi-word expression and what it stands for.
#[derive(Debug, Serialize, Deserialize)]
struct Expression {
    words: Vec<String>,
    mention: Mention,
    /// Matches only when written in capitals, or where the context makes a name of it ("us" the pronoun, "US").
    capitals: bool,
}

/// Reads questions with a knowledge base's names and words.
#[derive(Debug, Serialize, Deserialize)]
pub struct Interpreter {
    /// Expressions by their first word's stem, longest first.
    expressions: FxHashMap<String, Vec<Expression>>,
    speller: Speller,
    /// Who holds which office.
    holders: Vec<((RoleId, EntityId), EntityId)>,
    spellings: FxHashMap<String, Vec<String>>,
    /// Words that are chat spellings elsewhere and words of this knowledge base's own here ("mod", "sed").
    kept: FxHashSet<String>,
    /// Names with chat spellings in them ("Charles de Gaulle"), by their first word.
    chatty: FxHashMap<String, Vec<Vec<String>>>,
}

impl Interpreter {
    /// An interpreter for a knowledge base.
    pub fn new(base: &KnowledgeBase) -> Interpreter {
        let english = english();
        let mut expressions: FxHashMap<String, Vec<Expression>> = FxHashMap::default();
        let mut names = BTreeSet::new();
        let mut own: BTreeMap<String, u32> = BTreeMap::new();
        let mut add = |text: &str, mention: Mention, own: &mut BTreeMap<String, u32>| {
            let tokens = text::tokens(text);
            let capitals = tokens.len() == 1 && tokens[0].capitals && english.class(&tokens[0].text) != WordClass::Content;
            let words = plain(english, text);
            for word in &words {
                *own.entry(word.text.clone()).or_default() += 1;
            }
            // As it is written, and as a question that has it is read: "Twenty One Pilots" becomes "21 Pilots" there. "C" is no "see".
            let chat = tokens.iter().any(|t| english.spelt_out(&t.text).is_some());
            for words in [words, if chat { Vec::new() } else { english.words(&tokens) }] {
                let words: Vec<String> =
                    words.into_iter().map(|w| if matches!(mention, Mention::Entity(_)) { w.text } else { w.stem }).collect();
                if let Some(first) = words.first() {
                    let list = expressions.entry(first.clone()).or_default();
                    if !list.iter().any(|e| e.words == words) {
                        list.push(Expression { words, mention, capitals });
                    }
                }
            }
        };
        for id in EntityId::all(base) {
            let entity = &base[id];
            for alias in entity.aliases.iter().chain(&entity.sounds_like) {
                add(alias, Mention::Entity(id), &mut own);
                if entity.on_record {
                    names.extend(plain(english, alias).into_iter().map(|w| w.text));
                }
            }
        }
        for id in RoleId::all(base) {
            base[id].words.iter().for_each(|w| add(w, Mention::Role(id), &mut own));
        }
        for id in SynonymSetId::all(base) {
            base[id].words.iter().for_each(|w| add(w, Mention::SynonymSet(id), &mut own));
        }
        for list in expressions.values_mut() {
            list.sort_by_key(|e| std::cmp::Reverse(e.words.len()));
        }
        let mut count = |text: &str| {
            for word in plain(english, text) {
                *own.entry(word.text).or_default() += 1;
            }
        };
        // What the knowledge base says itself, and how it writes its questions, is spelt as it should be.
        own_texts(base).for_each(&mut count);
        // People err in paraphrases too: a word of theirs is known if it is English, if it resembles nothing that is known, or if it comes again
        // and again.
        let mut written: BTreeMap<String, u32> = BTreeMap::new();
        paraphrases(base).flat_map(|p| plain(english, p)).for_each(|word| *written.entry(word.text).or_default() += 1);
        let mut doubtful = Vec::new();
        for (word, times) in written {
            if own.contains_key(&word) || english.knows(&word) {
                *own.entry(word).or_default() += times;
            } else {
                doubtful.push((word, times));
            }
        }
        let speller = Speller::new(own.clone(), &names);
        let speller = if doubtful.is_empty() {
            speller
        } else {
            own.extend(doubtful.into_iter().filter(|(word, times)| {
                // A name that people misspell again and again is no other word.
                speller.correct(word).is_none_or(|meant| *times >= FREQUENT && !names.contains(&meant))
            }));
            Speller::new(own, &names)
        };
        let holders = EntityId::all(base).flat_map(|e| base[e].offices.iter().map(move |o| ((o.role, o.of), e))).collect();
        let spellings = base.spellings.iter().map(|(k, v)| (k.clone(), v.split_whitespace().map(text::fold).collect())).collect();
        let (kept, chatty) = chat_words(base);
        Interpreter { expressions, speller, holders, spellings, kept, chatty }
    }

    /// Whether it can have been made for this knowledge base: everything that it refers to is there.
    pub fn fits(&self, base: &KnowledgeBase) -> bool {
        let Interpreter { expressions, speller, holders, spellings: _, kept: _, chatty } = self;
        let mentioned = |mention| match mention {
            Mention::Entity(id) => id.is_in(base),
            Mention::Role(id) => id.is_in(base),
            Mention::SynonymSet(id) => id.is_in(base),
            Mention::Slot | Mention::Word => true,
        };
        expressions.values().flatten().all(|e| !e.words.is_empty() && mentioned(e.mention))
            && speller.is_sound()
            && holders.iter().all(|((role, of), holder)| role.is_in(base) && of.is_in(base) && holder.is_in(base))
            && chatty.values().flatten().all(|words| !words.is_empty())
    }

    /// Whether the word occurs in the knowledge base.
    pub fn owns(&self, word: &str) -> bool {
        self.speller.owns(word)
    }

    /// Reads a question: typing errors corrected.
    pub fn interpret(&self, base: &KnowledgeBase, question: Question) -> Interpretation {
        self.read(base, question, true)
    }

    /// The ways to read a question, at most two: with its typing errors corrected, and, if something was corrected, as it was typed. The second
    /// one is for those who can tell which is the better supported.
    pub fn readings(&self, base: &KnowledgeBase, question: Question) -> Vec<Interpretation> {
        let typed = question.clone();
        let corrected = self.read(base, question, true);
        if corrected.corrections.is_empty() { vec![corrected] } else { vec![corrected, self.read(base, typed, false)] }
    }

    fn read(&self, base: &KnowledgeBase, mut question: Question, correct: bool) -> Interpretation {
        let mut corrections = Vec::new();
        let mut words = self.own_words(&question).unwrap_or_else(|| question.words.clone());
        if correct {
            words = self.corrected(&question, words, &mut corrections);
        }
        if words != question.words {
            // A corrected word can be a question word or a preamble ("coud you tell me").
            question = question.with_words(words);
        }
        question = self.without_asides(question);
        let spans = self.spans(&question);
        let mut interpretation =
            Interpretation { question, spans, implied: Vec::new(), owners: Vec::new(), open_offices: Vec::new(), corrections };
        self.offices(base, &mut interpretation);
        for correction in &mut interpretation.corrections {
            // A name is shown as it is written on record.
            let named = interpretation.spans.iter().find_map(|p| match p.mention {
                Mention::Entity(e) if p.to == p.from + 1 && interpretation.question.words[p.from].text == correction.to => Some(e),
                _ => None,
            });
            if let Some(entity) = named.map(|e| &base[e]).filter(|e| e.on_record) {
                correction.to = entity.short.clone();
            }
        }
        interpretation
    }

    /// The words of a question with the knowledge base's own spellings, which go before those of English; `None` if nothing changes.
    fn own_words(&self, question: &Question) -> Option<Vec<Word>> {
        let english = english();
        let bare = |token: &Token| token.text.strip_suffix("'s").unwrap_or(&token.text).to_owned();
        let tokens: Vec<String> = question.tokens.iter().map(bare).collect();
        let shouted = text::is_shouted(&question.tokens);
        let in_name = self.chatty_names(&tokens);
        let mut changed = false;
        let mut out = Vec::with_capacity(question.words.len());
        for group in question.words.chunk_by(|a, b| a.token == b.token) {
            let at = group[0].token;
            let (Some(typed), Some(token)) = (tokens.get(at), question.tokens.get(at)) else {
                out.extend_from_slice(group);
                continue;
            };
            let before = at.checked_sub(1).and_then(|b| tokens.get(b));
            let clock = english.lists.clock.has(typed) && before.is_some_and(|b| b.starts_with(|c: char| c.is_ascii_digit()));
            let is_letter = typed.chars().count() == 1;
            let kept = || self.kept.contains(typed) && (!is_letter || (token.capitalised && !shouted));
            let as_typed = |group: &[Word]| group.len() == 1 && group[0].text == *typed;
            match self.spellings.get(typed).filter(|_| !clock) {
                Some(meant) => {
                    changed = true;
                    out.extend(meant.iter().map(|w| english.word(w, at)));
                }
                None if !as_typed(group) && english.spelt_out(typed).is_some() && (in_name.contains(&at) || kept()) => {
                    changed = true;
                    out.push(english.word(typed, at));
                }
                None => out.extend_from_slice(group),
            }
        }
        changed.then_some(out)
    }

    /// Which tokens belong to a name that has chat spellings in it.
    fn chatty_names(&self, tokens: &[String]) -> BTreeSet<usize> {
        let mut out = BTreeSet::new();
        if !self.chatty.is_empty() {
            for (at, first) in tokens.iter().enumerate() {
                for name in self.chatty.get(first).into_iter().flatten() {
                    if tokens[at..].starts_with(name) {
                        out.extend(at..at + name.len());
                    }
                }
            }
        }
        out
    }

    /// The words of a question with unknown ones read as known ones.
    fn corrected(&self, question: &Question, words: Vec<Word>, corrections: &mut Vec<Correction>) -> Vec<Word> {
        let english = english();
        let mut out = Vec::with_capacity(words.len());
        for word in words {
            // A name that nobody knows is no typing error of a common word.
            let meant = self.speller.correct(&word.text).filter(|meant| self.owns(meant) || !question.is_written_as_name(word.token));
            let Some(meant) = meant else {
                out.push(word);
                continue;
            };
            let from = question.tokens.get(word.token).map_or_else(|| word.text.clone(), |t| t.text.clone());
            match english.spelt_out(&meant) {
                Some(words) => out.extend(words.iter().map(|w| english.word(w, word.token))),
                None => out.push(english.word(&meant, word.token)),
            }
            // A plural or possessive without its apostrophe is no error worth a remark.
            if from.strip_suffix('s') != Some(&meant) {
                corrections.push(Correction { from, to: meant });
            }
        }
        out
    }

    /// Leaves out what is said beside the question, now that names are known: what stands in brackets, sentences that only lead up to it, and what
    /// people say of themselves ("my cousin bet me, ..."), where it has neither a name nor a topic word of the knowledge base. Of what stands in brackets, words of the knowledge
    /// base's own belong to what is asked ("the fee (annual)"); a name with other words stays as context.
    fn without_asides(&self, question: Question) -> Question {
        let stretches = question.stretches();
        if stretches.len() < 2 {
            return question;
        }
        let spans = self.spans(&question);
        let speaker = &english().lists.speaker;
        let (mut dropped, mut in_focus) = (BTreeSet::new(), BTreeSet::new());
        for range in &stretches {
            let words = &question.words[range.clone()];
            let content = || words.iter().filter(|w| w.class == WordClass::Content);
            let (owned, all) = (content().filter(|w| self.owns(&w.text)).count(), content().count());
            let named = spans.iter().any(|s| range.contains(&s.from) && s.mention != Mention::Word);
            let figure = words.iter().any(|w| w.stem.bytes().any(|b| b.is_ascii_digit()));
            let in_question = range.clone().any(|at| question.focus[at]);
            let tokens = words.iter().map(|w| w.token);
            let of_speaker = words.iter().any(|w| speaker.has(&w.text));
            if question.is_bracketed(&words[0]) {
                if all > 0 && owned == all && !of_speaker {
                    in_focus.extend(tokens);
                } else if !named && !in_question {
                    dropped.extend(tokens);
                }
            } else if owned == 0 && !named && !figure && !asks(words) && (!in_question || of_speaker) {
                dropped.extend(tokens);
            }
        }
        let rest: Vec<Word> = question.words.iter().filter(|w| !dropped.contains(&w.token)).cloned().collect();
        let mut question = if dropped.is_empty() || !asks(&rest) { question } else { question.with_words(rest) };
        for (word, focus) in question.words.iter().zip(&mut question.focus) {
            *focus |= in_focus.contains(&word.token);
        }
        question
    }

    /// Finds names, offices and synonym sets, longest first from the left; what is left are plain words.
    fn spans(&self, question: &Question) -> Vec<Span> {
        let words = &question.words;
        let mut spans = Vec::with_capacity(words.len());
        let mut at = 0;
        while at < words.len() {
            let by = |key: &str| self.expressions.get(key).into_iter().flatten();
            let candidates = by(&words[at].text).chain(by(&words[at].stem).filter(|_| words[at].stem != words[at].text));
            let best = candidates
                .filter(|e| at + e.words.len() <= words.len())
                .filter(|e| {
                    let exact = matches!(e.mention, Mention::Entity(_));
                    words[at..at + e.words.len()].iter().zip(&e.words).all(|(w, e)| if exact { w.text == *e } else { w.stem == *e })
                })
                .filter(|e| !e.capitals || self.is_name(question, at))
                .max_by_key(|e| (e.words.len(), matches!(e.mention, Mention::Entity(_)), matches!(e.mention, Mention::Role(_))));
            match best {
                Some(e) => {
                    spans.push(Span { mention: e.mention, from: at, to: at + e.words.len() });
                    at += e.words.len();
                }
                None => {
                    let slot = words[at].text == SLOT;
                    spans.push(Span { mention: if slot { Mention::Slot } else { Mention::Word }, from: at, to: at + 1 });
                    at += 1;
                }
            }
        }
        spans
    }

    /// Whether a little word such as "us" is meant as the name that is written like it: in capitals in a text that is
    /// not all capitals, or in lower case between an article and a topic word ("the us base").
    fn is_name(&self, question: &Question, at: usize) -> bool {
        let words = &question.words;
        let token = |w: &Word| question.tokens.get(w.token);
        if token(&words[at]).is_some_and(|t| t.capitals) && !text::is_shouted(&question.tokens) {
            return true;
        }
        let next = words.get(at + 1).is_some_and(|w| w.class == WordClass::Content);
        let before = at.checked_sub(1).map(|b| words[b].text.as_str());
        let lists = &english().lists;
        let article = before.is_some_and(|b| lists.before_names.has(b));
        (article && (next || at + 1 == words.len())) || (next && before.is_none_or(|b| !lists.before_pronouns.has(b)))
    }

    /// Joins offices with those that they belong to: the holder is meant, or nobody is on record.
    fn offices(&self, base: &KnowledgeBase, interpretation: &mut Interpretation) {
        let owner = |kind: &str| english().kinds.office_owners.has(kind);
        let owners: Vec<(usize, EntityId)> = interpretation
            .spans
            .iter()
            .enumerate()
            .filter_map(|(i, p)| match p.mention {
                Mention::Entity(e) if owner(&base[e].kind) => Some((i, e)),
                _ => None,
            })
            .collect();
        let roles: Vec<(usize, RoleId)> = interpretation
            .spans
            .iter()
            .enumerate()
            .filter_map(|(i, p)| if let Mention::Role(r) = p.mention { Some((i, r)) } else { None })
            .collect();
        for (at, role) in roles {
            // "Kosovo's president", "president of Kosovo", "the president in Pristina": the nearest name within three
            // spans; one right in front of the office comes first.
            let nearest = owners
                .iter()
                .filter(|(i, _)| i.abs_diff(at) <= 4)
                .min_by_key(|(i, _)| if i + 1 == at { 0 } else { i.abs_diff(at) * 2 + usize::from(i < &at) });
            let Some(&(owner, of)) = nearest else { continue };
            match self.holders.iter().find(|(office, _)| *office == (role, of)) {
                Some(&(_, holder)) => {
                    interpretation.implied.push(holder);
                    interpretation.owners.push(owner);
                }
                None => interpretation.open_offices.push(OpenOffice { role, of }),
            }
        }
    }
}

/// What a knowledge base says itself: statements, direct answers, what is missing, replies, and its questions in their first wording.
fn own_texts(base: &KnowledgeBase) -> impl Iterator<Item = &str> {
    let statements = base.facts.iter().map(|f| f.statement.as_str());
    let answers = base.intents.iter().flat_map(|i| [i.answer.as_str(), i.question.as_str()]);
    statements
        .chain(answers)
        .chain(base.unanswerables.iter().map(|u| u.missing.as_str()))
        .chain(base.small_talk.iter().map(|s| s.reply.as_str()))
}

/// All paraphrases.
fn paraphrases(base: &KnowledgeBase) -> impl Iterator<Item = &str> {
    let of_intents = base.intents.iter().flat_map(|i| &i.paraphrases).chain(base.unanswerables.iter().flat_map(|u| &u.paraphrases));
    of_intents.chain(base.small_talk.iter().flat_map(|s| &s.paraphrases)).map(|p| p.text.as_str())
}

/// Chat spellings that a knowledge base uses as words of its own, and its names that have one in them. A letter is one only as a capital.
fn chat_words(base: &KnowledgeBase) -> (FxHashSet<String>, FxHashMap<String, Vec<Vec<String>>>) {
    let is_chat = |word: &str| english().spelt_out(word).is_some();
    let (mut kept, mut chatty): (FxHashSet<String>, FxHashMap<String, Vec<Vec<String>>>) = Default::default();
    for alias in EntityId::all(base).flat_map(|e| &base[e].aliases) {
        let words: Vec<String> = text::tokens(alias).into_iter().map(|t| t.text).collect();
        match words.as_slice() {
            [word] if is_chat(word) => drop(kept.insert(word.clone())),
            [first, _, ..] if words.iter().any(|w| is_chat(w)) => chatty.entry(first.clone()).or_default().push(words),
            _ => {}
        }
    }
    let lists = RoleId::all(base).flat_map(|r| &base[r].words).chain(SynonymSetId::all(base).flat_map(|s| &base[s].words));
    for text in own_texts(base).chain(lists.map(String::as_str)) {
        let tokens = text::tokens(text);
        let names = tokens.iter().map(|t| t.capitalised).collect::<Vec<_>>();
        for (at, token) in tokens.into_iter().enumerate() {
            // "Charles de Gaulle": a little word between capitals belongs to the name.
            let within_name = at > 0 && names[at - 1] && names.get(at + 1) == Some(&true);
            let letter = token.text.chars().count() == 1;
            if english().lists.also_words.has(&token.text) && !within_name && (!letter || (token.capitalised && at > 0)) {
                kept.insert(token.text);
            }
        }
    }
    (kept, chatty)
}

/// How often a word that is not English must stand in paraphrases to count as one of the knowledge base's own.
const FREQUENT: u32 = 3;

/// What stands for a slot in the words of a paraphrase.
pub const SLOT: &str = "slotslot";

/// The words of a text of the knowledge base's own: no chat spellings are looked for in names.
fn plain(english: &English, text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    for (index, token) in text::tokens(text).iter().enumerate() {
        let bare = token.text.strip_suffix("'s").unwrap_or(&token.text);
        if bare.contains('\'') {
            words.extend(english.words(std::slice::from_ref(token)));
        } else {
            words.push(english.word(bare, index));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceFile;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    const PACK: &str = r#"
format = 2
[source.s]
title = "S"
date = "2024"
paragraphs = 1
[entity.gaulle]
kind = "person"
name = "Charles de Gaulle"
aliases = "de Gaulle"
[entity.ruritania]
kind = "country"
name = "Ruritania"
[entity.c]
kind = "language"
name = "C"
[entity.cpp]
kind = "language"
name = "C++"
[entity.mod]
kind = "team"
name = "the mods"
aliases = "mod"
[entity.band]
kind = "band"
name = "Twenty One Pilots"
aliases = "Who's Who, Blink-182, v2 Records"
[entity.nato]
kind = "organisation"
name = "NATO"
[[fact]]
statement = "The premier of Ruritania pays an annual fee in crypto; sed edits streams."
paragraphs = 1
[[fact.question]]
ask = """
What does sed do?
who is the prime minister of ruritania
is it recieved with blorfnax
"""
[roles]
premier = "premier, prime minister"
[spellings]
pm = "prime minister"
u = "Ruritania"
"#;

    static READER: LazyLock<(KnowledgeBase, Interpreter)> = LazyLock::new(|| {
        let loaded = crate::pack::load(&[SourceFile { name: "pack.toml".to_owned(), text: PACK.to_owned() }]);
        let base = loaded.base.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
        let interpreter = Interpreter::new(&base);
        (base, interpreter)
    });

    fn read(text: &str) -> (Interpretation, Vec<Interpretation>) {
        let (base, interpreter) = &*READER;
        let question = Question::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        (interpreter.interpret(base, question.clone()), interpreter.readings(base, question))
    }

    proptest! {
        #[test]
        fn every_word_belongs_to_one_span(text in "(who |pm |C |\\(|\\)|, |my |de |gaulle |fee |ruritannia |twenty |one |\\? |thanks |ok |n |é|zzz ){1,60}") {
            if Question::parse(&text).is_ok() {
                for reading in read(&text).1 {
                    let ends: Vec<usize> = std::iter::once(0).chain(reading.spans.iter().map(|s| s.to)).collect();
                    prop_assert!(reading.spans.iter().zip(&ends).all(|(s, end)| s.from == *end));
                    prop_assert_eq!(ends.last(), Some(&reading.question.words.len()));
                    prop_assert_eq!(reading.question.focus.len(), reading.question.words.len());
                }
            }
        }
    }

    /// The words of a question as read, its names in square brackets, what is not asked behind `~`.
    fn shown(interpretation: &Interpretation) -> String {
        let spans = interpretation.spans.iter().map(|span| {
            let words = interpretation.words(span);
            let words = if matches!(span.mention, Mention::Entity(_)) { format!("[{words}]") } else { words };
            if interpretation.question.focus[span.from] { words } else { format!("~{words}") }
        });
        spans.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_pack_has_its_own_words() {
        for (text, expected) in [
            ("who is the PM of Ruritania", "who is the prime minister of [ruritania]"),
            ("who is the P.M. of Ruritania", "who is the prime minister of [ruritania]"),
            ("pm's of Ruritania at 9 pm", "prime minister of [ruritania] at 9 pm"),
            ("who is da pm of u", "who is the prime minister of [ruritania]"),
            ("where was de Gaulle, who is de pm", "where was [de gaulle] who is the prime minister"),
            ("where was charles de gaulle's house", "where was [charles de gaulle] house"),
            ("ask a mod what sed does", "ask a [mod] what sed does"),
            ("can you see it", "can you see it"),
            ("is twenty one pilots blink 182", "is [21 pilots] [blink 182]"),
            ("what is who's who, v2 records", "what is [who is who] [version 2 records]"),
            ("is C better than C++ for u", "is [c] better than [c++] for [ruritania]"),
        ] {
            assert_eq!(shown(&read(text).0), expected, "{text}");
        }
    }

    #[test]
    fn an_unknown_word_is_read_both_ways() {
        for (text, expected) in [
            ("who leads ruritannia", &["who leads [ruritania]", "who leads ruritannia"][..]),
            ("what is an anual fee", &["what is an annual fee", "what is an anual fee"]),
            ("what is the wifi login for nitro", &["what is the wifi login for nitro"]),
            ("what is blorfnax in crypto", &["what is blorfnax in crypto"]),
            ("what is ruritanias fee", &["what is [ruritania] fee"]),
            ("why culdnt it", &["why could not it", "why culdnt it"]),
        ] {
            let readings: Vec<String> = read(text).1.iter().map(shown).collect();
            assert_eq!(readings, expected, "{text}");
        }
    }

    #[test]
    fn what_stands_in_brackets_is_judged_by_its_words() {
        for (text, expected) in [
            ("who pays the fee (annual)?", "who pays the fee annual"),
            ("who pays (my boss loves football) the fee", "who pays the fee"),
            ("who pays (my fee, sorry!) the fee", "who pays the fee"),
            ("who pays (my boss loves NATO) the fee", "who pays ~my ~boss ~loves ~[nato] the fee"),
            ("my cousin bet me, who pays the fee", "who pays the fee"),
            (
                "Hope you are well. My hamster has died! Could you tell me who pays the fee? Thanks and have a lovely week!",
                "who pays the fee",
            ),
            ("I lost my fee, who pays", "i lost my fee who pays"),
            ("I like Ruritania, who pays", "i like [ruritania] who pays"),
            ("who, I keep forgetting, pays the fee", "who pays the fee"),
            ("my cousin bet me", "my cousin bet me"),
            ("who pays the fee (1999)", "who pays the fee 1999"),
        ] {
            assert_eq!(shown(&read(text).0), expected, "{text}");
        }
    }
}
