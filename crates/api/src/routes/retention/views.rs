//! The shapes of retention.

use base::{FieldError, RetentionRuleId, RetentionRunId, Timestamp};
use retention::{
    Action, Draft, KEPT_PROPERTIES, Keep, NameCount, OffReason, Overview, Reader, RetentionError, Rule, RuleOutcome,
    Run, Target, Unit, Warning, What,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a rule is about.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RetentionTarget {
    /// event, kind or everything_else.
    what: String,
    /// The event's name, or the kind (track, page, screen, identify, group, alias); null for everything else.
    name: Option<String>,
}

/// How long.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RetentionKeep {
    #[schema(minimum = 1, maximum = 36500)]
    amount: u32,
    /// day or month.
    unit: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RetentionRuleRequest {
    target: RetentionTarget,
    /// Null: for ever, whatever a wider rule says.
    keep: Option<RetentionKeep>,
    /// delete, or anonymise (the event stays for counting and belongs to nobody).
    action: String,
}

impl RetentionRuleRequest {
    pub fn read(self) -> Result<Draft, RetentionError> {
        let mut flaws = Vec::new();
        let mut unknown = |pointer: &str, words: Vec<&str>| {
            let detail = format!("this is one of {}", words.join(", "));
            flaws.push(FieldError { pointer: pointer.into(), code: "unknown".into(), detail });
        };
        let what = What::parse(&self.target.what);
        if what.is_none() {
            unknown("/target/what", What::ALL.iter().map(|one| one.name()).collect());
        }
        let action = Action::parse(&self.action);
        if action.is_none() {
            unknown("/action", Action::ALL.iter().map(|one| one.name()).collect());
        }
        let mut keep = None;
        if let Some(asked) = &self.keep {
            match Unit::parse(&asked.unit) {
                Some(unit) => keep = Some(Keep { amount: asked.amount, unit }),
                None => unknown("/keep/unit", Unit::ALL.iter().map(|one| one.name()).collect()),
            }
        }
        match (what, action) {
            (Some(what), Some(action)) if flaws.is_empty() => {
                let name = self.target.name.unwrap_or_default();
                Ok(Draft { target: Target { what, name }, keep, action })
            }
            _ => Err(RetentionError::Invalid(flaws)),
        }
    }
}

/// The rule in words, for the audit trail.
pub(super) fn words(draft: &Draft) -> String {
    let target = match draft.target.what {
        What::Event => format!("event \"{}\"", draft.target.name),
        What::Kind => format!("kind {}", draft.target.name),
        What::EverythingElse => "everything else".to_owned(),
    };
    match draft.keep {
        None => format!("{target}: keep for ever"),
        Some(Keep { amount, unit }) => {
            format!("{target}: keep {amount} {}s, then {}", unit.name(), draft.action.name())
        }
    }
}

fn target_of(target: Target) -> RetentionTarget {
    let name = Some(target.name).filter(|name| !name.is_empty());
    RetentionTarget { what: target.what.name().to_owned(), name }
}

fn keep_of(keep: Keep) -> RetentionKeep {
    RetentionKeep { amount: keep.amount, unit: keep.unit.name().to_owned() }
}

/// Something to know of a rule.
#[derive(Serialize, ToSchema)]
pub(super) struct RetentionWarning {
    /// orders_stay, attribution_stays, traits_stay, merges_less_exact, counters_stay, kept_for_orders, forever
    code: String,
    detail: String,
}

fn warnings_of(warnings: Vec<Warning>) -> Vec<RetentionWarning> {
    warnings.into_iter().map(|Warning { code, detail }| RetentionWarning { code, detail }).collect()
}

#[derive(Serialize, ToSchema)]
pub(super) struct RetentionRuleView {
    #[schema(value_type = String)]
    pub id: RetentionRuleId,
    target: RetentionTarget,
    /// Null: for ever.
    keep: Option<RetentionKeep>,
    /// delete, anonymise
    action: &'static str,
    enabled: bool,
    /// rules_changed: it was on, and a narrower rule that kept events from it went or changed. Null otherwise.
    off_reason: Option<&'static str>,
    warnings: Vec<RetentionWarning>,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = String)]
    updated_at: Timestamp,
}

