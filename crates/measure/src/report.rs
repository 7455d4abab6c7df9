//! Answers from the stored sums: the home screen, revenue by channel, what campaigns earned.

use crate::engine::day::day_text;
use crate::model::{
    AttributedCampaign, Attribution, ChannelGroup, ChannelRevenue, Conversions, DayNumbers, HomeNumbers, RevenuePoint,
    RevenueSeries, Tally, Totals,
};
use crate::store::CurrencyCode;
use crate::view::metric;
use crate::{MeasureError, Measures};
use base::{CampaignId, Currency, Timestamp, WorkspaceId};
use db::{Row, Val};
use std::collections::BTreeMap;

/// The longest period a report covers.
const PERIOD_DAYS_MAX: i64 = 3_660;

/// Adds up totals in one currency and keeps the others apart.
struct Purse {
    home: Currency,
    sales: Tally,
    others: BTreeMap<Currency, Tally>,
}

impl Purse {
    fn new(home: Currency) -> Self {
        Self { home, sales: Tally::none(home), others: BTreeMap::new() }
    }
    fn add(&mut self, currency: Currency, orders: i64, minor: i64) {
        if currency == self.home {
            self.sales.add(orders, minor);
        } else {
            self.others.entry(currency).or_insert_with(|| Tally::none(currency)).add(orders, minor);
        }
    }
    fn others(self) -> Vec<Tally> {
        self.others.into_values().filter(|tally| tally.orders != 0 || tally.revenue.minor != 0).collect()
    }
}

/// A row of the daily sums.
struct DailyRow {
    day: i64,
    metric: String,
    channel: String,
    currency: Option<Currency>,
    n: i64,
    sum_minor: i64,
}

impl DailyRow {
    fn read(row: &Row) -> db::Result<Self> {
        let code = row.text("currency")?;
        Ok(Self {
            day: row.i64("day")?,
            metric: row.text("metric")?,
            channel: row.text("channel")?,
            currency: Currency::parse(&code).ok(),
            n: row.i64("n")?,
            sum_minor: row.i64("sum_minor")?,
        })
    }
}

/// Sums rows of the daily table up.
struct TotalsBuilder {
    new_customers: i64,
    events: i64,
    purse: Purse,
}

impl TotalsBuilder {
    fn new(home: Currency) -> Self {
        Self { new_customers: 0, events: 0, purse: Purse::new(home) }
    }
    fn add(&mut self, row: &DailyRow) {
        match (row.metric.as_str(), row.currency) {
            (metric::EVENTS, _) => self.events += row.n,
            (metric::NEW_CUSTOMERS, _) => self.new_customers += row.n,
            (metric::ORDERS, Some(currency)) => self.purse.add(currency, row.n, row.sum_minor),
            _ => {}
        }
    }
    fn build(self) -> Totals {
        Totals {
            new_customers: self.new_customers,
            events: self.events,
            sales: self.purse.sales,
            other_currencies: self.purse.others(),
        }
    }
}

impl Measures {
    /// The numbers of the home screen; the series covers the last `days` days, today included.
    pub async fn home(&self, workspace: WorkspaceId, days: u32) -> Result<HomeNumbers, MeasureError> {
        let (basics, _, today) = self.today(workspace).await?;
        let home = basics.currency;
        let first = first_day(today, days)?;
        let rows = self.daily(workspace, first.min(today - 1), today).await?;
        let of_day = |day: i64| {
            let mut totals = TotalsBuilder::new(home);
            rows.iter().filter(|row| row.day == day).for_each(|row| totals.add(row));
            totals.build()
        };
        let mut series: BTreeMap<i64, TotalsBuilder> =
            (first..=today).map(|day| (day, TotalsBuilder::new(home))).collect();
        let mut channels: BTreeMap<&str, Tally> = BTreeMap::new();
        for row in rows.iter().filter(|row| first <= row.day) {
            if let Some(totals) = series.get_mut(&row.day) {
                totals.add(row);
            }
            if row.metric == metric::ORDERS && row.currency == Some(home) {
                channels.entry(&row.channel).or_insert_with(|| Tally::none(home)).add(row.n, row.sum_minor);
            }
        }
        let mut revenue_by_channel: Vec<_> = channels
            .into_iter()
            .map(|(channel, tally)| ChannelRevenue {
                channel: channel.to_owned(),
                orders: tally.orders,
                revenue: tally.revenue,
            })
            .collect();
        revenue_by_channel.sort_by_key(|item| std::cmp::Reverse(item.revenue.minor));
        Ok(HomeNumbers {
            totals: self.totals(workspace, home).await?,
            today: of_day(today),
            yesterday: of_day(today - 1),
            series: series.into_iter().map(|(day, totals)| day_numbers(day, totals)).collect(),
            revenue_by_channel,
        })
    }

