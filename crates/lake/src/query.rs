//! SQL over one workspace: the view `events` is its files and its tail.
//!
//! Nothing but that view (and DataFusion's functions) can be reached: no other workspace, no file, no statement that
//! changes anything. Memory comes from the lake's one pool; time and rows are limited.

use crate::config::{QUERY_ROWS_MAX, QUERY_TIME_MAX};
use crate::file::DataFile;
use crate::schema::{AT_MS, EVENT_ID, FILE_SCHEMA, PROFILE_ID, WORKSPACE_ID};
use crate::table::{Inner, Lake, State};
use crate::{LakeError, json};
use base::{Json, WorkspaceId};
use deltalake::arrow::array::RecordBatch;
use deltalake::arrow::datatypes::{DataType, TimeUnit};
use deltalake::datafusion::execution::context::SQLOptions;
use deltalake::datafusion::prelude::{DataFrame, ParquetReadOptions, SessionConfig, SessionContext, cast, col, lit};
use futures::StreamExt;
use std::sync::Arc;

/// A column of a query's answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub name: String,
    /// Arrow's name of the type, such as `Int64` or `Utf8`.
    pub data_type: String,
}

/// The answer of [`Lake::query`].
#[derive(Debug, Clone, PartialEq)]
pub struct QueryAnswer {
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Json>>,
    /// True when there were more rows than may be answered.
    pub truncated: bool,
}

impl Lake {
    /// Runs a SELECT over the view `events` of a workspace. At most `limit` rows (and never more than 10,000).
    /// Columns: docs/reference/lake.md; `at` is `at_ms` as a timestamp; `json_get(properties, 'a.b')` looks into JSON.
    pub async fn query(&self, workspace: WorkspaceId, sql: &str, limit: usize) -> Result<QueryAnswer, LakeError> {
        let limit = limit.min(QUERY_ROWS_MAX);
        let (batches, truncated) = self.collect(workspace, sql, limit).await?;
        let columns = batches.first().map(|batch| batch.schema()).map_or_else(Vec::new, |schema| {
            let column = |field: &Arc<deltalake::arrow::datatypes::Field>| Column {
                name: field.name().clone(),
                data_type: field.data_type().to_string(),
            };
            schema.fields().iter().map(column).collect()
        });
        let mut rows = Vec::new();
        for batch in &batches {
            rows.extend(json::rows_of(batch)?);
        }
        Ok(QueryAnswer { columns, rows, truncated })
    }

    /// The same as Arrow batches; the first one has the schema, even when there are no rows.
    pub async fn query_arrow(
        &self,
        workspace: WorkspaceId,
        sql: &str,
        limit: usize,
    ) -> Result<Vec<RecordBatch>, LakeError> {
        Ok(self.collect(workspace, sql, limit).await?.0)
    }

    async fn collect(
        &self,
        workspace: WorkspaceId,
        sql: &str,
        limit: usize,
    ) -> Result<(Vec<RecordBatch>, bool), LakeError> {
        let work = async {
            let _reading = self.inner.readers.read().await;
            let state = self.inner.state.read().clone();
            let context = self.inner.session(Tuning::Analysis);
            let events = self.inner.events(&context, &state, workspace).await?;
            context.register_table("events", events.into_view())?;
            let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
            let frame = context.sql_with_options(sql, options).await?;
            let mut stream = frame.limit(0, Some(limit + 1))?.execute_stream().await?;
            let mut batches = vec![RecordBatch::new_empty(stream.schema())];
            let mut room = limit;
            while let Some(batch) = stream.next().await {
                let batch = batch?;
                if batch.num_rows() > room {
                    batches.push(batch.slice(0, room));
                    return Ok((batches, true));
                }
                room -= batch.num_rows();
                batches.push(batch);
            }
            Ok((batches, false))
        };
        match tokio::time::timeout(QUERY_TIME_MAX, work).await {
            Ok(answer) => answer,
            Err(_) => Err(LakeError::Timeout(QUERY_TIME_MAX.as_secs())),
        }
    }
}

/// What a session is for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Tuning {
    /// Aggregates over much: statistics of files are worth reading.
    Analysis,
    /// A few profiles: decode only pages and rows that match.
    Point,
    /// All rows of `n` sorted files in order, by merging: one partition per file.
    Merge(usize),
}

impl Inner {
    pub fn session(&self, tuning: Tuning) -> SessionContext {
        let partitions = match tuning {
            Tuning::Merge(files) => files.max(1),
            Tuning::Analysis | Tuning::Point => self.config.threads.max(1),
        };
        let mut config = SessionConfig::new()
            .with_target_partitions(partitions)
            .with_collect_statistics(tuning == Tuning::Analysis)
            .with_information_schema(false);
        let options = config.options_mut();
        options.execution.parquet.schema_force_view_types = false;
        options.execution.parquet.pushdown_filters = tuning == Tuning::Point;
        options.optimizer.repartition_file_scans = tuning == Tuning::Analysis;
        let context = SessionContext::new_with_config_rt(config, self.runtime.clone());
        context.register_udf(json::json_get());
        context
    }

    /// Files and tail of a workspace, with the columns `workspace_id` and `at` added.
    async fn events(
        &self,
        context: &SessionContext,
        state: &State,
        workspace: WorkspaceId,
    ) -> Result<DataFrame, LakeError> {
        let mut tail = vec![RecordBatch::new_empty(FILE_SCHEMA.clone())];
        for chunk in state.tail.chunks() {
            tail.extend(chunk.batch(workspace)?);
        }
        let mut frame = context.read_batches(tail)?;
        let files = state.files_of(workspace);
        if !files.is_empty() {
            frame = self.files(context, &files).await?.union(frame)?;
        }
        let at = cast(col(AT_MS), DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())));
        Ok(frame.with_column(WORKSPACE_ID, lit(workspace.sql()))?.with_column("at", at)?)
    }

    /// The rows of some files, sorted within each file by (profile, at, event).
    pub async fn files(&self, context: &SessionContext, files: &[Arc<DataFile>]) -> Result<DataFrame, LakeError> {
        let paths: Vec<String> = files.iter().map(|file| file.full_path(&self.root).display().to_string()).collect();
        let ascending = |column: &str| col(column).sort(true, false);
        let options = ParquetReadOptions {
            schema: Some(&**FILE_SCHEMA),
            file_sort_order: vec![[PROFILE_ID, AT_MS, EVENT_ID].map(ascending).to_vec()],
            ..ParquetReadOptions::default()
        };
        Ok(context.read_parquet(paths, options).await?)
    }
}
