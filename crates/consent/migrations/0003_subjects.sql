-- `channel` of consent, consent_history and consent_shared holds any subject since: `email`, `topic:news`,
-- `topic:news/email`, `purpose:analytics`, `pause`, `frequency`. `detail` is the end of a pause or the frequency.
ALTER TABLE consent ADD COLUMN basis TEXT;
ALTER TABLE consent ADD COLUMN text_version TEXT;
ALTER TABLE consent ADD COLUMN detail TEXT;
ALTER TABLE consent_history ADD COLUMN basis TEXT;
ALTER TABLE consent_history ADD COLUMN text_version TEXT;
ALTER TABLE consent_history ADD COLUMN detail TEXT;

-- What people can subscribe to. `name` and `description` are texts by language, `channels` is a list; JSON.
CREATE TABLE consent_topic (
    workspace_id BIGINT NOT NULL,
    topic TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    channels TEXT NOT NULL,
    opt_out BOOLEAN NOT NULL,
    double_opt_in BOOLEAN NOT NULL,
    position BIGINT NOT NULL,
    archived BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, topic)
);

-- Purposes with their basis, and how the preference page looks; JSON.
CREATE TABLE consent_settings (
    workspace_id BIGINT NOT NULL,
    settings TEXT NOT NULL,
    version BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL,
    PRIMARY KEY (workspace_id)
);

-- Mails that ask for a yes: a double opt-in, a copy of somebody's data, an erasure. `event` is the request in the log.
CREATE TABLE consent_request (
    workspace_id BIGINT NOT NULL,
    request_id TEXT NOT NULL,
    profile_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    -- A list; JSON.
    subjects TEXT NOT NULL,
    language TEXT NOT NULL,
    source TEXT NOT NULL,
    proof_text TEXT,
    text_version TEXT,
    basis TEXT,
    ip TEXT,
    event TEXT NOT NULL,
    asked_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    -- When its mail was put into the outbox, and under which id.
    mailed_ms BIGINT,
    message_id TEXT,
    done_ms BIGINT,
    PRIMARY KEY (workspace_id, request_id)
);
CREATE INDEX consent_request_by_profile ON consent_request (workspace_id, profile_id);
CREATE INDEX consent_request_by_address ON consent_request (workspace_id, address, asked_ms);
CREATE INDEX consent_request_by_message ON consent_request (workspace_id, message_id);
CREATE INDEX consent_request_to_mail ON consent_request (asked_ms) WHERE mailed_ms IS NULL;
