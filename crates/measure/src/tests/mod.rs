//! One shop, one `check` per question; the store suites run on SQLite and PostgreSQL.

mod attribution;
mod days;
mod orders;
mod reports;
mod rfm;
mod rollups;

use crate::*;
use base::{CampaignId, Currency, JsonMap, Money, PageRequest, ProfileId, Timestamp, WorkspaceId};
use db::Db;
use events::{Batch, Channel, Effects, Event, EventKind, Merge, Offset, RawJson, ResolvedEvent, View};
use parking_lot::Mutex;
use serde_json::json;
use std::sync::Arc;

pub const SHOP: WorkspaceId = WorkspaceId::new(1);
pub const HOUR_MS: i64 = 3_600_000;

/// Settings that a test may change while it runs.
pub struct Settings(Mutex<WorkspaceBasics>, Mutex<Option<WorkspaceId>>);

impl Settings {
    /// From now on those of this workspace cannot be read.
    pub fn lose(&self, workspace: WorkspaceId) {
        *self.1.lock() = Some(workspace);
    }
}

#[async_trait::async_trait]
impl Workspaces for Settings {
    async fn basics(&self, workspace: WorkspaceId) -> Result<WorkspaceBasics, MeasureError> {
        if *self.1.lock() == Some(workspace) {
            return Err(MeasureError::Settings { workspace, detail: "lost".into() });
        }
        Ok(self.0.lock().clone())
    }
}

/// A store with the view on it and a log that grows.
pub struct Shop {
    pub measures: Measures,
    pub settings: Arc<Settings>,
    db: Db,
    end: u64,
}

/// One line of a story: who, hours after [`testkit::NOW`], what.
#[derive(Debug, Clone)]
pub struct Line {
    pub profile: u32,
    pub at: Timestamp,
    pub name: String,
    pub channel: Channel,
    pub properties: serde_json::Value,
    pub ours: bool,
    /// The messageId, when it matters.
    pub id: Option<String>,
}

pub fn at(hours: i64) -> Timestamp {
    testkit::NOW.plus_ms(hours * HOUR_MS)
}

pub fn line(profile: u32, hours: i64, name: &str, properties: serde_json::Value) -> Line {
    Line { profile, at: at(hours), name: name.into(), channel: Channel::Web, properties, ours: false, id: None }
}

pub fn order(profile: u32, hours: i64, id: &str, revenue: f64) -> Line {
    line(profile, hours, "Order Completed", json!({ "order_id": id, "revenue": revenue }))
}

pub fn touch(profile: u32, hours: i64, name: &str, campaign: CampaignId) -> Line {
    let properties = json!({ "campaign_id": campaign.to_string(), "message_id": format!("msg-{profile}") });
    Line { channel: Channel::Email, ours: true, ..line(profile, hours, name, properties) }
}

pub fn campaign(name: &str) -> CampaignId {
    CampaignId::derived(name)
}

impl Line {
    pub fn on(mut self, channel: Channel) -> Self {
        self.channel = channel;
        self
    }
    fn event(&self, id: String, workspace: WorkspaceId) -> Event {
        let properties: JsonMap = self.properties.as_object().cloned().unwrap_or_default();
        let blank = testkit::event(workspace, id, EventKind::Track, self.at);
        Event {
            name: self.name.clone(),
            source: blank.source.filter(|_| !self.ours),
            channel: self.channel,
            profile: self.ours.then(|| ProfileId::new(self.profile)),
            properties: RawJson::from(properties),
            ..blank
        }
    }
}

impl Shop {
    pub fn new(db: &Db) -> Self {
        let basics = WorkspaceBasics {
            time_zone: "Europe/Amsterdam".into(),
            currency: Currency::EUR,
            attribution: AttributionRule::default(),
        };
        let settings = Arc::new(Settings(Mutex::new(basics), Mutex::default()));
        let workspaces: Arc<dyn Workspaces> = settings.clone();
        let measures = Measures::new(db.clone(), Arc::new(testkit::clock()), workspaces);
        Self { measures, settings, db: db.clone(), end: 0 }
    }

    pub fn batch(&mut self, lines: &[Line], merges: &[(u32, u32)]) -> Batch {
        let start = self.end;
        self.end += lines.len() as u64 + 1;
        let events = lines.iter().enumerate().map(|(index, line)| ResolvedEvent {
            event: Arc::new(line.event(line.id.clone().unwrap_or_else(|| format!("m-{}", start + index as u64)), SHOP)),
            profile: ProfileId::new(line.profile),
            created: line.name == "Signed Up",
        });
        let merge = |(from, into): &(u32, u32)| Merge {
            workspace: SHOP,
            from: ProfileId::new(*from),
            into: ProfileId::new(*into),
        };
        Batch {
            end: Offset(self.end),
            now: testkit::NOW,
            merges: merges.iter().map(merge).collect(),
            events: events.collect(),
            ..Batch::default()
        }
    }

    pub async fn apply(&self, batch: &Batch) {
        let mut tx = self.db.begin().await.unwrap();
        self.measures.view().apply(&mut tx, batch, &mut Effects::default()).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn play(&mut self, lines: &[Line]) {
        let batch = self.batch(lines, &[]);
        self.apply(&batch).await;
    }

    pub async fn merge(&mut self, from: u32, into: u32) {
        let batch = self.batch(&[], &[(from, into)]);
        self.apply(&batch).await;
    }

    /// (orders, net revenue in cents) of a campaign.
    pub async fn earned(&self, campaign: CampaignId) -> (i64, i64) {
        let total = self.measures.conversions(SHOP, campaign).await.unwrap().total;
        (total.orders, total.revenue.minor)
    }

    /// (orders, net revenue in cents) of all time in the workspace's currency.
    pub async fn sales(&self) -> (i64, i64) {
        let sales = self.measures.home(SHOP, 30).await.unwrap().totals.sales;
        (sales.orders, sales.revenue.minor)
    }

    /// Every row of every table, to compare before with after.
    pub async fn dump(&self) -> Vec<String> {
        let mut out = Vec::new();
        for (table, columns) in [
            (
                "measure_order",
                "order_id, CAST(profile_id AS TEXT) AS b, CAST(net_minor AS TEXT) AS c, CAST(day AS TEXT) AS d",
            ),
            ("measure_touch", "event_id, CAST(profile_id AS TEXT) AS b, kind AS c, campaign_id AS d"),
            ("measure_credit", "order_id, campaign_id AS b, message_id AS c, touch_kind AS d"),
            (
                "measure_daily",
                "metric || channel || currency AS a, CAST(day AS TEXT) AS b, CAST(n AS TEXT) AS c, CAST(sum_minor AS TEXT) AS d",
            ),
        ] {
            let first = columns.split([',', ' ']).next().unwrap_or_default();
            let first = if columns.starts_with("metric") { "a" } else { first };
            for row in self.db.query(&format!("SELECT {columns} FROM {table} ORDER BY 1, 2, 3, 4"), &[]).await.unwrap()
            {
                let [a, b, c, d] = [first, "b", "c", "d"].map(|name| row.text(name).unwrap());
                out.push(format!("{table} {a} {b} {c} {d}"));
            }
        }
        out
    }
}
