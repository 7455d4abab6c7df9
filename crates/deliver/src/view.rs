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

/// How often it is looked whether everything that was under way is written down.
const JOURNAL_LOOK: std::time::Duration = std::time::Duration::from_millis(100);

impl Deliver {
    /// Returns when every message that was being handed over at the time of the call has its outcome in SQL, and the
    /// handover journal holds nothing of it any more.
    pub async fn settle(&self) -> crate::Result<()> {
        // An attempt's answer is noted in the file that is open then: the second turn is for those.
        for _ in 0..2 {
            let number = self.journal().turn()?;
            while self.journal().has_before(number)? {
                tokio::time::sleep(JOURNAL_LOOK).await;
            }
        }
        Ok(())
    }

    /// Blanks everything personal of one profile; what is still pending is skipped. Rows stay, so that counts do.
    pub async fn forget(&self, tx: &mut Tx, workspace: WorkspaceId, profile: ProfileId) -> db::Result<()> {
        let sql = "UPDATE outbox SET address = '', provider_ref = NULL, \
                   reason = CASE WHEN state = 0 THEN 'erased' WHEN state = 5 THEN reason ELSE NULL END, \
                   state = CASE WHEN state = 0 THEN 5 ELSE state END \
                   WHERE workspace_id = $1 AND profile_id = $2 RETURNING id";
        let rows = tx.query(sql, &[workspace.into(), profile.into()]).await?;
        let ids = rows.iter().map(|row| id_of(row, "id")).collect::<db::Result<Vec<MessageId>>>()?;
        for chunk in ids.chunks(tx.chunk()) {
            let sql = format!(
                "DELETE FROM message_hit WHERE workspace_id = $1 AND message_id IN {}",
                db::in_list(2, chunk.len())
            );
            let args: Vec<Val> = std::iter::once(workspace.into()).chain(chunk.iter().map(|id| id_val(*id))).collect();
            tx.execute(&sql, &args).await?;
        }
        for channel in self.all_channels() {
            channel.forget(tx, workspace, &ids).await?;
        }
        Ok(())
    }

    /// Takes e-mail addresses out of messages that are over; what is on its way is decided by its recipient.
    pub async fn forget_addresses(&self, tx: &mut Tx, workspace: WorkspaceId, addresses: &[String]) -> db::Result<()> {
        for address in addresses {
            let sql = "UPDATE outbox SET address = '', provider_ref = NULL \
                       WHERE workspace_id = $1 AND lower(address) = $2 AND state > 1";
            tx.execute(sql, &[workspace.into(), address.to_lowercase().into()]).await?;
        }
        Ok(())
    }
}
