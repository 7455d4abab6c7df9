-- Whose erasure was asked for and is not finished: one request for all ids of a person, so that no second one is promised.
CREATE TABLE profile_erasure_asked (
    workspace_id BIGINT  NOT NULL,
    id           BIGINT  NOT NULL,
    -- Whom the request named, as they were then.
    canonical_id BIGINT  NOT NULL,
    -- The history keeps what happened, as events of nobody.
    keeps_counts BOOLEAN NOT NULL,
    asked_ms     BIGINT  NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
