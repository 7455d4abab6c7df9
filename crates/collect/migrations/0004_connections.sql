-- Files that a connection brings belong to its source.
ALTER TABLE collect_import ADD COLUMN source_id TEXT;
-- What a refused item needs to be tried again: the type its path named, and whether it was kept whole.
ALTER TABLE collect_rejection ADD COLUMN kind TEXT;
ALTER TABLE collect_rejection ADD COLUMN replayable BOOLEAN NOT NULL DEFAULT FALSE;
