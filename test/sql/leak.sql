-- Ways around the rules, tried: by somebody with a psql prompt, enrolled or not. What PostgreSQL itself lets through is
-- at the end, and listed in docs/security.md.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;
\set SHOW_CONTEXT never
\set VERBOSITY terse

CREATE ROLE regress_contacts_shop;
CREATE ROLE regress_contacts_ann;
CREATE ROLE regress_contacts_ben;
CREATE ROLE regress_contacts_cat;
CREATE ROLE regress_contacts_boss;
CREATE ROLE regress_contacts_mallory;
SELECT contacts.create_directory('crm', 'regress_contacts_shop');
SELECT count(crm.enroll(login, NULL, permissions))
  FROM (VALUES ('regress_contacts_ann', '{view,edit,import}'::text[]), ('regress_contacts_ben', '{view,edit}'),
               ('regress_contacts_cat', '{view,edit,import}'), ('regress_contacts_boss', '{admin}')) AS s(login, permissions);
CREATE SCHEMA den;
GRANT ALL ON SCHEMA den TO regress_contacts_mallory, regress_contacts_cat;
\set r '''00000000-0000-7000-8000-0000000000c1'''
\set p '''00000000-0000-7000-8000-0000000000c2'''
\set none '''00000000-0000-7000-8000-0000000000ff'''
\set o '''00000000-0000-7000-8000-0000000000b1'''
\set g '''00000000-0000-7000-8000-0000000000e1'''
-- Ann's: a restricted contact that Ben may edit, a personal one with a private organization, a label of her own.
SET ROLE regress_contacts_ann;
INSERT INTO crm.organization (organization_id, owner_id, name) VALUES (:o, contacts.acting_staff('crm.staff'), 'Hush Ltd');
INSERT INTO crm.contact (contact_id, source, external_id, visibility, first_name, last_name, organization_id)
VALUES (:r, 'crm', 'R1', 'restricted', 'Rita', 'Secret', NULL), (:p, 'crm', 'P1', 'personal', 'Paul', 'Hidden', :o);
INSERT INTO crm.contact_phone (contact_id, position, number) SELECT contact_id, 1, '+41446681800' FROM crm.contact;
INSERT INTO crm.contact_group (group_id, name) VALUES (:g, 'Difficult');
INSERT INTO crm.contact_group_member (contact_id, group_id) VALUES (:r, :g);
SELECT crm.share_contact(:r, 'regress_contacts_ben', true);
RESET ROLE;

-- ---- A shared editor changes what a contact says, not whose it is, who made it and when
SET ROLE regress_contacts_ben;
UPDATE crm.contact SET owner_id = contacts.acting_staff('crm.staff') WHERE contact_id = :r;
UPDATE crm.contact SET visibility = 'company' WHERE contact_id = :r;
UPDATE crm.contact SET visibility = 'personal' WHERE contact_id = :r;
UPDATE crm.contact SET shared_with = NULL WHERE contact_id = :r;
UPDATE crm.contact SET editable_by = NULL WHERE contact_id = :r;
UPDATE crm.contact SET contact_id = :none WHERE contact_id = :r;
UPDATE crm.contact SET job_title = 'Buyer', version = 99, created_at = '2000-01-01', created_by = 'ben', updated_at = '2000-01-01',
       updated_by = 'ann', import_id = :none WHERE contact_id = :r
