//! What people can subscribe to: the workspace's list of topics.

use crate::{ConsentError, Consents, ContactChannel, Localised, TopicKey};
use async_trait::async_trait;
use base::{Problem, Timestamp, WorkspaceId};
use db::{Row, Tx, Val};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Topics of one workspace, archived ones included.
pub const TOPICS_MAX: usize = 100;
const NAME_CHARS_MAX: usize = 80;
const DESCRIPTION_CHARS_MAX: usize = 300;
const COLUMNS: &str = "topic, name, description, channels, opt_out, double_opt_in, position, archived, version, \
     created_ms, updated_ms";

/// What may be said about a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicDraft {
    pub name: Localised,
    pub description: Localised,
    /// What it is sent on.
    pub channels: Vec<ContactChannel>,
    /// Who never said anything about it gets it, until they say no.
    pub opt_out: bool,
    /// A yes from a public form counts when the mailbox has confirmed it.
    pub double_opt_in: bool,
    /// Kept as proof, and offered to nobody.
    pub archived: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    pub key: TopicKey,
    pub draft: TopicDraft,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Topic {
    /// Its name for a reader of this language.
    pub fn name(&self, language: &str, fallback: &str) -> &str {
        self.draft.name.pick(language, fallback).unwrap_or(self.key.as_str())
    }
}

/// Something that sends about a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicUser {
    /// `campaign`, …
    pub kind: &'static str,
    pub id: String,
    pub name: String,
}

/// Who sends about a topic; `server` wires it.
#[async_trait]
pub trait TopicUse: Send + Sync + 'static {
    async fn users_of(&self, workspace: WorkspaceId, topic: &TopicKey) -> Result<Vec<TopicUser>, Problem>;
}

fn wrong(field: &'static str, detail: &'static str) -> ConsentError {
    ConsentError::Topic { field, detail }
}

impl TopicDraft {
    fn checked(mut self) -> Result<Self, ConsentError> {
        self.name = self.name.checked(NAME_CHARS_MAX).map_err(|detail| wrong("name", detail))?;
        if self.name.is_empty() {
            return Err(wrong("name", "a topic needs a name in at least one language"));
        }
        self.description =
            self.description.checked(DESCRIPTION_CHARS_MAX).map_err(|detail| wrong("description", detail))?;
        let channels: BTreeSet<ContactChannel> = self.channels.iter().copied().collect();
        self.channels = channels.into_iter().collect();
        if self.channels.is_empty() {
            return Err(wrong("channels", "choose at least one channel"));
        }
        Ok(self)
    }

    fn values(&self) -> Result<[Val; 6], ConsentError> {
        let json = |text: &Localised| serde_json::to_string(text).map_err(ConsentError::stored);
        let channels = serde_json::to_string(&self.channels).map_err(ConsentError::stored)?;
        Ok([
            json(&self.name)?.into(),
            json(&self.description)?.into(),
            channels.into(),
            self.opt_out.into(),
            self.double_opt_in.into(),
            self.archived.into(),
        ])
    }
}

fn topic_of(row: &Row) -> Result<Topic, ConsentError> {
    Ok(Topic {
        key: TopicKey::parse(&row.text("topic")?)?,
        draft: TopicDraft {
            name: serde_json::from_str(&row.text("name")?).map_err(ConsentError::stored)?,
            description: serde_json::from_str(&row.text("description")?).map_err(ConsentError::stored)?,
            channels: serde_json::from_str(&row.text("channels")?).map_err(ConsentError::stored)?,
            opt_out: row.bool("opt_out")?,
            double_opt_in: row.bool("double_opt_in")?,
            archived: row.bool("archived")?,
        },
        version: row.i64("version")?,
        created_at: row.time("created_ms")?,
        updated_at: row.time("updated_ms")?,
    })
}

/// The keys there are, for the view.
pub(crate) async fn keys(tx: &mut Tx, workspace: WorkspaceId) -> Result<BTreeSet<String>, db::DbError> {
    let rows = tx.query("SELECT topic FROM consent_topic WHERE workspace_id = $1", &[workspace.into()]).await?;
    rows.iter().map(|row| row.text("topic")).collect()
}

impl Consents {
    /// In the order people see them; archived ones last.
    pub async fn topics(&self, workspace: WorkspaceId) -> Result<Vec<Topic>, ConsentError> {
        let sql =
            format!("SELECT {COLUMNS} FROM consent_topic WHERE workspace_id = $1 ORDER BY archived, position, topic");
        self.db().query(&sql, &[workspace.into()]).await?.iter().map(topic_of).collect()
    }

    pub async fn topic(&self, workspace: WorkspaceId, key: &TopicKey) -> Result<Topic, ConsentError> {
        let sql = format!("SELECT {COLUMNS} FROM consent_topic WHERE workspace_id = $1 AND topic = $2");
        let row = self.db().query_one(&sql, &[workspace.into(), key.as_str().into()]).await?;
        row.as_ref().map_or(Err(ConsentError::NoTopic), topic_of)
    }

