//! Erasure of a person: one register that every room with data about profiles is in.
//!
//! Erasing goes through the log: `Profiles::erase` appends a "Profile Erased" event; when the pipeline reaches it,
//! [`crate::ProfileView`] deletes the profile and calls every [`Eraser`] in the same transaction. So erasure keeps its
//! place among the events: what was accepted before it is gone, what the person does afterwards makes a new profile.
//!
//! What lies in files goes afterwards, from a durable list, so that a crash in between only delays it:
//! [`finish_erasures`] waits until nothing of the past is under way, has the rooms look once more (a message that was
//! just being handed over), has the history and files forget the person, and has the store overwrite what deleted
//! rows left behind. Only then the erasure is done: no byte of the data folder holds the person.
//!
//! Anonymising is an erasure of which the history keeps what happened, cut down to what says nothing of anybody, as
//! events of nobody ([`FileEraser::anonymise`]): nothing leads from them to the person, or from one to the other.

use crate::ProfileError;
use async_trait::async_trait;
use base::{ProfileId, Timestamp, WorkspaceId};
use db::{Db, DbError, Tx, Val};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// People one round of [`finish_erasures`] takes.
const ERASURES_PER_ROUND_MAX: i64 = 500;
/// Digits at the end of a phone number that tell it, however its beginning is written.
const PHONE_DIGITS: usize = 8;

/// Who is erased, for rooms that know profiles and for those that hold texts only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// The canonical id and every id merged into it.
    pub profiles: Vec<ProfileId>,
    pub identifiers: Vec<PersonIdentifier>,
}

/// An identifier, or an address messages went to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonIdentifier {
    /// As in `identifiers::KINDS`, or a custom one.
    pub kind: String,
    pub value: String,
}

impl Person {
    /// True when `text` holds one of the identifiers, in whatever case; of a phone number, its last digits.
    pub fn is_named_in(&self, text: &str) -> bool {
        let lower = text.to_lowercase();
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        self.identifiers.iter().any(|identifier| match identifier.kind.as_str() {
            "phone" => {
                let number: String = identifier.value.chars().filter(char::is_ascii_digit).collect();
                digits.contains(&number[number.len().saturating_sub(PHONE_DIGITS)..])
            }
            _ => lower.contains(&identifier.value.to_lowercase()),
        })
    }
}

/// A room that keeps something about profiles.
#[async_trait]
pub trait Eraser: Send + Sync + 'static {
    /// The room's name, for the receipt.
    fn name(&self) -> &'static str;
    /// Deletes all that the room holds about `person`. Answers the rows deleted. Deleting what is gone already is no
    /// error: it is called when the log says so, and once more when nothing of the past is under way.
    async fn erase(&self, tx: &mut Tx, workspace: WorkspaceId, person: &Person) -> Result<u64, DbError>;
}

/// What lies outside of SQL, or behind it. Every step is called again after a failure or a crash; an error says what
/// hindered it.
#[async_trait]
pub trait FileEraser: Send + Sync + 'static {
    /// Returns when nothing that was accepted or begun before the call is under way or in the log's files.
    async fn settle(&self) -> Result<(), String>;
    /// Makes what `profiles` did events of nobody; [`Self::erase`] is called afterwards.
    async fn anonymise(&self, workspace: WorkspaceId, profiles: &[ProfileId]) -> Result<(), String>;
    /// Forgets `profiles` for good.
    async fn erase(&self, workspace: WorkspaceId, profiles: &[ProfileId]) -> Result<(), String>;
    /// Overwrites what deleted rows left behind in the store's own files. False: not now, because it costs much and
    /// was done not long ago.
    async fn scrub(&self) -> Result<bool, String>;
}

/// How far an erasure is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureProgress {
    pub profile: ProfileId,
    /// All ids that go, `profile` included.
    pub ids: Vec<ProfileId>,
    /// When the log reached it: from here on the person is nowhere to be seen.
    pub erased_at: Timestamp,
    /// When no byte was left on the disk; None while it is still at work.
    pub finished_at: Option<Timestamp>,
    /// The history keeps what happened, as events of nobody.
    pub anonymised: bool,
}

