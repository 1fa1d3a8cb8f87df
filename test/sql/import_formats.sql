SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;

-- An ordinary role owns the directory and does everything.
CREATE ROLE regress_import;
SELECT contacts.create_directory('crm', 'regress_import') IS NULL AS failed;
SET ROLE regress_import;
SET search_path = crm;
SET client_min_messages = warning;
-- Who has personal contacts must be somebody.
INSERT INTO staff (login, display_name) VALUES ('regress_import', 'Importer');
CREATE TEMP VIEW glance AS
  SELECT concat_ws(' ', c.name_prefix, c.first_name, c.middle_name, c.last_name, c.name_suffix) AS name,
         (SELECT o.name FROM organization o WHERE o.organization_id = c.organization_id) AS company,
         to_char(c.birth_date, CASE WHEN c.birth_year_known THEN 'YYYY-MM-DD' ELSE '"--"MM-DD' END) AS born,
         (SELECT string_agg(concat_ws(' ', p.label, p.number::text, CASE WHEN p.number IS NULL THEN '"' || p.entered || '"' END),
                            ', ' ORDER BY p.position)
            FROM contact_phone p WHERE p.contact_id = c.contact_id) AS phones,
         (SELECT string_agg(concat_ws(' ', p.label, p.address::text), ', ' ORDER BY p.position)
            FROM contact_email p WHERE p.contact_id = c.contact_id) AS emails,
         (SELECT string_agg(concat_ws(' ', p.label, p.street, replace(p.street2, E'\n', '\n'), p.city, p.region, p.postal_code, coalesce(p.country, p.country_entered)),
                            ', ' ORDER BY p.position)
            FROM contact_address p WHERE p.contact_id = c.contact_id) AS addresses,
         c.custom
    FROM contact c ORDER BY c.contact_id;
CREATE TEMP VIEW faults AS
  SELECT e.line, e.record, e.severity, e.code, e.column_name, e.target, e.message
    FROM import_error e WHERE e.import_id = (SELECT r.import_id FROM import_run r ORDER BY r.import_id DESC LIMIT 1)
   ORDER BY e.ordinal;

-- What each format does unless told otherwise.
SELECT format, source, mode, visibility, date_order, match_by, languages FROM contacts.format_list();
\pset format unaligned
\pset tuples_only on
SELECT csv_template(f.format) FROM contacts.format_list() f;
\pset tuples_only off

-- Google, both layouts: types beside values, several values in a cell, groups, birthdays without a year.
SELECT format, records, inserted, failed FROM import_csv(convert_to($$First Name,Middle Name,Last Name,Phonetic First Name,Phonetic Middle Name,Phonetic Last Name,Name Prefix,Name Suffix,Nickname,File As,Organization Name,Organization Title,Organization Department,Birthday,Notes,Photo,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,Address 1 - Label,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 1 - PO Box,Address 1 - Region,Address 1 - Postal Code,Address 1 - Country,Address 1 - Extended Address
Anna,B,Lee,Ana,,Li,Dr.,PhD,Annie,,Acme,Boss,Sales,--12-01,"two
lines",,* myContacts ::: Friends,* Home,anna@lee.example ::: a.lee@acme.example,Mobile,+41791234567 ::: +41791234568,* Work,+41446681800,Home,"1 Road
Zurich",1 Road,Zurich,,ZH,8000,Switzerland,Floor 2
,,,,,,,,,,,,,,,,* myContacts,,mail@only.example,,,,,,,,,,,,,
,,,,,,,,,Whole Name,,,,1980-03-20,,,,,,,044 668 18 00,,,,,,,,,,,
,,,,,,,,,,,,,,,,* myContacts,,,,,,,,,,,,,,,
$$, 'UTF8'));
SELECT * FROM glance;
SELECT * FROM faults;
SELECT format, records, inserted, failed FROM import_csv(convert_to($$Name,Given Name,Additional Name,Family Name,Yomi Name,Given Name Yomi,Birthday,Gender,Occupation,Notes,Group Membership,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value,Organization 1 - Type,Organization 1 - Name,Organization 1 - Title,Organization 2 - Name,Relation 1 - Type,Relation 1 - Value,Website 1 - Type,Website 1 - Value
Bea Old,Bea,,Old,,,1980-02-30,,,,,,,,,,,,,,,,
Bob Old,Bob,,Old,,Bobu,1980-02-29,male,Baker,,* myContacts ::: * starred,* Home,bob@old.example,Home Fax,+41446681801,,Acme,Chef,Beta,Spouse,Jane,Profile,https://bob.example
$$, 'UTF8'));
SELECT * FROM glance OFFSET 3;
SELECT * FROM faults;
SELECT format, count(*) FROM import_run GROUP BY 1;

