//! `tutti backup` and `tutti restore`: everything of an embedded installation, with a manifest of hashes.
//!
//! It may be made while the server runs. The database is copied consistently; around it the files are copied twice:
//! before, so that no log segment that the database still needs is dropped first, and after, so that the log and the
//! history reach at least as far as the database does. What goes further is processed again after a restore, and the
//! history drops what it has already.

use crate::config::Config;
use anyhow::{Context, bail};
use db::Db;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const MANIFEST: &str = "manifest.json";
const DATABASE: &str = "tutti.db";
/// Not part of a backup: SQLite's own working files.
const LEFT_OUT: [&str; 2] = ["tutti.db-wal", "tutti.db-shm"];

#[derive(clap::Args)]
pub struct BackupArgs {
    /// Folder to write to; must not exist.
    target: PathBuf,
}

#[derive(clap::Args)]
pub struct RestoreArgs {
    /// Folder that `tutti backup` wrote.
    source: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Manifest {
    version: u32,
    program: String,
    /// Path → (bytes, xxh3 of the content in hex).
    files: BTreeMap<String, (u64, String)>,
}

const MANIFEST_VERSION: u32 = 1;

pub async fn backup(config: &Config, args: BackupArgs, json: bool) -> anyhow::Result<()> {
    if !config.database_url.is_empty() {
        bail!("this installation keeps its state in PostgreSQL: use pg_dump for it, and copy the data folder");
    }
    if args.target.exists() {
        bail!("{} exists already; a backup goes to a new folder", args.target.display());
    }
    let data = &config.data_dir;
    let db = Db::open_sqlite(&data.join(DATABASE)).await?;
    let partial = args.target.with_extension("partial");
    std::fs::create_dir_all(&partial)?;
    copy_files(data, &partial)?;
    db.backup_to(&partial.join(DATABASE)).await?;
    db.close().await;
    copy_files(data, &partial)?;
    let mut manifest =
        Manifest { version: MANIFEST_VERSION, program: crate::wire::VERSION.into(), files: BTreeMap::new() };
    for path in files_below(&partial)? {
        manifest.files.insert(path.to_string_lossy().into_owned(), fingerprint(&partial.join(&path))?);
    }
    std::fs::write(partial.join(MANIFEST), serde_json::to_string_pretty(&manifest)?)?;
    std::fs::rename(&partial, &args.target)?;
    let bytes: u64 = manifest.files.values().map(|(bytes, _)| bytes).sum();
    let value = serde_json::json!({ "target": args.target, "files": manifest.files.len(), "bytes": bytes });
    super::print(json, &value, |_| {
        format!("{} files, {bytes} bytes in {}", manifest.files.len(), args.target.display())
    });
    Ok(())
}

/// Copies everything but the database; files that are there already are copied again.
fn copy_files(data: &Path, target: &Path) -> anyhow::Result<()> {
    let mut files = files_below(data)?;
    // Data files before the log that names them.
    files.sort_by_key(|path| path.components().any(|part| part.as_os_str() == "_delta_log"));
    for path in files {
        if path == Path::new(DATABASE) || LEFT_OUT.iter().any(|name| path == Path::new(name)) {
            continue;
        }
        let to = target.join(&path);
        std::fs::create_dir_all(to.parent().unwrap_or(target))?;
        match std::fs::copy(data.join(&path), &to) {
            Ok(_) => {}
            // The server drops finished files while we copy; what needs them is past them.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("cannot copy {}", path.display())),
        }
    }
    Ok(())
}

pub async fn restore(config: &Config, args: RestoreArgs, json: bool) -> anyhow::Result<()> {
    let data = &config.data_dir;
    if data.exists() && std::fs::read_dir(data)?.next().is_some() {
        bail!("{} is not empty; restore into a new data folder", data.display());
    }
    let text = std::fs::read_to_string(args.source.join(MANIFEST))
        .with_context(|| format!("{} is not a backup: it has no {MANIFEST}", args.source.display()))?;
    let manifest: Manifest = serde_json::from_str(&text)?;
    if manifest.version > MANIFEST_VERSION {
        bail!("this backup was written by a newer version of tutti ({})", manifest.program);
    }
    for (name, expected) in &manifest.files {
        if fingerprint(&args.source.join(name)).ok().as_ref() != Some(expected) {
            bail!("{name} is missing or damaged in the backup; nothing was restored");
        }
    }
    for name in manifest.files.keys() {
        let to = data.join(name);
        std::fs::create_dir_all(to.parent().unwrap_or(data))?;
        std::fs::copy(args.source.join(name), &to)?;
    }
    // A restored copy must not send what the original may have sent meanwhile.
    let program = crate::wire::Program::open(config, config.listen, false).await?;
    let paused = program.app.campaign.pause_all().await?;
    program.db.close().await;
    let value = serde_json::json!({ "files": manifest.files.len(), "campaigns_paused": paused });
    super::print(json, &value, |_| {
        format!(
            "{} files restored; {paused} running campaigns are paused: resume them when you are sure",
            manifest.files.len()
        )
    });
    Ok(())
}

/// Paths of all files below `root`, relative to it, sorted.
fn files_below(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let (mut found, mut folders) = (Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else if let Ok(path) = entry.path().strip_prefix(root) {
                found.push(path.to_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}

fn fingerprint(path: &Path) -> anyhow::Result<(u64, String)> {
    use std::io::Read;
    let mut file = std::fs::File::open(path)?;
    let (mut hash, mut bytes, mut buffer) = (base::ContentHash::default(), 0, vec![0; 1 << 20]);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((bytes, hash.finish()));
        }
        hash.update(&buffer[..read]);
        bytes += read as u64;
    }
}
