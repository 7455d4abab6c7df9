//! The words of this room.

use crate::limits::{DAY_MS, MONTH_DAYS_MIN};
use base::{ProfileId, RetentionRuleId, RetentionRunId, Timestamp};
use serde::{Deserialize, Serialize};

/// Kinds of events, as the history names them.
pub const KINDS: [&str; 6] = ["track", "page", "screen", "identify", "group", "alias"];

base::words!(/// What a rule is about, the most specific first.
    What { Event = "event", Kind = "kind", EverythingElse = "everything_else" });
base::words!(Unit { Day = "day", Month = "month" });
base::words!(/// What becomes of an event that was kept long enough.
Action {
    Delete = "delete",
    /// It stays for counting: of nobody, exact to the day, with what [`crate::KEPT_PROPERTIES`] lists.
    Anonymise = "anonymise",
});
base::words!(/// Why a rule is off that was on.
OffReason {
    /// A narrower rule that kept events from it went or changed.
    RulesChanged = "rules_changed",
});
base::words!(Mode { DryRun = "dry_run", Run = "run" });
base::words!(/// Who asked for a run.
    Cause { Person = "person", Schedule = "schedule" });
base::words!(RunState { Running = "running", Done = "done", Failed = "failed" });

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Target {
    pub what: What,
    /// The event's display name, or the kind; empty for everything else.
    pub name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keep {
    pub amount: u32,
    pub unit: Unit,
}

impl Keep {
    /// What happened before this is old enough. The beginning of a day (UTC), so that a run in the night does what a dry
    /// run of that day said.
    pub fn cutoff(self, now: Timestamp) -> Timestamp {
        let today = Timestamp::from_ms(now.utc_day() * DAY_MS);
        match self.unit {
            Unit::Day => today.plus_ms(-i64::from(self.amount) * DAY_MS),
            Unit::Month => months_before(today, self.amount),
        }
    }

    /// Days it keeps an event for at the least.
    pub fn days_min(self) -> i64 {
        match self.unit {
            Unit::Day => i64::from(self.amount),
            Unit::Month => i64::from(self.amount) * MONTH_DAYS_MIN,
        }
    }
}

/// The same day of an earlier month, or its last one; the beginning of time when there is none.
fn months_before(day: Timestamp, months: u32) -> Timestamp {
    let earlier = || {
        let at = jiff::Timestamp::from_millisecond(day.ms()).ok()?.to_zoned(jiff::tz::TimeZone::UTC);
        let earlier = at.checked_sub(jiff::Span::new().try_months(i64::from(months)).ok()?).ok()?;
        Some(Timestamp::from_ms(earlier.timestamp().as_millisecond()))
    };
    earlier().unwrap_or(Timestamp::from_ms(i64::MIN))
}

/// A rule as people write it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub target: Target,
    /// None: for ever, whatever a wider rule says.
    pub keep: Option<Keep>,
    pub action: Action,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub id: RetentionRuleId,
    pub draft: Draft,
    pub enabled: bool,
    pub off_reason: Option<OffReason>,
    pub enabled_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Something to know before a rule is switched on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    pub code: String,
    pub detail: String,
}

/// Something that reads events.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reader {
    /// computed_trait, segment
    pub kind: String,
    pub id: String,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameCount {
    pub name: String,
    pub kind: String,
    pub events: u64,
}

/// What a run found of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleOutcome {
    pub rule: RetentionRuleId,
    pub draft: Draft,
    /// Whether it was switched on when the run began.
    pub was_on: bool,
    /// What happened before goes; None: nothing does.
    pub cutoff: Option<Timestamp>,
    pub events: u64,
    pub customers: u64,
    pub oldest_at: Option<Timestamp>,
    pub newest_at: Option<Timestamp>,
    /// The most frequent first.
    pub names: Vec<NameCount>,
    /// Names beyond those.
    pub more_names: u64,
    pub readers: Vec<Reader>,
    pub warnings: Vec<Warning>,
}

impl RuleOutcome {
    pub(crate) fn blank(rule: &Rule, cutoff: Option<Timestamp>, warnings: Vec<Warning>) -> Self {
        Self {
            rule: rule.id,
            draft: rule.draft.clone(),
            was_on: rule.enabled,
            cutoff,
            events: 0,
            customers: 0,
            oldest_at: None,
            newest_at: None,
            names: Vec::new(),
            more_names: 0,
            readers: Vec::new(),
            warnings,
        }
    }
}

/// A dry run, or a run and its receipt.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    pub id: RetentionRunId,
    pub mode: Mode,
    pub cause: Cause,
    pub state: RunState,
    /// 0 to 1 while it runs.
    pub progress: Option<f32>,
    pub failure: Option<String>,
    pub started_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    /// Found, over all rules.
    pub events: u64,
    pub customers: u64,
    /// Done, or in a dry run: what would be.
    pub deleted: u64,
    pub anonymised: u64,
    pub rules: Vec<RuleOutcome>,
}

/// Profile ids are dense, so a set of them is small.
pub(crate) fn customer(profile: ProfileId) -> Option<u32> {
    (0 < profile.number()).then_some(profile.number())
}
