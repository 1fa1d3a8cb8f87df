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

-- The documented header set.
SELECT format, records, inserted, failed, warnings, message FROM import_csv(convert_to($$Contact.FirstName,User.LastName,NickName,Contact.Title,Contact.Department,Contact.Location,Contact.PhoneNumber,Contact.Emails,Contact.Custom.Field1,Contact.Custom.Field2,Contact.Custom.Field3,Contact.ContactID
Ann,Archer,Annie,CEO,Board,Zürich,+12345678901 WORK: +447890123456 MOBILE,ann@archer.example,one,two,three,
Ben,Baker,,,,,14088001500 work:00442070966000 Mobile : +41446681800 HOME,Ben@Baker.example,,,,
O,Wu,,,,,+41446681800,,,,,
$$, 'UTF8'));
SELECT * FROM glance;
SELECT first_name, nickname, job_title, department, location, visibility, source, owner_id, custom FROM contact WHERE first_name = 'Ann';
-- What the product forbids or ignores is a warning.
SELECT * FROM faults;

-- The "advanced template": a record right after the header describes the columns, data starts in row 3.
SELECT format, records, inserted, failed, blank, message FROM import_csv(convert_to($$Contact.FirstName,Contact.LastName,Contact.PhoneNumbers,Contact.NickName,Contact.JobTitle,Contact.Department,Contact.Location,Contact.Email,Contact.CustomField1,Contact.CustomField2,Contact.CustomField3,Contact.ContactId
First name of the contact,Last name,Number and type,Nick name,Title,Department,Location,E-mail address,Free,Free,Free,Only to update
Cem,Can,+902121234567 WORK,,Boss,,,cem@can.example,x,,,
$$, 'UTF8'));
SELECT * FROM faults;
SELECT * FROM glance WHERE name LIKE 'Cem%';
-- A description that is a contact is one.
SELECT records, inserted FROM import_csv(convert_to($$Contact.FirstName,Contact.LastName,Contact.PhoneNumbers,Contact.Email
Describe,Me,+902121234568 WORK,
$$, 'UTF8'));

-- The legacy External Directory: lists with types behind an underscore.
SELECT format, records, inserted, failed, message FROM import_csv(convert_to($$First Name,Last Name,Nick Name,Email Addresses,Phones,Addresses,Job Title,Department,Location,Custom Field1,Custom Field2,Custom Field3,Contact Id
Dora,Dean,,dora_d@x.example_WORK;d_home@y.example_HOME,14088001500_WORK;442070966000_HOME,123 Street_San Jose_CA_12345_USA_WORK;2 Road_Bern__3000_Switzerland_HOME,Boss,Ops,SF,a,b,c,
Eve,Eden,,eve@x.example,14088001500,1 Nowhere,,,,,,,
$$, 'UTF8'));
SELECT * FROM glance WHERE name LIKE 'D% Dean';
SELECT a.position, a.label, a.street, a.city, a.region, a.postal_code, a.country, a.country_entered
  FROM contact_address a JOIN contact c USING (contact_id) WHERE c.first_name = 'Dora' ORDER BY 1;
SELECT * FROM faults;

-- Header names are compared loosely; a delimiter, a byte order mark and an encoding are found.
SELECT format, records, inserted, message
  FROM import_csv('\xefbbbf' || convert_to(E'contact.firstname;USER.LASTNAME;Contact_PHONENUMBER\nFred;Fox;+41446681800 WORK\n', 'UTF8'));
SELECT format, records, inserted, warnings, message
  FROM import_csv(convert_to(E'Contact.FirstName\tUser.LastName\nJürg\tMüller\n', 'LATIN1'));
SELECT * FROM faults;
SELECT first_name FROM contact WHERE last_name = 'Müller';

-- All faults of a row, and what each rule says.
SELECT records, inserted, failed, message FROM import_csv(convert_to($$Contact.FirstName,User.LastName,Contact.PhoneNumber,Contact.Emails,Contact.ContactID
,Missing,+41446681800 WORK,,
Gus,Guy,+41446681800 PAGER: 12 WORK: 8.52E+11 MOBILE,gus@,no-such-id
Hal,Hill,abc WORK: +41446681800 HOME: def HOME,,
Ida,Irk,+1 2345678901;ext=12 WORK,Ida Irk <ida@irk.example>,
$$, 'UTF8'));
SELECT * FROM faults;
SELECT * FROM error_file();
SELECT * FROM glance WHERE name LIKE 'Ida%';

-- The product's limits: warnings, or errors with strict.
SELECT records, inserted, failed, warnings FROM import_csv(convert_to(format(E'Contact.FirstName,User.LastName,Contact.PhoneNumber\nJo,%s,+41446681800\n', repeat('ü', 31)), 'UTF8'));
SELECT * FROM faults;
SELECT records, inserted, failed, warnings FROM import_csv(convert_to(format(E'Contact.FirstName,User.LastName,Contact.PhoneNumber\nJ,%s,+41446681800\nKim,%s,+41446681800 WORK\n', repeat('ü', 31), repeat('ü', 30)), 'UTF8'), strict => true);
SELECT * FROM faults;

-- Numbers in national notation: with a region of the caller's; invisible characters and spreadsheet guards are no fault.
SELECT records, inserted, failed FROM import_csv(convert_to(E'Contact.FirstName,User.LastName,Contact.PhoneNumber\nLea,Lutz,044 668 18 00 WORK:''+41446681801 HOME: \u202A+41 44 668 18 02\u202C MOBILE: ="+41446681803" OTHER\n', 'UTF8'), default_region => 'CH');
-- psql of different versions counts the width of invisible characters differently.
\pset format unaligned
SELECT * FROM glance WHERE name LIKE 'Lea%';
\pset format aligned
SELECT records, failed FROM import_csv(convert_to(E'Contact.FirstName,User.LastName,Contact.PhoneNumber\nLea,Lutz,44668180044668180044 WORK\n', 'UTF8'));
SELECT * FROM faults;

-- The report reads what was imported, in the documented columns.
\pset format unaligned
SELECT "Contact.FirstName", "User.LastName", "Contact.PhoneNumber", "Contact.Emails", "Contact.Custom.Field1" FROM csv_8x8;
SELECT * FROM csv_template('8x8');
\pset format aligned

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
