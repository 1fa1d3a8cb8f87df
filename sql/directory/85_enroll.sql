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
