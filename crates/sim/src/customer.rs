//! One customer, made from (seed, number): who they are, what they like and where they buy.

use crate::catalogue::{BRANDS, CATALOGUE, Category, Product};
use crate::config::*;
use crate::names::*;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Offset of the random streams, so that who somebody is does not change when what they do does.
pub(crate) enum Stream {
    Person = 0,
    Life = 1,
    Message = 2,
    Work = 3,
}

const STREAMS: u64 = 4;

/// Chance of a customer for one purpose: the same on every machine and in any order.
pub(crate) fn chance(seed: u64, customer: u64, stream: Stream) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(customer * STREAMS + stream as u64);
    rng
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Region {
    Netherlands,
    Friesland,
    Sweden,
}

impl Region {
    /// ISO 3166-1 code; Friesland is a part of the Netherlands.
    pub const fn country(self) -> &'static str {
        if matches!(self, Self::Sweden) { "SE" } else { "NL" }
    }
    /// BCP 47 tag of the language people there read.
    pub const fn locale(self) -> &'static str {
        match self {
            Self::Netherlands => "nl-NL",
            Self::Friesland => "fy-NL",
            Self::Sweden => "sv-SE",
        }
    }
    pub const fn time_zone(self) -> &'static str {
        if matches!(self, Self::Sweden) { "Europe/Stockholm" } else { "Europe/Amsterdam" }
    }
    /// Our shops there: code and city.
    pub const fn shops(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Netherlands => &DUTCH_SHOPS,
            Self::Friesland => &FRISIAN_SHOPS,
            Self::Sweden => &SWEDISH_SHOPS,
        }
    }
}

/// What somebody said about e-mail when they signed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    Subscribed,
    Unsubscribed,
    Unasked,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    pub anonymous_id: String,
    pub user_agent: &'static str,
    pub app: bool,
}

/// What nobody tells us and models have to find out.
#[derive(Debug, Clone, PartialEq)]
pub struct Tastes {
    /// Weight by category, in the order of [`Category::ALL`]; they add up to 1.
    pub categories: [f64; 5],
    /// Weight by brand.
    pub brands: [f64; BRANDS.len()],
    /// From 0 (buys what they like) to 1 (buys what is cheap).
    pub price_sensitivity: f64,
    /// Visits to the website or app in a month.
    pub online_visits: f64,
    /// Visits to a shop in a month.
    pub shop_visits: f64,
    /// Chance that a visit ends in an order, before season.
    pub conversion: f64,
    /// From 0 (never reads mail) to 1.
    pub mail_engagement: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Customer {
    /// From 0.
    pub number: u64,
    pub region: Region,
    pub first_name: &'static str,
    pub last_name: &'static str,
    pub birthday: (i16, i8, i8),
    pub street: String,
    pub postal_code: String,
    pub city: &'static str,
    /// False: browses and never leaves a name.
    pub signed_up: bool,
    /// Unique; the number is in it, so that a message can be traced back without an index.
    pub email: String,
    /// E.164.
    pub phone: Option<String>,
    pub loyalty_card: Option<String>,
    pub consent: Consent,
    pub devices: Vec<Device>,
    pub tastes: Tastes,
    /// Opens mail for the customer.
    pub privacy_proxy: bool,
    /// Follows every link of a mail for the customer.
    pub security_gateway: bool,
    /// Share of the history's months that had passed when they first came.
    pub joined: f64,
}

const BROWSERS: [&str; 5] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
];
const APP_AGENT: &str = "Noordkaap/4.2 (iOS 18.6)";

fn one<T: Copy>(rng: &mut impl Rng, items: &[T]) -> T {
    items[rng.random_range(0..items.len())]
}

