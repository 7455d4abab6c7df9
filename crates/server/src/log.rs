//! Structured logs on standard error. They carry ids and counts, never an address, a phone number or a trait.

use crate::config::{LogConfig, LogFormat};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Libraries that tell of each of their steps at INFO; a filter that names them has the last word.
const QUIET: &str = "buoyant_kernel=warn,delta_kernel=warn,deltalake_core=warn";

/// `RUST_LOG` overrides the configured filter. Colours are for terminals only.
pub fn init(config: &LogConfig) {
    let quiet_but = |filter: &str| EnvFilter::try_new(format!("{QUIET},{filter}"));
    let filter = std::env::var("RUST_LOG").map_err(|_| ()).and_then(|filter| quiet_but(&filter).map_err(|_| ()));
    let filter = filter.or_else(|()| quiet_but(&config.filter)).unwrap_or_else(|_| EnvFilter::new("info"));
    let coloured = std::io::stderr().is_terminal();
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(coloured).with_writer(std::io::stderr);
    // A second call (the demo after a failed start) keeps the first subscriber.
    let _ = match config.format {
        LogFormat::Text => builder.with_target(true).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
}
