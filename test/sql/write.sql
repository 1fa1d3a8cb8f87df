-- create_contact and update_contact: what they take, what they say of what they do not take, and what they leave alone.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;
\set SHOW_CONTEXT never

CREATE ROLE regress_keeper;
CREATE ROLE regress_ann;
CREATE ROLE regress_bob;
CREATE ROLE regress_dan;
CREATE ROLE regress_boss;
SELECT contacts.create_directory('crm', 'regress_keeper');
SET search_path = crm;
SELECT count(enroll(login, initcap(substr(login, 9)), permissions)) FROM (VALUES
  ('regress_ann', '{view,edit}'::text[]), ('regress_bob', '{view,edit}'), ('regress_dan', '{view}'),
  ('regress_boss', '{admin}')) AS s(login, permissions);
INSERT INTO organization (organization_id, name) VALUES ('00000000-0000-7000-8000-0000000000a1', 'Acme');
INSERT INTO custom_field (key, label, data_type, required) VALUES
  ('tier', 'Tier', 'text', true), ('seats', 'Seats', 'number', false), ('renewal', 'Renewal', 'date', false), ('vip', 'VIP', 'boolean', false);

SET contacts.default_region = 'CH';
SET ROLE regress_ann;

-- All of it.
SELECT create_contact('{
  "source": "web", "external_id": "77", "organization_id": "00000000-0000-7000-8000-0000000000a1",
  "contact_type": "customer", "contact_level": "primary",
  "name_prefix": "Dr", "first_name": "Rita", "middle_name": "M", "last_name": "Roth", "name_suffix": "",
  "job_title": "CTO", "birth_date": "--02-29", "language": "de-CH", "websites": ["https://a.example", "https://b.example"],
  "phones": [{"label": "Work", "number": "044 668 18 00", "extension": "12"},
             {"label": "mobile", "number": "+41791234567", "accepts_sms": true},
             {"entered": "ask at the desk"}],
  "emails": [{"label": "work", "address": "rita@acme.example"}, {"address": "Rita@home.example"}],
  "addresses": [{"label": "work", "street": "Ring 1", "city": "Zürich", "postal_code": "8001", "country": "Switzerland"},
                {"city": "Atlantis", "country": "Atlantis"}],
  "socials": [{"network": "LINE", "handle": "rita"}],
  "groups": ["Friends", "VIP"],
  "custom": {"tier": "gold", "seats": 12, "renewal": "2027-01-31", "vip": true, "free": {"any": ["thing"]}, "gone": null}}') AS id \gset
SELECT source, external_id, visibility, contact_type, contact_level, name_prefix, name_suffix IS NULL AS no_suffix, job_title,
       birth_date = '1604-02-29' AS birthday, birth_year_known, language, websites, version, created_by,
       owner_id = contacts.acting_staff('staff') AS mine
  FROM contact WHERE contact_id = :'id';
SELECT custom FROM contact;
SELECT position, label, number, entered, accepts_sms FROM contact_phone ORDER BY position;
SELECT position, label, address FROM contact_email ORDER BY position;
SELECT position, label, street, city, postal_code, country, country_entered FROM contact_address ORDER BY position;
SELECT position, label, network, handle FROM contact_social;
SELECT g.name, g.owner_id = contacts.acting_staff('staff') AS mine FROM contact_group_member JOIN contact_group g USING (group_id) ORDER BY 1;
-- The profile gives the lists back as they are taken.
SELECT update_contact(:'id', jsonb_build_object('phones', p -> 'phones', 'emails', p -> 'emails', 'addresses', p -> 'addresses',
                                                'socials', p -> 'socials', 'groups', p -> 'groups')) AS version
  FROM contact_profile(:'id') AS p;
SELECT count(*) FROM contact_phone WHERE xmin <> (SELECT xmin FROM contact_email LIMIT 1);

-- Almost nothing is enough.
SELECT create_contact('{"custom": {"tier": "x"}}') IS NOT NULL AS id;

