//! Identity rules: what a customer is recognised by, devices several people share, and which value of a trait stays.

use super::{SummaryView, summaries};
use crate::problem::ApiResult;
use crate::routes::content::{Tagged, tagged, wanted_version};
use crate::{App, Auth, Json, Listed, PageQuery, Paged, Path};
use axum::extract::State;
use base::{ProfileId, Timestamp};
use http::{HeaderMap, StatusCode};
use profile::{
    KindRuleDoc, OtherKinds, RulesDoc, RulesPreview, RulesSaved, SharedDeviceRule, TraitHistory, TraitRuleDoc,
    built_in_blocked,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(get, put))
        .routes(routes!(preview))
        .routes(routes!(shared_devices))
        .routes(routes!(release))
        .routes(routes!(trait_history))
}

/// A kind of identifier.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct IdentifierKindRule {
    /// user_id, loyalty_card, email, phone, anonymous_id, … or the name of a kind of your own.
    kind: String,
    /// True for a kind of your own.
    #[serde(default)]
    custom: bool,
    /// How values are compared: plain, email or phone. Fixed for built-in kinds; left out: plain.
    #[serde(default)]
    form: Option<String>,
    /// person or device: whom it names. Fixed for built-in kinds; left out: person.
    #[serde(default)]
    names: Option<String>,
    /// False: identifiers of this kind are ignored.
    enabled: bool,
    /// 1 to 1000; the smaller is stronger. Nothing is as strong as user_id.
    priority: u16,
    /// Values of this kind one customer may have, 1 to 1000.
    limit: u32,
    /// Values that identify nobody: exact, or with * for anything. At most 200.
    #[serde(default)]
    blocked: Vec<String>,
}

/// Kinds of your own that are not listed.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OtherIdentifierKinds {
    enabled: bool,
    priority: u16,
    limit: u32,
}

/// When a device is one that several people share.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SharedDeviceLimit {
    /// False: no new ones are looked for.
    enabled: bool,
    /// More user ids than this within `days` days: shared. 1 to 100.
    users: u32,
    /// 1 to 365.
    days: u32,
}

/// Which value of a trait stays.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TraitRule {
    /// The name of a trait, or a pattern with *.
    #[serde(rename = "trait")]
    pattern: String,
    /// latest, first, most_trusted, max, min, sum, union or longest.
    rule: String,
    /// For most_trusted: ids of sources or names of channels, the most trusted first.
    #[serde(default)]
    sources: Vec<String>,
}

/// The identity rules of a workspace.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct IdentityRules {
    /// Built-in kinds that are left out keep their defaults.
    kinds: Vec<IdentifierKindRule>,
    other_kinds: OtherIdentifierKinds,
    /// True: dots and +tags of gmail.com addresses do not tell two customers apart.
    gmail_dots: bool,
    /// ISO 3166: where a phone number without country code is from when the event does not say.
    phone_region: String,
    shared_devices: SharedDeviceLimit,
    /// The first that fits a trait holds. No line: the latest value stays.
    traits: Vec<TraitRule>,
}

/// Both ways between a shape of the API and the room's own, which have the same fields.
macro_rules! same_fields {
    ($shape:ident = $doc:ident { $($field:ident),+ }) => {
        same_fields!(@one $shape from $doc { $($field),+ });
        same_fields!(@one $doc from $shape { $($field),+ });
    };
    (@one $to:ident from $from:ident { $($field:ident),+ }) => {
        impl From<$from> for $to {
            fn from($from { $($field),+ }: $from) -> Self {
                Self { $($field),+ }
            }
        }
    };
}

same_fields!(IdentifierKindRule = KindRuleDoc { kind, custom, form, names, enabled, priority, limit, blocked });
same_fields!(OtherIdentifierKinds = OtherKinds { enabled, priority, limit });
same_fields!(SharedDeviceLimit = SharedDeviceRule { enabled, users, days });
same_fields!(TraitRule = TraitRuleDoc { pattern, rule, sources });

