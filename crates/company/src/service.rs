//! The façade: reading companies, and changing them by writing to the log.

use crate::call::COMPANY_DELETED;
use crate::error::CompanyError;
use crate::model::{
    COLUMNS, Company, CompanySummary, FROM, MEMBER_COLUMNS, Member, Membership, Sort, member, summary, traits_of,
    traits_seen,
};
use crate::rollup::{People, refresh, work_out};
use crate::traits::Traits;
use crate::view::Naming;
use crate::writable::{check_group_id, check_role, check_traits};
use crate::{list, sql};
use base::{Clock, CompanyId, Json, JsonMap, Page, PageRequest, ProfileId, Rng, WorkspaceId};
use bytes::Bytes;
use db::{Db, Val};
use events::{Channel, Inbox, Offset, Origin, Record};
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;

/// Companies of one customer that are answered.
pub const COMPANIES_OF_CUSTOMER_MAX: usize = 100;
/// Up to this many members the roll-up is worked out when the company is opened.
const ROLLUP_AT_ONCE_MAX: u64 = 1_000;

/// What the service works with.
pub struct CompanyParts {
    pub db: Db,
    pub inbox: Arc<Inbox>,
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<dyn Rng>,
    pub naming: Arc<dyn Naming>,
    pub people: Arc<dyn People>,
}

/// Companies: look up, list, search, change, delete. Cheap to clone.
#[derive(Clone)]
pub struct Companies(Arc<CompanyParts>);

impl Companies {
    pub fn new(parts: CompanyParts) -> Self {
        Self(Arc::new(parts))
    }

    /// A page of all companies.
    pub async fn list(
        &self,
        workspace: WorkspaceId,
        sort: Sort,
        page: &PageRequest,
    ) -> Result<Page<CompanySummary>, CompanyError> {
        list::list(&self.0.db, workspace, sort, page).await
    }

    /// The company with this id or group id first, then names and domains that begin with `q`.
    pub async fn search(
        &self,
        workspace: WorkspaceId,
        q: &str,
        page: &PageRequest,
    ) -> Result<Page<CompanySummary>, CompanyError> {
        list::search(&self.0.db, workspace, q, page).await
    }

    /// The company a group id stands for.
    pub async fn find(&self, workspace: WorkspaceId, group_id: &str) -> Result<Option<CompanyId>, CompanyError> {
        let Some(group) = self.0.naming.group_id(group_id) else { return Ok(None) };
        let sql = "SELECT id FROM company WHERE workspace_id = $1 AND group_id = $2";
        let row = self.0.db.query_one(sql, &[workspace.into(), group.into()]).await?;
        Ok(row.map(|row| row.i64("id").map(CompanyId::from_sql)).transpose()?)
    }

    /// Everything known of one company; what the members of a small one do is worked out now.
    pub async fn get(&self, workspace: WorkspaceId, id: CompanyId) -> Result<Company, CompanyError> {
        let (mut found, traits) = self.row(workspace, id).await?;
        if found.members <= ROLLUP_AT_ONCE_MAX {
            work_out(&self.0.db, &*self.0.people, workspace, &[id], self.0.clock.now()).await?;
            found = self.row(workspace, id).await?.0;
        }
        let sql =
            "SELECT COUNT(*) AS n FROM company_member WHERE workspace_id = $1 AND company_id = $2 AND active = $3";
        let row = self.0.db.query_one(sql, &[workspace.into(), id.sql().into(), false.into()]).await?;
        let former_members = row.map_or(Ok(0), |row| row.i64("n"))?.max(0) as u64;
        Ok(Company { summary: found, former_members, traits: traits_seen(&traits) })
    }

    async fn row(&self, workspace: WorkspaceId, id: CompanyId) -> Result<(CompanySummary, Traits), CompanyError> {
        let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE company.workspace_id = $1 AND company.id = $2");
        let row = self.0.db.query_one(&sql, &[workspace.into(), id.sql().into()]).await?;
        let row = row.ok_or(CompanyError::NotFound(id))?;
        Ok((summary(&row)?, traits_of(&row)?))
    }

    /// Members, or those who were; who was spoken of last first.
    pub async fn members(
        &self,
        workspace: WorkspaceId,
        id: CompanyId,
        former: bool,
        page: &PageRequest,
    ) -> Result<Page<Member>, CompanyError> {
        self.row(workspace, id).await?;
        list::members(&self.0.db, workspace, id, former, page).await
    }

