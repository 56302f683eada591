//! The swap test: the questions of a knowledge base with something exchanged, and which of these are answered although no fact covers them.
//!
//! A name gives way to another of its kind, a year or figure to another one, "when" to "why", or two names change places. Most of such questions
//! have no answer on record. One that is answered all the same is reported only where the answer is surely about something else: where it
//! does not speak of the name, year or figure that was put in, has nothing of the kind that was asked for, or is that of the unchanged question.
//! What another question covers, a relation computes, or a statement puts right is no finding.

use super::supply::{Wh, is_year, lacks, mentions};
use crate::audit::fillings;
use crate::parallel::in_parallel;
use crate::writing::quoted;
use factotum_core::answering::{AnswerPart, Answerer, Outcome};
use factotum_core::diagnostic::{Code, Diagnostic, Place};
use factotum_core::english::english;
use factotum_core::grammar::{self, Kind};
use factotum_core::interpretation::Mention;
use factotum_core::knowledge::{AnswerType, EntityId, FactId, IntentId, KnowledgeBase};
use factotum_core::question::Question;
use factotum_core::render::answer_text;
use factotum_core::text::{escape_control, fold, tokens, truncate};
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

/// Paraphrases of each question that a thorough test takes: the first, the last, and one between.
const THOROUGH: usize = 3;
/// Names that stand in for one, thoroughly: those on record and those that nothing is on record about in turn.
const NAMES: usize = 4;
/// Bytes of an answer that a finding shows.
const MAX_SHOWN: usize = 100;

/// How much is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// The first paraphrase of each question, each exchange once.
    Quick,
    /// Three paraphrases, and more names.
    Thorough,
}

/// What was exchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exchange {
    /// A name for another of its kind.
    Name,
    /// A year.
    Year,
    /// Another figure.
    Figure,
    /// The question word.
    Word,
    /// Two names for each other.
    Roles,
}

impl Exchange {
    /// All of them.
    pub const ALL: [Exchange; 5] = [Exchange::Name, Exchange::Year, Exchange::Figure, Exchange::Word, Exchange::Roles];

    /// What it is called in tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Exchange::Name => "name",
            Exchange::Year => "year",
            Exchange::Figure => "figure",
            Exchange::Word => "question_word",
            Exchange::Roles => "roles",
        }
    }
}

/// A question with something exchanged.
#[derive(Debug, Clone)]
struct Variant {
    intent: IntentId,
    place: Place,
    question: String,
    put: Put,
}

/// What was put in.
#[derive(Debug, Clone)]
enum Put {
    Name(EntityId),
    Year(String),
    Figure(String),
    Word(Wh),
    Roles,
}

impl Put {
    fn exchange(&self) -> Exchange {
        match self {
            Put::Name(_) => Exchange::Name,
            Put::Year(_) => Exchange::Year,
            Put::Figure(_) => Exchange::Figure,
            Put::Word(_) => Exchange::Word,
            Put::Roles => Exchange::Roles,
        }
    }

    /// What is missing, as `missing` says it.
    fn missing(&self, base: &KnowledgeBase) -> String {
        match self {
            Put::Name(entity) => format!("the same about {}", base[*entity].name),
            Put::Year(year) => format!("the same for {year}"),
            Put::Figure(figure) => format!("anything of {figure}"),
            Put::Word(Wh::When) => "when that was".to_owned(),
            Put::Word(Wh::Where) => "where that was".to_owned(),
            Put::Word(Wh::Why) => "why that is so".to_owned(),
            Put::Word(Wh::Who) => "who that was".to_owned(),
            Put::Word(Wh::HowMany) => "how many there are".to_owned(),
            Put::Roles => "the same the other way round".to_owned(),
        }
    }
}

/// A question that was answered although no fact covers it.
#[derive(Debug, Clone, PartialEq)]
pub struct Swapped {
    /// The question that it was made of.
    pub intent: IntentId,
    /// What was exchanged.
    pub exchange: Exchange,
    /// As it was asked.
    pub question: String,
    /// What it was answered with.
    pub answer: String,
    /// How sure the program was, 0 to 1.
    pub confidence: f32,
    /// What is not on record.
    missing: String,
    /// The paraphrase that it was made of.
    place: Place,
}

