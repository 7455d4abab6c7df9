-- What was refused of an order goes when the same thing is said again in a way that can be used.
CREATE INDEX measure_refused_order_by_order ON measure_refused_order (workspace_id, order_id);
