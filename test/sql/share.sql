-- Sharing, transfer, favourites and blocked numbers: who may, what follows at the contact, what is said to others.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;
\set SHOW_CONTEXT never

CREATE ROLE regress_keeper;
CREATE ROLE regress_ann;
CREATE ROLE regress_bob;
CREATE ROLE regress_cleo;
CREATE ROLE regress_dan;
CREATE ROLE regress_boss;
CREATE ROLE regress_stranger;
SELECT contacts.create_directory('crm', 'regress_keeper');
SET search_path = crm;
SELECT enroll('regress_ann', 'Ann', '{view,edit}') IS NOT NULL AS ann,
       enroll('regress_bob', 'Bob', '{view,edit}') IS NOT NULL AS bob,
       enroll('regress_cleo', 'Cleo', '{view,edit}') IS NOT NULL AS cleo,
       enroll('regress_dan', 'Dan', '{view}') IS NOT NULL AS dan,
       enroll('regress_boss', 'Boss', '{admin}') IS NOT NULL AS boss;
SELECT enroll('regress_gone', 'Gone', '{view}') IS NOT NULL AS gone;
SELECT dismiss('regress_gone');
GRANT USAGE ON SCHEMA crm TO regress_stranger;
GRANT SELECT ON ALL TABLES IN SCHEMA crm TO regress_stranger;

-- Logins instead of ids, for reading.
CREATE FUNCTION names(ids uuid[]) RETURNS text LANGUAGE sql STABLE AS
  $$ SELECT string_agg(display_name, ', ' ORDER BY display_name) FROM crm.staff WHERE staff_id = ANY (ids) $$;
CREATE VIEW state WITH (security_invoker = true) AS
  SELECT c.first_name, c.visibility, names(ARRAY[c.owner_id]) AS owner, names(c.shared_with) AS shared_with,
         names(c.editable_by) AS editable_by, c.version FROM contact c;
GRANT SELECT ON state TO PUBLIC;

SET ROLE regress_ann;
INSERT INTO contact (contact_id, first_name, visibility) VALUES
  ('00000000-0000-7000-8000-0000000000c1', 'Rita', 'restricted'),
  ('00000000-0000-7000-8000-0000000000c2', 'Paul', 'personal'),
  ('00000000-0000-7000-8000-0000000000c3', 'Rosa', 'restricted');
INSERT INTO contact_phone (contact_id, position, label, number)
VALUES ('00000000-0000-7000-8000-0000000000c1', 1, 'work', '+41446681800');

-- Shared for reading, then for editing, then not at all: shared_with and editable_by follow, and the parts with them.
SELECT share_contact('00000000-0000-7000-8000-0000000000c1', 'regress_bob');
SELECT * FROM state ORDER BY first_name;
SELECT names(shared_with) AS shared_with, names(editable_by) AS editable_by FROM contact_phone;
SET ROLE regress_bob;
SELECT first_name FROM contact;
SELECT count(*) FROM contact_phone;
UPDATE contact SET nickname = 'R';
SET ROLE regress_ann;
SELECT share_contact('00000000-0000-7000-8000-0000000000c1', 'regress_bob', true);
SELECT share_contact('00000000-0000-7000-8000-0000000000c1', 'regress_cleo', true);
SELECT share_contact('00000000-0000-7000-8000-0000000000c1', 'regress_dan');
SELECT * FROM state ORDER BY first_name;
-- Once more the same changes nothing.
SELECT share_contact('00000000-0000-7000-8000-0000000000c1', 'regress_dan');
SELECT version FROM state WHERE first_name = 'Rita';
SELECT contact_id, owner_login, shared_with_login, shared_with_name, can_edit, shared_by, shared_at = now() AS just_now, created_by
  FROM contact_sharing ORDER BY contact_id, shared_with_login;
