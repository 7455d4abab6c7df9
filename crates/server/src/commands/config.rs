//! `tutti config`: what is in force, or a commented file to begin with.

use super::{Context, output};

#[derive(clap::Args)]
pub struct ConfigArgs {
    /// Print a commented file with every key and its default (docs/reference/tutti.toml).
    #[arg(long)]
    example: bool,
    /// Print the reference of all keys, variables and flags as Markdown (docs/reference/configuration.md).
    #[arg(long, conflicts_with = "example", hide = true)]
    reference: bool,
}

pub async fn run(args: ConfigArgs, context: &Context) -> anyhow::Result<()> {
    let text = if args.example {
        crate::config::reference::example()
    } else if args.reference {
        crate::config::reference::markdown()
    } else {
        serde_json::to_string_pretty(&shown(context.config()?))?
    };
    output::line(text.trim_end());
    Ok(())
}

/// The password of the database is nobody's business on a screen.
fn shown(mut config: crate::config::Config) -> crate::config::Config {
    if let Some((head, host)) = config.database_url.rsplit_once('@')
        && let Some((scheme, user)) = head.split_once("://")
        && let Some((user, _)) = user.split_once(':')
    {
        config.database_url = format!("{scheme}://{user}:…@{host}");
    }
    config
}
