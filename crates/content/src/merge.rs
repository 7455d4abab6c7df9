//! The data a message is made personal with.

use async_trait::async_trait;
use base::{CampaignId, Json, Problem, ProfileId, Timestamp, WorkspaceId};
use serde_json::json;

/// What is known of customers; over `profile`.
#[async_trait]
pub trait ProfileData: Send + Sync + 'static {
    /// One object per profile, in order: `id`, `first_name`, `last_name`, `email`, `language`, every trait. Null: gone.
    async fn data(&self, workspace: WorkspaceId, profiles: &[ProfileId]) -> Result<Vec<Json>, Problem>;
}

/// What is known of the sender; over `access` and `deliver`.
#[async_trait]
pub trait WorkspaceData: Send + Sync + 'static {
    async fn data(&self, workspace: WorkspaceId) -> Result<WorkspaceMerge, Problem>;
}

/// A workspace as messages see it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WorkspaceMerge {
    pub name: String,
    pub postal_address: String,
    /// IANA name; dates in messages are shown in this zone.
    pub time_zone: String,
    /// The sender's own name and address, shown in previews when the message names none.
    pub from_name: String,
    pub from_email: String,
}

/// The campaign a message belongs to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CampaignMerge {
    pub id: Option<CampaignId>,
    pub name: String,
}

pub(crate) struct Links<'a> {
    pub unsubscribe: &'a str,
    pub view: &'a str,
    pub preferences: &'a str,
}

pub(crate) fn merge_data(
    customer: Json,
    campaign: &CampaignMerge,
    workspace: &WorkspaceMerge,
    links: &Links<'_>,
    now: Timestamp,
) -> Json {
    json!({
        "customer": customer,
        "campaign": { "id": campaign.id.map(|id| id.to_string()), "name": campaign.name },
        "workspace": { "name": workspace.name, "postal_address": workspace.postal_address },
        "unsubscribe_url": links.unsubscribe,
        "view_url": links.view,
        "preferences_url": links.preferences,
        "now": now,
    })
}

/// Somebody to preview with when no customer was chosen.
pub(crate) fn example_customer() -> Json {
    json!({
        "id": "prf_0",
        "first_name": "Sanne",
        "last_name": "de Vries",
        "name": "Sanne de Vries",
        "email": "sanne@example.com",
        "city": "Leeuwarden",
        "country": "NL",
        "language": "en",
    })
}
