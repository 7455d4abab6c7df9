-- A source that is pulled or mapped; its id is the source's. `sealed` holds what nobody may read again (passwords,
-- secrets of signatures, the token of a webhook's address), encrypted with the instance key.
CREATE TABLE connect_connection (
  workspace_id BIGINT NOT NULL,
  source_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  enabled BOOLEAN NOT NULL,
  version BIGINT NOT NULL,
  definition TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  -- SHA-256 of a webhook's token, to find it by.
  token_hash TEXT,
  cursor TEXT,
  health TEXT NOT NULL,
  health_code TEXT,
  health_detail TEXT,
  health_ms BIGINT,
  next_run_ms BIGINT,
  last_run_ms BIGINT,
  -- A run belongs to whoever holds the lease; when it is over, another takes the run up.
  lease_ms BIGINT NOT NULL,
  -- Failed files are tried again by the next run.
  retry BOOLEAN NOT NULL,
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, source_id)
);
CREATE UNIQUE INDEX connect_connection_token ON connect_connection (token_hash);

CREATE TABLE connect_run (
  workspace_id BIGINT NOT NULL,
  id TEXT NOT NULL,
  source_id TEXT NOT NULL,
  state TEXT NOT NULL,
  started_ms BIGINT NOT NULL,
  ended_ms BIGINT,
  rows_read BIGINT NOT NULL,
  accepted BIGINT NOT NULL,
  refused BIGINT NOT NULL,
  files BIGINT NOT NULL,
  code TEXT,
  detail TEXT,
  imports TEXT NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX connect_run_source ON connect_run (workspace_id, source_id, id);

-- What came to a webhook: the last ones, and those that wait for a mapping or for a better one.
CREATE TABLE connect_payload (
  workspace_id BIGINT NOT NULL,
  id TEXT NOT NULL,
  source_id TEXT NOT NULL,
  received_ms BIGINT NOT NULL,
  state TEXT NOT NULL,
  events BIGINT NOT NULL,
  code TEXT,
  detail TEXT,
  headers TEXT NOT NULL,
  body TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX connect_payload_source ON connect_payload (workspace_id, source_id, state, id);

-- Files of a watched folder by content: a file counts once, whatever it is called.
CREATE TABLE connect_file (
  workspace_id BIGINT NOT NULL,
  source_id TEXT NOT NULL,
  hash TEXT NOT NULL,
  name TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  state TEXT NOT NULL,
  import_id TEXT,
  code TEXT,
  detail TEXT,
  taken_ms BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, source_id, hash)
);

-- What a name in the folder looked like when it was looked at last: a file that still grows is left alone.
CREATE TABLE connect_seen (
  workspace_id BIGINT NOT NULL,
  source_id TEXT NOT NULL,
  name TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  modified_ms BIGINT NOT NULL,
  since_ms BIGINT NOT NULL,
  hash TEXT,
  PRIMARY KEY (workspace_id, source_id, name)
);
