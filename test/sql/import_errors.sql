SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;
\set SHOW_CONTEXT never

-- An ordinary role owns the directory and does everything.
CREATE ROLE regress_import;
SELECT contacts.create_directory('crm', 'regress_import') IS NULL AS failed;
SET ROLE regress_import;
SET search_path = crm;
-- Contacts at a glance.
CREATE TEMP VIEW glance AS
  SELECT concat_ws(' ', c.name_prefix, c.first_name, c.middle_name, c.last_name) AS name, c.external_id AS id,
         (SELECT string_agg(concat_ws(' ', p.label, p.number::text, '"' || p.entered || '"',
                                      CASE WHEN p.accepts_sms THEN 'sms' WHEN NOT p.accepts_sms THEN 'no sms' END),
                            ', ' ORDER BY p.position)
            FROM contact_phone p WHERE p.contact_id = c.contact_id) AS phones,
         (SELECT string_agg(concat_ws(' ', p.label, p.address::text), ', ' ORDER BY p.position)
            FROM contact_email p WHERE p.contact_id = c.contact_id) AS emails
    FROM contact c ORDER BY c.contact_id;
CREATE TEMP VIEW faults AS
  SELECT e.line, e.record, e.severity, e.code, e.column_name, e.target, e.message
    FROM import_error e WHERE e.import_id = (SELECT r.import_id FROM import_run r ORDER BY r.import_id DESC LIMIT 1)
   ORDER BY e.ordinal;
-- What is no file of contacts at all: what was found, what was expected.
SELECT * FROM import_csv('');
SELECT * FROM import_csv('\xefbbbf');
SELECT * FROM import_csv(convert_to(E'\n\n  \n', 'UTF8'));
SELECT * FROM import_csv('\x00');
SELECT * FROM import_csv('\x89504e470d0a1a0a0000000d49484452');
SELECT * FROM import_csv(convert_to('Hello, world', 'UTF8'));
SELECT * FROM import_csv(convert_to(E'{"contacts": [\n1, 2]}\n', 'UTF8'));
SELECT format, records, inserted, failed, message FROM import_csv(convert_to('Contact.FirstName,User.LastName', 'UTF8'));
SELECT severity, code, line, message FROM faults;
SELECT format, records, inserted, failed, message FROM import_csv(convert_to(E'\n\nContact.FirstName,User.LastName\n', 'UTF8'));
SELECT format, records, inserted, failed, message FROM import_csv(convert_to(E'Contact.FirstName,User.LastName\n', 'UTF8'), format => '8x8');
SELECT * FROM import_csv(convert_to(E'Notes,Business Street,Shoe Size\na,b,c\n', 'UTF8'));
SELECT * FROM import_csv(convert_to(E'"Contact.FirstName,User.LastName\nAnn,Archer\n', 'UTF8'));
-- A wrong format named.
SELECT * FROM import_csv(convert_to(E'Contact ID,Contact First Name,Contact Last Name\nc,A,B\n', 'UTF8'), format => '8x8');
SELECT * FROM import_csv(convert_to(E'First Name,Last Name,Nick Name,Email Addresses,Phones,Addresses,Job Title\nA,B,,,,,\n', 'UTF8'), format => 'cinnox');
SELECT * FROM import_csv(convert_to(E'First Name,Last Name,Type,Level,Company,Mobile\nA,B,,,,\n', 'UTF8'), format => '8x8');
SELECT * FROM import_csv(convert_to(E'First,Last\nA,B\n', 'UTF8'), format => 'cinnox');
SELECT count(*) AS runs FROM import_run;

-- A preamble before the header, a repeated header, blank rows, a line break in quotes, all kinds of line ends: line
-- numbers are physical lines.
SELECT format, records, inserted, failed, blank, message FROM import_csv(convert_to(
  E'Contacts of ACME\r\n\r\n"exported\r\nyesterday",by me\r\nContact.FirstName,User.LastName,Contact.Emails\r\n'
  '"A\r\n\r\nB",One,bad\r\n\r\n,,\r\nTwo\n,,\r   ,\t,\rThree,,\r\nContact.FirstName,User.LastName,Contact.Emails\nFour,Four,"x@\n\n"\nFive,,y@y.example', 'UTF8'));
SELECT * FROM faults;
SELECT line, cells FROM import_error WHERE severity = 'error' GROUP BY 1, 2 ORDER BY 1;
-- A header among the first ten records, also the tenth.
SELECT records, inserted FROM import_csv(convert_to(E'1\n2\n3\n4\n5\n6\n7\n8\n9\nLast Name\nNine\nTen\n', 'UTF8'));
SELECT * FROM import_csv(convert_to(E'1\n2\n3\n4\n5\n6\n7\n8\n9\n10\nLast Name\nNine\nTen\n', 'UTF8'));
SELECT format, records, inserted, failed, message FROM import_csv(convert_to(E'1\n2\n3\n4\n5\n6\n7\n8\n9\nLast Name\n', 'UTF8'));
SELECT records, blank FROM import_csv(convert_to(E'Last Name\n\n\n', 'UTF8'));

