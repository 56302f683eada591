//! Checks that a request comes from Discord, and that it is recent: it carries an Ed25519 signature (RFC 8032) of its timestamp and body in its
//! headers (Discord's documentation, Interactions: Security and Authorization). Nothing here reads a clock.

use factotum_service::config::{PublicKey, from_hex};
use ring::signature::{ED25519, UnparsedPublicKey};

/// How far a timestamp may be from our own clock, in seconds, in either direction. An interaction is over after three seconds; the rest is for
/// clocks that are set by hand. A request replayed within this time is rejected by the id of its interaction.
pub const MAX_CLOCK_SKEW: u64 = 30;
/// Most digits of a timestamp: enough until the year 5138.
const MAX_DIGITS: usize = 11;

/// Why a signature was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureError {
    /// No signature and timestamp, or malformed ones.
    Unsigned,
    /// The timestamp is too old, or in the future.
    Stale,
    /// The signature is not Discord's, or belongs to another request.
    Forged,
}

impl SignatureError {
    /// Its name in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            SignatureError::Unsigned => "unsigned",
            SignatureError::Stale => "stale",
            SignatureError::Forged => "forged",
        }
    }
}

/// The signature headers of a request.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// The header `X-Signature-Timestamp`: seconds since 1970.
    pub timestamp: &'a [u8],
    /// The header `X-Signature-Ed25519`: 128 hexadecimal digits.
    pub signature: &'a [u8],
}

