//! Asking for an erasure, once: of two people who ask at the same moment one is told that it is under way.
//!
//! The request is noted before the log has it. Whoever asks meanwhile appends the same event once more: the log drops it
//! when it is there, and has it when the first was stopped in between. So what was answered as under way is.

use crate::{ErasureReceipt, ProfileError, Profiles, store};
use base::{ProfileId, Timestamp, WorkspaceId};
use db::{Db, DbError, Tx, Val, in_list};
use events::{Channel, SystemEvent, names};

/// A request for an erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ErasureAsked {
    pub profile: ProfileId,
    /// The history keeps what happened, as events of nobody.
    pub keeps_counts: bool,
    pub at: Timestamp,
}

/// What became of a request.
enum Noted {
    Ours,
    /// Somebody else's stands.
    Theirs(ErasureAsked),
    /// The log has reached an erasure meanwhile.
    Erased,
}

impl ErasureAsked {
    fn message_id(&self) -> String {
        let what = if self.keeps_counts { "anonymised" } else { "erased" };
        format!("{what}:{}", self.profile)
    }

    fn event(&self, workspace: WorkspaceId) -> SystemEvent {
        let (id, profile) = (self.message_id(), self.profile);
        let event = SystemEvent::new(workspace, names::PROFILE_ERASED, &id, profile, self.at, Channel::System);
        if self.keeps_counts { event.with(crate::view::KEEPS_COUNTS, true) } else { event }
    }
}

impl Profiles {
    /// Asks for the customer and all ids merged into it to be erased everywhere; see [`crate::Eraser`]. Refused while
    /// that is under way already.
    pub async fn erase(&self, workspace: WorkspaceId, id: ProfileId) -> Result<ErasureReceipt, ProfileError> {
        self.ask_erasure(workspace, id, false).await
    }

    /// As [`Self::erase`], but the history keeps what happened, cut down and as events of nobody; see
    /// [`crate::FileEraser::anonymise`].
    pub async fn anonymise(&self, workspace: WorkspaceId, id: ProfileId) -> Result<ErasureReceipt, ProfileError> {
        self.ask_erasure(workspace, id, true).await
    }

    async fn ask_erasure(
        &self,
        workspace: WorkspaceId,
        id: ProfileId,
        keeps_counts: bool,
    ) -> Result<ErasureReceipt, ProfileError> {
        let found = store::resolved(self.db(), workspace, &[id]).await?.pop().flatten();
        let profile = found.ok_or(ProfileError::NotFound(id))?.id;
        let ids = self.aliases(workspace, profile).await?;
        let asked = ErasureAsked { profile, keeps_counts, at: self.now() };
        match note(self.db(), workspace, &ids, asked).await? {
            Noted::Ours => {}
            Noted::Theirs(first) => {
                self.inbox().append_system(&[first.event(workspace)], asked.at).await?;
                return Err(ProfileError::ErasureUnderWay { profile, anonymises: first.keeps_counts, since: first.at });
            }
            Noted::Erased => return Err(ProfileError::NotFound(id)),
        }
        if let Err(error) = self.inbox().append_system(&[asked.event(workspace)], asked.at).await {
            // Nothing was promised: the next one may ask.
            forget(self.db(), workspace, &asked).await?;
            return Err(error.into());
        }
        Ok(ErasureReceipt { profile, ids, requested_at: asked.at, message_id: asked.message_id() })
    }
}

/// Notes the request for all ids of the person, or says what stands in its way.
async fn note(db: &Db, workspace: WorkspaceId, ids: &[ProfileId], asked: ErasureAsked) -> Result<Noted, DbError> {
    let mut ids = ids.to_vec();
    // Two requests take the rows in the same order.
    ids.sort_unstable();
    ids.dedup();
    let mut tx = db.begin().await?;
    forget_stale(&mut tx, workspace, &ids).await?;
    let row = |id: &ProfileId| -> Vec<Val> {
        vec![workspace.into(), (*id).into(), asked.profile.into(), asked.keeps_counts.into(), asked.at.into()]
    };
    let rows: Vec<Vec<Val>> = ids.iter().map(row).collect();
    let head = "INSERT INTO profile_erasure_asked (workspace_id, id, canonical_id, keeps_counts, asked_ms)";
    let noted = tx.insert_many(head, "ON CONFLICT (workspace_id, id) DO NOTHING", &rows).await?;
    if noted < ids.len() as u64 {
        let first = standing(&mut tx, workspace, &ids).await?;
        tx.rollback().await?;
        return Ok(first.map_or(Noted::Erased, Noted::Theirs));
    }
    let sql = "SELECT 1 AS one FROM profile_erased WHERE workspace_id = $1 AND id = $2";
    if tx.query_one(sql, &[workspace.into(), asked.profile.into()]).await?.is_some() {
        tx.rollback().await?;
        return Ok(Noted::Erased);
    }
    tx.commit().await?;
    Ok(Noted::Ours)
}

/// Requests that were followed, but not for these ids: they had been taken apart from whom it was about.
async fn forget_stale(tx: &mut Tx, workspace: WorkspaceId, ids: &[ProfileId]) -> Result<(), DbError> {
    for chunk in ids.chunks(tx.chunk()) {
        let sql = format!(
            "DELETE FROM profile_erasure_asked WHERE workspace_id = $1 AND id IN {} AND EXISTS (SELECT 1 FROM \
             profile_erased erased WHERE erased.workspace_id = profile_erasure_asked.workspace_id \
             AND erased.id = profile_erasure_asked.canonical_id)",
            in_list(2, chunk.len())
        );
        tx.execute(&sql, &args(workspace, chunk)).await?;
    }
    Ok(())
}

/// The request that stands for one of these ids.
async fn standing(tx: &mut Tx, workspace: WorkspaceId, ids: &[ProfileId]) -> Result<Option<ErasureAsked>, DbError> {
    for chunk in ids.chunks(tx.chunk()) {
        let sql = format!(
            "SELECT canonical_id, keeps_counts, asked_ms FROM profile_erasure_asked \
             WHERE workspace_id = $1 AND id IN {} ORDER BY asked_ms, canonical_id LIMIT 1",
            in_list(2, chunk.len())
        );
        if let Some(row) = tx.query_one(&sql, &args(workspace, chunk)).await? {
            let (profile, keeps_counts) = (ProfileId::from_sql(row.i64("canonical_id")?), row.bool("keeps_counts")?);
            return Ok(Some(ErasureAsked { profile, keeps_counts, at: row.time("asked_ms")? }));
        }
    }
    Ok(None)
}

fn args(workspace: WorkspaceId, ids: &[ProfileId]) -> Vec<Val> {
    std::iter::once(workspace.into()).chain(ids.iter().map(|id| Val::from(*id))).collect()
}

async fn forget(db: &Db, workspace: WorkspaceId, asked: &ErasureAsked) -> Result<(), DbError> {
    let sql = "DELETE FROM profile_erasure_asked WHERE workspace_id = $1 AND canonical_id = $2";
    db.execute(sql, &[workspace.into(), asked.profile.into()]).await.map(|_| ())
}

/// Forgets the requests for a person whose erasure is finished.
pub(crate) async fn finished(db: &Db, workspace: WorkspaceId, canonical: ProfileId) -> Result<(), DbError> {
    let sql = "DELETE FROM profile_erasure_asked WHERE workspace_id = $1 AND canonical_id IN \
               (SELECT id FROM profile_erased WHERE workspace_id = $1 AND canonical_id = $2)";
    db.execute(sql, &[workspace.into(), canonical.into()]).await.map(|_| ())
}