    /// The companies of a customer (a canonical id), those of today first; [`COMPANIES_OF_CUSTOMER_MAX`] at most.
    pub async fn of_profile(
        &self,
        workspace: WorkspaceId,
        profile: ProfileId,
    ) -> Result<Vec<Membership>, CompanyError> {
        let sql = format!(
            "SELECT {MEMBER_COLUMNS} FROM company_member WHERE workspace_id = $1 AND profile_id = $2 \
             ORDER BY active DESC, at_ms DESC, company_id LIMIT $3"
        );
        let args: [Val; 3] = [workspace.into(), profile.into(), COMPANIES_OF_CUSTOMER_MAX.into()];
        let rows = self.0.db.query(&sql, &args).await?;
        let ids = rows.iter().map(|row| Ok(Val::from(row.i64("company_id")?))).collect::<db::Result<Vec<Val>>>()?;
        let select = format!("SELECT {COLUMNS} FROM {FROM} WHERE company.workspace_id = $1 AND company.id IN");
        let mut companies: HashMap<i64, CompanySummary> = HashMap::new();
        for row in sql::Reader::Db(&self.0.db).query_in(&select, workspace, &ids).await? {
            companies.insert(row.i64("id")?, summary(&row)?);
        }
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            if let Some(company) = companies.remove(&row.i64("company_id")?) {
                found.push(Membership { company, member: member(row)? });
            }
        }
        Ok(found)
    }

    /// What is held of a customer here, for their export.
    pub async fn export(&self, workspace: WorkspaceId, profile: ProfileId) -> Result<Json, CompanyError> {
        let companies = self.of_profile(workspace, profile).await?.into_iter().map(|one| {
            json!({
                "company_id": one.company.id, "group_id": one.company.group_id, "name": one.company.name,
                "role": one.member.role, "joined_at": one.member.joined_at, "last_at": one.member.last_at,
                "left_at": one.member.left_at, "source": one.member.source,
            })
        });
        Ok(companies.collect())
    }

    /// Makes or completes a company; durable when it returns, visible when the pipeline has taken it (ask
    /// [`Self::find`]). Answers the messageId.
    pub async fn create(
        &self,
        workspace: WorkspaceId,
        group_id: &str,
        traits: JsonMap,
    ) -> Result<String, CompanyError> {
        let group = check_group_id(&*self.0.naming, group_id)?;
        check_traits(&traits, &Traits::default())?;
        self.append(workspace, json!({"type": "group", "groupId": group, "traits": traits})).await
    }

    /// Sets traits (null takes one back). Answers the messageId.
    pub async fn patch(&self, workspace: WorkspaceId, id: CompanyId, traits: JsonMap) -> Result<String, CompanyError> {
        let (found, known) = self.row(workspace, id).await?;
        check_traits(&traits, &known)?;
        self.append(workspace, json!({"type": "group", "groupId": found.group_id, "traits": traits})).await
    }

    /// Says that a customer (a canonical id) belongs to a company. A role of None leaves it as it is, Some(None) takes
    /// it back. Answers the messageId.
    pub async fn add_member(
        &self,
        workspace: WorkspaceId,
        id: CompanyId,
        profile: ProfileId,
        role: Option<Option<String>>,
    ) -> Result<String, CompanyError> {
        check_role(role.as_ref().and_then(|role| role.as_deref()))?;
        let traits = role.map_or_else(|| json!({}), |role| json!({"role": role}));
        self.append_member(workspace, id, profile, traits).await
    }

    /// Says that a customer belongs to a company no more. Answers the messageId.
    pub async fn remove_member(
        &self,
        workspace: WorkspaceId,
        id: CompanyId,
        profile: ProfileId,
    ) -> Result<String, CompanyError> {
        self.append_member(workspace, id, profile, json!({"left": true})).await
    }

    async fn append_member(
        &self,
        workspace: WorkspaceId,
        id: CompanyId,
        profile: ProfileId,
        traits: Json,
    ) -> Result<String, CompanyError> {
        let group = self.row(workspace, id).await?.0.group_id;
        let call = json!({"type": "group", "groupId": group, "profileId": profile, "traits": traits});
        self.append(workspace, call).await
    }

    /// Deletes a company with all that was said of it until now; customers stay. Answers the messageId.
    pub async fn delete(&self, workspace: WorkspaceId, id: CompanyId) -> Result<String, CompanyError> {
        let group = self.row(workspace, id).await?.0.group_id;
        let properties = json!({"groupId": group});
        self.append(workspace, json!({"type": "track", "event": COMPANY_DELETED, "properties": properties})).await
    }

    /// A call of our own, as a source would send it.
    async fn append(&self, workspace: WorkspaceId, mut call: Json) -> Result<String, CompanyError> {
        let now = self.0.clock.now();
        let message_id = base::AuditId::new(now, &*self.0.rng).uuid().to_string();
        call["messageId"] = message_id.as_str().into();
        call["timestamp"] = now.to_string().into();
        let record = Record {
            offset: Offset::default(),
            workspace,
            origin: Origin::System,
            channel: Channel::System,
            source: None,
            received_at: now,
            ids: vec![base::EventId::of(workspace, &message_id)],
            body: Bytes::from(json!({"batch": [call]}).to_string()),
        };
        self.0.inbox.append(record).await?;
        Ok(message_id)
    }

    /// Works out roll-ups that are due; to be called every few seconds. Answers how many.
    pub async fn refresh(&self) -> Result<usize, CompanyError> {
        refresh(&self.0.db, &*self.0.people, self.0.clock.now()).await
    }
}
