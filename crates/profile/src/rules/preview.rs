//! What new rules would mean for the customers there are.

use super::check::check;
use super::document::{KindRuleDoc, RulesDoc};
use super::pattern::Pattern;
use super::store;
use crate::error::ProfileError;
use crate::identifiers::gmail_mailbox;
use crate::service::Profiles;
use base::WorkspaceId;
use std::collections::{BTreeMap, BTreeSet};

/// Addresses of gmail.com that are looked through.
const GMAIL_ADDRESSES_MAX: usize = 200_000;

/// What would become of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindPreview {
    pub kind: String,
    /// Customers who have more of it than the new limit.
    pub over_limit: u64,
    /// Identifiers that would not be taken any more.
    pub blocked: u64,
    /// Identifiers of a kind that would be switched off.
    pub disabled: u64,
}

/// Mailboxes that several customers have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GmailPreview {
    pub mailboxes: u64,
    pub customers: u64,
    /// False: there are more addresses than were looked through.
    pub complete: bool,
}

/// What new rules would mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulesPreview {
    /// Only kinds of which something would change for somebody.
    pub kinds: Vec<KindPreview>,
    pub gmail: Option<GmailPreview>,
    /// Traits, or patterns, of which the rule would change.
    pub traits: Vec<String>,
    /// True when anything differs from what holds now.
    pub changes: bool,
}

impl Profiles {
    /// Counts who breaks new rules today; changes nothing.
    pub async fn rules_preview(&self, workspace: WorkspaceId, wanted: &RulesDoc) -> Result<RulesPreview, ProfileError> {
        let flaws = check(wanted);
        if !flaws.is_empty() {
            return Err(ProfileError::BadRules(flaws));
        }
        let wanted = wanted.clone().completed();
        let now = self.rules_of(workspace).await?.rules;
        let mut kinds = Vec::new();
        for rule in &wanted.kinds {
            let seen = self.preview_kind(workspace, rule, &now).await?;
            if seen.over_limit + seen.blocked + seen.disabled > 0 {
                kinds.push(seen);
            }
        }
        let gmail =
            if wanted.gmail_dots && !now.gmail_dots { Some(self.preview_gmail(workspace).await?) } else { None };
        let differing = |one: &RulesDoc, other: &RulesDoc| -> BTreeSet<String> {
            one.traits.iter().filter(|rule| !other.traits.contains(rule)).map(|rule| rule.pattern.clone()).collect()
        };
        let traits: BTreeSet<String> = &differing(&wanted, &now) | &differing(&now, &wanted);
        Ok(RulesPreview { kinds, gmail, traits: traits.into_iter().collect(), changes: wanted != now })
    }

    async fn preview_kind(
        &self,
        workspace: WorkspaceId,
        rule: &KindRuleDoc,
        now: &RulesDoc,
    ) -> Result<KindPreview, ProfileError> {
        let before = now.kinds.iter().find(|known| known.kind == rule.kind);
        let (limit, was_enabled) =
            before.map_or((now.other_kinds.limit, now.other_kinds.enabled), |known| (known.limit, known.enabled));
        let known = before.map_or(&[][..], |known| &known.blocked);
        let added: Vec<String> =
            rule.blocked.iter().filter(|text| !known.contains(text)).map(|text| Pattern::like(text)).collect();
        let mut seen = KindPreview { kind: rule.kind.clone(), over_limit: 0, blocked: 0, disabled: 0 };
        if rule.limit < limit {
            seen.over_limit = store::over_limit(self.db(), workspace, &rule.kind, rule.limit).await?;
        }
        if !rule.enabled && was_enabled {
            seen.disabled = store::identifiers(self.db(), workspace, &rule.kind, None).await?;
        }
        if !added.is_empty() {
            seen.blocked = store::identifiers(self.db(), workspace, &rule.kind, Some(&added)).await?;
        }
        Ok(seen)
    }

    async fn preview_gmail(&self, workspace: WorkspaceId) -> Result<GmailPreview, ProfileError> {
        let rows = store::gmail_addresses(self.db(), workspace, GMAIL_ADDRESSES_MAX + 1).await?;
        let complete = rows.len() <= GMAIL_ADDRESSES_MAX;
        let mut owners: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
        for (address, profile) in rows {
            if let Some(mailbox) = gmail_mailbox(&address) {
                owners.entry(mailbox).or_default().insert(profile);
            }
        }
        owners.retain(|_, profiles| profiles.len() > 1);
        let customers: BTreeSet<i64> = owners.values().flatten().copied().collect();
        Ok(GmailPreview { mailboxes: owners.len() as u64, customers: customers.len() as u64, complete })
    }
}