/// Brings the erasures begun by [`crate::ProfileView`] to their end; to be called every few seconds, and at start.
/// Answers the ids done. What cannot be finished now is left for the next call.
pub async fn finish_erasures(
    db: &Db,
    erasers: &[Arc<dyn Eraser>],
    files: &dyn FileEraser,
    now: Timestamp,
) -> Result<usize, ProfileError> {
    sweep(db, erasers, files).await?;
    let swept = people(db, "NOT finished AND NOT EXISTS", ERASURES_PER_ROUND_MAX).await?;
    if swept.is_empty() {
        return Ok(0);
    }
    match files.scrub().await {
        Ok(true) => {}
        Ok(false) => return Ok(0),
        Err(error) => {
            late("scrub", error);
            return Ok(0);
        }
    }
    let mut done = 0;
    for (workspace, people) in swept {
        for (canonical, ids) in people {
            let sql = "UPDATE profile_erased SET finished = TRUE, finished_ms = $3 \
                       WHERE workspace_id = $1 AND canonical_id = $2";
            db.execute(sql, &[workspace.into(), canonical.into(), now.into()]).await?;
            crate::asked::finished(db, workspace, canonical).await?;
            done += ids.len();
        }
    }
    Ok(done)
}

fn late(step: &'static str, error: String) {
    tracing::warn!(step, error, "an erasure cannot be finished now; it is tried again");
}

/// The rooms once more, and the files, for everybody whose identifiers are still kept; then the identifiers go.
async fn sweep(db: &Db, erasers: &[Arc<dyn Eraser>], files: &dyn FileEraser) -> Result<(), ProfileError> {
    let open = people(db, "NOT finished AND EXISTS", ERASURES_PER_ROUND_MAX).await?;
    if open.is_empty() {
        return Ok(());
    }
    if let Err(error) = files.settle().await {
        late("settle", error);
        return Ok(());
    }
    // Events that still lie under another id than their owner's would not be found.
    if crate::sorting::is_anything_unsorted(db).await? {
        late("splits", "the history has not followed a split yet".into());
        return Ok(());
    }
    for (workspace, people) in open {
        for (canonical, ids) in &people {
            erase_again(db, erasers, workspace, *canonical, ids).await?;
        }
        let ids: Vec<ProfileId> = people.values().flatten().copied().collect();
        let counted = anonymised(db, workspace, people.keys()).await?;
        let counted: Vec<ProfileId> = counted.iter().filter_map(|id| people.get(id)).flatten().copied().collect();
        let turned = if counted.is_empty() { Ok(()) } else { files.anonymise(workspace, &counted).await };
        let forgotten = match turned {
            Ok(()) => files.erase(workspace, &ids).await,
            Err(error) => Err(error),
        };
        if let Err(error) = forgotten {
            late("files", error);
            continue;
        }
        for canonical in people.keys() {
            let sql = "DELETE FROM profile_erasing WHERE workspace_id = $1 AND id = $2";
            db.execute(sql, &[workspace.into(), (*canonical).into()]).await?;
        }
    }
    Ok(())
}

/// Per workspace: canonical ids, each with all ids of the person.
type People = BTreeMap<WorkspaceId, BTreeMap<ProfileId, Vec<ProfileId>>>;

/// Erased people of whom `condition` holds; it ends in [NOT] EXISTS, which asks for their kept identifiers.
async fn people(db: &Db, condition: &str, limit: i64) -> Result<People, DbError> {
    let sql = format!(
        "WITH person AS (SELECT DISTINCT workspace_id, canonical_id FROM profile_erased erased WHERE {condition} \
         (SELECT 1 FROM profile_erasing kept \
          WHERE kept.workspace_id = erased.workspace_id AND kept.id = erased.canonical_id) \
         ORDER BY workspace_id, canonical_id LIMIT $1) \
         SELECT one.workspace_id, one.canonical_id, one.id FROM profile_erased one JOIN person \
         ON one.workspace_id = person.workspace_id AND one.canonical_id = person.canonical_id \
         ORDER BY one.workspace_id, one.canonical_id, one.id"
    );
    let mut found = People::new();
    for row in db.query(&sql, &[limit.into()]).await? {
        let people = found.entry(WorkspaceId::from_sql(row.i64("workspace_id")?)).or_default();
        let canonical = ProfileId::from_sql(row.i64("canonical_id")?);
        people.entry(canonical).or_default().push(ProfileId::from_sql(row.i64("id")?));
    }
    Ok(found)
}

/// Those of the people of whom the history keeps what happened.
async fn anonymised(
    db: &Db,
    workspace: WorkspaceId,
    people: impl Iterator<Item = &ProfileId>,
) -> Result<Vec<ProfileId>, DbError> {
    let mut found = Vec::new();
    for id in people {
        let sql = "SELECT 1 AS one FROM profile_erased WHERE workspace_id = $1 AND id = $2 AND anonymised";
        if db.query_one(sql, &[workspace.into(), (*id).into()]).await?.is_some() {
            found.push(*id);
        }
    }
    Ok(found)
}

