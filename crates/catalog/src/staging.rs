//! Items of a feed, checked and put aside until the feed is known to be whole.

use crate::attributes::{Flaw, RawItem};
use crate::error::Result;
use crate::limits::{REFUSED_KEPT, SWALLOWED_IDS_MAX};
use crate::product::Item;
use crate::run::{self, Run};
use crate::sql::query_in;
use base::{Timestamp, WorkspaceId};
use db::{Db, Tx, Val};
use std::collections::{HashMap, HashSet};

/// One item, as it is staged.
struct Staged {
    id: String,
    /// None: refused.
    item: Option<(i64, String)>,
}

/// What is remembered of a feed while it is read.
pub(crate) struct Staging {
    pub workspace: WorkspaceId,
    pub run: Run,
    /// Ids that came, by their hash: 16 bytes each.
    seen: HashSet<u128>,
    /// The line a quotation mark opens in that is not closed where its text ends: rows after it may be missing.
    pub stray_quote: Option<u64>,
    /// Ids of what looks like rows within quotes, and the line the quote opens in.
    pub swallowed: Vec<(String, u64)>,
}

pub(crate) fn hash_of(item: &str) -> i64 {
    xxhash_rust::xxh3::xxh3_64(item.as_bytes()) as i64
}

impl Staging {
    pub fn new(workspace: WorkspaceId, run: Run) -> Self {
        Self { workspace, run, seen: HashSet::new(), stray_quote: None, swallowed: Vec::new() }
    }

    /// Puts items aside; what is wrong with them goes into the report.
    pub async fn take(&mut self, db: &Db, items: Vec<RawItem>, now: Timestamp) -> Result<()> {
        let (mut staged, mut refused) = (Vec::with_capacity(items.len()), Vec::new());
        for raw in items {
            self.run.items += 1;
            self.note_quotes(&raw);
            match self.check(&raw) {
                Ok(item) => {
                    self.run.accepted += 1;
                    let text = serde_json::to_string(&item).unwrap_or_default();
                    staged.push(Staged { id: item.id, item: Some((hash_of(&text), text)) });
                }
                Err((flaw, is_first)) => {
                    self.run.refused += 1;
                    if self.run.refused <= REFUSED_KEPT {
                        refused.push(self.refused_row(&raw, &flaw));
                    }
                    // The product stays as it was: it is in the feed, if not readable.
                    staged.extend(raw.id().filter(|_| is_first).map(|id| Staged { id: id.to_owned(), item: None }));
                }
            }
        }
        let mut tx = db.begin().await?;
        run::hold(&mut tx, self.workspace, &self.run, now).await?;
        let rows = self.rows(&mut tx, staged).await?;
        let head = "INSERT INTO catalog_staged (workspace_id, run_id, product_id, hash, item)";
        tx.insert_many(head, "", &rows).await?;
        let head =
            "INSERT INTO catalog_refused (workspace_id, run_id, item, line, product_id, attribute, code, detail)";
        tx.insert_many(head, "", &refused).await?;
        run::save(&mut tx, self.workspace, &self.run).await?;
        Ok(tx.commit().await?)
    }

    fn note_quotes(&mut self, raw: &RawItem) {
        let Some(swallowed) = &raw.swallowed else { return };
        if raw.flaw.as_ref().is_some_and(|flaw| flaw.code == "stray_quote") {
            self.stray_quote.get_or_insert(swallowed.from);
        }
        let room = SWALLOWED_IDS_MAX - self.swallowed.len();
        self.swallowed.extend(swallowed.ids.iter().take(room).map(|id| (id.clone(), swallowed.from)));
    }

    /// The item, or what is wrong and whether its id came for the first time.
    fn check(&mut self, raw: &RawItem) -> std::result::Result<Item, (Flaw, bool)> {
        let is_first = raw.id().is_none_or(|id| self.seen.insert(xxhash_rust::xxh3::xxh3_128(id.as_bytes())));
        let item = raw.read().map_err(|flaw| (flaw, is_first))?;
        if !is_first {
            let detail = format!("the id {} came before in this feed; the first one counts", item.id);
            return Err((Flaw::new("id", "duplicate_id", detail), false));
        }
        Ok(item)
    }

    async fn rows(&self, tx: &mut Tx, staged: Vec<Staged>) -> Result<Vec<Vec<Val>>> {
        let select =
            "SELECT product_id, hash FROM catalog_product WHERE workspace_id = $1 AND source = $2 AND product_id IN";
        let ids: Vec<Val> = staged.iter().map(|one| Val::from(&one.id)).collect();
        let fixed = [self.workspace.into(), (&self.run.source).into()];
        let mut known = HashMap::new();
        for row in query_in(tx, select, &fixed, &ids).await? {
            known.insert(row.text("product_id")?, row.i64("hash")?);
        }
        let row = |one: Staged| {
            let (hash, item) = match one.item {
                None => (Val::NullI, Val::NullT),
                Some((hash, _)) if known.get(&one.id) == Some(&hash) => (Val::I(hash), Val::NullT),
                Some((hash, text)) => (Val::I(hash), Val::T(text)),
            };
            vec![self.workspace.into(), (&self.run.id).into(), one.id.into(), hash, item]
        };
        Ok(staged.into_iter().map(row).collect())
    }

    fn refused_row(&self, raw: &RawItem, flaw: &Flaw) -> Vec<Val> {
        vec![
            self.workspace.into(),
            (&self.run.id).into(),
            Val::I(raw.number as i64),
            raw.line.map(|line| line as i64).into(),
            raw.id().into(),
            flaw.attribute.clone().filter(|name| !name.contains('\0')).into(),
            flaw.code.into(),
            // A feed's bytes may be in it; a database takes no NUL.
            flaw.detail.replace('\0', "").into(),
        ]
    }
}
