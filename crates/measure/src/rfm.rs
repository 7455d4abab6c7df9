//! RFM of a workspace: what is chosen, the count that gives the boundaries, and where one customer stands.
//!
//! The count reads orders in pages of customers, twice: once for the boundaries, once for how many stand where. Its
//! memory is bounded whatever the number of customers, and it holds no lock. It is done again when the window or the
//! boundaries were changed, when the number of orders changed by a tenth, and once a day, because recency grows by
//! itself. A score is never stored: it follows from the customer's orders and the boundaries of the last count.

use crate::engine::rfm::{Cuts, Histogram, RFM_SCORES, RfmBoundaries, RfmFigures, RfmScores, RfmSegment};
use crate::view::metric;
use crate::{MeasureError, Measures};
use base::{Currency, ProfileId, Timestamp, WorkspaceId};
use db::{Row, Val};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How far back orders are counted unless told otherwise.
pub const WINDOW_DAYS_DEFAULT: i64 = 365;
const WINDOW_DAYS_MAX: i64 = 3_660;
/// Boundaries by hand: a century of days, a million orders, ten thousand billion of a currency in cents.
const RECENCY_DAYS_MAX: i64 = 36_500;
const FREQUENCY_MAX: i64 = 1_000_000;
const MONETARY_MINOR_MAX: i64 = 1_000_000_000_000_000;
/// Customers in one page of a count.
const PAGE_CUSTOMERS: usize = 5_000;
/// Different sums a count tells apart before it rounds them: some 10 MB.
const DIFFERENT_VALUES_MAX: usize = 100_000;
/// A workspace with at most this many orders is counted while its rule is saved.
const COUNT_AT_ONCE_ORDERS: i64 = 50_000;
const DAY_MS: i64 = 86_400_000;
/// A count is due again when orders changed by one in so many.
const CHANGED_PART: i64 = 10;

/// What a workspace chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RfmRule {
    pub window_days: i64,
    /// None: quintiles of the customers.
    pub by_hand: Option<RfmBoundaries>,
}

impl Default for RfmRule {
    fn default() -> Self {
        Self { window_days: WINDOW_DAYS_DEFAULT, by_hand: None }
    }
}

/// How many customers have a recency and a frequency-and-money score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RfmCell {
    pub recency: usize,
    pub frequency_monetary: usize,
    pub customers: u64,
}

impl RfmCell {
    pub fn segment(&self) -> RfmSegment {
        RfmSegment::of(self.recency, self.frequency_monetary)
    }
}

/// What a count found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RfmCount {
    pub window_days: i64,
    pub boundaries: RfmBoundaries,
    /// Customers with an order, ever.
    pub customers: u64,
    /// Of them, those with an order within the window: quintiles are of these.
    pub within_window: u64,
    /// All 25, best recency first.
    pub cells: Vec<RfmCell>,
}

/// Rule and count of a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RfmState {
    pub rule: RfmRule,
    pub currency: Currency,
    /// None: never counted, or nobody has ordered.
    pub count: Option<RfmCount>,
    pub counted_at: Option<Timestamp>,
    /// A count is on its way.
    pub due: bool,
}

/// Where a customer stands, and by which boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RfmStanding {
    pub figures: RfmFigures,
    pub scores: RfmScores,
    pub boundaries: RfmBoundaries,
    pub currency: Currency,
    pub window_days: i64,
    pub counted_at: Timestamp,
}

impl RfmRule {
    pub fn checked(self) -> Result<Self, MeasureError> {
        if !(1..=WINDOW_DAYS_MAX).contains(&self.window_days) {
            let detail = format!("the window is 1 to {WINDOW_DAYS_MAX} days, not {}", self.window_days);
            return Err(MeasureError::Rfm { pointer: "/window_days", detail });
        }
        if let Some(boundaries) = &self.by_hand {
            let RfmBoundaries { recency_days, frequency, monetary_minor } = boundaries;
            ascending("/boundaries/recency_days", recency_days, 0, RECENCY_DAYS_MAX)?;
            ascending("/boundaries/frequency", frequency, 0, FREQUENCY_MAX)?;
            ascending("/boundaries/monetary_minor", monetary_minor, -MONETARY_MINOR_MAX, MONETARY_MINOR_MAX)?;
        }
        Ok(self)
    }

