//! The sandbox's rows: every mail once per (workspace, message), compressed.

use base::{Clock, InboxMailId, MessageId, Rng, WorkspaceId};
use db::{Db, Val};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use std::io::Write;
use std::sync::Arc;

/// A mail to be kept.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub workspace: WorkspaceId,
    /// The second mail with the same one is dropped.
    pub message: MessageId,
    /// Empty: it is not of a campaign of ours.
    pub campaign: String,
    pub from: String,
    pub to: String,
    pub subject: String,
    pub raw: Vec<u8>,
}

/// Writes what the sandbox got, over whichever way it came. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Store {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<dyn Rng>,
}

impl Store {
    /// Keeps mails, each key once; all or none.
    pub async fn keep(&self, mails: &[Kept]) -> db::Result<()> {
        let now = self.clock.now();
        let rows: Vec<Vec<Val>> = mails
            .iter()
            .map(|mail| {
                vec![
                    mail.workspace.into(),
                    Val::B(InboxMailId::new(now, &*self.rng).uuid().as_bytes().to_vec()),
                    key_of(mail.message),
                    Val::from(&mail.campaign),
                    Val::from(&mail.from),
                    Val::from(&mail.to),
                    Val::from(&mail.subject),
                    now.into(),
                    mail.raw.len().into(),
                    Val::B(packed(&mail.raw)),
                ]
            })
            .collect();
        let mut tx = self.db.begin().await?;
        let head = "INSERT INTO sandbox_message (workspace_id, id, message_id, campaign_id, sender, recipient, subject, \
                    received_ms, raw_bytes, raw)";
        tx.insert_many(head, "ON CONFLICT DO NOTHING", &rows).await?;
        tx.commit().await
    }

    /// A name for a mail that is no message of ours.
    pub fn new_message(&self) -> MessageId {
        MessageId::new(self.clock.now(), &*self.rng)
    }
}

pub(crate) fn key_of(key: MessageId) -> Val {
    Val::B(key.uuid().as_bytes().to_vec())
}

fn packed(raw: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(raw.len() / 4), Compression::fast());
    // Writing to a Vec cannot fail.
    let _ = encoder.write_all(raw);
    encoder.finish().unwrap_or_default()
}
