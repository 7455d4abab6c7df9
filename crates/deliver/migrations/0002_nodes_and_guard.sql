-- Set in the moment before a row's message is handed over (PostgreSQL): what another node finds here may have gone out.
ALTER TABLE outbox ADD COLUMN handing_ms BIGINT;

-- What the bounce guard counts since the campaign started or was resumed after a halt, and why it was halted.
ALTER TABLE delivery_run ADD COLUMN handed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE delivery_run ADD COLUMN hard_bounced BIGINT NOT NULL DEFAULT 0;
ALTER TABLE delivery_run ADD COLUMN halted TEXT;

-- Programs that share this database. `beats` grows while a node lives. Not of one workspace.
CREATE TABLE delivery_node (
    node TEXT NOT NULL,
    beats BIGINT NOT NULL,
    PRIMARY KEY (node)
);
