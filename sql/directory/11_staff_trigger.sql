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
