//! Random customers, histories and conditions from one seed, and a model of them as plain JSON.

use super::*;
use base::{JsonMap, SegmentId};
use predicate::{ConsentState, JsonEvent, JsonFacts};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const PROFILES: u64 = 14;
const TRAITS: [&str; 5] = ["country", "age", "vip", "address", "tags"];
const PATHS: [&str; 8] = ["country", "age", "vip", "address.city", "address", "tags", "address.zip", "missing"];
/// Traits with a rule, in a model that has one.
pub(crate) const RULED: [&str; 3] = ["age", "address", "email"];
const EVENTS: [&str; 3] = ["Order Completed", "Visit", "Never"];
const PROPERTIES: [&str; 4] = ["total", "products.category", "products.price", "none"];

/// splitmix64.
pub(crate) struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % limit
    }
    pub fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u64) as usize].clone()
    }
    fn time(&mut self) -> Timestamp {
        // Some in the future, some at exactly the border of a window, some equal to each other.
        match self.below(4) {
            0 => NOW.plus_ms(-(self.below(4) as i64) * 10 * DAY_MS),
            _ => NOW.plus_ms(DAY_MS - self.below(42 * DAY_MS as u64) as i64),
        }
    }
    fn scalar(&mut self) -> Json {
        let words =
            ["NL", "nl", "SE", "5", "7.5", "05", "true", "0", "2026-11-20", "2026-11-01T10:00:00Z", "", "Sneek"];
        match self.below(4) {
            0 => json!(self.below(9)),
            1 => json!(self.below(2) == 1),
            2 if self.below(4) == 0 => json!(self.time().ms()),
            2 => json!(self.below(30) as f64 / 4.0),
            _ => json!(self.pick(&words)),
        }
    }
    fn value(&mut self) -> Json {
        match self.below(8) {
            0 => Json::Null,
            1 => json!([self.scalar(), self.scalar()]),
            2 => json!({ "city": self.scalar(), "zip": [self.scalar()] }),
            3 => json!([]),
            _ => self.scalar(),
        }
    }
    fn properties(&mut self) -> Json {
        let product = |chance: &mut Chance| json!({ "category": chance.scalar(), "price": chance.below(9) });
        match self.below(4) {
            0 => json!({}),
            1 => json!({ "total": self.scalar() }),
            2 => json!({ "total": self.below(9), "products": [product(self), product(self)] }),
            _ => json!({ "products": [product(self)], "products.price": self.scalar() }),
        }
    }
    fn test(&mut self) -> JsonMap {
        let ops: Vec<&str> = predicate::Op::ALL.iter().map(|op| op.name()).collect();
        let op = self.pick(&ops);
        let span = json!({ "amount": self.below(30) + 1, "unit": self.pick(&["day", "week", "hour"]) });
        let date = self.pick(&["2026-11-20", "2026-11-01", "2026-11-20T00:00:00Z"]);
        let low = self.below(9);
        let value = match op {
            "in" | "not_in" => json!([self.scalar(), self.scalar(), self.scalar()]),
            "contains" | "not_contains" | "starts_with" | "ends_with" => {
                json!(self.pick(&["n", "5", "E", "true", "2026"]))
            }
            "matches" => json!(self.pick(&["^N", "[0-9]+", "e$", "."])),
            "gt" | "gte" | "lt" | "lte" => json!(self.below(9)),
            "between" if self.below(2) == 0 => json!(["2026-11-01", date]),
            "between" => json!([low, low + self.below(4)]),
            "before" | "after" => json!(date),
            "within_last" | "not_within_last" | "anniversary_in_next" => span,
            "is_true" | "is_false" | "exists" | "not_exists" => Json::Null,
            _ => self.scalar(),
        };
        json!({ "op": op, "value": value }).as_object().cloned().unwrap()
    }
    /// A random condition; `segments` may be asked for.
    pub fn condition(&mut self, depth: u32, segments: &[SegmentId]) -> Json {
        let leaf = depth == 0 || self.below(3) == 0;
        match if leaf { 3 + self.below(10) } else { self.below(3) } {
            0 => json!({ "all": (0..self.below(4)).map(|_| self.condition(depth - 1, segments)).collect::<Vec<_>>() }),
            1 => json!({ "any": (0..=self.below(3)).map(|_| self.condition(depth - 1, segments)).collect::<Vec<_>>() }),
            2 => json!({ "not": self.condition(depth - 1, segments) }),
            3 => json!({ "consent": { "channel": self.pick(&["email", "sms", "fax"]),
                "state": self.pick(&["subscribed", "unsubscribed", "unknown"]) } }),
            4 => json!({ "reachable": { "channel": self.pick(&["email", "sms"]) } }),
            5 if !segments.is_empty() => {
                json!({ "segment": { "id": self.pick(segments).to_string(), "op": self.pick(&["in", "not_in"]) } })
            }
            5..=7 => json!({ "event": self.event() }),
            8 => json!({ "sequence": self.sequence() }),
            9 => {
                json!({ "sample": { "from": self.below(50), "to": 50 + self.below(51), "seed": self.pick(&["", "a"]) } })
            }
            _ => {
                let mut test = self.test();
                test.insert("name".into(), json!(self.pick(&PATHS)));
                json!({ "trait": test })
            }
        }
    }
    fn event(&mut self) -> Json {
        let filters: Vec<Json> = (0..self.below(3))
            .map(|_| {
                let mut test = self.test();
                test.insert("property".into(), json!(self.pick(&PROPERTIES)));
                Json::Object(test)
            })
            .collect();
        let window = match self.below(4) {
            0 => Json::Null,
            1 => json!({ "since": "2026-11-10" }),
            2 => json!({ "between": { "from": "2026-10-20", "to": "2026-11-12" } }),
            _ => json!({ "last": { "amount": self.below(30) + 1, "unit": "day" } }),
        };
        let mut event = json!({ "name": self.pick(&EVENTS), "op": self.pick(&["performed", "not_performed"]), "window": window,
            "where": filters, "channel": self.pick(&[Json::Null, Json::Null, json!("web"), json!("shop")]) });
        match self.below(4) {
            0 => event["occurrence"] = json!(self.pick(&["first", "last"])),
            1 => {
                event["amount"] = json!({ "of": self.pick(&predicate::AmountOf::ALL.map(|of| of.name())),
                "property": self.pick(&PROPERTIES), "op": self.pick(&predicate::AmountOp::ALL.map(|op| op.name())),
                "value": self.below(12) })
            }
            _ => {
                event["count"] = json!({ "op": self.pick(&["at_least", "exactly", "at_most"]), "value": self.below(4) })
            }
        }
        event
    }
    fn sequence(&mut self) -> Json {
        let span = |chance: &mut Self| json!({ "amount": chance.below(20) + 1, "unit": "day" });
        let step = |chance: &mut Self| {
            let mut event = chance.event();
            event["name"] = json!(chance.pick(&EVENTS[..2]));
            json!({ "name": event["name"], "where": event["where"], "channel": event["channel"] })
        };
        let steps: Vec<Json> = (0..1 + self.below(4)).map(|_| step(self)).collect();
        let mut without = (steps.len() == 1 || self.below(2) == 0).then(|| step(self));
        if let Some(without) = &mut without {
            without["within"] = span(self);
        }
        let within = self.pick(&[true, false]).then(|| span(self));
        json!({ "op": self.pick(&["performed", "not_performed"]), "steps": steps, "within": within,
            "order": self.pick(&["loose", "strict"]), "window": self.event()["window"], "without": without })
    }
    /// A random thing that happens to a customer.
    pub fn happening(&mut self, profile: u32) -> ResolvedEvent {
        let at = self.time();
        match self.below(10) {
            0..=3 => {
                let mut traits = json!({ self.pick(&TRAITS): self.value() });
                if self.below(5) == 0 {
                    traits["email"] =
                        self.pick(&[json!("a@example.org"), json!("a@example.org"), Json::Null, json!("")]);
                }
                event(profile, EventKind::Identify, "", at, traits, false)
            }
            4 => {
                let state = self.pick(&["subscribed", "subscribed", "unsubscribed", "unknown"]);
                let body = json!({ "channel": self.pick(&["email", "sms"]), "state": state });
                event(profile, EventKind::Track, "Consent Changed", at, body, true)
            }
            5 => {
                let name = self.pick(&["Address Suppressed", "Address Unsuppressed", "Unsubscribed"]);
                event(profile, EventKind::Track, name, at, json!({ "channel": "email" }), true)
            }
            _ => {
                let mut item = event(profile, EventKind::Track, self.pick(&EVENTS[..2]), at, self.properties(), false);
                let mut changed = (*item.event).clone();
                changed.channel = self.pick(&[Channel::Web, Channel::Shop]);
                item.event = Arc::new(changed);
                item
            }
        }
    }
}