/// What came of a swap test.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SwapTest {
    /// Questions asked, by what was exchanged.
    pub asked: BTreeMap<Exchange, usize>,
    /// Those that were answered although no fact covers them, the most confident first.
    pub answered: Vec<Swapped>,
}

/// How many questions a test would ask.
pub fn size(answerer: &Answerer, effort: Effort) -> usize {
    variants(answerer, effort).len()
}

/// Runs the test on some threads; the result does not depend on how many. `done` gets the share that is done, 0 to 1, on any of them.
pub fn run(answerer: &Answerer, effort: Effort, threads: usize, done: &(dyn Fn(f32) + Sync)) -> SwapTest {
    let variants = variants(answerer, effort);
    let judged = in_parallel(threads, variants.len(), |at| {
        let found = judge(answerer, &variants[at]);
        done((at + 1) as f32 / variants.len() as f32);
        found
    });
    let mut answered: Vec<Swapped> = judged.into_iter().flatten().collect();
    // Stable, so that those of equal confidence stay in their order.
    answered.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let mut test = SwapTest { asked: BTreeMap::new(), answered };
    for variant in &variants {
        *test.asked.entry(variant.put.exchange()).or_default() += 1;
    }
    test
}

/// The findings as notes, the worst first: one for each question and exchange, with all wordings to paste.
pub fn notes(test: &SwapTest) -> Vec<Diagnostic> {
    let mut seen: HashSet<(IntentId, Exchange, &str)> = HashSet::new();
    let mut out = Vec::new();
    for swapped in &test.answered {
        if !seen.insert((swapped.intent, swapped.exchange, &swapped.missing)) {
            continue;
        }
        let same =
            |other: &&Swapped| (other.intent, other.exchange, &other.missing) == (swapped.intent, swapped.exchange, &swapped.missing);
        let lines: Vec<&str> = test.answered.iter().filter(same).map(|s| s.question.as_str()).collect();
        let ask = match lines.as_slice() {
            [one] => quoted(one),
            many => format!("\"\"\"\n{}\n\"\"\"", many.join("\n")),
        };
        let message = format!(
            "\"{}\" is answered \"{}\", confidence {:.2}",
            escape_control(&swapped.question),
            escape_control(&swapped.answer),
            swapped.confidence
        );
        let help =
            format!("if that is wrong, paste below the fact:\n[[fact.unanswerable]]\nmissing = {}\nask = {ask}", quoted(&swapped.missing));
        out.push(Diagnostic::new(Code::SwappedQuestion, swapped.place.clone(), message, help).label("made of this"));
    }
    out
}

/// Every question of the base with something exchanged, each wording once.
fn variants(answerer: &Answerer, effort: Effort) -> Vec<Variant> {
    let base = answerer.base();
    let mut seen: HashSet<String> = HashSet::new();
    let mut out = Vec::new();
    for id in IntentId::all(base) {
        let intent = &base[id];
        let all = &intent.paraphrases;
        let chosen: Vec<usize> = match effort {
            Effort::Quick => vec![0],
            Effort::Thorough => (0..THOROUGH).map(|n| n * all.len().saturating_sub(1) / (THOROUGH - 1)).collect(),
        };
        let mut last = None;
        for phrase in chosen.into_iter().filter_map(|at| all.get(at)) {
            if last.replace(&phrase.place) == Some(&phrase.place) {
                continue;
            }
            let question = fillings(base, intent, &phrase.text).swap_remove(0);
            for (question, put) in exchanged(answerer, id, &question, effort) {
                if seen.insert(fold(&question)) {
                    out.push(Variant { intent: id, place: phrase.place.clone(), question, put });
                }
            }
        }
    }
    out
}

