CREATE TABLE workspace (
  workspace_id BIGINT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  currency TEXT NOT NULL,
  is_demo BOOLEAN NOT NULL,
  attribution TEXT NOT NULL,
  created_ms BIGINT NOT NULL
);
CREATE TABLE account (
  user_id TEXT NOT NULL PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  password_hash TEXT,
  locale TEXT NOT NULL,
  theme TEXT NOT NULL,
  created_ms BIGINT NOT NULL
);
CREATE TABLE membership (
  workspace_id BIGINT NOT NULL,
  user_id TEXT NOT NULL,
  role TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, user_id)
);
CREATE INDEX membership_user ON membership (user_id);
CREATE TABLE session (
  token_hash TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL
);
CREATE TABLE login_link (
  token_hash TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL,
  expires_ms BIGINT NOT NULL
);
CREATE TABLE api_key (
  workspace_id BIGINT NOT NULL,
  key_id TEXT NOT NULL,
  name TEXT NOT NULL,
  prefix TEXT NOT NULL,
  key_hash TEXT NOT NULL UNIQUE,
  scopes TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  last_used_ms BIGINT,
  PRIMARY KEY (workspace_id, key_id)
);
CREATE TABLE audit (
  workspace_id BIGINT NOT NULL,
  audit_id TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  object TEXT NOT NULL,
  summary TEXT NOT NULL,
  before_json TEXT,
  after_json TEXT,
  ip TEXT,
  PRIMARY KEY (workspace_id, audit_id)
);
CREATE TABLE idempotency_key (
  workspace_id BIGINT NOT NULL,
  idempotency_key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  status BIGINT,
  body TEXT,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, idempotency_key)
);