-- What is wrong is said with its key.
\set VERBOSITY default
SELECT create_contact('[]');
SELECT create_contact(NULL);
SELECT create_contact('{"frist_name": "Rita"}');
\echo :SQLSTATE
SELECT create_contact('{"version": 7}');
SELECT create_contact('{"shared_with": []}');
SELECT create_contact('{"first_name": 12}');
SELECT create_contact('{"visibility": "public"}');
SELECT create_contact('{"contact_type": "friend"}');
SELECT create_contact('{"birth_date": "2023-02-29"}');
SELECT create_contact('{"birth_date": "1.2.2003"}');
SELECT create_contact('{"websites": ["a", 1]}');
SELECT create_contact('{"websites": "a"}');
SELECT create_contact('{"organization_id": "acme"}');
SELECT create_contact('{"organization_id": "00000000-0000-7000-8000-00000000dead", "custom": {"tier": "x"}}');
\echo :SQLSTATE
SELECT create_contact('{"phones": {"number": "+41446681800"}}');
SELECT create_contact('{"phones": ["+41446681800"]}');
SELECT create_contact('{"phones": [{"label": "work"}]}');
SELECT create_contact('{"phones": [{"number": "+41446681800", "kind": "work"}]}');
SELECT create_contact('{"phones": [{"number": 41446681800}]}');
SELECT create_contact('{"phones": [{"number": "+41446681800", "accepts_sms": "yes"}]}');
SELECT create_contact('{"custom": {"tier": "x"}, "phones": [{"number": "+41446681800"}, {"number": "123"}]}');
\echo :SQLSTATE
SELECT create_contact('{"custom": {"tier": "x"}, "phones": [{"number": "+41446681800", "extension": "x12"}]}');
SELECT create_contact('{"custom": {"tier": "x"}, "phones": [{"number": "+41446681800;ext=1", "extension": "2"}]}');
SELECT create_contact('{"custom": {"tier": "x"}, "emails": [{"address": "rita"}]}');
\echo :SQLSTATE
SELECT create_contact('{"socials": [{"network": "line"}]}');
SELECT create_contact('{"groups": [""]}');
SELECT create_contact('{"custom": {"seats": "many"}}');
SELECT create_contact('{"custom": {"tier": 3}}');
SELECT create_contact('{"custom": {"renewal": "2027-02-30"}}');
SELECT create_contact('{"custom": {"vip": "perhaps"}}');
SELECT create_contact('{"custom": {"seats": 1}}');
SELECT create_contact('{"custom": {"tier": "x"}, "visibility": "company"}');
\echo :SQLSTATE
SELECT create_contact(jsonb_build_object('custom', '{"tier": "x"}'::jsonb, 'owner_id', (SELECT staff_id FROM staff WHERE login = 'regress_bob')));
SELECT create_contact('{"custom": {"tier": "x"}, "source": "web", "external_id": "77"}');
SELECT count(*) FROM contact;
SET ROLE regress_dan;
SELECT create_contact('{"custom": {"tier": "x"}}');
SET ROLE regress_boss;
SELECT create_contact('{"custom": {"tier": "x"}, "visibility": "company", "groups": ["Partners"]}') AS company \gset
SELECT visibility, version, created_by FROM contact WHERE contact_id = :'company';
SELECT name, owner_id IS NULL AS of_the_company FROM contact_group ORDER BY 1;

