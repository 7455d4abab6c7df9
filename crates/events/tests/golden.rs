//! What earlier programs wrote to the inbox is read by this one; what a later one wrote is refused by name.

use base::{EventId, SourceId, Timestamp, WorkspaceId};
use bytes::Bytes;
use events::{Channel, Offset, Origin, Record, RecordError};

const V1: &[u8] = include_bytes!("golden/record-v1.bin");

#[test]
fn a_record_of_version_1_is_read() {
    let record = Record::decode(Offset(9), &Bytes::from_static(V1)).unwrap();
    assert_eq!((record.workspace, record.offset), (WorkspaceId::new(7), Offset(9)));
    assert_eq!((record.origin, record.channel), (Origin::Segment, Channel::Shop));
    assert_eq!(record.received_at, Timestamp::from_ms(1_795_341_600_000));
    assert_eq!(record.source, Some(SourceId::from_bytes(std::array::from_fn(|index| index as u8 + 1))));
    assert_eq!(record.ids, [EventId(5), EventId(0)]);
    assert!(
        record.body.starts_with(b"{\"batch\":[{\"type\":\"track\",\"event\":\"Seen\"") && record.body.ends_with(b"]}")
    );
    assert_eq!(record.encode(), V1, "and is still what is written; a change of the layout is a new version");
}

#[test]
fn a_record_of_a_later_version_is_refused_by_name() {
    let mut later = V1.to_vec();
    later[0] = 200;
    let refused = Record::decode(Offset(0), &Bytes::from(later)).unwrap_err();
    assert_eq!(refused, RecordError::Version(200));
    assert_eq!(refused.to_string(), "record version 200 is not known to this program");
}
