//! `tutti backup` and `tutti restore`: everything of an installation, with a manifest of hashes.
//!
//! **While the server runs.** Files of the log and of the history come and go, and the database is copied in between.
//! So the backup first *holds* the files: hard links in a folder of its own keep each one, and what is still appended
//! to it, until the backup is done. Then the database is copied consistently, the files that came meanwhile are held
//! too, and all of them are copied. The log and the history therefore reach at least as far as the database does: what
//! goes further is processed again after a restore, and the history drops what it has already. Before the backup counts
//! as made, the copied log and the copied history are inspected.
//!
//! **What a restored copy may send.** Nothing by itself: see [`deliver::Deliver::doubt_all_on_its_way`].

use super::{Context, Failure, output};
use crate::config::Config;
use crate::wire::Program;
use anyhow::{Context as _, bail};
use db::Db;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tokio::process::Command;

const MANIFEST: &str = "manifest.json";
const MANIFEST_VERSION: u32 = 1;
const DATABASE: &str = "tutti.db";
/// `pg_dump --format=custom` of an installation on PostgreSQL.
const POSTGRES_DUMP: &str = "postgres.dump";
/// Not part of a backup: SQLite's own working files, and the lock of the running program.
const LEFT_OUT: [&str; 4] = [DATABASE, "tutti.db-wal", "tutti.db-shm", "lake/_lock"];
/// Where the files are held, in the data folder: hard links do not leave a disk.
const HOLD: &str = ".backup-hold";
/// The history is written on while it is held; a copy that is not whole is completed this often.
const ATTEMPTS: u32 = 5;

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

/// Removes the held files when the backup ends, however it ends.
struct Hold(PathBuf);

impl Drop for Hold {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next backup.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub async fn backup(args: BackupArgs, context: &Context) -> anyhow::Result<()> {
    let config = context.config()?;
    if args.target.exists() {
        return Err(
            Failure::Usage(format!("{} exists already; a backup goes to a new folder", args.target.display())).into()
        );
    }
    let data = &config.data_dir;
    if !data.join("inbox").exists() {
        return Err(Failure::NotFound(format!("{} holds no installation", data.display())).into());
    }
    let partial = args.target.with_extension("partial");
    if partial.exists() {
        std::fs::remove_dir_all(&partial).with_context(|| format!("cannot remove {}", partial.display()))?;
    }
    make_private(&partial)?;
    let hold = Hold(data.join(HOLD));
    // Of a backup that was killed.
    if hold.0.exists() {
        std::fs::remove_dir_all(&hold.0)?;
    }
    hold_files(data, &hold.0)?;
    let cursor = copy_database(&config, &partial).await?;
    for attempt in 1.. {
        hold_files(data, &hold.0)?;
        copy_files(&hold.0, &partial)?;
        match inspect(&partial, cursor).await? {
            None => break,
            Some(problem) if attempt == ATTEMPTS => bail!("the copy is not whole: {problem}; nothing was kept"),
            Some(_) => {}
        }
    }
    drop(hold);
    let mut manifest =
        Manifest { version: MANIFEST_VERSION, program: crate::wire::VERSION.into(), files: BTreeMap::new() };
    for path in files_below(&partial)? {
        manifest.files.insert(path.to_string_lossy().into_owned(), fingerprint(&partial.join(&path))?);
    }
    write_synced(&partial.join(MANIFEST), serde_json::to_string_pretty(&manifest)?.as_bytes())?;
    std::fs::rename(&partial, &args.target)?;
    let bytes: u64 = manifest.files.values().map(|(bytes, _)| bytes).sum();
    let value = serde_json::json!({ "target": args.target, "files": manifest.files.len(), "bytes": bytes });
    context.print(&value, |_| {
        format!("{} files, {} in {}", manifest.files.len(), output::bytes(bytes), args.target.display())
    });
    Ok(())
}

fn make_private(folder: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))?)
}

fn write_synced(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    use std::io::Write;
    let mut file = std::fs::File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    file.write_all(bytes)?;
    Ok(file.sync_all()?)
}