-- Only what is given changes; null clears; custom by its keys.
SET ROLE regress_ann;
SELECT update_contact(:'id', '{"job_title": null, "nickname": "Ri", "custom": {"seats": null, "vip": false}}') AS version;
SELECT first_name, nickname, job_title, custom FROM contact WHERE contact_id = :'id';
SELECT count(*) FROM contact_phone WHERE contact_id = :'id';
-- Nothing to change, nothing changes.
SELECT update_contact(:'id', '{"nickname": "Ri"}') AS version, update_contact(:'id', '{}') AS same;
SELECT update_contact(:'id', '{"custom": {"tier": null}}');
SELECT update_contact(:'id', '{"visibility": null}');
SELECT update_contact(:'id', '{"birth_date": "1990-05-06"}') > 0 AS done;
SELECT birth_date = '1990-05-06' AS date, birth_year_known FROM contact WHERE contact_id = :'id';
SELECT update_contact(:'id', '{"birth_year_known": false}') > 0 AS done;
SELECT birth_date = '1604-05-06' AS date, birth_year_known FROM contact WHERE contact_id = :'id';
SELECT update_contact(:'id', '{"birth_date": null}') > 0 AS done;
SELECT birth_date, birth_year_known FROM contact WHERE contact_id = :'id';

-- A list takes the place of the stored one; what is equal stays where it is, untouched.
CREATE TEMPORARY TABLE before AS SELECT position, xmin::text AS x FROM contact_phone WHERE contact_id = :'id';
SELECT update_contact(:'id', '{"phones": [{"label": "work", "number": "044 668 18 00", "extension": "12"},
                                         {"entered": "ask at the desk"}, {"label": "fax", "number": "+41446681801"}]}') > 0 AS done;
SELECT p.position, p.label, p.number, p.entered, p.xmin::text = b.x AS untouched
  FROM contact_phone p LEFT JOIN before b USING (position) WHERE contact_id = :'id' ORDER BY position;
SELECT update_contact(:'id', '{"phones": [{"label": "home", "number": "+41446681805"}, {"entered": "ask at the desk"}, {"label": "fax", "number": "+41446681801"}]}') > 0 AS done;
SELECT p.position, p.label, p.number, p.entered, p.xmin::text = b.x AS untouched
  FROM contact_phone p LEFT JOIN before b USING (position) WHERE contact_id = :'id' ORDER BY position;
SELECT update_contact(:'id', '{"phones": null, "emails": [], "groups": ["VIP", "New"]}') > 0 AS done;
SELECT (SELECT count(*) FROM contact_phone WHERE contact_id = :'id') AS phones,
       (SELECT count(*) FROM contact_email WHERE contact_id = :'id') AS emails,
       (SELECT array_agg(g.name ORDER BY g.name) FROM contact_group_member m JOIN contact_group g USING (group_id) WHERE contact_id = :'id') AS groups;

-- The version that was read before: of two writers the second is told.
SELECT version AS seen FROM contact WHERE contact_id = :'id' \gset
SELECT update_contact(:'id', '{"nickname": "Rit"}', :seen) = :seen + 1 AS done;
\set VERBOSITY sqlstate
SELECT update_contact(:'id', '{"nickname": "Tar"}', :seen) > 0 AS done;
\echo :SQLSTATE
SELECT regexp_replace(:'LAST_ERROR_MESSAGE', '"[^"]*"', 'ID') AS message;
\set VERBOSITY default
SELECT nickname FROM contact WHERE contact_id = :'id';

-- Hidden and missing are the same; visible is not yet editable.
SET ROLE regress_bob;
\set VERBOSITY sqlstate
SELECT update_contact(:'id', '{"nickname": "x"}');
SELECT update_contact('00000000-0000-7000-8000-00000000dead', '{"nickname": "x"}');
SELECT contact_profile(:'id');
SET ROLE regress_ann;
SELECT share_contact(:'id', 'regress_bob');
SET ROLE regress_bob;
SELECT update_contact(:'id', '{"nickname": "x"}');
SET ROLE regress_ann;
SELECT share_contact(:'id', 'regress_bob', true);
SET ROLE regress_bob;
\set VERBOSITY default
SELECT update_contact(:'id', '{"nickname": "Bo", "groups": ["Bobs"], "phones": [{"number": "+41446681800"}]}') > 0 AS done;
-- Whose it is stays; labels of others stay, too.
SELECT update_contact(:'id', '{"visibility": "personal"}') > 0 AS done;
SELECT update_contact(:'id', jsonb_build_object('owner_id', contacts.acting_staff('staff'))) > 0 AS done;
SELECT display_name, owner_name, groups, can_edit FROM contact_card WHERE contact_id = :'id';
SET ROLE regress_ann;
SELECT display_name, owner_name, groups FROM contact_card WHERE contact_id = :'id';
SELECT update_contact(:'id', '{"groups": []}') > 0 AS done;
SET ROLE regress_bob;
SELECT groups FROM contact_card WHERE contact_id = :'id';
-- The owner of the directory.
SET ROLE regress_keeper;
SELECT create_contact('{"first_name": "Kim", "visibility": "company", "custom": {"tier": "y"}, "groups": ["Partners", "Suppliers"]}') AS kim \gset
SELECT owner_name, groups, created_by FROM contact_card WHERE contact_id = :'kim';
SELECT update_contact(:'kim', '{"last_name": "Kay"}');

