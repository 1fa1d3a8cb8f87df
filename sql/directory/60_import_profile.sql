-- Imports: mappings of one's own, and what runs now.

-- The check raises errors of its own, which name what is wrong.
CREATE TABLE import_profile (
  name        text PRIMARY KEY CHECK (name <> '' AND length(name) <= 60),
  format      text NOT NULL DEFAULT 'generic',
  source      text CHECK (source <> '' AND length(source) <= 60),
  columns     jsonb NOT NULL DEFAULT '{}',
  defaults    jsonb NOT NULL DEFAULT '{}',
  options     jsonb NOT NULL DEFAULT '{}',
  description text,
  created_at  timestamptz NOT NULL DEFAULT now(),
  created_by  text NOT NULL DEFAULT contacts.actor(),
  CONSTRAINT import_profile_is_valid CHECK (contacts.check_import_profile(jsonb_build_object(
    'name', name, 'format', format, 'source', source, 'columns', columns, 'defaults', defaults, 'options', options)))
);
COMMENT ON TABLE import_profile IS 'Mappings of one''s own for imports, used by name: import_csv(…, format => ''my-profile'').';
COMMENT ON COLUMN import_profile.name IS 'What the option format of an import names; a built-in format of the name counts before it.';
COMMENT ON COLUMN import_profile.format IS 'The built-in format that it begins with: its columns, rules and limits hold where nothing else is said here.';
COMMENT ON COLUMN import_profile.source IS 'contact.source of what it imports, in which external IDs are unique; NULL: that of the format, of the generic one the name of the profile.';
COMMENT ON COLUMN import_profile.columns IS 'Header of the file to field: {"Surname": "last_name", "Cell": {"field": "phone", "label": "mobile"}, "Notes": null}; null ignores the column.';
COMMENT ON COLUMN import_profile.defaults IS 'What new contacts get where their record says nothing: {"contact_type": "lead", "custom.campaign": "spring"}.';
COMMENT ON COLUMN import_profile.options IS 'Options of the import, as the parameters of import_csv() are called: {"mode": "upsert", "match_by": ["email"], "default_region": "CH"}; what the caller of an import gives counts before them.';

-- Not with the CHECK: a later version may have a format of this name, or its ICU not know an encoding, and the dump must be restored
-- there all the same. The CSV reader says what dialects there are.
CREATE FUNCTION _import_profile_name() RETURNS trigger
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
CREATE TRIGGER check_name BEFORE INSERT OR UPDATE OF name, options ON import_profile
  FOR EACH ROW EXECUTE FUNCTION _import_profile_name();
COMMENT ON TRIGGER check_name ON import_profile IS 'Refuses the names of formats, and dialects that there are not.';

-- While an import runs nobody else sees its import_run. Its id stands in two parameters of its progress report that
-- PostgreSQL does not use for COPY.
CREATE VIEW import_progress WITH (security_invoker) AS
  SELECT (lpad(to_hex(g.param19), 16, '0') || lpad(to_hex(g.param20), 16, '0'))::uuid AS import_id,
         p.pid, a.usename AS role, a.query_start AS started_at, p.bytes_processed, nullif(p.bytes_total, 0) AS bytes_total,
         round(100.0 * p.bytes_processed / nullif(p.bytes_total, 0), 1) AS percent,
         p.tuples_processed AS imported, p.tuples_excluded AS excluded
    FROM pg_stat_progress_copy p
    JOIN pg_stat_get_progress_info('COPY') AS g
      ON g.pid = p.pid AND g.param19 <> 0
    LEFT JOIN pg_stat_activity a ON a.pid = p.pid
   WHERE p.datid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
     AND (SELECT t.relnamespace FROM pg_class t WHERE t.oid = p.relid)
         = (SELECT c.relnamespace FROM pg_class c WHERE c.oid = 'contact'::regclass);
COMMENT ON VIEW import_progress IS 'Imports into this directory that run now, of roles that the reader is a member of; all of them for who has pg_read_all_stats.';
COMMENT ON COLUMN import_progress.import_id IS 'import_id of the import_run to come.';
COMMENT ON COLUMN import_progress.pid IS 'Process of the backend; pg_cancel_backend(pid) ends the import, and nothing of it remains.';
COMMENT ON COLUMN import_progress.role IS 'Role of the session.';
COMMENT ON COLUMN import_progress.bytes_total IS 'Size of the file; NULL where it is not known, as with COPY from a client.';
COMMENT ON COLUMN import_progress.imported IS 'Records that were inserted, updated or left as they are; rows given to a view by COPY.';
COMMENT ON COLUMN import_progress.excluded IS 'Records that failed or were blank.';
