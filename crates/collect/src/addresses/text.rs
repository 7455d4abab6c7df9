//! IP addresses in a text that is there for them: `203.0.113.77`, `[2001:db8::1]:443`, `unknown, 203.0.113.77/32`.

use super::network_of;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::Range;

/// Signs between the numbers of an address that is written in a way of somebody's own, such as `203[.]0[.]113[.]77`.
const BETWEEN_MAX: usize = 3;
/// Hexadecimal digits of an IPv4 address that is written as one number.
const HEX_DIGITS_MIN: usize = 6;
/// As many signs with `::` among them are hardly anything but an address.
const SHORT_V6_MIN: usize = 6;

/// What a text says of addresses.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Said {
    pub first: Option<IpAddr>,
    /// The text with networks for addresses.
    pub short: String,
    /// What is left of it looks like an address that cannot be read.
    pub is_unclear: bool,
}

/// The address a text is, with or without a port; of a list (as proxies write it) the first. None: it is none.
pub fn address_of(text: &str) -> Option<IpAddr> {
    let first = text.split(',').next()?.trim();
    let bare = first.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(first);
    let bare = bare.split_once('%').map_or(bare, |(address, _)| address);
    let parsed = bare.parse::<IpAddr>().ok().or_else(|| Some(first.parse::<SocketAddr>().ok()?.ip()))?;
    Some(parsed.to_canonical())
}

/// Reads a text that stands below a name for addresses. One that is an address becomes its network and nothing else; of
/// another each address in it.
pub(super) fn read(text: &str) -> Said {
    if let Some(address) = address_of(text) {
        return Said { first: Some(address), short: network_of(address).to_string(), is_unclear: false };
    }
    let (mut said, rest) = scan(text);
    said.is_unclear = is_like_one(&rest) || is_number(text) || {
        let plain = percent_decoded(&rest);
        plain.is_some_and(|plain| {
            let (hidden, rest) = scan(&plain);
            hidden.first.is_some() || is_like_one(&rest)
        })
    };
    said
}

/// Is a number one of an IPv4 address, as some databases keep them? Those of networks below 1.0.0.0 are counts and flags.
pub(super) fn is_address_number(number: f64) -> bool {
    const FIRST: f64 = (1_u32 << 24) as f64;
    number.fract() == 0.0 && (FIRST..=f64::from(u32::MAX)).contains(&number)
}

fn is_number(text: &str) -> bool {
    let text = text.trim();
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse().is_ok_and(is_address_number)
}

/// The text with networks for addresses, and the text without them.
pub(super) fn scan(text: &str) -> (Said, String) {
    let (mut said, mut rest) = (Said { short: String::with_capacity(text.len()), ..Said::default() }, String::new());
    let is_part = |letter: char| letter.is_ascii_hexdigit() || letter == ':' || letter == '.';
    let mut at = 0;
    while at < text.len() {
        let tail = &text[at..];
        let plain = tail.find(is_part).unwrap_or(tail.len());
        said.short.push_str(&tail[..plain]);
        rest.push_str(&tail[..plain]);
        let run = &tail[plain..];
        let run = &run[..run.find(|letter| !is_part(letter)).unwrap_or(run.len())];
        let (before, end) = (text[..at + plain].chars().next_back(), at + plain + run.len());
        let is_letter = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
        let is_apart = !is_letter(before) && !is_letter(text[end..].chars().next());
        let mut told = 0;
        for (range, address) in addresses_in(run, is_apart) {
            for part in [&mut said.short, &mut rest] {
                part.push_str(&run[told..range.start]);
            }
            said.short.push_str(&network_of(address).to_string());
            rest.push(' ');
            said.first.get_or_insert(address.to_canonical());
            told = range.end;
        }
        for part in [&mut said.short, &mut rest] {
            part.push_str(&run[told..]);
        }
        at = end;
    }
    (said, rest)
}

/// Where addresses stand in a run of the signs they are written with. `is_apart`: no letter touches it.
fn addresses_in(run: &str, is_apart: bool) -> Vec<(Range<usize>, IpAddr)> {
    if is_apart && run.len() > 1 {
        let mut bare = run.trim_matches('.');
        bare = bare.strip_prefix(':').filter(|rest| !rest.starts_with(':')).unwrap_or(bare);
        bare = bare.strip_suffix(':').filter(|rest| !rest.ends_with(':')).unwrap_or(bare);
        if let Ok(address) = bare.parse::<IpAddr>() {
            let start = bare.as_ptr() as usize - run.as_ptr() as usize;
            return vec![(start..start + bare.len(), address)];
        }
    }
    let mut found = Vec::new();
    let mut at = 0;
    for piece in run.split_inclusive(|letter: char| !letter.is_ascii_digit() && letter != '.') {
        let numbers = piece.trim_end_matches(|letter: char| !letter.is_ascii_digit());
        let bare = numbers.trim_start_matches('.');
        if let Ok(address) = bare.parse::<Ipv4Addr>() {
            let start = at + numbers.len() - bare.len();
            found.push((start..start + bare.len(), IpAddr::V4(address)));
        }
        at += piece.len();
    }
    found
}

/// Is there something in what is left of a text that may be an address all the same: too many groups, zeros before
/// numbers, other signs between them?
fn is_like_one(rest: &str) -> bool {
    let mut runs = rest.split(|letter: char| !letter.is_ascii_hexdigit() && letter != ':');
    let is_v6 = runs.any(|run| {
        let is_short =
            run.contains("::") && (run.len() >= SHORT_V6_MIN || run.bytes().any(|byte| byte.is_ascii_digit()));
        is_short || run.bytes().filter(|byte| *byte == b':').count() >= 3
    });
    is_v6 || has_four_numbers(rest) || has_hex_number(rest)
}