/// A batch of the log.
pub(crate) struct Step {
    pub merges: Vec<(u32, u32)>,
    pub events: Vec<ResolvedEvent>,
    /// Of whom the batch told something, or joined: the traits with a rule as it left them.
    pub left: Vec<TraitsLeft>,
}

/// One customer of the model.
#[derive(Default, Clone)]
struct Person {
    facts: JsonFacts,
    said: BTreeMap<String, i64>,
    /// Everything ever said of traits with a rule.
    all: BTreeMap<String, Vec<(Json, i64)>>,
}

impl Person {
    /// The rule of [`RULED`]: what comes last by its letters stays, with the time it was said last.
    fn follow_rules(&mut self) {
        for (name, all) in &self.all {
            let Some((value, at)) = all.iter().max_by_key(|(value, at)| (value.to_string(), *at)) else { continue };
            self.facts.traits.insert(name.clone(), value.clone());
            self.said.insert(name.clone(), *at);
        }
    }

    fn addresses(&self) -> BTreeSet<String> {
        let email = self.facts.traits.get("email").and_then(Json::as_str).filter(|text| !text.is_empty());
        email.map(|_| "email".to_owned()).into_iter().collect()
    }
}

/// What everybody did, by the rules of the documentation and in the simplest way.
#[derive(Default, Clone)]
pub(crate) struct Model {
    people: BTreeMap<u32, Person>,
    pub aliases: Vec<(ProfileId, ProfileId)>,
    /// Nobody is erased.
    keeps_all: bool,
    /// [`RULED`] traits follow a rule.
    has_rules: bool,
}

