//! Signed links: clicks, opens, unsubscribe, view in the browser, and the reference in a return path.
//!
//! A token is base64url of `version u8 · kind u8 · workspace u32 · message 16 bytes · rest · HMAC-SHA256 cut to 16 bytes`;
//! `rest` is the target URL of a click. The URL is inside the signature, so the redirect goes only where a mail of ours
//! pointed: there is no open redirect, and no look-up is needed to answer. The reference is lower-case hexadecimal
//! because mail servers change the case of local parts; it has an 8-byte tag to fit the 64 bytes of a local part.

mod rewrite;

pub(crate) use rewrite::plain_target;
pub use rewrite::{Rewritten, rewrite_html, rewrite_text};

use crate::secrets::mac_of;
use crate::{DeliverError, InstanceKey, Result};
use base::{MessageId, ProfileId, Timestamp, WorkspaceId};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Mac;

const VERSION: u8 = 1;
const TAG_BYTES: usize = 16;
const REFERENCE_TAG_BYTES: usize = 8;
const HEAD_BYTES: usize = 1 + 1 + 4 + 16;
/// Longer targets are left as they are in the mail: some clients cut URLs at about 2,000 characters.
pub const TARGET_BYTES_MAX: usize = 1_400;
/// A token that can be ours is never longer than this.
const TOKEN_BYTES_MAX: usize = 2_048;
/// Local part of the return path is `bounce+` and the reference.
const RETURN_PATH_PREFIX: &str = "bounce+";

/// What a token is for. A token of one kind is no token of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    Click = 1,
    Open = 2,
    Unsubscribe = 3,
    View = 4,
    /// The preference page of who got a message.
    Preferences = 5,
    /// The preference page of a customer; `target` is when the link stops working, milliseconds.
    Person = 6,
    /// A question the mailbox answers; the id is the question's.
    Request = 7,
}

/// A verified token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkToken {
    pub kind: LinkKind,
    pub workspace: WorkspaceId,
    pub message: MessageId,
    /// Where a click goes; empty otherwise.
    pub target: String,
}

/// Makes and checks links. Cheap to clone.
#[derive(Clone)]
pub struct Links {
    key: [u8; 32],
    /// `https://mail.example.com`, without a slash at the end.
    public_url: String,
}

impl Links {
    pub fn new(key: &InstanceKey, public_url: &str) -> Self {
        Self { key: key.derive("links"), public_url: public_url.trim_end_matches('/').to_owned() }
    }

    pub fn public_url(&self) -> &str {
        &self.public_url
    }
    pub fn click(&self, workspace: WorkspaceId, message: MessageId, target: &str) -> String {
        format!("{}/t/c/{}", self.public_url, self.token(LinkKind::Click, workspace, message, target))
    }
    pub fn open(&self, workspace: WorkspaceId, message: MessageId) -> String {
        format!("{}/t/o/{}.gif", self.public_url, self.token(LinkKind::Open, workspace, message, ""))
    }
    pub fn unsubscribe(&self, workspace: WorkspaceId, message: MessageId) -> String {
        format!("{}/t/u/{}", self.public_url, self.token(LinkKind::Unsubscribe, workspace, message, ""))
    }
    pub fn view(&self, workspace: WorkspaceId, message: MessageId) -> String {
        format!("{}/t/v/{}", self.public_url, self.token(LinkKind::View, workspace, message, ""))
    }
    pub fn preferences(&self, workspace: WorkspaceId, message: MessageId) -> String {
        format!("{}/p/{}", self.public_url, self.token(LinkKind::Preferences, workspace, message, ""))
    }
    /// The preference page without a message: what somebody of the company hands on.
    pub fn person(&self, workspace: WorkspaceId, profile: ProfileId, until: Timestamp) -> String {
        let id = MessageId::from_bytes(u128::from(profile.number()).to_be_bytes());
        format!("{}/p/{}", self.public_url, self.token(LinkKind::Person, workspace, id, &until.ms().to_string()))
    }
    /// The page of a question that a mailbox answers.
    pub fn request(&self, workspace: WorkspaceId, request: [u8; 16]) -> String {
        let id = MessageId::from_bytes(request);
        format!("{}/p/confirm/{}", self.public_url, self.token(LinkKind::Request, workspace, id, ""))
    }
    /// Whose page a token of [`Links::person`] shows, unless its time is over.
    pub fn read_person(&self, token: &str, now: Timestamp) -> Result<(WorkspaceId, ProfileId)> {
        let token = self.verify(LinkKind::Person, token)?;
        let until = token.target.parse().map(Timestamp::from_ms).map_err(|_| DeliverError::BadToken)?;
        let number = u32::try_from(u128::from_be_bytes(*token.message.uuid().as_bytes()));
        if until <= now {
            return Err(DeliverError::BadToken);
        }
        number.map(|number| (token.workspace, ProfileId::new(number))).map_err(|_| DeliverError::BadToken)
    }
    /// The question a token of [`Links::request`] asks.
    pub fn read_request(&self, token: &str) -> Result<(WorkspaceId, [u8; 16])> {
        let token = self.verify(LinkKind::Request, token)?;
        Ok((token.workspace, *token.message.uuid().as_bytes()))
    }
    /// True for addresses of our own public pages: they are never tracked.
    pub fn is_own(&self, url: &str) -> bool {
        url.strip_prefix(&self.public_url).is_some_and(|rest| rest.starts_with("/t/") || rest.starts_with("/p/"))
    }