/// Four numbers up to 255 with a few signs between them, none of which is a blank or a colon: those are in times.
fn has_four_numbers(text: &str) -> bool {
    let (mut numbers, mut digits, mut between) = (0, String::new(), 0);
    for letter in text.chars().chain([' ']) {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        if !digits.is_empty() {
            let is_octet =
                digits.len() <= 4 && digits.parse().is_ok_and(|number: u16| number <= 255 || digits.starts_with('0'));
            numbers = if is_octet { numbers + 1 } else { 0 };
            digits.clear();
            between = 0;
            if numbers >= 4 {
                return true;
            }
        }
        between += 1;
        if letter.is_alphanumeric() || letter.is_whitespace() || letter == ':' || between > BETWEEN_MAX {
            numbers = 0;
        }
    }
    false
}

/// `0xCB00714D`.
fn has_hex_number(text: &str) -> bool {
    let mut after = text.match_indices(['x', 'X']).filter(|(at, _)| text[..*at].ends_with('0'));
    after.any(|(at, _)| text[at + 1..].bytes().take_while(u8::is_ascii_hexdigit).count() >= HEX_DIGITS_MIN)
}

/// None: nothing in it is written with percent signs.
fn percent_decoded(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut plain = parts.next()?.to_owned();
    let mut is_other = false;
    for part in parts {
        let code = part.get(..2).and_then(|code| u8::from_str_radix(code, 16).ok()).filter(u8::is_ascii);
        match code {
            Some(code) => {
                plain.push(char::from(code));
                plain.push_str(&part[2..]);
                is_other = true;
            }
            None => {
                plain.push('%');
                plain.push_str(part);
            }
        }
    }
    is_other.then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, short: &str) {
        let said = read(text);
        assert_eq!((said.short.as_str(), said.is_unclear), (short, false), "{text}");
        let again = read(short);
        assert_eq!((again.short.as_str(), again.is_unclear), (short, false), "cut once is cut for good: {text}");
    }

    #[test]
    fn every_address_of_a_text_is_cut() {
        check("203.0.113.77", "203.0.113.0");
        check("unknown, 203.0.113.77", "unknown, 203.0.113.0");
        check("203.0.113.77/32", "203.0.113.0/32");
        check("203.0.113.77:443", "203.0.113.0");
        check("unknown, 203.0.113.77:443", "unknown, 203.0.113.0:443");
        check("[2001:db8:1:2::3]:443", "2001:db8:1::");
        check("for=192.0.2.43;by=\"[2001:db8:cafe::17]:4711\"", "for=192.0.2.0;by=\"[2001:db8:cafe::]:4711\"");
        check("ip:203.0.113.77.", "ip:203.0.113.0.");
        check("a 198.51.100.9 b 203.0.113.77; 2001:db8:1:2::3", "a 198.51.100.0 b 203.0.113.0; 2001:db8:1::");
        check("v203.0.113.77x", "v203.0.113.0x");
        check("upload203.0.113.77", "upload203.0.113.0");
        check(r#"{"address":"203.0.113.77"}"#, r#"{"address":"203.0.113.0"}"#);
        check("host: ::ffff:203.0.113.77 é", "host: 203.0.113.0 é");
    }

    #[test]
    fn a_text_that_says_no_address_stays() {
        for text in [
            "",
            "unknown",
            "n/a",
            "203.0.113",
            "203.0.113.x",
            "1.2.3",
            "2026-11-23",
            "2026-11-23T10:20:30.000Z",
            "10:20:30",
            "é :: Foo::Bar",
            "Ljouwert",
            "12345",
            "16777215",
            "4294967296",
            "fe80",
            "Ziggo B.V., Utrecht",
            "0x41",
            "100%",
            "AS64500",
            "a-1-2-3",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn what_looks_like_an_address_and_is_none_is_not_clear() {
        for text in [
            "203.000.113.077",
            "0313.0.0161.0115",
            "203.0.113.77.88",
            "203-0-113-77",
            "ip-203-0-113-77.ec2.internal",
            "203[.]0[.]113[.]77",
            "3405803853",
            " 3405803853 ",
            "0xCB00714D",
            "203%2E0%2E113%2E77",
            "2001%3Adb8%3A%3A1",
            "2001:db8:::1",
            "IPv6:2001:db8:1:2:3:4:5:6",
            "2001:db8:1:2:3:4:5:6:7",
            "1.2.3.4.b.8.d.0.1.0.0.2.ip6.arpa",
        ] {
            assert!(read(text).is_unclear, "{text}: {:?}", read(text));
        }
    }

    proptest! {
        #[test]
        fn no_address_stays_whole_in_any_company(
            before in "[ -~é]{0,6}", four in any::<[u8; 4]>(), six in any::<[u16; 8]>(), after in "[ -~é]{0,6}",
        ) {
            prop_assume!(four[3] != 0 && six[3..].iter().any(|part| *part != 0));
            for whole in [Ipv4Addr::from(four).to_string(), std::net::Ipv6Addr::from(six).to_string()] {
                let said = read(&format!("{before} {whole} {after}"));
                prop_assert!(said.is_unclear || !said.short.contains(&whole) || before.contains(&whole), "{said:?}");
                let said = read(&format!("{before}{whole}{after}"));
                let again = read(&said.short);
                prop_assert!(said.is_unclear || again.short == said.short, "{said:?} {again:?}");
            }
        }
    }
}
