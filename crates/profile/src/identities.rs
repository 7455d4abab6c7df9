//! Who a customer is made of, and a person's word on it: joining two, taking one apart, and what would come of it.

use crate::document::Document;
use crate::error::ProfileError;
use crate::model::{IdentifierSeen, ProfileSummary, TraitSeen};
use crate::rules::Rules;
use crate::service::Profiles;
use crate::split::{Cut, SPLIT_EVENTS_MAX, SplitRequest};
use crate::sql::APART;
use crate::{sorting, store};
use base::{Json, ProfileId, Timestamp, WorkspaceId};
use events::{Channel, ResolvedEvent, SystemEvent, names};
use std::collections::BTreeMap;

/// Somebody this customer was taken apart from.
#[derive(Debug, Clone, PartialEq)]
pub struct Apart {
    pub profile: ProfileSummary,
    pub since: Timestamp,
}

/// One trait of two customers that may become one.
#[derive(Debug, Clone, PartialEq)]
pub struct TraitChoice {
    pub name: String,
    pub survivor: Option<TraitSeen>,
    pub merged: Option<TraitSeen>,
    /// True when the survivor's value stays.
    pub keeps_survivor: bool,
    /// What comes of both, where the trait's rule makes something new of them (a sum, a list).
    pub together: Option<Json>,
}

/// What a merge would make.
#[derive(Debug, Clone, PartialEq)]
pub struct MergePreview {
    pub survivor: ProfileSummary,
    pub merged: ProfileSummary,
    pub traits: Vec<TraitChoice>,
    /// With true those of the survivor.
    pub identifiers: Vec<(IdentifierSeen, bool)>,
    /// `kept_apart`, or `many_<kind>`: more identifiers of a kind than the rules would join by themselves.
    pub warnings: Vec<String>,
}

/// One of the two a split would make.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SplitSide {
    pub events: u64,
    pub identifiers: Vec<IdentifierSeen>,
    pub traits: Vec<TraitSeen>,
    pub first_seen: Option<Timestamp>,
    pub last_seen: Option<Timestamp>,
}

/// A change of who somebody is that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The canonical id.
    pub profile: ProfileId,
    pub message_id: String,
}

impl Profiles {
    /// Customers a person took this one apart from.
    pub async fn apart(&self, workspace: WorkspaceId, id: ProfileId) -> Result<Vec<Apart>, ProfileError> {
        let sql = format!("SELECT other_id, at_ms FROM {APART} WHERE profile_id = $2 ORDER BY at_ms DESC, other_id");
        let mut since: Vec<(ProfileId, Timestamp)> = Vec::new();
        for row in self.db().query(&sql, &[workspace.into(), id.into()]).await? {
            let other = ProfileId::from_sql(row.i64("other_id")?);
            if other != id && !since.iter().any(|(known, _)| *known == other) {
                since.push((other, row.time("at_ms")?));
            }
        }
        let ids: Vec<ProfileId> = since.iter().map(|(other, _)| *other).collect();
        let found = store::resolved(self.db(), workspace, &ids).await?;
        let apart = since.into_iter().zip(found);
        Ok(apart.filter_map(|((_, since), found)| Some(Apart { profile: found?.summary(), since })).collect())
    }

    /// True while the history still has to follow a split: the timeline is not in order yet.
    pub async fn is_sorting(&self, workspace: WorkspaceId, id: ProfileId) -> Result<bool, ProfileError> {
        sorting::is_sorting(self.db(), workspace, id).await
    }

    /// The two profiles of a merge as they are today, canonical; an error when they are one already.
    async fn two(
        &self,
        workspace: WorkspaceId,
        id: ProfileId,
        with: ProfileId,
    ) -> Result<(store::Found, store::Found), ProfileError> {
        let mut found = store::resolved(self.db(), workspace, &[id, with]).await?.into_iter();
        let mut next = |id: ProfileId| found.next().flatten().ok_or(ProfileError::NotFound(id));
        let (survivor, merged) = (next(id)?, next(with)?);
        if survivor.id == merged.id {
            return Err(ProfileError::Refused {
                pointer: "/with",
                code: "same_profile",
                detail: "these two are one customer already".into(),
            });
        }
        Ok((survivor, merged))
    }

