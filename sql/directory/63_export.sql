-- Files out of a directory: contacts, the failed records of an import, templates.

CREATE FUNCTION export_csv(format text, guard boolean DEFAULT true) RETURNS SETOF text
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT contacts.export_csv('contact'::regclass, export_csv.format, export_csv.guard);
END;
COMMENT ON FUNCTION export_csv(text, boolean) IS 'The contacts that the caller sees as a CSV file of a format, a record a row, header first, in order of contact_id. It streams: use it in a select list or in FROM, with psql''s \g FILE or a cursor, for any number of contacts. guard: values that a spreadsheet would take for formulas (CWE-1236), phone numbers with + among them, get an apostrophe, which an import takes off; false: for programs. Format vcard: cards of version 4.0, a card a row, whose lines end with CRLF but for the last; guard does not matter. Errors: 22023 for an unknown format, 42501 without the permission export.';

-- The failed records of an import, as they were in the file, with their errors in a column that every import
-- ignores: to be corrected and imported again.
CREATE FUNCTION error_file(import_id uuid DEFAULT NULL, guard boolean DEFAULT true) RETURNS SETOF text
  LANGUAGE sql STABLE
BEGIN ATOMIC
  WITH run AS (
    SELECT r.import_id, r.delimiter, r.delimiter IS NULL AS has_cards, r.header,
           -- An error file that failed again has its error column already.
           (SELECT min(h.ordinality)::int FROM unnest(r.header) WITH ORDINALITY AS h(name, ordinality)
             WHERE lower(trim(h.name)) = 'error detail') AS error_at
      FROM import_run r
     WHERE r.import_id = coalesce(error_file.import_id, (SELECT max_run.import_id FROM import_run max_run
                                                          ORDER BY max_run.import_id DESC LIMIT 1))
  ), width AS (
    SELECT run.*, coalesce(run.error_at, cardinality(run.header) + 1) AS at FROM run
  ), failed AS (
    SELECT e.record, min(e.ordinal) AS first_ordinal,
           string_agg(coalesce(e.column_name || ': ', '') || e.message, '; ' ORDER BY e.ordinal)
             FILTER (WHERE e.severity = 'error') AS detail
      FROM import_error e JOIN run ON run.import_id = e.import_id
     WHERE e.record IS NOT NULL
     GROUP BY e.record
    HAVING bool_or(e.severity = 'error')
  )
  SELECT CASE WHEN w.has_cards THEN contacts.vcard_with_error(f.cells[1], f.detail)
              WHEN error_file.guard THEN contacts.csv_guarded_record(f.cells, w.delimiter)
              ELSE contacts.csv_record(f.cells, w.delimiter) END
    FROM width w,
         LATERAL (
           SELECT 0::bigint AS record, NULL::text AS detail,
                  w.header[:w.at - 1] || 'Error Detail'::text || w.header[w.at + 1:] AS cells
            WHERE NOT w.has_cards
            UNION ALL
           -- Cells that a short record lacks are filled up, so that the error stands in its column.
           SELECT f.record, f.detail,
                  CASE WHEN w.has_cards THEN e.cells
                       ELSE e.cells[:w.at - 1] || array_fill(''::text, ARRAY[greatest(w.at - 1 - cardinality(e.cells), 0)])
                            || f.detail || e.cells[CASE WHEN w.error_at IS NULL THEN w.at ELSE w.at + 1 END:] END
             FROM failed f
             JOIN import_error e ON e.import_id = w.import_id AND e.ordinal = f.first_ordinal) AS f
   ORDER BY f.record;
END;
COMMENT ON FUNCTION error_file(uuid, boolean) IS 'The failed records of an import (NULL: the last one that is visible) as a CSV file, a record a row, header first: the original columns and "Error Detail". Correct and import it again; the column may stay. Of an import of vCards: the failed cards, with their errors in X-CONTACTS-ERROR. guard: cells that a spreadsheet would take for formulas get an apostrophe, which the import takes off.';

CREATE FUNCTION csv_template(format text) RETURNS SETOF text
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT contacts.check_permission('staff'::regclass, 'export');
  SELECT contacts.csv_record(array_agg(f.header ORDER BY f.position))
    FROM contacts.format_field() f
   WHERE f.format = csv_template.format AND f.in_view AND f.target <> 'ignored'
   GROUP BY f.format;
END;
COMMENT ON FUNCTION csv_template(text) IS 'The header of a format as the product documents it, as a CSV record; no row for an unknown format. Error 42501 without the permission export.';
