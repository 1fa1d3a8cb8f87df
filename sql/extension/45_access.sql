-- Who may: what policies ask for every row. The first argument is the directory's table staff, written
-- 'staff'::regclass there; who acts is read from it once, as its owner, and kept in the session until it changes.
-- STABLE: follow the staff table, a setting and the role. LEAKPROOF: no argument raises an error. PARALLEL SAFE: workers
-- have the leader's setting and role.

CREATE OR REPLACE FUNCTION contacts.acting_staff(staff regclass) RETURNS uuid
  LANGUAGE c STABLE PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_acting_staff';
COMMENT ON FUNCTION contacts.acting_staff(regclass) IS 'staff_id of who acts, see contacts.actor(); NULL for who is not enrolled: no row in this table staff, or one without any permission.';

CREATE OR REPLACE FUNCTION contacts.private_owner(staff regclass) RETURNS uuid
  LANGUAGE c STABLE PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_private_owner';
COMMENT ON FUNCTION contacts.private_owner(regclass) IS 'To whom a new organization or group belongs unless somebody says: as contacts.acting_staff(), but NULL, which means the company, for admins.';

CREATE OR REPLACE FUNCTION contacts.has_permission(staff regclass, permission text) RETURNS boolean
  LANGUAGE c STABLE PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_has_permission';
COMMENT ON FUNCTION contacts.has_permission(regclass, text) IS 'Whether who acts has this permission (view, edit, import, export, admin) in the directory of this table staff; admin brings view and edit with it. False for unknown names. Says nothing about the owner of the table.';

CREATE OR REPLACE FUNCTION contacts.may_read(staff regclass, owner_id uuid, visibility text, shared_with uuid[]) RETURNS boolean
  LANGUAGE c STABLE PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_may_read';
COMMENT ON FUNCTION contacts.may_read(regclass, uuid, text, uuid[]) IS 'Whether who acts may see a contact with these access columns: a company one with permission view; a restricted one if it is his own, shared with him, or he is an admin; a personal one if it is his own.';

CREATE OR REPLACE FUNCTION contacts.may_edit(staff regclass, owner_id uuid, visibility text, editable_by uuid[]) RETURNS boolean
  LANGUAGE c STABLE PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_may_edit';
COMMENT ON FUNCTION contacts.may_edit(regclass, uuid, text, uuid[]) IS 'Whether who acts may change a contact with these access columns, with permission edit: his own; as an admin any but a personal one; a restricted one shared with him for editing.';

CREATE OR REPLACE FUNCTION contacts.may_create(staff regclass, owner_id uuid, visibility text) RETURNS boolean
  LANGUAGE c STABLE PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_may_create';
COMMENT ON FUNCTION contacts.may_create(regclass, uuid, text) IS 'Whether who acts may create a contact with these access columns, with permission edit: restricted and personal ones of his own; an admin any company and restricted one.';

CREATE OR REPLACE FUNCTION contacts.may_manage(staff regclass, owner_id uuid, visibility text) RETURNS boolean
  LANGUAGE c STABLE PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_may_manage';
COMMENT ON FUNCTION contacts.may_manage(regclass, uuid, text) IS 'Whether who acts may share, transfer and delete a contact with these access columns, with permission edit: his own; as an admin any but a personal one.';

CREATE OR REPLACE FUNCTION contacts.check_permission(staff regclass, permission text) RETURNS void
  LANGUAGE c STABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_check_permission';
COMMENT ON FUNCTION contacts.check_permission(regclass, text) IS 'Error 42501 unless who acts has this permission in the directory of this table staff, or the current user owns the table or is a superuser.';

CREATE OR REPLACE FUNCTION contacts.check_administrator(staff regclass) RETURNS void
  LANGUAGE c STABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_check_administrator';
COMMENT ON FUNCTION contacts.check_administrator(regclass) IS 'Error 42501 unless who acts has permission admin in the directory of this table staff, or who called from outside (not the owner of a definer function) has the rights of the table''s owner.';

CREATE OR REPLACE FUNCTION contacts.staff_changed() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'contacts_staff_changed';
COMMENT ON FUNCTION contacts.staff_changed() IS 'AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE statement trigger of a table staff: makes all sessions read anew who acts.';
