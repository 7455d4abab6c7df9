//! `collect::import::ParquetRows` over the lake's reader.

use collect::import::{ParquetFile, ParquetRows};
use std::path::Path;

pub struct LakeParquet;

impl ParquetRows for LakeParquet {
    fn open(&self, path: &Path) -> Result<ParquetFile, String> {
        let reader = lake::read_parquet_rows(path).map_err(|error| error.to_string())?;
        Ok(ParquetFile { columns: reader.columns, rows: reader.rows })
    }
}
