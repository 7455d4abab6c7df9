//! Words every room shares: typed ids, money, time, shares, the clock and chance, and error codes.
//!
//! Nothing here knows marketing, SQL or HTTP. Time and randomness are traits, so that everything above
//! can be run on simulated time from one seed.

mod clock;
mod hash;
mod ids;
mod money;
mod page;
mod problem;
mod rng;
mod share;
mod time;
mod words;

pub use clock::{Clock, ManualClock, SystemClock};
pub use hash::{ContentHash, HashKeyed, HashKeys, KeyIsHash};
pub use ids::{
    ApiKeyId, AuditId, CampaignId, CompanyId, ComputedTraitId, EventId, IdError, ImportId, InboxMailId, MessageId,
    PlanEventId, ProductId, ProfileId, RetentionRuleId, RetentionRunId, SegmentId, SessionId, SourceId, TemplateId,
    UserId, WorkspaceId,
};
pub use money::{Currency, Money, MoneyError};
pub use page::{PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, Page, PageRequest};
pub use problem::{FieldError, Problem, ProblemKind, ProblemUser};
pub use rng::{OsRng, Rng, SeededRng};
pub use share::{Share, ShareError};
pub use time::{DurationMs, Timestamp, TimestampError};

/// The value of a trait or property. JSON, because sources speak JSON; compared by type in `predicate`.
pub type Json = serde_json::Value;
/// A JSON object.
pub type JsonMap = serde_json::Map<String, serde_json::Value>;
