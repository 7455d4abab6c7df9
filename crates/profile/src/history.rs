//! Everything that was ever said of a trait, and which of it holds by which rule.

use crate::error::ProfileError;
use crate::rules::Rules;
use crate::service::Profiles;
use crate::split::SPLIT_EVENTS_MAX;
use crate::survivor::{Said, named};
use crate::{document, store};
use base::{Json, Page, PageRequest, ProfileId, Timestamp, WorkspaceId};

/// Something that was said of a trait.
#[derive(Debug, Clone, PartialEq)]
pub struct TraitSaying {
    /// Null: it was taken back.
    pub value: Json,
    pub at: Timestamp,
    /// A source id, or the channel of an event that has none.
    pub source: String,
    /// The event that said it.
    pub event: String,
    /// True when what holds is this, or is made of this and others.
    pub holds: bool,
}

/// The rule that says which value of a trait stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRule {
    pub code: &'static str,
    /// The most trusted first.
    pub sources: Vec<String>,
    /// The line of the workspace's rules; None: built in.
    pub pattern: Option<String>,
    pub words: &'static str,
}

/// A trait of a customer: what holds, why, and a page of what was said.
#[derive(Debug, Clone)]
pub struct TraitHistory {
    pub rule: HistoryRule,
    /// What holds; None: nothing was said, or it was taken back.
    pub value: Option<Json>,
    pub at: Option<Timestamp>,
    /// Who said it. `computed`: it was worked out, and what it was before is not kept.
    pub source: Option<String>,
    /// Latest first.
    pub sayings: Page<TraitSaying>,
    /// Events of one customer that are looked through at most; of one who has more there is an error.
    pub limit: usize,
}

impl HistoryRule {
    fn of(rules: &Rules, name: &str) -> Self {
        let line = rules.of_trait(name);
        let built_in = if document::earliest_wins(name) { "first" } else { "latest" };
        let code = line.map_or(built_in, |line| line.survivor.code());
        Self {
            code,
            sources: line.map_or_else(Vec::new, |line| line.doc.sources.clone()),
            pattern: line.map(|line| line.doc.pattern.clone()),
            words: named(code).map_or("", |survivor| survivor.words()),
        }
    }
}

impl Profiles {
    /// What was ever said of a trait, a page of it. The customer's history is read once per call.
    pub async fn trait_history(
        &self,
        workspace: WorkspaceId,
        id: ProfileId,
        name: &str,
        page: &PageRequest,
    ) -> Result<TraitHistory, ProfileError> {
        let found = store::resolved(self.db(), workspace, &[id]).await?.pop().flatten();
        let found = found.ok_or(ProfileError::NotFound(id))?;
        let rules = self.rules_now(workspace);
        let holding = found.traits.holding(&rules, name);
        let mut sayings = Vec::new();
        for item in self.past_of(workspace, found.id).await? {
            crate::view::each_saying(&item.event, &rules, |said_name, said, _| {
                if said_name == name {
                    sayings.push(TraitSaying {
                        at: item.event.at,
                        source: said.source().to_owned(),
                        event: item.event.id.to_string(),
                        holds: holds(&holding, &said),
                        value: said.0,
                    });
                }
            });
        }
        sayings.sort_by_key(|said| std::cmp::Reverse(key(said)));
        if let Some(cursor) = &page.cursor {
            let after = read_cursor(cursor).ok_or_else(|| ProfileError::Cursor(cursor.clone()))?;
            sayings.retain(|saying| key(saying) < after);
        }
        let now = found.traits.iter().find(|item| item.name == name);
        Ok(TraitHistory {
            rule: HistoryRule::of(&rules, name),
            value: now.as_ref().map(|item| item.value.clone()),
            at: now.as_ref().map(|item| item.at),
            source: now.map(|item| item.source.to_owned()),
            sayings: Page::cut(sayings, page.limit(), |saying| format!("{}:{}", saying.at.ms(), saying.event)),
            limit: SPLIT_EVENTS_MAX,
        })
    }
}

/// True when what was said is among `holding`; a list also by one of its entries.
fn holds(holding: &[Said], said: &Said) -> bool {
    holding.iter().any(|kept| {
        let is_entry = || said.value().as_array().is_some_and(|items| items.contains(kept.value()));
        let by = kept.source().is_empty() || kept.source() == said.source();
        kept.at() == said.at() && by && (kept.value() == said.value() || is_entry())
    })
}

fn key(saying: &TraitSaying) -> (i64, String) {
    (saying.at.ms(), saying.event.clone())
}

fn read_cursor(text: &str) -> Option<(i64, String)> {
    let (at, event) = text.split_once(':')?;
    Some((at.parse().ok()?, event.to_owned()))
}