RETURNING version, created_at = now() OR created_at > '2020-01-01' AS created_at, created_by, updated_at > '2020-01-01' AS updated_at, updated_by, import_id;
-- He may not delete it, nor have it deleted by merging it into one of his own.
DELETE FROM crm.contact WHERE contact_id = :r RETURNING 1;
INSERT INTO crm.contact (contact_id, first_name) VALUES ('00000000-0000-7000-8000-0000000000c9', 'Ben''s');
UPDATE crm.contact SET merged_into = '00000000-0000-7000-8000-0000000000c9' WHERE contact_id = :r;
SELECT crm.update_contact(:r, '{"merged_into": "00000000-0000-7000-8000-0000000000c9"}');
INSERT INTO crm.contact_share (contact_id, staff_id) SELECT :r, staff_id FROM crm.staff WHERE login = 'regress_contacts_cat';
UPDATE crm.contact_share SET can_edit = true, staff_id = (SELECT staff_id FROM crm.staff WHERE login = 'regress_contacts_cat') RETURNING 1;
INSERT INTO crm.contact_transfer (contact_id, to_staff) SELECT :r, contacts.acting_staff('crm.staff');
INSERT INTO crm.change_log (contact_id, version, changed_at, changed_by, action, changes, visibility) VALUES (:r, 9, now(), 'ann', 'update', '{}', 'restricted');
UPDATE crm.change_log SET changed_by = 'regress_contacts_ann';
-- What colleagues call a contact for themselves is in no log that others read.
SELECT changes FROM crm.change_log WHERE changes ? 'groups';
RESET ROLE;
SELECT first_name, version, (SELECT login FROM crm.staff s WHERE s.staff_id = c.owner_id), visibility, cardinality(shared_with) AS shared FROM crm.contact c WHERE contact_id = :r;

-- ---- Errors tell apart nothing that is hidden: an id that is there, and one that is not
SET ROLE regress_contacts_cat;
INSERT INTO crm.contact_phone (contact_id, position, entered) VALUES (:p, 2, 'x');
INSERT INTO crm.contact_phone (contact_id, position, entered) VALUES (:none, 2, 'x');
INSERT INTO crm.contact_note (contact_id, body) VALUES (:p, 'x');
INSERT INTO crm.contact_note (contact_id, body) VALUES (:none, 'x');
SELECT crm.share_contact(:p, 'regress_contacts_cat');
SELECT crm.share_contact(:none, 'regress_contacts_cat');
SELECT crm.transfer_contact(:r, 'regress_contacts_cat');
SELECT crm.transfer_contact(:none, 'regress_contacts_cat');
SELECT crm.update_contact(:r, '{"first_name": "x"}');
SELECT crm.update_contact(:none, '{"first_name": "x"}');
SELECT crm.add_favorite(:p);
SELECT crm.add_favorite(:none);
SELECT crm.contact_as_of(:p, now()) IS NULL AS p, crm.contact_as_of(:none, now()) IS NULL AS none;
SELECT crm.block_number('+41446681800', 'call');
SELECT * FROM crm.contact_card;
UPDATE crm.contact SET first_name = 'x' RETURNING *;
DELETE FROM crm.contact RETURNING *;
COPY crm.contact TO stdout;
SELECT * FROM crm.contact FOR UPDATE;
SELECT ctid, xmin FROM crm.contact TABLESAMPLE BERNOULLI (100);
-- A constraint names no values of rows that policies hide some of.
\set VERBOSITY default
INSERT INTO crm.contact (source, external_id) VALUES ('crm', 'R1');
INSERT INTO crm.contact (first_name, contact_type) VALUES ('x', 'y');
\set VERBOSITY terse

-- ---- Functions and operators that tell what they are given get the visible rows alone, however cheap they say they are
CREATE FUNCTION den.tell(value text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001
  AS $$ BEGIN RAISE NOTICE 'got %', value; RETURN true; END $$;
CREATE OPERATOR den.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = pg_catalog.texteq);
CREATE FUNCTION den.tell(a uuid, b uuid) RETURNS boolean LANGUAGE plpgsql COST 0.0000001
  AS $$ BEGIN RAISE NOTICE 'compared % as %', a, current_user; RETURN true; END $$;
