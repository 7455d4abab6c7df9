//! What a campaign's rows and hits add up to. Everything is counted from rows at the time of asking.

use crate::error::Result;
use crate::model::{Progress, State};
use crate::service::Deliver;
use crate::store::{id_of, id_val};
use base::{MessageId, Page, PageRequest, ProfileId, Timestamp, WorkspaceId};
use db::{Row, Val};

const FAILURE_REASONS_MAX: i64 = 50;
const LINKS_MAX: i64 = 200;
/// Series are cut into this many points at most; the step is a whole number of minutes.
const SERIES_POINTS: i64 = 120;
const MINUTE_MS: i64 = 60_000;

/// Counts of opens or clicks: hits by class, and recipients with at least one human hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HitCounts {
    pub human: u64,
    pub machine: u64,
    pub unknown: u64,
    pub unique: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRow {
    pub url: String,
    pub clicks_human: u64,
    pub clicks_machine: u64,
    /// Recipients with a human click on it.
    pub unique: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureRow {
    /// `bounced hard`, `failed`, `skipped no_consent`, …
    pub reason: String,
    pub count: u64,
    /// One server's words.
    pub example: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SeriesPoint {
    pub at: Timestamp,
    pub sent: u64,
    pub opened: u64,
    pub clicked: u64,
}

/// A campaign's delivery report; conversions are in `measure`.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryReport {
    pub progress: Progress,
    /// Accepted and not bounced, as a share of what was handed over; None before anything was.
    pub delivered_rate: Option<f64>,
    pub opens: HitCounts,
    pub clicks: HitCounts,
    pub unsubscribes: u64,
    pub complaints: u64,
    pub links: Vec<LinkRow>,
    pub failures: Vec<FailureRow>,
    pub series: Vec<SeriesPoint>,
}

/// One recipient of a campaign, as listed.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipient {
    pub message: MessageId,
    pub campaign: String,
    pub profile: ProfileId,
    pub occurrence: String,
    pub channel: String,
    pub address: String,
    pub state: State,
    pub reason: Option<String>,
    pub attempts: u32,
    pub sent: Option<Timestamp>,
    pub delivered: Option<Timestamp>,
    pub opened: Option<Timestamp>,
    pub clicked: Option<Timestamp>,
    /// A machine opened or clicked it.
    pub machine: bool,
    pub unsubscribed: Option<Timestamp>,
}

const RECIPIENT_COLUMNS: &str = "id, campaign_id, profile_id, occurrence, channel, address, state, reason, attempts, sent_ms, \
    delivered_ms, opened_ms, clicked_ms, (machine_open OR machine_click) AS machine, unsubscribed_ms";

/// Which recipients are asked for.
#[derive(Debug, Clone, Default)]
pub struct RecipientFilter {
    pub state: Option<State>,
    /// Part of the address.
    pub search: Option<String>,
}

impl Deliver {
    /// Recipients in order of their profiles.
    pub async fn recipients(
        &self,
        workspace: WorkspaceId,
        campaign: &str,
        filter: &RecipientFilter,
        page: &PageRequest,
    ) -> Result<Page<Recipient>> {
        let after = page.cursor.as_deref().and_then(|cursor| cursor.split_once('~'));
        let (profile, occurrence) = match after {
            Some((profile, occurrence)) => (profile.parse().unwrap_or(-1), occurrence),
            None => (-1, ""),
        };
        let mut sql = format!(
            "SELECT {RECIPIENT_COLUMNS} FROM outbox WHERE workspace_id = $1 AND campaign_id = $2 \
             AND (profile_id, occurrence) > ($3, $4)"
        );
        let mut args: Vec<Val> = vec![workspace.into(), campaign.into(), Val::I(profile), occurrence.into()];
        if let Some(state) = filter.state {
            args.push(Val::I(state.rank()));
            sql.push_str(&format!(" AND state = ${}", args.len()));
        }
        if let Some(search) = filter.search.as_deref().filter(|search| !search.is_empty()) {
            args.push(format!("%{}%", escape_like(&search.to_lowercase())).into());
            sql.push_str(&format!(" AND lower(address) LIKE ${} ESCAPE '!'", args.len()));
        }
        args.push(Val::I(i64::from(page.limit()) + 1));
        sql.push_str(&format!(" ORDER BY profile_id, occurrence LIMIT ${}", args.len()));
        let rows = self.db().query(&sql, &args).await?;
        let items = rows.iter().map(recipient_of).collect::<db::Result<Vec<_>>>()?;
        Ok(Page::cut(items, page.limit(), |last| format!("{}~{}", last.profile.number(), last.occurrence)))
    }

