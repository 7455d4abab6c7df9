//! Writes hits: the raw row, the message's first human open and click, and the event, in one transaction.

use super::Hit;
use super::classify::{BURST_MS, Class, EarlierClick, HitKind, classify, is_burst};
use crate::emit::{About, event};
use crate::links::plain_target;
use crate::service::Deliver;
use crate::store::{self, MessageRow, id_of, id_val};
use base::{MessageId, Timestamp, WorkspaceId};
use db::{Tx, Val};
use events::{SystemEvent, names};
use std::collections::{BTreeMap, HashMap};

/// Hits of one message that are kept; more are a machine gone wild and change nothing.
const HITS_PER_MESSAGE_MAX: usize = 300;

const HIT_WAIT_MS: u64 = 300;

/// A message's hits so far.
#[derive(Default)]
struct Known {
    count: usize,
    clicks: Vec<(Vec<u8>, EarlierClick)>,
}

/// What a batch of hits changes about one message.
struct Change {
    row: MessageRow,
    opened: Option<Timestamp>,
    clicked: Option<Timestamp>,
    machine_open: bool,
    machine_click: bool,
    /// Clicks that turned out to be part of a burst: the message's human marks are counted again.
    burst: Vec<Vec<u8>>,
    last: Timestamp,
}

impl Deliver {
    /// Records a hit together with all others that came meanwhile (one transaction for many). Answers when it is
    /// stored, or after [`HIT_WAIT_MS`]: a reader who clicked is not kept waiting by a busy database.
    pub async fn hit(&self, hit: Hit) {
        self.hit_queue().lock().push(hit);
        let deliver = self.clone();
        // A task of its own: a reader who closes the connection must not roll back the others' hits.
        let stored = tokio::spawn(async move {
            let _turn = deliver.hit_turn().lock().await;
            let hits = std::mem::take(&mut *deliver.hit_queue().lock());
            if hits.is_empty() {
                return;
            }
            if let Err(error) = deliver.record_hits(&hits).await {
                tracing::error!(%error, hits = hits.len(), "opens and clicks could not be stored");
            }
        });
        let _ = tokio::time::timeout(std::time::Duration::from_millis(HIT_WAIT_MS), stored).await;
    }

    /// Records hits. Hits of messages that are no rows (tests, erased people) are dropped.
    pub async fn record_hits(&self, hits: &[Hit]) -> db::Result<()> {
        let mut by_workspace: BTreeMap<WorkspaceId, Vec<&Hit>> = BTreeMap::new();
        for hit in hits {
            by_workspace.entry(hit.token.workspace).or_default().push(hit);
        }
        let mut tx = self.db().begin().await?;
        let mut events = Vec::new();
        for (workspace, hits) in by_workspace {
            self.record_in(&mut tx, workspace, &hits, &mut events).await?;
        }
        events::emit_in_tx(&mut tx, &events).await?;
        tx.commit().await?;
        if !events.is_empty() {
            self.wake_pipeline();
        }
        Ok(())
    }

    async fn record_in(
        &self,
        tx: &mut Tx,
        workspace: WorkspaceId,
        hits: &[&Hit],
        events: &mut Vec<SystemEvent>,
    ) -> db::Result<()> {
        let mut ids: Vec<MessageId> = hits.iter().map(|hit| hit.token.message).collect();
        ids.sort();
        ids.dedup();
        let rows = store::messages(tx, workspace, &ids).await?;
        let mut known = known_hits(tx, workspace, &ids).await?;
        let mut changes: HashMap<MessageId, Change> = rows.into_iter().map(|row| (row.id, Change::of(row))).collect();
        let mut inserts = Vec::with_capacity(hits.len());
        for hit in hits {
            let Some(change) = changes.get_mut(&hit.token.message) else { continue };
            let known = known.entry(hit.token.message).or_default();
            known.count += 1;
            if known.count > HITS_PER_MESSAGE_MAX {
                continue;
            }
            let mut hit_id = [0u8; 16];
            self.rng().fill(&mut hit_id);
            let class = change.take(hit, known, &hit_id);
            inserts.push(hit_values(workspace, &change.row, hit, &hit_id, class));
            events.push(hit_event(workspace, &change.row, hit, &hit_id, class));
        }
        let head = "INSERT INTO message_hit (workspace_id, message_id, hit_id, campaign_id, kind, class, at_ms, method, url, \
                    user_agent, ip)";
        tx.insert_many(head, "", &inserts).await?;
        for change in changes.into_values() {
            change.write(tx, workspace, events).await?;
        }
        Ok(())
    }
}

impl Change {
    fn of(row: MessageRow) -> Self {
        Self {
            row,
            opened: None,
            clicked: None,
            machine_open: false,
            machine_click: false,
            burst: Vec::new(),
            last: Timestamp::default(),
        }
    }

    /// Classifies one hit and notes what follows from it.
    fn take(&mut self, hit: &Hit, known: &mut Known, hit_id: &[u8; 16]) -> Class {
        self.last = self.last.max(hit.at);
        let mut class = classify(hit.kind, &hit.method, &hit.user_agent, hit.at, self.row.sent);
        if hit.kind == HitKind::Click {
            let url = plain_target(&hit.token.target);
            let earlier: Vec<EarlierClick> = known.clicks.iter().map(|(_, click)| click.clone()).collect();
            if is_burst(&earlier, &url, hit.at) {
                class = Class::Machine;
                let recent = known.clicks.iter().filter(|(_, click)| hit.at.ms_since(click.at) <= BURST_MS);
                self.burst.extend(recent.map(|(id, _)| id.clone()));
            }
            known.clicks.push((hit_id.to_vec(), EarlierClick { at: hit.at, url }));
        }
        match (hit.kind, class) {
            (HitKind::Open, Class::Machine) => self.machine_open = true,
            (HitKind::Click, Class::Machine) => self.machine_click = true,
            (HitKind::Open, Class::Human) => self.opened = Some(self.opened.unwrap_or(hit.at)),
            // Who clicked has seen it, whether pictures were loaded or not.
            (HitKind::Click, Class::Human) => {
                self.clicked = Some(self.clicked.unwrap_or(hit.at));
                self.opened = Some(self.opened.unwrap_or(hit.at));
            }
            (_, Class::Unknown) => {}
        }
        class
    }

