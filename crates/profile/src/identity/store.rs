//! The SQL of the resolver: batched look-ups before the plan, batched writes after it.

use super::Prepared;
use super::declare::key_hash;
use super::devices::Users;
use super::follow::hex;
use super::plan::{Holdings, Plan, Who};
use crate::cache::Known;
use crate::identifiers::Kind;
use crate::rules::RuleSet;
use base::{ProfileId, Timestamp, WorkspaceId};
use db::{Db, DbError, Row, Tx, Val};
use events::Event;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// Values of one `IN (...)` per row that a statement may carry: they are short and bound once.
const VALUES_PER_ROW: usize = 4;

/// Reads inside the pipeline's transaction, or outside of any.
pub(super) enum Reader<'r> {
    Db(&'r Db),
    Tx(&'r mut Tx),
}

impl Reader<'_> {
    async fn query(&mut self, sql: &str, args: &[Val]) -> Result<Vec<Row>, DbError> {
        match self {
            Reader::Db(db) => db.query(sql, args).await,
            Reader::Tx(tx) => tx.query(sql, args).await,
        }
    }
    fn chunk(&self) -> usize {
        VALUES_PER_ROW
            * match self {
                Reader::Db(db) => db.chunk(),
                Reader::Tx(tx) => tx.chunk(),
            }
    }
    /// `select` ends in `IN`; its first parameters are `fixed`.
    async fn query_in(&mut self, select: &str, fixed: &[Val], values: &[Val]) -> Result<Vec<Row>, DbError> {
        let mut rows = Vec::new();
        for chunk in db::pieces(values, self.chunk()) {
            let sql = format!("{select} {}", db::in_list(fixed.len() + 1, chunk.len()));
            let args: Vec<Val> = fixed.iter().chain(chunk).cloned().collect();
            rows.extend(self.query(&sql, &args).await?);
        }
        Ok(rows)
    }

    /// Fills in the owners of `missing` slots, in statements per workspace and kind.
    pub async fn owners(&mut self, prepared: &mut Prepared<'_>, missing: &[u32]) -> Result<(), DbError> {
        let mut groups: BTreeMap<(WorkspaceId, &str), HashMap<&str, u32>> = BTreeMap::new();
        let slots = &prepared.declared.slots;
        for number in missing {
            let slot = &slots[*number as usize];
            groups.entry((slot.workspace, slot.kind.name())).or_default().insert(&slot.value, *number);
        }
        for ((workspace, kind), by_value) in groups {
            let mut sorted: Vec<&str> = by_value.keys().copied().collect();
            sorted.sort_unstable();
            let values: Vec<Val> = sorted.into_iter().map(Val::from).collect();
            let select = "SELECT value, profile_id, last_seen_ms FROM profile_identifier \
                          WHERE workspace_id = $1 AND kind = $2 AND value IN";
            for row in self.query_in(select, &[workspace.into(), kind.into()], &values).await? {
                if let Some(slot) = by_value.get(row.text("value")?.as_str()) {
                    let known = Known::new(row.i64("profile_id")? as u32, row.i64("last_seen_ms")?);
                    prepared.facts.owners[*slot as usize] = Some(known);
                }
            }
        }
        Ok(())
    }

    /// Canonical ids of profile ids; absent when there is no such profile (any more).
    pub async fn anchors(&mut self, ids: &[Who]) -> Result<Vec<(Who, u32)>, DbError> {
        let mut found = Vec::new();
        for (workspace, ids) in by_workspace(ids) {
            let fixed = [Val::from(workspace)];
            let values: Vec<Val> = ids.iter().map(|id| Val::from(*id)).collect();
            let select = "SELECT from_id, canonical_id FROM profile_merge WHERE workspace_id = $1 AND from_id IN";
            for row in self.query_in(select, &fixed, &values).await? {
                found.push(((workspace, row.i64("from_id")? as u32), row.i64("canonical_id")? as u32));
            }
            let select = "SELECT id FROM profile WHERE workspace_id = $1 AND id IN";
            for row in self.query_in(select, &fixed, &values).await? {
                let id = row.i64("id")? as u32;
                found.push(((workspace, id), id));
            }
        }
        Ok(found)
    }

    /// Who signed in on `devices` (hashes) of each workspace. Every device asked for is there, be it with nobody.
    pub async fn device_users(
        &mut self,
        devices: &HashMap<WorkspaceId, BTreeSet<u128>>,
    ) -> Result<HashMap<u128, Users>, DbError> {
        let mut all: HashMap<u128, Users> = HashMap::new();
        for (workspace, devices) in devices {
            all.extend(devices.iter().map(|hash| (*hash, Users::new())));
            let values: Vec<Val> = devices.iter().map(|hash| Val::from(hex(*hash))).collect();
            let select = "SELECT device, user_hash, day FROM profile_device_user WHERE workspace_id = $1 AND device IN";
            for row in self.query_in(select, &[(*workspace).into()], &values).await? {
                let read =
                    |column: &str| row.text(column).map(|text| u128::from_str_radix(&text, 16).unwrap_or_default());
                all.entry(read("device")?).or_default().push((read("user_hash")?, row.i64("day")? as u32));
            }
        }
        Ok(all)
    }

    pub async fn holdings(&mut self, ids: &[Who], rules: &RuleSet) -> Result<HashMap<Who, Holdings>, DbError> {
        let mut all: HashMap<Who, Holdings> = HashMap::new();
        let mut scratch = Vec::new();
        for (workspace, ids) in by_workspace(ids) {
            let values: Vec<Val> = ids.iter().map(|id| Val::from(*id)).collect();
            let select = "SELECT profile_id, kind, value FROM profile_identifier \
                          WHERE workspace_id = $1 AND profile_id IN";
            for row in self.query_in(select, &[workspace.into()], &values).await? {
                let (kind, value) = (row.text("kind")?, row.text("value")?);
                let hash = key_hash(workspace, &kind, &value, &mut scratch);
                let counts = rules.of(workspace).counted(&kind, &value);
                all.entry((workspace, row.i64("profile_id")? as u32)).or_default().add(counts, hash);
            }
        }
        Ok(all)
    }
}

