//! What was asked, parsed once: its words, what kind of thing it asks for, whether it denies.

use crate::english::{Word, WordClass, english};
use crate::knowledge::AnswerType;
use crate::layout::without_trappings;
use crate::text::{self, Token};
use std::ops::Range;

/// Longest question that is read, in bytes: the longest message that Discord lets people write is 2,000 characters, and
/// nobody's question is longer.
pub const MAX_BYTES: usize = 2_000;
/// Most words that are read of a question; the rest is left out. Bounds the time that one question can take.
pub const MAX_WORDS: usize = 150;

/// Why a text cannot be read as a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Nothing, white space, or no letter or digit at all.
    #[error("there is no word in it")]
    Empty,
    /// More than [`MAX_BYTES`].
    #[error("it is longer than {MAX_BYTES} bytes")]
    TooLong,
}

/// A question, parsed once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its words, preambles and tags taken off.
    pub words: Vec<Word>,
    /// The tokens that the words came from.
    pub tokens: Vec<Token>,
    /// For each word whether it belongs to what is asked; false for sentences that only lead up to it, and for asides in brackets.
    pub focus: Vec<bool>,
    /// What kind of thing it asks for, where that can be told.
    pub expected: Option<AnswerType>,
    /// Whether it denies ("does not", "withhold").
    pub denies: bool,
    /// Whether it asks "is it so?" of a statement ("..., right?").
    pub tagged: bool,
    /// Byte length of the text.
    pub length: usize,
}

impl Question {
    /// Reads a text as a question.
    ///
    /// # Errors
    /// [`Unreadable`] if there is no word in it or it is too long.
    pub fn parse(text: &str) -> Result<Question, Unreadable> {
        if text.len() > MAX_BYTES {
            return Err(Unreadable::TooLong);
        }
        let length = text.len();
        let text = without_trappings(text);
        let mut tokens = text::tokens(&text);
        // "@bot who is ..., @anna": whom a text is for is not what it asks. A name in its midst may be.
        let addressed = |token: &Token| text[..token.start].ends_with('@');
        let behind = tokens.iter().rev().take_while(|t| addressed(t)).count();
        let before = tokens.iter().take_while(|t| addressed(t)).count();
        if before + behind < tokens.len() {
            tokens.truncate(tokens.len() - behind);
            tokens.drain(..before);
        }
        tokens.truncate(MAX_WORDS);
        if tokens.is_empty() {
            return Err(Unreadable::Empty);
        }
        let words = english().words(&tokens);
        Ok(Self::from_words(tokens, words, length))
    }

    /// A question out of words that are known already, such as one half of a compound question.
    pub fn from_words(tokens: Vec<Token>, words: Vec<Word>, length: usize) -> Question {
        let (words, tagged) = strip(&tokens, without_asides(&tokens, words));
        let focus = focus(&tokens, &words);
        let focused: Vec<&str> = words.iter().zip(&focus).filter(|(_, f)| **f).map(|(w, _)| w.text.as_str()).collect();
        let expected = if tagged && !focused.iter().any(|w| is_wh(w)) { Some(AnswerType::YesNo) } else { expected(&focused) };
        let denies = focused.iter().any(|w| english().denies(w));
        Question { words, tokens, focus, expected, denies, tagged, length }
    }

    /// The same with other words, which come from the same tokens.
    pub fn with_words(self, words: Vec<Word>) -> Question {
        let question = Self::from_words(self.tokens, words, self.length);
        Question { tagged: question.tagged || self.tagged, ..question }
    }

    /// Stretches of its words between commas, brackets and ends of clauses, in order.
    pub fn stretches(&self) -> Vec<Range<usize>> {
        stretches(&self.tokens, &self.words)
    }

    /// Whether a word stands in brackets.
    pub fn is_bracketed(&self, word: &Word) -> bool {
        self.tokens.get(word.token).is_some_and(|t| t.bracketed)
    }
}

impl Question {
    /// Whether a token is written as a name: with a capital where none is needed, in a text in which others have none.
    pub fn is_written_as_name(&self, token: usize) -> bool {
        let within = |at: usize| at.checked_sub(1).and_then(|before| self.tokens.get(before)).is_some_and(|before| !before.ends_clause);
        let capitals = self.tokens.iter().filter(|t| t.capitalised).count();
        within(token) && self.tokens.get(token).is_some_and(|t| t.capitalised) && capitals * 2 <= self.tokens.len()
    }
}

fn is_wh(word: &str) -> bool {
    english().lists.question_words.has(word)
}

