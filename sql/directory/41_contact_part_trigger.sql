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
