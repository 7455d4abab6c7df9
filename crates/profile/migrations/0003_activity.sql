-- When and where a customer was seen, apart from what is known of them: this changes with every event, and a narrow
-- row is cheap to write again. seen_slot is last_seen_ms in steps of activity.rs: an index over the exact time would
-- be rewritten with every event too.
CREATE TABLE profile_activity (
    workspace_id BIGINT NOT NULL,
    profile_id BIGINT NOT NULL,
    first_seen_ms BIGINT NOT NULL,
    last_seen_ms BIGINT NOT NULL,
    events BIGINT NOT NULL,
    channels BIGINT NOT NULL,
    seen_slot BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, profile_id)
) /* WITHOUT ROWID */;
INSERT INTO profile_activity (workspace_id, profile_id, first_seen_ms, last_seen_ms, events, channels, seen_slot)
    SELECT workspace_id, id, first_seen_ms, last_seen_ms, events, channels, last_seen_ms / 300000 FROM profile;
CREATE INDEX profile_activity_by_seen ON profile_activity (workspace_id, seen_slot, profile_id);
DROP INDEX profile_by_last_seen;
ALTER TABLE profile DROP COLUMN first_seen_ms;
ALTER TABLE profile DROP COLUMN last_seen_ms;
ALTER TABLE profile DROP COLUMN events;
ALTER TABLE profile DROP COLUMN channels;

-- The same rows, kept in the order of their key: one tree to write instead of two.
CREATE TABLE profile_identifier_new (
    workspace_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    profile_id BIGINT NOT NULL,
    first_seen_ms BIGINT NOT NULL,
    last_seen_ms BIGINT NOT NULL,
    source TEXT,
    PRIMARY KEY (workspace_id, kind, value)
) /* WITHOUT ROWID */;
INSERT INTO profile_identifier_new
    SELECT workspace_id, kind, value, profile_id, first_seen_ms, last_seen_ms, source FROM profile_identifier;
DROP TABLE profile_identifier;
ALTER TABLE profile_identifier_new RENAME TO profile_identifier;
CREATE INDEX profile_identifier_by_profile ON profile_identifier (workspace_id, profile_id);