    /// What would come of joining `with` to `id`.
    pub async fn merge_preview(
        &self,
        workspace: WorkspaceId,
        id: ProfileId,
        with: ProfileId,
    ) -> Result<MergePreview, ProfileError> {
        let (survivor, merged) = self.two(workspace, id, with).await?;
        let mut identifiers = Vec::new();
        for (found, is_survivor) in [(&survivor, true), (&merged, false)] {
            let of_one = store::identifiers(self.db(), workspace, found.id).await?;
            identifiers.extend(of_one.into_iter().map(|seen| (seen, is_survivor)));
        }
        let mut warnings = Vec::new();
        if self.apart(workspace, survivor.id).await?.iter().any(|apart| apart.profile.id == merged.id) {
            warnings.push("kept_apart".to_owned());
        }
        let rules = self.rules_now(workspace);
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (seen, _) in &identifiers {
            let (kind, count) = rules.counted(&seen.kind, &seen.value);
            *counts.entry(kind).or_default() += count;
        }
        let many = counts.iter().filter(|(kind, count)| rules.limit(kind, false) < **count);
        warnings.extend(many.map(|(kind, _)| format!("many_{kind}")));
        Ok(MergePreview {
            traits: choices(&survivor, &merged, &rules),
            survivor: survivor.summary(),
            merged: merged.summary(),
            identifiers,
            warnings,
        })
    }

    /// Joins `with` to `id` whatever the rules say, because a person knows; durable when it returns. Undone by
    /// [`Profiles::split`].
    pub async fn merge(
        &self,
        workspace: WorkspaceId,
        id: ProfileId,
        with: ProfileId,
    ) -> Result<(Asked, ProfileId), ProfileError> {
        let (survivor, merged) = self.two(workspace, id, with).await?;
        let key = format!("merged:{}:{}", survivor.id, merged.id);
        let more = |event: SystemEvent| event.with("other", merged.id.to_string());
        Ok((self.ask(workspace, names::PROFILE_MERGED, &key, survivor.id, more).await?, merged.id))
    }

    /// What would come of a split: who stays, who leaves.
    pub async fn split_preview(
        &self,
        workspace: WorkspaceId,
        id: ProfileId,
        request: &SplitRequest,
    ) -> Result<[SplitSide; 2], ProfileError> {
        let (from, cut) = self.cut(workspace, id, request).await?;
        let rules = self.rules_now(workspace);
        let (kept, left) = cut.divide(self.past_of(workspace, from).await?, &rules);
        Ok([SplitSide::of(&kept, cut.staying, &rules), SplitSide::of(&left, cut.leaving, &rules)])
    }

    /// Takes a customer apart; durable when it returns.
    pub async fn split(
        &self,
        workspace: WorkspaceId,
        id: ProfileId,
        request: &SplitRequest,
    ) -> Result<Asked, ProfileError> {
        let (from, cut) = self.cut(workspace, id, request).await?;
        self.past_of(workspace, from).await?;
        let revive = cut.group.first().map(ProfileId::to_string);
        let more = |event: SystemEvent| {
            let event = event.with("identifiers", Json::from(cut.fingerprints(workspace)));
            if let Some(revive) = revive { event.with("revive", revive) } else { event }
        };
        self.ask(workspace, names::PROFILE_SPLIT, &format!("split:{from}"), from, more).await
    }

    /// Who the split `message_id` made; None while it is not in the views.
    pub async fn split_into(
        &self,
        workspace: WorkspaceId,
        message_id: &str,
    ) -> Result<Option<ProfileId>, ProfileError> {
        let sql = "SELECT into_id FROM profile_split WHERE workspace_id = $1 AND event = $2";
        let event = base::EventId::of(workspace, message_id).to_string();
        let row = self.db().query_one(sql, &[workspace.into(), event.into()]).await?;
        let Some(into) = row.map(|row| row.i64("into_id")).transpose()? else { return Ok(None) };
        if into == 0 {
            return Err(ProfileError::Refused {
                pointer: "/identifiers",
                code: "no_identifier",
                detail: "the customer changed at the same moment: the split is not possible any more".into(),
            });
        }
        Ok(Some(ProfileId::from_sql(into)))
    }

