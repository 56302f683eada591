//! What somebody asks with a message: its own words, or those of another message that it points to.

use super::bot::without_tags;
use super::event::{Id, MessageEvent};
use factotum_core::text;

/// What is asked with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// Nothing, or for help.
    Nothing,
    /// This, in the author's own words.
    Own(String),
    /// The words of another message, and of whom they are, where that is known.
    Pointed(String, Option<Id>),
    /// It points to a message without words that the bot can read.
    Unreadable,
}

impl Said {
    /// What is asked with this message.
    pub(crate) fn with(message: &MessageEvent) -> Said {
        let own = without_tags(&message.text);
        let theirs = message.enclosed.replied.as_ref().filter(|replied| !replied.by_us);
        if let Some(replied) = theirs.filter(|_| own.is_empty() || points(&own)) {
            let text = without_tags(&replied.text);
            return if text.is_empty() { Said::Unreadable } else { Said::Pointed(text, Some(replied.author)) };
        }
        let forwarded = without_tags(&message.enclosed.forwarded);
        match own.as_str() {
            "" if forwarded.is_empty() => Said::Nothing,
            "" => Said::Pointed(forwarded, None),
            help if help.eq_ignore_ascii_case("help") => Said::Nothing,
            _ => Said::Own(own),
        }
    }
}

/// Words of a text that only points to another message: "can you answer this?", "any idea?"
const POINTING: &str = "a about able an and answer answers any anybody anyone bot can clue could do does explain factotum for have help hey hi idea ideas \
    it know me on one please pls plz question reply so tell thanks that the them there this thoughts to us what would you";
/// One of these must be among them.
const POINTERS: &str = "this that it them answer answers idea ideas clue thoughts";
/// Longest text that is looked at, in words.
const MAX_POINTING: usize = 10;

/// Whether a text asks nothing by itself but to look at another message.
fn points(own: &str) -> bool {
    let words: Vec<String> = text::tokens(own).into_iter().map(|token| token.text).take(MAX_POINTING + 1).collect();
    let among = |list: &str, word: &String| list.split_whitespace().any(|one| one == word);
    words.len() <= MAX_POINTING && words.iter().all(|word| among(POINTING, word)) && words.iter().any(|word| among(POINTERS, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_points() {
        for text in [
            "can you answer this?",
            "Answer this",
            "this?",
            "any ideas?",
            "pls answer",
            "what about this one",
            "do you know?  it",
            "thoughts?",
        ] {
            assert!(points(text), "{text}");
        }
        for text in
            ["", "?", "why?", "who said that?", "what is this about NATO", "and Romania?", "help", "you", "when was that?", "is that true?"]
        {
            assert!(!points(text), "{text}");
        }
    }
}
