-- Writing a contact with its parts in one call: for applications that speak JSON. What is written is ordinary rows, with
-- the rights of the caller: policies and triggers hold.

-- ---- what the keys of an object may be

CREATE FUNCTION _draft_keys() RETURNS TABLE (key text, kind text)
  LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
  VALUES ('source', 'string'), ('external_id', 'string'), ('visibility', 'visibility'), ('owner_id', 'uuid'),
         ('organization_id', 'uuid'), ('contact_type', 'contact type'), ('contact_level', 'contact level'),
         ('name_prefix', 'string'), ('first_name', 'string'), ('middle_name', 'string'),
         ('last_name', 'string'), ('name_suffix', 'string'), ('nickname', 'string'),
         ('phonetic_first_name', 'string'), ('phonetic_last_name', 'string'), ('job_title', 'string'),
         ('department', 'string'), ('location', 'string'), ('language', 'string'), ('birth_date', 'date'),
         ('birth_year_known', 'boolean'), ('websites', 'strings'), ('custom', 'object'),
         ('phones', 'objects'), ('emails', 'objects'), ('addresses', 'objects'), ('socials', 'objects'),
         ('groups', 'strings');
END;
COMMENT ON FUNCTION _draft_keys() IS 'The keys of a contact as create_contact() takes it, and the kind of their values.';

CREATE FUNCTION _draft_entry_keys() RETURNS TABLE (list text, key text, kind text)
  LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
  VALUES ('phones', 'label', 'string'), ('phones', 'number', 'string'), ('phones', 'extension', 'string'),
         ('phones', 'entered', 'string'), ('phones', 'accepts_sms', 'boolean'),
         ('emails', 'label', 'string'), ('emails', 'address', 'string'),
         ('addresses', 'label', 'string'), ('addresses', 'street', 'string'), ('addresses', 'street2', 'string'),
         ('addresses', 'city', 'string'), ('addresses', 'region', 'string'), ('addresses', 'postal_code', 'string'),
         ('addresses', 'country', 'string'), ('addresses', 'country_entered', 'string'),
         ('socials', 'label', 'string'), ('socials', 'network', 'string'), ('socials', 'handle', 'string');
END;
COMMENT ON FUNCTION _draft_entry_keys() IS 'The keys of a list''s entries, and the kind of their values.';

CREATE FUNCTION _draft_stamps() RETURNS text[]
  LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
  SELECT '{contact_id,version,created_at,created_by,updated_at,updated_by,import_id,merged_into,shared_with,editable_by}'::text[];
END;
COMMENT ON FUNCTION _draft_stamps() IS 'What contact_as_of() gives and nobody writes: ignored in an object that has both "contact_id" and "version", an error in others.';

CREATE FUNCTION _is_date(value text) RETURNS boolean
  LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
  SELECT CASE WHEN value ~ '^([0-9]{4}|-)-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' AND value !~ '^0000'
              THEN right(value, 2)::int <= extract(day FROM
                     make_date(CASE WHEN value LIKE '--%' THEN 1604 ELSE left(value, 4)::int END,
                               left(right(value, 5), 2)::int, 1) + interval '1 month' - interval '1 day')
              ELSE false END;
END;
COMMENT ON FUNCTION _is_date(text) IS 'Whether it is a date written YYYY-MM-DD, or --MM-DD without a year (vCard, RFC 6350).';