/// One question with something exchanged, in all ways.
fn exchanged(answerer: &Answerer, id: IntentId, text: &str, effort: Effort) -> Vec<(String, Put)> {
    let base = answerer.base();
    let Ok(question) = Question::parse(text) else { return Vec::new() };
    // Places of words are those of the text without quotation marks and the like.
    if factotum_core::layout::without_trappings(text) != text {
        return Vec::new();
    }
    let interpretation = answerer.matcher().interpret(base, question);
    let replaced = |range: &Range<usize>, by: &str| format!("{}{by}{}", &text[..range.start], &text[range.end..]);
    let mut out = Vec::new();
    let mut named: Vec<(EntityId, Range<usize>)> = Vec::new();
    for span in &interpretation.spans {
        let Mention::Entity(entity) = span.mention else { continue };
        let words = &interpretation.question.words[span.from..span.to];
        let tokens = &interpretation.question.tokens;
        let Some((first, last)) = words.first().zip(words.last()).and_then(|(a, b)| Some((tokens.get(a.token)?, tokens.get(b.token)?)))
        else {
            continue;
        };
        let Some(written) = text.get(first.start..last.end) else { continue };
        let bare = written.strip_suffix("'s").or_else(|| written.strip_suffix("’s")).unwrap_or(written);
        // An adjective ("Kosovar") cannot give way to a name.
        let plain = |name: &str| fold(name.strip_prefix("the ").unwrap_or(name)) == fold(bare.strip_prefix("the ").unwrap_or(bare));
        if plain(&base[entity].name) || plain(&base[entity].short) {
            named.push((entity, first.start..first.start + bare.len()));
        }
    }
    let facts = &base[id].facts;
    // A name that is left out, or one of a choice, may be any.
    let chosen = |range: &Range<usize>| excludes(text) || joined(text.get(range.end..).unwrap_or_default()) || chosen(&text[..range.start]);
    for (entity, range) in named.iter().filter(|(_, range)| !chosen(range)).take(2) {
        for other in stand_ins(base, *entity, id, &interpretation.entities(false).collect::<Vec<_>>(), effort) {
            let short = base[other].short.as_str();
            // "the Amazon" and "which Panthers player" have no place for another article.
            let before = text[..range.start].to_lowercase();
            let article = ["the ", "which ", "what ", "many ", "much ", "whose ", "'s "].iter().any(|word| before.ends_with(word));
            let by = short.strip_prefix("the ").filter(|_| article).unwrap_or(short);
            out.push((replaced(range, by), Put::Name(other)));
        }
    }
    if let [(a, from), (b, to)] = named.as_slice() {
        let between = text.get(from.end..to.start).unwrap_or("and");
        let acts = |e: EntityId| english().kinds.acts(&base[e].kind);
        if a != b
            && base[*a].kind == base[*b].kind
            && acts(*a)
            && !between.trim().is_empty()
            && !joined(between)
            && !excludes(text)
            && !symmetrical(text)
        {
            let (left, right) = (&text[from.clone()], &text[to.clone()]);
            out.push((format!("{}{right}{between}{left}{}", &text[..from.start], &text[to.end..]), Put::Roles));
        }
    }
    let inside = |start: usize| named.iter().any(|(_, range)| range.contains(&start));
    let said: Vec<&str> = facts.iter().map(|f| base[*f].statement.as_str()).collect();
    for token in tokens(text).iter().filter(|t| !inside(t.start)) {
        let range = token.start..token.end;
        if excludes(text) {
            continue;
        }
        if is_year(text, token) {
            let year: i32 = token.text.parse().unwrap_or_default();
            let years = [year + 1, year - 1, year + 3].map(|y| y.to_string());
            out.extend(
                years.into_iter().find(|y| !said.iter().any(|s| s.contains(y.as_str()))).map(|y| (replaced(&range, &y), Put::Year(y))),
            );
        } else if token.text.bytes().all(|b| b.is_ascii_digit()) && token.text.len() < 9 {
            let figure: u64 = token.text.parse().unwrap_or_default();
            let figures = [figure + 3, figure + 7, figure * 2 + 1].map(|f| f.to_string());
            out.extend(figures.into_iter().find(|f| !said.iter().any(|s| mentions(s, f))).map(|f| (replaced(&range, &f), Put::Figure(f))));
        }
    }
    out.extend(other_words(text));
    out
}

