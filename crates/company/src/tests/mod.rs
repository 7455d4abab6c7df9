//! The room on both engines, driven as the pipeline drives it.

mod calls;
mod hands;
mod order;
mod people;

use crate::model::RollUp;
use crate::{Companies, CompanyParts, CompanyView, MIGRATIONS, MemberNumbers, Naming, People, Sort};
use async_trait::async_trait;
use base::{CompanyId, ManualClock, PageRequest, ProfileId, SeededRng, Timestamp, WorkspaceId};
use db::Tx;
use events::{Batch, Effects, Event, EventKind, Inbox, InboxConfig, Merge, RawJson, ResolvedEvent, Split, View};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) const SHOP: WorkspaceId = WorkspaceId::new(1);
pub(crate) const OTHER: WorkspaceId = WorkspaceId::new(2);
pub(crate) const ANNA: ProfileId = ProfileId::new(1);
pub(crate) const BERT: ProfileId = ProfileId::new(2);

/// Whoever has a user id is somebody; "null" is no group.
struct Plain;

impl Naming for Plain {
    fn names_somebody(&self, event: &Event) -> bool {
        event.user_id.is_some() || event.profile.is_some()
    }
    fn group_id(&self, sent: &str) -> Option<String> {
        Some(sent.trim().to_owned()).filter(|id| !id.is_empty() && id != "null")
    }
}

/// Profile n was seen n days ago and has n orders of 10 euros; 7 is not there.
struct ByNumber(Arc<ManualClock>);

pub(crate) fn numbers_of(profile: ProfileId, now: Timestamp) -> MemberNumbers {
    let n = i64::from(profile.number());
    MemberNumbers {
        first_seen: now.plus_ms(-n * 2 * 86_400_000),
        last_seen: now.plus_ms(-n * 86_400_000),
        events: n as u64,
        orders: n as u64,
        revenue: (n > 0).then(|| base::Money::new(n * 1_000, base::Currency::EUR)),
    }
}

#[async_trait]
impl People for ByNumber {
    async fn numbers(
        &self,
        _workspace: WorkspaceId,
        profiles: &[ProfileId],
    ) -> Result<Vec<(ProfileId, MemberNumbers)>, String> {
        let now = base::Clock::now(&*self.0);
        let there = profiles.iter().filter(|id| id.number() != 7);
        Ok(there.map(|id| (*id, numbers_of(*id, now))).collect())
    }
}

pub(crate) struct World {
    pub store: testkit::Store,
    pub companies: Companies,
    pub clock: Arc<ManualClock>,
    inbox: Arc<Inbox>,
}

impl World {
    pub fn on(store: testkit::Store) -> Self {
        let clock = Arc::new(testkit::clock());
        let inbox =
            Inbox::open(&store.dir().join("inbox"), InboxConfig::default(), clock.clone()).expect("inbox opens");
        let inbox = Arc::new(inbox);
        let companies = Companies::new(CompanyParts {
            db: store.db.clone(),
            inbox: inbox.clone(),
            clock: clock.clone(),
            rng: Arc::new(SeededRng::new(3)),
            naming: Arc::new(Plain),
            people: Arc::new(ByNumber(clock.clone())),
        });
        Self { store, companies, clock, inbox }
    }

    async fn apply(&self, batch: Batch) {
        let mut tx = self.store.db.begin().await.expect("a transaction");
        let view = CompanyView::new(Arc::new(Plain));
        view.apply(&mut tx, &batch, &mut Effects::default()).await.expect("the view applies");
        tx.commit().await.expect("commit");
    }

    /// One committed batch.
    pub async fn feed(&self, events: Vec<(ProfileId, Event)>, merges: Vec<Merge>) {
        let resolve = |(profile, event)| ResolvedEvent { event: Arc::new(event), profile, created: false };
        let events = events.into_iter().map(resolve).collect();
        self.apply(Batch { now: testkit::NOW, merges, events, ..Batch::default() }).await;
    }

    pub async fn divide(&self, split: Split) {
        self.apply(Batch { now: testkit::NOW, splits: vec![split], ..Batch::default() }).await;
    }

    pub async fn erase(&self, profiles: &[ProfileId], name: &'static str) -> u64 {
        let mut tx: Tx = self.store.db.begin().await.expect("a transaction");
        let named = move |text: &str| text.contains(name);
        let erased = CompanyView::erase(&mut tx, SHOP, profiles, &named, testkit::NOW).await.expect("erased");
        tx.commit().await.expect("commit");
        erased
    }

