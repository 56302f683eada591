//! Conversation: what a message follows, and what that settles.

use super::{Action, Answered, Bot, By, CustomId, Decision, Further, IndexedKnowledge, Responses, Said, locked, one};
use crate::event::{Interaction, MessageEvent, Now, Origin};
use crate::further::FIELD;
use crate::payload::{Message, Response};
use factotum_core::answering::{Answerer, Reply};
use factotum_core::layout;
use factotum_wording::Language;

/// What a question follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum After {
    /// It is asked for the first time, in a place where others talk as well.
    Alone,
    /// Something that is no question on record, or nothing, where a question before is expected.
    Nothing,
    /// This question.
    Question(String),
}

impl After {
    /// Answers what follows.
    pub(super) fn answer(&self, answerer: &Answerer, question: &str, language: Language) -> Reply {
        let alone = || answerer.answer_for(question, language);
        match self {
            After::Alone => alone(),
            // Follow-ups are read in the language of the knowledge base alone.
            _ if answerer.is_foreign(question, language) => alone(),
            After::Nothing => answerer.answer_after_nothing(question).shown_in(language),
            After::Question(before) => answerer.answer_after(before, question).shown_in(language),
        }
    }

    /// What a reply, or the form of a button, follows.
    fn further(knowledge: &IndexedKnowledge, further: Option<&Further>) -> After {
        further.and_then(|further| further.question(knowledge)).map_or(After::Nothing, After::Question)
    }
}

impl Bot {
    /// The answer to what is asked with a message.
    pub(super) fn reply_to(&self, knowledge: &IndexedKnowledge, message: &MessageEvent, said: Said, now: Now) -> Answered {
        let words = self.words();
        let user = message.origin.user;
        let asked = By { id: message.id, user, language: self.settings.language };
        match said {
            Said::Nothing => one(Message::text(words.help.as_str()), "help"),
            Said::Unreadable => one(Message::text(words.cannot_read_it.as_str()), "no-text"),
            Said::Own(question) => {
                let after = self.after(knowledge, message, &question, now);
                self.answered_after(knowledge, &after, &question, asked)
            }
            Said::Pointed(text, author) if author == Some(user) => self.answered(knowledge, &text, asked),
            // The author did not ask us, so the journal does not get it.
            Said::Pointed(text, _) => knowledge.answered(&text, asked.language).0,
        }
    }

    /// What a message follows: the message of ours that it replies to, the lines that it quotes, or, in a direct conversation, the last answer.
    fn after(&self, knowledge: &IndexedKnowledge, message: &MessageEvent, own: &str, now: Now) -> After {
        if let Some(replied) = message.enclosed.replied.as_ref().filter(|replied| replied.by_us) {
            return After::further(knowledge, Further::in_buttons(replied.custom_ids.iter().map(String::as_str)).as_ref());
        }
        if let Some(quoted) = layout::quoted(own) {
            return After::Question(quoted);
        }
        match message.origin.guild {
            Some(_) => After::Alone,
            None => After::further(knowledge, locked(&self.conversations).last(message.origin.user, message.origin.channel, now)),
        }
    }

    /// The responses to a form; `None` if it is not one of ours.
    pub(super) fn form(
        &self,
        knowledge: &IndexedKnowledge,
        interaction: &Interaction,
        custom_id: &str,
        fields: &[(String, String)],
        private: bool,
    ) -> Option<Responses> {
        let CustomId::Further(further) = CustomId::parse(custom_id)? else { return None };
        let language = self.language_of(interaction);
        let question = fields.iter().find(|(name, _)| name == FIELD).map_or("", |(_, text)| text.trim());
        if question.is_empty() {
            return Some(Responses::private(Message::text(language.wording().discord.nothing_asked.as_str()), "no-text"));
        }
        let after = After::further(knowledge, Some(&further));
        Some(Responses::answer(
            self.answered_after(knowledge, &after, question, By { id: interaction.id, user: interaction.origin.user, language }),
            private,
        ))
    }