impl Reader<'_> {
    /// The pairs one of `ids` is in that a person took apart.
    pub async fn apart(&mut self, ids: &[Who]) -> Result<HashSet<(Who, u32)>, DbError> {
        let mut all = HashSet::new();
        for (workspace, ids) in by_workspace(ids) {
            let values: Vec<Val> = ids.iter().map(|id| Val::from(*id)).collect();
            let select = format!("SELECT profile_id, other_id FROM {} WHERE profile_id IN", crate::sql::APART);
            for row in self.query_in(&select, &[workspace.into()], &values).await? {
                let (one, other) = (row.i64("profile_id")? as u32, row.i64("other_id")? as u32);
                all.insert(((workspace, one), other));
                all.insert(((workspace, other), one));
            }
        }
        Ok(all)
    }
}

fn by_workspace(ids: &[Who]) -> BTreeMap<WorkspaceId, Vec<u32>> {
    let mut groups: BTreeMap<WorkspaceId, Vec<u32>> = BTreeMap::new();
    for (workspace, id) in ids {
        groups.entry(*workspace).or_default().push(*id);
    }
    for ids in groups.values_mut() {
        ids.sort_unstable();
        ids.dedup();
    }
    groups
}

/// The last id given out, with the counter's row locked until the transaction ends.
pub(super) async fn last_id(tx: &mut Tx, workspace: WorkspaceId) -> Result<u32, DbError> {
    let sql = "INSERT INTO profile_counter (workspace_id, last_id, customers, identified) VALUES ($1, 0, 0, 0) \
               ON CONFLICT (workspace_id) DO UPDATE SET last_id = profile_counter.last_id RETURNING last_id";
    let row = tx.query_one(sql, &[workspace.into()]).await?;
    row.map_or(Ok(0), |row| Ok(row.i64("last_id")? as u32))
}