    async fn totals(&self, workspace: WorkspaceId, home: Currency) -> Result<Totals, MeasureError> {
        let sql = "SELECT CAST(0 AS BIGINT) AS day, metric, '' AS channel, currency, CAST(SUM(n) AS BIGINT) AS n,
            CAST(SUM(sum_minor) AS BIGINT) AS sum_minor FROM measure_daily WHERE workspace_id = $1
            GROUP BY metric, currency";
        let mut totals = TotalsBuilder::new(home);
        for row in self.db().query(sql, &[workspace.into()]).await? {
            totals.add(&DailyRow::read(&row)?);
        }
        Ok(totals.build())
    }

    async fn daily(&self, workspace: WorkspaceId, from: i64, until: i64) -> Result<Vec<DailyRow>, MeasureError> {
        let sql = "SELECT day, metric, channel, currency, n, sum_minor FROM measure_daily
            WHERE workspace_id = $1 AND day >= $2 AND day <= $3 ORDER BY day, metric, channel, currency";
        let rows = self.db().query(sql, &[workspace.into(), from.into(), until.into()]).await?;
        Ok(rows.iter().map(DailyRow::read).collect::<db::Result<_>>()?)
    }

    /// Orders and net revenue by day and channel over the last `days` days.
    pub async fn revenue(&self, workspace: WorkspaceId, days: u32) -> Result<RevenueSeries, MeasureError> {
        let (basics, _, today) = self.today(workspace).await?;
        let mut purse = Purse::new(basics.currency);
        let mut items = Vec::new();
        for row in self.daily(workspace, first_day(today, days)?, today).await? {
            let (metric::ORDERS, Some(currency)) = (row.metric.as_str(), row.currency) else { continue };
            purse.add(currency, row.n, row.sum_minor);
            if currency == basics.currency && (row.n != 0 || row.sum_minor != 0) {
                let day = day_text(row.day);
                items.push(RevenuePoint { day, channel: row.channel, orders: row.n, revenue_minor: row.sum_minor });
            }
        }
        Ok(RevenueSeries { items, currency: basics.currency, other_currencies: purse.others() })
    }

    /// What a campaign earned, online and in the shop together and apart.
    pub async fn conversions(&self, workspace: WorkspaceId, campaign: CampaignId) -> Result<Conversions, MeasureError> {
        let home = self.workspaces().basics(workspace).await?.currency;
        let rule = self.attribution_rule(workspace).await?;
        let sql = "SELECT o.channel, o.currency, CAST(SUM(o.counted) AS BIGINT) AS n,
                CAST(SUM(o.net_minor) AS BIGINT) AS sum_minor
            FROM measure_credit c JOIN measure_order o
                ON o.workspace_id = c.workspace_id AND o.order_id = c.order_id
            WHERE c.workspace_id = $1 AND c.campaign_id = $2 GROUP BY o.channel, o.currency";
        let mut purse = Purse::new(home);
        let [mut online, mut shop, mut phone] = [Tally::none(home); 3];
        for row in self.db().query(sql, &[workspace.into(), campaign.to_string().into()]).await? {
            let (orders, minor) = (row.i64("n")?, row.i64("sum_minor")?);
            let currency = row.parse::<CurrencyCode>("currency")?.0;
            purse.add(currency, orders, minor);
            if currency == home {
                match ChannelGroup::of(&row.text("channel")?) {
                    ChannelGroup::Online => online.add(orders, minor),
                    ChannelGroup::Shop => shop.add(orders, minor),
                    ChannelGroup::Phone => phone.add(orders, minor),
                }
            }
        }
        let total = purse.sales;
        Ok(Conversions { total, online, shop, phone, other_currencies: purse.others(), rule })
    }