-- Outlook: desktop (Windows-1252, with the apostrophe of a word processor), web, Google's export, other languages.
SELECT format, records, inserted, failed FROM import_csv(convert_to($$Title,First Name,Last Name,Company,Job Title,Business Street,Business Street 2,Business Street 3,Business City,Business Country/Region,Assistant’s Phone,Business Fax,Business Phone,Business Phone 2,Birthday,Categories,Anniversary,E-mail Address,E-mail 2 Address,Spouse
Mr.,Cy,Café,Acme,Boss,1 Road,Floor 2,Room 3,Zürich,Schweiz?,+41446681802,+41446681803,,+41446681804,12/14/1980,VIP;Asia,0/0/00,cy@cafe.example,c2@cafe.example,Jo
Mr.,Dee,Day,,,,,,,,,,,,20/12/1980,,,,,
$$, 'WIN1252'));
SELECT * FROM glance WHERE name ~ 'Café';
SELECT * FROM faults;
SELECT format, records, inserted, failed FROM import_csv(convert_to($$Vorname;Nachname;Firma;Straße geschäftlich;Ort geschäftlich;Telefon geschäftlich;Mobiltelefon;E-Mail-Adresse;Geburtstag;Kategorien
Jörg;Groß;Müller AG;Weg 1;Köln;+4922112345;+49 171 1234567;joerg@gross.example;20.03.1980;Freunde
$$, 'UTF8'));
SELECT * FROM glance WHERE name ~ 'Groß';
SELECT * FROM faults;

-- Thunderbird: the header ends with a comma; a birthday in three columns.
SELECT format, records, inserted, failed FROM import_csv(convert_to($$First Name,Last Name,Display Name,Nickname,Primary Email,Secondary Email,Screen Name,Work Phone,Home Phone,Fax Number,Pager Number,Mobile Number,Home Address,Home Address 2,Home City,Home State,Home ZipCode,Home Country,Work Address,Work Address 2,Work City,Work State,Work ZipCode,Work Country,Job Title,Department,Organization,Web Page 1,Web Page 2,Birth Year,Birth Month,Birth Day,Custom 1,Custom 2,Custom 3,Custom 4,Notes,
Eva,Elk,The Elk,,eva@elk.example,,elk,+41446681805,,+41446681806,,,1 Road,,Town,,1000,,,,,,,,,,,,,1980,2,29,c1,,,,note,
,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,nobody,
$$, 'UTF8'));
SELECT * FROM glance WHERE name ~ 'Elk';
SELECT * FROM faults;

-- LinkedIn: a preamble, and somebody who left.
SELECT format, records, inserted, failed, blank FROM import_csv(convert_to($$Notes:
"When exporting your connection data, some addresses are missing."

First Name,Last Name,URL,Email Address,Company,Position,Connected On
Fay,Fox,https://www.linkedin.com/in/fay,,Acme,Boss,05 Mar 2024
,,,,,,01 Jan 2023
$$, 'UTF8'));
SELECT g.name, g.company, g.custom, s.network, s.handle FROM glance g JOIN contact c ON c.custom = g.custom AND c.source = 'linkedin' JOIN contact_social s USING (contact_id);
SELECT * FROM faults;