impl RetentionRuleView {
    pub fn of(rule: Rule, warnings: Vec<Warning>) -> Self {
        Self {
            id: rule.id,
            action: rule.draft.action.name(),
            target: target_of(rule.draft.target),
            keep: rule.draft.keep.map(keep_of),
            enabled: rule.enabled,
            off_reason: rule.off_reason.map(OffReason::name),
            warnings: warnings_of(warnings),
            created_at: rule.created_at,
            updated_at: rule.updated_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
struct RetentionNameCount {
    name: String,
    kind: String,
    events: u64,
}

impl From<NameCount> for RetentionNameCount {
    fn from(NameCount { name, kind, events }: NameCount) -> Self {
        Self { name, kind, events }
    }
}

/// A computed trait or a segment that reads events of a rule.
#[derive(Serialize, ToSchema)]
struct RetentionReader {
    /// computed_trait, segment
    kind: String,
    id: String,
    name: String,
}

impl From<Reader> for RetentionReader {
    fn from(Reader { kind, id, name }: Reader) -> Self {
        Self { kind, id, name }
    }
}

/// What was found of one rule.
#[derive(Serialize, ToSchema)]
struct RetentionRuleOutcome {
    #[schema(value_type = String)]
    rule: RetentionRuleId,
    target: RetentionTarget,
    keep: Option<RetentionKeep>,
    action: &'static str,
    /// What happened before goes; null: nothing does.
    #[schema(value_type = Option<String>)]
    cutoff: Option<Timestamp>,
    events: u64,
    customers: u64,
    #[schema(value_type = Option<String>)]
    oldest_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    newest_at: Option<Timestamp>,
    /// The most frequent first, at most 50.
    names: Vec<RetentionNameCount>,
    /// Names beyond those.
    more_names: u64,
    /// What reads these events: computed values stay as they are, and count only what is left when they are filled
    /// anew; segments from the next start of the program on.
    readers: Vec<RetentionReader>,
    warnings: Vec<RetentionWarning>,
}

impl From<RuleOutcome> for RetentionRuleOutcome {
    fn from(of: RuleOutcome) -> Self {
        Self {
            rule: of.rule,
            action: of.draft.action.name(),
            target: target_of(of.draft.target),
            keep: of.draft.keep.map(keep_of),
            cutoff: of.cutoff,
            events: of.events,
            customers: of.customers,
            oldest_at: of.oldest_at,
            newest_at: of.newest_at,
            names: of.names.into_iter().map(Into::into).collect(),
            more_names: of.more_names,
            readers: of.readers.into_iter().map(Into::into).collect(),
            warnings: warnings_of(of.warnings),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(super) struct RetentionRunView {
    #[schema(value_type = String)]
    id: RetentionRunId,
    /// dry_run, run
    mode: &'static str,
    /// person, schedule
    trigger: &'static str,
    /// running, done, failed
    state: &'static str,
    /// 0 to 1 while it runs.
    progress: Option<f32>,
    /// Why it failed. What was done until then stays done; the next run does the rest.
    failure: Option<String>,
    #[schema(value_type = String)]
    started_at: Timestamp,
    #[schema(value_type = Option<String>)]
    finished_at: Option<Timestamp>,
    /// Events the rules concern.
    events: u64,
    /// Customers who have such events.
    customers: u64,
    /// Events deleted; in a dry run: that would be.
    deleted: u64,
    anonymised: u64,
    rules: Vec<RetentionRuleOutcome>,
}

impl From<Run> for RetentionRunView {
    fn from(run: Run) -> Self {
        Self {
            id: run.id,
            mode: run.mode.name(),
            trigger: run.cause.name(),
            state: run.state.name(),
            progress: run.progress,
            failure: run.failure,
            started_at: run.started_at,
            finished_at: run.finished_at,
            events: run.events,
            customers: run.customers,
            deleted: run.deleted,
            anonymised: run.anonymised,
            rules: run.rules.into_iter().map(Into::into).collect(),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(super) struct RetentionOverview {
    /// Events in the history.
    events: u64,
    rules_on: u64,
    /// Null: no rule that cuts anything is on.
    #[schema(value_type = Option<String>)]
    next_run_at: Option<Timestamp>,
    /// What is at work or waits.
    running: Option<RetentionRunView>,
    /// The last run that ended well.
    last_run: Option<RetentionRunView>,
    /// Properties an anonymised event may keep.
    #[schema(value_type = Vec<String>)]
    kept_properties: &'static [&'static str],
}

impl From<Overview> for RetentionOverview {
    fn from(of: Overview) -> Self {
        Self {
            events: of.events,
            rules_on: of.rules_on,
            next_run_at: of.next_run_at,
            running: of.running.map(Into::into),
            last_run: of.last_run.map(Into::into),
            kept_properties: &KEPT_PROPERTIES,
        }
    }
}
