//! What the product costs, beside the best other tool on the same work in the same run.
//!
//! `make bench` runs every group, or `make bench ONLY=delivery`. The product is the program itself, started on an empty
//! folder and met through its public API; peers run alternately with it. Results go to `target/bench.json`, one row a
//! claim, and from there into `docs/benchmarks.md`. Nothing here is a test: a slow machine fails nobody's build.

mod child;
mod groups;
mod load;
mod machine;
mod page;
mod people;
mod program;
mod row;
mod smtp_sink;

use anyhow::Context;
use clap::{Parser, Subcommand};
use row::Row;
use std::path::PathBuf;

/// Connections of `push`.
const PUSH_CONNECTIONS: usize = 16;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measures, and writes the rows.
    Run(Bench),
    /// Pushes the events of a made-up shop into a running program.
    Push {
        /// Where it listens.
        #[arg(long, default_value = "127.0.0.1:7700")]
        address: String,
        /// Write key of a source.
        #[arg(long)]
        key: String,
        /// Customers it knows.
        #[arg(long, default_value_t = 1_000_000)]
        known: u64,
        #[arg(long, default_value_t = 500_000)]
        events: usize,
        /// Events that a customer does one after the other.
        #[arg(long, default_value_t = 1)]
        session: u64,
        /// Another number makes other events.
        #[arg(long, default_value_t = 0)]
        run: u32,
    },
    /// Writes the table of the documentation from the rows.
    Page {
        /// The rows, as `run` wrote them.
        #[arg(long, default_value = "target/bench.json")]
        from: PathBuf,
        /// The page; what stands between its marks is replaced.
        #[arg(long, default_value = "docs/benchmarks.md")]
        into: PathBuf,
    },
}

/// What a group gets to work with.
#[derive(clap::Args)]
pub struct Bench {
    /// Groups to run, separated by commas; all without it.
    #[arg(long, default_value = "")]
    only: String,
    /// The program that is measured.
    #[arg(long)]
    program: PathBuf,
    /// The program that links records (the example `match_csv` of `matching`); without it the one beside `program`.
    #[arg(long)]
    matcher: Option<PathBuf>,
    /// Folder with the peers' packages (made by `scripts/bench`); without it peers are left out.
    #[arg(long)]
    peers: Option<PathBuf>,
    /// Rows of groups that are not run now are kept.
    #[arg(long, default_value = "target/bench.json")]
    out: PathBuf,
    /// Measurements of each claim; the median counts.
    #[arg(long, default_value_t = 3)]
    repeats: usize,
    /// Scale of the work: 1 is what the documentation quotes, 0.01 tries the benchmark itself.
    #[arg(long, default_value_t = 1.0)]
    scale: f64,
}

impl Bench {
    /// `full` things at scale 1, and at least one.
    pub fn scaled(&self, full: usize) -> usize {
        ((full as f64 * self.scale) as usize).max(1)
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // The HTTP client needs to be told which cryptography to use, even for plain loopback.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match Arguments::parse().command {
        Command::Run(bench) => run(&bench).await,
        Command::Push { address, key, known, events, session, run } => {
            let shop = load::Shop { known, new_per_mille: 0, merging: false, session, run };
            let load = load::Load::make(&address, &key, shop, events.div_ceil(load::BATCH));
            let start = std::time::Instant::now();
            let pushed = load.push(&address, PUSH_CONNECTIONS).await?;
            println!("{} events accepted in {:.1} s", pushed.events, start.elapsed().as_secs_f64());
            Ok(())
        }
        Command::Page { from, into } => page::write(&from, &into),
    }
}

async fn run(bench: &Bench) -> anyhow::Result<()> {
    let wanted: Vec<&str> = bench.only.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    let groups = groups::all();
    if let Some(unknown) = wanted.iter().find(|name| !groups.iter().any(|group| group.name() == **name)) {
        let known: Vec<&str> = groups.iter().map(|group| group.name()).collect();
        anyhow::bail!("there is no group {unknown:?}; there are {}", known.join(", "));
    }
    let mut rows = row::read(&bench.out)?;
    for group in groups.iter().filter(|group| wanted.is_empty() || wanted.contains(&group.name())) {
        eprintln!("── {}", group.name());
        let measured = group.run(bench).await.with_context(|| format!("group {}", group.name()))?;
        for row in &measured {
            eprintln!("{row}");
        }
        rows.retain(|row: &Row| row.group != group.name());
        rows.extend(measured);
        row::write(&bench.out, &rows)?;
    }
    let missed = rows.iter().filter(|row| !row.ok).count();
    println!("{} claims measured, {missed} below their bar; {}", rows.len(), bench.out.display());
    Ok(())
}