SET ROLE regress_bob;
UPDATE contact SET nickname = 'R' RETURNING nickname;
-- A shared editor does not share, transfer or unshare.
SELECT share_contact('00000000-0000-7000-8000-0000000000c1', 'regress_boss');
\echo :SQLSTATE
SELECT unshare_contact('00000000-0000-7000-8000-0000000000c1', 'regress_cleo');
SELECT transfer_contact('00000000-0000-7000-8000-0000000000c1', 'regress_bob');
INSERT INTO contact_share (contact_id, staff_id, can_edit)
SELECT '00000000-0000-7000-8000-0000000000c1', staff_id, true FROM staff WHERE login = 'regress_boss';
INSERT INTO contact_share (contact_id, staff_id, owner_id, visibility)
SELECT '00000000-0000-7000-8000-0000000000c1', s.staff_id, contacts.acting_staff('staff'), 'restricted' FROM staff s WHERE login = 'regress_boss';
UPDATE contact_share SET can_edit = true;
DELETE FROM contact_share;
INSERT INTO contact_transfer (contact_id, to_staff, owner_id, visibility)
SELECT '00000000-0000-7000-8000-0000000000c1', a, a, 'restricted' FROM contacts.acting_staff('staff') AS a;
SELECT count(*) FROM contact_share;
SET ROLE regress_ann;
SELECT unshare_contact('00000000-0000-7000-8000-0000000000c1', 'regress_cleo'),
       unshare_contact('00000000-0000-7000-8000-0000000000c1', 'regress_cleo');
SELECT share_contact('00000000-0000-7000-8000-0000000000c1', 'regress_bob', false);
SELECT * FROM state WHERE first_name = 'Rita';

-- What cannot be shared, and with whom not; one that is hidden and one that does not exist are told apart by nobody.
SELECT share_contact('00000000-0000-7000-8000-0000000000c2', 'regress_bob');
\echo :SQLSTATE
INSERT INTO contact_share (contact_id, staff_id)
SELECT '00000000-0000-7000-8000-0000000000c2', staff_id FROM staff WHERE login = 'regress_bob';
SELECT share_contact('00000000-0000-7000-8000-0000000000c1', 'regress_nobody');
\echo :SQLSTATE
SELECT share_contact('00000000-0000-7000-8000-0000000000c1', NULL);
SELECT share_contact('00000000-0000-7000-8000-0000000000c1', 'regress_gone');
\echo :SQLSTATE
SELECT share_contact('00000000-0000-7000-8000-0000000000c1', 'regress_ann');
\echo :SQLSTATE
SELECT share_contact('00000000-0000-7000-8000-00000000dead', 'regress_bob');
\echo :SQLSTATE
SELECT share_contact(NULL, 'regress_bob');
SET ROLE regress_cleo;
SELECT share_contact('00000000-0000-7000-8000-0000000000c1', 'regress_bob');
\echo :SQLSTATE
SELECT unshare_contact('00000000-0000-7000-8000-0000000000c1', 'regress_bob');
SELECT transfer_contact('00000000-0000-7000-8000-0000000000c1', 'regress_bob');
SELECT count(*) FROM contact_share;
SELECT count(*) FROM contact_sharing;

-- Who shared, and when, is not for the writer to say; nor whose contact it is.
SET ROLE regress_boss;
INSERT INTO contact_share (contact_id, staff_id, shared_by, shared_at, owner_id)
SELECT '00000000-0000-7000-8000-0000000000c3', staff_id, 'regress_ann', '2001-01-01', staff_id
  FROM staff WHERE login = 'regress_bob'
RETURNING shared_by, shared_at = now() AS just_now, names(ARRAY[owner_id]) AS owner;
UPDATE contact_share SET shared_by = 'somebody', shared_at = '2001-01-01', owner_id = staff_id
 WHERE contact_id = '00000000-0000-7000-8000-0000000000c3'
RETURNING shared_by, shared_at = now() AS now, shared_at < '2002-01-01' AS long_ago, names(ARRAY[owner_id]) AS owner;

-- Transfer: the giver has it no longer, other shares stay, the new owner needs none.
SET ROLE regress_ann;
SELECT transfer_contact('00000000-0000-7000-8000-0000000000c1', 'regress_bob');
SELECT * FROM state ORDER BY first_name;
SELECT transfer_contact('00000000-0000-7000-8000-0000000000c1', 'regress_ann');
SET ROLE regress_bob;
SELECT * FROM state ORDER BY first_name;
SELECT shared_with_login FROM contact_sharing WHERE contact_id = '00000000-0000-7000-8000-0000000000c1';
SELECT names(ARRAY[from_staff]) AS giver, names(ARRAY[to_staff]) AS receiver, transferred_by, names(ARRAY[owner_id]) AS owner
  FROM contact_transfer;
