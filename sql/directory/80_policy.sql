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
