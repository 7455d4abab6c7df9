//! Ways out: one folder per channel, each an implementation of `deliver::Channel`.
//!
//! - [`email`]: MIME, DKIM and SMTP. [`SmtpChannel`] hands mail to the relay in the workspace's sender settings.
//! - [`sandbox`]: keeps what it is given and shows it; the channel of a workspace that has set up nothing.
//! - [`bounce_mail`]: reads delivery reports and complaints; the judgement is `deliver::bounce`.
//!
//! `conformance` in the tests is what every channel must pass.

pub mod bounce_mail;
pub mod email;
pub mod sandbox;

pub use email::MailKit;
pub use email::smtp::{SmtpChannel, SmtpTimeouts};
pub use sandbox::SandboxChannel;
pub use sandbox::smtp::SandboxSmtp;

/// The tables of this room.
pub const MIGRATIONS: &[db::Migration] =
    &[db::Migration { name: "channels/0001_init", sql: include_str!("../migrations/0001_init.sql") }];
