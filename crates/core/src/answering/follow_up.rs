//! Follow-ups: "And Romania?", "why?", "who said so?", read with the question before.
//!
//! A follow-up is made into a full question by the question before, and the full question is asked. Nothing is remembered: the question before
//! comes along as text, so the same two texts always get the same reply. What stands alone is read alone.

use super::card::bare;
use super::{AnswerPart, Answerer, Outcome, Reason, Reply};
use crate::english::{WordClass, english};
use crate::interpretation::{Interpretation, Mention};
use crate::knowledge::{AnswerType, EntityId, FactId, IntentId, MONTHS};
use crate::question::Question;
use std::collections::BTreeSet;

/// How far one reading has to be ahead of the next in confidence, where both are answered with different facts.
const AHEAD: f32 = 0.15;
/// Kinds of answers that stand for no other: where one is asked for, nothing else will do.
const EXACT: [AnswerType; 4] = [AnswerType::Date, AnswerType::Number, AnswerType::Place, AnswerType::Reason];
/// Most full questions that are tried for one follow-up: each takes the time of a question.
const MOST_READINGS: usize = 6;

/// What a follow-up leaves to the question before.
#[derive(Debug, PartialEq)]
enum Shape {
    /// "And Romania?", "what about 2008?": all but a name, a role or a year.
    Instead,
    /// "Why?", "when was that?": all but what is asked for.
    Kind,
    /// "Who said so?"
    Speaker,
    /// "And the other one?"
    Other,
    /// "When did they join?": who or what a pronoun stands for.
    Pronoun {
        /// Whether it says hardly anything else: "did they get it?"
        says_little: bool,
    },
    /// "On which channel?", "who won?": hardly a word of its own.
    Short,
    /// "Romania?": a name, a role or a year alone.
    Bare,
}

impl Shape {
    /// The shape of a text; `None` where it stands alone.
    fn of(interpretation: &Interpretation) -> Option<Shape> {
        let lists = &english().follow_up;
        let question = &interpretation.question;
        let words = &question.words;
        let is = |list: &crate::english::Words, at: usize| list.has(&words[at].text);
        let any = |list: &crate::english::Words| (0..words.len()).any(|at| is(list, at));
        // What says something of its own, and is not a name, a role or a figure.
        let own_word = |at: usize| {
            let word = &words[at];
            let idle = [&lists.idle, &lists.other, &lists.also, &lists.speakers].into_iter().any(|list| is(list, at));
            word.class == WordClass::Content && !idle && !is_figure(&word.text) && !is_month(&word.text)
        };
        let (mut names, mut own) = (0, 0);
        for span in &interpretation.spans {
            match span.mention {
                Mention::Entity(_) | Mention::Role(_) => names += 1,
                Mention::Word | Mention::SynonymSet(_) => {
                    own += usize::from((span.from..span.to).any(own_word));
                    names += usize::from((span.from..span.to).any(|at| is_figure(&words[at].text)));
                }
                Mention::Slot => own += 1,
            }
        }
        if own == 0 && any(&lists.other) {
            return Some(Shape::Other);
        }
        if own == 0 && names == 0 && any(&lists.speakers) && any(&lists.whom) {
            return Some(Shape::Speaker);
        }
        // "What about that?" asks for nothing in particular.
        let about = words.windows(2).any(|pair| matches!((pair[0].text.as_str(), pair[1].text.as_str()), ("what" | "how", "about")));
        if own == 0 && names == 0 && about {
            return Some(Shape::Other);
        }
        // "When did they?": it stands for those of the question before.
        let kind = question.expected.is_some_and(|kind| EXACT.contains(&kind));
        if own == 0 && names == 0 && (kind || question.expected.is_some() && !(0..words.len()).any(|at| is(&lists.pronouns, at))) {
            return Some(Shape::Kind);
        }
        if own == 0 && names > 0 && is_instead(question) {
            return Some(Shape::Instead);
        }
        let Some(pronoun) = (0..words.len()).find(|at| is(&lists.pronouns, *at)) else {
            if own == 0 && names > 0 && bare(interpretation).is_some() {
                return Some(Shape::Bare);
            }
            // "And?" asks nothing.
            let asks = own > 0 || any(&english().lists.question_words);
            return (names == 0 && own <= 1 && asks).then_some(Shape::Short);
        };
        // "Did Kosovo say that it wants to join?" says itself what "it" is; "and what does Osmani say about it?" does not.
        let named_before = interpretation.spans.iter().any(|span| span.from < pronoun && matches!(span.mention, Mention::Entity(_)));
        (!named_before || pronoun + 1 == words.len()).then_some(Shape::Pronoun { says_little: own <= 1 && names == 0 })
    }
}

