//! The façade: reading customers, and changing them by writing to the log.

use crate::ErasureProgress;
use crate::activity::PROFILES;
use crate::document::Document;
use crate::error::ProfileError;
use crate::identifiers::{Kind, normalise};
use crate::model::{ConflictSeen, MergeSeen, Profile, ProfileCounts, ProfileRow, ProfileSummary, Sort};
use crate::rules::{RuleBook, Rules};
use crate::{list, store};
use base::{Clock, Json, JsonMap, Page, PageRequest, ProfileId, Rng, Timestamp, WorkspaceId};
use bytes::Bytes;
use db::{Db, Val};
use events::{Channel, Identifier, Inbox, Offset, Origin, Past, Record};
use std::collections::HashMap;
use std::sync::Arc;

/// Profiles one `stream` call answers at most.
pub const STREAM_LIMIT_MAX: u32 = 10_000;

/// Customers: look up, list, search, change, erase. Cheap to clone.
#[derive(Clone)]
pub struct Profiles {
    db: Db,
    inbox: Arc<Inbox>,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    past: Option<Arc<dyn Past>>,
    book: Arc<RuleBook>,
}

impl Profiles {
    pub fn new(db: Db, inbox: Arc<Inbox>, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>) -> Self {
        Self { db, inbox, clock, rng, past: None, book: Arc::default() }
    }

    /// What previews of splits need to know: everything a customer ever did.
    pub fn with_past(self, past: Arc<dyn Past>) -> Self {
        Self { past: Some(past), ..self }
    }

    /// The rules of the workspaces, as the resolver has them.
    pub fn with_rules(self, book: Arc<RuleBook>) -> Self {
        Self { book, ..self }
    }
    pub(crate) fn book(&self) -> &RuleBook {
        &self.book
    }
    /// The rules that hold in the pipeline now.
    pub(crate) fn rules_now(&self, workspace: WorkspaceId) -> Arc<Rules> {
        self.book.current().arc(workspace).clone()
    }

    pub(crate) fn past(&self) -> Option<&dyn Past> {
        self.past.as_deref()
    }
    pub(crate) fn inbox(&self) -> &Inbox {
        &self.inbox
    }
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
    pub(crate) fn fresh_id(&self, now: Timestamp) -> String {
        base::AuditId::new(now, &*self.rng).uuid().to_string()
    }

    pub(crate) fn db(&self) -> &Db {
        &self.db
    }

    /// The customer `id` stands for today; an id that was merged away leads to the survivor.
    pub async fn get(&self, workspace: WorkspaceId, id: ProfileId) -> Result<Profile, ProfileError> {
        let found = store::resolved(&self.db, workspace, &[id]).await?.pop().flatten();
        let found = found.ok_or(ProfileError::NotFound(id))?;
        let merges = store::merged_from(&self.db, workspace, found.id).await?;
        Ok(Profile {
            merged_from: merges.iter().map(|merge| merge.from).collect(),
            identifiers: store::identifiers(&self.db, workspace, found.id).await?,
            traits: found.traits_seen(),
            summary: found.summary(),
        })
    }

    /// The profile an identifier belongs to. `kind` as in `identifiers::KINDS`, or a custom one.
    pub async fn find(
        &self,
        workspace: WorkspaceId,
        kind: &str,
        value: &str,
    ) -> Result<Option<ProfileId>, ProfileError> {
        let Some(kind) = Kind::named(kind) else { return Ok(None) };
        let rules = self.rules_now(workspace);
        let mailbox = (kind == Kind::EMAIL && rules.doc.gmail_dots).then_some(Kind::GMAIL_MAILBOX);
        for kind in std::iter::once(kind).chain(mailbox) {
            let Some(value) = normalise(rules.kind(kind).form, value, rules.region()) else { continue };
            let sql = "SELECT profile_id FROM profile_identifier WHERE workspace_id = $1 AND kind = $2 AND value = $3";
            let row = self.db.query_one(sql, &[workspace.into(), kind.name().into(), (&*value).into()]).await?;
            if let Some(row) = row {
                return Ok(Some(ProfileId::from_sql(row.i64("profile_id")?)));
            }
        }
        Ok(None)
    }

