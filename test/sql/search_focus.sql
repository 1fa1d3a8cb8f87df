-- Words that very many rows have beside words of few: which are looked for in the index, and that search() finds the same.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;
CREATE ROLE regress_contacts_owner;
CREATE ROLE regress_contacts_ann;
SELECT contacts.create_directory('crm', 'regress_contacts_owner');
SET ROLE regress_contacts_owner;
SELECT crm.enroll('regress_contacts_ann', 'Ann', '{view,edit}') IS NOT NULL AS enrolled;
SET search_path = crm;
-- Nearly everybody is called James; most last names are nobody else's, so that no statistics know of them.
BEGIN;
INSERT INTO contact (external_id, visibility, owner_id, first_name, last_name, job_title)
SELECT i::text, CASE WHEN i % 7 = 0 THEN 'restricted' ELSE 'company' END,
       CASE WHEN i % 11 = 0 THEN (SELECT staff_id FROM staff WHERE login = 'regress_contacts_ann') END,
       CASE WHEN i % 400 = 1 THEN 'Jameson' WHEN i % 13 = 0 THEN 'Olga' ELSE 'James' END,
       CASE WHEN i % 650 = 0 THEN 'Ashbridge' WHEN i % 700 = 1 THEN 'Ashbridger' ELSE 'Number' || i END,
       CASE WHEN i % 400 = 3 THEN 'Buyer' END
  FROM generate_series(1, 13000) AS i;
COMMIT;
RESET ROLE;
SET ROLE regress_contacts_ann;
SELECT external_id, add_favorite(contact_id) FROM contact WHERE external_id IN ('650', '2801') ORDER BY 1;

CREATE TEMP TABLE asked AS
SELECT q.text, r.results, NULL::int AS step, NULL::uuid AS id, NULL::text AS display_name, NULL::text AS matched_value, NULL::real AS rank
  FROM unnest('{james ashbridge,ashb james,jame ashbridger,james buyer,james number12,james numb,olga ashbridge,james olga,james,ashbridge,
                james buyer number4,james aschbridge,jmaes ashbridge,james ashbrigde,james nobody}'::text[]) AS q(text),
       unnest('{3,20,1000}'::int[]) AS r(results);
CREATE TEMP TABLE answer AS SELECT * FROM asked WHERE false;
SET jit = off;
SET max_parallel_workers_per_gather = 0;

-- Without statistics nothing is known.
SELECT contacts.search_focus('contact', 'james* ashbridge*');
INSERT INTO answer SELECT a.text, a.results, 1, s.id, s.display_name, s.matched_value, s.rank FROM asked AS a CROSS JOIN LATERAL search(a.text, a.results) AS s;
RESET ROLE;
ANALYZE contact;
SET ROLE regress_contacts_ann;
SELECT text, contacts.search_focus('contact', contacts.search_query(text)) FROM asked WHERE results = 3 ORDER BY text COLLATE "C";
INSERT INTO answer SELECT a.text, a.results, 2, s.id, s.display_name, s.matched_value, s.rank FROM asked AS a CROSS JOIN LATERAL search(a.text, a.results) AS s;
SELECT text, results, count(*) FILTER (WHERE step = 1) AS usual, count(*) FILTER (WHERE step = 2) AS focused,
       array_agg((id, display_name, matched_value, rank) ORDER BY id) FILTER (WHERE step = 1)
         IS DISTINCT FROM array_agg((id, display_name, matched_value, rank) ORDER BY id) FILTER (WHERE step = 2) AS differ
  FROM answer GROUP BY text, results ORDER BY text COLLATE "C", results;

-- Which scans of the table by its index there were, and how many rows each one found.
CREATE FUNCTION pg_temp.scans(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || statement LOOP
    IF line ~ 'CTE (focused|finished|exact|strict)$' OR line ~ 'Bitmap Index Scan on contact_search_idx \(actual' THEN
      RETURN NEXT replace(regexp_replace(line, '^[ >-]*', ''), '.00', '');
    END IF;
  END LOOP;
END $$;
SELECT pg_temp.scans($$SELECT * FROM search('james ashbridge')$$);
-- Where there are too many to be looked at, after all, it is as if nothing were known.
SELECT pg_temp.scans($$SELECT * FROM search('james numb')$$);

-- Nothing is shown of what fewer than 10 000 rows have, to whoever may not read the column, or of what is no such table.
SELECT contacts.search_focus('contact', 'olga* ashbridge*') AS thousand, contacts.search_focus('contact', 'ashbridge*') AS one_word,
       contacts.search_focus('contact', '') AS empty, contacts.search_focus('contact', NULL) AS none;
SELECT contacts.search_focus('contact_phone', 'james* ashbridge*') AS no_column, contacts.search_focus('staff', 'james* ashbridge*') AS small,
       contacts.search_focus(0, 'james* ashbridge*') AS no_table, contacts.search_focus(NULL, 'james* ashbridge*') AS none;
RESET ROLE;
CREATE ROLE regress_contacts_stranger;
SET ROLE regress_contacts_stranger;
SELECT contacts.search_focus(c.oid, 'james* ashbridge*') AS stranger FROM pg_class c WHERE c.relname = 'contact' AND c.relnamespace = 'crm'::regnamespace;
RESET ROLE;
GRANT SELECT (search) ON contact TO regress_contacts_stranger;
SET ROLE regress_contacts_stranger;
SELECT contacts.search_focus(c.oid, 'james* ashbridge*') AS reads_column FROM pg_class c WHERE c.relname = 'contact' AND c.relnamespace = 'crm'::regnamespace;
RESET ROLE;
DROP OWNED BY regress_contacts_stranger;

-- Of a table with children the statistics of all.
CREATE TABLE parted (i int, search text[]) PARTITION BY RANGE (i);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (6000);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (6000) TO (20000);
INSERT INTO parted SELECT i, search FROM (SELECT search, row_number() OVER (ORDER BY external_id)::int AS i FROM contact) AS c;
ANALYZE parted;
SELECT contacts.search_focus('parted', 'james* ashbridge*'), contacts.search_focus('parted_1', 'james* ashbridge*') AS small;
-- A column of another type, and nothing in it.
CREATE TABLE other (search text);
INSERT INTO other SELECT 'james' FROM generate_series(1, 12000);
CREATE TABLE nothing (search text[]);
INSERT INTO nothing SELECT NULL FROM generate_series(1, 12000);
ANALYZE other, nothing;
SELECT contacts.search_focus('other', 'james* ashbridge*') AS text, contacts.search_focus('nothing', 'james* ashbridge*') AS nulls;

RESET search_path;
RESET jit;
RESET max_parallel_workers_per_gather;
DROP FUNCTION pg_temp.scans(text);
DROP TABLE pg_temp.asked, pg_temp.answer;
SET client_min_messages = warning;
DROP SCHEMA crm CASCADE;
RESET client_min_messages;
DROP ROLE regress_contacts_owner, regress_contacts_ann, regress_contacts_stranger;
