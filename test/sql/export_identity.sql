-- Export and import of every CSV format change nothing, whatever contacts hold: out of one directory into another, and
-- into the same one, guarded against formulas or not.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;
\set SHOW_CONTEXT never
CREATE ROLE regress_identity;
SELECT contacts.create_directory('crm', 'regress_identity') IS NULL AS failed,
       contacts.create_directory('crm2', 'regress_identity') IS NULL AS failed;
SET ROLE regress_identity;

-- Values of one to five pieces, chosen by a hash; each is odd somewhere.
CREATE TEMP TABLE odd AS
  SELECT i, f, (SELECT string_agg((ARRAY['=', '+', '-', '@', E'\t', E'\r', E'\n', '''', '"', '`', ',', ';', '|', ':', ' ', E'\\', '^', '~',
                                         'x', 'y', '12', 'é', '＝', U&'\00A0', U&'\200B', '''=', '''''+', 'sep=', '#N/A', 'NULL', '曾'])
                                  [1 + (hashtext(i || '/' || f || '/' || p) & 1023) % 31], '' ORDER BY p)
                  FROM generate_series(1, 1 + (hashtext(i || '/' || f) & 1023) % 5) AS p) AS value
    FROM generate_series(1, 150) AS i, generate_series(1, 24) AS f;
CREATE FUNCTION pg_temp.odd(int, int) RETURNS text LANGUAGE sql AS 'SELECT value FROM odd WHERE i = $1 AND f = $2';
-- Parts of lists have names without what separates them.
CREATE FUNCTION pg_temp.plain(int, int) RETURNS text LANGUAGE sql AS
  $$ SELECT coalesce(nullif(trim(regexp_replace(value, '[;:\s' || U&'\00A0\200B' || '*_]', '', 'g'), ''), ''), 'p') FROM odd WHERE i = $1 AND f = $2 $$;
INSERT INTO crm.organization (name) SELECT DISTINCT 'O' || pg_temp.plain(i, 1) || i FROM generate_series(1, 150, 3) AS i;
INSERT INTO crm.contact (name_prefix, first_name, middle_name, last_name, name_suffix, nickname, phonetic_first_name, phonetic_last_name,
                         job_title, department, location, custom, birth_date, contact_type, contact_level, organization_id)
SELECT CASE WHEN i % 3 = 0 THEN pg_temp.odd(i, 2) END, pg_temp.odd(i, 3) || 'F', CASE WHEN i % 3 = 1 THEN pg_temp.odd(i, 4) END,
       'L' || i || pg_temp.odd(i, 5), CASE WHEN i % 3 = 2 THEN pg_temp.odd(i, 6) END, CASE WHEN i % 2 = 0 THEN pg_temp.odd(i, 7) END,
       CASE WHEN i % 4 = 0 THEN pg_temp.odd(i, 8) END, CASE WHEN i % 4 = 1 THEN pg_temp.odd(i, 9) END,
       CASE WHEN i % 3 > 0 THEN pg_temp.odd(i, 10) END, pg_temp.odd(i, 11), CASE WHEN i % 2 = 1 THEN pg_temp.odd(i, 12) END,
       (SELECT jsonb_object_agg(key, pg_temp.odd(i, 13))
          FROM unnest(ARRAY['field1', 'field2', 'spouse', 'screen_name', 'photo', 'lifecycle_stage', 'assistant_name', 'connected_on', 'role',
                            'survey_opt_out']) AS key),
       date '1980-01-01' + i, (ARRAY['lead', 'prospect', 'customer', 'other'])[1 + i % 4], (ARRAY['primary', 'secondary', 'tertiary'])[1 + i % 3],
       (SELECT o.organization_id FROM crm.organization o WHERE o.name = 'O' || pg_temp.plain(i, 1) || i)
  FROM generate_series(1, 150) AS i ORDER BY i;
CREATE TEMP TABLE of AS SELECT contact_id, row_number() OVER (ORDER BY contact_id)::int AS i FROM crm.contact;
INSERT INTO crm.contact_phone (contact_id, position, label, number)
SELECT contact_id, p, (ARRAY['work', 'mobile', 'home'])[p], ('+4144668' || (1000 + i) + 2000 * p)::contacts.phone FROM of, generate_series(1, 3) AS p WHERE i % 4 >= p;
INSERT INTO crm.contact_email (contact_id, position, label, address)
SELECT contact_id, 1, 'work', ('o''br+' || i || '@mail.example')::contacts.email FROM of WHERE i % 3 > 0;
INSERT INTO crm.contact_address (contact_id, position, label, street, city, region, postal_code, country)
SELECT contact_id, 1, 'work', pg_temp.odd(i, 14) || 's', pg_temp.odd(i, 15), CASE WHEN i % 2 = 0 THEN pg_temp.odd(i, 16) END, pg_temp.odd(i, 17), 'CH'
  FROM of WHERE i % 2 = 0;
INSERT INTO crm.contact_social (contact_id, position, network, handle)
SELECT contact_id, p, (ARRAY['linkedin', 'twitter'])[p], pg_temp.odd(i, 17 + p) || 'h' FROM of, generate_series(1, 2) AS p WHERE i % 3 >= p;
INSERT INTO crm.contact_group (name) SELECT DISTINCT 'G' || pg_temp.plain(i, 20) FROM of WHERE i % 5 = 0;
INSERT INTO crm.contact_group_member (contact_id, group_id)
SELECT contact_id, g.group_id FROM of JOIN crm.contact_group g ON g.name = 'G' || pg_temp.plain(i, 20) WHERE i % 5 = 0;
INSERT INTO crm.contact_note (contact_id, body) SELECT contact_id, pg_temp.odd(i, 21) || 'n' FROM of WHERE i % 2 = 1;

CREATE FUNCTION pg_temp.file(rows text[]) RETURNS bytea LANGUAGE sql AS $$ SELECT convert_to(array_to_string(rows, E'\r\n') || E'\r\n', 'UTF8') $$;
-- IDs of 8x8 are for updates.
CREATE FUNCTION pg_temp.there(format text, rows text[]) RETURNS text[] LANGUAGE sql AS $$
  SELECT array_agg(CASE WHEN format = '8x8' THEN regexp_replace(r, '[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}', '', 'g') ELSE r END ORDER BY n) FROM unnest(rows) WITH ORDINALITY AS u(r, n) $$;
CREATE FUNCTION pg_temp.identity(format text, guard boolean, OUT failed bigint, OUT lost bigint, OUT changed bigint) LANGUAGE plpgsql AS $$
DECLARE
  rows text[] := ARRAY(SELECT crm.export_csv(format, guard));
  here text[] := pg_temp.there(format, rows);
  result record;
BEGIN
  SET LOCAL client_min_messages = warning;
  TRUNCATE crm2.contact, crm2.organization, crm2.contact_group CASCADE;
  SELECT * INTO result FROM crm2.import_csv(pg_temp.file(here), format => identity.format, visibility => 'company');
  failed := result.failed + abs(result.records - 150);
  SELECT count(*) INTO lost FROM (SELECT unnest(here) EXCEPT ALL SELECT unnest(pg_temp.there(format, ARRAY(SELECT crm2.export_csv(format, guard))))) AS x;
  IF format IN ('8x8', 'genesys', 'genesys_v2', 'hubspot', 'salesforce', 'generic') THEN
    SELECT r.records - r.unchanged INTO changed FROM crm.import_csv(pg_temp.file(rows), format => identity.format) AS r;
  END IF;
END
$$;
SELECT f.format, guard, (g).*
  FROM contacts.format_list() AS f, unnest(ARRAY[true, false]) AS guard, LATERAL pg_temp.identity(f.format, guard) AS g
 ORDER BY f.format COLLATE "C", guard;
SET client_min_messages = warning;
DROP SCHEMA crm CASCADE;
DROP SCHEMA crm2 CASCADE;
RESET ROLE;
DROP OWNED BY regress_identity;
DROP ROLE regress_identity;
