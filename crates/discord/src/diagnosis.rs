//! What is wrong with a bot's application at Discord, by what Discord says of it.

use crate::commands;
use crate::places::{Place, Purpose};
use factotum_core::hash;
use factotum_core::render::escape_control;
use factotum_service::config;
use serde_json::{Value, json};

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Ok,
    /// It works, but not as well as it could.
    Warning,
    /// It does not work.
    Error,
}

impl Level {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Ok => "ok",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was checked, in one word or two.
    pub check: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What was found.
    pub message: String,
    /// What to do about it; empty if there is nothing to do.
    pub remedy: String,
}

impl Finding {
    /// All is well.
    pub fn ok(check: &'static str, message: impl Into<String>) -> Finding {
        Finding { check, level: Level::Ok, message: message.into(), remedy: String::new() }
    }

    /// It works, but.
    pub fn warning(check: &'static str, message: impl Into<String>, remedy: impl Into<String>) -> Finding {
        Finding { check, level: Level::Warning, message: message.into(), remedy: remedy.into() }
    }

    /// It does not work.
    pub fn error(check: &'static str, message: impl Into<String>, remedy: impl Into<String>) -> Finding {
        Finding { check, level: Level::Error, message: message.into(), remedy: remedy.into() }
    }

    /// The finding in JSON.
    pub fn json(&self) -> Value {
        json!({ "check": self.check, "level": self.level.as_str(), "message": self.message, "remedy": self.remedy })
    }
}

/// What Discord says. `None` where it did not answer.
#[derive(Debug, Clone, Default)]
pub struct Testimony {
    /// The application of the token.
    pub application: Value,
    /// Its registered commands.
    pub commands: Option<Vec<Value>>,
    /// The gateway's address and the sessions that are left today.
    pub gateway: Option<Value>,
    /// The guilds that the bot is in, 200 at most.
    pub guilds: Option<Vec<Value>>,
    /// By how many seconds this machine's clock is ahead.
    pub clock_ahead: Option<i64>,
    /// The channels that the settings name.
    pub places: Vec<Place>,
}

/// Flags of an application with a privileged intent switched on, for bots in many guilds and in few (Discord: Application flags).
const PRIVILEGED: [(&str, u64); 3] =
    [("presence", 1 << 12 | 1 << 13), ("server members", 1 << 14 | 1 << 15), ("message content", 1 << 18 | 1 << 19)];
/// The permission that includes all others.
const ADMINISTRATOR: u64 = 1 << 3;
/// How far the clocks may be apart without a word, in seconds: the date of a response has no fractions, and it travels.
const CLOCK_NOTICED: i64 = 3;
/// From here on, signed requests over HTTP are rejected as too old or too new.
const CLOCK_WRONG: i64 = 30;
/// Sessions a day below which a restart or two can use up the rest.
const FEW_SESSIONS: u64 = 50;
/// Most guilds that are named in one message.
const NAMED: usize = 3;
/// Where applications are looked after.
const PORTAL: &str = "https://discord.com/developers/applications";

