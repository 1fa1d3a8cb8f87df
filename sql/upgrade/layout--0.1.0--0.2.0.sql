-- From layout 0.1.0: who may what, history, sharing, activity, search, more formats.

-- Functions whose parameters or columns changed.
DROP FUNCTION import_csv(bytea, text, text, text, text, text, text, text, text, text, boolean, text, bigint);
DROP FUNCTION import_large_object(oid, text, text, text, text, text, text, text, text, text, boolean, text, bigint);
DROP FUNCTION import_file(text, text, text, text, text, text, text, text, text, text, boolean, text, bigint);
DROP FUNCTION error_file(uuid);
DROP FUNCTION _import_options(text, text, text, text, text, text, text, text, text, boolean, text, bigint);
DROP FUNCTION _import_contact_state(uuid[], uuid);

-- Tables that were there. New columns stand last.
ALTER TABLE staff ADD COLUMN search text[];
COMMENT ON COLUMN staff.search IS 'Folded keys of names, title and department, made when the row is written. For search @@ contacts.search_query(…).';
CREATE INDEX staff_search_idx ON staff USING gin (search contacts.search_ops);
CREATE INDEX staff_email_idx ON staff (email);
CREATE INDEX staff_phone_suffix_idx ON staff_phone (contacts.phone_suffix(number, 4));
-- @include sql/directory/11_staff_trigger.sql

ALTER TABLE organization DROP CONSTRAINT organization_external_id_key;
ALTER TABLE organization ADD COLUMN owner_id uuid REFERENCES staff;
COMMENT ON COLUMN organization.owner_id IS 'NULL: everybody enrolled sees it; else a private one that this colleague alone sees, such as those that come with his personal contacts.';
COMMENT ON COLUMN organization.external_id IS 'Key of the organization in its source, unique there among those of the company, and among the private ones of one colleague.';
CREATE UNIQUE INDEX organization_external_id_key ON organization (source, external_id)
  WHERE owner_id IS NULL AND external_id IS NOT NULL;
CREATE UNIQUE INDEX organization_private_external_id_key ON organization (owner_id, source, external_id)
  WHERE owner_id IS NOT NULL AND external_id IS NOT NULL;
CREATE INDEX organization_owner_id_idx ON organization (owner_id) WHERE owner_id IS NOT NULL;

CREATE INDEX contact_search_idx ON contact USING gin (search contacts.search_ops);
COMMENT ON COLUMN contact.search IS 'Folded keys of names, title, department and organization, made when the row is written; first the version of what made them. For search @@ contacts.search_query(…).';
-- @include sql/directory/31_contact_trigger.sql

CREATE INDEX contact_phone_suffix_idx ON contact_phone (contacts.phone_suffix(number, 4));
CREATE INDEX contact_email_domain_idx ON contact_email (contacts.email_domain(address) text_pattern_ops);
ALTER TABLE contact_group DROP CONSTRAINT contact_group_name_key;
-- Those that are there are the company's.
ALTER TABLE contact_group ADD COLUMN owner_id uuid REFERENCES staff;
ALTER TABLE contact_group ALTER COLUMN owner_id SET DEFAULT contacts.private_owner('staff'::regclass);
ALTER TABLE contact_group ADD CONSTRAINT contact_group_name_key UNIQUE NULLS NOT DISTINCT (name, owner_id);
COMMENT ON COLUMN contact_group.owner_id IS 'NULL: a group of the company, made by admins; else a label that this colleague alone sees. By default an admin''s is the company''s.';
-- @include sql/directory/41_contact_part_trigger.sql

ALTER TABLE import_error ADD COLUMN personal boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN import_run.delimiter IS 'The delimiter of the file; NULL: it holds vCards.';
COMMENT ON COLUMN import_error.personal IS 'Whether personal contacts were imported: then nobody but who ran the import sees the entry, not even admins.';

-- What is new, and functions and views that changed.
-- @include sql/directory/33_nickname.sql
-- @include sql/directory/44_change_log.sql
-- @include sql/directory/45_share.sql
-- @include sql/directory/46_favorite.sql
-- @include sql/directory/47_activity.sql
-- @include sql/directory/60_import_profile.sql
-- @include sql/directory/61_import_write.sql
-- @include sql/directory/62_import.sql
-- @include sql/directory/63_export.sql
-- @include sql/directory/70_view.sql
-- @include sql/directory/72_write.sql
-- @include sql/directory/74_history.sql
-- @include sql/directory/74_search.sql
-- @include sql/directory/80_policy.sql
-- @include sql/directory/85_enroll.sql
-- @include sql/directory/90_layout.sql