CREATE OPERATOR den.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = den.tell);
CREATE FUNCTION den.tell(a text, b text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001
  AS $$ BEGIN RAISE NOTICE 'compared "%" as %', a, current_user; RETURN true; END $$;
CREATE OPERATOR den.= (LEFTARG = text, RIGHTARG = text, FUNCTION = den.tell);
CREATE OPERATOR den.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = den.tell);
CREATE FUNCTION den.leakproof(text) RETURNS boolean LANGUAGE plpgsql LEAKPROOF AS $$ BEGIN RETURN true; END $$;
INSERT INTO crm.contact (contact_id, first_name) VALUES ('00000000-0000-7000-8000-0000000000c8', 'Cat''s');
SELECT count(*) FROM crm.contact WHERE den.tell(first_name);
SELECT count(*) FROM crm.contact_card WHERE den.tell(first_name);
SELECT count(*) FROM crm.csv_cinnox WHERE den.tell("First Name");
SELECT count(*) FROM crm.contact c JOIN crm.contact_phone p USING (contact_id) WHERE den.tell(p.number::text);
SELECT count(*) FROM crm.contact WHERE 1 / (length(last_name) - 6) = 0;
SELECT count(*) FROM crm.contact WHERE last_name::int = 0;
SELECT count(*) FROM crm.change_log WHERE den.tell(changes::text);
SELECT count(*) FROM crm.organization WHERE den.tell(name);
DELETE FROM crm.contact_phone WHERE den.tell(entered);
UPDATE crm.contact SET nickname = 'x' WHERE den.tell(last_name) AND first_name <> 'Cat''s';
-- Nobody's search path bends what acts as the owner: not with tables, not with operators.
CREATE TEMP TABLE staff AS SELECT contacts.acting_staff('crm.staff') AS staff_id, 'regress_contacts_cat'::text AS login, '{admin}'::text[] AS permissions;
CREATE TEMP TABLE contact (contact_id uuid, owner_id uuid, visibility text, shared_with uuid[], editable_by uuid[]);
CREATE TEMP TABLE contact_share (contact_id uuid, staff_id uuid, can_edit boolean);
CREATE TEMP TABLE change_log (contact_id uuid);
SET search_path = pg_temp, den, crm, pg_catalog;
SELECT contacts.has_permission('crm.staff', 'admin') AS admin;
INSERT INTO crm.contact_phone (contact_id, position, entered) VALUES ('00000000-0000-7000-8000-0000000000c8', 1, 'x');
UPDATE crm.contact SET visibility = 'personal';
UPDATE crm.contact SET visibility = 'restricted';
SELECT crm.share_contact('00000000-0000-7000-8000-0000000000c8', 'regress_contacts_ben');
SELECT crm.unshare_contact('00000000-0000-7000-8000-0000000000c8', 'regress_contacts_ben');
SELECT crm.update_contact('00000000-0000-7000-8000-0000000000c8', '{"emails": [{"address": "cat@example.com"}], "groups": ["Mine"]}');
SELECT r.inserted FROM crm.import_csv(convert_to(E'First Name,Last Name,Email\nNew,Contact,new@example.com\n', 'UTF8'), format => 'cinnox') r;
SELECT count(*) FROM crm.undo_import((SELECT import_id FROM crm.import_run LIMIT 1));
SELECT crm.transfer_contact('00000000-0000-7000-8000-0000000000c8', 'regress_contacts_ben');
RESET search_path;
DROP TABLE pg_temp.staff, pg_temp.contact, pg_temp.contact_share, pg_temp.change_log;
-- Statistics are for who sees all rows.
SELECT count(*) FROM pg_stats WHERE schemaname = 'crm';
SELECT count(*) FROM pg_stats_ext WHERE schemaname = 'crm';
SELECT count(*) FROM pg_statistic;
SELECT count(*) FROM pg_statistic_ext_data;
-- Nothing but what policies are there for is granted.
SELECT c.relname, p.privilege FROM pg_class c, unnest('{TRUNCATE,REFERENCES,TRIGGER}'::text[]) AS p(privilege)
 WHERE c.relnamespace = 'crm'::regnamespace AND c.relkind IN ('r', 'v') AND has_table_privilege(c.oid, p.privilege);
SELECT has_schema_privilege('crm', 'CREATE') AS may_create;
-- Whoever calls a definer function of somebody else's acts with its owner's grants, and sees what is his own.
CREATE FUNCTION den.peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM crm.contact';
GRANT USAGE ON SCHEMA den TO regress_contacts_ann;
RESET ROLE;
SET ROLE regress_contacts_mallory;
SELECT den.peek();
RESET ROLE;