    /// A page of all customers.
    pub async fn list(
        &self,
        workspace: WorkspaceId,
        sort: Sort,
        page: &PageRequest,
    ) -> Result<Page<ProfileSummary>, ProfileError> {
        list::list(&self.db, workspace, sort, page).await
    }

    /// Exact identifiers first, then names, addresses and cities that begin with `q`.
    pub async fn search(
        &self,
        workspace: WorkspaceId,
        q: &str,
        page: &PageRequest,
    ) -> Result<Page<ProfileSummary>, ProfileError> {
        if q.trim().is_empty() {
            return self.list(workspace, Sort::LastSeen, page).await;
        }
        list::search(&self.db, workspace, q, page, &self.rules_now(workspace)).await
    }

    /// Lines for known ids (members of a segment, recipients), in the order asked; ids that are gone are left out.
    pub async fn summaries(
        &self,
        workspace: WorkspaceId,
        ids: &[ProfileId],
    ) -> Result<Vec<ProfileSummary>, ProfileError> {
        let found = store::resolved(&self.db, workspace, ids).await?;
        Ok(found.into_iter().flatten().map(|found| found.summary()).collect())
    }

    /// What each id is called, merged ids included.
    pub async fn labels(
        &self,
        workspace: WorkspaceId,
        ids: &[ProfileId],
    ) -> Result<HashMap<ProfileId, String>, ProfileError> {
        let found = store::resolved(&self.db, workspace, ids).await?;
        Ok(ids.iter().zip(found).filter_map(|(id, found)| Some((*id, found?.label()))).collect())
    }

    /// What each id is today.
    pub async fn canonical(
        &self,
        workspace: WorkspaceId,
        ids: &[ProfileId],
    ) -> Result<HashMap<ProfileId, ProfileId>, ProfileError> {
        store::canonical(&self.db, workspace, ids).await
    }

    /// Every id whose events are this customer's: the canonical one first, then all that were merged into it.
    pub async fn aliases(&self, workspace: WorkspaceId, id: ProfileId) -> Result<Vec<ProfileId>, ProfileError> {
        let canonical = self.canonical(workspace, &[id]).await?.remove(&id).unwrap_or(id);
        let merges = store::merged_from(&self.db, workspace, canonical).await?;
        Ok(std::iter::once(canonical).chain(merges.into_iter().map(|merge| merge.from)).collect())
    }

    /// How the profiles behind `id` were joined.
    pub async fn merges(&self, workspace: WorkspaceId, id: ProfileId) -> Result<Vec<MergeSeen>, ProfileError> {
        let canonical = self.canonical(workspace, &[id]).await?.remove(&id).unwrap_or(id);
        store::merged_from(&self.db, workspace, canonical).await
    }

    /// Identifiers that this profile and another both claim.
    pub async fn conflicts(&self, workspace: WorkspaceId, id: ProfileId) -> Result<Vec<ConflictSeen>, ProfileError> {
        store::conflicts(&self.db, workspace, id).await
    }

    /// Data for personal messages: all traits, and `id`, `name`, `first_name`, `last_name`, `email`, `phone`,
    /// `language` in these spellings whatever the source calls them. Null for ids that are gone.
    pub async fn data(&self, workspace: WorkspaceId, ids: &[ProfileId]) -> Result<Vec<Json>, ProfileError> {
        let found = store::resolved(&self.db, workspace, ids).await?;
        Ok(found.into_iter().map(|found| found.map_or(Json::Null, |found| merge_data(&found))).collect())
    }

    /// Where the customer is reached on `channel` (`email`, `sms`, `whatsapp`, `phone`, `push`), as they wrote it.
    pub async fn address(
        &self,
        workspace: WorkspaceId,
        channel: &str,
        ids: &[ProfileId],
    ) -> Result<Vec<Option<String>>, ProfileError> {
        let found = store::resolved(&self.db, workspace, ids).await?;
        let rules = self.rules_now(workspace);
        Ok(found.into_iter().map(|found| found.and_then(|found| address_of(&found, channel, rules.region()))).collect())
    }

