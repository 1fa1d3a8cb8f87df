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
