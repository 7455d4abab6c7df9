//! The room on both engines, driven as the pipeline drives it.

mod erasing;
mod golden;
mod identity;
mod order;
mod searching;
mod traits;

use crate::{Eraser, Identity, MIGRATIONS, ProfileView, Profiles};
use base::{JsonMap, ProfileId, SeededRng, SourceId, WorkspaceId};
use db::Db;
use events::{
    Batch, Channel, Effects, Event, EventKind, Identifier, Inbox, InboxConfig, Offset, RawJson, Resolution, Resolver,
    View,
};
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
        let profiles = Profiles::new(store.db.clone(), inbox.clone(), clock, Arc::new(SeededRng::new(7)));
        let identity = Identity::new(store.db.clone());
        Self { identity, view: ProfileView::new(erasers), profiles, inbox, store }
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
            events: resolution.events.clone(),
        };
        self.view.apply(&mut tx, &batch, &mut Effects::default()).await.expect("the view applies");
        if commit {
            tx.commit().await.expect("commit");
            self.identity.committed().await;
            self.view.committed(&batch).await;
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
