//! What `deliver` learns from the log: a person was erased, so their address and hits go, and the counts stay.

use crate::service::Deliver;
use crate::store::{id_of, id_val};
use async_trait::async_trait;
use base::{MessageId, ProfileId, WorkspaceId};
use db::{Tx, Val};
use events::{Batch, Effects, View, ViewError, names};

#[async_trait]
impl View for Deliver {
    fn name(&self) -> &'static str {
        "deliver"
    }

    async fn apply(&self, tx: &mut Tx, batch: &Batch, _effects: &mut Effects) -> Result<(), ViewError> {
        for item in batch.events.iter().filter(|item| item.event.display_name() == names::PROFILE_ERASED) {
            let profile = item.event.profile.unwrap_or(item.profile);
            self.forget(tx, item.event.workspace, profile).await?;
        }
        Ok(())
    }
}

impl Deliver {
    /// Blanks everything personal of one profile; what is still pending is skipped. Rows stay, so that counts do.
    pub async fn forget(&self, tx: &mut Tx, workspace: WorkspaceId, profile: ProfileId) -> db::Result<()> {
        let sql = "UPDATE outbox SET address = '', provider_ref = NULL, \
                   reason = CASE WHEN state = 0 THEN 'erased' WHEN state = 5 THEN reason ELSE NULL END, \
                   state = CASE WHEN state = 0 THEN 5 ELSE state END \
                   WHERE workspace_id = $1 AND profile_id = $2 RETURNING id";
        let rows = tx.query(sql, &[workspace.into(), profile.into()]).await?;
        let ids = rows.iter().map(|row| id_of(row, "id")).collect::<db::Result<Vec<MessageId>>>()?;
        for chunk in ids.chunks(tx.chunk()) {
            let marks: Vec<String> = (0..chunk.len()).map(|index| format!("${}", index + 2)).collect();
            let sql =
                format!("DELETE FROM message_hit WHERE workspace_id = $1 AND message_id IN ({})", marks.join(","));
            let args: Vec<Val> = std::iter::once(workspace.into()).chain(chunk.iter().map(|id| id_val(*id))).collect();
            tx.execute(&sql, &args).await?;
        }
        for channel in self.all_channels() {
            channel.forget(tx, workspace, &ids).await?;
        }
        Ok(())
    }
}
