-- From layout 0.2.0.

-- Functions whose parameters changed.
DROP FUNCTION import_csv(bytea, text, text, text, text, text, text, text, text, text, boolean, text, bigint, text[], text, boolean, bigint, text, text, bigint);
DROP FUNCTION import_large_object(oid, text, text, text, text, text, text, text, text, text, boolean, text, bigint, text[], text, boolean, bigint, text, text, bigint);
DROP FUNCTION import_file(text, text, text, text, text, text, text, text, text, text, boolean, text, bigint, text[], text, boolean, bigint, text, text, bigint);
DROP FUNCTION _import_options(text, text, text, text, text, text, text, text, text, boolean, text, bigint, text[], text, boolean, bigint, text, text, bigint);

-- Entries of import_error belong to who ran the import, in the foreign key too: who knew the id of another's import could add
-- to it. Those that somebody did add become entries of whose import it is, who sees them and may delete them.
ALTER TABLE import_run ADD UNIQUE (import_id, started_by);
UPDATE import_error e SET started_by = r.started_by
  FROM import_run r WHERE r.import_id = e.import_id AND r.started_by <> e.started_by;
ALTER TABLE import_error DROP CONSTRAINT import_error_import_id_fkey,
  ADD CONSTRAINT import_error_import_run_fkey FOREIGN KEY (import_id, started_by)
    REFERENCES import_run (import_id, started_by) ON UPDATE CASCADE ON DELETE CASCADE;

-- Import profiles with a dialect that there is not are refused when they are written.
CREATE OR REPLACE FUNCTION _import_profile_name() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
  IF NEW.name = 'auto' OR EXISTS (SELECT FROM contacts.format_field() f WHERE f.format = NEW.name) THEN
    RAISE EXCEPTION USING
      ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('an import profile cannot be named "%s"', NEW.name),
      DETAIL = 'The import knows a format of that name.';
  END IF;
  PERFORM FROM contacts.read_csv(
    '', encoding => NEW.options ->> 'encoding',
    delimiter => CASE WHEN lower(NEW.options ->> 'delimiter') IN ('tab', '\t') THEN E'\t' ELSE NEW.options ->> 'delimiter' END,
    quote => CASE WHEN lower(NEW.options ->> 'quote') IN ('tab', '\t') THEN E'\t' ELSE NEW.options ->> 'quote' END,
    escape => CASE WHEN lower(NEW.options ->> 'escape') IN ('tab', '\t') THEN E'\t' ELSE NEW.options ->> 'escape' END);
  RETURN NEW;
END
$body$;
COMMENT ON FUNCTION _import_profile_name() IS 'Trigger of import_profile: refuses the names of formats, and dialects that there are not.';
CREATE OR REPLACE TRIGGER check_name BEFORE INSERT OR UPDATE OF name, options ON import_profile
  FOR EACH ROW EXECUTE FUNCTION _import_profile_name();
COMMENT ON TRIGGER check_name ON import_profile IS 'Refuses the names of formats, and dialects that there are not.';

-- Functions and views that changed.
-- @include sql/directory/61_import_write.sql
-- @include sql/directory/62_import.sql
-- @include sql/directory/74_search.sql
-- @include sql/directory/90_layout.sql

-- What identify() asked before.
DROP FUNCTION _identify_colleague(text, text);