impl Customer {
    /// `seed` and `number` decide everything.
    pub(crate) fn new(seed: u64, number: u64) -> Self {
        let rng = &mut chance(seed, number, Stream::Person);
        let region = match rng.random::<f64>() {
            x if x < SHARE_FRIESLAND => Region::Friesland,
            x if x < SHARE_FRIESLAND + SHARE_SWEDEN => Region::Sweden,
            _ => Region::Netherlands,
        };
        let (first, last): (&[_], &[_]) = match region {
            Region::Netherlands => (&DUTCH_FIRST, &DUTCH_LAST),
            Region::Friesland => (&FRISIAN_FIRST, &FRISIAN_LAST),
            Region::Sweden => (&SWEDISH_FIRST, &SWEDISH_LAST),
        };
        let (first_name, last_name) = (one(rng, first), one(rng, last));
        let (street, postal_code, city) = address(rng, region);
        let signed_up = rng.random_bool(SHARE_SIGNED_UP);
        let consent = match rng.random::<f64>() {
            x if x < SHARE_EMAIL_SUBSCRIBED => Consent::Subscribed,
            x if x < SHARE_EMAIL_SUBSCRIBED + SHARE_EMAIL_UNSUBSCRIBED => Consent::Unsubscribed,
            _ => Consent::Unasked,
        };
        let security_gateway = rng.random_bool(SHARE_SECURITY_GATEWAY);
        let domain = if security_gateway { COMPANY_DOMAIN } else { one(rng, &MAIL_DOMAINS) };
        let has_phone = rng.random_bool(SHARE_PHONE);
        let has_card = rng.random_bool(SHARE_LOYALTY_CARD);
        Self {
            number,
            region,
            first_name,
            last_name,
            birthday: (rng.random_range(1945..2008), rng.random_range(1..=12), rng.random_range(1..=28)),
            street,
            postal_code,
            city,
            signed_up,
            email: email(first_name, last_name, number, domain),
            phone: (signed_up && has_phone).then(|| phone(region, number)),
            loyalty_card: (signed_up && has_card).then(|| format!("26{number:010}")),
            consent,
            devices: devices(rng, number, signed_up),
            tastes: Tastes::new(rng),
            privacy_proxy: rng.random_bool(SHARE_PRIVACY_PROXY),
            security_gateway,
            // The shop grows: the square root puts more newcomers late.
            joined: rng.random::<f64>().sqrt() * 0.97,
        }
    }

    /// The customer number the shop gave, once somebody has signed up.
    pub fn user_id(&self) -> String {
        format!("NK{:08}", self.number)
    }

    /// Whose address it is, if it is one of ours.
    pub(crate) fn number_of_email(address: &str) -> Option<u64> {
        let (local, domain) = address.trim().rsplit_once('@')?;
        let ours = MAIL_DOMAINS.contains(&domain) || domain == COMPANY_DOMAIN;
        local.rsplit_once('.').filter(|_| ours)?.1.parse().ok()
    }

    /// A product to look at or buy in a month, by taste, season and price.
    pub(crate) fn choose(&self, rng: &mut impl Rng, month: i8) -> &'static Product {
        let weight = |product: &Product| {
            let category = self.tastes.categories[product.category as usize];
            let cheap = (-self.tastes.price_sensitivity * product.price() / 60.0).exp();
            category * product.category.season(month) * self.tastes.brands[product.brand] * cheap
        };
        let total: f64 = CATALOGUE.iter().map(weight).sum();
        let mut left = rng.random::<f64>() * total;
        for product in &CATALOGUE {
            left -= weight(product);
            if left <= 0.0 {
                return product;
            }
        }
        &CATALOGUE[CATALOGUE.len() - 1]
    }

    /// The category they like most.
    pub fn favourite(&self) -> Category {
        let by_weight = |left: &&Category, right: &&Category| {
            let weight = |category: &Category| self.tastes.categories[*category as usize];
            weight(left).total_cmp(&weight(right))
        };
        Category::ALL.iter().max_by(by_weight).copied().unwrap_or(Category::Sneakers)
    }
}

