-- What identifies people who are being erased, for stores that hold texts; gone when the erasure is finished.
CREATE TABLE profile_erasing (
    workspace_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    identifiers TEXT NOT NULL,
    PRIMARY KEY (workspace_id, id)
);

-- When no byte was left on the disk.
ALTER TABLE profile_erased ADD COLUMN finished_ms BIGINT;

INSERT INTO profile_erasing (workspace_id, id, identifiers)
    SELECT DISTINCT workspace_id, canonical_id, '[]' FROM profile_erased WHERE NOT finished;