/// What is right and wrong with the bot, one finding or more for each check.
pub fn findings(seen: &Testimony, discord: &config::Discord, interactions: &config::Interactions) -> Vec<Finding> {
    let mut found = vec![token(seen)];
    found.extend(intents(seen));
    found.extend(endpoint(seen, interactions));
    found.push(registered(seen, discord));
    found.push(permissions(seen));
    found.extend(lists(seen, discord));
    found.extend(absent(seen, discord));
    found.extend(places(seen, discord));
    found.push(sessions(seen));
    found.push(clock(seen.clock_ahead));
    found
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

fn token(seen: &Testimony) -> Finding {
    let (name, id) = (escape_control(text(&seen.application, "name")), escape_control(text(&seen.application, "id")));
    Finding::ok("token", format!("Discord accepts it: application {name} ({id})"))
}

fn intents(seen: &Testimony) -> Option<Finding> {
    let flags = seen.application["flags"].as_u64()?;
    let on: Vec<&str> = PRIVILEGED.iter().filter(|(_, bits)| flags & bits != 0).map(|(name, _)| *name).collect();
    Some(if on.is_empty() {
        Finding::ok("intents", "no privileged intent is on; none is needed")
    } else {
        let remedy = format!("switch them off on {PORTAL} (Bot, Privileged Gateway Intents): the bot does not use them");
        Finding::warning("intents", format!("privileged intents are on: {}", on.join(", ")), remedy)
    })
}

fn endpoint(seen: &Testimony, interactions: &config::Interactions) -> Vec<Finding> {
    let mut found = Vec::new();
    let url = escape_control(text(&seen.application, "interactions_endpoint_url"));
    let ours = interactions.public_key.0.as_ref().map(|key| hash::hex(&key.0));
    match (&ours, url.is_empty()) {
        (None, false) => found.push(Finding::warning(
            "endpoint",
            format!("Discord posts commands and buttons to {url}, so `factotum run` gets none of them"),
            format!("run `factotum serve-interactions` there, or remove the Interactions Endpoint URL on {PORTAL}"),
        )),
        (Some(_), true) => found.push(Finding::warning(
            "endpoint",
            "`public_key` is set, but Discord has no Interactions Endpoint URL, so `factotum serve-interactions` gets nothing",
            format!("set the Interactions Endpoint URL on {PORTAL}, or remove `public_key` from [interactions]"),
        )),
        (Some(_), false) => found.push(Finding::ok("endpoint", format!("Discord posts commands and buttons to {url}"))),
        (None, true) => {}
    }
    let theirs = text(&seen.application, "verify_key");
    if let Some(ours) = ours.filter(|ours| !theirs.is_empty() && !ours.eq_ignore_ascii_case(theirs)) {
        found.push(Finding::error(
            "public key",
            format!("`public_key` of [interactions] is {ours}, that of the application is {}", escape_control(theirs)),
            "copy the application's public key into the settings; with a wrong one every request is rejected",
        ));
    }
    found
}

fn registered(seen: &Testimony, discord: &config::Discord) -> Finding {
    const CHECK: &str = "commands";
    let Some(commands) = &seen.commands else { return Finding::warning(CHECK, "Discord does not list them", "try again in a minute") };
    let compared = commands::compare(commands, &commands::for_settings(true, discord));
    let others: Vec<String> = compared.others.iter().take(NAMED).map(commands::called).collect();
    let others = match (others.len(), compared.others.len() - others.len()) {
        (0, _) => String::new(),
        (_, 0) => format!("; others are left alone: {}", others.join(", ")),
        (_, more) => format!("; others are left alone: {} and {more} more", others.join(", ")),
    };
    match (compared.missing.is_empty(), discord.register_commands) {
        (true, _) => Finding::ok(CHECK, format!("all {} are registered and up to date{others}", compared.ours.len())),
        (false, true) => Finding::ok(CHECK, format!("not up to date; `factotum run` registers them when it starts{others}")),
        (false, false) => {
            Finding::warning(CHECK, format!("not up to date, and `register_commands` is off{others}"), "run `factotum commands register`")
        }
    }
}

fn permissions(seen: &Testimony) -> Finding {
    const CHECK: &str = "permissions";
    let Some(guilds) = &seen.guilds else {
        return Finding::warning(CHECK, "Discord does not list the bot's servers", "try again in a minute");
    };
    if guilds.is_empty() {
        return Finding::warning(CHECK, "the bot is on no server yet", "run `factotum invite`, and open the link that it prints");
    }
    let lacking: Vec<String> = guilds
        .iter()
        .filter_map(|guild| {
            let has: u64 = guild["permissions"].as_str()?.parse().ok()?;
            let missing: Vec<&str> =
                commands::PERMISSIONS.iter().filter(|(bit, _)| has & (bit | ADMINISTRATOR) == 0).map(|(_, name)| *name).collect();
            (!missing.is_empty()).then(|| format!("{} ({})", escape_control(text(guild, "name")), missing.join(", ")))
        })
        .collect();
    let servers = if guilds.len() == 1 { "1 server".to_owned() } else { format!("{} servers", guilds.len()) };
    if lacking.is_empty() {
        return Finding::ok(CHECK, format!("as needed on {servers}"));
    }
    let more = lacking.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let named = lacking.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    Finding::warning(
        CHECK,
        format!("missing on {named}{more}"),
        "give the bot's role these permissions, or invite it again with `factotum invite`",
    )
}

/// A list in the settings that leaves nothing.
fn lists(seen: &Testimony, discord: &config::Discord) -> Option<Finding> {
    let guilds = seen.guilds.as_ref().filter(|guilds| !guilds.is_empty())?;
    let known = guilds.iter().filter_map(|guild| text(guild, "id").parse().ok());
    // Discord lists 200 at once; among more, one that is missing says nothing.
    let nowhere =
        !discord.allow_guilds.is_empty() && guilds.len() < 200 && !known.into_iter().any(|id: u64| discord.allow_guilds.contains(id));
    nowhere.then(|| {
        let message = "the bot is on none of the servers in `allow_guilds`, so it answers on none";
        Finding::warning("guild lists", message, "correct the ids, or invite the bot there with `factotum invite`")
    })
}

/// Guilds with a knowledge base of their own that the bot is not on.
fn absent(seen: &Testimony, discord: &config::Discord) -> Option<Finding> {
    // As above.
    let guilds = seen.guilds.as_ref().filter(|guilds| guilds.len() < 200)?;
    let known: Vec<u64> = guilds.iter().filter_map(|guild| text(guild, "id").parse().ok()).collect();
    let mut absent: Vec<String> =
        discord.guilds.0.iter().map(|entry| entry.guild.0).filter(|id| !known.contains(id)).map(|id| id.to_string()).collect();
    absent.dedup();
    (!absent.is_empty()).then(|| {
        let message = format!("[[discord.guilds]] has a knowledge base for servers that the bot is not on: {}", absent.join(", "));
        Finding::warning("guilds", message, "correct the ids, or invite the bot there with `factotum invite`")
    })
}

/// The forums, and the channel in which people see questions.
fn places(seen: &Testimony, discord: &config::Discord) -> Vec<Finding> {
    let look = |place: &Place| {
        let (check, key) = match place.purpose {
            Purpose::Forum => ("forum", "`channels` of [discord.forums]"),
            Purpose::People => ("people", "`channel` of [discord.ask_a_person]"),
        };
        let id = place.id;
        if place.channel.is_none() {
            let remedy = format!("let the bot's role view it, or correct the id in {key}");
            return Finding::error(check, format!("the bot cannot see the channel {id}"), remedy);
        }
        if place.purpose == Purpose::Forum && !place.is_forum() {
            return Finding::error(
                check,
                format!("the channel {id} is no forum, so nothing is answered there"),
                format!("correct the id in {key}"),
            );
        }
        let role = discord.ask_a_person.role.0.map(|role| role.0).filter(|_| place.purpose == Purpose::People);
        let lacks = place.lacks(role);
        if lacks.is_empty() {
            return Finding::ok(check, format!("the bot may do in {id} what it needs to"));
        }
        Finding::error(check, format!("missing in the channel {id}: {}", lacks.join(", ")), "give the bot's role these permissions there")
    };
    seen.places.iter().map(look).collect()
}

fn sessions(seen: &Testimony) -> Finding {
    const CHECK: &str = "gateway";
    let limit = seen.gateway.as_ref().and_then(|gateway| gateway["session_start_limit"]["remaining"].as_u64());
    match limit {
        Some(left) if left < FEW_SESSIONS => Finding::warning(
            CHECK,
            format!("only {left} sessions can still be started today"),
            "find out from the log why the bot starts so many",
        ),
        Some(left) => Finding::ok(CHECK, format!("reachable; {left} sessions can be started today")),
        None => Finding::error(CHECK, "Discord does not say where it is", "look at https://discordstatus.com, then try again"),
    }
}

fn clock(ahead: Option<i64>) -> Finding {
    const CHECK: &str = "clock";
    let remedy = "let the system keep the time (timedatectl set-ntp true, or chrony)";
    match ahead {
        None => Finding::warning(CHECK, "Discord's response has no date to compare it with", "try again, or ask without `api_proxy`"),
        Some(ahead) if ahead.abs() < CLOCK_NOTICED => Finding::ok(CHECK, "right"),
        Some(ahead) => {
            let message = format!("{} seconds {} Discord's", ahead.abs(), if ahead > 0 { "ahead of" } else { "behind" });
            if ahead.abs() < CLOCK_WRONG {
                Finding::warning(CHECK, message, remedy)
            } else {
                Finding::error(CHECK, format!("{message}; signed requests are rejected from {CLOCK_WRONG} on"), remedy)
            }
        }
    }
}

/// What something that should be a token is by its looks. Discord's tokens have three parts with dots between them; the first is the id of the bot
/// in base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looks {
    /// The token of the bot with this id.
    Token(u64),
    /// Not quite as tokens look so far: why.
    Odd(&'static str),
    /// Something else: what.
    Other(&'static str),
}

/// Looks at a token, without asking Discord.
pub fn looks(token: &str) -> Looks {
    let parts: Vec<&str> = token.split('.').collect();
    let [id, time, secret] = parts.as_slice() else {
        return Looks::Other(match token.len() {
            32 => "it has 32 characters and no dots, so it is probably the client secret",
            64 => "it has 64 characters and no dots, so it is probably the public key",
            17..=20 if token.bytes().all(|b| b.is_ascii_digit()) => "it is a number, so it is probably the application id",
            _ => "it does not have three parts with dots between them",
        });
    };
    let id = unbase64(id).and_then(|id| String::from_utf8(id).ok()).and_then(|id| id.parse().ok());
    match id {
        Some(id) if time.len() >= 5 && secret.len() >= 27 => Looks::Token(id),
        Some(_) => Looks::Odd("it is short; perhaps part of it was not copied"),
        None => Looks::Odd("its first part is no id in base64"),
    }
}

/// Base64 in either alphabet, without padding. Tokens have only a few characters of it.
fn unbase64(text: &str) -> Option<Vec<u8>> {
    let (mut out, mut bits, mut held) = (Vec::new(), 0_u32, 0_u32);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xff).ok()?);
        }
    }
    Some(out)
}

