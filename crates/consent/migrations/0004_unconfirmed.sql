-- Subscriptions nobody confirmed are looked for by age.
CREATE INDEX consent_pending ON consent (workspace_id, last_ms) WHERE state = 'pending';

-- How often each sender used a public form in a window of ten minutes, so that the limit holds over restarts and over
-- all nodes. `sender` is a hash of the address; rows of windows that have passed are deleted. No workspace is known yet
-- when it is counted: workspace 0.
CREATE TABLE consent_form_sender (
    workspace_id BIGINT NOT NULL,
    sender TEXT NOT NULL,
    time_window BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, sender, time_window)
);
