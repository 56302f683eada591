//! Locking, for the whole program.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks a value that is only ever replaced as a whole or counted, so that a panic elsewhere cannot have left it half changed.
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
