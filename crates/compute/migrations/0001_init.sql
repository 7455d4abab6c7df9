-- Computed traits: what is worked out, and what was found for whom.

CREATE TABLE computed_trait (
    workspace_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    -- JSON, with its version (see definition.rs).
    definition TEXT NOT NULL,
    -- filling, live, removing, failed
    status TEXT NOT NULL,
    -- Names the rows of `computed_state`; a changed definition gets a new one.
    number BIGINT NOT NULL,
    -- What the rows were called before the definition changed: swept when the new ones are there.
    old_number BIGINT,
    failure TEXT,
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX computed_trait_by_name ON computed_trait (workspace_id, name);

CREATE TABLE computed_state (
    workspace_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    profile_id BIGINT NOT NULL,
    -- JSON (see state.rs); empty for a formula.
    state TEXT NOT NULL,
    -- JSON; NULL: the customer has no value.
    value TEXT,
    -- When time alone changes the value.
    due_ms BIGINT,
    PRIMARY KEY (workspace_id, number, profile_id)
);
CREATE INDEX computed_state_by_profile ON computed_state (workspace_id, profile_id);
CREATE INDEX computed_state_due ON computed_state (due_ms) WHERE due_ms IS NOT NULL;