impl Signed<'_> {
    /// Checks that the timestamp is close enough to `now`, in seconds since 1970. This proves nothing until the signature has been checked,
    /// but it can be done before the body has arrived.
    ///
    /// # Errors
    /// [`SignatureError::Unsigned`] if it is not a timestamp, [`SignatureError::Stale`] if it is too far from `now`.
    pub fn in_time(&self, now: u64) -> Result<(), SignatureError> {
        let plain = (1..=MAX_DIGITS).contains(&self.timestamp.len()) && self.timestamp.iter().all(u8::is_ascii_digit);
        // At most eleven digits fit.
        let time = self.timestamp.iter().fold(0_u64, |time, digit| time.wrapping_mul(10).wrapping_add(u64::from(digit.wrapping_sub(b'0'))));
        match () {
            () if !plain => Err(SignatureError::Unsigned),
            () if time.abs_diff(now) > MAX_CLOCK_SKEW => Err(SignatureError::Stale),
            () => Ok(()),
        }
    }

    /// Checks that the signature is that of `key` for this timestamp and `body`.
    ///
    /// # Errors
    /// [`SignatureError::Unsigned`] if it is not a signature, [`SignatureError::Forged`] if it does not match.
    pub fn by(&self, key: &PublicKey, body: &[u8]) -> Result<(), SignatureError> {
        let signature: [u8; 64] = from_hex(self.signature).ok_or(SignatureError::Unsigned)?;
        let message = [self.timestamp, body].concat();
        UnparsedPublicKey::new(&ED25519, key.0).verify(&message, &signature).map_err(|_| SignatureError::Forged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ring::signature::{Ed25519KeyPair, KeyPair};

    const NOW: u64 = 1_790_000_000;
    const BODY: &[u8] = b"{\"type\":1}";

    fn keys(seed: u8) -> (Ed25519KeyPair, PublicKey) {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).expect("any 32 bytes are a seed");
        let public = PublicKey(pair.public_key().as_ref().try_into().expect("keys have 32 bytes"));
        (pair, public)
    }

    fn signed(pair: &Ed25519KeyPair, time: u64, body: &[u8]) -> (String, String) {
        let message = [time.to_string().as_bytes(), body].concat();
        (time.to_string(), factotum_core::hash::hex(pair.sign(&message).as_ref()))
    }

    fn check(key: &PublicKey, (timestamp, signature): (&str, &str), body: &[u8]) -> Result<(), SignatureError> {
        let signed = Signed { timestamp: timestamp.as_bytes(), signature: signature.as_bytes() };
        signed.in_time(NOW).and_then(|()| signed.by(key, body))
    }

    #[test]
    fn only_recent_requests_of_discord_pass() {
        let ((pair, key), (other, _)) = (keys(1), keys(2));
        let of = |pair: &Ed25519KeyPair, time| signed(pair, time, BODY);
        let tried = |(timestamp, signature): (String, String), body: &[u8]| check(&key, (&timestamp, &signature), body);
        assert_eq!(tried(of(&pair, NOW), BODY), Ok(()));
        assert_eq!(tried((NOW.to_string(), of(&pair, NOW).1.to_uppercase()), BODY), Ok(()));
        for time in [NOW - MAX_CLOCK_SKEW, NOW + MAX_CLOCK_SKEW] {
            assert_eq!(tried(of(&pair, time), BODY), Ok(()));
        }
        for time in [0, NOW - MAX_CLOCK_SKEW - 1, NOW + MAX_CLOCK_SKEW + 1, 99_999_999_999] {
            assert_eq!(tried(of(&pair, time), BODY), Err(SignatureError::Stale));
        }
        assert_eq!(tried(of(&other, NOW), BODY), Err(SignatureError::Forged));
        assert_eq!(tried(of(&pair, NOW), b"{\"type\":2}"), Err(SignatureError::Forged));
        assert_eq!(tried(of(&pair, NOW), &BODY[..5]), Err(SignatureError::Forged));
        assert_eq!(tried(((NOW + 1).to_string(), of(&pair, NOW).1), BODY), Err(SignatureError::Forged), "the timestamp is signed as well");
        for (timestamp, signature) in [
            ("", "00"),
            ("now", "00"),
            ("-1790000000", "00"),
            ("1790000000 ", "00"),
            ("999999999999", "00"),
            ("1790000000", ""),
            ("1790000000", "00"),
            ("1790000000", &"0g".repeat(64)),
            ("1790000000", &"00".repeat(65)),
        ] {
            assert_eq!(check(&key, (timestamp, signature), BODY), Err(SignatureError::Unsigned), "{timestamp} {signature}");
        }
    }

    /// RFC 8032, 7.1, test 1: an empty message.
    #[test]
    fn the_example_of_the_standard() {
        let key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a".parse().expect("a key");
        let signature = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";
        assert_eq!(Signed { timestamp: b"", signature: signature.as_bytes() }.by(&key, b""), Ok(()));
    }

    /// Why keys of small order are refused: with the neutral element as key, R = the neutral element and S = 0 sign everything.
    #[test]
    fn a_key_of_small_order_needs_no_private_half() {
        let neutral = {
            let mut point = [0; 32];
            point[0] = 1;
            point
        };
        let signature = [neutral, [0; 32]].concat();
        let signed =
            Signed { timestamp: b"1790000000", signature: factotum_core::hash::hex(&signature).as_bytes() }.by(&PublicKey(neutral), BODY);
        assert_eq!(signed, Ok(()));
        assert!(factotum_core::hash::hex(&neutral).parse::<PublicKey>().is_err());
    }

    proptest! {
        #[test]
        fn a_changed_byte_is_noticed(body in prop::collection::vec(any::<u8>(), 1..200), at in any::<prop::sample::Index>(), change in 1_u8..) {
            let (pair, key) = keys(1);
            let (timestamp, signature) = signed(&pair, NOW, &body);
            prop_assert_eq!(check(&key, (&timestamp, &signature), &body), Ok(()));
            let mut changed = body.clone();
            changed[at.index(body.len())] ^= change;
            prop_assert_eq!(check(&key, (&timestamp, &signature), &changed), Err(SignatureError::Forged));
        }

        #[test]
        fn nothing_else_passes(timestamp in "[0-9]{0,12}|.{0,12}", signature in "[0-9a-f]{0,130}|.{0,20}", body in ".{0,20}") {
            prop_assert!(check(&keys(1).1, (&timestamp, &signature), body.as_bytes()).is_err());
        }
    }
}
