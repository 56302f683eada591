//! What was asked, parsed once: its words, what kind of thing it asks for, whether it denies.

use crate::english::{Word, WordClass, english};
use crate::knowledge::AnswerType;
use crate::text::{self, Token};

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
    /// For each word whether it belongs to what is asked; false for sentences that only lead up to it.
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
        let mut tokens = text::tokens(text);
        let addressed = tokens.iter().take_while(|t| text[..t.start].ends_with('@')).count();
        if addressed < tokens.len() {
            // "@everyone who is ...": whom a text is for is not what it asks.
            tokens.drain(..addressed);
        }
        tokens.truncate(MAX_WORDS);
        if tokens.is_empty() {
            return Err(Unreadable::Empty);
        }
        let words = english().words(&tokens);
        Ok(Self::from_words(tokens, words, text.len()))
    }

    /// A question out of words that are known already, such as one half of a compound question.
    pub fn from_words(tokens: Vec<Token>, words: Vec<Word>, length: usize) -> Question {
        let (words, tagged) = strip(words);
        let focus = focus(&tokens, &words);
        let focused: Vec<&str> = words.iter().zip(&focus).filter(|(_, f)| **f).map(|(w, _)| w.text.as_str()).collect();
        let expected = if tagged && !focused.iter().any(|w| is_wh(w)) { Some(AnswerType::YesNo) } else { expected(&focused) };
        let denies = focused.iter().any(|w| english().denies(w));
        Question { words, tokens, focus, expected, denies, tagged, length }
    }
}

fn is_wh(word: &str) -> bool {
    english().lists.question_words.has(word)
}

/// Takes preambles off the front and tags off the end, as long as something is left.
fn strip(mut words: Vec<Word>) -> (Vec<Word>, bool) {
    let english = english();
    let starts = |words: &[Word], e: &[String]| words.len() > e.len() + 1 && words.iter().zip(e).all(|(w, e)| w.text == *e);
    for _ in 0..3 {
        match english.preambles.iter().find(|p| starts(&words, p)) {
            Some(p) => {
                words.drain(..p.len());
            }
            None => break,
        }
    }
    let mut tagged = false;
    for _ in 0..2 {
        let tag = english
            .tags
            .iter()
            .find(|t| words.len() > t.len() + 1 && words[words.len() - t.len()..].iter().zip(t.iter()).all(|(w, t)| w.text == *t));
        match tag {
            Some(t) => {
                words.truncate(words.len() - t.len());
                tagged = true;
            }
            None => break,
        }
    }
    (words, tagged)
}

/// Which words belong to what is asked: of several sentences those that ask, or the last if none does.
fn focus(tokens: &[Token], words: &[Word]) -> Vec<bool> {
    let mut sentence = 0usize;
    let mut of_token = Vec::with_capacity(tokens.len());
    for token in tokens {
        of_token.push(sentence);
        sentence += usize::from(token.ends_clause);
    }
    let of_word: Vec<usize> = words.iter().map(|w| of_token.get(w.token).copied().unwrap_or(0)).collect();
    // Not the last word's: half of a compound question carries names over from the other, behind its own words.
    let count = of_word.iter().max().map_or(0, |s| s + 1);
    if count <= 1 {
        return vec![true; words.len()];
    }
    let asks: Vec<bool> = (0..count)
        .map(|s| {
            let mut own = words.iter().zip(&of_word).filter(|(_, of)| **of == s).map(|(w, _)| w.text.as_str());
            let first = own.clone().next().unwrap_or_default();
            let content = words.iter().zip(&of_word).filter(|(w, of)| **of == s && w.class == WordClass::Content).count();
            content > 0 && (is_auxiliary(first) || own.any(is_wh))
        })
        .collect();
    let last = count - 1;
    let any = asks.iter().any(|a| *a);
    // A short stretch ahead of the question ("Dayton: made for what?") names its topic.
    let lengths: Vec<usize> = (0..count).map(|s| of_word.iter().filter(|of| **of == s).count()).collect();
    of_word.iter().map(|&s| if any { asks[s] || lengths[s] <= 3 } else { s == last || lengths[s] <= 3 }).collect()
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
        ];
        for (text, expected) in cases {
            assert_eq!(Question::parse(text).map(|q| q.expected), Ok(expected), "{text}");
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
