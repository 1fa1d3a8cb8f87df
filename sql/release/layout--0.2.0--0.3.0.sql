-- From layout 0.2.0.

-- Functions whose parameters changed.
DROP FUNCTION import_csv(bytea, text, text, text, text, text, text, text, text, text, boolean, text, bigint, text[], text, boolean, bigint, text, text, bigint);
DROP FUNCTION import_large_object(oid, text, text, text, text, text, text, text, text, text, boolean, text, bigint, text[], text, boolean, bigint, text, text, bigint);
DROP FUNCTION import_file(text, text, text, text, text, text, text, text, text, text, boolean, text, bigint, text[], text, boolean, bigint, text, text, bigint);
DROP FUNCTION _import_options(text, text, text, text, text, text, text, text, text, boolean, text, bigint, text[], text, boolean, bigint, text, text, bigint);

-- Entries of import_error belong to who ran the import, in the foreign key too: who knew the id of another's import could add
-- to it. Those that somebody did add become entries of whose import it is, who sees them and may delete them.
ALTER TABLE import_run ADD UNIQUE (import_id, started_by);
UPDATE import_error e SET started_by = r.started_by
  FROM import_run r WHERE r.import_id = e.import_id AND r.started_by <> e.started_by;
ALTER TABLE import_error DROP CONSTRAINT import_error_import_id_fkey,
  ADD CONSTRAINT import_error_import_run_fkey FOREIGN KEY (import_id, started_by)
    REFERENCES import_run (import_id, started_by) ON UPDATE CASCADE ON DELETE CASCADE;

-- Import profiles with a dialect that there is not are refused when they are written.
CREATE OR REPLACE FUNCTION _import_profile_name() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
  IF NEW.name = 'auto' OR EXISTS (SELECT FROM contacts.format_field() f WHERE f.format = NEW.name) THEN
    RAISE EXCEPTION USING
      ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('an import profile cannot be named "%s"', NEW.name),
      DETAIL = 'The import knows a format of that name.';
  END IF;
  PERFORM FROM contacts.read_csv(
    '', encoding => NEW.options ->> 'encoding',
    delimiter => CASE WHEN lower(NEW.options ->> 'delimiter') IN ('tab', '\t') THEN E'\t' ELSE NEW.options ->> 'delimiter' END,
    quote => CASE WHEN lower(NEW.options ->> 'quote') IN ('tab', '\t') THEN E'\t' ELSE NEW.options ->> 'quote' END,
    escape => CASE WHEN lower(NEW.options ->> 'escape') IN ('tab', '\t') THEN E'\t' ELSE NEW.options ->> 'escape' END);
  RETURN NEW;
END
$body$;
COMMENT ON FUNCTION _import_profile_name() IS 'Trigger of import_profile: refuses the names of formats, and dialects that there are not.';
CREATE OR REPLACE TRIGGER check_name BEFORE INSERT OR UPDATE OF name, options ON import_profile
  FOR EACH ROW EXECUTE FUNCTION _import_profile_name();
COMMENT ON TRIGGER check_name ON import_profile IS 'Refuses the names of formats, and dialects that there are not.';

-- Functions and views that changed.
-- What the import engine runs for each batch. Every function reads the batch as a relation, contacts.import_batch(),
-- and is one set-based statement a table; all constraints, policies and triggers hold. The inserts carry RETURNING:
-- without it a distributed INSERT … SELECT turns into a COPY, which row-level security refuses. One that writes is
-- called only where its relation has rows: statistics made while an import fills a table say that it is empty, and a
-- plan for an empty table may read all of it, batch after batch, with nothing to do. Columns are named, never *: a body
-- that is bound to a column that the DBA added would not let him drop it.

-- Imports that may change existing rows go one after the other: two with the same rows in different order would
-- wait for each other.
CREATE OR REPLACE FUNCTION _import_lock() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT pg_advisory_xact_lock('pg_class'::regclass::oid::int, 'contact'::regclass::oid::int);
END;

-- Whose the new contacts are: the colleague of this login, by default who acts; NULL for who is not enrolled.
CREATE OR REPLACE FUNCTION _import_owner(login text) RETURNS uuid
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT s.staff_id FROM staff s WHERE s.login = coalesce(_import_owner.login, contacts.actor());
END;

-- Once for an import, and early; the policies decide about every row all the same.
CREATE OR REPLACE FUNCTION _import_check_permission() RETURNS boolean
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT contacts.check_permission('staff'::regclass, 'import'), contacts.check_permission('staff'::regclass, 'edit');
  SELECT contacts.has_permission('staff'::regclass, 'admin')
      OR pg_has_role((SELECT t.relowner FROM pg_class t WHERE t.oid = 'staff'::regclass), 'USAGE');
END;

CREATE OR REPLACE FUNCTION _import_profile(name text) RETURNS jsonb
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT to_jsonb(p) FROM import_profile p WHERE p.name = _import_profile.name;
END;

-- Constraints that could be checked only at commit: the import tries them batch by batch, to find the record at fault.
CREATE OR REPLACE FUNCTION _import_deferrable_constraints() RETURNS text
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT string_agg(DISTINCT format('%I.%I', n.nspname, k.conname), ', ')
    FROM pg_constraint k
    JOIN pg_class t ON t.oid = k.conrelid
    JOIN pg_namespace n ON n.oid = k.connamespace
   WHERE k.condeferrable
     AND t.relnamespace = (SELECT c.relnamespace FROM pg_class c WHERE c.oid = 'contact'::regclass);
END;

CREATE OR REPLACE FUNCTION _import_begin(run jsonb) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO import_run (import_id, format, file_name, started_at, options, header, delimiter)
  SELECT r.import_id, r.format, r.file_name, clock_timestamp(), r.options, r.header, r.delimiter
    FROM jsonb_to_record(_import_begin.run)
      AS r(import_id uuid, format text, file_name text, options jsonb, header text[], delimiter text);
END;

CREATE OR REPLACE FUNCTION _import_end(run jsonb) RETURNS jsonb
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
CREATE OR REPLACE FUNCTION _import_match_contacts() RETURNS TABLE (row_number bigint, contact_id uuid)
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
CREATE OR REPLACE FUNCTION _import_match_criteria(most int) RETURNS TABLE (row_number bigint, criterion int, contact_id uuid)
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
CREATE OR REPLACE FUNCTION _import_match_organizations(import_id uuid)
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
CREATE OR REPLACE FUNCTION _import_contact_state(ids uuid[], import_id uuid)
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

