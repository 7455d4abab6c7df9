//! What the service answers.

use crate::error::CompanyError;
use crate::member::Belonging;
use crate::rollup;
use crate::traits::Traits;
use base::{CompanyId, Json, Money, ProfileId, Timestamp};
use db::{DbError, Row};

/// How a list of companies is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Latest first.
    LastSeen,
    /// A to Z.
    Name,
    /// Most first.
    Members,
}

impl Sort {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "last_seen" => Some(Self::LastSeen),
            "name" => Some(Self::Name),
            "members" => Some(Self::Members),
            _ => None,
        }
    }
}

/// A line of a list of companies.
#[derive(Debug, Clone, PartialEq)]
pub struct CompanySummary {
    pub id: CompanyId,
    /// The id the sources use.
    pub group_id: String,
    /// The trait `name`, else the group id.
    pub name: String,
    /// In lower case: `acme.nl`.
    pub domain: Option<String>,
    pub industry: Option<String>,
    pub plan: Option<String>,
    pub country: Option<String>,
    /// Of the present.
    pub members: u64,
    pub created_at: Timestamp,
    pub first_seen: Timestamp,
    /// The last call about it, or the last sign of a member as far as roll-ups have looked.
    pub last_seen: Timestamp,
    pub rollup: Option<RollUp>,
}

/// A trait, when it was said and by which source (`src_…`, or the channel: `import`, `system`).
#[derive(Debug, Clone, PartialEq)]
pub struct TraitSeen {
    pub name: String,
    pub value: Json,
    pub at: Timestamp,
    pub source: String,
}

/// Everything known of one company.
#[derive(Debug, Clone, PartialEq)]
pub struct Company {
    pub summary: CompanySummary,
    pub former_members: u64,
    pub traits: Vec<TraitSeen>,
}

/// A customer in a company.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    pub profile: ProfileId,
    pub role: Option<String>,
    pub joined_at: Option<Timestamp>,
    /// The latest call that said they belong to it.
    pub last_at: Option<Timestamp>,
    /// Of those who belong to it no more.
    pub left_at: Option<Timestamp>,
    pub source: String,
}

/// A company of a customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Membership {
    pub company: CompanySummary,
    pub member: Member,
}

/// What the members of a company do, as of `at`.
#[derive(Debug, Clone, PartialEq)]
pub struct RollUp {
    pub at: Timestamp,
    /// Members it is about.
    pub counted: u64,
    /// Members seen in the last 30 days.
    pub active_30d: u64,
    pub first_seen: Option<Timestamp>,
    pub last_seen: Option<Timestamp>,
    pub events: u64,
    pub orders: u64,
    /// Members with an order.
    pub buyers: u64,
    /// Mean time since a member was seen.
    pub recency_ms: Option<i64>,
    /// One amount per currency, of most orders first.
    pub revenue: Vec<Money>,
}

/// Columns of a summary: of `company` joined with its roll-up.
pub(crate) const COLUMNS: &str = "company.id AS id, group_id, created_ms, company.first_seen_ms AS first_ms, \
     company.last_seen_ms AS last_ms, members, traits, search_name, search_domain, rolled.at_ms AS rolled_ms, counted, \
     active_30d, rolled.first_seen_ms AS member_first_ms, rolled.last_seen_ms AS member_last_ms, events, orders, buyers, \
     recency_ms, revenue";
pub(crate) const FROM: &str = "company LEFT JOIN company_rollup rolled ON rolled.workspace_id = company.workspace_id \
     AND rolled.company_id = company.id";

pub(crate) fn traits_of(row: &Row) -> Result<Traits, CompanyError> {
    let id = CompanyId::from_sql(row.i64("id")?);
    Traits::parse(&row.text("traits")?).map_err(|error| CompanyError::Broken(id, error.to_string()))
}

pub(crate) fn summary(row: &Row) -> Result<CompanySummary, CompanyError> {
    let traits = traits_of(row)?;
    let text = |name: &str| traits.text_of(name).map(str::to_owned);
    let group_id = row.text("group_id")?;
    Ok(CompanySummary {
        id: CompanyId::from_sql(row.i64("id")?),
        name: traits.name().unwrap_or(&group_id).to_owned(),
        domain: row.opt_text("search_domain")?,
        industry: text("industry"),
        plan: text("plan"),
        country: traits.country().map(str::to_owned),
        members: row.i64("members")?.max(0) as u64,
        created_at: row.time("created_ms")?,
        first_seen: row.time("first_ms")?,
        last_seen: row.time("last_ms")?,
        rollup: rollup::read(row)?,
        group_id,
    })
}

pub(crate) fn traits_seen(traits: &Traits) -> Vec<TraitSeen> {
    let seen = |(name, value, at, source): (&str, &Json, Timestamp, &str)| TraitSeen {
        name: name.to_owned(),
        value: value.clone(),
        at,
        source: source.to_owned(),
    };
    traits.iter().map(seen).collect()
}

pub(crate) fn member(row: &Row) -> Result<Member, DbError> {
    let belonging = belonging(row)?;
    let left_at = belonging.left.filter(|_| !belonging.is_active());
    Ok(Member {
        profile: ProfileId::from_sql(row.i64("profile_id")?),
        role: belonging.role,
        joined_at: belonging.joined,
        last_at: belonging.last,
        left_at,
        source: belonging.source,
    })
}

/// Columns of [`belonging`].
pub(crate) const MEMBER_COLUMNS: &str = "company_member.company_id AS company_id, company_member.profile_id AS \
     profile_id, company_member.at_ms AS said_ms, joined_ms, last_ms AS confirmed_ms, left_ms, role, role_ms, source";

pub(crate) fn belonging(row: &Row) -> Result<Belonging, DbError> {
    Ok(Belonging {
        joined: row.opt_time("joined_ms")?,
        last: row.opt_time("confirmed_ms")?,
        left: row.opt_time("left_ms")?,
        role: row.opt_text("role")?,
        role_at: row.opt_time("role_ms")?,
        source: row.text("source")?,
    })
}
