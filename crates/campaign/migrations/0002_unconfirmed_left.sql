-- How many messages without an answer somebody has decided to leave as they are.
ALTER TABLE campaign ADD COLUMN unconfirmed_left BIGINT NOT NULL DEFAULT 0;
