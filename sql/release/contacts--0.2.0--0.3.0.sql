\echo Use "ALTER EXTENSION contacts UPDATE TO '0.3.0'" to load this file. \quit

-- Phone numbers: the line behind an extension, and numbers that are being typed.

-- One line, several extensions: a range of a btree, too.

CREATE OR REPLACE FUNCTION contacts.phone_line_last(number contacts.phone) RETURNS contacts.phone
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_line_last';
COMMENT ON FUNCTION contacts.phone_line_last(contacts.phone) IS 'The last number, in order, that is the same but for its extension; phone_base() is the first. Never an error.';

CREATE OR REPLACE FUNCTION contacts.phone_line_support(internal) RETURNS internal
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_phone_line_support';
COMMENT ON FUNCTION contacts.phone_line_support(internal) IS 'Tells the planner which range of a btree a line is, and how many numbers it has.';

CREATE OR REPLACE FUNCTION contacts.phone_same_line(number contacts.phone, other contacts.phone) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  SUPPORT contacts.phone_line_support
  AS 'MODULE_PATHNAME', 'contacts_phone_same_line';
COMMENT ON FUNCTION contacts.phone_same_line(contacts.phone, contacts.phone) IS 'Whether both numbers are the same but for their extensions. With an indexed column first, a range of its btree index. Never an error.';

-- How many numbers a line has is not known of a range whose ends are made when the scan starts: PostgreSQL would expect
-- a ninth of the table, and compile such a plan in a large one.
CREATE OR REPLACE FUNCTION contacts.phone_le_selectivity(internal, oid, internal, integer) RETURNS double precision
  LANGUAGE c STABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_phone_le_selectivity';
COMMENT ON FUNCTION contacts.phone_le_selectivity(internal, oid, internal, integer) IS 'Estimates how many numbers are up to another: as scalarlesel(), but of phone_line_last() those of one line, of phone_prefix_last() those with one prefix, beside the condition for the other end of the range.';
ALTER OPERATOR pg_catalog.<= (contacts.phone, contacts.phone) SET (RESTRICT = contacts.phone_le_selectivity);

-- What is being typed.

CREATE OR REPLACE FUNCTION contacts.phone_digits(input text) RETURNS text
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_digits';
COMMENT ON FUNCTION contacts.phone_digits(text) IS 'The digits, as ASCII, of a text that has nothing else but what people write between them (and a plus sign before them); NULL for another text, one of more than 200 bytes or of more than 20 digits. IMMUTABLE: no metadata is asked. Never an error.';

CREATE OR REPLACE FUNCTION contacts.phone_prefixes(input text, region text = NULL) RETURNS text[]
  LANGUAGE c STABLE PARALLEL SAFE LEAKPROOF COST 10
  AS 'MODULE_PATHNAME', 'contacts_phone_prefixes';
COMMENT ON FUNCTION contacts.phone_prefixes(text, text) IS 'Beginnings of numbers, + and digits, that somebody may mean who has typed this much of one, the likeliest first: for number ^@ prefix. Region as in phone_try_parse(). Empty for a text that is not written like a number. Never an error. STABLE: follows a setting and the installed metadata.';
-- Who is calling: what identify() of a directory asks beside its contacts. What it asks seldom is no part of its plan,
-- of which every table and expression costs every execution, but of statements that the session keeps prepared: for
-- each function that is given here, one.

CREATE TYPE contacts.colleague AS (
  kind         text,
  id           uuid,
  display_name text,
  job_title    text,
  phone        contacts.phone,
  label        text,
  matched      text,
  "position"   int
);
COMMENT ON TYPE contacts.colleague IS 'A colleague, as identify() answers.';

CREATE TYPE contacts.caller AS (
  number     contacts.phone,
  dialled    text,
  acting     uuid,
  is_blocked boolean,
  colleague  contacts.colleague
);
COMMENT ON TYPE contacts.caller IS 'What contacts.identify_caller() answers: the number that was dialled, its text without spaces around it, who acts, whether he has blocked calls from it; and a colleague, or NULL.';

CREATE OR REPLACE FUNCTION contacts.identify_caller(staff regclass, staff_phone regclass, staff_extension regclass, blocked_number regclass,
                                                    colleague regprocedure, is_blocked regprocedure, number text, region text)
  RETURNS SETOF contacts.caller
  LANGUAGE c STABLE PARALLEL SAFE COST 20 ROWS 1
  AS 'MODULE_PATHNAME', 'contacts_identify_caller';
COMMENT ON FUNCTION contacts.identify_caller(regclass, regclass, regclass, regclass, regprocedure, regprocedure, text, text) IS 'Of identify(): a row without a colleague where the text is a number, see contacts.phone_try_parse(), and one for each colleague who has it. The tables are those of one directory, the functions those that ask them where contacts.is_listed() does not know: colleague(number text, extension text) and is_blocked(number text, channel text). STABLE: reads the directory as who calls.';

CREATE OR REPLACE FUNCTION contacts.identify_fits(number contacts.phone, dialled contacts.phone, extension text, exact regprocedure) RETURNS boolean
  LANGUAGE c STABLE STRICT PARALLEL SAFE COST 10
  AS 'MODULE_PATHNAME', 'contacts_identify_fits';
COMMENT ON FUNCTION contacts.identify_fits(contacts.phone, contacts.phone, text, regprocedure) IS 'Of identify(): whether a number on the line that was dialled counts: it is the same, or nobody has exactly that number or extension, as the function exact(number text, extension text) answers. STABLE: reads the directory as who calls.';

CREATE OR REPLACE FUNCTION contacts.identify_favorite(favorite regclass, staff regclass, id uuid, otherwise regprocedure) RETURNS boolean
  LANGUAGE c STABLE STRICT PARALLEL SAFE COST 10
  AS 'MODULE_PATHNAME', 'contacts_identify_favorite';
COMMENT ON FUNCTION contacts.identify_favorite(regclass, regclass, uuid, regprocedure) IS 'Of identify(): whether the contact or colleague is a favourite of who acts, by contacts.is_listed(), and where it does not know, by the function otherwise(id uuid). STABLE: reads the directory as who calls.';
-- Directories: the functions that make and upgrade one, and the view that lists them. All act with the caller's rights.

CREATE OR REPLACE VIEW contacts.directories AS
  SELECT n.nspname AS schema,
         pg_catalog.pg_get_userbyid(p.proowner) AS owner,
         pg_catalog.substring(p.prosrc, '^SELECT ''([^'']+)''$') AS layout
    FROM pg_catalog.pg_proc p
    JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = 'contact' AND c.relowner = p.proowner
   WHERE p.proname = 'directory_layout' AND p.pronargs = 0
     AND p.prosrc ~ '^SELECT ''[^'']+''$';
GRANT SELECT ON contacts.directories TO PUBLIC;
COMMENT ON VIEW contacts.directories IS 'The directories of this database. Read from the catalogs, without running anything that others wrote.';
COMMENT ON COLUMN contacts.directories.owner IS 'Role that owns the tables, and that triggers and definer functions act as.';
COMMENT ON COLUMN contacts.directories.layout IS 'Version of the extension whose layout the directory has; an older one: see contacts.upgrade_directory().';

CREATE OR REPLACE FUNCTION contacts.create_directory("schema" name, owner name DEFAULT CURRENT_USER) RETURNS void
  LANGUAGE plpgsql VOLATILE
  SET search_path = pg_catalog, pg_temp
  SET standard_conforming_strings = on
AS $body$
DECLARE
  target CONSTANT text := create_directory.schema;
  caller CONSTANT text := current_user;
  previous_role CONSTANT text := current_setting('role');
BEGIN
  IF target IS NULL OR target = '' OR owner IS NULL OR owner = '' THEN
    RAISE EXCEPTION USING
      ERRCODE = 'invalid_parameter_value',
      MESSAGE = 'a directory needs the name of a schema and an owner';
  END IF;

  BEGIN
    EXECUTE format('CREATE SCHEMA %I AUTHORIZATION %I', target, owner);
  EXCEPTION WHEN duplicate_schema OR unique_violation THEN
    RAISE EXCEPTION USING
      ERRCODE = 'duplicate_schema',
      MESSAGE = format('schema "%s" already exists', target),
      DETAIL = CASE WHEN EXISTS (SELECT FROM contacts.directories d WHERE d.schema = target)
                    THEN 'It is a directory already.'
                    ELSE 'A directory is made in a new schema of its own.' END,
      HINT = 'Choose another name.';
  END;

  IF (SELECT rolsuper FROM pg_roles WHERE rolname = owner) THEN
    RAISE WARNING USING
      MESSAGE = format('directory "%s" is owned by superuser "%s"', target, owner),
      DETAIL = 'Its triggers and definer functions act with the rights of the owner.',
      HINT = 'Name an ordinary role as owner, the second argument of contacts.create_directory().';
  END IF;

  -- The script names its objects without a schema, and they belong to who runs it. An error undoes both settings
  -- together with everything made.
  IF owner <> caller THEN
    PERFORM set_config('role', owner, true);
  END IF;
  PERFORM set_config('search_path', format('%I, pg_temp', target), true);
  EXECUTE contacts.directory_script();
  EXECUTE format('REVOKE ALL ON ALL ROUTINES IN SCHEMA %I FROM PUBLIC', target);
  PERFORM set_config('search_path', 'pg_catalog, pg_temp', true);
  IF owner <> caller THEN
    PERFORM set_config('role', previous_role, true);
  END IF;
END
$body$;
COMMENT ON FUNCTION contacts.create_directory(name, name) IS 'Makes a directory: a new schema with its tables and triggers, all owned by "owner". Needs CREATE on the database and, for another owner than the caller, membership in that role. Errors: 42P06 where the schema exists, 42501 without the rights, 22023 without a name.';

CREATE OR REPLACE FUNCTION contacts.upgrade_directory("schema" name) RETURNS void
  LANGUAGE plpgsql VOLATILE
  SET search_path = pg_catalog, pg_temp
  SET standard_conforming_strings = on
  -- Views and functions of a step may name what it makes later.
  SET check_function_bodies = off
AS $body$
DECLARE
  target CONSTANT text := upgrade_directory.schema;
  engine CONSTANT text := (SELECT extversion FROM pg_extension WHERE extname = 'contacts');
  previous_role CONSTANT text := current_setting('role');
  directory record;
  step text;
  layout text;
  known oid[];
  routine regprocedure;
BEGIN
  SELECT d.owner, d.layout INTO directory FROM contacts.directories d WHERE d.schema = target;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING
      ERRCODE = 'invalid_schema_name',
      MESSAGE = format('"%s" is not a directory', target),
      HINT = 'The view contacts.directories lists those of this database.';
  END IF;
  -- From PostgreSQL 16 on, being a member is not enough to become the role.
  IF NOT pg_has_role(directory.owner, CASE WHEN current_setting('server_version_num')::int >= 160000
                                           THEN 'SET' ELSE 'MEMBER' END) THEN
    RAISE EXCEPTION USING
      ERRCODE = 'insufficient_privilege',
      MESSAGE = format('permission denied to upgrade directory "%s"', target),
      DETAIL = format('It belongs to role "%s".', directory.owner);
  END IF;
  layout := directory.layout;
  IF layout = engine THEN
    RAISE NOTICE 'directory "%" is up to date (layout %)', target, layout;
    RETURN;
  END IF;

  -- As when a directory is made: as its owner, names without a schema. An error undoes everything, also both settings.
  PERFORM set_config('role', directory.owner, true);
  WHILE layout <> engine LOOP
    step := contacts.layout_step(layout);
    IF step IS NULL THEN
      RAISE EXCEPTION USING
        ERRCODE = 'object_not_in_prerequisite_state',
        MESSAGE = format('directory "%s" has layout %s, which contacts %s cannot bring up to date', target, layout, engine),
        HINT = 'Update the extension: ALTER EXTENSION contacts UPDATE.';
    END IF;
    known := ARRAY(SELECT p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = target);
    PERFORM set_config('search_path', format('%I, pg_temp', target), true);
    EXECUTE step;
    PERFORM set_config('search_path', 'pg_catalog, pg_temp', true);
    FOR routine IN
      SELECT p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
       WHERE n.nspname = target AND p.oid <> ALL (known)
    LOOP
      EXECUTE format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', routine);
    END LOOP;
    SELECT d.layout INTO STRICT layout FROM contacts.directories d WHERE d.schema = target;
  END LOOP;
  PERFORM contacts.grant_directory(target);
  PERFORM set_config('role', previous_role, true);
  RAISE NOTICE USING
    MESSAGE = format('directory "%s" has layout %s now', target, layout),
    HINT = format('Contacts written before are found by their words once CALL contacts.refresh_search(%L) has run.', target);
END
$body$;
COMMENT ON FUNCTION contacts.upgrade_directory(name) IS 'Brings a directory of an older layout up to the extension''s version, as the directory''s owner; the caller must be able to become that role. Members get the rights on what is new. A notice where there is nothing to do. Errors: 3F000 where the schema is no directory, 42501 without the rights, 55000 where its layout is unknown.';

-- Tells of search documents, too.
DROP FUNCTION contacts.version();
CREATE OR REPLACE FUNCTION contacts._library_versions(
    OUT library text, OUT libphonenumber text, OUT phone_metadata text, OUT icu text, OUT unicode text, OUT cldr text)
  LANGUAGE c STABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_library_versions';
COMMENT ON FUNCTION contacts._library_versions() IS 'Of contacts.version(): what the loaded libraries say of themselves.';

CREATE OR REPLACE FUNCTION contacts.version()
  RETURNS TABLE (extension text, library text, libphonenumber text, phone_metadata text, icu text, unicode text, cldr text,
                 search text, search_documents text[])
  LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT e.extversion, l.library, l.libphonenumber, l.phone_metadata, l.icu, l.unicode, l.cldr, contacts.search_version(),
         (SELECT pg_catalog.array_agg(DISTINCT k.key ORDER BY k.key)
            FROM contacts.directories AS d
            JOIN pg_catalog.pg_stats AS s ON s.schemaname = d.schema AND s.tablename = 'contact' AND s.attname = 'search'
           CROSS JOIN LATERAL pg_catalog.unnest(s.most_common_elems::text::text[]) AS k(key)
           WHERE pg_catalog.starts_with(k.key, '#'))
  FROM contacts._library_versions() AS l
  LEFT JOIN pg_catalog.pg_extension AS e ON e.extname = 'contacts';
END;
COMMENT ON FUNCTION contacts.version() IS 'One row: version of the SQL objects (extension) and of the shared library (library), which differ until ALTER EXTENSION contacts UPDATE; of the libphonenumber that is loaded, from its file name, with a digest of its numbering plans, which change without it (both NULL where the library does not tell); of ICU and its Unicode and CLDR data; what search documents are made with now (search: rules, ICU), and what those that are stored were made with (search_documents), in the directories of the database whose statistics the caller may read, as ANALYZE last found them; NULL where it found none. Where they differ: contacts.refresh_search().';
CREATE OR REPLACE FUNCTION contacts.directory_script() RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog AS
$function$ SELECT $directory_script$
-- Staff: who uses the directory, and the company's own contacts.

CREATE TABLE staff (
  staff_id       uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  login          text UNIQUE CHECK (login <> ''),
  kind           text NOT NULL DEFAULT 'person'
                 CHECK (kind IN ('person', 'auto_attendant', 'call_group', 'call_queue')),
  display_name   text NOT NULL CHECK (display_name <> ''),
  first_name     text,
  last_name      text,
  job_title      text,
  department     text,
  location       text,
  email          contacts.email,
  permissions    text[] NOT NULL DEFAULT '{}'
                 CHECK (permissions <@ ARRAY['view', 'edit', 'import', 'export', 'admin']
                        AND array_position(permissions, NULL) IS NULL),
  avatar         text,
  presence       text,
  status_message text,
  search         text[]
);
CREATE INDEX staff_search_idx ON staff USING gin (search contacts.search_ops);
CREATE INDEX staff_email_idx ON staff (email);
COMMENT ON TABLE staff IS 'Who uses the directory, and the company''s own contacts: colleagues, auto attendants, call groups and queues.';
COMMENT ON COLUMN staff.login IS 'What contacts.actor() answers when this colleague acts; NULL: no access.';
COMMENT ON COLUMN staff.kind IS 'person, auto_attendant, call_group or call_queue.';
COMMENT ON COLUMN staff.permissions IS 'Any of view, edit, import, export, admin.';
COMMENT ON COLUMN staff.avatar IS 'URL of a picture.';
COMMENT ON COLUMN staff.search IS 'Folded keys of names, title and department, made when the row is written. For search @@ contacts.search_query(…).';

CREATE TABLE staff_extension (
  staff_id  uuid NOT NULL REFERENCES staff ON DELETE CASCADE,
  service   text NOT NULL DEFAULT 'work'
            CHECK (service <> '' AND length(service) <= 40 AND service = lower(service COLLATE "C")),
  extension text NOT NULL CHECK (extension ~ '^[0-9*#]{1,20}$'),
  PRIMARY KEY (staff_id, service, extension)
);
CREATE INDEX staff_extension_extension_idx ON staff_extension (extension);
COMMENT ON TABLE staff_extension IS 'Internal extensions of a colleague by service: one person may hold several licences.';
COMMENT ON COLUMN staff_extension.service IS 'Lower case: work, contact_center, …';

CREATE TABLE staff_phone (
  staff_id uuid NOT NULL REFERENCES staff ON DELETE CASCADE,
  position int NOT NULL CHECK (position >= 1),
  label    text NOT NULL DEFAULT 'work'
           CHECK (label <> '' AND length(label) <= 40 AND label = lower(label COLLATE "C")),
  number   contacts.phone,
  entered  text CHECK (entered <> ''),
  PRIMARY KEY (staff_id, position),
  CONSTRAINT staff_phone_has_number CHECK (number IS NOT NULL OR entered IS NOT NULL)
);
CREATE INDEX staff_phone_number_idx ON staff_phone (number);
CREATE INDEX staff_phone_suffix_idx ON staff_phone (contacts.phone_suffix(number, 4));
COMMENT ON TABLE staff_phone IS 'Outside numbers and fax of a colleague, in the order of "position".';
COMMENT ON COLUMN staff_phone.label IS 'Lower case: work, mobile, home, fax, other, …';
COMMENT ON COLUMN staff_phone.entered IS 'What was typed, where no number could be made of it or it differs.';
-- What happens when colleagues are written.

CREATE TRIGGER zz_search BEFORE INSERT OR UPDATE ON staff
  FOR EACH ROW EXECUTE FUNCTION contacts.make_search();
COMMENT ON TRIGGER zz_search ON staff IS 'Sets search, whatever was written.';

-- Only what decides who may: presence changes all the time, and what sessions have planned goes with what they know.
CREATE TRIGGER staff_changed AFTER INSERT OR UPDATE OF staff_id, login, permissions OR DELETE OR TRUNCATE ON staff
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.staff_changed();
COMMENT ON TRIGGER staff_changed ON staff IS 'Makes all sessions read anew who acts. A trigger of your own that changes login or permissions in an update of other columns would need it, too.';
CREATE TRIGGER zz_guard BEFORE UPDATE ON staff
  FOR EACH ROW EXECUTE FUNCTION contacts.guard_staff('avatar', 'presence', 'status_message');
COMMENT ON TRIGGER zz_guard ON staff IS 'Colleagues change their own avatar, presence and status message; nobody but the owner of the directory changes who somebody is.';

CREATE TRIGGER list_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON staff_extension
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.list_changed();
COMMENT ON TRIGGER list_changed ON staff_extension IS 'Makes all sessions read anew what contacts.is_listed() knows.';
CREATE TRIGGER list_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON staff_phone
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.list_changed();
COMMENT ON TRIGGER list_changed ON staff_phone IS 'Makes all sessions read anew what contacts.is_listed() knows.';
-- Organizations: the companies that contacts belong to.

CREATE TABLE organization (
  organization_id   uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  owner_id          uuid REFERENCES staff,
  source            text NOT NULL DEFAULT 'manual' CHECK (source <> '' AND length(source) <= 60),
  external_id       text CHECK (external_id <> '' AND length(external_id) <= 500),
  name              text NOT NULL CHECK (name <> ''),
  organization_type text,
  industry          text,
  phone             contacts.phone,
  phone_entered     text CHECK (phone_entered <> ''),
  fax               contacts.phone,
  fax_entered       text CHECK (fax_entered <> ''),
  street            text,
  street2           text,
  city              text,
  region            text,
  postal_code       text,
  country           text,
  websites          text[],
  employee_count    bigint CHECK (employee_count >= 0),
  revenue           numeric,
  ticker_symbol     text,
  ticker_exchange   text,
  tags              text[],
  custom            jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(custom) = 'object'),
  version           int NOT NULL DEFAULT 1,
  created_at        timestamptz NOT NULL,
  created_by        text NOT NULL,
  updated_at        timestamptz NOT NULL,
  updated_by        text NOT NULL,
  import_id         uuid
);
-- One source's ID names one organization of the company; what came with personal contacts does not get in its way.
CREATE UNIQUE INDEX organization_external_id_key ON organization (source, external_id)
  WHERE owner_id IS NULL AND external_id IS NOT NULL;
CREATE UNIQUE INDEX organization_private_external_id_key ON organization (owner_id, source, external_id)
  WHERE owner_id IS NOT NULL AND external_id IS NOT NULL;
CREATE INDEX organization_owner_id_idx ON organization (owner_id) WHERE owner_id IS NOT NULL;
-- Imports look organizations up by exact name; a hash takes names of any length, a btree entry has a limit.
CREATE INDEX organization_name_idx ON organization USING hash (name);
COMMENT ON TABLE organization IS 'Companies and other organizations that contacts belong to.';
COMMENT ON COLUMN organization.owner_id IS 'NULL: everybody enrolled sees it; else a private one that this colleague alone sees, such as those that come with his personal contacts.';
COMMENT ON COLUMN organization.source IS 'Where external_id comes from: 8x8, cinnox, genesys, …; manual when entered here.';
COMMENT ON COLUMN organization.external_id IS 'Key of the organization in its source, unique there among those of the company, and among the private ones of one colleague.';
COMMENT ON COLUMN organization.phone_entered IS 'What was typed, where no number could be made of it or it differs.';
COMMENT ON COLUMN organization.fax_entered IS 'What was typed, where no number could be made of it or it differs.';
COMMENT ON COLUMN organization.country IS 'ISO 3166-1 alpha-2 where the country is known, else as entered.';
COMMENT ON COLUMN organization.revenue IS 'As the source gives it, without a currency.';
COMMENT ON COLUMN organization.custom IS 'Custom fields by key (see custom_field), and what an import had no column for.';
COMMENT ON COLUMN organization.version IS 'Starts at 1, one more with each change; set by the trigger, like all columns that follow.';
COMMENT ON COLUMN organization.created_at IS 'Start of the transaction that created the row.';
COMMENT ON COLUMN organization.created_by IS 'Login of who created the row, see contacts.actor().';
COMMENT ON COLUMN organization.updated_at IS 'Start of the transaction of the last change; never before that of the version before.';
COMMENT ON COLUMN organization.updated_by IS 'Login of who changed the row last.';
COMMENT ON COLUMN organization.import_id IS 'The import that created the row, if one did. Not a foreign key: deleting an import_run leaves contacts alone.';

-- zz_: after all other BEFORE triggers, so that their changes count as changes.
CREATE TRIGGER zz_stamp BEFORE INSERT OR UPDATE ON organization
  FOR EACH ROW EXECUTE FUNCTION contacts.stamp_row();
COMMENT ON TRIGGER zz_stamp ON organization IS 'Sets version, created_*, updated_* and import_id, whatever was written.';
-- Contacts: people and lines outside the company.

CREATE TABLE contact (
  contact_id          uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  source              text NOT NULL DEFAULT 'manual' CHECK (source <> '' AND length(source) <= 60),
  external_id         text CHECK (external_id <> '' AND length(external_id) <= 500),
  visibility          text NOT NULL DEFAULT 'restricted'
                      CHECK (visibility IN ('company', 'restricted', 'personal')),
  owner_id            uuid REFERENCES staff,
  shared_with         uuid[],
  editable_by         uuid[],
  organization_id     uuid REFERENCES organization,
  contact_type        text CHECK (contact_type IN ('lead', 'prospect', 'customer', 'other')),
  contact_level       text CHECK (contact_level IN ('primary', 'secondary', 'tertiary')),
  name_prefix         text,
  first_name          text,
  middle_name         text,
  last_name           text,
  name_suffix         text,
  nickname            text,
  phonetic_first_name text,
  phonetic_last_name  text,
  job_title           text,
  department          text,
  location            text,
  birth_date          date,
  birth_year_known    boolean NOT NULL DEFAULT true,
  language            text,
  websites            text[],
  custom              jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(custom) = 'object'),
  search              text[],
  merged_into         uuid REFERENCES contact ON DELETE CASCADE,
  version             int NOT NULL DEFAULT 1,
  created_at          timestamptz NOT NULL,
  created_by          text NOT NULL,
  updated_at          timestamptz NOT NULL,
  updated_by          text NOT NULL,
  import_id           uuid,
  CONSTRAINT contact_merged_into_another CHECK (merged_into <> contact_id),
  CONSTRAINT contact_birth_year_unknown CHECK (birth_year_known OR extract(year FROM birth_date) = 1604)
);
-- One source's ID names one contact of the company; personal address books do not get in each other's way.
CREATE UNIQUE INDEX contact_external_id_key ON contact (source, external_id)
  WHERE visibility <> 'personal' AND external_id IS NOT NULL;
CREATE UNIQUE INDEX contact_personal_external_id_key ON contact (owner_id, source, external_id) NULLS NOT DISTINCT
  WHERE visibility = 'personal' AND external_id IS NOT NULL;
CREATE INDEX contact_owner_id_idx ON contact (owner_id) WHERE owner_id IS NOT NULL;
CREATE INDEX contact_organization_id_idx ON contact (organization_id) WHERE organization_id IS NOT NULL;
CREATE INDEX contact_search_idx ON contact USING gin (search contacts.search_ops);
CREATE INDEX contact_merged_into_idx ON contact (merged_into) WHERE merged_into IS NOT NULL;

COMMENT ON TABLE contact IS 'Contacts outside the company; phones, e-mail addresses and other parts are in tables of their own.';
COMMENT ON COLUMN contact.source IS 'Where external_id comes from: 8x8, cinnox, genesys, …; manual when entered here.';
COMMENT ON COLUMN contact.external_id IS 'Key of the contact in its source: unique there among contacts that are not personal, and among the personal ones of one owner.';
COMMENT ON COLUMN contact.visibility IS 'company: everybody enrolled; restricted: the owner, those it is shared with, admins; personal: the owner alone.';
COMMENT ON COLUMN contact.owner_id IS 'The colleague whose contact it is.';
COMMENT ON COLUMN contact.shared_with IS 'Colleagues (staff_id) who may see a restricted contact; NULL: nobody.';
COMMENT ON COLUMN contact.editable_by IS 'Those of shared_with who may also edit it; NULL: nobody.';
COMMENT ON COLUMN contact.contact_type IS 'lead, prospect, customer or other.';
COMMENT ON COLUMN contact.contact_level IS 'primary, secondary or tertiary.';
COMMENT ON COLUMN contact.birth_date IS 'Has the year 1604, a leap year, where the year is unknown.';
COMMENT ON COLUMN contact.birth_year_known IS 'False: only day and month of birth_date count.';
COMMENT ON COLUMN contact.language IS 'BCP 47 tag, or as entered.';
COMMENT ON COLUMN contact.custom IS 'Custom fields by key (see custom_field), and what an import had no column for.';
COMMENT ON COLUMN contact.search IS 'Folded keys of names, title, department and organization, made when the row is written; first the version of what made them. For search @@ contacts.search_query(…).';
COMMENT ON COLUMN contact.merged_into IS 'The contact that took this one''s place when duplicates were merged.';
COMMENT ON COLUMN contact.version IS 'Starts at 1, one more with each change; set by the trigger, like all columns that follow.';
COMMENT ON COLUMN contact.created_at IS 'Start of the transaction that created the row.';
COMMENT ON COLUMN contact.created_by IS 'Login of who created the row, see contacts.actor().';
COMMENT ON COLUMN contact.updated_at IS 'Start of the transaction of the last change; never before that of the version before.';
COMMENT ON COLUMN contact.updated_by IS 'Login of who changed the row last.';
COMMENT ON COLUMN contact.import_id IS 'The import that created the row, if one did. Not a foreign key: deleting an import_run leaves contacts alone.';
-- What happens when contacts are written.

-- zz_: after all other BEFORE triggers, so that their changes count as changes.
CREATE TRIGGER zz_stamp BEFORE INSERT OR UPDATE ON contact
  FOR EACH ROW EXECUTE FUNCTION contacts.stamp_row('staff', 'change_log');
COMMENT ON TRIGGER zz_stamp ON contact IS 'Sets search, version, created_*, updated_* and import_id, whatever was written; keeps whose the contact is.';
CREATE TRIGGER contact_created AFTER INSERT ON contact
  FOR EACH ROW EXECUTE FUNCTION contacts.contact_created();
COMMENT ON TRIGGER contact_created ON contact IS 'Remembers new contacts for the parts that are written next.';

CREATE TRIGGER refresh_search AFTER UPDATE ON organization
  REFERENCING OLD TABLE AS old_row NEW TABLE AS new_row
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.refresh_organization_search('contact');
COMMENT ON TRIGGER refresh_search ON organization IS 'Has the search documents of the contacts of renamed organizations made again.';
-- Other names that people go by. The table is data for searches, not part of documents: a new row counts at once.

CREATE TABLE nickname (
  nickname text CHECK (nickname <> '' AND nickname = lower(nickname COLLATE "C")),
  name     text CHECK (name <> '' AND name = lower(name COLLATE "C")),
  PRIMARY KEY (nickname, name)
);
CREATE INDEX nickname_name_idx ON nickname (name);
COMMENT ON TABLE nickname IS 'Names that a search takes for each other, in both directions. Add what your people go by; what an installation began with is English.';
COMMENT ON COLUMN nickname.nickname IS 'One word, as contacts.fold_name() answers it: bob.';
COMMENT ON COLUMN nickname.name IS 'One word, as contacts.fold_name() answers it: robert.';

ALTER TABLE nickname ENABLE ROW LEVEL SECURITY;
CREATE POLICY nickname_read ON nickname FOR SELECT
  USING (contacts.has_permission('staff'::regclass, 'view'));
CREATE POLICY nickname_create ON nickname FOR INSERT
  WITH CHECK (contacts.has_permission('staff'::regclass, 'admin'));
CREATE POLICY nickname_edit ON nickname FOR UPDATE
  USING (contacts.has_permission('staff'::regclass, 'admin'));
CREATE POLICY nickname_delete ON nickname FOR DELETE
  USING (contacts.has_permission('staff'::regclass, 'admin'));
COMMENT ON POLICY nickname_read ON nickname IS 'Permission view.';
COMMENT ON POLICY nickname_create ON nickname IS 'Admins.';
COMMENT ON POLICY nickname_edit ON nickname IS 'Admins.';
COMMENT ON POLICY nickname_delete ON nickname IS 'Admins.';

