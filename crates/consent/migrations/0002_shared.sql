-- What was said while two customers were one, and holds for both since they were taken apart: each of them is named,
-- so that a later merge and another split do not lose it.
CREATE TABLE consent_shared (
    workspace_id BIGINT NOT NULL,
    profile_id BIGINT NOT NULL,
    channel TEXT NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (workspace_id, profile_id, channel, event)
);
