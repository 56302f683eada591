//! `factotum serve-interactions`: commands, buttons and menus that Discord posts over HTTP.

use super::Status;
use super::service::{self, Started};
use super::settings::Settings;
use anyhow::Context;
use factotum_discord::adapter::http_interactions::FollowUps;
use factotum_discord::endpoint::{self, Endpoint, PATH};
use factotum_service::exit::ExitReason;
use factotum_service::http;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::sleep;

/// Arguments of `serve-interactions`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Discord posts to https://YOUR-HOST/interactions once that address is in the Developer Portal (General
Information, Interactions Endpoint URL); something in front has to bring TLS. Every request has to be
signed for the application whose `public_key` is in [interactions]. No token is needed. Copies need
nothing of each other: put as many as you like behind one address.

Direct messages and mentions do not come this way: for them there is `factotum run`. Discord sends
interactions to the address or over the gateway, never both.

Ctrl-C or SIGTERM stops it, after `drain_timeout_seconds` (told twice, at once); SIGHUP lets it read the
folder of its knowledge anew.

Exit status:
  0  stopped, as it was told to
  2  could not begin: no public key, settings or knowledge that do not load, a port that is taken")]
pub(super) struct ServeInteractions {}

impl ServeInteractions {
    /// Serves them until it is told to stop.
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Status> {
        let config = settings.config();
        let key = config.interactions.public_key.0.context(
            "`public_key` of [interactions] is not set: it is in the Developer Portal (https://discord.com/developers/applications, General \
             Information, Public Key)",
        )?;
        let address = config.interactions.listen.0.context("`listen` of [interactions] is off, and there is nothing else to do")?;
        let listener = service::listen(address, "[interactions]")?;
        let follow_ups = FollowUps::new(&config.discord)?;
        let drain = config.interactions.drain_timeout_seconds.duration();
        let ended = service::run(settings, |Started { dispatcher, mut stop, worker }| async move {
            let vitals = dispatcher.vitals.clone();
            let endpoint = Endpoint::new(dispatcher, key, follow_ups);
            let router = endpoint.clone().router();
            let address = listener.local_addr()?;
            let (close, closed) = oneshot::channel::<()>();
            let serving = worker.spawn(async move {
                let listener = TcpListener::from_std(listener)?;
                // However it ends, it is the end.
                http::serve(listener, router, endpoint::LIMITS, async { drop(closed.await) }).await;
                std::io::Result::Ok(())
            });
            vitals.serving();
            tracing::info!("taking interactions at http://{address}{PATH}");
            tracing::warn!("direct messages and mentions do not come over HTTP: only `factotum run` hears them");
            stop.told().await;
            // From here on a balancer that asks is told to send no more, and what it still sends is answered.
            vitals.stopping();
            tokio::select! {
                () = async { if let Some(drain) = drain { sleep(drain).await } } => {}
                () = stop.told() => {}
            }
            drop(close);
            serving.await.context("cannot serve")?.context("cannot serve")?;
            if !endpoint.landed().await {
                tracing::warn!("some follow-up messages were still on their way when time was up");
            }
            tracing::info!("ended: {}", ExitReason::Stopped.advice());
            anyhow::Ok(())
        });
        ended.map(|_| Status::Good)
    }
}
