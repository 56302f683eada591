//! `factotum serve-interactions`: commands, buttons and menus that Discord posts over HTTP.

use super::Status;
use super::long_running::{self, Started};
use super::settings::Settings;
use super::token::token;
use anyhow::Context;
use factotum_discord::adapter::FollowUps;
use factotum_discord::endpoint::{self, Endpoint, PATH};
use factotum_service::exit::ExitReason;
use factotum_service::http;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::sleep;

/// Arguments of `serve-interactions`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Discord posts to https://YOUR-HOST/interactions once you enter that address in the Developer \
Portal (General Information, Interactions Endpoint URL). A proxy in front must provide TLS. Each \
request must be signed for the application whose `public_key` is set in [interactions]. No token \
is needed. You can run any number of copies behind one address; they share nothing.

Direct messages and mentions do not arrive this way; use `factotum run` for them. Discord sends \
interactions either to the address or over the gateway, never both.

Ctrl-C or SIGTERM stops it after `drain_timeout_seconds`, a second signal at once. SIGHUP reloads \
the knowledge base.

Exit status:
  0  stopped by a signal
  2  could not start: no public key, invalid settings or knowledge base, a port that is in use")]
pub(super) struct ServeInteractions {}

impl ServeInteractions {
    /// Serves interactions until a signal stops it.
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Status> {
        let config = settings.config();
        let key = config.interactions.public_key.0.context(
            "`public_key` of [interactions] is not set: copy it from the Developer Portal (https://discord.com/developers/applications, General \
             Information, Public Key)",
        )?;
        let address = config.interactions.listen.0.context("`listen` of [interactions] is off: set it to the address to listen on")?;
        let listener = long_running::listen(address, "[interactions]")?;
        // Questions for a person are posted in a channel, which needs the token.
        let secret = if config.discord.ask_a_person.channel.0.is_some() { token()?.secret } else { String::new() };
        let follow_ups = FollowUps::new(&secret, &config.discord)?;
        let drain = config.interactions.drain_timeout_seconds.duration();
        let ended = long_running::run(settings, drain.unwrap_or_default(), |Started { dispatcher, mut stop, worker }| async move {
            let status = dispatcher.status.clone();
            let endpoint = Endpoint::new(dispatcher, key, follow_ups);
            let router = endpoint.clone().router();
            let address = listener.local_addr()?;
            let (close, closed) = oneshot::channel::<()>();
            let serving = worker.spawn(async move {
                let listener = TcpListener::from_std(listener)?;
                // The channel closes at the end, whether something is sent or not.
                http::serve(listener, router, endpoint::CONNECTION_LIMITS, async { drop(closed.await) }).await;
                std::io::Result::Ok(())
            });
            status.serving();
            tracing::info!("serving interactions on http://{address}{PATH}");
            tracing::warn!("direct messages and mentions do not arrive over HTTP; only `factotum run` receives them");
            stop.received().await;
            // From here on, health checks tell a load balancer to send no more requests. Those that still arrive are answered.
            status.stopping();
            tokio::select! {
                () = async { if let Some(drain) = drain { sleep(drain).await } } => {}
                () = stop.received() => {}
            }
            drop(close);
            serving.await.context("cannot serve")?.context("cannot serve")?;
            if !endpoint.finish().await {
                tracing::warn!("some follow-up messages could not be delivered in time");
            }
            tracing::info!("ended: {}", ExitReason::Stopped.advice());
            anyhow::Ok(())
        });
        ended.map(|_| Status::Good)
    }
}