-- ---- The log of a contact that was deleted is not for who makes a new one of its id
SET ROLE regress_contacts_ann;
INSERT INTO crm.contact (contact_id, first_name) VALUES ('00000000-0000-7000-8000-0000000000c3', 'Gone');
SELECT crm.share_contact('00000000-0000-7000-8000-0000000000c3', 'regress_contacts_ben');
UPDATE crm.contact SET nickname = 'confidential' WHERE contact_id = '00000000-0000-7000-8000-0000000000c3';
SELECT crm.unshare_contact('00000000-0000-7000-8000-0000000000c3', 'regress_contacts_ben');
DELETE FROM crm.contact WHERE contact_id = '00000000-0000-7000-8000-0000000000c3';
RESET ROLE;
SET ROLE regress_contacts_ben;
INSERT INTO crm.contact (contact_id, first_name) VALUES ('00000000-0000-7000-8000-0000000000c3', 'Mine');
UPDATE crm.contact SET visibility = 'personal' WHERE contact_id = '00000000-0000-7000-8000-0000000000c3' RETURNING version;
SELECT version, action, changes FROM crm.change_log WHERE contact_id = '00000000-0000-7000-8000-0000000000c3';
SELECT crm.contact_as_of('00000000-0000-7000-8000-0000000000c3', now() - interval '1 hour') IS NULL AS hidden;
RESET ROLE;
SET ROLE regress_contacts_ann;
SELECT version, action FROM crm.change_log WHERE contact_id = '00000000-0000-7000-8000-0000000000c3' ORDER BY 1;
RESET ROLE;

-- ---- What came with personal contacts: a private organization follows them, errors of their import stay private
SET ROLE regress_contacts_ann;
INSERT INTO crm.organization (organization_id, owner_id, name, source, external_id)
SELECT ('00000000-0000-7000-8000-0000000000d' || i)::uuid, contacts.acting_staff('crm.staff'), 'Private ' || i, 'crm', i FROM generate_series(1, 5) AS i;
INSERT INTO crm.contact (visibility, first_name, organization_id)
SELECT 'personal', 'P' || i, ('00000000-0000-7000-8000-0000000000d' || least(i, 5))::uuid FROM generate_series(1, 6) AS i;
SET ROLE regress_contacts_ben;
INSERT INTO crm.organization (name, source, external_id) VALUES ('Everybody''s 1', 'crm', '1');
-- One that refers to the id of somebody else's private organization gets nothing of it.
INSERT INTO crm.contact (visibility, first_name, organization_id) VALUES ('personal', 'Poacher', '00000000-0000-7000-8000-0000000000d4');
UPDATE crm.contact SET visibility = 'restricted' WHERE first_name = 'Poacher';
SET ROLE regress_contacts_ann;
-- Becomes everybody's with the contact; its key is taken. Goes along; two at once; is needed by both.
UPDATE crm.contact SET visibility = 'restricted' WHERE first_name = 'P1';
SELECT crm.transfer_contact(contact_id, 'regress_contacts_ben') FROM crm.contact WHERE first_name IN ('P2', 'P3', 'P5') ORDER BY first_name;
UPDATE crm.contact SET nickname = 'x' WHERE first_name = 'P4';
RESET ROLE;
SELECT o.name, s.login AS owner, o.external_id, o.version, o.updated_by FROM crm.organization o LEFT JOIN crm.staff s ON s.staff_id = o.owner_id
 WHERE o.source = 'crm' ORDER BY 1;
