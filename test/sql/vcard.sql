SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;
\set SHOW_CONTEXT never

CREATE ROLE regress_vcard;
SELECT contacts.create_directory('crm', 'regress_vcard') IS NULL AS failed;
SET ROLE regress_vcard;
SET search_path = crm;
CREATE TEMP VIEW glance AS
  SELECT concat_ws(' ', c.name_prefix, c.first_name, c.middle_name, c.last_name, c.name_suffix) AS name,
         concat_ws(' ', c.source, c.external_id) AS id,
         (SELECT string_agg(concat_ws(' ', p.label, p.number::text, '"' || p.entered || '"', CASE WHEN p.accepts_sms THEN 'sms' END),
                            ', ' ORDER BY p.position)
            FROM contact_phone p WHERE p.contact_id = c.contact_id) AS phones,
         (SELECT string_agg(concat_ws(' ', p.label, p.address::text), ', ' ORDER BY p.position)
            FROM contact_email p WHERE p.contact_id = c.contact_id) AS emails,
         (SELECT string_agg(concat_ws('/', p.label, p.street, p.street2, p.city, p.region, p.postal_code, p.country, p.country_entered), ', ' ORDER BY p.position)
            FROM contact_address p WHERE p.contact_id = c.contact_id) AS addresses,
         (SELECT string_agg(concat_ws(' ', p.network, p.handle), ', ' ORDER BY p.position)
            FROM contact_social p WHERE p.contact_id = c.contact_id) AS social,
         (SELECT string_agg(g.name, ', ' ORDER BY g.name)
            FROM contact_group_member m JOIN contact_group g USING (group_id) WHERE m.contact_id = c.contact_id) AS groups,
         c.nickname, c.job_title, c.department, o.name AS organization, c.birth_date, c.birth_year_known AS year_known,
         c.language, c.websites, c.custom,
         (SELECT string_agg(n.body, ' | ' ORDER BY n.created_at, n.note_id) FROM contact_note n WHERE n.contact_id = c.contact_id) AS notes
    FROM contact c LEFT JOIN organization o USING (organization_id) WHERE c.merged_into IS NULL ORDER BY c.contact_id;
CREATE TEMP VIEW faults AS
  SELECT e.line, e.record, e.severity, e.code, e.column_name, e.target, e.message
    FROM import_error e WHERE e.import_id = (SELECT r.import_id FROM import_run r ORDER BY r.import_id DESC LIMIT 1)
   ORDER BY e.ordinal;

-- The three versions in one file, found by its first line; faults cost the card they are in.
SELECT format, records, inserted, failed, warnings FROM import_csv(convert_to($$BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=
=BCrgen;;Dr.;
TEL;CELL;PREF:+41 79 668 18 00
TEL;WORK;FAX:+41 44 668 18 01
TEL;HOME:Please ask
EMAIL;INTERNET:j.mueller@mail.example
BDAY:19800321
PHOTO;ENCODING=BASE64;JPEG:/9j/4AAQSkZJRgABAQEAYABgAAD/
 2wBDAAgGBgcGBQgHBwcJCQgKDBQN

END:VCARD
begin:vCard
VERSION:3.0
N:Stevenson;Ann;Mary;;
FN:Ann Stevenson
NICKNAME:Annie
ORG:ABC\, Inc.;Sales
TITLE:Head of Sales
item1.EMAIL;type=pref:ann@abc.example
item1.X-ABLabel:_$!<Company>!$_
ADR;TYPE=work:;Floor 2;1 Main St;Any Town;CA;91921;United States
URL:https\://abc.example
URL:https://ann.example
BDAY:--0229
CATEGORIES:friends,team a
NOTE:First line\nsecond\; line
X-SKYPE:annie
X-ASSISTANT:Bob
UID:ann-1
end:vcard
BEGIN:VCARD
VERSION:4.0
FN:Carol Danvers
TEL;VALUE=uri;PREF=1;TYPE="work,voice,text":tel:+1-418-656-9254;ext=102
IMPP:xmpp:carol@chat.example
LANG:fr
UID:urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:Dan
EMAIL:not an address
BDAY:tomorrow
END:VCARD
BEGIN:VCARD
FN:Erin
BEGIN:VCARD
FN:Frank
this is no property
END:VCARD
stray
BEGIN:VCARD
NOTE:nobody
END:VCARD
BEGIN:VCARD
FN:Gus$$, 'UTF8'));
SELECT * FROM faults;
\x on
SELECT * FROM glance;
\x off
-- What failed comes back as cards; corrected, with the error left in, they are imported.
\pset format unaligned
\t on
SELECT replace(error_file, E'\r', '') FROM error_file();
\t off
\pset format aligned
SELECT records, inserted, updated, failed FROM import_csv(convert_to((
  SELECT replace(replace(string_agg(f, E'\r\n'), 'not an address', 'dan@x.example'), 'tomorrow', '1990-01-02')
    FROM error_file() f WHERE f ~ 'Dan|Erin'), 'UTF8'), format => 'vcard');
