//! Campaigns over the real store, with rooms around them that a test can steer. The outbox is a table in the same
//! store, so that "one transaction" is tested and not assumed.

mod edges;
mod halting;
mod launching;
mod running;

use crate::*;
use async_trait::async_trait;
use base::{Json, ManualClock, Problem, ProfileId, SeededRng, SegmentId, WorkspaceId};
use db::{Db, Migration, Tx, Val};
use parking_lot::Mutex;
use roaring::RoaringBitmap;
use serde_json::json;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

pub const SHOP: WorkspaceId = WorkspaceId::new(1);
const OUTBOX: Migration = Migration {
    name: "test/0001_outbox",
    sql: "CREATE TABLE test_outbox (workspace_id BIGINT NOT NULL, campaign TEXT NOT NULL, profile BIGINT NOT NULL,
              address TEXT NOT NULL, state TEXT NOT NULL, times BIGINT NOT NULL, PRIMARY KEY (workspace_id, campaign, profile));
          CREATE TABLE test_run (workspace_id BIGINT NOT NULL, campaign TEXT NOT NULL, run TEXT NOT NULL,
              PRIMARY KEY (workspace_id, campaign));",
};

pub fn migrations() -> Vec<Migration> {
    MIGRATIONS.iter().copied().chain([OUTBOX]).collect()
}

/// The rooms around campaigns.
pub struct World {
    db: Db,
    pub audience: Mutex<RoaringBitmap>,
    /// Who may not be written to.
    pub refusals: Mutex<BTreeMap<u32, Refusal>>,
    /// Addresses that are not `pN@example.org`.
    pub addresses: Mutex<BTreeMap<u32, String>>,
    pub checks: Mutex<Vec<Check>>,
    pub tests: Mutex<Vec<(String, String)>>,
    /// Why the outbox stopped by itself.
    pub halted: Mutex<Option<String>>,
    pub alerts: Mutex<Vec<String>>,
}

#[async_trait]
impl Audience for World {
    async fn members(&self, _: WorkspaceId, _: SegmentId) -> Result<RoaringBitmap, Problem> {
        Ok(self.audience.lock().clone())
    }
}

#[async_trait]
impl Gate for World {
    async fn recipients(
        &self,
        _: WorkspaceId,
        _: &str,
        _: Option<&str>,
        profiles: &[ProfileId],
    ) -> Result<Vec<Recipient>, Problem> {
        let (refusals, addresses) = (self.refusals.lock(), self.addresses.lock());
        let answer = |profile: &ProfileId| Recipient {
            profile: *profile,
            address: match refusals.get(&profile.number()) {
                Some(refusal) => Err(*refusal),
                None => Ok(addresses
                    .get(&profile.number())
                    .cloned()
                    .unwrap_or_else(|| format!("p{}@example.org", profile.number()))),
            },
        };
        Ok(profiles.iter().map(answer).collect())
    }
}

#[async_trait]
impl Messages for World {
    fn normalised(&self, message: &Json) -> Result<Json, Problem> {
        if message.is_object() { Ok(message.clone()) } else { Err(Problem::invalid("invalid_message", "no object")) }
    }
    async fn checks(&self, _: WorkspaceId, _: &Json, _: &[ProfileId]) -> Result<Vec<Check>, Problem> {
        Ok(self.checks.lock().clone())
    }
    async fn subjects(
        &self,
        _: WorkspaceId,
        message: &Json,
        people: &[ProfileId],
    ) -> Result<Vec<SampleMessage>, Problem> {
        let subject = message["subject"].as_str().unwrap_or_default().to_owned();
        let sample =
            |profile: &ProfileId| SampleMessage { profile: *profile, label: "x".into(), subject: subject.clone() };
        Ok(people.iter().map(sample).collect())
    }
}

#[async_trait]
impl Outbox for World {
    async fn enqueue(
        &self,
        tx: &mut Tx,
        ws: WorkspaceId,
        campaign: &str,
        _: &str,
        _: Option<&str>,
        messages: &[QueuedMessage],
    ) -> Result<(), Problem> {
        // Asking twice is counted, so that the test sees it; the real outbox would ignore it.
        for message in messages {
            let sql = "INSERT INTO test_outbox (workspace_id, campaign, profile, address, state, times)
                VALUES ($1, $2, $3, $4, 'pending', 1) ON CONFLICT (workspace_id, campaign, profile)
                DO UPDATE SET times = test_outbox.times + 1";
            let args = [ws.into(), campaign.into(), message.profile.into(), Val::from(&message.address)];
            tx.execute(sql, &args).await?;
        }
        Ok(())
    }
    async fn set_run(&self, ws: WorkspaceId, campaign: &str, run: OutboxRun) -> Result<(), Problem> {
        let sql = "INSERT INTO test_run (workspace_id, campaign, run) VALUES ($1, $2, $3)
            ON CONFLICT (workspace_id, campaign) DO UPDATE SET run = excluded.run";
        self.db.execute(sql, &[ws.into(), campaign.into(), format!("{run:?}").into()]).await?;
        if run != OutboxRun::Running {
            *self.halted.lock() = None;
        }
        if run == OutboxRun::Cancelled {
            let sql = "UPDATE test_outbox SET state = 'skipped' WHERE campaign = $1 AND state = 'pending'";
            self.db.execute(sql, &[campaign.into()]).await?;
        }
        Ok(())
    }
    async fn counts(&self, ws: WorkspaceId, campaign: &str) -> Result<OutboxCounts, Problem> {
        let sql = "SELECT state, CAST(COUNT(*) AS BIGINT) AS n FROM test_outbox WHERE workspace_id = $1 AND campaign = $2 GROUP BY state";
        let mut counts = OutboxCounts::default();
        for row in self.db.query(sql, &[ws.into(), campaign.into()]).await? {
            let n = row.i64("n")? as u64;
            match row.text("state")?.as_str() {
                "pending" => counts.pending = n,
                "sent" => counts.sent = n,
                "skipped" => counts.skipped = n,
                _ => counts.unconfirmed = n,
            }
        }
        Ok(counts)
    }
    async fn halted(&self, _: WorkspaceId, _: &str) -> Result<Option<String>, Problem> {
        Ok(self.halted.lock().clone())
    }
    async fn alert(&self, _: WorkspaceId, _: &str, reason: &str) {
        self.alerts.lock().push(reason.to_owned());
    }
    async fn resend_unconfirmed(&self, _: WorkspaceId, campaign: &str) -> Result<u64, Problem> {
        let sql = "UPDATE test_outbox SET state = 'pending' WHERE campaign = $1 AND state = 'unconfirmed'";
        Ok(self.db.execute(sql, &[campaign.into()]).await?)
    }
    async fn send_test(
        &self,
        _: WorkspaceId,
        message: &Json,
        _: Option<ProfileId>,
        to: &[String],
    ) -> Result<Vec<TestResult>, Problem> {
        let subject = message["subject"].as_str().unwrap_or_default();
        self.tests.lock().extend(to.iter().map(|address| (address.clone(), subject.to_owned())));
        Ok(to.iter().map(|address| TestResult { address: address.clone(), error: None }).collect())
    }
    async fn messages_per_second(&self, _: WorkspaceId) -> Result<Option<f64>, Problem> {
        Ok(Some(2.0))
    }
    fn wake(&self) {}
}

