//! Progress on standard error while something runs on the server.

use super::client::Client;
use super::output::count;
use futures::StreamExt;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use std::pin::pin;

/// A campaign until it is finished, paused or cancelled: the last progress that came.
pub async fn campaign(client: &Client, id: &str) -> anyhow::Result<Value> {
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} done  {msg}  {per_sec}  {eta} left")?);
    let mut last = client.get(&format!("/api/v1/campaigns/{id}/progress")).await?;
    let mut stream = pin!(client.events(&format!("/api/v1/campaigns/{id}/progress/stream")).await?);
    while is_on_its_way(&last) {
        show(&bar, &last);
        match stream.next().await {
            Some(event) => {
                let (name, progress) = event?;
                if name == "progress" {
                    last = progress;
                }
            }
            None => {
                last = client.get(&format!("/api/v1/campaigns/{id}/progress")).await?;
                if is_on_its_way(&last) {
                    stream.set(client.events(&format!("/api/v1/campaigns/{id}/progress/stream")).await?);
                }
            }
        }
    }
    bar.finish_and_clear();
    Ok(last)
}

fn is_on_its_way(progress: &Value) -> bool {
    matches!(progress["state"].as_str(), Some("launching" | "sending" | "scheduled"))
}

fn show(bar: &ProgressBar, progress: &Value) {
    let number = |name: &str| count(progress, &format!("/{name}"));
    bar.set_length(number("audience"));
    bar.set_position(number("audience").saturating_sub(number("pending") + number("sending")));
    let words = ["bounced", "failed", "skipped", "unconfirmed"].map(|word| (word, number(word)));
    let troubles = words.iter().filter(|(_, count)| *count > 0).map(|(word, count)| format!("{count} {word}"));
    let mut parts = vec![format!("{} sent", handed_over(progress))];
    parts.extend(troubles);
    bar.set_message(parts.join(", "));
}

/// What the mail server took: the states "sent" (taken, no word since) and "delivered" (seen to have arrived).
pub fn handed_over(progress: &Value) -> u64 {
    count(progress, "/sent") + count(progress, "/delivered")
}
