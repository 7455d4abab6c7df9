-- Companies customers belong to, what is known of them, and who belongs to which.

-- `group_id` is the id the sources use, without white space around it. `members` counts those of the present.
-- `last_seen_ms` is the last call about it, or the last sign of a member as far as roll-ups have looked. `due_ms`: when
-- its roll-up is worked out next.
CREATE TABLE company (
    workspace_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    group_id TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    first_seen_ms BIGINT NOT NULL,
    last_seen_ms BIGINT NOT NULL,
    members BIGINT NOT NULL,
    due_ms BIGINT NOT NULL,
    traits TEXT NOT NULL,
    search_name TEXT NOT NULL,
    search_domain TEXT,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX company_by_group ON company (workspace_id, group_id);
CREATE INDEX company_by_name ON company (workspace_id, search_name, id);
CREATE INDEX company_by_domain ON company (workspace_id, search_domain, id) WHERE search_domain IS NOT NULL;
CREATE INDEX company_by_seen ON company (workspace_id, last_seen_ms, id);
CREATE INDEX company_by_members ON company (workspace_id, members, id);
CREATE INDEX company_by_due ON company (due_ms, workspace_id, id);

-- Who belongs to a company, or did: `joined_ms` and `last_ms` are the first and the latest call that said so, `left_ms`
-- the latest that said the opposite. `active`: belongs to it today. `at_ms`: the latest of all.
CREATE TABLE company_member (
    workspace_id BIGINT NOT NULL,
    company_id BIGINT NOT NULL,
    profile_id BIGINT NOT NULL,
    active BOOLEAN NOT NULL,
    at_ms BIGINT NOT NULL,
    joined_ms BIGINT,
    last_ms BIGINT,
    left_ms BIGINT,
    role TEXT,
    role_ms BIGINT,
    source TEXT NOT NULL,
    PRIMARY KEY (workspace_id, company_id, profile_id)
);
CREATE INDEX company_member_by_profile ON company_member (workspace_id, profile_id);
CREATE INDEX company_member_by_time ON company_member (workspace_id, company_id, active, at_ms, profile_id);

-- The last number given to a company.
CREATE TABLE company_counter (
    workspace_id BIGINT NOT NULL,
    last_id BIGINT NOT NULL,
    PRIMARY KEY (workspace_id)
);

-- Companies a person deleted: what was received until then does not count any more.
CREATE TABLE company_deleted (
    workspace_id BIGINT NOT NULL,
    group_id TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, group_id)
);

-- What the members of a company do, as of `at_ms`. `revenue` is a JSON list of amounts in minor units, one per currency.
CREATE TABLE company_rollup (
    workspace_id BIGINT NOT NULL,
    company_id BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    counted BIGINT NOT NULL,
    active_30d BIGINT NOT NULL,
    first_seen_ms BIGINT,
    last_seen_ms BIGINT,
    events BIGINT NOT NULL,
    orders BIGINT NOT NULL,
    buyers BIGINT NOT NULL,
    recency_ms BIGINT,
    revenue TEXT NOT NULL,
    PRIMARY KEY (workspace_id, company_id)
);
