-- The type contacts.email: what is an address, what makes two the same, indexes, and what a planner may do with it.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;

-- Kept as typed; the domain as it is compared.
-- psql of different versions counts the width of some characters differently.
\pset format unaligned
SELECT input, input::contacts.email AS email, contacts.email_local(input::contacts.email) AS local,
       contacts.email_domain(input::contacts.email) AS domain
FROM unnest(ARRAY[
  'a@b',
  'user@localhost',
  'John.Smith+tag@Example.COM',
  '!#$%&''*+-/=?^_`{|}~@example.com',
  'müller@Müller.de',
  'x@XN--MLLER-KVA.de',
  '用户@例え。テスト',
  'رمز‌گذار@مثال.ایران',
  'full@ｅｘａｍｐｌｅ．ｃｏｍ',
  'a@straße.de',
  '"John Smith"@example.com',
  '"john"@example.com',
  '"a\"b\\c\d"@example.com',
  '""@example.com',
  'a@[192.0.2.1]',
  'a@[IPv6:2001:DB8:0:0::1]',
  '1@2.example']) AS input;
\pset format aligned

-- Spaces and invisible characters around it are dropped, whatever a web page or a spreadsheet put there.
SELECT quote_literal((E' \t\u00A0\u200B\uFEFF' || 'a@example.com' || E'\u202C\u2069\u00AD\r\n')::contacts.email::text) AS email;

