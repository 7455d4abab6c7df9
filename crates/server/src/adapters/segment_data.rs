//! What the audience engine reads at the start: profiles, consent, suppressions, merges, history; and the history once
//! more after it was cut.

use async_trait::async_trait;
use base::{Json, PageRequest, ProfileId, Timestamp, WorkspaceId};
use events::{Event, Offset};
use parking_lot::Mutex;
use predicate::ConsentState;
use segment::{DataError, HistoryNow, HistoryRow, ProfileRow, SegmentData};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

pub struct RoomsData {
    pub access: Arc<access::Access>,
    pub profiles: Arc<profile::Profiles>,
    pub consents: Arc<consent::Consents>,
    pub lake: Arc<lake::Lake>,
    pub rules: Arc<profile::RuleBook>,
    /// Channels suppressed per profile of the workspace being read; read with its first page.
    suppressed: Mutex<HashMap<(WorkspaceId, ProfileId), Vec<String>>>,
}

impl RoomsData {
    pub fn new(
        access: Arc<access::Access>,
        profiles: Arc<profile::Profiles>,
        consents: Arc<consent::Consents>,
        lake: Arc<lake::Lake>,
        rules: Arc<profile::RuleBook>,
    ) -> Self {
        Self { access, profiles, consents, lake, rules, suppressed: Mutex::default() }
    }

    async fn read_suppressions(&self, workspace: WorkspaceId) -> Result<(), DataError> {
        let mut found: HashMap<(WorkspaceId, ProfileId), Vec<String>> = HashMap::new();
        let mut page = PageRequest { limit: Some(base::PAGE_SIZE_MAX), cursor: None };
        loop {
            let rows = self.consents.suppressions(workspace, None, None, &page).await.map_err(data_error)?;
            for row in rows.items {
                if let Some(profile) = row.profile {
                    found.entry((workspace, profile)).or_default().push(row.channel.name().to_owned());
                }
            }
            page.cursor = rows.next_cursor;
            if page.cursor.is_none() {
                *self.suppressed.lock() = found;
                return Ok(());
            }
        }
    }

    /// Consent of the profiles in `first..=last`.
    async fn consent_between(
        &self,
        workspace: WorkspaceId,
        first: ProfileId,
        last: ProfileId,
    ) -> Result<HashMap<ProfileId, Vec<(String, ConsentState)>>, DataError> {
        let mut states = HashMap::new();
        let mut after = ProfileId::new(first.number().saturating_sub(1));
        loop {
            let rows = self.consents.stream(workspace, after, consent::STREAM_LIMIT_MAX).await.map_err(data_error)?;
            let Some(end) = rows.last().map(|row| row.profile) else {
                return Ok(states);
            };
            for row in rows.into_iter().filter(|row| row.profile <= last) {
                let of_profile = row.states.iter().map(|(subject, state)| (subject.to_string(), state_of(*state)));
                states.insert(row.profile, of_profile.collect());
            }
            if end >= last {
                return Ok(states);
            }
            after = end;
        }
    }
}

/// `segment::HistoryNow` over the lake.
struct LakeNow(lake::HistorySnapshot);

#[async_trait]
impl HistoryNow for LakeNow {
    async fn visit(
        &self,
        names: &BTreeSet<String>,
        visit: &mut (dyn for<'a> FnMut(HistoryRow<'a>) + Send),
    ) -> Result<(), DataError> {
        // Of one name only its rows are decoded.
        let name = names.first().filter(|_| names.len() == 1).cloned();
        let filter = lake::HistoryFilter { name, ..lake::HistoryFilter::default() };
        let mut each = |row: lake::HistoryRow<'_>| {
            if names.contains(row.name) {
                visit(row_of(&row));
            }
        };
        self.0.scan_where(&filter, &mut each).await.map(|_| ()).map_err(data_error)
    }
}

fn row_of<'a>(row: &lake::HistoryRow<'a>) -> HistoryRow<'a> {
    HistoryRow { profile: row.profile, at: row.at, name: row.name, channel: row.channel, properties: row.properties }
}

fn data_error(error: impl std::fmt::Display) -> DataError {
    DataError(error.to_string())
}

