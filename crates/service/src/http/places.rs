//! The places of a server's connections. When all are taken, a connection that waits for its client has to make room: first one that has never
//! sent a request, then the one that has waited longest.

use crate::lock::locked;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// All places of a server.
#[derive(Debug)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    connections: u32,
    taken: Arc<Mutex<BTreeMap<u64, Arc<State>>>>,
    /// The number of the next connection.
    next: Mutex<u64>,
}

/// A connection's place. Dropping it makes room.
#[derive(Debug)]
pub(super) struct Place {
    number: u64,
    state: Arc<State>,
    taken: Arc<Mutex<BTreeMap<u64, Arc<State>>>>,
    _permit: Option<OwnedSemaphorePermit>,
}

/// What a connection is doing.
#[derive(Debug)]
pub(super) struct State {
    waiting: Mutex<Waiting>,
    /// Its place is taken by another.
    leave: Notify,
}

/// Whether it waits for its client.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    /// Requests that are being answered.
    requests: u32,
    /// Whether there has been a request.
    known: bool,
    /// Since when it has waited for a request.
    since: Instant,
    /// Whether it has been told to leave.
    leaving: bool,
}

impl Places {
    /// This many.
    pub(super) fn new(connections: u32) -> Places {
        Places { free: Arc::new(Semaphore::new(connections as usize)), connections, taken: Arc::default(), next: Mutex::default() }
    }

    /// Takes a place; one that is in the way is freed.
    pub(super) async fn enter(&self, now: Instant) -> Place {
        if self.free.available_permits() == 0 {
            self.make_room();
        }
        // The semaphore is never closed.
        let permit = self.free.clone().acquire_owned().await.ok();
        let state = Arc::new(State {
            waiting: Mutex::new(Waiting { requests: 0, known: false, since: now, leaving: false }),
            leave: Notify::new(),
        });
        let number = {
            let mut next = locked(&self.next);
            *next += 1;
            *next
        };
        locked(&self.taken).insert(number, state.clone());
        Place { number, state, taken: self.taken.clone(), _permit: permit }
    }

    /// Asks the connection that needs its place least to leave.
    fn make_room(&self) {
        let taken = locked(&self.taken);
        let idle = taken.values().filter_map(|state| {
            let waiting = *locked(&state.waiting);
            (waiting.requests == 0 && !waiting.leaving).then_some(((waiting.known, waiting.since), state))
        });
        if let Some((_, state)) = idle.min_by_key(|(order, _)| *order) {
            locked(&state.waiting).leaving = true;
            // Kept until the connection looks.
            state.leave.notify_one();
        }
    }

    /// Waits until all connections have ended.
    pub(super) async fn empty(&self) {
        let _ = self.free.acquire_many(self.connections).await;
    }
}

impl Place {
    /// What its connection is doing.
    pub(super) fn state(&self) -> Arc<State> {
        self.state.clone()
    }

    /// Waits until another connection needs this place.
    pub(super) async fn taken(&self) {
        self.state.leave.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        locked(&self.taken).remove(&self.number);
    }
}

/// A request that is being answered, until it is dropped.
pub(super) struct Answering(Arc<State>);

impl Answering {
    /// A request has arrived.
    pub(super) fn new(state: Arc<State>) -> Answering {
        {
            let mut waiting = locked(&state.waiting);
            (waiting.requests, waiting.known) = (waiting.requests + 1, true);
        }
        Answering(state)
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        let mut waiting = locked(&self.0.waiting);
        (waiting.requests, waiting.since) = (waiting.requests.saturating_sub(1), Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn who_has_asked_nothing_makes_room_first_and_who_is_answered_stays() {
        let places = Places::new(3);
        let now = Instant::now();
        let at = |seconds| now + Duration::from_secs(seconds);
        let asks = |place: &Place| drop(Answering::new(place.state()));
        let (first, second, third) = (places.enter(at(0)).await, places.enter(at(1)).await, places.enter(at(2)).await);
        asks(&first);
        let answering = Answering::new(third.state());
        // The second has never asked anything.
        let mut fourth = Box::pin(places.enter(at(3)));
        tokio::select! {
            biased;
            _ = &mut fourth => panic!("no place is free"),
            () = second.taken() => {}
        }
        drop(second);
        let fourth = fourth.await;
        asks(&fourth);
        // All have asked; the first has waited longest.
        let mut fifth = Box::pin(places.enter(at(4)));
        tokio::select! {
            biased;
            _ = &mut fifth => panic!("no place is free"),
            () = fourth.taken() => panic!("it has waited for less time"),
            () = third.taken() => panic!("it is being answered"),
            () = first.taken() => {}
        }
        drop((first, answering));
        drop((fifth.await, third, fourth));
        places.empty().await;
        assert!(locked(&places.taken).is_empty());
    }
}