    /// Adds a topic after the others.
    pub async fn create_topic(
        &self,
        workspace: WorkspaceId,
        key: &TopicKey,
        draft: TopicDraft,
    ) -> Result<Topic, ConsentError> {
        let draft = draft.checked()?;
        let mut tx = self.db().begin().await?;
        let counted = "SELECT COUNT(*) AS topics, COALESCE(MAX(position), 0) AS last FROM consent_topic \
                       WHERE workspace_id = $1";
        let row = tx.query(counted, &[workspace.into()]).await?;
        let (count, last) = match row.first() {
            Some(row) => (row.i64("topics")?, row.i64("last")?),
            None => (0, 0),
        };
        if count >= TOPICS_MAX as i64 {
            return Err(ConsentError::TooManyTopics);
        }
        let now = self.now();
        let [name, description, channels, opt_out, double_opt_in, archived] = draft.values()?;
        let sql = format!(
            "INSERT INTO consent_topic (workspace_id, {COLUMNS}) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $10) ON CONFLICT (workspace_id, topic) DO NOTHING"
        );
        let args: [Val; 10] = [
            workspace.into(),
            key.as_str().into(),
            name,
            description,
            channels,
            opt_out,
            double_opt_in,
            (last + 1).into(),
            archived,
            now.into(),
        ];
        if tx.execute(&sql, &args).await? == 0 {
            return Err(ConsentError::TopicExists(key.to_string()));
        }
        tx.commit().await?;
        self.topic(workspace, key).await
    }

    /// Changes what is said about a topic. `version`: the one that was read.
    pub async fn update_topic(
        &self,
        workspace: WorkspaceId,
        key: &TopicKey,
        draft: TopicDraft,
        version: i64,
    ) -> Result<Topic, ConsentError> {
        let [name, description, channels, opt_out, double_opt_in, archived] = draft.checked()?.values()?;
        let sql = "UPDATE consent_topic SET name = $4, description = $5, channels = $6, opt_out = $7, \
                   double_opt_in = $8, archived = $9, version = version + 1, updated_ms = $10 \
                   WHERE workspace_id = $1 AND topic = $2 AND version = $3";
        let args: [Val; 10] = [
            workspace.into(),
            key.as_str().into(),
            version.into(),
            name,
            description,
            channels,
            opt_out,
            double_opt_in,
            archived,
            self.now().into(),
        ];
        let changed = self.db().execute(sql, &args).await?;
        let topic = self.topic(workspace, key).await?;
        if changed == 0 { Err(ConsentError::Stale) } else { Ok(topic) }
    }

    /// Takes a topic away that nothing sends about. What people said about it stays in their history.
    pub async fn delete_topic(&self, workspace: WorkspaceId, key: &TopicKey) -> Result<(), ConsentError> {
        let users = self.topic_users(workspace, key).await?;
        if !users.is_empty() {
            return Err(ConsentError::TopicInUse(users));
        }
        let sql = "DELETE FROM consent_topic WHERE workspace_id = $1 AND topic = $2";
        let gone = self.db().execute(sql, &[workspace.into(), key.as_str().into()]).await?;
        if gone == 0 { Err(ConsentError::NoTopic) } else { Ok(()) }
    }

    /// What sends about a topic.
    pub async fn topic_users(&self, workspace: WorkspaceId, key: &TopicKey) -> Result<Vec<TopicUser>, ConsentError> {
        match self.topic_use() {
            None => Ok(Vec::new()),
            Some(found) => found.users_of(workspace, key).await.map_err(ConsentError::Elsewhere),
        }
    }

    /// Puts topics in this order; those not named follow as they were.
    pub async fn order_topics(&self, workspace: WorkspaceId, keys: &[TopicKey]) -> Result<Vec<Topic>, ConsentError> {
        let known: Vec<TopicKey> = self.topics(workspace).await?.into_iter().map(|topic| topic.key).collect();
        let named = keys.iter().filter(|key| known.contains(key));
        let others = known.iter().filter(|key| !keys.contains(key));
        let mut placed: BTreeMap<&str, i64> = BTreeMap::new();
        for (position, key) in named.chain(others).enumerate() {
            placed.entry(key.as_str()).or_insert(position as i64 + 1);
        }
        let mut tx = self.db().begin().await?;
        for (key, position) in placed {
            let sql = "UPDATE consent_topic SET position = $3 WHERE workspace_id = $1 AND topic = $2";
            tx.execute(sql, &[workspace.into(), key.into(), position.into()]).await?;
        }
        tx.commit().await?;
        self.topics(workspace).await
    }

    /// How many people said what, by subject: one read over the index of states.
    pub async fn summary(
        &self,
        workspace: WorkspaceId,
    ) -> Result<BTreeMap<String, HashMap<String, i64>>, ConsentError> {
        let sql = "SELECT channel, state, COUNT(*) AS people FROM consent WHERE workspace_id = $1 \
                   GROUP BY channel, state";
        let mut found: BTreeMap<String, HashMap<String, i64>> = BTreeMap::new();
        for row in self.db().query(sql, &[workspace.into()]).await? {
            found.entry(row.text("channel")?).or_default().insert(row.text("state")?, row.i64("people")?);
        }
        Ok(found)
    }
}
