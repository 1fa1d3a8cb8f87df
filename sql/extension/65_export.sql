-- Export: CSV records, the marks that protect values in files, and contacts as rows of text.

-- RFC 4180. IMMUTABLE: text in, text out.
CREATE OR REPLACE FUNCTION contacts.csv_record(cells text[], delimiter text DEFAULT ',') RETURNS text
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_csv_record';
COMMENT ON FUNCTION contacts.csv_record(text[], text) IS 'One record of a CSV file (RFC 4180), without its line end; cells are quoted where they must be, NULL is an empty cell.';

CREATE OR REPLACE FUNCTION contacts.csv_guarded_record(cells text[], delimiter text DEFAULT ',') RETURNS text
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_csv_guarded_record';
COMMENT ON FUNCTION contacts.csv_guarded_record(text[], text) IS 'As contacts.csv_record(), for cells as they were in a file: one that a spreadsheet would take for a formula (CWE-1236) gets an apostrophe, so that an import reads the same value.';

CREATE OR REPLACE FUNCTION contacts.csv_guard(value text) RETURNS text
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_csv_guard';
COMMENT ON FUNCTION contacts.csv_guard(text) IS 'The cell to write for a value in a file that a spreadsheet may open: an apostrophe before what begins, after any apostrophes, with = + - @ (CWE-1236, OWASP ASVS 1.2.10) or with white space, and around what ends with white space. contacts.csv_value() takes exactly that off.';

CREATE OR REPLACE FUNCTION contacts.csv_escape(value text) RETURNS text
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_csv_escape';
COMMENT ON FUNCTION contacts.csv_escape(text) IS 'As contacts.csv_guard(), for files that no spreadsheet opens: an apostrophe only where an import would read something else than the value. +85223456789 stays as it is.';

CREATE OR REPLACE FUNCTION contacts.csv_value(cell text) RETURNS text
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_csv_value';
COMMENT ON FUNCTION contacts.csv_value(text) IS 'The value that an import reads in a cell: without the apostrophes of contacts.csv_guard(), else trimmed of white space on both sides.';

CREATE OR REPLACE FUNCTION contacts.vcard_with_error(card text, detail text) RETURNS text
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_vcard_with_error';
COMMENT ON FUNCTION contacts.vcard_with_error(text, text) IS 'A vCard with what is wrong with it in a property X-CONTACTS-ERROR, which an import ignores; lines end with CRLF. For the directory''s error_file().';

-- A card is put together in the engine: position numbers the values it is made of. A part's values are read of all
-- parts.
CREATE OR REPLACE FUNCTION contacts.vcard_expression()
  RETURNS TABLE ("position" int, header text, target text, part text, value text, fits text, ordinal int, separator text, sort text)
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT v."position", v.header, CASE v.header WHEN 'organization' THEN 'organization_name' ELSE v.header END, v.part, v.value, CASE WHEN v.part IS NOT NULL THEN 'true' END, 1,
         CASE WHEN v.part IS NOT NULL THEN ',' END,
         CASE WHEN v.part = 'contact_group' THEN 'g.name' WHEN v.part = 'note' THEN 'p.created_at DESC, p.note_id DESC' WHEN v.part IS NOT NULL THEN 'p."position"' END
    FROM (VALUES
      (1, 'uid', NULL::text, 'CASE WHEN c.source = ''vcard'' AND c.external_id IS NOT NULL THEN c.external_id ELSE c.contact_id::text END'),
      (2, 'prefix', NULL, 'c.name_prefix'),
      (3, 'given', NULL, 'c.first_name'),
      (4, 'additional', NULL, 'c.middle_name'),
      (5, 'family', NULL, 'c.last_name'),
      (6, 'suffix', NULL, 'c.name_suffix'),
      (7, 'nickname', NULL, 'c.nickname'),
      (8, 'title', NULL, 'c.job_title'),
      (9, 'organization', NULL, 'o.name::text'),
      (10, 'unit', NULL, 'c.department'),
      (11, 'language', NULL, 'c.language'),
      (12, 'birth_date', NULL, 'CASE WHEN c.birth_year_known THEN pg_catalog.to_char(c.birth_date, ''YYYY-MM-DD'') ELSE ''--'' || pg_catalog.to_char(c.birth_date, ''MM-DD'') END'),
      (13, 'urls', NULL, 'pg_catalog.array_to_string(c.websites, E''\n'')'),
      (15, 'role', NULL, 'c.custom ->> ''role'''),
      (16, 'formatted_name', NULL, 'c.custom ->> ''formatted_name'''),
      (17, 'birthday_text', NULL, 'c.custom ->> ''birthday'''),
      (18, 'other', NULL, 'c.custom ->> ''vcard'''),
      (21, 'label', 'phone', 'p.label'),
      (22, 'number', 'phone', 'coalesce(p.number::text, p.entered)'),
      (23, 'accepts_sms', 'phone', 'CASE WHEN p.accepts_sms THEN ''t'' END'),
      (31, 'label', 'email', 'p.label'),
      (32, 'address', 'email', 'p.address::text'),
      (41, 'label', 'address', 'p.label'),
      (42, 'street', 'address', 'p.street'),
      (43, 'street2', 'address', 'p.street2'),
      (44, 'city', 'address', 'p.city'),
      (45, 'region', 'address', 'p.region'),
      (46, 'postal_code', 'address', 'p.postal_code'),
      (47, 'country', 'address', 'coalesce(contacts.country_name(p.country, ''en''), p.country, p.country_entered)'),
      (51, 'network', 'social', 'p.network'),
      (52, 'handle', 'social', 'p.handle'),
      (61, 'name', 'contact_group', 'g.name'),
      (71, 'body', 'note', 'p.body')) AS v("position", header, part, value);
