//! Members that earlier programs stored are read by this one. The form is the Roaring specification's, which is the
//! same for all versions and languages; what is not of that form is refused as damaged.

use super::*;
use crate::store;
use base::SegmentId;
use db::Val;

const V1: &[u8] = include_bytes!("../../tests/golden/members-v1.bin");

#[tokio::test]
async fn stored_members_are_read_and_damaged_ones_are_refused() {
    for stored in testkit::stores(MIGRATIONS).await {
        let id = SegmentId::from_bytes([7; 16]);
        let sql = "INSERT INTO segment_member (workspace_id, segment_id, chunk, members) VALUES ($1, $2, $3, $4)";
        let row = |chunk: i64, bytes: &[u8]| -> [Val; 4] {
            [WORKSPACE.into(), id.to_string().into(), Val::I(chunk), bytes.to_vec().into()]
        };
        stored.db.execute(sql, &row(0, V1)).await.unwrap();
        let members = store::members(&stored.db, WORKSPACE, id).await.unwrap();
        assert_eq!(members.iter().collect::<Vec<_>>(), [1, 2], "{}", stored.name);
        stored.db.execute(sql, &row(1, b"a later form")).await.unwrap();
        let refused = store::members(&stored.db, WORKSPACE, id).await.unwrap_err().to_string();
        assert!(refused.contains("members"), "{refused}");
    }
}
