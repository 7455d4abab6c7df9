//! One message to one audience.
//!
//! A campaign is a draft until it is launched. The launch freezes audience and message in one transaction; from then
//! on nothing about it can be edited. [`Campaigns::tick`] drives everything that happens by itself: it enqueues the
//! frozen audience into the outbox in chunks (each chunk and its progress in one transaction), tells the outbox of
//! pauses and cancellations, starts what was scheduled, and finishes a campaign once its outbox has nothing pending.
//! It reads only stored state, so it may be killed at any point and simply called again.
//!
//! Audience, gate, outbox and messages belong to other rooms; the traits in [`ports`] say what is needed of them.

mod error;
mod launch;
mod model;
pub mod ports;
mod run;
mod service;
mod store;

pub use error::CampaignError;
pub use launch::{AUDIENCE_MAX, TEST_ADDRESSES_MAX};
pub use model::{
    Campaign, CampaignDraft, CampaignState, Check, Exclusion, Launched, Progress, Refusal, Review, SampleMessage,
    Schedule, Severity, TestResult,
};
pub use ports::{Audience, Gate, Messages, Outbox, OutboxCounts, OutboxRun, QueuedMessage, Recipient};
pub use service::{CampaignPorts, Campaigns};

/// The tables of this room.
pub const MIGRATIONS: &[db::Migration] = &[
    db::Migration { name: "campaign/0001_init", sql: include_str!("../migrations/0001_init.sql") },
    db::Migration {
        name: "campaign/0002_unconfirmed_left",
        sql: include_str!("../migrations/0002_unconfirmed_left.sql"),
    },
    db::Migration { name: "campaign/0003_topic", sql: include_str!("../migrations/0003_topic.sql") },
];

#[cfg(test)]
mod tests;
