-- What the import engine runs for each batch. Every function reads the batch as a relation, contacts.import_batch(),
-- and is one set-based statement a table; all constraints, policies and triggers hold. The inserts carry RETURNING:
-- without it a distributed INSERT … SELECT turns into a COPY, which row-level security refuses. One that writes is
-- called only where its relation has rows: statistics made while an import fills a table say that it is empty, and a
-- plan for an empty table may read all of it, batch after batch, with nothing to do. Columns are named, never *: a body
-- that is bound to a column that the DBA added would not let him drop it.

-- Imports that may change existing rows go one after the other: two with the same rows in different order would
-- wait for each other.
CREATE FUNCTION _import_lock() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT pg_advisory_xact_lock('pg_class'::regclass::oid::int, 'contact'::regclass::oid::int);
END;

-- Whose the new contacts are: the colleague of this login, by default who acts; NULL for who is not enrolled.
CREATE FUNCTION _import_owner(login text) RETURNS uuid
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT s.staff_id FROM staff s WHERE s.login = coalesce(_import_owner.login, contacts.actor());
END;

-- Once for an import, and early; the policies decide about every row all the same.
CREATE FUNCTION _import_check_permission() RETURNS boolean
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT contacts.check_permission('staff'::regclass, 'import'), contacts.check_permission('staff'::regclass, 'edit');
  SELECT contacts.has_permission('staff'::regclass, 'admin')
      OR pg_has_role((SELECT t.relowner FROM pg_class t WHERE t.oid = 'staff'::regclass), 'USAGE');
END;

CREATE FUNCTION _import_profile(name text) RETURNS jsonb
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT to_jsonb(p) FROM import_profile p WHERE p.name = _import_profile.name;
END;

-- Constraints that could be checked only at commit: the import tries them batch by batch, to find the record at fault.
CREATE FUNCTION _import_deferrable_constraints() RETURNS text
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT string_agg(DISTINCT format('%I.%I', n.nspname, k.conname), ', ')
    FROM pg_constraint k
    JOIN pg_class t ON t.oid = k.conrelid
    JOIN pg_namespace n ON n.oid = k.connamespace
   WHERE k.condeferrable
     AND t.relnamespace = (SELECT c.relnamespace FROM pg_class c WHERE c.oid = 'contact'::regclass);
END;

CREATE FUNCTION _import_begin(run jsonb) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO import_run (import_id, format, file_name, started_at, options, header, delimiter)
  SELECT r.import_id, r.format, r.file_name, clock_timestamp(), r.options, r.header, r.delimiter
    FROM jsonb_to_record(_import_begin.run)
      AS r(import_id uuid, format text, file_name text, options jsonb, header text[], delimiter text);
END;

CREATE FUNCTION _import_end(run jsonb) RETURNS jsonb
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  UPDATE import_run i
     SET finished_at = clock_timestamp(), records = r.records, inserted = r.inserted, updated = r.updated,
         unchanged = r.unchanged, failed = r.failed, blank = r.blank, warnings = r.warnings, message = r.message
    FROM jsonb_to_record(_import_end.run)
      AS r(import_id uuid, records bigint, inserted bigint, updated bigint, unchanged bigint, failed bigint,
           blank bigint, warnings bigint, message text)
   WHERE i.import_id = r.import_id
  RETURNING to_jsonb(i);
END;

