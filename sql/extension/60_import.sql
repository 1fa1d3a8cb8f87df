-- The import engine: what the functions, views and triggers of a directory call.

-- The formats are declared once, in the engine; views, templates and docs read them here.
CREATE OR REPLACE FUNCTION contacts.format_field()
  RETURNS TABLE (format text, "position" int, header text, target text, label text, any_label boolean,
                 required boolean, max_length int, in_view boolean, aliases text, ordinal int, labels text[])
  LANGUAGE c IMMUTABLE PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_format_field';
COMMENT ON FUNCTION contacts.format_field() IS 'The columns of every CSV format: header as the product writes it, other spellings (separated by |), the field it goes to, label of a part (any_label: it also shows parts with a label that no other column names; labels: all that it shows), the product''s limit in characters, which one of several parts with the label it shows (ordinal; NULL: the number that stands where the header here has n). IMMUTABLE: compiled in.';

CREATE OR REPLACE FUNCTION contacts.format_column()
  RETURNS TABLE (format text, "position" int, header text, target text, label text, any_label boolean,
                 required boolean, max_length int, in_view boolean, aliases text)
  LANGUAGE c IMMUTABLE PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_format_column';
COMMENT ON FUNCTION contacts.format_column() IS 'For directories of layout 0.1.0, which call it: as contacts.format_field(), of the formats they have, without ordinal and labels. The columns of a CSV format: header as the product writes it, other spellings (separated by |), the field it goes to, label of a part (any_label: it also shows parts with a label that no other column names), the product''s limit in characters. IMMUTABLE: compiled in.';

CREATE OR REPLACE FUNCTION contacts.format_list()
  RETURNS TABLE (format text, title text, source text, mode text, visibility text, date_order text, default_region text,
                 match_by text, value_separator text, languages text[], max_bytes bigint, max_records bigint)
  LANGUAGE c IMMUTABLE PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_format_list';
COMMENT ON FUNCTION contacts.format_list() IS 'The CSV formats and what an import of each does unless told otherwise: contact.source of new contacts, mode, visibility, the order of dates (ymd, mdy, dmy), the region of numbers without +, by what contacts are matched (NULL: the ID), what separates several values of one cell, the languages of headers that are understood, the product''s limits. IMMUTABLE: compiled in.';

CREATE OR REPLACE FUNCTION contacts.format_term()
  RETURNS TABLE (target text, stored text, written text)
  LANGUAGE c IMMUTABLE PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_format_term';
COMMENT ON FUNCTION contacts.format_term() IS 'How values of closed lists (contact_type, contact_level, the types of a phone list''s entries) are stored and how a CSV file writes them. IMMUTABLE: compiled in.';

CREATE OR REPLACE FUNCTION contacts.import_content(contact regclass, content bytea, options jsonb) RETURNS jsonb
  LANGUAGE c VOLATILE PARALLEL UNSAFE
  AS 'MODULE_PATHNAME', 'contacts_import_content';
COMMENT ON FUNCTION contacts.import_content(regclass, bytea, jsonb) IS 'Imports a CSV file into the directory of this table "contact"; the row of import_run as JSON. For the directory''s import_csv(). Error 22004 for a NULL: no content must not pass for an empty file.';

CREATE OR REPLACE FUNCTION contacts.import_large_object(contact regclass, loid oid, options jsonb) RETURNS jsonb
  LANGUAGE c VOLATILE PARALLEL UNSAFE
  AS 'MODULE_PATHNAME', 'contacts_import_large_object';
COMMENT ON FUNCTION contacts.import_large_object(regclass, oid, jsonb) IS 'As contacts.import_content(), the file being a large object that the caller may read.';

CREATE OR REPLACE FUNCTION contacts.import_server_file(contact regclass, path text, options jsonb) RETURNS jsonb
  LANGUAGE c VOLATILE PARALLEL UNSAFE
  AS 'MODULE_PATHNAME', 'contacts_import_server_file';
COMMENT ON FUNCTION contacts.import_server_file(regclass, text, jsonb) IS 'As contacts.import_content(), the file being one of the server; for roles with the privileges of pg_read_server_files.';

-- IMMUTABLE for the sake of a CHECK: a later version may know more fields, and forgets none.
CREATE OR REPLACE FUNCTION contacts.check_import_profile(profile jsonb) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_check_import_profile';
COMMENT ON FUNCTION contacts.check_import_profile(jsonb) IS 'True for an import profile (name, format, source, columns, defaults, options, as in a directory''s import_profile) that imports can use, else error 22023, which names the field, label, default or option at fault. Never false.';

