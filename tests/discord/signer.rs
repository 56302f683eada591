//! Signs requests as Discord does.

use ring::signature::{Ed25519KeyPair, KeyPair};
use std::time::SystemTime;

pub(crate) struct Signer(Ed25519KeyPair);

impl Signer {
    /// Always the same one for a seed.
    pub(crate) fn new(seed: u8) -> Signer {
        Signer(Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).expect("any 32 bytes are a seed"))
    }

    /// The public key as the Developer Portal shows it.
    pub(crate) fn public_key(&self) -> String {
        digits(self.0.public_key().as_ref())
    }

    pub(crate) fn sign(&self, timestamp: &str, body: &[u8]) -> String {
        digits(self.0.sign(&[timestamp.as_bytes(), body].concat()).as_ref())
    }
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is after 1970").as_secs()
}