-- An ID of a file means a contact by its contact_id (as the format's view shows it), else by its source's ID; where
-- personal contacts are imported, among those of the owner only. One look-up a record, not joins: what statistics say
-- of a table that an import is filling may be far off, and a look-up goes through the index whatever they say.
CREATE FUNCTION _import_match_contacts() RETURNS TABLE (row_number bigint, contact_id uuid)
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT b.row_number,
         coalesce((SELECT c.contact_id FROM contact c WHERE c.contact_id = b.contact_id),
                  (SELECT c.contact_id FROM contact c
                    WHERE c.source = b.source AND c.external_id = b.external_id AND c.visibility <> 'personal'
                      AND NOT b.personal),
                  (SELECT c.contact_id FROM contact c
                    WHERE c.source = b.source AND c.external_id = b.external_id AND c.visibility = 'personal'
                      AND c.owner_id = b.owner_id))
    FROM contacts.import_batch('contact_key')
      AS b(row_number bigint, contact_id uuid, source text, external_id text, owner_id uuid, personal boolean);
END;

-- Contacts by the criteria that the caller names, at most so many for a value. Where personal contacts are imported, they
-- are looked for among the owner's personal ones, else among all others.
CREATE FUNCTION _import_match_criteria(most int) RETURNS TABLE (row_number bigint, criterion int, contact_id uuid)
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT b.row_number, b.criterion, found.contact_id
    FROM contacts.import_batch('match_key')
      AS b(row_number bigint, criterion int, contact_id uuid, source text, external_id text, email contacts.email,
           phone contacts.phone, owner_id uuid, personal boolean)
   CROSS JOIN LATERAL (
         SELECT c.contact_id FROM contact c
          WHERE c.contact_id = b.contact_id
            AND CASE WHEN b.personal THEN c.visibility = 'personal' AND c.owner_id = b.owner_id
                     ELSE c.visibility <> 'personal' END
         UNION ALL
         SELECT c.contact_id FROM contact c
          WHERE c.source = b.source AND c.external_id = b.external_id AND c.visibility <> 'personal' AND NOT b.personal
         UNION ALL
         SELECT c.contact_id FROM contact c
          WHERE c.source = b.source AND c.external_id = b.external_id AND c.visibility = 'personal'
            AND c.owner_id = b.owner_id AND b.personal
         UNION ALL
         SELECT p.contact_id FROM contact_email p
          WHERE p.address = b.email
            AND CASE WHEN b.personal THEN p.visibility = 'personal' AND p.owner_id = b.owner_id
                     ELSE p.visibility <> 'personal' END
            AND (SELECT c.merged_into FROM contact c WHERE c.contact_id = p.contact_id) IS NULL
         UNION ALL
         SELECT p.contact_id FROM contact_phone p
          WHERE p.number = b.phone
            AND CASE WHEN b.personal THEN p.visibility = 'personal' AND p.owner_id = b.owner_id
                     ELSE p.visibility <> 'personal' END
            AND (SELECT c.merged_into FROM contact c WHERE c.contact_id = p.contact_id) IS NULL
         LIMIT _import_match_criteria.most) AS found;
END;

-- Organizations are known by their organization_id or their source's ID, or, where a file names none, by their exact name: the
-- oldest of everybody's, else of whose personal contacts they come with.
CREATE FUNCTION _import_match_organizations(import_id uuid)
  RETURNS TABLE (row_number bigint, organization_id uuid, of_this_import boolean, name text, organization_type text,
                 industry text, phone text, phone_entered text, fax text, fax_entered text, street text, street2 text,
                 city text, region text, postal_code text, country text, employee_count text, revenue text,
                 websites text, tags text, ticker_symbol text, ticker_exchange text)
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT b.row_number, o.organization_id,
         o.import_id IS NOT DISTINCT FROM _import_match_organizations.import_id
           OR (o.version > 1 AND o.updated_at = now() AND age(o.xmin) <= r.age),
         o.name, o.organization_type, o.industry, o.phone::text, o.phone_entered, o.fax::text, o.fax_entered,
         o.street, o.street2, o.city, o.region, o.postal_code, o.country, o.employee_count::text, o.revenue::text,
         array_to_string(o.websites, E'\n'), array_to_string(o.tags, E'\n'), o.ticker_symbol, o.ticker_exchange
    FROM contacts.import_batch('organization_key')
      AS b(row_number bigint, organization_id uuid, source text, external_id text, name text, owner_id uuid)
   CROSS JOIN LATERAL (
         SELECT k.organization_id FROM organization k WHERE k.organization_id = b.organization_id
         UNION ALL
         SELECT k.organization_id FROM organization k
          WHERE k.source = b.source AND k.external_id = b.external_id AND k.owner_id IS NULL
         UNION ALL
         SELECT k.organization_id FROM organization k
          WHERE k.source = b.source AND k.external_id = b.external_id AND k.owner_id = b.owner_id
         UNION ALL
         (SELECT k.organization_id FROM organization k
           WHERE k.name = b.name AND (k.owner_id IS NULL OR k.owner_id = b.owner_id)
           ORDER BY k.owner_id IS NOT NULL, k.organization_id LIMIT 1)
         LIMIT 1) AS found
         -- LIMIT keeps it a look-up, as above; a join may be planned to begin with all organizations.
   CROSS JOIN LATERAL (SELECT k.organization_id, k.import_id, k.version, k.updated_at, k.xmin, k.name, k.organization_type, k.industry,
                             k.phone, k.phone_entered, k.fax, k.fax_entered, k.street, k.street2, k.city, k.region, k.postal_code,
                             k.country, k.employee_count, k.revenue, k.websites, k.tags, k.ticker_symbol, k.ticker_exchange FROM organization k
                        WHERE k.organization_id = found.organization_id LIMIT 1) AS o
    LEFT JOIN (SELECT age(i.xmin) AS age FROM import_run i
                WHERE i.import_id = _import_match_organizations.import_id) AS r ON true;
END;

-- The rows an update changes are locked from here on, in the order of the ids, which is always the same. One look-up an
-- id here too, and with OFFSET 0 for parts, of which there may be several. of_this_import: a record before wrote it; rows of
-- another import in the same transaction are older than this one's import_run.
CREATE FUNCTION _import_contact_state(ids uuid[], import_id uuid)
  RETURNS TABLE (contact_id uuid, of_this_import boolean, organization_id uuid, organization_name text,
                 name_prefix text, first_name text, middle_name text, last_name text, name_suffix text, nickname text,
                 phonetic_first_name text, phonetic_last_name text, job_title text, department text, location text,
                 birth_date text, language text, contact_type text, contact_level text, websites text)
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT c.contact_id,
         c.import_id IS NOT DISTINCT FROM _import_contact_state.import_id
           OR (c.version > 1 AND c.updated_at = now()
               AND age(c.xmin) <= (SELECT age(r.xmin) FROM import_run r
                                    WHERE r.import_id = _import_contact_state.import_id)),
         c.organization_id, (SELECT o.name FROM organization o WHERE o.organization_id = c.organization_id),
         c.name_prefix, c.first_name, c.middle_name, c.last_name, c.name_suffix, c.nickname,
         c.phonetic_first_name, c.phonetic_last_name, c.job_title, c.department, c.location,
         to_char(c.birth_date, CASE WHEN c.birth_year_known THEN 'YYYY-MM-DD' ELSE '"--"MM-DD' END),
         c.language, c.contact_type, c.contact_level, array_to_string(c.websites, E'\n')
    FROM unnest(_import_contact_state.ids) AS i(contact_id)
   CROSS JOIN LATERAL (SELECT k.contact_id, k.import_id, k.version, k.updated_at, k.xmin, k.organization_id, k.name_prefix,
                             k.first_name, k.middle_name, k.last_name, k.name_suffix, k.nickname, k.phonetic_first_name,
                             k.phonetic_last_name, k.job_title, k.department, k.location, k.birth_date, k.birth_year_known,
                             k.language, k.contact_type, k.contact_level, k.websites FROM contact k WHERE k.contact_id = i.contact_id FOR NO KEY UPDATE) AS c;
END;

CREATE FUNCTION _import_id_state(ids uuid[], source text) RETURNS TABLE (contact_id uuid, external_id text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT c.contact_id, c.external_id
    FROM unnest(_import_id_state.ids) AS i(contact_id)
   CROSS JOIN LATERAL (SELECT k.contact_id, k.source, k.external_id FROM contact k
                        WHERE k.contact_id = i.contact_id OFFSET 0) AS c
   WHERE c.external_id IS NULL OR c.source = _import_id_state.source;
END;

CREATE FUNCTION _import_custom_state(ids uuid[], keys jsonb) RETURNS TABLE (contact_id uuid, key_number bigint, value text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT c.contact_id, k.ordinality, c.custom ->> k.key
    FROM unnest(_import_custom_state.ids) AS i(contact_id)
   CROSS JOIN LATERAL (SELECT h.contact_id, h.custom FROM contact h WHERE h.contact_id = i.contact_id OFFSET 0) AS c
   CROSS JOIN jsonb_array_elements_text(_import_custom_state.keys) WITH ORDINALITY AS k(key, ordinality);
END;

CREATE FUNCTION _import_phone_state(ids uuid[])
  RETURNS TABLE (contact_id uuid, "position" int, label text, number text, entered text, accepts_sms text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT p.contact_id, p.position, p.label, p.number::text, p.entered, p.accepts_sms::text
    FROM unnest(_import_phone_state.ids) AS i(contact_id)
   CROSS JOIN LATERAL (SELECT k.contact_id, k.position, k.label, k.number, k.entered, k.accepts_sms FROM contact_phone k WHERE k.contact_id = i.contact_id OFFSET 0) AS p
   ORDER BY p.contact_id, p.position;
END;

CREATE FUNCTION _import_email_state(ids uuid[])
  RETURNS TABLE (contact_id uuid, "position" int, label text, address text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT p.contact_id, p.position, p.label, p.address::text
    FROM unnest(_import_email_state.ids) AS i(contact_id)
   CROSS JOIN LATERAL (SELECT k.contact_id, k.position, k.label, k.address FROM contact_email k WHERE k.contact_id = i.contact_id OFFSET 0) AS p
   ORDER BY p.contact_id, p.position;
END;

CREATE FUNCTION _import_address_state(ids uuid[])
  RETURNS TABLE (contact_id uuid, "position" int, label text, street text, street2 text, city text, region text,
                 postal_code text, country text, country_entered text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT p.contact_id, p.position, p.label, p.street, p.street2, p.city, p.region, p.postal_code, p.country,
         p.country_entered
    FROM unnest(_import_address_state.ids) AS i(contact_id)
   CROSS JOIN LATERAL (SELECT k.contact_id, k.position, k.label, k.street, k.street2, k.city, k.region, k.postal_code, k.country,
                             k.country_entered FROM contact_address k WHERE k.contact_id = i.contact_id OFFSET 0) AS p
   ORDER BY p.contact_id, p.position;
END;

CREATE FUNCTION _import_social_state(ids uuid[])
  RETURNS TABLE (contact_id uuid, "position" int, network text, handle text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT p.contact_id, p.position, p.network, p.handle
    FROM unnest(_import_social_state.ids) AS i(contact_id)
   CROSS JOIN LATERAL (SELECT k.contact_id, k.position, k.network, k.handle FROM contact_social k WHERE k.contact_id = i.contact_id OFFSET 0) AS p
   ORDER BY p.contact_id, p.position;
END;

CREATE FUNCTION _import_group_state(ids uuid[]) RETURNS TABLE (contact_id uuid, "position" int, label text, name text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT m.contact_id, 0, NULL::text, g.name
    FROM unnest(_import_group_state.ids) AS i(contact_id)
   CROSS JOIN LATERAL (SELECT k.contact_id, k.group_id FROM contact_group_member k
                        WHERE k.contact_id = i.contact_id OFFSET 0) AS m
    JOIN contact_group g ON g.group_id = m.group_id
   ORDER BY m.contact_id, g.name;
END;

CREATE FUNCTION _import_note_state(ids uuid[]) RETURNS TABLE (contact_id uuid, "position" int, label text, body text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT n.contact_id, 0, NULL::text, n.body
    FROM unnest(_import_note_state.ids) AS i(contact_id)
   CROSS JOIN LATERAL (SELECT k.contact_id, k.body FROM contact_note k WHERE k.contact_id = i.contact_id OFFSET 0) AS n;
END;

CREATE FUNCTION _import_insert_organizations() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO organization (organization_id, owner_id, source, external_id, name, organization_type, industry, phone,
                            phone_entered, fax, fax_entered, street, street2, city, region, postal_code, country,
                            employee_count, revenue, websites, tags, ticker_symbol, ticker_exchange)
  SELECT b.organization_id, b.owner_id, b.source, b.external_id, b.name, b.organization_type, b.industry, b.phone, b.phone_entered,
         b.fax, b.fax_entered, b.street, b.street2, b.city, b.region, b.postal_code, b.country,
         b.employee_count, b.revenue, string_to_array(b.websites, E'\n'), string_to_array(b.tags, E'\n'),
         b.ticker_symbol, b.ticker_exchange
    FROM contacts.import_batch('organization_insert')
      AS b(organization_id uuid, source text, external_id text, name text, organization_type text, industry text,
           phone contacts.phone, phone_entered text, fax contacts.phone, fax_entered text, street text, street2 text,
           city text, region text, postal_code text, country text, employee_count bigint, revenue numeric,
           websites text, tags text, ticker_symbol text, ticker_exchange text, owner_id uuid)
  RETURNING organization_id;
END;

CREATE FUNCTION _import_update_organizations() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  UPDATE organization o
     SET name = b.name, organization_type = b.organization_type, industry = b.industry, phone = b.phone,
         phone_entered = b.phone_entered, fax = b.fax, fax_entered = b.fax_entered, street = b.street,
         street2 = b.street2, city = b.city, region = b.region, postal_code = b.postal_code, country = b.country,
         employee_count = b.employee_count, revenue = b.revenue, websites = string_to_array(b.websites, E'\n'),
         tags = string_to_array(b.tags, E'\n'), ticker_symbol = b.ticker_symbol, ticker_exchange = b.ticker_exchange
    FROM contacts.import_batch('organization_update')
      AS b(organization_id uuid, name text, organization_type text, industry text,
           phone contacts.phone, phone_entered text, fax contacts.phone, fax_entered text, street text, street2 text,
           city text, region text, postal_code text, country text, employee_count bigint, revenue numeric,
           websites text, tags text, ticker_symbol text, ticker_exchange text)
   CROSS JOIN LATERAL (SELECT k.ctid FROM organization k WHERE k.organization_id = b.organization_id LIMIT 1) AS place(tid)
   WHERE o.ctid = place.tid;
END;

CREATE FUNCTION _import_insert_contacts() RETURNS SETOF uuid
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO contact (contact_id, source, external_id, visibility, owner_id, organization_id, contact_type,
                       contact_level, name_prefix, first_name, middle_name, last_name, name_suffix, nickname,
                       phonetic_first_name, phonetic_last_name, job_title, department, location, birth_date,
                       birth_year_known, language, websites, custom)
  SELECT b.contact_id, b.source, b.external_id, b.visibility, b.owner_id, b.organization_id, b.contact_type,
         b.contact_level, b.name_prefix, b.first_name, b.middle_name, b.last_name, b.name_suffix, b.nickname,
         b.phonetic_first_name, b.phonetic_last_name, b.job_title, b.department, b.location, b.birth_date,
         b.birth_year_known, b.language, string_to_array(b.websites, E'\n'), b.custom
    FROM contacts.import_batch('contact_insert')
      AS b(contact_id uuid, source text, external_id text, visibility text, owner_id uuid, organization_id uuid,
           contact_type text, contact_level text, name_prefix text, first_name text, middle_name text, last_name text,
           name_suffix text, nickname text, phonetic_first_name text, phonetic_last_name text, job_title text,
           department text, location text, birth_date date, birth_year_known boolean, language text, websites text,
           custom jsonb)
  RETURNING contact_id;
END;

-- Updates and deletes look each row up by its key and then go to where it lies. A plain join by key would be planned by
-- what statistics say of the table; where they were made while an import filled it they say that it is empty, and every
-- batch would read all of it. LIMIT keeps the look-up one, whatever they say.

-- A contact of which only parts change is written too, as it is: a policy or a trigger that refuses it refuses its parts.
-- Those raise its version, and their changes join its entry of change_log.
CREATE FUNCTION _import_update_contacts() RETURNS SETOF uuid
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  UPDATE contact c
     SET organization_id = b.organization_id, contact_type = b.contact_type, contact_level = b.contact_level,
         name_prefix = b.name_prefix, first_name = b.first_name, middle_name = b.middle_name, last_name = b.last_name,
         name_suffix = b.name_suffix, nickname = b.nickname, phonetic_first_name = b.phonetic_first_name,
         phonetic_last_name = b.phonetic_last_name, job_title = b.job_title, department = b.department,
         location = b.location, birth_date = b.birth_date, birth_year_known = b.birth_year_known,
         language = b.language, websites = string_to_array(b.websites, E'\n'),
         custom = (c.custom || b.custom) - b.custom_removed,
         source = coalesce(b.source, c.source), external_id = coalesce(b.external_id, c.external_id)
    FROM contacts.import_batch('contact_update')
      AS b(contact_id uuid, organization_id uuid, contact_type text, contact_level text, name_prefix text,
           first_name text, middle_name text, last_name text, name_suffix text, nickname text,
           phonetic_first_name text, phonetic_last_name text, job_title text, department text, location text,
           birth_date date, birth_year_known boolean, language text, websites text,
           custom jsonb, custom_removed text[], source text, external_id text)
   CROSS JOIN LATERAL (SELECT k.ctid FROM contact k WHERE k.contact_id = b.contact_id LIMIT 1) AS place(tid)
   WHERE c.ctid = place.tid
  RETURNING c.contact_id;
END;

CREATE FUNCTION _import_delete_phones() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  DELETE FROM contact_phone p
   USING contacts.import_batch('phone_delete') AS b(contact_id uuid, "position" int)
   CROSS JOIN LATERAL (SELECT k.ctid FROM contact_phone k
                        WHERE k.contact_id = b.contact_id AND k.position = b.position LIMIT 1) AS place(tid)
   WHERE p.ctid = place.tid;
END;

CREATE FUNCTION _import_update_phones() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  UPDATE contact_phone p
     SET label = b.label, number = b.number, entered = b.entered, accepts_sms = b.accepts_sms
    FROM contacts.import_batch('phone_update')
      AS b(contact_id uuid, "position" int, label text, number contacts.phone, entered text, accepts_sms boolean)
   CROSS JOIN LATERAL (SELECT k.ctid FROM contact_phone k
                        WHERE k.contact_id = b.contact_id AND k.position = b.position LIMIT 1) AS place(tid)
   WHERE p.ctid = place.tid;
END;

CREATE FUNCTION _import_insert_phones() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO contact_phone (contact_id, position, label, number, entered, accepts_sms, owner_id, visibility)
  SELECT b.contact_id, b.position, b.label, b.number, b.entered, b.accepts_sms, b.owner_id, b.visibility
    FROM contacts.import_batch('phone_insert')
      AS b(contact_id uuid, "position" int, label text, number contacts.phone, entered text, accepts_sms boolean,
           owner_id uuid, visibility text)
  RETURNING contact_id;
END;

CREATE FUNCTION _import_delete_emails() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  DELETE FROM contact_email p
   USING contacts.import_batch('email_delete') AS b(contact_id uuid, "position" int)
   CROSS JOIN LATERAL (SELECT k.ctid FROM contact_email k
                        WHERE k.contact_id = b.contact_id AND k.position = b.position LIMIT 1) AS place(tid)
   WHERE p.ctid = place.tid;
END;

CREATE FUNCTION _import_update_emails() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  UPDATE contact_email p
     SET label = b.label, address = b.address
    FROM contacts.import_batch('email_update')
      AS b(contact_id uuid, "position" int, label text, address contacts.email)
   CROSS JOIN LATERAL (SELECT k.ctid FROM contact_email k
                        WHERE k.contact_id = b.contact_id AND k.position = b.position LIMIT 1) AS place(tid)
   WHERE p.ctid = place.tid;
END;

CREATE FUNCTION _import_insert_emails() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO contact_email (contact_id, position, label, address, owner_id, visibility)
  SELECT b.contact_id, b.position, b.label, b.address, b.owner_id, b.visibility
    FROM contacts.import_batch('email_insert')
      AS b(contact_id uuid, "position" int, label text, address contacts.email, owner_id uuid, visibility text)
  RETURNING contact_id;
END;

CREATE FUNCTION _import_delete_addresses() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  DELETE FROM contact_address p
   USING contacts.import_batch('address_delete') AS b(contact_id uuid, "position" int)
   CROSS JOIN LATERAL (SELECT k.ctid FROM contact_address k
                        WHERE k.contact_id = b.contact_id AND k.position = b.position LIMIT 1) AS place(tid)
   WHERE p.ctid = place.tid;
END;

CREATE FUNCTION _import_update_addresses() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  UPDATE contact_address p
     SET label = b.label, street = b.street, street2 = b.street2, city = b.city, region = b.region,
         postal_code = b.postal_code, country = b.country, country_entered = b.country_entered
    FROM contacts.import_batch('address_update')
      AS b(contact_id uuid, "position" int, label text, street text, street2 text, city text, region text,
           postal_code text, country text, country_entered text)
   CROSS JOIN LATERAL (SELECT k.ctid FROM contact_address k
                        WHERE k.contact_id = b.contact_id AND k.position = b.position LIMIT 1) AS place(tid)
   WHERE p.ctid = place.tid;
END;

CREATE FUNCTION _import_insert_addresses() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO contact_address (contact_id, position, label, street, street2, city, region, postal_code, country,
                               country_entered, owner_id, visibility)
  SELECT b.contact_id, b.position, b.label, b.street, b.street2, b.city, b.region, b.postal_code, b.country,
         b.country_entered, b.owner_id, b.visibility
    FROM contacts.import_batch('address_insert')
      AS b(contact_id uuid, "position" int, label text, street text, street2 text, city text, region text,
           postal_code text, country text, country_entered text, owner_id uuid, visibility text)
  RETURNING contact_id;
END;

CREATE FUNCTION _import_delete_socials() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  DELETE FROM contact_social p
   USING contacts.import_batch('social_delete') AS b(contact_id uuid, "position" int)
   CROSS JOIN LATERAL (SELECT k.ctid FROM contact_social k
                        WHERE k.contact_id = b.contact_id AND k.position = b.position LIMIT 1) AS place(tid)
   WHERE p.ctid = place.tid;
END;

CREATE FUNCTION _import_update_socials() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  UPDATE contact_social p
     SET network = b.network, handle = b.handle
    FROM contacts.import_batch('social_update') AS b(contact_id uuid, "position" int, network text, handle text)
   CROSS JOIN LATERAL (SELECT k.ctid FROM contact_social k
                        WHERE k.contact_id = b.contact_id AND k.position = b.position LIMIT 1) AS place(tid)
   WHERE p.ctid = place.tid;
END;

CREATE FUNCTION _import_insert_socials() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO contact_social (contact_id, position, network, handle, owner_id, visibility)
  SELECT b.contact_id, b.position, b.network, b.handle, b.owner_id, b.visibility
    FROM contacts.import_batch('social_insert')
      AS b(contact_id uuid, "position" int, network text, handle text, owner_id uuid, visibility text)
  RETURNING contact_id;
END;

CREATE FUNCTION _import_delete_groups() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  DELETE FROM contact_group_member m
   USING contacts.import_batch('group_delete') AS b(contact_id uuid, name text), contact_group g
   WHERE g.name = b.name AND m.contact_id = b.contact_id AND m.group_id = g.group_id;
END;

CREATE FUNCTION _import_insert_groups() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO contact_group (owner_id, name)
  SELECT DISTINCT b.private_to, b.name
    FROM (SELECT i.name, CASE WHEN i.visibility = 'personal' THEN i.owner_id ELSE contacts.private_owner('staff'::regclass) END AS private_to
            FROM contacts.import_batch('group_insert') AS i(name text, owner_id uuid, visibility text)) AS b
   WHERE NOT EXISTS (SELECT FROM contact_group g
                      WHERE g.name = b.name AND (g.owner_id IS NULL OR g.owner_id = b.private_to))
   ORDER BY b.name, b.private_to
      ON CONFLICT (owner_id, name) DO NOTHING;
  INSERT INTO contact_group_member (contact_id, group_id, owner_id, visibility)
  SELECT b.contact_id, g.group_id, b.owner_id, b.visibility
    FROM contacts.import_batch('group_insert') AS b(contact_id uuid, name text, owner_id uuid, visibility text)
   CROSS JOIN LATERAL (
         SELECT k.group_id FROM contact_group k
          WHERE k.name = b.name
            AND (k.owner_id IS NULL
                 OR k.owner_id = CASE WHEN b.visibility = 'personal' THEN b.owner_id ELSE contacts.private_owner('staff'::regclass) END)
          ORDER BY k.owner_id IS NOT NULL LIMIT 1) AS g
      ON CONFLICT (contact_id, group_id) DO NOTHING
  RETURNING contact_id;
END;

CREATE FUNCTION _import_insert_notes(import_id uuid) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO contact_note (contact_id, body, import_id, owner_id, visibility)
  SELECT b.contact_id, b.body, _import_insert_notes.import_id, b.owner_id, b.visibility
    FROM contacts.import_batch('note_insert') AS b(contact_id uuid, body text, owner_id uuid, visibility text)
  RETURNING contact_id;
END;

CREATE FUNCTION _import_write_errors(import_id uuid) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO import_error (import_id, ordinal, line, record, severity, code, column_name, target, value, message, cells, personal)
  SELECT _import_write_errors.import_id, b.ordinal, b.line, b.record, b.severity, b.code, b.column_name, b.target,
         b.value, b.message, b.cells,
         coalesce((SELECT r.options ->> 'visibility' = 'personal' FROM import_run r
                    WHERE r.import_id = _import_write_errors.import_id), false)
    FROM contacts.import_batch('error')
      AS b(ordinal bigint, line bigint, record bigint, severity text, code text, column_name text, target text,
           value text, message text, cells text[])
  RETURNING ordinal;
END;

COMMENT ON FUNCTION _import_lock() IS 'Waits for other imports into this directory that may write the same rows; held to the end of the transaction.';
COMMENT ON FUNCTION _import_owner(text) IS 'The colleague of this login, by default of who acts; NULL where nobody of it is enrolled.';
COMMENT ON FUNCTION _import_check_permission() IS 'Error 42501 for who may not import; whether contacts of the company may be made.';
COMMENT ON FUNCTION _import_profile(text) IS 'The import profile of this name as JSON; NULL: there is none.';
COMMENT ON FUNCTION _import_deferrable_constraints() IS 'Deferrable constraints of the directory''s tables as SET CONSTRAINTS names them; NULL where there are none.';
COMMENT ON FUNCTION _import_begin(jsonb) IS 'Makes the row of import_run.';
COMMENT ON FUNCTION _import_end(jsonb) IS 'Writes an import''s totals to its row of import_run; the row as JSON.';
COMMENT ON FUNCTION _import_match_contacts() IS 'The contacts that the IDs of the batch (relation contact_key) mean.';
COMMENT ON FUNCTION _import_match_criteria(int) IS 'The contacts that the criteria of the batch (relation match_key) find, at most so many for one value.';
COMMENT ON FUNCTION _import_match_organizations(uuid) IS 'The organizations that the batch (relation organization_key) means, with what is known of them.';
COMMENT ON FUNCTION _import_contact_state(uuid[], uuid) IS 'What is known of these contacts; locks their rows.';
COMMENT ON FUNCTION _import_id_state(uuid[], text) IS 'The external IDs of these contacts: of those that have one of this source, or NULL of those that have none.';
COMMENT ON FUNCTION _import_custom_state(uuid[], jsonb) IS 'The values of these custom keys of these contacts.';
COMMENT ON FUNCTION _import_phone_state(uuid[]) IS 'Phones of these contacts.';
COMMENT ON FUNCTION _import_email_state(uuid[]) IS 'E-mail addresses of these contacts.';
COMMENT ON FUNCTION _import_address_state(uuid[]) IS 'Postal addresses of these contacts.';
COMMENT ON FUNCTION _import_social_state(uuid[]) IS 'Social accounts of these contacts.';
COMMENT ON FUNCTION _import_group_state(uuid[]) IS 'Groups of these contacts.';
COMMENT ON FUNCTION _import_note_state(uuid[]) IS 'Notes about these contacts.';
COMMENT ON FUNCTION _import_insert_organizations() IS 'Inserts new organizations of the batch.';
COMMENT ON FUNCTION _import_update_organizations() IS 'Updates organizations of the batch.';
COMMENT ON FUNCTION _import_insert_contacts() IS 'Inserts the new contacts of the batch; the ids that were stored.';
COMMENT ON FUNCTION _import_update_contacts() IS 'Updates the contacts of the batch; the ids that were changed.';
COMMENT ON FUNCTION _import_delete_phones() IS 'Deletes phones of the batch.';
COMMENT ON FUNCTION _import_update_phones() IS 'Updates phones of the batch.';
COMMENT ON FUNCTION _import_insert_phones() IS 'Inserts new phones of the batch.';
COMMENT ON FUNCTION _import_delete_emails() IS 'Deletes e-mail addresses of the batch.';
COMMENT ON FUNCTION _import_update_emails() IS 'Updates e-mail addresses of the batch.';
COMMENT ON FUNCTION _import_insert_emails() IS 'Inserts new e-mail addresses of the batch.';
COMMENT ON FUNCTION _import_delete_addresses() IS 'Deletes postal addresses of the batch.';
COMMENT ON FUNCTION _import_update_addresses() IS 'Updates postal addresses of the batch.';
COMMENT ON FUNCTION _import_insert_addresses() IS 'Inserts new postal addresses of the batch.';
COMMENT ON FUNCTION _import_delete_socials() IS 'Deletes social accounts of the batch.';
COMMENT ON FUNCTION _import_update_socials() IS 'Updates social accounts of the batch.';
COMMENT ON FUNCTION _import_insert_socials() IS 'Inserts new social accounts of the batch.';
COMMENT ON FUNCTION _import_delete_groups() IS 'Removes contacts of the batch from groups.';
COMMENT ON FUNCTION _import_insert_groups() IS 'Adds contacts of the batch to groups, making these where needed.';
COMMENT ON FUNCTION _import_insert_notes(uuid) IS 'Adds the notes of the batch, as made by this import.';
COMMENT ON FUNCTION _import_write_errors(uuid) IS 'Adds the faults of the batch to import_error.';
