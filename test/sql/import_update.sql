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
CREATE FUNCTION report(format text, OUT csv bytea) LANGUAGE plpgsql AS $$
DECLARE
  columns text := (SELECT string_agg(format('"%s"::text', f.header), ', ' ORDER BY f.position) FROM contacts.format_field() f
                    WHERE f.format = report.format AND f.in_view AND f.target <> 'ignored');
BEGIN
  EXECUTE format('SELECT convert_to(string_agg(line, E''\n'' ORDER BY n), ''UTF8'')
                    FROM (SELECT 0 AS n, (SELECT * FROM crm.csv_template(%L)) AS line
                          UNION ALL SELECT row_number() OVER (), contacts.csv_record(ARRAY[%s]) FROM crm.%I) AS f',
                 report.format, columns, 'csv_' || report.format) INTO csv;
END $$;
CREATE TEMP VIEW run AS
  SELECT records, inserted, updated, unchanged, failed, blank, warnings FROM import_run ORDER BY import_id DESC LIMIT 1;
SET client_min_messages = warning;

-- Contacts of three products and one that was entered here, with everything that a report could lose.
SELECT inserted FROM import_csv(convert_to($$Contact.FirstName,User.LastName,NickName,Contact.Title,Contact.PhoneNumber,Contact.Emails,Contact.Custom.Field1
Ann,"Archer, ""the"" boss
of all",Annie,CEO,+12345678901 WORK: 00447890123456 MOBILE: +41446681800;ext=12 OTHER,ann@archer.example,one
O,Wu,,,+41446681801,Wu@Example.COM,
Ben,Baker,,,,,
$$, 'UTF8'));
SELECT inserted FROM import_csv(convert_to($$First Name,Last Name,Company,Birth Date,Language,Group,Mobile,Work,Email,Other Email,City,Country,Twitter
Cem,Can,Acme,02/29,Simplified Chinese,VIP;Asia,+852 1234 5678,,c1@x.example,c2@x.example,Zürich,Switzerland,@cem
,Dee,Acme,12/14/1980,pt-BR,VIP,,+85223456789,,,,Bolivia (Plurinational State of),
$$, 'UTF8'));
SELECT inserted FROM import_csv(convert_to($$Contact ID,Contact First Name,Contact Last Name,Contact Salutation,Contact Work Phone,Contact Work Phone Extension,Contact Work Phone Accepts SMS,Contact Other Phone,Contact Other Email,Contact Address 1,Contact Country,Contact External System URL,Contact Survey Opt Out,Shoe Size,Account ID,Account Name,Account Phone,Account Tags,Account Country
g1,Eve,Eden,Dr,(317) 555-0123,42,true,call the desk,e@x.example,1 Main St,Narnia,https://a.example,true,44,a1,Beta,no phone,x;y,US
g2,Fay,Fox,,,,,,,,,,,,a2,Gamma,,,
$$, 'UTF8'));
INSERT INTO contact (first_name, last_name, visibility) VALUES ('Gus', 'Guy', 'company');
INSERT INTO contact_phone (contact_id, position, label, number, entered) SELECT contact_id, p, l, n::contacts.phone, e
  FROM contact, (VALUES (3, 'fax', '+41446681802', NULL), (5, 'pager', NULL, 'see: desk; or ask'), (7, 'main', '+41446681803', 'x')) AS v(p, l, n, e) WHERE first_name = 'Gus';
INSERT INTO contact_email (contact_id, position, label, address) SELECT contact_id, 2, 'private', 'gus@x.example' FROM contact WHERE first_name = 'Gus';
CREATE TEMP TABLE before AS SELECT c.contact_id, c.version, c.updated_at,
  (SELECT array_agg(p::text ORDER BY p.position) FROM contact_phone p WHERE p.contact_id = c.contact_id) AS phones,
  (SELECT array_agg(p::text ORDER BY p.position) FROM contact_email p WHERE p.contact_id = c.contact_id) AS emails,
  (SELECT array_agg(p::text ORDER BY p.position) FROM contact_address p WHERE p.contact_id = c.contact_id) AS addresses FROM contact c;
