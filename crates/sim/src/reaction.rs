//! What one person (and the machines before them) does with one message. Pure: follows from seed, person, message.

use crate::customer::{Customer, Stream};
use crate::effects::TrueEffects;
use crate::wire::Source;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Machines act within this time of the delivery.
const MACHINE_MS_MAX: u64 = 2_000;
/// A person needs this long from opening to clicking at the most.
const CLICK_MS_MAX: u64 = 90_000;

/// An order caused by the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purchase {
    pub source: Source,
    /// After the delivery.
    pub after_ms: u64,
}

/// Times are after the delivery. Links are counted from 0 in the order they stand in the message.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reaction {
    /// A privacy proxy or gateway fetches the images.
    pub machine_open_ms: Option<u64>,
    /// A gateway follows every link: one time per link.
    pub machine_clicks_ms: Vec<u64>,
    pub open_ms: Option<u64>,
    pub click: Option<(usize, u64)>,
    pub unsubscribe_ms: Option<u64>,
    pub purchase: Option<Purchase>,
}

impl Reaction {
    /// `links` is how many tracked links the message has; `subject` decides whether it meets the customer's taste.
    pub fn decide(
        effects: &TrueEffects,
        seed: u64,
        customer: &Customer,
        message_id: &str,
        subject: &str,
        links: usize,
    ) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed ^ fnv(message_id));
        rng.set_stream(customer.number * 4 + Stream::Message as u64);
        let mut reaction = Self::default();
        if customer.privacy_proxy || customer.security_gateway {
            reaction.machine_open_ms = Some(rng.random_range(50..MACHINE_MS_MAX));
        }
        if customer.security_gateway {
            reaction.machine_clicks_ms = (0..links).map(|_| rng.random_range(50..MACHINE_MS_MAX)).collect();
        }
        let opens = effects.open_base + effects.open_engagement * customer.tastes.mail_engagement;
        if !rng.random_bool(opens.clamp(0.0, 1.0)) {
            return reaction;
        }
        // Box and Muller: no other distribution is needed here.
        let (u, v): (f64, f64) = (rng.random::<f64>().max(1e-12), rng.random());
        let normal = (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos();
        let open_ms = (effects.open_median_ms as f64 * (effects.open_log_sd * normal).exp()).min(6e8) as u64;
        reaction.open_ms = Some(open_ms);
        let matched = subject.to_lowercase().contains(customer.favourite().name());
        let clicks = effects.click_after_open * if matched { effects.match_factor } else { 1.0 };
        let mut orders = effects.order_after_open;
        if links > 0 && rng.random_bool(clicks.clamp(0.0, 1.0)) {
            reaction.click = Some((rng.random_range(0..links), open_ms + rng.random_range(2_000..CLICK_MS_MAX)));
            orders += effects.order_after_click;
        } else if rng.random_bool(effects.unsubscribe_after_open.clamp(0.0, 1.0)) {
            reaction.unsubscribe_ms = Some(open_ms + rng.random_range(2_000..CLICK_MS_MAX));
        }
        if rng.random_bool(orders.clamp(0.0, 1.0)) {
            let in_shop = customer.loyalty_card.is_some() && rng.random_bool(effects.shop_share_of_card_holders);
            let seen_ms = reaction.click.map_or(open_ms, |(_, at)| at);
            reaction.purchase = Some(Purchase {
                source: if in_shop { Source::Shop } else { Source::Website },
                after_ms: seen_ms + 60_000 + rng.random_range(0..effects.order_within_ms.max(1)),
            });
        }
        reaction
    }

    /// True when a person or machine does anything at all.
    pub fn is_some(&self) -> bool {
        *self != Self::default()
    }
}

/// FNV-1a: a stable hash, the same in every version and on every machine.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ byte as u64).wrapping_mul(0x0100_0000_01b3))
}
