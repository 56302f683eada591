//! Questions in other languages than the knowledge base's own.

use super::{AnswerPart, Answerer, Outcome, Reason, Reply};
use crate::knowledge::{IntentId, Original, Translated};
use crate::language;
use crate::question::Question;
use factotum_wording::Language;

impl Answerer {
    /// Answers a question of somebody who uses the program in a language: in the language of the question as far as that is on record, with the
    /// program's own words in the asker's language where the question is in that of the knowledge base.
    pub fn answer_for(&self, text: &str, asker: Language) -> Reply {
        // A short question is often not enough to tell its language, and here it is known what to expect.
        let found = self.expected(text, asker);
        let translated = found.and_then(|(question, likeness)| self.translated(question, asker, likeness));
        translated.unwrap_or_else(|| self.answer(text)).shown_in(asker)
    }

    /// The translated question that a text is in a language that is expected, with its likeness.
    fn expected(&self, text: &str, language: Language) -> Option<(usize, f32)> {
        let found = self.translators.iter().find(|translator| translator.language == language)?.find(text);
        Some((found.question?, found.likeness))
    }

    /// Whether a text is in another language than that of the knowledge base.
    pub fn is_foreign(&self, text: &str, asker: Language) -> bool {
        let own = |word: &str| self.matcher.interpreter().owns(word);
        Question::parse(text).is_ok_and(|question| language::is_foreign(&question, &own)) || self.expected(text, asker).is_some()
    }

    /// The answer to an intent's question for somebody who chose it from a list.
    pub fn answer_intent(&self, intent: IntentId, asker: Language) -> Reply {
        let question = &self.base[intent].question;
        let position = self.base.translation(asker).and_then(|translation| {
            translation
                .questions
                .iter()
                .position(|translated| translated.of == Original::Intent(intent) && translated.original == *question)
        });
        position.and_then(|position| self.translated(position, asker, 1.0)).unwrap_or_else(|| self.answer(question)).shown_in(asker)
    }

    /// The reply to a text that is not in the language of the knowledge base.
    pub(super) fn foreign(&self, text: &str) -> Reply {
        let found: Vec<_> = self.translators.iter().map(|translator| (translator.language, translator.find(text))).collect();
        let best = found.iter().filter_map(|(language, found)| Some((*language, found.question?, found.likeness)));
        let best = best.max_by(|a, b| a.2.total_cmp(&b.2));
        if let Some(reply) = best.and_then(|(language, question, likeness)| self.translated(question, language, likeness)) {
            return reply;
        }
        let Some(language) = language::recognise(text, &|word| self.matcher.interpreter().owns(word)) else {
            return Reply::unread(Reason::NotEnglish);
        };
        let Some((_, found)) = found.into_iter().find(|(translated, _)| *translated == language) else {
            return Reply { language, ..Reply::unread(Reason::NotEnglish) };
        };
        let mut suggestions: Vec<IntentId> = Vec::new();
        let questions = self.base.translation(language).map_or(&[] as &[_], |translation| &translation.questions);
        for near in found.near {
            if let Some(Original::Intent(intent)) = questions.get(near).map(|question| question.of)
                && !self.base[intent].question.contains('{')
                && !suggestions.contains(&intent)
            {
                suggestions.push(intent);
            }
        }
        Reply { language, record: language, suggestions, ..Reply::unread(Reason::NothingClose) }
    }

    /// The reply to a question that is taken for a translated one, in that language; `None` if there is no such translation.
    fn translated(&self, question: usize, language: Language, likeness: f32) -> Option<Reply> {
        let translation = self.base.translation(language)?;
        let Translated { of, original, answer, .. } = translation.questions.get(question)?;
        let mut reply = Reply { language, record: language, confidence: likeness, ..self.answer(original) };
        if let Outcome::Answer(parts) = &mut reply.outcome {
            for AnswerPart { intent, direct, facts } in parts {
                let said = if Original::Intent(*intent) == *of { answer } else { "" };
                // In two languages at once it would read like a mistake.
                if !said.is_empty() || facts.first().is_some_and(|fact| translation.statements.contains_key(fact)) {
                    said.clone_into(direct);
                }
            }
            // What can be asked on in the same language comes first.
            reply.suggestions.sort_by_key(|intent| !translation.questions.iter().any(|question| question.of == Original::Intent(*intent)));
        }
        Some(reply)
    }
}