    async fn cut(
        &self,
        workspace: WorkspaceId,
        id: ProfileId,
        request: &SplitRequest,
    ) -> Result<(ProfileId, Cut), ProfileError> {
        let found = store::resolved(self.db(), workspace, &[id]).await?.pop().flatten();
        let from = found.ok_or(ProfileError::NotFound(id))?.id;
        let identifiers = store::identifiers(self.db(), workspace, from).await?;
        let merges = store::merged_from(self.db(), workspace, from).await?;
        Ok((from, Cut::make(request, identifiers, &merges, &self.rules_now(workspace))?))
    }

    pub(crate) async fn past_of(
        &self,
        workspace: WorkspaceId,
        id: ProfileId,
    ) -> Result<Vec<ResolvedEvent>, ProfileError> {
        let Some(past) = self.past() else { return Ok(Vec::new()) };
        let stored = self.aliases(workspace, id).await?;
        let unsorted = sorting::unsorted_now(self.db(), workspace).await?;
        unsorted.past_of(past, workspace, &stored, SPLIT_EVENTS_MAX).await.map_err(|error| match error {
            events::ViewError::Db(error) => error.into(),
            events::ViewError::Broken { detail, .. } => {
                ProfileError::Refused { pointer: "/id", code: "too_many_events", detail }
            }
        })
    }

    async fn ask(
        &self,
        workspace: WorkspaceId,
        name: &str,
        key: &str,
        profile: ProfileId,
        more: impl FnOnce(SystemEvent) -> SystemEvent,
    ) -> Result<Asked, ProfileError> {
        let now = self.now();
        // The same two may be joined and taken apart again and again.
        let message_id = format!("{key}:{}", self.fresh_id(now));
        let event = SystemEvent::new(workspace, name, &message_id, profile, now, Channel::System);
        self.inbox().append_system(&[more(event)], now).await?;
        Ok(Asked { profile, message_id })
    }
}

/// Every trait of both, with the one the rules keep.
fn choices(survivor: &store::Found, merged: &store::Found, rules: &Rules) -> Vec<TraitChoice> {
    let mut both = survivor.traits.clone();
    both.absorb(&merged.traits, rules);
    let mut choices: BTreeMap<String, TraitChoice> = BTreeMap::new();
    for (seen, is_survivor) in [(survivor.traits_seen(), true), (merged.traits_seen(), false)] {
        for seen in seen {
            let name = seen.name.clone();
            let blank =
                TraitChoice { name: name.clone(), survivor: None, merged: None, keeps_survivor: true, together: None };
            let choice = choices.entry(name).or_insert(blank);
            *(if is_survivor { &mut choice.survivor } else { &mut choice.merged }) = Some(seen);
        }
    }
    for (name, choice) in &mut choices {
        let kept = both.iter().find(|item| item.name == name);
        choice.keeps_survivor = match (&choice.survivor, &kept) {
            (Some(seen), Some(kept)) => seen.at == kept.at && seen.value == *kept.value,
            _ => false,
        };
        let is_one = |seen: &Option<TraitSeen>| {
            seen.as_ref().zip(kept.as_ref()).is_some_and(|(seen, kept)| seen.value == *kept.value)
        };
        if !is_one(&choice.survivor) && !is_one(&choice.merged) {
            choice.together = kept.map(|kept| kept.value.clone());
        }
    }
    choices.into_values().collect()
}

impl SplitSide {
    fn of(events: &[ResolvedEvent], identifiers: Vec<IdentifierSeen>, rules: &Rules) -> Self {
        let mut traits = Document::default();
        events.iter().for_each(|item| crate::view::hear(&mut traits, &item.event, rules));
        let times = || events.iter().map(|item| item.event.at);
        Self {
            events: events.len() as u64,
            identifiers,
            traits: traits.iter().map(TraitSeen::from).collect(),
            first_seen: times().min(),
            last_seen: events
                .iter()
                .filter(|item| crate::view::is_presence(&item.event))
                .map(|item| item.event.at)
                .max(),
        }
    }
}