CREATE TEMP VIEW touched AS
  SELECT c.last_name, c.version - b.version AS versions,
         b.phones IS DISTINCT FROM (SELECT array_agg(p::text ORDER BY p.position) FROM contact_phone p WHERE p.contact_id = c.contact_id) AS phones,
         b.emails IS DISTINCT FROM (SELECT array_agg(p::text ORDER BY p.position) FROM contact_email p WHERE p.contact_id = c.contact_id) AS emails,
         b.addresses IS DISTINCT FROM (SELECT array_agg(p::text ORDER BY p.position) FROM contact_address p WHERE p.contact_id = c.contact_id) AS addresses
    FROM contact c LEFT JOIN before b USING (contact_id)
   WHERE (c.version, b.phones, b.emails, b.addresses) IS DISTINCT FROM
         (b.version, (SELECT array_agg(p::text ORDER BY p.position) FROM contact_phone p WHERE p.contact_id = c.contact_id),
          (SELECT array_agg(p::text ORDER BY p.position) FROM contact_email p WHERE p.contact_id = c.contact_id),
          (SELECT array_agg(p::text ORDER BY p.position) FROM contact_address p WHERE p.contact_id = c.contact_id))
   ORDER BY 1;

-- The report goes in again unedited: nothing changes, in whatever mode and with whatever empty cells.
SELECT 1 FROM import_csv(report('8x8'));
TABLE run;
SELECT severity, code, column_name, message FROM faults;
SELECT 1 FROM import_csv(report('8x8'), mode => 'update', empty_cells => 'clear');
TABLE run;
SELECT 1 FROM import_csv(report('8x8'), mode => 'upsert');
TABLE run;
SELECT 1 FROM import_csv(report('genesys'));
TABLE run;
SELECT severity, code, column_name, message FROM faults WHERE severity = 'error';
SELECT 1 FROM import_csv(report('genesys'), mode => 'update', empty_cells => 'clear');
TABLE run;
TABLE touched;
SELECT count(*) FROM organization;
INSERT INTO csv_8x8 SELECT * FROM csv_8x8;
TABLE run;
TABLE touched;
-- A CINNOX file has no ID: its records are new contacts, equal to those exported.
BEGIN;
SELECT inserted, failed FROM import_csv(report('cinnox'));
SELECT n AS times, count(*) AS contacts FROM (SELECT count(*) AS n FROM (SELECT (to_jsonb(v) - '{Type,Level}'::text[]) AS rest FROM csv_cinnox v) x GROUP BY rest) y GROUP BY 1;
ROLLBACK;

-- Edited rows: exactly these contacts change.
SELECT 1 FROM import_csv(convert_to(replace(replace(convert_from(report('8x8'), 'UTF8'), 'Baker,', 'Bäcker,'), '+12345678901 WORK', '+12345678902 WORK'), 'UTF8'), mode => 'update');
TABLE run;
TABLE touched;
SELECT * FROM glance WHERE name ~ 'Ann|Ben';
-- Lists: reordered, shortened, with a new type; the label of a fax and what was entered stay where they are not spoken of.
UPDATE before b SET version = c.version, phones = (SELECT array_agg(p::text ORDER BY p.position) FROM contact_phone p WHERE p.contact_id = c.contact_id) FROM contact c WHERE c.contact_id = b.contact_id;
SELECT contact_id AS gus FROM contact WHERE first_name = 'Gus' \gset
SELECT contact_id AS ann FROM contact WHERE first_name = 'Ann' \gset
SELECT 1 FROM import_csv(convert_to(format($$Contact.ContactID,Contact.PhoneNumber,Contact.Emails
%s,+41446681802 OTHER: +41446681899 WORK,Gus@x.example
%s,+447890123456 MOBILE: +12345678902 WORK: +41446681800;ext=12 OTHER: +41446681805 HOME,
$$, :'gus', upper(:'ann')), 'UTF8'), mode => 'update');
TABLE run;
TABLE faults;
TABLE touched;
SELECT * FROM glance WHERE name ~ 'Ann|Gus';
SELECT p.position, p.label, p.number, p.entered, p.visibility FROM contact_phone p WHERE contact_id = :'gus' ORDER BY 1;

-- One contact by two IDs in one file: applied in the order of the file.
SELECT contact_id AS g1 FROM contact WHERE external_id = 'g1' \gset
SELECT 1 FROM import_csv(convert_to(format(E'Contact ID,Contact First Name,Contact Last Name,Contact Title\ng1,Eva,Eden,one\n%s,Evi,Eden,two\ng1,Ewa,Eden,three\n', :'g1'), 'UTF8'));
TABLE run;
SELECT severity, code, column_name, message FROM faults;
SELECT first_name, job_title FROM contact WHERE external_id = 'g1';

