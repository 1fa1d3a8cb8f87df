-- The views that applications show, with the rights of who reads them.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;
\set SHOW_CONTEXT never

CREATE ROLE regress_keeper;
CREATE ROLE regress_ann;
CREATE ROLE regress_bob;
CREATE ROLE regress_boss;
SELECT contacts.create_directory('crm', 'regress_keeper');
SET search_path = crm;
SELECT count(enroll(login, initcap(substr(login, 9)), permissions)) FROM (VALUES
  ('regress_ann', '{view,edit}'::text[]), ('regress_bob', '{view,edit}'), ('regress_boss', '{admin}')) AS s(login, permissions);
INSERT INTO staff (display_name, kind) VALUES ('Front desk', 'auto_attendant');
UPDATE staff SET presence = 'available', job_title = 'Head of sales' WHERE login = 'regress_boss';
INSERT INTO staff_extension (staff_id, service, extension) SELECT staff_id, s, e FROM staff, (VALUES ('work', '101'), ('contact_center', '9101')) AS x(s, e)
 WHERE login = 'regress_boss';
INSERT INTO staff_phone (staff_id, position, number) SELECT staff_id, 1, '+41445550100;ext=7' FROM staff WHERE login = 'regress_boss';
INSERT INTO organization (organization_id, name) VALUES ('00000000-0000-7000-8000-0000000000a1', 'Acme');
INSERT INTO contact (contact_id, first_name, last_name, job_title, organization_id, visibility)
VALUES ('00000000-0000-7000-8000-0000000000c0', 'Kim', 'Kay', 'Buyer', '00000000-0000-7000-8000-0000000000a1', 'company');
INSERT INTO contact_phone (contact_id, position, label, number, entered) VALUES
  ('00000000-0000-7000-8000-0000000000c0', 1, 'main', NULL, 'ask'), ('00000000-0000-7000-8000-0000000000c0', 3, 'work', '+41446681800;ext=12', NULL);
INSERT INTO contact_email (contact_id, position, label, address) VALUES ('00000000-0000-7000-8000-0000000000c0', 2, 'work', 'kim@acme.example');
SET ROLE regress_ann;
INSERT INTO contact (contact_id, first_name, nickname, organization_id, visibility) VALUES
  ('00000000-0000-7000-8000-0000000000c1', 'Rita', NULL, NULL, 'restricted'),
  ('00000000-0000-7000-8000-0000000000c2', NULL, 'Mum', NULL, 'personal'),
  ('00000000-0000-7000-8000-0000000000c3', NULL, NULL, '00000000-0000-7000-8000-0000000000a1', 'restricted'),
  ('00000000-0000-7000-8000-0000000000c4', NULL, NULL, NULL, 'restricted'),
  ('00000000-0000-7000-8000-0000000000c5', NULL, NULL, NULL, 'restricted'),
  ('00000000-0000-7000-8000-0000000000c6', NULL, NULL, NULL, 'restricted');
INSERT INTO contact_phone (contact_id, position, number, entered) VALUES ('00000000-0000-7000-8000-0000000000c4', 1, NULL, '12 34');
INSERT INTO contact_email (contact_id, position, address) VALUES ('00000000-0000-7000-8000-0000000000c5', 1, 'x@y.example');
UPDATE contact SET merged_into = '00000000-0000-7000-8000-0000000000c1' WHERE contact_id = '00000000-0000-7000-8000-0000000000c6';
SELECT share_contact('00000000-0000-7000-8000-0000000000c1', 'regress_bob', true),
       add_favorite('00000000-0000-7000-8000-0000000000c0'), add_favorite((SELECT staff_id FROM staff WHERE login = 'regress_boss'));

-- What a card is called: a name, else the nickname, organization, phone, e-mail address.
SELECT right(contact_id::text, 2) AS id, display_name FROM contact_card ORDER BY contact_id;
\x on
SELECT display_name, organization_name, job_title, primary_phone, primary_email, phones, emails, groups, visibility, owner_login,
       can_edit, is_favorite, version, created_by
  FROM contact_card WHERE contact_id = '00000000-0000-7000-8000-0000000000c0';
SELECT display_name, kind, job_title, extensions, phones, presence, is_favorite FROM company_contact WHERE display_name = 'Boss';
\x off
SELECT display_name, kind, extensions, is_favorite FROM company_contact ORDER BY display_name;
SELECT display_name, visibility FROM external_contact ORDER BY contact_id;
SELECT display_name, visibility FROM my_contact ORDER BY contact_id;
SELECT kind, display_name, organization_name, job_title, primary_phone, primary_email, presence FROM favorite_contact ORDER BY display_name;
SET ROLE regress_bob;
SELECT display_name, owner_name, can_edit, is_favorite FROM external_contact ORDER BY contact_id;
SELECT count(*) FROM my_contact;
SELECT count(*) FROM favorite_contact;
SET ROLE regress_boss;
SELECT right(contact_id::text, 2) AS id, display_name, can_edit FROM contact_card ORDER BY contact_id;

-- All of a contact in one object.
SET ROLE regress_ann;
INSERT INTO contact_note (contact_id, body) VALUES ('00000000-0000-7000-8000-0000000000c0', 'Prefers mornings');
SELECT jsonb_pretty(p - 'contact' - 'organization' #- '{activity,0,at}' #- '{activity,0,activity_id}') AS profile
  FROM contact_profile('00000000-0000-7000-8000-0000000000c0') p;
SELECT p #>> '{contact,first_name}' AS first_name, p -> 'contact' ?| '{search,shared_with,editable_by}' AS internals,
       p #>> '{organization,name}' AS organization, (p #> '{sharing,shares,0}') - 'shared_at'::text AS share
  FROM contact_profile('00000000-0000-7000-8000-0000000000c1') p;
SELECT contact_profile('00000000-0000-7000-8000-00000000dead');

-- A view acts with the rights of who reads, and its columns are explained where the name does not.
SELECT relname AS definer_view FROM pg_class
 WHERE relnamespace = 'crm'::regnamespace AND relkind = 'v' AND NOT coalesce(reloptions, '{}') && '{security_invoker=true,security_invoker=on}';
SELECT c.relname AS without_comment FROM pg_class c
 WHERE c.relnamespace = 'crm'::regnamespace AND c.relkind IN ('v', 'r') AND obj_description(c.oid, 'pg_class') IS NULL ORDER BY 1;
SELECT p.proname AS without_comment FROM pg_proc p
 WHERE p.pronamespace = 'crm'::regnamespace AND obj_description(p.oid, 'pg_proc') IS NULL ORDER BY 1;
SELECT c.relname AS without_policies FROM pg_class c
 WHERE c.relnamespace = 'crm'::regnamespace AND c.relkind = 'r' AND NOT c.relrowsecurity ORDER BY 1;

RESET ROLE;
RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA crm CASCADE;
RESET client_min_messages;
DROP ROLE regress_keeper, regress_ann, regress_bob, regress_boss;