/// Whether a text of names and little words puts them in place of others: "and Romania?", "what about 2008?", "does Bosnia as well?", not "is
/// Kosovo in NATO?"
fn is_instead(question: &Question) -> bool {
    let lists = &english().follow_up;
    let words: Vec<&str> = question.words.iter().map(|w| w.text.as_str()).collect();
    let openers = words.iter().take_while(|word| lists.openers.has(word)).count();
    let about = matches!(words[openers..], ["what" | "how", "about", ..]);
    let rest = &words[openers + if about { 2 } else { 0 }..];
    let also = rest.iter().any(|word| lists.also.has(word));
    let asks = rest.iter().any(|word| english().lists.question_words.has(word));
    let verb = rest.iter().any(|word| english().lists.auxiliaries.has(word));
    !asks && (also || ((openers > 0 || about) && !verb))
}

fn is_month(text: &str) -> bool {
    MONTHS.iter().any(|month| month.eq_ignore_ascii_case(text))
}

fn is_figure(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

/// One span of a question, as it is written in a full question made of it.
struct Piece {
    mention: Mention,
    text: String,
    /// Whether it is a year.
    year: bool,
}

impl Answerer {
    /// Answers a text that may be a follow-up to a question before it. `before` is that question as it was asked, or as
    /// [`Reply::read_as`] says that it was read.
    pub fn answer_after(&self, before: &str, text: &str) -> Reply {
        let alone = self.answer(text);
        let Some(asked) = &alone.interpretation else { return alone };
        let verbatim = self.matcher.verbatim(asked).is_some();
        let Some(shape) = Shape::of(asked).filter(|_| !verbatim) else { return alone };
        let context = self.answer(before);
        let Some(about) = &context.interpretation else { return unsettled(alone) };
        // A question without names may be a whole one: "what are the fees?"
        if shape == Shape::Short && alone.confidence >= super::evidence::SURE {
            return alone;
        }
        // As far as one of the readings is answered: names of the same kind come before others.
        let tiers = match shape {
            Shape::Instead => vec![self.instead(about, asked, true), self.instead(about, asked, false)],
            Shape::Bare => vec![self.instead(about, asked, true)],
            Shape::Kind | Shape::Short => vec![vec![self.another_kind(about, asked)]],
            Shape::Speaker => return self.speaker(&context).unwrap_or_else(|| unsettled(alone)),
            Shape::Other => vec![self.the_other(&context, about)],
            Shape::Pronoun { .. } => self.pronouns(&context, about, asked),
        };
        let before = sentence(self.pieces(about).iter().map(|piece| &piece.text));
        let stays = matches!(shape, Shape::Kind | Shape::Short | Shape::Pronoun { says_little: true });
        let mut tried: Vec<(String, Reply)> = Vec::new();
        for readings in tiers {
            for reading in readings.into_iter().take(MOST_READINGS) {
                if reading != before && !tried.iter().any(|(text, _)| *text == reading) {
                    let reply = self.answer(&reading);
                    // "And her?" asks nothing.
                    if matches!(reply.outcome, Outcome::NoAnswer(Reason::BareName { .. })) {
                        continue;
                    }
                    let reply = if self.is_sound(&reply, &context, stays) { reply } else { declined(reply) };
                    tried.push((reading, reply));
                }
            }
            if tried.iter().any(|(_, reply)| matches!(reply.outcome, Outcome::Answer(_))) {
                break;
            }
        }
        if shape == Shape::Kind {
            return self.of_the_same_fact(&context, asked, tried).unwrap_or_else(|| unsettled(alone));
        }
        // A name alone may be the beginning of something else.
        if shape == Shape::Bare && !tried.iter().any(|(_, reply)| matches!(reply.outcome, Outcome::Answer(_))) {
            return alone;
        }
        best(tried).unwrap_or_else(|| unsettled(alone))
    }

    /// Answers a text that follows something that is no question on record, or nothing at all: alone. What leaves something to a question
    /// before it, and is not answered without, is declined for that.
    pub fn answer_after_nothing(&self, text: &str) -> Reply {
        let alone = self.answer(text);
        let shape = alone.interpretation.as_ref().and_then(Shape::of);
        let leans =
            matches!(shape, Some(Shape::Instead | Shape::Kind | Shape::Speaker | Shape::Other | Shape::Pronoun { says_little: true }));
        let open = matches!(
            alone.outcome,
            Outcome::NoAnswer(Reason::NothingClose | Reason::Unaccounted(_) | Reason::NotSupplied(_) | Reason::BareName { .. })
        );
        if leans && open { unsettled(alone) } else { alone }
    }

    /// Whether the answer to a full question that was made of a follow-up can be trusted: it puts no mistake right that nobody made, has the kind
    /// of answer that was asked for, and, if it has to, stays with the fact that was shown before.
    fn is_sound(&self, reply: &Reply, context: &Reply, stays: bool) -> bool {
        let Outcome::Answer(parts) = &reply.outcome else { return true };
        let expected = reply.interpretation.as_ref().and_then(|interpretation| interpretation.question.expected);
        let fits = |part: &AnswerPart| {
            let intent = &self.base[part.intent];
            let kind = expected.is_none_or(|kind| !EXACT.contains(&kind) || intent.answer_type == kind);
            !intent.false_premise && (kind || intent.relation.is_some())
        };
        let before = Self::facts_of(context);
        parts.iter().all(fits) && (!stays || Self::facts_of(reply).iter().any(|fact| before.contains(fact)))
    }

    /// The pieces of a question, names as they are on record.
    fn pieces(&self, interpretation: &Interpretation) -> Vec<Piece> {
        let of = |span: &crate::interpretation::Span| {
            let text = match span.mention {
                Mention::Entity(e) => self.base[e].short.clone(),
                _ => interpretation.words(span),
            };
            let year = span.mention == Mention::Word && text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
            Piece { mention: span.mention, text, year }
        };
        interpretation.spans.iter().map(of).collect()
    }

    /// The question before with names, roles and years of the follow-up in place of its own.
    /// `alike`: only of the same kind.
    fn instead(&self, about: &Interpretation, asked: &Interpretation, alike: bool) -> Vec<String> {
        let (context, new) = (self.pieces(about), self.pieces(asked));
        let mut readings = Vec::new();
        let is_name = |piece: &&Piece| matches!(piece.mention, Mention::Entity(_));
        let names = new.iter().filter(is_name).count();
        if names > 1 {
            // Several names take the places of as many, in order. One of them in place of one would be another question.
            if context.iter().filter(is_name).count() == names {
                let mut names = new.iter().filter(is_name);
                let text =
                    |old: &Piece| if is_name(&old) { names.next().map_or_else(String::new, |n| n.text.clone()) } else { old.text.clone() };
                let texts: Vec<String> = context.iter().map(text).collect();
                readings.push(sentence(texts.iter()));
            }
            return readings;
        }
        for new in new {
            for (at, old) in context.iter().enumerate() {
                let fits = match (old.mention, new.mention) {
                    (Mention::Entity(a), Mention::Entity(b)) => a != b && (!alike || self.base[a].kind == self.base[b].kind),
                    (Mention::Role(a), Mention::Role(b)) => a != b,
                    _ => old.year && new.year && old.text != new.text,
                };
                if fits {
                    readings.push(sentence(context.iter().enumerate().map(|(n, piece)| if n == at { &new.text } else { &piece.text })));
                }
            }
            if new.year && !context.iter().any(|piece| piece.year) {
                readings.push(sentence(context.iter().map(|piece| &piece.text).chain([&format!("in {}", new.text)])));
            }
        }
        readings
    }

    /// The question before, asking for what the follow-up asks for.
    fn another_kind(&self, about: &Interpretation, asked: &Interpretation) -> String {
        let lists = &english().follow_up;
        let known = english();
        let asks = asked.question.words.iter().map(|w| w.text.as_str());
        let skip = |word: &&str| {
            known.lists.auxiliaries.has(word)
                || lists.pronouns.has(word)
                || lists.openers.has(word) && !known.lists.question_words.has(word)
        };
        let asks: Vec<&str> = asks.filter(|word| !skip(word) && !lists.idle.has(word)).collect();
        let pieces = self.pieces(about);
        let own = |piece: &&Piece| known.lists.question_words.has(&piece.text) || known.lists.uncounted.has(&piece.text);
        let rest = pieces.iter().skip_while(own);
        sentence(asks.iter().map(|word| (*word).to_owned()).chain(rest.map(|piece| piece.text.clone())).collect::<Vec<_>>().iter())
    }

    /// The facts that a reply shows.
    pub(super) fn facts_of(reply: &Reply) -> BTreeSet<FactId> {
        match &reply.outcome {
            Outcome::Answer(parts) => parts.iter().flat_map(|part| part.facts.iter().copied()).collect(),
            _ => BTreeSet::new(),
        }
    }

    /// Who said what was answered before: the speaker of its fact.
    fn speaker(&self, context: &Reply) -> Option<Reply> {
        let Outcome::Answer(parts) = &context.outcome else { return None };
        let part = parts.first()?;
        let speaker = part.facts.iter().find_map(|fact| self.base[*fact].speaker);
        let fact = part.facts.first()?;
        let direct = match speaker {
            Some(speaker) => format!("{}.", super::relation::sentence(&self.base[speaker].name)),
            None => format!("The source itself: \"{}\".", self.base[self.base[*fact].source].title),
        };
        let parts = vec![AnswerPart { intent: part.intent, direct, facts: vec![*fact] }];
        Some(Reply { outcome: Outcome::Answer(parts), suggestions: Vec::new(), ..context.clone() })
    }

    /// The question before about the one other name that its answer has beside the one that was asked about.
    fn the_other(&self, context: &Reply, about: &Interpretation) -> Vec<String> {
        let pieces = self.pieces(about);
        let stated = Self::facts_of(context);
        let mut readings = Vec::new();
        for (at, old) in pieces.iter().enumerate() {
            let Mention::Entity(old) = old.mention else { continue };
            let others = self.named_in(&stated).into_iter().filter(|e| *e != old && self.base[*e].kind == self.base[old].kind);
            let others: Vec<EntityId> = others.filter(|e| !about.entities(false).any(|named| named == *e)).collect();
            if let [other] = others[..] {
                let new = &self.base[other].short;
                readings.push(sentence(pieces.iter().enumerate().map(|(n, piece)| if n == at { new } else { &piece.text })));
            }
        }
        readings
    }

    /// The names in the statements of facts.
    fn named_in(&self, facts: &BTreeSet<FactId>) -> BTreeSet<EntityId> {
        let read = |fact: &FactId| Question::parse(&self.base[*fact].statement).ok();
        let interpretations = facts.iter().filter_map(read).map(|question| self.matcher.interpret(&self.base, question));
        interpretations.flat_map(|interpretation| interpretation.entities(false).collect::<Vec<_>>()).collect()
    }

    /// The follow-up with names of the question before, and then of its answer, in place of its first pronoun.
    fn pronouns(&self, context: &Reply, about: &Interpretation, asked: &Interpretation) -> Vec<Vec<String>> {
        let lists = &english().follow_up;
        let pieces = self.pieces(asked);
        let Some(at) = pieces.iter().position(|piece| piece.mention == Mention::Word && lists.pronouns.has(&piece.text)) else {
            return Vec::new();
        };
        let pronoun = pieces[at].text.as_str();
        let person = lists.persons.has(pronoun);
        let fits = |e: &EntityId| !person || self.base[*e].kind == "person";
        let mut names: Vec<EntityId> = Vec::new();
        let direct = match &context.outcome {
            Outcome::Answer(parts) => parts.iter().map(|part| part.direct.as_str()).collect::<Vec<_>>().join(" "),
            _ => String::new(),
        };
        if let Ok(question) = Question::parse(&direct) {
            names.extend(self.matcher.interpret(&self.base, question).entities(false).collect::<Vec<_>>());
        }
        if let Outcome::Answer(parts) = &context.outcome {
            names.extend(parts.iter().flat_map(|part| &part.facts).filter_map(|fact| self.base[*fact].speaker));
        }
        // What the follow-up names itself is not what its pronoun stands for.
        let mut seen: BTreeSet<EntityId> = asked.entities(false).collect();
        let possessive = lists.possessives.has(pronoun);
        let with = |e: EntityId| {
            let name = if possessive { format!("{}'s", self.base[e].short) } else { self.base[e].short.clone() };
            sentence(pieces.iter().enumerate().map(|(n, piece)| if n == at { &name } else { &piece.text }))
        };
        let mut readings = |names: Vec<EntityId>| names.into_iter().filter(|e| fits(e) && seen.insert(*e)).map(with).collect::<Vec<_>>();
        vec![readings(about.entities(false).collect()), readings(names)]
    }

    /// What is on record of the kind that is asked for about the fact that was shown before: the full question's answer if it stays with
    /// that fact, else the one question about the fact that asks for it.
    fn of_the_same_fact(&self, context: &Reply, asked: &Interpretation, tried: Vec<(String, Reply)>) -> Option<Reply> {
        let facts = Self::facts_of(context);
        let (reading, reply) = tried.into_iter().next()?;
        let stays = Self::facts_of(&reply).iter().any(|fact| facts.contains(fact));
        let known = matches!(&reply.outcome, Outcome::NoAnswer(Reason::Unanswerable(_)));
        if known || (stays && matches!(reply.outcome, Outcome::Answer(_))) {
            return Some(read_as(reply, reading));
        }
        let kind = asked.question.expected?;
        let fits = |intent: &IntentId| {
            let intent = &self.base[*intent];
            intent.answer_type == kind
                && intent.relation.is_none()
                && !intent.false_premise
                && intent.facts.first().is_some_and(|f| facts.contains(f))
        };
        let siblings: Vec<_> = IntentId::all(&self.base).filter(fits).collect();
        match siblings[..] {
            [sibling] => {
                let full = self.base[sibling].question.clone();
                Some(read_as(self.answer(&full), full))
            }
            _ => {
                let declined = declined(reply);
                Some(read_as(declined, reading))
            }
        }
    }
}

/// The best of some readings: the one that is answered, if all answered ones agree or one of them is clearly ahead; else the first that says
/// what is missing. `None` where that is not settled.
fn best(tried: Vec<(String, Reply)>) -> Option<Reply> {
    let answered = |reply: &Reply| matches!(reply.outcome, Outcome::Answer(_));
    let mut answers: Vec<&(String, Reply)> = tried.iter().filter(|(_, reply)| answered(reply)).collect();
    answers.sort_by(|a, b| b.1.confidence.total_cmp(&a.1.confidence));
    match answers[..] {
        [] => {
            let telling = |reply: &Reply| {
                !matches!(reply.outcome, Outcome::NoAnswer(Reason::NothingClose | Reason::Unsettled | Reason::Unaccounted(_)))
            };
            let at = tried.iter().position(|(_, reply)| telling(reply)).unwrap_or(0);
            tried.into_iter().nth(at).map(|(reading, reply)| read_as(reply, reading))
        }
        [(reading, reply)] => Some(read_as(reply.clone(), reading.clone())),
        [(reading, first), (_, second), ..] => {
            let agree = Answerer::facts_of(first) == Answerer::facts_of(second);
            (agree || first.confidence >= second.confidence + AHEAD).then(|| read_as(first.clone(), reading.clone()))
        }
    }
}

/// The same without an answer.
fn declined(reply: Reply) -> Reply {
    let reason = match reply.outcome {
        Outcome::NoAnswer(reason) => reason,
        _ => Reason::Unsettled,
    };
    Reply { outcome: Outcome::NoAnswer(reason), ..reply }
}

fn read_as(reply: Reply, full: String) -> Reply {
    Reply { read_as: Some(full), ..reply }
}

/// The refusal of a follow-up that the question before does not settle.
fn unsettled(alone: Reply) -> Reply {
    Reply { outcome: Outcome::NoAnswer(Reason::Unsettled), suggestions: Vec::new(), unanswered: Vec::new(), parts: Vec::new(), ..alone }
}

/// Words as a question.
fn sentence<'a>(words: impl Iterator<Item = &'a String>) -> String {
    let words: Vec<&str> = words.map(String::as_str).collect();
    format!("{}?", super::relation::sentence(&words.join(" ")))
}
