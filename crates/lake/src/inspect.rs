//! Looks at the table without touching it; may run beside the program that writes it, and on a copy.

use crate::LakeError;
use crate::file::DataFile;
use crate::table::{TXN_APP, existing_log};
use deltalake::parquet::file::reader::{FileReader, SerializedFileReader};
use deltalake::table::state::DeltaTableState;
use std::fs::File;
use std::path::Path;

/// What the log says and what is on the disk.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LakeState {
    /// Version of the newest commit.
    pub version: i64,
    pub files: usize,
    pub rows: u64,
    /// The inbox offset the stored events reach.
    pub committed: u64,
    /// Data files that are missing, cut off or not Parquet: the path below the table's folder, and what.
    pub broken: Vec<(String, String)>,
}

/// Reads the log and the end of every data file. None when there is no table yet.
pub async fn inspect(root: &Path) -> Result<Option<LakeState>, LakeError> {
    if !root.exists() {
        return Ok(None);
    }
    let root = root.canonicalize().map_err(|error| LakeError::io(root, error))?;
    let Some(log) = existing_log(&root).await? else { return Ok(None) };
    let snapshot = DeltaTableState::try_new(&*log, None).await?;
    let committed = snapshot.transaction_version(&*log, TXN_APP).await?.unwrap_or(0).max(0) as u64;
    let mut state = LakeState { version: snapshot.version() as i64, committed, ..LakeState::default() };
    for view in snapshot.log_data().iter() {
        let file = DataFile::from_log(&view)?;
        state.files += 1;
        state.rows += file.rows;
        if let Err(what) = check(&root, &file) {
            state.broken.push((file.path, what));
        }
    }
    Ok(Some(state))
}

/// Size and row count are those of the log, and the footer can be read.
fn check(root: &Path, file: &DataFile) -> Result<(), String> {
    let data = File::open(file.full_path(root)).map_err(|error| error.to_string())?;
    let bytes = data.metadata().map_err(|error| error.to_string())?.len();
    if bytes != file.bytes.max(0) as u64 {
        return Err(format!("{bytes} bytes long, not {}", file.bytes));
    }
    let reader = SerializedFileReader::new(data).map_err(|error| error.to_string())?;
    let rows = reader.metadata().file_metadata().num_rows();
    if rows != file.rows as i64 {
        return Err(format!("{rows} rows, not {}", file.rows));
    }
    Ok(())
}
