//! Who there is, and traits as they are inside the pipeline's transaction, for views that come after this room's.

use crate::document::Document;
use crate::{ProfileError, Profiles};
use base::{JsonMap, ProfileId, WorkspaceId};
use db::{Tx, Val};
use events::ViewError;
use std::collections::HashMap;

/// The traits that are set, in the order asked; None for ids that are gone or merged away.
pub async fn traits_in(
    tx: &mut Tx,
    workspace: WorkspaceId,
    profiles: &[ProfileId],
) -> Result<Vec<Option<JsonMap>>, ViewError> {
    let mut found: HashMap<ProfileId, JsonMap> = HashMap::with_capacity(profiles.len());
    for chunk in db::pieces(profiles, tx.chunk() * 4) {
        let list = db::in_list(2, chunk.len());
        let sql = format!("SELECT id, traits FROM profile WHERE workspace_id = $1 AND id IN {list}");
        let args: Vec<Val> = std::iter::once(workspace.into()).chain(chunk.iter().map(|id| (*id).into())).collect();
        for row in tx.query(&sql, &args).await? {
            let traits: Document = crate::view::parse(&row.text("traits")?)?;
            let map = traits.iter().map(|item| (item.name.to_owned(), item.value.clone())).collect();
            found.insert(ProfileId::from_sql(row.i64("id")?), map);
        }
    }
    Ok(profiles.iter().map(|id| found.get(id).cloned()).collect())
}

impl Profiles {
    /// Customers with an id after `after`, in order of id.
    pub async fn ids_after(
        &self,
        workspace: WorkspaceId,
        after: ProfileId,
        limit: usize,
    ) -> Result<Vec<ProfileId>, ProfileError> {
        let sql = "SELECT id FROM profile WHERE workspace_id = $1 AND id > $2 ORDER BY id LIMIT $3";
        let rows = self.db().query(sql, &[workspace.into(), after.into(), limit.into()]).await?;
        rows.iter().map(|row| Ok(ProfileId::from_sql(row.i64("id")?))).collect()
    }

    /// The highest id given out; 0 when there was nobody yet.
    pub async fn highest_id(&self, workspace: WorkspaceId) -> Result<ProfileId, ProfileError> {
        let sql = "SELECT last_id FROM profile_counter WHERE workspace_id = $1";
        let row = self.db().query_one(sql, &[workspace.into()]).await?;
        row.map_or(Ok(ProfileId::new(0)), |row| Ok(ProfileId::from_sql(row.i64("last_id")?)))
    }
}