    /// Remembers what was answered in a direct conversation. What is no answer to a question leaves the one before in place, and so does a
    /// follow-up that nothing settles.
    pub(super) fn remember(&self, origin: &Origin, decision: &Decision, now: Now) {
        let asked = decision.asked.filter(|asked| asked.outcome != "small_talk" && asked.reason != Some("unsettled"));
        if origin.guild.is_some() || asked.is_none() {
            return;
        }
        let messages = decision.actions.iter().filter_map(|action| match action {
            Action::Post { message, .. } => Some(&message.message),
            Action::FollowUp { message, .. } | Action::Respond { response: Response::Message(message), .. } => Some(message),
            Action::Respond { .. } | Action::Work { .. } => None,
        });
        locked(&self.conversations).remember(origin.user, origin.channel, messages.filter_map(Further::in_message).next_back(), now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Enclosed, Id, Incoming, InteractionKind, InteractionToken, PressedOn, Replied};
    use crate::payload::Component;
    use factotum_service::config;
    use proptest::prelude::*;
    use std::sync::LazyLock;
    use std::time::{Duration, Instant};

    const QUESTION: &str = "does Romania recognise Kosovo?";
    const MINUTE: Duration = Duration::from_secs(60);

    static BOT: LazyLock<Bot> = LazyLock::new(bot);

    fn bot() -> Bot {
        let most = config::Limit::MAX;
        let settings = config::Discord { user_limit: most, channel_limit: most, ..config::Discord::default() };
        Bot::new(IndexedKnowledge::of(factotum_built_in::answerer()), settings)
    }

    /// A message to the bot: in a guild, it mentions the bot.
    fn written(text: &str, guild: Option<Id>, enclosed: Enclosed) -> MessageEvent {
        MessageEvent {
            id: 1,
            origin: Origin { user: 2, channel: 3, guild },
            text: text.to_owned(),
            from_bot: false,
            regular: true,
            mentions_everyone: false,
            mentions_bot: guild.is_some(),
            replies_to_bot: false,
            enclosed,
            roles: Vec::new(),
        }
    }

    fn replying(by_us: bool, text: &str, custom_ids: Vec<String>) -> Enclosed {
        let author = if by_us { 99 } else { 5 };
        Enclosed { replied: Some(Replied { author, by_us, text: text.to_owned(), custom_ids }), ..Enclosed::default() }
    }

    fn used(kind: InteractionKind, guild: Option<Id>) -> Incoming {
        let origin = Origin { user: 2, channel: 3, guild };
        Incoming::Interaction(Interaction {
            id: 1,
            token: InteractionToken("secret".to_owned()),
            origin,
            kind,
            roles: Vec::new(),
            present: true,
            language: None,
        })
    }

    fn asked(question: &str) -> InteractionKind {
        InteractionKind::Ask { question: question.to_owned(), private: false }
    }

    /// The one message that is sent.
    fn sent(decision: &Decision) -> &Message {
        match decision.actions.as_slice() {
            [Action::Post { message, .. }] => &message.message,
            [Action::Respond { response: Response::Message(message), .. }] => message,
            other => panic!("one message, not {other:?}"),
        }
    }

    fn ids(message: &Message) -> Vec<String> {
        let components = message.components.iter().flat_map(|row| &row.components);
        components.filter_map(|c| if let Component::Button { custom_id, .. } = c { Some(custom_id.clone()) } else { None }).collect()
    }

    fn said(bot: &Bot, text: &str, guild: Option<Id>, enclosed: Enclosed, now: Now) -> (String, &'static str) {
        let decision = bot.decide(&Incoming::Message(written(text, guild, enclosed)), now);
        (sent(&decision).content.clone(), decision.outcome)
    }

    #[test]
    fn a_reply_is_read_with_what_it_replies_to() {
        let now = Instant::now();
        let first = BOT.decide(&Incoming::Message(written(QUESTION, Some(4), Enclosed::default())), now);
        let ids = ids(sent(&first));
        let reply = |bot: &Bot, text: &str| bot.decide(&Incoming::Message(written(text, Some(4), replying(true, "", ids.clone()))), now);
        let next = reply(&BOT, "and Spain?");
        assert_eq!(next.outcome, "answer");
        let content = &sent(&next).content;
        assert!(content.contains("Spain") && content.contains("I read that as: Does Spain recognise Kosovo?"), "{content}");
        // Another process, after a restart: the same bytes.
        assert_eq!(reply(&bot(), "and Spain?").actions, next.actions);
        assert_eq!(reply(&BOT, "who said so?").outcome, "answer");
        // What is a whole question is read alone.
        let (alone, _) = said(&BOT, "who is the president of Serbia?", Some(4), Enclosed::default(), now);
        assert_eq!(sent(&reply(&BOT, "who is the president of Serbia?")).content, alone);
    }

    #[test]
    fn made_up_ids_settle_nothing() {
        let key = "0123456789abcdef";
        for forged in [
            vec![],
            vec![format!("1:further:{key}")],
            vec!["1:further:".to_owned(), format!("9:further:{key}")],
            vec![format!("1:missed:{key}:{key}")],
        ] {
            let reply = |text: &str| said(&BOT, text, Some(4), replying(true, "", forged.clone()), Instant::now());
            assert_eq!(reply("who said so?").1, "unsettled", "{forged:?}");
            assert_ne!(reply("and Spain?").1, "answer", "{forged:?}");
            assert_eq!(reply(QUESTION).1, "answer", "{forged:?}");
        }
        // Somebody else's message has no ids of ours, whatever it says.
        let first = BOT.decide(&Incoming::Message(written(QUESTION, Some(4), Enclosed::default())), Instant::now());
        let mut theirs = replying(false, "", ids(sent(&first)));
        assert_ne!(said(&BOT, "and Spain?", Some(4), std::mem::take(&mut theirs), Instant::now()).1, "answer");
    }

    #[test]
    fn a_direct_conversation_goes_on_for_ten_minutes() {
        let (bot, start) = (bot(), Instant::now());
        let say = |text: &str, minutes: u32| said(&bot, text, None, Enclosed::default(), start + MINUTE * minutes).1;
        assert_eq!(say("who said so?", 0), "unsettled");
        assert_eq!(say(QUESTION, 1), "answer");
        assert_eq!(say("and Spain?", 2), "answer");
        assert_eq!((say("thanks", 3), say("and Greece?", 3)), ("small-talk", "answer"), "small talk leaves it in place");
        assert_eq!(say("who said so?", 14), "unsettled", "too long ago");
        // After a command as well, but not in another channel, and not on a server.
        bot.decide(&used(asked(QUESTION), None), start + MINUTE * 20);
        let elsewhere =
            MessageEvent { origin: Origin { user: 2, channel: 8, guild: None }, ..written("who said so?", None, Enclosed::default()) };
        assert_eq!(bot.decide(&Incoming::Message(elsewhere), start + MINUTE * 20).outcome, "unsettled");
        assert_ne!(said(&bot, "who said so?", Some(4), Enclosed::default(), start + MINUTE * 20).1, "answer");
        assert_eq!(say("and Spain?", 21), "answer");
        // A question that leads nowhere is what the next one would follow.
        assert_ne!(say("what does a ticket to Mars cost?", 22), "answer");
        assert_eq!(say("who said so?", 22), "unsettled");
    }

    #[test]
    fn the_form_of_a_button() {
        let now = Instant::now();
        let answer = BOT.decide(&used(asked(QUESTION), Some(4)), now);
        let further = ids(sent(&answer)).into_iter().find(|id| id.starts_with("1:further:")).expect("an answer has the button");
        let component =
            InteractionKind::Component { custom_id: further.clone(), chosen: None, message: 9, answers: None, on: PressedOn::default() };
        let opened = BOT.decide(&used(component, Some(4)), now);
        let [Action::Respond { response: Response::Modal(form), .. }] = opened.actions.as_slice() else { panic!("{opened:?}") };
        assert_eq!(form.custom_id, further);
        let filled = |custom_id: &str, text: &str, message: Id, private: bool| {
            let fields = vec![(FIELD.to_owned(), text.to_owned())];
            let kind = InteractionKind::Modal {
                custom_id: custom_id.to_owned(),
                fields,
                message,
                on: PressedOn { private, ..PressedOn::default() },
            };
            BOT.decide(&used(kind, Some(4)), now)
        };
        for (message, private, alone) in [(9, false, false), (9, true, true), (0, false, true)] {
            let next = filled(&further, "and Spain?", message, private);
            assert_eq!((next.outcome, sent(&next).is_private()), ("answer", alone));
        }
        assert_eq!(filled(&further, "  ", 9, false).outcome, "no-text");
        assert_eq!(filled("1:further:0123456789abcdef", "who said so?", 9, false).outcome, "unsettled");
        for forged in ["", "1:further:", "1:pick", "zebra"] {
            assert_eq!(filled(forged, QUESTION, 9, false).outcome, "stale", "{forged}");
        }
    }

    #[test]
    fn another_message_is_answered_where_the_own_text_points_to_it() {
        let now = Instant::now();
        let answer = said(&BOT, QUESTION, Some(4), Enclosed::default(), now);
        for text in ["<@77>", "<@77> can you answer this?", "any idea?"] {
            assert_eq!(said(&BOT, text, Some(4), replying(false, QUESTION, Vec::new()), now), answer, "{text}");
            let (content, outcome) = said(&BOT, text, Some(4), replying(false, "<@5> ", Vec::new()), now);
            assert_eq!((content.as_str(), outcome), (Language::English.wording().discord.cannot_read_it.as_str(), "no-text"));
        }
        // It asks something itself.
        assert_ne!(said(&BOT, "who is the president of Serbia?", Some(4), replying(false, QUESTION, Vec::new()), now), answer);
        let forwarded = Enclosed { forwarded: QUESTION.to_owned(), ..Enclosed::default() };
        assert_eq!(said(&BOT, "", None, forwarded.clone(), now).0, answer.0);
        assert_ne!(said(&BOT, "hello", None, forwarded, now).0, answer.0);
        assert_eq!(said(&BOT, "", None, Enclosed::default(), now).1, "help");
    }

    #[test]
    fn a_quotation_is_what_is_followed() {
        let say = |text: &str| said(&BOT, text, Some(4), Enclosed::default(), Instant::now());
        assert_eq!(say(&format!("> {QUESTION}\nand Spain?")).1, "answer");
        assert_eq!(say(&format!("> who is it?\n{QUESTION}")).0, say(QUESTION).0, "and no part of the question");
        assert_eq!(say(&format!("https://example.com/a {QUESTION} https://example.com/b")).0, say(QUESTION).0, "and neither are links");
    }

    #[test]
    fn one_word_gets_questions_and_no_answer() {
        for text in ["nato?", "serbia", "dodik"] {
            let decision = BOT.decide(&Incoming::Message(written(text, Some(4), Enclosed::default())), Instant::now());
            let message = sent(&decision);
            assert_eq!((decision.outcome, message.embeds.len()), ("bare-name", 0), "{text}: {message:?}");
            let buttons = ids(message);
            assert!((1..=5).contains(&buttons.len()) && buttons.iter().all(|id| id.starts_with("1:ask:")), "{text}: {buttons:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

        /// Whatever is replied to, forwarded or filled in: no panic, and no answer that is longer than Discord accepts.
        #[test]
        fn anything_may_be_enclosed(
            text in "(and |why\\?|> |\\n|this|[a-z]{0,9} |@everyone|https://x.example ){0,6}",
            theirs in "(\\PC{0,30}|does Spain recognise Kosovo\\?)",
            forwarded in "\\PC{0,20}",
            ids in prop::collection::vec("(1:)?(further|missed|ask)?(:[0-9a-f]{16}){0,6}", 0..4),
            by_us in any::<bool>(),
            in_guild in any::<bool>(),
        ) {
            let enclosed = Enclosed { forwarded, ..replying(by_us, &theirs, ids.clone()) };
            let message = Incoming::Message(written(&text, in_guild.then_some(4), enclosed));
            let fields = vec![(FIELD.to_owned(), text.clone()), (theirs, text)];
            let custom_id = ids.first().cloned().unwrap_or_default();
            let form = used(InteractionKind::Modal { custom_id, fields, message: 9, on: PressedOn::default() }, in_guild.then_some(4));
            for decision in [BOT.decide(&message, Instant::now()), BOT.decide(&form, Instant::now())] {
                for action in &decision.actions {
                    let json = match action {
                        Action::Post { message, .. } => serde_json::to_value(&message.message),
                        Action::FollowUp { message, .. } => serde_json::to_value(message),
                        Action::Respond { response, .. } => serde_json::to_value(response),
                        Action::Work { .. } => continue,
                    };
                    let json = json.expect("plain values").to_string();
                    prop_assert!(!json.contains("@everyone") && !json.contains("<@"), "{}", json);
                }
            }
        }
    }
}
