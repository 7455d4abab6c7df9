//! What the tests of this room share.

use crate::{Collect, CollectParts, MIGRATIONS, NoPlans, Planner, SegmentDecoder, Source, SourceKind};
use base::{ManualClock, SeededRng, WorkspaceId};
use bytes::Bytes;
use events::{Decoder, Event, Inbox, InboxConfig, Offset};
use std::path::Path;
use std::sync::Arc;

pub const WORKSPACE: WorkspaceId = WorkspaceId::new(1);

/// A room over a store of its own.
pub struct Room {
    pub collect: Collect,
    pub inbox: Arc<Inbox>,
    pub clock: ManualClock,
    pub store: testkit::Store,
}

impl Room {
    pub async fn sqlite() -> Room {
        Self::with_inbox(InboxConfig::default()).await
    }

    pub async fn with_inbox(config: InboxConfig) -> Room {
        Self::over(testkit::sqlite(MIGRATIONS).await, config).await
    }

    /// One room per engine.
    pub async fn all() -> Vec<Room> {
        let mut rooms = Vec::new();
        for store in testkit::stores(MIGRATIONS).await {
            rooms.push(Self::over(store, InboxConfig::default()).await);
        }
        rooms
    }

    async fn over(store: testkit::Store, config: InboxConfig) -> Room {
        let clock = testkit::clock();
        let inbox = open_inbox(store.dir(), &clock, config);
        let collect = open(&store, &inbox, &clock).await;
        Room { collect, inbox, clock, store }
    }

    /// A room whose workspaces plan what they collect.
    pub async fn planned(planner: Arc<dyn Planner>) -> Room {
        let store = testkit::sqlite(MIGRATIONS).await;
        let clock = testkit::clock();
        let inbox = open_inbox(store.dir(), &clock, InboxConfig::default());
        let collect = open_planned(&store, &inbox, &clock, planner).await;
        Room { collect, inbox, clock, store }
    }

    /// The same store as after a restart of the program; the old room must not be used any more.
    pub async fn reopened(self) -> Room {
        let Room { collect, inbox, clock, store } = self;
        inbox.close();
        drop(collect);
        let inbox = open_inbox(store.dir(), &clock, InboxConfig::default());
        let collect = open(&store, &inbox, &clock).await;
        Room { collect, inbox, clock, store }
    }

    pub async fn source(&self, kind: SourceKind) -> Source {
        self.collect.create_source(WORKSPACE, "shop", kind).await.expect("a source")
    }

    /// Everything in the inbox, decoded.
    pub async fn events(&self) -> Vec<Event> {
        let decoder = SegmentDecoder::default();
        let (mut events, mut from) = (Vec::new(), Offset::default());
        loop {
            let (records, next) = self.inbox.read(from, 64 << 20).await.expect("the inbox reads");
            if records.is_empty() {
                assert_eq!(decoder.undecodable(), 0);
                return events;
            }
            events.extend(records.iter().flat_map(|record| decoder.decode(record)));
            from = next;
        }
    }
}

fn open_inbox(dir: &Path, clock: &ManualClock, config: InboxConfig) -> Arc<Inbox> {
    Arc::new(Inbox::open(&dir.join("inbox"), config, Arc::new(clock.clone())).expect("the inbox opens"))
}

async fn open(store: &testkit::Store, inbox: &Arc<Inbox>, clock: &ManualClock) -> Collect {
    open_planned(store, inbox, clock, Arc::new(NoPlans)).await
}

async fn open_planned(
    store: &testkit::Store,
    inbox: &Arc<Inbox>,
    clock: &ManualClock,
    planner: Arc<dyn Planner>,
) -> Collect {
    let parts = CollectParts {
        db: store.db.clone(),
        inbox: inbox.clone(),
        clock: Arc::new(clock.clone()),
        rng: Arc::new(SeededRng::new(7)),
        data_dir: store.dir().to_owned(),
        planner,
        addresses: Arc::new(crate::NoPlaces),
        parquet: None,
    };
    Collect::open(parts).await.expect("the room opens")
}

pub fn body(value: serde_json::Value) -> Bytes {
    Bytes::from(value.to_string())
}
