-- What a workspace changed of the identity rules: JSON of rules/document.rs. `applied` is the version the pipeline has
-- followed: what a change asks to be done once (mailboxes of gmail.com) is done up to it.
CREATE TABLE profile_rules (
    workspace_id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    applied BIGINT NOT NULL,
    rules TEXT NOT NULL,
    changed_ms BIGINT NOT NULL,
    changed_by TEXT NOT NULL
);

-- Who signed in on which device, as hashes, and the last day of it (days since 1970). Only while a workspace looks for
-- shared devices.
CREATE TABLE profile_device_user (
    workspace_id BIGINT NOT NULL,
    device TEXT NOT NULL,
    user_hash TEXT NOT NULL,
    day BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, device, user_hash)
) /* WITHOUT ROWID */;
CREATE INDEX profile_device_user_by_user ON profile_device_user (workspace_id, user_hash);

-- Devices that more people used than one customer's device can have. `released`: a person let it go; the pipeline
-- forgets it with its next batch.
CREATE TABLE profile_shared_device (
    workspace_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    since_ms BIGINT NOT NULL,
    users BIGINT NOT NULL,
    users_limit BIGINT NOT NULL,
    days BIGINT NOT NULL,
    released BOOLEAN NOT NULL,
    PRIMARY KEY (workspace_id, kind, value)
);
CREATE INDEX profile_shared_device_by_time ON profile_shared_device (workspace_id, since_ms);
