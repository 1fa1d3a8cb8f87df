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
