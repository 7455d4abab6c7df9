-- Order events that are no order: their amount or currency cannot be used. Shown, never counted.
CREATE TABLE measure_refused_order (
    workspace_id BIGINT NOT NULL,
    event_id TEXT NOT NULL,
    order_id TEXT NOT NULL,
    profile_id BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    event TEXT NOT NULL,
    channel TEXT NOT NULL,
    reason TEXT NOT NULL,
    said TEXT NOT NULL,
    PRIMARY KEY (workspace_id, event_id)
);
CREATE INDEX measure_refused_order_by_time ON measure_refused_order (workspace_id, at_ms, event_id);
CREATE INDEX measure_refused_order_by_profile ON measure_refused_order (workspace_id, profile_id);