SET ROLE regress_contacts_ben;
SELECT c.first_name, o.name FROM crm.contact c LEFT JOIN crm.organization o USING (organization_id) WHERE c.first_name ~ '^Po?[0-9a]' ORDER BY 1;
RESET ROLE;
SET ROLE regress_contacts_ann;
SELECT r.inserted, r.failed FROM crm.import_csv(convert_to(E'First Name,Last Name,Email\nX,Y,no address\n', 'UTF8'), format => 'cinnox', visibility => 'personal') r;
SELECT r.inserted, r.failed FROM crm.import_csv(convert_to(E'First Name,Last Name,Email\nX,Y,no address\n', 'UTF8'), format => 'cinnox') r;
SELECT personal, count(*) FROM crm.import_error WHERE cells IS NOT NULL GROUP BY 1 ORDER BY 1;
RESET ROLE;
SET ROLE regress_contacts_boss;
SELECT personal, count(*) FROM crm.import_error WHERE cells IS NOT NULL GROUP BY 1 ORDER BY 1;
SELECT count(*) AS failed_records FROM crm.import_run i, crm.error_file(i.import_id) WHERE i.options ->> 'visibility' = 'personal' AND error_file ~ 'no address';
DELETE FROM crm.import_error WHERE personal RETURNING 1;
RESET ROLE;

-- ---- Trigger functions of the engine on tables of somebody else: they work with his rights or say what is wrong
SET ROLE regress_contacts_mallory;
CREATE TABLE den.plain (a int, b text);
CREATE TABLE den.wrong (contact_id int, staff_id text, owner_id text, visibility int, shared_with text, editable_by text, version text,
  created_at text, created_by int, updated_at text, updated_by int, import_id text, group_id int, position text, login int, permissions text,
  from_staff text, to_staff text, organization_id int, merged_into text);
CREATE TABLE den.right (contact_id uuid, staff_id uuid, owner_id uuid, visibility text, shared_with uuid[], editable_by uuid[], version int,
  created_at timestamptz, created_by text, updated_at timestamptz, updated_by text, import_id uuid, group_id uuid, position int, name text,
  login text, permissions text[], from_staff uuid, to_staff uuid, organization_id uuid, merged_into text, can_edit boolean, custom jsonb);
CREATE TABLE den.staff (staff_id uuid, login text, permissions text[]);
CREATE TABLE den.twin (LIKE den.right);
CREATE VIEW den.contact AS SELECT * FROM den.twin;
CREATE TABLE den.organization (organization_id text);
-- All functions, times, events, levels and several arguments on each of them; every error is one that says what is wrong.
DO $$
DECLARE
  function regprocedure;
  shape text;
  at text;
  event text;
  level text;
  arguments text;
  codes text[] := '{}';
  made int := 0;
  fired int := 0;
