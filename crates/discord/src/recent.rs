//! What is remembered for a while: the last so many, and no more.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// The values that were put in last, by key.
#[derive(Debug)]
pub(crate) struct Recent<K, V> {
    most: usize,
    values: HashMap<K, V>,
    /// Keys in the order in which they came. A key that was taken out stays in here until its turn comes.
    order: VecDeque<K>,
}

impl<K: Hash + Eq + Clone, V> Recent<K, V> {
    /// Remembers at most so many.
    pub(crate) fn new(most: usize) -> Recent<K, V> {
        Recent { most, values: HashMap::new(), order: VecDeque::new() }
    }

    /// Remembers a value. Returns whether its key is new; otherwise the value replaces the one before.
    pub(crate) fn put(&mut self, key: K, value: V) -> bool {
        if self.values.insert(key.clone(), value).is_some() {
            return false;
        }
        self.order.push_back(key);
        if self.order.len() > self.most
            && let Some(oldest) = self.order.pop_front()
        {
            self.values.remove(&oldest);
        }
        true
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.values.get(key)
    }

    /// Takes a value out.
    pub(crate) fn take(&mut self, key: &K) -> Option<V> {
        self.values.remove(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded() {
        let mut recent = Recent::new(10);
        assert!((0..100).all(|n| recent.put(n, n)) && !recent.put(99, 0));
        assert_eq!((recent.values.len(), recent.order.len()), (10, 10));
        assert_eq!((recent.get(&89), recent.get(&99)), (None, Some(&0)));
        assert_eq!((recent.take(&95), recent.get(&95)), (Some(95), None));
        // What is taken out and put in again and again takes no more room.
        (0..100).for_each(|n| {
            recent.put(1_000, n);
            recent.take(&1_000);
        });
        assert!(recent.order.len() <= 10 && recent.values.len() <= 10);
    }
}
