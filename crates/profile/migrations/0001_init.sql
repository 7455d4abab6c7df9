-- Profiles, their identifiers, merges, conflicts and tombstones.

-- One row per workspace: the last dense id given out, and the counts the home screen shows.
CREATE TABLE profile_counter (
    workspace_id BIGINT NOT NULL PRIMARY KEY,
    last_id BIGINT NOT NULL,
    customers BIGINT NOT NULL,
    identified BIGINT NOT NULL
);

-- `traits` is the versioned document of document.rs. `channels` is a bit mask over events::Channel::ALL.
-- search_* are lower-case copies that prefix searches run on; NULL when there is nothing to find.
CREATE TABLE profile (
    workspace_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    first_seen_ms BIGINT NOT NULL,
    last_seen_ms BIGINT NOT NULL,
    events BIGINT NOT NULL,
    channels BIGINT NOT NULL,
    traits TEXT NOT NULL,
    search_name TEXT,
    search_last_name TEXT,
    search_email TEXT,
    search_city TEXT,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX profile_by_last_seen ON profile (workspace_id, last_seen_ms, id);
CREATE INDEX profile_by_name ON profile (workspace_id, search_name, id) WHERE search_name IS NOT NULL;
CREATE INDEX profile_by_last_name ON profile (workspace_id, search_last_name, id) WHERE search_last_name IS NOT NULL;
CREATE INDEX profile_by_email ON profile (workspace_id, search_email, id) WHERE search_email IS NOT NULL;
CREATE INDEX profile_by_city ON profile (workspace_id, search_city, id) WHERE search_city IS NOT NULL;

-- A normalised identifier and whose it is. last_seen_ms is exact to a day (see cache.rs).
CREATE TABLE profile_identifier (
    workspace_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    profile_id BIGINT NOT NULL,
    first_seen_ms BIGINT NOT NULL,
    last_seen_ms BIGINT NOT NULL,
    source TEXT,
    PRIMARY KEY (workspace_id, kind, value)
);
CREATE INDEX profile_identifier_by_profile ON profile_identifier (workspace_id, profile_id);

-- Kinds beyond the registry that a workspace uses, so that a search can try them.
CREATE TABLE profile_identifier_kind (
    workspace_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (workspace_id, kind)
);

-- Merges for ever. into_id is what the merge said, canonical_id what it means today (paths are compressed).
CREATE TABLE profile_merge (
    workspace_id BIGINT NOT NULL,
    from_id BIGINT NOT NULL,
    into_id BIGINT NOT NULL,
    canonical_id BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    reason TEXT NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (workspace_id, from_id)
);
CREATE INDEX profile_merge_by_canonical ON profile_merge (workspace_id, canonical_id);

-- Identifiers that could not be joined: shown, not guessed. One row per (identifier, profile that claimed it).
CREATE TABLE profile_conflict (
    workspace_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    profile_id BIGINT NOT NULL,
    owner_id BIGINT NOT NULL,
    reason TEXT NOT NULL,
    occurrences BIGINT NOT NULL,
    first_at_ms BIGINT NOT NULL,
    last_at_ms BIGINT NOT NULL,
    last_event TEXT NOT NULL,
    PRIMARY KEY (workspace_id, kind, value, profile_id)
);
CREATE INDEX profile_conflict_by_profile ON profile_conflict (workspace_id, profile_id);
CREATE INDEX profile_conflict_by_owner ON profile_conflict (workspace_id, owner_id);
CREATE INDEX profile_conflict_by_time ON profile_conflict (workspace_id, last_at_ms);

-- Ids of erased people: nothing but the number, so that late events about them are dropped.
CREATE TABLE profile_erased (
    workspace_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    canonical_id BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    -- False until the history of events (files, outside of any transaction) has forgotten the person too.
    finished BOOLEAN NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX profile_erased_unfinished ON profile_erased (workspace_id, id) WHERE NOT finished;
CREATE INDEX profile_erased_by_canonical ON profile_erased (workspace_id, canonical_id);