INSERT INTO nickname (nickname, name)
SELECT unnest(n.nicknames::text[]), n.name
FROM (VALUES
  ('alexander', '{alex,al,sandy,sasha,xander}'), ('alexandra', '{alex,sandra,sandy}'),
  ('andrew', '{andy,drew}'), ('anthony', '{tony}'), ('barbara', '{barb,babs}'), ('benjamin', '{ben,benny}'),
  ('catherine', '{cathy,kate,katie,cat}'), ('katherine', '{kathy,kate,katie,kitty}'),
  ('charles', '{charlie,chuck,chas}'), ('christina', '{chris,tina}'), ('christine', '{chris,tina}'),
  ('christopher', '{chris,kit}'), ('cynthia', '{cindy}'), ('daniel', '{dan,danny}'), ('david', '{dave,davy}'),
  ('deborah', '{deb,debbie}'), ('donald', '{don,donnie}'), ('dorothy', '{dot,dolly,dottie}'),
  ('edward', '{ed,eddie,ned,ted,teddy}'), ('eleanor', '{ellie,nell,nora}'),
  ('elizabeth', '{beth,betsy,betty,bess,eliza,liz,lizzie,libby}'), ('eugene', '{gene}'), ('florence', '{flo}'),
  ('frances', '{fran,frankie}'), ('francis', '{frank,fran}'), ('franklin', '{frank}'),
  ('frederick', '{fred,freddie}'), ('gabrielle', '{gabby}'), ('george', '{georgie}'),
  ('gerald', '{gerry,jerry}'), ('gregory', '{greg}'), ('harold', '{harry,hal}'), ('henry', '{harry,hank}'),
  ('isabella', '{bella,izzy}'), ('jacob', '{jake,jack}'), ('james', '{jim,jimmy,jamie}'),
  ('jennifer', '{jen,jenny}'), ('jessica', '{jess,jessie}'), ('john', '{jack,johnny}'),
  ('jonathan', '{jon,jonny}'), ('joseph', '{joe,joey}'), ('josephine', '{jo,josie}'), ('judith', '{judy}'),
  ('kenneth', '{ken,kenny}'), ('kimberly', '{kim}'), ('lawrence', '{larry,laurie}'),
  ('leonard', '{len,lenny,leo}'), ('louis', '{lou,louie}'), ('louise', '{lou}'),
  ('margaret', '{maggie,meg,peggy,marge,madge,greta,daisy}'), ('martha', '{marty}'),
  ('matthew', '{matt,matty}'), ('michael', '{mike,mick,mickey,mikey}'), ('michelle', '{shelly}'),
  ('nancy', '{nan}'), ('nathaniel', '{nate,nat,nathan}'), ('nicholas', '{nick,nicky}'),
  ('nicole', '{nicky,nikki}'), ('olivia', '{liv,livvy}'), ('pamela', '{pam}'),
  ('patricia', '{pat,patty,tricia,trish}'), ('patrick', '{pat,paddy}'), ('peter', '{pete}'),
  ('philip', '{phil,pip}'), ('raymond', '{ray}'), ('rebecca', '{becky,becca}'),
  ('richard', '{dick,rich,rick,ricky,richie}'), ('robert', '{bob,bobby,rob,robbie,bert}'),
  ('roberta', '{bobbie}'), ('ronald', '{ron,ronnie}'), ('samantha', '{sam,sammy}'), ('samuel', '{sam,sammy}'),
  ('sarah', '{sally,sadie}'), ('stephen', '{steve,stevie}'), ('steven', '{steve,stevie}'),
  ('stephanie', '{steph}'), ('susan', '{sue,susie}'), ('suzanne', '{sue,suzy}'),
  ('theodore', '{ted,teddy,theo}'), ('theresa', '{terry,tess,tessa}'), ('thomas', '{tom,tommy}'),
  ('timothy', '{tim,timmy}'), ('valerie', '{val}'), ('victoria', '{vicky,tori}'), ('vincent', '{vince,vinny}'),
  ('virginia', '{ginny}'), ('walter', '{walt,wally}'), ('william', '{bill,billy,will,willie,liam}'),
  ('zachary', '{zach,zack}')
) AS n(name, nicknames);
-- A contact's parts. They repeat the contact's access columns, so that a policy needs to look at the row alone:
-- the row trigger sets them, without a look at the contact where this transaction created it, and a change at the
-- contact is copied here by the contact's trigger.

CREATE TABLE contact_phone (
  contact_id  uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  position    int NOT NULL CHECK (position >= 1),
  label       text NOT NULL DEFAULT 'other'
              CHECK (label <> '' AND length(label) <= 40 AND label = lower(label COLLATE "C")),
  number      contacts.phone,
  entered     text CHECK (entered <> ''),
  accepts_sms boolean,
  owner_id    uuid,
  visibility  text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with uuid[],
  editable_by uuid[],
  PRIMARY KEY (contact_id, position),
  CONSTRAINT contact_phone_has_number CHECK (number IS NOT NULL OR entered IS NOT NULL)
);
CREATE INDEX contact_phone_number_idx ON contact_phone (number);
-- The last four digits say enough to be looked up by, and are few enough to be stored once each.
CREATE INDEX contact_phone_suffix_idx ON contact_phone (contacts.phone_suffix(number, 4));
COMMENT ON TABLE contact_phone IS 'Phone and fax numbers of contacts.';
COMMENT ON COLUMN contact_phone.position IS 'Order of the parts of a contact, from 1; gaps are allowed.';
COMMENT ON COLUMN contact_phone.label IS 'Lower case: work, mobile, home, fax, main, pager, other, …';
COMMENT ON COLUMN contact_phone.entered IS 'What was typed, where no number could be made of it or it differs.';
COMMENT ON COLUMN contact_phone.accepts_sms IS 'NULL: not known.';
COMMENT ON COLUMN contact_phone.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN contact_phone.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN contact_phone.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN contact_phone.editable_by IS 'editable_by of the contact.';

CREATE TABLE contact_email (
  contact_id  uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  position    int NOT NULL CHECK (position >= 1),
  label       text NOT NULL DEFAULT 'other'
              CHECK (label <> '' AND length(label) <= 40 AND label = lower(label COLLATE "C")),
  address     contacts.email NOT NULL,
  owner_id    uuid,
  visibility  text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with uuid[],
  editable_by uuid[],
  PRIMARY KEY (contact_id, position)
);
CREATE INDEX contact_email_address_idx ON contact_email (address);
-- For a domain and for its beginning, whatever the database's collation.
CREATE INDEX contact_email_domain_idx ON contact_email (contacts.email_domain(address) text_pattern_ops);
COMMENT ON TABLE contact_email IS 'E-mail addresses of contacts.';
COMMENT ON COLUMN contact_email.position IS 'Order of the parts of a contact, from 1; gaps are allowed.';
COMMENT ON COLUMN contact_email.label IS 'Lower case: work, home, other, …';
COMMENT ON COLUMN contact_email.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN contact_email.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN contact_email.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN contact_email.editable_by IS 'editable_by of the contact.';

CREATE TABLE contact_address (
  contact_id      uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  position        int NOT NULL CHECK (position >= 1),
  label           text NOT NULL DEFAULT 'other'
                  CHECK (label <> '' AND length(label) <= 40 AND label = lower(label COLLATE "C")),
  street          text,
  street2         text,
  city            text,
  region          text,
  postal_code     text,
  country         text CHECK (country ~ '^[A-Z]{2}$'),
  country_entered text CHECK (country_entered <> ''),
  owner_id        uuid,
  visibility      text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with     uuid[],
  editable_by     uuid[],
  PRIMARY KEY (contact_id, position)
);
COMMENT ON TABLE contact_address IS 'Postal addresses of contacts.';
COMMENT ON COLUMN contact_address.position IS 'Order of the parts of a contact, from 1; gaps are allowed.';
COMMENT ON COLUMN contact_address.label IS 'Lower case: work, home, other, …';
COMMENT ON COLUMN contact_address.country IS 'ISO 3166-1 alpha-2.';
COMMENT ON COLUMN contact_address.country_entered IS 'The country as typed, where no code could be made of it.';
COMMENT ON COLUMN contact_address.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN contact_address.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN contact_address.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN contact_address.editable_by IS 'editable_by of the contact.';

CREATE TABLE contact_social (
  contact_id  uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  position    int NOT NULL CHECK (position >= 1),
  label       text NOT NULL DEFAULT 'other'
              CHECK (label <> '' AND length(label) <= 40 AND label = lower(label COLLATE "C")),
  network     text NOT NULL
              CHECK (network <> '' AND length(network) <= 40 AND network = lower(network COLLATE "C")),
  handle      text NOT NULL CHECK (handle <> ''),
  owner_id    uuid,
  visibility  text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with uuid[],
  editable_by uuid[],
  PRIMARY KEY (contact_id, position)
);
COMMENT ON TABLE contact_social IS 'Accounts of contacts on social networks and messengers.';
COMMENT ON COLUMN contact_social.position IS 'Order of the parts of a contact, from 1; gaps are allowed.';
COMMENT ON COLUMN contact_social.label IS 'Lower case: work, home, other, …';
COMMENT ON COLUMN contact_social.network IS 'Lower case: twitter, whatsapp, line, wechat, …';
COMMENT ON COLUMN contact_social.handle IS 'Name or id of the account on the network.';
COMMENT ON COLUMN contact_social.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN contact_social.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN contact_social.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN contact_social.editable_by IS 'editable_by of the contact.';

CREATE TABLE contact_group (
  group_id    uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  owner_id    uuid REFERENCES staff DEFAULT contacts.private_owner('staff'::regclass),
  name        text NOT NULL CHECK (name <> '' AND length(name) <= 500),
  description text,
  created_at  timestamptz NOT NULL DEFAULT now(),
  created_by  text NOT NULL DEFAULT contacts.actor(),
  -- The order serves look-ups by name, too.
  CONSTRAINT contact_group_name_key UNIQUE NULLS NOT DISTINCT (name, owner_id)
);
COMMENT ON TABLE contact_group IS 'Groups (tags, categories, labels) that contacts can be members of.';
COMMENT ON COLUMN contact_group.owner_id IS 'NULL: a group of the company, made by admins; else a label that this colleague alone sees. By default an admin''s is the company''s.';
COMMENT ON COLUMN contact_group.created_by IS 'Login of who created the group.';

CREATE TABLE contact_group_member (
  contact_id  uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  group_id    uuid NOT NULL REFERENCES contact_group ON DELETE CASCADE,
  owner_id    uuid,
  visibility  text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with uuid[],
  editable_by uuid[],
  PRIMARY KEY (contact_id, group_id)
);
CREATE INDEX contact_group_member_group_id_idx ON contact_group_member (group_id);
COMMENT ON TABLE contact_group_member IS 'Which contact is in which group.';
COMMENT ON COLUMN contact_group_member.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN contact_group_member.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN contact_group_member.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN contact_group_member.editable_by IS 'editable_by of the contact.';
-- What happens when parts of contacts are written.

-- Access columns of the parts. The contact's name is a trigger argument, without schema: that of the table is meant.
CREATE TRIGGER inherit_access BEFORE INSERT ON contact_phone
  FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER inherit_access_again BEFORE UPDATE ON contact_phone
  FOR EACH ROW WHEN (NEW.visibility IS NULL OR NEW.contact_id <> OLD.contact_id
                     OR NEW.visibility <> OLD.visibility
                     OR NEW.owner_id IS DISTINCT FROM OLD.owner_id
                     OR NEW.shared_with IS DISTINCT FROM OLD.shared_with
                     OR NEW.editable_by IS DISTINCT FROM OLD.editable_by)
  EXECUTE FUNCTION contacts.inherit_access('contact');
COMMENT ON TRIGGER inherit_access ON contact_phone IS 'Sets the access columns to those of the contact.';
COMMENT ON TRIGGER inherit_access_again ON contact_phone IS 'Sets the access columns anew when they are written or the row moves to another contact.';
CREATE TRIGGER inherit_access BEFORE INSERT ON contact_email
  FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER inherit_access_again BEFORE UPDATE ON contact_email
  FOR EACH ROW WHEN (NEW.visibility IS NULL OR NEW.contact_id <> OLD.contact_id
                     OR NEW.visibility <> OLD.visibility
                     OR NEW.owner_id IS DISTINCT FROM OLD.owner_id
                     OR NEW.shared_with IS DISTINCT FROM OLD.shared_with
                     OR NEW.editable_by IS DISTINCT FROM OLD.editable_by)
  EXECUTE FUNCTION contacts.inherit_access('contact');
COMMENT ON TRIGGER inherit_access ON contact_email IS 'Sets the access columns to those of the contact.';
COMMENT ON TRIGGER inherit_access_again ON contact_email IS 'Sets the access columns anew when they are written or the row moves to another contact.';
CREATE TRIGGER inherit_access BEFORE INSERT ON contact_address
  FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER inherit_access_again BEFORE UPDATE ON contact_address
  FOR EACH ROW WHEN (NEW.visibility IS NULL OR NEW.contact_id <> OLD.contact_id
                     OR NEW.visibility <> OLD.visibility
                     OR NEW.owner_id IS DISTINCT FROM OLD.owner_id
                     OR NEW.shared_with IS DISTINCT FROM OLD.shared_with
                     OR NEW.editable_by IS DISTINCT FROM OLD.editable_by)
  EXECUTE FUNCTION contacts.inherit_access('contact');
COMMENT ON TRIGGER inherit_access ON contact_address IS 'Sets the access columns to those of the contact.';
COMMENT ON TRIGGER inherit_access_again ON contact_address IS 'Sets the access columns anew when they are written or the row moves to another contact.';
CREATE TRIGGER inherit_access BEFORE INSERT ON contact_social
  FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER inherit_access_again BEFORE UPDATE ON contact_social
  FOR EACH ROW WHEN (NEW.visibility IS NULL OR NEW.contact_id <> OLD.contact_id
                     OR NEW.visibility <> OLD.visibility
                     OR NEW.owner_id IS DISTINCT FROM OLD.owner_id
                     OR NEW.shared_with IS DISTINCT FROM OLD.shared_with
                     OR NEW.editable_by IS DISTINCT FROM OLD.editable_by)
  EXECUTE FUNCTION contacts.inherit_access('contact');
COMMENT ON TRIGGER inherit_access ON contact_social IS 'Sets the access columns to those of the contact.';
COMMENT ON TRIGGER inherit_access_again ON contact_social IS 'Sets the access columns anew when they are written or the row moves to another contact.';
CREATE TRIGGER inherit_access BEFORE INSERT ON contact_group_member
  FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER inherit_access_again BEFORE UPDATE ON contact_group_member
  FOR EACH ROW WHEN (NEW.visibility IS NULL OR NEW.contact_id <> OLD.contact_id
                     OR NEW.visibility <> OLD.visibility
                     OR NEW.owner_id IS DISTINCT FROM OLD.owner_id
                     OR NEW.shared_with IS DISTINCT FROM OLD.shared_with
                     OR NEW.editable_by IS DISTINCT FROM OLD.editable_by)
  EXECUTE FUNCTION contacts.inherit_access('contact');
COMMENT ON TRIGGER inherit_access ON contact_group_member IS 'Sets the access columns to those of the contact.';
COMMENT ON TRIGGER inherit_access_again ON contact_group_member IS 'Sets the access columns anew when they are written or the row moves to another contact.';
-- The change log: who changed which contact when, old and new. Written by triggers of the engine as the owner of the
-- tables. No foreign key to contact: the log outlives it.

-- An enum, and beside the version: so it takes no space, where text would cost each entry up to 16 bytes.
CREATE TYPE change_action AS ENUM ('update', 'delete', 'undo');
COMMENT ON TYPE change_action IS 'What an entry of change_log is.';

CREATE TABLE change_log (
  contact_id  uuid NOT NULL,
  version     int NOT NULL,
  action      change_action NOT NULL,
  changed_at  timestamptz NOT NULL,
  changed_by  text NOT NULL,
  changes     jsonb NOT NULL,
  import_id   uuid,
  owner_id    uuid,
  visibility  text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with uuid[],
  editable_by uuid[],
  PRIMARY KEY (contact_id, version)
);
COMMENT ON TABLE change_log IS 'What was changed at contacts and their parts. The creation of a contact is no entry: the contact itself says who and when.';
COMMENT ON COLUMN change_log.version IS 'The version that the change made; of a deletion, the one it would have made.';
COMMENT ON COLUMN change_log.changed_at IS 'Start of the statement that the client sent.';
COMMENT ON COLUMN change_log.changed_by IS 'Login of who acted, see contacts.actor().';
COMMENT ON COLUMN change_log.action IS 'update; delete: the whole contact is in "changes"; undo: by undo_import().';
COMMENT ON COLUMN change_log.changes IS 'Field to [old, new]. custom: objects of those custom fields that changed. phones, emails, addresses, socials, groups: a list of [old row, new row], null where there is none.';
COMMENT ON COLUMN change_log.import_id IS 'The import that changed the contact, or whose work was undone.';
COMMENT ON COLUMN change_log.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN change_log.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN change_log.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN change_log.editable_by IS 'editable_by of the contact.';

-- No policy to write: triggers do, as the owner of the tables.
ALTER TABLE change_log ENABLE ROW LEVEL SECURITY;
CREATE POLICY change_log_read ON change_log FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
COMMENT ON POLICY change_log_read ON change_log IS 'Who may see the contact; of a deleted one, who could see it.';

-- zz_: after triggers of the DBA's, whose work an entry then follows.
CREATE TRIGGER zz_log AFTER UPDATE ON contact
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_contact('change_log');
COMMENT ON TRIGGER zz_log ON contact IS 'Writes change_log.';
-- Its name sorts before those of the foreign keys' triggers, which delete the parts.
CREATE TRIGGER "00_log_deletion" AFTER DELETE ON contact
  REFERENCING OLD TABLE AS old_rows
  FOR EACH ROW EXECUTE FUNCTION contacts.log_deletion('change_log', 'phones contact_phone', 'emails contact_email',
    'addresses contact_address', 'socials contact_social', 'groups contact_group_member contact_group');
COMMENT ON TRIGGER "00_log_deletion" ON contact IS 'Keeps the contact and its parts in change_log.';

CREATE TRIGGER zz_log_insert AFTER INSERT ON contact_phone
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'phones');
CREATE TRIGGER zz_log_update AFTER UPDATE ON contact_phone
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'phones');
CREATE TRIGGER zz_log_delete AFTER DELETE ON contact_phone
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'phones');
COMMENT ON TRIGGER zz_log_insert ON contact_phone IS 'Writes change_log.';
COMMENT ON TRIGGER zz_log_update ON contact_phone IS 'Writes change_log.';
COMMENT ON TRIGGER zz_log_delete ON contact_phone IS 'Writes change_log.';
CREATE TRIGGER zz_log_insert AFTER INSERT ON contact_email
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'emails');
CREATE TRIGGER zz_log_update AFTER UPDATE ON contact_email
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'emails');
CREATE TRIGGER zz_log_delete AFTER DELETE ON contact_email
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'emails');
COMMENT ON TRIGGER zz_log_insert ON contact_email IS 'Writes change_log.';
COMMENT ON TRIGGER zz_log_update ON contact_email IS 'Writes change_log.';
COMMENT ON TRIGGER zz_log_delete ON contact_email IS 'Writes change_log.';
CREATE TRIGGER zz_log_insert AFTER INSERT ON contact_address
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'addresses');
CREATE TRIGGER zz_log_update AFTER UPDATE ON contact_address
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'addresses');
CREATE TRIGGER zz_log_delete AFTER DELETE ON contact_address
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'addresses');
COMMENT ON TRIGGER zz_log_insert ON contact_address IS 'Writes change_log.';
COMMENT ON TRIGGER zz_log_update ON contact_address IS 'Writes change_log.';
COMMENT ON TRIGGER zz_log_delete ON contact_address IS 'Writes change_log.';
CREATE TRIGGER zz_log_insert AFTER INSERT ON contact_social
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'socials');
CREATE TRIGGER zz_log_update AFTER UPDATE ON contact_social
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'socials');
CREATE TRIGGER zz_log_delete AFTER DELETE ON contact_social
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'socials');
COMMENT ON TRIGGER zz_log_insert ON contact_social IS 'Writes change_log.';
COMMENT ON TRIGGER zz_log_update ON contact_social IS 'Writes change_log.';
COMMENT ON TRIGGER zz_log_delete ON contact_social IS 'Writes change_log.';
CREATE TRIGGER zz_log_insert AFTER INSERT ON contact_group_member
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'groups', 'contact_group');
CREATE TRIGGER zz_log_update AFTER UPDATE ON contact_group_member
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'groups', 'contact_group');
CREATE TRIGGER zz_log_delete AFTER DELETE ON contact_group_member
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'groups', 'contact_group');
COMMENT ON TRIGGER zz_log_insert ON contact_group_member IS 'Writes change_log.';
COMMENT ON TRIGGER zz_log_update ON contact_group_member IS 'Writes change_log.';
COMMENT ON TRIGGER zz_log_delete ON contact_group_member IS 'Writes change_log.';

CREATE TRIGGER delete_members BEFORE DELETE ON contact_group
  FOR EACH ROW EXECUTE FUNCTION contacts.delete_members('contact_group_member');
COMMENT ON TRIGGER delete_members ON contact_group IS 'Deletes the members first, while the group still has its name for change_log.';

CREATE TRIGGER propagate_access AFTER UPDATE ON contact
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT
  EXECUTE FUNCTION contacts.propagate_access('contact_phone', 'contact_email', 'contact_address', 'contact_social',
                                             'contact_group_member', 'contact_share', 'contact_transfer',
                                             'contact_note', 'inquiry', 'engagement', 'visit', 'version change_log',
                                             'organization_id organization');
COMMENT ON TRIGGER propagate_access ON contact IS 'Copies changed access columns to the parts and the log, and lets private organizations follow.';
-- Sharing and transfer. Who may is decided by the policies here; the triggers carry it out at the contact, as the owner
-- of the tables, since the contact's own columns are closed to everybody else.

CREATE TABLE contact_share (
  contact_id  uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  staff_id    uuid NOT NULL REFERENCES staff ON DELETE CASCADE,
  can_edit    boolean NOT NULL DEFAULT false,
  shared_by   text NOT NULL DEFAULT contacts.actor(),
  shared_at   timestamptz NOT NULL DEFAULT now(),
  owner_id    uuid,
  visibility  text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with uuid[],
  editable_by uuid[],
  PRIMARY KEY (contact_id, staff_id),
  CONSTRAINT contact_share_not_personal CHECK (visibility <> 'personal')
);
CREATE INDEX contact_share_staff_id_idx ON contact_share (staff_id);
COMMENT ON TABLE contact_share IS 'Who shared which contact with whom; contact.shared_with and contact.editable_by follow it.';
COMMENT ON COLUMN contact_share.staff_id IS 'The colleague it is shared with.';
COMMENT ON COLUMN contact_share.can_edit IS 'Whether he may also edit it. Counts for restricted contacts: company ones are edited by their owner and admins.';
COMMENT ON COLUMN contact_share.shared_by IS 'Login of who shared it first.';
COMMENT ON COLUMN contact_share.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN contact_share.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN contact_share.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN contact_share.editable_by IS 'editable_by of the contact.';

CREATE TABLE contact_transfer (
  transfer_id    uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  contact_id     uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  from_staff     uuid REFERENCES staff,
  to_staff       uuid NOT NULL REFERENCES staff,
  transferred_by text NOT NULL DEFAULT contacts.actor(),
  transferred_at timestamptz NOT NULL DEFAULT now(),
  owner_id       uuid,
  visibility     text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with    uuid[],
  editable_by    uuid[]
);
CREATE INDEX contact_transfer_contact_id_idx ON contact_transfer (contact_id);
COMMENT ON TABLE contact_transfer IS 'Who gave which contact to whom; a row that is inserted changes contact.owner_id.';
COMMENT ON COLUMN contact_transfer.from_staff IS 'The owner before, set by the trigger; NULL: there was none.';
COMMENT ON COLUMN contact_transfer.to_staff IS 'The new owner.';
COMMENT ON COLUMN contact_transfer.transferred_by IS 'Login of who gave it: the owner or an admin.';
COMMENT ON COLUMN contact_transfer.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN contact_transfer.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN contact_transfer.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN contact_transfer.editable_by IS 'editable_by of the contact.';

-- The policies judge what inherit_access read from the contact, whatever was written: no WHEN (visibility IS NULL) here.
CREATE TRIGGER inherit_access BEFORE INSERT ON contact_share
  FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER inherit_access_again BEFORE UPDATE ON contact_share
  FOR EACH ROW WHEN (NEW.contact_id <> OLD.contact_id
                     OR NEW.owner_id IS DISTINCT FROM OLD.owner_id OR NEW.visibility IS DISTINCT FROM OLD.visibility
                     OR NEW.shared_with IS DISTINCT FROM OLD.shared_with
                     OR NEW.editable_by IS DISTINCT FROM OLD.editable_by)
  EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER stamp_author BEFORE INSERT OR UPDATE ON contact_share
  FOR EACH ROW EXECUTE FUNCTION contacts.stamp_author('shared_by', 'shared_at');
CREATE TRIGGER zz_apply_insert AFTER INSERT ON contact_share
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION contacts.apply_share('contact');
CREATE TRIGGER zz_apply_update AFTER UPDATE ON contact_share
  FOR EACH ROW WHEN (OLD.contact_id <> NEW.contact_id OR OLD.staff_id <> NEW.staff_id OR OLD.can_edit <> NEW.can_edit)
  EXECUTE FUNCTION contacts.apply_share('contact');
CREATE TRIGGER zz_apply_delete AFTER DELETE ON contact_share
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION contacts.apply_share('contact');
COMMENT ON TRIGGER inherit_access ON contact_share IS 'Fills the access columns from the contact, and locks it: two who share it wait for each other.';
COMMENT ON TRIGGER inherit_access_again ON contact_share IS 'Nobody gives a row other access columns than the contact''s.';
COMMENT ON TRIGGER stamp_author ON contact_share IS 'Sets shared_by and shared_at, whatever was written.';
COMMENT ON TRIGGER zz_apply_insert ON contact_share IS 'Sets shared_with and editable_by of the contacts.';
COMMENT ON TRIGGER zz_apply_update ON contact_share IS 'Sets shared_with and editable_by of the contact.';
COMMENT ON TRIGGER zz_apply_delete ON contact_share IS 'Sets shared_with and editable_by of the contacts.';

CREATE TRIGGER inherit_access BEFORE INSERT ON contact_transfer
  FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER stamp_author BEFORE INSERT ON contact_transfer
  FOR EACH ROW EXECUTE FUNCTION contacts.stamp_author('transferred_by', 'transferred_at', 'from_staff');
CREATE TRIGGER zz_apply_insert AFTER INSERT ON contact_transfer
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
  EXECUTE FUNCTION contacts.apply_transfer('contact', 'contact_share');
COMMENT ON TRIGGER inherit_access ON contact_transfer IS 'Fills the access columns from the contact, and locks it: the policy judges who owns it now.';
COMMENT ON TRIGGER stamp_author ON contact_transfer IS 'Sets from_staff, transferred_by and transferred_at, whatever was written.';
COMMENT ON TRIGGER zz_apply_insert ON contact_transfer IS 'Gives the contacts to their new owners.';

ALTER TABLE contact_share ENABLE ROW LEVEL SECURITY;
CREATE POLICY contact_share_read ON contact_share FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY contact_share_create ON contact_share FOR INSERT
  WITH CHECK (contacts.may_manage('staff'::regclass, owner_id, visibility));
CREATE POLICY contact_share_edit ON contact_share FOR UPDATE
  USING (contacts.may_manage('staff'::regclass, owner_id, visibility));
CREATE POLICY contact_share_delete ON contact_share FOR DELETE
  USING (contacts.may_manage('staff'::regclass, owner_id, visibility));
COMMENT ON POLICY contact_share_read ON contact_share IS 'Who sees the contact sees with whom it is shared.';
COMMENT ON POLICY contact_share_create ON contact_share IS 'The owner and admins share.';
COMMENT ON POLICY contact_share_edit ON contact_share IS 'The owner and admins change can_edit.';
COMMENT ON POLICY contact_share_delete ON contact_share IS 'The owner and admins take it back.';

ALTER TABLE contact_transfer ENABLE ROW LEVEL SECURITY;
CREATE POLICY contact_transfer_read ON contact_transfer FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY contact_transfer_create ON contact_transfer FOR INSERT
  WITH CHECK (contacts.may_manage('staff'::regclass, owner_id, visibility));
COMMENT ON POLICY contact_transfer_read ON contact_transfer IS 'Who sees the contact sees whose it was.';
COMMENT ON POLICY contact_transfer_create ON contact_transfer IS 'The owner and admins give a contact away. There is none for changing or deleting: what happened stays.';

-- ---- what the functions share

-- Whether the current user is above the policies: the owner of the directory, or a superuser.
CREATE FUNCTION _acts_as_owner() RETURNS boolean
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT NOT row_security_active('contact'::regclass::oid);
END;
COMMENT ON FUNCTION _acts_as_owner() IS 'Whether row-level security does not apply: to the owner of the directory and superusers.';

-- One that is hidden and one that does not exist are told apart by nobody.
CREATE FUNCTION _check_contact(contact_id uuid, manage boolean) RETURNS boolean
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT CASE
           WHEN c.contact_id IS NULL
             THEN contacts._raise('P0002', format('there is no contact "%s"', _check_contact.contact_id),
                                  'It does not exist, or is not visible to who acts.')
           WHEN _acts_as_owner() THEN true
           WHEN manage AND NOT contacts.may_manage('staff'::regclass, c.owner_id, c.visibility)
             THEN contacts._raise('42501', format('permission denied for contact "%s"', _check_contact.contact_id),
                                  'A contact is shared, transferred and deleted by its owner and by admins.')
           WHEN NOT manage AND NOT contacts.may_edit('staff'::regclass, c.owner_id, c.visibility, c.editable_by)
             THEN contacts._raise('42501', format('permission denied to edit contact "%s"', _check_contact.contact_id),
                                  CASE c.visibility WHEN 'company' THEN 'A company contact is edited by its owner and by admins.'
                                    ELSE 'It is edited by its owner, by admins, and by those it is shared with for editing.' END,
                                  'Permission "edit" is needed, too.')
           ELSE true
         END
    FROM (SELECT) AS one LEFT JOIN contact c ON c.contact_id = _check_contact.contact_id;
END;
COMMENT ON FUNCTION _check_contact(uuid, boolean) IS 'True, or an error: P0002 where who acts sees no such contact, 42501 where he may not edit it (or, with "manage", share, transfer and delete it).';

CREATE FUNCTION _colleague(login text, enrolled boolean DEFAULT true) RETURNS uuid
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT CASE
           WHEN s.staff_id IS NULL
             THEN contacts._raise('42704', format('there is no colleague with login "%s"', contacts._quoted(coalesce(_colleague.login, ''))),
                                  NULL, 'enroll() makes somebody a member of the directory.')
           WHEN _colleague.enrolled AND s.permissions = '{}'
             THEN contacts._raise('55000', format('"%s" has no access to the directory', contacts._quoted(s.login)),
                                  'Without a permission nobody sees anything in it.', 'enroll() gives permissions.')
           ELSE true
         END
    FROM (SELECT) AS one LEFT JOIN staff s ON s.login = _colleague.login;
  SELECT s.staff_id FROM staff s WHERE s.login = _colleague.login;
END;
COMMENT ON FUNCTION _colleague(text, boolean) IS 'staff_id of this login. Errors: 42704 where nobody has it, 55000 where he is dismissed and must not be.';

-- ---- sharing

CREATE FUNCTION share_contact(contact_id uuid, login text, can_edit boolean DEFAULT false) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT _check_contact(share_contact.contact_id, true);
  SELECT CASE
           WHEN c.visibility = 'personal'
             THEN contacts._raise('55000', format('contact "%s" is personal', share_contact.contact_id),
                                  'A personal contact is its owner''s alone.',
                                  'Make it restricted first: UPDATE contact SET visibility = ''restricted''.')
           WHEN c.owner_id = _colleague(share_contact.login)
             THEN contacts._raise('22023', format('"%s" owns contact "%s"', contacts._quoted(share_contact.login), share_contact.contact_id),
                                  'A contact is shared with others than its owner.')
         END
    FROM contact c WHERE c.contact_id = share_contact.contact_id;
  INSERT INTO contact_share AS h (contact_id, staff_id, can_edit)
  VALUES (share_contact.contact_id, _colleague(share_contact.login), coalesce(share_contact.can_edit, false))
      ON CONFLICT (contact_id, staff_id) DO UPDATE SET can_edit = EXCLUDED.can_edit
   WHERE h.can_edit <> EXCLUDED.can_edit;
END;
COMMENT ON FUNCTION share_contact(uuid, text, boolean) IS 'Lets the colleague of this login see a restricted contact, and with can_edit change it; once more to change can_edit. For the contact''s owner and admins. Errors: P0002 no such contact for who acts, 42501 not his to share, 42704 nobody of this login, 55000 a personal contact or a colleague without access, 22023 the owner himself.';

-- The contact is locked first, as everywhere: whoever deletes it meanwhile goes before or after.
CREATE FUNCTION unshare_contact(contact_id uuid, login text) RETURNS boolean
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT _check_contact(unshare_contact.contact_id, true);
  SELECT FROM contact c WHERE c.contact_id = unshare_contact.contact_id FOR NO KEY UPDATE;
  WITH removed AS (
    DELETE FROM contact_share h
     WHERE h.contact_id = unshare_contact.contact_id AND h.staff_id = _colleague(unshare_contact.login, false)
    RETURNING h.staff_id)
  SELECT EXISTS (SELECT FROM removed);
END;
COMMENT ON FUNCTION unshare_contact(uuid, text) IS 'Takes the contact from the colleague again; whether it was shared with him. Errors as share_contact().';

-- ---- transfer

CREATE FUNCTION transfer_contact(contact_id uuid, login text) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT _check_contact(transfer_contact.contact_id, true);
  INSERT INTO contact_transfer (contact_id, to_staff)
  SELECT transfer_contact.contact_id, t.staff_id
    FROM (SELECT _colleague(transfer_contact.login) AS staff_id) AS t
   WHERE NOT EXISTS (SELECT FROM contact c
                      WHERE c.contact_id = transfer_contact.contact_id AND c.owner_id = t.staff_id);
END;
COMMENT ON FUNCTION transfer_contact(uuid, text) IS 'Gives the contact to the colleague of this login. Who gave it sees it no longer, unless it is shared with him or everybody''s; other shares stay. For the contact''s owner and admins. Errors: P0002 no such contact for who acts, 42501 not his to give, 42704 nobody of this login, 55000 a colleague without access.';