impl Model {
    pub fn keeping_all() -> Self {
        Self { keeps_all: true, ..Self::default() }
    }

    pub fn with_rules() -> Self {
        Self { has_rules: true, ..Self::default() }
    }

    /// Makes the next batch.
    pub fn step(&mut self, chance: &mut Chance) -> Step {
        let mut step = Step { merges: Vec::new(), events: Vec::new(), left: Vec::new() };
        let known: Vec<u32> = self.people.keys().copied().collect();
        if known.len() > 2 && chance.below(3) == 0 {
            let (from, into) = (chance.pick(&known), chance.pick(&known));
            if from != into {
                step.merges.push((from, into));
            }
        }
        for (from, into) in &step.merges {
            self.merge(*from, *into);
        }
        for _ in 0..chance.below(12) {
            let profile = 1 + chance.below(PROFILES) as u32;
            let gone = self.aliases.iter().any(|(from, _)| from.number() == profile);
            if !gone {
                let item = if !self.keeps_all && chance.below(40) == 0 {
                    event(profile, EventKind::Track, "Profile Erased", NOW, json!({}), true)
                } else {
                    chance.happening(profile)
                };
                self.take(&item);
                step.events.push(item);
            }
        }
        let touched = step.events.iter().map(|item| item.profile.number());
        let touched: BTreeSet<u32> = touched.chain(step.merges.iter().map(|(_, into)| *into)).collect();
        step.left = touched.into_iter().filter_map(|profile| self.left(profile)).collect();
        step
    }

