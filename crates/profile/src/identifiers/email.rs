//! E-mail addresses as identifiers: lower case, the domain in its ASCII form (IDNA).
//!
//! Only for matching. The address mail is sent to is the trait `email`, kept as it was written: the part before the
//! `@` may be case-sensitive at its host, and dots or `+tags` belong to the address.

use email_address::{EmailAddress, Options};

/// RFC 5321 4.5.3.1: a path is at most 256 octets including the angle brackets.
const EMAIL_BYTES_MAX: usize = 254;

/// Local parts nobody owns: what test forms and machines write. They never join two customers.
pub(crate) const SHARED_LOCAL_PARTS: &[&str] = &[
    "test",
    "tests",
    "testing",
    "noreply",
    "no-reply",
    "no_reply",
    "donotreply",
    "none",
    "null",
    "undefined",
    "unknown",
    "anonymous",
    "noemail",
    "no-email",
    "nomail",
    "geenmail",
    "na",
    "nan",
    "asdf",
    "mailer-daemon",
];

/// Domains of one and the same mail service, at which dots and `+tags` of the local part change nothing.
pub(crate) const GMAIL_DOMAINS: [&str; 2] = ["gmail.com", "googlemail.com"];

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    #[error("an e-mail address has the form name@domain")]
    Malformed,
    #[error("the domain of the e-mail address is not a domain name")]
    Domain,
    #[error("an e-mail address has at most {EMAIL_BYTES_MAX} bytes")]
    TooLong,
}

/// The form addresses are compared in.
pub fn normalise_email(text: &str) -> Result<String, EmailError> {
    let trimmed = text.trim();
    if trimmed.chars().any(|c| c.is_control()) {
        return Err(EmailError::Malformed);
    }
    let options = Options::default().without_display_text().without_domain_literal();
    let (local, domain) = trimmed.rsplit_once('@').ok_or(EmailError::Malformed)?;
    // The address is judged with its ASCII domain: that is what is looked up and what the limits are about.
    let domain = if domain.is_ascii() {
        domain.to_ascii_lowercase()
    } else {
        idna::domain_to_ascii(domain).map_err(|_| EmailError::Domain)?
    };
    let normal = format!("{}@{domain}", local.to_lowercase());
    if normal.len() > EMAIL_BYTES_MAX {
        return Err(EmailError::TooLong);
    }
    EmailAddress::parse_with_options(&normal, options).map_err(|_| EmailError::Malformed)?;
    Ok(normal)
}

/// True for `test@…`, `noreply@…`: a valid address that names no person.
pub(super) fn is_shared_mailbox(normal: &str) -> bool {
    let local = normal.split('@').next().unwrap_or_default();
    let base = local.split('+').next().unwrap_or_default();
    SHARED_LOCAL_PARTS.contains(&base)
}

/// Where mail to a normalised address ends up when it is one of gmail.com: `a.nna+shop@googlemail.com` is
/// `anna@gmail.com`. None for every other address.
pub(crate) fn gmail_mailbox(normal: &str) -> Option<String> {
    let (local, domain) = normal.rsplit_once('@')?;
    if !GMAIL_DOMAINS.contains(&domain) || local.starts_with('"') {
        return None;
    }
    let name: String = local.split('+').next()?.chars().filter(|letter| *letter != '.').collect();
    (!name.is_empty()).then(|| format!("{name}@gmail.com"))
}
