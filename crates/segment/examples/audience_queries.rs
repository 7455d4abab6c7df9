//! Asks the engine the questions of `shared/peers/segments.py` that are conditions, over the same made rows, and prints a
//! line of JSON for each: seconds, processor seconds and the check value, which every engine must give.
//!
//! `cargo run --release -p segment --example audience_queries -- PROFILES EVENTS [RUNS]`

use base::{JsonMap, ProfileId, Timestamp};
use events::Channel;
use predicate::Condition;
use roaring::RoaringBitmap;
use segment::{Audience, ProfileRow};
use serde_json::{Value, json};
use std::time::Instant;

const SEED: u64 = 20_261_122;
/// 2026-11-01T00:00:00Z, the end of all windows.
const NOW_S: i64 = 1_793_491_200;
const YEAR_S: i64 = 365 * 86_400;
const COUNTRIES: &str = "US GB DE FR BR IN JP IT ES CA AU NL PL SE TR MX AR KR ID ZA EG NG SA AE CH AT BE DK NO FI PT GR CZ RO HU IE NZ SG TH VN";
const LANGUAGES: &str = "en en de fr pt hi ja it es en en nl pl sv tr es es ko id en ar en ar ar de de nl da no fi pt el cs ro hu en en en th vi";
const TYPES: &str = "page_view product_view email_open app_open add_to_cart search email_click push_open login begin_checkout purchase sms_click wishlist coupon_used review share support_ticket refund unsubscribe referral";
/// Types that carry an amount.
const PAID: [usize; 5] = [1, 4, 9, 10, 17];