    /// Orders credited to a campaign, counted per `bucket_ms` from the epoch; buckets without one are left out.
    pub async fn conversion_series(
        &self,
        workspace: WorkspaceId,
        campaign: CampaignId,
        bucket_ms: i64,
    ) -> Result<Vec<(Timestamp, i64)>, MeasureError> {
        let sql = "SELECT o.at_ms / $3 AS bucket, CAST(SUM(o.counted) AS BIGINT) AS n
            FROM measure_credit c JOIN measure_order o
                ON o.workspace_id = c.workspace_id AND o.order_id = c.order_id
            WHERE c.workspace_id = $1 AND c.campaign_id = $2 GROUP BY o.at_ms / $3 ORDER BY bucket";
        let bucket_ms = bucket_ms.max(1);
        let args = [workspace.into(), campaign.to_string().into(), Val::I(bucket_ms)];
        let rows = self.db().query(sql, &args).await?;
        let read = |row: &Row| Ok((Timestamp::from_ms(row.i64("bucket")? * bucket_ms), row.i64("n")?));
        Ok(rows.iter().map(read).collect::<db::Result<_>>()?)
    }

    /// Who earned the orders of the last `days` days; campaigns by revenue, then what nobody earned.
    pub async fn attribution(&self, workspace: WorkspaceId, days: u32) -> Result<Attribution, MeasureError> {
        let (basics, calendar, today) = self.today(workspace).await?;
        let from = calendar.start_of(first_day(today, days)?);
        let sql = "SELECT c.campaign_id, o.currency, CAST(SUM(o.counted) AS BIGINT) AS n,
                CAST(SUM(o.net_minor) AS BIGINT) AS sum_minor
            FROM measure_order o LEFT JOIN measure_credit c
                ON c.workspace_id = o.workspace_id AND c.order_id = o.order_id
            WHERE o.workspace_id = $1 AND o.at_ms >= $2 GROUP BY c.campaign_id, o.currency";
        let mut purse = Purse::new(basics.currency);
        let mut campaigns: BTreeMap<CampaignId, Tally> = BTreeMap::new();
        for row in self.db().query(sql, &[workspace.into(), from.into()]).await? {
            let (orders, minor) = (row.i64("n")?, row.i64("sum_minor")?);
            let currency = row.parse::<CurrencyCode>("currency")?.0;
            let campaign = row.opt_text("campaign_id")?.and_then(|id| id.parse::<CampaignId>().ok());
            match campaign {
                Some(campaign) if currency == basics.currency => {
                    campaigns.entry(campaign).or_insert_with(|| Tally::none(currency)).add(orders, minor);
                }
                _ => purse.add(currency, orders, minor),
            }
        }
        let mut campaigns: Vec<_> =
            campaigns.into_iter().map(|(campaign, sales)| AttributedCampaign { campaign, sales }).collect();
        campaigns.sort_by_key(|item| std::cmp::Reverse(item.sales.revenue.minor));
        let rule = self.attribution_rule(workspace).await?;
        Ok(Attribution { campaigns, unattributed: purse.sales, other_currencies: purse.others(), rule })
    }
}

/// Refuses a period that is none or too long.
fn first_day(today: i64, days: u32) -> Result<i64, MeasureError> {
    let days = i64::from(days);
    if (1..=PERIOD_DAYS_MAX).contains(&days) {
        return Ok(today - days + 1);
    }
    Err(MeasureError::Period { days, max: PERIOD_DAYS_MAX })
}

fn day_numbers(day: i64, totals: TotalsBuilder) -> DayNumbers {
    DayNumbers {
        day: day_text(day),
        customers: totals.new_customers,
        events: totals.events,
        orders: totals.purse.sales.orders,
        revenue_minor: totals.purse.sales.revenue.minor,
    }
}
