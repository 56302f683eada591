//! Whether what was posted to us comes from Discord, and just now: the signature is Ed25519 (RFC 8032) over the timestamp and the body, both
//! in headers beside it (Discord's documentation, Interactions: Security and Authorization). Nothing here looks at a clock.

use factotum_service::config::{PublicKey, from_hex};
use ring::signature::{ED25519, UnparsedPublicKey};

/// How far a timestamp may be from our own clock, in seconds, before or after. An interaction is over after three seconds; the rest is for
/// clocks that are set by hand. What is replayed within it is answered to whoever replays it, and to nobody else.
pub const FRESH: u64 = 30;
/// Most digits of a timestamp: those of the year 5138.
const MAX_DIGITS: usize = 11;

/// Why it was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejected {
    /// No signature and timestamp, or not what they look like.
    Unsigned,
    /// The timestamp is old, or ahead of the time.
    Stale,
    /// The signature is not Discord's, or not for this.
    Forged,
}

impl Rejected {
    /// Its name in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Rejected::Unsigned => "unsigned",
            Rejected::Stale => "stale",
            Rejected::Forged => "forged",
        }
    }
}

/// What a request says of its signature.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// The header `X-Signature-Timestamp`: seconds since 1970.
    pub timestamp: &'a [u8],
    /// The header `X-Signature-Ed25519`: 128 hexadecimal digits.
    pub signature: &'a [u8],
}

impl Signed<'_> {
    /// Whether its time is near enough to `now`, in seconds since 1970. It is worth nothing before the signature has been checked, but it
    /// can be told before the body is there.
    ///
    /// # Errors
    /// [`Rejected::Unsigned`] if it is no time, [`Rejected::Stale`] if it is another.
    pub fn in_time(&self, now: u64) -> Result<(), Rejected> {
        let plain = (1..=MAX_DIGITS).contains(&self.timestamp.len()) && self.timestamp.iter().all(u8::is_ascii_digit);
        // At most eleven digits fit.
        let time = self.timestamp.iter().fold(0_u64, |time, digit| time.wrapping_mul(10).wrapping_add(u64::from(digit.wrapping_sub(b'0'))));
        match () {
            () if !plain => Err(Rejected::Unsigned),
            () if time.abs_diff(now) > FRESH => Err(Rejected::Stale),
            () => Ok(()),
        }
    }

    /// Whether the signature is that of `key` for this timestamp and `body`.
    ///
    /// # Errors
    /// [`Rejected::Unsigned`] if it is no signature, [`Rejected::Forged`] if it is another's.
    pub fn by(&self, key: &PublicKey, body: &[u8]) -> Result<(), Rejected> {
        let signature: [u8; 64] = from_hex(self.signature).ok_or(Rejected::Unsigned)?;
        let message = [self.timestamp, body].concat();
        UnparsedPublicKey::new(&ED25519, key.0).verify(&message, &signature).map_err(|_| Rejected::Forged)
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

    fn digits(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn signed(pair: &Ed25519KeyPair, time: u64, body: &[u8]) -> (String, String) {
        let message = [time.to_string().as_bytes(), body].concat();
        (time.to_string(), digits(pair.sign(&message).as_ref()))
    }

    fn check(key: &PublicKey, (timestamp, signature): (&str, &str), body: &[u8]) -> Result<(), Rejected> {
        let signed = Signed { timestamp: timestamp.as_bytes(), signature: signature.as_bytes() };
        signed.in_time(NOW).and_then(|()| signed.by(key, body))
    }

    #[test]
    fn only_discords_own_and_only_now() {
        let ((pair, key), (other, _)) = (keys(1), keys(2));
        let of = |pair: &Ed25519KeyPair, time| signed(pair, time, BODY);
        let tried = |(timestamp, signature): (String, String), body: &[u8]| check(&key, (&timestamp, &signature), body);
        assert_eq!(tried(of(&pair, NOW), BODY), Ok(()));
        assert_eq!(tried((NOW.to_string(), of(&pair, NOW).1.to_uppercase()), BODY), Ok(()));
        for time in [NOW - FRESH, NOW + FRESH] {
            assert_eq!(tried(of(&pair, time), BODY), Ok(()));
        }
        for time in [0, NOW - FRESH - 1, NOW + FRESH + 1, 99_999_999_999] {
            assert_eq!(tried(of(&pair, time), BODY), Err(Rejected::Stale));
        }
        assert_eq!(tried(of(&other, NOW), BODY), Err(Rejected::Forged));
        assert_eq!(tried(of(&pair, NOW), b"{\"type\":2}"), Err(Rejected::Forged));
        assert_eq!(tried(of(&pair, NOW), &BODY[..5]), Err(Rejected::Forged));
        assert_eq!(tried(((NOW + 1).to_string(), of(&pair, NOW).1), BODY), Err(Rejected::Forged), "the time is signed, too");
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
            assert_eq!(check(&key, (timestamp, signature), BODY), Err(Rejected::Unsigned), "{timestamp} {signature}");
        }
    }

    /// RFC 8032, 7.1, test 1: of nothing at all. Ours never is, so it is put together by hand.
    #[test]
    fn the_standards_own_example() {
        let key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a".parse().expect("a key");
        let signature = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";
        assert_eq!(Signed { timestamp: b"", signature: signature.as_bytes() }.by(&key, b""), Ok(()));
    }

    proptest! {
        #[test]
        fn a_changed_byte_is_noticed(body in prop::collection::vec(any::<u8>(), 1..200), at in any::<prop::sample::Index>(), change in 1_u8..) {
            let (pair, key) = keys(1);
            let (timestamp, signature) = signed(&pair, NOW, &body);
            prop_assert_eq!(check(&key, (&timestamp, &signature), &body), Ok(()));
            let mut changed = body.clone();
            changed[at.index(body.len())] ^= change;
            prop_assert_eq!(check(&key, (&timestamp, &signature), &changed), Err(Rejected::Forged));
        }

        #[test]
        fn whatever_comes_does_not_pass(timestamp in "[0-9]{0,12}|.{0,12}", signature in "[0-9a-f]{0,130}|.{0,20}", body in ".{0,20}") {
            prop_assert!(check(&keys(1).1, (&timestamp, &signature), body.as_bytes()).is_err());
        }
    }
}