-- HubSpot and Salesforce know their records again.
SELECT f.*
  FROM generate_series(1, 2) AS n, LATERAL import_csv(file_name => n::text, content => convert_to($$Record ID,First Name,Last Name,Email,Phone Number,Company Name,Contact owner,Create Date,Associated Company,Own Property
101,Gus,Gum,gus@gum.example,+41446681807,Acme,Ann,2024-01-02 03:04,Acme Inc,x
$$, 'UTF8')) AS r, LATERAL (SELECT r.format, r.inserted, r.updated, r.unchanged) AS f;
SELECT f.*
  FROM (VALUES ($$Id,AccountId,Salutation,FirstName,LastName,Title,Phone,MailingStreet,MailingCountry,Birthdate,Description
003D000000QYVZj,001A0000006Vm9r,Mr.,Hal,Hill,Boss,+41446681808,"1 Road
Floor 2",Switzerland,1940-06-07Z,"two
lines"
$$), ($$Contact ID,Salutation,First Name,Last Name,Title,Mailing Street,Mailing Country,Phone
003D000000QYVZjIAP,Mr.,Hal,Hill,Boss,"1 Road
Floor 2",Switzerland,+41446681808
$$)) AS v(content), LATERAL import_csv(convert_to(v.content, 'UTF8')) AS r, LATERAL (SELECT r.format, r.inserted, r.updated, r.unchanged) AS f;
SELECT g.*, c.external_id FROM glance g JOIN contact c ON c.custom = g.custom WHERE c.source IN ('hubspot', 'salesforce');

-- Genesys of the second generation; the headers in any case.
SELECT format, records, inserted, failed FROM import_csv(convert_to($$EXTERNAL ID,first name,Last Name,Work Phone,Work Phone Extension,External Organization External ID,External Organization Name
e1,Ida,Ivy,(317) 555-0123,42,o1,Acme Inc
$$, 'UTF8'));
SELECT * FROM glance WHERE name = 'Ida Ivy';

-- Any other file: what is unknown is kept; no ID, no update.
SELECT format, records, inserted, failed, options ->> 'mode' AS mode FROM import_csv(convert_to($$Index,Name,E-Mail,Telephone,Mobile,Company,Organisation,Birthday,Shoe Size
1,Jim Jay,jim@jay.example; j@jay.example,+41446681809 / +41446681810,8.52E+11,Acme,Beta,12/14/1980,44
2,Joy Jay,joy@jay.example,+41446681809 / +41446681810,n/a,Acme,Beta,,44
$$, 'UTF8'));
SELECT * FROM glance WHERE name = 'Joy Jay';
SELECT * FROM faults;
SELECT f.* FROM generate_series(1, 2) AS n, LATERAL import_csv(file_name => n::text, content => convert_to(E'ID;Full Name;Title;Stadt\nk1;Kim Key;Dr.;Bern\n', 'UTF8')) AS r,
       LATERAL (SELECT r.format, r.inserted, r.updated, r.unchanged, r.options ->> 'mode' AS mode) AS f;
SELECT * FROM import_csv(convert_to(E'Notes,City\nx,y\n', 'UTF8'));

-- What a format can carry comes back: a contact with everything, written to each view as it is read from there. With an
-- ID nothing changes; without one the copy reads like the original.
CREATE FUNCTION filled(format text) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
  id uuid := contacts.uuid_v7();
  company uuid := contacts.uuid_v7();
