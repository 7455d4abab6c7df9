CREATE TABLE campaign (
    workspace_id BIGINT NOT NULL,
    campaign_id TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    channel TEXT NOT NULL,
    segment_id TEXT NULL,
    message TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL,
    launched_ms BIGINT NULL,
    finished_ms BIGINT NULL,
    scheduled_ms BIGINT NULL,
    latest_ms BIGINT NULL,
    held TEXT NULL,
    -- The outbox was told of the state.
    told BOOLEAN NOT NULL,
    PRIMARY KEY (workspace_id, campaign_id)
);
CREATE INDEX campaign_by_state ON campaign (state);
CREATE INDEX campaign_by_segment ON campaign (workspace_id, segment_id);

-- What was frozen when the campaign was launched, and how far the enqueueing got. `audience` and `duplicates` are
-- serialised roaring bitmaps of profile ids; members below `next_profile` are done.
CREATE TABLE campaign_launch (
    workspace_id BIGINT NOT NULL,
    campaign_id TEXT NOT NULL,
    message TEXT NOT NULL,
    segment_id TEXT NOT NULL,
    audience BYTEA NOT NULL,
    duplicates BYTEA NOT NULL,
    audience_size BIGINT NOT NULL,
    next_profile BIGINT NOT NULL,
    enqueued BIGINT NOT NULL,
    excluded TEXT NOT NULL,
    done BOOLEAN NOT NULL,
    PRIMARY KEY (workspace_id, campaign_id)
);