    /// Profiles with an id after `after`, in order of id; for whoever reads all of them.
    pub async fn stream(
        &self,
        workspace: WorkspaceId,
        after: ProfileId,
        limit: u32,
    ) -> Result<Vec<ProfileRow>, ProfileError> {
        let sql = format!(
            "SELECT {} FROM {} WHERE profile.workspace_id = $1 AND id > $2 ORDER BY profile.workspace_id, id LIMIT $3",
            store::COLUMNS,
            PROFILES
        );
        let args: [Val; 3] = [workspace.into(), after.into(), limit.clamp(1, STREAM_LIMIT_MAX).into()];
        let rows = self.db.query(&sql, &args).await?;
        rows.iter().map(|row| Ok(store::Found::read(row)?.into_row())).collect()
    }

    pub async fn counts(&self, workspace: WorkspaceId) -> Result<ProfileCounts, ProfileError> {
        store::counts(&self.db, workspace).await
    }

    /// Makes or completes a customer by identifiers; durable when it returns, visible when the pipeline has taken it
    /// (ask [`Self::find`]). Answers the messageId.
    pub async fn create(
        &self,
        workspace: WorkspaceId,
        identifiers: &[Identifier],
        mut traits: JsonMap,
    ) -> Result<String, ProfileError> {
        let rules = self.rules_now(workspace);
        let mut external = Vec::new();
        let mut call = JsonMap::new();
        for (index, identifier) in identifiers.iter().enumerate() {
            let kind = Kind::named(&identifier.kind);
            let valid = kind.and_then(|kind| rules.normalise(kind, &identifier.value, rules.region()));
            let (Some(kind), Some(_)) = (kind, valid) else {
                return Err(ProfileError::Invalid {
                    pointer: format!("/identifiers/{index}"),
                    code: "bad_identifier",
                    detail: format!("this value is not one that can identify a customer by {}", identifier.kind),
                });
            };
            let second = match kind.name() {
                "user_id" => call.contains_key("userId"),
                "anonymous_id" => call.contains_key("anonymousId"),
                _ => false,
            };
            if second {
                return Err(ProfileError::Invalid {
                    pointer: format!("/identifiers/{index}"),
                    code: "second_identifier",
                    detail: format!(
                        "one call names one {}; two of them are joined only by a source's alias call",
                        kind.name()
                    ),
                });
            }
            match kind.name() {
                "user_id" => call.insert("userId".into(), identifier.value.as_str().into()),
                "anonymous_id" => call.insert("anonymousId".into(), identifier.value.as_str().into()),
                name => {
                    external.push(serde_json::json!({"type": name, "id": identifier.value}));
                    // Messages go to the trait: an address given as an identifier only could never be written to.
                    if matches!(name, "email" | "phone") && !traits.contains_key(name) {
                        traits.insert(name.to_owned(), identifier.value.as_str().into());
                    }
                    None
                }
            };
        }
        if identifiers.is_empty() {
            return Err(ProfileError::Invalid {
                pointer: "/identifiers".into(),
                code: "missing",
                detail: "a customer needs at least one identifier: user_id, email, phone, loyalty_card, …".into(),
            });
        }
        crate::writable::check(&traits, &Document::default(), rules.region())?;
        call.insert("context".into(), serde_json::json!({"externalIds": external}));
        self.append_identify(workspace, call, traits).await
    }

    /// Sets traits (null takes one back); durable when it returns. Answers the messageId.
    pub async fn patch(&self, workspace: WorkspaceId, id: ProfileId, traits: JsonMap) -> Result<String, ProfileError> {
        let found = store::resolved(&self.db, workspace, &[id]).await?.pop().flatten();
        let found = found.ok_or(ProfileError::NotFound(id))?;
        crate::writable::check(&traits, &found.traits, self.rules_now(workspace).region())?;
        let mut call = JsonMap::new();
        call.insert("profileId".into(), found.id.to_string().into());
        self.append_identify(workspace, call, traits).await
    }

    /// How far an erasure is; NotFound when none was asked for, or the log has not reached it yet.
    pub async fn erasure(&self, workspace: WorkspaceId, id: ProfileId) -> Result<ErasureProgress, ProfileError> {
        crate::erase::progress(&self.db, workspace, id).await?.ok_or(ProfileError::NotFound(id))
    }