macro_rules! same_rules {
    ($($from:ident => $to:ident),+) => {
        $(impl From<$from> for $to {
            fn from(rules: $from) -> Self {
                Self {
                    kinds: rules.kinds.into_iter().map(Into::into).collect(),
                    other_kinds: rules.other_kinds.into(),
                    gmail_dots: rules.gmail_dots,
                    phone_region: rules.phone_region,
                    shared_devices: rules.shared_devices.into(),
                    traits: rules.traits.into_iter().map(Into::into).collect(),
                }
            }
        })+
    };
}

same_rules!(RulesDoc => IdentityRules, IdentityRules => RulesDoc);

/// Values that identify nobody whatever the rules say.
#[derive(Serialize, ToSchema)]
struct BuiltInBlocked {
    /// Of any kind, besides values of zeros and signs only.
    values: &'static [&'static str],
    /// What stands before the @ of an e-mail address.
    mailboxes: &'static [&'static str],
}

/// How much there may be of everything.
#[derive(Serialize, ToSchema)]
struct IdentityRuleLimits {
    priority_max: u16,
    limit_max: u32,
    blocked_max: usize,
    /// Of a blocked value, and of a trait's name or pattern.
    blocked_chars_max: usize,
    custom_kinds_max: usize,
    trait_rules_max: usize,
    sources_max: usize,
    users_max: u32,
    days_max: u32,
}

const LIMITS: IdentityRuleLimits = IdentityRuleLimits {
    priority_max: profile::PRIORITY_MAX,
    limit_max: profile::LIMIT_MAX,
    blocked_max: profile::BLOCKED_MAX,
    blocked_chars_max: profile::PATTERN_CHARS_MAX,
    custom_kinds_max: profile::CUSTOM_KINDS_MAX,
    trait_rules_max: profile::TRAIT_RULES_MAX,
    sources_max: profile::SOURCES_MAX,
    users_max: profile::DEVICE_USERS_MAX,
    days_max: profile::DEVICE_DAYS_MAX,
};

/// The rules, who changed them last, and what they can be.
#[derive(Serialize, ToSchema)]
struct IdentityRulesView {
    /// 0: nobody ever changed them.
    version: i64,
    #[schema(value_type = Option<String>)]
    changed_at: Option<Timestamp>,
    changed_by: Option<String>,
    rules: IdentityRules,
    defaults: IdentityRules,
    built_in_blocked: BuiltInBlocked,
    limits: IdentityRuleLimits,
    /// Devices that are shared now.
    shared_devices: u64,
}

async fn view(app: &App, auth: &Auth, saved: RulesSaved) -> ApiResult<IdentityRulesView> {
    let (values, mailboxes) = built_in_blocked();
    Ok(IdentityRulesView {
        version: saved.version,
        changed_at: saved.changed_at,
        changed_by: saved.changed_by,
        rules: saved.rules.into(),
        defaults: RulesDoc::default().completed().into(),
        built_in_blocked: BuiltInBlocked { values, mailboxes },
        limits: LIMITS,
        shared_devices: app.profile.count_shared_devices(auth.workspace()).await?,
    })
}

/// The identity rules of the workspace.
#[utoipa::path(get, path = "/api/v1/profile-rules", tag = "people", security(("api_key" = ["profile.read"])),
    responses((status = 200, body = IdentityRulesView), (status = 401), (status = 403)))]
async fn get(State(app): State<Arc<App>>, auth: Auth) -> ApiResult<Tagged<IdentityRulesView>> {
    let saved = app.profile.rules_of(auth.workspace()).await?;
    Ok(tagged(saved.version, view(&app, &auth, saved).await?))
}

/// Changes the identity rules. They hold for what comes next: customers joined already stay joined. With `If-Match` only
/// when nobody changed them meanwhile.
#[utoipa::path(put, path = "/api/v1/profile-rules", tag = "people", security(("api_key" = ["workspace.write"])), request_body = IdentityRules,
    responses((status = 200, body = IdentityRulesView), (status = 400), (status = 401), (status = 403), (status = 412), (status = 422)))]
