//! The façade: rules, what is known of them, and who may switch them on.

use crate::check;
use crate::error::{Result, RetentionError};
use crate::limits::*;
use crate::model::*;
use crate::ports::{Facts, History, Needs, Trail};
use crate::store;
use base::{Clock, Page, PageRequest, RetentionRuleId, RetentionRunId, Rng, Timestamp, WorkspaceId};
use db::{Db, DbError, Tx};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;

/// What [`Retention::new`] needs.
pub struct RetentionParts {
    pub db: Db,
    pub history: Arc<dyn History>,
    pub facts: Arc<dyn Facts>,
    pub trail: Arc<dyn Trail>,
    pub needs: Needs,
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<dyn Rng>,
}

/// The room; cheap to clone.
#[derive(Clone)]
pub struct Retention(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub db: Db,
    pub history: Arc<dyn History>,
    pub facts: Arc<dyn Facts>,
    pub trail: Arc<dyn Trail>,
    pub needs: Needs,
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<dyn Rng>,
    /// Something waits to be run.
    pub work: tokio::sync::Notify,
    /// How far the run at work is.
    pub progress: Mutex<HashMap<RetentionRunId, f32>>,
}

/// Retention of a workspace at a glance.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    pub events: u64,
    pub rules_on: u64,
    /// None: no rule is on.
    pub next_run_at: Option<Timestamp>,
    pub running: Option<Run>,
    /// The last run that did what the rules say.
    pub last_run: Option<Run>,
}

impl Retention {
    pub fn new(parts: RetentionParts) -> Self {
        let RetentionParts { db, history, facts, trail, needs, clock, rng } = parts;
        let (work, progress) = (tokio::sync::Notify::new(), Mutex::default());
        Self(Arc::new(Inner { db, history, facts, trail, needs, clock, rng, work, progress }))
    }

    /// All rules, the most specific first.
    pub async fn rules(&self, workspace: WorkspaceId) -> Result<Vec<Rule>> {
        store::rules(&self.0.db, workspace).await
    }

    pub async fn rule(&self, workspace: WorkspaceId, id: RetentionRuleId) -> Result<Rule> {
        let rules = self.rules(workspace).await?;
        rules.into_iter().find(|rule| rule.id == id).ok_or(RetentionError::NoRule(id))
    }

    /// What to know of a rule.
    pub async fn warnings(&self, workspace: WorkspaceId, draft: &Draft) -> Vec<Warning> {
        let days = self.0.facts.attribution_days(workspace).await.ok();
        check::warnings(draft, &self.0.needs, days)
    }

    /// Saves a rule, switched off.
    pub async fn create(&self, workspace: WorkspaceId, draft: Draft) -> Result<Rule> {
        let draft = self.checked(workspace, draft).await?;
        let now = self.0.clock.now();
        let mut tx = self.0.db.begin().await?;
        if RULES_MAX <= store::rules_in(&mut tx, workspace).await?.len() {
            return Err(RetentionError::Full(RULES_MAX));
        }
        let rule = Rule {
            id: RetentionRuleId::new(now, &*self.0.rng),
            draft,
            enabled: false,
            off_reason: None,
            enabled_at: None,
            created_at: now,
            updated_at: now,
        };
        put(&mut tx, workspace, &rule).await?;
        tx.commit().await?;
        Ok(rule)
    }

    /// Changes a rule; one that says something else is switched off.
    pub async fn change(&self, workspace: WorkspaceId, id: RetentionRuleId, draft: Draft) -> Result<Rule> {
        let draft = self.checked(workspace, draft).await?;
        let mut tx = self.0.db.begin().await?;
        let rules = store::rules_in(&mut tx, workspace).await?;
        let rule = rules.iter().find(|rule| rule.id == id).ok_or(RetentionError::NoRule(id))?;
        if rule.draft == draft {
            return Ok(rule.clone());
        }
        let now = self.0.clock.now();
        unshield(&mut tx, workspace, &rules, rule, now).await?;
        let changed = Rule { draft, updated_at: now, ..off(rule, None, now) };
        put(&mut tx, workspace, &changed).await?;
        tx.commit().await?;
        Ok(changed)
    }

