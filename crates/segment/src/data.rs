//! What this room asks of others; `server` wires it.

use async_trait::async_trait;
use base::{Json, ProfileId, SegmentId, Timestamp, WorkspaceId};
use events::{Channel, Event, Offset};
use predicate::ConsentState;
use std::collections::BTreeSet;

/// A profile as the other rooms have it at the start.
#[derive(Debug, Clone)]
pub struct ProfileRow {
    pub profile: ProfileId,
    /// Name, value, and when it was said. Taken-back traits are null.
    pub traits: Vec<(String, Json, Timestamp)>,
    /// Channel (`email`, `sms`, …) and what was said about it; unknown may be left out.
    pub consent: Vec<(String, ConsentState)>,
    /// Channels whose address is on the suppression list.
    pub suppressed: Vec<String>,
}

/// An event of the past.
#[derive(Debug, Clone, Copy)]
pub struct HistoryRow<'a> {
    /// As it was when the event was stored; merges since then are in [`SegmentData::aliases`].
    pub profile: ProfileId,
    pub at: Timestamp,
    /// [`Event::display_name`].
    pub name: &'a str,
    pub channel: Channel,
    /// A JSON object as text.
    pub properties: &'a str,
}

/// Traits of a profile as a batch left them: name, value (null: taken back), and when it was said.
pub type TraitsLeft = (ProfileId, Vec<(String, Json, Timestamp)>);

/// What cannot be read, in words.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct DataError(pub String);

/// The events of a workspace as they were at one moment, whatever happens meanwhile.
#[async_trait]
pub trait HistoryNow: Send + Sync {
    /// Those of these names, in any order.
    async fn visit(
        &self,
        names: &BTreeSet<String>,
        visit: &mut (dyn for<'a> FnMut(HistoryRow<'a>) + Send),
    ) -> Result<(), DataError>;
}

/// The state of the other rooms when the program starts. Read once per workspace, before the pipeline runs.
#[async_trait]
pub trait SegmentData: Send + Sync + 'static {
    async fn workspaces(&self) -> Result<Vec<WorkspaceId>, DataError>;
    /// Profiles that are there (not merged away, not erased), by id, after `after`.
    async fn profiles(
        &self,
        workspace: WorkspaceId,
        after: Option<ProfileId>,
        limit: usize,
    ) -> Result<Vec<ProfileRow>, DataError>;
    /// (from, into) of every merge.
    async fn aliases(&self, workspace: WorkspaceId) -> Result<Vec<(ProfileId, ProfileId)>, DataError>;
    /// Every track, page, screen and group event, in any order.
    async fn history(
        &self,
        workspace: WorkspaceId,
        visit: &mut (dyn for<'a> FnMut(HistoryRow<'a>) + Send),
    ) -> Result<(), DataError>;
    /// The events of a workspace as they are at this moment, to be read later; asked for at once, while everything waits.
    /// None: what the log had up to `upto` is not all in the history yet. Only a program whose history is cut needs it.
    async fn history_now(
        &self,
        _workspace: WorkspaceId,
        _upto: Option<Offset>,
    ) -> Result<Option<Box<dyn HistoryNow>>, DataError> {
        Err(DataError("the history cannot be read a second time here".into()))
    }
    /// Traits `profile` makes of an event by itself (how the customer was found).
    fn derived_traits(&self, _event: &Event) -> Vec<(String, Json)> {
        Vec::new()
    }
    /// Can a message go to this value of the trait `kind` (see [`crate::ADDRESS_KINDS`]), of somebody whose traits say
    /// this `country`? The same rule as when it is sent, or a count would promise more than is delivered. A rule of the
    /// workspace that changes (where phone numbers are from) is followed for who is told of next, and for everybody after
    /// a restart.
    fn is_address(&self, _workspace: WorkspaceId, _kind: &str, address: &str, _country: Option<&str>) -> bool {
        !address.trim().is_empty()
    }
    /// True when the workspace says of some trait which value stays. Then batches are taken in after the profiles were
    /// written, not beside it.
    fn has_trait_rules(&self, _workspace: WorkspaceId) -> bool {
        false
    }
    /// True for those traits: of them [`Self::ruled_traits`] is believed, not the events.
    fn is_ruled(&self, _workspace: WorkspaceId, _name: &str) -> bool {
        false
    }
    /// These traits of every profile that the batch in progress wrote (told of, merged, divided), as it left them.
    fn ruled_traits(&self, _workspace: WorkspaceId) -> Vec<TraitsLeft> {
        Vec::new()
    }
    /// True for traits where the earliest event wins instead of the latest.
    fn earliest_wins(&self, _name: &str) -> bool {
        false
    }
}

/// Something that uses a segment: it must not be deleted meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentUser {
    /// `campaign`, `segment`, …
    pub kind: &'static str,
    pub id: String,
    pub name: String,
}

/// Who uses segments.
#[async_trait]
pub trait SegmentUse: Send + Sync + 'static {
    async fn users_of(&self, workspace: WorkspaceId, segment: SegmentId) -> Result<Vec<SegmentUser>, DataError>;
}