-- Whether a JSON value is of a kind of _draft_keys(), and what to say where it is not.
CREATE FUNCTION _is_of_kind(value jsonb, kind text) RETURNS boolean
  LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
  SELECT CASE kind
           WHEN 'uuid' THEN value #>> '{}' ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
           WHEN 'date' THEN jsonb_typeof(value) = 'string' AND _is_date(value #>> '{}')
           WHEN 'visibility' THEN value #>> '{}' IN ('company', 'restricted', 'personal')
           WHEN 'contact type' THEN value #>> '{}' IN ('lead', 'prospect', 'customer', 'other')
           WHEN 'contact level' THEN value #>> '{}' IN ('primary', 'secondary', 'tertiary')
           WHEN 'strings' THEN jsonb_typeof(value) = 'array' AND NOT jsonb_path_exists(value, 'strict $[*] ? (@.type() != "string" || @ == "")')
           WHEN 'objects' THEN jsonb_typeof(value) = 'array' AND NOT jsonb_path_exists(value, 'strict $[*] ? (@.type() != "object")')
           ELSE jsonb_typeof(value) = kind
         END;
END;
COMMENT ON FUNCTION _is_of_kind(jsonb, text) IS 'Whether a value is of a kind of _draft_keys() or _draft_entry_keys().';

CREATE FUNCTION _kind_rule(kind text) RETURNS text
  LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
  SELECT CASE kind
           WHEN 'uuid' THEN 'It takes a UUID, as a string.'
           WHEN 'date' THEN 'A date is written YYYY-MM-DD, or --MM-DD without a year.'
           WHEN 'visibility' THEN 'It takes company, restricted or personal.'
           WHEN 'contact type' THEN 'It takes lead, prospect, customer or other.'
           WHEN 'contact level' THEN 'It takes primary, secondary or tertiary.'
           WHEN 'strings' THEN 'It takes an array of strings that are not empty.'
           WHEN 'objects' THEN 'It takes an array of objects.'
           WHEN 'boolean' THEN 'It takes true or false, without quotes.'
           WHEN 'object' THEN 'It takes an object.'
           WHEN 'number' THEN 'It takes a number.'
           ELSE 'It takes a string.'
         END;
END;
COMMENT ON FUNCTION _kind_rule(text) IS 'What to say of values that are not of this kind.';

-- The first fault of an object, as an error that names the key, the value and the rule. null is a value of every kind.
CREATE FUNCTION _check_draft(fields jsonb, creates boolean) RETURNS boolean
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT contacts._raise('22023', 'a contact is written as an object',
                         format('Given was a value of JSON type %s.', coalesce(jsonb_typeof(fields), 'null')))
   WHERE jsonb_typeof(fields) IS DISTINCT FROM 'object';
  SELECT CASE
           WHEN k.key IS NULL
             THEN contacts._raise('22023',
                    format(CASE WHEN e.key = 'search' OR e.key = ANY (_draft_stamps()) THEN 'key "%s" cannot be written' ELSE 'unknown key "%s"' END, contacts._quoted(e.key)),
                    CASE WHEN e.key IN ('shared_with', 'editable_by') THEN 'With whom a contact is shared is not part of its data.'
                         WHEN e.key = 'search' OR e.key = ANY (_draft_stamps()) THEN 'The directory sets this column itself.'
                         ELSE format('Keys are: %s.', (SELECT string_agg(d.key, ', ' ORDER BY d.key) FROM _draft_keys() d)) END,
                    CASE WHEN e.key IN ('shared_with', 'editable_by') THEN 'A contact is shared with share_contact().' END)
           ELSE contacts._raise('22023', format('invalid value for "%s": %s', e.key, contacts._quoted(e.value::text)),
                                _kind_rule(k.kind))
         END
    FROM jsonb_each(fields) AS e(key, value) LEFT JOIN _draft_keys() k ON k.key = e.key
   WHERE (k.key IS NULL OR (e.value <> 'null' AND NOT _is_of_kind(e.value, k.kind))
          OR (e.value = 'null' AND e.key = 'visibility'))
     AND NOT (fields ?& '{contact_id,version}' AND e.key = ANY (_draft_stamps()))
   ORDER BY k.key IS NOT NULL, e.key LIMIT 1;
  SELECT CASE
           WHEN k.key IS NULL
             THEN contacts._raise('22023', format('unknown key "%s" in %s[%s]', contacts._quoted(v.key), l.list, n.ordinality - 1),
                    format('Keys of an entry are: %s.',
                           (SELECT string_agg(d.key, ', ') FROM _draft_entry_keys() d WHERE d.list = l.list)))
           ELSE contacts._raise('22023', format('invalid value for "%s[%s].%s": %s', l.list, n.ordinality - 1, v.key,
                                                contacts._quoted(v.value::text)), _kind_rule(k.kind))
         END
    FROM (SELECT DISTINCT d.list FROM _draft_entry_keys() d) AS l
   CROSS JOIN LATERAL
         jsonb_array_elements(CASE jsonb_typeof(fields -> l.list) WHEN 'array' THEN fields -> l.list ELSE '[]' END)
           WITH ORDINALITY AS n(entry, ordinality)
   CROSS JOIN LATERAL jsonb_each(n.entry) AS v(key, value)
    LEFT JOIN _draft_entry_keys() k ON k.list = l.list AND k.key = v.key
   WHERE v.key <> 'position' AND (k.key IS NULL OR (v.value <> 'null' AND NOT _is_of_kind(v.value, k.kind)))
   ORDER BY l.list, n.ordinality, v.key LIMIT 1;
  SELECT contacts._raise('22023', format('%s[%s] has no %s', l.list, n.ordinality - 1, l.needs),
                         format('An entry of %s needs %s.', l.list, l.rule))
    FROM (VALUES ('phones', 'number', 'entered', 'number', '"number", or "entered" where no number can be made of it'),
                 ('emails', 'address', 'address', 'address', '"address"'),
                 ('socials', 'network', 'network', 'network', '"network" and "handle"'),
                 ('socials', 'handle', 'handle', 'handle', '"network" and "handle"')) AS l(list, key, other, needs, rule),
         jsonb_array_elements(CASE jsonb_typeof(fields -> l.list) WHEN 'array' THEN fields -> l.list ELSE '[]' END)
           WITH ORDINALITY AS n(entry, ordinality)
   WHERE coalesce(n.entry ->> l.key, '') = '' AND coalesce(n.entry ->> l.other, '') = ''
   ORDER BY l.list, n.ordinality LIMIT 1;
  SELECT contacts._raise('22023', format('invalid value for "custom.%s": %s', contacts._quoted(f.key), contacts._quoted(e.value::text)),
           CASE f.data_type WHEN 'date' THEN 'A date is written YYYY-MM-DD.'
                ELSE format('The custom field "%s" holds %s.', f.label,
                            CASE f.data_type WHEN 'number' THEN 'numbers' WHEN 'boolean' THEN 'true or false'
                                             ELSE 'text, as a string' END) END)
    FROM jsonb_each(CASE jsonb_typeof(fields -> 'custom') WHEN 'object' THEN fields -> 'custom' ELSE '{}' END) AS e(key, value)
    JOIN custom_field f ON f.key = e.key
   WHERE e.value <> 'null'
     AND NOT CASE f.data_type
               WHEN 'number' THEN jsonb_typeof(e.value) = 'number'
                 OR (jsonb_typeof(e.value) = 'string' AND e.value #>> '{}' ~ '^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)$')
               WHEN 'boolean' THEN e.value #>> '{}' IN ('true', 'false')
               WHEN 'date' THEN jsonb_typeof(e.value) = 'string' AND _is_date(e.value #>> '{}')
                                AND e.value #>> '{}' NOT LIKE '--%'
               ELSE jsonb_typeof(e.value) = 'string' END
   ORDER BY f.key LIMIT 1;
  SELECT contacts._raise('22023', format('custom field "%s" is required', f.key),
                         format('It is the field "%s".', f.label))
    FROM custom_field f
   WHERE f.required AND coalesce(fields -> 'custom' ->> f.key, '') = ''
     AND (creates OR fields -> 'custom' ? f.key OR fields -> 'custom' = 'null')
   ORDER BY f.key LIMIT 1;
  SELECT contacts._raise('23503', format('there is no organization "%s"', fields ->> 'organization_id'),
                         'It does not exist, or is not visible to who acts.')
   WHERE fields ->> 'organization_id' IS NOT NULL
     AND NOT EXISTS (SELECT FROM organization o WHERE o.organization_id = (fields ->> 'organization_id')::uuid);
  SELECT true;
END;
COMMENT ON FUNCTION _check_draft(jsonb, boolean) IS 'True, or an error for the first fault found: 22023 (an unknown key, a value of another kind, a missing one), 23503 (no such organization).';

-- The columns of contact that an object gives; an empty string is no value.
CREATE FUNCTION _draft_contact(fields jsonb)
  RETURNS TABLE (source text, external_id text, visibility text, owner_id uuid, organization_id uuid,
                 contact_type text, contact_level text, name_prefix text, first_name text, middle_name text,
                 last_name text, name_suffix text, nickname text, phonetic_first_name text,
                 phonetic_last_name text, job_title text, department text, location text, language text,
                 birth_date date, birth_year_known boolean, websites text[])
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT nullif(r.source, ''), nullif(r.external_id, ''), nullif(r.visibility, ''), nullif(r.owner_id, '')::uuid,
         nullif(r.organization_id, '')::uuid, nullif(r.contact_type, ''), nullif(r.contact_level, ''),
         nullif(r.name_prefix, ''), nullif(r.first_name, ''), nullif(r.middle_name, ''), nullif(r.last_name, ''),
         nullif(r.name_suffix, ''), nullif(r.nickname, ''), nullif(r.phonetic_first_name, ''),
         nullif(r.phonetic_last_name, ''), nullif(r.job_title, ''), nullif(r.department, ''),
         nullif(r.location, ''), nullif(r.language, ''),
         CASE WHEN r.birth_date LIKE '--%' OR NOT r.birth_year_known THEN ('1604-' || right(r.birth_date, 5))::date
              ELSE nullif(r.birth_date, '')::date END,
         coalesce(r.birth_date NOT LIKE '--%', true) AND coalesce(r.birth_year_known, true),
         CASE WHEN r.websites <> '{}' THEN r.websites END
    FROM jsonb_to_record(fields) AS r(source text, external_id text, visibility text, owner_id text,
                                      organization_id text, contact_type text, contact_level text,
                                      name_prefix text, first_name text, middle_name text, last_name text,
                                      name_suffix text, nickname text, phonetic_first_name text,
                                      phonetic_last_name text, job_title text, department text, location text,
                                      language text,
                                      birth_date text, birth_year_known boolean, websites text[]);
END;
COMMENT ON FUNCTION _draft_contact(jsonb) IS 'The columns of contact that an object gives.';

-- ---- lists: an entry that stays as it is stays untouched, so that nothing is logged for it

CREATE FUNCTION _draft_entries(fields jsonb, list text) RETURNS TABLE (ordinal int, label text, entry jsonb)
  LANGUAGE sql STABLE ROWS 3
BEGIN ATOMIC
  SELECT n.ordinality::int, coalesce(lower(nullif(n.entry ->> 'label', '') COLLATE "C"), 'other'), n.entry
    FROM jsonb_array_elements(CASE jsonb_typeof(fields -> list) WHEN 'array' THEN fields -> list ELSE '[]' END)
           WITH ORDINALITY AS n(entry, ordinality);
END;
COMMENT ON FUNCTION _draft_entries(jsonb, text) IS 'The entries of a list, from 1.';

CREATE FUNCTION _write_phones(contact_id uuid, fields jsonb) RETURNS boolean
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  WITH entries AS MATERIALIZED (
    SELECT e.ordinal, e.label AS label,
           n.number AS number,
           coalesce(nullif(e.entry ->> 'entered', ''), CASE WHEN e.entry ->> 'number' NOT IN (n.number::text, contacts.phone_base(n.number)::text) THEN e.entry ->> 'number' END) AS entered,
           (e.entry ->> 'accepts_sms')::boolean AS accepts_sms
      FROM _draft_entries(fields, 'phones') AS e,
         LATERAL (SELECT contacts._draft_phone(format('phones[%s].number', e.ordinal - 1), nullif(e.entry ->> 'number', ''),
                                               nullif(e.entry ->> 'extension', '')) AS number) AS n),
  wanted AS MATERIALIZED (
    SELECT w.*, jsonb_build_array(w.label, w.number::text, w.entered, w.accepts_sms)::text AS value
      FROM entries w),
  stored AS MATERIALIZED (
    SELECT p.position, jsonb_build_array(p.label, p.number::text, p.entered, p.accepts_sms)::text AS value
      FROM contact_phone p WHERE p.contact_id = _write_phones.contact_id),
  placed AS MATERIALIZED (
    SELECT w.*, places[w.ordinal] AS position
      FROM wanted w,
           contacts._place_parts(ARRAY(SELECT s.position FROM stored s ORDER BY s.position),
                                 ARRAY(SELECT s.value FROM stored s ORDER BY s.position),
                                 ARRAY(SELECT w.value FROM wanted w ORDER BY w.ordinal)) AS places),
  removed AS (
    DELETE FROM contact_phone p
     WHERE p.contact_id = _write_phones.contact_id AND p.position NOT IN (SELECT w.position FROM placed w)),
  changed AS (
    UPDATE contact_phone p
       SET label = w.label, number = w.number, entered = w.entered, accepts_sms = w.accepts_sms
      FROM placed w JOIN stored s ON s.position = w.position
     WHERE p.contact_id = _write_phones.contact_id AND p.position = w.position AND s.value <> w.value)
  INSERT INTO contact_phone (contact_id, position, label, number, entered, accepts_sms)
  SELECT _write_phones.contact_id, w.position, w.label, w.number, w.entered, w.accepts_sms
    FROM placed w
   WHERE w.position NOT IN (SELECT s.position FROM stored s)
  RETURNING true;
END;
COMMENT ON FUNCTION _write_phones(uuid, jsonb) IS 'Phones of a contact become those of the object.';

CREATE FUNCTION _write_emails(contact_id uuid, fields jsonb) RETURNS boolean
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  WITH entries AS MATERIALIZED (
    SELECT e.ordinal, e.label AS label,
           contacts._draft_email(format('emails[%s].address', e.ordinal - 1), e.entry ->> 'address') AS address
      FROM _draft_entries(fields, 'emails') AS e),
  wanted AS MATERIALIZED (
    SELECT w.*, jsonb_build_array(w.label, w.address::text)::text AS value
      FROM entries w),
  stored AS MATERIALIZED (
    SELECT p.position, jsonb_build_array(p.label, p.address::text)::text AS value
      FROM contact_email p WHERE p.contact_id = _write_emails.contact_id),
  placed AS MATERIALIZED (
    SELECT w.*, places[w.ordinal] AS position
      FROM wanted w,
           contacts._place_parts(ARRAY(SELECT s.position FROM stored s ORDER BY s.position),
                                 ARRAY(SELECT s.value FROM stored s ORDER BY s.position),
                                 ARRAY(SELECT w.value FROM wanted w ORDER BY w.ordinal)) AS places),
  removed AS (
    DELETE FROM contact_email p
     WHERE p.contact_id = _write_emails.contact_id AND p.position NOT IN (SELECT w.position FROM placed w)),
  changed AS (
    UPDATE contact_email p
       SET label = w.label, address = w.address
      FROM placed w JOIN stored s ON s.position = w.position
     WHERE p.contact_id = _write_emails.contact_id AND p.position = w.position AND s.value <> w.value)
  INSERT INTO contact_email (contact_id, position, label, address)
  SELECT _write_emails.contact_id, w.position, w.label, w.address
    FROM placed w
   WHERE w.position NOT IN (SELECT s.position FROM stored s)
  RETURNING true;
END;
COMMENT ON FUNCTION _write_emails(uuid, jsonb) IS 'E-mail addresses of a contact become those of the object.';

CREATE FUNCTION _write_addresses(contact_id uuid, fields jsonb) RETURNS boolean
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  WITH entries AS MATERIALIZED (
    SELECT e.ordinal, e.label AS label,
           nullif(e.entry ->> 'street', '') AS street,
           nullif(e.entry ->> 'street2', '') AS street2,
           nullif(e.entry ->> 'city', '') AS city,
           nullif(e.entry ->> 'region', '') AS region,
           nullif(e.entry ->> 'postal_code', '') AS postal_code,
           contacts.country_code(c.country) AS country,
           CASE WHEN contacts.country_code(c.country) IS NULL THEN c.country END AS country_entered
      FROM _draft_entries(fields, 'addresses') AS e,
           LATERAL (SELECT coalesce(nullif(e.entry ->> 'country', ''), nullif(e.entry ->> 'country_entered', '')) AS country) AS c),
  wanted AS MATERIALIZED (
    SELECT w.*, jsonb_build_array(w.label, w.street, w.street2, w.city, w.region, w.postal_code, w.country, w.country_entered)::text AS value
      FROM entries w),
  stored AS MATERIALIZED (
    SELECT p.position, jsonb_build_array(p.label, p.street, p.street2, p.city, p.region, p.postal_code, p.country, p.country_entered)::text AS value
      FROM contact_address p WHERE p.contact_id = _write_addresses.contact_id),
  placed AS MATERIALIZED (
    SELECT w.*, places[w.ordinal] AS position
      FROM wanted w,
           contacts._place_parts(ARRAY(SELECT s.position FROM stored s ORDER BY s.position),
                                 ARRAY(SELECT s.value FROM stored s ORDER BY s.position),
                                 ARRAY(SELECT w.value FROM wanted w ORDER BY w.ordinal)) AS places),
  removed AS (
    DELETE FROM contact_address p
     WHERE p.contact_id = _write_addresses.contact_id AND p.position NOT IN (SELECT w.position FROM placed w)),
  changed AS (
    UPDATE contact_address p
       SET label = w.label, street = w.street, street2 = w.street2, city = w.city, region = w.region, postal_code = w.postal_code, country = w.country, country_entered = w.country_entered
      FROM placed w JOIN stored s ON s.position = w.position
     WHERE p.contact_id = _write_addresses.contact_id AND p.position = w.position AND s.value <> w.value)
  INSERT INTO contact_address (contact_id, position, label, street, street2, city, region, postal_code, country, country_entered)
  SELECT _write_addresses.contact_id, w.position, w.label, w.street, w.street2, w.city, w.region, w.postal_code, w.country, w.country_entered
    FROM placed w
   WHERE w.position NOT IN (SELECT s.position FROM stored s)
  RETURNING true;
END;
COMMENT ON FUNCTION _write_addresses(uuid, jsonb) IS 'Postal addresses of a contact become those of the object.';

CREATE FUNCTION _write_socials(contact_id uuid, fields jsonb) RETURNS boolean
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  WITH entries AS MATERIALIZED (
    SELECT e.ordinal, e.label AS label,
           lower((e.entry ->> 'network') COLLATE "C") AS network,
           e.entry ->> 'handle' AS handle
      FROM _draft_entries(fields, 'socials') AS e),
  wanted AS MATERIALIZED (
    SELECT w.*, jsonb_build_array(w.label, w.network, w.handle)::text AS value
      FROM entries w),
  stored AS MATERIALIZED (
    SELECT p.position, jsonb_build_array(p.label, p.network, p.handle)::text AS value
      FROM contact_social p WHERE p.contact_id = _write_socials.contact_id),
  placed AS MATERIALIZED (
    SELECT w.*, places[w.ordinal] AS position
      FROM wanted w,
           contacts._place_parts(ARRAY(SELECT s.position FROM stored s ORDER BY s.position),
                                 ARRAY(SELECT s.value FROM stored s ORDER BY s.position),
                                 ARRAY(SELECT w.value FROM wanted w ORDER BY w.ordinal)) AS places),
  removed AS (
    DELETE FROM contact_social p
     WHERE p.contact_id = _write_socials.contact_id AND p.position NOT IN (SELECT w.position FROM placed w)),
  changed AS (
    UPDATE contact_social p
       SET label = w.label, network = w.network, handle = w.handle
      FROM placed w JOIN stored s ON s.position = w.position
     WHERE p.contact_id = _write_socials.contact_id AND p.position = w.position AND s.value <> w.value)
  INSERT INTO contact_social (contact_id, position, label, network, handle)
  SELECT _write_socials.contact_id, w.position, w.label, w.network, w.handle
    FROM placed w
   WHERE w.position NOT IN (SELECT s.position FROM stored s)
  RETURNING true;
END;
COMMENT ON FUNCTION _write_socials(uuid, jsonb) IS 'Social accounts of a contact become those of the object.';

-- A name is the company's group of it, else a label of who acts; one that nobody has becomes a group of the company's where
-- an admin writes it, else a label. Labels of others are not touched: nobody else sees them.
CREATE FUNCTION _write_groups(contact_id uuid, fields jsonb) RETURNS boolean
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO contact_group (name, owner_id)
  SELECT DISTINCT n.name, CASE WHEN NOT contacts.has_permission('staff'::regclass, 'admin')
                               THEN contacts.acting_staff('staff'::regclass) END
    FROM jsonb_array_elements_text(CASE jsonb_typeof(fields -> 'groups') WHEN 'array' THEN fields -> 'groups' ELSE '[]' END) AS n(name)
   WHERE NOT EXISTS (SELECT FROM contact_group g
                      WHERE g.name = n.name
                        AND (g.owner_id IS NULL OR g.owner_id = contacts.acting_staff('staff'::regclass)))
   ORDER BY 1
      ON CONFLICT DO NOTHING;
  WITH wanted AS MATERIALIZED (
    SELECT DISTINCT ON (g.name) g.group_id
      FROM jsonb_array_elements_text(CASE jsonb_typeof(fields -> 'groups') WHEN 'array' THEN fields -> 'groups' ELSE '[]' END) AS n(name)
      JOIN contact_group g ON g.name = n.name
       AND (g.owner_id IS NULL OR g.owner_id = contacts.acting_staff('staff'::regclass))
     ORDER BY g.name, g.owner_id NULLS FIRST),
  removed AS (
    DELETE FROM contact_group_member m
     USING contact_group g
     WHERE m.contact_id = _write_groups.contact_id AND g.group_id = m.group_id
       AND (g.owner_id IS NULL OR g.owner_id = contacts.acting_staff('staff'::regclass))
       AND g.group_id NOT IN (SELECT w.group_id FROM wanted w))
  INSERT INTO contact_group_member (contact_id, group_id)
  SELECT _write_groups.contact_id, w.group_id FROM wanted w
   WHERE NOT EXISTS (SELECT FROM contact_group_member m
                      WHERE m.contact_id = _write_groups.contact_id AND m.group_id = w.group_id)
  RETURNING true;
END;
COMMENT ON FUNCTION _write_groups(uuid, jsonb) IS 'Groups of a contact become those of the object; missing ones are made.';

CREATE FUNCTION _write_parts(contact_id uuid, fields jsonb) RETURNS boolean
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT CASE WHEN fields ? 'phones' THEN _write_phones(_write_parts.contact_id, fields) END,
         CASE WHEN fields ? 'emails' THEN _write_emails(_write_parts.contact_id, fields) END,
         CASE WHEN fields ? 'addresses' THEN _write_addresses(_write_parts.contact_id, fields) END,
         CASE WHEN fields ? 'socials' THEN _write_socials(_write_parts.contact_id, fields) END,
         CASE WHEN fields ? 'groups' THEN _write_groups(_write_parts.contact_id, fields) END;
  SELECT true;
END;
COMMENT ON FUNCTION _write_parts(uuid, jsonb) IS 'Writes the lists that the object has.';

CREATE FUNCTION _insert_contact(contact_id uuid, fields jsonb) RETURNS uuid
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT _check_draft(fields, true);
  SELECT contacts._raise('42501', format('permission denied to create a %s contact', r.visibility),
                         'With permission "edit" restricted and personal contacts are created, everybody''s his own; admins create all but personal ones of others.')
    FROM (SELECT coalesce(d.visibility, 'restricted') AS visibility,
                 coalesce(d.owner_id, contacts.acting_staff('staff'::regclass)) AS owner_id
            FROM _draft_contact(fields) d) AS r
   WHERE NOT _acts_as_owner()
     AND NOT contacts.may_create('staff'::regclass, r.owner_id, r.visibility);
  INSERT INTO contact (contact_id, source, external_id, visibility, owner_id, organization_id, contact_type, contact_level,
                       name_prefix, first_name, middle_name, last_name, name_suffix, nickname,
                       phonetic_first_name, phonetic_last_name, job_title, department, location, language,
                       birth_date, birth_year_known, websites, custom)
  SELECT _insert_contact.contact_id, coalesce(d.source, 'manual'), d.external_id, coalesce(d.visibility, 'restricted'), d.owner_id,
         d.organization_id, d.contact_type, d.contact_level, d.name_prefix, d.first_name, d.middle_name,
         d.last_name, d.name_suffix, d.nickname, d.phonetic_first_name, d.phonetic_last_name, d.job_title,
         d.department, d.location, d.language,
         d.birth_date, d.birth_year_known, d.websites,
         coalesce((SELECT jsonb_object_agg(e.key, e.value)
                     FROM jsonb_each(CASE jsonb_typeof(fields -> 'custom') WHEN 'object' THEN fields -> 'custom' ELSE '{}' END) AS e
                    WHERE e.value <> 'null'), '{}')
    FROM _draft_contact(fields) d;
  SELECT _write_parts(_insert_contact.contact_id, fields);
  SELECT _insert_contact.contact_id;
END;
COMMENT ON FUNCTION _insert_contact(uuid, jsonb) IS 'Of create_contact(), with the id.';

CREATE FUNCTION create_contact(fields jsonb) RETURNS uuid
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT _insert_contact(contacts.uuid_v7(), fields);
END;
COMMENT ON FUNCTION create_contact(jsonb) IS 'Creates a contact; its contact_id. Keys are columns of contact, lists "phones" (label, number in any notation, extension, accepts_sms, entered), "emails" (label, address), "addresses" (label, street, street2, city, region, postal_code, country), "socials" (label, network, handle), "groups" (names), and the object "custom". It belongs to who acts and is restricted unless said otherwise. It takes what contact_as_of() gives, too: the order of a list counts, not "position"; and of an object with both "contact_id" and "version" these are ignored, as are created_at, created_by, updated_at, updated_by, import_id, merged_into, shared_with and editable_by. Errors name the key: 22023 unknown keys and values of another kind, 22P02 no phone number or e-mail address, 42501 not allowed.';

CREATE FUNCTION update_contact(contact_id uuid, fields jsonb, expected_version int DEFAULT NULL) RETURNS int
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT _check_draft(fields, false);
  SELECT _check_contact(update_contact.contact_id, false);
  -- Locked before it is compared: of two that expect the same version one is told.
  SELECT FROM contact c WHERE c.contact_id = update_contact.contact_id FOR NO KEY UPDATE;
  SELECT _check_contact(update_contact.contact_id, false);
  SELECT contacts._raise('55000', format('contact "%s" has version %s, not %s', c.contact_id, c.version, expected_version),
                         format('It was changed by "%s" at %s.', c.updated_by, c.updated_at),
                         'Read it again and decide.')
    FROM contact c
   WHERE c.contact_id = update_contact.contact_id AND c.version <> expected_version;
  UPDATE contact c
     SET source = CASE WHEN fields ? 'source' THEN coalesce(d.source, 'manual') ELSE c.source END,
         external_id = CASE WHEN fields ? 'external_id' THEN d.external_id ELSE c.external_id END,
         visibility = CASE WHEN fields ? 'visibility' THEN d.visibility ELSE c.visibility END,
         owner_id = CASE WHEN fields ? 'owner_id' THEN d.owner_id ELSE c.owner_id END,
         organization_id = CASE WHEN fields ? 'organization_id' THEN d.organization_id ELSE c.organization_id END,
         contact_type = CASE WHEN fields ? 'contact_type' THEN d.contact_type ELSE c.contact_type END,
         contact_level = CASE WHEN fields ? 'contact_level' THEN d.contact_level ELSE c.contact_level END,
         name_prefix = CASE WHEN fields ? 'name_prefix' THEN d.name_prefix ELSE c.name_prefix END,
         first_name = CASE WHEN fields ? 'first_name' THEN d.first_name ELSE c.first_name END,
         middle_name = CASE WHEN fields ? 'middle_name' THEN d.middle_name ELSE c.middle_name END,
         last_name = CASE WHEN fields ? 'last_name' THEN d.last_name ELSE c.last_name END,
         name_suffix = CASE WHEN fields ? 'name_suffix' THEN d.name_suffix ELSE c.name_suffix END,
         nickname = CASE WHEN fields ? 'nickname' THEN d.nickname ELSE c.nickname END,
         phonetic_first_name = CASE WHEN fields ? 'phonetic_first_name' THEN d.phonetic_first_name ELSE c.phonetic_first_name END,
         phonetic_last_name = CASE WHEN fields ? 'phonetic_last_name' THEN d.phonetic_last_name ELSE c.phonetic_last_name END,
         job_title = CASE WHEN fields ? 'job_title' THEN d.job_title ELSE c.job_title END,
         department = CASE WHEN fields ? 'department' THEN d.department ELSE c.department END,
         location = CASE WHEN fields ? 'location' THEN d.location ELSE c.location END,
         language = CASE WHEN fields ? 'language' THEN d.language ELSE c.language END,
         birth_date = CASE WHEN fields ? 'birth_date' THEN d.birth_date
                           WHEN fields ->> 'birth_year_known' = 'false'
                           THEN make_date(1604, extract(month FROM c.birth_date)::int, extract(day FROM c.birth_date)::int)
                           ELSE c.birth_date END,
         birth_year_known = CASE WHEN fields ?| '{birth_date,birth_year_known}' THEN d.birth_year_known
                                 ELSE c.birth_year_known END,
         websites = CASE WHEN fields ? 'websites' THEN d.websites ELSE c.websites END,
         custom = CASE jsonb_typeof(fields -> 'custom')
                    WHEN 'object' THEN (c.custom || (fields -> 'custom'))
                      - ARRAY(SELECT e.key FROM jsonb_each(fields -> 'custom') AS e WHERE e.value = 'null')
                    WHEN 'null' THEN '{}'
                    ELSE c.custom END
    FROM _draft_contact(fields) d
   WHERE c.contact_id = update_contact.contact_id
     AND EXISTS (SELECT FROM jsonb_object_keys(fields) AS k(key)
                  WHERE k.key NOT IN ('phones', 'emails', 'addresses', 'socials', 'groups'));
  SELECT _write_parts(update_contact.contact_id, fields);
  SELECT c.version FROM contact c WHERE c.contact_id = update_contact.contact_id;
END;
COMMENT ON FUNCTION update_contact(uuid, jsonb, int) IS 'Changes what the object gives, see create_contact(), and nothing else; the contact''s version after it. null clears; a list takes the place of the stored one, whose equal entries stay as they are; of "custom" only the keys given. expected_version: what was read before; error 55000 where the contact has another by now, no serialization failure, since trying the same again would not help. Errors besides: P0002 no such contact for who acts, 42501 not his to edit, and those of create_contact().';
