-- The devices customers use, and what a workspace keeps of IP addresses.

-- `device_key` is a hash of what tells this device of the customer from others. `days`: bit n is set when it was used n
-- days (UTC) before the day of `last_ms`. `known` is JSON: what was last said of it, each with its time.
CREATE TABLE device (
    workspace_id BIGINT NOT NULL,
    profile_id BIGINT NOT NULL,
    device_key TEXT NOT NULL,
    first_ms BIGINT NOT NULL,
    last_ms BIGINT NOT NULL,
    days BIGINT NOT NULL,
    known TEXT NOT NULL,
    PRIMARY KEY (workspace_id, profile_id, device_key)
);

-- Workspaces that chose; the others keep truncated addresses. `ip`: truncated, dropped or full.
CREATE TABLE device_privacy (
    workspace_id BIGINT NOT NULL,
    ip TEXT NOT NULL,
    updated_ms BIGINT NOT NULL,
    PRIMARY KEY (workspace_id)
);
