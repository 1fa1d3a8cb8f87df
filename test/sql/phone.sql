-- The type contacts.phone: reading, printing, order, indexes, and what can be asked of a number.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;
SET contacts.default_region = '';
\set VERBOSITY terse

-- Canonical text: accepted by its form, whatever the metadata says of the number.
SELECT contacts.phone '+41446681800';
SELECT contacts.phone '+41446681800;ext=12';
SELECT contacts.phone '+41446681800;ext=0012';
SELECT contacts.phone '+21';
SELECT contacts.phone '+12345678901234567';
SELECT contacts.phone '+99999999999999999999;ext=12345678901234567890';
SELECT contacts.phone '+410446681800';
SELECT contacts.phone '  +41446681800 ';
SELECT contacts.phone '+4';
SELECT contacts.phone '+';
SELECT contacts.phone '';
SELECT contacts.phone '+123456789012345678901';
SELECT contacts.phone '+41446681800;ext=';
SELECT contacts.phone '+41446681800;ext=123456789012345678901';
SELECT contacts.phone '+41446681800;ext=12;ext=13';

-- Human notation and RFC 3966.
\set VERBOSITY default
SELECT contacts.phone '+41 44 668 18 00';
SELECT contacts.phone '+41 (0)44 668-18-00 ext. 12';
SELECT contacts.phone 'tel:+41-44-668-18-00;ext=12';
SELECT contacts.phone 'tel:446681800;phone-context=+41';
SELECT contacts.phone E'\u202A+41\u00A044\u200B668\u201118\u201100\u202C';
SELECT contacts.phone '＋４１ ４４ ６６８ １８ ００';
SELECT contacts.phone '+39 06 6982 1234' = contacts.phone '+39 6 6982 1234' AS leading_zeros_are_nothing;
SELECT contacts.phone '+225 07 08 12 34 56';
SELECT contacts.phone '044 668 18 00';
SELECT contacts.phone '+999 123 4567';
SELECT contacts.phone '+41 44 668';
SELECT contacts.phone '+41 44 668 18 00 11 22 33 44';
SELECT contacts.phone '8.52E+11';
SELECT contacts.phone 'n/a';
SELECT contacts.phone '+49 30 123456 home';
SELECT contacts.phone '+49 30 12345678/79';

\set VERBOSITY terse

-- National notation follows the setting.
SET contacts.default_region = 'ch';
SHOW contacts.default_region;
SELECT contacts.phone '044 668 18 00', contacts.phone '0041 44 668 18 00', contacts.phone_parse('044 668 18 00');
\set VERBOSITY default
SELECT contacts.phone '117';
\set VERBOSITY terse
SET contacts.default_region = 'XX';
\set VERBOSITY default
SELECT contacts.phone '044 668 18 00';
\set VERBOSITY terse
SELECT contacts.phone '+41446681800';
SELECT contacts.phone_parse('+41446681800');
SELECT contacts.phone_try_parse('+41446681800');
SET contacts.default_region = 'Switzerland';
SET contacts.default_region = '';

-- phone_parse says why, phone_try_parse says NULL.
\set VERBOSITY default
SELECT contacts.phone_parse('253 0000', 'US');
SELECT contacts.phone_parse('044 668 18 00', '');
SELECT contacts.phone_parse('+41446681800', 'UK');
\set VERBOSITY sqlstate
SELECT contacts.phone_parse('253 0000', 'US');
SELECT contacts.phone_parse('+41446681800', 'UK');
\set VERBOSITY terse
SELECT contacts.phone_parse('044 668 18 00', 'CH'), contacts.phone_parse('044 668 18 00', region => 'ch');
SELECT contacts.phone_parse('911', 'US');
SELECT contacts.phone_parse(repeat('1', 100000), 'US');
SELECT contacts.phone_parse(NULL, 'US') IS NULL AS null_is_null;
SELECT left(input, 30) AS input, region, contacts.phone_try_parse(input, region)
  FROM (VALUES ('(650) 253-0000 x 12', 'US'), ('1-800-FLOWERS', 'US'), ('+1 983 555 0100', ''), ('253 0000', 'US'),
               ('+41446681800', 'no region'), ('n/a', NULL), (NULL, 'US'), ('+41446681800', NULL), ('', ''),
               (repeat('9', 1000000), 'US')) AS t(input, region);