CREATE FUNCTION transfer_all(from_login text, to_login text) RETURNS bigint
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT CASE
           WHEN transfer_all.from_login = transfer_all.to_login
             THEN contacts._raise('22023', format('"%s" cannot be both giver and receiver', contacts._quoted(transfer_all.to_login)))
           WHEN _acts_as_owner() OR contacts.has_permission('staff'::regclass, 'admin') THEN true
           WHEN transfer_all.from_login = contacts.actor() AND contacts.has_permission('staff'::regclass, 'edit') THEN true
           ELSE contacts._raise('42501', format('permission denied to transfer the contacts of "%s"', contacts._quoted(coalesce(transfer_all.from_login, ''))),
                                'That is for admins, and for colleagues themselves with permission "edit".')
         END;
  SELECT _colleague(transfer_all.from_login, false), _colleague(transfer_all.to_login);
  WITH giver AS MATERIALIZED (
    SELECT s.staff_id, s.login = contacts.actor() AS acts FROM staff s WHERE s.login = transfer_all.from_login),
  receiver AS MATERIALIZED (
    SELECT s.staff_id FROM staff s WHERE s.login = transfer_all.to_login),
  -- Locked in one order, and looked at again once they are: what somebody gave away meanwhile is not his any more.
  given AS MATERIALIZED (
    SELECT c.contact_id
      FROM giver g JOIN contact c ON c.owner_id = g.staff_id
     WHERE g.acts OR c.visibility <> 'personal'
     ORDER BY c.contact_id
       FOR NO KEY UPDATE OF c),
  transferred AS (
    INSERT INTO contact_transfer (contact_id, to_staff)
    SELECT g.contact_id, r.staff_id FROM given g CROSS JOIN receiver r
    RETURNING 1)
  SELECT count(*) FROM transferred;
END;
COMMENT ON FUNCTION transfer_all(text, text) IS 'Gives all contacts of one colleague to another, when he leaves; how many. His personal ones only where he acts himself: nobody else gives them away. For himself and admins. Errors: 42501, 42704 nobody of this login, 55000 a receiver without access, 22023 twice the same.';
-- What colleagues keep for themselves: favourites and blocked numbers.

CREATE TABLE favorite (
  staff_id     uuid NOT NULL REFERENCES staff ON DELETE CASCADE,
  favorite_id  uuid GENERATED ALWAYS AS (coalesce(contact_id, colleague_id)) STORED,
  contact_id   uuid REFERENCES contact ON DELETE CASCADE,
  colleague_id uuid REFERENCES staff ON DELETE CASCADE,
  added_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (staff_id, favorite_id),
  CONSTRAINT favorite_contact_or_colleague CHECK (num_nonnulls(contact_id, colleague_id) = 1)
);
CREATE INDEX favorite_contact_id_idx ON favorite (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX favorite_colleague_id_idx ON favorite (colleague_id) WHERE colleague_id IS NOT NULL;
CREATE TRIGGER list_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON favorite
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.list_changed();
COMMENT ON TRIGGER list_changed ON favorite IS 'Makes all sessions read anew what contacts.is_listed() knows.';
COMMENT ON TABLE favorite IS 'Contacts and colleagues that a colleague wants at hand; seen by himself alone.';
COMMENT ON COLUMN favorite.staff_id IS 'Whose favourite it is.';
COMMENT ON COLUMN favorite.favorite_id IS 'contact_id or colleague_id, whichever is set.';
COMMENT ON COLUMN favorite.colleague_id IS 'staff_id of the colleague.';

ALTER TABLE favorite ENABLE ROW LEVEL SECURITY;
CREATE POLICY favorite_own ON favorite
  USING (staff_id = contacts.acting_staff('staff'::regclass))
  WITH CHECK (staff_id = contacts.acting_staff('staff'::regclass));
COMMENT ON POLICY favorite_own ON favorite IS 'To everybody his own.';

CREATE TABLE blocked_number (
  staff_id   uuid NOT NULL REFERENCES staff ON DELETE CASCADE,
  channel    text NOT NULL CHECK (channel IN ('call', 'sms')),
  number     text NOT NULL CHECK (number ~ '^\+[0-9]{1,20}\*?$'),
  blocked_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (staff_id, channel, number)
);
CREATE TRIGGER list_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON blocked_number
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.list_changed();
COMMENT ON TRIGGER list_changed ON blocked_number IS 'Makes all sessions read anew what contacts.is_listed() knows.';
COMMENT ON TABLE blocked_number IS 'Numbers from which a colleague wants no calls or messages; seen by himself alone.';
COMMENT ON COLUMN blocked_number.channel IS 'call or sms.';
COMMENT ON COLUMN blocked_number.number IS 'Number without extension, +41791234567, or the beginning of numbers, +4179*.';

ALTER TABLE blocked_number ENABLE ROW LEVEL SECURITY;
CREATE POLICY blocked_number_own ON blocked_number
  USING (staff_id = contacts.acting_staff('staff'::regclass))
  WITH CHECK (staff_id = contacts.acting_staff('staff'::regclass));
COMMENT ON POLICY blocked_number_own ON blocked_number IS 'To everybody his own.';

-- Who acts, for what everybody keeps for himself.
CREATE FUNCTION _check_acting() RETURNS uuid
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT CASE WHEN contacts.acting_staff('staff'::regclass) IS NULL
              THEN contacts._raise('42501', format('"%s" is not enrolled', contacts._quoted(contacts.actor())),
                                   'Favourites and blocked numbers are those of a colleague.',
                                   'enroll() makes somebody a member of the directory.') END;
  SELECT contacts.acting_staff('staff'::regclass);
END;
COMMENT ON FUNCTION _check_acting() IS 'staff_id of who acts; error 42501 where he is not enrolled.';

CREATE FUNCTION add_favorite(id uuid) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO favorite (staff_id, contact_id, colleague_id)
  SELECT _check_acting(), c.contact_id, s.staff_id
    FROM (SELECT) AS one
    LEFT JOIN contact c ON c.contact_id = add_favorite.id
    LEFT JOIN staff s ON s.staff_id = add_favorite.id AND c.contact_id IS NULL
   WHERE CASE WHEN num_nonnulls(c.contact_id, s.staff_id) = 1 THEN true
              ELSE contacts._raise('P0002', format('there is no contact or colleague "%s"', add_favorite.id),
                                   'It does not exist, or is not visible to who acts.') END
      ON CONFLICT (staff_id, favorite_id) DO NOTHING;
END;
COMMENT ON FUNCTION add_favorite(uuid) IS 'Makes a contact (contact_id) or a colleague (staff_id) a favourite of who acts; nothing happens where it is one. Errors: P0002 nothing of this id that who acts can see, 42501 not enrolled.';

CREATE FUNCTION remove_favorite(id uuid) RETURNS boolean
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  WITH removed AS (
    DELETE FROM favorite f
     WHERE f.staff_id = contacts.acting_staff('staff'::regclass) AND f.favorite_id = remove_favorite.id
    RETURNING f.favorite_id)
  SELECT EXISTS (SELECT FROM removed);
END;
COMMENT ON FUNCTION remove_favorite(uuid) IS 'Removes a favourite of who acts; whether it was one.';

-- What is stored for a number, or a prefix with an asterisk.
CREATE FUNCTION _blocked_key(number text, channel text) RETURNS text
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT CASE
           WHEN _blocked_key.channel IS NULL OR _blocked_key.channel NOT IN ('call', 'sms')
             THEN contacts._raise('22023', format('unknown channel "%s"', contacts._quoted(coalesce(_blocked_key.channel, ''))),
                                  'Numbers are blocked for call or sms.')
           WHEN _blocked_key.number LIKE '%*'
                AND regexp_replace(_blocked_key.number, '[ ()./-]', '', 'g') !~ '^\+[1-9][0-9]{0,18}\*$'
             THEN contacts._raise('22P02', format('invalid prefix "%s"', contacts._quoted(_blocked_key.number)),
                                  'A prefix is + and 1 to 19 digits, calling code first, then an asterisk.',
                                  'Write it like +4179*.')
         END;
  SELECT CASE WHEN _blocked_key.number LIKE '%*' THEN regexp_replace(_blocked_key.number, '[ ()./-]', '', 'g')
              ELSE contacts.phone_base(contacts.phone_parse(_blocked_key.number))::text END;
END;
COMMENT ON FUNCTION _blocked_key(text, text) IS 'blocked_number.number for a number in any notation or a prefix with an asterisk. Errors: 22023 unknown channel, 22P02 no number.';

CREATE FUNCTION _insert_blocked(key text, channel text, force boolean) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT contacts._raise('55000', format('number "%s" belongs to %s', known.number, contacts._quoted(known.name)),
                         'Numbers of colleagues and of visible contacts are not blocked by mistake.',
                         'Call block_number() with force => true.')
    FROM (SELECT p.number, s.display_name AS name
            FROM staff_phone p JOIN staff s ON s.staff_id = p.staff_id
           WHERE p.number ^@ rtrim(_insert_blocked.key, '*')
             AND (_insert_blocked.key LIKE '%*' OR contacts.phone_base(p.number)::text = _insert_blocked.key)
          UNION ALL
          SELECT p.number, coalesce(nullif(concat_ws(' ', c.first_name, c.last_name), ''), c.nickname, 'a contact')
            FROM contact_phone p JOIN contact c ON c.contact_id = p.contact_id
           WHERE p.number ^@ rtrim(_insert_blocked.key, '*')
             AND (_insert_blocked.key LIKE '%*' OR contacts.phone_base(p.number)::text = _insert_blocked.key)
           LIMIT 1) AS known
   WHERE NOT coalesce(_insert_blocked.force, false);
  INSERT INTO blocked_number (staff_id, channel, number)
  VALUES (_check_acting(), _insert_blocked.channel, _insert_blocked.key)
      ON CONFLICT (staff_id, channel, number) DO NOTHING;
END;
COMMENT ON FUNCTION _insert_blocked(text, text, boolean) IS 'Of block_number(), with what _blocked_key() gives.';

CREATE FUNCTION block_number(number text, channel text, force boolean DEFAULT false) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT _insert_blocked(_blocked_key(block_number.number, block_number.channel), block_number.channel, block_number.force);
END;
COMMENT ON FUNCTION block_number(text, text, boolean) IS 'Blocks a number (any notation, see contacts.default_region) or all that begin alike (+4179*) for who acts; channel: call or sms. Errors: 55000 where it is a colleague''s or a visible contact''s and force is not set, 22P02 no number, 22023 another channel, 42501 not enrolled.';

CREATE FUNCTION unblock_number(number text, channel text) RETURNS boolean
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  WITH removed AS (
    DELETE FROM blocked_number b
     WHERE b.staff_id = contacts.acting_staff('staff'::regclass) AND b.channel = unblock_number.channel
       AND b.number = _blocked_key(unblock_number.number, unblock_number.channel)
    RETURNING b.number)
  SELECT EXISTS (SELECT FROM removed);
END;
COMMENT ON FUNCTION unblock_number(text, text) IS 'Takes a number or prefix, as it was blocked, from the list of who acts; whether it was there. Errors: 22P02 no number, 22023 another channel.';

-- One index condition for the number and each of its beginnings, made before the table is looked at: below a policy an
-- expression over another relation's columns gets no index.
CREATE FUNCTION is_blocked(number text, channel text) RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT EXISTS (
    SELECT FROM blocked_number b
     WHERE b.staff_id = contacts.acting_staff('staff'::regclass) AND b.channel = is_blocked.channel
       AND b.number = ANY (
             ARRAY(SELECT left(e.number, n) || CASE WHEN n <= length(e.number) THEN '*' ELSE '' END
                     FROM (SELECT contacts.phone_base(contacts.phone_try_parse(is_blocked.number))::text AS number OFFSET 0) AS e,
                          generate_series(2, length(e.number) + 1) AS n)));
END;
COMMENT ON FUNCTION is_blocked(text, text) IS 'Whether who acts has blocked the number, or a beginning of it, for the channel (call or sms); false for what is no number. STABLE: follows the table, who acts, and contacts.default_region.';
-- Activity: what happened with a contact. Whoever sees the contact sees it; whoever sees the contact and may edit at all adds
-- to it; an entry is changed and deleted by who wrote it, and by admins.

CREATE TABLE contact_note (
  note_id     uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  contact_id  uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  body        text NOT NULL CHECK (body <> ''),
  created_at  timestamptz NOT NULL DEFAULT now(),
  created_by  text NOT NULL DEFAULT contacts.actor(),
  import_id   uuid,
  owner_id    uuid,
  visibility  text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with uuid[],
  editable_by uuid[]
);
CREATE INDEX contact_note_contact_id_idx ON contact_note (contact_id, created_at);
CREATE INDEX contact_note_import_id_idx ON contact_note (import_id) WHERE import_id IS NOT NULL;
COMMENT ON TABLE contact_note IS 'Notes about contacts.';
COMMENT ON COLUMN contact_note.body IS 'Plain text.';
COMMENT ON COLUMN contact_note.created_by IS 'Login of who wrote the entry.';
COMMENT ON COLUMN contact_note.import_id IS 'The import that made the note, if one did: undo_import() takes it back.';
COMMENT ON COLUMN contact_note.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN contact_note.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN contact_note.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN contact_note.editable_by IS 'editable_by of the contact.';

CREATE TABLE inquiry (
  inquiry_id  uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  contact_id  uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  channel     text NOT NULL DEFAULT 'other'
              CHECK (channel <> '' AND length(channel) <= 40 AND channel = lower(channel COLLATE "C")),
  status      text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'pending', 'closed')),
  subject     text,
  started_at  timestamptz NOT NULL DEFAULT now(),
  ended_at    timestamptz,
  handled_by  uuid REFERENCES staff,
  created_at  timestamptz NOT NULL DEFAULT now(),
  created_by  text NOT NULL DEFAULT contacts.actor(),
  owner_id    uuid,
  visibility  text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with uuid[],
  editable_by uuid[],
  CONSTRAINT inquiry_ends_after_start CHECK (ended_at >= started_at)
);
CREATE INDEX inquiry_contact_id_idx ON inquiry (contact_id, started_at);
COMMENT ON TABLE inquiry IS 'Conversations that contacts began: calls, chats, messages.';
COMMENT ON COLUMN inquiry.channel IS 'Lower case: call, sms, email, chat, whatsapp, web, other, …';
COMMENT ON COLUMN inquiry.status IS 'open, pending or closed.';
COMMENT ON COLUMN inquiry.handled_by IS 'The colleague who takes care of it.';
COMMENT ON COLUMN inquiry.created_by IS 'Login of who wrote the entry.';
COMMENT ON COLUMN inquiry.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN inquiry.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN inquiry.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN inquiry.editable_by IS 'editable_by of the contact.';

CREATE TABLE engagement (
  engagement_id uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  contact_id    uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  channel       text NOT NULL DEFAULT 'other'
                CHECK (channel <> '' AND length(channel) <= 40 AND channel = lower(channel COLLATE "C")),
  subject       text,
  outcome       text,
  number        contacts.phone,
  address       contacts.email,
  started_at    timestamptz NOT NULL DEFAULT now(),
  ended_at      timestamptz,
  made_by       uuid REFERENCES staff,
  created_at    timestamptz NOT NULL DEFAULT now(),
  created_by    text NOT NULL DEFAULT contacts.actor(),
  owner_id      uuid,
  visibility    text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with   uuid[],
  editable_by   uuid[],
  CONSTRAINT engagement_ends_after_start CHECK (ended_at >= started_at)
);
CREATE INDEX engagement_contact_id_idx ON engagement (contact_id, started_at);
COMMENT ON TABLE engagement IS 'Calls, messages and e-mails from the company to contacts.';
COMMENT ON COLUMN engagement.channel IS 'Lower case: call, sms, email, other, …';
COMMENT ON COLUMN engagement.outcome IS 'What came of it: answered, no_answer, sent, …';
COMMENT ON COLUMN engagement.number IS 'The number that was called or written to.';
COMMENT ON COLUMN engagement.address IS 'The e-mail address that was written to.';
COMMENT ON COLUMN engagement.made_by IS 'The colleague who called or wrote.';
COMMENT ON COLUMN engagement.created_by IS 'Login of who wrote the entry.';
COMMENT ON COLUMN engagement.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN engagement.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN engagement.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN engagement.editable_by IS 'editable_by of the contact.';

CREATE TABLE visit (
  visit_id    uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  contact_id  uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  url         text NOT NULL CHECK (url <> ''),
  title       text,
  referrer    text,
  visited_at  timestamptz NOT NULL DEFAULT now(),
  left_at     timestamptz,
  created_at  timestamptz NOT NULL DEFAULT now(),
  created_by  text NOT NULL DEFAULT contacts.actor(),
  owner_id    uuid,
  visibility  text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with uuid[],
  editable_by uuid[],
  CONSTRAINT visit_ends_after_start CHECK (left_at >= visited_at)
);
CREATE INDEX visit_contact_id_idx ON visit (contact_id, visited_at);
COMMENT ON TABLE visit IS 'Pages that contacts looked at.';
COMMENT ON COLUMN visit.title IS 'Title of the page.';
COMMENT ON COLUMN visit.referrer IS 'URL of the page before.';
COMMENT ON COLUMN visit.left_at IS 'NULL: not known.';
COMMENT ON COLUMN visit.created_by IS 'Login of who wrote the entry.';
COMMENT ON COLUMN visit.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN visit.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN visit.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN visit.editable_by IS 'editable_by of the contact.';

-- Access columns and author, as the policies need them: whatever was written, they are set.
CREATE TRIGGER inherit_access BEFORE INSERT ON contact_note
  FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER inherit_access_again BEFORE UPDATE ON contact_note
  FOR EACH ROW WHEN (NEW.contact_id <> OLD.contact_id
                     OR NEW.owner_id IS DISTINCT FROM OLD.owner_id OR NEW.visibility IS DISTINCT FROM OLD.visibility
                     OR NEW.shared_with IS DISTINCT FROM OLD.shared_with
                     OR NEW.editable_by IS DISTINCT FROM OLD.editable_by)
  EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER stamp_author BEFORE INSERT OR UPDATE ON contact_note
  FOR EACH ROW EXECUTE FUNCTION contacts.stamp_author('created_by', 'created_at');
COMMENT ON TRIGGER inherit_access ON contact_note IS 'Fills the access columns from the contact.';
COMMENT ON TRIGGER inherit_access_again ON contact_note IS 'Nobody gives a row other access columns than the contact''s.';
COMMENT ON TRIGGER stamp_author ON contact_note IS 'Sets created_by and created_at, whatever was written; only the directory''s owner brings entries of others.';
CREATE TRIGGER inherit_access BEFORE INSERT ON inquiry
  FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER inherit_access_again BEFORE UPDATE ON inquiry
  FOR EACH ROW WHEN (NEW.contact_id <> OLD.contact_id
                     OR NEW.owner_id IS DISTINCT FROM OLD.owner_id OR NEW.visibility IS DISTINCT FROM OLD.visibility
                     OR NEW.shared_with IS DISTINCT FROM OLD.shared_with
                     OR NEW.editable_by IS DISTINCT FROM OLD.editable_by)
  EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER stamp_author BEFORE INSERT OR UPDATE ON inquiry
  FOR EACH ROW EXECUTE FUNCTION contacts.stamp_author('created_by', 'created_at');
COMMENT ON TRIGGER inherit_access ON inquiry IS 'Fills the access columns from the contact.';
COMMENT ON TRIGGER inherit_access_again ON inquiry IS 'Nobody gives a row other access columns than the contact''s.';
COMMENT ON TRIGGER stamp_author ON inquiry IS 'Sets created_by and created_at, whatever was written; only the directory''s owner brings entries of others.';
CREATE TRIGGER inherit_access BEFORE INSERT ON engagement
  FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER inherit_access_again BEFORE UPDATE ON engagement
  FOR EACH ROW WHEN (NEW.contact_id <> OLD.contact_id
                     OR NEW.owner_id IS DISTINCT FROM OLD.owner_id OR NEW.visibility IS DISTINCT FROM OLD.visibility
                     OR NEW.shared_with IS DISTINCT FROM OLD.shared_with
                     OR NEW.editable_by IS DISTINCT FROM OLD.editable_by)
  EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER stamp_author BEFORE INSERT OR UPDATE ON engagement
  FOR EACH ROW EXECUTE FUNCTION contacts.stamp_author('created_by', 'created_at');
COMMENT ON TRIGGER inherit_access ON engagement IS 'Fills the access columns from the contact.';
COMMENT ON TRIGGER inherit_access_again ON engagement IS 'Nobody gives a row other access columns than the contact''s.';
COMMENT ON TRIGGER stamp_author ON engagement IS 'Sets created_by and created_at, whatever was written; only the directory''s owner brings entries of others.';
CREATE TRIGGER inherit_access BEFORE INSERT ON visit
  FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER inherit_access_again BEFORE UPDATE ON visit
  FOR EACH ROW WHEN (NEW.contact_id <> OLD.contact_id
                     OR NEW.owner_id IS DISTINCT FROM OLD.owner_id OR NEW.visibility IS DISTINCT FROM OLD.visibility
                     OR NEW.shared_with IS DISTINCT FROM OLD.shared_with
                     OR NEW.editable_by IS DISTINCT FROM OLD.editable_by)
  EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER stamp_author BEFORE INSERT OR UPDATE ON visit
  FOR EACH ROW EXECUTE FUNCTION contacts.stamp_author('created_by', 'created_at');
COMMENT ON TRIGGER inherit_access ON visit IS 'Fills the access columns from the contact.';
COMMENT ON TRIGGER inherit_access_again ON visit IS 'Nobody gives a row other access columns than the contact''s.';
COMMENT ON TRIGGER stamp_author ON visit IS 'Sets created_by and created_at, whatever was written; only the directory''s owner brings entries of others.';

ALTER TABLE contact_note ENABLE ROW LEVEL SECURITY;
CREATE POLICY contact_note_read ON contact_note FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY contact_note_create ON contact_note FOR INSERT
  WITH CHECK (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
              AND contacts.has_permission('staff'::regclass, 'edit'));
CREATE POLICY contact_note_edit ON contact_note FOR UPDATE
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
         AND contacts.has_permission('staff'::regclass, 'edit')
         AND (created_by = contacts.actor() OR contacts.has_permission('staff'::regclass, 'admin')));
CREATE POLICY contact_note_delete ON contact_note FOR DELETE
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
         AND contacts.has_permission('staff'::regclass, 'edit')
         AND (created_by = contacts.actor() OR contacts.has_permission('staff'::regclass, 'admin')));
COMMENT ON POLICY contact_note_read ON contact_note IS 'Who may see the contact.';
COMMENT ON POLICY contact_note_create ON contact_note IS 'Who sees the contact and has permission edit.';
COMMENT ON POLICY contact_note_edit ON contact_note IS 'Who wrote the entry, and admins.';
COMMENT ON POLICY contact_note_delete ON contact_note IS 'Who wrote the entry, and admins.';
ALTER TABLE inquiry ENABLE ROW LEVEL SECURITY;
CREATE POLICY inquiry_read ON inquiry FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY inquiry_create ON inquiry FOR INSERT
  WITH CHECK (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
              AND contacts.has_permission('staff'::regclass, 'edit'));
CREATE POLICY inquiry_edit ON inquiry FOR UPDATE
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
         AND contacts.has_permission('staff'::regclass, 'edit')
         AND (created_by = contacts.actor() OR contacts.has_permission('staff'::regclass, 'admin')));
CREATE POLICY inquiry_delete ON inquiry FOR DELETE
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
         AND contacts.has_permission('staff'::regclass, 'edit')
         AND (created_by = contacts.actor() OR contacts.has_permission('staff'::regclass, 'admin')));
COMMENT ON POLICY inquiry_read ON inquiry IS 'Who may see the contact.';
COMMENT ON POLICY inquiry_create ON inquiry IS 'Who sees the contact and has permission edit.';
COMMENT ON POLICY inquiry_edit ON inquiry IS 'Who wrote the entry, and admins.';
COMMENT ON POLICY inquiry_delete ON inquiry IS 'Who wrote the entry, and admins.';
ALTER TABLE engagement ENABLE ROW LEVEL SECURITY;
CREATE POLICY engagement_read ON engagement FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY engagement_create ON engagement FOR INSERT
  WITH CHECK (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
              AND contacts.has_permission('staff'::regclass, 'edit'));
CREATE POLICY engagement_edit ON engagement FOR UPDATE
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
         AND contacts.has_permission('staff'::regclass, 'edit')
         AND (created_by = contacts.actor() OR contacts.has_permission('staff'::regclass, 'admin')));
CREATE POLICY engagement_delete ON engagement FOR DELETE
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
         AND contacts.has_permission('staff'::regclass, 'edit')
         AND (created_by = contacts.actor() OR contacts.has_permission('staff'::regclass, 'admin')));
COMMENT ON POLICY engagement_read ON engagement IS 'Who may see the contact.';
COMMENT ON POLICY engagement_create ON engagement IS 'Who sees the contact and has permission edit.';
COMMENT ON POLICY engagement_edit ON engagement IS 'Who wrote the entry, and admins.';
COMMENT ON POLICY engagement_delete ON engagement IS 'Who wrote the entry, and admins.';
ALTER TABLE visit ENABLE ROW LEVEL SECURITY;
CREATE POLICY visit_read ON visit FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY visit_create ON visit FOR INSERT
  WITH CHECK (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
              AND contacts.has_permission('staff'::regclass, 'edit'));
CREATE POLICY visit_edit ON visit FOR UPDATE
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
         AND contacts.has_permission('staff'::regclass, 'edit')
         AND (created_by = contacts.actor() OR contacts.has_permission('staff'::regclass, 'admin')));
CREATE POLICY visit_delete ON visit FOR DELETE
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
         AND contacts.has_permission('staff'::regclass, 'edit')
         AND (created_by = contacts.actor() OR contacts.has_permission('staff'::regclass, 'admin')));
COMMENT ON POLICY visit_read ON visit IS 'Who may see the contact.';
COMMENT ON POLICY visit_create ON visit IS 'Who sees the contact and has permission edit.';
COMMENT ON POLICY visit_edit ON visit IS 'Who wrote the entry, and admins.';
COMMENT ON POLICY visit_delete ON visit IS 'Who wrote the entry, and admins.';

CREATE VIEW activity WITH (security_invoker = true) AS
  SELECT n.contact_id, 'note'::text AS kind, n.note_id AS activity_id, n.created_at AS at, n.created_by AS who,
         NULL::text AS channel, n.body AS summary, NULL::timestamptz AS ended_at
    FROM contact_note n
  UNION ALL
  SELECT i.contact_id, 'inquiry', i.inquiry_id, i.started_at,
         coalesce((SELECT s.login FROM staff s WHERE s.staff_id = i.handled_by), i.created_by),
         i.channel, concat_ws(': ', i.status, i.subject), i.ended_at
    FROM inquiry i
  UNION ALL
  SELECT e.contact_id, 'engagement', e.engagement_id, e.started_at,
         coalesce((SELECT s.login FROM staff s WHERE s.staff_id = e.made_by), e.created_by),
         e.channel, concat_ws(': ', e.outcome, e.subject, coalesce(e.number::text, e.address::text)), e.ended_at
    FROM engagement e
  UNION ALL
  SELECT v.contact_id, 'visit', v.visit_id, v.visited_at, NULL, 'web', coalesce(v.title || ' ' || v.url, v.url), v.left_at
    FROM visit v;
COMMENT ON VIEW activity IS 'Notes, inquiries, engagements and visits as one timeline.';
COMMENT ON COLUMN activity.kind IS 'note, inquiry, engagement or visit.';
COMMENT ON COLUMN activity.activity_id IS 'Key of the entry in the table of its kind.';
COMMENT ON COLUMN activity.at IS 'When it began; of a note, when it was written.';
COMMENT ON COLUMN activity.who IS 'Login of the colleague who handled it or called, else of who wrote it down; NULL for visits.';
COMMENT ON COLUMN activity.ended_at IS 'NULL: has no end, or not known.';
-- Definitions of custom fields; the values are in contact.custom and organization.custom.

CREATE TABLE custom_field (
  key       text PRIMARY KEY CHECK (key ~ '^[a-z][a-z0-9_]{0,62}$'),
  label     text NOT NULL CHECK (label <> ''),
  data_type text NOT NULL DEFAULT 'text' CHECK (data_type IN ('text', 'number', 'boolean', 'date')),
  required  boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE custom_field IS 'Definitions of custom fields; values are kept under their key in contact.custom.';
COMMENT ON COLUMN custom_field.key IS 'Key in contact.custom: lower-case letters, digits and _, beginning with a letter.';
COMMENT ON COLUMN custom_field.label IS 'What people read, also a column name in imports.';
COMMENT ON COLUMN custom_field.data_type IS 'text, number, boolean or date.';
-- Imports: what each one did, and every fault it found.

CREATE TABLE import_run (
  import_id   uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  format      text NOT NULL,
  file_name   text,
  started_at  timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  started_by  text NOT NULL DEFAULT contacts.actor(),
  records     bigint NOT NULL DEFAULT 0 CHECK (records >= 0),
  inserted    bigint NOT NULL DEFAULT 0 CHECK (inserted >= 0),
  updated     bigint NOT NULL DEFAULT 0 CHECK (updated >= 0),
  unchanged   bigint NOT NULL DEFAULT 0 CHECK (unchanged >= 0),
  failed      bigint NOT NULL DEFAULT 0 CHECK (failed >= 0),
  blank       bigint NOT NULL DEFAULT 0 CHECK (blank >= 0),
  warnings    bigint NOT NULL DEFAULT 0 CHECK (warnings >= 0),
  options     jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(options) = 'object'),
  message     text,
  header      text[],
  delimiter   text,
  CONSTRAINT import_run_accounts_for_every_record
    CHECK (inserted + updated + unchanged + failed + blank = records),
  UNIQUE (import_id, started_by)
);
CREATE INDEX import_run_started_at_idx ON import_run (started_at);
COMMENT ON TABLE import_run IS 'Imports: who, when, what, and how many records went which way. Rows may be deleted when no longer wanted.';
COMMENT ON COLUMN import_run.started_by IS 'Login of who ran the import.';
COMMENT ON COLUMN import_run.records IS 'Records of the file after the header: inserted + updated + unchanged + failed + blank.';
COMMENT ON COLUMN import_run.failed IS 'Records with at least one error, none of which was stored.';
COMMENT ON COLUMN import_run.warnings IS 'Number of warnings in import_error; a record that has only warnings was imported.';
COMMENT ON COLUMN import_run.options IS 'The options the import ran with.';
COMMENT ON COLUMN import_run.message IS 'The summary, or why the import could not go on.';
COMMENT ON COLUMN import_run.header IS 'The column names as found in the file.';
COMMENT ON COLUMN import_run.delimiter IS 'The delimiter of the file; NULL: it holds vCards.';

CREATE TABLE import_error (
  import_id   uuid NOT NULL,
  ordinal     bigint NOT NULL,
  line        bigint,
  record      bigint,
  severity    text NOT NULL CHECK (severity IN ('error', 'warning', 'notice')),
  code        text NOT NULL,
  column_name text,
  target      text,
  value       text,
  message     text NOT NULL,
  cells       text[],
  started_by  text NOT NULL DEFAULT contacts.actor(),
  personal    boolean NOT NULL DEFAULT false,
  PRIMARY KEY (import_id, ordinal),
  -- With started_by, which the policy compares with who acts: nobody adds entries to another's import.
  CONSTRAINT import_error_import_run_fkey FOREIGN KEY (import_id, started_by)
    REFERENCES import_run (import_id, started_by) ON UPDATE CASCADE ON DELETE CASCADE
);
COMMENT ON TABLE import_error IS 'Faults that imports found: all of a record, not the first alone.';
COMMENT ON COLUMN import_error.ordinal IS 'Number of the entry in its import, from 1.';
COMMENT ON COLUMN import_error.line IS 'Physical line of the file where the record starts, from 1; NULL: the whole file is meant.';
COMMENT ON COLUMN import_error.record IS 'Number of the record after the header, from 1; NULL: the header or the whole file is meant.';
COMMENT ON COLUMN import_error.severity IS 'error: the record was not imported; warning: it was, but look at it; notice.';
COMMENT ON COLUMN import_error.code IS 'Stable name of the kind of fault, such as phone_invalid.';
COMMENT ON COLUMN import_error.column_name IS 'Name of the column as in the file.';
COMMENT ON COLUMN import_error.target IS 'The field that the column goes to.';
COMMENT ON COLUMN import_error.value IS 'The value at fault, cut where it is long.';
COMMENT ON COLUMN import_error.message IS 'What is wrong and what the rule is.';
COMMENT ON COLUMN import_error.cells IS 'The cells of the record as they were in the file; of a record longer than 8 kB in its first entry alone.';
COMMENT ON COLUMN import_error.started_by IS 'started_by of the import, repeated so that access needs no look at import_run.';
COMMENT ON COLUMN import_error.personal IS 'Whether personal contacts were imported: then nobody but who ran the import sees the entry, not even admins.';
-- Imports: mappings of one's own, and what runs now.

