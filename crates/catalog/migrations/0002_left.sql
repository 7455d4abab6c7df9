-- `applied_run`: the last feed of the source that was applied, until a product of the source is deleted: while it is
-- here, the same feed once more would bring nothing.
ALTER TABLE catalog_source ADD COLUMN applied_run TEXT;
CREATE INDEX catalog_source_by_lease ON catalog_source (lease_ms) WHERE run_id IS NOT NULL;

-- `staged_ms`: when items began to be put aside; NULL: none are.
ALTER TABLE catalog_run ADD COLUMN staged_ms BIGINT;
UPDATE catalog_run SET staged_ms = started_ms WHERE EXISTS (SELECT 1 FROM catalog_staged staged
    WHERE staged.workspace_id = catalog_run.workspace_id AND staged.run_id = catalog_run.id);
CREATE INDEX catalog_run_by_staged ON catalog_run (staged_ms) WHERE staged_ms > 0;
