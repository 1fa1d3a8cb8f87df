-- The doors of the import: a file's content, a large object, a file of the server, and the views of the formats.

CREATE FUNCTION _import_options(
    format text, mode text, default_region text, encoding text, delimiter text, quote text, empty_cells text,
    visibility text, owner text, strict boolean, file_name text, max_bytes bigint, match_by text[],
    on_duplicate text, dry_run boolean, max_errors bigint, date_order text, escape text, max_field_bytes bigint,
    null_strings text[])
  RETURNS jsonb
  LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
  SELECT jsonb_strip_nulls(jsonb_build_object(
           'format', format, 'mode', mode, 'default_region', default_region, 'encoding', encoding,
           'delimiter', delimiter, 'quote', quote, 'empty_cells', empty_cells, 'visibility', visibility,
           'owner', owner, 'strict', strict, 'file_name', file_name, 'max_bytes', max_bytes,
           'match_by', array_to_string(match_by, ','), 'on_duplicate', on_duplicate,
           'dry_run', nullif(dry_run, false), 'max_errors', max_errors, 'date_order', date_order, 'escape', escape,
           'max_field_bytes', max_field_bytes, 'null_strings', array_to_string(null_strings, E'\n')));
END;
COMMENT ON FUNCTION _import_options IS 'The options of an import as the engine takes them.';

