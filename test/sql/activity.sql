-- Activity: notes, inquiries, engagements and visits follow their contact; an entry is its author's.
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

SET ROLE regress_ann;
INSERT INTO contact (contact_id, first_name, visibility) VALUES
  ('00000000-0000-7000-8000-0000000000c1', 'Rita', 'restricted'),
  ('00000000-0000-7000-8000-0000000000c2', 'Paul', 'personal');
SELECT share_contact('00000000-0000-7000-8000-0000000000c1', 'regress_bob'),
       share_contact('00000000-0000-7000-8000-0000000000c1', 'regress_dan');
INSERT INTO contact_note (contact_id, body) VALUES
  ('00000000-0000-7000-8000-0000000000c1', 'Prefers mornings'), ('00000000-0000-7000-8000-0000000000c2', 'Birthday present?');
INSERT INTO inquiry (contact_id, channel, subject, started_at, ended_at, handled_by)
SELECT '00000000-0000-7000-8000-0000000000c1', 'chat', 'Where is my order?', '2026-01-02 10:00 UTC', '2026-01-02 10:05 UTC', staff_id
  FROM staff WHERE login = 'regress_boss';
INSERT INTO engagement (contact_id, channel, number, outcome, started_at, made_by)
VALUES ('00000000-0000-7000-8000-0000000000c1', 'call', '+41446681800', 'answered', '2026-01-03 10:00 UTC', contacts.acting_staff('staff'));
INSERT INTO visit (contact_id, url, title, referrer, visited_at)
VALUES ('00000000-0000-7000-8000-0000000000c1', 'https://acme.example/prices', 'Prices', 'https://search.example', '2026-01-01 09:00 UTC');

-- One timeline.
SELECT kind, CASE WHEN kind <> 'note' THEN at AT TIME ZONE 'UTC' END AS at, who, channel, summary
  FROM activity WHERE contact_id = '00000000-0000-7000-8000-0000000000c1' ORDER BY at;

-- A reader with permission edit adds, and changes what is his; not what others wrote, nor in their name.
SET ROLE regress_bob;
SELECT count(*) FROM activity;
INSERT INTO contact_note (contact_id, body, created_by, created_at, owner_id, visibility)
VALUES ('00000000-0000-7000-8000-0000000000c1', 'Calls back', 'regress_ann', '2001-01-01', contacts.acting_staff('staff'), 'personal')
RETURNING created_by, created_at = now() AS just_now, visibility, owner_id = contacts.acting_staff('staff') AS own;
UPDATE contact_note SET body = body || '!' RETURNING body;
UPDATE contact_note SET created_by = 'regress_ann', visibility = 'personal', owner_id = contacts.acting_staff('staff')
RETURNING body, created_by, visibility, owner_id = contacts.acting_staff('staff') AS own;
UPDATE contact_note SET contact_id = '00000000-0000-7000-8000-0000000000c2' WHERE created_by = 'regress_bob';
DELETE FROM inquiry;
INSERT INTO contact_note (contact_id, body) VALUES ('00000000-0000-7000-8000-0000000000c2', 'Hello');
-- A reader without it reads.
SET ROLE regress_dan;
SELECT count(*) FROM activity;
INSERT INTO contact_note (contact_id, body) VALUES ('00000000-0000-7000-8000-0000000000c1', 'Hello');
UPDATE contact_note SET body = 'x';
DELETE FROM visit;
-- Admins change and delete, but know nothing of what is personal.
SET ROLE regress_boss;
SELECT count(*) FROM activity;
UPDATE contact_note SET body = 'Calls back' WHERE body = 'Calls back!' RETURNING body, created_by;
DELETE FROM visit RETURNING url;

-- What cannot be.
SET ROLE regress_ann;
INSERT INTO inquiry (contact_id, started_at, ended_at) VALUES ('00000000-0000-7000-8000-0000000000c1', '2026-01-02', '2026-01-01');
INSERT INTO inquiry (contact_id, status) VALUES ('00000000-0000-7000-8000-0000000000c1', 'lost');
INSERT INTO engagement (contact_id, channel) VALUES ('00000000-0000-7000-8000-0000000000c1', 'Call');

-- The access of the contact is that of its activity.
SELECT unshare_contact('00000000-0000-7000-8000-0000000000c1', 'regress_bob');
SET ROLE regress_bob;
SELECT count(*) FROM activity;
SET ROLE regress_ann;
SELECT transfer_contact('00000000-0000-7000-8000-0000000000c1', 'regress_bob');
SELECT kind, summary FROM activity;
SET ROLE regress_bob;
SELECT kind, summary, who FROM activity ORDER BY kind, summary;
DELETE FROM contact;
RESET ROLE;
SELECT kind, summary FROM activity;
-- The owner of the directory may bring entries of others, and of the past.
SET ROLE regress_keeper;
INSERT INTO contact_note (contact_id, body, created_by, created_at)
VALUES ('00000000-0000-7000-8000-0000000000c2', 'From the old system', 'regress_ann', '2020-01-01 UTC')
RETURNING created_by, created_at AT TIME ZONE 'UTC' AS created_at, visibility;

-- A contact's timeline is a look-up in each of the tables.
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SET ROLE regress_ann;
EXPLAIN (COSTS OFF) SELECT kind, summary FROM activity WHERE contact_id = '00000000-0000-7000-8000-0000000000c1' ORDER BY at DESC LIMIT 20;
RESET enable_seqscan;
RESET enable_bitmapscan;
RESET ROLE;

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA crm CASCADE;
RESET client_min_messages;
DROP ROLE regress_keeper, regress_ann, regress_bob, regress_dan, regress_boss;
