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
