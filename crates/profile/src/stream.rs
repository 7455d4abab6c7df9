//! For whoever reads every profile at the start: traits with their times, and all merges.

use crate::activity::PROFILES;
use crate::document::Document;
use crate::{ProfileError, Profiles, STREAM_LIMIT_MAX, TraitSeen, acquisition, store};
use base::{Json, ProfileId, WorkspaceId};
use db::Val;
use events::Event;
use std::collections::HashMap;

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
    crate::document::earliest_wins(trait_name)
}

/// What tells one person from another, as the customer's sources spell it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonDetails {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub date_of_birth: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub street: Option<String>,
    pub postal_code: Option<String>,
    pub city: Option<String>,
    pub country: Option<String>,
}

impl PersonDetails {
    /// All of them, in the order they are declared.
    pub fn in_order(self) -> [Option<String>; 9] {
        [
            self.first_name,
            self.last_name,
            self.date_of_birth,
            self.email,
            self.phone,
            self.street,
            self.postal_code,
            self.city,
            self.country,
        ]
    }

    fn of(traits: &Document) -> Self {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let any = |names: &[&str]| owned(names.iter().find_map(|name| traits.in_address(name)));
        Self {
            first_name: owned(traits.first_name()),
            last_name: owned(traits.family_name()),
            date_of_birth: any(&["date_of_birth", "birthday", "birthdate", "birth_date", "dateOfBirth"]),
            email: owned(traits.email()),
            phone: owned(traits.phone()),
            street: any(&["street", "address_line_1", "address1"]),
            postal_code: any(&["postal_code", "postalCode", "postcode", "zip", "zip_code"]),
            city: owned(traits.city()),
            country: owned(traits.country()),
        }
    }
}

impl Profiles {
    /// The details of profiles with an id after `after`, in order of id.
    pub async fn stream_details(
        &self,
        workspace: WorkspaceId,
        after: ProfileId,
        limit: u32,
    ) -> Result<Vec<(ProfileId, PersonDetails)>, ProfileError> {
        let sql = "SELECT id, traits FROM profile WHERE workspace_id = $1 AND id > $2 ORDER BY id LIMIT $3";
        let args: [Val; 3] = [workspace.into(), after.into(), limit.clamp(1, STREAM_LIMIT_MAX).into()];
        let rows = self.db().query(sql, &args).await?;
        rows.iter()
            .map(|row| {
                let id = ProfileId::from_sql(row.i64("id")?);
                let traits = Document::parse(&row.text("traits")?);
                let traits = traits.map_err(|error| ProfileError::Broken(id, error.to_string()))?;
                Ok((id, PersonDetails::of(&traits)))
            })
            .collect()
    }

    /// The details of each profile, in the order asked; None for ids that are gone.
    pub async fn details(
        &self,
        workspace: WorkspaceId,
        ids: &[ProfileId],
    ) -> Result<Vec<Option<PersonDetails>>, ProfileError> {
        let found = store::resolved(self.db(), workspace, ids).await?;
        Ok(found.into_iter().map(|found| Some(PersonDetails::of(&found?.traits))).collect())
    }

    /// How many identifiers each profile has; those without any are left out.
    pub async fn identifier_counts(
        &self,
        workspace: WorkspaceId,
        ids: &[ProfileId],
    ) -> Result<HashMap<ProfileId, u64>, ProfileError> {
        let mut counts = HashMap::with_capacity(ids.len());
        for chunk in db::pieces(ids, self.db().chunk() * 4) {
            let list = db::in_list(2, chunk.len());
            let sql = format!(
                "SELECT profile_id, COUNT(*) AS count FROM profile_identifier \
                 WHERE workspace_id = $1 AND profile_id IN {list} GROUP BY profile_id"
            );
            let args: Vec<Val> = std::iter::once(workspace.into()).chain(chunk.iter().map(|id| (*id).into())).collect();
            for row in self.db().query(&sql, &args).await? {
                counts.insert(ProfileId::from_sql(row.i64("profile_id")?), row.i64("count")?.max(0) as u64);
            }
        }
        Ok(counts)
    }

    /// Every pair that a person took apart.
    pub async fn all_apart(&self, workspace: WorkspaceId) -> Result<Vec<(ProfileId, ProfileId)>, ProfileError> {
        let sql = format!("SELECT profile_id, other_id FROM {} WHERE profile_id < other_id", crate::sql::APART);
        let rows = self.db().query(&sql, &[workspace.into()]).await?;
        rows.iter()
            .map(|row| Ok((ProfileId::from_sql(row.i64("profile_id")?), ProfileId::from_sql(row.i64("other_id")?))))
            .collect()
    }
}
