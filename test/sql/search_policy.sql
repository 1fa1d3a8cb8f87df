-- Search below policies: what is hidden is shown to no function, whatever way a statement is planned; bad input reads nothing.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;
CREATE ROLE regress_contacts_owner;
CREATE ROLE regress_contacts_ann;
CREATE ROLE regress_contacts_ben;
SELECT contacts.create_directory('crm', 'regress_contacts_owner');
SET ROLE regress_contacts_owner;
SELECT count(crm.enroll(login, login, '{view,edit}')) AS enrolled FROM (VALUES ('regress_contacts_ann'), ('regress_contacts_ben')) AS t(login);
SET search_path = crm;
BEGIN;
INSERT INTO contact (external_id, visibility, owner_id, first_name, last_name)
SELECT i::text, CASE WHEN i <= 20 THEN 'personal' ELSE 'company' END,
       (SELECT staff_id FROM staff WHERE login = CASE WHEN i <= 10 THEN 'regress_contacts_ann' ELSE 'regress_contacts_ben' END),
       'Person', CASE WHEN i <= 20 THEN 'Secret' ELSE 'Public' END || i
  FROM generate_series(1, 3000) AS i;
INSERT INTO contact_phone (contact_id, position, number) SELECT contact_id, 1, '+41446681800' FROM contact WHERE last_name ~ 'Secret';
COMMIT;
CREATE TABLE typed (n int, q text);
INSERT INTO typed VALUES (1, ''), (2, '.,;-(/)'), (3, repeat('secret ', 200000)), (4, repeat('s', 1000000)), (5, E'\x01\x1b\x7f'), (6, NULL), (7, '^ | * ~');
GRANT SELECT ON typed TO regress_contacts_ann;
-- A view of the owner's own, for whoever may read it.
CREATE VIEW public_person WITH (security_barrier) AS SELECT contact_id, last_name, search FROM contact WHERE last_name !~ 'Secret';
CREATE VIEW person WITH (security_barrier, security_invoker) AS SELECT contact_id, last_name, search FROM contact WHERE external_id <> '3000';
GRANT SELECT ON public_person, person TO regress_contacts_ann;
RESET ROLE;
ANALYZE crm.contact, crm.contact_phone, crm.typed;

SET ROLE regress_contacts_ann;
SET search_path = crm;
SET jit = off;
SET max_parallel_workers_per_gather = 0;
-- A function that costs next to nothing and tells what it is given: it is given what one may see, and no more.
CREATE TEMP TABLE seen (what text);
CREATE FUNCTION pg_temp.tell(what text) RETURNS boolean LANGUAGE plpgsql COST 0.000001 AS $$
BEGIN
  INSERT INTO seen VALUES (what);
  RETURN true;
END $$;
CREATE FUNCTION pg_temp.tell(what text[]) RETURNS boolean LANGUAGE sql COST 0.000001 AS $$ SELECT pg_temp.tell(what::text) $$;
SELECT count(*) FROM contact WHERE pg_temp.tell(last_name) AND search @@ contacts.search_query('secret');
SELECT count(*) FROM contact WHERE pg_temp.tell(search) AND search @@ contacts.search_query('secret');
SELECT count(*) FROM contact WHERE search @@ contacts.search_query('secret') AND pg_temp.tell(search::text || last_name);
SELECT count(*) FROM search('secret', 1000) AS s WHERE pg_temp.tell(s.display_name || s.matched_value);
SELECT count(*) FROM identify('+41446681800') AS i WHERE pg_temp.tell(i.display_name);
SELECT count(*) FROM public_person WHERE pg_temp.tell(last_name) AND search @@ contacts.search_query('person');
SELECT count(*) > 0 AS told, count(*) FILTER (WHERE what ~* 'secret(1[1-9]|20)') AS hidden FROM seen;

-- The index is used by any kind of plan, and through views that are barriers.
PREPARE by_text(text) AS SELECT contact_id FROM contact WHERE search @@ contacts.search_query($1);
PREPARE by_pattern(contacts.search_pattern) AS SELECT contact_id FROM contact WHERE search @@ $1;
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE by_text('secret7');
EXPLAIN (COSTS OFF) EXECUTE by_pattern('secret7*');
SET plan_cache_mode = force_custom_plan;
EXPLAIN (COSTS OFF) EXECUTE by_text('secret7');
EXPLAIN (COSTS OFF) EXECUTE by_pattern('secret7*');
RESET plan_cache_mode;
EXPLAIN (COSTS OFF) SELECT contact_id FROM person WHERE search @@ contacts.search_query('secret7');
EXPLAIN (COSTS OFF) SELECT contact_id FROM public_person WHERE search @@ contacts.search_query('public77');
-- In parallel, too: workers know who acts.
BEGIN;
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SELECT count(*) AS own FROM contact WHERE search @@ contacts.search_query('secret');
SELECT count(*) AS own FROM search('secret', 1000);
SELECT count(*) AS own FROM identify('+41446681800');
COMMIT;

-- What says nothing reads nothing: no page of the table, by the index or without.
SELECT t.n, left(contacts.search_query(t.q)::text, 10) AS pattern,
       (SELECT count(*) FROM contact WHERE search @@ contacts.search_query(t.q)) AS found,
       (SELECT count(*) FROM contact WHERE search @@ contacts.search_query(t.q, '{"tolerant": true}')) AS tolerantly,
       (SELECT count(*) FROM search(t.q)) AS by_search, (SELECT count(*) FROM identify(t.q)) AS identified
  FROM typed AS t ORDER BY t.n;
CREATE FUNCTION pg_temp.rows_read(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; result text := '';
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || statement LOOP
    result := result || coalesce(' ' || substring(line, '(?:Seq|Heap|Index) Scan.* on (?:contact|contact_search_idx)\y.*'), '')
                     || coalesce(' ' || substring(line, 'Heap Blocks: .*|Rows Removed by .*'), '');
  END LOOP;
  RETURN replace(result, '.00', '');
END $$;
SELECT pg_temp.rows_read('SELECT FROM contact WHERE search @@ contacts.search_query('''')');
SELECT pg_temp.rows_read('SELECT FROM typed t JOIN contact c ON c.search @@ contacts.search_query(t.q)');

-- Names of several words may be nicknames of one.
RESET ROLE;
INSERT INTO crm.nickname VALUES ('mj', 'mary jane'), ('محمد', 'Mohammed');
INSERT INTO crm.contact (first_name, last_name, visibility) VALUES ('Mary Jane', 'Watson', 'company'), ('Mary-Jane', 'Parker', 'company'), ('Jane', 'Mary', 'company'), ('Mohammed', 'Ali', 'company');
SET ROLE regress_contacts_ann;
SELECT q, s.display_name FROM unnest('{mj,mj wat,محمد}'::text[]) AS q CROSS JOIN LATERAL search(q) AS s ORDER BY 1, 2;

RESET ROLE;
RESET search_path;
DROP FUNCTION pg_temp.tell(text[]), pg_temp.tell(text), pg_temp.rows_read(text);
SET client_min_messages = warning;
DROP SCHEMA crm CASCADE;
RESET client_min_messages;
DROP TABLE pg_temp.seen;
DROP ROLE regress_contacts_owner, regress_contacts_ann, regress_contacts_ben;