-- The check raises errors of its own, which name what is wrong.
CREATE TABLE import_profile (
  name        text PRIMARY KEY CHECK (name <> '' AND length(name) <= 60),
  format      text NOT NULL DEFAULT 'generic',
  source      text CHECK (source <> '' AND length(source) <= 60),
  columns     jsonb NOT NULL DEFAULT '{}',
  defaults    jsonb NOT NULL DEFAULT '{}',
  options     jsonb NOT NULL DEFAULT '{}',
  description text,
  created_at  timestamptz NOT NULL DEFAULT now(),
  created_by  text NOT NULL DEFAULT contacts.actor(),
  CONSTRAINT import_profile_is_valid CHECK (contacts.check_import_profile(jsonb_build_object(
    'name', name, 'format', format, 'source', source, 'columns', columns, 'defaults', defaults, 'options', options)))
);
COMMENT ON TABLE import_profile IS 'Mappings of one''s own for imports, used by name: import_csv(…, format => ''my-profile'').';
COMMENT ON COLUMN import_profile.name IS 'What the option format of an import names; a built-in format of the name counts before it.';
COMMENT ON COLUMN import_profile.format IS 'The built-in format that it begins with: its columns, rules and limits hold where nothing else is said here.';
COMMENT ON COLUMN import_profile.source IS 'contact.source of what it imports, in which external IDs are unique; NULL: that of the format, of the generic one the name of the profile.';
COMMENT ON COLUMN import_profile.columns IS 'Header of the file to field: {"Surname": "last_name", "Cell": {"field": "phone", "label": "mobile"}, "Notes": null}; null ignores the column.';
COMMENT ON COLUMN import_profile.defaults IS 'What new contacts get where their record says nothing: {"contact_type": "lead", "custom.campaign": "spring"}.';
COMMENT ON COLUMN import_profile.options IS 'Options of the import, as the parameters of import_csv() are called: {"mode": "upsert", "match_by": ["email"], "default_region": "CH"}; what the caller of an import gives counts before them.';

-- Not with the CHECK: a later version may have a format of this name, or its ICU not know an encoding, and the dump must be restored
-- there all the same. The CSV reader says what dialects there are.
CREATE FUNCTION _import_profile_name() RETURNS trigger
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
CREATE TRIGGER check_name BEFORE INSERT OR UPDATE OF name, options ON import_profile
  FOR EACH ROW EXECUTE FUNCTION _import_profile_name();
COMMENT ON TRIGGER check_name ON import_profile IS 'Refuses the names of formats, and dialects that there are not.';

-- While an import runs nobody else sees its import_run. Its id stands in two parameters of its progress report that
-- PostgreSQL does not use for COPY.
CREATE VIEW import_progress WITH (security_invoker) AS
  SELECT (lpad(to_hex(g.param19), 16, '0') || lpad(to_hex(g.param20), 16, '0'))::uuid AS import_id,
         p.pid, a.usename AS role, a.query_start AS started_at, p.bytes_processed, nullif(p.bytes_total, 0) AS bytes_total,
         round(100.0 * p.bytes_processed / nullif(p.bytes_total, 0), 1) AS percent,
         p.tuples_processed AS imported, p.tuples_excluded AS excluded
    FROM pg_stat_progress_copy p
    JOIN pg_stat_get_progress_info('COPY') AS g
      ON g.pid = p.pid AND g.param19 <> 0
    LEFT JOIN pg_stat_activity a ON a.pid = p.pid
   WHERE p.datid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
     AND (SELECT t.relnamespace FROM pg_class t WHERE t.oid = p.relid)
         = (SELECT c.relnamespace FROM pg_class c WHERE c.oid = 'contact'::regclass);
COMMENT ON VIEW import_progress IS 'Imports into this directory that run now, of roles that the reader is a member of; all of them for who has pg_read_all_stats.';
COMMENT ON COLUMN import_progress.import_id IS 'import_id of the import_run to come.';
COMMENT ON COLUMN import_progress.pid IS 'Process of the backend; pg_cancel_backend(pid) ends the import, and nothing of it remains.';
COMMENT ON COLUMN import_progress.role IS 'Role of the session.';
COMMENT ON COLUMN import_progress.bytes_total IS 'Size of the file; NULL where it is not known, as with COPY from a client.';
COMMENT ON COLUMN import_progress.imported IS 'Records that were inserted, updated or left as they are; rows given to a view by COPY.';
COMMENT ON COLUMN import_progress.excluded IS 'Records that failed or were blank.';
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
-- The doors of the import: a file's content, a large object, a file of the server, and the views of the formats.

CREATE FUNCTION _import_options(
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

CREATE FUNCTION _import_result(run jsonb)
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

CREATE FUNCTION import_csv(
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

CREATE FUNCTION import_large_object(
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

CREATE FUNCTION import_file(
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
-- Files out of a directory: contacts, the failed records of an import, templates.

CREATE FUNCTION export_csv(format text, guard boolean DEFAULT true) RETURNS SETOF text
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT contacts.export_csv('contact'::regclass, export_csv.format, export_csv.guard);
END;
COMMENT ON FUNCTION export_csv(text, boolean) IS 'The contacts that the caller sees as a CSV file of a format, a record a row, header first, in order of contact_id. It streams: use it in a select list or in FROM, with psql''s \g FILE or a cursor, for any number of contacts. guard: values that a spreadsheet would take for formulas (CWE-1236), phone numbers with + among them, get an apostrophe, which an import takes off; false: for programs. Format vcard: cards of version 4.0, a card a row, whose lines end with CRLF but for the last; guard does not matter. Errors: 22023 for an unknown format, 42501 without the permission export.';

-- The failed records of an import, as they were in the file, with their errors in a column that every import
-- ignores: to be corrected and imported again.
CREATE FUNCTION error_file(import_id uuid DEFAULT NULL, guard boolean DEFAULT true) RETURNS SETOF text
  LANGUAGE sql STABLE
BEGIN ATOMIC
  WITH run AS (
    SELECT r.import_id, r.delimiter, r.delimiter IS NULL AS has_cards, r.header,
           -- An error file that failed again has its error column already.
           (SELECT min(h.ordinality)::int FROM unnest(r.header) WITH ORDINALITY AS h(name, ordinality)
             WHERE lower(trim(h.name)) = 'error detail') AS error_at
      FROM import_run r
     WHERE r.import_id = coalesce(error_file.import_id, (SELECT max_run.import_id FROM import_run max_run
                                                          ORDER BY max_run.import_id DESC LIMIT 1))
  ), width AS (
    SELECT run.*, coalesce(run.error_at, cardinality(run.header) + 1) AS at FROM run
  ), failed AS (
    SELECT e.record, min(e.ordinal) AS first_ordinal,
           string_agg(coalesce(e.column_name || ': ', '') || e.message, '; ' ORDER BY e.ordinal)
             FILTER (WHERE e.severity = 'error') AS detail
      FROM import_error e JOIN run ON run.import_id = e.import_id
     WHERE e.record IS NOT NULL
     GROUP BY e.record
    HAVING bool_or(e.severity = 'error')
  )
  SELECT CASE WHEN w.has_cards THEN contacts.vcard_with_error(f.cells[1], f.detail)
              WHEN error_file.guard THEN contacts.csv_guarded_record(f.cells, w.delimiter)
              ELSE contacts.csv_record(f.cells, w.delimiter) END
    FROM width w,
         LATERAL (
           SELECT 0::bigint AS record, NULL::text AS detail,
                  w.header[:w.at - 1] || 'Error Detail'::text || w.header[w.at + 1:] AS cells
            WHERE NOT w.has_cards
            UNION ALL
           -- Cells that a short record lacks are filled up, so that the error stands in its column.
           SELECT f.record, f.detail,
                  CASE WHEN w.has_cards THEN e.cells
                       ELSE e.cells[:w.at - 1] || array_fill(''::text, ARRAY[greatest(w.at - 1 - cardinality(e.cells), 0)])
                            || f.detail || e.cells[CASE WHEN w.error_at IS NULL THEN w.at ELSE w.at + 1 END:] END
             FROM failed f
             JOIN import_error e ON e.import_id = w.import_id AND e.ordinal = f.first_ordinal) AS f
   ORDER BY f.record;
END;
COMMENT ON FUNCTION error_file(uuid, boolean) IS 'The failed records of an import (NULL: the last one that is visible) as a CSV file, a record a row, header first: the original columns and "Error Detail". Correct and import it again; the column may stay. Of an import of vCards: the failed cards, with their errors in X-CONTACTS-ERROR. guard: cells that a spreadsheet would take for formulas get an apostrophe, which the import takes off.';

CREATE FUNCTION csv_template(format text) RETURNS SETOF text
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT contacts.check_permission('staff'::regclass, 'export');
  SELECT contacts.csv_record(array_agg(f.header ORDER BY f.position))
    FROM contacts.format_field() f
   WHERE f.format = csv_template.format AND f.in_view AND f.target <> 'ignored'
   GROUP BY f.format;
END;
COMMENT ON FUNCTION csv_template(text) IS 'The header of a format as the product documents it, as a CSV record; no row for an unknown format. Error 42501 without the permission export.';

-- Views: what applications show. All act with the rights of who reads them. What is joined stands as a sub-select in the
-- column list: one that is not asked for costs nothing, and one that is costs a look-up a row.

CREATE VIEW contact_card WITH (security_invoker = true) AS
  SELECT c.contact_id,
         coalesce(nullif(concat_ws(' ', c.first_name, c.middle_name, c.last_name), ''), c.nickname,
                  (SELECT o.name FROM organization o WHERE o.organization_id = c.organization_id),
                  (SELECT coalesce(p.number::text, p.entered) FROM contact_phone p
                    WHERE p.contact_id = c.contact_id ORDER BY p.position LIMIT 1),
                  (SELECT e.address::text FROM contact_email e
                    WHERE e.contact_id = c.contact_id ORDER BY e.position LIMIT 1)) AS display_name,
         c.first_name, c.last_name, c.nickname,
         c.organization_id,
         (SELECT o.name FROM organization o WHERE o.organization_id = c.organization_id) AS organization_name,
         c.job_title, c.department,
         (SELECT p.number FROM contact_phone p
           WHERE p.contact_id = c.contact_id AND p.number IS NOT NULL ORDER BY p.position LIMIT 1) AS primary_phone,
         (SELECT e.address FROM contact_email e
           WHERE e.contact_id = c.contact_id ORDER BY e.position LIMIT 1) AS primary_email,
         (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                   'label', p.label, 'number', contacts.phone_base(p.number)::text,
                   'extension', contacts.phone_extension(p.number), 'entered', p.entered, 'accepts_sms', p.accepts_sms))
                 ORDER BY p.position)
            FROM contact_phone p WHERE p.contact_id = c.contact_id) AS phones,
         (SELECT jsonb_agg(jsonb_build_object('label', e.label, 'address', e.address::text) ORDER BY e.position)
            FROM contact_email e WHERE e.contact_id = c.contact_id) AS emails,
         (SELECT array_agg(g.name ORDER BY g.name)
            FROM contact_group_member m JOIN contact_group g ON g.group_id = m.group_id
           WHERE m.contact_id = c.contact_id) AS groups,
         c.contact_type, c.contact_level, c.visibility, c.owner_id,
         (SELECT s.login FROM staff s WHERE s.staff_id = c.owner_id) AS owner_login,
         (SELECT s.display_name FROM staff s WHERE s.staff_id = c.owner_id) AS owner_name,
         contacts.may_edit('staff'::regclass, c.owner_id, c.visibility, c.editable_by) AS can_edit,
         EXISTS (SELECT FROM favorite f
                  WHERE f.staff_id = contacts.acting_staff('staff'::regclass)
                    AND f.favorite_id = c.contact_id) AS is_favorite,
         c.merged_into, c.version, c.created_at, c.created_by, c.updated_at, c.updated_by
    FROM contact c;
COMMENT ON VIEW contact_card IS 'A contact in one row, with its phones and e-mail addresses.';
COMMENT ON COLUMN contact_card.display_name IS 'First, middle and last name; without them the nickname, organization, first phone or first e-mail address.';
COMMENT ON COLUMN contact_card.primary_phone IS 'The first phone number. To find a contact by a number, look in contact_phone.';
COMMENT ON COLUMN contact_card.primary_email IS 'The first e-mail address.';
COMMENT ON COLUMN contact_card.phones IS 'In order, as update_contact() takes them: label, number, extension, entered, accepts_sms; NULL: none.';
COMMENT ON COLUMN contact_card.emails IS 'In order: label, address; NULL: none.';
COMMENT ON COLUMN contact_card.groups IS 'Names of the groups it is in; NULL: none.';
COMMENT ON COLUMN contact_card.owner_login IS 'Login of the colleague whose contact it is.';
COMMENT ON COLUMN contact_card.can_edit IS 'Whether who acts may change it.';
COMMENT ON COLUMN contact_card.is_favorite IS 'Whether it is a favourite of who acts.';

CREATE VIEW company_contact WITH (security_invoker = true) AS
  SELECT s.staff_id, s.kind, s.display_name, s.first_name, s.last_name, s.job_title, s.department, s.location, s.email,
         (SELECT jsonb_agg(jsonb_build_object('service', x.service, 'extension', x.extension)
                           ORDER BY x.service, x.extension)
            FROM staff_extension x WHERE x.staff_id = s.staff_id) AS extensions,
         (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                   'label', p.label, 'number', contacts.phone_base(p.number)::text,
                   'extension', contacts.phone_extension(p.number), 'entered', p.entered)) ORDER BY p.position)
            FROM staff_phone p WHERE p.staff_id = s.staff_id) AS phones,
         s.avatar, s.presence, s.status_message,
         EXISTS (SELECT FROM favorite f
                  WHERE f.staff_id = contacts.acting_staff('staff'::regclass)
                    AND f.favorite_id = s.staff_id) AS is_favorite
    FROM staff s;
COMMENT ON VIEW company_contact IS 'Colleagues, auto attendants, call groups and queues: the company''s own contacts.';
COMMENT ON COLUMN company_contact.kind IS 'person, auto_attendant, call_group or call_queue.';
COMMENT ON COLUMN company_contact.extensions IS 'service, extension; NULL: none.';
COMMENT ON COLUMN company_contact.phones IS 'Outside numbers in order: label, number, extension, entered; NULL: none.';
COMMENT ON COLUMN company_contact.avatar IS 'URL of a picture.';
COMMENT ON COLUMN company_contact.is_favorite IS 'Whether the colleague is a favourite of who acts.';

CREATE VIEW external_contact WITH (security_invoker = true) AS
  SELECT * FROM contact_card WHERE visibility <> 'personal' AND merged_into IS NULL;
COMMENT ON VIEW external_contact IS 'Contacts outside the company that are not personal; columns as contact_card.';

CREATE VIEW my_contact WITH (security_invoker = true) AS
  SELECT * FROM contact_card WHERE owner_id = contacts.acting_staff('staff'::regclass) AND merged_into IS NULL;
COMMENT ON VIEW my_contact IS 'The contacts of who acts, personal ones included; columns as contact_card.';

CREATE VIEW favorite_contact WITH (security_invoker = true) AS
  SELECT f.favorite_id, 'contact'::text AS kind, c.display_name, c.organization_name, c.job_title, c.primary_phone,
         c.primary_email, NULL::text AS presence, NULL::text AS status_message, f.added_at
    FROM favorite f JOIN contact_card c ON c.contact_id = f.contact_id
   WHERE f.staff_id = contacts.acting_staff('staff'::regclass)
  UNION ALL
  SELECT f.favorite_id, s.kind, s.display_name, NULL, s.job_title,
         (SELECT p.number FROM staff_phone p
           WHERE p.staff_id = s.staff_id AND p.number IS NOT NULL ORDER BY p.position LIMIT 1),
         s.email, s.presence, s.status_message, f.added_at
    FROM favorite f JOIN staff s ON s.staff_id = f.colleague_id
   WHERE f.staff_id = contacts.acting_staff('staff'::regclass);
COMMENT ON VIEW favorite_contact IS 'Favourites of who acts: contacts and colleagues.';
COMMENT ON COLUMN favorite_contact.favorite_id IS 'contact_id, or staff_id of a colleague.';
COMMENT ON COLUMN favorite_contact.kind IS 'contact, or the kind of a colleague: person, auto_attendant, call_group, call_queue.';

CREATE VIEW contact_sharing WITH (security_invoker = true) AS
  SELECT c.contact_id, c.visibility,
         (SELECT s.login FROM staff s WHERE s.staff_id = c.owner_id) AS owner_login,
         (SELECT s.display_name FROM staff s WHERE s.staff_id = c.owner_id) AS owner_name,
         c.created_at, c.created_by,
         (SELECT s.login FROM staff s WHERE s.staff_id = h.staff_id) AS shared_with_login,
         (SELECT s.display_name FROM staff s WHERE s.staff_id = h.staff_id) AS shared_with_name,
         h.can_edit, h.shared_by, h.shared_at
    FROM contact c LEFT JOIN contact_share h ON h.contact_id = c.contact_id;
COMMENT ON VIEW contact_sharing IS 'Who owns a contact, who made it when, and with whom it is shared: one row a share, one without where there is none.';
COMMENT ON COLUMN contact_sharing.owner_login IS 'Login of the colleague whose contact it is.';
COMMENT ON COLUMN contact_sharing.created_by IS 'Login of who created the contact.';
COMMENT ON COLUMN contact_sharing.shared_with_login IS 'Login of the colleague it is shared with; NULL in all columns of the share: with nobody.';
COMMENT ON COLUMN contact_sharing.can_edit IS 'Whether he may edit it, too.';
COMMENT ON COLUMN contact_sharing.shared_by IS 'Login of who shared it.';

CREATE FUNCTION contact_profile(contact_id uuid) RETURNS jsonb
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT jsonb_build_object(
           'contact', to_jsonb(c) - '{search,shared_with,editable_by}'::text[],
           'display_name', k.display_name,
           'can_edit', k.can_edit,
           'is_favorite', k.is_favorite,
           'phones', coalesce(k.phones, '[]'),
           'emails', coalesce(k.emails, '[]'),
           'addresses', coalesce((SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                'label', a.label, 'street', a.street, 'street2', a.street2, 'city', a.city, 'region', a.region,
                'postal_code', a.postal_code, 'country', coalesce(a.country, a.country_entered)))
                ORDER BY a.position)
              FROM contact_address a WHERE a.contact_id = c.contact_id), '[]'),
           'socials', coalesce((SELECT jsonb_agg(jsonb_build_object(
                'label', s.label, 'network', s.network, 'handle', s.handle) ORDER BY s.position)
              FROM contact_social s WHERE s.contact_id = c.contact_id), '[]'),
           'groups', coalesce(to_jsonb(k.groups), '[]'),
           'organization', (SELECT to_jsonb(o) FROM organization o WHERE o.organization_id = c.organization_id),
           'sharing', jsonb_build_object(
              'owner_login', k.owner_login, 'owner_name', k.owner_name,
              'shares', coalesce((SELECT jsonb_agg(jsonb_build_object(
                   'login', h.shared_with_login, 'display_name', h.shared_with_name, 'can_edit', h.can_edit,
                   'shared_by', h.shared_by, 'shared_at', h.shared_at) ORDER BY h.shared_at, h.shared_with_login)
                 FROM contact_sharing h WHERE h.contact_id = c.contact_id AND h.shared_at IS NOT NULL), '[]')),
           'activity', coalesce((SELECT jsonb_agg(to_jsonb(x) - 'contact_id' ORDER BY x.at DESC)
              FROM (SELECT * FROM activity v WHERE v.contact_id = c.contact_id ORDER BY v.at DESC LIMIT 20) AS x), '[]'))
    FROM contact c JOIN contact_card k ON k.contact_id = c.contact_id
   WHERE c.contact_id = contact_profile.contact_id;
END;
COMMENT ON FUNCTION contact_profile(uuid) IS 'All of a contact as one object: contact (its columns), phones, emails, addresses, socials and groups as create_contact() takes them, organization, sharing, and the last 20 of its activity. NULL where who acts sees no such contact. STABLE: reads the directory.';
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
-- Finding: one box for everything, and who is calling. Both are one statement, with the rights of who asks: planned
-- into the caller's statement, and with it when that is prepared. Conditions are leakproof, so that indexes are used
-- below policies.

-- A set of one: PostgreSQL plans it into the statement that asks, other functions anew each time they are called.
CREATE FUNCTION _name_alias(query text) RETURNS SETOF jsonb
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

CREATE FUNCTION name_alias(query text) RETURNS jsonb
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT a.alias FROM _name_alias(name_alias.query) AS a(alias);
END;
COMMENT ON FUNCTION name_alias(text) IS 'Other names of the words of a query, by the table nickname: an object for the option "alias" of contacts.search_query(text, jsonb), such as {"bob": ["robert"]}.';

-- What is typed becomes patterns once; each step is taken only where those before found too little. What would have
-- to be ranked is bounded: of a hundred thousand matches the first thousand compete, with one's own and favourites.
CREATE FUNCTION search(query text, max_results int DEFAULT 20)
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
CREATE FUNCTION _identify_exact(number text, dialled text) RETURNS boolean
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
CREATE FUNCTION _identify_staff(number text, dialled text) RETURNS SETOF contacts.colleague
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

CREATE FUNCTION _is_favorite(id uuid) RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT EXISTS (SELECT FROM favorite f
                  WHERE f.staff_id = contacts.acting_staff('staff'::regclass) AND f.favorite_id = _is_favorite.id);
END;
COMMENT ON FUNCTION _is_favorite(uuid) IS 'Of identify(): whether the contact or colleague is a favourite of who acts, where contacts.is_listed() does not know.';

CREATE FUNCTION identify(number text, region text DEFAULT NULL)
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
-- Row-level security. Policies look at the row alone and at who acts, never into another table; what they ask is
-- leakproof, so that indexes are used below them. The owner of the tables is not bound by them (no FORCE: his pg_dump
-- would fail). A table without a policy for a command is closed for it.

ALTER TABLE staff ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff_read ON staff FOR SELECT
  USING (contacts.has_permission('staff'::regclass, 'view') OR staff_id = contacts.acting_staff('staff'::regclass));
CREATE POLICY staff_create ON staff FOR INSERT
  WITH CHECK (contacts.has_permission('staff'::regclass, 'admin'));
CREATE POLICY staff_edit ON staff FOR UPDATE
  USING (contacts.has_permission('staff'::regclass, 'admin') OR staff_id = contacts.acting_staff('staff'::regclass));
CREATE POLICY staff_delete ON staff FOR DELETE
  USING (contacts.has_permission('staff'::regclass, 'admin'));
COMMENT ON POLICY staff_read ON staff IS 'With permission view all colleagues; everybody enrolled himself.';
COMMENT ON POLICY staff_create ON staff IS 'Admins.';
COMMENT ON POLICY staff_edit ON staff IS 'Admins, and everybody himself: the trigger zz_guard says which columns.';
COMMENT ON POLICY staff_delete ON staff IS 'Admins; who owns contacts stays.';

ALTER TABLE staff_extension ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff_extension_read ON staff_extension FOR SELECT
  USING (contacts.has_permission('staff'::regclass, 'view'));
CREATE POLICY staff_extension_create ON staff_extension FOR INSERT
  WITH CHECK (contacts.has_permission('staff'::regclass, 'admin'));
CREATE POLICY staff_extension_edit ON staff_extension FOR UPDATE
  USING (contacts.has_permission('staff'::regclass, 'admin'));
CREATE POLICY staff_extension_delete ON staff_extension FOR DELETE
  USING (contacts.has_permission('staff'::regclass, 'admin'));
COMMENT ON POLICY staff_extension_read ON staff_extension IS 'Permission view.';
COMMENT ON POLICY staff_extension_create ON staff_extension IS 'Admins.';
COMMENT ON POLICY staff_extension_edit ON staff_extension IS 'Admins.';
COMMENT ON POLICY staff_extension_delete ON staff_extension IS 'Admins.';

ALTER TABLE staff_phone ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff_phone_read ON staff_phone FOR SELECT
  USING (contacts.has_permission('staff'::regclass, 'view'));
CREATE POLICY staff_phone_create ON staff_phone FOR INSERT
  WITH CHECK (contacts.has_permission('staff'::regclass, 'admin'));
CREATE POLICY staff_phone_edit ON staff_phone FOR UPDATE
  USING (contacts.has_permission('staff'::regclass, 'admin'));
CREATE POLICY staff_phone_delete ON staff_phone FOR DELETE
  USING (contacts.has_permission('staff'::regclass, 'admin'));
COMMENT ON POLICY staff_phone_read ON staff_phone IS 'Permission view.';
COMMENT ON POLICY staff_phone_create ON staff_phone IS 'Admins.';
COMMENT ON POLICY staff_phone_edit ON staff_phone IS 'Admins.';
COMMENT ON POLICY staff_phone_delete ON staff_phone IS 'Admins.';

ALTER TABLE organization ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_read ON organization FOR SELECT
  USING (contacts.has_permission('staff'::regclass, 'view')
         AND (owner_id IS NULL OR owner_id = contacts.acting_staff('staff'::regclass)));
CREATE POLICY organization_create ON organization FOR INSERT
  WITH CHECK (contacts.has_permission('staff'::regclass, 'edit')
              AND (owner_id IS NULL OR owner_id = contacts.acting_staff('staff'::regclass)));
CREATE POLICY organization_edit ON organization FOR UPDATE
  USING (contacts.has_permission('staff'::regclass, 'edit')
         AND CASE WHEN owner_id IS NULL THEN created_by = contacts.actor() OR contacts.has_permission('staff'::regclass, 'admin')
                  ELSE owner_id = contacts.acting_staff('staff'::regclass) END);
CREATE POLICY organization_delete ON organization FOR DELETE
  USING (contacts.has_permission('staff'::regclass, 'edit')
         AND CASE WHEN owner_id IS NULL THEN contacts.has_permission('staff'::regclass, 'admin')
                  ELSE owner_id = contacts.acting_staff('staff'::regclass) END);
COMMENT ON POLICY organization_read ON organization IS 'With permission view everybody''s and one''s private ones.';
COMMENT ON POLICY organization_create ON organization IS 'With permission edit everybody''s and one''s private ones.';
COMMENT ON POLICY organization_edit ON organization IS 'Everybody''s: admins, and with permission edit who created it; with permission edit one''s private ones.';
COMMENT ON POLICY organization_delete ON organization IS 'Everybody''s: admins; with permission edit one''s private ones.';

ALTER TABLE contact ENABLE ROW LEVEL SECURITY;
CREATE POLICY contact_read ON contact FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY contact_create ON contact FOR INSERT
  WITH CHECK (contacts.may_create('staff'::regclass, owner_id, visibility));