/// Writes the outcome of a plan: merges, erasures, identifiers, conflicts, counters, in that order.
pub(super) async fn write(
    tx: &mut Tx,
    plan: &Plan<'_, '_>,
    slots: &[super::declare::Slot<'_>],
    events: &[Arc<Event>],
    now: Timestamp,
) -> Result<(), DbError> {
    write_merges(tx, plan, events).await?;
    write_erasures(tx, plan, now).await?;
    write_devices(tx, plan, slots, events).await?;
    write_identifiers(tx, plan, slots, events).await?;
    write_conflicts(tx, plan, slots, events).await?;
    for (workspace, counts) in &plan.counts {
        let last_id = plan.last_ids.get(workspace).copied().unwrap_or_default();
        let sql = "UPDATE profile_counter SET customers = customers + $2, identified = identified + $3, \
                   last_id = CASE WHEN $4 > last_id THEN $4 ELSE last_id END WHERE workspace_id = $1";
        let args = [(*workspace).into(), counts.customers.into(), counts.identified.into(), last_id.into()];
        tx.execute(sql, &args).await?;
    }
    Ok(())
}

async fn write_merges(tx: &mut Tx, plan: &Plan<'_, '_>, events: &[Arc<Event>]) -> Result<(), DbError> {
    if plan.merges.is_empty() {
        return Ok(());
    }
    let moves: Vec<Vec<Val>> = plan
        .merges
        .iter()
        .map(|row| {
            let workspace = row.merge.workspace;
            let into = plan.canonical((workspace, row.merge.into.number()));
            vec![workspace.into(), row.merge.from.into(), into.into()]
        })
        .collect();
    for (table, column) in [("profile_identifier", "profile_id"), ("profile_merge", "canonical_id")] {
        let tail = format!(
            "UPDATE {table} SET {column} = v.into_id FROM v \
             WHERE {table}.workspace_id = v.workspace_id AND {table}.{column} = v.from_id"
        );
        crate::sql::update_from(tx, &["workspace_id", "from_id", "into_id"], &["BIGINT"; 3], &tail, &moves).await?;
    }
    let rows: Vec<Vec<Val>> = plan
        .merges
        .iter()
        .zip(&moves)
        .map(|(row, moved)| {
            vec![
                row.merge.workspace.into(),
                row.merge.from.into(),
                row.merge.into.into(),
                moved[2].clone(),
                row.at.into(),
                row.reason.as_str().into(),
                events[row.event].id.to_string().into(),
            ]
        })
        .collect();
    let head = "INSERT INTO profile_merge (workspace_id, from_id, into_id, canonical_id, at_ms, reason, event)";
    tx.insert_many(head, "", &rows).await?;
    let by_hand = plan.merges.iter().filter(|row| row.reason == super::plan::MERGED_BY_HAND);
    for workspace in by_hand.map(|row| row.merge.workspace).collect::<BTreeSet<_>>() {
        // Pairs that a person joined after all.
        let name = |column: &str| {
            format!(
                "COALESCE((SELECT canonical_id FROM profile_merge WHERE workspace_id = $1 \
                 AND from_id = profile_apart.{column}), {column})"
            )
        };
        let sql = format!(
            "DELETE FROM profile_apart WHERE workspace_id = $1 AND {} = {}",
            name("profile_id"),
            name("other_id")
        );
        tx.execute(&sql, &[workspace.into()]).await?;
    }
    Ok(())
}

async fn write_erasures(tx: &mut Tx, plan: &Plan<'_, '_>, now: Timestamp) -> Result<(), DbError> {
    for (workspace, id) in &plan.erased {
        let args = [Val::from(*workspace), Val::from(*id)];
        crate::erase::keep_identifiers(tx, *workspace, ProfileId::new(*id)).await?;
        erase_devices(tx, plan, (*workspace, *id)).await?;
        tx.execute("DELETE FROM profile_identifier WHERE workspace_id = $1 AND profile_id = $2", &args).await?;
        tx.execute(
            "DELETE FROM profile_conflict WHERE workspace_id = $1 AND (profile_id = $2 OR owner_id = $2)",
            &args,
        )
        .await?;
        for column in ["profile_id", "other_id"] {
            let sql = format!(
                "DELETE FROM profile_apart WHERE workspace_id = $1 AND ({column} = $2 OR {column} IN \
                 (SELECT from_id FROM profile_merge WHERE workspace_id = $1 AND canonical_id = $2))"
            );
            tx.execute(&sql, &args).await?;
        }
        let tombstones = "INSERT INTO profile_erased (workspace_id, id, canonical_id, at_ms, finished) \
                          SELECT workspace_id, from_id, canonical_id, CAST($3 AS BIGINT), FALSE FROM profile_merge \
                          WHERE workspace_id = $1 AND canonical_id = $2 ON CONFLICT (workspace_id, id) DO NOTHING";
        let with_time = [args[0].clone(), args[1].clone(), now.into()];
        tx.execute(tombstones, &with_time).await?;
        let own = "INSERT INTO profile_erased (workspace_id, id, canonical_id, at_ms, finished) \
                   VALUES ($1, $2, $2, $3, FALSE) \
                   ON CONFLICT (workspace_id, id) DO NOTHING";
        tx.execute(own, &with_time).await?;
        tx.execute("DELETE FROM profile_merge WHERE workspace_id = $1 AND canonical_id = $2", &args).await?;
    }
    Ok(())
}

/// Forgets on which devices somebody signed in, and the devices that were theirs.
async fn erase_devices(tx: &mut Tx, plan: &Plan<'_, '_>, who: Who) -> Result<(), DbError> {
    let (workspace, id) = (Val::from(who.0), Val::from(who.1));
    let sql = "DELETE FROM profile_shared_device WHERE workspace_id = $1 AND EXISTS (SELECT 1 FROM profile_identifier \
               WHERE profile_identifier.workspace_id = $1 AND profile_identifier.profile_id = $2 \
               AND profile_identifier.kind = profile_shared_device.kind \
               AND profile_identifier.value = profile_shared_device.value)";
    tx.execute(sql, &[workspace.clone(), id]).await?;
    let hashes = plan.holdings.get(&who).map_or(&[][..], |held| &held.hashes);
    let hashes: Vec<Val> = hashes.iter().map(|hash| Val::from(hex(*hash))).collect();
    for chunk in db::pieces(&hashes, tx.chunk() * VALUES_PER_ROW) {
        let args: Vec<Val> = std::iter::once(&workspace).chain(chunk).cloned().collect();
        for column in ["device", "user_hash"] {
            let list = db::in_list(2, chunk.len());
            let sql = format!("DELETE FROM profile_device_user WHERE workspace_id = $1 AND {column} IN {list}");
            tx.execute(&sql, &args).await?;
        }
    }
    Ok(())
}

/// Who signed in on what, and the devices that turned out to be shared: these are nobody's any more.
async fn write_devices(
    tx: &mut Tx,
    plan: &Plan<'_, '_>,
    slots: &[super::declare::Slot<'_>],
    events: &[Arc<Event>],
) -> Result<(), DbError> {
    let rows: Vec<Vec<Val>> = plan
        .devices
        .heard
        .iter()
        .map(|((device, user), day)| {
            let device = &slots[*device as usize];
            vec![device.workspace.into(), hex(device.hash).into(), hex(*user).into(), i64::from(*day).into()]
        })
        .collect();
    let head = "INSERT INTO profile_device_user (workspace_id, device, user_hash, day)";
    let tail = "ON CONFLICT (workspace_id, device, user_hash) DO UPDATE SET \
                day = CASE WHEN excluded.day > profile_device_user.day THEN excluded.day \
                    ELSE profile_device_user.day END";
    tx.insert_many(head, tail, &rows).await?;
    let mut rows = Vec::new();
    for (number, turned) in &plan.devices.turned {
        let slot = &slots[*number as usize];
        let key: [Val; 3] = [slot.workspace.into(), slot.kind.name().into(), (&*slot.value).into()];
        for table in ["profile_identifier", "profile_conflict"] {
            let sql = format!("DELETE FROM {table} WHERE workspace_id = $1 AND kind = $2 AND value = $3");
            tx.execute(&sql, &key).await?;
        }
        let since = events[turned.event].received_at;
        let why = [turned.users as i64, i64::from(turned.rule.users), i64::from(turned.rule.days)].map(Val::from);
        rows.push(key.into_iter().chain([since.into()]).chain(why).chain([false.into()]).collect::<Vec<Val>>());
    }
    let head = "INSERT INTO profile_shared_device (workspace_id, kind, value, since_ms, users, users_limit, days, \
                released)";
    let tail = "ON CONFLICT (workspace_id, kind, value) DO NOTHING";
    tx.insert_many(head, tail, &rows).await.map(|_| ())
}

async fn write_identifiers(
    tx: &mut Tx,
    plan: &Plan<'_, '_>,
    slots: &[super::declare::Slot<'_>],
    events: &[Arc<Event>],
) -> Result<(), DbError> {
    let mut rows = Vec::new();
    let mut custom_kinds: Vec<Vec<Val>> = Vec::new();
    for (number, slot) in slots.iter().enumerate() {
        let Some(seen) = plan.sightings[number].filter(|seen| seen.dirty) else { continue };
        let Some(owner) = plan.owner(number as u32) else { continue };
        if let Kind::Custom(kind) = slot.kind {
            custom_kinds.push(vec![slot.workspace.into(), kind.into()]);
        }
        let event = &events[seen.event];
        let source = event.source.map_or_else(|| event.channel.name().to_owned(), |source| source.to_string());
        rows.push(vec![
            slot.workspace.into(),
            slot.kind.name().into(),
            (&*slot.value).into(),
            owner.into(),
            seen.first_ms.into(),
            seen.last_ms.into(),
            source.into(),
            plan.home(number as u32).unwrap_or(owner).into(),
        ]);
    }
    let head = "INSERT INTO profile_identifier \
                (workspace_id, kind, value, profile_id, first_seen_ms, last_seen_ms, source, home_id)";
    let tail = "ON CONFLICT (workspace_id, kind, value) DO UPDATE SET profile_id = excluded.profile_id, \
                first_seen_ms = CASE WHEN excluded.first_seen_ms < profile_identifier.first_seen_ms \
                    THEN excluded.first_seen_ms ELSE profile_identifier.first_seen_ms END, \
                last_seen_ms = CASE WHEN excluded.last_seen_ms > profile_identifier.last_seen_ms \
                    THEN excluded.last_seen_ms ELSE profile_identifier.last_seen_ms END";
    tx.insert_many(head, tail, &rows).await?;
    custom_kinds.sort_by(|one, other| format!("{one:?}").cmp(&format!("{other:?}")));
    custom_kinds.dedup();
    let head = "INSERT INTO profile_identifier_kind (workspace_id, kind)";
    tx.insert_many(head, "ON CONFLICT (workspace_id, kind) DO NOTHING", &custom_kinds).await.map(|_| ())
}

async fn write_conflicts(
    tx: &mut Tx,
    plan: &Plan<'_, '_>,
    slots: &[super::declare::Slot<'_>],
    events: &[Arc<Event>],
) -> Result<(), DbError> {
    let mut rows: BTreeMap<(u32, u32), Vec<Val>> = BTreeMap::new();
    for ((number, claimant), conflict) in &plan.conflicts {
        let slot = &slots[*number as usize];
        let profile = plan.canonical((slot.workspace, *claimant));
        let owner = plan.canonical((slot.workspace, conflict.owner));
        let gone = |id: u32| plan.erased.contains(&(slot.workspace, id));
        if gone(profile) || gone(owner) || profile == owner {
            continue;
        }
        let row = vec![
            slot.workspace.into(),
            slot.kind.name().into(),
            (&*slot.value).into(),
            profile.into(),
            owner.into(),
            conflict.refusal.code().into(),
            conflict.occurrences.into(),
            conflict.first_ms.into(),
            conflict.last_ms.into(),
            events[conflict.event].id.to_string().into(),
        ];
        rows.entry((*number, profile)).or_insert(row);
    }
    let rows: Vec<Vec<Val>> = rows.into_values().collect();
    let head = "INSERT INTO profile_conflict (workspace_id, kind, value, profile_id, owner_id, reason, occurrences, \
                first_at_ms, last_at_ms, last_event)";
    let tail = "ON CONFLICT (workspace_id, kind, value, profile_id) DO UPDATE SET owner_id = excluded.owner_id, \
                reason = excluded.reason, occurrences = profile_conflict.occurrences + excluded.occurrences, \
                last_at_ms = CASE WHEN excluded.last_at_ms > profile_conflict.last_at_ms \
                    THEN excluded.last_at_ms ELSE profile_conflict.last_at_ms END, \
                last_event = excluded.last_event";
    tx.insert_many(head, tail, &rows).await.map(|_| ())
}
