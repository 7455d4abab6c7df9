//! The command line. One file per command, and one line in [`commands!`] below that names it.
//!
//! A command is a type that clap reads (`clap::Args` or `clap::Subcommand`) and an async function
//! `run(arguments, &Context)`. Text for people goes to standard output as tables and lines, JSON with `--json`;
//! progress and logs go to standard error. How a command ends is in [`Failure`].

pub mod api;
pub mod audit;
pub mod backup;
pub mod campaign;
pub mod client;
pub mod completions;
pub mod config;
pub mod demo;
pub mod dns;
pub mod doctor;
pub mod event;
pub mod follow;
pub mod import;
pub mod input;
pub mod key;
pub mod openapi;
pub mod output;
pub mod people;
pub mod plan;
pub mod report;
pub mod retention;
pub mod sandbox;
pub mod segment;
pub mod sender;
pub mod serve;
pub mod sim;
pub mod source;
pub mod suppression;
pub mod template;
pub mod user;
pub mod workspace;

use crate::config::{Config, ConfigFlags};
use client::{Client, ServerArgs};
use serde_json::Value;
use std::process::ExitCode;

/// What every command gets besides its own arguments.
pub struct Context {
    pub flags: ConfigFlags,
    pub server: ServerArgs,
    /// JSON instead of text.
    pub json: bool,
}

impl Context {
    /// The API of a running server.
    pub fn client(&self) -> anyhow::Result<Client> {
        Client::new(&self.server)
    }

    pub fn config(&self) -> anyhow::Result<Config> {
        Config::load(&self.flags)
    }

    /// Prints `value` as JSON, or what `text` makes of it.
    pub fn print(&self, value: &Value, text: impl FnOnce(&Value) -> String) {
        print(self.json, value, text);
    }

    /// Prints a list as the API pages it: a table, or the items as JSON.
    pub async fn list(&self, path: &str, page: &output::PageArgs, columns: &[output::Column]) -> anyhow::Result<()> {
        let answer = self.client()?.pages(path, page.rows_max()).await?;
        self.print(&answer, |answer| output::table(columns, output::items(answer)));
        if !self.json && answer["next_cursor"].is_string() {
            eprintln!("there are more: --limit N, or --all");
        }
        Ok(())
    }
}

/// How a command failed; each has its exit code. Other errors are exit code 1.
#[derive(Debug)]
pub enum Failure {
    /// Called in a way that cannot work.
    Usage(String),
    /// No server answers there, or it cannot work now (503).
    Unreachable(String),
    NotFound(String),
    /// The key is missing, wrong, or may not do this (401, 403).
    NotAllowed(String),
    /// The server says no: what was sent is wrong, or the state of things forbids it.
    Refused(String),
}

