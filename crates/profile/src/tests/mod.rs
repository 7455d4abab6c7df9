//! The room on both engines, driven as the pipeline drives it.

mod erasing;
mod golden;
mod identity;
mod order;
mod rules;
mod searching;
mod shared;
mod splitting;
mod survivors;
mod traits;

use crate::{Eraser, Identity, MIGRATIONS, ProfileView, Profiles, RuleBook, Sorter};
use base::{EventId, JsonMap, ProfileId, SeededRng, SourceId, WorkspaceId};
use db::Db;
use events::{
    Batch, Channel, Effects, Event, EventKind, Identifier, Inbox, InboxConfig, Offset, Past, RawJson, Resolution,
    ResolvedEvent, Resolver, View, ViewError,
};
use std::collections::HashMap;
use std::sync::Arc;

pub(crate) const SHOP: WorkspaceId = WorkspaceId::new(1);
pub(crate) const OTHER_SHOP: WorkspaceId = WorkspaceId::new(2);

/// A store with the resolver, the view and the service on it.
pub(crate) struct World {
    pub store: testkit::Store,
    pub identity: Identity,
    pub view: ProfileView,
    pub profiles: Profiles,
    inbox: Arc<Inbox>,
    pub past: Arc<Remembered>,
}

/// The history, in memory.
#[derive(Default)]
pub(crate) struct Remembered(pub parking_lot::Mutex<Vec<ResolvedEvent>>);

#[async_trait::async_trait]
impl Past for Remembered {
    async fn of(
        &self,
        workspace: WorkspaceId,
        profiles: &[ProfileId],
        _: usize,
    ) -> Result<Vec<ResolvedEvent>, ViewError> {
        let all = self.0.lock();
        let theirs = all.iter().filter(|item| item.event.workspace == workspace && profiles.contains(&item.profile));
        Ok(theirs.cloned().collect())
    }
}

#[async_trait::async_trait]
impl Sorter for Remembered {
    async fn reassign(
        &self,
        _: WorkspaceId,
        stored: &[ProfileId],
        moves: &HashMap<EventId, ProfileId>,
    ) -> Result<(), String> {
        for item in self.0.lock().iter_mut().filter(|item| stored.contains(&item.profile)) {
            item.profile = moves.get(&item.event.id).copied().unwrap_or(item.profile);
        }
        Ok(())
    }
}

impl World {
    pub fn on(store: testkit::Store) -> Self {
        Self::with_erasers(store, Vec::new())
    }

    pub fn with_erasers(store: testkit::Store, erasers: Vec<Arc<dyn Eraser>>) -> Self {
        let clock = Arc::new(testkit::clock());
        let inbox =
            Inbox::open(&store.dir().join("inbox"), InboxConfig::default(), clock.clone()).expect("inbox opens");
        let inbox = Arc::new(inbox);
        let past = Arc::new(Remembered::default());
        let profiles = Profiles::new(store.db.clone(), inbox.clone(), clock, Arc::new(SeededRng::new(7)));
        let rules = Arc::new(RuleBook::default());
        let profiles = profiles.with_past(past.clone()).with_rules(rules.clone());
        let identity = Identity::new(store.db.clone()).with_past(past.clone()).with_rules(rules.clone());
        let view = ProfileView::new(erasers).with_rules(rules.clone());
        Self { identity, view, profiles, inbox, past, store }
    }

    pub fn db(&self) -> &Db {
        &self.store.db
    }

    /// One batch, committed.
    pub async fn feed(&self, events: Vec<Event>) -> Resolution {
        self.run(events, true).await
    }

    /// One batch whose transaction is given up after everything was written.
    pub async fn feed_and_fail(&self, events: Vec<Event>) {
        self.run(events, false).await;
    }