fn state_of(state: consent::ConsentState) -> ConsentState {
    match state {
        consent::ConsentState::Subscribed => ConsentState::Subscribed,
        consent::ConsentState::Unsubscribed => ConsentState::Unsubscribed,
        consent::ConsentState::Pending => ConsentState::Pending,
        consent::ConsentState::Unknown => ConsentState::Unknown,
    }
}

#[async_trait]
impl SegmentData for RoomsData {
    async fn workspaces(&self) -> Result<Vec<WorkspaceId>, DataError> {
        let workspaces = self.access.workspaces().await.map_err(data_error)?;
        Ok(workspaces.into_iter().map(|workspace| workspace.id).collect())
    }

    async fn profiles(
        &self,
        workspace: WorkspaceId,
        after: Option<ProfileId>,
        limit: usize,
    ) -> Result<Vec<ProfileRow>, DataError> {
        if after.is_none() {
            self.read_suppressions(workspace).await?;
        }
        let start = after.unwrap_or(ProfileId::new(0));
        let rows = self.profiles.stream_traits(workspace, start, limit as u32).await.map_err(data_error)?;
        let (Some(first), Some(last)) = (rows.first().map(|row| row.0), rows.last().map(|row| row.0)) else {
            return Ok(Vec::new());
        };
        let mut consent = self.consent_between(workspace, first, last).await?;
        let suppressed = self.suppressed.lock();
        let row = |(profile, seen): (ProfileId, Vec<profile::TraitSeen>)| {
            let traits: Vec<(String, Json, Timestamp)> =
                seen.into_iter().map(|seen| (seen.name, seen.value, seen.at)).collect();
            ProfileRow {
                profile,
                traits,
                consent: consent.remove(&profile).unwrap_or_default(),
                suppressed: suppressed.get(&(workspace, profile)).cloned().unwrap_or_default(),
            }
        };
        Ok(rows.into_iter().map(row).collect())
    }

    async fn aliases(&self, workspace: WorkspaceId) -> Result<Vec<(ProfileId, ProfileId)>, DataError> {
        self.profiles.all_merges(workspace).await.map_err(data_error)
    }

    async fn history(
        &self,
        workspace: WorkspaceId,
        visit: &mut (dyn for<'a> FnMut(HistoryRow<'a>) + Send),
    ) -> Result<(), DataError> {
        let mut each = |row: lake::HistoryRow<'_>| visit(row_of(&row));
        self.lake.scan(workspace, &mut each).await.map(|_| ()).map_err(data_error)
    }

    async fn history_now(
        &self,
        workspace: WorkspaceId,
        upto: Option<Offset>,
    ) -> Result<Option<Box<dyn HistoryNow>>, DataError> {
        // A batch reaches the history after its commit, and a split's events their owner after that.
        let is_behind = upto.is_some_and(|upto| self.lake.status().taken < upto.0);
        if is_behind || !self.profiles.is_sorted().await.map_err(data_error)? {
            return Ok(None);
        }
        let snapshot = self.lake.snapshot(workspace).await.map_err(data_error)?;
        Ok(Some(Box::new(LakeNow(snapshot))))
    }

    fn derived_traits(&self, event: &Event) -> Vec<(String, Json)> {
        profile::traits_of_event(event)
    }

    fn is_address(&self, workspace: WorkspaceId, kind: &str, address: &str, country: Option<&str>) -> bool {
        match country.filter(|code| code.len() == 2) {
            Some(country) => super::is_usable_address(kind, address, country),
            None => super::is_usable_address(kind, address, &self.rules.phone_region(workspace)),
        }
    }

    fn has_trait_rules(&self, workspace: WorkspaceId) -> bool {
        self.rules.has_trait_rules(workspace)
    }

    fn is_ruled(&self, workspace: WorkspaceId, name: &str) -> bool {
        self.rules.is_ruled(workspace, name)
    }

    fn ruled_traits(&self, workspace: WorkspaceId) -> Vec<segment::TraitsLeft> {
        self.rules.traits_of_batch(workspace)
    }

    fn earliest_wins(&self, name: &str) -> bool {
        profile::earliest_wins(name)
    }
}