/// Names of the same kind that neither the question nor its facts speak of: the choice turns with the question, so that all are tried.
fn stand_ins(base: &KnowledgeBase, entity: EntityId, intent: IntentId, named: &[EntityId], effort: Effort) -> Vec<EntityId> {
    let facts = &base[intent].facts;
    let told = |other: &EntityId| {
        facts.iter().any(|f| base[*f].speaker == Some(*other) || base[*other].aliases.iter().any(|a| mentions(&base[*f].statement, a)))
    };
    let is_free = |other: &EntityId| {
        let kind = base[*other].kind == base[entity].kind;
        kind && !named.contains(other) && !base[*other].short.contains(['{', '}']) && !told(other) && !akin(base, entity, *other)
    };
    let free: Vec<EntityId> = EntityId::all(base).filter(is_free).collect();
    let (on, off): (Vec<EntityId>, Vec<EntityId>) = free.into_iter().partition(|e| base[*e].on_record);
    let many = if effort == Effort::Quick { 1 } else { NAMES / 2 };
    let turn = |list: &[EntityId]| (0..many.min(list.len())).map(|n| list[(intent.index() + n) % list.len()]).collect::<Vec<_>>();
    let mut out = turn(&on);
    out.extend(turn(&off));
    out
}

/// Whether one name is part of another: "Macedonia" and "North Macedonia".
fn akin(base: &KnowledgeBase, a: EntityId, b: EntityId) -> bool {
    let names = |e: EntityId| base[e].aliases.iter();
    names(a).any(|x| names(b).any(|y| mentions(x, y) || mentions(y, x)))
}

/// Whether two names stand side by side in one role.
fn joined(between: &str) -> bool {
    let between = between.trim();
    between.is_empty()
        || between.starts_with(',')
        || tokens(between).iter().any(|t| matches!(t.text.as_str(), "and" | "or" | "with" | "versus"))
}

/// Whether a question leaves somebody out: "apart from Serbia", "another country than Serbia".
fn excludes(text: &str) -> bool {
    const WORDS: &str =
        "apart besides except excluding exclude other others another anyone else instead rather unlike but not than beyond alongside";
    tokens(text).iter().any(|t| WORDS.split_whitespace().any(|w| w == t.text))
}

/// Whether a name stands behind others of a list or a choice.
fn chosen(before: &str) -> bool {
    before.trim_end().ends_with(',') || tokens(before).last().is_some_and(|t| matches!(t.text.as_str(), "and" | "or" | "versus"))
}

/// Whether what a question asks is the same both ways.
fn symmetrical(text: &str) -> bool {
    const WORDS: &str = "between together meet met meeting talk talks relation relations border borders neighbour neighbours ally allies both differ \
        difference same war fight fought match played play each common share shared";
    tokens(text).iter().any(|t| WORDS.split_whitespace().any(|w| w == t.text))
}

/// A question with another question word, where the rest stays right English.
fn other_words(text: &str) -> Vec<(String, Put)> {
    let tokens = tokens(text);
    let word = |at: usize| tokens.get(at).map_or("", |t| t.text.as_str());
    let helped = matches!(word(1), "did" | "does" | "do" | "was" | "were" | "has" | "have" | "will" | "would" | "can");
    let others: &[Wh] = match word(0) {
        "when" if helped => &[Wh::Where, Wh::Why],
        "where" if helped => &[Wh::When, Wh::Why],
        "why" if helped => &[Wh::When, Wh::Where],
        _ => &[],
    };
    let Some(first) = tokens.first() else { return Vec::new() };
    let swapped = |wh: &Wh| {
        let mut by = wh.as_str().to_owned();
        if first.capitalised {
            by[..1].make_ascii_uppercase();
        }
        (format!("{}{by}{}", &text[..first.start], &text[first.end..]), Put::Word(*wh))
    };
    others.iter().map(swapped).collect()
}