SELECT names(ARRAY[owner_id]) AS owner, names(shared_with) AS shared_with FROM contact_phone;
-- To oneself: nothing happens.
SELECT transfer_contact('00000000-0000-7000-8000-0000000000c1', 'regress_bob');
SELECT count(*) FROM contact_transfer;
SELECT transfer_contact('00000000-0000-7000-8000-0000000000c1', 'regress_nobody');
SELECT transfer_contact('00000000-0000-7000-8000-0000000000c1', 'regress_gone');
-- What happened stays.
UPDATE contact_transfer SET transferred_by = 'nobody';
DELETE FROM contact_transfer;
-- An admin may, also where from_staff is a lie.
SET ROLE regress_boss;
INSERT INTO contact_transfer (contact_id, from_staff, to_staff, transferred_by)
SELECT '00000000-0000-7000-8000-0000000000c1', s.staff_id, s.staff_id, 'regress_ann' FROM staff s WHERE login = 'regress_cleo'
RETURNING names(ARRAY[from_staff]) AS giver, transferred_by;
SELECT * FROM state WHERE first_name = 'Rita';
-- A personal contact is for admins as if it were not there; its owner may give it away.
SELECT transfer_contact('00000000-0000-7000-8000-0000000000c2', 'regress_boss');
SET ROLE regress_ann;
SELECT transfer_contact('00000000-0000-7000-8000-0000000000c2', 'regress_bob');
SET ROLE regress_bob;
SELECT * FROM state WHERE first_name = 'Paul';

-- Somebody leaves. Others may not say so; his personal contacts he gives himself.
RESET ROLE;
SET SESSION AUTHORIZATION regress_bob;
INSERT INTO contact (first_name, visibility) SELECT 'B' || i, 'restricted' FROM generate_series(1, 3) i;
RESET SESSION AUTHORIZATION;
SET ROLE regress_ann;
SELECT transfer_all('regress_bob', 'regress_ann');
\echo :SQLSTATE
SET ROLE regress_boss;
SELECT transfer_all('regress_bob', 'regress_bob');
SELECT transfer_all('regress_nobody', 'regress_ann');
SELECT transfer_all('regress_bob', 'regress_gone');
SELECT transfer_all('regress_bob', 'regress_cleo');
SELECT first_name, owner, shared_with FROM state ORDER BY first_name;
SELECT transfer_all('regress_bob', 'regress_cleo');
SET ROLE regress_bob;
SELECT first_name, owner FROM state ORDER BY first_name;
SELECT transfer_all('regress_bob', 'regress_cleo');
SELECT first_name, owner FROM state ORDER BY first_name;
SET ROLE regress_dan;
SELECT transfer_all('regress_dan', 'regress_cleo');
-- The owner of the directory may do all but give personal contacts of others away by the dozen.
RESET ROLE;
SET ROLE regress_keeper;
SELECT transfer_all('regress_cleo', 'regress_ann');
SELECT first_name, visibility, owner, shared_with FROM state ORDER BY first_name;
SELECT share_contact('00000000-0000-7000-8000-0000000000c1', 'regress_bob');
SELECT transfer_contact('00000000-0000-7000-8000-0000000000c2', 'regress_ann');
SELECT first_name, owner, shared_with FROM state WHERE first_name IN ('Rita', 'Paul') ORDER BY first_name;

-- Who is not enrolled sees nothing of it.
SET ROLE regress_stranger;
SELECT count(*) FROM contact_share;
SELECT count(*) FROM contact_transfer;
SELECT count(*) FROM contact_sharing;
RESET ROLE;

-- A contact that is deleted, and a colleague: shares go with them, and what follows from them.
DELETE FROM contact WHERE contact_id = '00000000-0000-7000-8000-0000000000c1';
SELECT count(*) FROM contact_share WHERE contact_id = '00000000-0000-7000-8000-0000000000c1';
SELECT names(shared_with) FROM contact WHERE contact_id = '00000000-0000-7000-8000-0000000000c3';
INSERT INTO contact_share (contact_id, staff_id, can_edit, shared_by, shared_at)
SELECT '00000000-0000-7000-8000-0000000000c3', staff_id, true, 'regress_ann', '2001-02-03 UTC' FROM staff WHERE login = 'regress_gone'
RETURNING shared_by, shared_at AT TIME ZONE 'UTC' AS shared_at;
SELECT names(shared_with) AS shared_with, names(editable_by) AS editable_by
  FROM contact WHERE contact_id = '00000000-0000-7000-8000-0000000000c3';
