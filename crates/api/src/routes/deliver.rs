//! Sender settings: from whom, through which channel, with which key; and mail that came back.

use crate::problem::ApiResult;
use crate::{ApiError, App, Auth, Json};
use axum::extract::{DefaultBodyLimit, State};
use base::Problem;
use bytes::Bytes;
use deliver::{DkimAlgorithm, DkimSettings, RenderedMessage, Sender, SmtpSettings, TlsMode};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// A delivery report quotes the mail it is about.
const BOUNCE_BYTES_MAX: usize = 10 << 20;
/// Addresses of one test.
const TEST_ADDRESSES_MAX: usize = 10;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(get, put))
        .routes(routes!(test))
        .routes(routes!(make_dkim, remove_dkim))
        .routes(routes!(bounces))
        .layer(DefaultBodyLimit::max(BOUNCE_BYTES_MAX))
}

#[derive(Serialize, ToSchema)]
struct SenderView {
    /// `sandbox` keeps mail in the sandbox inbox, `smtp` sends it.
    channel: String,
    from_name: String,
    from_email: String,
    reply_to: String,
    postal_address: String,
    bounce_domain: String,
    smtp: Option<SmtpView>,
    dkim: Option<DkimView>,
}

#[derive(Serialize, ToSchema)]
struct SmtpView {
    host: String,
    port: u16,
    #[schema(value_type = String)]
    tls: TlsMode,
    username: String,
    /// The password itself is never shown.
    password_set: bool,
    rate_per_second: f64,
    connections: u32,
    per_domain_rate: BTreeMap<String, f64>,
    ca_pem: String,
}

#[derive(Serialize, ToSchema)]
struct DkimView {
    domain: String,
    selector: String,
    #[schema(value_type = String)]
    algorithm: DkimAlgorithm,
    /// Where the TXT record goes.
    dns_name: String,
    /// What it says.
    dns_record: String,
}

fn dkim_view(dkim: &DkimSettings) -> DkimView {
    DkimView {
        domain: dkim.domain.clone(),
        selector: dkim.selector.clone(),
        algorithm: dkim.algorithm,
        dns_name: format!("{}._domainkey.{}", dkim.selector, dkim.domain),
        dns_record: dkim.dns_record.clone(),
    }
}

fn view(sender: &Sender) -> SenderView {
    SenderView {
        channel: sender.channel.clone(),
        from_name: sender.from_name.clone(),
        from_email: sender.from_email.clone(),
        reply_to: sender.reply_to.clone(),
        postal_address: sender.postal_address.clone(),
        bounce_domain: sender.bounce_domain.clone(),
        smtp: sender.smtp.as_ref().map(|smtp| SmtpView {
            host: smtp.host.clone(),
            port: smtp.port,
            tls: smtp.tls,
            username: smtp.username.clone(),
            password_set: !smtp.password.is_empty(),
            rate_per_second: smtp.rate_per_second,
            connections: smtp.connections,
            per_domain_rate: smtp.per_domain_rate.clone(),
            ca_pem: smtp.ca_pem.clone(),
        }),
        dkim: sender.dkim.as_ref().map(dkim_view),
    }
}

