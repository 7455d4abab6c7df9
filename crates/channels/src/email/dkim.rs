//! DKIM (RFC 6376, RFC 8463): keys, records and signatures. The headers of one-click unsubscribing are always signed,
//! as RFC 8058 asks.

use base::WorkspaceId;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use deliver::{DkimAlgorithm, DkimKey, DkimSettings};
use mail_auth::common::crypto::{Ed25519Key, RsaKey, Sha256};
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::generate::DkimKeyPair;
use mail_auth::dkim::{DkimSigner, Done};
use parking_lot::Mutex;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs1KeyDer};
use std::collections::HashMap;
use std::sync::Arc;

/// Receivers refuse less than 1,024; more than 2,048 does not fit one DNS string everywhere.
const RSA_BITS: usize = 2_048;

const SIGNED_HEADERS: [&str; 11] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Reply-To",
    "MIME-Version",
    "Content-Type",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Feedback-ID",
];

/// A fresh key and the TXT record to publish for it. RSA takes some seconds.
pub fn generate(algorithm: DkimAlgorithm) -> Result<DkimKey, String> {
    let pair = match algorithm {
        DkimAlgorithm::Rsa => DkimKeyPair::generate_rsa(RSA_BITS),
        DkimAlgorithm::Ed25519 => DkimKeyPair::generate_ed25519(),
    }
    .map_err(|error| format!("the key cannot be made: {error}"))?;
    let private_der = pair.private_key().to_vec();
    let dns_record = record(algorithm, &private_der)?;
    Ok(DkimKey { private_der, dns_record })
}

/// The TXT record of a private key.
pub fn record(algorithm: DkimAlgorithm, private_der: &[u8]) -> Result<String, String> {
    Ok(match algorithm {
        DkimAlgorithm::Rsa => {
            format!(
                "v=DKIM1; k=rsa; p={}",
                STANDARD.encode(subject_public_key_info(&rsa_key(private_der)?.public_key()))
            )
        }
        DkimAlgorithm::Ed25519 => {
            format!("v=DKIM1; k=ed25519; p={}", STANDARD.encode(ed25519_key(private_der)?.public_key()))
        }
    })
}

fn rsa_key(der: &[u8]) -> Result<RsaKey<Sha256>, String> {
    RsaKey::from_key_der(PrivateKeyDer::Pkcs1(PrivatePkcs1KeyDer::from(der)))
        .map_err(|error| format!("the RSA key cannot be read: {error}"))
}

fn ed25519_key(der: &[u8]) -> Result<Ed25519Key, String> {
    Ed25519Key::from_pkcs8_maybe_unchecked_der(der).map_err(|error| format!("the Ed25519 key cannot be read: {error}"))
}

/// Wraps an RSA public key (PKCS#1) as SubjectPublicKeyInfo, the form RFC 6376 wants in `p=`.
fn subject_public_key_info(pkcs1: &[u8]) -> Vec<u8> {
    // AlgorithmIdentifier: rsaEncryption (1.2.840.113549.1.1.1) with NULL parameters.
    const RSA_ENCRYPTION: [u8; 15] =
        [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let mut bits = vec![0x00];
    bits.extend_from_slice(pkcs1);
    let mut body = RSA_ENCRYPTION.to_vec();
    body.extend(der_field(0x03, &bits));
    der_field(0x30, &body)
}

fn der_field(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        len @ 0..=127 => out.push(len as u8),
        len @ 128..=255 => out.extend([0x81, len as u8]),
        len => out.extend([0x82, (len >> 8) as u8, len as u8]),
    }
    out.extend_from_slice(content);
    out
}

enum Key {
    Rsa(Box<DkimSigner<RsaKey<Sha256>, Done>>),
    Ed25519(Box<DkimSigner<Ed25519Key, Done>>),
}

/// Signs messages; keeps each workspace's parsed key.
#[derive(Default)]
pub struct Signer {
    keys: Mutex<HashMap<WorkspaceId, (DkimSettings, Arc<Key>)>>,
}

impl Signer {
    /// Puts the signature in front of `mail`.
    pub fn sign(&self, workspace: WorkspaceId, settings: &DkimSettings, mail: Vec<u8>) -> Result<Vec<u8>, String> {
        let key = self.key(workspace, settings)?;
        let signature = match &*key {
            Key::Rsa(signer) => signer.sign(&mail),
            Key::Ed25519(signer) => signer.sign(&mail),
        }
        .map_err(|error| format!("the message cannot be signed: {error}"))?;
        let mut out = signature.to_header().into_bytes();
        out.extend(mail);
        Ok(out)
    }

    fn key(&self, workspace: WorkspaceId, settings: &DkimSettings) -> Result<Arc<Key>, String> {
        let mut keys = self.keys.lock();
        if let Some((known, key)) = keys.get(&workspace)
            && known == settings
        {
            return Ok(key.clone());
        }
        let (domain, selector) = (settings.domain.as_str(), settings.selector.as_str());
        let key = Arc::new(match settings.algorithm {
            DkimAlgorithm::Rsa => Key::Rsa(Box::new(
                DkimSigner::from_key(rsa_key(&settings.private_der)?)
                    .domain(domain)
                    .selector(selector)
                    .headers(SIGNED_HEADERS),
            )),
            DkimAlgorithm::Ed25519 => Key::Ed25519(Box::new(
                DkimSigner::from_key(ed25519_key(&settings.private_der)?)
                    .domain(domain)
                    .selector(selector)
                    .headers(SIGNED_HEADERS),
            )),
        });
        keys.insert(workspace, (settings.clone(), key.clone()));
        Ok(key)
    }
}