DELETE FROM staff WHERE login = 'regress_gone';
SELECT names(shared_with) AS shared_with, editable_by FROM contact WHERE contact_id = '00000000-0000-7000-8000-0000000000c3';

-- Favourites: contacts and colleagues, each colleague's own.
SET ROLE regress_ann;
SELECT add_favorite('00000000-0000-7000-8000-0000000000c3');
SELECT add_favorite('00000000-0000-7000-8000-0000000000c3');
SELECT add_favorite(staff_id) FROM staff WHERE login = 'regress_boss';
SELECT kind, display_name FROM favorite_contact ORDER BY display_name;
SELECT display_name FROM contact_card WHERE is_favorite;
SELECT display_name FROM company_contact WHERE is_favorite;
SELECT add_favorite('00000000-0000-7000-8000-00000000dead');
\echo :SQLSTATE
SET ROLE regress_cleo;
SELECT add_favorite('00000000-0000-7000-8000-0000000000c3');
SELECT count(*) FROM favorite;
INSERT INTO favorite (staff_id, colleague_id) SELECT staff_id, staff_id FROM staff WHERE login = 'regress_ann';
SET ROLE regress_ann;
SELECT remove_favorite('00000000-0000-7000-8000-0000000000c3'), remove_favorite('00000000-0000-7000-8000-0000000000c3');
SELECT kind, display_name FROM favorite_contact;
RESET ROLE;
SELECT add_favorite('00000000-0000-7000-8000-0000000000c3');
\echo :SQLSTATE

-- Blocked numbers: any notation, prefixes, each channel for itself.
RESET ROLE;
INSERT INTO staff_phone (staff_id, position, number) SELECT staff_id, 1, '+41445550100' FROM staff WHERE login = 'regress_boss';
SET contacts.default_region = 'CH';
SET ROLE regress_ann;
INSERT INTO contact_phone (contact_id, position, number) VALUES ('00000000-0000-7000-8000-0000000000c3', 1, '+41446681800');
SELECT block_number('079 123 45 67', 'call');
SELECT block_number('+41 79 123 45 67', 'call');
SELECT block_number('+41 76*', 'sms');
SELECT channel, number FROM blocked_number ORDER BY channel;
SELECT is_blocked('+41791234567', 'call') AS number, is_blocked('0791234567', 'call') AS national,
       is_blocked('+41791234567;ext=12', 'call') AS extension, is_blocked('+41791234567', 'sms') AS other_channel,
       is_blocked('+41761234567', 'sms') AS prefix, is_blocked('+41771234567', 'sms') AS other_prefix,
       is_blocked('+417912345678', 'call') AS longer, is_blocked('anonymous', 'call') AS none, is_blocked(NULL, 'call') AS nothing;
SELECT block_number('+41446681800', 'call');
\echo :SQLSTATE
SELECT block_number('+4144555*', 'call');
SELECT block_number('+4144*', 'call', force => true);
SELECT is_blocked('+41446681800', 'call');
SELECT block_number('*', 'call');
\echo :SQLSTATE
SELECT block_number('044*', 'call');
SELECT block_number('12', 'call');
SELECT block_number('+41791234567', 'fax');
\echo :SQLSTATE
SET ROLE regress_cleo;
SELECT is_blocked('+41791234567', 'call');
-- What one cannot see is no reason to refuse.
SELECT block_number('+41446681800', 'call');
SET ROLE regress_ann;
SELECT unblock_number('+41 79 123 45 67', 'call'), unblock_number('+41 79 123 45 67', 'call'), unblock_number('+4176*', 'sms');
SELECT channel, number FROM blocked_number;
RESET ROLE;
SELECT block_number('+41791234567', 'call');

-- An index and nothing else, with the plan of one who has many.
INSERT INTO blocked_number (staff_id, channel, number)
SELECT staff_id, 'call', '+4190' || lpad(i::text, 7, '0') FROM staff, generate_series(1, 2000) i WHERE login = 'regress_ann';
ANALYZE blocked_number;
SET ROLE regress_ann;
EXPLAIN (COSTS OFF) SELECT FROM blocked_number b
 WHERE b.staff_id = contacts.acting_staff('staff') AND b.channel = 'call' AND b.number = ANY ('{+41*,+414*,+41900000001}');
RESET ROLE;
RESET contacts.default_region;

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA crm CASCADE;
RESET client_min_messages;
DROP ROLE regress_keeper, regress_ann, regress_bob, regress_cleo, regress_dan, regress_boss, regress_stranger;
