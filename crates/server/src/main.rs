//! `tutti`: the program. Configuration, wiring, commands; no rules of marketing live here.

mod adapters;
mod commands;
mod config;
mod health;
mod http;
mod log;
mod wire;

use clap::{Parser, Subcommand};
use config::ConfigFlags;
use std::process::ExitCode;

/// Exit code for wrong usage, as clap has it.
const EXIT_USAGE: u8 = 2;

#[derive(Parser)]
#[command(
    name = "tutti",
    version,
    about = "Omnichannel marketing: collect, know, decide, act, measure, in one program."
)]
struct Cli {
    #[command(flatten)]
    flags: ConfigFlags,
    /// Print JSON for scripts instead of text for people.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server.
    Serve,
    /// Run the server with a demo shop in it, and print a link that signs in.
    Demo(commands::demo::DemoArgs),
    /// Import customers or orders from a CSV, JSONL or Parquet file (talks to a running server).
    Import(commands::import::ImportArgs),
    /// Count, list, save and look into segments (talks to a running server).
    #[command(subcommand)]
    Segment(commands::segment::SegmentCommand),
    /// Write, launch, pause and measure campaigns (talks to a running server).
    #[command(subcommand)]
    Campaign(commands::campaign::CampaignCommand),
    /// Users of this installation: create, list, make a sign-in link.
    #[command(subcommand)]
    User(commands::user::UserCommand),
    /// API keys of a workspace: create, list, revoke.
    #[command(subcommand)]
    Key(commands::key::KeyCommand),
    /// Write a consistent copy of everything to a new folder.
    Backup(commands::backup::BackupArgs),
    /// Put a backup back into an empty data folder, checking every file.
    Restore(commands::backup::RestoreArgs),
    /// Look whether everything is well: store, migrations, disk, records put aside, sending invariants.
    Doctor,
    /// The synthetic shop: write it as files, or play it into a running server.
    #[command(subcommand)]
    Sim(commands::sim::SimCommand),
    /// Ask any route of the API: `tutti api GET /api/v1/home` (talks to a running server).
    Api(commands::api::ApiArgs),
    /// Print the configuration in force.
    Config,
    /// Print the OpenAPI document.
    Openapi,
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
    match runtime.block_on(run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            if error.is::<commands::UsageError>() { ExitCode::from(EXIT_USAGE) } else { ExitCode::FAILURE }
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    let json = cli.json;
    let config = config::Config::load(&cli.flags)?;
    match cli.command {
        Command::Serve => {
            log::init(&config.log);
            commands::serve::run(&config).await
        }
        Command::Demo(args) => commands::demo::run(config, &cli.flags, args, json).await,
        Command::Import(args) => commands::import::run(args, json).await,
        Command::Segment(command) => commands::segment::run(command, json).await,
        Command::Campaign(command) => commands::campaign::run(command, json).await,
        Command::User(command) => commands::user::run(&config, command, json).await,
        Command::Key(command) => commands::key::run(&config, command, json).await,
        Command::Backup(args) => commands::backup::backup(&config, args, json).await,
        Command::Restore(args) => commands::backup::restore(&config, args, json).await,
        Command::Doctor => commands::doctor::run(&config, json).await,
        Command::Sim(command) => commands::sim::run(command, json).await,
        Command::Api(args) => commands::api::run(args).await,
        Command::Config => {
            println!("{}", serde_json::to_string_pretty(&config)?);
            Ok(())
        }
        Command::Openapi => {
            print!("{}", api::openapi_json());
            Ok(())
        }
    }
}