CREATE POLICY contact_edit ON contact FOR UPDATE
  USING (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
CREATE POLICY contact_delete ON contact FOR DELETE
  USING (contacts.may_manage('staff'::regclass, owner_id, visibility));
COMMENT ON POLICY contact_read ON contact IS 'See contacts.may_read().';
COMMENT ON POLICY contact_create ON contact IS 'See contacts.may_create().';
COMMENT ON POLICY contact_edit ON contact IS 'See contacts.may_edit(); the trigger zz_stamp keeps whose the contact is.';
COMMENT ON POLICY contact_delete ON contact IS 'See contacts.may_manage().';

ALTER TABLE contact_phone ENABLE ROW LEVEL SECURITY;
CREATE POLICY contact_phone_read ON contact_phone FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY contact_phone_create ON contact_phone FOR INSERT
  WITH CHECK (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
CREATE POLICY contact_phone_edit ON contact_phone FOR UPDATE
  USING (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
CREATE POLICY contact_phone_delete ON contact_phone FOR DELETE
  USING (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
COMMENT ON POLICY contact_phone_read ON contact_phone IS 'Who may see the contact.';
COMMENT ON POLICY contact_phone_create ON contact_phone IS 'Who may edit the contact; the trigger inherit_access says whose it is.';
COMMENT ON POLICY contact_phone_edit ON contact_phone IS 'Who may edit the contact.';
COMMENT ON POLICY contact_phone_delete ON contact_phone IS 'Who may edit the contact.';

ALTER TABLE contact_email ENABLE ROW LEVEL SECURITY;
CREATE POLICY contact_email_read ON contact_email FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY contact_email_create ON contact_email FOR INSERT
  WITH CHECK (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
CREATE POLICY contact_email_edit ON contact_email FOR UPDATE
  USING (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
CREATE POLICY contact_email_delete ON contact_email FOR DELETE
  USING (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
COMMENT ON POLICY contact_email_read ON contact_email IS 'Who may see the contact.';
COMMENT ON POLICY contact_email_create ON contact_email IS 'Who may edit the contact; the trigger inherit_access says whose it is.';
COMMENT ON POLICY contact_email_edit ON contact_email IS 'Who may edit the contact.';
COMMENT ON POLICY contact_email_delete ON contact_email IS 'Who may edit the contact.';

ALTER TABLE contact_address ENABLE ROW LEVEL SECURITY;
CREATE POLICY contact_address_read ON contact_address FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY contact_address_create ON contact_address FOR INSERT
  WITH CHECK (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
CREATE POLICY contact_address_edit ON contact_address FOR UPDATE
  USING (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
CREATE POLICY contact_address_delete ON contact_address FOR DELETE
  USING (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
COMMENT ON POLICY contact_address_read ON contact_address IS 'Who may see the contact.';
COMMENT ON POLICY contact_address_create ON contact_address IS 'Who may edit the contact; the trigger inherit_access says whose it is.';
COMMENT ON POLICY contact_address_edit ON contact_address IS 'Who may edit the contact.';
COMMENT ON POLICY contact_address_delete ON contact_address IS 'Who may edit the contact.';

ALTER TABLE contact_social ENABLE ROW LEVEL SECURITY;
CREATE POLICY contact_social_read ON contact_social FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY contact_social_create ON contact_social FOR INSERT
  WITH CHECK (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
CREATE POLICY contact_social_edit ON contact_social FOR UPDATE
  USING (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
CREATE POLICY contact_social_delete ON contact_social FOR DELETE
  USING (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
COMMENT ON POLICY contact_social_read ON contact_social IS 'Who may see the contact.';
COMMENT ON POLICY contact_social_create ON contact_social IS 'Who may edit the contact; the trigger inherit_access says whose it is.';
COMMENT ON POLICY contact_social_edit ON contact_social IS 'Who may edit the contact.';
COMMENT ON POLICY contact_social_delete ON contact_social IS 'Who may edit the contact.';

ALTER TABLE contact_group_member ENABLE ROW LEVEL SECURITY;
CREATE POLICY contact_group_member_read ON contact_group_member FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY contact_group_member_create ON contact_group_member FOR INSERT
  WITH CHECK (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
CREATE POLICY contact_group_member_edit ON contact_group_member FOR UPDATE
  USING (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
CREATE POLICY contact_group_member_delete ON contact_group_member FOR DELETE
  USING (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
COMMENT ON POLICY contact_group_member_read ON contact_group_member IS 'Who may see the contact.';
COMMENT ON POLICY contact_group_member_create ON contact_group_member IS 'Who may edit the contact; the trigger inherit_access says whose it is.';
COMMENT ON POLICY contact_group_member_edit ON contact_group_member IS 'Who may edit the contact.';
COMMENT ON POLICY contact_group_member_delete ON contact_group_member IS 'Who may edit the contact.';

ALTER TABLE contact_group ENABLE ROW LEVEL SECURITY;
CREATE POLICY contact_group_read ON contact_group FOR SELECT
  USING (contacts.has_permission('staff'::regclass, 'view')
         AND (owner_id IS NULL OR owner_id = contacts.acting_staff('staff'::regclass)));
CREATE POLICY contact_group_create ON contact_group FOR INSERT
  WITH CHECK (created_by = contacts.actor()
              AND CASE WHEN owner_id IS NULL THEN contacts.has_permission('staff'::regclass, 'admin')
                       ELSE owner_id = contacts.acting_staff('staff'::regclass)
                            AND contacts.has_permission('staff'::regclass, 'edit') END);
CREATE POLICY contact_group_edit ON contact_group FOR UPDATE
  USING (CASE WHEN owner_id IS NULL THEN contacts.has_permission('staff'::regclass, 'admin')
              ELSE owner_id = contacts.acting_staff('staff'::regclass)
                   AND contacts.has_permission('staff'::regclass, 'edit') END);
CREATE POLICY contact_group_delete ON contact_group FOR DELETE
  USING (CASE WHEN owner_id IS NULL THEN contacts.has_permission('staff'::regclass, 'admin')
              ELSE owner_id = contacts.acting_staff('staff'::regclass)
                   AND contacts.has_permission('staff'::regclass, 'edit') END);
COMMENT ON POLICY contact_group_read ON contact_group IS 'With permission view those of the company and one''s own.';
COMMENT ON POLICY contact_group_create ON contact_group IS 'Those of the company admins; with permission edit one''s own.';
COMMENT ON POLICY contact_group_edit ON contact_group IS 'Those of the company admins; with permission edit one''s own.';
COMMENT ON POLICY contact_group_delete ON contact_group IS 'Those of the company admins; with permission edit one''s own.';

ALTER TABLE custom_field ENABLE ROW LEVEL SECURITY;
CREATE POLICY custom_field_read ON custom_field FOR SELECT
  USING (contacts.has_permission('staff'::regclass, 'view'));
CREATE POLICY custom_field_create ON custom_field FOR INSERT
  WITH CHECK (contacts.has_permission('staff'::regclass, 'admin'));
CREATE POLICY custom_field_edit ON custom_field FOR UPDATE
  USING (contacts.has_permission('staff'::regclass, 'admin'));
CREATE POLICY custom_field_delete ON custom_field FOR DELETE
  USING (contacts.has_permission('staff'::regclass, 'admin'));
COMMENT ON POLICY custom_field_read ON custom_field IS 'Permission view.';
COMMENT ON POLICY custom_field_create ON custom_field IS 'Admins.';
COMMENT ON POLICY custom_field_edit ON custom_field IS 'Admins.';
COMMENT ON POLICY custom_field_delete ON custom_field IS 'Admins.';

-- Who ran an import sees it as long as he is enrolled.
ALTER TABLE import_run ENABLE ROW LEVEL SECURITY;
CREATE POLICY import_run_read ON import_run FOR SELECT
  USING (contacts.has_permission('staff'::regclass, 'admin')
         OR (started_by = contacts.actor() AND contacts.acting_staff('staff'::regclass) IS NOT NULL));
CREATE POLICY import_run_create ON import_run FOR INSERT
  WITH CHECK (started_by = contacts.actor() AND contacts.has_permission('staff'::regclass, 'import'));
CREATE POLICY import_run_edit ON import_run FOR UPDATE
  USING (started_by = contacts.actor() AND contacts.has_permission('staff'::regclass, 'import'));
CREATE POLICY import_run_delete ON import_run FOR DELETE
  USING (contacts.has_permission('staff'::regclass, 'admin')
         OR (started_by = contacts.actor() AND contacts.has_permission('staff'::regclass, 'import')));
COMMENT ON POLICY import_run_read ON import_run IS 'Admins, and who ran the import.';
COMMENT ON POLICY import_run_create ON import_run IS 'Permission import.';
COMMENT ON POLICY import_run_edit ON import_run IS 'Who runs the import.';
COMMENT ON POLICY import_run_delete ON import_run IS 'Admins, and with permission import who ran it.';

ALTER TABLE import_error ENABLE ROW LEVEL SECURITY;
CREATE POLICY import_error_read ON import_error FOR SELECT
  USING ((NOT personal AND contacts.has_permission('staff'::regclass, 'admin'))
         OR (started_by = contacts.actor() AND contacts.acting_staff('staff'::regclass) IS NOT NULL));
CREATE POLICY import_error_create ON import_error FOR INSERT
  WITH CHECK (started_by = contacts.actor() AND contacts.has_permission('staff'::regclass, 'import'));
CREATE POLICY import_error_delete ON import_error FOR DELETE
  USING ((NOT personal AND contacts.has_permission('staff'::regclass, 'admin'))
         OR (started_by = contacts.actor() AND contacts.has_permission('staff'::regclass, 'import')));
COMMENT ON POLICY import_error_read ON import_error IS 'Who ran the import, and admins unless it was one of personal contacts.';
COMMENT ON POLICY import_error_create ON import_error IS 'Permission import.';
COMMENT ON POLICY import_error_delete ON import_error IS 'With permission import who ran it, and admins unless it was one of personal contacts.';

ALTER TABLE import_profile ENABLE ROW LEVEL SECURITY;
CREATE POLICY import_profile_read ON import_profile FOR SELECT
  USING (contacts.has_permission('staff'::regclass, 'import') OR contacts.has_permission('staff'::regclass, 'admin'));
CREATE POLICY import_profile_create ON import_profile FOR INSERT
  WITH CHECK (contacts.has_permission('staff'::regclass, 'import') AND created_by = contacts.actor());
CREATE POLICY import_profile_edit ON import_profile FOR UPDATE
  USING (contacts.has_permission('staff'::regclass, 'admin')
         OR (contacts.has_permission('staff'::regclass, 'import') AND created_by = contacts.actor()));
CREATE POLICY import_profile_delete ON import_profile FOR DELETE
  USING (contacts.has_permission('staff'::regclass, 'admin')
         OR (contacts.has_permission('staff'::regclass, 'import') AND created_by = contacts.actor()));
COMMENT ON POLICY import_profile_read ON import_profile IS 'Admins, and with permission import everybody: profiles are for all.';
COMMENT ON POLICY import_profile_create ON import_profile IS 'Permission import.';
COMMENT ON POLICY import_profile_edit ON import_profile IS 'Admins, and with permission import who made it.';
COMMENT ON POLICY import_profile_delete ON import_profile IS 'Admins, and with permission import who made it.';
-- Who is a member. SECURITY DEFINER, all three: only the owner of the directory can grant rights on it, and admins, who
-- are not its owner, enroll. The functions of the engine that they call refuse everybody else, going by who called from
-- outside, and pin their search path.

CREATE FUNCTION enroll(login text, display_name text, permissions text[]) RETURNS uuid
  LANGUAGE sql VOLATILE SECURITY DEFINER
BEGIN ATOMIC
  SELECT contacts.enroll_staff('staff'::regclass, enroll.login, enroll.display_name, enroll.permissions);
END;
COMMENT ON FUNCTION enroll(text, text, text[]) IS 'Makes a colleague a member with these permissions (view, edit, import, export, admin), or changes them; his staff_id. A role of the login''s name is granted what it needs; where the role is made later, enroll again. display_name NULL: as it is, or the login. Definer: only the owner of the directory can grant; refused to all but admins and the owner (42501).';

CREATE FUNCTION dismiss(login text) RETURNS void
  LANGUAGE sql VOLATILE SECURITY DEFINER
BEGIN ATOMIC
  SELECT contacts.dismiss_staff('staff'::regclass, dismiss.login);
END;
COMMENT ON FUNCTION dismiss(text) IS 'Takes all permissions and rights from a colleague; his entry stays and owns what it owned, and enroll() brings him back. Definer: only the owner of the directory can revoke; refused to all but admins and the owner (42501).';

CREATE FUNCTION enroll_pool(role name) RETURNS void
  LANGUAGE sql VOLATILE SECURITY DEFINER
BEGIN ATOMIC
  SELECT contacts.enroll_pool_role('staff'::regclass, enroll_pool.role);
END;
COMMENT ON FUNCTION enroll_pool(name) IS 'Grants the role of an application what members have, without making it one: it acts for the colleague that it sets contacts.actor to, see GRANT SET ON PARAMETER. Definer: only the owner of the directory can grant; refused to all but admins and the owner (42501).';
-- The layout's version. A body in quotes, not BEGIN ATOMIC: the view contacts.directories reads it from the catalog,
-- since it must not run functions of strangers.
CREATE OR REPLACE FUNCTION directory_layout() RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $layout$SELECT '0.3.0'$layout$;
COMMENT ON FUNCTION directory_layout() IS 'Version of the extension "contacts" whose layout this directory has; marks the schema as a directory.';
$directory_script$ $function$;
COMMENT ON FUNCTION contacts.directory_script() IS 'The SQL that create_directory() runs in a new schema: tables, views and functions of a directory, as text.';
CREATE OR REPLACE FUNCTION contacts.layout_step(layout text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog AS
$function$ SELECT CASE layout
WHEN '0.1.0' THEN $layout_step$
-- From layout 0.1.0: who may what, history, sharing, activity, search, more formats.

-- Functions whose parameters or columns changed.
DROP FUNCTION import_csv(bytea, text, text, text, text, text, text, text, text, text, boolean, text, bigint);
DROP FUNCTION import_large_object(oid, text, text, text, text, text, text, text, text, text, boolean, text, bigint);
DROP FUNCTION import_file(text, text, text, text, text, text, text, text, text, text, boolean, text, bigint);
DROP FUNCTION error_file(uuid);
DROP FUNCTION _import_options(text, text, text, text, text, text, text, text, text, boolean, text, bigint);
DROP FUNCTION _import_contact_state(uuid[], uuid);

-- Tables that were there. New columns stand last.
ALTER TABLE staff ADD COLUMN search text[];
COMMENT ON COLUMN staff.search IS 'Folded keys of names, title and department, made when the row is written. For search @@ contacts.search_query(…).';
CREATE INDEX staff_search_idx ON staff USING gin (search contacts.search_ops);
CREATE INDEX staff_email_idx ON staff (email);
CREATE INDEX staff_phone_suffix_idx ON staff_phone (contacts.phone_suffix(number, 4));
-- What happens when colleagues are written.

CREATE OR REPLACE TRIGGER zz_search BEFORE INSERT OR UPDATE ON staff
  FOR EACH ROW EXECUTE FUNCTION contacts.make_search();
COMMENT ON TRIGGER zz_search ON staff IS 'Sets search, whatever was written.';

-- Only what decides who may: presence changes all the time, and what sessions have planned goes with what they know.
CREATE OR REPLACE TRIGGER staff_changed AFTER INSERT OR UPDATE OF staff_id, login, permissions OR DELETE OR TRUNCATE ON staff
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.staff_changed();
COMMENT ON TRIGGER staff_changed ON staff IS 'Makes all sessions read anew who acts. A trigger of your own that changes login or permissions in an update of other columns would need it, too.';
CREATE OR REPLACE TRIGGER zz_guard BEFORE UPDATE ON staff
  FOR EACH ROW EXECUTE FUNCTION contacts.guard_staff('avatar', 'presence', 'status_message');
COMMENT ON TRIGGER zz_guard ON staff IS 'Colleagues change their own avatar, presence and status message; nobody but the owner of the directory changes who somebody is.';

CREATE OR REPLACE TRIGGER list_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON staff_extension
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.list_changed();
COMMENT ON TRIGGER list_changed ON staff_extension IS 'Makes all sessions read anew what contacts.is_listed() knows.';
CREATE OR REPLACE TRIGGER list_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON staff_phone
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.list_changed();
COMMENT ON TRIGGER list_changed ON staff_phone IS 'Makes all sessions read anew what contacts.is_listed() knows.';

ALTER TABLE organization DROP CONSTRAINT organization_external_id_key;
ALTER TABLE organization ADD COLUMN owner_id uuid REFERENCES staff;
COMMENT ON COLUMN organization.owner_id IS 'NULL: everybody enrolled sees it; else a private one that this colleague alone sees, such as those that come with his personal contacts.';
COMMENT ON COLUMN organization.external_id IS 'Key of the organization in its source, unique there among those of the company, and among the private ones of one colleague.';
CREATE UNIQUE INDEX organization_external_id_key ON organization (source, external_id)
  WHERE owner_id IS NULL AND external_id IS NOT NULL;
CREATE UNIQUE INDEX organization_private_external_id_key ON organization (owner_id, source, external_id)
  WHERE owner_id IS NOT NULL AND external_id IS NOT NULL;
CREATE INDEX organization_owner_id_idx ON organization (owner_id) WHERE owner_id IS NOT NULL;

CREATE INDEX contact_search_idx ON contact USING gin (search contacts.search_ops);
COMMENT ON COLUMN contact.search IS 'Folded keys of names, title, department and organization, made when the row is written; first the version of what made them. For search @@ contacts.search_query(…).';
-- What happens when contacts are written.

-- zz_: after all other BEFORE triggers, so that their changes count as changes.
CREATE OR REPLACE TRIGGER zz_stamp BEFORE INSERT OR UPDATE ON contact
  FOR EACH ROW EXECUTE FUNCTION contacts.stamp_row('staff', 'change_log');
COMMENT ON TRIGGER zz_stamp ON contact IS 'Sets search, version, created_*, updated_* and import_id, whatever was written; keeps whose the contact is.';
CREATE OR REPLACE TRIGGER contact_created AFTER INSERT ON contact
  FOR EACH ROW EXECUTE FUNCTION contacts.contact_created();
COMMENT ON TRIGGER contact_created ON contact IS 'Remembers new contacts for the parts that are written next.';

CREATE OR REPLACE TRIGGER refresh_search AFTER UPDATE ON organization
  REFERENCING OLD TABLE AS old_row NEW TABLE AS new_row
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.refresh_organization_search('contact');
COMMENT ON TRIGGER refresh_search ON organization IS 'Has the search documents of the contacts of renamed organizations made again.';

CREATE INDEX contact_phone_suffix_idx ON contact_phone (contacts.phone_suffix(number, 4));
CREATE INDEX contact_email_domain_idx ON contact_email (contacts.email_domain(address) text_pattern_ops);
ALTER TABLE contact_group DROP CONSTRAINT contact_group_name_key;
-- Those that are there are the company's.
ALTER TABLE contact_group ADD COLUMN owner_id uuid REFERENCES staff;
ALTER TABLE contact_group ALTER COLUMN owner_id SET DEFAULT contacts.private_owner('staff'::regclass);
ALTER TABLE contact_group ADD CONSTRAINT contact_group_name_key UNIQUE NULLS NOT DISTINCT (name, owner_id);
COMMENT ON COLUMN contact_group.owner_id IS 'NULL: a group of the company, made by admins; else a label that this colleague alone sees. By default an admin''s is the company''s.';
-- What happens when parts of contacts are written.

-- Access columns of the parts. The contact's name is a trigger argument, without schema: that of the table is meant.
CREATE OR REPLACE TRIGGER inherit_access BEFORE INSERT ON contact_phone
  FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE OR REPLACE TRIGGER inherit_access_again BEFORE UPDATE ON contact_phone
  FOR EACH ROW WHEN (NEW.visibility IS NULL OR NEW.contact_id <> OLD.contact_id
                     OR NEW.visibility <> OLD.visibility
                     OR NEW.owner_id IS DISTINCT FROM OLD.owner_id
                     OR NEW.shared_with IS DISTINCT FROM OLD.shared_with
                     OR NEW.editable_by IS DISTINCT FROM OLD.editable_by)
  EXECUTE FUNCTION contacts.inherit_access('contact');
COMMENT ON TRIGGER inherit_access ON contact_phone IS 'Sets the access columns to those of the contact.';
COMMENT ON TRIGGER inherit_access_again ON contact_phone IS 'Sets the access columns anew when they are written or the row moves to another contact.';
CREATE OR REPLACE TRIGGER inherit_access BEFORE INSERT ON contact_email
  FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE OR REPLACE TRIGGER inherit_access_again BEFORE UPDATE ON contact_email
  FOR EACH ROW WHEN (NEW.visibility IS NULL OR NEW.contact_id <> OLD.contact_id
                     OR NEW.visibility <> OLD.visibility
                     OR NEW.owner_id IS DISTINCT FROM OLD.owner_id
                     OR NEW.shared_with IS DISTINCT FROM OLD.shared_with
                     OR NEW.editable_by IS DISTINCT FROM OLD.editable_by)
  EXECUTE FUNCTION contacts.inherit_access('contact');
COMMENT ON TRIGGER inherit_access ON contact_email IS 'Sets the access columns to those of the contact.';
COMMENT ON TRIGGER inherit_access_again ON contact_email IS 'Sets the access columns anew when they are written or the row moves to another contact.';
CREATE OR REPLACE TRIGGER inherit_access BEFORE INSERT ON contact_address
  FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE OR REPLACE TRIGGER inherit_access_again BEFORE UPDATE ON contact_address
  FOR EACH ROW WHEN (NEW.visibility IS NULL OR NEW.contact_id <> OLD.contact_id
                     OR NEW.visibility <> OLD.visibility
                     OR NEW.owner_id IS DISTINCT FROM OLD.owner_id
                     OR NEW.shared_with IS DISTINCT FROM OLD.shared_with
                     OR NEW.editable_by IS DISTINCT FROM OLD.editable_by)
  EXECUTE FUNCTION contacts.inherit_access('contact');
COMMENT ON TRIGGER inherit_access ON contact_address IS 'Sets the access columns to those of the contact.';
COMMENT ON TRIGGER inherit_access_again ON contact_address IS 'Sets the access columns anew when they are written or the row moves to another contact.';
CREATE OR REPLACE TRIGGER inherit_access BEFORE INSERT ON contact_social
  FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE OR REPLACE TRIGGER inherit_access_again BEFORE UPDATE ON contact_social
  FOR EACH ROW WHEN (NEW.visibility IS NULL OR NEW.contact_id <> OLD.contact_id
                     OR NEW.visibility <> OLD.visibility
                     OR NEW.owner_id IS DISTINCT FROM OLD.owner_id
                     OR NEW.shared_with IS DISTINCT FROM OLD.shared_with
                     OR NEW.editable_by IS DISTINCT FROM OLD.editable_by)
  EXECUTE FUNCTION contacts.inherit_access('contact');
COMMENT ON TRIGGER inherit_access ON contact_social IS 'Sets the access columns to those of the contact.';
COMMENT ON TRIGGER inherit_access_again ON contact_social IS 'Sets the access columns anew when they are written or the row moves to another contact.';
CREATE OR REPLACE TRIGGER inherit_access BEFORE INSERT ON contact_group_member
  FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE OR REPLACE TRIGGER inherit_access_again BEFORE UPDATE ON contact_group_member
  FOR EACH ROW WHEN (NEW.visibility IS NULL OR NEW.contact_id <> OLD.contact_id
                     OR NEW.visibility <> OLD.visibility
                     OR NEW.owner_id IS DISTINCT FROM OLD.owner_id
                     OR NEW.shared_with IS DISTINCT FROM OLD.shared_with
                     OR NEW.editable_by IS DISTINCT FROM OLD.editable_by)
  EXECUTE FUNCTION contacts.inherit_access('contact');
COMMENT ON TRIGGER inherit_access ON contact_group_member IS 'Sets the access columns to those of the contact.';
COMMENT ON TRIGGER inherit_access_again ON contact_group_member IS 'Sets the access columns anew when they are written or the row moves to another contact.';

ALTER TABLE import_error ADD COLUMN personal boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN import_run.delimiter IS 'The delimiter of the file; NULL: it holds vCards.';
COMMENT ON COLUMN import_error.personal IS 'Whether personal contacts were imported: then nobody but who ran the import sees the entry, not even admins.';

-- What is new, and functions and views that changed.
-- Other names that people go by. The table is data for searches, not part of documents: a new row counts at once.

CREATE TABLE nickname (
  nickname text CHECK (nickname <> '' AND nickname = lower(nickname COLLATE "C")),
  name     text CHECK (name <> '' AND name = lower(name COLLATE "C")),
  PRIMARY KEY (nickname, name)
);
CREATE INDEX nickname_name_idx ON nickname (name);
COMMENT ON TABLE nickname IS 'Names that a search takes for each other, in both directions. Add what your people go by; what an installation began with is English.';
COMMENT ON COLUMN nickname.nickname IS 'One word, as contacts.fold_name() answers it: bob.';
COMMENT ON COLUMN nickname.name IS 'One word, as contacts.fold_name() answers it: robert.';

ALTER TABLE nickname ENABLE ROW LEVEL SECURITY;
CREATE POLICY nickname_read ON nickname FOR SELECT
  USING (contacts.has_permission('staff'::regclass, 'view'));
CREATE POLICY nickname_create ON nickname FOR INSERT
  WITH CHECK (contacts.has_permission('staff'::regclass, 'admin'));
CREATE POLICY nickname_edit ON nickname FOR UPDATE
  USING (contacts.has_permission('staff'::regclass, 'admin'));
CREATE POLICY nickname_delete ON nickname FOR DELETE
  USING (contacts.has_permission('staff'::regclass, 'admin'));
COMMENT ON POLICY nickname_read ON nickname IS 'Permission view.';
COMMENT ON POLICY nickname_create ON nickname IS 'Admins.';
COMMENT ON POLICY nickname_edit ON nickname IS 'Admins.';
COMMENT ON POLICY nickname_delete ON nickname IS 'Admins.';

INSERT INTO nickname (nickname, name)
SELECT unnest(n.nicknames::text[]), n.name
FROM (VALUES
  ('alexander', '{alex,al,sandy,sasha,xander}'), ('alexandra', '{alex,sandra,sandy}'),
  ('andrew', '{andy,drew}'), ('anthony', '{tony}'), ('barbara', '{barb,babs}'), ('benjamin', '{ben,benny}'),
  ('catherine', '{cathy,kate,katie,cat}'), ('katherine', '{kathy,kate,katie,kitty}'),
  ('charles', '{charlie,chuck,chas}'), ('christina', '{chris,tina}'), ('christine', '{chris,tina}'),
  ('christopher', '{chris,kit}'), ('cynthia', '{cindy}'), ('daniel', '{dan,danny}'), ('david', '{dave,davy}'),
  ('deborah', '{deb,debbie}'), ('donald', '{don,donnie}'), ('dorothy', '{dot,dolly,dottie}'),
  ('edward', '{ed,eddie,ned,ted,teddy}'), ('eleanor', '{ellie,nell,nora}'),
  ('elizabeth', '{beth,betsy,betty,bess,eliza,liz,lizzie,libby}'), ('eugene', '{gene}'), ('florence', '{flo}'),
  ('frances', '{fran,frankie}'), ('francis', '{frank,fran}'), ('franklin', '{frank}'),
  ('frederick', '{fred,freddie}'), ('gabrielle', '{gabby}'), ('george', '{georgie}'),
  ('gerald', '{gerry,jerry}'), ('gregory', '{greg}'), ('harold', '{harry,hal}'), ('henry', '{harry,hank}'),
  ('isabella', '{bella,izzy}'), ('jacob', '{jake,jack}'), ('james', '{jim,jimmy,jamie}'),
  ('jennifer', '{jen,jenny}'), ('jessica', '{jess,jessie}'), ('john', '{jack,johnny}'),
  ('jonathan', '{jon,jonny}'), ('joseph', '{joe,joey}'), ('josephine', '{jo,josie}'), ('judith', '{judy}'),
  ('kenneth', '{ken,kenny}'), ('kimberly', '{kim}'), ('lawrence', '{larry,laurie}'),
  ('leonard', '{len,lenny,leo}'), ('louis', '{lou,louie}'), ('louise', '{lou}'),
  ('margaret', '{maggie,meg,peggy,marge,madge,greta,daisy}'), ('martha', '{marty}'),
  ('matthew', '{matt,matty}'), ('michael', '{mike,mick,mickey,mikey}'), ('michelle', '{shelly}'),
  ('nancy', '{nan}'), ('nathaniel', '{nate,nat,nathan}'), ('nicholas', '{nick,nicky}'),
  ('nicole', '{nicky,nikki}'), ('olivia', '{liv,livvy}'), ('pamela', '{pam}'),
  ('patricia', '{pat,patty,tricia,trish}'), ('patrick', '{pat,paddy}'), ('peter', '{pete}'),
  ('philip', '{phil,pip}'), ('raymond', '{ray}'), ('rebecca', '{becky,becca}'),
  ('richard', '{dick,rich,rick,ricky,richie}'), ('robert', '{bob,bobby,rob,robbie,bert}'),
  ('roberta', '{bobbie}'), ('ronald', '{ron,ronnie}'), ('samantha', '{sam,sammy}'), ('samuel', '{sam,sammy}'),
  ('sarah', '{sally,sadie}'), ('stephen', '{steve,stevie}'), ('steven', '{steve,stevie}'),
  ('stephanie', '{steph}'), ('susan', '{sue,susie}'), ('suzanne', '{sue,suzy}'),
  ('theodore', '{ted,teddy,theo}'), ('theresa', '{terry,tess,tessa}'), ('thomas', '{tom,tommy}'),
  ('timothy', '{tim,timmy}'), ('valerie', '{val}'), ('victoria', '{vicky,tori}'), ('vincent', '{vince,vinny}'),
  ('virginia', '{ginny}'), ('walter', '{walt,wally}'), ('william', '{bill,billy,will,willie,liam}'),
  ('zachary', '{zach,zack}')
) AS n(name, nicknames);

CREATE OR REPLACE FUNCTION name_alias(query text) RETURNS jsonb
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT coalesce(jsonb_object_agg(a.word, a.others), '{}')
    FROM (SELECT w.word, jsonb_agg(DISTINCT o.other) AS others
            FROM string_to_table(contacts.fold_name(name_alias.query), ' ') AS w(word)
           CROSS JOIN LATERAL (SELECT n.name FROM nickname n WHERE n.nickname = w.word
                               UNION ALL
                               SELECT n.nickname FROM nickname n WHERE n.name = w.word) AS o(other)
           GROUP BY w.word) AS a;
END;
COMMENT ON FUNCTION name_alias(text) IS 'Other names of the words of a query, by the table nickname: an object for the option "alias" of contacts.search_query(text, jsonb), such as {"bob": ["robert"]}.';
-- The change log: who changed which contact when, old and new. Written by triggers of the engine as the owner of the
-- tables. No foreign key to contact: the log outlives it.

-- An enum, and beside the version: so it takes no space, where text would cost each entry up to 16 bytes.
CREATE TYPE change_action AS ENUM ('update', 'delete', 'undo');
COMMENT ON TYPE change_action IS 'What an entry of change_log is.';

CREATE TABLE change_log (
  contact_id  uuid NOT NULL,
  version     int NOT NULL,
  action      change_action NOT NULL,
  changed_at  timestamptz NOT NULL,
  changed_by  text NOT NULL,
  changes     jsonb NOT NULL,
  import_id   uuid,
  owner_id    uuid,
  visibility  text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with uuid[],
  editable_by uuid[],
  PRIMARY KEY (contact_id, version)
);
COMMENT ON TABLE change_log IS 'What was changed at contacts and their parts. The creation of a contact is no entry: the contact itself says who and when.';
COMMENT ON COLUMN change_log.version IS 'The version that the change made; of a deletion, the one it would have made.';
COMMENT ON COLUMN change_log.changed_at IS 'Start of the statement that the client sent.';
COMMENT ON COLUMN change_log.changed_by IS 'Login of who acted, see contacts.actor().';
COMMENT ON COLUMN change_log.action IS 'update; delete: the whole contact is in "changes"; undo: by undo_import().';
COMMENT ON COLUMN change_log.changes IS 'Field to [old, new]. custom: objects of those custom fields that changed. phones, emails, addresses, socials, groups: a list of [old row, new row], null where there is none.';
COMMENT ON COLUMN change_log.import_id IS 'The import that changed the contact, or whose work was undone.';
COMMENT ON COLUMN change_log.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN change_log.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN change_log.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN change_log.editable_by IS 'editable_by of the contact.';

-- No policy to write: triggers do, as the owner of the tables.
ALTER TABLE change_log ENABLE ROW LEVEL SECURITY;
CREATE POLICY change_log_read ON change_log FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
COMMENT ON POLICY change_log_read ON change_log IS 'Who may see the contact; of a deleted one, who could see it.';

-- zz_: after triggers of the DBA's, whose work an entry then follows.
CREATE OR REPLACE TRIGGER zz_log AFTER UPDATE ON contact
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_contact('change_log');
COMMENT ON TRIGGER zz_log ON contact IS 'Writes change_log.';
-- Its name sorts before those of the foreign keys' triggers, which delete the parts.
CREATE OR REPLACE TRIGGER "00_log_deletion" AFTER DELETE ON contact
  REFERENCING OLD TABLE AS old_rows
  FOR EACH ROW EXECUTE FUNCTION contacts.log_deletion('change_log', 'phones contact_phone', 'emails contact_email',
    'addresses contact_address', 'socials contact_social', 'groups contact_group_member contact_group');
COMMENT ON TRIGGER "00_log_deletion" ON contact IS 'Keeps the contact and its parts in change_log.';

CREATE OR REPLACE TRIGGER zz_log_insert AFTER INSERT ON contact_phone
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'phones');
CREATE OR REPLACE TRIGGER zz_log_update AFTER UPDATE ON contact_phone
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'phones');
CREATE OR REPLACE TRIGGER zz_log_delete AFTER DELETE ON contact_phone
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'phones');
COMMENT ON TRIGGER zz_log_insert ON contact_phone IS 'Writes change_log.';
COMMENT ON TRIGGER zz_log_update ON contact_phone IS 'Writes change_log.';
COMMENT ON TRIGGER zz_log_delete ON contact_phone IS 'Writes change_log.';
CREATE OR REPLACE TRIGGER zz_log_insert AFTER INSERT ON contact_email
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'emails');
CREATE OR REPLACE TRIGGER zz_log_update AFTER UPDATE ON contact_email
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'emails');
CREATE OR REPLACE TRIGGER zz_log_delete AFTER DELETE ON contact_email
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'emails');
COMMENT ON TRIGGER zz_log_insert ON contact_email IS 'Writes change_log.';
COMMENT ON TRIGGER zz_log_update ON contact_email IS 'Writes change_log.';
COMMENT ON TRIGGER zz_log_delete ON contact_email IS 'Writes change_log.';
CREATE OR REPLACE TRIGGER zz_log_insert AFTER INSERT ON contact_address
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'addresses');
CREATE OR REPLACE TRIGGER zz_log_update AFTER UPDATE ON contact_address
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'addresses');
CREATE OR REPLACE TRIGGER zz_log_delete AFTER DELETE ON contact_address
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'addresses');
COMMENT ON TRIGGER zz_log_insert ON contact_address IS 'Writes change_log.';
COMMENT ON TRIGGER zz_log_update ON contact_address IS 'Writes change_log.';
COMMENT ON TRIGGER zz_log_delete ON contact_address IS 'Writes change_log.';
CREATE OR REPLACE TRIGGER zz_log_insert AFTER INSERT ON contact_social
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'socials');
CREATE OR REPLACE TRIGGER zz_log_update AFTER UPDATE ON contact_social
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'socials');
CREATE OR REPLACE TRIGGER zz_log_delete AFTER DELETE ON contact_social
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'socials');
COMMENT ON TRIGGER zz_log_insert ON contact_social IS 'Writes change_log.';
COMMENT ON TRIGGER zz_log_update ON contact_social IS 'Writes change_log.';
COMMENT ON TRIGGER zz_log_delete ON contact_social IS 'Writes change_log.';
CREATE OR REPLACE TRIGGER zz_log_insert AFTER INSERT ON contact_group_member
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'groups', 'contact_group');
CREATE OR REPLACE TRIGGER zz_log_update AFTER UPDATE ON contact_group_member
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'groups', 'contact_group');
CREATE OR REPLACE TRIGGER zz_log_delete AFTER DELETE ON contact_group_member
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.log_part('contact', 'change_log', 'groups', 'contact_group');
COMMENT ON TRIGGER zz_log_insert ON contact_group_member IS 'Writes change_log.';
COMMENT ON TRIGGER zz_log_update ON contact_group_member IS 'Writes change_log.';
COMMENT ON TRIGGER zz_log_delete ON contact_group_member IS 'Writes change_log.';

CREATE OR REPLACE TRIGGER delete_members BEFORE DELETE ON contact_group
  FOR EACH ROW EXECUTE FUNCTION contacts.delete_members('contact_group_member');
COMMENT ON TRIGGER delete_members ON contact_group IS 'Deletes the members first, while the group still has its name for change_log.';

CREATE OR REPLACE TRIGGER propagate_access AFTER UPDATE ON contact
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT
  EXECUTE FUNCTION contacts.propagate_access('contact_phone', 'contact_email', 'contact_address', 'contact_social',
                                             'contact_group_member', 'contact_share', 'contact_transfer',
                                             'contact_note', 'inquiry', 'engagement', 'visit', 'version change_log',
                                             'organization_id organization');
COMMENT ON TRIGGER propagate_access ON contact IS 'Copies changed access columns to the parts and the log, and lets private organizations follow.';
-- Sharing and transfer. Who may is decided by the policies here; the triggers carry it out at the contact, as the owner
-- of the tables, since the contact's own columns are closed to everybody else.

CREATE TABLE contact_share (
  contact_id  uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  staff_id    uuid NOT NULL REFERENCES staff ON DELETE CASCADE,
  can_edit    boolean NOT NULL DEFAULT false,
  shared_by   text NOT NULL DEFAULT contacts.actor(),
  shared_at   timestamptz NOT NULL DEFAULT now(),
  owner_id    uuid,
  visibility  text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with uuid[],
  editable_by uuid[],
  PRIMARY KEY (contact_id, staff_id),
  CONSTRAINT contact_share_not_personal CHECK (visibility <> 'personal')
);
CREATE INDEX contact_share_staff_id_idx ON contact_share (staff_id);
COMMENT ON TABLE contact_share IS 'Who shared which contact with whom; contact.shared_with and contact.editable_by follow it.';
COMMENT ON COLUMN contact_share.staff_id IS 'The colleague it is shared with.';
COMMENT ON COLUMN contact_share.can_edit IS 'Whether he may also edit it. Counts for restricted contacts: company ones are edited by their owner and admins.';
COMMENT ON COLUMN contact_share.shared_by IS 'Login of who shared it first.';
COMMENT ON COLUMN contact_share.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN contact_share.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN contact_share.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN contact_share.editable_by IS 'editable_by of the contact.';

CREATE TABLE contact_transfer (
  transfer_id    uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  contact_id     uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  from_staff     uuid REFERENCES staff,
  to_staff       uuid NOT NULL REFERENCES staff,
  transferred_by text NOT NULL DEFAULT contacts.actor(),
  transferred_at timestamptz NOT NULL DEFAULT now(),
  owner_id       uuid,
  visibility     text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with    uuid[],
  editable_by    uuid[]
);
CREATE INDEX contact_transfer_contact_id_idx ON contact_transfer (contact_id);
COMMENT ON TABLE contact_transfer IS 'Who gave which contact to whom; a row that is inserted changes contact.owner_id.';
COMMENT ON COLUMN contact_transfer.from_staff IS 'The owner before, set by the trigger; NULL: there was none.';
COMMENT ON COLUMN contact_transfer.to_staff IS 'The new owner.';
COMMENT ON COLUMN contact_transfer.transferred_by IS 'Login of who gave it: the owner or an admin.';
COMMENT ON COLUMN contact_transfer.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN contact_transfer.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN contact_transfer.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN contact_transfer.editable_by IS 'editable_by of the contact.';

-- The policies judge what inherit_access read from the contact, whatever was written: no WHEN (visibility IS NULL) here.
CREATE OR REPLACE TRIGGER inherit_access BEFORE INSERT ON contact_share
  FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE OR REPLACE TRIGGER inherit_access_again BEFORE UPDATE ON contact_share
  FOR EACH ROW WHEN (NEW.contact_id <> OLD.contact_id
                     OR NEW.owner_id IS DISTINCT FROM OLD.owner_id OR NEW.visibility IS DISTINCT FROM OLD.visibility
                     OR NEW.shared_with IS DISTINCT FROM OLD.shared_with
                     OR NEW.editable_by IS DISTINCT FROM OLD.editable_by)
  EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE OR REPLACE TRIGGER stamp_author BEFORE INSERT OR UPDATE ON contact_share
  FOR EACH ROW EXECUTE FUNCTION contacts.stamp_author('shared_by', 'shared_at');
CREATE OR REPLACE TRIGGER zz_apply_insert AFTER INSERT ON contact_share
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION contacts.apply_share('contact');
CREATE OR REPLACE TRIGGER zz_apply_update AFTER UPDATE ON contact_share
  FOR EACH ROW WHEN (OLD.contact_id <> NEW.contact_id OR OLD.staff_id <> NEW.staff_id OR OLD.can_edit <> NEW.can_edit)
  EXECUTE FUNCTION contacts.apply_share('contact');
CREATE OR REPLACE TRIGGER zz_apply_delete AFTER DELETE ON contact_share
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION contacts.apply_share('contact');
COMMENT ON TRIGGER inherit_access ON contact_share IS 'Fills the access columns from the contact, and locks it: two who share it wait for each other.';
COMMENT ON TRIGGER inherit_access_again ON contact_share IS 'Nobody gives a row other access columns than the contact''s.';
COMMENT ON TRIGGER stamp_author ON contact_share IS 'Sets shared_by and shared_at, whatever was written.';
COMMENT ON TRIGGER zz_apply_insert ON contact_share IS 'Sets shared_with and editable_by of the contacts.';
COMMENT ON TRIGGER zz_apply_update ON contact_share IS 'Sets shared_with and editable_by of the contact.';
COMMENT ON TRIGGER zz_apply_delete ON contact_share IS 'Sets shared_with and editable_by of the contacts.';

CREATE OR REPLACE TRIGGER inherit_access BEFORE INSERT ON contact_transfer
  FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE OR REPLACE TRIGGER stamp_author BEFORE INSERT ON contact_transfer
  FOR EACH ROW EXECUTE FUNCTION contacts.stamp_author('transferred_by', 'transferred_at', 'from_staff');
CREATE OR REPLACE TRIGGER zz_apply_insert AFTER INSERT ON contact_transfer
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
  EXECUTE FUNCTION contacts.apply_transfer('contact', 'contact_share');
COMMENT ON TRIGGER inherit_access ON contact_transfer IS 'Fills the access columns from the contact, and locks it: the policy judges who owns it now.';
COMMENT ON TRIGGER stamp_author ON contact_transfer IS 'Sets from_staff, transferred_by and transferred_at, whatever was written.';
COMMENT ON TRIGGER zz_apply_insert ON contact_transfer IS 'Gives the contacts to their new owners.';

ALTER TABLE contact_share ENABLE ROW LEVEL SECURITY;
CREATE POLICY contact_share_read ON contact_share FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY contact_share_create ON contact_share FOR INSERT
  WITH CHECK (contacts.may_manage('staff'::regclass, owner_id, visibility));
CREATE POLICY contact_share_edit ON contact_share FOR UPDATE
  USING (contacts.may_manage('staff'::regclass, owner_id, visibility));
CREATE POLICY contact_share_delete ON contact_share FOR DELETE
  USING (contacts.may_manage('staff'::regclass, owner_id, visibility));
COMMENT ON POLICY contact_share_read ON contact_share IS 'Who sees the contact sees with whom it is shared.';
COMMENT ON POLICY contact_share_create ON contact_share IS 'The owner and admins share.';
COMMENT ON POLICY contact_share_edit ON contact_share IS 'The owner and admins change can_edit.';
COMMENT ON POLICY contact_share_delete ON contact_share IS 'The owner and admins take it back.';

ALTER TABLE contact_transfer ENABLE ROW LEVEL SECURITY;
CREATE POLICY contact_transfer_read ON contact_transfer FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY contact_transfer_create ON contact_transfer FOR INSERT
  WITH CHECK (contacts.may_manage('staff'::regclass, owner_id, visibility));
COMMENT ON POLICY contact_transfer_read ON contact_transfer IS 'Who sees the contact sees whose it was.';
COMMENT ON POLICY contact_transfer_create ON contact_transfer IS 'The owner and admins give a contact away. There is none for changing or deleting: what happened stays.';

-- ---- what the functions share

-- Whether the current user is above the policies: the owner of the directory, or a superuser.
CREATE OR REPLACE FUNCTION _acts_as_owner() RETURNS boolean
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT NOT row_security_active('contact'::regclass::oid);
END;
COMMENT ON FUNCTION _acts_as_owner() IS 'Whether row-level security does not apply: to the owner of the directory and superusers.';

-- One that is hidden and one that does not exist are told apart by nobody.
CREATE OR REPLACE FUNCTION _check_contact(contact_id uuid, manage boolean) RETURNS boolean
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT CASE
           WHEN c.contact_id IS NULL
             THEN contacts._raise('P0002', format('there is no contact "%s"', _check_contact.contact_id),
                                  'It does not exist, or is not visible to who acts.')
           WHEN _acts_as_owner() THEN true
           WHEN manage AND NOT contacts.may_manage('staff'::regclass, c.owner_id, c.visibility)
             THEN contacts._raise('42501', format('permission denied for contact "%s"', _check_contact.contact_id),
                                  'A contact is shared, transferred and deleted by its owner and by admins.')
           WHEN NOT manage AND NOT contacts.may_edit('staff'::regclass, c.owner_id, c.visibility, c.editable_by)
             THEN contacts._raise('42501', format('permission denied to edit contact "%s"', _check_contact.contact_id),
                                  CASE c.visibility WHEN 'company' THEN 'A company contact is edited by its owner and by admins.'
                                    ELSE 'It is edited by its owner, by admins, and by those it is shared with for editing.' END,
                                  'Permission "edit" is needed, too.')
           ELSE true
         END
    FROM (SELECT) AS one LEFT JOIN contact c ON c.contact_id = _check_contact.contact_id;
END;
COMMENT ON FUNCTION _check_contact(uuid, boolean) IS 'True, or an error: P0002 where who acts sees no such contact, 42501 where he may not edit it (or, with "manage", share, transfer and delete it).';

CREATE OR REPLACE FUNCTION _colleague(login text, enrolled boolean DEFAULT true) RETURNS uuid
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT CASE
           WHEN s.staff_id IS NULL
             THEN contacts._raise('42704', format('there is no colleague with login "%s"', contacts._quoted(coalesce(_colleague.login, ''))),
                                  NULL, 'enroll() makes somebody a member of the directory.')
           WHEN _colleague.enrolled AND s.permissions = '{}'
             THEN contacts._raise('55000', format('"%s" has no access to the directory', contacts._quoted(s.login)),
                                  'Without a permission nobody sees anything in it.', 'enroll() gives permissions.')
           ELSE true
         END
    FROM (SELECT) AS one LEFT JOIN staff s ON s.login = _colleague.login;
  SELECT s.staff_id FROM staff s WHERE s.login = _colleague.login;
END;
COMMENT ON FUNCTION _colleague(text, boolean) IS 'staff_id of this login. Errors: 42704 where nobody has it, 55000 where he is dismissed and must not be.';

-- ---- sharing

CREATE OR REPLACE FUNCTION share_contact(contact_id uuid, login text, can_edit boolean DEFAULT false) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT _check_contact(share_contact.contact_id, true);
  SELECT CASE
           WHEN c.visibility = 'personal'
             THEN contacts._raise('55000', format('contact "%s" is personal', share_contact.contact_id),
                                  'A personal contact is its owner''s alone.',
                                  'Make it restricted first: UPDATE contact SET visibility = ''restricted''.')
           WHEN c.owner_id = _colleague(share_contact.login)
             THEN contacts._raise('22023', format('"%s" owns contact "%s"', contacts._quoted(share_contact.login), share_contact.contact_id),
                                  'A contact is shared with others than its owner.')
         END
    FROM contact c WHERE c.contact_id = share_contact.contact_id;
  INSERT INTO contact_share AS h (contact_id, staff_id, can_edit)
  VALUES (share_contact.contact_id, _colleague(share_contact.login), coalesce(share_contact.can_edit, false))
      ON CONFLICT (contact_id, staff_id) DO UPDATE SET can_edit = EXCLUDED.can_edit
   WHERE h.can_edit <> EXCLUDED.can_edit;
END;
COMMENT ON FUNCTION share_contact(uuid, text, boolean) IS 'Lets the colleague of this login see a restricted contact, and with can_edit change it; once more to change can_edit. For the contact''s owner and admins. Errors: P0002 no such contact for who acts, 42501 not his to share, 42704 nobody of this login, 55000 a personal contact or a colleague without access, 22023 the owner himself.';

-- The contact is locked first, as everywhere: whoever deletes it meanwhile goes before or after.
CREATE OR REPLACE FUNCTION unshare_contact(contact_id uuid, login text) RETURNS boolean
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT _check_contact(unshare_contact.contact_id, true);
  SELECT FROM contact c WHERE c.contact_id = unshare_contact.contact_id FOR NO KEY UPDATE;
  WITH removed AS (
    DELETE FROM contact_share h
     WHERE h.contact_id = unshare_contact.contact_id AND h.staff_id = _colleague(unshare_contact.login, false)
    RETURNING h.staff_id)
  SELECT EXISTS (SELECT FROM removed);
END;
COMMENT ON FUNCTION unshare_contact(uuid, text) IS 'Takes the contact from the colleague again; whether it was shared with him. Errors as share_contact().';

-- ---- transfer

CREATE OR REPLACE FUNCTION transfer_contact(contact_id uuid, login text) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT _check_contact(transfer_contact.contact_id, true);
  INSERT INTO contact_transfer (contact_id, to_staff)
  SELECT transfer_contact.contact_id, t.staff_id
    FROM (SELECT _colleague(transfer_contact.login) AS staff_id) AS t
   WHERE NOT EXISTS (SELECT FROM contact c
                      WHERE c.contact_id = transfer_contact.contact_id AND c.owner_id = t.staff_id);
END;
COMMENT ON FUNCTION transfer_contact(uuid, text) IS 'Gives the contact to the colleague of this login. Who gave it sees it no longer, unless it is shared with him or everybody''s; other shares stay. For the contact''s owner and admins. Errors: P0002 no such contact for who acts, 42501 not his to give, 42704 nobody of this login, 55000 a colleague without access.';

CREATE OR REPLACE FUNCTION transfer_all(from_login text, to_login text) RETURNS bigint
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT CASE
           WHEN transfer_all.from_login = transfer_all.to_login
             THEN contacts._raise('22023', format('"%s" cannot be both giver and receiver', contacts._quoted(transfer_all.to_login)))
           WHEN _acts_as_owner() OR contacts.has_permission('staff'::regclass, 'admin') THEN true
           WHEN transfer_all.from_login = contacts.actor() AND contacts.has_permission('staff'::regclass, 'edit') THEN true
           ELSE contacts._raise('42501', format('permission denied to transfer the contacts of "%s"', contacts._quoted(coalesce(transfer_all.from_login, ''))),
                                'That is for admins, and for colleagues themselves with permission "edit".')
         END;
  SELECT _colleague(transfer_all.from_login, false), _colleague(transfer_all.to_login);
  WITH giver AS MATERIALIZED (
    SELECT s.staff_id, s.login = contacts.actor() AS acts FROM staff s WHERE s.login = transfer_all.from_login),
  receiver AS MATERIALIZED (
    SELECT s.staff_id FROM staff s WHERE s.login = transfer_all.to_login),
  -- Locked in one order, and looked at again once they are: what somebody gave away meanwhile is not his any more.
  given AS MATERIALIZED (
    SELECT c.contact_id
      FROM giver g JOIN contact c ON c.owner_id = g.staff_id
     WHERE g.acts OR c.visibility <> 'personal'
     ORDER BY c.contact_id
       FOR NO KEY UPDATE OF c),
  transferred AS (
    INSERT INTO contact_transfer (contact_id, to_staff)
    SELECT g.contact_id, r.staff_id FROM given g CROSS JOIN receiver r
    RETURNING 1)
  SELECT count(*) FROM transferred;
END;
COMMENT ON FUNCTION transfer_all(text, text) IS 'Gives all contacts of one colleague to another, when he leaves; how many. His personal ones only where he acts himself: nobody else gives them away. For himself and admins. Errors: 42501, 42704 nobody of this login, 55000 a receiver without access, 22023 twice the same.';
-- What colleagues keep for themselves: favourites and blocked numbers.

CREATE TABLE favorite (
  staff_id     uuid NOT NULL REFERENCES staff ON DELETE CASCADE,
  favorite_id  uuid GENERATED ALWAYS AS (coalesce(contact_id, colleague_id)) STORED,
  contact_id   uuid REFERENCES contact ON DELETE CASCADE,
  colleague_id uuid REFERENCES staff ON DELETE CASCADE,
  added_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (staff_id, favorite_id),
  CONSTRAINT favorite_contact_or_colleague CHECK (num_nonnulls(contact_id, colleague_id) = 1)
);
CREATE INDEX favorite_contact_id_idx ON favorite (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX favorite_colleague_id_idx ON favorite (colleague_id) WHERE colleague_id IS NOT NULL;
CREATE OR REPLACE TRIGGER list_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON favorite
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.list_changed();
COMMENT ON TRIGGER list_changed ON favorite IS 'Makes all sessions read anew what contacts.is_listed() knows.';
COMMENT ON TABLE favorite IS 'Contacts and colleagues that a colleague wants at hand; seen by himself alone.';
COMMENT ON COLUMN favorite.staff_id IS 'Whose favourite it is.';
COMMENT ON COLUMN favorite.favorite_id IS 'contact_id or colleague_id, whichever is set.';
COMMENT ON COLUMN favorite.colleague_id IS 'staff_id of the colleague.';

ALTER TABLE favorite ENABLE ROW LEVEL SECURITY;
CREATE POLICY favorite_own ON favorite
  USING (staff_id = contacts.acting_staff('staff'::regclass))
  WITH CHECK (staff_id = contacts.acting_staff('staff'::regclass));
COMMENT ON POLICY favorite_own ON favorite IS 'To everybody his own.';

CREATE TABLE blocked_number (
  staff_id   uuid NOT NULL REFERENCES staff ON DELETE CASCADE,
  channel    text NOT NULL CHECK (channel IN ('call', 'sms')),
  number     text NOT NULL CHECK (number ~ '^\+[0-9]{1,20}\*?$'),
  blocked_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (staff_id, channel, number)
);
CREATE OR REPLACE TRIGGER list_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON blocked_number
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.list_changed();
COMMENT ON TRIGGER list_changed ON blocked_number IS 'Makes all sessions read anew what contacts.is_listed() knows.';
COMMENT ON TABLE blocked_number IS 'Numbers from which a colleague wants no calls or messages; seen by himself alone.';
COMMENT ON COLUMN blocked_number.channel IS 'call or sms.';
COMMENT ON COLUMN blocked_number.number IS 'Number without extension, +41791234567, or the beginning of numbers, +4179*.';

ALTER TABLE blocked_number ENABLE ROW LEVEL SECURITY;
CREATE POLICY blocked_number_own ON blocked_number
  USING (staff_id = contacts.acting_staff('staff'::regclass))
  WITH CHECK (staff_id = contacts.acting_staff('staff'::regclass));
COMMENT ON POLICY blocked_number_own ON blocked_number IS 'To everybody his own.';

-- Who acts, for what everybody keeps for himself.
CREATE OR REPLACE FUNCTION _check_acting() RETURNS uuid
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT CASE WHEN contacts.acting_staff('staff'::regclass) IS NULL
              THEN contacts._raise('42501', format('"%s" is not enrolled', contacts._quoted(contacts.actor())),
                                   'Favourites and blocked numbers are those of a colleague.',
                                   'enroll() makes somebody a member of the directory.') END;
  SELECT contacts.acting_staff('staff'::regclass);
END;
COMMENT ON FUNCTION _check_acting() IS 'staff_id of who acts; error 42501 where he is not enrolled.';

CREATE OR REPLACE FUNCTION add_favorite(id uuid) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO favorite (staff_id, contact_id, colleague_id)
  SELECT _check_acting(), c.contact_id, s.staff_id
    FROM (SELECT) AS one
    LEFT JOIN contact c ON c.contact_id = add_favorite.id
    LEFT JOIN staff s ON s.staff_id = add_favorite.id AND c.contact_id IS NULL
   WHERE CASE WHEN num_nonnulls(c.contact_id, s.staff_id) = 1 THEN true
              ELSE contacts._raise('P0002', format('there is no contact or colleague "%s"', add_favorite.id),
                                   'It does not exist, or is not visible to who acts.') END
      ON CONFLICT (staff_id, favorite_id) DO NOTHING;
END;
COMMENT ON FUNCTION add_favorite(uuid) IS 'Makes a contact (contact_id) or a colleague (staff_id) a favourite of who acts; nothing happens where it is one. Errors: P0002 nothing of this id that who acts can see, 42501 not enrolled.';

CREATE OR REPLACE FUNCTION remove_favorite(id uuid) RETURNS boolean
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  WITH removed AS (
    DELETE FROM favorite f
     WHERE f.staff_id = contacts.acting_staff('staff'::regclass) AND f.favorite_id = remove_favorite.id
    RETURNING f.favorite_id)
  SELECT EXISTS (SELECT FROM removed);
END;
COMMENT ON FUNCTION remove_favorite(uuid) IS 'Removes a favourite of who acts; whether it was one.';

-- What is stored for a number, or a prefix with an asterisk.
CREATE OR REPLACE FUNCTION _blocked_key(number text, channel text) RETURNS text
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT CASE
           WHEN _blocked_key.channel IS NULL OR _blocked_key.channel NOT IN ('call', 'sms')
             THEN contacts._raise('22023', format('unknown channel "%s"', contacts._quoted(coalesce(_blocked_key.channel, ''))),
                                  'Numbers are blocked for call or sms.')
           WHEN _blocked_key.number LIKE '%*'
                AND regexp_replace(_blocked_key.number, '[ ()./-]', '', 'g') !~ '^\+[1-9][0-9]{0,18}\*$'
             THEN contacts._raise('22P02', format('invalid prefix "%s"', contacts._quoted(_blocked_key.number)),
                                  'A prefix is + and 1 to 19 digits, calling code first, then an asterisk.',
                                  'Write it like +4179*.')
         END;
  SELECT CASE WHEN _blocked_key.number LIKE '%*' THEN regexp_replace(_blocked_key.number, '[ ()./-]', '', 'g')
              ELSE contacts.phone_base(contacts.phone_parse(_blocked_key.number))::text END;
END;
COMMENT ON FUNCTION _blocked_key(text, text) IS 'blocked_number.number for a number in any notation or a prefix with an asterisk. Errors: 22023 unknown channel, 22P02 no number.';

CREATE OR REPLACE FUNCTION _insert_blocked(key text, channel text, force boolean) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT contacts._raise('55000', format('number "%s" belongs to %s', known.number, contacts._quoted(known.name)),
                         'Numbers of colleagues and of visible contacts are not blocked by mistake.',
                         'Call block_number() with force => true.')
    FROM (SELECT p.number, s.display_name AS name
            FROM staff_phone p JOIN staff s ON s.staff_id = p.staff_id
           WHERE p.number ^@ rtrim(_insert_blocked.key, '*')
             AND (_insert_blocked.key LIKE '%*' OR contacts.phone_base(p.number)::text = _insert_blocked.key)
          UNION ALL
          SELECT p.number, coalesce(nullif(concat_ws(' ', c.first_name, c.last_name), ''), c.nickname, 'a contact')
            FROM contact_phone p JOIN contact c ON c.contact_id = p.contact_id
           WHERE p.number ^@ rtrim(_insert_blocked.key, '*')
             AND (_insert_blocked.key LIKE '%*' OR contacts.phone_base(p.number)::text = _insert_blocked.key)
           LIMIT 1) AS known
   WHERE NOT coalesce(_insert_blocked.force, false);
  INSERT INTO blocked_number (staff_id, channel, number)
  VALUES (_check_acting(), _insert_blocked.channel, _insert_blocked.key)
      ON CONFLICT (staff_id, channel, number) DO NOTHING;
END;
COMMENT ON FUNCTION _insert_blocked(text, text, boolean) IS 'Of block_number(), with what _blocked_key() gives.';

CREATE OR REPLACE FUNCTION block_number(number text, channel text, force boolean DEFAULT false) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT _insert_blocked(_blocked_key(block_number.number, block_number.channel), block_number.channel, block_number.force);
END;
COMMENT ON FUNCTION block_number(text, text, boolean) IS 'Blocks a number (any notation, see contacts.default_region) or all that begin alike (+4179*) for who acts; channel: call or sms. Errors: 55000 where it is a colleague''s or a visible contact''s and force is not set, 22P02 no number, 22023 another channel, 42501 not enrolled.';

CREATE OR REPLACE FUNCTION unblock_number(number text, channel text) RETURNS boolean
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  WITH removed AS (
    DELETE FROM blocked_number b
     WHERE b.staff_id = contacts.acting_staff('staff'::regclass) AND b.channel = unblock_number.channel
       AND b.number = _blocked_key(unblock_number.number, unblock_number.channel)
    RETURNING b.number)
  SELECT EXISTS (SELECT FROM removed);
END;
COMMENT ON FUNCTION unblock_number(text, text) IS 'Takes a number or prefix, as it was blocked, from the list of who acts; whether it was there. Errors: 22P02 no number, 22023 another channel.';

-- One index condition for the number and each of its beginnings, made before the table is looked at: below a policy an
-- expression over another relation's columns gets no index.
CREATE OR REPLACE FUNCTION is_blocked(number text, channel text) RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT EXISTS (
    SELECT FROM blocked_number b
     WHERE b.staff_id = contacts.acting_staff('staff'::regclass) AND b.channel = is_blocked.channel
       AND b.number = ANY (
             ARRAY(SELECT left(e.number, n) || CASE WHEN n <= length(e.number) THEN '*' ELSE '' END
                     FROM (SELECT contacts.phone_base(contacts.phone_try_parse(is_blocked.number))::text AS number OFFSET 0) AS e,
                          generate_series(2, length(e.number) + 1) AS n)));
END;
COMMENT ON FUNCTION is_blocked(text, text) IS 'Whether who acts has blocked the number, or a beginning of it, for the channel (call or sms); false for what is no number. STABLE: follows the table, who acts, and contacts.default_region.';
-- Activity: what happened with a contact. Whoever sees the contact sees it; whoever sees the contact and may edit at all adds
-- to it; an entry is changed and deleted by who wrote it, and by admins.

CREATE TABLE contact_note (
  note_id     uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  contact_id  uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  body        text NOT NULL CHECK (body <> ''),
  created_at  timestamptz NOT NULL DEFAULT now(),
  created_by  text NOT NULL DEFAULT contacts.actor(),
  import_id   uuid,
  owner_id    uuid,
  visibility  text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with uuid[],
  editable_by uuid[]
);
CREATE INDEX contact_note_contact_id_idx ON contact_note (contact_id, created_at);
CREATE INDEX contact_note_import_id_idx ON contact_note (import_id) WHERE import_id IS NOT NULL;
COMMENT ON TABLE contact_note IS 'Notes about contacts.';
COMMENT ON COLUMN contact_note.body IS 'Plain text.';
COMMENT ON COLUMN contact_note.created_by IS 'Login of who wrote the entry.';
COMMENT ON COLUMN contact_note.import_id IS 'The import that made the note, if one did: undo_import() takes it back.';
COMMENT ON COLUMN contact_note.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN contact_note.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN contact_note.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN contact_note.editable_by IS 'editable_by of the contact.';

CREATE TABLE inquiry (
  inquiry_id  uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  contact_id  uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  channel     text NOT NULL DEFAULT 'other'
              CHECK (channel <> '' AND length(channel) <= 40 AND channel = lower(channel COLLATE "C")),
  status      text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'pending', 'closed')),
  subject     text,
  started_at  timestamptz NOT NULL DEFAULT now(),
  ended_at    timestamptz,
  handled_by  uuid REFERENCES staff,
  created_at  timestamptz NOT NULL DEFAULT now(),
  created_by  text NOT NULL DEFAULT contacts.actor(),
  owner_id    uuid,
  visibility  text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with uuid[],
  editable_by uuid[],
  CONSTRAINT inquiry_ends_after_start CHECK (ended_at >= started_at)
);
CREATE INDEX inquiry_contact_id_idx ON inquiry (contact_id, started_at);
COMMENT ON TABLE inquiry IS 'Conversations that contacts began: calls, chats, messages.';
COMMENT ON COLUMN inquiry.channel IS 'Lower case: call, sms, email, chat, whatsapp, web, other, …';
COMMENT ON COLUMN inquiry.status IS 'open, pending or closed.';
COMMENT ON COLUMN inquiry.handled_by IS 'The colleague who takes care of it.';
COMMENT ON COLUMN inquiry.created_by IS 'Login of who wrote the entry.';
COMMENT ON COLUMN inquiry.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN inquiry.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN inquiry.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN inquiry.editable_by IS 'editable_by of the contact.';

CREATE TABLE engagement (
  engagement_id uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  contact_id    uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  channel       text NOT NULL DEFAULT 'other'
                CHECK (channel <> '' AND length(channel) <= 40 AND channel = lower(channel COLLATE "C")),
  subject       text,
  outcome       text,
  number        contacts.phone,
  address       contacts.email,
  started_at    timestamptz NOT NULL DEFAULT now(),
  ended_at      timestamptz,
  made_by       uuid REFERENCES staff,
  created_at    timestamptz NOT NULL DEFAULT now(),
  created_by    text NOT NULL DEFAULT contacts.actor(),
  owner_id      uuid,
  visibility    text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with   uuid[],
  editable_by   uuid[],
  CONSTRAINT engagement_ends_after_start CHECK (ended_at >= started_at)
);
CREATE INDEX engagement_contact_id_idx ON engagement (contact_id, started_at);
COMMENT ON TABLE engagement IS 'Calls, messages and e-mails from the company to contacts.';
COMMENT ON COLUMN engagement.channel IS 'Lower case: call, sms, email, other, …';
COMMENT ON COLUMN engagement.outcome IS 'What came of it: answered, no_answer, sent, …';
COMMENT ON COLUMN engagement.number IS 'The number that was called or written to.';
COMMENT ON COLUMN engagement.address IS 'The e-mail address that was written to.';
COMMENT ON COLUMN engagement.made_by IS 'The colleague who called or wrote.';
COMMENT ON COLUMN engagement.created_by IS 'Login of who wrote the entry.';
COMMENT ON COLUMN engagement.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN engagement.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN engagement.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN engagement.editable_by IS 'editable_by of the contact.';

CREATE TABLE visit (
  visit_id    uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  contact_id  uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  url         text NOT NULL CHECK (url <> ''),
  title       text,
  referrer    text,
  visited_at  timestamptz NOT NULL DEFAULT now(),
  left_at     timestamptz,
  created_at  timestamptz NOT NULL DEFAULT now(),
  created_by  text NOT NULL DEFAULT contacts.actor(),
  owner_id    uuid,
  visibility  text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with uuid[],
  editable_by uuid[],
  CONSTRAINT visit_ends_after_start CHECK (left_at >= visited_at)
);
CREATE INDEX visit_contact_id_idx ON visit (contact_id, visited_at);
COMMENT ON TABLE visit IS 'Pages that contacts looked at.';
COMMENT ON COLUMN visit.title IS 'Title of the page.';
COMMENT ON COLUMN visit.referrer IS 'URL of the page before.';
COMMENT ON COLUMN visit.left_at IS 'NULL: not known.';
COMMENT ON COLUMN visit.created_by IS 'Login of who wrote the entry.';
COMMENT ON COLUMN visit.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN visit.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN visit.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN visit.editable_by IS 'editable_by of the contact.';

-- Access columns and author, as the policies need them: whatever was written, they are set.
CREATE OR REPLACE TRIGGER inherit_access BEFORE INSERT ON contact_note
  FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE OR REPLACE TRIGGER inherit_access_again BEFORE UPDATE ON contact_note
  FOR EACH ROW WHEN (NEW.contact_id <> OLD.contact_id
                     OR NEW.owner_id IS DISTINCT FROM OLD.owner_id OR NEW.visibility IS DISTINCT FROM OLD.visibility
                     OR NEW.shared_with IS DISTINCT FROM OLD.shared_with
                     OR NEW.editable_by IS DISTINCT FROM OLD.editable_by)
  EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE OR REPLACE TRIGGER stamp_author BEFORE INSERT OR UPDATE ON contact_note
  FOR EACH ROW EXECUTE FUNCTION contacts.stamp_author('created_by', 'created_at');
COMMENT ON TRIGGER inherit_access ON contact_note IS 'Fills the access columns from the contact.';
COMMENT ON TRIGGER inherit_access_again ON contact_note IS 'Nobody gives a row other access columns than the contact''s.';
COMMENT ON TRIGGER stamp_author ON contact_note IS 'Sets created_by and created_at, whatever was written; only the directory''s owner brings entries of others.';
CREATE OR REPLACE TRIGGER inherit_access BEFORE INSERT ON inquiry
  FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE OR REPLACE TRIGGER inherit_access_again BEFORE UPDATE ON inquiry
  FOR EACH ROW WHEN (NEW.contact_id <> OLD.contact_id
                     OR NEW.owner_id IS DISTINCT FROM OLD.owner_id OR NEW.visibility IS DISTINCT FROM OLD.visibility
                     OR NEW.shared_with IS DISTINCT FROM OLD.shared_with
                     OR NEW.editable_by IS DISTINCT FROM OLD.editable_by)
  EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE OR REPLACE TRIGGER stamp_author BEFORE INSERT OR UPDATE ON inquiry
  FOR EACH ROW EXECUTE FUNCTION contacts.stamp_author('created_by', 'created_at');
COMMENT ON TRIGGER inherit_access ON inquiry IS 'Fills the access columns from the contact.';
COMMENT ON TRIGGER inherit_access_again ON inquiry IS 'Nobody gives a row other access columns than the contact''s.';
COMMENT ON TRIGGER stamp_author ON inquiry IS 'Sets created_by and created_at, whatever was written; only the directory''s owner brings entries of others.';
CREATE OR REPLACE TRIGGER inherit_access BEFORE INSERT ON engagement
  FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE OR REPLACE TRIGGER inherit_access_again BEFORE UPDATE ON engagement
  FOR EACH ROW WHEN (NEW.contact_id <> OLD.contact_id
                     OR NEW.owner_id IS DISTINCT FROM OLD.owner_id OR NEW.visibility IS DISTINCT FROM OLD.visibility
                     OR NEW.shared_with IS DISTINCT FROM OLD.shared_with
                     OR NEW.editable_by IS DISTINCT FROM OLD.editable_by)
  EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE OR REPLACE TRIGGER stamp_author BEFORE INSERT OR UPDATE ON engagement
  FOR EACH ROW EXECUTE FUNCTION contacts.stamp_author('created_by', 'created_at');
COMMENT ON TRIGGER inherit_access ON engagement IS 'Fills the access columns from the contact.';
COMMENT ON TRIGGER inherit_access_again ON engagement IS 'Nobody gives a row other access columns than the contact''s.';
COMMENT ON TRIGGER stamp_author ON engagement IS 'Sets created_by and created_at, whatever was written; only the directory''s owner brings entries of others.';
CREATE OR REPLACE TRIGGER inherit_access BEFORE INSERT ON visit
  FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE OR REPLACE TRIGGER inherit_access_again BEFORE UPDATE ON visit
  FOR EACH ROW WHEN (NEW.contact_id <> OLD.contact_id
                     OR NEW.owner_id IS DISTINCT FROM OLD.owner_id OR NEW.visibility IS DISTINCT FROM OLD.visibility
                     OR NEW.shared_with IS DISTINCT FROM OLD.shared_with
                     OR NEW.editable_by IS DISTINCT FROM OLD.editable_by)
  EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE OR REPLACE TRIGGER stamp_author BEFORE INSERT OR UPDATE ON visit
  FOR EACH ROW EXECUTE FUNCTION contacts.stamp_author('created_by', 'created_at');
COMMENT ON TRIGGER inherit_access ON visit IS 'Fills the access columns from the contact.';
COMMENT ON TRIGGER inherit_access_again ON visit IS 'Nobody gives a row other access columns than the contact''s.';
COMMENT ON TRIGGER stamp_author ON visit IS 'Sets created_by and created_at, whatever was written; only the directory''s owner brings entries of others.';

ALTER TABLE contact_note ENABLE ROW LEVEL SECURITY;
CREATE POLICY contact_note_read ON contact_note FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY contact_note_create ON contact_note FOR INSERT
  WITH CHECK (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
              AND contacts.has_permission('staff'::regclass, 'edit'));
CREATE POLICY contact_note_edit ON contact_note FOR UPDATE
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
         AND contacts.has_permission('staff'::regclass, 'edit')
         AND (created_by = contacts.actor() OR contacts.has_permission('staff'::regclass, 'admin')));
CREATE POLICY contact_note_delete ON contact_note FOR DELETE
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
         AND contacts.has_permission('staff'::regclass, 'edit')
         AND (created_by = contacts.actor() OR contacts.has_permission('staff'::regclass, 'admin')));
