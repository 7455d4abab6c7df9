//! The façade: what may be sent to whom, who said so, and the suppression list.

use crate::address::{HASH_PREFIX, hashed, normalise_address};
use crate::sql::{COLUMNS, Reader, channel_of, permission, state_of, statement_of, suppression_of, write_suppressions};
use crate::statement::DECLARED;
use crate::{
    ADDRESS_SUPPRESSED, ADDRESS_UNSUPPRESSED, ChannelConsent, ConsentError, ConsentRecord, ConsentState,
    ContactChannel, Permission, ProfileConsent, Proof, Suppression, SuppressionReason,
};
use base::{AuditId, Clock, Json, Page, PageRequest, ProfileId, Rng, WorkspaceId};
use db::{Db, DbError, Tx, Val};
use events::{Channel, Inbox, SystemEvent, names};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Profiles one `stream` call answers at most.
pub const STREAM_LIMIT_MAX: u32 = 10_000;
/// Addresses of one import.
pub const SUPPRESSION_IMPORT_MAX: usize = 100_000;
const SUPPRESSION_COLUMNS: &str = "channel, address, reason, at_ms, profile_id";

/// Consent and suppression; cheap to clone.
#[derive(Clone)]
pub struct Consents {
    db: Db,
    inbox: Arc<Inbox>,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
}

impl Consents {
    pub fn new(db: Db, inbox: Arc<Inbox>, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>) -> Self {
        Self { db, inbox, clock, rng }
    }

    /// Every channel of the registry with its state and proof.
    pub async fn state(&self, workspace: WorkspaceId, profile: ProfileId) -> Result<Vec<ChannelConsent>, ConsentError> {
        let profile = self.canonical(workspace, &[profile]).await?.remove(&profile).unwrap_or(profile);
        let sql = format!("SELECT {COLUMNS} FROM consent WHERE workspace_id = $1 AND profile_id = $2");
        let mut known = HashMap::new();
        for row in self.db.query(&sql, &[workspace.into(), profile.into()]).await? {
            let (_, statement) = statement_of(&row)?;
            known.insert(statement.channel, statement);
        }
        let channels = ContactChannel::ALL.into_iter().map(|channel| match known.remove(&channel) {
            None => ChannelConsent { channel, state: ConsentState::Unknown, at: None, proof: None },
            Some(held) => ChannelConsent { channel, state: held.state, at: Some(held.at), proof: Some(held.proof) },
        });
        Ok(channels.collect())
    }

    /// Everything that was ever said, newest first.
    pub async fn history(
        &self,
        workspace: WorkspaceId,
        profile: ProfileId,
    ) -> Result<Vec<ConsentRecord>, ConsentError> {
        let profile = self.canonical(workspace, &[profile]).await?.remove(&profile).unwrap_or(profile);
        let sql = format!(
            "SELECT {COLUMNS} FROM consent_history WHERE workspace_id = $1 AND profile_id = $2 \
             ORDER BY at_ms DESC, channel, event"
        );
        let rows = self.db.query(&sql, &[workspace.into(), profile.into()]).await?;
        rows.iter()
            .map(|row| {
                let (_, said) = statement_of(row)?;
                Ok(ConsentRecord { channel: said.channel, state: said.state, at: said.at, proof: said.proof })
            })
            .collect()
    }

    /// Declares a state on behalf of the customer; durable when it returns, in force when the pipeline has taken it.
    /// `proof.source` names who entered it; `proof.event` is ignored. Answers the messageId.
    pub async fn set(
        &self,
        workspace: WorkspaceId,
        profile: ProfileId,
        channel: ContactChannel,
        state: ConsentState,
        proof: &Proof,
    ) -> Result<String, ConsentError> {
        let now = self.clock.now();
        let key = format!("declared:{}", AuditId::new(now, &*self.rng).uuid());
        let mut event = SystemEvent::new(workspace, names::CONSENT_CHANGED, &key, profile, now, Channel::System)
            .with("channel", channel.name())
            .with("state", state.name())
            .with("source", proof.source.as_str())
            .with(DECLARED, true);
        for (name, value) in [("method", &proof.method), ("text", &proof.text), ("ip", &proof.ip)] {
            if let Some(value) = value {
                event = event.with(name, value.as_str());
            }
        }
        self.inbox.append_system(&[event], now).await?;
        Ok(key)
    }

