//! The JSON that goes to Discord: version 10 of its API, as of July 2026. serenity lacks parts of it, so these are our own types.
//!
//! Every limit here is from Discord's documentation (Message, Embed and Component objects).

use serde::Serialize;

/// The bytes that are sent, over REST or as an HTTP response.
pub fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("our own types have string keys only")
}

/// Most characters of a message's text.
pub const MAX_CONTENT: usize = 2_000;
/// Most characters of an embed's title.
pub const MAX_TITLE: usize = 256;
/// Most characters of an embed's description.
pub const MAX_DESCRIPTION: usize = 4_096;
/// Most characters of a field's value.
pub const MAX_FIELD: usize = 1_024;
/// Most characters of all embeds of a message together.
pub const MAX_EMBEDS: usize = 6_000;
/// Most characters of a button's label.
pub const MAX_LABEL: usize = 80;
/// Most characters of an option's label, description or value, and of an autocomplete choice's name or value.
pub const MAX_OPTION: usize = 100;
/// Most options of a menu, and most autocomplete choices.
pub const MAX_OPTIONS: usize = 25;
/// Most characters of a custom id.
pub const MAX_CUSTOM_ID: usize = 100;

/// Whom a message pings: by default nobody, neither users named in the text nor the author of the message that is replied to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AllowedMentions {
    parse: [&'static str; 0],
    replied_user: bool,
    /// The one role that may be pinged, in the channel of `[discord.ask_a_person]` only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    roles: Vec<String>,
}

impl AllowedMentions {
    /// Pings this role and nobody else.
    pub fn role(id: u64) -> AllowedMentions {
        AllowedMentions { roles: vec![id.to_string()], ..AllowedMentions::default() }
    }
}

/// A message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Text, at most [`MAX_CONTENT`] characters.
    pub content: String,
    /// At most one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub embeds: Vec<Embed>,
    /// Rows of buttons or menus.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<Row>,
    /// Whom it pings: nobody, but for the role of `[discord.ask_a_person]`.
    pub allowed_mentions: AllowedMentions,
    /// 64 if only the user who asked sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flags: Option<u64>,
}

/// The flag of a message that only one user sees.
const EPHEMERAL: u64 = 1 << 6;

impl Message {
    /// A message that is only text.
    pub fn text(content: impl Into<String>) -> Message {
        Message { content: content.into(), ..Message::default() }
    }

    /// The same message, visible only to the user who asked.
    pub fn private(mut self) -> Message {
        self.flags = Some(EPHEMERAL);
        self
    }

    /// Whether only the user who asked sees it.
    pub fn is_private(&self) -> bool {
        self.flags == Some(EPHEMERAL)
    }
}

/// A message for a channel: a [`Message`] and what it needs when it is not the response to an interaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChannelMessage {
    /// The message.
    #[serde(flatten)]
    pub message: Message,
    /// The message it replies to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_reference: Option<MessageReference>,
    /// The same in every attempt to send this message, so that it is posted only once.
    pub nonce: String,
    /// Asks Discord to check the nonce.
    pub enforce_nonce: bool,
}

/// The message that a reply refers to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MessageReference {
    /// Its id.
    pub message_id: String,
    /// Whether it is an error if that message has been deleted: never.
    pub fail_if_not_exists: bool,
}

/// A box below a message's text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Embed {
    /// Heading.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Colour of the edge, 0xRRGGBB. It carries no information.
    pub color: u32,
    /// Labelled values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
}

impl Embed {
    /// Characters that count towards [`MAX_EMBEDS`].
    pub fn characters(&self) -> usize {
        let fields: usize = self.fields.iter().map(|f| f.name.chars().count() + f.value.chars().count()).sum();
        self.title.chars().count() + self.description.chars().count() + fields
    }
}

/// A labelled value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// The label.
    pub name: String,
    /// The value.
    pub value: String,
    /// Whether it may share a line with others.
    pub inline: bool,
}

/// A row below a message: up to five buttons, or one menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    #[serde(rename = "type")]
    kind: u8,
    /// What is in it.
    pub components: Vec<Component>,
}

impl Row {
    /// A row of these components.
    pub fn new(components: Vec<Component>) -> Row {
        Row { kind: 1, components }
    }
}

