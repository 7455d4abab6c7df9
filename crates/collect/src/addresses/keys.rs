//! What fields, headers and parts of forms are called that hold IP addresses.
//!
//! A name does when `ip` is a word of it (`ip`, `clientIp`, `ip_address`, `X-Real-IP`, `IPv4`), or when it is one of
//! [`NAMES`]; capitals and what stands between words make no difference. `zip`, `iPhone` and `tip` are none.

use memchr::{memchr_iter, memrchr};

/// Names without the word, or grown together with another one; small letters and digits only.
const NAMES: [&str; 24] = [
    "remoteaddr",
    "remoteaddress",
    "peeraddr",
    "clientaddr",
    "forwarded",
    "forwardedfor",
    "xforwarded",
    "xforwardedfor",
    "xoriginalforwardedfor",
    "httpforwarded",
    "httpforwardedfor",
    "httpxforwardedfor",
    "xenvoyexternaladdress",
    "clientip",
    "remoteip",
    "sourceip",
    "userip",
    "customerip",
    "visitorip",
    "browserip",
    "realip",
    "xrealip",
    "xclientip",
    "trueclientip",
];
/// The longest of [`NAMES`], rounded.
const NAME_LETTERS_MAX: usize = 32;
/// What may follow the word without a break.
const ENDINGS: [&[u8]; 5] = [b"s", b"v", b"addr", b"address", b"addresses"];
/// Longer keys, as they are written, name nothing.
const KEY_BYTES_MAX: usize = 200;

/// Does a value with this name hold addresses?
pub(super) fn is_for_addresses(name: &[u8]) -> bool {
    (2..=KEY_BYTES_MAX).contains(&name.len()) && !name.contains(&b'"') && (has_word(name) || is_listed(name))
}

/// Has `ip` as a word.
fn has_word(name: &[u8]) -> bool {
    let starts = |at: usize| match at.checked_sub(1).map(|before| name[before]) {
        None => true,
        Some(before) => !before.is_ascii_alphabetic() || (before.is_ascii_lowercase() && name[at] == b'I'),
    };
    let ends = |at: usize| {
        let rest = &name[at..];
        let is_end = |rest: &[u8]| rest.first().is_none_or(|next| !next.is_ascii_alphabetic());
        let is_next_word = name[at - 1] == b'p' && rest.first().is_some_and(u8::is_ascii_uppercase);
        let has_ending = |ending: &&[u8]| {
            rest.get(..ending.len()).is_some_and(|start| start.eq_ignore_ascii_case(ending))
                && is_end(&rest[ending.len()..])
        };
        is_end(rest) || is_next_word || ENDINGS.iter().any(has_ending)
    };
    let mut pairs = name.windows(2).enumerate();
    pairs.any(|(at, pair)| pair.eq_ignore_ascii_case(b"ip") && starts(at) && ends(at + 2))
}

fn is_listed(name: &[u8]) -> bool {
    let mut letters = [0; NAME_LETTERS_MAX];
    let mut count = 0;
    for byte in name.iter().filter(|byte| byte.is_ascii_alphanumeric()) {
        let Some(place) = letters.get_mut(count) else { return false };
        *place = byte.to_ascii_lowercase();
        count += 1;
    }
    NAMES.iter().any(|known| known.as_bytes() == &letters[..count])
}

/// Has a text of JSON such a key, be it of JSON within one of its texts? May say yes in vain (of keys written with
/// escapes it cannot tell), never no. One search for colons and a look at what stands before each: no tree, no copy.
pub(super) fn are_in(text: &[u8]) -> bool {
    memchr_iter(b':', text).any(|colon| {
        let Some(before) = text[..colon].trim_ascii_end().strip_suffix(b"\"") else { return false };
        let before = &before[before.len().saturating_sub(KEY_BYTES_MAX + 1)..];
        let Some(quote) = memrchr(b'"', before) else { return false };
        let key = &before[quote + 1..];
        // The quote behind a key of JSON within a text is an escaped one.
        let key = &key[..key.iter().rposition(|byte| *byte != b'\\').map_or(0, |last| last + 1)];
        key.contains(&b'\\') || is_for_addresses(key)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_for_addresses_are_known_however_they_are_written() {
        for name in [
            "ip",
            "IP",
            "Ip",
            "ips",
            "ip_address",
            "ipAddress",
            "IPAddress",
            "IP-Address",
            "ipaddress",
            "IPADDRESS",
            "$ip",
            "client_ip",
            "clientIp",
            "clientIP",
            "client_ip_address",
            "clientip",
            "remote_addr",
            "REMOTE_ADDR",
            "x-forwarded-for",
            "X-Forwarded-For",
            "HTTP_X_FORWARDED_FOR",
            "X-Real-IP",
            "CF-Connecting-IP",
            "True-Client-IP",
            "Forwarded",
            "ipv4",
            "IPv6",
            "clientIPv4",
            "ip_opt",
            "ip1",
            "last login ip",
            "userIpAddr",
            "IPs",
        ] {
            assert!(is_for_addresses(name.as_bytes()), "{name}");
        }
        for name in [
            "",
            "i",
            "p",
            "zip",
            "ZIP",
            "tip",
            "vip",
            "ship",
            "shipping",
            "description",
            "recipient",
            "iPhone",
            "iPad",
            "IPAD",
            "ipsum",
            "ipo_date",
            "membership",
            "participants",
            "address",
            "for",
            "forwarded_by",
            "email_address",
            "x\"ip",
            "équipe",
        ] {
            assert!(!is_for_addresses(name.as_bytes()), "{name}");
        }
        assert!(NAMES.iter().all(|name| name.len() <= NAME_LETTERS_MAX && is_for_addresses(name.as_bytes())));
    }

    #[test]
    fn a_text_without_such_a_key_is_passed_over() {
        for text in [
            r#"{"ip":1}"#,
            r#"{"a":{"X-Real-IP" : null}}"#,
            "{\"remote_addr\"\n\t:[]}",
            r#"{"a":"{\"ip\":1}"}"#,
            r#"{"i\u0070":1}"#,
            r#"{"a":"[\"{\\\"client_ip\\\": 1}\"]"}"#,
        ] {
            assert!(are_in(text.as_bytes()), "{text}");
        }
        for text in [
            "",
            ":",
            "\":",
            r#"{"zip":"ip","a":["ip"],"url":"https://x.nl/?ip=1"}"#,
            r#"{"a":"{\"zip\":1}"}"#,
            r#"{"at":"10:20:30"}"#,
        ] {
            assert!(!are_in(text.as_bytes()), "{text}");
        }
    }
}