    /// What was sent to these profiles (a merged customer has several), newest first.
    pub async fn messages_of(
        &self,
        workspace: WorkspaceId,
        profiles: &[ProfileId],
        limit: usize,
    ) -> Result<Vec<Recipient>> {
        let mut found = Vec::new();
        for profile in profiles {
            let sql = format!(
                "SELECT {RECIPIENT_COLUMNS} FROM outbox WHERE workspace_id = $1 AND profile_id = $2 \
                 ORDER BY created_ms DESC LIMIT $3"
            );
            for row in self.db().query(&sql, &[workspace.into(), (*profile).into(), limit.into()]).await? {
                found.push(recipient_of(&row)?);
            }
        }
        found.sort_by_key(|message| std::cmp::Reverse((message.sent, message.message)));
        found.truncate(limit);
        Ok(found)
    }

    /// One message's row.
    pub async fn recipient(&self, workspace: WorkspaceId, message: MessageId) -> Result<Option<Recipient>> {
        let sql = format!("SELECT {RECIPIENT_COLUMNS} FROM outbox WHERE workspace_id = $1 AND id = $2");
        let row = self.db().query_one(&sql, &[workspace.into(), id_val(message)]).await?;
        Ok(row.map(|row| recipient_of(&row)).transpose()?)
    }

    /// The whole report of a campaign.
    pub async fn report(&self, workspace: WorkspaceId, campaign: &str) -> Result<DeliveryReport> {
        let progress = self.progress(workspace, campaign).await?;
        let arrived = progress.sent + progress.delivered;
        let handed = arrived + progress.bounced;
        let (opens, clicks, unsubscribes, complaints) = self.hit_counts(workspace, campaign).await?;
        Ok(DeliveryReport {
            progress,
            delivered_rate: (handed > 0).then(|| arrived as f64 / handed as f64),
            opens,
            clicks,
            unsubscribes,
            complaints,
            links: self.link_rows(workspace, campaign).await?,
            failures: self.failure_rows(workspace, campaign).await?,
            series: self.series(workspace, campaign).await?,
        })
    }

    async fn hit_counts(&self, workspace: WorkspaceId, campaign: &str) -> Result<(HitCounts, HitCounts, u64, u64)> {
        let key = [workspace.into(), campaign.into()];
        let (mut opens, mut clicks) = (HitCounts::default(), HitCounts::default());
        let sql = "SELECT kind, class, COUNT(*) AS hits FROM message_hit WHERE workspace_id = $1 AND campaign_id = $2 \
                   GROUP BY kind, class";
        for row in self.db().query(sql, &key).await? {
            let counts = if row.text("kind")? == "open" { &mut opens } else { &mut clicks };
            match row.text("class")?.as_str() {
                "human" => counts.human = count_of(&row, "hits")?,
                "machine" => counts.machine = count_of(&row, "hits")?,
                _ => counts.unknown = count_of(&row, "hits")?,
            }
        }
        let sql = "SELECT COUNT(opened_ms) AS opened, COUNT(clicked_ms) AS clicked, COUNT(unsubscribed_ms) AS unsubscribed, \
                   COUNT(complained_ms) AS complained FROM outbox WHERE workspace_id = $1 AND campaign_id = $2";
        let Some(row) = self.db().query_one(sql, &key).await? else { return Ok((opens, clicks, 0, 0)) };
        opens.unique = count_of(&row, "opened")?;
        clicks.unique = count_of(&row, "clicked")?;
        Ok((opens, clicks, count_of(&row, "unsubscribed")?, count_of(&row, "complained")?))
    }

    async fn link_rows(&self, workspace: WorkspaceId, campaign: &str) -> Result<Vec<LinkRow>> {
        let sql = "SELECT url, COUNT(*) FILTER (WHERE class = 'human') AS human, \
                   COUNT(*) FILTER (WHERE class = 'machine') AS machine, \
                   COUNT(DISTINCT CASE WHEN class = 'human' THEN message_id END) AS recipients \
                   FROM message_hit WHERE workspace_id = $1 AND campaign_id = $2 AND kind = 'click' \
                   GROUP BY url ORDER BY human DESC, url LIMIT $3";
        let rows = self.db().query(sql, &[workspace.into(), campaign.into(), Val::I(LINKS_MAX)]).await?;
        let links = rows.iter().map(|row| {
            Ok(LinkRow {
                url: row.text("url")?,
                clicks_human: count_of(row, "human")?,
                clicks_machine: count_of(row, "machine")?,
                unique: count_of(row, "recipients")?,
            })
        });
        Ok(links.collect::<db::Result<Vec<_>>>()?)
    }

