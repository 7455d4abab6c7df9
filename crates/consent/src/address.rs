//! The form in which addresses are compared on the suppression list, and what is kept of an IP address.

use crate::{ConsentError, ContactChannel};
use base::WorkspaceId;
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// A longer one is not an address.
const ADDRESS_BYTES_MAX: usize = 512;
/// Marks an address of which only the hash is kept.
pub(crate) const HASH_PREFIX: &str = "sha256:";

/// Lower case and ASCII domain for e-mail; digits with `+` for phone, SMS and WhatsApp; trimmed for the rest.
pub fn normalise_address(channel: ContactChannel, address: &str) -> Result<String, ConsentError> {
    let refused = |detail| ConsentError::Address { channel: channel.name(), detail };
    let trimmed = address.trim();
    if trimmed.is_empty() || trimmed.len() > ADDRESS_BYTES_MAX || trimmed.chars().any(char::is_control) {
        return Err(refused("it is empty, longer than 512 bytes or holds control characters"));
    }
    match channel {
        ContactChannel::Email => {
            let (local, domain) = trimmed.rsplit_once('@').ok_or(refused("an e-mail address has an @"))?;
            let domain = idna::domain_to_ascii(domain).map_err(|_| refused("its domain is not a domain name"))?;
            if local.is_empty() || domain.is_empty() || trimmed.contains(char::is_whitespace) {
                return Err(refused("an e-mail address has the form name@domain"));
            }
            Ok(format!("{}@{domain}", local.to_lowercase()))
        }
        ContactChannel::Sms | ContactChannel::Whatsapp | ContactChannel::Phone => {
            let digits: String = trimmed.chars().filter(char::is_ascii_digit).collect();
            let digits = digits.strip_prefix("00").filter(|_| !trimmed.starts_with('+')).unwrap_or(&digits).to_owned();
            if digits.len() < 6 {
                return Err(refused("a phone number has at least six digits, with its country code"));
            }
            Ok(format!("+{digits}"))
        }
        ContactChannel::Push | ContactChannel::Post => Ok(trimmed.to_owned()),
    }
}

/// What is kept of the address of somebody who was erased: enough to recognise it, not to read it.
pub(crate) fn hashed(workspace: WorkspaceId, channel: ContactChannel, normal: &str) -> String {
    let digest = Sha256::digest(format!("{workspace}\0{}\0{normal}", channel.name()).as_bytes());
    format!("{HASH_PREFIX}{}", hex::encode(digest))
}

/// 192.0.2.77 -> 192.0.2.0, 2001:db8:1:2::3 -> 2001:db8:1::. None for what is no IP address.
pub(crate) fn truncated_ip(text: &str) -> Option<String> {
    match text.trim().parse::<IpAddr>().ok()? {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            Some(std::net::Ipv4Addr::new(a, b, c, 0).to_string())
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            Some(std::net::Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0).to_string())
        }
    }
}
