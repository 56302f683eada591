//! Holds back a shard that is about to identify until the identify queue gives it its turn, so that sessions of all processes begin one after
//! the other.
//!
//! serenity has no hook for this. But it starts one shard at a time, and locks the gateway's address before it connects. The
//! [gateway log layer](super::gateway_log) gets into the line for that lock ahead of serenity, and here the lock is held until the turn comes.
//! Resuming a session needs no turn, but also that address: while another shard of this process waits for its turn, resuming waits too.

use super::gateway_log::HeldShard;
use anyhow::Context as _;
use factotum_service::config::Address;
use factotum_service::exit::ExitReason;
use factotum_service::health::ShardEvent;
use reqwest::{Client, StatusCode};
use std::convert::Infallible;
use std::fmt::Display;
use std::future::pending;
use std::pin::pin;
use std::time::{Duration, Instant};
use tokio::sync::OwnedMutexGuard;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::time::sleep;

/// How long the queue may take to accept a connection, and to answer `/livez`: it is near, and answers at once.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(5);
/// After how long a shard counts as waiting. If no other shard waits, its turn comes within milliseconds.
const WAITING_AFTER: Duration = Duration::from_secs(1);
/// How often `/livez` of the queue is checked during the wait: a queue that hangs, or whose machine is gone, would never answer. twilight's
/// queue cannot be used here, since it takes every request for one for a turn.
const CHECK_INTERVAL: Duration = Duration::from_secs(10);
/// Pause before asking a queue again that did not answer; it doubles each time, up to the longest.
const BACKOFF: Duration = Duration::from_millis(250);
/// The longest pause: shards should go on soon after the queue is back.
const MAX_BACKOFF: Duration = Duration::from_secs(5);

/// Holds shards back.
pub(in crate::adapter) struct IdentifyGate {
    client: Client,
    queue: String,
    held: UnboundedReceiver<HeldShard>,
    shard_events: UnboundedSender<ShardEvent>,
    /// Locked while a shard waits. It stays locked after [`run`](Self::run) is dropped: a shard without a turn must never go on.
    address: Option<OwnedMutexGuard<String>>,
}

/// The answer of the queue.
enum Answer {
    Go,
    UsedUp,
}

impl IdentifyGate {
    pub(in crate::adapter) fn new(
        queue: &Address,
        held: UnboundedReceiver<HeldShard>,
        shard_events: UnboundedSender<ShardEvent>,
    ) -> anyhow::Result<IdentifyGate> {
        // No total timeout: hundreds of shards may be ahead of us.
        let client =
            Client::builder().connect_timeout(QUEUE_TIMEOUT).build().context("cannot set up the connection to the identify queue")?;
        Ok(IdentifyGate { client, queue: queue.as_str().to_owned(), held, shard_events, address: None })
    }

    /// Lets shards through, one after the other.
    pub(in crate::adapter) async fn run(&mut self) -> Infallible {
        while let Some(HeldShard { shard, lock }) = self.held.recv().await {
            self.address = Some(lock.await);
            self.turn(shard).await;
            self.address = None;
        }
        // The log layer lives as long as the program.
        pending().await
    }

    async fn turn(&self, shard: u32) {
        let begun = Instant::now();
        let mut pause = BACKOFF;
        let mut warned = false;
        loop {
            let mut asked = pin!(self.ask(shard));
            let mut waiting = false;
            let answer = loop {
                tokio::select! {
                    answer = &mut asked => break answer,
                    up = self.check(if waiting { CHECK_INTERVAL } else { WAITING_AFTER }) => match up {
                        Err(error) => break Err(error),
                        Ok(()) if waiting => {}
                        Ok(()) => {
                            waiting = true;
                            self.report(ShardEvent::Waiting(shard));
                        }
                    }
                }
            };
            match answer {
                Ok(Answer::Go) => return self.report(ShardEvent::GotTurn(shard, begun.elapsed())),
                Ok(Answer::UsedUp) => {
                    tracing::error!(shard, "the identify queue has no sessions left today");
                    self.report(ShardEvent::Rejected(ExitReason::TooManySessions));
                    pending().await
                }
                Err(error) => {
                    if waiting {
                        (warned, pause) = (false, BACKOFF);
                    }
                    if !warned {
                        warned = true;
                        tracing::warn!(shard, "cannot wait for a turn to begin a session; asking again: {:#}", error);
                        self.report(ShardEvent::QueueUnreachable(shard));
                    }
                    sleep(pause).await;
                    pause = (pause * 2).min(MAX_BACKOFF);
                }
            }
        }
    }

    /// Asks for the shard's turn and waits for it. Dropping the future leaves the line.
    async fn ask(&self, shard: u32) -> anyhow::Result<Answer> {
        match self.get(&format!("/?shard={shard}")).await? {
            StatusCode::OK => Ok(Answer::Go),
            StatusCode::TOO_MANY_REQUESTS => Ok(Answer::UsedUp),
            status => Err(self.not_a_queue(status)),
        }
    }

    /// Checks after this time whether the queue is up.
    async fn check(&self, after: Duration) -> anyhow::Result<()> {
        sleep(after).await;
        match tokio::time::timeout(QUEUE_TIMEOUT, self.get("/livez")).await.context("the identify queue does not answer")?? {
            StatusCode::OK => Ok(()),
            status => Err(self.not_a_queue(status)),
        }
    }

    async fn get(&self, path: &str) -> anyhow::Result<StatusCode> {
        Ok(self.client.get(format!("{}{path}", self.queue)).send().await.context("the identify queue cannot be reached")?.status())
    }

    fn not_a_queue(&self, status: impl Display) -> anyhow::Error {
        anyhow::anyhow!("the server at {} is not an identify queue (HTTP status {status})", self.queue)
    }

    fn report(&self, event: ShardEvent) {
        // While the program exits, the receiver may be gone.
        let _ = self.shard_events.send(event);
    }
}
