-- Finding: search(), identify(), what makes their conditions, and the plans they get below policies.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;

-- ---- What is being typed
SELECT left(typed, 30) AS typed, region, contacts.phone_digits(typed) AS digits, contacts.phone_prefixes(typed, region) AS prefixes
  FROM (VALUES ('+49 30', NULL), ('0049 30 1', NULL), ('030 123', 'DE'), ('030 123', ''), ('+49 (0)30 901820', NULL),
               ('(415) 555', 'US'), ('1 415 555', 'US'), ('011 49 30', 'US'), ('06 698', 'IT'), ('８５２ １２３', NULL),
               ('٠٣٠ ١٢٣', 'DE'), ('4930', 'XX'), ('12a', 'DE'), ('+', NULL), ('', NULL), (E'\x01', NULL),
               (repeat('1', 21), NULL), (repeat('1', 500), NULL), ('+1+2', NULL), (NULL, NULL)) AS t(typed, region);
-- A line and its extensions.
SELECT number, other, contacts.phone_same_line(number::contacts.phone, other::contacts.phone)
  FROM (VALUES ('+493012345', '+493012345'), ('+493012345', '+493012345;ext=7'), ('+493012345;ext=8', '+493012345;ext=7'),
               ('+493012345', '+4930123457'), ('+4930123457', '+493012345;ext=7'), ('+493012345', NULL)) AS t(number, other);
SELECT contacts.phone_line_last('+493012345;ext=7') AS last, contacts.phone_line_last('+493012345;ext=7') < '+4930123450' AS before_longer;
SELECT left(prefix, 20) AS prefix, contacts.email_try_parse(address) ^@ prefix AS begins
  FROM (VALUES ('Ann', 'ann@example.com'), ('ann@', 'ANN@example.com'), ('ann@EX', 'ann@example.com'), ('ann@exb', 'ann@example.com'),
               ('nn', 'ann@example.com'), ('', 'ann@example.com'), ('jö', 'Jörg@example.com'), ('jörg@müller.de', 'jörg@xn--mller-kva.de'),
               (E'a\x01', 'ann@example.com'), (repeat('a', 1000), 'ann@example.com')) AS t(prefix, address);
SELECT contacts.email_domain_prefix('Müller.de') AS domain, contacts.email_domain_prefix('') IS NULL AS empty,
       contacts.email_domain_prefix(repeat('x', 1000)) IS NULL AS too_long;

-- ---- A directory of 20 000
CREATE ROLE regress_contacts_owner;
CREATE ROLE regress_contacts_ann;
CREATE ROLE regress_contacts_ben;
SELECT contacts.create_directory('crm', 'regress_contacts_owner');
SET ROLE regress_contacts_owner;
SELECT crm.enroll('regress_contacts_ann', 'Ann Admin', '{view,edit}') IS NOT NULL AS enrolled;
SELECT crm.enroll('regress_contacts_ben', 'Ben Jørgensen', '{view,edit}') IS NOT NULL AS enrolled;
SET search_path = crm;
BEGIN;
INSERT INTO staff (login, display_name, kind, job_title, email) VALUES
  (NULL, 'Front Desk', 'call_queue', NULL, 'desk@example.org'), ('carla', 'Carla Mertens', 'person', 'Notary', 'carla@example.org');
INSERT INTO staff_phone (staff_id, position, number) SELECT staff_id, 1, '+493099900' FROM staff WHERE display_name = 'Front Desk';
INSERT INTO staff_extension (staff_id, extension) SELECT staff_id, '4711' FROM staff WHERE login = 'carla';
INSERT INTO organization (name) VALUES ('Zephyr Works');
-- Who is found by name, and what the many are called.
INSERT INTO contact (external_id, visibility, owner_id, first_name, last_name, job_title, organization_id)
SELECT t.id, t.visibility, (SELECT staff_id FROM staff WHERE login = 'regress_contacts_' || t.owner), t.first_name, t.last_name, t.job_title,
       CASE WHEN t.id = 'dora' THEN (SELECT organization_id FROM organization) END
  FROM (VALUES ('anna', 'company', NULL, 'Anna', 'Kowalczyk', 'Buyer'), ('annab', 'company', 'ann', 'Annabel', 'Kowalczyk', NULL),
               ('annan', 'company', NULL, 'Annan', 'Kowalczyk', NULL), ('hidden', 'personal', 'ben', 'Anna', 'Kowalczyk', NULL),
               ('bob', 'restricted', 'ann', 'Robert', 'Quill', NULL), ('dora', 'company', NULL, 'Dora', 'Xu', 'Toolmaker'),
               ('mueller', 'company', NULL, 'Jörg', 'Müller', NULL), ('zeng', 'company', NULL, '国藩', '曾', NULL))
       AS t(id, visibility, owner, first_name, last_name, job_title);
