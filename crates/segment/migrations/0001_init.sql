CREATE TABLE segment (
    workspace_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    condition TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL,
    filled_ms BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX segment_name ON segment (workspace_id, name);
CREATE TABLE segment_member (
    workspace_id BIGINT NOT NULL,
    segment_id TEXT NOT NULL,
    chunk BIGINT NOT NULL,
    members BYTEA NOT NULL,
    PRIMARY KEY (workspace_id, segment_id, chunk)
);
CREATE TABLE segment_entry (
    workspace_id BIGINT NOT NULL,
    segment_id TEXT NOT NULL,
    profile_id BIGINT NOT NULL,
    entered_ms BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, segment_id, profile_id)
);
CREATE INDEX segment_entry_profile ON segment_entry (workspace_id, profile_id);
CREATE TABLE segment_day (
    workspace_id BIGINT NOT NULL,
    segment_id TEXT NOT NULL,
    day BIGINT NOT NULL,
    entered BIGINT NOT NULL,
    exited BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, segment_id, day)
);
