//! Turns serenity's events into our own: [`Incoming`].

use crate::bot::without_tags;
use crate::commands::teach_name;
use crate::event::{
    Enclosed, Id, Incoming, Interaction, InteractionKind, InteractionToken, MessageEvent, Origin, PostEvent, PressedOn, Replied,
};
use factotum_wording::Language;
use serenity::model::application::{
    self, ActionRowComponent, AuthorizingIntegrationOwner, AuthorizingIntegrationOwners, ButtonKind, CommandDataOptionValue,
    CommandInteraction, CommandType, ComponentInteraction, ComponentInteractionDataKind, InteractionContext, MessageInteractionMetadata,
    ModalInteraction,
};
use serenity::model::channel::{GuildChannel, Message, MessageFlags, MessageType};
use serenity::model::event::Event;
use serenity::model::guild::Member;
use serenity::model::id::{ChannelId, GuildId, UserId};

/// An event as the bot with this id sees it; `None` if it is not one that the bot answers.
pub(super) fn event(event: &Event, us: Id) -> Option<Incoming> {
    match event {
        Event::MessageCreate(event) => Some(message(&event.message, us)),
        Event::InteractionCreate(event) => interaction(&event.interaction),
        Event::ThreadCreate(event) => post(&event.thread),
        _ => None,
    }
}

fn message(message: &Message, us: Id) -> Incoming {
    let tags = [format!("<@{us}>"), format!("<@!{us}>")];
    let pinged = message.mentions.iter().any(|user| user.id.get() == us);
    let to_us = message.referenced_message.as_ref().is_some_and(|replied| replied.author.id.get() == us);
    Incoming::Message(MessageEvent {
        id: message.id.get(),
        origin: origin(message.author.id, message.channel_id, message.guild_id),
        from_bot: message.author.bot || message.webhook_id.is_some() || message.author.id.get() == us,
        regular: matches!(message.kind, MessageType::Regular | MessageType::InlineReply),
        mentions_everyone: message.mention_everyone,
        mentions_bot: pinged && tags.iter().any(|tag| message.content.contains(tag)),
        replies_to_bot: pinged && to_us,
        roles: message.member.as_ref().map(|member| member.roles.iter().map(|role| role.get()).collect()).unwrap_or_default(),
        text: message.content.clone(),
        enclosed: enclosed(message, us),
    })
}

/// What a message brings along.
fn enclosed(message: &Message, us: Id) -> Enclosed {
    let replied = message.referenced_message.as_deref().map(|replied| {
        let by_us = replied.author.id.get() == us;
        let components = replied.components.iter().flat_map(|row| &row.components);
        let custom_ids = components.filter_map(|component| match component {
            ActionRowComponent::Button(button) => match &button.data {
                ButtonKind::NonLink { custom_id, .. } => Some(custom_id.clone()),
                _ => None,
            },
            _ => None,
        });
        let custom_ids = if by_us { custom_ids.take(MAX_BUTTONS).collect() } else { Vec::new() };
        Replied { author: replied.author.id.get(), by_us, text: own_or_forwarded(replied), custom_ids }
    });
    Enclosed { forwarded: forwarded(message), replied }
}

/// Most buttons that a message has: five in each of five rows.
const MAX_BUTTONS: usize = 25;

/// The text of the message that this one forwards.
fn forwarded(message: &Message) -> String {
    message.message_snapshots.first().map(|snapshot| snapshot.content.clone()).unwrap_or_default()
}

/// The text of a message, or where it has none of its own that of the message that it forwards.
fn own_or_forwarded(message: &Message) -> String {
    if without_tags(&message.content).is_empty() { forwarded(message) } else { message.content.clone() }
}