-- Bytes and structure: each fault costs its own record.
SELECT records, inserted, failed, blank, warnings FROM import_csv(
  convert_to(E'Contact.FirstName,User.LastName,NickName\nOk,One,\nShort\nLong,Two,x,y\nLong,Three,x,,\n', 'UTF8')
  || convert_to('Bad', 'UTF8') || '\xff' || convert_to(E',Four,\n', 'UTF8')
  || convert_to('Nul', 'UTF8') || '\x00' || convert_to(E',Five,\nSix;Six;\nSe"ven,Seven,\n"Ei"ght,Eight,\n"Open,Nine,\nTen,Ten,\n', 'UTF8'),
  encoding => 'UTF-8');
SELECT line, record, severity, code, message, cells FROM import_error WHERE import_id = (SELECT max(import_id::text)::uuid FROM import_run) ORDER BY ordinal;
SELECT * FROM glance WHERE name ~ 'Ok|Long|ght|ven|Ten';
SELECT * FROM error_file();
-- Corrected, with the error column: a short row and a long one among them.
SELECT records, inserted, failed FROM import_csv(convert_to(
  E'Contact.FirstName,User.LastName,NickName,Error Detail\nShort,Zwei\nLong,Two,x,what it was,\nLong,Two,x,what it was,y\nBad,Four,,"a, ""b"""\n,,,still the error\n,,,\n', 'UTF8'));
SELECT * FROM faults;
SELECT * FROM error_file();
-- An error column that was moved is no data either.
SELECT records, inserted, failed FROM import_csv(convert_to(E'error detail,Contact.FirstName,User.LastName\nx,Moved,One\nx,Moved,\n', 'UTF8'));
SELECT * FROM error_file();
SELECT * FROM error_file('00000000-0000-0000-0000-000000000000');
-- Strict: a record has the header's columns, quotes are right.
SELECT records, inserted, failed FROM import_csv(convert_to(E'Contact.FirstName,User.LastName,NickName\nOk,One,\nShort,Two\nLong,Three,,\n"Ei"ght,Eight,\n', 'UTF8'), strict => true);
SELECT * FROM faults;
-- Cells that look like code are text.
SELECT records, inserted FROM import_csv(convert_to(E'Last Name,First Name\n"=cmd|'' /C calc''!A0",\'); DROP TABLE contact; --\n#N/A,"\\""{}[]$1"\n', 'UTF8'), format => 'cinnox');
SELECT first_name, last_name FROM contact WHERE last_name ~ '^[=#]' ORDER BY 2;
SELECT * FROM faults;

-- One record with very many faults: the first hundred are listed, its long cells once.
SELECT records, failed FROM import_csv(convert_to((SELECT E'Contact.FirstName,User.LastName,Contact.PhoneNumber\nAl,Bo,'
         || string_agg(format('x%s OTHER', i), ': ') || E'\nCy,Do,x WORK: y WORK\n' FROM generate_series(1, 1000) i), 'UTF8'));
SELECT record, code, count(*), count(cells) AS with_cells, max(message) FILTER (WHERE code = 'more_issues') AS message
  FROM import_error WHERE import_id = (SELECT max(import_id::text)::uuid FROM import_run) GROUP BY 1, 2 ORDER BY 1, 2;
SELECT left(f, 40) AS begins, length(f) > 10000 AS long FROM error_file() AS f;

-- What only the database can refuse costs the record at fault alone, among 3000 good ones.
CREATE TABLE audit (what text);
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.last_name = 'Raise' THEN RAISE EXCEPTION 'no % here', NEW.last_name USING DETAIL = 'A rule of the DBA''s.', HINT = 'Name it otherwise.'; END IF;
  IF NEW.last_name = 'Own' THEN RAISE EXCEPTION 'own code' USING ERRCODE = 'MY001', HINT = 'Own hint.'; END IF;
  IF NEW.last_name = 'Divide' THEN PERFORM 1 / (length(NEW.last_name) - 6); END IF;
  IF NEW.last_name = 'Skip' THEN RETURN NULL; END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO crm.audit VALUES (NEW.last_name); RETURN NULL; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON contact FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE TRIGGER note AFTER INSERT ON contact FOR EACH ROW EXECUTE FUNCTION note();
