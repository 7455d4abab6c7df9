//! `tutti demo`: one program on embedded storage with a shop played into it through the public API.
//!
//! The shop sends real e-mail: over SMTP, signed with DKIM, to the sandbox's own mail server on loopback, at the pace a
//! small relay allows, so that a campaign can be watched, paused and resumed.
//!
//! The first start makes a workspace, sources, a key and the shop's past; a second start finds them and is ready at
//! once. Afterwards the shop goes on living: people visit, and answer the messages the sandbox received.

use super::serve::{Server, stop_asked};
use super::sim::WorldArgs;
use crate::config::{Config, ConfigFlags};
use access::{NewWorkspace, Role, Setup};
use anyhow::Context;
use base::{Clock, Currency, OsRng, Rng, SystemClock, UserId, WorkspaceId};
use collect::SourceKind;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The source of the shop's products.
const PRODUCTS: &str = "web-shop";
const EMAIL: &str = "demo@tutti.example";
/// The link printed is good for this long; the demo prints a new one at every start.
const LINK_MS: i64 = 24 * 3_600_000;
const STATE_FILE: &str = "demo.json";
/// The past is through the pipeline when its backlog is empty; looked at this often.
const POLL: Duration = Duration::from_millis(200);
const CONNECTIONS: u64 = 2;
const DOMAIN: &str = "noordkaap.example";
/// A campaign to a thousand customers takes about twenty seconds.
const MAILS_PER_SECOND: f64 = 50.0;

#[derive(clap::Args)]
pub struct DemoArgs {
    #[command(flatten)]
    world: WorldArgs,
    /// Forget the demo's data first.
    #[arg(long)]
    reset: bool,
    /// Forget the demo's data and stop.
    #[arg(long)]
    reset_only: bool,
    /// Do not go on living after the past was played.
    #[arg(long)]
    quiet: bool,
    /// How much faster than real time people answer messages.
    #[arg(long, default_value_t = 600.0)]
    speed: f64,
}

/// What a second start needs to know; written when the past is complete.
#[derive(Serialize, Deserialize)]
struct DemoState {
    user: UserId,
    write_keys: [String; 4],
    api_key: String,
    seed: u64,
    customers: u64,
    months: u32,
    until_ms: i64,
    /// Where the sandbox's mail server listened; the shop's sender settings name it.
    #[serde(default)]
    smtp_port: u16,
}

pub async fn run(mut config: Config, flags: &ConfigFlags, args: DemoArgs, json: bool) -> anyhow::Result<()> {
    if flags.data_dir.is_none() {
        config.data_dir = config.data_dir.join("demo");
    }
    if flags.listen.is_none() && tokio::net::TcpListener::bind(config.listen).await.is_err() {
        config.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    }
    if std::env::var_os("RUST_LOG").is_none() {
        config.log.filter = "warn".into();
    }
    crate::log::init(&config.log);
    let state_file = config.data_dir.join(STATE_FILE);
    let half_made = config.data_dir.exists() && !state_file.exists();
    if args.reset || args.reset_only || half_made {
        forget(&config.data_dir)?;
    }
    if args.reset_only {
        return Ok(());
    }
    let started = std::time::Instant::now();
    let known: Option<DemoState> = match std::fs::read_to_string(&state_file) {
        Ok(text) => Some(
            serde_json::from_str(&text)
                .with_context(|| format!("{} is damaged; run with --reset", state_file.display()))?,
        ),
        Err(_) => None,
    };
    if config.sandbox.smtp_listen.is_empty() {
        config.sandbox.smtp_listen = mail_address(known.as_ref().map_or(0, |state| state.smtp_port)).await;
    }
    let server = Server::start(&config, true).await?;
    let smtp_port = server.smtp_bound.map_or(0, |bound| bound.port());
    let state = match known {
        Some(state) => moved(&server, state, smtp_port).await?,
        None => make(&server, &args, smtp_port).await?,
    };
    std::fs::write(&state_file, serde_json::to_string_pretty(&state)?)?;
    let link = server.running.app.access.make_login_link(state.user, LINK_MS).await?;
    print_ready(&server, &state, &link, json, started.elapsed());
    let living = (!args.quiet).then(|| live(&server, &state, args.speed)).transpose()?;
    stop_asked().await;
    if let Some((stop, task)) = living {
        let _ = stop.send(());
        let _ = task.await;
    }
    server.stop().await
}

