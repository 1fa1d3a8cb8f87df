-- Members of a directory: what enroll(), dismiss() and enroll_pool() of a directory do, as its owner, and the one place
-- that knows which grants go with it. All act with the rights of their caller, which only the owner of the directory has.

-- Grants follow the policies: a table is granted for the commands that it has a policy for, a view that acts with its
-- caller's rights for reading and for what it has INSTEAD OF triggers for, and functions unless they act as their owner
-- (but for those by which admins enroll). So tables that the DBA adds are granted as soon as they have policies.
CREATE OR REPLACE FUNCTION contacts.member_privileges(staff regclass)
  RETURNS TABLE (privileges text, object text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  WITH directory AS (
    SELECT c.relnamespace, c.relowner FROM pg_catalog.pg_class c WHERE c.oid OPERATOR(pg_catalog.=) member_privileges.staff
  )
  SELECT 'USAGE', pg_catalog.format('SCHEMA %I', n.nspname)
    FROM directory d JOIN pg_catalog.pg_namespace n ON n.oid = d.relnamespace
   UNION ALL
  SELECT pg_catalog.string_agg(DISTINCT p.privilege, ', '), pg_catalog.format('TABLE %s', c.oid::regclass)
    FROM directory d
    JOIN pg_catalog.pg_class c ON c.relnamespace = d.relnamespace AND c.relowner = d.relowner AND c.relrowsecurity
    JOIN (SELECT k.polrelid, v.privilege
            FROM pg_catalog.pg_policy k
            JOIN (VALUES ('r', 'SELECT'), ('a', 'INSERT'), ('w', 'UPDATE'), ('d', 'DELETE')) AS v(command, privilege)
              ON k.polcmd IN (v.command, '*')) AS p ON p.polrelid = c.oid
   WHERE c.relkind IN ('r', 'p')
   GROUP BY c.oid
   UNION ALL
  SELECT 'SELECT' || coalesce((SELECT pg_catalog.string_agg(DISTINCT ', ' || v.privilege, '')
                                 FROM pg_catalog.pg_trigger t
                                 -- pg_trigger.tgtype: 64 is INSTEAD OF, then the events
                                 JOIN (VALUES (4, 'INSERT'), (16, 'UPDATE'), (8, 'DELETE')) AS v(event, privilege)
                                   ON t.tgtype & v.event <> 0
                                WHERE t.tgrelid = c.oid AND t.tgtype & 64 <> 0), ''),
         pg_catalog.format('TABLE %s', c.oid::regclass)
    FROM directory d
    JOIN pg_catalog.pg_class c ON c.relnamespace = d.relnamespace AND c.relowner = d.relowner AND c.relkind = 'v'
   WHERE EXISTS (SELECT FROM pg_catalog.pg_options_to_table(c.reloptions) o
                  WHERE o.option_name = 'security_invoker' AND o.option_value::boolean)
   UNION ALL
  SELECT 'EXECUTE', pg_catalog.format('ROUTINE %s', p.oid::regprocedure)
    FROM directory d
    JOIN pg_catalog.pg_proc p ON p.pronamespace = d.relnamespace AND p.proowner = d.relowner
   WHERE p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
     AND (NOT p.prosecdef OR p.proname IN ('enroll', 'dismiss', 'enroll_pool'));
END;
COMMENT ON FUNCTION contacts.member_privileges(regclass) IS 'What a member of the directory of this table staff is granted, as GRANT writes it. STABLE: reads the catalogs.';

CREATE OR REPLACE FUNCTION contacts.check_directory_owner(staff regclass) RETURNS void
  LANGUAGE plpgsql STABLE
  SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
  IF NOT coalesce((SELECT pg_has_role(c.relowner, 'USAGE') FROM pg_class c WHERE c.oid = check_directory_owner.staff), false) THEN
    RAISE EXCEPTION USING
      ERRCODE = 'insufficient_privilege',
      MESSAGE = 'must be owner of the directory',
      DETAIL = 'Rights on a directory are granted by its owner.',
      HINT = 'Administrators use the functions enroll() and dismiss() of the directory.';
  END IF;
END
$body$;
COMMENT ON FUNCTION contacts.check_directory_owner(regclass) IS 'Error 42501 unless the current user has the rights of the owner of this table staff.';

CREATE OR REPLACE FUNCTION contacts.grant_member(staff regclass, member name) RETURNS void
  LANGUAGE plpgsql VOLATILE
  SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  command text;
BEGIN
  PERFORM contacts.check_directory_owner(grant_member.staff);
  FOR command IN
    SELECT format('GRANT %s ON %s TO %I', p.privileges, p.object, grant_member.member)
      FROM contacts.member_privileges(grant_member.staff) p
  LOOP
    EXECUTE command;
  END LOOP;
END
$body$;
COMMENT ON FUNCTION contacts.grant_member(regclass, name) IS 'Grants a role what members of the directory of this table staff have. For the owner of the directory (else error 42501).';

CREATE OR REPLACE FUNCTION contacts.revoke_member(staff regclass, member name) RETURNS void
  LANGUAGE plpgsql VOLATILE
  SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  target text;
  command text;
BEGIN
  PERFORM contacts.check_directory_owner(revoke_member.staff);
  SELECT n.nspname INTO target
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.oid = revoke_member.staff;
  FOREACH command IN ARRAY ARRAY['ALL TABLES IN SCHEMA %I', 'ALL ROUTINES IN SCHEMA %I', 'SCHEMA %I'] LOOP
    EXECUTE format('REVOKE ALL ON ' || command || ' FROM %I', target, revoke_member.member);
  END LOOP;
END
$body$;
COMMENT ON FUNCTION contacts.revoke_member(regclass, name) IS 'Takes back from a role all rights on the directory of this table staff that its owner gave. For the owner of the directory (else error 42501).';

CREATE OR REPLACE FUNCTION contacts.grant_directory("schema" name) RETURNS void
  LANGUAGE plpgsql VOLATILE
  SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  member name;
BEGIN
  IF NOT EXISTS (SELECT FROM contacts.directories d WHERE d.schema = grant_directory.schema) THEN
    RAISE EXCEPTION USING
      ERRCODE = 'invalid_schema_name',
      MESSAGE = format('"%s" is not a directory', grant_directory.schema),
      HINT = 'The view contacts.directories lists those of this database.';
  END IF;
  FOR member IN
    SELECT DISTINCT r.rolname
      FROM pg_namespace n, aclexplode(n.nspacl) AS a
      JOIN pg_roles r ON r.oid = a.grantee
     WHERE n.nspname = grant_directory.schema AND a.privilege_type = 'USAGE' AND a.grantee <> n.nspowner
  LOOP
    PERFORM contacts.grant_member(format('%I.staff', grant_directory.schema)::regclass, member);
  END LOOP;
END
$body$;
COMMENT ON FUNCTION contacts.grant_directory(name) IS 'Grants what members of a directory have to all roles with USAGE on its schema, which enroll() and enroll_pool() gave: after an upgrade, or when the owner added tables. For the owner of the directory (else error 42501).';

CREATE OR REPLACE FUNCTION contacts.enroll_staff(staff regclass, login text, display_name text, permissions text[]) RETURNS uuid
  LANGUAGE plpgsql VOLATILE
  SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  known CONSTANT text[] := ARRAY['view', 'edit', 'import', 'export', 'admin'];
  wanted text[];
  entry uuid;
BEGIN
  PERFORM contacts.check_administrator(enroll_staff.staff);
  IF enroll_staff.login IS NULL OR enroll_staff.login = '' OR enroll_staff.login ~ '^\s|\s$|[[:cntrl:]]' THEN
    RAISE EXCEPTION USING
      ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('%L is no login', left(enroll_staff.login, 200)),
      DETAIL = 'A login is the name of a role, or what an application sets contacts.actor to: not empty, without control characters, no space at its ends.';
  END IF;
  IF enroll_staff.login IN ('public', 'none') OR enroll_staff.login LIKE 'pg\_%' THEN
    RAISE EXCEPTION USING
      ERRCODE = 'reserved_name',
      MESSAGE = format('"%s" cannot be enrolled', left(enroll_staff.login, 200)),
      DETAIL = 'The name is reserved by PostgreSQL; it stands for many or for nobody.';
  END IF;
  SELECT array_agg(k.permission ORDER BY k.ordinality) INTO wanted
    FROM unnest(known) WITH ORDINALITY AS k(permission, ordinality)
   WHERE k.permission = ANY (enroll_staff.permissions);
  IF wanted IS NULL OR NOT enroll_staff.permissions <@ known OR array_position(enroll_staff.permissions, NULL) IS NOT NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('permissions %L are not those of a member', left(enroll_staff.permissions::text, 200)),
      DETAIL = 'At least one of view, edit, import, export, admin.',
      HINT = 'Use dismiss() to take all of them.';
  END IF;
  EXECUTE format(
      'INSERT INTO %1$s AS s (login, display_name, permissions) VALUES ($1, coalesce($2, $1), $3)'
      ' ON CONFLICT (login) DO UPDATE SET display_name = coalesce($2, s.display_name), permissions = $3'
      ' RETURNING staff_id', enroll_staff.staff)
    INTO entry USING enroll_staff.login, nullif(enroll_staff.display_name, ''), wanted;
  IF EXISTS (SELECT FROM pg_roles r JOIN pg_class c ON c.oid = enroll_staff.staff
              WHERE r.rolname = enroll_staff.login AND r.oid <> c.relowner) THEN
    PERFORM contacts.grant_member(enroll_staff.staff, enroll_staff.login::name);
  END IF;
  RETURN entry;
END
$body$;
COMMENT ON FUNCTION contacts.enroll_staff(regclass, text, text, text[]) IS 'What enroll() of a directory does: makes or changes the entry of this login in the table staff, and grants a role of that name what members have. Errors: 42501 for who is no administrator, 22023 for what is no login or no permission, 42939 for a reserved name.';

CREATE OR REPLACE FUNCTION contacts.dismiss_staff(staff regclass, login text) RETURNS void
  LANGUAGE plpgsql VOLATILE
  SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  entry uuid;
BEGIN
  PERFORM contacts.check_administrator(dismiss_staff.staff);
  EXECUTE format('UPDATE %s SET permissions = ''{}'' WHERE login = $1 RETURNING staff_id', dismiss_staff.staff)
    INTO entry USING dismiss_staff.login;
  IF entry IS NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'undefined_object',
      MESSAGE = format('%L is not enrolled', left(dismiss_staff.login, 200)),
      DETAIL = 'No colleague has this login.';
  END IF;
  IF EXISTS (SELECT FROM pg_roles r JOIN pg_class c ON c.oid = dismiss_staff.staff
              WHERE r.rolname = dismiss_staff.login AND r.oid <> c.relowner) THEN
    PERFORM contacts.revoke_member(dismiss_staff.staff, dismiss_staff.login::name);
  END IF;
END
$body$;
COMMENT ON FUNCTION contacts.dismiss_staff(regclass, text) IS 'What dismiss() of a directory does: takes all permissions from the entry of this login in the table staff, which stays with all that it owns, and the rights on the directory from the role of that name. Errors: 42501 for who is no administrator, 42704 where nobody has the login.';

CREATE OR REPLACE FUNCTION contacts.enroll_pool_role(staff regclass, role name) RETURNS void
  LANGUAGE plpgsql VOLATILE
  SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  pool pg_roles;
  owner oid;
BEGIN
  PERFORM contacts.check_administrator(enroll_pool_role.staff);
  SELECT r.* INTO pool FROM pg_roles r WHERE r.rolname = enroll_pool_role.role;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING
      ERRCODE = 'undefined_object',
      MESSAGE = format('role %L does not exist', enroll_pool_role.role);
  END IF;
  SELECT c.relowner INTO owner FROM pg_class c WHERE c.oid = enroll_pool_role.staff;
  IF pool.rolsuper OR pool.rolbypassrls OR pg_has_role(pool.oid, owner, 'USAGE') THEN
    RAISE EXCEPTION USING
      ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('role "%s" cannot be a pool', enroll_pool_role.role),
      DETAIL = 'Policies do not bind superusers, roles with BYPASSRLS and the owner of the directory, so its users would see everything.',
      HINT = 'Use an ordinary role.';
  END IF;
  IF pool.rolname LIKE 'pg\_%' THEN
    RAISE EXCEPTION USING
      ERRCODE = 'reserved_name',
      MESSAGE = format('role "%s" cannot be a pool', pool.rolname),
      DETAIL = 'The name is reserved by PostgreSQL.';
  END IF;
  PERFORM contacts.grant_member(enroll_pool_role.staff, pool.rolname);
  IF NOT has_parameter_privilege(pool.oid, 'contacts.actor', 'SET') THEN
    RAISE NOTICE USING
      MESSAGE = format('role "%s" may not set contacts.actor yet', pool.rolname),
      DETAIL = 'Until then it acts for itself alone, and is not enrolled.',
      HINT = format('A superuser runs: GRANT SET ON PARAMETER contacts.actor TO %I', pool.rolname);
  END IF;
END
$body$;
COMMENT ON FUNCTION contacts.enroll_pool_role(regclass, name) IS 'What enroll_pool() of a directory does: grants a role of an application what members have, without an entry in the table staff. Errors: 42501 for who is no administrator, 42704 for no role, 22023 for a role that policies do not bind, 42939 for a reserved name.';