COMMENT ON POLICY contact_note_read ON contact_note IS 'Who may see the contact.';
COMMENT ON POLICY contact_note_create ON contact_note IS 'Who sees the contact and has permission edit.';
COMMENT ON POLICY contact_note_edit ON contact_note IS 'Who wrote the entry, and admins.';
COMMENT ON POLICY contact_note_delete ON contact_note IS 'Who wrote the entry, and admins.';
ALTER TABLE inquiry ENABLE ROW LEVEL SECURITY;
CREATE POLICY inquiry_read ON inquiry FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY inquiry_create ON inquiry FOR INSERT
  WITH CHECK (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
              AND contacts.has_permission('staff'::regclass, 'edit'));
CREATE POLICY inquiry_edit ON inquiry FOR UPDATE
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
         AND contacts.has_permission('staff'::regclass, 'edit')
         AND (created_by = contacts.actor() OR contacts.has_permission('staff'::regclass, 'admin')));
CREATE POLICY inquiry_delete ON inquiry FOR DELETE
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
         AND contacts.has_permission('staff'::regclass, 'edit')
         AND (created_by = contacts.actor() OR contacts.has_permission('staff'::regclass, 'admin')));
COMMENT ON POLICY inquiry_read ON inquiry IS 'Who may see the contact.';
COMMENT ON POLICY inquiry_create ON inquiry IS 'Who sees the contact and has permission edit.';
COMMENT ON POLICY inquiry_edit ON inquiry IS 'Who wrote the entry, and admins.';
COMMENT ON POLICY inquiry_delete ON inquiry IS 'Who wrote the entry, and admins.';
ALTER TABLE engagement ENABLE ROW LEVEL SECURITY;
CREATE POLICY engagement_read ON engagement FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY engagement_create ON engagement FOR INSERT
  WITH CHECK (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
              AND contacts.has_permission('staff'::regclass, 'edit'));