-- No implicit cast: a comparison never becomes one of texts.
SELECT contacts.phone '+41446681800' = text '+41446681800';
SELECT contacts.phone '+41446681800' LIKE '+41%';
SELECT lower(contacts.phone '+41446681800');
SELECT (contacts.phone '+41 44 668 18 00')::text, (contacts.phone '+41446681800')::varchar, (text '+41 44 668 18 00')::contacts.phone;
SELECT contacts.phone '+41446681800' = '+41 44 668 18 00' AS unknown_literal;
CREATE TEMP TABLE note (body text, number contacts.phone);
INSERT INTO note (body) SELECT contacts.phone '+41446681800';
INSERT INTO note (number) SELECT text '+41446681800';
DROP TABLE note;

-- Order: digit by digit; without extension, with extension, longer numbers.
SELECT number FROM (VALUES ('+42'), ('+412'), ('+41;ext=2'), ('+41'), ('+4110'), ('+41;ext=12'), ('+410'), ('+41;ext=1'), ('+411'))
  AS t(text), LATERAL (SELECT text::contacts.phone) AS u(number) ORDER BY number;
SELECT a < b AS lt, a <= b AS le, a = b AS eq, a <> b AS ne, a >= b AS ge, a > b AS gt, contacts.phone_cmp(a, b) < 0 AS cmp
  FROM (VALUES (contacts.phone '+41', contacts.phone '+41;ext=1'), ('+41', '+41'), ('+411', '+41;ext=1')) AS t(a, b);
SELECT contacts.phone '+41' IS DISTINCT FROM '+41;ext=1' AS distinct_from, nullif(contacts.phone '+41', '+41') AS nothing;

-- Parts.
SELECT number, contacts.phone_base(number), contacts.phone_extension(number), contacts.phone_country_code(number),
       contacts.phone_suffix(number, 4), contacts.phone_suffix(number, 99), contacts.phone_suffix(number, 0)
  FROM (VALUES (contacts.phone '+41446681800;ext=007'), ('+16502530000'), ('+3906698212'), ('+21'), ('+8001234')) AS t(number);

-- What libphonenumber says.
SELECT style, contacts.phone_format('+41446681800;ext=12', style) FROM unnest(ARRAY['e164', 'international', 'national', 'rfc3966']) AS style;
SELECT contacts.phone_format('+16502530000'), contacts.phone_format('+21'), contacts.phone_format('+2101234567;ext=5', 'national');
\set VERBOSITY default
SELECT contacts.phone_format('+41446681800', 'E.164');
\set VERBOSITY terse
SELECT number, contacts.phone_region(number), contacts.phone_type(number), contacts.phone_is_possible(number) AS possible,
       contacts.phone_is_valid(number) AS valid, contacts.phone_location(number), contacts.phone_location(number, 'de') AS de
  FROM (VALUES (contacts.phone '+41446681800'), ('+41791234567'), ('+16502530000'), ('+18002530000'), ('+442079460958'),
               ('+80012345678'), ('+41446'), ('+21')) AS t(number);

-- Numbers in free text.
SELECT * FROM contacts.phone_find(E'Zürich: \u202A+41 44 668\u201118\u201100\u202C, Büro 044 668 18 01 ext. 7,\nam 2012-10-12 曾 +41446681809', 'CH');
SELECT number FROM contacts.phone_find('Zürich: +41 44 668 18 00, Büro 044 668 18 01');
SELECT count(*) FROM contacts.phone_find(NULL, 'CH');
SELECT count(*) FROM contacts.phone_find('', 'CH');
SELECT count(*), max(position) FROM contacts.phone_find(repeat('lorem ipsum 044 668 18 00 ', 5000), 'CH');
SELECT * FROM contacts.phone_find('044 668 18 00', 'XX');