/// Only a folder that looks like ours is deleted.
fn forget(data_dir: &Path) -> anyhow::Result<()> {
    let ours: Vec<PathBuf> =
        ["tutti.db", "instance.key", "inbox", STATE_FILE].iter().map(|name| data_dir.join(name)).collect();
    let entries = std::fs::read_dir(data_dir).map(|entries| entries.count()).unwrap_or(0);
    if entries > 0 && !ours.iter().any(|path| path.exists()) {
        anyhow::bail!("{} holds something else than a demo; not deleting it", data_dir.display());
    }
    if data_dir.exists() {
        std::fs::remove_dir_all(data_dir).with_context(|| format!("cannot delete {}", data_dir.display()))?;
    }
    Ok(())
}

/// The port of the last time, so that what is on its way goes on at once; any free one when it is taken.
async fn mail_address(last: u16) -> String {
    let free = last != 0 && tokio::net::TcpListener::bind(("127.0.0.1", last)).await.is_ok();
    format!("127.0.0.1:{}", if free { last } else { 0 })
}

/// The mail server has another port than last time: the shop's settings follow, unless somebody changed them.
async fn moved(server: &Server, mut state: DemoState, smtp_port: u16) -> anyhow::Result<DemoState> {
    let caller = server.running.app.access.caller_of_key(&state.api_key).await?;
    let senders = server.running.app.deliver.senders();
    let mut sender = (*senders.get(caller.workspace).await?).clone();
    if let Some(smtp) = &mut sender.smtp
        && (smtp.host.as_str(), smtp.port) == ("127.0.0.1", state.smtp_port)
        && smtp_port != state.smtp_port
    {
        smtp.port = smtp_port;
        senders.put(caller.workspace, sender).await?;
    }
    state.smtp_port = smtp_port;
    Ok(state)
}

/// How the shop sends.
fn sender(server: &Server, smtp_port: u16) -> anyhow::Result<deliver::Sender> {
    let algorithm = deliver::DkimAlgorithm::Ed25519;
    let key = server.running.app.deliver.mail().generate_dkim(algorithm).map_err(anyhow::Error::msg)?;
    let dkim = deliver::DkimSettings {
        domain: DOMAIN.into(),
        selector: "demo".into(),
        algorithm,
        dns_record: key.dns_record,
        private_der: key.private_der,
    };
    let smtp = deliver::SmtpSettings {
        host: "127.0.0.1".into(),
        port: smtp_port,
        tls: deliver::TlsMode::None,
        rate_per_second: MAILS_PER_SECOND,
        ..deliver::SmtpSettings::default()
    };
    Ok(deliver::Sender {
        channel: deliver::sender::SMTP.into(),
        from_name: "Noordkaap".into(),
        from_email: format!("news@{DOMAIN}"),
        reply_to: format!("help@{DOMAIN}"),
        postal_address: "Noordkaap, Nieuwestad 1, 8911 CA Leeuwarden, Netherlands".into(),
        bounce_domain: format!("bounces.{DOMAIN}"),
        smtp: Some(smtp),
        dkim: Some(dkim),
    })
}

/// The first start: workspace, user, sources, key, sender, and the past.
async fn make(server: &Server, args: &DemoArgs, smtp_port: u16) -> anyhow::Result<DemoState> {
    let app = &server.running.app;
    let mut secret = [0u8; 18];
    OsRng.fill(&mut secret);
    let password: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let workspace = NewWorkspace {
        name: "Noordkaap".into(),
        time_zone: "Europe/Amsterdam".into(),
        currency: Currency::EUR,
        is_demo: true,
    };
    let setup = Setup { email: EMAIL.into(), password, name: "Demo".into(), workspace };
    let (user, workspace, _) = app.access.setup(setup).await?;
    let write_keys = sources(server, workspace.id).await?;
    let key = app.access.create_key(workspace.id, "Demo", &["*".to_owned()], Role::Owner.permissions()).await?;
    app.deliver.senders().put(workspace.id, sender(server, smtp_port)?).await?;
    products(server, workspace.id).await?;
    let until = SystemClock.now();
    let state = DemoState {
        user: user.id,
        write_keys,
        api_key: key.key,
        seed: args.world.seed,
        customers: args.world.customers,
        months: args.world.months,
        until_ms: until.ms(),
        smtp_port,
    };
    eprintln!("Playing the shop's past: {} customers, {} months", state.customers, state.months);
    super::sim::play(&world(&state)?, &player(server, &state)?, CONNECTIONS).await?;
    while app.pipeline.status().backlog_bytes() > 0 {
        tokio::time::sleep(POLL).await;
    }
    Ok(state)
}

