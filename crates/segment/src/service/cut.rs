//! Following a cut: events left the history, and nobody is to be counted for them any more.

use super::Segments;
use crate::engine::{Behaviour, Mark, Workspace, remember, resolved};
use crate::{DataError, HistoryNow, SegmentError};
use base::WorkspaceId;
use parking_lot::RwLock;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

/// How often it is asked whether the history has followed the log, and the pause between: a minute in all.
const LOOKS_MAX: usize = 600;
const LOOK_PAUSE: Duration = Duration::from_millis(100);
/// So long the log waits for a look at the history; then it goes on, and the look is tried again.
const LOOK_TIME_MAX: Duration = Duration::from_millis(500);
/// How often it is begun anew because somebody was taken apart meanwhile.
const RENEWALS_MAX: usize = 5;

impl Segments {
    /// To be called when events with these names were cut out of the history: what profiles did is read anew, as at a
    /// start, while batches go on; then every membership that is not right any more is corrected, with its event.
    /// Answers how many profiles entered or left; when that is not 0, call `Pipeline::wake`. Called again it does what
    /// is left: no event is emitted twice.
    ///
    /// Costs a scan of the history, and for its time the memory of these events a second time.
    pub async fn follow_cut(&self, workspace: WorkspaceId, names: &BTreeSet<String>) -> Result<usize, SegmentError> {
        let _one = self.0.renewing.lock().await;
        let space = self.space(workspace)?;
        let is_known = |name: &&String| space.read().behaviour.find(name).is_some();
        let names: BTreeSet<String> = names.iter().filter(is_known).cloned().collect();
        let mut attempt = 1;
        while !names.is_empty() && !self.renew(workspace, &space, &names).await? {
            if RENEWALS_MAX <= attempt {
                return Err(DataError("customers were taken apart again and again; try again later".into()).into());
            }
            attempt += 1;
        }
        self.refresh(workspace, true).await
    }

    /// False: somebody was taken apart meanwhile, and it is to be done again.
    async fn renew(
        &self,
        workspace: WorkspaceId,
        space: &Arc<RwLock<Workspace>>,
        names: &BTreeSet<String>,
    ) -> Result<bool, SegmentError> {
        let (mark, history) = self.look(workspace, space, names).await?;
        let mut aliases = self.aliases(workspace).await?;
        let mut fresh = Behaviour::default();
        let mut each = |row: crate::HistoryRow<'_>| match row.profile.number() {
            // Of nobody: anonymised.
            0 => {}
            profile => remember(&mut fresh, resolved(profile, &aliases), &row),
        };
        history.visit(names, &mut each).await?;
        drop(history);
        // Sorted before anybody waits for it.
        let sorted = off_thread(move || {
            fresh.settle();
            fresh
        });
        let fresh = sorted.await?;
        let gate = self.0.gate.clone().lock_owned().await;
        if space.read().was_divided_since(&mark) {
            return Ok(false);
        }
        let now = space.clone();
        let asked = off_thread(move || (!fresh.without(&now.read().alive).is_empty(), fresh));
        let (has_strangers, fresh) = asked.await?;
        if has_strangers {
            // Somebody was merged while it was read.
            aliases = self.aliases(workspace).await?;
        }
        let (space, names) = (space.clone(), names.clone());
        let put = off_thread(move || {
            let gone = space.write().renew(&names, fresh, &mark, &aliases);
            drop(gate);
            // Freed when nobody waits any more.
            drop(gone);
        });
        put.await?;
        Ok(true)
    }

    /// The history at a moment at which it holds exactly what memory has followed, but for what was cut.
    async fn look(
        &self,
        workspace: WorkspaceId,
        space: &RwLock<Workspace>,
        names: &BTreeSet<String>,
    ) -> Result<(Mark, Box<dyn HistoryNow>), SegmentError> {
        for attempt in 0..LOOKS_MAX {
            if 0 < attempt {
                tokio::time::sleep(LOOK_PAUSE).await;
            }
            let _gate = self.0.gate.lock().await;
            let upto = *self.0.followed.lock();
            let looked = tokio::time::timeout(LOOK_TIME_MAX, self.0.data.history_now(workspace, upto)).await;
            // Too long: somebody works on the history, and the log must not wait for that.
            if let Ok(found) = looked
                && let Some(history) = found?
            {
                return Ok((space.read().mark(names), history));
            }
        }
        Err(DataError("the history does not follow the log at the moment".into()).into())
    }

    pub(super) async fn aliases(&self, workspace: WorkspaceId) -> Result<HashMap<u32, u32>, SegmentError> {
        let merges = self.0.data.aliases(workspace).await?;
        Ok(merges.iter().map(|(from, into)| (from.number(), into.number())).collect())
    }
}

/// Work that takes long, away from the threads that serve requests.
async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, SegmentError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| SegmentError::Stopped(error.to_string()))
}