/// An interaction; `None` if no user started it.
pub(super) fn interaction(interaction: &application::Interaction) -> Option<Incoming> {
    let interaction = match interaction {
        application::Interaction::Command(command) => from_command(command, command_kind(command)),
        application::Interaction::Autocomplete(command) => {
            let typed = command.data.autocomplete().map(|option| option.value.to_owned()).unwrap_or_default();
            from_command(command, InteractionKind::Autocomplete(typed))
        }
        application::Interaction::Component(component) => from_component(component),
        application::Interaction::Modal(modal) => from_modal(modal),
        _ => return None,
    };
    Some(Incoming::Interaction(interaction))
}

fn origin(user: UserId, channel: ChannelId, guild: Option<GuildId>) -> Origin {
    Origin { user: user.get(), channel: channel.get(), guild: guild.map(GuildId::get) }
}

fn from_command(command: &CommandInteraction, kind: InteractionKind) -> Interaction {
    Interaction {
        id: command.id.get(),
        token: InteractionToken(command.token.clone()),
        origin: origin(command.user.id, command.channel_id, command.guild_id),
        kind,
        roles: roles(command.member.as_deref()),
        present: is_present(command.context, &command.authorizing_integration_owners),
        language: Language::of_locale(&command.locale),
    }
}

/// A new thread; `None` if it is not in a channel, or nobody made it.
fn post(thread: &GuildChannel) -> Option<Incoming> {
    Some(Incoming::Post(PostEvent {
        id: thread.id.get(),
        forum: thread.parent_id?.get(),
        // serenity's default for a channel without a guild is 1, which is no guild's id.
        guild: Some(thread.guild_id.get()).filter(|id| *id > 1),
        user: thread.owner_id?.get(),
        title: thread.name.clone(),
        tags: thread.applied_tags.iter().map(|tag| tag.get()).collect(),
    }))
}

fn roles(member: Option<&Member>) -> Vec<Id> {
    member.map(|member| member.roles.iter().map(|role| role.get()).collect()).unwrap_or_default()
}

/// Whether the bot itself is where an interaction comes from, and not only its commands, which users can take anywhere.
fn is_present(context: Option<InteractionContext>, owners: &AuthorizingIntegrationOwners) -> bool {
    let in_guild = owners.0.iter().any(|owner| matches!(owner, AuthorizingIntegrationOwner::GuildInstall(_)));
    match context {
        Some(InteractionContext::BotDm) => true,
        Some(InteractionContext::Guild) => in_guild,
        // Discord leaves it out only where it knows of no other place than guilds and the bot's own direct messages.
        None => true,
        _ => false,
    }
}

/// What counts of the message of a button.
fn pressed_on(message: &Message) -> PressedOn {
    PressedOn {
        text: message.content.clone(),
        replied_to: message.message_reference.as_ref().and_then(|replied| replied.message_id).map(|id| id.get()),
        question: message.referenced_message.as_ref().filter(|replied| !replied.author.bot).map(|replied| replied.content.clone()),
        private: message.flags.is_some_and(|flags| flags.contains(MessageFlags::EPHEMERAL)),
    }
}

fn from_modal(modal: &ModalInteraction) -> Interaction {
    let inputs = modal.data.components.iter().flat_map(|row| &row.components);
    let fields = inputs.filter_map(|component| match component {
        ActionRowComponent::InputText(input) => Some((input.custom_id.clone(), input.value.clone().unwrap_or_default())),
        _ => None,
    });
    Interaction {
        id: modal.id.get(),
        token: InteractionToken(modal.token.clone()),
        origin: origin(modal.user.id, modal.channel_id, modal.guild_id),
        kind: InteractionKind::Modal {
            custom_id: modal.data.custom_id.clone(),
            fields: fields.collect(),
            message: modal.message.as_ref().map(|message| message.id.get()).unwrap_or_default(),
            on: modal.message.as_deref().map(pressed_on).unwrap_or_default(),
        },
        roles: roles(modal.member.as_ref()),
        // serenity does not read it. A form is opened by a button, which was looked at.
        present: true,
        language: Language::of_locale(&modal.locale),
    }
}

