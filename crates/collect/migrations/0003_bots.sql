-- Events of bots are counted and kept apart: they are nobody's.
ALTER TABLE collect_source ADD COLUMN bots BIGINT NOT NULL DEFAULT 0;

-- Which bots a source heard of, by user agent.
CREATE TABLE collect_bot (
  workspace_id BIGINT NOT NULL,
  source_id TEXT NOT NULL,
  agent TEXT NOT NULL,
  events BIGINT NOT NULL,
  first_ms BIGINT NOT NULL,
  last_ms BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, source_id, agent)
);
