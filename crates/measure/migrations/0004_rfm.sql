-- How customers are scored by recency, frequency and money: what was chosen, and what was counted last. Counts only;
-- the score of one customer is worked out from their orders when it is asked for.
CREATE TABLE measure_rfm (
    workspace_id BIGINT NOT NULL,
    window_days BIGINT NOT NULL,
    -- JSON of the boundaries chosen by hand; empty: they follow from the customers.
    by_hand TEXT NOT NULL,
    -- JSON of the last count; empty before the first.
    counted TEXT NOT NULL,
    -- Orders of all time when it was counted: enough new ones make it due again.
    orders BIGINT NOT NULL,
    counted_at_ms BIGINT NOT NULL,
    due BOOLEAN NOT NULL,
    PRIMARY KEY (workspace_id)
);
