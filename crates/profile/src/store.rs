//! The SQL of the service: reading profiles.

use crate::activity::PROFILES;
use crate::document::Document;
use crate::error::ProfileError;
use crate::model::{ConflictSeen, IdentifierSeen, MergeSeen, ProfileCounts, ProfileRow, ProfileSummary, TraitSeen};
use base::{JsonMap, ProfileId, Timestamp, WorkspaceId};
use db::{Db, DbError, Row, Val};
use events::Channel;
use std::collections::HashMap;

pub(crate) const COLUMNS: &str = "profile.id AS id, created_ms, first_seen_ms, last_seen_ms, events, channels, traits";

/// A row of the profile table with its traits parsed.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub id: ProfileId,
    pub created_at: Timestamp,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    pub events: u64,
    pub channels: i64,
    pub traits: Document,
}

impl Found {
    pub fn read(row: &Row) -> Result<Self, ProfileError> {
        let id = ProfileId::from_sql(row.i64("id")?);
        Ok(Self {
            id,
            created_at: row.time("created_ms")?,
            first_seen: row.time("first_seen_ms")?,
            last_seen: row.time("last_seen_ms")?,
            events: row.i64("events")?.max(0) as u64,
            channels: row.i64("channels")?,
            traits: Document::parse(&row.text("traits")?)
                .map_err(|error| ProfileError::Broken(id, error.to_string()))?,
        })
    }

    pub fn label(&self) -> String {
        let traits = &self.traits;
        traits
            .full_name()
            .or_else(|| traits.email().or_else(|| traits.phone()).map(str::to_owned))
            .unwrap_or_else(|| format!("Visitor {}", self.id.number()))
    }

    pub fn summary(&self) -> ProfileSummary {
        let text = |value: Option<&str>| value.map(str::to_owned);
        ProfileSummary {
            id: self.id,
            label: self.label(),
            name: self.traits.full_name(),
            email: text(self.traits.email()),
            phone: text(self.traits.phone()),
            city: text(self.traits.city()),
            country: text(self.traits.country()),
            created_at: self.created_at,
            first_seen: self.first_seen,
            last_seen: self.last_seen,
            events: self.events,
            channels: channels(self.channels),
        }
    }

    pub fn traits_seen(&self) -> Vec<TraitSeen> {
        self.traits.iter().map(TraitSeen::from).collect()
    }

    pub fn trait_map(&self) -> JsonMap {
        self.traits.iter().map(|item| (item.name.to_owned(), item.value.clone())).collect()
    }

    pub fn into_row(self) -> ProfileRow {
        ProfileRow {
            id: self.id,
            created_at: self.created_at,
            first_seen: self.first_seen,
            last_seen: self.last_seen,
            events: self.events,
            channels: channels(self.channels),
            traits: self.trait_map(),
        }
    }
}

fn channels(mask: i64) -> Vec<Channel> {
    Channel::ALL.into_iter().filter(|channel| mask & crate::view::channel_bit(*channel) != 0).collect()
}

/// `select` ends in `IN`; `fixed` are its first parameters.
async fn query_in(db: &Db, select: &str, fixed: &[Val], ids: &[ProfileId]) -> Result<Vec<Row>, ProfileError> {
    let mut rows = Vec::new();
    for chunk in ids.chunks(db.chunk() * 4) {
        let sql = format!("{select} {}", db::in_list(fixed.len() + 1, chunk.len()));
        let ids = chunk.iter().map(|id| Val::from(*id));
        let args: Vec<Val> = fixed.iter().cloned().chain(ids).collect();
        rows.extend(db.query(&sql, &args).await?);
    }
    Ok(rows)
}

/// Up to so many ids for each one asked for are read as one stretch: faster than to look each up.
const STRETCH: i64 = 4;

/// What each id is today; an id that was never merged stands for itself.
pub(crate) async fn canonical(
    db: &Db,
    workspace: WorkspaceId,
    ids: &[ProfileId],
) -> Result<HashMap<ProfileId, ProfileId>, ProfileError> {
    let mut map: HashMap<ProfileId, ProfileId> = ids.iter().map(|id| (*id, *id)).collect();
    let select = "SELECT from_id, canonical_id FROM profile_merge WHERE workspace_id = $1 AND from_id";
    let stretch = ids.iter().min().zip(ids.iter().max()).map(|(first, last)| (first.sql(), last.sql()));
    let rows = match stretch {
        Some((first, last)) if 1 < ids.len() && last - first < STRETCH * ids.len() as i64 => {
            let args = [workspace.into(), first.into(), last.into()];
            db.query(&format!("{select} BETWEEN $2 AND $3"), &args).await?
        }
        _ => query_in(db, &format!("{select} IN"), &[workspace.into()], ids).await?,
    };
    for row in rows {
        if let Some(canonical) = map.get_mut(&ProfileId::from_sql(row.i64("from_id")?)) {
            *canonical = ProfileId::from_sql(row.i64("canonical_id")?);
        }
    }
    Ok(map)
}