/// splitmix64 of a counter: a value is a function of seed, column and row.
fn random(seed: u64, column: u64, row: u64) -> u64 {
    const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut z = seed
        .wrapping_mul(GOLDEN)
        .wrapping_add(column.wrapping_mul(0xD1B5_4A32_D192_ED03))
        .wrapping_add(row.wrapping_add(1).wrapping_mul(GOLDEN));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn uniform(seed: u64, column: u64, row: u64) -> f64 {
    (random(seed, column, row) >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// Cumulative shares of weights.
struct Pick(Vec<f64>);

impl Pick {
    fn new(weights: impl IntoIterator<Item = f64>) -> Self {
        let mut sum = 0.0;
        let cumulative: Vec<f64> = weights
            .into_iter()
            .map(|weight| {
                sum += weight;
                sum
            })
            .collect();
        Self(cumulative.into_iter().map(|value| value / sum).collect())
    }
    fn zipf(count: usize, exponent: f64) -> Self {
        Self::new((1..=count).map(|rank| 1.0 / (rank as f64).powf(exponent)))
    }
    fn of(&self, uniform: f64) -> usize {
        self.0.partition_point(|share| *share <= uniform).min(self.0.len() - 1)
    }
}

fn cents(amount: f64) -> f64 {
    (amount * 100.0).round_ties_even() / 100.0
}

struct Shop {
    countries: Vec<&'static str>,
    languages: Vec<&'static str>,
    types: Vec<&'static str>,
    country: Pick,
    city: Pick,
    tag: Pick,
    gender: Pick,
    plan: Pick,
    os: Pick,
    source: Pick,
    tier: Pick,
    kind: Pick,
    category: Pick,
}

impl Shop {
    fn new() -> Self {
        Self {
            countries: COUNTRIES.split(' ').collect(),
            languages: LANGUAGES.split(' ').collect(),
            types: TYPES.split(' ').collect(),
            country: Pick::zipf(40, 1.0),
            city: Pick::zipf(1_000, 0.8),
            tag: Pick::zipf(50, 0.7),
            gender: Pick::new([48.0, 46.0, 2.0, 4.0]),
            plan: Pick::new([70.0, 18.0, 10.0, 2.0]),
            os: Pick::new([30.0, 38.0, 18.0, 9.0, 2.0, 3.0]),
            source: Pick::zipf(8, 1.0),
            tier: Pick::new([50.0, 25.0, 14.0, 8.0, 3.0]),
            kind: Pick::zipf(20, 1.0),
            category: Pick::zipf(50, 0.8),
        }
    }

    fn profile(&self, row: u64) -> ProfileRow {
        let u = |column: u64| uniform(SEED, column, row);
        let country = self.country.of(u(1));
        let created = NOW_S - 1 - (u(2) * 5.0 * YEAR_S as f64) as i64;
        let last = created + ((1.0 - u(3) * u(3)) * (NOW_S - created) as f64) as i64;
        let orders = (-(1.0 - u(4)).ln() * 4.0).floor();
        let aov = cents(10.0 - (1.0 - u(5)).ln() * 60.0);
        let tags = (0..(u(6) * 5.0) as u64).map(|number| self.tag.of(uniform(SEED, 7, row * 8 + number)));
        let tags: Vec<String> = tags.map(|tag| format!("tag_{tag:02}")).collect();
        let named = |names: &[&str], index: usize| json!(names[index]);
        let nps = if u(26) < 0.7 { Value::Null } else { json!((u(25) * 11.0) as i64) };
        let traits = [
            ("country", named(&self.countries, country)),
            ("language", named(&self.languages, country)),
            ("gender", named(&["f", "m", "x", "unknown"], self.gender.of(u(8)))),
            ("age", json!((18.0 + u(9) * u(10) * 72.0 + u(11) * 3.0) as i64)),
            ("city", json!(self.city.of(u(12)))),
            ("plan", named(&["free", "basic", "pro", "enterprise"], self.plan.of(u(13)))),
            ("created_at", json!(created)),
            ("last_seen", json!(last)),
            ("orders", json!(orders)),
            ("spend", json!(cents(orders * aov))),
            ("aov", json!(aov)),
            ("email_opt_in", json!(u(14) < 0.62)),
            ("sms_opt_in", json!(u(15) < 0.28)),
            ("push_opt_in", json!(u(16) < 0.41)),
            ("whatsapp_opt_in", json!(u(17) < 0.12)),
            ("phone_opt_in", json!(u(18) < 0.09)),
            ("gdpr_consent", json!(u(19) < 0.8)),
            ("tags", json!(tags)),
            ("os", named(&["ios", "android", "windows", "macos", "linux", "other"], self.os.of(u(20)))),
            ("app_version", json!((u(21) * 40.0) as i64)),
            ("source", json!(self.source.of(u(22)))),
            ("loyalty_tier", named(&["none", "bronze", "silver", "gold", "platinum"], self.tier.of(u(23)))),
            ("loyalty_points", json!((-(1.0 - u(24)).ln() * 800.0) as i64)),
            ("nps", nps),
            ("birth_month", json!((1.0 + u(27) * 12.0) as i64)),
            ("churn_score", json!((u(28) * 10_000.0).round_ties_even() / 10_000.0)),
            ("clv", json!(cents(-(1.0 - u(29)).ln() * 250.0))),
            ("store_id", json!((u(30) * 500.0) as i64)),
            ("fatigue", json!((u(31) * 20.0) as i64)),
        ];
        let at = Timestamp::from_ms(last * 1_000);
        let traits = traits.into_iter().map(|(name, value)| (name.to_owned(), value, at)).collect();
        ProfileRow { profile: ProfileId::new(row as u32), traits, consent: Vec::new(), suppressed: Vec::new() }
    }

    /// Whose, when, what, and the category and amount.
    fn event(&self, row: u64, events: u64, profiles: u64) -> (u32, i64, &'static str, usize, f64) {
        let u = |column: u64| uniform(SEED + 1, column, row);
        let heavy = u(1);
        let rank = (heavy * heavy.sqrt() * profiles as f64) as u64;
        let profile = (rank.wrapping_mul(2_654_435_761).wrapping_add(12_345)) % profiles;
        let step = YEAR_S as f64 * 1e6 / events as f64;
        let at_us = (NOW_S - YEAR_S) * 1_000_000 + ((row as f64 + u(2)) * step) as i64;
        let kind = self.kind.of(u(3));
        let amount = if PAID.contains(&kind) { cents(5.0 - (1.0 - u(5)).ln() * 55.0) } else { 0.0 };
        (profile as u32, at_us.div_euclid(1_000), self.types[kind], self.category.of(u(4)), amount)
    }
}

fn last(days: u32) -> Value {
    json!({ "last": { "amount": days, "unit": "day" } })
}

fn did(name: &str, days: u32) -> Value {
    json!({ "event": { "name": name, "window": last(days) } })
}

fn is(name: &str, op: &str, value: Value) -> Value {
    json!({ "trait": { "name": name, "op": op, "value": value } })
}

fn opted_in(name: &str) -> Value {
    json!({ "trait": { "name": name, "op": "is_true" } })
}

/// The questions that are one condition.
fn questions() -> Vec<(&'static str, Value)> {
    let often = |days: u32, times: u32, filters: Value| {
        json!({ "event": { "name": "product_view", "window": last(days), "where": filters,
            "count": { "op": "at_least", "value": times } } })
    };
    let dear = json!([{ "property": "amount", "op": "gt", "value": 50 }]);
    vec![
        (
            "q01_attributes",
            json!({ "any": [
            { "all": [is("country", "in", json!(["US", "GB", "DE"])), is("age", "between", json!([25, 45])), opted_in("email_opt_in")] },
            { "all": [is("plan", "equals", json!("pro")), is("spend", "gt", json!(500)), { "not": opted_in("push_opt_in") },
                is("tags", "equals", json!("tag_03"))] }] }),
        ),
        ("q02_3x_in_30d", often(30, 3, dear)),
        (
            "q03_A_not_B_7d",
            json!({ "sequence": { "steps": [{ "name": "add_to_cart" }],
            "window": { "between": { "from": "2026-08-03T00:00:00Z", "to": "2026-10-24T23:59:59.999Z" } },
            "without": { "name": "purchase", "within": { "amount": 7, "unit": "day" } } } }),
        ),
        (
            "q04_A_then_B_14d",
            json!({ "sequence": { "steps": [{ "name": "email_click" }, { "name": "purchase" }],
            "window": last(180), "within": { "amount": 14, "unit": "day" } } }),
        ),
        (
            "q07_not_in",
            json!({ "all": [is("country", "equals", json!("FR")), opted_in("email_opt_in"),
            { "not": did("unsubscribe", 180) }, { "not": did("purchase", 90) }] }),
        ),
        (
            "q08_ids",
            json!({ "all": [is("country", "in", json!(["US", "IN", "BR"])), opted_in("sms_opt_in"),
            often(90, 2, json!([]))] }),
        ),
    ]
}

/// The twenty segments of q09.
fn segments() -> Vec<Value> {
    vec![
        is("country", "equals", json!("US")),
        is("country", "in", json!(["DE", "FR", "IT", "ES"])),
        is("age", "lt", json!(30)),
        is("age", "gte", json!(50)),
        is("gender", "equals", json!("f")),
        is("plan", "not_equals", json!("free")),
        is("spend", "gt", json!(300)),
        is("orders", "gte", json!(5)),
        opted_in("email_opt_in"),
        opted_in("sms_opt_in"),
        opted_in("push_opt_in"),
        opted_in("gdpr_consent"),
        is("last_seen", "within_last", json!({ "amount": 30, "unit": "day" })),
        is("created_at", "within_last", json!({ "amount": 365, "unit": "day" })),
        is("tags", "equals", json!("tag_01")),
        is("loyalty_tier", "in", json!(["gold", "platinum"])),
        json!({ "event": { "name": "purchase" } }),
        did("email_click", 90),
        did("app_open", 30),
        did("support_ticket", 180),
    ]
}

fn read(json: &Value) -> Condition {
    predicate::parse(json).unwrap_or_else(|errors| panic!("{json}: {errors}"))
}

/// User and system time of this process, in seconds.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |index: usize| fields.get(index).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    // utime and stime are fields 14 and 15 of proc(5); clock ticks are hundredths of a second on Linux.
    (ticks(11) + ticks(12)) / 100.0
}

fn peak_mib() -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

fn main() {
    let mut args = std::env::args().skip(1).map(|arg| arg.parse::<f64>().unwrap_or_default() as u64);
    let (profiles, events) = (args.next().unwrap_or(1_000_000), args.next().unwrap_or(10_000_000));
    let runs = args.next().unwrap_or(5).max(1);
    let now = Timestamp::from_ms(NOW_S * 1_000);
    let (shop, mut audience) = (Shop::new(), Audience::default());
    let start = Instant::now();
    (0..profiles).for_each(|row| audience.add_profile(&shop.profile(row)));
    let with_profiles = start.elapsed().as_secs_f64();
    for row in 0..events {
        let (profile, at, name, category, amount) = shop.event(row, events, profiles);
        let mut properties = JsonMap::new();
        properties.insert("category".into(), json!(format!("cat_{category:02}")));
        properties.insert("amount".into(), json!(amount));
        audience.add_event(ProfileId::new(profile), Timestamp::from_ms(at), name, Channel::Web, &properties);
    }
    audience.settle();
    println!(
        "{}",
        json!({ "loaded_s": start.elapsed().as_secs_f64(), "profiles_s": with_profiles, "peak_mib": peak_mib() })
    );
    for (name, question) in questions() {
        let condition = read(&question);
        let found = measured(name, runs, || audience.members(&condition, now));
        let sum: u64 = found.iter().map(u64::from).sum();
        println!("   check {name} [{}, {sum}]", found.len());
    }
    let conditions: Vec<Condition> = segments().iter().map(read).collect();
    let (all, trace) = measured("q09_venn20", runs, || {
        let sets: Vec<RoaringBitmap> = conditions.iter().map(|condition| audience.members(condition, now)).collect();
        let trace: u64 = sets.iter().map(RoaringBitmap::len).sum();
        let pairs: u64 = (0..sets.len())
            .flat_map(|left| (left + 1..sets.len()).map(move |right| (left, right)))
            .map(|(left, right)| sets[left].intersection_len(&sets[right]))
            .sum();
        (2 * pairs + trace, trace)
    });
    println!("   check q09_venn20 [{all}, {trace}]");
}

fn measured<T>(name: &str, runs: u64, ask: impl Fn() -> T) -> T {
    let (start, cpu) = (Instant::now(), cpu_seconds());
    let mut answer = ask();
    let first = start.elapsed().as_secs_f64();
    for _ in 1..runs {
        answer = ask();
    }
    let (seconds, cpu) = (start.elapsed().as_secs_f64() / runs as f64, (cpu_seconds() - cpu) / runs as f64);
    println!("{}", json!({ "query": name, "first_s": first, "s": seconds, "cpu_s": cpu }));
    answer
}
