//! Configuration: flags over `TUTTI_*` variables over a file over defaults. Unknown keys are errors.
//!
//! The commented file `docs/reference/tutti.toml` and `docs/reference/configuration.md` are made from [`reference`].

pub mod reference;

use anyhow::{Context, bail};
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Files looked for when `--config` names none, the first that exists.
const FILES: [&str; 2] = ["./tutti.toml", "/etc/tutti/tutti.toml"];

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub data_dir: PathBuf,
    pub listen: SocketAddr,
    /// Empty: `http://` and the address listened on.
    pub public_url: String,
    /// Empty: SQLite in the data directory.
    pub database_url: String,
    pub secure_cookies: bool,
    pub log: LogConfig,
    pub inbox: InboxLimits,
    pub lake: LakeLimits,
    pub deliver: DeliverLimits,
    pub sandbox: SandboxConfig,
    pub connect: ConnectSettings,
    pub geo: GeoConfig,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogConfig {
    pub filter: String,
    pub format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InboxLimits {
    pub queue_bytes_max: usize,
    pub backlog_bytes_max: u64,
    pub dedupe_hours: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LakeLimits {
    pub flush_seconds: u64,
    pub memory_bytes: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliverLimits {
    pub concurrency: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SandboxConfig {
    /// Empty: no mail server.
    pub smtp_listen: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectSettings {
    pub folders: Vec<PathBuf>,
    pub private_networks: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeoConfig {
    /// Empty: no address is looked up.
    pub database: PathBuf,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: "./data".into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 7700)),
            public_url: String::new(),
            database_url: String::new(),
            secure_cookies: false,
            log: LogConfig { filter: "info".into(), format: LogFormat::Text },
            inbox: InboxLimits { queue_bytes_max: 64 << 20, backlog_bytes_max: 16 << 30, dedupe_hours: 24 },
            lake: LakeLimits { flush_seconds: 10, memory_bytes: 512 << 20 },
            deliver: DeliverLimits { concurrency: 16 },
            sandbox: SandboxConfig { smtp_listen: String::new() },
            connect: ConnectSettings { folders: Vec::new(), private_networks: true },
            geo: GeoConfig { database: PathBuf::new() },
        }
    }
}

/// What the command line may override.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ConfigFlags {
    /// Configuration file (TOML). Default: ./tutti.toml, then /etc/tutti/tutti.toml, if there.
    #[arg(long, global = true)]
    pub config: Option<PathBuf>,
    /// Folder that holds everything on embedded storage.
    #[arg(long, visible_alias = "data", global = true)]
    pub data_dir: Option<PathBuf>,
    /// Address to listen on, such as 127.0.0.1:7700.
    #[arg(long, global = true)]
    pub listen: Option<SocketAddr>,
    /// Address people and mails reach this server at, such as https://tutti.example.com.
    #[arg(long, global = true)]
    pub public_url: Option<String>,
    /// postgres://… instead of SQLite in the data directory.
    #[arg(long, global = true)]
    pub database_url: Option<String>,
}

impl Config {
    pub fn load(flags: &ConfigFlags) -> anyhow::Result<Config> {
        let mut figment = Figment::from(Serialized::defaults(Config::default()));
        match &flags.config {
            Some(path) if !path.exists() => bail!("the configuration file {} does not exist", path.display()),
            Some(path) => figment = figment.merge(Toml::file(path)),
            None => {
                if let Some(path) = FILES.iter().map(Path::new).find(|path| path.exists()) {
                    figment = figment.merge(Toml::file(path));
                }
            }
        }
        // TUTTI_LOG__FILTER=debug sets log.filter. Variables of the tests and of the command-line client are not keys.
        let env = Env::prefixed("TUTTI_").filter(|name| reference::may_be_key(name.as_str())).split("__");
        let mut config: Config = figment.merge(env).extract().context("the configuration is not right")?;
        if let Some(data_dir) = &flags.data_dir {
            config.data_dir = data_dir.clone();
        }
        config.listen = flags.listen.unwrap_or(config.listen);
        if let Some(url) = &flags.public_url {
            config.public_url = url.clone();
        }
        if let Some(url) = &flags.database_url {
            config.database_url = url.clone();
        }
        config.public_url = config.public_url.trim_end_matches('/').to_owned();
        Ok(config)
    }

    /// Where the sandbox's mail server listens, if anywhere. Only on this machine: it takes mail from everybody.
    pub fn sandbox_smtp(&self) -> anyhow::Result<Option<SocketAddr>> {
        let text = self.sandbox.smtp_listen.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let address: SocketAddr =
            text.parse().with_context(|| format!("sandbox.smtp_listen is \"{text}\", not like 127.0.0.1:1025"))?;
        if !address.ip().is_loopback() {
            bail!("sandbox.smtp_listen is {address}: the sandbox takes mail on loopback only (127.0.0.1 or [::1])");
        }
        Ok(Some(address))
    }

    /// The database that addresses are looked up in, if there is one.
    pub fn geo(&self) -> anyhow::Result<Option<device::Geo>> {
        let path = &self.geo.database;
        Ok(if path.as_os_str().is_empty() { None } else { Some(device::Geo::open(path)?) })
    }

    /// The address in links, given the one really listened on.
    pub fn public_url_or(&self, bound: SocketAddr) -> String {
        if self.public_url.is_empty() { format!("http://{bound}") } else { self.public_url.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commented_file_lists_every_key_with_its_default() {
        let text = include_str!("../../../docs/reference/tutti.toml");
        let uncommented: String =
            text.lines().map(|line| line.strip_prefix("#= ").unwrap_or(line)).collect::<Vec<_>>().join("\n");
        let from_file: Config = Figment::from(Toml::string(&uncommented)).extract().unwrap();
        assert_eq!(from_file, Config::default());
    }

    #[test]
    fn the_sandbox_takes_mail_on_loopback_only() {
        let at = |text: &str| {
            let config = Config { sandbox: SandboxConfig { smtp_listen: text.into() }, ..Config::default() };
            config.sandbox_smtp().map_err(|error| error.to_string())
        };
        assert_eq!(at(""), Ok(None));
        assert_eq!(at("127.0.0.1:1025"), Ok(Some(SocketAddr::from(([127, 0, 0, 1], 1025)))));
        assert!(at("0.0.0.0:1025").unwrap_err().contains("loopback"));
        assert!(at("1025").unwrap_err().contains("127.0.0.1:1025"));
    }

    #[test]
    fn an_unknown_key_is_an_error_that_names_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tutti.toml");
        std::fs::write(&path, "listenn = \"127.0.0.1:1\"\n").unwrap();
        let flags = ConfigFlags { config: Some(path), ..ConfigFlags::default() };
        let error = format!("{:#}", Config::load(&flags).unwrap_err());
        assert!(error.contains("listenn"), "{error}");
    }
}