BEGIN
  INSERT INTO organization (organization_id, source, external_id, name, organization_type, industry, phone, fax, street, street2, city, region, postal_code,
                            country, employee_count, revenue, websites, tags, ticker_symbol, ticker_exchange)
  VALUES (company, 'genesys', 'org of ' || format, 'Round, "Trip" & Co of ' || format, 'type', 'industry', '+41446681811', '+41446681812', 's', 's2', 'c', 'r', '1',
          'CH', 5, 6, '{a.example,b.example}', '{x,y}', 'RT', 'SIX');
  INSERT INTO contact (contact_id, source, external_id, organization_id, visibility, contact_type, contact_level, name_prefix, first_name, middle_name, last_name,
                       name_suffix, nickname, phonetic_first_name, phonetic_last_name, job_title, department, location,
                       birth_date, birth_year_known, language, websites, custom)
  SELECT id, l.source, CASE WHEN l.format NOT IN ('generic', '8x8') THEN 'id of ' || l.format END, company, 'restricted', 'other', 'tertiary', 'Dr.', 'Zoë', 'B.', '曾 Müller',
         'Jr.', '=1+1', 'Zoe', 'Tseng', '-title', '@dept', 'Floor 2; room "3"',
         CASE WHEN l.format = 'thunderbird' THEN '1980-02-29' ELSE '1604-02-29' END::date, l.format = 'thunderbird', 'zh-Hant', '{https://a.example,https://b.example,https://c.example}',
         coalesce((SELECT jsonb_object_agg(f.label, 'value of ' || f.label || E',\n"quoted"') FROM contacts.format_field() f
                    WHERE f.format = l.format AND f.target = 'custom' AND f.in_view), '{}')
    FROM contacts.format_list() l WHERE l.format = filled.format;
  -- Every label that the format has a column for, some of them twice, and others.
  INSERT INTO contact_phone (contact_id, position, label, number, entered, accepts_sms)
  SELECT id, row_number() OVER (ORDER BY u.label), u.label,
         ('+41446681' || 820 + row_number() OVER (ORDER BY u.label)
          || CASE WHEN filled.format LIKE 'genesys%' AND u.label <> 'mobile' THEN ';ext=' || row_number() OVER (ORDER BY u.label) ELSE '' END)::contacts.phone,
         'the number of ' || u.label, u.label < 'm'
    FROM (SELECT DISTINCT f.labels[1] FROM contacts.format_field() f WHERE f.format = filled.format AND f.target = 'phone'
          UNION ALL SELECT unnest(ARRAY['work', 'home', 'desk', 'fax', 'work fax'])) AS u(label);
  INSERT INTO contact_phone (contact_id, position, label, entered) VALUES (id, 50, 'assistant', 'ask the desk');
  INSERT INTO contact_email (contact_id, position, label, address)
  SELECT id, u.o, u.label, ('Zoe' || u.o || '@müller.example')::contacts.email
    FROM unnest(ARRAY['work', 'home', 'personal', 'other', 'old', 'older']) WITH ORDINALITY AS u(label, o);
  INSERT INTO contact_address (contact_id, position, label, street, street2, city, region, postal_code, country, country_entered)
  SELECT id, row_number() OVER (ORDER BY u.label), u.label, E'1 Road\n' || u.label,
         CASE WHEN filled.format = 'outlook' THEN E'Floor 2\nRoom 3' ELSE 'Floor 2' END, 'Zürich', 'ZH', '08000',
         CASE WHEN u.label <> 'work' THEN 'KR' END, CASE WHEN u.label = 'work' THEN 'Narnia' END
    FROM (SELECT DISTINCT f.labels[1] FROM contacts.format_field() f WHERE f.format = filled.format AND f.target = 'street'
          UNION SELECT unnest(ARRAY['work', 'home', 'holiday'])) AS u(label)
   WHERE filled.format <> 'cinnox' OR u.label <> 'work';
  INSERT INTO contact_social (contact_id, position, label, network, handle)
  SELECT id, u.o, 'other', u.network, 'https://' || u.network || '.example/zoe'
    FROM unnest(ARRAY['linkedin', 'twitter', 'facebook', 'whatsapp', 'wechat', 'line', 'instagram']) WITH ORDINALITY AS u(network, o);
  INSERT INTO contact_group (name) VALUES ('VIP'), ('* starred'), ('myContacts') ON CONFLICT DO NOTHING;
  INSERT INTO contact_group_member (contact_id, group_id) SELECT id, g.group_id FROM contact_group g WHERE g.owner_id IS NULL AND g.name IN ('VIP', '* starred', 'myContacts');
  INSERT INTO contact_note (contact_id, body) VALUES (id, 'an older note');
  INSERT INTO contact_note (contact_id, body) VALUES (id, E' a note,\n"quoted" ');
  RETURN id;
END $$;
CREATE TEMP TABLE trip (format text, original uuid, records bigint, inserted bigint, updated bigint, unchanged bigint, failed bigint, warnings bigint,
                        original_row jsonb, copy_row jsonb);