    fn by_hand_json(&self) -> Result<String, MeasureError> {
        self.by_hand.as_ref().map_or(Ok(String::new()), json)
    }
}

fn ascending(pointer: &'static str, cuts: &Cuts, min: i64, max: i64) -> Result<(), MeasureError> {
    if cuts.is_sorted() && min <= cuts[0] && cuts[cuts.len() - 1] <= max {
        return Ok(());
    }
    let detail = format!("{cuts:?} are not four numbers from {min} to {max}, none smaller than the one before");
    Err(MeasureError::Rfm { pointer, detail })
}

fn json(value: &impl Serialize) -> Result<String, MeasureError> {
    let broken = |error: serde_json::Error| {
        MeasureError::Db(db::DbError::Decode { column: "rfm".into(), detail: error.to_string() })
    };
    serde_json::to_string(value).map_err(broken)
}

/// JSON of a column; None: empty.
fn read_json<T: for<'de> Deserialize<'de>>(row: &Row, column: &str) -> db::Result<Option<T>> {
    let text = row.text(column)?;
    if text.is_empty() {
        return Ok(None);
    }
    let broken =
        |error: serde_json::Error| db::DbError::Decode { column: column.to_owned(), detail: error.to_string() };
    serde_json::from_str(&text).map(Some).map_err(broken)
}

/// What a row of the table says.
struct Stored {
    rule: RfmRule,
    count: Option<RfmCount>,
    orders: i64,
    counted_at: Timestamp,
    due: bool,
}

const COLUMNS: &str = "workspace_id, window_days, by_hand, counted, orders, counted_at_ms, due";

impl Stored {
    fn read(row: &Row) -> db::Result<Self> {
        Ok(Self {
            rule: RfmRule { window_days: row.i64("window_days")?, by_hand: read_json(row, "by_hand")? },
            count: read_json(row, "counted")?,
            orders: row.i64("orders")?,
            counted_at: row.time("counted_at_ms")?,
            due: row.bool("due")?,
        })
    }

    /// A day has passed, or many orders have come or gone.
    fn is_due(&self, orders: i64, now: Timestamp) -> bool {
        let changed = orders.abs_diff(self.orders);
        self.due
            || now.ms_since(self.counted_at) >= DAY_MS
            || (changed > 0 && changed >= self.orders.unsigned_abs() / CHANGED_PART as u64)
    }
}

impl Measures {
    /// What a workspace chose and what was counted last.
    pub async fn rfm(&self, workspace: WorkspaceId) -> Result<RfmState, MeasureError> {
        let currency = self.workspaces().basics(workspace).await?.currency;
        let stored = self.rfm_stored(workspace).await?;
        Ok(match stored {
            None => RfmState { rule: RfmRule::default(), currency, count: None, counted_at: None, due: false },
            Some(stored) => RfmState {
                rule: stored.rule,
                currency,
                counted_at: stored.count.is_some().then_some(stored.counted_at),
                count: stored.count,
                due: stored.due,
            },
        })
    }

    /// Saves the rule and counts by it: at once in a small workspace, else with the next [`Self::refresh_rfm`].
    pub async fn set_rfm(&self, workspace: WorkspaceId, rule: RfmRule) -> Result<RfmState, MeasureError> {
        let rule = rule.checked()?;
        let sql = "INSERT INTO measure_rfm (workspace_id, window_days, by_hand, counted, orders, counted_at_ms, due)
            VALUES ($1, $2, $3, '', 0, 0, TRUE)
            ON CONFLICT (workspace_id) DO UPDATE SET window_days = excluded.window_days, by_hand = excluded.by_hand,
            due = TRUE";
        self.db().execute(sql, &[workspace.into(), rule.window_days.into(), rule.by_hand_json()?.into()]).await?;
        let orders = self.orders_by_workspace().await?.get(&workspace).copied().unwrap_or_default();
        if orders <= COUNT_AT_ONCE_ORDERS {
            self.count_rfm(workspace, orders).await?;
        }
        self.rfm(workspace).await
    }