    /// True when the history has followed every split: each event lies under its owner.
    pub async fn is_sorted(&self) -> Result<bool, ProfileError> {
        Ok(!crate::sorting::is_anything_unsorted(&self.db).await?)
    }

    /// Everything this room holds about a customer, as JSON.
    pub async fn export(&self, workspace: WorkspaceId, id: ProfileId) -> Result<Json, ProfileError> {
        let profile = self.get(workspace, id).await?;
        let merges = self.merges(workspace, id).await?;
        let conflicts = self.conflicts(workspace, profile.summary.id).await?;
        let summary = &profile.summary;
        Ok(serde_json::json!({
            "id": summary.id,
            "created_at": summary.created_at,
            "first_seen": summary.first_seen,
            "last_seen": summary.last_seen,
            "events": summary.events,
            "channels": summary.channels,
            "identifiers": profile.identifiers.iter().map(|seen| serde_json::json!({
                "kind": seen.kind, "value": seen.value, "source": seen.source,
                "first_seen": seen.first_seen, "last_seen": seen.last_seen,
            })).collect::<Vec<_>>(),
            "traits": profile.traits.iter().map(|seen| serde_json::json!({
                "name": seen.name, "value": seen.value, "updated_at": seen.at, "source": seen.source,
            })).collect::<Vec<_>>(),
            "merges": merges.iter().map(|merge| serde_json::json!({
                "from": merge.from, "into": merge.into, "at": merge.at, "reason": merge.reason,
            })).collect::<Vec<_>>(),
            "conflicts": conflicts.iter().map(|conflict| serde_json::json!({
                "kind": conflict.kind, "value": conflict.value, "reason": conflict.reason,
                "first_at": conflict.first_at, "last_at": conflict.last_at,
            })).collect::<Vec<_>>(),
        }))
    }

    /// An identify call of our own, as a source would send it.
    async fn append_identify(
        &self,
        workspace: WorkspaceId,
        mut call: JsonMap,
        traits: JsonMap,
    ) -> Result<String, ProfileError> {
        let now = self.clock.now();
        let message_id = self.fresh_id(now);
        call.insert("type".into(), "identify".into());
        call.insert("messageId".into(), message_id.as_str().into());
        call.insert("timestamp".into(), now.to_string().into());
        call.insert("traits".into(), Json::Object(traits));
        let body = serde_json::json!({"batch": [call]}).to_string();
        self.inbox.append(record(workspace, &message_id, body, now)).await?;
        Ok(message_id)
    }
}

fn record(workspace: WorkspaceId, message_id: &str, body: String, now: Timestamp) -> Record {
    Record {
        offset: Offset::default(),
        workspace,
        origin: Origin::System,
        channel: Channel::System,
        source: None,
        received_at: now,
        ids: vec![base::EventId::of(workspace, message_id)],
        body: Bytes::from(body),
    }
}

fn merge_data(found: &store::Found) -> Json {
    let traits = &found.traits;
    let mut data = found.trait_map();
    let mut put = |name: &str, value: Option<&str>| {
        data.entry(name).or_insert_with(|| value.map_or(Json::Null, Json::from));
    };
    put("first_name", traits.first_name());
    put("last_name", traits.last_name());
    put("name", traits.full_name().as_deref());
    put("email", traits.email());
    put("phone", traits.phone());
    put("language", traits.language());
    put("city", traits.city());
    put("country", traits.country());
    // Last: no trait can pass for the id.
    data.insert("id".into(), found.id.to_string().into());
    Json::Object(data)
}

/// `region`: where a phone number without country code is from, unless the customer's country is known.
fn address_of(found: &store::Found, channel: &str, region: &str) -> Option<String> {
    match channel {
        "email" => found.traits.email().map(str::to_owned),
        "sms" | "whatsapp" | "phone" => {
            let region = found.traits.country().filter(|code| code.len() == 2).unwrap_or(region);
            found.traits.phone().and_then(|phone| crate::identifiers::normalise_phone(phone, region))
        }
        _ => None,
    }
}
