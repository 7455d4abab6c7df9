//! The room on both engines, driven as the pipeline drives it.

mod agents;
mod contexts;
mod geo;
mod order;
mod people;

use crate::heard::{Context, Heard, may_tell};
use crate::known::{Device, Facts};
use crate::{DeviceParts, DeviceView, Devices, MIGRATIONS};
use base::{ProfileId, WorkspaceId};
use events::{Batch, Effects, Event, EventKind, Merge, RawJson, ResolvedEvent, Split, View};
use serde_json::Value;
use std::sync::Arc;

pub(crate) const SHOP: WorkspaceId = WorkspaceId::new(1);
pub(crate) const ANNA: ProfileId = ProfileId::new(1);
pub(crate) const BERT: ProfileId = ProfileId::new(2);

pub(crate) const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like \
                                 Gecko) Version/17.5 Mobile/15E148 Safari/604.1";
pub(crate) const EDGE: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                               Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0";

pub(crate) struct World {
    pub store: testkit::Store,
    pub devices: Devices,
    pub view: DeviceView,
}

impl World {
    async fn on(store: testkit::Store) -> Self {
        let parts = DeviceParts { db: store.db.clone(), clock: Arc::new(testkit::clock()), geo: None };
        let devices = Devices::open(parts).await.expect("the room opens");
        Self { store, devices, view: DeviceView::default() }
    }

    async fn apply(&self, batch: Batch) {
        let mut tx = self.store.db.begin().await.expect("a transaction");
        self.view.apply(&mut tx, &batch, &mut Effects::default()).await.expect("the view applies");
        tx.commit().await.expect("commit");
        self.view.committed(&batch).await;
    }

    pub fn batch(events: Vec<(ProfileId, Event)>, merges: Vec<Merge>) -> Batch {
        let resolve = |(profile, event)| ResolvedEvent { event: Arc::new(event), profile, created: false };
        Batch { now: testkit::NOW, merges, events: events.into_iter().map(resolve).collect(), ..Batch::default() }
    }

    /// One committed batch.
    pub async fn feed(&self, events: Vec<(ProfileId, Event)>, merges: Vec<Merge>) {
        self.apply(Self::batch(events, merges)).await;
    }

    pub async fn divide(&self, split: Split) {
        self.apply(Batch { now: testkit::NOW, splits: vec![split], ..Batch::default() }).await;
    }

    pub async fn erase(&self, profiles: &[ProfileId]) -> u64 {
        let mut tx = self.store.db.begin().await.expect("a transaction");
        let erased = self.view.erase(&mut tx, SHOP, profiles).await.expect("erased");
        tx.commit().await.expect("commit");
        erased
    }

    pub async fn of(&self, profile: ProfileId) -> Vec<Device> {
        self.devices.of_profile(SHOP, profile).await.expect("devices")
    }
}

pub(crate) async fn on_every_store(test: impl AsyncFn(World)) {
    for store in testkit::stores(MIGRATIONS).await {
        println!("on {}", store.name);
        test(World::on(store).await).await;
    }
}

/// An event of the browser `anonymous`, n minutes after NOW.
pub(crate) fn event(n: i64, anonymous: &str, context: &Value) -> Event {
    Event {
        name: "Product Viewed".into(),
        anonymous_id: (!anonymous.is_empty()).then(|| anonymous.to_owned()),
        context: RawJson::new(context.to_string()),
        ..testkit::event(SHOP, format!("m{n}-{anonymous}"), EventKind::Track, testkit::NOW.plus_ms(n * 60_000))
    }
}

pub(crate) fn heard(event: &Event) -> Option<Heard> {
    let mut held = String::new();
    if may_tell(event) { crate::heard::heard(event, &Context::of(event, &mut held)) } else { None }
}

/// What an event with this context says of its device.
pub(crate) fn facts(context: &Value) -> Option<Facts> {
    heard(&event(0, "a", context)).map(|heard| heard.facts)
}

/// type, brand, model / os, version / client, name, version; "-" for what is not known.
pub(crate) fn told(facts: &Facts) -> String {
    let text = |text: Option<&String>| text.cloned().unwrap_or_else(|| "-".to_owned());
    let hardware = facts.hardware.as_ref().map_or("-".to_owned(), |one| {
        format!("{} {} {}", one.kind.name(), text(one.brand.as_ref()), text(one.model.as_ref()))
    });
    let os = facts.os.as_ref().map_or("-".to_owned(), |os| format!("{} {}", os.name, text(os.version.as_ref())));
    let client = facts.client.as_ref().map_or("-".to_owned(), |client| {
        format!("{} {} {}", client.kind.name(), client.name, text(client.version.as_ref()))
    });
    format!("{hardware} / {os} / {client}")
}
