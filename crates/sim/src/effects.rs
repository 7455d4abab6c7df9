//! What a message really does to people here. Measurements are right when they find these numbers.

use crate::config::{SHARE_LOYALTY_CARD, SHARE_PRIVACY_PROXY, SHARE_SECURITY_GATEWAY};

/// How far somebody went with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exposure {
    NotSent,
    /// Sent, not opened by a person: the subject alone does nothing here.
    Sent,
    Opened,
    Clicked,
}

/// The truth. All shares are of people, none of messages; "week" is seven days of simulated time.
#[derive(Debug, Clone, PartialEq)]
pub struct TrueEffects {
    /// Orders per signed-up customer and week that happen without any message.
    pub orders_per_week: f64,
    /// A person opens with the chance `open_base + open_engagement * engagement`, where engagement is hidden in the
    /// customer ([`crate::Tastes::mail_engagement`], mean 10/17).
    pub open_base: f64,
    pub open_engagement: f64,
    /// Chance of a click after an open.
    pub click_after_open: f64,
    /// The chance of a click is this many times larger when the subject names the customer's favourite category.
    pub match_factor: f64,
    /// Further chance of one order within the week after an open, on top of `orders_per_week`.
    pub order_after_open: f64,
    /// The same after a click, on top of the one for the open.
    pub order_after_click: f64,
    /// Share of orders caused by mail that holders of a loyalty card place in a shop instead of online.
    pub shop_share_of_card_holders: f64,
    /// Chance of an unsubscribe after an open without a click.
    pub unsubscribe_after_open: f64,
    /// Half of those who open have opened after this time; a log-normal with the spread below.
    pub open_median_ms: u64,
    pub open_log_sd: f64,
    /// Orders caused by mail are spread evenly over this time after the open or click.
    pub order_within_ms: u64,
}

impl Default for TrueEffects {
    fn default() -> Self {
        Self {
            orders_per_week: 0.004,
            open_base: 0.1,
            open_engagement: 0.55,
            click_after_open: 0.14,
            match_factor: 1.6,
            order_after_open: 0.006,
            order_after_click: 0.07,
            shop_share_of_card_holders: 0.4,
            unsubscribe_after_open: 0.008,
            open_median_ms: 2 * 3_600_000,
            open_log_sd: 1.2,
            order_within_ms: 3 * 86_400_000,
        }
    }
}

/// Mean of the engagement of a customer: the mean of U^0.7.
const ENGAGEMENT_MEAN: f64 = 1.0 / 1.7;

impl TrueEffects {
    /// Expected orders per person in the week after the message.
    pub fn orders_in_week(&self, exposure: Exposure) -> f64 {
        self.orders_per_week
            + match exposure {
                Exposure::NotSent | Exposure::Sent => 0.0,
                Exposure::Opened => self.order_after_open,
                Exposure::Clicked => self.order_after_open + self.order_after_click,
            }
    }
    /// Share of recipients who open themselves.
    pub fn open_share(&self) -> f64 {
        self.open_base + self.open_engagement * ENGAGEMENT_MEAN
    }
    /// Share of recipients who click themselves, when a share `matched` of them likes what the subject names.
    pub fn click_share(&self, matched: f64) -> f64 {
        self.open_share() * self.click_after_open * (1.0 + matched * (self.match_factor - 1.0))
    }
    /// Share of recipients with an order caused by the message.
    pub fn incremental_order_share(&self, matched: f64) -> f64 {
        self.open_share() * self.order_after_open + self.click_share(matched) * self.order_after_click
    }
    /// Share of orders caused by mail that are placed in a shop.
    pub fn shop_share(&self) -> f64 {
        SHARE_LOYALTY_CARD * self.shop_share_of_card_holders
    }
    /// Share of recipients a machine opens for: privacy proxies, and gateways that fetch images too.
    pub fn machine_open_share(&self) -> f64 {
        1.0 - (1.0 - SHARE_PRIVACY_PROXY) * (1.0 - SHARE_SECURITY_GATEWAY)
    }
}
