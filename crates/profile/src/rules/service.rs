//! Reading and changing the rules, and the devices several people share.

use super::check::check;
use super::document::RulesDoc;
use super::store;
use crate::error::ProfileError;
use crate::identifiers::{PLACEHOLDERS, SHARED_LOCAL_PARTS};
use crate::model::ProfileSummary;
use crate::service::Profiles;
use base::{Page, PageRequest, Timestamp, WorkspaceId};

/// A workspace's rules and who changed them last.
#[derive(Debug, Clone, PartialEq)]
pub struct RulesSaved {
    /// 0: nobody ever changed them.
    pub version: i64,
    pub changed_at: Option<Timestamp>,
    pub changed_by: Option<String>,
    pub rules: RulesDoc,
}

/// A device several people share.
#[derive(Debug, Clone, PartialEq)]
pub struct SharedDevice {
    pub kind: String,
    pub value: String,
    pub since: Timestamp,
    /// User ids that signed in on it within `days` days; `limit` would have been one customer's.
    pub users: u32,
    pub limit: u32,
    pub days: u32,
    /// Who keeps what was done on it without any personal identifier; None: nothing was yet.
    pub visitor: Option<ProfileSummary>,
}

/// What identifies nobody whatever the rules say: values of any kind, and what stands before the @ of an address.
pub fn built_in_blocked() -> (&'static [&'static str], &'static [&'static str]) {
    (PLACEHOLDERS, SHARED_LOCAL_PARTS)
}

impl Profiles {
    /// The rules as they were saved last; the pipeline has them from its next batch on.
    pub async fn rules_of(&self, workspace: WorkspaceId) -> Result<RulesSaved, ProfileError> {
        let Some(stored) = store::rules(self.db(), workspace).await? else {
            let rules = RulesDoc::default().completed();
            return Ok(RulesSaved { version: 0, changed_at: None, changed_by: None, rules });
        };
        Ok(RulesSaved {
            version: stored.version,
            changed_at: Some(stored.changed_at),
            changed_by: Some(stored.changed_by),
            rules: RulesDoc::parse(&stored.text).map_err(ProfileError::BrokenRules)?,
        })
    }

    /// Saves rules; they hold for what comes next. `version`: what the caller has read; None: whatever there is. Answers
    /// what was before and what is now.
    pub async fn put_rules(
        &self,
        workspace: WorkspaceId,
        rules: RulesDoc,
        version: Option<i64>,
        by: &str,
    ) -> Result<(RulesSaved, RulesSaved), ProfileError> {
        let flaws = check(&rules);
        if !flaws.is_empty() {
            return Err(ProfileError::BadRules(flaws));
        }
        let before = self.rules_of(workspace).await?;
        if let Some(version) = version.filter(|version| *version != before.version) {
            tracing::debug!(%workspace, version, "rules were changed meanwhile");
            return Err(ProfileError::StaleRules(before.version));
        }
        let rules = rules.completed();
        if !store::put(self.db(), workspace, before.version, &rules, (by, self.now())).await? {
            return Err(ProfileError::StaleRules(self.rules_of(workspace).await?.version));
        }
        self.book().note_change();
        Ok((before, self.rules_of(workspace).await?))
    }

    /// Devices several people share, the newest first.
    pub async fn shared_devices(
        &self,
        workspace: WorkspaceId,
        page: &PageRequest,
    ) -> Result<Page<SharedDevice>, ProfileError> {
        let after = page.cursor.as_deref().map(|text| read_cursor(text).ok_or(ProfileError::Cursor(text.into())));
        let rows = store::shared_devices(self.db(), workspace, after.transpose()?, page.limit() + 1).await?;
        let ids: Vec<_> = rows.iter().filter_map(|row| row.visitor).collect();
        let visitors = self.summaries(workspace, &ids).await?;
        let number = |value: i64| u32::try_from(value).unwrap_or_default();
        let devices = rows.into_iter().map(|row| SharedDevice {
            visitor: visitors.iter().find(|visitor| Some(visitor.id) == row.visitor).cloned(),
            kind: row.kind,
            value: row.value,
            since: row.since,
            users: number(row.users),
            limit: number(row.users_limit),
            days: number(row.days),
        });
        let key = |device: &SharedDevice| serde_json::json!([device.since.ms(), device.kind, device.value]).to_string();
        Ok(Page::cut(devices.collect(), page.limit(), key))
    }

    /// How many there are.
    pub async fn count_shared_devices(&self, workspace: WorkspaceId) -> Result<u64, ProfileError> {
        Ok(store::count_shared(self.db(), workspace).await?)
    }

    /// Lets a shared device go: from the next batch on it is nobody's, and sign-ins are counted from zero.
    pub async fn release_device(&self, workspace: WorkspaceId, kind: &str, value: &str) -> Result<(), ProfileError> {
        if !store::release(self.db(), workspace, kind, value).await? {
            return Err(ProfileError::NoSharedDevice(value.to_owned()));
        }
        self.book().note_change();
        Ok(())
    }
}

fn read_cursor(text: &str) -> Option<(i64, String, String)> {
    serde_json::from_str(text).ok()
}