/// What the shop sells, as its feed tells.
async fn products(server: &Server, workspace: WorkspaceId) -> anyhow::Result<()> {
    let catalog = &server.running.app.catalog;
    let mut upload = catalog.begin(workspace, PRODUCTS, catalog::Mode::Whole, false).await?;
    upload.push(sim::product_feed().as_bytes()).await?;
    upload.finish(None).await?;
    Ok(())
}

async fn sources(server: &Server, workspace: WorkspaceId) -> anyhow::Result<[String; 4]> {
    let collect = &server.running.app.collect;
    let kinds = [
        ("Web shop", SourceKind::Website),
        ("App", SourceKind::App),
        ("Tills", SourceKind::Shop),
        ("Call centre", SourceKind::Phone),
    ];
    let mut keys = Vec::new();
    for (name, kind) in kinds {
        keys.push(collect.create_source(workspace, name, kind).await?.write_key);
    }
    keys.try_into().map_err(|_| anyhow::anyhow!("four sources make four keys"))
}

fn world(state: &DemoState) -> anyhow::Result<sim::World> {
    let until = base::Timestamp::from_ms(state.until_ms);
    Ok(sim::World::new(sim::Config { seed: state.seed, customers: state.customers, months: state.months, until })?)
}

fn player(server: &Server, state: &DemoState) -> anyhow::Result<sim::Player> {
    let [website, app, shop, phone] = state.write_keys.clone();
    let keys = sim::WriteKeys { website, app, shop, phone };
    Ok(sim::Player::new(sim::Target { api_url: format!("http://{}", server.bound), keys })?)
}

type Living = (tokio::sync::oneshot::Sender<()>, tokio::task::JoinHandle<()>);

fn live(server: &Server, state: &DemoState, speed: f64) -> anyhow::Result<Living> {
    let config = sim::LiveConfig { speed, api_key: Some(state.api_key.clone()), ..sim::LiveConfig::default() };
    let clock = Arc::new(SystemClock);
    let live = sim::Live::new(world(state)?, player(server, state)?, sim::TrueEffects::default(), config, clock)?;
    let (stop, stopping) = tokio::sync::oneshot::channel();
    let task = tokio::spawn(async move {
        live.run(async move {
            let _ = stopping.await;
        })
        .await;
    });
    Ok((stop, task))
}

fn print_ready(server: &Server, state: &DemoState, link: &str, json: bool, took: Duration) {
    let url = format!("{}/api/v1/session/link?token={link}", server.url);
    if json {
        let line = json!({
            "url": url,
            "api_url": server.url,
            "write_key": state.write_keys[0],
            "api_key": state.api_key,
            "sandbox_url": format!("{}/sandbox", server.url),
            "smtp": format!("127.0.0.1:{}", state.smtp_port),
        });
        println!("{line}");
        return;
    }
    println!("\nTutti is ready ({:.1} s). Open this link; it signs you in:\n\n  {url}\n", took.as_secs_f64());
    println!("  API        {}          key  {}", server.url, state.api_key);
    println!("  Collect    {}/v1/track  write key  {}", server.url, state.write_keys[0]);
    println!("  Sandbox    {}/sandbox   every e-mail you send ends up there, nowhere else", server.url);
    println!("  Mail       smtp://127.0.0.1:{}    takes mail for the sandbox from any program\n", state.smtp_port);
    println!("Ctrl-C stops it; `make demo` starts it again where it was.");
}