SELECT name, emails, birth_date, custom FROM glance WHERE name IN ('Dan', 'Erin');
-- Cards with a UID are found again.
SELECT records, inserted, updated, unchanged, failed FROM import_csv(convert_to(E'BEGIN:VCARD\nVERSION:4.0\nUID:ann-1\nFN:Ann Stevenson\nN:Stevenson;Ann;;;\nTITLE:CEO\nEND:VCARD\n', 'UTF8'));
SELECT name, job_title, nickname FROM glance WHERE name ~ 'Ann';

-- Out and in again: nothing changes, also in another directory.
CREATE TEMP TABLE before AS SELECT * FROM glance;
CREATE TEMP TABLE exported AS SELECT row_number() OVER () AS n, e AS card FROM export_csv('vcard') e;
\pset format unaligned
\t on
SELECT replace(regexp_replace(card, 'urn:uuid:01[0-9a-f-]*', 'urn:uuid:…'), E'\r', '') FROM exported ORDER BY n;
\t off
\pset format aligned
SELECT records, inserted, updated, unchanged, failed
  FROM import_csv(convert_to((SELECT string_agg(card, E'\r\n' ORDER BY n) FROM exported), 'UTF8'));
SELECT count(*) AS lost FROM (TABLE before EXCEPT TABLE glance) AS x;
-- A dry run says the same and leaves nothing.
SELECT records, inserted, failed FROM import_csv(convert_to(E'BEGIN:VCARD\nFN:Dry Run\nNOTE:n\nEND:VCARD\nBEGIN:VCARD\nFN:Wet\nEMAIL:bad\nEND:VCARD\n', 'UTF8'), dry_run => true);
SELECT count(*) FROM glance WHERE name = 'Dry Run';
-- A profile gives defaults and options; properties have their meaning and are not mapped.
INSERT INTO import_profile (name, format, source, defaults, options) VALUES ('phonebook', 'vcard', 'phonebook', '{"contact_type": "customer"}', '{"visibility": "company", "default_region": "GB", "date_order": "dmy"}');
SELECT format, inserted, failed FROM import_csv(convert_to(E'BEGIN:VCARD\nVERSION:4.0\nUID:p1\nN:Profile;Pat;;;\nTEL;TYPE=home:020 7946 0018\nBDAY:19800305\nEND:VCARD\n', 'UTF8'), format => 'phonebook');
SELECT c.source, c.external_id, c.visibility, c.contact_type, to_char(c.birth_date, 'YYYY-MM-DD') AS born, p.label, p.number FROM contact c JOIN contact_phone p USING (contact_id) WHERE c.last_name = 'Profile';
INSERT INTO import_profile (name, format, columns) VALUES ('mapped', 'vcard', '{"TEL": "phone"}');
INSERT INTO import_profile (name, format, columns) VALUES ('mapped', 'cinnox', '{"TEL": "social_handles"}');
SELECT * FROM import_csv(convert_to(E'BEGIN:VCARD\nVERSION:4.0\nFN:A\nEND:VCARD\n', 'UTF8'), format => 'google');
SELECT failed FROM import_csv(convert_to(E'BEGIN:VCARD\nVERSION:4.0\nFN:Long Note\nNOTE:' || repeat('x', 200) || E'\nEND:VCARD\n', 'UTF8'), max_field_bytes => 100);
SELECT code, message FROM faults;
SELECT failed FROM import_csv(convert_to(E'BEGIN:VCARD\nFN:Bad\nEMAIL:bad\nEND:VCARD\n', 'UTF8'), format => 'phonebook');
SELECT replace(error_file, E'\r', '') AS error_file FROM error_file();
RESET ROLE;
SELECT contacts.create_directory('crm2', 'regress_vcard') IS NULL AS failed;
SET ROLE regress_vcard;
SELECT records, inserted, failed
  FROM crm2.import_csv(convert_to((SELECT string_agg(card, E'\r\n' ORDER BY n) FROM exported), 'UTF8'));
SELECT count(*) AS cards,
       count(*) FILTER (WHERE regexp_replace(x.card, '\nUID:[^\r]*', '') = regexp_replace(y.card, '\nUID:[^\r]*', '')) AS same
  FROM exported x JOIN (SELECT row_number() OVER () AS n, e AS card FROM crm2.export_csv('vcard') e) y USING (n);

-- What is no vCard.
SELECT * FROM import_csv('', format => 'vcard');
SELECT * FROM import_csv(convert_to(E'First Name,Last Name\nA,B\n', 'UTF8'), format => 'vcard');
SELECT * FROM import_csv(convert_to(E'BEGIN:VCARD\nFN:A\nEND:VCARD\n', 'UTF8'), format => '8x8');
SELECT * FROM import_csv(convert_to(E'BEGIN:VCARD\nFN:A\nEND:VCARD\n', 'UTF8'), encoding => 'no-such');
SELECT * FROM import_csv(convert_to(E'BEGIN:VCARD\nFN:A\nEND:VCARD\n', 'UTF8'), max_bytes => 10);

RESET search_path;
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA crm CASCADE;
DROP SCHEMA crm2 CASCADE;
DROP OWNED BY regress_vcard;
DROP ROLE regress_vcard;