CREATE OR REPLACE FUNCTION contacts.import_view() RETURNS trigger
  LANGUAGE c VOLATILE
  AS 'MODULE_PATHNAME', 'contacts_import_view';
COMMENT ON FUNCTION contacts.import_view() IS 'Trigger of a format''s view: rows inserted by one statement are one import. Arguments: the format, the name of the table of contacts beside the view. Fired before and after the statement and instead of each row.';

CREATE OR REPLACE FUNCTION contacts.import_batch_support(internal) RETURNS internal
  LANGUAGE c STABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_import_batch_support';
COMMENT ON FUNCTION contacts.import_batch_support(internal) IS 'Tells the planner how many rows contacts.import_batch() will yield.';

-- ROWS: the size of a full batch, for a plan that is made before there is one.
CREATE OR REPLACE FUNCTION contacts.import_batch(relation text) RETURNS SETOF record
  LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE ROWS 2000
  SUPPORT contacts.import_batch_support
  AS 'MODULE_PATHNAME', 'contacts_import_batch';
COMMENT ON FUNCTION contacts.import_batch(text) IS 'Rows that the running import writes now, with the columns that the caller names in its column definition list. Error 55000 outside of an import.';

-- How each column of a format is read from the tables of a directory: c the contact, o its organization, p a part (g its
-- group). The views and the export are made of it.
CREATE OR REPLACE FUNCTION contacts.format_expression(format text)
  RETURNS TABLE ("position" int, header text, target text, part text, value text, fits text, ordinal int, separator text, sort text)
  LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH form AS (
    SELECT l.source, l.date_order, coalesce(l.value_separator, ';') AS separator
      FROM contacts.format_list() l WHERE l.format = format_expression.format
  ), declared AS (
    SELECT f.*,
           CASE WHEN f.target LIKE 'phone\_%' OR f.target IN ('phone', 'phones') THEN 'phone'
                WHEN f.target IN ('email', 'email_label', 'emails') THEN 'email'
                WHEN f.target IN ('street', 'street2', 'street3', 'city', 'region', 'postal_code', 'country',
                                  'address_label', 'address_formatted', 'addresses') THEN 'address'
                WHEN f.target = 'social' THEN 'social'
                WHEN f.target = 'groups' THEN 'contact_group'
                WHEN f.target = 'notes' THEN 'note' END AS part
      FROM contacts.format_field() f
     WHERE f.format = format_expression.format AND f.in_view
  ), col AS (
    SELECT d."position", d.header, d.target, d.label, d.ordinal, d.part,
           -- How a part's column finds its part: by its labels, or by any label that no other column names.
           CASE WHEN d.part IS NULL THEN NULL
                WHEN d.target IN ('phones', 'groups', 'notes') THEN 'true'
                WHEN d.target = 'social' THEN pg_catalog.format('p.network = %L', d.label)
                WHEN d.any_label THEN
                  coalesce((SELECT pg_catalog.format('p.label <> ALL (%L::text[])',
                                                     pg_catalog.array_agg(DISTINCT u.label ORDER BY u.label))
                              FROM declared o, pg_catalog.unnest(o.labels) AS u(label)
                             WHERE NOT o.any_label AND o.part = d.part
                           HAVING pg_catalog.count(*) > 0), 'true')
                WHEN pg_catalog.cardinality(d.labels) = 1 THEN pg_catalog.format('p.label = %L', d.label)
                ELSE pg_catalog.format('p.label = ANY (%L::text[])', d.labels) END AS fits
      FROM declared d
  )
  SELECT c."position", c.header, c.target,
         -- The address in one piece would repeat its parts.
         CASE WHEN c.target <> 'address_formatted' THEN c.part END,
         CASE
           WHEN c.target = 'phone' THEN
             CASE WHEN EXISTS (SELECT FROM col e WHERE e.target = 'phone_extension')
                  THEN 'coalesce(contacts.phone_base(p.number)::text, p.entered)'
                  ELSE 'coalesce(p.number::text, p.entered)' END
           WHEN c.target = 'phone_extension' THEN 'contacts.phone_extension(p.number)'
           WHEN c.target = 'phone_accepts_sms' THEN 'p.accepts_sms::text'
           WHEN c.target LIKE '%\_label' THEN
             'pg_catalog.upper(pg_catalog.left(p.label, 1) COLLATE "C") || pg_catalog.substr(p.label, 2)'
           WHEN c.target = 'email' THEN 'p.address::text'
           WHEN c.target = 'country' THEN 'coalesce(contacts.country_name(p.country, ''en''), p.country, p.country_entered)'
           -- Where the product has a third line, it is what follows the first line of street2.
           WHEN c.target = 'street2' AND EXISTS (SELECT FROM col e WHERE e.target = 'street3') THEN
             'pg_catalog.split_part(p.street2, E''\n'', 1)'
           WHEN c.target = 'street3' THEN
             'CASE WHEN pg_catalog.strpos(p.street2, E''\n'') > 0 THEN pg_catalog.substr(p.street2, pg_catalog.strpos(p.street2, E''\n'') + 1) END'
           WHEN c.target IN ('street', 'street2', 'city', 'region', 'postal_code') THEN 'p.' || c.target
           WHEN c.target = 'phones' THEN
             -- In what is no number the separators of the list are blanked out; an import knows it again.
             pg_catalog.format(
               'coalesce(p.number::text, pg_catalog.translate(p.entered, '':;'', ''  '')) || '' '' || CASE p.label%s ELSE %L END',
               (SELECT pg_catalog.string_agg(pg_catalog.format(' WHEN %L THEN %L', t.stored, t.written), '' ORDER BY t.stored)
                  FROM contacts.format_term() t WHERE t.target = c.target AND t.stored <> 'other'),
               (SELECT t.written FROM contacts.format_term() t WHERE t.target = c.target AND t.stored = 'other'))
           WHEN c.target = 'social' THEN 'p.handle'
           WHEN c.target = 'notes' THEN 'p.body'
           WHEN c.target = 'groups' THEN
             -- A name that begins like a mark of the product's gets one, which an import takes off.
             CASE WHEN form.separator = ';' THEN 'g.name'
                  ELSE 'CASE WHEN g.name LIKE ''* %'' THEN ''* '' ELSE '''' END || g.name' END
           WHEN c.target = 'contact_id' THEN
             pg_catalog.format('CASE WHEN c.source = %L AND c.external_id IS NOT NULL THEN c.external_id ELSE c.contact_id::text END', form.source)
           WHEN c.target = 'display_name' THEN
             pg_catalog.format('coalesce(c.custom ->> ''display_name'', nullif(pg_catalog.concat_ws('' '', %s), ''''))',
               (SELECT pg_catalog.string_agg('c.' || n.name, ', ' ORDER BY n.ordinality)
                  FROM pg_catalog.unnest(ARRAY['name_prefix', 'first_name', 'middle_name', 'last_name', 'name_suffix'])
                       WITH ORDINALITY AS n(name, ordinality)
                 WHERE n.name IN (SELECT e.target FROM col e)))
           WHEN c.target = 'birth_date' THEN
             pg_catalog.format('pg_catalog.to_char(c.birth_date, CASE WHEN c.birth_year_known THEN %L ELSE %L END)',
               CASE form.date_order WHEN 'mdy' THEN 'MM/DD/YYYY' WHEN 'dmy' THEN 'DD/MM/YYYY' ELSE 'YYYY-MM-DD' END,
               CASE form.date_order WHEN 'mdy' THEN 'MM/DD' WHEN 'dmy' THEN 'DD/MM' ELSE '"--"MM-DD' END)
           WHEN c.target = 'birth_year' THEN 'CASE WHEN c.birth_year_known THEN pg_catalog.to_char(c.birth_date, ''YYYY'') END'
           WHEN c.target = 'birth_month' THEN 'pg_catalog.to_char(c.birth_date, ''FMMM'')'
           WHEN c.target = 'birth_day' THEN 'pg_catalog.to_char(c.birth_date, ''FMDD'')'
           WHEN c.target = 'language' THEN 'coalesce(contacts.language_name(c.language, ''en''), c.language)'
           WHEN c.target IN ('contact_type', 'contact_level') THEN
             pg_catalog.format('CASE c.%I%s END', c.target,
               (SELECT pg_catalog.string_agg(pg_catalog.format(' WHEN %L THEN %L', t.stored, t.written), '' ORDER BY t.stored)
                  FROM contacts.format_term() t WHERE t.target = c.target))
           WHEN c.target = 'websites' THEN pg_catalog.format('c.websites[%s]', c.ordinal)
           WHEN c.target = 'custom' THEN pg_catalog.format('c.custom ->> %L', c.label)
           WHEN c.target = 'organization_id' THEN
             pg_catalog.format('CASE WHEN o.source = %L AND o.external_id IS NOT NULL THEN o.external_id ELSE o.organization_id::text END', form.source)
           WHEN c.target IN ('organization_websites', 'organization_tags') THEN
             pg_catalog.format('pg_catalog.array_to_string(o.%I, '';'')', pg_catalog.substr(c.target, 14))
           WHEN c.target IN ('organization_phone', 'organization_fax') THEN
             pg_catalog.format('coalesce(o.%1$I::text, o.%2$I)', pg_catalog.substr(c.target, 14), pg_catalog.substr(c.target, 14) || '_entered')
           WHEN c.target = 'organization_type' THEN 'o.organization_type'
           WHEN c.target LIKE 'organization%' THEN pg_catalog.format('o.%I::text', pg_catalog.substr(c.target, 14))
           WHEN c.target IN ('ignored', 'address_formatted') THEN 'NULL::text'
           ELSE pg_catalog.format('c.%I', c.target)
         END,
         CASE WHEN c.target <> 'address_formatted' THEN c.fits END,
         c.ordinal,
         CASE c.target WHEN 'phones' THEN ': ' WHEN 'groups' THEN form.separator END,
         CASE WHEN c.target = 'groups' THEN 'g.name'
              -- The newest one.
              WHEN c.target = 'notes' THEN 'p.created_at DESC, p.note_id DESC'
              WHEN c.part IS NOT NULL AND c.target <> 'address_formatted' THEN 'p."position"' END
    FROM col c, form;
