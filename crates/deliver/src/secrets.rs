//! The instance key: one 32-byte secret of this installation, from which keys for single uses are derived.
//!
//! `seal`/`open` keep secrets (SMTP passwords, DKIM keys) unreadable in a copy of the database: ChaCha20-Poly1305 with a
//! random nonce; the associated data binds a sealed value to where it belongs, so that it cannot be moved.

use crate::{DeliverError, Result};
use base::Rng;
use hmac::{Hmac, KeyInit, Mac};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::Sha256;

const KEY_BYTES: usize = 32;
/// First byte of a sealed value; another algorithm gets another number.
const SEAL_VERSION: u8 = 1;

/// The installation's secret. No `Debug`: it must not reach a log.
#[derive(Clone)]
pub struct InstanceKey([u8; KEY_BYTES]);

impl InstanceKey {
    pub fn new(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }
    pub fn generate(rng: &dyn Rng) -> Self {
        let mut bytes = [0; KEY_BYTES];
        rng.fill(&mut bytes);
        Self(bytes)
    }
    /// From 64 hexadecimal digits, as kept in the key file.
    pub fn from_hex(text: &str) -> Result<Self> {
        let mut bytes = [0; KEY_BYTES];
        hex::decode_to_slice(text.trim(), &mut bytes)
            .map_err(|error| DeliverError::Key(format!("the instance key must be 64 hexadecimal digits: {error}")))?;
        Ok(Self(bytes))
    }
    pub fn to_hex(&self) -> String {
        hex::encode(self.0)
    }
    /// A key for one purpose; knowing it tells nothing about the others.
    pub fn derive(&self, purpose: &str) -> [u8; KEY_BYTES] {
        let mut mac = mac_of(&self.0);
        mac.update(b"tutti:");
        mac.update(purpose.as_bytes());
        mac.finalize().into_bytes().into()
    }
    /// `context` names the place of the value (`sender:wsp_1`); opening it elsewhere fails.
    pub fn seal(&self, context: &str, plain: &[u8], rng: &dyn Rng) -> Result<Vec<u8>> {
        let mut nonce = [0; NONCE_LEN];
        rng.fill(&mut nonce);
        let mut body = plain.to_vec();
        self.aead()?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(context.as_bytes()), &mut body)
            .map_err(|_| DeliverError::Key("sealing failed".into()))?;
        let mut out = Vec::with_capacity(1 + NONCE_LEN + body.len());
        out.push(SEAL_VERSION);
        out.extend(nonce);
        out.extend(body);
        Ok(out)
    }
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        let (version, rest) = sealed.split_first().ok_or(DeliverError::BadSecret)?;
        let (nonce, body) = rest.split_at_checked(NONCE_LEN).ok_or(DeliverError::BadSecret)?;
        if *version != SEAL_VERSION {
            return Err(DeliverError::BadSecret);
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| DeliverError::BadSecret)?;
        let mut body = body.to_vec();
        let plain = self
            .aead()?
            .open_in_place(nonce, Aad::from(context.as_bytes()), &mut body)
            .map_err(|_| DeliverError::BadSecret)?;
        Ok(plain.to_vec())
    }
    fn aead(&self) -> Result<LessSafeKey> {
        UnboundKey::new(&CHACHA20_POLY1305, &self.derive("secrets"))
            .map(LessSafeKey::new)
            .map_err(|_| DeliverError::Key("the derived key has the wrong length".into()))
    }
}

pub(crate) fn mac_of(key: &[u8; KEY_BYTES]) -> Hmac<Sha256> {
    // HMAC takes keys of any length.
    <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("any length is a key")
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::SeededRng;

    #[test]
    fn a_sealed_secret_opens_only_in_its_place_and_with_its_key() {
        let rng = SeededRng::new(1);
        let key = InstanceKey::generate(&rng);
        let sealed = key.seal("sender:wsp_1", b"hunter2", &rng).unwrap();
        assert!(!sealed.windows(7).any(|window| window == b"hunter2"));
        assert_eq!(key.open("sender:wsp_1", &sealed).unwrap(), b"hunter2");
        assert!(key.open("sender:wsp_2", &sealed).is_err());
        assert!(InstanceKey::generate(&rng).open("sender:wsp_1", &sealed).is_err());
        let mut cut = sealed.clone();
        cut.pop();
        assert!(key.open("sender:wsp_1", &cut).is_err());
        assert!(key.open("sender:wsp_1", &[]).is_err());
        assert_eq!(InstanceKey::from_hex(&key.to_hex()).unwrap().derive("a"), key.derive("a"));
        assert_ne!(key.derive("a"), key.derive("b"));
    }
}
