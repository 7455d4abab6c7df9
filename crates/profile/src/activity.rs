//! When and where customers were seen: one narrow row per profile, written once per batch.
//!
//! Nearly every event changes such a row, so it is apart from the traits, which are wide and seldom change. The list of
//! who was seen last has its index on the step of [`SEEN_SLOT_MS`] a customer was last seen in, which changes only when a
//! customer is seen in a new step; the rows of a step are sorted when they are asked for.
//!
//! Cost: one row of seven numbers per profile and batch; an index entry per profile and step.

use crate::cache::{Cache, anchor_key};
use base::{ProfileId, WorkspaceId};
use db::{DbError, Row, Tx, Val};
use events::Merge;
use std::collections::{BTreeMap, HashMap};

/// A list sorts those at once who were last seen within this time of each other.
pub(crate) const SEEN_SLOT_MS: i64 = 300_000;
/// The profile table with its activity; every profile has one. LEFT, so that SQLite begins with the profile, for which
/// the queries have their indexes.
pub(crate) const PROFILES: &str = "profile LEFT JOIN profile_activity activity \
     ON activity.workspace_id = profile.workspace_id AND activity.profile_id = profile.id";

const COLUMNS: &str = "workspace_id, profile_id, first_seen_ms, last_seen_ms, events, channels, seen_slot";

pub(crate) type Who = (WorkspaceId, ProfileId);

/// The step a time is in, as stored.
pub(crate) fn seen_slot(ms: i64) -> i64 {
    ms / SEEN_SLOT_MS
}

/// What a batch adds to a profile's activity.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Activity {
    /// Time of the earliest event, ms.
    pub first_ms: Option<i64>,
    /// Time of the latest event in which the customer did something, ms.
    pub last_ms: Option<i64>,
    pub events: i64,
    /// Bit mask over `events::Channel::ALL`.
    pub channels: i64,
}

impl Activity {
    pub fn first(&mut self, ms: i64) {
        self.first_ms = Some(self.first_ms.map_or(ms, |first| first.min(ms)));
    }
    pub fn last(&mut self, ms: i64) {
        self.last_ms = Some(self.last_ms.map_or(ms, |last| last.max(ms)));
    }

    fn absorb(&mut self, other: &Activity) {
        if let Some(ms) = other.first_ms {
            self.first(ms);
        }
        if let Some(ms) = other.last_ms {
            self.last(ms);
        }
        self.events += other.events;
        self.channels |= other.channels;
    }

    fn read(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            first_ms: Some(row.i64("first_seen_ms")?),
            last_ms: Some(row.i64("last_seen_ms")?),
            events: row.i64("events")?,
            channels: row.i64("channels")?,
        })
    }
}

/// The step each profile was last written as seen in; forgets a batch that is rolled back.
pub(crate) type SeenSlots = Cache<i64>;

/// Adds what the merged profiles did to what the survivors did, and deletes the rows of the former.
pub(crate) async fn merge(
    tx: &mut Tx,
    merges: &[Merge],
    activity: &mut BTreeMap<Who, Activity>,
) -> Result<(), DbError> {
    let mut gone: BTreeMap<WorkspaceId, Vec<ProfileId>> = BTreeMap::new();
    for merge in merges {
        gone.entry(merge.workspace).or_default().push(merge.from);
    }
    let mut stored: HashMap<Who, Activity> = HashMap::new();
    for (workspace, ids) in gone {
        for chunk in db::pieces(&ids, tx.chunk() * 4) {
            let list = db::in_list(2, chunk.len());
            let args: Vec<Val> = std::iter::once(workspace.into()).chain(chunk.iter().map(|id| (*id).into())).collect();
            let select =
                format!("SELECT {COLUMNS} FROM profile_activity WHERE workspace_id = $1 AND profile_id IN {list}");
            for row in tx.query(&select, &args).await? {
                stored.insert((workspace, ProfileId::from_sql(row.i64("profile_id")?)), Activity::read(&row)?);
            }
            let delete = format!("DELETE FROM profile_activity WHERE workspace_id = $1 AND profile_id IN {list}");
            tx.execute(&delete, &args).await?;
        }
    }
    for merge in merges {
        let from = (merge.workspace, merge.from);
        let mut taken = activity.remove(&from).unwrap_or_default();
        taken.absorb(&stored.remove(&from).unwrap_or_default());
        activity.entry((merge.workspace, merge.into)).or_default().absorb(&taken);
    }
    Ok(())
}

/// Writes what a batch adds. `created`: profiles that have no row yet.
pub(crate) async fn write(
    tx: &mut Tx,
    activity: &BTreeMap<Who, Activity>,
    created: impl Fn(&Who) -> bool,
    seen: &parking_lot::Mutex<SeenSlots>,
) -> Result<(), DbError> {
    let (mut in_slot, mut in_new_slot) = (Vec::new(), Vec::new());
    {
        let mut seen = seen.lock();
        for (who, item) in activity {
            let first = item.first_ms.unwrap_or_default();
            // A known customer to whom something was done was not seen.
            let last = item.last_ms.unwrap_or(if created(who) { first } else { 0 });
            let slot = seen_slot(last);
            let key = anchor_key(who.0.number(), who.1.number());
            let row = vec![
                who.0.into(),
                who.1.into(),
                first.into(),
                last.into(),
                item.events.into(),
                item.channels.into(),
                slot.into(),
            ];
            if item.last_ms.is_some() && seen.get(key).is_none_or(|known| known < slot) {
                seen.change(key, Some(slot));
                in_new_slot.push(row);
            } else {
                in_slot.push(row);
            }
        }
    }
    let head = format!("INSERT INTO profile_activity ({COLUMNS})");
    let same = "ON CONFLICT (workspace_id, profile_id) DO UPDATE SET \
                first_seen_ms = CASE WHEN excluded.first_seen_ms < profile_activity.first_seen_ms \
                    THEN excluded.first_seen_ms ELSE profile_activity.first_seen_ms END, \
                last_seen_ms = CASE WHEN excluded.last_seen_ms > profile_activity.last_seen_ms \
                    THEN excluded.last_seen_ms ELSE profile_activity.last_seen_ms END, \
                events = profile_activity.events + excluded.events, \
                channels = profile_activity.channels | excluded.channels";
    // Named only here: SQLite writes the index entry of each column an update names, changed or not.
    let new = format!(
        "{same}, seen_slot = CASE WHEN excluded.seen_slot > profile_activity.seen_slot \
         THEN excluded.seen_slot ELSE profile_activity.seen_slot END"
    );
    tx.insert_many(&head, same, &in_slot).await?;
    tx.insert_many(&head, &new, &in_new_slot).await.map(|_| ())
}