CREATE FUNCTION _import_result(run jsonb)
  RETURNS TABLE (import_id uuid, format text, file_name text, started_at timestamptz, finished_at timestamptz,
                 started_by text, records bigint, inserted bigint, updated bigint, unchanged bigint, failed bigint,
                 blank bigint, warnings bigint, options jsonb, message text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT *
    FROM jsonb_to_record(run)
      AS r(import_id uuid, format text, file_name text, started_at timestamptz, finished_at timestamptz,
           started_by text, records bigint, inserted bigint, updated bigint, unchanged bigint, failed bigint,
           blank bigint, warnings bigint, options jsonb, message text);
END;
COMMENT ON FUNCTION _import_result(jsonb) IS 'The row of import_run that the engine gives as JSON.';

CREATE FUNCTION import_csv(
    content bytea, format text DEFAULT 'auto', mode text DEFAULT NULL, default_region text DEFAULT NULL,
    encoding text DEFAULT NULL, delimiter text DEFAULT NULL, quote text DEFAULT NULL, empty_cells text DEFAULT NULL,
    visibility text DEFAULT NULL, owner text DEFAULT NULL, strict boolean DEFAULT NULL, file_name text DEFAULT NULL,
    max_bytes bigint DEFAULT NULL, match_by text[] DEFAULT NULL, on_duplicate text DEFAULT NULL,
    dry_run boolean DEFAULT false, max_errors bigint DEFAULT NULL, date_order text DEFAULT NULL,
    escape text DEFAULT NULL, max_field_bytes bigint DEFAULT NULL, null_strings text[] DEFAULT NULL)
  RETURNS TABLE (import_id uuid, format text, file_name text, started_at timestamptz, finished_at timestamptz,
                 started_by text, records bigint, inserted bigint, updated bigint, unchanged bigint, failed bigint,
                 blank bigint, warnings bigint, options jsonb, message text)
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT *
    FROM _import_result(contacts.import_content('contact'::regclass, import_csv.content, _import_options(
           import_csv.format, import_csv.mode, import_csv.default_region, import_csv.encoding, import_csv.delimiter,
           import_csv.quote, import_csv.empty_cells, import_csv.visibility, import_csv.owner, import_csv.strict,
           import_csv.file_name, import_csv.max_bytes, import_csv.match_by, import_csv.on_duplicate,
           import_csv.dry_run, import_csv.max_errors, import_csv.date_order, import_csv.escape,
           import_csv.max_field_bytes, import_csv.null_strings)));
END;
COMMENT ON FUNCTION import_csv IS 'Imports a CSV file of any dialect; the row of import_run. format: auto, a format of contacts.format_field() or a name of import_profile; mode: insert, update or upsert, by default what the product does; match_by: contact_id, external_id, email, phone, in order, how a record finds its contact; on_duplicate: insert, skip, update or error; default_region: ISO 3166-1 alpha-2, whose national phone notation is understood; date_order: mdy, dmy or ymd; empty_cells: keep or clear fields on update; null_strings: what stands in cells that are meant to be empty, such as N/A, in any case; visibility and owner (login) of new contacts; strict: the product''s own limits are errors; dry_run: the same result, nothing stored but import_run and import_error; max_errors, max_bytes: give up (54000) beyond. One bad record never costs another: see import_error and error_file(). docs/import.md has all of it.';

CREATE FUNCTION import_large_object(
    loid oid, format text DEFAULT 'auto', mode text DEFAULT NULL, default_region text DEFAULT NULL,
    encoding text DEFAULT NULL, delimiter text DEFAULT NULL, quote text DEFAULT NULL, empty_cells text DEFAULT NULL,
    visibility text DEFAULT NULL, owner text DEFAULT NULL, strict boolean DEFAULT NULL, file_name text DEFAULT NULL,
    max_bytes bigint DEFAULT NULL, match_by text[] DEFAULT NULL, on_duplicate text DEFAULT NULL,
    dry_run boolean DEFAULT false, max_errors bigint DEFAULT NULL, date_order text DEFAULT NULL,
    escape text DEFAULT NULL, max_field_bytes bigint DEFAULT NULL, null_strings text[] DEFAULT NULL)
  RETURNS TABLE (import_id uuid, format text, file_name text, started_at timestamptz, finished_at timestamptz,
                 started_by text, records bigint, inserted bigint, updated bigint, unchanged bigint, failed bigint,
                 blank bigint, warnings bigint, options jsonb, message text)
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT *
    FROM _import_result(contacts.import_large_object('contact'::regclass, import_large_object.loid, _import_options(
           import_large_object.format, import_large_object.mode, import_large_object.default_region,
           import_large_object.encoding, import_large_object.delimiter, import_large_object.quote,
           import_large_object.empty_cells, import_large_object.visibility, import_large_object.owner,
           import_large_object.strict, import_large_object.file_name, import_large_object.max_bytes,
           import_large_object.match_by, import_large_object.on_duplicate, import_large_object.dry_run,
           import_large_object.max_errors, import_large_object.date_order, import_large_object.escape,
           import_large_object.max_field_bytes, import_large_object.null_strings)));
END;
COMMENT ON FUNCTION import_large_object IS 'As import_csv(), the file being a large object that the caller may read: psql''s \lo_import brings one in from any client, of any size.';

CREATE FUNCTION import_file(
    path text, format text DEFAULT 'auto', mode text DEFAULT NULL, default_region text DEFAULT NULL,
    encoding text DEFAULT NULL, delimiter text DEFAULT NULL, quote text DEFAULT NULL, empty_cells text DEFAULT NULL,
    visibility text DEFAULT NULL, owner text DEFAULT NULL, strict boolean DEFAULT NULL, file_name text DEFAULT NULL,
    max_bytes bigint DEFAULT NULL, match_by text[] DEFAULT NULL, on_duplicate text DEFAULT NULL,
    dry_run boolean DEFAULT false, max_errors bigint DEFAULT NULL, date_order text DEFAULT NULL,
    escape text DEFAULT NULL, max_field_bytes bigint DEFAULT NULL, null_strings text[] DEFAULT NULL)
  RETURNS TABLE (import_id uuid, format text, file_name text, started_at timestamptz, finished_at timestamptz,
                 started_by text, records bigint, inserted bigint, updated bigint, unchanged bigint, failed bigint,
                 blank bigint, warnings bigint, options jsonb, message text)
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT *
    FROM _import_result(contacts.import_server_file('contact'::regclass, import_file.path, _import_options(
           import_file.format, import_file.mode, import_file.default_region, import_file.encoding,
           import_file.delimiter, import_file.quote, import_file.empty_cells, import_file.visibility,
           import_file.owner, import_file.strict,
           coalesce(import_file.file_name, substring(import_file.path, '[^/\\]*$')), import_file.max_bytes,
           import_file.match_by, import_file.on_duplicate, import_file.dry_run, import_file.max_errors,
           import_file.date_order, import_file.escape, import_file.max_field_bytes, import_file.null_strings)));
END;
COMMENT ON FUNCTION import_file IS 'As import_csv(), the file being one of the server, for roles with the privileges of pg_read_server_files. A relative path begins at the data directory; file_name is by default the last part of the path.';

-- A format is a relation: reading csv_<format> gives the visible contacts as that product's file, writing to it
-- imports. The query comes from the format's declaration. COPY wants a value for every column of a view, so a format
-- with an error column has two: with it, for error files, and without it, for files made from the product's template.
DO $$
DECLARE
  f record;
BEGIN
  FOR f IN
    SELECT 'csv_' || c.format AS view, c.format, contacts.format_query(c.format) AS query,
           format('Contacts in the CSV format "%s". COPY or INSERT into it imports, as import_csv() does with this format''s defaults.', c.format) AS comment
      FROM contacts.format_field() c WHERE c.position = 1
    UNION ALL
    SELECT 'csv_' || c.format || '_template', c.format,
           format('SELECT %s FROM %I', string_agg(quote_ident(c.header), ', ' ORDER BY c.position) FILTER (WHERE c.target <> 'ignored'),
                  'csv_' || c.format),
           format('As csv_%s, without the error column: for files with exactly the columns of the product''s template.', c.format)
      FROM contacts.format_field() c WHERE c.in_view GROUP BY c.format HAVING bool_or(c.target = 'ignored')
    ORDER BY 1
  LOOP
    EXECUTE format('CREATE OR REPLACE VIEW %I WITH (security_invoker) AS %s', f.view, f.query);
    EXECUTE format('COMMENT ON VIEW %I IS %L', f.view, f.comment);
    EXECUTE format('CREATE OR REPLACE TRIGGER import_begin BEFORE INSERT ON %I FOR EACH STATEMENT EXECUTE FUNCTION contacts.import_view(%L, %L)',
                   f.view, f.format, 'contact');
    EXECUTE format('CREATE OR REPLACE TRIGGER import_row INSTEAD OF INSERT ON %I FOR EACH ROW EXECUTE FUNCTION contacts.import_view(%L, %L)',
                   f.view, f.format, 'contact');
    EXECUTE format('CREATE OR REPLACE TRIGGER import_end AFTER INSERT ON %I FOR EACH STATEMENT EXECUTE FUNCTION contacts.import_view(%L, %L)',
                   f.view, f.format, 'contact');
  END LOOP;
END
$$;
