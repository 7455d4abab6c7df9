//! Erasing people: their rows leave the tail and the table, and the bytes leave the disk, before the call returns.
//!
//! Earlier versions of the table cannot be read afterwards (no time travel): that is the point. The Delta log holds
//! numbers only, so it need not be rewritten. What the inbox still holds is dropped with its segments.

use crate::LakeError;
use crate::file::DataFile;
use crate::query::Tuning;
use crate::schema::PROFILE_ID;
use crate::table::{Change, Inner, Lake};
use base::{ProfileId, WorkspaceId};
use deltalake::datafusion::prelude::{Expr, col, lit};
use deltalake::protocol::DeltaOperation;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Erased {
    pub rows: u64,
    /// Files that were rewritten or removed.
    pub files: u64,
}

impl Lake {
    /// Removes every event of these profiles; pass merged ids too. Returns when no file of the lake holds them.
    /// Waits for queries that are running, because they may read the files that go.
    pub async fn erase(&self, workspace: WorkspaceId, profiles: &[ProfileId]) -> Result<Erased, LakeError> {
        let profiles: BTreeSet<ProfileId> = profiles.iter().copied().collect();
        let inner = &self.inner;
        let mut retired = inner.maintenance.lock().await;
        // Held until the end: a flush in between would write rows that were still in the tail.
        let mut table = inner.table.lock().await;
        if table.is_none() {
            inner.reload(&mut table).await?;
        }
        let rows_of_tail = inner.state.write().tail.erase(workspace, &profiles);
        let mut erased = Erased { rows: rows_of_tail, files: 0 };
        let (mut removed, mut added) = (Vec::new(), Vec::new());
        // The list is taken out of its lock: rewriting a file takes long, and readers must not wait for it.
        let files = inner.state.read().files_of(workspace);
        for file in files {
            if !file.may_hold(&profiles) {
                continue;
            }
            if let Some((rows, kept)) = inner.without(&file, &profiles).await? {
                erased.rows += rows;
                erased.files += 1;
                removed.push(file);
                added.extend(kept);
            }
        }
        if !removed.is_empty() {
            let operation = DeltaOperation::Delete { predicate: None };
            let old: Vec<DataFile> = removed.iter().map(|file| DataFile::clone(file)).collect();
            let change = Change { operation, removed, added, data_change: true, reached: None };
            inner.commit(&mut table, change).await?;
            retired.extend(old);
        }
        // Also what compaction left behind: those files may hold the same rows.
        let _nobody_reads = inner.readers.write().await;
        inner.delete(&mut retired)?;
        inner.room.notify_waiters();
        Ok(erased)
    }
}

impl Inner {
    /// The file without the profiles: (rows taken out, the new file if any rows are left); None when it holds none.
    async fn without(
        &self,
        file: &Arc<DataFile>,
        profiles: &BTreeSet<ProfileId>,
    ) -> Result<Option<(u64, Option<DataFile>)>, LakeError> {
        let one = std::slice::from_ref(file);
        let ids: Vec<Expr> = profiles.iter().map(|profile| lit(profile.sql())).collect();
        let hit =
            self.files(&self.session(Tuning::Point), one).await?.filter(col(PROFILE_ID).in_list(ids.clone(), false))?;
        let rows = hit.count().await? as u64;
        if rows == 0 {
            return Ok(None);
        }
        let rest =
            self.files(&self.session(Tuning::Merge(1)), one).await?.filter(col(PROFILE_ID).in_list(ids, true))?;
        let mut kept = self.write(rest, file.workspace, false).await?;
        Ok(Some((rows, kept.pop())))
    }
}