/// Drops what is said beside the question: stretches between commas, brackets and ends of clauses that have only little words, fillers among
/// them ("thanks", "asking for a friend", "sorry"), where something else asks.
fn without_asides(tokens: &[Token], words: Vec<Word>) -> Vec<Word> {
    let english = english();
    let stretches: Vec<&[Word]> = stretches(tokens, &words).into_iter().map(|range| &words[range]).collect();
    let is_aside = |stretch: &[Word]| {
        // A tag makes a question of a statement, so it is looked at later; "or somebody else" is part of one.
        let is_tag = english.tags.iter().any(|tag| stretch.iter().map(|w| &w.text).eq(tag.iter()));
        stretch.iter().all(|w| w.class != WordClass::Content && !english.denies(&w.text) && w.text != "or")
            && stretch.iter().any(|w| w.class == WordClass::Filler)
            && !asks(stretch)
            && !is_tag
    };
    if stretches.len() < 2 || !stretches.iter().any(|s| asks(s)) || !stretches.iter().any(|s| is_aside(s)) {
        return words;
    }
    stretches.into_iter().filter(|s| !is_aside(s)).flatten().cloned().collect()
}

/// Stretches of words between commas, brackets and ends of clauses, in order.
fn stretches(tokens: &[Token], words: &[Word]) -> Vec<Range<usize>> {
    let mut clause = 0usize;
    let mut of_token = Vec::with_capacity(tokens.len());
    for (at, token) in tokens.iter().enumerate() {
        clause += usize::from(at > 0 && token.bracketed != tokens[at - 1].bracketed);
        of_token.push(clause);
        clause += usize::from((token.comma || token.ends_clause) && !token.bracketed);
    }
    let mut at = 0;
    let same = words.chunk_by(|a, b| of_token.get(a.token) == of_token.get(b.token));
    same.map(|stretch| {
        at += stretch.len();
        at - stretch.len()..at
    })
    .collect()
}

/// Whether words ask something: a question word among them, or an auxiliary in front.
pub(crate) fn asks(words: &[Word]) -> bool {
    words.first().is_some_and(|w| is_auxiliary(&w.text)) || words.iter().any(|w| is_wh(&w.text))
}

/// Whether words still say something with nothing else beside them.
fn stands_alone(words: &[Word]) -> bool {
    words.len() > 1 && words.iter().any(|w| w.class == WordClass::Content || is_wh(&w.text))
}

/// Most expressions that are taken off one end: a greeting, an excuse, a request and one more.
const MAX_STRIPPED: usize = 4;

/// Takes preambles off the front of later sentences ("I have a question. Could you tell me who ...").
fn without_late_preambles(tokens: &[Token], mut words: Vec<Word>) -> Vec<Word> {
    let ends = |w: &Word| tokens.get(w.token).is_some_and(|t| t.ends_clause);
    for at in (1..words.len()).rev() {
        if ends(&words[at - 1]) && words[at].token > words[at - 1].token {
            let rest = &words[at..];
            let fits =
                |p: &&Vec<String>| rest.len() > p.len() && rest.iter().zip(p.iter()).all(|(w, p)| w.text == *p) && asks(&rest[p.len()..]);
            if let Some(preamble) = english().preambles.iter().find(fits) {
                words.drain(at..at + preamble.len());
            }
        }
    }
    words
}

/// Takes preambles off the front, and tags and closing words off the end, as long as something is left.
fn strip(tokens: &[Token], words: Vec<Word>) -> (Vec<Word>, bool) {
    let english = english();
    let same = |words: &[Word], e: &[String]| words.iter().map(|w| &w.text).eq(e);
    let words = without_late_preambles(tokens, words);
    let mut rest = words.as_slice();
    for _ in 0..MAX_STRIPPED {
        let short = |p: &&Vec<String>| rest.get(..p.len()).is_some_and(|w| same(w, p)) && stands_alone(&rest[p.len()..]);
        let greets = |p: &&Vec<String>| short(p) && asks(&rest[p.len()..]);
        let Some(preamble) = english.preambles.iter().find(short).or_else(|| english.greetings.iter().find(greets)) else { break };
        rest = &rest[preamble.len()..];
    }
    let mut tagged = false;
    for _ in 0..MAX_STRIPPED {
        let ends = |e: &&Vec<String>| {
            let at = rest.len().saturating_sub(e.len());
            same(&rest[at..], e) && stands_alone(&rest[..at])
        };
        // "Who is Dr No": one word behind a question may belong to it, unless it is set apart.
        let is_tag = |tag: &&Vec<String>| {
            let before = rest.len().checked_sub(tag.len() + 1).and_then(|at| tokens.get(rest[at].token));
            tag.len() > 1 || before.is_some_and(|t| t.comma || t.ends_clause) || !asks(&rest[..rest.len() - 1])
        };
        if let Some(tag) = english.tags.iter().find(|tag| ends(tag) && is_tag(tag)) {
            rest = &rest[..rest.len() - tag.len()];
            tagged = true;
        } else if let Some(closer) = english.closers.iter().find(ends) {
            rest = &rest[..rest.len() - closer.len()];
        } else {
            break;
        }
    }
    (rest.to_vec(), tagged)
}