-- What is refused, with the rule.
CREATE FUNCTION pg_temp.fault(input text, OUT state text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM input::contacts.email;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END
$$;
\pset format unaligned
SELECT left(input, 24) AS input, f.*
FROM unnest(ARRAY[
  '', ' ', 'example.com', '@example.com', 'a@', 'a', 'a@b@c', 'a b@c', 'a@b c',
  '.a@b', 'a.@b', 'a..b@c', 'a@.b', 'a@b.', 'a@b..c', 'a@-b', 'a@b-.c', 'a@b_c', 'a@b…c', 'a(b)@c',
  'a@1.2.3.4', 'a@[1.2.3]', 'a@[1.2.3.256]', 'a@[1.2.3.4', 'a@[IPv6:zz]',
  '"a@b', '"a"b@c', E'"a\\', 'john＠example.com', 'mailto:a@b', 'John <a@b>', '<a@b>', 'a@b>', 'a@b, c@d', 'a@b;c@d',
  E'jo\u202Ehn@example.com', E'a\u200Db@example.com', E'a\u0085@example.com', E'a@b\uFFFD',
  repeat('a', 65) || '@b', 'a@' || repeat('b', 64), 'a@' || repeat('ü', 60) || '.de',
  'a@' || repeat('b.', 126) || 'c']) AS input, pg_temp.fault(input) AS f;
\pset format aligned
SELECT repeat('a', 64) || '@' || repeat('b', 63) || '.' || repeat(repeat('c', 61) || '.', 2) || 'd' AS longest \gset
SELECT length(:'longest'), length(:'longest'::contacts.email::text);
SELECT 'nobody'::contacts.email;
SELECT contacts.email_try_parse('nobody') IS NULL AS refused, contacts.email_try_parse(NULL) IS NULL AS none,
       contacts.email_try_parse(' a@b ') AS parsed;

-- Soft errors, from PostgreSQL 16.
SELECT current_setting('server_version_num')::int >= 160000 AS has_soft_errors \gset
\if :has_soft_errors
SELECT pg_input_is_valid('nobody', 'contacts.email') AS valid \gset
\else
\set valid f
\endif
\echo :valid

-- The same address.
SELECT a, b, a = b AS same, contacts.email_hash(a) = contacts.email_hash(b) AS same_hash
FROM (VALUES
  ('a@b.c'::contacts.email, 'A@B.C'::contacts.email),
  ('a@müller.de', 'A@xn--mller-kva.de'),
  ('a@MÜLLER.DE', 'a@müller.de'),
  ('"a"@b', 'a@b'),
  ('"a b"@c', '"a\ b"@C'),
  (U&'\00E9@x', U&'e\0301@x'),
  (U&'\00C9@x', U&'\00E9@x'),
  ('STRASSE@x', 'straße@x'),
  ('a@[IPv6:::1]', 'a@[ipv6:0:0:0:0:0:0:0:1]'),
  ('a@例え。jp', 'a@例え.jp'),
  ('a@b', 'a@b.c'),
  ('a.b@c', 'ab@c'),
  ('a+tag@c', 'a@c'),
  ('"a b"@c', '"a  b"@c'),
  ('a@strasse.de', 'a@straße.de')) AS pair (a, b);

-- Characters that this ICU may not know, and A-labels that are none, are no reason to refuse: another server printed them.
SELECT (U&'a@\0378.com')::contacts.email AS unassigned, 'a@xn--a.com'::contacts.email AS no_a_label;
SELECT (U&'a@\0378.com')::contacts.email = 'A@XN--ZVA.COM' AS same;

-- Every comparison, and what follows from it.
SELECT a, b, a < b AS lt, a <= b AS le, a = b AS eq, a <> b AS ne, a >= b AS ge, a > b AS gt, contacts.email_cmp(a, b) AS cmp
FROM (VALUES ('a@x'::contacts.email, 'B@x'::contacts.email), ('a@X', 'A@x'), ('b@x', 'A@x'), ('a@x', 'a@x.y')) AS pair (a, b);
SELECT bool_and(contacts.email_hash(e) = contacts.email_hash_extended(e, 0)::bit(32)::int) AS seed_zero_is_the_plain_hash,
       bool_or(contacts.email_hash_extended(e, 1) = contacts.email_hash_extended(e, 0)) AS seed_is_ignored
FROM unnest(ARRAY['a@b', 'A@Müller.de', '"x y"@z']::contacts.email[]) AS e;

-- No implicit cast: a comparison with text is an error, not a comparison of texts.
SELECT 'a@b'::contacts.email = 'A@b'::text;
SELECT 'a@b'::contacts.email = 'A@b' AS unknown_literal_is_an_email;
CREATE TEMP TABLE assigned (address contacts.email, plain text, short varchar);
INSERT INTO assigned SELECT 'A@b'::text, 'A@b'::contacts.email, 'A@b'::contacts.email;
INSERT INTO assigned (address) SELECT 'C@d'::varchar;
TABLE assigned;

-- Indexes, with every address kept as it was typed.
CREATE TABLE mail (id int, address contacts.email);
INSERT INTO mail SELECT i, CASE WHEN i % 2 = 0 THEN 'User' ELSE 'user' END || i || '@Example' || i % 10 || '.com' FROM generate_series(1, 2000) i;
CREATE UNIQUE INDEX mail_address ON mail (address);
CREATE INDEX mail_domain ON mail (contacts.email_domain(address));
-- Input asks ICU, so an index may not.
CREATE INDEX mail_parsed ON mail (contacts.email_try_parse(address::text));
INSERT INTO mail VALUES (0, 'USER7@EXAMPLE7.COM');
ANALYZE mail;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT id FROM mail WHERE address = 'USER8@example8.com';
SELECT id, address FROM mail WHERE address = 'USER8@example8.com';
EXPLAIN (COSTS OFF) SELECT address FROM mail WHERE address >= 'user1000@a' AND address < 'user1003@a' ORDER BY address;
SELECT address FROM mail WHERE address >= 'user1000@a' AND address < 'user1003@a' ORDER BY address;
DROP INDEX mail_address;
CREATE INDEX mail_hash ON mail USING hash (address);
EXPLAIN (COSTS OFF) SELECT id FROM mail WHERE address = 'USER8@example8.com';
SELECT id, address FROM mail WHERE address = 'USER8@example8.com';
SELECT count(*) FROM mail WHERE contacts.email_domain(address) = 'example8.com';
RESET enable_seqscan;
RESET enable_bitmapscan;

-- Joins by hash and by merge, distinct, grouping.
SET enable_mergejoin = off;
SET enable_nestloop = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM mail a JOIN mail b ON a.address = b.address;
SELECT count(*) FROM mail a JOIN mail b ON a.address = b.address;
SET enable_hashjoin = off;
SET enable_mergejoin = on;
EXPLAIN (COSTS OFF) SELECT count(*) FROM mail a JOIN mail b ON a.address = b.address;
SELECT count(*) FROM mail a JOIN mail b ON a.address = b.address;
RESET enable_mergejoin;
RESET enable_nestloop;
RESET enable_hashjoin;
SELECT count(DISTINCT e) FROM unnest(ARRAY['a@b', 'A@b', '"a"@B', 'c@b']::contacts.email[]) AS e;

-- Sorting, of keys that agree in their first bytes and that are shorter than those, is in the order of the operators.
CREATE TEMP TABLE sorted AS
SELECT row_number() OVER () AS position, address
FROM (SELECT address FROM (SELECT (repeat(chr(97 + i % 3), 1 + i % 12) || CASE i % 2 WHEN 0 THEN 'é' ELSE '' END || '@X' || i % 7)::contacts.email AS address
                           FROM generate_series(1, 1000) AS i) AS made ORDER BY address OFFSET 0) AS s;
SELECT count(*) FILTER (WHERE a.address > b.address) AS misplaced, count(*) FILTER (WHERE a.address < b.address) AS ascents
FROM sorted a JOIN sorted b ON b.position = a.position + 1;
SELECT count(DISTINCT address) - 1 AS ascents_to_expect FROM sorted;

-- The planner's estimates come from the ordinary statistics.
CREATE FUNCTION pg_temp.estimate(query text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  plan json;
BEGIN
  EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
  RETURN (plan -> 0 -> 'Plan' ->> 'Plan Rows')::int;
END
$$;
SELECT pg_temp.estimate($$SELECT FROM mail WHERE address = 'user8@example8.com'$$) AS one,
       pg_temp.estimate($$SELECT FROM mail WHERE address < 'user1500@a'$$) BETWEEN 500 AND 610 AS about_555;

-- Found under an empty search path, as in a restore and in a careful function.
SET search_path = '';
SELECT 'a@b'::contacts.email = 'A@B' AS same, 'a@b'::contacts.email IS DISTINCT FROM 'A@B' AS distinct_from,
       'A@b'::contacts.email IN ('a@b', 'c@d') AS found, NULLIF('a@b'::contacts.email, 'A@B') IS NULL AS nullified;
RESET search_path;

-- Binary and text copies bring back what was typed, with the same key.
\copy (SELECT address FROM mail WHERE id <= 100 UNION ALL SELECT 'Jörg@Müller.de') TO 'results/email.bin' WITH (FORMAT binary)
CREATE TABLE mail_copy (address contacts.email);
\copy mail_copy FROM 'results/email.bin' WITH (FORMAT binary)
SELECT count(*), count(*) FILTER (WHERE address::text = 'Jörg@Müller.de' AND address = 'jörg@xn--mller-kva.de') AS umlauts FROM mail_copy;
SELECT count(*) FROM mail_copy c JOIN mail m ON m.address = c.address AND m.address::text = c.address::text;
SELECT 'Jörg@Müller.de'::contacts.email::text AS printed, contacts.email_send('Jörg@b') = convert_to('Jörg@b', 'UTF8') AS sent_as_text;
CREATE TABLE mail_partition (address contacts.email) PARTITION BY HASH (address);
CREATE TABLE mail_partition_0 PARTITION OF mail_partition FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE mail_partition_1 PARTITION OF mail_partition FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO mail_partition SELECT address FROM mail WHERE id <= 100;
SELECT count(DISTINCT tableoid) AS partitions, count(*) FROM mail_partition;
SELECT address FROM mail_partition WHERE address = 'USER8@EXAMPLE8.COM';

-- Below a policy, only a leakproof condition gets an index.
CREATE ROLE regress_email_reader;
GRANT SELECT ON mail TO regress_email_reader;
ALTER TABLE mail ENABLE ROW LEVEL SECURITY;
CREATE POLICY even ON mail USING (id % 2 = 0);
DROP INDEX mail_hash;
CREATE UNIQUE INDEX mail_address ON mail (address);
SET ROLE regress_email_reader;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT id FROM mail WHERE address = contacts.email_try_parse('USER8@example8.com');
EXPLAIN (COSTS OFF) SELECT id FROM mail WHERE contacts.email_domain(address) = 'example8.com';
SELECT id FROM mail WHERE address = contacts.email_try_parse('USER8@example8.com');
RESET enable_seqscan;
RESET enable_bitmapscan;
RESET ROLE;

-- The catalog's promises.
SELECT proname, provolatile AS volatility, proleakproof AS leakproof, proparallel AS parallel, proisstrict AS strict
FROM pg_proc WHERE pronamespace = 'contacts'::regnamespace AND proname ~ '^email_' ORDER BY proname COLLATE "C";
SELECT o.oprname, o.oprcom::regoperator AS commutator, o.oprnegate::regoperator AS negator, o.oprrest, o.oprjoin, o.oprcanhash, o.oprcanmerge
FROM pg_operator o WHERE o.oprleft = 'contacts.email'::regtype ORDER BY o.oprname COLLATE "C";
SELECT am.amname, amvalidate(c.oid) FROM pg_opclass c JOIN pg_am am ON am.oid = c.opcmethod WHERE c.opcintype = 'contacts.email'::regtype ORDER BY 1;

DROP TABLE mail, mail_copy, mail_partition;
DROP ROLE regress_email_reader;
