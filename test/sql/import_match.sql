-- How a record finds its contact (match_by), and what becomes of duplicates (on_duplicate).
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;
\set SHOW_CONTEXT never

CREATE ROLE regress_import;
SELECT contacts.create_directory('crm', 'regress_import') IS NULL AS failed;
SET ROLE regress_import;
SET search_path = crm;
SET client_min_messages = warning;
CREATE FUNCTION file(VARIADIC lines text[]) RETURNS bytea LANGUAGE sql AS
$$ SELECT convert_to(array_to_string(lines, E'\n') || E'\n', 'UTF8') $$;
CREATE TEMP VIEW run AS
  SELECT records, inserted, updated, unchanged, failed, warnings FROM import_run ORDER BY import_id DESC LIMIT 1;
-- Ids of contacts as names, since they differ from run to run.
CREATE FUNCTION named(message text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE c record;
BEGIN
  FOR c IN SELECT contact_id, last_name FROM contact LOOP
    message := replace(message, c.contact_id::text, '<' || c.last_name || '>');
  END LOOP;
  RETURN message;
END $$;
CREATE TEMP VIEW faults AS
  SELECT e.record, e.severity, e.code, e.target, named(e.message) AS message
    FROM import_error e WHERE e.import_id = (SELECT r.import_id FROM import_run r ORDER BY r.import_id DESC LIMIT 1)
   ORDER BY e.ordinal;
CREATE TEMP VIEW glance AS
  SELECT c.source, c.external_id, c.first_name, c.last_name, c.job_title, c.version,
         (SELECT string_agg(p.label || ' ' || p.number::text, ', ' ORDER BY p.position) FROM contact_phone p WHERE p.contact_id = c.contact_id) AS phones,
         (SELECT string_agg(p.label || ' ' || p.address::text, ', ' ORDER BY p.position) FROM contact_email p WHERE p.contact_id = c.contact_id) AS emails
    FROM contact c ORDER BY c.contact_id;

-- By e-mail: a format without IDs updates what it finds, inserts the rest; the same file again changes nothing.
SELECT inserted FROM import_csv(file('First Name,Last Name,Job Title,Mobile,Email',
  'Ann,Archer,CEO,+41446681801,Ann@Archer.Example', 'Ben,Baker,,+41446681802,ben@baker.example', 'Cem,Can,,+41446681803,'));
SELECT 1 FROM import_csv(file('First Name,Last Name,Job Title,Mobile,Email',
  'Ann,Archer,Chair,+41446681809,Ann@ARCHER.example', 'Dee,Dorn,,,dee@dorn.example'), match_by => '{email}');
TABLE run;
TABLE glance;
SELECT 1 FROM import_csv(file('First Name,Last Name,Job Title,Mobile,Email',
  'Ann,Archer,Chair,+41446681809,Ann@ARCHER.example', 'Dee,Dorn,,,dee@dorn.example'), match_by => '{email}');
TABLE run;
TABLE faults;
SELECT options FROM import_run ORDER BY import_id DESC LIMIT 1;
-- By phone, where the e-mail says nothing.
SELECT 1 FROM import_csv(file('Last Name,Job Title,Mobile,Email', 'Can,CTO,+41 44 668 18 03,cem@can.example', 'Eve,,,'), match_by => '{email,phone}');
TABLE run;
SELECT last_name, job_title, emails FROM glance WHERE last_name IN ('Can', 'Eve');

-- Two criteria that point at different contacts, several contacts with one value, several values of different contacts.
INSERT INTO contact (last_name, visibility) VALUES ('Twin1', 'company'), ('Twin2', 'restricted'), ('Twin3', 'company'), ('Twin4', 'company');
INSERT INTO contact_email (contact_id, position, address) SELECT contact_id, 1, 'twins@x.example' FROM contact WHERE last_name LIKE 'Twin_';
INSERT INTO contact_phone (contact_id, position, number) SELECT contact_id, 1, '+41446681820' FROM contact WHERE last_name LIKE 'Twin_';
SELECT 1 FROM import_csv(file('Last Name,Job Title,Mobile,Work,Email,Other Email',
  'Archer,X,+41446681802,,ann@archer.example,',
  'Any,X,,,twins@x.example,',
  'Any,X,+41446681809,+41446681802,,',
  'Any,X,,,ann@archer.example,ben@baker.example',
  'Archer,Boss,+41446681809,,ann@archer.example,'), match_by => '{email,phone}');
TABLE run;
TABLE faults;
SELECT last_name, job_title FROM contact WHERE job_title IN ('X', 'Boss');
-- What several contacts share means none of them, but does not speak against a criterion before it that means one of them.
SELECT 1 FROM import_csv(file('Last Name,Mobile,Email', 'Twin1,+41446681820,t1@x.example'), match_by => '{phone}');
TABLE faults;
UPDATE contact_email SET address = lower((SELECT c.last_name FROM contact c WHERE c.contact_id = e.contact_id) || '@x.example')::contacts.email
  FROM contact_email e WHERE e.address = 'twins@x.example' AND contact_email.contact_id = e.contact_id;
SELECT 1 FROM import_csv(file('Last Name,Job Title,Mobile,Email', 'Twin1,One,+41446681820,twin1@x.example'), match_by => '{email,phone}');
TABLE run;

-- IDs: of the contact, of its source; a criterion without a column is left out, none at all is an error.
SELECT inserted FROM import_csv(file('Contact ID,Contact First Name,Contact Last Name,Contact Work Email', 'g1,Gus,Guy,gus@x.example', 'g2,Hal,Hill,hal@x.example'));
SELECT contact_id AS gus FROM contact WHERE external_id = 'g1' \gset
SELECT 1 FROM import_csv(file('Contact ID,Contact First Name,Contact Last Name,Contact Work Email,Contact Title', 'g1,Gus,Guy,hal@x.example,one',
  'g9,Hal,Hill,hal@x.example,two', :'gus' || ',Gus,Guy,,three', 'g3,Ida,Irk,ida@x.example,'), match_by => '{contact_id,external_id,email}');
TABLE run;
TABLE faults;
SELECT external_id, last_name, job_title FROM contact WHERE source = 'genesys' ORDER BY 1;
SELECT 1 FROM import_csv(file('Last Name,Email', 'Hill,hal@x.example'), match_by => '{external_id,email}', mode => 'update');
TABLE run;
SELECT * FROM import_csv(file('Last Name,Email', 'X,'), match_by => '{external_id,phone}');
SELECT * FROM import_csv(file('Last Name,Email', 'X,'), match_by => '{mail}');
SELECT * FROM import_csv(file('Last Name,Email', 'X,'), match_by => '{email,email}');
SELECT * FROM import_csv(file('Last Name,Email', 'X,'), match_by => '{}');
-- Mode update: nothing is created.
SELECT 1 FROM import_csv(file('Last Name,Email', 'Hill,hal@x.example', 'New,new@x.example', 'None,'), match_by => '{email}', mode => 'update');
TABLE run;
TABLE faults;

-- on_duplicate, against the directory and within the file.
SELECT 1 FROM import_csv(file('Last Name,Job Title,Email', 'Hill,skipped,hal@x.example', 'Jo,first,jo@x.example', 'Jo,second,JO@X.example'), match_by => '{email}', on_duplicate => 'skip');
TABLE run;
TABLE faults;
SELECT last_name, job_title, version FROM contact WHERE last_name IN ('Hill', 'Jo') ORDER BY 1;
SELECT 1 FROM import_csv(file('Last Name,Job Title,Email', 'Hill,x,hal@x.example', 'Kim,first,kim@x.example', 'Kim,second,kim@x.example'), match_by => '{email}', on_duplicate => 'error');
TABLE run;
TABLE faults;
SELECT 1 FROM import_csv(file('Last Name,Job Title,Email', 'Hill,other,hal@x.example', 'Lea,first,lea@x.example', 'Lea,second,lea@x.example'), match_by => '{email}', on_duplicate => 'insert');
TABLE run;
TABLE faults;
SELECT last_name, job_title FROM contact WHERE last_name IN ('Hill', 'Kim', 'Lea') ORDER BY contact_id;
SELECT 1 FROM import_csv(file('Last Name,Job Title,Email', 'Mo,first,mo@x.example', 'Mo,second,mo@x.example', 'Mo,third,'), match_by => '{email}', on_duplicate => 'update', mode => 'insert');
TABLE run;
TABLE faults;
SELECT last_name, job_title, version FROM contact WHERE last_name = 'Mo' ORDER BY contact_id;
-- By ID.
SELECT 1 FROM import_csv(file('Contact ID,Contact First Name,Contact Last Name', 'g1,Guy,X', 'n1,New,One', 'n1,New,Two'), on_duplicate => 'skip');
TABLE run;
TABLE faults;
SELECT 1 FROM import_csv(file('Contact ID,Contact First Name,Contact Last Name', 'g1,Guy,X', 'n2,New,One', 'n2,New,Two'), on_duplicate => 'error');
TABLE run;
TABLE faults;
SELECT 1 FROM import_csv(file('Contact ID,Contact First Name,Contact Last Name', 'g1,Guy,X', 'n3,New,One', 'n3,New,Two'), on_duplicate => 'insert');
TABLE run;
TABLE faults;
SELECT * FROM import_csv(file('Last Name', 'X'), on_duplicate => 'skip');
SELECT * FROM import_csv(file('Last Name', 'X'), on_duplicate => 'replace');
SELECT * FROM import_csv(file('Last Name,Email', 'X,x'), match_by => '{email}', strict => true, on_duplicate => 'insert', mode => 'insert', max_errors => 0);

-- One contact again and again in one file: the records are applied in their order, and it is written once.
SELECT 1 FROM import_csv(file(VARIADIC 'Contact ID,Contact First Name,Contact Last Name,Contact Title,Contact Work Phone,Contact Other Email'::text ||
  (SELECT array_agg(format('r1,R%s,Run,%s,%s,%s', i, CASE WHEN i % 2 = 0 THEN 'T' || i ELSE '' END, CASE WHEN i = 3 THEN '+1 317 555 0123' END, CASE WHEN i > 4 THEN 'r' || i || '@x.example' END) ORDER BY i)
     FROM generate_series(1, 2500) i)));
TABLE run;
SELECT source, external_id, first_name, job_title, phones, emails FROM glance WHERE external_id = 'r1';
SELECT code, count(*) FROM faults GROUP BY 1;
-- A contact of the directory likewise; a bad record among them costs itself alone, as does one that a constraint refuses.
ALTER TABLE contact ADD CONSTRAINT no_joker CHECK (job_title <> 'joker');
SELECT 1 FROM import_csv(file('Contact ID,Contact First Name,Contact Last Name,Contact Title,Contact Work Phone', 'r1,Ro,Run,a,', 'r1,Ro,Run,joker,', 'r2,Re,Run,joker,', 'r2,Re,Run,fine,',
  'r1,Ro,,,', 'r1,Ro,Run,b,+1 317 555 0124', 'r1,Ro,Run,,+1 317 555 0125'), empty_cells => 'keep');
TABLE run;
TABLE faults;
SELECT external_id, first_name, job_title, phones FROM glance WHERE external_id IN ('r1', 'r2');

-- Personal imports look among the owner's personal contacts alone, others never among personal ones.
RESET ROLE;
INSERT INTO crm.staff (login, display_name, permissions) VALUES ('regress_import', 'Importer', '{view,edit,import,admin}'), ('other', 'Other', '{view,edit}');
SET ROLE regress_import;
INSERT INTO contact (last_name, visibility, owner_id) SELECT 'Mine', 'personal', staff_id FROM staff WHERE login = 'regress_import';
INSERT INTO contact_email (contact_id, position, address) SELECT contact_id, 1, 'same@x.example' FROM contact WHERE last_name = 'Mine';
SELECT 1 FROM import_csv(file('Last Name,Job Title,Email', 'Company,,same@x.example'), match_by => '{email}', visibility => 'company');
TABLE run;
SELECT 1 FROM import_csv(file('Last Name,Job Title,Email', 'Mine,mine,same@x.example', 'Hill,mine,hal@x.example'), match_by => '{email}', visibility => 'personal');
TABLE run;
SELECT last_name, visibility, job_title FROM contact WHERE last_name IN ('Company', 'Mine') OR job_title = 'mine' ORDER BY contact_id;

-- Every format with keys: the same file twice changes nothing.
CREATE FUNCTION again(which text) RETURNS TABLE (format text, file text, records bigint, inserted bigint, unchanged bigint, failed bigint) LANGUAGE plpgsql AS $$
DECLARE content bytea;
BEGIN
  SELECT convert_to(string_agg(line, E'\n' ORDER BY n), 'UTF8') INTO content
    FROM (VALUES (1, CASE again.which
      WHEN '8x8' THEN E'Contact.FirstName,User.LastName,Contact.PhoneNumber,Contact.Emails,Contact.ContactID\nZoe,Zed,+12345678901 WORK: 00447890123456 MOBILE,zoe@z.example,z1\nYan,Yu,+447890123457 HOME,,z2'
      WHEN 'genesys' THEN E'Contact ID,Contact First Name,Contact Last Name,Contact Work Phone,Contact Work Phone Extension,Contact Address 1,Contact Country,Account ID,Account Name,Account Tags,Shoe Size\nz1,Zoe,Zed,(317) 555-0123,42,1 Main St,Narnia,za,Zeta,a;b,44\nz2,Yan,Yu,,,,,,,,'
      ELSE E'First Name,Last Name,Company,Birth Date,Language,Group,Mobile,Email,City,Country,Twitter\nZoe,Zed,Zeta,02/29,German,VIP;Asia,+85212345678,zoe@c.example,Zug,Switzerland,@zoe\nYan,Yu,,,,,+85212345679,yan@z.example,,,' END)) AS l(n, line);
  FOR i IN 1..2 LOOP
    RETURN QUERY SELECT r.format, CASE i WHEN 1 THEN 'first' ELSE 'again' END, r.records, r.inserted, r.unchanged, r.failed
      FROM import_csv(content, format => again.which, mode => CASE again.which WHEN '8x8' THEN 'upsert' END,
                      match_by => CASE again.which WHEN 'cinnox' THEN '{email,phone}'::text[] END, visibility => 'company') r;
  END LOOP;
END $$;
DELETE FROM contact;
SELECT a.* FROM unnest(ARRAY['8x8', 'cinnox', 'genesys']) AS f, again(f) AS a;

-- An ID that is taken by a contact which the importer may not see is his record's fault alone; a company contact is not his to make.
RESET ROLE;
CREATE ROLE regress_clerk;
SELECT enroll('regress_clerk', 'Clerk', '{view,edit,import}') IS NULL AS failed;
GRANT SELECT ON run TO regress_clerk;
INSERT INTO contact (source, external_id, last_name, visibility, owner_id) SELECT 'genesys', 'hidden', 'Hidden', 'restricted', staff_id FROM staff WHERE login = 'other';
SET ROLE regress_clerk;
SELECT count(*) FROM contact WHERE last_name = 'Hidden';
SELECT 1 FROM import_csv(file('Contact ID,Contact First Name,Contact Last Name', 'c1,Una,Ute', 'hidden,Vic,Vau', 'c2,Wim,Weh'), visibility => 'restricted');
TABLE run;
SELECT e.line, e.code, e.column_name, e.target, e.value, e.message FROM import_error e ORDER BY e.import_id DESC, e.ordinal LIMIT 1;
SELECT external_id, last_name FROM contact WHERE external_id ~ '^[ch]' ORDER BY 1;
-- He updates what he may edit, whoever made it; others' contacts are told apart.
SELECT 1 FROM import_csv(file('Contact ID,Contact First Name,Contact Last Name', 'c1,Una,Utta', 'z1,Zoe,Zett'), visibility => 'restricted', mode => 'update');
TABLE run;
SELECT e.line, e.code, e.message FROM import_error e ORDER BY e.import_id DESC, e.ordinal LIMIT 1;
SELECT * FROM import_csv(file('Contact ID,Contact First Name,Contact Last Name', 'c3,Una,Ute'));
INSERT INTO csv_genesys ("Contact ID", "Contact First Name", "Contact Last Name") VALUES ('c3', 'Una', 'Ute');
RESET ROLE;
UPDATE staff SET permissions = '{view,edit}' WHERE login = 'regress_clerk';
SET ROLE regress_clerk;
SELECT * FROM import_csv(file('Contact ID,Contact First Name,Contact Last Name', 'c3,Una,Ute'), visibility => 'restricted');
INSERT INTO csv_cinnox ("Last Name") VALUES ('Ute');
RESET ROLE;
UPDATE staff SET permissions = '{view,import}' WHERE login = 'regress_clerk';
SET ROLE regress_clerk;
SELECT * FROM import_csv(file('Contact ID,Contact First Name,Contact Last Name', 'c3,Una,Ute'), visibility => 'restricted');

-- Profiles are for all who import, and changed by who made them.
RESET ROLE;
UPDATE staff SET permissions = '{view,edit,import}' WHERE login = 'regress_clerk';
INSERT INTO import_profile (name, format) VALUES ('other', 'cinnox');
SET ROLE regress_clerk;
INSERT INTO import_profile (name, format) VALUES ('mine', 'cinnox');
INSERT INTO import_profile (name, format, created_by) VALUES ('yours', 'cinnox', 'other');
UPDATE import_profile SET description = 'changed' RETURNING name;
SELECT inserted FROM import_csv(file('Last Name', 'X'), format => 'other');
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA crm CASCADE;
DROP OWNED BY regress_clerk;
DROP ROLE regress_clerk, regress_import;
