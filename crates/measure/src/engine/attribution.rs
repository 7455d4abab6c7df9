//! Last touch: the latest admitted touch not after the order and not older than the window earns the whole order.

use crate::model::{AttributionRule, Touch};
use base::Timestamp;

/// `touches` are one person's, in any order. At the same instant the stronger kind wins, then the later message.
pub(crate) fn last_touch<'a>(
    touches: impl IntoIterator<Item = &'a Touch>,
    order_at: Timestamp,
    rule: AttributionRule,
) -> Option<&'a Touch> {
    touches
        .into_iter()
        .filter(|touch| rule.touch.admits(touch.kind))
        .filter(|touch| (0..=rule.window_ms()).contains(&order_at.ms_since(touch.at)))
        .max_by(|a, b| (a.at, a.kind, &a.message).cmp(&(b.at, b.kind, &b.message)))
}