/// Rows by canonical id; ids that are not there are left out.
pub(crate) async fn rows(
    db: &Db,
    workspace: WorkspaceId,
    ids: &[ProfileId],
) -> Result<HashMap<ProfileId, Found>, ProfileError> {
    let select = format!("SELECT {COLUMNS} FROM {PROFILES} WHERE profile.workspace_id = $1 AND id IN");
    let mut found = HashMap::new();
    for row in query_in(db, &select, &[workspace.into()], ids).await? {
        let row = Found::read(&row)?;
        found.insert(row.id, row);
    }
    Ok(found)
}

/// Rows for ids that may have been merged, in the order asked; None where there is no such profile.
pub(crate) async fn resolved(
    db: &Db,
    workspace: WorkspaceId,
    ids: &[ProfileId],
) -> Result<Vec<Option<Found>>, ProfileError> {
    let mut found = rows(db, workspace, ids).await?;
    let missing: Vec<ProfileId> = ids.iter().filter(|id| !found.contains_key(id)).copied().collect();
    let mut names = HashMap::new();
    if !missing.is_empty() {
        names = canonical(db, workspace, &missing).await?;
        let targets: Vec<ProfileId> = names.values().copied().collect();
        found.extend(rows(db, workspace, &targets).await?);
    }
    Ok(ids.iter().map(|id| found.get(names.get(id).unwrap_or(id)).cloned()).collect())
}

/// Merges into a canonical id ($2), oldest profile first.
pub(crate) const MERGES_INTO: &str = "SELECT from_id, into_id, at_ms, reason, event FROM profile_merge \
     WHERE workspace_id = $1 AND canonical_id = $2 ORDER BY from_id";
/// Identifiers of a canonical id ($2).
pub(crate) const IDENTIFIERS_OF: &str = "SELECT kind, value, first_seen_ms, last_seen_ms, source, \
     COALESCE(home_id, profile_id) AS home FROM profile_identifier \
     WHERE workspace_id = $1 AND profile_id = $2 ORDER BY first_seen_ms, kind, value";

pub(crate) fn merge_seen(row: &Row) -> Result<MergeSeen, DbError> {
    Ok(MergeSeen {
        from: ProfileId::from_sql(row.i64("from_id")?),
        into: ProfileId::from_sql(row.i64("into_id")?),
        at: row.time("at_ms")?,
        reason: row.text("reason")?,
        event: row.text("event")?,
    })
}

pub(crate) fn identifier_seen(row: &Row) -> Result<IdentifierSeen, DbError> {
    Ok(IdentifierSeen {
        kind: row.text("kind")?,
        value: row.text("value")?,
        first_seen: row.time("first_seen_ms")?,
        last_seen: row.time("last_seen_ms")?,
        source: row.opt_text("source")?,
        home: ProfileId::from_sql(row.i64("home")?),
    })
}

pub(crate) async fn merged_from(
    db: &Db,
    workspace: WorkspaceId,
    id: ProfileId,
) -> Result<Vec<MergeSeen>, ProfileError> {
    let rows = db.query(MERGES_INTO, &[workspace.into(), id.into()]).await?;
    Ok(rows.iter().map(merge_seen).collect::<Result<_, _>>()?)
}

pub(crate) async fn identifiers(
    db: &Db,
    workspace: WorkspaceId,
    id: ProfileId,
) -> Result<Vec<IdentifierSeen>, ProfileError> {
    let rows = db.query(IDENTIFIERS_OF, &[workspace.into(), id.into()]).await?;
    let mut seen = rows.iter().map(identifier_seen).collect::<Result<Vec<_>, _>>()?;
    let rank = |kind: &str| crate::identifiers::Kind::stored(kind).spec().rank;
    seen.sort_by_key(|identifier| rank(&identifier.kind));
    Ok(seen)
}

pub(crate) async fn counts(db: &Db, workspace: WorkspaceId) -> Result<ProfileCounts, ProfileError> {
    let sql = "SELECT customers, identified FROM profile_counter WHERE workspace_id = $1";
    let row = db.query_one(sql, &[workspace.into()]).await?;
    row.map_or(Ok(ProfileCounts::default()), |row| {
        Ok(ProfileCounts {
            customers: row.i64("customers")?.max(0) as u64,
            identified: row.i64("identified")?.max(0) as u64,
        })
    })
}

pub(crate) async fn conflicts(
    db: &Db,
    workspace: WorkspaceId,
    id: ProfileId,
) -> Result<Vec<ConflictSeen>, ProfileError> {
    let sql = "SELECT kind, value, profile_id, owner_id, reason, occurrences, first_at_ms, last_at_ms \
               FROM profile_conflict WHERE workspace_id = $1 AND (profile_id = $2 OR owner_id = $2) \
               ORDER BY last_at_ms DESC, kind, value";
    let rows = db.query(sql, &[workspace.into(), id.into()]).await?;
    rows.iter()
        .map(|row| {
            let owner = ProfileId::from_sql(row.i64("owner_id")?);
            Ok(ConflictSeen {
                kind: row.text("kind")?,
                value: row.text("value")?,
                profile: ProfileId::from_sql(row.i64("profile_id")?),
                owner: (owner.number() != 0).then_some(owner),
                reason: row.text("reason")?,
                occurrences: row.i64("occurrences")?.max(0) as u64,
                first_at: row.time("first_at_ms")?,
                last_at: row.time("last_at_ms")?,
            })
        })
        .collect()
}