CREATE POLICY engagement_edit ON engagement FOR UPDATE
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
         AND contacts.has_permission('staff'::regclass, 'edit')
         AND (created_by = contacts.actor() OR contacts.has_permission('staff'::regclass, 'admin')));
CREATE POLICY engagement_delete ON engagement FOR DELETE
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
         AND contacts.has_permission('staff'::regclass, 'edit')
         AND (created_by = contacts.actor() OR contacts.has_permission('staff'::regclass, 'admin')));
COMMENT ON POLICY engagement_read ON engagement IS 'Who may see the contact.';
COMMENT ON POLICY engagement_create ON engagement IS 'Who sees the contact and has permission edit.';
COMMENT ON POLICY engagement_edit ON engagement IS 'Who wrote the entry, and admins.';
COMMENT ON POLICY engagement_delete ON engagement IS 'Who wrote the entry, and admins.';
ALTER TABLE visit ENABLE ROW LEVEL SECURITY;
CREATE POLICY visit_read ON visit FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY visit_create ON visit FOR INSERT
  WITH CHECK (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
              AND contacts.has_permission('staff'::regclass, 'edit'));
CREATE POLICY visit_edit ON visit FOR UPDATE
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
         AND contacts.has_permission('staff'::regclass, 'edit')
         AND (created_by = contacts.actor() OR contacts.has_permission('staff'::regclass, 'admin')));
CREATE POLICY visit_delete ON visit FOR DELETE
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
         AND contacts.has_permission('staff'::regclass, 'edit')
         AND (created_by = contacts.actor() OR contacts.has_permission('staff'::regclass, 'admin')));
COMMENT ON POLICY visit_read ON visit IS 'Who may see the contact.';
COMMENT ON POLICY visit_create ON visit IS 'Who sees the contact and has permission edit.';
COMMENT ON POLICY visit_edit ON visit IS 'Who wrote the entry, and admins.';
COMMENT ON POLICY visit_delete ON visit IS 'Who wrote the entry, and admins.';

CREATE OR REPLACE VIEW activity WITH (security_invoker = true) AS
  SELECT n.contact_id, 'note'::text AS kind, n.note_id AS activity_id, n.created_at AS at, n.created_by AS who,
         NULL::text AS channel, n.body AS summary, NULL::timestamptz AS ended_at
    FROM contact_note n
  UNION ALL
  SELECT i.contact_id, 'inquiry', i.inquiry_id, i.started_at,
         coalesce((SELECT s.login FROM staff s WHERE s.staff_id = i.handled_by), i.created_by),
         i.channel, concat_ws(': ', i.status, i.subject), i.ended_at
    FROM inquiry i
  UNION ALL
  SELECT e.contact_id, 'engagement', e.engagement_id, e.started_at,
         coalesce((SELECT s.login FROM staff s WHERE s.staff_id = e.made_by), e.created_by),
         e.channel, concat_ws(': ', e.outcome, e.subject, coalesce(e.number::text, e.address::text)), e.ended_at
    FROM engagement e
  UNION ALL
  SELECT v.contact_id, 'visit', v.visit_id, v.visited_at, NULL, 'web', coalesce(v.title || ' ' || v.url, v.url), v.left_at
    FROM visit v;
COMMENT ON VIEW activity IS 'Notes, inquiries, engagements and visits as one timeline.';
COMMENT ON COLUMN activity.kind IS 'note, inquiry, engagement or visit.';
COMMENT ON COLUMN activity.activity_id IS 'Key of the entry in the table of its kind.';
COMMENT ON COLUMN activity.at IS 'When it began; of a note, when it was written.';
COMMENT ON COLUMN activity.who IS 'Login of the colleague who handled it or called, else of who wrote it down; NULL for visits.';
COMMENT ON COLUMN activity.ended_at IS 'NULL: has no end, or not known.';
-- Imports: mappings of one's own, and what runs now.

-- The check raises errors of its own, which name what is wrong.
CREATE TABLE import_profile (
  name        text PRIMARY KEY CHECK (name <> '' AND length(name) <= 60),
  format      text NOT NULL DEFAULT 'generic',
  source      text CHECK (source <> '' AND length(source) <= 60),
  columns     jsonb NOT NULL DEFAULT '{}',
  defaults    jsonb NOT NULL DEFAULT '{}',
  options     jsonb NOT NULL DEFAULT '{}',
  description text,
  created_at  timestamptz NOT NULL DEFAULT now(),
  created_by  text NOT NULL DEFAULT contacts.actor(),
  CONSTRAINT import_profile_is_valid CHECK (contacts.check_import_profile(jsonb_build_object(
    'name', name, 'format', format, 'source', source, 'columns', columns, 'defaults', defaults, 'options', options)))
);
COMMENT ON TABLE import_profile IS 'Mappings of one''s own for imports, used by name: import_csv(…, format => ''my-profile'').';
COMMENT ON COLUMN import_profile.name IS 'What the option format of an import names; a built-in format of the name counts before it.';
COMMENT ON COLUMN import_profile.format IS 'The built-in format that it begins with: its columns, rules and limits hold where nothing else is said here.';
COMMENT ON COLUMN import_profile.source IS 'contact.source of what it imports, in which external IDs are unique; NULL: that of the format, of the generic one the name of the profile.';
COMMENT ON COLUMN import_profile.columns IS 'Header of the file to field: {"Surname": "last_name", "Cell": {"field": "phone", "label": "mobile"}, "Notes": null}; null ignores the column.';
COMMENT ON COLUMN import_profile.defaults IS 'What new contacts get where their record says nothing: {"contact_type": "lead", "custom.campaign": "spring"}.';
COMMENT ON COLUMN import_profile.options IS 'Options of the import, as the parameters of import_csv() are called: {"mode": "upsert", "match_by": ["email"], "default_region": "CH"}; what the caller of an import gives counts before them.';

-- Not with the CHECK: a later version may have a format of this name, and the dump must be restored there all the same.
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
  RETURN NEW;
END
$body$;
COMMENT ON FUNCTION _import_profile_name() IS 'Trigger of import_profile: refuses the names of formats.';
CREATE OR REPLACE TRIGGER check_name BEFORE INSERT OR UPDATE OF name ON import_profile
  FOR EACH ROW EXECUTE FUNCTION _import_profile_name();
COMMENT ON TRIGGER check_name ON import_profile IS 'Refuses the names of formats.';

-- While an import runs nobody else sees its import_run. Its id stands in two parameters of its progress report that
-- PostgreSQL does not use for COPY.
CREATE OR REPLACE VIEW import_progress WITH (security_invoker) AS
  SELECT (lpad(to_hex(g.param19), 16, '0') || lpad(to_hex(g.param20), 16, '0'))::uuid AS import_id,
         p.pid, a.usename AS role, a.query_start AS started_at, p.bytes_processed, nullif(p.bytes_total, 0) AS bytes_total,
         round(100.0 * p.bytes_processed / nullif(p.bytes_total, 0), 1) AS percent,
         p.tuples_processed AS imported, p.tuples_excluded AS excluded
    FROM pg_stat_progress_copy p
    JOIN pg_stat_get_progress_info('COPY') AS g
      ON g.pid = p.pid AND g.param19 <> 0
    LEFT JOIN pg_stat_activity a ON a.pid = p.pid
   WHERE p.datid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
     AND (SELECT t.relnamespace FROM pg_class t WHERE t.oid = p.relid)
         = (SELECT c.relnamespace FROM pg_class c WHERE c.oid = 'contact'::regclass);
COMMENT ON VIEW import_progress IS 'Imports into this directory that run now, of roles that the reader is a member of; all of them for who has pg_read_all_stats.';
COMMENT ON COLUMN import_progress.import_id IS 'import_id of the import_run to come.';
COMMENT ON COLUMN import_progress.pid IS 'Process of the backend; pg_cancel_backend(pid) ends the import, and nothing of it remains.';
COMMENT ON COLUMN import_progress.role IS 'Role of the session.';
COMMENT ON COLUMN import_progress.bytes_total IS 'Size of the file; NULL where it is not known, as with COPY from a client.';
COMMENT ON COLUMN import_progress.imported IS 'Records that were inserted, updated or left as they are; rows given to a view by COPY.';
COMMENT ON COLUMN import_progress.excluded IS 'Records that failed or were blank.';
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
         custom = (c.custom || b.custom) - b.custom_removed
    FROM contacts.import_batch('contact_update')
      AS b(contact_id uuid, organization_id uuid, contact_type text, contact_level text, name_prefix text,
           first_name text, middle_name text, last_name text, name_suffix text, nickname text,
           phonetic_first_name text, phonetic_last_name text, job_title text, department text, location text,
           birth_date date, birth_year_known boolean, language text, websites text,
           custom jsonb, custom_removed text[])
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
    on_duplicate text, dry_run boolean, max_errors bigint, date_order text, escape text, max_field_bytes bigint)
  RETURNS jsonb
  LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
  SELECT jsonb_strip_nulls(jsonb_build_object(
           'format', format, 'mode', mode, 'default_region', default_region, 'encoding', encoding,
           'delimiter', delimiter, 'quote', quote, 'empty_cells', empty_cells, 'visibility', visibility,
           'owner', owner, 'strict', strict, 'file_name', file_name, 'max_bytes', max_bytes,
           'match_by', array_to_string(match_by, ','), 'on_duplicate', on_duplicate,
           'dry_run', nullif(dry_run, false), 'max_errors', max_errors, 'date_order', date_order, 'escape', escape,
           'max_field_bytes', max_field_bytes));
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
    escape text DEFAULT NULL, max_field_bytes bigint DEFAULT NULL)
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
           import_csv.max_field_bytes)));
END;
COMMENT ON FUNCTION import_csv IS 'Imports a CSV file of any dialect; the row of import_run. format: auto, a format of contacts.format_field() or a name of import_profile; mode: insert, update or upsert, by default what the product does; match_by: contact_id, external_id, email, phone, in order, how a record finds its contact; on_duplicate: insert, skip, update or error; default_region: ISO 3166-1 alpha-2, whose national phone notation is understood; date_order: mdy, dmy or ymd; empty_cells: keep or clear fields on update; visibility and owner (login) of new contacts; strict: the product''s own limits are errors; dry_run: the same result, nothing stored but import_run and import_error; max_errors, max_bytes: give up (54000) beyond. One bad record never costs another: see import_error and error_file(). docs/import.md has all of it.';

CREATE OR REPLACE FUNCTION import_large_object(
    loid oid, format text DEFAULT 'auto', mode text DEFAULT NULL, default_region text DEFAULT NULL,
    encoding text DEFAULT NULL, delimiter text DEFAULT NULL, quote text DEFAULT NULL, empty_cells text DEFAULT NULL,
    visibility text DEFAULT NULL, owner text DEFAULT NULL, strict boolean DEFAULT NULL, file_name text DEFAULT NULL,
    max_bytes bigint DEFAULT NULL, match_by text[] DEFAULT NULL, on_duplicate text DEFAULT NULL,
    dry_run boolean DEFAULT false, max_errors bigint DEFAULT NULL, date_order text DEFAULT NULL,
    escape text DEFAULT NULL, max_field_bytes bigint DEFAULT NULL)
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
           import_large_object.max_field_bytes)));
END;
COMMENT ON FUNCTION import_large_object IS 'As import_csv(), the file being a large object that the caller may read: psql''s \lo_import brings one in from any client, of any size.';

CREATE OR REPLACE FUNCTION import_file(
    path text, format text DEFAULT 'auto', mode text DEFAULT NULL, default_region text DEFAULT NULL,
    encoding text DEFAULT NULL, delimiter text DEFAULT NULL, quote text DEFAULT NULL, empty_cells text DEFAULT NULL,
    visibility text DEFAULT NULL, owner text DEFAULT NULL, strict boolean DEFAULT NULL, file_name text DEFAULT NULL,
    max_bytes bigint DEFAULT NULL, match_by text[] DEFAULT NULL, on_duplicate text DEFAULT NULL,
    dry_run boolean DEFAULT false, max_errors bigint DEFAULT NULL, date_order text DEFAULT NULL,
    escape text DEFAULT NULL, max_field_bytes bigint DEFAULT NULL)
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
           import_file.date_order, import_file.escape, import_file.max_field_bytes)));
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
-- Files out of a directory: contacts, the failed records of an import, templates.

CREATE OR REPLACE FUNCTION export_csv(format text, guard boolean DEFAULT true) RETURNS SETOF text
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT contacts.export_csv('contact'::regclass, export_csv.format, export_csv.guard);
END;
COMMENT ON FUNCTION export_csv(text, boolean) IS 'The contacts that the caller sees as a CSV file of a format, a record a row, header first, in order of contact_id. It streams: use it in a select list or in FROM, with psql''s \g FILE or a cursor, for any number of contacts. guard: values that a spreadsheet would take for formulas (CWE-1236), phone numbers with + among them, get an apostrophe, which an import takes off; false: for programs. Format vcard: cards of version 4.0, a card a row, whose lines end with CRLF but for the last; guard does not matter. Errors: 22023 for an unknown format, 42501 without the permission export.';

-- The failed records of an import, as they were in the file, with their errors in a column that every import
-- ignores: to be corrected and imported again.
CREATE OR REPLACE FUNCTION error_file(import_id uuid DEFAULT NULL, guard boolean DEFAULT true) RETURNS SETOF text
  LANGUAGE sql STABLE
BEGIN ATOMIC
  WITH run AS (
    SELECT r.import_id, r.delimiter, r.delimiter IS NULL AS has_cards, r.header,
           -- An error file that failed again has its error column already.
           (SELECT min(h.ordinality)::int FROM unnest(r.header) WITH ORDINALITY AS h(name, ordinality)
             WHERE lower(trim(h.name)) = 'error detail') AS error_at
      FROM import_run r
     WHERE r.import_id = coalesce(error_file.import_id, (SELECT max_run.import_id FROM import_run max_run
                                                          ORDER BY max_run.import_id DESC LIMIT 1))
  ), width AS (
    SELECT run.*, coalesce(run.error_at, cardinality(run.header) + 1) AS at FROM run
  ), failed AS (
    SELECT e.record, min(e.ordinal) AS first_ordinal,
           string_agg(coalesce(e.column_name || ': ', '') || e.message, '; ' ORDER BY e.ordinal)
             FILTER (WHERE e.severity = 'error') AS detail
      FROM import_error e JOIN run ON run.import_id = e.import_id
     WHERE e.record IS NOT NULL
     GROUP BY e.record
    HAVING bool_or(e.severity = 'error')
  )
  SELECT CASE WHEN w.has_cards THEN contacts.vcard_with_error(f.cells[1], f.detail)
              WHEN error_file.guard THEN contacts.csv_guarded_record(f.cells, w.delimiter)
              ELSE contacts.csv_record(f.cells, w.delimiter) END
    FROM width w,
         LATERAL (
           SELECT 0::bigint AS record, NULL::text AS detail,
                  w.header[:w.at - 1] || 'Error Detail'::text || w.header[w.at + 1:] AS cells
            WHERE NOT w.has_cards
            UNION ALL
           -- Cells that a short record lacks are filled up, so that the error stands in its column.
           SELECT f.record, f.detail,
                  CASE WHEN w.has_cards THEN e.cells
                       ELSE e.cells[:w.at - 1] || array_fill(''::text, ARRAY[greatest(w.at - 1 - cardinality(e.cells), 0)])
                            || f.detail || e.cells[CASE WHEN w.error_at IS NULL THEN w.at ELSE w.at + 1 END:] END
             FROM failed f
             JOIN import_error e ON e.import_id = w.import_id AND e.ordinal = f.first_ordinal) AS f
   ORDER BY f.record;
END;
COMMENT ON FUNCTION error_file(uuid, boolean) IS 'The failed records of an import (NULL: the last one that is visible) as a CSV file, a record a row, header first: the original columns and "Error Detail". Correct and import it again; the column may stay. Of an import of vCards: the failed cards, with their errors in X-CONTACTS-ERROR. guard: cells that a spreadsheet would take for formulas get an apostrophe, which the import takes off.';

CREATE OR REPLACE FUNCTION csv_template(format text) RETURNS SETOF text
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT contacts.check_permission('staff'::regclass, 'export');
  SELECT contacts.csv_record(array_agg(f.header ORDER BY f.position))
    FROM contacts.format_field() f
   WHERE f.format = csv_template.format AND f.in_view AND f.target <> 'ignored'
   GROUP BY f.format;
END;
COMMENT ON FUNCTION csv_template(text) IS 'The header of a format as the product documents it, as a CSV record; no row for an unknown format. Error 42501 without the permission export.';

-- Views: what applications show. All act with the rights of who reads them. What is joined stands as a sub-select in the
-- column list: one that is not asked for costs nothing, and one that is costs a look-up a row.

CREATE OR REPLACE VIEW contact_card WITH (security_invoker = true) AS
  SELECT c.contact_id,
         coalesce(nullif(concat_ws(' ', c.first_name, c.middle_name, c.last_name), ''), c.nickname,
                  (SELECT o.name FROM organization o WHERE o.organization_id = c.organization_id),
                  (SELECT coalesce(p.number::text, p.entered) FROM contact_phone p
                    WHERE p.contact_id = c.contact_id ORDER BY p.position LIMIT 1),
                  (SELECT e.address::text FROM contact_email e
                    WHERE e.contact_id = c.contact_id ORDER BY e.position LIMIT 1)) AS display_name,
         c.first_name, c.last_name, c.nickname,
         c.organization_id,
         (SELECT o.name FROM organization o WHERE o.organization_id = c.organization_id) AS organization_name,
         c.job_title, c.department,
         (SELECT p.number FROM contact_phone p
           WHERE p.contact_id = c.contact_id AND p.number IS NOT NULL ORDER BY p.position LIMIT 1) AS primary_phone,
         (SELECT e.address FROM contact_email e
           WHERE e.contact_id = c.contact_id ORDER BY e.position LIMIT 1) AS primary_email,
         (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                   'label', p.label, 'number', contacts.phone_base(p.number)::text,
                   'extension', contacts.phone_extension(p.number), 'entered', p.entered, 'accepts_sms', p.accepts_sms))
                 ORDER BY p.position)
            FROM contact_phone p WHERE p.contact_id = c.contact_id) AS phones,
         (SELECT jsonb_agg(jsonb_build_object('label', e.label, 'address', e.address::text) ORDER BY e.position)
            FROM contact_email e WHERE e.contact_id = c.contact_id) AS emails,
         (SELECT array_agg(g.name ORDER BY g.name)
            FROM contact_group_member m JOIN contact_group g ON g.group_id = m.group_id
           WHERE m.contact_id = c.contact_id) AS groups,
         c.contact_type, c.contact_level, c.visibility, c.owner_id,
         (SELECT s.login FROM staff s WHERE s.staff_id = c.owner_id) AS owner_login,
         (SELECT s.display_name FROM staff s WHERE s.staff_id = c.owner_id) AS owner_name,
         contacts.may_edit('staff'::regclass, c.owner_id, c.visibility, c.editable_by) AS can_edit,
         EXISTS (SELECT FROM favorite f
                  WHERE f.staff_id = contacts.acting_staff('staff'::regclass)
                    AND f.favorite_id = c.contact_id) AS is_favorite,
         c.merged_into, c.version, c.created_at, c.created_by, c.updated_at, c.updated_by
    FROM contact c;
COMMENT ON VIEW contact_card IS 'A contact in one row, with its phones and e-mail addresses.';
COMMENT ON COLUMN contact_card.display_name IS 'First, middle and last name; without them the nickname, organization, first phone or first e-mail address.';
COMMENT ON COLUMN contact_card.primary_phone IS 'The first phone number. To find a contact by a number, look in contact_phone.';
COMMENT ON COLUMN contact_card.primary_email IS 'The first e-mail address.';
COMMENT ON COLUMN contact_card.phones IS 'In order, as update_contact() takes them: label, number, extension, entered, accepts_sms; NULL: none.';
COMMENT ON COLUMN contact_card.emails IS 'In order: label, address; NULL: none.';
COMMENT ON COLUMN contact_card.groups IS 'Names of the groups it is in; NULL: none.';
COMMENT ON COLUMN contact_card.owner_login IS 'Login of the colleague whose contact it is.';
COMMENT ON COLUMN contact_card.can_edit IS 'Whether who acts may change it.';
COMMENT ON COLUMN contact_card.is_favorite IS 'Whether it is a favourite of who acts.';

CREATE OR REPLACE VIEW company_contact WITH (security_invoker = true) AS
  SELECT s.staff_id, s.kind, s.display_name, s.first_name, s.last_name, s.job_title, s.department, s.location, s.email,
         (SELECT jsonb_agg(jsonb_build_object('service', x.service, 'extension', x.extension)
                           ORDER BY x.service, x.extension)
            FROM staff_extension x WHERE x.staff_id = s.staff_id) AS extensions,
         (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                   'label', p.label, 'number', contacts.phone_base(p.number)::text,
                   'extension', contacts.phone_extension(p.number), 'entered', p.entered)) ORDER BY p.position)
            FROM staff_phone p WHERE p.staff_id = s.staff_id) AS phones,
         s.avatar, s.presence, s.status_message,
         EXISTS (SELECT FROM favorite f
                  WHERE f.staff_id = contacts.acting_staff('staff'::regclass)
                    AND f.favorite_id = s.staff_id) AS is_favorite
    FROM staff s;
COMMENT ON VIEW company_contact IS 'Colleagues, auto attendants, call groups and queues: the company''s own contacts.';
COMMENT ON COLUMN company_contact.kind IS 'person, auto_attendant, call_group or call_queue.';
COMMENT ON COLUMN company_contact.extensions IS 'service, extension; NULL: none.';
COMMENT ON COLUMN company_contact.phones IS 'Outside numbers in order: label, number, extension, entered; NULL: none.';
COMMENT ON COLUMN company_contact.avatar IS 'URL of a picture.';
COMMENT ON COLUMN company_contact.is_favorite IS 'Whether the colleague is a favourite of who acts.';

CREATE OR REPLACE VIEW external_contact WITH (security_invoker = true) AS
  SELECT * FROM contact_card WHERE visibility <> 'personal' AND merged_into IS NULL;
COMMENT ON VIEW external_contact IS 'Contacts outside the company that are not personal; columns as contact_card.';

CREATE OR REPLACE VIEW my_contact WITH (security_invoker = true) AS
  SELECT * FROM contact_card WHERE owner_id = contacts.acting_staff('staff'::regclass) AND merged_into IS NULL;
COMMENT ON VIEW my_contact IS 'The contacts of who acts, personal ones included; columns as contact_card.';

CREATE OR REPLACE VIEW favorite_contact WITH (security_invoker = true) AS
  SELECT f.favorite_id, 'contact'::text AS kind, c.display_name, c.organization_name, c.job_title, c.primary_phone,
         c.primary_email, NULL::text AS presence, NULL::text AS status_message, f.added_at
    FROM favorite f JOIN contact_card c ON c.contact_id = f.contact_id
   WHERE f.staff_id = contacts.acting_staff('staff'::regclass)
  UNION ALL
  SELECT f.favorite_id, s.kind, s.display_name, NULL, s.job_title,
         (SELECT p.number FROM staff_phone p
           WHERE p.staff_id = s.staff_id AND p.number IS NOT NULL ORDER BY p.position LIMIT 1),
         s.email, s.presence, s.status_message, f.added_at
    FROM favorite f JOIN staff s ON s.staff_id = f.colleague_id
   WHERE f.staff_id = contacts.acting_staff('staff'::regclass);
COMMENT ON VIEW favorite_contact IS 'Favourites of who acts: contacts and colleagues.';
COMMENT ON COLUMN favorite_contact.favorite_id IS 'contact_id, or staff_id of a colleague.';
COMMENT ON COLUMN favorite_contact.kind IS 'contact, or the kind of a colleague: person, auto_attendant, call_group, call_queue.';

CREATE OR REPLACE VIEW contact_sharing WITH (security_invoker = true) AS
  SELECT c.contact_id, c.visibility,
         (SELECT s.login FROM staff s WHERE s.staff_id = c.owner_id) AS owner_login,
         (SELECT s.display_name FROM staff s WHERE s.staff_id = c.owner_id) AS owner_name,
         c.created_at, c.created_by,
         (SELECT s.login FROM staff s WHERE s.staff_id = h.staff_id) AS shared_with_login,
         (SELECT s.display_name FROM staff s WHERE s.staff_id = h.staff_id) AS shared_with_name,
         h.can_edit, h.shared_by, h.shared_at
    FROM contact c LEFT JOIN contact_share h ON h.contact_id = c.contact_id;
COMMENT ON VIEW contact_sharing IS 'Who owns a contact, who made it when, and with whom it is shared: one row a share, one without where there is none.';
COMMENT ON COLUMN contact_sharing.owner_login IS 'Login of the colleague whose contact it is.';
COMMENT ON COLUMN contact_sharing.created_by IS 'Login of who created the contact.';
COMMENT ON COLUMN contact_sharing.shared_with_login IS 'Login of the colleague it is shared with; NULL in all columns of the share: with nobody.';
COMMENT ON COLUMN contact_sharing.can_edit IS 'Whether he may edit it, too.';
COMMENT ON COLUMN contact_sharing.shared_by IS 'Login of who shared it.';

CREATE OR REPLACE FUNCTION contact_profile(contact_id uuid) RETURNS jsonb
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT jsonb_build_object(
           'contact', to_jsonb(c) - '{search,shared_with,editable_by}'::text[],
           'display_name', k.display_name,
           'can_edit', k.can_edit,
           'is_favorite', k.is_favorite,
           'phones', coalesce(k.phones, '[]'),
           'emails', coalesce(k.emails, '[]'),
           'addresses', coalesce((SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                'label', a.label, 'street', a.street, 'street2', a.street2, 'city', a.city, 'region', a.region,
                'postal_code', a.postal_code, 'country', coalesce(a.country, a.country_entered)))
                ORDER BY a.position)
              FROM contact_address a WHERE a.contact_id = c.contact_id), '[]'),
           'socials', coalesce((SELECT jsonb_agg(jsonb_build_object(
                'label', s.label, 'network', s.network, 'handle', s.handle) ORDER BY s.position)
              FROM contact_social s WHERE s.contact_id = c.contact_id), '[]'),
           'groups', coalesce(to_jsonb(k.groups), '[]'),
           'organization', (SELECT to_jsonb(o) FROM organization o WHERE o.organization_id = c.organization_id),
           'sharing', jsonb_build_object(
              'owner_login', k.owner_login, 'owner_name', k.owner_name,
              'shares', coalesce((SELECT jsonb_agg(jsonb_build_object(
                   'login', h.shared_with_login, 'display_name', h.shared_with_name, 'can_edit', h.can_edit,
                   'shared_by', h.shared_by, 'shared_at', h.shared_at) ORDER BY h.shared_at, h.shared_with_login)
                 FROM contact_sharing h WHERE h.contact_id = c.contact_id AND h.shared_at IS NOT NULL), '[]')),
           'activity', coalesce((SELECT jsonb_agg(to_jsonb(x) - 'contact_id' ORDER BY x.at DESC)
              FROM (SELECT * FROM activity v WHERE v.contact_id = c.contact_id ORDER BY v.at DESC LIMIT 20) AS x), '[]'))
    FROM contact c JOIN contact_card k ON k.contact_id = c.contact_id
   WHERE c.contact_id = contact_profile.contact_id;
END;
COMMENT ON FUNCTION contact_profile(uuid) IS 'All of a contact as one object: contact (its columns), phones, emails, addresses, socials and groups as create_contact() takes them, organization, sharing, and the last 20 of its activity. NULL where who acts sees no such contact. STABLE: reads the directory.';
-- Writing a contact with its parts in one call: for applications that speak JSON. What is written is ordinary rows, with
-- the rights of the caller: policies and triggers hold.

-- ---- what the keys of an object may be

CREATE OR REPLACE FUNCTION _draft_keys() RETURNS TABLE (key text, kind text)
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

CREATE OR REPLACE FUNCTION _draft_entry_keys() RETURNS TABLE (list text, key text, kind text)
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

CREATE OR REPLACE FUNCTION _draft_stamps() RETURNS text[]
  LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
  SELECT '{contact_id,version,created_at,created_by,updated_at,updated_by,import_id,merged_into,shared_with,editable_by}'::text[];
END;
COMMENT ON FUNCTION _draft_stamps() IS 'What contact_as_of() gives and nobody writes: ignored in an object that has both "contact_id" and "version", an error in others.';

CREATE OR REPLACE FUNCTION _is_date(value text) RETURNS boolean
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
CREATE OR REPLACE FUNCTION _is_of_kind(value jsonb, kind text) RETURNS boolean
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

CREATE OR REPLACE FUNCTION _kind_rule(kind text) RETURNS text
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
CREATE OR REPLACE FUNCTION _check_draft(fields jsonb, creates boolean) RETURNS boolean
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
CREATE OR REPLACE FUNCTION _draft_contact(fields jsonb)
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

CREATE OR REPLACE FUNCTION _draft_entries(fields jsonb, list text) RETURNS TABLE (ordinal int, label text, entry jsonb)
  LANGUAGE sql STABLE ROWS 3
BEGIN ATOMIC
  SELECT n.ordinality::int, coalesce(lower(nullif(n.entry ->> 'label', '') COLLATE "C"), 'other'), n.entry
    FROM jsonb_array_elements(CASE jsonb_typeof(fields -> list) WHEN 'array' THEN fields -> list ELSE '[]' END)
           WITH ORDINALITY AS n(entry, ordinality);
END;
COMMENT ON FUNCTION _draft_entries(jsonb, text) IS 'The entries of a list, from 1.';

CREATE OR REPLACE FUNCTION _write_phones(contact_id uuid, fields jsonb) RETURNS boolean
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

CREATE OR REPLACE FUNCTION _write_emails(contact_id uuid, fields jsonb) RETURNS boolean
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

CREATE OR REPLACE FUNCTION _write_addresses(contact_id uuid, fields jsonb) RETURNS boolean
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

CREATE OR REPLACE FUNCTION _write_socials(contact_id uuid, fields jsonb) RETURNS boolean
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
CREATE OR REPLACE FUNCTION _write_groups(contact_id uuid, fields jsonb) RETURNS boolean
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

CREATE OR REPLACE FUNCTION _write_parts(contact_id uuid, fields jsonb) RETURNS boolean
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

CREATE OR REPLACE FUNCTION _insert_contact(contact_id uuid, fields jsonb) RETURNS uuid
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