-- Binary: the packed digits; anything else is refused.
CREATE TEMP TABLE wire (number contacts.phone);
INSERT INTO wire VALUES ('+41446681800'), ('+41446681800;ext=12'), ('+99999999999999999999;ext=12345678901234567890'), ('+21'), (NULL);
SELECT number, contacts.phone_send(number), pg_column_size(number) FROM wire;
\copy wire TO 'results/phone.bin' (FORMAT binary)
CREATE TEMP TABLE wire_back (LIKE wire);
\copy wire_back FROM 'results/phone.bin' (FORMAT binary)
SELECT count(*) FROM wire JOIN wire_back USING (number);
\copy (SELECT bytea '\x6366') TO 'results/phone.bin' (FORMAT binary)
\copy wire_back FROM 'results/phone.bin' (FORMAT binary)
SELECT number FROM wire_back ORDER BY number DESC NULLS LAST LIMIT 1;
\copy (SELECT bytea '\x60') TO 'results/phone.bin' (FORMAT binary)
\copy wire_back FROM 'results/phone.bin' (FORMAT binary)
\copy (SELECT bytea '\x630066') TO 'results/phone.bin' (FORMAT binary)
\copy wire_back FROM 'results/phone.bin' (FORMAT binary)
\copy (SELECT bytea '\x6310') TO 'results/phone.bin' (FORMAT binary)
\copy wire_back FROM 'results/phone.bin' (FORMAT binary)
\copy (SELECT decode(repeat('22', 30), 'hex')) TO 'results/phone.bin' (FORMAT binary)
\copy wire_back FROM 'results/phone.bin' (FORMAT binary)
\copy (SELECT bytea '') TO 'results/phone.bin' (FORMAT binary)
\copy wire_back FROM 'results/phone.bin' (FORMAT binary)
DROP TABLE wire, wire_back;

-- A stored value takes one byte more than its packed digits.
CREATE TEMP TABLE call (number contacts.phone, seq int);
INSERT INTO call SELECT ('+4144' || 1000000 + n * 7919 % 9000000 || CASE WHEN n % 10 = 0 THEN ';ext=' || n ELSE '' END)::contacts.phone, n
  FROM generate_series(1, 3000) AS n;
SELECT min(pg_column_size(number)) AS bytes, min(length(number::text)) + 1 AS as_text FROM call;

-- Sort support and comparison agree.
SELECT count(*) AS out_of_order
  FROM (SELECT number, lag(number) OVER (ORDER BY number) AS before FROM call) AS t WHERE contacts.phone_cmp(before, number) >= 0;

-- Operator classes.
SELECT amname, opcname, opcdefault, amvalidate(o.oid)
  FROM pg_opclass o JOIN pg_am a ON a.oid = opcmethod WHERE opcintype = 'contacts.phone'::regtype ORDER BY 1;
CREATE INDEX call_number ON call (number);
ANALYZE call;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT * FROM call WHERE number = '+41441007919';
EXPLAIN (COSTS OFF) SELECT * FROM call WHERE number BETWEEN '+41441' AND '+41442';
EXPLAIN (COSTS OFF) SELECT number FROM call ORDER BY number LIMIT 1;
SELECT seq FROM call WHERE number = '+41 44 100 79 19';
SELECT count(*) FROM call WHERE number BETWEEN '+41441' AND '+41442';