BEGIN
  FOR function, shape, at, event, level, arguments IN
    SELECT p.oid, s, t, e, l, a
      FROM pg_proc p, unnest('{plain,wrong,right}'::text[]) AS s, unnest('{BEFORE,AFTER}'::text[]) AS t,
           unnest('{INSERT,UPDATE,DELETE,TRUNCATE}'::text[]) AS e, unnest('{ROW,STATEMENT,TABLES}'::text[]) AS l,
           unnest(ARRAY['', '''staff''', '''contact''', '''twin'', ''twin''', '''contact'', ''twin'', ''twin''', '''a b'', ''"; DROP'', ''''',
                        '''crm.contact''', '''twin'', ''phones twin'', ''groups twin twin''', '''version twin'', ''organization_id organization''']) AS a
     WHERE p.pronamespace = 'contacts'::regnamespace AND p.prorettype = 'trigger'::regtype
       AND NOT (e = 'TRUNCATE' AND l <> 'STATEMENT') AND NOT (l = 'TABLES' AND t = 'BEFORE')
       -- On tables that lack all columns, arguments make no difference.
       AND (s = 'right' OR a IN ('', '''contact''')) AND (s <> 'plain' OR e = 'INSERT')
     ORDER BY p.proname, s, t, e, l, a
  LOOP
    BEGIN
      EXECUTE format('CREATE TRIGGER probe %s %s ON den.%I %s FOR EACH %s EXECUTE FUNCTION %s(%s)', at, event, shape,
                     CASE WHEN level = 'TABLES' THEN 'REFERENCING '
                          || concat_ws(' ', CASE WHEN event IN ('UPDATE', 'DELETE') THEN 'OLD TABLE AS o' END,
                                       CASE WHEN event IN ('INSERT', 'UPDATE') THEN 'NEW TABLE AS n' END) END,
                     replace(level, 'TABLES', 'STATEMENT'), split_part(function::text, '(', 1), arguments);
      made := made + 1;
      EXECUTE format('INSERT INTO den.%I DEFAULT VALUES', shape);
      IF shape = 'right' THEN
        INSERT INTO den.right (contact_id, staff_id, owner_id, visibility, group_id, position, from_staff, to_staff, organization_id, custom)
        VALUES ('00000000-0000-7000-8000-0000000000c1', '00000000-0000-7000-8000-0000000000a1', '00000000-0000-7000-8000-0000000000a1',
                'personal', '00000000-0000-7000-8000-0000000000e1', 1, '00000000-0000-7000-8000-0000000000a1',
                '00000000-0000-7000-8000-0000000000a2', '00000000-0000-7000-8000-0000000000b1', '{"a": 1}');
        UPDATE den.right SET visibility = 'restricted', custom = '{"a": 2}';
      END IF;
      EXECUTE format('UPDATE den.%I SET %s', shape, CASE shape WHEN 'plain' THEN 'b = ''x''' ELSE 'login = NULL' END);
      EXECUTE format('DELETE FROM den.%I', shape);
      EXECUTE format('TRUNCATE den.%I', shape);
      fired := fired + 1;
      RAISE EXCEPTION SQLSTATE 'ZZ000';
    EXCEPTION
      WHEN SQLSTATE 'ZZ000' THEN NULL;
      WHEN OTHERS THEN
        IF NOT SQLSTATE = ANY (codes) THEN codes := codes || SQLSTATE::text; END IF;
    END;
    COMMIT;
  END LOOP;
  RAISE NOTICE 'more than 500 tried: %, some worked: %, errors: %', made > 500, fired > 0,
               (SELECT string_agg(c, ' ' ORDER BY c) FROM unnest(codes) AS c);
END $$;
-- Called as no trigger.
SELECT contacts.stamp_row();
-- A table beside that is somebody else's stays closed.
RESET ROLE;
CREATE TABLE den.vault (LIKE crm.contact);
INSERT INTO den.vault SELECT * FROM crm.contact;
SET ROLE regress_contacts_mallory;
CREATE TRIGGER inherit BEFORE INSERT ON den.right FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('vault');
INSERT INTO den.right (contact_id) VALUES (:r);
DROP TRIGGER inherit ON den.right;
CREATE TRIGGER propagate AFTER UPDATE ON den.right REFERENCING OLD TABLE AS o NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION contacts.propagate_access('vault');
INSERT INTO den.right (contact_id, visibility) VALUES (:r, 'personal');
UPDATE den.right SET visibility = 'company';
DROP TRIGGER propagate ON den.right;
CREATE TRIGGER share AFTER INSERT ON den.right REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION contacts.apply_share('vault');
INSERT INTO den.right (contact_id) VALUES (:r);
DROP TRIGGER share ON den.right;

-- ---- Functions of the engine that take a directory's table, given tables of somebody else, or none
DO $$
DECLARE
  target text;
  call text;
  codes text[] := '{}';
  tried int := 0;
