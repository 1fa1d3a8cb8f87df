-- Names folded, documents, queries and their index, without row-level security.
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS contacts;
SELECT contacts.create_directory('search_test');
RESET client_min_messages;

-- The strict key.
SELECT name, contacts.fold_name(name) FROM unnest(ARRAY['O’Brien', 'MÜLLER-Groß', 'Щукин', '曾国藩', '曾國藩', 'ﾀﾅｶ', 'محمد', 'IŞIK',
  'van der Berg', '', ' !? ']) WITH ORDINALITY AS n(name, i) ORDER BY i;
SELECT contacts.fold_name(repeat('ab ', 1000000)) = rtrim(left(repeat('ab ', 2000), 4096)) AS cut;
SELECT contacts.fold_name(NULL);

-- Documents: version first, then sorted keys.
SELECT (contacts.search_document(ARRAY['Jürgen', NULL, 'van der Müller-Lüdenscheid'], ARRAY['Head of Support'])) [2:];
SELECT (contacts.search_document(ARRAY['国藩', NULL, '曾'])) [2:], (contacts.search_document(ARRAY['John', 'Fitzgerald', 'Kennedy'])) [2:];
SELECT (contacts.search_document(NULL))[1] = contacts.search_version() AS version, contacts.search_version() ~ '^#\d+/icu\d' AS form;

-- Queries, as text.
SELECT query, contacts.search_query(query) FROM unnest(ARRAY['anna mül', 'mueller', 'o''brien', 'Jean-Luc', '曾国藩', 'Щукин', 'mohamed'])
  WITH ORDINALITY AS q(query, i) ORDER BY i;
SELECT contacts.search_query('bob micheal', '{"tolerant": true, "alias": {"bob": ["Robert"], "al": ["Alan"]}}');
SELECT contacts.search_query('schwarzenegger li bob', '{"tolerant": true, "one_error": true}') AS one, contacts.search_query('bob', '{"one_error": true}') AS none;
SELECT contacts.search_query('li wei', '{"whole_words": true}'), contacts.search_query('anna mull', '{"finished": true}');
SELECT contacts.search_query('li', '[1]'), contacts.search_query('li', '{"tolerant": 1, "alias": "x", "what": {}}'),
       contacts.search_query('lisa', '{"alias": {"lisa": [1, null, {"a": "b"}, "!"]}}');
-- Never an error, and nothing is found.
SELECT count(*) AS empty FROM (VALUES (''), ('  '), ('-.!?'), (E'\x01\x1b\x7f'), (repeat('a', 1000000)), ('😀'), (E'\u0301')) AS v(query)
 WHERE contacts.search_query(query)::text = '' AND NOT ARRAY['a', ''] @@ contacts.search_query(query);
SELECT contacts.search_query(NULL), NULL::text[] @@ contacts.search_query('a'), '{}'::text[] @@ contacts.search_query('a'),
       '{NULL,ab}'::text[] @@ contacts.search_query('a'), '{{x},{ab}}'::text[] @@ contacts.search_query('a');
-- The type's own form.
SELECT 'smith*|smyth~1  ann'::contacts.search_pattern, ''::contacts.search_pattern;
SELECT 'Smith'::contacts.search_pattern;
SELECT 'a||b'::contacts.search_pattern;
SELECT 'a~3'::contacts.search_pattern;
SELECT repeat('a ', 17)::contacts.search_pattern;
CREATE TABLE search_test.saved (pattern contacts.search_pattern);
INSERT INTO search_test.saved VALUES (contacts.search_query('Müller 曾国藩')), ('');
COPY search_test.saved TO '/dev/null' (FORMAT binary);
SELECT * FROM search_test.saved;

-- How well.
SELECT query, contacts.search_rank(contacts.search_document(ARRAY['Anna', NULL, 'Müller']), contacts.search_query(query, '{"tolerant": true}'))
  FROM unnest(ARRAY['anna muller', 'anna', 'ann mul', 'mueller', 'mulelr', 'bob', 'anna bob', '']) WITH ORDINALITY AS q(query, i) ORDER BY i;

-- The trigger fills the document, whatever is written; an update of other columns leaves it.
SET search_path = search_test, pg_catalog;
INSERT INTO organization (organization_id, name) VALUES ('00000000-0000-7000-8000-000000000001', 'Ñandú Foods'), ('00000000-0000-7000-8000-000000000002', 'Acme');
INSERT INTO contact (first_name, last_name, job_title, department, nickname, organization_id, search)
VALUES ('Jürgen', 'Müller', 'Buyer', 'R&D', 'Jogi', '00000000-0000-7000-8000-000000000001', '{forged}'), (NULL, NULL, NULL, NULL, NULL, NULL, '{}');
SELECT search[2:], version FROM contact ORDER BY first_name NULLS LAST;
UPDATE contact SET search = '{forged}' WHERE first_name = 'Jürgen';
UPDATE contact SET location = 'Bern' WHERE first_name = 'Jürgen';
SELECT search[2:], version FROM contact WHERE first_name = 'Jürgen';
UPDATE contact SET last_name = 'Meier' WHERE first_name = 'Jürgen';
SELECT search[2:], version FROM contact WHERE first_name = 'Jürgen';
-- A new name of the organization reaches its contacts, and is no change of theirs; so does the name of one made in the same statement.
UPDATE organization SET name = 'Globex' WHERE name = 'Ñandú Foods';
UPDATE organization SET industry = 'Food';
SELECT search[2:], version FROM contact WHERE first_name = 'Jürgen';
WITH o AS (INSERT INTO organization (name) VALUES ('Brand New') RETURNING organization_id)
INSERT INTO contact (first_name, organization_id) SELECT 'Eve', organization_id FROM o;
SELECT search[2:] FROM contact WHERE first_name = 'Eve';
INSERT INTO staff (login, display_name, first_name, last_name) VALUES ('zoe', 'Zoë S.', 'Zoë', 'Smith');
SELECT display_name, search[2:] FROM staff WHERE search @@ contacts.search_query('zoe sm');

