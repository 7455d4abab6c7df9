//! A folder of the server's own disk.

use super::{After, FolderDefinition, Found, Hashed, Place, check_count, is_wanted, sort};
use crate::ConnectConfig;
use crate::error::Fault;
use crate::model::FileState;
use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::{Path, PathBuf};
use tokio::io::AsyncReadExt;

const BLOCK_BYTES: usize = 256 * 1024;

/// The real path, if it lies in what is allowed.
pub(in crate::kinds) fn allowed(config: &ConnectConfig, path: &str) -> Result<PathBuf, Fault> {
    let real = std::fs::canonicalize(path)
        .map_err(|error| Fault::new("folder_not_readable", format!("{path} cannot be read: {error}")))?;
    let roots = config.folders.iter().filter_map(|root| std::fs::canonicalize(root).ok());
    if roots.into_iter().any(|root| real.starts_with(root)) {
        return Ok(real);
    }
    let detail =
        format!("{path} is not in a folder that may be read; an administrator allows folders in connect.folders");
    Err(Fault::new("folder_not_allowed", detail))
}

fn modified_ms(data: &std::fs::Metadata) -> i64 {
    let since = data.modified().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    since.map_or(0, |since| since.as_millis() as i64)
}

fn look(folder: &Path, pattern: &str) -> Result<Vec<Found>, Fault> {
    let failed = |error: std::io::Error| {
        Fault::new("folder_not_readable", format!("{} cannot be read: {error}", folder.display()))
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        // What `metadata` of an entry tells is of a link itself: links are no files.
        let Ok(data) = entry.metadata() else { continue };
        let Ok(name) = entry.file_name().into_string() else { continue };
        if data.is_file() && is_wanted(pattern, &name) {
            found.push(Found { bytes: data.len(), modified_ms: modified_ms(&data), etag: None, name });
        }
        check_count(found.len(), "move away what was taken (after: move)")?;
    }
    sort(&mut found);
    Ok(found)
}

pub(super) fn hash_of(path: &Path) -> std::io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let (mut hasher, mut block) = (Sha256::new(), vec![0; BLOCK_BYTES]);
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hex::encode(hasher.finalize())),
            count => hasher.update(&block[..count]),
        }
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work).await.map_err(Fault::internal)
}

pub(super) struct Disk {
    folder: PathBuf,
    pattern: String,
    after: After,
}

impl Disk {
    pub async fn open(config: &ConnectConfig, definition: &FolderDefinition) -> Result<Self, Fault> {
        let (config, path) = (config.clone(), definition.folder.clone());
        let folder = blocking(move || allowed(&config, &path)).await??;
        Ok(Self { folder, pattern: definition.pattern.clone(), after: definition.after })
    }

    fn path(&self, one: &Found) -> PathBuf {
        self.folder.join(&one.name)
    }
}

fn failed(path: &Path, error: &std::io::Error) -> Fault {
    Fault::new("file_failed", format!("{} cannot be read: {error}", path.display()))
}

#[async_trait]
impl Place for Disk {
    async fn look(&self) -> Result<Vec<Found>, Fault> {
        let (folder, pattern) = (self.folder.clone(), self.pattern.clone());
        blocking(move || look(&folder, &pattern)).await?
    }

    async fn hash(&self, one: &Found) -> Result<Hashed, Fault> {
        let path = self.path(one);
        Ok(blocking(move || hash_of(&path)).await?.map_or(Hashed::Gone, Hashed::Is))
    }

    async fn head(&self, one: &Found, bytes: u64) -> Result<Vec<u8>, Fault> {
        let path = self.path(one);
        blocking(move || {
            let mut head = Vec::new();
            let read = std::fs::File::open(&path).and_then(|file| file.take(bytes).read_to_end(&mut head));
            read.map(|_| head).map_err(|error| failed(&path, &error))
        })
        .await?
    }

    async fn read(&self, one: &Found) -> Result<Option<BoxStream<'static, Result<Bytes, Fault>>>, Fault> {
        let path = self.path(one);
        let input = tokio::fs::File::open(&path).await.map_err(|error| failed(&path, &error))?;
        let blocks = futures::stream::try_unfold((input, path), |(mut input, path)| async move {
            let mut block = vec![0; BLOCK_BYTES];
            let count = input.read(&mut block).await.map_err(|error| failed(&path, &error))?;
            block.truncate(count);
            Ok((count > 0).then(|| (Bytes::from(block), (input, path))))
        });
        Ok(Some(blocks.boxed()))
    }

    async fn is_same(&self, one: &Found) -> Result<bool, Fault> {
        let path = self.path(one);
        let data = tokio::fs::metadata(&path).await.map_err(|error| failed(&path, &error))?;
        Ok((data.len(), modified_ms(&data)) == (one.bytes, one.modified_ms))
    }

    async fn put_away(&self, name: &str, state: FileState) -> Result<(), Fault> {
        if self.after == After::Keep {
            return Ok(());
        }
        let place = if state == FileState::Done { "done" } else { "failed" };
        let path = self.folder.join(name);
        let moved = blocking(move || {
            let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Ok(()) };
            let target = folder.join(place);
            std::fs::create_dir_all(&target)?;
            // A name that is there already is another day's file.
            let mut to = target.join(name);
            let mut copy = 2;
            while to.exists() {
                to = target.join(format!("{copy}-{}", name.to_string_lossy()));
                copy += 1;
            }
            match std::fs::rename(&path, to) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
                other => other,
            }
        });
        moved.await?.map_err(|error| {
            Fault::new("folder_not_readable", format!("the file was imported and cannot be moved to {place}: {error}"))
        })
    }
}
