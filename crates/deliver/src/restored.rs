//! After a restore from a backup: nobody knows what the original went on to send.
//!
//! The copy and the original were one until the backup was made. What waited in a running campaign then may have been
//! handed over by the original a moment later, so the copy must not hand it over as well: it is *unconfirmed*, like
//! every other message whose fate is not known, and only a person can say that it is to be sent again.

use crate::error::Result;
use crate::model::{RunState, State};
use crate::service::Deliver;
use db::Val;

const REASON: &str = "restored from a backup: the original may have sent it since";

impl Deliver {
    /// Makes everything that was on its way when the backup was made unconfirmed; answers how many. Call it before
    /// anything is sent, and before campaigns are paused: what stood still at the backup still stands still.
    pub async fn doubt_all_on_its_way(&self) -> Result<u64> {
        self.recover().await?;
        let sql = "UPDATE outbox SET state = $1, reason = $2, node = NULL, handing_ms = NULL \
                   WHERE state = $3 OR (state = $4 AND EXISTS (SELECT 1 FROM delivery_run \
                     WHERE delivery_run.workspace_id = outbox.workspace_id \
                     AND delivery_run.campaign_id = outbox.campaign_id AND delivery_run.state = $5))";
        let args = [
            Val::I(State::Unconfirmed.rank()),
            REASON.into(),
            Val::I(State::Claimed.rank()),
            Val::I(State::Pending.rank()),
            RunState::Running.name().into(),
        ];
        Ok(self.db().execute(sql, &args).await?)
    }
}