/// Notes that the history keeps what the person did; in the transaction that erases them.
pub(crate) async fn keep_counts(tx: &mut Tx, workspace: WorkspaceId, canonical: ProfileId) -> Result<(), DbError> {
    let sql = "UPDATE profile_erased SET anonymised = TRUE WHERE workspace_id = $1 AND canonical_id = $2";
    tx.execute(sql, &[workspace.into(), canonical.into()]).await.map(|_| ())
}

async fn erase_again(
    db: &Db,
    erasers: &[Arc<dyn Eraser>],
    workspace: WorkspaceId,
    canonical: ProfileId,
    ids: &[ProfileId],
) -> Result<(), DbError> {
    let mut tx = db.begin().await?;
    let identifiers = identifiers(&mut tx, workspace, canonical).await?;
    let person = Person { profiles: ids.to_vec(), identifiers };
    for eraser in erasers {
        eraser.erase(&mut tx, workspace, &person).await?;
    }
    tx.commit().await
}

/// What was kept of an erased person's identifiers until the erasure is finished.
pub(crate) async fn identifiers(
    tx: &mut Tx,
    workspace: WorkspaceId,
    canonical: ProfileId,
) -> Result<Vec<PersonIdentifier>, DbError> {
    let sql = "SELECT identifiers FROM profile_erasing WHERE workspace_id = $1 AND id = $2";
    let Some(row) = tx.query_one(sql, &[workspace.into(), canonical.into()]).await? else { return Ok(Vec::new()) };
    serde_json::from_str(&row.text("identifiers")?)
        .map_err(|error| DbError::Decode { column: "identifiers".into(), detail: error.to_string() })
}

/// Notes what identifies the person, before their rows go.
pub(crate) async fn keep_identifiers(tx: &mut Tx, workspace: WorkspaceId, id: ProfileId) -> Result<(), DbError> {
    let args = [Val::from(workspace), Val::from(id)];
    let mut known = Vec::new();
    let sql = "SELECT kind, value FROM profile_identifier WHERE workspace_id = $1 AND profile_id = $2";
    for row in tx.query(sql, &args).await? {
        known.push(PersonIdentifier { kind: row.text("kind")?, value: row.text("value")? });
    }
    let sql = "SELECT traits FROM profile WHERE workspace_id = $1 AND (id = $2 OR id IN \
               (SELECT from_id FROM profile_merge WHERE workspace_id = $1 AND canonical_id = $2))";
    for row in tx.query(sql, &args).await? {
        // A document that cannot be read is deleted all the same.
        let Ok(traits) = crate::document::Document::parse(&row.text("traits")?) else { continue };
        for (kind, value) in [("email", traits.email()), ("phone", traits.phone())] {
            known.extend(value.map(|value| PersonIdentifier { kind: kind.into(), value: value.into() }));
        }
    }
    let text = serde_json::to_string(&known).unwrap_or_default();
    let sql = "INSERT INTO profile_erasing (workspace_id, id, identifiers) VALUES ($1, $2, $3) \
               ON CONFLICT (workspace_id, id) DO UPDATE SET identifiers = excluded.identifiers";
    tx.execute(sql, &[args[0].clone(), args[1].clone(), text.into()]).await.map(|_| ())
}

/// How far the erasure of `id` (or of whom it was merged into) is; None when nobody asked for one.
pub(crate) async fn progress(
    db: &Db,
    workspace: WorkspaceId,
    id: ProfileId,
) -> Result<Option<ErasureProgress>, DbError> {
    let sql = "SELECT id, canonical_id, at_ms, finished, finished_ms, anonymised FROM profile_erased \
               WHERE workspace_id = $1 AND canonical_id = \
               (SELECT canonical_id FROM profile_erased WHERE workspace_id = $1 AND id = $2) ORDER BY id";
    let rows = db.query(sql, &[workspace.into(), id.into()]).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let finished = rows.iter().map(|row| row.bool("finished")).collect::<Result<Vec<bool>, DbError>>()?;
    let erased_at = first.time("at_ms")?;
    let last = first.opt_time("finished_ms")?.unwrap_or(erased_at);
    Ok(Some(ErasureProgress {
        profile: ProfileId::from_sql(first.i64("canonical_id")?),
        ids: rows.iter().map(|row| row.i64("id").map(ProfileId::from_sql)).collect::<Result<_, _>>()?,
        erased_at,
        finished_at: finished.iter().all(|finished| *finished).then_some(last),
        anonymised: first.bool("anonymised")?,
    }))
}
