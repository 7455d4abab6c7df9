//! Who the customers are, for the search for duplicates, and that some of them changed.

use async_trait::async_trait;
use base::{ProfileId, WorkspaceId};
use db::{DbError, Tx};
use duplicates::{Duplicates, People, PersonFields};
use events::{Batch, Event};
use profile::{Eraser, Person, PersonDetails, Profiles};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::broadcast::{Receiver, error::RecvError};

/// Parts of the names of traits that customers are compared by.
const TELLING: [&str; 10] = ["name", "mail", "phone", "birth", "address", "street", "post", "zip", "city", "country"];

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

    async fn some(&self, workspace: WorkspaceId, ids: &[ProfileId]) -> Result<Vec<(ProfileId, PersonFields)>, String> {
        let found = self.0.details(workspace, ids).await.map_err(text)?;
        Ok(ids.iter().zip(found).filter_map(|(id, details)| Some((*id, fields(details?)))).collect())
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

/// Tells of changes as batches are committed, beside the pipeline: it never waits for it.
pub async fn tell_duplicates(duplicates: Arc<Duplicates>, mut batches: Receiver<Arc<Batch>>) {
    loop {
        match batches.recv().await {
            Ok(batch) => {
                let mut changes: HashMap<WorkspaceId, u64> = HashMap::new();
                let told = batch.events.iter().filter(|item| tells(&item.event)).map(|item| item.event.workspace);
                let merged = batch.merges.iter().map(|merge| merge.workspace);
                let split = batch.splits.iter().map(|split| split.workspace);
                told.chain(merged).chain(split).for_each(|workspace| *changes.entry(workspace).or_default() += 1);
                changes.into_iter().for_each(|(workspace, changes)| duplicates.changed(workspace, changes));
            }
            Err(RecvError::Lagged(_)) => duplicates.missed_changes(),
            Err(RecvError::Closed) => return,
        }
    }
}

/// Whether the event may say something that customers are compared by.
fn tells(event: &Event) -> bool {
    if event.traits.is_empty() || event.is_computed() {
        return false;
    }
    let text = event.traits.text();
    TELLING.iter().any(|name| text.contains(name))
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
