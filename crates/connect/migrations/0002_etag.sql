-- What an object store says about the content of an object: its time of change counts whole seconds only.
ALTER TABLE connect_seen ADD COLUMN etag TEXT;