/// A button or menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Component {
    /// A button.
    Button {
        /// 2.
        #[serde(rename = "type")]
        kind: u8,
        /// 1 for a question to ask, 2 for the others.
        style: u8,
        /// Its text.
        label: String,
        /// What it does: see the module `components`.
        custom_id: String,
        /// Shown, but cannot be pressed.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        disabled: bool,
    },
    /// A menu.
    Menu {
        /// 3.
        #[serde(rename = "type")]
        kind: u8,
        /// What it does.
        custom_id: String,
        /// The options to choose from.
        options: Vec<MenuOption>,
        /// Its text while nothing is chosen.
        placeholder: String,
    },
    /// A text field of a form.
    Field(TextField),
}

impl Component {
    /// A button that asks a question.
    pub fn button(label: String, custom_id: String) -> Component {
        Component::Button { kind: 2, style: 1, label, custom_id, disabled: false }
    }

    /// A less prominent button.
    pub fn small_button(label: &str, custom_id: String, disabled: bool) -> Component {
        Component::Button { kind: 2, style: 2, label: label.to_owned(), custom_id, disabled }
    }

    /// A menu.
    pub fn menu(placeholder: &str, custom_id: String, options: Vec<MenuOption>) -> Component {
        Component::Menu { kind: 3, custom_id, options, placeholder: placeholder.to_owned() }
    }
}

/// A text field of a form, alone in its row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TextField {
    #[serde(rename = "type")]
    kind: u8,
    custom_id: String,
    style: u8,
    label: String,
    max_length: u16,
    required: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    value: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    placeholder: String,
}

impl TextField {
    /// A required field for one line, with this name, label and length.
    pub fn new(name: &str, label: &str, max_length: u16) -> TextField {
        let (custom_id, label) = (name.to_owned(), label.to_owned());
        TextField { kind: 4, custom_id, style: 1, label, max_length, required: true, value: String::new(), placeholder: String::new() }
    }

    /// The same for several lines.
    pub fn tall(self) -> TextField {
        TextField { style: 2, ..self }
    }

    /// The same, but it may be left empty.
    pub fn optional(self) -> TextField {
        TextField { required: false, ..self }
    }

    /// The same with this text in it, cut if it is too long.
    pub fn with(self, value: &str) -> TextField {
        TextField { value: value.chars().take(usize::from(self.max_length)).collect(), ..self }
    }

    /// The same with this example, shown while it is empty.
    pub fn such_as(self, placeholder: &str) -> TextField {
        TextField { placeholder: placeholder.to_owned(), ..self }
    }
}

/// A form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Modal {
    /// What it does: see the module `components`.
    pub custom_id: String,
    /// Its heading, at most [`MAX_MODAL_TITLE`] characters.
    pub title: String,
    /// A row for each field; five at most.
    pub components: Vec<Row>,
}

/// Most characters of a form's heading, and of a field's label.
pub const MAX_MODAL_TITLE: usize = 45;

impl Modal {
    /// A form with these fields.
    pub fn new(custom_id: String, title: &str, fields: Vec<TextField>) -> Modal {
        Modal {
            custom_id,
            title: title.to_owned(),
            components: fields.into_iter().map(|field| Row::new(vec![Component::Field(field)])).collect(),
        }
    }
}

/// An option of a menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MenuOption {
    /// Its text.
    pub label: String,
    /// The value that comes back.
    pub value: String,
}

/// An autocomplete choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// Its text.
    pub name: String,
    /// The value that is filled in.
    pub value: String,
}

/// The first response to an interaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Response {
    /// A message.
    Message(Message),
    /// Replaces the message that the component belongs to.
    Update(Message),
    /// Choices for a question that is being typed.
    Choices(Vec<Choice>),
    /// A form to fill in.
    Modal(Modal),
    /// What only the user sees comes later.
    Deferred,
}

impl Serialize for Response {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Choices<'a> {
            choices: &'a [Choice],
        }
        #[derive(Serialize)]
        struct Private {
            flags: u64,
        }
        #[derive(Serialize)]
        struct Callback<T> {
            r#type: u8,
            data: T,
        }
        match self {
            Response::Message(message) => Callback { r#type: 4, data: message }.serialize(serializer),
            Response::Update(message) => Callback { r#type: 7, data: message }.serialize(serializer),
            Response::Choices(choices) => Callback { r#type: 8, data: Choices { choices } }.serialize(serializer),
            Response::Modal(modal) => Callback { r#type: 9, data: modal }.serialize(serializer),
            Response::Deferred => Callback { r#type: 5, data: Private { flags: EPHEMERAL } }.serialize(serializer),
        }
    }
}
