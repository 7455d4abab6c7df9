-- Who may be contacted on which channel, how that is known, and which addresses are never used.

-- The state in force. Absent: unknown. `weak` marks a state that only a trait has claimed (see statement.rs).
CREATE TABLE consent (
    workspace_id BIGINT NOT NULL,
    profile_id BIGINT NOT NULL,
    channel TEXT NOT NULL,
    state TEXT NOT NULL,
    weak BOOLEAN NOT NULL,
    at_ms BIGINT NOT NULL,
    -- Time of the latest statement, whether it changed the state or not: an older one arrives late.
    last_ms BIGINT NOT NULL,
    source TEXT NOT NULL,
    method TEXT,
    proof_text TEXT,
    ip TEXT,
    event TEXT NOT NULL,
    PRIMARY KEY (workspace_id, profile_id, channel)
);

-- Everything that was ever said, whether it changed the state or not. Proof.
CREATE TABLE consent_history (
    workspace_id BIGINT NOT NULL,
    profile_id BIGINT NOT NULL,
    channel TEXT NOT NULL,
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    weak BOOLEAN NOT NULL,
    at_ms BIGINT NOT NULL,
    source TEXT NOT NULL,
    method TEXT,
    proof_text TEXT,
    ip TEXT,
    PRIMARY KEY (workspace_id, profile_id, channel, event)
);

-- What merged profile ids mean today, so that an audience frozen before a merge is still checked right.
CREATE TABLE consent_alias (
    workspace_id BIGINT NOT NULL,
    from_id BIGINT NOT NULL,
    canonical_id BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, from_id)
);
CREATE INDEX consent_alias_by_canonical ON consent_alias (workspace_id, canonical_id);

-- Addresses nothing is sent to. `address` is in its normal form, or `sha256:…` when its owner was erased.
CREATE TABLE suppression (
    workspace_id BIGINT NOT NULL,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    reason TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    profile_id BIGINT,
    event TEXT,
    PRIMARY KEY (workspace_id, channel, address)
);
CREATE INDEX suppression_by_profile ON suppression (workspace_id, profile_id) WHERE profile_id IS NOT NULL;