    /// Whether each message may go out now, read from the store at this moment: consent and suppression in one or two
    /// statements per few hundred recipients. Ids that were merged meanwhile are followed.
    pub async fn check(
        &self,
        workspace: WorkspaceId,
        channel: ContactChannel,
        recipients: &[(ProfileId, String)],
    ) -> Result<Vec<Permission>, ConsentError> {
        let ids: Vec<ProfileId> = recipients.iter().map(|(profile, _)| *profile).collect();
        let mut states = self.states(workspace, channel, &ids).await?;
        let missing: Vec<ProfileId> = ids.iter().filter(|id| !states.contains_key(id)).copied().collect();
        if !missing.is_empty() {
            let mut names = self.canonical(workspace, &missing).await?;
            names.retain(|from, into| from != into);
            let targets: Vec<ProfileId> = names.values().copied().collect();
            let of_targets = self.states(workspace, channel, &targets).await?;
            states.extend(names.into_iter().filter_map(|(from, into)| Some((from, *of_targets.get(&into)?))));
        }
        let mut keys: Vec<Option<[String; 2]>> = Vec::with_capacity(recipients.len());
        for (_, address) in recipients {
            let normal = normalise_address(channel, address).ok();
            keys.push(normal.map(|normal| [hashed(workspace, channel, &normal), normal]));
        }
        let wanted: Vec<Val> = keys.iter().flatten().flatten().map(Val::from).collect();
        let select = "SELECT address, reason FROM suppression WHERE workspace_id = $1 AND channel = $2 AND address IN";
        let fixed = [workspace.into(), channel.name().into()];
        let mut suppressed = HashMap::new();
        for row in Reader::Db(&self.db).query_in(select, "", &fixed, &wanted).await? {
            suppressed.insert(row.text("address")?, SuppressionReason::parse(&row.text("reason")?)?);
        }
        let answer = |((profile, _), keys): (&(ProfileId, String), &Option<[String; 2]>)| {
            let reason = keys.iter().flatten().find_map(|key| suppressed.get(key)).copied();
            permission(states.get(profile).copied(), reason)
        };
        Ok(recipients.iter().zip(&keys).map(answer).collect())
    }

    async fn states(
        &self,
        workspace: WorkspaceId,
        channel: ContactChannel,
        ids: &[ProfileId],
    ) -> Result<HashMap<ProfileId, ConsentState>, ConsentError> {
        let values: Vec<Val> = ids.iter().map(|id| (*id).into()).collect();
        let select = "SELECT profile_id, state FROM consent WHERE workspace_id = $1 AND channel = $2 AND profile_id IN";
        let fixed = [workspace.into(), channel.name().into()];
        let mut states = HashMap::new();
        for row in Reader::Db(&self.db).query_in(select, "", &fixed, &values).await? {
            states.insert(ProfileId::from_sql(row.i64("profile_id")?), state_of(&row)?);
        }
        Ok(states)
    }

    async fn canonical(
        &self,
        workspace: WorkspaceId,
        ids: &[ProfileId],
    ) -> Result<HashMap<ProfileId, ProfileId>, ConsentError> {
        let values: Vec<Val> = ids.iter().map(|id| (*id).into()).collect();
        let select = "SELECT from_id, canonical_id FROM consent_alias WHERE workspace_id = $1 AND from_id IN";
        let mut names: HashMap<ProfileId, ProfileId> = ids.iter().map(|id| (*id, *id)).collect();
        for row in Reader::Db(&self.db).query_in(select, "", &[workspace.into()], &values).await? {
            names.insert(ProfileId::from_sql(row.i64("from_id")?), ProfileId::from_sql(row.i64("canonical_id")?));
        }
        Ok(names)
    }

    /// States of the profiles with an id after `after`, in order of id; profiles nothing is known of are left out.
    pub async fn stream(
        &self,
        workspace: WorkspaceId,
        after: ProfileId,
        limit: u32,
    ) -> Result<Vec<ProfileConsent>, ConsentError> {
        // As many rows as `limit` profiles can have, so that none is cut through.
        let limit = limit.clamp(1, STREAM_LIMIT_MAX) as usize;
        let rows_max = limit * ContactChannel::ALL.len();
        let sql = "SELECT profile_id, channel, state FROM consent WHERE workspace_id = $1 AND profile_id > $2 \
                   ORDER BY workspace_id, profile_id, channel LIMIT $3";
        let rows = self.db.query(sql, &[workspace.into(), after.into(), rows_max.into()]).await?;
        let mut profiles: Vec<ProfileConsent> = Vec::new();
        for row in &rows {
            let profile = ProfileId::from_sql(row.i64("profile_id")?);
            let state = (channel_of(row)?, state_of(row)?);
            let full = profiles.len() == limit;
            match profiles.last_mut() {
                Some(last) if last.profile == profile => last.states.push(state),
                _ if full => break,
                _ => profiles.push(ProfileConsent { profile, states: vec![state] }),
            }
        }
        Ok(profiles)
    }

