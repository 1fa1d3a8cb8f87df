-- The indexes of a directory: each costs every import, so each has a reason, which is its comment.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;
CREATE ROLE regress_index;
SELECT contacts.create_directory('crm', 'regress_index') IS NULL AS failed;

SELECT i.indexrelid::regclass AS index, obj_description(i.indexrelid, 'pg_class') AS reason
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
 WHERE c.relnamespace = 'crm'::regnamespace
 ORDER BY i.indrelid::regclass::text COLLATE "C", NOT i.indisprimary, c.relname COLLATE "C";

-- None without one.
SELECT i.indexrelid::regclass AS no_reason
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
 WHERE c.relnamespace = 'crm'::regnamespace AND obj_description(i.indexrelid, 'pg_class') IS NULL;

-- None whose work another one does: with the same first columns, for all rows that it is for. Unique ones do work of their own.
SELECT a.indexrelid::regclass AS index, b.indexrelid::regclass AS does_it_too
  FROM pg_index a
  JOIN pg_class c ON c.oid = a.indexrelid
  JOIN pg_index b ON b.indrelid = a.indrelid AND b.indexrelid <> a.indexrelid
  JOIN pg_class d ON d.oid = b.indexrelid AND d.relam = c.relam
 WHERE c.relnamespace = 'crm'::regnamespace AND NOT a.indisunique AND a.indexprs IS NULL
   AND (string_to_array(b.indkey::text, ' '))[:a.indnkeyatts] = string_to_array(a.indkey::text, ' ')
   AND (b.indpred IS NULL OR pg_get_expr(b.indpred, b.indrelid) = pg_get_expr(a.indpred, a.indrelid));

-- Foreign keys without an index that finds the referencing rows: none of those that delete or change them.
SELECT k.conrelid::regclass AS "table", pg_get_constraintdef(k.oid) AS no_index
  FROM pg_constraint k
 WHERE k.connamespace = 'crm'::regnamespace AND k.contype = 'f'
   AND NOT EXISTS (
         SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
          WHERE i.indrelid = k.conrelid AND i.indkey[0] = ANY (k.conkey)
            AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) = format('(%I IS NOT NULL)', a.attname)))
 ORDER BY k.confdeltype = 'a', k.conrelid::regclass::text COLLATE "C", k.conname COLLATE "C";

-- And they are used: whoever deletes reads no table, but where there is no index. Another session, whose plans are its own.
\c -
SET ROLE regress_index;
SET search_path = crm;
INSERT INTO staff (staff_id, display_name) VALUES ('00000000-0000-7000-8000-0000000000a1', 'Ann'), ('00000000-0000-7000-8000-0000000000a2', 'Bob');
INSERT INTO organization (organization_id, name) VALUES ('00000000-0000-7000-8000-0000000000b1', 'Acme');
INSERT INTO contact_group (group_id, name) VALUES ('00000000-0000-7000-8000-0000000000d1', 'VIP');
INSERT INTO contact (contact_id, first_name) VALUES ('00000000-0000-7000-8000-0000000000c1', 'Eve'), ('00000000-0000-7000-8000-0000000000c2', 'Fay');
INSERT INTO contact_phone (contact_id, position, number) VALUES ('00000000-0000-7000-8000-0000000000c2', 1, '+41446681800');
INSERT INTO import_run (import_id, format) VALUES ('00000000-0000-7000-8000-0000000000e1', 'generic');
SET enable_seqscan = off;
CREATE TEMP TABLE scan AS SELECT relname, seq_scan FROM pg_stat_xact_user_tables LIMIT 0;
CREATE FUNCTION pg_temp.whole_tables(statement text) RETURNS SETOF name LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM scan;
  INSERT INTO scan SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE schemaname = 'crm';
  EXECUTE statement;
  RETURN QUERY
    SELECT n.relname FROM pg_stat_xact_user_tables n LEFT JOIN scan o ON o.relname = n.relname
     WHERE n.schemaname = 'crm' AND n.seq_scan > coalesce(o.seq_scan, 0) ORDER BY n.relname COLLATE "C";
END
$$;
SELECT pg_temp.whole_tables($$DELETE FROM contact WHERE contact_id = '00000000-0000-7000-8000-0000000000c1'$$) AS "a contact with nothing";
SELECT pg_temp.whole_tables($$DELETE FROM contact WHERE contact_id = '00000000-0000-7000-8000-0000000000c2'$$) AS "a contact with a phone";
SELECT pg_temp.whole_tables($$DELETE FROM organization WHERE organization_id = '00000000-0000-7000-8000-0000000000b1'$$) AS "an organization";
SELECT pg_temp.whole_tables($$DELETE FROM contact_group WHERE group_id = '00000000-0000-7000-8000-0000000000d1'$$) AS "a group";
SELECT pg_temp.whole_tables($$DELETE FROM import_run WHERE import_id = '00000000-0000-7000-8000-0000000000e1'$$) AS "an import";
SELECT pg_temp.whole_tables($$DELETE FROM staff WHERE staff_id = '00000000-0000-7000-8000-0000000000a1'$$) AS "a colleague";

DROP FUNCTION pg_temp.whole_tables;
DROP TABLE scan;
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA crm CASCADE;
DROP ROLE regress_index;
