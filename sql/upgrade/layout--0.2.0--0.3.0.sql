-- From layout 0.2.0.

-- Entries of import_error belong to who ran the import, in the foreign key too: who knew the id of another's import could add
-- to it. Those that somebody did add become entries of whose import it is, who sees them and may delete them.
ALTER TABLE import_run ADD UNIQUE (import_id, started_by);
UPDATE import_error e SET started_by = r.started_by
  FROM import_run r WHERE r.import_id = e.import_id AND r.started_by <> e.started_by;
ALTER TABLE import_error DROP CONSTRAINT import_error_import_id_fkey,
  ADD CONSTRAINT import_error_import_run_fkey FOREIGN KEY (import_id, started_by)
    REFERENCES import_run (import_id, started_by) ON UPDATE CASCADE ON DELETE CASCADE;

-- Functions and views that changed.
-- @include sql/directory/61_import_write.sql
-- @include sql/directory/90_layout.sql
