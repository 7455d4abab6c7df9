//! Delivery: every message exists once, goes out at most once, and is never forgotten.
//!
//! The tour:
//! - [`NewMessage`] is what is asked for; [`Deliver::enqueue`] writes it under its unique key in the caller's transaction.
//! - [`Deliver::run`] is the worker; its module says why a message cannot go out twice.
//! - [`ports`] are what others implement: [`Channel`] (in `channels`), [`SendGate`] (over `consent`), [`Renderer`] (over
//!   `content` and `profile`).
//! - [`links`] signs everything a recipient can click; [`Deliver::hit`] stores opens and clicks with their class.
//! - [`bounce`] judges every "no"; [`Deliver::take_bounce_mail`] and [`Deliver::unsubscribe`] take what comes back.
//! - [`BounceGuard`] halts a campaign that bounces too much; a person decides.
//! - [`Deliver::report`] and [`Deliver::recipients`] count rows.
//!
//! Times are milliseconds UTC; the clock and chance come from outside. No provider is known here.

pub mod bounce;
mod emit;
mod error;
mod guard;
mod hits;
mod journal;
mod judge;
mod limits;
pub mod links;
mod model;
mod nodes;
pub mod ports;
mod receipts;
mod report;
mod restored;
mod secrets;
pub mod sender;
mod service;
mod store;
mod view;
mod worker;

pub use error::{DeliverError, Result};
pub use guard::BounceGuard;
pub use hits::{Class, HITS_RECLASSIFIED, Hit, HitKind};
pub use limits::RetryPolicy;
pub use model::{NewMessage, Progress, RunState, SERVICE, State};
pub use ports::{
    Asked, Capabilities, Channel, Confirmation, DkimKey, GateAnswer, MailTools, Outgoing, RenderFailure, RenderRequest,
    RenderedMessage, Renderer, SandboxInbox, SandboxMail, SandboxMailBody, SendGate, SendOutcome, Stage, Utm, Wake,
};
pub use receipts::{BounceAction, BounceResult, MessageOf, Scope, UnsubscribePage};
pub use report::{DeliveryReport, FailureRow, HitCounts, LinkRow, Recipient, RecipientFilter, SeriesPoint};
pub use secrets::InstanceKey;
pub use sender::{DkimAlgorithm, DkimSettings, Sender, Senders, SmtpSettings, TlsMode};
pub use service::{Deliver, DeliverConfig, DeliverParts, DeliverStatus, TestResult};
pub use worker::RecoveryReport;

/// The tables of this room.
pub const MIGRATIONS: &[db::Migration] = &[
    db::Migration { name: "deliver/0001_init", sql: include_str!("../migrations/0001_init.sql") },
    db::Migration { name: "deliver/0002_nodes_and_guard", sql: include_str!("../migrations/0002_nodes_and_guard.sql") },
    db::Migration { name: "deliver/0003_topics", sql: include_str!("../migrations/0003_topics.sql") },
];

#[cfg(test)]
mod tests;
