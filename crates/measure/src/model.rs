//! The words of this room. Money in minor units; days are days of the workspace's time zone.

use crate::MeasureError;
use async_trait::async_trait;
use base::{CampaignId, Currency, Money, Page, ProfileId, Timestamp, WorkspaceId, words};
use serde::{Deserialize, Serialize};

/// The longest attribution window; a touch older than a year explains nothing.
pub const WINDOW_DAYS_MAX: i64 = 365;
const WINDOW_DAYS_DEFAULT: i64 = 7;
const DAY_MS: i64 = 86_400_000;

/// What this room must know of a workspace; `access` owns it, `server` wires it.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkspaceBasics {
    /// IANA name.
    pub time_zone: String,
    pub currency: Currency,
    pub attribution: AttributionRule,
}

/// Where the settings of a workspace are found. Called once per workspace and batch: keep it in memory.
#[async_trait]
pub trait Workspaces: Send + Sync + 'static {
    async fn basics(&self, workspace: WorkspaceId) -> Result<WorkspaceBasics, MeasureError>;
}

words!(/// Which touch may earn the credit of an order.
#[derive(Default)]
TouchRule {
    Click = "click",
    #[default]
    OpenOrClick = "open_or_click",
});

impl TouchRule {
    pub(crate) fn admits(self, kind: TouchKind) -> bool {
        self == Self::OpenOrClick || kind == TouchKind::Click
    }
}

/// How credit is given in a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributionRule {
    pub window_days: i64,
    pub touch: TouchRule,
}

impl Default for AttributionRule {
    fn default() -> Self {
        Self { window_days: WINDOW_DAYS_DEFAULT, touch: TouchRule::default() }
    }
}

impl AttributionRule {
    pub fn checked(self) -> Result<Self, MeasureError> {
        if (1..=WINDOW_DAYS_MAX).contains(&self.window_days) {
            Ok(self)
        } else {
            Err(MeasureError::Window { days: self.window_days, max: WINDOW_DAYS_MAX })
        }
    }
    pub(crate) fn window_ms(self) -> i64 {
        self.window_days * DAY_MS
    }
}

/// Ordered by strength: at the same instant a click beats an open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TouchKind {
    Open,
    Click,
}

impl TouchKind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Click => "click",
        }
    }
    pub fn parse(text: &str) -> Self {
        if text == "click" { Self::Click } else { Self::Open }
    }
}

/// One contact between a message and a person.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Touch {
    pub profile: ProfileId,
    pub at: Timestamp,
    pub event_id: String,
    pub kind: TouchKind,
    pub campaign: String,
    pub message: String,
}

/// Where an order was placed, coarsely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelGroup {
    Online,
    Shop,
    Phone,
}

impl ChannelGroup {
    /// `channel` is a name of `events::Channel`; whatever is neither shop nor phone is online.
    pub fn of(channel: &str) -> Self {
        match channel {
            "shop" => Self::Shop,
            "phone" => Self::Phone,
            _ => Self::Online,
        }
    }
}

/// Orders and their net revenue in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Tally {
    pub orders: i64,
    pub revenue: Money,
}

impl Tally {
    pub fn none(currency: Currency) -> Self {
        Self { orders: 0, revenue: Money::new(0, currency) }
    }
    pub(crate) fn add(&mut self, orders: i64, minor: i64) {
        self.orders += orders;
        self.revenue.minor = self.revenue.minor.saturating_add(minor);
    }
}

/// Sums over all time or over a day. `other_currencies` is not in `sales`: nothing is converted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Totals {
    /// Profiles made.
    pub new_customers: i64,
    pub events: i64,
    pub sales: Tally,
    pub other_currencies: Vec<Tally>,
}

/// One day of the home screen's series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DayNumbers {
    /// ISO 8601 date.
    pub day: String,
    pub customers: i64,
    pub events: i64,
    pub orders: i64,
    pub revenue_minor: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChannelRevenue {
    pub channel: String,
    pub orders: i64,
    pub revenue: Money,
}

/// What the home screen shows.
#[derive(Debug, Clone, PartialEq)]
pub struct HomeNumbers {
    pub totals: Totals,
    pub today: Totals,
    pub yesterday: Totals,
    /// One entry per day, oldest first, days without anything included.
    pub series: Vec<DayNumbers>,
    pub revenue_by_channel: Vec<ChannelRevenue>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RevenuePoint {
    pub day: String,
    pub channel: String,
    pub orders: i64,
    pub revenue_minor: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RevenueSeries {
    pub items: Vec<RevenuePoint>,
    pub currency: Currency,
    pub other_currencies: Vec<Tally>,
}

/// What a campaign earned within the window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conversions {
    pub total: Tally,
    pub online: Tally,
    pub shop: Tally,
    pub phone: Tally,
    pub other_currencies: Vec<Tally>,
    pub rule: AttributionRule,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AttributedCampaign {
    pub campaign: CampaignId,
    pub sales: Tally,
}

/// All orders of a period, by the campaign they are credited to; the parts add up to the whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attribution {
    pub campaigns: Vec<AttributedCampaign>,
    pub unattributed: Tally,
    pub other_currencies: Vec<Tally>,
    pub rule: AttributionRule,
}

/// An order as a person's export shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OrderRecord {
    pub order_id: String,
    pub at: Timestamp,
    pub channel: String,
    pub revenue: Money,
    pub refunded: Money,
    pub cancelled: bool,
    pub campaign: Option<CampaignId>,
}

/// What somebody has bought: sums of the orders that count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OrderSums {
    pub orders: i64,
    /// Net, in the currency most of the orders are in.
    pub revenue: Money,
}

/// An order event that is no order, and why; see engine/refusal.rs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RefusedOrder {
    pub event_id: String,
    pub order_id: String,
    #[serde(rename = "profile_id")]
    pub profile: ProfileId,
    pub at: Timestamp,
    /// "Order Completed", …
    pub event: String,
    pub channel: String,
    /// amount_invalid, amount_out_of_range, currency_unknown or currency_differs.
    pub reason: String,
    /// The property and what it held.
    pub said: String,
}

impl RefusedOrder {
    /// Its place in the list of all.
    pub fn cursor(&self) -> String {
        format!("{}~{}", self.at.ms(), self.event_id)
    }
}

/// How many order events were refused, and the latest of them.
#[derive(Debug, Clone)]
pub struct RefusedOrders {
    pub total: i64,
    /// By reason, most frequent first.
    pub by_reason: Vec<(String, i64)>,
    /// Newest first; the cursor is [`RefusedOrder::cursor`].
    pub latest: Page<RefusedOrder>,
}

/// A touch as a person's export shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TouchRecord {
    pub at: Timestamp,
    pub kind: String,
    pub campaign_id: String,
    pub message_id: String,
}
