-- Sources and their write keys. A write key is public by nature (it stands in web pages), so it is kept in clear.
CREATE TABLE collect_source (
  workspace_id BIGINT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  deleted_ms BIGINT,
  events BIGINT NOT NULL,
  rejected BIGINT NOT NULL,
  last_event_ms BIGINT,
  last_error TEXT,
  last_error_ms BIGINT,
  PRIMARY KEY (workspace_id, id)
);

-- expires_ms is set when the key was rotated out.
CREATE TABLE collect_write_key (
  workspace_id BIGINT NOT NULL,
  write_key TEXT NOT NULL,
  source_id TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  expires_ms BIGINT,
  PRIMARY KEY (workspace_id, write_key)
);
CREATE UNIQUE INDEX collect_write_key_lookup ON collect_write_key (write_key);

-- A ring of the last rejected items of a source.
CREATE TABLE collect_rejection (
  workspace_id BIGINT NOT NULL,
  source_id TEXT NOT NULL,
  slot BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  code TEXT NOT NULL,
  pointer TEXT NOT NULL,
  detail TEXT NOT NULL,
  item TEXT NOT NULL,
  PRIMARY KEY (workspace_id, source_id, slot)
);

CREATE TABLE collect_import (
  workspace_id BIGINT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  format TEXT NOT NULL,
  state TEXT NOT NULL,
  mapping TEXT NOT NULL,
  bytes_total BIGINT NOT NULL,
  bytes_done BIGINT NOT NULL,
  rows_total BIGINT,
  rows_done BIGINT NOT NULL,
  rows_accepted BIGINT NOT NULL,
  rows_rejected BIGINT NOT NULL,
  events_sent BIGINT NOT NULL,
  rejected_bytes BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  started_ms BIGINT,
  finished_ms BIGINT,
  error TEXT,
  PRIMARY KEY (workspace_id, id)
);

-- Orders that came in by file, by 64-bit hash of their messageId: the same export read again a month later, when the
-- inbox has forgotten the id, must not count an order twice.
CREATE TABLE collect_imported_order (
  workspace_id BIGINT NOT NULL,
  order_key BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, order_key)
);