    /// Counts the workspaces where it is due; answers how many. A workspace that cannot be counted keeps no other from
    /// it: why is in the log of the program.
    pub async fn refresh_rfm(&self) -> Result<usize, MeasureError> {
        let mut stored = BTreeMap::new();
        for row in self.db().query(&format!("SELECT {COLUMNS} FROM measure_rfm"), &[]).await? {
            stored.insert(WorkspaceId::from_sql(row.i64("workspace_id")?), Stored::read(&row));
        }
        let mut counted = 0;
        let now = self.clock().now();
        let mut orders = self.orders_by_workspace().await?;
        for workspace in stored.keys() {
            orders.entry(*workspace).or_default();
        }
        for (workspace, orders) in orders {
            let done = match stored.remove(&workspace) {
                Some(Ok(stored)) if !stored.is_due(orders, now) => continue,
                Some(Err(error)) => Err(error.into()),
                _ => self.count_rfm(workspace, orders).await,
            };
            match done {
                Ok(()) => counted += 1,
                Err(error) => tracing::warn!(%workspace, %error, "customers could not be scored; trying again"),
            }
        }
        Ok(counted)
    }

    /// Where a customer stands; None: nobody was counted yet, or the customer never ordered.
    pub async fn rfm_of(
        &self,
        workspace: WorkspaceId,
        profile: ProfileId,
    ) -> Result<Option<RfmStanding>, MeasureError> {
        let Some(Stored { count: Some(count), counted_at, .. }) = self.rfm_stored(workspace).await? else {
            return Ok(None);
        };
        let (basics, _, today) = self.today(workspace).await?;
        let window = Window { today, days: count.window_days, currency: basics.currency };
        let sql = format!(
            "SELECT {FIGURES} FROM measure_order WHERE workspace_id = $1 AND profile_id = $4 AND counted > 0 GROUP BY profile_id"
        );
        let [first, currency] = window.args();
        let Some(row) = self.db().query_one(&sql, &[workspace.into(), first, currency, profile.into()]).await? else {
            return Ok(None);
        };
        let figures = window.figures(&row)?;
        Ok(Some(RfmStanding {
            figures,
            scores: count.boundaries.scores(figures),
            boundaries: count.boundaries,
            currency: basics.currency,
            window_days: count.window_days,
            counted_at,
        }))
    }

    async fn rfm_stored(&self, workspace: WorkspaceId) -> Result<Option<Stored>, MeasureError> {
        let sql = format!("SELECT {COLUMNS} FROM measure_rfm WHERE workspace_id = $1");
        let row = self.db().query_one(&sql, &[workspace.into()]).await?;
        Ok(row.as_ref().map(Stored::read).transpose()?)
    }

    /// Orders of all time, from the daily sums.
    async fn orders_by_workspace(&self) -> Result<BTreeMap<WorkspaceId, i64>, MeasureError> {
        let sql = "SELECT workspace_id, CAST(SUM(n) AS BIGINT) AS n FROM measure_daily WHERE metric = $1 GROUP BY workspace_id";
        let rows = self.db().query(sql, &[metric::ORDERS.into()]).await?;
        let read = |row: &Row| Ok((WorkspaceId::from_sql(row.i64("workspace_id")?), row.i64("n")?));
        Ok(rows.iter().map(read).collect::<db::Result<_>>()?)
    }

    /// Counts a workspace by its rule and stores what was found.
    async fn count_rfm(&self, workspace: WorkspaceId, orders: i64) -> Result<(), MeasureError> {
        let rule = self.rfm_stored(workspace).await?.map_or_else(RfmRule::default, |stored| stored.rule);
        let (basics, _, today) = self.today(workspace).await?;
        let window = Window { today, days: rule.window_days, currency: basics.currency };
        let boundaries = match rule.by_hand {
            Some(boundaries) => Some(boundaries),
            None => self.quintiles(workspace, window).await?,
        };
        let counted = match boundaries {
            Some(boundaries) => json(&self.cells(workspace, window, boundaries).await?)?,
            None => String::new(),
        };
        // A rule that was changed meanwhile stays due.
        let sql = "INSERT INTO measure_rfm (workspace_id, window_days, by_hand, counted, orders, counted_at_ms, due)
            VALUES ($1, $2, $3, $4, $5, $6, FALSE)
            ON CONFLICT (workspace_id) DO UPDATE SET counted = excluded.counted, orders = excluded.orders,
            counted_at_ms = excluded.counted_at_ms,
            due = measure_rfm.window_days <> excluded.window_days OR measure_rfm.by_hand <> excluded.by_hand";
        let args = [
            workspace.into(),
            rule.window_days.into(),
            rule.by_hand_json()?.into(),
            counted.into(),
            orders.into(),
            self.clock().now().into(),
        ];
        self.db().execute(sql, &args).await?;
        Ok(())
    }

