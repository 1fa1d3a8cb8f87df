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

-- Contacts, organizations, both in one row; case-sensitive headers of either documented spelling.
SELECT format, records, inserted, updated, failed, warnings, message FROM import_csv(convert_to($$Contact Id,Contact First Name,Contact Last Name,Contact Salutation,Contact Title,Contact Work Phone,Contact Work Phone Extension,Contact Work Phone Accepts SMS,Contact Cell Phone,Contact Other Phone,Contact Work Email,Contact Personal Email,Contact Address 1,Contact City,Contact State,Contact Postal Code,Contact Country,Contact Twitter Id,Contact Survey Opt Out,Contact External System URL,Account Id,Account Name,Account Type,Account Industry,Account Phone,Account Fax,Account Country,Account Employee Count,Account Revenue,Account Websites,Account Tags,Account Ticker Symbol,Account Ticker Exchange
c1,Ann,Archer,Dr,CEO,(317) 555-0123,42,true,+41446681800,,ann@acme.example,ann@home.example,1 Main St,Carmel,IN,46032,US,@ann,false,https://crm.example/1,a1,Acme,Customer,Tools,(317) 555-0100,317-555-0101,US,120,5000000,https://acme.example; https://acme.test,big;old,ACME,NASDAQ
c2,Ben,Baker,,,call the desk,7,,,555-0199,,,,,,,,,,,a1,Acme,,,,,,,,,,,
,,,,,,,,,,,,,,,,,,,,a2,Beta,,,no phone,,Narnia,,,,,BETA,
c3,Cem,Can,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,
$$, 'UTF8'));
SELECT * FROM glance;
SELECT o.external_id, o.name, o.organization_type, o.industry, o.phone, o.phone_entered, o.fax, o.country, o.employee_count, o.revenue,
       o.websites, o.tags, o.ticker_symbol, o.ticker_exchange, (SELECT count(*) FROM contact c WHERE c.organization_id = o.organization_id) AS contacts
  FROM organization o ORDER BY 1;
SELECT c.external_id, c.source, c.visibility, c.job_title, c.websites, c.custom FROM contact c ORDER BY 1;
SELECT * FROM faults;

-- The same ID replaces; empty cells keep what is there. The same file twice changes nothing.
SELECT records, inserted, updated, unchanged, failed FROM import_csv(convert_to($$Contact ID,Contact First Name,Contact Last Name,Contact Work Phone,Account ID,Account Name,Account Industry
c1,Anna,Archer,,a1,Acme,Toys
c2,Ben,Baker,call the desk,a1,,
c4,Dan,Dean,,a9,,
$$, 'UTF8'));
SELECT * FROM faults;
SELECT records, inserted, updated, unchanged, failed FROM import_csv(convert_to($$Contact ID,Contact First Name,Contact Last Name,Contact Work Phone,Account ID,Account Name,Account Industry
c1,Anna,Archer,,a1,Acme,Toys
$$, 'UTF8'));
SELECT * FROM glance WHERE id IN ('c1', 'c2');
SELECT name, industry, employee_count FROM organization WHERE external_id = 'a1';

-- One ID more than once in a file: applied in order, the last wins, with a warning.
SELECT records, inserted, updated, unchanged, failed, warnings FROM import_csv(convert_to($$Contact ID,Contact First Name,Contact Last Name
d1,One,Dup
d2,Only,Dup
d1,Two,Dup
d1,Three,Dup
$$, 'UTF8'));
SELECT * FROM faults;
SELECT * FROM glance WHERE id LIKE 'd%';
-- Under strict that is an error, and the first stays.
SELECT records, inserted, updated, unchanged, failed FROM import_csv(convert_to($$Contact ID,Contact First Name,Contact Last Name,Account ID,Account Name,Account Industry
e1,One,Dup,a5,Five,Tools
e1,Two,Dup,a5,Five,Toys
e2,Three,Dup,a5,Five,Toys
$$, 'UTF8'), strict => true);
SELECT * FROM faults;
SELECT name, industry FROM organization WHERE external_id = 'a5';
SELECT * FROM glance WHERE id LIKE 'e%';
-- Two imports of one transaction are two files.
BEGIN;
SELECT updated, unchanged, failed, warnings FROM import_csv(convert_to(E'Contact ID,Contact First Name,Contact Last Name,Account ID,Account Name\nd1,Four,Dup,a5,Funf\n', 'UTF8'), strict => true);
SELECT updated, unchanged, failed, warnings FROM import_csv(convert_to(E'Contact ID,Contact First Name,Contact Last Name,Account ID,Account Name\nd1,Five,Dup,a5,Five\n', 'UTF8'), strict => true);
COMMIT;

-- Faults: what is required, whole numbers, booleans, extensions.
SELECT records, inserted, failed, warnings FROM import_csv(convert_to($$Contact ID,Contact First Name,Contact Last Name,Contact Work Phone,Contact Work Phone Extension,Contact Work Phone Accepts SMS,Contact Work Email,Account ID,Account Name,Account Revenue,Account Ticker Symbol
,No,Id,,,,,,,,
f1,,NoFirst,,,,,,,,
f2,NoLast,,,,,,,,,
f3,All,Wrong,3175550123,x9,perhaps,nobody,,Nameless,1.5e6,XX
,,,,,,,a6,,12,
f4,Only,Ext,,12,true,,,,,
f5,Fine,Person,3175550123,,,,,,,
$$, 'UTF8'));
SELECT * FROM faults;
SELECT * FROM glance WHERE id LIKE 'f%';

-- mode decides for organizations as for contacts.
SELECT records, inserted, updated, unchanged, failed FROM import_csv(convert_to(E'Account ID,Account Name\na1,Acme Inc\na7,Seven\n', 'UTF8'), mode => 'update');
SELECT * FROM faults;
SELECT records, inserted, updated, unchanged, failed FROM import_csv(convert_to(E'Account ID,Account Name\na1,Acme Ltd\na7,Seven\n', 'UTF8'), mode => 'insert');
SELECT * FROM faults;
SELECT records, inserted, updated, unchanged, failed FROM import_csv(convert_to(E'Contact ID,Contact First Name,Contact Last Name\nc1,Annie,Archer\ng1,Gus,Guy\n', 'UTF8'), mode => 'insert');
SELECT * FROM faults;

-- A header in the wrong case.
SELECT * FROM import_csv(convert_to(E'contact id,Contact First Name,Contact Last Name\nx,y,z\n', 'UTF8'), format => 'genesys');
SELECT * FROM import_csv(convert_to(E'contact id,Contact First Name,Contact Last Name\nx,y,z\n', 'UTF8'));
-- Other columns are compared loosely, what is unknown is kept.
SELECT records, inserted, failed FROM import_csv(convert_to(E'Contact ID,Contact First Name,Contact Last Name,CONTACT_CELL_PHONE,Shoe Size,Shoe Size\nh1,Hal,Hill,317-555-0123,44,45\n', 'UTF8'));
SELECT * FROM faults;
SELECT custom FROM contact WHERE external_id = 'h1';
SELECT unchanged FROM import_csv(convert_to(E'Contact ID,Contact First Name,Contact Last Name,CONTACT_CELL_PHONE,Shoe Size,Shoe Size\nh1,Hal,Hill,317-555-0123,44,45\n', 'UTF8'));

\pset format unaligned
SELECT "Contact ID", "Contact Work Phone", "Contact Work Phone Extension", "Contact Work Phone Accepts SMS", "Contact Other Phone", "Account ID", "Account Name", "Account Phone" FROM csv_genesys ORDER BY 1;
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
