-- STABLE: follows a setting and the role, both fixed within a statement.
CREATE OR REPLACE FUNCTION contacts.actor() RETURNS text
  LANGUAGE c STABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_actor';
COMMENT ON FUNCTION contacts.actor() IS 'Login of who acts: the setting contacts.actor if it is set, else the role of the session or of SET ROLE.';