/// A shop with `people` in its only segment.
pub struct Shop {
    pub campaigns: Campaigns,
    pub world: Arc<World>,
    pub clock: ManualClock,
    pub db: Db,
}

impl Shop {
    pub fn new(db: &Db, people: u32) -> Self {
        let world = Arc::new(World {
            db: db.clone(),
            audience: Mutex::new((1..=people).collect()),
            refusals: Mutex::default(),
            addresses: Mutex::default(),
            checks: Mutex::default(),
            tests: Mutex::default(),
            halted: Mutex::default(),
            alerts: Mutex::default(),
        });
        let clock = testkit::clock();
        Self { campaigns: start(db, &world, &clock), world, clock, db: db.clone() }
    }

    /// The program was killed and starts again: nothing but the store is left.
    pub fn restart(&mut self) {
        self.campaigns = start(&self.db, &self.world, &self.clock);
    }

    pub async fn draft(&self) -> Campaign {
        let draft = CampaignDraft {
            name: "Spring".into(),
            segment_id: Some(SegmentId::derived("all")),
            message: json!({"subject": "Hello"}),
            channel: "email".into(),
            topic: None,
        };
        self.campaigns.create(SHOP, draft).await.unwrap()
    }

    pub async fn launched(&self) -> Campaign {
        let draft = self.draft().await;
        self.campaigns.launch(SHOP, draft.id, None).await.unwrap();
        self.campaigns.get(SHOP, draft.id).await.unwrap()
    }

    pub async fn state(&self, id: base::CampaignId) -> CampaignState {
        self.campaigns.get(SHOP, id).await.unwrap().state
    }

    /// What the workers do: `count` pending rows of a running campaign reach `state`.
    pub async fn deliver(&self, id: base::CampaignId, count: i64, state: &str) {
        let sql = "UPDATE test_outbox SET state = $2 WHERE campaign = $1 AND state = 'pending' AND profile IN
            (SELECT profile FROM test_outbox WHERE campaign = $1 AND state = 'pending' ORDER BY profile LIMIT $3)";
        self.db.execute(sql, &[id.to_string().into(), state.into(), count.into()]).await.unwrap();
    }

    pub async fn run(&self, id: base::CampaignId) -> String {
        let sql = "SELECT run FROM test_run WHERE campaign = $1";
        let row = self.db.query_one(sql, &[id.to_string().into()]).await.unwrap();
        row.map_or_else(String::new, |row| row.text("run").unwrap())
    }

    /// (rows, how often the most often asked one was asked for)
    pub async fn rows(&self, id: base::CampaignId) -> (i64, i64) {
        let sql = "SELECT CAST(COUNT(*) AS BIGINT) AS n, CAST(COALESCE(MAX(times), 0) AS BIGINT) AS most
            FROM test_outbox WHERE campaign = $1";
        let row = self.db.query_one(sql, &[id.to_string().into()]).await.unwrap().unwrap();
        (row.i64("n").unwrap(), row.i64("most").unwrap())
    }
}

fn start(db: &Db, world: &Arc<World>, clock: &ManualClock) -> Campaigns {
    let ports =
        CampaignPorts { audience: world.clone(), gate: world.clone(), outbox: world.clone(), messages: world.clone() };
    // A new seed each time: a restarted program does not repeat its ids.
    static SEED: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    let seed = SEED.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    Campaigns::new(db.clone(), Arc::new(clock.clone()), Arc::new(SeededRng::new(seed)), ports)
}

/// Kills a piece of work: its future is dropped after `steps` polls. Every await is such a step.
pub struct KilledAfter<F> {
    work: Pin<Box<F>>,
    steps: usize,
}

pub fn killed_after<F: Future>(steps: usize, work: F) -> KilledAfter<F> {
    KilledAfter { work: Box::pin(work), steps }
}

impl<F: Future> Future for KilledAfter<F> {
    /// None: killed before its end.
    type Output = Option<F::Output>;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.steps == 0 {
            return Poll::Ready(None);
        }
        self.steps -= 1;
        self.work.as_mut().poll(cx).map(Some)
    }
}