    async fn run(&self, events: Vec<Event>, commit: bool) -> Resolution {
        let mut tx = self.db().begin().await.expect("a transaction");
        let events = events.into_iter().map(Arc::new).collect();
        let resolution = self.identity.resolve(&mut tx, events, testkit::NOW).await.expect("events resolve");
        let batch = Batch {
            end: Offset(0),
            now: testkit::NOW,
            merges: resolution.merges.clone(),
            splits: resolution.splits.clone(),
            events: resolution.events.clone(),
        };
        self.view.apply(&mut tx, &batch, &mut Effects::default()).await.expect("the view applies");
        if commit {
            tx.commit().await.expect("commit");
            self.identity.committed().await;
            self.view.committed(&batch).await;
            let own = |item: &ResolvedEvent| match item.event.source {
                Some(_) => item.event.clone(),
                None => Arc::new(Event { profile: Some(item.profile), ..Event::clone(&item.event) }),
            };
            let stored = batch.events.iter().map(|item| ResolvedEvent { event: own(item), ..item.clone() });
            self.past.0.lock().extend(stored);
        } else {
            tx.rollback().await.expect("rollback");
            self.identity.rolled_back().await;
            self.view.rolled_back(&batch).await;
        }
        resolution
    }

    /// The JSON bodies the service has written to the log.
    pub async fn log(&self) -> Vec<serde_json::Value> {
        let (records, _) = self.inbox.read(self.inbox.floor(), 1 << 20).await.expect("the inbox reads");
        records.iter().map(|record| serde_json::from_slice(&record.body).expect("JSON")).collect()
    }

    pub async fn find(&self, workspace: WorkspaceId, kind: &str, value: &str) -> Option<ProfileId> {
        self.profiles.find(workspace, kind, value).await.expect("find answers")
    }
}

/// Runs `test` on every engine.
pub(crate) async fn on_every_store(test: impl AsyncFn(World)) {
    for store in testkit::stores(MIGRATIONS).await {
        println!("on {}", store.name);
        test(World::on(store)).await;
    }
}

/// An event of the shop's website; the n-th second after NOW.
pub(crate) fn event(n: i64, kind: EventKind) -> Event {
    let at = testkit::NOW.plus_ms(n * 1_000);
    let name = if kind == EventKind::Track { "Product Viewed".into() } else { String::new() };
    Event { name, received_at: at.plus_ms(50), ..testkit::event(SHOP, format!("m{n}"), kind, at) }
}

pub(crate) trait EventExt: Sized {
    fn user(self, id: &str) -> Self;
    fn anonymous(self, id: &str) -> Self;
    fn id(self, kind: &str, value: &str) -> Self;
    fn traits(self, traits: serde_json::Value) -> Self;
    fn context(self, context: serde_json::Value) -> Self;
    fn of(self, workspace: WorkspaceId) -> Self;
}

impl EventExt for Event {
    fn user(mut self, id: &str) -> Self {
        self.user_id = Some(id.into());
        self
    }
    fn anonymous(mut self, id: &str) -> Self {
        self.anonymous_id = Some(id.into());
        self
    }
    fn id(mut self, kind: &str, value: &str) -> Self {
        self.identifiers.push(Identifier { kind: kind.into(), value: value.into() });
        self
    }
    fn traits(mut self, traits: serde_json::Value) -> Self {
        self.traits = RawJson::new(traits.to_string());
        self
    }
    fn context(mut self, context: serde_json::Value) -> Self {
        self.context = RawJson::new(context.to_string());
        self
    }
    fn of(mut self, workspace: WorkspaceId) -> Self {
        self.workspace = workspace;
        self
    }
}

pub(crate) fn identify(n: i64) -> Event {
    event(n, EventKind::Identify)
}
pub(crate) fn track(n: i64) -> Event {
    event(n, EventKind::Track)
}
pub(crate) fn page(n: i64) -> Event {
    event(n, EventKind::Page)
}

/// An event Tutti wrote about a profile.
pub(crate) fn system(n: i64, name: &str, profile: ProfileId) -> Event {
    Event { name: name.into(), source: None, channel: Channel::Email, profile: Some(profile), ..track(n) }
}

pub(crate) fn trait_map(profile: &crate::Profile) -> JsonMap {
    profile.traits.iter().map(|seen| (seen.name.clone(), seen.value.clone())).collect()
}