    pub async fn delete(&self, workspace: WorkspaceId, id: RetentionRuleId) -> Result<Rule> {
        let mut tx = self.0.db.begin().await?;
        let rules = store::rules_in(&mut tx, workspace).await?;
        let rule = rules.iter().find(|rule| rule.id == id).ok_or(RetentionError::NoRule(id))?;
        unshield(&mut tx, workspace, &rules, rule, self.0.clock.now()).await?;
        store::delete_rule(&mut tx, workspace, id).await?;
        tx.commit().await?;
        Ok(rule.clone())
    }

    pub async fn disable(&self, workspace: WorkspaceId, id: RetentionRuleId) -> Result<Rule> {
        let mut tx = self.0.db.begin().await?;
        let rules = store::rules_in(&mut tx, workspace).await?;
        let rule = rules.iter().find(|rule| rule.id == id).ok_or(RetentionError::NoRule(id))?;
        let now = self.0.clock.now();
        unshield(&mut tx, workspace, &rules, rule, now).await?;
        let changed = off(rule, None, now);
        put(&mut tx, workspace, &changed).await?;
        tx.commit().await?;
        Ok(changed)
    }

    /// Switches a rule on. What cuts something needs a dry run that showed what.
    pub async fn enable(
        &self,
        workspace: WorkspaceId,
        id: RetentionRuleId,
        dry_run: Option<RetentionRunId>,
    ) -> Result<Rule> {
        let shown = match dry_run {
            Some(run) => store::run(&self.0.db, workspace, run).await?,
            None => None,
        };
        // Asked outside of the transaction: another room answers.
        let now = self.0.clock.now();
        let draft = self.rule(workspace, id).await?.draft;
        self.checked(workspace, draft.clone()).await?;
        let mut tx = self.0.db.begin().await?;
        let rules = store::rules_in(&mut tx, workspace).await?;
        let rule = rules.iter().find(|rule| rule.id == id).ok_or(RetentionError::NoRule(id))?;
        if rule.enabled {
            return Ok(rule.clone());
        }
        if rule.draft != draft {
            return Err(RetentionError::DryRunNeeded("somebody changed the rule just now: look at it again".into()));
        }
        if rule.draft.keep.is_some() {
            was_shown(shown.as_ref(), rule, &rules, now)?;
        }
        let enabled = Rule { enabled: true, off_reason: None, enabled_at: Some(now), updated_at: now, ..rule.clone() };
        put(&mut tx, workspace, &enabled).await?;
        tx.commit().await?;
        Ok(enabled)
    }

    pub async fn overview(&self, workspace: WorkspaceId) -> Result<Overview> {
        let rules = self.rules(workspace).await?;
        let cutting = rules.iter().any(|rule| rule.enabled && rule.draft.keep.is_some());
        let running = store::running(&self.0.db).await?.into_iter().find(|run| run.workspace == workspace);
        let last = store::last_run(&self.0.db, workspace, "state", RunState::Done.name()).await?;
        Ok(Overview {
            events: self.0.history.events(workspace),
            rules_on: rules.iter().filter(|rule| rule.enabled).count() as u64,
            next_run_at: cutting.then(|| crate::runs::night_before(self.0.clock.now()).plus_ms(DAY_MS)),
            running: running.map(|run| self.shown(run)),
            last_run: last.map(|run| self.shown(run)),
        })
    }