-- Cells: empty keeps or clears; columns that the file does not have are kept.
SELECT 1 FROM import_csv(convert_to(E'Contact ID,Contact First Name,Contact Last Name,Contact Salutation,Contact Work Phone,Contact Other Email,Contact Address 1,Contact External System URL,Shoe Size\ng1,Eve,Eden,,,,,,\n', 'UTF8'), mode => 'update');
TABLE run;
SELECT * FROM glance WHERE id = 'g1';
SELECT 1 FROM import_csv(convert_to(E'Contact ID,Contact First Name,Contact Last Name,Contact Salutation,Contact Work Phone,Contact Other Email,Contact Address 1,Contact External System URL,Shoe Size\ng1,Eve,Eden,,,,,,\n', 'UTF8'), mode => 'update', empty_cells => 'clear');
TABLE run;
SELECT * FROM glance WHERE id = 'g1';
SELECT c.websites, c.custom, a.street, a.country_entered, o.name FROM contact c LEFT JOIN contact_address a USING (contact_id) LEFT JOIN organization o USING (organization_id) WHERE c.external_id = 'g1' AND c.source = 'genesys';
-- An organization's empty cells, and none at all.
SELECT 1 FROM import_csv(convert_to(E'Contact ID,Contact First Name,Contact Last Name,Account ID,Account Name,Account Phone,Account Tags\ng1,Eve,Eden,a1,Beta,,\ng2,Fay,Fox,,,,\n', 'UTF8'), empty_cells => 'clear');
TABLE run;
SELECT c.external_id, o.name, o.phone_entered, o.tags, o.country FROM contact c LEFT JOIN organization o USING (organization_id) WHERE c.source = 'genesys' ORDER BY 1;
SELECT 1 FROM import_csv(convert_to(E'Contact ID,Contact First Name,Contact Last Name,Account ID,Account Name,Account Country\ng1,Eve,Eden,a1,,\n', 'UTF8'), empty_cells => 'clear');
TABLE run;
SELECT name, country FROM organization WHERE external_id = 'a1';
-- What is required cannot be emptied.
SELECT 1 FROM import_csv(convert_to(format(E'Contact.ContactID,Contact.FirstName,NickName\n%s,,\n', :'ann'), 'UTF8'), mode => 'update', empty_cells => 'clear');
TABLE faults;

-- Modes by ID, and IDs that are none.
SELECT 1 FROM import_csv(convert_to(format($$Contact.FirstName,User.LastName,Contact.ContactID
Hal,Hill,
Ann,Archer,%s
Ida,Irk,nowhere
Jo,Jones,00000000-0000-0000-0000-000000000000
$$, :'ann'), 'UTF8'));
TABLE run;
TABLE faults;
SELECT 1 FROM import_csv(convert_to(E'Contact.FirstName,User.LastName,Contact.ContactID\nHal,Hill,\nIda,Irk,nowhere\n', 'UTF8'), mode => 'update');
TABLE run;
TABLE faults;
SELECT 1 FROM import_csv(convert_to(E'Contact.FirstName,User.LastName,Contact.ContactID\nHal,Hill,\nIda,Irk,8x8-1\n', 'UTF8'), mode => 'upsert');
TABLE run;
SELECT 1 FROM import_csv(convert_to(E'Contact.FirstName,User.LastName,Contact.ContactID\nIda,Ink,8x8-1\nIda,,8x8-2\n', 'UTF8'), mode => 'upsert');
TABLE run;
TABLE faults;
SELECT * FROM glance WHERE id LIKE '8x8%';
SELECT * FROM import_csv(convert_to(E'Contact.FirstName,User.LastName\nHal,Hill\n', 'UTF8'), mode => 'update');
-- The ID of one product is not that of another, nor is one person's private ID in the way of others.
SELECT 1 FROM import_csv(convert_to(E'Contact.FirstName,User.LastName,Contact.ContactID\nIda,Irk,g1\n', 'UTF8'), mode => 'upsert');
TABLE run;
INSERT INTO staff (login, display_name) VALUES ('rita', 'Rita'), ('rob', 'Rob');
SELECT inserted FROM import_csv(convert_to(E'Contact ID,Contact First Name,Contact Last Name\ng1,Rita,Own\n', 'UTF8'), visibility => 'personal', owner => 'rita');
SELECT inserted, unchanged FROM import_csv(convert_to(E'Contact ID,Contact First Name,Contact Last Name\ng1,Rita,Own\n', 'UTF8'), visibility => 'personal', owner => 'rita');
SELECT inserted FROM import_csv(convert_to(E'Contact ID,Contact First Name,Contact Last Name\ng1,Rob,Own\n', 'UTF8'), visibility => 'personal', owner => 'rob');
SELECT first_name, visibility FROM contact WHERE external_id = 'g1' AND source = 'genesys' ORDER BY contact_id;
DROP VIEW run, touched;
DROP TABLE before;
RESET client_min_messages;

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