/// Which words belong to what is asked: of several sentences those that ask, or the last if none does. What stands in brackets does not, but for
/// figures; unless nothing else asks.
fn focus(tokens: &[Token], words: &[Word]) -> Vec<bool> {
    let in_brackets = |w: &Word| tokens.get(w.token).is_some_and(|t| t.bracketed);
    let (inside, outside): (Vec<Word>, Vec<Word>) = words.iter().cloned().partition(|w| in_brackets(w));
    let brackets = !inside.is_empty() && stands_alone(&outside) && (asks(&outside) || !asks(&inside));
    let is_aside = |w: &Word| brackets && in_brackets(w);
    let is_figure = |w: &Word| w.text.bytes().any(|b| b.is_ascii_digit());
    let mut sentence = 0usize;
    let mut of_token = Vec::with_capacity(tokens.len());
    for token in tokens {
        of_token.push(sentence);
        sentence += usize::from(token.ends_clause);
    }
    let of_word: Vec<usize> = words.iter().map(|w| of_token.get(w.token).copied().unwrap_or(0)).collect();
    // Not the last word's: half of a compound question carries names over from the other, behind its own words.
    let count = of_word.iter().max().map_or(0, |s| s + 1);
    let of_sentence = |s: usize| words.iter().zip(&of_word).filter(move |(w, of)| **of == s && !is_aside(w)).map(|(w, _)| w);
    let asking: Vec<bool> = (0..count)
        .map(|s| {
            let own: Vec<Word> = of_sentence(s).cloned().collect();
            own.iter().any(|w| w.class == WordClass::Content) && asks(&own)
        })
        .collect();
    let last = (0..count).rev().find(|s| of_sentence(*s).next().is_some()).unwrap_or(0);
    let any = asking.iter().any(|a| *a);
    // A short stretch beside the question ("Dayton: made for what?") names its topic, but for a farewell behind it ("Cheers, Tom").
    let short: Vec<bool> = (0..count)
        .map(|s| {
            let first = of_token.iter().position(|of| *of == s).and_then(|t| tokens.get(t));
            let farewell = asking[..s].contains(&true) && first.is_some_and(|t| english().class(&t.text) == WordClass::Filler);
            of_sentence(s).count() <= 3 && !farewell
        })
        .collect();
    let in_focus = |s: usize| count == 1 || short[s] || if any { asking[s] } else { s == last };
    words.iter().zip(&of_word).map(|(w, &s)| if is_aside(w) { is_figure(w) } else { in_focus(s) }).collect()
}

fn is_auxiliary(word: &str) -> bool {
    english().lists.auxiliaries.has(word)
}

