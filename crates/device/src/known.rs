//! What is known of one device: what was last said of each part of it.

use crate::ACTIVE_DAYS_MAX;
use base::{Timestamp, words};
use serde::{Deserialize, Serialize};

const DAY_MS: i64 = 86_400_000;
/// All days that are remembered.
const DAYS_MASK: i64 = (1 << ACTIVE_DAYS_MAX) - 1;

words!(DeviceType {
    Phone = "phone",
    Tablet = "tablet",
    Computer = "computer",
    Tv = "tv",
    Car = "car",
    Console = "console",
    Wearable = "wearable",
    Server = "server",
    Other = "other",
});
words!(ClientKind { Browser = "browser", App = "app" });

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Hardware {
    pub kind: DeviceType,
    pub brand: Option<String>,
    pub model: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Os {
    pub name: String,
    pub version: Option<String>,
}

/// The browser or app.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Client {
    pub kind: ClientKind,
    pub name: String,
    pub version: Option<String>,
}

/// Country and city.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Whereabouts {
    pub country: Option<String>,
    pub city: Option<String>,
}

/// Something that was said, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Said<T> {
    pub value: T,
    pub at: Timestamp,
}

/// Keeps the later word; of two at the same time the greater, so that order makes no difference.
fn hear<T: Ord + Clone>(held: &mut Option<Said<T>>, value: Option<&T>, at: Timestamp) {
    let Some(value) = value else { return };
    match held {
        Some(known) if (known.at, &known.value) >= (at, value) => {}
        Some(known) if known.value == *value => known.at = at,
        _ => *held = Some(Said { value: value.clone(), at }),
    }
}

fn absorb<T: Ord + Clone>(held: &mut Option<Said<T>>, other: Option<Said<T>>) {
    if let Some(other) = other {
        hear(held, Some(&other.value), other.at);
    }
}

fn same<T: PartialEq>(one: &Option<Said<T>>, two: &Option<Said<T>>) -> bool {
    one.as_ref().map(|said| &said.value) == two.as_ref().map(|said| &said.value)
}

/// What can be said of a device, once for all that is done with every part of it.
macro_rules! parts {
    ($($part:ident: $value:ty),+ $(,)?) => {
        /// What one event says of the device it came from.
        #[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
        pub(crate) struct Facts {
            $(pub $part: Option<$value>),+
        }

        /// The latest word of each part.
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default)]
        pub(crate) struct Known {
            $(#[serde(skip_serializing_if = "Option::is_none")] pub $part: Option<Said<$value>>),+
        }

        impl Known {
            pub fn hear(&mut self, facts: &Facts, at: Timestamp) {
                $(hear(&mut self.$part, facts.$part.as_ref(), at);)+
            }
            fn absorb(&mut self, other: Known) {
                $(absorb(&mut self.$part, other.$part);)+
            }
            /// The same is known, whenever it was said.
            fn says_the_same(&self, other: &Known) -> bool {
                $(same(&self.$part, &other.$part))&&+
            }
        }
    };
}

parts! {
    hardware: Hardware,
    os: Os,
    client: Client,
    channel: String,
    language: String,
    time_zone: String,
    place: Whereabouts,
    push: bool,
}

/// One device of a customer, as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Held {
    pub first: Timestamp,
    pub last: Timestamp,
    /// Bit n: used n days before the day of `last`.
    pub days: i64,
    pub known: Known,
}

pub(crate) fn day_of(at: Timestamp) -> i64 {
    at.ms().div_euclid(DAY_MS)
}

/// `days` as seen from a day that is `later` days later.
fn moved(days: i64, later: i64) -> i64 {
    if (0..i64::from(ACTIVE_DAYS_MAX)).contains(&later) { (days << later) & DAYS_MASK } else { 0 }
}

impl Held {
    pub fn new(facts: &Facts, at: Timestamp) -> Self {
        let mut known = Known::default();
        known.hear(facts, at);
        Self { first: at, last: at, days: 1, known }
    }

    pub fn hear(&mut self, facts: &Facts, at: Timestamp) {
        self.absorb(Self::new(facts, at));
    }

    /// Takes in what is known of the same device elsewhere. Order and repetition make no difference.
    pub fn absorb(&mut self, other: Held) {
        let last = self.last.max(other.last);
        let seen_from = |held: &Held| moved(held.days, day_of(last) - day_of(held.last));
        self.days = seen_from(self) | seen_from(&other);
        self.first = self.first.min(other.first);
        self.last = last;
        self.known.absorb(other.known);
    }

    /// Is this worth a write over what is stored?
    pub fn differs(&self, stored: &Held, step_ms: i64) -> bool {
        self.first != stored.first
            || step_ms <= self.last.ms_since(stored.last)
            || day_of(self.last) != day_of(stored.last)
            || self.days != stored.days
            || !self.known.says_the_same(&stored.known)
    }
}

/// A device of a customer. Texts are as they were said, cut to [`crate::TEXT_CHARS_MAX`].
#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    pub key: crate::DeviceKey,
    pub hardware: Option<Hardware>,
    pub os: Option<Os>,
    pub client: Option<Client>,
    /// Of the latest event.
    pub channel: Option<String>,
    pub language: Option<String>,
    pub time_zone: Option<String>,
    pub country: Option<String>,
    pub city: Option<String>,
    pub has_push_token: bool,
    pub first_seen: Timestamp,
    /// Exact to [`crate::SEEN_STEP_MS`].
    pub last_seen: Timestamp,
    /// Of the last [`ACTIVE_DAYS_MAX`] days up to the day it was last seen: those on which it was used.
    pub active_days: u32,
}

impl Device {
    pub(crate) fn of(key: crate::DeviceKey, held: Held) -> Self {
        let Held { first, last, days, known } = held;
        let place = known.place.map(|said| said.value);
        Self {
            key,
            hardware: known.hardware.map(|said| said.value),
            os: known.os.map(|said| said.value),
            client: known.client.map(|said| said.value),
            channel: known.channel.map(|said| said.value),
            language: known.language.map(|said| said.value),
            time_zone: known.time_zone.map(|said| said.value),
            country: place.as_ref().and_then(|place| place.country.clone()),
            city: place.and_then(|place| place.city),
            has_push_token: known.push.is_some_and(|said| said.value),
            first_seen: first,
            last_seen: last,
            active_days: days.count_ones(),
        }
    }
}
