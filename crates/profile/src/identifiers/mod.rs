//! What a customer is recognised by: the kinds of identifiers, and how a value is brought to its one form.

mod email;
mod kinds;
mod phone;

pub use email::{EmailError, normalise_email};
pub(crate) use email::{GMAIL_DOMAINS, SHARED_LOCAL_PARTS, gmail_mailbox};
pub(crate) use kinds::USER_IDS_BY_ALIAS_MAX;
pub use kinds::{KINDS, Kind, KindSpec};
pub(crate) use phone::is_region;
pub use phone::{DEFAULT_REGION, normalise_phone};

use std::borrow::Cow;

/// A longer value is not an identifier.
pub const IDENTIFIER_BYTES_MAX: usize = 512;
/// A longer name is not a kind.
pub const KIND_BYTES_MAX: usize = 64;

/// Values programs send when they have none. Compared in lower case.
pub(crate) const PLACEHOLDERS: &[&str] = &[
    "null",
    "undefined",
    "none",
    "nil",
    "nan",
    "na",
    "n/a",
    "unknown",
    "anonymous",
    "guest",
    "true",
    "false",
    "[object object]",
    "(null)",
    "<null>",
    "(not set)",
    "not set",
    "empty",
    "no id",
    "noid",
    "-1",
];

/// How the values of a kind are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As written, without white space around it; letters keep their case.
    Plain,
    Email,
    Phone,
    /// The mailbox behind a gmail.com address; any other address has none.
    Gmail,
}

impl Form {
    pub fn name(self) -> &'static str {
        match self {
            Form::Plain => "plain",
            Form::Email => "email",
            Form::Phone => "phone",
            Form::Gmail => "gmail",
        }
    }
}

/// The one form of `value`, or None when it identifies nobody: empty, a placeholder, zeros, malformed, too long.
/// `region` (ISO 3166) tells how to read a phone number without country code.
pub fn normalise<'v>(form: Form, value: &'v str, region: &str) -> Option<Cow<'v, str>> {
    let trimmed = value.trim();
    if trimmed.is_empty() || trimmed.len() > IDENTIFIER_BYTES_MAX || is_placeholder(trimmed) {
        return None;
    }
    match form {
        Form::Plain => (!trimmed.bytes().any(|byte| byte.is_ascii_control())).then_some(Cow::Borrowed(trimmed)),
        Form::Email => {
            let normal = normalise_email(trimmed).ok()?;
            (!email::is_shared_mailbox(&normal)).then_some(Cow::Owned(normal))
        }
        Form::Phone => normalise_phone(trimmed, region).map(Cow::Owned),
        Form::Gmail => gmail_mailbox(&normalise_email(trimmed).ok()?).map(Cow::Owned),
    }
}

/// True for "null", "undefined", "000…", "0000-0000", "---" and the like.
fn is_placeholder(trimmed: &str) -> bool {
    if trimmed.bytes().all(|byte| matches!(byte, b'0' | b'-' | b'_' | b'.' | b' ' | b'+')) {
        return true;
    }
    let longest = 15;
    trimmed.len() <= longest && PLACEHOLDERS.iter().any(|placeholder| trimmed.eq_ignore_ascii_case(placeholder))
}

#[cfg(test)]
mod tests;