BEGIN
  FOR target, call IN
    SELECT t, format('SELECT contacts.%I(%s)', p.proname,
                     (SELECT string_agg(CASE a.type WHEN 'regclass'::regtype THEN coalesce(quote_literal(t), 'NULL') || '::regclass'
                                                    WHEN 'name'::regtype THEN '''regress_contacts_mallory'''
                                                    WHEN 'jsonb'::regtype THEN '''{"format": "8x8"}'''
                                                    WHEN 'text[]'::regtype THEN '''{admin}'''
                                                    WHEN 'bytea'::regtype THEN '''First Name'''
                                                    WHEN 'text'::regtype THEN '''admin'''
                                                    WHEN 'contacts.search_pattern'::regtype THEN '''admin root'''
                                                    ELSE 'NULL' END || '::' || a.type::regtype, ', ' ORDER BY a.ordinality)
                        FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a(type, ordinality)))
      FROM pg_proc p, unnest(ARRAY['den.plain', 'den.wrong', 'den.right', 'den.staff', 'den.contact', 'den.vault', 'pg_catalog.pg_class',
                                   'pg_catalog.pg_roles', '0', '4294967295', NULL]) AS t
     WHERE p.pronamespace = 'contacts'::regnamespace AND p.proargtypes[0] = 'regclass'::regtype
  LOOP
    tried := tried + 1;
    BEGIN
      EXECUTE call;
    EXCEPTION WHEN OTHERS THEN
      IF SQLSTATE IN ('XX000', 'XX001', 'XX002') THEN RAISE NOTICE '%: % %', call, SQLSTATE, SQLERRM; END IF;
      IF NOT SQLSTATE = ANY (codes) THEN codes := codes || SQLSTATE::text; END IF;
    END;
  END LOOP;
  RAISE NOTICE 'tried more than a hundred: %, errors: %', tried > 100, (SELECT string_agg(c, ' ' ORDER BY c) FROM unnest(codes) AS c);
END $$;
-- A staff table of one's own makes one an admin of nothing but that.
INSERT INTO den.staff VALUES (:none, 'regress_contacts_mallory', '{admin}');
SELECT contacts.has_permission('den.staff', 'admin') AS there;
SELECT contacts.may_read(oid, NULL, 'company', NULL) FROM pg_class WHERE relnamespace = 'crm'::regnamespace AND relname = 'staff';
SELECT contacts.enroll_staff(oid, 'regress_contacts_mallory', 'M', '{admin}') FROM pg_class WHERE relnamespace = 'crm'::regnamespace AND relname = 'staff';
SELECT contacts.grant_member(oid, 'regress_contacts_mallory') FROM pg_class WHERE relnamespace = 'crm'::regnamespace AND relname = 'staff';
SELECT contacts.import_content(oid, convert_to(E'Contact.ContactID,Contact.FirstName,User.LastName\n,A,B\n', 'UTF8'), '{"format": "8x8"}') FROM pg_class WHERE relnamespace = 'crm'::regnamespace AND relname = 'contact';
SELECT contacts.undo_import(oid, :none) FROM pg_class WHERE relnamespace = 'crm'::regnamespace AND relname = 'contact';
SELECT * FROM crm.contact;
SET ROLE regress_contacts_ann;
RESET ROLE;

-- Whose change undoes an import is not said by who changes: code of one's own that runs during an undo, in a schema of
-- one's own, is not the undo of a directory.
CREATE SCHEMA lair AUTHORIZATION regress_contacts_cat;
SET ROLE regress_contacts_cat;
INSERT INTO crm.contact (first_name) VALUES ('Undone');
CREATE TABLE lair.import_run AS SELECT :none::uuid AS import_id, 'regress_contacts_ann' AS started_by, now() AS started_at, now() AS finished_at;
CREATE TABLE lair.contact AS TABLE crm.contact WITH NO DATA;
CREATE TABLE lair.change_log AS TABLE crm.change_log WITH NO DATA;
CREATE TABLE lair.organization AS TABLE crm.organization WITH NO DATA;
CREATE TABLE lair.contact_group AS TABLE crm.contact_group WITH NO DATA;
CREATE TABLE lair.contact_group_member AS TABLE crm.contact_group_member WITH NO DATA;
CREATE FUNCTION lair._import_lock() RETURNS void LANGUAGE sql AS $$ UPDATE crm.contact SET nickname = 'y' WHERE first_name = 'Undone' $$;
SELECT count(*) FROM contacts.undo_import('lair.contact', :none);
SELECT l.action, l.changed_by, l.changes, l.import_id FROM crm.change_log l JOIN crm.contact c USING (contact_id) WHERE c.first_name = 'Undone';
RESET ROLE;

