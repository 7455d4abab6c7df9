-- The tracking plan of a workspace: what may come in. No value of an event is ever in these tables.
CREATE TABLE plan_settings (
    workspace_id         BIGINT  NOT NULL PRIMARY KEY,
    enabled              BOOLEAN NOT NULL,
    unplanned_events     TEXT    NOT NULL,
    unplanned_properties TEXT    NOT NULL,
    on_violation         TEXT    NOT NULL,
    -- Grows with every change of the plan: how other nodes see that there is something to read.
    version              BIGINT  NOT NULL,
    updated_ms           BIGINT  NOT NULL
);

CREATE TABLE plan_event (
    workspace_id         BIGINT NOT NULL,
    id                   TEXT   NOT NULL,
    kind                 TEXT   NOT NULL,
    -- Empty: the traits of customers or groups, or all pages or screens without an entry of their own.
    name                 TEXT   NOT NULL,
    description          TEXT   NOT NULL,
    on_violation         TEXT,
    unplanned_properties TEXT,
    schema_json          TEXT   NOT NULL,
    status               TEXT   NOT NULL,
    version              BIGINT NOT NULL,
    created_ms           BIGINT NOT NULL,
    updated_ms           BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX plan_event_name ON plan_event (workspace_id, kind, name);

-- Events that were judged, by hour. kind and name are empty for events that are not planned.
CREATE TABLE plan_count (
    workspace_id BIGINT NOT NULL,
    hour_ms      BIGINT NOT NULL,
    source_id    TEXT   NOT NULL,
    kind         TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    judged       BIGINT NOT NULL,
    violating    BIGINT NOT NULL,
    blocked      BIGINT NOT NULL,
    changed      BIGINT NOT NULL,
    dropped      BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, hour_ms, source_id, kind, name)
);

-- What they broke the plan with, by hour. Pointer and message hold names and types, no value.
CREATE TABLE plan_violation (
    workspace_id BIGINT NOT NULL,
    hour_ms      BIGINT NOT NULL,
    source_id    TEXT   NOT NULL,
    kind         TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    code         TEXT   NOT NULL,
    pointer      TEXT   NOT NULL,
    message      TEXT   NOT NULL,
    events       BIGINT NOT NULL,
    first_ms     BIGINT NOT NULL,
    last_ms      BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, hour_ms, source_id, kind, name, code, pointer)
);
