//! The columns of the history, in one place: Arrow, Delta, and how events become a batch.

use crate::LakeError;
use base::WorkspaceId;
use deltalake::arrow::array::{ArrayRef, Int64Builder, RecordBatch, StringBuilder};
use deltalake::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use deltalake::kernel::{DataType as DeltaType, StructField};
use events::ResolvedEvent;
use std::sync::{Arc, LazyLock};

pub(crate) const WORKSPACE_ID: &str = "workspace_id";
pub(crate) const PROFILE_ID: &str = "profile_id";
pub(crate) const AT_MS: &str = "at_ms";
pub(crate) const RECEIVED_MS: &str = "received_ms";
pub(crate) const EVENT_ID: &str = "event_id";
/// Number columns with statistics in the Delta log. Never a text column: the log must hold no personal data.
pub(crate) const STATS_COLUMNS: &str = "profile_id,at_ms,received_ms";

enum Kind {
    Number,
    Text,
}
use Kind::{Number, Text};

/// Columns of a data file, in file order. `workspace_id` is the partition and only in the path.
const COLUMNS: [(&str, Kind); 18] = [
    (PROFILE_ID, Number),
    (AT_MS, Number),
    (RECEIVED_MS, Number),
    (EVENT_ID, Text),
    ("kind", Text),
    ("name", Text),
    ("page_name", Text),
    ("channel", Text),
    ("source", Text),
    ("message_id", Text),
    ("user_id", Text),
    ("anonymous_id", Text),
    ("previous_id", Text),
    ("group_id", Text),
    ("properties", Text),
    ("traits", Text),
    ("context", Text),
    ("inbox_offset", Number),
];

/// Schema of the data files.
pub(crate) static FILE_SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let field = |(name, kind): &(&str, Kind)| {
        let data_type = match kind {
            Number => DataType::Int64,
            Text => DataType::Utf8,
        };
        Field::new(*name, data_type, true)
    };
    Arc::new(Schema::new(COLUMNS.iter().map(field).collect::<Vec<_>>()))
});

/// Schema of the Delta table.
pub(crate) fn delta_columns() -> Vec<StructField> {
    let mut columns = vec![StructField::new(WORKSPACE_ID, DeltaType::LONG, true)];
    columns.extend(COLUMNS.iter().map(|(name, kind)| {
        let data_type = match kind {
            Number => DeltaType::LONG,
            Text => DeltaType::STRING,
        };
        StructField::new(*name, data_type, true)
    }));
    columns
}

const EVENT_ID_CHARS: usize = 32;
/// `src_` and a number of 26 characters; longer ones only make a builder grow.
const SOURCE_CHARS_MAX: usize = 32;

/// 32 hex digits of an event id, as stored.
pub(crate) fn event_id_text(id: base::EventId) -> String {
    format!("{:032x}", id.0)
}

/// One resolved event and the inbox offset its batch ends at.
pub(crate) type Row<'a> = (&'a ResolvedEvent, u64);

/// Order of a file: (workspace, profile, at, event).
pub(crate) fn sort_rows(rows: &mut [Row<'_>]) {
    rows.sort_unstable_by_key(|(item, _)| (item.event.workspace, item.profile, item.event.at, item.event.id));
}

/// Cuts sorted rows into runs of one workspace each.
pub(crate) fn by_workspace<'r, 'a>(rows: &'r [Row<'a>]) -> impl Iterator<Item = (WorkspaceId, &'r [Row<'a>])> {
    rows.chunk_by(|(left, _), (right, _)| left.event.workspace == right.event.workspace)
        .map(|run| (run[0].0.event.workspace, run))
}

struct Columns {
    numbers: [Int64Builder; 4],
    texts: [StringBuilder; 14],
}

/// The rows as one batch of [`FILE_SCHEMA`].
pub(crate) fn batch_of(rows: &[Row<'_>]) -> Result<RecordBatch, LakeError> {
    let bytes = text_bytes(rows);
    let mut columns = Columns {
        numbers: std::array::from_fn(|_| Int64Builder::with_capacity(rows.len())),
        texts: bytes.map(|bytes| StringBuilder::with_capacity(rows.len(), bytes)),
    };
    for (item, inbox_offset) in rows {
        columns.push(item, *inbox_offset);
    }
    columns.finish()
}

/// Room for the texts of `rows`, by column: a builder that grows copies what it has, and the long texts are most of it.
fn text_bytes(rows: &[Row<'_>]) -> [usize; 14] {
    let mut bytes = [0; 14];
    for (item, _) in rows {
        let event = &*item.event;
        let length = |text: &Option<String>| text.as_deref().map_or(0, str::len);
        let lengths = [
            EVENT_ID_CHARS,
            event.kind.name().len(),
            event.display_name().len(),
            event.name.len(),
            event.channel.name().len(),
            SOURCE_CHARS_MAX,
            event.message_id.len(),
            length(&event.user_id),
            length(&event.anonymous_id),
            length(&event.previous_id),
            length(&event.group_id),
            event.properties.text().len(),
            event.traits.text().len(),
            event.context.text().len(),
        ];
        bytes.iter_mut().zip(lengths).for_each(|(bytes, length)| *bytes += length);
    }
    bytes
}

impl Columns {
    fn push(&mut self, item: &ResolvedEvent, inbox_offset: u64) {
        let event = &*item.event;
        let [profile, at, received, offset] = &mut self.numbers;
        profile.append_value(item.profile.sql());
        at.append_value(event.at.ms());
        received.append_value(event.received_at.ms());
        offset.append_value(inbox_offset as i64);
        let named = matches!(event.kind, events::EventKind::Page | events::EventKind::Screen) && !event.name.is_empty();
        let [id, kind, name, page, channel, source, message, user, anonymous, previous, group, props, traits, context] =
            &mut self.texts;
        id.append_value(event_id_text(event.id));
        kind.append_value(event.kind.name());
        name.append_value(event.display_name());
        page.append_option(named.then_some(event.name.as_str()));
        channel.append_value(event.channel.name());
        source.append_option(event.source.map(|source| source.to_string()));
        message.append_value(&event.message_id);
        user.append_option(event.user_id.as_deref());
        anonymous.append_option(event.anonymous_id.as_deref());
        previous.append_option(event.previous_id.as_deref());
        group.append_option(event.group_id.as_deref());
        props.append_value(event.properties.text());
        traits.append_value(event.traits.text());
        context.append_value(event.context.text());
    }

    fn finish(self) -> Result<RecordBatch, LakeError> {
        let [mut profile, mut at, mut received, mut offset] = self.numbers;
        let mut arrays: Vec<ArrayRef> =
            vec![Arc::new(profile.finish()), Arc::new(at.finish()), Arc::new(received.finish())];
        for mut text in self.texts {
            arrays.push(Arc::new(text.finish()));
        }
        arrays.push(Arc::new(offset.finish()));
        Ok(RecordBatch::try_new(FILE_SCHEMA.clone(), arrays)?)
    }
}
