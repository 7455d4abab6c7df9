//! What time alone changes.

use super::Segments;
use crate::SegmentError;
use base::WorkspaceId;

impl Segments {
    /// Brings memberships that depend on the time up to date, in all workspaces; answers how many profiles entered
    /// or left. Costs one evaluation per segment with a rolling window; the pipeline is held up only for profiles
    /// that change. When the answer is not 0, call `Pipeline::wake`.
    pub async fn tick(&self) -> Result<usize, SegmentError> {
        let mut changed = 0;
        for workspace in self.workspaces() {
            changed += self.refresh(workspace, false).await?;
        }
        Ok(changed)
    }

    /// Evaluates every segment anew and corrects what differs; answers how many memberships did. For `doctor`: 0 on a
    /// sound store (after [`Self::tick`]).
    pub async fn rebuild(&self, workspace: WorkspaceId) -> Result<usize, SegmentError> {
        self.refresh(workspace, true).await
    }
}
