//! Erasing a person from the sandbox beyond the messages of campaigns: mail that came for their address by other ways,
//! and test messages, which may have been rendered with anybody's data.

use super::SandboxChannel;
use base::WorkspaceId;
use db::Tx;

/// What `deliver` calls the campaign of a test message.
const TEST_CAMPAIGN: &str = "test";

impl SandboxChannel {
    /// Deletes mail to `addresses` (in whatever case) and all test messages of the workspace.
    pub async fn erase(tx: &mut Tx, workspace: WorkspaceId, addresses: &[String]) -> db::Result<u64> {
        let sql = "DELETE FROM sandbox_message WHERE workspace_id = $1 AND campaign_id = $2";
        let mut deleted = tx.execute(sql, &[workspace.into(), TEST_CAMPAIGN.into()]).await?;
        for address in addresses {
            let sql = "DELETE FROM sandbox_message WHERE workspace_id = $1 AND lower(recipient) = $2";
            deleted += tx.execute(sql, &[workspace.into(), address.to_lowercase().into()]).await?;
        }
        Ok(deleted)
    }
}