/// What the words ask for.
fn expected(words: &[&str]) -> Option<AnswerType> {
    let first = *words.first()?;
    let at = words.iter().position(|w| is_wh(w));
    if is_auxiliary(first) && !(first == "do" && words.get(1) == Some(&"you")) && at.is_none_or(|at| at > 1) {
        return Some(AnswerType::YesNo);
    }
    let known = &english().expected;
    let Some(at) = at else { return known.first.find(std::iter::once(first)) };
    let next = words.get(at + 1).copied().unwrap_or_default();
    let after = words[at + 1..(at + 5).min(words.len())].iter().copied().take_while(|w| !is_auxiliary(w));
    Some(match words[at] {
        "who" | "whose" => AnswerType::Person,
        "when" => AnswerType::Date,
        "where" => AnswerType::Place,
        "why" => AnswerType::Reason,
        "how" => known.how.find(std::iter::once(next)).unwrap_or(AnswerType::Statement),
        question_word => match (known.noun.find(after.clone()), known.next.find(std::iter::once(next))) {
            // "What date made ...?": a date goes before a reason, a reason before the rest.
            (Some(AnswerType::Date), _) => AnswerType::Date,
            (_, Some(next)) => next,
            (Some(noun), None) => noun,
            (None, None) if question_word == "which" => AnswerType::Person,
            (None, None) => AnswerType::Statement,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tells_what_is_asked_for() {
        let cases = [
            ("Who is the president of Kosovo?", Some(AnswerType::Person)),
            ("what year did Montenegro join", Some(AnswerType::Date)),
            ("In which year was that", Some(AnswerType::Date)),
            ("how many members", Some(AnswerType::Number)),
            ("how come nobody landed", Some(AnswerType::Reason)),
            ("is Serbia in NATO", Some(AnswerType::YesNo)),
            ("Serbia is in NATO, right?", Some(AnswerType::YesNo)),
            ("could you tell me where he said it", Some(AnswerType::Place)),
            ("which countries refuse", Some(AnswerType::List)),
            ("kosovo base", None),
            ("My cousin lives there. Why does it take so long?", Some(AnswerType::Reason)),
            ("@everyone @bot who said it", Some(AnswerType::Person)),
            ("asking for a friend, when was it", Some(AnswerType::Date)),
            ("(I know it is odd) where was it", Some(AnswerType::Place)),
        ];
        for (text, expected) in cases {
            assert_eq!(Question::parse(text).map(|q| q.expected), Ok(expected), "{text}");
        }
    }

    fn words(text: &str) -> String {
        let question = Question::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        let marked = question.words.iter().zip(&question.focus).map(|(w, f)| if *f { w.text.clone() } else { format!("~{}", w.text) });
        marked.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_surrounds_a_question_is_left_out() {
        for (text, expected) in [
            ("who is the president of kosovo (asking for a friend)", "who is the president of kosovo"),
            ("(asking for a friend) who is the president of kosovo", "who is the president of kosovo"),
            ("who is, asking for a friend, the president of kosovo", "who is the president of kosovo"),
            ("who is the president - thanks in advance!", "who is the president"),
            ("hey, thanks for having me: who is the president, please", "who is the president"),
            ("Hello! Sorry. Could you please tell me who is the president? Thank you so much!", "who is the president"),
            ("who is the president thx", "who is the president"),
            ("Good morning! who is the president? Cheers, Tom", "who is the president ~tom"),
            ("www.example.com who is the president", "who is the president"),
            ("> the vice president said so\nwho is the president", "who is the president"),
            ("who is the president @bot", "who is the president"),
            ("what did @kosovo say", "what did kosovo say"),
            ("Which members (my cousin collects stamps) refuse", "which members ~my ~cousin ~collects ~stamps refuse"),
            ("what did the alliance do (1999)?", "what did the alliance do 1999"),
            ("(who is the president?)", "who is the president"),
            ("the president (who is it?)", "the president who is it"),
            ("I like green tea. Could you tell me who is the president", "~i ~like ~green ~tea who is the president"),
            ("who is Dr No", "who is dr no"),
            ("is it in Serbia, no?", "is it in serbia"),
            ("it is in Serbia right", "it is in serbia"),
            ("is Serbia in it, or somebody else", "is serbia in it or somebody else"),
            ("1) who is that 2) when was this", "who is that when was this"),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn little_words_alone_stay() {
        for (text, expected) in [
            ("who are you", "who are you"),
            ("what can you do", "what can you do"),
            ("how many are there", "how many are there"),
            ("can you tell me more", "can you tell me more"),
            ("thanks", "thanks"),
            ("hi there, bot, thanks", "hi there bot"),
            ("please help", "please help"),
            ("is it you, please?", "is it you"),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "(who|is|(thanks|please|the|kosovo|1|b)|['()\\[\\],.?!:/@>` \n-]|thirty|hundred|v1|č|\u{301}|https://|C\\+\\+){0,80}") {
            if let Ok(question) = Question::parse(&text) {
                prop_assert_eq!(question.words.len(), question.focus.len());
                prop_assert!(!question.words.is_empty() && question.words.len() <= 3 * MAX_WORDS);
                prop_assert!(question.words.iter().all(|w| w.token < question.tokens.len()));
            }
        }
    }

    #[test]
    fn words_of_an_earlier_sentence_may_stand_last() {
        let whole = Question::parse("It rains. Kosovo is old. When was that").expect("there are words in it");
        let mut words = whole.words;
        let carried = words.remove(2);
        assert_eq!(carried.text, "kosovo");
        words.push(carried);
        let half = Question::from_words(whole.tokens, words, whole.length);
        assert_eq!((half.expected, half.focus.last()), (Some(AnswerType::Date), Some(&true)));
    }

    #[test]
    fn refuses_what_is_no_text() {
        for text in ["", "   ", "\0\u{1}", "?!", "🙂🙂"] {
            assert!(matches!(Question::parse(text), Err(Unreadable::Empty)), "{text:?}");
        }
        assert!(matches!(Question::parse(&"a ".repeat(50_000)), Err(Unreadable::TooLong)));
    }
}
