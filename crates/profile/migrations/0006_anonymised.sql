-- Of whom the history keeps what they did, cut down, as events of nobody.
ALTER TABLE profile_erased ADD COLUMN anonymised BOOLEAN NOT NULL DEFAULT FALSE;