    async fn failure_rows(&self, workspace: WorkspaceId, campaign: &str) -> Result<Vec<FailureRow>> {
        // Skips are few fixed words and group by themselves; servers' words differ by address, so those group by kind.
        let sql = "SELECT state, COALESCE(bounce_kind, CASE WHEN state = 5 THEN reason ELSE '' END) AS kind, \
                   COUNT(*) AS messages, MIN(reason) AS example FROM outbox \
                   WHERE workspace_id = $1 AND campaign_id = $2 AND state IN (2, 5, 6, 7) \
                   GROUP BY state, COALESCE(bounce_kind, CASE WHEN state = 5 THEN reason ELSE '' END) \
                   ORDER BY messages DESC LIMIT $3";
        let rows = self.db().query(sql, &[workspace.into(), campaign.into(), Val::I(FAILURE_REASONS_MAX)]).await?;
        let failures = rows.iter().map(|row| {
            let state = State::of_rank(row.i64("state")?).name();
            let kind = row.opt_text("kind")?.unwrap_or_default();
            Ok(FailureRow {
                reason: if kind.is_empty() { state.to_owned() } else { format!("{state} {kind}") },
                count: count_of(row, "messages")?,
                example: row.opt_text("example")?.unwrap_or_default(),
            })
        });
        Ok(failures.collect::<db::Result<Vec<_>>>()?)
    }

    /// First sendings, first human opens and first human clicks over time.
    async fn series(&self, workspace: WorkspaceId, campaign: &str) -> Result<Vec<SeriesPoint>> {
        let key = [workspace.into(), campaign.into()];
        let sql = "SELECT MIN(sent_ms) AS first, MAX(COALESCE(clicked_ms, opened_ms, sent_ms)) AS last FROM outbox \
                   WHERE workspace_id = $1 AND campaign_id = $2 AND sent_ms IS NOT NULL";
        let Some(row) = self.db().query_one(sql, &key).await? else { return Ok(Vec::new()) };
        let (Some(first), Some(last)) = (row.opt_i64("first")?, row.opt_i64("last")?) else { return Ok(Vec::new()) };
        let step = ((last - first) / SERIES_POINTS / MINUTE_MS + 1) * MINUTE_MS;
        let start = first - first.rem_euclid(step);
        let points = (last - start) / step + 1;
        let mut series: Vec<SeriesPoint> = (0..points)
            .map(|index| SeriesPoint { at: Timestamp::from_ms(start + index * step), ..SeriesPoint::default() })
            .collect();
        for column in ["sent_ms", "opened_ms", "clicked_ms"] {
            let sql = format!(
                "SELECT ({column} - $3) / $4 AS point, COUNT(*) AS messages FROM outbox \
                 WHERE workspace_id = $1 AND campaign_id = $2 AND {column} IS NOT NULL GROUP BY ({column} - $3) / $4"
            );
            let args = [key[0].clone(), key[1].clone(), Val::I(start), Val::I(step)];
            for row in self.db().query(&sql, &args).await? {
                let index = usize::try_from(row.i64("point")?).unwrap_or(0).min(series.len() - 1);
                let count = count_of(&row, "messages")?;
                match column {
                    "sent_ms" => series[index].sent += count,
                    "opened_ms" => series[index].opened += count,
                    _ => series[index].clicked += count,
                }
            }
        }
        Ok(series)
    }
}

fn count_of(row: &Row, column: &str) -> db::Result<u64> {
    Ok(row.i64(column)?.max(0) as u64)
}

fn escape_like(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

fn recipient_of(row: &Row) -> db::Result<Recipient> {
    Ok(Recipient {
        message: id_of(row, "id")?,
        campaign: row.text("campaign_id")?,
        profile: ProfileId::from_sql(row.i64("profile_id")?),
        occurrence: row.text("occurrence")?,
        channel: row.text("channel")?,
        address: row.text("address")?,
        state: State::of_rank(row.i64("state")?),
        reason: row.opt_text("reason")?,
        attempts: row.i64("attempts")?.clamp(0, i64::from(u32::MAX)) as u32,
        sent: row.opt_time("sent_ms")?,
        delivered: row.opt_time("delivered_ms")?,
        opened: row.opt_time("opened_ms")?,
        clicked: row.opt_time("clicked_ms")?,
        machine: row.bool("machine")?,
        unsubscribed: row.opt_time("unsubscribed_ms")?,
    })
}