CREATE OR REPLACE FUNCTION create_contact(fields jsonb) RETURNS uuid
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT _insert_contact(contacts.uuid_v7(), fields);
END;
COMMENT ON FUNCTION create_contact(jsonb) IS 'Creates a contact; its contact_id. Keys are columns of contact, lists "phones" (label, number in any notation, extension, accepts_sms, entered), "emails" (label, address), "addresses" (label, street, street2, city, region, postal_code, country), "socials" (label, network, handle), "groups" (names), and the object "custom". It belongs to who acts and is restricted unless said otherwise. It takes what contact_as_of() gives, too: the order of a list counts, not "position"; and of an object with both "contact_id" and "version" these are ignored, as are created_at, created_by, updated_at, updated_by, import_id, merged_into, shared_with and editable_by. Errors name the key: 22023 unknown keys and values of another kind, 22P02 no phone number or e-mail address, 42501 not allowed.';

CREATE OR REPLACE FUNCTION update_contact(contact_id uuid, fields jsonb, expected_version int DEFAULT NULL) RETURNS int
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
-- Reading the history. With the caller's rights: nobody sees more of a contact's past than of the contact.

CREATE OR REPLACE VIEW recent_change WITH (security_invoker) AS
  SELECT r.contact_id, r.version, r.changed_at, r.changed_by, r.action, r.changes, r.import_id
    FROM (SELECT l.contact_id, l.version, l.changed_at, l.changed_by, l.action, l.changes, l.import_id,
                 row_number() OVER (PARTITION BY l.contact_id ORDER BY l.version DESC) AS place
            FROM change_log l) AS r
   WHERE r.place <= 5;
COMMENT ON VIEW recent_change IS 'The last five changes of each contact.';

-- Entries are undone from the last one back to the first after the time, whatever their own times: one that waited for
-- another bears an earlier time. Of each field, custom field and part the oldest of them says what was there before.
CREATE OR REPLACE FUNCTION contact_as_of(contact_id uuid, "time" timestamptz) RETURNS jsonb
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

CREATE OR REPLACE FUNCTION undo_import(import_id uuid)
  RETURNS TABLE (contact_id uuid, name text, changed_by text, changed_at timestamptz, reason text)
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT u.contact_id, u.name, u.changed_by, u.changed_at, u.reason
    FROM contacts.undo_import('contact'::regclass, undo_import.import_id) AS u;
END;
COMMENT ON FUNCTION undo_import(uuid) IS 'Takes back what an import did: removes contacts, organizations and groups that it created, restores contacts that it updated. With the caller''s rights. Leaves contacts that somebody changed since and returns them: who, when, and why they were left. A notice with the totals. Undoing twice does nothing more. Error P0002 where there is no such import.';
-- Finding: one box for everything, and who is calling. Both are one statement, with the rights of who asks: planned
-- into the caller's statement, and with it when that is prepared. Conditions are leakproof, so that indexes are used
-- below policies.

-- What is typed becomes patterns once; each step is taken only where those before found too little. What would have
-- to be ranked is bounded: of a hundred thousand matches the first thousand compete, with one's own and favourites.
CREATE OR REPLACE FUNCTION search(query text, max_results int DEFAULT 20)
  RETURNS TABLE (kind text, id uuid, display_name text, organization_name text, job_title text,
                 matched text, matched_value text, is_favorite boolean, is_own boolean, rank real)
  LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH wanted AS MATERIALIZED (
    SELECT least(greatest(coalesce(search.max_results, 20), 0), 1000) AS results,
           contacts.search_query(search.query, w.alias || '{"finished": true}') AS finished,
           contacts.search_query(search.query, w.alias) AS strict,
           contacts.search_query(search.query, '{"whole_words": true}') AS exact,
           contacts.search_query(search.query, w.alias || '{"tolerant": true}') AS tolerant,
           contacts.acting_staff('staff'::regclass) AS staff_id,
           ARRAY(SELECT f.favorite_id FROM favorite f
                  WHERE f.staff_id = contacts.acting_staff('staff'::regclass)) AS favorites
      FROM (SELECT jsonb_build_object('alias', name_alias(search.query)) AS alias OFFSET 0) AS w
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
  exact AS MATERIALIZED (
    SELECT c.contact_id, c.owner_id, c.search, 3 AS step
      FROM contact c
     WHERE c.search @@ (SELECT w.exact FROM wanted w) AND c.merged_into IS NULL
     LIMIT 1000
  ),
  -- All words but the last one whole: costs least where a word is common.
  finished AS MATERIALIZED (
    SELECT c.contact_id, c.owner_id, c.search, 2 AS step
      FROM contact c
     WHERE c.search @@ (SELECT w.finished FROM wanted w) AND c.merged_into IS NULL
       AND (SELECT w.finished::text <> w.strict::text FROM wanted w)
       AND (SELECT count(*) FROM exact) < (SELECT w.results FROM wanted w)
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
    SELECT f.broad + f.finished + f.strict AS number, f.exact > 0 AS is_exact,
           greatest(f.exact, f.finished, f.strict, 5 * f.broad) >= 1000 AS is_cut
      FROM (SELECT (SELECT count(*) FROM exact) AS exact, (SELECT count(*) FROM broad) AS broad,
                   (SELECT count(*) FROM finished) AS finished, (SELECT count(*) FROM strict) AS strict) AS f
  ),
  -- Where not all could be looked at: one's own and favourites among the others.
  near AS MATERIALIZED (
    SELECT c.contact_id, c.owner_id, c.search, 0 AS step
      FROM (SELECT d.contact_id, d.owner_id, d.search FROM contact d
             WHERE d.owner_id = contacts.acting_staff('staff'::regclass) AND d.merged_into IS NULL
             LIMIT 1000) AS c
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
  part AS MATERIALIZED (
    SELECT e.contact_id, NULL::uuid AS staff_id, e.owner_id, 'email' AS matched, e.address::text AS value,
           CASE WHEN e.address = contacts.email_try_parse(search.query) THEN 3 ELSE 2 END AS step
      FROM (SELECT a.contact_id, a.owner_id, a.address FROM contact_email a
             WHERE a.address ^@ search.query AND CASE WHEN octet_length(search.query) <= 254 THEN search.query ~ '^\s*\S{2,}\s*$' END LIMIT 200) AS e
    UNION ALL
    SELECT e.contact_id, NULL::uuid, e.owner_id, 'domain'::text, e.address::text, 2
      FROM (SELECT a.contact_id, a.owner_id, a.address FROM contact_email a
             WHERE contacts.email_domain(a.address) ~>=~ (SELECT contacts.email_domain_prefix(ltrim(left(search.query, 300), ' @')))
               AND contacts.email_domain(a.address) ~<~ (SELECT contacts.email_domain_prefix(ltrim(left(search.query, 300), ' @')) || '~')
               AND CASE WHEN octet_length(search.query) <= 254 THEN search.query ~ '^\s*(@\S+|[^\s@]+\.[^\s@]*)\s*$' END LIMIT 200) AS e
    UNION ALL
    SELECT p.contact_id, NULL::uuid, p.owner_id, 'phone'::text, p.number::text,
           CASE WHEN contacts.phone_base(p.number)::text = t.prefix THEN 3 ELSE 2 END
      FROM unnest((SELECT CASE WHEN length(contacts.phone_digits(search.query)) >= 3
                               THEN contacts.phone_prefixes(search.query) END)) AS t(prefix)
     CROSS JOIN LATERAL (SELECT a.contact_id, a.owner_id, a.number FROM contact_phone a
                          WHERE a.number ^@ t.prefix LIMIT 100) AS p
    UNION ALL
    SELECT p.contact_id, NULL::uuid, p.owner_id, 'phone'::text, p.number::text, 2
      FROM (SELECT a.contact_id, a.owner_id, a.number FROM contact_phone a
             WHERE contacts.phone_suffix(a.number, 4) = right(contacts.phone_digits(search.query), 4)
               AND contacts.phone_suffix(a.number, length(contacts.phone_digits(search.query)))
                   = contacts.phone_digits(search.query)
               AND length(contacts.phone_digits(search.query)) >= 4 AND left(ltrim(search.query), 1) <> '+' LIMIT 200) AS p
    UNION ALL
    SELECT NULL::uuid, s.staff_id, NULL::uuid, 'email'::text, s.email::text,
           CASE WHEN s.email = contacts.email_try_parse(search.query) THEN 3 ELSE 2 END
      FROM staff s WHERE s.email ^@ search.query AND CASE WHEN octet_length(search.query) <= 254 THEN search.query ~ '^\s*\S{2,}\s*$' END
    UNION ALL
    SELECT NULL::uuid, p.staff_id, NULL::uuid, 'phone'::text, p.number::text,
           CASE WHEN contacts.phone_base(p.number)::text = t.prefix THEN 3 ELSE 2 END
      FROM unnest((SELECT CASE WHEN length(contacts.phone_digits(search.query)) >= 3
                               THEN contacts.phone_prefixes(search.query) END)) AS t(prefix)
     CROSS JOIN LATERAL (SELECT a.staff_id, a.number FROM staff_phone a WHERE a.number ^@ t.prefix LIMIT 100) AS p
    UNION ALL
    SELECT NULL::uuid, p.staff_id, NULL::uuid, 'phone'::text, p.number::text, 2
      FROM staff_phone p
     WHERE contacts.phone_suffix(p.number, 4) = right(contacts.phone_digits(search.query), 4)
       AND contacts.phone_suffix(p.number, length(contacts.phone_digits(search.query)))
           = contacts.phone_digits(search.query)
       AND length(contacts.phone_digits(search.query)) >= 4 AND left(ltrim(search.query), 1) <> '+'
    UNION ALL
    SELECT NULL::uuid, x.staff_id, NULL::uuid, 'extension'::text, x.extension, 3
      FROM staff_extension x WHERE x.extension = btrim(left(search.query, 100))
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

-- The rare parts of identify(). Each table and step of a plan costs every execution, reached or not: these are planned
-- only where they are called, since they are not inlined (for being STRICT, or scalar with a sub-select). Of NULL
-- the colleagues are not even called.
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

CREATE OR REPLACE FUNCTION _identify_colleague(number text, dialled text)
  RETURNS TABLE (kind text, id uuid, display_name text, organization_name text, job_title text, phone contacts.phone,
                 label text, matched text, is_own boolean, nearness int, "position" int)
  LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT s.kind, s.staff_id, s.display_name, NULL::text, s.job_title, x.number, x.label, x.matched, false, 1, x.position
    FROM (SELECT p.staff_id, p.number, p.label,
                 CASE WHEN p.number = contacts.phone_try_parse(_identify_colleague.number) THEN 'exact' ELSE 'line' END AS matched,
                 p.position
            FROM staff_phone p
           WHERE contacts.phone_same_line(p.number, contacts.phone_try_parse(_identify_colleague.number))
             AND (p.number = contacts.phone_try_parse(_identify_colleague.number)
                  OR NOT _identify_exact(_identify_colleague.number, _identify_colleague.dialled))
          UNION ALL
          SELECT e.staff_id, NULL::contacts.phone, e.service, 'extension'::text, 0
            FROM staff_extension e WHERE e.extension = _identify_colleague.dialled) AS x
    JOIN staff s ON s.staff_id = x.staff_id;
END;
COMMENT ON FUNCTION _identify_colleague(text, text) IS 'Of identify(): colleagues by their number (+ and digits, or empty) and by their extension.';

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
  SELECT f.kind, f.id, f.display_name, f.organization_name, f.job_title, f.phone, f.label, f.matched,
         f.is_favorite, f.is_own,
         f.asked IS NOT NULL
           AND coalesce(contacts.is_listed('blocked_number'::regclass, 'staff'::regclass,
                                           'call' || contacts.phone_base(f.asked)::text),
                        is_blocked(f.asked::text, 'call'))
    FROM (SELECT m.*, n.number AS asked,
                 coalesce(contacts.is_listed('favorite'::regclass, 'staff'::regclass, m.id::text),
                          _is_favorite(m.id)) AS is_favorite
            FROM (SELECT contacts.phone_try_parse(identify.number, identify.region) AS number,
                         btrim(identify.number) AS dialled OFFSET 0) AS n
           CROSS JOIN LATERAL (
             SELECT 'contact' AS kind, c.contact_id AS id,
                    coalesce(nullif(concat_ws(' ', c.first_name, c.middle_name, c.last_name), ''), c.nickname,
                             o.name) AS display_name,
                    o.name AS organization_name, c.job_title, p.number AS phone, p.label,
                    CASE WHEN p.number = n.number THEN 'exact' ELSE 'line' END AS matched,
                    coalesce(c.owner_id = contacts.acting_staff('staff'::regclass), false) AS is_own,
                    CASE c.visibility WHEN 'company' THEN 2 ELSE 3 END AS nearness, p.position
               FROM contact_phone p
               JOIN contact c ON c.contact_id = p.contact_id
               LEFT JOIN organization o ON o.organization_id = c.organization_id
              WHERE contacts.phone_same_line(p.number, n.number) AND c.merged_into IS NULL
                AND (p.number = n.number OR NOT _identify_exact(n.number::text, n.dialled))
             UNION ALL
             SELECT s.kind, s.id, s.display_name, s.organization_name, s.job_title, s.phone, s.label, s.matched,
                    s.is_own, s.nearness, s.position
               FROM _identify_colleague(
                      CASE WHEN coalesce(contacts.is_listed('staff_phone'::regclass, 'staff'::regclass,
                                                            coalesce(contacts.phone_base(n.number)::text, ''))
                                         OR contacts.is_listed('staff_extension'::regclass, 'staff'::regclass, n.dialled),
                                         true)
                           THEN coalesce(n.number::text, '') END, n.dialled) AS s) AS m) AS f
   ORDER BY f.is_favorite DESC, f.is_own DESC, f.nearness, f.position, f.display_name, f.id;
END;
COMMENT ON FUNCTION identify(text, text) IS 'Whose number this is: contacts and colleagues with exactly this number (extension included), colleagues with this extension; only where there are none, those with the same line and another extension; never by the last digits. Ranked: favourites, own contacts, colleagues, contacts of the company, others. Any notation of the region (ISO 3166-1 alpha-2; NULL: contacts.default_region). kind: contact, or that of a colleague; matched: exact, extension or line. is_blocked: whether who acts has blocked calls from the number. No rows for an unknown number, or none. For many numbers: FROM call CROSS JOIN LATERAL identify(call.number). STABLE: reads the directory as who calls.';
-- Row-level security. Policies look at the row alone and at who acts, never into another table; what they ask is
-- leakproof, so that indexes are used below them. The owner of the tables is not bound by them (no FORCE: his pg_dump
-- would fail). A table without a policy for a command is closed for it.

ALTER TABLE staff ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff_read ON staff FOR SELECT
  USING (contacts.has_permission('staff'::regclass, 'view') OR staff_id = contacts.acting_staff('staff'::regclass));
CREATE POLICY staff_create ON staff FOR INSERT
  WITH CHECK (contacts.has_permission('staff'::regclass, 'admin'));
CREATE POLICY staff_edit ON staff FOR UPDATE
  USING (contacts.has_permission('staff'::regclass, 'admin') OR staff_id = contacts.acting_staff('staff'::regclass));
CREATE POLICY staff_delete ON staff FOR DELETE
  USING (contacts.has_permission('staff'::regclass, 'admin'));
COMMENT ON POLICY staff_read ON staff IS 'With permission view all colleagues; everybody enrolled himself.';
COMMENT ON POLICY staff_create ON staff IS 'Admins.';
COMMENT ON POLICY staff_edit ON staff IS 'Admins, and everybody himself: the trigger zz_guard says which columns.';
COMMENT ON POLICY staff_delete ON staff IS 'Admins; who owns contacts stays.';

ALTER TABLE staff_extension ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff_extension_read ON staff_extension FOR SELECT
  USING (contacts.has_permission('staff'::regclass, 'view'));
CREATE POLICY staff_extension_create ON staff_extension FOR INSERT
  WITH CHECK (contacts.has_permission('staff'::regclass, 'admin'));
CREATE POLICY staff_extension_edit ON staff_extension FOR UPDATE
  USING (contacts.has_permission('staff'::regclass, 'admin'));
CREATE POLICY staff_extension_delete ON staff_extension FOR DELETE
  USING (contacts.has_permission('staff'::regclass, 'admin'));
COMMENT ON POLICY staff_extension_read ON staff_extension IS 'Permission view.';
COMMENT ON POLICY staff_extension_create ON staff_extension IS 'Admins.';
COMMENT ON POLICY staff_extension_edit ON staff_extension IS 'Admins.';
COMMENT ON POLICY staff_extension_delete ON staff_extension IS 'Admins.';

ALTER TABLE staff_phone ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff_phone_read ON staff_phone FOR SELECT
  USING (contacts.has_permission('staff'::regclass, 'view'));
CREATE POLICY staff_phone_create ON staff_phone FOR INSERT
  WITH CHECK (contacts.has_permission('staff'::regclass, 'admin'));
CREATE POLICY staff_phone_edit ON staff_phone FOR UPDATE
  USING (contacts.has_permission('staff'::regclass, 'admin'));
CREATE POLICY staff_phone_delete ON staff_phone FOR DELETE
  USING (contacts.has_permission('staff'::regclass, 'admin'));
COMMENT ON POLICY staff_phone_read ON staff_phone IS 'Permission view.';
COMMENT ON POLICY staff_phone_create ON staff_phone IS 'Admins.';
COMMENT ON POLICY staff_phone_edit ON staff_phone IS 'Admins.';
COMMENT ON POLICY staff_phone_delete ON staff_phone IS 'Admins.';

ALTER TABLE organization ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_read ON organization FOR SELECT
  USING (contacts.has_permission('staff'::regclass, 'view')
         AND (owner_id IS NULL OR owner_id = contacts.acting_staff('staff'::regclass)));
CREATE POLICY organization_create ON organization FOR INSERT
  WITH CHECK (contacts.has_permission('staff'::regclass, 'edit')
              AND (owner_id IS NULL OR owner_id = contacts.acting_staff('staff'::regclass)));
CREATE POLICY organization_edit ON organization FOR UPDATE
  USING (contacts.has_permission('staff'::regclass, 'edit')
         AND CASE WHEN owner_id IS NULL THEN created_by = contacts.actor() OR contacts.has_permission('staff'::regclass, 'admin')
                  ELSE owner_id = contacts.acting_staff('staff'::regclass) END);
CREATE POLICY organization_delete ON organization FOR DELETE
  USING (contacts.has_permission('staff'::regclass, 'edit')
         AND CASE WHEN owner_id IS NULL THEN contacts.has_permission('staff'::regclass, 'admin')
                  ELSE owner_id = contacts.acting_staff('staff'::regclass) END);
COMMENT ON POLICY organization_read ON organization IS 'With permission view everybody''s and one''s private ones.';
COMMENT ON POLICY organization_create ON organization IS 'With permission edit everybody''s and one''s private ones.';
COMMENT ON POLICY organization_edit ON organization IS 'Everybody''s: admins, and with permission edit who created it; with permission edit one''s private ones.';
COMMENT ON POLICY organization_delete ON organization IS 'Everybody''s: admins; with permission edit one''s private ones.';

ALTER TABLE contact ENABLE ROW LEVEL SECURITY;
CREATE POLICY contact_read ON contact FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY contact_create ON contact FOR INSERT
  WITH CHECK (contacts.may_create('staff'::regclass, owner_id, visibility));
CREATE POLICY contact_edit ON contact FOR UPDATE
  USING (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
CREATE POLICY contact_delete ON contact FOR DELETE
  USING (contacts.may_manage('staff'::regclass, owner_id, visibility));
COMMENT ON POLICY contact_read ON contact IS 'See contacts.may_read().';
COMMENT ON POLICY contact_create ON contact IS 'See contacts.may_create().';
COMMENT ON POLICY contact_edit ON contact IS 'See contacts.may_edit(); the trigger zz_stamp keeps whose the contact is.';
COMMENT ON POLICY contact_delete ON contact IS 'See contacts.may_manage().';

ALTER TABLE contact_phone ENABLE ROW LEVEL SECURITY;
CREATE POLICY contact_phone_read ON contact_phone FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY contact_phone_create ON contact_phone FOR INSERT
  WITH CHECK (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
CREATE POLICY contact_phone_edit ON contact_phone FOR UPDATE
  USING (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
CREATE POLICY contact_phone_delete ON contact_phone FOR DELETE
  USING (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
COMMENT ON POLICY contact_phone_read ON contact_phone IS 'Who may see the contact.';
COMMENT ON POLICY contact_phone_create ON contact_phone IS 'Who may edit the contact; the trigger inherit_access says whose it is.';
COMMENT ON POLICY contact_phone_edit ON contact_phone IS 'Who may edit the contact.';
COMMENT ON POLICY contact_phone_delete ON contact_phone IS 'Who may edit the contact.';

ALTER TABLE contact_email ENABLE ROW LEVEL SECURITY;
CREATE POLICY contact_email_read ON contact_email FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY contact_email_create ON contact_email FOR INSERT
  WITH CHECK (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
CREATE POLICY contact_email_edit ON contact_email FOR UPDATE
  USING (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
CREATE POLICY contact_email_delete ON contact_email FOR DELETE
  USING (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
COMMENT ON POLICY contact_email_read ON contact_email IS 'Who may see the contact.';
COMMENT ON POLICY contact_email_create ON contact_email IS 'Who may edit the contact; the trigger inherit_access says whose it is.';
COMMENT ON POLICY contact_email_edit ON contact_email IS 'Who may edit the contact.';
COMMENT ON POLICY contact_email_delete ON contact_email IS 'Who may edit the contact.';

ALTER TABLE contact_address ENABLE ROW LEVEL SECURITY;
CREATE POLICY contact_address_read ON contact_address FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY contact_address_create ON contact_address FOR INSERT
  WITH CHECK (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
CREATE POLICY contact_address_edit ON contact_address FOR UPDATE
  USING (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
CREATE POLICY contact_address_delete ON contact_address FOR DELETE
  USING (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
COMMENT ON POLICY contact_address_read ON contact_address IS 'Who may see the contact.';
COMMENT ON POLICY contact_address_create ON contact_address IS 'Who may edit the contact; the trigger inherit_access says whose it is.';
COMMENT ON POLICY contact_address_edit ON contact_address IS 'Who may edit the contact.';
COMMENT ON POLICY contact_address_delete ON contact_address IS 'Who may edit the contact.';

ALTER TABLE contact_social ENABLE ROW LEVEL SECURITY;
CREATE POLICY contact_social_read ON contact_social FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY contact_social_create ON contact_social FOR INSERT
  WITH CHECK (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
CREATE POLICY contact_social_edit ON contact_social FOR UPDATE
  USING (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
CREATE POLICY contact_social_delete ON contact_social FOR DELETE
  USING (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
COMMENT ON POLICY contact_social_read ON contact_social IS 'Who may see the contact.';
COMMENT ON POLICY contact_social_create ON contact_social IS 'Who may edit the contact; the trigger inherit_access says whose it is.';
COMMENT ON POLICY contact_social_edit ON contact_social IS 'Who may edit the contact.';
COMMENT ON POLICY contact_social_delete ON contact_social IS 'Who may edit the contact.';

ALTER TABLE contact_group_member ENABLE ROW LEVEL SECURITY;
CREATE POLICY contact_group_member_read ON contact_group_member FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY contact_group_member_create ON contact_group_member FOR INSERT
  WITH CHECK (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
CREATE POLICY contact_group_member_edit ON contact_group_member FOR UPDATE
  USING (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
CREATE POLICY contact_group_member_delete ON contact_group_member FOR DELETE
  USING (contacts.may_edit('staff'::regclass, owner_id, visibility, editable_by));
COMMENT ON POLICY contact_group_member_read ON contact_group_member IS 'Who may see the contact.';
COMMENT ON POLICY contact_group_member_create ON contact_group_member IS 'Who may edit the contact; the trigger inherit_access says whose it is.';
COMMENT ON POLICY contact_group_member_edit ON contact_group_member IS 'Who may edit the contact.';
COMMENT ON POLICY contact_group_member_delete ON contact_group_member IS 'Who may edit the contact.';

ALTER TABLE contact_group ENABLE ROW LEVEL SECURITY;
CREATE POLICY contact_group_read ON contact_group FOR SELECT
  USING (contacts.has_permission('staff'::regclass, 'view')
         AND (owner_id IS NULL OR owner_id = contacts.acting_staff('staff'::regclass)));
CREATE POLICY contact_group_create ON contact_group FOR INSERT
  WITH CHECK (created_by = contacts.actor()
              AND CASE WHEN owner_id IS NULL THEN contacts.has_permission('staff'::regclass, 'admin')
                       ELSE owner_id = contacts.acting_staff('staff'::regclass)
                            AND contacts.has_permission('staff'::regclass, 'edit') END);
CREATE POLICY contact_group_edit ON contact_group FOR UPDATE
  USING (CASE WHEN owner_id IS NULL THEN contacts.has_permission('staff'::regclass, 'admin')
              ELSE owner_id = contacts.acting_staff('staff'::regclass)
                   AND contacts.has_permission('staff'::regclass, 'edit') END);
CREATE POLICY contact_group_delete ON contact_group FOR DELETE
  USING (CASE WHEN owner_id IS NULL THEN contacts.has_permission('staff'::regclass, 'admin')
              ELSE owner_id = contacts.acting_staff('staff'::regclass)
                   AND contacts.has_permission('staff'::regclass, 'edit') END);
COMMENT ON POLICY contact_group_read ON contact_group IS 'With permission view those of the company and one''s own.';
COMMENT ON POLICY contact_group_create ON contact_group IS 'Those of the company admins; with permission edit one''s own.';
COMMENT ON POLICY contact_group_edit ON contact_group IS 'Those of the company admins; with permission edit one''s own.';
COMMENT ON POLICY contact_group_delete ON contact_group IS 'Those of the company admins; with permission edit one''s own.';

ALTER TABLE custom_field ENABLE ROW LEVEL SECURITY;
CREATE POLICY custom_field_read ON custom_field FOR SELECT
  USING (contacts.has_permission('staff'::regclass, 'view'));
CREATE POLICY custom_field_create ON custom_field FOR INSERT
  WITH CHECK (contacts.has_permission('staff'::regclass, 'admin'));
CREATE POLICY custom_field_edit ON custom_field FOR UPDATE
  USING (contacts.has_permission('staff'::regclass, 'admin'));
CREATE POLICY custom_field_delete ON custom_field FOR DELETE
  USING (contacts.has_permission('staff'::regclass, 'admin'));
COMMENT ON POLICY custom_field_read ON custom_field IS 'Permission view.';
COMMENT ON POLICY custom_field_create ON custom_field IS 'Admins.';
COMMENT ON POLICY custom_field_edit ON custom_field IS 'Admins.';
COMMENT ON POLICY custom_field_delete ON custom_field IS 'Admins.';

-- Who ran an import sees it as long as he is enrolled.
ALTER TABLE import_run ENABLE ROW LEVEL SECURITY;
CREATE POLICY import_run_read ON import_run FOR SELECT
  USING (contacts.has_permission('staff'::regclass, 'admin')
         OR (started_by = contacts.actor() AND contacts.acting_staff('staff'::regclass) IS NOT NULL));
CREATE POLICY import_run_create ON import_run FOR INSERT
  WITH CHECK (started_by = contacts.actor() AND contacts.has_permission('staff'::regclass, 'import'));
CREATE POLICY import_run_edit ON import_run FOR UPDATE
  USING (started_by = contacts.actor() AND contacts.has_permission('staff'::regclass, 'import'));
CREATE POLICY import_run_delete ON import_run FOR DELETE
  USING (contacts.has_permission('staff'::regclass, 'admin')
         OR (started_by = contacts.actor() AND contacts.has_permission('staff'::regclass, 'import')));
COMMENT ON POLICY import_run_read ON import_run IS 'Admins, and who ran the import.';
COMMENT ON POLICY import_run_create ON import_run IS 'Permission import.';
COMMENT ON POLICY import_run_edit ON import_run IS 'Who runs the import.';
COMMENT ON POLICY import_run_delete ON import_run IS 'Admins, and with permission import who ran it.';

ALTER TABLE import_error ENABLE ROW LEVEL SECURITY;
CREATE POLICY import_error_read ON import_error FOR SELECT
  USING ((NOT personal AND contacts.has_permission('staff'::regclass, 'admin'))
         OR (started_by = contacts.actor() AND contacts.acting_staff('staff'::regclass) IS NOT NULL));
CREATE POLICY import_error_create ON import_error FOR INSERT
  WITH CHECK (started_by = contacts.actor() AND contacts.has_permission('staff'::regclass, 'import'));
CREATE POLICY import_error_delete ON import_error FOR DELETE
  USING ((NOT personal AND contacts.has_permission('staff'::regclass, 'admin'))
         OR (started_by = contacts.actor() AND contacts.has_permission('staff'::regclass, 'import')));
COMMENT ON POLICY import_error_read ON import_error IS 'Who ran the import, and admins unless it was one of personal contacts.';
COMMENT ON POLICY import_error_create ON import_error IS 'Permission import.';
COMMENT ON POLICY import_error_delete ON import_error IS 'With permission import who ran it, and admins unless it was one of personal contacts.';

ALTER TABLE import_profile ENABLE ROW LEVEL SECURITY;
CREATE POLICY import_profile_read ON import_profile FOR SELECT
  USING (contacts.has_permission('staff'::regclass, 'import') OR contacts.has_permission('staff'::regclass, 'admin'));
CREATE POLICY import_profile_create ON import_profile FOR INSERT
  WITH CHECK (contacts.has_permission('staff'::regclass, 'import') AND created_by = contacts.actor());
CREATE POLICY import_profile_edit ON import_profile FOR UPDATE
  USING (contacts.has_permission('staff'::regclass, 'admin')
         OR (contacts.has_permission('staff'::regclass, 'import') AND created_by = contacts.actor()));
CREATE POLICY import_profile_delete ON import_profile FOR DELETE
  USING (contacts.has_permission('staff'::regclass, 'admin')
         OR (contacts.has_permission('staff'::regclass, 'import') AND created_by = contacts.actor()));
COMMENT ON POLICY import_profile_read ON import_profile IS 'Admins, and with permission import everybody: profiles are for all.';
COMMENT ON POLICY import_profile_create ON import_profile IS 'Permission import.';
COMMENT ON POLICY import_profile_edit ON import_profile IS 'Admins, and with permission import who made it.';
COMMENT ON POLICY import_profile_delete ON import_profile IS 'Admins, and with permission import who made it.';
-- Who is a member. SECURITY DEFINER, all three: only the owner of the directory can grant rights on it, and admins, who
-- are not its owner, enroll. The functions of the engine that they call refuse everybody else, going by who called from
-- outside, and pin their search path.

CREATE OR REPLACE FUNCTION enroll(login text, display_name text, permissions text[]) RETURNS uuid
  LANGUAGE sql VOLATILE SECURITY DEFINER
BEGIN ATOMIC
  SELECT contacts.enroll_staff('staff'::regclass, enroll.login, enroll.display_name, enroll.permissions);
END;
COMMENT ON FUNCTION enroll(text, text, text[]) IS 'Makes a colleague a member with these permissions (view, edit, import, export, admin), or changes them; his staff_id. A role of the login''s name is granted what it needs; where the role is made later, enroll again. display_name NULL: as it is, or the login. Definer: only the owner of the directory can grant; refused to all but admins and the owner (42501).';

CREATE OR REPLACE FUNCTION dismiss(login text) RETURNS void
  LANGUAGE sql VOLATILE SECURITY DEFINER
BEGIN ATOMIC
  SELECT contacts.dismiss_staff('staff'::regclass, dismiss.login);
END;
COMMENT ON FUNCTION dismiss(text) IS 'Takes all permissions and rights from a colleague; his entry stays and owns what it owned, and enroll() brings him back. Definer: only the owner of the directory can revoke; refused to all but admins and the owner (42501).';

CREATE OR REPLACE FUNCTION enroll_pool(role name) RETURNS void
  LANGUAGE sql VOLATILE SECURITY DEFINER
BEGIN ATOMIC
  SELECT contacts.enroll_pool_role('staff'::regclass, enroll_pool.role);
END;
COMMENT ON FUNCTION enroll_pool(name) IS 'Grants the role of an application what members have, without making it one: it acts for the colleague that it sets contacts.actor to, see GRANT SET ON PARAMETER. Definer: only the owner of the directory can grant; refused to all but admins and the owner (42501).';
-- The layout's version. A body in quotes, not BEGIN ATOMIC: the view contacts.directories reads it from the catalog,
-- since it must not run functions of strangers.
CREATE OR REPLACE FUNCTION directory_layout() RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $layout$SELECT '0.2.0'$layout$;
COMMENT ON FUNCTION directory_layout() IS 'Version of the extension "contacts" whose layout this directory has; marks the schema as a directory.';
$layout_step$
WHEN '0.2.0' THEN $layout_step$
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
$layout_step$
END $function$;
COMMENT ON FUNCTION contacts.layout_step(text) IS 'The SQL by which upgrade_directory() makes the next layout of this one; NULL where there is none.';
