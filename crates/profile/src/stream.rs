//! For whoever reads every profile at the start: traits with their times, and all merges.

use crate::activity::PROFILES;
use crate::{ProfileError, Profiles, STREAM_LIMIT_MAX, TraitSeen, acquisition, store};
use base::{Json, ProfileId, WorkspaceId};
use db::Val;
use events::Event;

impl Profiles {
    /// Profiles with an id after `after`, in order of id, each with its traits and when they were said.
    pub async fn stream_traits(
        &self,
        workspace: WorkspaceId,
        after: ProfileId,
        limit: u32,
    ) -> Result<Vec<(ProfileId, Vec<TraitSeen>)>, ProfileError> {
        let sql = format!(
            "SELECT {} FROM {} WHERE profile.workspace_id = $1 AND id > $2 ORDER BY profile.workspace_id, id LIMIT $3",
            store::COLUMNS,
            PROFILES
        );
        let args: [Val; 3] = [workspace.into(), after.into(), limit.clamp(1, STREAM_LIMIT_MAX).into()];
        let rows = self.db().query(&sql, &args).await?;
        rows.iter()
            .map(|row| {
                let found = store::Found::read(row)?;
                Ok((found.id, found.traits_seen()))
            })
            .collect()
    }

    /// (merged away, what it is today) for every merge of the workspace.
    pub async fn all_merges(&self, workspace: WorkspaceId) -> Result<Vec<(ProfileId, ProfileId)>, ProfileError> {
        let sql = "SELECT from_id, canonical_id FROM profile_merge WHERE workspace_id = $1 ORDER BY from_id";
        let rows = self.db().query(sql, &[workspace.into()]).await?;
        rows.iter()
            .map(|row| Ok((ProfileId::from_sql(row.i64("from_id")?), ProfileId::from_sql(row.i64("canonical_id")?))))
            .collect()
    }
}

/// The traits an event sets by itself: how the customer was found.
pub fn traits_of_event(event: &Event) -> Vec<(String, Json)> {
    let mut traits = Vec::new();
    if acquisition::may_tell(event) {
        acquisition::read(event, |name, value| traits.push((name.to_owned(), value)));
    }
    traits
}

/// True for traits of which the earliest value stays instead of the latest.
pub fn earliest_wins(trait_name: &str) -> bool {
    trait_name.starts_with("first_utm_")
}
