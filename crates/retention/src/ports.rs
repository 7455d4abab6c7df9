//! What this room asks of others; `server` wires it.

use crate::matcher::Matcher;
use crate::model::{Reader, Run};
use async_trait::async_trait;
use base::{ProfileId, Timestamp, WorkspaceId};
use db::{DbError, Tx};
use std::sync::Arc;

/// An event a rule concerns.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// Number of the rule, as the matcher has it.
    pub rule: u16,
    pub profile: ProfileId,
    pub at: Timestamp,
    pub kind: &'a str,
    pub name: &'a str,
}

/// What is done to one file of the history.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cut {
    pub file: String,
    pub deleted: u64,
    pub anonymised: u64,
}

/// Keeps count while the history is cut.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// The file is about to be replaced: after a crash it was if the history does not hold it.
    async fn begin(&self, cut: &Cut) -> Result<(), String>;
    async fn done(&self, cut: &Cut) -> Result<(), String>;
    /// How far it is, 0 to 1.
    fn looked(&self, share: f32);
}

/// The events of all workspaces.
#[async_trait]
pub trait History: Send + Sync + 'static {
    fn events(&self, workspace: WorkspaceId) -> u64;
    /// Returns when everything accepted before the call is stored, and nothing can bring it in a second time. Answers a
    /// mark for [`History::cut`].
    async fn settle(&self) -> Result<u64, String>;
    /// Calls `visit` for every stored event that would not be kept; `looked` hears how far it is, 0 to 1.
    async fn census(
        &self,
        workspace: WorkspaceId,
        matcher: Arc<Matcher>,
        visit: &mut (dyn for<'a> FnMut(Seen<'a>) + Send),
        looked: &(dyn Fn(f32) + Send + Sync),
    ) -> Result<(), String>;
    /// Does what the matcher says to every event stored before the mark. Doing it again does what is left. When it
    /// returns no file holds what was cut, and who counts events of the history in memory does not count it any more.
    async fn cut(
        &self,
        workspace: WorkspaceId,
        mark: u64,
        matcher: Arc<Matcher>,
        ledger: &dyn Ledger,
    ) -> Result<(), String>;
    async fn holds(&self, file: &str) -> Result<bool, String>;
}

/// What the other rooms know.
#[async_trait]
pub trait Facts: Send + Sync + 'static {
    /// Days an order may be credited to a message for.
    async fn attribution_days(&self, workspace: WorkspaceId) -> Result<i64, String>;
    /// What reads events, with the names of those it reads.
    async fn readers(&self, workspace: WorkspaceId) -> Result<Vec<(Reader, Vec<String>)>, String>;
}

/// Where it is written down who did what.
#[async_trait]
pub trait Trail: Send + Sync + 'static {
    /// Notes how a run ended, in the transaction that ends it.
    async fn ended(&self, tx: &mut Tx, workspace: WorkspaceId, run: &Run) -> Result<(), DbError>;
}

/// Names with a meaning.
#[derive(Debug, Clone, Copy)]
pub struct Needs {
    /// Orders are made of these.
    pub orders: &'static [&'static str],
    /// Orders are credited by these.
    pub touches: &'static [&'static str],
    /// Never cut.
    pub protected: &'static [&'static str],
}

impl Needs {
    pub fn is_order(&self, name: &str) -> bool {
        self.orders.contains(&name)
    }
    pub fn is_touch(&self, name: &str) -> bool {
        self.touches.contains(&name)
    }
    pub fn is_protected(&self, name: &str) -> bool {
        self.protected.contains(&name)
    }
}