-- The index answers, also for a query out of another table.
INSERT INTO contact (first_name, last_name) SELECT 'Person', 'Number' || i FROM generate_series(1, 2000) AS i;
ANALYZE contact;
EXPLAIN (COSTS OFF) SELECT * FROM contact WHERE search @@ contacts.search_query('meier jurg');
CREATE TABLE calls (caller text);
INSERT INTO calls VALUES ('Meier, Jürgen'), (''), ('number1999');
ANALYZE calls;
EXPLAIN (COSTS OFF) SELECT c.first_name, k.caller FROM calls AS k JOIN contact AS c ON c.search @@ contacts.search_query(k.caller);
SELECT k.caller, c.first_name, c.last_name FROM calls AS k LEFT JOIN contact AS c ON c.search @@ contacts.search_query(k.caller) ORDER BY 1;
SET enable_seqscan = off;
-- Many keys are looked up for typing errors: of 2000 rows reading them all would cost less.
EXPLAIN (COSTS OFF) SELECT * FROM contact WHERE search @@ contacts.search_query('jurgne', '{"tolerant": true}');
SELECT query, (SELECT count(*) FROM contact WHERE search @@ contacts.search_query(query, '{"tolerant": true}'))
  FROM unnest(ARRAY['jurgen', 'JURGNE', 'ujrgen', 'meeir glob', 'person number19', 'person nubmer', '', '!', 'jogi meier buyer globex d r']) WITH ORDINALITY AS q(query, i) ORDER BY i;
-- What the index finds is what the operator finds.
CREATE TABLE both_ways AS
SELECT q.query, (SELECT count(*) FROM contact WHERE search @@ contacts.search_query(q.query, '{"tolerant": true}')) AS by_index, 0::bigint AS by_scan
  FROM (SELECT DISTINCT left(k, n) AS query FROM contact, unnest(search[2:]) AS k, generate_series(1, 10, 3) AS n WHERE k !~ 'number[0-9]{3}' OR k ~ 'number19'
        UNION SELECT 'nubmer1' UNION SELECT 'umber' UNION SELECT 'lerson' UNION SELECT 'erson number1' UNION SELECT 'peron number2' UNION SELECT 'jurgen m' UNION SELECT 'p number1' UNION SELECT 'm x jurgen') AS q;
SET enable_seqscan = on;
SET enable_bitmapscan = off;
UPDATE both_ways SET by_scan = (SELECT count(*) FROM contact WHERE search @@ contacts.search_query(query, '{"tolerant": true}'));
SELECT count(*) > 50 AS many, count(*) FILTER (WHERE by_index <> by_scan) AS differ FROM both_ways;
RESET enable_bitmapscan;
RESET enable_seqscan;

-- Nicknames are a table; a row of yours counts at once.
SELECT name_alias('Bob Smith'), name_alias('nobody'), name_alias('');
INSERT INTO nickname VALUES ('jogi', 'jurgen');
SELECT name_alias('Jürgen');
SELECT first_name FROM contact WHERE search @@ contacts.search_query('jogi', jsonb_build_object('alias', name_alias('jogi')));
INSERT INTO nickname VALUES ('Jogi', 'Jürgen');
-- As people write them; a text without letters is none.
INSERT INTO nickname VALUES ('Jürgli', 'JÜRGEN'), ('Юра', 'Юрий') RETURNING *;
SELECT first_name FROM contact WHERE search @@ contacts.search_query('Jürgli', jsonb_build_object('alias', name_alias('Jürgli')));
INSERT INTO nickname VALUES ('!', 'jurgen');

-- Documents of another ICU are made again, in batches.
ALTER TABLE contact DISABLE TRIGGER zz_stamp;
UPDATE contact SET search = '{#0/icu1,old}' WHERE first_name = 'Person';
UPDATE contact SET search = NULL WHERE first_name = 'Eve';
ALTER TABLE contact ENABLE TRIGGER zz_stamp;
SELECT search[1] = contacts.search_version() AS current, count(*) FROM contact GROUP BY 1 ORDER BY 1;
ANALYZE contact;
SELECT search = contacts.search_version() AS now, search_documents @> '{#0/icu1}' AS stored FROM contacts.version();
CALL contacts.refresh_search('search_test');
CALL contacts.refresh_search('search_test');
ANALYZE contact;
SELECT search_documents = ARRAY[search] AS refreshed FROM contacts.version();
SELECT search[1] = contacts.search_version() AS current, count(*), max(version) FROM contact GROUP BY 1 ORDER BY 1;
CALL contacts.refresh_search('public');
CALL contacts.refresh_search(NULL);
CREATE ROLE search_test_stranger;
SET ROLE search_test_stranger;
CALL contacts.refresh_search('search_test');
RESET ROLE;
DROP ROLE search_test_stranger;

-- Triggers say how they are to be used.
CREATE TABLE wrong (a int);
CREATE TRIGGER t BEFORE INSERT ON wrong FOR EACH ROW EXECUTE FUNCTION contacts.make_search();
INSERT INTO wrong VALUES (1);
DROP TRIGGER t ON wrong;
CREATE TRIGGER t AFTER INSERT ON wrong FOR EACH ROW EXECUTE FUNCTION contacts.refresh_organization_search('contact');
INSERT INTO wrong VALUES (1);

RESET search_path;
SET client_min_messages = error;
DROP SCHEMA search_test CASCADE;
