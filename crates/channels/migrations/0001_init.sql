-- What the sandbox channel was given: one row per idempotency key, the mail compressed (zlib).
CREATE TABLE sandbox_message (
    workspace_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    message_id BYTEA NOT NULL,
    campaign_id TEXT NOT NULL,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    received_ms BIGINT NOT NULL,
    raw_bytes BIGINT NOT NULL,
    raw BYTEA NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX sandbox_message_once ON sandbox_message (workspace_id, message_id);
