-- contacts.read_csv: the CSV reader as a function. What it makes of broken files in detail is for the unit tests.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;

-- Records with the line where they start; blank ones are left out.
SELECT line, cells FROM contacts.read_csv(E'Name,Phone\r\n\r\n"Müller, ""Max""","+41 44\n668"\n,\nlast,1'::text::bytea);
SELECT count(*) FROM contacts.read_csv('');
SELECT count(*) FROM contacts.read_csv(NULL);
SELECT line, cells[2] FROM contacts.read_csv('a;b;;', ';');

-- Dialects: found, or given.
SELECT cells FROM contacts.read_csv(convert_to(E'a;b\n1,5;"x;y"', 'UTF8'));
SELECT line, cells FROM contacts.read_csv(convert_to(E'sep=|\na|b,c', 'UTF8'));
SELECT cells FROM contacts.read_csv(convert_to(E'a, "b, c", d', 'UTF8'), delimiter => ', ');
SELECT cells FROM contacts.read_csv(convert_to(E'a, "b", c', 'UTF8'), delimiter => ',');
SELECT cells FROM contacts.read_csv(convert_to(E'''a,b'',c', 'UTF8'), quote => '''');
SELECT cells FROM contacts.read_csv(convert_to(E'"a,b",c', 'UTF8'), quote => '');
SELECT cells FROM contacts.read_csv(convert_to(E'"a\\"b",c', 'UTF8'), escape => '\');

-- What is not given is found; the delimiter may be longer.
SELECT cells FROM contacts.read_csv(convert_to(E'Name,''Note''\nAda,''it''s, so''\n', 'UTF8'));
SELECT cells FROM contacts.read_csv(convert_to(E'a,b\n"5\\" pipe, x",y\n', 'UTF8'));
SELECT cells FROM contacts.read_csv(convert_to(E'a b c d\n1 2 3 4\n5 6 "x y" 8\n', 'UTF8'));
SELECT cells FROM contacts.read_csv(convert_to(E'a||b|c\n1||"2||3"', 'UTF8'), delimiter => '||');

-- The shape of the records: what stands before the table, its header, and the next table.
SELECT line, role, table_number, cells
FROM contacts.read_csv(E'Contacts of 2024,,\n,,\nName,Phone,Mail\nAda,+41,a@b\nBob,,\nName,Phone\nEve,1'::bytea);
SELECT role, table_number, min(line), count(*)
FROM contacts.read_csv((SELECT convert_to(repeat(E'Name,Phone\n' || repeat(E'Ada,1\n', 50), 2), 'UTF8'))) GROUP BY 1, 2 ORDER BY 3;
SELECT role, cells FROM contacts.read_csv(E'Ada,+41\nBob,+49'::bytea);

-- What cannot be text is an error, or a row that says so.
SELECT line, cells, role, fault FROM contacts.read_csv('\x612c620a632c000a64ff2c650a662c67', encoding => 'UTF-8', on_error => 'keep');
SELECT line, cells, fault FROM contacts.read_csv(E'a,b\ncdefgh,1\n"i,j'::bytea, on_error => 'keep', max_field_bytes => 4);
SELECT contacts.read_csv('', on_error => 'skip');
SELECT contacts.read_csv('', max_field_bytes => 0);

-- Encodings: found, or given by ICU's or PostgreSQL's name.
SELECT cells FROM contacts.read_csv('\xefbbbf2261222c62'::bytea);
SELECT cells FROM contacts.read_csv('\xfffe4d00fc006c000900fe66'::bytea);
SELECT cells FROM contacts.read_csv('\x4dfc6c2c80'::bytea);
SELECT cells FROM contacts.read_csv('\xd9f3eae8ed2c31'::bytea, encoding => 'windows-1251');
SELECT cells FROM contacts.read_csv(convert_to('Щукин,1', 'WIN1251'), encoding => 'WIN1251');
SELECT cells FROM contacts.read_csv(convert_to('曾国藩,1', 'GB18030'), encoding => 'GB18030');
SELECT cells FROM contacts.read_csv(convert_to('ソ,1', 'SJIS'), encoding => 'SJIS');

-- Lenient with quotes: nothing is swallowed.
SELECT line, cells FROM contacts.read_csv(E'a,b\n"5" pipe","x"y\n1,"open, z\n2,"closed"\n3,w'::text::bytea);

-- What cannot be text is an error that says where.
DO $$
DECLARE
  bad record;
  state text; message text; detail text; hint text;
BEGIN
  FOR bad IN
    SELECT * FROM (VALUES
      ('\x612c620a632c00'::bytea, NULL, NULL, NULL, NULL),
      ('\x612c620a632cff'::bytea, NULL, NULL, NULL, 'UTF-8'),
      ('\xfffe61000ad800d8'::bytea, NULL, NULL, NULL, NULL),
      (convert_to(E'a,b\nc,' || repeat('x', 1048577), 'UTF8'), NULL, NULL, NULL, NULL),
      (convert_to(E'a,b\n' || repeat(',', 65536), 'UTF8'), NULL, NULL, NULL, NULL),
      (convert_to(E'a,b\n' || repeat(repeat('x', 1048575) || ',', 17), 'UTF8'), NULL, NULL, NULL, NULL),
      ('', 'abcdefghi', NULL, NULL, NULL),
      ('', '', NULL, NULL, NULL),
      ('', 'ü', NULL, NULL, NULL),
      ('', E'|\n', NULL, NULL, NULL),
      ('', '"', NULL, NULL, NULL),
      ('', NULL, '""', NULL, NULL),
      ('', NULL, ' ', NULL, NULL),
      ('', NULL, NULL, '', NULL),
      ('', ';', NULL, ';', NULL),
      ('', NULL, NULL, NULL, ''),
      ('', NULL, NULL, NULL, 'klingon')
    ) AS v (content, delimiter, quote, escape, encoding)
  LOOP
    BEGIN
      PERFORM contacts.read_csv(bad.content, bad.delimiter, bad.quote, bad.escape, bad.encoding);
      RAISE EXCEPTION 'was read: %', bad;
    EXCEPTION WHEN invalid_parameter_value OR bad_copy_file_format OR character_not_in_repertoire THEN
      GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
                              detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
      RAISE INFO '%', concat_ws(' | ', state, message, detail, nullif(hint, ''));
    END;
  END LOOP;
END
$$;

-- Many records go to disk beyond work_mem, and a query that was cancelled leaves nothing behind.
SET work_mem = '64kB';
SELECT count(*), sum(line), count(DISTINCT cells[1])
FROM contacts.read_csv((SELECT string_agg(format('%s,"x%s"', i, i), E'\n')::bytea FROM generate_series(1, 50000) AS i));
RESET work_mem;
SET statement_timeout = '50ms';
SELECT count(*) FROM contacts.read_csv((SELECT convert_to(repeat(E'a,b,c\n', 5000000), 'UTF8')));
RESET statement_timeout;

-- It may stand anywhere a function may.
SELECT (contacts.read_csv(E'a,b\nc,d'::bytea)).cells;

-- As 0.1.0 declared it, for a database that was not updated yet.
DO $$
BEGIN
  EXECUTE format('CREATE FUNCTION old_read_csv(bytea, text, text, text, text, OUT line bigint, OUT cells text[])
                    RETURNS SETOF record LANGUAGE c STABLE AS %L, ''contacts_read_csv''',
                 (SELECT probin FROM pg_proc WHERE oid = 'contacts.read_csv'::regproc));
END
$$;
SELECT * FROM old_read_csv(E'a;b\n1;"2\n3;4', NULL, NULL, NULL, NULL);
DROP FUNCTION old_read_csv(bytea, text, text, text, text);