INSERT INTO contact (external_id, visibility, first_name, last_name)
SELECT i::text, CASE WHEN i % 10 = 0 THEN 'restricted' ELSE 'company' END,
       (ARRAY['Maria', 'James', 'Olga', 'Piet'])[1 + i % 4], 'Person' || (ARRAY['os', 'ski', 'sen'])[1 + i % 3] || i
  FROM generate_series(1, 20000) AS i;
INSERT INTO contact_phone (contact_id, position, number)
SELECT contact_id, 1, ('+4930' || lpad(external_id, 7, '6'))::contacts.phone FROM contact WHERE external_id ~ '^[0-9]+$';
INSERT INTO contact_phone (contact_id, position, label, number)
SELECT c.contact_id, t.position, 'work', t.number::contacts.phone
  FROM (VALUES ('anna', 1, '+41446681800'), ('annab', 1, '+41446681800'), ('hidden', 1, '+41446681800'), ('dora', 1, '+41446681801;ext=12'),
               ('bob', 1, '+41446681801;ext=13'), ('annan', 1, '+41446681801;ext=14'), ('bob', 2, '+4144668180')) AS t(id, position, number)
  JOIN contact c ON c.external_id = t.id;
INSERT INTO contact_email (contact_id, position, address)
SELECT contact_id, 1, ('person' || external_id || '@d' || external_id::int % 1000 || '.example.com')::contacts.email
  FROM contact WHERE external_id ~ '^[0-9]+$';
INSERT INTO contact_email (contact_id, position, address)
SELECT contact_id, 1, 'Dora.Xu@müller.example'::contacts.email FROM contact WHERE external_id = 'dora';
COMMIT;
CREATE TABLE call (call_id int, caller text);
INSERT INTO call SELECT i, '+49 30 ' || lpad((i * 7)::text, 7, '6') FROM generate_series(1, 200) AS i;
CREATE TABLE wanted_name (name text);
INSERT INTO wanted_name VALUES ('kowalczyk ann'), ('Zeng Guofan'), ('mueller'), (''), (NULL);
GRANT SELECT ON call, wanted_name TO regress_contacts_ann, regress_contacts_ben;
RESET ROLE;
VACUUM ANALYZE crm.staff, crm.staff_phone, crm.staff_extension, crm.organization, crm.contact, crm.contact_phone, crm.contact_email, crm.call, crm.wanted_name;

SET ROLE regress_contacts_ann;
SET search_path = crm;
SELECT add_favorite(contact_id) FROM contact WHERE external_id = 'annan';

-- ---- search()
-- Exact before the beginning; favourites, then one's own; nobody else's personal contacts.
SELECT kind, display_name, matched, is_favorite, is_own, rank FROM search('anna');
SELECT kind, display_name, matched, matched_value, rank FROM search('KOWALCZYK, ann', 2);
-- Everything in one box.
SELECT q, s.kind, s.display_name, s.matched, s.matched_value, s.rank
  FROM unnest('{notary,toolm,zephyr,xu zeph,bob quill,mueller,曾国藩,guofan zeng,kovalchyk,dora.x,dora.xu@müller.example,@MÜLLER.example,@xn--m,xn--mller-kva.example,carla@,desk@example.org,@example.org,@müller,"Dora <dora.xu@müller.example>",mailto:desk@,+41 44 668 180,+414,tel:+41-44-668-18-00,+41 44 668 18 01 ext. 12,0041 (0)44 668 18 00,0041446681800,41446681800,1800,6681800,668-18-00,044 668 18 00,0304711,4711,99900,personski4}'::text[])
       WITH ORDINALITY AS t(q, n)
  CROSS JOIN LATERAL search(t.q, 3) AS s ORDER BY t.n, s.rank DESC, s.display_name, s.id;
