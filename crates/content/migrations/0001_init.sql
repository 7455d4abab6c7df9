-- Messages somebody saved to use again.
CREATE TABLE content_template (
    workspace_id BIGINT NOT NULL,
    template_id TEXT NOT NULL,
    name TEXT NOT NULL,
    message TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, template_id)
);
