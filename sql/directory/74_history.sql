-- Reading the history. With the caller's rights: nobody sees more of a contact's past than of the contact.

CREATE VIEW recent_change WITH (security_invoker) AS
  SELECT r.contact_id, r.version, r.changed_at, r.changed_by, r.action, r.changes, r.import_id
    FROM (SELECT l.contact_id, l.version, l.changed_at, l.changed_by, l.action, l.changes, l.import_id,
                 row_number() OVER (PARTITION BY l.contact_id ORDER BY l.version DESC) AS place
            FROM change_log l) AS r
   WHERE r.place <= 5;
COMMENT ON VIEW recent_change IS 'The last five changes of each contact.';

-- Entries are undone from the last one back to the first after the time, whatever their own times: one that waited for
-- another bears an earlier time. Of each field, custom field and part the oldest of them says what was there before.
CREATE FUNCTION contact_as_of(contact_id uuid, "time" timestamptz) RETURNS jsonb
  LANGUAGE sql STABLE
BEGIN ATOMIC
  WITH now_there AS (
    SELECT to_jsonb(c) - ARRAY['search', 'version', 'updated_at', 'updated_by', 'custom']
           - (SELECT coalesce(array_agg(a.attname::text), '{}') FROM pg_attribute a
               WHERE a.attrelid = 'contact'::regclass AND a.attgenerated <> '') AS fields,
           c.custom, c.version
      FROM contact c WHERE c.contact_id = contact_as_of.contact_id
  ), after AS (
    SELECT l.version, l.changes, l.action
      FROM change_log l
     WHERE l.contact_id = contact_as_of.contact_id
       AND l.version >= (SELECT min(f.version) FROM change_log f
                          WHERE f.contact_id = contact_as_of.contact_id AND f.changed_at > contact_as_of."time")
  ), before AS (
    SELECT l.version, l.changed_at, l.changed_by, l.action
      FROM change_log l
     WHERE l.contact_id = contact_as_of.contact_id
       AND l.version < coalesce((SELECT min(a.version) FROM after a), 2147483647)
     ORDER BY l.version DESC LIMIT 1
  ), field AS (
    SELECT DISTINCT ON (f.key) f.key, f.value -> 0 AS value
      FROM after a, jsonb_each(a.changes) AS f(key, value)
     WHERE f.key NOT IN ('custom', 'phones', 'emails', 'addresses', 'socials', 'groups')
     ORDER BY f.key, a.version
  ), fields AS (
    SELECT coalesce((SELECT n.fields FROM now_there n),
                    (SELECT jsonb_object_agg(a.attname, NULL)
                       FROM pg_attribute a
                      WHERE a.attrelid = 'contact'::regclass AND a.attnum > 0 AND NOT a.attisdropped
                        AND a.attgenerated = ''
                        AND a.attname NOT IN ('search', 'version', 'updated_at', 'updated_by', 'custom')))
           || coalesce((SELECT jsonb_object_agg(f.key, f.value) FROM field f), '{}')
           || jsonb_build_object('contact_id', contact_as_of.contact_id) AS fields
  ), custom_key AS (
    SELECT DISTINCT ON (k.key) k.key, a.changes -> 'custom' -> 0 ? k.key AS was_there,
           a.changes -> 'custom' -> 0 -> k.key AS value
      FROM after a, jsonb_object_keys((a.changes -> 'custom' -> 0) || (a.changes -> 'custom' -> 1)) AS k(key)
     ORDER BY k.key, a.version
  ), custom AS (
    SELECT (coalesce((SELECT n.custom FROM now_there n), '{}')
            - coalesce((SELECT array_agg(k.key) FROM custom_key k), '{}'))
           || coalesce((SELECT jsonb_object_agg(k.key, k.value) FROM custom_key k WHERE k.was_there), '{}') AS custom
  ), part AS (
    SELECT f.key AS field, i.value -> 0 AS old, i.value -> 1 AS new, a.version, i.ordinality
      FROM after a, jsonb_each(a.changes) AS f(key, value),
           jsonb_array_elements(f.value) WITH ORDINALITY AS i(value, ordinality)
     WHERE f.key IN ('phones', 'emails', 'addresses', 'socials', 'groups')
  ), mention AS (
    SELECT p.field, coalesce(p.old -> 'group_id', p.old -> 'position') AS key, p.old AS value, p.version, p.ordinality, 0 AS side
      FROM part p WHERE p.old <> 'null'
    UNION ALL
    SELECT p.field, coalesce(p.new -> 'group_id', p.new -> 'position') AS key, NULL AS value, p.version, p.ordinality,
           1 AS side
      FROM part p WHERE p.new <> 'null'
  ), past AS (
    SELECT DISTINCT ON (m.field, m.key) m.field, m.key, m.value
      FROM mention m ORDER BY m.field, m.key, m.version, m.ordinality, m.side
  ), present AS (
    SELECT 'phones' AS field, to_jsonb(p.position) AS key, to_jsonb(p) AS value
      FROM contact_phone p WHERE p.contact_id = contact_as_of.contact_id
    UNION ALL
    SELECT 'emails' AS field, to_jsonb(p.position) AS key, to_jsonb(p) AS value
      FROM contact_email p WHERE p.contact_id = contact_as_of.contact_id
    UNION ALL
    SELECT 'addresses' AS field, to_jsonb(p.position) AS key, to_jsonb(p) AS value
      FROM contact_address p WHERE p.contact_id = contact_as_of.contact_id
    UNION ALL
    SELECT 'socials' AS field, to_jsonb(p.position) AS key, to_jsonb(p) AS value
      FROM contact_social p WHERE p.contact_id = contact_as_of.contact_id
    UNION ALL
    SELECT 'groups' AS field, to_jsonb(m.group_id) AS key, to_jsonb(m) || jsonb_build_object('name', g.name) AS value
      FROM contact_group_member m JOIN contact_group g ON g.group_id = m.group_id
     WHERE m.contact_id = contact_as_of.contact_id
  ), then_there AS (
    -- The log has no names of labels that are somebody's own.
    SELECT p.field, p.key,
           CASE WHEN p.field = 'groups' AND NOT p.value ? 'name'
                THEN (SELECT p.value || jsonb_build_object('name', g.name)
                        FROM contact_group g WHERE g.group_id = (p.value ->> 'group_id')::uuid)
                ELSE p.value END AS value
      FROM past p WHERE p.value IS NOT NULL
    UNION ALL
    SELECT p.field, p.key,
           jsonb_strip_nulls(p.value - ARRAY['contact_id', 'owner_id', 'visibility', 'shared_with', 'editable_by']) AS value
      FROM present p
     WHERE NOT EXISTS (SELECT FROM past q WHERE q.field = p.field AND q.key = p.key)
  ), parts AS (
    SELECT jsonb_object_agg(a.field, a.list) AS parts
      FROM (SELECT k.field,
                   coalesce(jsonb_agg(CASE k.field WHEN 'groups' THEN t.value -> 'name' ELSE t.value END
                                      ORDER BY t.key, t.value ->> 'name') FILTER (WHERE t.key IS NOT NULL), '[]') AS list
              FROM unnest(ARRAY['phones', 'emails', 'addresses', 'socials', 'groups']) AS k(field)
              LEFT JOIN then_there t ON t.field = k.field AND t.value IS NOT NULL
             GROUP BY k.field) AS a
  )
  SELECT f.fields
         || jsonb_build_object(
              'custom', c.custom,
              'version', coalesce((SELECT min(a.version) FROM after a) - 1, (SELECT n.version FROM now_there n)),
              'updated_at', coalesce((SELECT to_jsonb(b.changed_at) FROM before b), f.fields -> 'created_at'),
              'updated_by', coalesce((SELECT to_jsonb(b.changed_by) FROM before b), f.fields -> 'created_by'))
         || p.parts
    FROM fields f, custom c, parts p
   WHERE (EXISTS (SELECT FROM now_there) OR EXISTS (SELECT FROM after a WHERE a.action = 'delete'))
     AND (f.fields ->> 'created_at')::timestamptz <= contact_as_of."time"
     AND NOT EXISTS (SELECT FROM before b WHERE b.action = 'delete');
END;
COMMENT ON FUNCTION contact_as_of(uuid, timestamptz) IS 'The contact as it was at that time: columns by name, custom, and the lists phones, emails, addresses, socials and groups (names), as create_contact() takes them; with version, created_* and updated_*. Also of a contact that was deleted since. NULL where it did not exist then or is not visible. STABLE: reads tables.';

CREATE FUNCTION undo_import(import_id uuid)
  RETURNS TABLE (contact_id uuid, name text, changed_by text, changed_at timestamptz, reason text)
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT u.contact_id, u.name, u.changed_by, u.changed_at, u.reason
    FROM contacts.undo_import('contact'::regclass, undo_import.import_id) AS u;
END;
COMMENT ON FUNCTION undo_import(uuid) IS 'Takes back what an import did: removes contacts, organizations and groups that it created, restores contacts that it updated. With the caller''s rights. Leaves contacts that somebody changed since and returns them: who, when, and why they were left. A notice with the totals. Undoing twice does nothing more. Error P0002 where there is no such import.';