    /// Quintiles over the customers with an order within the window; None: there is none.
    async fn quintiles(&self, workspace: WorkspaceId, window: Window) -> Result<Option<RfmBoundaries>, MeasureError> {
        let [mut recency, mut frequency, mut monetary] = [(); 3].map(|()| Histogram::new(DIFFERENT_VALUES_MAX));
        let mut after = ProfileId::new(0);
        while let Some(page) = self.figures_page(workspace, window, &mut after).await? {
            for figures in page.into_iter().filter(|figures| figures.frequency > 0) {
                recency.add(figures.recency_days);
                frequency.add(figures.frequency);
                monetary.add(figures.monetary_minor);
            }
        }
        let cuts = (recency.quintiles(), frequency.quintiles(), monetary.quintiles());
        Ok(match cuts {
            (Some(recency_days), Some(frequency), Some(monetary_minor)) => {
                Some(RfmBoundaries { recency_days, frequency, monetary_minor })
            }
            _ => None,
        })
    }

    async fn cells(
        &self,
        workspace: WorkspaceId,
        window: Window,
        boundaries: RfmBoundaries,
    ) -> Result<RfmCount, MeasureError> {
        let mut counts = [[0u64; RFM_SCORES]; RFM_SCORES];
        let (mut customers, mut within_window) = (0, 0);
        let mut after = ProfileId::new(0);
        while let Some(page) = self.figures_page(workspace, window, &mut after).await? {
            for figures in page {
                let scores = boundaries.scores(figures);
                counts[scores.recency - 1][scores.frequency_monetary() - 1] += 1;
                customers += 1;
                within_window += u64::from(figures.frequency > 0);
            }
        }
        let cell = |recency: usize, frequency_monetary: usize| RfmCell {
            recency,
            frequency_monetary,
            customers: counts[recency - 1][frequency_monetary - 1],
        };
        let cells = (1..=RFM_SCORES).rev().flat_map(|recency| (1..=RFM_SCORES).map(move |fm| (recency, fm)));
        let cells = cells.map(|(recency, fm)| cell(recency, fm)).collect();
        Ok(RfmCount { window_days: window.days, boundaries, customers, within_window, cells })
    }

    /// The figures of the next customers after `after`, which moves on; None: there are no more.
    async fn figures_page(
        &self,
        workspace: WorkspaceId,
        window: Window,
        after: &mut ProfileId,
    ) -> Result<Option<Vec<RfmFigures>>, MeasureError> {
        // Orders of somebody who was erased are nobody's (profile 0).
        let sql = format!(
            "SELECT profile_id, {FIGURES} FROM measure_order
             WHERE workspace_id = $1 AND profile_id > $4 AND counted > 0
             GROUP BY profile_id ORDER BY profile_id LIMIT $5"
        );
        let [first, currency] = window.args();
        let args = [workspace.into(), first, currency, (*after).into(), PAGE_CUSTOMERS.into()];
        let rows = self.db().query(&sql, &args).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        *after = ProfileId::from_sql(last.i64("profile_id")?);
        let page = rows.iter().map(|row| window.figures(row)).collect::<db::Result<_>>()?;
        Ok(Some(page))
    }
}

/// $2: the first day of the window; $3: the workspace's currency.
const FIGURES: &str = "MAX(day) AS last_day,
    CAST(SUM(CASE WHEN day >= $2 THEN counted ELSE 0 END) AS BIGINT) AS orders,
    CAST(SUM(CASE WHEN day >= $2 AND currency = $3 THEN net_minor ELSE 0 END) AS BIGINT) AS revenue_minor";

/// The days that count, today included.
#[derive(Debug, Clone, Copy)]
struct Window {
    today: i64,
    days: i64,
    currency: Currency,
}

impl Window {
    fn args(&self) -> [Val; 2] {
        [(self.today - self.days + 1).into(), self.currency.code().into()]
    }

    fn figures(&self, row: &Row) -> db::Result<RfmFigures> {
        Ok(RfmFigures {
            // An order dated tomorrow was placed today.
            recency_days: (self.today - row.i64("last_day")?).max(0),
            frequency: row.i64("orders")?,
            monetary_minor: row.i64("revenue_minor")?,
        })
    }
}