SET contacts.default_region = 'CH';
SELECT display_name, matched_value, rank FROM search('044 668 18 00');
RESET contacts.default_region;
-- Typing errors, where there is nothing better.
SELECT display_name, matched, rank FROM search('kowalzcyk') ORDER BY 1;
SELECT display_name, rank FROM search('jörg mülelr');
-- Two in a long word where one finds nobody.
BEGIN;
INSERT INTO contact (first_name, last_name) VALUES ('Eva', 'Kovaltschuk'), ('Eva', 'Kovaltschik');
SELECT q, s.display_name, s.rank FROM unnest('{kovaltshuk,kowaltshuk}'::text[]) AS q CROSS JOIN LATERAL search(q) AS s ORDER BY 1, 2;
ROLLBACK;
-- Also of the first letter: left out, or another one.
SELECT q, s.display_name, s.rank FROM unnest('{owalczyk,movalczyk,fowalczyk anna}'::text[]) AS q CROSS JOIN LATERAL search(q) AS s ORDER BY 1, 2;
-- Many: as many as wanted.
SELECT count(*), count(DISTINCT id), min(rank), max(rank) FROM search('ma', 50);
SELECT count(*) FROM search('maria', 100000);
SELECT count(*) AS zero FROM search('maria', 0);
SELECT count(*) AS zero FROM search('maria', -1);
SELECT count(*) AS default FROM search('maria', NULL);
-- Merged contacts are left out, and take nobody's place.
RESET ROLE;
UPDATE contact SET merged_into = (SELECT contact_id FROM contact WHERE external_id = 'dora') WHERE external_id ~ '^(1|[1-9]001|1[0-7]001)$';
SET ROLE regress_contacts_ann;
SELECT display_name, matched_value FROM search('@d1.example.com', 3);
RESET ROLE;
UPDATE contact SET merged_into = NULL WHERE merged_into IS NOT NULL;
SET ROLE regress_contacts_ann;
-- What says nothing finds nothing.
SELECT q, (SELECT count(*) FROM search(q))
  FROM (VALUES (NULL), (''), (' '), ('.,;-(/)'), ('+'), ('@'), ('@.'), ('*'), ('%'), (E'\x01\x02'), ('''"\'), ('😀'), ('ann''; DROP TABLE contact')) AS t(q);
SELECT (SELECT count(*) FROM search(repeat('x', 1000000))) AS one_word, (SELECT count(*) FROM search(repeat('anna ', 200000))) AS many,
       (SELECT count(*) FROM search(repeat('1', 1000000))) AS digits, (SELECT count(*) FROM search(repeat(E'\x01', 1000000))) AS control,
       (SELECT count(*) FROM search('@' || repeat('x', 1000000))) AS domain;

-- ---- identify()
SELECT kind, display_name, phone, label, matched, is_favorite, is_own, is_blocked FROM identify('+41 44 668 18 00');
-- The same line, only where there is no exact match; never a longer or shorter number.
SELECT kind, display_name, phone, matched, is_favorite, is_own FROM identify('0446681801', 'CH');
SELECT display_name, phone, matched FROM identify('+41 44 668 18 01 ext. 12');
SELECT display_name, phone, matched FROM identify('+41 44 668 18 01 ext. 99');
SELECT count(*) AS zero FROM identify('+41 44 668 18 002');
SELECT count(*) AS zero FROM identify('668 18 00');
SELECT display_name, phone, matched FROM identify('+4144668180');
-- Colleagues.
SELECT kind, display_name, phone, label, matched FROM identify('+49 30 99900');
SELECT kind, display_name, phone, label, matched FROM identify(' 4711 ');
-- Nothing.
SELECT n, (SELECT count(*) FROM identify(n)) FROM (VALUES (NULL), (''), ('anonymous'), ('+'), ('+999999'), ('1')) AS t(n);
SELECT count(*) AS zero FROM identify(repeat('4', 1000000));
SELECT count(*) AS zero FROM identify('0446681800', 'XX');
-- A number with its country code is that of no region.
SELECT region, (SELECT count(*) FROM identify('+41446681800', region)) FROM unnest('{"",ch,DE,XX,Switzerland}'::text[]) AS region;
-- Blocked, by number and by its beginning.
SELECT block_number('+41446681800', 'call', true), block_number('+493066*', 'call', true), block_number('+41446681801', 'sms', true);
SELECT DISTINCT is_blocked, is_blocked('+41446681800', 'call') FROM identify('+41446681800');
SELECT DISTINCT is_blocked, is_blocked('+49306666671', 'call') FROM identify('+49306666671');
SELECT DISTINCT is_blocked FROM identify('+41446681801');
-- A contact without names is called as its organization is.
INSERT INTO contact (external_id, organization_id, visibility, owner_id) SELECT 'desk', organization_id, 'restricted', contacts.acting_staff('staff') FROM organization;
INSERT INTO contact_phone (contact_id, position, number) SELECT contact_id, 1, '+41446681804' FROM contact WHERE external_id = 'desk';
SELECT kind, display_name, organization_name, matched, is_own FROM identify('+41 44 668 18 04 ext. 3');
-- Calls of colleagues are answered by a statement that the session keeps; it follows roles and what it names.
SELECT n, i.kind, i.display_name, i.phone, i.label, i.matched FROM unnest('{4711,+49 30 99900,+49 30 99900 ext. 1,4711,47110}'::text[]) AS n CROSS JOIN LATERAL identify(n) AS i;
-- What a session keeps of lists follows their changes, and what is undone.
SELECT remove_favorite(contact_id), unblock_number('+41446681800', 'call') FROM contact WHERE external_id = 'annan';
SELECT display_name, is_favorite, is_blocked FROM identify('+41446681801;ext=14') UNION ALL SELECT display_name, is_favorite, is_blocked FROM identify('+41446681800') ORDER BY 1;
BEGIN;
SELECT add_favorite(contact_id), block_number('+4144668180*', 'call', true) FROM contact WHERE external_id = 'annan';
SELECT display_name, is_favorite, is_blocked FROM identify('+41446681801;ext=14');
ROLLBACK;
SELECT display_name, is_favorite, is_blocked FROM identify('+41446681801;ext=14');
SELECT contacts.is_listed('staff_extension', 'staff', '4711') AS listed, contacts.is_listed('staff_extension', 'staff', '47') AS not_listed,
       contacts.is_listed('staff_phone', 'staff', '+493099900') AS phone, contacts.is_listed('contact', 'staff', 'x') IS NULL AS unknown,
       contacts.is_listed('favorite', 'staff', repeat('x', 100000)) AS long;
RESET ROLE;
BEGIN;
UPDATE crm.staff_extension SET extension = '4712';
SET LOCAL ROLE regress_contacts_ann;
SELECT (SELECT count(*) FROM crm.identify('4711')) AS zero, (SELECT count(*) FROM crm.identify('4712')) AS one;
ROLLBACK;
SET ROLE regress_contacts_owner;
SELECT count(*) AS owner_not_enrolled FROM crm.identify('4711');
SELECT kind, display_name, is_favorite, is_blocked FROM crm.identify('+41 44 668 18 00');
RESET ROLE;
ALTER SCHEMA crm RENAME TO crm_renamed;
SELECT count(*) AS renamed FROM crm_renamed.identify('4711');
ALTER SCHEMA crm_renamed RENAME TO crm;
SELECT count(*) AS named_as_before FROM crm.identify('4711');
SET ROLE regress_contacts_ann;
-- A table of calls.
SELECT count(*), count(i.id), count(DISTINCT i.id) FROM call c LEFT JOIN LATERAL identify(c.caller) i ON true;
RESET ROLE;
SET ROLE regress_contacts_ben;
SELECT display_name, is_own, is_blocked FROM identify('+41446681800');
RESET ROLE;

-- ---- Plans, as an enrolled role
SET ROLE regress_contacts_ann;
SET jit = off;
SET max_parallel_workers_per_gather = 0;
EXPLAIN (COSTS OFF) SELECT contact_id FROM contact WHERE search @@ contacts.search_query('kowalczyk ann');
EXPLAIN (COSTS OFF) SELECT contact_id FROM contact WHERE search @@ contacts.search_query('kovalzcyk', '{"tolerant": true}');
EXPLAIN (COSTS OFF) SELECT contact_id FROM contact WHERE search @@ contacts.search_query('');
EXPLAIN (COSTS OFF) SELECT contact_id FROM contact_email WHERE address ^@ 'dora';
EXPLAIN (COSTS OFF) SELECT contact_id FROM contact_email WHERE address = 'dora.xu@müller.example';
EXPLAIN (COSTS OFF) SELECT contact_id FROM contact_email WHERE contacts.email_domain(address) = 'd17.example.com';
EXPLAIN (COSTS OFF) SELECT contact_id FROM contact_phone WHERE number ^@ '+4144668';
EXPLAIN (COSTS OFF) SELECT contact_id FROM contact_phone WHERE contacts.phone_suffix(number, 4) = '1800';
EXPLAIN (COSTS OFF) SELECT contact_id FROM contact_phone WHERE contacts.phone_same_line(number, '+41446681800');
-- Queries out of another table's column.
EXPLAIN (COSTS OFF) SELECT w.name, c.contact_id FROM wanted_name w JOIN contact c ON c.search @@ contacts.search_query(w.name);
EXPLAIN (COSTS OFF) SELECT c.call_id, p.contact_id FROM call c JOIN contact_phone p ON p.number = contacts.phone_try_parse(c.caller) WHERE c.call_id = 7;
SELECT w.name, c.external_id FROM wanted_name w JOIN contact c ON c.search @@ contacts.search_query(w.name) ORDER BY w.name COLLATE "C", c.external_id COLLATE "C";
-- Inlined into the statement; no scan of a large table in any part. Of plans this long only how tables of contacts are read.
CREATE FUNCTION pg_temp.scans(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE line text; of_contacts boolean := false;
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || statement LOOP
    IF line ~ 'Gather|Scan' THEN
      of_contacts := line ~ 'Scan.* on (contact|contact_\w+)( |$)';
      IF of_contacts OR line ~ 'Gather|Function Scan on (search|identify)' THEN
        -- Its alias says where in the statement, which does not matter here.
        RETURN NEXT regexp_replace(regexp_replace(line, '^[ >-]*', ''), ' [a-z](_[0-9]+)?$', '');
      END IF;
    ELSIF of_contacts AND line ~ 'Index Cond' THEN
      -- What the policy would keep out of the index is not among them.
      RETURN NEXT '  by ' || (SELECT string_agg(m[1], ' and ') FROM regexp_matches(line, ' (~>=~|~<~|>=|<=|=|@@) ', 'g') AS m);
    END IF;
  END LOOP;
END $$;
PREPARE find_any(text) AS SELECT * FROM search($1);
PREPARE find_caller(text) AS SELECT * FROM identify($1);
SET plan_cache_mode = force_generic_plan;
SELECT * FROM pg_temp.scans('EXECUTE find_caller(''+41446681800'')');
SELECT DISTINCT scans COLLATE "C" AS scans FROM pg_temp.scans('EXECUTE find_any(''anna'')') AS scans ORDER BY 1;
SELECT * FROM pg_temp.scans('SELECT * FROM call c CROSS JOIN LATERAL identify(c.caller) i');
RESET plan_cache_mode;
-- Not in parallel, where the lists of the session are not known.
BEGIN;
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SELECT * FROM pg_temp.scans('SELECT * FROM call c') AS scans WHERE scans ~ 'Gather';
SELECT * FROM pg_temp.scans('SELECT * FROM call c CROSS JOIN LATERAL identify(c.caller) i') AS scans WHERE scans ~ 'Gather';
COMMIT;
RESET ROLE;
RESET search_path;
DROP FUNCTION pg_temp.scans(text);
-- What asks a function on behalf of identify() names it: that it is renamed by itself, under way, does no harm.
CREATE FUNCTION pg_temp.exact(number text, extension text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF extension = 'inner' THEN RETURN true; END IF;
  ALTER FUNCTION pg_temp.exact(text, text) RENAME TO exact_now;
  RETURN contacts.identify_fits('+41446681800', '+41446681801', 'inner', 'pg_temp.exact_now(text,text)'::regprocedure);
END $$;
SELECT contacts.identify_fits('+41446681800', '+41446681801', 'outer', 'pg_temp.exact(text,text)'::regprocedure);
SELECT contacts.identify_fits('+41446681800', '+41446681801', 'inner', 'pg_temp.exact_now(text,text)'::regprocedure);
DROP FUNCTION pg_temp.exact_now(text, text);

SET client_min_messages = warning;
DROP SCHEMA crm CASCADE;
RESET client_min_messages;
DROP ROLE regress_contacts_owner, regress_contacts_ann, regress_contacts_ben;
