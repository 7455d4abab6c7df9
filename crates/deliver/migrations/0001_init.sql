-- One row per (what, whom, which occurrence); `state` is the rank of deliver::State.
CREATE TABLE outbox (
    workspace_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    campaign_id TEXT NOT NULL,
    profile_id BIGINT NOT NULL,
    occurrence TEXT NOT NULL,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    state BIGINT NOT NULL,
    reason TEXT,
    bounce_kind TEXT,
    attempts BIGINT NOT NULL,
    due_ms BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    node TEXT,
    provider_ref TEXT,
    sent_ms BIGINT,
    delivered_ms BIGINT,
    opened_ms BIGINT,
    clicked_ms BIGINT,
    machine_open BOOLEAN NOT NULL,
    machine_click BOOLEAN NOT NULL,
    unsubscribed_ms BIGINT,
    complained_ms BIGINT,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX outbox_once ON outbox (workspace_id, campaign_id, profile_id, occurrence);
CREATE INDEX outbox_due ON outbox (workspace_id, campaign_id, state, due_ms);
CREATE INDEX outbox_profile ON outbox (workspace_id, profile_id);
CREATE INDEX outbox_claimed ON outbox (node) WHERE state = 1;

-- Which campaigns are being sent: running, paused, cancelled.
CREATE TABLE delivery_run (
    workspace_id BIGINT NOT NULL,
    campaign_id TEXT NOT NULL,
    state TEXT NOT NULL,
    changed_ms BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, campaign_id)
);

-- Every open and click as it came, with the class it was given.
CREATE TABLE message_hit (
    workspace_id BIGINT NOT NULL,
    message_id BYTEA NOT NULL,
    hit_id BYTEA NOT NULL,
    campaign_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    class TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    method TEXT NOT NULL,
    url TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    ip TEXT NOT NULL,
    PRIMARY KEY (workspace_id, message_id, hit_id)
);
CREATE INDEX message_hit_campaign ON message_hit (workspace_id, campaign_id, kind, class);

-- How a workspace sends; secrets are sealed with the instance key.
CREATE TABLE sender (
    workspace_id BIGINT NOT NULL,
    settings TEXT NOT NULL,
    sealed BYTEA,
    changed_ms BIGINT NOT NULL,
    PRIMARY KEY (workspace_id)
);
