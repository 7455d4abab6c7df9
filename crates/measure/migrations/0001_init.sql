-- Orders as they were placed, changed and refunded. `net_minor` and `counted` follow from the other columns
-- (see engine/order.rs) and are stored so that reports are plain sums.
CREATE TABLE measure_order (
    workspace_id BIGINT NOT NULL,
    order_id TEXT NOT NULL,
    profile_id BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    day BIGINT NOT NULL,
    channel TEXT NOT NULL,
    currency TEXT NOT NULL,
    revenue_minor BIGINT NOT NULL,
    refunded_minor BIGINT NOT NULL,
    placed BOOLEAN NOT NULL,
    cancelled BOOLEAN NOT NULL,
    duplicates BIGINT NOT NULL,
    net_minor BIGINT NOT NULL,
    counted BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, order_id)
);
CREATE INDEX measure_order_by_profile ON measure_order (workspace_id, profile_id, at_ms);
CREATE INDEX measure_order_by_time ON measure_order (workspace_id, at_ms);

-- What a person did with a message of ours; machines are left out.
CREATE TABLE measure_touch (
    workspace_id BIGINT NOT NULL,
    profile_id BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    event_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    campaign_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    PRIMARY KEY (workspace_id, profile_id, at_ms, event_id)
);

-- Which campaign an order is credited to (last touch): at most one.
CREATE TABLE measure_credit (
    workspace_id BIGINT NOT NULL,
    order_id TEXT NOT NULL,
    campaign_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    touch_kind TEXT NOT NULL,
    touch_at_ms BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, order_id)
);
CREATE INDEX measure_credit_by_campaign ON measure_credit (workspace_id, campaign_id);

-- Sums per day of the workspace's time zone. `day` counts days since 1970-01-01 there.
CREATE TABLE measure_daily (
    workspace_id BIGINT NOT NULL,
    day BIGINT NOT NULL,
    metric TEXT NOT NULL,
    channel TEXT NOT NULL,
    currency TEXT NOT NULL,
    n BIGINT NOT NULL,
    sum_minor BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, day, metric, channel, currency)
);

-- Credits of these workspaces are being recomputed after their rule changed; `done_until` is the last order done.
CREATE TABLE measure_recompute (
    workspace_id BIGINT NOT NULL,
    done_until TEXT NOT NULL,
    PRIMARY KEY (workspace_id)
);

-- How far the log has been counted; workspace 0 stands for the whole log.
CREATE TABLE measure_cursor (
    workspace_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (workspace_id)
);