    fn left(&self, profile: u32) -> Option<TraitsLeft> {
        let person = self.people.get(&profile)?;
        let left =
            |name: &String| (name.clone(), person.facts.traits[name].clone(), Timestamp::from_ms(person.said[name]));
        Some((ProfileId::new(profile), person.all.keys().map(left).collect()))
    }

    fn merge(&mut self, from: u32, into: u32) {
        let old = self.people.remove(&from).unwrap_or_default();
        let new = self.people.entry(into).or_default();
        for (name, said) in old.all {
            new.all.entry(name).or_default().extend(said);
        }
        for (name, at) in &old.said {
            if new.said.get(name).is_none_or(|said| said < at) {
                new.said.insert(name.clone(), *at);
                new.facts.traits.insert(name.clone(), old.facts.traits[name].clone());
            }
        }
        new.follow_rules();
        new.facts.events.extend(old.facts.events);
        for (channel, state) in old.facts.consent {
            let mine = new.facts.consent.entry(channel).or_default();
            if *mine == ConsentState::Unknown || state == ConsentState::Unsubscribed {
                *mine = state;
            }
        }
        new.facts.suppressed.extend(old.facts.suppressed);
        self.aliases.push((ProfileId::new(from), ProfileId::new(into)));
    }

    fn take(&mut self, item: &ResolvedEvent) {
        let event = &item.event;
        if event.name == "Profile Erased" {
            self.people.remove(&item.profile.number());
            return;
        }
        let person = self.people.entry(item.profile.number()).or_default();
        let text =
            |key: &str| event.properties.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        let has_rule = |name: &str| self.has_rules && RULED.contains(&name);
        let facts = &mut person.facts;
        match event.name.as_str() {
            "Consent Changed" => {
                facts.consent.insert(text("channel"), ConsentState::parse(&text("state")).unwrap());
            }
            "Address Suppressed" => drop(facts.suppressed.insert(text("channel"))),
            "Address Unsuppressed" => drop(facts.suppressed.remove(&text("channel"))),
            _ => {}
        }
        if event.kind == EventKind::Identify {
            for (name, value) in event.traits.map() {
                if has_rule(name) {
                    person.all.entry(name.clone()).or_default().push((value.clone(), event.at.ms()));
                } else if person.said.get(name).is_none_or(|said| *said <= event.at.ms()) {
                    person.said.insert(name.clone(), event.at.ms());
                    facts.traits.insert(name.clone(), value.clone());
                }
            }
            person.follow_rules();
        } else {
            facts.events.push(JsonEvent {
                name: event.name.clone(),
                at: event.at,
                channel: event.channel.name().to_owned(),
                properties: Json::Object(event.properties.map().clone()),
            });
        }
    }

    /// The reference's answer, with memberships of other segments as given.
    pub fn matching(
        &self,
        asked: &Condition,
        now: Timestamp,
        segments: &BTreeMap<SegmentId, BTreeSet<u32>>,
    ) -> BTreeSet<u32> {
        let of = |profile: &u32| {
            segments.iter().filter(|(_, members)| members.contains(profile)).map(|(id, _)| *id).collect()
        };
        self.people
            .iter()
            .filter(|(profile, person)| {
                let facts = JsonFacts {
                    number: **profile,
                    segments: of(profile),
                    addresses: person.addresses(),
                    ..person.facts.clone()
                };
                asked.matches(&facts, now)
            })
            .map(|(profile, _)| *profile)
            .collect()
    }

    /// What the other rooms would say at a restart.
    pub fn others(&self, events: Vec<ResolvedEvent>) -> Others {
        let row = |(profile, person): (&u32, &Person)| ProfileRow {
            profile: ProfileId::new(*profile),
            traits: person
                .said
                .iter()
                .map(|(name, at)| (name.clone(), person.facts.traits[name].clone(), Timestamp::from_ms(*at)))
                .collect(),
            consent: person.facts.consent.iter().map(|(channel, state)| (channel.clone(), *state)).collect(),
            suppressed: person.facts.suppressed.iter().cloned().collect(),
        };
        Others { profiles: self.people.iter().map(row).collect(), aliases: self.aliases.clone(), events }
    }
}
