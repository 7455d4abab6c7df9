-- What stopped an import, as a code that every language has words for.
ALTER TABLE collect_import ADD COLUMN error_code TEXT;