    /// Takes what the service wrote to the log since the last time through the view.
    pub async fn feed_log(&self, from: usize) {
        let (records, _) = self.inbox.read(self.inbox.floor(), 1 << 20).await.expect("the inbox reads");
        for record in records.iter().skip(from) {
            let body: Value = serde_json::from_slice(&record.body).expect("JSON");
            let item = &body["batch"][0];
            let text = |name: &str| item[name].as_str().map(str::to_owned);
            let profile: Option<ProfileId> = text("profileId").map(|id| id.parse().expect("a profile"));
            let kind = EventKind::parse(item["type"].as_str().expect("a kind")).expect("a kind");
            let at = Timestamp::parse(item["timestamp"].as_str().expect("a time")).expect("a time");
            let event = Event {
                id: record.ids[0],
                at,
                received_at: record.received_at,
                source: None,
                channel: record.channel,
                name: text("event").unwrap_or_default(),
                group_id: text("groupId"),
                profile,
                traits: RawJson::new(item["traits"].as_object().map_or(String::new(), |_| item["traits"].to_string())),
                properties: RawJson::new(
                    item["properties"].as_object().map_or(String::new(), |_| item["properties"].to_string()),
                ),
                ..testkit::event(record.workspace, text("messageId").expect("an id"), kind, at)
            };
            self.feed(vec![(profile.unwrap_or(ProfileId::new(99)), event)], vec![]).await;
        }
    }

    pub async fn id(&self, group: &str) -> CompanyId {
        self.companies.find(SHOP, group).await.expect("looked up").expect("the company is there")
    }

    /// Group id to everything that is stored of it but its number, with the members.
    pub async fn state(&self, workspace: WorkspaceId) -> BTreeMap<String, Value> {
        let page = PageRequest { limit: Some(500), cursor: None };
        let mut all = BTreeMap::new();
        for one in self.companies.list(workspace, Sort::Name, &page).await.expect("a list").items {
            let company = self.companies.get(workspace, one.id).await.expect("the company");
            let mut members = Vec::new();
            for former in [false, true] {
                let found = self.companies.members(workspace, one.id, former, &page).await.expect("members");
                assert!(former || found.items.len() as u64 == one.members, "the count is right: {one:?}");
                let shown = |member: crate::Member| {
                    json!([
                        former,
                        member.profile,
                        member.role,
                        member.joined_at,
                        member.last_at,
                        member.left_at,
                        member.source
                    ])
                };
                members.extend(found.items.into_iter().map(shown));
            }
            members.sort_by_key(Value::to_string);
            let traits = company.traits.iter().map(|seen| json!([seen.name, seen.value, seen.at, seen.source]));
            let traits: Vec<Value> = traits.collect();
            let head =
                json!([one.name, one.domain, one.created_at, one.first_seen, one.members, company.former_members]);
            all.insert(one.group_id.clone(), json!({"head": head, "traits": traits, "members": members}));
        }
        all
    }

    /// (profile, role) of who belongs to it today.
    pub async fn members(&self, group: &str) -> Vec<(ProfileId, Option<String>)> {
        let page = PageRequest { limit: Some(500), cursor: None };
        let found = self.companies.members(SHOP, self.id(group).await, false, &page).await.expect("members");
        let mut members: Vec<_> = found.items.into_iter().map(|one| (one.profile, one.role)).collect();
        members.sort();
        members
    }

    pub async fn rollup(&self, group: &str) -> Option<RollUp> {
        let found = self.companies.search(SHOP, group, &PageRequest::default()).await.expect("a list");
        found.items.into_iter().next().expect("the company").rollup
    }
}

pub(crate) async fn on_every_store(test: impl AsyncFn(World)) {
    for store in testkit::stores(MIGRATIONS).await {
        println!("on {}", store.name);
        test(World::on(store)).await;
    }
}

/// A group call of `user` at the n-th second after NOW.
pub(crate) fn group(n: i64, user: Option<&str>, group_id: &str, traits: Value) -> Event {
    Event {
        user_id: user.map(str::to_owned),
        group_id: Some(group_id.to_owned()),
        traits: RawJson::new(traits.to_string()),
        ..testkit::event(SHOP, format!("m{n}-{user:?}-{group_id}"), EventKind::Group, testkit::NOW.plus_ms(n * 1_000))
    }
}

pub(crate) fn track(n: i64, user: &str, name: &str, properties: Value) -> Event {
    Event {
        user_id: Some(user.to_owned()),
        name: name.to_owned(),
        properties: RawJson::new(properties.to_string()),
        ..testkit::event(SHOP, format!("t{n}-{user}"), EventKind::Track, testkit::NOW.plus_ms(n * 1_000))
    }
}

pub(crate) fn own(event: Event) -> Event {
    Event { source: None, user_id: None, channel: events::Channel::System, ..event }
}
