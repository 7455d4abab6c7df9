//! `tutti`: the program. Configuration, wiring, commands; no rules of marketing live here.

mod adapters;
mod commands;
mod config;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod golden;
mod health;
mod http;
mod log;
mod wire;

use clap::Parser;
use commands::client::ServerArgs;
use config::ConfigFlags;
use std::process::ExitCode;

/// Gives memory back: the system's allocator keeps what each thread once needed, which doubled the idle size
/// (docs/decisions/0004-allocator.md).
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Exit codes: 0 done, 1 failed, 2 called wrongly, 3 no server answers, 4 not found, 5 not allowed, 6 refused.
#[derive(Parser)]
#[command(
    name = "tutti",
    version,
    about = "Omnichannel marketing: collect, know, decide, act, measure, in one program.",
    after_help = "Exit codes: 0 done, 1 failed, 2 called wrongly, 3 no server answers, 4 not found, 5 not allowed, 6 refused."
)]
pub struct Cli {
    #[command(flatten)]
    flags: ConfigFlags,
    /// Print JSON for scripts instead of text for people.
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten)]
    server: ServerArgs,
    #[command(subcommand)]
    command: commands::Command,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        eprintln!("error: a TLS provider was installed before ours");
        return ExitCode::FAILURE;
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let context = commands::Context { flags: cli.flags, server: cli.server, json: cli.json };
    match runtime.block_on(cli.command.run(&context)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => commands::failed(&error),
    }
}