impl Tastes {
    fn new(rng: &mut impl Rng) -> Self {
        // Cubes of uniform numbers: most people have one or two favourites.
        let mut categories = [0.9, 0.6, 0.5, 0.45, 0.3].map(|base| base * rng.random::<f64>().powi(3) + 0.01);
        let sum: f64 = categories.iter().sum();
        categories = categories.map(|weight| weight / sum);
        let brands = std::array::from_fn(|_| rng.random::<f64>().powi(2) + 0.05);
        let shopper = rng.random::<f64>();
        Self {
            categories,
            brands,
            price_sensitivity: rng.random(),
            online_visits: 0.15 + 1.6 * rng.random::<f64>().powi(3) * (1.3 - shopper),
            shop_visits: 0.02 + 0.5 * rng.random::<f64>().powi(2) * shopper,
            conversion: 0.04 + 0.16 * rng.random::<f64>().powi(2),
            mail_engagement: rng.random::<f64>().powf(0.7),
        }
    }
}

fn address(rng: &mut impl Rng, region: Region) -> (String, String, &'static str) {
    let house = rng.random_range(1..180);
    let (streets, cities): (&[&str], &[(&'static str, u32, u32)]) = match region {
        Region::Netherlands => (&DUTCH_STREETS, &DUTCH_CITIES),
        Region::Friesland => (&FRISIAN_STREETS, &FRISIAN_CITIES),
        Region::Sweden => (&SWEDISH_STREETS, &SWEDISH_CITIES),
    };
    let (city, low, high) = one(rng, cities);
    let code = rng.random_range(low..=high);
    let postal_code = if region == Region::Sweden {
        format!("{code} {:02}", rng.random_range(10..99))
    } else {
        // Letters the Dutch post uses: never F, I, O, Q, U, Y, nor SA, SD, SS.
        let letters = b"ABCDEGHJKLMNPRTVWXZ";
        format!("{code} {}{}", one(rng, letters) as char, one(rng, letters) as char)
    };
    (format!("{} {house}", one(rng, streets)), postal_code, city)
}

fn email(first: &str, last: &str, number: u64, domain: &str) -> String {
    format!("{}.{}.{number}@{domain}", ascii(first), ascii(last))
}

/// Lower case letters a to z; accents dropped.
fn ascii(name: &str) -> String {
    let plain = |letter: char| match letter {
        'å' | 'ä' | 'â' => Some('a'),
        'ö' => Some('o'),
        'ë' | 'é' | 'ê' => Some('e'),
        'ı' => Some('i'),
        letter => letter.is_ascii_lowercase().then_some(letter),
    };
    name.to_lowercase().chars().filter_map(plain).collect()
}

/// Mobile numbers, unique by customer number: +31 6 1 to 5 and seven digits, +46 70 and seven digits. Seven has no
/// common factor with the sizes of the ranges, so no two customers share a number.
fn phone(region: Region, number: u64) -> String {
    if region == Region::Sweden {
        format!("+4670{:07}", (number * 7 + 1_000_003) % 10_000_000)
    } else {
        format!("+316{:08}", 10_000_000 + (number * 7 + 3) % 50_000_000)
    }
}

fn devices(rng: &mut impl Rng, number: u64, signed_up: bool) -> Vec<Device> {
    let browsers = match rng.random::<f64>() {
        x if x < 0.5 => 1,
        x if x < 0.9 => 2,
        _ => 3,
    };
    let mut devices: Vec<Device> = (0..browsers)
        .map(|_| Device { anonymous_id: anonymous_id(rng, number), user_agent: one(rng, &BROWSERS), app: false })
        .collect();
    if rng.random_bool(SHARE_APP) && signed_up {
        devices.push(Device { anonymous_id: anonymous_id(rng, number), user_agent: APP_AGENT, app: true });
    }
    devices
}

/// Looks like a UUID; the number in it keeps it unique whatever the dice say.
fn anonymous_id(rng: &mut impl Rng, number: u64) -> String {
    let (a, b): (u64, u16) = (rng.random(), rng.random());
    format!(
        "{number:08x}-{:04x}-4{:03x}-8{:03x}-{:08x}{b:04x}",
        a >> 48,
        (a >> 36) & 0xfff,
        (a >> 24) & 0xfff,
        a & 0xffff_ffff
    )
}