    fn token(&self, kind: LinkKind, workspace: WorkspaceId, message: MessageId, target: &str) -> String {
        let mut bytes = Vec::with_capacity(HEAD_BYTES + target.len() + TAG_BYTES);
        bytes.push(VERSION);
        bytes.push(kind as u8);
        bytes.extend(workspace.number().to_le_bytes());
        bytes.extend(message.uuid().as_bytes());
        bytes.extend(target.as_bytes());
        let mut mac = mac_of(&self.key);
        mac.update(&bytes);
        bytes.extend_from_slice(&mac.finalize().into_bytes()[..TAG_BYTES]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Checks the signature in constant time and that the token is of this kind.
    pub fn verify(&self, kind: LinkKind, token: &str) -> Result<LinkToken> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(DeliverError::BadToken);
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| DeliverError::BadToken)?;
        if bytes.len() < HEAD_BYTES + TAG_BYTES {
            return Err(DeliverError::BadToken);
        }
        let (body, tag) = bytes.split_at(bytes.len() - TAG_BYTES);
        let mut mac = mac_of(&self.key);
        mac.update(body);
        mac.verify_truncated_left(tag).map_err(|_| DeliverError::BadToken)?;
        if body[0] != VERSION || body[1] != kind as u8 {
            return Err(DeliverError::BadToken);
        }
        let (workspace, message) = read_ids(&body[2..HEAD_BYTES])?;
        let target = String::from_utf8(body[HEAD_BYTES..].to_vec()).map_err(|_| DeliverError::BadToken)?;
        Ok(LinkToken { kind, workspace, message, target })
    }

    /// The signed name of a message in mail headers: 56 hexadecimal digits.
    pub fn reference(&self, workspace: WorkspaceId, message: MessageId) -> String {
        let mut bytes = Vec::with_capacity(20 + REFERENCE_TAG_BYTES);
        bytes.extend(workspace.number().to_le_bytes());
        bytes.extend(message.uuid().as_bytes());
        let mut mac = mac_of(&self.key);
        mac.update(b"reference");
        mac.update(&bytes);
        bytes.extend_from_slice(&mac.finalize().into_bytes()[..REFERENCE_TAG_BYTES]);
        hex::encode(bytes)
    }

    /// The variable envelope return path: a bounce that comes back to it names its message.
    pub fn return_path(reference: &str, domain: &str) -> String {
        format!("{RETURN_PATH_PREFIX}{reference}@{domain}")
    }

    /// Reads a reference, a return path or a Message-ID that holds one.
    pub fn read_reference(&self, text: &str) -> Option<(WorkspaceId, MessageId)> {
        let text = text.trim().trim_start_matches('<').trim_end_matches('>').to_ascii_lowercase();
        let local = text.split('@').next().unwrap_or_default();
        let bytes = hex::decode(local.strip_prefix(RETURN_PATH_PREFIX).unwrap_or(local)).ok()?;
        if bytes.len() != 20 + REFERENCE_TAG_BYTES {
            return None;
        }
        let (body, tag) = bytes.split_at(20);
        let mut mac = mac_of(&self.key);
        mac.update(b"reference");
        mac.update(body);
        mac.verify_truncated_left(tag).ok()?;
        read_ids(body).ok()
    }
}

fn read_ids(bytes: &[u8]) -> Result<(WorkspaceId, MessageId)> {
    let (workspace, message) = bytes.split_at_checked(4).ok_or(DeliverError::BadToken)?;
    let workspace = u32::from_le_bytes(workspace.try_into().map_err(|_| DeliverError::BadToken)?);
    let message: [u8; 16] = message.try_into().map_err(|_| DeliverError::BadToken)?;
    Ok((WorkspaceId::new(workspace), MessageId::from_bytes(message)))
}

#[cfg(test)]
mod tests;
