//! Where the rooms meet: each room's small traits, implemented over the rooms that can answer.

mod audience;
mod catalog;
mod company;
mod compute;
mod connect;
mod consent;
mod device;
mod duplicates;
mod erasers;
mod merge_data;
mod outbox;
mod parquet;
mod past;
mod plan;
mod retention;
mod sandbox_door;
mod segment_data;
mod workspaces;

pub use self::catalog::CatalogProducts;
pub use self::compute::{ComputeEraser, ComputeSources, SegmentTraitUse};
pub use self::consent::{DeliverSent, RequestMails, RequestPost, SignUpPeople, TopicCampaigns};
pub use self::device::{DeviceEraser, DoorAddresses};
pub use self::retention::{LakeHistory, RetentionFacts, RetentionTrail, retention_needs};
pub use audience::{CampaignUse, ConsentGate, SegmentAudience};
pub use company::{CompanyEraser, CompanyPeople, ProfileNaming};
pub use connect::{CollectDoor, KeyVault};
pub use duplicates::{DuplicatesEraser, ProfilePeople, tell_duplicates};
pub use erasers::{ConsentEraser, DeliverEraser, FilesEraser, MeasureEraser, TextsEraser};
pub use merge_data::{CampaignMessages, ContentRenderer, PeopleData, SenderData};
pub use outbox::DeliverOutbox;
pub use parquet::LakeParquet;
pub use past::LakePast;
pub use plan::{DoorPlans, LakeArrivals, protected_by_consent};
pub use sandbox_door::SandboxDoor;
pub use segment_data::RoomsData;
pub use workspaces::WorkspaceSettings;

use std::sync::{Arc, OnceLock};

/// Can a message go to this address? The one rule for counts, reviews and sending; `kind` is the trait that holds it,
/// `region` where a phone number without country code is from.
pub fn is_usable_address(kind: &str, address: &str, region: &str) -> bool {
    match kind {
        "email" => deliver::sender::is_address(address.trim()),
        "phone" => profile::identifiers::normalise_phone(address, region).is_some(),
        _ => !address.trim().is_empty(),
    }
}

/// A service that is made later than those that need it. Filled once, before anything runs.
pub struct Late<T>(Arc<OnceLock<T>>);

impl<T> Clone for Late<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Default for Late<T> {
    fn default() -> Self {
        Self(Arc::new(OnceLock::new()))
    }
}

impl<T> Late<T> {
    pub fn fill(&self, value: T) {
        // Filled twice would be a mistake in `wire`; the first stays.
        let _ = self.0.set(value);
    }
    pub fn get(&self) -> Result<&T, base::Problem> {
        self.0.get().ok_or_else(|| base::Problem::internal("a service is used before the program is wired"))
    }
}
