//! The engine by itself, without log, database or other rooms: for tools and measurements.

use crate::data::{DataError, HistoryRow, ProfileRow, SegmentData};
use crate::engine::Workspace;
use async_trait::async_trait;
use base::{JsonMap, ProfileId, Timestamp, WorkspaceId};
use events::Channel;
use predicate::Condition;
use roaring::RoaringBitmap;

/// Profiles and what they did, in memory. Add everything, [`Self::settle`], then ask.
#[derive(Default)]
pub struct Audience(Workspace);

/// Nothing to be asked of.
struct Nobody;

#[async_trait]
impl SegmentData for Nobody {
    async fn workspaces(&self) -> Result<Vec<WorkspaceId>, DataError> {
        Ok(Vec::new())
    }
    async fn profiles(&self, _: WorkspaceId, _: Option<ProfileId>, _: usize) -> Result<Vec<ProfileRow>, DataError> {
        Ok(Vec::new())
    }
    async fn aliases(&self, _: WorkspaceId) -> Result<Vec<(ProfileId, ProfileId)>, DataError> {
        Ok(Vec::new())
    }
    async fn history(
        &self,
        _: WorkspaceId,
        _: &mut (dyn for<'a> FnMut(HistoryRow<'a>) + Send),
    ) -> Result<(), DataError> {
        Ok(())
    }
}

impl Audience {
    pub fn add_profile(&mut self, row: &ProfileRow) {
        self.0.load_profile(row, &Nobody);
    }

    /// An event of a profile that was added.
    pub fn add_event(&mut self, profile: ProfileId, at: Timestamp, name: &str, channel: Channel, properties: &JsonMap) {
        self.0.behaviour.load(name, profile.number(), at, channel, properties);
    }

    /// Call once after everything was added.
    pub fn settle(&mut self) {
        self.0.loaded();
    }

    /// The numbers of the profiles for whom `condition` holds.
    pub fn members(&self, condition: &Condition, now: Timestamp) -> RoaringBitmap {
        self.0.evaluate(condition, now)
    }
}