/// Links everything but the database into `hold`. Data files of the history go first, then the log that names them:
/// what the log names is on the disk before the log says so.
fn hold_files(data: &Path, hold: &Path) -> anyhow::Result<()> {
    for of_log in [false, true] {
        for path in files_below(data)? {
            let is_of_log = path.components().any(|part| part.as_os_str() == "_delta_log");
            if is_of_log != of_log || LEFT_OUT.iter().any(|name| path == Path::new(name)) {
                continue;
            }
            let to = hold.join(&path);
            make_private(to.parent().unwrap_or(hold))?;
            match std::fs::hard_link(data.join(&path), &to) {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => replaced(&data.join(&path), &to)?,
                // Dropped by the server a moment ago: it was held before, or nothing needs it.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(error).with_context(|| format!("cannot hold {}", path.display())),
            }
        }
    }
    Ok(())
}

/// A file that was written anew under its old name is held as it is now.
fn replaced(now: &Path, held: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let Ok(meta) = std::fs::metadata(now) else { return Ok(()) };
    if meta.ino() != std::fs::metadata(held)?.ino() {
        std::fs::remove_file(held)?;
        std::fs::hard_link(now, held)?;
    }
    Ok(())
}

/// Copies the held files; those that never change once written are copied once.
fn copy_files(hold: &Path, target: &Path) -> anyhow::Result<()> {
    for path in files_below(hold)? {
        let (from, to) = (hold.join(&path), target.join(&path));
        make_private(to.parent().unwrap_or(target))?;
        let same =
            std::fs::metadata(&to).is_ok_and(|there| std::fs::metadata(&from).is_ok_and(|m| m.len() == there.len()));
        if same && path.extension().is_some_and(|extension| extension == "parquet") {
            continue;
        }
        std::fs::copy(&from, &to).with_context(|| format!("cannot copy {}", path.display()))?;
        std::fs::File::open(&to)?.sync_all()?;
    }
    Ok(())
}

/// A consistent copy of the database; answers how far its views are.
async fn copy_database(config: &Config, target: &Path) -> anyhow::Result<u64> {
    let db = if config.database_url.is_empty() {
        let db = Db::open_sqlite(&config.data_dir.join(DATABASE)).await?;
        db.backup_to(&target.join(DATABASE)).await?;
        db
    } else {
        let mut command = Command::new("pg_dump");
        command.args(["--format=custom", "--no-owner", "--file"]).arg(target.join(POSTGRES_DUMP));
        command.arg(format!("--dbname={}", config.database_url));
        run_tool("pg_dump", &mut command).await?;
        Db::open_postgres(&config.database_url).await?
    };
    // Read after the copy: at least as far as the copy is, which only makes the check of the log stricter.
    let cursor = crate::commands::doctor::cursor_of(&db).await?;
    db.close().await;
    Ok(cursor)
}

async fn run_tool(name: &str, command: &mut Command) -> anyhow::Result<()> {
    let done = command.output().await.with_context(|| format!("{name} is needed for a database on PostgreSQL"))?;
    let said = String::from_utf8_lossy(&done.stderr);
    anyhow::ensure!(done.status.success(), "{name} ended with {}: {}", done.status, said.trim());
    Ok(())
}

/// What is wrong with a copy; None when it is whole.
async fn inspect(copy: &Path, cursor: u64) -> anyhow::Result<Option<String>> {
    let log = events::inbox::inspect(&copy.join("inbox"), cursor)?;
    if let Some(damage) = log.damaged.first() {
        return Ok(Some(format!("inbox/{damage}")));
    }
    if log.end < cursor {
        return Ok(Some(format!("the log ends at {} and the database was written up to {cursor}", log.end)));
    }
    let lake = match lake::inspect(&copy.join("lake")).await {
        Ok(lake) => lake.unwrap_or_default(),
        // A commit that was being written when it was copied: the next attempt has it whole.
        Err(error) => return Ok(Some(format!("lake: {error}"))),
    };
    if let Some((file, what)) = lake.broken.first() {
        return Ok(Some(format!("lake/{file}: {what}")));
    }
    if lake.committed.max(log.floor) != lake.committed {
        return Ok(Some(format!("the history ends at {}, the log begins at {}", lake.committed, log.floor)));
    }
    Ok(None)
}

