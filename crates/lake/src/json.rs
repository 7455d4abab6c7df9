//! Query answers as JSON values.

use crate::LakeError;
use base::Json;
use deltalake::arrow::array::{Array, AsArray, RecordBatch, StringArray};
use deltalake::arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type, UInt64Type};
use deltalake::arrow::util::display::{ArrayFormatter, FormatOptions};
use deltalake::datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};
use std::sync::Arc;

/// The rows of a batch. Numbers and booleans stay what they are; other types become text.
pub(crate) fn rows_of(batch: &RecordBatch) -> Result<Vec<Vec<Json>>, LakeError> {
    let mut rows = vec![Vec::with_capacity(batch.num_columns()); batch.num_rows()];
    for column in batch.columns() {
        let format = FormatOptions::default();
        let formatter = ArrayFormatter::try_new(column, &format)?;
        for (index, row) in rows.iter_mut().enumerate() {
            let value = if column.is_null(index) {
                Json::Null
            } else {
                match column.data_type() {
                    DataType::Int32 => column.as_primitive::<Int32Type>().value(index).into(),
                    DataType::Int64 => column.as_primitive::<Int64Type>().value(index).into(),
                    DataType::UInt64 => column.as_primitive::<UInt64Type>().value(index).into(),
                    DataType::Float64 => column.as_primitive::<Float64Type>().value(index).into(),
                    DataType::Boolean => column.as_boolean().value(index).into(),
                    _ => formatter.value(index).to_string().into(),
                }
            };
            row.push(value);
        }
    }
    Ok(rows)
}

/// `json_get(text, path)`: the value at a dotted path of a JSON text as text; NULL when there is none.
pub(crate) fn json_get() -> ScalarUDF {
    create_udf(
        "json_get",
        vec![DataType::Utf8, DataType::Utf8],
        DataType::Utf8,
        Volatility::Immutable,
        Arc::new(|arguments: &[ColumnarValue]| {
            let arrays = ColumnarValue::values_to_arrays(arguments)?;
            let (texts, paths) = (arrays[0].as_string::<i32>(), arrays[1].as_string::<i32>());
            let found = texts.iter().zip(paths.iter()).map(|(text, path)| value_at(text?, path?));
            Ok(ColumnarValue::Array(Arc::new(found.collect::<StringArray>())))
        }),
    )
}

fn value_at(text: &str, path: &str) -> Option<String> {
    let value: Json = serde_json::from_str(text).ok()?;
    let found = path.split('.').try_fold(&value, |at, key| match at {
        Json::Array(items) => items.get(key.parse::<usize>().ok()?),
        other => other.get(key),
    })?;
    match found {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