-- A prefix is a range of the btree.
EXPLAIN (COSTS OFF) SELECT * FROM call WHERE number ^@ '+41441';
EXPLAIN (COSTS OFF) SELECT * FROM call WHERE number ^@ '+41449';
EXPLAIN (COSTS OFF) SELECT * FROM call WHERE number ^@ '+99';
EXPLAIN (COSTS OFF) SELECT * FROM call WHERE number ^@ '+41 44';
EXPLAIN (COSTS OFF) SELECT * FROM call WHERE contacts.phone_starts_with(number, '+41441');
SELECT prefix, count(*) FILTER (WHERE number ^@ prefix), count(*) FILTER (WHERE '+' || ltrim(split_part(number::text, ';', 1), '+') LIKE prefix || '%') AS by_text
  FROM call, (VALUES ('+'), ('+4'), ('+41441'), ('+41449'), ('+414499'), ('+42')) AS p(prefix) GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM call WHERE number ^@ '+41441';
SELECT count(*) FROM call WHERE number ^@ '+41449';
SELECT count(*) FROM call WHERE number ^@ '+99';
SELECT count(*) FROM call WHERE number ^@ '+';
SELECT count(*) FROM call WHERE number ^@ '+41 44';
SELECT count(*) FROM call WHERE number ^@ '';
SELECT count(*) FROM call WHERE number ^@ NULL;
SELECT contacts.phone '+41446681800' ^@ prefix, prefix FROM unnest(ARRAY['+', '+41446681800', '+414466818000', '41', '+41;', repeat('+', 100), '', NULL]) AS prefix;
SELECT contacts.phone_prefix_first(prefix), contacts.phone_prefix_last(prefix) FROM unnest(ARRAY['+', '+4', '+4199', '41']) AS prefix;

-- A prefix that is known only when the scan starts: a parameter, or a column of another table.
SET plan_cache_mode = force_generic_plan;
PREPARE by_prefix(text) AS SELECT count(*) FROM call WHERE number ^@ $1;
EXPLAIN (COSTS OFF) EXECUTE by_prefix('+41441');
EXECUTE by_prefix('+41441');
EXECUTE by_prefix('+');
EXECUTE by_prefix('41441');
EXECUTE by_prefix(NULL);
DEALLOCATE by_prefix;
RESET plan_cache_mode;
EXPLAIN (COSTS OFF) SELECT * FROM (VALUES ('+41441'), ('+41449'), ('no prefix')) AS p(prefix) JOIN call ON number ^@ prefix;
SELECT prefix, count(*) FROM (VALUES ('+41441'), ('+41449'), ('no prefix')) AS p(prefix) JOIN call ON number ^@ prefix GROUP BY 1 ORDER BY 1;
RESET enable_seqscan;
RESET enable_bitmapscan;

-- Estimates of a prefix are read off the histogram.
CREATE FUNCTION pg_temp.estimate(query text) RETURNS float LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
  EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
  RETURN plan->0->'Plan'->>'Plan Rows';
END $$;
SELECT prefix, estimated BETWEEN counted * 0.7 - 2 AND counted * 1.4 + 2 AS close
  FROM (VALUES ('+'), ('+41'), ('+41441'), ('+414412'), ('+4144123'), ('+4144999'), ('+9'), ('nothing')) AS p(prefix),
       LATERAL (SELECT count(*) FROM call WHERE number ^@ prefix) AS c(counted),
       LATERAL (SELECT pg_temp.estimate(format('SELECT * FROM call WHERE number ^@ %L', prefix))) AS e(estimated);

-- The index serves under a policy too: operators are leakproof.
CREATE TABLE public.phone_test (owner name, number contacts.phone);
INSERT INTO phone_test SELECT current_user, number FROM call;
CREATE INDEX phone_test_number ON phone_test (number);
CREATE INDEX phone_test_suffix ON phone_test (contacts.phone_suffix(number, 7));
ALTER TABLE phone_test ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON phone_test USING (owner = current_user);
CREATE ROLE regress_contacts_phone;
GRANT SELECT ON phone_test TO regress_contacts_phone;
ANALYZE phone_test;
SET ROLE regress_contacts_phone;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT * FROM phone_test WHERE number ^@ '+41441';
EXPLAIN (COSTS OFF) SELECT * FROM phone_test WHERE number = contacts.phone_try_parse('044 100 79 19', 'CH');
EXPLAIN (COSTS OFF) SELECT * FROM phone_test WHERE contacts.phone_suffix(number, 7) = '1007919';
RESET enable_seqscan;
RESET enable_bitmapscan;
RESET ROLE;
DROP TABLE phone_test;
DROP ROLE regress_contacts_phone;

