-- Customers that are probably one person: numbers and evidence, no value of anybody.

-- The last search of a workspace.
CREATE TABLE duplicate_run (
    workspace_id BIGINT NOT NULL PRIMARY KEY,
    -- running, done or failed.
    state TEXT NOT NULL,
    started_ms BIGINT NOT NULL,
    finished_ms BIGINT,
    people BIGINT NOT NULL,
    compared BIGINT NOT NULL,
    found BIGINT NOT NULL,
    error TEXT
);

-- `bits` are log odds that all of them are one person; `pairs` is JSON (model.rs).
CREATE TABLE duplicate_group (
    workspace_id BIGINT NOT NULL,
    -- The smallest number of its members.
    id BIGINT NOT NULL,
    -- When the search that found it ended.
    run_ms BIGINT NOT NULL,
    bits DOUBLE PRECISION NOT NULL,
    pairs TEXT NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX duplicate_group_by_bits ON duplicate_group (workspace_id, bits, id);

CREATE TABLE duplicate_member (
    workspace_id BIGINT NOT NULL,
    group_id BIGINT NOT NULL,
    profile_id BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, group_id, profile_id)
);
CREATE INDEX duplicate_member_by_profile ON duplicate_member (workspace_id, profile_id);

-- Pairs of which a person said that they are two; the smaller id first. Never suggested again.
CREATE TABLE duplicate_rejected (
    workspace_id BIGINT NOT NULL,
    one_id BIGINT NOT NULL,
    other_id BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, one_id, other_id)
);
CREATE INDEX duplicate_rejected_by_other ON duplicate_rejected (workspace_id, other_id);