/// Asks a variant: what came of it where it was answered although nothing covers it.
fn judge(answerer: &Answerer, variant: &Variant) -> Option<Swapped> {
    let base = answerer.base();
    let reply = answerer.answer(&variant.question);
    let Outcome::Answer(parts) = &reply.outcome else { return None };
    // What stands on record word for word is covered.
    if reply.evidence.first().is_some_and(|e| e.verbatim) || reply.events.is_some() || !reply.parts.is_empty() {
        return None;
    }
    let answer = answer_text(base, parts, base.language(), base.language());
    let own: Vec<FactId> = base[variant.intent].facts.clone();
    let same = parts.iter().any(|p| p.facts.iter().any(|f| own.contains(f)));
    if covered(answerer, variant, parts, &answer, same) {
        return None;
    }
    let shown = truncate(&answer, MAX_SHOWN);
    let more = if shown.len() < answer.len() { " ..." } else { "" };
    Some(Swapped {
        intent: variant.intent,
        exchange: variant.put.exchange(),
        question: variant.question.clone(),
        answer: format!("{}{more}", shown.trim_end()),
        confidence: reply.confidence,
        missing: variant.put.missing(base),
        place: variant.place.clone(),
    })
}

/// Whether the answer to a variant is about what was put in, or puts it right.
fn covered(answerer: &Answerer, variant: &Variant, parts: &[AnswerPart], answer: &str, same: bool) -> bool {
    let base = answerer.base();
    let question = Question::parse(&variant.question).ok();
    let yes_or_no = question.as_ref().is_some_and(|q| grammar::asked(q).kind == Kind::YesNo || q.expected == Some(AnswerType::YesNo));
    // "Did X ...?" answered by the statement alone, without a yes, or with a no: the reader sees what is true. A false premise is put right as
    // well.
    let direct: String = parts.iter().map(|p| p.direct.as_str()).collect();
    let denied = direct.starts_with("No") && !direct.starts_with("Not");
    let corrects = parts.iter().any(|p| base[p.intent].false_premise) || denied || (yes_or_no && direct.is_empty());
    let intents: Vec<&factotum_core::knowledge::Intent> = parts.iter().map(|p| &base[p.intent]).collect();
    match &variant.put {
        Put::Name(entity) => {
            let speaks = base[*entity].aliases.iter().any(|alias| mentions(answer, alias));
            // Somebody who holds an office of the one that was put in, or the other way round.
            let office = |holder: EntityId, of: EntityId| base[holder].offices.iter().any(|office| office.of == of);
            let holds = EntityId::all(base)
                .filter(|e| office(*e, *entity) || office(*entity, *e))
                .any(|e| base[e].aliases.iter().any(|alias| mentions(answer, alias)));
            // A list that names a group the name belongs to.
            let grouped = base[*entity].groups.iter().any(|group| mentions(answer, &group.replace('-', " ")));
            let spoken = parts.iter().flat_map(|p| &p.facts).any(|f| base[*f].speaker == Some(*entity));
            speaks || holds || grouped || spoken || corrects
        }
        Put::Year(year) | Put::Figure(year) => mentions(answer, year) || corrects || spans(answer, year),
        Put::Word(wh) => {
            let asked = intents.iter().any(|intent| Wh::of_type(intent.answer_type) == Some(*wh) || asks(intent, *wh));
            asked || !lacks(base, answer, *wh)
        }
        Put::Roles => !same || corrects || intents.iter().any(|intent| intent.relation.is_some()),
    }
}

/// Whether a paraphrase of a question asks for something.
fn asks(intent: &factotum_core::knowledge::Intent, wh: Wh) -> bool {
    intent.paraphrases.iter().filter_map(|p| Question::parse(&p.text).ok()).any(|q| Wh::of_kind(grammar::asked(&q).kind) == Some(wh))
}

/// Whether a year or figure lies between two that a text has.
fn spans(text: &str, number: &str) -> bool {
    let Ok(number) = number.parse::<u64>() else { return false };
    let alike = |n: &u64| n.to_string().len() == number.to_string().len();
    let numbers: Vec<u64> = tokens(text).iter().filter_map(|t| t.text.parse().ok()).filter(alike).collect();
    numbers.iter().any(|n| *n < number) && numbers.iter().any(|n| *n > number)
}