DO $$
DECLARE
  f record;
  run record;
  id uuid;
  columns text;
  original jsonb;
  copy jsonb;
  last_id uuid;
BEGIN
  FOR f IN SELECT * FROM contacts.format_list() LOOP
    id := filled(f.format);
    -- The row of one contact: the view over it alone.
    EXECUTE format('CREATE TEMP VIEW one AS %s AND c.contact_id = %L', contacts.format_query(f.format), id);
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO columns
      FROM pg_attribute a WHERE a.attrelid = 'one'::regclass AND a.attnum > 0;
    SELECT to_jsonb(one) INTO original FROM one;
    EXECUTE format('INSERT INTO %I (%s) SELECT %2$s FROM one', 'csv_' || f.format, columns);
    SELECT * INTO run FROM import_run r ORDER BY r.import_id DESC LIMIT 1;
    SELECT c.contact_id INTO last_id FROM contact c ORDER BY c.contact_id DESC LIMIT 1;
    EXECUTE format('CREATE OR REPLACE TEMP VIEW one AS %s AND c.contact_id = %L', contacts.format_query(f.format), last_id);
    SELECT to_jsonb(one) INTO copy FROM one;
    INSERT INTO trip VALUES (f.format, id, run.records, run.inserted, run.updated, run.unchanged, run.failed, run.warnings, original, copy);
    DROP VIEW one;
  END LOOP;
END $$;
SELECT format, records, inserted, updated, unchanged, failed, warnings, original_row = copy_row AS same FROM trip;
SELECT t.format, o.key, o.value AS original, t.copy_row -> o.key AS copy
  FROM trip t, jsonb_each(t.original_row) AS o WHERE t.copy_row -> o.key IS DISTINCT FROM o.value;
-- The test is none unless every column that can hold something does.
SELECT t.format, string_agg(o.key, ', ') AS empty
  FROM trip t, jsonb_each(t.original_row) AS o WHERE o.value = 'null' GROUP BY 1 ORDER BY 1;

-- Notes are added to: what a file says again is there already, what it does not say stays. They change no contact; an
-- import that is undone takes its own back.
CREATE FUNCTION bodies() RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(n.body, ' | ' ORDER BY n.created_at, n.note_id) FROM contact_note n JOIN contact c USING (contact_id) WHERE c.external_id LIKE 'note%' $$;
SELECT inserted FROM import_csv(convert_to(E'ID,Last Name,Email,Notes\nnote1,One,one@n.example,first\n', 'UTF8'), format => 'generic');
SELECT unchanged FROM import_csv(convert_to(E'ID,Last Name,Email,Notes\nnote1,One,one@n.example,first\n', 'UTF8'), format => 'generic');
SELECT import_id AS later, inserted, updated FROM import_csv(convert_to(E'ID,Last Name,Email,Notes\nnote1,One,one@n.example,second\nnote2,Two,,of two\nnote1,One,,third\n', 'UTF8'), format => 'generic') \gset
SELECT :inserted AS inserted, :updated AS updated, bodies(), (SELECT version FROM contact WHERE external_id = 'note1') AS version;
SELECT updated, unchanged FROM import_csv(convert_to(E'ID,Last Name,Email,Notes\nnote1,One,one@n.example,\n', 'UTF8'), format => 'generic', empty_cells => 'clear');
SELECT "Notes" FROM csv_generic WHERE "ID" LIKE 'note%' ORDER BY "ID";
SELECT split_part(e, ',', 1) FROM export_csv('generic') e WHERE e LIKE '%third%';
SELECT * FROM undo_import(:'later');
SELECT bodies();

-- Every import accounted for every record.
SELECT count(*) FILTER (WHERE inserted + updated + unchanged + failed + blank <> records) AS wrong,
       count(*) FILTER (WHERE finished_at IS NULL) AS unfinished
  FROM import_run;

\pset format aligned
DROP TABLE trip;
DROP VIEW glance, faults;
RESET ROLE;
RESET search_path;
DROP SCHEMA crm CASCADE;
RESET client_min_messages;
DROP ROLE regress_import;
