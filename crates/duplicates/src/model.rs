//! What is compared, found and shown.

use base::{ProfileId, Timestamp};
use matching::FieldKind;
use serde::{Deserialize, Serialize};

/// What customers are compared by: name and kind, in the order of [`PersonFields`].
pub const FIELDS: [(&str, FieldKind); 9] = [
    ("first_name", FieldKind::GivenName),
    ("last_name", FieldKind::FamilyName),
    ("date_of_birth", FieldKind::DateOfBirth),
    ("email", FieldKind::Email),
    ("phone", FieldKind::Phone),
    ("street", FieldKind::Street),
    ("postal_code", FieldKind::Postcode),
    ("city", FieldKind::City),
    ("country", FieldKind::Region),
];

/// The values of one customer, in the order of [`FIELDS`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonFields(pub [Option<String>; FIELDS.len()]);

/// How much a field speaks for two customers being one person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Index into [`FIELDS`].
    #[serde(rename = "f")]
    pub field: usize,
    /// How alike the values are; None: one of them has none.
    #[serde(rename = "l")]
    pub level: Option<String>,
    #[serde(rename = "b")]
    pub bits: f32,
}

/// Two customers that resemble each other. `prior_bits` and the bits of the evidence add up to `bits`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    pub one: u32,
    pub other: u32,
    #[serde(rename = "b")]
    pub bits: f32,
    #[serde(rename = "p")]
    pub prior_bits: f32,
    #[serde(rename = "e")]
    pub evidence: Vec<Evidence>,
}

impl Pair {
    /// That they are one person.
    pub fn probability(&self) -> f64 {
        matching::probability(self.bits)
    }
}

/// Names a suggestion for as long as it is one: searches and updates keep the name while half of its people stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId(pub(crate) i64);

impl std::fmt::Display for GroupId {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "dup_{}", self.0)
    }
}

impl GroupId {
    /// Reads what [`std::fmt::Display`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        text.strip_prefix("dup_")?.parse().ok().filter(|number| *number >= 0).map(Self)
    }
}

/// Customers that are probably one person.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    pub id: GroupId,
    /// Counts up when its members change: who decides on a suggestion says which one was seen.
    pub version: u32,
    /// When its members were found to be these.
    pub found_at: Timestamp,
    /// Log odds of the weakest link that holds it together.
    pub bits: f32,
    /// In order of id.
    pub members: Vec<ProfileId>,
    /// Strongest first.
    pub pairs: Vec<Pair>,
}

impl Group {
    pub fn probability(&self) -> f64 {
        matching::probability(self.bits)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    Never,
    Running,
    Done,
    Failed,
}

impl RunState {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
    pub(crate) fn parse(text: &str) -> Self {
        let all = [Self::Running, Self::Done, Self::Failed];
        all.into_iter().find(|state| state.name() == text).unwrap_or(Self::Never)
    }
}

/// What a search is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Reading,
    Comparing,
    Writing,
}

impl Step {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Comparing => "comparing",
            Self::Writing => "writing",
        }
    }
}

/// How the last search went, or how far it is.
#[derive(Debug, Clone, PartialEq)]
pub struct RunStatus {
    pub state: RunState,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    /// Customers with enough to compare.
    pub people: u64,
    /// Pairs of them that were compared.
    pub compared: u64,
    /// Groups there are.
    pub groups: u64,
    pub error: Option<String>,
    /// While it runs: what it is at, and how many of how many.
    pub step: Option<Step>,
    pub done: u64,
    pub of: u64,
    /// When the last whole search ended well.
    pub whole_at: Option<Timestamp>,
    pub update: UpdateStatus,
}

/// How the last update went: new and changed customers, compared on their own.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UpdateStatus {
    /// One is at work.
    pub running: bool,
    pub finished_at: Option<Timestamp>,
    /// Customers who were new or had changed.
    pub people: u64,
    /// Pairs compared for them.
    pub compared: u64,
    pub error: Option<String>,
}