    /// Suppressed addresses in order of (channel, address). `q` is the beginning of an address, or a whole one.
    pub async fn suppressions(
        &self,
        workspace: WorkspaceId,
        channel: Option<ContactChannel>,
        q: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<Suppression>, ConsentError> {
        let mut sql = format!("SELECT {SUPPRESSION_COLUMNS} FROM suppression WHERE workspace_id = $1");
        let mut args: Vec<Val> = vec![workspace.into()];
        if let Some(channel) = channel {
            args.push(channel.name().into());
            sql.push_str(&format!(" AND channel = ${}", args.len()));
        }
        if let Some(q) = q.map(|q| q.trim().to_lowercase()).filter(|q| !q.is_empty()) {
            let end = format!("{q}\u{10FFFF}");
            args.extend([q.into(), end.into()]);
            sql.push_str(&format!(" AND address >= ${} AND address < ${}", args.len() - 1, args.len()));
        }
        if let Some(cursor) = &page.cursor {
            let (channel, address) = cursor.split_once('|').ok_or_else(|| ConsentError::Cursor(cursor.clone()))?;
            args.extend([channel.into(), address.into()]);
            sql.push_str(&format!(" AND (channel, address) > (${}, ${})", args.len() - 1, args.len()));
        }
        args.push((page.limit() + 1).into());
        sql.push_str(&format!(" ORDER BY workspace_id, channel, address LIMIT ${}", args.len()));
        let rows = self.db.query(&sql, &args).await?;
        let items = rows.iter().map(suppression_of).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::cut(items, page.limit(), |last| format!("{}|{}", last.channel.name(), last.address)))
    }

    /// Addresses on the list that are known to be this customer's.
    pub async fn suppressed(
        &self,
        workspace: WorkspaceId,
        profile: ProfileId,
    ) -> Result<Vec<Suppression>, ConsentError> {
        let profile = self.canonical(workspace, &[profile]).await?.remove(&profile).unwrap_or(profile);
        let sql = format!(
            "SELECT {SUPPRESSION_COLUMNS} FROM suppression WHERE workspace_id = $1 AND profile_id = $2 \
             ORDER BY channel, address"
        );
        let rows = self.db.query(&sql, &[workspace.into(), profile.into()]).await?;
        Ok(rows.iter().map(suppression_of).collect::<Result<Vec<_>, _>>()?)
    }

    /// Puts an address on the list. `profile`: whose it is, when the caller knows; then "Address Suppressed" tells the
    /// other rooms. False when it was there already.
    pub async fn suppress(
        &self,
        workspace: WorkspaceId,
        channel: ContactChannel,
        address: &str,
        reason: SuppressionReason,
        profile: Option<ProfileId>,
    ) -> Result<bool, ConsentError> {
        if reason == SuppressionReason::Erased {
            return Err(ConsentError::Reason("erased".into()));
        }
        let address = normalise_address(channel, address)?;
        let at = self.clock.now();
        let sql = "INSERT INTO suppression (workspace_id, channel, address, reason, at_ms, profile_id, event) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (workspace_id, channel, address) DO NOTHING";
        let owner = profile.map_or(Val::NullI, Val::from);
        let args = [
            workspace.into(),
            channel.name().into(),
            address.into(),
            reason.name().into(),
            at.into(),
            owner,
            Val::NullT,
        ];
        let added = self.db.execute(sql, &args).await? > 0;
        if let (true, Some(profile)) = (added, profile) {
            self.announce(workspace, ADDRESS_SUPPRESSED, profile, channel, reason).await?;
        }
        Ok(added)
    }

    /// Takes an address off the list.
    pub async fn release(
        &self,
        workspace: WorkspaceId,
        channel: ContactChannel,
        address: &str,
    ) -> Result<(), ConsentError> {
        let hash = address.starts_with(HASH_PREFIX);
        let key = if hash { address.to_owned() } else { normalise_address(channel, address)? };
        let other = if hash { key.clone() } else { hashed(workspace, channel, &key) };
        let args: [Val; 4] = [workspace.into(), channel.name().into(), key.into(), other.into()];
        let sql = format!(
            "SELECT {SUPPRESSION_COLUMNS} FROM suppression WHERE workspace_id = $1 AND channel = $2 AND address IN ($3, $4)"
        );
        let Some(row) = self.db.query_one(&sql, &args).await? else { return Err(ConsentError::NotSuppressed) };
        let one = suppression_of(&row)?;
        let sql = "DELETE FROM suppression WHERE workspace_id = $1 AND channel = $2 AND address IN ($3, $4)";
        self.db.execute(sql, &args).await?;
        if let Some(profile) = one.profile {
            self.announce(workspace, ADDRESS_UNSUPPRESSED, profile, channel, one.reason).await?;
        }
        Ok(())
    }

