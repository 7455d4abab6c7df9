-- Where each reader of the inbox stands; moved in the transaction that does the reader's work.
CREATE TABLE pipeline_cursor (
  name TEXT NOT NULL PRIMARY KEY,
  position BIGINT NOT NULL
);
-- Events that views and workers emitted, on their way to the inbox (transactional outbox).
CREATE TABLE emitted_event (
  workspace_id BIGINT NOT NULL,
  message_id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (workspace_id, message_id)
);
CREATE INDEX emitted_event_seq ON emitted_event (seq);
-- Records no view could take even alone: kept out of the way, never lost, shown by `tutti doctor`.
CREATE TABLE rejected_record (
  workspace_id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  error TEXT NOT NULL,
  body BYTEA NOT NULL,
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, position)
);