ALTER TABLE contact ADD CONSTRAINT no_check CHECK (last_name <> 'Check');
CREATE UNIQUE INDEX one_address ON contact_email (address);
ALTER TABLE contact_phone ADD CONSTRAINT one_number EXCLUDE USING btree (number WITH =);
CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.last_name = 'Deferred' THEN RAISE check_violation USING MESSAGE = 'refused at commit'; END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON contact DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION at_commit();
ALTER TABLE contact_email ADD CONSTRAINT one_address_too UNIQUE (address, label) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE contact ADD COLUMN seat int, ADD COLUMN code text NOT NULL DEFAULT '';
CREATE FUNCTION bulk(OUT csv bytea) LANGUAGE sql AS $$
  SELECT convert_to(E'Contact.FirstName,User.LastName,NickName,Contact.PhoneNumber,Contact.Emails\n'
         || string_agg(CASE i WHEN 77 THEN 'F77,Check,,,' WHEN 500 THEN 'F500,Raise,,,' WHEN 501 THEN 'F501,Own,,,'
                              WHEN 502 THEN 'F502,Divide,,,' WHEN 1500 THEN 'F1500,Same,,,f3@x.example'
                              WHEN 1999 THEN 'F1999,Same,,+442070000004 WORK,' WHEN 2000 THEN 'F2000,Deferred,,,'
                              WHEN 2001 THEN format('F2001,%s,,,', repeat('x', 10)) WHEN 2500 THEN 'F2500,Bad,,,x@'
                              ELSE format('F%s,Good,,+4420%s WORK,f%s@x.example', i, 70000000 + i, i) END, E'\n' ORDER BY i), 'UTF8')
    FROM generate_series(1, 3009) i
$$;
SELECT records, inserted, failed, message FROM import_csv(bulk());
SELECT * FROM faults;
SELECT (SELECT count(*) FROM contact WHERE last_name IN ('Good', 'xxxxxxxxxx')) AS contacts, (SELECT count(*) FROM audit) AS audited,
       (SELECT count(*) FROM contact_phone) AS phones, (SELECT count(*) FROM contact_email) AS emails;
-- The deferred rule of an import that was good does not stand in the way of the commit, nor do its checks stay immediate.
BEGIN;
SELECT records, inserted, failed FROM import_csv(convert_to(E'Contact.FirstName,User.LastName\nGg,Deferred\nHh,Fine\n', 'UTF8'));
INSERT INTO contact (last_name) VALUES ('Deferred');
SELECT 'not refused yet';
COMMIT;
-- One that was violated before the import begins is the caller's.
BEGIN;
INSERT INTO contact (last_name) VALUES ('Deferred');
SELECT records, inserted, failed FROM import_csv(convert_to(E'Contact.FirstName,User.LastName\nHh,Fine\n', 'UTF8'));
ROLLBACK;
-- What another record would meet too stops the import as a whole.
CREATE OR REPLACE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO crm.gone VALUES (NEW.last_name); RETURN NULL; END $$;
\set VERBOSITY terse
SELECT * FROM import_csv(convert_to(E'Contact.FirstName,User.LastName\nHh,Fine\n', 'UTF8'));
\set VERBOSITY default
SELECT count(*) FROM import_run WHERE finished_at IS NULL;
-- A trigger of the DBA's that imports: each import by itself.
CREATE OR REPLACE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.last_name = 'Twin' THEN INSERT INTO crm.csv_cinnox ("First Name", "Last Name") VALUES (NEW.first_name, 'Shadow'), (NULL, NULL), ('No name', NULL); END IF;
  RETURN NULL;
END $$;
SELECT records, inserted, failed, blank FROM import_csv(convert_to(E'Contact.FirstName,User.LastName\nOne,Twin\nTwo,Twin\nTwo,\n', 'UTF8'));
SELECT r.format, r.records, r.inserted, r.failed, r.blank,
       (SELECT array_agg(c.first_name ORDER BY c.contact_id) FROM contact c WHERE c.import_id = r.import_id) AS contacts
  FROM import_run r ORDER BY r.import_id DESC LIMIT 3;
DROP TRIGGER note ON contact;
-- A column of the DBA's without a default: every record fails, and says so.
ALTER TABLE contact ALTER code DROP DEFAULT;
SELECT records, inserted, failed FROM import_csv(convert_to(E'Contact.FirstName,User.LastName\nHh,Fine\nIi,Fine\n', 'UTF8'));
SELECT * FROM faults;
ALTER TABLE contact ALTER code SET DEFAULT '';
SELECT records, inserted, failed FROM import_csv((SELECT convert_to(string_agg(f, E'\n'), 'UTF8') FROM error_file() AS f));
-- A trigger that swallows rows without a word: they are not counted as stored.
SELECT records, inserted, failed FROM import_csv(convert_to(E'Contact.FirstName,User.LastName,Contact.PhoneNumber\nJj,Skip,\nKk,Skip,+442071111111 WORK\n', 'UTF8'));
SELECT code, message FROM faults;
DROP TABLE audit;

-- Every import accounted for every record.
SELECT count(*) FILTER (WHERE inserted + updated + unchanged + failed + blank <> records) AS wrong,
       count(*) FILTER (WHERE finished_at IS NULL) AS unfinished
  FROM import_run;
SELECT count(*) AS orphans FROM import_error e WHERE NOT EXISTS (SELECT FROM import_run r WHERE r.import_id = e.import_id);

DROP VIEW glance, faults;
RESET ROLE;
RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA crm CASCADE;
RESET client_min_messages;
DROP ROLE regress_import;