async fn put(
    State(app): State<Arc<App>>,
    auth: Auth,
    headers: HeaderMap,
    Json(body): Json<IdentityRules>,
) -> ApiResult<Tagged<IdentityRulesView>> {
    let workspace = auth.workspace();
    let version = wanted_version(&headers)?;
    let by = auth.caller.actor.label();
    let (before, after) = app.profile.put_rules(workspace, body.into(), version, &by).await?;
    let (old, new) = (serde_json::to_value(&before.rules).ok(), serde_json::to_value(&after.rules).ok());
    auth.note_change(&app, "profile_rules.update", workspace, "changed the identity rules", old, new).await?;
    Ok(tagged(after.version, view(&app, &auth, after).await?))
}

/// What new rules would mean for one kind of identifier.
#[derive(Serialize, ToSchema)]
struct KindChange {
    kind: String,
    /// Customers who have more of it than the new limit; they keep what they have.
    over_limit: u64,
    /// Identifiers that would not be taken any more.
    blocked: u64,
    /// Identifiers of a kind that would be switched off.
    disabled: u64,
}

/// Gmail mailboxes that several customers have.
#[derive(Serialize, ToSchema)]
struct GmailChange {
    mailboxes: u64,
    customers: u64,
    /// False: there are more addresses than were looked through.
    complete: bool,
}

/// What new rules would mean for the customers there are.
#[derive(Serialize, ToSchema)]
struct IdentityRulesPreview {
    /// Only kinds of which something would change for somebody.
    kinds: Vec<KindChange>,
    /// Null: nothing changes about gmail.com addresses.
    gmail: Option<GmailChange>,
    /// Traits, or patterns, of which the rule would change. What holds today is where a new rule begins.
    traits: Vec<String>,
    /// False: these are the rules that hold.
    changes: bool,
}

impl From<RulesPreview> for IdentityRulesPreview {
    fn from(preview: RulesPreview) -> Self {
        let kind = |seen: profile::KindPreview| KindChange {
            kind: seen.kind,
            over_limit: seen.over_limit,
            blocked: seen.blocked,
            disabled: seen.disabled,
        };
        let gmail = |seen: profile::GmailPreview| GmailChange {
            mailboxes: seen.mailboxes,
            customers: seen.customers,
            complete: seen.complete,
        };
        Self {
            kinds: preview.kinds.into_iter().map(kind).collect(),
            gmail: preview.gmail.map(gmail),
            traits: preview.traits,
            changes: preview.changes,
        }
    }
}

/// Counts whom new identity rules concern. Changes nothing.
#[utoipa::path(post, path = "/api/v1/profile-rules/preview", tag = "people", security(("api_key" = ["profile.read"])), request_body = IdentityRules,
    responses((status = 200, body = IdentityRulesPreview), (status = 401), (status = 403), (status = 422)))]
async fn preview(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<IdentityRules>,
) -> ApiResult<Json<IdentityRulesPreview>> {
    Ok(Json(app.profile.rules_preview(auth.workspace(), &body.into()).await?.into()))
}

/// A device several people share. It joins nobody; what is done on it without a personal identifier is its visitor's.
#[derive(Serialize, ToSchema)]
struct SharedDeviceView {
    kind: String,
    value: String,
    #[schema(value_type = String)]
    since: Timestamp,
    /// Why: so many user ids signed in on it within `days` days, and `limit` are allowed.
    users: u32,
    limit: u32,
    days: u32,
    /// Null: nothing was done on it yet without a personal identifier.
    visitor: Option<SummaryView>,
}

/// Devices several people share, the newest first.
#[utoipa::path(get, path = "/api/v1/profile-rules/shared-devices", tag = "people", security(("api_key" = ["profile.read"])), params(PageQuery),
    responses((status = 200, body = Listed<SharedDeviceView>), (status = 400), (status = 401), (status = 403)))]