CREATE OR REPLACE FUNCTION _import_id_state(ids uuid[], source text) RETURNS TABLE (contact_id uuid, external_id text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT c.contact_id, c.external_id
    FROM unnest(_import_id_state.ids) AS i(contact_id)
   CROSS JOIN LATERAL (SELECT k.contact_id, k.source, k.external_id FROM contact k
                        WHERE k.contact_id = i.contact_id OFFSET 0) AS c
   WHERE c.external_id IS NULL OR c.source = _import_id_state.source;
END;

CREATE OR REPLACE FUNCTION _import_custom_state(ids uuid[], keys jsonb) RETURNS TABLE (contact_id uuid, key_number bigint, value text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT c.contact_id, k.ordinality, c.custom ->> k.key
    FROM unnest(_import_custom_state.ids) AS i(contact_id)
   CROSS JOIN LATERAL (SELECT h.contact_id, h.custom FROM contact h WHERE h.contact_id = i.contact_id OFFSET 0) AS c
   CROSS JOIN jsonb_array_elements_text(_import_custom_state.keys) WITH ORDINALITY AS k(key, ordinality);
END;

CREATE OR REPLACE FUNCTION _import_phone_state(ids uuid[])
  RETURNS TABLE (contact_id uuid, "position" int, label text, number text, entered text, accepts_sms text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT p.contact_id, p.position, p.label, p.number::text, p.entered, p.accepts_sms::text
    FROM unnest(_import_phone_state.ids) AS i(contact_id)
   CROSS JOIN LATERAL (SELECT k.contact_id, k.position, k.label, k.number, k.entered, k.accepts_sms FROM contact_phone k WHERE k.contact_id = i.contact_id OFFSET 0) AS p
   ORDER BY p.contact_id, p.position;
END;

CREATE OR REPLACE FUNCTION _import_email_state(ids uuid[])
  RETURNS TABLE (contact_id uuid, "position" int, label text, address text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT p.contact_id, p.position, p.label, p.address::text
    FROM unnest(_import_email_state.ids) AS i(contact_id)
   CROSS JOIN LATERAL (SELECT k.contact_id, k.position, k.label, k.address FROM contact_email k WHERE k.contact_id = i.contact_id OFFSET 0) AS p
   ORDER BY p.contact_id, p.position;
END;

CREATE OR REPLACE FUNCTION _import_address_state(ids uuid[])
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

CREATE OR REPLACE FUNCTION _import_social_state(ids uuid[])
  RETURNS TABLE (contact_id uuid, "position" int, network text, handle text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT p.contact_id, p.position, p.network, p.handle
    FROM unnest(_import_social_state.ids) AS i(contact_id)
   CROSS JOIN LATERAL (SELECT k.contact_id, k.position, k.network, k.handle FROM contact_social k WHERE k.contact_id = i.contact_id OFFSET 0) AS p
   ORDER BY p.contact_id, p.position;
END;

CREATE OR REPLACE FUNCTION _import_group_state(ids uuid[]) RETURNS TABLE (contact_id uuid, "position" int, label text, name text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT m.contact_id, 0, NULL::text, g.name
    FROM unnest(_import_group_state.ids) AS i(contact_id)
   CROSS JOIN LATERAL (SELECT k.contact_id, k.group_id FROM contact_group_member k
                        WHERE k.contact_id = i.contact_id OFFSET 0) AS m
    JOIN contact_group g ON g.group_id = m.group_id
   ORDER BY m.contact_id, g.name;
END;

CREATE OR REPLACE FUNCTION _import_note_state(ids uuid[]) RETURNS TABLE (contact_id uuid, "position" int, label text, body text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT n.contact_id, 0, NULL::text, n.body
    FROM unnest(_import_note_state.ids) AS i(contact_id)
   CROSS JOIN LATERAL (SELECT k.contact_id, k.body FROM contact_note k WHERE k.contact_id = i.contact_id OFFSET 0) AS n;
END;

CREATE OR REPLACE FUNCTION _import_insert_organizations() RETURNS void
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

CREATE OR REPLACE FUNCTION _import_update_organizations() RETURNS void
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

CREATE OR REPLACE FUNCTION _import_insert_contacts() RETURNS SETOF uuid
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
CREATE OR REPLACE FUNCTION _import_update_contacts() RETURNS SETOF uuid
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

CREATE OR REPLACE FUNCTION _import_delete_phones() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  DELETE FROM contact_phone p
   USING contacts.import_batch('phone_delete') AS b(contact_id uuid, "position" int)
   CROSS JOIN LATERAL (SELECT k.ctid FROM contact_phone k
                        WHERE k.contact_id = b.contact_id AND k.position = b.position LIMIT 1) AS place(tid)
   WHERE p.ctid = place.tid;
END;

CREATE OR REPLACE FUNCTION _import_update_phones() RETURNS void
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

CREATE OR REPLACE FUNCTION _import_insert_phones() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO contact_phone (contact_id, position, label, number, entered, accepts_sms, owner_id, visibility)
  SELECT b.contact_id, b.position, b.label, b.number, b.entered, b.accepts_sms, b.owner_id, b.visibility
    FROM contacts.import_batch('phone_insert')
      AS b(contact_id uuid, "position" int, label text, number contacts.phone, entered text, accepts_sms boolean,
           owner_id uuid, visibility text)
  RETURNING contact_id;
END;

CREATE OR REPLACE FUNCTION _import_delete_emails() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  DELETE FROM contact_email p
   USING contacts.import_batch('email_delete') AS b(contact_id uuid, "position" int)
   CROSS JOIN LATERAL (SELECT k.ctid FROM contact_email k
                        WHERE k.contact_id = b.contact_id AND k.position = b.position LIMIT 1) AS place(tid)
   WHERE p.ctid = place.tid;
END;

CREATE OR REPLACE FUNCTION _import_update_emails() RETURNS void
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

CREATE OR REPLACE FUNCTION _import_insert_emails() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO contact_email (contact_id, position, label, address, owner_id, visibility)
  SELECT b.contact_id, b.position, b.label, b.address, b.owner_id, b.visibility
    FROM contacts.import_batch('email_insert')
      AS b(contact_id uuid, "position" int, label text, address contacts.email, owner_id uuid, visibility text)
  RETURNING contact_id;
END;

CREATE OR REPLACE FUNCTION _import_delete_addresses() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  DELETE FROM contact_address p
   USING contacts.import_batch('address_delete') AS b(contact_id uuid, "position" int)
   CROSS JOIN LATERAL (SELECT k.ctid FROM contact_address k
                        WHERE k.contact_id = b.contact_id AND k.position = b.position LIMIT 1) AS place(tid)
   WHERE p.ctid = place.tid;
END;

CREATE OR REPLACE FUNCTION _import_update_addresses() RETURNS void
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

CREATE OR REPLACE FUNCTION _import_insert_addresses() RETURNS void
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

CREATE OR REPLACE FUNCTION _import_delete_socials() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  DELETE FROM contact_social p
   USING contacts.import_batch('social_delete') AS b(contact_id uuid, "position" int)
   CROSS JOIN LATERAL (SELECT k.ctid FROM contact_social k
                        WHERE k.contact_id = b.contact_id AND k.position = b.position LIMIT 1) AS place(tid)
   WHERE p.ctid = place.tid;
END;

CREATE OR REPLACE FUNCTION _import_update_socials() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  UPDATE contact_social p
     SET network = b.network, handle = b.handle
    FROM contacts.import_batch('social_update') AS b(contact_id uuid, "position" int, network text, handle text)
   CROSS JOIN LATERAL (SELECT k.ctid FROM contact_social k
                        WHERE k.contact_id = b.contact_id AND k.position = b.position LIMIT 1) AS place(tid)
   WHERE p.ctid = place.tid;
END;

CREATE OR REPLACE FUNCTION _import_insert_socials() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO contact_social (contact_id, position, network, handle, owner_id, visibility)
  SELECT b.contact_id, b.position, b.network, b.handle, b.owner_id, b.visibility
    FROM contacts.import_batch('social_insert')
      AS b(contact_id uuid, "position" int, network text, handle text, owner_id uuid, visibility text)
  RETURNING contact_id;
END;

CREATE OR REPLACE FUNCTION _import_delete_groups() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  DELETE FROM contact_group_member m
   USING contacts.import_batch('group_delete') AS b(contact_id uuid, name text), contact_group g
   WHERE g.name = b.name AND m.contact_id = b.contact_id AND m.group_id = g.group_id;
END;

CREATE OR REPLACE FUNCTION _import_insert_groups() RETURNS void
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

CREATE OR REPLACE FUNCTION _import_insert_notes(import_id uuid) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO contact_note (contact_id, body, import_id, owner_id, visibility)
  SELECT b.contact_id, b.body, _import_insert_notes.import_id, b.owner_id, b.visibility
    FROM contacts.import_batch('note_insert') AS b(contact_id uuid, body text, owner_id uuid, visibility text)
  RETURNING contact_id;
END;

CREATE OR REPLACE FUNCTION _import_write_errors(import_id uuid) RETURNS void
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
-- The doors of the import: a file's content, a large object, a file of the server, and the views of the formats.

CREATE OR REPLACE FUNCTION _import_options(
    format text, mode text, default_region text, encoding text, delimiter text, quote text, empty_cells text,
    visibility text, owner text, strict boolean, file_name text, max_bytes bigint, match_by text[],
    on_duplicate text, dry_run boolean, max_errors bigint, date_order text, escape text, max_field_bytes bigint,
    null_strings text[])
  RETURNS jsonb
  LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
  SELECT jsonb_strip_nulls(jsonb_build_object(
           'format', format, 'mode', mode, 'default_region', default_region, 'encoding', encoding,
           'delimiter', delimiter, 'quote', quote, 'empty_cells', empty_cells, 'visibility', visibility,
           'owner', owner, 'strict', strict, 'file_name', file_name, 'max_bytes', max_bytes,
           'match_by', array_to_string(match_by, ','), 'on_duplicate', on_duplicate,
           'dry_run', nullif(dry_run, false), 'max_errors', max_errors, 'date_order', date_order, 'escape', escape,
           'max_field_bytes', max_field_bytes, 'null_strings', array_to_string(null_strings, E'\n')));
END;
COMMENT ON FUNCTION _import_options IS 'The options of an import as the engine takes them.';

CREATE OR REPLACE FUNCTION _import_result(run jsonb)
  RETURNS TABLE (import_id uuid, format text, file_name text, started_at timestamptz, finished_at timestamptz,
                 started_by text, records bigint, inserted bigint, updated bigint, unchanged bigint, failed bigint,
                 blank bigint, warnings bigint, options jsonb, message text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT *
    FROM jsonb_to_record(run)
      AS r(import_id uuid, format text, file_name text, started_at timestamptz, finished_at timestamptz,
           started_by text, records bigint, inserted bigint, updated bigint, unchanged bigint, failed bigint,
           blank bigint, warnings bigint, options jsonb, message text);
END;
COMMENT ON FUNCTION _import_result(jsonb) IS 'The row of import_run that the engine gives as JSON.';

CREATE OR REPLACE FUNCTION import_csv(
    content bytea, format text DEFAULT 'auto', mode text DEFAULT NULL, default_region text DEFAULT NULL,
    encoding text DEFAULT NULL, delimiter text DEFAULT NULL, quote text DEFAULT NULL, empty_cells text DEFAULT NULL,
    visibility text DEFAULT NULL, owner text DEFAULT NULL, strict boolean DEFAULT NULL, file_name text DEFAULT NULL,
    max_bytes bigint DEFAULT NULL, match_by text[] DEFAULT NULL, on_duplicate text DEFAULT NULL,
    dry_run boolean DEFAULT false, max_errors bigint DEFAULT NULL, date_order text DEFAULT NULL,
    escape text DEFAULT NULL, max_field_bytes bigint DEFAULT NULL, null_strings text[] DEFAULT NULL)
  RETURNS TABLE (import_id uuid, format text, file_name text, started_at timestamptz, finished_at timestamptz,
                 started_by text, records bigint, inserted bigint, updated bigint, unchanged bigint, failed bigint,
                 blank bigint, warnings bigint, options jsonb, message text)
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT *
    FROM _import_result(contacts.import_content('contact'::regclass, import_csv.content, _import_options(
           import_csv.format, import_csv.mode, import_csv.default_region, import_csv.encoding, import_csv.delimiter,
           import_csv.quote, import_csv.empty_cells, import_csv.visibility, import_csv.owner, import_csv.strict,
           import_csv.file_name, import_csv.max_bytes, import_csv.match_by, import_csv.on_duplicate,
           import_csv.dry_run, import_csv.max_errors, import_csv.date_order, import_csv.escape,
           import_csv.max_field_bytes, import_csv.null_strings)));
END;
COMMENT ON FUNCTION import_csv IS 'Imports a CSV file of any dialect; the row of import_run. format: auto, a format of contacts.format_field() or a name of import_profile; mode: insert, update or upsert, by default what the product does; match_by: contact_id, external_id, email, phone, in order, how a record finds its contact; on_duplicate: insert, skip, update or error; default_region: ISO 3166-1 alpha-2, whose national phone notation is understood; date_order: mdy, dmy or ymd; empty_cells: keep or clear fields on update; null_strings: what stands in cells that are meant to be empty, such as N/A, in any case; visibility and owner (login) of new contacts; strict: the product''s own limits are errors; dry_run: the same result, nothing stored but import_run and import_error; max_errors, max_bytes: give up (54000) beyond. One bad record never costs another: see import_error and error_file(). docs/import.md has all of it.';

CREATE OR REPLACE FUNCTION import_large_object(
    loid oid, format text DEFAULT 'auto', mode text DEFAULT NULL, default_region text DEFAULT NULL,
    encoding text DEFAULT NULL, delimiter text DEFAULT NULL, quote text DEFAULT NULL, empty_cells text DEFAULT NULL,
    visibility text DEFAULT NULL, owner text DEFAULT NULL, strict boolean DEFAULT NULL, file_name text DEFAULT NULL,
    max_bytes bigint DEFAULT NULL, match_by text[] DEFAULT NULL, on_duplicate text DEFAULT NULL,
    dry_run boolean DEFAULT false, max_errors bigint DEFAULT NULL, date_order text DEFAULT NULL,
    escape text DEFAULT NULL, max_field_bytes bigint DEFAULT NULL, null_strings text[] DEFAULT NULL)
  RETURNS TABLE (import_id uuid, format text, file_name text, started_at timestamptz, finished_at timestamptz,
                 started_by text, records bigint, inserted bigint, updated bigint, unchanged bigint, failed bigint,
                 blank bigint, warnings bigint, options jsonb, message text)
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT *
    FROM _import_result(contacts.import_large_object('contact'::regclass, import_large_object.loid, _import_options(
           import_large_object.format, import_large_object.mode, import_large_object.default_region,
           import_large_object.encoding, import_large_object.delimiter, import_large_object.quote,
           import_large_object.empty_cells, import_large_object.visibility, import_large_object.owner,
           import_large_object.strict, import_large_object.file_name, import_large_object.max_bytes,
           import_large_object.match_by, import_large_object.on_duplicate, import_large_object.dry_run,
           import_large_object.max_errors, import_large_object.date_order, import_large_object.escape,
           import_large_object.max_field_bytes, import_large_object.null_strings)));
END;
COMMENT ON FUNCTION import_large_object IS 'As import_csv(), the file being a large object that the caller may read: psql''s \lo_import brings one in from any client, of any size.';

CREATE OR REPLACE FUNCTION import_file(
    path text, format text DEFAULT 'auto', mode text DEFAULT NULL, default_region text DEFAULT NULL,
    encoding text DEFAULT NULL, delimiter text DEFAULT NULL, quote text DEFAULT NULL, empty_cells text DEFAULT NULL,
    visibility text DEFAULT NULL, owner text DEFAULT NULL, strict boolean DEFAULT NULL, file_name text DEFAULT NULL,
    max_bytes bigint DEFAULT NULL, match_by text[] DEFAULT NULL, on_duplicate text DEFAULT NULL,
    dry_run boolean DEFAULT false, max_errors bigint DEFAULT NULL, date_order text DEFAULT NULL,
    escape text DEFAULT NULL, max_field_bytes bigint DEFAULT NULL, null_strings text[] DEFAULT NULL)
  RETURNS TABLE (import_id uuid, format text, file_name text, started_at timestamptz, finished_at timestamptz,
                 started_by text, records bigint, inserted bigint, updated bigint, unchanged bigint, failed bigint,
                 blank bigint, warnings bigint, options jsonb, message text)
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT *
    FROM _import_result(contacts.import_server_file('contact'::regclass, import_file.path, _import_options(
           import_file.format, import_file.mode, import_file.default_region, import_file.encoding,
           import_file.delimiter, import_file.quote, import_file.empty_cells, import_file.visibility,
           import_file.owner, import_file.strict,
           coalesce(import_file.file_name, substring(import_file.path, '[^/\\]*$')), import_file.max_bytes,
           import_file.match_by, import_file.on_duplicate, import_file.dry_run, import_file.max_errors,
           import_file.date_order, import_file.escape, import_file.max_field_bytes, import_file.null_strings)));
END;
COMMENT ON FUNCTION import_file IS 'As import_csv(), the file being one of the server, for roles with the privileges of pg_read_server_files. A relative path begins at the data directory; file_name is by default the last part of the path.';

-- A format is a relation: reading csv_<format> gives the visible contacts as that product's file, writing to it
-- imports. The query comes from the format's declaration. COPY wants a value for every column of a view, so a format
-- with an error column has two: with it, for error files, and without it, for files made from the product's template.
DO $$
DECLARE
  f record;
BEGIN
  FOR f IN
    SELECT 'csv_' || c.format AS view, c.format, contacts.format_query(c.format) AS query,
           format('Contacts in the CSV format "%s". COPY or INSERT into it imports, as import_csv() does with this format''s defaults.', c.format) AS comment
      FROM contacts.format_field() c WHERE c.position = 1
    UNION ALL
    SELECT 'csv_' || c.format || '_template', c.format,
           format('SELECT %s FROM %I', string_agg(quote_ident(c.header), ', ' ORDER BY c.position) FILTER (WHERE c.target <> 'ignored'),
                  'csv_' || c.format),
           format('As csv_%s, without the error column: for files with exactly the columns of the product''s template.', c.format)
      FROM contacts.format_field() c WHERE c.in_view GROUP BY c.format HAVING bool_or(c.target = 'ignored')
    ORDER BY 1
  LOOP
    EXECUTE format('CREATE OR REPLACE VIEW %I WITH (security_invoker) AS %s', f.view, f.query);
    EXECUTE format('COMMENT ON VIEW %I IS %L', f.view, f.comment);
    EXECUTE format('CREATE OR REPLACE TRIGGER import_begin BEFORE INSERT ON %I FOR EACH STATEMENT EXECUTE FUNCTION contacts.import_view(%L, %L)',
                   f.view, f.format, 'contact');
    EXECUTE format('CREATE OR REPLACE TRIGGER import_row INSTEAD OF INSERT ON %I FOR EACH ROW EXECUTE FUNCTION contacts.import_view(%L, %L)',
                   f.view, f.format, 'contact');
    EXECUTE format('CREATE OR REPLACE TRIGGER import_end AFTER INSERT ON %I FOR EACH STATEMENT EXECUTE FUNCTION contacts.import_view(%L, %L)',
                   f.view, f.format, 'contact');
  END LOOP;
END
$$;
-- Finding: one box for everything, and who is calling. Both are one statement, with the rights of who asks: planned
-- into the caller's statement, and with it when that is prepared. Conditions are leakproof, so that indexes are used
-- below policies.

-- A set of one: PostgreSQL plans it into the statement that asks, other functions anew each time they are called.
CREATE OR REPLACE FUNCTION _name_alias(query text) RETURNS SETOF jsonb
  LANGUAGE sql STABLE ROWS 1
BEGIN ATOMIC
  SELECT coalesce(jsonb_object_agg(a.word, a.others), '{}')
    FROM (SELECT w.word, jsonb_agg(DISTINCT o.other) AS others
            FROM string_to_table(contacts.fold_name(_name_alias.query), ' ') AS w(word)
           CROSS JOIN LATERAL (SELECT n.name FROM nickname n WHERE n.nickname = w.word
                               UNION ALL
                               SELECT n.nickname FROM nickname n WHERE n.name = w.word) AS o(other)
           GROUP BY w.word) AS a;
END;
COMMENT ON FUNCTION _name_alias(text) IS 'Of search(): one row, what name_alias() answers.';

CREATE OR REPLACE FUNCTION name_alias(query text) RETURNS jsonb
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT a.alias FROM _name_alias(name_alias.query) AS a(alias);
END;
COMMENT ON FUNCTION name_alias(text) IS 'Other names of the words of a query, by the table nickname: an object for the option "alias" of contacts.search_query(text, jsonb), such as {"bob": ["robert"]}.';

-- What is typed becomes patterns once; each step is taken only where those before found too little. What would have
-- to be ranked is bounded: of a hundred thousand matches the first thousand compete, with one's own and favourites.
CREATE OR REPLACE FUNCTION search(query text, max_results int DEFAULT 20)
  RETURNS TABLE (kind text, id uuid, display_name text, organization_name text, job_title text,
                 matched text, matched_value text, is_favorite boolean, is_own boolean, rank real)
  LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH wanted AS MATERIALIZED (
    SELECT least(greatest(coalesce(search.max_results, 20), 0), 1000) AS results,
           contacts.search_query(w.words, w.alias || '{"finished": true}') AS finished,
           contacts.search_query(w.words, w.alias) AS strict,
           contacts.search_query(w.words, '{"whole_words": true}') AS exact,
           contacts.search_query(w.words, w.alias || '{"tolerant": true}') AS tolerant,
           contacts.acting_staff('staff'::regclass) AS staff_id,
           ARRAY(SELECT f.favorite_id FROM favorite f
                  WHERE f.staff_id = contacts.acting_staff('staff'::regclass)) AS favorites
      FROM (SELECT jsonb_build_object('alias', a.alias) AS alias,
                   -- A number with its country code is nothing else.
                   CASE WHEN octet_length(search.query) <= 100 AND search.query ~ '^\s*\+[0-9\s().-]+$' THEN ''
                        ELSE search.query END AS words
              FROM _name_alias(search.query) AS a(alias) OFFSET 0) AS w
  ),
  -- A letter or two, and nothing else: what begins so is everywhere, and the first pages of the table have enough of
  -- it. Pages, not rows: who may see few of them must not read on to find more.
  broad AS MATERIALIZED (
    SELECT c.contact_id, c.owner_id, c.search, 0 AS step
      FROM contact c
     WHERE (SELECT w.strict::text FROM wanted w) ~ '^[a-z]{1,2}\*[^ ]*$'
       AND c.ctid < '(200,0)' AND c.merged_into IS NULL
       AND contacts.search_matches(c.search, (SELECT w.strict FROM wanted w))
     LIMIT 200
  ),
  -- Of several words all but the last one whole: costs least where a word is common. Which of these rows have the last
  -- word whole as well is seen by looking at them.
  finished AS MATERIALIZED (
    SELECT c.contact_id, c.owner_id, c.search, 0 AS step
      FROM contact c
     WHERE c.search @@ (SELECT w.finished FROM wanted w) AND c.merged_into IS NULL
       AND (SELECT w.finished::text <> w.strict::text FROM wanted w)
     LIMIT 1000
  ),
  -- All words whole: where those may not be all, and of a single word, unless it is so common that the first pages have
  -- enough of it, such as a form of companies.
  exact AS MATERIALIZED (
    SELECT c.contact_id, c.owner_id, c.search, 3 AS step
      FROM contact c
     WHERE c.search @@ (SELECT w.exact FROM wanted w) AND c.merged_into IS NULL
       AND (SELECT w.finished::text = w.strict::text OR (SELECT count(*) FROM finished) >= 1000 FROM wanted w)
       AND (SELECT count(*) FROM broad b WHERE contacts.search_matches(b.search, (SELECT w.exact FROM wanted w)))
           < (SELECT w.results FROM wanted w)
     LIMIT 1000
  ),
  strict AS MATERIALIZED (
    SELECT c.contact_id, c.owner_id, c.search, 2 AS step
      FROM contact c
     WHERE c.search @@ (SELECT w.strict FROM wanted w) AND c.merged_into IS NULL
       AND (SELECT count(*) FROM (SELECT FROM exact UNION ALL SELECT FROM broad UNION ALL SELECT FROM finished) AS f)
           < (SELECT w.results FROM wanted w)
     LIMIT 1000
  ),
  -- Matches in all of these; where one has as many as it may, not all were looked at.
  found AS MATERIALIZED (
    SELECT f.broad + f.finished + f.strict AS number,
           f.exact > 0 OR EXISTS (SELECT FROM finished d, wanted w WHERE contacts.search_matches(d.search, w.exact)) AS is_exact,
           greatest(f.exact, f.finished, f.strict, 5 * f.broad) >= 1000 AS is_cut
      FROM (SELECT (SELECT count(*) FROM exact) AS exact, (SELECT count(*) FROM broad) AS broad,
                   (SELECT count(*) FROM finished) AS finished, (SELECT count(*) FROM strict) AS strict) AS f
  ),
  -- Where not all could be looked at: one's own and favourites among the others.
  near AS MATERIALIZED (
    SELECT c.contact_id, c.owner_id, c.search, 0 AS step
      FROM (SELECT d.contact_id, d.owner_id, d.search FROM contact d
             -- Not =, and sorted: in the order of the index the first thousand are read, not the places of all first.
             WHERE d.owner_id >= contacts.acting_staff('staff'::regclass) AND d.owner_id <= contacts.acting_staff('staff'::regclass)
               AND d.merged_into IS NULL
             ORDER BY d.owner_id LIMIT 1000) AS c
     WHERE (SELECT f.is_cut FROM found f)
       AND contacts.search_matches(c.search, (SELECT w.strict FROM wanted w))
    UNION ALL
    SELECT c.contact_id, c.owner_id, c.search, 0
      FROM favorite f JOIN contact c ON c.contact_id = f.contact_id
     WHERE f.staff_id = contacts.acting_staff('staff'::regclass) AND c.merged_into IS NULL
       AND (SELECT f.is_cut FROM found f)
       AND c.search @@ (SELECT w.strict FROM wanted w)
  ),
  colleague AS MATERIALIZED (
    SELECT s.staff_id, s.search FROM staff s WHERE s.search @@ (SELECT w.strict FROM wanted w) LIMIT 1000
  ),
  -- What is typed as a column, so that a plan for a known query is that of any: conditions that are false of it would
  -- count with the cost of reading the table, and PostgreSQL would compile (JIT) what is never run. Sorted, since a limit of rows
  -- must not make reading the table look cheap either.
  part AS MATERIALIZED (
    SELECT m.contact_id, m.staff_id, m.owner_id, m.matched, m.value, m.step
      FROM (SELECT search.query AS text,
                   octet_length(search.query) <= 254 AND left(search.query, 300) ~ '^\s*\S{2,}\s*$' AS is_address,
                   octet_length(search.query) <= 254 AND left(search.query, 300) ~ '^\s*(@\S+|[^\s@]+\.[^\s@]*)\s*$' AS is_domain,
                   contacts.email_try_parse(search.query) AS address,
                   -- Both ends of the range: || is not leakproof, so that a policy would keep it out of the index.
                   contacts.email_domain_prefix(ltrim(left(search.query, 300), ' @')) AS domain,
                   contacts.email_domain_prefix(ltrim(left(search.query, 300), ' @')) || '~' AS domain_end,
                   CASE WHEN length(contacts.phone_digits(search.query)) >= 3
                        THEN contacts.phone_prefixes(search.query) END AS prefixes,
                   CASE WHEN length(contacts.phone_digits(search.query)) >= 4 AND left(ltrim(search.query), 1) <> '+'
                        THEN right(contacts.phone_digits(search.query), 4) END AS last_four,
                   -- Without the trunk prefix of national notation: of which country is not always known.
                   regexp_replace(contacts.phone_digits(search.query), '^0(?=[1-9][0-9]{5})', '') AS last_digits,
                   btrim(left(search.query, 100)) AS extension
            OFFSET 0) AS n
     CROSS JOIN LATERAL (
       SELECT e.contact_id, NULL::uuid AS staff_id, e.owner_id, 'email' AS matched, e.address::text AS value,
              CASE WHEN e.address = n.address THEN 3 ELSE 2 END AS step
         FROM (SELECT a.contact_id, a.owner_id, a.address FROM contact_email a
                WHERE a.address ^@ n.text AND n.is_address ORDER BY a.address LIMIT 200) AS e
       UNION ALL
       SELECT e.contact_id, NULL::uuid, e.owner_id, 'domain'::text, e.address::text, 2
         FROM (SELECT a.contact_id, a.owner_id, a.address FROM contact_email a
                WHERE contacts.email_domain(a.address) ~>=~ n.domain AND contacts.email_domain(a.address) ~<~ n.domain_end
                  AND n.is_domain
                ORDER BY contacts.email_domain(a.address) USING OPERATOR(pg_catalog.~<~) LIMIT 200) AS e
       UNION ALL
       SELECT p.contact_id, NULL::uuid, p.owner_id, 'phone'::text, p.number::text,
              CASE WHEN contacts.phone_base(p.number)::text = t.prefix THEN 3 ELSE 2 END
         FROM unnest(n.prefixes) AS t(prefix)
        CROSS JOIN LATERAL (SELECT a.contact_id, a.owner_id, a.number FROM contact_phone a
                             WHERE a.number ^@ t.prefix ORDER BY a.number LIMIT 100) AS p
       UNION ALL
       SELECT p.contact_id, NULL::uuid, p.owner_id, 'phone'::text, p.number::text, 2
         FROM (SELECT a.contact_id, a.owner_id, a.number FROM contact_phone a
                WHERE contacts.phone_suffix(a.number, 4) = n.last_four
                  AND contacts.phone_suffix(a.number, length(n.last_digits)) = n.last_digits LIMIT 200) AS p
       UNION ALL
       SELECT NULL::uuid, s.staff_id, NULL::uuid, 'email'::text, s.email::text, CASE WHEN s.email = n.address THEN 3 ELSE 2 END
         FROM staff s WHERE s.email ^@ n.text AND n.is_address
       UNION ALL
       SELECT NULL::uuid, s.staff_id, NULL::uuid, 'domain'::text, s.email::text, 2
         FROM staff s
        WHERE contacts.email_domain(s.email) ~>=~ n.domain AND contacts.email_domain(s.email) ~<~ n.domain_end AND n.is_domain
       UNION ALL
       SELECT NULL::uuid, p.staff_id, NULL::uuid, 'phone'::text, p.number::text,
              CASE WHEN contacts.phone_base(p.number)::text = t.prefix THEN 3 ELSE 2 END
         FROM unnest(n.prefixes) AS t(prefix)
        CROSS JOIN LATERAL (SELECT a.staff_id, a.number FROM staff_phone a WHERE a.number ^@ t.prefix LIMIT 100) AS p
       UNION ALL
       SELECT NULL::uuid, p.staff_id, NULL::uuid, 'phone'::text, p.number::text, 2
         FROM staff_phone p
        WHERE contacts.phone_suffix(p.number, 4) = n.last_four
          AND contacts.phone_suffix(p.number, length(n.last_digits)) = n.last_digits
       UNION ALL
       SELECT NULL::uuid, x.staff_id, NULL::uuid, 'extension'::text, x.extension, 3
         FROM staff_extension x WHERE x.extension = n.extension) AS m
  ),
  tolerant AS MATERIALIZED (
    SELECT c.contact_id, NULL::uuid AS staff_id, c.owner_id, c.search
      FROM (SELECT d.contact_id, d.owner_id, d.search FROM contact d
             WHERE d.search @@ (SELECT w.tolerant FROM wanted w) AND d.merged_into IS NULL
               AND (SELECT w.tolerant::text <> w.strict::text FROM wanted w)
               AND (SELECT NOT f.is_exact AND f.number + (SELECT count(*) FROM colleague) + (SELECT count(*) FROM part) < 3 FROM found f)
             LIMIT 1000) AS c
    UNION ALL
    SELECT NULL::uuid, s.staff_id, NULL::uuid, s.search
      FROM staff s
     WHERE s.search @@ (SELECT w.tolerant FROM wanted w)
       AND (SELECT w.tolerant::text <> w.strict::text FROM wanted w)
       AND (SELECT NOT f.is_exact AND f.number + (SELECT count(*) FROM colleague) + (SELECT count(*) FROM part) < 3 FROM found f)
  ),
  best AS MATERIALIZED (
    SELECT h.contact_id, h.staff_id, h.owner_id, h.matched, h.value,
           (h.step + h.quality / 5
            + CASE WHEN coalesce(h.contact_id, h.staff_id) = ANY (w.favorites) THEN 0.5 ELSE 0 END
            + CASE WHEN h.owner_id = w.staff_id OR h.staff_id IS NOT NULL THEN 0.25 ELSE 0 END)::real AS rank
      FROM (SELECT DISTINCT ON (g.contact_id, g.staff_id) g.*
              FROM (SELECT c.contact_id, NULL::uuid AS staff_id, c.owner_id, NULL::text AS matched, NULL::text AS value,
                           CASE WHEN c.step = 0 THEN CASE WHEN contacts.search_matches(c.search, w.exact) THEN 3 ELSE 2 END
                                ELSE c.step END AS step,
                           CASE WHEN c.step = 3 THEN 1 ELSE contacts.search_rank(c.search, w.strict) END AS quality
                      FROM (SELECT * FROM exact UNION ALL SELECT * FROM broad UNION ALL SELECT * FROM finished
                            UNION ALL SELECT * FROM strict UNION ALL SELECT * FROM near) AS c, wanted w
                    UNION ALL
                    SELECT NULL::uuid, s.staff_id, NULL::uuid, NULL::text, NULL::text,
                           CASE WHEN contacts.search_matches(s.search, w.exact) THEN 3 ELSE 2 END,
                           contacts.search_rank(s.search, w.strict)
                      FROM colleague s, wanted w
                    UNION ALL
                    SELECT p.contact_id, p.staff_id, p.owner_id, p.matched, p.value, p.step, 0 FROM part p
                    UNION ALL
                    SELECT t.contact_id, t.staff_id, t.owner_id, NULL::text, NULL::text, 1, contacts.search_rank(t.search, w.tolerant)
                      FROM tolerant t, wanted w) AS g
             ORDER BY g.contact_id, g.staff_id, g.step DESC, g.quality DESC) AS h, wanted w
     ORDER BY rank DESC, coalesce(h.contact_id, h.staff_id)
     LIMIT (SELECT w.results FROM wanted w)
  )
  SELECT coalesce(s.kind, 'contact'), coalesce(s.staff_id, c.contact_id), n.name, o.name,
         coalesce(s.job_title, c.job_title),
         coalesce(b.matched, n.matched),
         coalesce(b.value, CASE n.matched WHEN 'name' THEN n.name WHEN 'job_title' THEN coalesce(s.job_title, c.job_title)
                                          WHEN 'department' THEN coalesce(s.department, c.department)
                                          WHEN 'organization' THEN o.name END),
         coalesce(b.contact_id, b.staff_id) = ANY (w.favorites),
         coalesce(b.owner_id = w.staff_id, false), b.rank
    FROM best b
   CROSS JOIN wanted w
    LEFT JOIN contact c ON c.contact_id = b.contact_id
    LEFT JOIN staff s ON s.staff_id = b.staff_id
    LEFT JOIN organization o ON o.organization_id = c.organization_id
   CROSS JOIN LATERAL (
     SELECT coalesce(s.display_name, nullif(concat_ws(' ', c.first_name, c.middle_name, c.last_name), ''),
                     c.nickname, o.name) AS name,
            CASE WHEN b.matched IS NOT NULL THEN NULL
                 WHEN contacts.search_matches(
                        contacts.search_document(ARRAY[coalesce(c.first_name, s.first_name), c.middle_name,
                          coalesce(c.last_name, s.last_name), c.name_prefix, c.name_suffix, coalesce(c.nickname, s.display_name),
                          c.phonetic_first_name, c.phonetic_last_name]), p.pattern) THEN 'name'
                 WHEN contacts.search_matches(
                        contacts.search_document(NULL, ARRAY[coalesce(c.job_title, s.job_title)]), p.pattern) THEN 'job_title'
                 WHEN contacts.search_matches(
                        contacts.search_document(NULL, ARRAY[coalesce(c.department, s.department)]), p.pattern) THEN 'department'
                 WHEN contacts.search_matches(
                        contacts.search_document(NULL, ARRAY[o.name]), p.pattern) THEN 'organization'
                 ELSE 'several' END AS matched
       FROM (SELECT CASE WHEN b.rank < 2 THEN w.tolerant ELSE w.strict END AS pattern) AS p
     OFFSET 0) AS n
   WHERE num_nonnulls(c.contact_id, s.staff_id) > 0 AND c.merged_into IS NULL
   ORDER BY b.rank DESC, n.name, coalesce(s.staff_id, c.contact_id);
END;
COMMENT ON FUNCTION search(text, int) IS 'Contacts and colleagues for what somebody types: words of names, titles, departments and organizations in any order, the beginning of an e-mail address, @ and the beginning of a domain, a phone number from the front in any notation (see contacts.default_region) or its last 4 or more digits, an extension. max_results: at most 1000. kind: contact, or that of a colleague. matched: name, job_title, department, organization, several, email, domain, phone or extension, and matched_value what it was. rank: 3 exact, 2 the beginning, 1 with typing errors, which are allowed for where nothing exact and fewer than three others were found; 0.5 more for a favourite, 0.25 for one''s own and colleagues, up to 0.2 by contacts.search_rank(). Never an error: what says nothing finds nothing. STABLE: reads the directory as who calls.';

-- The rare parts of identify(), see contacts.identify_caller().
CREATE OR REPLACE FUNCTION _identify_exact(number text, dialled text) RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT EXISTS (SELECT FROM contact_phone p JOIN contact c ON c.contact_id = p.contact_id
                  WHERE p.number = contacts.phone_try_parse(_identify_exact.number) AND c.merged_into IS NULL)
      OR EXISTS (SELECT FROM staff_phone p JOIN staff s ON s.staff_id = p.staff_id
                  WHERE p.number = contacts.phone_try_parse(_identify_exact.number))
      OR EXISTS (SELECT FROM staff_extension e JOIN staff s ON s.staff_id = e.staff_id
                  WHERE e.extension = _identify_exact.dialled);
END;
COMMENT ON FUNCTION _identify_exact(text, text) IS 'Of identify(): whether anybody has exactly this number or extension, so that who shares its line is left out.';

-- The colleague is looked up for each number by his key: who calls has one or two, and colleagues are many.
CREATE OR REPLACE FUNCTION _identify_staff(number text, dialled text) RETURNS SETOF contacts.colleague
  LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT s.kind, s.staff_id, s.display_name, s.job_title, x.number, x.label, x.matched, x.position
    FROM (SELECT p.staff_id, p.number, p.label,
                 CASE WHEN p.number = contacts.phone_try_parse(_identify_staff.number) THEN 'exact' ELSE 'line' END AS matched,
                 p.position
            FROM staff_phone p
           WHERE contacts.phone_same_line(p.number, contacts.phone_try_parse(_identify_staff.number))
             AND contacts.identify_fits(p.number, contacts.phone_try_parse(_identify_staff.number), _identify_staff.dialled,
                                        '_identify_exact(text,text)'::regprocedure)
          UNION ALL
          SELECT e.staff_id, NULL::contacts.phone, e.service, 'extension'::text, 0
            FROM staff_extension e WHERE e.extension = _identify_staff.dialled) AS x
   CROSS JOIN LATERAL (SELECT c.kind, c.staff_id, c.display_name, c.job_title FROM staff c WHERE c.staff_id = x.staff_id OFFSET 0) AS s;
END;
COMMENT ON FUNCTION _identify_staff(text, text) IS 'Of identify(): colleagues by their number (+ and digits, or NULL) and by their extension.';

CREATE OR REPLACE FUNCTION _is_favorite(id uuid) RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT EXISTS (SELECT FROM favorite f
                  WHERE f.staff_id = contacts.acting_staff('staff'::regclass) AND f.favorite_id = _is_favorite.id);
END;
COMMENT ON FUNCTION _is_favorite(uuid) IS 'Of identify(): whether the contact or colleague is a favourite of who acts, where contacts.is_listed() does not know.';

CREATE OR REPLACE FUNCTION identify(number text, region text DEFAULT NULL)
  RETURNS TABLE (kind text, id uuid, display_name text, organization_name text, job_title text, phone contacts.phone,
                 label text, matched text, is_favorite boolean, is_own boolean, is_blocked boolean)
  LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT f.kind, f.id, coalesce(f.name, f.organization_name), f.organization_name, f.job_title, f.phone, f.label, f.matched,
         f.is_favorite, f.is_own, f.is_blocked
    FROM (SELECT coalesce((x.colleague).kind, 'contact') AS kind,
                 coalesce((x.colleague).id, c.contact_id) AS id,
                 coalesce((x.colleague).display_name, nullif(concat_ws(' ', c.first_name, c.middle_name, c.last_name), ''), c.nickname) AS name,
                 -- Not a join: as part of a plan it costs less.
                 (SELECT o.name FROM organization o WHERE o.organization_id = c.organization_id) AS organization_name,
                 coalesce((x.colleague).job_title, c.job_title) AS job_title,
                 coalesce((x.colleague).phone, p.number) AS phone,
                 coalesce((x.colleague).label, p.label) AS label,
                 coalesce((x.colleague).matched, CASE WHEN p.number = x.number THEN 'exact' ELSE 'line' END) AS matched,
                 contacts.identify_favorite('favorite'::regclass, 'staff'::regclass, coalesce((x.colleague).id, c.contact_id),
                                            '_is_favorite(uuid)'::regprocedure) AS is_favorite,
                 coalesce(c.owner_id = x.acting, false) AS is_own,
                 x.is_blocked
            FROM contacts.identify_caller('staff'::regclass, 'staff_phone'::regclass, 'staff_extension'::regclass, 'blocked_number'::regclass,
                                          '_identify_staff(text,text)'::regprocedure, 'is_blocked(text,text)'::regprocedure,
                                          identify.number, identify.region) AS x
            LEFT JOIN (contact_phone p
                       JOIN contact c ON c.contact_id = p.contact_id AND c.merged_into IS NULL)
                   ON (x.colleague).id IS NULL AND contacts.phone_same_line(p.number, x.number)
                  AND contacts.identify_fits(p.number, x.number, x.dialled, '_identify_exact(text,text)'::regprocedure)
           WHERE (x.colleague).id IS NOT NULL OR c.contact_id IS NOT NULL
           ORDER BY is_favorite DESC, is_own DESC,
                    CASE WHEN (x.colleague).id IS NOT NULL THEN 1 WHEN c.visibility = 'company' THEN 2 ELSE 3 END,
                    coalesce((x.colleague).position, p.position), name, organization_name, id) AS f;
END;
COMMENT ON FUNCTION identify(text, text) IS 'Whose number this is: contacts and colleagues with exactly this number (extension included), colleagues with this extension; only where there are none, those with the same line and another extension; never by the last digits. Ranked: favourites, own contacts, colleagues, contacts of the company, others. Any notation of the region (ISO 3166-1 alpha-2; NULL: contacts.default_region). kind: contact, or that of a colleague; matched: exact, extension or line. is_blocked: whether who acts has blocked calls from the number. No rows for an unknown number, or none. For many numbers: FROM call CROSS JOIN LATERAL identify(call.number). STABLE: reads the directory as who calls.';
-- The layout's version. A body in quotes, not BEGIN ATOMIC: the view contacts.directories reads it from the catalog,
-- since it must not run functions of strangers.
CREATE OR REPLACE FUNCTION directory_layout() RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $layout$SELECT '0.3.0'$layout$;
COMMENT ON FUNCTION directory_layout() IS 'Version of the extension "contacts" whose layout this directory has; marks the schema as a directory.';

-- What identify() asked before.
DROP FUNCTION _identify_colleague(text, text);