    /// Puts many addresses on the list at once; answers (added or there already, refused with their line number).
    pub async fn import_suppressions(
        &self,
        workspace: WorkspaceId,
        channel: ContactChannel,
        reason: SuppressionReason,
        addresses: &[String],
    ) -> Result<(usize, Vec<(usize, ConsentError)>), ConsentError> {
        let at = self.clock.now();
        let mut wanted = BTreeMap::new();
        let mut refused = Vec::new();
        for (number, address) in addresses.iter().take(SUPPRESSION_IMPORT_MAX).enumerate() {
            match normalise_address(channel, address) {
                Ok(address) => {
                    wanted.insert(address.clone(), Suppression { channel, address, reason, at, profile: None });
                }
                Err(error) => refused.push((number, error)),
            }
        }
        let rows: Vec<_> = wanted.into_values().map(|one| (workspace, one, None)).collect();
        let mut tx = self.db.begin().await?;
        write_suppressions(&mut tx, &rows).await?;
        tx.commit().await?;
        Ok((rows.len(), refused))
    }

    async fn announce(
        &self,
        workspace: WorkspaceId,
        name: &str,
        profile: ProfileId,
        channel: ContactChannel,
        reason: SuppressionReason,
    ) -> Result<(), ConsentError> {
        let now = self.clock.now();
        let key = format!("suppression:{}", AuditId::new(now, &*self.rng).uuid());
        let event = SystemEvent::new(workspace, name, key, profile, now, Channel::System)
            .with("channel", channel.name())
            .with("reason", reason.name());
        Ok(self.inbox.append_system(&[event], now).await?)
    }

    /// Everything this room holds about a customer, as JSON.
    pub async fn export(&self, workspace: WorkspaceId, profile: ProfileId) -> Result<Json, ConsentError> {
        let history = self.history(workspace, profile).await?;
        let suppressed = self.suppressed(workspace, profile).await?;
        let history = history.iter().map(|said| {
            serde_json::json!({"channel": said.channel, "state": said.state, "at": said.at, "proof": said.proof})
        });
        let suppressed = suppressed.iter().map(|one| {
            serde_json::json!({"channel": one.channel, "address": one.address, "reason": one.reason, "at": one.at})
        });
        Ok(serde_json::json!({
            "consent": history.collect::<Vec<_>>(),
            "suppressed": suppressed.collect::<Vec<_>>(),
        }))
    }

    /// The name under which the room is in the erasure register.
    pub const ERASER_NAME: &str = "consent";

    /// Deletes everything about `profiles`. Suppressed addresses stay as a hash: who bounced or complained is not
    /// written to again because they were erased.
    /// `addresses` are theirs too: an entry may have been made before anybody knew whose address it is.
    pub async fn erase(
        tx: &mut Tx,
        workspace: WorkspaceId,
        profiles: &[ProfileId],
        addresses: &[(ContactChannel, String)],
    ) -> Result<u64, DbError> {
        let ids: Vec<Val> = profiles.iter().map(|id| (*id).into()).collect();
        let select = format!("SELECT {SUPPRESSION_COLUMNS} FROM suppression WHERE workspace_id = $1 AND profile_id IN");
        let mut rows = Reader::Tx(tx).query_in(&select, "", &[workspace.into()], &ids).await?;
        for (channel, address) in addresses {
            // What is no address of the channel is on no list of it.
            let Ok(normal) = normalise_address(*channel, address) else { continue };
            let sql = format!(
                "DELETE FROM suppression WHERE workspace_id = $1 AND channel = $2 AND address = $3 \
                 RETURNING {SUPPRESSION_COLUMNS}"
            );
            rows.extend(tx.query(&sql, &[workspace.into(), channel.name().into(), normal.into()]).await?);
        }
        let mut hashes = BTreeMap::new();
        for row in &rows {
            let one = suppression_of(row)?;
            let address = if one.address.starts_with(HASH_PREFIX) {
                one.address.clone()
            } else {
                hashed(workspace, one.channel, &one.address)
            };
            let erased =
                Suppression { address: address.clone(), reason: SuppressionReason::Erased, profile: None, ..one };
            hashes.insert((erased.channel, address), (workspace, erased, None));
        }
        let mut deleted = 0;
        for table_and_column in [
            ("suppression", "profile_id"),
            ("consent", "profile_id"),
            ("consent_history", "profile_id"),
            ("consent_shared", "profile_id"),
            ("consent_alias", "from_id"),
            ("consent_alias", "canonical_id"),
        ] {
            let (table, column) = table_and_column;
            for id in &ids {
                let sql = format!("DELETE FROM {table} WHERE workspace_id = $1 AND {column} = $2");
                deleted += tx.execute(&sql, &[workspace.into(), id.clone()]).await?;
            }
        }
        let rows: Vec<_> = hashes.into_values().collect();
        write_suppressions(tx, &rows).await?;
        Ok(deleted)
    }
}