async fn shared_devices(
    State(app): State<Arc<App>>,
    auth: Auth,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<SharedDeviceView>>> {
    let workspace = auth.workspace();
    let found = app.profile.shared_devices(workspace, &page).await?;
    let mut items = Vec::with_capacity(found.items.len());
    for device in found.items {
        let visitor = summaries(&app, workspace, device.visitor.into_iter().collect()).await?;
        items.push(SharedDeviceView {
            kind: device.kind,
            value: device.value,
            since: device.since,
            users: device.users,
            limit: device.limit,
            days: device.days,
            visitor: visitor.into_iter().next(),
        });
    }
    Ok(Json(Listed { items, next_cursor: found.next_cursor }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReleaseRequest {
    kind: String,
    value: String,
}

/// Lets a shared device go: it is nobody's until its next event, and sign-ins are counted from zero. What was done on it
/// meanwhile stays with its visitor.
#[utoipa::path(post, path = "/api/v1/profile-rules/shared-devices/release", tag = "people", security(("api_key" = ["workspace.write"])), request_body = ReleaseRequest,
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 422)))]
async fn release(State(app): State<Arc<App>>, auth: Auth, Json(body): Json<ReleaseRequest>) -> ApiResult<StatusCode> {
    app.profile.release_device(auth.workspace(), &body.kind, &body.value).await?;
    auth.note(&app, "shared_device.release", &body.kind, "let a shared device go").await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The rule that says which value of a trait stays.
#[derive(Serialize, ToSchema)]
struct TraitHistoryRule {
    /// latest, first, most_trusted, max, min, sum, union or longest.
    code: &'static str,
    /// For most_trusted: the most trusted first.
    sources: Vec<String>,
    /// The line of the workspace's rules; null: built in.
    pattern: Option<String>,
    words: &'static str,
}

/// Something that was said of a trait.
#[derive(Serialize, ToSchema)]
struct TraitHistoryItem {
    #[schema(value_type = Value)]
    value: base::Json,
    #[schema(value_type = String)]
    at: Timestamp,
    /// The id of a source, or the channel of what came without one.
    source: String,
    event: String,
    /// What holds is this, or is made of this and others.
    holds: bool,
    /// True when it took back what was said before.
    taken_back: bool,
}

/// A trait: what holds, by which rule, and everything that was ever said of it.
#[derive(Serialize, ToSchema)]
struct TraitHistoryView {
    #[serde(rename = "trait")]
    name: String,
    rule: TraitHistoryRule,
    /// Null: nothing was said, or it was taken back.
    #[schema(value_type = Value)]
    value: Option<base::Json>,
    #[schema(value_type = Option<String>)]
    at: Option<Timestamp>,
    /// Who said what holds: the id of a source, or a channel. computed: Tutti worked it out, and what it was before is
    /// not kept.
    source: Option<String>,
    /// Latest first.
    items: Vec<TraitHistoryItem>,
    next_cursor: Option<String>,
    /// Events of one customer that are looked through at most; of one who has more the answer is 422.
    limit: usize,
}

/// Everything that was ever said of a trait, latest first, and the rule that chose what holds.
#[utoipa::path(get, path = "/api/v1/profiles/{id}/traits/{name}/history", tag = "people", security(("api_key" = ["profile.read"])), params(("id" = String, Path), ("name" = String, Path), PageQuery),
    responses((status = 200, body = TraitHistoryView), (status = 400), (status = 401), (status = 403), (status = 404), (status = 422)))]
async fn trait_history(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path((id, name)): Path<(ProfileId, String)>,
    Paged(page): Paged,
) -> ApiResult<Json<TraitHistoryView>> {
    let history = app.profile.trait_history(auth.workspace(), id, &name, &page).await?;
    Ok(Json(history_view(name, history)))
}

fn history_view(name: String, history: TraitHistory) -> TraitHistoryView {
    let item = |saying: profile::TraitSaying| TraitHistoryItem {
        taken_back: saying.value.is_null(),
        value: saying.value,
        at: saying.at,
        source: saying.source,
        event: saying.event,
        holds: saying.holds,
    };
    let rule = history.rule;
    TraitHistoryView {
        name,
        rule: TraitHistoryRule { code: rule.code, sources: rule.sources, pattern: rule.pattern, words: rule.words },
        value: history.value,
        at: history.at,
        source: history.source,
        items: history.sayings.items.into_iter().map(item).collect(),
        next_cursor: history.sayings.next_cursor,
        limit: history.limit,
    }
}