impl Failure {
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Unreachable(_) => 3,
            Self::NotFound(_) => 4,
            Self::NotAllowed(_) => 5,
            Self::Refused(_) => 6,
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Usage(text)
            | Self::Unreachable(text)
            | Self::NotFound(text)
            | Self::NotAllowed(text)
            | Self::Refused(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Failure {}

/// Says what went wrong and answers the exit code for it.
pub fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("error: {error:#}");
    error.downcast_ref::<Failure>().map_or(ExitCode::FAILURE, |failure| ExitCode::from(failure.exit_code()))
}

/// Prints `value` as JSON, or what `text` makes of it.
pub fn print(json: bool, value: &Value, text: impl FnOnce(&Value) -> String) {
    if json {
        output::line(&value.to_string());
    } else {
        let text = text(value);
        output::line(text.trim_end_matches('\n'));
    }
}

/// For commands without arguments of their own.
#[derive(clap::Args)]
pub struct NoArgs {}

macro_rules! commands {
    ($($(#[$about:meta])* $name:ident($arguments:ty) = $run:path;)*) => {
        #[derive(clap::Subcommand)]
        pub enum Command { $($(#[$about])* $name($arguments),)* }

        impl Command {
            pub async fn run(self, context: &Context) -> anyhow::Result<()> {
                match self { $(Self::$name(arguments) => Box::pin($run(arguments, context)).await,)* }
            }
        }
    };
}

commands! {
    /// Run the server.
    Serve(NoArgs) = serve::run;
    /// Run the server with a demo shop in it, and print a link that signs in.
    Demo(demo::DemoArgs) = run_demo;

    /// People: find, show, change, consent, export, erase, merge. (server)
    #[command(subcommand, visible_alias = "person")]
    People(people::PeopleCommand) = people::run;
    /// Events: watch them come in, send some, what there is. (server)
    #[command(subcommand, visible_alias = "event")]
    Events(event::EventCommand) = event::run;
    /// Sources: where events come from, write keys, code to paste. (server)
    #[command(subcommand, visible_alias = "sources")]
    Source(source::SourceCommand) = source::run;
    /// Import people or orders from a CSV, JSONL or Parquet file. (server)
    Import(import::ImportArgs) = import::run;
    /// Tracking plan: list it, keep it as a file, take it up. (server)
    #[command(subcommand)]
    Plan(plan::PlanCommand) = plan::run;
    /// Retention: how long events are kept; dry run, run, receipts. (server)
    #[command(subcommand)]
    Retention(retention::RetentionCommand) = retention::run;
    /// Segments: count, list, save, change, members. (server)
    #[command(subcommand, visible_alias = "segments")]
    Segment(segment::SegmentCommand) = segment::run;
    /// Templates: saved messages and ready designs; preview one. (server)
    #[command(subcommand, visible_alias = "templates")]
    Template(template::TemplateCommand) = template::run;
    /// Campaigns: write, review, test, launch, watch, pause, measure. (server)
    #[command(subcommand, visible_alias = "campaigns")]
    Campaign(campaign::CampaignCommand) = campaign::run;
    /// Reports: the numbers of today, revenue, which campaigns the orders are owed to. (server)
    #[command(subcommand, visible_alias = "reports")]
    Report(report::ReportCommand) = report::run;
    /// Sandbox: the mails that were kept instead of sent; read, open and click them. (server)
    #[command(subcommand)]
    Sandbox(sandbox::SandboxCommand) = sandbox::run;
    /// Sender: how mail goes out, DKIM, a test, what DNS says. (server)
    #[command(subcommand)]
    Sender(sender::SenderCommand) = sender::run;
    /// Suppression: addresses nothing is sent to. (server)
    #[command(subcommand, visible_alias = "suppressions")]
    Suppression(suppression::SuppressionCommand) = suppression::run;
    /// Workspace: name, time zone, currency, attribution. (server)
    #[command(subcommand)]
    Workspace(workspace::WorkspaceCommand) = workspace::run;
    /// Audit trail: who changed what. (server)
    Audit(audit::AuditArgs) = audit::run;
    /// Ask any route of the API: `tutti api GET /api/v1/home`. (server)
    Api(api::ApiArgs) = api::run;

    /// Users of this installation: create, list, make a sign-in link. (data folder)
    #[command(subcommand, visible_alias = "users")]
    User(user::UserCommand) = user::run;
    /// API keys of a workspace: create, list, revoke. (data folder)
    #[command(subcommand, visible_alias = "keys")]
    Key(key::KeyCommand) = key::run;
    /// Write a consistent copy of everything to a new folder, also while the server runs.
    Backup(backup::BackupArgs) = backup::backup;
    /// Put a backup back into an empty data folder, checking every file.
    Restore(backup::RestoreArgs) = backup::restore;
    /// Look whether everything is well: store, log, history, disk, secrets, sending. Changes nothing.
    Doctor(doctor::DoctorArgs) = doctor::run;
    /// The synthetic shop: write it as files, or play it into a running server.
    #[command(subcommand)]
    Sim(sim::SimCommand) = sim::run;
    /// Print the configuration in force, or a commented file with every key.
    Config(config::ConfigArgs) = config::run;
    /// Print the OpenAPI document.
    Openapi(NoArgs) = openapi::run;
    /// Print the tab completion of a shell: bash, zsh, fish, elvish or powershell.
    Completions(completions::CompletionArgs) = completions::run;
}

async fn run_demo(arguments: demo::DemoArgs, context: &Context) -> anyhow::Result<()> {
    demo::run(context.config()?, &context.flags, arguments, context.json).await
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_command_is_in_the_reference() {
        use clap::CommandFactory;
        let reference = include_str!("../../../../docs/reference/cli.md");
        let program = crate::Cli::command();
        let mut missing = Vec::new();
        for command in program.get_subcommands() {
            let words: Vec<String> = if command.has_subcommands() {
                let below = command.get_subcommands();
                below.map(|below| format!("tutti {} {}", command.get_name(), below.get_name())).collect()
            } else {
                vec![format!("tutti {}", command.get_name())]
            };
            missing.extend(words.into_iter().filter(|words| !reference.contains(words.as_str())));
        }
        assert!(missing.is_empty(), "not in docs/reference/cli.md: {missing:?}");
    }

    #[test]
    fn the_declarations_do_not_contradict_each_other() {
        use clap::CommandFactory;
        crate::Cli::command().debug_assert();
    }
}