END;
COMMENT ON FUNCTION contacts.vcard_expression() IS 'As contacts.format_expression(), for a vCard: what its writer takes of a contact and of each of its parts, by position. IMMUTABLE: constants.';

-- Contacts and their parts are read once each, in order of contact_id, and joined by the reader: no row of a part is
-- looked up, nothing is held but the rows of one contact.
CREATE OR REPLACE FUNCTION contacts.export_query(format text, directory text)
  RETURNS TABLE (part text, query text, positions int[], ordinals int[], separators text[])
  LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT e.part,
         pg_catalog.format(E'SELECT %1$s, %2$s\nFROM %3$s%4$s ORDER BY %1$s%5$s',
           CASE WHEN e.part IS NULL THEN 'c.contact_id' ELSE 'p.contact_id' END,
           pg_catalog.string_agg(CASE WHEN e.part IS NULL THEN e.value ELSE e.fits || ', ' || e.value END, ', ' ORDER BY e."position"),
           CASE WHEN e.part IS NULL THEN pg_catalog.format('%I.contact c', export_query.directory)
                WHEN e.part = 'contact_group'
                THEN pg_catalog.format('%1$I.contact_group_member p JOIN %1$I.contact_group g ON g.group_id = p.group_id', export_query.directory)
                ELSE pg_catalog.format('%I.%I p', export_query.directory, 'contact_' || e.part) END,
           CASE WHEN e.part IS NOT NULL THEN ''
                ELSE CASE WHEN pg_catalog.bool_or(e.target LIKE 'organization%')
                          THEN pg_catalog.format(E'\nLEFT JOIN %I.organization o ON o.organization_id = c.organization_id', export_query.directory)
                          ELSE '' END
                     || E'\nWHERE c.merged_into IS NULL' END,
           coalesce(', ' || pg_catalog.min(e.sort), '')),
         pg_catalog.array_agg(e."position" ORDER BY e."position"),
         pg_catalog.array_agg(e.ordinal ORDER BY e."position"),
         pg_catalog.array_agg(e.separator ORDER BY e."position")
    FROM (SELECT * FROM contacts.format_expression(export_query.format)
          UNION ALL
          SELECT * FROM contacts.vcard_expression() WHERE export_query.format = 'vcard') e
   WHERE e.target <> 'ignored'
   GROUP BY e.part
   ORDER BY e.part NULLS FIRST;
END;
COMMENT ON FUNCTION contacts.export_query(text, text) IS 'The queries that contacts.export_csv() reads side by side in a directory, one for contacts (part is NULL) and one for each kind of part: contact_id, then for each position the value, of a part whether it fits and the value. No row for an unknown format.';

CREATE OR REPLACE FUNCTION contacts.export_csv(contact regclass, format text, guard boolean) RETURNS SETOF text
  LANGUAGE c STABLE STRICT PARALLEL UNSAFE COST 1000 ROWS 100000
  AS 'MODULE_PATHNAME', 'contacts_export_csv';
COMMENT ON FUNCTION contacts.export_csv(regclass, text, boolean) IS 'The contacts that the caller sees in the directory of this table "contact", as CSV records of a format, header first, in order of contact_id. For the directory''s export_csv(). It streams: rows are read as they are fetched. Errors: 22023 for an unknown format, 42501 without the permission export.';