/// How the workspace sends.
#[utoipa::path(get, path = "/api/v1/senders", tag = "senders", security(("api_key" = ["sender.read"])), responses((status = 200, body = SenderView), (status = 401), (status = 403)))]
async fn get(State(app): State<Arc<App>>, auth: Auth) -> ApiResult<Json<SenderView>> {
    let workspace = auth.workspace();
    Ok(Json(view(&*app.deliver.senders().get(workspace).await?)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SenderRequest {
    channel: String,
    from_name: String,
    from_email: String,
    #[serde(default)]
    reply_to: String,
    #[serde(default)]
    postal_address: String,
    #[serde(default)]
    bounce_domain: String,
    #[serde(default)]
    smtp: Option<SmtpRequest>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SmtpRequest {
    host: String,
    port: u16,
    /// `none`, `starttls` or `tls`.
    #[schema(value_type = String)]
    #[serde(default)]
    tls: TlsMode,
    #[serde(default)]
    username: String,
    /// Left out or empty: the stored one stays.
    #[serde(default)]
    password: Option<String>,
    /// Messages a second; 0 is no limit.
    #[serde(default)]
    rate_per_second: f64,
    #[serde(default)]
    connections: Option<u32>,
    /// Messages a second by destination domain; `*` is every other.
    #[serde(default)]
    per_domain_rate: BTreeMap<String, f64>,
    #[serde(default)]
    ca_pem: String,
}

impl From<SmtpRequest> for SmtpSettings {
    fn from(request: SmtpRequest) -> Self {
        let defaults = SmtpSettings::default();
        Self {
            host: request.host,
            port: request.port,
            tls: request.tls,
            username: request.username,
            password: request.password.unwrap_or_default(),
            rate_per_second: request.rate_per_second,
            connections: request.connections.unwrap_or(defaults.connections),
            per_domain_rate: request.per_domain_rate,
            ca_pem: request.ca_pem,
        }
    }
}

/// Changes how the workspace sends. The DKIM key stays; it has routes of its own.
#[utoipa::path(put, path = "/api/v1/senders", tag = "senders", security(("api_key" = ["sender.write"])), request_body = SenderRequest,
    responses((status = 200, body = SenderView), (status = 401), (status = 403), (status = 422)))]
async fn put(State(app): State<Arc<App>>, auth: Auth, Json(body): Json<SenderRequest>) -> ApiResult<Json<SenderView>> {
    let workspace = auth.workspace();
    let old = app.deliver.senders().get(workspace).await?;
    let sender = Sender {
        channel: body.channel,
        from_name: body.from_name,
        from_email: body.from_email,
        reply_to: body.reply_to,
        postal_address: body.postal_address,
        bounce_domain: body.bounce_domain,
        smtp: body.smtp.map(SmtpSettings::from),
        dkim: old.dkim.clone(),
    };
    let stored = app.deliver.senders().put(workspace, sender).await?;
    auth.note(&app, "sender.update", "sender", format!("mail goes out by {} as {}", stored.channel, stored.from_email))
        .await?;
    Ok(Json(view(&stored)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TestRequest {
    to: OneOrMany,
}

/// One address or several.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Serialize, ToSchema)]
struct TestView {
    results: Vec<TestResultView>,
}

#[derive(Serialize, ToSchema)]
struct TestResultView {
    address: String,
    accepted: bool,
    /// What the server said, when it did not take it.
    error: Option<String>,
}

/// Sends a short message with the stored settings, to see whether they work.
#[utoipa::path(post, path = "/api/v1/senders/test", tag = "senders", security(("api_key" = ["sender.write"])), request_body = TestRequest,
    responses((status = 200, body = TestView), (status = 401), (status = 403), (status = 422)))]
async fn test(State(app): State<Arc<App>>, auth: Auth, Json(body): Json<TestRequest>) -> ApiResult<Json<TestView>> {
    let workspace = auth.workspace();
    let addresses = match body.to {
        OneOrMany::One(address) => vec![address],
        OneOrMany::Many(addresses) => addresses,
    };
    if addresses.is_empty()
        || addresses.len() > TEST_ADDRESSES_MAX
        || !addresses.iter().all(|to| deliver::sender::is_address(to))
    {
        let detail = format!("give 1 to {TEST_ADDRESSES_MAX} e-mail addresses");
        return Err(ApiError(Problem::invalid("invalid_content", detail.clone()).at("/to", "invalid", detail)));
    }
    let message = RenderedMessage {
        subject: "Test message".into(),
        html: Some("<p>This message shows that your sender settings work.</p>".into()),
        text: "This message shows that your sender settings work.\n".into(),
        ..RenderedMessage::default()
    };
    let results = app.deliver.send_test(workspace, &addresses, &message).await?;
    let results = results
        .into_iter()
        .map(|result| TestResultView { accepted: result.error.is_none(), address: result.address, error: result.error })
        .collect();
    Ok(Json(TestView { results }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DkimRequest {
    domain: String,
    selector: String,
    /// `rsa` or `ed25519`.
    #[schema(value_type = String)]
    algorithm: DkimAlgorithm,
}

/// Makes a DKIM key and answers the record to publish. Mail is signed with it from now on.
#[utoipa::path(post, path = "/api/v1/senders/dkim", tag = "senders", security(("api_key" = ["sender.write"])), request_body = DkimRequest,
    responses((status = 201, body = DkimView), (status = 401), (status = 403), (status = 422)))]
async fn make_dkim(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<DkimRequest>,
) -> ApiResult<(StatusCode, Json<DkimView>)> {
    let workspace = auth.workspace();
    let old = app.deliver.senders().get(workspace).await?;
    let maker = app.clone();
    let made = tokio::task::spawn_blocking(move || maker.deliver.mail().generate_dkim(body.algorithm)).await;
    let key = made.map_err(Problem::internal)?.map_err(Problem::internal)?;
    let dkim = DkimSettings {
        domain: body.domain,
        selector: body.selector,
        algorithm: body.algorithm,
        dns_record: key.dns_record,
        private_der: key.private_der,
    };
    let answer = dkim_view(&dkim);
    app.deliver.senders().put(workspace, Sender { dkim: Some(dkim), ..(*old).clone() }).await?;
    auth.note(&app, "sender.dkim", "sender", format!("made the DKIM key {}", answer.dns_name)).await?;
    Ok((StatusCode::CREATED, Json(answer)))
}

/// Removes the DKIM key: mail goes out unsigned.
#[utoipa::path(delete, path = "/api/v1/senders/dkim", tag = "senders", security(("api_key" = ["sender.write"])), responses((status = 204), (status = 401), (status = 403)))]
async fn remove_dkim(State(app): State<Arc<App>>, auth: Auth) -> ApiResult<StatusCode> {
    let workspace = auth.workspace();
    let old = app.deliver.senders().get(workspace).await?;
    app.deliver.senders().put(workspace, Sender { dkim: None, ..(*old).clone() }).await?;
    auth.note(&app, "sender.dkim", "sender", "removed the DKIM key").await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Serialize, ToSchema)]
struct BouncesView {
    classified: Vec<BounceView>,
}

#[derive(Serialize, ToSchema)]
struct BounceView {
    address: String,
    /// `hard`, `soft`, `block`, `policy`, `complaint`, `auto_reply` or `unknown`.
    kind: &'static str,
    /// The server's words.
    status: String,
    /// `recorded`, `nothing`, `no_message` or `waiting`.
    action: &'static str,
    message_id: Option<String>,
}

/// Takes a mail that came to the bounce address: a delivery report, a complaint or a holiday notice.
#[utoipa::path(post, path = "/api/v1/senders/bounces", tag = "senders", security(("api_key" = ["sender.write"])),
    request_body(content = String, content_type = "message/rfc822"),
    responses((status = 200, body = BouncesView), (status = 401), (status = 403), (status = 422)))]
async fn bounces(State(app): State<Arc<App>>, auth: Auth, raw: Bytes) -> ApiResult<Json<BouncesView>> {
    let workspace = auth.workspace();
    let results = app.deliver.take_bounce_mail(workspace, &raw).await?;
    let classified = results
        .into_iter()
        .map(|result| BounceView {
            address: result.address,
            kind: result.kind.name(),
            status: result.status,
            action: result.action.name(),
            message_id: result.message.map(|id| id.to_string()),
        })
        .collect();
    Ok(Json(BouncesView { classified }))
}
