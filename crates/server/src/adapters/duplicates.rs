//! Who the customers are, for the search for duplicates.

use async_trait::async_trait;
use base::{ProfileId, WorkspaceId};
use db::{DbError, Tx};
use duplicates::{Duplicates, People, PersonFields};
use profile::{Eraser, Person, PersonDetails, Profiles};
use std::collections::HashMap;
use std::sync::Arc;

pub struct ProfilePeople(pub Arc<Profiles>);

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

#[async_trait]
impl People for ProfilePeople {
    async fn count(&self, workspace: WorkspaceId) -> Result<u64, String> {
        Ok(self.0.counts(workspace).await.map_err(text)?.customers)
    }

    async fn page(
        &self,
        workspace: WorkspaceId,
        after: ProfileId,
        limit: usize,
    ) -> Result<Vec<(ProfileId, PersonFields)>, String> {
        let rows = self.0.stream_details(workspace, after, limit as u32).await.map_err(text)?;
        Ok(rows.into_iter().map(|(id, details)| (id, fields(details))).collect())
    }

    async fn canonical(
        &self,
        workspace: WorkspaceId,
        ids: &[ProfileId],
    ) -> Result<HashMap<ProfileId, ProfileId>, String> {
        self.0.canonical(workspace, ids).await.map_err(text)
    }

    async fn apart(&self, workspace: WorkspaceId) -> Result<Vec<(ProfileId, ProfileId)>, String> {
        self.0.all_apart(workspace).await.map_err(text)
    }
}

/// In the order of `duplicates::FIELDS`.
fn fields(details: PersonDetails) -> PersonFields {
    PersonFields(details.in_order())
}

pub struct DuplicatesEraser;

#[async_trait]
impl Eraser for DuplicatesEraser {
    fn name(&self) -> &'static str {
        Duplicates::ERASER_NAME
    }
    async fn erase(&self, tx: &mut Tx, workspace: WorkspaceId, person: &Person) -> Result<u64, DbError> {
        Duplicates::erase(tx, workspace, &person.profiles).await
    }
}
