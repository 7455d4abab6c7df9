//! What it brought in: orders, revenue, and which campaign they are owed to.
//!
//! One view over the log ([`MeasureView`]) keeps orders, touches, credits and daily sums; [`Measures`] answers
//! questions about them. Revenue is net: refunds are taken off the day of the order, a cancelled order counts for
//! nothing. An order id counts once per workspace, whichever source tells of it first. Amounts of different
//! currencies are never added: what is not in the workspace's currency is reported beside it.
//!
//! Attribution is last touch: the latest human open or click of one of our messages within the window before the
//! order. Window and touch are per workspace; changing them recomputes all credits.
//!
//! RFM scores customers by recency, frequency and money (`rfm`): boundaries are counted, scores worked out on reading.

mod divide;
mod engine;
mod error;
mod model;
mod recompute;
mod report;
mod rfm;
mod service;
mod store;
mod view;

pub use engine::day::DayCalendar;
pub use engine::order::{NetOrder, ORDER_EVENTS};
pub use engine::rfm::{Cuts, RFM_SCORES, RfmBoundaries, RfmFigures, RfmScores, RfmSegment};
pub use error::MeasureError;
pub use model::{
    AttributedCampaign, Attribution, AttributionRule, ChannelGroup, ChannelRevenue, Conversions, DayNumbers,
    HomeNumbers, OrderRecord, OrderSums, RefusedOrder, RefusedOrders, RevenuePoint, RevenueSeries, Tally, Totals,
    TouchRecord, TouchRule, WorkspaceBasics, Workspaces,
};
pub use rfm::{RfmCell, RfmCount, RfmRule, RfmStanding, RfmState, WINDOW_DAYS_DEFAULT as RFM_WINDOW_DAYS_DEFAULT};
pub use service::Measures;
pub use view::MeasureView;

/// The tables of this room.
pub const MIGRATIONS: &[db::Migration] = &[
    db::Migration { name: "measure/0001_init", sql: include_str!("../migrations/0001_init.sql") },
    db::Migration { name: "measure/0002_refused", sql: include_str!("../migrations/0002_refused.sql") },
    db::Migration {
        name: "measure/0003_refused_by_order",
        sql: include_str!("../migrations/0003_refused_by_order.sql"),
    },
    db::Migration { name: "measure/0004_rfm", sql: include_str!("../migrations/0004_rfm.sql") },
];

#[cfg(test)]
mod tests;
