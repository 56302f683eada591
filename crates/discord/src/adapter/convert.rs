//! serenity's events as our own: [`Incoming`].

use crate::event::{Id, Incoming, Origin, Token, Used, What, Written};
use serenity::model::application::{
    CommandDataOptionValue, CommandInteraction, CommandType, ComponentInteraction, ComponentInteractionDataKind, Interaction,
};
use serenity::model::channel::{Message, MessageType};
use serenity::model::event::Event;

/// An event, as the bot with this id sees it; `None` if it is not for answering.
pub(super) fn event(event: &Event, us: Id) -> Option<Incoming> {
    match event {
        Event::MessageCreate(event) => Some(message(&event.message, us)),
        Event::InteractionCreate(event) => interaction(&event.interaction),
        _ => None,
    }
}

fn message(message: &Message, us: Id) -> Incoming {
    let tags = [format!("<@{us}>"), format!("<@!{us}>")];
    let pinged = message.mentions.iter().any(|user| user.id.get() == us);
    let to_us = message.referenced_message.as_ref().is_some_and(|replied| replied.author.id.get() == us);
    Incoming::Written(Written {
        id: message.id.get(),
        origin: Origin {
            person: message.author.id.get(),
            channel: message.channel_id.get(),
            server: message.guild_id.map(|guild| guild.get()),
        },
        by_program: message.author.bot || message.webhook_id.is_some() || message.author.id.get() == us,
        ordinary: matches!(message.kind, MessageType::Regular | MessageType::InlineReply),
        calls_everybody: message.mention_everyone,
        mentions_us: pinged && tags.iter().any(|tag| message.content.contains(tag)),
        replies_to_us: pinged && to_us,
        text: message.content.clone(),
    })
}

/// An interaction; `None` for those that are none of a person's.
pub(super) fn interaction(interaction: &Interaction) -> Option<Incoming> {
    let used = match interaction {
        Interaction::Command(command) => from_command(command, command_used(command)),
        Interaction::Autocomplete(command) => {
            let typed = command.data.autocomplete().map(|option| option.value.to_owned()).unwrap_or_default();
            from_command(command, What::Typing(typed))
        }
        Interaction::Component(component) => from_component(component),
        Interaction::Modal(modal) => Used {
            id: modal.id.get(),
            token: Token(modal.token.clone()),
            origin: Origin { person: modal.user.id.get(), channel: modal.channel_id.get(), server: modal.guild_id.map(|g| g.get()) },
            what: What::Other,
        },
        _ => return None,
    };
    Some(Incoming::Used(used))
}

fn from_command(command: &CommandInteraction, what: What) -> Used {
    Used {
        id: command.id.get(),
        token: Token(command.token.clone()),
        origin: Origin { person: command.user.id.get(), channel: command.channel_id.get(), server: command.guild_id.map(|g| g.get()) },
        what,
    }
}

fn command_used(command: &CommandInteraction) -> What {
    let data = &command.data;
    let option = |name: &str| data.options.iter().find(|o| o.name == name).map(|o| &o.value);
    match data.kind {
        CommandType::ChatInput if data.name == "ask" => What::Ask {
            question: match option("question") {
                Some(CommandDataOptionValue::String(question)) => question.clone(),
                _ => String::new(),
            },
            private: matches!(option("private"), Some(CommandDataOptionValue::Boolean(true))),
        },
        CommandType::ChatInput => What::Plain(data.name.clone()),
        CommandType::Message => {
            // There is only one target.
            let text = data.resolved.messages.values().next().map(|m| m.content.clone()).unwrap_or_default();
            What::AnswerThis { text }
        }
        _ => What::Other,
    }
}

fn from_component(component: &ComponentInteraction) -> Used {
    let chosen = match &component.data.kind {
        ComponentInteractionDataKind::StringSelect { values } => values.first().cloned(),
        _ => None,
    };
    Used {
        id: component.id.get(),
        token: Token(component.token.clone()),
        origin: Origin {
            person: component.user.id.get(),
            channel: component.channel_id.get(),
            server: component.guild_id.map(|g| g.get()),
        },
        what: What::Pressed { custom_id: component.data.custom_id.clone(), chosen, message: component.message.id.get() },
    }
}
