//! The room on both engines, driven as the pipeline drives it.

mod checking;
mod requests;
mod splits;
mod statements;
mod suppressions;
mod topics;
mod unconfirmed;

use crate::{ConsentState, ConsentView, Consents, ContactChannel, MIGRATIONS};
use base::{EventId, ProfileId, SeededRng, SourceId, WorkspaceId};
use events::{
    Batch, Channel, Effects, Event, EventKind, Inbox, InboxConfig, Merge, RawJson, ResolvedEvent, SystemEvent, View,
};
use std::sync::Arc;

pub(crate) const SHOP: WorkspaceId = WorkspaceId::new(1);
pub(crate) const ANNA: ProfileId = ProfileId::new(1);
pub(crate) const BERT: ProfileId = ProfileId::new(2);
const KEY: [u8; 32] = [7; 32];

pub(crate) struct World {
    pub store: testkit::Store,
    pub consents: Consents,
    inbox: Arc<Inbox>,
}

impl World {
    pub fn on(store: testkit::Store) -> Self {
        let clock = testkit::clock();
        let shared = Arc::new(clock);
        let inbox =
            Inbox::open(&store.dir().join("inbox"), InboxConfig::default(), shared.clone()).expect("inbox opens");
        let inbox = Arc::new(inbox);
        let consents = Consents::new(store.db.clone(), inbox.clone(), shared, Arc::new(SeededRng::new(3)), &KEY);
        Self { store, consents, inbox }
    }

    /// One committed batch; answers what the view emitted.
    pub async fn feed(&self, events: Vec<(ProfileId, Event)>, merges: Vec<Merge>) -> Vec<SystemEvent> {
        let resolve = |(profile, event)| ResolvedEvent { event: Arc::new(event), profile, created: false };
        let events = events.into_iter().map(resolve).collect();
        let batch = Batch { now: testkit::NOW, merges, events, ..Batch::default() };
        let mut effects = Effects::default();
        let mut tx = self.store.db.begin().await.expect("a transaction");
        ConsentView.apply(&mut tx, &batch, &mut effects).await.expect("the view applies");
        tx.commit().await.expect("commit");
        effects.emitted().to_vec()
    }

    /// Takes what the service wrote to the log through the view.
    pub async fn feed_log(&self) -> Vec<SystemEvent> {
        let (records, _) = self.inbox.read(self.inbox.floor(), 1 << 20).await.expect("the inbox reads");
        let mut events = Vec::new();
        for record in &records {
            let body: serde_json::Value = serde_json::from_slice(&record.body).expect("JSON");
            for (item, id) in body["batch"].as_array().expect("a batch").iter().zip(&record.ids) {
                let profile: ProfileId = item["profileId"].as_str().and_then(|id| id.parse().ok()).expect("a profile");
                let at = base::Timestamp::parse(item["timestamp"].as_str().expect("a time")).expect("a time");
                let name = item["event"].as_str().expect("a name");
                let properties = RawJson::new(item["properties"].to_string());
                let event = Event { id: *id, at, name: name.into(), properties, ..system(0, "") };
                events.push((profile, event));
            }
        }
        self.feed(events, Vec::new()).await
    }

    pub async fn state(&self, profile: ProfileId, channel: ContactChannel) -> ConsentState {
        let states = self.consents.state(SHOP, profile).await.expect("the state is read");
        states.into_iter().find(|one| one.channel == channel).expect("every channel is answered").state
    }
}

pub(crate) async fn on_every_store(test: impl AsyncFn(World)) {
    for store in testkit::stores(MIGRATIONS).await {
        println!("on {}", store.name);
        test(World::on(store)).await;
    }
}

/// An event of the website, at the n-th second after NOW.
pub(crate) fn event(n: i64, kind: EventKind) -> Event {
    testkit::event(SHOP, format!("m{n}{}", kind.name()), kind, testkit::NOW.plus_ms(n * 1_000))
}

/// Any event with `context.consent`.
pub(crate) fn says(n: i64, consent: serde_json::Value) -> Event {
    let context = serde_json::json!({"ip": "192.0.2.77", "consent": consent});
    Event { context: RawJson::new(context.to_string()), ..event(n, EventKind::Page) }
}

/// An identify call with traits.
pub(crate) fn claims(n: i64, traits: serde_json::Value) -> Event {
    Event { traits: RawJson::new(traits.to_string()), ..event(n, EventKind::Identify) }
}

/// An event Tutti wrote.
pub(crate) fn system(n: i64, name: &str) -> Event {
    Event { name: name.into(), source: None, channel: Channel::Email, ..event(n, EventKind::Track) }
}

pub(crate) fn with(event: Event, properties: serde_json::Value) -> Event {
    Event { properties: RawJson::new(properties.to_string()), ..event }
}
