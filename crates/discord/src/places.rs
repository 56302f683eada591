//! What the bot may do in the channels that the settings name, worked out as Discord does.

use serde_json::Value;

/// A channel in the settings, with what Discord says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Its id.
    pub id: u64,
    /// What it is for.
    pub purpose: Purpose,
    /// The channel; `None` if Discord does not show it to the bot.
    pub channel: Option<Value>,
    /// The roles of its guild.
    pub roles: Vec<Value>,
    /// The bot as a member of its guild.
    pub member: Value,
}

/// What a channel is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A forum whose posts are answered.
    Forum,
    /// The channel in which people see questions.
    People,
}

/// Permissions with their names at Discord.
type Named = (u64, &'static str);

const VIEW: Named = (1 << 10, "View Channels");
const SEND: Named = (1 << 11, "Send Messages");
const EMBED: Named = (1 << 14, "Embed Links");
const HISTORY: Named = (1 << 16, "Read Message History");
const MENTION: Named = (1 << 17, "Mention All Roles");
const IN_THREADS: Named = (1 << 38, "Send Messages in Threads");
/// Includes all others.
const ADMINISTRATOR: u64 = 1 << 3;
/// Types of channels that have posts: forums and media channels.
const FORUMS: [u64; 2] = [15, 16];

impl Place {
    /// Whether it is a channel that has posts.
    pub fn is_forum(&self) -> bool {
        self.channel.as_ref().and_then(|channel| channel["type"].as_u64()).is_some_and(|kind| FORUMS.contains(&kind))
    }

    /// The names of the permissions that the bot lacks there; `role` is pinged there.
    pub fn lacks(&self, role: Option<u64>) -> Vec<&'static str> {
        let needed: &[Named] = match self.purpose {
            Purpose::Forum => &[VIEW, EMBED, HISTORY, IN_THREADS],
            Purpose::People => &[VIEW, SEND, HISTORY],
        };
        let has = self.permissions();
        let mut lacks: Vec<&str> = needed.iter().filter(|(bit, _)| has & bit == 0).map(|(_, name)| *name).collect();
        let own = role.and_then(|role| self.roles.iter().find(|own| id(&own["id"]) == Some(role)));
        if own.is_some_and(|own| own["mentionable"] != true) && has & MENTION.0 == 0 {
            lacks.push(MENTION.1);
        }
        lacks
    }

    /// The bot's permissions there (Discord: Permissions, Permission Overwrites).
    fn permissions(&self) -> u64 {
        let Some(channel) = &self.channel else { return 0 };
        let everyone = id(&channel["guild_id"]);
        let own: Vec<u64> = self.member["roles"].as_array().into_iter().flatten().filter_map(id).chain(everyone).collect();
        let of_role = |role: &Value| id(&role["id"]).filter(|id| own.contains(id)).and_then(|_| bits(&role["permissions"]));
        let base = self.roles.iter().filter_map(of_role).fold(0, |all, one| all | one);
        if base & ADMINISTRATOR != 0 {
            return u64::MAX;
        }
        let us = id(&self.member["user"]["id"]);
        let overwrites = channel["permission_overwrites"].as_array().into_iter().flatten();
        let all: Vec<(Option<u64>, u64, u64)> =
            overwrites.map(|o| (id(&o["id"]), bits(&o["allow"]).unwrap_or_default(), bits(&o["deny"]).unwrap_or_default())).collect();
        // For everyone first, then of all roles together, then for the bot itself.
        let apply = |has: u64, of: &dyn Fn(Option<u64>) -> bool| {
            let (allow, deny) = all.iter().filter(|(id, ..)| of(*id)).fold((0, 0), |(a, d), (_, allow, deny)| (a | allow, d | deny));
            (has & !deny) | allow
        };
        let has = apply(base, &|id| id.is_some() && id == everyone);
        let has = apply(has, &|id| id != everyone && id.is_some_and(|id| own.contains(&id)));
        apply(has, &|id| id.is_some() && id == us)
    }
}

fn id(value: &Value) -> Option<u64> {
    value.as_str()?.parse().ok()
}

/// Permissions, which Discord writes as numbers in strings too.
fn bits(value: &Value) -> Option<u64> {
    id(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn place(purpose: Purpose, overwrites: Value) -> Place {
        let usual = VIEW.0 | SEND.0 | EMBED.0 | HISTORY.0 | IN_THREADS.0;
        Place {
            id: 5,
            purpose,
            channel: Some(json!({"id": "5", "type": 15, "guild_id": "22", "permission_overwrites": overwrites})),
            roles: vec![
                json!({"id": "22", "permissions": usual.to_string()}),
                json!({"id": "30", "permissions": "0"}),
                json!({"id": "31", "permissions": "8"}),
                json!({"id": "81", "permissions": "0", "mentionable": false}),
                json!({"id": "82", "permissions": "0", "mentionable": true}),
            ],
            member: json!({"roles": ["30"], "user": {"id": "1"}}),
        }
    }

    #[test]
    fn overwrites_count_in_discords_order() {
        let over = |id: &str, allow: u64, deny: u64| json!({"id": id, "allow": allow.to_string(), "deny": deny.to_string()});
        for (overwrites, lacks) in [
            (json!([]), vec![]),
            (json!([over("22", 0, IN_THREADS.0)]), vec!["Send Messages in Threads"]),
            (json!([over("22", 0, IN_THREADS.0), over("30", IN_THREADS.0, 0)]), vec![]),
            (json!([over("30", IN_THREADS.0, 0), over("1", 0, IN_THREADS.0 | VIEW.0)]), vec!["View Channels", "Send Messages in Threads"]),
            (json!([over("99", 0, VIEW.0)]), vec![]),
        ] {
            assert_eq!(place(Purpose::Forum, overwrites.clone()).lacks(None), lacks, "{overwrites}");
        }
        let mut administrator = place(Purpose::Forum, json!([over("22", 0, VIEW.0)]));
        administrator.member = json!({"roles": ["31"], "user": {"id": "1"}});
        assert_eq!(administrator.lacks(Some(81)), Vec::<&str>::new());
    }

    #[test]
    fn a_role_that_cannot_be_mentioned_is_noticed() {
        assert_eq!(place(Purpose::People, json!([])).lacks(Some(81)), ["Mention All Roles"]);
        assert_eq!(place(Purpose::People, json!([])).lacks(Some(82)), Vec::<&str>::new());
        assert_eq!(Place { channel: None, ..place(Purpose::People, json!([])) }.lacks(None).len(), 3);
    }
}
