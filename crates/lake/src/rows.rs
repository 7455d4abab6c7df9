//! Reads any Parquet file row by row as JSON values, for imports.

use crate::LakeError;
use base::Json;
use deltalake::arrow::array::{Array, AsArray, RecordBatch};
use deltalake::arrow::datatypes::{
    DataType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt32Type, UInt64Type,
};
use deltalake::arrow::util::display::{ArrayFormatter, FormatOptions};
use deltalake::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::fs::File;
use std::path::Path;

/// Rows decoded at once.
const BATCH_ROWS: usize = 4_096;

/// The columns of a Parquet file and its rows, in order; nested values come as text.
pub struct ParquetRowReader {
    pub columns: Vec<String>,
    pub rows: Box<dyn Iterator<Item = Result<Vec<Json>, String>> + Send>,
}

/// Opens `path`. Memory: one batch of 4,096 rows.
pub fn read_parquet_rows(path: &Path) -> Result<ParquetRowReader, LakeError> {
    let failed = |error: &dyn std::fmt::Display| LakeError::Query(format!("not a readable Parquet file: {error}"));
    let file = File::open(path).map_err(|error| failed(&error))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| failed(&error))?;
    let columns = builder.schema().fields().iter().map(|field| field.name().clone()).collect();
    let reader = builder.with_batch_size(BATCH_ROWS).build().map_err(|error| failed(&error))?;
    let rows = reader.flat_map(|batch| match batch {
        Ok(batch) => rows_of(&batch),
        Err(error) => vec![Err(error.to_string())],
    });
    Ok(ParquetRowReader { columns, rows: Box::new(rows) })
}

fn rows_of(batch: &RecordBatch) -> Vec<Result<Vec<Json>, String>> {
    (0..batch.num_rows())
        .map(|row| batch.columns().iter().map(|column| value_of(column.as_ref(), row)).collect())
        .collect()
}

fn value_of(column: &dyn Array, row: usize) -> Result<Json, String> {
    if column.is_null(row) {
        return Ok(Json::Null);
    }
    Ok(match column.data_type() {
        DataType::Boolean => column.as_boolean().value(row).into(),
        DataType::Int8 => column.as_primitive::<Int8Type>().value(row).into(),
        DataType::Int16 => column.as_primitive::<Int16Type>().value(row).into(),
        DataType::Int32 => column.as_primitive::<Int32Type>().value(row).into(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).into(),
        DataType::UInt32 => column.as_primitive::<UInt32Type>().value(row).into(),
        DataType::UInt64 => column.as_primitive::<UInt64Type>().value(row).into(),
        DataType::Float32 => f64::from(column.as_primitive::<Float32Type>().value(row)).into(),
        DataType::Float64 => column.as_primitive::<Float64Type>().value(row).into(),
        _ => {
            let formatter =
                ArrayFormatter::try_new(column, &FormatOptions::default()).map_err(|error| error.to_string())?;
            formatter.value(row).try_to_string().map_err(|error| error.to_string())?.into()
        }
    })
}
