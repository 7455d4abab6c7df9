//! `tutti sim`: the synthetic shop as files, or played into a server.

use super::Context;
use anyhow::Context as _;
use base::{Clock, SystemClock};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

#[derive(Args, Debug, Clone)]
pub struct WorldArgs {
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    #[arg(long, default_value_t = 2_000)]
    pub customers: u64,
    #[arg(long, default_value_t = 6)]
    pub months: u32,
}

impl WorldArgs {
    pub fn world(&self) -> anyhow::Result<sim::World> {
        let until = SystemClock.now();
        let config = sim::Config { seed: self.seed, customers: self.customers, months: self.months, until };
        Ok(sim::World::new(config)?)
    }
}

#[derive(Subcommand)]
pub enum SimCommand {
    /// Write customers.csv and orders.csv.
    Files {
        #[command(flatten)]
        world: WorldArgs,
        #[arg(long, default_value = ".")]
        out: PathBuf,
    },
    /// Play the shop's past into a running server.
    Play {
        #[command(flatten)]
        world: WorldArgs,
        #[arg(long, env = "TUTTI_WRITE_KEY", hide_env_values = true)]
        write_key: String,
        #[arg(long, default_value_t = 4)]
        connections: u64,
    },
}

pub async fn run(command: SimCommand, context: &Context) -> anyhow::Result<()> {
    match command {
        SimCommand::Files { world, out } => {
            let world = world.world()?;
            std::fs::create_dir_all(&out)?;
            let file = |name: &str| {
                let path = out.join(name);
                File::create(&path).map(BufWriter::new).with_context(|| format!("cannot write {}", path.display()))
            };
            let customers = world.write_customers_csv(file("customers.csv")?)?;
            let orders = world.write_orders_csv(file("orders.csv")?)?;
            context.print(&json!({ "customers": customers, "orders": orders }), |_| {
                format!("{customers} customers and {orders} order lines in {}", out.display())
            });
        }
        SimCommand::Play { world, write_key, connections } => {
            let target = sim::Target { api_url: context.server.url().into(), keys: sim::WriteKeys::one(&write_key) };
            let played = play(&world.world()?, &sim::Player::new(target)?, connections).await?;
            context.print(&json!({ "events": played.events, "batches": played.batches }), |_| {
                format!("{} events in {} batches", played.events, played.batches)
            });
        }
    }
    Ok(())
}

/// Plays a world's past with a progress bar.
pub async fn play(world: &sim::World, player: &sim::Player, connections: u64) -> anyhow::Result<sim::Played> {
    let bar = ProgressBar::new(world.config().customers);
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} customers, {msg} events, {eta} left")?);
    let progress = |progress: sim::Progress| {
        bar.set_position(progress.customers_done);
        bar.set_message(progress.events.to_string());
    };
    let played = player.play(world, connections, &progress).await?;
    bar.finish_and_clear();
    Ok(played)
}