-- ---- What PostgreSQL lets through
SET ROLE regress_contacts_cat;
-- 1. Whether a key is taken, for who knows it already.
INSERT INTO crm.contact (contact_id, first_name) VALUES (:p, 'x');
INSERT INTO crm.contact (contact_id, first_name) VALUES (:p, 'x') ON CONFLICT DO NOTHING RETURNING 1;
INSERT INTO crm.contact (contact_id, first_name) VALUES (:p, 'x') ON CONFLICT (contact_id) DO UPDATE SET first_name = 'x' RETURNING *;
INSERT INTO crm.contact (source, external_id) VALUES ('crm', 'R1') ON CONFLICT DO NOTHING RETURNING 1;
-- Personal ones of another are in nobody's way.
INSERT INTO crm.contact (source, external_id, visibility) VALUES ('crm', 'P1', 'personal') RETURNING external_id;
-- 2. Whether an id is there that a foreign key refers to.
INSERT INTO crm.contact (first_name, organization_id) VALUES ('x', :o) RETURNING first_name;
INSERT INTO crm.contact (first_name, organization_id) VALUES ('x', :none);
INSERT INTO crm.contact (first_name, merged_into) VALUES ('x', :p) RETURNING first_name;
INSERT INTO crm.favorite (staff_id, contact_id) SELECT contacts.acting_staff('crm.staff'), :p RETURNING contact_id;
INSERT INTO crm.favorite (staff_id, contact_id) SELECT contacts.acting_staff('crm.staff'), :none;
-- 3. How many rows an index found that were then hidden.
CREATE FUNCTION pg_temp.removed(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  line text;
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || query LOOP
    IF line ~ 'Removed' THEN RETURN NEXT trim(line); END IF;
  END LOOP;
END $$;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SELECT pg_temp.removed($$SELECT FROM crm.contact_phone WHERE number = '+41446681800'$$);
SELECT pg_temp.removed($$SELECT FROM crm.contact_phone WHERE number = '+41446681899'$$);
RESET enable_seqscan;
RESET enable_bitmapscan;
-- 4. Estimates: whether a value is among a column's most common ones; how large tables are.
RESET ROLE;
BEGIN;
INSERT INTO crm.contact (last_name, visibility, owner_id) SELECT 'Common', 'personal', owner_id FROM generate_series(1, 500), crm.contact WHERE contact_id = :p;
INSERT INTO crm.contact (last_name, visibility, owner_id) SELECT 'Rare ' || i, 'personal', owner_id FROM generate_series(1, 500) AS i, crm.contact WHERE contact_id = :p;
ANALYZE crm.contact;
SET LOCAL ROLE regress_contacts_cat;
CREATE FUNCTION pg_temp.expected(query text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  plan json;
BEGIN
  EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
  RETURN plan -> 0 -> 'Plan' ->> 'Plan Rows';
END $$;
SELECT pg_temp.expected($$SELECT FROM crm.contact WHERE last_name = 'Common'$$) > 50 AS common,
       pg_temp.expected($$SELECT FROM crm.contact WHERE last_name = 'No such'$$) > 50 AS no_such;
ROLLBACK;
SET ROLE regress_contacts_cat;
SELECT pg_relation_size('crm.contact') > 0 AS size;
-- 5. A lock on a table that one may write to.
BEGIN;
LOCK TABLE crm.contact IN ACCESS EXCLUSIVE MODE;
ROLLBACK;
-- 6. What the tables, policies and functions are.
SELECT pg_get_viewdef('crm.my_contact') ~ 'acting_staff' AS view, count(*) > 0 AS policies FROM pg_policies WHERE schemaname = 'crm';
DROP FUNCTION pg_temp.removed;
RESET ROLE;
SET ROLE regress_contacts_boss;
-- 7. An admin learns that somebody has contacts, also where they are personal.
DELETE FROM crm.staff WHERE login = 'regress_contacts_ann';
RESET ROLE;

SET client_min_messages = warning;
DROP SCHEMA crm CASCADE;
DROP SCHEMA den CASCADE;
DROP SCHEMA lair CASCADE;
RESET client_min_messages;
DROP ROLE regress_contacts_shop, regress_contacts_ann, regress_contacts_ben, regress_contacts_cat, regress_contacts_boss, regress_contacts_mallory;