fn command_kind(command: &CommandInteraction) -> InteractionKind {
    let data = &command.data;
    let option = |name: &str| data.options.iter().find(|o| o.name == name).map(|o| &o.value);
    match data.kind {
        CommandType::ChatInput if data.name == "ask" => InteractionKind::Ask {
            question: match option("question") {
                Some(CommandDataOptionValue::String(question)) => question.clone(),
                _ => String::new(),
            },
            private: matches!(option("private"), Some(CommandDataOptionValue::Boolean(true))),
        },
        CommandType::ChatInput => InteractionKind::Command(data.name.clone()),
        CommandType::Message => {
            // A message command has exactly one target.
            let text = data.resolved.messages.values().next().map(own_or_forwarded).unwrap_or_default();
            if data.name == teach_name() { InteractionKind::Teach { text } } else { InteractionKind::AnswerThis { text } }
        }
        _ => InteractionKind::Other,
    }
}

fn from_component(component: &ComponentInteraction) -> Interaction {
    let chosen = match &component.data.kind {
        ComponentInteractionDataKind::StringSelect { values } => values.first().cloned(),
        _ => None,
    };
    Interaction {
        id: component.id.get(),
        token: InteractionToken(component.token.clone()),
        origin: origin(component.user.id, component.channel_id, component.guild_id),
        kind: InteractionKind::Component {
            custom_id: component.data.custom_id.clone(),
            chosen,
            message: component.message.id.get(),
            answers: answers(&component.message),
            on: pressed_on(&component.message),
        },
        roles: roles(component.member.as_ref()),
        present: is_present(component.context, &component.authorizing_integration_owners),
        language: Language::of_locale(&component.locale),
    }
}

/// What a message of the bot's answers: an interaction, or the message that it replies to.
fn answers(message: &Message) -> Option<Id> {
    let interaction = message.interaction_metadata.as_deref().and_then(|interaction| match interaction {
        MessageInteractionMetadata::Command(command) => Some(command.id.get()),
        MessageInteractionMetadata::Component(component) => Some(component.id.get()),
        MessageInteractionMetadata::ModalSubmit(modal) => Some(modal.id.get()),
        _ => None,
    });
    interaction.or_else(|| Some(message.message_reference.as_ref()?.message_id?.get()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// What a message of the bot's with these keys answers.
    fn of(keys: Value) -> Option<Id> {
        let user = json!({"id": "99", "username": "factotum", "discriminator": "0000", "global_name": null, "avatar": null, "bot": true});
        let mut message = json!({
            "id": "9", "channel_id": "3", "author": user, "content": "an answer", "timestamp": "2026-01-01T00:00:00.000000+00:00",
            "edited_timestamp": null, "tts": false, "mention_everyone": false, "mentions": [], "mention_roles": [], "attachments": [], "embeds": [],
            "pinned": false, "type": 0,
        });
        if let (Some(message), Some(keys)) = (message.as_object_mut(), keys.as_object()) {
            message.extend(keys.clone());
        }
        answers(&serde_json::from_value(message).expect("a message as Discord writes it"))
    }

    #[test]
    fn what_a_message_answers() {
        assert_eq!(of(json!({})), None);
        assert_eq!(of(json!({"message_reference": {"message_id": "55", "channel_id": "3"}})), Some(55));
        let user = json!({"id": "2", "username": "anna", "discriminator": "0", "global_name": null, "avatar": null});
        let metadata = |kind: u8, more: Value| {
            let mut metadata = json!({"id": "77", "type": kind, "user": user, "authorizing_integration_owners": {}});
            if let (Some(metadata), Some(more)) = (metadata.as_object_mut(), more.as_object()) {
                metadata.extend(more.clone());
            }
            json!({"interaction_metadata": metadata})
        };
        assert_eq!(of(metadata(2, json!({"name": "ask"}))), Some(77));
        assert_eq!(of(metadata(3, json!({"interacted_message_id": "8"}))), Some(77));
    }
}
