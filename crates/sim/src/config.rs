//! How large a world is, and its shares. Shares are of all customers unless the name says otherwise.

use base::Timestamp;

pub const CUSTOMERS_MAX: u64 = 10_000_000;
pub const MONTHS_MAX: u32 = 36;

/// Share of customers by region; the rest lives in the Netherlands outside Friesland.
pub const SHARE_FRIESLAND: f64 = 0.18;
pub const SHARE_SWEDEN: f64 = 0.25;
/// Share that ever leaves a name; the rest only browses.
pub const SHARE_SIGNED_UP: f64 = 0.68;
/// Shares of those signed up.
pub const SHARE_EMAIL_SUBSCRIBED: f64 = 0.62;
pub const SHARE_EMAIL_UNSUBSCRIBED: f64 = 0.13;
pub const SHARE_LOYALTY_CARD: f64 = 0.45;
pub const SHARE_PHONE: f64 = 0.7;
pub const SHARE_APP: f64 = 0.28;
/// Share of those signed up whose mail a privacy proxy opens for them (every image, within seconds).
pub const SHARE_PRIVACY_PROXY: f64 = 0.25;
/// Share of those signed up whose company's gateway follows every link before the mail is delivered.
pub const SHARE_SECURITY_GATEWAY: f64 = 0.06;
/// Share of orders of which something is sent back, at an average price sensitivity.
pub const SHARE_RETURNED: f64 = 0.14;

/// Events in one batch, and bytes of one batch: the Segment limits with room to spare.
pub const BATCH_EVENTS_MAX: usize = 100;
pub const BATCH_BYTES_MAX: usize = 400 * 1024;

/// A world. The same values give the same bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    pub seed: u64,
    /// From 1 to 10 million.
    pub customers: u64,
    /// Months of history, from 1 to 36.
    pub months: u32,
    /// The history ends here; usually now.
    pub until: Timestamp,
}
