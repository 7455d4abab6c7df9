-- How long events are kept, and the receipts of what was cut. No person is in these tables: names of events and numbers.
CREATE TABLE retention_rule (
    workspace_id BIGINT  NOT NULL,
    id           TEXT    NOT NULL,
    -- event, kind, everything_else
    what         TEXT    NOT NULL,
    -- Of the event or the kind; empty for everything else.
    name         TEXT    NOT NULL,
    -- NULL: for ever.
    keep_amount  BIGINT,
    keep_unit    TEXT,
    action       TEXT    NOT NULL,
    enabled      BOOLEAN NOT NULL,
    off_reason   TEXT,
    enabled_ms   BIGINT,
    created_ms   BIGINT  NOT NULL,
    updated_ms   BIGINT  NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX retention_rule_target ON retention_rule (workspace_id, what, name);

CREATE TABLE retention_run (
    workspace_id     BIGINT  NOT NULL,
    id               TEXT    NOT NULL,
    -- dry_run, run
    mode             TEXT    NOT NULL,
    -- person, schedule
    cause            TEXT    NOT NULL,
    -- running, done, failed
    state            TEXT    NOT NULL,
    failure          TEXT,
    started_ms       BIGINT  NOT NULL,
    finished_ms      BIGINT,
    -- The rules as they were, with cutoffs and what was found of each (JSON).
    outcome          TEXT    NOT NULL,
    -- What is found is in `outcome`.
    counted          BOOLEAN NOT NULL,
    deleted          BIGINT  NOT NULL,
    anonymised       BIGINT  NOT NULL,
    -- The file that is being replaced, and what that takes: counted after a crash when the history does not hold it.
    begun_file       TEXT,
    begun_deleted    BIGINT  NOT NULL,
    begun_anonymised BIGINT  NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
-- One at a time in a workspace.
CREATE UNIQUE INDEX retention_run_running ON retention_run (workspace_id) WHERE state = 'running';
