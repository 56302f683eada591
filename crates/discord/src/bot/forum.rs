//! Forum posts: the title of a new post is answered where that is sure to help, once, and otherwise nothing is said.
//!
//! ```text
//! THREAD_CREATE: title, forum, tags  --\
//!                                        > both are there -> left alone? allowed? sure? -> one reply
//! MESSAGE_CREATE: author, roles      --/
//! ```
//!
//! A post begins with two events, in either order: its thread, and its first message, whose id is that of the thread. The thread has the title and
//! the message has its author's roles. Discord refuses replies until the message is there (error 40058), which may take a while with pictures. And
//! since a thread gets its first message only once, a thread that is merely shown to the bot again is not taken for a new one.

use super::{About, Action, Answered, Bot, Decision, locked};
use crate::event::{Id, MessageEvent, Now, Origin, PostEvent};
use crate::payload::{ChannelMessage, MAX_CONTENT, MessageReference};
use crate::recent::Recent;
use factotum_core::answering::{Outcome, Reply};
use factotum_service::rate_limit::Permit;

/// Halves of posts that wait for the other half. They come within a second of each other, or with pictures within some minutes.
const WAITING: usize = 1_000;
/// Threads that are known to have had their turn.
const DONE: usize = 10_000;
/// Confidence from which a title is answered unasked: well above the 80 % from which an answer that was asked for counts as sure, since here a wrong
/// one is worse than none. Of 300 titles by other people (tests/titles.rs), 87 % of those on record are answered from here on and none wrongly; from
/// 85 % on it is one, from 80 % on two.
const CONFIDENT: f32 = 0.9;

/// Posts of which not everything has arrived yet, and those that had their turn.
#[derive(Debug)]
pub(super) struct Forum {
    posts: Recent<Id, PostEvent>,
    beginnings: Recent<Id, Beginning>,
    done: Recent<Id, ()>,
}

/// What counts of the first message of a thread.
#[derive(Debug, Clone)]
struct Beginning {
    origin: Origin,
    roles: Vec<Id>,
    /// Whether a person wrote it, and did not ask the bot in it.
    counts: bool,
}

impl Default for Forum {
    fn default() -> Forum {
        Forum { posts: Recent::new(WAITING), beginnings: Recent::new(WAITING), done: Recent::new(DONE) }
    }
}

/// Whether an answer is sure enough to be given unasked.
pub fn is_sure(reply: &Reply) -> bool {
    matches!(reply.outcome, Outcome::Answer(_)) && reply.unanswered.is_empty() && reply.confidence >= CONFIDENT
}

/// Whether a message is the first of a thread.
pub(super) fn begins_thread(message: &MessageEvent) -> bool {
    message.id == message.origin.channel
}

impl Bot {
    /// A thread was made.
    pub(super) fn post(&self, post: &PostEvent, now: Now) -> Decision {
        if !self.settings.forums.channels.contains(post.forum) {
            return silent("not-a-forum");
        }
        let mut forum = locked(&self.forum);
        if forum.done.get(&post.id).is_some() {
            return silent("repeated");
        }
        match forum.beginnings.take(&post.id) {
            Some(beginning) => {
                forum.done.put(post.id, ());
                drop(forum);
                self.begun(post, &beginning, now)
            }
            None => {
                forum.posts.put(post.id, post.clone());
                silent("waiting")
            }
        }
    }

    /// The first message of a thread was written. `None` if that is a matter for others.
    pub(super) fn beginning(&self, message: &MessageEvent, now: Now) -> Option<Decision> {
        if self.settings.forums.channels.is_empty() {
            return None;
        }
        let counts = !message.from_bot && message.regular && !message.mentions_everyone && !message.mentions_bot;
        let beginning = Beginning { origin: message.origin, roles: message.roles.clone(), counts };
        let mut forum = locked(&self.forum);
        let Some(post) = forum.posts.take(&message.id) else {
            if forum.done.get(&message.id).is_none() {
                forum.beginnings.put(message.id, beginning);
            }
            return None;
        };
        forum.done.put(message.id, ());
        drop(forum);
        // Anyone who mentions the bot has asked, and gets the reply to that.
        if message.mentions_bot { None } else { Some(self.begun(&post, &beginning, now)) }
    }

    /// Decides on a post that is complete.
    fn begun(&self, post: &PostEvent, beginning: &Beginning, now: Now) -> Decision {
        let forums = &self.settings.forums;
        // Threads cannot be listed in the settings beforehand, so their forum counts.
        let origin = Origin { channel: post.forum, ..beginning.origin };
        if !beginning.counts {
            return silent("not-a-user");
        }
        if forums.silent_roles.contains_any(&beginning.roles) {
            return silent("left-alone");
        }
        if forums.solved_tags.contains_any(&post.tags) {
            return silent("solved");
        }
        if origin.guild.is_none() || !self.allowed(&origin) {
            return silent("not-allowed");
        }
        let knowledge = self.knowledge_at(&origin);
        let (Answered { mut messages, outcome, about, asked }, reply) = knowledge.answered(&post.title, self.settings.language);
        let [message] = messages.as_mut_slice() else { return silent("too-long") };
        message.content.push_str(&format!("\n-# {}", self.words().unasked));
        if !is_sure(&reply) {
            return Decision { about, ..silent("unsure") };
        }
        if message.content.chars().count() > MAX_CONTENT {
            return silent("too-long");
        }
        if self.count(&origin, now) != Permit::Within {
            return silent("too-often");
        }
        self.remember_asked(&knowledge, post.id, &post.title);
        if let Some(gaps) = self.gaps(&knowledge) {
            gaps.asked(&knowledge.answerer, &post.title, &reply, post.id, origin.user);
        }
        let message = ChannelMessage {
            message: message.clone(),
            message_reference: Some(MessageReference { message_id: post.id.to_string(), fail_if_not_exists: false }),
            // One for each thread: another process that sees the same post posts nothing else.
            nonce: post.id.to_string(),
            enforce_nonce: true,
        };
        Decision { actions: vec![Action::Post { channel: post.id, message }], kind: KIND, outcome, about, asked }
    }
}

/// What the log calls it.
const KIND: &str = "post";

fn silent(outcome: &'static str) -> Decision {
    Decision { actions: Vec::new(), kind: KIND, outcome, about: None::<About>, asked: None }
}
