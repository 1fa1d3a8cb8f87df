-- The history of a directory: what its triggers call. They read the transition tables and write arrays, in chunks, as
-- the owner of the table that fired.
CREATE OR REPLACE FUNCTION contacts.log_contact() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'contacts_log_contact';
COMMENT ON FUNCTION contacts.log_contact() IS 'AFTER UPDATE statement trigger of contacts, with both transition tables: an entry of the change log for each row that changed in more than its stamps, {"field": [old, new], …}; of custom fields only those that changed. Argument: the table of the log, in the same schema.';

CREATE OR REPLACE FUNCTION contacts.log_part() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'contacts_log_part';
COMMENT ON FUNCTION contacts.log_part() IS 'AFTER INSERT, UPDATE or DELETE statement trigger of a contact''s part, with its transition tables: a new version of each contact and an entry of the change log, {"field": [[old row, new row], …]}, one for all that one call does; nothing for contacts that this transaction created. Arguments: the table of contacts, that of the log, the field''s name, and for groups the table that has their names; all in the same schema.';

CREATE OR REPLACE FUNCTION contacts.log_deletion() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'contacts_log_deletion';
COMMENT ON FUNCTION contacts.log_deletion() IS 'AFTER DELETE row trigger of contacts with the transition table, to be fired before the foreign keys of the parts: its first call keeps all contacts of the statement, with their parts, in the change log. Arguments: the table of the log, then for each part "field table", of groups "field table table-of-names".';

-- A group that is deleted takes its name along: its members go first, so that the log has it.
CREATE OR REPLACE FUNCTION contacts.delete_members() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'contacts_delete_members';
COMMENT ON FUNCTION contacts.delete_members() IS 'BEFORE DELETE row trigger of groups: deletes the group''s members as the owner of the table. While an import is undone, a group that has members is kept instead. Argument: the table of members, in the same schema.';

-- Batches in the order of the ids, so that memory does not grow with the import; each is a handful of statements.
-- A contact whose version is not the one that was looked at is left: somebody changes it just now. Rows are looked up
-- by index, contact by contact, whatever statistics say: there may be none of the log, and a join of a batch with a
-- whole table would make the time grow with its square.
CREATE OR REPLACE FUNCTION contacts._undo_import(contact regclass, import_id uuid)
  RETURNS TABLE (contact_id uuid, name text, changed_by text, changed_at timestamptz, reason text)
  LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
  SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off
  SET enable_bitmapscan = off
  SET jit = off
AS $body$
#variable_conflict use_column
DECLARE
  undone CONSTANT uuid := _undo_import.import_id;
  directory CONSTANT oid := (SELECT c.relnamespace FROM pg_class c WHERE c.oid = _undo_import.contact);
  s CONSTANT text := (SELECT quote_ident(n.nspname) FROM pg_namespace n WHERE n.oid = directory);
  none CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
  batch CONSTANT int := 1000;
  run record;
  ids uuid[];
  versions int[];
  done uuid[];
  part text[];
  part_keys text[];
  part_values jsonb[];
  after uuid;
  columns text;
  assignments text;
  activity text;
  removed bigint := 0;
  restored bigint := 0;
  kept bigint := 0;
  organizations bigint := 0;
  groups bigint := 0;
  n bigint;
  item uuid;
