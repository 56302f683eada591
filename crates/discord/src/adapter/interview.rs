//! What Discord says of a bot, its commands and its guilds, for `factotum doctor`.

use super::rest::{self, Failure};
use crate::diagnosis::Testimony;
use crate::places::{Place, Purpose};
use factotum_service::config;
use serde_json::Value;
use serenity::http::{Http, LightMethod, Request, Route};
use std::time::{Duration, SystemTime};
use tokio::time::timeout;

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Most forums that are looked at: Discord is asked three times for each.
const MOST: usize = 10;

/// Why Discord says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// It does not know the token.
    BadToken,
    /// It could not be asked.
    Unreachable,
}

/// Asks Discord.
///
/// # Errors
/// [`Silence`] if Discord cannot be asked, or does not know the token.
pub async fn interview(token: &str, settings: &config::Discord) -> anyhow::Result<Result<Testimony, Silence>> {
    let http = rest::client(token, settings)?;
    let application = match rest::fetch(&http, Route::Oauth2ApplicationCurrent, rest::UNCOUNTED).await {
        Ok(application) => application,
        Err(Failure::Refused(401, _)) => return Ok(Err(Silence::BadToken)),
        Err(_) => return Ok(Err(Silence::Unreachable)),
    };
    let id = application["id"].as_str().and_then(|id| id.parse().ok()).filter(|id| *id != 0);
    let commands = match id {
        Some(id) => {
            let id: u64 = id;
            rest::fetch(&http, Route::Commands { application_id: id.into() }, rest::UNCOUNTED).await.ok()
        }
        None => None,
    };
    // Old bots have another id than their application.
    let us = application["bot"]["id"].as_str().and_then(|id| id.parse().ok()).or(id).filter(|id: &u64| *id != 0);
    let list = |value: Option<Value>| value.and_then(|value| value.as_array().cloned());
    Ok(Ok(Testimony {
        application,
        commands: list(commands),
        gateway: rest::fetch(&http, Route::GatewayBot, rest::UNCOUNTED).await.ok(),
        guilds: list(rest::fetch(&http, Route::UserMeGuilds, rest::UNCOUNTED).await.ok()),
        clock_ahead: clock_ahead(&http).await,
        places: places(&http, settings, us).await,
    }))
}

/// The channels that the settings name.
async fn places(http: &Http, settings: &config::Discord, us: Option<u64>) -> Vec<Place> {
    let forums = settings.forums.channels.as_slice().iter().map(|id| (*id, Purpose::Forum));
    let people = settings.ask_a_person.channel.0.map(|id| (id.0, Purpose::People));
    let mut places = Vec::new();
    for (id, purpose) in forums.take(MOST).chain(people).filter(|(id, _)| *id != 0) {
        let channel = rest::fetch(http, Route::Channel { channel_id: id.into() }, rest::UNCOUNTED).await.ok();
        let guild = channel.as_ref().and_then(|channel| channel["guild_id"].as_str()?.parse::<u64>().ok()).filter(|id| *id != 0);
        let (mut roles, mut member) = (Vec::new(), Value::Null);
        if let (Some(guild), Some(us)) = (guild, us) {
            let all = rest::fetch(http, Route::GuildRoles { guild_id: guild.into() }, rest::UNCOUNTED).await.ok();
            roles = all.and_then(|all| all.as_array().cloned()).unwrap_or_default();
            let own = Route::GuildMember { guild_id: guild.into(), user_id: us.into() };
            member = rest::fetch(http, own, rest::UNCOUNTED).await.unwrap_or_default();
        }
        places.push(Place { id, purpose, channel, roles, member });
    }
    places
}

/// How many seconds this machine's clock is ahead of Discord's.
async fn clock_ahead(http: &Http) -> Option<i64> {
    let asked = SystemTime::now();
    let response = timeout(PATIENCE, http.request(Request::new(Route::Gateway, LightMethod::Get))).await.ok()?.ok()?;
    let answered = SystemTime::now();
    let date = crate::diagnosis::http_date(response.headers().get("date")?.to_str().ok()?)?;
    // Discord wrote the date somewhere in between.
    let middle = asked + answered.duration_since(asked).unwrap_or_default() / 2;
    let ours = middle.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs();
    Some(i64::try_from(ours).ok()? - i64::try_from(date).ok()?)
}
