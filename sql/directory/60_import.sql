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
    CHECK (inserted + updated + unchanged + failed + blank = records),
  UNIQUE (import_id, started_by)
);
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
  import_id   uuid NOT NULL,
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
  PRIMARY KEY (import_id, ordinal),
  -- With started_by, which the policy compares with who acts: nobody adds entries to another's import.
  CONSTRAINT import_error_import_run_fkey FOREIGN KEY (import_id, started_by)
    REFERENCES import_run (import_id, started_by) ON UPDATE CASCADE ON DELETE CASCADE
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