BEGIN
  EXECUTE format('SELECT i.import_id, i.started_by, i.started_at, i.finished_at FROM %s.import_run i WHERE i.import_id = $1', s)
     INTO run USING undone;
  IF run.import_id IS NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'no_data_found',
      MESSAGE = CASE WHEN undone IS NULL THEN 'no import is named' ELSE format('import "%s" does not exist', undone) END,
      DETAIL = 'Or it is not visible: imports are seen by who ran them and by administrators.',
      HINT = 'The table import_run lists the imports.';
  END IF;
  EXECUTE format('SELECT %s._import_lock()', s);

  -- What colleagues did with a contact since counts as a change, too.
  SELECT coalesce(string_agg(format(' OR EXISTS (SELECT FROM %s.%I a WHERE a.contact_id = c.contact_id%s)', s, t.relname,
                                    CASE WHEN own.attname IS NOT NULL THEN ' AND a.import_id IS DISTINCT FROM $3' END), ''), '')
    INTO activity
    FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'contact_id'
    LEFT JOIN pg_attribute own ON own.attrelid = t.oid AND own.attname = 'import_id' AND NOT own.attisdropped
   WHERE t.relnamespace = directory AND t.relname IN ('contact_note', 'inquiry', 'engagement', 'visit');

  -- Contacts that the import created: ids ascend, theirs are beyond its own.
  after := undone;
  LOOP
    EXECUTE format($sql$
      SELECT array_agg(b.contact_id ORDER BY b.contact_id), array_agg(b.version ORDER BY b.contact_id)
        FROM (SELECT c.contact_id, c.version FROM %s.contact c
               WHERE c.import_id = $1 AND c.contact_id > $2 ORDER BY c.contact_id LIMIT %s) AS b $sql$, s, batch)
       INTO ids, versions USING undone, after;
    EXIT WHEN ids IS NULL;
    after := ids[cardinality(ids)];
    EXECUTE format($sql$
      WITH gone AS (
        DELETE FROM %1$s.contact c
         USING unnest($1, $2) AS b(contact_id, version)
         WHERE c.contact_id = b.contact_id AND c.version = b.version
           AND NOT EXISTS (SELECT FROM %1$s.change_log l
                            WHERE l.contact_id = c.contact_id AND l.import_id IS DISTINCT FROM $3)
           AND NOT (EXISTS (SELECT FROM %1$s.contact m
                             WHERE m.merged_into = c.contact_id AND m.import_id IS DISTINCT FROM $3)%2$s)
        RETURNING c.contact_id)
      SELECT array_agg(g.contact_id) FROM gone g $sql$, s, activity)
       INTO done USING ids, versions, undone;
    done := coalesce(done, '{}');
    removed := removed + cardinality(done);
    CONTINUE WHEN cardinality(ids) = cardinality(done);
    RETURN QUERY EXECUTE format($sql$
      SELECT c.contact_id, concat_ws(' ', c.first_name, c.last_name), l.changed_by, l.changed_at,
             CASE WHEN l.changed_by IS NOT NULL OR c.version <> b.version THEN 'changed since the import'
                  WHEN EXISTS (SELECT FROM %1$s.contact m
                                WHERE m.merged_into = c.contact_id AND m.import_id IS DISTINCT FROM $3)%2$s
                  THEN 'in use since the import'
                  ELSE 'not permitted' END
        FROM unnest($1, $2) AS b(contact_id, version)
        JOIN %1$s.contact c ON c.contact_id = b.contact_id
        LEFT JOIN LATERAL (SELECT l.changed_by, l.changed_at FROM %1$s.change_log l
                            WHERE l.contact_id = c.contact_id AND l.import_id IS DISTINCT FROM $3
                            ORDER BY l.version DESC LIMIT 1) AS l ON true
       WHERE b.contact_id <> ALL ($4)
       ORDER BY c.contact_id $sql$, s, activity)
      USING ids, versions, undone, done;
    GET DIAGNOSTICS n = ROW_COUNT;
    kept := kept + n;
  END LOOP;

  -- Contacts that it updated.
  after := none;
  LOOP
    EXECUTE format($sql$
      SELECT array_agg(b.contact_id ORDER BY b.contact_id)
        FROM (SELECT DISTINCT l.contact_id FROM %s.change_log l
               WHERE l.import_id = $1 AND l.action = 'update' AND l.contact_id > $2
               ORDER BY l.contact_id LIMIT %s) AS b $sql$, s, batch)
       INTO ids USING undone, after;
    EXIT WHEN ids IS NULL;
    after := ids[cardinality(ids)];

    -- Left: changed or deleted by others since. Not those that were undone before, or created by this import.
    RETURN QUERY EXECUTE format($sql$
      SELECT e.contact_id,
             CASE WHEN c.contact_id IS NULL
                  THEN concat_ws(' ', l.changes -> 'first_name' ->> 0, l.changes -> 'last_name' ->> 0)
                  ELSE concat_ws(' ', c.first_name, c.last_name) END,
             l.changed_by, l.changed_at,
             CASE WHEN c.contact_id IS NULL THEN 'deleted since the import' ELSE 'changed since the import' END
        FROM (SELECT l.contact_id, min(l.version) AS first
                FROM %1$s.change_log l
               WHERE l.contact_id = ANY ($1) AND l.import_id = $2 AND l.action = 'update'
               GROUP BY l.contact_id) AS e
        LEFT JOIN %1$s.contact c ON c.contact_id = e.contact_id
       CROSS JOIN LATERAL (SELECT l.* FROM %1$s.change_log l
                            WHERE l.contact_id = e.contact_id AND l.version > e.first AND l.import_id IS DISTINCT FROM $2
                            ORDER BY l.version DESC LIMIT 1) AS l
       WHERE c.import_id IS DISTINCT FROM $2
         AND (c.contact_id IS NOT NULL
              OR l.action = 'delete' AND l.changes #>> '{import_id,0}' IS DISTINCT FROM $2::text)
         AND NOT EXISTS (SELECT FROM %1$s.change_log u
                          WHERE u.contact_id = e.contact_id AND u.import_id = $2 AND u.action = 'undo')
       ORDER BY e.contact_id $sql$, s)
      USING ids, undone;
    GET DIAGNOSTICS n = ROW_COUNT;
    kept := kept + n;
    EXECUTE format($sql$
      SELECT array_agg(c.contact_id ORDER BY c.contact_id), array_agg(c.version ORDER BY c.contact_id)
        FROM %1$s.contact c
       -- One look-up a contact, not a join: there may be no statistics of the log.
       CROSS JOIN LATERAL (SELECT min(l.version) FILTER (WHERE l.import_id = $2) AS first,
                                  max(l.version) FILTER (WHERE l.import_id IS DISTINCT FROM $2) AS other,
                                  bool_or(l.import_id = $2 AND l.action = 'undo') AS undone
                             FROM %1$s.change_log l WHERE l.contact_id = c.contact_id) AS l
       WHERE c.contact_id = ANY ($1) AND c.import_id IS DISTINCT FROM $2
         AND l.undone IS NOT TRUE AND coalesce(l.other, 0) < l.first $sql$, s)
       INTO ids, versions USING ids, undone;
    CONTINUE WHEN ids IS NULL;

    -- Their columns, as far as they are still there: each has the value before the import's first change again.
    EXECUTE format($sql$
      SELECT coalesce(string_agg(format(', %%I', a.attname), '' ORDER BY a.attnum), '')
        FROM pg_attribute a
       WHERE a.attrelid = $3 AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
         AND a.attname IN (SELECT k FROM %s.change_log l, jsonb_object_keys(l.changes) AS k
                            WHERE l.contact_id = ANY ($1) AND l.import_id = $2)
         AND a.attname NOT IN ('contact_id', 'custom', 'search', 'version', 'created_at', 'created_by', 'updated_at',
                               'updated_by', 'import_id', 'owner_id', 'visibility', 'shared_with', 'editable_by') $sql$, s)
       INTO columns USING ids, undone, _undo_import.contact::oid;
    EXECUTE format($sql$
      WITH restored AS (
        UPDATE %1$s.contact c
           SET (custom%2$s) = (
                 SELECT (c.custom - coalesce(k.keys, '{}')) || coalesce(k.values, '{}')%3$s
                   FROM (SELECT jsonb_object_agg(f.key, f.value) - 'custom' AS fields
                           FROM (SELECT DISTINCT ON (f.key) f.key, f.value -> 0 AS value
                                   FROM %1$s.change_log l, jsonb_each(l.changes) AS f(key, value)
                                  WHERE l.contact_id = c.contact_id AND l.import_id = $2 AND l.action = 'update'
                                  ORDER BY f.key, l.version) AS f) AS f
                  CROSS JOIN
                        (SELECT array_agg(k.key) AS keys,
                                jsonb_object_agg(k.key, k.value) FILTER (WHERE k.was_there) AS values
                           FROM (SELECT DISTINCT ON (k.key) k.key, l.changes -> 'custom' -> 0 ? k.key AS was_there,
                                        l.changes -> 'custom' -> 0 -> k.key AS value
                                   FROM %1$s.change_log l,
                                        jsonb_object_keys((l.changes -> 'custom' -> 0) || (l.changes -> 'custom' -> 1)) AS k(key)
                                  WHERE l.contact_id = c.contact_id AND l.import_id = $2 AND l.action = 'update'
                                  ORDER BY k.key, l.version) AS k) AS k
                  CROSS JOIN LATERAL jsonb_populate_record(c, f.fields) AS r)
          FROM unnest($1, $3) AS b(contact_id, version)
         WHERE c.contact_id = b.contact_id AND c.version = b.version
        RETURNING c.contact_id)
      SELECT array_agg(r.contact_id) FROM restored r $sql$, s, columns, replace(columns, ', ', ', r.'))
       INTO done USING ids, undone, versions;
    done := coalesce(done, '{}');
    restored := restored + cardinality(done);
    IF cardinality(ids) > cardinality(done) THEN
      RETURN QUERY EXECUTE format($sql$
        SELECT c.contact_id, concat_ws(' ', c.first_name, c.last_name), NULL::text, NULL::timestamptz,
               CASE WHEN c.version <> b.version THEN 'changed since the import' ELSE 'not permitted' END
          FROM unnest($1, $2) AS b(contact_id, version) JOIN %s.contact c ON c.contact_id = b.contact_id
         WHERE b.contact_id <> ALL ($3) ORDER BY 1 $sql$, s)
        USING ids, versions, done;
      GET DIAGNOSTICS n = ROW_COUNT;
      kept := kept + n;
    END IF;
    CONTINUE WHEN done = '{}';

    -- Their parts: each that the import wrote, moved or deleted is again what it was before it, or gone.
    FOREACH part SLICE 1 IN ARRAY ARRAY[['phones', 'contact_phone', 'position'], ['emails', 'contact_email', 'position'],
                                        ['addresses', 'contact_address', 'position'],
                                        ['socials', 'contact_social', 'position'],
                                        ['groups', 'contact_group_member', 'group_id']]
    LOOP
      EXECUTE format($sql$
        SELECT array_agg(m.contact_id), array_agg(m.key), array_agg(m.value)
          FROM unnest($1) AS b(id)
         CROSS JOIN LATERAL (
               SELECT DISTINCT ON (m.key) l.contact_id, m.key, m.value
                 FROM %1$s.change_log l,
                      jsonb_array_elements(l.changes -> %2$L) WITH ORDINALITY AS i(value, ordinality),
                      LATERAL (VALUES (i.value -> 0 ->> %3$L, i.value -> 0, 0),
                                      (i.value -> 1 ->> %3$L, NULL, 1)) AS m(key, value, side)
                WHERE l.contact_id = b.id AND l.import_id = $2 AND l.action = 'update' AND m.key IS NOT NULL
                ORDER BY m.key, l.version, i.ordinality, m.side) AS m $sql$, s, part[1], part[3])
         INTO ids, part_keys, part_values USING done, undone;
      CONTINUE WHEN ids IS NULL;
      IF array_position(part_values, NULL) IS NOT NULL THEN
        EXECUTE format($sql$
          DELETE FROM %1$s.%2$I p
           WHERE p.contact_id = ANY ($1)
             AND (p.contact_id, p.%3$I) IN (SELECT m.contact_id, m.key::%4$s
                                              FROM unnest($1, $2, $3) AS m(contact_id, key, value)
                                             WHERE m.value IS NULL) $sql$,
          s, part[2], part[3], CASE part[3] WHEN 'position' THEN 'int' ELSE 'uuid' END)
          USING ids, part_keys, part_values;
      END IF;
      SELECT string_agg(format(', %I', a.attname), '' ORDER BY a.attnum),
             string_agg(format('%1$I = EXCLUDED.%1$I', a.attname), ', ' ORDER BY a.attnum) FILTER (WHERE a.attname <> part[3])
        INTO columns, assignments
        FROM pg_attribute a
       WHERE a.attrelid = format('%s.%I', s, part[2])::regclass AND a.attnum > 0 AND NOT a.attisdropped
         AND a.attgenerated = '' AND a.attname NOT IN ('contact_id', 'owner_id', 'visibility', 'shared_with', 'editable_by');
      EXECUTE format($sql$
        INSERT INTO %1$s.%2$I (contact_id%3$s)
        SELECT b.contact_id%4$s
          FROM unnest($1, $2) AS b(contact_id, value), jsonb_populate_record(NULL::%1$s.%2$I, b.value) AS r
         WHERE b.value IS NOT NULL%5$s
            ON CONFLICT (contact_id, %6$I) DO %7$s $sql$,
        s, part[2], columns, replace(columns, ', ', ', r.'),
        CASE part[3] WHEN 'group_id'
             THEN format(' AND EXISTS (SELECT FROM %s.contact_group g WHERE g.group_id = r.group_id)', s) ELSE '' END,
        part[3], coalesce('UPDATE SET ' || assignments, 'NOTHING'))
        USING ids, part_values;
    END LOOP;
  END LOOP;

  -- Notes that it added to contacts which were there before; the others went with theirs, or stay with it. Their ids, too,
  -- are beyond its own.
  IF activity LIKE '% a.import_id %' THEN
    EXECUTE format($sql$
      DELETE FROM %1$s.contact_note n
       WHERE n.import_id = $1 AND n.note_id > $1
         AND NOT EXISTS (SELECT FROM %1$s.contact c WHERE c.contact_id = n.contact_id AND c.import_id = $1) $sql$, s)
      USING undone;
  END IF;

  -- Organizations and groups that it made, where nobody uses them: who does may be hidden from the caller, the foreign
  -- key and the groups' trigger see all.
  FOR item IN EXECUTE format($sql$
    SELECT o.organization_id FROM %1$s.organization o
     WHERE o.import_id = $1 AND o.organization_id > $1 AND o.updated_at = o.created_at
       AND NOT EXISTS (SELECT FROM %1$s.contact c WHERE c.organization_id = o.organization_id) $sql$, s)
    USING undone
  LOOP
    BEGIN
      EXECUTE format('DELETE FROM %s.organization o WHERE o.organization_id = $1', s) USING item;
      GET DIAGNOSTICS n = ROW_COUNT;
      organizations := organizations + n;
    EXCEPTION WHEN foreign_key_violation THEN
      NULL;
    END;
  END LOOP;
  -- A group does not say which import made it, but its id when.
  EXECUTE format($sql$
    DELETE FROM %1$s.contact_group g
     WHERE g.created_by = $1
       AND ('x' || left(replace(g.group_id::text, '-', ''), 12))::bit(48)::bigint
           BETWEEN floor(extract(epoch FROM $2) * 1000) AND ceil(extract(epoch FROM $3) * 1000)
       AND NOT EXISTS (SELECT FROM %1$s.contact_group_member m WHERE m.group_id = g.group_id) $sql$, s)
    USING run.started_by, run.started_at, run.finished_at;
  GET DIAGNOSTICS groups = ROW_COUNT;
  RAISE NOTICE 'import undone: % contact(s) removed, % restored, % left; % organization(s) and % group(s) removed',
               removed, restored, kept, organizations, groups;
END
$body$;
COMMENT ON FUNCTION contacts._undo_import(regclass, uuid) IS 'What contacts.undo_import() runs. Called by itself it changes the same, and the change log has that as changes of the caller''s.';

-- In C, so that the change log learns what is an undo from nobody but this function.
CREATE OR REPLACE FUNCTION contacts.undo_import(contact regclass, import_id uuid)
  RETURNS TABLE (contact_id uuid, name text, changed_by text, changed_at timestamptz, reason text)
  LANGUAGE c VOLATILE PARALLEL UNSAFE
  AS 'MODULE_PATHNAME', 'contacts_undo_import';
COMMENT ON FUNCTION contacts.undo_import(regclass, uuid) IS 'Of a directory''s undo_import(): takes back what an import into the directory of this table "contact" did, with the caller''s rights; the contacts that were left, and why. Error P0002 where there is no such import.';