pub async fn restore(args: RestoreArgs, context: &Context) -> anyhow::Result<()> {
    let config = context.config()?;
    let data = &config.data_dir;
    if data.exists() && std::fs::read_dir(data)?.next().is_some() {
        return Err(Failure::Usage(format!("{} is not empty; restore into a new data folder", data.display())).into());
    }
    let text = std::fs::read_to_string(args.source.join(MANIFEST))
        .with_context(|| format!("{} is not a backup: it has no {MANIFEST}", args.source.display()))?;
    let manifest: Manifest = serde_json::from_str(&text)?;
    if manifest.version > MANIFEST_VERSION {
        bail!("this backup was written by a newer version of tutti ({})", manifest.program);
    }
    let of_postgres = manifest.files.contains_key(POSTGRES_DUMP);
    if of_postgres == config.database_url.is_empty() {
        let text = if of_postgres { "PostgreSQL: say --database-url" } else { "SQLite: leave --database-url out" };
        return Err(Failure::Usage(format!("this is a backup of an installation on {text}")).into());
    }
    for (name, expected) in &manifest.files {
        if fingerprint(&args.source.join(name)).ok().as_ref() != Some(expected) {
            bail!("{name} is missing or damaged in the backup; nothing was restored");
        }
    }
    make_private(data)?;
    for name in manifest.files.keys().filter(|name| *name != POSTGRES_DUMP) {
        let to = data.join(name);
        make_private(to.parent().unwrap_or(data))?;
        std::fs::copy(args.source.join(name), &to)?;
        std::fs::File::open(&to)?.sync_all()?;
    }
    if of_postgres {
        restore_postgres(&config, &args.source.join(POSTGRES_DUMP)).await?;
    }
    let program = Program::open(&config, config.listen, false).await?;
    let doubted = program.app.deliver.doubt_all_on_its_way().await?;
    let paused = program.app.campaign.pause_all().await?;
    program.db.close().await;
    let files = manifest.files.len();
    let value = serde_json::json!({ "files": files, "campaigns_paused": paused, "messages_unconfirmed": doubted });
    context.print(&value, |_| {
        format!(
            "{files} files restored. {paused} campaigns that were under way or scheduled stand still, and {doubted} \
             messages are unconfirmed: the original may have sent them since. Look before you resume or resend them \
             (docs/guides/operate.md)."
        )
    });
    Ok(())
}

/// Into a database that holds nothing.
async fn restore_postgres(config: &Config, dump: &Path) -> anyhow::Result<()> {
    let db = Db::open_postgres(&config.database_url).await?;
    let sql = "SELECT COUNT(*) AS tables FROM information_schema.tables WHERE table_schema = current_schema()";
    let tables = db.query_one(sql, &[]).await?.map_or(Ok(0), |row| row.i64("tables"))?;
    db.close().await;
    if tables > 0 {
        return Err(Failure::Usage(format!("the database holds {tables} tables; restore into an empty one")).into());
    }
    let mut command = Command::new("pg_restore");
    command.args(["--no-owner", "--exit-on-error", "--single-transaction"]);
    command.arg(format!("--dbname={}", config.database_url)).arg(dump);
    run_tool("pg_restore", &mut command).await
}

/// Paths of all files below `root`, relative to it, sorted. What a running program removes meanwhile is left out.
fn files_below(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let (mut found, mut folders) = (Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && folder != root => continue,
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", folder.display())),
        };
        for entry in entries {
            let entry = entry?;
            if entry.file_name() == HOLD {
                continue;
            }
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(_) => found.extend(entry.path().strip_prefix(root).map(Path::to_owned)),
                Err(_) => {}
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