-- What contact_as_of() gives makes the contact again, also one that is deleted, and takes one back.
SET ROLE regress_ann;
SELECT create_contact('{"first_name": "Lou", "last_name": "Lam", "birth_date": "--02-29", "websites": ["a.example", "b.example"], "custom": {"tier": "z", "size": 4},
  "phones": [{"label": "work", "number": "+41446681800", "extension": "12"}, {"entered": "ask Bob"}, {"number": "0044 20 7946 0018", "accepts_sms": true}],
  "emails": [{"label": "work", "address": "lou@example.com"}], "socials": [{"network": "X", "handle": "@lou"}], "groups": ["Partners"],
  "addresses": [{"street": "1 Road", "country": "Switzerland"}, {"city": "Town", "country": "Atlantis"}]}') AS lou \gset
SELECT share_contact(:'lou', 'regress_bob', true);
DELETE FROM contact_phone WHERE contact_id = :'lou' AND position = 2;
SELECT contact_as_of(:'lou', 'infinity') AS was \gset
CREATE TEMP VIEW stamped AS
  SELECT '{contact_id,version,created_at,created_by,updated_at,updated_by,import_id,merged_into,shared_with,editable_by}'::text[] AS keys;
CREATE FUNCTION pg_temp.content(object jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_object_agg(e.key, CASE WHEN e.key IN ('phones', 'emails', 'addresses', 'socials')
           THEN (SELECT jsonb_agg(i - 'position') FROM jsonb_array_elements(e.value) i) ELSE e.value END)
    FROM stamped s, jsonb_each(object - s.keys) e $$;
SELECT jsonb_pretty(pg_temp.content(:'was') - '{owner_id}'::text[]) AS content;
DELETE FROM contact WHERE contact_id = :'lou';
SELECT contact_as_of(:'lou', clock_timestamp()) IS NULL AS gone;
SELECT create_contact(:'was') AS again \gset
SELECT :'again' <> :'lou' AS other_id, pg_temp.content(contact_as_of(:'again', 'infinity')) = pg_temp.content(:'was') AS same,
       contact_as_of(:'again', 'infinity') -> 'shared_with' AS shared_with;
SELECT update_contact(:'again', '{"nickname": "L", "phones": [], "addresses": null, "custom": {"size": 5}}') > 1 AS changed;
SELECT update_contact(:'again', :'was') > 2 AS changed;
SELECT pg_temp.content(contact_as_of(:'again', 'infinity')) = pg_temp.content(:'was') AS same;
SELECT create_contact('{"contact_id": "01a20000-0000-7000-8000-000000000001", "first_name": "Lou", "custom": {"tier": "z"}}');
DROP FUNCTION pg_temp.content;
DROP VIEW stamped;

RESET ROLE;
RESET search_path;
RESET contacts.default_region;
SET client_min_messages = warning;
DROP SCHEMA crm CASCADE;
RESET client_min_messages;
DROP TABLE IF EXISTS before;
DROP ROLE regress_keeper, regress_ann, regress_bob, regress_dan, regress_boss;
