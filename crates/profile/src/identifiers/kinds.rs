//! The registry of identifier kinds: one row per kind. Adding a kind is adding a row. What a workspace changed of it is
//! in its [`Rules`](crate::Rules).
//!
//! `rank` decides whose word counts when identifiers of one event disagree (smaller wins), `limit` how many of a kind
//! one profile may have. The limit of one user id is what keeps two people apart: nothing but an explicit `alias`
//! joins two user ids, whatever device or address they share.

use super::Form;

/// One kind of identifier.
#[derive(Debug, PartialEq, Eq)]
pub struct KindSpec {
    pub name: &'static str,
    /// Smaller is stronger.
    pub rank: u8,
    /// Values of this kind per profile.
    pub limit: usize,
    pub form: Form,
    /// True when it names a person; false when it names a device or browser.
    pub personal: bool,
}

impl KindSpec {
    /// True for kinds that Tutti declares itself and sources may not use.
    pub fn is_internal(&self) -> bool {
        matches!(self.name, "unidentified" | "gmail_mailbox")
    }
}

const fn person(name: &'static str, rank: u8, limit: usize, form: Form) -> KindSpec {
    KindSpec { name, rank, limit, form, personal: true }
}
const fn device(name: &'static str, rank: u8) -> KindSpec {
    KindSpec { name, rank, limit: DEVICES_MAX, form: Form::Plain, personal: false }
}

/// Devices and browsers of one customer.
const DEVICES_MAX: usize = 100;
/// Joining by `alias` says outright that two accounts are one person; this many accounts are still believed.
pub(crate) const USER_IDS_BY_ALIAS_MAX: usize = 10;

/// All kinds that are more than a name, strongest first.
pub const KINDS: &[KindSpec] = &[
    person("user_id", 10, 1, Form::Plain),
    person("loyalty_card", 20, 5, Form::Plain),
    person("email", 40, 5, Form::Email),
    // Where mail to a gmail.com address ends up; declared beside the address when the workspace's rules ask for it.
    person("gmail_mailbox", 40, 5, Form::Gmail),
    person("phone", 50, 5, Form::Phone),
    device("android.id", 80),
    device("android.idfa", 80),
    device("android.push_token", 80),
    device("ios.id", 80),
    device("ios.idfa", 80),
    device("ios.push_token", 80),
    device("ga_client_id", 80),
    device("cross_domain_id", 80),
    device("device_id", 80),
    device("anonymous_id", 90),
    // Events that name nobody (their only id was a placeholder) are kept on one profile per workspace.
    device("unidentified", 100),
];

/// What holds for kinds of the sender's own making (`crm_id`, `patient_number`, …).
const CUSTOM: KindSpec = person("custom", 30, 5, Form::Plain);

/// A kind by name; cheap to copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind<'k> {
    Listed(&'static KindSpec),
    Custom(&'k str),
}

impl<'k> Kind<'k> {
    pub const USER_ID: Kind<'static> = Kind::Listed(&KINDS[0]);
    pub const LOYALTY_CARD: Kind<'static> = Kind::Listed(&KINDS[1]);
    pub const EMAIL: Kind<'static> = Kind::Listed(&KINDS[2]);
    pub const GMAIL_MAILBOX: Kind<'static> = Kind::Listed(&KINDS[3]);
    pub const PHONE: Kind<'static> = Kind::Listed(&KINDS[4]);
    pub const ANONYMOUS_ID: Kind<'static> = Kind::Listed(&KINDS[KINDS.len() - 2]);
    pub(crate) const UNIDENTIFIED: Kind<'static> = Kind::Listed(&KINDS[KINDS.len() - 1]);

    /// None when `name` is no name: empty, too long, or one that sources may not use.
    pub fn named(name: &'k str) -> Option<Kind<'k>> {
        let name = match name {
            "userId" => "user_id",
            "anonymousId" => "anonymous_id",
            "loyaltyCard" => "loyalty_card",
            other => other,
        };
        match KINDS.iter().find(|spec| spec.name == name) {
            Some(spec) if spec.is_internal() => None,
            Some(spec) => Some(Kind::Listed(spec)),
            None => (!name.trim().is_empty() && name.len() <= super::KIND_BYTES_MAX).then_some(Kind::Custom(name)),
        }
    }
    /// A kind by the name it was stored under, those of Tutti's own included.
    pub(crate) fn stored(name: &'k str) -> Kind<'k> {
        KINDS.iter().find(|spec| spec.name == name).map_or(Kind::Custom(name), Kind::Listed)
    }
    pub fn spec(&self) -> &'static KindSpec {
        match self {
            Kind::Listed(spec) => spec,
            Kind::Custom(_) => &CUSTOM,
        }
    }
    pub fn name(&self) -> &'k str {
        match self {
            Kind::Listed(spec) => spec.name,
            Kind::Custom(name) => name,
        }
    }
}