END;
COMMENT ON FUNCTION contacts.format_expression(text) IS 'How a format''s view and its export read each column: value is an expression over a contact c, its organization o or, for a column of a part, a row p of contact_<part> (contact_group: p the membership, g the group). Of a contact''s parts in order of sort the one that fits is shown, with this ordinal among those that do; with a separator, all are listed.';

-- The query of a format's view, made from the format's declaration: it is a function, so that a directory of an older
-- layout gets the same view by upgrade_directory(). Its joins are made for few contacts; contacts.export_query() reads
-- all of them.
CREATE OR REPLACE FUNCTION contacts.format_query(format text) RETURNS text
  LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH expression AS (
    SELECT e.*,
           CASE WHEN e.part IS NULL THEN e.value
                WHEN e.separator IS NULL
                THEN pg_catalog.format('(pg_catalog.array_agg(%s ORDER BY %s)%s)[%s]', e.value, e.sort,
                       CASE WHEN e.fits = 'true' THEN '' ELSE pg_catalog.format(' FILTER (WHERE %s)', e.fits) END, e.ordinal)
                ELSE pg_catalog.format('pg_catalog.string_agg(%s, %L ORDER BY %s)', e.value, e.separator, e.sort) END AS sql
      FROM contacts.format_expression(format_query.format) e
  )
  SELECT E'SELECT\n'
      || (SELECT pg_catalog.string_agg(
                   pg_catalog.format('  %s AS %I',
                     pg_catalog.format(CASE WHEN e.target = 'ignored' THEN '%s' ELSE 'contacts.csv_escape(%s)' END,
                       CASE WHEN e.part IS NULL THEN e.value ELSE pg_catalog.format('%I.%I', e.part, 'c' || e."position") END),
                     e.header),
                   E',\n' ORDER BY e."position")
            FROM expression e)
      || E'\nFROM contact c'
      || CASE WHEN EXISTS (SELECT FROM expression e WHERE e.target LIKE 'organization%')
              THEN E'\nLEFT JOIN organization o ON o.organization_id = c.organization_id' ELSE '' END
      || coalesce((SELECT pg_catalog.string_agg(
                   pg_catalog.format(E'\nLEFT JOIN LATERAL (SELECT %s FROM %s WHERE p.contact_id = c.contact_id) AS %I ON true',
                     j.list,
                     CASE j.part WHEN 'contact_group' THEN 'contact_group_member p JOIN contact_group g ON g.group_id = p.group_id'
                                 ELSE 'contact_' || j.part || ' p' END,
                     j.part), '' ORDER BY j.part)
            FROM (SELECT e.part, pg_catalog.string_agg(pg_catalog.format('%s AS %I', e.sql, 'c' || e."position"), ', ' ORDER BY e."position") AS list
                    FROM expression e WHERE e.part IS NOT NULL GROUP BY e.part) j), '')
      || E'\nWHERE c.merged_into IS NULL';
END;
COMMENT ON FUNCTION contacts.format_query(text) IS 'The query of a format''s view, csv_<format>, over the tables of a directory on the search path; NULL for an unknown format.';