/// Seconds since 1970 of a date in HTTP (RFC 9110, 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`).
pub fn http_date(text: &str) -> Option<u64> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let words: Vec<&str> = text.split([' ', ':']).collect();
    let [_, day, month, year, hour, minute, second, "GMT"] = words.as_slice() else { return None };
    let number = |text: &str, most: u64| text.parse::<u64>().ok().filter(|number| *number <= most);
    let month = u64::try_from(MONTHS.iter().position(|name| name == month)?).ok()?;
    let (day, year) = (number(day, 31)?, number(year, 9_999).filter(|year| *year >= 1970)?);
    // Days since 1970 (Hinnant, "chrono-Compatible Low-Level Date Algorithms"): years begin in March.
    let (year, from_march) = if month >= 2 { (year, month - 2) } else { (year - 1, month + 10) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * from_march + 2) / 5 + day.checked_sub(1)?;
    let seconds = number(hour, 23)? * 3_600 + number(minute, 59)? * 60 + number(second, 60)?;
    Some(days.checked_sub(719_468)? * 86_400 + seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use factotum_service::config::Config;
    use proptest::prelude::*;

    fn seen() -> Testimony {
        let all = commands::PERMISSIONS.iter().map(|(bit, _)| bit).sum::<u64>();
        Testimony {
            application: json!({"id": "1", "name": "Library", "flags": 0, "verify_key": "ab"}),
            commands: Some(commands::definitions(true)),
            gateway: Some(json!({"session_start_limit": {"remaining": 900}})),
            guilds: Some(vec![json!({"id": "22", "name": "Town", "permissions": all.to_string()})]),
            clock_ahead: Some(0),
            places: Vec::new(),
        }
    }

    fn worst(seen: &Testimony, change: impl FnOnce(&mut Config)) -> Finding {
        let mut config = Config::default();
        change(&mut config);
        let mut found = findings(seen, &config.discord, &config.interactions);
        assert!(found.iter().all(|f| (f.level == Level::Ok) == f.remedy.is_empty()), "{found:?}");
        found.sort_by_key(|f| std::cmp::Reverse(f.level));
        found.swap_remove(0)
    }

    #[test]
    fn each_fault_has_its_remedy() {
        assert_eq!(worst(&seen(), |_| ()).level, Level::Ok);
        for (what, level, remedy, testimony) in [
            ("intents", Level::Warning, "switch them off", Testimony { application: json!({"flags": 1 << 19}), ..seen() }),
            (
                "endpoint",
                Level::Warning,
                "serve-interactions",
                Testimony { application: json!({"interactions_endpoint_url": "https://a.example"}), ..seen() },
            ),
            ("commands", Level::Warning, "try again", Testimony { commands: None, ..seen() }),
            ("permissions", Level::Warning, "factotum invite", Testimony { guilds: Some(Vec::new()), ..seen() }),
            (
                "permissions",
                Level::Warning,
                "role",
                Testimony { guilds: Some(vec![json!({"name": "\u{1b}Town", "permissions": "1024"})]), ..seen() },
            ),
            ("gateway", Level::Warning, "why", Testimony { gateway: Some(json!({"session_start_limit": {"remaining": 3}})), ..seen() }),
            ("gateway", Level::Error, "status", Testimony { gateway: None, ..seen() }),
            ("clock", Level::Warning, "ntp", Testimony { clock_ahead: Some(-12), ..seen() }),
            ("clock", Level::Error, "ntp", Testimony { clock_ahead: Some(31), ..seen() }),
        ] {
            let found = worst(&testimony, |_| ());
            assert_eq!((found.check, found.level), (what, level), "{found:?}");
            assert!(found.remedy.contains(remedy) && !found.message.contains('\u{1b}'), "{found:?}");
        }
        let activity = [commands::definitions(true), vec![json!({"type": 4, "name": "launch"})]].concat();
        let found =
            findings(&Testimony { commands: Some(activity), ..seen() }, &Config::default().discord, &Config::default().interactions);
        assert!(
            found.iter().any(|f| f.level == Level::Ok && f.message.ends_with("others are left alone: launch (entry point)")),
            "{found:?}"
        );
        let old = Testimony { commands: Some(Vec::new()), ..seen() };
        assert_eq!(worst(&old, |_| ()).level, Level::Ok, "they are registered at the start");
        assert!(worst(&old, |config| config.discord.register_commands = false).remedy.contains("commands register"));
        assert!(
            worst(&seen(), |config| config.discord.allow_guilds = "23".parse().expect("an id")).message.contains("none of the servers")
        );
        let elsewhere = "[{ guild = 22, knowledge = \"a\" }, { guild = 23, knowledge = \"b\" }]";
        let found = worst(&seen(), |config| config.discord.guilds = elsewhere.parse().expect("a list"));
        assert!(found.message.ends_with("not on: 23"), "{found:?}");
        let key = "5a".repeat(32).parse().expect("a key");
        assert!(worst(&seen(), |config| config.interactions.public_key = config::Optional(Some(key))).message.contains("5a5a"));
    }

    #[test]
    fn channels_in_the_settings_are_looked_at() {
        let place = |purpose, channel| Place { id: 5, purpose, channel, roles: Vec::new(), member: Value::Null };
        let everything = json!({"id": "22", "permissions": u64::MAX.to_string()});
        for (place, says) in [
            (place(Purpose::Forum, None), "cannot see the channel 5"),
            (place(Purpose::Forum, Some(json!({"type": 0}))), "is no forum"),
            (place(Purpose::Forum, Some(json!({"type": 15}))), "missing in the channel 5: View Channels"),
            (place(Purpose::People, Some(json!({"type": 0}))), "Send Messages"),
        ] {
            let found = worst(&Testimony { places: vec![place], ..seen() }, |_| ());
            assert!(found.level == Level::Error && found.message.contains(says), "{found:?}");
        }
        let fine = Place { roles: vec![everything], ..place(Purpose::People, Some(json!({"type": 0, "guild_id": "22"}))) };
        assert_eq!(worst(&Testimony { places: vec![fine], ..seen() }, |_| ()).level, Level::Ok);
    }

    #[test]
    fn tokens_by_their_looks() {
        assert_eq!(looks("MTAwMDAwMDAwMDAwMDAwMDAx.AbCdEf.0123456789012345678901234567"), Looks::Token(100_000_000_000_000_001));
        for (token, says) in [
            ("0123456789abcdef0123456789abcdef", "client secret"),
            (&"ab".repeat(32), "public key"),
            ("100000000000000001", "application id"),
            ("hush", "three parts"),
        ] {
            assert!(matches!(looks(token), Looks::Other(what) if what.contains(says)), "{token}");
        }
        for (token, says) in [("MTAwMDAwMDAwMDAwMDAwMDAx.AbCdEf.0123", "short"), ("hush.AbCdEf.0123456789012345678901234567", "no id")] {
            assert!(matches!(looks(token), Looks::Odd(why) if why.contains(says)), "{token}");
        }
    }

    #[test]
    fn dates_in_http() {
        for (text, seconds) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
            ("Tue, 29 Feb 2000 23:59:59 GMT", Some(951_868_799)),
            ("Tue, 01 Dec 2026 00:00:00 GMT", Some(1_796_083_200)),
            ("Tue, 00 Dec 2026 00:00:00 GMT", None),
            ("01 Dec 2026", None),
            ("", None),
        ] {
            assert_eq!(http_date(text), seconds, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_comes(text in ".{0,40}") {
            let _ = (http_date(&text), looks(&text));
        }
    }
}