    /// Dry runs and receipts, newest first.
    pub async fn runs(&self, workspace: WorkspaceId, mode: Option<Mode>, page: &PageRequest) -> Result<Page<Run>> {
        let before = match page.cursor.as_deref() {
            None => None,
            Some(text) => Some(text.parse().map_err(|_| RetentionError::Cursor(text.chars().take(60).collect()))?),
        };
        let limit = page.limit();
        let found = store::runs(&self.0.db, workspace, mode, before, limit + 1).await?;
        let found: Vec<Run> = found.into_iter().map(|run| self.shown(run)).collect();
        Ok(Page::cut(found, limit, |last| last.id.to_string()))
    }

    pub async fn get_run(&self, workspace: WorkspaceId, id: RetentionRunId) -> Result<Run> {
        let found = store::run(&self.0.db, workspace, id).await?.ok_or(RetentionError::NoRun(id))?;
        Ok(self.shown(found))
    }

    pub(crate) fn shown(&self, run: store::StoredRun) -> Run {
        let progress = self.0.progress.lock().get(&run.id).copied();
        run.into_run(progress)
    }

    async fn checked(&self, workspace: WorkspaceId, draft: Draft) -> Result<Draft> {
        let draft = check::tidied(draft);
        let days = self.0.facts.attribution_days(workspace).await.map_err(RetentionError::Data)?;
        let flaws = check::flaws(&draft, &self.0.needs, days);
        if flaws.is_empty() { Ok(draft) } else { Err(RetentionError::Invalid(flaws)) }
    }
}

async fn put(tx: &mut Tx, workspace: WorkspaceId, rule: &Rule) -> Result<()> {
    match store::put_rule(tx, workspace, rule).await {
        Err(DbError::UniqueViolation(_)) => Err(RetentionError::Exists),
        other => Ok(other?),
    }
}

fn off(rule: &Rule, reason: Option<OffReason>, now: Timestamp) -> Rule {
    Rule { enabled: false, off_reason: reason, enabled_at: None, updated_at: now, ..rule.clone() }
}

/// Events that `rule` kept from wider rules would be cut by them without anybody having seen how many: those are
/// switched off.
async fn unshield(
    tx: &mut Tx,
    workspace: WorkspaceId,
    rules: &[Rule],
    rule: &Rule,
    now: Timestamp,
) -> Result<(), DbError> {
    if !rule.enabled {
        return Ok(());
    }
    let what = rule.draft.target.what;
    let wider = rules.iter().filter(|other| other.enabled && what < other.draft.target.what);
    for other in wider.filter(|other| other.draft.keep.is_some()) {
        store::put_rule(tx, workspace, &off(other, Some(OffReason::RulesChanged), now)).await?;
    }
    Ok(())
}

/// Whether a dry run showed what switching `rule` on will do.
fn was_shown(shown: Option<&store::StoredRun>, rule: &Rule, rules: &[Rule], now: Timestamp) -> Result<()> {
    let missing = |what: &str| Err(RetentionError::DryRunNeeded(what.to_owned()));
    let Some(run) = shown.filter(|run| run.mode == Mode::DryRun && run.state == RunState::Done) else {
        return missing("make a dry run with this rule, wait for its end, and send its id as dry_run");
    };
    if DRY_RUN_AGE_MAX_MS < now.ms_since(run.started_at) {
        return missing("the dry run is older than 24 hours: make a new one");
    }
    let Some(of_rule) = run.outcome.rules.iter().find(|one| one.rule == rule.id) else {
        return missing("this rule was not part of the dry run: make one with it");
    };
    if of_rule.draft != rule.draft {
        return missing("the rule was changed after the dry run: make a new one");
    }
    let what = rule.draft.target.what;
    for narrower in run.outcome.rules.iter().filter(|one| one.draft.target.what < what) {
        let is_on =
            rules.iter().any(|other| other.id == narrower.rule && other.enabled && other.draft == narrower.draft);
        if !is_on {
            let name = &narrower.draft.target.name;
            return Err(RetentionError::DryRunNeeded(format!(
                "the dry run counted with the rule for \"{name}\", which is off or was changed: switch that one on \
                 first, or make a dry run without it"
            )));
        }
    }
    Ok(())
}