    async fn write(self, tx: &mut Tx, workspace: WorkspaceId, events: &mut Vec<SystemEvent>) -> db::Result<()> {
        if !self.burst.is_empty() {
            return self.reclassify(tx, workspace, events).await;
        }
        if self.opened.is_none() && self.clicked.is_none() && !self.machine_open && !self.machine_click {
            return Ok(());
        }
        tx.execute(
            "UPDATE outbox SET opened_ms = COALESCE(opened_ms, $3), clicked_ms = COALESCE(clicked_ms, $4), \
             machine_open = (machine_open OR $5), machine_click = (machine_click OR $6) \
             WHERE workspace_id = $1 AND id = $2",
            &[
                workspace.into(),
                id_val(self.row.id),
                self.opened.into(),
                self.clicked.into(),
                self.machine_open.into(),
                self.machine_click.into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// The earlier clicks of a burst become a machine's, and the message's marks are derived again from its hits.
    async fn reclassify(self, tx: &mut Tx, workspace: WorkspaceId, events: &mut Vec<SystemEvent>) -> db::Result<()> {
        let mut changed: Vec<String> = Vec::new();
        for hit_id in &self.burst {
            let key = [workspace.into(), id_val(self.row.id), Val::B(hit_id.clone())];
            let sql = "UPDATE message_hit SET class = 'machine' WHERE workspace_id = $1 AND message_id = $2 AND hit_id = $3 \
                       AND class <> 'machine'";
            if tx.execute(sql, &key).await? > 0 {
                changed.push(hex::encode(hit_id));
            }
        }
        let first = |kind: &str| {
            format!(
                "(SELECT MIN(at_ms) FROM message_hit WHERE workspace_id = $1 AND message_id = $2 AND class = 'human' AND kind IN ({kind}))"
            )
        };
        let sql = format!(
            "UPDATE outbox SET opened_ms = {}, clicked_ms = {}, machine_click = $3, machine_open = (machine_open OR $4) \
             WHERE workspace_id = $1 AND id = $2",
            first("'open', 'click'"),
            first("'click'")
        );
        let args = [workspace.into(), id_val(self.row.id), Val::Bool(true), Val::Bool(self.machine_open)];
        tx.execute(&sql, &args).await?;
        if let Some(last) = changed.last() {
            let key = format!("hits_reclassified:{last}");
            let event = event(&About::from_row(workspace, &self.row), HITS_RECLASSIFIED, &key, self.last);
            events.push(event.with("hits", changed).with("machine", "machine"));
        }
        Ok(())
    }
}

/// Hits reported before as human or unknown turned out to be a machine's; `hits` are their ids.
pub const HITS_RECLASSIFIED: &str = "Email Hits Reclassified";

async fn known_hits(tx: &mut Tx, workspace: WorkspaceId, ids: &[MessageId]) -> db::Result<HashMap<MessageId, Known>> {
    let mut known: HashMap<MessageId, Known> = HashMap::new();
    for chunk in ids.chunks(tx.chunk()) {
        let sql = format!(
            "SELECT message_id, hit_id, kind, at_ms, url FROM message_hit WHERE workspace_id = $1 AND message_id IN {}",
            db::in_list(2, chunk.len())
        );
        let args: Vec<Val> = std::iter::once(workspace.into()).chain(chunk.iter().map(|id| id_val(*id))).collect();
        for row in tx.query(&sql, &args).await? {
            let entry = known.entry(id_of(&row, "message_id")?).or_default();
            entry.count += 1;
            if row.text("kind")? == HitKind::Click.name() {
                let click = EarlierClick { at: row.time("at_ms")?, url: row.text("url")? };
                entry.clicks.push((row.bytes("hit_id")?, click));
            }
        }
    }
    Ok(known)
}

fn hit_values(workspace: WorkspaceId, row: &MessageRow, hit: &Hit, hit_id: &[u8; 16], class: Class) -> Vec<Val> {
    vec![
        workspace.into(),
        id_val(row.id),
        Val::B(hit_id.to_vec()),
        Val::from(&row.campaign),
        hit.kind.name().into(),
        class.name().into(),
        hit.at.into(),
        Val::from(&hit.method),
        plain_target(&hit.token.target).into(),
        Val::from(&hit.user_agent),
        Val::from(&hit.ip),
    ]
}

fn hit_event(workspace: WorkspaceId, row: &MessageRow, hit: &Hit, hit_id: &[u8; 16], class: Class) -> SystemEvent {
    let (name, what) = match hit.kind {
        HitKind::Open => (names::EMAIL_OPENED, "email_opened"),
        HitKind::Click => (names::EMAIL_LINK_CLICKED, "email_link_clicked"),
    };
    let id = hex::encode(hit_id);
    let event = event(&About::from_row(workspace, row), name, &format!("{what}:{id}"), hit.at)
        .with("machine", class.name())
        .with("hit_id", id);
    if hit.kind == HitKind::Click { event.with("url", hit.token.target.as_str()) } else { event }
}
