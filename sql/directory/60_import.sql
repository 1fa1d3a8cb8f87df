-- Imports: what each one did, and every fault it found.

CREATE TABLE import_run (
  import_id   uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  format      text NOT NULL,
  file_name   text,
  started_at  timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  started_by  text NOT NULL DEFAULT contacts.actor(),
  records     bigint NOT NULL DEFAULT 0 CHECK (records >= 0),
  inserted    bigint NOT NULL DEFAULT 0 CHECK (inserted >= 0),
  updated     bigint NOT NULL DEFAULT 0 CHECK (updated >= 0),
  unchanged   bigint NOT NULL DEFAULT 0 CHECK (unchanged >= 0),
  failed      bigint NOT NULL DEFAULT 0 CHECK (failed >= 0),
  blank       bigint NOT NULL DEFAULT 0 CHECK (blank >= 0),
  warnings    bigint NOT NULL DEFAULT 0 CHECK (warnings >= 0),
  options     jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(options) = 'object'),
  message     text,
  header      text[],
  delimiter   text,
  CONSTRAINT import_run_accounts_for_every_record
    CHECK (inserted + updated + unchanged + failed + blank = records)
);
CREATE INDEX import_run_started_at_idx ON import_run (started_at);
COMMENT ON TABLE import_run IS 'Imports: who, when, what, and how many records went which way. Rows may be deleted when no longer wanted.';
COMMENT ON COLUMN import_run.started_by IS 'Login of who ran the import.';
COMMENT ON COLUMN import_run.records IS 'Records of the file after the header: inserted + updated + unchanged + failed + blank.';
COMMENT ON COLUMN import_run.failed IS 'Records with at least one error, none of which was stored.';
COMMENT ON COLUMN import_run.warnings IS 'Number of warnings in import_error; a record that has only warnings was imported.';
COMMENT ON COLUMN import_run.options IS 'The options the import ran with.';
COMMENT ON COLUMN import_run.message IS 'The summary, or why the import could not go on.';
COMMENT ON COLUMN import_run.header IS 'The column names as found in the file.';
COMMENT ON COLUMN import_run.delimiter IS 'The delimiter of the file; NULL: it holds vCards.';

CREATE TABLE import_error (
  import_id   uuid NOT NULL REFERENCES import_run ON DELETE CASCADE,
  ordinal     bigint NOT NULL,
  line        bigint,
  record      bigint,
  severity    text NOT NULL CHECK (severity IN ('error', 'warning', 'notice')),
  code        text NOT NULL,
  column_name text,
  target      text,
  value       text,
  message     text NOT NULL,
  cells       text[],
  started_by  text NOT NULL DEFAULT contacts.actor(),
  personal    boolean NOT NULL DEFAULT false,
  PRIMARY KEY (import_id, ordinal)
);
COMMENT ON TABLE import_error IS 'Faults that imports found: all of a record, not the first alone.';
COMMENT ON COLUMN import_error.ordinal IS 'Number of the entry in its import, from 1.';
COMMENT ON COLUMN import_error.line IS 'Physical line of the file where the record starts, from 1; NULL: the whole file is meant.';
COMMENT ON COLUMN import_error.record IS 'Number of the record after the header, from 1; NULL: the header or the whole file is meant.';
COMMENT ON COLUMN import_error.severity IS 'error: the record was not imported; warning: it was, but look at it; notice.';
COMMENT ON COLUMN import_error.code IS 'Stable name of the kind of fault, such as phone_invalid.';
COMMENT ON COLUMN import_error.column_name IS 'Name of the column as in the file.';
COMMENT ON COLUMN import_error.target IS 'The field that the column goes to.';
COMMENT ON COLUMN import_error.value IS 'The value at fault, cut where it is long.';
COMMENT ON COLUMN import_error.message IS 'What is wrong and what the rule is.';
COMMENT ON COLUMN import_error.cells IS 'The cells of the record as they were in the file; of a record longer than 8 kB in its first entry alone.';
COMMENT ON COLUMN import_error.started_by IS 'started_by of the import, repeated so that access needs no look at import_run.';
COMMENT ON COLUMN import_error.personal IS 'Whether personal contacts were imported: then nobody but who ran the import sees the entry, not even admins.';

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

-- Not with the CHECK: a later version may have a format of this name, and the dump must be restored there all the same.
CREATE FUNCTION _import_profile_name() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
  IF NEW.name = 'auto' OR EXISTS (SELECT FROM contacts.format_column() f WHERE f.format = NEW.name) THEN
    RAISE EXCEPTION USING
      ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('an import profile cannot be named "%s"', NEW.name),
      DETAIL = 'The import knows a format of that name.';
  END IF;
  RETURN NEW;
END
$body$;
COMMENT ON FUNCTION _import_profile_name() IS 'Trigger of import_profile: refuses the names of formats.';
CREATE TRIGGER check_name BEFORE INSERT OR UPDATE OF name ON import_profile
  FOR EACH ROW EXECUTE FUNCTION _import_profile_name();
COMMENT ON TRIGGER check_name ON import_profile IS 'Refuses the names of formats.';

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
