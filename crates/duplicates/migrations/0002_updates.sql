-- Suggestions follow the customers between two searches, and keep their ids.

-- Up with every change of who is in it: who decides on a suggestion says which one was seen.
ALTER TABLE duplicate_group ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

-- The last search that ended well, how many were compared, and what it learned (JSON of matching::SavedModel: weights
-- of levels and blocking keys, no value). NULL: there was none, or an older program made it.
ALTER TABLE duplicate_run ADD COLUMN whole_ms BIGINT;
ALTER TABLE duplicate_run ADD COLUMN whole_people BIGINT NOT NULL DEFAULT 0;
ALTER TABLE duplicate_run ADD COLUMN model TEXT;
-- The last update: when it ended, customers it looked at, pairs it compared, and why it failed.
ALTER TABLE duplicate_run ADD COLUMN update_ms BIGINT;
ALTER TABLE duplicate_run ADD COLUMN update_people BIGINT NOT NULL DEFAULT 0;
ALTER TABLE duplicate_run ADD COLUMN update_compared BIGINT NOT NULL DEFAULT 0;
ALTER TABLE duplicate_run ADD COLUMN update_error TEXT;
-- The number of the next suggestion; none is given twice.
ALTER TABLE duplicate_run ADD COLUMN next_group BIGINT NOT NULL DEFAULT 1;

-- Who was compared with which values: 64 bits of a keyed hash (seen.rs), a row for each range of ids.
CREATE TABLE duplicate_seen (
    workspace_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    people BYTEA NOT NULL,
    PRIMARY KEY (workspace_id, part)
);
