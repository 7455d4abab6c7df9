-- Products of a workspace, as feeds tell of them. `item` is what the feed says, as JSON; the other columns are what is
-- searched, filtered or compared. `hash` is of `item`: what did not change is not written.

CREATE TABLE catalog_product (
    workspace_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    source TEXT NOT NULL,
    product_id TEXT NOT NULL,
    group_id TEXT,
    title_key TEXT NOT NULL,
    brand_key TEXT,
    category TEXT,
    availability TEXT,
    hash BIGINT NOT NULL,
    item TEXT NOT NULL,
    first_ms BIGINT NOT NULL,
    seen_ms BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL,
    gone_ms BIGINT,
    PRIMARY KEY (workspace_id, number)
);
CREATE UNIQUE INDEX catalog_product_by_source ON catalog_product (workspace_id, source, product_id);
CREATE INDEX catalog_product_by_id ON catalog_product (workspace_id, product_id);
CREATE INDEX catalog_product_by_group ON catalog_product (workspace_id, source, group_id, number) WHERE group_id IS NOT NULL;
CREATE INDEX catalog_product_by_title ON catalog_product (workspace_id, title_key, number);
CREATE INDEX catalog_product_by_brand ON catalog_product (workspace_id, brand_key, title_key, number) WHERE brand_key IS NOT NULL;
CREATE INDEX catalog_product_by_category ON catalog_product (workspace_id, category, number) WHERE category IS NOT NULL;

-- What a search by the beginning finds a product by, in lower case.
CREATE TABLE catalog_term (
    workspace_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    term TEXT NOT NULL,
    PRIMARY KEY (workspace_id, number, term)
);
CREATE INDEX catalog_term_by_text ON catalog_term (workspace_id, term, number);

-- Changes of price and availability, newest first, as JSON.
CREATE TABLE catalog_history (
    workspace_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    entries TEXT NOT NULL,
    PRIMARY KEY (workspace_id, number)
);

-- The last number given to a product.
CREATE TABLE catalog_counter (
    workspace_id BIGINT NOT NULL,
    last_number BIGINT NOT NULL,
    PRIMARY KEY (workspace_id)
);

-- Where products come from. One feed of a source is read at a time: `run_id` has the source until `lease_ms`; when that
-- is over, another takes the run up.
CREATE TABLE catalog_source (
    workspace_id BIGINT NOT NULL,
    source TEXT NOT NULL,
    run_id TEXT,
    lease_ms BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, source)
);

-- A feed that was read. `cursor`: how far its staged items are applied.
CREATE TABLE catalog_run (
    workspace_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    source TEXT NOT NULL,
    mode TEXT NOT NULL,
    state TEXT NOT NULL,
    format TEXT,
    started_ms BIGINT NOT NULL,
    ended_ms BIGINT,
    items BIGINT NOT NULL,
    accepted BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    created BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    gone BIGINT NOT NULL,
    would_go BIGINT NOT NULL,
    cursor TEXT NOT NULL,
    code TEXT,
    detail TEXT,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX catalog_run_by_source ON catalog_run (workspace_id, source, id);

-- Items a feed was refused, the first ones of each run.
CREATE TABLE catalog_refused (
    workspace_id BIGINT NOT NULL,
    run_id TEXT NOT NULL,
    item BIGINT NOT NULL,
    line BIGINT,
    product_id TEXT,
    attribute TEXT,
    code TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (workspace_id, run_id, item)
);

-- Items of a feed that is not applied yet. `item` NULL: the product stays as it is. `hash` NULL: it was refused.
CREATE TABLE catalog_staged (
    workspace_id BIGINT NOT NULL,
    run_id TEXT NOT NULL,
    product_id TEXT NOT NULL,
    hash BIGINT,
    item TEXT,
    PRIMARY KEY (workspace_id, run_id, product_id)
);
