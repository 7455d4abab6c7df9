//! Events that turned out to be another person's: their rows get that person's id, and everything else stays.
//!
//! One commit takes the old files out and puts the new ones in, so a reader sees an event once, before and after. Doing
//! it again changes nothing.

use crate::LakeError;
use crate::file::{DataFile, numbers};
use crate::query::Tuning;
use crate::read::text;
use crate::schema::{AT_MS, EVENT_ID, PROFILE_ID, event_id_text};
use crate::table::{Change, Inner, Lake};
use base::{EventId, ProfileId, WorkspaceId};
use deltalake::arrow::array::{ArrayRef, Int64Array, RecordBatch};
use deltalake::datafusion::prelude::{Expr, col, lit};
use deltalake::protocol::DeltaOperation;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

impl Lake {
    /// Gives each event of `events` to the profile said there. `stored`: every id these events may be stored under.
    /// Events that are not stored yet must be given to the right profile by who hands them in. Answers the rows changed.
    pub async fn reassign(
        &self,
        workspace: WorkspaceId,
        stored: &[ProfileId],
        events: &HashMap<EventId, ProfileId>,
    ) -> Result<u64, LakeError> {
        let owners: HashMap<String, i64> = events.iter().map(|(id, to)| (event_id_text(*id), to.sql())).collect();
        let stored: BTreeSet<ProfileId> = stored.iter().copied().collect();
        self.flush().await?;
        let inner = &self.inner;
        let mut retired = inner.maintenance.lock().await;
        let mut table = inner.table.lock().await;
        if table.is_none() {
            inner.reload(&mut table).await?;
        }
        let (mut changed, mut removed, mut added) = (0, Vec::new(), Vec::new());
        // The list is taken out of its lock: rewriting a file takes long, and readers must not wait for it.
        let files = inner.state.read().files_of(workspace);
        for file in files.into_iter().filter(|file| file.may_hold(&stored)) {
            if let Some((rows, rewritten)) = inner.reassigned(&file, &stored, &owners).await? {
                changed += rows;
                removed.push(file);
                added.extend(rewritten);
            }
        }
        if !removed.is_empty() {
            let operation = DeltaOperation::Delete { predicate: None };
            retired.extend(removed.iter().map(|file| DataFile::clone(file)));
            let change = Change { operation, removed, added, data_change: true, reached: None };
            inner.commit(&mut table, change).await?;
        }
        Ok(changed)
    }
}

impl Inner {
    /// The file with its events given to their owners: (rows changed, the new files); None when nothing changes.
    async fn reassigned(
        &self,
        file: &Arc<DataFile>,
        stored: &BTreeSet<ProfileId>,
        owners: &HashMap<String, i64>,
    ) -> Result<Option<(u64, Vec<DataFile>)>, LakeError> {
        let one = std::slice::from_ref(file);
        let context = self.session(Tuning::Merge(1));
        let ids: Vec<Expr> = stored.iter().map(|profile| lit(profile.sql())).collect();
        let theirs = self.files(&context, one).await?.filter(col(PROFILE_ID).in_list(ids.clone(), false))?;
        let mut changed = 0;
        let mut batches = Vec::new();
        for batch in theirs.collect().await? {
            let (rows, batch) = with_owners(&batch, owners)?;
            changed += rows;
            batches.push(batch);
        }
        if changed == 0 {
            return Ok(None);
        }
        let rest = self.files(&context, one).await?.filter(col(PROFILE_ID).in_list(ids, true))?;
        let order = [PROFILE_ID, AT_MS, EVENT_ID].map(|column| col(column).sort(true, false)).to_vec();
        let rows = rest.union(context.read_batches(batches)?)?.sort(order)?;
        Ok(Some((changed, self.write(rows, file.workspace, true).await?)))
    }
}

/// The rows with the profile that owns them; answers how many changed hands.
fn with_owners(batch: &RecordBatch, owners: &HashMap<String, i64>) -> Result<(u64, RecordBatch), LakeError> {
    let (ids, before) = (text(batch, EVENT_ID)?, numbers(batch, PROFILE_ID)?);
    let owner = |index: usize| owners.get(ids.value(index)).copied().unwrap_or(before[index]);
    let after: Vec<i64> = (0..batch.num_rows()).map(owner).collect();
    let changed = before.iter().zip(&after).filter(|(before, after)| before != after).count() as u64;
    let columns: Vec<ArrayRef> = batch
        .schema()
        .fields()
        .iter()
        .zip(batch.columns())
        .map(|(field, column)| {
            if field.name() == PROFILE_ID {
                Arc::new(Int64Array::from(after.clone())) as ArrayRef
            } else {
                column.clone()
            }
        })
        .collect();
    Ok((changed, RecordBatch::try_new(batch.schema(), columns)?))
}
