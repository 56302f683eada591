//! What Discord says of a bot, its commands and its guilds, for `factotum doctor`.

use super::rest::{self, Failure};
use crate::diagnosis::Testimony;
use factotum_service::config;
use serde_json::Value;
use serenity::http::{Http, LightMethod, Request, Route};
use std::time::{Duration, SystemTime};
use tokio::time::timeout;

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(10);

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
    let list = |value: Option<Value>| value.and_then(|value| value.as_array().cloned());
    Ok(Ok(Testimony {
        application,
        commands: list(commands),
        gateway: rest::fetch(&http, Route::GatewayBot, rest::UNCOUNTED).await.ok(),
        guilds: list(rest::fetch(&http, Route::UserMeGuilds, rest::UNCOUNTED).await.ok()),
        clock_ahead: clock_ahead(&http).await,
    }))
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