-- Hash and merge joins, hash index, grouping.
CREATE TEMP TABLE other AS SELECT number, seq FROM call WHERE seq % 2 = 0;
ANALYZE other;
SET enable_mergejoin = off;
SET enable_nestloop = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM call JOIN other USING (number);
SELECT count(*) FROM call JOIN other USING (number);
SET enable_hashjoin = off;
SET enable_mergejoin = on;
SET enable_indexscan = off;
SET enable_indexonlyscan = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM call JOIN other USING (number);
SELECT count(*) FROM call JOIN other USING (number);
RESET enable_mergejoin;
RESET enable_hashjoin;
RESET enable_nestloop;
RESET enable_indexscan;
RESET enable_indexonlyscan;
DROP INDEX call_number;
CREATE INDEX call_hash ON call USING hash (number);
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT * FROM call WHERE number = '+41441007919';
SELECT seq FROM call WHERE number = '+41441007919';
SELECT count(*) FROM call WHERE number ^@ '+41441';
RESET enable_seqscan;
RESET enable_bitmapscan;
SELECT count(*), count(DISTINCT number), count(DISTINCT contacts.phone_base(number)) FROM (SELECT number FROM call UNION ALL SELECT number FROM other) AS t;
SELECT number, count(*) FROM (VALUES (contacts.phone '+41446681800'), ('+41 44 668 18 00'), ('+41446681800;ext=1')) AS t(number) GROUP BY number ORDER BY number;

-- Hash partitions.
CREATE TABLE public.phone_part (number contacts.phone PRIMARY KEY) PARTITION BY HASH (number);
CREATE TABLE public.phone_part_0 PARTITION OF phone_part FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE public.phone_part_1 PARTITION OF phone_part FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO phone_part SELECT number FROM call;
SELECT count(*) > 1000 AS filled FROM phone_part GROUP BY tableoid;
INSERT INTO phone_part VALUES ('+41 44 100 79 19');
DROP TABLE phone_part;

-- Found under an empty search path, as a restore has it.
SET search_path = '';
SELECT '+41446681800'::contacts.phone = '+41446681800' AS eq, '+41446681800'::contacts.phone ^@ '+41' AS prefix;
RESET search_path;
DROP TABLE call, other;

-- Promises of the catalog: volatility (i, s), strict, leakproof, parallel safe.
SELECT p.oid::regprocedure AS function, provolatile AS vol, proisstrict AS strict, proleakproof AS leakproof, proparallel AS parallel
  FROM pg_proc p WHERE pronamespace = 'contacts'::regnamespace AND proname ~ '^phone_' ORDER BY proname COLLATE "C";
SELECT o.oid::regoperator AS operator, oprnamespace::regnamespace AS schema, oprcom::regoperator AS commutator, oprnegate::regoperator AS negator,
       oprcanhash AS hashes, oprcanmerge AS merges, oprrest, oprjoin
  FROM pg_operator o WHERE oprleft = 'contacts.phone'::regtype ORDER BY oprname COLLATE "C";
SELECT castsource::regtype, casttarget::regtype, castcontext FROM pg_cast WHERE 'contacts.phone'::regtype IN (castsource, casttarget);

-- Soft errors, from PostgreSQL 16 on.
SELECT current_setting('server_version_num')::int >= 160000 AS has_soft_errors \gset
\if :has_soft_errors
DO $$
BEGIN
  ASSERT pg_input_is_valid('+41 44 668 18 00', 'contacts.phone');
  ASSERT NOT pg_input_is_valid('n/a', 'contacts.phone');
  ASSERT (SELECT sql_error_code FROM pg_input_error_info('n/a', 'contacts.phone')) = '22P02';
END $$;
\endif
