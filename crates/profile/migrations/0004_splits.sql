-- The profile an identifier was first attached to: who takes it along when a merge is undone. For identifiers older than
-- this column it is the profile they belong to.
ALTER TABLE profile_identifier ADD COLUMN home_id BIGINT;
UPDATE profile_identifier SET home_id = profile_id;

-- Pairs that a person took apart: no event joins them again. Each pair stands in both directions.
CREATE TABLE profile_apart (
    workspace_id BIGINT NOT NULL,
    profile_id BIGINT NOT NULL,
    other_id BIGINT NOT NULL,
    at_ms BIGINT NOT NULL
);
CREATE INDEX profile_apart_by_profile ON profile_apart (workspace_id, profile_id);
CREATE INDEX profile_apart_by_other ON profile_apart (workspace_id, other_id);

-- Splits whose events still have to be given to their owner in the history (files, outside of any transaction).
-- `moves` is JSON: {"event id": profile}.
CREATE TABLE profile_split (
    workspace_id BIGINT NOT NULL,
    event TEXT NOT NULL,
    from_id BIGINT NOT NULL,
    into_id BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    sorted BOOLEAN NOT NULL,
    stored TEXT NOT NULL,
    moves TEXT NOT NULL,
    PRIMARY KEY (workspace_id, event)
);
