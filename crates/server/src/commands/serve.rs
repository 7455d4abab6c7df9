//! `tutti serve`.

use super::NoArgs;
use crate::config::Config;
use crate::wire::{Program, Running};
use anyhow::Context as _;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub async fn run(_: NoArgs, context: &super::Context) -> anyhow::Result<()> {
    let config = context.config()?;
    crate::log::init(&config.log);
    let server = Server::start(&config, false).await?;
    tracing::info!(url = server.url, version = crate::wire::VERSION, "tutti is ready");
    if server.running.app.access.setup_needed().await? {
        tracing::info!("nobody is set up yet: open the address in a browser to begin");
    }
    stop_asked().await;
    tracing::info!("stopping");
    server.stop().await
}

/// SIGTERM or SIGINT.
pub async fn stop_asked() {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = match signal(SignalKind::terminate()) {
        Ok(signal) => signal,
        Err(error) => {
            tracing::error!(%error, "cannot listen for SIGTERM");
            return;
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// Where a server at work on a data folder is found; what it leaves for commands that print its address.
const ADDRESS_FILE: &str = "address";
/// How long a server on this machine may take to answer a connection.
const CONNECT_WAIT: std::time::Duration = std::time::Duration::from_secs(1);

/// The address of the server that works on this data folder, or worked on it last.
pub fn address_of(config: &Config) -> String {
    let noted = std::fs::read_to_string(config.data_dir.join(ADDRESS_FILE)).ok();
    noted
        .and_then(|text| text.trim().parse().ok())
        .map_or_else(|| config.public_url_or(config.listen), |bound| config.public_url_or(bound))
}

/// Whether something listens where the server on this data folder was last.
pub fn is_up(config: &Config) -> bool {
    let noted = std::fs::read_to_string(config.data_dir.join(ADDRESS_FILE)).ok();
    let bound = noted.and_then(|text| text.trim().parse().ok()).unwrap_or(config.listen);
    std::net::TcpStream::connect_timeout(&bound, CONNECT_WAIT).is_ok()
}

/// A server at work in this process.
pub struct Server {
    pub running: Running,
    pub url: String,
    pub bound: SocketAddr,
    /// Where the sandbox takes mail.
    pub smtp_bound: Option<SocketAddr>,
    stop: watch::Sender<bool>,
    http: tokio::task::JoinHandle<anyhow::Result<()>>,
}

impl Server {
    pub async fn start(config: &Config, demo: bool) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(config.listen)
            .await
            .with_context(|| format!("cannot listen on {}: is another program using it?", config.listen))?;
        let bound = listener.local_addr()?;
        let program = Program::open(config, bound, demo).await?;
        let smtp_bound = program.smtp_bound();
        std::fs::write(config.data_dir.join(ADDRESS_FILE), format!("{bound}\n")).context("the data folder")?;
        let (stop, stopping) = watch::channel(false);
        let router = crate::http::router(program.app.clone());
        let running = program.start(stopping.clone());
        let http = tokio::spawn(crate::http::serve(listener, router, stopping));
        Ok(Self { url: config.public_url_or(bound), bound, smtp_bound, running, stop, http })
    }

    /// Stops accepting, lets open work end, writes what waits, closes.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.stop.send_replace(true);
        let served = self.http.await;
        self.running.stop().await;
        served?
    }
}
