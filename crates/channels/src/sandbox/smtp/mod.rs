//! The sandbox as a mail server on loopback: what is sent to it over SMTP is kept in the sandbox inbox and goes nowhere.
//!
//! The demo sends through it, and any other software on the machine may (a mail catcher). Whose mail is it?
//!
//! 1. A session that logged in (`AUTH`, the password is an API key): the key's workspace.
//! 2. A signed reference of ours in the return path or the Message-ID: the workspace and message it names.
//! 3. The only workspace of the installation, when there is one only. Otherwise the mail is refused: log in.
//!
//! A mail of ours is kept once per message however often it comes. The addresses that misbehave in the sandbox channel
//! misbehave here too, over the wire: refusals, waits, broken connections, lost answers.

mod dialogue;
mod mailbox;
#[cfg(test)]
mod tests;

use super::store::Store;
use async_trait::async_trait;
use base::WorkspaceId;
use deliver::links::Links;
use dialogue::Session;
use mailbox::Mailbox;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

/// Sessions at the same time; the next one is asked to come back.
const SESSIONS_MAX: usize = 64;
/// When the program stops, sessions get this long to end what they are doing.
const STOP_GRACE: Duration = Duration::from_secs(2);
/// After a connection could not be taken (no file handles), the next try waits.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// Who may put mail into whose inbox; implemented over `access`.
#[async_trait]
pub trait Door: Send + Sync + 'static {
    /// The workspace an API key opens; None: the key is not one.
    async fn workspace_of_key(&self, key: &str) -> Option<WorkspaceId>;
    /// The installation's workspace, when it has exactly one.
    async fn only_workspace(&self) -> Option<WorkspaceId>;
}

/// The mail server of the sandbox.
pub struct SandboxSmtp {
    store: Store,
    links: Links,
    door: Arc<dyn Door>,
}

impl SandboxSmtp {
    pub(super) fn new(store: Store, links: Links, door: Arc<dyn Door>) -> Self {
        Self { store, links, door }
    }

    /// Serves until `stop` turns true; sessions end between two commands.
    pub async fn run(self, listener: TcpListener, mut stop: watch::Receiver<bool>) {
        let (mailbox, keeper) = Mailbox::open(self.store, self.links, self.door);
        let mailbox = Arc::new(mailbox);
        let keeper = tokio::spawn(keeper);
        let room = Arc::new(Semaphore::new(SESSIONS_MAX));
        let mut sessions = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = stop.wait_for(|stop| *stop) => break,
            };
            let mut stream = match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "the sandbox's mail server cannot take a connection");
                    tokio::time::sleep(ACCEPT_AGAIN).await;
                    continue;
                }
            };
            // Answers are small and the client waits for each: Nagle's algorithm would hold them back.
            let _ = stream.set_nodelay(true);
            while sessions.try_join_next().is_some() {}
            match room.clone().try_acquire_owned() {
                Ok(permit) => {
                    let (mailbox, stop) = (mailbox.clone(), stop.clone());
                    sessions.spawn(async move {
                        // A client that goes away in the middle is its own business.
                        let _ = Session::new(stream, mailbox, stop).run().await;
                        drop(permit);
                    });
                }
                Err(_) => {
                    sessions.spawn(async move {
                        let _ = stream.write_all(b"421 4.3.2 too many connections\r\n").await;
                    });
                }
            }
        }
        drop(mailbox);
        let _ = tokio::time::timeout(STOP_GRACE, async { while sessions.join_next().await.is_some() {} }).await;
        sessions.abort_all();
        while sessions.join_next().await.is_some() {}
        let _ = keeper.await;
    }
}
