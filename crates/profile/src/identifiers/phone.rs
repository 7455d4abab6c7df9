//! Phone numbers as identifiers: E.164 (`+31612345678`).

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};

/// Where a number without country code is taken to be from when neither workspace nor customer says.
pub const DEFAULT_REGION: &str = "NL";
/// ITU E.164 allows 15 digits; people write spaces, brackets and an extension around them.
const PHONE_BYTES_MAX: usize = 60;

/// E.164 of a number that is possible for its region; None for anything else.
pub fn normalise_phone(text: &str, region: &str) -> Option<String> {
    let trimmed = text.trim();
    let digits = || trimmed.bytes().filter(u8::is_ascii_digit);
    let first = digits().next()?;
    if trimmed.len() > PHONE_BYTES_MAX || digits().all(|digit| digit == first) {
        return None;
    }
    // `00` is how most of Europe dials abroad; a region with another prefix would not understand it.
    let international = trimmed.strip_prefix("00").map(|rest| format!("+{rest}"));
    let region = region_of(region).or_else(|| region_of(DEFAULT_REGION));
    let number = PHONE_NUMBER_UTIL.parse(international.as_deref().unwrap_or(trimmed), region).ok()?;
    number.is_valid().then(|| number.format_as(PhoneNumberFormat::E164).into_owned())
}

fn region_of(code: &str) -> Option<Region> {
    (code.len() == 2).then(|| code.parse().ok()).flatten()
}

/// True for an ISO 3166 country whose numbers can be read.
pub(crate) fn is_region(code: &str) -> bool {
    region_of(code).is_some_and(|region| PHONE_NUMBER_UTIL.get_country_code_for_region(region).is_some())
}
